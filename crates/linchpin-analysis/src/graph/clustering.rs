//! Triangles, and whether like is linked to like. Directions are ignored.

use super::Graph;

/// Triangles through each node, in O(sum of squared degrees).
pub fn triangles(graph: &Graph) -> Vec<u32> {
    let graph = graph.without_directions();
    let mut count = vec![0; graph.nodes()];
    // The node whose neighbours are marked; no node marks itself.
    let mut marked_by = vec![u32::MAX; graph.nodes()];
    for first in graph.ids() {
        let neighbours = graph.neighbours(first);
        neighbours.iter().for_each(|neighbour| marked_by[*neighbour as usize] = first);
        for second in neighbours.iter().filter(|second| **second > first) {
            for third in graph.neighbours(*second).iter().filter(|third| **third > *second) {
                if marked_by[*third as usize] == first {
                    [first, *second, *third].iter().for_each(|node| count[*node as usize] += 1);
                }
            }
        }
    }
    count
}

/// How often two neighbours of a node are neighbours of each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Clustering {
    /// Of each node, the share of pairs of its neighbours that are linked (Watts, Strogatz, Nature 393 (1998) 440); 0
    /// below two neighbours.
    pub local: Vec<f64>,
    /// Mean of `local`; 0 without nodes.
    pub average: f64,
    /// `3 triangles / connected triples` of the whole graph; 0 without triples.
    pub transitivity: f64,
}

/// Clustering of an undirected graph.
pub fn clustering(graph: &Graph) -> Clustering {
    let graph = graph.without_directions();
    let triangles = triangles(&graph);
    let pairs = |node: u32| graph.degree(node) as f64 * graph.degree(node).saturating_sub(1) as f64 / 2.0;
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    let local: Vec<f64> =
        graph.ids().map(|node| share(f64::from(triangles[node as usize]), pairs(node))).collect();
    // Each triangle counts at three nodes.
    let closed: f64 = triangles.iter().map(|count| f64::from(*count)).sum();
    Clustering {
        average: share(local.iter().sum(), graph.nodes() as f64),
        transitivity: share(closed, graph.ids().map(pairs).sum()),
        local,
    }
}

/// Correlation of the degrees at the two ends of a link, -1 to 1 (Newman, PRL 89 (2002) 208701, equation 4); `None`
/// where all ends have the same degree.
pub fn assortativity(graph: &Graph) -> Option<f64> {
    let graph = graph.without_directions();
    let (mut ends, mut squares, mut products) = (0_u128, 0_u128, 0_u128);
    for (a, b) in graph.pairs() {
        let (a, b) = (graph.degree(a) as u128, graph.degree(b) as u128);
        ends += a + b;
        squares += a * a + b * b;
        products += a * b;
    }
    let links = graph.links() as u128;
    // All terms times 4 M^2, in whole numbers.
    let mean = ends * ends;
    let (covariance, variance) = ((4 * links * products) as i128 - mean as i128, 2 * links * squares - mean);
    (variance > 0).then(|| covariance as f64 / variance as f64)
}

#[cfg(test)]
mod tests {
    use super::{assortativity, clustering, triangles};
    use crate::graph::Graph;

    #[test]
    fn triangles_by_hand() {
        // A square with one diagonal, and a tail.
        let graph = Graph::undirected(5, [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (3, 4)]);
        assert_eq!(triangles(&graph), [2, 1, 2, 1, 0]);
        let found = clustering(&graph);
        assert_eq!(found.local, [2.0 / 3.0, 1.0, 2.0 / 3.0, 1.0 / 3.0, 0.0]);
        assert!((found.average - 8.0 / 15.0).abs() < 1e-15);
        assert_eq!(found.transitivity, 0.6);
        assert_eq!(clustering(&Graph::undirected(0, [])).average, 0.0);
    }

    #[test]
    fn hubs_with_leaves_are_the_opposite_of_like_with_like() {
        let star = Graph::undirected(4, [(0, 1), (0, 2), (0, 3)]);
        assert_eq!(assortativity(&star), Some(-1.0));
        let apart = Graph::undirected(5, [(0, 1), (2, 3), (3, 4), (4, 2)]);
        assert_eq!(assortativity(&apart), Some(1.0));
        for regular in [Graph::undirected(3, [(0, 1), (1, 2), (2, 0)]), Graph::undirected(2, [])] {
            assert_eq!(assortativity(&regular), None);
        }
    }
}
