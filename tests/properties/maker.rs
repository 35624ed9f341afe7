//! Rolls the dice for a town.

use super::town::{Dice, Features, HORIZON_H, HOUR, Town, asset_name, plain_node, unattended};
use crate::parts::event;
use linchpin_model::*;

/// A town in the making.
pub struct Maker {
    pub(super) dice: Dice,
    features: Features,
    pub(super) town: Town,
    assets: usize,
}

impl Maker {
    pub fn new(dice: Dice, features: Features) -> Self {
        Self { dice, features, town: Town::empty(), assets: 0 }
    }

    /// A town of so many assets.
    pub fn make(mut self, assets: usize) -> Town {
        self.assets = assets;
        self.make_repairs();
        for i in 0..assets {
            self.make_asset(i);
        }
        let owners = self.town.nodes.len();
        for owner in 0..owners {
            for k in 0..[0, 1, 1, 2, 3][self.dice.below(5)] {
                self.make_need(owner, k);
            }
        }
        self.make_networks();
        if self.features.sharing && self.dice.chance(0.4) {
            self.make_sharing();
        }
        if self.features.crews && self.dice.chance(0.6) {
            self.make_response();
        }
        if self.features.joint && self.dice.chance(0.3) {
            self.make_common_cause();
        }
        for k in 0..1 + self.dice.below(5) {
            self.make_event(k);
        }
        if self.features.plans {
            self.make_plans();
        }
        self.town
    }

    fn fixed(&mut self, max_hours: f64) -> DistId {
        let hours = self.dice.between(0.1, max_hours);
        self.town.hours(hours)
    }

    pub(super) fn drawn(&mut self, max_hours: f64) -> DistId {
        let hours = self.dice.between(0.1, max_hours) * HOUR;
        let dist = match self.dice.below(6) {
            0 => Distribution::Fixed(hours.round()),
            1 => Distribution::Uniform { min: 0.5 * hours, max: 1.5 * hours },
            2 => Distribution::Exponential { mean: hours },
            3 => Distribution::lognormal(hours, 0.7),
            4 => Distribution::Weibull { scale: hours, shape: 1.4 },
            _ => Distribution::Triangular { min: 0.0, mode: hours, max: 2.0 * hours },
        };
        self.town.dist(dist)
    }

    /// Restart times and the like: drawn anew each time, so that a different past gives another draw.
    fn redrawn(&mut self, max_hours: f64) -> DistId {
        if self.features.anomalies { self.drawn(max_hours) } else { self.fixed(max_hours) }
    }

    fn make_repairs(&mut self) {
        for max_hours in [10.0, 60.0] {
            let duration = self.drawn(max_hours);
            self.town.repairs.push(unattended(duration));
        }
        for max_hours in [60.0, 200.0] {
            let time_to_failure = self.drawn(max_hours);
            let state = self.dice.below(2) as u16;
            self.town.failures.push(RandomFailure { time_to_failure, state });
        }
    }

    fn make_asset(&mut self, i: usize) {
        let id = asset_name(i);
        let mut node = plain_node(&id, SectorId(self.dice.below(2) as u16));
        if self.dice.chance(0.4) {
            node.restart = self.redrawn(6.0);
        }
        if self.dice.chance(0.2) {
            node.combine = Combine::Product;
        }
        if self.dice.chance(0.15) {
            node.initial = Level::from_share(self.dice.unit());
        }
        if self.dice.chance(0.8) {
            node.repair = RepairId(self.dice.below(2) as u32);
        }
        if self.dice.chance(0.3) {
            node.failure = FailureId(self.dice.below(2) as u32);
            node.repair = RepairId(self.dice.below(2) as u32);
        }
        if self.features.anomalies {
            node.manual_factor = self.dice.between(1.0, 4.0) as f32;
            node.trip_factor = self.dice.between(1.0, 4.0) as f32;
        }
        node.failed_below = Level::from_share([0.5, 0.5, 0.3, 1.0][self.dice.below(4)]);
        self.town.nodes.push((id, node));
        let people = if self.dice.chance(0.5) { (self.dice.unit() * 1000.0).round() } else { 0.0 };
        self.town.people.push(people);
    }

    fn providers(&mut self, owner: usize, most: usize) -> Vec<Provider> {
        let k = 1 + self.dice.below(most);
        let chosen = self.dice.choose(k, self.assets);
        let mut providers = Vec::new();
        for i in chosen.into_iter().filter(|i| *i != owner) {
            let weight = [1.0, 1.0, 2.0, 0.5][self.dice.below(4)];
            let delay = if self.dice.chance(0.15) { self.drawn(5.0) } else { DistId::NONE };
            providers.push(Provider { node: NodeId::new(i), weight, delay });
        }
        providers
    }

