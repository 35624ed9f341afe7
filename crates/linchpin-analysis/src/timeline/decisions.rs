//! What attackers do, what spreads, and what defenders decide, as a chronicle.

use super::Kind;
use super::words::{Words, is_listed};
use crate::findings::limits::thousands;
use crate::metrics::adversary::lowers;
use linchpin_model::{
    CampaignId, EventId, GroupKind, Happening, Level, MalwareId, Model, NodeId, Occasion, Outcome, PlanId,
    Record, StepId, TraceEntry,
};
use std::collections::{BTreeMap, BTreeSet};

/// Names that a sentence lists.
const NAMED: usize = 3;

/// What is drawn together before anything is told, because a chronicle names it once.
#[derive(Debug, Default)]
pub(super) struct Digest {
    /// Whom a step or plan struck at a time.
    struck: BTreeMap<(u32, EventId), Vec<NodeId>>,
    /// Tries that were over in the second in which they began.
    instant: BTreeSet<(u32, StepId)>,
    /// Plans that came into force in the second in which what they look for was known.
    at_once: BTreeSet<(u32, PlanId)>,
    /// Seconds of which it has been told how many people are without a service from then on.
    counted: BTreeSet<u32>,
    /// Malware of which a first happening of a kind has been told.
    told: BTreeSet<(u8, MalwareId)>,
}

impl Digest {
    pub(super) fn of(model: &Model, record: &Record) -> Self {
        let mut digest = Self::default();
        for entry in &record.trace {
            if let Happening::Hit(event) = entry.what
                && model.events.get(event.index()).is_some_and(|event| event.occasion != Occasion::Script)
            {
                digest.struck.entry((entry.time.0, event)).or_default().push(entry.node);
            }
        }
        let over = record.tries.iter().filter(|one| one.outcome != Outcome::Open && one.began == one.ended);
        digest.instant = over.map(|one| (one.began.0, one.step)).collect();
        let at_once = record.plans.iter().filter(|used| used.observed == used.began);
        digest.at_once = at_once.map(|used| (used.began.0, used.plan)).collect();
        digest
    }
}

impl<'a> Words<'a> {
    /// Whether an entry is told elsewhere: a hit with the step or plan that struck, the beginning of what is over at once.
    pub(super) fn is_told_elsewhere(&mut self, entry: &TraceEntry) -> bool {
        let occasion = |event: EventId| self.model.events.get(event.index()).map(|event| event.occasion);
        match entry.what {
            Happening::Event(event) => {
                matches!(occasion(event), Some(Occasion::Malware(_) | Occasion::Plan(_)))
            }
            Happening::Hit(event) => match occasion(event) {
                None | Some(Occasion::Script | Occasion::WhatIf) => false,
                Some(Occasion::Step(_) | Occasion::Malware(_)) => true,
                // The first hit of a plan tells of all.
                Some(Occasion::Plan(_)) => {
                    let struck = self.digest.struck.get(&(entry.time.0, event));
                    struck.is_none_or(|struck| struck.first() != Some(&entry.node))
                }
            },
            Happening::StepBegan(step) => self.digest.instant.contains(&(entry.time.0, step)),
            Happening::Observed(plan, true) => self.digest.at_once.contains(&(entry.time.0, plan)),
            _ => false,
        }
    }

    /// A step has succeeded, with whom it struck and how many are without a service from then on; or a plan reaches its
    /// targets. `None` for other events.
    pub(super) fn say_struck(&mut self, time: u32, event: EventId) -> Option<String> {
        let fixed = self.model.events.get(event.index())?;
        let struck = self.digest.struck.get(&(time, event)).cloned().unwrap_or_default();
        match fixed.occasion {
            Occasion::Step(step) => {
                let verb = if self.digest.instant.contains(&(time, step)) { "" } else { " succeed" };
                let mut text = format!("Attackers{verb}: {}", self.step(step));
                if !struck.is_empty() {
                    text.push_str(&format!(", at {}", self.several(&struck)));
                }
                text.push('.');
                // Of several steps in one second the first that can hold anything down tells.
                if !struck.is_empty() && fixed.effects.iter().any(lowers) && self.digest.counted.insert(time)
                {
                    text.extend(self.without(time));
                }
                Some(text)
            }
            Occasion::Plan(plan) => {
                let name = &self.model.plans.get(plan.index())?.name;
                Some(format!("“{name}” is carried out at {}.", self.several(&struck)))
            }
            Occasion::Script | Occasion::Malware(_) | Occasion::WhatIf => None,
        }
    }

