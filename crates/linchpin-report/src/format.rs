//! Numbers for people: three significant digits, thousands separators, units, intervals.

/// No-break space: keeps a number and its unit on one line.
const NBSP: char = '\u{a0}';

/// `x` to three significant digits with separators: `41,200`, `3.14`, `12.3 million`.
pub(crate) fn number(x: f64) -> String {
    with_digits(x, 3)
}

/// As [`number`] with another number of significant digits.
fn with_digits(x: f64, digits: i32) -> String {
    if !x.is_finite() {
        return "–".to_owned();
    }
    let rounded = round_to(x, digits);
    let (divisor, word) = magnitude(rounded);
    let mut text = plain(rounded / divisor, digits);
    if !word.is_empty() {
        text.push(NBSP);
        text.push_str(word);
    }
    text
}

/// What to divide by, and the word for it.
fn magnitude(x: f64) -> (f64, &'static str) {
    match x.abs() {
        a if a >= 1e15 => (1.0, ""),
        a if a >= 1e12 => (1e12, "trillion"),
        a if a >= 1e9 => (1e9, "billion"),
        a if a >= 1e6 => (1e6, "million"),
        _ => (1.0, ""),
    }
}

/// `x` to so many significant digits.
fn round_to(x: f64, digits: i32) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return 0.0;
    }
    // Through decimal text, so that the result is the nearest double to the rounded decimal.
    format!("{x:.*e}", (digits - 1).max(0) as usize).parse().unwrap_or(x)
}

/// Power of ten of the leading digit.
pub(crate) fn exponent(x: f64) -> i32 {
    if x == 0.0 || !x.is_finite() { 0 } else { libm::floor(libm::log10(x.abs()) + 1e-12) as i32 }
}

