//! Redundancy that is an illusion: a need that could lose any one of its providers, and would lose all of them at once.
//!
//! Providers may hang on one asset upstream, run the same platform, stand in one place, or have a site, vendor, operator, owner,
//! tag or common cause in common. Found in the static structure ([`crate::cuts`]), so without autonomy and time.

use crate::cuts::{Levels, Structure};
use linchpin_model::{Model, NeedId, NodeId, NodeKind, PlatformId, Position, Role};
use std::collections::BTreeMap;

/// Assets no further apart than this stand in one place, in metres.
pub const SAME_SITE_M: f64 = 50.0;

/// What all providers of a need have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shared {
    /// An asset without which all of them fail; it may be one of them.
    Asset(NodeId),
    /// A place: the first of them stands there.
    Place(NodeId),
    /// Software or a device.
    Platform(PlatformId),
    /// Row of [`Model::marks`]: a site, vendor, operator, owner or tag.
    Mark(u32),
    /// Row of [`Model::common_causes`].
    CommonCause(u32),
}

/// Needs that are redundant in name only, for one reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Illusion {
    /// What their providers share.
    pub shared: Shared,
    /// The needs, ascending.
    pub needs: Vec<NeedId>,
    /// Their providers, ascending.
    pub providers: Vec<NodeId>,
    /// People served by delivery points that fail where all these providers are out; people of two services count twice.
    pub people: f64,
}

/// All of a model, those with most people behind them first; tags, which may mean anything, after all others.
pub fn illusions(structure: &Structure<'_>) -> Vec<Illusion> {
    let model = structure.model();
    let redundant: Vec<NeedId> =
        (0..model.needs.len()).map(NeedId::new).filter(|need| is_redundant(model, *need)).collect();
    let mut found: BTreeMap<Shared, Vec<NeedId>> = BTreeMap::new();
    upstream(structure, &redundant, &mut found);
    let marks = Marks::new(model);
    for need in redundant {
        for shared in marks.of(model, need) {
            found.entry(shared).or_default().push(need);
        }
    }
    let mut levels = Levels::default();
    let mut list: Vec<Illusion> = found
        .into_iter()
        .map(|(shared, needs)| {
            let mut providers: Vec<NodeId> =
                needs.iter().flat_map(|need| model.links_of(*need)).map(|link| link.provider).collect();
            providers.sort_unstable();
            providers.dedup();
            let people = people_without(structure, &providers, &mut levels);
            Illusion { shared, needs, providers, people }
        })
        .collect();
    let is_tag = |illusion: &Illusion| matches!(illusion.shared, Shared::Mark(row) if model.marks[row as usize].kind == "tag");
    list.sort_by(|a, b| {
        let people = b.people.total_cmp(&a.people);
        is_tag(a).cmp(&is_tag(b)).then(people).then(a.shared.cmp(&b.shared))
    });
    list
}

/// People served by delivery points that fail with these nodes out, and would not without; people of two services count
/// twice.
pub fn people_without(structure: &Structure<'_>, out: &[NodeId], levels: &mut Levels) -> f64 {
    let model = structure.model();
    structure.settle(&[], levels);
    let fails = |levels: &Levels| -> Vec<bool> {
        model.node_ids().map(|node| structure.is_failed(node, levels)).collect()
    };
    let before = fails(levels);
    structure.settle(out, levels);
    let after = fails(levels);
    let hit = model.node_ids().filter(|node| after[node.index()] && !before[node.index()]);
    hit.map(|node| model.people_served(node)).sum()
}

/// True where any one provider can be lost.
fn is_redundant(model: &Model, need: NeedId) -> bool {
    let (row, links) = (&model.needs[need.index()], model.links_of(need));
    let weights = || links.iter().map(|link| u64::from(link.weight));
    let rest = weights().sum::<u64>() - weights().max().unwrap_or(0);
    row.role != Role::Resupply && links.len() > 1 && rest >= u64::from(row.required)
}

