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
        "--samples",
        "0",
        "--threats",
        "none",
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
    for file in [
        "compare.json",
        "compare.csv",
        "compliance.csv",
        "report.html",
        "plots/compare-saved.svg",
        "plots/compare-front.png",
        "plots/compare-exceedance.png",
        "plots/compare-requirements.svg",
    ] {
        let [one, two] = ["one", "two"].map(|run| fs::read(folder.path().join(run).join(file)).expect(file));
        assert!(!one.is_empty() && one == two, "{file}");
    }
}

/// Killed right after the folder was made its own, it goes on; a stranger's folder is left alone.
#[test]
fn a_folder_is_known_by_its_rounds() {
    let folder = tempfile::tempdir().unwrap();
    let [own, other] = ["own", "other"].map(|name| folder.path().join(name));
    for path in [&own, &other] {
        fs::create_dir_all(path).unwrap();
        fs::write(path.join("scenario.ron"), "mine").unwrap();
    }
    fs::create_dir(own.join("rounds")).unwrap();
    expect(0, compare(folder.path(), "own", &[]));
    assert!(own.join("report.html").is_file() && own.join("rounds/00").is_dir());
    expect(2, compare(folder.path(), "other", &["--replace"]));
    assert_eq!(fs::read_to_string(other.join("scenario.ron")).unwrap(), "mine");
    assert!(!other.join("rounds").exists());
}

#[test]
fn a_budget_that_pays_nothing_leaves_things_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let poor = json(&expect(0, compare(folder.path(), "poor", &["--budget", "1", "--json"])));
    assert_eq!((&poor["best"], &poor["decided"]), (&Value::from(""), &Value::from(true)));
    let text = stdout(&expect(0, compare(folder.path(), "poor", &["--budget", "1"])));
    assert!(text.contains("as it is") && text.contains("beyond the budget"), "{text}");
}

/// The requirement of emergency care is failed, that of drinking water is met, whatever is done: exit 3, and what fails is named.
#[test]
fn requirements_decide_the_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let best = expect(3, compare(folder.path(), "one", &["--require"]));
    let text = stdout(&best);
    let (_, required) =
        text.split_once("\nRequired of base-station-power: ").expect("what is required is told");
    assert!(
        required.contains("not met    emergency-care-72h (jointly): ") && required.contains(", asked 95 %"),
        "{text}"
    );
    assert!(!required.contains("drinking-water"), "{text}");
    let of =
        json(&expect(3, compare(folder.path(), "one", &["--require", "--require-of", "as-it-is", "--json"])));
    assert_eq!(
        (&of["required"]["portfolio"], &of["required"]["verdict"]),
        (&Value::from(""), &Value::from("not met"))
    );
    let table = fs::read_to_string(folder.path().join("one/compliance.csv")).unwrap();
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
    assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{table}");
    let verdicts = |requirement: &str| -> Vec<&str> {
        rows.iter().filter(|row| row[2] == requirement && row[3] == "jointly").map(|row| row[8]).collect()
    };
    assert_eq!(verdicts("emergency-care-72h"), ["not met"; 4]);
    assert_eq!(verdicts("drinking-water"), ["met"; 4]);
    // The same as one replication after the other says.
    let asked = &of["portfolios"][0]["requirements"];
    let joint = asked
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["id"] == "drinking-water" && row["group"] == "jointly");
    let joint = joint.expect("it is asked of several groups");
    let row = rows
        .iter()
        .find(|row| row[0].is_empty() && row[2] == "drinking-water" && row[3] == "jointly")
        .unwrap();
    assert_eq!(row[5].parse::<f64>().ok(), joint["share"].as_f64());
    assert!(
        row[6].parse::<f64>().unwrap() >= 0.9,
        "met: the whole interval lies above what is asked: {row:?}"
    );
}

