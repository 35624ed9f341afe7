//! A scenario with attackers, malware and responders from the file to the report.

use super::{expect, fixture, json, linchpin, small, stdout};
use serde_json::Value;
use std::fs;

#[test]
fn attackers_are_counted_told_drawn_and_asked_for() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("town.ron"), fixture("contested.ron")).expect("it can be written to");
    let text = stdout(&expect(0, linchpin(folder.path(), &["check", "town.ron"])));
    assert!(text.contains("1 actor, 1 campaign, 1 malware, 2 plans"), "{text}");
    let checked = json(&expect(0, linchpin(folder.path(), &["check", "town.ron", "--json"])));
    assert_eq!(
        checked["contents"]["events"], 0,
        "what stands for steps, malware and plans is no event of the script"
    );

    expect(0, linchpin(folder.path(), &["run", "town.ron", "--out", "study"]));
    let summary = fs::read(folder.path().join("study/summary.json")).expect("there is a summary");
    let summary: Value = serde_json::from_slice(&summary).expect("it is JSON");
    let campaign = &summary["contest"]["campaigns"][0];
    let reached = campaign["reached"]["of"].as_f64().expect("a share");
    // Mails get through in 90 % of the runs, at most a fifth of the attacks on breakers are stopped.
    assert!((0.6..=0.97).contains(&reached), "{reached}");
    let time = &campaign["reach_time"];
    assert!((time["not_reached"].as_f64().expect("a share") - (1.0 - reached)).abs() < 1e-9);
    assert_eq!(campaign["steps"][1]["technique_name"], "Unauthorized Command Message");

    let page = fs::read_to_string(folder.path().join("study/report.html")).expect("there is a report");
    for heading in ["The risk register", "Campaigns", "What spreads", "Who notices and who helps"] {
        assert!(page.contains(heading), "{heading}");
    }
    for plot in [
        "risk-matrix",
        "campaign-1-path",
        "campaign-1-steps",
        "attack-times",
        "malware-1-spread",
        "plans",
        "teams",
        "loss-origin",
    ] {
        assert!(folder.path().join(format!("study/plots/{plot}.svg")).exists(), "{plot}");
    }

    let asked = ["find", "study", "--where", "campaign_reached/storm = 1", "--json"];
    let found = json(&expect(0, linchpin(folder.path(), &asked)));
    let count = found["matching"].as_u64().expect("a number");
    assert_eq!(count, (reached * 200.0).round() as u64);
    let first = found["found"][0]["replication"].as_u64().expect("a number").to_string();
    let told = stdout(&expect(0, linchpin(folder.path(), &["replay", "study", "--replication", &first])));
    let step = "Attackers succeed: Open breakers, at Feeder East";
    assert!(told.contains(step) && told.contains("people are without electricity."), "{told}");
}

#[test]
fn without_attackers_nothing_is_said_of_them() {
    let folder = small();
    expect(0, linchpin(folder.path(), &["run", "small.ron", "--out", "study", "--csv"]));
    let summary = fs::read_to_string(folder.path().join("study/summary.json")).expect("there is a summary");
    assert!(!summary.contains("\"contest\""));
    let rows = fs::read_to_string(folder.path().join("study/replications.csv")).expect("there are rows");
    let head = rows.lines().next().expect("a first line");
    for kind in ["actor_", "campaign_", "step_", "malware_", "plan_", "event_", "team_", "control_", "harmed"]
    {
        assert!(!head.split(',').any(|column| column.starts_with(kind)), "{kind}: {head}");
    }
}
