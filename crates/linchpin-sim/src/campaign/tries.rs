//! A step's tries: beginning, end, detection, and what follows.

use super::{Detection, Due, Phase};
use crate::engine::Engine;
use crate::state::NEVER;
use linchpin_model::time::whole_seconds;
use linchpin_model::{CampaignStep, Happening, Layer, OnFailure, Outcome, Purpose, SimTime, StepId, Try};

impl Engine<'_> {
    /// What a step follows is over: it begins after its wait.
    pub(super) fn schedule_step(&mut self, step: u32) {
        let fixed = &self.plan.model.steps[step as usize];
        self.campaigns.steps[step as usize].phase = Phase::Waiting;
        let wait = self.span(fixed.key, Purpose::StepWait, 0, fixed.wait);
        self.push_due(self.now.saturating_add(wait), Due::Begin, step);
    }

    pub(super) fn begin_step(&mut self, step: u32) {
        let plan = self.plan;
        let fixed = &plan.model.steps[step as usize];
        let course = self.campaigns.courses[fixed.campaign.index()];
        if course.over {
            return;
        }
        if fixed.adaptive && self.has_work() {
            self.campaigns.looking.push(step);
            return;
        }
        if self.now >= course.patience || !self.spend(fixed) {
            self.end_campaign(u32::from(fixed.campaign.0), false);
            return;
        }
        let count = self.campaigns.steps[step as usize].tries;
        if count == 0 || fixed.adaptive {
            self.choose_targets(step, count);
        }
        let row = self.observer.record.tries.len() as u32;
        let state = &mut self.campaigns.steps[step as usize];
        (state.phase, state.row, state.tries) = (Phase::Running, row, count + 1);
        self.observer.record.tries.push(Try {
            step: StepId(step),
            began: SimTime(self.now),
            ended: SimTime::NEVER,
            noticed: SimTime::NEVER,
            outcome: Outcome::Open,
            struck: 0,
        });
        self.tell(Happening::StepBegan(StepId(step)));
        let takes = self.span(fixed.key, Purpose::StepDuration, count, fixed.duration);
        self.push_due(self.now.saturating_add(takes), Due::End, row);
        let targets = self.campaigns.steps[step as usize].targets;
        let (mut due, mut factor) = (NEVER, 1.0);
        if let Some(dist) = fixed.detection.some() {
            factor = self.detection_factor_at(fixed.campaign, targets);
            let after = self.draw(Layer::Threat, fixed.key, Purpose::StepDetection, count, dist);
            let after = if factor == 1.0 { after } else { whole_seconds(f64::from(after) * factor) };
            due = self.now.saturating_add(after);
        }
        self.campaigns.detections.push(Detection { due, factor, targets });
        self.push_due(due, Due::Notice, row);
    }

    /// Steps that wait to see what came of the present instant look again in another pass at it.
    #[inline]
    pub(crate) fn look_again(&mut self) {
        if !self.campaigns.looking.is_empty() {
            self.begin_looking();
        }
    }

    #[inline(never)]
    fn begin_looking(&mut self) {
        while let Some(step) = self.campaigns.looking.pop() {
            self.push_due(self.now, Due::Begin, step);
        }
    }

    /// Takes the effort of a try from its actor's. False where not so much is left.
    fn spend(&mut self, step: &CampaignStep) -> bool {
        let campaign = step.campaign.index();
        let actor = self.plan.model.campaigns[campaign].actor;
        if let Some(left) = self.campaigns.effort.get_mut(actor.index()) {
            if *left < step.effort {
                return false;
            }
            *left -= step.effort;
        }
        let row = self.campaigns.courses[campaign].row;
        self.observer.record.campaigns[row as usize].effort += step.effort;
        true
    }

    /// The time of a try is over: it succeeds or fails.
    pub(super) fn end_try(&mut self, row: u32) {
        let step = self.observer.record.tries[row as usize].step;
        let state = self.campaigns.steps[step.index()];
        if state.phase != Phase::Running || state.row != row {
            return;
        }
        if !self.succeeds(step.0) {
            self.close_try(step.0, Outcome::Failed, 0);
            self.tell(Happening::StepFailed(step));
            self.fail(step.0);
            return;
        }
        let struck = std::mem::take(&mut self.campaigns.struck);
        self.close_try(step.0, Outcome::Succeeded, struck.len() as u32);
        self.campaigns.steps[step.index()].phase = Phase::Over;
        self.strike_chosen(self.plan.model.steps[step.index()].event.0, &struck);
        self.campaigns.struck = struck;
        self.reach_goal(step.0);
        self.follow(step.0);
    }

    pub(super) fn close_try(&mut self, step: u32, outcome: Outcome, struck: u32) {
        let row = self.campaigns.steps[step as usize].row;
        let entry = &mut self.observer.record.tries[row as usize];
        (entry.outcome, entry.struck, entry.ended) = (outcome, struck, SimTime(self.now));
    }

    fn reach_goal(&mut self, step: u32) {
        if !self.plan.schemes.is_goal[step as usize] {
            return;
        }
        let course = &mut self.campaigns.courses[self.plan.model.steps[step as usize].campaign.index()];
        course.goals -= 1;
        if course.goals == 0 {
            self.observer.record.campaigns[course.row as usize].reached = SimTime(self.now);
        }
    }

    /// A step is done, or gone on from: those that follow it may begin.
    fn follow(&mut self, step: u32) {
        let plan = self.plan;
        for next in plan.schemes.followers(step) {
            let state = &mut self.campaigns.steps[*next as usize];
            state.open = state.open.saturating_sub(1);
            let ready = state.open == 0 || plan.model.steps[*next as usize].any;
            if state.phase == Phase::Idle && ready {
                self.schedule_step(*next);
            }
        }
    }

    fn fail(&mut self, step: u32) {
        let fixed = &self.plan.model.steps[step as usize];
        let state = &mut self.campaigns.steps[step as usize];
        state.phase = Phase::Over;
        match fixed.on_failure {
            OnFailure::Retry { times, pause } if state.tries <= u32::from(times) => {
                state.phase = Phase::Waiting;
                let count = state.tries;
                let pause = self.span(fixed.key, Purpose::Retry, count, pause);
                self.push_due(self.now.saturating_add(pause), Due::Begin, step);
            }
            OnFailure::GoOn => self.follow(step),
            OnFailure::Retry { .. } | OnFailure::Stop => {}
            OnFailure::Abandon => self.end_campaign(u32::from(fixed.campaign.0), true),
        }
    }

    /// A try is noticed: stopped where it still runs and the defenders are able to.
    pub(super) fn notice_try(&mut self, row: u32) {
        let entry = &mut self.observer.record.tries[row as usize];
        if self.campaigns.detections[row as usize].due != self.now || entry.noticed != SimTime::NEVER {
            return;
        }
        entry.noticed = SimTime(self.now);
        let step = entry.step;
        let course = &self.campaigns.courses[self.plan.model.steps[step.index()].campaign.index()];
        let noticed = &mut self.observer.record.campaigns[course.row as usize].noticed;
        *noticed = (*noticed).min(SimTime(self.now));
        self.step_noticed(step);
        let state = self.campaigns.steps[step.index()];
        if state.phase != Phase::Running || state.row != row {
            return;
        }
        let fixed = &self.plan.model.steps[step.index()];
        let u = self.clock.draws.uniform(Layer::Threat, fixed.key, Purpose::StepBlocked, state.tries - 1);
        if u < fixed.blocked {
            self.close_try(step.0, Outcome::Blocked, 0);
            self.tell(Happening::StepBlocked(step));
            self.fail(step.0);
        }
    }
}
