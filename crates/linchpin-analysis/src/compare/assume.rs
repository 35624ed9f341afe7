//! Which candidate is best over parameters that nobody knows.
//!
//! Many worlds, each with other values of the parameters; in each world all candidates on the same replications. A world
//! has few replications, so its means are noisy. Two things are done about it. First, the same replications were also
//! run as written, where many more are known: what chance did to these replications is taken out (a control variate,
//! with one coefficient for each world). Second, what noise is left is made visible by a bootstrap of the replications, and
//! goes into the probabilities and their intervals.

use super::difference::moments;
use crate::intervals::clopper_pearson;
use crate::stats::quantile;
use linchpin_model::{Key, Layer, Purpose, Seeds};

/// Candidates on one block of replications: of each the means over batches, as many for all.
pub type Batches = Vec<Vec<f64>>;

/// Candidates in one world.
#[derive(Clone, Debug, PartialEq)]
pub struct WorldRows {
    /// Which block of replications.
    pub block: usize,
    /// What was seen.
    pub batches: Batches,
}

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub struct OverWorlds {
    /// Mean loss by world, then by candidate, without what chance did to the world's replications.
    pub losses: Vec<Vec<f64>>,
    /// Mean loss of each candidate over all worlds.
    pub means: Vec<f64>,
    /// Probability that each candidate is the best: the share of worlds in which its mean loss is least, in the mean over
    /// bootstrap samples; ties are shared. 0 for those that may not be chosen.
    pub best: Vec<f64>,
    /// 95 % intervals of these.
    pub intervals: Vec<[f64; 2]>,
    /// What each candidate loses more than the best one of each world, in the mean over worlds: for the one that is
    /// chosen, what it would be worth to know the parameters before choosing.
    pub regret: Vec<f64>,
}

/// Judges candidates over worlds. `written[b]` is block `b` as written; `eligible` says which candidates may be best.
///
/// The interval of a probability holds both the 2.5 and 97.5 % quantiles over `resamples` bootstrap samples, in which
/// batches and worlds are drawn again, and the exact interval of so many independent worlds: a design that is spread
/// evenly does better than that. None without worlds, where numbers do not fit, or where a value is not finite.
pub fn over_worlds(
    written: &[Batches],
    worlds: &[WorldRows],
    eligible: &[bool],
    resamples: u32,
    seed: u64,
) -> Option<OverWorlds> {
    let table = Table::new(written, worlds, eligible)?;
    let losses = table.losses(None);
    let mut sums = vec![0.0; table.candidates];
    let mut shares: Vec<Vec<f64>> = vec![Vec::with_capacity(resamples as usize); table.candidates];
    for sample in 0..resamples.max(1) {
        let draws = Resample::draw(&table, seed, sample);
        let drawn = table.losses(Some(&draws.batches));
        // Drawing among `m` batches varies too little by this factor.
        let stretch = table.stretch();
        let mut share = vec![0.0; table.candidates];
        for ((estimate, again), weight) in losses.iter().zip(&drawn).zip(&draws.worlds) {
            if *weight > 0 {
                let values =
                    estimate.iter().zip(again).map(|(x, y)| x + stretch * (y - x)).collect::<Vec<_>>();
                give(&values, eligible, f64::from(*weight) / worlds.len() as f64, &mut share);
            }
        }
        for (i, share) in share.into_iter().enumerate() {
            sums[i] += share;
            shares[i].push(share);
        }
    }
    let best: Vec<f64> = sums.into_iter().map(|sum| sum / f64::from(resamples.max(1))).collect();
    let intervals = best.iter().zip(&mut shares).zip(eligible);
    let intervals = intervals.map(|((best, shares), may)| match may {
        true => interval(*best, shares, worlds.len()),
        false => [0.0, 0.0],
    });
    let count = losses.len() as f64;
    let mean = |i: usize| losses.iter().map(|row| row[i]).sum::<f64>() / count;
    let least = |row: &[f64]| {
        let values = row.iter().zip(eligible).filter(|(_, may)| **may).map(|(value, _)| *value);
        values.fold(f64::INFINITY, f64::min)
    };
    let regret = |i: usize| losses.iter().map(|row| (row[i] - least(row)).max(0.0)).sum::<f64>() / count;
    Some(OverWorlds {
        means: (0..table.candidates).map(mean).collect(),
        regret: (0..table.candidates).map(regret).collect(),
        intervals: intervals.collect(),
        best,
        losses,
    })
}

