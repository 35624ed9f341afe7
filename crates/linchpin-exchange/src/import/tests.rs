use super::*;
use crate::{EdgesMean, Required};
use linchpin_model::Model;
use linchpin_scenario::diagnostic::Severity;
use linchpin_scenario::{Loaded, load_model_with};
use std::io;
use std::path::Path;

pub(crate) fn load(imported: &Imported) -> Loaded {
    load_model_with(Path::new("scenario.ron"), &mut |path| {
        let found = imported.files.iter().find(|file| Path::new(&file.name) == path);
        found.map(|file| file.text.clone().into_bytes()).ok_or_else(|| io::ErrorKind::NotFound.into())
    })
}

/// The model of what was written: it has to be free of errors whatever was read.
fn model(outcome: &Outcome) -> (Model, String) {
    let imported = outcome.imported.as_ref().unwrap_or_else(|| panic!("{:?}", outcome.diagnostics));
    let loaded = load(imported);
    let errors: Vec<_> = loaded.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{}", imported.files[0].text);
    (loaded.model.expect("there is no error"), imported.report.text())
}

/// Every need as `consumer <service- provider provider`, every network link as `a = b`.
fn links(model: &Model) -> Vec<String> {
    let needs = model.needs.iter().zip(0..).map(|(need, row)| {
        let links = model.links_of(linchpin_model::NeedId::new(row));
        let providers: Vec<&str> = links.iter().map(|link| model.id(link.provider)).collect();
        let service = &model.services[need.service.index()].id;
        format!("{} <{service}- {}", model.id(need.owner), providers.join(" "))
    });
    let mut all: Vec<String> = needs.collect();
    for network in &model.networks {
        all.push(format!("{:?}", network));
    }
    all
}

fn csv(nodes: &str, edges: &str, options: &Options) -> Outcome {
    let mut input = Input::default();
    let nodes = (!nodes.is_empty()).then(|| input.add("nodes.csv", nodes));
    let edges = (!edges.is_empty()).then(|| input.add("edges.csv", edges));
    import_csv(input, nodes, edges, options)
}

fn told(outcome: &Outcome) -> Vec<String> {
    assert!(outcome.imported.is_none());
    let tell = |problem: &Diagnostic| {
        let place = problem.span.map_or(String::new(), |span| {
            let (line, column) = outcome.sources.line_column(span);
            format!("{}:{line}:{column} ", outcome.sources.name(span.source))
        });
        format!("{place}{} {}", problem.title, problem.label)
    };
    outcome.diagnostics.iter().map(|problem| tell(problem).trim().to_owned()).collect()
}

#[test]
fn a_table_of_nodes_and_one_of_edges() {
    let nodes = "Asset ID;Type;Province;Lat;Lon;people;Owner;colour\n\
                 S 1;substation;North;50,1;14.4;;A;red\n\
                 W1;water works;North;50.2;14,5;1200;A;\n\
                 H1;hospital;South;;;900.5;B;blue\n";
    let edges = "provider;consumer;service;autonomy_h;criticality\nS 1;W1;electricity;6;\nS 1;H1;electricity;2d;0.9\nW1;H1;water;;0,3\n";
    let (model, report) = model(&csv(nodes, edges, &Options::default()));
    let shown: Vec<_> =
        model.needs.iter().map(|need| (need.criticality.share(), need.reserve.is_none())).collect();
    assert_eq!(shown, [(1.0, false), (0.9, false), (0.3, true)]);
    assert_eq!(links(&model), ["W1 <electricity- S-1", "H1 <electricity- S-1", "H1 <water- W1"]);
    let find = |id: &str| model.find_node(id).unwrap_or_else(|| panic!("{id}"));
    let sector = |id: &str| model.sectors[model.nodes[find(id).index()].sector.index()].id.clone();
    assert_eq!(["S-1", "W1", "H1"].map(sector), ["energy", "drinking-water", "health"]);
    let place = model.positions[find("W1").index()];
    assert_eq!((place.lat, place.lon), (50.2, 14.5));
    assert!(!model.positions[find("H1").index()].is_known());
    assert!((model.people_served(find("H1")) - 900.5).abs() < 0.01);
    assert_eq!(model.regions.iter().map(|region| region.id.as_str()).collect::<Vec<_>>(), ["North", "South"]);
    for part in [
        "`S 1` is now `S-1`",
        "column `colour` (2 values, such as `red`)",
        "`id` is taken from `Asset ID`",
        "3 rows of edges.csv",
    ] {
        assert!(report.contains(part), "{part}\n{report}");
    }
}

