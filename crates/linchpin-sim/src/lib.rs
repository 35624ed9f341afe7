//! One replication of a model: the ECS engine, and the only crate that knows bevy_ecs.
//!
//! ```
//! use linchpin_model::*;
//! use linchpin_sim::{RunOptions, Simulation};
//! use std::sync::Arc;
//!
//! // A substation feeds a hospital that has one hour of battery; the substation is closed from 2 h to 6 h.
//! let mut b = ModelBuilder::new(Meta { horizon: 86_400, ..Meta::default() });
//! let (energy, health) = (b.sector("energy", "Energy"), b.sector("health", "Health"));
//! let power = b.service("electricity", "Electricity");
//! let substation = b.node("substation", "Substation", energy, RegionId::NONE);
//! let hospital = b.node("hospital", "Hospital", health, RegionId::NONE);
//! let [at, lasts, battery] = [7200.0, 14_400.0, 3600.0].map(|s| b.dist(Distribution::Fixed(s)));
//! b.need(NeedSpec::any(hospital, "power", power, &[substation]).buffered("battery", battery, DistId::NONE));
//! b.parts().events.push(Event {
//!     id: "closure".into(), name: "Closure".into(), key: Key::of("closure"), after: None, at,
//!     targets: Targets::All(vec![substation]), probability: 1.0, hit_probability: 1.0,
//!     severity: DistId::NONE, effects: vec![Effect::Closure { lasts }], threat: true,
//!     occasion: Occasion::Script,
//! });
//! let mut simulation = Simulation::new(Arc::new(b.finish()));
//! let mut record = Record::default();
//! simulation.run(0, Seeds::new(1).replication(0), RunOptions::default(), &mut record);
//! // Down from 3 h to 6 h.
//! let lost = record.affected.iter().find(|a| a.node == hospital).unwrap();
//! assert_eq!((lost.first_failed, lost.lost), (SimTime(10_800), 10_800_000_000));
//! ```
//!
//! How it works, and why it is fast, is told in `ARCHITECTURE.md`. The short form: discrete events in calendar
//! queues (`agenda`), a cascade that runs ahead through thousands of its own events in one call of its
//! system, components as contiguous slices indexed by node id, and a world that is reset in place.

mod agenda;
mod beginning;
mod campaign;
mod cascade;
mod condition;
mod crews;
mod cyber;
mod effects;
mod engine;
mod measures;
mod observation;
mod observe;
mod plan;
mod plans;
mod response;
mod rows;
mod saved;
mod simulation;
mod state;
mod threat;
mod warning;
mod what_if;

pub use campaign::without_chance;
pub use simulation::{RunOptions, Simulation, Snapshot};
pub use what_if::WhatIf;
