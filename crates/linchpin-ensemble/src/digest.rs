//! Takes blocks in, in order: the hash of the study, its sums, its running estimates.

use crate::block::Block;
use crate::identity::{Digest32, Identity};
use crate::work::Sums;
use linchpin_analysis::stats::Moments;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Digests of rows by multilinear hashing (Lemire and Kaser, The Computer Journal 57, 2014): the sum modulo 2^128, over the numbers
/// and answers of a row, of the 64 bits of each times the odd key of its place, which has 128 bits. Keys come from SHA-256 of the
/// place, so they were there before any row.
///
/// Rows that differ in one place have different digests: odd keys have an inverse. Where they differ in more places, in one of them by `d`,
/// at most 2^t of the 2^127 odd keys of that place make the sums equal, 2^t being the power of 2 in `d` and t below 64: a chance of at
/// most 2^-64. That is what it takes to see whether results are the same, in a quarter of the time that SHA-256 over every number took.
/// It keeps nobody from making up results, nor would any hash that everybody can compute.
#[derive(Debug, Default)]
struct RowKeys(Vec<u128>);

impl RowKeys {
    /// The keys of so many places.
    fn upto(&mut self, places: usize) -> &[u128] {
        let more = (self.0.len()..places).map(|place| {
            let digest = Sha256::digest((place as u64).to_le_bytes());
            digest.first_chunk().map_or(1, |bytes| u128::from_le_bytes(*bytes)) | 1
        });
        self.0.extend(more.collect::<Vec<_>>());
        &self.0[..places]
    }

    /// The digests of a block's rows. Goes through column after column, as they lie.
    fn digests(&mut self, block: &Block, digests: &mut Vec<u128>) {
        let rows = block.rows as usize;
        let columns = block.columns.chunks_exact(rows.max(1));
        let (answers, width) = (block.answers as usize, columns.len());
        let (keys, answer_keys) = self.upto(width + answers).split_at(width);
        digests.clear();
        digests.resize(rows, 0);
        for (column, key) in columns.zip(keys) {
            for (digest, number) in digests.iter_mut().zip(column) {
                *digest = digest.wrapping_add(key.wrapping_mul(number.to_bits().into()));
            }
        }
        for (answer, key) in answer_keys.iter().enumerate() {
            for (row, digest) in digests.iter_mut().enumerate() {
                *digest = digest.wrapping_add(*key * u128::from(block.answer(answer, row)));
            }
        }
    }
}

/// What is known of the complete prefix of a study.
///
/// The study hash is SHA-256 over the scenario's and the catalogue's digests and the seed, then for each replication
/// in order a zero byte and the digest of its row (or a one byte and the reason why it failed), then the
/// merged sums. It does not depend on how the study was cut into blocks.
#[derive(Debug)]
pub struct Intake<S> {
    hasher: Sha256,
    sums: S,
    /// Columns watched while the study runs, with their moments.
    watched: Vec<(usize, Moments)>,
    replications: u64,
    failed: BTreeMap<String, u64>,
    keys: RowKeys,
    /// Of the rows of a block.
    digests: Vec<u128>,
}

impl<S: Sums> Intake<S> {
    /// Nothing taken in yet.
    pub fn new(identity: &Identity, sums: S, watched: impl IntoIterator<Item = usize>) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"linchpin study 2\n");
        hasher.update(identity.scenario);
        hasher.update(identity.catalogue);
        hasher.update(identity.seed.to_le_bytes());
        let watched = watched.into_iter().map(|column| (column, Moments::default())).collect();
        let (keys, digests) = (RowKeys::default(), Vec::new());
        Self { hasher, sums, watched, replications: 0, failed: BTreeMap::new(), keys, digests }
    }

    /// Takes in the numbers and answers of the next block. Its sums are merged through [`Self::sums_mut`].
    pub fn take(&mut self, block: &Block) {
        self.keys.digests(block, &mut self.digests);
        let rows = block.rows as usize;
        for (row, digest) in self.digests.iter().enumerate() {
            if let Some(reason) = block.failure(row) {
                self.hasher.update([1]);
                self.hasher.update((reason.len() as u64).to_le_bytes());
                self.hasher.update(reason);
                *self.failed.entry(reason.to_owned()).or_default() += 1;
            } else {
                self.hasher.update([0]);
                self.hasher.update(digest.to_le_bytes());
                for (column, moments) in &mut self.watched {
                    moments.push(block.columns[*column * rows + row]);
                }
            }
        }
        self.replications += u64::from(block.rows);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// As `docs/study-format.md` tells others how to compute it; by the lines of Python that stand there.
    #[test]
    fn digests_of_rows_are_the_documented_ones() {
        let mut block = Block::new(0, 0, 2, 3, 2);
        block.set_row(0, &[1.5, f64::INFINITY, 0.0], &[true, false]);
        block.set_row(1, &[-2.25, 1e300, 7.0], &[false, true]);
        let mut digests = Vec::new();
        RowKeys::default().digests(&block, &mut digests);
        assert_eq!(digests, [0x67b60535b61459d7b0554f092d32be35, 0x9a942b49ca8706c765cf1e931e88f21d]);
    }
}
