//! Published and independently computed results, reproduced through the engine.
//!
//! Every test reads its expected values from `fixtures/` (see the README there), builds a model, runs
//! [`linchpin_sim::Simulation`] on it and compares. No formula of a reference item is evaluated here. The
//! printed lines are those of the table in `docs/verification.md`: `cargo test --test it verification --
//! --nocapture`.

mod dice;
mod hazus;
mod lab;
mod ledger;
mod queues;
mod v01a_buldyrev;
mod v01b_parshani;
mod v02_cascade;
mod v05_reliability;
mod v05_repair;
mod v06_epidemics;
mod v10_buffers;
mod v11_stages;
mod v12_priorities;
mod v13_graphs;
mod v15_connectivity;
mod v16_storage;
mod v17_crews;
