//! Levels as the structure alone makes them: the greatest fixed point with some nodes out.

use linchpin_model::{Combine, Level, Model, Need, NeedId, NetworkRule, NodeId, NodeKind};

/// Millionths in one.
pub(super) const ONE: u32 = Level::SCALE;

/// The static structure of a model.
#[derive(Debug)]
pub struct Structure<'m> {
    pub(super) model: &'m Model,
    /// Levels, supplies and cut-offs with nothing out.
    base: Levels,
    /// Networks by member; empty where there are none.
    networks_of: Vec<Vec<u32>>,
    /// Neighbours by network and position.
    pub(super) neighbours: Vec<Vec<Vec<u32>>>,
    coherent: bool,
}

/// Levels of all nodes with some of them out. Keep one and use it again: its buffers are reused.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    /// With what networks leave.
    level: Vec<u32>,
    /// Without what networks take.
    plain: Vec<u32>,
    /// Weight times millionths by need.
    supply: Vec<u64>,
    cut_off: Vec<bool>,
    out: Vec<bool>,
    listed: Vec<bool>,
    work: Vec<u32>,
    networks_due: Vec<u32>,
    reached: Vec<bool>,
    stack: Vec<u32>,
}

impl Levels {
    /// Level of a node.
    pub fn level(&self, node: NodeId) -> Level {
        Level(self.level[node.index()])
    }

    /// Supply of a need in weight times millionths.
    pub(super) fn supply(&self, need: NeedId) -> u64 {
        self.supply[need.index()]
    }

    /// True where a member of a network would be above 0 but for its network.
    pub(super) fn conducts(&self, node: NodeId) -> bool {
        self.plain[node.index()] > 0
    }

    fn copy(&mut self, base: &Self) {
        self.level.clone_from(&base.level);
        self.plain.clone_from(&base.plain);
        self.supply.clone_from(&base.supply);
        self.cut_off.clone_from(&base.cut_off);
        self.out.clone_from(&base.out);
        self.listed.clone_from(&base.listed);
    }

    fn list(&mut self, node: u32) {
        if !std::mem::replace(&mut self.listed[node as usize], true) {
            self.work.push(node);
        }
    }
}

/// True where a need counts for the level itself.
pub(super) fn counts(need: &Need) -> bool {
    need.role.is_for_running()
}

/// Weight times millionths at which a need is wholly met.
pub(super) fn full(need: &Need) -> u64 {
    u64::from(need.required.max(1)) * u64::from(ONE)
}

impl<'m> Structure<'m> {
    /// The structure of a model.
    pub fn new(model: &'m Model) -> Self {
        let n = model.nodes.len();
        let mut networks_of = vec![Vec::new(); if model.networks.is_empty() { 0 } else { n }];
        for (i, network) in model.networks.iter().enumerate() {
            for member in &network.members {
                networks_of[member.index()].push(i as u32);
            }
        }
        let neighbours = model.networks.iter().map(|network| {
            let mut of = vec![Vec::new(); network.members.len()];
            for (a, b) in &network.links {
                of[*a as usize].push(*b);
                of[*b as usize].push(*a);
            }
            of
        });
        let rising =
            |need: &Need| need.response.some().is_none_or(|curve| model.curves[curve.index()].is_rising());
        let largest = |rule: &NetworkRule| *rule == NetworkRule::LargestComponent;
        let coherent = model.needs.iter().filter(|need| counts(need)).all(rising)
            && !model.networks.iter().any(|network| largest(&network.rule));
        let mut structure =
            Self { model, base: Levels::default(), networks_of, neighbours: neighbours.collect(), coherent };
        structure.base = structure.everything();
        structure
    }

