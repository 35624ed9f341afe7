//! Calendar text from seconds since 1970, in the proleptic Gregorian calendar.

const DAY_S: i64 = 86_400;
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Local date and time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local {
    /// Year.
    pub year: i64,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day, 1 to 31.
    pub day: u8,
    /// 0 for Monday.
    pub weekday: u8,
    /// Seconds since midnight.
    pub second: u32,
}

impl Local {
    /// `unix_s` seconds after 1970-01-01T00:00:00Z, `utc_offset_s` east of Greenwich.
    pub fn at(unix_s: i64, utc_offset_s: i32) -> Self {
        let local = unix_s.saturating_add(utc_offset_s.into());
        let days = local.div_euclid(DAY_S);
        let (year, month, day) = civil(days);
        Self {
            year,
            month,
            day,
            // 1 January 1970 was a Thursday.
            weekday: (days + 3).rem_euclid(7) as u8,
            second: local.rem_euclid(DAY_S) as u32,
        }
    }

    /// `Mon 18 Jan 17:40`; seconds are left out.
    pub fn clock(self) -> String {
        let (hour, minute) = (self.second / 3600, self.second / 60 % 60);
        format!("{} {} {} {hour:02}:{minute:02}", self.weekday(), self.day, self.month())
    }

    fn weekday(self) -> &'static str {
        WEEKDAYS[usize::from(self.weekday) % 7]
    }

    fn month(self) -> &'static str {
        MONTHS[(usize::from(self.month) + 11) % 12]
    }
}

/// `Mon 18 Jan 2027 06:00 +01:00`.
pub fn date_time(unix_s: i64, utc_offset_s: i32) -> String {
    let local = Local::at(unix_s, utc_offset_s);
    let (hour, minute) = (local.second / 3600, local.second / 60 % 60);
    let (sign, offset) = (if utc_offset_s < 0 { '-' } else { '+' }, utc_offset_s.unsigned_abs());
    format!(
        "{} {} {} {} {hour:02}:{minute:02} {sign}{:02}:{:02}",
        local.weekday(),
        local.day,
        local.month(),
        local.year,
        offset / 3600,
        offset / 60 % 60
    )
}

/// Year, month and day of a number of days after 1 January 1970.
///
/// Years are counted from 1 March, so that the leap day is the last of its year and months have a
/// regular pattern of lengths (153 days in five months).
fn civil(days: i64) -> (i64, u8, u8) {
    const DAYS_IN_400_YEARS: i64 = 146_097;
    // Days from 1 March of year 0 to 1 January 1970.
    let since = days.saturating_add(719_468);
    let (cycle, day) = (since.div_euclid(DAYS_IN_400_YEARS), since.rem_euclid(DAYS_IN_400_YEARS));
    let leap_days_before = day / 1460 - day / 36_524 + day / 146_096;
    let year = (day - leap_days_before) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (400 * cycle + year + next, month as u8, day_of_month as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar() {
        for (unix_s, offset, expected) in [
            (0, 0, "Thu 1 Jan 1970 00:00 +00:00"),
            (-1, 0, "Wed 31 Dec 1969 23:59 +00:00"),
            (951_782_400, 0, "Tue 29 Feb 2000 00:00 +00:00"),
            (1_800_248_400, 3600, "Mon 18 Jan 2027 06:00 +01:00"),
            (1_709_251_199, -16_200, "Thu 29 Feb 2024 19:29 -04:30"),
            (4_107_542_400, 0, "Mon 1 Mar 2100 00:00 +00:00"),
        ] {
            assert_eq!(date_time(unix_s, offset), expected);
        }
        assert_eq!(Local::at(1_800_248_400 + 42_000, 3600).clock(), "Mon 18 Jan 17:40");
    }

    /// Counting day by day with the lengths of months.
    #[test]
    fn four_hundred_years_day_by_day() {
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for days in 0..146_097 {
            assert_eq!(civil(days), (year, month, day));
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month {
                2 => 28 + u8::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            day += 1;
            if day > length {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
    }
}
