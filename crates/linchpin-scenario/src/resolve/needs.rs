//! Needs, their providers and their autonomy.

use super::assets::{AssetRef, Assets};
use super::names::Names;
use super::select::Chosen;
use super::{Home, NeedPlace, Resolver};
use crate::diagnostic::Diagnostic;
use crate::problems::Problems;
use crate::source::Span;
use crate::spec::{Choice, Need, Pool, Required, Stage, Weights};
use crate::tables::{Cell, NeedTable, Tables};
use linchpin_model::{
    Cover, CurveId, DistId, Level, NeedId, NeedParts, NeedSpec, NodeId, Provider, Role, ServiceId, StageSpec,
};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// More links than this are a mistake: they would fill the memory of a large computer.
const MAX_LINKS: usize = 20_000_000;

/// What needs that stand in one place (that of a class, or that many rows have in common) amount to, whoever has them.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    by_place: BTreeMap<(u32, u32), usize>,
    needs: Vec<Common>,
}

#[derive(Clone, Debug)]
struct Common {
    service: Option<ServiceId>,
    response: CurveId,
    delay: DistId,
    /// Stages without what refills them.
    autonomy: Rc<[StageSpec]>,
}

/// A need as it stands in a table.
#[derive(Clone, Copy)]
struct Listed<'s> {
    table: &'s NeedTable<'s>,
    row: usize,
}

impl<'s> Listed<'s> {
    fn like(self) -> &'s Need {
        &self.table.kinds[self.table.rows[self.row].kind as usize]
    }

    fn from(self) -> Cell {
        self.table.rows[self.row].from
    }
}

