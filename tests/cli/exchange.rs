//! `new`, `import` and `export` from outside.

use super::{expect, json, linchpin, small, stderr, stdout};
use serde_json::Value;
use std::fs;
use std::path::Path;

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("the folder can be written to");
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn a_new_scenario_checks_and_runs() {
    let folder = tempfile::tempdir().unwrap();
    let said = stdout(&expect(0, linchpin(folder.path(), &["new", "my-town"])));
    assert!(said.ends_with("next: linchpin run my-town\n"), "{said}");
    let checked = json(&expect(0, linchpin(folder.path(), &["check", "my-town", "--json"])));
    assert_eq!((&checked["errors"], &checked["warnings"]), (&Value::from(0), &Value::from(0)));
    assert_eq!(checked["contents"]["name"], "My town");
    let study = json(&expect(0, linchpin(folder.path(), &["run", "my-town", "-n", "500", "--json"])));
    // Worth looking at: the hospital neither always fails nor never.
    let hospital = study["most_affected"].as_array().unwrap().iter().find(|row| row["id"] == "hospital-1");
    let chance = hospital.and_then(|row| row["probability"].as_f64()).expect("the hospital can fail");
    assert!((0.02..0.9).contains(&chance), "{chance}");
    assert!(folder.path().join("studies/my-town/report.html").is_file());

    let before = read(&folder.path().join("my-town/scenario.ron"));
    let again = expect(2, linchpin(folder.path(), &["new", "my-town"]));
    assert!(stderr(&again).contains("is there already"), "{}", stderr(&again));
    assert_eq!(read(&folder.path().join("my-town/scenario.ron")), before);
}

const NODES: &str = "id,type,district,lat,lon,people\n\
    sub 1,substation,North,50.10,14.40,\n\
    pump,water works,North,50.11,14.42,5000\n\
    clinic,hospital,South,50.02,14.44,8000\n";
const EDGES: &str = "provider,consumer,service,autonomy_h\nsub 1,pump,electricity,6\nsub 1,clinic,electricity,24\npump,clinic,water,\n";

#[test]
fn tables_become_a_scenario_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "nodes.csv", NODES);
    write(folder.path(), "edges.csv", EDGES);
    let args = ["import", "csv", "--nodes", "nodes.csv", "--edges", "edges.csv", "--out", "my net"];
    let said = stdout(&expect(0, linchpin(folder.path(), &args)));
    for part in ["3 assets, 3 needs", "Guessed", "`sub 1` is now `sub-1`", "next: linchpin run 'my net'"] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    let net = folder.path().join("my net");
    assert!(
        said.contains(&read(&net.join("import-report.txt"))),
        "the report on the screen is the one in the folder"
    );
    assert_eq!(read(&net.join("ids.csv")), "was,id\r\n\"sub 1\",sub-1\r\n");
    expect(0, linchpin(folder.path(), &["check", "my net"]));
    let study =
        json(&expect(0, linchpin(folder.path(), &["run", "my net", "-n", "300", "--out", "s", "--json"])));
    // One of three assets is taken out in each replication; the substation takes the others with it.
    let affected = study["most_affected"].as_array().unwrap();
    assert_eq!(affected.len(), 3);
    assert_eq!(study["most_harmful"][0]["id"], "sub-1");
    // What stands in tables only is on the map of the study too.
    let map = json(&expect(0, linchpin(folder.path(), &["export", "geojson", "s", "--quiet"])));
    let clinic =
        map["features"].as_array().unwrap().iter().find(|feature| feature["id"] == "clinic").unwrap();
    assert_eq!(clinic["properties"]["people"], 8000.0);
    assert!(clinic["properties"]["chance_to_fail"].as_f64() > Some(0.0));
    // Nothing is overwritten.
    assert!(stderr(&expect(2, linchpin(folder.path(), &args))).contains("is there already"));
    let args = ["import", "csv", "--edges", "edges.csv", "--out", "b", "--json", "--marking", "TLP:RED"];
    let said = json(&expect(0, linchpin(folder.path(), &args)));
    assert_eq!((&said["report"]["assets"], &said["report"]["needs"]), (&Value::from(3), &Value::from(3)));
    assert!(read(&folder.path().join("b/scenario.ron")).contains("marking: \"TLP:RED\""));
}

