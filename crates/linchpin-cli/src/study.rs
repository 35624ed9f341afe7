//! A study folder whose replications are done: the job behind it, and what to show.

use crate::brief::brief;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::load::load;
use crate::redact::pseudonymous;
use crate::results::{Complete, PROGRAM, verdict};
use linchpin_analysis::redact::RedactKey;
use linchpin_ensemble::{Identity, ModelJob, Stopwatch, StudyError, Timings};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Folder within a study folder of what may be given to others.
pub const REDACTED: &str = "redacted";

/// What a study folder was computed from.
pub struct Kept {
    /// The model and its metrics.
    pub job: ModelJob,
    /// What its blocks have to be of.
    pub identity: Identity,
}

impl Kept {
    /// Reads the frozen scenario of a study folder.
    ///
    /// # Errors
    /// Where there is none, or where it cannot be run.
    pub fn read(folder: &Path, seed: u64, console: &Console) -> Result<Self, Failure> {
        let path = folder.join("scenario.ron");
        if !path.is_file() {
            return Err(StudyError::NoStudy(folder.to_owned()).into());
        }
        // Blocks are bound to the frozen text as it is, so it is read as it is.
        let frozen = fs::read_to_string(&path)
            .map_err(|source| Failure::from(StudyError::Io { doing: "read", path: path.clone(), source }))?;
        let mut scenario = load(&path, console)?;
        scenario.model.meta.hash = linchpin_ensemble::hex(&linchpin_ensemble::sha256(frozen.as_bytes()));
        let job = ModelJob::new(Arc::new(scenario.model), seed);
        let identity = job.identity(&frozen, seed, PROGRAM);
        Ok(Self { job, identity })
    }
}

/// How to show a study.
pub struct Show {
    /// As JSON.
    pub json: bool,
    /// Verdicts decide the exit code.
    pub require: bool,
    /// Also write what may be given to others, told with pseudonyms under this key, and show that.
    pub redact: Option<RedactKey>,
    /// How long the replications took, and since when the whole process runs, where that is known.
    pub wall: Option<(Timings, Stopwatch)>,
}

/// Writes everything that is made from the blocks, and shows it.
///
/// # Errors
/// Where a file cannot be read or written.
pub fn finish(complete: &Complete, show: &Show, console: &Console) -> Result<Exit, Failure> {
    let findings = complete.write()?;
    let (findings, folder) = match &show.redact {
        Some(key) => {
            let folder = complete.folder.join(REDACTED);
            let told = pseudonymous(complete.job.model(), key, console);
            (complete.write_redacted(told, &folder)?, folder)
        }
        None => (findings, complete.folder.to_owned()),
    };
    if show.json {
        console.data(&linchpin_report::summary_json(&findings))?;
    } else {
        // By its place, which is the same under pseudonyms.
        let headline = findings.metrics.get(complete.job.catalogue().headline());
        let headline = headline.map_or("", |metric| metric.id.as_str());
        let wall = show.wall.as_ref().map(|(timings, watch)| (timings, watch.seconds()));
        console.data(&brief(&findings, headline, &folder, wall))?;
    }
    Ok(if show.require { verdict(&findings) } else { Exit::Done })
}
