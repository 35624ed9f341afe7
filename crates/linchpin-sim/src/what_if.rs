//! What-ifs: nodes that are struck, shielded or held up in a replication, without another model.
//!
//! All of it is laid down when a replication begins, in rows of nodes that go back with the next reset; nothing in the
//! loop asks for it but the strike of an event at a node.

use crate::agenda::Kind;
use crate::engine::Engine;
use crate::state::{NEVER, ONE, flag};
use linchpin_model::{Event, EventId, NeedId, NodeId, NodeKind, Occasion};

/// Far above any supply.
const OUT_OF_REACH: u64 = 1 << 62;

/// What is supposed of a replication. Nothing, by default.
///
/// Draws are the same as without it. Nodes may be listed in any order, and more than once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIf {
    /// Struck by `by` at `at`, threat or not.
    pub struck: Vec<NodeId>,
    /// When, in seconds from the start; from the horizon on: never.
    pub at: u32,
    /// The event that strikes them, from [`Model::with_strike`](linchpin_model::Model::with_strike). Others strike nobody.
    pub by: EventId,
    /// No strike, event, step or malware has a direct effect on these; plans do. They may be chosen as targets, fail at
    /// random and lack what they need.
    pub shielded: Vec<NodeId>,
    /// Nothing holds these down themselves, and they lack nothing. Targets are chosen as before.
    pub held_up: Vec<NodeId>,
    /// Nothing arrives at these from `at` on, whatever their providers do; `by` has to be given for them too. Needs of
    /// pools are left as they are.
    pub cut: Vec<NeedId>,
    /// When supply arrives at them again, in seconds from the start; from the horizon on: never.
    pub cut_until: u32,
    /// These are wholly supplied, whatever their providers do. Needs of pools are left as they are.
    pub met: Vec<NeedId>,
}

impl Default for WhatIf {
    fn default() -> Self {
        Self {
            struck: Vec::new(),
            at: 0,
            by: EventId::NONE,
            shielded: Vec::new(),
            held_up: Vec::new(),
            cut: Vec::new(),
            cut_until: NEVER,
            met: Vec::new(),
        }
    }
}

impl WhatIf {
    /// Takes everything back, keeping the buffers.
    pub fn clear(&mut self) {
        self.struck.clear();
        self.shielded.clear();
        self.held_up.clear();
        self.cut.clear();
        self.met.clear();
        self.cut_until = NEVER;
        self.at = 0;
        self.by = EventId::NONE;
    }

    /// Becomes a copy of another, in its own buffers.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.struck.clone_from(&other.struck);
        self.shielded.clone_from(&other.shielded);
        self.held_up.clone_from(&other.held_up);
        self.cut.clone_from(&other.cut);
        self.met.clone_from(&other.met);
        (self.at, self.by, self.cut_until) = (other.at, other.by, other.cut_until);
    }

    fn is_nothing(&self) -> bool {
        let nodes = [&self.struck, &self.shielded, &self.held_up];
        nodes.into_iter().all(Vec::is_empty) && self.cut.is_empty() && self.met.is_empty()
    }
}

impl Engine<'_> {
    /// Lays down what is supposed of the replication that begins.
    pub(crate) fn suppose(&mut self, what_if: &WhatIf) {
        if what_if.is_nothing() {
            return;
        }
        for node in &what_if.shielded {
            self.touch(node.0);
            self.nodes[node.index()].flags |= flag::SHIELDED | flag::UNLIKE;
        }
        for node in &what_if.held_up {
            self.touch(node.0);
            let row = &mut self.nodes[node.index()];
            row.flags |= flag::INVULNERABLE | flag::UNLIKE;
            row.needs = 0;
        }
        for need in &what_if.met {
            self.demand(need.0, 0);
        }
        let event = self.plan.model.events.get(what_if.by.index());
        let strikes = !(what_if.struck.is_empty() && what_if.cut.is_empty());
        if event.is_some_and(|event| event.occasion == Occasion::WhatIf) && strikes {
            let struck = &mut self.threats.struck;
            struck.extend(what_if.struck.iter().map(|node| node.0));
            struck.sort_unstable();
            struck.dedup();
            self.threats.cut.extend(what_if.cut.iter().map(|need| need.0));
            self.threats.cut_until = what_if.cut_until;
            self.agenda.threat.push(what_if.at, Kind::Event, what_if.by.0);
            if !what_if.cut.is_empty() && what_if.cut_until > what_if.at {
                self.agenda.threat.push(what_if.cut_until, Kind::Event, what_if.by.0);
            }
        }
    }

    /// The event that is only supposed takes place.
    pub(crate) fn strike_supposed(&mut self, id: u32) {
        let over = self.now >= self.threats.cut_until;
        let cut = std::mem::take(&mut self.threats.cut);
        for need in &cut {
            let required = u64::from(self.plan.model.needs[*need as usize].required.max(1));
            self.demand(*need, if over { required * u64::from(ONE) } else { OUT_OF_REACH });
        }
        self.threats.cut = cut;
        if over && !self.threats.cut.is_empty() {
            return;
        }
        let struck = std::mem::take(&mut self.threats.struck);
        self.strike_chosen(id, &struck);
        self.threats.struck = struck;
    }

    /// Sets what a need has to be supplied with, in weight times millionths.
    fn demand(&mut self, need: u32, full: u64) {
        let owner = self.plan.model.needs[need as usize].owner;
        if self.plan.model.nodes[owner.index()].kind == NodeKind::Pool {
            return;
        }
        self.flow.needs[need as usize].full = full;
        let hot = self.flow.needs[need as usize];
        if hot.is_booked() {
            self.touch_special(&hot);
        }
        self.refresh_term(need);
    }

    /// Whether an event passes a node by.
    #[inline]
    pub(crate) fn passes_by(&self, event: &Event, node: NodeId) -> bool {
        self.nodes[node.index()].flags & flag::SHIELDED != 0 && !matches!(event.occasion, Occasion::Plan(_))
    }
}
