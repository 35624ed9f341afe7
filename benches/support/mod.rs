//! What the benches share: the measured work, and the same work written by hand.

mod asset;
mod calendar;
mod draws;
pub mod kernel;
pub mod workload;
