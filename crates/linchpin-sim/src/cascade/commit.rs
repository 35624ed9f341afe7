//! The end of an instant: what really changed is noted, scheduled and passed to whom it concerns.

use crate::agenda::Kind;
use crate::engine::Engine;
use crate::plan::HotMembership;
use crate::state::{Blame, Change, NEVER, ONE, Observer, Parcel, flag};
use linchpin_model::{
    Cause, CeilingKind, GroupId, Happening, Level, LinkId, NeedId, NodeId, SimTime, Step, Switch,
};

impl Engine<'_> {
    /// Finishes the instant.
    #[inline(always)]
    pub(crate) fn commit(&mut self) {
        let flow = &*self.flow;
        let failures = flow.first_failures.len();
        if flow.changes.len() | flow.dirty_specials.len() | flow.start_checks.len() | failures != 0 {
            self.commit_changes();
        }
        let time = SimTime(self.now);
        let Observer { dirty, sums, record, .. } = &mut *self.observer;
        let noted = record.steps.len();
        dirty.drain(|group| {
            record.steps.push(Step { time, group: GroupId(group), sum: sums[group as usize] });
        });
        if self.plan.lookout.has_groups() {
            self.view_groups(noted);
        }
    }

    /// Makes final what happened to nodes and reserves, and looks at the starts that may have become possible.
    #[inline(never)]
    fn commit_changes(&mut self) {
        for k in 0..self.flow.changes.len() {
            self.close_change(self.flow.changes[k]);
        }
        self.flow.changes.clear();
        while let Some(node) = self.flow.first_failures.pop() {
            self.count_failure(self.nodes[node as usize].blame.generation);
        }
        loop {
            self.commit_specials();
            if self.flow.start_checks.is_empty() {
                break;
            }
            // It may arm a reserve.
            self.check_starts();
        }
    }

    /// Compares what a node was before the instant with what it is.
    #[inline]
    fn close_change(&mut self, change: Change) {
        let i = change.node as usize;
        let status = &mut self.nodes[i];
        status.flags &= !flag::CHANGED;
        let level = status.level;
        if change.level != level {
            self.finish_change_by_call(change.node, change.level, level);
            if self.nodes[i].flags & flag::DELAYED != 0 {
                self.send_parcels(change.node, level);
            }
            if self.clock.trace {
                self.trace_change(change.node, change.level, level);
            }
        } else if self.nodes[i].blame.fell != change.blame.fell {
            // It fell and came back within the instant: it has not failed.
            self.nodes[i].blame = Blame { lost: self.nodes[i].blame.lost, ..change.blame };
        }
    }

    /// The same as [`Self::finish_change`]. It stands in the code once for all who call it but the most frequent of them:
    /// the more copies, the less of the code is in the processor's cache.
    #[inline(never)]
    pub(crate) fn finish_change_by_call(&mut self, node: u32, from: u32, to: u32) {
        self.finish_change(node, from, to);
    }

    /// A node has gone from one level to another for good. What concerns delayed links and traces is left to
    /// [`Self::close_change`].
    #[inline(always)]
    pub(crate) fn finish_change(&mut self, node: u32, from: u32, to: u32) {
        let i = node as usize;
        let status = &mut self.nodes[i];
        let (flags, membership) = (status.flags, status.membership);
        if to < from {
            status.flags |= flag::FELL;
            if to < status.failed_below && flags & flag::FAILED == 0 {
                status.flags |= flag::FAILED | flag::EVER_FAILED;
                if flags & flag::EVER_FAILED == 0 {
                    let generation = status.blame.generation;
                    self.note_first_failure(node, flags, generation);
                }
                if flags & (flag::WATCHED | flag::OBSERVED) != 0 {
                    self.tell_response(node, true);
                }
                self.note_switch(node, true);
            }
            if to == 0 && flags & flag::RESTARTS != 0 {
                // Out of service from the end of the instant on.
                self.list_start_check(node);
            }
        } else if flags & flag::FAILED != 0 && to >= status.failed_below {
            status.flags &= !flag::FAILED;
            if flags & (flag::WATCHED | flag::OBSERVED) != 0 {
                self.tell_response(node, false);
            }
            self.note_switch(node, false);
        }
        let change = i64::from(to) - i64::from(from);
        if membership & HotMembership::ONLY == 0 {
            self.shift_sums(membership, change);
        } else if membership != HotMembership::NONE {
            self.shift_sum(HotMembership::only(membership), change);
        }
    }

    /// Adds a change of a node's level to the sums of its groups, from an entry on.
    fn shift_sums(&mut self, first: u32, change: i64) {
        let plan = self.plan;
        for entry in &plan.memberships[first as usize..] {
            let group = entry.group & !HotMembership::LAST;
            self.shift_sum(HotMembership { group, ..*entry }, change);
            if group != entry.group {
                break;
            }
        }
    }

    #[inline(always)]
    fn shift_sum(&mut self, membership: HotMembership, change: i64) {
        let HotMembership { group, weight } = membership;
        let sum = &mut self.observer.sums[group as usize];
        *sum = sum.wrapping_add_signed(i64::from(weight) * change);
        self.observer.dirty.mark(group);
    }

    #[inline(always)]
    fn note_first_failure(&mut self, node: u32, flags: u32, generation: u16) {
        self.observer.tallies.0[node as usize].first_failed = self.now;
        if flags & flag::COUNTED == 0 {
            return;
        }
        // What fails by a need may be cut off within the same instant, and then that is the cause.
        if self.flow.one_way && !self.plan.network_of.is_empty() {
            self.flow.first_failures.push(node);
        } else {
            self.count_failure(generation);
        }
    }

    fn count_failure(&mut self, generation: u16) {
        let (record, generation) = (&mut self.observer.record, u32::from(generation));
        record.failed += 1;
        record.direct += u32::from(generation == 0);
        record.generations = record.generations.max(generation);
    }

    #[inline(always)]
    fn note_switch(&mut self, node: u32, failed: bool) {
        if self.clock.switches && self.nodes[node as usize].flags & flag::COUNTED != 0 {
            let switch = Switch { time: SimTime(self.now), node: NodeId(node), failed };
            self.observer.record.switches.push(switch);
        }
    }

    /// A node that the response waits for, or looks at, has failed or works again.
    #[inline(never)]
    fn tell_response(&mut self, node: u32, failed: bool) {
        let flags = self.nodes[node as usize].flags;
        if flags & flag::WATCHED != 0 {
            self.agenda.wake_response = true;
            self.response.recheck = true;
        }
        if flags & flag::OBSERVED != 0 {
            self.view_switch(node, failed);
        }
    }

    fn trace_change(&mut self, node: u32, from: u32, to: u32) {
        let what = if to > from {
            Happening::Rose { from: Level(from), to: Level(to) }
        } else {
            let blame = self.nodes[node as usize].blame;
            Happening::Fell {
                from: Level(from),
                to: Level(to),
                cause: self.unpack_cause(blame.cause),
                generation: blame.generation,
                root: NodeId(blame.root),
            }
        };
        self.trace(node, what);
    }

    fn unpack_cause(&self, cause: u32) -> Cause {
        if cause == Blame::NO_CAUSE {
            return Cause::None;
        }
        if cause & Blame::CEILING != 0 {
            return Cause::Ceiling(CeilingKind::ALL[(cause & !Blame::CEILING) as usize]);
        }
        let model = &self.plan.model;
        let need = model.link_start.partition_point(|start| *start <= cause) - 1;
        Cause::Need(NeedId::new(need), model.links[LinkId(cause).index()].provider)
    }

    /// Puts the new level of a node on the way over its delayed links.
    fn send_parcels(&mut self, node: u32, level: u32) {
        let i = node as usize;
        let plan = self.plan;
        let all = plan.model.supply_start[i] as usize..plan.model.supply_start[i + 1] as usize;
        let at_once = plan.out[all.clone()].iter().position(|out| !out.need().1).map_or(0, |last| last + 1);
        for out in &plan.out[all][at_once..] {
            let fixed = plan.delayed_links[out.weight as usize];
            let mut state = self.flow.delays[out.weight as usize];
            if state.delay == NEVER {
                state.delay = self.draw_delay(&fixed);
            }
            let time = self.now.saturating_add(state.delay);
            let blame = self.nodes[i].blame;
            let (root, generation) = (blame.root, blame.generation);
            let parcel = Parcel { level, root, generation, time, next: NEVER };
            let at = self.flow.free_parcel;
            let at = if at == NEVER {
                self.flow.parcels.push(parcel);
                self.flow.parcels.len() as u32 - 1
            } else {
                self.flow.free_parcel = self.flow.parcels[at as usize].next;
                self.flow.parcels[at as usize] = parcel;
                at
            };
            if state.last == NEVER {
                state.first = at;
            } else {
                self.flow.parcels[state.last as usize].next = at;
            }
            state.last = at;
            self.flow.delays[out.weight as usize] = state;
            self.agenda.cascade.push(time, Kind::Arrival, out.weight);
        }
    }

    /// Delivers what is due over a delayed link, in order.
    #[inline(never)]
    pub(crate) fn deliver(&mut self, link: u32) {
        loop {
            let state = self.flow.delays[link as usize];
            if state.first == NEVER || self.flow.parcels[state.first as usize].time > self.now {
                return;
            }
            let parcel = self.flow.parcels[state.first as usize];
            let fixed = self.plan.delayed_links[link as usize];
            let slot = &mut self.flow.delays[link as usize];
            slot.first = parcel.next;
            if parcel.next == NEVER {
                slot.last = NEVER;
            }
            (slot.delivered, slot.root, slot.generation) = (parcel.level, parcel.root, parcel.generation);
            self.flow.parcels[state.first as usize].next = self.flow.free_parcel;
            self.flow.free_parcel = state.first;
            self.shift_supply(fixed.need, fixed.weight, state.delivered, parcel.level);
        }
    }

    /// Lists a node that is out of service: can it start?
    #[inline]
    pub(crate) fn list_start_check(&mut self, node: u32) {
        let flags = &mut self.nodes[node as usize].flags;
        if *flags & flag::START_CHECK == 0 {
            *flags |= flag::START_CHECK;
            self.flow.start_checks.push(node);
        }
    }

    fn check_starts(&mut self) {
        let mut checks = std::mem::take(&mut self.flow.start_checks);
        for node in checks.drain(..) {
            self.nodes[node as usize].flags &= !flag::START_CHECK;
            if self.nodes[node as usize].flags & flag::OUT == 0 {
                if self.nodes[node as usize].level > 0 {
                    continue;
                }
                // Its restart was complete in the very second in which something else failed: it never came back.
                self.nodes[node as usize].flags |= flag::OUT;
            }
            let row = self.plan.sides[node as usize].restart as usize;
            let able = self.can_start(node);
            let running = self.flow.restarts[row].due != NEVER;
            if able && !running {
                let due = self.now.saturating_add(self.draw_restart(node));
                self.flow.restarts[row].due = due;
                self.agenda.cascade.push(due, Kind::Restart, node);
                if self.clock.trace && due > self.now {
                    self.trace(node, Happening::Restarting(SimTime(due)));
                }
            } else if !able && running {
                self.flow.restarts[row].due = NEVER;
            }
        }
        self.flow.start_checks = checks;
    }

    /// True where every ceiling is above 0 and every need has supply enough to leave it above 0, or can be gone
    /// without.
    fn can_start(&mut self, node: u32) -> bool {
        let i = node as usize;
        let product = self.nodes[i].flags & flag::PRODUCT != 0;
        let mut level = u64::from(self.nodes[i].own);
        for need in self.needs_of(node) {
            let hot = self.flow.needs[need as usize];
            let met = match hot.special() {
                0 => self.supply_of(need) > 0,
                _ => self.special_starts(&hot),
            };
            // A need that takes nothing away when unmet does not keep anything from starting.
            if !met && hot.criticality > 0 {
                return false;
            }
            let term = self.flow.needs[need as usize].term;
            // One at 0 is gone without.
            if product && term > 0 {
                level = level * u64::from(term) / u64::from(ONE);
            }
        }
        level > 0
    }

    /// A restart is complete.
    #[inline(never)]
    pub(crate) fn finish_restart(&mut self, node: u32) {
        let i = node as usize;
        let row = self.plan.sides[i].restart as usize;
        if self.flow.restarts[row].due != self.now || self.nodes[i].flags & flag::OUT == 0 {
            return;
        }
        self.flow.restarts[row].due = NEVER;
        self.flow.restarts[row].count += 1;
        self.nodes[i].flags &= !flag::OUT;
        for need in self.needs_of(node) {
            let special = self.flow.needs[need as usize].special();
            if special != 0 {
                self.begin_black_start(node, need, special - 1);
            }
        }
        self.list(node);
        self.list_start_check(node);
    }
}
