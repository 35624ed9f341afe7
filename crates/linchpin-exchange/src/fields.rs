//! Which column means what: from what the user says, and from the names that such columns usually have.

use crate::problems::Problems;
use crate::raw::{OWN_DIRECTED, OWN_GROUP, OWN_ID, OWN_LABEL, OWN_SOURCE, OWN_TARGET, Table};
use crate::words::squeezed;
use linchpin_scenario::decode::{did_you_mean, nearest};
use linchpin_scenario::diagnostic::Diagnostic;
use std::collections::BTreeMap;

/// What a column can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Id of an asset.
    Id,
    /// Its name for people.
    Name,
    /// What kind of thing it is.
    Class,
    /// Its sector.
    Sector,
    /// Where it belongs.
    Region,
    /// Degrees north.
    Lat,
    /// Degrees east.
    Lon,
    /// Its weight as a provider.
    Capacity,
    /// People it serves.
    People,
    /// Services it provides.
    Supplies,
    /// Words for selectors.
    Tags,
    /// What it may share with others.
    Site,
    /// Likewise.
    Vendor,
    /// Likewise.
    Operator,
    /// Likewise.
    Owner,
    /// First end of an edge.
    From,
    /// Second end of an edge.
    To,
    /// The end of an edge that provides.
    Provider,
    /// The end of an edge that consumes.
    Consumer,
    /// What an edge carries.
    Service,
    /// Share of the level lost without it.
    Criticality,
    /// Hours the consumer can bridge.
    Autonomy,
    /// Hours of transport.
    Delay,
    /// Whether an edge has a direction.
    Directed,
    /// Nothing: the column is left out.
    Ignore,
}

/// Which records have a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Those that become assets.
    Nodes,
    /// Those that become needs or links.
    Edges,
}

/// A field as users write it, the names its columns usually have (small letters and digits only; first the surest).
struct Known {
    field: Field,
    word: &'static str,
    of: Of,
    usual: &'static [&'static str],
}

