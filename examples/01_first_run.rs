//! Chapter 1: from a scenario file to the numbers of one replication, and to those of a thousand.
//!
//! `cargo run --release --example 01_first_run`

use linchpin::model::{Record, Seeds};
use linchpin::sim::{RunOptions, Simulation};
use std::path::Path;
use std::sync::Arc;

fn main() {
    // A scenario is read, checked as a whole and resolved. Problems come all at once.
    let loaded = linchpin::scenario::load_model(Path::new("scenarios/energy-grid-attack/scenario.ron"));
    for problem in loaded.diagnostics.iter() {
        eprintln!("{}", linchpin::scenario::diagnostic::render(&loaded.sources, problem, false));
    }
    let Some(model) = loaded.model else { return };

    // A simulation is built once and runs any number of replications; the record's buffers are reused.
    let mut simulation = Simulation::new(Arc::new(model));
    let mut record = Record::default();
    let seeds = Seeds::new(1);
    simulation.run(0, seeds.replication(0), RunOptions::default(), &mut record);
    println!(
        "replication 0: {} assets failed, {} of them directly hit, in at most {} steps",
        record.failed, record.direct, record.generations
    );

    // A replication is a pure function of its number, so any of them can be looked at again.
    let runs = 1000;
    let mut failed = 0;
    for replication in 0..runs {
        simulation.run(replication, seeds.replication(replication), RunOptions::default(), &mut record);
        failed += record.failed;
    }
    println!("mean over {runs} replications: {:.1} assets failed", f64::from(failed) / f64::from(runs));
}