    /// `A, B and C`, or `27 assets, among them A, B and C`: those that most people and others depend on.
    fn several(&self, nodes: &[NodeId]) -> String {
        let mut nodes: Vec<NodeId> =
            nodes.iter().copied().filter(|node| is_listed(self.model, *node)).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let count = nodes.len();
        nodes.sort_by(|a, b| self.weight(*b).total_cmp(&self.weight(*a)).then(a.cmp(b)));
        let named: Vec<&str> = nodes.iter().take(NAMED).map(|node| self.model.name(*node)).collect();
        let list = match named.as_slice() {
            [] => "nobody".to_owned(),
            [one] => (*one).to_owned(),
            [before @ .., last] => format!("{} and {last}", before.join(", ")),
        };
        if count > NAMED { format!("{} assets, among them {list}", thousands(count as u64)) } else { list }
    }

    /// People who are without a service from this second on, where these are more than before: of the service that
    /// most are without.
    fn without(&self, time: u32) -> Option<String> {
        let groups = self.model.groups.iter().enumerate().take(self.paired.groups());
        let more = groups.filter(|(_, group)| matches!(group.kind, GroupKind::Service(_))).filter_map(
            |(i, group)| {
                let people = |lost: u64| lost as f64 / f64::from(Level::SCALE) * group.unit;
                let (mut before, mut now) = (0, 0);
                for segment in self.paired.segments(i).take_while(|segment| segment.from <= time) {
                    if segment.from < time {
                        before = segment.lost();
                    }
                    now = segment.lost();
                }
                (now > before && people(now) >= 0.5).then(|| (people(now), group.name.as_str()))
            },
        );
        let (people, service) = more.max_by(|a, b| a.0.total_cmp(&b.0))?;
        let people = thousands(people.round() as u64);
        Some(format!(" From then on {people} people are without {service}."))
    }

    fn step(&self, id: StepId) -> &str {
        self.model.steps.get(id.index()).map_or("", |step| &step.name)
    }

    /// What attackers do and defenders decide.
    pub(super) fn say_decision(&self, entry: &TraceEntry) -> (Kind, String) {
        let name = |id: CampaignId| self.model.campaigns[id.index()].name.as_str();
        let plan = |id: PlanId| self.model.plans[id.index()].name.as_str();
        let actor = |id: CampaignId| {
            let actor = self.model.campaigns[id.index()].actor.some();
            actor.and_then(|actor| Some(self.model.actors.get(actor.index())?.name.as_str()))
        };
        let text = match entry.what {
            Happening::CampaignBegan(id) => match actor(id) {
                Some(actor) => format!("{} begins; behind it stands {actor}.", name(id)),
                None => format!("{} begins.", name(id)),
            },
            Happening::CampaignEnded(id) => format!("{} is given up.", name(id)),
            Happening::StepBegan(id) => format!("Attackers begin: {}.", self.step(id)),
            Happening::StepFailed(id) => format!("Attackers fail: {}.", self.step(id)),
            Happening::StepBlocked(id) => format!("Noticed and stopped: {}.", self.step(id)),
            Happening::StepNoticed(id) => format!("Defenders notice: {}.", self.step(id)),
            Happening::Attributed(id, true) => match actor(id) {
                Some(actor) => format!("{} is ascribed to {actor}.", name(id)),
                None => format!("{} is ascribed to those who did it.", name(id)),
            },
            Happening::Attributed(id, false) => {
                format!("{} is ascribed, wrongly, to somebody else.", name(id))
            }
            Happening::Warned(id) => format!("{}: what was noticed is shared with others.", name(id)),
            Happening::Observed(id, true) => format!("Responders learn what calls for “{}”.", plan(id)),
            Happening::Observed(id, false) => format!("False alarm: it seems to call for “{}”.", plan(id)),
            Happening::PlanBegan(id, region) => match region.some() {
                None => format!("“{}” comes into force.", plan(id)),
                Some(region) => {
                    format!("“{}” comes into force in {}.", plan(id), self.model.regions[region.index()].name)
                }
            },
            Happening::PlanEnded(id) => format!("“{}” ends.", plan(id)),
            _ => return (Kind::Other, String::new()),
        };
        (Kind::Event, text)
    }

