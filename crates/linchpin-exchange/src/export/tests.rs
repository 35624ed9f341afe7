use super::*;
use crate::import::import_geojson;
use crate::input::Input;
use crate::{Options, starter};
use linchpin_scenario::check_text;
use std::collections::BTreeSet;

fn exported(text: &str, results: Option<&Results>) -> (Model, Exported) {
    let loaded = check_text("scenario.ron", text);
    let model = loaded.model.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    let exported = geojson(&model, &loaded.frozen.unwrap_or_default(), &[], results);
    (model, exported)
}

/// Every asset as text: id, sector, region, class, position.
fn assets(model: &Model) -> BTreeSet<String> {
    let assets = model.node_ids().filter(|node| model.nodes[node.index()].kind == NodeKind::Asset);
    assets
        .map(|node| {
            let row = &model.nodes[node.index()];
            let at = model.positions.get(node.index());
            format!(
                "{} {} {} {} {at:?}",
                model.id(node),
                model.name(node),
                model.sectors[row.sector.index()].id,
                model.regions[row.region.index()].id,
            )
        })
        .collect()
}

/// Every link of an asset's need as text.
fn needs(model: &Model) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (row, need) in model.needs.iter().enumerate().filter(|(_, need)| shown(model, need.owner)) {
        for link in model.links_of(linchpin_model::NeedId::new(row)) {
            let service = &model.services[need.service.index()].id;
            let criticality = need.criticality;
            found.insert(format!(
                "{} {service} {} {criticality:?}",
                model.id(need.owner),
                model.id(link.provider)
            ));
        }
    }
    found
}

/// Read by another implementation than ours.
#[test]
fn another_reader_finds_everything() {
    let results = Results {
        replications: 10,
        nodes: vec![NodeResult { chance_to_fail: 0.25, ..NodeResult::default() }; 5],
        ..Results::default()
    };
    let text = starter::scenario("Town").replace("question:", "marking: \"TLP:AMBER\", question:");
    let (model, map) = exported(&text, Some(&results));
    let read: ::geojson::GeoJson = map.text.parse().expect("it is GeoJSON");
    let ::geojson::GeoJson::FeatureCollection(read) = read else { panic!("no collection") };
    assert_eq!(read.bbox.as_deref(), Some(&[14.4, 50.06, 14.45, 50.105][..]));
    let top = read.foreign_members.as_ref().expect("there are more members");
    assert_eq!(top["marking"], "TLP:AMBER");
    assert!(!top.contains_key("crs"));
    assert_eq!(read.features.len(), map.nodes + map.lines);
    assert_eq!((map.nodes, map.nowhere, map.undrawn), (5, 0, 0));
    let hospital = read
        .features
        .iter()
        .find(|feature| feature.property("id").is_some_and(|id| id == "hospital-1"))
        .expect("it is there");
    for (name, value) in [
        ("sector", "health"),
        ("region", "town"),
        ("region_name", "Town"),
        ("marking", "TLP:AMBER"),
        ("linchpin", "asset"),
    ] {
        assert_eq!(hospital.property(name).and_then(|own| own.as_str()), Some(value), "{name}");
    }
    assert_eq!(hospital.property("chance_to_fail").and_then(|own| own.as_f64()), Some(0.25));
    assert_eq!(hospital.property("people").and_then(|own| own.as_f64()), Some(40_000.0));
    let point = format!("{:?}", hospital.geometry.as_ref().map(|geometry| &geometry.value));
    assert!(point.contains("14.4") && point.contains("50.075"), "{point}");
    let lines = read
        .features
        .iter()
        .filter(|feature| feature.property("linchpin").is_some_and(|kind| kind == "need"));
    assert_eq!(lines.count(), needs(&model).len());
}

#[test]
fn what_goes_out_comes_back() {
    let text = starter::scenario("Town")
        .replace("\"hospital-1\"", "\"Nemocnice.1\"")
        .replace(", position: (50.075, 14.400)", "");
    let (model, map) = exported(&text, None);
    assert_eq!((map.nowhere, map.left_out > 0), (1, true));
    let mut input = Input::default();
    let id = input.add("town.geojson", &map.text);
    let outcome = import_geojson(input, &[id], &Options::default());
    let imported = outcome.imported.unwrap_or_else(|| panic!("{:?}", outcome.diagnostics));
    let loaded = crate::import::tests::load(&imported);
    let tables = asset_tables(&loaded);
    let back = loaded.model.as_ref().unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    assert_eq!(assets(back), assets(&model));
    assert_eq!(needs(back), needs(&model));
    assert_eq!(back.meta.marking, model.meta.marking);
    // And once more: now it changes nothing any more.
    let again = geojson(back, loaded.frozen.as_deref().unwrap_or_default(), &tables, None);
    assert!(
        again.text.contains("\"people\":40000.0") && again.text.contains("\"supplies\":[\"care\"]"),
        "{}",
        again.text
    );
    assert_eq!((again.nodes, again.lines - (map.lines - map.undrawn)), (map.nodes, map.undrawn));
}

#[test]
fn meshes_come_back() {
    let text = "(language: 1, name: \"m\", start: \"2027-01-18T06:00:00Z\", horizon: \"1d\", regions: [(id: \"r\")], \
        services: [], classes: [(id: \"x\", sector: \"energy\")], assets: [\
        (id: \"a\", class: \"x\", region: \"r\", position: (0, 179.5)), (id: \"b\", class: \"x\", region: \"r\", position: (1, -179.5)), \
        (id: \"c\", class: \"x\", region: \"r\")], \
        networks: [(id: \"n\", rule: LargestComponent, members: [\"a\", \"b\", \"c\"], links: [(\"a\", \"b\"), (\"b\", \"c\")])])";
    let (_, map) = exported(text, None);
    assert!(
        map.text.contains("MultiLineString") && map.text.contains("\"bbox\": [179.5,0.0,-179.5,1.0]"),
        "{}",
        map.text
    );
    let mut input = Input::default();
    let id = input.add("m.geojson", &map.text);
    let outcome = import_geojson(input, &[id], &Options::default());
    let imported = outcome.imported.unwrap_or_else(|| panic!("{:?}", outcome.diagnostics));
    let loaded = crate::import::tests::load(&imported);
    let back = loaded.model.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    assert_eq!((back.networks.len(), back.networks[0].links.len(), back.needs.len()), (1, 2, 0));
}
