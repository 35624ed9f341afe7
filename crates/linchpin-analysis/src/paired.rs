//! The curves of one replication beside those of its paired run without the threat, sorted by group.

use linchpin_model::{Level, Record};

/// Curves of a record and of its paired run, group by group. Keep one per thread and load it anew for every
/// replication: its buffers are reused.
#[derive(Clone, Debug, Default)]
pub struct Paired {
    horizon: u32,
    run: Buckets,
    base: Buckets,
    /// Group by group.
    segments: Vec<Segment>,
    /// Segments of group `g` are `segments[starts[g]..starts[g + 1]]`.
    starts: Vec<u32>,
}

/// A time in which the level relative to the paired run stays. Worked out once, looked at often.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// Beginning in seconds.
    pub from: u32,
    /// End in seconds, later than the beginning.
    pub to: u32,
    lost: u64,
    share: f64,
}

impl Segment {
    /// From weighted sums of levels (weight times millionths) with and without the threat. Times in seconds.
    #[inline]
    pub fn new(from: u32, to: u32, run: u64, base: u64) -> Self {
        let share = if run >= base { 1.0 } else { run as f64 / base as f64 };
        Self { from, to, lost: base.saturating_sub(run), share }
    }

    /// Level relative to the paired run, held within 0 to 1: better than without the threat is no gain, and where
    /// there was nothing to lose nothing is lost.
    #[inline]
    pub fn share(&self) -> f64 {
        self.share
    }

    /// The same in millionths, rounded.
    #[inline]
    pub fn millionths(&self) -> u32 {
        // Held within 0 to 1, so that rounding is adding a half.
        (self.share * f64::from(Level::SCALE) + 0.5) as u32
    }

    /// Weight times millionths lost, 0 or more.
    #[inline]
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Length in seconds.
    #[inline]
    pub fn seconds(&self) -> u32 {
        self.to - self.from
    }
}

/// Lists the segments of one group, one after the other.
struct Lister<'a> {
    segments: &'a mut Vec<Segment>,
    /// Where the next one begins.
    now: u32,
    /// Whether the last one is of this group, and nothing is lost in it.
    full: bool,
}

impl Lister<'_> {
    /// The next segment goes up to `to`, if it takes any time.
    #[inline(always)]
    fn push(&mut self, to: u32, run: u64, base: u64) {
        if self.now < to {
            let full = run >= base;
            match self.segments.last_mut() {
                Some(last) if self.full && full => last.to = to,
                _ => self.segments.push(Segment::new(self.now, to, run, base)),
            }
            (self.now, self.full) = (to, full);
        }
    }
}

/// Steps sorted by group, in order of time within each.
#[derive(Clone, Debug, Default)]
struct Buckets {
    initial: Vec<u64>,
    /// Steps of group `g` are `steps[ends[g]..ends[g + 1]]` after loading.
    ends: Vec<u32>,
    steps: Vec<(u32, u64)>,
}

impl Buckets {
    /// A counting sort: linear, stable, and without allocation once the buffers have grown.
    fn load(&mut self, record: &Record) {
        let groups = record.initial.len();
        self.initial.clear();
        self.initial.extend_from_slice(&record.initial);
        self.ends.clear();
        self.ends.resize(groups + 2, 0);
        for step in &record.steps {
            self.ends[step.group.index() + 2] += 1;
        }
        for group in 1..self.ends.len() {
            self.ends[group] += self.ends[group - 1];
        }
        self.steps.resize(record.steps.len(), (0, 0));
        for step in &record.steps {
            let next = &mut self.ends[step.group.index() + 1];
            self.steps[*next as usize] = (step.time.0, step.sum);
            *next += 1;
        }
    }

    /// Constant at the level at which `record` begins.
    fn load_constant(&mut self, record: &Record) {
        self.initial.clear();
        self.initial.extend_from_slice(&record.initial);
        self.ends.clear();
        self.ends.resize(record.initial.len() + 1, 0);
        self.steps.clear();
    }

    fn steps(&self, group: usize) -> &[(u32, u64)] {
        &self.steps[self.ends[group] as usize..self.ends[group + 1] as usize]
    }
}

impl Paired {
    /// Takes in one replication. `base` is the run without the threat; where the model has no background, `None`
    /// stands for one that stays as `run` begins. `horizon` is in seconds.
    pub fn load(&mut self, horizon: u32, base: Option<&Record>, run: &Record) {
        self.horizon = horizon;
        self.run.load(run);
        match base {
            Some(base) => self.base.load(base),
            None => self.base.load_constant(run),
        }
        self.segments.clear();
        self.starts.clear();
        self.starts.push(0);
        for group in 0..self.groups() {
            self.list_segments(group);
            self.starts.push(self.segments.len() as u32);
        }
    }

