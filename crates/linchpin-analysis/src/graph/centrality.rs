//! Centrality by importance of the neighbours: eigenvector and PageRank.

use super::Graph;

/// Most steps of a power iteration.
pub const MOST_STEPS: usize = 20_000;

/// Largest change of an entry in the last step of a power iteration that has settled.
const SETTLED: f64 = 1e-13;

/// Leading eigenvalue and eigenvector of the adjacency matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Leading {
    /// Spectral radius; 0 without links.
    pub value: f64,
    /// Eigenvector centrality (Bonacich, J. Math. Sociology 2 (1972) 113): none below 0, squares sum to 1.
    pub vector: Vec<f64>,
}

/// The leading eigenvector, directions ignored, by power iteration from equal entries. `None` without nodes, and
/// where [`MOST_STEPS`] are not enough, as in very long chains. Where components share the leading eigenvalue, their
/// weights are those of the start.
pub fn leading_eigenvector(graph: &Graph) -> Option<Leading> {
    let graph = graph.without_directions();
    let n = graph.nodes();
    let mut vector = vec![1.0 / (n as f64).sqrt(); n];
    let mut next = vec![0.0; n];
    for _ in 0..MOST_STEPS {
        // Plus the vector itself: else a graph of two sides would swing to and fro.
        for node in graph.ids() {
            let own = vector[node as usize];
            next[node as usize] =
                graph.neighbours(node).iter().fold(own, |sum, other| sum + vector[*other as usize]);
        }
        // The vector has length 1, so what it was multiplied by is its image's.
        let length = next.iter().map(|entry| entry * entry).sum::<f64>().sqrt();
        next.iter_mut().for_each(|entry| *entry /= length);
        let change = largest_change(&vector, &next);
        std::mem::swap(&mut vector, &mut next);
        if change <= SETTLED {
            // Rounding must not make it negative where there are no links.
            return Some(Leading { value: (length - 1.0).max(0.0), vector });
        }
    }
    None
}

/// PageRank: where a walker is found who follows a link (an arc where the graph is directed) with probability
/// `damping`, 0 to below 1, and else, or where no link leads on, begins anew anywhere (Brin, Page, Computer Networks
/// 30 (1998) 107). Entries sum to 1. `None` without nodes or where [`MOST_STEPS`] are not enough.
pub fn pagerank(graph: &Graph, damping: f64) -> Option<Vec<f64>> {
    let n = graph.nodes();
    let incoming = graph.reversed();
    let mut rank = vec![1.0 / n as f64; n];
    let mut next = vec![0.0; n];
    for _ in 0..MOST_STEPS {
        let stuck: f64 =
            graph.ids().filter(|node| graph.degree(*node) == 0).map(|node| rank[node as usize]).sum();
        let anew = (1.0 - damping + damping * stuck) / n as f64;
        for node in graph.ids() {
            let from = incoming.neighbours(node).iter();
            let followed: f64 = from.map(|other| rank[*other as usize] / graph.degree(*other) as f64).sum();
            next[node as usize] = anew + damping * followed;
        }
        let change = largest_change(&rank, &next);
        std::mem::swap(&mut rank, &mut next);
        if change <= SETTLED {
            return Some(rank);
        }
    }
    None
}

/// Not a number, and so never settled, for vectors without entries.
fn largest_change(before: &[f64], after: &[f64]) -> f64 {
    let changes = before.iter().zip(after).map(|(before, after)| (before - after).abs());
    changes.fold(if before.is_empty() { f64::INFINITY } else { 0.0 }, f64::max)
}

#[cfg(test)]
mod tests {
    use super::{leading_eigenvector, pagerank};
    use crate::graph::Graph;

    fn close(got: &[f64], expected: &[f64]) {
        let near = |(got, expected): (&f64, &f64)| (got - expected).abs() < 1e-10;
        assert!(got.len() == expected.len() && got.iter().zip(expected).all(near), "{got:?} {expected:?}");
    }

    /// A star of four has the eigenvalue sqrt(3), a hub of weight sqrt(1/2) and leaves of sqrt(1/6).
    #[test]
    fn stars_have_a_leading_hub() {
        let star = Graph::undirected(4, [(0, 1), (0, 2), (0, 3)]);
        let leading = leading_eigenvector(&star).unwrap();
        close(&[leading.value], &[3_f64.sqrt()]);
        close(
            &leading.vector,
            &[0.5_f64.sqrt(), (1.0 / 6.0_f64).sqrt(), (1.0 / 6.0_f64).sqrt(), (1.0 / 6.0_f64).sqrt()],
        );
        assert_eq!(leading_eigenvector(&Graph::undirected(2, [])).unwrap().value, 0.0);
        assert_eq!(leading_eigenvector(&Graph::undirected(0, [])), None);
    }

    /// By hand: of two that name a third, which names nobody; and a ring, where all are equal.
    #[test]
    fn ranks_by_hand() {
        // a = 0.05 + 0.85 c / 3 + 0, b = a, c = a + 2 * 0.85 a, a + b + c = 1.
        let a = 1.0 / 4.7;
        close(&pagerank(&Graph::directed(3, [(0, 2), (1, 2)]), 0.85).unwrap(), &[a, a, 2.7 * a]);
        let ring = Graph::directed(5, (0..5).map(|node| (node, (node + 1) % 5)));
        close(&pagerank(&ring, 0.85).unwrap(), &[0.2; 5]);
        assert_eq!(pagerank(&Graph::undirected(0, []), 0.85), None);
    }
}
