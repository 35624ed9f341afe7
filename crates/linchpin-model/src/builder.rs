//! Putting a model together in any order; the builder sorts, links both ways and adds the standing groups.

use crate::*;
use std::collections::BTreeMap;

/// Collects the parts of a [`Model`]. Ids are handed out in the order of adding.
///
/// The builder trusts its caller (the scenario checker, a test): ids must exist and numbers be in range.
#[derive(Clone, Debug)]
pub struct ModelBuilder {
    model: Model,
    /// False once a need was added whose owner comes before that of the need before it.
    in_order: bool,
    serves: BTreeMap<(ServiceId, RegionId), Vec<(NodeId, f64)>>,
    groups: Vec<NamedGroup>,
    /// Distributions already in the table, by their exact bits.
    dist_index: BTreeMap<Vec<u64>, DistId>,
}

/// Id, name and weighted members of a declared group.
type NamedGroup = (String, String, Vec<(NodeId, f64)>);

/// A need before it has an id.
#[derive(Clone, Debug)]
pub struct NeedSpec {
    /// Whose it is.
    pub owner: NodeId,
    /// Text that names it within its owner: draws depend on it.
    pub id: String,
    /// What is needed.
    pub service: ServiceId,
    /// Weight that has to be supplied.
    pub required: f64,
    /// Share of the level lost when wholly unmet, 0 to 1.
    pub criticality: f64,
    /// When it counts.
    pub role: Role,
    /// Response curve.
    pub response: CurveId,
    /// Seconds of black start, 0: none.
    pub black_start: u32,
    /// Providers.
    pub providers: Vec<Provider>,
    /// Autonomy stages in order.
    pub autonomy: Vec<StageSpec>,
}

/// A need before it has an id, its parts lent: for models of millions of them.
#[derive(Clone, Copy, Debug)]
pub struct NeedParts<'a> {
    /// As in [`NeedSpec`].
    pub owner: NodeId,
    /// As in [`NeedSpec`].
    pub id: &'a str,
    /// As in [`NeedSpec`].
    pub service: ServiceId,
    /// As in [`NeedSpec`].
    pub required: f64,
    /// As in [`NeedSpec`].
    pub criticality: f64,
    /// As in [`NeedSpec`].
    pub role: Role,
    /// As in [`NeedSpec`].
    pub response: CurveId,
    /// As in [`NeedSpec`].
    pub black_start: u32,
    /// As in [`NeedSpec`].
    pub providers: &'a [Provider],
    /// As in [`NeedSpec`].
    pub autonomy: &'a [StageSpec],
}

/// One provider of a need.
#[derive(Clone, Copy, Debug)]
pub struct Provider {
    /// Who.
    pub node: NodeId,
    /// Weight in the need.
    pub weight: f64,
    /// Transport delay.
    pub delay: DistId,
}

/// An autonomy stage before its resupply need has an id.
#[derive(Clone, Debug)]
pub struct StageSpec {
    /// The stage; its `resupply` is filled in by the builder.
    pub stage: Stage,
    /// Providers that refill it; empty: none.
    pub resupply: Vec<Provider>,
}

impl NeedSpec {
    /// A need for running and starting, wholly critical, met by any one of the providers.
    pub fn any(owner: NodeId, id: &str, service: ServiceId, providers: &[NodeId]) -> Self {
        Self {
            owner,
            id: id.to_owned(),
            service,
            required: 1.0,
            criticality: 1.0,
            role: Role::Both,
            response: CurveId::NONE,
            black_start: 0,
            providers: providers
                .iter()
                .map(|node| Provider { node: *node, weight: 1.0, delay: DistId::NONE })
                .collect(),
            autonomy: Vec::new(),
        }
    }

    /// The same, met only by all of the providers.
    pub fn all(owner: NodeId, id: &str, service: ServiceId, providers: &[NodeId]) -> Self {
        Self { required: providers.len() as f64, ..Self::any(owner, id, service, providers) }
    }

