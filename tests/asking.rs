//! Asking a study, comparing two, and what must and must not stand in outputs.

use linchpin_model::{Happening, Level, Model, Record, Seeds};
use linchpin_sim::{RunOptions, Simulation};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use tempfile::TempDir;

const MARKING: &str = "TLP:AMBER+STRICT";
const KEY: &str = "correct horse battery";

fn linchpin(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
    command.current_dir(folder).args(args).stdin(Stdio::null()).env_remove("LINCHPIN_REDACT_KEY");
    command.output().expect("the program starts")
}

/// Standard output of a run that has to end with this code.
fn expect(code: i32, folder: &Path, args: &[&str]) -> String {
    let output = linchpin(folder, args);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{args:?}\n{out}\n{err}");
    if code == 0 { out.into_owned() } else { err.into_owned() }
}

/// The small town under a marking, with names that can be recognised, changed by `edit`.
fn town(edit: impl Fn(String) -> String) -> (TempDir, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/small.ron");
    let text = fs::read_to_string(path).expect("the fixture is there");
    let text = text
        .replace(
            "name: \"Small town\"",
            &format!("name: \"Blackout of Quillmere\", marking: \"{MARKING}\", exercise: true"),
        )
        .replace(
            "id: \"town\", name: \"Town\", population: 40_000",
            "id: \"quillmere\", name: \"Quillmere\", population: 40_000, position: (47.123, -21.987)",
        )
        .replace("\"town\"", "\"quillmere\"")
        .replace(
            "id: \"substation\", name: \"Substation\"",
            "id: \"kestrel-yard\", name: \"Kestrel Yard\", position: (47.456, -21.654)",
        )
        .replace("[\"substation\"]", "[\"kestrel-yard\"]")
        .replace("id: \"hospital\", name: \"Hospital\"", "id: \"saint-orrin\", name: \"Saint Orrin\"")
        .replace("id: \"waterworks\", name: \"Waterworks\"", "id: \"fennwell\", name: \"Fennwell\"")
        .replace("name: \"Attack on the substation\"", "name: \"Night of the kestrel\"")
        .replace("name: \"diesel\"", "name: \"tank of Saint Orrin\"");
    let text = edit(text);
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("town.ron"), &text).expect("it can be written to");
    (folder, text)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("it is a folder").flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|part| part == words.as_bytes())
}

#[test]
fn every_file_of_a_study_carries_its_marking() {
    let (folder, _) = town(|text| text);
    let printed = expect(
        0,
        folder.path(),
        &["run", "town.ron", "--out", "s", "--csv", "-n", "60", "--redact", "--redact-key", KEY],
    );
    assert!(printed.contains(MARKING) && printed.contains("EXERCISE"), "{printed}");
    let all = files(&folder.path().join("s"));
    assert!(all.len() > 30, "{all:?}");
    for path in &all {
        // Nobody reads a lock, and it says nothing.
        let bytes = fs::read(path).unwrap();
        if bytes.is_empty() {
            continue;
        }
        let exercise = holds(&bytes, "EXERCISE")
            || holds(&bytes, "\"exercise\": true")
            || holds(&bytes, "exercise: true");
        assert!(holds(&bytes, MARKING) && exercise, "{}", path.display());
    }
    for kind in ["html", "svg", "png", "csv", "json", "ron", "parquet"] {
        assert!(all.iter().any(|path| path.extension().is_some_and(|own| own == kind)), "no {kind}");
    }
    for args in [
        &["replay", "town.ron", "--replication", "3"][..],
        &["replay", "town.ron", "--replication", "3", "--json"],
        &["explain", "town.ron", "--replication", "3", "--asset", "saint-orrin"],
        &["explain", "town.ron", "--replication", "3", "--asset", "saint-orrin", "--json"],
        &["find", "s", "--where", "saint-orrin down"],
        &["find", "s", "--where", "saint-orrin down", "--json"],
        &["diff", "s", "s"],
        &["diff", "s", "s", "--json"],
        &["report", "s"],
    ] {
        let printed = expect(0, folder.path(), args);
        let exercise = printed.contains("EXERCISE") || printed.contains("\"exercise\": true");
        assert!(printed.contains(MARKING) && exercise, "{args:?}: {printed}");
    }
}

