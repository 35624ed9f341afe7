//! The loss of one run against another, in one number.

use crate::compare::{ALL_SERVICES, metric_columns};
use linchpin_analysis::{Catalogue, Paired};
use linchpin_model::{GroupId, Level, Membership, Model, Record};
use std::sync::Arc;

const HOUR_S: f64 = 3600.0;

/// How losses are measured.
#[derive(Clone, Debug)]
pub(super) enum Measure {
    /// Person-hours without services, summed over these groups: each with people in one unit of its sum.
    People(Arc<Vec<(GroupId, f64)>>),
    /// The sum of these columns of the catalogue.
    Columns(Arc<Catalogue>, Arc<Vec<usize>>),
}

impl Measure {
    /// The metric of this id; none where the model has no such metric.
    pub fn of(model: &Model, metric: &str) -> Option<Self> {
        let catalogue = Catalogue::new(model);
        let columns = metric_columns(model, &catalogue, metric)?;
        let people = columns.iter().map(|column| {
            let metric = &catalogue.metrics()[*column];
            let group = model.find_group(&metric.group).filter(|_| metric.kind == ALL_SERVICES)?;
            Some((group, model.groups[group.index()].unit / f64::from(Level::SCALE)))
        });
        Some(match people.collect::<Option<Vec<_>>>() {
            Some(people) => Self::People(Arc::new(people)),
            None => Self::Columns(Arc::new(catalogue), Arc::new(columns)),
        })
    }

    /// The groups that count; none where everything may.
    pub fn groups(&self) -> Option<Vec<GroupId>> {
        match self {
            Self::People(groups) => Some(groups.iter().map(|(group, _)| *group).collect()),
            Self::Columns(..) => None,
        }
    }
}

/// Measures runs against one and the same, for one thread.
#[derive(Debug)]
pub(super) struct Meter {
    measure: Measure,
    horizon: u32,
    /// Place of each group among those that count.
    place: Vec<Option<usize>>,
    base: Curves,
    /// The run measured last, or the one kept to be changed.
    run: Curves,
    paired: Paired,
    row: Vec<f64>,
}

/// Curves of the groups that count.
#[derive(Clone, Debug, Default)]
struct Curves {
    initial: Vec<u64>,
    steps: Vec<Vec<(u32, u64)>>,
    /// What each group lost against the base, in weight times millionths times seconds.
    lost: Vec<u128>,
}

impl Curves {
    fn load(&mut self, groups: &[(GroupId, f64)], place: &[Option<usize>], record: &Record) {
        self.initial.clear();
        self.initial.extend(groups.iter().map(|(group, _)| record.initial[group.index()]));
        self.steps.resize(groups.len(), Vec::new());
        self.steps.iter_mut().for_each(Vec::clear);
        for step in &record.steps {
            if let Some(place) = place[step.group.index()] {
                self.steps[place].push((step.time.0, step.sum));
            }
        }
    }
}

impl Meter {
    pub fn new(measure: Measure, model: &Model) -> Self {
        let mut place = vec![None; model.groups.len()];
        let mut row = Vec::new();
        match &measure {
            Measure::People(groups) => {
                groups.iter().enumerate().for_each(|(i, (group, _))| place[group.index()] = Some(i));
            }
            Measure::Columns(catalogue, _) => row.resize(catalogue.len(), 0.0),
        }
        Self {
            measure,
            horizon: model.meta.horizon,
            place,
            base: Curves::default(),
            run: Curves::default(),
            paired: Paired::default(),
            row,
        }
    }

    /// Runs are measured against this one from now on.
    pub fn against(&mut self, base: &Record) {
        if let Measure::People(groups) = &self.measure {
            self.base.load(groups, &self.place, base);
        }
    }

    /// What a run lost; `base` is what [`Self::against`] was told.
    pub fn lost(&mut self, base: &Record, run: &Record) -> f64 {
        match &self.measure {
            Measure::People(groups) => {
                self.run.load(groups, &self.place, run);
                let Curves { initial, steps, lost } = &mut self.run;
                lost.clear();
                for i in 0..groups.len() {
                    let base = (self.base.initial[i], self.base.steps[i].as_slice());
                    lost.push(lost_group(self.horizon, base, (initial[i], &steps[i]), [].into_iter()));
                }
                total(groups, lost.iter().copied())
            }
            Measure::Columns(catalogue, columns) => {
                self.paired.load(self.horizon, Some(base), run);
                catalogue.evaluate(&self.paired, Some(base), run, &mut self.row);
                columns.iter().map(|column| self.row[*column]).sum()
            }
        }
    }

