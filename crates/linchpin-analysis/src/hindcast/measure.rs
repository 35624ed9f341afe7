//! How a quantity is read off one replication.

use crate::Segment;
use serde::Deserialize;

/// What is read off the curve of a group, relative to the run without the threat.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Measure {
    /// The level at a time, in hours after the start. Share, 0 to 1.
    LevelAt {
        /// Hours after the start.
        hours: f64,
    },
    /// The lowest level. Share, 0 to 1.
    Lowest,
    /// When it is first below a level. Hours; infinite where it never is.
    HoldsUntil {
        /// Share, 0 to 1.
        level: f64,
    },
    /// When it is last below a level. Hours; 0 where it never is, infinite where it is at the horizon.
    BackAt {
        /// Share, 0 to 1.
        level: f64,
    },
    /// When it is first at its lowest level. Hours; 0 where it never falls.
    LowestAt,
}

/// Unit of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// Share, 0 to 1.
    Share,
    /// Hours after the start.
    Hours,
}

impl Measure {
    /// Its unit.
    pub fn unit(&self) -> Unit {
        match self {
            Self::LevelAt { .. } | Self::Lowest => Unit::Share,
            Self::HoldsUntil { .. } | Self::BackAt { .. } | Self::LowestAt => Unit::Hours,
        }
    }

    /// Read off a curve from 0 to the horizon. A level at or beyond the horizon is the last one.
    pub fn of(&self, segments: impl Iterator<Item = Segment>) -> f64 {
        let pieces = segments.map(|segment| {
            (f64::from(segment.from) / 3600.0, f64::from(segment.to) / 3600.0, segment.share())
        });
        self.of_pieces(pieces)
    }

    /// Read off pieces without gaps: (beginning and end in hours, level).
    pub(super) fn of_pieces(&self, mut pieces: impl Iterator<Item = (f64, f64, f64)>) -> f64 {
        match *self {
            Self::LevelAt { hours } => {
                let mut last = 1.0;
                for (from, _, share) in pieces {
                    if from > hours {
                        break;
                    }
                    last = share;
                }
                last
            }
            Self::Lowest => pieces.fold(1.0, |lowest, (_, _, share)| share.min(lowest)),
            Self::HoldsUntil { level } => {
                pieces.find(|(_, _, share)| *share < level).map_or(f64::INFINITY, |(from, ..)| from)
            }
            Self::BackAt { level } => {
                let mut back = 0.0;
                let mut below = false;
                for (_, to, share) in pieces {
                    below = share < level;
                    back = if below { to } else { back };
                }
                if below { f64::INFINITY } else { back }
            }
            Self::LowestAt => {
                let first = |(at, lowest), (from, _, share)| {
                    if share < lowest { (from, share) } else { (at, lowest) }
                };
                pieces.fold((0.0, 1.0), first).0
            }
        }
    }
}
