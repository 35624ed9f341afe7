//! The worst that can be done to a system, and what to protect against it: sets of targets, or an actor's campaigns,
//! evaluated on the same replications.

mod actor;
#[cfg(test)]
mod country;
mod journal;
mod pool;
mod targets;
#[cfg(test)]
mod tests;

pub use actor::{Choice, Scheme, schemes_of};
pub use pool::{Halt, Searching};

use crate::StudyError;
use crate::identity::{Digest32, sha256};
use journal::Journal;
use linchpin_analysis::worst::{
    Attack, Ground, Level, Oracle, Protection, Search, Set, combinations, protect,
};
use linchpin_model::{Model, NodeId, Strike};
use pool::{Evaluate, Pool};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

/// Replications with which most sets are looked at.
const SCREEN: u32 = 32;

/// What is attacked.
#[derive(Clone, Debug)]
pub enum Against<'a> {
    /// So many of these nodes (ascending) are struck at a time in seconds from the start.
    Targets {
        /// Whom it may concern, ascending.
        candidates: Vec<NodeId>,
        /// How many at most.
        most: usize,
        /// What is done to them.
        strike: Strike,
        /// When.
        at: u32,
    },
    /// An actor's campaigns with these choices, within this effort.
    Actor {
        /// What can be chosen.
        scheme: &'a Scheme,
        /// Effort there is.
        effort: f64,
    },
}

/// What to look for.
#[derive(Clone, Debug)]
pub struct WorstPlan<'a> {
    /// The scenario.
    pub model: &'a Model,
    /// What is attacked.
    pub against: Against<'a>,
    /// How many assets can be protected.
    pub protections: usize,
    /// Id of the metric that is to be large, or [`ALL_SERVICES`](crate::ALL_SERVICES).
    pub metric: &'a str,
    /// True for the expected shortfall at 95 %, false for the mean.
    pub tail: bool,
    /// Seed of all draws.
    pub seed: u64,
    /// Replications of each set that is reported.
    pub replications: u32,
    /// All sets are evaluated where that takes at most so many replications.
    pub exact: u64,
    /// Everything the result depends on, as text: the frozen scenario and what is asked.
    pub question: &'a str,
    /// Worker threads; 0: one for each processor.
    pub threads: usize,
}

/// An attack and what it costs by replication.
#[derive(Clone, Debug, Default)]
pub struct Weighed {
    /// Places of the items.
    pub set: Set,
    /// Losses on the replications that it was chosen on.
    pub rows: Vec<f64>,
    /// Losses on as many others.
    pub fresh: Vec<f64>,
    /// True where all sets of as many were evaluated.
    pub exact: bool,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct WorstFound {
    /// The worst attack of each number of targets; of an actor's campaigns the one worst.
    pub attacks: Vec<Weighed>,
    /// What to protect: places of assets (targets: of candidates).
    pub protection: Protection,
    /// The worst that is left of each number of targets.
    pub left: Vec<Weighed>,
    /// What it costs where everything is attacked: no attack on any number costs more, where more attacks never cost less.
    pub everything: Option<f64>,
    /// What was asked.
    pub searched: Searching,
    /// Replications that could not be finished; they are left out.
    pub failed: u64,
}

/// Looks for the worst, and for the protections that help most. What was evaluated is kept in `folder`; the same plan goes
/// on from there. None where the model has no such metric.
///
/// # Errors
/// [`Halt`].
pub fn worst(
    plan: &WorstPlan<'_>,
    folder: Option<&Path>,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(&Searching),
) -> Result<Option<WorstFound>, Halt> {
    match &plan.against {
        Against::Targets { candidates, most, strike, at } => {
            let groups = targets::groups(plan.model, candidates, *most);
            let ground = Ground::targets(candidates.len(), (*most).min(candidates.len()), groups);
            let targets = targets::Targets::new(
                plan.model,
                candidates.clone(),
                (*strike, *at),
                plan.metric,
                plan.seed,
                plan.replications,
            );
            let Some(targets) = targets else { return Ok(None) };
            look(plan, &ground, &targets, folder, stop, progress).map(Some)
        }
        Against::Actor { scheme, effort } => {
            let ground = scheme.ground(*effort);
            let campaigns =
                actor::Campaigns::new(plan.model, scheme, *effort, plan.metric, plan.seed, plan.replications);
            let Some(campaigns) = campaigns else { return Ok(None) };
            look(plan, &ground, &campaigns, folder, stop, progress).map(Some)
        }
    }
}

fn pool<'a, E: Evaluate>(
    plan: &WorstPlan<'_>,
    evaluate: &'a E,
    folder: Option<&Path>,
    stop: &'a AtomicBool,
    progress: &'a mut dyn FnMut(&Searching),
) -> Result<Pool<'a, E>, StudyError> {
    let threads = rayon::ThreadPoolBuilder::new()
        .num_threads(plan.threads)
        .thread_name(|worker| format!("linchpin-worker-{worker}"))
        .build()
        .map_err(|error| StudyError::Threads(error.to_string()))?;
    let identity: Digest32 = sha256(plan.question.as_bytes());
    Ok(Pool {
        evaluate,
        threads,
        workers: Mutex::new(Vec::new()),
        screen: SCREEN.min(plan.replications),
        replications: plan.replications,
        tail: plan.tail,
        journal: Journal::open(folder, identity)?,
        stop,
        progress,
        done: Searching::default(),
        unwritten: 0,
        failed: 0,
    })
}