#[test]
fn broken_files_are_refused_with_every_place() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "nodes.csv", "id,lat,lon\na,95,14\na,50,x\n");
    write(folder.path(), "edges.csv", "provider,consumer\na,b\n");
    write(folder.path(), "a.geojson", "{\"type\": \"FeatureCollection\", \"features\": [1]}");
    write(folder.path(), "a.graphml", "<graphml><graph><node/></graph>");
    let csv: &[&str] = &["import", "csv", "--nodes", "nodes.csv", "--edges", "edges.csv", "--out", "o"];
    for (args, places) in [
        (
            csv,
            &["nodes.csv:2:3", "nodes.csv:3:1", "edges.csv:2:3", "there is no asset `b`", "--skip-broken"][..],
        ),
        (
            &["import", "geojson", "a.geojson", "missing.geojson", "--out", "o"],
            &["a.geojson:1:44", "no file missing.geojson"],
        ),
        (&["import", "graphml", "a.graphml", "--out", "o"], &["a.graphml:1:", "not well-formed"]),
        (&["import", "csv", "--out", "o"], &["--nodes"]),
        (
            &["import", "csv", "--nodes", "nodes.csv", "--out", "o", "--map", "lat=regoin"],
            &["did you mean `region`?"],
        ),
        (
            &["import", "csv", "--nodes", "nodes.csv", "--out", "o", "--id", "di"],
            &["there is no column `di`"],
        ),
    ] {
        let output = expect(2, linchpin(folder.path(), args));
        for place in places {
            assert!(stderr(&output).contains(place), "{args:?} {place}\n{}", stderr(&output));
        }
        assert!(output.stdout.is_empty() && !folder.path().join("o").exists(), "{args:?}");
    }
    // What is left can be imported, if the user wants it so.
    let args = [csv, &["--skip-broken"]].concat();
    let said = stdout(&expect(0, linchpin(folder.path(), &args)));
    assert!(said.contains("1 broken edge: there is no asset `b`"), "{said}");
}

/// Threat intelligence in, the skeleton of a campaign out.
#[test]
fn a_flow_becomes_the_skeleton_of_a_campaign() {
    let folder = tempfile::tempdir().unwrap();
    let flow = r#"{"type": "bundle", "objects": [
        {"type": "attack-flow", "id": "f", "name": "Evening", "start_refs": ["a"]},
        {"type": "attack-action", "id": "a", "name": "Mail", "effect_refs": ["b"]},
        {"type": "attack-action", "id": "b", "name": "Breakers", "technique_id": "T0855", "tactic_id": "TA0106"},
        {"type": "tool", "id": "t"}]}"#;
    write(folder.path(), "flow.json", flow);
    let said =
        json(&expect(0, linchpin(folder.path(), &["import", "stix", "flow.json", "--out", "o", "--json"])));
    assert_eq!((&said["report"]["campaigns"], &said["report"]["steps"]), (&Value::from(1), &Value::from(2)));
    assert!(read(&folder.path().join("o/import-report.txt")).contains("1 object `tool`"));
    assert!(read(&folder.path().join("o/campaigns.ron")).contains("after: [\"mail\"]"));
    expect(0, linchpin(folder.path(), &["check", "o"]));
    write(folder.path(), "broken.json", &flow[..60]);
    let output = expect(2, linchpin(folder.path(), &["import", "stix", "broken.json", "--out", "p"]));
    assert!(stderr(&output).contains("broken.json:2:"), "{}", stderr(&output));
}