/// Gives a weight to the least of the values, ties sharing it.
fn give(values: &[f64], eligible: &[bool], weight: f64, shares: &mut [f64]) {
    let may = || values.iter().zip(eligible).enumerate().filter(|(_, (_, may))| **may);
    let least = may().map(|(_, (value, _))| *value).fold(f64::INFINITY, f64::min);
    let ties = may().filter(|(_, (value, _))| **value == least).count().max(1) as f64;
    for (i, _) in may().filter(|(_, (value, _))| **value == least) {
        shares[i] += weight / ties;
    }
}

fn interval(best: f64, shares: &mut [f64], worlds: usize) -> [f64; 2] {
    shares.sort_unstable_by(f64::total_cmp);
    let [low, high] = [0.025, 0.975].map(|p| quantile(shares, p).unwrap_or(best));
    let exact = clopper_pearson((best * worlds as f64).round() as u64, worlds as u64);
    [low.min(exact[0]), high.max(exact[1])]
}

/// All numbers, checked.
struct Table<'a> {
    written: &'a [Batches],
    worlds: &'a [WorldRows],
    candidates: usize,
    batches: usize,
    /// How much of what chance did as written it did in each world.
    carried: Vec<f64>,
}

impl<'a> Table<'a> {
    fn new(written: &'a [Batches], worlds: &'a [WorldRows], eligible: &[bool]) -> Option<Self> {
        let candidates = eligible.len();
        let batches = written.first()?.first()?.len();
        let fits = |block: &Batches| {
            block.len() == candidates
                && block.iter().all(|row| row.len() == batches && row.iter().all(|value| value.is_finite()))
        };
        let sound = batches > 0
            && !worlds.is_empty()
            && eligible.contains(&true)
            && written.iter().all(fits)
            && worlds.iter().all(|world| world.block < written.len() && fits(&world.batches));
        if !sound {
            return None;
        }
        let carried = worlds.iter().map(|world| carried(&written[world.block], &world.batches)).collect();
        Some(Self { written, worlds, candidates, batches, carried })
    }

    fn stretch(&self) -> f64 {
        let m = self.batches as f64;
        if self.batches > 1 { libm::sqrt(m / (m - 1.0)) } else { 1.0 }
    }

    /// Mean loss by world and candidate, with these numbers of each batch, by block; none: one of each.
    fn losses(&self, counts: Option<&[Vec<u32>]>) -> Vec<Vec<f64>> {
        let mean = |row: &[f64], block: usize| match counts {
            Some(counts) => {
                let sum: f64 = row.iter().zip(&counts[block]).map(|(x, count)| x * f64::from(*count)).sum();
                sum / self.batches as f64
            }
            None => row.iter().sum::<f64>() / self.batches as f64,
        };
        let by_block: Vec<Vec<f64>> = self
            .written
            .iter()
            .enumerate()
            .map(|(block, rows)| rows.iter().map(|row| mean(row, block)).collect())
            .collect();
        let blocks = by_block.len() as f64;
        let overall = |i: usize| by_block.iter().map(|block| block[i]).sum::<f64>() / blocks;
        let overall: Vec<f64> = (0..self.candidates).map(overall).collect();
        let world = |(world, carried): (&WorldRows, &f64)| -> Vec<f64> {
            let chance = by_block[world.block].iter().zip(&overall).map(|(block, all)| block - all);
            let rows = world.batches.iter().zip(chance);
            rows.map(|(row, chance)| mean(row, world.block) - carried * chance).collect()
        };
        self.worlds.iter().zip(&self.carried).map(world).collect()
    }
}

