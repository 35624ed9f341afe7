//! Small models for verification, in hours.

use crate::parts::event;
use linchpin_model::*;
use linchpin_sim::{RunOptions, Simulation};
use std::sync::Arc;

/// Seed of every verification run; the tolerances stand beside the comparisons.
pub const SEED: u64 = 20_260_101;

const HOUR: f64 = 3600.0;

/// A model under construction with one sector, one service and one region.
pub struct Lab {
    pub b: ModelBuilder,
    pub service: ServiceId,
    pub region: RegionId,
    sector: SectorId,
}

impl Lab {
    pub fn new(hours: f64) -> Self {
        let mut b = ModelBuilder::new(Meta { horizon: (hours * HOUR) as u32, ..Meta::default() });
        let sector = b.sector("energy", "Energy");
        let service = b.service("supply", "Supply");
        let region = b.region(Region {
            id: "here".into(),
            name: "Here".into(),
            population: 0.0,
            parent: None,
            position: None,
        });
        Self { b, service, region, sector }
    }

    pub fn asset(&mut self, id: &str) -> NodeId {
        self.b.node(id, id, self.sector, self.region)
    }

    pub fn assets(&mut self, stem: &str, n: usize) -> Vec<NodeId> {
        (0..n).map(|i| self.asset(&format!("{stem}-{i}"))).collect()
    }

    /// A duration that is always the same.
    pub fn hours(&mut self, hours: f64) -> DistId {
        self.b.dist(Distribution::Fixed(hours * HOUR))
    }

    /// An exponential duration.
    pub fn exponential(&mut self, mean_hours: f64) -> DistId {
        self.b.dist(Distribution::Exponential { mean: mean_hours * HOUR })
    }

    /// A lognormal duration.
    pub fn lognormal(&mut self, median_hours: f64, sigma: f64) -> DistId {
        self.b.dist(Distribution::lognormal(median_hours * HOUR, sigma))
    }

    /// A gamma duration.
    pub fn gamma(&mut self, shape: f64, mean_hours: f64) -> DistId {
        self.b.dist(Distribution::Gamma { shape, scale: mean_hours * HOUR / shape })
    }

    /// An asset that works only while `required` of the providers do.
    pub fn works_with(&mut self, owner: NodeId, required: usize, providers: &[NodeId]) {
        let mut need = NeedSpec::any(owner, &format!("{required}-of"), self.service, providers);
        need.required = required as f64;
        self.b.need(need);
        // In a k-of-n system half of what is required is no half success.
        self.b.node_mut(owner).failed_below = Level::ONE;
    }

    /// An event with one effect, certain to happen, that hits each target with this probability.
    pub fn event(&mut self, at_hours: f64, targets: Targets, hit_probability: f64, effect: Effect) {
        let at = self.hours(at_hours);
        let id = format!("event-{}", self.b.parts().events.len());
        let event = Event { hit_probability, ..event(&id, at, targets, vec![effect]) };
        self.b.parts().events.push(event);
    }

    /// Closed from the start on with this probability, each for itself.
    pub fn down_with_probability(&mut self, probability: f64, nodes: &[NodeId]) {
        let lasts = DistId::NONE;
        self.event(0.0, Targets::All(nodes.to_vec()), probability, Effect::Closure { lasts });
    }

    /// Closed from `from` on for a drawn time.
    pub fn close(&mut self, node: NodeId, from_hours: f64, lasts: DistId) {
        self.event(from_hours, Targets::All(vec![node]), 1.0, Effect::Closure { lasts });
    }

    /// Damages all of these at one moment.
    pub fn damage(&mut self, at_hours: f64, nodes: &[NodeId]) {
        let state = DamageChoice::Worst;
        self.event(at_hours, Targets::All(nodes.to_vec()), 1.0, Effect::Damage { state });
    }

    /// Fails at random again and again.
    pub fn fails(&mut self, nodes: &[NodeId], time_to_failure: DistId) {
        let failures = &mut self.b.parts().failures;
        failures.push(RandomFailure { time_to_failure, state: 0 });
        let failure = FailureId::new(failures.len() - 1);
        for node in nodes {
            self.b.node_mut(*node).failure = failure;
        }
    }

