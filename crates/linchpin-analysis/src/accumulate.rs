//! Sums over replications in integers: merged in any order they give the same.
//!
//! Loss of nodes, loss by where it began and by sector, and the distribution of every group's level on the
//! time grid. Percentile bands come from histograms. Curves are piecewise constant, so a histogram keeps the
//! *changes* of its counts along the grid: a piece costs three additions, however many grid times it covers.

mod bytes;
mod courses;
mod levels;
mod roots;

use crate::requirements::Requirements;
use crate::stats;
use crate::steps::LevelSteps;
use courses::Courses;
use levels::LevelSums;
use linchpin_model::{Affected, GroupKind, Level, Model, Record, RootLoss, SimTime, StepId};

pub use bytes::Malformed;
pub use courses::{CountBand, SPREAD_STATES, STEP_COURSES};
pub use roots::RootSums;

/// Bins between level 0 and 1; levels of exactly 0 and exactly 1 have bins of their own beside them.
pub const INNER_BINS: usize = 100;
/// All bins: 0, then the inner ones from low to high, then 1.
pub const BINS: usize = INNER_BINS + 2;

const FULL: usize = BINS - 1;
const FULL_MILLIONTHS: i64 = Level::SCALE as i64;
const HALF_SECOND: i64 = FULL_MILLIONTHS / 2;

/// Sums over the replications of one block, or of a whole study.
///
/// Everything is measured against the paired run without the threat where there is one. Records that failed must
/// not be added.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockAccumulator {
    replications: u64,
    events: u128,
    nodes: Vec<NodeSums>,
    roots: RootSums,
    /// As [`Record::induced`].
    induced: Vec<i128>,
    /// As [`Requirements`].
    held: Vec<u64>,
    levels: Vec<LevelSums>,
    /// Groups whose level is kept over time with its distribution: see [`has_band`].
    banded: Vec<u32>,
    /// Groups of whose level the mean is kept over time.
    averaged: Vec<u32>,
    courses: Courses,
    grid: Grid,
}

/// Whether the distribution of a group's level is kept over time: of services, sectors and declared groups. Of services by
/// region the mean is: tables of their distributions would not fit the caches of a processor (they were a sixth of a
/// study's time).
pub fn has_band(kind: GroupKind) -> bool {
    !matches!(kind, GroupKind::ServiceRegion(..))
}

/// Sums of one node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeSums {
    /// Replications in which it failed and did not in the paired run; for roots: in which loss began here.
    pub times: u64,
    /// Lost service in millionths times seconds, less that of the paired run.
    pub lost: i128,
    /// Sum of the squares of the loss of single replications, each rounded to seconds at full level.
    pub squares: u128,
}

impl NodeSums {
    fn add(&mut self, times: bool, lost: i128) {
        // Dividing 128 bits is slow, and hardly ever needed.
        let seconds = match i64::try_from(lost) {
            Ok(lost) if lost.unsigned_abs() < 1 << 62 => {
                i128::from((lost + lost.signum() * HALF_SECOND) / FULL_MILLIONTHS)
            }
            _ => lost / i128::from(FULL_MILLIONTHS),
        };
        self.times += u64::from(times);
        self.lost += lost;
        self.squares = self.squares.saturating_add((seconds * seconds).unsigned_abs());
    }

    fn merge(&mut self, other: &Self) {
        self.times += other.times;
        self.lost += other.lost;
        self.squares = self.squares.saturating_add(other.squares);
    }

    /// Mean loss a replication in hours at full level, with Student's 95 % interval (which is the mean itself below two
    /// replications).
    pub fn mean_h(&self, replications: u64) -> (f64, [f64; 2]) {
        const HOUR_S: f64 = 3600.0;
        if replications == 0 {
            return (0.0, [0.0, 0.0]);
        }
        let n = replications as f64;
        let mean = self.lost as f64 / f64::from(Level::SCALE) / n;
        let half = if replications > 1 {
            let variance = ((self.squares as f64 - n * mean * mean) / (n - 1.0)).max(0.0);
            stats::student_t_inv(0.975, n - 1.0) * libm::sqrt(variance / n)
        } else {
            0.0
        };
        (mean / HOUR_S, [(mean - half) / HOUR_S, (mean + half) / HOUR_S])
    }
}

/// The times at which levels are sampled: 0, `step`, 2 `step`... up to and including the horizon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Grid {
    step: u32,
    horizon: u32,
    points: usize,
    /// 2 to the 64th over the step, rounded up; 0 where it is not used. Multiplying is faster than dividing.
    reciprocal: u64,
}

impl Grid {
    fn of(model: &Model) -> Self {
        let (step, horizon) = (model.meta.grid.max(1), model.meta.horizon);
        // It comes to 0 for a step of 1 s. For long ones it would not be exact enough.
        let reciprocal = if step < 1 << 24 { (u64::MAX / u64::from(step)).wrapping_add(1) } else { 0 };
        Self { step, horizon, points: (horizon / step) as usize + 1, reciprocal }
    }

