//! The model as the hot loops want it: compact tables that all worlds of a model share.

mod hazards;
mod supplies;

use crate::beginning::{Bar, ClassQuality};
use crate::campaign::Schemes;
use crate::cyber::Layout;
use crate::observation::Lookout;
use crate::state::{Blame, ONE, flag};
use crate::warning::Circles;
pub(crate) use hazards::{Failing, Hazard, HazardClass};
use linchpin_model::{
    CeilingKind, ClassId, Combine, Cover, DistId, Distribution, Draws, Effect, Key, Level, Model, Need,
    NeedId, NetworkRule, NodeId, NodeKind, Priority, Reserve, Role,
};
use std::sync::Arc;
pub(crate) use supplies::{DelayedLink, Out};
use supplies::{lay_delay_of, lay_supplies};

/// Where a node stands in the tables of what only some nodes can do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Side {
    /// Row in `Flow::restarts`; `u32::MAX`: none.
    pub(crate) restart: u32,
    /// Row in `Condition::damages`; `u32::MAX`: none.
    pub(crate) damage: u32,
}

/// How a node restarts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RestartPlan {
    pub(crate) key: Key,
    /// None: at once.
    pub(crate) takes: DistId,
    /// Times as long without remote control.
    pub(crate) manual_factor: f32,
}

/// A node's weight in a group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HotMembership {
    /// With [`HotMembership::LAST`] in a node's last entry.
    pub(crate) group: u32,
    pub(crate) weight: u32,
}

impl HotMembership {
    pub(crate) const LAST: u32 = 1 << 31;
    /// Marks [what a node knows](Self::of) of its only membership.
    pub(crate) const ONLY: u32 = 1 << 31;
    /// [What a node knows](Self::of) where it has none.
    pub(crate) const NONE: u32 = u32::MAX;
    const GROUP: u32 = u16::MAX as u32;

    /// What a node knows of its memberships: the first of its entries in [`Plan::memberships`], or
    /// [the one there is](Self::only) itself where its numbers are small.
    pub(crate) fn of(model: &Model, node: NodeId) -> u32 {
        match model.memberships_of(node) {
            [] => Self::NONE,
            [only] if only.group.0 < Self::GROUP && only.weight < 1 << 15 => {
                Self::ONLY | only.weight << 16 | only.group.0
            }
            _ => model.membership_start[node.index()],
        }
    }

    /// The only membership of a node that knows it itself.
    #[inline(always)]
    pub(crate) fn only(known: u32) -> Self {
        Self { group: known & Self::GROUP, weight: (known & !Self::ONLY) >> 16 }
    }
}

/// What is special about a need that has a role, a curve, a black start or an autonomy. Half a cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub(crate) struct Special {
    pub(crate) need: u32,
    pub(crate) role: Role,
    pub(crate) curve: u32,
    pub(crate) black_start: u32,
    pub(crate) first_stage: u32,
    pub(crate) stages: u8,
    /// Row in `Flow::charges` of its second stage.
    pub(crate) later_charges: u32,
    /// The special whose stages this need refills; `u32::MAX`: none.
    pub(crate) refills: u32,
    /// Class of the owner.
    pub(crate) class: ClassId,
    /// All there is to it is one stage that always starts, at once, and neither breaks nor is refilled.
    pub(crate) simple: bool,
}

impl Special {
    fn later_stages(&self) -> u32 {
        u32::from(self.stages.saturating_sub(1))
    }
}

/// A stage of autonomy, its distributions looked up. One cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct HotStage {
    pub(crate) key: Key,
    pub(crate) capacity: DistId,
    pub(crate) recharge: DistId,
    pub(crate) start_probability: f64,
    /// It starts where the draw is this or more.
    pub(crate) start_bar: Bar,
    pub(crate) start_delay: DistId,
    pub(crate) failure: DistId,
    pub(crate) cover: Cover,
    pub(crate) resupply: NeedId,
}

