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
            let total = self.total_load(group);
            for member in self.plan.sharing_start[group as usize]..self.plan.sharing_start[group as usize + 1]
            {
                let (level, latched) =
                    (self.member_level(member), self.flow.members[member as usize].latched);
                if level > 0 && latched == 0 && self.is_overloaded(group, member, level, &total) {
                    tripped = true;
                    self.trip(member, self.plan.model.sharings[group as usize].reset);
                }
            }
        }
        tripped
    }

    fn member_level(&self, member: u32) -> u32 {
        self.nodes[self.plan.sharing_members[member as usize].node as usize].level
    }

    /// What the members of a group have left to others, and among how many or how much it is divided.
    fn total_load(&self, group: u32) -> TotalLoad {
        let mut total = TotalLoad::default();
        for member in self.plan.sharing_start[group as usize]..self.plan.sharing_start[group as usize + 1] {
            total.add(self.flow.members[member as usize].load, self.member_level(member), 1);
        }
        total
    }

    /// Whether a member at `level` is above the limit, given what all members leave to others.
    fn is_overloaded(&self, group: u32, member: u32, level: u32, total: &TotalLoad) -> bool {
        let sharing = &self.plan.model.sharings[group as usize];
        let load = self.flow.members[member as usize].load;
        let (own, extra) = match sharing.rule {
            SharingRule::Equal => (kept(load, level), total.moved / total.carriers.max(1)),
            SharingRule::Proportional => {
                let own = kept(load, level);
                let share = i128::from(total.moved) * i128::from(own) / i128::from(total.carried.max(1));
                (own, share as i64)
            }
            SharingRule::PerFailure(add) => {
                let others = total.missing - i64::from(ONE - level);
                (load, (i128::from(add) * i128::from(others) / i128::from(ONE)) as i64)
            }
        };
        own.saturating_add(extra) > sharing.trip_at
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

    /// A tripped member may carry again, if it can: see [`Self::close_members`].
    #[inline(never)]
    pub(crate) fn reset_member(&mut self, member: u32) {
        if self.flow.members[member as usize].latched == self.now {
            self.flow.closing.push(member);
        }
    }

    /// Lets the members carry again whose reset is due now, all together. Those that would trip again at once
    /// stay latched for another turn: closing them onto the overload would come to nothing within the instant.
    pub(crate) fn close_members(&mut self) {
        let mut closing = std::mem::take(&mut self.flow.closing);
        closing.sort_unstable();
        let group_of = |engine: &Self, member: u32| engine.plan.sharing_members[member as usize].group;
        while let Some(first) = closing.first() {
            let group = group_of(self, *first);
            let mut together = closing.partition_point(|member| group_of(self, *member) == group);
            loop {
                let mut total = self.total_load(group);
                for member in &closing[..together] {
                    let load = self.flow.members[*member as usize].load;
                    total.add(load, self.member_level(*member), -1);
                    total.add(load, ONE, 1);
                }
                let before = together;
                let mut kept = 0;
                for k in 0..before {
                    if self.is_overloaded(group, closing[k], ONE, &total) {
                        self.trip(closing[k], self.plan.model.sharings[group as usize].reset);
                    } else {
                        closing[kept] = closing[k];
                        kept += 1;
                    }
                }
                closing.drain(kept..before);
                together = kept;
                if together == before {
                    break;
                }
            }
            for member in closing.drain(..together) {
                self.flow.members[member as usize].latched = 0;
                let node = self.plan.sharing_members[member as usize].node;
                self.set_ceiling(node, CeilingKind::Overload, ONE);
            }
            self.touch_sharing(group);
        }
        self.flow.closing = closing;
    }
}

/// Load that a member keeps at a level.
fn kept(load: i64, level: u32) -> i64 {
    (i128::from(load) * i128::from(level) / i128::from(ONE)) as i64
}

/// Sums over the members of a sharing group.
#[derive(Clone, Copy, Debug, Default)]
struct TotalLoad {
    /// Load that members leave to others.
    moved: i64,
    /// Members that carry.
    carriers: i64,
    /// Load they carry of their own.
    carried: i64,
    /// Sum of `1 - level`, in millionths.
    missing: i64,
}

impl TotalLoad {
    /// Adds a member (`sign` 1) or takes it out (-1).
    fn add(&mut self, load: i64, level: u32, sign: i64) {
        let own = kept(load, level);
        self.moved = self.moved.saturating_add(sign * load.saturating_sub(own));
        self.missing += sign * i64::from(ONE - level);
        if level > 0 {
            self.carriers += sign;
            self.carried = self.carried.saturating_add(sign * own);
        }
    }
}
