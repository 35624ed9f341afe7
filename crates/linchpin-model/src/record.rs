//! What one replication leaves behind.

use crate::{
    CampaignId, EventId, GroupId, Level, MalwareId, NeedId, NodeId, PlanId, RegionId, SimTime, StepId, TeamId,
};

/// The outcome of one replication. Buffers are reused: see [`Record::clear`].
#[derive(Debug, Default, PartialEq)]
pub struct Record {
    /// Its number.
    pub replication: u32,
    /// Why it could not be finished, if so. Everything else then speaks of the time before.
    pub failure: Option<RunFailure>,
    /// Events handled.
    pub events: u64,
    /// Steps of all groups' curves, in order of time. Group `g` begins at its `initial[g]`.
    pub steps: Vec<Step>,
    /// Weighted sum of levels (weight times millionths) of each group at the start.
    pub initial: Vec<u64>,
    /// Nodes that were ever below full level, ascending.
    pub affected: Vec<Affected>,
    /// Lost service by the node where it began, ascending by node.
    pub roots: Vec<RootLoss>,
    /// Lost service in millionths times seconds by (provider sector, consumer sector): row-major with
    /// `sectors + 1` rows; the last row is loss that began at the consumer itself.
    pub induced: Vec<u64>,
    /// Assets and pools that failed at least once.
    pub failed: u32,
    /// Of these, how many whose first failure was of generation 0.
    pub direct: u32,
    /// Largest generation of a first failure.
    pub generations: u32,
    /// Nodes down at the horizon only because they wait for each other.
    pub locked_out: Vec<NodeId>,
    /// Repairs finished.
    pub repairs: u32,
    /// Seconds that jobs waited for crews or spares, in sum.
    pub waited_s: u64,
    /// Times at which events happened, by event; [`SimTime::NEVER`] where one did not.
    pub event_times: Vec<SimTime>,
    /// Tries of steps of campaigns, in order of their beginning.
    pub tries: Vec<Try>,
    /// Campaigns that took place.
    pub campaigns: Vec<CampaignCourse>,
    /// Malware that infected anything.
    pub malware: Vec<MalwareCourse>,
    /// How many systems are in which state, at most once a step of the grid and malware: the last of each.
    pub spread: Vec<SpreadStep>,
    /// Plans that were carried out, in order of time.
    pub plans: Vec<PlanUse>,
    /// What teams did, by [`TeamId`]; empty where there are none.
    pub teams: Vec<TeamUse>,
    /// Lost service by the event that struck where it began, ascending by event.
    pub event_losses: Vec<EventLoss>,
    /// Seconds without remote control, summed over assets.
    pub uncontrolled_s: u64,
    /// Most assets without remote control at a time.
    pub most_uncontrolled: u32,
    /// People harmed.
    pub harmed: u64,
    /// Records taken.
    pub exfiltrated: u64,
    /// Assets and pools that failed or worked again, in order of time; empty unless asked for.
    pub switches: Vec<Switch>,
    /// What happened, in order; empty unless asked for.
    pub trace: Vec<TraceEntry>,
}

/// A clone that reuses the buffers there are.
impl Clone for Record {
    fn clone(&self) -> Self {
        let mut copy = Self::default();
        copy.clone_from(self);
        copy
    }

    fn clone_from(&mut self, source: &Self) {
        // Taken apart, so that a field that is forgotten does not compile.
        let Self {
            replication,
            failure,
            events,
            steps,
            initial,
            affected,
            roots,
            induced,
            failed,
            direct,
            generations,
            locked_out,
            repairs,
            waited_s,
            event_times,
            tries,
            campaigns,
            malware,
            spread,
            plans,
            teams,
            event_losses,
            uncontrolled_s,
            most_uncontrolled,
            harmed,
            exfiltrated,
            switches,
            trace,
        } = source;
        self.replication.clone_from(replication);
        self.failure.clone_from(failure);
        self.events.clone_from(events);
        self.steps.clone_from(steps);
        self.initial.clone_from(initial);
        self.affected.clone_from(affected);
        self.roots.clone_from(roots);
        self.induced.clone_from(induced);
        self.failed.clone_from(failed);
        self.direct.clone_from(direct);
        self.generations.clone_from(generations);
        self.locked_out.clone_from(locked_out);
        self.repairs.clone_from(repairs);
        self.waited_s.clone_from(waited_s);
        self.event_times.clone_from(event_times);
        self.tries.clone_from(tries);
        self.campaigns.clone_from(campaigns);
        self.malware.clone_from(malware);
        self.spread.clone_from(spread);
        self.plans.clone_from(plans);
        self.teams.clone_from(teams);
        self.event_losses.clone_from(event_losses);
        self.uncontrolled_s.clone_from(uncontrolled_s);
        self.most_uncontrolled.clone_from(most_uncontrolled);
        self.harmed.clone_from(harmed);
        self.exfiltrated.clone_from(exfiltrated);
        self.switches.clone_from(switches);
        self.trace.clone_from(trace);
    }
}

