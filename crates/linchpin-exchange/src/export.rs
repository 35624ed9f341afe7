//! Scenarios and results as GeoJSON (RFC 7946), for geographic information systems.
//!
//! Features are assets and pools (points), needs (lines from provider to consumer) and links of networks. What has no
//! position has a null geometry, so that nothing is missing. Positions are longitude and latitude in degrees of WGS 84.
//! The marking stands at the top and in every feature: programs that keep only features keep it too.

mod extras;
mod shape;

use extras::Extras;
use linchpin_analysis::BlockAccumulator;
use linchpin_analysis::intervals::clopper_pearson;
use linchpin_model::{Distribution, Model, NetworkRule, NodeId, NodeKind, Position, Role};
use serde::Serialize;
use serde_json::value::RawValue;
use shape::{bounds, line, point};

/// What the assets of a study came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// Replications that finished.
    pub replications: u64,
    /// Seed.
    pub seed: u64,
    /// SHA-256 of all results, as hexadecimal text.
    pub study_hash: String,
    /// Version of the program.
    pub program: String,
    /// What each node came to, by its row in the model.
    pub nodes: Vec<NodeResult>,
}

/// What one asset or pool came to, with 95 % intervals (Monte Carlo error only).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct NodeResult {
    /// Share of replications in which it failed and would not have without the threat.
    chance_to_fail: f64,
    chance_to_fail_low: f64,
    chance_to_fail_high: f64,
    /// Mean hours at full level that it lost.
    hours_without: f64,
    hours_without_low: f64,
    hours_without_high: f64,
    /// Mean hours at full level that all assets lost where it began here.
    harm_caused_h: f64,
    harm_caused_h_low: f64,
    harm_caused_h_high: f64,
    /// Share of replications in which loss began here.
    chance_to_begin: f64,
}

impl Results {
    /// Results of every node from the sums of a study; the hash, seed and program are left to the caller.
    pub fn of(model: &Model, sums: &BlockAccumulator) -> Self {
        let n = sums.replications();
        let share = |times: u64| times as f64 / n.max(1) as f64;
        let node = |node: NodeId| {
            let own = sums.nodes().get(node.index()).copied().unwrap_or_default();
            let root = sums.roots().get(node).copied().unwrap_or_default();
            let ([low, high], (lost, lost_ci), (harm, harm_ci)) =
                (clopper_pearson(own.times, n), own.mean_h(n), root.mean_h(n));
            NodeResult {
                chance_to_fail: share(own.times),
                chance_to_fail_low: low,
                chance_to_fail_high: high,
                hours_without: lost,
                hours_without_low: lost_ci[0].max(0.0),
                hours_without_high: lost_ci[1],
                harm_caused_h: harm,
                harm_caused_h_low: harm_ci[0].max(0.0),
                harm_caused_h_high: harm_ci[1],
                chance_to_begin: share(root.times),
            }
        };
        Self { replications: n, nodes: model.node_ids().map(node).collect(), ..Self::default() }
    }
}

/// A map, and what could not be drawn on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// The GeoJSON text.
    pub text: String,
    /// Assets and pools written.
    pub nodes: usize,
    /// Lines written: needs, refills, and links of networks.
    pub lines: usize,
    /// Assets and pools without a position.
    pub nowhere: usize,
    /// Lines of which an end has no position.
    pub undrawn: usize,
    /// Needs of teams and of repair work, which are no assets and stand on no map: left out.
    pub left_out: usize,
}

#[derive(Serialize)]
struct Feature<'a, P> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    geometry: Option<Box<RawValue>>,
    properties: P,
}

#[derive(Serialize)]
struct NodeProperties<'a> {
    linchpin: &'static str,
    id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sector: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region_name: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    supplies: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    people: Option<f64>,
    marking: &'a str,
    #[serde(flatten)]
    result: Option<NodeResult>,
}

#[derive(Serialize)]
struct LineProperties<'a> {
    linchpin: &'static str,
    provider: &'a str,
    consumer: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    criticality: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    autonomy_h: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fed_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    directed: Option<bool>,
    marking: &'a str,
}

/// The map of a scenario: `frozen` is its text and `tables` are those of its tables of assets, from which comes what the
/// model does not keep. With results it is the map of a study.
pub fn geojson(model: &Model, frozen: &str, tables: &[&str], results: Option<&Results>) -> Exported {
    let mut map = Map {
        model,
        extras: Extras::read(frozen, tables),
        features: Vec::new(),
        exported: Exported { text: String::new(), nodes: 0, lines: 0, nowhere: 0, undrawn: 0, left_out: 0 },
    };
    for node in model.node_ids().filter(|node| shown(model, *node)) {
        map.node(node, results.and_then(|results| results.nodes.get(node.index()).copied()));
    }
    map.needs();
    map.networks();
    map.finish(results)
}

fn shown(model: &Model, node: NodeId) -> bool {
    matches!(model.nodes[node.index()].kind, NodeKind::Asset | NodeKind::Pool)
}

struct Map<'m> {
    model: &'m Model,
    extras: Extras,
    features: Vec<String>,
    exported: Exported,
}

