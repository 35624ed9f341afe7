//! Condition: damage, random failures, and repairs that take nobody.

use crate::agenda::Kind;
use crate::engine::Engine;
use crate::state::{NEVER, ONE, flag};
use linchpin_model::time::whole_seconds;
use linchpin_model::{CeilingKind, CommonCause, Happening, Layer, NodeId, Purpose, RepairPlan};

/// Finishes the stages of repair jobs that are due, and puts spares back in stock.
pub(crate) fn finish_work(engine: &mut Engine<'_>) {
    engine.finish_work();
}

/// Whether a random failure is joint.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    /// The node's own.
    No,
    /// Of the whole group.
    Yes,
    /// Joint, but booked on another member's clock.
    OthersTurn,
}

impl Engine<'_> {
    fn finish_work(&mut self) {
        while let Some((kind, id)) = self.agenda.condition.pop_at(self.now) {
            self.clock.events += 1;
            match kind {
                Kind::Job => self.job_due(id),
                _ => self.spare_back(id),
            }
        }
    }

    /// Starts the clocks of random failures.
    pub(crate) fn schedule_failures(&mut self) {
        let plan = self.plan;
        for failure in &plan.random_failures {
            // Most of these never come within the horizon: the draw alone tells, without its quantile.
            let u = self.clock.draws.uniform(Layer::Threat, failure.key, Purpose::TimeToFailure, 0);
            let damage = &mut self.condition.damages[failure.row as usize];
            damage.failures = 1;
            if u < failure.within_horizon {
                damage.fails = whole_seconds(plan.model.dist(failure.dist).quantile(u));
                self.agenda.cascade.push(damage.fails, Kind::Fail, failure.node);
            }
        }
    }

    fn schedule_failure(&mut self, node: u32) {
        let model = &self.plan.model;
        let fixed = &model.nodes[node as usize];
        let Some(failure) = fixed.failure.some() else { return };
        let dist = model.failures[failure.index()].time_to_failure;
        let row = self.plan.rows[node as usize].damage as usize;
        let count = self.condition.damages[row].failures;
        let mut wait = self.draw(Layer::Threat, fixed.key, Purpose::TimeToFailure, count, dist);
        if self.statuses[node as usize].flags & flag::UNCONTROLLED != 0 {
            wait = whole_seconds(f64::from(wait) / f64::from(fixed.trip_factor));
        }
        let due = self.now.saturating_add(wait);
        let damage = &mut self.condition.damages[row];
        damage.failures += 1;
        damage.fails = due;
        self.agenda.cascade.push(due, Kind::Fail, node);
    }

    /// While control is lost the time to the next random failure runs faster.
    pub(crate) fn rescale_failure_clock(&mut self, node: u32, lost: bool) {
        let factor = f64::from(self.plan.model.nodes[node as usize].trip_factor);
        let row = self.plan.rows[node as usize].damage as usize;
        let Some(damage) = self.condition.damages.get_mut(row) else { return };
        if damage.fails == NEVER || damage.fails <= self.now || factor == 1.0 {
            return;
        }
        let left = f64::from(damage.fails - self.now);
        let left = whole_seconds(if lost { left / factor } else { left * factor });
        damage.fails = self.now.saturating_add(left);
        self.agenda.cascade.push(damage.fails, Kind::Fail, node);
    }

    /// A node fails at random, perhaps with its common-cause group.
    pub(crate) fn fail_at_random(&mut self, node: u32) {
        let i = node as usize;
        let row = self.plan.rows[i].damage as usize;
        if self.condition.damages[row].fails != self.now || self.statuses[i].flags & flag::DAMAGED != 0 {
            return;
        }
        let plan = self.plan;
        let fixed = &plan.model.nodes[i];
        let cause = plan.model.common_causes.get(fixed.common_cause as usize);
        let joint = cause.map_or(Joint::No, |cause| self.joint_failure(node, cause));
        if joint == Joint::OthersTurn {
            self.schedule_failure(node);
            return;
        }
        if self.clock.trace {
            self.trace(node, Happening::FailedAtRandom);
        }
        let state = plan.model.failures[fixed.failure.index()].state;
        self.damage(node, state, 1.0);
        for other in cause.filter(|_| joint == Joint::Yes).map_or(&[][..], |cause| &cause.members) {
            if self.statuses[other.index()].flags & flag::DAMAGED == 0 {
                self.damage(other.0, state, 1.0);
            }
        }
    }

    /// Splits the failures of a node into its own and those of its common-cause group (beta-factor model).
    ///
    /// A share beta of each member's failures is joint. The clocks of all members that stand ring for them, but they
    /// are one process, whose rate does not fall when members are down: each bell counts with probability one in
    /// as many as stand.
    fn joint_failure(&self, node: u32, cause: &CommonCause) -> Joint {
        let row = self.plan.rows[node as usize].damage as usize;
        let count = self.condition.damages[row].failures;
        let key = self.plan.model.nodes[node as usize].key;
        let u = self.clock.draws.uniform(Layer::Threat, key, Purpose::CommonCause, count);
        if u >= cause.beta {
            Joint::No
        } else if u < cause.beta / self.standing(cause) as f64 {
            Joint::Yes
        } else {
            Joint::OthersTurn
        }
    }

    /// Members of a group whose failure clocks run.
    fn standing(&self, cause: &CommonCause) -> usize {
        let runs = |node: &&NodeId| {
            self.statuses[node.index()].flags & flag::DAMAGED == 0
                && !self.plan.model.nodes[node.index()].failure.is_none()
        };
        cause.members.iter().filter(runs).count()
    }

    /// Damages a node. One that is damaged already gets the worse of both, and its repair begins anew.
    pub(crate) fn damage(&mut self, node: u32, state: u16, severity: f64) {
        let i = node as usize;
        if self.statuses[i].flags & flag::INVULNERABLE != 0 {
            return;
        }
        let plan = self.plan;
        let fixed = &plan.model.nodes[i];
        let repair = fixed.repair.some().map(|repair| &plan.model.repairs[repair.index()]);
        let level = repair.map_or(0, |repair| repair.states[usize::from(state)].level.0);
        let column = plan.slot_of[CeilingKind::Integrity as usize];
        let present = self.ceiling(node, column);
        self.statuses[i].flags |= flag::DAMAGED;
        let row = plan.rows[i].damage as usize;
        let count = self.condition.damages[row].count;
        self.condition.damages[row].count += 1;
        if self.clock.trace {
            self.trace(node, Happening::Damaged(state));
        }
        self.set_ceiling(node, CeilingKind::Integrity, level.min(present));
        let Some(repair) = repair else { return };
        if repair.is_unattended() && fixed.job.is_none() {
            let total: u32 = (0..repair.stages.len())
                .map(|stage| self.stage_duration(node, repair, stage, state, count, severity))
                .fold(0, u32::saturating_add);
            let due = self.now.saturating_add(total);
            let damage = &mut self.condition.damages[row];
            if damage.repaired == NEVER || due > damage.repaired {
                damage.repaired = due;
                self.agenda.cascade.push(due, Kind::Repaired, node);
            }
        } else {
            self.request_repair(node, state, count, severity);
        }
    }

    /// Drawn duration of a stage of a repair in seconds.
    pub(crate) fn stage_duration(
        &self,
        node: u32,
        repair: &RepairPlan,
        stage: usize,
        state: u16,
        count: u32,
        severity: f64,
    ) -> u32 {
        let own = repair.stages[stage].duration;
        let dist = own.some().or_else(|| repair.states[usize::from(state)].repair.some());
        let Some(dist) = dist else { return 0 };
        let key = self.plan.model.nodes[node as usize].key;
        let key = if stage == 0 { key } else { key.part(stage as u32) };
        let seconds = self.draw(Layer::Response, key, Purpose::RepairStage, count, dist);
        if severity == 1.0 { seconds } else { whole_seconds(f64::from(seconds) * severity) }
    }

    pub(crate) fn finish_unattended_repair(&mut self, node: u32) {
        let row = self.plan.rows[node as usize].damage as usize;
        if self.condition.damages[row].repaired == self.now {
            self.condition.damages[row].repaired = NEVER;
            self.repaired(node);
        }
    }

    /// A node is whole again.
    pub(crate) fn repaired(&mut self, node: u32) {
        self.statuses[node as usize].flags &= !flag::DAMAGED;
        self.observer.record.repairs += 1;
        if self.clock.trace {
            self.trace(node, Happening::Repaired);
        }
        self.set_ceiling(node, CeilingKind::Integrity, ONE);
        self.schedule_failure(node);
    }
}
