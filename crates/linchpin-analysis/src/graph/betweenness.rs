//! Betweenness: how many shortest paths lead through a node.

use super::Graph;
use super::paths::UNREACHED;

/// Sums up betweenness source by source.
///
/// All sources give the exact value. Some of them, chosen evenly at random, give an unbiased estimate once it is
/// multiplied by nodes / sources (Brandes, Pich, Int. J. Bifurcation and Chaos 17 (2007) 2303): the way for graphs
/// whose O(V E) is too much. Accumulators of parts of the sources add up, in whatever order is fixed.
#[derive(Clone, Debug)]
pub struct Accumulator<'g> {
    graph: &'g Graph,
    sums: Vec<f64>,
    distance: Vec<u32>,
    /// Shortest paths from the source.
    paths: Vec<f64>,
    /// Sum of the dependencies of the source's pairs on a node.
    dependency: Vec<f64>,
    order: Vec<u32>,
}

impl<'g> Accumulator<'g> {
    /// Nothing summed up yet.
    pub fn new(graph: &'g Graph) -> Self {
        let n = graph.nodes();
        Self {
            graph,
            sums: vec![0.0; n],
            distance: vec![UNREACHED; n],
            paths: vec![0.0; n],
            dependency: vec![0.0; n],
            order: Vec::with_capacity(n),
        }
    }

    /// Adds for every node the shares of shortest paths from `source` to the others that lead through it. O(E), and
    /// nothing is allocated.
    pub fn add(&mut self, source: u32) {
        self.search(source);
        // From the farthest back: what depends on a node depends in shares on those before it.
        for at in (1..self.order.len()).rev() {
            let node = self.order[at];
            let dependency = self.behind(node);
            self.dependency[node as usize] = dependency;
            self.sums[node as usize] += dependency;
        }
    }

    /// Shares of the paths to nodes behind `node` that lead through it.
    fn behind(&self, node: u32) -> f64 {
        let beyond = self.distance[node as usize] + 1;
        let next = self.graph.neighbours(node).iter().map(|next| *next as usize);
        let share = next.filter(|next| self.distance[*next] == beyond);
        share.map(|next| (1.0 + self.dependency[next]) / self.paths[next]).sum::<f64>()
            * self.paths[node as usize]
    }

    /// Counts shortest paths from `source`.
    fn search(&mut self, source: u32) {
        for node in self.order.drain(..) {
            self.distance[node as usize] = UNREACHED;
            self.paths[node as usize] = 0.0;
        }
        self.distance[source as usize] = 0;
        self.paths[source as usize] = 1.0;
        self.order.push(source);
        let mut next = 0;
        while let Some(node) = self.order.get(next).copied() {
            next += 1;
            let (beyond, paths) = (self.distance[node as usize] + 1, self.paths[node as usize]);
            for neighbour in self.graph.neighbours(node) {
                let at = *neighbour as usize;
                if self.distance[at] == UNREACHED {
                    self.distance[at] = beyond;
                    self.order.push(*neighbour);
                }
                if self.distance[at] == beyond {
                    self.paths[at] += paths;
                }
            }
        }
    }

    /// The sums, in pairs of nodes: unordered pairs, or ordered ones where the graph is directed.
    pub fn finish(self) -> Vec<f64> {
        let mut sums = self.sums;
        if !self.graph.is_directed() {
            // Every pair was seen from both ends.
            sums.iter_mut().for_each(|sum| *sum /= 2.0);
        }
        sums
    }
}

/// Betweenness of every node (Freeman, Sociometry 40 (1977) 35): over pairs of other nodes the share of their
/// shortest paths that lead through it, in pairs; ordered pairs where the graph is directed. Divide by
/// [`pairs_of_others`] for a share from 0 to 1.
///
/// By the algorithm of Brandes (J. Math. Sociology 25 (2001) 163), O(V E) in time and O(V) in room beside the graph.
/// Paths are counted in floating point: where two nodes have more than 1e308 shortest paths between them, as the
/// corners of a grid of 520 by 520, values are not a number.
pub fn betweenness(graph: &Graph) -> Vec<f64> {
    let mut sums = Accumulator::new(graph);
    graph.ids().for_each(|source| sums.add(source));
    sums.finish()
}

