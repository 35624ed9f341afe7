//! From lists of ids and selectors to nodes.

use super::geo::Nearest;
use super::index::Index;
use super::names::Names;
use crate::diagnostic::Diagnostic;
use crate::problems::Problems;
use crate::source::Span;
use crate::spec::{Choice, Id, Selector};
use linchpin_model::{ClassId, NodeId, RegionId, SectorId, ServiceId};
use std::collections::BTreeMap;

/// What a choice amounts to, for all its consumers.
#[derive(Debug)]
pub(super) struct Pick {
    /// All that may be meant, ascending.
    pub(super) nodes: Vec<NodeId>,
    /// True where something in the choice could not be resolved: it may mean more than is known here.
    pub(super) tainted: bool,
    same_region: bool,
    nearest: Option<u32>,
    /// With `region: "same"` the nodes by region, and what each asking region may draw on.
    by_region: BTreeMap<RegionId, Vec<NodeId>>,
    reach: BTreeMap<RegionId, Reach>,
}

/// What may be meant from somewhere.
#[derive(Debug)]
struct Reach {
    nodes: Vec<NodeId>,
    tree: Option<Nearest>,
}

/// Nodes chosen for a consumer, the consumer itself left out.
#[derive(Debug, PartialEq)]
pub(super) enum Chosen {
    /// These, ascending.
    Nodes(Vec<NodeId>),
    /// The nearest were asked for, but the consumer has no position.
    Nowhere,
}

impl Pick {
    /// Exactly these; some of those meant are missing where `tainted`.
    fn listed(nodes: Vec<NodeId>, tainted: bool) -> Self {
        Self {
            nodes,
            tainted,
            same_region: false,
            nearest: None,
            by_region: BTreeMap::new(),
            reach: BTreeMap::new(),
        }
    }

    fn selected(conditions: &Conditions, index: &Index) -> Self {
        let mut pick = Self::listed(conditions.nodes(index), false);
        pick.nearest = conditions.nearest;
        if conditions.same_region {
            pick.by_home(index);
        }
        pick
    }

    fn by_home(&mut self, index: &Index) {
        self.same_region = true;
        for node in &self.nodes {
            self.by_region.entry(index.facts(*node).region).or_default().push(*node);
        }
    }

    /// The nodes for a consumer at home in `region`, without `consumer` itself. `at` is where it stands.
    pub(super) fn of_consumer(
        &mut self,
        consumer: NodeId,
        region: RegionId,
        at: Option<crate::spec::Place>,
        index: &Index,
    ) -> Chosen {
        let home = if self.same_region { region } else { RegionId::NONE };
        let others = |nodes: &[NodeId]| nodes.iter().copied().filter(|node| *node != consumer).collect();
        if !self.same_region && self.nearest.is_none() {
            return Chosen::Nodes(others(&self.nodes));
        }
        if !self.reach.contains_key(&home) {
            let nodes = if self.same_region { self.around(region, index) } else { self.nodes.clone() };
            self.reach.insert(home, Reach { nodes, tree: None });
        }
        let Some(reach) = self.reach.get_mut(&home) else { return Chosen::Nodes(Vec::new()) };
        let Some(k) = self.nearest else { return Chosen::Nodes(others(&reach.nodes)) };
        let Some(at) = at else { return Chosen::Nowhere };
        let tree = reach.tree.get_or_insert_with(|| {
            Nearest::new(
                reach.nodes.iter().filter_map(|node| Some((index.direction(*node)?, *node))).collect(),
            )
        });
        let mut nodes = tree.find(super::geo::direction(at), k as usize, consumer);
        nodes.sort_unstable();
        Chosen::Nodes(nodes)
    }

    /// Nodes in a region, in those that lie in it, in those it lies in, and pools without a region.
    fn around(&self, region: RegionId, index: &Index) -> Vec<NodeId> {
        let mut nodes: Vec<NodeId> = self.by_region.get(&RegionId::NONE).cloned().unwrap_or_default();
        if let Some(region) = region.some() {
            let reached =
                index.regions.and_within(region).iter().copied().chain(index.regions.around(region));
            for near in reached {
                nodes.extend(self.by_region.get(&near).into_iter().flatten());
            }
        }
        nodes.sort_unstable();
        nodes
    }
}

/// Every choice of providers looked into so far: what consumers ask alike is looked up once.
#[derive(Debug, Default)]
pub(super) struct Picks {
    picks: Vec<Pick>,
    /// By where the choice stands, and what it has to supply.
    by_place: BTreeMap<(u32, u32, Option<ServiceId>), usize>,
    /// By what a selector says: many may say the same.
    by_conditions: BTreeMap<Conditions, usize>,
    /// Needs without `from`, by service.
    by_default: BTreeMap<ServiceId, usize>,
}

