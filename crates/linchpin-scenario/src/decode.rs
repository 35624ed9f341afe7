//! From [`Value`]s to typed data, collecting every problem instead of stopping at the first.
//!
//! A *reader* is any `fn(&Value, &mut Diagnostics) -> Option<T>`: it reports what is wrong and then returns
//! `None`, so `None` always means "already reported". Readers compose:
//!
//! ```
//! use linchpin_scenario::decode::{self, Fields};
//! use linchpin_scenario::{diagnostic::Diagnostics, value::Value};
//!
//! struct Team { id: decode::Spanned<String>, crews: u32, travel_s: u32, serves: Vec<String> }
//!
//! fn team(value: &Value, out: &mut Diagnostics) -> Option<Team> {
//!     let mut fields = Fields::new(value, "team", out)?;
//!     let id = fields.required("id", decode::id);
//!     let crews = fields.required("crews", decode::integer_in(1..=10_000_u32));
//!     let travel_s = fields.optional("travel", decode::time).unwrap_or(0);
//!     let serves = fields.optional("serves", decode::list_of(decode::text)).unwrap_or_default();
//!     fields.finish(); // ask for every field first: what was never asked for is unknown
//!     Some(Team { id: id?, crews: crews?, travel_s, serves })
//! }
//! ```
//!
//! - Every reader looks through the wrapper `(value: X, source: "...", confidence: "...")`; [`sourced`]
//!   keeps what it says.
//! - `None` as the value of a field counts as the field being absent; the text reader has already unwrapped
//!   `Some(x)`.
//! - [`Fields::arguments`] reads the content of `Name(...)`, by name or as a single unnamed argument.
//! - [`choice`] reads a bare word, [`tag`] tells which `Name(...)` it is.
//! - `notes` is allowed in every struct, `source` and `confidence` in every struct with an `id`.

mod duration;
mod fields;
mod scalar;
mod suggest;
#[cfg(test)]
mod tests;

pub use duration::{MAX_TIME_S, duration_text, long_seconds, seconds, time};
pub use fields::Fields;
pub use scalar::{Spanned, boolean, choice, id, integer_in, number, number_in, path, share, spanned, text};
pub use suggest::{did_you_mean, nearest};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::value::{Field, Value, ValueKind};

/// A value together with where it comes from, if it says so.
#[derive(Clone, Debug, PartialEq)]
pub struct Sourced<'v> {
    /// The value itself.
    pub value: &'v Value,
    /// Where it is from, in words.
    pub source: Option<String>,
    /// How far it can be trusted, as a code of the author's choosing.
    pub confidence: Option<String>,
}

/// Takes a value out of `(value: X, source: "...", confidence: "...")`, reporting what does not belong in
/// there. Any other value is returned as it is.
pub fn sourced<'v>(value: &'v Value, out: &mut Diagnostics) -> Sourced<'v> {
    let mut result = Sourced { value, source: None, confidence: None };
    while let Some((inner, fields)) = wrapped(result.value) {
        for field in fields {
            match field.name.text.as_str() {
                "source" => result.source = text(&field.value, out).or(result.source),
                "confidence" => result.confidence = text(&field.value, out).or(result.confidence),
                "value" | "notes" => {}
                other => {
                    out.push(fields::unknown(&field.name, other, "value with a source", &WRAPPER_FIELDS))
                }
            }
        }
        result.value = inner;
    }
    result
}

/// The value inside `(value: X, ...)`, without looking at the rest; any other value as it is.
pub fn plain(mut value: &Value) -> &Value {
    while let Some((inner, _)) = wrapped(value) {
        value = inner;
    }
    value
}

const WRAPPER_FIELDS: [&str; 4] = ["value", "source", "confidence", "notes"];

/// No entry of the language has a field `value`, so a struct that has one is a wrapper, even with a
/// misspelt companion.
fn wrapped(value: &Value) -> Option<(&Value, &[Field])> {
    let ValueKind::Struct(None, fields) = &value.kind else { return None };
    let inner = fields.iter().find(|field| field.name.text == "value")?;
    Some((&inner.value, fields))
}

/// The entries of a list. A value alone is not taken for a list of one.
pub fn list<'v>(value: &'v Value, out: &mut Diagnostics) -> Option<&'v [Value]> {
    let value = sourced(value, out).value;
    match &value.kind {
        ValueKind::List(items) => Some(items),
        ValueKind::Tuple(None, items) if !items.is_empty() => {
            out.push(mismatch(value, "a list").help("lists stand in square brackets: `[a, b]`"));
            None
        }
        ValueKind::String(text) => {
            out.push(mismatch(value, "a list").help(format!("for a list of one write [{text:?}]")));
            None
        }
        _ => {
            out.push(mismatch(value, "a list"));
            None
        }
    }
}

/// A reader of lists. Entries that cannot be read are left out (and reported).
pub fn list_of<'v, T>(
    mut read: impl FnMut(&'v Value, &mut Diagnostics) -> Option<T>,
) -> impl FnMut(&'v Value, &mut Diagnostics) -> Option<Vec<T>> {
    move |value, out| Some(list(value, out)?.iter().filter_map(|item| read(item, out)).collect())
}

