//! Everything that has a level: assets, pools, teams, repair jobs.

use super::assets::AssetRef;
use super::{Home, Resolver, names::SECTORS};
use crate::spec::Repair;
use linchpin_model::{
    Class, Combine, Level, Node, NodeId, NodeKind, Position, Region, RegionId, SectorId, ServiceId,
};

impl<'s> Resolver<'s, '_> {
    /// Regions, services, sectors, classes, skills.
    pub(super) fn vocabulary(&mut self) {
        let spec = self.spec;
        for (i, (id, name)) in SECTORS.iter().enumerate() {
            let renamed =
                spec.sectors.iter().find(|(other, _)| other.value == *id).map(|(_, name)| name.as_str());
            let row = self.builder.sector(id, renamed.unwrap_or(name));
            debug_assert_eq!(row.index(), i);
        }
        for (id, name) in &spec.sectors {
            if self.names.sectors.get(&id.value).is_none_or(|row| row >= SECTORS.len()) {
                self.builder.sector(&id.value, name);
            }
        }
        for (id, name) in &spec.services {
            self.builder.service(&id.value, name);
        }
        for (i, region) in spec.regions.iter().enumerate() {
            let parent = self.index.regions.around(RegionId::new(i)).next();
            self.builder.region(Region {
                id: region.id.value.clone(),
                name: region.name.clone(),
                population: region.population,
                parent,
                position: region.position.map(position),
            });
        }
        let parts = self.builder.parts();
        parts.classes = spec
            .classes
            .iter()
            .map(|class| Class {
                id: class.id.value.clone(),
                name: class.name.clone(),
                correlation: class.correlation,
            })
            .collect();
        parts.skills = self.names.skills_in_order();
    }

    /// Assets, pools, teams and repair jobs, in this order.
    pub(super) fn nodes(&mut self) {
        self.assets();
        self.pools();
        self.teams();
        self.jobs();
    }

    fn assets(&mut self) {
        let assets = self.assets.clone();
        let mut alike: Vec<Option<Node>> = vec![None; assets.kind_count()];
        for asset in assets.iter() {
            let facts = self.index.facts(NodeId::new(self.builder.parts().nodes.len()));
            let (sector, region) = (facts.sector, facts.region);
            let node = self.builder.node(asset.id(), &asset.name(), sector, region);
            if let Some(place) = self.index.place(node) {
                self.builder.place(node, position(place));
            }
            let like = match &alike[asset.kind] {
                Some(like) => like.clone(),
                None => {
                    let like = self.asset_of(asset.kind, node);
                    alike[asset.kind] = Some(like.clone());
                    like
                }
            };
            let row = self.builder.node_mut(node);
            *row = Node { key: row.key, ..like };
            self.serves(node, asset, region);
        }
    }

    /// The node of an asset with everything that its kind has in common.
    fn asset_of(&mut self, kind: usize, node: NodeId) -> Node {
        let (merged, class) = (self.merged[kind], self.index.facts(node).class);
        let restart = self.dist(merged.get(|traits| traits.restart.as_deref()));
        let repair = merged.get(|traits| traits.repair.as_deref());
        let plan = self.repair_plan(repair);
        let failures = merged.get(|traits| traits.failures.as_deref());
        let failure = self.random_failure(failures, repair, plan);
        let control = merged.get(|traits| traits.control);
        let mut like = self.builder.node_mut(node).clone();
        like.class = class;
        like.combine = merged.get(|traits| traits.combine).unwrap_or(Combine::Min);
        like.failed_below = level(merged.get(|traits| traits.failed_below), 0.5);
        like.initial = level(merged.get(|traits| traits.initial), 1.0);
        like.restart = restart;
        like.repair = plan;
        like.failure = failure;
        if let Some(control) = control {
            like.manual_factor = control.manual_restart as f32;
            like.trip_factor = control.trip_rate as f32;
        }
        like
    }

    fn serves(&mut self, node: NodeId, asset: AssetRef<'s>, home: RegionId) {
        for (serves, people) in asset.serves() {
            let service = self.names.services.find(&serves.service, self.problems).map(ServiceId::new);
            let region = match &serves.region {
                None => home.some(),
                Some(id) => self.names.regions.find(id, self.problems).map(RegionId::new),
            };
            if let (Some(service), Some(region)) = (service, region) {
                self.builder.serves(node, service, region, people);
            }
        }
    }

    fn pools(&mut self) {
        let spec = self.spec;
        for (i, pool) in spec.pools.iter().enumerate() {
            let facts = self.index.facts(NodeId::new(self.assets.len() + i));
            let (sector, region) = (facts.sector, facts.region);
            let node = self.builder.node(&pool.id.value, &pool.name, sector, region);
            let unknown = pool.region.is_some() && region.is_none();
            self.homes.push(Home { region, place: self.place_of(region), unknown });
            let row = self.builder.node_mut(node);
            row.kind = NodeKind::Pool;
            row.failed_below = Level::from_share(pool.failed_below);
        }
    }

    fn teams(&mut self) {
        for team in &self.spec.teams {
            let region =
                self.names.regions.find(&team.home, self.problems).map_or(RegionId::NONE, RegionId::new);
            let id = format!("team:{}", team.id.value);
            let node = self.builder.node(&id, &team.name, SectorId::NONE, region);
            self.homes.push(Home { region, place: self.place_of(region), unknown: region.is_none() });
            self.builder.node_mut(node).kind = NodeKind::Team;
        }
    }

    /// A node for the work at each asset whose repair needs something.
    fn jobs(&mut self) {
        let assets = self.assets.clone();
        for (i, asset) in assets.iter().enumerate() {
            if self.job_of(asset.kind).is_none() {
                continue;
            }
            let (id, name) = (format!("job:{}", asset.id()), format!("repair of {}", asset.name()));
            let home = self.home(NodeId::new(i));
            let node = self.builder.node(&id, &name, SectorId::NONE, home.region);
            self.homes.push(home);
            self.builder.node_mut(node).kind = NodeKind::Job;
            self.builder.node_mut(NodeId::new(i)).job = node;
        }
    }

    /// The repair of a kind of assets, if its work needs something.
    pub(super) fn job_of(&self, kind: usize) -> Option<&'s Repair> {
        self.merged[kind].get(|traits| traits.repair.as_deref()).filter(|repair| !repair.needs.is_empty())
    }

    /// Where a node looks for providers from.
    pub(super) fn home(&self, node: NodeId) -> Home {
        match node.index().checked_sub(self.assets.len()) {
            Some(after) => self.homes[after],
            None => {
                let region = self.index.facts(node).region;
                Home { region, place: self.index.place(node), unknown: region.is_none() }
            }
        }
    }

    fn place_of(&self, region: RegionId) -> Option<crate::spec::Place> {
        self.spec.regions.get(region.index()).and_then(|region| region.position)
    }
}

fn position(place: crate::spec::Place) -> Position {
    Position { lat: place.lat as f32, lon: place.lon as f32 }
}

fn level(share: Option<f64>, default: f64) -> Level {
    Level::from_share(share.unwrap_or(default))
}
