//! Redundant providers that could fall together after all.

use crate::diagnostic::Diagnostic;
use crate::problems::Problems;
use crate::resolve::{Assets, Resolved};
use crate::spec::{Asset, Scenario, Traits};
use crate::tables::words::Words;
use linchpin_model::{Link, Model, NeedId, NodeId, NodeKind};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Groups of providers beyond this size are no redundancy that somebody planned, and their names would fill a page.
const MOST: usize = 64;

/// Warns where a need could lose any one of its providers, but not all those that share a site, vendor, operator or owner.
pub(crate) fn shared(spec: &Scenario, assets: &Assets, resolved: &Resolved, problems: &mut Problems) {
    let model = &resolved.model;
    let marks = Marks::new(spec, assets);
    // The same providers serve many consumers: each set is told once for each mark.
    let mut told: BTreeSet<(usize, u32, Vec<NodeId>)> = BTreeSet::new();
    for (kind, kind_name) in Traits::SHARED.iter().enumerate().filter(|(kind, _)| !marks.is_empty(*kind)) {
        for row in 0..model.needs.len() {
            let (id, need) = (NeedId::new(row), &model.needs[row]);
            let links = model.links_of(id);
            if links.len() < 2 {
                continue;
            }
            let Some(place) = resolved.needs[row] else { continue };
            let plain = model.nodes[need.owner.index()].kind != NodeKind::Pool;
            if !plain || place.tainted || links.len() > MOST || !is_redundant(links, need.required) {
                continue;
            }
            let Some((mark, sharing)) = fatal(&marks, kind, links, need.required) else { continue };
            if is_allowed_for(model, &sharing) || !told.insert((kind, mark, sharing.clone())) {
                continue;
            }
            problems.warn("shared", place.span, |span| {
                let consumer = model.id(need.owner);
                let mark = marks.words.get(mark);
                let title = format!("redundant providers of `{consumer}` share the {kind_name} {mark:?}");
                Diagnostic::warning(span, title)
                    .label(names(model, &sharing))
                    .help(format!("what takes out this {kind_name} takes them all: an event on it, or a common cause, would show it"))
            });
        }
    }
}

/// True where the scenario lets these fail together by a common cause: somebody has thought of it.
fn is_allowed_for(model: &Model, nodes: &[NodeId]) -> bool {
    let cause = |node: &NodeId| model.nodes[node.index()].common_cause;
    let first = nodes.first().map_or(u32::MAX, cause);
    first != u32::MAX && nodes.iter().all(|node| cause(node) == first)
}

/// True where any one provider can be lost.
fn is_redundant(links: &[Link], required: u32) -> bool {
    let sum: u64 = links.iter().map(|link| u64::from(link.weight)).sum();
    let most = links.iter().map(|link| u64::from(link.weight)).max().unwrap_or(0);
    sum - most >= u64::from(required)
}

/// The mark of a kind whose loss leaves the need unmet, and who has it.
fn fatal(marks: &Marks, kind: usize, links: &[Link], required: u32) -> Option<(u32, Vec<NodeId>)> {
    let sum: u64 = links.iter().map(|link| u64::from(link.weight)).sum();
    let mut by_mark: BTreeMap<u32, (u64, Vec<NodeId>)> = BTreeMap::new();
    for link in links {
        let Some(mark) = marks.of(link.provider, kind) else { continue };
        let entry = by_mark.entry(mark).or_default();
        entry.0 += u64::from(link.weight);
        entry.1.push(link.provider);
    }
    by_mark
        .into_iter()
        .find(|(_, (weight, nodes))| nodes.len() > 1 && sum - weight < u64::from(required))
        .map(|(mark, (_, nodes))| (mark, nodes))
}

/// What assets share with others: the number of each kind of mark, by asset.
struct Marks {
    words: Words,
    of: Vec<[u32; 4]>,
}

const UNMARKED: u32 = u32::MAX;

impl Marks {
    fn new(spec: &Scenario, assets: &Assets) -> Self {
        let classes: BTreeMap<&str, &Traits> =
            spec.classes.iter().map(|class| (class.id.value.as_str(), &class.traits)).collect();
        let class_of = |asset: &Asset| asset.class.as_ref().and_then(|id| classes.get(id.value.as_str()));
        let of_kinds: Vec<_> =
            assets.kinds().map(|asset| class_of(asset).map(|traits| &traits.shared)).collect();
        let mut marks = Self { words: Words::default(), of: Vec::with_capacity(assets.len()) };
        for asset in assets.iter() {
            marks.of.push(std::array::from_fn(|kind| {
                let of_class = of_kinds[asset.kind].and_then(|shared| shared[kind].as_deref());
                let mark = asset.mark(kind).or(of_class.map(Cow::Borrowed));
                mark.map_or(UNMARKED, |mark| marks.words.add(&mark).0)
            }));
        }
        marks
    }

    /// True where no asset has a mark of this kind.
    fn is_empty(&self, kind: usize) -> bool {
        self.of.iter().all(|marks| marks[kind] == UNMARKED)
    }

    fn of(&self, node: NodeId, kind: usize) -> Option<u32> {
        self.of.get(node.index()).map(|marks| marks[kind]).filter(|mark| *mark != UNMARKED)
    }
}

fn names(model: &Model, nodes: &[NodeId]) -> String {
    let ids: Vec<&str> = nodes.iter().take(4).map(|node| model.id(*node)).collect();
    let more = if nodes.len() > 4 { format!(" and {} more", nodes.len() - 4) } else { String::new() };
    format!("{}{more}", ids.join(", "))
}
