//! Many replications of a model, on many threads, into a folder that survives crashes.
//!
//! # The way of a study
//!
//! A [`Job`] knows how to do one replication. [`run`] cuts the replications into blocks, the blocks into
//! chunks, and gives the chunks to worker threads in order. Whole blocks go to one collector, which takes them
//! in order whoever finished first, writes each as a file that is either whole or not there, and looks at the stopping
//! rule. So nothing that is written depends on the number of threads, on their speed, or on interruptions:
//! the study hash is the same.
//!
//! A run that was killed is gone on with by handing [`run`] the [`Inventory`] of what is there. A finished study
//! is read back through [`Study`], column by column.
//!
//! This crate is the only one that knows threads. It knows nothing of command lines, and prints nothing.

mod ask;
mod block;
mod clock;
mod collect;
mod compare;
mod csv;
mod details;
mod digest;
mod error;
mod estimate;
mod files;
mod identity;
mod labels;
mod leftovers;
mod lock;
mod manifest;
mod measure;
mod merge;
mod rank;
mod run;
mod seal;
mod shard;
mod store;
mod work;
mod worst;

pub use ask::{Answer, ask, identity_of};
pub use block::{Block, Decoded, Encoded, Failed, Header};
pub use clock::Stopwatch;
pub use compare::{ALL_SERVICES, Answers, Candidate, CompareJob, Contest, Contested, Nothing, contest};
pub use compare::{Flip, FlipSearch, Flips, Models, Seen, Side, Survey, Surveyed, Task, Unknown, World};
pub use csv::write_csv;
pub use details::{BESIDE, Beside, beside_path};
pub use digest::Totals;
pub use error::StudyError;
pub use estimate::Estimate;
pub use files::{create_folder, write_atomically};
pub use identity::{Digest32, Identity, hex, sha256, short, unhex};
pub use labels::{Labels, Series};
pub use lock::Lock;
pub use manifest::{Manifest, Timings};
pub use measure::{ModelJob, ModelSums, ModelWorker, reason};
pub use merge::{Merged, merge};
pub use rank::{CutSet, Item, Outage, RankJob, RankSums, Ranked, Ranking, Verdict, rank, verify_cut_sets};
pub use run::{Outcome, Plan, Precision, Progress, ShardOutcome, Stopped, run, run_shard};
pub use seal::{LAYOUT, Part, Sealed, seal};
pub use shard::Shard;
pub use store::{BlockFile, Columns, Inventory, Study, block_path, runs_folder};
pub use work::{Job, Sums, Worker};
pub use worst::{
    Against, Choice, Halt, Scheme, Searching, Weighed, WorstFound, WorstPlan, schemes_of, worst,
};