#[test]
fn redacted_outputs_hold_no_name_id_or_position() {
    let (folder, _) = town(|text| text);
    let run =
        ["run", "town.ron", "--out", "s", "--csv", "-n", "60", "--redact", "--redact-key", KEY, "--json"];
    let mut outputs = vec![("run".to_owned(), expect(0, folder.path(), &run).into_bytes())];
    let redacted = folder.path().join("s/redacted");
    outputs.extend(
        files(&redacted).into_iter().map(|path| (path.display().to_string(), fs::read(&path).unwrap())),
    );
    assert!(outputs.len() > 15);
    for more in [&[][..], &["--json"]] {
        for args in [
            &["replay", "town.ron", "--replication", "3"][..],
            &["explain", "town.ron", "--replication", "3", "--asset", "saint-orrin"],
            &["report", "s"],
        ] {
            let args = [args, &["--redact", "--redact-key", KEY], more].concat();
            outputs.push((args.join(" "), expect(0, folder.path(), &args).into_bytes()));
        }
    }
    let hidden = [
        "quillmere",
        "kestrel",
        "orrin",
        "fennwell",
        "line crew",
        "tank of",
        "night of",
        "blackout",
        "outlast",
        "emergency care lasts",
        "47.123",
        "21.987",
        "47.456",
        "21.654",
        KEY,
    ];
    for (what, bytes) in &outputs {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        for word in hidden {
            assert!(!text.contains(word), "`{word}` in {what}");
        }
    }
    // Something is left to read.
    let summary: Value = serde_json::from_slice(&fs::read(redacted.join("summary.json")).unwrap()).unwrap();
    assert_eq!(summary["study"]["redacted"], true);
    let ids: Vec<&str> =
        summary["metrics"].as_array().unwrap().iter().map(|metric| metric["id"].as_str().unwrap()).collect();
    assert!(
        ids.contains(&"person_hours/care")
            && ids.iter().any(|id| id.starts_with("person_hours/care/region-"))
    );
    // Figures are those of the study itself.
    let open: Value =
        serde_json::from_slice(&fs::read(folder.path().join("s/summary.json")).unwrap()).unwrap();
    let means = |summary: &Value| -> Vec<Value> {
        summary["metrics"].as_array().unwrap().iter().map(|metric| metric["mean"].clone()).collect()
    };
    assert_eq!(means(&summary), means(&open));
    // A pseudonym is understood where an id is.
    let pseudonym = summary["most_affected"][0]["id"].as_str().unwrap();
    let args =
        ["explain", "town.ron", "--replication", "3", "--asset", pseudonym, "--redact", "--redact-key", KEY];
    assert!(expect(0, folder.path(), &args).contains(pseudonym));
}

#[test]
fn redaction_needs_a_key() {
    let (folder, _) = town(|text| text);
    let error = expect(2, folder.path(), &["run", "town.ron", "--redact"]);
    assert!(error.contains("LINCHPIN_REDACT_KEY") && !folder.path().join("studies").exists(), "{error}");
    let error = expect(
        2,
        folder.path(),
        &["replay", "town.ron", "--replication", "0", "--redact", "--redact-key", "short"],
    );
    assert!(error.contains("at least 12 characters"), "{error}");
}

/// Replications in which a node lies below its `failed_below` at some time within `[from, to)`, from traces of runs in another world.
fn down_between(
    model: &Arc<Model>,
    id: &str,
    seed: u64,
    replications: u32,
    (from, to): (u32, u32),
) -> Vec<u32> {
    let node = model.find_node(id).unwrap();
    let limit = model.nodes[node.index()].failed_below;
    let mut simulation = Simulation::new(model.clone());
    let mut record = Record::default();
    (0..replications)
        .filter(|replication| {
            let draws = Seeds::new(seed).replication(*replication);
            simulation.run(*replication, draws, RunOptions { threat: true, trace: true }, &mut record);
            let mut since = None;
            let mut down = false;
            let mut changes: Vec<(u32, Level)> = record
                .trace
                .iter()
                .filter(|entry| entry.node == node)
                .filter_map(|entry| match entry.what {
                    Happening::Fell { to, .. } | Happening::Rose { to, .. } => Some((entry.time.0, to)),
                    _ => None,
                })
                .collect();
            changes.push((model.meta.horizon, Level::ONE));
            for (time, level) in changes {
                match since {
                    None if level < limit => since = Some(time),
                    Some(begin) if level >= limit => {
                        down |= begin < to && time > from && begin < time;
                        since = None;
                    }
                    _ => {}
                }
            }
            down
        })
        .collect()
}

fn found(text: &str) -> Vec<u32> {
    let found: Value = serde_json::from_str(text).expect("it is JSON");
    let list = found["found"].as_array().unwrap();
    assert_eq!(found["matching"], list.len() as u64);
    list.iter().map(|one| one["replication"].as_u64().unwrap() as u32).collect()
}

