//! What somebody without a model would predict: lognormal times of the asset class.

use super::measure::Measure;
use libm::{exp, log};
use linchpin_model::special::{norm_cdf, norm_inv};
use serde::Deserialize;

/// Points of the grid on which a curve of the baseline is drawn: every five minutes up to [`END_H`].
const STEPS: u32 = 12 * 96;
/// Where its curves end, in hours.
const END_H: f64 = 96.0;
/// Quantiles taken of each of the two unknown medians: the sample has the square of it.
const SLICES: u32 = 40;

/// Lognormal times of an asset class, fitted on other events and on parameters, never on the event itself.
///
/// A unit of the class is lost when it has held out and comes back after an outage of its own length, both lognormal:
/// `level(t) = 1 - Φ(ln(t / a) / s_a) (1 - Φ(ln(t / b) / s_b))`, with `s` the spread within an event. The medians `a` and `b`
/// are not known beforehand: they are lognormal too, spread as between events.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Id, named by quantities.
    pub id: String,
    /// What it was fitted on.
    #[serde(default)]
    pub notes: String,
    /// How long units hold out.
    pub hold: Spread,
    /// When what they need is back.
    pub back: Spread,
}

/// A lognormal time of which the median is uncertain.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    /// Median of medians, in hours, above 0.
    pub median_h: f64,
    /// Standard deviation of the logarithm of medians from event to event, or country to country; 0 or more.
    pub between: f64,
    /// Standard deviation of the logarithm within one; above 0.
    pub within: f64,
}

impl Spread {
    /// Whether all of it is in range.
    pub fn is_sound(&self) -> bool {
        let positive = |value: f64| value > 0.0 && value.is_finite();
        positive(self.median_h) && positive(self.within) && self.between >= 0.0 && self.between.is_finite()
    }

    /// The median at a probability.
    fn median(&self, p: f64) -> f64 {
        self.median_h * exp(self.between * norm_inv(p))
    }

    /// Share of units whose time is over by then, given their median.
    fn over(&self, hours: f64, median: f64) -> f64 {
        if hours > 0.0 { norm_cdf(log(hours / median) / self.within) } else { 0.0 }
    }
}

impl Baseline {
    /// Its prediction of a measure: ascending values of equal weight, the same on every machine.
    pub fn predict(&self, measure: &Measure) -> Vec<f64> {
        let middle = |i: u32| (f64::from(i) + 0.5) / f64::from(SLICES);
        let mut values = Vec::with_capacity((SLICES * SLICES) as usize);
        for i in 0..SLICES {
            let hold = self.hold.median(middle(i));
            for j in 0..SLICES {
                values.push(self.read(measure, hold, self.back.median(middle(j))));
            }
        }
        values.sort_unstable_by(f64::total_cmp);
        values
    }

    /// Share of units that work after some hours, given both medians.
    fn level(&self, hours: f64, hold: f64, back: f64) -> f64 {
        1.0 - self.hold.over(hours, hold) * (1.0 - self.back.over(hours, back))
    }

    fn read(&self, measure: &Measure, hold: f64, back: f64) -> f64 {
        if let Measure::LevelAt { hours } = measure {
            return self.level(*hours, hold, back);
        }
        let time = |i: u32| END_H * f64::from(i) / f64::from(STEPS);
        measure.of_pieces((0..STEPS).map(|i| (time(i), time(i + 1), self.level(time(i), hold, back))))
    }
}
