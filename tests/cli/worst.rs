//! `worst` from outside.

use super::{expect, fixture, json, linchpin, small, stderr, stdout};
use std::fs;
use std::path::Path;

fn worst(folder: &Path, out: &str, more: &[&str]) -> std::process::Output {
    let mut args = vec!["worst", "contested.ron", "-n", "40", "--out", out];
    args.extend_from_slice(more);
    linchpin(folder, &args)
}

fn contested() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("contested.ron"), fixture("contested.ron")).expect("it can be written to");
    folder
}

/// Six assets, one of them down for 48 h from the start. Without feeder-1 15,000 have no electricity for 48 h and, once the
/// reservoir is empty after 6 h, 40,000 no water for 42 h: 2,400,000 person-hours. The waterworks or the hospital alone:
/// 40,000 for 48 h, which is less.
#[test]
fn the_worst_and_what_to_protect() {
    let folder = contested();
    let asked = ["--budget", "1", "--lasts", "48h", "--json"];
    let found = json(&expect(0, worst(folder.path(), "one", &asked)));
    assert_eq!(found["exact"], true);
    assert_eq!(found["attacks"][0]["targets"], serde_json::json!(["feeder-1"]));
    let near = |value: &serde_json::Value, expected: f64| {
        assert!(
            value.as_f64().is_some_and(|value| (value - expected).abs() < 1e-3),
            "{value}, not {expected}"
        );
    };
    near(&found["attacks"][0]["loss"], 2_400_000.0);
    assert_eq!(found["protect"]["assets"], serde_json::json!(["feeder-1"]));
    near(&found["protect"]["loss_after"], 1_920_000.0);
    let text = stdout(&expect(0, worst(folder.path(), "one", &asked[..4])));
    let (protect, attack) =
        (text.find("Protect this one: Feeder East"), text.find("The worst attack on one target"));
    assert!(protect.is_some() && protect < attack, "protections come first: {text}");
    assert!(text.starts_with("TLP:CLEAR"), "{text}");
    for file in
        ["worst.json", "worst.csv", "plots/worst-by-number.svg", "plots/worst-by-number.png", "report.html"]
    {
        assert!(folder.path().join("one").join(file).is_file(), "{file}");
    }
    for file in ["worst.json", "worst.csv", "report.html", "plots/worst-by-number.svg"] {
        let text = fs::read_to_string(folder.path().join("one").join(file)).expect("text");
        assert!(text.contains("TLP:CLEAR"), "{file} is marked");
    }
}

/// The search without its enumeration, on any number of threads, gone on with, and among some only.
#[test]
fn searching_finds_what_trying_all_finds() {
    let folder = contested();
    let run = |out: &str, more: &[&str]| {
        let mut args = vec!["--budget", "3", "--json"];
        args.extend_from_slice(more);
        json(&expect(0, worst(folder.path(), out, &args)))
    };
    let all = run("all", &["--exact", "100000"]);
    let searched = run("searched", &["--exact", "0", "--threads", "1"]);
    assert_eq!((&all["exact"], &searched["exact"]), (&true.into(), &false.into()));
    for size in 0..3 {
        assert_eq!(all["attacks"][size]["loss"], searched["attacks"][size]["loss"], "{size}");
    }
    assert_eq!(all["protect"]["loss_after"], searched["protect"]["loss_after"]);
    assert_eq!(searched, run("searched", &["--exact", "0", "--threads", "2"]));
    assert!(folder.path().join("searched/answers").read_dir().expect("kept").count() > 0);
    let energy = run("energy", &["--sector", "energy"]);
    assert_eq!(energy["candidates"], 4);
    assert!(energy["bound"].as_f64() >= energy["attacks"][2]["loss"].as_f64());
}

#[test]
fn an_actor_does_what_its_effort_allows() {
    let folder = contested();
    let run = |out: &str, effort: &str| {
        json(&expect(
            0,
            worst(folder.path(), out, &["--actor", "bear", "--effort", effort, "--protect", "1", "--json"]),
        ))
    };
    let found = run("actor", "12");
    let attack = &found["attacks"][0];
    let targets: Vec<&str> =
        attack["targets"].as_array().expect("targets").iter().filter_map(serde_json::Value::as_str).collect();
    let feeders = targets.iter().filter(|target| target.starts_with("feeder-")).count();
    assert!(targets.contains(&"feeder-1") && feeders <= 3, "at most three of four feeders: {targets:?}");
    let steps: Vec<&str> =
        attack["steps"].as_array().expect("steps").iter().filter_map(|step| step["step"].as_str()).collect();
    assert!(steps.contains(&"storm/phish") && steps.contains(&"storm/breakers"), "{steps:?}");
    assert!(attack["loss"].as_f64() > found["protect"]["loss_after"].as_f64());
    let text = stdout(&expect(0, worst(folder.path(), "actor", &["--actor", "bear", "--effort", "12"])));
    assert!(text.contains("Open breakers: "), "{text}");
}

#[test]
fn names_can_be_hidden() {
    let folder = contested();
    let hidden = ["--budget", "2", "--redact", "--redact-key", "a secret that is long enough"];
    let text = stdout(&expect(0, worst(folder.path(), "town", &hidden)));
    let shown = folder.path().join("town/redacted");
    let mut all = vec![text];
    for file in ["worst.json", "worst.csv", "report.html", "plots/worst-by-number.svg"] {
        all.push(fs::read_to_string(shown.join(file)).expect("text"));
    }
    for text in all {
        for name in ["Feeder East", "feeder-1", "Contested town", "Waterworks"] {
            assert!(!text.contains(name), "{name} in {text}");
        }
    }
}

#[test]
fn what_cannot_be_done_is_said() {
    let folder = contested();
    let town = small();
    for (args, said) in [
        (vec!["--sector", "enrgy"], "did you mean `energy`?"),
        (vec!["--class", "feedr"], "did you mean `feeder`?"),
        (vec!["--region", "twon"], "did you mean `town`?"),
        (vec!["--tag", "generator"], "there is no tag of two or more assets `generator`"),
        (vec!["--class", "feeder", "--sector", "health"], "there is nobody to attack"),
        (vec!["--at", "6d"], "beyond the end"),
        (vec!["--lasts", "soon"], "--lasts"),
        (vec!["--metric", "person_hours/watr"], "did you mean `person_hours/water`?"),
        (vec!["--actor", "baer"], "did you mean `bear`?"),
        (vec!["--actor", "bear", "--budget", "2"], "cannot be used with"),
        (vec!["--budget", "0"], "--budget"),
    ] {
        let output = expect(2, worst(folder.path(), "none", &args));
        assert!(stderr(&output).contains(said), "{args:?}: {}", stderr(&output));
    }
    let output = expect(2, linchpin(town.path(), &["worst", "small.ron", "--actor", "bear"]));
    assert!(stderr(&output).contains("the scenario has no actors"), "{}", stderr(&output));
}
