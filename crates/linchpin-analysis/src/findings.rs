//! What a study found, ready to be written down or drawn: the one input of reports, tables and plots.
//!
//! Every number is final here; whoever shows findings formats and draws, and computes nothing.

pub(crate) mod build;
pub mod contest;
pub(crate) mod limits;

pub use build::{Columns, Parts, build, cascade_histogram};

use linchpin_model::{Assumption, Model};
use serde::{Deserialize, Serialize};

/// Version of the layout of [`Findings`] and `summary.json`. Raised when a field changes its meaning.
pub const FINDINGS_VERSION: u32 = 1;

/// What a study found.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Findings {
    /// See [`FINDINGS_VERSION`].
    pub version: u32,
    /// What was run.
    pub study: StudyInfo,
    /// Every metric with its distribution.
    pub metrics: Vec<MetricSummary>,
    /// Requirements with their verdicts.
    pub requirements: Vec<RequirementResult>,
    /// Level of each service, service by region, sector and declared group over time.
    pub bands: Vec<Band>,
    /// Number of replications by cascade size.
    pub cascade_sizes: Histogram,
    /// Loss by where it came from and whom it hit.
    pub attribution: Attribution,
    /// Assets that lost most, worst first.
    pub most_affected: Vec<AssetLoss>,
    /// Assets from which most loss began, worst first.
    pub most_harmful: Vec<AssetLoss>,
    /// One typical replication (nearest to the median) and one bad one (nearest to the 95 % quantile).
    pub timelines: Vec<Timeline>,
    /// What attackers, malware and responders did; none where the scenario has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contest: Option<contest::Contest>,
    /// The network, for drawing.
    pub network: NetworkPicture,
    /// Values with a source.
    pub assumptions: Vec<AssumptionRow>,
    /// What the reader must know before relying on the numbers.
    pub limits: Vec<String>,
}

/// What was run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct StudyInfo {
    /// Title of the scenario.
    pub name: String,
    /// The question asked of it.
    pub question: String,
    /// Handling marking, such as `TLP:CLEAR`.
    pub marking: String,
    /// True where the word EXERCISE has to be shown.
    pub exercise: bool,
    /// Start of the scenario, as local calendar text, such as `Mon 18 Jan 2027 06:00 +01:00`.
    pub start: String,
    /// Seconds since 1970 of the start.
    pub start_unix_s: i64,
    /// Local offset from UTC in seconds.
    pub utc_offset_s: i32,
    /// Length in hours.
    pub horizon_h: f64,
    /// Seed.
    pub seed: u64,
    /// Replications that finished.
    pub replications: u64,
    /// Replications that could not be finished, with the reason and how many.
    pub failed: Vec<(String, u64)>,
    /// Mean number of events a replication.
    pub events_mean: f64,
    /// Assets, pools, needs, links, events in the model.
    pub assets: u64,
    /// Links from providers to needs.
    pub links: u64,
    /// Names of the regions.
    pub regions: Vec<String>,
    /// SHA-256 of the frozen scenario.
    pub scenario_hash: String,
    /// SHA-256 of all results in the order of replications.
    pub study_hash: String,
    /// Version of the program.
    pub program: String,
    /// Command that reproduces the study.
    pub command: String,
    /// Why it stopped: `replications` or `precision reached: ...` or `interrupted`.
    pub stopped: String,
    /// True where names are pseudonyms and positions and sources are left out: see [`crate::redact`].
    #[serde(default)]
    pub redacted: bool,
}

impl StudyInfo {
    /// What has to stand on everything that leaves the program: see [`handling`].
    pub fn handling(&self) -> String {
        handling(self.exercise, &self.marking)
    }
}

/// The marking on one line, after the word EXERCISE where that has to be shown: `EXERCISE TLP:AMBER`.
pub fn handling(exercise: bool, marking: &str) -> String {
    let words = [if exercise { "EXERCISE" } else { "" }, marking.trim()];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A metric and its distribution over replications.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct MetricSummary {
    /// Stable id, such as `person_hours/water/north`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Unit, such as `person-hours`.
    pub unit: String,
    /// Group it speaks of: a group's id, or `cascade`.
    pub group: String,
    /// What kind it is: the part of the id before the first `/`.
    pub kind: String,
    /// Mean; `null` where some replications did not reach the value by the horizon.
    pub mean: Option<f64>,
    /// 95 % confidence interval of the mean.
    pub ci95: Option<[f64; 2]>,
    /// Standard deviation.
    pub sd: Option<f64>,
    /// Quantiles at 5, 25, 50, 75 and 95 %; `null` where not reached by the horizon.
    pub quantiles: [Option<f64>; 5],
    /// Value at risk at 95 %: the 95 % quantile by inverse distribution function.
    pub var95: Option<f64>,
    /// Expected shortfall at 95 %: mean of the worst 5 %.
    pub es95: Option<f64>,
    /// Share of replications in which the value was not reached by the horizon, 0 to 1.
    pub not_reached: f64,
}

/// A requirement and its verdict.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RequirementResult {
    /// Id as written in the scenario.
    pub id: String,
    /// In words.
    pub name: String,
    /// The group it was asked of, or `jointly`.
    pub group: String,
    /// Probability asked for.
    pub asked: f64,
    /// Share of replications in which it held.
    pub probability: f64,
    /// Exact (Clopper-Pearson) 95 % interval.
    pub ci95: [f64; 2],
    /// The verdict, in this model.
    pub verdict: Verdict,
}

