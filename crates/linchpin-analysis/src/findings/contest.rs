//! What attackers, malware and responders did, for tables, sentences and pictures.
//!
//! All of it is conditional on the attack as the scenario has it. Shares are of all replications.

mod build;

pub(super) use build::{Times, contest};

use super::Band;
use serde::{Deserialize, Serialize};

/// Everything about attackers, malware and responders.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Contest {
    /// Who attacks, and what analysts think of it.
    pub actors: Vec<ActorResult>,
    /// What they do.
    pub campaigns: Vec<CampaignResult>,
    /// What spreads.
    pub malware: Vec<MalwareResult>,
    /// What is done about it.
    pub plans: Vec<PlanResult>,
    /// Who works.
    pub teams: Vec<TeamResult>,
    /// Lost service by where it came from, largest first within each kind.
    pub losses: Vec<LossRow>,
}

/// A share of replications with its exact (Clopper-Pearson) 95 % interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// The share, 0 to 1.
    pub of: f64,
    /// Its interval.
    pub ci95: [f64; 2],
}

/// A mean over replications with its 95 % interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    /// The mean.
    pub of: f64,
    /// Its interval.
    pub ci95: Option<[f64; 2]>,
}

/// A time that may not have come by the horizon: how long until a share of all replications got there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Duration {
    /// Hours within which 1 %, 2 %, 3 %... of all replications got there; as many as did.
    pub within_h: Vec<f64>,
    /// Quantiles at 5, 25, 50, 75 and 95 %; `null` where not reached by the horizon.
    pub quantiles: [Option<f64>; 5],
    /// Share of replications in which it did not come by the horizon.
    pub not_reached: f64,
}

/// Somebody who attacks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ActorResult {
    /// Id as written in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// `state`, `criminal`...
    pub kind: String,
    /// Lines of the risk register.
    pub assessments: Vec<AssessmentRow>,
    /// Names of its campaigns with the share of replications in which each reaches its goal.
    pub campaigns: Vec<(String, Share)>,
    /// Lost asset-hours that its campaigns began.
    pub loss_h: Option<Mean>,
}

/// A line of the risk register: a judgement, not a result.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AssessmentRow {
    /// Of what, in words.
    pub target: String,
    /// 1 (very low) to 5 (very high).
    pub intent: u8,
    /// 1 (very low) to 5 (very high).
    pub capability: u8,
    /// 1 (very low) to 5 (very high).
    pub opportunity: u8,
    /// 1 to 5: rounded geometric mean of the three.
    pub likelihood: u8,
    /// 1 to 5.
    pub impact: u8,
    /// Word of confidence.
    pub confidence: String,
    /// Where it comes from.
    pub source: String,
}

/// How a campaign goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CampaignResult {
    /// Id as written in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Name of its actor; may be empty.
    pub actor: String,
    /// It takes place.
    pub begun: Share,
    /// It reaches its goal.
    pub reached: Share,
    /// It is noticed before that.
    pub noticed_first: Share,
    /// From its beginning to its goal.
    pub reach_time: Duration,
    /// From its beginning until it is noticed.
    pub notice_time: Duration,
    /// From its beginning until it is ascribed to somebody; none where the scenario does not say how.
    pub attribution_time: Option<Duration>,
    /// It is ascribed to those who did it.
    pub ascribed_rightly: Option<Share>,
    /// Effort spent.
    pub effort: Mean,
    /// Lost asset-hours that began where its steps, or malware that only it brings in, struck first.
    pub loss_h: Mean,
    /// Its steps, in the order of the scenario.
    pub steps: Vec<StepResult>,
    /// From which step which other follows.
    pub arrows: Vec<Arrow>,
    /// Hours of the courses of its steps.
    pub hours: Vec<f64>,
}

/// From one step to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Arrow {
    /// Place of the step before among the campaign's steps.
    pub from: u32,
    /// Place of the step that follows.
    pub to: u32,
    /// Share of replications in which it came about.
    pub taken: f64,
}

/// How a step goes. Shares are of all replications.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StepResult {
    /// Id as written in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Id of its technique with its catalogue, such as `attack-ics:T0855`; may be empty.
    pub technique: String,
    /// Name of its technique; may be empty.
    pub technique_name: String,
    /// True where reaching it is (part of) the campaign's goal.
    pub goal: bool,
    /// True where any one of the steps before is enough.
    pub any: bool,
    /// Tried at least once.
    pub tried: Share,
    /// Succeeded.
    pub succeeded: Share,
    /// Noticed.
    pub noticed: Share,
    /// Noticed and stopped.
    pub blocked: Share,
    /// Tried in vain where the goal was not reached; 0 where failing is no obstacle.
    pub stops: f64,
    /// Share of replications in which it had been tried, succeeded, noticed, noticed and stopped, by hour.
    pub courses: [Vec<f64>; 4],
}

/// How a malware goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MalwareResult {
    /// Id as written in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Assets ever infected.
    pub infected: Mean,
    /// Assets ever impaired.
    pub impaired: Mean,
    /// Most infected or impaired at once: quantiles at 5, 25, 50, 75 and 95 %.
    pub peak: [Option<f64>; 5],
    /// From the first infection to the first impairment.
    pub dwell: Duration,
    /// Until it is noticed.
    pub detection: Duration,
    /// Until nothing is infected or impaired any more.
    pub containment: Duration,
    /// Assets infected, impaired (or being recovered) and immune over time; the group is `infected`, `impaired`,
    /// `immune`, levels are assets.
    pub bands: Vec<Band>,
}

/// What became of a plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlanResult {
    /// Id as written in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// False where it is switched off.
    pub on: bool,
    /// Carried out at least once.
    pub used: Share,
    /// From the start of the scenario until it is first in force.
    pub time: Duration,
    /// Uses without cause in a replication; none where there are no false alarms.
    pub false_alarms: Option<Mean>,
}

/// What a team did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TeamResult {
    /// Id as written in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Crews at the start.
    pub crews: u32,
    /// Share of crews' time at work: quantiles at 5, 25, 50, 75 and 95 %.
    pub utilisation: [Option<f64>; 5],
    /// Its mean.
    pub utilisation_mean: f64,
    /// Jobs taken in a replication.
    pub jobs: Mean,
}

/// Lost service by where it came from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LossRow {
    /// `actor`, `campaign`, `step`, `malware`, `event` or `plan`.
    pub kind: String,
    /// Id; of steps `CAMPAIGN/STEP`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Of steps the campaign's name; else empty.
    pub of: String,
    /// Lost asset-hours a replication.
    pub loss_h: Mean,
}
