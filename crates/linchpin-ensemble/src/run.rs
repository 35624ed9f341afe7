//! Runs a study: chunks of replications to worker threads, whole blocks to the collector.

use crate::StudyError;
use crate::block::{Block, Failed};
use crate::clock::Stopwatch;
use crate::collect::{Collected, Collector, Ending, Finished};
use crate::digest::Totals;
use crate::estimate::Estimate;
use crate::files::create_folder;
use crate::identity::Identity;
use crate::labels::{Labels, Series};
use crate::leftovers::Leftovers;
use crate::manifest::{Course, Timings};
use crate::seal::Part;
use crate::shard::Shard;
use crate::store::{Inventory, Study, extent, runs_folder};
use crate::work::{Job, Sums, Worker};
use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Replications a worker takes at a time: enough that taking costs nothing, few enough that no worker waits long
/// for another at the end of a study.
const CHUNK: u32 = 32;

/// Whole blocks that may wait to be written before workers wait too: bounds memory on a slow disk.
const WAITING_BLOCKS: usize = 4;

/// Time between two calls of the progress callback.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// What to run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Replications; at most so many where `until` is given.
    pub replications: u32,
    /// When to stop earlier.
    pub until: Option<Precision>,
    /// Replications in a block, at least 1. Changes no result: more of them means fewer, larger files and more lost when
    /// killed. 500 is a second or less of work for scenarios of some hundred assets.
    pub block_size: u32,
    /// Worker threads; 0: one for each processor. Changes no result.
    pub threads: usize,
}

/// A precision to be reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Precision {
    /// Column whose mean is asked for.
    pub column: usize,
    /// Half-width of its 95 % confidence interval relative to the mean, above 0.
    pub relative: f64,
}

/// Why a study ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stopped {
    /// All replications were done.
    Replications,
    /// The precision asked for was reached: the relative half-width was this.
    Precision(f64),
    /// It was told to stop; resume goes on.
    Interrupted,
}

/// How far a running study is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Replications done, those of resumed blocks included.
    pub done: u64,
    /// Replications to be done (at most).
    pub total: u64,
    /// Replications a second since the start.
    pub rate: f64,
    /// Seconds left; none until something can be said.
    pub remaining_s: Option<f64>,
    /// Mean of the headline column over the complete prefix of blocks.
    pub headline: Option<Estimate>,
}

/// What a run comes to.
#[derive(Debug)]
pub struct Outcome<S> {
    /// The complete prefix of blocks.
    pub study: Study,
    /// Sums, hash and failures of the complete prefix.
    pub totals: Totals<S>,
    /// Why it ended.
    pub stopped: Stopped,
    /// How long it took.
    pub timings: Timings,
    /// What was found in the folder and left out, one sentence each.
    pub notes: Vec<String>,
}

/// What a run of one part comes to.
#[derive(Clone, Debug)]
pub struct ShardOutcome {
    /// Replications of the part that are on disk without a gap, failed ones included.
    pub replications: u64,
    /// Reasons why replications failed, and how many did.
    pub failed: Vec<(String, u64)>,
    /// Why it ended.
    pub stopped: Stopped,
    /// How long it took.
    pub timings: Timings,
    /// What was found in the folder and left out, one sentence each.
    pub notes: Vec<String>,
}

