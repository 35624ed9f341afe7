//! What holds a graph together: components, articulation points, bridges, cores. Directions are ignored.

use super::Graph;
use super::paths::Search;

/// Which component each node belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Components {
    /// Number of the component of each node, from 0 in the order of their first nodes.
    pub of: Vec<u32>,
    /// Number of nodes of each component.
    pub sizes: Vec<u32>,
}

impl Components {
    /// Nodes of the largest component; 0 without nodes.
    pub fn largest(&self) -> u32 {
        self.sizes.iter().copied().max().unwrap_or(0)
    }
}

/// Connected components (weakly connected ones where the graph is directed), in linear time.
pub fn components(graph: &Graph) -> Components {
    const NONE: u32 = u32::MAX;
    let graph = graph.without_directions();
    let mut search = Search::new(&graph);
    let mut found = Components { of: vec![NONE; graph.nodes()], sizes: Vec::new() };
    for node in graph.ids() {
        if found.of[node as usize] == NONE {
            search.run(node);
            let number = found.sizes.len() as u32;
            search.reached().iter().for_each(|reached| found.of[*reached as usize] = number);
            found.sizes.push(search.reached().len() as u32);
        }
    }
    found
}

/// Single points and links that hold a component together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CutPoints {
    /// Nodes without which their component falls apart, ascending.
    pub articulation_points: Vec<u32>,
    /// Links `(a, b)`, `a < b`, without which their component falls apart, ascending.
    pub bridges: Vec<(u32, u32)>,
}

/// Articulation points and bridges by one depth-first search (Hopcroft, Tarjan, CACM 16 (1973) 372): linear.
pub fn cut_points(graph: &Graph) -> CutPoints {
    let graph = graph.without_directions();
    let n = graph.nodes();
    let mut walk = Walk {
        graph: &graph,
        entered: vec![0; n],
        low: vec![0; n],
        cuts: vec![false; n],
        bridges: Vec::new(),
    };
    let (mut stack, mut clock) = (Vec::new(), 0);
    for root in graph.ids() {
        if walk.entered[root as usize] == 0 {
            walk.component(root, &mut stack, &mut clock);
        }
    }
    walk.bridges.sort_unstable();
    let articulation_points = graph.ids().filter(|node| walk.cuts[*node as usize]).collect();
    CutPoints { articulation_points, bridges: walk.bridges }
}

struct Walk<'g> {
    graph: &'g Graph,
    /// When a node was entered, from 1; 0: not yet.
    entered: Vec<u32>,
    /// The earliest node reached from a node or those behind it by one link back.
    low: Vec<u32>,
    cuts: Vec<bool>,
    bridges: Vec<(u32, u32)>,
}

/// A node on the way of the search, who it was entered from, and how many of its neighbours were seen.
struct Step {
    node: u32,
    parent: u32,
    seen: usize,
}

impl Walk<'_> {
    /// Without recursion: networks are longer than stacks are deep.
    fn component(&mut self, root: u32, stack: &mut Vec<Step>, clock: &mut u32) {
        let mut branches = 0;
        self.enter(root, root, stack, clock);
        while let Some(Step { node, parent, seen }) = stack.last_mut() {
            let (node, parent) = (*node, *parent);
            if let Some(next) = self.graph.neighbours(node).get(*seen).copied() {
                *seen += 1;
                if self.entered[next as usize] == 0 {
                    branches += u32::from(node == root);
                    self.enter(next, node, stack, clock);
                } else if next != parent {
                    self.low[node as usize] = self.low[node as usize].min(self.entered[next as usize]);
                }
                continue;
            }
            stack.pop();
            if node != root {
                self.leave(node, parent, root);
            }
        }
        self.cuts[root as usize] = branches > 1;
    }

    fn enter(&mut self, node: u32, parent: u32, stack: &mut Vec<Step>, clock: &mut u32) {
        *clock += 1;
        self.entered[node as usize] = *clock;
        self.low[node as usize] = *clock;
        stack.push(Step { node, parent, seen: 0 });
    }

    fn leave(&mut self, node: u32, parent: u32, root: u32) {
        let low = self.low[node as usize];
        let before = self.entered[parent as usize];
        self.low[parent as usize] = self.low[parent as usize].min(low);
        if low >= before && parent != root {
            self.cuts[parent as usize] = true;
        }
        if low > before {
            self.bridges.push((node.min(parent), node.max(parent)));
        }
    }
}

