//! `linchpin report`: summary, plots and report of a study folder again, from its blocks.

use crate::args::ReportArgs;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::results::Complete;
use crate::study::{Kept, Show, finish};
use linchpin_ensemble::{Inventory, Lock, Manifest, Stopped, Study, StudyError};

/// Runs the command.
pub fn report(args: &ReportArgs, console: &Console) -> Result<Exit, Failure> {
    let folder = &args.study;
    let seed = seed(folder)?;
    let _lock = Lock::take(folder)?;
    let Kept { job, identity } = Kept::read(folder, seed, console)?;
    let (study, notes) = Study::open(folder, &identity)?;
    for note in notes {
        console.warn(&note);
    }
    let manifest = Manifest::read(folder);
    if let Some(shard) = manifest.as_ref().and_then(|manifest| manifest.shard) {
        let message = format!("{} holds part {shard} of a study only", folder.display());
        return Err(Failure::invalid(message).hint("`linchpin merge OUT STUDY...` puts all parts together"));
    }
    let stopped = manifest.filter(Manifest::is_finished).map(|manifest| manifest.state);
    if stopped.is_none() {
        console.warn("this study is unfinished; `linchpin run ... --resume` goes on with it");
    }
    let complete = Complete {
        folder,
        job: &job,
        seed,
        study: &study,
        totals: &study.totals(&job, &identity)?,
        stopped: stopped.unwrap_or_else(|| Stopped::Interrupted.to_string()),
        csv: args.csv,
    };
    finish(
        &complete,
        &Show { json: args.talk.json, require: args.require, redact: args.redact.key()?, wall: None },
        console,
    )
}

/// The seed that the blocks of a folder were computed with.
fn seed(folder: &std::path::Path) -> Result<u64, Failure> {
    let inventory = Inventory::read(folder)?;
    let first = inventory.blocks.first_key_value();
    first
        .map(|(_, block)| block.header.identity.seed)
        .ok_or_else(|| StudyError::NoStudy(folder.to_owned()).into())
}
