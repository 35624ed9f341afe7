//! RON text to [`Value`]s that know their place.
//!
//! Reads all of RON 0.12 but for what scenarios have no use for, and is stricter where leniency hides
//! mistakes:
//! - a field or map key given twice is an error (`ron` takes the last one);
//! - map keys are single values; bytes, byte texts and ranges are errors;
//! - whole numbers beyond 128 bits are errors (`ron` makes them floating-point numbers);
//! - `Some(x)` reads as `x`, `None` as the word `None`; a byte order mark at the beginning is skipped.
//!
//! After a syntax error reading goes on at the next field or entry, so that several can be reported at
//! once. The time is linear in the length of the text, whatever the text is; nesting is limited to
//! [`MAX_DEPTH`].

mod lexer;
mod number;
mod parser;
mod problems;
mod text;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{SourceId, Sources, Span};
use crate::value::Value;

/// Deepest nesting of brackets.
pub const MAX_DEPTH: usize = 128;

/// Longest file in bytes (64 MiB).
pub const MAX_BYTES: usize = 64 << 20;

/// Reads one file. None after a syntax error; other faults, such as a field given twice, are only reported.
pub fn parse(sources: &Sources, id: SourceId, diagnostics: &mut Diagnostics) -> Option<Value> {
    let text = sources.text(id);
    if text.len() > MAX_BYTES {
        let start = Span { source: id, start: 0, end: 0 };
        let title = format!("the file is longer than {} MiB", MAX_BYTES >> 20);
        diagnostics.push(Diagnostic::error(start, title).help("split it and use `include`"));
        return None;
    }
    let (value, problems) = parser::document(lexer::Lexer::new(text, id));
    let readable = !problems.unreadable();
    problems.list.into_iter().for_each(|problem| diagnostics.push(problem));
    value.filter(|_| readable)
}
