//! What happened, entry by entry, in sentences.

use super::decisions::Digest;
use super::{Kind, Line, event_name, people_served};
use crate::paired::Paired;
use linchpin_model::{
    Cause, CeilingKind, Happening, Level, Model, NeedId, NodeId, NodeKind, Record, TeamId, TraceEntry,
};
use std::collections::BTreeMap;

/// Weight of one dependant, beside a share of all people served.
const DEPENDANT: f64 = 0.01;

/// Walks a trace and remembers what later sentences refer to.
pub(super) struct Words<'a> {
    pub(super) model: &'a Model,
    /// Courses of all groups, relative to their start.
    pub(super) paired: &'a Paired,
    pub(super) digest: Digest,
    people: f64,
    levels: BTreeMap<NodeId, Level>,
    /// The last stage of a need's autonomy that was spent, and when.
    spent: BTreeMap<NeedId, (u32, u16)>,
}

/// A level or share in percent, without pretending that nearly full is full.
pub(crate) fn percent(share: f64) -> f64 {
    match share {
        _ if share >= 1.0 => 100.0,
        _ if share > 0.99 => (share * 1000.0).floor().min(999.0) / 10.0,
        _ if share < 0.01 => (share * 1000.0).ceil() / 10.0,
        _ => (share * 100.0).round(),
    }
}

impl<'a> Words<'a> {
    pub(super) fn new(model: &'a Model, record: &Record, paired: &'a Paired) -> Self {
        Self {
            model,
            paired,
            digest: Digest::of(model, record),
            people: people_served(model),
            levels: BTreeMap::new(),
            spent: BTreeMap::new(),
        }
    }

    /// One line for each entry of the trace; steps of campaigns and plans are one with all whom they strike.
    pub(super) fn lines(mut self, record: &Record) -> Vec<Line> {
        let mut lines = Vec::with_capacity(record.trace.len());
        for entry in &record.trace {
            if !self.is_told_elsewhere(entry) {
                lines.push(self.line(entry));
            }
        }
        lines
    }

    fn line(&mut self, entry: &TraceEntry) -> Line {
        let (kind, text, shared) = self.say(entry);
        let weight = match entry.what {
            Happening::Event(_) => 10.0,
            _ => {
                let node = entry.node.some().map_or(0.0, |node| self.weight(node));
                node * importance(&entry.what) + self.decisive(&entry.what)
            }
        };
        Line { time: entry.time.0, kind, node: entry.node, text, shared, weight }
    }

    pub(super) fn weight(&self, node: NodeId) -> f64 {
        let dependants = self.model.supplies_of(node).len() as f64;
        self.model.people_served(node) / self.people + DEPENDANT * (1.0 + dependants)
    }

    fn say(&mut self, entry: &TraceEntry) -> (Kind, String, Option<String>) {
        let name = self.name(entry.node);
        if let Happening::Event(event) | Happening::Hit(event) = entry.what
            && let Some(text) = self.say_struck(entry.time.0, event)
        {
            return (Kind::Event, text, None);
        }
        match entry.what {
            Happening::Fell { from, to, cause, root, .. } => {
                let text = self.fell(entry, from, to, cause, root);
                let lasting = to < self.failed_below(entry.node);
                (Kind::Failure, text, lasting.then(|| self.shared_cause(cause)).flatten())
            }
            Happening::Rose { from, to } => {
                self.levels.insert(entry.node, to);
                let text = match to {
                    Level::ONE => format!("{name} works fully again."),
                    _ => format!("{name} rose from {} % to {} %.", level(from), level(to)),
                };
                (Kind::Recovery, text, (to == Level::ONE).then(|| "work fully again".to_owned()))
            }
            Happening::Event(event) => (
                Kind::Event,
                format!("{}.", super::capital(event_name(&self.model.events[event.index()]))),
                None,
            ),
            Happening::Hit(event) => {
                let event = event_name(&self.model.events[event.index()]);
                (Kind::Event, format!("{name} is hit: {event}."), Some(format!("hit: {event}")))
            }
            Happening::StageRuns(need, stage) => {
                let (stage, service) = (self.stage(need, stage), self.service(need));
                let text = format!("{name}: {stage} takes over for {service}.");
                (Kind::Autonomy, text, Some(format!("{stage} takes over for {service}")))
            }
            Happening::StageSpent(need, stage) => {
                self.spent.insert(need, (entry.time.0, stage));
                let stage = self.stage(need, stage);
                (Kind::Autonomy, format!("{name}: {stage} is spent."), Some(format!("{stage} spent")))
            }
            Happening::StageFailed(need, stage) => {
                let stage = self.stage(need, stage);
                (Kind::Autonomy, format!("{name}: {stage} fails."), Some(format!("{stage} fails")))
            }
            _ => self.say_rest(entry, name),
        }
    }