    /// The first grid point at or after `time`; after the horizon lies the end.
    fn first_at(&self, time: u32) -> usize {
        if time >= self.horizon {
            self.points
        } else if self.reciprocal == 0 {
            time.div_ceil(self.step) as usize
        } else {
            // Exact: the product of the number and of what the reciprocal is too large by stays below 2 to the 64th over the
            // step (Granlund and Montgomery, PLDI 1994).
            let last = u64::from(time) + u64::from(self.step - 1);
            ((u128::from(last) * u128::from(self.reciprocal)) >> 64) as usize
        }
    }
}

fn bin_of(millionths: i64) -> usize {
    const WIDTH: i64 = FULL_MILLIONTHS / INNER_BINS as i64;
    let millionths = millionths.clamp(0, FULL_MILLIONTHS);
    // The bins of levels of exactly 0 and exactly 1 come out of themselves.
    (millionths / WIDTH) as usize + usize::from(millionths > 0)
}

/// The level a bin stands for: 0, 1, or its middle.
fn level_of(bin: usize) -> f64 {
    match bin {
        0 => 0.0,
        FULL => 1.0,
        _ => (bin as f64 - 0.5) / INNER_BINS as f64,
    }
}

/// Level of a group over time: mean and percentiles 5, 25, 50, 75, 95 at every grid time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LevelBand {
    /// Mean, 0 to 1.
    pub mean: Vec<f64>,
    /// Percentiles in the order of [`stats::QUANTILES`], to half a percent (0 and 1 are exact).
    pub percentiles: [Vec<f64>; 5],
}

impl BlockAccumulator {
    /// Without replications.
    pub fn new(model: &Model) -> Self {
        let (sectors, grid) = (model.sectors.len(), Grid::of(model));
        let (banded, averaged) =
            (0..model.groups.len() as u32).partition(|i| has_band(model.groups[*i as usize].kind));
        Self {
            replications: 0,
            events: 0,
            nodes: vec![NodeSums::default(); model.nodes.len()],
            roots: RootSums::new(model.nodes.len()),
            induced: vec![0; sectors * (sectors + 1)],
            held: vec![0; Requirements::new(model).len()],
            levels: vec![LevelSums::default(); model.groups.len()],
            banded,
            averaged,
            courses: Courses::new(model, grid),
            grid,
        }
    }

    /// Forgets all replications, and keeps the room there is.
    pub fn clear(&mut self) {
        // Taken apart, so that a field that is forgotten does not compile.
        let Self {
            replications,
            events,
            nodes,
            roots,
            induced,
            held,
            levels,
            banded: _,
            averaged: _,
            courses,
            grid: _,
        } = self;
        (*replications, *events) = (0, 0);
        nodes.fill(NodeSums::default());
        roots.clear();
        induced.fill(0);
        held.fill(0);
        levels.iter_mut().for_each(LevelSums::clear);
        courses.clear();
    }

    /// Adds one replication, but for its levels over time: see [`Self::add_levels`]. `held` is what
    /// [`Requirements::evaluate`] said.
    pub fn add(&mut self, base: Option<&Record>, run: &Record, held: &[bool]) {
        self.replications += 1;
        self.events += u128::from(run.events);
        self.add_nodes(run, base);
        self.add_roots(&run.roots, base.map_or(&[], |base| &base.roots));
        for (i, sum) in self.induced.iter_mut().enumerate() {
            let base = base.and_then(|base| base.induced.get(i)).copied().unwrap_or(0);
            *sum += i128::from(run.induced.get(i).copied().unwrap_or(0)) - i128::from(base);
        }
        self.held.iter_mut().zip(held).for_each(|(sum, held)| *sum += u64::from(*held));
        self.courses.add(run, self.grid);
    }

    /// Adds the levels of replications that were added, group by group: a group's table stays in the processor's caches, which those of
    /// all groups would leave again in every replication.
    pub fn add_levels(&mut self, steps: &LevelSteps) {
        let steps = steps.groups();
        for group in self.banded.iter().map(|group| *group as usize) {
            self.levels[group].add(&steps[group], self.grid);
        }
        for group in self.averaged.iter().map(|group| *group as usize) {
            self.levels[group].add_to_mean(&steps[group], self.grid);
        }
    }

    /// Both lists ascend by node.
    fn add_nodes(&mut self, run: &Record, base: Option<&Record>) {
        let failed = |node: &Affected| node.first_failed != SimTime::NEVER;
        let mut others = base.map_or(&[][..], |base| &base.affected).iter().peekable();
        for own in &run.affected {
            while let Some(other) = others.next_if(|other| other.node < own.node) {
                self.nodes[other.node.index()].add(false, -i128::from(other.lost));
            }
            let other = others.next_if(|other| other.node == own.node);
            let lost = i128::from(own.lost) - other.map_or(0, |other| i128::from(other.lost));
            self.nodes[own.node.index()].add(failed(own) && !other.is_some_and(failed), lost);
        }
        for other in others {
            self.nodes[other.node.index()].add(false, -i128::from(other.lost));
        }
    }