#[test]
fn find_lists_what_a_trace_shows() {
    let (folder, _) = town(|text| text);
    expect(
        0,
        folder.path(),
        &["run", "town.ron", "--out", "s", "-n", "120", "--block-size", "25", "--threads", "2"],
    );
    let model = Arc::new(linchpin_scenario::load_model(&folder.path().join("town.ron")).model.unwrap());
    let ask =
        |condition: &str| found(&expect(0, folder.path(), &["find", "s", "--where", condition, "--json"]));
    let expected = down_between(&model, "saint-orrin", 7, 120, (20 * 3600, 30 * 3600));
    assert!(expected.len() > 5 && expected.len() < 115, "{expected:?}");
    assert_eq!(ask("saint-orrin down between 20h and 30h"), expected);
    let whole = down_between(&model, "fennwell", 7, 120, (0, u32::MAX));
    assert_eq!(ask("fennwell failed"), whole);
    let without: Vec<u32> = (0..120).filter(|replication| !expected.contains(replication)).collect();
    assert_eq!(ask("not saint-orrin down between 20h and 30h"), without);
    assert_eq!(ask("saint-orrin up between 20h and 30h"), without);

    // Levels over the whole run say the same as the metric that is kept for it.
    for (level, metric) in [
        ("care < 0.5", "robustness/service:care < 0.5"),
        ("care.quillmere < 0.71", "robustness/service:care/quillmere < 0.71"),
        ("health >= 0.5", "robustness/sector:health >= 0.5"),
        ("water < 0.95 for at least 40h", "longest_loss/water >= 40h"),
    ] {
        let (level, metric) = (ask(level), ask(metric));
        assert!(!level.is_empty());
        assert_eq!(level, metric);
    }
    let text = expect(
        0,
        folder.path(),
        &["find", "s", "--where", "saint-orrin down between 20h and 30h", "--list", "2"],
    );
    assert!(text.contains(&format!("{} replications of 120 match", expected.len())), "{text}");
    let command = text.lines().find(|line| line.contains("linchpin replay")).expect("a replay command");
    let words: Vec<&str> = command.split_whitespace().skip(1).collect();
    assert!(expect(0, folder.path(), &words).contains("Saint Orrin"));
    let error = expect(2, folder.path(), &["find", "s", "--where", "saint-orin down"]);
    assert!(
        error.contains("\n  saint-orin down\n  ^^^^^^^^^^ ") && error.contains("did you mean `saint-orrin`?"),
        "{error}"
    );
}

#[test]
fn what_is_kept_depends_on_no_thread_and_no_block() {
    let (folder, _) = town(|text| text);
    let mut first: Option<Vec<(String, Vec<u8>)>> = None;
    for threads in ["1", "2", "5"] {
        let out = format!("s{threads}");
        expect(
            0,
            folder.path(),
            &["run", "town.ron", "--out", &out, "-n", "130", "--block-size", "40", "--threads", threads],
        );
        let mut runs: Vec<(String, Vec<u8>)> = files(&folder.path().join(&out).join("runs"))
            .into_iter()
            .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
            .collect();
        runs.sort();
        assert_eq!(runs.len(), 12);
        assert!(*first.get_or_insert_with(|| runs.clone()) == runs, "{threads} threads");
    }
}

#[test]
fn diff_says_what_went_in_and_what_came_out() {
    let (folder, text) = town(|text| text);
    fs::write(
        folder.path().join("better.ron"),
        text.replace("min: \"8h\", max: \"30h\"", "min: \"40h\", max: \"60h\""),
    )
    .unwrap();
    for (file, out, seed) in [("town.ron", "a", "7"), ("better.ron", "b", "7"), ("better.ron", "c", "8")] {
        expect(0, folder.path(), &["run", file, "--out", out, "-n", "150", "--seed", seed]);
    }
    assert!(expect(0, folder.path(), &["diff", "a", "a"]).contains("Results: the same to the last bit"));
    let told = expect(0, folder.path(), &["diff", "a", "b"]);
    assert!(told.contains("assets / saint-orrin / needs / electricity / autonomy / tank of Saint Orrin / capacity / min: \"40h\", was \"8h\""), "{told}");
    assert!(told.contains("paired: 150 replications"), "{told}");
    let json = |one: &str, other: &str| -> Value {
        serde_json::from_str(&expect(0, folder.path(), &["diff", one, other, "--json"])).unwrap()
    };
    let metric = |diff: &Value, id: &str| -> Value {
        diff["metrics"].as_array().unwrap().iter().find(|metric| metric["id"] == id).unwrap().clone()
    };
    // The same draws: what the change does not touch does not differ at all, what it helps is clear.
    let paired = json("a", "b");
    let water = metric(&paired, "person_hours/water");
    assert_eq!((&water["difference"], &water["ci95"]), (&Value::from(0.0), &serde_json::json!([0.0, 0.0])));
    let care = metric(&paired, "person_hours/care");
    assert!(care["ci95"][1].as_f64().unwrap() < 0.0, "{care}");
    let difference = care["after"].as_f64().unwrap() - care["before"].as_f64().unwrap();
    assert!((care["difference"].as_f64().unwrap() - difference).abs() < 1e-6 * difference.abs());
    // Other draws: chance weighs more.
    let unpaired = json("a", "c");
    assert_eq!((&unpaired["pairing"], &unpaired["pairs"]), (&Value::from("unpaired"), &Value::Null));
    assert_ne!(metric(&unpaired, "person_hours/water")["difference"], Value::from(0.0));
}
