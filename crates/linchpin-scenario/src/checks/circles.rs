//! Circles of needs: those that would hold each other up without a source, and those that nothing brings back.

use super::strong::{Graph, components, shortest_circle};
use crate::diagnostic::Diagnostic;
use crate::problems::Problems;
use crate::resolve::Resolved;
use crate::source::Span;
use linchpin_model::{CurveId, Level, Model, NeedId, NodeId, NodeKind, Role, ServiceId};
use std::collections::BTreeMap;

/// Ids of a circle that are spelled out.
const SPELLED: usize = 8;

/// Reports circles of needs of one service that could be met by members of the circle alone: in the model they would
/// hold each other up with no source behind them, as no mesh does.
pub(crate) fn held_up(resolved: &Resolved, problems: &mut Problems) {
    let model = &resolved.model;
    let supplies = supplied(model);
    let mut by_service: BTreeMap<ServiceId, Vec<NeedId>> = BTreeMap::new();
    for (row, need) in model.needs.iter().enumerate() {
        let id = NeedId::new(row);
        let own = supplies.get(&need.owner).is_some_and(|services| services.contains(&need.service));
        if own && is_essential(model, id) && resolved.needs[row].is_some_and(|place| !place.tainted) {
            by_service.entry(need.service).or_default().push(id);
        }
    }
    for (service, needs) in by_service {
        held_up_by(resolved, service, &needs, problems);
    }
}

/// What nodes supply, as far as others draw it from them.
fn supplied(model: &Model) -> BTreeMap<NodeId, Vec<ServiceId>> {
    let mut supplies: BTreeMap<NodeId, Vec<ServiceId>> = BTreeMap::new();
    for node in model.node_ids() {
        let drawn = model.supplies_of(node).iter().map(|supply| &model.needs[supply.need.index()]);
        // What refills a generator's tank does not thereby supply electricity.
        let mut services: Vec<ServiceId> =
            drawn.filter(|need| need.role != Role::Resupply).map(|need| need.service).collect();
        services.sort_unstable();
        services.dedup();
        if !services.is_empty() {
            supplies.insert(node, services);
        }
    }
    supplies
}

/// True where the owner fails without the need while it runs.
fn is_essential(model: &Model, need: NeedId) -> bool {
    let row = &model.needs[need.index()];
    let without = match row.response.some() {
        Some(curve) => model.curves[curve.index()].at(Level::ZERO),
        None => row.criticality.complement(),
    };
    matches!(row.role, Role::Both | Role::Run) && without < model.nodes[row.owner.index()].failed_below
}

fn held_up_by(resolved: &Resolved, service: ServiceId, needs: &[NeedId], problems: &mut Problems) {
    let model = &resolved.model;
    let mut owners: Vec<NodeId> = needs.iter().map(|need| model.needs[need.index()].owner).collect();
    owners.dedup();
    let rows: BTreeMap<NodeId, u32> = owners.iter().copied().zip(0..).collect();
    let mut graph: Graph = vec![Vec::new(); owners.len()];
    let mut needs_of: Vec<Vec<NeedId>> = vec![Vec::new(); owners.len()];
    for need in needs {
        let row = rows[&model.needs[need.index()].owner] as usize;
        needs_of[row].push(*need);
        graph[row].extend(model.links_of(*need).iter().filter_map(|link| rows.get(&link.provider)));
    }
    for component in components(&graph) {
        let standing = standing(model, &component, &owners, &rows, &needs_of);
        let Some(first) = standing.iter().position(|stands| *stands) else { continue };
        let alone: Graph = graph
            .iter()
            .enumerate()
            .map(|(row, to)| {
                let inside = |row: usize| standing[row];
                if inside(row) {
                    to.iter().copied().filter(|to| inside(*to as usize)).collect()
                } else {
                    Vec::new()
                }
            })
            .collect();
        // Not every node that stands is on a circle itself, but every one of them leads to one.
        let circles = components(&alone);
        let start = circles.first().map_or(first as u32, |circle| circle[0]);
        let circle: Vec<NodeId> =
            shortest_circle(&alone, start).into_iter().map(|row| owners[row as usize]).collect();
        let need = needs_of[start as usize][0];
        let Some(place) = resolved.needs[need.index()] else { continue };
        let service = &model.services[service.index()].id;
        problems.error("held up", place.span, |span| {
            let title = format!("these would hold each other up in `{service}` with no source behind them");
            Diagnostic::error(span, title)
                .label(spelled(model, &circle, "draws on"))
                .help(format!(
                    "if `{service}` flows through them as through a mesh, take the needs out and declare a network with \
                     rule: SourceReachable(sources: ...)"
                ))
                .help("if one of them is a source that needs the service to start only, give its need `role: Start`")
        });
    }
}