    fn add_roots(&mut self, run: &[RootLoss], base: &[RootLoss]) {
        let mut others = base.iter().peekable();
        for own in run {
            while let Some(other) = others.next_if(|other| other.node < own.node) {
                self.roots.of(other.node).add(false, -i128::from(other.lost));
            }
            let other = others.next_if(|other| other.node == own.node).map_or(0, |other| other.lost);
            let lost = i128::from(own.lost) - i128::from(other);
            self.roots.of(own.node).add(lost > 0, lost);
        }
        for other in others {
            self.roots.of(other.node).add(false, -i128::from(other.lost));
        }
    }

    /// Adds the replications of another accumulator of the same model.
    pub fn merge(&mut self, other: &Self) {
        self.replications += other.replications;
        self.events += other.events;
        self.nodes.iter_mut().zip(&other.nodes).for_each(|(own, other)| own.merge(other));
        self.roots.merge(&other.roots);
        self.induced.iter_mut().zip(&other.induced).for_each(|(own, other)| *own += other);
        self.held.iter_mut().zip(&other.held).for_each(|(own, other)| *own += other);
        self.levels.iter_mut().zip(&other.levels).for_each(|(own, other)| own.merge(other));
        self.courses.merge(&other.courses);
    }

    /// Appends it as bytes: the same sums give the same bytes, on any machine.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        bytes::write(self, out);
    }

    /// Reads what [`Self::write_to`] wrote for the same model.
    ///
    /// # Errors
    /// Where the bytes are cut off, changed, or of another model. Nothing is allocated on their word.
    pub fn read_from(model: &Model, bytes: &[u8]) -> Result<Self, Malformed> {
        bytes::read(model, bytes)
    }

    /// Replications added.
    pub fn replications(&self) -> u64 {
        self.replications
    }

    /// Mean number of events a replication.
    pub fn events_mean(&self) -> f64 {
        if self.replications == 0 { 0.0 } else { self.events as f64 / self.replications as f64 }
    }

    /// Sums by node.
    pub fn nodes(&self) -> &[NodeSums] {
        &self.nodes
    }

    /// Sums by the node where loss began.
    pub fn roots(&self) -> &RootSums {
        &self.roots
    }

    /// Loss by provider's and consumer's sector, in millionths times seconds, laid out as [`Record::induced`].
    pub fn induced(&self) -> &[i128] {
        &self.induced
    }

    /// Replications in which each requirement held, by place of [`Requirements`].
    pub fn held(&self) -> &[u64] {
        &self.held
    }

    /// Hours of the time grid.
    pub fn grid_hours(&self) -> Vec<f64> {
        (0..self.grid.points).map(|i| i as f64 * f64::from(self.grid.step) / 3600.0).collect()
    }

    /// Share of replications in which a step had been tried, succeeded, noticed, and noticed and stopped, by grid time.
    pub fn step_courses(&self, step: usize) -> [Vec<f64>; STEP_COURSES] {
        self.courses.step(step, self.replications)
    }

    /// From which step which other follows, with the share of replications in which that came about.
    pub fn arrows(&self) -> impl Iterator<Item = (StepId, StepId, f64)> {
        self.courses.arrows(self.replications)
    }

    /// Assets infected, impaired and immune to a malware over time.
    pub fn spread(&self, malware: usize) -> [CountBand; SPREAD_STATES] {
        self.courses.spread(malware, self.replications)
    }

    /// Level of a group over time. Without percentiles where only the mean is kept.
    pub fn band(&self, group: usize) -> LevelBand {
        let levels = &self.levels[group];
        let table = levels.table();
        let mut band = LevelBand::default();
        if self.replications == 0 {
            return band;
        }
        let ranks = stats::QUANTILES.map(|p| stats::rank(self.replications as usize, p).unwrap_or(0) as i64);
        let mut counts = [0_i64; BINS];
        counts[FULL] = self.replications as i64;
        let mut sum = self.replications as i64 * FULL_MILLIONTHS;
        let mean_only = self.averaged.binary_search(&(group as u32)).is_ok();
        for point in 0..self.grid.points {
            sum += levels.sum.get(point).copied().unwrap_or(0);
            band.mean.push(sum as f64 / f64::from(Level::SCALE) / self.replications as f64);
            if mean_only {
                continue;
            }
            if let Some(row) = table.get(point * BINS..(point + 1) * BINS) {
                counts.iter_mut().zip(row).for_each(|(count, change)| *count += i64::from(*change));
            }
            let (mut bin, mut passed) = (0, counts[0]);
            for (rank, column) in ranks.into_iter().zip(&mut band.percentiles) {
                while passed <= rank && bin < FULL {
                    bin += 1;
                    passed += counts[bin];
                }
                column.push(level_of(bin));
            }
        }
        band
    }
}

#[cfg(test)]
mod tests;