/// Why a replication could not be finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunFailure {
    /// Too many passes within one second: something flips back and forth.
    Passes(SimTime),
    /// More events than the scenario allows.
    Events(SimTime),
}

/// From `time` on, the weighted sum of `group` is `sum`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub time: SimTime,
    /// Which group.
    pub group: GroupId,
    /// Weight times millionths.
    pub sum: u64,
}

/// What happened to one node in one replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Affected {
    /// Which node.
    pub node: NodeId,
    /// Lost service: the integral of (1 - level), in millionths times seconds.
    pub lost: u64,
    /// When it first crossed below its `failed_below`; never where it did not.
    pub first_failed: SimTime,
}

/// Lost service that began at one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootLoss {
    /// Where it began.
    pub node: NodeId,
    /// Millionths times seconds, over all nodes of a sector.
    pub lost: u64,
}

/// An asset or pool crossed its `failed_below`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    /// When.
    pub time: SimTime,
    /// Which node.
    pub node: NodeId,
    /// True where it failed, false where it works again.
    pub failed: bool,
}

/// One try of a step of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Try {
    /// Which step.
    pub step: StepId,
    /// When it began.
    pub began: SimTime,
    /// When it was over; never where it was not by the horizon.
    pub ended: SimTime,
    /// When it was noticed; never where it was not.
    pub noticed: SimTime,
    /// How it came out.
    pub outcome: Outcome,
    /// Targets it struck.
    pub struck: u32,
}

/// How a try of a step came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Not over yet.
    Open,
    /// It succeeded (at one target at least).
    Succeeded,
    /// It failed.
    Failed,
    /// It was noticed and stopped.
    Blocked,
}

/// How a campaign went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CampaignCourse {
    /// Which.
    pub campaign: CampaignId,
    /// When it began.
    pub began: SimTime,
    /// When its first step was noticed; never where none was.
    pub noticed: SimTime,
    /// When its goal was reached; never where it was not.
    pub reached: SimTime,
    /// When it was given up; never where it was not.
    pub ended: SimTime,
    /// When it was ascribed to somebody; never where it was not.
    pub attributed: SimTime,
    /// With which confidence.
    pub confidence: f64,
    /// True where the right actor was named.
    pub rightly: bool,
    /// Effort spent.
    pub effort: f64,
}

/// How a malware went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalwareCourse {
    /// Which.
    pub malware: MalwareId,
    /// When the first system was infected.
    pub began: SimTime,
    /// When it was first noticed; never where it was not.
    pub noticed: SimTime,
    /// When the first system was impaired; never where none was.
    pub impaired: SimTime,
    /// When nothing was infected or impaired any more; never where something was at the horizon.
    pub contained: SimTime,
    /// Assets it ever infected.
    pub infected: u32,
    /// Assets it ever impaired.
    pub impairments: u32,
    /// Assets whose control systems it reached.
    pub crossed: u32,
    /// Assets that shut down as a precaution.
    pub shutdowns: u32,
    /// Most assets infected or impaired at a time.
    pub peak: u32,
}

/// How many assets are in which state of a malware from `time` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpreadStep {
    /// When.
    pub time: SimTime,
    /// Which malware.
    pub malware: MalwareId,
    /// Infected, not impaired.
    pub infected: u32,
    /// Impaired, or being recovered.
    pub impaired: u32,
    /// Recovered or made immune.
    pub immune: u32,
}

/// A plan was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanUse {
    /// Which.
    pub plan: PlanId,
    /// When what it looks for was observed.
    pub observed: SimTime,
    /// When it took effect.
    pub began: SimTime,
    /// True where there was nothing to observe.
    pub false_alarm: bool,
}

/// What a team did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TeamUse {
    /// Seconds its crews were at jobs, summed over crews.
    pub busy_s: u64,
    /// Jobs it took.
    pub jobs: u32,
    /// Seconds of crews there were, summed over crews.
    pub there_s: u64,
}

/// Lost service that began where an event struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventLoss {
    /// Which event.
    pub event: EventId,
    /// Millionths times seconds.
    pub lost: u64,
}

/// Why a node is below full level: the term that binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Nothing: it is at full level.
    None,
    /// A ceiling that something put on the node itself.
    Ceiling(CeilingKind),
    /// A need, and the provider that fell last.
    Need(NeedId, NodeId),
}

/// What can hold a node down itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum CeilingKind {
    /// Damage.
    Integrity,
    /// Staff away.
    Staffing,
    /// IT gone.
    It,
    /// Closed.
    Closure,
    /// Scripted degradation or forcing.
    Scripted,
    /// Cut off from its network.
    Network,
    /// Tripped by overload.
    Overload,
}

impl CeilingKind {
    /// All kinds, in order.
    pub const ALL: [Self; 7] = [
        Self::Integrity,
        Self::Staffing,
        Self::It,
        Self::Closure,
        Self::Scripted,
        Self::Network,
        Self::Overload,
    ];