    /// Repaired without crews, or by a crew where there is a skill.
    pub fn repaired(&mut self, nodes: &[NodeId], duration: DistId, skill: SkillId) {
        let repairs = &mut self.b.parts().repairs;
        repairs.push(RepairPlan {
            states: vec![DamageState {
                name: "damaged".into(),
                level: Level::ZERO,
                repair: duration,
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
        let repair = RepairId::new(repairs.len() - 1);
        for node in nodes {
            self.b.node_mut(*node).repair = repair;
        }
    }

    /// A team of so many crews.
    pub fn team(&mut self, crews: u16) -> SkillId {
        let node = self.b.node("team", "team", SectorId::NONE, RegionId::NONE);
        self.b.node_mut(node).kind = NodeKind::Team;
        let skill = SkillId::new(self.b.parts().skills.len());
        self.b.parts().skills.push(Named { id: "repair".into(), name: "repair".into() });
        self.b.parts().teams.push(Team {
            node,
            skill,
            crews,
            home: RegionId::NONE,
            serves: vec![],
            travel: DistId::NONE,
        });
        skill
    }

    /// Watches the sum of the levels of some nodes.
    pub fn watch(&mut self, id: &str, nodes: &[NodeId]) {
        self.b.group(id, id, nodes.iter().map(|node| (*node, 1.0)).collect());
    }

    pub fn finish(self) -> Bench {
        Bench { model: Arc::new(self.b.finish()), seed: SEED }
    }
}

/// A finished model, ready to be run.
#[derive(Clone)]
pub struct Bench {
    pub model: Arc<Model>,
    pub seed: u64,
}

impl Bench {
    /// Runs replications `0..n` and shows the record of each.
    pub fn run(&self, n: u32, see: impl FnMut(&Record)) {
        self.run_with(n, RunOptions::default(), see);
    }

    /// The same with traces.
    pub fn trace(&self, n: u32, see: impl FnMut(&Record)) {
        self.run_with(n, RunOptions { threat: true, trace: true }, see);
    }

    fn run_with(&self, n: u32, options: RunOptions, mut see: impl FnMut(&Record)) {
        let mut simulation = Simulation::new(self.model.clone());
        let seeds = Seeds::new(self.seed);
        let mut record = Record::default();
        for replication in 0..n {
            simulation.run(replication, seeds.replication(replication), options, &mut record);
            assert_eq!(record.failure, None);
            see(&record);
        }
    }

    pub fn group(&self, id: &str) -> GroupId {
        self.model.find_group(id).unwrap()
    }

    pub fn horizon_h(&self) -> f64 {
        f64::from(self.model.meta.horizon) / HOUR
    }

    /// Intervals in hours during which a node was below full level in a traced record.
    pub fn down(&self, record: &Record, id: &str) -> Vec<(f64, f64)> {
        let node = self.model.find_node(id).unwrap();
        let mut down = Vec::new();
        let mut since = None;
        for entry in record.trace.iter().filter(|entry| entry.node == node) {
            match entry.what {
                Happening::Fell { .. } => {
                    since.get_or_insert(entry.time.hours());
                }
                Happening::Rose { to: Level::ONE, .. } => {
                    down.extend(since.take().map(|since| (since, entry.time.hours())));
                }
                _ => {}
            }
        }
        down.extend(since.map(|since| (since, self.horizon_h())));
        down
    }
}

/// The course of a watched sum of levels: `(from, to, sum)` in hours, the sum in nodes.
pub fn course(record: &Record, group: GroupId, horizon_h: f64) -> Vec<(f64, f64, f64)> {
    let share = |sum: u64| sum as f64 / f64::from(Level::SCALE);
    let mut course = Vec::new();
    let (mut since, mut sum) = (0.0, share(record.initial[group.index()]));
    for step in record.steps.iter().filter(|step| step.group == group) {
        course.push((since, step.time.hours(), sum));
        (since, sum) = (step.time.hours(), share(step.sum));
    }
    course.push((since, horizon_h, sum));
    course
}

/// The sum at one moment of a course.
pub fn at(course: &[(f64, f64, f64)], hours: f64) -> f64 {
    course.iter().rev().find(|(from, ..)| *from <= hours).unwrap().2
}

/// Integral of a function of the sum from one moment to another.
pub fn integral(course: &[(f64, f64, f64)], from: f64, to: f64, value: impl Fn(f64) -> f64) -> f64 {
    course.iter().map(|(start, end, sum)| (end.min(to) - start.max(from)).max(0.0) * value(*sum)).sum()
}

/// Lost service of a node in a record, in hours at level 0.
pub fn lost_h(record: &Record, node: NodeId) -> f64 {
    let affected = record.affected.iter().find(|affected| affected.node == node);
    affected.map_or(0.0, |affected| affected.lost as f64 / f64::from(Level::SCALE) / HOUR)
}

/// When a node first failed, in hours.
pub fn first_failed_h(record: &Record, node: NodeId) -> Option<f64> {
    let affected = record.affected.iter().find(|affected| affected.node == node)?;
    (affected.first_failed != SimTime::NEVER).then(|| affected.first_failed.hours())
}
