//! Steps of campaigns and malware over time, summed over replications. Empty where the model has neither.

use super::Grid;
use crate::stats;
use crate::wire::{Reader, put};
use linchpin_model::{MalwareId, Model, OnFailure, Outcome, Record, SimTime, StepId};

/// What is counted of a step over time.
pub const STEP_COURSES: usize = 4;
/// What is counted of a malware over time: infected, impaired, immune assets.
pub const SPREAD_STATES: usize = 3;

/// Numbers up to here have bins of their own; above, every doubling has [`PARTS`] of them.
const EXACT: u32 = 16;
const PARTS: u32 = 8;

/// Sums over time of steps and malware.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Courses {
    points: usize,
    /// Replications in which a step was first tried, succeeded, noticed or blocked between the grid point before and
    /// this one; by step, then what, then point.
    steps: Vec<u32>,
    /// (predecessor, follower, whether failing is no obstacle): the arrows of all campaigns, by follower.
    arrows: Vec<(StepId, StepId, bool)>,
    /// Replications in which the follower began after the predecessor was over, by arrow.
    taken: Vec<u32>,
    /// By malware, then state.
    spread: Vec<CountSums>,
    /// Most assets that can be counted.
    most: u32,
}

/// Changes along the grid of a count's distribution: see [`super::levels::LevelSums`].
#[derive(Clone, Debug, Default, PartialEq)]
struct CountSums {
    bins: Vec<i32>,
    sum: Vec<i64>,
}

/// A count over time: mean and percentiles 5, 25, 50, 75, 95 at every grid time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CountBand {
    /// Mean.
    pub mean: Vec<f64>,
    /// Percentiles in the order of [`stats::QUANTILES`]; exact below 16, else within a sixteenth.
    pub percentiles: [Vec<f64>; 5],
}

fn bin_of(count: u32) -> usize {
    if count < EXACT {
        return count as usize;
    }
    let power = count.ilog2();
    let part = (count >> (power - PARTS.ilog2())) - PARTS;
    (EXACT + (power - EXACT.ilog2()) * PARTS + part) as usize
}

/// The number in the middle of a bin.
fn count_of(bin: usize) -> f64 {
    let bin = bin as u32;
    if bin < EXACT {
        return f64::from(bin);
    }
    let (power, part) = ((bin - EXACT) / PARTS + EXACT.ilog2(), (bin - EXACT) % PARTS);
    let width = 1_u64 << (power - PARTS.ilog2());
    (u64::from(PARTS + part) * width) as f64 + (width - 1) as f64 / 2.0
}