    /// Adds an autonomy stage that always starts and covers everything for `capacity`.
    pub fn buffered(mut self, name: &str, capacity: DistId, recharge: DistId) -> Self {
        self.autonomy.push(StageSpec {
            stage: Stage {
                name: name.to_owned(),
                capacity,
                recharge,
                start_probability: 1.0,
                start_delay: DistId::NONE,
                failure: DistId::NONE,
                cover: Cover::AtLeast(Level::ONE),
                resupply: NeedId::NONE,
            },
            resupply: Vec::new(),
        });
        self
    }
}

impl ModelBuilder {
    /// An empty model.
    pub fn new(meta: Meta) -> Self {
        let mut meta = meta;
        if meta.pass_limit == 0 {
            meta.pass_limit = 10_000;
        }
        if meta.event_limit == 0 {
            meta.event_limit = 1 << 32;
        }
        if meta.grid == 0 {
            meta.grid = (meta.horizon / 168).max(1);
        }
        let model = Model {
            meta,
            regions: Vec::new(),
            services: Vec::new(),
            sectors: Vec::new(),
            classes: Vec::new(),
            skills: Vec::new(),
            names: Names::default(),
            nodes: Vec::new(),
            positions: Vec::new(),
            needs: Vec::new(),
            need_start: Vec::new(),
            links: Vec::new(),
            link_start: vec![0],
            supplies: Vec::new(),
            supply_start: Vec::new(),
            reserves: Vec::new(),
            stages: Vec::new(),
            curves: Vec::new(),
            dists: Vec::new(),
            repairs: Vec::new(),
            failures: Vec::new(),
            common_causes: Vec::new(),
            teams: Vec::new(),
            spares: Vec::new(),
            priority: Priority::Fifo,
            networks: Vec::new(),
            sharings: Vec::new(),
            events: Vec::new(),
            actors: Vec::new(),
            campaigns: Vec::new(),
            steps: Vec::new(),
            postures: Vec::new(),
            posture_of: Vec::new(),
            platforms: Vec::new(),
            marks: Vec::new(),
            contacts: Vec::new(),
            malware: Vec::new(),
            plans: Vec::new(),
            warnings: Vec::new(),
            attribution: None,
            profiles: Vec::new(),
            places: Vec::new(),
            groups: Vec::new(),
            memberships: Vec::new(),
            membership_start: Vec::new(),
            requirements: Vec::new(),
            assumptions: Vec::new(),
        };
        Self {
            model,
            in_order: true,
            serves: BTreeMap::new(),
            groups: Vec::new(),
            dist_index: BTreeMap::new(),
        }
    }

    /// The parts that need no sorting may be written directly.
    pub fn parts(&mut self) -> &mut Model {
        &mut self.model
    }

    /// Adds a sector.
    pub fn sector(&mut self, id: &str, name: &str) -> SectorId {
        self.model.sectors.push(Named { id: id.to_owned(), name: name.to_owned() });
        SectorId::new(self.model.sectors.len() - 1)
    }

    /// Adds a service.
    pub fn service(&mut self, id: &str, name: &str) -> ServiceId {
        self.model.services.push(Named { id: id.to_owned(), name: name.to_owned() });
        ServiceId::new(self.model.services.len() - 1)
    }

    /// Adds a region.
    pub fn region(&mut self, region: Region) -> RegionId {
        self.model.regions.push(region);
        RegionId::new(self.model.regions.len() - 1)
    }

    /// Adds a distribution, or finds the equal one that is there already.
    pub fn dist(&mut self, dist: Distribution) -> DistId {
        let key = dist_bits(&dist);
        if let Some(id) = self.dist_index.get(&key) {
            return *id;
        }
        let id = DistId::new(self.model.dists.len());
        self.model.dists.push(dist);
        self.dist_index.insert(key, id);
        id
    }

    /// Adds a node with everything at its default: an asset that always works.
    pub fn node(&mut self, id: &str, name: &str, sector: SectorId, region: RegionId) -> NodeId {
        self.model.names.push(id, if name == id { "" } else { name });
        self.model.nodes.push(Node {
            key: Key::of(id),
            kind: NodeKind::Asset,
            combine: Combine::Min,
            sector,
            region,
            class: ClassId::NONE,
            failed_below: Level(500_000),
            initial: Level::ONE,
            restart: DistId::NONE,
            repair: RepairId::NONE,
            failure: FailureId::NONE,
            common_cause: u32::MAX,
            job: NodeId::NONE,
            manual_factor: 1.0,
            trip_factor: 1.0,
            invulnerable: false,
        });
        NodeId::new(self.model.nodes.len() - 1)
    }

