//! Rank correlation.

/// Ranks of values, from 1, ties sharing the mean of theirs.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|a, b| values[*a].total_cmp(&values[*b]).then(a.cmp(b)));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let mut to = from + 1;
        while to < order.len() && values[order[to]] == values[order[from]] {
            to += 1;
        }
        // Ranks from + 1 to `to`.
        let shared = 0.5 * (from + 1 + to) as f64;
        order[from..to].iter().for_each(|i| ranks[*i] = shared);
        from = to;
    }
    ranks
}

/// Spearman's rank correlation: Pearson's of the ranks. None where the lengths differ, or one never varies.
pub fn spearman(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() != b.len() || a.is_empty() {
        return None;
    }
    let (a, b) = (ranks(a), ranks(b));
    let mean = 0.5 * (a.len() + 1) as f64;
    let sum = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| (x - mean) * (y - mean)).sum::<f64>();
    let (aa, bb) = (sum(&a, &a), sum(&b, &b));
    (aa > 0.0 && bb > 0.0).then(|| (sum(&a, &b) / libm::sqrt(aa * bb)).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without ties it is `1 - 6 sum d² / (n (n² - 1))`: here d = 1, -1, 1, -1, 0, so 1 - 24/120.
    #[test]
    fn by_hand() {
        let a = [10.0, 20.0, 30.0, 40.0, 50.0];
        assert_eq!(spearman(&a, &[2.0, 1.0, 4.0, 3.0, 5.0]).map(|rho| (rho * 1e9).round()), Some(0.8e9));
        assert_eq!(spearman(&a, &[9.0, 8.0, 7.0, 1.0, -3.0]), Some(-1.0));
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [3.5, 1.0, 3.5, 2.0]);
        for (a, b) in [(&[1.0, 1.0][..], &[1.0, 2.0][..]), (&[1.0], &[1.0, 2.0]), (&[], &[])] {
            assert_eq!(spearman(a, b), None);
        }
    }
}
