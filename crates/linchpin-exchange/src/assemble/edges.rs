//! Needs and networks, from what edges say.

use super::nodes::{Known, Numbered};
use super::values::{time_s, within};
use super::{tell_guesses, tell_left, text};
use crate::circles::{connected, strong_components};
use crate::draft::{Draft, Named, Need, Network};
use crate::fields::{Field, Mapping};
use crate::ids::ids;
use crate::options::{EdgesMean, Options};
use crate::problems::Problems;
use crate::raw::{Cell, Raw, Record, Table};
use crate::read::shortened;
use crate::report::{Report, counted};
use crate::snap::Grid;
use linchpin_scenario::decode::{did_you_mean, nearest};
use linchpin_scenario::diagnostic::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};

/// Most supply links of the language.
const MOST_LINKS: usize = 20_000_000;
/// Most services of the language.
const MOST_SERVICES: usize = 65_000;
/// Names that an unknown one is compared with.
const COMPARED: usize = 20_000;
/// Unknown names that are compared at all.
const SUGGESTED: usize = 50;

/// Which columns name the ends of edges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ends {
    pub(super) columns: [u32; 2],
    /// The names of the columns say which end provides: then that is the first.
    sure: bool,
}

/// The columns that name the ends, if both are known.
pub(super) fn ends(mapping: &Mapping) -> Option<Ends> {
    let one = |field| mapping.one(field);
    let (from, to) = (one(Field::From), one(Field::To));
    let found = |provider, consumer| Some(Ends { columns: [provider, consumer], sure: true });
    match (one(Field::Provider), one(Field::Consumer)) {
        (Some(provider), Some(consumer)) => found(provider, consumer),
        (Some(provider), None) => found(provider, from.or(to)?),
        (None, Some(consumer)) => found(from.or(to)?, consumer),
        (None, None) => Some(Ends { columns: [from?, to?], sure: false }),
    }
}

/// A table of edges whose ends are unknown.
pub(super) fn no_ends(table: &Table) -> Diagnostic {
    let columns: Vec<String> = table.names().iter().take(12).map(|name| format!("`{name}`")).collect();
    let problem = Diagnostic::unplaced("no columns are known to name the two ends of edges");
    problem.help(format!("--map COLUMN=provider --map COLUMN=consumer name two of {}", columns.join(", ")))
}

/// `type` is a usual name for many things: forgets it where its values say nothing of directions.
pub(super) fn forget_other_types(table: &Table, mapping: &mut Mapping) {
    if !mapping.is_guessed(Field::Directed) {
        return;
    }
    let cells = || table.records.iter().filter_map(|record| text(record, mapping, Field::Directed));
    if cells().any(|cell| direction(&cell.text).is_none()) {
        mapping.forget(Field::Directed);
    }
}

fn direction(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "directed" | "true" | "yes" | "1" => Some(true),
        "undirected" | "mutual" | "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// Edges on their way to needs and networks.
pub(super) struct Edges<'a> {
    raw: &'a Raw,
    mapping: &'a Mapping,
    options: &'a Options,
    known: &'a Known,
    ends: Option<Ends>,
    counts: Counts,
    needs: BTreeMap<(u32, u32), Need>,
    /// By service.
    links: BTreeMap<u32, BTreeSet<(u32, u32)>>,
    services: Numbered,
}

#[derive(Default)]
struct Counts {
    loops: usize,
    repeated: usize,
    nowhere: usize,
    guessed_supplies: usize,
    guessed_links: usize,
    snapped: usize,
    farthest_km: f64,
    differing: usize,
    suggested: usize,
}

impl<'a> Edges<'a> {
    pub(super) fn new(raw: &'a Raw, mapping: &'a Mapping, options: &'a Options, known: &'a Known) -> Self {
        Self {
            raw,
            mapping,
            options,
            known,
            ends: ends(mapping),
            counts: Counts::default(),
            needs: BTreeMap::new(),
            links: BTreeMap::new(),
            services: known.services.clone(),
        }
    }

