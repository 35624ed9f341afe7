//! What is enough to keep a point working: a set of assets that every cut set has to touch.

use super::structure::{Levels, ONE, Structure, counts, full};
use linchpin_model::{Combine, Level, Need, NeedId, NetworkRule, NodeId};
use std::collections::{BTreeMap, VecDeque};

/// Assets that keep `point` from failing whatever else is out, given the levels that are; ascending. `point` has to work.
///
/// Each node on the way is asked for a level, each need for the supply that this takes, and of its providers as many as
/// give it, those asked already and the highest first.
pub(super) fn support(structure: &Structure<'_>, point: NodeId, levels: &Levels) -> Vec<NodeId> {
    let mut walk = Walk { structure, levels, asked: BTreeMap::new(), work: Vec::new() };
    walk.ask(point, structure.model.nodes[point.index()].failed_below.0);
    while let Some(node) = walk.work.pop() {
        walk.visit(node);
    }
    walk.asked.into_keys().filter(|node| structure.is_asset(*node)).collect()
}

struct Walk<'a> {
    structure: &'a Structure<'a>,
    levels: &'a Levels,
    /// Level asked of each node.
    asked: BTreeMap<NodeId, u32>,
    work: Vec<NodeId>,
}

impl Walk<'_> {
    fn ask(&mut self, node: NodeId, level: u32) {
        let before = self.asked.get(&node).copied();
        if before.is_none_or(|before| before < level) {
            self.asked.insert(node, level);
            self.work.push(node);
        }
    }

    fn visit(&mut self, node: NodeId) {
        let level = self.asked[&node];
        let model = self.structure.model;
        let product = model.nodes[node.index()].combine == Combine::Product;
        for need in model.needs_of(node) {
            let row = &model.needs[need.index()];
            if counts(row) && level > 0 {
                let supply = self.levels.supply(need).min(full(row));
                let least = if product { supply } else { least_supply(row, level).min(supply) };
                self.ask_providers(need, least);
            }
        }
        for network in self.structure.networks_of(node) {
            self.ask_network(*network as usize, node);
        }
    }

    fn ask_providers(&mut self, need: NeedId, mut least: u64) {
        let mut links: Vec<_> = self.structure.model.links_of(need).iter().collect();
        let level = |node: NodeId| self.levels.level(node);
        links.sort_by_key(|link| {
            (!self.asked.contains_key(&link.provider), std::cmp::Reverse(level(link.provider)))
        });
        for link in links {
            if least == 0 {
                return;
            }
            let weight = u64::from(link.weight.max(1));
            let give = least.div_ceil(weight).min(u64::from(level(link.provider).0)) as u32;
            least = least.saturating_sub(u64::from(link.weight) * u64::from(give));
            if give > 0 {
                self.ask(link.provider, give);
            }
        }
    }

    /// Asks for a way from a source to a member; where the largest component counts, for all that conduct.
    fn ask_network(&mut self, network: usize, node: NodeId) {
        let rule = &self.structure.model.networks[network];
        let NetworkRule::SourceReachable { sources } = &rule.rule else {
            for member in rule.members.iter().filter(|member| self.levels.conducts(**member)) {
                self.ask(*member, 1);
            }
            return;
        };
        let Ok(target) = rule.members.binary_search(&node) else { return };
        let mut before = vec![None; rule.members.len()];
        let mut queue = VecDeque::new();
        for source in sources {
            if let Ok(position) = rule.members.binary_search(source) {
                before[position] = Some(position);
                queue.push_back(position);
            }
        }
        while let Some(position) = queue.pop_front() {
            if position == target {
                break;
            }
            if !self.levels.conducts(rule.members[position]) {
                continue;
            }
            for next in &self.structure.neighbours[network][position] {
                if before[*next as usize].is_none() {
                    before[*next as usize] = Some(position);
                    queue.push_back(*next as usize);
                }
            }
        }
        let mut at = target;
        while let Some(previous) = before[at].filter(|previous| *previous != at) {
            self.ask(rule.members[previous], 1);
            at = previous;
        }
    }
}

/// The least supply, in weight times millionths, at which a need allows this level; the whole of it where a curve says.
fn least_supply(need: &Need, level: u32) -> u64 {
    if !need.response.is_none() {
        return full(need);
    }
    let Level(criticality) = need.criticality;
    let missing = ONE - level.min(ONE);
    if criticality <= missing {
        return 0;
    }
    // One millionth more where the division is not even: levels are rounded.
    let share = ONE - (u64::from(missing) * u64::from(ONE) / u64::from(criticality)) as u32;
    u64::from(share) * u64::from(need.required.max(1))
}
