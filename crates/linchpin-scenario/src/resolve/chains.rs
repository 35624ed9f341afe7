//! Chains of one thing after another: regions in regions, events after events.

/// Cuts every circle among links from each row to at most one other. Of each circle: the row whose link was cut, and all
/// its rows in order, that one last.
pub(super) fn cut_circles(next: &mut [Option<usize>]) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let mut climbed = vec![NEW; next.len()];
    let mut circles = Vec::new();
    for start in 0..next.len() {
        let mut path = Vec::new();
        let mut at = start;
        while climbed[at] == NEW {
            climbed[at] = start;
            path.push(at);
            let Some(up) = next[at] else { break };
            if climbed[up] == start {
                let first = path.iter().position(|row| *row == up).unwrap_or(0);
                circles.push(path.split_off(first));
                next[at] = None;
                break;
            }
            at = up;
        }
    }
    circles
}

#[cfg(test)]
mod tests {
    use super::cut_circles;

    #[test]
    fn circles_are_found_once_and_cut() {
        for (links, circles) in [
            (vec![None, Some(0), Some(1)], vec![]),
            (vec![Some(0)], vec![vec![0]]),
            (vec![Some(1), Some(2), Some(1), Some(0)], vec![vec![1, 2]]),
            (vec![Some(1), Some(0), Some(3), Some(2)], vec![vec![0, 1], vec![2, 3]]),
        ] {
            let mut next = links.clone();
            assert_eq!(cut_circles(&mut next), circles, "{links:?}");
            assert_eq!(cut_circles(&mut next), Vec::<Vec<usize>>::new(), "{links:?}");
        }
    }
}
