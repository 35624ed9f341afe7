//! `linchpin run`: many replications of a scenario, or a part of them, into a study folder; then figures, plots and a
//! report.

use crate::args::{RunArgs, Until};
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::folder::{Existing, Prepared, default_folder, holds_study, prepare};
use crate::interrupt::Interrupt;
use crate::load::{Scenario, load};
use crate::number::count;
use crate::progress::Line;
use crate::results::{Complete, PROGRAM};
use crate::status::Status;
use crate::study::{Show, finish};
use crate::suggest::nearest;
use linchpin_analysis::Catalogue;
use linchpin_ensemble::{
    Identity, Lock, Manifest, ModelJob, ModelSums, Outcome, Plan, Precision, Shard, ShardOutcome, Stopped,
    Stopwatch, StudyError, write_atomically,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What `run` is to do, complete and checked.
struct Settings {
    job: ModelJob,
    frozen: String,
    /// Tables that the frozen scenario names, and their texts.
    tables: Vec<(String, String)>,
    seed: u64,
    identity: Identity,
    plan: Plan,
    shard: Option<Shard>,
    folder: PathBuf,
    existing: Existing,
}

/// What was computed, and what keeps others out of the folder.
enum Computed {
    Whole(Box<Outcome<ModelSums>>, Lock),
    Part(ShardOutcome, Lock),
}

/// Runs the command.
pub fn run(args: &RunArgs, console: &Console) -> Result<Exit, Failure> {
    // Before hours are spent on a run that could not be shown.
    let redact = args.redact.key()?;
    let watch = Stopwatch::start();
    let interrupt = Interrupt::listen();
    let settings = settle(args, load(&args.file, console)?)?;
    let Settings { job, seed, folder, .. } = &settings;
    let (outcome, _lock) = match compute(&settings, args, &interrupt, console)? {
        Computed::Part(outcome, lock) => return part(&settings, &outcome, lock, args, console),
        Computed::Whole(outcome, lock) => (outcome, lock),
    };
    if outcome.stopped == Stopped::Interrupted {
        return Err(interrupted(&settings, outcome.totals.replications, args));
    }
    let complete = Complete {
        folder,
        job,
        seed: *seed,
        study: &outcome.study,
        totals: &outcome.totals,
        stopped: outcome.stopped.to_string(),
        csv: args.csv,
    };
    let wall = Some((outcome.timings, watch));
    finish(&complete, &Show { json: args.talk.json, require: args.require, redact, wall }, console)
}

/// Says how far a part is: there are no results to show before all parts are put together.
fn part(
    settings: &Settings,
    outcome: &ShardOutcome,
    lock: Lock,
    args: &RunArgs,
    console: &Console,
) -> Result<Exit, Failure> {
    drop(lock);
    if outcome.stopped == Stopped::Interrupted {
        return Err(interrupted(settings, outcome.replications, args));
    }
    let status = Status::of(&settings.folder)?;
    status.show(args.talk.json, console)?;
    if outcome.replications == 0 {
        console.note(
            "this part has no blocks: there are more parts than blocks; a smaller --block-size makes more",
        );
    }
    console.note("`linchpin merge OUT STUDY...` puts all parts together");
    Ok(status.exit())
}

/// From what was typed to what is to be done.
fn settle(args: &RunArgs, scenario: Scenario) -> Result<Settings, Failure> {
    let Scenario { model, frozen, tables, file } = scenario;
    if args.require && model.requirements.is_empty() {
        return Err(Failure::invalid("--require makes no sense here: the scenario states no requirements"));
    }
    if args.shard.is_some() && args.until.is_some() {
        let message = "--shard and --until do not go together: a part cannot tell how precise the whole is";
        return Err(
            Failure::invalid(message).hint("--replications says how many there are in all parts together")
        );
    }
    let folder = args.out.clone().unwrap_or_else(|| {
        let own = args.missing && holds_study(&args.file);
        if own { args.file.clone() } else { default_folder(&file, args.shard) }
    });
    let begun = args.missing.then(|| begun(&folder)).transpose()?;
    let (seed, replications, block_size, shard) = match begun {
        Some(Manifest { seed, planned, block_size, shard, .. }) => (seed, planned, block_size, shard),
        None => (
            args.seed.unwrap_or(model.meta.seed),
            args.replications.unwrap_or(model.meta.replications),
            args.block_size,
            args.shard,
        ),
    };
    if args.require && shard.is_some() {
        return Err(Failure::invalid("--require makes no sense here: there are no results of a part"));
    }
    let job = ModelJob::new(Arc::new(model), seed);
    let until = args.until.as_ref().map(|until| precision(until, job.catalogue())).transpose()?;
    let identity = job.identity(&frozen, seed, PROGRAM);
    let plan = Plan { replications: replications.max(1), until, block_size, threads: args.threads };
    let existing = match (args.resume || args.missing, args.replace) {
        (true, _) => Existing::Resume,
        (_, true) => Existing::Replace,
        _ => Existing::Respect,
    };
    Ok(Settings { job, frozen, tables, seed, identity, plan, shard, folder, existing })
}

/// What the study in a folder was begun as.
fn begun(folder: &Path) -> Result<Manifest, Failure> {
    let manifest = Manifest::read(folder).ok_or_else(|| StudyError::NoStudy(folder.to_owned()))?;
    if let Some(until) = &manifest.until {
        let message = format!(
            "--missing: {} stops by a rule (--until {until}), so nobody knows which blocks are missing",
            folder.display()
        );
        return Err(Failure::invalid(message).hint("--resume with the same --until goes on with it"));
    }
    Ok(manifest)
}

/// The column a precision is asked of.
fn precision(until: &Until, catalogue: &Catalogue) -> Result<Precision, Failure> {
    let column = match until.metric.as_str() {
        "headline" => Some(catalogue.headline()),
        id => catalogue.find(id),
    };
    if let Some(column) = column {
        return Ok(Precision { column, relative: until.relative });
    }
    let failure = Failure::invalid(format!("--until: there is no metric `{}`", until.metric));
    let ids = catalogue.metrics().iter().map(|metric| metric.id.as_str());
    let headline = &catalogue.metrics()[catalogue.headline()].id;
    Err(match nearest(&until.metric, ids) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("the headline metric is `{headline}`; summary.json lists them all")),
    })
}