    /// What happens to systems and people, and the same in a form that many assets can share.
    pub(super) fn say_systems(&self, entry: &TraceEntry, name: &str) -> (Kind, String, Option<String>) {
        let malware = |id: MalwareId| self.model.malware[id.index()].name.as_str();
        let (kind, text, shared) = match entry.what {
            Happening::Infected(id) => {
                let by = format!("infected by {}", malware(id));
                (Kind::Event, format!("{name} is {by}."), by)
            }
            Happening::Impaired(id) => {
                let by = malware(id);
                (Kind::Event, format!("{name}: systems fail, {by}."), format!("systems fail, {by}"))
            }
            Happening::Crossed(id) => {
                let by = malware(id);
                let text = format!("{name}: {by} reaches the control systems.");
                (Kind::Event, text, format!("{by} reaches the control systems"))
            }
            Happening::CompromiseNoticed(id) => {
                let by = malware(id);
                (Kind::Event, format!("{name}: {by} is noticed."), format!("{by} is noticed"))
            }
            Happening::ShutDown(id) => {
                let text = format!("{name} is shut down as a precaution because of {}.", malware(id));
                (Kind::Event, text, "shut down as a precaution".to_owned())
            }
            Happening::Recovered(_) => (
                Kind::Recovery,
                format!("{name}: systems are clean again."),
                "systems are clean again".to_owned(),
            ),
            Happening::Harmed(people) => {
                let people = thousands(people.into());
                return (Kind::Event, format!("{name}: {people} people are harmed."), None);
            }
            Happening::Exfiltrated(records) => {
                let records = thousands(records.into());
                return (Kind::Event, format!("{name}: {records} records are taken."), None);
            }
            _ => return (Kind::Other, String::new(), None),
        };
        (kind, text, Some(shared))
    }

