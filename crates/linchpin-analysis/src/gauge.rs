//! One metric of one replication, where no other is wanted: cheap for person-hours, which are most asked for.

use crate::metrics::Catalogue;
use crate::paired::Paired;
use linchpin_model::{GroupKind, Level, Model, Record, Step};

/// Metric that is the sum of the person-hours without each service.
const ALL_SERVICES: &str = "person_hours";

const HOUR_S: f64 = 3600.0;

/// Reads one metric off records. The same number as [`Catalogue::evaluate`] gives, or the sum of such numbers.
#[derive(Clone, Debug)]
pub struct Gauge {
    horizon: u32,
    /// Slot by group; `u32::MAX`: not asked for. Empty where the catalogue is needed.
    slots: Vec<u32>,
    /// People in one unit of weight times millionths, by slot.
    people: Vec<f64>,
    /// The catalogue and the metric's place in it.
    other: Option<(Catalogue, usize)>,
}

/// Buffers of a [`Gauge`], one per thread.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    sums: Vec<[u64; 2]>,
    since: Vec<u32>,
    lost: Vec<u128>,
    paired: Paired,
    row: Vec<f64>,
}

impl Gauge {
    /// For the metric of this id, or `person_hours` for the sum of the person-hours without each service. None where the
    /// model has no such metric.
    pub fn new(model: &Model, metric: &str) -> Option<Self> {
        let horizon = model.meta.horizon;
        let wanted = |group: &linchpin_model::Group| match group.kind {
            GroupKind::Service(_) if metric == ALL_SERVICES => true,
            GroupKind::Service(_) | GroupKind::ServiceRegion(..) => {
                let subject = group.id.strip_prefix("service:").unwrap_or(&group.id);
                metric.strip_prefix(ALL_SERVICES).and_then(|rest| rest.strip_prefix('/')) == Some(subject)
            }
            _ => false,
        };
        let (mut slots, mut people) = (vec![u32::MAX; model.groups.len()], Vec::new());
        for (slot, group) in slots.iter_mut().zip(&model.groups).filter(|(_, group)| wanted(group)) {
            *slot = people.len() as u32;
            people.push(group.unit / f64::from(Level::SCALE));
        }
        if !people.is_empty() {
            return Some(Self { horizon, slots, people, other: None });
        }
        let catalogue = Catalogue::new(model);
        let column = catalogue.find(metric)?;
        Some(Self { horizon, slots: Vec::new(), people, other: Some((catalogue, column)) })
    }

    /// The metric of a replication. `base` is the run to compare with; where the model has no background, `None` stands for
    /// one that stays as `run` begins.
    pub fn read(&self, reading: &mut Reading, base: Option<&Record>, run: &Record) -> f64 {
        if let Some((catalogue, column)) = &self.other {
            reading.paired.load(self.horizon, base, run);
            reading.row.resize(catalogue.len(), 0.0);
            catalogue.evaluate(&reading.paired, base, run, &mut reading.row);
            return reading.row.get(*column).copied().unwrap_or(f64::NAN);
        }
        let count = self.people.len();
        reading.sums.clear();
        reading.sums.resize(count, [0; 2]);
        for (slot, sums) in reading.slots_of(self, run) {
            reading.sums[slot] = [sums, sums];
        }
        if let Some(base) = base {
            for (slot, sum) in reading.slots_of(self, base) {
                reading.sums[slot][1] = sum;
            }
        }
        reading.since.clear();
        reading.since.resize(count, 0);
        reading.lost.clear();
        reading.lost.resize(count, 0);
        let (mut ours, mut theirs) = (&run.steps[..], base.map_or(&[][..], |base| &base.steps));
        loop {
            let which = match (ours.first(), theirs.first()) {
                (None, None) => break,
                (Some(_), None) => 0,
                (None, Some(_)) => 1,
                (Some(a), Some(b)) => usize::from(b.time < a.time),
            };
            let list = if which == 0 { &mut ours } else { &mut theirs };
            let Some((step, rest)) = list.split_first() else { break };
            *list = rest;
            self.take(reading, which, step);
        }
        let parts = (0..count).map(|slot| {
            reading.flush(slot, self.horizon);
            reading.lost[slot] as f64 * self.people[slot] / HOUR_S
        });
        parts.sum()
    }

