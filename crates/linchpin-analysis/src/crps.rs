//! The continuous ranked probability score: how far a predicted distribution lies from the one value that came.
//!
//! `CRPS(F, y) = ∫ (F(x) - 1{x >= y})² dx = E|X - y| - E|X - X'| / 2`, with X, X' drawn from F independently (Gneiting
//! and Raftery, JASA 102, 2007, eq. 20 and 21). It has the unit of the quantity, 0 is best, and for a prediction without
//! spread it is the plain distance.

use libm::{exp, log, sqrt};
use linchpin_model::special::norm_cdf;

/// Of a distribution that puts the same weight on each of these ascending values; `None` without values or where
/// one is not finite.
///
/// `mean |x - y| - Σ_i Σ_j |x_i - x_j| / (2 n²)`: the score of the values as they stand, for a grid of quantiles.
pub fn of_values(sorted: &[f64], observed: f64) -> Option<f64> {
    let n = sorted.len() as f64;
    score(sorted, observed, n * n)
}

/// Of the distribution from which these ascending values were drawn at random; `None` below two values or where one is
/// not finite.
///
/// `mean |x - y| - Σ_i Σ_j |x_i - x_j| / (2 n (n - 1))`: unbiased for any number of draws, and fair (Ferro, Quarterly
/// Journal of the Royal Meteorological Society 140, 2014). Close to 0 it may fall slightly below.
pub fn of_sample(sorted: &[f64], observed: f64) -> Option<f64> {
    let n = sorted.len() as f64;
    if sorted.len() < 2 { None } else { score(sorted, observed, n * (n - 1.0)) }
}

/// `pairs` is what the sum of distances between values is divided by.
fn score(sorted: &[f64], observed: f64, pairs: f64) -> Option<f64> {
    if sorted.is_empty() || !observed.is_finite() || sorted.iter().any(|value| !value.is_finite()) {
        return None;
    }
    debug_assert!(sorted.is_sorted());
    let n = sorted.len() as f64;
    let mut distance = 0.0;
    // Half of the sum over all pairs: the i-th value is the larger one i times, the smaller one n - 1 - i times.
    let mut spread = 0.0;
    for (i, value) in sorted.iter().enumerate() {
        distance += (value - observed).abs();
        spread += (2.0 * i as f64 + 1.0 - n) * (value - observed);
    }
    Some(distance / n - spread / pairs)
}

/// Of a lognormal distribution `exp(mu + sigma Z)` with `sigma > 0`.
///
/// `y (2 F(y) - 1) - 2 exp(mu + sigma² / 2) (Φ(z - sigma) + Φ(sigma / √2) - 1)` with `z = (ln y - mu) / sigma`
/// (Baran and Lerch, Quarterly Journal of the Royal Meteorological Society 141, 2015; scoringRules, Jordan et al.,
/// Journal of Statistical Software 90, 2019).
pub fn lognormal(mu: f64, sigma: f64, observed: f64) -> f64 {
    let mean = exp(mu + 0.5 * sigma * sigma);
    let spread = norm_cdf(sigma * std::f64::consts::FRAC_1_SQRT_2);
    if observed <= 0.0 {
        // All of the distribution lies above.
        return mean * 2.0 * (1.0 - spread) - observed;
    }
    let z = (log(observed) - mu) / sigma;
    observed * (2.0 * norm_cdf(z) - 1.0) - 2.0 * mean * (norm_cdf(z - sigma) + spread - 1.0)
}