/// A member of a sharing group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SharingMember {
    pub(crate) node: u32,
    pub(crate) group: u32,
    pub(crate) load: DistId,
}

/// Compact tables derived from a model.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) model: Arc<Model>,
    pub(crate) sides: Vec<Side>,
    pub(crate) fixed_flags: Vec<u32>,
    pub(crate) memberships: Vec<HotMembership>,
    /// Needs with a row in `specials`, ascending.
    special_needs: Vec<u32>,
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
    /// By class.
    pub(crate) qualities: Vec<ClassQuality>,
    /// By row in `Condition::damages`.
    pub(crate) hazards: Vec<Hazard>,
    pub(crate) hazard_classes: Vec<HazardClass>,
    /// Nodes that fail at random, by class.
    pub(crate) failing: Vec<Failing>,
    /// Their keys, in groups that are drawn together; the last one is filled up.
    pub(crate) failing_keys: Vec<[Key; Draws::TOGETHER]>,
    /// Providers by link.
    pub(crate) providers: Vec<u32>,
    /// Columns of the ceilings' table: 0 where one kind alone is active.
    pub(crate) columns: usize,
    /// The one ceiling that can hold a node down, as a cause that begins at the node; 0 where there are others.
    pub(crate) only_ceiling: u32,
    /// By row in `Flow::restarts`.
    pub(crate) restarts: Vec<RestartPlan>,
    /// Nodes that can be damaged.
    pub(crate) damageable: usize,
    /// The tables do not fit the caches: see [`Plan::LARGE`].
    pub(crate) is_large: bool,
    pub(crate) has_effects: bool,
    /// Some nodes can be activated above their initial level.
    pub(crate) has_standby: bool,
    pub(crate) has_attended: bool,
    /// Some nodes need each other.
    pub(crate) has_circles: bool,
    /// Some nodes have [`flag::CAN_TURN`].
    pub(crate) has_turning: bool,
    pub(crate) has_failures: bool,
    /// Teams by skill, ascending; as long as the highest skill that a team has.
    pub(crate) teams_with: Vec<Vec<u16>>,
    /// Rank of a repair at each node where the priority rule fixes it; empty otherwise.
    pub(crate) ranks: Vec<f64>,
    pub(crate) sectors: usize,
    pub(crate) event_limit: u64,
    /// Hosts, contacts and malware.
    pub(crate) cyber: Layout,
    /// Who takes part in early warnings.
    pub(crate) circles: Circles,
    /// Tables of the campaigns.
    pub(crate) schemes: Schemes,
    /// What plans look at.
    pub(crate) lookout: Lookout,
}

/// A network's links both ways.
#[derive(Debug)]
pub(crate) struct Mesh {
    pub(crate) start: Vec<u32>,
    pub(crate) neighbour: Vec<u32>,
    pub(crate) is_source: Vec<bool>,
}

impl Plan {
    /// From so many nodes on what the next events will need is read ahead. At 100,000 it saves a quarter of the time, for a
    /// tenth more instructions; below, tables fit the caches.
    const LARGE: usize = 50_000;

