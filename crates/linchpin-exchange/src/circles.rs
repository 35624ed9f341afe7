//! Parts of a graph in which everything leads to everything, and parts that are connected at all.

/// The number of the strongly connected component of each node, by Tarjan's algorithm (SIAM J. Comput. 1, 1972) without
/// recursion: files may hold chains of a million links. `edges[node]` are the nodes it leads to.
pub(crate) fn strong_components(edges: &[Vec<u32>]) -> Vec<u32> {
    const UNSEEN: u32 = u32::MAX;
    let n = edges.len();
    let (mut index, mut low, mut component) = (vec![UNSEEN; n], vec![0_u32; n], vec![UNSEEN; n]);
    let (mut stack, mut path): (Vec<u32>, Vec<(u32, usize)>) = (Vec::new(), Vec::new());
    let (mut next, mut components) = (0, 0);
    for start in 0..n as u32 {
        if index[start as usize] != UNSEEN {
            continue;
        }
        path.push((start, 0));
        while let Some((node, edge)) = path.pop() {
            let i = node as usize;
            if edge == 0 {
                (index[i], low[i]) = (next, next);
                next += 1;
                stack.push(node);
            } else {
                // Back from the node that the edge before leads to.
                let child = edges[i][edge - 1] as usize;
                if component[child] == UNSEEN {
                    low[i] = low[i].min(low[child]);
                }
            }
            let Some(to) = edges[i].get(edge) else {
                if low[i] == index[i] {
                    while let Some(member) = stack.pop() {
                        component[member as usize] = components;
                        if member == node {
                            break;
                        }
                    }
                    components += 1;
                }
                continue;
            };
            path.push((node, edge + 1));
            if index[*to as usize] == UNSEEN {
                path.push((*to, 0));
            } else if component[*to as usize] == UNSEEN {
                low[i] = low[i].min(index[*to as usize]);
            }
        }
    }
    component
}

/// The lowest node of the connected part of each node.
pub(crate) fn connected(nodes: usize, links: &[(u32, u32)]) -> Vec<u32> {
    let mut root: Vec<u32> = (0..nodes as u32).collect();
    let find = |root: &mut Vec<u32>, mut node: u32| {
        while root[node as usize] != node {
            root[node as usize] = root[root[node as usize] as usize];
            node = root[node as usize];
        }
        node
    };
    for (a, b) in links {
        let (a, b) = (find(&mut root, *a), find(&mut root, *b));
        root[a.max(b) as usize] = a.min(b);
    }
    (0..nodes as u32).map(|node| find(&mut root, node)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(components: &[u32]) -> Vec<usize> {
        components
            .iter()
            .map(|own| components.iter().position(|other| other == own).unwrap_or_default())
            .collect()
    }

    #[test]
    fn components_of_small_graphs() {
        for (edges, expected) in [
            (vec![vec![1], vec![2], vec![0], vec![0]], vec![0, 0, 0, 3]),
            (vec![vec![1], vec![], vec![1]], vec![0, 1, 2]),
            (vec![vec![1, 2], vec![3], vec![3], vec![4], vec![3, 0]], vec![0, 0, 0, 0, 0]),
            (vec![vec![0]], vec![0]),
            (vec![vec![1], vec![0, 2], vec![3], vec![2]], vec![0, 0, 2, 2]),
        ] {
            assert_eq!(alike(&strong_components(&edges)), expected, "{edges:?}");
        }
        let long: Vec<Vec<u32>> = (0..200_000).map(|i| vec![(i + 1) % 200_000]).collect();
        assert!(strong_components(&long).iter().all(|component| *component == 0));
    }

    #[test]
    fn connected_parts() {
        assert_eq!(connected(6, &[(4, 2), (2, 5), (1, 0)]), [0, 0, 2, 3, 2, 2]);
    }
}