/// Regression of a world's batches on the same as written, over all candidates at once, each batch without what all
/// candidates have in common: the coefficient that serves the differences between candidates best. 1 where nothing varies.
fn carried(written: &Batches, world: &Batches) -> f64 {
    let candidates = written.len() as f64;
    let batches = written.first().map_or(0, Vec::len);
    // Batch without the mean of all candidates, then without the mean over batches.
    let centred = |rows: &Batches| -> Vec<Vec<f64>> {
        let common: Vec<f64> =
            (0..batches).map(|j| rows.iter().map(|row| row[j]).sum::<f64>() / candidates).collect();
        let own = |row: &Vec<f64>| {
            let values: Vec<f64> = row.iter().zip(&common).map(|(x, mean)| x - mean).collect();
            let (mean, _) = moments(values.iter().copied(), batches);
            values.into_iter().map(|x| x - mean).collect()
        };
        rows.iter().map(own).collect()
    };
    let (x, y) = (centred(written), centred(world));
    let sum = |a: &[Vec<f64>], b: &[Vec<f64>]| -> f64 {
        a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| a * b).sum()
    };
    let (xx, xy) = (sum(&x, &x), sum(&x, &y));
    if xx > 0.0 && (xy / xx).is_finite() { xy / xx } else { 1.0 }
}

/// One bootstrap sample.
struct Resample {
    /// How often each batch is taken, by block.
    batches: Vec<Vec<u32>>,
    /// How often each world is.
    worlds: Vec<u32>,
}

