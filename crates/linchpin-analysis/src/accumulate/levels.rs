//! The level of one group over time, summed over replications.

use super::{BINS, FULL_MILLIONTHS, Grid, bin_of};
use crate::steps::LevelStep;
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

    /// Adds the curves of some replications.
    pub(super) fn add(&mut self, steps: &[LevelStep], grid: Grid) {
        let mut moves = std::mem::take(&mut self.moves);
        let mut end = moves.len();
        moves.resize(end + steps.len(), 0);
        self.walk(steps, grid, |point, from, to| {
            let (from, to) = (bin_of(from), bin_of(to));
            // What is no move is written over by the next one.
            moves[end] = packed(point, from, to);
            end += usize::from(from != to);
        });
        moves.truncate(end);
        self.moves = moves;
        self.tidy();
    }

    /// Adds the curves of some replications to the mean only.
    pub(super) fn add_to_mean(&mut self, steps: &[LevelStep], grid: Grid) {
        self.walk(steps, grid, |_, _, _| {});
    }

    /// Adds to the mean, and tells of every step on the grid where it is, from what level to what. Nobody can guess which steps come to
    /// nothing, so these are gone through like the others.
    #[inline(always)]
    fn walk(&mut self, steps: &[LevelStep], grid: Grid, mut tell: impl FnMut(usize, i64, i64)) {
        if steps.is_empty() {
            return;
        }
        self.allocate(grid.points);
        let (mut last, mut before) = (u32::MAX, FULL_MILLIONTHS);
        let mut steps =
            steps.iter().map(|step| ((step.replication, grid.first_at(step.from)), step)).peekable();
        while let Some((place, step)) = steps.next() {
            let (replication, point) = place;
            before = if replication == last { before } else { FULL_MILLIONTHS };
            last = replication;
            // Of several steps on the way to a grid point the last one counts.
            let again = steps.peek().is_some_and(|(next, _)| *next == place);
            let level = if again { before } else { i64::from(step.millionths) };
            if let Some(sum) = self.sum.get_mut(point) {
                *sum += level - before;
                tell(point, before, level);
                before = level;
            }
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
        fn same<T: PartialEq + Default>(one: &[T], other: &[T]) -> bool {
            let used = |changes: &[T]| changes.iter().any(|change| *change != T::default());
            if used(one) { one == other } else { !used(other) }
        }
        same(&self.sum, &other.sum) && same(&self.table(), &other.table())
    }
}
