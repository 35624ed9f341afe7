//! `rank` from outside.

use super::{expect, json, linchpin, stderr, stdout};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// A station with two lines to a clinic; both hang on the station.
const SMALL: &str = r#"(
    language: 1, name: "Two lines", start: "2027-01-18T06:00:00+01:00", horizon: "4d", replications: 20,
    regions: [(id: "coast", name: "Coast", population: 900)],
    services: [(id: "power", name: "power"), (id: "care", name: "care")],
    assets: [
        (id: "station", sector: "energy", region: "coast", supplies: ["power"]),
        (id: "line-a", sector: "energy", region: "coast", vendor: "Acme", supplies: ["power"], needs: [(id: "from", service: "power", from: ["station"])]),
        (id: "line-b", sector: "energy", region: "coast", vendor: "Acme", supplies: ["power"], needs: [(id: "from", service: "power", from: ["station"])]),
        (
            id: "clinic", sector: "health", region: "coast",
            needs: [(service: "power", from: ["line-a", "line-b"])],
            serves: [(service: "care", people: 900)],
        ),
    ],
    events: [
        (id: "attack", at: "6h", on: ["line-a", "line-b"], hit_probability: 0.5, do: [Closure(lasts: Uniform(min: "10h", max: "20h"))]),
    ],
)"#;

fn rank(folder: &Path, out: &str, more: &[&str]) -> std::process::Output {
    fs::write(folder.join("small.ron"), SMALL).unwrap();
    let mut args = vec!["rank", "small.ron", "-n", "120", "--out", out];
    args.extend_from_slice(more);
    linchpin(folder, &args)
}

fn asset<'v>(ranking: &'v Value, id: &str) -> &'v Value {
    let assets = ranking["assets"].as_array().expect("a list");
    assets.iter().find(|asset| asset["id"] == id).expect("it is ranked")
}

#[test]
fn threads_interruption_and_brute_force_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let cuts = ["--service", "care", "--cut-sets", "--json"];
    let with = |more: &[&'static str]| [&cuts[..], more].concat();
    let one = json(&expect(0, rank(folder.path(), "one", &with(&["--threads", "1"]))));
    let two = json(&expect(0, rank(folder.path(), "two", &with(&["--threads", "3"]))));
    let brute = json(&expect(0, rank(folder.path(), "brute", &with(&["--brute-force"]))));
    assert_eq!(one, two);
    assert_eq!(one, brute);
    let read = |out: &str, file: &str| fs::read(folder.path().join(out).join(file)).unwrap();
    for file in ["rank.json", "rank.csv", "report.html", "plots/rank-spared.png", "plots/rank-out.svg"] {
        assert!(read("one", file) == read("two", file) && read("one", file) == read("brute", file), "{file}");
    }
    // A block is lost; the same command goes on and says the same.
    let runs = folder.path().join("one/runs");
    let mut blocks: Vec<_> = fs::read_dir(&runs).unwrap().map(|entry| entry.unwrap().path()).collect();
    blocks.retain(|path| path.extension().is_some_and(|extension| extension == "parquet"));
    blocks.sort();
    assert!(blocks.len() > 1, "{blocks:?}");
    fs::remove_file(&blocks[1]).unwrap();
    assert_eq!(json(&expect(0, rank(folder.path(), "one", &cuts))), one);
    assert_eq!(read("one", "report.html"), read("two", "report.html"));
}