#[test]
fn what_is_given_to_others_names_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let key = ["--redact", "--redact-key", "a key long enough"];
    let told = json(&expect(0, compare(folder.path(), "one", &[&key[..], &["--json"]].concat())));
    let plain = json(&expect(0, compare(folder.path(), "one", &["--json"])));
    assert_eq!(plain["best"], "base-station-power");
    let best = told["best"].as_str().unwrap();
    assert!(best.starts_with("option-") && best.len() == "option-".len() + 6, "{best}");
    assert_eq!(told["portfolios"][1]["mean"], plain["portfolios"][1]["mean"]);
    let redacted = folder.path().join("one/redacted");
    for file in ["compare.json", "compare.csv", "compliance.csv", "report.html", "plots/compare-saved.svg"] {
        let text = fs::read_to_string(redacted.join(file)).expect(file);
        assert!(text.contains(best) && text.contains("TLP:CLEAR"), "{file}");
        for hidden in
            ["base-station-power", "backup-control", "Halvern", "Winter grid attack", "emergency-care-72h"]
        {
            assert!(!text.contains(hidden), "{file} tells {hidden}");
        }
    }
}

#[test]
fn the_page_answers_with_what_the_table_says() {
    let folder = tempfile::tempdir().unwrap();
    let told = json(&expect(0, compare(folder.path(), "one", &["--budget", "60", "--json"])));
    let page = fs::read_to_string(folder.path().join("one/report.html")).unwrap().replace('\u{a0}', " ");
    assert!(told["fresh"]["mean"].as_f64().unwrap() > 0.0);
    for expected in [
        "Best within 60 million euros: “Twice the batteries at base stations in Halvern”. It costs 27.1 million euros.",
        "measured on fresh runs that took no part in choosing.",
        "Which options, alone or together, lower “Person-hours without service, over all services” most",
        "linchpin compare scenario.ron --seed 20270118 --replications 128 --options backup-control,base-station-power --budget 60",
        "<meta name=\"marking\" content=\"EXERCISE TLP:CLEAR\"/>",
    ] {
        assert!(page.contains(expected), "{expected} is not on the page");
    }
}

/// Few sets of values and few replications: what is told is whole and hangs together, and threads change none of it.
#[test]
fn what_is_not_known_and_other_threats() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = scenario();
    let run = |out: &str, more: &[&str]| {
        let options = ["--options", "second-wave-warning,base-station-power", "-n", "64", "--out", out];
        let beyond = ["--samples", "8", "--inner", "8", "--threats", "as-written,winter-storm"];
        linchpin(folder.path(), &[&["compare", &scenario], &options[..], &beyond[..], more].concat())
    };
    let one = json(&expect(0, run("one", &["--json", "--threads", "1"])));
    assert_eq!(json(&expect(0, run("two", &["--json", "--threads", "2"]))), one);
    let assumptions = &one["assumptions"];
    assert_eq!((assumptions["samples"].as_u64(), assumptions["failed"].as_u64()), (Some(8), Some(0)));
    let candidates = assumptions["portfolios"].as_array().expect("a list");
    let best: f64 = candidates.iter().filter_map(|row| row["probability_best"].as_f64()).sum();
    assert!((best - 1.0).abs() < 1e-9 && candidates.len() == 4, "{candidates:?}");
    for row in candidates {
        let [low, p, high] = [&row["ci95"][0], &row["probability_best"], &row["ci95"][1]].map(|x| x.as_f64());
        assert!(low <= p && p <= high, "{row}");
    }
    let parameters = assumptions["parameters"].as_array().expect("a list");
    assert!(parameters.iter().any(|row| row["id"] == "second-wave" && row["influence"].is_f64()));
    let flips = &one["flips"];
    let rivals = flips["steady"].as_array().unwrap().len() + flips["level"].as_array().unwrap().len();
    assert!(rivals <= 3 && flips["found"].is_array());
    let threats = &one["threats"];
    assert_eq!(threats["threats"], Value::from(vec!["as-written", "winter-storm"]));
    // Against each threat the best that may be chosen regrets nothing, so the least worst regret lies below all others.
    let worst = |row: &Value| row["worst_regret"].as_f64().unwrap();
    let chosen = threats["best"].as_array().unwrap().iter().find(|row| row["criterion"] == "worst_regret");
    let chosen = &chosen.expect("it always applies")["id"];
    let rows = threats["portfolios"].as_array().unwrap();
    let own = rows.iter().find(|row| row["id"] == *chosen).map(worst).unwrap();
    assert!(rows.iter().all(|row| worst(row) >= own), "{rows:?}");
    let table = fs::read_to_string(folder.path().join("one/worlds.csv")).unwrap();
    assert_eq!(table.lines().count(), 1 + 8 * 4);
    let text = stdout(&expect(0, run("one", &["--redact", "--redact-key", "a key long enough"])));
    for expected in [
        "Over what is not known: 8 sets of values of 12",
        "What would change the answer",
        "Against other threats",
    ] {
        assert!(text.contains(expected), "{text}");
    }
    for hidden in ["base-station", "second-wave", "winter", "Battery life"] {
        assert!(!text.contains(hidden), "{hidden} is told: {text}");
    }
}

