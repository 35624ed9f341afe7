//! The integration tests, one binary.

mod architecture;
mod asking;
mod cli;
mod hindcast;
mod kernel;
mod network;
mod parts;
mod properties;
mod tables;
mod verification;