    fn make_need(&mut self, owner: usize, k: usize) {
        let providers = self.providers(owner, 3);
        if providers.is_empty() {
            return;
        }
        let mut need = NeedSpec::any(NodeId::new(owner), &format!("need-{k}"), ServiceId(0), &[]);
        let total: f64 = providers.iter().map(|provider| provider.weight).sum();
        need.required = [1.0, total, 0.7 * total][self.dice.below(3)].min(total);
        need.providers = providers;
        need.criticality = [1.0, 1.0, 1.0, 0.6, 0.3][self.dice.below(5)];
        need.role = [Role::Both, Role::Both, Role::Both, Role::Run, Role::Start][self.dice.below(5)];
        if self.features.anomalies && self.dice.chance(0.2) {
            need.black_start = 3600 * (1 + self.dice.below(8) as u32);
        }
        if self.dice.chance(0.15) {
            need.response = self.curve();
        }
        if self.dice.chance(0.5) {
            for stage in 0..1 + self.dice.below(3) {
                need = self.buffered(need, owner, stage);
            }
        }
        self.town.needs.push(need);
    }

    fn curve(&mut self) -> CurveId {
        let [s, l] = [self.dice.unit(), self.dice.unit()].map(Level::from_share);
        let start = Level::from_share(0.5 * l.share());
        self.town.curves.push(Curve(vec![(Level::ZERO, start), (s, l), (Level::ONE, Level::ONE)]));
        CurveId::new(self.town.curves.len() - 1)
    }

    fn buffered(&mut self, need: NeedSpec, owner: usize, index: usize) -> NeedSpec {
        let capacity = self.drawn(12.0);
        let recharge = if self.dice.chance(0.5) { self.drawn(12.0) } else { DistId::NONE };
        let mut need = need.buffered(&format!("stage-{index}"), capacity, recharge);
        let StageSpec { stage, resupply } = need.autonomy.last_mut().unwrap();
        if self.features.anomalies {
            stage.start_probability = [1.0, 1.0, 0.7][self.dice.below(3)];
            if self.dice.chance(0.3) {
                stage.start_delay = self.drawn(3.0);
            }
            if self.dice.chance(0.2) {
                stage.failure = self.drawn(20.0);
            }
            stage.cover = match self.dice.below(4) {
                0 => Cover::AtLeast(Level::from_share(self.dice.unit())),
                1 => Cover::Times(1_500_000),
                _ => Cover::AtLeast(Level::ONE),
            };
        }
        if self.dice.chance(0.2) {
            *resupply = self.providers(owner, 2);
        }
        need
    }

    fn make_networks(&mut self) {
        // A node is a member of at most one network: the second takes what the first leaves.
        let mut left: Vec<usize> = self.dice.choose(self.assets, self.assets);
        for k in 0..2 {
            if left.len() < 2 || !self.dice.chance(0.35) {
                continue;
            }
            let size = 2 + self.dice.below(left.len() - 1);
            let mut members: Vec<usize> = left.split_off(left.len() - size);
            members.sort_unstable();
            let members: Vec<NodeId> = members.into_iter().map(NodeId::new).collect();
            let mut links = Vec::new();
            for _ in 0..size + self.dice.below(size) {
                let pair = self.dice.choose(2, size);
                links.push((pair[0] as u32, pair[1] as u32));
            }
            let largest = self.features.largest && self.dice.chance(0.4);
            let rule = if largest {
                // Members that need something may make two components take turns for ever.
                self.town.needs.retain(|need| !members.contains(&need.owner));
                NetworkRule::LargestComponent
            } else {
                let k = 1 + self.dice.below(2);
                let mut sources = self.dice.choose(k, size);
                sources.sort_unstable();
                NetworkRule::SourceReachable { sources: sources.into_iter().map(|i| members[i]).collect() }
            };
            self.town.networks.push(Network { id: format!("network-{k}"), rule, members, links });
        }
    }

    fn make_sharing(&mut self) {
        let size = 2 + self.dice.below(self.assets - 1);
        let mut members = self.dice.choose(size, self.assets);
        members.sort_unstable();
        let load = (0..members.len())
            .map(|_| {
                let max = self.dice.between(0.3, 1.1);
                self.town.dist(Distribution::Uniform { min: 0.0, max })
            })
            .collect();
        let rule = match self.dice.below(3) {
            0 => SharingRule::Equal,
            1 => SharingRule::Proportional,
            _ => SharingRule::PerFailure((self.dice.unit() * 0.4e9) as i64),
        };
        let reset = if self.dice.chance(0.6) { self.fixed(9.0) } else { DistId::NONE };
        let members = members.into_iter().map(NodeId::new).collect();
        self.town.sharings.push(Sharing {
            id: "sharing".into(),
            members,
            rule,
            load,
            trip_at: 1_000_000_000,
            reset,
        });
    }

