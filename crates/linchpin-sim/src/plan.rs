//! The model as the hot loops want it: compact tables that all worlds of a model share.

use crate::state::{ONE, flag};
use linchpin_model::{
    CeilingKind, Combine, Cover, DistId, Distribution, Effect, Key, Model, NeedId, NodeId, NodeKind,
    Priority, Role, Targets,
};
use std::sync::Arc;

/// Marks an entry of [`Plan::out`] whose link is delayed.
pub(crate) const DELAYED: u32 = 1 << 31;

/// What is fixed about a node, in one cache line with its successor's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) need: u32,
    pub(crate) out: u32,
    pub(crate) membership: u32,
    pub(crate) failed_below: u32,
    /// Row in `Flow::restarts`; `u32::MAX`: none.
    pub(crate) restart: u32,
    /// Row in `Condition::damages`; `u32::MAX`: none.
    pub(crate) damage: u32,
    pub(crate) sector: u16,
}

/// What is fixed about a need. The cascade follows `links` only to find out who fell last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HotNeed {
    pub(crate) owner: u32,
    pub(crate) required: u32,
    pub(crate) criticality: u32,
    /// Index into [`Plan::specials`] plus one; 0: a plain need for running and starting.
    pub(crate) special: u32,
}

/// One consumer of a node: the need, and the weight of the link (where delayed: the index of the delay).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Out {
    pub(crate) need: u32,
    pub(crate) weight: u32,
}

/// What is special about a need that has a role, a curve, a black start or an autonomy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Special {
    pub(crate) need: u32,
    pub(crate) role: Role,
    pub(crate) curve: u32,
    pub(crate) black_start: u32,
    pub(crate) first_stage: u32,
    pub(crate) stages: u8,
    /// The special whose stages this need refills; `u32::MAX`: none.
    pub(crate) refills: u32,
}

/// A stage of autonomy, its distributions looked up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HotStage {
    pub(crate) key: Key,
    pub(crate) capacity: DistId,
    pub(crate) recharge: DistId,
    pub(crate) start_probability: f64,
    pub(crate) start_delay: DistId,
    pub(crate) failure: DistId,
    pub(crate) cover: Cover,
    pub(crate) resupply: NeedId,
}

/// A delayed link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DelayedLink {
    pub(crate) link: u32,
    pub(crate) need: u32,
    pub(crate) weight: u32,
    pub(crate) dist: DistId,
    pub(crate) key: Key,
}

/// A member of a sharing group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SharingMember {
    pub(crate) node: u32,
    pub(crate) group: u32,
    pub(crate) load: DistId,
}

/// The first random failure of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FirstFailure {
    pub(crate) node: u32,
    /// Row in `Condition::damages`.
    pub(crate) row: u32,
    pub(crate) key: Key,
    pub(crate) dist: DistId,
    /// Draws above this mean a failure after the horizon, however fast the clock runs.
    pub(crate) within_horizon: f64,
}

