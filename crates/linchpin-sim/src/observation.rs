//! Observation: what plans look at, and whether it is so.
//!
//! Most of what a condition asks is a number that somebody keeps anyway, and is looked up at the end of a pass.
//! Levels of groups and failures of nodes change within the cascade, which runs ahead through thousands of its
//! events in one pass: there, crossing a threshold wakes the response, and the cascade stops at that instant.

use crate::engine::Engine;
use crate::plan::Plan;
use crate::state::{NEVER, ONE, flag, in_place};
use linchpin_model::{Condition, GroupId, Level, Model, NodeId, SkillId};

/// What the plans of a model look at.
#[derive(Debug, Default)]
pub(crate) struct Lookout {
    /// Some plan is switched on.
    pub(crate) any: bool,
    /// Groups whose level matters and the levels, ascending.
    groups: Vec<(u32, u32)>,
    /// Nodes whose failure matters, ascending, each with a row in `counts` (`NEVER`: a channel for reports).
    nodes: Vec<(u32, u32)>,
    /// From how many failures on it matters, by condition that counts failures.
    counts: Vec<u32>,
    /// First row in `counts` of each plan.
    first: Vec<u32>,
}

impl Lookout {
    pub(crate) fn new(model: &Model) -> Self {
        let mut lookout = Self::default();
        for plan in &model.plans {
            lookout.first.push(lookout.counts.len() as u32);
            if plan.on {
                lookout.any = true;
                lookout.lay(&plan.when.condition);
                lookout.nodes.extend(plan.when.through.iter().map(|node| (node.0, NEVER)));
            }
        }
        lookout.groups.sort_unstable();
        lookout.groups.dedup();
        lookout.nodes.sort_unstable();
        lookout.nodes.dedup();
        lookout
    }

    fn lay(&mut self, condition: &Condition) {
        match condition {
            Condition::Below(group, level) => self.groups.push((group.0, level.0)),
            Condition::Failed(nodes, count) => {
                let row = self.counts.len() as u32;
                self.counts.push(*count);
                self.nodes.extend(nodes.iter().map(|node| (node.0, row)));
            }
            Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| self.lay(part)),
            Condition::Noticed(..)
            | Condition::StepNoticed(_)
            | Condition::Attributed(..)
            | Condition::Infected(..)
            | Condition::Waiting(..)
            | Condition::Plan(_)
            | Condition::Event(_) => {}
        }
    }

    /// True where the levels of some groups matter.
    #[inline(always)]
    pub(crate) fn has_groups(&self) -> bool {
        !self.groups.is_empty()
    }

    /// Nodes whose failure matters.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.nodes.iter().map(|(node, _)| NodeId(*node))
    }
}

in_place! {
    /// How what is looked at stands.
    #[derive(Debug)]
    pub(crate) struct Views {
        /// By row in [`Lookout::groups`]: the sum from which on its level is reached, and whether it is not.
        groups: Vec<(u64, bool)>,
        /// How many have failed, by row in [`Lookout::counts`].
        failed: Vec<u32>,
    }
}

impl Views {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self {
            groups: vec![(0, false); plan.lookout.groups.len()],
            failed: vec![0; plan.lookout.counts.len()],
        }
    }
}