    /// The model.
    pub fn model(&self) -> &'m Model {
        self.model
    }

    /// True where one asset more that is out never helps: no response curve falls, and no network goes by its largest
    /// component. Only then are minimal cut sets sure to be all there are.
    pub fn is_coherent(&self) -> bool {
        self.coherent
    }

    /// Fills `levels` with these nodes out.
    pub fn settle(&self, out: &[NodeId], levels: &mut Levels) {
        levels.copy(&self.base);
        for node in out {
            levels.out[node.index()] = true;
            levels.list(node.0);
        }
        self.fall(levels);
    }

    /// True where a node counts as failed.
    pub fn is_failed(&self, node: NodeId, levels: &Levels) -> bool {
        levels.level[node.index()] < self.model.nodes[node.index()].failed_below.0
    }

    /// Nodes that can matter to `points`, themselves included, ascending.
    pub fn ancestors(&self, points: &[NodeId]) -> Vec<NodeId> {
        let mut seen = vec![false; self.model.nodes.len()];
        let mut stack = points.to_vec();
        while let Some(node) = stack.pop() {
            if std::mem::replace(&mut seen[node.index()], true) {
                continue;
            }
            let needs = self.model.needs_of(node).filter(|need| counts(&self.model.needs[need.index()]));
            stack.extend(needs.flat_map(|need| self.model.links_of(need)).map(|link| link.provider));
            for network in self.networks_of.get(node.index()).into_iter().flatten() {
                stack.extend(&self.model.networks[*network as usize].members);
            }
        }
        self.model.node_ids().filter(|node| seen[node.index()]).collect()
    }

    /// Networks that a node is a member of.
    pub(super) fn networks_of(&self, node: NodeId) -> &[u32] {
        self.networks_of.get(node.index()).map_or(&[], Vec::as_slice)
    }

    /// True where it can be part of a cut set: an asset.
    pub(super) fn is_asset(&self, node: NodeId) -> bool {
        self.model.nodes[node.index()].kind == NodeKind::Asset
    }

    fn everything(&self) -> Levels {
        let (n, model) = (self.model.nodes.len(), self.model);
        let weight = |need: usize| -> u64 {
            let links = model.links_of(NeedId::new(need)).iter();
            links.map(|link| u64::from(link.weight) * u64::from(ONE)).sum()
        };
        let mut levels = Levels {
            level: vec![ONE; n],
            plain: vec![ONE; n],
            supply: (0..model.needs.len()).map(weight).collect(),
            cut_off: vec![false; n],
            out: vec![false; n],
            listed: vec![false; n],
            work: Vec::new(),
            networks_due: (0..model.networks.len() as u32).collect(),
            reached: Vec::new(),
            stack: Vec::new(),
        };
        for node in 0..n as u32 {
            levels.list(node);
        }
        self.fall(&mut levels);
        levels
    }

    /// Lowers what is listed, and what that lowers, to the greatest fixed point below.
    fn fall(&self, levels: &mut Levels) {
        loop {
            while let Some(node) = levels.work.pop() {
                levels.listed[node as usize] = false;
                self.lower(NodeId(node), levels);
            }
            let Some(network) = levels.networks_due.pop() else { return };
            self.cut_off(network as usize, levels);
        }
    }

    fn lower(&self, node: NodeId, levels: &mut Levels) {
        let i = node.index();
        let (before, conducted) = (levels.level[i], levels.plain[i] > 0);
        // Never up again, so that this ends even where a response curve falls.
        let plain = if levels.out[i] { 0 } else { self.allowed(node, levels).min(levels.plain[i]) };
        levels.plain[i] = plain;
        if conducted && plain == 0 {
            for network in self.networks_of(node) {
                if !levels.networks_due.contains(network) {
                    levels.networks_due.push(*network);
                }
            }
        }
        let level = if levels.cut_off[i] { 0 } else { plain };
        if level >= before {
            return;
        }
        levels.level[i] = level;
        for supply in self.model.supplies_of(node) {
            let weight = u64::from(self.model.links[supply.link.index()].weight);
            let sum = &mut levels.supply[supply.need.index()];
            *sum -= weight * u64::from(before - level);
            levels.list(self.model.needs[supply.need.index()].owner.0);
        }
    }

    /// The level that needs allow.
    fn allowed(&self, node: NodeId, levels: &Levels) -> u32 {
        let fixed = &self.model.nodes[node.index()];
        let mut level = fixed.initial.0;
        for need in self.model.needs_of(node) {
            let need_row = &self.model.needs[need.index()];
            if !counts(need_row) {
                continue;
            }
            let term = self.term(need_row, levels.supply[need.index()]);
            level = match fixed.combine {
                Combine::Min => level.min(term),
                Combine::Product => (u64::from(level) * u64::from(term) / u64::from(ONE)) as u32,
            };
        }
        level
    }

    /// What a need allows at a supply in weight times millionths.
    fn term(&self, need: &Need, supply: u64) -> u32 {
        let share = (supply / u64::from(need.required.max(1))).min(u64::from(ONE)) as u32;
        match need.response.some() {
            Some(curve) => self.model.curves[curve.index()].at(Level(share)).0,
            None if share == ONE => ONE,
            None => {
                let missing = u64::from(need.criticality.0) * u64::from(ONE - share) / u64::from(ONE);
                ONE - missing as u32
            }
        }
    }

    /// Cuts off members that their network no longer reaches.
    fn cut_off(&self, network: usize, levels: &mut Levels) {
        let members = &self.model.networks[network].members;
        self.reach(network, levels);
        for (position, member) in members.iter().enumerate() {
            if !levels.reached[position] && !levels.cut_off[member.index()] {
                levels.cut_off[member.index()] = true;
                levels.list(member.0);
            }
        }
    }

    /// Marks the members that a network reaches; one that does not conduct is reached by a neighbour that does.
    fn reach(&self, network: usize, levels: &mut Levels) {
        let rule = &self.model.networks[network];
        let n = rule.members.len();
        levels.reached.clear();
        levels.reached.resize(n, false);
        match &rule.rule {
            NetworkRule::SourceReachable { sources } => {
                for source in sources {
                    if let Ok(position) = rule.members.binary_search(source) {
                        self.spread(network, position, levels);
                    }
                }
            }
            NetworkRule::LargestComponent => {
                let (mut best, mut largest) = (None, 0);
                for position in 0..n {
                    if levels.conducts(rule.members[position]) && !levels.reached[position] {
                        let size = self.spread(network, position, levels);
                        if size > largest {
                            (best, largest) = (Some(position), size);
                        }
                    }
                }
                levels.reached.fill(best.is_none());
                if let Some(best) = best {
                    self.spread(network, best, levels);
                }
            }
        }
    }

    /// Marks what is connected to a position; returns how many of these conduct.
    fn spread(&self, network: usize, from: usize, levels: &mut Levels) -> usize {
        let members = &self.model.networks[network].members;
        if std::mem::replace(&mut levels.reached[from], true) || !levels.conducts(members[from]) {
            return 0;
        }
        let mut size = 0;
        levels.stack.push(from as u32);
        while let Some(position) = levels.stack.pop() {
            size += 1;
            for next in &self.neighbours[network][position as usize] {
                let fresh = !std::mem::replace(&mut levels.reached[*next as usize], true);
                if fresh && levels.conducts(members[*next as usize]) {
                    levels.stack.push(*next);
                }
            }
        }
        size
    }
}
