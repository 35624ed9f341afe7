//! `linchpin run`: many replications of a scenario into a study folder, then figures, plots and a report.

use crate::args::{RunArgs, Until};
use crate::brief::brief;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::folder::{Existing, default_folder, prepare};
use crate::interrupt::Interrupt;
use crate::load::{Scenario, load};
use crate::number::count;
use crate::progress::Line;
use crate::results::{Complete, PROGRAM, verdict};
use crate::suggest::nearest;
use linchpin_analysis::Catalogue;
use linchpin_ensemble::{
    Identity, ModelJob, ModelSums, Outcome, Plan, Precision, Stopped, Stopwatch, create_folder,
    write_atomically,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What `run` is to do, complete and checked.
struct Settings {
    job: ModelJob,
    frozen: String,
    seed: u64,
    identity: Identity,
    plan: Plan,
    folder: PathBuf,
    existing: Existing,
}

/// Runs the command.
pub fn run(args: &RunArgs, console: &Console) -> Result<Exit, Failure> {
    let watch = Stopwatch::start();
    let interrupt = Interrupt::listen();
    let settings = settle(args, load(&args.file, console)?)?;
    let outcome = compute(&settings, &interrupt, console)?;
    let Settings { job, seed, folder, .. } = &settings;
    if outcome.stopped == Stopped::Interrupted {
        return Err(interrupted(&settings, &outcome, args));
    }
    let complete = Complete {
        folder,
        job,
        seed: *seed,
        study: &outcome.study,
        totals: &outcome.totals,
        stopped: outcome.stopped.to_string(),
    };
    let findings = complete.write()?;
    if args.talk.json {
        console.data(&linchpin_report::summary_json(&findings))?;
    } else {
        let headline = &job.catalogue().metrics()[job.catalogue().headline()].id;
        let wall = Some((&outcome.timings, watch.seconds()));
        console.data(&brief(&findings, headline, folder, wall))?;
    }
    Ok(if args.require { verdict(&findings) } else { Exit::Done })
}

/// From what was typed to what is to be done.
fn settle(args: &RunArgs, scenario: Scenario) -> Result<Settings, Failure> {
    let Scenario { model, frozen, file } = scenario;
    if args.require && model.requirements.is_empty() {
        return Err(Failure::invalid("--require makes no sense here: the scenario states no requirements"));
    }
    let (seed, replications) =
        (args.seed.unwrap_or(model.meta.seed), args.replications.unwrap_or(model.meta.replications).max(1));
    let job = ModelJob::new(Arc::new(model), seed);
    let until = args.until.as_ref().map(|until| precision(until, job.catalogue())).transpose()?;
    let identity = job.identity(&frozen, seed, PROGRAM);
    let plan = Plan { replications, until, block_size: args.block_size, threads: args.threads };
    let folder = args.out.clone().unwrap_or_else(|| default_folder(&file));
    let existing = match (args.resume, args.replace) {
        (true, _) => Existing::Resume,
        (_, true) => Existing::Replace,
        _ => Existing::Respect,
    };
    Ok(Settings { job, frozen, seed, identity, plan, folder, existing })
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
    interrupt: &Interrupt,
    console: &Console,
) -> Result<Outcome<ModelSums>, Failure> {
    let Settings { job, identity, plan, folder, .. } = settings;
    let inventory = prepare(folder, identity, settings.existing)?;
    if settings.existing == Existing::Resume {
        let held = count(inventory.replications());
        console.note(&format!("{} holds {held} replications of this study", folder.display()));
    }
    create_folder(folder)?;
    write_atomically(&folder.join("scenario.ron"), settings.frozen.as_bytes())?;
    let line = Line::new(console, &job.catalogue().metrics()[job.catalogue().headline()]);
    let result = interrupt.during(|stop| {
        linchpin_ensemble::run(job, folder, identity, plan, inventory, stop, &mut |now| line.show(now))
    });
    line.clear();
    let outcome = result?;
    for note in &outcome.notes {
        console.note(note);
    }
    Ok(outcome)
}

/// What to say when a run was stopped.
fn interrupted(settings: &Settings, outcome: &Outcome<ModelSums>, args: &RunArgs) -> Failure {
    let (done, total) = (count(outcome.totals.replications), count(u64::from(settings.plan.replications)));
    let folder = settings.folder.display();
    Failure {
        exit: Exit::Interrupted,
        message: format!("{done} of {total} replications are safe in {folder}"),
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
    if let Some(until) = &args.until {
        command.push_str(&format!(" --until {}={}", until.metric, until.relative));
    }
    if args.require {
        command.push_str(" --require");
    }
    command.push_str(&format!(" --out {} --resume", folder.display()));
    command
}