    /// The node, to set what differs from the default.
    pub fn node_mut(&mut self, node: NodeId) -> &mut Node {
        &mut self.model.nodes[node.index()]
    }

    /// Gives a node a position.
    pub fn place(&mut self, node: NodeId, position: Position) {
        let positions = &mut self.model.positions;
        if positions.len() <= node.index() {
            positions.resize(node.index() + 1, Position::UNKNOWN);
        }
        positions[node.index()] = position;
    }

    /// Makes room for so many more nodes, needs and links, so that large models do not grow step by step.
    pub fn reserve(&mut self, nodes: usize, needs: usize, links: usize) {
        self.model.nodes.reserve(nodes);
        self.model.needs.reserve(needs);
        self.model.link_start.reserve(needs + 1);
        self.model.links.reserve(links);
    }

    /// Adds a need. Its id is known only after [`Self::finish`].
    pub fn need(&mut self, need: NeedSpec) {
        self.need_of(NeedParts {
            owner: need.owner,
            id: &need.id,
            service: need.service,
            required: need.required,
            criticality: need.criticality,
            role: need.role,
            response: need.response,
            black_start: need.black_start,
            providers: &need.providers,
            autonomy: &need.autonomy,
        });
    }

    /// Adds a need from parts that are lent.
    pub fn need_of(&mut self, need: NeedParts) {
        let id = NeedId::new(self.model.needs.len());
        self.push_need(&need);
        if need.autonomy.is_empty() {
            return;
        }
        let reserve = ReserveId::new(self.model.reserves.len());
        let first_stage = self.model.stages.len() as u32;
        for (i, stage) in need.autonomy.iter().enumerate() {
            let mut built = stage.stage.clone();
            built.resupply = NeedId::NONE;
            // What refills it comes directly after the need, in the order of the stages.
            if !stage.resupply.is_empty() {
                built.resupply = NeedId::new(self.model.needs.len());
                self.push_need(&NeedParts {
                    id: &format!("{}/refill-{i}", need.id),
                    required: 1.0,
                    criticality: 1.0,
                    role: Role::Resupply,
                    response: CurveId::NONE,
                    black_start: 0,
                    providers: &stage.resupply,
                    autonomy: &[],
                    ..need
                });
            }
            self.model.stages.push(built);
        }
        let stages = need.autonomy.len() as u16;
        self.model.reserves.push(Reserve { need: id, first_stage, stages });
        self.model.needs[id.index()].reserve = reserve;
    }

    fn push_need(&mut self, need: &NeedParts) {
        let model = &mut self.model;
        self.in_order &= model.needs.last().is_none_or(|before| before.owner <= need.owner);
        let (required, scale) = integer_weights(need);
        model.needs.push(Need {
            // That of the owner is added when all nodes are there.
            key: Key::of(need.id),
            owner: need.owner,
            service: need.service,
            required,
            criticality: Level::from_share(need.criticality),
            role: need.role,
            response: need.response,
            reserve: ReserveId::NONE,
            black_start: need.black_start,
            unit: scale as f32,
        });
        model.links.extend(need.providers.iter().map(|provider| Link {
            provider: provider.node,
            weight: (provider.weight * scale).round() as u32,
            delay: provider.delay,
        }));
        model.link_start.push(model.links.len() as u32);
    }

    /// Says that `people` in `region` get `service` from `node`.
    pub fn serves(&mut self, node: NodeId, service: ServiceId, region: RegionId, people: f64) {
        self.serves.entry((service, region)).or_default().push((node, people));
    }

    /// Adds a group of interest. Weights must not be negative and their sum above 0.
    pub fn group(&mut self, id: &str, name: &str, members: Vec<(NodeId, f64)>) {
        self.groups.push((id.to_owned(), name.to_owned(), members));
    }