/// Compact tables derived from a model.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) model: Arc<Model>,
    /// One more than nodes: the last holds the ends.
    pub(crate) rows: Vec<Row>,
    pub(crate) fixed_flags: Vec<u32>,
    pub(crate) needs: Vec<HotNeed>,
    pub(crate) out: Vec<Out>,
    pub(crate) specials: Vec<Special>,
    pub(crate) stages: Vec<HotStage>,
    pub(crate) delayed_links: Vec<DelayedLink>,
    /// Row in `delayed_links` of each link; empty where no link is delayed.
    pub(crate) delay_of: Vec<u32>,
    /// Kinds of ceilings that this model can lower, in order: the columns of the ceilings' table.
    pub(crate) slots: Vec<CeilingKind>,
    /// Column by kind; `u8::MAX` where the model cannot lower it.
    pub(crate) slot_of: [u8; CeilingKind::ALL.len()],
    /// Network of each node; empty without networks.
    pub(crate) network_of: Vec<u32>,
    /// Links of each network both ways, as positions in its members.
    pub(crate) meshes: Vec<Mesh>,
    pub(crate) largest_network: usize,
    /// Members of all sharing groups, by group.
    pub(crate) sharing_members: Vec<SharingMember>,
    pub(crate) sharing_start: Vec<u32>,
    /// Row in `sharing_members` of each node; empty without sharing groups.
    pub(crate) member_of: Vec<u32>,
    /// Nodes that are not at full level when everything else is: looked at when a replication begins.
    pub(crate) deficits: Vec<u32>,
    /// Nodes that fail at random.
    pub(crate) random_failures: Vec<FirstFailure>,
    /// Columns of the ceilings' table: 0 where one kind alone is active.
    pub(crate) columns: usize,
    /// Nodes that restart.
    pub(crate) restarts: usize,
    /// Nodes that can be damaged.
    pub(crate) damageable: usize,
    pub(crate) has_effects: bool,
    pub(crate) has_attended: bool,
    pub(crate) has_failures: bool,
    /// Rank of a repair at each node where the priority rule fixes it; empty otherwise.
    pub(crate) ranks: Vec<f64>,
    pub(crate) sectors: usize,
}

/// A network's links both ways.
#[derive(Debug)]
pub(crate) struct Mesh {
    pub(crate) start: Vec<u32>,
    pub(crate) neighbour: Vec<u32>,
    pub(crate) is_source: Vec<bool>,
}

impl Plan {
    pub(crate) fn new(model: Arc<Model>) -> Self {
        let n = model.nodes.len();
        let mut specials = Vec::new();
        let needs = lay_needs(&model, &mut specials);
        let (out, delayed_links) = lay_supplies(&model);
        let slots = active_slots(&model);
        let mut slot_of = [u8::MAX; CeilingKind::ALL.len()];
        for (column, kind) in slots.iter().enumerate() {
            slot_of[*kind as usize] = column as u8;
        }
        let has_effects = model.events.iter().flat_map(|event| &event.effects).any(is_timed);
        let has_damage = slots.contains(&CeilingKind::Integrity);
        let product = model.nodes.iter().any(|node| node.combine == Combine::Product);
        let columns = if slots.len() == 1 && !product { 0 } else { slots.len() };
        let attended = |i: usize| {
            let node = &model.nodes[i];
            let plan = node.repair.some().map(|repair| &model.repairs[repair.index()]);
            plan.is_some_and(|plan| !plan.is_unattended() || !node.job.is_none())
        };
        let has_attended = has_damage && (0..n).any(attended);
        let mut plan = Self {
            rows: lay_rows(&model),
            fixed_flags: vec![0; n],
            needs,
            out,
            specials,
            stages: lay_stages(&model),
            delay_of: lay_delay_of(&model, &delayed_links),
            delayed_links,
            slots,
            slot_of,
            network_of: lay_network_of(&model),
            meshes: model.networks.iter().map(Mesh::new).collect(),
            largest_network: model.networks.iter().map(|network| network.members.len()).max().unwrap_or(0),
            sharing_members: Vec::new(),
            sharing_start: vec![0],
            member_of: Vec::new(),
            deficits: Vec::new(),
            random_failures: Vec::new(),
            columns,
            restarts: 0,
            damageable: 0,
            has_effects,
            has_attended,
            has_failures: !model.failures.is_empty(),
            ranks: lay_ranks(&model),
            sectors: model.sectors.len(),
            model,
        };
        plan.lay_sharing();
        plan.lay_flags();
        plan.deficits = plan.find_deficits();
        plan.random_failures = plan.lay_failures();
        plan
    }

    fn lay_sharing(&mut self) {
        for (group, sharing) in self.model.sharings.iter().enumerate() {
            for (i, node) in sharing.members.iter().enumerate() {
                if self.member_of.is_empty() {
                    self.member_of = vec![u32::MAX; self.model.nodes.len()];
                }
                self.member_of[node.index()] = self.sharing_members.len() as u32;
                let load = *sharing.load.get(i).unwrap_or(&sharing.load[0]);
                self.sharing_members.push(SharingMember { node: node.0, group: group as u32, load });
            }
            self.sharing_start.push(self.sharing_members.len() as u32);
        }
    }

