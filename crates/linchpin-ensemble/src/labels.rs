//! What the rows of a study's table are called.

use linchpin_parquet::{Column, Kind};
use std::collections::BTreeMap;

/// Columns of the table of results, in their order.
pub(crate) const RESULTS: [Column; 5] = [
    Column { name: "replication", kind: Kind::Whole, optional: false },
    Column { name: "metric", kind: Kind::Text, optional: false },
    Column { name: "group", kind: Kind::Text, optional: false },
    Column { name: "unit", kind: Kind::Text, optional: false },
    Column { name: "value", kind: Kind::Number, optional: true },
];

/// One number of each replication.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// Stable id, such as `person_hours/water/north`.
    pub id: String,
    /// What it speaks of.
    pub group: String,
    /// Unit.
    pub unit: String,
}

/// Names, groups and units of all series of a job as the dictionaries of its table.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    pub(crate) ids: Words,
    pub(crate) groups: Words,
    pub(crate) units: Words,
    /// How the table is to be handled.
    pub(crate) marking: String,
}

/// Different words in the order of their first appearance, and which of them each series has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    pub dictionary: Vec<String>,
    places: Vec<u32>,
}

impl Labels {
    /// Labels of these series, in the order of columns and then of answers.
    pub fn new<'a>(series: impl IntoIterator<Item = &'a Series> + Clone) -> Self {
        let words = |of: fn(&Series) -> &String| Words::new(series.clone().into_iter().map(of));
        let (ids, groups) = (words(|own| &own.id), words(|own| &own.group));
        Self { ids, groups, units: words(|own| &own.unit), marking: String::new() }
    }

    /// With a marking.
    pub fn marked(self, marking: String) -> Self {
        Self { marking, ..self }
    }
}

impl Words {
    fn new<'a>(words: impl Iterator<Item = &'a String>) -> Self {
        let (mut dictionary, mut known) = (Vec::new(), BTreeMap::new());
        let places = words
            .map(|word| {
                *known.entry(word).or_insert_with(|| {
                    dictionary.push(word.clone());
                    dictionary.len() as u32 - 1
                })
            })
            .collect();
        Self { dictionary, places }
    }

    /// For each series the place of its word, so many times over.
    pub fn runs(&self, rows: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.places.iter().map(move |place| (*place, rows))
    }
}

#[cfg(test)]
mod tests {
    use super::{Labels, Series};

    #[test]
    fn words_are_listed_once() {
        let series = [("a", "x"), ("b", "y"), ("c", "x")].map(|(id, group)| Series {
            id: id.to_owned(),
            group: group.to_owned(),
            unit: "h".to_owned(),
        });
        let labels = Labels::new(&series);
        assert_eq!(labels.ids.dictionary, ["a", "b", "c"]);
        assert_eq!(labels.groups.dictionary, ["x", "y"]);
        assert_eq!(labels.groups.runs(5).collect::<Vec<_>>(), [(0, 5), (1, 5), (0, 5)]);
        assert_eq!(labels.units.runs(5).collect::<Vec<_>>(), [(0, 5); 3]);
    }
}
