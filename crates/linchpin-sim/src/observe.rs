//! The beginning and the end of a record.

use crate::engine::Engine;
use crate::state::{NEVER, ONE, Observer, flag};
use linchpin_model::{Affected, Happening, NodeId, Role, RootLoss, SimTime};

impl Engine<'_> {
    /// Empties the record for a replication.
    pub(crate) fn open_record(&mut self, replication: u32) {
        let sectors = self.plan.sectors;
        let record = &mut self.observer.record;
        record.clear(replication);
        record.induced.resize((sectors + 1) * sectors, 0);
    }

    /// Notes the level of every group before anything happens.
    pub(crate) fn note_initial(&mut self) {
        let record = &mut self.observer.record;
        record.steps.clear();
        record.initial.clear();
        record.initial.extend_from_slice(&self.observer.sums);
    }

    /// Books what is lost up to the horizon and completes the record.
    pub(crate) fn close_record(&mut self) {
        if self.observer.record.failure.is_none() {
            self.now = self.plan.model.meta.horizon;
            self.clock.now = self.now;
        }
        for word in 0..self.touched.0.len() {
            let mut bits = self.touched.0[word];
            while bits != 0 {
                self.close_node(word as u32 * 64 + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
        self.find_locked_out();
        self.close_campaigns();
        self.close_malware();
        let Observer { roots, tallies, record, .. } = &mut *self.observer;
        roots.drain(|root| {
            let lost = std::mem::take(&mut tallies.0[root as usize].caused);
            record.roots.push(RootLoss { node: NodeId(root), lost });
        });
        self.close_losses();
        self.book_control();
        let observer = &mut *self.observer;
        observer.record.events = self.clock.events;
        observer.record.event_times.extend(self.threats.times.iter().map(|time| SimTime(*time)));
        let (now, crews) = (self.now, self.response.crews.iter_mut());
        self.observer.record.teams.extend(crews.map(|crews| crews.told(now)));
        // Jobs that still wait have waited until now.
        for row in &self.response.waiting {
            let waited = self.now - self.response.jobs[*row as usize].since;
            self.observer.record.waited_s += u64::from(waited);
        }
    }

    fn close_node(&mut self, node: u32) {
        let flags = self.nodes[node as usize].flags;
        if flags & flag::FELL == 0 {
            return;
        }
        self.flush(node);
        if flags & flag::COUNTED != 0 {
            let ever = flags & flag::EVER_FAILED != 0;
            let first_failed = if ever {
                SimTime(self.observer.tallies.0[node as usize].first_failed)
            } else {
                SimTime::NEVER
            };
            let lost = self.nodes[node as usize].blame.lost;
            self.observer.record.affected.push(Affected { node: NodeId(node), lost, first_failed });
        }
    }

    /// Nodes that are down only because they wait for each other: supposing they were all up, they would stay
    /// up, and each is needed by another of them.
    fn find_locked_out(&mut self) {
        if !self.plan.has_circles {
            return;
        }
        let is_candidate = |engine: &Self, node: u32| {
            let status = engine.nodes[node as usize];
            let restarting = engine
                .flow
                .restarts
                .get(engine.plan.sides[node as usize].restart as usize)
                .is_some_and(|r| r.due != NEVER);
            status.level == 0 && status.own > 0 && status.flags & flag::COUNTED != 0 && !restarting
        };
        let mut held: Vec<u32> = self.observer.record.affected.iter().map(|a| a.node.0).collect();
        held.retain(|node| is_candidate(self, *node));
        loop {
            let before = held.len();
            let sustained: Vec<u32> =
                held.iter().copied().filter(|node| self.sustained(*node, &held)).collect();
            held = sustained.iter().copied().filter(|node| self.is_needed(*node, &sustained)).collect();
            if held.len() == before {
                break;
            }
        }
        for node in held {
            if self.clock.trace {
                self.trace(node, Happening::LockedOut);
            }
            self.observer.record.locked_out.push(NodeId(node));
        }
    }

    /// True where a node would have some supply for every need if all of `held` were up.
    fn sustained(&self, node: u32, held: &[u32]) -> bool {
        let model = &self.plan.model;
        model.needs_of(NodeId(node)).all(|need| {
            let fixed = &model.needs[need.index()];
            fixed.role == Role::Resupply
                || fixed.criticality.0 == 0
                || self.flow.needs[need.index()].supply > 0
                || model.links_of(need).iter().any(|link| held.binary_search(&link.provider.0).is_ok())
        })
    }

    fn is_needed(&self, node: u32, held: &[u32]) -> bool {
        let model = &self.plan.model;
        model.supplies_of(NodeId(node)).iter().any(|supply| {
            let fixed = &model.needs[supply.need.index()];
            fixed.role != Role::Resupply
                && fixed.criticality.0 > 0
                && self.flow.needs[supply.need.index()].supply < u64::from(ONE)
                && held.binary_search(&fixed.owner.0).is_ok()
        })
    }
}
