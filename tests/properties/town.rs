//! Small random models, put together in any order.

use super::maker::Maker;
use crate::parts::event;
use linchpin_model::*;
use std::sync::Arc;

pub const HOUR: f64 = 3600.0;
/// Length of every random scenario.
pub const HORIZON_H: u32 = 240;

/// Keyed draws taken one after the other: the same case is the same town everywhere.
pub struct Dice {
    draws: Draws,
    count: u32,
}

impl Dice {
    pub fn new(case: u32) -> Self {
        Self { draws: Seeds::new(20_260_102).replication(case), count: 0 }
    }

    pub fn unit(&mut self) -> f64 {
        self.count += 1;
        self.draws.uniform(Layer::Parameters, Key::of("dice"), Purpose::Test, self.count)
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    pub fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n - 1)
    }

    pub fn between(&mut self, min: f64, max: f64) -> f64 {
        min + (max - min) * self.unit()
    }

    /// `k` different numbers below `n`, in random order.
    pub fn choose(&mut self, k: usize, n: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..n).collect();
        for i in 0..k.min(n) {
            let j = i + self.below(n - i);
            all.swap(i, j);
        }
        all.truncate(k);
        all
    }
}

/// What a town may have.
#[derive(Clone, Copy)]
pub struct Features {
    /// Sharing groups.
    pub sharing: bool,
    /// The largest-component rule.
    pub largest: bool,
    /// Common causes.
    pub joint: bool,
    /// Crews, spares, needs of the work: what makes one asset's repair depend on other assets.
    pub crews: bool,
    /// Whatever lets less trouble have worse consequences: black starts, control loss, stages that start
    /// late, cover in part, may fail or are drawn anew each outage, drawn restart times.
    pub anomalies: bool,
    /// Plans that look at what happens and do something about it, helpful or not.
    pub plans: bool,
}

impl Features {
    pub const ALL: Self =
        Self { sharing: true, largest: true, joint: true, crews: true, anomalies: true, plans: true };
    /// Without what settles ties by the order of nodes: components of one size, jobs of one rank, members of
    /// a common cause that fail in the same second.
    pub const SYMMETRIC: Self = Self { largest: false, joint: false, crews: false, ..Self::ALL };
    /// More of anything good is never worse: see `properties::more_is_never_worse`.
    pub const MONOTONE: Self =
        Self { sharing: false, largest: false, joint: false, crews: false, anomalies: false, plans: false };
}

/// A model before its nodes have numbers: every `NodeId` in it is a position in `nodes`.
#[derive(Clone)]
pub struct Town {
    pub nodes: Vec<(String, Node)>,
    pub people: Vec<f64>,
    pub needs: Vec<NeedSpec>,
    pub events: Vec<Event>,
    /// Plans, each with the event that stands for it.
    pub plans: Vec<(Plan, Event)>,
    pub networks: Vec<Network>,
    pub sharings: Vec<Sharing>,
    pub common_causes: Vec<CommonCause>,
    pub teams: Vec<Team>,
    pub spares: Vec<Spare>,
    pub priority: Priority,
    pub repairs: Vec<RepairPlan>,
    pub failures: Vec<RandomFailure>,
    pub curves: Vec<Curve>,
    pub dists: Vec<Distribution>,
}

/// The order in which the parts of a town are put into a model: positions in the town's lists.
pub struct Order {
    pub nodes: Vec<usize>,
    pub needs: Vec<usize>,
    pub events: Vec<usize>,
    /// Turns the list of providers of every need around by so many places.
    pub turn_providers: usize,
}

impl Order {
    pub fn plain(town: &Town) -> Self {
        Self {
            nodes: (0..town.nodes.len()).collect(),
            needs: (0..town.needs.len()).collect(),
            events: (0..town.events.len()).collect(),
            turn_providers: 0,
        }
    }