/// Which owners keep all their needs met while everything outside of the component is down.
fn standing(
    model: &Model,
    component: &[u32],
    owners: &[NodeId],
    rows: &BTreeMap<NodeId, u32>,
    needs_of: &[Vec<NeedId>],
) -> Vec<bool> {
    let mut standing = vec![false; owners.len()];
    for row in component {
        standing[*row as usize] = true;
    }
    let mut work: Vec<u32> = component.to_vec();
    while let Some(row) = work.pop() {
        if !standing[row as usize] {
            continue;
        }
        let met = needs_of[row as usize].iter().all(|need| {
            let inside = |provider: NodeId| rows.get(&provider).is_some_and(|row| standing[*row as usize]);
            let links = model.links_of(*need).iter().filter(|link| inside(link.provider));
            let sum: u64 = links.map(|link| u64::from(link.weight)).sum();
            sum >= u64::from(model.needs[need.index()].required)
        });
        if !met {
            standing[row as usize] = false;
            let consumers = model.supplies_of(owners[row as usize]).iter();
            work.extend(consumers.filter_map(|supply| rows.get(&model.needs[supply.need.index()].owner)));
        }
    }
    standing
}

/// Warns of circles in which each needs the next to run or start: once down, all stay down.
pub(crate) fn locked_out(resolved: &Resolved, problems: &mut Problems) {
    let model = &resolved.model;
    let mut stuck = Stuck::new(resolved);
    stuck.release();
    let graph = stuck.graph();
    for component in components(&graph) {
        let circle: Vec<NodeId> = shortest_circle(&graph, component[0]).into_iter().map(NodeId).collect();
        let (Some(first), Some(second)) = (circle.first(), circle.get(1).or(circle.first())) else {
            continue;
        };
        let Some(place) = stuck.place(*first, *second) else { continue };
        problems.warn("locked out", place, |span| {
            Diagnostic::warning(span, "once down, these can never come back: each needs the next to start")
                .label(spelled(model, &circle, "needs"))
                .help("if that is not meant, break it: `black_start`, an `autonomy`, another provider, or criticality below 1")
        });
    }
}

/// Nodes that stay down for want of each other: the largest set in which every node has a need, without which it is at
/// 0, that nobody outside of the set can supply.
struct Stuck<'r> {
    resolved: &'r Resolved,
    stuck: Vec<bool>,
    /// By node: its needs that keep it down while no provider is up.
    essential: Vec<Vec<NeedId>>,
}

impl<'r> Stuck<'r> {
    fn new(resolved: &'r Resolved) -> Self {
        let model = &resolved.model;
        let mut essential = vec![Vec::new(); model.nodes.len()];
        for row in 0..model.needs.len() {
            let (id, need) = (NeedId::new(row), &model.needs[row]);
            let known = resolved.needs[row].is_some_and(|place| !place.tainted);
            if known && Self::keeps_down(model, id) && model.nodes[need.owner.index()].kind != NodeKind::Job {
                essential[need.owner.index()].push(id);
            }
        }
        let stuck = essential.iter().map(|needs| !needs.is_empty()).collect();
        Self { resolved, stuck, essential }
    }

    fn keeps_down(model: &Model, need: NeedId) -> bool {
        let row = &model.needs[need.index()];
        let at_zero = match row.response {
            CurveId::NONE => row.criticality == Level::ONE,
            curve => model.curves[curve.index()].at(Level::ZERO) == Level::ZERO,
        };
        at_zero
            && matches!(row.role, Role::Both | Role::Start | Role::Run)
            && row.black_start == 0
            && row.reserve.is_none()
    }

    /// True where all providers of a need are in the set.
    fn in_want(&self, need: NeedId) -> bool {
        self.resolved.model.links_of(need).iter().all(|link| self.stuck[link.provider.index()])
    }

    fn release(&mut self) {
        let model = &self.resolved.model;
        let mut work: Vec<NodeId> = model.node_ids().collect();
        while let Some(node) = work.pop() {
            if self.stuck[node.index()]
                && !self.essential[node.index()].iter().any(|need| self.in_want(*need))
            {
                self.stuck[node.index()] = false;
                work.extend(
                    model.supplies_of(node).iter().map(|supply| model.needs[supply.need.index()].owner),
                );
            }
        }
    }

    /// Links from each stuck node to those it waits for.
    fn graph(&self) -> Graph {
        let model = &self.resolved.model;
        let waits_for = |node: NodeId| -> Vec<u32> {
            if !self.stuck[node.index()] {
                return Vec::new();
            }
            let needs = self.essential[node.index()].iter().filter(|need| self.in_want(**need));
            needs.flat_map(|need| model.links_of(*need)).map(|link| link.provider.0).collect()
        };
        model.node_ids().map(waits_for).collect()
    }

    fn place(&self, node: NodeId, provider: NodeId) -> Option<Span> {
        let model = &self.resolved.model;
        let draws = |need: &&NeedId| model.links_of(**need).iter().any(|link| link.provider == provider);
        let need = self.essential[node.index()].iter().find(draws)?;
        self.resolved.needs[need.index()].map(|place| place.span)
    }
}

/// "a needs b needs c needs a".
fn spelled(model: &Model, circle: &[NodeId], verb: &str) -> String {
    let mut ids: Vec<&str> = circle.iter().take(SPELLED).map(|node| model.id(*node)).collect();
    if circle.len() > SPELLED {
        ids.push("...");
    }
    ids.extend(circle.first().map(|node| model.id(*node)));
    ids.join(&format!(" {verb} "))
}
