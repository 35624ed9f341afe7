//! `manifest.json`: what a study folder holds, for people and other programs. Nothing is decided by it.

use crate::StudyError;
use crate::digest::Totals;
use crate::files::write_atomically;
use crate::identity::{Identity, hex};
use crate::run::Stopped;
use crate::seal::Part;
use crate::shard::Shard;
use crate::store::{BlockFile, Study, extent};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;

/// Version of the layout of `manifest.json`.
const MANIFEST_VERSION: u32 = 2;

/// State of a study that has not come to an end.
const RUNNING: &str = "running";

/// What a study is meant to become.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    /// Replications of the whole study.
    pub planned: u32,
    /// Replications in a full block.
    pub size: u32,
    /// The precision asked for, as in the manifest.
    pub until: Option<String>,
    /// Which part of it.
    pub shard: Option<Shard>,
    /// How it is to be handled.
    pub marking: String,
}

impl Course {
    /// The blocks that belong to it.
    pub fn blocks(&self) -> std::ops::Range<u32> {
        let all = self.planned.div_ceil(self.size.max(1));
        self.shard.map_or(0..all, |shard| shard.blocks(all))
    }
}

/// What a study folder holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this layout.
    pub version: u32,
    /// How it is to be handled, such as `EXERCISE TLP:AMBER`.
    #[serde(default)]
    pub marking: String,
    /// Version of the program.
    pub program: String,
    /// Seed.
    pub seed: u64,
    /// SHA-256 of `scenario.ron`.
    pub scenario_hash: String,
    /// SHA-256 of the names of all columns.
    pub catalogue_hash: String,
    /// `running`, `replications`, `precision reached: ...` or `interrupted`.
    pub state: String,
    /// Hash of all results; none while running, and none of a part.
    pub study_hash: Option<String>,
    /// Replications that the whole study is to have (at most, where `until` is given).
    pub planned: u32,
    /// The precision after which it stops earlier, such as `person_hours/water=0.02`.
    pub until: Option<String>,
    /// Which part of the study this is; none: all of it.
    pub shard: Option<Shard>,
    /// Replications in the blocks listed, failed ones included.
    pub replications: u64,
    /// Reasons why replications failed, and how many did.
    pub failed: Vec<(String, u64)>,
    /// Replications in a full block.
    pub block_size: u32,
    /// Whole blocks from the first of the study, or of the part, on.
    pub blocks: Vec<BlockEntry>,
    /// How long it took: differs from run to run and is part of no hash.
    pub timings: Option<Timings>,
}

/// A block in the manifest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BlockEntry {
    /// Number of the block.
    pub index: u32,
    /// First replication.
    pub first: u32,
    /// Replications.
    pub replications: u32,
    /// Digest in its metadata.
    pub sha256: String,
}

impl BlockEntry {
    fn of(file: &BlockFile) -> Self {
        let (header, sha256) = (&file.header, hex(&file.digest));
        Self { index: header.index, first: header.first, replications: header.rows, sha256 }
    }
}

/// How long a run took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Timings {
    /// Worker threads.
    pub threads: usize,
    /// Replications computed by this run; the others were on disk.
    pub computed: u64,
    /// Seconds from the start of the workers to the end of the last replication.
    pub replications_s: f64,
    /// Seconds from the start of the workers until everything was on disk.
    pub whole_s: f64,
}

impl Manifest {
    /// True where the run that wrote it came to its end.
    pub fn is_finished(&self) -> bool {
        self.state != RUNNING && self.state != Stopped::Interrupted.to_string()
    }

    /// The blocks that this folder is to have. Of a study that a rule has stopped, these are the ones it has.
    pub fn parts(&self) -> Vec<Part> {
        if self.until.is_some() && self.is_finished() {
            let part = |block: &BlockEntry| Part {
                index: block.index,
                first: block.first,
                rows: block.replications,
            };
            return self.blocks.iter().map(part).collect();
        }
        let course = Course {
            planned: self.planned,
            size: self.block_size,
            until: None,
            shard: self.shard,
            marking: String::new(),
        };
        let part = |index| {
            extent(index, course.size.max(1), course.planned).map(|(first, rows)| Part { index, first, rows })
        };
        course.blocks().filter_map(part).collect()
    }

    pub(crate) fn running(identity: &Identity, course: &Course, study: &Study) -> Self {
        Self {
            version: MANIFEST_VERSION,
            marking: course.marking.clone(),
            program: identity.program.clone(),
            seed: identity.seed,
            scenario_hash: hex(&identity.scenario),
            catalogue_hash: hex(&identity.catalogue),
            state: RUNNING.to_owned(),
            study_hash: None,
            planned: course.planned,
            until: course.until.clone(),
            shard: course.shard,
            replications: study.replications() as u64,
            failed: Vec::new(),
            block_size: course.size,
            blocks: study.blocks().iter().map(BlockEntry::of).collect(),
            timings: None,
        }
    }

    /// Writes it into a study folder.
    ///
    /// # Errors
    /// [`StudyError::Io`].
    pub fn write(&self, folder: &Path) -> Result<(), StudyError> {
        let path = folder.join("manifest.json");
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|error| StudyError::io("write", &path)(std::io::Error::other(error)))?;
        text.push('\n');
        write_atomically(&path, text.as_bytes())
    }

    /// Reads it from a study folder; none where it is missing or not readable: everything in it can be found out
    /// from the blocks.
    pub fn read(folder: &Path) -> Option<Self> {
        let text = fs::read_to_string(folder.join("manifest.json")).ok()?;
        serde_json::from_str(&text).ok()
    }
}

/// Why a study stopped, in words.
impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Replications => f.write_str("replications"),
            Self::Precision(relative) => {
                write!(f, "precision reached: half-width {:.2} % of the mean", 100.0 * relative)
            }
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

/// Writes the manifest of a run that has ended; a part has no study hash.
pub(crate) fn close<S>(
    folder: &Path,
    identity: &Identity,
    course: &Course,
    study: &Study,
    totals: &Totals<S>,
    stopped: Stopped,
    timings: Option<Timings>,
) -> Result<(), StudyError> {
    let manifest = Manifest {
        state: stopped.to_string(),
        study_hash: course.shard.is_none().then(|| hex(&totals.hash)),
        failed: totals.failed.clone(),
        timings,
        ..Manifest::running(identity, course, study)
    };
    manifest.write(folder)
}
