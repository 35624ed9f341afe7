//! What would have kept an asset up: candidate changes, each tried on the very same replication.

use super::chain::{Because, Doer, Link};
use super::course::Course;
use linchpin_model::{
    Draws, EventId, Intervention, Level, Model, NeedId, NodeId, Record, Seeds, SkillId, TeamId,
};
use linchpin_sim::{RunOptions, Simulation};
use std::collections::BTreeSet;
use std::sync::Arc;

const HOUR_S: u32 = 3600;
/// Needs along the chain for which more autonomy is tried.
const MOST_NEEDS: usize = 8;
/// Teams for which more crews are tried.
const MOST_TEAMS: usize = 8;

/// One replication that can be run again with changes.
pub struct Laboratory {
    model: Arc<Model>,
    draws: Draws,
    replication: u32,
    node: NodeId,
    /// What the replication did to the node as it is.
    pub before: Outcome,
}

/// What a replication does to the node in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Seconds failed.
    pub failed_s: u64,
    /// Lost service in millionths times seconds.
    pub lost: u64,
}

/// What a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The node does not fail at all (or, where it had only sagged, loses nothing).
    KeptUp,
    /// It fails for less time (or, where it had only sagged, loses less).
    Shortened,
    /// As long, or longer.
    NoHelp,
}

/// A change that was tried.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The change.
    pub change: Intervention,
    /// What the replication does to the node with it.
    pub after: Outcome,
    /// Compared with the replication as it is.
    pub effect: Effect,
    /// True where one hour of autonomy less was tried and does less.
    pub just_enough: bool,
}

impl Laboratory {
    /// Runs a replication, traced; also gives its record.
    pub fn new(model: Arc<Model>, seed: u64, replication: u32, node: NodeId) -> (Self, Record) {
        let draws = Seeds::new(seed).replication(replication);
        let before = Outcome { failed_s: 0, lost: 0 };
        let mut laboratory = Self { model, draws, replication, node, before };
        let record = laboratory.record(laboratory.model.clone());
        laboratory.before = laboratory.outcome(&record);
        (laboratory, record)
    }

    fn record(&self, model: Arc<Model>) -> Record {
        let mut record = Record::default();
        let options = RunOptions { threat: true, trace: true };
        Simulation::new(model).run(self.replication, self.draws, options, &mut record);
        record
    }

    /// The node's course in a record.
    pub fn course(&self, record: &Record) -> Course {
        Course::of(record, self.node, self.model.meta.horizon)
    }

    fn failed_below(&self) -> Level {
        self.model.nodes[self.node.index()].failed_below
    }

    fn outcome(&self, record: &Record) -> Outcome {
        let course = self.course(record);
        Outcome { failed_s: course.seconds_below(self.failed_below()), lost: course.lost() }
    }

    /// Runs the replication with a change. A run that cannot be finished is no help.
    fn attempt(&self, change: Intervention) -> Tried {
        let record = self.record(Arc::new(self.model.with(std::slice::from_ref(&change))));
        let after = self.outcome(&record);
        let effect = if record.failure.is_some() { Effect::NoHelp } else { compare(self.before, after) };
        Tried { change, after, effect, just_enough: false }
    }

    /// Tries everything that bears on a chain of causes.
    pub fn try_all(&self, chain: &[Link]) -> Vec<Tried> {
        let mut tried = Vec::new();
        let model = &*self.model;
        for event in events(chain) {
            tried.push(self.attempt(Intervention::WithoutEvent(event)));
        }
        for need in needs(chain).into_iter().take(MOST_NEEDS) {
            tried.push(self.enough_autonomy(need));
            tried.push(self.attempt(Intervention::WithoutNeed(need)));
        }
        if let Some(root) = root(chain) {
            tried.push(self.attempt(Intervention::Invulnerable(root)));
            for team in teams(model, root).into_iter().take(MOST_TEAMS) {
                let crews = [1, 2, 4, 8].map(|crews| Intervention::AddCrews(team, crews));
                tried.push(self.smallest_best(crews));
            }
            if !model.nodes[root.index()].repair.is_none() {
                let factors = [2.0, 4.0, 8.0].map(|factor| Intervention::FasterRepair(root, factor));
                tried.push(self.smallest_best(factors));
            }
        }
        tried
    }

