//! The rule of an instant: everything due is applied, levels fall to the greatest fixed point below the
//! present, then rise to the least fixed point above that; what ends where it began has not failed.
//!
//! Both passes go in rounds. A round first computes what every listed node would become, then applies it.
//! So the outcome, causes and generations included, does not depend on the order of the lists.

use crate::engine::Engine;
use crate::state::{Blame, Change, HotNeed, Move, NEVER, ONE, flag};
use linchpin_model::{CeilingKind, NodeId};
use std::ops::Range;

impl Engine<'_> {
    /// Lists a node whose inputs changed.
    #[inline]
    pub(crate) fn list(&mut self, node: u32) {
        let flags = &mut self.nodes[node as usize].flags;
        let before = std::mem::replace(flags, *flags | flag::QUEUED | flag::TOUCHED);
        if before & flag::TOUCHED == 0 {
            self.touched.mark(node);
        }
        if before & flag::QUEUED == 0 {
            self.flow.next.push(node);
        }
    }

    /// Settles the present instant.
    #[inline(never)]
    pub(crate) fn settle(&mut self) {
        self.settle_in_passes();
        self.commit();
    }

    /// Settles an instant that is one event and goes one way: the same, for what is by far the most frequent case.
    #[inline(always)]
    pub(crate) fn settle_event(&mut self) {
        if let [node] = self.flow.next[..] {
            self.flow.next.clear();
            let before = self.nodes[node as usize].level;
            self.settle_alone(node);
            if self.nodes[node as usize].level > before {
                // What follows from a rise belongs to the second pass, causes that pass from one to another included.
                self.list_next_as_rising();
            }
        }
        let flow = &*self.flow;
        let due = flow.networks_due.len() | flow.sharings_due.len();
        if flow.next.len() | flow.rising.len() | due != 0 {
            self.settle_in_passes();
        }
        self.commit();
    }

    /// The same as [`Self::settle_event`], once in the code for all who call it but the most frequent of them.
    #[inline(never)]
    pub(crate) fn settle_event_by_call(&mut self) {
        self.settle_event();
    }

    #[inline(never)]
    fn settle_in_passes(&mut self) {
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
    }

    fn fall(&mut self) {
        while let [first, others @ ..] = &self.flow.next[..] {
            if others.is_empty() {
                // Most rounds have one node.
                let node = *first;
                self.flow.next.clear();
                if self.flow.one_way {
                    self.settle_alone(node);
                } else if let Some(step) = self.falls(node) {
                    self.apply_fall(step);
                }
                continue;
            }
            std::mem::swap(&mut self.flow.round, &mut self.flow.next);
            for k in 0..self.flow.round.len() {
                if let Some(step) = self.falls(self.flow.round[k]) {
                    self.flow.moves.push(step);
                }
            }
            self.flow.round.clear();
            for k in 0..self.flow.moves.len() {
                self.apply_fall(self.flow.moves[k]);
            }
            self.flow.moves.clear();
        }
    }

    /// What a listed node does in the first pass: falls, or keeps its level with another cause. One that would
    /// rise waits for the second.
    #[inline]
    fn falls(&mut self, node: u32) -> Option<Move> {
        let target = self.target(node)?;
        let level = self.nodes[node as usize].level;
        if target < level {
            return Some(self.step_to(node, target));
        }
        if target > level {
            self.list_rising(node);
        } else if level < ONE {
            self.touch_cut_off(node);
            return self.passes_to_another_cause(node);
        }
        None
    }

    /// Takes a node that is alone in its round to its level, where nothing can turn. The same as the two passes,
    /// in one go, for what is by far the most frequent case.
    fn settle_alone(&mut self, node: u32) {
        let row = &mut self.nodes[node as usize];
        row.flags &= !flag::QUEUED;
        if row.flags & flag::OUT != 0 {
            self.list_start_check(node);
            return;
        }
        if row.flags & (flag::PRODUCT | flag::DELAYED) != 0 {
            self.settle_plainly(node);
            return;
        }
        let (own, from) = (row.own, row.level);
        let to = own.min(row.low);
        if to == from {
            if to < ONE
                && let Some(step) = self.passes_to_another_cause(node)
            {
                self.apply_cause(step);
            }
            return;
        }
        let present = row.blame;
        let mut blame = Blame { lost: present.lost, fell: present.fell, ..Blame::CLEAR };
        if to < ONE {
            blame = present;
            if own <= to && present.cause == Blame::NO_CAUSE && self.plan.only_ceiling != 0 {
                (blame.cause, blame.root) = (self.plan.only_ceiling, node);
            } else {
                let (cause, sector) = self.binding(node, to);
                // What made it fall first at this instant stays the cause: see `apply_fall`.
                let turns = to < from
                    && present.fell == self.now
                    && present.cause != Blame::NO_CAUSE
                    && cause & Blame::CEILING == 0;
                if !turns && (to < from || cause != present.cause) {
                    let (root, generation) = self.descent(node, cause);
                    blame = Blame { cause, root, generation, sector, ..present };
                }
            }
            if to < from {
                blame.fell = self.now;
            }
        }
        self.flush(node);
        let row = &mut self.nodes[node as usize];
        row.level = to;
        blame.lost = row.blame.lost;
        row.blame = blame;
        self.finish_change(node, from, to);
        self.pass_on(node, from, to);
    }

    #[inline(never)]
    fn settle_plainly(&mut self, node: u32) {
        let Some(target) = self.target(node) else { return };
        let level = self.nodes[node as usize].level;
        if target > level {
            let step = self.step_to(node, target);
            self.apply_rise(step);
            self.pass_on_by_call(node, level, target);
        } else if target < level {
            let step = self.step_to(node, target);
            self.apply_fall(step);
        } else if level < ONE
            && let Some(step) = self.passes_to_another_cause(node)
        {
            self.apply_cause(step);
        }
    }

    fn rise(&mut self) {
        loop {
            if let [first] = self.flow.rising[..] {
                self.flow.rising.clear();
                if self.flow.one_way {
                    self.nodes[first as usize].flags &= !flag::RISING;
                    self.settle_alone(first);
                } else if let Some(step) = self.rises(first) {
                    self.apply_rise(step);
                    self.pass_on_by_call(step.node, step.from, step.level);
                }
            } else if !self.flow.rising.is_empty() {
                self.rise_together();
            } else if self.flow.networks_due.is_empty() || !self.networks_raise() {
                break;
            }
            self.list_next_as_rising();
        }
    }

    fn rise_together(&mut self) {
        std::mem::swap(&mut self.flow.round, &mut self.flow.rising);
        for k in 0..self.flow.round.len() {
            if let Some(step) = self.rises(self.flow.round[k]) {
                self.flow.moves.push(step);
            }
        }
        self.flow.round.clear();
        for k in 0..self.flow.moves.len() {
            self.apply_rise(self.flow.moves[k]);
        }
        // All levels of the round are set before any is passed on: whether the rise of a need matters is
        // judged by the owner's new level.
        for k in 0..self.flow.moves.len() {
            let Move { node, from, level, .. } = self.flow.moves[k];
            self.pass_on_by_call(node, from, level);
        }
        self.flow.moves.clear();
    }

    /// What a listed node does in the second pass: rises, or keeps its level with another cause.
    #[inline]
    fn rises(&mut self, node: u32) -> Option<Move> {
        self.nodes[node as usize].flags &= !flag::RISING;
        let target = self.target(node)?;
        let level = self.nodes[node as usize].level;
        if target > level {
            return Some(self.step_to(node, target));
        }
        if level < ONE { self.passes_to_another_cause(node) } else { None }
    }

    #[inline]
    fn list_next_as_rising(&mut self) {
        while let Some(node) = self.flow.next.pop() {
            self.nodes[node as usize].flags &= !flag::QUEUED;
            self.list_rising(node);
        }
    }

    #[inline]
    fn list_rising(&mut self, node: u32) {
        let flags = &mut self.nodes[node as usize].flags;
        if *flags & flag::RISING == 0 {
            *flags |= flag::RISING;
            self.flow.rising.push(node);
        }
    }

    /// The level a node's ceilings and needs allow, and takes it off the work list. None while it is out of
    /// service: then only its start has to be looked at.
    #[inline]
    fn target(&mut self, node: u32) -> Option<u32> {
        let status = &mut self.nodes[node as usize];
        status.flags &= !flag::QUEUED;
        if status.flags & flag::OUT != 0 {
            self.list_start_check(node);
            return None;
        }
        if status.flags & flag::PRODUCT == 0 {
            return Some(status.own.min(status.low));
        }
        let mut level = status.own;
        let Range { start: from, end: to } = self.needs_of(node);
        for need in &self.flow.needs[from as usize..to as usize] {
            level = (u64::from(level) * u64::from(need.term) / u64::from(ONE)) as u32;
        }
        Some(level)
    }

    /// `min(1, sum / required)` of a need, in millionths.
    #[inline]
    pub(crate) fn supply_of(&self, need: u32) -> u32 {
        self.flow.needs[need as usize].share()
    }

    /// What a special need that is not [idle](HotNeed::is_idle) allows its owner at a supply.
    #[inline(never)]
    pub(crate) fn special_term(&mut self, supply: u32, special: u32, criticality: u32) -> u32 {
        let plan = self.plan;
        let supply = self.covered_supply(supply, special);
        match plan.model.curves.get(plan.specials[special as usize].curve as usize) {
            None => straight(supply, criticality),
            Some(curve) => curve.at(linchpin_model::Level(supply)).0,
        }
    }

    /// The step of a node to `level`, and what holds it there.
    #[inline]
    fn step_to(&mut self, node: u32, level: u32) -> Move {
        let from = self.nodes[node as usize].level;
        if level == ONE {
            return Move {
                node,
                from,
                level,
                cause: Blame::NO_CAUSE,
                root: NodeId::NONE.0,
                generation: 0,
                sector: u16::MAX,
            };
        }
        let (cause, sector) = self.binding(node, level);
        let (root, generation) = self.descent(node, cause);
        Move { node, from, level, cause, root, generation, sector }
    }

    /// Where a loss with this proximate cause began, and how many steps ago.
    fn descent(&self, node: u32, cause: u32) -> (u32, u16) {
        let from = |trigger: u32| {
            let blame = &self.nodes[trigger as usize].blame;
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
            return from(self.plan.providers[cause as usize]);
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
        let present = self.nodes[i].blame.cause;
        let product = self.nodes[i].flags & flag::PRODUCT != 0;
        let Range { start: from, end: to } = self.needs_of(node);
        if present != Blame::NO_CAUSE && !product {
            if present & Blame::CEILING != 0 {
                let column = self.plan.slot_of[(present & !Blame::CEILING) as usize];
                if column != u8::MAX && self.ceiling(node, column) == level {
                    return (present, u16::MAX);
                }
            } else {
                let need = self.need_of_link(present, from, to);
                if self.flow.needs[need as usize].term == level {
                    return self.fallen_provider(need);
                }
            }
        }
        // For products the lowest term counts as the one that binds.
        let lowest = if product {
            let own = self.nodes[i].own;
            self.flow.needs[from as usize..to as usize].iter().fold(own, |low, need| low.min(need.term))
        } else {
            level
        };
        if self.nodes[i].own <= lowest {
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
            if self.flow.needs[need as usize].term == lowest {
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
        let late = self.flow.needs[need as usize].is_late();
        // The link, its provider, and whether that is down, then when it fell, as one number.
        let (mut link, mut provider, mut latest) = (from, 0, 0_u64);
        for (at, other) in (from..to).zip(&self.plan.providers[from as usize..to as usize]) {
            let node = &self.nodes[*other as usize];
            let level = if late { self.delivered(at, node.level) } else { node.level };
            let fell = u64::from(level < ONE) << 32 | u64::from(node.blame.fell);
            if fell > latest || at == from {
                (link, provider, latest) = (at, *other as usize, fell);
            }
        }
        let down = latest >> 32 != 0;
        if from == to || (!down && self.is_surging(need)) {
            // A need without providers is never met, and where the demand is what rose no provider is to blame: as
            // good as a ceiling of its own.
            return (Blame::CEILING | CeilingKind::Scripted as u32, u16::MAX);
        }
        let node = &self.nodes[provider];
        (link, if node.sector == u16::MAX { node.blame.sector } else { node.sector })
    }

    /// What a link delivers of its provider's level.
    fn delivered(&self, link: u32, level: u32) -> u32 {
        self.delay_of(link).map_or(level, |row| self.flow.delays[row].delivered)
    }

    /// True where more is demanded than what the need takes by itself.
    fn is_surging(&self, need: u32) -> bool {
        let required = self.plan.model.needs[need as usize].required.max(1);
        self.flow.needs[need as usize].full > u64::from(required) * u64::from(ONE)
    }

    /// A node whose level stays but whose inputs changed may now be held down by something else.
    fn passes_to_another_cause(&mut self, node: u32) -> Option<Move> {
        let level = self.nodes[node as usize].level;
        let (cause, sector) = self.binding(node, level);
        if cause == self.nodes[node as usize].blame.cause || self.same_need(node, cause) {
            return None;
        }
        let (root, generation) = self.descent(node, cause);
        Some(Move { node, from: level, level, cause, root, generation, sector })
    }

    /// True where `cause` and the present cause are providers of one need: the cause still binds, and stays.
    fn same_need(&self, node: u32, cause: u32) -> bool {
        let present = self.nodes[node as usize].blame.cause;
        if present == Blame::NO_CAUSE || (present | cause) & Blame::CEILING != 0 {
            return false;
        }
        let Range { start: from, end: to } = self.needs_of(node);
        self.need_of_link(present, from, to) == self.need_of_link(cause, from, to)
    }

    #[inline]
    fn note_change(&mut self, node: u32) {
        let status = &mut self.nodes[node as usize];
        if status.flags & flag::CHANGED == 0 {
            status.flags |= flag::CHANGED;
            let level = status.level;
            self.flow.changes.push(Change { node, level, blame: self.nodes[node as usize].blame });
        }
    }

    #[inline]
    fn apply_fall(&mut self, step: Move) {
        let Move { node, from, level, .. } = step;
        let i = node as usize;
        if level == from {
            self.apply_cause(step);
            return;
        }
        let now = self.now;
        let blame = &self.nodes[i].blame;
        // Where partial levels feed back, a node falls many times in one instant: what made it fall first stays
        // the cause, or generations would count the turns of a circle.
        let turns = blame.fell == now && blame.cause != Blame::NO_CAUSE && step.cause & Blame::CEILING == 0;
        self.begin_change(node);
        self.nodes[i].level = level;
        let blame = &mut self.nodes[i].blame;
        if !turns {
            (blame.cause, blame.root, blame.generation, blame.sector) =
                (step.cause, step.root, step.generation, step.sector);
        }
        blame.fell = now;
        self.end_change(node, from, level);
        self.pass_on_by_call(node, from, level);
    }

    #[inline]
    fn apply_rise(&mut self, step: Move) {
        self.begin_change(step.node);
        self.nodes[step.node as usize].level = step.level;
        let blame = &mut self.nodes[step.node as usize].blame;
        if step.cause != blame.cause {
            (blame.cause, blame.root, blame.generation, blame.sector) =
                (step.cause, step.root, step.generation, step.sector);
        }
        if step.level != step.from {
            self.end_change(step.node, step.from, step.level);
        }
    }

    /// The level stays, but under another cause from now on.
    fn apply_cause(&mut self, step: Move) {
        self.begin_change(step.node);
        let blame = &mut self.nodes[step.node as usize].blame;
        (blame.cause, blame.root, blame.generation, blame.sector) =
            (step.cause, step.root, step.generation, step.sector);
    }

    /// Books what was lost until now, and notes what to go back to if the change comes to nothing.
    #[inline(always)]
    fn begin_change(&mut self, node: u32) {
        if !self.is_final(node) {
            self.note_change(node);
        }
        self.flush_by_call(node);
    }

    #[inline(always)]
    fn end_change(&mut self, node: u32, from: u32, to: u32) {
        if self.is_final(node) {
            self.finish_change_by_call(node, from, to);
        }
    }

    /// True where no change of this instant can be taken back, so that it need not wait for the end of it.
    /// A delayed link carries one level an instant.
    #[inline(always)]
    fn is_final(&self, node: u32) -> bool {
        self.flow.one_way && self.nodes[node as usize].flags & flag::DELAYED == 0
    }

    /// The same as [`Self::pass_on`], once in the code: see [`Self::finish_change_by_call`].
    #[inline(never)]
    fn pass_on_by_call(&mut self, node: u32, from: u32, to: u32) {
        self.pass_on(node, from, to);
    }

    /// Tells the consumers of a node that its level went from `from` to `to`.
    #[inline(always)]
    fn pass_on(&mut self, node: u32, from: u32, to: u32) {
        if from == to {
            return;
        }
        let i = node as usize;
        let (plan, mut at) = (self.plan, self.nodes[i].out as usize);
        while let Some(out) = plan.out.get(at) {
            let (need, more) = out.need();
            self.shift_supply(need, out.weight, from, to);
            at = if more { at + 1 } else { usize::MAX };
        }
        let flags = self.nodes[i].flags;
        if flags & (flag::MESHED | flag::SHARES) != 0 {
            self.touch_groups(node, from, to);
        }
    }

    /// Moves the supply of a need by `weight * (to - from)` and lists its owner if that can matter.
    #[inline(always)]
    pub(crate) fn shift_supply(&mut self, need: u32, weight: u32, from: u32, to: u32) {
        let row = &mut self.flow.needs.rows[need as usize];
        if row.touch() {
            self.flow.needs.touched.mark(need);
        }
        let before = row.supply;
        let change = i64::from(weight) * (i64::from(to) - i64::from(from));
        row.supply = before.wrapping_add_signed(change);
        if before >= row.full && row.supply >= row.full {
            return;
        }
        let hot = *row;
        if hot.is_booked() {
            self.touch_special(&hot);
        }
        self.update_term(need, &hot);
    }

    /// Computes the term of a need anew and lists its owner if that can matter.
    #[inline(always)]
    fn update_term(&mut self, need: u32, hot: &HotNeed) {
        let new = if hot.special() == 0 {
            straight(hot.share(), hot.criticality)
        } else if hot.is_simple() {
            self.simple_term(hot)
        } else if hot.is_idle() {
            ONE
        } else {
            self.special_term(hot.share(), hot.special() - 1, hot.criticality)
        };
        self.flow.needs.rows[need as usize].term = new;
        let (old, owner) = (hot.term, &mut self.nodes[hot.owner as usize]);
        if new < owner.low {
            // One that is held up lacks nothing: see `what_if.rs`.
            owner.low = if owner.needs == 0 { ONE } else { new };
        } else if new > old && old == owner.low {
            owner.low = new;
            if owner.needs > 1 {
                self.lift_low(hot.owner);
            }
        }
        let owner = &self.nodes[hot.owner as usize];
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

    /// Finds the lowest term of a node again, one of its needs having been it.
    #[inline(never)]
    fn lift_low(&mut self, node: u32) {
        let Range { start: from, end: to } = self.needs_of(node);
        let needs = &self.flow.needs[from as usize..to as usize];
        self.nodes[node as usize].low = needs.iter().fold(ONE, |low, need| low.min(need.term));
    }

    /// The same, where something else than the supply changed: a reserve or a black start.
    pub(crate) fn refresh_term(&mut self, need: u32) {
        self.flow.needs[need as usize].touch();
        self.flow.needs.touched.mark(need);
        let hot = self.flow.needs[need as usize];
        self.update_term(need, &hot);
    }

    /// The same as [`Self::flush`], once in the code: see [`Self::finish_change_by_call`].
    #[inline(never)]
    pub(crate) fn flush_by_call(&mut self, node: u32) {
        self.flush(node);
    }

    /// Books the loss up to now under the present cause.
    #[inline(always)]
    pub(crate) fn flush(&mut self, node: u32) {
        let row = &mut self.nodes[node as usize];
        let elapsed = self.now - std::mem::replace(&mut row.since, self.now);
        let lost = u64::from(ONE - row.level) * u64::from(elapsed);
        if lost == 0 || row.flags & flag::COUNTED == 0 {
            return;
        }
        row.blame.lost += lost;
        let (blame, sectors, own) = (row.blame, self.plan.sectors, usize::from(row.sector));
        if own < sectors {
            let provider = usize::from(blame.sector).min(sectors);
            self.observer.record.induced[provider * sectors + own] += lost;
        }
        if let Some(tally) = self.observer.tallies.0.get_mut(blame.root as usize) {
            tally.caused += lost;
            self.observer.roots.mark(blame.root);
        }
    }
}

/// `1 - criticality * (1 - supply)`.
#[inline]
pub(crate) fn straight(supply: u32, criticality: u32) -> u32 {
    if supply == ONE {
        ONE
    } else if criticality == ONE {
        supply
    } else {
        ONE - (u64::from(criticality) * u64::from(ONE - supply) / u64::from(ONE)) as u32
    }
}
