//! `linchpin replay`: one replication as a timeline that can be read aloud.

use crate::args::ReplayArgs;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::load::load;
use crate::redact::pseudonymous;
use linchpin_analysis::findings::Timeline;
use linchpin_analysis::{Catalogue, Paired, TellOptions, tell};
use linchpin_model::{Model, Record, Seeds};
use linchpin_sim::{RunOptions, Simulation};
use serde::Serialize;
use std::fmt::Write;
use std::sync::Arc;

/// What `replay --json` prints.
#[derive(Serialize)]
struct ReplayJson<'a> {
    version: u32,
    scenario: &'a str,
    scenario_hash: &'a str,
    marking: &'a str,
    exercise: bool,
    seed: u64,
    replication: u32,
    /// Events handled.
    events: u64,
    /// Why it could not be finished, if so.
    failure: Option<&'static str>,
    timeline: Timeline,
}

/// Runs the command.
pub fn replay(args: &ReplayArgs, console: &Console) -> Result<Exit, Failure> {
    let scenario = load(&args.which.file, console)?;
    let model = Arc::new(scenario.model);
    let (seed, replication) = (args.which.seed.unwrap_or(model.meta.seed), args.which.replication);
    let (record, headline) = traced(&model, seed, replication);
    // Told with pseudonyms where names are not for everybody.
    let model = match args.redact.key()? {
        Some(key) => Arc::new(pseudonymous(&model, &key, console)),
        None => model,
    };
    let headline = Catalogue::new(&model).headline_text(headline);
    let timeline =
        tell(&model, &record, &TellOptions { headline, at_most: args.lines, ..TellOptions::default() });
    let failure = record.failure.map(linchpin_ensemble::reason);
    let text = if args.talk.json {
        crate::json(&ReplayJson {
            version: 1,
            scenario: &model.meta.name,
            scenario_hash: &model.meta.hash,
            marking: &model.meta.marking,
            exercise: model.meta.exercise,
            seed,
            replication,
            events: record.events,
            failure,
            timeline,
        })?
    } else {
        told(&model, seed, &timeline, failure)
    };
    console.data(&text)?;
    Ok(Exit::Done)
}

/// One replication with its trace, and its headline.
pub fn traced(model: &Arc<Model>, seed: u64, replication: u32) -> (Record, f64) {
    let draws = Seeds::new(seed).replication(replication);
    let mut simulation = Simulation::new(model.clone());
    let (mut base, mut run) = (Record::default(), Record::default());
    let background = model.has_background();
    if background {
        simulation.run(replication, draws, RunOptions { threat: false, trace: false }, &mut base);
    }
    simulation.run(replication, draws, RunOptions { threat: true, trace: true }, &mut run);
    let base = background.then_some(&base);
    let catalogue = Catalogue::new(model);
    let mut paired = Paired::default();
    paired.load(model.meta.horizon, base, &run);
    let mut row = vec![0.0; catalogue.len()];
    catalogue.evaluate(&paired, base, &run, &mut row);
    (run, row[catalogue.headline()])
}

/// As text: a heading for each day, a line for each entry.
fn told(model: &Model, seed: u64, timeline: &Timeline, failure: Option<&str>) -> String {
    let mut out = String::new();
    let meta = &model.meta;
    let exercise = if meta.exercise { "EXERCISE  " } else { "" };
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{exercise}{}", meta.marking);
    let _ = writeln!(out, "{}: replication {} of seed {seed}", meta.name, timeline.replication);
    let _ = writeln!(out, "{}", timeline.headline);
    let mut today = "";
    for entry in &timeline.entries {
        let (day, time) = entry.clock.rsplit_once(' ').unwrap_or(("", &entry.clock));
        if day != today {
            let _ = writeln!(out, "\n{day}");
            today = day;
        }
        let _ = writeln!(out, "  {time}  {}", entry.text);
    }
    if timeline.entries.is_empty() {
        let _ = writeln!(out, "\nNothing happened.");
    }
    if let Some(reason) = failure {
        let _ = writeln!(out, "\nIt could not be finished: {reason}.");
    }
    out
}
