//! Who matters most, and how sure that is: means with intervals, ranks with intervals, and how far drawings of the network agree.

use crate::compare::difference;
use crate::stats::quantile;
use linchpin_model::{Key, Layer, Model, NodeId, NodeKind, Purpose, Role, Seeds};

/// How one of several columns stands among the others: the larger its mean the higher, rank 1 the highest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// Mean of the column.
    pub mean: f64,
    /// Student's interval of the mean.
    pub interval: [f64; 2],
    /// Interval that holds for all columns together (Bonferroni).
    pub simultaneous: [f64; 2],
    /// One more than the columns with a larger mean.
    pub rank: u32,
    /// Ranks that bootstrap samples give it, but for those beyond the confidence at either end.
    pub ranks: [u32; 2],
    /// Share of the bootstrap samples in which it is among the top; ties for the last places share them.
    pub top: f64,
}

/// How to judge columns.
#[derive(Clone, Copy, Debug)]
pub struct Judge {
    /// Confidence of all intervals, 0 to 1.
    pub confidence: f64,
    /// How many places are the top.
    pub top: usize,
    /// Bootstrap samples of the rows (Efron and Tibshirani, An Introduction to the Bootstrap, 1993).
    pub resamples: u32,
    /// Seed of the bootstrap's draws.
    pub seed: u64,
}

/// How each column stands; rows are replications, the same draws in all columns. None where a value is not finite, or there
/// are fewer than two rows.
pub fn standings(columns: &[&[f64]], judge: &Judge) -> Option<Vec<Standing>> {
    let rows = columns.iter().map(|column| column.len()).min().unwrap_or(0);
    let nothing = vec![0.0; rows];
    let means = columns
        .iter()
        .map(|column| difference(column, &nothing, judge.confidence, columns.len()))
        .collect::<Option<Vec<_>>>()?;
    let ranks = ranks(&means.iter().map(|mean| mean.mean).collect::<Vec<_>>());
    let found = bootstrap(columns, rows, judge);
    let tail = (1.0 - judge.confidence) / 2.0;
    let standing = |i: usize| {
        let mut own: Vec<f64> = found.ranks[i].iter().map(|rank| f64::from(*rank)).collect();
        own.sort_unstable_by(f64::total_cmp);
        let end = |p: f64| quantile(&own, p).unwrap_or(f64::from(ranks[i]));
        Standing {
            mean: means[i].mean,
            interval: means[i].interval,
            simultaneous: means[i].simultaneous,
            rank: ranks[i],
            ranks: [end(tail).floor() as u32, end(1.0 - tail).ceil() as u32],
            top: found.top[i],
        }
    };
    Some((0..columns.len()).map(standing).collect())
}

/// Rank of each value, the largest first; equal ones have the same.
fn ranks(values: &[f64]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
    let mut ranks = vec![0; values.len()];
    let mut rank = 0;
    for (place, i) in order.iter().enumerate() {
        if place == 0 || values[*i] != values[order[place - 1]] {
            rank = place as u32 + 1;
        }
        ranks[*i] = rank;
    }
    ranks
}

struct Resampled {
    /// Ranks by column, then sample.
    ranks: Vec<Vec<u32>>,
    /// Share of samples among the top, by column.
    top: Vec<f64>,
}