impl Engine<'_> {
    /// Opens the lookout, once the levels of all groups in the beginning are known.
    pub(crate) fn open_views(&mut self) {
        for (row, (group, level)) in self.plan.lookout.groups.iter().enumerate() {
            let initial = u128::from(self.observer.record.initial[*group as usize]);
            let reached = (initial * u128::from(*level)).div_ceil(u128::from(ONE)) as u64;
            self.views.groups[row] = (reached, self.observer.sums[*group as usize] < reached);
        }
    }

    /// Looks at the groups whose sums changed at this instant: those noted from `step` on.
    #[inline(never)]
    pub(crate) fn view_groups(&mut self, step: usize) {
        let groups = &self.plan.lookout.groups;
        for step in &self.observer.record.steps[step..] {
            let GroupId(group) = step.group;
            let from = groups.partition_point(|(other, _)| *other < group);
            for (row, _) in groups.iter().enumerate().skip(from).take_while(|(_, (other, _))| *other == group)
            {
                let (reached, below) = &mut self.views.groups[row];
                if *below != (step.sum < *reached) {
                    *below = !*below;
                    self.agenda.wake_response = true;
                }
            }
        }
    }

    /// A node that somebody looks at has failed, or works again.
    pub(crate) fn view_switch(&mut self, node: u32, failed: bool) {
        let lookout = &self.plan.lookout;
        let from = lookout.nodes.partition_point(|(other, _)| *other < node);
        for (_, row) in lookout.nodes[from..].iter().take_while(|(other, _)| *other == node) {
            let Some(count) = self.views.failed.get_mut(*row as usize) else {
                self.agenda.wake_response = true;
                continue;
            };
            let needed = lookout.counts[*row as usize];
            let before = *count >= needed;
            *count = if failed { *count + 1 } else { count.saturating_sub(1) };
            if before != (*count >= needed) {
                self.agenda.wake_response = true;
            }
        }
    }

    /// Whether what a plan looks for is so.
    pub(crate) fn is_so(&self, plan: usize) -> bool {
        let mut row = self.plan.lookout.first[plan] as usize;
        self.holds(&self.plan.model.plans[plan].when.condition, &mut row)
    }

    /// Whether a condition holds. `row` goes through the counts of failures in their order, so no part is left
    /// out.
    fn holds(&self, condition: &Condition, row: &mut usize) -> bool {
        match condition {
            Condition::Below(group, level) => self.is_below(*group, *level),
            Condition::Failed(_, count) => {
                let failed = self.views.failed[*row];
                *row += 1;
                failed >= *count
            }
            Condition::Noticed(campaign, count) => {
                let noticed = &self.notices.campaigns;
                let noticed = campaign.some().map_or_else(|| noticed.iter().sum(), |c| noticed[c.index()]);
                noticed >= *count
            }
            Condition::StepNoticed(step) => self.notices.steps[step.index()] > 0,
            Condition::Attributed(actor, confidence) => self.notices.ascribed.iter().any(|ascribed| {
                ascribed.at != NEVER
                    && ascribed.confidence >= *confidence
                    && (actor.is_none() || ascribed.actor == *actor)
            }),
            Condition::Infected(malware, count) => self.notices.found[malware.index()] >= *count,
            Condition::Waiting(skill, count) => self.jobs_wait(*skill, *count),
            Condition::Plan(plan) => self.plans.in_force(plan.index()),
            Condition::Event(event) => self.threats.times[event.index()] != NEVER,
            Condition::All(parts) => self.holding(parts, row) == parts.len(),
            Condition::Any(parts) => self.holding(parts, row) > 0,
        }
    }

    /// How many of these hold.
    fn holding(&self, parts: &[Condition], row: &mut usize) -> usize {
        parts.iter().filter(|part| self.holds(part, row)).count()
    }

    fn is_below(&self, group: GroupId, level: Level) -> bool {
        let row = self.plan.lookout.groups.binary_search(&(group.0, level.0));
        row.is_ok_and(|row| self.views.groups[row].1)
    }

    /// Whether at least so many jobs wait for crews of a skill (none: of any).
    fn jobs_wait(&self, skill: SkillId, count: u32) -> bool {
        let wanted = |row: &&u32| {
            let wanted = self.wanted_skill(**row);
            !wanted.is_none() && (skill.is_none() || wanted == skill)
        };
        self.response.waiting.iter().filter(wanted).take(count as usize).count() >= count as usize
    }

    /// Whether any report can get through: one of these works, or it needs none of them.
    pub(crate) fn gets_through(&self, through: &[NodeId]) -> bool {
        let works = |node: &NodeId| self.nodes[node.index()].flags & flag::FAILED == 0;
        through.is_empty() || through.iter().any(works)
    }
}
