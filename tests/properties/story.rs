//! A record told by names, so that models with other numbers can be compared.

use linchpin_model::*;
use std::collections::BTreeMap;

/// What happened to one node: when, what.
pub type Course = Vec<(SimTime, String)>;

/// A record without the numbers of nodes, needs, events and groups.
#[derive(Debug, PartialEq, Default)]
pub struct Story {
    /// Lost service and time of the first failure, by node.
    pub lost: BTreeMap<String, (u64, SimTime)>,
    /// What happened, by node.
    pub courses: BTreeMap<String, Course>,
    /// Lost service, by root.
    pub roots: BTreeMap<String, u64>,
    /// Times of events.
    pub events: BTreeMap<String, SimTime>,
    /// Nodes locked out.
    pub locked_out: Vec<String>,
    /// Repairs and seconds waited.
    pub response: (u32, u64),
}

impl Story {
    pub fn of(model: &Model, record: &Record) -> Self {
        let mut story = Self { response: (record.repairs, record.waited_s), ..Self::default() };
        for affected in &record.affected {
            story.lost.insert(model.id(affected.node).to_owned(), (affected.lost, affected.first_failed));
        }
        for entry in &record.trace {
            let who = if entry.node.is_none() { "" } else { model.id(entry.node) };
            let told = story.courses.entry(who.to_owned()).or_default();
            told.push((entry.time, tell(model, entry.what)));
        }
        for root in &record.roots {
            story.roots.insert(model.id(root.node).to_owned(), root.lost);
        }
        for (event, time) in model.events.iter().zip(&record.event_times) {
            story.events.insert(event.id.clone(), *time);
        }
        story.locked_out = record.locked_out.iter().map(|node| model.id(*node).to_owned()).collect();
        story.locked_out.sort();
        story
    }

    /// Without what concerns one node and its event. Only for nodes without crews. Sums by root go, because
    /// the loss of the node itself is among them; roots stay in the courses.
    pub fn without(mut self, node: &str, event: &str) -> Self {
        self.lost.remove(node);
        self.roots.clear();
        self.events.remove(event);
        self.response.0 -= self
            .courses
            .get(node)
            .map_or(0, |course| course.iter().filter(|(_, what)| what == "Repaired").count() as u32);
        self.courses.remove(node);
        if let Some(course) = self.courses.get_mut("") {
            course.retain(|(_, what)| *what != format!("event {event}"));
            if course.is_empty() {
                self.courses.remove("");
            }
        }
        self
    }

    /// What does not depend on how ties between causes are settled: levels, losses, failures, times.
    pub fn levels_only(mut self) -> Self {
        self.roots.clear();
        self.courses.remove("");
        for course in self.courses.values_mut() {
            course.retain(|(_, what)| what.starts_with("level"));
            for (_, what) in course.iter_mut() {
                what.truncate(what.find(';').unwrap_or(what.len()));
            }
        }
        self.courses.retain(|_, course| !course.is_empty());
        self
    }
}

fn tell(model: &Model, what: Happening) -> String {
    let need = |need: NeedId| model.needs[need.index()].key;
    match what {
        Happening::Event(event) => format!("event {}", model.events[event.index()].id),
        Happening::Hit(event) => format!("hit by {}", model.events[event.index()].id),
        Happening::Fell { from, to, cause, generation, root } => {
            let cause = match cause {
                Cause::Need(which, provider) => format!("need {:?} of {}", need(which), model.id(provider)),
                cause => format!("{cause:?}"),
            };
            let root = if root.is_none() { "none" } else { model.id(root) };
            format!("level {from:?} to {to:?}; {cause}, generation {generation}, root {root}")
        }
        Happening::Rose { from, to } => format!("level {from:?} to {to:?}"),
        Happening::StageRuns(which, stage) => format!("{:?} stage {stage} runs", need(which)),
        Happening::StageSpent(which, stage) => format!("{:?} stage {stage} spent", need(which)),
        Happening::StageFailed(which, stage) => format!("{:?} stage {stage} failed", need(which)),
        Happening::BlackStart(which) => format!("{:?} black start", need(which)),
        Happening::RepairStage(stage, team) => {
            let team = model.teams.get(team.index()).map_or("nobody", |team| model.id(team.node));
            format!("repair stage {stage} by {team}")
        }
        other => format!("{other:?}"),
    }
}
