//! Which single assumption would turn the order between the best candidate and another one, and at which value.
//!
//! One parameter at a time, all others at their central values. First a grid of quantiles, all rivals at once; where the order
//! turns between two neighbours, bisection with more replications; then both sides once more on replications that took no
//! part in the search.

use super::worlds::{Seen, Survey, Surveyed, Task, World};
use crate::error::StudyError;
use crate::run::Progress;
use linchpin_analysis::compare::Batches;
use linchpin_analysis::stats::student_t_inv;
use linchpin_model::Distribution;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Levels of probability that are looked at beside the central value.
const GRID: [f64; 6] = [0.005, 0.05, 0.25, 0.75, 0.95, 0.995];

/// Halvings of a piece of the grid; its width becomes at most `0.5 / 2^8`.
const HALVINGS: usize = 8;

/// Most turns that are looked at closely.
const MOST: usize = 16;

/// Blocks of replications for the bisection, and for looking at both sides.
const FINE: usize = 4;
const FRESH: usize = 8;

/// A parameter that is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// What is believed of it.
    pub distribution: Distribution,
    /// The value it has as written.
    pub central: f64,
}

/// What to look for.
#[derive(Clone, Copy)]
pub struct FlipSearch<'a> {
    /// How candidates are run; its tasks are of no account, and its rows are those of a block.
    pub survey: Survey<'a>,
    /// The parameters, in the order of [`World::Values`].
    pub parameters: &'a [Unknown],
    /// The candidate that is the best as written.
    pub winner: usize,
    /// Those it is compared with.
    pub rivals: &'a [usize],
    /// All candidates as written: blocks of consecutive replications from `first` on.
    pub written: &'a [Batches],
    /// Number of the first replication of the first block.
    pub first: u32,
    /// Number of the first replication that took no part in anything.
    pub fresh: u32,
}

/// A turn of the order.
#[derive(Clone, Debug, PartialEq)]
pub struct Flip {
    /// Place of the parameter.
    pub parameter: usize,
    /// The candidate that is better beyond.
    pub rival: usize,
    /// Value at which both lose as much.
    pub value: f64,
    /// 95 % interval of that value; none where it reaches beyond the quantiles that were looked at.
    pub interval: Option<[f64; 2]>,
    /// True where the rival is better above the value, false where it is below.
    pub above: bool,
    /// Probability that the parameter lies beyond the value.
    pub beyond: f64,
    /// A value on the side of the central one, and one beyond, on replications that took no part in the search.
    pub sides: [Side; 2],
    /// True where both sides' intervals leave 0 out, on opposite sides of it.
    pub verified: bool,
}

/// How the two compare at a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Side {
    /// The parameter's value.
    pub value: f64,
    /// What the rival loses more than the winner, in the mean.
    pub difference: f64,
    /// Its 95 % interval.
    pub interval: [f64; 2],
}

/// What came out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flips {
    /// Turns, the most probable first: of each parameter and rival the nearest on each side of the central value.
    pub found: Vec<Flip>,
    /// Rivals against which no single parameter turns the order between its 0.5 and 99.5 % quantiles.
    pub steady: Vec<usize>,
    /// Rivals that lose no more than the winner at the central values, as far as these replications tell: there is no order
    /// that could turn.
    pub level: Vec<usize>,
    /// Turns that were seen in the grid and not looked at closely.
    pub more: usize,
    /// Worlds that failed.
    pub failed: usize,
}

/// What the rival loses more than the winner, with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Estimate {
    mean: f64,
    se: f64,
    /// Batches less one.
    degrees: f64,
}

impl Estimate {
    fn half(&self) -> f64 {
        student_t_inv(0.975, self.degrees.max(1.0)) * self.se
    }

    fn interval(&self) -> [f64; 2] {
        [self.mean - self.half(), self.mean + self.half()]
    }

    /// 1 where the winner is surely better, -1 where the rival is, else 0.
    fn sure(&self) -> i8 {
        let [low, high] = self.interval();
        i8::from(low > 0.0) - i8::from(high < 0.0)
    }
}

/// A value of one parameter that was looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    level: f64,
    estimate: Estimate,
}

