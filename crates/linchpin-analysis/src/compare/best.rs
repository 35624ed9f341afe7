//! How probable it is that each option is the best, given what was seen.

use linchpin_model::{Key, Layer, Purpose, Seeds};

/// Share of `resamples` bootstrap samples of the rows in which each column has the least mean (Efron and Tibshirani, An
/// Introduction to the Bootstrap, 1993): sampling error only. Ties are shared. Rows are drawn by keyed draws of
/// `seed`, so the same columns give the same shares. All values have to be finite.
pub fn probability_of_being_best(columns: &[&[f64]], resamples: u32, seed: u64) -> Vec<f64> {
    let rows = columns.iter().map(|column| column.len()).min().unwrap_or(0);
    let mut shares = vec![0.0; columns.len()];
    if rows == 0 || resamples == 0 {
        return shares;
    }
    let key = Key::of("bootstrap");
    let mut counts = vec![0_u32; rows];
    let mut sums = vec![0.0; columns.len()];
    for sample in 0..resamples {
        counts.fill(0);
        let draws = Seeds::new(seed).replication(sample);
        for row in 0..rows {
            let u = draws.uniform(Layer::Parameters, key.part(row as u32), Purpose::Test, 0);
            counts[((u * rows as f64) as usize).min(rows - 1)] += 1;
        }
        for (sum, column) in sums.iter_mut().zip(columns) {
            *sum = column.iter().zip(&counts).map(|(value, count)| value * f64::from(*count)).sum();
        }
        let least = sums.iter().copied().fold(f64::INFINITY, f64::min);
        let ties = sums.iter().filter(|sum| **sum == least).count() as f64;
        for (share, sum) in shares.iter_mut().zip(&sums) {
            if *sum == least {
                *share += 1.0 / (ties * f64::from(resamples));
            }
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_model::special::{norm_cdf, norm_inv};

    /// Two normal columns: the share is near the probability that the normal approximation of the mean difference gives,
    /// `Phi(mean / standard error)`.
    #[test]
    fn shares_follow_the_normal_approximation() {
        let draws = Seeds::new(3).replication(0);
        let normal = |column: &str, row: u32| {
            norm_inv(draws.uniform(Layer::Threat, Key::of(column), Purpose::Test, row))
        };
        let a: Vec<f64> = (0..400).map(|row| normal("a", row)).collect();
        let b: Vec<f64> = (0..400).map(|row| 0.05 + normal("b", row)).collect();
        let d = crate::compare::difference(&b, &a, 0.95, 1).expect("finite");
        let expected = norm_cdf(d.mean / (d.sd / 20.0));
        let shares = probability_of_being_best(&[&a, &b], 4000, 1);
        // Four standard errors of a share of 4,000.
        assert!((shares[0] - expected).abs() < 4.0 * 0.5 / 63.2, "{shares:?} {expected}");
        assert!((shares[0] + shares[1] - 1.0).abs() < 1e-9);
    }

    #[test]
    fn edges() {
        assert_eq!(probability_of_being_best(&[&[1.0, 1.0], &[1.0, 1.0], &[2.0, 2.0]], 10, 1)[2], 0.0);
        let tied = probability_of_being_best(&[&[1.0, 1.0], &[1.0, 1.0]], 10, 1);
        assert!((tied[0] - 0.5).abs() < 1e-12);
        assert_eq!(probability_of_being_best(&[&[], &[]], 10, 1), [0.0, 0.0]);
    }
}
