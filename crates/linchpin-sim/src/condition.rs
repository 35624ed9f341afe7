//! Condition: damage, random failures, and repairs that take nobody.

use crate::agenda::Kind;
use crate::engine::Engine;
use crate::plan::{Hazard, HazardClass};
use crate::state::{Damage, NEVER, ONE, flag};
use linchpin_model::time::whole_seconds;
use linchpin_model::{CeilingKind, CommonCause, Happening, Layer, NodeId, Purpose, RepairPlan};

/// Finishes the stages of repair jobs that are due, and puts spares back in stock.
pub(crate) fn finish_work(engine: &mut Engine<'_>) {
    if engine.agenda.condition.next_time() == engine.now {
        engine.finish_work();
    }
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
    #[inline(never)]
    fn finish_work(&mut self) {
        while let Some((kind, id)) = self.agenda.condition.pop_at(self.now) {
            self.clock.events += 1;
            match kind {
                Kind::Job => self.job_due(id),
                Kind::Spare => self.spare_back(id),
                _ => self.order_due(id),
            }
        }
    }

    fn schedule_failure(&mut self, row: u32, class: &HazardClass) {
        let damage = &mut self.condition.damages[row as usize];
        let Damage { hazard: Hazard { key, node, .. }, failures: count, .. } = *damage;
        damage.failures += 1;
        let u = self.clock.draws.uniform(Layer::Threat, key, Purpose::TimeToFailure, count);
        if u >= class.within_horizon {
            damage.fails = NEVER;
            return;
        }
        let mut wait = whole_seconds(self.plan.model.dist(class.fails).quantile(u));
        if self.nodes[node as usize].flags & flag::UNCONTROLLED != 0 {
            let factor = self.plan.model.nodes[node as usize].trip_factor;
            wait = whole_seconds(f64::from(wait) / f64::from(factor));
        }
        damage.fails = self.now.saturating_add(wait);
        self.agenda.cascade.push(damage.fails, Kind::Fail, row);
    }

    /// While control is lost the time to the next random failure runs faster.
    pub(crate) fn rescale_failure_clock(&mut self, node: u32, lost: bool) {
        let factor = f64::from(self.plan.model.nodes[node as usize].trip_factor);
        let row = self.plan.sides[node as usize].damage as usize;
        let Some(damage) = self.condition.damages.get_mut(row) else { return };
        if damage.fails == NEVER || damage.fails <= self.now || factor == 1.0 {
            return;
        }
        let left = f64::from(damage.fails - self.now);
        let left = whole_seconds(if lost { left / factor } else { left * factor });
        damage.fails = self.now.saturating_add(left);
        self.agenda.cascade.push(damage.fails, Kind::Fail, row as u32);
    }

    /// The clock of a random failure has run out.
    #[inline(never)]
    pub(crate) fn fail_at_random(&mut self, row: u32) {
        let plan = self.plan;
        let damage = &mut self.condition.damages[row as usize];
        let hazard = damage.hazard;
        let class = &plan.hazard_classes[hazard.class as usize];
        let flags = self.nodes[hazard.node as usize].flags;
        if damage.fails != self.now || flags & flag::DAMAGED != 0 {
            return;
        }
        let simple = class.simple && flags & flag::INVULNERABLE == 0 && !self.clock.trace;
        if !simple || damage.repaired != NEVER {
            self.fail_with_group(row, hazard.node);
            return;
        }
        // The same as the general way, for what is by far the most frequent case.
        let count = damage.count;
        let takes = self.draw(Layer::Response, hazard.key, Purpose::RepairStage, count, class.repair);
        let due = self.now.saturating_add(takes);
        let damage = &mut self.condition.damages[row as usize];
        (damage.count, damage.repaired) = (count + 1, due);
        self.agenda.cascade.push(due, Kind::Repaired, row);
        self.nodes[hazard.node as usize].flags |= flag::DAMAGED;
        self.set_integrity(hazard.node, class.level, class.initial);
    }

    /// Sets the ceiling that damage leaves.
    #[inline(always)]
    fn set_integrity(&mut self, node: u32, level: u32, initial: u32) {
        if self.plan.columns == 0 {
            self.nodes[node as usize].own = level.min(initial);
            self.list(node);
        } else {
            self.touch(node);
            self.set_ceiling(node, CeilingKind::Integrity, level);
        }
    }

    /// A node fails at random, perhaps with its common-cause group.
    fn fail_with_group(&mut self, row: u32, node: u32) {
        let plan = self.plan;
        let fixed = &plan.model.nodes[node as usize];
        let cause = plan.model.common_causes.get(fixed.common_cause as usize);
        let joint = cause.map_or(Joint::No, |cause| self.joint_failure(node, cause));
        if joint == Joint::OthersTurn {
            let class = &plan.hazard_classes[self.condition.damages[row as usize].hazard.class as usize];
            self.schedule_failure(row, class);
            return;
        }
        if self.clock.trace {
            self.trace(node, Happening::FailedAtRandom);
        }
        let state = plan.model.failures[fixed.failure.index()].state;
        self.damage(node, state, 1.0);
        for other in cause.filter(|_| joint == Joint::Yes).map_or(&[][..], |cause| &cause.members) {
            if self.nodes[other.index()].flags & flag::DAMAGED == 0 {
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
        let row = self.plan.sides[node as usize].damage as usize;
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
            self.nodes[node.index()].flags & flag::DAMAGED == 0
                && !self.plan.model.nodes[node.index()].failure.is_none()
        };
        cause.members.iter().filter(runs).count()
    }

    /// Damages a node. One that is damaged already gets the worse of both, and its repair begins anew.
    pub(crate) fn damage(&mut self, node: u32, state: u16, severity: f64) {
        let i = node as usize;
        if self.nodes[i].flags & flag::INVULNERABLE != 0 {
            return;
        }
        let plan = self.plan;
        let fixed = &plan.model.nodes[i];
        let repair = fixed.repair.some().map(|repair| &plan.model.repairs[repair.index()]);
        let level = repair.map_or(0, |repair| repair.states[usize::from(state)].level.0);
        let column = plan.slot_of[CeilingKind::Integrity as usize];
        let present = self.ceiling(node, column);
        self.touch(node);
        self.nodes[i].flags |= flag::DAMAGED;
        let row = plan.sides[i].damage as usize;
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
                self.agenda.cascade.push(due, Kind::Repaired, row as u32);
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

    /// A repair that takes nobody is done.
    #[inline(never)]
    pub(crate) fn finish_unattended_repair(&mut self, row: u32) {
        let damage = &mut self.condition.damages[row as usize];
        if damage.repaired == self.now {
            damage.repaired = NEVER;
            self.whole_again(row);
        }
    }

    /// The repair of a node is done.
    pub(crate) fn repaired(&mut self, node: u32) {
        self.whole_again(self.plan.sides[node as usize].damage);
    }

    #[inline(always)]
    fn whole_again(&mut self, row: u32) {
        let plan = self.plan;
        let Hazard { node, class, .. } = self.condition.damages[row as usize].hazard;
        let class = &plan.hazard_classes[class as usize];
        self.nodes[node as usize].flags &= !flag::DAMAGED;
        self.observer.record.repairs += 1;
        if self.clock.trace {
            self.trace(node, Happening::Repaired);
        }
        self.set_integrity(node, ONE, class.initial);
        if !class.fails.is_none() {
            self.schedule_failure(row, class);
        }
    }
}
