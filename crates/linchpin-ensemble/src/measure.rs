//! The job of a scenario: each replication with the threat and beside it, where it can differ from nothing happening,
//! without; then metrics, requirements and sums.

use crate::details::{Beside, Details};
use crate::identity::Identity;
use crate::labels::Series;
use crate::run::lock;
use crate::seal::Part;
use crate::store::Columns;
use crate::work::{Job, Sums, Worker};
use linchpin_analysis::{BlockAccumulator, Catalogue, Paired, Requirements, findings};
use linchpin_model::{Model, Record, RunFailure, Seeds};
use linchpin_sim::{RunOptions, Simulation};
use std::sync::{Arc, Mutex};

/// Replications of a model under one seed.
pub struct ModelJob {
    /// Others are forked from it.
    simulation: Mutex<Simulation>,
    shared: Arc<Shared>,
}

struct Shared {
    model: Arc<Model>,
    catalogue: Catalogue,
    requirements: Requirements,
    seeds: Seeds,
}

impl ModelJob {
    /// A job for this model and seed.
    pub fn new(model: Arc<Model>, seed: u64) -> Self {
        let catalogue = Catalogue::new(&model);
        let requirements = Requirements::new(&model);
        let mut simulation = Simulation::new(model.clone());
        simulation.note_switches(true);
        let simulation = Mutex::new(simulation);
        Self {
            simulation,
            shared: Arc::new(Shared { model, catalogue, requirements, seeds: Seeds::new(seed) }),
        }
    }

    /// The model.
    pub fn model(&self) -> &Arc<Model> {
        &self.shared.model
    }

    /// Its metrics: the columns.
    pub fn catalogue(&self) -> &Catalogue {
        &self.shared.catalogue
    }

    /// Its requirements: the answers.
    pub fn requirements(&self) -> &Requirements {
        &self.shared.requirements
    }

    /// The identity of its studies.
    pub fn identity(&self, frozen: &str, seed: u64, program: &str) -> Identity {
        let ids: Vec<String> = self.columns().into_iter().map(|column| column.id).collect();
        Identity::new(frozen, &ids, self.shared.requirements.len(), seed, program)
    }
}

impl Job for ModelJob {
    type Sums = ModelSums;
    type Worker = ModelWorker;

    fn columns(&self) -> Vec<Series> {
        let metrics = self.shared.catalogue.metrics().iter();
        metrics
            .map(|metric| Series {
                id: metric.id.clone(),
                group: metric.group.clone(),
                unit: metric.unit.to_owned(),
            })
            .collect()
    }

    fn answers(&self) -> Vec<Series> {
        let names = self.shared.requirements.names(&self.shared.model);
        names
            .map(|(id, group)| Series {
                id: format!("requirement/{id}/{group}"),
                group: group.to_owned(),
                unit: "held".to_owned(),
            })
            .collect()
    }

    fn marking(&self) -> String {
        let meta = &self.shared.model.meta;
        findings::handling(meta.exercise, &meta.marking)
    }

    fn headline(&self) -> Option<usize> {
        Some(self.shared.catalogue.headline())
    }

    fn worker(&self) -> ModelWorker {
        ModelWorker {
            simulation: lock(&self.simulation).fork(),
            shared: self.shared.clone(),
            run: Record::default(),
            base: Record::default(),
            paired: Paired::default(),
        }
    }

    fn sums(&self) -> ModelSums {
        ModelSums {
            accumulator: BlockAccumulator::new(&self.shared.model),
            details: Details::new(&self.shared.model),
            beside: Vec::new(),
            model: self.shared.model.clone(),
        }
    }
}

/// A world and the buffers of one thread.
pub struct ModelWorker {
    simulation: Simulation,
    shared: Arc<Shared>,
    run: Record,
    base: Record,
    paired: Paired,
}

impl Worker for ModelWorker {
    type Sums = ModelSums;

    fn run(
        &mut self,
        replication: u32,
        sums: &mut ModelSums,
        row: &mut [f64],
        answers: &mut [bool],
    ) -> Result<(), String> {
        let Shared { model, catalogue, requirements, seeds } = &*self.shared;
        let draws = seeds.replication(replication);
        let background = model.has_background();
        if background {
            let options = RunOptions { threat: false, trace: false };
            self.simulation.run(replication, draws, options, &mut self.base);
            if let Some(failure) = self.base.failure {
                return Err(format!("{} (in the run without the threat)", reason(failure)));
            }
        }
        let options = RunOptions { threat: true, trace: false };
        self.simulation.run(replication, draws, options, &mut self.run);
        if let Some(failure) = self.run.failure {
            return Err(reason(failure).to_owned());
        }
        let base = background.then_some(&self.base);
        self.paired.load(model.meta.horizon, base, &self.run);
        catalogue.evaluate(&self.paired, base, &self.run, row);
        requirements.evaluate(model, &self.paired, answers);
        sums.accumulator.add(base, &self.run, answers);
        sums.details.add(replication, &self.run.switches, &self.paired);
        Ok(())
    }
}

/// Why a replication failed, in words. The time is left out so that equal reasons can be counted.
pub fn reason(failure: RunFailure) -> &'static str {
    match failure {
        RunFailure::Passes(_) => "something flips back and forth without end within one second",
        RunFailure::Events(_) => "more events than a replication may have",
    }
}

/// Sums over replications of a model.
#[derive(Clone, Debug)]
pub struct ModelSums {
    accumulator: BlockAccumulator,
    /// Of single replications; only until the block is whole.
    details: Details,
    /// Files written before: their buffers.
    beside: Vec<Beside>,
    model: Arc<Model>,
}

impl ModelSums {
    /// The sums.
    pub fn accumulator(&self) -> &BlockAccumulator {
        &self.accumulator
    }
}

impl Sums for ModelSums {
    fn merge(&mut self, other: &Self) {
        self.accumulator.merge(&other.accumulator);
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.accumulator.write_to(&mut bytes);
        bytes
    }

    fn merge_bytes(&mut self, bytes: &[u8]) -> bool {
        let read = BlockAccumulator::read_from(&self.model, bytes);
        read.map(|other| self.accumulator.merge(&other)).is_ok()
    }

    fn absorb(&mut self, other: &mut Self) {
        self.details.merge(&other.details);
    }

    fn take_beside(&mut self, identity: &Identity, part: Part) -> Vec<Beside> {
        self.accumulator.add_levels(self.details.levels());
        let beside = self.details.encode(&self.model, identity, part, std::mem::take(&mut self.beside));
        self.details.clear();
        beside
    }

    fn recycle(mut self, beside: Vec<Beside>) -> Option<Self> {
        self.accumulator.clear();
        self.details.clear();
        self.beside = beside;
        Some(self)
    }
}

impl findings::Columns for Columns<'_> {
    type Error = crate::StudyError;

    fn column(&mut self, metric: usize) -> Result<Vec<f64>, Self::Error> {
        self.get(metric).map(<[f64]>::to_vec)
    }
}
