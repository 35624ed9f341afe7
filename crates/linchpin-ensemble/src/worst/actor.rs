//! What an actor can choose: which steps of its campaigns, and whom they strike.

use super::pool::Evaluate;
use crate::run::lock;
use linchpin_analysis::gauge::{Gauge, Reading};
use linchpin_analysis::worst::{Ground, Item, Level};
use linchpin_model::{
    ActorId, CampaignStep, DistId, Distribution, Model, NodeId, Occasion, Record, Seeds, StepId, Strategy,
};
use linchpin_sim::{RunOptions, Simulation};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock};

/// Replications of a sketch.
const SKETCH: u32 = 8;
/// Choices in one attack, at most.
const MOST: usize = 12;

/// Something an actor may do: a step, and whom it strikes where there is a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Choice {
    /// The step.
    pub step: StepId,
    /// Whom it strikes; none: as the scenario has it.
    pub target: Option<NodeId>,
}

/// All that an actor can choose.
#[derive(Clone, Debug)]
pub struct Scheme {
    /// Whose campaigns.
    pub actor: ActorId,
    /// What can be chosen, by step, then target.
    pub choices: Vec<Choice>,
    /// Targets, ascending: what can be protected.
    pub assets: Vec<NodeId>,
    /// The actor's steps, ascending.
    steps: Vec<StepId>,
    efforts: Vec<f64>,
    presupposes: Vec<Vec<u32>>,
    limits: Vec<usize>,
}

/// What an actor can choose; none where it has no campaign.
pub fn schemes_of(model: &Model, actor: ActorId) -> Option<Scheme> {
    let whose = |step: &CampaignStep| model.campaigns[step.campaign.index()].actor;
    let steps: Vec<StepId> = (0..model.steps.len())
        .filter(|row| whose(&model.steps[*row]) == actor)
        .map(|row| StepId(row as u32))
        .collect();
    if steps.is_empty() {
        return None;
    }
    let mut scheme = Scheme {
        actor,
        choices: Vec::new(),
        assets: Vec::new(),
        efforts: steps.iter().map(|step| model.steps[step.index()].effort.max(0.0)).collect(),
        presupposes: vec![Vec::new(); steps.len()],
        limits: Vec::new(),
        steps,
    };
    for step in scheme.steps.clone() {
        scheme.add(
            step,
            &model.steps[step.index()],
            !model.events[model.steps[step.index()].event.index()].effects.is_empty(),
        );
    }
    scheme.assets.sort_unstable();
    scheme.assets.dedup();
    scheme.resolve(model);
    Some(scheme)
}

impl Scheme {
    fn add(&mut self, step: StepId, fixed: &CampaignStep, acts: bool) {
        let take = (fixed.take as usize).min(fixed.candidates.len());
        let free = take < fixed.candidates.len();
        self.limits.push(if free { take } else { 1 });
        if free && acts {
            self.choices.extend(fixed.candidates.iter().map(|node| Choice { step, target: Some(*node) }));
            self.assets.extend_from_slice(&fixed.candidates);
        } else if acts {
            let only = if let [node] = fixed.candidates[..] { Some(node) } else { None };
            self.assets.extend(only);
            self.choices.push(Choice { step, target: only });
        }
    }

    fn row(&self, step: StepId) -> Option<u32> {
        self.steps.binary_search(&step).ok().map(|row| row as u32)
    }

    /// Of steps of which any is enough the one that takes least with all that it presupposes. Steps come after those they
    /// follow, whatever their numbers: a few turns settle it.
    fn resolve(&mut self, model: &Model) {
        for _ in 0..self.steps.len() {
            let mut changed = false;
            for row in 0..self.steps.len() {
                let fixed = &model.steps[self.steps[row].index()];
                let after = fixed.after.iter().filter_map(|step| self.row(*step));
                let needed: Vec<u32> = if fixed.any {
                    let least = |a: &u32, b: &u32| self.total(*a).total_cmp(&self.total(*b)).then(a.cmp(b));
                    after.min_by(least).into_iter().collect()
                } else {
                    after.collect()
                };
                changed |= std::mem::replace(&mut self.presupposes[row], needed.clone()) != needed;
            }
            if !changed {
                break;
            }
        }
    }

    /// Effort of a step and all that it presupposes.
    fn total(&self, row: u32) -> f64 {
        let (mut open, mut seen) = (vec![row], BTreeSet::new());
        while let Some(row) = open.pop() {
            if seen.insert(row) {
                open.extend(&self.presupposes[row as usize]);
            }
        }
        seen.iter().map(|row| self.efforts[*row as usize]).sum()
    }

    /// The rules for what is chosen with so much effort.
    pub(super) fn ground(&self, effort: f64) -> Ground {
        let item = |choice: &Choice| Item {
            asset: choice.target.and_then(|node| self.assets.binary_search(&node).ok()).map(|at| at as u32),
            bundle: self.row(choice.step),
            cost: 0.0,
        };
        Ground {
            items: self.choices.iter().map(item).collect(),
            presupposes: self.presupposes.clone(),
            bundle_costs: self.efforts.clone(),
            bundle_limits: self.limits.clone(),
            budget: effort,
            most: MOST.min(self.limits.iter().sum()),
            groups: Vec::new(),
        }
    }