/// Assets without which all providers of a need fail.
fn upstream(structure: &Structure<'_>, needs: &[NeedId], found: &mut BTreeMap<Shared, Vec<NeedId>>) {
    let model = structure.model();
    let mut levels = Levels::default();
    structure.settle(&[], &mut levels);
    let stands = |need: &&NeedId| -> bool {
        model.links_of(**need).iter().any(|link| !structure.is_failed(link.provider, &levels))
    };
    // Where all providers are down from the start, as reserves that stand by are, nobody takes them down.
    let needs: Vec<NeedId> = needs.iter().filter(stands).copied().collect();
    for asset in model.node_ids().filter(|node| model.nodes[node.index()].kind == NodeKind::Asset) {
        if model.supplies_of(asset).is_empty() && model.networks.is_empty() {
            continue;
        }
        structure.settle(&[asset], &mut levels);
        for need in &needs {
            let mut links = model.links_of(*need).iter();
            let owner = model.needs[need.index()].owner;
            if owner != asset && links.all(|link| structure.is_failed(link.provider, &levels)) {
                found.entry(Shared::Asset(asset)).or_default().push(*need);
            }
        }
    }
}

/// What nodes have in common with others, other than what they need.
struct Marks {
    /// By node: rows of the model's marks.
    of: Vec<Vec<u32>>,
}

impl Marks {
    fn new(model: &Model) -> Self {
        let mut of = vec![Vec::new(); model.nodes.len()];
        for (row, mark) in model.marks.iter().enumerate() {
            if mark.kind == "tag" && is_kind(model, &mark.members) {
                continue;
            }
            for member in &mark.members {
                of[member.index()].push(row as u32);
            }
        }
        Self { of }
    }

    fn of(&self, model: &Model, need: NeedId) -> Vec<Shared> {
        let providers: Vec<NodeId> = model.links_of(need).iter().map(|link| link.provider).collect();
        let Some((first, others)) = providers.split_first() else { return Vec::new() };
        let mut shared = Vec::new();
        if in_one_place(model, &providers) {
            shared.push(Shared::Place(*first));
        }
        let platforms = |node: &NodeId| {
            let posture = model.posture_of.get(node.index()).and_then(|posture| posture.some());
            posture.map_or(&[][..], |posture| &model.postures[posture.index()].platforms)
        };
        let everywhere =
            |platform: &&PlatformId| others.iter().all(|node| platforms(node).contains(platform));
        shared.extend(platforms(first).iter().filter(everywhere).map(|platform| Shared::Platform(*platform)));
        let marks = |node: &NodeId| &self.of[node.index()];
        let everywhere = |mark: &&u32| others.iter().all(|node| marks(node).contains(mark));
        shared.extend(marks(first).iter().filter(everywhere).map(|mark| Shared::Mark(*mark)));
        let cause = |node: &NodeId| model.nodes[node.index()].common_cause;
        if cause(first) != u32::MAX && others.iter().all(|node| cause(node) == cause(first)) {
            shared.push(Shared::CommonCause(cause(first)));
        }
        shared
    }
}

/// True where a tag only says what kind of thing its members are: it is all assets of their classes.
fn is_kind(model: &Model, members: &[NodeId]) -> bool {
    let class = |node: NodeId| model.nodes[node.index()].class;
    let outside = |node: &NodeId| members.binary_search(node).is_err();
    let classes: Vec<_> = members.iter().map(|node| class(*node)).collect();
    classes.iter().all(|class| !class.is_none())
        && !model.node_ids().filter(outside).any(|node| classes.contains(&class(node)))
}

fn in_one_place(model: &Model, nodes: &[NodeId]) -> bool {
    let place = |node: &NodeId| model.positions.get(node.index()).copied().unwrap_or(Position::UNKNOWN);
    let near = |(i, a): (usize, &NodeId)| {
        nodes[i + 1..].iter().all(|b| metres(place(a), place(b)).is_some_and(|m| m <= SAME_SITE_M))
    };
    nodes.iter().enumerate().all(near)
}

