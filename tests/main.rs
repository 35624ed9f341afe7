//! The integration tests, one binary.

mod verification;
