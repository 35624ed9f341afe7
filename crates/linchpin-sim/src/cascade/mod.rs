//! The cascade: levels of all nodes, and everything that changes them by itself.

mod ahead;
mod ceilings;
mod commit;
mod mesh;
mod reserve;
mod settle;
mod sharing;

use crate::agenda::Kind;
use crate::engine::Engine;
use crate::state::flag;

/// Works through the cascade's own events up to the next event of another subsystem.
pub(crate) fn run_cascade(engine: &mut Engine<'_>) {
    engine.run_cascade();
}

impl Engine<'_> {
    fn run_cascade(&mut self) {
        // What others did at the present instant is part of it.
        let others = self
            .agenda
            .threat
            .next_time()
            .min(self.agenda.condition.next_time())
            .min(self.agenda.cyber.next_time());
        let mut limit = others.min(self.clock.limit);
        let told = self.clock.trace;
        if self.has_work() {
            self.flow.one_way = !told && self.is_one_move() && self.goes_one_way();
            if self.flow.one_way {
                self.settle_event_by_call();
            } else {
                self.handle_due();
                self.settle();
            }
        }
        while !self.clock.done && !self.agenda.wake_response {
            let next = self.next_in_cascade();
            // `NEVER` is no less than any limit.
            if next >= limit || !self.advance_to(next) {
                break;
            }
            self.handle_next();
            self.flow.one_way = !told && self.next_in_cascade() != next && self.goes_one_way();
            if self.flow.one_way {
                self.settle_event();
            } else {
                self.handle_due();
                if self.has_work() {
                    self.settle();
                }
            }
            // Handling may have put something on another subsystem's queue.
            if self.plan.has_attended {
                limit = limit.min(self.agenda.condition.next_time());
            }
        }
    }

    /// True where something of the present instant has not come to levels yet.
    pub(crate) fn has_work(&self) -> bool {
        let flow = &*self.flow;
        let due = flow.networks_due.len() | flow.sharings_due.len();
        flow.next.len() | due | flow.dirty_specials.len() | flow.start_checks.len() != 0
    }

    /// Whether a single node is all that moves at the present instant so far.
    fn is_one_move(&mut self) -> bool {
        let flow = &*self.flow;
        flow.next.len() == 1
            && flow.networks_due.is_empty()
            && flow.sharings_due.is_empty()
            && self.next_in_cascade() != self.now
    }

    /// Whether what one event has listed moves all levels one way, so that nothing comes to nothing.
    #[inline]
    fn goes_one_way(&self) -> bool {
        let turns = |node: &u32| self.nodes[*node as usize].flags & flag::CAN_TURN != 0;
        !self.plan.has_turning || (!self.flow.next.iter().any(turns) && self.flow.closing.is_empty())
    }

    /// Applies the cascade's own events that are due now.
    #[inline(never)]
    fn handle_due(&mut self) {
        while self.next_in_cascade() == self.now {
            self.handle_next();
        }
        if !self.flow.closing.is_empty() {
            self.close_members();
        }
    }

    #[inline(always)]
    fn handle_next(&mut self) {
        let Some((kind, id)) = self.agenda.cascade.pop() else { return };
        self.clock.events += 1;
        match kind {
            Kind::Fail => self.fail_at_random(id),
            Kind::Repaired => self.finish_unattended_repair(id),
            Kind::Arrival => self.deliver(id),
            Kind::Reserve => self.reserve_due(id),
            Kind::BlackStartEnd => self.end_black_start(id),
            Kind::Restart => self.finish_restart(id),
            Kind::Reset => self.reset_member(id),
            Kind::Event | Kind::Effect | Kind::Job | Kind::Spare | Kind::Order | Kind::Campaign => {}
        }
    }
}
