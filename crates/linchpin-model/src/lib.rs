//! The vocabulary of Linchpin: what a scenario is once it has been checked, and what one replication
//! of it leaves behind.
//!
//! This crate is the bottom of the house. It knows no files, no serde, no ECS, no threads and no
//! clock. A [`Model`] is immutable and valid: whoever holds one need not check anything again.
//!
//! - [`time`]: whole seconds since the start of the scenario.
//! - [`level`]: functionality as an exact integer share.
//! - [`draws`]: keyed randomness (Philox4x32-10): a draw depends on what it is for, never on when it is made.
//! - [`dist`]: distributions sampled by inverse CDF.
//! - [`model`], [`builder`]: the model and how it is put together.
//! - [`record`]: what one replication leaves behind.

pub mod builder;
pub mod dist;
pub mod draws;
pub mod ids;
pub mod level;
pub mod model;
pub mod record;
pub mod special;
pub mod time;

pub use builder::{ModelBuilder, NeedParts, NeedSpec, Provider, StageSpec};
pub use dist::Distribution;
pub use draws::{Draws, Key, Layer, Purpose, Seeds};
pub use ids::*;
pub use level::Level;
pub use model::*;
pub use record::*;
pub use time::SimTime;
