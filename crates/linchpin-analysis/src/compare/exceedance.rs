//! How probable it is that more than so much is lost.

/// So many of the largest values have a point of their own, however many values there are.
const TAIL: usize = 100;

/// For ascending values each value and the share of all values that are greater. Of more than `at_most` values the
/// middle is thinned out evenly; the largest hundred stay. Values that are not finite are left out.
pub fn exceedance(values: &[f64], at_most: usize) -> Vec<[f64; 2]> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    let stride = n.div_ceil(at_most.saturating_sub(TAIL).max(1)).max(1);
    let told = |i: &usize| {
        let last_of_equals = *i + 1 == n || sorted[*i + 1] > sorted[*i];
        last_of_equals && (i.is_multiple_of(stride) || n - i <= TAIL)
    };
    (0..n).filter(told).map(|i| [sorted[i], (n - 1 - i) as f64 / n as f64]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_what_is_greater() {
        assert_eq!(exceedance(&[3.0, 1.0, 1.0, f64::NAN, 2.0], 400), [[1.0, 0.5], [2.0, 0.25], [3.0, 0.0]]);
        assert_eq!(exceedance(&[], 400), Vec::<[f64; 2]>::new());
        let many: Vec<f64> = (0..10_000).map(f64::from).collect();
        let curve = exceedance(&many, 400);
        assert!((300..=400).contains(&curve.len()), "{}", curve.len());
        // By hand: 9,999 - v values are greater than v.
        assert!(curve.iter().all(|[value, more]| (more - (9999.0 - value) / 10_000.0).abs() < 1e-12));
        assert_eq!(curve.last(), Some(&[9999.0, 0.0]));
    }
}