#[test]
fn edges_mean_what_the_user_says() {
    let edges = "source,target\na,b\nb,c\nb,c\nc,c\n";
    for (mean, required, expected) in [
        (None, Required::Any, vec!["b <supply- a", "c <supply- b"]),
        (Some(EdgesMean::Supplies), Required::All, vec!["b <supply- a", "c <supply- b"]),
        (Some(EdgesMean::Needs), Required::Any, vec!["a <supply- b", "b <supply- c"]),
    ] {
        let (model, report) =
            model(&csv("", edges, &Options { edges_mean: mean, required, ..Options::default() }));
        assert_eq!(links(&model), expected, "{mean:?}");
        assert!(
            report.contains("1 edge from an asset to itself") && report.contains("1 edge that only repeat"),
            "{report}"
        );
    }
    let (model, _) =
        model(&csv("", edges, &Options { edges_mean: Some(EdgesMean::Links), ..Options::default() }));
    assert_eq!((model.needs.len(), model.networks.len()), (0, 1));
}

/// What supplies itself in a circle becomes a mesh; what feeds it from outside feeds the mesh.
#[test]
fn circles_become_networks() {
    let (fed, report) = model(&csv("", "from,to\nplant,a\na,b\nb,c\nc,a\nc,d\n", &Options::default()));
    assert_eq!(fed.networks.len(), 1);
    assert!(links(&fed)[..2] == ["a <supply- plant", "d <supply- c"], "{:?}", links(&fed));
    assert!(report.contains("3 supply links that lead in a circle"), "{report}");
    let (unfed, report) = model(&csv("", "from,to\na,b\nb,a\n", &Options::default()));
    assert_eq!((unfed.needs.len(), unfed.networks.len()), (0, 1));
    assert!(report.contains("nothing says what feeds it"), "{report}");
}

#[test]
fn undirected_edges_become_networks_by_part() {
    let nodes = "id,class\na,source\nb,x\nc,x\nd,x\ne,x\nf,x\n";
    let edges = "Source,Target,Type,Weight\na,b,Undirected,1\nb,c,Undirected,2\nd,e,Undirected,1\n";
    let options = Options { sources: Some("source".into()), ..Options::default() };
    let outcome = csv(nodes, edges, &options);
    let (model, report) = model(&outcome);
    assert_eq!((model.networks.len(), model.needs.len()), (2, 0));
    let text = &outcome
        .imported
        .as_ref()
        .and_then(|it| it.files.iter().find(|file| file.name == "networks.ron"))
        .expect("networks")
        .text;
    assert!(
        text.contains("SourceReachable(sources: [\"a\"])") && text.contains("LargestComponent"),
        "{text}"
    );
    assert!(report.contains("edges: column `Weight`"), "{report}");
}

#[test]
fn everything_wrong_with_tables_is_told_at_once() {
    let nodes = "id,class,lat,lon,capacity,people\n\
                 a,x,91,14,1,\n\
                 a,x,50,14,1,\n\
                 ,x,50,14,1,\n\
                 b,x,fifty,14,0.0001,\n\
                 c,x,NaN,inf,1,-3\n\
                 substation-9,x,50,,1,\n";
    let edges = "provider,consumer,criticality,delay_h\na,substaton-9,1,\nb,,1,\nb,c,1.5,soon\n";
    let expected = [
        "nodes.csv:2:5 `lat` is 91, not from -90 to 90",
        "nodes.csv:3:1 the id `a` is there twice",
        "nodes.csv:4:1 this has no id",
        "nodes.csv:5:5 `lat` is not a number: `fifty`",
        "nodes.csv:5:14 `capacity` is 0.0001: above 0 it is at least 0.001",
        "nodes.csv:6:5 `lat` is not a number: `NaN`",
        "nodes.csv:6:9 `lon` is not a number: `inf`",
        "nodes.csv:6:15 `people` is -3, not from 0 to 10000000000",
        "nodes.csv:7:16 a position takes both, latitude and longitude",
        "edges.csv:2:3 there is no asset `substaton-9` did you mean `substation-9`?",
        "edges.csv:3:1 this edge lacks one of its ends",
        "edges.csv:4:5 `criticality` is 1.5, not from 0 to 1",
        "edges.csv:4:9 `delay` is not a time: `soon`",
    ];
    assert_eq!(told(&csv(nodes, edges, &Options::default())), expected);
    // Or left out, if the user wants it so.
    let (model, report) = model(&csv(nodes, edges, &Options { skip_broken: true, ..Options::default() }));
    assert_eq!(links(&model), ["c <supply- b"]);
    assert!(
        report.contains("2 broken edges, the first: there is no asset")
            && report.contains("2 broken records"),
        "{report}"
    );
}

