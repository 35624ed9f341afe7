//! The worst that can be done with so much, and what to protect against it: a search over sets of items, generic over an
//! oracle that says what a set costs.
//!
//! Losses of sets are not submodular in general: where two feeders stand in for each other, neither costs anything alone and
//! both together cost everything. So lazy greedy (Leskovec et al. 2007, "CELF") comes with no guarantee here, and is one
//! start among several: sets are put together of *blocks*, which are single items, pairs that cost more than their parts,
//! and groups that the caller names (the providers of one need, say), in layers by size of which the best are kept. The best
//! of each layer are improved by swaps. Most of that is done with a cheap sketch of the oracle and few replications; what is
//! reported is evaluated in full.
//!
//! Protections are a game of two moves: whoever defends takes items away, whoever attacks answers. Of the worst attack some
//! member has to be protected, or it happens all the same (Scaparra and Church, Computers & Operations Research 35, 2008):
//! that tree is searched over the attacks known so far, the attacker answers what comes out, the answer is added, and so on
//! until the answer was known already.

mod ground;
mod layers;
mod protect;
mod search;
#[cfg(test)]
mod tests;

pub use ground::{Ground, Item, combinations};
pub use protect::{Protection, protect};
pub use search::{Attack, Search};

/// Places of items, ascending.
pub type Set = Vec<u32>;

/// How precisely a loss is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As cheap as can be: good for telling what is worth looking at.
    Sketch,
    /// A few replications.
    Screen,
    /// All of them.
    Full,
}

/// Says what sets cost.
pub trait Oracle {
    /// Why it could not.
    type Error;

    /// Losses of these sets, in order: larger is worse, and not a number means unknown. The same answer whenever it is
    /// asked the same.
    ///
    /// # Errors
    /// Where it cannot say; the search ends with it.
    fn losses(&mut self, sets: &[Set], level: Level) -> Result<Vec<f64>, Self::Error>;
}