    fn lay_flags(&mut self) {
        let model = self.model.clone();
        for (i, node) in model.nodes.iter().enumerate() {
            let starts = model.needs[self.rows[i].need as usize..self.rows[i + 1].need as usize]
                .iter()
                .any(|need| need.role == Role::Start || need.black_start > 0);
            let bits = [
                (flag::RESTARTS, !node.restart.is_none() || starts),
                (flag::WATCHED, matches!(node.kind, NodeKind::Team | NodeKind::Job)),
                (flag::PRODUCT, node.combine == Combine::Product),
                (flag::COUNTED, matches!(node.kind, NodeKind::Asset | NodeKind::Pool)),
                (flag::INVULNERABLE, node.invulnerable),
                (flag::MESHED, self.network_of.get(i).is_some_and(|network| *network != u32::MAX)),
                (flag::SHARES, self.member_of.get(i).is_some_and(|member| *member != u32::MAX)),
            ];
            self.fixed_flags[i] =
                bits.iter().filter(|(_, on)| *on).fold(self.fixed_flags[i], |flags, (bit, _)| flags | bit);
            if self.fixed_flags[i] & flag::RESTARTS != 0 {
                self.rows[i].restart = self.restarts as u32;
                self.restarts += 1;
            }
        }
        self.lay_damageable();
        for delayed in &self.delayed_links {
            let provider = model.links[delayed.link as usize].provider;
            self.fixed_flags[provider.index()] |= flag::DELAYED;
        }
    }

    /// Rows for what can be damaged: whatever fails at random, alone or with its group, or is a target.
    fn lay_damageable(&mut self) {
        let model = self.model.clone();
        let mut can = vec![false; model.nodes.len()];
        for (node, can) in model.nodes.iter().zip(&mut can) {
            *can = !node.failure.is_none();
        }
        let mut mark = |node: &NodeId| can[node.index()] = true;
        model.common_causes.iter().flat_map(|cause| &cause.members).for_each(&mut mark);
        let damages = |event: &&linchpin_model::Event| {
            event.effects.iter().any(|effect| matches!(effect, Effect::Damage { .. }))
        };
        for event in model.events.iter().filter(damages) {
            match &event.targets {
                Targets::All(nodes) | Targets::Draw { from: nodes, .. } => nodes.iter().for_each(&mut mark),
                Targets::Footprint { nodes, .. } => nodes.iter().for_each(|(node, _)| mark(node)),
                Targets::None => {}
            }
        }
        for (row, can) in self.rows.iter_mut().zip(can) {
            if can {
                row.damage = self.damageable as u32;
                self.damageable += 1;
            }
        }
    }

    fn lay_failures(&self) -> Vec<FirstFailure> {
        let model = &*self.model;
        let first = |node: NodeId| {
            let fixed = &model.nodes[node.index()];
            let dist = model.failures[fixed.failure.some()?.index()].time_to_failure;
            // While control is lost the clock runs faster, by this factor at the most.
            let horizon = f64::from(model.meta.horizon) * f64::from(fixed.trip_factor.max(1.0));
            let within_horizon = match model.dist(dist) {
                // A second beyond, so that rounding decides nothing.
                Distribution::Exponential { mean } => -libm::expm1(-(horizon + 1.0) / mean),
                _ => 1.0,
            };
            let row = self.rows[node.index()].damage;
            Some(FirstFailure { node: node.0, row, key: fixed.key, dist, within_horizon })
        };
        model.node_ids().filter_map(first).collect()
    }

