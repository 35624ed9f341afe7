//! Candidates against several threats whose probabilities nobody knows.

use super::assume::Batches;
use crate::stats::quantile;
use linchpin_model::{Key, Layer, Purpose, Seeds};

/// Candidates against one threat.
#[derive(Clone, Debug, PartialEq)]
pub struct ThreatRows {
    /// Means over batches of replications, the same ones against every threat.
    pub batches: Batches,
    /// Expected shortfall of each candidate.
    pub tails: Vec<f64>,
    /// Whether each candidate does what is tolerable; empty where nothing is said about that.
    pub tolerable: Vec<bool>,
}

/// By what the best is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// Least mean loss with all threats alike, which is also the least mean regret (Laplace).
    Mean,
    /// Least worst regret: what it loses more than the best against the same threat (Savage, Journal of the American
    /// Statistical Association 46, 1951).
    WorstRegret,
    /// Least loss against the worst threat (Wald, Annals of Mathematics 46, 1945).
    WorstLoss,
    /// Tolerable against most threats (satisficing: Simon, Psychological Review 63, 1956); of equals the least mean loss.
    Tolerable,
    /// Least expected shortfall, in the mean over threats.
    Shortfall,
}

impl Criterion {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Mean, Self::WorstRegret, Self::WorstLoss, Self::Tolerable, Self::Shortfall];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::WorstRegret => "worst_regret",
            Self::WorstLoss => "worst_loss",
            Self::Tolerable => "tolerable",
            Self::Shortfall => "shortfall",
        }
    }
}

/// A candidate against all threats.
#[derive(Clone, Debug, PartialEq)]
pub struct Across {
    /// Mean loss by threat.
    pub losses: Vec<f64>,
    /// Expected shortfall by threat.
    pub tails: Vec<f64>,
    /// Mean loss, all threats alike.
    pub mean: f64,
    /// Mean over threats of what it loses more than the best that may be chosen; at least 0 against each.
    pub mean_regret: f64,
    /// The largest of these.
    pub worst_regret: f64,
    /// 95 % interval of that, by a bootstrap of the batches.
    pub worst_regret_interval: [f64; 2],
    /// Share of threats against which it does what is tolerable; none where nothing is said about that.
    pub tolerable: Option<f64>,
    /// Mean over threats of the expected shortfall.
    pub shortfall: f64,
}

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub struct OverThreats {
    /// By candidate.
    pub candidates: Vec<Across>,
    /// The best by each criterion that applies, and the share of bootstrap samples in which it is the same one; none where
    /// it does not rest on means.
    pub best: Vec<(Criterion, usize, Option<f64>)>,
}

