//! Network rules: who is connected.
//!
//! A member conducts while everything but the network itself leaves it above 0. A member that does not
//! conduct is connected where a connected neighbour conducts, so that restoration can reach it.

use crate::engine::Engine;
use crate::state::{NEVER, ONE, flag};
use linchpin_model::{CeilingKind, NetworkRule};

impl Engine<'_> {
    /// A member of a network or sharing group changed its level.
    #[inline(never)]
    pub(crate) fn touch_groups(&mut self, node: u32, from: u32, to: u32) {
        let i = node as usize;
        let fell = to < from;
        // A mesh only asks who conducts, that is who is above 0.
        if self.nodes[i].flags & flag::MESHED != 0 && (from == 0 || to == 0) {
            let network = self.plan.network_of[i];
            if fell {
                let now = self.now;
                let before = self.flow.network_trigger[network as usize];
                let same_instant = before != NEVER && self.nodes[before as usize].blame.fell == now;
                self.flow.network_trigger[network as usize] =
                    if same_instant { before.min(node) } else { node };
            }
            if !self.flow.networks_due.contains(&network) {
                self.flow.networks_due.push(network);
            }
        }
        if self.nodes[i].flags & flag::SHARES != 0 {
            let group = self.plan.sharing_members[self.plan.member_of[i] as usize].group;
            if fell {
                let before = self.flow.sharing_trigger[group as usize];
                let same_instant = before != NEVER && self.nodes[before as usize].blame.fell == self.now;
                self.flow.sharing_trigger[group as usize] =
                    if same_instant { before.min(node) } else { node };
            }
            self.touch_sharing(group);
        }
    }

    /// Something changed about a member that stays at 0: its component may be the largest all the same.
    #[inline]
    pub(crate) fn touch_cut_off(&mut self, node: u32) {
        let status = self.nodes[node as usize];
        if status.level > 0 || status.flags & flag::MESHED == 0 {
            return;
        }
        let network = self.plan.network_of[node as usize];
        let largest = self.plan.model.networks[network as usize].rule == NetworkRule::LargestComponent;
        if largest && !self.flow.networks_due.contains(&network) {
            self.flow.networks_due.push(network);
        }
    }

    /// Lowers members that are no longer connected. True where it lowered any.
    pub(crate) fn networks_lower(&mut self) -> bool {
        let mut lowered = false;
        for k in 0..self.flow.networks_due.len() {
            let network = self.flow.networks_due[k];
            lowered |= self.connect(network, false);
        }
        lowered
    }

    /// Raises members that are connected again. True where it raised any; networks in which nothing is left to
    /// do are done with.
    pub(crate) fn networks_raise(&mut self) -> bool {
        let mut raised = false;
        let mut due = std::mem::take(&mut self.flow.networks_due);
        due.retain(|network| {
            if self.connect(*network, true) {
                raised = true;
                return true;
            }
            // Where the largest component is another one now, others have to fall: another turn.
            self.must_lower(*network)
        });
        self.flow.networks_due = due;
        raised
    }

    fn connect(&mut self, network: u32, raise: bool) -> bool {
        self.find_connected(network);
        let plan = self.plan;
        let members = &plan.model.networks[network as usize].members;
        let column = plan.slot_of[CeilingKind::Network as usize];
        let mut changed = false;
        for (position, member) in members.iter().enumerate() {
            let connected = self.flow.reached[position];
            let level = if connected { ONE } else { 0 };
            let before = self.ceiling(member.0, column);
            if connected == raise && before != level {
                self.set_ceiling(member.0, CeilingKind::Network, level);
                changed |= self.ceiling(member.0, column) != before;
            }
        }
        changed
    }

    fn must_lower(&mut self, network: u32) -> bool {
        let plan = self.plan;
        if plan.model.networks[network as usize].rule != NetworkRule::LargestComponent {
            return false;
        }
        self.find_connected(network);
        let column = plan.slot_of[CeilingKind::Network as usize];
        let members = &plan.model.networks[network as usize].members;
        members.iter().enumerate().any(|(position, member)| {
            !self.flow.reached[position]
                && self.ceiling(member.0, column) > 0
                && self.nodes[member.index()].flags & flag::INVULNERABLE == 0
        })
    }

    /// Fills `reached` by position in the network.
    fn find_connected(&mut self, network: u32) {
        let plan = self.plan;
        let rule = &plan.model.networks[network as usize];
        let n = rule.members.len();
        for (position, member) in rule.members.iter().enumerate() {
            self.flow.conducts[position] = self.conducts(member.0);
        }
        self.flow.reached[..n].fill(false);
        match rule.rule {
            NetworkRule::SourceReachable { .. } => {
                for position in 0..n as u32 {
                    if plan.meshes[network as usize].is_source[position as usize] {
                        self.spread(network, position);
                    }
                }
            }
            NetworkRule::LargestComponent => {
                let (mut best, mut largest) = (NEVER, 0);
                for position in 0..n as u32 {
                    if self.flow.conducts[position as usize] && !self.flow.reached[position as usize] {
                        let size = self.spread(network, position);
                        if size > largest {
                            (best, largest) = (position, size);
                        }
                    }
                }
                // Where nobody works, nobody is cut off: the first to come back begins the component.
                self.flow.reached[..n].fill(best == NEVER);
                if best != NEVER {
                    self.spread(network, best);
                }
            }
        }
    }

    /// Marks everything connected to `from`; returns how many of these conduct.
    fn spread(&mut self, network: u32, from: u32) -> u32 {
        if std::mem::replace(&mut self.flow.reached[from as usize], true) {
            return 0;
        }
        if !self.flow.conducts[from as usize] {
            return 0;
        }
        let mesh = &self.plan.meshes[network as usize];
        let mut size = 0;
        let mut stack = std::mem::take(&mut self.flow.stack);
        stack.push(from);
        while let Some(member) = stack.pop() {
            size += 1;
            for &next in mesh.neighbours(member) {
                if !std::mem::replace(&mut self.flow.reached[next as usize], true)
                    && self.flow.conducts[next as usize]
                {
                    stack.push(next);
                }
            }
        }
        self.flow.stack = stack;
        size
    }

    /// True while everything but the network rule leaves the node above 0.
    fn conducts(&self, node: u32) -> bool {
        let i = node as usize;
        let status = self.nodes[i];
        if status.flags & flag::OUT != 0 {
            return false;
        }
        if status.level > 0 {
            return true;
        }
        let network = self.plan.slot_of[CeilingKind::Network as usize];
        let held = (0..self.plan.columns as u8).any(|c| c != network && self.ceiling(node, c) == 0)
            || self.plan.model.nodes[i].initial.0 == 0;
        !held && self.needs_of(node).all(|need| self.flow.needs[need as usize].term > 0)
    }
}
