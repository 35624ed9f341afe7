//! The crews of a team: how many are free, at work, and about to leave.

use linchpin_model::TeamUse;

/// How the crews of a team stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Crews {
    /// Those that could be sent.
    pub(crate) free: u32,
    /// Those at jobs.
    busy: u32,
    /// How many of those at jobs leave when they are done.
    leaving: u32,
    /// Since when it is so.
    since: u32,
    told: TeamUse,
}

impl Crews {
    pub(crate) fn new(crews: u16) -> Self {
        Self { free: u32::from(crews), ..Self::default() }
    }

    /// Sends crews to a job. There must be as many.
    pub(crate) fn send(&mut self, now: u32, crews: u16) {
        self.book(now);
        self.free -= u32::from(crews);
        self.busy += u32::from(crews);
        self.told.jobs += 1;
    }

    /// Crews are done with a job.
    pub(crate) fn come_back(&mut self, now: u32, crews: u16) {
        self.book(now);
        let crews = u32::from(crews);
        let left = crews.min(self.leaving);
        self.busy -= crews;
        self.leaving -= left;
        self.free += crews - left;
    }

    /// More crews arrive. Those that were about to leave stay instead.
    pub(crate) fn join(&mut self, now: u32, crews: u32) {
        self.book(now);
        let stay = crews.min(self.leaving);
        self.leaving -= stay;
        self.free = self.free.saturating_add(crews - stay);
    }

    /// Crews leave: free ones at once, others when they are done with their jobs.
    pub(crate) fn depart(&mut self, now: u32, crews: u32) {
        self.book(now);
        let free = crews.min(self.free);
        self.free -= free;
        self.leaving = self.leaving.saturating_add(crews - free).min(self.busy);
    }

    /// What the crews did until `now`.
    pub(crate) fn told(&mut self, now: u32) -> TeamUse {
        self.book(now);
        self.told
    }

    fn book(&mut self, now: u32) {
        let elapsed = u64::from(now - std::mem::replace(&mut self.since, now));
        self.told.busy_s += u64::from(self.busy) * elapsed;
        self.told.there_s += (u64::from(self.free) + u64::from(self.busy)) * elapsed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_at_work_finish_before_they_leave() {
        let mut crews = Crews::new(2);
        crews.join(10, 2);
        crews.send(20, 3);
        crews.depart(30, 2);
        // One was free and left, one more leaves when it is done.
        assert_eq!((crews.free, crews.busy, crews.leaving), (0, 3, 1));
        crews.come_back(40, 2);
        assert_eq!((crews.free, crews.busy, crews.leaving), (1, 1, 0));
        crews.come_back(50, 1);
        let told = crews.told(100);
        assert_eq!((crews.free, crews.busy), (2, 0));
        // At work: 3 for 20 s, 1 for 10 s. There: 2 for 10 s, 4 for 20 s, 3 for 10 s, 2 for 60 s.
        assert_eq!(told, TeamUse { busy_s: 70, jobs: 1, there_s: 250 });
    }

    #[test]
    fn those_who_were_to_leave_stay_when_more_are_called() {
        let mut crews = Crews::new(1);
        crews.send(0, 1);
        crews.depart(1, 1);
        crews.join(2, 3);
        crews.come_back(3, 1);
        assert_eq!((crews.free, crews.leaving), (3, 0));
        // More leave than there are: nobody is left, and none is owed.
        crews.depart(4, 9);
        assert_eq!((crews.free, crews.leaving), (0, 0));
    }
}