/// Judges candidates against threats. None without threats or candidates that may be chosen, where numbers do not fit, or where
/// a mean is not finite.
pub fn over_threats(
    threats: &[ThreatRows],
    eligible: &[bool],
    resamples: u32,
    seed: u64,
) -> Option<OverThreats> {
    let candidates = eligible.len();
    let batches = threats.first()?.batches.first()?.len();
    let fits = |threat: &ThreatRows| {
        let sound = |row: &Vec<f64>| row.len() == batches && row.iter().all(|value| value.is_finite());
        threat.batches.len() == candidates
            && threat.batches.iter().all(sound)
            && threat.tails.len() == candidates
            && (threat.tolerable.is_empty() || threat.tolerable.len() == candidates)
    };
    if batches == 0 || !eligible.contains(&true) || !threats.iter().all(fits) {
        return None;
    }
    let losses = means(threats, None);
    let regrets = regrets(&losses, eligible);
    let count = threats.len() as f64;
    let average = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / count;
    let said = threats.iter().all(|threat| !threat.tolerable.is_empty());
    let mut found: Vec<Across> = (0..candidates)
        .map(|i| Across {
            losses: losses.iter().map(|row| row[i]).collect(),
            tails: threats.iter().map(|threat| threat.tails[i]).collect(),
            mean: average(&mut losses.iter().map(|row| row[i])),
            mean_regret: average(&mut regrets.iter().map(|row| row[i])),
            worst_regret: regrets.iter().map(|row| row[i]).fold(0.0, f64::max),
            worst_regret_interval: [0.0, 0.0],
            tolerable: said
                .then(|| average(&mut threats.iter().map(|threat| f64::from(u8::from(threat.tolerable[i]))))),
            shortfall: average(&mut threats.iter().map(|threat| threat.tails[i])),
        })
        .collect();
    let by_means = |losses: &[Vec<f64>], criterion: Criterion| {
        let regrets = self::regrets(losses, eligible);
        let key = |i: usize| {
            let (own, behind) = (losses.iter().map(|row| row[i]), regrets.iter().map(|row| row[i]));
            match criterion {
                Criterion::WorstRegret => behind.fold(0.0, f64::max),
                Criterion::WorstLoss => own.fold(f64::NEG_INFINITY, f64::max),
                _ => own.sum(),
            }
        };
        least(eligible, key)
    };
    let resting = [Criterion::Mean, Criterion::WorstRegret, Criterion::WorstLoss];
    let chosen = resting.map(|criterion| by_means(&losses, criterion));
    let mut same = [0_u32; 3];
    let mut worst: Vec<Vec<f64>> = vec![Vec::new(); candidates];
    for sample in 0..resamples.max(1) {
        let drawn = means(threats, Some(&counts(batches, seed, sample)));
        for ((criterion, chosen), same) in resting.iter().zip(chosen).zip(&mut same) {
            *same += u32::from(by_means(&drawn, *criterion) == chosen);
        }
        let regrets = self::regrets(&drawn, eligible);
        for (i, worst) in worst.iter_mut().enumerate() {
            worst.push(regrets.iter().map(|row| row[i]).fold(0.0, f64::max));
        }
    }
    for (across, worst) in found.iter_mut().zip(&mut worst) {
        worst.sort_unstable_by(f64::total_cmp);
        across.worst_regret_interval = [0.025, 0.975].map(|p| quantile(worst, p).unwrap_or(0.0));
    }
    let sure = |i: usize| Some(f64::from(same[i]) / f64::from(resamples.max(1)));
    let mut best: Vec<(Criterion, usize, Option<f64>)> =
        resting.iter().enumerate().filter_map(|(i, c)| Some((*c, chosen[i]?, sure(i)))).collect();
    if said {
        // No two losses are as far apart as two shares are.
        let most = |i: usize| -found[i].tolerable.unwrap_or(0.0);
        let top = least(eligible, most).map(most);
        let ties: Vec<bool> = (0..candidates).map(|i| eligible[i] && Some(most(i)) == top).collect();
        best.extend(least(&ties, |i| found[i].mean).map(|i| (Criterion::Tolerable, i, None)));
    }
    if found.iter().all(|across| across.shortfall.is_finite()) {
        best.extend(least(eligible, |i| found[i].shortfall).map(|i| (Criterion::Shortfall, i, None)));
    }
    Some(OverThreats { candidates: found, best })
}

/// Mean loss by threat and candidate, with these numbers of each batch; none: one of each.
fn means(threats: &[ThreatRows], counts: Option<&[u32]>) -> Vec<Vec<f64>> {
    let mean = |row: &Vec<f64>| {
        let n = row.len() as f64;
        match counts {
            Some(counts) => row.iter().zip(counts).map(|(x, count)| x * f64::from(*count)).sum::<f64>() / n,
            None => row.iter().sum::<f64>() / n,
        }
    };
    threats.iter().map(|threat| threat.batches.iter().map(mean).collect()).collect()
}

/// What each candidate loses more than the best that may be chosen, against each threat.
fn regrets(losses: &[Vec<f64>], eligible: &[bool]) -> Vec<Vec<f64>> {
    let row = |row: &Vec<f64>| {
        let may = row.iter().zip(eligible).filter(|(_, may)| **may).map(|(loss, _)| *loss);
        let best = may.fold(f64::INFINITY, f64::min);
        row.iter().map(|loss| (loss - best).max(0.0)).collect()
    };
    losses.iter().map(row).collect()
}

/// The one that may be chosen with the least key; of equals the first.
fn least(eligible: &[bool], key: impl Fn(usize) -> f64) -> Option<usize> {
    let may = (0..eligible.len()).filter(|i| eligible[*i]);
    may.min_by(|a, b| key(*a).total_cmp(&key(*b)).then(a.cmp(b)))
}

