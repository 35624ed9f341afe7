//! Values that say where they come from.
//!
//! Read from the file as it stands, beside the typed mirror: any value of any entry may carry a source, and so will
//! those of entries that are still to come.

use crate::decode;
use crate::value::{Field, Value, ValueKind};
use linchpin_model::Assumption;
use std::collections::{BTreeMap, BTreeSet};

/// Fields that say what an entry is or is tied to rather than how much of something it has.
const NOT_VALUES: [&str; 32] = [
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
    "platforms",
    "requires",
    "regions",
    "sectors",
    "through",
    "of",
    "over",
    // The risk register tells them with their sources.
    "assessments",
];

/// One row for each value with a source: what it is of, the value as written, source and confidence.
pub(crate) fn assumptions(root: &Value) -> Vec<Assumption> {
    let mut walk =
        Walk { services: BTreeMap::new(), path: Vec::new(), rows: Vec::new(), seen: BTreeSet::new() };
    if let ValueKind::Struct(None, fields) = &decode::plain(root).kind {
        walk.services = names(fields, "services");
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

struct Walk<'v> {
    /// Names of services by id.
    services: BTreeMap<&'v str, &'v str>,
    path: Vec<String>,
    rows: Vec<Assumption>,
    seen: BTreeSet<(String, String)>,
}

impl Walk<'_> {
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
        let service = || text_of(fields, "service").map(|id| self.services.get(id).copied().unwrap_or(id));
        let label = ["name", "id"].iter().find_map(|field| text_of(fields, field)).or_else(service);
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
        let written = in_words(&crate::write::to_line(value));
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

/// Names by id of the entries of a list.
fn names<'v>(fields: &'v [Field], list: &str) -> BTreeMap<&'v str, &'v str> {
    let list =
        fields.iter().find(|field| field.name.text == list).map(|field| &decode::plain(&field.value).kind);
    let Some(ValueKind::List(entries)) = list else { return BTreeMap::new() };
    let named = entries.iter().filter_map(|entry| match &decode::plain(entry).kind {
        ValueKind::Struct(None, fields) => Some((text_of(fields, "id")?, text_of(fields, "name")?)),
        _ => None,
    });
    named.collect()
}

/// A value as it is written, without quotes, and with the units of durations in words.
pub(crate) fn in_words(written: &str) -> String {
    let parts = written.split('"').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { duration_in_words(part) } else { part.to_owned() }).collect()
}

/// `1d 6h` as "1 day 6 hours"; any other text as it is.
fn duration_in_words(text: &str) -> String {
    let mut words = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (number, after) =
            rest.split_at(rest.find(|c| !matches!(c, '0'..='9' | '.')).unwrap_or(rest.len()));
        let after = after.trim_start();
        let (unit, after) =
            after.split_at(after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len()));
        let unit = match unit {
            _ if number.is_empty() => return text.to_owned(),
            "s" => "second",
            "min" => "minute",
            "h" => "hour",
            "d" => "day",
            "w" => "week",
            _ => return text.to_owned(),
        };
        words.push(format!("{number} {unit}{}", if number == "1" { "" } else { "s" }));
        rest = after.trim_start();
    }
    words.join(" ")
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

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn durations_are_told_in_words() {
        for (written, told) in [
            ("\"14d\"", "14 days"),
            ("\"1d 6h\"", "1 day 6 hours"),
            (
                "Triangular(min: \"0.5h\", mode: \"1h\", max: \"90min\")",
                "Triangular(min: 0.5 hours, mode: 1 hour, max: 90 minutes)",
            ),
            ("Lognormal(median: \"1w\", sigma: 0.5)", "Lognormal(median: 1 week, sigma: 0.5)"),
            ("0.9", "0.9"),
            ("\"2 of 3\"", "2 of 3"),
            ("\"14days\"", "14days"),
        ] {
            assert_eq!(in_words(written), told, "{written}");
        }
    }
}