impl Picks {
    /// The providers that `choice` may mean; `service` is what selected ones have to supply, whatever the selector says.
    pub(super) fn of(
        &mut self,
        choice: &Choice,
        service: Option<ServiceId>,
        names: &Names,
        index: &Index,
        problems: &mut Problems,
    ) -> &mut Pick {
        let span = choice.span();
        let place = (span.source.0, span.start, service);
        let at = match self.by_place.get(&place) {
            Some(at) => *at,
            None => {
                let at = self.look_up(choice, service, names, index, problems);
                self.by_place.insert(place, at);
                at
            }
        };
        &mut self.picks[at]
    }

    /// All suppliers of a service in the consumer's region: what a need without `from` draws on.
    pub(super) fn same_region(&mut self, service: ServiceId, index: &Index) -> &mut Pick {
        let picks = &mut self.picks;
        let at = *self.by_default.entry(service).or_insert_with(|| {
            let mut pick = Pick::listed(index.by_service[service.index()].clone(), false);
            pick.by_home(index);
            picks.push(pick);
            picks.len() - 1
        });
        &mut self.picks[at]
    }

    fn look_up(
        &mut self,
        choice: &Choice,
        service: Option<ServiceId>,
        names: &Names,
        index: &Index,
        problems: &mut Problems,
    ) -> usize {
        let pick = match choice {
            Choice::Ids(_, ids) => {
                let (nodes, tainted) = listed(ids, names, problems);
                Pick::listed(nodes, tainted)
            }
            Choice::Where(selector) => match Conditions::new(selector, service, names, index, problems) {
                None => Pick::listed(Vec::new(), true),
                Some(conditions) => {
                    if let Some(at) = self.by_conditions.get(&conditions) {
                        return *at;
                    }
                    let pick = Pick::selected(&conditions, index);
                    self.by_conditions.insert(conditions, self.picks.len());
                    pick
                }
            },
        };
        self.picks.push(pick);
        self.picks.len() - 1
    }
}

/// The nodes of a list, ascending, and whether some are unknown.
fn listed(ids: &[Id], names: &Names, problems: &mut Problems) -> (Vec<NodeId>, bool) {
    let mut nodes = Vec::with_capacity(ids.len());
    let mut tainted = false;
    let mut seen: BTreeMap<NodeId, Span> = BTreeMap::new();
    for id in ids {
        let Some(row) = names.nodes.find(id, problems) else {
            tainted = true;
            continue;
        };
        let node = NodeId::new(row);
        if let Some(first) = seen.insert(node, id.span) {
            problems.warn("listed twice", id.span, |span| {
                Diagnostic::warning(span, format!("`{}` is listed twice", id.value))
                    .related(first, "first here")
                    .help("it counts once")
            });
            continue;
        }
        nodes.push(node);
    }
    nodes.sort_unstable();
    (nodes, tainted)
}

/// What a selector asks of a node by itself, whoever the consumer.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Conditions {
    /// One of these, and the one it has to supply in any case.
    services: Vec<usize>,
    implied: Option<ServiceId>,
    sectors: Vec<usize>,
    classes: Vec<usize>,
    regions: Vec<usize>,
    tags: Vec<String>,
    ids: Option<Vec<NodeId>>,
    same_region: bool,
    nearest: Option<u32>,
}

impl Conditions {
    /// None where a condition names something unknown, which is reported.
    pub(super) fn new(
        selector: &Selector,
        service: Option<ServiceId>,
        names: &Names,
        index: &Index,
        problems: &mut Problems,
    ) -> Option<Self> {
        // Everything is looked up before anything is given up, so that all that is unknown is reported.
        let services = names.services.find_all(&selector.service, problems);
        let sectors = names.sectors.find_all(&selector.sector, problems);
        let classes = names.classes.find_all(&selector.class, problems);
        let regions = names.regions.find_all(&selector.region, problems);
        let tags = known_tags(&selector.tag, index, problems);
        let (ids, unknown) = listed(&selector.ids, names, problems);
        let listed = !selector.ids.is_empty();
        let conditions = Self {
            services: services?,
            // Only what is listed by id may be a provider without supplying the service.
            implied: if listed { None } else { service },
            sectors: sectors?,
            classes: classes?,
            regions: regions?,
            tags: tags?,
            ids: listed.then_some(ids),
            same_region: selector.same_region.is_some(),
            nearest: selector.nearest.map(|nearest| nearest.value),
        };
        (!unknown).then_some(conditions)
    }