    /// Sorts needs by owner, links both ways, adds the standing groups (every service, every service by
    /// region, every sector) before those declared.
    pub fn finish(mut self) -> Model {
        self.lay_needs();
        self.lay_groups();
        if !self.model.positions.is_empty() {
            self.model.positions.resize(self.model.nodes.len(), Position::UNKNOWN);
        }
        self.model
    }

    fn lay_needs(&mut self) {
        if !self.in_order {
            self.sort_needs();
        }
        let model = &mut self.model;
        model.need_start = vec![0; model.nodes.len() + 1];
        for need in &mut model.needs {
            need.key = model.nodes[need.owner.index()].key.with(need.key);
            model.need_start[need.owner.index() + 1] += 1;
        }
        for i in 0..model.nodes.len() {
            model.need_start[i + 1] += model.need_start[i];
        }

        let mut start = vec![0_u32; model.nodes.len() + 1];
        for link in &model.links {
            start[link.provider.index() + 1] += 1;
        }
        for i in 0..model.nodes.len() {
            start[i + 1] += start[i];
        }
        let mut next = start.clone();
        model.supplies = vec![Supply { need: NeedId::NONE, link: LinkId::NONE }; model.links.len()];
        for need in 0..model.needs.len() {
            for link in model.link_start[need]..model.link_start[need + 1] {
                let slot = &mut next[model.links[link as usize].provider.index()];
                model.supplies[*slot as usize] = Supply { need: NeedId::new(need), link: LinkId(link) };
                *slot += 1;
            }
        }
        model.supply_start = start;
    }

    /// Puts needs in the order of their owners, those of one owner as they were added; reserves, stages and links follow.
    fn sort_needs(&mut self) {
        let model = &mut self.model;
        let mut order: Vec<u32> = (0..model.needs.len() as u32).collect();
        order.sort_by_key(|need| model.needs[*need as usize].owner);
        let mut place = vec![NeedId::NONE; order.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old as usize] = NeedId::new(new);
        }
        let needs = std::mem::take(&mut model.needs);
        let links = std::mem::take(&mut model.links);
        let starts = std::mem::replace(&mut model.link_start, vec![0]);
        let reserves = std::mem::take(&mut model.reserves);
        let stages = std::mem::take(&mut model.stages);
        for old in order.into_iter().map(|old| old as usize) {
            let mut need = needs[old].clone();
            if let Some(reserve) = need.reserve.some() {
                let reserve = &reserves[reserve.index()];
                need.reserve = ReserveId::new(model.reserves.len());
                let (first, id) = (reserve.first_stage as usize, place[old]);
                let first_stage = model.stages.len() as u32;
                model.reserves.push(Reserve { need: id, first_stage, stages: reserve.stages });
                for stage in &stages[first..first + usize::from(reserve.stages)] {
                    let mut stage = stage.clone();
                    stage.resupply = stage.resupply.some().map_or(NeedId::NONE, |need| place[need.index()]);
                    model.stages.push(stage);
                }
            }
            model.needs.push(need);
            model.links.extend_from_slice(&links[starts[old] as usize..starts[old + 1] as usize]);
            model.link_start.push(model.links.len() as u32);
        }
    }

    fn lay_groups(&mut self) {
        let model = &mut self.model;
        let mut members: Vec<Vec<(NodeId, f64)>> = Vec::new();
        let mut add = |groups: &mut Vec<Group>, id: String, name: String, kind, list: Vec<(NodeId, f64)>| {
            groups.push(Group { id, name, kind, total_weight: 0, unit: 1.0, members: list.len() as u32 });
            members.push(list);
        };
        let mut by_service: BTreeMap<ServiceId, Vec<(NodeId, f64)>> = BTreeMap::new();
        for ((service, _), list) in &self.serves {
            by_service.entry(*service).or_default().extend(list);
        }
        for (service, list) in by_service {
            let named = &model.services[service.index()];
            let (id, name) = (format!("service:{}", named.id), named.name.clone());
            add(&mut model.groups, id, name, GroupKind::Service(service), list);
        }
        for ((service, region), list) in std::mem::take(&mut self.serves) {
            let (named, place) = (&model.services[service.index()], &model.regions[region.index()]);
            let id = format!("service:{}/{}", named.id, place.id);
            let name = format!("{}, {}", named.name, place.name);
            add(&mut model.groups, id, name, GroupKind::ServiceRegion(service, region), list);
        }
        let mut by_sector: Vec<Vec<(NodeId, f64)>> = vec![Vec::new(); model.sectors.len()];
        for (row, node) in model.nodes.iter().enumerate() {
            if let (NodeKind::Asset, Some(list)) = (node.kind, by_sector.get_mut(node.sector.index())) {
                list.push((NodeId::new(row), 1.0));
            }
        }
        for (i, (sector, list)) in model.sectors.iter().zip(by_sector).enumerate() {
            if !list.is_empty() {
                let (id, name) = (format!("sector:{}", sector.id), sector.name.clone());
                add(&mut model.groups, id, name, GroupKind::Sector(SectorId::new(i)), list);
            }
        }
        for (id, name, list) in std::mem::take(&mut self.groups) {
            add(&mut model.groups, id, name, GroupKind::Custom, list);
        }

        let mut lists: Vec<Vec<Membership>> = vec![Vec::new(); model.nodes.len()];
        for (i, list) in members.into_iter().enumerate() {
            let scale = integer_scale(list.iter().map(|(_, weight)| *weight));
            model.groups[i].unit = 1.0 / scale;
            for (node, weight) in list {
                let weight = (weight * scale).round() as u32;
                model.groups[i].total_weight += u64::from(weight);
                let group = GroupId::new(i);
                match lists[node.index()].iter_mut().find(|m| m.group == group) {
                    Some(membership) => membership.weight += weight,
                    None => lists[node.index()].push(Membership { group, weight }),
                }
            }
        }
        model.membership_start = Vec::with_capacity(lists.len() + 1);
        model.membership_start.push(0);
        for list in lists {
            model.memberships.extend(list);
            model.membership_start.push(model.memberships.len() as u32);
        }
    }
}