fn bootstrap(columns: &[&[f64]], rows: usize, judge: &Judge) -> Resampled {
    let count = columns.len();
    let mut found = Resampled { ranks: vec![Vec::new(); count], top: vec![0.0; count] };
    // Most assets never matter at all: sums of nothing need no samples.
    let live: Vec<usize> =
        (0..count).filter(|i| columns[*i][..rows].iter().any(|value| *value != 0.0)).collect();
    let by_row: Vec<f64> = (0..rows).flat_map(|row| live.iter().map(move |i| columns[*i][row])).collect();
    let key = Key::of("rank");
    let (mut counts, mut sums) = (vec![0_u32; rows], vec![0.0; count]);
    let mut live_sums = vec![0.0; live.len()];
    for sample in 0..judge.resamples {
        counts.fill(0);
        let draws = Seeds::new(judge.seed).replication(sample);
        for row in 0..rows {
            let u = draws.uniform(Layer::Parameters, key.part(row as u32), Purpose::Test, 0);
            counts[((u * rows as f64) as usize).min(rows - 1)] += 1;
        }
        live_sums.fill(0.0);
        if !live.is_empty() {
            for (values, times) in by_row.chunks_exact(live.len()).zip(&counts).filter(|(_, n)| **n > 0) {
                let times = f64::from(*times);
                live_sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += times * value);
            }
        }
        live.iter().zip(&live_sums).for_each(|(i, sum)| sums[*i] = *sum);
        let ranks = ranks(&sums);
        let mut tied = vec![0_u32; count + 1];
        ranks.iter().for_each(|rank| tied[*rank as usize] += 1);
        for (i, rank) in ranks.iter().enumerate() {
            found.ranks[i].push(*rank);
            let places = (judge.top + 1).saturating_sub(*rank as usize) as f64;
            let share = (places / f64::from(tied[*rank as usize].max(1))).min(1.0);
            found.top[i] += share / f64::from(judge.resamples);
        }
    }
    found.top.iter_mut().for_each(|share| *share = share.min(1.0));
    found
}

/// Spearman's rank correlation of two lists, equal values sharing their mean rank; none where a list does not vary or has
/// fewer than two entries.
pub fn spearman(a: &[f64], b: &[f64]) -> Option<f64> {
    let n = a.len().min(b.len());
    let (a, b) = (mid_ranks(&a[..n]), mid_ranks(&b[..n]));
    let middle = (n as f64 + 1.0) / 2.0;
    let product =
        |x: &[f64], y: &[f64]| -> f64 { x.iter().zip(y).map(|(x, y)| (x - middle) * (y - middle)).sum() };
    let spread = libm::sqrt(product(&a, &a) * product(&b, &b));
    (spread > 0.0).then(|| (product(&a, &b) / spread).clamp(-1.0, 1.0))
}

fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let same = order[from..].iter().take_while(|i| values[**i] == values[order[from]]).count();
        let middle = from as f64 + (same as f64 + 1.0) / 2.0;
        order[from..from + same].iter().for_each(|i| ranks[*i] = middle);
        from += same;
    }
    ranks
}

/// What a drawing of the network says of each node: see [`drawing`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    /// Others that need it or that it needs, directly.
    pub degree: Vec<f64>,
    /// Shares of shortest chains of needs, from provider to consumer, that lead through it.
    pub betweenness: Vec<f64>,
}