    /// Puts needs, networks and services into the draft.
    pub(super) fn finish(mut self, draft: &mut Draft, report: &mut Report, problems: &mut Problems) {
        let records = &self.raw.edges.records;
        let by_place = records.iter().any(|record| !record.places.is_empty());
        if self.ends.is_none() && !records.is_empty() && !by_place {
            problems.fatal(no_ends(&self.raw.edges));
            return;
        }
        let grid = by_place
            .then(|| Grid::new(draft.assets.iter().map(|asset| asset.position), self.options.snap_km));
        for record in records {
            let Some((ends, named)) = self.ends_of(record, grid.as_ref(), problems) else { continue };
            self.edge(record, ends, named, draft, problems);
        }
        let total: usize = self.needs.values().map(|need| need.providers.len()).sum();
        if total > MOST_LINKS {
            let title = format!("there are {total} supply links; the language has at most {MOST_LINKS}");
            problems.fatal(Diagnostic::unplaced(title));
            return;
        }
        let turned = self.open_circles();
        self.networks(draft, report, turned);
        if self.services.names.len() > MOST_SERVICES {
            let title = format!(
                "there are {} different services; at most {MOST_SERVICES} are read",
                self.services.names.len()
            );
            problems.fatal(
                Diagnostic::unplaced(title)
                    .help("is the right column taken? --map COLUMN=service names another"),
            );
            return;
        }
        let names: Vec<&str> = self.services.names.iter().map(String::as_str).collect();
        draft.services = ids(&names)
            .into_iter()
            .zip(&names)
            .map(|(id, name)| Named { id, name: (*name).to_owned() })
            .collect();
        draft.needs = std::mem::take(&mut self.needs).into_values().collect();
        self.tell(report);
    }

    /// The assets at the two ends, and whether their names say so; none where there are not two.
    fn ends_of(
        &mut self,
        record: &Record,
        grid: Option<&Grid>,
        problems: &mut Problems,
    ) -> Option<([u32; 2], bool)> {
        let cells = self.ends.map(|ends| ends.columns.map(|column| record.cell(column)));
        let find = |cell: Option<&Cell>| cell.and_then(|cell| self.known.by_name.get(&*cell.text)).copied();
        if let Some([Some(from), Some(to)]) = cells.map(|cells| cells.map(find)) {
            return Some(([from, to], true));
        }
        if let (Some(grid), [from, to]) = (grid, record.places.as_slice()) {
            let (Some(from), Some(to)) = (grid.nearest(*from), grid.nearest(*to)) else {
                self.counts.nowhere += 1;
                return None;
            };
            self.counts.snapped += 1;
            self.counts.farthest_km = self.counts.farthest_km.max(from.1).max(to.1);
            return Some(([from.0, to.0], false));
        }
        for cell in cells.into_iter().flatten() {
            match cell {
                Some(cell) if find(Some(cell)).is_some() => {}
                Some(cell) => problems.broken("edge", self.unknown(cell)),
                None => {
                    problems.broken("edge", Diagnostic::error(record.span, "this edge lacks one of its ends"))
                }
            }
            if matches!(cell, Some(cell) if !self.known.by_name.contains_key(&*cell.text)) {
                self.counts.suggested += 1;
            }
        }
        None
    }

    fn unknown(&self, cell: &Cell) -> Diagnostic {
        let problem = Diagnostic::error(cell.span, format!("there is no asset `{}`", shortened(&cell.text)));
        let few = self.known.by_name.len() <= COMPARED && self.counts.suggested < SUGGESTED;
        let names = self.known.by_name.keys().map(String::as_str);
        match few.then(|| nearest(&cell.text, names)).flatten() {
            Some(near) => problem.label(did_you_mean(near)),
            None => problem,
        }
    }

