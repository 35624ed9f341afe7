//! Plans: what is done when something is observed, and everything that somebody has set in motion until then.
//!
//! A plan's life: what it looks for begins to hold; it lasts long enough; a report gets through; after a lag it
//! is known; the plans it requires are in force; it is decided; it is in force; it ends, and may begin again.

use crate::agenda::Kind;
use crate::engine::Engine;
use crate::state::{NEVER, in_place};
use crate::warning::Attack;
use linchpin_model::{
    CampaignId, DistId, Happening, Key, Layer, Model, NodeId, PlanId, PlanUse, Purpose, RegionId, SimTime,
    Targets,
};

/// Something that will be done at its time.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Order {
    /// What a plan looks for has lasted long enough, if it has held since.
    Lasted { plan: u16, onset: u32 },
    /// A report of it has come in.
    Known { plan: u16, onset: u32 },
    /// A false alarm comes in.
    FalseAlarm { plan: u16, count: u32 },
    /// A plan is decided.
    Begin { plan: u16 },
    /// A region begins to follow a plan: entry of its list of regions.
    Follow { plan: u16, entry: u16, turn: u32 },
    /// A plan has been in force long enough.
    End { plan: u16 },
    /// What an ended plan did is taken back, unless it has begun again at the same instant.
    Close { plan: u16 },
    /// A warning gets to everybody who takes part.
    Warn { warning: u32, attack: Attack },
    /// A campaign is ascribed to somebody.
    Ascribe(CampaignId),
}

/// Where a plan stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// What it looks for is not so, or has only just begun.
    Idle,
    /// It is so, but not for long enough yet.
    Lasting,
    /// It is so for long enough, but no report gets through.
    Cut,
    /// A report is on its way.
    Reported,
    /// It is known; plans that are required are not in force.
    Known,
    /// It is being decided.
    Deciding,
    /// It is in force.
    InForce,
    /// It has been in force long enough.
    Ending,
    /// It cannot be used again.
    Over,
}

/// How a plan stands.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Standing {
    phase: Phase,
    /// How often what it looks for has begun to be so: count of draws, and what tells orders that no longer hold.
    onset: u32,
    /// How often it came into force.
    uses: u32,
    /// When it was observed.
    observed: u32,
    false_alarm: bool,
    /// What its last use did has not been taken back yet.
    unclosed: bool,
}

in_place! {
    /// How the plans stand.
    #[derive(Debug)]
    pub(crate) struct Plans {
        /// All orders of the replication, in the order in which they were given.
        orders: Vec<Order>,
        standings: Vec<Standing>,
    }
}

impl Plans {
    pub(crate) fn new(model: &Model) -> Self {
        let standing = |plan: &linchpin_model::Plan| Standing {
            phase: if plan.on && plan.times > 0 { Phase::Idle } else { Phase::Over },
            onset: 0,
            uses: 0,
            observed: NEVER,
            false_alarm: false,
            unclosed: false,
        };
        Self { orders: Vec::new(), standings: model.plans.iter().map(standing).collect() }
    }

    pub(crate) fn in_force(&self, plan: usize) -> bool {
        let standing = &self.standings[plan];
        matches!(standing.phase, Phase::InForce | Phase::Ending) || standing.unclosed
    }
}

/// Looks at what plans wait for.
pub(crate) fn look_out(engine: &mut Engine<'_>) {
    if engine.plan.lookout.any {
        engine.look_out();
    }
}

