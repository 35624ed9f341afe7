//! The course of one node's level through one replication.

use linchpin_model::{Happening, Level, NodeId, Record};

/// A node's level over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    initial: Level,
    /// (seconds, level from then on), ascending.
    steps: Vec<(u32, Level)>,
    horizon: u32,
}

/// A time in which a node was failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// Beginning in seconds.
    pub from: u32,
    /// End in seconds; none where it was still failed at the horizon.
    pub to: Option<u32>,
}

impl Course {
    /// Of a node in a traced record.
    pub fn of(record: &Record, node: NodeId, horizon: u32) -> Self {
        let changes = record.trace.iter().filter(|entry| entry.node == node);
        let changes = changes.filter_map(|entry| match entry.what {
            Happening::Fell { from, to, .. } | Happening::Rose { from, to } => Some((entry.time.0, from, to)),
            _ => None,
        });
        let mut course = Self { initial: Level::ONE, steps: Vec::new(), horizon };
        for (time, from, to) in changes {
            if course.steps.is_empty() {
                course.initial = from;
            }
            course.steps.push((time, to));
        }
        course
    }

    /// Pieces (from, to, level) from 0 to the horizon.
    fn pieces(&self) -> impl Iterator<Item = (u32, u32, Level)> + '_ {
        let starts = std::iter::once((0, self.initial)).chain(self.steps.iter().copied());
        let ends = self.steps.iter().map(|(time, _)| *time).chain([self.horizon]);
        starts.zip(ends).map(|((from, level), to)| (from, to, level)).filter(|(from, to, _)| from < to)
    }

    /// Times in which it lay below `level`.
    pub fn below(&self, level: Level) -> Vec<Outage> {
        let mut list: Vec<Outage> = Vec::new();
        for (from, to, _) in self.pieces().filter(|(_, _, piece)| *piece < level) {
            match list.last_mut() {
                Some(last) if last.to == Some(from) => last.to = Some(to),
                _ => list.push(Outage { from, to: Some(to) }),
            }
        }
        if let Some(last) = list.last_mut().filter(|last| last.to == Some(self.horizon)) {
            last.to = None;
        }
        list
    }

    /// Seconds in which it lay below `level`.
    pub fn seconds_below(&self, level: Level) -> u64 {
        let pieces = self.pieces().filter(|(_, _, piece)| *piece < level);
        pieces.map(|(from, to, _)| u64::from(to - from)).sum()
    }

    /// Lost service: the integral of `1 - level` in millionths times seconds.
    pub fn lost(&self) -> u64 {
        self.pieces().map(|(from, to, level)| u64::from(level.complement().0) * u64::from(to - from)).sum()
    }

    /// Its lowest level.
    pub fn lowest(&self) -> Level {
        self.pieces().map(|(_, _, level)| level).min().unwrap_or(self.initial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_model::{Cause, SimTime, TraceEntry};

    fn course(changes: &[(u32, f64, f64)]) -> Course {
        let mut record = Record::default();
        for (time, from, to) in changes {
            let (from, to) = (Level::from_share(*from), Level::from_share(*to));
            let what = if to < from {
                Happening::Fell { from, to, cause: Cause::None, generation: 0, root: NodeId(3) }
            } else {
                Happening::Rose { from, to }
            };
            record.trace.push(TraceEntry { time: SimTime(*time), node: NodeId(3), what });
            let other = Happening::Rose { from: Level::ZERO, to: Level::ONE };
            record.trace.push(TraceEntry { time: SimTime(*time), node: NodeId(4), what: other });
        }
        Course::of(&record, NodeId(3), 1000)
    }

    #[test]
    fn outages_and_losses() {
        let half = Level::from_share(0.5);
        for (changes, outages, below, lost) in [
            (vec![], vec![], 0, 0),
            (vec![(100, 1.0, 0.6), (200, 0.6, 1.0)], vec![], 0, 40_000_000),
            (
                vec![(100, 1.0, 0.4), (150, 0.4, 0.0), (200, 0.0, 0.8), (900, 0.8, 0.0)],
                vec![(100, Some(200)), (900, None)],
                200,
                30_000_000 + 50_000_000 + 140_000_000 + 100_000_000,
            ),
            // Down from the start, and a dip that lasts no time at all.
            (vec![(10, 0.0, 1.0), (20, 1.0, 0.0), (20, 0.0, 1.0)], vec![(0, Some(10))], 10, 10_000_000),
        ] {
            let course = course(&changes);
            let outages: Vec<Outage> = outages.into_iter().map(|(from, to)| Outage { from, to }).collect();
            assert_eq!(course.below(half), outages, "{changes:?}");
            assert_eq!((course.seconds_below(half), course.lost()), (below, lost), "{changes:?}");
        }
    }
}