/// What stands where either a list (of ids) or a struct (a selector) may stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ListOrStruct<'v> {
    /// `[a, b]`.
    List(&'v [Value]),
    /// `(field: value)`, for [`Fields::new`].
    Struct(&'v Value),
}

/// A list or an unnamed struct; `expected` names both, such as "a list of ids or a selector".
pub fn list_or_struct<'v>(
    value: &'v Value,
    expected: &str,
    out: &mut Diagnostics,
) -> Option<ListOrStruct<'v>> {
    let value = sourced(value, out).value;
    match &value.kind {
        ValueKind::List(items) => Some(ListOrStruct::List(items)),
        ValueKind::Struct(None, _) => Some(ListOrStruct::Struct(value)),
        ValueKind::Tuple(None, items) if items.is_empty() => Some(ListOrStruct::Struct(value)),
        ValueKind::String(text) => {
            out.push(mismatch(value, expected).help(format!("for a list of one write [{text:?}]")));
            None
        }
        _ => {
            out.push(mismatch(value, expected));
            None
        }
    }
}

/// The two parts of `(a, b)`; `expected` says which pair is meant, such as "a position (latitude,
/// longitude)".
pub fn pair<'v>(value: &'v Value, expected: &str, out: &mut Diagnostics) -> Option<(&'v Value, &'v Value)> {
    let value = sourced(value, out).value;
    match &value.kind {
        ValueKind::Tuple(None, items) | ValueKind::List(items) if items.len() == 2 => {
            Some((&items[0], &items[1]))
        }
        _ => {
            out.push(mismatch(value, expected));
            None
        }
    }
}

/// The name of `Name`, `Name(a, b)` or `Name(field: value)`; none where there is no name. Reports nothing.
pub fn name_of(value: &Value) -> Option<&str> {
    match &plain(value).kind {
        ValueKind::Name(name) | ValueKind::Struct(Some(name), _) | ValueKind::Tuple(Some(name), _) => {
            Some(&name.text)
        }
        _ => None,
    }
}

/// The name of a `Name(...)`, one of `allowed`; `what` says what it is, such as "effect". Its content is
/// then read with [`Fields::arguments`].
pub fn tag<'v>(value: &'v Value, what: &str, allowed: &[&str], out: &mut Diagnostics) -> Option<&'v str> {
    let value = sourced(value, out).value;
    let Some(name) = name_of(value) else {
        out.push(mismatch(value, &format!("{} {what}", article(what))).help(one_of(allowed)));
        return None;
    };
    if allowed.contains(&name) {
        return Some(name);
    }
    let mut problem = Diagnostic::error(name_span(value), format!("unknown {what} `{name}`"));
    problem = match nearest(name, allowed.iter().copied()) {
        Some(near) => problem.label(did_you_mean(near)),
        None => problem,
    };
    out.push(problem.help(one_of(allowed)));
    None
}

fn name_span(value: &Value) -> crate::source::Span {
    match &value.kind {
        ValueKind::Name(name) | ValueKind::Struct(Some(name), _) | ValueKind::Tuple(Some(name), _) => {
            name.span
        }
        _ => value.span,
    }
}

/// "expected a share from 0 to 1, found a list", at the value.
pub fn mismatch(value: &Value, expected: &str) -> Diagnostic {
    Diagnostic::error(value.span, format!("expected {expected}, found {}", describe(value)))
}

/// A value in a few words, such as "the text "abc"" or "a list".
pub fn describe(value: &Value) -> String {
    match &value.kind {
        ValueKind::Bool(flag) => format!("`{flag}`"),
        ValueKind::Integer(number) => format!("the number {number}"),
        ValueKind::Float(number) if number.is_finite() => format!("the number {number:?}"),
        ValueKind::Float(number) if number.is_nan() => "NaN".into(),
        ValueKind::Float(_) => "an infinite number".into(),
        ValueKind::Char(_) => "a character in single quotes".into(),
        ValueKind::String(text) if text.is_empty() => "an empty text".into(),
        ValueKind::String(text) => format!("the text {:?}", shortened(text)),
        ValueKind::List(items) if items.is_empty() => "an empty list".into(),
        ValueKind::List(_) => "a list".into(),
        ValueKind::Map(_) => "a map in `{ }`".into(),
        ValueKind::Struct(None, _) => "named fields in `( )`".into(),
        ValueKind::Tuple(None, items) if items.is_empty() => "an empty `()`".into(),
        ValueKind::Tuple(None, _) => "a tuple in `( )`".into(),
        ValueKind::Struct(Some(name), _) | ValueKind::Tuple(Some(name), _) => {
            format!("`{}(...)`", shortened(&name.text))
        }
        ValueKind::Name(name) => format!("the word `{}`", shortened(&name.text)),
    }
}

/// At most 40 characters, so that a message stays a message.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.into(),
    }
}

fn one_of(allowed: &[&str]) -> String {
    format!("one of {}", quoted(allowed))
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}
