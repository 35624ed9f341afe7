//! A model under construction, and what its record tells.

use linchpin_model::*;
use linchpin_sim::{RunOptions, Simulation};
use std::sync::Arc;

pub const HOUR: u32 = 3600;
pub const BOTH: RunOptions = RunOptions { threat: true, trace: true };

/// A model under construction: assets without needs, and plans that look at them.
pub struct Case {
    pub b: ModelBuilder,
    pub sector: SectorId,
    pub service: ServiceId,
}

impl Case {
    pub fn new(hours: u32) -> Self {
        let mut b = ModelBuilder::new(Meta { horizon: hours * HOUR, ..Meta::default() });
        let sector = b.sector("energy", "Energy");
        let service = b.service("supply", "Supply");
        Self { b, sector, service }
    }

    pub fn asset(&mut self, id: &str) -> NodeId {
        self.b.node(id, id, self.sector, RegionId::NONE)
    }

    pub fn assets<const N: usize>(&mut self, ids: [&str; N]) -> [NodeId; N] {
        ids.map(|id| self.asset(id))
    }

    pub fn region(&mut self, id: &str, parent: Option<RegionId>) -> RegionId {
        let (id, name) = (id.to_owned(), id.to_owned());
        self.b.region(Region { id, name, population: 0.0, parent, position: None })
    }

    pub fn hours(&mut self, hours: f64) -> DistId {
        self.b.dist(Distribution::Fixed(hours * 3600.0))
    }

    pub fn exponential(&mut self, hours: f64) -> DistId {
        self.b.dist(Distribution::Exponential { mean: hours * 3600.0 })
    }

    pub fn push_event(
        &mut self,
        id: &str,
        at: f64,
        targets: Targets,
        occasion: Occasion,
        effects: &[Effect],
    ) -> EventId {
        let at = self.hours(at);
        let events = &mut self.b.parts().events;
        events.push(Event {
            id: id.to_owned(),
            name: id.to_owned(),
            key: Key::of(id),
            after: None,
            at,
            targets,
            probability: 1.0,
            hit_probability: 1.0,
            severity: DistId::NONE,
            effects: effects.to_vec(),
            threat: true,
            occasion,
        });
        EventId::new(events.len() - 1)
    }

    /// A scripted event at so many hours.
    pub fn event(&mut self, at: f64, nodes: &[NodeId], effect: Effect) -> EventId {
        let id = format!("event-{}", self.b.parts().events.len());
        self.push_event(&id, at, Targets::All(nodes.to_vec()), Occasion::Script, &[effect])
    }

    /// Closed from `from` to `to` hours.
    pub fn close(&mut self, node: NodeId, from: f64, to: f64) -> EventId {
        let lasts = self.hours(to - from);
        self.event(from, &[node], Effect::Closure { lasts })
    }

    /// A plan that does something to `of` (nobody: it acts once) as soon as `condition` holds; the rest is for `adapt`.
    pub fn plan(
        &mut self,
        id: &str,
        condition: Condition,
        of: &[NodeId],
        effects: &[Effect],
        adapt: impl FnOnce(&mut Plan),
    ) -> PlanId {
        let plan = PlanId::new(self.b.parts().plans.len());
        let targets = if of.is_empty() { Targets::None } else { Targets::All(of.to_vec()) };
        let event = self.push_event(&format!("plan/{id}"), 0.0, targets, Occasion::Plan(plan), effects);
        let mut built = Plan {
            id: id.to_owned(),
            name: id.to_owned(),
            key: Key::of(id),
            event,
            when: Observation {
                condition,
                lasting: DistId::NONE,
                lag: DistId::NONE,
                through: Vec::new(),
                false_alarms: DistId::NONE,
            },
            decision: DistId::NONE,
            requires: Vec::new(),
            times: 1,
            lasts: DistId::NONE,
            cost: 0.0,
            on: true,
            adoption: Vec::new(),
        };
        adapt(&mut built);
        self.b.parts().plans.push(built);
        plan
    }

    /// A plan that does nothing but come into force.
    pub fn alarm(&mut self, id: &str, condition: Condition) -> PlanId {
        self.plan(id, condition, &[], &[], |_| {})
    }