    /// The run measured last stays, to be measured again with one node at other levels: see [`Self::changed`].
    pub fn keep(&self) -> Kept {
        Kept(self.run.clone())
    }

    /// What the kept run would have lost had one node, which nothing depends on, stood `course` higher (in millionths, from
    /// each time on). Only where people are counted.
    pub fn changed(
        &self,
        kept: &Kept,
        memberships: &[Membership],
        course: impl Iterator<Item = (u32, i64)> + Clone,
    ) -> Option<f64> {
        let Measure::People(groups) = &self.measure else { return None };
        let Kept(run) = kept;
        let lost = (0..groups.len()).map(|i| {
            let membership = memberships.iter().find(|m| m.group == groups[i].0);
            let Some(membership) = membership else { return run.lost[i] };
            let weight = i64::from(membership.weight);
            let course = course.clone().map(move |(time, higher)| (time, weight * higher));
            let base = (self.base.initial[i], self.base.steps[i].as_slice());
            lost_group(self.horizon, base, (run.initial[i], &run.steps[i]), course)
        });
        Some(total(groups, lost))
    }
}

/// A run to be measured with changes.
#[derive(Debug)]
pub(super) struct Kept(Curves);

/// As in the catalogue, to the last bit.
fn total(groups: &[(GroupId, f64)], lost: impl Iterator<Item = u128>) -> f64 {
    groups.iter().zip(lost).map(|((_, people), lost)| lost as f64 * people / HOUR_S).sum()
}

type Curve<'a> = (u64, &'a [(u32, u64)]);

/// Integral over time of what `run`, `course` added, lies below `base`.
fn lost_group(
    horizon: u32,
    (mut base, mut base_steps): Curve<'_>,
    (mut run, mut run_steps): Curve<'_>,
    course: impl Iterator<Item = (u32, i64)>,
) -> u128 {
    let mut course = course.peekable();
    let (mut now, mut added, mut lost) = (0, 0_i64, 0_u128);
    loop {
        let ends = [run_steps.first(), base_steps.first()].map(|step| step.map_or(u32::MAX, |step| step.0));
        let [run_next, base_next] = ends;
        let added_next = course.peek().map_or(u32::MAX, |(time, _)| *time);
        let to = run_next.min(base_next).min(added_next).min(horizon);
        if now < to {
            let missing = base.saturating_sub(run.wrapping_add_signed(added));
            lost += u128::from(missing) * u128::from(to - now);
            now = to;
        }
        if to >= horizon {
            return lost;
        }
        if let Some((first, others)) = run_steps.split_first().filter(|_| run_next == to) {
            (run, run_steps) = (first.1, others);
        }
        if let Some((first, others)) = base_steps.split_first().filter(|_| base_next == to) {
            (base, base_steps) = (first.1, others);
        }
        if added_next == to
            && let Some((_, higher)) = course.next()
        {
            added = higher;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::lost_group;

    /// By hand: base 10, falling to 6 at 20 s; run 8 from 5 s, 2 from 10 s, 10 from 30 s; up to 40 s.
    #[test]
    fn areas_between_curves() {
        let (base, run) = ([(20, 6)], [(5, 8), (10, 2), (30, 10)]);
        let lost = |course: &[(u32, i64)]| lost_group(40, (10, &base), (10, &run), course.iter().copied());
        assert_eq!(lost(&[]), 5 * 2 + 10 * 8 + 10 * 4);
        // Three more from 12 to 25 s; above the base is no gain.
        assert_eq!(lost(&[(12, 3), (25, 0)]), 10 + 2 * 8 + 8 * 5 + 5 + 5 * 4);
        assert_eq!(lost(&[(0, -1)]), 5 + 15 + 90 + 50);
        assert_eq!(lost_group(4, (10, &base), (10, &run), [].into_iter()), 0);
    }
}
