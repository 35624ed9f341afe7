//! Values to RON text: how a frozen scenario is written.

use crate::value::{Field, Name, Value, ValueKind};

/// Something in brackets stands on one line if the line gets no longer than this.
const LINE_CHARS: usize = 110;

const INDENT: usize = 4;

/// Words with a meaning of their own: as a name they need `r#`.
const WORDS: [&str; 9] = ["true", "false", "Some", "inf", "inff32", "inff64", "NaN", "NaNf32", "NaNf64"];

/// A value as RON, indented, with a line break at the end. Reading it again gives an equal value, places
/// aside.
pub fn to_ron(value: &Value) -> String {
    let mut writer = Writer { text: String::new(), indent: 0, line_start: 0 };
    writer.value(value, 0);
    writer.text.push('\n');
    writer.text
}

/// A value as RON on one line, however long that gets: the same text however it was typed.
pub fn to_line(value: &Value) -> String {
    let mut text = String::new();
    if !flat(value, &mut text, usize::MAX) {
        // A text too long for any line.
        text.clear();
        push_scalar(&mut text, &value.kind);
    }
    text
}

struct Writer {
    text: String,
    indent: usize,
    /// Byte at which the present line begins.
    line_start: usize,
}

impl Writer {
    /// `after` is what else has to find room on the last line.
    fn value(&mut self, value: &Value, after: usize) {
        let used = self.text.len() - self.line_start;
        let room = LINE_CHARS.saturating_sub(used + after);
        let before = self.text.len();
        if flat(value, &mut self.text, before + room) {
            return;
        }
        self.text.truncate(before);
        match &value.kind {
            ValueKind::List(items) => self.lines('[', items, ']', |writer, item| writer.value(item, 1)),
            ValueKind::Map(entries) => self.lines('{', entries, '}', |writer, (key, value)| {
                writer.value(key, 1);
                writer.text.push_str(": ");
                writer.value(value, 1);
            }),
            ValueKind::Struct(name, fields) => {
                push_name(&mut self.text, name.as_ref());
                self.lines('(', fields, ')', |writer, field| {
                    push_field_name(&mut writer.text, field);
                    writer.value(&field.value, 1);
                });
            }
            ValueKind::Tuple(name, items) => {
                push_name(&mut self.text, name.as_ref());
                self.lines('(', items, ')', |writer, item| writer.value(item, 1));
            }
            scalar => push_scalar(&mut self.text, scalar),
        }
    }

    fn lines<T>(&mut self, open: char, items: &[T], close: char, mut write: impl FnMut(&mut Self, &T)) {
        self.text.push(open);
        self.indent += INDENT;
        for item in items {
            self.new_line();
            write(self, item);
            self.text.push(',');
        }
        self.indent -= INDENT;
        self.new_line();
        self.text.push(close);
    }

    fn new_line(&mut self) {
        self.text.push('\n');
        self.line_start = self.text.len();
        self.text.extend(std::iter::repeat_n(' ', self.indent));
    }
}

/// Appends a value on one line; false as soon as the text becomes longer than `limit` bytes.
fn flat(value: &Value, text: &mut String, limit: usize) -> bool {
    match &value.kind {
        ValueKind::List(items) => {
            flat_items('[', items, ']', text, limit, |item, text| flat(item, text, limit))
        }
        ValueKind::Map(entries) => flat_items('{', entries, '}', text, limit, |(key, value), text| {
            flat(key, text, limit) && {
                text.push_str(": ");
                flat(value, text, limit)
            }
        }),
        ValueKind::Struct(name, fields) => {
            push_name(text, name.as_ref());
            flat_items('(', fields, ')', text, limit, |field, text| {
                push_field_name(text, field);
                flat(&field.value, text, limit)
            })
        }
        ValueKind::Tuple(name, items) => {
            push_name(text, name.as_ref());
            flat_items('(', items, ')', text, limit, |item, text| flat(item, text, limit))
        }
        // A long text is not begun only to be thrown away.
        ValueKind::String(long) if long.len() > LINE_CHARS => false,
        scalar => {
            push_scalar(text, scalar);
            text.len() <= limit
        }
    }
}