/// A piece of the grid in which the order turns.
#[derive(Clone, Debug)]
struct Bracket {
    parameter: usize,
    rival: usize,
    /// Level on the side of the central value, where the winner is better; and one beyond.
    near: f64,
    far: f64,
    /// Levels to look at both sides.
    sides: [f64; 2],
    /// All that is known, from the central value outwards.
    points: Vec<Point>,
}

impl FlipSearch<'_> {
    /// Searches; every step is a survey in a folder of its own within `folder`. None where it was told to stop.
    ///
    /// # Errors
    /// [`StudyError`] where a folder cannot be written.
    pub fn run(
        &self,
        folder: &Path,
        stop: &AtomicBool,
        progress: &mut dyn FnMut(&Progress),
    ) -> Result<Option<Flips>, StudyError> {
        let mut flips = Flips::default();
        let order = |rival: &usize| self.as_written(*rival).is_some_and(|estimate| estimate.mean > 0.0);
        let (ahead, level): (Vec<usize>, Vec<usize>) = self.rivals.iter().partition(|rival| order(rival));
        flips.level = level;
        if ahead.is_empty() || self.parameters.is_empty() {
            flips.steady = ahead;
            return Ok(Some(flips));
        }
        let mut pair = vec![self.winner];
        pair.extend(&ahead);
        let probes: Vec<(usize, f64)> = self.grid();
        let go = |probes: &[Probe<'_>], blocks, first, name: &str, progress: &mut dyn FnMut(&Progress)| {
            self.look(probes, blocks, first, (folder, name), stop, progress)
        };
        let grid: Vec<Probe<'_>> = probes.iter().map(|(p, u)| (*p, *u, &pair[..])).collect();
        let Some(seen) = go(&grid, 1, self.first, "grid", progress)? else { return Ok(None) };
        flips.failed += seen.failed.len();
        let mut brackets = self.brackets(&probes, &ahead, &seen);
        let turns = |rival: &usize| brackets.iter().any(|bracket| bracket.rival == *rival);
        flips.steady = ahead.iter().copied().filter(|rival| !turns(rival)).collect();
        brackets.sort_by(|a, b| outside(b.near, b.far).total_cmp(&outside(a.near, a.far)));
        flips.more = brackets.len().saturating_sub(MOST);
        brackets.truncate(MOST);
        let pairs: Vec<[usize; 2]> = brackets.iter().map(|bracket| [self.winner, bracket.rival]).collect();
        for halving in 0..HALVINGS {
            let probes: Vec<Probe<'_>> = brackets
                .iter()
                .zip(&pairs)
                .map(|(bracket, pair)| (bracket.parameter, 0.5 * (bracket.near + bracket.far), &pair[..]))
                .collect();
            let name = format!("halving-{halving}");
            let Some(seen) = go(&probes, FINE, self.first, &name, progress)? else { return Ok(None) };
            flips.failed += seen.failed.len();
            for ((bracket, probe), seen) in brackets.iter_mut().zip(&probes).zip(&seen.tasks) {
                let Some([winner, rival]) = seen.as_deref() else { continue };
                let Some(estimate) = self.estimate(bracket.rival, winner, rival) else { continue };
                bracket.narrow(Point { level: probe.1, estimate });
            }
        }
        let probes: Vec<Probe<'_>> = brackets
            .iter()
            .zip(&pairs)
            .flat_map(|(bracket, pair)| bracket.sides.map(|level| (bracket.parameter, level, &pair[..])))
            .collect();
        let Some(seen) = go(&probes, FRESH, self.fresh, "sides", progress)? else { return Ok(None) };
        flips.failed += seen.failed.len();
        for (bracket, seen) in brackets.iter().zip(seen.tasks.chunks(2)) {
            flips.found.extend(self.flip(bracket, seen));
        }
        flips.found.sort_by(|a, b| b.beyond.total_cmp(&a.beyond).then(a.parameter.cmp(&b.parameter)));
        Ok(Some(flips))
    }

    /// Parameters and levels of the grid.
    fn grid(&self) -> Vec<(usize, f64)> {
        let mut probes = Vec::new();
        for (p, parameter) in self.parameters.iter().enumerate() {
            let value = |u: f64| parameter.distribution.quantile(u);
            // One that cannot vary turns nothing.
            if value(GRID[0]) < value(GRID[GRID.len() - 1]) {
                let central = self.central_level(p);
                probes.extend(GRID.iter().filter(|u| (*u - central).abs() > 1e-3).map(|u| (p, *u)));
            }
        }
        probes
    }

    /// Level of probability of a parameter's central value, by bisection; kept within the grid.
    fn central_level(&self, p: usize) -> f64 {
        let Unknown { distribution, central } = &self.parameters[p];
        let (mut low, mut high) = (GRID[0], GRID[GRID.len() - 1]);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if distribution.quantile(middle) < *central { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }

    /// Runs candidates with one parameter at a level, for each probe.
    fn look(
        &self,
        probes: &[Probe<'_>],
        blocks: usize,
        first: u32,
        (folder, name): (&Path, &str),
        stop: &AtomicBool,
        progress: &mut dyn FnMut(&Progress),
    ) -> Result<Option<Surveyed>, StudyError> {
        let world = |(p, level, _): &Probe<'_>| {
            let mut values: Vec<f64> = self.parameters.iter().map(|parameter| parameter.central).collect();
            values[*p] = self.parameters[*p].distribution.quantile(*level);
            World::Values(values)
        };
        let task = |probe: &Probe<'_>| Task { world: world(probe), first, candidates: probe.2.to_vec() };
        let tasks: Vec<Task> = probes.iter().map(task).collect();
        let blocks = blocks.min(self.written.len()).max(1) as u32;
        let survey = Survey {
            tasks: &tasks,
            rows: self.survey.rounded_rows() * blocks,
            most_batches: self.batches() as u32 * blocks,
            ..self.survey
        };
        survey.run(folder, name, stop, progress)
    }

    /// Batches in a block.
    fn batches(&self) -> usize {
        self.written.first().and_then(|block| block.first()).map_or(1, Vec::len)
    }

    /// Rival less winner as written, batch by batch over all blocks.
    fn written_differences(&self, rival: usize) -> Option<Vec<f64>> {
        let mut all = Vec::new();
        for block in self.written {
            let (a, b) = (block.get(rival)?, block.get(self.winner)?);
            all.extend(a.iter().zip(b).map(|(a, b)| a - b));
        }
        Some(all).filter(|all| all.len() > 1 && all.iter().all(|value| value.is_finite()))
    }

    fn as_written(&self, rival: usize) -> Option<Estimate> {
        Some(estimate(&self.written_differences(rival)?))
    }

    /// Batches of a world, less what chance did to the same batches as written (a control variate by regression).
    fn estimate(&self, rival: usize, winner: &Seen, seen: &Seen) -> Option<Estimate> {
        let all = self.written_differences(rival)?;
        let own: Vec<f64> = seen.batches.iter().zip(&winner.batches).map(|(rival, w)| rival - w).collect();
        let written = &all[..own.len().min(all.len())];
        let (here, there, whole) = (estimate(&own), estimate(written), estimate(&all));
        let (mut xx, mut xy) = (0.0, 0.0);
        for (x, y) in written.iter().zip(&own) {
            xx += (x - there.mean) * (x - there.mean);
            xy += (x - there.mean) * (y - here.mean);
        }
        let carried = if xx > 0.0 { xy / xx } else { 0.0 };
        let rest: Vec<f64> = own.iter().zip(written).map(|(y, x)| y - carried * x).collect();
        let (rest, common) = (estimate(&rest), carried * whole.se);
        let estimate = Estimate {
            mean: here.mean - carried * (there.mean - whole.mean),
            se: (rest.se * rest.se + common * common).sqrt(),
            degrees: rest.degrees,
        };
        estimate.mean.is_finite().then_some(estimate)
    }

    /// Pieces of the grid in which the order turns for the first time, seen from the central value.
    fn brackets(&self, probes: &[(usize, f64)], ahead: &[usize], seen: &Surveyed) -> Vec<Bracket> {
        let mut found = Vec::new();
        for (place, rival) in ahead.iter().enumerate() {
            let Some(centre) = self.as_written(*rival) else { continue };
            for p in 0..self.parameters.len() {
                let central = Point { level: self.central_level(p), estimate: centre };
                let of = |((probe, level), seen): (&(usize, f64), &Option<Vec<Seen>>)| {
                    let seen = seen.as_ref().filter(|_| *probe == p)?;
                    let estimate = self.estimate(*rival, seen.first()?, seen.get(place + 1)?)?;
                    Some(Point { level: *level, estimate })
                };
                let points: Vec<Point> = probes.iter().zip(&seen.tasks).filter_map(of).collect();
                let (below, above): (Vec<Point>, Vec<Point>) =
                    points.into_iter().partition(|point| point.level < central.level);
                for outwards in [below.into_iter().rev().collect::<Vec<_>>(), above] {
                    let points: Vec<Point> = [central].into_iter().chain(outwards).collect();
                    found.extend(bracket(p, *rival, points));
                }
            }
        }
        found
    }

    fn flip(&self, bracket: &Bracket, seen: &[Option<Vec<Seen>>]) -> Option<Flip> {
        let parameter = &self.parameters[bracket.parameter];
        let value = |level: f64| parameter.distribution.quantile(level);
        let mut sides = Vec::new();
        for (level, seen) in bracket.sides.iter().zip(seen) {
            let [winner, rival] = seen.as_deref()? else { return None };
            let differences: Vec<f64> =
                rival.batches.iter().zip(&winner.batches).map(|(rival, winner)| rival - winner).collect();
            sides.push((*level, estimate(&differences)));
        }
        let [near, far] = sides[..] else { return None };
        let side = |(level, e): (f64, Estimate)| Side {
            value: value(level),
            difference: e.mean,
            interval: e.interval(),
        };
        let level = 0.5 * (bracket.near + bracket.far);
        let above = bracket.far > bracket.near;
        Some(Flip {
            parameter: bracket.parameter,
            rival: bracket.rival,
            value: value(level),
            interval: bracket.interval().map(|levels| levels.map(value)),
            above,
            beyond: if above { 1.0 - level } else { level },
            sides: [side(near), side(far)],
            verified: near.1.sure() > 0 && far.1.sure() < 0,
        })
    }
}

