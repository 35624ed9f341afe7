//! Strongly connected parts of a graph: whatever can reach each other.

/// A directed graph: who follows whom, in one list.
#[derive(Debug)]
pub(super) struct Graph {
    /// Successors of node `n` are `to[start[n]..start[n + 1]]`.
    start: Vec<u32>,
    to: Vec<u32>,
}

impl Graph {
    /// A graph of so many nodes; `follow` adds the successors of each to a list.
    pub(super) fn new(nodes: usize, mut follow: impl FnMut(usize, &mut Vec<u32>)) -> Self {
        let mut graph = Self { start: Vec::with_capacity(nodes + 1), to: Vec::new() };
        graph.start.push(0);
        for node in 0..nodes {
            follow(node, &mut graph.to);
            graph.start.push(graph.to.len() as u32);
        }
        graph
    }

    fn len(&self) -> usize {
        self.start.len() - 1
    }

    /// Those that follow a node.
    pub(super) fn after(&self, node: u32) -> &[u32] {
        &self.to[self.start[node as usize] as usize..self.start[node as usize + 1] as usize]
    }
}

/// The strongly connected components with at least two nodes, or one with a link to itself (Tarjan's algorithm, without
/// recursion). Nodes of each ascend.
pub(super) fn components(graph: &Graph) -> Vec<Vec<u32>> {
    const NEW: u32 = u32::MAX;
    let mut search = Search {
        order: vec![NEW; graph.len()],
        low: vec![NEW; graph.len()],
        on_stack: vec![false; graph.len()],
        stack: Vec::new(),
        next: 0,
    };
    let mut found = Vec::new();
    for root in 0..graph.len() as u32 {
        // What nothing follows is in no circle.
        if search.order[root as usize] != NEW || graph.after(root).is_empty() {
            continue;
        }
        let mut work: Vec<(u32, usize)> = vec![(root, 0)];
        search.enter(root);
        while let Some((node, edge)) = work.pop() {
            let Some(&to) = graph.after(node).get(edge) else {
                search.leave(node, graph, &mut found);
                if let Some((parent, _)) = work.last() {
                    search.lower(*parent, search.low[node as usize]);
                }
                continue;
            };
            work.push((node, edge + 1));
            if search.order[to as usize] == NEW {
                search.enter(to);
                work.push((to, 0));
            } else if search.on_stack[to as usize] {
                search.lower(node, search.order[to as usize]);
            }
        }
    }
    found.sort();
    found
}

struct Search {
    order: Vec<u32>,
    low: Vec<u32>,
    on_stack: Vec<bool>,
    stack: Vec<u32>,
    next: u32,
}

impl Search {
    fn enter(&mut self, node: u32) {
        self.order[node as usize] = self.next;
        self.low[node as usize] = self.next;
        self.next += 1;
        self.stack.push(node);
        self.on_stack[node as usize] = true;
    }

    fn lower(&mut self, node: u32, to: u32) {
        let low = &mut self.low[node as usize];
        *low = (*low).min(to);
    }

    fn leave(&mut self, node: u32, graph: &Graph, found: &mut Vec<Vec<u32>>) {
        if self.low[node as usize] != self.order[node as usize] {
            return;
        }
        let first = self.stack.iter().rposition(|other| *other == node).unwrap_or(0);
        if first + 1 == self.stack.len() && !graph.after(node).contains(&node) {
            self.stack.pop();
            self.on_stack[node as usize] = false;
            return;
        }
        let mut component = self.stack.split_off(first);
        for member in &component {
            self.on_stack[*member as usize] = false;
        }
        component.sort_unstable();
        found.push(component);
    }
}

/// A graph of some of the nodes of another. `chosen` ascend; they are numbered in this order.
pub(super) fn part_of(graph: &Graph, chosen: &[u32]) -> Graph {
    Graph::new(chosen.len(), |row, to| {
        let after = graph.after(chosen[row]).iter();
        to.extend(after.filter_map(|node| chosen.binary_search(node).ok()).map(|row| row as u32));
    })
}

/// A shortest way from a node back to itself; empty where there is none.
pub(super) fn shortest_circle(graph: &Graph, start: u32) -> Vec<u32> {
    const NONE: u32 = u32::MAX;
    let mut from = vec![NONE; graph.len()];
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for to in graph.after(node) {
            if *to == start {
                let mut circle = vec![node];
                while circle[circle.len() - 1] != start {
                    circle.push(from[circle[circle.len() - 1] as usize]);
                }
                circle.reverse();
                return circle;
            }
            if from[*to as usize] == NONE {
                from[*to as usize] = node;
                queue.push_back(*to);
            }
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_and_their_shortest_circles() {
        for (graph, expected, circle) in [
            (vec![vec![1], vec![2], vec![]], vec![], vec![]),
            (vec![vec![0]], vec![vec![0]], vec![0]),
            (vec![vec![1], vec![2], vec![0], vec![0]], vec![vec![0, 1, 2]], vec![0, 1, 2]),
            (vec![vec![1, 3], vec![2], vec![0], vec![0, 4], vec![]], vec![vec![0, 1, 2, 3]], vec![0, 3]),
            (vec![vec![1], vec![0, 2], vec![3], vec![2]], vec![vec![0, 1], vec![2, 3]], vec![0, 1]),
        ] {
            let graph = of(&graph);
            assert_eq!(components(&graph), expected, "{graph:?}");
            assert_eq!(shortest_circle(&graph, 0), circle, "{graph:?}");
        }
    }

    fn of(lists: &[Vec<u32>]) -> Graph {
        Graph::new(lists.len(), |node, to| to.extend(&lists[node]))
    }

    #[test]
    fn parts_keep_the_links_among_themselves() {
        let graph = of(&[vec![1, 2], vec![2, 3], vec![0], vec![1]]);
        let part = part_of(&graph, &[1, 2, 3]);
        assert_eq!((part.after(0), part.after(1), part.after(2)), (&[1, 2][..], &[][..], &[0][..]));
    }

    #[test]
    fn a_long_chain_does_not_exhaust_the_stack() {
        let n = 200_000;
        let graph = Graph::new(n, |i, to| to.push(((i + 1) % n) as u32));
        assert_eq!(components(&graph).len(), 1);
    }
}
