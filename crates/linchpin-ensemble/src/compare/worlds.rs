//! Candidates in many worlds: with other values of what is not known, or against other threats.

use super::job::{Bench, Nothing, Records, Shared, requirements_of};
use crate::error::StudyError;
use crate::identity::{Identity, hex, sha256};
use crate::labels::Series;
use crate::run::{Plan, Progress, Stopped, run};
use crate::store::{Inventory, Study, runs_folder};
use crate::work::{Job, Worker};
use linchpin_analysis::findings;
use linchpin_analysis::stats::expected_shortfall;
use linchpin_model::{Model, Seeds};
use linchpin_sim::Simulation;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A way the world might be.
#[derive(Clone, Debug, PartialEq)]
pub enum World {
    /// As the scenario is written: central values, its own threat.
    AsWritten,
    /// With these values of the uncertain parameters, in their order.
    Values(Vec<f64>),
    /// Against this one of the scenario's other threats.
    Threat(usize),
}

/// Where the models come from. A model has to be a pure function of world and candidate.
pub trait Models: Sync {
    /// The model of a candidate in a world.
    ///
    /// # Errors
    /// Why there is none. The world is then left out, and counted.
    fn model(&self, world: &World, candidate: usize) -> Result<Arc<Model>, String>;
}

/// Some candidates in one world, on consecutive replications.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// The world.
    pub world: World,
    /// Number of the first replication.
    pub first: u32,
    /// Which candidates; as many in every task of a survey.
    pub candidates: Vec<usize>,
}

/// Tasks to be done.
#[derive(Clone, Copy)]
pub struct Survey<'a> {
    /// The models.
    pub models: &'a dyn Models,
    /// What the first candidate is as written: says which requirements are asked, and how results are handled.
    pub base: &'a Model,
    /// Tasks, in any order.
    pub tasks: &'a [Task],
    /// Replications of each candidate in each task, at least 1.
    pub rows: u32,
    /// At most so many means are kept of them: the bootstrap's units.
    pub most_batches: u32,
    /// Id of the metric, or [`ALL_SERVICES`](crate::ALL_SERVICES).
    pub metric: &'a str,
    /// Seed of all draws.
    pub seed: u64,
    /// What results belong to: the frozen scenario, the version of the program, and which candidates these are.
    pub about: &'a str,
    /// Version of the program.
    pub program: &'a str,
    /// Worker threads; 0: one for each processor.
    pub threads: usize,
}

/// What was seen of a candidate in a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Means over equally many replications each, in order.
    pub batches: Vec<f64>,
    /// Expected shortfall at 95 % over all of the replications; infinite where one value is.
    pub tail: f64,
    /// Share of replications in which each requirement asked for held.
    pub held: Vec<f64>,
}

impl Seen {
    /// Mean over all replications.
    pub fn mean(&self) -> f64 {
        self.batches.iter().sum::<f64>() / self.batches.len().max(1) as f64
    }
}

/// What came out of a survey.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surveyed {
    /// By task, then by its candidates; none where a model could not be made or a replication failed.
    pub tasks: Vec<Option<Vec<Seen>>>,
    /// Reasons why tasks failed, by their place.
    pub failed: Vec<(usize, String)>,
    /// Replications of each candidate in each task: what was asked for, rounded up to whole batches.
    pub rows: u32,
}

impl<'a> Survey<'a> {
    /// Replications in a batch, and batches.
    fn batches(&self) -> (u32, u32) {
        let per = self.rows.max(1).div_ceil(self.most_batches.max(1));
        (per, self.rows.max(1).div_ceil(per))
    }

    /// Replications of each candidate that are done in each task.
    pub fn rounded_rows(&self) -> u32 {
        let (per, batches) = self.batches();
        per * batches
    }

    /// All tasks in words that tell any two surveys apart.
    fn description(&self) -> String {
        let (per, batches) = self.batches();
        let mut text = format!("{}\nworlds {per} x {batches} of {}\n", self.about, self.metric);
        for task in self.tasks {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{} {:?} {:?}", task.first, task.candidates, task.world);
        }
        text
    }

    /// Does all tasks, or reads what of them is there, in a folder of their own within `folder`. Whatever the number of
    /// threads and however often it was interrupted, the results are the same. None where it was told to stop.
    ///
    /// # Errors
    /// [`StudyError`] where the folder cannot be written.
    pub fn run(
        &self,
        folder: &Path,
        name: &str,
        stop: &AtomicBool,
        progress: &mut dyn FnMut(&Progress),
    ) -> Result<Option<Surveyed>, StudyError> {
        let slots = self.tasks.first().map_or(0, |task| task.candidates.len());
        if slots == 0 || self.tasks.iter().any(|task| task.candidates.len() != slots) {
            return Ok(Some(Surveyed { tasks: vec![None; self.tasks.len()], ..Surveyed::default() }));
        }
        let (per, batches) = self.batches();
        let job = WorldsJob {
            survey: *self,
            slots,
            per,
            batches,
            asked: requirements_of(self.base),
            seeds: Seeds::new(self.seed),
        };
        let description = self.description();
        let short: String = hex(&sha256(description.as_bytes())).chars().take(12).collect();
        let place = folder.join(format!("{name}-{short}"));
        let names: Vec<String> = job.columns().into_iter().map(|column| column.id).collect();
        let identity = Identity::new(&description, &names, 0, self.seed, self.program);
        let known = runs_folder(&place).is_dir();
        let inventory = if known { Inventory::read(&place)? } else { Inventory::default() };
        let plan = Plan {
            replications: self.tasks.len() as u32,
            until: None,
            block_size: 16,
            threads: self.threads,
        };
        let outcome = run(&job, &place, &identity, &plan, inventory, stop, progress)?;
        if outcome.stopped == Stopped::Interrupted {
            return Ok(None);
        }
        job.read(&outcome.study).map(Some)
    }
}