/// Required weight as an integer, and the factor that makes the providers' weights integers of the same unit.
fn integer_weights(spec: &NeedParts) -> (u32, f64) {
    let weights = spec.providers.iter().map(|provider| provider.weight).chain([spec.required]);
    let scale = integer_scale(weights);
    ((spec.required * scale).round() as u32, scale)
}

/// The smallest of 1, 10, 100, 1000 that makes all weights whole; 1000 where none does; less where the
/// largest would not fit.
fn integer_scale(weights: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = weights.clone().fold(0.0, f64::max);
    let whole = |scale: f64| {
        weights
            .clone()
            .all(|weight| (weight * scale - (weight * scale).round()).abs() < 1e-9 * largest.max(1.0))
    };
    let scale = [1.0, 10.0, 100.0, 1000.0].into_iter().find(|scale| whole(*scale)).unwrap_or(1000.0);
    // Weight times millionths, summed over a thousand providers, has to fit 64 bits.
    let fits = 4e9 / largest.max(f64::MIN_POSITIVE);
    if scale <= fits { scale } else { fits }
}

fn dist_bits(dist: &Distribution) -> Vec<u64> {
    use Distribution::{
        Empirical, Exponential, Fixed, Gamma, Lognormal, Normal, Pert, Triangular, Uniform, Weibull,
    };
    let bits = |tag: u64, values: &[f64]| {
        std::iter::once(tag).chain(values.iter().map(|value| value.to_bits())).collect()
    };
    match dist {
        Fixed(value) => bits(0, &[*value]),
        Uniform { min, max } => bits(1, &[*min, *max]),
        Triangular { min, mode, max } => bits(2, &[*min, *mode, *max]),
        Pert { min, mode, max } => bits(3, &[*min, *mode, *max]),
        Exponential { mean } => bits(4, &[*mean]),
        Lognormal { mu, sigma } => bits(5, &[*mu, *sigma]),
        Weibull { scale, shape } => bits(6, &[*scale, *shape]),
        Gamma { shape, scale } => bits(7, &[*shape, *scale]),
        Normal { mean, sd } => bits(8, &[*mean, *sd]),
        Empirical(values) => bits(9, values),
    }
}
