//! Who notices, who decides, who helps.

use crate::{
    ActorId, CampaignId, DistId, EventId, GroupId, Key, Level, MalwareId, NodeId, PlanId, RegionId, SectorId,
    SkillId, StepId,
};

/// Something that can be observed.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// The level of a group, as a share of its beginning, is below this.
    Below(GroupId, Level),
    /// At least so many of these have failed.
    Failed(Vec<NodeId>, u32),
    /// At least so many steps of a campaign (none: of any) have been noticed.
    Noticed(CampaignId, u32),
    /// This step has been noticed.
    StepNoticed(StepId),
    /// An actor (none: any) has been named with at least this confidence, whether or not rightly.
    Attributed(ActorId, f64),
    /// At least so many assets are known to be infected by a malware.
    Infected(MalwareId, u32),
    /// At least so many repairs wait for crews of a skill (none: of any).
    Waiting(SkillId, u32),
    /// A plan is in force.
    Plan(PlanId),
    /// An event has taken place.
    Event(EventId),
    /// All of these.
    All(Vec<Self>),
    /// Any of these.
    Any(Vec<Self>),
}

/// A condition as responders see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// What.
    pub condition: Condition,
    /// How long it has to last before it counts; none: no time.
    pub lasting: DistId,
    /// Time until it is known; none: at once.
    pub lag: DistId,
    /// Reports come through any one of these; while all have failed nothing is learnt. Empty: by other ways.
    pub through: Vec<NodeId>,
    /// Time between false alarms; none: there are none.
    pub false_alarms: DistId,
}

/// Something that is done when something is observed.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Id as written in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Hash of the id text.
    pub key: Key,
    /// The event that stands for its actions in [`Model::events`](crate::Model::events).
    pub event: EventId,
    /// When it is to be considered.
    pub when: Observation,
    /// Time to decide; none: at once.
    pub decision: DistId,
    /// Plans that have to be in force first.
    pub requires: Vec<PlanId>,
    /// How often it can be used.
    pub times: u16,
    /// How long it stays in force; none: to the horizon.
    pub lasts: DistId,
    /// Cost of one use, in the scenario's own unit.
    pub cost: f64,
    /// True where it is switched on; an option may switch it off.
    pub on: bool,
    /// Whether and when regions follow; those that are not listed follow at once.
    pub adoption: Vec<Adoption>,
}

impl Plan {
    /// True where it could come into force though nothing has happened: by a false alarm, or because an asset that
    /// stands by counts as failed from the start.
    pub fn can_act_unprovoked(&self) -> bool {
        self.on && (!self.when.false_alarms.is_none() || self.when.condition.looks_at_failed())
    }
}

impl Condition {
    /// True where it, or a part of it, asks whether assets have failed.
    fn looks_at_failed(&self) -> bool {
        match self {
            Self::Failed(..) => true,
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::looks_at_failed),
            _ => false,
        }
    }
}

/// Whether and when a region carries out a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Adoption {
    /// Which region (with those that lie in it).
    pub region: RegionId,
    /// Probability that it does.
    pub share: f64,
    /// How much later; none: at once.
    pub delay: DistId,
}

/// Sharing of what was noticed.
#[derive(Clone, Debug, PartialEq)]
pub struct EarlyWarning {
    /// Id as written in the scenario.
    pub id: String,
    /// Regions that take part, with those that lie in them; empty: all.
    pub regions: Vec<RegionId>,
    /// Sectors that take part; empty: all.
    pub sectors: Vec<SectorId>,
    /// Time until a detection is shared; none: at once.
    pub delay: DistId,
    /// Probability that whoever notices something shares it, drawn once a detection.
    pub willingness: f64,
    /// Factor on the times to detection of the same campaign or malware at others afterwards, 0 to 1.
    pub factor: f64,
}

/// How a campaign is ascribed to somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribution {
    /// Steps that have to be noticed first.
    pub after_noticed: u32,
    /// Time from then; none: at once.
    pub takes: DistId,
    /// Confidence reached, 0 to 1.
    pub confidence: DistId,
    /// Probability that somebody else is named.
    pub error: f64,
}

/// People at a place by hour of the week: 7 times 24 values from Monday, local time.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Id as written in the scenario.
    pub id: String,
    /// Factors by hour of the week, from Monday 0 h; 168 values.
    pub factors: Vec<f32>,
}

/// A public place.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The asset.
    pub node: NodeId,
    /// People present where the profile says 1.
    pub people: f64,
    /// Index into [`Model::profiles`](crate::Model::profiles); `u32::MAX`: always 1.
    pub profile: u32,
}
