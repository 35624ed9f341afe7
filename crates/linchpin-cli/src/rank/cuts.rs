//! Minimal cut sets of a service, and what the engine says of them.

use linchpin_analysis::cuts::{CutSets, Levels, Structure, cut_sets};
use linchpin_ensemble::{Verdict, verify_cut_sets};
use linchpin_model::{GroupKind, Model, NodeId, ServiceId};
use std::collections::BTreeMap;

/// Largest size of a cut set.
pub const MOST: usize = 3;

/// At most so many cut sets of a delivery point.
const LIMIT: usize = 2000;

/// Cut sets of a service.
pub struct ServiceCuts {
    /// Which.
    pub service: ServiceId,
    /// False where there may be more than those that were found.
    pub coherent: bool,
    /// Delivery points.
    pub points: Vec<Point>,
    /// All sets, those that cut off most people first; of equals the smaller ones.
    pub sets: Vec<Set>,
}

/// A delivery point.
pub struct Point {
    /// Which.
    pub node: NodeId,
    /// People it serves.
    pub people: f64,
    /// Its cut sets.
    pub found: CutSets,
}

/// A cut set of one or more delivery points.
pub struct Set {
    /// Its members.
    pub assets: Vec<NodeId>,
    /// Points that fail by all of them and by no fewer, with what the engine says.
    pub points: Vec<(NodeId, Verdict)>,
    /// People served by all points that fail without them.
    pub people: f64,
}

impl Set {
    /// Points at which the engine confirms it.
    pub fn confirmed(&self) -> usize {
        self.points.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Confirmed { .. })).count()
    }
}

/// Delivery points of a service with the people they serve.
pub fn points(model: &Model, service: ServiceId) -> Vec<(NodeId, f64)> {
    let of_service = |node: NodeId| {
        model.memberships_of(node).iter().find_map(|m| {
            let group = &model.groups[m.group.index()];
            (group.kind == GroupKind::Service(service)).then(|| f64::from(m.weight) * group.unit)
        })
    };
    model.node_ids().filter_map(|node| Some((node, of_service(node)?))).collect()
}

/// Finds and verifies.
pub fn of(structure: &Structure<'_>, service: ServiceId, only: Option<NodeId>, seed: u64) -> ServiceCuts {
    let model = structure.model();
    let all = points(model, service);
    let chosen = all.iter().filter(|(node, _)| only.is_none_or(|only| only == *node));
    let points: Vec<Point> = chosen
        .map(|(node, people)| Point {
            node: *node,
            people: *people,
            found: cut_sets(structure, &[*node], MOST, LIMIT),
        })
        .collect();
    let mut by_set: BTreeMap<&[NodeId], Vec<NodeId>> = BTreeMap::new();
    for point in &points {
        for set in &point.found.sets {
            by_set.entry(set).or_default().push(point.node);
        }
    }
    let sets: Vec<_> = by_set.into_iter().map(|(set, points)| (set.to_vec(), points)).collect();
    let verdicts = verify_cut_sets(model, &sets, seed);
    let mut levels = Levels::default();
    let mut cut_off = |set: &[NodeId]| -> f64 {
        structure.settle(set, &mut levels);
        let failed = all.iter().filter(|(node, _)| structure.is_failed(*node, &levels));
        failed.map(|(_, people)| people).sum()
    };
    let mut sets: Vec<Set> = sets
        .into_iter()
        .zip(verdicts)
        .map(|((assets, points), verdicts)| Set {
            people: cut_off(&assets),
            points: points.into_iter().zip(verdicts).collect(),
            assets,
        })
        .collect();
    sets.sort_by(|a, b| {
        let people = b.people.total_cmp(&a.people);
        people.then(a.assets.len().cmp(&b.assets.len())).then(a.assets.cmp(&b.assets))
    });
    ServiceCuts { service, coherent: structure.is_coherent(), points, sets }
}
