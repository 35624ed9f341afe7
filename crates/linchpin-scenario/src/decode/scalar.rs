//! Readers of single values.

use std::ops::RangeInclusive;

use super::{did_you_mean, mismatch, nearest, one_of, sourced};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::value::{Value, ValueKind};

/// Longest id in characters.
const LONGEST_ID: usize = 120;

/// Something read, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What was read.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// A reader that also keeps the place.
pub fn spanned<'v, T>(
    mut read: impl FnMut(&'v Value, &mut Diagnostics) -> Option<T>,
) -> impl FnMut(&'v Value, &mut Diagnostics) -> Option<Spanned<T>> {
    move |value, out| Some(Spanned { value: read(value, out)?, span: super::plain(value).span })
}

/// A text.
pub fn text(value: &Value, out: &mut Diagnostics) -> Option<String> {
    let value = sourced(value, out).value;
    let problem = match &value.kind {
        ValueKind::String(text) => return Some(text.clone()),
        ValueKind::Name(name) => {
            mismatch(value, "a text in double quotes").help(format!("write {:?}", name.text))
        }
        ValueKind::Char(c) => {
            mismatch(value, "a text in double quotes").help(format!("write {:?}", c.to_string()))
        }
        _ => mismatch(value, "a text in double quotes"),
    };
    out.push(problem);
    None
}

/// `true` or `false`.
pub fn boolean(value: &Value, out: &mut Diagnostics) -> Option<bool> {
    let value = sourced(value, out).value;
    let problem = mismatch(value, "`true` or `false`");
    out.push(match &value.kind {
        ValueKind::Bool(flag) => return Some(*flag),
        ValueKind::String(text) if text == "true" || text == "false" => {
            problem.help(format!("write {text} without quotes"))
        }
        _ => problem,
    });
    None
}

/// An id: letters, digits, `-`, `_` and `.`, at most 120 characters.
pub fn id(value: &Value, out: &mut Diagnostics) -> Option<Spanned<String>> {
    let place = super::plain(value).span;
    let text = text(value, out)?;
    match wrong_with_id(&text) {
        None => Some(Spanned { value: text, span: place }),
        Some(title) => {
            out.push(Diagnostic::error(place, title).help(ID_HELP));
            None
        }
    }
}

/// An id, or two of them with a slash between: something within something else.
pub fn path(value: &Value, out: &mut Diagnostics) -> Option<Spanned<String>> {
    let place = super::plain(value).span;
    let text = text(value, out)?;
    let (outer, inner) = text.split_once('/').unwrap_or((&text, "inner"));
    match wrong_with_id(outer).or_else(|| wrong_with_id(inner)) {
        None => Some(Spanned { value: text, span: place }),
        Some(title) => {
            out.push(Diagnostic::error(place, title).help(ID_HELP));
            None
        }
    }
}

const ID_HELP: &str = "ids are made of letters, digits, `-`, `_` and `.`";

/// What is wrong with an id.
fn wrong_with_id(text: &str) -> Option<String> {
    let wrong = text.chars().find(|c| !c.is_alphanumeric() && !matches!(c, '-' | '_' | '.'));
    match wrong {
        _ if text.is_empty() => Some("an id must not be empty".into()),
        Some(c) => Some(format!("an id must not contain {c:?}")),
        None if text.chars().count() > LONGEST_ID => {
            Some(format!("an id has at most {LONGEST_ID} characters, this one {}", text.chars().count()))
        }
        None => None,
    }
}

/// A finite number.
pub fn number(value: &Value, out: &mut Diagnostics) -> Option<f64> {
    finite(value, "a number", out)
}

/// A reader of numbers within a range.
pub fn number_in(range: RangeInclusive<f64>) -> impl FnMut(&Value, &mut Diagnostics) -> Option<f64> {
    move |value, out| within(value, &range, "a number", out)
}

/// A share: a number from 0 to 1.
pub fn share(value: &Value, out: &mut Diagnostics) -> Option<f64> {
    within(value, &(0.0..=1.0), "a share", out)
}