    fn take(&self, reading: &mut Reading, which: usize, step: &Step) {
        let slot = self.slots.get(step.group.index()).copied().unwrap_or(u32::MAX) as usize;
        if slot < self.people.len() {
            reading.flush(slot, step.time.0.min(self.horizon));
            reading.sums[slot][which] = step.sum;
        }
    }
}

impl Reading {
    /// Books what is lost up to a time.
    fn flush(&mut self, slot: usize, now: u32) {
        let [run, base] = self.sums[slot];
        let elapsed = now - std::mem::replace(&mut self.since[slot], now);
        self.lost[slot] += u128::from(base.saturating_sub(run)) * u128::from(elapsed);
    }

    /// Slots and what they begin with.
    fn slots_of<'a>(
        &self,
        gauge: &'a Gauge,
        record: &'a Record,
    ) -> impl Iterator<Item = (usize, u64)> + use<'a> {
        let slots = gauge.slots.iter().zip(&record.initial);
        slots.filter(|(slot, _)| **slot != u32::MAX).map(|(slot, sum)| (*slot as usize, *sum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paired::tests::record;
    use linchpin_model::{Meta, ModelBuilder, Region, RegionId};

    /// Two services in two regions.
    fn model() -> Model {
        let mut b = ModelBuilder::new(Meta { horizon: 100, ..Meta::default() });
        let sector = b.sector("energy", "Energy");
        let services = [b.service("power", "Power"), b.service("water", "Water")];
        let regions: Vec<RegionId> = ["north", "south"]
            .into_iter()
            .map(|id| {
                b.region(Region {
                    id: id.into(),
                    name: id.into(),
                    population: 1000.0,
                    parent: None,
                    position: None,
                })
            })
            .collect();
        for (i, people) in [100.0, 250.0, 40.0, 7.0].into_iter().enumerate() {
            let node = b.node(&format!("n{i}"), "", sector, regions[i % 2]);
            b.serves(node, services[i / 2], regions[i % 2], people);
        }
        b.finish()
    }

    #[test]
    fn the_same_numbers_as_the_catalogue() {
        let model = model();
        let groups = model.groups.len() as u32;
        let catalogue = Catalogue::new(&model);
        let initial: Vec<u64> = (0..groups).map(|group| 1_000_000 * u64::from(10 + group)).collect();
        let steps = |factor: u32| -> Vec<(u32, u32, u64)> {
            let mut steps: Vec<_> = (0..40_u32)
                .map(|i| (i * 7 % 90, i % groups, u64::from(i * factor % 11) * 1_000_000))
                .collect();
            steps.sort_by_key(|step| step.0);
            steps.push((120, 0, 0));
            steps
        };
        let (run, base) = (record(&initial, &steps(3)), record(&initial, &steps(5)));
        let mut reading = Reading::default();
        let mut row = vec![0.0; catalogue.len()];
        let mut told = 0;
        for base in [None, Some(&base)] {
            let mut paired = Paired::default();
            paired.load(100, base, &run);
            catalogue.evaluate(&paired, base, &run, &mut row);
            for (metric, expected) in catalogue.metrics().iter().zip(&row) {
                let gauge = Gauge::new(&model, &metric.id).unwrap();
                let got = gauge.read(&mut reading, base, &run);
                assert!(got == *expected || (got.is_nan() && expected.is_nan()), "{}", metric.id);
                told += usize::from(*expected > 0.0 && metric.kind == "person_hours");
            }
            let all = ["person_hours/power", "person_hours/water"].map(|id| row[catalogue.find(id).unwrap()]);
            let gauge = Gauge::new(&model, "person_hours").unwrap();
            assert_eq!(gauge.read(&mut reading, base, &run), all[0] + all[1]);
        }
        assert!(told >= 8, "{told} losses compared");
        assert!(Gauge::new(&model, "person_hours/gas").is_none() && Gauge::new(&model, "x").is_none());
    }
}
