//! Comparing options by the same replications: differences, selection of the best, fronts and regret.
//!
//! Everything here reads columns: one for each option, with the value of a metric (the less the better) in every
//! replication. Row `r` of all columns comes from the same draws, so that what options have in common cancels out of
//! their differences.

mod assume;
mod best;
mod difference;
mod exceedance;
mod front;
mod regret;
mod select;
mod threats;

pub use assume::{Batches, OverWorlds, WorldRows, over_worlds};
pub use best::probability_of_being_best;
pub use difference::{Difference, difference, median_variance_ratio};
pub use exceedance::exceedance;
pub use front::{Offer, front, within_budget};
pub use regret::{Regret, regret};
pub use select::{Race, Selection, Selector};
pub use threats::{Across, Criterion, OverThreats, ThreatRows, over_threats};