    /// Nodes held below full level by themselves, or by needs that full providers do not meet.
    fn find_deficits(&self) -> Vec<u32> {
        let model = &*self.model;
        let short = |need: NeedId| {
            let supply: u64 = model.links_of(need).iter().map(|link| u64::from(link.weight)).sum();
            let need = &model.needs[need.index()];
            supply < u64::from(need.required) && need.role != Role::Resupply
        };
        let isolated =
            |node: NodeId| !self.network_of.is_empty() && self.network_of[node.index()] != u32::MAX;
        model
            .node_ids()
            .filter(|node| {
                model.nodes[node.index()].initial.0 < ONE
                    || isolated(*node)
                    || model.needs_of(*node).any(short)
                    || model.needs_of(*node).any(|need| !model.needs[need.index()].response.is_none())
            })
            .map(|node| node.0)
            .collect()
    }
}

fn lay_rows(model: &Model) -> Vec<Row> {
    (0..=model.nodes.len())
        .map(|i| {
            let node = model.nodes.get(i);
            Row {
                need: model.need_start[i],
                out: model.supply_start[i],
                membership: model.membership_start[i],
                failed_below: node.map_or(0, |node| node.failed_below.0),
                restart: u32::MAX,
                damage: u32::MAX,
                sector: node.map_or(u16::MAX, |node| node.sector.0),
            }
        })
        .collect()
}

fn lay_needs(model: &Model, specials: &mut Vec<Special>) -> Vec<HotNeed> {
    let mut needs: Vec<HotNeed> = Vec::with_capacity(model.needs.len());
    for (i, need) in model.needs.iter().enumerate() {
        let plain = need.role == Role::Both
            && need.response.is_none()
            && need.reserve.is_none()
            && need.black_start == 0;
        let mut special = 0;
        if !plain {
            let reserve = need.reserve.some().map(|reserve| &model.reserves[reserve.index()]);
            specials.push(Special {
                need: i as u32,
                role: need.role,
                curve: need.response.0,
                black_start: need.black_start,
                first_stage: reserve.map_or(0, |reserve| reserve.first_stage),
                stages: reserve.map_or(0, |reserve| reserve.stages as u8),
                refills: u32::MAX,
            });
            special = specials.len() as u32;
        }
        needs.push(HotNeed {
            owner: need.owner.0,
            required: need.required.max(1),
            criticality: need.criticality.0,
            special,
        });
    }
    for (special, reserve) in
        model.reserves.iter().map(|reserve| (needs[reserve.need.index()].special - 1, reserve))
    {
        let stages = reserve.first_stage as usize..reserve.first_stage as usize + usize::from(reserve.stages);
        for refill in model.stages[stages].iter().filter_map(|stage| stage.resupply.some()) {
            let refill = needs[refill.index()].special;
            specials[refill as usize - 1].refills = special;
        }
    }
    needs
}

fn lay_supplies(model: &Model) -> (Vec<Out>, Vec<DelayedLink>) {
    let mut delayed = Vec::new();
    let out = model
        .supplies
        .iter()
        .map(|supply| {
            let link = &model.links[supply.link.index()];
            if link.delay.is_none() {
                return Out { need: supply.need.0, weight: link.weight };
            }
            delayed.push(DelayedLink {
                link: supply.link.0,
                need: supply.need.0,
                weight: link.weight,
                dist: link.delay,
                key: model.needs[supply.need.index()].key.with(model.nodes[link.provider.index()].key),
            });
            Out { need: supply.need.0 | DELAYED, weight: delayed.len() as u32 - 1 }
        })
        .collect();
    (out, delayed)
}

fn lay_delay_of(model: &Model, delayed: &[DelayedLink]) -> Vec<u32> {
    if delayed.is_empty() {
        return Vec::new();
    }
    let mut of = vec![u32::MAX; model.links.len()];
    for (row, delayed) in delayed.iter().enumerate() {
        of[delayed.link as usize] = row as u32;
    }
    of
}

