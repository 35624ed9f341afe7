//! Assets with their ids, classes, regions and positions.

use super::values::{weight, within};
use super::{tell_guesses, tell_left, text};
use crate::draft::{Asset, Class, Draft, Named};
use crate::fields::{Field, Mapping};
use crate::ids::ids;
use crate::options::Options;
use crate::problems::Problems;
use crate::raw::{LatLon, Raw, Record};
use crate::read::shortened;
use crate::report::Report;
use crate::words::{UNSORTED, UNSORTED_NAME, named_sector, sector_of, service_of, squeezed};
use linchpin_scenario::diagnostic::Diagnostic;
use std::collections::BTreeMap;

/// More classes than this are no classes, unless the user says they are.
const CLASSES: usize = 1_000;
/// Likewise regions.
const REGIONS: usize = 10_000;
/// Most of each in the language.
const MOST: usize = 65_000;
/// Most services and tags that one asset is given.
const LISTED: usize = 1_000;

/// Records on their way to assets.
pub(super) struct Nodes<'a> {
    raw: &'a Raw,
    mapping: Mapping,
    options: &'a Options,
    /// Rows of records that are used, with the names that tell them apart.
    kept: Vec<(u32, String)>,
    /// Ids given to what has none of its own.
    made: usize,
    /// Ids made different by a number.
    numbered: usize,
}

/// Who is who.
pub(super) struct Known {
    /// Asset by what it is called in the file; the first that is called so.
    pub(super) by_name: BTreeMap<String, u32>,
    /// Services by what they are called, in the order of the draft.
    pub(super) services: Numbered,
}

impl<'a> Nodes<'a> {
    pub(super) fn new(
        raw: &'a Raw,
        mut mapping: Mapping,
        options: &'a Options,
        problems: &mut Problems,
    ) -> Self {
        let distinct = |mapping: &Mapping, field| {
            let texts = raw.nodes.records.iter().filter_map(|record| text(record, mapping, field));
            texts.map(|cell| &*cell.text).collect::<std::collections::BTreeSet<&str>>().len()
        };
        for (field, few) in [(Field::Class, CLASSES), (Field::Sector, CLASSES), (Field::Region, REGIONS)] {
            let found = distinct(&mapping, field);
            if found > few && mapping.is_guessed(field) {
                mapping.forget(field);
            } else if found > MOST {
                let title = format!(
                    "there are {found} different values of `{}`; at most {MOST} are read",
                    field.word()
                );
                problems.fatal(Diagnostic::unplaced(title));
            }
        }
        let mut nodes = Self { raw, mapping, options, kept: Vec::new(), made: 0, numbered: 0 };
        nodes.name(problems);
        nodes
    }

    /// Gives every record a name of its own. Ids that the user or the format names must be there and differ; others are
    /// made where they are missing, and numbered where they are not different.
    fn name(&mut self, problems: &mut Problems) {
        let Self { raw, mapping, .. } = self;
        let strict =
            mapping.one(Field::Id).is_some() && !(raw.has_geometry && is_own_or_guessed(raw, mapping));
        if mapping.one(Field::Id).is_none() && mapping.one(Field::Name).is_none() && !raw.has_geometry {
            let columns: Vec<String> =
                raw.nodes.names().iter().take(12).map(|name| format!("`{name}`")).collect();
            let problem = Diagnostic::unplaced("no column is known to hold the ids of the assets");
            problems.fatal(problem.help(format!("--id COLUMN names one of {}", columns.join(", "))));
            return;
        }
        let mut first: BTreeMap<String, u32> = BTreeMap::new();
        for (row, record) in raw.nodes.records.iter().enumerate() {
            let id = text(record, mapping, Field::Id);
            let id = if strict { id } else { id.or_else(|| text(record, mapping, Field::Name)) };
            let Some(cell) = id else {
                if strict || !raw.has_geometry {
                    problems.broken("record", Diagnostic::error(record.span, "this has no id"));
                    continue;
                }
                self.made += 1;
                let class = text(record, mapping, Field::Class).map_or("feature", |cell| &cell.text);
                self.kept.push((row as u32, different(format!("{class} {}", row + 1), &mut first, row)));
                continue;
            };
            if let Some(known) = first.get(&*cell.text) {
                if strict {
                    let title = format!("the id `{}` is there twice", shortened(&cell.text));
                    let before = raw.nodes.records[*known as usize].span;
                    problems
                        .broken("record", Diagnostic::error(cell.span, title).related(before, "first here"));
                    continue;
                }
                self.numbered += 1;
            }
            self.kept.push((row as u32, different(cell.text.to_string(), &mut first, row)));
        }
    }

