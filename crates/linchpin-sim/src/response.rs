//! Staged repairs with crews and spares.
//!
//! A job works through the stages of its asset's repair plan. A stage that takes crews waits for them, and
//! they stay while the next stages take the same skill. Work stands still while the team, or the work
//! itself, lacks what it needs.

use crate::agenda::Kind;
use crate::engine::Engine;
use crate::plan::expected;
use crate::state::{ActiveEffect, Job, JobState, NEVER, Work, flag};
use linchpin_model::time::whole_seconds;
use linchpin_model::{
    Effect, Happening, Layer, NodeId, Priority, Purpose, RepairPlan, SkillId, SpareId, TeamId,
};

/// What a stage of a job takes.
struct Takes {
    skill: SkillId,
    crews: u16,
    spare: SpareId,
}

/// Lets waiting jobs have free crews, and stops or resumes work.
pub(crate) fn dispatch_crews(engine: &mut Engine<'_>) {
    if std::mem::take(&mut engine.agenda.wake_response) {
        engine.respond();
    }
}

const NO_TEAM: u16 = TeamId::NONE.0;

impl Engine<'_> {
    #[inline(never)]
    fn respond(&mut self) {
        if std::mem::take(&mut self.response.recheck) {
            for k in 0..self.response.active.len() {
                self.pause_or_resume(self.response.active[k]);
            }
        }
        self.dispatch();
    }

    fn repair_of(&self, node: u32) -> &RepairPlan {
        let model = &self.plan.model;
        &model.repairs[model.nodes[node as usize].repair.index()]
    }

    /// What the stage a job is at takes; none where it is past the last.
    fn stage_of(&self, job: &Job) -> Option<Takes> {
        match job.what {
            Work::Damage => {
                let stage = self.repair_of(job.node).stages.get(usize::from(job.stage))?;
                Some(Takes { skill: stage.skill, crews: stage.crews, spare: stage.spare })
            }
            Work::It(_) if job.stage > 0 => None,
            Work::It(_) => {
                let (skill, crews) = self.it_work(job.node);
                Some(Takes { skill, crews, spare: SpareId::NONE })
            }
        }
    }

    /// Opens a job that brings back systems malware got into; its row.
    pub(crate) fn request_it_recovery(&mut self, node: u32, malware: u16) -> u32 {
        let work = Work::It(malware);
        let row = self.new_job(self.fresh_job(node, work, 0));
        self.enter_stage(row);
        self.agenda.wake_response = true;
        row
    }

    fn fresh_job(&self, node: u32, what: Work, damage: u16) -> Job {
        Job {
            node,
            what,
            state: JobState::Waiting,
            damage,
            stage: 0,
            team: NO_TEAM,
            crews: 0,
            guests: 0,
            left: 0,
            since: self.now,
            due: NEVER,
            requested: self.now,
            count: 0,
            severity: 1.0,
            rank: self.rank(node, what, damage),
        }
    }

    /// Gives a job a row.
    fn new_job(&mut self, job: Job) -> u32 {
        if let Some(row) = self.response.free_jobs.pop() {
            self.response.jobs[row as usize] = job;
            return row;
        }
        self.response.jobs.push(job);
        self.response.jobs.len() as u32 - 1
    }

    /// Opens the repair of a node, or begins it anew where it is open.
    pub(crate) fn request_repair(&mut self, node: u32, damage: u16, count: u32, severity: f64) {
        let open = self.response.job_of[node as usize];
        let mut job = Job { count, severity, ..self.fresh_job(node, Work::Damage, damage) };
        let row = if open == NEVER {
            self.new_job(job)
        } else {
            let before = self.response.jobs[open as usize];
            job.damage = damage.max(before.damage);
            job.requested = before.requested;
            self.leave(open);
            open
        };
        self.response.jobs[row as usize] = job;
        self.response.job_of[node as usize] = row;
        self.enter_stage(row);
        self.agenda.wake_response = true;
    }

    /// Takes a job off the lists it is on and gives its crews back.
    fn leave(&mut self, row: u32) {
        let job = self.response.jobs[row as usize];
        match job.state {
            JobState::Waiting => {
                self.observer.record.waited_s += u64::from(self.now - job.since);
                self.response.waiting.retain(|other| *other != row);
            }
            JobState::Working | JobState::Paused => self.response.active.retain(|other| *other != row),
            JobState::Done => {}
        }
        self.release_crews(row);
    }

    fn release_crews(&mut self, row: u32) {
        let job = &mut self.response.jobs[row as usize];
        if job.team != NO_TEAM {
            self.response.crews[usize::from(job.team)].come_back(self.now, job.crews, job.guests);
            job.team = NO_TEAM;
            job.crews = 0;
            self.agenda.wake_response = true;
        }
    }

    fn rank(&self, node: u32, what: Work, damage: u16) -> f64 {
        let base = self.plan.ranks.get(node as usize).copied().unwrap_or(0.0);
        match self.plan.model.priority {
            Priority::Shortest => self.expected_work(node, what, damage),
            Priority::ServedPerHour => base / self.expected_work(node, what, damage).max(1.0),
            _ => base,
        }
    }

    fn expected_work(&self, node: u32, what: Work, damage: u16) -> f64 {
        if what != Work::Damage {
            return self.expected_it_work(node);
        }
        let repair = self.repair_of(node);
        let state = &repair.states[usize::from(damage)];
        let stage = |own: linchpin_model::DistId| own.some().or_else(|| state.repair.some());
        repair
            .stages
            .iter()
            .filter_map(|s| stage(s.duration))
            .map(|d| expected(self.plan.model.dist(d)))
            .sum()
    }

    /// A job comes to its next stage, which it may have to wait for.
    fn enter_stage(&mut self, row: u32) {
        loop {
            let job = self.response.jobs[row as usize];
            let Some(Takes { skill, crews, spare }) = self.stage_of(&job) else {
                self.finish_job(row);
                return;
            };
            let keeps = job.team != NO_TEAM
                && self.plan.model.teams[usize::from(job.team)].skill == skill
                && job.crews == crews;
            if !keeps {
                self.release_crews(row);
            }
            if !spare.is_none() || (!skill.is_none() && !keeps) {
                self.wait(row);
                return;
            }
            let work = self.work_of(row);
            if work > 0 {
                self.response.active.push(row);
                self.work(row, work);
                return;
            }
            self.response.jobs[row as usize].stage += 1;
        }
    }

    /// Seconds of work in the stage that a job now begins.
    fn work_of(&mut self, row: u32) -> u32 {
        let job = self.response.jobs[row as usize];
        if let Work::It(malware) = job.what {
            return self.it_work_begins(malware, job.node);
        }
        let stage = usize::from(job.stage);
        self.stage_duration(job.node, self.repair_of(job.node), stage, job.damage, job.count, job.severity)
    }

    fn wait(&mut self, row: u32) {
        let job = &mut self.response.jobs[row as usize];
        job.state = JobState::Waiting;
        job.since = self.now;
        job.due = NEVER;
        let key = |job: &Job| (job.rank, job.requested, job.node);
        let (mine, jobs) = (key(&self.response.jobs[row as usize]), &self.response.jobs);
        let before = |other: &u32| {
            let other = key(&jobs[*other as usize]);
            other.0.total_cmp(&mine.0).then(other.1.cmp(&mine.1)).then(other.2.cmp(&mine.2)).is_lt()
        };
        let at = self.response.waiting.partition_point(before);
        self.response.waiting.insert(at, row);
        self.agenda.wake_response = true;
        if self.clock.trace {
            self.trace(self.response.jobs[row as usize].node, Happening::RepairWaits);
        }
    }

    /// Goes through the waiting jobs in their order and starts those for which there are crews and spares.
    fn dispatch(&mut self) {
        let mut k = 0;
        while k < self.response.waiting.len() {
            let row = self.response.waiting[k];
            if self.try_start(row) {
                self.response.waiting.remove(k);
            } else {
                k += 1;
            }
        }
    }

    fn try_start(&mut self, row: u32) -> bool {
        let job = self.response.jobs[row as usize];
        let Some(Takes { skill, crews, spare }) = self.stage_of(&job) else { return false };
        if !spare.is_none() && self.response.stock[spare.index()] == 0 {
            return false;
        }
        let mut travel = 0;
        if !skill.is_none() && job.team == NO_TEAM {
            let Some(team) = self.free_team(&job, skill, crews) else { return false };
            let guests = self.response.crews[usize::from(team)].send(self.now, crews);
            let slot = &mut self.response.jobs[row as usize];
            (slot.team, slot.crews, slot.guests) = (team, crews, guests);
            if let Some(dist) = self.plan.model.teams[usize::from(team)].travel.some() {
                let mut key = self.plan.model.nodes[job.node as usize].key.part(u32::from(job.stage));
                if let Work::It(malware) = job.what {
                    key = self.plan.model.malware[usize::from(malware)].key.with(key);
                }
                travel = self.draw(Layer::Response, key, Purpose::Travel, job.count, dist);
            }
        }
        if !spare.is_none() {
            self.take_spare(spare.index());
        }
        self.observer.record.waited_s += u64::from(self.now - job.since);
        self.response.active.push(row);
        // The journey takes its time, however fast the work goes.
        let travel = work_done(travel, self.speed_of(row));
        let work = self.work_of(row).saturating_add(travel);
        self.work(row, work);
        true
    }

    /// The team that sends crews: of those with the skill, enough free crews, their own needs met and the region
    /// in reach, one at home in the asset's region first, then the lowest id.
    fn free_team(&self, job: &Job, skill: SkillId, crews: u16) -> Option<u16> {
        if !self.work_possible(job) {
            return None;
        }
        let model = &self.plan.model;
        let region = model.nodes[job.node as usize].region;
        let able = |team: &&u16| {
            let fixed = &model.teams[usize::from(**team)];
            self.response.crews[usize::from(**team)].free >= u32::from(crews)
                && (fixed.serves.is_empty() || fixed.serves.binary_search(&region).is_ok())
                && self.nodes[fixed.node.index()].flags & flag::FAILED == 0
        };
        let mut teams = self.plan.teams_with.get(skill.index())?.iter().filter(able);
        let first = *teams.next()?;
        let at_home = |team: &u16| model.teams[usize::from(*team)].home == region;
        Some(if at_home(&first) { first } else { teams.copied().find(at_home).unwrap_or(first) })
    }

    /// True while what the work at a node needs is there.
    fn work_possible(&self, job: &Job) -> bool {
        let fixed = &self.plan.model.nodes[job.node as usize];
        // What a repair needs on site is not what systems need.
        let job = if job.what == Work::Damage { fixed.job } else { NodeId::NONE };
        job.is_none() || self.nodes[job.index()].flags & flag::FAILED == 0
    }

    fn can_work(&self, job: &Job) -> bool {
        let team_able = job.team == NO_TEAM || {
            let team = self.plan.model.teams[usize::from(job.team)].node;
            self.nodes[team.index()].flags & flag::FAILED == 0
        };
        team_able && self.work_possible(job)
    }

    fn work(&mut self, row: u32, work: u32) {
        let able = self.can_work(&self.response.jobs[row as usize]);
        let (now, takes) = (self.now, time_for(work, self.speed_of(row)));
        let job = &mut self.response.jobs[row as usize];
        job.left = work;
        job.since = now;
        job.state = if able { JobState::Working } else { JobState::Paused };
        job.due = if able { now.saturating_add(takes) } else { NEVER };
        let job = *job;
        self.agenda.condition.push(job.due, Kind::Job, row);
        if self.clock.trace {
            let stage = if job.what == Work::Damage { job.stage } else { Happening::IT_RECOVERY };
            self.trace(job.node, Happening::RepairStage(stage, TeamId(job.team)));
            if !able {
                self.trace(job.node, Happening::RepairPaused);
            }
        }
    }

    fn pause_or_resume(&mut self, row: u32) {
        let able = self.can_work(&self.response.jobs[row as usize]);
        let (now, speed) = (self.now, self.speed_of(row));
        let job = &mut self.response.jobs[row as usize];
        match job.state {
            JobState::Working if !able => {
                job.left = job.left.saturating_sub(work_done(now - job.since, speed));
                job.state = JobState::Paused;
                job.due = NEVER;
            }
            JobState::Paused if able => {
                job.since = now;
                job.state = JobState::Working;
                job.due = now.saturating_add(time_for(job.left, speed));
            }
            _ => return,
        }
        let job = *job;
        self.agenda.condition.push(job.due, Kind::Job, row);
        if self.clock.trace {
            let what = if able { Happening::RepairResumed } else { Happening::RepairPaused };
            self.trace(job.node, what);
        }
    }

    /// The skill whose crews a waiting job waits for; none where it waits for something else.
    pub(crate) fn wanted_skill(&self, row: u32) -> SkillId {
        let job = &self.response.jobs[row as usize];
        if job.team != NO_TEAM {
            return SkillId::NONE;
        }
        self.stage_of(job).map_or(SkillId::NONE, |stage| stage.skill)
    }

    /// How fast work on a job goes.
    fn speed_of(&self, row: u32) -> f64 {
        let job = &self.response.jobs[row as usize];
        let stage = self.stage_of(job);
        let speed = stage.and_then(|stage| self.response.speed.get(stage.skill.index()));
        speed.copied().unwrap_or(1.0)
    }

    /// Work of some skills goes at another speed from now on.
    pub(crate) fn change_speed(&mut self) {
        let now = self.now;
        for k in 0..self.response.active.len() {
            let row = self.response.active[k];
            let speed = self.speed_of(row);
            let job = &mut self.response.jobs[row as usize];
            if job.state == JobState::Working {
                job.left = job.left.saturating_sub(work_done(now - job.since, speed));
                job.since = now;
            }
        }
        self.sum_speeds();
        for k in 0..self.response.active.len() {
            let row = self.response.active[k];
            let speed = self.speed_of(row);
            let job = &mut self.response.jobs[row as usize];
            if job.state == JobState::Working {
                job.due = now.saturating_add(time_for(job.left, speed));
                self.agenda.condition.push(job.due, Kind::Job, row);
            }
        }
    }

    fn sum_speeds(&mut self) {
        let plan = self.plan;
        self.response.speed.fill(1.0);
        for active in self.threats.effects.iter().filter(|e| e.slot == ActiveEffect::SPEED && !e.ended) {
            let effect = &plan.model.events[active.event as usize].effects[usize::from(active.effect)];
            let Effect::SpeedUp { skill, factor, .. } = effect else { continue };
            for (other, speed) in self.response.speed.iter_mut().enumerate() {
                if skill.is_none() || skill.index() == other {
                    *speed *= factor;
                }
            }
        }
    }

    /// A stage of a job is done.
    pub(crate) fn job_due(&mut self, row: u32) {
        let job = self.response.jobs[row as usize];
        if job.due != self.now || job.state != JobState::Working {
            return;
        }
        self.response.active.retain(|other| *other != row);
        self.response.jobs[row as usize].stage += 1;
        self.enter_stage(row);
    }

    fn finish_job(&mut self, row: u32) {
        self.release_crews(row);
        let job = &mut self.response.jobs[row as usize];
        job.state = JobState::Done;
        job.due = NEVER;
        let (node, what) = (job.node, job.what);
        self.response.free_jobs.push(row);
        match what {
            Work::Damage => {
                self.response.job_of[node as usize] = NEVER;
                self.repaired(node);
            }
            Work::It(malware) => self.it_work_done(malware, node),
        }
    }

    fn take_spare(&mut self, spare: usize) {
        self.response.stock[spare] -= 1;
        let stock = &self.plan.model.spares[spare];
        let count = self.response.spare_count[spare];
        self.response.spare_count[spare] += 1;
        if let Some(dist) = stock.resupply.some() {
            let key = linchpin_model::Key::of(&stock.id);
            let wait = self.draw(Layer::Response, key, Purpose::RepairStage, count, dist);
            self.agenda.condition.push(self.now.saturating_add(wait), Kind::Spare, spare as u32);
        }
    }

    pub(crate) fn spare_back(&mut self, spare: u32) {
        self.response.stock[spare as usize] += 1;
        self.agenda.wake_response = true;
    }
}

/// Seconds that so much work takes.
fn time_for(work: u32, speed: f64) -> u32 {
    if speed == 1.0 { work } else { whole_seconds(f64::from(work) / speed) }
}

/// Work done in so many seconds.
fn work_done(seconds: u32, speed: f64) -> u32 {
    // `as` saturates.
    if speed == 1.0 { seconds } else { (f64::from(seconds) * speed) as u32 }
}