    pub fn shuffled(town: &Town, dice: &mut Dice) -> Self {
        let [nodes, needs, events] = [town.nodes.len(), town.needs.len(), town.events.len()];
        let mut needs = dice.choose(needs, needs);
        // A product of several terms is rounded after each: its last digit depends on their order.
        let product = |i: &usize| town.nodes[town.needs[*i].owner.index()].1.combine == Combine::Product;
        let places: Vec<usize> = (0..needs.len()).filter(|at| product(&needs[*at])).collect();
        let mut in_order: Vec<usize> = needs.iter().copied().filter(product).collect();
        in_order.sort_unstable();
        places.into_iter().zip(in_order).for_each(|(at, need)| needs[at] = need);
        Self {
            nodes: dice.choose(nodes, nodes),
            needs,
            events: dice.choose(events, events),
            turn_providers: 1 + dice.below(3),
        }
    }
}

/// The name of an asset of every town.
pub fn asset_name(i: usize) -> String {
    format!("asset-{i}")
}

impl Town {
    /// Town number `case`; the first ones are the smallest.
    pub fn random(case: u32, features: Features) -> Self {
        Maker::new(Dice::new(case), features).make(2 + case as usize / 12 % 12)
    }

    pub fn empty() -> Self {
        Self {
            nodes: vec![],
            people: vec![],
            needs: vec![],
            events: vec![],
            plans: vec![],
            networks: vec![],
            sharings: vec![],
            common_causes: vec![],
            teams: vec![],
            spares: vec![],
            priority: Priority::Fifo,
            repairs: vec![],
            failures: vec![],
            curves: vec![],
            dists: vec![],
        }
    }

    /// The same with an asset, and an event on it, that concern nobody else.
    pub fn with_stranger(&self) -> Self {
        let mut town = self.clone();
        let node =
            Node { failure: FailureId::new(town.failures.len()), ..plain_node("stranger", SectorId(0)) };
        let (often, lasts) = (town.dist(Distribution::Exponential { mean: 40.0 * HOUR }), town.hours(7.0));
        town.failures.push(RandomFailure { time_to_failure: often, state: 0 });
        town.nodes.push(("stranger".into(), Node { repair: RepairId::new(town.repairs.len()), ..node }));
        town.repairs.push(unattended(lasts));
        town.people.push(3.0);
        let me = NodeId::new(town.nodes.len() - 1);
        // How many depend on an asset may decide who is repaired first: then a consumer more is not
        // unrelated.
        if town.priority != Priority::MostDependedOn {
            let battery = town.dist(Distribution::Exponential { mean: 2.0 * HOUR });
            let need = NeedSpec::any(me, "anything", ServiceId(0), &[NodeId(0)]);
            town.needs.push(need.buffered("battery", battery, DistId::NONE));
        }
        let at = town.dist(Distribution::Uniform { min: 0.0, max: 100.0 * HOUR });
        town.events.push(event("strange", at, Targets::All(vec![me]), vec![Effect::Closure { lasts }]));
        town
    }

    pub fn dist(&mut self, dist: Distribution) -> DistId {
        self.dists.push(dist);
        DistId::new(self.dists.len() - 1)
    }

    pub fn hours(&mut self, hours: f64) -> DistId {
        self.dist(Distribution::Fixed((hours * HOUR).round()))
    }

    pub fn model(&self) -> Arc<Model> {
        self.model_in(&Order::plain(self))
    }