    /// Puts everything about assets into the draft.
    pub(super) fn finish(self, draft: &mut Draft, report: &mut Report, problems: &mut Problems) -> Known {
        let classes = self.column(Field::Class, "asset");
        let regions = self.column(Field::Region, "area");
        draft.regions = named(&regions.names, "area", "The whole area");
        self.classes(&classes, draft, report);
        let mut services = Numbered::default();
        for class in &mut draft.classes {
            let sector = &draft.sectors[class.sector as usize].id;
            let service = self.options.service.as_deref().unwrap_or_else(|| service_of(sector));
            class.service = services.row(service);
        }
        let names: Vec<&str> = self.kept.iter().map(|(_, name)| name.as_str()).collect();
        let ids = ids(&names);
        for (i, id) in ids.into_iter().enumerate() {
            let (row, name) = &self.kept[i];
            if id != *name {
                report.renamed.push((name.clone(), id.clone()));
            }
            let record = &self.raw.nodes.records[*row as usize];
            let label = text(record, &self.mapping, Field::Name)
                .map_or_else(|| name.clone(), |cell| cell.text.to_string());
            let mut asset = self.asset(record, draft, &mut services, problems);
            asset.named = Named { id, name: label };
            asset.class = classes.of[i];
            asset.region = regions.of[i];
            let own = draft.classes[asset.class as usize].sector;
            asset.sector = asset.sector.filter(|sector| *sector != own);
            draft.assets.push(asset);
        }
        self.tell(&regions, report);
        let by_name = self.kept.iter().enumerate().map(|(i, (_, name))| (name.clone(), i as u32)).collect();
        Known { by_name, services }
    }

    /// Distinct values of a column, and which of them each asset has.
    fn column(&self, field: Field, otherwise: &str) -> Values {
        let mut names = Vec::new();
        let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
        let mut missing = 0;
        let of = self.kept.iter().map(|(row, _)| {
            let record = &self.raw.nodes.records[*row as usize];
            let value = match field {
                Field::Class => self.class_of(record),
                _ => text(record, &self.mapping, field).map(|cell| cell.text.to_string()),
            };
            missing += usize::from(value.is_none());
            let value = value.unwrap_or_else(|| otherwise.to_owned());
            *numbers.entry(value).or_insert_with_key(|value| {
                names.push(value.clone());
                names.len() as u32 - 1
            })
        });
        let of = of.collect();
        Values { names, of, missing }
    }

    /// What kind of thing a record is. `power=yes` says no more than `power`.
    fn class_of(&self, record: &Record) -> Option<String> {
        let cells = self.mapping.of(Field::Class).iter().filter_map(|column| record.cell(*column));
        let worded = |text: &str| matches!(text, "yes" | "true" | "1");
        cells
            .filter(|cell| &*cell.text != "no")
            .map(|cell| {
                let alone = self.mapping.of(Field::Class).len() == 1;
                let name = &self.raw.nodes.names()[cell.column as usize];
                if worded(&cell.text) && !alone { name.clone() } else { cell.text.to_string() }
            })
            .next()
    }

    fn classes(&self, classes: &Values, draft: &mut Draft, report: &mut Report) {
        let ids = ids(&classes.names.iter().map(String::as_str).collect::<Vec<_>>());
        let mut told = Vec::new();
        let mut said = vec![None; classes.names.len()];
        for (class, (row, _)) in classes.of.iter().zip(&self.kept) {
            let first = &mut said[*class as usize];
            *first =
                first.or_else(|| text(&self.raw.nodes.records[*row as usize], &self.mapping, Field::Sector));
        }
        for ((name, id), said) in classes.names.iter().zip(ids).zip(said) {
            let sector = match said {
                Some(cell) => sector(&mut draft.sectors, &cell.text),
                None => {
                    let guess = sector_of(name).unwrap_or(UNSORTED);
                    told.push(format!("`{}` is {guess}", crate::report::visible(name)));
                    sector(&mut draft.sectors, guess)
                }
            };
            draft.classes.push(Class { named: Named { id, name: name.clone() }, sector, service: 0 });
        }
        if !told.is_empty() {
            let more = told.len().saturating_sub(20);
            told.truncate(20);
            let rest = if more > 0 { format!(", and {more} more") } else { String::new() };
            report.guessed.push(format!("sectors by the words in the classes: {}{rest}", told.join(", ")));
        }
    }

    /// What a record says of itself; id, class and region are left to the caller.
    fn asset(
        &self,
        record: &Record,
        draft: &mut Draft,
        services: &mut Numbered,
        problems: &mut Problems,
    ) -> Asset {
        let comma = self.raw.decimal_comma;
        let get = |field| text(record, &self.mapping, field);
        let split = |field| -> Vec<String> {
            let texts = self.mapping.of(field).iter().filter_map(|column| record.cell(*column));
            let words = texts.flat_map(|cell| cell.text.split([';', ',', '|'])).map(str::trim);
            words.filter(|word| !word.is_empty()).take(LISTED).map(str::to_owned).collect()
        };
        let tags = split(Field::Tags);
        let mut supplies: Vec<u32> = split(Field::Supplies).iter().map(|name| services.row(name)).collect();
        supplies.sort_unstable();
        supplies.dedup();
        let mut tags = ids_of(&tags);
        tags.sort_unstable();
        tags.dedup();
        let shared = [
            (Field::Site, "site"),
            (Field::Vendor, "vendor"),
            (Field::Operator, "operator"),
            (Field::Owner, "owner"),
        ];
        Asset {
            named: Named::default(),
            class: 0,
            region: 0,
            sector: get(Field::Sector).map(|cell| sector(&mut draft.sectors, &cell.text)),
            supplies,
            position: self.position(record, problems),
            capacity: get(Field::Capacity).and_then(|cell| weight(cell, "capacity", 1e9, comma, problems)),
            // Who serves nobody is no delivery point.
            people: get(Field::People)
                .and_then(|cell| weight(cell, "people", 1e10, comma, problems))
                .filter(|people| *people > 0.0),
            tags,
            shared: shared
                .iter()
                .filter_map(|(field, word)| Some((*word, get(*field)?.text.to_string())))
                .collect(),
        }
    }

