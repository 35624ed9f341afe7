//! Distances along shortest paths, counted in links.

use super::Graph;

/// Distance to what cannot be reached.
pub const UNREACHED: u32 = u32::MAX;

/// Breadth-first search with buffers that stay: one search after another allocates nothing.
#[derive(Clone, Debug)]
pub struct Search<'g> {
    graph: &'g Graph,
    distance: Vec<u32>,
    order: Vec<u32>,
}

impl<'g> Search<'g> {
    /// A search that has found nothing yet.
    pub fn new(graph: &'g Graph) -> Self {
        Self { graph, distance: vec![UNREACHED; graph.nodes()], order: Vec::with_capacity(graph.nodes()) }
    }

    /// Visits all that can be reached from `source`, along arcs where the graph is directed.
    pub fn run(&mut self, source: u32) {
        self.order.drain(..).for_each(|node| self.distance[node as usize] = UNREACHED);
        self.distance[source as usize] = 0;
        self.order.push(source);
        let mut next = 0;
        while let Some(node) = self.order.get(next).copied() {
            next += 1;
            let beyond = self.distance[node as usize] + 1;
            for neighbour in self.graph.neighbours(node) {
                let distance = &mut self.distance[*neighbour as usize];
                if *distance == UNREACHED {
                    *distance = beyond;
                    self.order.push(*neighbour);
                }
            }
        }
    }

    /// Links from the source to each node; [`UNREACHED`] where there is no path.
    pub fn distances(&self) -> &[u32] {
        &self.distance
    }

    /// The nodes reached, the source first, nearer ones before farther ones.
    pub fn reached(&self) -> &[u32] {
        &self.order
    }
}

/// What all shortest paths of a graph tell.
#[derive(Clone, Debug, PartialEq)]
pub struct PathMetrics {
    /// Longest distance between two nodes; `None` if some node cannot be reached from another, or without nodes.
    pub diameter: Option<u32>,
    /// Mean distance over ordered pairs of nodes; `None` if some node cannot be reached, or below two nodes.
    pub average_distance: Option<f64>,
    /// Global efficiency, 0 to 1: mean of `1 / distance` over ordered pairs, 0 for a pair without a path (Latora,
    /// Marchiori, PRL 87 (2001) 198701); 0 below two nodes.
    pub efficiency: f64,
    /// Mean of `1 / distance` from each node to the others.
    pub node_efficiency: Vec<f64>,
    /// Closeness of each node, 0 to 1: `(r / s) (r / (n - 1))` with `r` others reached at distances that sum to `s`
    /// (Freeman, Social Networks 1 (1979) 215; the second factor, for graphs in parts: Wasserman, Faust, 1994).
    /// Where the graph is directed, distances go along arcs away from the node.
    pub closeness: Vec<f64>,
}

/// Metrics of all shortest paths, one search a node: O(V E).
pub fn path_metrics(graph: &Graph) -> PathMetrics {
    let n = graph.nodes();
    let others = n.saturating_sub(1) as f64;
    let mut search = Search::new(graph);
    let (mut node_efficiency, mut closeness) = (Vec::with_capacity(n), Vec::with_capacity(n));
    let (mut longest, mut total, mut complete) = (0, 0_u64, n > 0);
    for node in graph.ids() {
        search.run(node);
        let (mut sum, mut inverse) = (0_u64, 0.0);
        for reached in &search.reached()[1..] {
            let distance = search.distances()[*reached as usize];
            longest = longest.max(distance);
            sum += u64::from(distance);
            inverse += 1.0 / f64::from(distance);
        }
        let found = search.reached().len() - 1;
        complete &= found + 1 == n;
        total += sum;
        node_efficiency.push(if n > 1 { inverse / others } else { 0.0 });
        closeness.push(if sum > 0 { found as f64 / sum as f64 * (found as f64 / others) } else { 0.0 });
    }
    PathMetrics {
        diameter: complete.then_some(longest),
        average_distance: (complete && n > 1).then(|| total as f64 / (n as f64 * others)),
        efficiency: node_efficiency.iter().sum::<f64>() / n.max(1) as f64,
        node_efficiency,
        closeness,
    }
}

#[cfg(test)]
mod tests {
    use super::{Search, UNREACHED, path_metrics};
    use crate::graph::Graph;

    #[test]
    fn searches_reuse_their_buffers() {
        let graph = Graph::undirected(5, [(0, 1), (1, 2), (3, 4)]);
        let mut search = Search::new(&graph);
        for (source, distances) in
            [(0, [0, 1, 2, UNREACHED, UNREACHED]), (4, [UNREACHED, UNREACHED, UNREACHED, 1, 0])]
        {
            search.run(source);
            assert_eq!(search.distances(), distances);
        }
        assert_eq!(search.reached(), [4, 3]);
    }

    /// By hand: a path of three nodes, alone and beside a node of its own.
    #[test]
    fn path_of_three() {
        let whole = path_metrics(&Graph::undirected(3, [(0, 1), (1, 2)]));
        assert_eq!((whole.diameter, whole.average_distance), (Some(2), Some(4.0 / 3.0)));
        assert_eq!(whole.node_efficiency, [0.75, 1.0, 0.75]);
        assert_eq!(whole.closeness, [2.0 / 3.0, 1.0, 2.0 / 3.0]);
        assert!((whole.efficiency - 2.5 / 3.0).abs() < 1e-15);
        let parted = path_metrics(&Graph::undirected(4, [(0, 1), (1, 2)]));
        assert_eq!((parted.diameter, parted.average_distance), (None, None));
        assert_eq!(parted.closeness, [2.0 / 3.0 * (2.0 / 3.0), 2.0 / 3.0, 2.0 / 3.0 * (2.0 / 3.0), 0.0]);
    }

    #[test]
    fn directions_count() {
        let metrics = path_metrics(&Graph::directed(3, [(0, 1), (1, 2)]));
        assert_eq!(metrics.node_efficiency, [0.75, 0.5, 0.0]);
        assert_eq!(metrics.diameter, None);
        let ring = path_metrics(&Graph::directed(3, [(0, 1), (1, 2), (2, 0)]));
        assert_eq!((ring.diameter, ring.average_distance), (Some(2), Some(1.5)));
    }

    #[test]
    fn one_node_and_none() {
        let one = path_metrics(&Graph::undirected(1, []));
        assert_eq!((one.diameter, one.average_distance, one.efficiency), (Some(0), None, 0.0));
        let none = path_metrics(&Graph::undirected(0, []));
        assert_eq!((none.diameter, none.average_distance, none.efficiency), (None, None, 0.0));
    }
}
