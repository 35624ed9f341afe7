//! The search: every cut set that holds those chosen so far also holds one of what keeps the point working.

use super::structure::{Levels, Structure};
use super::support::support;
use linchpin_model::NodeId;
use std::collections::BTreeSet;

/// Minimal cut sets of a delivery point, or of several together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CutSets {
    /// Each ascending; fewest members first, then in order of ids.
    pub sets: Vec<Vec<NodeId>>,
    /// False where there are more than was allowed: the larger ones are not all there then.
    pub complete: bool,
    /// True where the points fail with nothing out.
    pub fails_anyway: bool,
}

/// Minimal sets of at most `most` assets without which all of `points` fail: each falls below its `failed_below`. The points
/// themselves are left out of the sets; that a clinic fails when it fails is no news.
///
/// By hitting sets (Reiter, Artificial Intelligence 32 (1987) 57): what keeps a point working with the chosen ones out has
/// to be hit by every cut set that holds them, so only its members are tried next. That finds all minimal cut sets of a
/// coherent structure ([`Structure::is_coherent`]); of another one those it finds are cut sets, though there may be more.
/// The search ends at `limit` sets.
pub fn cut_sets(structure: &Structure<'_>, points: &[NodeId], most: usize, limit: usize) -> CutSets {
    let mut search = Search { structure, points, levels: Levels::default(), found: Vec::new() };
    let mut result = CutSets { complete: true, ..CutSets::default() };
    if points.is_empty() {
        return result;
    }
    if search.standing(&[]).is_none() {
        result.fails_anyway = true;
        return result;
    }
    // Sets that do not fail the points yet, by size.
    let mut open: BTreeSet<Vec<NodeId>> = BTreeSet::from([Vec::new()]);
    for _ in 0..most {
        let mut next = BTreeSet::new();
        let known = search.found.len();
        for chosen in &open {
            for more in search.branches(chosen) {
                let mut larger = chosen.clone();
                let at = larger.partition_point(|node| *node < more);
                larger.insert(at, more);
                if search.holds_known(&larger, known) || next.contains(&larger) {
                    continue;
                }
                next.insert(larger);
            }
        }
        let mut failing = BTreeSet::new();
        for set in &next {
            if search.standing(set).is_none() {
                failing.insert(set.clone());
                if known + failing.len() >= limit {
                    result.complete = false;
                    break;
                }
            }
        }
        next.retain(|set| !failing.contains(set));
        search.found.extend(failing);
        open = next;
        if !result.complete {
            break;
        }
    }
    result.sets = search.found;
    result
}

struct Search<'a> {
    structure: &'a Structure<'a>,
    points: &'a [NodeId],
    levels: Levels,
    found: Vec<Vec<NodeId>>,
}

impl Search<'_> {
    /// The first point that does not fail with these out.
    fn standing(&mut self, out: &[NodeId]) -> Option<NodeId> {
        self.structure.settle(out, &mut self.levels);
        self.points.iter().copied().find(|point| !self.structure.is_failed(*point, &self.levels))
    }

    /// Assets one of which is in every cut set that holds the chosen ones.
    fn branches(&mut self, chosen: &[NodeId]) -> Vec<NodeId> {
        let Some(point) = self.standing(chosen) else { return Vec::new() };
        let mut list = support(self.structure, point, &self.levels);
        list.retain(|node| !self.points.contains(node));
        list
    }

    /// True where a set holds one of the first `known` cut sets.
    fn holds_known(&self, set: &[NodeId], known: usize) -> bool {
        self.found[..known].iter().any(|cut| cut.iter().all(|node| set.contains(node)))
    }
}
