//! Takes blocks in, in order: the hash of the study, its sums, its running estimates.

use crate::block::Block;
use crate::identity::{Digest32, Identity};
use crate::work::Sums;
use linchpin_analysis::stats::Moments;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Rows gathered at a time: their numbers of a column lie in two cache lines, which come together.
const TILE: usize = 16;

/// Bytes of a number.
const NUMBER: usize = 8;

/// Bytes of a row as it is hashed.
fn width(block: &Block) -> usize {
    1 + block.columns.len() / (block.rows as usize).max(1) * NUMBER + block.answers as usize
}

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
    /// Some rows as they are hashed, one after the other.
    tile: Vec<u8>,
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
        Self { hasher, sums, watched, replications: 0, failed: BTreeMap::new(), tile: Vec::new() }
    }

    /// Takes in the numbers and answers of the next block. Its sums are merged through [`Self::sums_mut`].
    pub fn take(&mut self, block: &Block) {
        let rows = block.rows as usize;
        let width = width(block);
        for row in 0..rows {
            if row % TILE == 0 {
                self.lay_tile(block, row..rows.min(row + TILE));
            }
            if let Some(reason) = block.failure(row) {
                self.hasher.update([1]);
                self.hasher.update((reason.len() as u64).to_le_bytes());
                self.hasher.update(reason);
                *self.failed.entry(reason.to_owned()).or_default() += 1;
            } else {
                self.hasher.update(&self.tile[row % TILE * width..][..width]);
                for (column, moments) in &mut self.watched {
                    moments.push(block.columns[*column * rows + row]);
                }
            }
        }
        self.replications += u64::from(block.rows);
    }

    /// Turns columns into rows, some at a time: a zero byte, the numbers, the answers.
    fn lay_tile(&mut self, block: &Block, rows: std::ops::Range<usize>) {
        let width = width(block);
        self.tile.clear();
        self.tile.resize(rows.len() * width, 0);
        for (column, numbers) in block.columns.chunks_exact(block.rows as usize).enumerate() {
            let places = self.tile[1 + column * NUMBER..].chunks_mut(width);
            for (place, number) in places.zip(&numbers[rows.clone()]) {
                if let Some(place) = place.first_chunk_mut() {
                    *place = number.to_le_bytes();
                }
            }
        }
        let answers = block.answers as usize;
        for (row, place) in rows.zip(self.tile.chunks_exact_mut(width)) {
            let places = &mut place[width - answers..];
            places.iter_mut().enumerate().for_each(|(i, held)| *held = u8::from(block.answer(i, row)));
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
