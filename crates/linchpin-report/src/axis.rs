//! Scales and ticks.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use linchpin_analysis::findings::StudyInfo;

use crate::format;
use crate::text::fit;

/// A linear scale from values to units of the canvas.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    from: (f64, f64),
    to: (f64, f64),
}

impl Scale {
    /// Maps `from.0` to `to.0` and `from.1` to `to.1`. An empty domain maps everything to `to.0`.
    pub(crate) fn new(from: (f64, f64), to: (f64, f64)) -> Self {
        Self { from, to }
    }

    /// Where a value lies; values beyond the domain lie at its end.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let span = self.from.1 - self.from.0;
        let share = ((value - self.from.0) / span).clamp(0.0, 1.0);
        if span <= 0.0 || share.is_nan() {
            return self.to.0;
        }
        self.to.0 + (self.to.1 - self.to.0) * share
    }
}

/// Round values from 0 on, about `target` of them, the last at or above `max`.
pub(crate) fn ticks(max: f64, target: usize) -> Vec<f64> {
    let max = if max.is_finite() { max } else { 1.0 };
    let step = step(max, target);
    let last = (max / step - 1e-9).ceil().max(1.0) as usize;
    (0..=last.min(50)).map(|i| i as f64 * step).collect()
}

/// The smallest of 1, 2, 5 times a power of ten that divides `max` into at most `target` steps.
fn step(max: f64, target: usize) -> f64 {
    let raw = max / target.max(1) as f64;
    if raw <= 0.0 || !raw.is_finite() {
        return 1.0;
    }
    let power = libm::pow(10.0, f64::from(format::exponent(raw)));
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|s| *s >= raw * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// Tick labels of one axis with one magnitude for all: `0`, `2`, `4`, and `million` for the axis title.
pub(crate) fn labels(ticks: &[f64]) -> (Vec<String>, &'static str) {
    let top = ticks.last().copied().unwrap_or(0.0);
    let (divisor, word) = match top {
        t if t >= 2e9 => (1e9, "billion "),
        t if t >= 2e6 => (1e6, "million "),
        t if t >= 2e4 => (1e3, "thousand "),
        _ => (1.0, ""),
    };
    (ticks.iter().map(|t| short(format::number(t / divisor))).collect(), word)
}

/// Without zeros that say nothing: `1.50` is `1.5`.
fn short(number: String) -> String {
    if number.contains('.') && number.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return number.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    number
}

/// Time since the start of the scenario, in hours, days or years as suits the length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeAxis {
    /// Hours in a unit of the axis.
    unit_h: f64,
    name: &'static str,
    /// Length in hours.
    pub(crate) length_h: f64,
}

impl TimeAxis {
    /// An axis for so many hours.
    pub(crate) fn new(length_h: f64) -> Self {
        let length_h = if length_h.is_finite() { length_h.max(0.0) } else { 0.0 };
        let (unit_h, name) = match length_h {
            h if h <= 72.0 => (1.0, "hours"),
            h if h <= 24.0 * 800.0 => (24.0, "days"),
            _ => (8766.0, "years"),
        };
        Self { unit_h, name, length_h }
    }

    /// Hours and label of at most `target + 1` ticks from the start on.
    pub(crate) fn ticks(&self, target: usize) -> Vec<(f64, String)> {
        let units = self.length_h / self.unit_h;
        let mut step = step(units, target);
        // Days come in weeks and hours in quarters of a day, when that is about as fine.
        let round: &[f64] = match self.name {
            "hours" => &[1.0, 2.0, 3.0, 6.0, 12.0, 24.0],
            "days" => &[0.5, 1.0, 2.0, 7.0, 14.0, 28.0],
            _ => &[],
        };
        if let Some(natural) = round.iter().find(|s| units / **s <= target as f64 + 1e-9) {
            step = *natural;
        }
        let last = (units / step + 1e-9).floor().clamp(0.0, 60.0) as usize;
        (0..=last).map(|i| (i as f64 * step * self.unit_h, format::number(i as f64 * step))).collect()
    }

