//! Reading ahead, for models whose tables do not fit the caches.
//!
//! An event and what follows from it at once touch a dozen rows in as many tables, most of them known only from another:
//! without more ado the processor waits for one after the other. Here the rows of the next events are read, table by
//! table, so that it waits for many of them together. Nothing is computed, and nothing depends on it.

use crate::agenda::{Kind, unpack};
use crate::engine::Engine;
use crate::state::{Charge, Node, SpecialState, flag};
use std::hint::black_box;

/// Events whose rows are read together.
const EVENTS: usize = 32;
/// Needs of their consumers.
const NEEDS: usize = 64;

impl Engine<'_> {
    /// When the cascade's next event is due; `u32::MAX` where there is none.
    #[inline(always)]
    pub(crate) fn next_in_cascade(&mut self) -> u32 {
        match self.agenda.cascade.time_at_hand() {
            Some(time) => time,
            None => self.open_cascade(),
        }
    }

    #[inline(never)]
    fn open_cascade(&mut self) -> u32 {
        let next = self.agenda.cascade.open_next_bucket();
        if self.plan.is_large && self.agenda.cascade.is_unseen() {
            self.read_ahead();
        }
        next
    }

    #[inline(never)]
    fn read_ahead(&mut self) {
        let mut coming = [0; EVENTS];
        let coming = self.agenda.cascade.look_ahead(&mut coming);
        let mut nodes = [0; EVENTS];
        let nodes = self.read_nodes(coming, &mut nodes);
        let mut needs = [(0, 0); NEEDS];
        let needs = self.read_needs(nodes, &mut needs);
        self.read_owners(needs);
    }

    /// Reads what entries of the agenda name. Returns the nodes that change by them.
    #[inline]
    fn read_nodes<'a>(&self, coming: &[u64], nodes: &'a mut [u32; EVENTS]) -> &'a [u32] {
        let (damages, rows) = (&self.condition.damages[..], &*self.nodes);
        let specials = &self.flow.specials.rows[..];
        let mut read = 0;
        for key in coming {
            let (kind, id) = unpack(*key);
            // By far the most frequent ones first.
            read ^= if matches!(kind, Kind::Fail | Kind::Repaired) {
                damages[id as usize].hazard.node
            } else if kind == Kind::Restart {
                rows[id as usize].flags
            } else if kind == Kind::Reserve {
                specials[id as usize].due
            } else {
                0
            };
        }
        let mut count = 0;
        for key in coming {
            let (kind, id) = unpack(*key);
            let node = if matches!(kind, Kind::Fail | Kind::Repaired) {
                damages[id as usize].hazard.node
            } else if kind == Kind::Restart {
                id
            } else if kind == Kind::Reserve && specials[id as usize].due == (key >> 32) as u32 {
                self.flow.needs[specials[id as usize].need as usize].owner
            } else {
                continue;
            };
            read ^= rows[node as usize].flags;
            nodes[count] = node;
            count += 1;
        }
        black_box(read);
        &nodes[..count]
    }

    /// Reads what belongs to nodes. Returns the needs of their consumers, and what their supply is above before the
    /// consumers can feel anything of it: whoever is down can only rise.
    #[inline]
    fn read_needs<'a>(&self, nodes: &[u32], needs: &'a mut [(u32, u64); NEEDS]) -> &'a [(u32, u64)] {
        let (rows, tallies) = (&*self.nodes, &self.observer.tallies.0[..]);
        let (out, supplied) = (&self.plan.out[..], &self.flow.needs.rows[..]);
        let mut read = 0;
        for node in nodes {
            let row = &rows[*node as usize];
            read ^= tallies[*node as usize].first_failed;
            if row.flags & flag::RESTARTS != 0 {
                read ^= supplied.get(row.need as usize).map_or(0, |need| need.term);
            }
            read ^= out.get(row.out as usize).map_or(0, |out| out.need);
        }
        let mut count = 0;
        for node in nodes {
            let Node { out: mut at, level, .. } = rows[*node as usize];
            while let (Some(consumer), Some(slot)) = (out.get(at as usize), needs.get_mut(count)) {
                let (need, more) = consumer.need();
                let full = supplied[need as usize].full;
                *slot = (need, full + u64::from(consumer.weight) * u64::from(level));
                count += 1;
                at = if more { at + 1 } else { u32::MAX };
            }
        }
        black_box(read);
        &needs[..count]
    }

    /// Reads what belongs to needs that are not supplied above what they are given with: they may be met, or left unmet.
    #[inline]
    fn read_owners(&self, needs: &[(u32, u64)]) {
        let (rows, supplied) = (&*self.nodes, &self.flow.needs.rows[..]);
        let tallies = &self.observer.tallies.0[..];
        let specials = &self.flow.specials.rows[..];
        let (starts, providers) = (&self.plan.model.link_start[..], &self.plan.providers[..]);
        let (mut plain, mut plains) = ([0; NEEDS], 0);
        let (mut special, mut count) = ([0; NEEDS], 0);
        let mut read = 0;
        for (need, bar) in needs {
            let row = &supplied[*need as usize];
            if row.supply >= *bar {
                continue;
            }
            read ^= rows[row.owner as usize].flags;
            if row.special() == 0 {
                read ^= starts[*need as usize] ^ tallies[row.owner as usize].first_failed;
                plain[plains] = *need;
                plains += 1;
            } else {
                let i = row.special() as usize - 1;
                read ^= specials[i].since;
                special[count] = i as u32;
                count += 1;
            }
        }
        for special in &special[..count] {
            let SpecialState { charge, first_stage, .. } = specials[*special as usize];
            if charge == Charge::NOT_DRAWN {
                read ^= self.plan.stages.get(first_stage as usize).map_or(0, |stage| stage.key.0 as u32);
            }
        }
        for need in &plain[..plains] {
            let owner = &rows[supplied[*need as usize].owner as usize];
            read ^= self.plan.out.get(owner.out as usize).map_or(0, |out| out.need);
            read ^= providers.get(starts[*need as usize] as usize).map_or(0, |provider| *provider);
        }
        black_box(read);
    }
}