/// Runs a study into `folder`, going on from what `inventory` holds (nothing, for a fresh start).
///
/// Setting `stop` ends it after the replications in flight; whole blocks stay. `progress` is called on the calling
/// thread, ten times a second.
///
/// # Errors
/// [`StudyError::Mismatch`] where the inventory is of another study, [`StudyError::MoreThanAsked`] where it holds
/// more, [`StudyError::Io`] where a file cannot be written. Whole blocks stay in every case.
pub fn run<J: Job>(
    job: &J,
    folder: &Path,
    identity: &Identity,
    plan: &Plan,
    inventory: Inventory,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Outcome<J::Sums>, StudyError> {
    Go { job, folder, identity, plan, shard: None, stop }.compute(inventory, progress)
}

/// Runs one part of a study into a folder of its own, as [`run`] does with a whole one. Merging all parts gives
/// the study that [`run`] would have given. A stopping rule makes no sense here: nobody knows the whole.
///
/// # Errors
/// As [`run`].
#[expect(clippy::too_many_arguments, reason = "one more than `run`")]
pub fn run_shard<J: Job>(
    job: &J,
    folder: &Path,
    identity: &Identity,
    plan: &Plan,
    shard: Shard,
    inventory: Inventory,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(&Progress),
) -> Result<ShardOutcome, StudyError> {
    let plan = &Plan { until: None, ..*plan };
    let go = Go { job, folder, identity, plan, shard: Some(shard), stop };
    let Outcome { totals, stopped, timings, notes, .. } = go.compute(inventory, progress)?;
    Ok(ShardOutcome { replications: totals.replications, failed: totals.failed, stopped, timings, notes })
}

/// What all of a run is about.
struct Go<'a, J: Job> {
    job: &'a J,
    folder: &'a Path,
    identity: &'a Identity,
    plan: &'a Plan,
    shard: Option<Shard>,
    stop: &'a AtomicBool,
}

impl<J: Job> Go<'_, J> {
    fn compute(
        &self,
        mut inventory: Inventory,
        progress: &mut dyn FnMut(&Progress),
    ) -> Result<Outcome<J::Sums>, StudyError> {
        let Self { job, folder, identity, plan, .. } = *self;
        inventory.demand(folder, identity)?;
        let held = inventory.replications();
        if held > u64::from(plan.replications) {
            let folder = folder.to_owned();
            return Err(StudyError::MoreThanAsked { folder, held, asked: plan.replications });
        }
        let course = self.course(inventory.block_size(plan.block_size));
        inventory.keep_fitting(course.size, plan.replications);
        let Inventory { mut blocks, notes } = inventory;
        blocks.retain(|index, _| course.blocks().contains(index));
        create_folder(&runs_folder(folder))?;
        crate::manifest::Manifest::running(identity, &course, &Study::default()).write(folder)?;

        let spans: Vec<Span> = course.blocks().filter_map(|index| Span::of(index, &course)).collect();
        let total = spans.iter().map(|span| u64::from(span.rows)).sum();
        let missing = spans.into_iter().filter(|span| !blocks.contains_key(&span.index)).collect();
        let threads = threads(plan.threads);
        let board = Board::new(job, identity, missing, course.size, threads, self.stop);
        let watch = Stopwatch::start();
        let collector = Collector::new(job, folder, identity, plan, &course, blocks);
        let goal = Goal { total, until: plan.until };
        let (collected, replications_s) = drive(&board, collector, goal, threads, progress, watch)?;
        let timings = Timings {
            threads,
            computed: board.done.load(Ordering::Relaxed),
            replications_s,
            whole_s: watch.seconds(),
        };
        let Collected { ending, intake, study } = collected;
        let totals = intake.finish();
        let stopped = match ending {
            Ending::All => Stopped::Replications,
            Ending::Precise(relative) => Stopped::Precision(relative),
            Ending::CutOff => Stopped::Interrupted,
        };
        crate::manifest::close(folder, identity, &course, &study, &totals, stopped, Some(timings))?;
        Ok(Outcome { study, totals, stopped, timings, notes })
    }

    fn course(&self, size: u32) -> Course {
        let column = |until: &Precision| self.job.columns().into_iter().nth(until.column);
        let until = self.plan.until.as_ref().and_then(|until| {
            let Series { id, .. } = column(until)?;
            Some(format!("{id}={}", until.relative))
        });
        Course {
            planned: self.plan.replications,
            size,
            until,
            shard: self.shard,
            marking: self.job.marking(),
        }
    }
}

