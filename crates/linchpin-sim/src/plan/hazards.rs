//! What can be damaged, and how it fails at random.

use super::Plan;
use linchpin_model::{DistId, Distribution, Draws, Effect, Key, NodeId, Targets};

/// A node that can be damaged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hazard {
    pub(crate) key: Key,
    pub(crate) node: u32,
    /// Row in [`Plan::hazard_classes`].
    pub(crate) class: u32,
}

/// A node that fails at random.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failing {
    /// Row in [`Plan::hazards`].
    pub(crate) row: u32,
    /// Row in [`Plan::hazard_classes`].
    pub(crate) class: u32,
}

impl Failing {
    /// None.
    pub(crate) const NONE: Self = Self { row: u32::MAX, class: u32::MAX };
}

/// How nodes fail at random and are repaired: the same for many of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HazardClass {
    /// Draws from this on mean a failure after the horizon, however fast the clock runs.
    pub(crate) within_horizon: f64,
    /// Time to a random failure; none: it never fails by itself.
    pub(crate) fails: DistId,
    /// Duration of the repair after a random failure, where it is [`Self::simple`].
    pub(crate) repair: DistId,
    /// Level at which a random failure leaves it.
    pub(crate) level: u32,
    pub(crate) initial: u32,
    /// It fails alone, and its repair takes one stage and nobody.
    pub(crate) simple: bool,
}

impl Plan {
    /// Rows for what can be damaged: whatever fails at random, alone or with its group, or is a target.
    pub(super) fn lay_damageable(&mut self) {
        let model = self.model.clone();
        let mut can = vec![false; model.nodes.len()];
        for (node, can) in model.nodes.iter().zip(&mut can) {
            *can = !node.failure.is_none();
        }
        let mut mark = |node: &NodeId| can[node.index()] = true;
        model.common_causes.iter().flat_map(|cause| &cause.members).for_each(&mut mark);
        let damages = |event: &&linchpin_model::Event| {
            event.effects.iter().any(|effect| matches!(effect, Effect::Damage { .. }))
        };
        for event in model.events.iter().filter(damages) {
            match &event.targets {
                Targets::All(nodes) | Targets::Draw { from: nodes, .. } => nodes.iter().for_each(&mut mark),
                Targets::Footprint { nodes, .. } => nodes.iter().for_each(|(node, _)| mark(node)),
                Targets::None => {}
            }
        }
        for (side, can) in self.sides.iter_mut().zip(can) {
            if can {
                side.damage = self.damageable as u32;
                self.damageable += 1;
            }
        }
    }

    pub(super) fn lay_hazards(&mut self) {
        let mut rows = std::collections::BTreeMap::new();
        for node in self.model.clone().node_ids() {
            if self.sides[node.index()].damage == u32::MAX {
                continue;
            }
            let class = self.hazard_class(node);
            let HazardClass { within_horizon, fails, repair, level, initial, .. } = class;
            let row =
                rows.entry((within_horizon.to_bits(), fails, repair, level, initial)).or_insert_with(|| {
                    self.hazard_classes.push(class);
                    self.hazard_classes.len() as u32 - 1
                });
            let key = self.model.nodes[node.index()].key;
            if !fails.is_none() {
                self.failing.push(Failing { row: self.hazards.len() as u32, class: *row });
            }
            self.hazards.push(Hazard { key, node: node.0, class: *row });
        }
        // Those of a class together.
        self.failing.sort_by_key(|failing| failing.class);
        let key = |failing: Option<&Failing>| {
            failing.map_or(Key(0), |failing| self.hazards[failing.row as usize].key)
        };
        let group = |failing: &[Failing]| std::array::from_fn(|i| key(failing.get(i)));
        self.failing_keys = self.failing.chunks(Draws::TOGETHER).map(group).collect();
    }

    fn hazard_class(&self, node: NodeId) -> HazardClass {
        let (model, fixed) = (&*self.model, &self.model.nodes[node.index()]);
        let failure = fixed.failure.some().map(|failure| &model.failures[failure.index()]);
        let plan = fixed.repair.some().map(|repair| &model.repairs[repair.index()]);
        let state = failure.zip(plan).map(|(failure, plan)| &plan.states[usize::from(failure.state)]);
        let alone = plan.filter(|plan| {
            plan.is_unattended()
                && plan.stages.len() == 1
                && fixed.job.is_none()
                && fixed.common_cause == u32::MAX
        });
        let repair = alone.zip(state).map(|(plan, state)| {
            if plan.stages[0].duration.is_none() { state.repair } else { plan.stages[0].duration }
        });
        let fails = failure.map_or(DistId::NONE, |failure| failure.time_to_failure);
        // While control is lost the clock runs faster, by this factor at the most.
        let horizon = f64::from(model.meta.horizon) * f64::from(fixed.trip_factor.max(1.0));
        let within_horizon = match fails.some().map(|dist| model.dist(dist)) {
            // A second beyond, so that rounding decides nothing.
            Some(Distribution::Exponential { mean }) => -libm::expm1(-(horizon + 1.0) / mean),
            _ => 1.0,
        };
        let repair = repair.unwrap_or(DistId::NONE);
        HazardClass {
            within_horizon,
            fails,
            repair,
            level: state.map_or(0, |state| state.level.0),
            initial: fixed.initial.0,
            simple: !repair.is_none(),
        }
    }
}
