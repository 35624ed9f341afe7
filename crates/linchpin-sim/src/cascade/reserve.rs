//! Needs with autonomy, black start, a response curve or a role of their own.
//!
//! While the supply `s` of a need is below 1 the present stage drains at rate `(1 - s) (1 - refill)` and gives
//! its cover; depletion is computed, not polled. Stages recharge only while `s` is 1.

use super::settle::straight;
use crate::agenda::Kind;
use crate::engine::Engine;
use crate::plan::HotStage;
use crate::state::{Charge, HotNeed, Mode, NEVER, ONE, SpecialState};
use linchpin_model::time::whole_seconds;
use linchpin_model::{Cover, Happening, Layer, NeedId, Purpose, Role};

impl Engine<'_> {
    /// Notes that the supply of a special need changed.
    #[inline(always)]
    pub(crate) fn touch_special(&mut self, need: &HotNeed) {
        let special = need.special() - 1;
        let special = if need.refills() { self.plan.specials[special as usize].refills } else { special };
        self.soil(special);
    }

    /// Lists a special that has to be looked at when the instant is over.
    #[inline(always)]
    fn soil(&mut self, special: u32) {
        let state = &mut self.flow.specials.rows[special as usize];
        if state.dirty {
            return;
        }
        state.dirty = true;
        if !state.touched {
            state.touched = true;
            self.flow.specials.touched.mark(special);
        }
        self.flow.dirty_specials.push(special);
    }

    /// Supply of a need as its owner sees it: with autonomy and black start. `supply` is what there is without them.
    #[inline(always)]
    pub(crate) fn covered_supply(&mut self, supply: u32, special: u32) -> u32 {
        if supply == ONE {
            return ONE;
        }
        let plan = self.plan;
        let (state, fixed) = (&self.flow.specials.rows[special as usize], &plan.specials[special as usize]);
        if state.black_start != 0 && state.black_start != NEVER {
            return ONE;
        }
        if fixed.stages == 0 {
            return supply;
        }
        let (mode, stage, due) =
            if state.mode == Mode::Idle { self.arm(special) } else { (state.mode, state.stage, state.due) };
        let runs = match mode {
            Mode::Running => true,
            Mode::Armed => stage < fixed.stages && due == NEVER,
            Mode::Idle | Mode::Waiting | Mode::Spent => false,
        };
        if !runs {
            return supply;
        }
        match plan.stages[(fixed.first_stage + u32::from(stage)) as usize].cover {
            Cover::AtLeast(level) => supply.max(level.0),
            Cover::Times(factor) => {
                (u64::from(supply) * u64::from(factor) / u64::from(ONE)).min(u64::from(ONE)) as u32
            }
        }
    }

    /// A shortage begins at this instant: recharges what has recharged meanwhile and finds the stage that takes
    /// over, and when it is ready. Nothing is final until the instant is over.
    #[inline(never)]
    fn arm(&mut self, special: u32) -> (Mode, u8, u32) {
        self.recharge(special);
        self.flow.specials.rows[special as usize].onset = self.now;
        let (_, stage, due) = self.call_stage(special, 0, false);
        let state = &mut self.flow.specials.rows[special as usize];
        (state.mode, state.stage, state.due) = (Mode::Armed, stage, due);
        self.soil(special);
        (Mode::Armed, stage, due)
    }

    fn recharge(&mut self, special: u32) {
        let fixed = &self.plan.specials[special as usize];
        let since = &mut self.flow.specials.rows[special as usize].since;
        let idle = u64::from(self.now - std::mem::replace(since, self.now));
        for stage in 0..fixed.stages {
            let charge = *self.charge_of(special, stage);
            if charge.left >= charge.capacity {
                continue;
            }
            let hot = &self.plan.stages[(fixed.first_stage + u32::from(stage)) as usize];
            let full_after = match hot.recharge.some() {
                None => charge.capacity / u64::from(ONE),
                Some(dist) => u64::from(self.draw(Layer::Parameters, hot.key, Purpose::Capacity, 1, dist)),
            };
            let gained = if idle >= full_after {
                charge.capacity
            } else {
                (u128::from(charge.capacity) * u128::from(idle) / u128::from(full_after)) as u64
            };
            self.charge_of(special, stage).left = (charge.left + gained).min(charge.capacity);
        }
    }

    /// Charge of a stage of a reserve that is touched already.
    fn charge_of(&mut self, special: u32, stage: u8) -> &mut Charge {
        if stage == 0 {
            return &mut self.flow.specials.rows[special as usize].charge;
        }
        let row = self.plan.specials[special as usize].later_charges + u32::from(stage) - 1;
        self.flow.charges.touched.mark(row);
        &mut self.flow.charges.rows[row as usize]
    }

    /// What is in a stage, its capacity drawn on first use.
    fn charged(&mut self, special: u32, stage: u8, hot: &HotStage, class: linchpin_model::ClassId) -> u64 {
        let charge = *self.charge_of(special, stage);
        if charge != Charge::NOT_DRAWN {
            return charge.left;
        }
        let seconds = self.draw_shared(Layer::Parameters, hot.key, Purpose::Capacity, 0, hot.capacity, class);
        let charge = Charge::full(seconds);
        *self.charge_of(special, stage) = charge;
        charge.left
    }

    /// The first stage from `from` on that runs or will be ready: (mode, stage, when ready).
    fn call_stage(&mut self, special: u32, from: u8, tell: bool) -> (Mode, u8, u32) {
        let plan = self.plan;
        let fixed = &plan.specials[special as usize];
        let state = &self.flow.specials.rows[special as usize];
        let (outage, onset, class) = (u32::from(state.outages), state.onset, fixed.class);
        for stage in from..fixed.stages {
            let hot = &plan.stages[(fixed.first_stage + u32::from(stage)) as usize];
            if self.charged(special, stage, hot, class) == 0 {
                continue;
            }
            if !self.stage_starts(hot, outage, class) {
                if tell && self.clock.trace {
                    let (need, owner) = (NeedId(fixed.need), self.flow.needs[fixed.need as usize].owner);
                    self.trace(owner, Happening::StageFailed(need, u16::from(stage)));
                }
                continue;
            }
            // A later stage starts up while an earlier one bridges it.
            let delay = match hot.start_delay.some() {
                None => 0,
                Some(dist) => self.draw(Layer::Response, hot.key, Purpose::StageDelay, outage, dist),
            };
            let ready = onset.saturating_add(delay);
            return if ready > self.now {
                (Mode::Waiting, stage, ready)
            } else {
                (Mode::Running, stage, NEVER)
            };
        }
        (Mode::Spent, fixed.stages, NEVER)
    }

    fn stage_starts(&mut self, hot: &HotStage, outage: u32, class: linchpin_model::ClassId) -> bool {
        if hot.start_probability >= 1.0 {
            return true;
        }
        // High draws are good ones throughout, so that a class of good quality starts more reliably too.
        self.shared_exceeds(Layer::Response, hot.key, Purpose::StageStart, outage, class, hot.start_bar)
    }

    /// Makes final what happened to special needs at this instant.
    #[inline(always)]
    pub(crate) fn commit_specials(&mut self) {
        for k in 0..self.flow.dirty_specials.len() {
            let special = self.flow.dirty_specials[k];
            let state = &mut self.flow.specials.rows[special as usize];
            state.dirty = false;
            let supply = self.flow.needs.rows[state.need as usize].share();
            if state.simple && !self.clock.trace {
                state.commit_simple(supply, self.now);
                if state.due < state.queued {
                    self.queue_reserve(special);
                }
            } else {
                self.commit_special(special, supply);
            }
        }
        self.flow.dirty_specials.clear();
    }

    #[inline(always)]
    fn commit_special(&mut self, special: u32, supply: u32) {
        let fixed = &self.plan.specials[special as usize];
        let state = &mut self.flow.specials.rows[special as usize];
        if supply == ONE {
            // The need is met again: the next outage may black-start again.
            state.black_start = 0;
            if fixed.stages > 0 && state.mode != Mode::Idle {
                self.end_outage(special);
            }
            return;
        }
        if fixed.stages == 0 {
            return;
        }
        match state.mode {
            Mode::Idle => {
                self.recharge(special);
                self.flow.specials.rows[special as usize].onset = self.now;
                self.take_over(special, 0, supply);
            }
            // The shortage is real. Calling the stages again tells of those that did not start.
            Mode::Armed if self.clock.trace => self.take_over(special, 0, supply),
            Mode::Armed => {
                let mode = match state.due {
                    _ if state.stage >= fixed.stages => Mode::Spent,
                    NEVER => Mode::Running,
                    _ => Mode::Waiting,
                };
                let (stage, due) = (state.stage, state.due);
                self.begin_stage(special, mode, stage, due, supply);
            }
            Mode::Running => {
                self.drain(special);
                self.flow.specials.rows[special as usize].supply = supply;
                self.schedule_depletion(special);
            }
            Mode::Waiting | Mode::Spent => state.supply = supply,
        }
    }

    /// The term of a need with a simple reserve: the same as the general way, without its questions.
    #[inline(always)]
    pub(crate) fn simple_term(&mut self, need: &HotNeed) -> u32 {
        let (supply, special) = (need.share(), need.special() - 1);
        if supply == ONE {
            return ONE;
        }
        let state = &self.flow.specials.rows[special as usize];
        let runs = match state.mode {
            Mode::Idle => self.arm_simple(special),
            Mode::Running | Mode::Armed => state.stage == 0,
            Mode::Waiting | Mode::Spent => false,
        };
        if runs { ONE } else { straight(supply, need.criticality) }
    }

    /// A shortage begins at this instant. Tells whether there is anything in the simple reserve that takes over.
    #[inline(never)]
    fn arm_simple(&mut self, special: u32) -> bool {
        let state = &self.flow.specials.rows[special as usize];
        let charge = if state.charge == Charge::NOT_DRAWN {
            let hot = &self.plan.stages[state.first_stage as usize];
            Charge::full(self.draw(Layer::Parameters, hot.key, Purpose::Capacity, 0, hot.capacity))
        } else {
            state.charge.after(self.now - state.since)
        };
        let state = &mut self.flow.specials.rows[special as usize];
        (state.mode, state.since) = (Mode::Armed, self.now);
        (state.charge, state.stage) = (charge, u8::from(charge.left == 0));
        // Where the supply never changed, nobody has listed it yet.
        self.soil(special);
        charge.left > 0
    }

    /// The need is met: stages recharge from now on.
    fn end_outage(&mut self, special: u32) {
        let mode = self.flow.specials.rows[special as usize].mode;
        if mode == Mode::Running {
            self.drain(special);
        }
        let slot = &mut self.flow.specials.rows[special as usize];
        if mode != Mode::Armed {
            slot.outages = slot.outages.wrapping_add(1);
        }
        slot.since = self.now;
        slot.mode = Mode::Idle;
        slot.due = NEVER;
        slot.supply = ONE;
    }

    /// The next stage from `from` on takes over, or none is left.
    fn take_over(&mut self, special: u32, from: u8, supply: u32) {
        let (mode, stage, ready) = self.call_stage(special, from, true);
        self.begin_stage(special, mode, stage, ready, supply);
    }

    fn begin_stage(&mut self, special: u32, mode: Mode, stage: u8, ready: u32, supply: u32) {
        let (plan, now) = (self.plan, self.now);
        let slot = &mut self.flow.specials.rows[special as usize];
        (slot.mode, slot.stage, slot.supply) = (mode, stage, supply);
        (slot.since, slot.due, slot.breaks) = (now, ready, NEVER);
        match mode {
            Mode::Waiting => self.queue_reserve(special),
            Mode::Running => {
                let fixed = &plan.specials[special as usize];
                let hot = &plan.stages[(fixed.first_stage + u32::from(stage)) as usize];
                if let Some(dist) = hot.failure.some() {
                    let outage = u32::from(slot.outages);
                    let runs = self.draw(Layer::Response, hot.key, Purpose::StageFailure, outage, dist);
                    self.flow.specials.rows[special as usize].breaks = now.saturating_add(runs);
                }
                self.schedule_depletion(special);
                if self.clock.trace {
                    let owner = self.flow.needs[fixed.need as usize].owner;
                    self.trace(owner, Happening::StageRuns(NeedId(fixed.need), u16::from(stage)));
                }
            }
            _ => {}
        }
    }

    /// Millionths of a second that a stage gives in a second.
    #[inline]
    fn rate(supply: u32, refill: u32) -> u64 {
        if refill == 0 {
            u64::from(ONE - supply)
        } else {
            u64::from(ONE - supply) * u64::from(ONE - refill) / u64::from(ONE)
        }
    }

    /// Takes from the running stage what it gave since it was last looked at.
    #[inline]
    fn drain(&mut self, special: u32) {
        let state = &mut self.flow.specials.rows[special as usize];
        let elapsed = self.now - std::mem::replace(&mut state.since, self.now);
        let (drained, stage) = (Self::rate(state.supply, state.refill) * u64::from(elapsed), state.stage);
        let left = &mut self.charge_of(special, stage).left;
        *left = left.saturating_sub(drained);
    }

    #[inline]
    fn schedule_depletion(&mut self, special: u32) {
        let plan = self.plan;
        let running = self.flow.specials.rows[special as usize].stage;
        let stage = (plan.specials[special as usize].first_stage + u32::from(running)) as usize;
        let refill = plan.stages[stage].resupply.some().map_or(0, |need| self.supply_of(need.0));
        let left = self.charge_of(special, running).left;
        let slot = &mut self.flow.specials.rows[special as usize];
        let empty = match Self::rate(slot.supply, refill) {
            0 => NEVER,
            rate => u32::try_from(left.div_ceil(rate)).map_or(NEVER, |lasts| self.now.saturating_add(lasts)),
        };
        (slot.refill, slot.due) = (refill, empty.min(slot.breaks));
        self.queue_reserve(special);
    }

    /// Sees to it that something is queued no later than the special is due. What turns out to be too early is
    /// put off then: supplies flicker far more often than stages end.
    #[inline]
    fn queue_reserve(&mut self, special: u32) {
        let slot = &mut self.flow.specials.rows[special as usize];
        if slot.due < slot.queued {
            slot.queued = slot.due;
            self.agenda.cascade.push(slot.due, Kind::Reserve, special);
        }
    }

    /// A stage is spent, broken or ready.
    #[inline(never)]
    pub(crate) fn reserve_due(&mut self, special: u32) {
        let slot = &mut self.flow.specials.rows[special as usize];
        if slot.queued == self.now {
            slot.queued = NEVER;
        }
        if slot.due != self.now {
            self.queue_reserve(special);
            return;
        }
        let state = *slot;
        match state.mode {
            Mode::Waiting => self.take_over(special, state.stage, state.supply),
            Mode::Running if state.simple && !self.clock.trace => {
                let state = slot;
                state.charge.left = 0;
                (state.mode, state.stage, state.since, state.due) = (Mode::Spent, 1, self.now, NEVER);
            }
            Mode::Running => {
                self.drain(special);
                if self.clock.trace {
                    let (need, stage) = (NeedId(state.need), u16::from(state.stage));
                    let owner = self.flow.needs[state.need as usize].owner;
                    let broken = state.breaks == self.now;
                    let what = if broken {
                        Happening::StageFailed(need, stage)
                    } else {
                        Happening::StageSpent(need, stage)
                    };
                    self.trace(owner, what);
                }
                self.take_over(special, state.stage + 1, state.supply);
            }
            Mode::Idle | Mode::Armed | Mode::Spent => return,
        }
        self.refresh_term(state.need);
    }

    /// True where the need has some supply for a start.
    pub(crate) fn special_starts(&mut self, need: &HotNeed) -> bool {
        let special = need.special() - 1;
        let fixed = &self.plan.specials[special as usize];
        fixed.role == Role::Resupply
            || self.suffices(need)
            || (fixed.black_start > 0 && self.flow.specials[special as usize].black_start == 0)
    }

    /// True where what there is of a need leaves its owner above 0.
    fn suffices(&mut self, need: &HotNeed) -> bool {
        let (supply, special) = (need.share(), need.special() - 1);
        self.covered_supply(supply, special) > 0
            && (need.is_idle() || self.special_term(supply, special, need.criticality) > 0)
    }

    /// A node starts: a need that is unmet and may be gone without is, for its time.
    pub(crate) fn begin_black_start(&mut self, node: u32, need: u32, special: u32) {
        let fixed = &self.plan.specials[special as usize];
        let state = &self.flow.specials[special as usize];
        if fixed.black_start == 0 || state.black_start != 0 {
            return;
        }
        let hot = self.flow.needs[need as usize];
        if self.suffices(&hot) {
            return;
        }
        let until = self.now.saturating_add(fixed.black_start).min(NEVER - 1);
        self.soil(special);
        self.flow.specials[special as usize].black_start = until;
        self.agenda.cascade.push(until, Kind::BlackStartEnd, special);
        self.refresh_term(need);
        if self.clock.trace {
            self.trace(node, Happening::BlackStart(NeedId(need)));
        }
    }

    /// The time is over for which a node could go without a need.
    #[inline(never)]
    pub(crate) fn end_black_start(&mut self, special: u32) {
        if self.flow.specials[special as usize].black_start == self.now {
            self.flow.specials[special as usize].black_start = NEVER;
            let need = self.plan.specials[special as usize].need;
            self.refresh_term(need);
        }
    }

    /// A drawn duration in whole seconds.
    pub(crate) fn draw(
        &self,
        layer: Layer,
        key: linchpin_model::Key,
        purpose: Purpose,
        count: u32,
        dist: linchpin_model::DistId,
    ) -> u32 {
        match self.plan.model.dist(dist) {
            linchpin_model::Distribution::Fixed(value) => whole_seconds(*value),
            dist => whole_seconds(dist.quantile(self.clock.draws.uniform(layer, key, purpose, count))),
        }
    }
}

impl SpecialState {
    /// Makes final what happened to a simple reserve.
    #[inline(always)]
    fn commit_simple(&mut self, supply: u32, now: u32) {
        if self.mode == Mode::Running {
            let drained = u64::from(ONE - self.supply) * u64::from(now - self.since);
            self.charge.left = self.charge.left.saturating_sub(drained);
            self.since = now;
        }
        self.supply = supply;
        if supply == ONE {
            if self.mode != Mode::Idle {
                (self.mode, self.since, self.due) = (Mode::Idle, now, NEVER);
            }
            return;
        }
        if self.mode == Mode::Armed {
            self.mode = if self.stage == 0 { Mode::Running } else { Mode::Spent };
            self.since = now;
            self.due = NEVER;
        }
        if self.mode == Mode::Running {
            let lasts = self.charge.left.div_ceil(u64::from(ONE - supply));
            self.due = u32::try_from(lasts).map_or(NEVER, |lasts| now.saturating_add(lasts));
        }
    }
}
