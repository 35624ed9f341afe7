//! Checks that look at the scenario as a whole, once everything has found its place.

mod circles;
mod cyber;
mod redundancy;
mod response;
mod strong;
mod unused;

use crate::problems::Problems;
use crate::resolve::{Assets, Resolved};
use crate::spec::Scenario;

/// Everything that can only be seen in the whole.
pub(crate) fn check(spec: &Scenario, assets: &Assets, resolved: &Resolved, problems: &mut Problems) {
    circles::held_up(resolved, problems);
    circles::locked_out(resolved, problems);
    redundancy::shared(spec, assets, resolved, problems);
    cyber::cyber(spec, assets, resolved, problems);
    response::response(spec, problems);
    unused::unused(spec, assets, problems);
}
