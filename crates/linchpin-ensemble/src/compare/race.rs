//! Rounds of a comparison: all that are still in the race do the next replications; who is out rests.

use super::job::{Candidate, CompareJob};
use crate::error::StudyError;
use crate::identity::Identity;
use crate::run::{Plan, Progress, Stopped, run};
use crate::store::{Inventory, Study, read_block, runs_folder};
use crate::work::Job;
use linchpin_analysis::compare::{Race, Selection, Selector};
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// What to find out.
#[derive(Clone, Debug)]
pub struct Contest<'a> {
    /// The variants; the first one is the scenario as it is.
    pub candidates: &'a [Candidate],
    /// Which of them may be chosen.
    pub eligible: &'a [bool],
    /// Which of them do all replications, whether or not they are out.
    pub kept: &'a [bool],
    /// Id of the metric that is to be small.
    pub metric: &'a str,
    /// How sure to be. Its `first` rows are the first round.
    pub selector: Selector,
    /// Where `selector.indifference` is 0: this share of the first candidate's mean over the first round, in absolute value.
    pub relative_indifference: f64,
    /// At most so many replications.
    pub replications: u32,
    /// At least so many, even where the best is known before.
    pub at_least: u32,
    /// Seed of all draws.
    pub seed: u64,
    /// The frozen scenario and the version of the program: what results belong to.
    pub frozen: &'a str,
    /// See `frozen`.
    pub program: &'a str,
    /// Worker threads; 0: one for each processor.
    pub threads: usize,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Contested {
    /// Values by candidate; those that are out have fewer.
    pub columns: Vec<Vec<f64>>,
    /// The difference that did not matter.
    pub indifference: f64,
    /// Answers by candidate.
    pub answers: Vec<Answers>,
    /// The requirements that answers are to, by id and group.
    pub asked: Vec<(String, String)>,
    /// How it stands among the eligible; none where too few replications were done, or the metric was not finite.
    pub selection: Option<Selection>,
    /// Places in `candidates` of the columns that the selection speaks of.
    pub eligible: Vec<usize>,
    /// True where it was told to stop.
    pub interrupted: bool,
    /// Replications that failed in some variant; they are left out of all.
    pub failed: u64,
    /// The winner, what came second and the scenario as it is, on replications that took no part in choosing.
    pub fresh: Vec<(usize, Vec<f64>)>,
}

/// How often each requirement held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// By requirement.
    pub held: Vec<u64>,
    /// Of so many replications.
    pub of: u64,
}

/// Number of the first replication that takes no part in choosing.
const FRESH: u32 = 1 << 31;