/// Of a normal distribution with `sd > 0`: `sd (z (2 Φ(z) - 1) + 2 φ(z) - 1 / √π)` (Gneiting and Raftery 2007, eq. 5).
pub fn normal(mean: f64, sd: f64, observed: f64) -> f64 {
    let z = (observed - mean) / sd;
    let density = exp(-0.5 * z * z) / sqrt(2.0 * std::f64::consts::PI);
    sd * (z * (2.0 * norm_cdf(z) - 1.0) + 2.0 * density - 1.0 / sqrt(std::f64::consts::PI))
}

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_model::{Distribution, Key, Layer, Purpose, Seeds};

    fn close(got: f64, want: f64, tolerance: f64) {
        assert!((got - want).abs() <= tolerance, "{got} against {want}");
    }

    /// `∫ (F - 1{x >= y})²` by the trapezoidal rule, for a distribution on [from, to].
    fn integrated(cdf: impl Fn(f64) -> f64, observed: f64, from: f64, to: f64) -> f64 {
        let part = |from: f64, to: f64, above: f64| {
            let n = 400_000;
            let step = (to - from) / f64::from(n);
            let square = |i: i32| (cdf(from + step * f64::from(i)) - above).powi(2);
            let inner: f64 = (1..n).map(square).sum();
            step * (inner + 0.5 * (square(0) + square(n)))
        };
        part(from, observed, 0.0) + part(observed, to, 1.0)
    }

    /// Middles of `n` equal slices of probability.
    fn slices(dist: &Distribution, n: u32) -> Vec<f64> {
        (0..n).map(|i| dist.quantile((f64::from(i) + 0.5) / f64::from(n))).collect()
    }

    /// By hand: two values 0 and 1 seen from 0.5 are 0.5 away and 1 from each other; `1/2 - 1/4`, and fair `1/2 - 1/2`.
    /// Three values 1, 2, 4 seen from 3: mean distance 4/3, pairs 1 + 2 + 3.
    #[test]
    fn small_samples_by_hand() {
        close(of_values(&[0.0, 1.0], 0.5).unwrap(), 0.25, 1e-15);
        close(of_sample(&[0.0, 1.0], 0.5).unwrap(), 0.0, 1e-15);
        close(of_values(&[1.0, 2.0, 4.0], 3.0).unwrap(), 4.0 / 3.0 - 6.0 / 9.0, 1e-15);
        close(of_sample(&[1.0, 2.0, 4.0], 3.0).unwrap(), 4.0 / 3.0 - 1.0, 1e-15);
        close(of_values(&[7.0], 5.0).unwrap(), 2.0, 1e-15);
        close(of_sample(&[7.0, 7.0], 5.0).unwrap(), 2.0, 1e-15);
        assert_eq!((of_values(&[], 1.0), of_sample(&[1.0], 1.0)), (None, None));
        assert_eq!((of_values(&[1.0, f64::INFINITY], 1.0), of_values(&[1.0], f64::NAN)), (None, None));
    }

    /// The standard normal seen from its centre scores `(√2 - 1) / √π`.
    #[test]
    fn normal_in_closed_form() {
        close(normal(0.0, 1.0, 0.0), (sqrt(2.0) - 1.0) / sqrt(std::f64::consts::PI), 1e-15);
        for (mean, sd, y) in [(0.0, 1.0, 0.7), (3.0, 2.0, -1.0), (10.0, 0.5, 12.0)] {
            let cdf = |x: f64| norm_cdf((x - mean) / sd);
            close(normal(mean, sd, y), integrated(cdf, y, mean - 12.0 * sd, mean + 12.0 * sd), 1e-8);
        }
    }

    /// Against the integral that defines it. The lognormal of an all but vanishing sigma is a point.
    #[test]
    fn lognormal_in_closed_form() {
        for (mu, sigma, y) in
            [(0.0, 1.0, 1.0), (0.0, 0.5, 3.0), (1.2, 0.8, 0.4), (2.7, 0.6, 40.0), (0.35, 0.9, 6.0)]
        {
            let cdf = |x: f64| if x > 0.0 { norm_cdf((log(x) - mu) / sigma) } else { 0.0 };
            let far = exp(mu + 9.0 * sigma).max(2.0 * y);
            close(lognormal(mu, sigma, y), integrated(cdf, y, 0.0, far), 2e-5 * far.max(1.0));
        }
        close(lognormal(0.0, 1e-6, 3.0), 2.0, 1e-5);
        // Seen from 0 or below it: mean minus half the mean difference, minus what it lies below.
        let (mean, gini) = (exp(0.125), 2.0 * norm_cdf(0.5 / sqrt(2.0)) - 1.0);
        close(lognormal(0.0, 0.5, 0.0), mean * (1.0 - gini), 1e-14);
        close(lognormal(0.0, 0.5, -2.0), mean * (1.0 - gini) + 2.0, 1e-14);
    }

    /// Values at the middles of slices approach the closed forms. The exponential of mean m:
    /// `y + 2 m exp(-y / m) - 3 m / 2` (scoringRules); the uniform on [0, 1]: `(y³ + (1 - y)³) / 3`.
    #[test]
    fn values_approach_closed_forms() {
        let exponential = |mean: f64, y: f64| y + 2.0 * mean * exp(-y / mean) - 1.5 * mean;
        let uniform = |y: f64| (y * y * y + (1.0 - y) * (1.0 - y) * (1.0 - y)) / 3.0;
        for y in [0.0, 0.3, 1.0, 2.5, 9.0] {
            let values = slices(&Distribution::Exponential { mean: 2.0 }, 20_000);
            close(of_values(&values, y).unwrap(), exponential(2.0, y), 1e-3);
            let values = slices(&Distribution::Lognormal { mu: 0.4, sigma: 0.7 }, 20_000);
            close(of_values(&values, y).unwrap(), lognormal(0.4, 0.7, y), 1e-3);
        }
        for y in [0.0, 0.25, 0.9] {
            let values = slices(&Distribution::Uniform { min: 0.0, max: 1.0 }, 2_000);
            close(of_values(&values, y).unwrap(), uniform(y), 1e-6);
        }
    }

    /// The mean over many small samples is that of the distribution for the fair form; the other form is too large by
    /// `E|X - X'| / (2 n)`. Six standard errors of 40,000 samples of five; seed 1.
    #[test]
    fn the_fair_form_has_no_bias() {
        let (mu, sigma, y, n) = (0.4, 0.7, 2.5, 5);
        let dist = Distribution::Lognormal { mu, sigma };
        let (mut fair, mut plain) = (crate::stats::Moments::default(), crate::stats::Moments::default());
        for replication in 0..40_000 {
            let mut draws = uniforms(replication, n);
            draws.iter_mut().for_each(|u| *u = dist.quantile(*u));
            draws.sort_unstable_by(f64::total_cmp);
            fair.push(of_sample(&draws, y).unwrap());
            plain.push(of_values(&draws, y).unwrap());
        }
        let want = lognormal(mu, sigma, y);
        let error = 6.0 * fair.sd().unwrap() / sqrt(40_000.0);
        close(fair.mean().unwrap(), want, error);
        let difference = 2.0 * exp(mu + 0.5 * sigma * sigma) * (2.0 * norm_cdf(sigma / sqrt(2.0)) - 1.0);
        let bias = difference / (2.0 * n as f64);
        close(plain.mean().unwrap(), want + bias, error);
        assert!(bias > 3.0 * error, "the test can tell the two forms apart");
    }

    fn uniforms(replication: u32, n: usize) -> Vec<f64> {
        let draws = Seeds::new(1).replication(replication);
        let uniform = |i| draws.uniform(Layer::Parameters, Key::of("sample"), Purpose::Capacity, i as u32);
        (0..n).map(uniform).collect()
    }
}