/// Whether a requirement holds in this model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The whole interval lies at or above the probability asked for.
    Met,
    /// The whole interval lies below it.
    NotMet,
    /// The interval holds it.
    #[default]
    Undecided,
}

/// Level of a group over time, in percentiles over replications.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// Group id.
    pub group: String,
    /// Name for people.
    pub name: String,
    /// `service`, `service_region`, `sector` or `custom`.
    pub kind: String,
    /// Hours since the start.
    pub hours: Vec<f64>,
    /// Mean level relative to the run without the threat, 0 to 1, by hour.
    pub mean: Vec<f64>,
    /// Percentiles 5, 25, 50, 75, 95, each by hour; empty for services by region.
    pub percentiles: [Vec<f64>; 5],
}

/// Counts in bins.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Histogram {
    /// Lower edges of the bins and the upper edge of the last: one more than counts.
    pub edges: Vec<f64>,
    /// Number of replications in each bin.
    pub counts: Vec<u64>,
}

/// Loss by where it came from and whom it hit, in asset-hours a replication.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Attribution {
    /// Names of the sectors, rows and columns.
    pub sectors: Vec<String>,
    /// `induced[provider][consumer]`: mean lost asset-hours in the consumer's sector whose proximate cause was a
    /// provider of the provider's sector.
    pub induced: Vec<Vec<f64>>,
    /// Mean lost asset-hours by sector that began at the asset itself.
    pub direct: Vec<f64>,
}

/// Loss of, or from, one asset.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AssetLoss {
    /// Id as written in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Sector.
    pub sector: String,
    /// Region.
    pub region: String,
    /// Mean lost hours at full level, per replication (for `most_harmful`: of all assets, begun here).
    pub mean_h: f64,
    /// 95 % confidence interval of the mean.
    pub ci95: [f64; 2],
    /// Share of replications in which it failed (for `most_harmful`: in which loss began here).
    pub probability: f64,
}

/// One replication told.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Timeline {
    /// `typical` or `bad`.
    pub label: String,
    /// Which replication.
    pub replication: u32,
    /// Value of the headline metric in it, with its unit.
    pub headline: String,
    /// What happened, in order of time, already chosen and put into words.
    pub entries: Vec<TimelineEntry>,
}

/// One line of a timeline.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// Hours since the start.
    pub hours: f64,
    /// Local calendar text, such as `Mon 17:40`.
    pub clock: String,
    /// `event`, `failure`, `recovery`, `repair`, `autonomy` or `other`.
    pub kind: String,
    /// Sector id, empty for events.
    pub sector: String,
    /// Region name, may be empty.
    pub region: String,
    /// A sentence.
    pub text: String,
}

/// The network, for drawing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct NetworkPicture {
    /// Assets and pools.
    pub nodes: Vec<PictureNode>,
    /// Links as positions in `nodes`: (provider, consumer).
    pub links: Vec<(u32, u32)>,
    /// True where at least half of the nodes have positions: draw a map.
    pub positioned: bool,
}

/// One node of the picture.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PictureNode {
    /// Id as written in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Sector name.
    pub sector: String,
    /// Region name.
    pub region: String,
    /// Latitude and longitude in degrees.
    pub position: Option<(f32, f32)>,
    /// Mean lost hours at full level per replication.
    pub lost_h: f64,
}

/// A value with its source.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AssumptionRow {
    /// What the value is of.
    pub what: String,
    /// The value as written.
    pub value: String,
    /// Where it comes from.
    pub source: String,
    /// Confidence code or word.
    pub confidence: String,
}

impl AssumptionRow {
    /// All that a model assumes.
    pub fn all(model: &Model) -> Vec<Self> {
        let row = |row: &Assumption| Self {
            what: row.what.clone(),
            value: row.value.clone(),
            source: row.source.clone(),
            confidence: row.confidence.clone(),
        };
        model.assumptions.iter().map(row).collect()
    }
}