impl Map<'_> {
    fn position(&self, node: NodeId) -> Option<Position> {
        self.model.positions.get(node.index()).copied().filter(|position| position.is_known())
    }

    fn push<P: Serialize>(&mut self, id: Option<&str>, geometry: Option<String>, properties: P) {
        let geometry = geometry.and_then(|text| RawValue::from_string(text).ok());
        let feature = serde_json::to_string(&Feature { kind: "Feature", id, geometry, properties });
        debug_assert!(feature.is_ok(), "plain data can always be written to memory");
        self.features.extend(feature.ok());
    }

    fn node(&mut self, node: NodeId, result: Option<NodeResult>) {
        let model = self.model;
        let (row, id) = (&model.nodes[node.index()], model.id(node));
        let region = row.region.some().map(|region| &model.regions[region.index()]);
        let extra = self.extras.take(id);
        let at = self.position(node);
        self.exported.nodes += 1;
        self.exported.nowhere += usize::from(at.is_none());
        let properties = NodeProperties {
            linchpin: if row.kind == NodeKind::Pool { "pool" } else { "asset" },
            id,
            name: model.name(node),
            class: row.class.some().map(|class| model.classes[class.index()].id.as_str()),
            sector: row.sector.some().map(|sector| model.sectors[sector.index()].id.as_str()),
            region: region.map(|region| region.id.as_str()),
            region_name: region.map(|region| region.name.as_str()),
            supplies: &extra.supplies,
            tags: &extra.tags,
            capacity: extra.capacity,
            people: extra.people,
            marking: &model.meta.marking,
            result,
        };
        self.push(Some(id), at.map(point), properties);
    }

    fn line<'a>(&mut self, ends: [NodeId; 2], properties: LineProperties<'a>) {
        let geometry = self.position(ends[0]).zip(self.position(ends[1])).map(|(from, to)| line(from, to));
        self.exported.lines += 1;
        self.exported.undrawn += usize::from(geometry.is_none());
        self.push(None, geometry, properties);
    }

    fn needs(&mut self) {
        let model = self.model;
        for (row, need) in model.needs.iter().enumerate() {
            let links = model.links_of(linchpin_model::NeedId::new(row));
            if !shown(model, need.owner) {
                self.exported.left_out += links.len();
                continue;
            }
            let criticality = need.criticality.share();
            let properties = |provider: NodeId| LineProperties {
                linchpin: if need.role == Role::Resupply { "refill" } else { "need" },
                provider: model.id(provider),
                consumer: model.id(need.owner),
                service: need.service.some().map(|service| model.services[service.index()].id.as_str()),
                criticality: (criticality < 1.0).then_some(criticality),
                autonomy_h: autonomy_h(model, need),
                network: None,
                fed_by: None,
                directed: None,
                marking: &model.meta.marking,
            };
            for link in links {
                self.line([link.provider, need.owner], properties(link.provider));
            }
        }
    }

    fn networks(&mut self) {
        let model = self.model;
        for network in &model.networks {
            for (a, b) in &network.links {
                let ends = [a, b].map(|at| network.members[*at as usize]);
                let is_source = |node: &NodeId| match &network.rule {
                    NetworkRule::SourceReachable { sources } => sources.contains(node),
                    NetworkRule::LargestComponent => false,
                };
                let properties = LineProperties {
                    linchpin: "link",
                    provider: model.id(ends[0]),
                    consumer: model.id(ends[1]),
                    service: None,
                    criticality: None,
                    autonomy_h: None,
                    network: Some(&network.id),
                    fed_by: ends.iter().find(|node| is_source(node)).map(|node| model.id(*node)),
                    directed: Some(false),
                    marking: &model.meta.marking,
                };
                self.line(ends, properties);
            }
        }
    }

    fn finish(mut self, results: Option<&Results>) -> Exported {
        let meta = &self.model.meta;
        let mut top = vec![
            ("type", serde_json::Value::from("FeatureCollection")),
            ("name", meta.name.clone().into()),
            ("marking", meta.marking.clone().into()),
            ("exercise", meta.exercise.into()),
            ("scenario_hash", meta.hash.clone().into()),
        ];
        if let Some(results) = results {
            top.push(("program", results.program.clone().into()));
            top.push(("seed", results.seed.into()));
            top.push(("replications", results.replications.into()));
            top.push(("study_hash", results.study_hash.clone().into()));
        }
        let positions = self
            .model
            .node_ids()
            .filter(|node| shown(self.model, *node))
            .filter_map(|node| self.position(node));
        if let Some(bounds) = bounds(positions) {
            top.push(("bbox", bounds.to_vec().into()));
        }
        let mut text = String::from("{\n");
        for (name, value) in top {
            text.push_str(&format!("\"{name}\": {value},\n"));
        }
        text.push_str("\"features\": [\n");
        text.push_str(&self.features.join(",\n"));
        text.push_str("\n]\n}\n");
        self.exported.text = text;
        self.exported
    }
}

/// Hours for which the stages last together, where none of them is uncertain.
fn autonomy_h(model: &Model, need: &linchpin_model::Need) -> Option<f64> {
    let reserve = &model.reserves[need.reserve.some()?.index()];
    let first = reserve.first_stage as usize;
    let stages = model.stages.get(first..first + usize::from(reserve.stages))?;
    let hours = stages.iter().map(|stage| match model.dist(stage.capacity) {
        Distribution::Fixed(seconds) => Some(seconds / 3600.0),
        _ => None,
    });
    hours.sum()
}

/// Texts of the tables of assets of a scenario.
pub fn asset_tables(loaded: &linchpin_scenario::Loaded) -> Vec<&str> {
    let tables =
        loaded.tables.iter().filter(|table| table.kind == linchpin_scenario::tables::TableKind::Assets);
    tables.map(|table| loaded.sources.text(table.source)).collect()
}

#[cfg(test)]
mod tests;