fn within(value: &Value, range: &RangeInclusive<f64>, noun: &str, out: &mut Diagnostics) -> Option<f64> {
    let expected = format!("{noun}{}", in_words(range));
    let number = finite(value, &expected, out)?;
    if range.contains(&number) {
        return Some(number);
    }
    let problem = mismatch(super::plain(value), &expected);
    let percent = noun == "a share" && number > 1.0 && number <= 100.0;
    out.push(if percent {
        problem.help(format!("for {number} percent write {}", number / 100.0))
    } else {
        problem
    });
    None
}

fn in_words(range: &RangeInclusive<f64>) -> String {
    match (range.start(), range.end()) {
        (least, most) if least.abs() >= f64::MAX && *most >= f64::MAX => String::new(),
        (least, most) if *most >= f64::MAX => format!(" of at least {least}"),
        (least, most) => format!(" from {least} to {most}"),
    }
}

fn finite(value: &Value, expected: &str, out: &mut Diagnostics) -> Option<f64> {
    let value = sourced(value, out).value;
    let problem = match &value.kind {
        ValueKind::Integer(number) => return Some(*number as f64),
        ValueKind::Float(number) if number.is_finite() => return Some(*number),
        ValueKind::Float(number) if number.is_infinite() => {
            mismatch(value, expected).help("numbers are at most about 1.8e308")
        }
        ValueKind::String(text) if text.trim().parse::<f64>().is_ok() => {
            mismatch(value, expected).help(format!("write {} without quotes", text.trim()))
        }
        ValueKind::String(text) if percent(text).is_some() => {
            mismatch(value, expected).help(format!("write {}", percent(text).unwrap_or_default()))
        }
        _ => mismatch(value, expected),
    };
    out.push(problem);
    None
}

fn percent(text: &str) -> Option<f64> {
    text.trim().strip_suffix('%')?.trim().parse::<f64>().ok().map(|number| number / 100.0)
}

/// A reader of whole numbers within a range.
pub fn integer_in<T>(range: RangeInclusive<T>) -> impl FnMut(&Value, &mut Diagnostics) -> Option<T>
where
    T: Copy + Into<i128> + TryFrom<i128>,
{
    move |value, out| {
        let (least, most): (i128, i128) = ((*range.start()).into(), (*range.end()).into());
        let value = sourced(value, out).value;
        let expected = format!("a whole number from {least} to {most}");
        let problem = mismatch(value, &expected);
        out.push(match &value.kind {
            ValueKind::Integer(number) if (least..=most).contains(number) => {
                return T::try_from(*number).ok();
            }
            ValueKind::Float(number)
                if number.fract() == 0.0
                    && number.abs() < 1e15
                    && (least..=most).contains(&(*number as i128)) =>
            {
                problem.help(format!("write {number} without a point"))
            }
            ValueKind::String(text) if text.trim().parse::<i128>().is_ok() => {
                problem.help(format!("write {} without quotes", text.trim()))
            }
            _ => problem,
        });
        None
    }
}

/// A reader of a bare word that stands for a value, such as `Min` or `Product`.
pub fn choice<T: Copy>(
    what: &'static str,
    allowed: &'static [(&'static str, T)],
) -> impl FnMut(&Value, &mut Diagnostics) -> Option<T> {
    move |value, out| {
        let value = sourced(value, out).value;
        let words: Vec<&str> = allowed.iter().map(|(word, _)| *word).collect();
        let problem = match &value.kind {
            ValueKind::Name(name) => match allowed.iter().find(|(word, _)| *word == name.text) {
                Some((_, meaning)) => return Some(*meaning),
                None => misspelt(value, what, &name.text, &words),
            },
            ValueKind::String(text) if words.contains(&text.as_str()) => {
                mismatch(value, what).help(format!("write {text} without quotes"))
            }
            _ => mismatch(value, what).help(one_of(&words)),
        };
        out.push(problem);
        None
    }
}

fn misspelt(value: &Value, what: &str, word: &str, words: &[&str]) -> Diagnostic {
    let problem =
        Diagnostic::error(value.span, format!("expected {what}, found `{}`", super::shortened(word)));
    let problem = match nearest(word, words.iter().copied()) {
        Some(near) => problem.label(did_you_mean(near)),
        None => problem,
    };
    problem.help(one_of(words))
}
