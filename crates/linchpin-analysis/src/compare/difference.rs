//! Paired differences.

use crate::stats::student_t_inv;

/// The mean difference between two columns, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Mean of `a - b`.
    pub mean: f64,
    /// Standard deviation of the differences.
    pub sd: f64,
    /// Interval of the mean.
    pub interval: [f64; 2],
    /// Interval that holds for all comparisons together.
    pub simultaneous: [f64; 2],
    /// Variance of the difference of independent runs by that of the paired ones: `(var a + var b) / var(a - b)`; how
    /// many times as many replications independent runs would take. Infinite where the difference never varies.
    pub variance_ratio: f64,
}

impl Difference {
    /// True where the interval that holds for all comparisons together leaves 0 out.
    pub fn is_certain(&self) -> bool {
        self.simultaneous[0] > 0.0 || self.simultaneous[1] < 0.0
    }
}

/// Difference `a - b` of two columns of equal length with its Student interval at `confidence` (0 to 1, exclusive),
/// and the one that holds for `comparisons` of them together (Bonferroni, which holds however they depend on one
/// another). None below two rows, or where a value is not finite.
pub fn difference(a: &[f64], b: &[f64], confidence: f64, comparisons: usize) -> Option<Difference> {
    let n = a.len().min(b.len());
    if n < 2 {
        return None;
    }
    let pairs = || a.iter().zip(b).map(|(a, b)| a - b);
    let (mean, variance) = moments(pairs(), n);
    let (_, var_a) = moments(a[..n].iter().copied(), n);
    let (_, var_b) = moments(b[..n].iter().copied(), n);
    if !(mean.is_finite() && variance.is_finite()) {
        return None;
    }
    let half =
        |alpha: f64| student_t_inv(1.0 - 0.5 * alpha, (n - 1) as f64) * libm::sqrt(variance / n as f64);
    let alpha = 1.0 - confidence;
    let (one, all) = (half(alpha), half(alpha / comparisons.max(1) as f64));
    let variance_ratio = if variance > 0.0 { (var_a + var_b) / variance } else { f64::INFINITY };
    Some(Difference {
        mean,
        sd: libm::sqrt(variance),
        interval: [mean - one, mean + one],
        simultaneous: [mean - all, mean + all],
        variance_ratio,
    })
}

/// Mean and unbiased variance, by two passes.
pub(super) fn moments(values: impl Iterator<Item = f64> + Clone, n: usize) -> (f64, f64) {
    let mean = values.clone().sum::<f64>() / n as f64;
    let squares: f64 = values.map(|value| (value - mean) * (value - mean)).sum();
    (mean, squares / (n - 1) as f64)
}

/// Median of the variance ratios of those that vary; none where none does.
pub fn median_variance_ratio(differences: &[Difference]) -> Option<f64> {
    let mut ratios: Vec<f64> =
        differences.iter().map(|d| d.variance_ratio).filter(|ratio| ratio.is_finite()).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    crate::stats::quantile(&ratios, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_model::special::norm_inv;
    use linchpin_model::{Key, Layer, Purpose, Seeds};

    /// By hand: differences 1, 2, 3 have mean 2, variance 1; t(0.975, 2) = 4.302653 (any table of Student's t).
    #[test]
    fn three_pairs() {
        let d = difference(&[2.0, 4.0, 9.0], &[1.0, 2.0, 6.0], 0.95, 1).expect("three pairs");
        let half = 4.302_652_729_9 / libm::sqrt(3.0);
        assert!((d.mean - 2.0).abs() < 1e-12 && (d.sd - 1.0).abs() < 1e-12);
        assert!((d.interval[0] - (2.0 - half)).abs() < 1e-8 && (d.interval[1] - (2.0 + half)).abs() < 1e-8);
        assert_eq!(d.interval, d.simultaneous);
        // Variances 13 and 7, of the difference 1.
        assert!((d.variance_ratio - 20.0).abs() < 1e-12);
        let three = difference(&[2.0, 4.0, 9.0], &[1.0, 2.0, 6.0], 0.95, 3).expect("three pairs");
        assert!(three.simultaneous[0] < d.interval[0] && three.interval == d.interval);
    }

    #[test]
    fn what_cannot_be_compared() {
        assert_eq!(difference(&[1.0], &[2.0], 0.95, 1), None);
        assert_eq!(difference(&[1.0, f64::INFINITY], &[2.0, 3.0], 0.95, 1), None);
        let same = difference(&[1.0, 2.0], &[0.0, 1.0], 0.95, 1).expect("two pairs");
        assert_eq!((same.interval, same.variance_ratio), ([1.0, 1.0], f64::INFINITY));
        assert!(same.is_certain());
    }

    /// Nominal 95 % intervals over 4,000 repetitions of 40 pairs that share a lognormal part: between 93.5 and 96.5 % hold
    /// the true difference, and of five at a time at least 93.5 % hold all five.
    #[test]
    fn intervals_cover_what_they_promise() {
        let (repetitions, n, options) = (4000_u32, 40_u32, 5_u32);
        let (mut one, mut all) = (0_u32, 0_u32);
        for repetition in 0..repetitions {
            let draws = Seeds::new(20_261_122).replication(repetition);
            let normal = |column: u32, row: u32| {
                norm_inv(draws.uniform(Layer::Parameters, Key::of("cover").part(column), Purpose::Test, row))
            };
            let column = |option: u32, shift: f64| -> Vec<f64> {
                (0..n).map(|row| shift + 5.0 * libm::exp(normal(0, row)) + normal(1 + option, row)).collect()
            };
            let base = column(0, 0.0);
            let held: Vec<bool> = (1..=options)
                .map(|option| {
                    let truth = f64::from(option);
                    let d = difference(&column(option, truth), &base, 0.95, options as usize);
                    let d = d.expect("finite");
                    if option == 1 {
                        one += u32::from(d.interval[0] <= truth && truth <= d.interval[1]);
                    }
                    d.simultaneous[0] <= truth && truth <= d.simultaneous[1]
                })
                .collect();
            all += u32::from(held.iter().all(|held| *held));
        }
        let share = |hits: u32| f64::from(hits) / f64::from(repetitions);
        assert!((0.935..=0.965).contains(&share(one)), "{}", share(one));
        assert!(share(all) >= 0.935, "{}", share(all));
    }
}