    /// Walks both curves of a group together. Neighbours in which nothing is lost are one segment.
    fn list_segments(&mut self, group: usize) {
        let (mut run, mut base) = (self.run.initial[group], self.base.initial[group]);
        let mut base_steps = self.base.steps(group).iter().peekable();
        let mut list = Lister { segments: &mut self.segments, now: 0, full: false };
        let mut upto = |to: u32, run: u64| {
            while let Some((time, sum)) = base_steps.next_if(|(time, _)| *time < to) {
                list.push(*time, run, base);
                base = *sum;
            }
            list.push(to, run, base);
        };
        for (time, sum) in self.run.steps(group).iter().take_while(|(time, _)| *time < self.horizon) {
            upto(*time, run);
            run = *sum;
        }
        upto(self.horizon, run);
    }

    /// Number of groups.
    pub fn groups(&self) -> usize {
        self.run.initial.len().min(self.base.initial.len())
    }

    /// Horizon in seconds.
    pub fn horizon(&self) -> u32 {
        self.horizon
    }

    /// True where nothing of a group is lost at any time.
    #[inline]
    pub fn is_full(&self, group: usize) -> bool {
        let [begin, end] = [self.starts[group], self.starts[group + 1]];
        end == begin + 1 && self.segments[begin as usize].lost == 0
    }

    /// Segments of a group from 0 to the horizon, without gaps.
    #[inline]
    pub fn segments(&self, group: usize) -> std::iter::Copied<std::slice::Iter<'_, Segment>> {
        let own = self.starts[group] as usize..self.starts[group + 1] as usize;
        self.segments[own].iter().copied()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use linchpin_model::{GroupId, SimTime, Step};

    /// A record with nothing but curves: initial sums, and (time, group, sum) in order of time.
    pub(crate) fn record(initial: &[u64], steps: &[(u32, u32, u64)]) -> Record {
        Record {
            initial: initial.to_vec(),
            steps: steps
                .iter()
                .map(|(time, group, sum)| Step { time: SimTime(*time), group: GroupId(*group), sum: *sum })
                .collect(),
            ..Record::default()
        }
    }

    fn check(base: Option<&Record>, run: &Record, group: usize, expected: &[(u32, u32, u64, u64)]) {
        let mut paired = Paired::default();
        paired.load(100, base, run);
        let got: Vec<_> = paired.segments(group).collect();
        let expected = expected.iter().map(|(from, to, run, base)| Segment::new(*from, *to, *run, *base));
        assert_eq!(got, expected.collect::<Vec<_>>());
    }

    #[test]
    fn both_curves_are_walked_together() {
        let run =
            record(&[10, 5], &[(0, 0, 9), (20, 0, 4), (20, 1, 0), (30, 0, 6), (30, 0, 7), (100, 0, 10)]);
        check(None, &run, 0, &[(0, 20, 9, 10), (20, 30, 4, 10), (30, 100, 7, 10)]);
        check(None, &run, 1, &[(0, 20, 5, 5), (20, 100, 0, 5)]);
        let base = record(&[10, 5], &[(20, 0, 8), (25, 0, 10), (130, 0, 3)]);
        check(Some(&base), &run, 0, &[(0, 20, 9, 10), (20, 25, 4, 8), (25, 30, 4, 10), (30, 100, 7, 10)]);
    }

    #[test]
    fn where_nothing_is_lost_changes_do_not_count() {
        let run = record(&[10], &[(10, 0, 9), (20, 0, 4), (30, 0, 10), (40, 0, 8)]);
        let base = record(&[10], &[(10, 0, 9), (35, 0, 8), (40, 0, 7), (50, 0, 8)]);
        check(Some(&base), &run, 0, &[(0, 20, 1, 1), (20, 30, 4, 9), (30, 100, 1, 1)]);
    }

    #[test]
    fn no_gain_offsets_a_loss() {
        let segment = |run, base| Segment::new(0, 1, run, base);
        for (run, base, share, lost) in
            [(1, 2, 0.5, 1), (3, 2, 1.0, 0), (0, 0, 1.0, 0), (0, 5, 0.0, 5), (19, 20, 0.95, 1)]
        {
            assert_eq!((segment(run, base).share(), segment(run, base).lost()), (share, lost));
        }
    }
}
