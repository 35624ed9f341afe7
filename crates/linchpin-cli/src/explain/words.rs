//! Chains and changes in sentences, and as JSON.

use super::chain::{Because, Doer, Link};
use super::changes::{Effect, Outcome, Tried};
use super::course::Outage;
use crate::clock::Clock;
use crate::number::count;
use linchpin_model::time::format_duration;
use linchpin_model::{EventId, Happening, Intervention, Level, Model, NeedId, NodeId, TeamId};
use serde::Serialize;

/// Says things about a model.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// The model.
    pub model: &'a Model,
    /// Its calendar.
    pub clock: Clock,
}

/// A cause in a chain, for programs.
#[derive(Debug, Serialize)]
pub struct LinkJson {
    /// Asset or pool.
    pub asset: String,
    /// Seconds since the start.
    pub time_s: u32,
    /// Local time.
    pub clock: String,
    /// Level before, 0 to 1.
    pub level_before: f64,
    /// Level after, 0 to 1.
    pub level_after: f64,
    /// `need`, `own` or `unknown`.
    pub kind: &'static str,
    /// The service that was missing, for `need`.
    pub service: Option<String>,
    /// The provider that fell last, for `need`.
    pub provider: Option<String>,
    /// The event that did it, for `own`.
    pub event: Option<String>,
    /// The cause in words.
    pub text: String,
}

/// A change and what it does, for programs.
#[derive(Debug, Serialize)]
pub struct AnswerJson {
    /// The change in words.
    pub change: String,
    /// `without_event`, `add_autonomy`, `without_need`, `invulnerable`, `add_crews` or `faster_repair`.
    pub kind: &'static str,
    /// Whom it concerns: an event, asset or team.
    pub subject: String,
    /// How much: hours of autonomy, crews, or times as fast.
    pub amount: Option<f64>,
    /// `kept_up`, `shortened` or `no_help`.
    pub effect: &'static str,
    /// Hours failed with the change.
    pub failed_h: f64,
    /// Hours of full service lost with the change.
    pub lost_h: f64,
}

impl<'a> Words<'a> {
    /// Name for people, with the id where it differs.
    pub fn node(&self, node: NodeId) -> String {
        let (id, name) = (self.model.id(node), self.model.name(node));
        if id == name { id.to_owned() } else { format!("{name} ({id})") }
    }

