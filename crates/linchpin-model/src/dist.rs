//! Distributions, sampled by inverse CDF: one uniform in, one value out, monotone.
//!
//! Monotone inversion is what makes paired comparisons work: a longer-lasting option of the same
//! replication stays longer for every draw.

use crate::special::{beta_inv, gamma_inv, logs, norm_cdf, norm_inv};
use libm::{exp, log, pow, sqrt};

/// A distribution of a real quantity. Durations are in seconds.
#[derive(Clone, PartialEq, Debug)]
pub enum Distribution {
    /// Always this value.
    Fixed(f64),
    /// Uniform between two bounds.
    Uniform {
        /// Lower bound.
        min: f64,
        /// Upper bound.
        max: f64,
    },
    /// Triangular.
    Triangular {
        /// Lower bound.
        min: f64,
        /// Most likely value.
        mode: f64,
        /// Upper bound.
        max: f64,
    },
    /// Beta-PERT with shape 4: `Beta(1 + 4 (mode - min)/(max - min), 1 + 4 (max - mode)/(max - min))`,
    /// stretched to the bounds.
    Pert {
        /// Lower bound.
        min: f64,
        /// Most likely value.
        mode: f64,
        /// Upper bound.
        max: f64,
    },
    /// Exponential.
    Exponential {
        /// Mean.
        mean: f64,
    },
    /// Lognormal: `exp(mu + sigma Z)`.
    Lognormal {
        /// Logarithm of the median.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// Weibull: `scale * (-ln(1 - u))^(1/shape)`.
    Weibull {
        /// Scale, in the quantity's unit.
        scale: f64,
        /// Shape, above 0.
        shape: f64,
    },
    /// Gamma.
    Gamma {
        /// Shape, above 0.
        shape: f64,
        /// Scale, in the quantity's unit.
        scale: f64,
    },
    /// Normal, cut off below at 0 (as HAZUS gives its repair times).
    Normal {
        /// Mean before the cut.
        mean: f64,
        /// Standard deviation before the cut.
        sd: f64,
    },
    /// Observed values, ascending, each with the same weight; linear between them (type 7 quantiles).
    Empirical(Box<[f64]>),
}

impl Distribution {
    /// The value at probability `u` in (0, 1).
    pub fn quantile(&self, u: f64) -> f64 {
        match self {
            Self::Fixed(value) => *value,
            Self::Uniform { min, max } => min + (max - min) * u,
            Self::Triangular { min, mode, max } => {
                let width = max - min;
                if width <= 0.0 {
                    return *min;
                }
                let split = (mode - min) / width;
                if u < split {
                    min + sqrt(u * width * (mode - min))
                } else {
                    max - sqrt((1.0 - u) * width * (max - mode))
                }
            }
            Self::Pert { min, mode, max } => {
                let width = max - min;
                if width <= 0.0 {
                    return *min;
                }
                let alpha = 1.0 + 4.0 * (mode - min) / width;
                let beta = 1.0 + 4.0 * (max - mode) / width;
                min + width * beta_inv(alpha, beta, u)
            }
            Self::Exponential { mean } => -mean * log(1.0 - u),
            Self::Lognormal { mu, sigma } => exp(mu + sigma * norm_inv(u)),
            Self::Weibull { scale, shape } => scale * pow(-log(1.0 - u), 1.0 / shape),
            Self::Gamma { shape, scale } => scale * gamma_inv(*shape, u),
            Self::Normal { mean, sd } => {
                if *sd <= 0.0 {
                    return mean.max(0.0);
                }
                let below = norm_cdf(-mean / sd);
                (mean + sd * norm_inv(below + u * (1.0 - below))).max(0.0)
            }
            Self::Empirical(values) => {
                let Some(last) = values.len().checked_sub(1) else { return 0.0 };
                let at = u * last as f64;
                let i = (at as usize).min(last);
                let next = values[(i + 1).min(last)];
                values[i] + (at - i as f64) * (next - values[i])
            }
        }
    }

    /// The same as [`Self::quantile`] at each of these probabilities, in less time where they are many.
    pub fn quantiles<const N: usize>(&self, probabilities: [f64; N]) -> [f64; N] {
        match self {
            Self::Exponential { mean } => logs(probabilities.map(|u| 1.0 - u)).map(|log| -mean * log),
            _ => probabilities.map(|u| self.quantile(u)),
        }
    }

    /// Lognormal with this median and standard deviation of the logarithm.
    pub fn lognormal(median: f64, sigma: f64) -> Self {
        Self::Lognormal { mu: log(median), sigma }
    }

    /// Lognormal with this median and 95 % quantile.
    pub fn lognormal_p95(median: f64, p95: f64) -> Self {
        Self::Lognormal { mu: log(median), sigma: log(p95 / median) / norm_inv(0.95) }
    }

    /// The mean, where it has a simple closed form; `None` for `Normal` (it is cut) .
    pub fn mean(&self) -> Option<f64> {
        Some(match self {
            Self::Fixed(value) => *value,
            Self::Uniform { min, max } => 0.5 * (min + max),
            Self::Triangular { min, mode, max } => (min + mode + max) / 3.0,
            Self::Pert { min, mode, max } => (min + 4.0 * mode + max) / 6.0,
            Self::Exponential { mean } => *mean,
            Self::Lognormal { mu, sigma } => exp(mu + 0.5 * sigma * sigma),
            Self::Weibull { scale, shape } => scale * libm::tgamma(1.0 + 1.0 / shape),
            Self::Gamma { shape, scale } => shape * scale,
            Self::Normal { .. } => return None,
            Self::Empirical(values) => {
                let n = values.len();
                if n < 2 {
                    return values.first().copied();
                }
                let inner: f64 = values[1..n - 1].iter().sum();
                (0.5 * (values[0] + values[n - 1]) + inner) / (n - 1) as f64
            }
        })
    }
}
