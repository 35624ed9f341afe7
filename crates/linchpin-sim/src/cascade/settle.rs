//! The rule of an instant: everything due is applied, levels fall to the greatest fixed point below the
//! present, then rise to the least fixed point above that; what ends where it began has not failed.
//!
//! Both passes go in rounds. A round first computes what every listed node would become, then applies it.
//! So the outcome, causes and generations included, does not depend on the order of the lists.

use crate::engine::Engine;
use crate::plan::{DELAYED, HotNeed};
use crate::state::{Blame, Change, Move, NEVER, ONE, flag};
use linchpin_model::{CeilingKind, NodeId, Role};

impl Engine<'_> {
    /// Lists a node whose inputs changed.
    #[inline]
    pub(crate) fn list(&mut self, node: u32) {
        let flags = &mut self.statuses[node as usize].flags;
        if *flags & flag::QUEUED == 0 {
            *flags |= flag::QUEUED;
            self.flow.next.push(node);
        }
    }

    /// Settles the present instant.
    pub(crate) fn settle(&mut self) {
        loop {
            self.fall();
            // Cut-offs and trips are falls too, and falls come first.
            while self.networks_lower() || self.overloads_trip() {
                self.fall();
            }
            self.rise();
            if self.flow.networks_due.is_empty() && self.flow.sharings_due.is_empty() {
                break;
            }
            if !self.count_pass() {
                self.flow.networks_due.clear();
                self.flow.sharings_due.clear();
                break;
            }
        }
        self.commit();
    }

    fn fall(&mut self) {
        while !self.flow.next.is_empty() {
            std::mem::swap(&mut self.flow.round, &mut self.flow.next);
            for k in 0..self.flow.round.len() {
                let node = self.flow.round[k];
                let Some(target) = self.target(node) else { continue };
                let level = self.statuses[node as usize].level;
                if target < level {
                    let step = self.falling(node, target);
                    self.flow.moves.push(step);
                } else if target > level {
                    self.list_rising(node);
                } else if level < ONE {
                    self.touch_cut_off(node);
                    self.recheck_cause(node);
                }
            }
            self.flow.round.clear();
            for k in 0..self.flow.moves.len() {
                let step = self.flow.moves[k];
                self.apply_fall(step);
            }
            self.flow.moves.clear();
        }
    }

    fn rise(&mut self) {
        loop {
            if self.flow.rising.is_empty() {
                if self.flow.networks_due.is_empty() || !self.networks_raise() {
                    break;
                }
                self.list_next_as_rising();
            }
            std::mem::swap(&mut self.flow.round, &mut self.flow.rising);
            for k in 0..self.flow.round.len() {
                let node = self.flow.round[k];
                self.statuses[node as usize].flags &= !flag::RISING;
                let Some(target) = self.target(node) else { continue };
                let level = self.statuses[node as usize].level;
                if target > level {
                    let (cause, root) = (Blame::NO_CAUSE, NodeId::NONE.0);
                    let step = Move {
                        node,
                        from: level,
                        level: target,
                        cause,
                        root,
                        generation: 0,
                        sector: u16::MAX,
                    };
                    self.flow.moves.push(step);
                } else if level < ONE {
                    self.recheck_cause(node);
                }
            }
            self.flow.round.clear();
            for k in 0..self.flow.moves.len() {
                let step = self.flow.moves[k];
                self.apply_rise(step);
            }
            // All levels of the round are set before any is passed on: whether the rise of a need matters is
            // judged by the owner's new level.
            for k in 0..self.flow.moves.len() {
                let Move { node, from, level, .. } = self.flow.moves[k];
                self.pass_on(node, from, level);
            }
            self.flow.moves.clear();
            self.list_next_as_rising();
        }
    }

    #[inline]
    fn list_next_as_rising(&mut self) {
        while let Some(node) = self.flow.next.pop() {
            self.statuses[node as usize].flags &= !flag::QUEUED;
            self.list_rising(node);
        }
    }

    #[inline]
    fn list_rising(&mut self, node: u32) {
        let flags = &mut self.statuses[node as usize].flags;
        if *flags & flag::RISING == 0 {
            *flags |= flag::RISING;
            self.flow.rising.push(node);
        }
    }

    /// The level a node's ceilings and needs allow, and takes it off the work list. None while it is out of
    /// service: then only its start has to be looked at.
    #[inline]
    fn target(&mut self, node: u32) -> Option<u32> {
        let status = &mut self.statuses[node as usize];
        status.flags &= !flag::QUEUED;
        if status.flags & flag::OUT != 0 {
            self.list_start_check(node);
            return None;
        }
        let mut level = status.own;
        let product = status.flags & flag::PRODUCT != 0;
        let (from, to) = (self.plan.rows[node as usize].need, self.plan.rows[node as usize + 1].need);
        for term in &self.flow.terms[from as usize..to as usize] {
            if product {
                level = (u64::from(level) * u64::from(*term) / u64::from(ONE)) as u32;
            } else if *term < level {
                level = *term;
            }
        }
        Some(level)
    }

    /// `min(1, sum / required)` of a need, in millionths.
    #[inline]
    pub(crate) fn supply_of(&self, need: u32) -> u32 {
        share(self.flow.supply[need as usize], self.plan.needs[need as usize].required)
    }

    #[inline]
    pub(crate) fn special_term(&mut self, need: u32, special: u32) -> u32 {
        let fixed = self.plan.specials[special as usize];
        if matches!(fixed.role, Role::Start | Role::Resupply) {
            return ONE;
        }
        let supply = self.covered_supply(need, special);
        if fixed.curve == u32::MAX {
            straight(supply, self.plan.needs[need as usize].criticality)
        } else {
            self.plan.model.curves[fixed.curve as usize].at(linchpin_model::Level(supply)).0
        }
    }

    /// The fall of a node to `level` and the term that binds.
    fn falling(&mut self, node: u32, level: u32) -> Move {
        let (cause, sector) = self.binding(node, level);
        let (root, generation) = self.descent(node, cause);
        Move { node, from: self.statuses[node as usize].level, level, cause, root, generation, sector }
    }

    /// Where a loss with this proximate cause began, and how many steps ago.
    fn descent(&self, node: u32, cause: u32) -> (u32, u16) {
        let from = |trigger: u32| {
            let blame = &self.blames[trigger as usize];
            if trigger == node || blame.cause == Blame::NO_CAUSE {
                (node, 0)
            } else {
                (blame.root, blame.generation.saturating_add(1))
            }
        };
        if cause & Blame::CEILING == 0 {
            if let Some(row) = self.delay_of(cause) {
                // What arrives late comes from what its provider suffered then.
                let delay = self.flow.delays[row];
                return (delay.root, delay.generation.saturating_add(1));
            }
            return from(self.plan.model.links[cause as usize].provider.0);
        }
        // Cut off or overloaded: something else fell before.
        let kind = cause & !Blame::CEILING;
        if kind == CeilingKind::Network as u32 {
            let trigger = self.flow.network_trigger[self.plan.network_of[node as usize] as usize];
            if trigger != NEVER {
                return from(trigger);
            }
        } else if kind == CeilingKind::Overload as u32 {
            let member = self.plan.member_of[node as usize] as usize;
            let trigger = self.flow.sharing_trigger[self.plan.sharing_members[member].group as usize];
            if trigger != NEVER {
                return from(trigger);
            }
        }
        (node, 0)
    }

    fn delay_of(&self, link: u32) -> Option<usize> {
        let row = *self.plan.delay_of.get(link as usize)?;
        (row != u32::MAX).then_some(row as usize)
    }

    /// The term that holds a node at `level`: the present cause while it binds, else the first in order.
    fn binding(&mut self, node: u32, level: u32) -> (u32, u16) {
        let i = node as usize;
        let present = self.blames[i].cause;
        let product = self.statuses[i].flags & flag::PRODUCT != 0;
        let (from, to) = (self.plan.rows[i].need, self.plan.rows[i + 1].need);
        if present != Blame::NO_CAUSE && !product {
            if present & Blame::CEILING != 0 {
                let column = self.plan.slot_of[(present & !Blame::CEILING) as usize];
                if column != u8::MAX && self.ceiling(node, column) == level {
                    return (present, u16::MAX);
                }
            } else {
                let need = self.need_of_link(present, from, to);
                if self.flow.terms[need as usize] == level {
                    return self.fallen_provider(need);
                }
            }
        }
        // For products the lowest term counts as the one that binds.
        let lowest = if product {
            let own = self.statuses[i].own;
            self.flow.terms[from as usize..to as usize].iter().fold(own, |low, term| low.min(*term))
        } else {
            level
        };
        if self.statuses[i].own <= lowest {
            let initial = self.plan.model.nodes[i].initial.0;
            for column in 0..self.plan.slots.len() {
                let ceiling = self.ceiling(node, column as u8);
                // Where there is no table of ceilings, what the node is by itself hides in them.
                let itself = self.plan.columns == 0 && ceiling == initial && initial < ONE;
                if ceiling <= lowest && !itself {
                    return (Blame::CEILING | self.plan.slots[column] as u32, u16::MAX);
                }
            }
            return (Blame::CEILING | CeilingKind::Scripted as u32, u16::MAX);
        }
        for need in from..to {
            if self.flow.terms[need as usize] == lowest {
                return self.fallen_provider(need);
            }
        }
        (Blame::CEILING | CeilingKind::Scripted as u32, u16::MAX)
    }

    fn need_of_link(&self, link: u32, from: u32, to: u32) -> u32 {
        let ends = &self.plan.model.link_start[from as usize + 1..=to as usize];
        from + ends.partition_point(|end| *end <= link) as u32
    }

    /// Of a group's providers below full level, the one that fell last (ties: the first).
    fn fallen_provider(&self, need: u32) -> (u32, u16) {
        let model = &self.plan.model;
        let (from, to) = (model.link_start[need as usize], model.link_start[need as usize + 1]);
        let mut best = (from, 0_u32, false);
        for link in from..to {
            let provider = model.links[link as usize].provider.index();
            let level = match self.delay_of(link) {
                None => self.statuses[provider].level,
                Some(row) => self.flow.delays[row].delivered,
            };
            let (down, fell) = (level < ONE, self.blames[provider].fell);
            if (down, fell) > (best.2, best.1) {
                best = (link, fell, down);
            }
        }
        if from == to {
            // A need without providers is never met: as good as a ceiling of its own.
            return (Blame::CEILING | CeilingKind::Scripted as u32, u16::MAX);
        }
        let provider = model.links[best.0 as usize].provider.index();
        let sector = self.plan.rows[provider].sector;
        (best.0, if sector == u16::MAX { self.blames[provider].sector } else { sector })
    }

    /// A node whose level stays but whose inputs changed may now be held down by something else.
    fn recheck_cause(&mut self, node: u32) {
        let i = node as usize;
        let (cause, sector) = self.binding(node, self.statuses[i].level);
        if cause == self.blames[i].cause || self.same_need(node, cause) {
            return;
        }
        self.note_change(node);
        self.flush(node);
        let (root, generation) = self.descent(node, cause);
        let blame = &mut self.blames[i];
        (blame.cause, blame.root, blame.generation, blame.sector) = (cause, root, generation, sector);
    }

    /// True where `cause` and the present cause are providers of one need: the cause still binds, and stays.
    fn same_need(&self, node: u32, cause: u32) -> bool {
        let present = self.blames[node as usize].cause;
        if present == Blame::NO_CAUSE || (present | cause) & Blame::CEILING != 0 {
            return false;
        }
        let (from, to) = (self.plan.rows[node as usize].need, self.plan.rows[node as usize + 1].need);
        self.need_of_link(present, from, to) == self.need_of_link(cause, from, to)
    }

    #[inline]
    fn note_change(&mut self, node: u32) {
        let status = &mut self.statuses[node as usize];
        if status.flags & flag::CHANGED == 0 {
            status.flags |= flag::CHANGED;
            let level = status.level;
            self.flow.changes.push(Change { node, level, blame: self.blames[node as usize] });
        }
    }

    #[inline]
    fn apply_fall(&mut self, step: Move) {
        self.note_change(step.node);
        self.flush(step.node);
        let i = step.node as usize;
        self.statuses[i].level = step.level;
        let now = self.now;
        let blame = &mut self.blames[i];
        // Where partial levels feed back, a node falls many times in one instant: what made it fall first stays
        // the cause, or generations would count the turns of a circle.
        let turns = blame.fell == now && blame.cause != Blame::NO_CAUSE && step.cause & Blame::CEILING == 0;
        if !turns {
            blame.cause = step.cause;
            blame.root = step.root;
            blame.generation = step.generation;
            blame.sector = step.sector;
        }
        blame.fell = now;
        self.pass_on(step.node, step.from, step.level);
    }

    #[inline]
    fn apply_rise(&mut self, step: Move) {
        self.note_change(step.node);
        self.flush(step.node);
        let i = step.node as usize;
        self.statuses[i].level = step.level;
        if step.level == ONE {
            let blame = &mut self.blames[i];
            blame.cause = Blame::NO_CAUSE;
            blame.root = NodeId::NONE.0;
            blame.generation = 0;
            blame.sector = u16::MAX;
        } else {
            let (cause, sector) = self.binding(step.node, step.level);
            if cause != self.blames[i].cause {
                let (root, generation) = self.descent(step.node, cause);
                let blame = &mut self.blames[i];
                (blame.cause, blame.root, blame.generation, blame.sector) = (cause, root, generation, sector);
            }
        }
    }

    /// Tells the consumers of a node that its level went from `from` to `to`.
    #[inline]
    fn pass_on(&mut self, node: u32, from: u32, to: u32) {
        let i = node as usize;
        let (first, last) = (self.plan.rows[i].out as usize, self.plan.rows[i + 1].out as usize);
        let plan = self.plan;
        for out in &plan.out[first..last] {
            if out.need & DELAYED == 0 {
                self.shift_supply(out.need, out.weight, from, to);
            }
        }
        let flags = self.statuses[i].flags;
        if flags & (flag::MESHED | flag::SHARES) != 0 {
            self.touch_groups(node, from, to);
        }
    }

    /// Moves the supply of a need by `weight * (to - from)` and lists its owner if that can matter.
    #[inline(always)]
    pub(crate) fn shift_supply(&mut self, need: u32, weight: u32, from: u32, to: u32) {
        let hot = self.plan.needs[need as usize];
        let supply = &mut self.flow.supply[need as usize];
        let before = *supply;
        let after = before + u64::from(weight) * u64::from(to) - u64::from(weight) * u64::from(from);
        *supply = after;
        let full = u64::from(hot.required) * u64::from(ONE);
        if before.min(full) == after.min(full) {
            return;
        }
        if hot.special != 0 {
            self.touch_special(hot.special - 1);
        }
        self.update_term(need, hot);
    }

    /// Computes the term of a need anew and lists its owner if that can matter.
    #[inline(always)]
    fn update_term(&mut self, need: u32, hot: HotNeed) {
        let new = if hot.special == 0 {
            plain_term(self.flow.supply[need as usize], hot)
        } else {
            self.special_term(need, hot.special - 1)
        };
        let old = std::mem::replace(&mut self.flow.terms[need as usize], new);
        let owner = self.statuses[hot.owner as usize];
        // The lowest term rules: a fall matters only below the present level, a rise only where this need was
        // what held the owner there.
        let matters = if owner.flags & (flag::OUT | flag::PRODUCT) != 0 {
            true
        } else if new < old {
            new < owner.level
        } else {
            new > old && old <= owner.level
        };
        if matters {
            self.list(hot.owner);
        }
    }

    /// The same, where something else than the supply changed: a reserve or a black start.
    pub(crate) fn refresh_term(&mut self, need: u32) {
        self.update_term(need, self.plan.needs[need as usize]);
    }

    /// Books the loss up to now under the present cause.
    #[inline(always)]
    pub(crate) fn flush(&mut self, node: u32) {
        let i = node as usize;
        let status = &mut self.statuses[i];
        let since = std::mem::replace(&mut status.since, self.now);
        if status.level == ONE || since == self.now || status.flags & flag::COUNTED == 0 {
            return;
        }
        let elapsed = self.now - since;
        let lost = u64::from(ONE - status.level) * u64::from(elapsed);
        let blame = &mut self.blames[i];
        blame.lost += lost;
        let sectors = self.plan.sectors;
        let own = usize::from(self.plan.rows[i].sector);
        if own < sectors {
            let provider = usize::from(blame.sector).min(sectors);
            self.observer.record.induced[provider * sectors + own] += lost;
        }
        let root = blame.root as usize;
        if let Some(sum) = self.observer.root_lost.0.get_mut(root) {
            if *sum == 0 {
                self.observer.roots.push(root as u32);
            }
            *sum += lost;
        }
    }

    /// A ceiling of a node by its column. Where one kind alone is active there is no table.
    #[inline]
    pub(crate) fn ceiling(&self, node: u32, column: u8) -> u32 {
        let columns = self.plan.columns;
        if columns == 0 {
            return self.statuses[node as usize].own;
        }
        self.flow.ceilings[node as usize * columns + usize::from(column)]
    }

    /// Sets one ceiling of a node.
    pub(crate) fn set_ceiling(&mut self, node: u32, kind: CeilingKind, level: u32) {
        let i = node as usize;
        let status = &mut self.statuses[i];
        if status.flags & flag::INVULNERABLE != 0 {
            return;
        }
        let initial = self.plan.model.nodes[i].initial.0;
        let columns = self.plan.columns;
        if columns == 0 {
            status.own = level.min(initial);
        } else {
            let row = &mut self.flow.ceilings[i * columns..(i + 1) * columns];
            let column = usize::from(self.plan.slot_of[kind as usize]);
            if std::mem::replace(&mut row[column], level) == level {
                return;
            }
            status.own = if status.flags & flag::PRODUCT != 0 {
                row.iter().fold(u64::from(initial), |own, term| own * u64::from(*term) / u64::from(ONE))
                    as u32
            } else {
                row.iter().fold(initial, |own, term| own.min(*term))
            };
        }
        // Even where the lowest stays, the cause may pass to another ceiling.
        self.list(node);
    }
}

/// `min(1, sum / required)` in millionths.
#[inline]
fn share(sum: u64, required: u32) -> u32 {
    if sum >= u64::from(required) * u64::from(ONE) {
        ONE
    } else if required == 1 {
        sum as u32
    } else {
        (sum / u64::from(required)) as u32
    }
}

/// What a plain need allows its owner at this sum of supplies.
#[inline]
fn plain_term(sum: u64, need: HotNeed) -> u32 {
    straight(share(sum, need.required), need.criticality)
}

/// `1 - criticality * (1 - supply)`.
#[inline]
fn straight(supply: u32, criticality: u32) -> u32 {
    if supply == ONE {
        ONE
    } else if criticality == ONE {
        supply
    } else {
        ONE - (u64::from(criticality) * u64::from(ONE - supply) / u64::from(ONE)) as u32
    }
}
