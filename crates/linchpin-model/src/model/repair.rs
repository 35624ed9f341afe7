//! How assets fail, and who repairs them.

use crate::{DistId, Level, NodeId, RegionId, SkillId, SpareId};

/// How assets of a kind are damaged and repaired.
#[derive(Clone, Debug, PartialEq)]
pub struct RepairPlan {
    /// Damage states from the slightest to the worst; at least one.
    pub states: Vec<DamageState>,
    /// Stages of the repair in order; at least one.
    pub stages: Vec<RepairStage>,
}

/// One damage state.
#[derive(Clone, Debug, PartialEq)]
pub struct DamageState {
    /// Name, such as `extensive`.
    pub name: String,
    /// Level the asset is held at while damaged.
    pub level: Level,
    /// Duration of the stages that do not give their own; none: 0.
    pub repair: DistId,
    /// Median and logarithmic standard deviation of the intensity at which this state or a worse one is
    /// reached: `P = Phi(ln(intensity / median) / beta)`.
    pub fragility: Option<(f64, f64)>,
}

/// One stage of a repair.
#[derive(Clone, Debug, PartialEq)]
pub struct RepairStage {
    /// Name, such as `assess`.
    pub name: String,
    /// Its duration; none: that of the damage state.
    pub duration: DistId,
    /// Skill of the crews it takes; none: no crew.
    pub skill: SkillId,
    /// Crews it takes.
    pub crews: u16,
    /// The stock its spare part comes from; none: no spare.
    pub spare: SpareId,
}

impl RepairPlan {
    /// True where a repair takes neither crews nor spares.
    pub fn is_unattended(&self) -> bool {
        self.stages.iter().all(|stage| stage.skill.is_none() && stage.spare.is_none())
    }
}

/// How assets of a kind fail at random.
#[derive(Clone, Debug, PartialEq)]
pub struct RandomFailure {
    /// Time from being repaired to the next failure.
    pub time_to_failure: DistId,
    /// Damage state it leads to, as an index into the repair plan's states.
    pub state: u16,
}

/// A group of which a share `beta` of every member's random failures is joint (beta-factor model).
#[derive(Clone, Debug, PartialEq)]
pub struct CommonCause {
    /// Id as written in the scenario.
    pub id: String,
    /// Members.
    pub members: Vec<NodeId>,
    /// Share of each member's random failures that take the whole group, 0 to 1.
    pub beta: f64,
}

/// A repair team.
#[derive(Clone, Debug, PartialEq)]
pub struct Team {
    /// Node that stands for what the team needs.
    pub node: NodeId,
    /// What its crews can do.
    pub skill: SkillId,
    /// Crews.
    pub crews: u16,
    /// Where it is at home.
    pub home: RegionId,
    /// Regions it works in, ascending; empty: all.
    pub serves: Vec<RegionId>,
    /// Travel to a job; none: at once.
    pub travel: DistId,
}

/// A stock of spare parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Spare {
    /// Id as written in the scenario.
    pub id: String,
    /// Parts in stock at the start.
    pub stock: u32,
    /// Time until a used part is replaced; none: never within the horizon.
    pub resupply: DistId,
}

/// Which waiting job gets the next free crew. Ties go to the job that waits longer, then to the lower id.
#[derive(Clone, Debug, PartialEq)]
pub enum Priority {
    /// First come, first served.
    Fifo,
    /// The asset whose loss leaves most people without service, directly.
    MostServed,
    /// The asset that most others depend on, directly.
    MostDependedOn,
    /// Most people served per expected hour of repair (Smith's rule).
    ServedPerHour,
    /// The shortest expected repair.
    Shortest,
    /// A rank by node, lowest first.
    List(Vec<u32>),
}