    /// The smallest whole number of hours of additional autonomy that keeps the node up; the horizon's length where none
    /// does.
    fn enough_autonomy(&self, need: NeedId) -> Tried {
        let with = |hours: u32| self.attempt(Intervention::AddAutonomy(need, hours.saturating_mul(HOUR_S)));
        let most = self.model.meta.horizon.div_ceil(HOUR_S).max(1);
        let mut enough = with(most);
        if enough.effect != Effect::KeptUp {
            return enough;
        }
        // `too_little` hours do not do, `most` do: halve what lies between.
        let (mut too_little, mut most) = (0, most);
        while most - too_little > 1 {
            let middle = too_little + (most - too_little) / 2;
            let tried = with(middle);
            if tried.effect == Effect::KeptUp {
                (most, enough) = (middle, tried);
            } else {
                too_little = middle;
            }
        }
        enough.just_enough = most > 1;
        enough
    }

    /// The first of several ever stronger changes that does as much as the best of them.
    fn smallest_best<const N: usize>(&self, changes: [Intervention; N]) -> Tried {
        let tried: Vec<Tried> = changes.into_iter().map(|change| self.attempt(change)).collect();
        let best = tried.iter().map(|tried| tried.after.rank()).min();
        let at = tried.iter().position(|tried| Some(tried.after.rank()) == best).unwrap_or(0);
        tried[at].clone()
    }
}

impl Outcome {
    /// Seconds of full service lost.
    pub fn lost_s(self) -> u64 {
        self.lost / u64::from(Level::SCALE)
    }

    fn rank(self) -> (u64, u64) {
        (self.failed_s, self.lost)
    }
}

fn compare(before: Outcome, after: Outcome) -> Effect {
    let sagged_only = before.failed_s == 0;
    match (sagged_only, after) {
        (false, Outcome { failed_s: 0, .. }) | (true, Outcome { failed_s: 0, lost: 0 }) => Effect::KeptUp,
        (false, _) if after.failed_s < before.failed_s => Effect::Shortened,
        (true, _) if after.failed_s == 0 && after.lost < before.lost => Effect::Shortened,
        _ => Effect::NoHelp,
    }
}

/// Events that hit a node of the chain, nearest to the root first.
fn events(chain: &[Link]) -> Vec<EventId> {
    let mut list = Vec::new();
    for link in chain.iter().rev() {
        if let Because::Own { by: Some(Doer::Event(event)), .. } = link.because
            && !list.contains(&event)
        {
            list.push(event);
        }
    }
    list
}

/// Needs through which the failure came, nearest to the asset first.
fn needs(chain: &[Link]) -> Vec<NeedId> {
    let needs = chain.iter().filter_map(|link| match link.because {
        Because::Need { need, .. } => Some(need),
        _ => None,
    });
    needs.collect()
}

/// Where the chain begins, if it goes back to something that was held down itself.
fn root(chain: &[Link]) -> Option<NodeId> {
    chain.last().filter(|link| matches!(link.because, Because::Own { .. })).map(|link| link.node)
}

/// Teams that may work on a node.
fn teams(model: &Model, node: NodeId) -> Vec<TeamId> {
    let place = &model.nodes[node.index()];
    let Some(repair) = place.repair.some() else { return Vec::new() };
    let stages = &model.repairs[repair.index()].stages;
    let skills: BTreeSet<SkillId> = stages.iter().filter_map(|stage| stage.skill.some()).collect();
    let works = |team: TeamId| {
        let team = &model.teams[team.index()];
        skills.contains(&team.skill) && (team.serves.is_empty() || team.serves.contains(&place.region))
    };
    model.team_ids().filter(|team| works(*team)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_compare_failed_time_first() {
        let outcome = |failed_s, lost| Outcome { failed_s, lost };
        for (before, after, effect) in [
            (outcome(100, 100), outcome(0, 0), Effect::KeptUp),
            (outcome(100, 100), outcome(0, 40), Effect::KeptUp),
            (outcome(100, 100), outcome(60, 100), Effect::Shortened),
            (outcome(100, 100), outcome(100, 90), Effect::NoHelp),
            (outcome(100, 100), outcome(120, 90), Effect::NoHelp),
            (outcome(0, 100), outcome(0, 0), Effect::KeptUp),
            (outcome(0, 100), outcome(0, 50), Effect::Shortened),
            (outcome(0, 100), outcome(10, 50), Effect::NoHelp),
        ] {
            assert_eq!(compare(before, after), effect, "{before:?} {after:?}");
        }
    }
}
