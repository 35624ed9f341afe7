//! A network from tables and the same one in RON: the same records, byte by byte.

use crate::network;
use linchpin::model::{Model, Record, Seeds};
use linchpin::scenario::{check_tables, check_text};
use linchpin::sim::{RunOptions, Simulation};
use std::sync::Arc;

const ASSETS: usize = 20_000;

fn from_tables() -> Model {
    let lines = |rows: &mut dyn Iterator<Item = String>| rows.collect::<Vec<_>>().join("\n");
    let (assets, needs) = (lines(&mut network::asset_rows(ASSETS)), lines(&mut network::need_rows(ASSETS)));
    let tables = [("assets.csv", assets.as_bytes()), ("needs.csv", needs.as_bytes())];
    check_tables(&network::scenario(ASSETS, network::TABLES), &tables).model.expect("no errors")
}

fn from_ron() -> Model {
    let text = network::scenario(ASSETS, &network::asset_field(ASSETS));
    check_text("scenario.ron", &text).model.expect("no errors")
}

/// Records of the first replications.
fn records(model: Model) -> Vec<Record> {
    let mut simulation = Simulation::new(Arc::new(model));
    let seeds = Seeds::new(7);
    (0..4)
        .map(|replication| {
            let mut record = Record::default();
            simulation.run(replication, seeds.replication(replication), RunOptions::default(), &mut record);
            record
        })
        .collect()
}

#[test]
fn tables_and_ron_give_the_same_records() {
    let (tables, ron) = (records(from_tables()), records(from_ron()));
    let events: Vec<u64> = tables.iter().map(|record| record.events).collect();
    assert!(events.iter().all(|events| *events > 100), "hardly anything happens: {events:?}");
    assert_eq!(format!("{tables:?}"), format!("{ron:?}"));
}

#[test]
fn a_study_keeps_its_tables_and_can_be_made_again_from_them() {
    use std::fs;
    use std::process::Command;
    let folder = tempfile::tempdir().unwrap();
    let (source, study, again) =
        (folder.path().join("source"), folder.path().join("study"), folder.path().join("again"));
    fs::create_dir(&source).unwrap();
    fs::write(source.join("scenario.ron"), network::scenario(300, network::TABLES)).unwrap();
    for (name, rows) in [
        ("assets.csv", network::asset_rows(300).collect::<Vec<_>>()),
        ("needs.csv", network::need_rows(300).collect()),
    ] {
        fs::write(source.join(name), rows.join("\r\n")).unwrap();
    }
    let run = |scenario: &std::path::Path, out: &std::path::Path| {
        let program = Command::new(env!("CARGO_BIN_EXE_linchpin"))
            .args(["run", "--replications", "20", "--quiet", "--out"])
            .args([out, scenario])
            .output()
            .unwrap();
        assert!(program.status.success(), "{}", String::from_utf8_lossy(&program.stderr));
        fs::read(out.join("summary.json")).unwrap()
    };
    let first = run(&source, &study);
    for name in ["assets.csv", "needs.csv"] {
        assert_eq!(fs::read(study.join("tables").join(name)).unwrap(), fs::read(source.join(name)).unwrap());
    }
    fs::remove_dir_all(&source).unwrap();
    assert!(run(&study, &again) == first, "the frozen scenario makes another study");
    assert!(fs::read(study.join("scenario.ron")).unwrap() == fs::read(again.join("scenario.ron")).unwrap());
}
