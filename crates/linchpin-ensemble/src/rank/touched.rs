//! What one replication did to each node, read from its trace.

use linchpin_model::{Happening, Level, NodeId, Record};

/// What was done to a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Touch {
    /// Nothing at all.
    #[default]
    None,
    /// Its level moved, or a reserve bridged a lack of supply; nothing was done to it.
    Level,
    /// It was hit, damaged, infected...
    More,
}

/// By node, what was done to it.
#[derive(Debug, Default)]
pub(super) struct Touched {
    of: Vec<Touch>,
    /// Times at which levels changed, and to what, in the order of nodes, then time.
    courses: Vec<(NodeId, u32, u32)>,
}

impl Touched {
    /// Reads a traced record of a model of so many nodes.
    pub fn read(&mut self, nodes: usize, record: &Record) {
        self.of.clear();
        self.of.resize(nodes, Touch::None);
        self.courses.clear();
        for entry in &record.trace {
            let Some(touch) = self.of.get_mut(entry.node.index()) else { continue };
            let what = match entry.what {
                Happening::Fell { to: Level(to), .. } | Happening::Rose { to: Level(to), .. } => {
                    self.courses.push((entry.node, entry.time.0, to));
                    Touch::Level
                }
                Happening::StageRuns(..)
                | Happening::StageSpent(..)
                | Happening::StageFailed(..)
                | Happening::Restarting(_)
                | Happening::BlackStart(_)
                | Happening::LockedOut => Touch::Level,
                _ => Touch::More,
            };
            *touch = what.max(*touch);
        }
        // What fell without a word of it is none of the cases that are understood.
        for affected in &record.affected {
            let touch = &mut self.of[affected.node.index()];
            if *touch == Touch::None {
                *touch = Touch::More;
            }
        }
        // Stable: what happened in one second stays in order.
        self.courses.sort_by_key(|(node, time, _)| (*node, *time));
    }

    pub fn of(&self, node: NodeId) -> Touch {
        self.of[node.index()]
    }

    /// When the level of a node changed, and to what, in millionths; at first it was full.
    pub fn course(&self, node: NodeId) -> impl Iterator<Item = (u32, u32)> + Clone + '_ {
        let from = self.courses.partition_point(|(other, ..)| *other < node);
        let own = self.courses[from..].iter().take_while(move |(other, ..)| *other == node);
        own.map(|(_, time, level)| (*time, *level))
    }
}