impl Engine<'_> {
    /// Has something done so many seconds from now.
    pub(crate) fn order(&mut self, delay: u32, order: Order) {
        let row = self.plans.orders.len() as u32;
        self.plans.orders.push(order);
        self.agenda.condition.push(self.now.saturating_add(delay), Kind::Order, row);
    }

    /// The time of an order has come.
    pub(crate) fn order_due(&mut self, row: u32) {
        // The cascade must not run ahead before plans have looked at what comes of it.
        self.agenda.wake_response = true;
        match self.plans.orders[row as usize] {
            Order::Lasted { plan, onset } if self.waits(plan, Phase::Lasting, onset) => self.report(plan),
            Order::Known { plan, onset } if self.waits(plan, Phase::Reported, onset) => {
                self.observed(plan, false);
            }
            Order::Lasted { .. } | Order::Known { .. } => {}
            Order::FalseAlarm { plan, count } => self.false_alarm(plan, count),
            Order::Begin { plan } => self.begin_plan(plan),
            Order::Follow { plan, entry, turn } => {
                let standing = self.plans.standings[usize::from(plan)];
                if standing.phase == Phase::InForce && standing.uses == turn {
                    self.region_follows(plan, entry);
                }
            }
            Order::End { plan } => self.plans.standings[usize::from(plan)].phase = Phase::Ending,
            Order::Close { plan } => self.close_plan(plan),
            Order::Warn { warning, attack } => self.warn(warning, attack),
            Order::Ascribe(campaign) => self.ascribe(campaign),
        }
    }

    fn waits(&self, plan: u16, phase: Phase, onset: u32) -> bool {
        let standing = &self.plans.standings[usize::from(plan)];
        standing.phase == phase && standing.onset == onset
    }

    /// A drawn time in seconds; 0 where there is none to be drawn.
    pub(crate) fn draw_wait(&self, key: Key, purpose: Purpose, count: u32, dist: DistId) -> u32 {
        dist.some().map_or(0, |dist| self.draw(Layer::Response, key, purpose, count, dist))
    }

    /// Begins to look out, and puts the first false alarms on the agenda.
    pub(crate) fn open_plans(&mut self) {
        self.open_views();
        for plan in 0..self.plan.model.plans.len() as u16 {
            if self.plans.standings[usize::from(plan)].phase == Phase::Idle {
                self.await_false_alarm(plan, 0);
            }
        }
        // What is so from the start is observed at the start.
        self.agenda.wake_response = true;
    }

    fn await_false_alarm(&mut self, plan: u16, count: u32) {
        let fixed = &self.plan.model.plans[usize::from(plan)];
        if fixed.when.false_alarms.is_none() {
            return;
        }
        let wait = self.draw_wait(fixed.key, Purpose::FalseAlarm, count, fixed.when.false_alarms);
        // Two false alarms within a second are one.
        self.order(wait.max(1), Order::FalseAlarm { plan, count });
    }

    /// Looks at what each plan waits for, when everything else at this instant is done.
    fn look_out(&mut self) {
        for plan in 0..self.plan.model.plans.len() as u16 {
            let standing = self.plans.standings[usize::from(plan)];
            match standing.phase {
                Phase::Idle if self.is_so(usize::from(plan)) => self.set_in(plan),
                Phase::Lasting | Phase::Cut | Phase::Known if !self.is_so(usize::from(plan)) => {
                    self.plans.standings[usize::from(plan)].phase = Phase::Idle;
                }
                Phase::Ending => self.end_plan(plan),
                Phase::Cut => self.report(plan),
                Phase::Known => self.decide(plan),
                _ => {}
            }
        }
    }

    /// What a plan looks for begins to be so.
    fn set_in(&mut self, plan: u16) {
        let fixed = &self.plan.model.plans[usize::from(plan)];
        let standing = &mut self.plans.standings[usize::from(plan)];
        standing.onset += 1;
        standing.phase = Phase::Lasting;
        let onset = standing.onset;
        let lasting = self.draw_wait(fixed.key.part(0), Purpose::Observation, onset, fixed.when.lasting);
        if lasting == 0 {
            self.report(plan);
        } else {
            self.order(lasting, Order::Lasted { plan, onset });
        }
    }

    /// A report goes off as soon as it gets through.
    fn report(&mut self, plan: u16) {
        let fixed = &self.plan.model.plans[usize::from(plan)];
        let through = self.gets_through(&fixed.when.through);
        let standing = &mut self.plans.standings[usize::from(plan)];
        standing.phase = if through { Phase::Reported } else { Phase::Cut };
        let onset = standing.onset;
        if through {
            let lag = self.draw_wait(fixed.key.part(1), Purpose::Observation, onset, fixed.when.lag);
            if lag == 0 {
                self.observed(plan, false);
            } else {
                self.order(lag, Order::Known { plan, onset });
            }
        }
    }

    /// A false alarm comes in. Where it is so indeed, it is none.
    fn false_alarm(&mut self, plan: u16, count: u32) {
        let (i, fixed) = (usize::from(plan), &self.plan.model.plans[usize::from(plan)]);
        if self.plans.standings[i].phase == Phase::Over {
            return;
        }
        self.await_false_alarm(plan, count + 1);
        let unknown = matches!(self.plans.standings[i].phase, Phase::Idle | Phase::Lasting | Phase::Cut);
        if unknown && self.gets_through(&fixed.when.through) {
            let is_so = self.is_so(i);
            self.observed(plan, !is_so);
        }
    }

    /// What a plan looks for is known, rightly or not.
    fn observed(&mut self, plan: u16, false_alarm: bool) {
        if self.clock.trace {
            self.trace(NodeId::NONE.0, Happening::Observed(PlanId(plan), !false_alarm));
        }
        let now = self.now;
        let standing = &mut self.plans.standings[usize::from(plan)];
        (standing.phase, standing.observed, standing.false_alarm) = (Phase::Known, now, false_alarm);
        self.decide(plan);
    }

    /// Decides on a plan as soon as those it requires are in force.
    fn decide(&mut self, plan: u16) {
        let fixed = &self.plan.model.plans[usize::from(plan)];
        if !fixed.requires.iter().all(|other| self.plans.in_force(other.index())) {
            return;
        }
        let standing = &mut self.plans.standings[usize::from(plan)];
        standing.phase = Phase::Deciding;
        let takes = (fixed.key.part(0), standing.uses, fixed.decision);
        let takes = self.draw_wait(takes.0, Purpose::Decision, takes.1, takes.2);
        self.order(takes, Order::Begin { plan });
    }

    /// A plan comes into force.
    fn begin_plan(&mut self, plan: u16) {
        self.close_plan(plan);
        let fixed = &self.plan.model.plans[usize::from(plan)];
        let standing = &mut self.plans.standings[usize::from(plan)];
        standing.phase = Phase::InForce;
        standing.uses += 1;
        let Standing { uses, observed, false_alarm, .. } = *standing;
        self.observer.record.plans.push(PlanUse {
            plan: PlanId(plan),
            observed: SimTime(observed),
            began: SimTime(self.now),
            false_alarm,
        });
        if self.clock.trace {
            self.trace(NodeId::NONE.0, Happening::PlanBegan(PlanId(plan), RegionId::NONE));
        }
        if let Some(lasts) = fixed.lasts.some() {
            let lasts = self.draw_wait(fixed.key.part(1), Purpose::Decision, uses, lasts);
            self.order(lasts, Order::End { plan });
        }
        self.threats.turn = uses - 1;
        let (first, _) = self.open_event(fixed.event.0, &self.plan.model.events[fixed.event.index()]);
        self.close_event(fixed.event.0, first);
        self.threats.turn = 0;
        self.strike_region(plan, None);
        for (entry, adoption) in fixed.adoption.iter().enumerate() {
            let key = fixed.key.with(Key::of(&self.plan.model.regions[adoption.region.index()].id));
            let u = self.clock.draws.uniform(Layer::Response, key, Purpose::Adoption, 0);
            if u < adoption.share {
                let delay = self.draw_wait(key.part(0), Purpose::Adoption, uses, adoption.delay);
                if delay == 0 {
                    self.region_follows(plan, entry as u16);
                } else {
                    self.order(delay, Order::Follow { plan, entry: entry as u16, turn: uses });
                }
            }
        }
    }

    /// A region follows a plan.
    fn region_follows(&mut self, plan: u16, entry: u16) {
        let region = self.plan.model.plans[usize::from(plan)].adoption[usize::from(entry)].region;
        if self.clock.trace {
            self.trace(NodeId::NONE.0, Happening::PlanBegan(PlanId(plan), region));
        }
        self.strike_region(plan, Some(usize::from(entry)));
    }

    /// Carries a plan out at its targets in a region that is listed, or in all that are not. A plan's targets are a
    /// list: whom events draw or where they strike is no plan's choice.
    fn strike_region(&mut self, plan: u16, entry: Option<usize>) {
        let (model, fixed) = (&self.plan.model, &self.plan.model.plans[usize::from(plan)]);
        let event = &model.events[fixed.event.index()];
        let Targets::All(nodes) = &event.targets else {
            return;
        };
        self.threats.turn = self.plans.standings[usize::from(plan)].uses - 1;
        for node in nodes {
            if self.entry_of(fixed, *node) == entry {
                self.strike(fixed.event.0, event, *node, 1.0, 0.0);
            }
        }
        self.threats.turn = 0;
    }

    /// The entry of a plan's list of regions that a node falls under: the innermost region that is listed.
    fn entry_of(&self, plan: &linchpin_model::Plan, node: NodeId) -> Option<usize> {
        let mut region = self.plan.model.nodes[node.index()].region.some();
        for _ in 0..=self.plan.model.regions.len() {
            let at = region?;
            if let Some(entry) = plan.adoption.iter().position(|adoption| adoption.region == at) {
                return Some(entry);
            }
            region = self.plan.model.regions[at.index()].parent;
        }
        None
    }

    /// A plan ends. Where what it looks for goes on and it can be used again at once, it goes on without a gap.
    fn end_plan(&mut self, plan: u16) {
        let fixed = &self.plan.model.plans[usize::from(plan)];
        let standing = &mut self.plans.standings[usize::from(plan)];
        let again = standing.uses < u32::from(fixed.times);
        standing.phase = if again { Phase::Idle } else { Phase::Over };
        standing.unclosed = true;
        if self.clock.trace {
            self.trace(NodeId::NONE.0, Happening::PlanEnded(PlanId(plan)));
        }
        if again && self.is_so(usize::from(plan)) {
            self.set_in(plan);
        }
        self.order(0, Order::Close { plan });
    }

    /// Takes back whatever an ended plan did that has no end of its own.
    fn close_plan(&mut self, plan: u16) {
        if std::mem::take(&mut self.plans.standings[usize::from(plan)].unclosed) {
            self.end_effects(self.plan.model.plans[usize::from(plan)].event);
        }
    }
}
