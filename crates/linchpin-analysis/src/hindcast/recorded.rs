//! What was recorded: a value, or no more than a bound of it.

use serde::Deserialize;

/// A recorded value, in the unit of its quantity.
///
/// A record that only bounds the value is scored on the side of which it speaks: the predicted values are chained, that is
/// drawn together where the record is silent, and the score of the chained values is the threshold-weighted CRPS
/// `∫ w(x) (F(x) - 1{x >= y})² dx` with weight 0 where the record is silent and 1 elsewhere (Gneiting and Ranjan, Journal of
/// Business & Economic Statistics 29, 2011; chaining: Allen, Ginsbourger and Ziegel, SIAM/ASA Journal on Uncertainty
/// Quantification 11, 2023). It stays proper: nobody gains by predicting anything else than what he believes.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub enum Recorded {
    /// This value.
    Value(f64),
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
    /// Between two values.
    Between(f64, f64),
}

impl Recorded {
    /// Smallest and largest value it allows.
    pub fn range(&self) -> (f64, f64) {
        match *self {
            Self::Value(value) => (value, value),
            Self::AtLeast(low) => (low, f64::INFINITY),
            Self::AtMost(high) => (f64::NEG_INFINITY, high),
            Self::Between(low, high) => (low, high),
        }
    }

    /// Whether it is but a bound.
    pub fn is_bound(&self) -> bool {
        !matches!(self, Self::Value(_))
    }

    /// Whether some value of a predicted interval, ends included, agrees with it.
    pub fn meets(&self, [from, to]: [f64; 2]) -> bool {
        let (low, high) = self.range();
        from <= high && low <= to
    }

    /// Share of predicted values that agree with it, 0 to 1.
    pub fn probability(&self, values: &[f64]) -> f64 {
        let agree = values.iter().filter(|value| self.meets([**value; 2])).count();
        agree as f64 / values.len().max(1) as f64
    }

    /// A predicted value, with the range in which the record is silent drawn together to one point. Rises with `value`.
    pub fn chained(&self, value: f64) -> f64 {
        match *self {
            Self::Value(_) => value,
            Self::AtLeast(low) => value.min(low),
            Self::AtMost(high) => value.max(high),
            Self::Between(low, _) if value <= low => value,
            Self::Between(low, high) => low + (value - high).max(0.0),
        }
    }

    /// The point to which the recorded value is drawn.
    pub fn observed(&self) -> f64 {
        match *self {
            Self::Value(value) | Self::AtLeast(value) | Self::AtMost(value) | Self::Between(value, _) => {
                value
            }
        }
    }
}
