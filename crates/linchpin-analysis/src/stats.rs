//! Distributions of a metric over replications.
//!
//! Values that were not reached by the horizon are infinite: `f64::INFINITY` above everything,
//! `f64::NEG_INFINITY` below. They count in quantiles; a quantile that falls among them is `None`. Mean, standard
//! deviation and interval are `None` as soon as one is there.

use linchpin_model::special::beta_inv;

/// Quantiles reported by [`Summary`].
pub const QUANTILES: [f64; 5] = [0.05, 0.25, 0.50, 0.75, 0.95];

/// Count, mean and central moments, updated value by value.
///
/// Welford's method (Technometrics 4, 1962), extended to third and fourth moments (Pébay, SAND2008-6212).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: u64,
    mean: f64,
    m2: f64,
    m3: f64,
    m4: f64,
}

impl FromIterator<f64> for Moments {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut moments = Self::default();
        values.into_iter().for_each(|value| moments.push(value));
        moments
    }
}

impl Moments {
    /// Takes in one value. One that is not finite makes every moment `None`.
    pub fn push(&mut self, value: f64) {
        let before = self.count as f64;
        self.count += 1;
        let n = self.count as f64;
        let delta = value - self.mean;
        let step = delta / n;
        let term = delta * step * before;
        self.mean += step;
        self.m4 +=
            term * step * step * (n * n - 3.0 * n + 3.0) + 6.0 * step * step * self.m2 - 4.0 * step * self.m3;
        self.m3 += term * step * (n - 2.0) - 3.0 * step * self.m2;
        self.m2 += term;
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Mean; `None` without values.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean).filter(|mean| mean.is_finite())
    }

    /// Unbiased variance (divided by n - 1); `None` below two values.
    pub fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.m2 / (self.count - 1) as f64).filter(|variance| variance.is_finite())
    }

    /// Square root of [`Self::variance`].
    pub fn sd(&self) -> Option<f64> {
        self.variance().map(|variance| libm::sqrt(variance.max(0.0)))
    }

    /// Skewness `g1 = m3 / m2^1.5` of the sample; `None` where all values are equal.
    pub fn skewness(&self) -> Option<f64> {
        let n = self.count as f64;
        (self.m2 > 0.0).then(|| libm::sqrt(n) * self.m3 / (self.m2 * libm::sqrt(self.m2)))
    }

    /// Excess kurtosis `g2 = m4 / m2² - 3` of the sample; `None` where all values are equal.
    pub fn excess_kurtosis(&self) -> Option<f64> {
        (self.m2 > 0.0).then(|| self.count as f64 * self.m4 / (self.m2 * self.m2) - 3.0)
    }

    /// Student's 95 % interval of the mean: `mean ± t(0.975, n - 1) sd / sqrt(n)`; `None` below two values.
    pub fn ci95(&self) -> Option<[f64; 2]> {
        let (mean, sd) = (self.mean()?, self.sd()?);
        let n = self.count as f64;
        let half = student_t_inv(0.975, n - 1.0) * sd / libm::sqrt(n);
        Some([mean - half, mean + half])
    }
}

/// Quantile of Student's t with `dof > 0` degrees of freedom at `p` in [0.5, 1).
///
/// From the beta quantile: `t² = dof y / (1 - y)` with `y ~ B(1/2, dof/2)` at `2p - 1` (Abramowitz and Stegun
/// 26.5.27, 26.7.1).
pub fn student_t_inv(p: f64, dof: f64) -> f64 {
    let y = beta_inv(0.5, 0.5 * dof, 2.0 * p - 1.0);
    libm::sqrt(dof * y / (1.0 - y))
}

/// The `p` quantile of ascending values by linear interpolation (type 7 of Hyndman and Fan, The American
/// Statistician 50, 1996); `None` where it falls among values that are not finite, or without values.
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = last as f64 * p.clamp(0.0, 1.0);
    let (below, share) = ((at as usize).min(last), at - at.floor());
    let low = finite(sorted[below])?;
    if share == 0.0 || below == last {
        return Some(low);
    }
    let high = finite(sorted[below + 1])?;
    Some(low + share * (high - low))
}

