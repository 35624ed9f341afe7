//! The job of a comparison: each replication of every variant, one number each.

use crate::labels::Series;
use crate::measure::reason;
use crate::run::lock;
use crate::work::{Job, Sums, Worker};
use linchpin_analysis::{Catalogue, Paired, Requirements, findings};
use linchpin_model::{GroupKind, Model, Record, Seeds};
use linchpin_sim::{RunOptions, Simulation};
use std::sync::{Arc, Mutex};

/// A variant of a scenario.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its options, joined by `+`; empty: as it is.
    pub id: String,
    /// Its model.
    pub model: Arc<Model>,
}

/// Replications of several variants under one seed.
pub struct CompareJob {
    variants: Vec<Variant>,
    metric: String,
    unit: String,
    /// Requirements of the first variant, by id and group.
    asked: Vec<(String, String)>,
    seeds: Seeds,
    /// Number of the first replication.
    first: u32,
    marking: String,
}

struct Variant {
    id: String,
    simulation: Mutex<Simulation>,
    shared: Arc<Shared>,
}

struct Shared {
    model: Arc<Model>,
    catalogue: Catalogue,
    requirements: Requirements,
    /// Columns whose sum is the value.
    columns: Vec<usize>,
    /// Where the answer to each requirement asked for stands among its own; none: it does not ask.
    answers: Vec<Option<usize>>,
}

impl CompareJob {
    /// A job for these variants and the metric of this id, or [`ALL_SERVICES`]; replications count from `first` on. The
    /// first variant says which requirements are asked. None where a variant has no such metric.
    pub fn new(candidates: &[Candidate], metric: &str, seed: u64, first: u32) -> Option<Self> {
        let base = candidates.first()?;
        let names = |model: &Model| -> Vec<(String, String)> {
            let requirements = Requirements::new(model);
            requirements.names(model).map(|(id, group)| (id.to_owned(), group.to_owned())).collect()
        };
        let asked = names(&base.model);
        let mut unit = String::new();
        let mut variants = Vec::new();
        for candidate in candidates {
            let catalogue = Catalogue::new(&candidate.model);
            let columns = columns(&candidate.model, &catalogue, metric)?;
            catalogue.metrics()[columns[0]].unit.clone_into(&mut unit);
            let own = names(&candidate.model);
            let answers = asked.iter().map(|name| own.iter().position(|other| other == name)).collect();
            let requirements = Requirements::new(&candidate.model);
            let model = candidate.model.clone();
            variants.push(Variant {
                id: candidate.id.clone(),
                simulation: Mutex::new(Simulation::new(model.clone())),
                shared: Arc::new(Shared { model, catalogue, requirements, columns, answers }),
            });
        }
        let meta = &base.model.meta;
        let marking = findings::handling(meta.exercise, &meta.marking);
        let seeds = Seeds::new(seed);
        Some(Self { variants, metric: metric.to_owned(), unit, asked, seeds, first, marking })
    }

    /// Requirements whose answers are kept, by id and group.
    pub fn asked(&self) -> &[(String, String)] {
        &self.asked
    }
}

impl Job for CompareJob {
    type Sums = Nothing;
    type Worker = CompareWorker;

    fn columns(&self) -> Vec<Series> {
        let series = |variant: &Variant| Series {
            id: format!("{}/{}", named(&variant.id), self.metric),
            group: named(&variant.id).to_owned(),
            unit: self.unit.clone(),
        };
        self.variants.iter().map(series).collect()
    }

    fn answers(&self) -> Vec<Series> {
        let of = |variant: &Variant| {
            let variant = named(&variant.id).to_owned();
            self.asked.iter().map(move |(id, group)| Series {
                id: format!("{variant}/requirement/{id}/{group}"),
                group: variant.clone(),
                unit: "held".to_owned(),
            })
        };
        self.variants.iter().flat_map(of).collect()
    }

    fn marking(&self) -> String {
        self.marking.clone()
    }

    fn headline(&self) -> Option<usize> {
        Some(0)
    }

    fn worker(&self) -> CompareWorker {
        let world = |variant: &Variant| World {
            simulation: lock(&variant.simulation).fork(),
            row: vec![0.0; variant.shared.catalogue.metrics().len()],
            held: vec![false; variant.shared.requirements.len()],
            shared: variant.shared.clone(),
        };
        CompareWorker {
            worlds: self.variants.iter().map(world).collect(),
            seeds: self.seeds,
            first: self.first,
            asked: self.asked.len(),
            run: Record::default(),
            base: Record::default(),
            paired: Paired::default(),
        }
    }

    fn sums(&self) -> Nothing {
        Nothing
    }
}

/// Metric that is the sum of the person-hours without each service.
pub const ALL_SERVICES: &str = "person_hours";

/// The columns whose sum a metric is; none where there is no such metric.
fn columns(model: &Model, catalogue: &Catalogue, metric: &str) -> Option<Vec<usize>> {
    if metric != ALL_SERVICES {
        return Some(vec![catalogue.find(metric)?]);
    }
    let services = model.groups.iter().filter(|group| matches!(group.kind, GroupKind::Service(_)));
    let column = |id: &str| catalogue.find(&format!("{ALL_SERVICES}/{}", id.strip_prefix("service:")?));
    let all: Vec<usize> = services.filter_map(|group| column(&group.id)).collect();
    (!all.is_empty()).then_some(all)
}

/// What a variant is called in columns.
fn named(id: &str) -> &str {
    if id.is_empty() { "as it is" } else { id }
}

/// The worlds of all variants, for one thread.
pub struct CompareWorker {
    worlds: Vec<World>,
    seeds: Seeds,
    first: u32,
    asked: usize,
    run: Record,
    base: Record,
    paired: Paired,
}

struct World {
    simulation: Simulation,
    shared: Arc<Shared>,
    row: Vec<f64>,
    held: Vec<bool>,
}

impl Worker for CompareWorker {
    type Sums = Nothing;

    fn run(
        &mut self,
        replication: u32,
        _: &mut Nothing,
        row: &mut [f64],
        answers: &mut [bool],
    ) -> Result<(), String> {
        let replication = self.first.saturating_add(replication);
        let draws = self.seeds.replication(replication);
        for (i, world) in self.worlds.iter_mut().enumerate() {
            let World { simulation, shared, row: all, held } = world;
            let Shared { model, catalogue, requirements, columns, answers: places } = &**shared;
            let background = model.has_background();
            if background {
                simulation.run(
                    replication,
                    draws,
                    RunOptions { threat: false, trace: false },
                    &mut self.base,
                );
            }
            simulation.run(replication, draws, RunOptions::default(), &mut self.run);
            let failure = self.run.failure.or(self.base.failure.filter(|_| background));
            if let Some(failure) = failure {
                return Err(reason(failure).to_owned());
            }
            let base = background.then_some(&self.base);
            self.paired.load(model.meta.horizon, base, &self.run);
            catalogue.evaluate(&self.paired, base, &self.run, all);
            requirements.evaluate(model, &self.paired, held);
            row[i] = columns.iter().map(|column| all[*column]).sum();
            for (slot, place) in answers[i * self.asked..].iter_mut().zip(places) {
                *slot = place.is_some_and(|place| held[place]);
            }
        }
        Ok(())
    }
}

/// No sums: a comparison lives by its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nothing;

impl Sums for Nothing {
    fn merge(&mut self, _: &Self) {}

    fn to_bytes(&self) -> Vec<u8> {
        Vec::new()
    }

    fn merge_bytes(&mut self, bytes: &[u8]) -> bool {
        bytes.is_empty()
    }
}
