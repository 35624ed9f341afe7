//! The main scenario: reading it, and its replications with and without what is measured in them.

#[path = "support/harness.rs"]
mod harness;

use harness::{number, take_turns, time};
use linchpin_ensemble::{Job, ModelJob, Worker};
use linchpin_model::{Record, Seeds};
use linchpin_scenario::load_model;
use linchpin_sim::{RunOptions, Simulation};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const BATCH: u32 = 10;
const BATCHES: u32 = 50;
const SEED: u64 = 1;

fn main() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/energy-grid-attack/scenario.ron");
    let loaded = load_model(&path);
    let Some(model) = loaded.model else {
        eprintln!("the main scenario has {} errors: linchpin check tells them", loaded.diagnostics.errors());
        std::process::exit(1);
    };
    let model = Arc::new(model);
    println!("{}: {} nodes, {} needs\n", model.meta.name, model.nodes.len(), model.needs.len());

    let second = Duration::from_secs(1);
    let load = time(second, || load_model(&path));
    let new = time(second, || Simulation::new(model.clone()));
    println!("{:<46} {:>10} {:>10}", "", "us", "median us");
    line("read, check and resolve the scenario", load);
    line("build a world", new);

    let mut alone = Simulation::new(model.clone());
    let mut paired = Simulation::new(model.clone());
    let (mut run, mut base) = (Record::default(), Record::default());
    let seeds = Seeds::new(SEED);
    let mut events = 0;
    for replication in 0..BATCH * BATCHES {
        alone.run(replication, seeds.replication(replication), RunOptions::default(), &mut run);
        events += run.events;
    }

    let job = ModelJob::new(model.clone(), SEED);
    let (mut worker, mut sums) = (job.worker(), job.sums());
    let (mut row, mut answers) = (vec![0.0; job.columns().len()], vec![false; job.answers().len()]);
    let [engine, pair, metrics] = take_turns(
        BATCHES,
        BATCH,
        Duration::from_secs(5),
        [
            &mut |first, count| {
                for replication in first..first + count {
                    alone.run(replication, seeds.replication(replication), RunOptions::default(), &mut run);
                }
            },
            &mut |first, count| {
                for replication in first..first + count {
                    let draws = seeds.replication(replication);
                    if model.has_background() {
                        let without = RunOptions { threat: false, ..RunOptions::default() };
                        paired.run(replication, draws, without, &mut base);
                    }
                    paired.run(replication, draws, RunOptions::default(), &mut base);
                }
            },
            &mut |first, count| {
                for replication in first..first + count {
                    if let Err(reason) = worker.run(replication, &mut sums, &mut row, &mut answers) {
                        println!("replication {replication} failed: {reason}");
                    }
                }
            },
        ],
    );
    line("a replication, with the threat", engine);
    line("a replication, with and without the threat", pair);
    line("the same with metrics, requirements and sums", metrics);
    println!("\n{} events a replication with the threat", number(events as f64 / f64::from(BATCH * BATCHES)));
}

fn line(what: &str, timing: harness::Timing) {
    println!("{what:<46} {:>10} {:>10}", number(timing.min_us), number(timing.median_us));
}