/// Digits with thousands separators and as many decimals as the significant digits leave; no trailing zeros of a
/// fraction below a thousandth.
fn plain(x: f64, digits: i32) -> String {
    if x.abs() >= 1e15 {
        return format!("{x:.*e}", (digits - 1).max(0) as usize);
    }
    let x = round_to(x, digits);
    let decimals = (digits - 1 - exponent(x)).clamp(0, 12) as usize;
    let text = format!("{:.*}", if x == 0.0 { 0 } else { decimals }, x.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = if fraction.bytes().all(|b| b == b'0') { "" } else { fraction };
    let sign = if x < 0.0 { "−" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", separated(whole))
}

/// Digits in groups of three.
fn separated(digits: &str) -> String {
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A count, exactly: `10,000`.
pub(crate) fn count(n: u64) -> String {
    separated(&n.to_string())
}

/// A share as percent: `12 %`, `99.7 %`, `0.04 %`; never 0 % or 100 % unless it is exactly that.
pub(crate) fn percent(share: f64) -> String {
    format!("{}{NBSP}%", percent_digits(share))
}

fn percent_digits(share: f64) -> String {
    let p = share * 100.0;
    if !p.is_finite() {
        return "–".to_owned();
    }
    let edge = p.abs().min((100.0 - p).abs());
    if edge == 0.0 || edge >= 10.0 {
        plain(p.round(), 3)
    } else if edge >= 0.1 {
        let digits = format!("{p:.1}");
        digits.strip_suffix(".0").map(str::to_owned).unwrap_or(digits)
    } else if p < 50.0 {
        "< 0.1".to_owned()
    } else {
        "> 99.9".to_owned()
    }
}

/// Two shares: `31 to 35 %`.
pub(crate) fn percent_range([low, high]: [f64; 2]) -> String {
    let (low, high) = (percent_digits(low), percent_digits(high));
    if low == high { format!("{low}{NBSP}%") } else { format!("{low} to {high}{NBSP}%") }
}

/// A time in hours in the unit that suits it: `45 min`, `14 h`, `5.3 days`.
pub(crate) fn hours(h: f64) -> String {
    let a = h.abs();
    if !h.is_finite() {
        "–".to_owned()
    } else if a < 0.95 {
        format!("{}{NBSP}min", plain((h * 60.0).round(), 2))
    } else if a < 72.0 {
        let digits = if (10.0..24.0).contains(&a) { 3 } else { 2 };
        format!("{}{NBSP}h", plain(h, digits))
    } else if a < 24.0 * 400.0 {
        format!("{}{NBSP}days", plain(h / 24.0, if a < 2400.0 { 2 } else { 3 }))
    } else {
        format!("{}{NBSP}years", plain(h / 8766.0, 2))
    }
}

/// `value` in `unit`, in words for people.
pub(crate) fn quantity(value: f64, unit: &str) -> String {
    match Unit::of(unit) {
        Unit::Hours => hours(value),
        Unit::Share => percent(value),
        Unit::Bare => number(value),
        Unit::Named(name) => format!("{}{NBSP}{name}", number(value)),
    }
}

/// How a unit is shown.
enum Unit<'a> {
    Hours,
    Share,
    Bare,
    Named(&'a str),
}

impl<'a> Unit<'a> {
    fn of(unit: &'a str) -> Self {
        match unit {
            "h" | "hours" | "hour" => Self::Hours,
            "share" | "%" => Self::Share,
            "" | "1" | "-" => Self::Bare,
            name => Self::Named(name),
        }
    }
}

/// `a to b` in `unit`, with as many digits as tell the ends from `centre`.
pub(crate) fn range(centre: f64, [low, high]: [f64; 2], unit: &str) -> String {
    match Unit::of(unit) {
        Unit::Hours => joined(hours(low), hours(high)),
        Unit::Share => percent_range([low, high]),
        Unit::Bare => number_range(centre, [low, high]),
        Unit::Named(name) => format!("{}{NBSP}{name}", number_range(centre, [low, high])),
    }
}

/// Both ends; a unit or magnitude that both share is said once.
fn joined(low: String, high: String) -> String {
    if low == high {
        return low;
    }
    match (low.split_once(NBSP), high.split_once(NBSP)) {
        (Some((digits, unit)), Some((_, same))) if unit == same => format!("{digits} to {high}"),
        _ => format!("{low} to {high}"),
    }
}

/// Both ends, with at least three and at most six significant digits, so that they differ from the centre.
fn number_range(centre: f64, [low, high]: [f64; 2]) -> String {
    let digits = digits_for(centre, [low, high]);
    joined(with_digits(low, digits), with_digits(high, digits))
}

/// Significant digits at which an interval does not vanish: one digit of the half-width is shown.
fn digits_for(centre: f64, [low, high]: [f64; 2]) -> i32 {
    let half = (high - low).abs() / 2.0;
    if half == 0.0 || centre == 0.0 || !half.is_finite() || !centre.is_finite() {
        return 3;
    }
    (exponent(centre) - exponent(half) + 1).clamp(3, 6)
}

/// Mean with its interval: `12.4 million person-hours (95 % CI 12.1 to 12.7 million)`.
pub(crate) fn estimate(mean: f64, ci95: Option<[f64; 2]>, unit: &str) -> String {
    let Some(ci) = ci95 else { return quantity(mean, unit) };
    estimate_at(mean, ci, unit, 95.0)
}

/// The same at another confidence, in percent.
pub(crate) fn estimate_at(mean: f64, ci: [f64; 2], unit: &str, percent: f64) -> String {
    let value = match Unit::of(unit) {
        Unit::Hours | Unit::Share => quantity(mean, unit),
        Unit::Bare => with_digits(mean, digits_for(mean, ci)),
        Unit::Named(name) => format!("{}{NBSP}{name}", with_digits(mean, digits_for(mean, ci))),
    };
    format!("{value} ({}{NBSP}% CI {})", number(percent), interval(mean, ci, unit))
}

/// Just the interval, without the unit where it is a name said before: `12.1 to 12.7 million`.
pub(crate) fn interval(mean: f64, ci: [f64; 2], unit: &str) -> String {
    match Unit::of(unit) {
        Unit::Named(_) | Unit::Bare => number_range(mean, ci),
        _ => range(mean, ci, unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ascii(text: String) -> String {
        text.replace(NBSP, " ")
    }

    #[test]
    fn numbers_have_three_digits_and_separators() {
        let check = |x: f64, expected: &str| assert_eq!(ascii(number(x)), expected, "{x}");
        check(0.0, "0");
        check(3.0, "3");
        check(2.71543, "2.72");
        check(0.012_345, "0.0123");
        check(41_234.0, "41,200");
        check(999_900.0, "1 million");
        check(12_345_678.0, "12.3 million");
        check(-1234.0, "−1,230");
        check(2.5e9, "2.50 billion");
        check(7.0e13, "70 trillion");
        check(99.96, "100");
        check(1e300, "1.00e300");
        check(f64::NAN, "–");
        check(f64::INFINITY, "–");
        check(5e-324, "0");
    }

    #[test]
    fn shares_are_never_rounded_to_certainty() {
        let check = |x: f64, expected: &str| assert_eq!(ascii(percent(x)), expected, "{x}");
        check(0.0, "0 %");
        check(1.0, "100 %");
        check(0.123, "12 %");
        check(0.997, "99.7 %");
        check(0.05, "5 %");
        check(0.0004, "< 0.1 %");
        check(0.9999, "> 99.9 %");
    }

    #[test]
    fn times_come_in_the_unit_that_suits_them() {
        let check = |h: f64, expected: &str| assert_eq!(ascii(hours(h)), expected, "{h}");
        check(0.0, "0 min");
        check(0.75, "45 min");
        check(1.0, "1 h");
        check(9.5, "9.5 h");
        check(36.2, "36 h");
        check(127.0, "5.3 days");
        check(336.0, "14 days");
        check(17_532.0, "2 years");
    }

    #[test]
    fn intervals_keep_enough_digits_to_show_their_width() {
        let check = |mean, ci, unit: &str, expected: &str| {
            assert_eq!(ascii(estimate(mean, Some(ci), unit)), expected);
        };
        check(
            12.4e6,
            [12.1e6, 12.7e6],
            "person-hours",
            "12.4 million person-hours (95 % CI 12.1 to 12.7 million)",
        );
        check(
            12_412_345.0,
            [12_405_000.0, 12_419_000.0],
            "x",
            "12.412 million x (95 % CI 12.405 to 12.419 million)",
        );
        check(0.31, [0.29, 0.33], "share", "31 % (95 % CI 29 to 33 %)");
        check(50.0, [49.0, 51.0], "h", "50 h (95 % CI 49 to 51 h)");
        check(84.0, [84.0, 84.0], "", "84 (95 % CI 84)");
        check(999_000.0, [990_000.0, 1_010_000.0], "", "999,000 (95 % CI 990,000 to 1.01 million)");
    }
}
