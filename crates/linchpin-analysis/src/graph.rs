//! Metrics of graphs: who is central, what holds a network together, how much can flow.
//!
//! A [`Graph`] is simple (no loops, no parallel links) and unweighted; its nodes are `0..n`. It is undirected, such
//! as the links of a mesh, or directed, such as needs from provider to consumer. Functions that make sense for
//! undirected graphs only look at a directed one without its directions; each says so.
//!
//! - [`paths`]: distances, diameter, efficiency, closeness in one sweep, O(V E).
//! - [`betweenness`]: shares of shortest paths, O(V E), source by source.
//! - [`structure`]: components, articulation points, bridges, cores; linear.
//! - [`clustering`]: triangles and degree correlation.
//! - [`centrality`]: eigenvector and PageRank, by power iteration.
//! - [`spectrum`]: Laplacian eigenvalues, effective resistance; dense, for up to some thousand nodes.
//! - [`connectivity`]: how well demands reach sources, and what damage takes of that.
//! - [`flow`]: maximum flow and minimum cut.
//!
//! Metrics of topology say what a drawing of the network says. What an outage does depends on autonomy, repair and
//! time, which only a simulation knows: show these numbers beside simulated losses, not instead of them.
//!
//! ```
//! use linchpin_analysis::graph::{Graph, betweenness, structure};
//!
//! // A chain of four with a triangle at its end.
//! let graph = Graph::undirected(6, [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 3)]);
//! assert_eq!(graph.degree(3), 3);
//! assert_eq!(betweenness::betweenness(&graph), [0.0, 4.0, 6.0, 6.0, 0.0, 0.0]);
//! assert_eq!(structure::cut_points(&graph).articulation_points, [1, 2, 3]);
//! ```

pub mod betweenness;
pub mod centrality;
pub mod clustering;
pub mod connectivity;
pub mod flow;
pub mod paths;
pub mod spectrum;
pub mod structure;

use std::borrow::Cow;

/// A simple graph with the nodes `0..n`: for each node its neighbours in one slice, ascending (compressed sparse
/// rows).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// Where the neighbours of each node begin in `neighbours`; one more entry than nodes.
    start: Vec<u32>,
    neighbours: Vec<u32>,
    directed: bool,
}

impl Graph {
    /// An undirected graph. Loops are left out, parallel links count once.
    ///
    /// # Panics
    /// If a link names a node that is not below `nodes`.
    pub fn undirected(nodes: usize, links: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let both = links.into_iter().flat_map(|(a, b)| [(a, b), (b, a)]);
        Self::from_arcs(nodes, both.collect(), false)
    }

    /// A directed graph of arcs `(from, to)`. Loops are left out, parallel arcs count once.
    ///
    /// # Panics
    /// If an arc names a node that is not below `nodes`.
    pub fn directed(nodes: usize, arcs: impl IntoIterator<Item = (u32, u32)>) -> Self {
        Self::from_arcs(nodes, arcs.into_iter().collect(), true)
    }

    fn from_arcs(nodes: usize, arcs: Vec<(u32, u32)>, directed: bool) -> Self {
        let mut start = vec![0; nodes + 1];
        for (from, to) in &arcs {
            assert!((*from as usize) < nodes && (*to as usize) < nodes, "no node {from} or {to} in {nodes}");
            start[*from as usize + 1] += u32::from(from != to);
        }
        for node in 0..nodes {
            start[node + 1] += start[node];
        }
        let mut next = start.clone();
        let mut neighbours = vec![0; start[nodes] as usize];
        for (from, to) in arcs.into_iter().filter(|(from, to)| from != to) {
            neighbours[next[from as usize] as usize] = to;
            next[from as usize] += 1;
        }
        let mut graph = Self { start, neighbours, directed };
        graph.sort_and_merge();
        graph
    }

