//! From columns and sums to findings.

use super::{
    AssetLoss, AssumptionRow, Attribution, Band, FINDINGS_VERSION, Findings, Histogram, MetricSummary,
    NetworkPicture, PictureNode, StudyInfo, contest, limits,
};
use crate::accumulate::{BlockAccumulator, NodeSums};
use crate::metrics::{Catalogue, Metric};
use crate::requirements::Requirements;
use crate::{calendar, stats};
use linchpin_model::{GroupKind, Level, Model, NodeId, NodeKind, RegionId, Role, SectorId};
use std::collections::BTreeSet;
use std::convert::Infallible;

/// Assets listed as most affected and most harmful.
const LISTED: usize = 25;
/// A picture of more nodes can not be read: those that lost most are kept.
const PICTURED: usize = 4000;
const HOUR_S: f64 = 3600.0;

/// Gives the columns of a study one by one, so that only one is in memory.
pub trait Columns {
    /// Why a column could not be had.
    type Error;

    /// Values of metric `metric` (its position in the [`Catalogue`]) in the order of replications.
    ///
    /// # Errors
    /// Where the column can not be read.
    fn column(&mut self, metric: usize) -> Result<Vec<f64>, Self::Error>;
}

impl Columns for Vec<Vec<f64>> {
    type Error = Infallible;

    fn column(&mut self, metric: usize) -> Result<Vec<f64>, Infallible> {
        Ok(self.get(metric).cloned().unwrap_or_default())
    }
}

/// What findings are built from, besides the columns.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// The model that was run.
    pub model: &'a Model,
    /// Its metrics.
    pub catalogue: &'a Catalogue,
    /// Its requirements.
    pub requirements: &'a Requirements,
    /// Sums over all replications.
    pub sums: &'a BlockAccumulator,
}

impl StudyInfo {
    /// What the model says of itself. Replications, hashes, program and command are left to the caller.
    pub fn of(model: &Model) -> Self {
        let meta = &model.meta;
        let shown = |kind| matches!(kind, NodeKind::Asset | NodeKind::Pool);
        Self {
            name: meta.name.clone(),
            question: meta.question.clone(),
            marking: meta.marking.clone(),
            exercise: meta.exercise,
            start: calendar::date_time(meta.start_unix_s, meta.utc_offset_s),
            start_unix_s: meta.start_unix_s,
            utc_offset_s: meta.utc_offset_s,
            horizon_h: f64::from(meta.horizon) / HOUR_S,
            seed: meta.seed,
            assets: model.nodes.iter().filter(|node| shown(node.kind)).count() as u64,
            links: model.links.len() as u64,
            regions: model.regions.iter().map(|region| region.name.clone()).collect(),
            scenario_hash: meta.hash.clone(),
            ..Self::default()
        }
    }
}

/// Puts the findings of a study together. Timelines are left empty: see [`crate::tell`].
///
/// # Errors
/// Where a column can not be had.
pub fn build<C: Columns>(parts: Parts<'_>, study: StudyInfo, columns: &mut C) -> Result<Findings, C::Error> {
    let Parts { model, catalogue, requirements, sums } = parts;
    let mut metrics = Vec::with_capacity(catalogue.len());
    let mut cascade_sizes = Histogram::default();
    let mut times = contest::Times::default();
    for (i, metric) in catalogue.metrics().iter().enumerate() {
        let column = columns.column(i)?;
        if metric.id == "cascade_size" {
            cascade_sizes = cascade_histogram(&column);
        }
        times.take(metric.kind, &metric.id, &column);
        metrics.push(summarise(metric, column));
    }
    let study = StudyInfo { replications: sums.replications(), events_mean: sums.events_mean(), ..study };
    Ok(Findings {
        version: FINDINGS_VERSION,
        limits: limits::limits(model, &study, &metrics, PICTURED),
        contest: contest::contest(model, &metrics, sums, &times),
        study,
        metrics,
        requirements: requirements.results(model, sums),
        bands: bands(model, sums),
        cascade_sizes,
        attribution: attribution(model, sums),
        most_affected: listed(model, sums, sums.nodes().iter().enumerate().map(|(i, s)| (NodeId::new(i), s))),
        most_harmful: listed(model, sums, sums.roots().iter()),
        timelines: Vec::new(),
        network: picture(model, sums),
        assumptions: AssumptionRow::all(model),
    })
}

fn summarise(metric: &Metric, column: Vec<f64>) -> MetricSummary {
    let stats::Summary { mean, ci95, sd, quantiles, var95, es95, not_reached } = stats::Summary::of(column);
    MetricSummary {
        id: metric.id.clone(),
        name: metric.name.clone(),
        unit: metric.unit.to_owned(),
        group: metric.group.clone(),
        kind: metric.kind.to_owned(),
        mean,
        ci95,
        sd,
        quantiles,
        var95,
        es95,
        not_reached,
    }
}