    /// In words: `damaged`, `closed`...
    pub const fn label(self) -> &'static str {
        match self {
            Self::Integrity => "damaged",
            Self::Staffing => "short of staff",
            Self::It => "without IT",
            Self::Closure => "closed",
            Self::Scripted => "held down",
            Self::Network => "cut off from its network",
            Self::Overload => "tripped by overload",
        }
    }
}

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceEntry {
    /// When.
    pub time: SimTime,
    /// To whom; none for events as such.
    pub node: NodeId,
    /// What.
    pub what: Happening,
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A scripted event took place.
    Event(EventId),
    /// It was hit by this event.
    Hit(EventId),
    /// It was damaged; index of the state in its repair plan.
    Damaged(u16),
    /// It failed at random.
    FailedAtRandom,
    /// Its level fell.
    Fell {
        /// Before.
        from: Level,
        /// After.
        to: Level,
        /// Why.
        cause: Cause,
        /// 0 where a ceiling did it, else one more than the provider's.
        generation: u16,
        /// Where it began.
        root: NodeId,
    },
    /// Its level rose.
    Rose {
        /// Before.
        from: Level,
        /// After.
        to: Level,
    },
    /// Stage of the autonomy of a need took over.
    StageRuns(NeedId, u16),
    /// Stage of the autonomy of a need is spent.
    StageSpent(NeedId, u16),
    /// Stage of the autonomy of a need did not start, or failed while running.
    StageFailed(NeedId, u16),
    /// It began to restart and will be back then if nothing intervenes.
    Restarting(SimTime),
    /// It started without a need (black start).
    BlackStart(NeedId),
    /// Remote control was lost.
    ControlLost,
    /// Remote control is back.
    ControlBack,
    /// Its repair went into this stage, done by this team (none: without a crew).
    RepairStage(u16, TeamId),
    /// Its repair waits for a crew or spare.
    RepairWaits,
    /// Its repair stands still because what the work needs is missing.
    RepairPaused,
    /// Its repair goes on.
    RepairResumed,
    /// It is repaired.
    Repaired,
    /// It is down at the horizon only because it and others wait for each other.
    LockedOut,
    /// A campaign began.
    CampaignBegan(CampaignId),
    /// A campaign was given up.
    CampaignEnded(CampaignId),
    /// A step began.
    StepBegan(StepId),
    /// A step failed.
    StepFailed(StepId),
    /// A step was noticed and stopped.
    StepBlocked(StepId),
    /// A step was noticed.
    StepNoticed(StepId),
    /// A campaign was ascribed to somebody, rightly or not.
    Attributed(CampaignId, bool),
    /// Its systems were infected.
    Infected(MalwareId),
    /// Its systems were impaired.
    Impaired(MalwareId),
    /// Its control systems were reached.
    Crossed(MalwareId),
    /// The infection of its systems was noticed.
    CompromiseNoticed(MalwareId),
    /// It was shut down as a precaution.
    ShutDown(MalwareId),
    /// Its systems are clean again.
    Recovered(MalwareId),
    /// What a plan looks for was observed, truly or not.
    Observed(PlanId, bool),
    /// A plan came into force in a region (none: everywhere).
    PlanBegan(PlanId, RegionId),
    /// A plan is no longer in force.
    PlanEnded(PlanId),
    /// What was noticed of a campaign was shared.
    Warned(CampaignId),
    /// People were harmed there: so many.
    Harmed(u32),
    /// So many records were taken.
    Exfiltrated(u32),
}

impl Happening {
    /// Stands in [`Self::RepairStage`] for the recovery of systems that malware got into.
    pub const IT_RECOVERY: u16 = u16::MAX;
}

impl Record {
    /// Empties the record for the next replication and keeps its buffers.
    pub fn clear(&mut self, replication: u32) {
        let Self {
            replication: number,
            failure,
            events,
            steps,
            initial,
            affected,
            roots,
            induced,
            failed,
            direct,
            generations,
            locked_out,
            repairs,
            waited_s,
            event_times,
            tries,
            campaigns,
            malware,
            spread,
            plans,
            teams,
            event_losses,
            uncontrolled_s,
            most_uncontrolled,
            harmed,
            exfiltrated,
            switches,
            trace,
        } = self;
        *number = replication;
        *failure = None;
        *events = 0;
        steps.clear();
        initial.clear();
        affected.clear();
        roots.clear();
        induced.clear();
        *failed = 0;
        *direct = 0;
        *generations = 0;
        locked_out.clear();
        *repairs = 0;
        *waited_s = 0;
        event_times.clear();
        tries.clear();
        campaigns.clear();
        malware.clear();
        spread.clear();
        plans.clear();
        teams.clear();
        event_losses.clear();
        *uncontrolled_s = 0;
        *most_uncontrolled = 0;
        *harmed = 0;
        *exfiltrated = 0;
        switches.clear();
        trace.clear();
    }
}
