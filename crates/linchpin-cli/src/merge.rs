//! `linchpin merge`: parts of a study that were run with `--shard`, put together.

use crate::args::MergeArgs;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::folder::occupy;
use crate::results::Complete;
use crate::status::Status;
use crate::study::{Kept, Show, finish};
use linchpin_ensemble::{Stopped, StudyError};

/// Runs the command.
pub fn merge(args: &MergeArgs, console: &Console) -> Result<Exit, Failure> {
    let folder = &args.out;
    let lock = occupy(folder)?;
    let merged = linchpin_ensemble::merge(folder, &args.studies)?;
    for note in &merged.notes {
        console.warn(note);
    }
    if !merged.missing.is_empty() {
        drop(lock);
        let status = Status::of(folder)?;
        status.show(args.talk.json, console)?;
        return Ok(status.exit());
    }
    let seed = merged.identity.seed;
    let Kept { job, identity } = Kept::read(folder, seed, console)?;
    let differences = identity.differences(&merged.identity);
    if !differences.is_empty() {
        return Err(StudyError::Mismatch { folder: folder.clone(), differences }.into());
    }
    let (study, totals) = merged.complete(&job, folder)?;
    let complete = Complete {
        folder,
        job: &job,
        seed,
        study: &study,
        totals: &totals,
        stopped: Stopped::Replications.to_string(),
        csv: args.csv,
    };
    let show = Show { json: args.talk.json, require: args.require, redact: None, wall: None };
    finish(&complete, &show, console)
}
