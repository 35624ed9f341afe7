//! Circles of needs: those that would hold each other up without a source, and those that nothing brings back.

use super::strong::{Graph, components, part_of, shortest_circle};
use crate::diagnostic::Diagnostic;
use crate::problems::Problems;
use crate::resolve::Resolved;
use crate::source::Span;
use linchpin_model::{CurveId, Level, Model, Need, NeedId, NodeId, NodeKind, Role, ServiceId};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Ids of a circle that are spelled out.
const SPELLED: usize = 8;

/// Reports circles of needs of one service that could be met by members of the circle alone: in the model they would
/// hold each other up with no source behind them, as no mesh does.
pub(crate) fn held_up(resolved: &Resolved, problems: &mut Problems) {
    let model = &resolved.model;
    let drawn = Drawn::new(model);
    let mut by_service: BTreeMap<ServiceId, Vec<NeedId>> = BTreeMap::new();
    for (row, need) in model.needs.iter().enumerate() {
        let id = NeedId::new(row);
        if drawn.from(need.owner, kind_of(need))
            && is_essential(model, id)
            && resolved.needs[row].is_some_and(|place| !place.tainted)
        {
            by_service.entry(kind_of(need)).or_default().push(id);
        }
    }
    let mut rows = vec![NO_ROW; if by_service.is_empty() { 0 } else { model.nodes.len() }];
    for (service, needs) in by_service {
        let mesh = Mesh::new(model, needs, &mut rows);
        for component in components(&mesh.graph) {
            mesh.report(resolved, service, &component, &rows, problems);
        }
        for owner in &mesh.owners {
            rows[owner.index()] = NO_ROW;
        }
    }
}

/// Stands for whatever it is that the suppliers of pools put in. No scenario has so many services.
const POOLED: ServiceId = ServiceId(u16::MAX - 1);

fn kind_of(need: &Need) -> ServiceId {
    need.service.some().unwrap_or(POOLED)
}

/// What nodes supply, as far as others draw it from them.
struct Drawn {
    /// By node: the first service that is drawn from it.
    first: Vec<ServiceId>,
    others: BTreeSet<(NodeId, ServiceId)>,
}

impl Drawn {
    fn new(model: &Model) -> Self {
        let mut drawn = Self { first: vec![ServiceId::NONE; model.nodes.len()], others: BTreeSet::new() };
        for (row, need) in model.needs.iter().enumerate() {
            // What refills a generator's tank does not thereby supply electricity.
            if need.role == Role::Resupply {
                continue;
            }
            let service = kind_of(need);
            for link in model.links_of(NeedId::new(row)) {
                let first = &mut drawn.first[link.provider.index()];
                if first.is_none() {
                    *first = service;
                } else if *first != service {
                    drawn.others.insert((link.provider, service));
                }
            }
        }
        drawn
    }

    fn from(&self, node: NodeId, service: ServiceId) -> bool {
        !service.is_none() && (self.first[node.index()] == service || self.others.contains(&(node, service)))
    }
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

const NO_ROW: u32 = u32::MAX;

/// Those who both draw a service and pass it on.
struct Mesh<'m> {
    model: &'m Model,
    owners: Vec<NodeId>,
    needs: Vec<NeedId>,
    /// Needs of each of them.
    of_owner: Vec<Range<u32>>,
    /// From each of them to those it draws on.
    graph: Graph,
}

impl<'m> Mesh<'m> {
    /// `needs` are in the order of their owners; `rows` is filled with where each owner stands.
    fn new(model: &'m Model, needs: Vec<NeedId>, rows: &mut [u32]) -> Self {
        let (mut owners, mut of_owner): (Vec<NodeId>, Vec<Range<u32>>) = (Vec::new(), Vec::new());
        for (at, need) in (0..).zip(&needs) {
            let owner = model.needs[need.index()].owner;
            match of_owner.last_mut() {
                Some(range) if owners.last() == Some(&owner) => range.end = at + 1,
                _ => {
                    rows[owner.index()] = owners.len() as u32;
                    owners.push(owner);
                    of_owner.push(at..at + 1);
                }
            }
        }
        let graph = Graph::new(owners.len(), |row, to| {
            let own = of_owner[row].start as usize..of_owner[row].end as usize;
            let links = needs[own].iter().flat_map(|need| model.links_of(*need));
            to.extend(links.map(|link| rows[link.provider.index()]).filter(|row| *row != NO_ROW));
        });
        Self { model, owners, needs, of_owner, graph }
    }

    fn needs_of(&self, row: u32) -> &[NeedId] {
        let range = &self.of_owner[row as usize];
        &self.needs[range.start as usize..range.end as usize]
    }

