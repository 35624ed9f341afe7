//! What differs between two scenarios, value by value.

use linchpin_scenario::value::{Field, Value, ValueKind};
use linchpin_scenario::write::to_ron;
use serde::Serialize;
use std::collections::BTreeMap;

/// A longer value is cut where it is shown.
const SHOWN_CHARS: usize = 80;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Where: `assets / hospital-3 / needs / electricity / criticality`.
    pub path: String,
    /// As it was; none where it is new.
    pub before: Option<String>,
    /// As it is; none where it is gone.
    pub after: Option<String>,
}

impl Difference {
    /// In words.
    pub fn text(&self) -> String {
        let path = &self.path;
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => format!("{path}: {after}, was {before}"),
            (None, Some(after)) => format!("{path}: new, {after}"),
            (Some(before), None) => format!("{path}: gone, was {before}"),
            (None, None) => path.clone(),
        }
    }
}

/// All differences, in the order of the first scenario, then what is new. Entries of lists are matched by their id (or
/// service, or name), whatever their order.
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(&mut Vec::new(), before, after, &mut found);
    found
}

fn compare(path: &mut Vec<String>, before: &Value, after: &Value, out: &mut Vec<Difference>) {
    match (&before.kind, &after.kind) {
        (ValueKind::Struct(one, before_fields), ValueKind::Struct(other, after_fields))
            if same_name(one, other) =>
        {
            compare_fields(path, before_fields, after_fields, out);
        }
        (ValueKind::List(one), ValueKind::List(other)) => match (by_key(one), by_key(other)) {
            (Some(one), Some(other)) => compare_entries(path, &one, &other, out),
            _ if same(before, after) => {}
            _ => out.push(difference(path, Some(before), Some(after))),
        },
        _ if same(before, after) => {}
        _ => out.push(difference(path, Some(before), Some(after))),
    }
}

fn compare_fields(path: &mut Vec<String>, before: &[Field], after: &[Field], out: &mut Vec<Difference>) {
    let find = |fields: &'_ [Field], name: &str| fields.iter().position(|field| field.name.text == name);
    for field in before {
        path.push(field.name.text.replace('_', " "));
        match find(after, &field.name.text) {
            Some(place) => compare(path, &field.value, &after[place].value, out),
            None => out.push(difference(path, Some(&field.value), None)),
        }
        path.pop();
    }
    for field in after.iter().filter(|field| find(before, &field.name.text).is_none()) {
        path.push(field.name.text.replace('_', " "));
        out.push(difference(path, None, Some(&field.value)));
        path.pop();
    }
}

/// Entries by their keys, and the keys in their order.
type Entries<'v> = (BTreeMap<&'v str, &'v Value>, Vec<&'v str>);

fn compare_entries(
    path: &mut Vec<String>,
    before: &Entries<'_>,
    after: &Entries<'_>,
    out: &mut Vec<Difference>,
) {
    for key in &before.1 {
        path.push((*key).to_owned());
        match after.0.get(key) {
            Some(value) => compare(path, before.0[key], value, out),
            None => out.push(difference(path, Some(before.0[key]), None)),
        }
        path.pop();
    }
    for key in after.1.iter().filter(|key| !before.0.contains_key(*key)) {
        path.push((*key).to_owned());
        out.push(difference(path, None, Some(after.0[key])));
        path.pop();
    }
}

/// The entries of a list where all have a key and no two the same.
fn by_key(items: &[Value]) -> Option<Entries<'_>> {
    ["id", "service", "name"].into_iter().find_map(|field| {
        let (mut entries, mut order) = (BTreeMap::new(), Vec::new());
        for item in items {
            let ValueKind::Struct(_, fields) = &item.kind else { return None };
            let key = fields.iter().find(|own| own.name.text == field)?;
            let ValueKind::String(key) = &key.value.kind else { return None };
            if entries.insert(key.as_str(), item).is_some() {
                return None;
            }
            order.push(key.as_str());
        }
        Some((entries, order))
    })
}

fn same_name(
    one: &Option<linchpin_scenario::value::Name>,
    other: &Option<linchpin_scenario::value::Name>,
) -> bool {
    one.as_ref().map(|name| &name.text) == other.as_ref().map(|name| &name.text)
}

/// Equal wherever they stand; 1 is 1.0.
fn same(one: &Value, other: &Value) -> bool {
    match (&one.kind, &other.kind) {
        (ValueKind::Integer(one), ValueKind::Float(other))
        | (ValueKind::Float(other), ValueKind::Integer(one)) => *one as f64 == *other,
        _ => shown(one) == shown(other),
    }
}

fn shown(value: &Value) -> String {
    to_ron(value).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn difference(path: &[String], before: Option<&Value>, after: Option<&Value>) -> Difference {
    let cut = |value: &Value| {
        let text = shown(value);
        match text.char_indices().nth(SHOWN_CHARS) {
            Some((end, _)) => format!("{}…", text[..end].trim_end()),
            None => text,
        }
    };
    Difference { path: path.join(" / "), before: before.map(cut), after: after.map(cut) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn value(text: &str) -> Value {
        let files =
            linchpin_scenario::load::load_with(Path::new("a.ron"), &mut |_| Ok(text.as_bytes().to_vec()));
        files.value.expect(text)
    }

    #[test]
    fn values_are_compared_wherever_they_stand() {
        let before = value(
            "(language: 1, horizon: \"5d\", notes: \"x\", assets: [(id: \"a\", people: 5, needs: [(service: \"w\", criticality: 1)]), \
             (id: \"b\")], marking: \"M\", events: [(id: \"e\", at: Uniform(min: \"1h\", max: \"2h\"))])",
        );
        let after = value(
            "(language: 1, horizon: \"6d\", assets: [(id: \"c\"), (id: \"a\", needs: [(service: \"w\", criticality: 0.5)], people: \
             5.0)], marking: \"M\", seed: 3, events: [(id: \"e\", at: Uniform(min: \"1h\", max: \"3h\"))])",
        );
        let told: Vec<String> = differences(&before, &after).iter().map(Difference::text).collect();
        assert_eq!(
            told,
            [
                "horizon: \"6d\", was \"5d\"",
                "notes: gone, was \"x\"",
                "assets / a / needs / w / criticality: 0.5, was 1",
                "assets / b: gone, was (id: \"b\")",
                "assets / c: new, (id: \"c\")",
                "events / e / at / max: \"3h\", was \"2h\"",
                "seed: new, 3",
            ]
        );
        assert_eq!(differences(&before, &before), []);
    }

    #[test]
    fn lists_without_keys_are_compared_as_a_whole() {
        let told = differences(
            &value("(language: 1, tags: [\"a\", \"b\"])"),
            &value("(language: 1, tags: [\"b\"])"),
        );
        assert_eq!((told.len(), told[0].text()), (1, "tags: [\"b\"], was [\"a\", \"b\"]".to_owned()));
    }
}