    /// How much a decision matters, whomever it concerns; 0 for what concerns an asset. The first of what malware does counts
    /// more than the others.
    pub(super) fn decisive(&mut self, what: &Happening) -> f64 {
        let first = |told: &mut BTreeSet<(u8, MalwareId)>, kind: u8, id: MalwareId| {
            if told.insert((kind, id)) { 5.0 } else { 0.0 }
        };
        match what {
            Happening::CampaignBegan(_) | Happening::CampaignEnded(_) | Happening::Attributed(..) => 8.0,
            Happening::StepBlocked(_) | Happening::PlanBegan(..) => 6.0,
            Happening::StepNoticed(_) => 5.0,
            Happening::StepFailed(_) | Happening::Observed(..) => 3.0,
            Happening::StepBegan(_) | Happening::Warned(_) => 2.0,
            Happening::PlanEnded(_) => 1.0,
            Happening::Harmed(_) => 4.0,
            Happening::Infected(id) => first(&mut self.digest.told, 0, *id),
            Happening::Impaired(id) => first(&mut self.digest.told, 1, *id),
            Happening::Crossed(id) => first(&mut self.digest.told, 2, *id),
            Happening::CompromiseNoticed(id) => first(&mut self.digest.told, 3, *id),
            Happening::ShutDown(id) => first(&mut self.digest.told, 4, *id),
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::metrics::adversary::tests::{contested, one_try};
    use crate::paired::tests::record;
    use crate::{TellOptions, tell};
    use linchpin_model::*;

    const NEVER: u32 = u32::MAX;

    fn at(time: u32, node: Option<u32>, what: Happening) -> TraceEntry {
        TraceEntry { time: SimTime(time), node: node.map_or(NodeId::NONE, NodeId), what }
    }

    fn told(model: &Model, run: &Record, at_most: Option<usize>) -> Vec<String> {
        let options = TellOptions { at_most, ..TellOptions::default() };
        tell(model, run, &options).entries.into_iter().map(|entry| entry.text).collect()
    }

    /// Breakers at both works at 2 h 30 min, which leaves 1,500 people without water.
    fn attack(instant: bool) -> (Model, Record) {
        let model = contested();
        let full: Vec<u64> = model.groups.iter().map(|group| group.total_weight * 1_000_000).collect();
        let water = model.find_group("service:water").map_or(0, |group| group.0);
        let mut run = record(&full, &[(9000, water, 0), (90_000, water, full[water as usize])]);
        let began = if instant { 9000 } else { 7200 };
        run.tries = vec![one_try(1, [began, 9000, NEVER], Outcome::Succeeded)];
        let event = EventId(2);
        run.trace = vec![
            at(began, None, Happening::StepBegan(StepId(1))),
            at(9000, None, Happening::Event(event)),
            at(9000, Some(1), Happening::Hit(event)),
            at(9000, Some(0), Happening::Hit(event)),
        ];
        (model, run)
    }

    #[test]
    fn a_step_is_one_line_with_whom_it_struck_and_who_is_without() {
        let (model, run) = attack(false);
        let people = "From then on 1,500 people are without water.";
        let peak = "Water: 1,500 people are without, more than at any other time (100 % of those served).";
        let back = "Water: 95 % are supplied again, and it stays so.";
        let succeed = format!("Attackers succeed: Open breakers, at works-n and works-s. {people}");
        assert_eq!(told(&model, &run, None), ["Attackers begin: Open breakers.", &succeed, peak, back]);
        let (model, run) = attack(true);
        let at_once = format!("Attackers: Open breakers, at works-n and works-s. {people}");
        assert_eq!(told(&model, &run, None), [&at_once, peak, back]);
        assert_eq!(told(&model, &run, Some(40)).len(), 3, "the report shows it too");
    }

    #[test]
    fn decisions_in_sentences() {
        let mut model = contested();
        model.regions[0].name = "North".into();
        let (storm, plan, step) = (CampaignId(0), PlanId(0), StepId(0));
        for (what, text) in [
            (Happening::CampaignBegan(storm), "Storm begins; behind it stands Bear."),
            (Happening::CampaignEnded(storm), "Storm is given up."),
            (Happening::StepFailed(step), "Attackers fail: Send mails."),
            (Happening::StepBlocked(step), "Noticed and stopped: Send mails."),
            (Happening::StepNoticed(step), "Defenders notice: Send mails."),
            (Happening::Attributed(storm, true), "Storm is ascribed to Bear."),
            (Happening::Attributed(storm, false), "Storm is ascribed, wrongly, to somebody else."),
            (Happening::Observed(plan, true), "Responders learn what calls for “Manual operation”."),
            (Happening::Observed(plan, false), "False alarm: it seems to call for “Manual operation”."),
            (Happening::PlanBegan(plan, RegionId::NONE), "“Manual operation” comes into force."),
            (Happening::PlanBegan(plan, RegionId(0)), "“Manual operation” comes into force in North."),
            (Happening::PlanEnded(plan), "“Manual operation” ends."),
        ] {
            let mut run = record(&vec![1; model.groups.len()], &[]);
            run.trace = vec![at(60, None, what)];
            assert_eq!(told(&model, &run, None), [text]);
            assert_eq!(told(&model, &run, Some(40)), [text], "decisions are kept in a report");
        }
    }

    #[test]
    fn what_malware_does_to_many_is_drawn_together() {
        let model = contested();
        let mut run = record(&vec![1; model.groups.len()], &[]);
        let wiper = MalwareId(0);
        run.trace = vec![
            at(60, Some(0), Happening::Infected(wiper)),
            at(120, Some(2), Happening::Infected(wiper)),
            at(3600, Some(0), Happening::Impaired(wiper)),
            at(3600, Some(0), Happening::Hit(EventId(4))),
            at(3660, Some(0), Happening::CompromiseNoticed(wiper)),
            at(9000, Some(0), Happening::Recovered(wiper)),
        ];
        assert_eq!(
            told(&model, &run, Some(40)),
            [
                "2 assets of Drinking water in NORTH within 1min: infected by Wiper (works-n and grid).",
                "works-n: systems fail, Wiper.",
                "works-n: Wiper is noticed.",
                "works-n: systems are clean again.",
            ]
        );
    }
}
