//! Who supplies, lies, belongs where: what selectors look things up in.

use super::assets::Assets;
use super::chains::cut_circles;
use super::geo::{Direction, direction};
use super::names::Names;
use super::traits::Merged;
use crate::diagnostic::Diagnostic;
use crate::problems::Problems;
use crate::spec::{Place, Scenario};
use linchpin_model::{ClassId, NodeId, RegionId, SectorId, ServiceId};
use std::collections::BTreeMap;

/// The regions as a forest: which lies in which.
#[derive(Debug)]
pub(super) struct Regions {
    parent: Vec<Option<usize>>,
    /// Numbers of entering and leaving each region on a walk through the forest: one lies in another if it is entered
    /// while the walk is there.
    walk: Vec<(u32, u32)>,
    /// Regions in the order of the walk.
    order: Vec<RegionId>,
}

impl Regions {
    pub(super) fn new(spec: &Scenario, names: &Names, problems: &mut Problems) -> Self {
        let count = spec.regions.len();
        let mut parent: Vec<Option<usize>> = spec
            .regions
            .iter()
            .map(|region| region.parent.as_ref().and_then(|id| names.regions.find(id, problems)))
            .collect();
        for circle in cut_circles(&mut parent) {
            let region = &spec.regions[circle[circle.len() - 1]];
            let span = region.parent.as_ref().map_or(region.id.span, |id| id.span);
            problems.error("region circle", span, |span| {
                Diagnostic::error(span, format!("the region `{}` lies in itself", region.id.value))
                    .help("the parents of regions form a tree: one of them has none")
            });
        }
        let mut children = vec![Vec::new(); count];
        for (region, up) in parent.iter().enumerate() {
            if let Some(up) = up {
                children[*up].push(region);
            }
        }
        let mut regions = Self { walk: vec![(0, 0); count], order: Vec::with_capacity(count), parent };
        for root in (0..count).filter(|region| regions.parent[*region].is_none()).collect::<Vec<_>>() {
            regions.visit(root, &children);
        }
        regions
    }

    /// Walks without recursion: a chain of parents may be long.
    fn visit(&mut self, root: usize, children: &[Vec<usize>]) {
        let mut stack = vec![(root, false)];
        while let Some((region, leaving)) = stack.pop() {
            if leaving {
                self.walk[region].1 = self.order.len() as u32;
                continue;
            }
            self.walk[region].0 = self.order.len() as u32;
            self.order.push(RegionId::new(region));
            stack.push((region, true));
            stack.extend(children[region].iter().map(|child| (*child, false)));
        }
    }

    /// True where `inner` is `outer` or lies in it.
    pub(super) fn lies_in(&self, inner: RegionId, outer: RegionId) -> bool {
        let enter = |region: RegionId| self.walk[region.index()].0;
        !inner.is_none() && (enter(outer)..self.walk[outer.index()].1).contains(&enter(inner))
    }

    /// A region and all that lie in it.
    pub(super) fn and_within(&self, region: RegionId) -> &[RegionId] {
        let (enter, leave) = self.walk[region.index()];
        &self.order[enter as usize..leave as usize]
    }

    /// The regions that a region lies in, the smallest first.
    pub(super) fn around(&self, region: RegionId) -> impl Iterator<Item = RegionId> {
        std::iter::successors(self.parent[region.index()], |at| self.parent[*at]).map(RegionId::new)
    }
}

/// What a selector asks about nodes of one kind.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) sector: SectorId,
    pub(super) region: RegionId,
    pub(super) class: ClassId,
    /// Ascending.
    pub(super) supplies: Vec<ServiceId>,
    /// Unless the node has its own.
    pub(super) capacity: f64,
}

/// Nodes by everything a selector can ask. Lists are ascending. Pools are in it beside assets.
#[derive(Debug)]
pub(super) struct Index<'s> {
    pub(super) regions: Regions,
    /// By kind; kinds of assets first, then pools.
    facts: Vec<Facts>,
    /// By node, as the following; assets first, then pools.
    kinds: Vec<u32>,
    capacities: Vec<f64>,
    /// NaN: none.
    places: Vec<Place>,
    pub(super) assets: usize,
    pub(super) by_service: Vec<Vec<NodeId>>,
    pub(super) by_sector: Vec<Vec<NodeId>>,
    pub(super) by_class: Vec<Vec<NodeId>>,
    pub(super) by_region: Vec<Vec<NodeId>>,
    pub(super) by_tag: BTreeMap<&'s str, Vec<NodeId>>,
    /// Pools without a region: within reach of all.
    pub(super) everywhere: Vec<NodeId>,
}