#[test]
fn what_cannot_be_compared_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = scenario();
    for (args, said) in [
        (vec!["compare", &scenario, "--options", "backup-contol"], "did you mean `backup-control`?"),
        (vec!["compare", &scenario, "--metric", "person_hours/watr"], "did you mean `person_hours/water`?"),
        (vec!["compare", &scenario, "--confidence", "2"], "a number from 0.5 to below 1"),
        (vec!["compare", &scenario, "--threats", "winter-strom"], "did you mean `winter-storm`?"),
        (vec!["compare", &scenario, "--design", "grid"], "one of plain, lhs, sobol"),
        (vec!["compare", "none.ron"], "there is no file"),
        (vec!["compare", &scenario, "--require-of", "backup-control"], "--require"),
        (
            vec!["compare", &scenario, "--require", "--require-of", "bakup-control"],
            "did you mean `backup-control`?",
        ),
        (vec!["compare", &scenario, "--redact", "--redact-key", "short"], "a key has at least 12 characters"),
    ] {
        let output = expect(2, linchpin(folder.path(), &args));
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
    }
}

/// Ten plants close, and an option each keeps one of them from it: all ten together are the best, but of the 1,023 sets only the 256
/// of fewest options are in the first race. What differs from the best by one option leads there.
#[test]
fn what_was_left_out_is_searched() {
    let list = |text: fn(usize) -> String| (0..10).map(text).collect::<Vec<_>>().join(",\n");
    let scenario = format!(
        r#"(language: 1, name: "Ten plants", start: "2027-01-18T06:00:00+01:00", horizon: "3d", replications: 64, regions: [(id: "r")],
        services: [(id: "s")], assets: [{}], events: [{}], budget: (amount: 10), options: [{}])"#,
        list(|i| format!(
            r#"(id: "a{i}", sector: "energy", region: "r", supplies: ["s"], serves: [(service: "s", people: {})])"#,
            100 + i
        )),
        list(|i| format!(
            r#"(id: "e{i}", at: "1h", on: "a{i}", do: [Closure(lasts: Uniform(min: "2h", max: "6h"))])"#
        )),
        list(|i| format!(
            r#"(id: "o{i}", name: "Keep plant {i} open", cost: 1, remove: (events: ["e{i}"]))"#
        ))
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ten.ron");
    fs::write(&file, scenario).unwrap();
    let file = file.display().to_string();
    let run = |more: &[&str]| linchpin(folder.path(), &[&["compare", &file, "--out", "ten"], more].concat());
    let told = json(&expect(0, run(&["--json"])));
    assert_eq!(told["best"], "o0+o1+o2+o3+o4+o5+o6+o7+o8+o9");
    // Nothing is lost with it, on fresh draws too.
    let best = told["portfolios"].as_array().unwrap().iter().find(|row| row["id"] == told["best"]).unwrap();
    let (lost, before) = (best["mean"].as_f64().unwrap(), told["portfolios"][0]["mean"].as_f64().unwrap());
    assert!(lost.abs() < 1e-9 * before, "{lost} of {before}");
    assert_eq!(best["replications"], told["replications"]);
    let text = stdout(&expect(0, run(&[]))).replace('\n', " ");
    assert!(text.contains("every portfolio within the budget that differs from it by one option"), "{text}");
    assert!(text.contains("the best changed"), "{text}");
    // Finished races are read, not run, and say the same.
    assert_eq!(json(&expect(0, run(&["--json"]))), told);
}
