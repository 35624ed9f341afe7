//! Values that say where they come from.
//!
//! Read from the file as it stands, beside the typed mirror: any value of any entry may carry a source, and so will
//! those of entries that are still to come.

use crate::decode;
use crate::value::{Field, Value, ValueKind};
use linchpin_model::Assumption;
use std::collections::BTreeSet;

/// Fields that say what an entry is or is tied to rather than how much of something it has.
const NOT_VALUES: [&str; 24] = [
    "id",
    "name",
    "notes",
    "source",
    "confidence",
    "language",
    "include",
    "class",
    "sector",
    "region",
    "parent",
    "position",
    "center",
    "points",
    "supplies",
    "tags",
    "site",
    "owner",
    "vendor",
    "operator",
    "service",
    "from",
    "members",
    "links",
];

/// One row for each value with a source: what it is of, the value as written, source and confidence.
pub(crate) fn assumptions(root: &Value) -> Vec<Assumption> {
    let mut walk = Walk { path: Vec::new(), rows: Vec::new(), seen: BTreeSet::new() };
    if let ValueKind::Struct(None, fields) = &decode::plain(root).kind {
        for field in fields {
            match (&field.value.kind, field.name.text.as_str()) {
                (_, "include" | "language" | "name" | "question" | "start") => {}
                (ValueKind::List(entries), _) => {
                    entries.iter().for_each(|entry| walk.value(entry, Origin::default()))
                }
                _ => walk.field(field, Origin::default()),
            }
        }
    }
    walk.rows
}

/// Where a value comes from, as far as it or what surrounds it says.
#[derive(Clone, Copy, Default)]
struct Origin<'v> {
    source: Option<&'v str>,
    confidence: Option<&'v str>,
}

impl<'v> Origin<'v> {
    fn within(self, fields: &'v [Field]) -> Self {
        Self {
            source: text_of(fields, "source").or(self.source),
            confidence: text_of(fields, "confidence").or(self.confidence),
        }
    }

    fn is_known(self) -> bool {
        self.source.is_some() || self.confidence.is_some()
    }
}

struct Walk {
    path: Vec<String>,
    rows: Vec<Assumption>,
    seen: BTreeSet<(String, String)>,
}

impl Walk {
    fn field(&mut self, field: &Field, origin: Origin) {
        let name = field.name.text.as_str();
        if NOT_VALUES.contains(&name) {
            return;
        }
        self.path.push(name.replace('_', " "));
        self.value(&field.value, origin);
        self.path.pop();
    }

    fn value(&mut self, value: &Value, origin: Origin) {
        match &value.kind {
            ValueKind::Struct(None, fields) => match fields.iter().find(|field| field.name.text == "value") {
                Some(inner) => self.value(&inner.value, origin.within(fields)),
                None => self.entry(fields, origin),
            },
            ValueKind::List(items) if items.iter().any(|item| matches!(item.kind, ValueKind::Struct(..))) => {
                for item in items {
                    self.value(item, origin);
                }
            }
            // A name with content is a distribution, or something that happens and has values of its own.
            ValueKind::Struct(Some(name), fields) if !is_distribution(&name.text) => {
                self.path.push(name.text.to_lowercase());
                fields.iter().for_each(|field| self.field(field, origin));
                self.path.pop();
            }
            ValueKind::String(text) if !text.starts_with(|c: char| c.is_ascii_digit()) => {}
            ValueKind::Bool(_) | ValueKind::Name(_) => {}
            _ => self.row(value, origin),
        }
    }

    fn entry(&mut self, fields: &[Field], origin: Origin) {
        let origin = origin.within(fields);
        let label = ["name", "id", "service"].iter().find_map(|field| text_of(fields, field));
        let labelled = label.is_some();
        if let Some(label) = label {
            // In a list of entries the name of the list says less than that of the entry.
            self.path.push(label.to_owned());
        }
        fields.iter().for_each(|field| self.field(field, origin));
        if labelled {
            self.path.pop();
        }
    }

    fn row(&mut self, value: &Value, origin: Origin) {
        if !origin.is_known() {
            return;
        }
        let what = self.what();
        // As in the frozen scenario, or a study would tell its assumptions otherwise than the file it is of.
        let written = crate::write::to_line(value).replace('"', "");
        if self.seen.insert((what.clone(), written.clone())) {
            self.rows.push(Assumption {
                what,
                value: written,
                source: origin.source.unwrap_or_default().to_owned(),
                confidence: origin.confidence.unwrap_or_default().to_owned(),
            });
        }
    }

    /// "base station: electricity, battery, capacity".
    fn what(&self) -> String {
        let words = ["needs", "autonomy", "failures", "states", "stages", "serves", "suppliers"];
        let mut parts = self.path.iter().map(String::as_str).filter(|part| !words.contains(part));
        let first = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        if rest.is_empty() { first.to_owned() } else { format!("{first}: {}", rest.join(", ")) }
    }
}

fn is_distribution(name: &str) -> bool {
    crate::spec::DISTRIBUTIONS.contains(&name)
}

fn text_of<'v>(fields: &'v [Field], name: &str) -> Option<&'v str> {
    match &fields.iter().find(|field| field.name.text == name)?.value.kind {
        ValueKind::String(text) => Some(text),
        _ => None,
    }
}
