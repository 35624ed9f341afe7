//! Several variants of a scenario on the same replications, and the race among them.

mod flip;
#[cfg(test)]
mod flip_tests;
mod job;
mod race;
#[cfg(test)]
mod tests;
mod worlds;
#[cfg(test)]
mod worlds_tests;

pub use flip::{Flip, FlipSearch, Flips, Side, Unknown};
pub use job::{ALL_SERVICES, Candidate, CompareJob, Nothing};
pub(crate) use job::{metric_columns, metric_unit};
pub use race::{Answers, Contest, Contested, contest};
pub use worlds::{Models, Seen, Survey, Surveyed, Task, World};
