//! Metrics, intervals and findings: pure functions over records.
//!
//! The way of one replication: [`Paired::load`] sorts the curves of a record and of its paired run by group;
//! [`Catalogue::evaluate`], [`Requirements::evaluate`] and [`LevelSteps::add`] then read them without
//! allocating, and [`BlockAccumulator::add`] the records. The way of a study: columns of metrics and one merged accumulator go into [`findings::build`].
//!
//! A value that was not reached by the horizon is infinite here (`f64::INFINITY` where a longer run could only
//! raise it, `f64::NEG_INFINITY` where it could only lower it) and `null` in the findings. It is counted, and
//! never averaged away.

pub mod accumulate;
pub mod ask;
pub mod calendar;
pub mod compare;
pub mod crps;
pub mod curve;
pub mod cuts;
pub mod design;
pub mod findings;
pub mod gauge;
pub mod graph;
pub mod hindcast;
pub mod illusion;
pub mod intervals;
pub mod metrics;
pub mod paired;
pub mod rank;
pub mod redact;
pub mod reliability;
pub mod requirements;
pub mod stats;
pub mod steps;
pub mod timeline;
mod wire;
pub mod worst;

pub use accumulate::{BlockAccumulator, RootSums};
pub use metrics::{Catalogue, Metric};
pub use paired::{Paired, Segment};
pub use requirements::Requirements;
pub use steps::{LevelStep, LevelSteps};
pub use timeline::{TellOptions, choose_timelines, tell};
