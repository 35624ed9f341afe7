//! Assumptions, in as few lines as say them all.

use std::collections::BTreeMap;

use linchpin_analysis::findings::AssumptionRow;
use serde::Serialize;

use crate::text::clean;

/// A source with more values than this gets a list in small print instead of rows of the table.
const MAX_ROWS: usize = 20;
/// So many values are named in a row or entry of equal assumptions.
const MAX_NAMED: usize = 6;
/// More entries than this in small print are left to `summary.json`.
const MAX_ENTRIES: usize = 1200;

/// What the report says of assumptions.
#[derive(Serialize)]
pub(crate) struct Assumptions {
    rows: Vec<Row>,
    lists: Vec<List>,
}

/// Equal values of one source.
#[derive(Serialize, Debug, PartialEq)]
struct Row {
    what: String,
    value: String,
    source: String,
    confidence: String,
}

/// Many values of one source.
#[derive(Serialize, Debug, PartialEq)]
struct List {
    source: String,
    confidence: String,
    count: String,
    entries: Vec<(String, String)>,
    left_out: usize,
}

impl Assumptions {
    pub(crate) fn of(all: &[AssumptionRow]) -> Self {
        let (mut rows, mut lists) = (Vec::new(), Vec::new());
        for of_source in in_groups(all, |row| (&row.source, &row.confidence)) {
            if of_source.len() <= MAX_ROWS {
                rows.extend(in_groups(of_source, |row| &row.value).into_iter().map(row));
            } else {
                lists.push(list(&of_source));
            }
        }
        Self { rows, lists }
    }
}

/// Items with the same key together, in the order in which keys first appear.
fn in_groups<'a, K: Ord>(
    items: impl IntoIterator<Item = &'a AssumptionRow>,
    key: impl Fn(&'a AssumptionRow) -> K,
) -> Vec<Vec<&'a AssumptionRow>> {
    let mut groups: Vec<Vec<&AssumptionRow>> = Vec::new();
    let mut places = BTreeMap::new();
    for item in items {
        let place = *places.entry(key(item)).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(item);
    }
    groups
}

fn named<'a>(whats: impl Iterator<Item = &'a str>) -> String {
    let whats: Vec<&str> = whats.collect();
    let first: Vec<String> = whats.iter().take(MAX_NAMED).map(|w| clean(w)).collect();
    match whats.len().saturating_sub(MAX_NAMED) {
        0 => first.join("; "),
        n => format!("{}; and {n} more", first.join("; ")),
    }
}

fn row(equal: Vec<&AssumptionRow>) -> Row {
    let of = |text: fn(&AssumptionRow) -> &str| equal.first().map(|row| clean(text(row))).unwrap_or_default();
    Row {
        what: named(equal.iter().map(|row| row.what.as_str())),
        value: of(|row| &row.value),
        source: of(|row| &row.source),
        confidence: of(|row| &row.confidence),
    }
}

/// Values by what they are of: `gas-plant` with `restart 2h; failed below 0.3`. Equal ones share an entry.
fn list(of_source: &[&AssumptionRow]) -> List {
    let mut subjects: Vec<(&str, String)> = Vec::new();
    for row in of_source {
        let (subject, property) = row.what.split_once(": ").unwrap_or((&row.what, ""));
        let said = clean(&format!("{property} {}", row.value));
        match subjects.last_mut().filter(|(last, _)| *last == subject) {
            Some((_, text)) => *text = format!("{text}; {said}"),
            None => subjects.push((subject, said)),
        }
    }
    let mut entries: Vec<(Vec<&str>, String)> = Vec::new();
    let mut places = BTreeMap::new();
    for (subject, said) in subjects {
        let place = *places.entry(said.clone()).or_insert_with(|| {
            entries.push((Vec::new(), said));
            entries.len() - 1
        });
        entries[place].0.push(subject);
    }
    let left_out = entries.len().saturating_sub(MAX_ENTRIES);
    entries.truncate(MAX_ENTRIES);
    let first = of_source.first();
    List {
        source: first.map(|row| clean(&row.source)).unwrap_or_default(),
        confidence: first.map(|row| clean(&row.confidence)).unwrap_or_default(),
        count: crate::format::count(of_source.len() as u64),
        entries: entries.into_iter().map(|(subjects, said)| (named(subjects.into_iter()), said)).collect(),
        left_out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(what: &str, value: &str, source: &str) -> AssumptionRow {
        AssumptionRow {
            what: what.into(),
            value: value.into(),
            source: source.into(),
            confidence: "A".into(),
        }
    }

    #[test]
    fn equal_values_of_a_source_share_a_row() {
        let rows: Vec<_> =
            (0..9).map(|i| of(&format!("w{i}"), if i == 1 { "2" } else { "1" }, "book")).collect();
        let got = Assumptions::of(&rows);
        let told: Vec<(&str, &str)> = got.rows.iter().map(|r| (r.what.as_str(), r.value.as_str())).collect();
        assert_eq!(told, [("w0; w2; w3; w4; w5; w6; and 2 more", "1"), ("w1", "2")]);
        assert!(got.lists.is_empty());
    }

    #[test]
    fn many_values_of_a_source_become_a_list_by_subject() {
        let mut rows: Vec<_> = (0..12)
            .flat_map(|i| {
                ["restart", "repair"]
                    .map(|p| of(&format!("plant {i}: {p}"), if i < 11 { "2h" } else { "3h" }, "guess"))
            })
            .collect();
        rows.push(of("alone", "7", "guess"));
        rows.push(of("other", "1", "book"));
        let got = Assumptions::of(&rows);
        assert_eq!(got.rows.len(), 1);
        let first = "plant 0; plant 1; plant 2; plant 3; plant 4; plant 5; and 5 more";
        let told = |what: &str, said: &str| (what.to_owned(), said.to_owned());
        assert_eq!(
            got.lists[0].entries,
            [
                told(first, "restart 2h; repair 2h"),
                told("plant 11", "restart 3h; repair 3h"),
                told("alone", "7"),
            ]
        );
        assert_eq!((got.lists[0].count.as_str(), got.lists[0].left_out), ("25", 0));
    }
}