    /// The nodes for which all of it holds: those of the shortest list that meet the other conditions too.
    fn nodes(&self, index: &Index) -> Vec<NodeId> {
        let Some(shortest) =
            self.lists(index).into_iter().min_by_key(|lists| lists.iter().map(|l| l.len()).sum::<usize>())
        else {
            return (0..index.assets).map(NodeId::new).collect();
        };
        let mut nodes = shortest.concat();
        nodes.sort_unstable();
        nodes.dedup();
        nodes.retain(|node| self.hold(*node, index));
        nodes
    }

    /// For each condition the lists of nodes that meet it.
    fn lists<'i>(&'i self, index: &'i Index) -> Vec<Vec<&'i [NodeId]>> {
        let rows = |rows: &[usize], table: &'i [Vec<NodeId>]| -> Vec<&'i [NodeId]> {
            rows.iter().map(|row| table[*row].as_slice()).collect()
        };
        let within = self.regions.iter().flat_map(|row| index.regions.and_within(RegionId::new(*row)));
        let mut lists = vec![
            rows(&self.services, &index.by_service),
            rows(&self.sectors, &index.by_sector),
            rows(&self.classes, &index.by_class),
            within.map(|region| index.by_region[region.index()].as_slice()).collect(),
            self.tags.iter().filter_map(|tag| index.by_tag.get(tag.as_str())).map(Vec::as_slice).collect(),
        ];
        lists.retain(|lists| !lists.is_empty());
        lists.extend(self.implied.map(|service| vec![index.by_service[service.index()].as_slice()]));
        lists.extend(self.ids.as_ref().map(|ids| vec![ids.as_slice()]));
        lists
    }

    fn hold(&self, node: NodeId, index: &Index) -> bool {
        let facts = index.facts(node);
        let supplies = |service: ServiceId| facts.supplies.binary_search(&service).is_ok();
        let one = |rows: &[usize], test: &dyn Fn(usize) -> bool| {
            rows.is_empty() || rows.iter().any(|row| test(*row))
        };
        let tagged = |tag: &String| {
            index.by_tag.get(tag.as_str()).is_some_and(|list| list.binary_search(&node).is_ok())
        };
        self.implied.is_none_or(supplies)
            && one(&self.services, &|row| supplies(ServiceId::new(row)))
            && one(&self.sectors, &|row| facts.sector == SectorId::new(row))
            && one(&self.classes, &|row| facts.class == ClassId::new(row))
            && one(&self.regions, &|row| index.regions.lies_in(facts.region, RegionId::new(row)))
            && (self.tags.is_empty() || self.tags.iter().any(tagged))
            && self.ids.as_ref().is_none_or(|ids| ids.binary_search(&node).is_ok())
    }
}

fn known_tags(tags: &[Id], index: &Index, problems: &mut Problems) -> Option<Vec<String>> {
    let found: Vec<Option<String>> = tags
        .iter()
        .map(|tag| {
            let known = index.by_tag.contains_key(tag.value.as_str());
            if !known && !tag.value.is_empty() {
                problems.unknown("tag", tag.span, &tag.value, index.by_tag.keys().copied());
            }
            known.then(|| tag.value.clone())
        })
        .collect();
    found.into_iter().collect()
}

/// Nodes that no consumer asks for: targets, members. `what` says for what they are, such as "targets of the event".
pub(super) fn nodes_of(
    choice: &Choice,
    what: &str,
    names: &Names,
    index: &Index,
    problems: &mut Problems,
) -> Option<Vec<NodeId>> {
    if let Choice::Where(selector) = choice {
        let consumer_only = selector.same_region.or(selector.nearest.map(|nearest| nearest.span));
        if let Some(span) = consumer_only {
            problems.error("no consumer", span, |span| {
                Diagnostic::error(span, format!("there is no consumer to go by among the {what}"))
                    .help("`region: \"same\"` and `nearest` have a meaning for the providers of a need only")
            });
            return None;
        }
    }
    let mut picks = Picks::default();
    let pick = picks.of(choice, None, names, index, problems);
    if matches!(choice, Choice::Where(selector) if selector.ids.is_empty()) {
        pick.nodes.retain(|node| index.is_asset(*node));
    }
    if pick.nodes.is_empty() && !pick.tainted {
        problems.error("empty selection", choice.span(), |span| {
            Diagnostic::error(span, format!("no asset is among the {what}"))
                .label("matches nothing")
                .help("all conditions of a selector have to hold at once")
        });
        return None;
    }
    (!pick.tainted).then(|| std::mem::take(&mut pick.nodes))
}