/// Runs the replications.
fn compute(
    settings: &Settings,
    args: &RunArgs,
    interrupt: &Interrupt,
    console: &Console,
) -> Result<Computed, Failure> {
    let Settings { job, identity, plan, folder, shard, .. } = settings;
    let Prepared { lock, inventory } = prepare(folder, identity, *shard, settings.existing)?;
    if settings.existing == Existing::Resume {
        let held = count(inventory.replications());
        console.note(&format!("{} holds {held} replications of this study", folder.display()));
    }
    for (name, text) in &settings.tables {
        linchpin_ensemble::create_folder(&folder.join("tables"))?;
        write_atomically(&folder.join(name), text.as_bytes())?;
    }
    write_atomically(&folder.join("scenario.ron"), settings.frozen.as_bytes())?;
    let line = Line::new(console, &job.catalogue().metrics()[job.catalogue().headline()]);
    let result = interrupt.during(|stop| {
        let progress = &mut |now: &_| line.show(now);
        match *shard {
            Some(shard) => {
                let run = linchpin_ensemble::run_shard;
                let part = run(job, folder, identity, plan, shard, inventory, stop, progress);
                part.map(|outcome| Computed::Part(outcome, lock))
            }
            None => linchpin_ensemble::run(job, folder, identity, plan, inventory, stop, progress)
                .map(|outcome| Computed::Whole(Box::new(outcome), lock)),
        }
    });
    line.clear();
    let computed = result.map_err(|error| {
        let refused = matches!(error, StudyError::Io { .. });
        let failure = Failure::from(error);
        if !refused {
            return failure;
        }
        let command = resume_command(settings, args, folder);
        failure.hint(format!("finished blocks are safe; to go on once there is a remedy: {command}"))
    })?;
    let notes = match &computed {
        Computed::Whole(outcome, _) => &outcome.notes,
        Computed::Part(outcome, _) => &outcome.notes,
    };
    for note in notes {
        console.note(note);
    }
    Ok(computed)
}

/// What to say when a run was stopped.
fn interrupted(settings: &Settings, done: u64, args: &RunArgs) -> Failure {
    let (done, total) = (count(done), count(u64::from(settings.plan.replications)));
    let folder = settings.folder.display();
    let part = settings.shard.map_or_else(String::new, |shard| format!(" (part {shard})"));
    Failure {
        exit: Exit::Interrupted,
        message: format!("{done} of {total} replications are safe in {folder}{part}"),
        hints: vec![format!("to go on: {}", resume_command(settings, args, &settings.folder))],
    }
}

/// The command that goes on with a study.
fn resume_command(settings: &Settings, args: &RunArgs, folder: &Path) -> String {
    let mut command = format!(
        "linchpin run {} --seed {} --replications {}",
        args.file.display(),
        settings.seed,
        settings.plan.replications
    );
    if let Some(Shard { number, of }) = settings.shard {
        command.push_str(&format!(" --shard {number}/{of}"));
    }
    if let Some(until) = &args.until {
        command.push_str(&format!(" --until {}={}", until.metric, until.relative));
    }
    if args.require {
        command.push_str(" --require");
    }
    command.push_str(&format!(" --out {} --resume", folder.display()));
    command
}
