//! Linchpin simulates how attacks on critical infrastructure cascade, for how long, and what would have
//! helped.
//!
//! This crate puts the others under one roof. Each stage of the way from a scenario to a report has its own type, and
//! whoever holds one need not check again what the stage before has checked:
//!
//! ```text
//! RON text -> Model -> Simulation -> Record -> Study -> Findings -> plots and report
//! ```
//!
//! # From a scenario to a model
//!
//! A scenario is text in the format that `docs/scenario-format.md` describes. Reading it gives everything
//! that is wrong with it at once, and a model if nothing is.
//!
//! ```
//! let text = r#"(
//!     language: 1,
//!     name: "One substation, one hospital",
//!     start: "2027-01-18T06:00:00+01:00",
//!     horizon: "2d",
//!     regions: [(id: "coast", name: "Coast", population: 90_000)],
//!     services: [(id: "electricity", name: "electricity"), (id: "care", name: "emergency care")],
//!     assets: [
//!         (id: "substation", sector: "energy", region: "coast", supplies: ["electricity"]),
//!         (
//!             id: "hospital", sector: "health", region: "coast",
//!             needs: [(service: "electricity", autonomy: [(name: "diesel", capacity: "8h")])],
//!             serves: [(service: "care", people: 90_000)],
//!         ),
//!     ],
//!     events: [(id: "attack", at: "6h", on: ["substation"], do: [Closure(lasts: "20h")])],
//! )"#;
//! let loaded = linchpin::scenario::check_text("hospital.ron", text);
//! assert_eq!(loaded.diagnostics.errors(), 0);
//! let model = std::sync::Arc::new(loaded.model.expect("it has no errors"));
//!
//! // One replication: the hospital's diesel ends 8 hours after the substation closes, 12 hours before it opens again.
//! use linchpin::model::{Record, Seeds};
//! use linchpin::sim::{RunOptions, Simulation};
//! let mut simulation = Simulation::new(model.clone());
//! let mut record = Record::default();
//! simulation.run(0, Seeds::new(1).replication(0), RunOptions::default(), &mut record);
//! let hospital = model.find_node("hospital").expect("it is in the scenario");
//! let affected = record.affected.iter().find(|affected| affected.node == hospital).expect("it lost power");
//! assert_eq!(affected.first_failed.hours(), 14.0);
//! assert_eq!(affected.lost, 12 * 3600 * 1_000_000);
//!
//! // A study: many replications into a folder that survives crashes.
//! use linchpin::ensemble::{Inventory, ModelJob, Plan, run};
//! use std::sync::atomic::AtomicBool;
//! let job = ModelJob::new(model, 1);
//! let identity = job.identity(&loaded.frozen.expect("it was read"), 1, "docs");
//! let folder = std::env::temp_dir().join(format!("linchpin-docs-{}", std::process::id()));
//! let plan = Plan { replications: 64, until: None, block_size: 32, threads: 2 };
//! let stop = AtomicBool::new(false);
//! let outcome = run(&job, &folder, &identity, &plan, Inventory::default(), &stop, &mut |_| ())?;
//! assert_eq!(outcome.totals.replications, 64);
//! # std::fs::remove_dir_all(&folder).expect("it was just written");
//! # Ok::<(), linchpin::ensemble::StudyError>(())
//! ```
//!
//! # Where to go on
//!
//! - [`scenario`]: files, diagnostics, checks;
//! - [`model`]: the vocabulary, keyed draws, what-ifs ([`model::Intervention`]);
//! - [`sim`]: one replication;
//! - [`ensemble`]: many, on many threads, into a study folder (`docs/study-format.md`);
//! - [`analysis`]: metrics, intervals, findings;
//! - [`report`]: plots, the report, summaries;
//! - [`cli`]: the program (`docs/command-line.md`).
//!
//! The numbered chapters in `examples/` go through the same way at walking pace.

pub use linchpin_analysis as analysis;
pub use linchpin_cli as cli;
pub use linchpin_ensemble as ensemble;
pub use linchpin_model as model;
pub use linchpin_report as report;
pub use linchpin_scenario as scenario;
pub use linchpin_sim as sim;
