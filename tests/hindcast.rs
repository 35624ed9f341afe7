//! The hindcasts: that their pages say what the model says, and that the model was given what it should be.

use linchpin::analysis::Paired;
use linchpin::analysis::hindcast::{Comparison, Hindcast, Log, Measure, Plan, Recorded, table};
use linchpin::model::{Model, Record, Seeds};
use linchpin::sim::{RunOptions, Simulation};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

struct Case {
    readme: String,
    plan: Plan,
    log: Log,
    model: Arc<Model>,
}

fn iberia() -> Case {
    case(&root().join("scenarios/iberia-2025"))
}

/// Every folder of the library that has a hindcast, by name.
fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("scenarios")).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.join("quantities.json").exists());
    folders.sort();
    folders
}

fn case(folder: &Path) -> Case {
    let loaded = linchpin::scenario::load_model(&folder.join("scenario.ron"));
    let told: Vec<String> = loaded.diagnostics.iter().map(|told| format!("{told:?}")).collect();
    assert!(told.is_empty(), "{}: not even a warning: {told:#?}", folder.display());
    Case {
        readme: read(&folder.join("README.md")),
        plan: serde_json::from_str(&read(&folder.join("quantities.json"))).unwrap(),
        log: serde_json::from_str(&read(&folder.join("record.json"))).unwrap(),
        model: Arc::new(loaded.model.unwrap()),
    }
}

/// Calls `each` with the curves of every replication, beside those of the run without the threat.
fn replications(model: &Arc<Model>, count: u32, mut each: impl FnMut(&Paired)) {
    let background = model.has_background();
    let mut simulation = Simulation::new(model.clone());
    let (mut record, mut base, mut paired) = (Record::default(), Record::default(), Paired::default());
    let seeds = Seeds::new(model.meta.seed);
    for replication in 0..count {
        let drawn = seeds.replication(replication);
        simulation.run(replication, drawn, RunOptions::default(), &mut record);
        assert_eq!(record.failure, None);
        if background {
            let without = RunOptions { threat: false, ..RunOptions::default() };
            simulation.run(replication, drawn, without, &mut base);
        }
        paired.load(model.meta.horizon, background.then_some(&base), &record);
        each(&paired);
    }
}

fn compared(case: &Case, count: u32) -> Comparison {
    let mut hindcast = Hindcast::new(&case.plan, &case.model).unwrap();
    replications(&case.model, count, |paired| hindcast.add(paired));
    hindcast.compare(&case.log).unwrap()
}

/// The tables are golden: each scenario's own seed and number of replications.
#[test]
fn pages_are_what_the_models_say() {
    let all = read(&root().join("docs/hindcasts.md"));
    assert!(all.contains(table::EVENT_HEAD), "{}", table::EVENT_HEAD);
    let folders = folders();
    assert!(folders.len() >= 2, "{folders:?}");
    for folder in folders {
        let case = case(&folder);
        let comparison = compared(&case, case.model.meta.replications);
        let without = table::without_record(&comparison);
        let mut tables =
            vec![table::comparison(&comparison), table::scores(&comparison), table::not_predicted(&case.log)];
        tables.extend(comparison.rows.iter().any(|row| row.recorded.is_none()).then_some(without));
        for table in tables {
            let page = folder.display();
            assert!(
                case.readme.contains(&table),
                "{page}: the page has another table than this one:\n{table}"
            );
        }
        let row = table::event_row(&comparison);
        assert!(all.contains(&row), "the page of all hindcasts has another row than this one:\n{row}");
    }
}

/// No value of a scenario names a source that the event's own record names: parameters come from elsewhere. A condition
/// that was recorded and is given (when it happened, what was hit) says so in its source.
#[test]
fn parameters_come_from_elsewhere() {
    for folder in folders() {
        let case = case(&folder);
        assert!(case.model.assumptions.len() > 5, "{}", folder.display());
        for assumption in &case.model.assumptions {
            let source = assumption.source.to_lowercase();
            if source.contains("given:") || source.contains("april 2025") {
                continue;
            }
            for entry in &case.log.recorded {
                let recorded = entry.source.to_lowercase();
                for word in recorded.split([';', ',', '/']).map(str::trim).filter(|word| word.len() > 3) {
                    let page = folder.display();
                    assert!(!source.contains(word), "{page}: {}: {source} is in the record", assumption.what);
                }
            }
        }
    }
}

