//! Durations such as `"1d 6h"`.

use super::{mismatch, sourced};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::value::{Value, ValueKind};

/// Longest time of a scenario in years of 365.25 days.
const LONGEST_YEARS: u32 = 20;

const YEAR_S: u32 = 31_557_600;

/// Longest time a scenario may name, in seconds: 20 years of 365.25 days.
pub const MAX_TIME_S: u32 = LONGEST_YEARS * YEAR_S;

const UNITS: [(&str, f64); 5] =
    [("s", 1.0), ("min", 60.0), ("h", 3_600.0), ("d", 86_400.0), ("w", 604_800.0)];

/// What people write instead of the units.
const MEANT: [(&str, &[&str]); 5] = [
    ("s", &["sec", "secs", "second", "seconds"]),
    ("min", &["m", "mins", "minute", "minutes"]),
    ("h", &["hr", "hrs", "hour", "hours", "std"]),
    ("d", &["day", "days"]),
    ("w", &["wk", "wks", "week", "weeks"]),
];

const EXPECTED: &str = "a time such as \"36h\" or \"1d 6h\"";

/// A time in whole seconds (parts of a second count as a whole one), from 0 to [`MAX_TIME_S`].
pub fn time(value: &Value, out: &mut Diagnostics) -> Option<u32> {
    seconds(value, out).map(linchpin_model::time::whole_seconds)
}

/// A time in seconds, from 0 to [`MAX_TIME_S`], not rounded: for the parameters of distributions.
pub fn seconds(value: &Value, out: &mut Diagnostics) -> Option<f64> {
    seconds_up_to(LONGEST_YEARS, value, out)
}

/// A time in seconds, from 0 to 10,000 years: for rates such as a mean time to failure, which may lie far
/// beyond what is ever simulated.
pub fn long_seconds(value: &Value, out: &mut Diagnostics) -> Option<f64> {
    seconds_up_to(10_000, value, out)
}

/// A time on a command line, in whole seconds.
///
/// # Errors
/// What is wrong with it, and what would be right.
pub fn duration_text(text: &str) -> Result<u32, String> {
    let seconds = parse(text, LONGEST_YEARS).map_err(|(label, help)| format!("{label}; {help}"))?;
    Ok(linchpin_model::time::whole_seconds(seconds))
}

fn seconds_up_to(years: u32, value: &Value, out: &mut Diagnostics) -> Option<f64> {
    let value = sourced(value, out).value;
    let problem = match &value.kind {
        ValueKind::String(text) => match parse(text, years) {
            Ok(seconds) => return Some(seconds),
            Err((label, help)) => {
                let problem = Diagnostic::error(
                    value.span,
                    format!("expected {EXPECTED}, found {:?}", super::shortened(text)),
                );
                problem.label(label).help(help)
            }
        },
        ValueKind::Integer(number) => {
            mismatch(value, EXPECTED).label("a time needs a unit").help(with_unit(&number.to_string()))
        }
        ValueKind::Float(number) if number.is_finite() => {
            mismatch(value, EXPECTED).label("a time needs a unit").help(with_unit(&number.to_string()))
        }
        _ => mismatch(value, EXPECTED),
    };
    out.push(problem);
    None
}

fn with_unit(number: &str) -> String {
    format!("if hours are meant write \"{}h\"; {}", number.trim_start_matches('-'), units())
}

fn units() -> String {
    "the units are s, min, h, d, w".into()
}

/// Seconds, or what is wrong (for the marked place) and what would be right.
fn parse(text: &str, years: u32) -> Result<f64, (String, String)> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(("a time must not be empty".into(), format!("for no time write \"0s\"; {}", units())));
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let (number, after) = split_where(rest, |c| !matches!(c, '0'..='9' | '.' | '_'));
        if rest.starts_with('-') {
            return Err(("a time cannot be negative".into(), "times start at \"0s\"".into()));
        }
        let amount: f64 = number
            .replace('_', "")
            .parse()
            .map_err(|_| ("no number here".into(), "write a number and a unit, such as \"36h\"".into()))?;
        let (unit, after) = split_where(after.trim_start(), |c| !c.is_alphabetic());
        total += amount * factor(unit, number)?;
        rest = after.trim_start();
    }
    // Dust of sums such as 0.1 d + 0.2 h must not push the longest time over the edge.
    if total > f64::from(years) * f64::from(YEAR_S) + 1e-3 {
        let days = f64::from(years) * f64::from(YEAR_S) / 86_400.0;
        return Err((
            format!("longer than {years} years"),
            format!("the longest time here is {years} years, \"{days}d\""),
        ));
    }
    Ok(total)
}

fn factor(unit: &str, number: &str) -> Result<f64, (String, String)> {
    if let Some((_, factor)) = UNITS.iter().find(|(name, _)| *name == unit) {
        return Ok(*factor);
    }
    if unit.is_empty() {
        return Err((format!("{number} of what?"), with_unit(number)));
    }
    let lower = unit.to_lowercase();
    let label = format!("unknown unit `{}`", super::shortened(unit));
    let meant = MEANT.iter().find(|(name, aliases)| *name == lower || aliases.contains(&lower.as_str()));
    Err((
        label,
        match (meant, lower.as_str()) {
            (Some((name, _)), _) => format!("did you mean \"{number}{name}\"? {}", units()),
            (None, "y" | "yr" | "year" | "years" | "a") => "a year is \"365d\"".into(),
            (None, "mo" | "month" | "months") => "a month is about \"30d\"".into(),
            (None, "ms" | "us" | "ns") => "the shortest time is \"1s\"".into(),
            _ => units(),
        },
    ))
}

fn split_where(text: &str, stop: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(stop).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn times_are_read() {
        for (text, seconds) in [
            ("90s", 90.0),
            ("45min", 2_700.0),
            ("72h", 259_200.0),
            ("14d", 1_209_600.0),
            ("6w", 3_628_800.0),
            ("1d 6h", 108_000.0),
            ("1d6h", 108_000.0),
            (" 1.5 h ", 5_400.0),
            ("0s", 0.0),
            ("10_000s", 10_000.0),
            ("7305d", 631_152_000.0),
        ] {
            assert_eq!(parse(text, super::LONGEST_YEARS), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn wrong_times_are_explained() {
        for (text, label, help) in [
            ("72", "72 of what?", "\"72h\""),
            ("", "must not be empty", "\"0s\""),
            ("-3h", "negative", "\"0s\""),
            ("1d -3h", "negative", "\"0s\""),
            ("3 hours", "unknown unit `hours`", "\"3h\""),
            ("5m", "unknown unit `m`", "\"5min\""),
            ("5H", "unknown unit `H`", "\"5h\""),
            ("2y", "unknown unit `y`", "365d"),
            ("3 parsecs", "unknown unit `parsecs`", "s, min, h, d, w"),
            ("h", "no number", "36h"),
            ("1..2h", "no number", "36h"),
            ("7306d", "20 years", "7305d"),
            ("99999999999999999999999999w", "20 years", "7305d"),
            ("1h, 2min", "no number", "36h"),
            ("٣h", "no number", "36h"),
        ] {
            let (got_label, got_help) = parse(text, super::LONGEST_YEARS).expect_err(text);
            assert!(got_label.contains(label), "{text}: {got_label}");
            assert!(got_help.contains(help), "{text}: {got_help}");
        }
    }
}
