//! The named fields of a struct, asked for one by one.

use super::{article, did_you_mean, mismatch, nearest, quoted, sourced, text};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::value::{Name, Value, ValueKind};

/// More allowed fields than this are not listed in a message.
const LISTED: usize = 12;

/// Most unknown fields of one struct that are reported one by one.
const STRANGERS: usize = 20;

/// A struct being read. Ask for all fields, absent ones too, then call [`Fields::finish`].
#[derive(Debug)]
pub struct Fields<'v, 'd> {
    what: &'static str,
    /// Where to say that a field is missing.
    place: Span,
    entries: Vec<Entry<'v>>,
    asked: Vec<&'static str>,
    out: &'d mut Diagnostics,
}

#[derive(Debug)]
struct Entry<'v> {
    name: &'v str,
    /// None for the single unnamed argument of `Name(x)`.
    at: Option<&'v Name>,
    value: &'v Value,
}

impl<'v, 'd> Fields<'v, 'd> {
    /// The fields of an unnamed `(field: value)`; `what` is a noun for messages, such as "asset". Anything
    /// else is reported.
    pub fn new(value: &'v Value, what: &'static str, out: &'d mut Diagnostics) -> Option<Self> {
        let value = sourced(value, out).value;
        let unnamed = matches!(&value.kind, ValueKind::Struct(None, _))
            || matches!(&value.kind, ValueKind::Tuple(None, items) if items.is_empty());
        if !unnamed {
            let expected = format!("{} {what} as `(field: value, ...)`", article(what));
            out.push(mismatch(value, &expected));
            return None;
        }
        Self::arguments(value, what, None, out)
    }

    /// The fields of `Name(field: value)`. With `single`, `Name(x)` is short for `Name(single: x)`. `Name`
    /// alone and `Name()` have no fields.
    pub fn arguments(
        value: &'v Value,
        what: &'static str,
        single: Option<&'static str>,
        out: &'d mut Diagnostics,
    ) -> Option<Self> {
        let value = sourced(value, out).value;
        let entries = match (&value.kind, single) {
            (ValueKind::Name(_), _) => Vec::new(),
            (ValueKind::Struct(_, fields), _) => fields
                .iter()
                .map(|field| Entry { name: &field.name.text, at: Some(&field.name), value: &field.value })
                .collect(),
            (ValueKind::Tuple(_, items), _) if items.is_empty() => Vec::new(),
            (ValueKind::Tuple(Some(_), items), Some(single)) if items.len() == 1 => {
                vec![Entry { name: single, at: None, value: &items[0] }]
            }
            (ValueKind::Tuple(..), _) => {
                let title = format!("the values of {} {what} need names", article(what));
                out.push(Diagnostic::error(value.span, title).help("write `name: value` for each of them"));
                return None;
            }
            _ => {
                out.push(mismatch(value, &format!("{} {what}", article(what))));
                return None;
            }
        };
        Some(Self { what, place: value.span, entries, asked: Vec::new(), out })
    }

    /// Where problems go, for checks that need more than one field.
    pub fn out(&mut self) -> &mut Diagnostics {
        self.out
    }

    /// Place of the whole struct.
    pub fn span(&self) -> Span {
        self.place
    }

    /// Place of a field's value, if the field is there.
    pub fn span_of(&self, name: &str) -> Option<Span> {
        self.find(name).map(|value| value.span)
    }

    /// Whether a field is there; counts as asking for it.
    pub fn has(&mut self, name: &'static str) -> bool {
        self.value(name).is_some()
    }

    /// The value of a field, unread; none where it is absent or `None`.
    pub fn value(&mut self, name: &'static str) -> Option<&'v Value> {
        if !self.asked.contains(&name) {
            self.asked.push(name);
        }
        self.find(name)
    }

    /// Reads a field that may be absent: `None` when it is, and when it was wrong (then reported).
    pub fn optional<T>(
        &mut self,
        name: &'static str,
        mut read: impl FnMut(&'v Value, &mut Diagnostics) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(name)?;
        read(value, self.out)
    }

    /// Reads a field that has to be there: `None` always means that a problem was reported.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnMut(&'v Value, &mut Diagnostics) -> Option<T>,
    ) -> Option<T> {
        if !self.has(name) {
            let problem = self.missing(name);
            self.out.push(problem);
            return None;
        }
        self.optional(name, read)
    }

    /// Reports every field that was never asked for.
    pub fn finish(mut self) {
        // Where an entry has a field of its own of these names, it has been read as what it is there.
        let own = |name: &str| self.asked.contains(&name);
        let of_origin = |name: &str| matches!(name, "source" | "confidence") && !own(name);
        let origins: Vec<bool> = self.entries.iter().map(|entry| of_origin(entry.name)).collect();
        self.asked.push("notes");
        if self.asked.contains(&"id") {
            self.asked.extend(["source", "confidence"]);
        }
        let mut strangers = 0;
        for (entry, of_origin) in self.entries.iter().zip(origins) {
            if self.asked.contains(&entry.name) {
                if of_origin {
                    let _ = text(entry.value, self.out);
                }
            } else if let Some(name) = entry.at {
                strangers += 1;
                if strangers <= STRANGERS {
                    self.out.push(unknown(name, entry.name, self.what, &self.asked));
                }
            }
        }
        if strangers > STRANGERS {
            let title = format!("{} {} has {strangers} unknown fields", article(self.what), self.what);
            self.out
                .push(Diagnostic::error(self.place, title).help("only the first ones are shown one by one"));
        }
    }

    fn find(&self, name: &str) -> Option<&'v Value> {
        let value = self.entries.iter().find(|entry| entry.name == name)?.value;
        let absent = matches!(&value.kind, ValueKind::Name(word) if word.text == "None");
        (!absent).then_some(value)
    }

    fn missing(&self, name: &str) -> Diagnostic {
        let title = format!("{} {} needs a field `{name}`", article(self.what), self.what);
        let problem = Diagnostic::error(self.place, title).label(format!("`{name}` is missing here"));
        let strangers = self.entries.iter().map(|entry| entry.name).filter(|name| !self.asked.contains(name));
        match nearest(name, strangers) {
            Some(near) => problem.help(format!("there is a field `{near}`; was `{name}` meant?")),
            None => problem,
        }
    }
}

/// A field that does not belong where it stands.
pub(super) fn unknown(name: &Name, text: &str, what: &str, allowed: &[&str]) -> Diagnostic {
    let title = format!("{} {what} has no field `{}`", article(what), super::shortened(text));
    let near = nearest(text, allowed.iter().copied());
    let problem = Diagnostic::error(name.span, title).label(
        near.map_or_else(|| "unknown field".into(), |near| format!("unknown field; {}", did_you_mean(near))),
    );
    match (allowed.len(), near) {
        (1..=LISTED, _) => problem.help(format!("allowed here: {}", quoted(allowed))),
        _ => problem,
    }
}
