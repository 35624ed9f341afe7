//! Simulated time: whole seconds, never a floating-point clock.

use std::fmt;

/// Seconds since the start of the scenario.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct SimTime(pub u32);

impl SimTime {
    /// The start of the scenario.
    pub const ZERO: Self = Self(0);
    /// Later than every horizon: "never".
    pub const NEVER: Self = Self(u32::MAX);

    /// Hours since the start.
    pub fn hours(self) -> f64 {
        f64::from(self.0) / 3600.0
    }
}

/// A drawn duration in whole seconds: rounded up to the next second, held within 0 to just below
/// [`SimTime::NEVER`]. NaN counts as never.
pub fn whole_seconds(seconds: f64) -> u32 {
    if seconds.is_nan() {
        return u32::MAX;
    }
    // `as` saturates. A quotient such as 0.1 h * 3600 is 360.00000000000006: such dust must not cost a second.
    let whole = (seconds as u32).min(u32::MAX - 2);
    whole + u32::from(seconds - f64::from(whole) > 1e-6)
}

/// `1d 4h 05min`, the two or three largest units, as people read it.
pub fn format_duration(seconds: u64) -> String {
    let (days, hours, minutes, rest) =
        (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    match (days, hours, minutes, rest) {
        (0, 0, 0, s) => format!("{s}s"),
        (0, 0, m, 0) => format!("{m}min"),
        (0, 0, m, s) => format!("{m}min {s:02}s"),
        (0, h, 0, _) => format!("{h}h"),
        (0, h, m, _) => format!("{h}h {m:02}min"),
        (d, 0, 0, _) => format!("{d}d"),
        (d, h, 0, _) => format!("{d}d {h}h"),
        (d, h, m, _) => format!("{d}d {h}h {m:02}min"),
    }
}

impl fmt::Debug for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::NEVER { f.write_str("never") } else { f.write_str(&format_duration(self.0.into())) }
    }
}

#[cfg(test)]
mod tests {
    use super::{format_duration, whole_seconds};

    #[test]
    fn durations_round_up_but_dust_does_not_count() {
        for (seconds, whole) in [
            (0.0, 0),
            (0.2, 1),
            (3600.0, 3600),
            (3_600.000_000_01, 3600),
            (3600.01, 3601),
            (-5.0, 0),
            (f64::NAN, u32::MAX),
            (f64::INFINITY, u32::MAX - 1),
        ] {
            assert_eq!(whole_seconds(seconds), whole, "{seconds}");
        }
    }

    #[test]
    fn durations_read_well() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (90, "1min 30s"),
            (3600, "1h"),
            (100_800, "1d 4h"),
            (101_100, "1d 4h 05min"),
        ] {
            assert_eq!(format_duration(seconds), text);
        }
    }
}
