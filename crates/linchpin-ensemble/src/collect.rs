//! The collector: takes whole blocks in order, writes them, and looks at the stopping rule.

use crate::StudyError;
use crate::block::{Block, Encoded};
use crate::clock::Stopwatch;
use crate::details::{Beside, beside_path};
use crate::digest::Intake;
use crate::estimate::Estimate;
use crate::files::{sync_folder, write_atomically, write_whole};
use crate::identity::Identity;
use crate::leftovers::Leftovers;
use crate::manifest::{Course, Manifest};
use crate::run::{Plan, Precision, Watched, lock};
use crate::store::{BlockFile, Study, block_path, runs_folder, take_file};
use crate::work::{Job, Sums};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::Receiver;

/// Seconds between two writings of the manifest.
const MANIFEST_EVERY_S: f64 = 5.0;

/// A block that all workers are through with.
pub(crate) struct Finished<S> {
    pub block: Block,
    pub sums: S,
    pub encoded: Encoded,
    /// Files that belong to it.
    pub beside: Vec<Beside>,
}

impl<S> Finished<S> {
    /// Writes the block, last: where it is, the files beside it are.
    fn write(&self, folder: &Path) -> Result<PathBuf, StudyError> {
        for Beside { name, bytes } in &self.beside {
            write_whole(&beside_path(folder, name, self.block.index), bytes)?;
        }
        if !self.beside.is_empty() {
            sync_folder(&runs_folder(folder))?;
        }
        let path = block_path(folder, self.block.index);
        write_atomically(&path, &self.encoded.bytes)?;
        Ok(path)
    }
}

/// How collecting ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ending {
    /// With the last block.
    All,
    /// With the precision asked for: the relative half-width.
    Precise(f64),
    /// No more blocks came.
    CutOff,
}

/// What was collected.
pub(crate) struct Collected<S> {
    pub ending: Ending,
    pub intake: Intake<S>,
    pub study: Study,
}

/// Takes blocks in order of their numbers, whoever finished first.
pub(crate) struct Collector<'a, J: Job> {
    folder: &'a Path,
    identity: &'a Identity,
    until: Option<Precision>,
    headline: Option<usize>,
    course: &'a Course,
    held: BTreeMap<u32, BlockFile>,
    intake: Intake<J::Sums>,
    study: Study,
    manifest_written: Stopwatch,
}

impl<'a, J: Job> Collector<'a, J> {
    pub fn new(
        job: &J,
        folder: &'a Path,
        identity: &'a Identity,
        plan: &Plan,
        course: &'a Course,
        held: BTreeMap<u32, BlockFile>,
    ) -> Self {
        let headline = job.headline();
        let mut watched: Vec<usize> =
            headline.into_iter().chain(plan.until.map(|until| until.column)).collect();
        watched.dedup();
        Self {
            folder,
            identity,
            until: plan.until,
            headline,
            course,
            held,
            intake: Intake::new(identity, job.sums(), watched),
            study: Study::default(),
            manifest_written: Stopwatch::start(),
        }
    }

    /// Replications that are on disk already.
    pub fn held(&self) -> u64 {
        self.held.values().map(|block| u64::from(block.header.rows)).sum()
    }

    /// Collects until all blocks are there, the precision is reached, or no more come.
    pub fn collect(
        mut self,
        receiver: &Receiver<Finished<J::Sums>>,
        watched: &Mutex<Watched>,
        leftovers: &Leftovers<J::Sums>,
    ) -> Result<Collected<J::Sums>, StudyError> {
        let mut early = BTreeMap::new();
        let mut ending = Ending::All;
        for index in self.course.blocks() {
            if let Some(file) = self.held.remove(&index) {
                self.take_held(file)?;
            } else if let Some(finished) = next_block(index, &mut early, receiver) {
                self.take_finished(finished, leftovers)?;
            } else {
                ending = Ending::CutOff;
                break;
            }
            let now = self.watched();
            *lock(watched) = now;
            if let Some(relative) = self.precise(&now) {
                ending = Ending::Precise(relative);
                break;
            }
            self.write_manifest_now_and_then()?;
        }
        if ending == Ending::CutOff {
            self.keep_early(early)?;
        }
        Ok(Collected { ending, intake: self.intake, study: self.study })
    }

    fn take_held(&mut self, file: BlockFile) -> Result<(), StudyError> {
        take_file(&mut self.intake, &file)?;
        self.study.push(file);
        Ok(())
    }

    fn take_finished(
        &mut self,
        finished: Finished<J::Sums>,
        leftovers: &Leftovers<J::Sums>,
    ) -> Result<(), StudyError> {
        let path = finished.write(self.folder)?;
        let Finished { block, sums, encoded: Encoded { bytes, header, digest }, beside } = finished;
        self.intake.take(&block);
        self.intake.sums_mut().merge(&sums);
        leftovers.keep(block.columns, bytes);
        leftovers.keep_sums(sums, beside);
        self.study.push(BlockFile { path, header, digest, failed: block.failed });
        Ok(())
    }

    /// Writes blocks that were finished before an earlier one was: after an interruption, resume will want them.
    fn keep_early(&self, early: BTreeMap<u32, Finished<J::Sums>>) -> Result<(), StudyError> {
        early.values().try_for_each(|block| block.write(self.folder).map(drop))
    }

    fn watched(&self) -> Watched {
        let estimate = |column: usize| self.intake.moments(column).and_then(Estimate::of);
        Watched {
            prefix: self.intake.replications(),
            headline: self.headline.and_then(estimate),
            until: self.until.and_then(|until| estimate(until.column)),
        }
    }

    /// The relative half-width where it is small enough.
    fn precise(&self, now: &Watched) -> Option<f64> {
        let relative = now.until?.relative();
        (relative <= self.until?.relative).then_some(relative)
    }

    fn write_manifest_now_and_then(&mut self) -> Result<(), StudyError> {
        if self.manifest_written.seconds() < MANIFEST_EVERY_S {
            return Ok(());
        }
        self.manifest_written = Stopwatch::start();
        Manifest::running(self.identity, self.course, &self.study).write(self.folder)
    }
}

/// The block of this number as soon as it is there; none where it will not come.
fn next_block<S: Sums>(
    index: u32,
    early: &mut BTreeMap<u32, Finished<S>>,
    receiver: &Receiver<Finished<S>>,
) -> Option<Finished<S>> {
    loop {
        if let Some(finished) = early.remove(&index) {
            return Some(finished);
        }
        let finished = receiver.recv().ok()?;
        early.insert(finished.block.index, finished);
    }
}
