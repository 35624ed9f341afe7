//! What the runner asks of the work it spreads over threads.
//!
//! The runner knows threads, blocks and files. It knows nothing of models: a [`Job`] is whatever turns a
//! replication number into one row of numbers. [`ModelJob`](crate::ModelJob) is the job of a scenario.

use crate::details::Beside;
use crate::identity::Identity;
use crate::labels::Series;
use crate::seal::Part;
use std::fmt::Debug;

/// A kind of work that can be repeated under different replication numbers.
///
/// A replication has to be a pure function of its number: the same row from any worker, in any order.
pub trait Job: Sync {
    /// Sums over replications.
    type Sums: Sums;
    /// Does the work on one thread.
    type Worker: Worker<Sums = Self::Sums>;

    /// The columns in a row, in order.
    fn columns(&self) -> Vec<Series>;

    /// The yes-or-no answers a replication gives, in order.
    fn answers(&self) -> Vec<Series>;

    /// How results are to be handled: stands in every file.
    fn marking(&self) -> String {
        String::new()
    }

    /// Column shown while the study runs.
    fn headline(&self) -> Option<usize>;

    /// A worker for one more thread.
    fn worker(&self) -> Self::Worker;

    /// Sums over no replication at all.
    fn sums(&self) -> Self::Sums;
}

/// Does one replication after the other on one thread.
pub trait Worker: Send {
    /// Sums over replications.
    type Sums;

    /// Runs one replication: adds it to `sums`, writes its numbers into `row` (infinite: not
    /// reached) and its answers into `answers`.
    ///
    /// # Errors
    /// The reason why the replication could not be finished. It is counted and left out of every figure.
    fn run(
        &mut self,
        replication: u32,
        sums: &mut Self::Sums,
        row: &mut [f64],
        answers: &mut [bool],
    ) -> Result<(), String>;
}

/// Sums over replications that come out the same in any order of adding and merging: integers, not floats.
pub trait Sums: Send + Debug {
    /// Adds what another thread or block has summed.
    fn merge(&mut self, other: &Self);

    /// As bytes, the same for equal sums.
    fn to_bytes(&self) -> Vec<u8>;

    /// Adds sums written by [`Sums::to_bytes`]; false, and nothing added, where the bytes do not fit.
    fn merge_bytes(&mut self, bytes: &[u8]) -> bool;

    /// Takes over what another thread has kept of single replications of the same block, before sums are made of it; nothing
    /// where nothing is kept.
    fn absorb(&mut self, _other: &mut Self) {}

    /// What is kept of single replications, as files to be written beside the block. Sums that are made of it all at once are made here,
    /// and it is gone then: called once for each block, before [`Sums::to_bytes`].
    fn take_beside(&mut self, _identity: &Identity, _part: Part) -> Vec<Beside> {
        Vec::new()
    }

    /// Sums over no replication at all that use the room of these, and of the files written beside their block. None where
    /// that saves nothing.
    fn recycle(self, _beside: Vec<Beside>) -> Option<Self>
    where
        Self: Sized,
    {
        None
    }
}