impl<'s> Resolver<'s, '_> {
    /// All needs in the order of their owners: assets, pools, teams, jobs.
    pub(super) fn all_needs(&mut self) {
        let spec = self.spec;
        let listed = Grouped::new(self.tables, &self.assets, &self.names, self.problems);
        self.make_room(&listed);
        let assets = self.assets.clone();
        for (owner, asset) in assets.iter().enumerate() {
            self.needs_of_asset(NodeId::new(owner), asset, listed.of(owner));
        }
        for class in &spec.classes {
            self.distinct(&class.traits.needs);
        }
        let mut owner = assets.len();
        let mut next = |count: usize| {
            let first = owner;
            owner += count;
            (first..owner).map(NodeId::new)
        };
        for (node, pool) in next(spec.pools.len()).zip(&spec.pools) {
            self.pool_need(node, pool);
        }
        for (node, team) in next(spec.teams.len()).zip(&spec.teams) {
            self.distinct(&team.needs);
            for need in &team.needs {
                self.need(node, &team.id.value, need, None);
            }
        }
        let jobs: Vec<_> = assets.iter().filter(|asset| self.job_of(asset.kind).is_some()).collect();
        for (node, asset) in next(jobs.len()).zip(jobs) {
            let Some(repair) = self.job_of(asset.kind) else { continue };
            self.distinct(&repair.needs);
            for need in &repair.needs {
                self.need(node, asset.id(), need, None);
            }
        }
    }

    /// Makes room for as many needs as there will be at most.
    fn make_room(&mut self, listed: &Grouped) {
        let of_assets: usize = self.assets.iter().map(|asset| self.merged[asset.kind].needs().count()).sum();
        let needs = of_assets + listed.rows.len();
        self.needs.reserve(needs);
        self.builder.reserve(0, needs, needs);
    }

    fn needs_of_asset(&mut self, owner: NodeId, asset: AssetRef<'s>, rows: &[Listed<'s>]) {
        self.distinct(&asset.like.traits.needs);
        if rows.len() > 1 {
            self.distinct_rows(asset.id(), rows);
        }
        let replaced = |need: &Need| rows.iter().any(|row| row.like().id.value == need.id.value);
        let own = &asset.like.traits.needs;
        for need in self.merged[asset.kind].needs() {
            if !replaced(need) {
                self.need(owner, asset.id(), need, None);
            } else if own.iter().any(|other| std::ptr::eq(other, need)) {
                self.twice(asset.id(), need, rows);
            }
        }
        for row in rows {
            self.need(owner, asset.id(), row.like(), Some(*row));
        }
    }

    /// A need that stands both in an asset and in a table.
    fn twice(&mut self, owner: &str, need: &'s Need, rows: &[Listed<'s>]) {
        let Some(row) = rows.iter().find(|row| row.like().id.value == need.id.value) else { return };
        self.problems.error("duplicate need", row.table.base.row_span(row.row), |span| {
            Diagnostic::error(span, format!("`{owner}` has the need `{}` twice", need.id.value))
                .related(need.id.span, "first here")
                .help("a need is named after its service; give one of them an `id`")
        });
    }

    fn distinct_rows(&mut self, owner: &str, rows: &[Listed<'s>]) {
        let mut seen: BTreeMap<&str, Listed> = BTreeMap::new();
        for row in rows {
            let id = &row.like().id.value;
            let first = match rows.len() {
                // Nearly all have a few needs only.
                ..=8 => rows
                    .iter()
                    .find(|other| other.like().id.value == *id)
                    .filter(|first| first.row != row.row || !std::ptr::eq(first.table, row.table))
                    .copied(),
                _ => {
                    let first = seen.get(id.as_str()).copied();
                    seen.entry(id).or_insert(*row);
                    first
                }
            };
            let Some(first) = first.filter(|_| !id.is_empty()) else { continue };
            self.problems.error("duplicate need", row.table.base.row_span(row.row), |span| {
                Diagnostic::error(span, format!("`{owner}` has the need `{id}` twice"))
                    .related(first.table.base.row_span(first.row), "first here")
                    .help("a need is named after its service; give one of them an `id`")
            });
        }
    }

    /// Two needs of one list must not have one id.
    fn distinct(&mut self, needs: &'s [Need]) {
        if needs.len() < 2 {
            return;
        }
        let mut seen: BTreeMap<&str, &Need> = BTreeMap::new();
        for need in needs.iter().filter(|need| !need.id.value.is_empty()) {
            let Some(first) = seen.insert(&need.id.value, need) else { continue };
            self.problems.error("duplicate need", need.id.span, |span| {
                Diagnostic::error(span, format!("the need `{}` is there twice", need.id.value))
                    .related(first.id.span, "first here")
                    .help("a need is named after its service; give one of them an `id`")
            });
        }
    }

    /// What a need amounts to, whoever has it.
    fn prepare(&mut self, need: &'s Need) -> usize {
        let place = (need.span.source.0, need.span.start);
        if let Some(at) = self.needs_seen.by_place.get(&place) {
            return *at;
        }
        let service = self.names.services.get(&need.service.value).map(ServiceId::new);
        let autonomy = need.autonomy.iter().enumerate().map(|(i, stage)| self.stage(i, stage)).collect();
        let delay = self.dist(need.delay.as_ref());
        let response = match &need.response {
            Some(points) => self.curve(points),
            None => CurveId::NONE,
        };
        let at = self.needs_seen.needs.len();
        self.needs_seen.needs.push(Common { service, response, delay, autonomy });
        self.needs_seen.by_place.insert(place, at);
        at
    }

    fn need(&mut self, owner: NodeId, name: &str, need: &'s Need, row: Option<Listed<'s>>) {
        let home = self.home(owner);
        let at = self.prepare(need);
        let Common { service, response, delay, ref autonomy } = self.needs_seen.needs[at];
        let autonomy = autonomy.clone();
        // Reported here, so that all who need it are counted.
        if service.is_none() {
            self.names.services.find(&need.service, self.problems);
        }
        let span = row.map_or(need.span, |row| row.table.base.row_span(row.row));
        let found = match row.filter(|row| !row.from().is_empty()) {
            Some(row) => self.listed(owner, name, row),
            None => self.providers(owner, name, home, need, span, service),
        };
        let refilled = self.refilled(owner, name, home, need, &autonomy);
        let (Some(service), Some((nodes, tainted))) = (service, found) else { return };
        let mut providers = self.weighted(&nodes, need.weights, delay);
        providers.retain(|provider| provider.weight > 0.0);
        let Some(required) = self.required(name, need, span, &providers, tainted) else { return };
        if !self.room_for(providers.len(), span) {
            return;
        }
        self.needs.push(NeedPlace { span, tainted });
        self.builder.need_of(NeedParts {
            owner,
            id: &need.id.value,
            service,
            required,
            criticality: need.criticality,
            role: need.role,
            response,
            black_start: need.black_start,
            providers: &providers,
            autonomy: refilled.as_deref().unwrap_or(&autonomy),
        });
    }

    /// The stages with what refills them; none where nothing does.
    fn refilled(
        &mut self,
        owner: NodeId,
        name: &str,
        home: Home,
        need: &Need,
        stages: &[StageSpec],
    ) -> Option<Vec<StageSpec>> {
        need.autonomy.iter().any(|stage| stage.resupply.is_some()).then(|| {
            let stages = need.autonomy.iter().zip(stages);
            stages
                .map(|(written, stage)| {
                    let resupply = self.resupply(owner, name, home, written);
                    StageSpec { resupply, ..stage.clone() }
                })
                .collect()
        })
    }

    /// The providers that a row lists.
    fn listed(&mut self, owner: NodeId, name: &str, row: Listed<'s>) -> Option<(Vec<NodeId>, bool)> {
        let base = &row.table.base;
        let (mut nodes, mut tainted) = (Vec::new(), false);
        for (id, span) in row.from().items(base.text, base.source) {
            let Some(found) = self.names.nodes.find_text(id, span, self.problems) else {
                tainted = true;
                continue;
            };
            let node = NodeId::new(found);
            if nodes.contains(&node) {
                self.problems.warn("listed twice", span, |span| {
                    Diagnostic::warning(span, format!("`{id}` is listed twice")).help("it counts once")
                });
            } else {
                nodes.push(node);
            }
        }
        nodes.retain(|node| *node != owner);
        nodes.sort_unstable();
        if nodes.is_empty() {
            if !tainted {
                self.problems.error("no provider", row.from().span(base.source), |span| {
                    Diagnostic::error(span, title(row.like(), name))
                        .label("only itself")
                        .help("nothing provides for itself")
                });
            }
            return None;
        }
        Some((nodes, tainted))
    }

    /// Providers of a need, and whether there may be more that are not known; none where there is no way to say.
    fn providers(
        &mut self,
        owner: NodeId,
        name: &str,
        home: Home,
        need: &Need,
        span: Span,
        service: Option<ServiceId>,
    ) -> Option<(Vec<NodeId>, bool)> {
        let Some(from) = &need.from else {
            let service = service?;
            let pick = self.picks.same_region(service, &self.index);
            let Chosen::Nodes(nodes) = pick.of_consumer(owner, home.region, home.place, &self.index) else {
                return None;
            };
            if nodes.is_empty() && !home.unknown {
                let offered = &self.index.by_service[service.index()];
                let some = offered.first().map(|node| self.id_of(*node).to_owned());
                let consumer = self.place_of_owner(owner, span);
                self.problems.error("no provider", span, |span| {
                    let problem =
                        Diagnostic::error(span, title(need, name)).label("no provider in its region");
                    no_provider(for_consumer(problem, consumer), &need.service.value, some.as_deref())
                });
            }
            return (!nodes.is_empty()).then_some((nodes, false));
        };
        self.choose(owner, name, home, from, service, || title(need, name))
    }

    /// The asset that a problem with a need of its class is about; none where the need is its own.
    fn place_of_owner(&self, owner: NodeId, problem: Span) -> Option<Span> {
        let asset = self.assets.get(owner.index())?;
        let place = asset.span();
        let inside = place.source == problem.source && (place.start..place.end).contains(&problem.start);
        (!inside).then_some(asset.id_span())
    }

    /// What a choice means for one consumer.
    fn choose(
        &mut self,
        owner: NodeId,
        name: &str,
        home: Home,
        from: &Choice,
        service: Option<ServiceId>,
        title: impl FnOnce() -> String,
    ) -> Option<(Vec<NodeId>, bool)> {
        let pick = self.picks.of(from, service, &self.names, &self.index, self.problems);
        let tainted = pick.tainted || home.unknown;
        let offered = pick.nodes.len();
        match pick.of_consumer(owner, home.region, home.place, &self.index) {
            Chosen::Nowhere => {
                self.problems.error("no position", from.span(), |span| {
                    Diagnostic::error(span, format!("`{name}` has no position to be near to"))
                        .help("give it a `position`, or choose its providers without `nearest`")
                });
                None
            }
            Chosen::Nodes(nodes) if nodes.is_empty() => {
                if !tainted {
                    let consumer = self.place_of_owner(owner, from.span());
                    self.problems.error("no provider", from.span(), |span| {
                        let problem = Diagnostic::error(span, title()).label("matches nothing");
                        let problem = for_consumer(problem, consumer);
                        match offered {
                            0 => problem.help("all conditions have to hold at once, and the provider has to supply the service"),
                            _ => problem.help("others match, but not from there: look at `region` and at positions"),
                        }
                    });
                }
                None
            }
            Chosen::Nodes(nodes) => {
                self.enough(from, nodes.len());
                Some((nodes, tainted))
            }
        }
    }

    fn enough(&mut self, from: &Choice, found: usize) {
        let Choice::Where(selector) = from else { return };
        let Some(nearest) = selector.nearest.filter(|nearest| nearest.value as usize > found) else { return };
        self.problems.warn("nearest", nearest.span, |span| {
            Diagnostic::warning(span, format!("only {found} of the {} nearest are there", nearest.value))
                .help("what has no position is never among the nearest")
        });
    }

    fn weighted(&self, nodes: &[NodeId], weights: Weights, delay: DistId) -> Vec<Provider> {
        let weight = |node: NodeId| match weights {
            Weights::Equal => 1.0,
            Weights::Capacity => self.index.capacity(node),
        };
        nodes.iter().map(|node| Provider { node: *node, weight: weight(*node), delay }).collect()
    }

    /// The weight a need takes; none where its providers can never supply it.
    fn required(
        &mut self,
        name: &str,
        need: &Need,
        place: Span,
        providers: &[Provider],
        tainted: bool,
    ) -> Option<f64> {
        let sum: f64 = providers.iter().map(|provider| provider.weight).sum();
        if providers.is_empty() {
            self.problems.error("no capacity", place, |span| {
                let title = format!("all providers of `{}` for `{name}` have capacity 0", need.id.value);
                Diagnostic::error(span, title).help("give them a `capacity` above 0, or leave `weights` out")
            });
            return None;
        }
        let (required, span) = match need.required {
            Required::All => (sum, place),
            // One provider is enough, even the smallest.
            Required::Any => (providers.iter().map(|p| p.weight).fold(f64::INFINITY, f64::min), place),
            Required::Weight(weight, span) => (weight, span),
        };
        if required > sum * (1.0 + 1e-9) && !tainted {
            self.problems.error("never met", span, |span| {
                let title = format!("the need `{}` of `{name}` can never be met", need.id.value);
                let unit = match need.weights {
                    Weights::Equal => "providers",
                    Weights::Capacity => "capacity of all providers",
                };
                Diagnostic::error(span, title)
                    .label(format!("{required} required"))
                    .help(format!("there are only {sum} ({unit})"))
            });
            return None;
        }
        self.in_proportion(required, providers, span);
        Some(required)
    }

    /// The model counts a need and its providers in one whole unit: nothing may vanish beside the rest.
    fn in_proportion(&mut self, required: f64, providers: &[Provider], span: Span) {
        let most = providers.iter().map(|provider| provider.weight).fold(0.0, f64::max);
        if required < most * 1e-6 {
            self.problems.error("out of proportion", span, |span| {
                Diagnostic::error(span, format!("{required} is nothing beside a provider of {most}")).help(
                    "provider and need may differ by a factor of a million at most: are they in one unit?",
                )
            });
        }
    }

    fn room_for(&mut self, links: usize, span: Span) -> bool {
        self.links += links;
        if self.links <= MAX_LINKS {
            return true;
        }
        self.problems.error("too many links", span, |span| {
            Diagnostic::error(span, "there are more than 20 million links from providers to consumers")
                .label(format!("{links} more of them here"))
                .help("choose providers more narrowly, or put a pool or a network between the two")
        });
        false
    }

    fn resupply(&mut self, owner: NodeId, name: &str, home: Home, stage: &Stage) -> Vec<Provider> {
        let found = stage.resupply.as_ref().and_then(|from| {
            self.choose(owner, name, home, from, None, || {
                let stage = stage.name.as_deref().unwrap_or("the stage");
                format!("nothing can resupply {stage} of `{name}`")
            })
        });
        let nodes = found.map(|(nodes, _)| nodes).unwrap_or_default();
        self.weighted(&nodes, Weights::Equal, DistId::NONE)
    }

    fn stage(&mut self, i: usize, stage: &Stage) -> StageSpec {
        StageSpec {
            stage: linchpin_model::Stage {
                name: stage.name.clone().unwrap_or_else(|| format!("stage {}", i + 1)),
                capacity: self.dist(Some(&stage.capacity)),
                recharge: self.dist(stage.recharge.as_ref()),
                start_probability: stage.start_probability,
                start_delay: self.dist(stage.start_delay.as_ref()),
                failure: self.dist(stage.time_to_failure.as_ref()),
                cover: Cover::AtLeast(Level::from_share(stage.coverage)),
                resupply: NeedId::NONE,
            },
            resupply: Vec::new(),
        }
    }

    /// A pool's one need: its suppliers by capacity against the demand.
    fn pool_need(&mut self, owner: NodeId, pool: &'s Pool) {
        let home = self.home(owner);
        let mut providers: Vec<Provider> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut tainted = pool.suppliers.iter().any(|supplier| supplier.from.is_none());
        for supplier in &pool.suppliers {
            let Some(from) = &supplier.from else { continue };
            let title = || format!("the pool `{}` has no supplier here", pool.id.value);
            // What a supplier puts in may be another service than what the pool gives out.
            let Some((mut nodes, more)) = self.choose(owner, &pool.id.value, home, from, None, title) else {
                tainted = true;
                continue;
            };
            if matches!(from, Choice::Where(_)) {
                nodes.retain(|node| self.index.is_asset(*node));
            }
            tainted |= more;
            for mut provider in self.weighted(&nodes, Weights::Capacity, DistId::NONE) {
                if !seen.insert(provider.node) {
                    let id = self.id_of(provider.node).to_owned();
                    self.problems.error("duplicate supplier", from.span(), |span| {
                        Diagnostic::error(span, format!("`{id}` supplies the pool `{}` twice", pool.id.value))
                    });
                    continue;
                }
                provider.weight = supplier.capacity.unwrap_or(provider.weight);
                providers.push(provider);
            }
        }
        providers.retain(|provider| provider.weight > 0.0);
        providers.sort_by_key(|provider| provider.node);
        let sum: f64 = providers.iter().map(|provider| provider.weight).sum();
        let demand = pool.demand;
        if sum <= 0.0 {
            if !tainted {
                self.problems.error("no capacity", pool.id.span, |span| {
                    Diagnostic::error(
                        span,
                        format!("the suppliers of the pool `{}` have no capacity", pool.id.value),
                    )
                });
            }
            return;
        }
        let surge = pool.surge.as_ref().map_or(1.0, |surge| surge.factor);
        if demand.value > sum * (1.0 + 1e-9) && !tainted {
            self.problems.warn("pool short", demand.span, |span| {
                let title = format!("the demand of the pool `{}` is above its capacity", pool.id.value);
                let lasting = if surge * sum >= demand.value { ", except in a surge" } else { "" };
                Diagnostic::warning(span, title)
                    .help(format!("its suppliers have {sum} in all, so its level never reaches 1{lasting}"))
            });
        }
        self.in_proportion(demand.value, &providers, demand.span);
        if !self.room_for(providers.len(), pool.id.span) {
            return;
        }
        self.sector_of_pool(owner, pool, &providers);
        let autonomy = pool.surge.iter().map(|surge| self.surge(surge)).collect();
        self.needs.push(NeedPlace { span: pool.id.span, tainted });
        self.builder.need(NeedSpec {
            owner,
            id: "suppliers".into(),
            service: ServiceId::NONE,
            required: demand.value,
            criticality: 1.0,
            role: Role::Both,
            response: CurveId::NONE,
            black_start: 0,
            providers,
            autonomy,
        });
    }

    /// A pool that names no sector belongs to that of its first supplier.
    fn sector_of_pool(&mut self, owner: NodeId, pool: &Pool, providers: &[Provider]) {
        if pool.sector.is_none()
            && let Some(first) = providers.first()
        {
            self.builder.node_mut(owner).sector = self.index.facts(first.node).sector;
        }
    }

    fn surge(&mut self, surge: &crate::spec::Surge) -> StageSpec {
        StageSpec {
            stage: linchpin_model::Stage {
                name: "surge".into(),
                capacity: self.dist(Some(&surge.lasts)),
                recharge: self.dist(surge.recharge.as_ref()),
                start_probability: 1.0,
                start_delay: DistId::NONE,
                failure: DistId::NONE,
                cover: Cover::Times((surge.factor * f64::from(Level::SCALE)).round() as u32),
                resupply: NeedId::NONE,
            },
            resupply: Vec::new(),
        }
    }
}

