//! Rolls the dice for the plans of a town.

use super::maker::Maker;
use crate::parts::event;
use linchpin_model::*;

impl Maker {
    /// Up to three plans.
    pub(super) fn make_plans(&mut self) {
        for k in 0..self.dice.below(4) {
            let plan = self.plan(k);
            let mut effects = vec![self.measure()];
            if self.dice.chance(0.3) {
                effects.push(self.measure());
            }
            let targets = self.some_nodes();
            let event = Event {
                occasion: Occasion::Plan(PlanId(k as u16)),
                ..event(&format!("plan/{k}"), DistId(0), Targets::All(targets), effects)
            };
            self.town.plans.push((plan, event));
        }
    }

    fn some_nodes(&mut self) -> Vec<NodeId> {
        let count = 1 + self.dice.below(3);
        let mut nodes = self.dice.choose(count, self.town.nodes.len());
        nodes.sort_unstable();
        nodes.into_iter().map(NodeId::new).collect()
    }

    fn perhaps(&mut self, probability: f64, max_hours: f64) -> DistId {
        if self.dice.chance(probability) { self.drawn(max_hours) } else { DistId::NONE }
    }

    fn plan(&mut self, k: usize) -> Plan {
        let condition = self.condition(k, 2);
        let through = if self.dice.chance(0.3) { self.some_nodes() } else { vec![] };
        Plan {
            id: k.to_string(),
            name: k.to_string(),
            key: Key::of(&format!("plan {k}")),
            event: EventId::NONE,
            when: Observation {
                condition,
                lasting: self.perhaps(0.3, 5.0),
                lag: self.perhaps(0.5, 5.0),
                through,
                false_alarms: self.perhaps(0.3, 100.0),
            },
            decision: self.perhaps(0.5, 5.0),
            requires: if k > 0 && self.dice.chance(0.2) { vec![PlanId(0)] } else { vec![] },
            times: 1 + self.dice.below(4) as u16,
            lasts: self.perhaps(0.7, 40.0),
            cost: 1.0,
            on: self.dice.chance(0.9),
            adoption: if self.dice.chance(0.3) {
                vec![Adoption { region: RegionId(0), share: 0.7, delay: self.perhaps(0.5, 9.0) }]
            } else {
                vec![]
            },
        }
    }

    fn condition(&mut self, k: usize, depth: u32) -> Condition {
        match self.dice.below(if depth > 0 { 8 } else { 6 }) {
            // Of the group that `Town::model_in` declares.
            0 => Condition::Below(GroupId::NONE, Level::from_share(self.dice.unit())),
            1 | 2 => {
                let nodes = self.some_nodes();
                let count = 1 + self.dice.below(nodes.len()) as u32;
                Condition::Failed(nodes, count)
            }
            3 => Condition::Waiting(SkillId(0), 1 + self.dice.below(2) as u32),
            4 => Condition::Event(EventId::new(self.dice.below(self.town.events.len()))),
            5 if k > 0 => Condition::Plan(PlanId::new(self.dice.below(k))),
            5 => Condition::Waiting(SkillId::NONE, 1),
            6 => Condition::All(vec![self.condition(k, depth - 1), self.condition(k, depth - 1)]),
            _ => Condition::Any(vec![self.condition(k, depth - 1), self.condition(k, depth - 1)]),
        }
    }

    fn measure(&mut self) -> Effect {
        let lasts = self.perhaps(0.6, 40.0);
        let level = Level::from_share(self.dice.unit());
        let skill = if self.dice.chance(0.5) { SkillId(0) } else { SkillId::NONE };
        match self.dice.below(6) {
            0 | 1 if !self.town.teams.is_empty() => {
                let team = TeamId::new(self.dice.below(self.town.teams.len()));
                Effect::AddCrews { team, crews: 1 + self.dice.below(2) as u16, lasts }
            }
            0 => Effect::Degrade { to: level, lasts },
            1 => Effect::Absence { share: level, lasts },
            2 => Effect::SpeedUp { skill, factor: self.dice.between(0.3, 4.0), lasts },
            3 => Effect::Activate { to: level, lasts },
            4 if !self.town.spares.is_empty() => Effect::AddSpares { spare: SpareId(0), count: 1 },
            4 => Effect::Vigilance { factor: 0.5, lasts },
            _ => Effect::Closure { lasts },
        }
    }
}