/// Runs rounds, each twice as long as all before, until the best is known or all replications are done; then the best once
/// more on fresh draws. Each round is a study of its own in `folder/rounds`; a round that is there is not run again.
/// Nothing is found where a candidate has no such metric.
///
/// # Errors
/// [`StudyError`] where a folder cannot be written or holds something else.
pub fn contest(
    contest: &Contest<'_>,
    folder: &Path,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Contested, StudyError> {
    let count = contest.candidates.len();
    let eligible: Vec<usize> = (0..count).filter(|i| contest.eligible.get(*i) == Some(&true)).collect();
    let mut found = Contested {
        columns: vec![Vec::new(); count],
        indifference: contest.selector.indifference,
        answers: vec![Answers::default(); count],
        asked: Vec::new(),
        selection: None,
        eligible,
        interrupted: false,
        failed: 0,
        fresh: Vec::new(),
    };
    if CompareJob::new(contest.candidates, contest.metric, contest.seed, 0).is_none() {
        return Ok(found);
    }
    let mut race: Option<Race> = None;
    let (mut done, mut round) = (0, 0);
    while done < contest.replications {
        let until = if done == 0 { contest.selector.first as u32 } else { done.saturating_mul(2) };
        let until = until.min(contest.replications);
        let running = running(contest, &found, race.as_ref());
        let place = folder.join("rounds").join(format!("{round:02}"));
        let span = Span { first: done, rows: until - done };
        let Some(rows) = one_round(contest, &running, span, &place, stop, progress)? else {
            found.interrupted = true;
            return Ok(found);
        };
        found.take(&running, rows);
        (done, round) = (until, round + 1);
        let columns: Vec<&[f64]> = found.eligible.iter().map(|i| found.columns[*i].as_slice()).collect();
        match &mut race {
            Some(race) => {
                race.go_on(&columns);
            }
            None => {
                if found.indifference <= 0.0 {
                    let base = &found.columns[0];
                    let mean = base.iter().sum::<f64>() / base.len().max(1) as f64;
                    // With no loss at all everything is equally good.
                    found.indifference = (contest.relative_indifference * mean.abs()).max(f64::MIN_POSITIVE);
                }
                let selector = Selector { indifference: found.indifference, ..contest.selector };
                race = Race::begin(&selector, &columns);
                if let Some(race) = &mut race {
                    race.go_on(&columns);
                }
            }
        }
        if done >= contest.at_least && race.as_ref().is_some_and(Race::is_decided) {
            break;
        }
    }
    found.selection = race.map(|race| race.selection());
    if let Some(finalists) = found.finalists() {
        let span = Span { first: FRESH, rows: done };
        let place = folder.join("rounds").join("fresh");
        match one_round(contest, &finalists, span, &place, stop, progress)? {
            Some(rows) => found.fresh = finalists.into_iter().zip(rows.columns).collect(),
            None => found.interrupted = true,
        }
    }
    Ok(found)
}

/// Replications `first..first + rows`.
#[derive(Clone, Copy)]
struct Span {
    first: u32,
    rows: u32,
}

struct Rows {
    columns: Vec<Vec<f64>>,
    answers: Vec<Answers>,
    asked: Vec<(String, String)>,
    failed: u64,
}

/// Candidates that take part in the next round; the first one always does.
fn running(contest: &Contest<'_>, found: &Contested, race: Option<&Race>) -> Vec<usize> {
    let left: Option<Vec<usize>> = race.map(|race| race.left().map(|i| found.eligible[i]).collect());
    (0..contest.candidates.len())
        .filter(|i| {
            let kept = *i == 0 || contest.kept.get(*i) == Some(&true);
            kept || left.as_ref().is_none_or(|left| left.contains(i))
        })
        .collect()
}

impl Contested {
    /// Place of the best; none where nothing was selected.
    pub fn best(&self) -> Option<usize> {
        self.eligible.get(self.selection.as_ref()?.best).copied()
    }

    /// Takes in a further contest under the same seed, among candidates that have these places here; those beyond the end are new,
    /// in their order. The best of that contest is the best from now on. Rows belong together only where no replication
    /// failed in either.
    pub fn absorb(&mut self, other: Self, places: &[usize]) {
        for (place, (column, answers)) in places.iter().zip(other.columns.into_iter().zip(other.answers)) {
            match self.columns.get_mut(*place) {
                None => {
                    self.columns.push(column);
                    self.answers.push(answers);
                }
                Some(own) if own.len() < column.len() => {
                    *own = column;
                    self.answers[*place] = answers;
                }
                Some(_) => {}
            }
        }
        let before = self.best();
        if let (Some(own), Some(more)) = (&mut self.selection, other.selection) {
            for (i, out_after) in other.eligible.iter().zip(&more.out_after) {
                let Some(place) = places.get(*i) else { continue };
                match self.eligible.iter().position(|other| other == place) {
                    Some(known) => own.out_after[known] = *out_after,
                    None => {
                        self.eligible.push(*place);
                        own.out_after.push(*out_after);
                    }
                }
            }
            let best = other.eligible.get(more.best).and_then(|i| places.get(*i));
            let best = self.eligible.iter().position(|place| Some(place) == best);
            own.best = best.unwrap_or(own.best);
            own.decided &= more.decided;
            own.rows = own.rows.max(more.rows);
            own.enough = own.enough.max(more.enough);
        }
        if self.best() != before {
            let fresh = other.fresh.into_iter();
            self.fresh = fresh.filter_map(|(i, column)| Some((*places.get(i)?, column))).collect();
        }
    }

    fn take(&mut self, running: &[usize], rows: Rows) {
        for ((i, column), answers) in running.iter().zip(rows.columns).zip(rows.answers) {
            self.columns[*i].extend(column);
            let own = &mut self.answers[*i];
            own.held.resize(answers.held.len(), 0);
            own.held.iter_mut().zip(&answers.held).for_each(|(own, more)| *own += more);
            own.of += answers.of;
        }
        self.asked = rows.asked;
        self.failed += rows.failed;
    }

    /// The scenario as it is, the best and the next best, without repetition; none where nothing was selected.
    fn finalists(&self) -> Option<Vec<usize>> {
        let selection = self.selection.as_ref()?;
        let rows = selection.rows;
        let mean = |i: usize| {
            let column = &self.columns[i];
            column.iter().take(rows).sum::<f64>() / column.len().min(rows).max(1) as f64
        };
        let best = self.eligible[selection.best];
        let next = self.eligible.iter().copied().filter(|i| *i != best);
        let next = next.min_by(|a, b| mean(*a).total_cmp(&mean(*b)));
        let mut list = vec![0];
        for i in [Some(best), next].into_iter().flatten() {
            if !list.contains(&i) {
                list.push(i);
            }
        }
        Some(list)
    }
}

/// Runs a round, or reads it where it is there; none where it was told to stop.
fn one_round(
    contest: &Contest<'_>,
    running: &[usize],
    span: Span,
    folder: &Path,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Option<Rows>, StudyError> {
    let candidates: Vec<Candidate> = running.iter().map(|i| contest.candidates[*i].clone()).collect();
    let Some(job) = CompareJob::new(&candidates, contest.metric, contest.seed, span.first) else {
        return Ok(None);
    };
    let names: Vec<String> = job.columns().into_iter().map(|column| column.id).collect();
    let input = format!("{}\n{}", contest.frozen, span.first);
    let answers = job.answers().len();
    let identity = Identity::new(&input, &names, answers, contest.seed, contest.program);
    let inventory =
        if runs_folder(folder).is_dir() { Inventory::read(folder)? } else { Inventory::default() };
    let plan = Plan { replications: span.rows, until: None, block_size: 500, threads: contest.threads };
    let outcome = run(&job, folder, &identity, &plan, inventory, stop, progress)?;
    if outcome.stopped == Stopped::Interrupted {
        return Ok(None);
    }
    let failed = outcome.study.failed().len() as u64;
    let asked = job.asked().to_vec();
    let answers = answers_of(&outcome.study, running.len(), asked.len())?;
    let mut columns = Vec::with_capacity(running.len());
    let mut read = outcome.study.columns();
    for i in 0..running.len() {
        columns.push(read.get(i)?.to_vec());
    }
    Ok(Some(Rows { columns, answers, asked, failed }))
}

fn answers_of(study: &Study, candidates: usize, asked: usize) -> Result<Vec<Answers>, StudyError> {
    let mut all = vec![Answers { held: vec![0; asked], of: 0 }; candidates];
    for file in study.blocks() {
        let block = read_block(file)?.block;
        for row in (0..file.header.rows as usize).filter(|row| block.failure(*row).is_none()) {
            for (i, answers) in all.iter_mut().enumerate() {
                answers.of += 1;
                for (j, held) in answers.held.iter_mut().enumerate() {
                    *held += u64::from(block.answer(i * asked + j, row));
                }
            }
        }
    }
    Ok(all)
}
