//! Needs, their providers and their autonomy.

use super::select::Chosen;
use super::{Home, NeedPlace, Resolver};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::{Choice, Need, Pool, Required, Stage, Weights};
use linchpin_model::{
    Cover, CurveId, DistId, Level, NeedId, NeedSpec, NodeId, Provider, Role, ServiceId, StageSpec,
};
use std::collections::{BTreeMap, BTreeSet};

/// More links than this are a mistake: they would fill the memory of a large computer.
const MAX_LINKS: usize = 20_000_000;

impl<'s> Resolver<'s, '_> {
    /// All needs in the order of their owners: assets, pools, teams, jobs.
    pub(super) fn all_needs(&mut self) {
        let spec = self.spec;
        let mut owner = 0;
        let mut next = |count: usize| {
            let first = owner;
            owner += count;
            (first..owner).map(NodeId::new)
        };
        for (node, asset) in next(spec.assets.len()).zip(&spec.assets) {
            self.distinct(&asset.traits.needs);
            for need in self.merged[node.index()].needs() {
                self.need(node, &asset.id.value, need);
            }
        }
        for class in &spec.classes {
            self.distinct(&class.traits.needs);
        }
        for (node, pool) in next(spec.pools.len()).zip(&spec.pools) {
            self.pool_need(node, pool);
        }
        for (node, team) in next(spec.teams.len()).zip(&spec.teams) {
            self.distinct(&team.needs);
            for need in &team.needs {
                self.need(node, &team.id.value, need);
            }
        }
        let jobs: Vec<usize> = (0..spec.assets.len()).filter(|asset| self.job_of(*asset).is_some()).collect();
        for (node, asset) in next(jobs.len()).zip(jobs) {
            let Some(repair) = self.job_of(asset) else { continue };
            self.distinct(&repair.needs);
            for need in &repair.needs {
                self.need(node, &spec.assets[asset].id.value, need);
            }
        }
    }

    /// Two needs of one list must not have one id.
    fn distinct(&mut self, needs: &'s [Need]) {
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

    fn need(&mut self, owner: NodeId, name: &str, need: &'s Need) {
        let home = self.homes[owner.index()];
        let service = self.names.services.find(&need.service, self.problems).map(ServiceId::new);
        let found = self.providers(owner, name, home, need, service);
        let autonomy: Vec<StageSpec> = need
            .autonomy
            .iter()
            .enumerate()
            .map(|(i, stage)| self.stage(owner, name, home, i, stage))
            .collect();
        let (Some(service), Some((nodes, tainted))) = (service, found) else { return };
        let delay = self.dist(need.delay.as_ref());
        let mut providers = self.weighted(&nodes, need.weights, delay);
        providers.retain(|provider| provider.weight > 0.0);
        let Some(required) = self.required(name, need, &providers, tainted) else { return };
        if !self.room_for(providers.len(), need.span) {
            return;
        }
        let response = match &need.response {
            Some(points) => self.curve(points),
            None => CurveId::NONE,
        };
        self.needs.push(NeedPlace { span: need.span, tainted });
        self.builder.need(NeedSpec {
            owner,
            id: need.id.value.clone(),
            service,
            required,
            criticality: need.criticality,
            role: need.role,
            response,
            black_start: need.black_start,
            providers,
            autonomy,
        });
    }

    /// Providers of a need, and whether there may be more that are not known; none where there is no way to say.
    fn providers(
        &mut self,
        owner: NodeId,
        name: &str,
        home: Home,
        need: &Need,
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
                let consumer = self.place_of_owner(owner, need.span);
                self.problems.error("no provider", need.span, |span| {
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
        let asset = self.spec.assets.get(owner.index())?;
        let inside = asset.span.source == problem.source
            && (asset.span.start..asset.span.end).contains(&problem.start);
        (!inside).then_some(asset.id.span)
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
            Weights::Capacity => self.index.facts(node).capacity,
        };
        nodes.iter().map(|node| Provider { node: *node, weight: weight(*node), delay }).collect()
    }

    /// The weight a need takes; none where its providers can never supply it.
    fn required(&mut self, name: &str, need: &Need, providers: &[Provider], tainted: bool) -> Option<f64> {
        let sum: f64 = providers.iter().map(|provider| provider.weight).sum();
        if providers.is_empty() {
            self.problems.error("no capacity", need.span, |span| {
                let title = format!("all providers of `{}` for `{name}` have capacity 0", need.id.value);
                Diagnostic::error(span, title).help("give them a `capacity` above 0, or leave `weights` out")
            });
            return None;
        }
        let (required, span) = match need.required {
            Required::All => (sum, need.span),
            // One provider is enough, even the smallest.
            Required::Any => (providers.iter().map(|p| p.weight).fold(f64::INFINITY, f64::min), need.span),
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

    fn stage(&mut self, owner: NodeId, name: &str, home: Home, i: usize, stage: &Stage) -> StageSpec {
        let resupply = stage.resupply.as_ref().and_then(|from| {
            self.choose(owner, name, home, from, None, || {
                let stage = stage.name.as_deref().unwrap_or("the stage");
                format!("nothing can resupply {stage} of `{name}`")
            })
        });
        let nodes = resupply.map(|(nodes, _)| nodes).unwrap_or_default();
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
            resupply: self.weighted(&nodes, Weights::Equal, DistId::NONE),
        }
    }

    /// A pool's one need: its suppliers by capacity against the demand.
    fn pool_need(&mut self, owner: NodeId, pool: &'s Pool) {
        let home = self.homes[owner.index()];
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