    /// The model with its parts put in in this order.
    pub fn model_in(&self, order: &Order) -> Arc<Model> {
        let meta =
            Meta { horizon: HORIZON_H * 3600, pass_limit: 500, event_limit: 1_000_000, ..Meta::default() };
        let mut b = ModelBuilder::new(meta);
        for id in ["energy", "health"] {
            b.sector(id, id);
        }
        let service = b.service("supply", "supply");
        let region =
            Region { id: "here".into(), name: "here".into(), population: 0.0, parent: None, position: None };
        let region = b.region(region);
        let mut number = vec![NodeId::NONE; self.nodes.len()];

        for i in &order.nodes {
            let (id, node) = &self.nodes[*i];
            number[*i] = b.node(id, id, node.sector, region);
        }
        let map = |node: NodeId| if node.is_none() { node } else { number[node.index()] };
        for i in &order.nodes {
            let (_, node) = &self.nodes[*i];
            *b.node_mut(number[*i]) = Node { region, job: map(node.job), ..node.clone() };
            if self.people[*i] > 0.0 {
                b.serves(number[*i], service, region, self.people[*i]);
            }
        }
        for i in &order.needs {
            b.need(renumber_need(&self.needs[*i], &map, order.turn_providers));
        }
        if !self.plans.is_empty() {
            // Only what is lost at assets is told.
            let is_asset = |i: &usize| self.nodes[*i].1.kind == NodeKind::Asset;
            let watched = (0..self.nodes.len()).filter(is_asset).take(2);
            b.group("watched", "watched", watched.map(|i| (number[i], 1.0 + i as f64)).collect());
        }
        let mut event_number = vec![EventId::NONE; self.events.len()];
        for (at, i) in order.events.iter().enumerate() {
            event_number[*i] = EventId::new(at);
        }
        let parts = b.parts();
        parts.events = order
            .events
            .iter()
            .map(|i| {
                let event = &self.events[*i];
                Event {
                    after: event.after.map(|after| event_number[after.index()]),
                    targets: renumber_targets(&event.targets, &map),
                    ..event.clone()
                }
            })
            .collect();
        let events = parts.events.len();
        parts.plans = self.plans.iter().map(|(plan, _)| renumber_plan(plan, &map, &event_number)).collect();
        for (i, (_, event)) in self.plans.iter().enumerate() {
            parts.plans[i].event = EventId::new(events + i);
            let targets = renumber_targets(&event.targets, &map);
            parts.events.push(Event { targets, ..event.clone() });
        }
        parts.networks = self.networks.iter().map(|network| renumber_network(network, &map)).collect();
        parts.sharings = self.sharings.iter().map(|sharing| renumber_sharing(sharing, &map)).collect();
        parts.common_causes = self
            .common_causes
            .iter()
            .map(|cause| CommonCause { members: sorted(&cause.members, &map), ..cause.clone() })
            .collect();
        parts.teams = self.teams.iter().map(|team| Team { node: map(team.node), ..team.clone() }).collect();
        parts.spares = self.spares.clone();
        parts.skills = vec![Named { id: "line".into(), name: "line".into() }];
        parts.priority = match &self.priority {
            Priority::List(ranks) => {
                Priority::List(order.nodes.iter().map(|i| *ranks.get(*i).unwrap_or(&0)).collect())
            }
            other => other.clone(),
        };
        parts.repairs = self.repairs.clone();
        parts.failures = self.failures.clone();
        parts.curves = self.curves.clone();
        parts.dists = self.dists.clone();
        let mut model = b.finish();
        if let Some(group) = model.find_group("watched") {
            model.plans.iter_mut().for_each(|plan| watch(&mut plan.when.condition, group));
        }
        Arc::new(model)
    }
}

fn sorted(nodes: &[NodeId], map: &impl Fn(NodeId) -> NodeId) -> Vec<NodeId> {
    let mut nodes: Vec<NodeId> = nodes.iter().map(|node| map(*node)).collect();
    nodes.sort_unstable();
    nodes
}

fn renumber_need(need: &NeedSpec, map: &impl Fn(NodeId) -> NodeId, turn: usize) -> NeedSpec {
    let mut need = need.clone();
    need.owner = map(need.owner);
    let refills = need.autonomy.iter_mut().map(|stage| &mut stage.resupply);
    for providers in std::iter::once(&mut need.providers).chain(refills) {
        for provider in providers.iter_mut() {
            provider.node = map(provider.node);
        }
        let n = providers.len();
        if n > 0 {
            providers.rotate_left(turn % n);
        }
    }
    need
}