    fn say_rest(&self, entry: &TraceEntry, name: &str) -> (Kind, String, Option<String>) {
        let (kind, text) = match entry.what {
            Happening::Damaged(state) => {
                let state = self.damage(entry.node, state);
                (Kind::Failure, format!("{name} is damaged{state}."))
            }
            Happening::FailedAtRandom => (Kind::Failure, format!("{name} fails at random.")),
            Happening::Restarting(until) => {
                let back = super::clock(self.model, until.0);
                (Kind::Recovery, format!("{name} begins to restart, to be back at {back}."))
            }
            Happening::BlackStart(need) => {
                (Kind::Recovery, format!("{name} starts without {} (black start).", self.service(need)))
            }
            Happening::ControlLost => {
                (Kind::Other, format!("{name} can no longer be seen or switched from afar; it works on."))
            }
            Happening::ControlBack => {
                (Kind::Other, format!("{name} can be seen and switched from afar again."))
            }
            Happening::RepairStage(stage, team) => (Kind::Repair, self.repair(entry.node, stage, team)),
            Happening::RepairWaits => {
                (Kind::Repair, format!("{name}: repair waits for a crew or a spare part."))
            }
            Happening::RepairPaused => {
                (Kind::Repair, format!("{name}: repair stands still because what the work needs is missing."))
            }
            Happening::RepairResumed => (Kind::Repair, format!("{name}: repair goes on.")),
            Happening::Repaired => (Kind::Repair, format!("{name} is repaired.")),
            Happening::LockedOut => (
                Kind::Other,
                format!("{name} is still down at the end only because it and others wait for each other."),
            ),
            Happening::CampaignBegan(_)
            | Happening::CampaignEnded(_)
            | Happening::StepBegan(_)
            | Happening::StepFailed(_)
            | Happening::StepBlocked(_)
            | Happening::StepNoticed(_)
            | Happening::Attributed(..)
            | Happening::Warned(_)
            | Happening::Observed(..)
            | Happening::PlanBegan(..)
            | Happening::PlanEnded(_) => self.say_decision(entry),
            Happening::Infected(_)
            | Happening::Impaired(_)
            | Happening::Crossed(_)
            | Happening::CompromiseNoticed(_)
            | Happening::ShutDown(_)
            | Happening::Recovered(_)
            | Happening::Harmed(_)
            | Happening::Exfiltrated(_) => return self.say_systems(entry, name),
            // Said by the caller.
            Happening::Event(_)
            | Happening::Hit(_)
            | Happening::Fell { .. }
            | Happening::Rose { .. }
            | Happening::StageRuns(..)
            | Happening::StageSpent(..)
            | Happening::StageFailed(..) => (Kind::Other, String::new()),
        };
        let shared = match entry.what {
            // As the fall that follows it is told.
            Happening::Damaged(_) => Some(CeilingKind::Integrity.label().to_owned()),
            Happening::ControlLost => Some("no longer seen or switched from afar".to_owned()),
            Happening::ControlBack => Some("seen and switched from afar again".to_owned()),
            Happening::Repaired => Some("repaired".to_owned()),
            Happening::RepairPaused => Some("repair stands still".to_owned()),
            _ => None,
        };
        (kind, text, shared)
    }

    fn fell(&mut self, entry: &TraceEntry, from: Level, to: Level, cause: Cause, root: NodeId) -> String {
        self.levels.insert(entry.node, to);
        let name = self.name(entry.node);
        let verb =
            if to == Level::ZERO { "went down".to_owned() } else { format!("fell to {} %", level(to)) };
        let from = if from == Level::ONE { String::new() } else { format!(" from {} %", level(from)) };
        let mut text = format!("{name} {verb}{from}");
        match cause {
            Cause::None => {}
            Cause::Ceiling(kind) => text.push_str(&format!(": {}", kind.label())),
            Cause::Need(need, provider) => {
                text.push_str(&format!(": {} from {}", self.short(need, provider), self.name(provider)));
                if let Some((_, stage)) = self.spent.get(&need).filter(|(time, _)| *time == entry.time.0) {
                    text.push_str(&format!(", and {} is spent", self.stage(need, *stage)));
                }
                if root != provider && root != entry.node && !root.is_none() {
                    text.push_str(&format!("; it began at {}", self.name(root)));
                }
            }
        }
        text.push('.');
        text
    }