    fn position(&self, record: &Record, problems: &mut Problems) -> Option<LatLon> {
        if let Some(at) = record.places.first() {
            return Some(*at);
        }
        let comma = self.raw.decimal_comma;
        let [lat, lon] = [Field::Lat, Field::Lon].map(|field| text(record, &self.mapping, field));
        match (lat, lon) {
            (Some(lat), Some(lon)) => {
                let lat = within(lat, "lat", -90.0..=90.0, comma, problems);
                let lon = within(lon, "lon", -180.0..=180.0, comma, problems);
                Some(LatLon { lat: lat?, lon: lon? })
            }
            (Some(one), None) | (None, Some(one)) => {
                let title = "a position takes both, latitude and longitude";
                problems.broken("value", Diagnostic::error(one.span, title));
                None
            }
            (None, None) => None,
        }
    }

    fn tell(&self, regions: &Values, report: &mut Report) {
        tell_guesses(&self.mapping, "assets", report);
        if self.mapping.one(Field::Region).is_none() {
            report.guessed.push("all assets lie in one region: no column is known to name theirs".into());
        } else if regions.missing > 0 {
            report
                .guessed
                .push(format!("{} assets that name no region lie in one called `area`", regions.missing));
        }
        if self.mapping.one(Field::Class).is_none() {
            report.guessed.push(
                "all assets are of one class: no column is known to name theirs (--class COLUMN)".into(),
            );
        }
        if self.made > 0 {
            report.guessed.push(format!(
                "{} features without an id or name were numbered in the order of the file",
                self.made
            ));
        }
        if self.numbered > 0 {
            report.guessed.push(format!(
                "{} features have the id or name of another one, and got a number added; if they are the same thing, merge \
                 them",
                self.numbered
            ));
        }
        tell_left(&self.raw.nodes, &self.mapping, "assets:", report);
    }
}

struct Values {
    names: Vec<String>,
    of: Vec<u32>,
    missing: usize,
}

fn is_own_or_guessed(raw: &Raw, mapping: &Mapping) -> bool {
    let own =
        mapping.one(Field::Id).is_some_and(|column| raw.nodes.names()[column as usize] == crate::raw::OWN_ID);
    own || mapping.is_guessed(Field::Id)
}

/// The name itself, or with the first number that makes it different.
fn different(name: String, first: &mut BTreeMap<String, u32>, row: usize) -> String {
    let mut tried = name.clone();
    let mut number = 2;
    while first.contains_key(&tried) {
        tried = format!("{name} {number}");
        number += 1;
    }
    first.insert(tried.clone(), row as u32);
    tried
}

/// Names in the order in which they were first met.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbered {
    pub(super) names: Vec<String>,
    rows: BTreeMap<String, u32>,
}

impl Numbered {
    /// The row of a name, new if it was not met before.
    pub(super) fn row(&mut self, name: &str) -> u32 {
        if let Some(row) = self.rows.get(name) {
            return *row;
        }
        let row = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.rows.insert(name.to_owned(), row);
        row
    }
}

/// The row of a sector, whether the language knows it or not.
fn sector(sectors: &mut Vec<Named>, text: &str) -> u32 {
    let known = named_sector(text).or_else(|| sector_of(text).filter(|_| text != UNSORTED));
    let (id, name) = match known {
        Some(id) => (id.to_owned(), String::new()),
        None if text == UNSORTED => (UNSORTED.to_owned(), UNSORTED_NAME.to_owned()),
        // By its letters, so that one sector written in two ways is one.
        None => (ids_of(&[squeezed(text)]).remove(0), text.to_owned()),
    };
    let found = sectors.iter().position(|known| known.id == id);
    found.unwrap_or_else(|| {
        sectors.push(Named { id, name });
        sectors.len() - 1
    }) as u32
}

/// Ids for words that may be the same.
pub(super) fn ids_of(words: &[String]) -> Vec<String> {
    words.iter().map(|word| ids(&[word]).remove(0)).collect()
}

/// Ids and names of values; what stands for a missing one gets a name of its own.
fn named(names: &[String], otherwise: &str, shown: &str) -> Vec<Named> {
    let ids = ids(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let name = |(id, name): (String, &String)| {
        let name = if name == otherwise { shown.to_owned() } else { name.clone() };
        Named { id, name }
    };
    ids.into_iter().zip(names).map(name).collect()
}
