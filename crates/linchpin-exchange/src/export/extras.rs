//! What a scenario says of assets that the model does not keep.

use linchpin_scenario::diagnostic::Diagnostics;
use linchpin_scenario::reader;
use linchpin_scenario::source::Sources;
use linchpin_scenario::spec::{Asset, Class, Scenario};
use std::collections::BTreeMap;

/// What a scenario says of one asset.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Extra {
    pub(super) supplies: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) capacity: Option<f64>,
    /// Of the service that it serves most people with.
    pub(super) people: Option<f64>,
}

/// By asset.
pub(super) struct Extras(BTreeMap<String, Extra>);

impl Extras {
    /// From the text of a scenario and of its tables of assets, which have been read without errors before.
    pub(super) fn read(frozen: &str, tables: &[&str]) -> Self {
        let (mut sources, mut problems) = (Sources::default(), Diagnostics::default());
        let id = sources.add("scenario.ron", frozen);
        let value = reader::parse(&sources, id, &mut problems);
        let spec = value.and_then(|value| Scenario::read(&value, &mut problems));
        let Some(spec) = spec else { return Self(BTreeMap::new()) };
        let classes: BTreeMap<&str, &Class> =
            spec.classes.iter().map(|class| (class.id.value.as_str(), class)).collect();
        let own = |asset: &Asset| {
            let class = asset.class.as_ref().and_then(|class| classes.get(class.value.as_str()));
            (asset.id.value.clone(), extra(asset, class.copied()))
        };
        let mut all: BTreeMap<String, Extra> = spec.assets.iter().map(own).collect();
        for table in tables {
            rows(table, &classes, &mut all);
        }
        Self(all)
    }

    pub(super) fn take(&mut self, id: &str) -> Extra {
        self.0.remove(id).unwrap_or_default()
    }
}

fn extra(asset: &Asset, class: Option<&Class>) -> Extra {
    let (own, common) = (&asset.traits, class.map(|class| &class.traits));
    let supplies = own.supplies.as_ref().or(common.and_then(|common| common.supplies.as_ref()));
    let mut tags: Vec<String> = common
        .into_iter()
        .flat_map(|common| &common.tags)
        .chain(&own.tags)
        .map(|tag| tag.value.clone())
        .collect();
    tags.sort_unstable();
    tags.dedup();
    Extra {
        supplies: supplies.into_iter().flatten().map(|service| service.value.clone()).collect(),
        tags,
        capacity: own.capacity.or(common.and_then(|common| common.capacity)),
        people: asset.serves.iter().map(|serves| serves.people).reduce(f64::max),
    }
}

/// What rows of a table of assets say. What is not as it should be has been refused before.
fn rows(table: &str, classes: &BTreeMap<&str, &Class>, all: &mut BTreeMap<String, Extra>) {
    let line = table.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |c: char| line.matches(c).count();
    let delimiter = [',', ';', '\t'].into_iter().rev().max_by_key(|c| count(*c)).unwrap_or(',');
    let table = table.strip_prefix('\u{feff}').unwrap_or(table);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter as u8)
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(table.as_bytes());
    let Ok(header) = reader.headers().cloned() else { return };
    let column = |name: &str| header.iter().position(|own| own == name);
    let columns = ["id", "class", "supplies", "tags", "capacity", "people"].map(column);
    for row in reader.records().flatten() {
        let get = |i: usize| columns[i].and_then(|at| row.get(at)).filter(|text| !text.is_empty());
        let Some(id) = get(0) else { continue };
        let common = get(1).and_then(|class| classes.get(class)).map(|class| &class.traits);
        let words = |text: &str| -> Vec<String> {
            text.split([' ', ';', '|']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        let ids =
            |list: &[linchpin_scenario::spec::Id]| list.iter().map(|id| id.value.clone()).collect::<Vec<_>>();
        let mut tags = get(3).map(words).unwrap_or_default();
        tags.extend(common.map(|common| ids(&common.tags)).unwrap_or_default());
        tags.sort_unstable();
        tags.dedup();
        let supplies = get(2).map(words).or_else(|| common?.supplies.as_deref().map(ids));
        let number = |i: usize| get(i).and_then(|text| text.parse().ok());
        let extra = Extra {
            supplies: supplies.unwrap_or_default(),
            tags,
            capacity: number(4).or_else(|| common?.capacity),
            people: number(5),
        };
        all.insert(id.to_owned(), extra);
    }
}
