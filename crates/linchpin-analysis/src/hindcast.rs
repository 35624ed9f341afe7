//! Predictions of a past event beside what was recorded of it.
//!
//! A [`Plan`] says what is predicted, how it is read off a replication, and with what naive baseline it is to be
//! compared; it is fixed before the comparison. A [`Log`] says what was recorded. A [`Hindcast`] collects
//! replications, [`Hindcast::compare`] gives a [`Comparison`], and [`table`] writes it down. `docs/hindcasts.md` has
//! the method.

pub mod baseline;
pub mod compare;
pub mod files;
pub mod measure;
pub mod recorded;
pub mod table;

pub use baseline::{Baseline, Spread};
pub use compare::{Comparison, Row, Scores};
pub use files::{Curve, Entry, Log, Plan, Point, Quantity, Unpredicted};
pub use measure::{Measure, Unit};
pub use recorded::Recorded;

use crate::Paired;
use linchpin_model::Model;

/// Collects what each replication says of the quantities of a plan.
#[derive(Clone, Debug)]
pub struct Hindcast<'p> {
    plan: &'p Plan,
    groups: Vec<[Option<usize>; 2]>,
    /// By quantity: what the model says, and what it would be if it went exactly as what drives the model.
    columns: Vec<[Vec<f64>; 2]>,
    horizon_h: f64,
}

impl<'p> Hindcast<'p> {
    /// For a plan and the model of its scenario.
    ///
    /// # Errors
    /// Everything that does not fit together, a sentence each: unknown groups, unknown baselines, ids that are there twice.
    pub fn new(plan: &'p Plan, model: &Model) -> Result<Self, Vec<String>> {
        let mut problems = plan.problems();
        let mut find = |quantity: &Quantity, group: &str| {
            let found = model.find_group(group).map(|group| group.index());
            if found.is_none() {
                problems.push(format!(
                    "Quantity \"{}\" is read off \"{group}\", which no group of the scenario is called.",
                    quantity.id
                ));
            }
            found
        };
        let groups: Vec<[Option<usize>; 2]> = plan
            .quantities
            .iter()
            .map(|quantity| {
                let driver = quantity.driver.as_deref().and_then(|driver| find(quantity, driver));
                [find(quantity, &quantity.group), driver]
            })
            .collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let columns = vec![[Vec::new(), Vec::new()]; groups.len()];
        Ok(Self { plan, groups, columns, horizon_h: f64::from(model.meta.horizon) / 3600.0 })
    }

    /// Takes in one replication.
    pub fn add(&mut self, paired: &Paired) {
        for ((quantity, groups), columns) in
            self.plan.quantities.iter().zip(&self.groups).zip(&mut self.columns)
        {
            for (group, column) in groups.iter().zip(columns) {
                if let Some(group) = group {
                    column.push(quantity.counted(quantity.measure.of(paired.segments(*group))));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
