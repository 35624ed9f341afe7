//! The integration tests, one binary.

mod architecture;
mod asking;
mod cli;
mod hindcast;
mod kernel;
mod network;
mod parts;
#[path = "../crates/linchpin-sim/tests/plots/mod.rs"]
mod plots;
mod properties;
mod tables;
mod verification;
