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

pub(super) struct Shared {
    model: Arc<Model>,
    catalogue: Catalogue,
    requirements: Requirements,
    /// Columns whose sum is the value.
    columns: Vec<usize>,
    /// Where the answer to each requirement asked for stands among its own; none: it does not ask.
    answers: Vec<Option<usize>>,
}

impl Shared {
    /// What there is to know of a model; none where it has no such metric.
    pub(super) fn new(model: Arc<Model>, metric: &str, asked: &[(String, String)]) -> Option<Self> {
        let catalogue = Catalogue::new(&model);
        let columns = metric_columns(&model, &catalogue, metric)?;
        let own = requirements_of(&model);
        let answers = asked.iter().map(|name| own.iter().position(|other| other == name)).collect();
        let requirements = Requirements::new(&model);
        Some(Self { model, catalogue, requirements, columns, answers })
    }

    /// Unit of the value.
    fn unit(&self) -> &str {
        self.columns.first().map_or("", |column| self.catalogue.metrics()[*column].unit)
    }
}

/// The requirements of a model, by id and group.
pub(super) fn requirements_of(model: &Model) -> Vec<(String, String)> {
    let requirements = Requirements::new(model);
    requirements.names(model).map(|(id, group)| (id.to_owned(), group.to_owned())).collect()
}

impl CompareJob {
    /// A job for these variants and the metric of this id, or [`ALL_SERVICES`]; replications count from `first` on. The
    /// first variant says which requirements are asked. None where a variant has no such metric.
    pub fn new(candidates: &[Candidate], metric: &str, seed: u64, first: u32) -> Option<Self> {
        let base = candidates.first()?;
        let asked = requirements_of(&base.model);
        let mut unit = String::new();
        let mut variants = Vec::new();
        for candidate in candidates {
            let shared = Shared::new(candidate.model.clone(), metric, &asked)?;
            shared.unit().clone_into(&mut unit);
            variants.push(Variant {
                id: candidate.id.clone(),
                simulation: Mutex::new(Simulation::new(candidate.model.clone())),
                shared: Arc::new(shared),
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
        let bench = |variant: &Variant| Bench::new(lock(&variant.simulation).fork(), variant.shared.clone());
        CompareWorker {
            benches: self.variants.iter().map(bench).collect(),
            seeds: self.seeds,
            first: self.first,
            asked: self.asked.len(),
            records: Records::default(),
        }
    }

    fn sums(&self) -> Nothing {
        Nothing
    }
}

/// Metric that is the sum of the person-hours without each service.
pub const ALL_SERVICES: &str = "person_hours";

/// Unit of a metric; none where there is no such metric.
pub(crate) fn metric_unit(model: &Model, metric: &str) -> Option<String> {
    let catalogue = Catalogue::new(model);
    let first = *metric_columns(model, &catalogue, metric)?.first()?;
    Some(catalogue.metrics()[first].unit.to_owned())
}

/// The columns whose sum a metric is; none where there is no such metric.
pub(crate) fn metric_columns(model: &Model, catalogue: &Catalogue, metric: &str) -> Option<Vec<usize>> {
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

/// All variants, for one thread.
pub struct CompareWorker {
    benches: Vec<Bench>,
    seeds: Seeds,
    first: u32,
    asked: usize,
    records: Records,
}

/// What a replication leaves behind, with and without the threat.
#[derive(Default)]
pub(super) struct Records {
    run: Record,
    base: Record,
    paired: Paired,
}

/// Where one model is run, replication by replication.
pub(super) struct Bench {
    simulation: Simulation,
    shared: Arc<Shared>,
    row: Vec<f64>,
    held: Vec<bool>,
}

impl Bench {
    pub(super) fn new(simulation: Simulation, shared: Arc<Shared>) -> Self {
        let row = vec![0.0; shared.catalogue.metrics().len()];
        let held = vec![false; shared.requirements.len()];
        Self { simulation, shared, row, held }
    }

    /// Runs one replication: its value; and into `answers` whether each requirement asked for held.
    pub(super) fn run(
        &mut self,
        replication: u32,
        seeds: &Seeds,
        records: &mut Records,
        answers: &mut [bool],
    ) -> Result<f64, String> {
        let Self { simulation, shared, row, held } = self;
        let Records { run, base, paired } = records;
        let Shared { model, catalogue, requirements, columns, answers: places } = &**shared;
        let draws = seeds.replication(replication);
        let background = model.has_background();
        if background {
            simulation.run(replication, draws, RunOptions { threat: false, trace: false }, base);
        }
        simulation.run(replication, draws, RunOptions::default(), run);
        let failure = run.failure.or(base.failure.filter(|_| background));
        if let Some(failure) = failure {
            return Err(reason(failure).to_owned());
        }
        let base = background.then_some(&*base);
        paired.load(model.meta.horizon, base, run);
        catalogue.evaluate(paired, base, run, row);
        requirements.evaluate(model, paired, held);
        for (slot, place) in answers.iter_mut().zip(places) {
            *slot = place.is_some_and(|place| held[place]);
        }
        Ok(columns.iter().map(|column| row[*column]).sum())
    }
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
        for (i, bench) in self.benches.iter_mut().enumerate() {
            let answers = &mut answers[i * self.asked..][..self.asked];
            row[i] = bench.run(replication, &self.seeds, &mut self.records, answers)?;
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