    /// All steps of an attack, those included that it presupposes, ascending, and whom the choices strike.
    pub fn steps_of(&self, set: &[u32], effort: f64) -> Vec<(StepId, Vec<NodeId>)> {
        let chosen = || set.iter().filter_map(|item| self.choices.get(*item as usize));
        let rows = self.ground(effort).with_presupposed(chosen().filter_map(|choice| self.row(choice.step)));
        rows.into_iter()
            .map(|row| {
                let step = self.steps[row as usize];
                (
                    step,
                    chosen()
                        .filter(|choice| choice.step == step)
                        .filter_map(|choice| choice.target)
                        .collect(),
                )
            })
            .collect()
    }
}

/// Runs with an actor's campaigns alone, with what it chose.
pub(super) struct Campaigns<'a> {
    model: &'a Model,
    scheme: &'a Scheme,
    effort: f64,
    gauge: Gauge,
    seeds: Seeds,
    quiet: Mutex<Simulation>,
    bases: Vec<OnceLock<Record>>,
    background: bool,
}

/// Buffers of one thread.
pub(super) struct Worker {
    quiet: Simulation,
    reading: Reading,
    run: Record,
    base: Record,
}

impl<'a> Campaigns<'a> {
    /// None where the model has no such metric.
    pub(super) fn new(
        model: &'a Model,
        scheme: &'a Scheme,
        effort: f64,
        metric: &str,
        seed: u64,
        replications: u32,
    ) -> Option<Self> {
        Some(Self {
            model,
            scheme,
            effort,
            gauge: Gauge::new(model, metric)?,
            seeds: Seeds::new(seed),
            quiet: Mutex::new(Simulation::new(Arc::new(model.clone()))),
            bases: (0..replications).map(|_| OnceLock::new()).collect(),
            background: model.has_background(),
        })
    }

    /// The model in which the actor does this and nobody else does anything.
    fn variant(&self, set: &[u32]) -> Model {
        let mut model = self.model.clone();
        model.dists.push(Distribution::Fixed(f64::from(model.meta.horizon)));
        let never = DistId::new(model.dists.len() - 1);
        let steps = self.scheme.steps_of(set, self.effort);
        let mut begun = BTreeSet::new();
        for row in &self.scheme.steps {
            let step = &mut model.steps[row.index()];
            match steps.iter().find(|(step, _)| step == row) {
                None => step.wait = never,
                Some((_, targets)) => {
                    begun.insert(step.campaign);
                    if !targets.is_empty() {
                        step.candidates.clone_from(targets);
                        step.candidates.sort_unstable();
                        (step.take, step.strategy) = (u32::MAX, Strategy::All);
                    }
                }
            }
        }
        for (row, campaign) in model.campaigns.iter_mut().enumerate() {
            let ours = begun.contains(&linchpin_model::CampaignId::new(row));
            campaign.probability = if ours { 1.0 } else { 0.0 };
        }
        for event in
            model.events.iter_mut().filter(|event| event.threat && event.occasion == Occasion::Script)
        {
            event.probability = 0.0;
        }
        model.actors[self.scheme.actor.index()].effort = self.effort;
        model
    }

    fn base<'b>(&'b self, worker: &'b mut Worker, replication: u32) -> &'b Record {
        let run = |worker: &mut Worker| {
            let options = RunOptions { threat: false, trace: false };
            worker.quiet.run(replication, self.seeds.replication(replication), options, &mut worker.base);
        };
        match self.bases.get(replication as usize) {
            Some(known) => known.get_or_init(|| {
                run(worker);
                worker.base.clone()
            }),
            None => {
                run(worker);
                &worker.base
            }
        }
    }
}

impl Evaluate for Campaigns<'_> {
    type Worker = Worker;

    fn worker(&self) -> Worker {
        Worker {
            quiet: lock(&self.quiet).fork(),
            reading: Reading::default(),
            run: Record::default(),
            base: Record::default(),
        }
    }

    fn run(&self, worker: &mut Worker, set: &[u32], _: Level, span: Range<u32>) -> Vec<f64> {
        let mut simulation = Simulation::new(Arc::new(self.variant(set)));
        span.map(|replication| {
            let mut run = std::mem::take(&mut worker.run);
            let draws = self.seeds.replication(replication);
            simulation.run(replication, draws, RunOptions::default(), &mut run);
            let mut reading = std::mem::take(&mut worker.reading);
            let base = self.background.then(|| self.base(worker, replication));
            let failure = run.failure.or(base.and_then(|base| base.failure));
            let loss = match failure {
                Some(_) => f64::NAN,
                None => self.gauge.read(&mut reading, base, &run),
            };
            (worker.run, worker.reading) = (run, reading);
            loss
        })
        .collect()
    }

    /// Building a model takes as long as many replications.
    fn span(&self) -> u32 {
        u32::MAX
    }

    fn sketch(&self) -> u32 {
        SKETCH
    }
}
