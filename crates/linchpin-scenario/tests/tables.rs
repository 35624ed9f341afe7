//! Scenarios with tables: what they resolve to, and what is said about those that are wrong.

use linchpin_model::{DistId, Model};
use linchpin_scenario::diagnostic::Severity;
use linchpin_scenario::{Loaded, check_tables, check_text};

#[path = "../../../tests/network.rs"]
mod network;

const HEAD: &str = "language: 1, name: \"Test\", start: \"2027-01-18T06:00:00+01:00\", horizon: \"7d\",
    regions: [(id: \"land\"), (id: \"north\", parent: \"land\")], services: [(id: \"power\"), (id: \"water\")],";

/// A plant and a pump in RON, of a class or not.
const ASSETS: &str = "classes: [(id: \"pump\", sector: \"drinking-water\", supplies: [\"water\"], capacity: 3, restart: \"1h\",
        needs: [(service: \"power\", autonomy: [(capacity: \"2h\")])])],
    assets: [(id: \"plant\", sector: \"energy\", region: \"north\", supplies: [\"power\"]),
        (id: \"old\", class: \"pump\", region: \"north\", position: (50, 8))],";

fn loaded(fields: &str, tables: &[(&str, &str)]) -> Loaded {
    let named: Vec<String> = tables.iter().map(|(name, _)| format!("{}(\"{name}\")", kind(name))).collect();
    let text = format!("({HEAD}\n{ASSETS}\n{fields}\ntables: [{}])", named.join(", "));
    let tables: Vec<(&str, &[u8])> = tables.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    check_tables(&text, &tables)
}

fn kind(name: &str) -> &str {
    match name.split('.').next() {
        Some("assets") => "Assets",
        Some("needs") => "Needs",
        Some("pools") => "Pools",
        _ => "Positions",
    }
}

fn model(fields: &str, tables: &[(&str, &str)]) -> Model {
    let loaded = loaded(fields, tables);
    let problems: Vec<_> = loaded.diagnostics.iter().map(|d| &d.title).collect();
    loaded.model.unwrap_or_else(|| panic!("{problems:?}"))
}

/// Problems that lie in a table: "file:line:column title / label".
fn problems(tables: &[(&str, &str)]) -> Vec<String> {
    let loaded = loaded("", tables);
    assert_eq!(loaded.model.is_none(), loaded.diagnostics.errors() > 0);
    let told = loaded.diagnostics.iter().filter_map(|problem| {
        let span = problem.span?;
        let (line, column) = loaded.sources.line_column(span);
        let name = loaded.sources.name(span.source);
        let severity = if problem.severity == Severity::Error { "" } else { "warning " };
        name.ends_with(".csv")
            .then(|| format!("{severity}{name}:{line}:{column} {} / {}", problem.title, problem.label))
    });
    told.collect()
}

/// The needs of a node: "service: provider*weight ... / required".
fn needs(model: &Model, id: &str) -> Vec<String> {
    let node = model.find_node(id).unwrap_or_else(|| panic!("no node {id}"));
    model
        .needs_of(node)
        .map(|need| {
            let row = &model.needs[need.index()];
            let service = row.service.some().map_or("-", |service| &model.services[service.index()].id);
            let links: Vec<_> = model
                .links_of(need)
                .iter()
                .map(|link| format!("{}*{}", model.id(link.provider), link.weight))
                .collect();
            format!("{service}: {} / {}", links.join(" "), row.required)
        })
        .collect()
}

#[test]
fn tables_and_ron_refer_to_each_other() {
    let model = model(
        "",
        &[
            (
                "assets.csv",
                "id,name,class,sector,region,lat,lon,supplies,capacity,serves,people,restart\n\
                 new,\"Pump \"\"St. Mary\"\"\",pump,,north,51.5,8.25,,7,water,1200,\n\
                 big,,,energy,land,,,power water,,,,Uniform(min: 1h; max: 2h)\n",
            ),
            (
                "needs.csv",
                "asset,service,from,required,criticality,autonomy,delay\n\
                 old,water,new big,All,0.5,,\n\
                 new,power,big plant,2,,Exponential(2d),1h\n",
            ),
            ("positions.csv", "id,lat,lon\nplant,50,8\nbig,1,2\n"),
            ("pools.csv", "id,service,suppliers,capacity,demand\nmarket,water,new big,2,3\n"),
        ],
    );
    let node = |id: &str| model.find_node(id).unwrap_or_else(|| panic!("no {id}"));
    assert_eq!(model.name(node("new")), "Pump \"St. Mary\"");
    assert_eq!(model.name(node("big")), "big");
    assert_eq!(needs(&model, "old"), ["power: plant*1 big*1 / 1", "water: new*1 big*1 / 2"]);
    // The need of the class is replaced by that of the table.
    assert_eq!(needs(&model, "new"), ["power: plant*1 big*1 / 2"]);
    assert_eq!(needs(&model, "market"), ["-: new*2 big*2 / 3"]);
    let positions: Vec<_> = ["plant", "old", "new", "big"]
        .map(|id| model.positions[node(id).index()])
        .map(|at| (at.lat, at.lon))
        .into();
    assert_eq!(positions, [(50.0, 8.0), (50.0, 8.0), (51.5, 8.25), (1.0, 2.0)]);
    let restart = |id: &str| model.nodes[node(id).index()].restart;
    assert_eq!(restart("new"), restart("old"));
    assert!(restart("big") != DistId::NONE && restart("big") != restart("new"));
    assert_eq!(model.people_served(node("new")), 1200.0);
}

#[test]
fn what_is_wrong_with_a_table_is_told_where_it_stands() {
    let header = "id,class,region,lat,lon,capacity,repair,serves,people";
    let asset = |row: &str| problems(&[("assets.csv", &format!("{header}\n{row}\n"))]);
    for (row, expected) in [
        (
            "a,pmup,north,,,,,,",
            "assets.csv:2:3 there is no class `pmup` / did you mean `pump`? (column `class`)",
        ),
        (
            "a,pump,nroth,,,,,,",
            "assets.csv:2:8 there is no region `nroth` / did you mean `north`? (column `region`)",
        ),
        ("a,pump,,,,,,,", "assets.csv:2:1 an asset needs a field `region` / `region` is missing here"),
        ("a,,north,,,,,,", "assets.csv:2:1 the asset `a` needs a sector / column `id`"),
        (",pump,north,,,,,,", "assets.csv:2:1 each row of a table of assets needs `id` / `id` is empty here"),
        ("a b,pump,north,,,,,,", "assets.csv:2:1 an id must not contain ' ' / column `id`"),
        ("old,pump,north,,,,,,", "assets.csv:2:1 the asset `old` is there twice / again here (column `id`)"),
        (
            "a,pump,north,91,0,,,,",
            "assets.csv:2:14 expected a number from -90 to 90, found the number 91 / column `lat`",
        ),
        ("a,pump,north,,0,,,,", "assets.csv:2:15 a position needs `lat` too / column `lon`"),
        (
            "a,pump,north,,,NaN,,,",
            "assets.csv:2:16 expected a number from 0 to 1000000000, found NaN / column `capacity`",
        ),
        (
            "a,pump,north,,,\"1,5\",,,",
            "assets.csv:2:17 expected a number from 0 to 1000000000, found the text \"1,5\" / column `capacity`",
        ),
        (
            "a,pump,north,,,,4 hours,,",
            "assets.csv:2:17 expected a time such as \"36h\" or \"1d 6h\", found \"4 hours\" / \
             unknown unit `hours` (column `repair`)",
        ),
        (
            "a,pump,north,,,,Uniform(min: 2h; max: 1h),,",
            "assets.csv:2:17 `min` lies above `max` / column `repair`",
        ),
        ("a,pump,north,,,,,water,", "assets.csv:2:18 a delivery needs `people` too / column `serves`"),
        ("a,pump,north,,,,,,5", "assets.csv:2:19 a delivery needs `serves` too / column `people`"),
        (
            "a,pump,north,,,,,watr,5",
            "assets.csv:2:18 there is no service `watr` / did you mean `water`? (column `serves`)",
        ),
        ("a,pump,north,,", "assets.csv:2:1 this row has 5 cells, the header has 9 / "),
        ("a,pump,north,,,,,,,x", "assets.csv:2:1 this row has 10 cells, the header has 9 / "),
        ("a,\"pump,north,,,,,,", "assets.csv:2:3 this quote is never closed / "),
        ("a,\"pump\"x,north,,,,,,", "assets.csv:2:9 something follows the closing quote of this cell / "),
    ] {
        let found = asset(row);
        assert_eq!(found.first().map(String::as_str), Some(expected), "{row}: {found:#?}");
        // A cell that is wrong leads to no other complaints; a row that is, to few.
        let ragged = found.iter().any(|problem| problem.contains("this row has"));
        assert!(found.len() == 1 || ragged, "{row}: {found:#?}");
    }
}

#[test]
fn headers_are_checked() {
    for (table, expected) in [
        ("", "assets.csv:1:1 the table is empty / "),
        ("\n\n", "assets.csv:1:1 the table is empty / "),
        (
            "id,class,regoin",
            "assets.csv:1:10 a table of assets has no column `regoin` / did you mean `region`?",
        ),
        ("id,region,", "assets.csv:1:11 a column has no name / "),
        ("id,region,id", "assets.csv:1:11 the column `id` is there twice / "),
        ("class,lat", "assets.csv:1:1 a table of assets needs the columns `id`, `region` / "),
    ] {
        let found = problems(&[("assets.csv", table)]);
        assert!(found.iter().any(|problem| problem == expected), "{table}: {found:#?}");
    }
    assert_eq!(problems(&[("assets.csv", "\u{feff}region;id\r\nnorth;\"a\"\r\n\r\n;\r\n")]).len(), 1);
}

#[test]
fn needs_and_positions_are_checked() {
    for (needs, expected) in [
        ("old,pwer,,", "needs.csv:2:5 there is no service `pwer` / did you mean `power`? (column `service`)"),
        (
            "oldd,power,,",
            "needs.csv:2:1 there is no asset or pool `oldd` / did you mean `old`? (column `asset`)",
        ),
        (
            "old,power,plannt,",
            "needs.csv:2:11 there is no asset or pool `plannt` / did you mean `plant`? (column `from`)",
        ),
        (
            "old,water,old,",
            "needs.csv:2:11 nothing provides the need `water` of `old` / only itself (column `from`)",
        ),
        ("old,,plant,", "needs.csv:2:1 a need needs a field `service` / `service` is missing here"),
        (
            "old,power,plant,9",
            "needs.csv:2:17 expected a share from 0 to 1, found the number 9 / column `criticality`",
        ),
        ("old,power,plant plant,", "warning needs.csv:2:17 `plant` is listed twice / column `from`"),
        ("old,power,plant,1\nold,power,,1", "needs.csv:3:1 `old` has the need `power` twice / "),
    ] {
        let table = format!("asset,service,from,criticality\n{needs}\n");
        let found = problems(&[("needs.csv", &table)]);
        assert_eq!(found, [expected], "{needs}");
    }
    for (row, expected) in [
        ("plant,1,2\nplant,1,2", "x.csv:3:1 `plant` has two positions / column `id`"),
        ("old,1,2", "x.csv:2:1 `old` has two positions / column `id`"),
        ("plant,,", "x.csv:2:1 this row has no position / "),
        ("none,1,2", "x.csv:2:1 there is no asset or pool `none` / unknown (column `id`)"),
    ] {
        assert_eq!(problems(&[("x.csv", &format!("id,lat,lon\n{row}\n"))]), [expected], "{row}");
    }
}

#[test]
fn many_problems_are_told_a_few_times_and_counted() {
    let mut table = String::from("id,class,region,capacity\n");
    for i in 0..400 {
        table.push_str(&format!("a{i},pump,north,x\nb{i},pmup,north,1\nc{i},pump\n"));
    }
    let loaded = loaded("", &[("assets.csv", &table)]);
    assert_eq!(loaded.diagnostics.errors(), 50 + 50 + 1, "capacities, ragged rows, and one class for all");
    let help: Vec<&String> = loaded.diagnostics.iter().flat_map(|problem| &problem.help).collect();
    assert_eq!(help.iter().filter(|help| **help == "and 350 more like this, not shown").count(), 2);
}

#[test]
fn tables_that_are_no_text_are_refused() {
    let named = "tables: [Assets(\"assets.csv\")]";
    let text = format!("({HEAD}\n{named})");
    for (bytes, title) in [
        (Some(&b"id,region\na,n\xffrth\n"[..]), "the file is not UTF-8: byte 0xFF at offset 13"),
        (Some(&b"\xff\xfei\0d\0"[..]), "the file is not UTF-8: byte 0xFF at offset 0"),
        (None, "there is no file assets.csv"),
    ] {
        let tables: Vec<(&str, &[u8])> = bytes.into_iter().map(|bytes| ("assets.csv", bytes)).collect();
        let loaded = check_tables(&text, &tables);
        let found: Vec<_> = loaded.diagnostics.iter().map(|problem| problem.title.as_str()).collect();
        assert_eq!(found, [title]);
        assert!(loaded.model.is_none() && loaded.frozen.is_none());
    }
}

#[test]
fn cells_over_several_lines_count_as_one_row() {
    let found =
        problems(&[("assets.csv", "id,name,class,region\na,\"two\nlines\",pump,north\nb,,pmup,north\n")]);
    assert_eq!(
        found,
        ["assets.csv:4:4 there is no class `pmup` / did you mean `pump`? (row 3, column `class`)"]
    );
}

#[test]
fn values_of_rows_keep_their_source() {
    let model = model(
        "",
        &[(
            "assets.csv",
            "id,class,region,capacity,restart,source,confidence\na,pump,north,1,2h,survey,S\nb,pump,north,2,,survey,S\n",
        )],
    );
    let rows: Vec<_> = model
        .assumptions
        .iter()
        .map(|row| format!("{} {} {} {}", row.what, row.value, row.source, row.confidence))
        .collect();
    assert_eq!(rows, ["assets.csv: capacity 2 rows survey S", "assets.csv: restart 1 row survey S"]);
}

#[test]
fn a_frozen_scenario_names_its_tables_and_their_hash() {
    let assets = "id,class,region\nnew,pump,north\n";
    let text = format!(
        "({HEAD}\n{ASSETS}\ntables: [Assets(\"data/Assets.csv\"), Positions(file: \"data/2/assets.csv\")])"
    );
    let places = "id,lat,lon\nnew,1,2\n";
    let first = check_tables(
        &text,
        &[("data/Assets.csv", assets.as_bytes()), ("data/2/assets.csv", places.as_bytes())],
    );
    let frozen = first.frozen.clone().expect("all files are there");
    // From sha256sum.
    let hash = "35ecb3f06dca4a341dbac7f290d6be870b3a4a20cb600e2fec80a28f5b9cdca4";
    assert!(frozen.contains("file: \"tables/Assets.csv\"") && frozen.contains(hash), "{frozen}");
    let names: Vec<&str> = first.tables.iter().map(|table| table.frozen.as_str()).collect();
    assert_eq!(names, ["tables/Assets.csv", "tables/assets-2.csv"]);
    let beside: Vec<(&str, &[u8])> = first
        .tables
        .iter()
        .map(|table| (table.frozen.as_str(), first.sources.text(table.source).as_bytes()))
        .collect();
    let again = check_tables(&frozen, &beside);
    assert_eq!(again.frozen.as_deref(), Some(frozen.as_str()), "freezing changes nothing more");
    assert!(again.model.is_some());
    let changed = check_tables(&frozen, &[(beside[0].0, b"id,class,region\nnow,pump,north\n"), beside[1]]);
    let found: Vec<_> = changed.diagnostics.iter().map(|problem| problem.title.as_str()).collect();
    assert_eq!(found[0], "tables/Assets.csv is not the table that this scenario was frozen with");
    assert!(changed.model.is_none());
}

#[test]
fn tables_and_ron_make_the_same_model() {
    const ASSETS: usize = 20_000;
    let lines = |rows: &mut dyn Iterator<Item = String>| rows.collect::<Vec<_>>().join("\n");
    let (assets, needs) = (lines(&mut network::asset_rows(ASSETS)), lines(&mut network::need_rows(ASSETS)));
    let tables = [("assets.csv", assets.as_bytes()), ("needs.csv", needs.as_bytes())];
    let from_tables = check_tables(&network::scenario(ASSETS, network::TABLES), &tables);
    let from_ron = check_text("scenario.ron", &network::scenario(ASSETS, &network::asset_field(ASSETS)));
    let all =
        |loaded: &Loaded| loaded.diagnostics.iter().map(|problem| problem.title.clone()).collect::<Vec<_>>();
    assert_eq!((all(&from_tables), all(&from_ron)), (vec![], vec![]));
    let (Some(tables), Some(ron)) = (from_tables.model, from_ron.model) else {
        panic!("no errors, no model")
    };
    assert!(ron.nodes.len() > ASSETS && ron.needs.len() > 3 * ASSETS && ron.links.len() > ron.needs.len());
    assert_eq!((&tables.nodes, &tables.needs, &tables.links), (&ron.nodes, &ron.needs, &ron.links));
    // Everything there is, in its order.
    let same = format!("{tables:?}") == format!("{ron:?}");
    assert!(same, "the models differ");
}