/// How far to go.
#[derive(Clone, Copy, Debug)]
struct Goal {
    /// Replications, those on disk included; at most so many where `until` is given.
    total: u64,
    until: Option<Precision>,
}

/// Worker threads for a wish, where 0 stands for one a processor.
fn threads(asked: usize) -> usize {
    match asked {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        n => n,
    }
}

/// Starts workers and collector, and reports progress until both are through. Also says how long the workers took.
fn drive<J: Job>(
    board: &Board<'_, J>,
    collector: Collector<'_, J>,
    goal: Goal,
    threads: usize,
    progress: &mut dyn FnMut(&Progress),
    watch: Stopwatch,
) -> Result<(Collected<J::Sums>, f64), StudyError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|worker| format!("linchpin-worker-{worker}"))
        .build()
        .map_err(|error| StudyError::Threads(error.to_string()))?;
    let (sender, receiver) = sync_channel(WAITING_BLOCKS);
    let (alive, ended) = channel::<()>();
    let before = collector.held();
    std::thread::scope(|scope| {
        let collecting = scope.spawn(move || {
            let collected = collector.collect(&receiver, &board.headline, &board.leftovers);
            board.halt.store(true, Ordering::Relaxed);
            drop((receiver, alive));
            collected
        });
        let workers_s = pool.in_place_scope(|workers| {
            let (idle, idled) = channel::<()>();
            for _ in 0..threads {
                let (sender, idle) = (sender.clone(), idle.clone());
                workers.spawn(move |_| {
                    board.work(&sender);
                    drop(idle);
                });
            }
            drop((sender, idle));
            report(board, goal, before, &idled, progress, watch);
            let workers_s = watch.seconds();
            report(board, goal, before, &ended, progress, watch);
            workers_s
        });
        let collected = collecting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok((collected, workers_s))
    })
}

/// Calls `progress` until the other end of `over` is gone.
fn report<J: Job>(
    board: &Board<'_, J>,
    goal: Goal,
    before: u64,
    over: &Receiver<()>,
    progress: &mut dyn FnMut(&Progress),
    watch: Stopwatch,
) {
    while over.recv_timeout(PROGRESS_EVERY) == Err(RecvTimeoutError::Timeout) {
        let computed = board.done.load(Ordering::Relaxed);
        let (done, total) = (before + computed, goal.total);
        let watched = *lock(&board.headline);
        let rate = computed as f64 / watch.seconds().max(1e-9);
        let end = goal.until.map_or(total as f64, |until| watched.goal(until.relative, total));
        let remaining_s = (rate > 0.0).then(|| (end - done as f64).max(0.0) / rate);
        progress(&Progress { done, total, rate, remaining_s, headline: watched.headline });
    }
}

/// What the collector tells of the complete prefix while the study runs.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watched {
    /// Replications in the prefix.
    pub prefix: u64,
    /// Estimate of the headline column.
    pub headline: Option<Estimate>,
    /// Estimate of the column that has to become precise.
    pub until: Option<Estimate>,
}

impl Watched {
    /// Replications after which the relative half-width is likely to be `relative`: it shrinks with the root of their number.
    fn goal(&self, relative: f64, total: u64) -> f64 {
        let total = total as f64;
        let ratio = self.until.map_or(f64::INFINITY, |estimate| estimate.relative() / relative);
        (self.prefix as f64 * ratio * ratio).min(total)
    }
}

/// A block to be computed.
#[derive(Clone, Copy, Debug)]
struct Span {
    index: u32,
    first: u32,
    rows: u32,
}

impl Span {
    fn of(index: u32, course: &Course) -> Option<Self> {
        extent(index, course.size, course.planned).map(|(first, rows)| Self { index, first, rows })
    }
}

/// A block of which some chunks are done.
struct InFlight<S> {
    block: Block,
    rows_left: u32,
    /// Workers that still hold sums of it.
    holders: usize,
    sums: Vec<S>,
}