    pub(crate) fn new(model: Arc<Model>) -> Self {
        let n = model.nodes.len();
        let mut specials = Vec::new();
        lay_needs(&model, &mut specials);
        let (out, delayed_links) = lay_supplies(&model);
        let slots = active_slots(&model);
        let mut slot_of = [u8::MAX; CeilingKind::ALL.len()];
        for (column, kind) in slots.iter().enumerate() {
            slot_of[*kind as usize] = column as u8;
        }
        let has_effects =
            !model.malware.is_empty() || model.events.iter().flat_map(|event| &event.effects).any(is_timed);
        let has_damage = slots.contains(&CeilingKind::Integrity);
        let product = model.nodes.iter().any(|node| node.combine == Combine::Product);
        let has_standby = model
            .events
            .iter()
            .flat_map(|event| &event.effects)
            .any(|e| matches!(e, Effect::Activate { .. }));
        let columns = if slots.len() == 1 && !product && !has_standby { 0 } else { slots.len() };
        let attended = |i: usize| {
            let node = &model.nodes[i];
            let plan = node.repair.some().map(|repair| &model.repairs[repair.index()]);
            plan.is_some_and(|plan| !plan.is_unattended() || !node.job.is_none())
        };
        let has_attended = has_damage && (0..n).any(attended);
        let mut plan = Self {
            sides: vec![Side { restart: u32::MAX, damage: u32::MAX }; n],
            fixed_flags: vec![0; n],
            memberships: lay_memberships(&model),
            special_needs: specials.iter().map(|special| special.need).collect(),
            out,
            specials,
            stages: lay_stages(&model),
            delay_of: lay_delay_of(&model, &delayed_links),
            delayed_links,
            only_ceiling: only_ceiling(&model, &slots),
            slots,
            slot_of,
            network_of: lay_network_of(&model),
            meshes: model.networks.iter().map(Mesh::new).collect(),
            largest_network: model.networks.iter().map(|network| network.members.len()).max().unwrap_or(0),
            sharing_members: Vec::new(),
            sharing_start: vec![0],
            member_of: Vec::new(),
            deficits: Vec::new(),
            qualities: ClassQuality::of(&model),
            hazards: Vec::new(),
            failing: Vec::new(),
            failing_keys: Vec::new(),
            hazard_classes: Vec::new(),
            providers: model.links.iter().map(|link| link.provider.0).collect(),
            columns,
            restarts: Vec::new(),
            damageable: 0,
            // In debug builds every other number, so that tests go both ways.
            is_large: if cfg!(debug_assertions) { n.is_multiple_of(2) } else { n >= Self::LARGE },
            has_effects,
            has_standby,
            has_attended,
            has_turning: false,
            has_circles: has_circles(&model),
            has_failures: !model.failures.is_empty(),
            teams_with: lay_teams(&model),
            ranks: lay_ranks(&model),
            sectors: model.sectors.len(),
            event_limit: model.meta.event_limit,
            cyber: Layout::new(&model),
            circles: Circles::new(&model),
            schemes: Schemes::new(&model),
            lookout: Lookout::new(&model),
            model,
        };
        plan.lay_sharing();
        plan.lay_flags();
        plan.mark_turning();
        plan.has_turning = plan.fixed_flags.iter().any(|flags| flags & flag::CAN_TURN != 0);
        plan.deficits = plan.find_deficits();
        plan.lay_hazards();
        plan
    }

    /// One more than the row in `specials` of a need; 0 where it has none.
    pub(crate) fn special_of(&self, need: NeedId) -> u32 {
        self.special_needs.binary_search(&need.0).map_or(0, |row| row as u32 + 1)
    }

