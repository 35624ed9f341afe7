//! Scripted events.

use crate::{DistId, EventId, Key, Level, NodeId, SharingId};

/// A scripted event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Id as written in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Hash of the id text.
    pub key: Key,
    /// The event it follows; none: the start of the scenario.
    pub after: Option<EventId>,
    /// Time from the start, or from the event it follows.
    pub at: DistId,
    /// Whom it concerns.
    pub targets: Targets,
    /// Probability that it happens at all.
    pub probability: f64,
    /// Probability that a target is hit, each on its own, given that it happens.
    pub hit_probability: f64,
    /// Factor on repair times that all targets share; none: 1.
    pub severity: DistId,
    /// What it does to each target.
    pub effects: Vec<Effect>,
    /// False for background events, which also happen in the paired run without the threat.
    pub threat: bool,
}

/// Whom an event concerns.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// All of these.
    All(Vec<NodeId>),
    /// k of these, by a race of per-candidate draws.
    Draw {
        /// How many.
        k: u32,
        /// Candidates, ascending.
        from: Vec<NodeId>,
    },
    /// All of these, each with the intensity there relative to `intensity`.
    Footprint {
        /// Intensity at the centre, drawn once an event.
        intensity: DistId,
        /// Nodes and the share of the intensity that reaches them.
        nodes: Vec<(NodeId, f32)>,
    },
    /// No node: the event acts on sharing groups only.
    None,
}

/// What an event does to a target.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Damage that has to be repaired, in this state of the target's repair plan (clamped to its worst).
    Damage {
        /// Index of the damage state, by the name's position in each plan; see [`DamageChoice`].
        state: DamageChoice,
    },
    /// Held at this level for a while.
    Degrade {
        /// Level.
        to: Level,
        /// How long; none: to the horizon.
        lasts: DistId,
    },
    /// This share of the staff is away for a while.
    Absence {
        /// Share away.
        share: Level,
        /// How long; none: to the horizon.
        lasts: DistId,
    },
    /// Closed for a while: level 0.
    Closure {
        /// How long; none: to the horizon.
        lasts: DistId,
    },
    /// Remote view and control are lost for a while; the service itself goes on.
    ControlLoss {
        /// How long; none: to the horizon.
        lasts: DistId,
    },
    /// Follows a given course of levels: (seconds after the event, level), ascending; the last one stays.
    Forcing {
        /// Course.
        steps: Vec<(u32, Level)>,
    },
    /// Adds to the load of every member of a sharing group.
    Demand {
        /// Which group.
        sharing: SharingId,
        /// How much, fixed-point.
        add: i64,
    },
}

/// Which damage state an event leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum DamageChoice {
    /// The worst state of each target's plan.
    Worst,
    /// The state of this name in each target's plan (the checker has made sure that it exists).
    Named(String),
    /// By the fragility curves and the intensity of the footprint.
    Fragility,
}
