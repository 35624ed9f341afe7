//! `linchpin report`: summary, plots and report of a study folder again, from its blocks.

use crate::args::ReportArgs;
use crate::brief::brief;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::load::load;
use crate::results::{Complete, PROGRAM, verdict};
use linchpin_ensemble::{Inventory, Manifest, ModelJob, Stopped, Study, StudyError};
use std::fs;
use std::sync::Arc;

/// Runs the command.
pub fn report(args: &ReportArgs, console: &Console) -> Result<Exit, Failure> {
    let folder = &args.study;
    let path = folder.join("scenario.ron");
    if !path.is_file() {
        return Err(StudyError::NoStudy(folder.clone()).into());
    }
    // Blocks are bound to the frozen text as it is, so it is read as it is.
    let frozen = fs::read_to_string(&path)
        .map_err(|source| Failure::from(StudyError::Io { doing: "read", path: path.clone(), source }))?;
    let mut scenario = load(&path, console)?;
    scenario.model.meta.hash = linchpin_ensemble::hex(&linchpin_ensemble::sha256(frozen.as_bytes()));
    let seed = seed(folder)?;
    let job = ModelJob::new(Arc::new(scenario.model), seed);
    let identity = job.identity(&frozen, seed, PROGRAM);
    let (study, notes) = Study::open(folder, &identity)?;
    for note in notes {
        console.warn(&note);
    }
    let stopped = Manifest::read(folder).filter(Manifest::is_finished).map(|manifest| manifest.state);
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
    };
    let findings = complete.write()?;
    if args.talk.json {
        console.data(&linchpin_report::summary_json(&findings))?;
    } else {
        let headline = &job.catalogue().metrics()[job.catalogue().headline()].id;
        console.data(&brief(&findings, headline, folder, None))?;
    }
    Ok(if args.require { verdict(&findings) } else { Exit::Done })
}

/// The seed that the blocks of a folder were computed with.
fn seed(folder: &std::path::Path) -> Result<u64, Failure> {
    let inventory = Inventory::read(folder)?;
    let first = inventory.blocks.first_key_value();
    first
        .map(|(_, block)| block.header.identity.seed)
        .ok_or_else(|| StudyError::NoStudy(folder.to_owned()).into())
}