/// Great-circle distance (haversine, earth of radius 6,371 km); none where a position is not known.
fn metres(a: Position, b: Position) -> Option<f64> {
    if !(a.is_known() && b.is_known()) {
        return None;
    }
    let half = |a: f32, b: f32| {
        let sin = libm::sin((f64::from(b) - f64::from(a)).to_radians() / 2.0);
        sin * sin
    };
    let cosines = libm::cos(f64::from(a.lat).to_radians()) * libm::cos(f64::from(b.lat).to_radians());
    let h = half(a.lat, b.lat) + cosines * half(a.lon, b.lon);
    Some(2.0 * 6_371_000.0 * libm::asin(libm::sqrt(h.clamp(0.0, 1.0))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_model::*;

    fn at(lat: f32, lon: f32) -> Position {
        Position { lat, lon }
    }

    /// A thousandth of a degree of latitude is 111.2 m; the quarter of a meridian 10,007.5 km; nowhere is nowhere.
    #[test]
    fn distances() {
        assert!((metres(at(50.0, 8.0), at(50.001, 8.0)).unwrap() - 111.2).abs() < 0.2);
        assert!((metres(at(0.0, 0.0), at(90.0, 0.0)).unwrap() - 10_007_543.0).abs() < 10.0);
        assert_eq!(metres(at(0.0, 0.0), Position::UNKNOWN), None);
    }

    /// Two lines from one station, at one site, to a town of 1,000; two more of one vendor from two stations to a
    /// village of 300; and a really redundant need.
    fn model() -> (Model, Vec<NodeId>) {
        let mut b = ModelBuilder::new(Meta { horizon: 3600, ..Meta::default() });
        let (energy, power) = (b.sector("energy", "Energy"), b.service("power", "Power"));
        let north = b.region(Region {
            id: "north".into(),
            name: "North".into(),
            population: 2000.0,
            parent: None,
            position: None,
        });
        let ids = ["s1", "s2", "s3", "l1", "l2", "l3", "l4", "town", "village", "farm"];
        let n: Vec<NodeId> = ids.iter().map(|id| b.node(id, "", energy, north)).collect();
        for (line, station) in [(3, 0), (4, 0), (5, 1), (6, 2)] {
            b.need(NeedSpec::any(n[line], "from", power, &[n[station]]));
        }
        b.need(NeedSpec::any(n[7], "power", power, &[n[3], n[4]]));
        b.need(NeedSpec::any(n[8], "power", power, &[n[5], n[6]]));
        b.need(NeedSpec::any(n[9], "power", power, &[n[3], n[5]]));
        for (node, people) in [(7, 1000.0), (8, 300.0), (9, 5.0)] {
            b.serves(n[node], power, north, people);
        }
        for (node, lat) in [(3, 50.0), (4, 50.0002), (5, 50.1), (6, 50.2)] {
            b.place(n[node], at(lat, 8.0));
        }
        let marks = &mut b.parts().marks;
        marks.push(Mark { kind: "vendor", name: "Acme".into(), members: vec![n[5], n[6]] });
        marks.push(Mark { kind: "tag", name: "old".into(), members: vec![n[3], n[5]] });
        (b.finish(), n)
    }

    #[test]
    fn what_redundancy_hangs_on() {
        let (model, n) = model();
        let found = illusions(&Structure::new(&model));
        let told: Vec<_> = found.iter().map(|i| (i.shared, i.providers.clone(), i.people)).collect();
        let expected = [
            (Shared::Asset(n[0]), vec![n[3], n[4]], 1000.0),
            (Shared::Place(n[3]), vec![n[3], n[4]], 1000.0),
            (Shared::Mark(0), vec![n[5], n[6]], 300.0),
            (Shared::Mark(1), vec![n[3], n[5]], 5.0),
        ];
        for (told, expected) in told.iter().zip(&expected) {
            assert_eq!((told.0, &told.1), (expected.0, &expected.1));
            assert!((told.2 - expected.2).abs() < 1e-3, "{told:?}");
        }
        assert_eq!(told.len(), expected.len());
    }

    /// A need that takes both has nothing to lose; common causes and platforms count where all providers have them.
    #[test]
    fn what_is_no_redundancy_and_what_is_shared_by_all() {
        let (mut model, n) = model();
        model.common_causes.push(CommonCause { id: "storm".into(), members: vec![n[5], n[6]], beta: 0.1 });
        for node in [n[5], n[6]] {
            model.nodes[node.index()].common_cause = 0;
        }
        let village = model.needs_of(n[8]).next().unwrap();
        let shared = |model: &Model| -> Vec<Shared> {
            illusions(&Structure::new(model))
                .into_iter()
                .filter(|i| i.needs.contains(&village))
                .map(|i| i.shared)
                .collect()
        };
        assert_eq!(shared(&model), [Shared::Mark(0), Shared::CommonCause(0)]);
        model.needs[village.index()].required *= 2;
        assert_eq!(shared(&model), []);
    }

    #[test]
    fn a_tag_of_whole_classes_is_a_kind() {
        let (mut model, n) = model();
        model.classes.push(Class { id: "line".into(), name: "Line".into(), correlation: 0.0 });
        for line in &n[3..7] {
            model.nodes[line.index()].class = ClassId(0);
        }
        assert!(is_kind(&model, &n[3..7]) && !is_kind(&model, &n[3..6]) && !is_kind(&model, &n[2..7]));
    }
}