fn renumber_targets(targets: &Targets, map: &impl Fn(NodeId) -> NodeId) -> Targets {
    match targets {
        Targets::All(nodes) => Targets::All(sorted(nodes, map)),
        Targets::Draw { k, from } => Targets::Draw { k: *k, from: sorted(from, map) },
        Targets::Footprint { intensity, nodes } => {
            let mut nodes: Vec<_> = nodes.iter().map(|(node, share)| (map(*node), *share)).collect();
            nodes.sort_unstable_by_key(|(node, _)| *node);
            Targets::Footprint { intensity: *intensity, nodes }
        }
        Targets::None => Targets::None,
    }
}

/// Levels are those of this group.
fn watch(condition: &mut Condition, group: GroupId) {
    match condition {
        Condition::Below(which, _) => *which = group,
        Condition::All(parts) | Condition::Any(parts) => parts.iter_mut().for_each(|part| watch(part, group)),
        _ => {}
    }
}

fn renumber_plan(plan: &Plan, map: &impl Fn(NodeId) -> NodeId, events: &[EventId]) -> Plan {
    let mut plan = plan.clone();
    plan.when.through = sorted(&plan.when.through, map);
    renumber_condition(&mut plan.when.condition, map, events);
    plan
}

fn renumber_condition(condition: &mut Condition, map: &impl Fn(NodeId) -> NodeId, events: &[EventId]) {
    match condition {
        Condition::Failed(nodes, _) => *nodes = sorted(nodes, map),
        Condition::Event(event) => *event = events[event.index()],
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter_mut().for_each(|part| renumber_condition(part, map, events));
        }
        _ => {}
    }
}

fn renumber_network(network: &Network, map: &impl Fn(NodeId) -> NodeId) -> Network {
    let members = sorted(&network.members, map);
    let place = |position: u32| {
        let node = map(network.members[position as usize]);
        members.iter().position(|member| *member == node).unwrap() as u32
    };
    let rule = match &network.rule {
        NetworkRule::SourceReachable { sources } => {
            NetworkRule::SourceReachable { sources: sorted(sources, map) }
        }
        NetworkRule::LargestComponent => NetworkRule::LargestComponent,
    };
    let links = network.links.iter().map(|(a, b)| (place(*a), place(*b))).collect();
    Network { id: network.id.clone(), rule, links, members }
}

fn renumber_sharing(sharing: &Sharing, map: &impl Fn(NodeId) -> NodeId) -> Sharing {
    let load = |i: usize| *sharing.load.get(i).unwrap_or(&sharing.load[0]);
    let mut members: Vec<_> =
        sharing.members.iter().enumerate().map(|(i, node)| (map(*node), load(i))).collect();
    members.sort_unstable_by_key(|(node, _)| *node);
    let (members, load) = members.into_iter().unzip();
    Sharing { members, load, ..sharing.clone() }
}

pub fn plain_node(id: &str, sector: SectorId) -> Node {
    let mut b = ModelBuilder::new(Meta::default());
    let node = b.node(id, id, sector, RegionId::NONE);
    b.node_mut(node).clone()
}

pub fn unattended(duration: DistId) -> RepairPlan {
    let stage = RepairStage {
        name: "repair".into(),
        duration: DistId::NONE,
        skill: SkillId::NONE,
        crews: 0,
        spare: SpareId::NONE,
    };
    let state = |name: &str, level: f64| DamageState {
        name: name.into(),
        level: Level::from_share(level),
        repair: duration,
        fragility: Some((if level > 0.0 { 0.3 } else { 0.8 }, 0.5)),
    };
    RepairPlan { states: vec![state("slight", 0.4), state("worst", 0.0)], stages: vec![stage] }
}
