//! A ranking as a study of its own: in blocks, on many threads, gone on with where it was interrupted.

use super::job::{Item, Outage, RankJob, RankSums};
use crate::error::StudyError;
use crate::identity::Identity;
use crate::manifest::Timings;
use crate::run::{Plan, Progress, Stopped, run};
use crate::store::{Inventory, runs_folder};
use crate::work::Job;
use linchpin_model::Model;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Replications in a block: what is lost when killed. Each of them is some hundred runs.
const BLOCK: u32 = 50;

/// What to find out.
#[derive(Clone, Debug)]
pub struct Ranking<'a> {
    /// The model.
    pub model: &'a Model,
    /// What is ranked.
    pub items: &'a [Item],
    /// Id of the metric, as for comparisons.
    pub metric: &'a str,
    /// When what is taken out is out.
    pub outage: Outage,
    /// Replications.
    pub replications: u32,
    /// Seed of all draws.
    pub seed: u64,
    /// The frozen scenario and the version of the program: what results belong to.
    pub frozen: &'a str,
    /// See `frozen`.
    pub program: &'a str,
    /// Worker threads; 0: one for each processor. Changes no result.
    pub threads: usize,
    /// Run everything, whether or not it can differ. Changes no result.
    pub brute_force: bool,
}

/// What came out: a value a replication, the same rows throughout.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// What the scenario loses as it is.
    pub as_it_is: Vec<f64>,
    /// By item: what the ordinary day loses more with it out.
    pub out: Vec<Vec<f64>>,
    /// By item: what is spared with it held up.
    pub held: Vec<Vec<f64>>,
    /// Replications that failed in some run; they are left out.
    pub failed: u64,
    /// How much was run, those blocks that were there already included.
    pub sums: RankSums,
    /// How long this call took.
    pub timings: Timings,
}

/// Ranks into `folder`, going on from what is there. None where there is no such metric, or it was told to stop.
///
/// # Errors
/// [`StudyError`] where the folder cannot be written or holds something else.
pub fn rank(
    ranking: &Ranking<'_>,
    folder: &Path,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Option<Ranked>, StudyError> {
    let Ranking { model, items, metric, outage, seed, brute_force, .. } = *ranking;
    let Some(job) = RankJob::new(model, metric, items, outage, seed, brute_force) else { return Ok(None) };
    let names: Vec<String> = job.columns().into_iter().map(|column| column.id).collect();
    let lasts = outage.lasts.map_or_else(|| "to the end".to_owned(), |lasts| lasts.to_string());
    let input = format!("{}\nrank {} {lasts}", ranking.frozen, outage.at);
    let identity = Identity::new(&input, &names, 0, seed, ranking.program);
    let inventory =
        if runs_folder(folder).is_dir() { Inventory::read(folder)? } else { Inventory::default() };
    let plan =
        Plan { replications: ranking.replications, until: None, block_size: BLOCK, threads: ranking.threads };
    let outcome = run(&job, folder, &identity, &plan, inventory, stop, progress)?;
    if outcome.stopped == Stopped::Interrupted {
        return Ok(None);
    }
    let mut read = outcome.study.columns();
    let mut columns = Vec::with_capacity(names.len());
    for i in 0..names.len() {
        columns.push(read.get(i)?.to_vec());
    }
    let mut columns = columns.into_iter();
    Ok(Some(Ranked {
        as_it_is: columns.next().unwrap_or_default(),
        out: columns.by_ref().take(items.len()).collect(),
        held: columns.collect(),
        failed: outcome.study.failed().len() as u64,
        sums: outcome.totals.sums,
        timings: outcome.timings,
    }))
}
