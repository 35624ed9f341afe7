//! What-ifs: a model with changes, all ids and draws as they were.

use super::{
    Cover, DamageChoice, Detonation, Effect, Event, Model, NodeKind, Occasion, Reserve, Role, Stage, Success,
    Targets,
};
use crate::{
    CurveId, DistId, Distribution, EventId, Key, Level, NeedId, NodeId, RepairId, ReserveId, TeamId,
};

/// A change to a model: an analyst's what-if.
#[derive(Clone, Debug, PartialEq)]
pub enum Intervention {
    /// Nothing can hold this node down itself.
    Invulnerable(NodeId),
    /// This event does not happen.
    WithoutEvent(EventId),
    /// This need has an additional stage of autonomy, in front of the others, of so many seconds.
    AddAutonomy(NeedId, u32),
    /// This node could do without the need.
    WithoutNeed(NeedId),
    /// This team has so many more crews.
    AddCrews(TeamId, u16),
    /// Repairs of this node are so many times as fast.
    FasterRepair(NodeId, f64),
}

/// What is supposed to be done to some nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strike {
    /// They are closed: down for so many seconds; none: to the horizon.
    Closure {
        /// Seconds.
        lasts: Option<u32>,
    },
    /// They are damaged in the worst state of their repair plans, and repaired as the scenario has it.
    Damage,
}

impl Model {
    /// This model with an event that never happens by itself, and the event: what a what-if of a replication strikes with.
    /// Ids, keys and therefore all draws stay the same.
    pub fn with_strike(&self, strike: Strike) -> (Self, EventId) {
        let mut model = self.clone();
        let at = model.push_dist(Distribution::Fixed(0.0));
        let (effect, targets) = match strike {
            Strike::Closure { lasts } => {
                let lasts = lasts.map(|seconds| model.push_dist(Distribution::Fixed(f64::from(seconds))));
                (Effect::Closure { lasts: lasts.unwrap_or(DistId::NONE) }, Targets::None)
            }
            Strike::Damage => {
                let exposed = |node: &NodeId| {
                    matches!(model.nodes[node.index()].kind, NodeKind::Asset | NodeKind::Pool)
                };
                let nodes = model.node_ids().filter(exposed).collect();
                (Effect::Damage { state: DamageChoice::Worst }, Targets::All(nodes))
            }
        };
        let id = EventId::new(model.events.len());
        model.events.push(Event {
            id: "what-if".into(),
            name: "What if".into(),
            key: Key::of("what-if"),
            after: None,
            at,
            targets,
            probability: 1.0,
            hit_probability: 1.0,
            severity: DistId::NONE,
            effects: vec![effect],
            threat: true,
            occasion: Occasion::WhatIf,
        });
        (model, id)
    }

    /// This model with changes. Ids, keys and therefore all draws stay the same.
    pub fn with(&self, interventions: &[Intervention]) -> Self {
        let mut model = self.clone();
        for intervention in interventions {
            match intervention {
                Intervention::Invulnerable(node) => model.nodes[node.index()].invulnerable = true,
                Intervention::WithoutEvent(event) => model.leave_out(*event),
                Intervention::WithoutNeed(need) => {
                    let need = &mut model.needs[need.index()];
                    need.criticality = Level::ZERO;
                    need.role = Role::Run;
                    need.response = CurveId::NONE;
                }
                Intervention::AddCrews(team, crews) => {
                    let team = &mut model.teams[team.index()];
                    team.crews = team.crews.saturating_add(*crews);
                }
                Intervention::AddAutonomy(need, seconds) => model.add_autonomy(*need, *seconds),
                Intervention::FasterRepair(node, factor) => model.speed_up_repair(*node, *factor),
            }
        }
        model
    }

    /// What stands behind an event does not happen: a step fails, malware never goes off, a plan is switched off.
    fn leave_out(&mut self, event: EventId) {
        match self.events[event.index()].occasion {
            Occasion::Script => self.events[event.index()].probability = 0.0,
            Occasion::Step(step) => self.steps[step.index()].success = Success::Given(0.0),
            Occasion::Malware(malware) => self.malware[malware.index()].detonation = Detonation::Never,
            Occasion::Plan(plan) => self.plans[plan.index()].on = false,
            Occasion::WhatIf => {}
        }
    }

    fn add_autonomy(&mut self, need: NeedId, seconds: u32) {
        let capacity = self.push_dist(Distribution::Fixed(f64::from(seconds)));
        let first_stage = self.stages.len() as u32;
        self.stages.push(Stage {
            name: "added autonomy".into(),
            capacity,
            recharge: DistId::NONE,
            start_probability: 1.0,
            start_delay: DistId::NONE,
            failure: DistId::NONE,
            cover: Cover::AtLeast(Level::ONE),
            resupply: NeedId::NONE,
        });
        let old = self.needs[need.index()].reserve;
        let mut stages = 1;
        if let Some(old) = old.some() {
            let range = self.reserves[old.index()].clone();
            for i in range.first_stage..range.first_stage + u32::from(range.stages) {
                self.stages.push(self.stages[i as usize].clone());
            }
            stages += range.stages;
            self.reserves[old.index()] = Reserve { need, first_stage, stages };
        } else {
            self.needs[need.index()].reserve = ReserveId::new(self.reserves.len());
            self.reserves.push(Reserve { need, first_stage, stages });
        }
    }

    fn speed_up_repair(&mut self, node: NodeId, factor: f64) {
        let Some(repair) = self.nodes[node.index()].repair.some() else { return };
        let mut plan = self.repairs[repair.index()].clone();
        let faster = |model: &mut Self, dist: DistId| match dist.some() {
            None => dist,
            Some(dist) => {
                let scaled = scale(model.dist(dist), 1.0 / factor);
                model.push_dist(scaled)
            }
        };
        for stage in &mut plan.stages {
            stage.duration = faster(self, stage.duration);
        }
        for state in &mut plan.states {
            state.repair = faster(self, state.repair);
        }
        self.nodes[node.index()].repair = RepairId::new(self.repairs.len());
        self.repairs.push(plan);
    }

    fn push_dist(&mut self, dist: Distribution) -> DistId {
        self.dists.push(dist);
        DistId::new(self.dists.len() - 1)
    }
}

/// `factor * X` for `X` of this distribution.
fn scale(dist: &Distribution, factor: f64) -> Distribution {
    use Distribution::{
        Empirical, Exponential, Fixed, Gamma, Lognormal, Normal, Pert, Triangular, Uniform, Weibull,
    };
    match dist {
        Fixed(value) => Fixed(value * factor),
        Uniform { min, max } => Uniform { min: min * factor, max: max * factor },
        Triangular { min, mode, max } => {
            Triangular { min: min * factor, mode: mode * factor, max: max * factor }
        }
        Pert { min, mode, max } => Pert { min: min * factor, mode: mode * factor, max: max * factor },
        Exponential { mean } => Exponential { mean: mean * factor },
        Lognormal { mu, sigma } => Lognormal { mu: mu + libm::log(factor), sigma: *sigma },
        Weibull { scale, shape } => Weibull { scale: scale * factor, shape: *shape },
        Gamma { shape, scale } => Gamma { shape: *shape, scale: scale * factor },
        Normal { mean, sd } => Normal { mean: mean * factor, sd: sd * factor },
        Empirical(values) => Empirical(values.iter().map(|value| value * factor).collect()),
    }
}
