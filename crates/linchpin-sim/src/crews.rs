//! The crews of a team: how many are free, at work, and about to leave.

use linchpin_model::TeamUse;

/// How the crews of a team stand. Its own are sent before those that help out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Crews {
    /// Those that could be sent.
    pub(crate) free: u32,
    /// Those at jobs.
    busy: u32,
    /// Of the free ones, those that help out.
    free_guests: u32,
    /// Of those at jobs, those that help out; and how many of these leave when they are done.
    busy_guests: u32,
    leaving: u32,
    /// Since when it is so.
    since: u32,
    told: TeamUse,
}

impl Crews {
    pub(crate) fn new(crews: u16) -> Self {
        Self { free: u32::from(crews), ..Self::default() }
    }

    /// Sends crews to a job; there must be as many. How many of them help out.
    pub(crate) fn send(&mut self, now: u32, crews: u16) -> u16 {
        self.book(now);
        let crews = u32::from(crews);
        let guests = crews.saturating_sub(self.free - self.free_guests);
        self.free -= crews;
        self.free_guests -= guests;
        self.busy += crews;
        self.busy_guests += guests;
        self.told.jobs += 1;
        guests as u16
    }

    /// Crews are done with a job; so many of them help out.
    pub(crate) fn come_back(&mut self, now: u32, crews: u16, guests: u16) {
        self.book(now);
        let (crews, guests) = (u32::from(crews), u32::from(guests));
        let left = guests.min(self.leaving);
        self.busy -= crews;
        self.busy_guests -= guests;
        self.leaving -= left;
        self.free += crews - left;
        self.free_guests += guests - left;
    }

    /// More crews arrive. Those that were about to leave stay instead.
    pub(crate) fn join(&mut self, now: u32, crews: u16) {
        self.book(now);
        let stay = u32::from(crews).min(self.leaving);
        self.leaving -= stay;
        self.free += u32::from(crews) - stay;
        self.free_guests += u32::from(crews) - stay;
    }

    /// Crews that helped out leave: free ones at once, others when they are done with their jobs.
    pub(crate) fn depart(&mut self, now: u32, crews: u16) {
        self.book(now);
        let free = u32::from(crews).min(self.free_guests);
        self.free -= free;
        self.free_guests -= free;
        self.leaving = (self.leaving + u32::from(crews) - free).min(self.busy_guests);
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
        let mut crews = Crews::new(1);
        crews.join(10, 3);
        // Its own crew goes first.
        assert_eq!(crews.send(20, 2), 1);
        assert_eq!(crews.send(20, 1), 1);
        crews.depart(30, 3);
        assert_eq!((crews.free, crews.busy, crews.leaving), (0, 3, 2));
        crews.come_back(40, 2, 1);
        assert_eq!((crews.free, crews.busy, crews.leaving), (1, 1, 1));
        crews.come_back(50, 1, 1);
        let told = crews.told(100);
        assert_eq!((crews.free, crews.busy, crews.leaving), (1, 0, 0));
        // At work: 3 for 20 s, 1 for 10 s. There: 1 for 10 s, 4 for 20 s, 3 for 10 s, 2 for 10 s, 1 for 50 s.
        assert_eq!(told, TeamUse { busy_s: 70, jobs: 2, there_s: 190 });
    }

    #[test]
    fn those_who_were_to_leave_stay_when_more_are_called() {
        let mut crews = Crews::new(1);
        crews.join(0, 1);
        let guests = crews.send(0, 2);
        crews.depart(1, 1);
        crews.join(2, 3);
        crews.come_back(3, 2, guests);
        assert_eq!((crews.free, crews.free_guests, crews.leaving), (4, 3, 0));
        // More leave than help out: its own stay.
        crews.depart(4, 9);
        assert_eq!((crews.free, crews.free_guests, crews.leaving), (1, 0, 0));
    }

    /// Whatever is sent, called and dismissed: never more at work than there are, its own never go, and in the end
    /// all are accounted for.
    #[test]
    fn numbers_add_up_whatever_happens() {
        let mut state = 7_u32;
        let mut random = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((u64::from(state) * u64::from(below)) >> 32) as u32
        };
        for own in 0..5 {
            let (mut crews, mut jobs, mut called) = (Crews::new(own), Vec::new(), 0_u16);
            for now in 0..2000 {
                match random(4) {
                    0 if crews.free > 0 => {
                        let n = 1 + random(crews.free) as u16;
                        jobs.push((n, crews.send(now, n)));
                    }
                    1 if !jobs.is_empty() => {
                        let (n, guests) = jobs.swap_remove(random(jobs.len() as u32) as usize);
                        crews.come_back(now, n, guests);
                    }
                    2 if called < 20 => {
                        let n = random(4) as u16;
                        called += n;
                        crews.join(now, n);
                    }
                    _ => {
                        let n = random(u32::from(called) + 1) as u16;
                        called -= n;
                        crews.depart(now, n);
                    }
                }
                let at_jobs: u32 = jobs.iter().map(|(n, _)| u32::from(*n)).sum();
                assert_eq!(crews.busy, at_jobs);
                assert_eq!(crews.free + crews.busy - crews.leaving, u32::from(own + called));
                assert!(crews.free_guests <= crews.free && crews.leaving <= crews.busy_guests);
            }
        }
    }
}
