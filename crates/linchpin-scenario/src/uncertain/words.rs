//! Values of parameters in words.

use super::{Dimension, UncertainParameter};

/// Units with their seconds, from the largest.
const UNITS: [(f64, &str); 4] = [(86_400.0, "day"), (3_600.0, "hour"), (60.0, "minute"), (1.0, "second")];

/// From so many of a unit on it is used; below, the next smaller one is.
const ENOUGH: f64 = 2.0;

/// "4 hours", "2.35 days", "0.925": three digits where more would only pretend to be known.
pub(crate) fn in_words(value: f64, dimension: Dimension) -> String {
    if dimension == Dimension::Number {
        return short(value);
    }
    let last = UNITS.len() - 1;
    let enough = |(seconds, _): &(f64, &str)| value / seconds >= ENOUGH;
    let (seconds, unit) = UNITS[UNITS.iter().position(enough).unwrap_or(last)];
    let number = short(value / seconds);
    let plural = if number == "1" { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

/// A parameter and a value of it: "`battery` at 4 hours".
pub(crate) fn label(parameter: &UncertainParameter, value: f64) -> String {
    format!("`{}` at {}", parameter.id.value, in_words(value, parameter.dimension))
}

/// Three significant digits, or all before the point.
fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let magnitude = libm::floor(libm::log10(value.abs())) as i32;
    let decimals = (2 - magnitude).clamp(0, 12) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_with_three_digits() {
        for (value, dimension, words) in [
            (14_400.0, Dimension::Duration, "4 hours"),
            (129_600.0, Dimension::Duration, "36 hours"),
            (172_800.0, Dimension::Duration, "2 days"),
            (15_234.2, Dimension::Duration, "4.23 hours"),
            (90.0, Dimension::Duration, "90 seconds"),
            (1.0, Dimension::Duration, "1 second"),
            (0.0, Dimension::Duration, "0 seconds"),
            (0.925_34, Dimension::Number, "0.925"),
            (0.000_123_4, Dimension::Number, "0.000123"),
            (1234.4, Dimension::Number, "1234"),
            (1.0, Dimension::Number, "1"),
            (0.0, Dimension::Number, "0"),
            (99.96, Dimension::Number, "100"),
        ] {
            assert_eq!(in_words(value, dimension), words);
        }
    }
}
