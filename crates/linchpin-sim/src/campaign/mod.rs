//! Campaigns: graphs of steps, their tries, the race against detection, and what follows from failure.
//!
//! A step that succeeds strikes its targets with the event that stands for it (see [`crate::threat`]); what it
//! does there is not told apart from what a scripted event does.

mod choose;
mod plan;
mod ranks;
mod tries;

pub(crate) use plan::Schemes;
pub use ranks::without_chance;

use crate::agenda::Kind;
use crate::engine::Engine;
use crate::state::{NEVER, in_place};
use crate::warning::Attack;
use linchpin_model::time::whole_seconds;
use linchpin_model::{
    ActorId, CampaignCourse, CampaignId, DistId, Happening, Key, Layer, Model, NodeId, Outcome, Purpose,
    SimTime, StepId,
};

/// What an entry of [`Kind::Campaign`] is about; entries of one instant are handled in this order, whatever
/// the campaign, so that campaigns do not depend on each other's numbers.
#[derive(Clone, Copy)]
#[repr(u32)]
enum Due {
    /// A campaign begins.
    Start,
    /// A try is over.
    End,
    /// A try is noticed.
    Notice,
    /// A step begins.
    Begin,
}

/// Bits of an entry that say which campaign, try or step.
const ROW_BITS: u32 = 26;

/// How a step stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// What it follows is not over.
    Idle,
    /// It is on the agenda.
    Waiting,
    /// A try runs.
    Running,
    /// Nothing more comes of it.
    Over,
}

/// A step of a campaign.
#[derive(Clone, Copy, Debug)]
struct StepState {
    phase: Phase,
    /// How many of the steps it follows are not over.
    open: u32,
    /// Tries that have begun.
    tries: u32,
    /// The last of them.
    row: u32,
    /// Its targets in [`Campaigns::targets`]: from, to.
    targets: [u32; 2],
}

/// A campaign.
#[derive(Clone, Copy, Debug)]
struct CourseState {
    /// Row in the record; `NEVER`: it has not begun.
    row: u32,
    /// No step begins any more.
    over: bool,
    /// From this time on no step begins.
    patience: u32,
    /// Goals that are not reached.
    goals: u32,
}

/// When a try will be, or was, noticed.
#[derive(Clone, Copy, Debug)]
struct Detection {
    due: u32,
    /// The factor that it was last reckoned with.
    factor: f64,
    /// Targets of the try in [`Campaigns::targets`]: from, to.
    targets: [u32; 2],
}

in_place! {
    /// Mutable state of the campaigns.
    #[derive(Debug)]
    pub(crate) struct Campaigns {
        steps: Vec<StepState>,
        courses: Vec<CourseState>,
        /// Effort left by actor.
        effort: Vec<f64>,
        /// Targets of all tries.
        targets: Vec<u32>,
        /// By try, as in the record.
        detections: Vec<Detection>,
        /// Targets that a try succeeds at; empty between tries.
        struck: Vec<u32>,
        race: Vec<(u64, u32)>,
        /// Steps that begin once it can be seen what came of the present instant so far.
        looking: Vec<u32>,
    }
}

impl Campaigns {
    /// Before anything has begun.
    pub(crate) fn new(model: &Model, schemes: &Schemes) -> Self {
        let idle = |step: &linchpin_model::CampaignStep| StepState {
            phase: Phase::Idle,
            open: step.after.len() as u32,
            tries: 0,
            row: NEVER,
            targets: [0; 2],
        };
        let course = |goals: &u32| CourseState { row: NEVER, over: false, patience: NEVER, goals: *goals };
        let effort = if model.campaigns.is_empty() {
            Vec::new()
        } else {
            model.actors.iter().map(|a| a.effort).collect()
        };
        Self {
            steps: model.steps.iter().map(idle).collect(),
            courses: schemes.goals.iter().map(course).collect(),
            effort,
            targets: Vec::new(),
            detections: Vec::new(),
            struck: Vec::new(),
            race: Vec::new(),
            looking: Vec::new(),
        }
    }
}

