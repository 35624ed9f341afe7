//! The level of one group over time, summed over replications.

use super::{BINS, FULL, FULL_MILLIONTHS, Grid, bin_of};
use crate::paired::Segment;
use std::borrow::Cow;

/// Changes along the grid of one group's level, relative to full level in every replication.
///
/// A table of grid points by bins: at a point where the level of one replication goes from one bin to another, the
/// one loses and the other gains one. A replication touches few places of it, all over: so moves are listed one after the
/// other, and enter the table when there are many of them. A block of a study hardly ever needs the table.
#[derive(Clone, Debug, Default)]
pub(super) struct LevelSums {
    /// By point, then bin; empty while there are only moves. Half the range of `i32` is more replications than anyone
    /// runs.
    bins: Vec<i32>,
    /// See [`packed`].
    moves: Vec<u64>,
    /// Sum of levels in millionths, by point; empty while the group has lost nothing.
    pub(super) sum: Vec<i64>,
}

/// A move at a point from one bin to another.
fn packed(point: usize, from: usize, to: usize) -> u64 {
    (point as u64) << 16 | (from as u64) << 8 | to as u64
}

fn enter(bins: &mut [i32], moves: &[u64]) {
    for step in moves {
        let row = (step >> 16) as usize * BINS;
        bins[row + (step >> 8 & 0xff) as usize] -= 1;
        bins[row + (step & 0xff) as usize] += 1;
    }
}

impl LevelSums {
    /// From the changes of counts and of the sum of levels.
    pub(super) fn of(bins: Vec<i32>, sum: Vec<i64>) -> Self {
        Self { bins, moves: Vec::new(), sum }
    }

    /// Forgets all replications.
    pub(super) fn clear(&mut self) {
        self.bins.clear();
        self.moves.clear();
        self.sum.clear();
    }

    /// The table of changes; empty where nothing was lost.
    pub(super) fn table(&self) -> Cow<'_, [i32]> {
        if self.moves.is_empty() {
            return Cow::Borrowed(&self.bins);
        }
        let mut bins = self.bins.clone();
        bins.resize(self.sum.len() * BINS, 0);
        enter(&mut bins, &self.moves);
        Cow::Owned(bins)
    }

    /// Enters the moves into the table where the list takes half as much room.
    fn tidy(&mut self) {
        let size = self.sum.len() * BINS;
        if 4 * self.moves.len() > size {
            self.bins.resize(size, 0);
            enter(&mut self.bins, &self.moves);
            self.moves = Vec::new();
        }
    }

    fn allocate(&mut self, points: usize) {
        if self.sum.is_empty() {
            self.sum.resize(points, 0);
        }
    }

    /// Adds the curve of one replication.
    pub(super) fn add(&mut self, segments: impl Iterator<Item = Segment>, grid: Grid) {
        let mut bin = FULL;
        self.walk(segments, grid, |moves, point, millionths| {
            let to_bin = bin_of(millionths);
            if to_bin != bin {
                moves.push(packed(point, bin, to_bin));
                bin = to_bin;
            }
        });
        self.tidy();
    }

    /// Adds the curve of one replication to the mean only.
    pub(super) fn add_to_mean(&mut self, segments: impl Iterator<Item = Segment>, grid: Grid) {
        self.walk(segments, grid, |_, _, _| {});
    }

    /// Adds to the mean, and tells each new level on the grid.
    #[inline(always)]
    fn walk(
        &mut self,
        segments: impl Iterator<Item = Segment>,
        grid: Grid,
        mut tell: impl FnMut(&mut Vec<u64>, usize, i64),
    ) {
        let (mut point, mut millionths) = (0, FULL_MILLIONTHS);
        for segment in segments {
            let next = grid.first_at(segment.to);
            if next == point {
                continue;
            }
            let to = i64::from(segment.millionths());
            if to != millionths {
                self.allocate(grid.points);
                self.sum[point] += to - millionths;
                tell(&mut self.moves, point, to);
                millionths = to;
            }
            point = next;
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        if other.sum.is_empty() {
            return;
        }
        self.allocate(other.sum.len());
        self.sum.iter_mut().zip(&other.sum).for_each(|(own, other)| *own = own.saturating_add(*other));
        if !other.bins.is_empty() {
            self.bins.resize(other.bins.len(), 0);
            self.bins.iter_mut().zip(&other.bins).for_each(|(own, other)| *own = own.saturating_add(*other));
        }
        self.moves.extend_from_slice(&other.moves);
        self.tidy();
    }
}

/// Equal where they come to the same, however it is held.
impl PartialEq for LevelSums {
    fn eq(&self, other: &Self) -> bool {
        let used = |sums: &Self| sums.table().iter().any(|change| *change != 0);
        let same_bins = if used(self) { self.table() == other.table() } else { !used(other) };
        self.sum == other.sum && same_bins
    }
}
