//! Sets of items evaluated by many threads, with the same answers from any number of them.

use super::journal::Journal;
use crate::StudyError;
use crate::identity::{Digest32, sha256};
use crate::run::lock;
use linchpin_analysis::stats::expected_shortfall;
use linchpin_analysis::worst::{Level, Oracle, Set};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Number of the first replication that takes no part in the search.
pub(super) const FRESH: u32 = 1 << 31;
/// Replications between two looks at whether to stop, and two files of the journal.
const CHUNK: u64 = 4000;

/// Turns sets into losses, replication by replication.
pub(super) trait Evaluate: Sync {
    /// What one thread needs.
    type Worker: Send;

    /// A worker for one more thread.
    fn worker(&self) -> Self::Worker;

    /// Losses of replications, in order; not a number where one could not be finished.
    fn run(&self, worker: &mut Self::Worker, set: &[u32], level: Level, span: Range<u32>) -> Vec<f64>;

    /// Replications that a worker takes at a time.
    fn span(&self) -> u32;

    /// Replications of a sketch.
    fn sketch(&self) -> u32;
}

/// How far a search is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Searching {
    /// Sets looked at by the sketch alone.
    pub sketched: u64,
    /// Sets evaluated with few replications.
    pub screened: u64,
    /// Sets evaluated with all of them.
    pub evaluated: u64,
    /// Replications, those of the sketch included.
    pub replications: u64,
}

/// Why a search ended early.
#[derive(Debug)]
pub enum Halt {
    /// It was told to stop.
    Told,
    /// The journal could not be written.
    Failed(StudyError),
}

impl From<StudyError> for Halt {
    fn from(error: StudyError) -> Self {
        Self::Failed(error)
    }
}

/// An oracle that evaluates sets in a pool of threads.
pub(super) struct Pool<'a, E: Evaluate> {
    pub evaluate: &'a E,
    pub threads: rayon::ThreadPool,
    pub workers: Mutex<Vec<E::Worker>>,
    /// Replications of the levels above the sketch.
    pub screen: u32,
    pub replications: u32,
    /// True for the expected shortfall at 95 %, false for the mean.
    pub tail: bool,
    pub journal: Journal,
    pub stop: &'a AtomicBool,
    pub progress: &'a mut dyn FnMut(&Searching),
    pub done: Searching,
    /// Replications since the journal was written.
    pub unwritten: u64,
    /// Replications that could not be finished.
    pub failed: u64,
}

impl<E: Evaluate> Pool<'_, E> {
    fn count(&self, level: Level) -> u32 {
        match level {
            Level::Sketch => self.evaluate.sketch(),
            Level::Screen => self.screen,
            Level::Full => self.replications,
        }
    }

    /// Losses of sets by replication.
    pub(super) fn rows(&self, sets: &[Set], level: Level, span: Range<u32>) -> Vec<Vec<f64>> {
        let step = self.evaluate.span().max(1) as usize;
        let spans =
            || span.clone().step_by(step).map(|from| from..from.saturating_add(step as u32).min(span.end));
        let work: Vec<(usize, Range<u32>)> =
            (0..sets.len()).flat_map(|set| spans().map(move |span| (set, span))).collect();
        let (evaluate, workers) = (self.evaluate, &self.workers);
        let parts: Vec<Vec<f64>> = self.threads.install(|| {
            work.par_iter()
                .map(|(set, span)| {
                    let mut worker = lock(workers).pop().unwrap_or_else(|| evaluate.worker());
                    let losses = evaluate.run(&mut worker, &sets[*set], level, span.clone());
                    lock(workers).push(worker);
                    losses
                })
                .collect()
        });
        let mut rows: Vec<Vec<f64>> = vec![Vec::with_capacity(span.len()); sets.len()];
        for ((set, _), part) in work.iter().zip(parts) {
            rows[*set].extend(part);
        }
        rows
    }

    /// The one number that a row of losses comes to.
    pub(super) fn sum_up(&self, row: &[f64]) -> f64 {
        let mut finite: Vec<f64> = row.iter().copied().filter(|loss| loss.is_finite()).collect();
        if self.tail {
            finite.sort_unstable_by(f64::total_cmp);
            return expected_shortfall(&finite, 0.95).unwrap_or(f64::NAN);
        }
        finite.iter().sum::<f64>() / finite.len() as f64
    }

    fn chunk(&mut self, sets: &[Set], level: Level) -> Result<Vec<f64>, Halt> {
        let question = (level > Level::Sketch).then(|| digest(sets, level));
        if let Some(answer) = question.as_ref().and_then(|question| self.journal.look_up(question))
            && answer.len() == sets.len()
        {
            return Ok(answer);
        }
        let rows = self.rows(sets, level, 0..self.count(level));
        if level == Level::Full {
            self.failed += rows.iter().flatten().filter(|loss| loss.is_nan()).count() as u64;
        }
        let losses: Vec<f64> = rows.iter().map(|row| self.sum_up(row)).collect();
        if let Some(question) = question {
            self.journal.note(question, losses.clone());
            self.unwritten += sets.len() as u64 * u64::from(self.count(level));
            if self.unwritten >= CHUNK {
                self.journal.flush()?;
                self.unwritten = 0;
            }
        }
        Ok(losses)
    }
}

impl<E: Evaluate> Oracle for Pool<'_, E> {
    type Error = Halt;

    fn losses(&mut self, sets: &[Set], level: Level) -> Result<Vec<f64>, Halt> {
        let replications = u64::from(self.count(level).max(1));
        let at_once = (CHUNK / replications).max(2) as usize;
        let mut losses = Vec::with_capacity(sets.len());
        for chunk in sets.chunks(at_once) {
            if self.stop.load(Ordering::Relaxed) {
                self.journal.flush()?;
                return Err(Halt::Told);
            }
            losses.extend(self.chunk(chunk, level)?);
            let count = chunk.len() as u64;
            match level {
                Level::Sketch => self.done.sketched += count,
                Level::Screen => self.done.screened += count,
                Level::Full => self.done.evaluated += count,
            }
            self.done.replications += count * replications;
            (self.progress)(&self.done);
        }
        Ok(losses)
    }
}

/// What is asked, in short.
fn digest(sets: &[Set], level: Level) -> Digest32 {
    let mut bytes = vec![level as u8];
    for set in sets {
        bytes.extend_from_slice(&(set.len() as u32).to_le_bytes());
        set.iter().for_each(|item| bytes.extend_from_slice(&item.to_le_bytes()));
    }
    sha256(&bytes)
}