/// Numbers of replications by size: at most 30 bins whose width is 1, 2 or 5 times a power of ten.
pub fn cascade_histogram(sizes: &[f64]) -> Histogram {
    const MOST_BINS: f64 = 30.0;
    if sizes.is_empty() {
        return Histogram::default();
    }
    let largest = sizes.iter().copied().filter(|size| size.is_finite()).fold(0.0, f64::max);
    let (mut width, mut factors) = (1.0, [2.0, 2.5, 2.0].into_iter().cycle());
    while (largest + 1.0) / width > MOST_BINS {
        width *= factors.next().unwrap_or(2.0);
    }
    let bins = (largest / width) as usize + 1;
    let mut counts = vec![0; bins];
    for size in sizes {
        counts[((size / width) as usize).min(bins - 1)] += 1;
    }
    Histogram { edges: (0..=bins).map(|i| i as f64 * width).collect(), counts }
}

fn bands(model: &Model, sums: &BlockAccumulator) -> Vec<Band> {
    let hours = sums.grid_hours();
    let band = |(i, group): (usize, &linchpin_model::Group)| {
        let levels = sums.band(i);
        Band {
            group: group.id.clone(),
            name: group.name.clone(),
            kind: kind_text(group.kind).to_owned(),
            hours: hours.clone(),
            mean: levels.mean,
            percentiles: levels.percentiles,
        }
    };
    model.groups.iter().enumerate().map(band).collect()
}

fn kind_text(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::Service(_) => "service",
        GroupKind::ServiceRegion(..) => "service_region",
        GroupKind::Sector(_) => "sector",
        GroupKind::Custom => "custom",
    }
}

/// Rows and columns of sectors that neither lost nor caused anything are kept: their emptiness is a finding.
fn attribution(model: &Model, sums: &BlockAccumulator) -> Attribution {
    let sectors = model.sectors.len();
    let n = sums.replications().max(1) as f64;
    let hours = |lost: &i128| *lost as f64 / f64::from(Level::SCALE) / HOUR_S / n;
    let mut rows: Vec<Vec<f64>> =
        sums.induced().chunks(sectors.max(1)).map(|row| row.iter().map(hours).collect()).collect();
    let direct = rows.pop().unwrap_or_default();
    Attribution {
        sectors: model.sectors.iter().map(|sector| sector.name.clone()).collect(),
        induced: rows,
        direct,
    }
}

fn listed<'a>(
    model: &Model,
    sums: &BlockAccumulator,
    nodes: impl Iterator<Item = (NodeId, &'a NodeSums)>,
) -> Vec<AssetLoss> {
    let mut ranked: Vec<_> = nodes.filter(|(node, sums)| sums.lost > 0 && is_shown(model, *node)).collect();
    ranked.sort_by_key(|(node, sums)| (std::cmp::Reverse(sums.lost), *node));
    ranked.truncate(LISTED);
    let n = sums.replications();
    ranked
        .into_iter()
        .map(|(node, sums)| {
            let (mean_h, ci95) = sums.mean_h(n);
            AssetLoss {
                id: model.id(node).to_owned(),
                name: model.name(node).to_owned(),
                sector: sector_name(model, model.nodes[node.index()].sector).to_owned(),
                region: region_name(model, model.nodes[node.index()].region).to_owned(),
                mean_h,
                ci95: [ci95[0].max(0.0), ci95[1]],
                probability: sums.times as f64 / n.max(1) as f64,
            }
        })
        .collect()
}

fn is_shown(model: &Model, node: NodeId) -> bool {
    matches!(model.nodes[node.index()].kind, NodeKind::Asset | NodeKind::Pool)
}

/// Name of a sector; empty for none.
pub(crate) fn sector_name(model: &Model, sector: SectorId) -> &str {
    sector.some().map_or("", |sector| &model.sectors[sector.index()].name)
}

/// Name of a region; empty for none.
pub(crate) fn region_name(model: &Model, region: RegionId) -> &str {
    region.some().map_or("", |region| &model.regions[region.index()].name)
}

fn picture(model: &Model, sums: &BlockAccumulator) -> NetworkPicture {
    let mut shown: Vec<NodeId> = model.node_ids().filter(|node| is_shown(model, *node)).collect();
    if shown.len() > PICTURED {
        shown.sort_by_key(|node| (std::cmp::Reverse(sums.nodes()[node.index()].lost), *node));
        shown.truncate(PICTURED);
        shown.sort_unstable();
    }
    let place = |node: NodeId| shown.binary_search(&node).ok().map(|place| place as u32);
    let links: BTreeSet<(u32, u32)> = model
        .supplies
        .iter()
        .map(|supply| (&model.needs[supply.need.index()], &model.links[supply.link.index()]))
        .filter(|(need, _)| need.role != Role::Resupply)
        .filter_map(|(need, link)| Some((place(link.provider)?, place(need.owner)?)))
        .collect();
    let nodes: Vec<_> = shown
        .iter()
        .map(|node| PictureNode {
            id: model.id(*node).to_owned(),
            name: model.name(*node).to_owned(),
            sector: sector_name(model, model.nodes[node.index()].sector).to_owned(),
            region: region_name(model, model.nodes[node.index()].region).to_owned(),
            position: model
                .positions
                .get(node.index())
                .filter(|position| position.is_known())
                .map(|position| (position.lat, position.lon)),
            lost_h: sums.nodes()[node.index()].mean_h(sums.replications()).0,
        })
        .collect();
    let placed = nodes.iter().filter(|node| node.position.is_some()).count();
    NetworkPicture {
        positioned: placed > 0 && 2 * placed >= nodes.len(),
        nodes,
        links: links.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests;