/// What the workers share.
struct Board<'a, J: Job> {
    job: &'a J,
    identity: &'a Identity,
    missing: Vec<Span>,
    chunk: u32,
    chunks_per_block: usize,
    columns: usize,
    answers: usize,
    labels: Labels,
    next: AtomicUsize,
    in_flight: Mutex<BTreeMap<u32, InFlight<J::Sums>>>,
    stop: &'a AtomicBool,
    halt: AtomicBool,
    done: AtomicU64,
    headline: Mutex<Watched>,
    leftovers: Leftovers<J::Sums>,
}

/// Locks even where another thread panicked while it held the lock: what is guarded stays valid at every step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a, J: Job> Board<'a, J> {
    fn new(
        job: &'a J,
        identity: &'a Identity,
        missing: Vec<Span>,
        size: u32,
        threads: usize,
        stop: &'a AtomicBool,
    ) -> Self {
        let to_do: u64 = missing.iter().map(|span| u64::from(span.rows)).sum();
        // Few replications of a large model: every worker gets some.
        let fair = to_do.div_ceil(4 * threads as u64).clamp(1, u64::from(CHUNK)) as u32;
        let chunk = fair.min(size);
        let (columns, answers) = (job.columns(), job.answers());
        Self {
            job,
            identity,
            missing,
            chunk,
            chunks_per_block: size.div_ceil(chunk) as usize,
            columns: columns.len(),
            answers: answers.len(),
            labels: Labels::new(columns.iter().chain(&answers)).marked(job.marking()),
            next: AtomicUsize::new(0),
            in_flight: Mutex::new(BTreeMap::new()),
            stop,
            halt: AtomicBool::new(false),
            done: AtomicU64::new(0),
            headline: Mutex::new(Watched::default()),
            leftovers: Leftovers::default(),
        }
    }

    fn told_to_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.halt.load(Ordering::Relaxed)
    }

    /// The next chunk: its block, and its rows within the block.
    fn claim(&self) -> Option<(Span, Range<u32>)> {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let span = *self.missing.get(number / self.chunks_per_block)?;
            let start = (number % self.chunks_per_block) as u32 * self.chunk;
            if start < span.rows {
                return Some((span, start..(start + self.chunk).min(span.rows)));
            }
        }
    }

    /// One worker's life. It ends early where nobody takes blocks any more.
    fn work(&self, sender: &SyncSender<Finished<J::Sums>>) {
        let mut worker = self.job.worker();
        let mut results = ChunkResults::new(self.columns, self.answers);
        let mut current: Option<(u32, J::Sums)> = None;
        while let Some((span, rows)) = self.claim() {
            if let Some((index, sums)) = current.take_if(|(index, _)| *index != span.index) {
                self.hand_in_sums(index, sums, sender);
            }
            let joins = current.is_none();
            let (_, sums) = current.get_or_insert_with(|| (span.index, self.sums()));
            results.clear();
            for row in rows.clone() {
                if self.told_to_stop() {
                    return;
                }
                results.add(self.job, &mut worker, span.first + row, sums);
                self.done.fetch_add(1, Ordering::Relaxed);
            }
            self.hand_in_rows(span, rows, &mut results, joins);
        }
        if let Some((index, sums)) = current {
            self.hand_in_sums(index, sums, sender);
        }
    }

    /// Sums over no replication.
    fn sums(&self) -> J::Sums {
        self.leftovers.sums().unwrap_or_else(|| self.job.sums())
    }

    /// Writes a chunk's rows into its block; `joins` where they are this worker's first of the block.
    fn hand_in_rows(&self, span: Span, rows: Range<u32>, results: &mut ChunkResults, joins: bool) {
        let mut in_flight = lock(&self.in_flight);
        let entry = in_flight.entry(span.index).or_insert_with(|| InFlight {
            block: Block::with_buffer(
                span.index,
                span.first,
                span.rows,
                self.columns,
                self.answers,
                self.leftovers.columns(),
            ),
            rows_left: span.rows,
            holders: 0,
            sums: Vec::new(),
        });
        entry.holders += usize::from(joins);
        entry.rows_left -= rows.len() as u32;
        results.write(rows.start, &mut entry.block);
    }

    /// Gives away a worker's sums of a block. Whoever is the last makes the block whole and sends it.
    fn hand_in_sums(&self, index: u32, sums: J::Sums, sender: &SyncSender<Finished<J::Sums>>) {
        let mut in_flight = lock(&self.in_flight);
        let Some(entry) = in_flight.get_mut(&index) else { return };
        entry.sums.push(sums);
        entry.holders -= 1;
        if entry.rows_left > 0 || entry.holders > 0 {
            return;
        }
        let Some(whole) = in_flight.remove(&index) else { return };
        drop(in_flight);
        // An error says that the collector has all it wants; `halt` then ends this worker at its next replication.
        let _ = sender.send(self.make_whole(whole));
    }

    fn make_whole(&self, entry: InFlight<J::Sums>) -> Finished<J::Sums> {
        let mut block = entry.block;
        block.failed.sort_by_key(|failed| failed.replication);
        let mut all = entry.sums.into_iter();
        let mut sums = all.next().unwrap_or_else(|| self.sums());
        for mut other in all {
            sums.merge(&other);
            sums.absorb(&mut other);
            self.leftovers.keep_sums(other, Vec::new());
        }
        let part = Part { index: block.index, first: block.first, rows: block.rows };
        let beside = sums.take_beside(self.identity, part);
        let buffer = self.leftovers.bytes();
        let encoded = block.encode_into(buffer, self.identity, &self.labels, &sums.to_bytes());
        Finished { block, sums, encoded, beside }
    }
}