const fn known(field: Field, word: &'static str, of: Of, usual: &'static [&'static str]) -> Known {
    Known { field, word, of, usual }
}

use Field as F;
use Of::{Edges, Nodes};

const FIELDS: [Known; 24] = [
    known(
        F::Id,
        "id",
        Nodes,
        &[
            "assetid",
            "nodeid",
            "id",
            "identifier",
            "uuid",
            "globalid",
            "osmid",
            "code",
            "node",
            "key",
            "objectid",
            "fid",
        ],
    ),
    known(F::Name, "name", Nodes, &["name", "label", "title", "assetname", "nodename"]),
    known(
        F::Class,
        "class",
        Nodes,
        &[
            "class",
            "assetclass",
            "assettype",
            "facilitytype",
            "nodetype",
            "type",
            "category",
            "kind",
            "facility",
        ],
    ),
    known(F::Sector, "sector", Nodes, &["sector", "branch", "industry"]),
    known(
        F::Region,
        "region",
        Nodes,
        &[
            "region",
            "province",
            "district",
            "county",
            "state",
            "oblast",
            "kraj",
            "land",
            "municipality",
            "city",
            "town",
            "area",
            "zone",
            "country",
        ],
    ),
    known(F::Lat, "lat", Nodes, &["lat", "latitude", "latdeg", "wgs84lat"]),
    known(F::Lon, "lon", Nodes, &["lon", "lng", "long", "longitude", "londeg", "wgs84lon"]),
    known(F::Capacity, "capacity", Nodes, &["capacity", "capacitymw", "maxcapacity"]),
    known(
        F::People,
        "people",
        Nodes,
        &[
            "people",
            "peopleserved",
            "population",
            "populationserved",
            "customers",
            "customersserved",
            "inhabitants",
        ],
    ),
    known(F::Supplies, "supplies", Nodes, &["supplies", "provides", "services", "service", "output"]),
    known(F::Tags, "tags", Nodes, &["tags", "tag", "keywords"]),
    known(F::Site, "site", Nodes, &["site", "siteid"]),
    known(F::Vendor, "vendor", Nodes, &["vendor", "manufacturer", "supplier"]),
    known(F::Operator, "operator", Nodes, &["operator"]),
    known(F::Owner, "owner", Nodes, &["owner"]),
    known(
        F::Provider,
        "provider",
        Edges,
        &["provider", "supplier", "providerid", "supplierid", "dependency", "dependson", "needs", "requires"],
    ),
    known(
        F::Consumer,
        "consumer",
        Edges,
        &["consumer", "customer", "consumerid", "dependent", "dependant", "dependentid"],
    ),
    known(
        F::From,
        "from",
        Edges,
        &["source", "from", "src", "sourceid", "fromid", "fromnode", "node1", "start", "origin", "u", "i"],
    ),
    known(
        F::To,
        "to",
        Edges,
        &[
            "target",
            "to",
            "dst",
            "dest",
            "targetid",
            "toid",
            "tonode",
            "node2",
            "end",
            "destination",
            "v",
            "j",
        ],
    ),
    known(F::Service, "service", Edges, &["service", "commodity", "carrier", "flow", "resource"]),
    known(F::Criticality, "criticality", Edges, &["criticality"]),
    known(
        F::Autonomy,
        "autonomy_h",
        Edges,
        &["autonomyh", "autonomyhours", "autonomy", "bufferh", "backuphours"],
    ),
    known(F::Delay, "delay_h", Edges, &["delayh", "delayhours", "delay"]),
    known(F::Directed, "directed", Edges, &["directed", "type", "edgetype"]),
];

/// Keys that OpenStreetMap says with what a thing is, those first that say it best.
const OSM: [&str; 11] = [
    "power",
    "man_made",
    "amenity",
    "telecom",
    "railway",
    "aeroway",
    "waterway",
    "healthcare",
    "emergency",
    "industrial",
    "building",
];

impl Field {
    /// The field that is written so.
    ///
    /// # Errors
    /// A sentence that says what would be right.
    pub fn parse(word: &str) -> Result<Self, String> {
        let wanted = word.trim().to_lowercase().replace('-', "_");
        if wanted == "ignore" {
            return Ok(F::Ignore);
        }
        let found = FIELDS.iter().find(|known| known.word == wanted);
        found.map(|known| known.field).ok_or_else(|| {
            let words = FIELDS.iter().map(|known| known.word).chain(["ignore"]);
            match nearest(word, words.clone()) {
                Some(near) => format!("there is no field `{word}`; {}", did_you_mean(near)),
                None => {
                    format!("there is no field `{word}`; fields are {}", words.collect::<Vec<_>>().join(", "))
                }
            }
        })
    }

    /// As users write it.
    pub fn word(self) -> &'static str {
        FIELDS.iter().find(|known| known.field == self).map_or("ignore", |known| known.word)
    }

    /// Which records have it; both for one that is ignored.
    fn is_of(self, of: Of) -> bool {
        FIELDS.iter().find(|known| known.field == self).is_none_or(|known| known.of == of)
    }
}

/// Which columns of a table hold which field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mapping {
    columns: BTreeMap<Field, Vec<u32>>,
    guessed: Vec<(Field, String)>,
    left: Vec<u32>,
}

impl Mapping {
    /// The columns that hold a field, the surest first.
    pub(crate) fn of(&self, field: Field) -> &[u32] {
        self.columns.get(&field).map_or(&[], Vec::as_slice)
    }

    /// The one column that holds a field.
    pub(crate) fn one(&self, field: Field) -> Option<u32> {
        self.of(field).first().copied()
    }

    /// Takes a field back: its column turned out not to hold it.
    pub(crate) fn forget(&mut self, field: Field) {
        let columns = self.columns.remove(&field).unwrap_or_default();
        self.guessed.retain(|(guess, _)| *guess != field);
        self.left.extend(columns);
        self.left.sort_unstable();
    }

