//! How well demands are connected to sources, and what damage takes of it.

use super::Graph;
use super::paths::{Search, UNREACHED};

/// Connections of demands to sources in one state of a network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Connections {
    /// Sources that each demand reaches.
    pub sources: Vec<u32>,
    /// `sources` times the sum of `1 / distance` over them, for each demand.
    pub weighted: Vec<f64>,
    /// Global efficiency of the network, as in [`super::paths::PathMetrics`].
    pub efficiency: f64,
}

impl Connections {
    /// From the distances of every node to every other: `distances[a][b]` in links, [`UNREACHED`] without a path.
    pub fn from_distances(distances: &[Vec<u32>], sources: &[u32], demands: &[u32]) -> Self {
        let mut found = Self::default();
        for demand in demands {
            let of = &distances[*demand as usize];
            found.add(sources.iter().map(|source| of[*source as usize]));
        }
        let inverse: f64 = distances.iter().flatten().filter_map(|distance| inverse(*distance)).sum();
        let n = distances.len() as f64;
        found.efficiency = if n > 1.0 { inverse / (n * (n - 1.0)) } else { 0.0 };
        found
    }

    /// From a graph. Failed nodes stay in it, without links: a network is measured by what it was.
    pub fn of(graph: &Graph, sources: &[u32], demands: &[u32]) -> Self {
        let mut search = Search::new(graph);
        let mut found = Self::default();
        for demand in demands {
            search.run(*demand);
            found.add(sources.iter().map(|source| search.distances()[*source as usize]));
        }
        found.efficiency = super::paths::path_metrics(graph).efficiency;
        found
    }

    /// Adds a demand with its distances to all sources. One that is a source itself has it at no distance, which
    /// weighs as one link.
    fn add(&mut self, distances: impl Iterator<Item = u32>) {
        let reached: Vec<u32> = distances.filter(|distance| *distance != UNREACHED).collect();
        let near: f64 = reached.iter().map(|distance| 1.0 / f64::from((*distance).max(1))).sum();
        self.sources.push(reached.len() as u32);
        self.weighted.push(near * reached.len() as f64);
    }

    /// What is lost of these connections `after` damage.
    pub fn losses(&self, after: &Self) -> Losses {
        let counts = |side: &Self| side.sources.iter().map(|count| f64::from(*count)).collect::<Vec<_>>();
        let any = |side: &Self| side.sources.iter().filter(|count| **count > 0).count() as f64;
        Losses {
            complete: lost(any(self), any(after)).unwrap_or(0.0),
            partial: mean_lost(&counts(self), &counts(after)),
            weighted: mean_lost(&self.weighted, &after.weighted),
            efficiency: lost(self.efficiency, after.efficiency).unwrap_or(0.0),
        }
    }
}

fn inverse(distance: u32) -> Option<f64> {
    (distance != UNREACHED && distance > 0).then(|| 1.0 / f64::from(distance))
}

/// Connectivity losses, each 0 for no loss to 1, as in the infrastructure risk calculations of the OpenQuake
/// engine. They count connections only: no capacity, no time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Losses {
    /// Complete connectivity loss: share of the demands that reached some source and reach none now.
    pub complete: f64,
    /// Partial connectivity loss: mean over demands of the share of their sources that they lost.
    pub partial: f64,
    /// Weighted connectivity loss: the same, of the sum of `1 / distance` over the sources times their number.
    pub weighted: f64,
    /// Loss of global efficiency.
    pub efficiency: f64,
}

fn lost(before: f64, after: f64) -> Option<f64> {
    (before > 0.0).then(|| 1.0 - after / before)
}

/// Mean over demands that had something to lose; 0 where none had.
fn mean_lost(before: &[f64], after: &[f64]) -> f64 {
    let lost: Vec<f64> =
        before.iter().zip(after).filter_map(|(before, after)| lost(*before, *after)).collect();
    lost.iter().sum::<f64>() / lost.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::{Connections, Losses};
    use crate::graph::Graph;

    /// A chain source - 1 - 2 - source with demands 1 and 2, cut in the middle or at both ends, by hand: distances 1
    /// and 2 weigh (1 + 1/2) 2 = 3, one source at distance 1 weighs 1; efficiency (6 + 2 + 2/3) / 12, then 4 / 12.
    #[test]
    fn chain_by_hand() {
        let of = |links: &[(u32, u32)]| {
            Connections::of(&Graph::undirected(4, links.iter().copied()), &[0, 3], &[1, 2])
        };
        let whole = of(&[(0, 1), (1, 2), (2, 3)]);
        assert_eq!((whole.sources.as_slice(), whole.weighted.as_slice()), (&[2, 2][..], &[3.0, 3.0][..]));
        let cut = whole.losses(&of(&[(0, 1), (2, 3)]));
        assert_eq!((cut.complete, cut.partial), (0.0, 0.5));
        assert!((cut.weighted - 2.0 / 3.0).abs() < 1e-15);
        assert!((cut.efficiency - (1.0 - 4.0 / (8.0 + 2.0 / 3.0))).abs() < 1e-15);
        let without = whole.losses(&of(&[(1, 2)]));
        assert_eq!((without.complete, without.partial, without.weighted), (1.0, 1.0, 1.0));
        assert_eq!(whole.losses(&whole), Losses::default());
    }

    #[test]
    fn what_was_never_there_cannot_be_lost() {
        let none = Connections::of(&Graph::undirected(2, []), &[0], &[1]);
        assert_eq!(none.losses(&none), Losses::default());
        let nobody = Connections::of(&Graph::undirected(0, []), &[], &[]);
        assert_eq!(nobody.losses(&nobody), Losses::default());
        let own = Connections::of(&Graph::undirected(1, []), &[0], &[0]);
        assert_eq!((own.sources, own.weighted), (vec![1], vec![1.0]));
    }
}