/// The `p` quantile of ascending values by the inverse of the empirical distribution function (type 1): the value at
/// risk. `None` where it is not finite, or without values.
pub fn value_at_risk(sorted: &[f64], p: f64) -> Option<f64> {
    finite(*sorted.get(rank(sorted.len(), p)?)?)
}

/// Expected shortfall at `p`: mean of the worst `1 - p` of ascending values, counting a value that straddles the
/// boundary by its share (Acerbi and Tasche, Journal of Banking & Finance 26, 2002). `None` where one of them is
/// not finite, or without values.
pub fn expected_shortfall(sorted: &[f64], p: f64) -> Option<f64> {
    let n = sorted.len();
    let at = rank(n, p)?;
    let tail: f64 = sorted[at + 1..].iter().sum();
    let weight = ((at + 1) as f64 - n as f64 * p).max(0.0);
    let share = (n - at - 1) as f64 + weight;
    finite(if share > 0.0 { (tail + weight * sorted[at]) / share } else { sorted[at] })
}

/// Position of the smallest value of `n` at which the empirical distribution function reaches `p`.
pub fn rank(n: usize, p: f64) -> Option<usize> {
    let last = n.checked_sub(1)?;
    let np = n as f64 * p.clamp(0.0, 1.0);
    // 0.95 * 20 must be 19 whatever the last bit says.
    let reached = (np - 4.0 * f64::EPSILON * np).ceil() as usize;
    Some(reached.saturating_sub(1).min(last))
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Everything that is reported of one metric.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Mean; `None` where a value was not reached by the horizon.
    pub mean: Option<f64>,
    /// Student's 95 % interval of the mean.
    pub ci95: Option<[f64; 2]>,
    /// Standard deviation (n - 1).
    pub sd: Option<f64>,
    /// See [`QUANTILES`]; type 7.
    pub quantiles: [Option<f64>; 5],
    /// Value at risk at 95 %.
    pub var95: Option<f64>,
    /// Expected shortfall at 95 %.
    pub es95: Option<f64>,
    /// Share of values that were not reached by the horizon, 0 to 1.
    pub not_reached: f64,
}