#[test]
fn tables_that_cannot_be_understood_are_refused() {
    let map = |column: &str, field| Options { map: vec![(column.to_owned(), field)], ..Options::default() };
    use crate::fields::Field;
    for (nodes, edges, options, expected) in [
        ("", "", Options::default(), "there is neither a table of nodes nor one of edges"),
        ("x,y\n1,2\n", "", Options::default(), "no column is known to hold the ids"),
        ("id\n", "", Options::default(), "there is nothing that could become an asset"),
        ("id\na\n", "x,y\na,a\n", Options::default(), "no columns are known to name the two ends"),
        ("id\na\n", "", map("di", Field::Name), "there is no column `di`"),
        ("", "x,y\na,b\n", Options::default(), "no columns are known to name the two ends"),
    ] {
        let outcome = csv(nodes, edges, &options);
        assert!(
            told(&outcome).iter().any(|told| told.starts_with(expected)),
            "{expected}: {:?}",
            told(&outcome)
        );
    }
}

/// Source: the graphs that the project's founders drew by hand (facts; confidence C). 8 nodes and 10 edges; a part of 5
/// nodes is left when 3 and 6 (ids from 0) go.
const HAND8: &str = "source,target\n0,1\n0,2\n1,2\n1,7\n2,3\n3,4\n4,5\n4,6\n5,6\n5,7\n";

#[test]
fn the_hand_made_graph() {
    let (directed, _) = model(&csv("", HAND8, &Options::default()));
    assert_eq!((directed.nodes.len(), directed.links.len()), (8, 10));
    let options = Options { edges_mean: Some(EdgesMean::Links), ..Options::default() };
    let (mesh, _) = model(&csv("", HAND8, &options));
    assert_eq!((mesh.nodes.len(), mesh.networks.len(), mesh.links.len()), (8, 1, 0));
}

fn geojson_of(features: &str, options: &Options) -> Outcome {
    let mut input = Input::default();
    let id =
        input.add("map.geojson", &format!("{{\"type\":\"FeatureCollection\",\"features\":[{features}]}}"));
    import_geojson(input, &[id], options)
}

#[test]
fn a_map_with_points_areas_and_lines() {
    let features = r#"
      {"type":"Feature","geometry":{"type":"Point","coordinates":[14.40,50.10]},"properties":{"power":"substation","name":"Nord","operator":"X"}},
      {"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[14.49,50.09],[14.51,50.09],[14.51,50.11],[14.49,50.11],[14.49,50.09]]]},
       "properties":{"amenity":"hospital","name":"Nord"}},
      {"type":"Feature","geometry":{"type":"Point","coordinates":[14.6,50.1]},"properties":{"man_made":"water_works"}},
      {"type":"Feature","geometry":null,"properties":{"building":"yes","name":"Somewhere"}},
      {"type":"Feature","geometry":{"type":"LineString","coordinates":[[14.401,50.10],[14.45,50.2],[14.499,50.10]]},"properties":{"power":"line"}},
      {"type":"Feature","geometry":{"type":"LineString","coordinates":[[14.401,50.10],[20,50]]},"properties":{}}"#;
    let (model, report) = model(&geojson_of(features, &Options::default()));
    let ids: Vec<&str> =
        model.node_ids().filter(|node| node.index() < 4).map(|node| model.id(node)).collect();
    assert_eq!(ids, ["Nord", "Nord-2", "water_works-3", "Somewhere"]);
    let classes: Vec<&str> =
        model.nodes[..4].iter().map(|node| model.classes[node.class.index()].id.as_str()).collect();
    assert_eq!(classes, ["substation", "hospital", "water_works", "building"]);
    assert_eq!(model.networks.len(), 1);
    for part in [
        "2 lines",
        "1 line end at the assets nearest",
        "1 line with no asset within reach",
        "1 features without an id or name",
        "1 features have the id or name of another",
        "`class` is taken from `power`, `man_made`, `amenity`, `building`",
        "`water_works` is drinking-water",
    ] {
        assert!(report.contains(part), "{part}\n{report}");
    }
}

#[test]
fn a_graph_with_attributes() {
    let text = r#"<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
      <key id="c" for="node" attr.name="class" attr.type="string"><default>pump station</default></key>
      <key id="s" for="edge" attr.name="service" attr.type="string"/>
      <graph edgedefault="directed"><node id="n0"><data key="c">Substation</data></node><node id="n 1"/><node id="n2"/>
      <edge source="n0" target="n 1"><data key="s">power</data></edge>
      <edge source="n 1" target="n2" directed="false"/></graph></graphml>"#;
    let mut input = Input::default();
    let id = input.add("a.graphml", text);
    let (model, report) = model(&import_graphml(input, id, &Options::default()));
    assert_eq!(links(&model)[0], "n-1 <power- n0");
    assert_eq!(model.networks.len(), 1);
    assert!(
        report.contains("3 nodes") && report.contains("2 edges") && report.contains("`n 1` is now `n-1`"),
        "{report}"
    );
}