    /// Stages of reserves after the first ones.
    pub(crate) fn later_stages(&self) -> usize {
        self.specials.last().map_or(0, |last| (last.later_charges + last.later_stages()) as usize)
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
            let starts = model
                .needs_of(NodeId::new(i))
                .map(|need| &model.needs[need.index()])
                .any(|need| need.role == Role::Start || need.black_start > 0);
            let bits = [
                (flag::RESTARTS, !node.restart.is_none() || starts),
                (flag::WATCHED, matches!(node.kind, NodeKind::Team | NodeKind::Job)),
                (flag::PRODUCT, node.combine == Combine::Product),
                (flag::COUNTED, matches!(node.kind, NodeKind::Asset | NodeKind::Pool)),
                (flag::INVULNERABLE, node.invulnerable),
                (flag::UNLIKE, node.initial.0 < ONE),
                (flag::MESHED, self.network_of.get(i).is_some_and(|network| *network != u32::MAX)),
                (flag::SHARES, self.member_of.get(i).is_some_and(|member| *member != u32::MAX)),
            ];
            self.fixed_flags[i] =
                bits.iter().filter(|(_, on)| *on).fold(self.fixed_flags[i], |flags, (bit, _)| flags | bit);
            if self.fixed_flags[i] & flag::RESTARTS != 0 {
                self.sides[i].restart = self.restarts.len() as u32;
                self.restarts.push(RestartPlan {
                    key: node.key,
                    takes: node.restart,
                    manual_factor: node.manual_factor,
                });
            }
        }
        self.lay_damageable();
        for node in self.lookout.nodes() {
            self.fixed_flags[node.index()] |= flag::OBSERVED;
        }
        for delayed in &self.delayed_links {
            let provider = model.links[delayed.link as usize].provider;
            self.fixed_flags[provider.index()] |= flag::DELAYED;
        }
    }

    /// Marks the nodes upstream of whatever turns falls into rises or rises into falls: a largest component that
    /// becomes another one, shared load that comes back, a response curve that falls. Products are marked too: within an
    /// instant another need may become the lowest, and the cause of their fall passes to it.
    fn mark_turning(&mut self) {
        let model = self.model.clone();
        let mut spread = vec![false; model.networks.len()];
        let mut stack: Vec<NodeId> = model.sharings.iter().flat_map(|s| s.members.iter().copied()).collect();
        for network in model.networks.iter().filter(|n| n.rule == NetworkRule::LargestComponent) {
            stack.extend_from_slice(&network.members);
        }
        for need in model.needs.iter().filter(|need| !need.response.is_none()) {
            if !model.curves[need.response.index()].is_rising() {
                stack.push(need.owner);
            }
        }
        let is_product = |node: &NodeId| model.nodes[node.index()].combine == Combine::Product;
        stack.extend(model.node_ids().filter(is_product));
        while let Some(node) = stack.pop() {
            let flags = &mut self.fixed_flags[node.index()];
            if *flags & flag::CAN_TURN != 0 {
                continue;
            }
            *flags |= flag::CAN_TURN;
            // What only a start or a tank asks for moves no level at the same instant.
            let running = model.needs_of(node).filter(|need| model.needs[need.index()].role.is_for_running());
            stack.extend(running.flat_map(|need| model.links_of(need)).map(|link| link.provider));
            if *flags & flag::MESHED != 0 {
                let network = self.network_of[node.index()] as usize;
                if !std::mem::replace(&mut spread[network], true) {
                    stack.extend_from_slice(&model.networks[network].members);
                }
            }
        }
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

fn lay_memberships(model: &Model) -> Vec<HotMembership> {
    let mut laid: Vec<HotMembership> =
        model.memberships.iter().map(|m| HotMembership { group: m.group.0, weight: m.weight }).collect();
    for last in &model.membership_start[1..] {
        if let Some(entry) = laid.get_mut((*last as usize).wrapping_sub(1)) {
            entry.group |= HotMembership::LAST;
        }
    }
    laid
}

fn lay_needs(model: &Model, specials: &mut Vec<Special>) {
    let mut row_of = std::collections::BTreeMap::new();
    for (i, need) in model.needs.iter().enumerate() {
        let plain = need.role == Role::Both
            && need.response.is_none()
            && need.reserve.is_none()
            && need.black_start == 0;
        if plain {
            continue;
        }
        let reserve = need.reserve.some().map(|reserve| &model.reserves[reserve.index()]);
        row_of.insert(i, specials.len());
        specials.push(Special {
            need: i as u32,
            role: need.role,
            curve: need.response.0,
            black_start: need.black_start,
            first_stage: reserve.map_or(0, |reserve| reserve.first_stage),
            stages: reserve.map_or(0, |reserve| reserve.stages as u8),
            later_charges: specials.last().map_or(0, |last| last.later_charges + last.later_stages()),
            refills: u32::MAX,
            class: model.nodes[need.owner.index()].class,
            simple: reserve.is_some_and(|reserve| is_simple(model, need, reserve)),
        });
    }
    for reserve in &model.reserves {
        let stages = reserve.first_stage as usize..reserve.first_stage as usize + usize::from(reserve.stages);
        for refill in model.stages[stages].iter().filter_map(|stage| stage.resupply.some()) {
            if let (Some(filled), Some(refill)) =
                (row_of.get(&reserve.need.index()), row_of.get(&refill.index()))
            {
                specials[*refill].refills = *filled as u32;
            }
        }
    }
}

fn is_simple(model: &Model, need: &Need, reserve: &Reserve) -> bool {
    let stage = &model.stages[reserve.first_stage as usize];
    let class = model.nodes[need.owner.index()].class;
    let plain = need.role == Role::Both && need.response.is_none() && need.black_start == 0;
    let correlated = class.some().is_some_and(|class| model.classes[class.index()].correlation > 0.0);
    let whole = stage.cover == Cover::AtLeast(Level::ONE) && stage.recharge.is_none();
    let certain = stage.start_probability >= 1.0 && stage.start_delay.is_none() && stage.failure.is_none();
    reserve.stages == 1 && plain && !correlated && whole && certain && stage.resupply.is_none()
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
            start_bar: Bar::new(1.0 - stage.start_probability),
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
            | Effect::Staffing { .. }
            | Effect::ItLoss { .. }
            | Effect::SupplyCut { .. }
            | Effect::CloseArea { .. }
            | Effect::Activate { .. }
            | Effect::Vigilance { .. }
            | Effect::Surge { .. }
            | Effect::Harm { .. }
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
            CeilingKind::Staffing => {
                effects().any(|e| matches!(e, Effect::Absence { .. } | Effect::Staffing { .. }))
            }
            CeilingKind::It => {
                !model.malware.is_empty() || effects().any(|e| matches!(e, Effect::ItLoss { .. }))
            }
            CeilingKind::Closure => {
                let shuts_down = || model.postures.iter().any(|posture| posture.shutdown.is_some());
                (!model.malware.is_empty() && shuts_down())
                    || effects().any(|e| matches!(e, Effect::Closure { .. } | Effect::CloseArea { .. }))
            }
            CeilingKind::Scripted => {
                model.malware.iter().any(|malware| malware.manipulates.is_some())
                    || effects().any(|e| {
                        matches!(
                            e,
                            Effect::Degrade { .. } | Effect::Forcing { .. } | Effect::SupplyCut { .. }
                        )
                    })
            }
            CeilingKind::Network => !model.networks.is_empty(),
            CeilingKind::Overload => !model.sharings.is_empty(),
        })
        .collect()
}

