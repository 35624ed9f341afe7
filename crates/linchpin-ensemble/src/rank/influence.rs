//! How far the level of a node can reach.

use linchpin_model::{Condition, GroupId, Model, NodeId, NodeKind};

/// By node, what its level alone can bring about.
#[derive(Debug)]
pub(super) struct Influence {
    /// Nothing looks at its level but the groups it belongs to.
    pub alone: Vec<bool>,
    /// It may reach a member of one of the groups asked for.
    pub relevant: Vec<bool>,
}

impl Influence {
    /// Of a model; `groups` are those that count.
    pub fn of(model: &Model, groups: &[GroupId]) -> Self {
        let n = model.nodes.len();
        let watched = watched(model);
        let mut alone = vec![true; n];
        let mut counts = vec![false; n];
        for node in model.node_ids() {
            let i = node.index();
            counts[i] = watched[i] || model.memberships_of(node).iter().any(|m| groups.contains(&m.group));
            alone[i] = !watched[i] && model.supplies_of(node).is_empty();
        }
        // What reaches one member of a mesh or sharing group reaches all.
        let meshes = model.networks.iter().map(|network| &network.members);
        let bands: Vec<&Vec<NodeId>> =
            meshes.chain(model.sharings.iter().map(|sharing| &sharing.members)).collect();
        bands.iter().copied().flatten().for_each(|node| alone[node.index()] = false);
        Self { alone, relevant: reaching(model, &bands, counts) }
    }
}

/// Nodes from which a level finds its way to one of `counts`.
fn reaching(model: &Model, bands: &[&Vec<NodeId>], mut counts: Vec<bool>) -> Vec<bool> {
    let mut stack: Vec<NodeId> = model.node_ids().filter(|node| counts[node.index()]).collect();
    while let Some(node) = stack.pop() {
        let providers = model.needs_of(node).flat_map(|need| model.links_of(need)).map(|link| link.provider);
        let band = bands.iter().filter(|band| band.contains(&node)).flat_map(|band| band.iter().copied());
        for next in providers.chain(band) {
            if !std::mem::replace(&mut counts[next.index()], true) {
                stack.push(next);
            }
        }
    }
    counts
}

/// Nodes whose levels somebody acts on: crews and repairs, plans, and attackers who pass over what is down.
fn watched(model: &Model) -> Vec<bool> {
    let acts = |node: NodeId| matches!(model.nodes[node.index()].kind, NodeKind::Team | NodeKind::Job);
    let mut watched: Vec<bool> = model.node_ids().map(acts).collect();
    let mut mark = |node: &NodeId| watched[node.index()] = true;
    for step in model.steps.iter().filter(|step| step.adaptive) {
        step.candidates.iter().for_each(&mut mark);
    }
    let mut groups = Vec::new();
    for plan in &model.plans {
        plan.when.through.iter().for_each(&mut mark);
        look(&plan.when.condition, &mut mark, &mut groups);
    }
    for node in model.node_ids() {
        if model.memberships_of(node).iter().any(|m| groups.contains(&m.group)) {
            mark(&node);
        }
    }
    watched
}

fn look(condition: &Condition, mark: &mut impl FnMut(&NodeId), groups: &mut Vec<GroupId>) {
    match condition {
        Condition::Below(group, _) => groups.push(*group),
        Condition::Failed(nodes, _) => nodes.iter().for_each(mark),
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| look(part, mark, groups));
        }
        Condition::Noticed(..)
        | Condition::StepNoticed(_)
        | Condition::Attributed(..)
        | Condition::Infected(..)
        | Condition::Waiting(..)
        | Condition::Plan(_)
        | Condition::Event(_) => {}
    }
}