    /// `days after Mon 18 Jan 2027 06:00`.
    pub(crate) fn title(&self, study: &StudyInfo) -> String {
        let start = if study.start.is_empty() {
            "the start".to_owned()
        } else {
            fit(&study.start, 11.0, false, 300.0)
        };
        format!("{} after {start}", self.name)
    }

    /// `days after the start`.
    pub(crate) fn short_title(&self) -> String {
        format!("{} after the start", self.name)
    }
}

/// Local calendar date so many hours after the start: `Wed 20 Jan`; none beyond the calendar.
pub(crate) fn date(study: &StudyInfo, hours: f64) -> Option<String> {
    let second = study.start_unix_s.checked_add((hours * 3600.0) as i64)?;
    let zone = TimeZone::fixed(Offset::from_seconds(study.utc_offset_s).ok()?);
    let moment = Timestamp::from_second(second).ok()?.to_zoned(zone);
    Some(moment.strftime("%a %-d %b").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_reach_the_maximum() {
        let check = |max, target, expected: &[f64]| {
            let got = ticks(max, target);
            assert_eq!(got.len(), expected.len(), "{got:?}");
            assert!(got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{got:?}");
        };
        check(10.0, 5, &[0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        check(9.3, 4, &[0.0, 5.0, 10.0]);
        check(1.0, 2, &[0.0, 0.5, 1.0]);
        check(0.0, 4, &[0.0, 1.0]);
        check(-3.0, 4, &[0.0, 1.0]);
        check(f64::NAN, 1, &[0.0, 1.0]);
        check(f64::INFINITY, 1, &[0.0, 1.0]);
    }

    #[test]
    fn labels_share_a_magnitude() {
        let check = |ticks: &[f64], names: &[&str], word| {
            assert_eq!(labels(ticks), (names.iter().map(|n| (*n).to_owned()).collect(), word))
        };
        check(&[0.0, 0.5e9, 1e9, 1.5e9, 2e9], &["0", "0.5", "1", "1.5", "2"], "billion ");
        check(&[0.0, 50e3, 100e3], &["0", "50", "100"], "thousand ");
        check(&[0.0, 0.25, 0.5], &["0", "0.25", "0.5"], "");
    }

    #[test]
    fn scales_map_ends_to_ends_and_clamp() {
        let scale = Scale::new((0.0, 10.0), (100.0, 0.0));
        let check = |value, expected: f64| assert!((scale.at(value) - expected).abs() < 1e-12);
        check(0.0, 100.0);
        check(10.0, 0.0);
        check(2.5, 75.0);
        check(-5.0, 100.0);
        check(50.0, 0.0);
        check(f64::NAN, 100.0);
        assert_eq!(Scale::new((3.0, 3.0), (7.0, 9.0)).at(3.0), 7.0);
    }

    #[test]
    fn time_is_told_in_fitting_units() {
        let check = |hours, target, expected: &[&str]| {
            let labels: Vec<String> = TimeAxis::new(hours).ticks(target).into_iter().map(|t| t.1).collect();
            assert_eq!(labels, expected);
        };
        check(336.0, 7, &["0", "2", "4", "6", "8", "10", "12", "14"]);
        check(336.0, 3, &["0", "7", "14"]);
        check(24.0, 4, &["0", "6", "12", "18", "24"]);
        check(8766.0 * 20.0, 4, &["0", "5", "10", "15", "20"]);
        check(0.0, 4, &["0"]);
    }

    #[test]
    fn dates_are_local() {
        // 18 January 2027, 23:00 UTC is the 19th one hour further east.
        let study = StudyInfo { start_unix_s: 1_800_313_200, utc_offset_s: 3600, ..StudyInfo::default() };
        assert_eq!(date(&study, 0.0).as_deref(), Some("Tue 19 Jan"));
        assert_eq!(date(&study, 48.0).as_deref(), Some("Thu 21 Jan"));
        assert_eq!(date(&study, 1e300), None);
    }
}