    /// One edge: a supply link, or a link of a network.
    fn edge(&mut self, record: &Record, ends: [u32; 2], named: bool, draft: &Draft, problems: &mut Problems) {
        let [first, second] = ends;
        if first == second {
            self.counts.loops += 1;
            return;
        }
        let undirected =
            text(record, self.mapping, Field::Directed).and_then(|cell| direction(&cell.text)) == Some(false);
        let sure = named && self.ends.is_some_and(|ends| ends.sure);
        let mean = match self.options.edges_mean {
            // What the edge itself or its columns say is clearer than any option.
            _ if undirected => EdgesMean::Links,
            _ if sure => EdgesMean::Supplies,
            Some(mean) => mean,
            None if !named => {
                self.counts.guessed_links += 1;
                EdgesMean::Links
            }
            None => {
                self.counts.guessed_supplies += 1;
                EdgesMean::Supplies
            }
        };
        let (provider, consumer) = if mean == EdgesMean::Needs { (second, first) } else { (first, second) };
        let service = self.service(record, provider, draft);
        if mean == EdgesMean::Links {
            let link = (first.min(second), first.max(second));
            self.counts.repeated += usize::from(!self.links.entry(service).or_default().insert(link));
            return;
        }
        let comma = self.raw.decimal_comma;
        let get = |field| text(record, self.mapping, field);
        let said = Need {
            consumer,
            service,
            providers: vec![provider],
            criticality: get(Field::Criticality)
                .and_then(|cell| within(cell, "criticality", 0.0..=1.0, comma, problems)),
            autonomy_s: get(Field::Autonomy)
                .and_then(|cell| time_s(cell, "autonomy", comma, problems))
                .filter(|time| *time > 0),
            delay_s: get(Field::Delay).and_then(|cell| time_s(cell, "delay", comma, problems)),
        };
        let Some(need) = self.needs.get_mut(&(consumer, service)) else {
            self.needs.insert((consumer, service), said);
            return;
        };
        match need.providers.binary_search(&provider) {
            Ok(_) => self.counts.repeated += 1,
            Err(at) => need.providers.insert(at, provider),
        }
        let values = |need: &Need| (need.criticality, need.autonomy_s, need.delay_s);
        let differs = values(&said) != values(need);
        self.counts.differing += usize::from(differs);
    }

    fn service(&mut self, record: &Record, provider: u32, draft: &Draft) -> u32 {
        let Some(cell) = text(record, self.mapping, Field::Service) else {
            let asset = &draft.assets[provider as usize];
            return asset.supplies.first().copied().unwrap_or(draft.classes[asset.class as usize].service);
        };
        self.services.row(&cell.text)
    }

    /// Supply links that lead in a circle through one service would hold each other up with nothing behind them: they
    /// become links of a network. How many.
    fn open_circles(&mut self) -> usize {
        let mut by_service: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (consumer, service) in self.needs.keys() {
            by_service.entry(*service).or_default().push(*consumer);
        }
        let mut turned = 0;
        for (service, consumers) in by_service {
            // Only who consumes can be on a circle; consumers are ascending.
            let row = |asset: &u32| consumers.binary_search(asset).ok();
            let edges: Vec<Vec<u32>> = consumers
                .iter()
                .map(|consumer| {
                    let providers = &self.needs[&(*consumer, service)].providers;
                    providers.iter().filter_map(row).map(|row| row as u32).collect()
                })
                .collect();
            let component = strong_components(&edges);
            for (at, consumer) in consumers.iter().copied().enumerate() {
                let Some(need) = self.needs.get_mut(&(consumer, service)) else { continue };
                let inside =
                    |provider: &u32| row(provider).is_some_and(|row| component[row] == component[at]);
                let circle: Vec<u32> = need.providers.iter().copied().filter(inside).collect();
                if circle.is_empty() {
                    continue;
                }
                turned += circle.len();
                need.providers.retain(|provider| !inside(provider));
                if need.providers.is_empty() {
                    self.needs.remove(&(consumer, service));
                }
                let links = self.links.entry(service).or_default();
                links.extend(
                    circle.into_iter().map(|provider| (provider.min(consumer), provider.max(consumer))),
                );
            }
        }
        turned
    }