fn lay_stages(model: &Model) -> Vec<HotStage> {
    let mut keys = vec![Key(0); model.stages.len()];
    for reserve in &model.reserves {
        for part in 0..u32::from(reserve.stages) {
            let stage = (reserve.first_stage + part) as usize;
            let name = Key::of(&model.stages[stage].name);
            keys[stage] = model.needs[reserve.need.index()].key.with(name);
        }
    }
    model
        .stages
        .iter()
        .zip(keys)
        .map(|(stage, key)| HotStage {
            key,
            capacity: stage.capacity,
            recharge: stage.recharge,
            start_probability: stage.start_probability,
            start_delay: stage.start_delay,
            failure: stage.failure,
            cover: stage.cover,
            resupply: stage.resupply,
        })
        .collect()
}

fn is_timed(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Degrade { .. }
            | Effect::Absence { .. }
            | Effect::Closure { .. }
            | Effect::ControlLoss { .. }
            | Effect::Forcing { .. }
    )
}

fn active_slots(model: &Model) -> Vec<CeilingKind> {
    let effects = || model.events.iter().flat_map(|event| &event.effects);
    CeilingKind::ALL
        .into_iter()
        .filter(|kind| match kind {
            CeilingKind::Integrity => {
                !model.failures.is_empty() || effects().any(|e| matches!(e, Effect::Damage { .. }))
            }
            CeilingKind::Staffing => effects().any(|e| matches!(e, Effect::Absence { .. })),
            CeilingKind::It => false,
            CeilingKind::Closure => effects().any(|e| matches!(e, Effect::Closure { .. })),
            CeilingKind::Scripted => {
                effects().any(|e| matches!(e, Effect::Degrade { .. } | Effect::Forcing { .. }))
            }
            CeilingKind::Network => !model.networks.is_empty(),
            CeilingKind::Overload => !model.sharings.is_empty(),
        })
        .collect()
}

fn lay_network_of(model: &Model) -> Vec<u32> {
    if model.networks.is_empty() {
        return Vec::new();
    }
    let mut of = vec![u32::MAX; model.nodes.len()];
    for (i, network) in model.networks.iter().enumerate() {
        for node in &network.members {
            of[node.index()] = i as u32;
        }
    }
    of
}

impl Mesh {
    fn new(network: &linchpin_model::Network) -> Self {
        let n = network.members.len();
        let mut start = vec![0_u32; n + 1];
        for (a, b) in &network.links {
            start[*a as usize + 1] += 1;
            start[*b as usize + 1] += 1;
        }
        for i in 0..n {
            start[i + 1] += start[i];
        }
        let mut next = start.clone();
        let mut neighbour = vec![0; network.links.len() * 2];
        for (a, b) in &network.links {
            for (from, to) in [(*a, *b), (*b, *a)] {
                neighbour[next[from as usize] as usize] = to;
                next[from as usize] += 1;
            }
        }
        let is_source = match &network.rule {
            linchpin_model::NetworkRule::SourceReachable { sources } => {
                network.members.iter().map(|node| sources.binary_search(node).is_ok()).collect()
            }
            linchpin_model::NetworkRule::LargestComponent => vec![false; n],
        };
        Self { start, neighbour, is_source }
    }

    pub(crate) fn neighbours(&self, member: u32) -> &[u32] {
        &self.neighbour[self.start[member as usize] as usize..self.start[member as usize + 1] as usize]
    }
}

/// Ranks by node, lowest first, where the rule does not depend on the damage.
fn lay_ranks(model: &Model) -> Vec<f64> {
    let rank = |node: NodeId| match &model.priority {
        Priority::MostServed | Priority::ServedPerHour => -model.people_served(node),
        Priority::MostDependedOn => -(model.supplies_of(node).len() as f64),
        Priority::List(ranks) => ranks.get(node.index()).map_or(f64::INFINITY, |rank| f64::from(*rank)),
        Priority::Fifo | Priority::Shortest => 0.0,
    };
    match model.priority {
        Priority::Fifo | Priority::Shortest => Vec::new(),
        _ => model.node_ids().map(rank).collect(),
    }
}

/// Expected value of a duration in seconds, for priority rules: the mean, or the median where there is none.
pub(crate) fn expected(dist: &Distribution) -> f64 {
    dist.mean().unwrap_or_else(|| dist.quantile(0.5))
}