const NOWHERE: Place = Place { lat: f64::NAN, lon: f64::NAN };

impl<'s> Index<'s> {
    pub(super) fn new(
        spec: &'s Scenario,
        assets: &Assets<'s>,
        merged: &[Merged<'s>],
        names: &Names<'s>,
        sectors: usize,
        problems: &mut Problems,
    ) -> Self {
        let nodes = assets.len() + spec.pools.len();
        let mut index = Self {
            regions: Regions::new(spec, names, problems),
            facts: Vec::with_capacity(merged.len() + spec.pools.len()),
            kinds: Vec::with_capacity(nodes),
            capacities: Vec::with_capacity(nodes),
            places: Vec::with_capacity(nodes),
            assets: assets.len(),
            by_service: vec![Vec::new(); spec.services.len()],
            by_sector: vec![Vec::new(); sectors],
            by_class: vec![Vec::new(); spec.classes.len()],
            by_region: vec![Vec::new(); spec.regions.len()],
            by_tag: BTreeMap::new(),
            everywhere: Vec::new(),
        };
        for (asset, merged) in assets.kinds().zip(merged) {
            index.facts.push(merged.facts(asset, names, problems).in_order());
        }
        for asset in assets.iter() {
            let node = index.add(asset.kind, asset.capacity(), asset.position());
            for tag in merged[asset.kind].tags() {
                let list = index.by_tag.entry(&tag.value).or_default();
                if list.last() != Some(&node) {
                    list.push(node);
                }
            }
        }
        for pool in &spec.pools {
            index.pool(pool, names, problems);
        }
        index
    }

    fn pool(&mut self, pool: &'s crate::spec::Pool, names: &Names<'s>, problems: &mut Problems) {
        let find = |table: &super::names::Table, id: &crate::spec::Id, problems: &mut Problems| {
            table.find(id, problems).map_or(u16::MAX, |row| row as u16)
        };
        let service = names.services.find(&pool.service, problems).map(ServiceId::new);
        self.facts.push(Facts {
            sector: SectorId(pool.sector.as_ref().map_or(u16::MAX, |id| find(&names.sectors, id, problems))),
            region: RegionId(pool.region.as_ref().map_or(u16::MAX, |id| find(&names.regions, id, problems))),
            class: ClassId::NONE,
            supplies: service.into_iter().collect(),
            capacity: 1.0,
        });
        let node = self.add(self.facts.len() - 1, None, None);
        if pool.region.is_none() {
            self.everywhere.push(node);
        }
    }

    fn add(&mut self, kind: usize, capacity: Option<f64>, place: Option<Place>) -> NodeId {
        let node = NodeId::new(self.kinds.len());
        let facts = &self.facts[kind];
        for service in &facts.supplies {
            self.by_service[service.index()].push(node);
        }
        if let Some(sector) = facts.sector.some() {
            self.by_sector[sector.index()].push(node);
        }
        if let Some(class) = facts.class.some() {
            self.by_class[class.index()].push(node);
        }
        if let Some(region) = facts.region.some() {
            self.by_region[region.index()].push(node);
        }
        self.capacities.push(capacity.unwrap_or(facts.capacity));
        self.places.push(place.unwrap_or(NOWHERE));
        self.kinds.push(kind as u32);
        node
    }

    /// True for assets, false for pools.
    pub(super) fn is_asset(&self, node: NodeId) -> bool {
        node.index() < self.assets
    }

    pub(super) fn facts(&self, node: NodeId) -> &Facts {
        &self.facts[self.kinds[node.index()] as usize]
    }

    /// Weight as a provider.
    pub(super) fn capacity(&self, node: NodeId) -> f64 {
        self.capacities[node.index()]
    }

    pub(super) fn place(&self, node: NodeId) -> Option<Place> {
        Some(self.places[node.index()]).filter(|place| !(place.lat + place.lon).is_nan())
    }

    /// Gives an asset a place that it has from elsewhere.
    pub(super) fn set_place(&mut self, node: NodeId, place: Place) {
        self.places[node.index()] = place;
    }

    pub(super) fn direction(&self, node: NodeId) -> Option<Direction> {
        self.place(node).map(direction)
    }
}

impl Facts {
    fn in_order(mut self) -> Self {
        self.supplies.sort_unstable();
        self.supplies.dedup();
        self
    }
}
