//! Which assets and needs matter most: what is lost when one alone is out, what is spared when one alone never fails.

mod influence;
mod job;
mod measure;
mod study;
mod touched;
mod verify;

pub use job::{Item, Outage, RankJob, RankSums};
pub use study::{Ranked, Ranking, rank};
pub use verify::{CutSet, Verdict, verify_cut_sets};
