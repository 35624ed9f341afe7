//! Takes blocks in, in order: the hash of the study, its sums, its running estimates.

use crate::block::Block;
use crate::identity::{Digest32, Identity};
use crate::work::Sums;
use linchpin_analysis::stats::Moments;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Rows gathered at a time: the numbers in a cache line.
const TILE: usize = 8;

/// What is known of the complete prefix of a study.
///
/// The study hash is SHA-256 over the scenario's and the catalogue's digests and the seed, then for each replication
/// in order a zero byte, its numbers and its answers (or a one byte and the reason why it failed), then the
/// merged sums. It does not depend on how the study was cut into blocks.
#[derive(Debug)]
pub struct Intake<S> {
    hasher: Sha256,
    sums: S,
    /// Columns watched while the study runs, with their moments.
    watched: Vec<(usize, Moments)>,
    replications: u64,
    failed: BTreeMap<String, u64>,
    buffer: Vec<u8>,
    /// Numbers of some rows, row after row.
    tile: Vec<f64>,
}

impl<S: Sums> Intake<S> {
    /// Nothing taken in yet.
    pub fn new(identity: &Identity, sums: S, watched: impl IntoIterator<Item = usize>) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"linchpin study 1\n");
        hasher.update(identity.scenario);
        hasher.update(identity.catalogue);
        hasher.update(identity.seed.to_le_bytes());
        let watched = watched.into_iter().map(|column| (column, Moments::default())).collect();
        Self {
            hasher,
            sums,
            watched,
            replications: 0,
            failed: BTreeMap::new(),
            buffer: Vec::new(),
            tile: Vec::new(),
        }
    }

    /// Takes in the numbers and answers of the next block. Its sums are merged through [`Self::sums_mut`].
    pub fn take(&mut self, block: &Block) {
        let rows = block.rows as usize;
        let columns = block.columns.len() / rows.max(1);
        for row in 0..rows {
            if row % TILE == 0 {
                self.lay_tile(block, row..rows.min(row + TILE), columns);
            }
            self.buffer.clear();
            if let Some(reason) = block.failure(row) {
                self.buffer.push(1);
                self.buffer.extend_from_slice(&(reason.len() as u64).to_le_bytes());
                self.buffer.extend_from_slice(reason.as_bytes());
                *self.failed.entry(reason.to_owned()).or_default() += 1;
            } else {
                self.buffer.push(0);
                let numbers = &self.tile[row % TILE * columns..][..columns];
                numbers.iter().for_each(|number| self.buffer.extend_from_slice(&number.to_le_bytes()));
                let answers = 0..block.answers as usize;
                self.buffer.extend(answers.map(|answer| u8::from(block.answer(answer, row))));
                for (column, moments) in &mut self.watched {
                    moments.push(block.columns[*column * rows + row]);
                }
            }
            self.hasher.update(&self.buffer);
        }
        self.replications += u64::from(block.rows);
    }

    /// Turns columns into rows, some at a time: those rows share cache lines.
    fn lay_tile(&mut self, block: &Block, rows: std::ops::Range<usize>, columns: usize) {
        self.tile.resize(TILE * columns, 0.0);
        for (column, numbers) in block.columns.chunks_exact(block.rows as usize).enumerate() {
            for (row, number) in numbers[rows.clone()].iter().enumerate() {
                self.tile[row * columns + column] = *number;
            }
        }
    }

    /// The sums so far, to merge more into.
    pub fn sums_mut(&mut self) -> &mut S {
        &mut self.sums
    }

    /// Replications taken in, failed ones included.
    pub fn replications(&self) -> u64 {
        self.replications
    }

    /// The running moments of a watched column.
    pub fn moments(&self, column: usize) -> Option<&Moments> {
        self.watched.iter().find(|(watched, _)| *watched == column).map(|(_, moments)| moments)
    }

    /// Closes the books.
    pub fn finish(mut self) -> Totals<S> {
        self.hasher.update(self.sums.to_bytes());
        Totals {
            replications: self.replications,
            failed: self.failed.into_iter().collect(),
            sums: self.sums,
            hash: self.hasher.finalize().into(),
        }
    }
}

/// What a complete study comes to.
#[derive(Clone, Debug)]
pub struct Totals<S> {
    /// Replications, failed ones included.
    pub replications: u64,
    /// Reasons why replications failed, and how many did.
    pub failed: Vec<(String, u64)>,
    /// Sums over all replications that did not fail.
    pub sums: S,
    /// Hash of all results.
    pub hash: Digest32,
}
