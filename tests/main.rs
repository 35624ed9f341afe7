//! The integration tests, one binary.

mod architecture;
mod cli;
mod kernel;
mod properties;
mod verification;