    /// A campaign of steps that begin together, succeed after ten hours, do nothing and are noticed so many hours
    /// after their beginning.
    pub fn campaign(&mut self, id: &str, actor: ActorId, noticed: &[f64]) -> CampaignId {
        let campaign = CampaignId::new(self.b.parts().campaigns.len());
        let (start, duration) = (self.hours(0.0), self.hours(10.0));
        let first = self.b.parts().steps.len();
        for (i, hours) in noticed.iter().enumerate() {
            let (step, detection) = (StepId::new(first + i), self.hours(*hours));
            let name = format!("{id}/{i}");
            let event = self.push_event(&name, 0.0, Targets::None, Occasion::Step(step), &[]);
            self.b.parts().steps.push(CampaignStep {
                id: i.to_string(),
                key: Key::of(&name),
                name,
                campaign,
                event,
                technique: None,
                after: Vec::new(),
                any: false,
                wait: DistId::NONE,
                duration,
                effort: 0.0,
                candidates: Vec::new(),
                take: u32::MAX,
                strategy: Strategy::All,
                adaptive: false,
                success: Success::Given(1.0),
                detection,
                blocked: 0.0,
                on_failure: OnFailure::Stop,
            });
        }
        self.b.parts().campaigns.push(Campaign {
            id: id.to_owned(),
            name: id.to_owned(),
            key: Key::of(id),
            actor,
            start,
            probability: 1.0,
            first_step: first as u32,
            steps: noticed.len() as u32,
            goals: Vec::new(),
        });
        campaign
    }

    pub fn actor(&mut self, id: &str) -> ActorId {
        let actors = &mut self.b.parts().actors;
        actors.push(Actor {
            id: id.to_owned(),
            name: id.to_owned(),
            key: Key::of(id),
            kind: ActorKind::Unknown,
            capability: [0.5; Domain::ALL.len()],
            effort: f64::INFINITY,
            patience: DistId::NONE,
            assessments: Vec::new(),
        });
        ActorId::new(actors.len() - 1)
    }

    /// Assets whose repair takes one crew of the skill so many hours, damaged at the start.
    pub fn broken(&mut self, ids: &[&str], skill: SkillId, hours: f64) -> Vec<NodeId> {
        let takes = self.hours(hours);
        let nodes: Vec<NodeId> = ids.iter().map(|id| self.asset(id)).collect();
        let repair = RepairId::new(self.b.parts().repairs.len());
        self.b.parts().repairs.push(RepairPlan {
            states: vec![DamageState {
                name: "broken".into(),
                level: Level::ZERO,
                repair: takes,
                fragility: None,
            }],
            stages: vec![RepairStage {
                name: "repair".into(),
                duration: DistId::NONE,
                skill,
                crews: 1,
                spare: SpareId::NONE,
            }],
        });
        for node in &nodes {
            self.b.node_mut(*node).repair = repair;
        }
        self.event(0.0, &nodes, Effect::Damage { state: DamageChoice::Worst });
        nodes
    }

    pub fn skill(&mut self, id: &str) -> SkillId {
        let skills = &mut self.b.parts().skills;
        skills.push(Named { id: id.to_owned(), name: id.to_owned() });
        SkillId::new(skills.len() - 1)
    }

    pub fn team(&mut self, id: &str, skill: SkillId, crews: u16) -> TeamId {
        let node = self.b.node(id, id, SectorId::NONE, RegionId::NONE);
        self.b.node_mut(node).kind = NodeKind::Team;
        let (home, serves, travel) = (RegionId::NONE, Vec::new(), DistId::NONE);
        let teams = &mut self.b.parts().teams;
        teams.push(Team { node, skill, crews, home, serves, travel });
        TeamId::new(teams.len() - 1)
    }

    pub fn simulation(self) -> Simulation {
        Simulation::new(Arc::new(self.b.finish()))
    }

    pub fn run(self) -> Record {
        run(&mut self.simulation(), 0, BOTH)
    }
}

pub fn run(simulation: &mut Simulation, replication: u32, options: RunOptions) -> Record {
    let mut record = Record::default();
    simulation.run(replication, Seeds::new(1).replication(replication), options, &mut record);
    assert_eq!(record.failure, None);
    record
}

/// Hours at which a plan came into force.
pub fn began(record: &Record, plan: PlanId) -> Vec<f64> {
    record.plans.iter().filter(|used| used.plan == plan).map(|used| used.began.hours()).collect()
}

/// Hours at which something happened to a node.
pub fn times(record: &Record, node: NodeId, is: impl Fn(&Happening) -> bool) -> Vec<f64> {
    record.trace.iter().filter(|e| e.node == node && is(&e.what)).map(|e| e.time.hours()).collect()
}

pub fn repaired(record: &Record, node: NodeId) -> Vec<f64> {
    times(record, node, |what| *what == Happening::Repaired)
}

pub fn fell(record: &Record, node: NodeId) -> Vec<f64> {
    times(record, node, |what| matches!(what, Happening::Fell { .. }))
}

pub fn rose(record: &Record, node: NodeId) -> Vec<f64> {
    times(record, node, |what| matches!(what, Happening::Rose { .. }))
}