impl Courses {
    pub(super) fn new(model: &Model, grid: Grid) -> Self {
        let arrows: Vec<_> = (0..model.steps.len())
            .flat_map(|i| model.steps[i].after.iter().map(move |before| (*before, StepId::new(i))))
            .filter_map(|(before, step)| {
                let goes_on = model.steps.get(before.index())?.on_failure == OnFailure::GoOn;
                Some((before, step, goes_on))
            })
            .collect();
        Self {
            points: grid.points,
            steps: vec![0; model.steps.len() * STEP_COURSES * grid.points],
            taken: vec![0; arrows.len()],
            arrows,
            spread: vec![CountSums::default(); model.malware.len() * SPREAD_STATES],
            most: model.nodes.len() as u32,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.spread.is_empty()
    }

    /// Forgets all replications.
    pub(super) fn clear(&mut self) {
        self.steps.fill(0);
        self.taken.fill(0);
        for CountSums { bins, sum } in &mut self.spread {
            bins.clear();
            sum.clear();
        }
    }

    pub(super) fn add(&mut self, run: &Record, grid: Grid) {
        if self.is_empty() {
            return;
        }
        for step in 0..self.steps.len() / (STEP_COURSES * self.points) {
            self.add_step(run, StepId::new(step), grid);
        }
        for ((before, step, goes_on), taken) in self.arrows.iter().zip(&mut self.taken) {
            let began = first(run, *step, |one| one.began);
            let passed = |one: &linchpin_model::Try| {
                one.step == *before && (*goes_on || one.outcome == Outcome::Succeeded) && one.ended <= began
            };
            *taken += u32::from(began != SimTime::NEVER && run.tries.iter().any(passed));
        }
        for malware in 0..self.spread.len() / SPREAD_STATES {
            self.add_spread(run, MalwareId::new(malware), grid);
        }
    }

    fn add_step(&mut self, run: &Record, step: StepId, grid: Grid) {
        let over =
            |wanted| first(run, step, |one| if one.outcome == wanted { one.ended } else { SimTime::NEVER });
        let times = [
            first(run, step, |one| one.began),
            over(Outcome::Succeeded),
            first(run, step, |one| one.noticed),
            over(Outcome::Blocked),
        ];
        for (what, time) in times.into_iter().enumerate() {
            let point = grid.first_at(time.0);
            if point < self.points {
                self.steps[(step.index() * STEP_COURSES + what) * self.points + point] += 1;
            }
        }
    }

    fn add_spread(&mut self, run: &Record, malware: MalwareId, grid: Grid) {
        let bins = bin_of(self.most) + 1;
        let mut now = [0_u32; SPREAD_STATES];
        let mut changes = run.spread.iter().filter(|step| step.malware == malware).peekable();
        while let Some(step) = changes.next() {
            let point = grid.first_at(step.time.0);
            // Of several changes on the way to a grid point the last one counts.
            let again = changes.peek().is_some_and(|next| grid.first_at(next.time.0) == point);
            if again || point >= self.points {
                continue;
            }
            let counts = [step.infected, step.impaired, step.immune];
            for (state, (old, new)) in now.iter_mut().zip(counts).enumerate() {
                let new = new.min(self.most);
                let sums = &mut self.spread[malware.index() * SPREAD_STATES + state];
                if *old != new {
                    sums.allocate(self.points, bins);
                    sums.bins[point * bins + bin_of(*old)] -= 1;
                    sums.bins[point * bins + bin_of(new)] += 1;
                    sums.sum[point] += i64::from(new) - i64::from(*old);
                    *old = new;
                }
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        let add = |own: &mut Vec<u32>, other: &[u32]| {
            own.iter_mut().zip(other).for_each(|(own, other)| *own = own.saturating_add(*other));
        };
        add(&mut self.steps, &other.steps);
        add(&mut self.taken, &other.taken);
        let bins = bin_of(self.most) + 1;
        for (own, other) in
            self.spread.iter_mut().zip(&other.spread).filter(|(_, other)| !other.sum.is_empty())
        {
            own.allocate(self.points, bins);
            own.bins.iter_mut().zip(&other.bins).for_each(|(own, other)| *own = own.saturating_add(*other));
            own.sum.iter_mut().zip(&other.sum).for_each(|(own, other)| *own = own.saturating_add(*other));
        }
    }

    /// Share of replications in which a step had been tried, succeeded, noticed, blocked by every grid time.
    pub(super) fn step(&self, step: usize, replications: u64) -> [Vec<f64>; STEP_COURSES] {
        std::array::from_fn(|what| {
            let from = (step * STEP_COURSES + what) * self.points;
            let row = self.steps.get(from..from + self.points).unwrap_or_default();
            let mut sum = 0_u64;
            let share = |count: &u32| {
                sum += u64::from(*count);
                sum as f64 / replications.max(1) as f64
            };
            row.iter().map(share).collect()
        })
    }

    /// Arrows with the share of replications in which each was taken.
    pub(super) fn arrows(&self, replications: u64) -> impl Iterator<Item = (StepId, StepId, f64)> {
        let n = replications.max(1) as f64;
        self.arrows.iter().zip(&self.taken).map(move |((a, b, _), taken)| (*a, *b, f64::from(*taken) / n))
    }

    /// Infected, impaired and immune assets over time.
    pub(super) fn spread(&self, malware: usize, replications: u64) -> [CountBand; SPREAD_STATES] {
        std::array::from_fn(|state| {
            let sums = self.spread.get(malware * SPREAD_STATES + state);
            sums.map_or_else(CountBand::default, |sums| {
                sums.band(self.points, bin_of(self.most) + 1, replications)
            })
        })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        if self.is_empty() {
            return;
        }
        for length in [self.steps.len(), self.taken.len(), self.spread.len()] {
            put(out, length as u128);
        }
        for count in self.steps.iter().chain(&self.taken) {
            put(out, (*count).into());
        }
        for sums in &self.spread {
            super::bytes::write_changes(&sums.bins, out);
            super::bytes::write_changes(&sums.sum, out);
        }
    }

    /// Reads what was written of the same model, for `n` replications.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>, n: u64) -> Result<(), &'static str> {
        if self.is_empty() {
            return Ok(());
        }
        for expected in [self.steps.len(), self.taken.len(), self.spread.len()] {
            if reader.number().ok_or(super::bytes::CUT)? != expected as u128 {
                return Err("steps or malware of another model");
            }
        }
        for count in self.steps.iter_mut().chain(&mut self.taken) {
            *count = reader.small().filter(|count| u64::from(*count) <= n).ok_or(super::bytes::CUT)?;
        }
        for row in self.steps.chunks_exact(self.points) {
            if row.iter().map(|count| u64::from(*count)).sum::<u64>() > n {
                return Err(super::bytes::CHANGED);
            }
        }
        let bins = bin_of(self.most) + 1;
        for sums in &mut self.spread {
            sums.read(reader, self.points, bins, n)?;
        }
        Ok(())
    }
}

/// The earliest of the times of a step's tries.
fn first(run: &Record, step: StepId, time: impl Fn(&linchpin_model::Try) -> SimTime) -> SimTime {
    run.tries.iter().filter(|one| one.step == step).map(time).min().unwrap_or(SimTime::NEVER)
}

impl CountSums {
    fn allocate(&mut self, points: usize, bins: usize) {
        if self.sum.is_empty() {
            self.bins.resize(points * bins, 0);
            self.sum.resize(points, 0);
        }
    }

    fn band(&self, points: usize, bins: usize, replications: u64) -> CountBand {
        let mut band = CountBand::default();
        let ranks = stats::QUANTILES.map(|p| stats::rank(replications as usize, p).unwrap_or(0) as i64);
        let mut counts = vec![0_i64; bins];
        counts[0] = replications as i64;
        let mut sum = 0;
        for point in 0..points {
            sum += self.sum.get(point).copied().unwrap_or(0);
            band.mean.push(sum as f64 / replications.max(1) as f64);
            if let Some(row) = self.bins.get(point * bins..(point + 1) * bins) {
                counts.iter_mut().zip(row).for_each(|(count, change)| *count += i64::from(*change));
            }
            let (mut bin, mut passed) = (0, counts[0]);
            for (rank, column) in ranks.into_iter().zip(&mut band.percentiles) {
                while passed <= rank && bin + 1 < bins {
                    bin += 1;
                    passed += counts[bin];
                }
                column.push(count_of(bin));
            }
        }
        band
    }

    fn read(
        &mut self,
        reader: &mut Reader<'_>,
        points: usize,
        bins: usize,
        n: u64,
    ) -> Result<(), &'static str> {
        let mut next = 0;
        while let Some(place) = super::bytes::read_gap(reader, next, points * bins)? {
            self.allocate(points, bins);
            self.bins[place] = super::bytes::read_change(reader)?;
            next = place + 1;
        }
        next = 0;
        while let Some(point) = super::bytes::read_gap(reader, next, points)? {
            self.allocate(points, bins);
            self.sum[point] = super::bytes::read_change(reader)?;
            next = point + 1;
        }
        let n = i128::from(n);
        let mut counts = vec![0_i128; bins];
        counts[0] = n;
        for row in self.bins.chunks_exact(bins) {
            counts.iter_mut().zip(row).for_each(|(count, change)| *count += i128::from(*change));
            if counts.iter().sum::<i128>() != n || counts.iter().min() < Some(&0) {
                return Err(super::bytes::CHANGED);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BlockAccumulator;
    use crate::metrics::adversary::tests::{contested, one_try};
    use crate::paired::Paired;
    use crate::steps::LevelSteps;
    use linchpin_model::SpreadStep;

    const NEVER: u32 = u32::MAX;

    #[test]
    fn bins_hold_their_number_within_a_sixteenth() {
        for count in (0..5000).chain([1_000_000, 123_456_789, u32::MAX]) {
            let got = count_of(bin_of(count));
            let off = (got - f64::from(count)).abs();
            assert!(if count < 16 { off == 0.0 } else { off <= f64::from(count) / 16.0 }, "{count}: {got}");
        }
        let bins: Vec<usize> = (0..100_000).map(bin_of).collect();
        assert!(bins.is_sorted() && bins.windows(2).all(|pair| pair[1] - pair[0] <= 1), "no gaps");
    }

    fn run(spread: &[(u32, [u32; 3])], tries: Vec<linchpin_model::Try>) -> Record {
        let step = |(time, [infected, impaired, immune]): &(u32, [u32; 3])| SpreadStep {
            time: SimTime(*time),
            malware: MalwareId(0),
            infected: *infected,
            impaired: *impaired,
            immune: *immune,
        };
        Record {
            initial: vec![1; contested().groups.len()],
            spread: spread.iter().map(step).collect(),
            tries,
            ..Record::default()
        }
    }

    fn sums(runs: &[Record]) -> BlockAccumulator {
        let mut model = contested();
        (model.meta.grid, model.meta.horizon) = (10, 40);
        let mut sums = BlockAccumulator::new(&model);
        for run in runs {
            let mut paired = Paired::default();
            paired.load(40, None, run);
            sums.add(None, run, &[]);
            let mut steps = LevelSteps::new(model.groups.len());
            steps.add(0, &paired);
            sums.add_levels(&steps);
        }
        let mut bytes = Vec::new();
        sums.write_to(&mut bytes);
        assert_eq!(BlockAccumulator::read_from(&model, &bytes).as_ref(), Ok(&sums), "bytes come back");
        for cut in 0..bytes.len() {
            assert!(BlockAccumulator::read_from(&model, &bytes[..cut]).is_err(), "cut at {cut}");
        }
        sums
    }

    #[test]
    fn steps_over_time_are_counted_once_a_replication() {
        let runs = [
            run(
                &[],
                vec![
                    one_try(0, [5, 8, 9], Outcome::Blocked),
                    one_try(0, [11, 19, NEVER], Outcome::Succeeded),
                    one_try(1, [20, 25, NEVER], Outcome::Failed),
                ],
            ),
            run(&[], vec![one_try(0, [0, 31, NEVER], Outcome::Succeeded)]),
            run(&[], Vec::new()),
            run(&[], Vec::new()),
        ];
        let sums = sums(&runs);
        let [tried, succeeded, noticed, blocked] = sums.step_courses(0);
        assert_eq!(tried, [0.25, 0.5, 0.5, 0.5, 0.5]);
        assert_eq!(succeeded, [0.0, 0.0, 0.25, 0.25, 0.5]);
        assert_eq!(
            (noticed, blocked),
            (vec![0.0, 0.25, 0.25, 0.25, 0.25], vec![0.0, 0.25, 0.25, 0.25, 0.25])
        );
        let arrows: Vec<_> = sums.arrows().collect();
        assert_eq!(arrows, [(StepId(0), StepId(1), 0.25), (StepId(0), StepId(2), 0.0)]);
    }

    #[test]
    fn malware_over_time_takes_the_last_of_each_grid_step() {
        let runs = [
            run(&[(0, [1, 0, 0]), (3, [2, 0, 0]), (9, [3, 1, 0]), (25, [0, 4, 20])], Vec::new()),
            run(&[(21, [5, 0, 0]), (39, [0, 0, 5])], Vec::new()),
            run(&[], Vec::new()),
        ];
        let sums = sums(&runs);
        // The model has three nodes: no more than these are infected.
        let [infected, impaired, immune] = sums.spread(0);
        assert_eq!(infected.mean, [1.0 / 3.0, 1.0, 1.0, 1.0, 0.0]);
        assert_eq!(infected.percentiles[2], [0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(infected.percentiles[4], [1.0, 3.0, 3.0, 3.0, 0.0]);
        assert_eq!(impaired.mean, [0.0, 1.0 / 3.0, 1.0 / 3.0, 1.0, 1.0]);
        assert_eq!(immune.mean[4], 2.0);
    }

    #[test]
    fn merging_is_adding() {
        let runs = [
            run(&[(0, [1, 0, 0]), (15, [2, 1, 0])], vec![one_try(2, [3, NEVER, 30], Outcome::Open)]),
            run(&[(12, [2, 0, 1])], vec![one_try(0, [1, 2, NEVER], Outcome::Succeeded)]),
        ];
        let mut merged = sums(&runs[..1]);
        merged.merge(&sums(&runs[1..]));
        assert_eq!(merged, sums(&runs));
    }
}