impl Resample {
    fn draw(table: &Table<'_>, seed: u64, sample: u32) -> Self {
        let draws = Seeds::new(seed).replication(sample);
        let counts = |what: Key, n: usize| {
            let mut counts = vec![0_u32; n];
            for i in 0..n {
                let u = draws.uniform(Layer::Parameters, what.part(i as u32), Purpose::World, 1);
                counts[((u * n as f64) as usize).min(n - 1)] += 1;
            }
            counts
        };
        let block = |b: usize| counts(Key::of("batches").part(b as u32), table.batches);
        Self {
            batches: (0..table.written.len()).map(block).collect(),
            worlds: counts(Key::of("worlds"), table.worlds.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::Design;
    use linchpin_model::special::{norm_cdf, norm_inv};

    fn normal(seed: u64, name: &str, i: u32) -> f64 {
        let draws = Seeds::new(seed).replication(i);
        norm_inv(draws.uniform(Layer::Threat, Key::of(name), Purpose::Test, 0))
    }

    /// Losses of two candidates linear in one normal parameter: `x` and `a + b x`, each with noise of its own and noise in
    /// common, over 128 worlds of `batches` replications and 16 blocks as written.
    fn linear(a: f64, b: f64, noise: f64, batches: u32, seed: u64) -> OverWorlds {
        let rows = |block: u32, x: f64| -> Batches {
            let loss = |candidate: u32, j: u32| {
                let i = block * batches + j;
                let own = noise * normal(seed, ["first", "second"][candidate as usize], i);
                let truth = if candidate == 0 { x } else { a + b * x };
                truth + own + 3.0 * normal(seed, "common", i)
            };
            (0..2).map(|candidate| (0..batches).map(|j| loss(candidate, j)).collect()).collect()
        };
        let levels = Design::Lhs.levels(&[Key::of("x")], 128, seed).expect("one parameter");
        let written: Vec<Batches> = (0..16).map(|block| rows(block, 0.0)).collect();
        let worlds: Vec<WorldRows> = levels
            .iter()
            .zip(0..)
            .map(|(level, w)| WorldRows {
                block: (w % 16) as usize,
                batches: rows(w % 16, norm_inv(level[0])),
            })
            .collect();
        over_worlds(&written, &worlds, &[true, true], 400, seed).expect("finite")
    }

    /// The first one is best where `x < a + b x`. For `a = 0.5`, `b = 0` that is `Phi(0.5)`; for `a = 0.3`, `b = -1`,
    /// `x < 0.15`. The estimate is within 0.03 and the interval holds the truth.
    #[test]
    fn losses_linear_in_a_normal_parameter() {
        for (a, b, truth) in
            [(0.5, 0.0, norm_cdf(0.5)), (0.3, -1.0, norm_cdf(0.15)), (-2.0, 0.0, norm_cdf(-2.0))]
        {
            let found = linear(a, b, 0.05, 64, 7);
            assert!((found.best[0] - truth).abs() < 0.03, "{a} {b}: {:?} {truth}", found.best);
            let [low, high] = found.intervals[0];
            assert!(low <= truth && truth <= high && high - low < 0.25, "{low} {truth} {high}");
            assert!((found.best[0] + found.best[1] - 1.0).abs() < 1e-9);
            // Over all worlds the candidates lose 0 and a in the mean.
            assert!((found.means[0] - found.means[1] + a).abs() < 0.05, "{:?}", found.means);
        }
    }

    /// Knowing the parameter is worth `E max(0, x - a)` to whoever would choose the first of two; for `a = 0` that
    /// is `1 / sqrt(2 pi)`.
    #[test]
    fn regret_of_a_choice_without_knowing() {
        let found = linear(0.0, 0.0, 0.05, 64, 3);
        let expected = 1.0 / libm::sqrt(2.0 * std::f64::consts::PI);
        assert!((found.regret[0] - expected).abs() < 0.03, "{:?}", found.regret);
    }

    /// Two candidates of the same mean that no parameter tells apart, and few replications: over 40 seeds the answer is
    /// 50 % in the mean (a uniform share has a standard error of 4.6 % then; three of them), it is seldom sure, and the interval
    /// says that it is not known. Taking each world's means at their word would say 0 or 100 %.
    #[test]
    fn noise_is_not_taken_for_knowledge() {
        let answers: Vec<OverWorlds> = (0..40).map(|seed| linear_without_effect(8, seed)).collect();
        let mean = answers.iter().map(|found| found.best[0]).sum::<f64>() / 40.0;
        assert!((mean - 0.5).abs() < 0.14, "{mean}");
        let covers = |found: &&OverWorlds| found.intervals[0][0] < 0.05 && found.intervals[0][1] > 0.95;
        let covering = answers.iter().filter(covers).count();
        assert!(covering >= 34, "{covering} of 40 intervals say that nothing is known");
        let sure = answers.iter().filter(|found| found.best[0] < 0.025 || found.best[0] > 0.975).count();
        assert!(sure <= 6, "{sure} of 40 are overconfident");
    }

    fn linear_without_effect(batches: u32, seed: u64) -> OverWorlds {
        let rows = |block: u32| -> Batches {
            let value = |candidate: &str, j: u32| normal(seed, candidate, block * batches + j);
            ["first", "second"].iter().map(|c| (0..batches).map(|j| value(c, j)).collect()).collect()
        };
        let written: Vec<Batches> = (0..16).map(rows).collect();
        let worlds: Vec<WorldRows> =
            (0..128).map(|w| WorldRows { block: (w % 16) as usize, batches: rows(w % 16) }).collect();
        over_worlds(&written, &worlds, &[true, true], 400, seed).expect("finite")
    }

    #[test]
    fn ties_and_those_that_may_not_be_chosen() {
        let written = vec![vec![vec![1.0, 1.0], vec![1.0, 1.0], vec![0.0, 0.0]]];
        let worlds = vec![WorldRows { block: 0, batches: written[0].clone() }; 4];
        let found = over_worlds(&written, &worlds, &[true, true, false], 10, 1).expect("finite");
        assert_eq!(found.best.iter().map(|p| (p * 1e9).round()).collect::<Vec<_>>(), [5e8, 5e8, 0.0]);
        assert_eq!((found.intervals[2], found.means[2]), ([0.0, 0.0], 0.0));
        for (written, worlds, eligible) in [
            (&[][..], &worlds[..], &[true, true, true][..]),
            (&written, &[], &[true, true, true]),
            (&written, &worlds, &[true, true]),
            (&written, &worlds, &[false; 3]),
            (&[vec![vec![f64::INFINITY; 2]; 3]], &worlds, &[true; 3]),
        ] {
            assert_eq!(over_worlds(written, worlds, eligible, 10, 1), None);
        }
    }
}
