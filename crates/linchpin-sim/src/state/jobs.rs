//! Mutable state of repairs.

use crate::crews::Crews;

/// What a repair job is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum JobState {
    /// Waits for crews or a spare since then.
    Waiting,
    /// Is worked on.
    Working,
    /// Stands still because team or work lack something.
    Paused,
    /// Done; the row can be used again.
    Done,
}

/// What a job brings back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Work {
    /// What was damaged.
    Damage,
    /// Systems that this malware got into.
    It(u16),
}

/// A repair job.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job {
    pub(crate) node: u32,
    pub(crate) what: Work,
    pub(crate) state: JobState,
    /// Damage state.
    pub(crate) damage: u16,
    pub(crate) stage: u16,
    /// The team at work (`u16::MAX`: none) and how many of its crews.
    pub(crate) team: u16,
    pub(crate) crews: u16,
    /// How many of them help out.
    pub(crate) guests: u16,
    /// Work left in the stage when it last went on, in seconds at common speed.
    pub(crate) left: u32,
    pub(crate) since: u32,
    pub(crate) due: u32,
    pub(crate) requested: u32,
    /// Which repair of this node it is: count of its draws.
    pub(crate) count: u32,
    pub(crate) severity: f64,
    /// Lower goes first.
    pub(crate) rank: f64,
}

in_place! {
    /// Mutable state of the response.
    #[derive(Debug)]
    pub(crate) struct Response {
        pub(crate) jobs: Vec<Job>,
        pub(crate) free_jobs: Vec<u32>,
        /// Job of each node; empty where no repair takes crews or spares.
        pub(crate) job_of: Vec<u32>,
        /// Waiting jobs, first to be served first.
        pub(crate) waiting: Vec<u32>,
        pub(crate) active: Vec<u32>,
        pub(crate) crews: Vec<Crews>,
        /// How fast work goes, by skill.
        pub(crate) speed: Vec<f64>,
        pub(crate) stock: Vec<u32>,
        pub(crate) spare_count: Vec<u32>,
        /// True where the level of a watched node crossed its threshold.
        pub(crate) recheck: bool,
    }
}