    /// True where the user did not name the column of a field.
    pub(crate) fn is_guessed(&self, field: Field) -> bool {
        self.guessed.iter().any(|(guess, _)| *guess == field)
    }

    /// Guesses in sentences.
    pub(crate) fn guesses(&self, what: &str) -> Vec<String> {
        let told = |(field, columns): &(Field, String)| {
            format!("{what}: `{}` is taken from {columns}", field.word())
        };
        self.guessed.iter().map(told).collect()
    }

    /// Columns that hold nothing the language knows.
    pub(crate) fn left(&self) -> &[u32] {
        &self.left
    }
}

/// Columns of a user's map that are in neither table.
pub(crate) fn check_map(map: &[(String, Field)], nodes: &Table, edges: &Table, problems: &mut Problems) {
    for (column, field) in map {
        let tables: Vec<&Table> = [(Nodes, nodes), (Edges, edges)]
            .into_iter()
            .filter(|(of, _)| field.is_of(*of))
            .map(|(_, t)| t)
            .collect();
        if tables.iter().any(|table| table.find(column).is_some()) {
            continue;
        }
        let names = || tables.iter().flat_map(|table| table.names()).filter(|name| !name.starts_with('('));
        let problem =
            Diagnostic::unplaced(format!("there is no column `{column}` for the field `{}`", field.word()));
        problems.fatal(match nearest(column, names().map(String::as_str)) {
            Some(near) => problem.help(did_you_mean(near)),
            None => {
                let some: Vec<String> = names().take(12).map(|name| format!("`{name}`")).collect();
                problem.help(format!("columns are {}", some.join(", ")))
            }
        });
    }
}

/// Finds out which columns of a table hold which field. `join` says that edges name their ends (rather than geometries).
pub(crate) fn mapping(table: &Table, of: Of, map: &[(String, Field)]) -> Mapping {
    let mut mapping = Mapping::default();
    let mut used = vec![false; table.names().len()];
    for (name, field) in map.iter().filter(|(_, field)| field.is_of(of)) {
        if let Some(column) = table.find(name) {
            used[column as usize] = true;
            if *field != F::Ignore {
                mapping.columns.entry(*field).or_default().push(column);
            }
        }
    }
    for (field, name) in own(of) {
        take(&mut mapping, &mut used, table, field, &[name], false);
    }
    let squeezed: Vec<String> = table.names().iter().map(|name| squeezed(name)).collect();
    for known in FIELDS.iter().filter(|known| known.of == of) {
        let found = known.usual.iter().find_map(|usual| {
            (0..used.len())
                .find(|i| !used[*i] && squeezed[*i] == *usual && !table.names()[*i].starts_with('('))
        });
        if let Some(column) = found {
            let name = table.names()[column].as_str();
            take(&mut mapping, &mut used, table, known.field, &[name], true);
        }
    }
    if of == Nodes {
        if mapping.one(F::Class).is_none() {
            let present: Vec<&str> = OSM.into_iter().filter(|key| table.find(key).is_some()).collect();
            take(&mut mapping, &mut used, table, F::Class, &present, true);
        }
        for (field, name) in [(F::Name, OWN_LABEL), (F::Region, OWN_GROUP)] {
            take(&mut mapping, &mut used, table, field, &[name], true);
        }
    }
    let own_columns = |column: &usize| !table.names()[*column].starts_with('(');
    mapping.left = (0..used.len()).filter(|i| !used[*i]).filter(own_columns).map(|i| i as u32).collect();
    mapping
}

/// Columns that the format itself gives a meaning.
fn own(of: Of) -> Vec<(Field, &'static str)> {
    match of {
        Nodes => vec![(F::Id, OWN_ID)],
        Edges => vec![(F::From, OWN_SOURCE), (F::To, OWN_TARGET), (F::Directed, OWN_DIRECTED)],
    }
}

