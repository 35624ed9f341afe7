//! Many replications.