/// One row of a study is one task.
struct WorldsJob<'a> {
    survey: Survey<'a>,
    slots: usize,
    per: u32,
    batches: u32,
    asked: Vec<(String, String)>,
    seeds: Seeds,
}

impl WorldsJob<'_> {
    /// Columns of a candidate: batches, tail, shares.
    fn width(&self) -> usize {
        self.batches as usize + 1 + self.asked.len()
    }

    fn read(&self, study: &Study) -> Result<Surveyed, StudyError> {
        let (width, batches) = (self.width(), self.batches as usize);
        let mut found = Surveyed {
            tasks: vec![None; self.survey.tasks.len()],
            failed: Vec::new(),
            rows: self.per * self.batches,
        };
        for failed in study.failed() {
            found.failed.push((failed.replication as usize, failed.reason.clone()));
        }
        let finished: Vec<usize> = study.finished().map(|task| task as usize).collect();
        let mut columns = study.columns();
        for slot in 0..self.slots {
            let mut own = Vec::with_capacity(width);
            for column in 0..width {
                own.push(columns.get(slot * width + column)?.to_vec());
            }
            for (row, task) in finished.iter().enumerate() {
                let values: Vec<f64> = own.iter().map(|column| column[row]).collect();
                let seen = Seen {
                    batches: values[..batches].to_vec(),
                    tail: values[batches],
                    held: values[batches + 1..].to_vec(),
                };
                if let Some(place) = found.tasks.get_mut(*task) {
                    place.get_or_insert_with(Vec::new).push(seen);
                }
            }
        }
        Ok(found)
    }
}

impl<'a> Job for WorldsJob<'a> {
    type Sums = Nothing;
    type Worker = WorldsWorker<'a>;

    fn columns(&self) -> Vec<Series> {
        let series = |slot: usize, what: String| Series {
            id: format!("{slot}/{what}"),
            group: slot.to_string(),
            unit: String::new(),
        };
        let of = |slot: usize| {
            let batches = (0..self.batches).map(move |batch| series(slot, format!("batch/{batch}")));
            let held = self.asked.iter();
            let held = held.map(move |(id, group)| series(slot, format!("requirement/{id}/{group}")));
            batches.chain([series(slot, "es95".to_owned())]).chain(held)
        };
        (0..self.slots).flat_map(of).collect()
    }

    fn answers(&self) -> Vec<Series> {
        Vec::new()
    }

    fn marking(&self) -> String {
        findings::handling(self.survey.base.meta.exercise, &self.survey.base.meta.marking)
    }

    fn headline(&self) -> Option<usize> {
        None
    }

    fn worker(&self) -> WorldsWorker<'a> {
        WorldsWorker {
            survey: self.survey,
            per: self.per,
            batches: self.batches,
            asked: self.asked.clone(),
            seeds: self.seeds,
            records: Records::default(),
            values: Vec::new(),
            held: vec![false; self.asked.len()],
        }
    }

    fn sums(&self) -> Nothing {
        Nothing
    }
}

/// Does one task after the other: builds the model of one candidate, runs it, and lets it go.
struct WorldsWorker<'a> {
    survey: Survey<'a>,
    per: u32,
    batches: u32,
    asked: Vec<(String, String)>,
    seeds: Seeds,
    records: Records,
    values: Vec<f64>,
    held: Vec<bool>,
}

impl Worker for WorldsWorker<'_> {
    type Sums = Nothing;

    fn run(&mut self, task: u32, _: &mut Nothing, row: &mut [f64], _: &mut [bool]) -> Result<(), String> {
        let task = self.survey.tasks.get(task as usize).ok_or("there is no such task")?;
        let width = row.len() / task.candidates.len().max(1);
        for (candidate, row) in task.candidates.iter().zip(row.chunks_exact_mut(width)) {
            self.one(task, *candidate, row)?;
        }
        Ok(())
    }
}

impl WorldsWorker<'_> {
    /// One candidate's part of a row.
    fn one(&mut self, task: &Task, candidate: usize, row: &mut [f64]) -> Result<(), String> {
        let model = self.survey.models.model(&task.world, candidate)?;
        let shared = Shared::new(model.clone(), self.survey.metric, &self.asked);
        let shared = shared.ok_or_else(|| format!("there is no metric `{}`", self.survey.metric))?;
        let mut bench = Bench::new(Simulation::new(model), Arc::new(shared));
        let (means, rest) = row.split_at_mut(self.batches as usize);
        let (tail, shares) = rest.split_at_mut(1);
        shares.fill(0.0);
        self.values.clear();
        for i in 0..self.per * self.batches {
            let replication = task.first.saturating_add(i);
            let value = bench.run(replication, &self.seeds, &mut self.records, &mut self.held)?;
            self.values.push(value);
            shares.iter_mut().zip(&self.held).for_each(|(share, held)| *share += f64::from(u8::from(*held)));
        }
        let rows = self.values.len() as f64;
        shares.iter_mut().for_each(|share| *share /= rows);
        for (mean, batch) in means.iter_mut().zip(self.values.chunks_exact(self.per as usize)) {
            *mean = batch.iter().sum::<f64>() / f64::from(self.per);
        }
        self.values.sort_unstable_by(f64::total_cmp);
        tail[0] = expected_shortfall(&self.values, 0.95).unwrap_or(f64::INFINITY);
        Ok(())
    }
}