/// Out for 72 h the station and the clinic cost 900 times 72 person-hours, a line nothing. The clinic is down while both
/// lines are; whichever of them never fails spares all of it, and so does the clinic; the station never fails.
#[test]
fn small_cases_are_right() {
    let folder = tempfile::tempdir().unwrap();
    let found = json(&expect(0, rank(folder.path(), "out", &["--service", "care", "--cut-sets", "--json"])));
    for (id, lost) in [("station", 64_800.0), ("clinic", 64_800.0), ("line-a", 0.0), ("line-b", 0.0)] {
        let mean = asset(&found, id)["out"]["mean"].as_f64().unwrap();
        assert!((mean - lost).abs() < 1e-6, "{id}: {mean}");
    }
    let loss = found["loss"]["mean"].as_f64().unwrap();
    // A quarter of 900 people times the shorter of two draws from 10 to 20 h, 13.3 h in the mean.
    assert!((2000.0..4200.0).contains(&loss), "{loss}");
    for (id, spared) in [("clinic", loss), ("line-a", loss), ("line-b", loss), ("station", 0.0)] {
        assert_eq!(asset(&found, id)["spared"]["mean"].as_f64().unwrap(), spared, "{id}");
    }
    let kinds: Vec<(&Value, &Value)> =
        found["illusions"].as_array().unwrap().iter().map(|i| (&i["kind"], &i["shared"])).collect();
    assert_eq!(
        kinds,
        [(&Value::from("asset"), &Value::from("station")), (&Value::from("vendor"), &Value::from("Acme"))]
    );
    let sets: Vec<&Value> =
        found["cut_sets"]["sets"].as_array().unwrap().iter().map(|set| &set["assets"]).collect();
    assert_eq!(sets, [&serde_json::json!(["station"]), &serde_json::json!(["line-a", "line-b"])]);
    for set in found["cut_sets"]["sets"].as_array().unwrap() {
        assert_eq!(set["points"][0]["verdict"], "confirmed");
        assert_eq!(set["people"], 900.0);
    }
}

#[test]
fn words_lead_with_protection() {
    let folder = tempfile::tempdir().unwrap();
    let text = stdout(&expect(0, rank(folder.path(), "out", &[])));
    let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("no {part:?} in {text}"));
    assert!(place("Worth most to protect") < place("Missed most"), "{text}");
    assert!(place("Missed most") < place("Redundancy that is an illusion"), "{text}");
    assert!(text.contains("by brute force"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 160), "{text}");
}

#[test]
fn redacted_rankings_show_no_names() {
    let folder = tempfile::tempdir().unwrap();
    let key = "a key that is long enough to be hard to guess";
    let output = expect(
        0,
        rank(folder.path(), "out", &["--redact", "--redact-key", key, "--service", "care", "--cut-sets"]),
    );
    let place = folder.path().join("out/redacted");
    let mut texts = vec![stdout(&output)];
    for file in ["rank.json", "rank.csv", "report.html", "plots/rank-spared.svg"] {
        texts.push(fs::read_to_string(place.join(file)).unwrap());
    }
    for (text, name) in texts
        .iter()
        .flat_map(|text| ["station", "line-a", "clinic", "Acme", "Two lines", "Coast"].map(|n| (text, n)))
    {
        assert!(!text.contains(name), "{name} in {text}");
    }
    assert!(!folder.path().join("out/rank.json").exists());
}

#[test]
fn what_cannot_be_ranked_is_said() {
    let folder = tempfile::tempdir().unwrap();
    for (args, said) in [
        (&["--metric", "person_hours/car"][..], "did you mean `person_hours/care`?"),
        (&["--service", "crae", "--cut-sets"], "did you mean `care`?"),
        (&["--service", "power", "--cut-sets"], "no delivery points"),
        (&["--service", "care", "--cut-sets", "--point", "clinc"], "did you mean `clinic`?"),
        (&["--service", "care"], "--cut-sets"),
        (&["--at", "5d"], "beyond the end"),
        (&["--at", "5 days"], "did you mean"),
        (&["--lasts", "0h"], "above 0"),
    ] {
        let output = expect(2, rank(folder.path(), "out", args));
        assert!(stderr(&output).contains(said), "{args:?}: {}", stderr(&output));
    }
    let endless = ["--metric", "restore_95/service:care", "--lasts", "4d"];
    let output = expect(2, rank(folder.path(), "endless", &endless));
    assert!(stderr(&output).contains("not finite"), "{}", stderr(&output));
    // Another seed is another ranking.
    expect(0, rank(folder.path(), "out", &[]));
    expect(2, rank(folder.path(), "out", &["--seed", "99"]));
    expect(0, rank(folder.path(), "out", &["--seed", "99", "--replace"]));
}