    fn name(&self, node: NodeId) -> &'a str {
        self.model.name(node)
    }

    fn service(&self, need: NeedId) -> &'a str {
        let service = self.model.needs[need.index()].service.some();
        service.map_or("supply", |service| &self.model.services[service.index()].name)
    }

    fn stage(&self, need: NeedId, stage: u16) -> &'a str {
        let reserve = self.model.needs[need.index()].reserve.some();
        let first = reserve.map(|reserve| self.model.reserves[reserve.index()].first_stage);
        let stage = first.and_then(|first| self.model.stages.get(first as usize + usize::from(stage)));
        stage.map(|stage| stage.name.as_str()).filter(|name| !name.is_empty()).unwrap_or("autonomy")
    }

    fn event(&self, event: EventId) -> &'a str {
        let event = &self.model.events[event.index()];
        if event.name.is_empty() { &event.id } else { &event.name }
    }

    fn team(&self, team: TeamId) -> &'a str {
        self.name(self.model.teams[team.index()].node)
    }

    /// `failed from Mon 18 Jan 17:40 to Tue 19 Jan 08:00 (14h 20min)`.
    pub fn outage(&self, outage: Outage) -> String {
        let from = self.clock.at(outage.from);
        match outage.to {
            Some(to) => {
                let lasted = format_duration(u64::from(to - outage.from));
                format!("failed from {from} to {} ({lasted})", self.clock.at(to))
            }
            None => {
                let lasted = format_duration(u64::from(self.model.meta.horizon - outage.from));
                format!("failed from {from} to the end of the time simulated ({lasted})")
            }
        }
    }

    /// One cause in a sentence.
    pub fn link(&self, link: &Link) -> String {
        let fell = match link.to {
            Level::ZERO => "went down".to_owned(),
            level => format!("fell to {} %", (100.0 * level.share()).round()),
        };
        format!("{}  {} {fell}: {}", self.clock.at(link.time), self.node(link.node), self.because(link))
    }

    fn because(&self, link: &Link) -> String {
        match &link.because {
            Because::Need { need, provider, autonomy } => {
                let mut text = format!("not enough {} from {}", self.service(*need), self.name(*provider));
                for (time, what) in autonomy {
                    text.push_str(&self.autonomy(*time, *what));
                }
                text
            }
            Because::Own { kind, by: Some(Doer::Event(event)) } => {
                format!("{}, by the event \"{}\"", kind.label(), self.event(*event))
            }
            Because::Own { kind, by: Some(Doer::Chance) } => format!("{}, by a random failure", kind.label()),
            Because::Own { kind, by: None } => kind.label().to_owned(),
            Because::Unknown => "the trace does not tell why".to_owned(),
        }
    }

    fn autonomy(&self, time: u32, what: Happening) -> String {
        let at = self.clock.at(time);
        match what {
            Happening::StageRuns(need, stage) => format!("; on {} from {at}", self.stage(need, stage)),
            Happening::StageSpent(need, stage) => format!("; {} spent {at}", self.stage(need, stage)),
            Happening::StageFailed(need, stage) => format!("; {} failed {at}", self.stage(need, stage)),
            _ => String::new(),
        }
    }

    /// A cause for programs.
    pub fn link_json(&self, link: &Link) -> LinkJson {
        let (kind, service, provider, event) = match &link.because {
            Because::Need { need, provider, .. } => {
                ("need", Some(self.service(*need)), Some(self.model.id(*provider)), None)
            }
            Because::Own { by: Some(Doer::Event(event)), .. } => {
                ("own", None, None, Some(self.model.events[event.index()].id.as_str()))
            }
            Because::Own { .. } => ("own", None, None, None),
            Because::Unknown => ("unknown", None, None, None),
        };
        LinkJson {
            asset: self.model.id(link.node).to_owned(),
            time_s: link.time,
            clock: self.clock.at(link.time),
            level_before: link.from.share(),
            level_after: link.to.share(),
            kind,
            service: service.map(str::to_owned),
            provider: provider.map(str::to_owned),
            event: event.map(str::to_owned),
            text: self.because(link),
        }
    }

    /// A change in words.
    pub fn change(&self, tried: &Tried) -> String {
        let enough = if tried.just_enough { " (the least, in whole hours)" } else { "" };
        match &tried.change {
            Intervention::WithoutEvent(event) => format!("without the event \"{}\"", self.event(*event)),
            Intervention::Invulnerable(node) => {
                format!("{} protected so that nothing brings it down itself", self.node(*node))
            }
            Intervention::AddAutonomy(need, seconds) => {
                let owner = self.model.needs[need.index()].owner;
                let (lasts, service) = (format_duration(u64::from(*seconds)), self.service(*need));
                format!("{lasts} more autonomy for {service} at {}{enough}", self.node(owner))
            }
            Intervention::WithoutNeed(need) => {
                let owner = self.model.needs[need.index()].owner;
                format!("{} able to do without {}", self.node(owner), self.service(*need))
            }
            Intervention::AddCrews(team, crews) => {
                let noun = if *crews == 1 { "crew" } else { "crews" };
                format!("{crews} more {noun} in {}", self.team(*team))
            }
            Intervention::FasterRepair(node, factor) => {
                format!("repair of {} {factor} times as fast", self.node(*node))
            }
        }
    }

    /// What a change does, in words.
    pub fn effect(&self, before: Outcome, tried: &Tried) -> String {
        let (time, what) = match before.failed_s {
            0 => (Outcome::lost_s as fn(Outcome) -> u64, "of full service lost"),
            _ => ((|outcome| outcome.failed_s) as fn(Outcome) -> u64, "failed"),
        };
        match tried.effect {
            Effect::KeptUp => "keeps it up".to_owned(),
            Effect::Shortened => {
                let [after, before] = [tried.after, before].map(|outcome| format_duration(time(outcome)));
                format!("{after} {what} instead of {before}")
            }
            Effect::NoHelp => "no help".to_owned(),
        }
    }

    /// An answer for programs.
    pub fn answer_json(&self, tried: &Tried) -> AnswerJson {
        let model = self.model;
        let owner = |need: &NeedId| model.id(model.needs[need.index()].owner);
        let (kind, subject, amount) = match &tried.change {
            Intervention::WithoutEvent(event) => {
                ("without_event", model.events[event.index()].id.as_str(), None)
            }
            Intervention::Invulnerable(node) => ("invulnerable", model.id(*node), None),
            Intervention::AddAutonomy(need, seconds) => {
                ("add_autonomy", owner(need), Some(f64::from(*seconds) / 3600.0))
            }
            Intervention::WithoutNeed(need) => ("without_need", owner(need), None),
            Intervention::AddCrews(team, crews) => {
                ("add_crews", model.id(model.teams[team.index()].node), Some(f64::from(*crews)))
            }
            Intervention::FasterRepair(node, factor) => ("faster_repair", model.id(*node), Some(*factor)),
        };
        AnswerJson {
            change: self.change(tried),
            kind,
            subject: subject.to_owned(),
            amount,
            effect: match tried.effect {
                Effect::KeptUp => "kept_up",
                Effect::Shortened => "shortened",
                Effect::NoHelp => "no_help",
            },
            failed_h: tried.after.failed_s as f64 / 3600.0,
            lost_h: tried.after.lost_s() as f64 / 3600.0,
        }
    }

    /// `served directly: 350,000 people`.
    pub fn people(&self, node: NodeId) -> Option<String> {
        let people = self.model.people_served(node);
        (people >= 1.0).then(|| format!("serves {} people directly", count(people.round() as u64)))
    }
}
