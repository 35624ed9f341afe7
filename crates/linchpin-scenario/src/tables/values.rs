//! Cells as the values that the same entry would have in RON.

use super::cells::Cell;
use super::columns::{Column, Content, Within};
use crate::source::{SourceId, Span};
use crate::value::{Field, Name, Value, ValueKind};

/// The fields of an entry, gathered from the cells of a row.
pub(super) struct Fields<'t> {
    text: &'t str,
    source: SourceId,
    fields: Vec<Field>,
}

impl<'t> Fields<'t> {
    pub(super) fn new(text: &'t str, source: SourceId) -> Self {
        Self { text, source, fields: Vec::new() }
    }

    /// Adds what a cell says; an empty one says nothing.
    pub(super) fn add(&mut self, column: &Column, cell: Cell) {
        if cell.is_empty() {
            return;
        }
        let span = cell.span(self.source);
        let field = Field { name: name(column.field, span), value: self.value(column.content, cell) };
        match column.within {
            Within::Entry => self.fields.push(field),
            Within::Field(outer) | Within::List(outer) => self.add_within(column, outer, field),
            Within::Row | Within::Origin | Within::Nothing => {}
        }
    }

    /// Adds a field that no column has.
    pub(super) fn add_text(&mut self, field: &'static str, text: &str, span: Span) {
        let value = Value { span, kind: ValueKind::String(text.to_owned()) };
        self.fields.push(Field { name: name(field, span), value });
    }

    fn add_within(&mut self, column: &Column, outer: &'static str, field: Field) {
        let span = field.value.span;
        let known = self.fields.iter_mut().find(|known| known.name.text == outer);
        let inner = match known.map(|known| &mut known.value.kind) {
            Some(ValueKind::List(items)) => items.first_mut().map(|item| &mut item.kind),
            other => other,
        };
        if let Some(ValueKind::Struct(_, fields)) = inner {
            fields.push(field);
            return;
        }
        let entry = Value { span, kind: ValueKind::Struct(None, vec![field]) };
        let value = match column.within {
            Within::List(_) => Value { span, kind: ValueKind::List(vec![entry]) },
            _ => entry,
        };
        self.fields.push(Field { name: name(outer, span), value });
    }

    fn value(&self, content: Content, cell: Cell) -> Value {
        let span = cell.span(self.source);
        let text = cell.text(self.text);
        let kind = match content {
            Content::Text => ValueKind::String(text.into_owned()),
            Content::Number => number(&text).unwrap_or_else(|| ValueKind::String(text.into_owned())),
            Content::Word => ValueKind::Name(name(&text, span)),
            Content::NumberOrWord => number(&text).unwrap_or_else(|| ValueKind::Name(name(&text, span))),
            Content::Dist => dist(&text, span),
            Content::List => {
                let items = cell.items(self.text, self.source);
                ValueKind::List(items.map(|(text, span)| string(text, span)).collect())
            }
        };
        Value { span, kind }
    }

    /// The entry. `span` is its place.
    pub(super) fn finish(self, span: Span) -> Value {
        Value { span, kind: ValueKind::Struct(None, self.fields) }
    }
}

/// A cell by itself as the value of a number.
pub(super) fn number_value(text: &str, span: Span) -> Value {
    let kind = number(text).unwrap_or_else(|| ValueKind::String(text.to_owned()));
    Value { span, kind }
}

fn name(text: &str, span: Span) -> Name {
    Name { span, text: text.to_owned() }
}

fn string(text: &str, span: Span) -> Value {
    Value { span, kind: ValueKind::String(text.to_owned()) }
}

fn number(text: &str) -> Option<ValueKind> {
    match text.parse::<i64>() {
        Ok(whole) => Some(ValueKind::Integer(whole.into())),
        Err(_) => text.parse::<f64>().ok().map(ValueKind::Float),
    }
}

/// `4h`, `Uniform(min: 2h, max: 4h)`, `Empirical(2h, 3h, 5h)`. Texts need no quotes; `;` may stand for `,`, which in
/// many tables would end the cell. What is no distribution stays a text, for its reader to say so.
fn dist(text: &str, span: Span) -> ValueKind {
    let called = text.split_once('(').and_then(|(name, rest)| Some((name.trim(), rest.strip_suffix(')')?)));
    let Some((kind, inner)) = called else { return scalar(text, span).kind };
    let inner = inner.trim().strip_prefix('[').and_then(|list| list.strip_suffix(']')).unwrap_or(inner);
    let parts: Vec<&str> = inner.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let named: Option<Vec<Field>> = parts
        .iter()
        .map(|part| {
            let (field, value) = part.split_once(':')?;
            Some(Field { name: name(field.trim(), span), value: scalar(value.trim(), span) })
        })
        .collect();
    let tag = Some(name(kind, span));
    let values = || parts.iter().map(|part| scalar(part, span)).collect::<Vec<_>>();
    match named {
        Some(fields) if !fields.is_empty() => ValueKind::Struct(tag, fields),
        _ if kind == "Empirical" => {
            ValueKind::Tuple(tag, vec![Value { span, kind: ValueKind::List(values()) }])
        }
        _ => ValueKind::Tuple(tag, values()),
    }
}

fn scalar(text: &str, span: Span) -> Value {
    let bare = text.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(text);
    number_value(bare.trim(), span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::to_ron;

    #[test]
    fn distributions_need_no_quotes() {
        let span = Span { source: SourceId(0), start: 0, end: 0 };
        for (text, ron) in [
            ("4h", "\"4h\""),
            ("1d 6h", "\"1d 6h\""),
            ("4.5", "4.5"),
            ("Uniform(min: 2h, max: 4h)", "Uniform(min: \"2h\", max: \"4h\")"),
            ("Lognormal( median: \"5d\" ; sigma: 0.5 )", "Lognormal(median: \"5d\", sigma: 0.5)"),
            ("Exponential(2d)", "Exponential(\"2d\")"),
            ("Empirical([1h, 2h])", "Empirical([\"1h\", \"2h\"])"),
            ("Empirical(1;2)", "Empirical([1, 2])"),
            ("Uniform(1, 2)", "Uniform(1, 2)"),
            ("Uniform(", "\"Uniform(\""),
            ("", "\"\""),
        ] {
            let value = Value { span, kind: dist(text, span) };
            assert_eq!(to_ron(&value).trim_end(), ron, "{text}");
        }
    }
}