impl Summary {
    /// Of a column in the order of replications.
    pub fn of(mut values: Vec<f64>) -> Self {
        let moments: Moments = values.iter().copied().collect();
        let missing = values.iter().filter(|value| !value.is_finite()).count();
        let not_reached = if values.is_empty() { 0.0 } else { missing as f64 / values.len() as f64 };
        values.sort_unstable_by(f64::total_cmp);
        Self {
            mean: moments.mean(),
            ci95: moments.ci95(),
            sd: moments.sd(),
            quantiles: QUANTILES.map(|p| quantile(&values, p)),
            var95: value_at_risk(&values, 0.95),
            es95: expected_shortfall(&values, 0.95),
            not_reached,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_model::Distribution;

    fn close(got: f64, want: f64, tolerance: f64) {
        assert!((got - want).abs() <= tolerance * want.abs().max(1.0), "{got} against {want}");
    }

    /// V09 "empirical", sample 1..20; confidence: computed.
    #[test]
    fn the_sample_of_v09() {
        let sample: Vec<f64> = (1..=20).map(f64::from).collect();
        let moments: Moments = sample.iter().copied().collect();
        close(moments.variance().unwrap(), 35.0, 1e-10);
        close(moments.skewness().unwrap(), 0.0, 1e-10);
        close(moments.excess_kurtosis().unwrap(), -1.206_015_037_593_985, 1e-10);
        close(quantile(&sample, 0.95).unwrap(), 19.05, 1e-10);
        close(value_at_risk(&sample, 0.95).unwrap(), 19.0, 1e-10);
        close(expected_shortfall(&sample, 0.9).unwrap(), 19.5, 1e-10);
    }

    /// Closed forms: `tan(pi (p - 1/2))` at 1, `(2p-1) / sqrt(2p(1-p))` at 2 degrees; the rest from any table of t.
    #[test]
    fn student_quantiles() {
        close(student_t_inv(0.975, 1.0), libm::tan(std::f64::consts::PI * 0.475), 1e-10);
        close(student_t_inv(0.975, 2.0), 0.95 / libm::sqrt(2.0 * 0.975 * 0.025), 1e-11);
        for (dof, t) in [(9.0, 2.262_157), (30.0, 2.042_272), (120.0, 1.979_930), (1e7, 1.959_964)] {
            assert!((student_t_inv(0.975, dof) - t).abs() < 1e-6, "{dof}");
        }
    }

    /// V09 "lognormal", "normal", "exponential": value at risk and expected shortfall of a sample that sits at the
    /// middle of 200,000 equal slices of probability. The tail of the slices is cut at its median: 0.2 %.
    #[test]
    fn tails_of_known_distributions() {
        let lognormal = |mu, sigma| Distribution::Lognormal { mu, sigma };
        for (dist, p, var, es) in [
            (lognormal(0.0, 1.0), 0.9, 3.602_224_479_279_157_3, 6.415_894_817_744_786),
            (lognormal(0.0, 1.0), 0.95, 5.180_251_602_233_013, 8.557_226_866_796_71),
            (lognormal(0.0, 1.0), 0.99, 10.240_473_656_312_131, 15.227_960_300_878_117),
            (lognormal(2.0, 0.5), 0.95, 16.817_614_402_410_168, 21.122_291_444_979_21),
            (Distribution::Exponential { mean: 1.0 }, 0.95, 2.995_732_273_553_99, 3.995_732_273_553_99),
            (Distribution::Exponential { mean: 1.0 }, 0.99, 4.605_170_185_988_091, 5.605_170_185_988_091),
        ] {
            let n = 200_000;
            let sample: Vec<f64> =
                (0..n).map(|i| dist.quantile((f64::from(i) + 0.5) / f64::from(n))).collect();
            let tolerance = |want: f64| 0.002 * want;
            assert!((value_at_risk(&sample, p).unwrap() - var).abs() < tolerance(var), "{dist:?} {p}");
            assert!((expected_shortfall(&sample, p).unwrap() - es).abs() < tolerance(es), "{dist:?} {p}");
        }
    }

    #[test]
    fn what_was_not_reached_is_never_averaged_away() {
        let mut column = vec![1.0; 80];
        column.extend([f64::INFINITY; 20]);
        let summary = Summary::of(column);
        assert_eq!((summary.mean, summary.sd, summary.ci95), (None, None, None));
        assert_eq!(summary.quantiles, [Some(1.0), Some(1.0), Some(1.0), Some(1.0), None]);
        assert_eq!((summary.var95, summary.es95), (None, None));
        close(summary.not_reached, 0.2, 1e-15);

        let low = Summary::of(vec![f64::NEG_INFINITY, 2.0, 3.0, 4.0]);
        assert_eq!((low.quantiles[0], low.quantiles[3]), (None, Some(3.25)));
        close(low.es95.unwrap(), 4.0, 1e-15);
    }

    #[test]
    fn small_columns() {
        assert_eq!(Summary::of(Vec::new()), Summary::default());
        let one = Summary::of(vec![7.0]);
        assert_eq!((one.mean, one.ci95, one.sd), (Some(7.0), None, None));
        assert_eq!((one.quantiles, one.var95, one.es95), ([Some(7.0); 5], Some(7.0), Some(7.0)));
        let two = Summary::of(vec![0.0, 2.0]);
        close(two.ci95.unwrap()[1], 1.0 + libm::tan(std::f64::consts::PI * 0.475), 1e-9);
    }
}