    /// Sorts every node's neighbours and keeps one of each.
    fn sort_and_merge(&mut self) {
        let mut kept = 0;
        for node in 0..self.nodes() {
            let (from, to) = (self.start[node] as usize, self.start[node + 1] as usize);
            self.neighbours[from..to].sort_unstable();
            let first = kept;
            for at in from..to {
                let neighbour = self.neighbours[at];
                if kept == first || self.neighbours[kept - 1] != neighbour {
                    self.neighbours[kept] = neighbour;
                    kept += 1;
                }
            }
            self.start[node] = first as u32;
        }
        if let Some(end) = self.start.last_mut() {
            *end = kept as u32;
        }
        self.neighbours.truncate(kept);
    }

    /// Number of nodes.
    pub fn nodes(&self) -> usize {
        self.start.len() - 1
    }

    /// Number of links; of arcs, where the graph is directed.
    pub fn links(&self) -> usize {
        if self.directed { self.neighbours.len() } else { self.neighbours.len() / 2 }
    }

    /// Whether links have a direction.
    pub fn is_directed(&self) -> bool {
        self.directed
    }

    /// Neighbours of a node, ascending; where the graph is directed, those its arcs lead to.
    pub fn neighbours(&self, node: u32) -> &[u32] {
        &self.neighbours[self.start[node as usize] as usize..self.start[node as usize + 1] as usize]
    }

    /// Number of neighbours; where the graph is directed, of arcs that leave (out-degree).
    pub fn degree(&self, node: u32) -> usize {
        self.neighbours(node).len()
    }

    /// All nodes.
    pub fn ids(&self) -> std::ops::Range<u32> {
        0..self.nodes() as u32
    }

    /// All links `(a, b)`: each once with `a < b`, or all arcs where the graph is directed.
    pub fn pairs(&self) -> impl Iterator<Item = (u32, u32)> {
        let arcs = self.ids().flat_map(|from| self.neighbours(from).iter().map(move |to| (from, *to)));
        arcs.filter(|(from, to)| self.directed || from < to)
    }

    /// The graph with every arc turned round; an undirected one is its own.
    pub fn reversed(&self) -> Cow<'_, Self> {
        if !self.directed {
            return Cow::Borrowed(self);
        }
        Cow::Owned(Self::directed(self.nodes(), self.pairs().map(|(from, to)| (to, from))))
    }

    /// The graph without directions.
    pub fn without_directions(&self) -> Cow<'_, Self> {
        if !self.directed {
            return Cow::Borrowed(self);
        }
        Cow::Owned(Self::undirected(self.nodes(), self.pairs()))
    }

    /// Share of all possible links that exist: `2 m / (n (n - 1))`, directed `m / (n (n - 1))`; 0 below two nodes.
    pub fn density(&self) -> f64 {
        match self.nodes() {
            0 | 1 => 0.0,
            n => self.neighbours.len() as f64 / (n as f64 * (n - 1) as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Graph;

    #[test]
    fn graphs_are_simple_and_sorted() {
        let graph = Graph::undirected(5, [(3, 1), (1, 0), (0, 1), (2, 2), (1, 3)]);
        assert_eq!((graph.nodes(), graph.links(), graph.density()), (5, 2, 0.2));
        let neighbours: Vec<&[u32]> = graph.ids().map(|node| graph.neighbours(node)).collect();
        assert_eq!(neighbours, [&[1][..], &[0, 3], &[], &[1], &[]]);
        assert_eq!(graph.pairs().collect::<Vec<_>>(), [(0, 1), (1, 3)]);
    }

    #[test]
    fn arcs_keep_their_direction() {
        let graph = Graph::directed(3, [(2, 0), (0, 1), (1, 0), (2, 0)]);
        assert_eq!(graph.pairs().collect::<Vec<_>>(), [(0, 1), (1, 0), (2, 0)]);
        assert_eq!((graph.links(), graph.density(), graph.degree(0)), (3, 0.5, 1));
        assert_eq!(graph.reversed().pairs().collect::<Vec<_>>(), [(0, 1), (0, 2), (1, 0)]);
        assert_eq!(graph.without_directions().pairs().collect::<Vec<_>>(), [(0, 1), (0, 2)]);
    }

    #[test]
    fn nothing_is_a_graph_too() {
        let graph = Graph::undirected(0, []);
        assert_eq!((graph.nodes(), graph.links(), graph.density()), (0, 0, 0.0));
        assert_eq!(graph, *graph.reversed());
    }
}