    fn shared_cause(&self, cause: Cause) -> Option<String> {
        match cause {
            Cause::None => None,
            Cause::Ceiling(kind) => Some(kind.label().to_owned()),
            Cause::Need(need, provider) => Some(self.short(need, provider)),
        }
    }

    /// `no electricity` where the provider is down, else `too little electricity`.
    fn short(&self, need: NeedId, provider: NodeId) -> String {
        let down = self.levels.get(&provider).is_none_or(|level| *level == Level::ZERO);
        format!("{} {}", if down { "no" } else { "too little" }, self.service(need))
    }

    fn failed_below(&self, node: NodeId) -> Level {
        node.some().map_or(Level::ZERO, |node| self.model.nodes[node.index()].failed_below)
    }

    fn name(&self, node: NodeId) -> &'a str {
        node.some().map_or("", |node| self.model.name(node))
    }

    fn service(&self, need: NeedId) -> &'a str {
        let service = self.model.needs.get(need.index()).and_then(|need| need.service.some());
        service.map_or("supply", |service| &self.model.services[service.index()].name)
    }

    fn stage(&self, need: NeedId, stage: u16) -> &'a str {
        let reserve = self.model.needs.get(need.index()).and_then(|need| need.reserve.some());
        let first = reserve.map(|reserve| self.model.reserves[reserve.index()].first_stage);
        let stage = first.and_then(|first| self.model.stages.get(first as usize + usize::from(stage)));
        stage.map_or("reserve", |stage| if stage.name.is_empty() { "reserve" } else { &stage.name })
    }

    fn plan(&self, node: NodeId) -> Option<&'a linchpin_model::RepairPlan> {
        self.model.repairs.get(self.model.nodes.get(node.index())?.repair.some()?.index())
    }

    /// ` (extensive)`, or nothing where the plan knows one state only.
    fn damage(&self, node: NodeId, state: u16) -> String {
        let states = self.plan(node).map_or(&[][..], |plan| &plan.states);
        match states.get(usize::from(state)) {
            Some(state) if states.len() > 1 => format!(" ({})", state.name),
            _ => String::new(),
        }
    }

    fn repair(&self, node: NodeId, stage: u16, team: TeamId) -> String {
        let stages = self.plan(node).map_or(&[][..], |plan| &plan.stages);
        let what = match stages.get(usize::from(stage)) {
            Some(stage) if !stage.name.is_empty() => format!(", stage \"{}\"", stage.name),
            _ => String::new(),
        };
        let by = team.some().and_then(|team| self.model.teams.get(team.index()));
        let by = by.map_or_else(String::new, |team| format!(" by {}", self.name(team.node)));
        format!("{}: repair begins{what}{by}.", self.name(node))
    }
}

/// How much a line says, given whom it is about.
fn importance(what: &Happening) -> f64 {
    match what {
        Happening::LockedOut => 3.0,
        Happening::Damaged(_) | Happening::BlackStart(_) => 1.5,
        Happening::Fell { from, to, .. } => {
            1.0 + f64::from(from.0 - to.0.min(from.0)) / f64::from(Level::SCALE)
        }
        Happening::Rose { to: Level::ONE, .. } | Happening::RepairPaused | Happening::StageFailed(..) => 1.0,
        Happening::Hit(_) | Happening::StageSpent(..) | Happening::Repaired | Happening::ControlLost => 0.8,
        _ => 0.4,
    }
}

/// In percent.
fn level(level: Level) -> f64 {
    percent(level.share())
}

/// Assets and pools are what a report is about; what stands for crews and jobs only explains them.
pub(super) fn is_listed(model: &Model, node: NodeId) -> bool {
    node.is_none() || matches!(model.nodes[node.index()].kind, NodeKind::Asset | NodeKind::Pool)
}
