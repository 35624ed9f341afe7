//! Overload: load of members that are down moves to the others; a member above its limit trips and stays
//! latched.
//!
//! With `PerFailure(p)` and uniform initial loads this is the CASCADE model of Dobson, Carreras and Newman,
//! "A loading-dependent model of probabilistic cascading failure", PEIS 19 (2005).

use crate::agenda::Kind;
use crate::engine::Engine;
use crate::state::{NEVER, ONE, load_units};
use linchpin_model::{CeilingKind, Layer, Purpose, SharingRule};

impl Engine<'_> {
    /// Draws the initial loads of all members.
    pub(crate) fn draw_loads(&mut self) {
        let plan = self.plan;
        for (i, member) in plan.sharing_members.iter().enumerate() {
            let key = plan.model.nodes[member.node as usize].key;
            let u = self.clock.draws.uniform(Layer::Parameters, key, Purpose::InitialLoad, 0);
            self.flow.members[i].load = load_units(plan.model.dist(member.load).quantile(u));
        }
        for group in 0..plan.model.sharings.len() as u32 {
            self.touch_sharing(group);
        }
    }

    pub(crate) fn touch_sharing(&mut self, group: u32) {
        if !self.flow.sharings_due.contains(&group) {
            self.flow.sharings_due.push(group);
        }
    }

    /// Adds to the load of every member.
    pub(crate) fn add_demand(&mut self, group: u32, add: i64) {
        let range = self.plan.sharing_start[group as usize] as usize
            ..self.plan.sharing_start[group as usize + 1] as usize;
        for member in &mut self.flow.members[range] {
            member.load = member.load.saturating_add(add);
        }
        self.touch_sharing(group);
    }

    /// Trips every member whose load is above the limit now, all at once. True where it tripped any.
    pub(crate) fn overloads_trip(&mut self) -> bool {
        let mut tripped = false;
        while let Some(group) = self.flow.sharings_due.pop() {
            tripped |= self.trip_group(group);
        }
        tripped
    }

    fn trip_group(&mut self, group: u32) -> bool {
        let plan = self.plan;
        let sharing = &plan.model.sharings[group as usize];
        let range =
            plan.sharing_start[group as usize] as usize..plan.sharing_start[group as usize + 1] as usize;
        let own_load = |engine: &Self, i: usize| {
            let level = engine.statuses[plan.sharing_members[i].node as usize].level;
            let load = engine.flow.members[i].load;
            let kept = (i128::from(load) * i128::from(level) / i128::from(ONE)) as i64;
            (level, load, kept)
        };
        // What the others have to carry, and among how many or how much it is divided.
        let (mut moved, mut carriers, mut carried, mut missing) = (0_i64, 0_i64, 0_i64, 0_i64);
        for i in range.clone() {
            let (level, load, kept) = own_load(self, i);
            moved = moved.saturating_add(load.saturating_sub(kept));
            missing += i64::from(ONE - level);
            if level > 0 {
                carriers += 1;
                carried = carried.saturating_add(kept);
            }
        }
        let mut any = false;
        for i in range {
            let (level, load, kept) = own_load(self, i);
            let member = self.flow.members[i];
            if level == 0 || member.latched != 0 {
                continue;
            }
            let extra = match sharing.rule {
                SharingRule::Equal => moved / carriers.max(1),
                SharingRule::Proportional => {
                    (i128::from(moved) * i128::from(kept) / i128::from(carried.max(1))) as i64
                }
                SharingRule::PerFailure(add) => {
                    let others = missing - i64::from(ONE - level);
                    (i128::from(add) * i128::from(others) / i128::from(ONE)) as i64
                }
            };
            let total = if let SharingRule::PerFailure(_) = sharing.rule { load } else { kept };
            if total.saturating_add(extra) > sharing.trip_at {
                any = true;
                self.trip(i as u32, sharing.reset);
            }
        }
        any
    }

    fn trip(&mut self, member: u32, reset: linchpin_model::DistId) {
        let node = self.plan.sharing_members[member as usize].node;
        let until = match reset.some() {
            None => NEVER,
            Some(dist) => {
                let key = self.plan.model.nodes[node as usize].key;
                let count = self.now;
                let lasts = self.draw(Layer::Response, key, Purpose::Restart, count, dist);
                self.now.saturating_add(lasts.max(1)).min(NEVER - 1)
            }
        };
        self.flow.members[member as usize].latched = until;
        self.set_ceiling(node, CeilingKind::Overload, 0);
        self.agenda.cascade.push(until, Kind::Reset, member);
    }

    /// A tripped member may carry again.
    pub(crate) fn reset_member(&mut self, member: u32) {
        if self.flow.members[member as usize].latched != self.now {
            return;
        }
        self.flow.members[member as usize].latched = 0;
        let fixed = self.plan.sharing_members[member as usize];
        self.set_ceiling(fixed.node, CeilingKind::Overload, ONE);
        self.touch_sharing(fixed.group);
    }
}