    /// One network for each connected part of the links.
    fn networks(&mut self, draft: &mut Draft, report: &mut Report, turned: usize) {
        let class = self.options.sources.as_deref();
        let feeds: Vec<bool> = draft
            .assets
            .iter()
            .map(|asset| {
                let own = &draft.classes[asset.class as usize].named;
                class.is_some_and(|class| class == own.id || class == own.name)
            })
            .collect();
        if let Some(class) = class.filter(|_| !feeds.contains(&true)) {
            report.left_out.push(format!("--sources {class}: there is no asset of this class"));
        }
        // An asset is a member of one network only, whatever its links carry.
        let by_service = std::mem::take(&mut self.links);
        let links: BTreeSet<(u32, u32)> = by_service.values().flatten().copied().collect();
        let links: Vec<(u32, u32)> = links.into_iter().collect();
        let part = connected(draft.assets.len(), &links);
        let mut parts: BTreeMap<u32, Network> = BTreeMap::new();
        for link in links {
            parts.entry(part[link.0 as usize]).or_default().links.push(link);
        }
        for (row, root) in part.iter().enumerate() {
            if let Some(network) = parts.get_mut(root) {
                network.members.push(row as u32);
            }
        }
        // A member that draws from outside what its links carry brings it in.
        let mut brings = feeds;
        for (service, links) in &by_service {
            for row in links.iter().flat_map(|(a, b)| [a, b]) {
                brings[*row as usize] |= self.needs.contains_key(&(*row, *service));
            }
        }
        let mut unfed = 0;
        for mut network in parts.into_values() {
            network.sources = network.members.iter().copied().filter(|row| brings[*row as usize]).collect();
            unfed += usize::from(network.sources.is_empty());
            network.id = format!("network-{}", draft.networks.len() + 1);
            draft.networks.push(network);
        }
        if turned > 0 {
            report.guessed.push(format!(
                "{} that lead in a circle became links of networks: assets that supply each other in a circle would hold each \
                 other up with nothing behind them",
                counted(turned, "supply link", "supply links")
            ));
        }
        if unfed > 0 {
            report.guessed.push(format!(
                "{}: nothing says what feeds {}, so what is connected to the largest part works (--sources CLASS \
                 names the class that feeds)",
                counted(unfed, "network", "networks"),
                if unfed == 1 { "it" } else { "them" }
            ));
        }
    }

    fn tell(&self, report: &mut Report) {
        let Counts {
            loops,
            repeated,
            nowhere,
            guessed_supplies,
            guessed_links,
            snapped,
            farthest_km,
            differing,
            ..
        } = &self.counts;
        tell_guesses(self.mapping, "edges", report);
        if *guessed_supplies > 0 {
            report.guessed.push(format!(
                "{}: the first end supplies the second (--edges-mean needs or links says otherwise)",
                counted(*guessed_supplies, "edge", "edges")
            ));
        }
        if *guessed_links > 0 {
            report.guessed.push(format!(
                "{}: the assets at the two ends are linked, without a direction (--edges-mean supplies or needs says otherwise)",
                counted(*guessed_links, "line", "lines")
            ));
        }
        if *snapped > 0 {
            report.guessed.push(format!(
                "{} end at the assets nearest to their ends, at most {:.2} km away (--snap-km changes the reach of {} km)",
                counted(*snapped, "line", "lines"),
                farthest_km,
                self.options.snap_km
            ));
        }
        if self.mapping.one(Field::Service).is_none()
            && self.options.service.is_none()
            && !self.raw.edges.records.is_empty()
        {
            report
                .guessed
                .push("edges carry the service of their provider's sector (--service names another)".into());
        }
        for (count, one, many, why) in [
            (*loops, "edge", "edges", "from an asset to itself"),
            (*repeated, "edge", "edges", "that only repeat another one"),
            (*nowhere, "line", "lines", "with no asset within reach of an end"),
            (
                *differing,
                "edge",
                "edges",
                "whose criticality, autonomy or delay differs from that of the first of the same need",
            ),
        ] {
            if count > 0 {
                let what = if why.starts_with("whose") { "values of " } else { "" };
                report.left_out.push(format!("{what}{} {why}", counted(count, one, many)));
            }
        }
        tell_left(&self.raw.edges, self.mapping, "edges:", report);
    }
}