/// A parameter, its level, and candidates.
type Probe<'a> = (usize, f64, &'a [usize]);

/// Probability beyond a level, seen from the central value: the far one is on that side.
fn outside(near: f64, far: f64) -> f64 {
    if far > near { 1.0 - near } else { near }
}

fn estimate(differences: &[f64]) -> Estimate {
    let n = differences.len().max(1) as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let squares: f64 = differences.iter().map(|x| (x - mean) * (x - mean)).sum();
    let degrees = n - 1.0;
    let se = if degrees > 0.0 { (squares / degrees / n).sqrt() } else { f64::INFINITY };
    Estimate { mean, se, degrees }
}

/// The first turn along points from the central one outwards.
fn bracket(parameter: usize, rival: usize, points: Vec<Point>) -> Option<Bracket> {
    let turn = points.iter().position(|point| point.estimate.mean < 0.0)?;
    let before = turn.checked_sub(1)?;
    // Sides are where one sees clearly, as near to the turn as may be.
    let clear = |i: &usize, sign: i8| points[*i].estimate.sure() == sign;
    let near = (0..=before).rev().find(|i| clear(i, 1)).unwrap_or(before);
    let far = (turn..points.len()).find(|i| clear(i, -1)).unwrap_or(turn);
    Some(Bracket {
        parameter,
        rival,
        near: points[before].level,
        far: points[turn].level,
        sides: [points[near].level, points[far].level],
        points,
    })
}

impl Bracket {
    /// Takes in a point between the two ends.
    fn narrow(&mut self, point: Point) {
        if point.estimate.mean > 0.0 {
            self.near = point.level
        } else {
            self.far = point.level
        }
        let outwards = self.far > self.near;
        let behind = |other: &Point| (other.level < point.level) == outwards;
        let place = self.points.iter().take_while(|other| behind(other)).count();
        self.points.insert(place, point);
    }

    /// Levels between which one cannot tell the two apart, ascending: where the bounds of the difference's interval cross 0,
    /// linear between the points that were looked at.
    fn interval(&self) -> Option<[f64; 2]> {
        let bound = |sign: f64| {
            let value = |point: &Point| point.estimate.mean - sign * point.estimate.half();
            let at = self.points.iter().position(|point| value(point) < 0.0)?;
            let (a, b) = (self.points.get(at.checked_sub(1)?)?, &self.points[at]);
            let (from, to) = (value(a), value(b));
            Some(a.level + (b.level - a.level) * from / (from - to))
        };
        let (inner, outer) = (bound(1.0)?, bound(-1.0)?);
        Some([inner.min(outer), inner.max(outer)])
    }
}
