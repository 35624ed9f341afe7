//! What the rows of a comparison say.

use super::portfolio::Portfolio;
use linchpin_analysis::compare::{
    Difference, Offer, difference, front, median_variance_ratio, probability_of_being_best,
};
use linchpin_analysis::intervals::clopper_pearson;
use linchpin_ensemble::Contested;

/// What is known of each portfolio, by its place in the list.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Mean of the metric over the rows there are.
    pub means: Vec<f64>,
    /// What it saves against the scenario as it is; none for that one, and where there is nothing to compare.
    pub saved: Vec<Option<Difference>>,
    /// Probability of being best, by sampling error; 0 for those that are out.
    pub best: Vec<f64>,
    /// Whether no other one is cheaper and loses less.
    pub front: Vec<bool>,
    /// Median over portfolios of how many times as many replications unpaired runs would take.
    pub variance_ratio: Option<f64>,
    /// Place of the best in the list; none where nothing could be chosen.
    pub winner: Option<usize>,
    /// Place of the cheapest that is no worse than the winner by more than what does not matter, at the confidence asked for;
    /// none where the winner is that one.
    pub as_good: Option<usize>,
    /// What the winner saves on fresh draws.
    pub fresh: Option<Difference>,
    /// By portfolio and requirement.
    pub compliance: Vec<Vec<Compliance>>,
}

/// Whether a requirement is met.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compliance {
    /// Share of replications in which it held.
    pub share: f64,
    /// Exact 95 % interval.
    pub interval: [f64; 2],
}

impl Compliance {
    /// In this model, where it is asked with this probability.
    pub fn verdict(&self, asked: f64) -> linchpin_analysis::findings::Verdict {
        linchpin_analysis::requirements::verdict(asked, self.interval)
    }
}

/// Bootstrap samples.
const RESAMPLES: u32 = 1000;

/// Judges a comparison.
pub fn judge(
    found: &Contested,
    portfolios: &[Portfolio<'_>],
    budget: f64,
    confidence: f64,
    seed: u64,
) -> Verdict {
    let base = &found.columns[0];
    let comparisons = portfolios.len().saturating_sub(1);
    let saved: Vec<Option<Difference>> = (0..portfolios.len())
        .map(|i| {
            let column = &found.columns[i];
            let rows = base.len().min(column.len());
            (i > 0).then(|| difference(&base[..rows], &column[..rows], confidence, comparisons)).flatten()
        })
        .collect();
    let means: Vec<f64> = found.columns.iter().map(|column| mean(column)).collect();
    // Against the scenario as it is on the same rows, so that those that are out earlier are not judged by luck.
    let losses: Vec<f64> = saved
        .iter()
        .map(|saved| means[0] - saved.as_ref().map_or(0.0, |difference| difference.mean))
        .collect();
    let offers: Vec<Offer> =
        portfolios.iter().zip(&losses).map(|(p, loss)| Offer { cost: p.cost, loss: *loss }).collect();
    let winner = found.selection.as_ref().map(|selection| found.eligible[selection.best]);
    let of_winner = |i: &usize| *i != 0 && Some(*i) == winner;
    let fresh_base = found.fresh.first().map(|(_, column)| column);
    let fresh = found.fresh.iter().find(|(i, _)| of_winner(i)).zip(fresh_base);
    let fresh = fresh.and_then(|((_, column), base)| difference(base, column, confidence, 1));
    let ratios: Vec<Difference> = saved.iter().flatten().copied().collect();
    Verdict {
        best: best(found, portfolios, budget, seed),
        front: front(&offers),
        variance_ratio: median_variance_ratio(&ratios),
        as_good: winner.and_then(|winner| as_good(found, portfolios, budget, confidence, winner)),
        winner,
        fresh,
        compliance: found.answers.iter().map(compliance).collect(),
        means: losses,
        saved,
    }
}

/// The cheapest portfolio whose mean is worse than the winner's by no more than the indifference, with the whole interval that holds
/// for all such comparisons together.
fn as_good(
    found: &Contested,
    portfolios: &[Portfolio<'_>],
    budget: f64,
    confidence: f64,
    winner: usize,
) -> Option<usize> {
    let no_worse = |i: usize| {
        let (column, best) = (&found.columns[i], &found.columns[winner]);
        let rows = column.len().min(best.len());
        let behind = difference(&column[..rows], &best[..rows], confidence, portfolios.len());
        behind.is_some_and(|behind| behind.simultaneous[1] <= found.indifference)
    };
    (0..portfolios.len())
        .filter(|i| portfolios[*i].cost <= budget && portfolios[*i].cost < portfolios[winner].cost)
        .filter(|i| no_worse(*i))
        .min_by(|a, b| portfolios[*a].cost.total_cmp(&portfolios[*b].cost).then(a.cmp(b)))
}

fn mean(column: &[f64]) -> f64 {
    column.iter().sum::<f64>() / column.len().max(1) as f64
}

/// Probability of being best among those that may be chosen and did all replications.
fn best(found: &Contested, portfolios: &[Portfolio<'_>], budget: f64, seed: u64) -> Vec<f64> {
    let rows = found.columns[0].len();
    let within = |i: &usize| portfolios[*i].cost <= budget && found.columns[*i].len() == rows;
    let racing: Vec<usize> = (0..portfolios.len()).filter(within).collect();
    let columns: Vec<&[f64]> = racing.iter().map(|i| found.columns[*i].as_slice()).collect();
    let mut all = vec![0.0; portfolios.len()];
    for (i, share) in racing.iter().zip(probability_of_being_best(&columns, RESAMPLES, seed)) {
        all[*i] = share;
    }
    all
}

fn compliance(answers: &linchpin_ensemble::Answers) -> Vec<Compliance> {
    let of = answers.of;
    let share = |held: &u64| Compliance {
        share: *held as f64 / of.max(1) as f64,
        interval: clopper_pearson(*held, of),
    };
    answers.held.iter().map(share).collect()
}
