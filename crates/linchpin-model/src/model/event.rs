//! Scripted events.

use crate::{
    ActorId, CampaignId, DistId, EventId, Key, Level, MalwareId, NodeId, PlanId, SharingId, SkillId, SpareId,
    StepId, TeamId,
};

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
    /// What makes it happen.
    pub occasion: Occasion,
}

/// What makes an event happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The script: `after` and `at`.
    Script,
    /// A step of a campaign succeeds.
    Step(StepId),
    /// Malware impairs a system.
    Malware(MalwareId),
    /// A plan is carried out.
    Plan(PlanId),
    /// Somebody supposes that it does: see [`Model::with_strike`](crate::Model::with_strike).
    WhatIf,
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
    /// As many as a course of levels says are at work: (seconds after the event, level), ascending; the last one stays.
    Staffing {
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
    /// The target's systems are infected.
    Compromise {
        /// By what.
        malware: MalwareId,
    },
    /// This share of IT is gone for a while: the level falls by as much of the asset's `it_criticality`.
    ItLoss {
        /// Share gone.
        share: Level,
        /// How long; none: to the horizon.
        lasts: DistId,
    },
    /// Supply from outside is cut down for a while (a supplier's volume, an import).
    SupplyCut {
        /// Level.
        to: Level,
        /// How long; none: to the horizon.
        lasts: DistId,
    },
    /// The demand on a target that is a pool is multiplied for a while.
    Surge {
        /// Factor in millionths, above 0; below a million: demand is reduced.
        factor: u32,
        /// How long; none: to the horizon.
        lasts: DistId,
    },
    /// What lies around each target is closed for a while, and so is the target.
    CloseArea {
        /// What lies around, by target, ascending by target.
        around: Vec<(NodeId, Vec<NodeId>)>,
        /// How long; none: to the horizon.
        lasts: DistId,
    },
    /// People present at a target (a public place) are harmed, and need emergency care.
    Harm {
        /// Share of those present.
        share: DistId,
        /// Pools whose demand rises, in one weight unit a person; empty: none does.
        care: Vec<NodeId>,
        /// How long each needs care; none: to the horizon.
        lasts: DistId,
    },
    /// Records are taken.
    Exfiltrate {
        /// How many from each target.
        records: DistId,
    },
    /// A narrative is put about. It has no consequence as long as the scenario has no information environment.
    Narrative {
        /// What it says, in one line.
        text: String,
    },
    /// A team gets more crews for a while (mutual assistance).
    AddCrews {
        /// Which team.
        team: TeamId,
        /// How many.
        crews: u16,
        /// How long; none: to the horizon.
        lasts: DistId,
    },
    /// Spare parts are put at disposal (a shared reserve).
    AddSpares {
        /// Which stock.
        spare: SpareId,
        /// How many.
        count: u32,
    },
    /// A target that is held below full level from the start (a standby reserve) may go up to this level for a while.
    Activate {
        /// Level.
        to: Level,
        /// How long; none: to the horizon.
        lasts: DistId,
    },
    /// Work of a skill goes so many times as fast for a while.
    SpeedUp {
        /// Which skill; none: all.
        skill: SkillId,
        /// Factor, above 0.
        factor: f64,
        /// How long; none: to the horizon.
        lasts: DistId,
    },
    /// Times to detection from then on are multiplied for a while (alert level).
    Vigilance {
        /// Factor, above 0; below 1: sooner.
        factor: f64,
        /// How long; none: to the horizon.
        lasts: DistId,
    },
    /// Susceptible systems of each target become immune with this probability (emergency patch).
    Immunise {
        /// To what.
        malware: MalwareId,
        /// Probability.
        coverage: f64,
    },
    /// A malware no longer spreads from the targets (cut off); without targets: from anywhere.
    Contain {
        /// Which.
        malware: MalwareId,
    },
    /// An actor loses effort (financing, access to means).
    Drain {
        /// Whose.
        actor: ActorId,
        /// How much.
        effort: f64,
    },
    /// A campaign begins no further step (deterrence, arrest).
    Stop {
        /// Which.
        campaign: CampaignId,
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
