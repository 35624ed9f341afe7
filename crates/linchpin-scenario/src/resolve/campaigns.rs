//! Campaigns, their steps, and the events that stand for these.

use super::Resolver;
use super::events::least;
use super::select::nodes_of;
use super::step_order::Order;
use crate::diagnostic::Diagnostic;
use crate::spec::{self, Id, Success};
use linchpin_model::{
    ActorId, Campaign, CampaignId, CampaignStep, Key, NodeId, Occasion, OnFailure, StepId, Strategy, Targets,
};
use std::collections::BTreeMap;

impl<'s> Resolver<'s, '_> {
    /// Campaigns, steps and their events.
    pub(super) fn campaigns(&mut self) {
        let spec = self.spec;
        let mut first = 0;
        for (row, campaign) in spec.campaigns.iter().enumerate() {
            let order = self.order(campaign);
            self.can_succeed(campaign);
            self.in_time(campaign, &order);
            let rows: BTreeMap<&str, usize> = rows(campaign);
            let goals = campaign.goals.iter().filter_map(|id| self.step_of(id, campaign, &rows));
            let goals = goals.map(|row| StepId::new(first + row)).collect();
            for (at, step) in campaign.steps.iter().enumerate() {
                let after = order.after[at].iter().map(|row| StepId::new(first + row)).collect();
                self.step(step, StepId::new(first + at), CampaignId::new(row), after);
            }
            let actor = campaign.actor.as_ref().and_then(|id| self.names.actors.find(id, self.problems));
            let built = Campaign {
                id: campaign.id.value.clone(),
                name: campaign.name.clone(),
                key: Key::of(&campaign.id.value),
                actor: actor.map_or(ActorId::NONE, ActorId::new),
                start: self.dist(Some(&campaign.at)),
                probability: campaign.probability,
                first_step: first as u32,
                steps: campaign.steps.len() as u32,
                goals,
            };
            self.builder.parts().campaigns.push(built);
            first += campaign.steps.len();
        }
    }

    fn step_of(&mut self, id: &Id, campaign: &spec::Campaign, rows: &BTreeMap<&str, usize>) -> Option<usize> {
        let row = rows.get(id.value.as_str()).copied();
        if row.is_none() && !id.value.is_empty() {
            let known = campaign.steps.iter().map(|step| step.id.value.as_str());
            self.problems.unknown("step of this campaign", id.span, &id.value, known);
        }
        row
    }

    /// Who follows whom, without circles.
    fn order(&mut self, campaign: &'s spec::Campaign) -> Order {
        let rows = rows(campaign);
        let mut after: Vec<Vec<usize>> = Vec::with_capacity(campaign.steps.len());
        for step in &campaign.steps {
            let mut before: Vec<usize> =
                step.after.iter().filter_map(|id| self.step_of(id, campaign, &rows)).collect();
            before.sort_unstable();
            before.dedup();
            after.push(before);
        }
        let (order, circles) = Order::new(after);
        for circle in circles {
            let ids: Vec<&str> = circle.iter().map(|row| campaign.steps[*row].id.value.as_str()).collect();
            let first = &campaign.steps[circle[0]];
            let next = ids.get(1).unwrap_or(&ids[0]);
            let span = first.after.iter().find(|id| id.value == **next).map_or(first.id.span, |id| id.span);
            self.problems.error("step circle", span, |span| {
                Diagnostic::error(span, "these steps wait for each other and never begin")
                    .label(format!("{} after {}", ids.join(" after "), ids[0]))
                    .help("the steps of a campaign form no circle: one of them has to come first")
            });
        }
        order
    }

    fn step(&mut self, step: &'s spec::Step, id: StepId, campaign: CampaignId, after: Vec<StepId>) {
        let candidates = self.candidates(step);
        let targets = match (&candidates, &step.on) {
            (Some(nodes), _) => Some(Targets::All(nodes.clone())),
            (None, None) if !step.on_unread => Some(Targets::None),
            _ => None,
        };
        let whose = format!("the step `{}`", step.path.value);
        let effects = step.effects.iter().filter_map(|e| self.effect(e, &targets, &whose)).collect();
        let event = self.event_of(&step.path.value, &step.name, Occasion::Step(id));
        debug_assert_eq!(event, self.names.step_event(id.index()));
        let row = &mut self.builder.parts().events[event.index()];
        row.targets = targets.unwrap_or(Targets::None);
        row.effects = effects;
        let candidates = candidates.unwrap_or_default();
        let (take, strategy) = self.taken(step, candidates.len());
        let built = CampaignStep {
            id: step.id.value.clone(),
            name: step.name.clone(),
            key: Key::of(&self.spec.campaigns[campaign.index()].id.value).with(Key::of(&step.id.value)),
            campaign,
            event,
            technique: step.technique.as_ref().and_then(|written| self.technique(written)),
            after,
            any: step.any,
            wait: self.dist(step.wait.as_ref()),
            duration: self.dist(step.duration.as_ref()),
            effort: step.effort.value,
            candidates,
            take,
            strategy,
            adaptive: step.adaptive,
            success: match step.success.value {
                Success::Given(p) => linchpin_model::Success::Given(p),
                Success::Each(p) => linchpin_model::Success::EachGiven(p),
                Success::Against(domain) => linchpin_model::Success::Against(domain),
            },
            detection: self.dist(step.detection.as_ref()),
            blocked: step.blocked,
            on_failure: match &step.on_failure {
                spec::OnFailure::Retry(times, pause) => {
                    OnFailure::Retry { times: *times, pause: self.dist(pause.as_ref()) }
                }
                spec::OnFailure::GoOn => OnFailure::GoOn,
                spec::OnFailure::Stop => OnFailure::Stop,
                spec::OnFailure::Abandon => OnFailure::Abandon,
            },
        };
        self.builder.parts().steps.push(built);
    }

    /// Whom a step may concern; none where it says nothing, or that is not known.
    fn candidates(&mut self, step: &spec::Step) -> Option<Vec<NodeId>> {
        if let Some(choice) = &step.on {
            let what = format!("targets of the step `{}`", step.path.value);
            return nodes_of(choice, &what, &self.names, &self.index, self.problems);
        }
        let acts = step.effects.iter().any(|effect| effect.kind.needs_targets());
        let each = !matches!(step.success.value, Success::Given(_));
        if !step.on_unread && (acts || each) {
            self.problems.error("no targets", step.id.span, |span| {
                let help = if acts {
                    "for example `on: [\"an-asset\"]` or `on: (class: \"a-class\")`"
                } else {
                    "its success is decided of each target; without targets write `success: 0.5`"
                };
                Diagnostic::error(span, format!("the step `{}` needs a field `on`", step.path.value))
                    .label("on whom?")
                    .help(help)
            });
        }
        None
    }

    /// How many of its candidates a step takes, and which.
    fn taken(&mut self, step: &spec::Step, candidates: usize) -> (u32, Strategy) {
        let strategy = step.strategy.map(|strategy| strategy.value);
        match (step.take, step.strategy) {
            (Some(take), Some(written)) if written.value == Strategy::All => {
                self.problems.error("all of some", written.span, |span| {
                    let title = format!("`All` and `take: {}` exclude each other", take.value);
                    Diagnostic::error(span, title)
                        .help("leave out `take`, or choose by another strategy, such as `Random`")
                });
            }
            (None, Some(written)) if written.value != Strategy::All => {
                self.problems.warn("all anyway", written.span, |span| {
                    let title = format!("the step `{}` takes all its candidates anyway", step.path.value);
                    Diagnostic::warning(span, title).help("a strategy matters with `take` only")
                });
            }
            _ => {}
        }
        let Some(take) = step.take else { return (u32::MAX, strategy.unwrap_or(Strategy::All)) };
        if candidates > 0 && take.value as usize > candidates {
            self.problems.error("too few to draw", take.span, |span| {
                let title = format!("{} can not be taken from {candidates}", take.value);
                Diagnostic::error(span, title).help("take fewer, or give more candidates in `on`")
            });
        }
        if step.on.is_none() && !step.on_unread {
            self.problems.warn("nobody to take", take.span, |span| {
                Diagnostic::warning(span, format!("the step `{}` has no candidates", step.path.value))
                    .help("`take` says how many of those in `on`")
            });
            return (u32::MAX, Strategy::All);
        }
        (take.value, strategy.unwrap_or(Strategy::Random))
    }

    /// Warns of what can not succeed, or not even begin.
    fn can_succeed(&mut self, campaign: &'s spec::Campaign) {
        if campaign.steps.is_empty() && !campaign.id.value.is_empty() {
            self.problems.warn("no steps", campaign.id.span, |span| {
                Diagnostic::warning(span, format!("the campaign `{}` has no steps", campaign.id.value))
            });
        }
        if campaign.probability == 0.0 {
            self.problems.warn("probability 0", campaign.id.span, |span| {
                Diagnostic::warning(span, format!("the campaign `{}` never takes place", campaign.id.value))
                    .help("its probability is 0")
            });
        }
        let named = campaign.actor.as_ref();
        let actor = named.and_then(|id| self.names.actors.get(&id.value)).map(|row| &self.spec.actors[row]);
        for step in &campaign.steps {
            self.of_the_actor(step, named.is_some(), actor);
            let never = match (step.success.value, actor) {
                (Success::Given(p) | Success::Each(p), _) if p == 0.0 => Some("its probability is 0".into()),
                (Success::Against(domain), Some(actor)) if actor.capability[domain as usize] == 0.0 => {
                    Some(format!("the {} capability of `{}` is 0", domain.id(), actor.id.value))
                }
                _ => None,
            };
            if let Some(help) = never {
                self.problems.warn("probability 0", step.success.span, |span| {
                    Diagnostic::warning(span, format!("the step `{}` never succeeds", step.path.value))
                        .help(help)
                });
            }
        }
    }

    fn of_the_actor(&mut self, step: &spec::Step, named: bool, actor: Option<&spec::Actor>) {
        if matches!(step.success.value, Success::Against(_)) && !named {
            self.problems.error("no actor", step.success.span, |span| {
                Diagnostic::error(span, "capability is that of an actor, and the campaign has none")
                    .help("give the campaign an `actor`, or the step a probability")
            });
        }
        let Some((actor, budget)) = actor.and_then(|actor| Some((actor, actor.effort?))) else { return };
        if step.effort.value > budget {
            self.problems.warn("beyond the budget", step.effort.span, |span| {
                Diagnostic::warning(span, format!("the step `{}` can never begin", step.path.value))
                    .label(format!("the effort of `{}` is {budget}", actor.id.value))
                    .help("give the actor more effort, or let the step take less")
            });
        }
    }

    /// Warns of what can not happen before the end.
    fn in_time(&mut self, campaign: &'s spec::Campaign, order: &Order) {
        let horizon = f64::from(self.spec.head.horizon);
        if horizon == 0.0 {
            return;
        }
        let start = least(&campaign.at.value);
        if start >= horizon {
            self.problems.warn("after the horizon", campaign.at.span, |span| {
                let title = format!("the campaign `{}` begins after the horizon", campaign.id.value);
                Diagnostic::warning(span, title)
                    .help("it never takes place; make the horizon longer, or let it begin earlier")
            });
            return;
        }
        let shortest = |dist: &Option<spec::Dist>| dist.as_ref().map_or(0.0, |dist| least(&dist.value));
        let done = order.along(start, |row, before: &[f64]| {
            let step = &campaign.steps[row];
            let begun = match step.any {
                true => before.iter().copied().fold(f64::INFINITY, f64::min),
                false => before.iter().copied().fold(start, f64::max),
            };
            let begun = if before.is_empty() { start } else { begun };
            begun + shortest(&step.wait) + shortest(&step.duration)
        });
        let late = |row: &usize| done[*row] >= horizon;
        // Those that follow a late one are late for no reason of their own.
        let first = |row: &usize| order.after[*row].iter().all(|before| !late(before));
        for row in (0..campaign.steps.len()).filter(late).filter(first) {
            let step = &campaign.steps[row];
            self.problems.warn("after the horizon", step.id.span, |span| {
                Diagnostic::warning(
                    span,
                    format!("the step `{}` is done after the horizon at best", step.path.value),
                )
                .help("make the horizon longer, or its waits and durations shorter")
            });
        }
    }
}

fn rows(campaign: &spec::Campaign) -> BTreeMap<&str, usize> {
    // Of several steps of the same id, which are reported, the first counts.
    campaign.steps.iter().enumerate().rev().map(|(row, step)| (step.id.value.as_str(), row)).collect()
}
