//! What is predicted and what was recorded, as they stand in `quantities.json` and `record.json` beside a scenario.

use super::{Baseline, Measure, Recorded, Unit};
use serde::Deserialize;
use std::collections::BTreeSet;

/// What is predicted, how it is read, and the naive baseline: fixed before the comparison.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Name of the event.
    pub event: String,
    /// What of the record drives the scenario, and is given rather than predicted.
    pub conditional_on: String,
    /// For people.
    #[serde(default)]
    pub notes: String,
    /// Naive baselines.
    pub baselines: Vec<Baseline>,
    /// On what the times until return were fitted; for people.
    #[serde(default)]
    pub back_fitted_on: String,
    /// Quantities, in the order of the tables.
    pub quantities: Vec<Quantity>,
}

/// One thing that is predicted.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// Id; the record's entry has the same.
    pub id: String,
    /// In words.
    pub what: String,
    /// Group of the scenario off which it is read.
    pub group: String,
    /// Group that drives it, for the reference "exactly as what drives it".
    #[serde(default)]
    pub driver: Option<String>,
    /// How it is read.
    pub measure: Measure,
    /// Hours after the start from which a time is counted, where one scenario holds several events.
    #[serde(default)]
    pub counted_from_h: f64,
    /// Id of its baseline, if it has one.
    #[serde(default)]
    pub baseline: Option<String>,
}

/// What was recorded.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Name of the event.
    pub event: String,
    /// Where the record comes from, and under which licence.
    pub source: String,
    /// What the codes mean.
    pub confidence: String,
    /// Values of quantities.
    pub recorded: Vec<Entry>,
    /// Recorded curves, those that drive the scenario among them.
    #[serde(default)]
    pub curves: Vec<Curve>,
    /// What was recorded and is not predicted.
    #[serde(default)]
    pub not_predicted: Vec<Unpredicted>,
}

/// The recorded value of a quantity.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Id of the quantity.
    pub id: String,
    /// Value or bound, in the quantity's unit.
    pub value: Recorded,
    /// Confidence code: S, C, G or A.
    pub confidence: String,
    /// Where it was seen.
    pub source: String,
    /// What it is of, and how it is read.
    #[serde(default)]
    pub note: String,
}

/// A recorded curve of restoration.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// Its name.
    pub series: String,
    /// The group of the scenario that it drives, if it drives one.
    pub group: Option<String>,
    /// Grade: good, fair, bounds only. No time to half is ever taken from one of the last kind.
    pub quality: String,
    /// What it is used for.
    #[serde(rename = "use")]
    pub used_for: String,
    /// Confidence code of its points.
    pub confidence: String,
    /// Points, ascending in time.
    pub points: Vec<Point>,
}

/// A point of a recorded curve.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Hours after the start.
    pub hours: f64,
    /// Share restored, 0 to 1.
    pub restored: f64,
    /// Where it was seen.
    pub source: String,
}

impl Curve {
    /// Share restored at a time, straight between points, level before the first and after the last.
    pub fn at(&self, hours: f64) -> Option<f64> {
        let after = self.points.partition_point(|point| point.hours <= hours);
        let before = after.checked_sub(1).map_or(self.points.first(), |i| self.points.get(i))?;
        let Some(next) =
            self.points.get(after).filter(|next| next.hours > before.hours && hours > before.hours)
        else {
            return Some(before.restored);
        };
        let share = (hours - before.hours) / (next.hours - before.hours);
        Some(before.restored + share * (next.restored - before.restored))
    }
}

/// Something that was recorded and is not predicted.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unpredicted {
    /// What.
    pub what: String,
    /// As recorded.
    pub value: String,
    /// Confidence code.
    pub confidence: String,
    /// Where it was seen.
    pub source: String,
    /// Why it is not predicted.
    pub why: String,
}

impl Plan {
    /// What is wrong with it by itself, a sentence each.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut seen = BTreeSet::new();
        for baseline in &self.baselines {
            if !seen.insert(&baseline.id) {
                problems.push(format!("Baseline \"{}\" is there twice.", baseline.id));
            }
            if !baseline.hold.is_sound() || !baseline.back.is_sound() {
                problems.push(format!(
                    "Baseline \"{}\" needs medians and spreads within an event above 0, and spreads between events of 0 or more.",
                    baseline.id
                ));
            }
        }
        let mut quantities = BTreeSet::new();
        for quantity in &self.quantities {
            if !(quantity.counted_from_h >= 0.0 && quantity.counted_from_h.is_finite()) {
                problems
                    .push(format!("Quantity \"{}\" is counted from no time after the start.", quantity.id));
            }
            if !quantities.insert(&quantity.id) {
                problems.push(format!("Quantity \"{}\" is there twice.", quantity.id));
            }
            if let Some(baseline) = quantity.baseline.as_ref().filter(|id| !seen.contains(id)) {
                problems.push(format!(
                    "Quantity \"{}\" names the baseline \"{baseline}\", which is not there.",
                    quantity.id
                ));
            }
        }
        problems
    }

    /// A quantity's baseline.
    pub fn baseline_of(&self, quantity: &Quantity) -> Option<&Baseline> {
        let id = quantity.baseline.as_ref()?;
        self.baselines.iter().find(|baseline| baseline.id == *id)
    }
}

impl Quantity {
    /// A reading as it stands in the tables: a time counts from where the quantity says, and is never before it.
    pub(super) fn counted(&self, reading: f64) -> f64 {
        match self.measure.unit() {
            Unit::Share => reading,
            Unit::Hours => (reading - self.counted_from_h).max(0.0),
        }
    }

    /// The latest time of this quantity that is simulated, in hours.
    pub(super) fn horizon_h(&self, simulated_h: f64) -> f64 {
        (simulated_h - self.counted_from_h).max(0.0)
    }
}

impl Log {
    /// What does not fit a plan, a sentence each.
    pub fn problems(&self, plan: &Plan) -> Vec<String> {
        let mut problems = Vec::new();
        let mut seen = BTreeSet::new();
        for entry in &self.recorded {
            if !seen.insert(&entry.id) {
                problems.push(format!("The record has \"{}\" twice.", entry.id));
            }
            if !plan.quantities.iter().any(|quantity| quantity.id == entry.id) {
                problems.push(format!("The record has \"{}\", which is no quantity of the plan.", entry.id));
            }
            let (low, high) = entry.value.range();
            if !entry.value.observed().is_finite() || low > high {
                problems.push(format!("The record of \"{}\" is no value or bound.", entry.id));
            }
        }
        problems
    }
}