/// Whether any needs lead back to their owner: what is left when everything that needs nothing, or only such,
/// is taken away.
fn has_circles(model: &Model) -> bool {
    let mut open: Vec<u32> = vec![0; model.nodes.len()];
    for need in 0..model.needs.len() {
        open[model.needs[need].owner.index()] += model.links_of(NeedId::new(need)).len() as u32;
    }
    let mut ready: Vec<NodeId> = model.node_ids().filter(|node| open[node.index()] == 0).collect();
    let mut taken = 0;
    while let Some(node) = ready.pop() {
        taken += 1;
        for supply in model.supplies_of(node) {
            let owner = model.needs[supply.need.index()].owner;
            open[owner.index()] -= 1;
            if open[owner.index()] == 0 {
                ready.push(owner);
            }
        }
    }
    taken < model.nodes.len()
}

fn only_ceiling(model: &Model, slots: &[CeilingKind]) -> u32 {
    let full = model.nodes.iter().all(|node| node.initial.0 == ONE && node.combine != Combine::Product);
    match slots {
        [kind] if full && !matches!(kind, CeilingKind::Network | CeilingKind::Overload) => {
            Blame::CEILING | *kind as u32
        }
        _ => 0,
    }
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

fn lay_teams(model: &Model) -> Vec<Vec<u16>> {
    let mut with = Vec::new();
    for (team, fixed) in model.teams.iter().enumerate() {
        let Some(skill) = fixed.skill.some() else { continue };
        with.resize(with.len().max(skill.index() + 1), Vec::new());
        with[skill.index()].push(team as u16);
    }
    with
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