fn flat_items<T>(
    open: char,
    items: &[T],
    close: char,
    text: &mut String,
    limit: usize,
    mut write: impl FnMut(&T, &mut String) -> bool,
) -> bool {
    text.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        if text.len() > limit || !write(item, text) {
            return false;
        }
    }
    text.push(close);
    text.len() <= limit
}

fn push_name(text: &mut String, name: Option<&Name>) {
    if let Some(name) = name {
        push_word(text, &name.text, WORDS.contains(&name.text.as_str()) || name.text == "None");
    }
}

fn push_field_name(text: &mut String, field: &Field) {
    push_word(text, &field.name.text, false);
    text.push_str(": ");
}

fn push_word(text: &mut String, word: &str, reserved: bool) {
    let mut chars = word.chars();
    let plain = chars.next().is_some_and(|first| first == '_' || unicode_ident::is_xid_start(first))
        && chars.all(unicode_ident::is_xid_continue);
    if reserved || !plain {
        text.push_str("r#");
    }
    text.push_str(word);
}

fn push_scalar(text: &mut String, kind: &ValueKind) {
    match kind {
        ValueKind::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        ValueKind::Integer(number) => text.push_str(&number.to_string()),
        // Debug writes the shortest digits that read back as the same number, always with a point or
        // exponent.
        ValueKind::Float(number) if number.is_nan() => text.push_str("NaN"),
        ValueKind::Float(number) => text.push_str(&format!("{number:?}")),
        ValueKind::Char(c) => {
            text.push('\'');
            push_escaped(text, *c, '\'');
            text.push('\'');
        }
        ValueKind::String(content) => {
            text.push('"');
            content.chars().for_each(|c| push_escaped(text, c, '"'));
            text.push('"');
        }
        ValueKind::Name(name) => push_word(text, &name.text, WORDS.contains(&name.text.as_str())),
        ValueKind::List(_) | ValueKind::Map(_) | ValueKind::Struct(..) | ValueKind::Tuple(..) => {}
    }
}

fn push_escaped(text: &mut String, c: char, quote: char) {
    match c {
        '\\' => text.push_str("\\\\"),
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        _ if c == quote => text.extend(['\\', c]),
        // What cannot be seen is written so that it can be, marks that turn the direction of writing
        // included.
        _ if c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}') =>
        {
            text.push_str(&format!("\\u{{{:x}}}", c as u32));
        }
        _ => text.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::to_ron;
    use crate::diagnostic::Diagnostics;
    use crate::reader;
    use crate::source::Sources;

    fn rewritten(text: &str) -> String {
        let mut sources = Sources::default();
        let id = sources.add("a.ron", text);
        let mut problems = Diagnostics::default();
        let value = reader::parse(&sources, id, &mut problems);
        assert!(problems.is_empty(), "{text}: {problems:?}");
        value.map(|value| to_ron(&value)).unwrap_or_default()
    }

    #[test]
    fn short_things_stay_on_one_line() {
        for (text, written) in [
            ("( a:1,b : [ 1.50, -2 ] ,)", "(a: 1, b: [1.5, -2])\n"),
            ("Name ( )", "Name()\n"),
            ("r#true", "r#true\n"),
            ("(r#a-b: Some(r#x), true: None)", "(r#a-b: x, true: None)\n"),
            ("{'\\'': \"\\\"'\\u{1}ä\\n\"}", "{'\\'': \"\\\"'\\u{1}ä\\n\"}\n"),
            ("[1e300, 0x10, -inf, 0.1]", "[1e300, 16, -inf, 0.1]\n"),
        ] {
            assert_eq!(rewritten(text), written, "{text}");
        }
    }

    #[test]
    fn long_things_are_broken_from_the_outside() {
        let long = "x".repeat(100);
        let text = rewritten(&format!("(a: [(id: \"{long}\"), (b: 2)], c: {{1: \"{long}\"}})"));
        let expected = format!(
            "(\n    a: [\n        (\n            id: \"{long}\",\n        ),\n        (b: 2),\n    ],\n    c: {{\n        1: \"{long}\",\n    }},\n)\n"
        );
        assert_eq!(text, expected);
    }
}
