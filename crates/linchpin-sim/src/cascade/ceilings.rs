//! Ceilings: what holds a node down by itself, whatever it needs.

use crate::engine::Engine;
use crate::state::{ONE, flag};
use linchpin_model::CeilingKind;

impl Engine<'_> {
    /// A ceiling of a node by its column. Where one kind alone is active there is no table.
    #[inline]
    pub(crate) fn ceiling(&self, node: u32, column: u8) -> u32 {
        let columns = self.plan.columns;
        if columns == 0 {
            return self.nodes[node as usize].own;
        }
        self.flow.ceilings[node as usize * columns + usize::from(column)]
    }

    /// Sets one ceiling of a node.
    pub(crate) fn set_ceiling(&mut self, node: u32, kind: CeilingKind, level: u32) {
        let i = node as usize;
        let status = &mut self.nodes[i];
        if status.flags & flag::INVULNERABLE != 0 {
            return;
        }
        let columns = self.plan.columns;
        if columns == 0 {
            status.own = level.min(self.plan.model.nodes[i].initial.0);
            self.list(node);
            return;
        }
        let column = usize::from(self.plan.slot_of[kind as usize]);
        if std::mem::replace(&mut self.flow.ceilings[i * columns + column], level) != level {
            self.refresh_own(node);
        }
    }

    /// Computes anew what a node's ceilings and its initial level make of it.
    pub(crate) fn refresh_own(&mut self, node: u32) {
        let (i, columns, initial) = (node as usize, self.plan.columns, self.initial_of(node));
        let row = &self.flow.ceilings[i * columns..(i + 1) * columns];
        self.nodes[i].own = if self.nodes[i].flags & flag::PRODUCT != 0 {
            row.iter().fold(u64::from(initial), |own, term| own * u64::from(*term) / u64::from(ONE)) as u32
        } else {
            row.iter().fold(initial, |own, term| own.min(*term))
        };
        // Even where the lowest stays, the cause may pass to another ceiling.
        self.list(node);
    }
}
