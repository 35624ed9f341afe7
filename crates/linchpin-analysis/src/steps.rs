//! Levels of groups over time in some replications: what is told of them, and what is summed up over replications.

use crate::paired::Paired;
use linchpin_model::Level;

/// From some time on a group is at another level, in one replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelStep {
    /// The replication.
    pub replication: u32,
    /// From then on, in seconds.
    pub from: u32,
    /// The level relative to the paired run.
    pub millionths: u32,
}

/// By group, then replication, then time; a group is at full level until its first step of a replication.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LevelSteps(Vec<Vec<LevelStep>>);

impl LevelSteps {
    /// Of so many groups in no replication.
    pub fn new(groups: usize) -> Self {
        Self(vec![Vec::new(); groups])
    }

    /// Adds a replication with a higher number than all before: the curves that are loaded.
    pub fn add(&mut self, replication: u32, paired: &Paired) {
        for (group, steps) in self.0.iter_mut().enumerate().take(paired.groups()) {
            let mut before = Level::SCALE;
            for segment in paired.segments(group) {
                let millionths = segment.millionths();
                if millionths != before {
                    steps.push(LevelStep { replication, from: segment.from, millionths });
                    before = millionths;
                }
            }
        }
    }

    /// Steps of each group.
    pub fn groups(&self) -> &[Vec<LevelStep>] {
        &self.0
    }

    /// The same, to take in what another has.
    pub fn groups_mut(&mut self) -> &mut [Vec<LevelStep>] {
        &mut self.0
    }

    /// Forgets everything, and keeps the room there is.
    pub fn clear(&mut self) {
        self.0.iter_mut().for_each(Vec::clear);
    }
}
