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
/// Rows of a kind that are read together.
const ROOM: usize = 96;

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
        let (mut nodes, mut unmet) = (List::new(), List::new());
        self.read_nodes(coming, &mut nodes, &mut unmet);
        let mut needs = List::new();
        self.read_needs(nodes.items(), &mut needs);
        self.read_owners(needs.items(), &mut unmet);
        self.read_providers(unmet.items());
    }

    /// Reads what entries of the agenda name. Lists the nodes that change by them, and the needs whose reserves are spent.
    #[inline(always)]
    fn read_nodes(&self, coming: &[u64], nodes: &mut List<u32>, unmet: &mut List<u32>) {
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
        for key in coming {
            let (kind, id) = unpack(*key);
            let node = if matches!(kind, Kind::Fail | Kind::Repaired) {
                damages[id as usize].hazard.node
            } else if kind == Kind::Restart {
                id
            } else if kind == Kind::Reserve && specials[id as usize].due == (key >> 32) as u32 {
                let need = specials[id as usize].need;
                unmet.push(need);
                self.flow.needs[need as usize].owner
            } else {
                continue;
            };
            read ^= rows[node as usize].flags;
            nodes.push(node);
        }
        black_box(read);
    }

    /// Reads what belongs to nodes. Lists the needs of their consumers, and what their supply is above before the
    /// consumers can feel anything of it: whoever is down can only rise.
    #[inline(always)]
    fn read_needs(&self, nodes: &[u32], needs: &mut List<(u32, u64)>) {
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
        for node in nodes {
            let Node { out: mut at, level, .. } = rows[*node as usize];
            while let Some(consumer) = out.get(at as usize).filter(|_| needs.has_room()) {
                let (need, more) = consumer.need();
                let bar = supplied[need as usize].full + u64::from(consumer.weight) * u64::from(level);
                needs.push((need, bar));
                at = if more { at + 1 } else { u32::MAX };
            }
        }
        black_box(read);
    }

    /// Reads what belongs to needs that are not supplied above what they are given with. Lists those that may be left unmet.
    #[inline(always)]
    fn read_owners(&self, needs: &[(u32, u64)], unmet: &mut List<u32>) {
        let (rows, supplied) = (&*self.nodes, &self.flow.needs.rows[..]);
        let specials = &self.flow.specials.rows[..];
        let (mut plain, mut special) = (List::new(), List::new());
        let mut read = 0;
        for (need, bar) in needs {
            let row = &supplied[*need as usize];
            if row.supply >= *bar {
                continue;
            }
            read ^= rows[row.owner as usize].flags;
            if row.special() == 0 {
                plain.push(row.owner);
                if *bar > row.full {
                    unmet.push(*need);
                }
            } else {
                read ^= specials[row.special() as usize - 1].since;
                special.push(row.special() - 1);
            }
        }
        for special in special.items() {
            let SpecialState { charge, first_stage, .. } = specials[*special as usize];
            if charge == Charge::NOT_DRAWN {
                read ^= self.plan.stages.get(first_stage as usize).map_or(0, |stage| stage.key.0 as u32);
            }
        }
        for owner in plain.items() {
            read ^= self.plan.out.get(rows[*owner as usize].out as usize).map_or(0, |out| out.need);
        }
        black_box(read);
    }

    /// Reads the first two providers of needs, one of which is to blame.
    #[inline(always)]
    fn read_providers(&self, unmet: &[u32]) {
        let (starts, providers) = (&self.plan.model.link_start[..], &self.plan.providers[..]);
        let mut read = 0;
        for need in unmet {
            read ^= starts[*need as usize];
        }
        for need in unmet {
            read ^= providers.get(starts[*need as usize] as usize).map_or(0, |provider| *provider);
        }
        for need in unmet {
            let first = starts[*need as usize] as usize;
            for provider in providers.iter().skip(first).take(2) {
                read ^= self.nodes[*provider as usize].flags;
            }
        }
        black_box(read);
    }
}

/// A list that takes no more than there is room for.
struct List<T> {
    slots: [T; ROOM],
    count: usize,
}

impl<T: Copy + Default> List<T> {
    fn new() -> Self {
        Self { slots: [T::default(); ROOM], count: 0 }
    }

    #[inline(always)]
    fn has_room(&self) -> bool {
        self.count < ROOM
    }

    #[inline(always)]
    fn push(&mut self, item: T) {
        if let Some(slot) = self.slots.get_mut(self.count) {
            *slot = item;
            self.count += 1;
        }
    }

    #[inline(always)]
    fn items(&self) -> &[T] {
        &self.slots[..self.count]
    }
}
