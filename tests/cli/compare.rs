//! `compare` from outside.

use super::{expect, json, linchpin, stderr, stdout};
use serde_json::Value;
use std::fs;
use std::path::Path;

const SCENARIO: &str = "scenarios/energy-grid-attack/scenario.ron";

fn scenario() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(SCENARIO).display().to_string()
}

fn compare(folder: &Path, out: &str, more: &[&str]) -> std::process::Output {
    let scenario = scenario();
    let mut args = vec![
        "compare",
        &scenario,
        "--options",
        "backup-control,base-station-power",
        "-n",
        "128",
        "--out",
        out,
    ];
    args.extend_from_slice(more);
    linchpin(folder, &args)
}

#[test]
fn threads_and_going_on_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let one = json(&expect(0, compare(folder.path(), "one", &["--threads", "1", "--json"])));
    let two = json(&expect(0, compare(folder.path(), "two", &["--threads", "2", "--json"])));
    assert_eq!(one, two);
    // The last round is lost; the same command goes on and says the same.
    fs::remove_dir_all(folder.path().join("one/rounds/01")).ok();
    assert_eq!(json(&expect(0, compare(folder.path(), "one", &["--json"]))), one);
    assert_eq!(one["best"], "base-station-power");
    let ratio = one["median_variance_ratio"].as_f64().expect("something varies");
    assert!(ratio > 4.0, "{ratio}");
    let portfolios = one["portfolios"].as_array().expect("a list");
    assert_eq!(portfolios.len(), 4);
    for file in ["compare.json", "compare.csv", "plots/compare-saved.svg", "plots/compare-front.svg"] {
        assert!(folder.path().join("one").join(file).is_file(), "{file}");
    }
}

#[test]
fn a_budget_that_pays_nothing_leaves_things_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let poor = json(&expect(0, compare(folder.path(), "poor", &["--budget", "1", "--json"])));
    assert_eq!((&poor["best"], &poor["decided"]), (&Value::from(""), &Value::from(true)));
    let text = stdout(&expect(0, compare(folder.path(), "poor", &["--budget", "1"])));
    assert!(text.contains("as it is") && text.contains("beyond the budget"), "{text}");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = scenario();
    for (args, said) in [
        (vec!["compare", &scenario, "--options", "backup-contol"], "did you mean `backup-control`?"),
        (vec!["compare", &scenario, "--metric", "person_hours/watr"], "did you mean `person_hours/water`?"),
        (vec!["compare", &scenario, "--confidence", "2"], "a number from 0.5 to below 1"),
        (vec!["compare", "none.ron"], "there is no file"),
    ] {
        let output = expect(2, linchpin(folder.path(), &args));
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
    }
}