/// Cells of the table row that begins with this text.
fn cells<'r>(readme: &'r str, what: &str) -> Vec<&'r str> {
    let row = readme.lines().find(|line| line.starts_with(&format!("| {what} |")));
    row.unwrap_or_else(|| panic!("no row of {what}")).trim_matches('|').split('|').map(str::trim).collect()
}

/// Read off the page cell by cell, without the code that wrote it; and a few replications already come near.
#[test]
fn iberia_page_has_the_recorded_values() {
    let case = iberia();
    let few = compared(&case, 60);
    let number = |text: &str| text.split(' ').find_map(|word| word.parse::<f64>().ok()).unwrap();
    for entry in &case.log.recorded {
        let quantity = case.plan.quantities.iter().find(|quantity| quantity.id == entry.id).unwrap();
        let row = cells(&case.readme, &quantity.what);
        let (scale, tolerance) = match quantity.measure {
            Measure::LevelAt { .. } | Measure::Lowest => (0.01, 0.15),
            Measure::HoldsUntil { .. } | Measure::BackAt { .. } | Measure::LowestAt => (1.0, 2.0),
        };
        let value = match entry.value {
            Recorded::Value(value) | Recorded::AtLeast(value) => value,
            other => panic!("{other:?} is not in this record"),
        };
        assert_eq!(row[4].starts_with("at least"), entry.value.is_bound(), "{}", entry.id);
        assert!((number(row[4]) * scale - value).abs() < 1e-9, "{}: {}", entry.id, row[4]);
        assert_eq!(row[5], entry.confidence, "{}", entry.id);
        let again = few.rows.iter().find(|row| row.quantity.id == entry.id).unwrap().quantile(0.5);
        assert!((number(row[1]) * scale - again).abs() < tolerance, "{}: {} and {again}", entry.id, row[1]);
    }
    assert_eq!(few.recorded().count(), case.log.recorded.len());
}

/// Electricity is the recorded curve, but for areas that come on as a whole (half a step) and whole minutes.
#[test]
fn iberia_is_driven_by_the_recorded_electricity() {
    let case = iberia();
    let driving: Vec<_> =
        case.log.curves.iter().filter_map(|curve| Some((curve, curve.group.as_ref()?))).collect();
    assert_eq!(driving.len(), 2);
    let mut compared = 0;
    replications(&case.model, 1, |paired| {
        for (curve, group) in &driving {
            assert!(curve.quality != "bounds only", "{}", curve.series);
            let areas = if group.ends_with("spain") { 20.0 } else { 10.0 };
            let place = case.model.find_group(group).unwrap().index();
            for minutes in (1..48 * 60).step_by(7) {
                let hours = f64::from(minutes) / 60.0;
                let level = Measure::LevelAt { hours }.of(paired.segments(place));
                let recorded = curve.at(hours).unwrap();
                assert!(
                    (level - recorded).abs() <= 0.5 / areas + 0.01,
                    "{group} at {hours} h: {level}, {recorded}"
                );
                compared += 1;
            }
        }
    });
    assert!(compared > 800);
}

/// Only electricity comes from the event. Sources of the record must not be those of any other value.
#[test]
fn iberia_takes_no_parameter_from_the_event() {
    let case = iberia();
    let mut others = 0;
    for assumption in &case.model.assumptions {
        let source = assumption.source.to_lowercase();
        if source.contains("april 2025") {
            assert!(assumption.what.contains("-dark: "), "{}: {source}", assumption.what);
            continue;
        }
        others += 1;
        assert!(!source.contains("2025"), "{}: {source}", assumption.what);
        for entry in &case.log.recorded {
            let first = entry.source.to_lowercase();
            let first = first.split(' ').next().unwrap();
            assert!(!source.contains(first), "{}: {source}", assumption.what);
        }
    }
    assert!(others > 100, "{others} values carry a source");
}