    fn report(
        &self,
        resolved: &Resolved,
        service: ServiceId,
        component: &[u32],
        rows: &[u32],
        problems: &mut Problems,
    ) {
        let standing = self.standing(component, rows);
        let Some(first) = standing.first() else { return };
        let alone = part_of(&self.graph, &standing);
        // Not every node that stands is on a circle itself, but every one of them leads to one.
        let start = components(&alone).first().map_or(0, |circle| circle[0]);
        let circle: Vec<NodeId> = shortest_circle(&alone, start)
            .into_iter()
            .map(|row| self.owners[standing[row as usize] as usize])
            .collect();
        let need = self.needs_of(standing.get(start as usize).copied().unwrap_or(*first))[0];
        let Some(place) = resolved.needs[need.index()] else { return };
        let model = self.model;
        let Some(service) = model.services.get(service.index()).map(|service| &service.id) else {
            problems.error("held up", place.span, |span| {
                Diagnostic::error(span, "these pools would fill each other with no source behind them")
                    .label(spelled(model, &circle, "draws on"))
                    .help("behind every pool there are assets in the end: take one of these suppliers out")
            });
            return;
        };
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

    /// Those of a component that keep all their needs met while everything outside of it is down, ascending.
    fn standing(&self, component: &[u32], rows: &[u32]) -> Vec<u32> {
        let within = |node: NodeId| component.binary_search(&rows[node.index()]).ok();
        // By need: what the component supplies of it beyond what is required.
        let mut spare: BTreeMap<NeedId, i64> = BTreeMap::new();
        let mut up = vec![true; component.len()];
        let mut fallen: Vec<usize> = Vec::new();
        for (at, row) in component.iter().enumerate() {
            for need in self.needs_of(*row) {
                let links = self.model.links_of(*need).iter().filter(|link| within(link.provider).is_some());
                let sum: i64 = links.map(|link| i64::from(link.weight)).sum();
                let beyond = sum - i64::from(self.model.needs[need.index()].required);
                spare.insert(*need, beyond);
                if beyond < 0 && std::mem::replace(&mut up[at], false) {
                    fallen.push(at);
                }
            }
        }
        while let Some(at) = fallen.pop() {
            for supply in self.model.supplies_of(self.owners[component[at] as usize]) {
                let Some(beyond) = spare.get_mut(&supply.need) else { continue };
                *beyond -= i64::from(self.model.links[supply.link.index()].weight);
                let owner = self.model.needs[supply.need.index()].owner;
                if let (true, Some(at)) = (*beyond < 0, within(owner))
                    && std::mem::replace(&mut up[at], false)
                {
                    fallen.push(at);
                }
            }
        }
        component.iter().zip(up).filter(|(_, up)| *up).map(|(row, _)| *row).collect()
    }
}

/// Warns of circles in which each needs the next to run or start: once down, all stay down.
pub(crate) fn locked_out(resolved: &Resolved, problems: &mut Problems) {
    let model = &resolved.model;
    let mut stuck = Stuck::new(resolved);
    stuck.release();
    if !stuck.anyone() {
        return;
    }
    let graph = stuck.graph();
    for component in components(&graph) {
        let circle = shortest_circle(&part_of(&graph, &component), 0);
        let circle: Vec<NodeId> = circle.into_iter().map(|row| NodeId(component[row as usize])).collect();
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
    /// By need: whether it keeps its owner down while all its providers are in the set.
    wanting: Vec<bool>,
    /// By node: how many such needs it has; those with one or more are the set.
    left: Vec<u32>,
}

impl<'r> Stuck<'r> {
    fn new(resolved: &'r Resolved) -> Self {
        let model = &resolved.model;
        let mut stuck =
            Self { resolved, wanting: vec![false; model.needs.len()], left: vec![0; model.nodes.len()] };
        for (row, need) in model.needs.iter().enumerate() {
            let known = resolved.needs[row].is_some_and(|place| !place.tainted);
            let owner = need.owner.index();
            if known && Self::keeps_down(model, NeedId::new(row)) && model.nodes[owner].kind != NodeKind::Job
            {
                stuck.wanting[row] = true;
                stuck.left[owner] += 1;
            }
        }
        stuck
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

    fn is_stuck(&self, node: NodeId) -> bool {
        self.left[node.index()] > 0
    }

    fn anyone(&self) -> bool {
        self.left.iter().any(|left| *left > 0)
    }

    /// Takes those out of the set who have all they need from outside of it, until nobody is left to be taken out.
    fn release(&mut self) {
        let model = &self.resolved.model;
        let mut free: Vec<NodeId> = Vec::new();
        for row in 0..model.needs.len() {
            let outside = |stuck: &Self| {
                model.links_of(NeedId::new(row)).iter().any(|link| !stuck.is_stuck(link.provider))
            };
            if self.wanting[row] && outside(self) {
                self.met(NeedId::new(row), &mut free);
            }
        }
        while let Some(node) = free.pop() {
            for supply in model.supplies_of(node) {
                if self.wanting[supply.need.index()] {
                    self.met(supply.need, &mut free);
                }
            }
        }
    }

    fn met(&mut self, need: NeedId, free: &mut Vec<NodeId>) {
        let owner = self.resolved.model.needs[need.index()].owner;
        self.wanting[need.index()] = false;
        self.left[owner.index()] -= 1;
        if !self.is_stuck(owner) {
            free.push(owner);
        }
    }

    /// The needs that keep a node of the set down.
    fn wants(&self, node: NodeId) -> impl Iterator<Item = NeedId> {
        self.resolved.model.needs_of(node).filter(|need| self.wanting[need.index()])
    }

    /// Links from each stuck node to those it waits for.
    fn graph(&self) -> Graph {
        let model = &self.resolved.model;
        Graph::new(model.nodes.len(), |node, to| {
            let needs = self.wants(NodeId::new(node));
            to.extend(needs.flat_map(|need| model.links_of(need)).map(|link| link.provider.0));
        })
    }

    fn place(&self, node: NodeId, provider: NodeId) -> Option<Span> {
        let model = &self.resolved.model;
        let draws = |need: &NeedId| model.links_of(*need).iter().any(|link| link.provider == provider);
        let need = self.wants(node).find(draws)?;
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
