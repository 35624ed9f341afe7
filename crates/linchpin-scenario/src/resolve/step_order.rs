//! Steps in an order in which each comes after those it follows.

/// Who follows whom, and in which order they can come.
#[derive(Debug)]
pub(super) struct Order {
    /// For each step those it follows, ascending; without circles.
    pub(super) after: Vec<Vec<usize>>,
    order: Vec<usize>,
}

impl Order {
    /// Cuts every circle. Of each circle: its steps, each following the next one and the last one the first.
    pub(super) fn new(mut after: Vec<Vec<usize>>) -> (Self, Vec<Vec<usize>>) {
        let mut circles = Vec::new();
        loop {
            let order = sorted(&after);
            if order.len() == after.len() {
                return (Self { after, order }, circles);
            }
            let circle = circle(&after, &order);
            // Within `circle` each step follows the next: without the first link the circle is open.
            let next = circle.get(1).copied().unwrap_or(circle[0]);
            after[circle[0]].retain(|row| *row != next);
            circles.push(circle);
        }
    }

    /// Values from the first steps to the last: `value` is told the step and the values of those it follows.
    pub(super) fn along(&self, start: f64, value: impl Fn(usize, &[f64]) -> f64) -> Vec<f64> {
        let mut values = vec![start; self.after.len()];
        for row in &self.order {
            let before: Vec<f64> = self.after[*row].iter().map(|row| values[*row]).collect();
            values[*row] = value(*row, &before);
        }
        values
    }
}

/// All steps that are on no circle and after none (Kahn's order).
fn sorted(after: &[Vec<usize>]) -> Vec<usize> {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); after.len()];
    for (row, before) in after.iter().enumerate() {
        before.iter().for_each(|other| next[*other].push(row));
    }
    let mut left: Vec<usize> = after.iter().map(Vec::len).collect();
    let mut order: Vec<usize> = (0..after.len()).filter(|row| left[*row] == 0).collect();
    let mut at = 0;
    while let Some(row) = order.get(at).copied() {
        at += 1;
        for other in &next[row] {
            left[*other] -= 1;
            if left[*other] == 0 {
                order.push(*other);
            }
        }
    }
    order
}

/// A circle among the steps that are not in `order`, of which there is at least one.
fn circle(after: &[Vec<usize>], order: &[usize]) -> Vec<usize> {
    let mut free = vec![false; after.len()];
    order.iter().for_each(|row| free[*row] = true);
    let mut at = free.iter().position(|free| !free).unwrap_or(0);
    let mut path: Vec<usize> = Vec::new();
    let mut seen = vec![usize::MAX; after.len()];
    loop {
        if seen[at] != usize::MAX {
            return path.split_off(seen[at]);
        }
        seen[at] = path.len();
        path.push(at);
        // Whoever is not in the order follows somebody who is not.
        let Some(before) = after[at].iter().find(|row| !free[**row]) else { return path };
        at = *before;
    }
}

#[cfg(test)]
mod tests {
    use super::Order;

    #[test]
    fn circles_are_found_and_cut_and_the_rest_keeps_its_order() {
        for (after, circles) in [
            (vec![vec![], vec![0], vec![0, 1]], vec![]),
            (vec![vec![0]], vec![vec![0]]),
            (vec![vec![1], vec![0], vec![0]], vec![vec![0, 1]]),
            (vec![vec![2], vec![0], vec![1], vec![4], vec![3]], vec![vec![0, 2, 1], vec![3, 4]]),
        ] {
            let (order, found) = Order::new(after.clone());
            assert_eq!(found, circles, "{after:?}");
            // The length of the longest chain up to each step.
            let depth = order.along(0.0, |_, before| 1.0 + before.iter().copied().fold(0.0, f64::max));
            for (row, before) in order.after.iter().enumerate() {
                assert!(before.iter().all(|other| depth[*other] < depth[row]), "{after:?}");
            }
        }
    }
}
