//! Chapter 2: a model beside real events. What is known of an event drives a scenario (when electricity came back, what was
//! hit and when); what the scenario predicts of everything else is set beside what was recorded, and scored.
//!
//! `cargo run --release --example 02_hindcast` prints the tables of every page under `scenarios/` that has a hindcast,
//! `... --example 02_hindcast iberia-2025` those of one.

use linchpin::analysis::Paired;
use linchpin::analysis::hindcast::{Comparison, Hindcast, Log, Plan, table};
use linchpin::model::{Model, Record, Seeds};
use linchpin::sim::{RunOptions, Simulation};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn main() -> Result<(), Box<dyn Error>> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for folder in folders(&wanted)? {
        print(&folder)?;
    }
    Ok(())
}

/// The folders asked for, or all that say what is to be predicted.
fn folders(wanted: &[String]) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let library = Path::new("scenarios");
    if !wanted.is_empty() {
        return Ok(wanted.iter().map(|name| library.join(name)).collect());
    }
    let entries: Result<Vec<_>, _> = fs::read_dir(library)?.collect();
    let mut folders: Vec<PathBuf> = entries?.iter().map(fs::DirEntry::path).collect();
    folders.retain(|folder| folder.join("quantities.json").exists());
    folders.sort();
    Ok(folders)
}

fn print(folder: &Path) -> Result<(), Box<dyn Error>> {
    let loaded = linchpin::scenario::load_model(&folder.join("scenario.ron"));
    let model = Arc::new(loaded.model.ok_or("the scenario has errors: `linchpin check` tells which")?);

    // What is predicted, and how it is read off a replication, was fixed before the record was looked at.
    let plan: Plan = serde_json::from_str(&fs::read_to_string(folder.join("quantities.json"))?)?;
    let log: Log = serde_json::from_str(&fs::read_to_string(folder.join("record.json"))?)?;
    let comparison = compare(&model, &plan, &log)?;

    println!("# {}", folder.display());
    println!(
        "{}, given: {}, {} replications\n",
        comparison.event, comparison.conditional_on, comparison.replications
    );
    println!("Predicted and recorded\n\n{}", table::comparison(&comparison));
    println!("Scores: 0 is best, in the unit of the quantity\n\n{}", table::scores(&comparison));
    println!("Predicted, with nothing recorded to compare\n\n{}", table::without_record(&comparison));
    println!("Recorded, and not predicted\n\n{}", table::not_predicted(&log));
    println!("The row of docs/hindcasts.md\n\n{}{}", table::EVENT_HEAD, table::event_row(&comparison));
    Ok(())
}

fn compare(model: &Arc<Model>, plan: &Plan, log: &Log) -> Result<Comparison, Box<dyn Error>> {
    let mut hindcast = Hindcast::new(plan, model).map_err(|problems| problems.join("\n"))?;
    let mut simulation = Simulation::new(model.clone());
    let (mut record, mut base, mut paired) = (Record::default(), Record::default(), Paired::default());
    let seeds = Seeds::new(model.meta.seed);
    for replication in 0..model.meta.replications {
        let drawn = seeds.replication(replication);
        simulation.run(replication, drawn, RunOptions::default(), &mut record);
        // Where nothing happens besides the threat, the run without it stays as it begins.
        let background = model.has_background();
        if background {
            simulation.run(replication, drawn, RunOptions { threat: false, ..Default::default() }, &mut base);
        }
        paired.load(model.meta.horizon, background.then_some(&base), &record);
        hindcast.add(&paired);
    }
    Ok(hindcast.compare(log).map_err(|problems| problems.join("\n"))?)
}
