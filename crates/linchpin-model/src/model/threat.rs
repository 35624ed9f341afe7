//! Who attacks whom: actors, their assessment, campaigns of steps.

use crate::{ActorId, CampaignId, DistId, EventId, Key, NodeId, StepId};

/// A field in which an actor is capable and a defender protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Domain {
    /// Intrusion into systems.
    Cyber,
    /// Sabotage, break-in, explosives.
    Physical,
    /// Deception of people: phishing, pretexts.
    Human,
    /// Information operations.
    Information,
    /// Coercion by trade, price and supply.
    Economic,
    /// Jamming and spoofing.
    Electronic,
    /// Drones.
    Air,
}

impl Domain {
    /// All domains, in order.
    pub const ALL: [Self; 7] = [
        Self::Cyber,
        Self::Physical,
        Self::Human,
        Self::Information,
        Self::Economic,
        Self::Electronic,
        Self::Air,
    ];

    /// As written in a scenario.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Cyber => "cyber",
            Self::Physical => "physical",
            Self::Human => "human",
            Self::Information => "information",
            Self::Economic => "economic",
            Self::Electronic => "electronic",
            Self::Air => "air",
        }
    }
}

/// What kind of actor it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// A state.
    State,
    /// Acts for a state that denies it.
    Proxy,
    /// For gain.
    Criminal,
    /// For fear.
    Terrorist,
    /// For a cause, mostly by computer.
    Hacktivist,
    /// From within.
    Insider,
    /// Not known.
    Unknown,
}

impl ActorKind {
    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Proxy => "proxy",
            Self::Criminal => "criminal",
            Self::Terrorist => "terrorist",
            Self::Hacktivist => "hacktivist",
            Self::Insider => "insider",
            Self::Unknown => "unknown",
        }
    }
}

/// Somebody who attacks.
#[derive(Clone, Debug, PartialEq)]
pub struct Actor {
    /// Id as written in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Hash of the id text.
    pub key: Key,
    /// What kind.
    pub kind: ActorKind,
    /// Capability by [`Domain`], 0 to 1.
    pub capability: [f64; Domain::ALL.len()],
    /// Effort it can spend, in the scenario's own unit; infinite where nothing limits it.
    pub effort: f64,
    /// After this time from a campaign's start it begins no further step; none: never.
    pub patience: DistId,
    /// What analysts think of it.
    pub assessments: Vec<Assessment>,
}

/// An analyst's judgement of an actor and a kind of target: a line of the risk register.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// Of what, in words.
    pub target: String,
    /// The assets meant.
    pub nodes: Vec<NodeId>,
    /// 1 (very low) to 5 (very high).
    pub intent: u8,
    /// 1 (very low) to 5 (very high).
    pub capability: u8,
    /// 1 (very low) to 5 (very high).
    pub opportunity: u8,
    /// Impact as judged, 1 to 5.
    pub impact: u8,
    /// Word of confidence: low, moderate, high.
    pub confidence: String,
    /// Where it comes from.
    pub source: String,
}

impl Assessment {
    /// Likelihood of 1 to 5: the rounded geometric mean of intent, capability and opportunity, so that one that is
    /// very low pulls it down.
    pub fn likelihood(&self) -> u8 {
        let product = f64::from(self.intent) * f64::from(self.capability) * f64::from(self.opportunity);
        libm::round(libm::cbrt(product)) as u8
    }
}

/// What an actor does: a directed acyclic graph of steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Campaign {
    /// Id as written in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Hash of the id text.
    pub key: Key,
    /// Whose; none where the scenario does not say.
    pub actor: ActorId,
    /// When it begins.
    pub start: DistId,
    /// Probability that it takes place.
    pub probability: f64,
    /// First of its steps in [`Model::steps`](crate::Model::steps).
    pub first_step: u32,
    /// Number of its steps.
    pub steps: u32,
    /// Which steps reach its goal, as ids; empty: the last ones of the graph.
    pub goals: Vec<StepId>,
}

/// A technique and the catalogue its id is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Technique {
    /// `attack`, `attack-ics`, `disarm`, or the scenario's own.
    pub catalogue: String,
    /// Such as `T0855`.
    pub id: String,
    /// Name; empty where the table does not know it.
    pub name: String,
    /// Tactic; empty where the table does not know it.
    pub tactic: String,
}

/// Whom of its candidates a step takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// All of them.
    All,
    /// By a race of per-candidate draws.
    Random,
    /// Those that serve most people directly.
    MostServed,
    /// Those that most others depend on directly.
    MostConnected,
    /// Those whose loss alone costs most service in a simulation without chance.
    LargestLoss,
}

/// How a step's success is decided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Success {
    /// Of the step as a whole, with this probability.
    Given(f64),
    /// Of each target on its own, with this probability.
    EachGiven(f64),
    /// Of each target on its own, by the actor's capability `c` in the domain against the target's protection `d`:
    /// `P = c (1 - d) / (c (1 - d) + (1 - c) d)`, the logistic of the difference of their log-odds (Bradley and
    /// Terry, Biometrika 39, 1952; Rasch 1960).
    Against(Domain),
}

/// What follows when a step fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// It is tried again, so many times at most, each after a pause.
    Retry {
        /// How many times.
        times: u16,
        /// Pause; none: at once.
        pause: DistId,
    },
    /// The steps after it go on as if it had succeeded, without its effects.
    GoOn,
    /// The steps after it do not happen.
    Stop,
    /// The whole campaign ends.
    Abandon,
}

/// One step of a campaign. What it does to a target stands in its event.
#[derive(Clone, Debug, PartialEq)]
pub struct CampaignStep {
    /// Id as written in the scenario, unique within its campaign.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Hash of campaign's and step's id texts.
    pub key: Key,
    /// Whose step.
    pub campaign: CampaignId,
    /// The event that stands for it in [`Model::events`](crate::Model::events): effects, name and time.
    pub event: EventId,
    /// Its technique.
    pub technique: Option<Technique>,
    /// Steps it follows.
    pub after: Vec<StepId>,
    /// True where any one of these is enough, false where all are needed.
    pub any: bool,
    /// Wait before it begins; none: at once.
    pub wait: DistId,
    /// How long it takes; none: no time.
    pub duration: DistId,
    /// Effort each try takes.
    pub effort: f64,
    /// Candidates, ascending; empty: it concerns nobody directly.
    pub candidates: Vec<NodeId>,
    /// How many of them; `u32::MAX`: all.
    pub take: u32,
    /// Which of them.
    pub strategy: Strategy,
    /// True where candidates that are seen to be down already are passed over, and chosen anew with each try.
    pub adaptive: bool,
    /// How success is decided.
    pub success: Success,
    /// Time from its beginning until it would be noticed; none: never.
    pub detection: DistId,
    /// Probability that it is stopped when it is noticed before it is done.
    pub blocked: f64,
    /// What follows when it fails.
    pub on_failure: OnFailure,
}