/// The needs of all tables by the asset that has them.
struct Grouped<'s> {
    rows: Vec<Listed<'s>>,
    /// Rows of asset `n` are `starts[n]..starts[n + 1]`.
    starts: Vec<u32>,
}

impl<'s> Grouped<'s> {
    fn new(tables: &'s Tables<'s>, assets: &Assets, names: &Names, problems: &mut Problems) -> Self {
        let count: usize = tables.needs.iter().map(|table| table.rows.len()).sum();
        if count == 0 {
            return Self { rows: Vec::new(), starts: Vec::new() };
        }
        let mut owners: Vec<u32> = Vec::with_capacity(count);
        let mut starts = vec![0_u32; assets.len() + 1];
        for table in &tables.needs {
            // Needs of one asset mostly stand together.
            let mut last = ("", UNKNOWN);
            for row in &table.rows {
                let id = row.owner.raw(table.base.text);
                if id != last.0 || last.1 == UNKNOWN {
                    let span = row.owner.span(table.base.source);
                    last =
                        (id, owner(id, span, assets, names, problems).map_or(UNKNOWN, |owner| owner as u32));
                }
                owners.push(last.1);
                if last.1 != UNKNOWN {
                    starts[last.1 as usize + 1] += 1;
                }
            }
        }
        for asset in 0..assets.len() {
            starts[asset + 1] += starts[asset];
        }
        let Some(table) = tables.needs.first() else { return Self { rows: Vec::new(), starts } };
        let mut next = starts.clone();
        let mut rows = vec![Listed { table, row: 0 }; starts[assets.len()] as usize];
        let all =
            tables.needs.iter().flat_map(|table| (0..table.rows.len()).map(move |row| Listed { table, row }));
        for (row, owner) in all.zip(owners).filter(|(_, owner)| *owner != UNKNOWN) {
            let slot = &mut next[owner as usize];
            rows[*slot as usize] = row;
            *slot += 1;
        }
        Self { rows, starts }
    }

