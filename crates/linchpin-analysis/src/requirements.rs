//! Requirements: in how many replications they held, and what that says.

use crate::accumulate::BlockAccumulator;
use crate::findings::{RequirementResult, Verdict};
use crate::intervals::clopper_pearson;
use crate::paired::Paired;
use linchpin_model::{GroupId, Model, Requirement};

/// What is asked of a model, one place for every requirement and group, and one more where a requirement is asked of
/// several groups jointly.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Requirements {
    places: Vec<Place>,
}

/// One question: does requirement `requirement` hold for `group`, or for all of its groups at once?
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    requirement: u32,
    /// `None`: jointly, over the places before it of the same requirement.
    group: Option<GroupId>,
}

impl Requirements {
    /// The requirements of `model`.
    pub fn new(model: &Model) -> Self {
        let mut places = Vec::new();
        for (i, requirement) in model.requirements.iter().enumerate() {
            let place = |group| Place { requirement: i as u32, group };
            places.extend(requirement.groups.iter().map(|group| place(Some(*group))));
            if requirement.groups.len() > 1 {
                places.push(place(None));
            }
        }
        Self { places }
    }

    /// Number of places.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// True where nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Of each place the requirement's id and the group's, or `jointly`.
    pub fn names<'a>(&'a self, model: &'a Model) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.places.iter().map(|place| {
            let group = place.group.map_or("jointly", |group| &*model.groups[group.index()].id);
            (&*model.requirements[place.requirement as usize].id, group)
        })
    }

    /// Whether each held in the replication that is loaded, into `held`, which has [`Self::len`] places.
    pub fn evaluate(&self, model: &Model, paired: &Paired, held: &mut [bool]) {
        for i in 0..self.places.len().min(held.len()) {
            let place = self.places[i];
            held[i] = match place.group {
                Some(group) => holds(&model.requirements[place.requirement as usize], paired, group),
                None => (0..i)
                    .rev()
                    .take_while(|before| self.places[*before].requirement == place.requirement)
                    .all(|before| held[before]),
            };
        }
    }

    /// Probabilities with exact intervals and verdicts.
    pub fn results(&self, model: &Model, counts: &BlockAccumulator) -> Vec<RequirementResult> {
        let n = counts.replications();
        self.places
            .iter()
            .zip(self.names(model))
            .zip(counts.held())
            .map(|((place, (id, group)), held)| {
                let requirement = &model.requirements[place.requirement as usize];
                let ci95 = clopper_pearson(*held, n);
                RequirementResult {
                    id: id.to_owned(),
                    name: requirement.name.clone(),
                    group: group.to_owned(),
                    asked: requirement.probability,
                    probability: if n > 0 { *held as f64 / n as f64 } else { 0.0 },
                    ci95,
                    verdict: verdict(requirement.probability, ci95),
                }
            })
            .collect()
    }
}

/// `Q` lies below the level for at most the tolerated time within `[from, from + lasts]`, cut at the horizon.
fn holds(requirement: &Requirement, paired: &Paired, group: GroupId) -> bool {
    let (from, to) = (requirement.from, requirement.from.saturating_add(requirement.lasts));
    let mut below = 0;
    for segment in paired.segments(group.index()) {
        let (begin, end) = (segment.from.max(from), segment.to.min(to));
        if begin < end && segment.share() < requirement.at_least {
            below += end - begin;
        }
    }
    below <= requirement.tolerate
}

/// Met where the whole interval lies at or above what is asked, not met where it lies below, else undecided.
pub fn verdict(asked: f64, ci95: [f64; 2]) -> Verdict {
    match ci95 {
        [low, _] if low >= asked => Verdict::Met,
        [_, high] if high < asked => Verdict::NotMet,
        _ => Verdict::Undecided,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paired::tests::record;

    fn requirement(from: u32, lasts: u32, tolerate: u32) -> Requirement {
        Requirement {
            id: "r".into(),
            name: "R".into(),
            groups: vec![GroupId(0), GroupId(1)],
            at_least: 0.95,
            from,
            lasts,
            tolerate,
            probability: 0.9,
        }
    }

    #[test]
    fn time_below_within_the_window_counts() {
        // Group 0 is below from 10 to 20 and at exactly 95 % until 30; group 1 is below from 50 to 52.
        let run = record(&[100, 100], &[(10, 0, 94), (20, 0, 95), (30, 0, 100), (50, 1, 0), (52, 1, 100)]);
        let mut paired = Paired::default();
        paired.load(100, None, &run);
        for (from, lasts, tolerate, expected) in [
            (0, 100, 0, [false, false, false]),
            (0, 100, 2, [false, true, false]),
            (0, 100, 9, [false, true, false]),
            (0, 100, 10, [true, true, true]),
            (20, 30, 0, [true, true, true]),
            (15, 30, 4, [false, true, false]),
            (15, 30, 5, [true, true, true]),
            (51, u32::MAX, 0, [true, false, false]),
            (100, 50, 0, [true, true, true]),
        ] {
            let model = Model {
                requirements: vec![requirement(from, lasts, tolerate)],
                ..crate::metrics::tests::model()
            };
            let requirements = Requirements::new(&model);
            let mut held = [false; 3];
            requirements.evaluate(&model, &paired, &mut held);
            assert_eq!(held, expected, "{from} {lasts} {tolerate}");
        }
    }

    #[test]
    fn verdicts() {
        for (asked, ci95, expected) in [
            (0.9, [0.9, 0.95], Verdict::Met),
            (0.9, [0.85, 0.95], Verdict::Undecided),
            (0.9, [0.80, 0.8999], Verdict::NotMet),
            (1.0, [0.99, 1.0], Verdict::Undecided),
            (0.0, [0.0, 0.1], Verdict::Met),
        ] {
            assert_eq!(verdict(asked, ci95), expected, "{asked} {ci95:?}");
        }
    }
}