/// Out as a map, in again, out again: the same network.
#[test]
fn a_map_of_a_scenario_can_be_imported_again() {
    let folder = tempfile::tempdir().unwrap();
    let main = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/energy-grid-attack");
    let main = main.to_str().unwrap();
    let wrote = json(&expect(
        0,
        linchpin(folder.path(), &["export", "geojson", main, "--out", "a.geojson", "--json"]),
    ));
    let map: Value = serde_json::from_str(&read(&folder.path().join("a.geojson"))).expect("it is JSON");
    assert_eq!((&map["type"], &map["crs"]), (&Value::from("FeatureCollection"), &Value::Null));
    let checked = json(&expect(0, linchpin(folder.path(), &["check", main, "--json"])));
    let nodes =
        checked["contents"]["assets"].as_u64().unwrap() + checked["contents"]["pools"].as_u64().unwrap();
    assert_eq!(wrote["nodes"], nodes);
    let features = map["features"].as_array().unwrap();
    for feature in features {
        assert!(feature["properties"]["marking"].is_string(), "{feature}");
        assert!(feature["geometry"].is_object() || feature["geometry"].is_null());
    }
    expect(0, linchpin(folder.path(), &["import", "geojson", "a.geojson", "--out", "back"]));
    let back = json(&expect(0, linchpin(folder.path(), &["check", "back", "--json"])));
    assert_eq!(back["contents"]["assets"], nodes);
    expect(0, linchpin(folder.path(), &["export", "geojson", "back", "--out", "b.geojson"]));
    let again: Value = serde_json::from_str(&read(&folder.path().join("b.geojson"))).unwrap();
    let needs = |map: &Value| {
        let needs = map["features"].as_array().unwrap().iter().map(|feature| &feature["properties"]);
        let needs = needs.filter(|own| own["linchpin"] == "need" && own["service"].is_string());
        let mut needs: Vec<String> =
            needs.map(|own| format!("{} {} {}", own["provider"], own["consumer"], own["service"])).collect();
        needs.sort();
        needs.dedup();
        needs
    };
    let (before, after) = (needs(&map), needs(&again));
    assert!(
        before.len() > 100 && before.iter().all(|need| after.contains(need)),
        "{} {}",
        before.len(),
        after.len()
    );
}

#[test]
fn a_map_of_a_study_holds_its_results() {
    let folder = small();
    let summary = json(&expect(0, linchpin(folder.path(), &["run", "small.ron", "--json"])));
    let said = expect(0, linchpin(folder.path(), &["export", "geojson", "studies/small"]));
    assert!(stderr(&said).contains("have no position"), "{}", stderr(&said));
    let map = json(&said);
    assert_eq!(map["study_hash"], summary["study"]["study_hash"]);
    assert_eq!((&map["replications"], &map["seed"]), (&Value::from(200), &Value::from(7)));
    let of = |id: &str| {
        map["features"].as_array().unwrap().iter().find(|feature| feature["id"] == id).unwrap()["properties"]
            .clone()
    };
    for (list, mean, probability) in [
        ("most_affected", "hours_without", "chance_to_fail"),
        ("most_harmful", "harm_caused_h", "chance_to_begin"),
    ] {
        let rows = summary[list].as_array().unwrap();
        assert!(!rows.is_empty());
        for row in rows {
            let own = of(row["id"].as_str().unwrap());
            assert_eq!(
                (&own[mean], &own[probability]),
                (&row["mean_h"], &row["probability"]),
                "{list} {}",
                row["id"]
            );
            assert_eq!(
                [&own[format!("{mean}_low")], &own[format!("{mean}_high")]],
                [&row["ci95"][0], &row["ci95"][1]]
            );
            assert!(own["chance_to_fail_low"].as_f64() <= own["chance_to_fail"].as_f64());
        }
    }
    // Nothing is overwritten unasked.
    write(folder.path(), "map.geojson", "mine");
    let args = ["export", "geojson", "studies/small", "--out", "map.geojson"];
    assert!(stderr(&expect(2, linchpin(folder.path(), &args))).contains("--replace"));
    assert_eq!(read(&folder.path().join("map.geojson")), "mine");
    expect(0, linchpin(folder.path(), &[&args[..], &["--replace", "--quiet"]].concat()));
}