    fn of(&self, asset: usize) -> &[Listed<'s>] {
        match (self.starts.get(asset), self.starts.get(asset + 1)) {
            (Some(start), Some(end)) => &self.rows[*start as usize..*end as usize],
            _ => &[],
        }
    }
}

const UNKNOWN: u32 = u32::MAX;

/// The asset that a row of needs is of.
fn owner(id: &str, span: Span, assets: &Assets, names: &Names, problems: &mut Problems) -> Option<usize> {
    let row = names.nodes.find_text(id, span, problems)?;
    if row < assets.len() {
        return Some(row);
    }
    problems.error("needs of a pool", span, |span| {
        Diagnostic::error(span, format!("`{id}` is a pool: it draws on its suppliers and has no needs"))
            .help("needs are of assets")
    });
    None
}

fn title(need: &Need, name: &str) -> String {
    format!("nothing provides the need `{}` of `{name}`", need.id.value)
}

fn for_consumer(problem: Diagnostic, consumer: Option<Span>) -> Diagnostic {
    match consumer {
        Some(span) => problem.related(span, "for this one"),
        None => problem,
    }
}

fn no_provider(problem: Diagnostic, service: &str, some: Option<&str>) -> Diagnostic {
    match some {
        None => problem.help(format!("nothing supplies `{service}`: add it to the `supplies` of an asset")),
        Some(id) => problem.help(format!(
            "`{id}` supplies `{service}` elsewhere; say where it may come from, such as `from: [\"{id}\"]`"
        )),
    }
}
