//! What it costs when some assets are struck.

use super::pool::{Evaluate, FRESH};
use crate::run::lock;
use linchpin_analysis::gauge::{Gauge, Reading};
use linchpin_analysis::worst::{Level, Set};
use linchpin_model::{EventId, Model, NodeId, Record, Seeds, Strike};
use linchpin_sim::{RunOptions, Simulation, WhatIf, without_chance};
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock};

/// Replications of a sketch where the quiet model does not know the metric.
const BLIND: u32 = 4;

/// Runs without the scenario's threat, with and without the strike.
pub(super) struct Targets {
    candidates: Vec<NodeId>,
    at: u32,
    seeds: Seeds,
    struck: World,
    /// The same without chance; none where it does not know the metric.
    quiet: Option<World>,
    /// Runs without the strike, where they are not flat, by replication.
    bases: Vec<OnceLock<Record>>,
    background: bool,
}

struct World {
    simulation: Mutex<Simulation>,
    by: EventId,
    gauge: Gauge,
}

impl World {
    fn new(model: &Model, strike: Strike, metric: &str) -> Option<Self> {
        let gauge = Gauge::new(model, metric)?;
        let (model, by) = model.with_strike(strike);
        Some(Self { simulation: Mutex::new(Simulation::new(Arc::new(model))), by, gauge })
    }
}

impl Targets {
    /// None where the model has no such metric.
    pub(super) fn new(
        model: &Model,
        candidates: Vec<NodeId>,
        (strike, at): (Strike, u32),
        metric: &str,
        seed: u64,
        replications: u32,
    ) -> Option<Self> {
        Some(Self {
            candidates,
            at,
            seeds: Seeds::new(seed),
            struck: World::new(model, strike, metric)?,
            quiet: World::new(&without_chance(model), strike, metric),
            bases: (0..replications).map(|_| OnceLock::new()).collect(),
            background: model.has_background(),
        })
    }

    /// The run without the strike.
    fn base<'a>(&'a self, worker: &'a mut Worker, replication: u32) -> &'a Record {
        let nothing = WhatIf::default();
        let run = |worker: &mut Worker| {
            worker.struck.set_what_if(&nothing);
            let draws = self.seeds.replication(replication);
            worker.struck.run(replication, draws, QUIET, &mut worker.base);
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

const QUIET: RunOptions = RunOptions { threat: false, trace: false };

/// The worlds of one thread.
pub(super) struct Worker {
    struck: Simulation,
    quiet: Option<Simulation>,
    what_if: WhatIf,
    reading: Reading,
    run: Record,
    base: Record,
}

impl Evaluate for Targets {
    type Worker = Worker;

    fn worker(&self) -> Worker {
        Worker {
            struck: lock(&self.struck.simulation).fork(),
            quiet: self.quiet.as_ref().map(|world| lock(&world.simulation).fork()),
            what_if: WhatIf::default(),
            reading: Reading::default(),
            run: Record::default(),
            base: Record::default(),
        }
    }

    fn run(&self, worker: &mut Worker, set: &[u32], level: Level, span: Range<u32>) -> Vec<f64> {
        let what_if = &mut worker.what_if;
        what_if.clear();
        what_if.struck.extend(set.iter().filter_map(|item| self.candidates.get(*item as usize)));
        what_if.at = self.at;
        if level == Level::Sketch
            && let Some((world, simulation)) = self.quiet.as_ref().zip(worker.quiet.as_mut())
        {
            what_if.by = world.by;
            simulation.set_what_if(what_if);
            simulation.run(0, self.seeds.replication(0), QUIET, &mut worker.run);
            return vec![match worker.run.failure {
                Some(_) => f64::NAN,
                None => world.gauge.read(&mut worker.reading, None, &worker.run),
            }];
        }
        worker.what_if.by = self.struck.by;
        span.map(|replication| self.one(worker, replication)).collect()
    }

    fn span(&self) -> u32 {
        16
    }

    fn sketch(&self) -> u32 {
        if self.quiet.is_some() { 1 } else { BLIND }
    }
}

impl Targets {
    fn one(&self, worker: &mut Worker, replication: u32) -> f64 {
        let draws = self.seeds.replication(replication);
        let mut run = std::mem::take(&mut worker.run);
        worker.struck.set_what_if(&worker.what_if);
        worker.struck.run(replication, draws, QUIET, &mut run);
        let mut reading = std::mem::take(&mut worker.reading);
        let loss = if self.background {
            let base = self.base(worker, replication);
            match run.failure.or(base.failure) {
                Some(_) => f64::NAN,
                None => self.struck.gauge.read(&mut reading, Some(base), &run),
            }
        } else if run.failure.is_some() {
            f64::NAN
        } else {
            self.struck.gauge.read(&mut reading, None, &run)
        };
        (worker.run, worker.reading) = (run, reading);
        loss
    }
}

/// Replications that took no part in the search.
pub(super) fn fresh(replications: u32) -> Range<u32> {
    FRESH..FRESH.saturating_add(replications)
}

/// Groups of candidates that stand in for each other: all providers of one need, and as few of them as leave less than
/// half of it, the weightiest first.
pub(super) fn groups(model: &Model, candidates: &[NodeId], most: usize) -> Vec<Set> {
    let place = |node: NodeId| candidates.binary_search(&node).ok().map(|place| place as u32);
    let mut groups = Vec::new();
    for (i, need) in model.needs.iter().enumerate() {
        let links = model.links_of(linchpin_model::NeedId::new(i));
        if links.len() < 2 {
            continue;
        }
        let mut providers: Vec<(u32, Option<u32>)> =
            links.iter().map(|link| (link.weight, place(link.provider))).collect();
        providers.sort_by_key(|(weight, place)| (std::cmp::Reverse(*weight), *place));
        let mut left: u64 = providers.iter().map(|(weight, _)| u64::from(*weight)).sum();
        let mut group = Set::new();
        for (weight, place) in &providers {
            let Some(place) = place else { continue };
            group.push(*place);
            left -= u64::from(*weight);
            if group.len() > 1 && group.len() <= most && (left == 0 || 2 * left < u64::from(need.required)) {
                let mut group = group.clone();
                group.sort_unstable();
                group.dedup();
                groups.push(group);
            }
        }
    }
    groups.sort();
    groups.dedup();
    groups
}