/// Pairs of nodes that a further node can be between: `(n - 1)(n - 2) / 2`, twice as many where the graph is
/// directed. Never 0, so that one can divide by it.
pub fn pairs_of_others(graph: &Graph) -> f64 {
    let n = graph.nodes() as f64;
    let ordered = ((n - 1.0) * (n - 2.0)).max(1.0);
    if graph.is_directed() { ordered } else { (ordered / 2.0).max(1.0) }
}

#[cfg(test)]
mod tests {
    use super::{Accumulator, betweenness, pairs_of_others};
    use crate::graph::Graph;

    /// By hand: star, path, square (two ways round, half each), two parts, a directed path, and a directed ring that
    /// leads from 0 to 3 by way of 1 or 2: 0 lies on 1-3-0-2, 2-3-0-1, 3-0-1, 3-0-2, and 3 on as many.
    #[test]
    fn small_graphs() {
        let cases: [(Graph, &[f64]); 6] = [
            (Graph::undirected(4, [(0, 1), (0, 2), (0, 3)]), &[3.0, 0.0, 0.0, 0.0]),
            (Graph::undirected(4, [(0, 1), (1, 2), (2, 3)]), &[0.0, 2.0, 2.0, 0.0]),
            (Graph::undirected(4, [(0, 1), (1, 2), (2, 3), (3, 0)]), &[0.5; 4]),
            (Graph::undirected(5, [(0, 1), (1, 2), (3, 4)]), &[0.0, 1.0, 0.0, 0.0, 0.0]),
            (Graph::directed(3, [(0, 1), (1, 2)]), &[0.0, 1.0, 0.0]),
            (Graph::directed(4, [(0, 1), (0, 2), (1, 3), (2, 3), (3, 0)]), &[4.0, 0.5, 0.5, 4.0]),
        ];
        for (graph, expected) in cases {
            assert_eq!(betweenness(&graph), expected, "{graph:?}");
        }
    }

    /// The sum over nodes is the sum of (distance - 1) over pairs with a path.
    #[test]
    fn sums_are_those_of_the_distances() {
        let links = (0..60_u32).flat_map(|i| [(i, (i * 7 + 3) % 60), (i, (i * i + 1) % 60)]);
        let graph = Graph::undirected(60, links);
        let mut search = crate::graph::paths::Search::new(&graph);
        let mut inner = 0;
        for node in graph.ids() {
            search.run(node);
            inner += search.reached()[1..].iter().map(|r| search.distances()[*r as usize] - 1).sum::<u32>();
        }
        let sum: f64 = betweenness(&graph).iter().sum();
        assert!(inner > 0 && (sum - f64::from(inner) / 2.0).abs() < 1e-9, "{sum} {inner}");
    }

    #[test]
    fn parts_of_the_sources_add_up() {
        let graph = Graph::undirected(5, [(0, 1), (1, 2), (2, 3), (3, 4), (1, 3)]);
        let mut halves = [Accumulator::new(&graph), Accumulator::new(&graph)];
        graph.ids().for_each(|source| halves[source as usize % 2].add(source));
        let [even, odd] = halves.map(Accumulator::finish);
        let sum: Vec<f64> = even.iter().zip(&odd).map(|(even, odd)| even + odd).collect();
        assert_eq!(sum, betweenness(&graph));
    }

    #[test]
    fn pairs_are_never_none() {
        for (nodes, undirected, directed) in [(0, 1.0, 2.0), (2, 1.0, 1.0), (3, 1.0, 2.0), (5, 6.0, 12.0)] {
            assert_eq!(pairs_of_others(&Graph::undirected(nodes, [])), undirected);
            assert_eq!(pairs_of_others(&Graph::directed(nodes, [])), directed);
        }
    }
}
