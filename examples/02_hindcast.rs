//! Chapter 2: a model beside a real event. The recorded return of electricity on 28 April 2025 drives a scenario of Spain
//! and Portugal; what it predicts of everything else is set beside what was recorded, and scored.
//!
//! `cargo run --release --example 02_hindcast` prints the tables of `scenarios/iberia-2025/README.md`.

use linchpin::analysis::Paired;
use linchpin::analysis::hindcast::{Hindcast, Log, Plan, table};
use linchpin::model::{Record, Seeds};
use linchpin::sim::{RunOptions, Simulation};
use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("scenarios/iberia-2025");
    let loaded = linchpin::scenario::load_model(&folder.join("scenario.ron"));
    let model = Arc::new(loaded.model.ok_or("the scenario has errors: `linchpin check` tells which")?);

    // What is predicted, and how it is read off a replication, was fixed before the record was looked at.
    let plan: Plan = serde_json::from_str(&fs::read_to_string(folder.join("quantities.json"))?)?;
    let log: Log = serde_json::from_str(&fs::read_to_string(folder.join("record.json"))?)?;
    let mut hindcast = Hindcast::new(&plan, &model).map_err(|problems| problems.join("\n"))?;

    // Nothing happens in this scenario besides the threat, so the run without it stays as it begins.
    let mut simulation = Simulation::new(model.clone());
    let (mut record, mut paired) = (Record::default(), Paired::default());
    let seeds = Seeds::new(model.meta.seed);
    for replication in 0..model.meta.replications {
        simulation.run(replication, seeds.replication(replication), RunOptions::default(), &mut record);
        paired.load(model.meta.horizon, None, &record);
        hindcast.add(&paired);
    }

    let comparison = hindcast.compare(&log).map_err(|problems| problems.join("\n"))?;
    println!(
        "{}, given the {}, {} replications\n",
        comparison.event, comparison.conditional_on, comparison.replications
    );
    println!("Predicted and recorded\n\n{}", table::comparison(&comparison));
    println!("Scores: 0 is best, in the unit of the quantity\n\n{}", table::scores(&comparison));
    println!("Predicted, with nothing recorded to compare\n\n{}", table::without_record(&comparison));
    println!("Recorded, and not predicted\n\n{}", table::not_predicted(&log));
    println!("The row of docs/hindcasts.md\n\n{}{}", table::EVENT_HEAD, table::event_row(&comparison));
    Ok(())
}
