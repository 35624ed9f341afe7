//! The curves of one replication beside those of its paired run without the threat, sorted by group.

use linchpin_model::Record;

/// Curves of a record and of its paired run, group by group. Keep one per thread and load it anew for every
/// replication: its buffers are reused.
#[derive(Clone, Debug, Default)]
pub struct Paired {
    horizon: u32,
    run: Buckets,
    base: Buckets,
}

/// A time in which neither of the two levels changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Beginning in seconds.
    pub from: u32,
    /// End in seconds, later than the beginning.
    pub to: u32,
    /// Weighted sum of levels (weight times millionths) with the threat.
    pub run: u64,
    /// The same without.
    pub base: u64,
}

impl Segment {
    /// Level relative to the paired run, held within 0 to 1: better than without the threat is no gain, and where
    /// there was nothing to lose nothing is lost.
    #[inline]
    pub fn share(&self) -> f64 {
        if self.run >= self.base { 1.0 } else { self.run as f64 / self.base as f64 }
    }

    /// Weight times millionths lost, 0 or more.
    #[inline]
    pub fn lost(&self) -> u64 {
        self.base.saturating_sub(self.run)
    }

    /// Length in seconds.
    #[inline]
    pub fn seconds(&self) -> u32 {
        self.to - self.from
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
    }

    /// Number of groups.
    pub fn groups(&self) -> usize {
        self.run.initial.len().min(self.base.initial.len())
    }

    /// Horizon in seconds.
    pub fn horizon(&self) -> u32 {
        self.horizon
    }

    /// Segments of a group from 0 to the horizon, without gaps.
    #[inline]
    pub fn segments(&self, group: usize) -> Segments<'_> {
        Segments {
            now: 0,
            horizon: self.horizon,
            run: self.run.initial[group],
            base: self.base.initial[group],
            run_steps: self.run.steps(group),
            base_steps: self.base.steps(group),
        }
    }
}

/// See [`Paired::segments`].
#[derive(Clone, Debug)]
pub struct Segments<'a> {
    now: u32,
    horizon: u32,
    run: u64,
    base: u64,
    run_steps: &'a [(u32, u64)],
    base_steps: &'a [(u32, u64)],
}

impl Iterator for Segments<'_> {
    type Item = Segment;

    #[inline]
    fn next(&mut self) -> Option<Segment> {
        while self.now < self.horizon {
            let run_next = self.run_steps.first().map_or(u32::MAX, |step| step.0);
            let base_next = self.base_steps.first().map_or(u32::MAX, |step| step.0);
            let to = run_next.min(base_next).min(self.horizon);
            let segment = Segment { from: self.now, to, run: self.run, base: self.base };
            if to == run_next {
                self.run = self.run_steps[0].1;
                self.run_steps = &self.run_steps[1..];
            }
            if to == base_next {
                self.base = self.base_steps[0].1;
                self.base_steps = &self.base_steps[1..];
            }
            self.now = to;
            if segment.from < to {
                return Some(segment);
            }
        }
        None
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
        let got: Vec<_> = paired.segments(group).map(|s| (s.from, s.to, s.run, s.base)).collect();
        assert_eq!(got, expected);
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
    fn no_gain_offsets_a_loss() {
        let segment = |run, base| Segment { from: 0, to: 1, run, base };
        for (run, base, share, lost) in
            [(1, 2, 0.5, 1), (3, 2, 1.0, 0), (0, 0, 1.0, 0), (0, 5, 0.0, 5), (19, 20, 0.95, 1)]
        {
            assert_eq!((segment(run, base).share(), segment(run, base).lost()), (share, lost));
        }
    }
}