/// Rows of one chunk, kept until all of it is done. Its buffers are reused.
struct ChunkResults {
    numbers: Vec<f64>,
    answers: Vec<bool>,
    failed: Vec<Failed>,
    width: usize,
    answer_count: usize,
    rows: usize,
}

impl ChunkResults {
    fn new(width: usize, answer_count: usize) -> Self {
        Self { numbers: Vec::new(), answers: Vec::new(), failed: Vec::new(), width, answer_count, rows: 0 }
    }

    fn clear(&mut self) {
        self.numbers.clear();
        self.answers.clear();
        self.failed.clear();
        self.rows = 0;
    }

    /// Runs one replication. A panic in it is a failure of this replication only; the worker, whose state nobody
    /// knows then, is replaced.
    fn add<J: Job>(&mut self, job: &J, worker: &mut J::Worker, replication: u32, sums: &mut J::Sums) {
        let (number_at, answer_at) = (self.numbers.len(), self.answers.len());
        self.numbers.resize(number_at + self.width, f64::NAN);
        self.answers.resize(answer_at + self.answer_count, false);
        self.rows += 1;
        let (row, answers) = (&mut self.numbers[number_at..], &mut self.answers[answer_at..]);
        let result = catch_unwind(AssertUnwindSafe(|| worker.run(replication, sums, row, answers)))
            .unwrap_or_else(|panic| {
                *worker = job.worker();
                Err(format!("internal error: {}", panic_text(panic.as_ref())))
            });
        if let Err(reason) = result {
            self.numbers[number_at..].fill(f64::NAN);
            self.answers[answer_at..].fill(false);
            self.failed.push(Failed { replication, reason });
        }
    }

    fn write(&mut self, start: u32, block: &mut Block) {
        block.set_rows(start as usize, self.rows, &mut self.numbers, &self.answers);
        block.failed.extend_from_slice(&self.failed);
    }
}

/// What a panic said.
fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given")
}

#[cfg(test)]
mod tests;