    /// Teams with needs, spares, and repair plans that take them.
    fn make_response(&mut self) {
        for k in 0..1 + self.dice.below(2) {
            let id = format!("team-{k}");
            let mut node = plain_node(&id, SectorId::NONE);
            node.kind = NodeKind::Team;
            self.town.nodes.push((id, node));
            self.town.people.push(0.0);
            let me = self.town.nodes.len() - 1;
            if self.dice.chance(0.5) {
                self.make_need(me, 0);
            }
            let travel = if self.dice.chance(0.5) { self.drawn(3.0) } else { DistId::NONE };
            self.town.teams.push(Team {
                node: NodeId::new(me),
                skill: SkillId(0),
                crews: 1 + self.dice.below(3) as u16,
                home: RegionId::NONE,
                serves: vec![],
                travel,
            });
        }
        let resupply = self.drawn(30.0);
        self.town.spares.push(Spare { id: "spare".into(), stock: self.dice.below(2) as u32, resupply });
        self.town.priority = match self.dice.below(6) {
            0 => Priority::Fifo,
            1 => Priority::MostServed,
            2 => Priority::MostDependedOn,
            3 => Priority::ServedPerHour,
            4 => Priority::Shortest,
            _ => Priority::List((0..self.town.nodes.len()).map(|_| self.dice.below(5) as u32).collect()),
        };
        let attended: Vec<RepairPlan> = (0..2)
            .map(|_| {
                let mut plan = self.town.repairs[self.dice.below(2)].clone();
                let assess = self.drawn(3.0);
                plan.stages[0].skill = SkillId(0);
                plan.stages[0].crews = 1;
                plan.stages.insert(0, RepairStage { duration: assess, ..plan.stages[0].clone() });
                if self.dice.chance(0.5) {
                    plan.stages[1].spare = SpareId(0);
                }
                plan
            })
            .collect();
        self.town.repairs.extend(attended);
        for i in 0..self.assets {
            if !self.town.nodes[i].1.repair.is_none() && self.dice.chance(0.7) {
                self.town.nodes[i].1.repair = RepairId(2 + self.dice.below(2) as u32);
            }
        }
        if self.dice.chance(0.4) {
            let who = self.dice.below(self.assets);
            let id = format!("job-{who}");
            let mut node = plain_node(&id, SectorId::NONE);
            node.kind = NodeKind::Job;
            self.town.nodes.push((id, node));
            self.town.people.push(0.0);
            let job = self.town.nodes.len() - 1;
            self.town.nodes[who].1.job = NodeId::new(job);
            self.make_need(job, 0);
        }
    }

    fn make_common_cause(&mut self) {
        let size = 1 + self.dice.below(self.assets);
        let mut members = self.dice.choose(size, self.assets);
        members.retain(|i| !self.town.nodes[*i].1.repair.is_none());
        members.sort_unstable();
        for i in &members {
            self.town.nodes[*i].1.common_cause = 0;
        }
        let members = members.into_iter().map(NodeId::new).collect();
        self.town.common_causes.push(CommonCause { id: "common".into(), members, beta: 0.4 });
    }

    fn make_event(&mut self, k: usize) {
        let at = self.drawn(f64::from(HORIZON_H) / 3.0);
        let targets = 1 + self.dice.below(self.assets);
        let mut hit = self.dice.choose(targets, self.assets);
        hit.sort_unstable();
        let nodes: Vec<NodeId> = hit.into_iter().map(NodeId::new).collect();
        let mut effects = vec![self.effect()];
        if self.dice.chance(0.3) {
            effects.push(self.effect());
        }
        let targets = match self.dice.below(6) {
            0 => Targets::Draw { k: 1 + self.dice.below(3) as u32, from: nodes },
            1 => {
                let intensity = self.town.dist(Distribution::Uniform { min: 0.0, max: 1.5 });
                for effect in &mut effects {
                    if let Effect::Damage { state } = effect {
                        *state = DamageChoice::Fragility;
                    }
                }
                let share = |node| (node, [1.0, 0.6][self.dice.below(2)]);
                Targets::Footprint { intensity, nodes: nodes.into_iter().map(share).collect() }
            }
            _ => Targets::All(nodes),
        };
        let mut made = event(&format!("event-{k}"), at, targets, effects);
        made.probability = [1.0, 1.0, 0.6][self.dice.below(3)];
        made.hit_probability = [1.0, 0.5][self.dice.below(2)];
        made.threat = self.dice.chance(0.8);
        if self.dice.chance(0.3) {
            made.severity = self.town.dist(Distribution::Uniform { min: 0.5, max: 3.0 });
        }
        if k > 0 && self.dice.chance(0.3) {
            made.after = Some(EventId::new(self.dice.below(k)));
        }
        self.town.events.push(made);
    }

    fn effect(&mut self) -> Effect {
        let lasts = if self.dice.chance(0.9) { self.drawn(40.0) } else { DistId::NONE };
        let share = Level::from_share(self.dice.unit());
        match self.dice.below(if self.features.anomalies { 7 } else { 6 }) {
            0 => Effect::Damage {
                state: if self.dice.chance(0.5) {
                    DamageChoice::Worst
                } else {
                    DamageChoice::Named("slight".into())
                },
            },
            1 => Effect::Degrade { to: share, lasts },
            2 => Effect::Absence { share, lasts },
            3 => {
                let steps = [0, 5, 20].map(|h| (h * 3600, Level::from_share(self.dice.unit())));
                Effect::Forcing { steps: steps.to_vec() }
            }
            4 if !self.town.sharings.is_empty() => {
                Effect::Demand { sharing: SharingId(0), add: ((self.dice.unit() - 0.3) * 0.5e9) as i64 }
            }
            4 | 5 => Effect::Closure { lasts },
            _ => Effect::ControlLoss { lasts },
        }
    }
}
