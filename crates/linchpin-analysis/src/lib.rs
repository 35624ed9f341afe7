//! Metrics, intervals and findings: pure functions over records.

pub mod findings;
