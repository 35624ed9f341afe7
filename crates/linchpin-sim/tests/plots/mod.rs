//! Campaigns for small models.

#![allow(dead_code, reason = "each test takes what it needs")]

use linchpin_model::*;

/// A step of a campaign in the making.
#[derive(Clone)]
pub struct Move {
    pub step: CampaignStep,
    pub does: Vec<Effect>,
    /// Ids of steps of the same campaign.
    pub after: Vec<String>,
}

/// A step that is certain to succeed at once, unnoticed, and does nothing to nobody.
pub fn step(id: &str) -> Move {
    let step = CampaignStep {
        id: id.to_owned(),
        name: id.to_owned(),
        key: Key::of(id),
        campaign: CampaignId::NONE,
        event: EventId::NONE,
        technique: None,
        after: vec![],
        any: false,
        wait: DistId::NONE,
        duration: DistId::NONE,
        effort: 0.0,
        candidates: vec![],
        take: u32::MAX,
        strategy: Strategy::All,
        adaptive: false,
        success: Success::Given(1.0),
        detection: DistId::NONE,
        blocked: 1.0,
        on_failure: OnFailure::Stop,
    };
    Move { step, does: vec![], after: vec![] }
}

impl Move {
    /// It follows all of these.
    pub fn after(mut self, steps: &[&str]) -> Self {
        self.after = steps.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    /// It follows the first of these.
    pub fn after_any(mut self, steps: &[&str]) -> Self {
        self.step.any = true;
        self.after(steps)
    }

    pub fn takes(mut self, duration: DistId) -> Self {
        self.step.duration = duration;
        self
    }

    pub fn succeeds(mut self, success: Success) -> Self {
        self.step.success = success;
        self
    }

    /// It may be noticed, and then be stopped with this probability.
    pub fn noticed(mut self, detection: DistId, blocked: f64) -> Self {
        (self.step.detection, self.step.blocked) = (detection, blocked);
        self
    }

    pub fn or(mut self, on_failure: OnFailure) -> Self {
        self.step.on_failure = on_failure;
        self
    }

    pub fn at(mut self, candidates: &[NodeId], does: Vec<Effect>) -> Self {
        (self.step.candidates, self.does) = (candidates.to_vec(), does);
        self
    }

    /// So many of its candidates.
    pub fn chooses(mut self, take: u32, strategy: Strategy) -> Self {
        (self.step.take, self.step.strategy) = (take, strategy);
        self
    }

    pub fn adaptive(mut self) -> Self {
        self.step.adaptive = true;
        self
    }

    pub fn costs(mut self, effort: f64) -> Self {
        self.step.effort = effort;
        self
    }
}

/// An event that is certain to happen and hits every target.
pub fn event(id: &str, at: DistId, targets: Targets, effects: Vec<Effect>) -> Event {
    Event {
        id: id.to_owned(),
        name: id.to_owned(),
        key: Key::of(id),
        after: None,
        at,
        targets,
        probability: 1.0,
        hit_probability: 1.0,
        severity: DistId::NONE,
        effects,
        threat: true,
        occasion: Occasion::Script,
    }
}

/// An actor without limits, middling in everything.
pub fn actor(model: &mut Model, id: &str) -> ActorId {
    model.actors.push(Actor {
        id: id.to_owned(),
        name: id.to_owned(),
        key: Key::of(id),
        kind: ActorKind::Unknown,
        capability: [0.5; Domain::ALL.len()],
        effort: f64::INFINITY,
        patience: DistId::NONE,
        assessments: vec![],
    });
    ActorId::new(model.actors.len() - 1)
}

/// Adds a campaign that is certain to take place, with the events that stand for its steps.
pub fn campaign(model: &mut Model, id: &str, actor: ActorId, start: DistId, moves: &[Move]) -> CampaignId {
    let campaign = CampaignId::new(model.campaigns.len());
    let first = model.steps.len();
    for made in moves {
        let mut step = made.step.clone();
        let name = format!("{id}/{}", step.id);
        let position = |id: &String| moves.iter().position(|other| other.step.id == *id).unwrap();
        step.key = Key::of(&name);
        step.campaign = campaign;
        step.event = EventId::new(model.events.len());
        step.after = made.after.iter().map(|id| StepId::new(first + position(id))).collect();
        let targets = match &step.candidates[..] {
            [] => Targets::None,
            nodes => Targets::All(nodes.to_vec()),
        };
        let event = event(&name, DistId::NONE, targets, made.does.clone());
        let occasion = Occasion::Step(StepId::new(model.steps.len()));
        model.events.push(Event { occasion, ..event });
        model.steps.push(step);
    }
    model.campaigns.push(Campaign {
        id: id.to_owned(),
        name: id.to_owned(),
        key: Key::of(id),
        actor,
        start,
        probability: 1.0,
        first_step: first as u32,
        steps: moves.len() as u32,
        goals: vec![],
    });
    campaign
}
