//! Numbers and times out of texts.

use crate::problems::Problems;
use crate::raw::Cell;
use crate::read::shortened;
use linchpin_scenario::diagnostic::Diagnostic;
use std::ops::RangeInclusive;

/// Longest time of the language: 20 years.
const LONGEST_H: f64 = 20.0 * 365.0 * 24.0;

/// A finite number; a decimal comma where the file has them.
pub(crate) fn number(text: &str, decimal_comma: bool) -> Option<f64> {
    let parsed = match text.parse::<f64>() {
        Err(_) if decimal_comma => text.replacen(',', ".", 1).parse::<f64>(),
        parsed => parsed,
    };
    parsed.ok().filter(|number| number.is_finite())
}

/// A number within a range, or a problem.
pub(crate) fn within(
    cell: &Cell,
    name: &str,
    range: RangeInclusive<f64>,
    decimal_comma: bool,
    problems: &mut Problems,
) -> Option<f64> {
    let number = number(&cell.text, decimal_comma);
    if let Some(number) = number.filter(|number| range.contains(number)) {
        return Some(number);
    }
    let title = match number {
        None => format!("`{name}` is not a number: `{}`", shortened(&cell.text)),
        Some(number) => format!("`{name}` is {number}, not from {} to {}", range.start(), range.end()),
    };
    problems.broken("value", Diagnostic::error(cell.span, title));
    None
}

/// A weight of the language: 0, or from 0.001 to a most.
pub(crate) fn weight(
    cell: &Cell,
    name: &str,
    most: f64,
    decimal_comma: bool,
    problems: &mut Problems,
) -> Option<f64> {
    let weight = within(cell, name, 0.0..=most, decimal_comma, problems)?;
    if weight > 0.0 && weight < 0.001 {
        let title = format!("`{name}` is {weight}: above 0 it is at least 0.001");
        problems.broken("value", Diagnostic::error(cell.span, title).help("write it in a smaller unit"));
        return None;
    }
    Some(weight)
}

/// A time in seconds: a number of hours, or a number with one of the units s, min, h, d, w.
pub(crate) fn time_s(cell: &Cell, name: &str, decimal_comma: bool, problems: &mut Problems) -> Option<u64> {
    let text = cell.text.trim();
    let units = [("min", 1.0 / 60.0), ("s", 1.0 / 3600.0), ("h", 1.0), ("d", 24.0), ("w", 168.0)];
    let (digits, hours) = units
        .iter()
        .find_map(|(unit, hours)| Some((text.strip_suffix(unit)?, *hours)))
        .unwrap_or((text, 1.0));
    let time = number(digits.trim(), decimal_comma).map(|number| number * hours);
    match time {
        Some(time) if (0.0..=LONGEST_H).contains(&time) => Some(libm::round(time * 3600.0) as u64),
        _ => {
            let title = format!("`{name}` is not a time: `{}`", shortened(text));
            let help = "a number of hours, or one with a unit such as 90min, 6h, 2d; at most 20 years";
            problems.broken("value", Diagnostic::error(cell.span, title).help(help));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_scenario::source::{SourceId, Span};

    fn cell(text: &str) -> Cell {
        Cell { column: 0, text: text.into(), span: Span { source: SourceId(0), start: 0, end: 0 } }
    }

    #[test]
    fn numbers_of_all_kinds() {
        for (text, comma, expected) in [
            ("1.5", false, Some(1.5)),
            ("1e3", false, Some(1000.0)),
            ("1,5", false, None),
            ("1,5", true, Some(1.5)),
            ("1,234,5", true, None),
            ("inf", false, None),
            ("NaN", true, None),
            ("-0", false, Some(-0.0)),
            ("12 m", false, None),
        ] {
            assert_eq!(number(text, comma), expected, "{text}");
        }
    }

    #[test]
    fn times_have_units() {
        for (text, expected) in [
            ("6", Some(21_600)),
            ("1.5", Some(5_400)),
            ("90min", Some(5_400)),
            ("30 s", Some(30)),
            ("2d", Some(172_800)),
            ("-1", None),
            ("1e9", None),
            ("soon", None),
        ] {
            let mut problems = Problems::new(false);
            assert_eq!(time_s(&cell(text), "t", false, &mut problems), expected, "{text}");
            assert_eq!(problems.is_fine(), expected.is_some(), "{text}");
        }
    }

    #[test]
    fn weights_are_not_too_small() {
        for (text, fine) in
            [("0", true), ("0.001", true), ("0.0009", false), ("1e9", true), ("2e9", false), ("x", false)]
        {
            let mut problems = Problems::new(false);
            assert_eq!(weight(&cell(text), "w", 1e9, false, &mut problems).is_some(), fine, "{text}");
        }
    }
}