fn counts(n: usize, seed: u64, sample: u32) -> Vec<u32> {
    let draws = Seeds::new(seed).replication(sample);
    let mut counts = vec![0; n];
    for i in 0..n {
        let u = draws.uniform(Layer::Parameters, Key::of("threats").part(i as u32), Purpose::World, 2);
        counts[((u * n as f64) as usize).min(n - 1)] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn threat(losses: &[f64], tolerable: f64) -> ThreatRows {
        ThreatRows {
            // Two batches about the loss, the same for all.
            batches: losses.iter().map(|loss| vec![loss - 1.0, loss + 1.0]).collect(),
            tails: losses.iter().map(|loss| 10.0 * loss).collect(),
            tolerable: losses.iter().map(|loss| *loss <= tolerable).collect(),
        }
    }

    fn best(found: &OverThreats, criterion: Criterion) -> (usize, Option<f64>) {
        let row = found.best.iter().find(|(other, _, _)| *other == criterion).expect("it applies");
        (row.1, row.2)
    }

    /// The textbook case: the middle way is never best, and regretted least. The fourth is best everywhere and may not be chosen.
    #[test]
    fn criteria_disagree() {
        let threats = [threat(&[0.0, 11.0, 4.0, 0.0], 4.0), threat(&[10.0, 0.0, 7.0, 0.0], 7.0)];
        let found = over_threats(&threats, &[true, true, true, false], 200, 1).expect("sound");
        let of = |i: usize| &found.candidates[i];
        assert_eq!([0, 1, 2].map(|i| of(i).worst_regret), [10.0, 11.0, 7.0]);
        assert_eq!([0, 1, 2].map(|i| of(i).mean_regret), [5.0, 5.5, 5.5]);
        assert_eq!([0, 1, 2].map(|i| of(i).tolerable), [Some(0.5), Some(0.5), Some(1.0)]);
        assert_eq!((of(1).shortfall, of(3).worst_regret), (55.0, 0.0));
        // Batches shift all losses alike, so that every sample says the same.
        assert_eq!(best(&found, Criterion::Mean), (0, Some(1.0)));
        assert_eq!(best(&found, Criterion::WorstRegret), (2, Some(1.0)));
        assert_eq!(best(&found, Criterion::WorstLoss), (2, Some(1.0)));
        assert_eq!(best(&found, Criterion::Tolerable), (2, None));
        assert_eq!(best(&found, Criterion::Shortfall), (0, None));
        assert_eq!(of(2).worst_regret_interval, [7.0, 7.0]);
    }

    #[test]
    fn noise_makes_a_choice_unsure() {
        let rows = |a: &[f64], b: &[f64]| ThreatRows {
            batches: vec![a.to_vec(), b.to_vec()],
            tails: vec![f64::INFINITY; 2],
            tolerable: Vec::new(),
        };
        let found = over_threats(&[rows(&[1.0, 9.0, 2.0, 8.0], &[5.0, 5.0, 5.0, 5.1])], &[true; 2], 400, 1)
            .expect("sound");
        let (chosen, sure) = best(&found, Criterion::WorstRegret);
        assert!(chosen == 0 && sure.is_some_and(|sure| sure > 0.3 && sure < 0.7), "{sure:?}");
        // Neither a tail nor what is tolerable is known.
        assert_eq!(found.best.len(), 3);
        assert_eq!(found.candidates[0].tolerable, None);
    }

    #[test]
    fn what_cannot_be_judged() {
        let sound = threat(&[1.0, 2.0], 1.0);
        let odd = ThreatRows { tails: vec![1.0], ..sound.clone() };
        for (threats, eligible) in [
            (vec![], vec![true; 2]),
            (vec![sound.clone()], vec![false; 2]),
            (vec![sound.clone()], vec![true; 3]),
            (vec![sound, odd], vec![true; 2]),
            (vec![threat(&[f64::NAN, 1.0], 1.0)], vec![true; 2]),
        ] {
            assert_eq!(over_threats(&threats, &eligible, 10, 1), None);
        }
    }
}