/// Degree and betweenness of every node in the graph of needs (refills left out).
pub fn drawing(model: &Model) -> Drawing {
    use crate::graph::{Graph, betweenness::betweenness};
    let shown = |node: NodeId| matches!(model.nodes[node.index()].kind, NodeKind::Asset | NodeKind::Pool);
    let arcs = model.needs.iter().enumerate().filter(|(_, need)| need.role != Role::Resupply);
    let arcs = arcs.flat_map(|(i, need)| {
        model.links_of(linchpin_model::NeedId::new(i)).iter().map(|link| (link.provider, need.owner))
    });
    let arcs = arcs.filter(|(from, to)| shown(*from) && shown(*to)).map(|(from, to)| (from.0, to.0));
    let graph = Graph::directed(model.nodes.len(), arcs);
    let whole = graph.without_directions();
    Drawing {
        degree: graph.ids().map(|node| whole.degree(node) as f64).collect(),
        betweenness: betweenness(&graph),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_model::special::norm_inv;
    use linchpin_model::{Meta, ModelBuilder, NeedSpec, RegionId};

    const JUDGE: Judge = Judge { confidence: 0.95, top: 1, resamples: 500, seed: 1 };

    /// By hand: no ties, and ties that share a rank.
    #[test]
    fn rank_correlation() {
        let close = |a: Option<f64>, b: f64| (a.unwrap() - b).abs() < 1e-12;
        // Rank differences 1, 1, 1, 1: squares sum to 4.
        assert!(close(spearman(&[1.0, 2.0, 3.0, 4.0], &[20.0, 10.0, 40.0, 30.0]), 1.0 - 24.0 / 60.0));
        assert!(close(spearman(&[1.0, 2.0, 3.0], &[-1.0, -2.0, -7.0]), -1.0));
        // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / sqrt(4.5 * 5).
        assert!(close(spearman(&[1.0, 2.0, 2.0, 9.0], &[1.0, 2.0, 3.0, 4.0]), libm::sqrt(0.9)));
        assert_eq!(spearman(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(spearman(&[], &[]), None);
    }

    #[test]
    fn clear_cases_are_clear_and_ties_share() {
        let columns: [&[f64]; 4] = [&[0.0, 0.0, 0.0], &[5.0, 6.0, 7.0], &[0.0, 0.0, 0.0], &[1.0, 2.0, 1.0]];
        let found = standings(&columns, &JUDGE).unwrap();
        assert_eq!(found.iter().map(|s| s.rank).collect::<Vec<_>>(), [3, 1, 3, 2]);
        assert_eq!(found.iter().map(|s| s.ranks).collect::<Vec<_>>(), [[3, 3], [1, 1], [3, 3], [2, 2]]);
        assert!((found[1].top - 1.0).abs() < 1e-9 && found[0].top == 0.0);
        assert!(found[1].simultaneous[0] < found[1].interval[0]);
        let three = standings(&columns, &Judge { top: 3, ..JUDGE }).unwrap();
        // One place is left for two.
        assert!((three[0].top - 0.5).abs() < 1e-9 && (three[2].top - 0.5).abs() < 1e-9);
        assert_eq!(standings(&[&[1.0, f64::INFINITY]], &JUDGE), None);
        assert_eq!(standings(&[], &JUDGE), Some(vec![]));
    }

    /// Two columns that differ by half a standard error: each is first about as often as the normal distribution says.
    #[test]
    fn what_is_close_is_not_sure() {
        let draws = Seeds::new(5).replication(0);
        let normal = |column: &str, row: u32| {
            norm_inv(draws.uniform(Layer::Threat, Key::of(column), Purpose::Test, row))
        };
        let a: Vec<f64> = (0..200).map(|row| 1.0 + normal("a", row)).collect();
        let b: Vec<f64> = (0..200).map(|row| 1.05 + normal("b", row)).collect();
        let found = standings(&[&a, &b], &Judge { resamples: 4000, ..JUDGE }).unwrap();
        let d = difference(&b, &a, 0.95, 1).unwrap();
        let expected = linchpin_model::special::norm_cdf(d.mean / (d.sd / libm::sqrt(200.0)));
        // Four standard errors of a share of 4,000.
        assert!((found[1].top - expected).abs() < 4.0 * 0.5 / 63.2, "{found:?} {expected}");
        // Where neither is first in nearly all samples, either may be.
        if (0.06..0.94).contains(&found[1].top) {
            assert_eq!((found[0].ranks, found[1].ranks), ([1, 2], [1, 2]));
        }
    }

    /// A station, two lines, a town: the lines share the way.
    #[test]
    fn drawings() {
        let mut b = ModelBuilder::new(Meta { horizon: 60, ..Meta::default() });
        let (energy, power) = (b.sector("energy", "Energy"), b.service("power", "Power"));
        let n: Vec<NodeId> =
            ["station", "a", "b", "town"].iter().map(|id| b.node(id, "", energy, RegionId::NONE)).collect();
        b.need(NeedSpec::any(n[1], "from", power, &[n[0]]));
        b.need(NeedSpec::any(n[2], "from", power, &[n[0]]));
        b.need(NeedSpec::any(n[3], "power", power, &[n[1], n[2]]));
        let found = drawing(&b.finish());
        assert_eq!(found.degree, [2.0, 2.0, 2.0, 2.0]);
        assert_eq!(found.betweenness, [0.0, 0.5, 0.5, 0.0]);
    }
}