/// Takes columns for a field that has none yet.
fn take(
    mapping: &mut Mapping,
    used: &mut [bool],
    table: &Table,
    field: Field,
    names: &[&str],
    guessed: bool,
) {
    if mapping.one(field).is_some() {
        return;
    }
    let columns: Vec<u32> =
        names.iter().filter_map(|name| table.find(name)).filter(|column| !used[*column as usize]).collect();
    if columns.is_empty() {
        return;
    }
    let shown: Vec<String> =
        columns.iter().map(|column| format!("`{}`", table.names()[*column as usize])).collect();
    columns.iter().for_each(|column| used[*column as usize] = true);
    mapping.columns.insert(field, columns);
    if guessed {
        mapping.guessed.push((field, shown.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(names: &[&str]) -> Table {
        let mut table = Table::default();
        names.iter().for_each(|name| _ = table.column(name));
        table
    }

    fn found(names: &[&str], of: Of, map: &[(&str, Field)]) -> Vec<(Field, Vec<u32>)> {
        let map: Vec<(String, Field)> =
            map.iter().map(|(name, field)| ((*name).to_owned(), *field)).collect();
        mapping(&table(names), of, &map).columns.into_iter().collect()
    }

    #[test]
    fn usual_names_are_known() {
        let check = |names: &[&str], of, map: &[(&str, Field)], expected: &[(Field, Vec<u32>)]| {
            assert_eq!(found(names, of, map), expected, "{names:?}");
        };
        check(
            &["Asset ID", "Latitude", "LNG", "Type"],
            Nodes,
            &[],
            &[(F::Id, vec![0]), (F::Class, vec![3]), (F::Lat, vec![1]), (F::Lon, vec![2])],
        );
        check(&["id", "code"], Nodes, &[("code", F::Id)], &[(F::Id, vec![1])]);
        check(&["id", "name"], Nodes, &[("id", F::Ignore)], &[(F::Name, vec![1])]);
        check(
            &[OWN_ID, "id", OWN_LABEL, OWN_GROUP],
            Nodes,
            &[],
            &[(F::Id, vec![0]), (F::Name, vec![2]), (F::Region, vec![3])],
        );
        check(&["amenity", "power", "name"], Nodes, &[], &[(F::Name, vec![2]), (F::Class, vec![1, 0])]);
        check(
            &["source", "target", "Type", "weight"],
            Edges,
            &[],
            &[(F::From, vec![0]), (F::To, vec![1]), (F::Directed, vec![2])],
        );
        check(&["consumer", "depends_on"], Edges, &[], &[(F::Provider, vec![1]), (F::Consumer, vec![0])]);
    }

    #[test]
    fn every_field_can_be_written() {
        for known in &FIELDS {
            assert_eq!(Field::parse(known.word), Ok(known.field));
            assert_eq!(known.field.word(), known.word);
            assert!(known.usual.iter().all(|usual| squeezed(usual) == *usual), "{}", known.word);
        }
        assert_eq!(Field::parse("Autonomy-H"), Ok(F::Autonomy));
        assert!(Field::parse("regoin").is_err_and(|text| text.contains("did you mean `region`?")));
        assert!(Field::parse("zzzzzz").is_err_and(|text| text.contains("fields are id, name")));
    }

    #[test]
    fn a_map_names_columns_that_are_there() {
        let mut problems = Problems::new(false);
        let map = [("naem".to_owned(), F::Name), ("from".to_owned(), F::From), ("x".to_owned(), F::Ignore)];
        check_map(&map, &table(&["name"]), &table(&["from"]), &mut problems);
        let told = problems.into_diagnostics();
        let told: Vec<_> =
            told.iter().map(|problem| (problem.title.as_str(), problem.help[0].as_str())).collect();
        assert_eq!(
            told,
            [
                ("there is no column `naem` for the field `name`", "did you mean `name`?"),
                ("there is no column `x` for the field `ignore`", "columns are `name`, `from`"),
            ]
        );
    }
}