/// Core number of each node: the largest k such that it belongs to a part in which all have k neighbours or more
/// (Seidman, Social Networks 5 (1983) 269). Nodes are peeled off by degree in linear time (Batagelj, Zaversnik, 2003).
pub fn core_numbers(graph: &Graph) -> Vec<u32> {
    let graph = graph.without_directions();
    let mut degree: Vec<u32> = graph.ids().map(|node| graph.degree(node) as u32).collect();
    let Some(most) = degree.iter().max().copied() else {
        return degree;
    };
    // Nodes in the order of degree; `begin[d]` is where those of degree d begin.
    let mut begin = vec![0_u32; most as usize + 2];
    degree.iter().for_each(|d| begin[*d as usize + 1] += 1);
    (0..=most as usize).for_each(|d| begin[d + 1] += begin[d]);
    let mut next = begin.clone();
    let (mut order, mut place) = (vec![0_u32; graph.nodes()], vec![0_u32; graph.nodes()]);
    for node in graph.ids() {
        let slot = &mut next[degree[node as usize] as usize];
        (place[node as usize], order[*slot as usize]) = (*slot, node);
        *slot += 1;
    }
    for at in 0..order.len() {
        let node = order[at];
        for neighbour in graph.neighbours(node) {
            let d = degree[*neighbour as usize];
            if d > degree[node as usize] {
                // It changes places with the first of its degree, whose range then begins one later.
                let (from, to) = (place[*neighbour as usize], begin[d as usize]);
                let first = order[to as usize];
                order.swap(from as usize, to as usize);
                (place[*neighbour as usize], place[first as usize]) = (to, from);
                begin[d as usize] += 1;
                degree[*neighbour as usize] -= 1;
            }
        }
    }
    degree
}

#[cfg(test)]
mod tests {
    use super::{components, core_numbers, cut_points};
    use crate::graph::Graph;

    #[test]
    fn parts_are_numbered_by_their_first_nodes() {
        let found = components(&Graph::directed(6, [(5, 0), (3, 2), (2, 1)]));
        assert_eq!(found.of, [0, 1, 1, 1, 2, 0]);
        assert_eq!((found.sizes.as_slice(), found.largest()), (&[2, 3, 1][..], 3));
        assert_eq!(components(&Graph::undirected(0, [])).largest(), 0);
    }

    #[test]
    fn points_and_links_that_hold_it_together() {
        type Case = (&'static [(u32, u32)], &'static [u32], &'static [(u32, u32)]);
        let cases: [Case; 5] = [
            (&[(0, 1), (1, 2), (2, 0)], &[], &[]),
            (&[(0, 1), (1, 2)], &[1], &[(0, 1), (1, 2)]),
            // Two triangles that share a node; two that are joined by a link.
            (&[(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 2)], &[2], &[]),
            (&[(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (0, 5)], &[0, 5], &[(0, 5)]),
            // A root with two branches, and a part of its own.
            (&[(0, 3), (0, 5), (1, 2)], &[0], &[(0, 3), (0, 5), (1, 2)]),
        ];
        for (links, points, bridges) in cases {
            let found = cut_points(&Graph::undirected(6, links.iter().copied()));
            assert_eq!((found.articulation_points.as_slice(), found.bridges.as_slice()), (points, bridges));
        }
    }

    /// Against the definition: a node or link is one if there are more components without it.
    #[test]
    fn cut_points_are_what_they_are_by_definition() {
        for seed in 0..200_u32 {
            let n = 4 + seed % 9;
            let links: Vec<(u32, u32)> =
                (0..n + seed % 5).map(|i| (mix(seed, i, 0) % n, mix(seed, i, 1) % n)).collect();
            let graph = Graph::undirected(n as usize, links);
            let parts =
                |links: Vec<(u32, u32)>| components(&Graph::undirected(n as usize, links)).sizes.len();
            let whole = parts(graph.pairs().collect());
            let found = cut_points(&graph);
            for node in graph.ids() {
                // Taken out, the node remains as a part of its own, unless it was one already.
                let without = parts(graph.pairs().filter(|(a, b)| *a != node && *b != node).collect());
                let falls_apart = graph.degree(node) > 0 && without > whole + 1;
                assert_eq!(found.articulation_points.contains(&node), falls_apart, "{seed} {node}");
            }
            for link in graph.pairs() {
                let without = parts(graph.pairs().filter(|other| *other != link).collect());
                assert_eq!(found.bridges.contains(&link), without > whole, "{seed} {link:?}");
            }
        }
    }

    fn mix(seed: u32, i: u32, end: u32) -> u32 {
        let mut x =
            seed.wrapping_mul(0x9e37_79b9) ^ i.wrapping_mul(0x85eb_ca6b) ^ end.wrapping_mul(0xc2b2_ae35);
        x = (x ^ (x >> 15)).wrapping_mul(0x2c1b_3c6d);
        (x ^ (x >> 13)) >> 3
    }

    #[test]
    fn long_chains_need_no_deep_stack() {
        let n = 300_000;
        let chain = Graph::undirected(n, (1..n as u32).map(|node| (node - 1, node)));
        let found = cut_points(&chain);
        assert_eq!((found.articulation_points.len(), found.bridges.len()), (n - 2, n - 1));
    }

    #[test]
    fn cores_are_peeled() {
        // Four that all know one another, a triangle hung on, a tail, a stranger.
        let links = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3), (3, 4), (4, 5), (5, 3), (5, 6)];
        assert_eq!(core_numbers(&Graph::undirected(8, links)), [3, 3, 3, 3, 2, 2, 1, 0]);
        assert_eq!(core_numbers(&Graph::undirected(0, [])), [0; 0]);
    }
}