impl Engine<'_> {
    /// Puts the beginnings of the campaigns that take place on the agenda.
    pub(crate) fn schedule_campaigns(&mut self) {
        if !self.clock.threat {
            return;
        }
        for (row, campaign) in self.plan.model.campaigns.iter().enumerate() {
            let u = self.clock.draws.uniform(Layer::Threat, campaign.key, Purpose::Campaign, 0);
            if u < campaign.probability {
                let start = self.span(campaign.key, Purpose::Campaign, 1, campaign.start);
                self.push_due(start, Due::Start, row as u32);
            }
        }
    }

    fn push_due(&mut self, time: u32, due: Due, row: u32) {
        self.agenda.threat.push(time, Kind::Campaign, (due as u32) << ROW_BITS | row);
    }

    /// Handles an entry of the agenda.
    pub(crate) fn campaign_due(&mut self, id: u32) {
        let row = id & ((1 << ROW_BITS) - 1);
        match id >> ROW_BITS {
            0 => self.begin_campaign(row),
            1 => self.end_try(row),
            2 => self.notice_try(row),
            _ => self.begin_step(row),
        }
    }

    /// A drawn time in seconds; 0 without a distribution.
    fn span(&self, key: Key, purpose: Purpose, count: u32, dist: DistId) -> u32 {
        dist.some().map_or(0, |dist| self.draw(Layer::Threat, key, purpose, count, dist))
    }

    fn begin_campaign(&mut self, row: u32) {
        if self.campaigns.courses[row as usize].over {
            return;
        }
        let plan = self.plan;
        let campaign = &plan.model.campaigns[row as usize];
        let actor = campaign.actor.some().map(|actor| &plan.model.actors[actor.index()]);
        let patience = actor.and_then(|actor| actor.patience.some()).map_or(NEVER, |dist| {
            self.now.saturating_add(self.draw(Layer::Threat, campaign.key, Purpose::Patience, 0, dist))
        });
        let course = &mut self.campaigns.courses[row as usize];
        course.row = self.observer.record.campaigns.len() as u32;
        course.patience = patience;
        self.observer.record.campaigns.push(CampaignCourse {
            campaign: CampaignId::new(row as usize),
            began: SimTime(self.now),
            noticed: SimTime::NEVER,
            reached: SimTime::NEVER,
            ended: SimTime::NEVER,
            attributed: SimTime::NEVER,
            confidence: 0.0,
            rightly: false,
            effort: 0.0,
        });
        self.tell(Happening::CampaignBegan(CampaignId::new(row as usize)));
        for step in campaign.first_step..campaign.first_step + campaign.steps {
            if plan.model.steps[step as usize].after.is_empty() {
                self.schedule_step(step);
            }
        }
    }

    /// Traces what happens to nobody in particular.
    fn tell(&mut self, what: Happening) {
        if self.clock.trace {
            self.trace(NodeId::NONE.0, what);
        }
    }

    /// No step of a campaign begins any more. What runs goes on, unless it is cut.
    pub(crate) fn end_campaign(&mut self, campaign: u32, cut: bool) {
        let fixed = &self.plan.model.campaigns[campaign as usize];
        let steps = fixed.first_step as usize..(fixed.first_step + fixed.steps) as usize;
        let open = |step: &StepState| matches!(step.phase, Phase::Waiting | Phase::Running);
        let course = &mut self.campaigns.courses[campaign as usize];
        let begun = course.row != NEVER;
        if std::mem::replace(&mut course.over, true) || !begun {
            return;
        }
        if !self.campaigns.steps[steps.clone()].iter().any(open) {
            return;
        }
        self.observer.record.campaigns[course.row as usize].ended = SimTime(self.now);
        self.tell(Happening::CampaignEnded(CampaignId::new(campaign as usize)));
        for step in steps.filter(|_| cut) {
            if self.campaigns.steps[step].phase == Phase::Running {
                self.close_try(step as u32, Outcome::Failed, 0);
                self.tell(Happening::StepFailed(StepId::new(step)));
                self.campaigns.steps[step].phase = Phase::Over;
            }
        }
    }

    /// An actor loses effort.
    pub(crate) fn take_effort(&mut self, actor: ActorId, effort: f64) {
        if let Some(left) = self.campaigns.effort.get_mut(actor.index()) {
            *left = (*left - effort).max(0.0);
        }
    }

    /// The time to detection of a try, relative to what is drawn: where it is shortest among its targets.
    fn detection_factor_at(&self, campaign: CampaignId, targets: [u32; 2]) -> f64 {
        let nodes = &self.campaigns.targets[targets[0] as usize..targets[1] as usize];
        let factor = |node: NodeId| self.detection_factor(node, Attack::Campaign(campaign));
        match nodes {
            [] => factor(NodeId::NONE),
            _ => nodes.iter().map(|node| factor(NodeId(*node))).fold(f64::INFINITY, f64::min),
        }
    }

    /// Alert levels or warnings have changed: what is left of the times to detection of all tries goes faster
    /// or slower from now on.
    pub(crate) fn review_detections(&mut self) {
        for row in 0..self.campaigns.detections.len() {
            let Detection { due, factor, targets } = self.campaigns.detections[row];
            if due <= self.now || due == NEVER {
                continue;
            }
            let step = self.observer.record.tries[row].step;
            let new = self.detection_factor_at(self.plan.model.steps[step.index()].campaign, targets);
            if new == factor {
                continue;
            }
            let left = f64::from(due - self.now) * (new / factor);
            let due = self.now.saturating_add(whole_seconds(left));
            self.campaigns.detections[row] = Detection { due, factor: new, targets };
            self.push_due(due, Due::Notice, row as u32);
        }
    }

    /// Says of each campaign in the record to whom it was ascribed.
    pub(crate) fn close_campaigns(&mut self) {
        for course in &mut self.observer.record.campaigns {
            let ascribed = &self.notices.ascribed[course.campaign.index()];
            course.attributed = SimTime(ascribed.at);
            (course.confidence, course.rightly) = (ascribed.confidence, ascribed.rightly);
        }
    }
}
