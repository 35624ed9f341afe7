//! Prediction and record side by side, with scores.

use super::{Entry, Hindcast, Log, Quantity, Unit};
use crate::{crps, stats};

/// All quantities of a hindcast.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Name of the event.
    pub event: String,
    /// What is given rather than predicted.
    pub conditional_on: String,
    /// Hours simulated. A time that was not reached by then counts as this long.
    pub horizon_h: f64,
    /// Replications.
    pub replications: usize,
    /// In the order of the plan.
    pub rows: Vec<Row>,
}

/// One quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What is predicted.
    pub quantity: Quantity,
    /// Predicted values, ascending, held at the horizon.
    pub predicted: Vec<f64>,
    /// What was recorded, if anything was.
    pub recorded: Option<Entry>,
    /// Scores against the record.
    pub scores: Option<Scores>,
}

/// Continuous ranked probability scores, in the unit of the quantity; 0 is best.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scores {
    /// Of the model.
    pub model: f64,
    /// Of the naive baseline, where the quantity has one.
    pub baseline: Option<f64>,
    /// Of "exactly as what drives it".
    pub driver: Option<f64>,
}

impl Row {
    /// The predicted quantile at `p`.
    pub fn quantile(&self, p: f64) -> f64 {
        stats::quantile(&self.predicted, p).unwrap_or(f64::NAN)
    }

    /// The central interval that holds this share of predictions.
    pub fn interval(&self, share: f64) -> [f64; 2] {
        let tail = 0.5 * (1.0 - share);
        [self.quantile(tail), self.quantile(1.0 - tail)]
    }

    /// Whether what was recorded lies within that interval, as far as the record says.
    pub fn hit(&self, share: f64) -> Option<bool> {
        Some(self.recorded.as_ref()?.value.meets(self.interval(share)))
    }
}

impl Comparison {
    /// Rows with a record.
    pub fn recorded(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.recorded.is_some())
    }

    /// How many recorded quantities the interval holds, and of how many; bounds are counted or left out.
    pub fn coverage(&self, share: f64, bounds: bool) -> (usize, usize) {
        let counted = self
            .recorded()
            .filter(|row| bounds || row.recorded.as_ref().is_some_and(|entry| !entry.value.is_bound()));
        let hits: Vec<bool> = counted.filter_map(|row| row.hit(share)).collect();
        (hits.iter().filter(|hit| **hit).count(), hits.len())
    }

    /// Mean scores over the quantities of a unit that have all three; `None` without any.
    pub fn mean_scores(&self, unit: Unit) -> Option<(usize, [f64; 3])> {
        let of_unit = self.rows.iter().filter(|row| row.quantity.measure.unit() == unit);
        let complete =
            of_unit.filter_map(|row| row.scores).filter_map(|s| Some([s.model, s.baseline?, s.driver?]));
        let (mut count, mut sums) = (0, [0.0; 3]);
        for scores in complete {
            count += 1;
            sums.iter_mut().zip(scores).for_each(|(sum, score)| *sum += score);
        }
        (count > 0).then(|| (count, sums.map(|sum| sum / count as f64)))
    }
}

impl Hindcast<'_> {
    /// Sets the predictions beside the record.
    ///
    /// # Errors
    /// What does not fit together, a sentence each: entries that are no quantity of the plan, fewer than two replications.
    pub fn compare(&self, log: &Log) -> Result<Comparison, Vec<String>> {
        let mut problems = log.problems(self.plan);
        let replications = self.columns.first().map_or(0, |[model, _]| model.len());
        if replications < 2 {
            problems.push("A score needs two replications at least.".to_owned());
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let rows = self.plan.quantities.iter().zip(&self.columns).map(|(quantity, columns)| {
            let recorded = log.recorded.iter().find(|entry| entry.id == quantity.id).cloned();
            let [predicted, driver] = [0, 1].map(|i| self.sorted(quantity, &columns[i]));
            let scores =
                recorded.as_ref().and_then(|entry| self.scores(quantity, entry, &predicted, &driver));
            Row { quantity: quantity.clone(), predicted, recorded, scores }
        });
        Ok(Comparison {
            event: self.plan.event.clone(),
            conditional_on: self.plan.conditional_on.clone(),
            horizon_h: self.horizon_h,
            replications,
            rows: rows.collect(),
        })
    }

    /// Ascending, and no later than the horizon: beyond it nothing was simulated.
    fn sorted(&self, quantity: &Quantity, values: &[f64]) -> Vec<f64> {
        let latest = quantity.horizon_h(self.horizon_h);
        let mut values: Vec<f64> = values.iter().map(|value| value.min(latest)).collect();
        values.sort_unstable_by(f64::total_cmp);
        values
    }

    fn scores(
        &self,
        quantity: &Quantity,
        entry: &Entry,
        predicted: &[f64],
        driver: &[f64],
    ) -> Option<Scores> {
        let chained =
            |values: &[f64]| -> Vec<f64> { values.iter().map(|value| entry.value.chained(*value)).collect() };
        let observed = entry.value.observed();
        let baseline = self
            .plan
            .baseline_of(quantity)
            .map(|baseline| self.sorted(quantity, &baseline.predict(&quantity.measure)));
        Some(Scores {
            model: crps::of_sample(&chained(predicted), observed)?,
            baseline: baseline.and_then(|values| crps::of_values(&chained(&values), observed)),
            driver: crps::of_sample(&chained(driver), observed),
        })
    }
}