fn look<E: Evaluate>(
    plan: &WorstPlan<'_>,
    ground: &Ground,
    evaluate: &E,
    folder: Option<&Path>,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(&Searching),
) -> Result<WorstFound, Halt> {
    let mut pool = pool(plan, evaluate, folder, stop, progress)?;
    let sets = combinations(ground.items.len() as u64, ground.most as u64);
    let exact = ground.is_plain() && sets.saturating_mul(u64::from(plan.replications)) <= plan.exact;
    let mut search = Search::new(ground, &mut pool);
    let attacks = if exact { enumerated(&mut search)? } else { searched(&mut search, &[])? };
    let protection = protect(&mut search, plan.protections, exact)?;
    let left = if exact {
        left_of(&mut search, &protection, ground.most)
    } else if ground.is_plain() {
        let mut left = search.by_size(&protection.assets)?;
        // What the turns of the game have found is not forgotten.
        if let Some(last) = left.last_mut().filter(|last| last.loss < protection.left.loss) {
            *last = protection.left.clone();
        }
        left
    } else {
        vec![protection.left.clone()]
    };
    let everything: Set = (0..ground.items.len() as u32).collect();
    let everything = match ground.is_plain() && !everything.is_empty() {
        true => pool.losses(&[everything], Level::Full)?.first().copied().filter(|loss| loss.is_finite()),
        false => None,
    };
    let weigh = |attacks: Vec<Attack>| -> Vec<Weighed> {
        let sets: Vec<Set> = attacks.iter().map(|attack| attack.set.clone()).collect();
        let rows = pool.rows(&sets, Level::Full, 0..plan.replications);
        let fresh = pool.rows(&sets, Level::Full, targets::fresh(plan.replications));
        let all = attacks.into_iter().zip(rows).zip(fresh);
        all.map(|((attack, rows), fresh)| Weighed { set: attack.set, rows, fresh, exact: attack.exact })
            .collect()
    };
    let (attacks, left) = (weigh(attacks), weigh(left));
    pool.journal.flush()?;
    Ok(WorstFound { attacks, protection, left, everything, searched: pool.done, failed: pool.failed })
}

fn enumerated<O: Oracle>(search: &mut Search<'_, O>) -> Result<Vec<Attack>, O::Error> {
    let mut attacks = Vec::new();
    for size in 1..=search.ground().most {
        attacks.extend(search.enumerate(size)?);
    }
    Ok(attacks)
}

fn searched<O: Oracle>(search: &mut Search<'_, O>, protected: &[u32]) -> Result<Vec<Attack>, O::Error> {
    if search.ground().is_plain() {
        return search.by_size(protected);
    }
    let attack = search.answer(protected, &[])?;
    Ok(if attack.set.is_empty() { Vec::new() } else { vec![attack] })
}

/// The worst of each size that avoids what is protected, of all sets.
fn left_of<O: Oracle>(search: &mut Search<'_, O>, protection: &Protection, most: usize) -> Vec<Attack> {
    let all = search.evaluated();
    let open = |set: &Set| set.iter().all(|item| !protection.assets.contains(item));
    (1..=most)
        .filter_map(|size| {
            let (loss, set) = all.iter().find(|(_, set)| set.len() == size && open(set))?;
            Some(Attack { set: set.clone(), loss: *loss, exact: true })
        })
        .collect()
}
