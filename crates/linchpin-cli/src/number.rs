//! Numbers for people.

/// About three significant digits, thousands separated: `41,200`, `3.27`, `0.0512`.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return "not reached".to_owned();
    }
    if size == 0.0 {
        return "0".to_owned();
    }
    let digits = libm::floor(libm::log10(size)) as i32;
    if digits >= 3 {
        return rounded(value, digits - 2);
    }
    let text = format!("{value:.*}", (2 - digits).clamp(0, 12) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A whole number, thousands separated.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn grouped(value: f64) -> String {
    let sign = if value < 0.0 { "-" } else { "" };
    let size = value.abs();
    // Beyond the whole numbers that 64 bits hold, digits help nobody.
    if size < 1e18 { format!("{sign}{}", count(size.round() as u64)) } else { format!("{value:.2e}") }
}

/// `41,200 (95 % CI 39,800 to 42,700)`: as many digits as the interval's width justifies.
pub fn with_interval(mean: f64, ci95: [f64; 2]) -> String {
    let half = 0.5 * (ci95[1] - ci95[0]);
    let [mean, low, high] = if half > 0.0 && half.is_finite() {
        // Two digits of the half-width, but not more than six of the mean.
        let finest = libm::log10(mean.abs().max(half)) - 6.0;
        let power = (libm::floor(libm::log10(half)) - 1.0).max(libm::ceil(finest)) as i32;
        [mean, ci95[0], ci95[1]].map(|value| rounded(value, power))
    } else {
        [mean, ci95[0], ci95[1]].map(number)
    };
    format!("{mean} (95 % CI {low} to {high})")
}

/// `3.12 % (95 % CI 2.79 to 3.48 %)`, of shares.
pub fn percent_with_interval(share: f64, ci95: [f64; 2]) -> String {
    let [share, low, high] = [share, ci95[0], ci95[1]].map(|share| number(100.0 * share));
    format!("{share} % (95 % CI {low} to {high} %)")
}

/// Rounded to a power of ten.
fn rounded(value: f64, power: i32) -> String {
    if power < 0 && value.abs() < 1000.0 {
        let text = format!("{value:.*}", power.unsigned_abs().min(12) as usize);
        // What rounds to zero has no sign.
        return if text.trim_start_matches('-').bytes().all(|byte| byte == b'0' || byte == b'.') {
            text.trim_start_matches('-').to_owned()
        } else {
            text
        };
    }
    let unit = libm::pow(10.0, f64::from(power.max(0)));
    grouped(libm::round(value / unit) * unit)
}

/// `4 ms`, `0.92 s`, `14.3 s`, `3 min 05 s`, `2 h 10 min`.
pub fn wall_time(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    match whole {
        _ if seconds < 0.1 => format!("{:.0} ms", 1000.0 * seconds.max(0.0)),
        _ if seconds < 10.0 => format!("{seconds:.2} s"),
        _ if seconds < 60.0 => format!("{seconds:.1} s"),
        0..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        for (value, text) in [
            (0.0, "0"),
            (41_234.0, "41,200"),
            (-41_234.0, "-41,200"),
            (999.6, "1000"),
            (1_234_567.0, "1,230,000"),
            (3.2749, "3.27"),
            (100.0, "100"),
            (0.051_23, "0.0512"),
            (0.5, "0.5"),
            (f64::INFINITY, "not reached"),
            (1e30, "1.00e30"),
        ] {
            assert_eq!(number(value), text, "{value}");
        }
    }

    #[test]
    fn intervals_have_the_digits_they_justify() {
        for (mean, ci95, text) in [
            (41_234.0, [39_784.0, 42_684.0], "41,200 (95 % CI 39,800 to 42,700)"),
            (3.2749, [3.26, 3.29], "3.275 (95 % CI 3.260 to 3.290)"),
            (0.0, [-0.001, 0.001], "0.0000 (95 % CI -0.0010 to 0.0010)"),
            (0.0, [0.0, 0.0], "0 (95 % CI 0 to 0)"),
            (1e6, [1e6 - 0.01, 1e6 + 0.01], "1,000,000 (95 % CI 1,000,000 to 1,000,000)"),
        ] {
            assert_eq!(with_interval(mean, ci95), text);
        }
    }

    #[test]
    fn shares_read_well() {
        assert_eq!(percent_with_interval(0.0312, [0.027_94, 0.034_81]), "3.12 % (95 % CI 2.79 to 3.48 %)");
        assert_eq!(percent_with_interval(0.0, [0.0, 0.000_369]), "0 % (95 % CI 0 to 0.0369 %)");
    }

    #[test]
    fn counts_and_times_read_well() {
        for (value, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(count(value), text);
        }
        for (seconds, text) in [
            (0.0042, "4 ms"),
            (0.924, "0.92 s"),
            (14.26, "14.3 s"),
            (185.0, "3 min 05 s"),
            (7800.0, "2 h 10 min"),
        ] {
            assert_eq!(wall_time(seconds), text);
        }
    }
}
