//! All there is to tell of a ranking.

use super::cuts::ServiceCuts;
use crate::exit::Failure;
use crate::number::number;
use crate::results::PROGRAM;
use linchpin_analysis::Metric;
use linchpin_analysis::compare::{Difference, difference};
use linchpin_analysis::findings::StudyInfo;
use linchpin_analysis::illusion::{Illusion, SAME_SITE_M, Shared};
use linchpin_analysis::rank::{Drawing, Judge, Standing, drawing, spearman, standings};
use linchpin_ensemble::{Item, Outage, Ranked, Ranking};
use linchpin_model::time::format_duration;
use linchpin_model::{Model, NeedId, NodeId};
use linchpin_report::{Criticality, CriticalityRow};

/// Confidence of all intervals.
pub const CONFIDENCE: f64 = 0.95;

const RESAMPLES: u32 = 1000;

/// All there is to tell.
pub struct Told<'a> {
    /// Whose names are shown: the scenario's model, or a redacted one.
    pub model: &'a Model,
    /// SHA-256 of the frozen scenario.
    pub hash: String,
    /// True where names are pseudonyms.
    pub redacted: bool,
    /// What was asked.
    pub ranking: &'a Ranking<'a>,
    /// What losses are measured by.
    pub metric: &'a Metric,
    /// How many to list.
    pub top: usize,
    /// Rows.
    pub found: &'a Ranked,
    /// How many of what is ranked are assets; after them come needs.
    pub assets: usize,
    /// What they say.
    pub standings: Standings,
    /// Redundancy that is none.
    pub illusions: &'a [Illusion],
    /// Cut sets, where they are asked for.
    pub cuts: Option<&'a ServiceCuts>,
}

/// What the rows say.
pub struct Standings {
    /// By asset: with it alone never failing.
    pub spared: Vec<Standing>,
    /// By asset: with it alone out.
    pub out: Vec<Standing>,
    /// By need: with it alone wholly supplied.
    pub needs_spared: Vec<Standing>,
    /// By need: with nothing arriving.
    pub needs_out: Vec<Standing>,
    /// The loss as it is.
    pub loss: Difference,
    /// What a drawing of the network says.
    pub drawing: Drawing,
}

impl Standings {
    /// Judges rows.
    ///
    /// # Errors
    /// Where there are too few, or values that are not finite.
    pub fn of(
        model: &Model,
        ranking: &Ranking<'_>,
        found: &Ranked,
        assets: usize,
        top: usize,
    ) -> Result<Self, Failure> {
        let judge = Judge { confidence: CONFIDENCE, top, resamples: RESAMPLES, seed: ranking.seed };
        let judged = |columns: &[Vec<f64>]| {
            let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
            standings(&columns, &judge)
        };
        let nothing = vec![0.0; found.as_it_is.len()];
        let loss = difference(&found.as_it_is, &nothing, CONFIDENCE, 1);
        let both = |columns: &[Vec<f64>]| {
            let (assets, needs) = columns.split_at(assets.min(columns.len()));
            judged(assets).zip(judged(needs))
        };
        let all = both(&found.held).zip(both(&found.out)).zip(loss);
        let (((spared, needs_spared), (out, needs_out)), loss) = all.ok_or_else(|| {
            Failure::invalid(format!(
                "nothing to rank by: `{}` has values that are not finite, or fewer than two replications came to an end",
                ranking.metric
            ))
        })?;
        Ok(Self { spared, out, needs_spared, needs_out, loss, drawing: drawing(model) })
    }
}

/// How figures of a table are written.
pub struct Scaled {
    scale: f64,
    /// Such as `thousand person-hours`.
    pub unit: String,
}

impl Scaled {
    /// Mean and interval.
    pub fn text(&self, standing: &Standing) -> (String, String) {
        let [low, high] = standing.simultaneous.map(|bound| number(bound / self.scale));
        (number(standing.mean / self.scale), format!("({low} to {high})"))
    }
}

impl Told<'_> {
    /// The node of an item: of a need its owner.
    pub fn node(&self, i: usize) -> NodeId {
        match self.ranking.items[i] {
            Item::Asset(node) => node,
            Item::Need(need) => self.model.needs[need.index()].owner,
        }
    }

    /// Name of an item; of a need `clinic: power from line A, line B`.
    pub fn name(&self, i: usize) -> String {
        let Item::Need(need) = self.ranking.items[i] else { return self.model.name(self.node(i)).to_owned() };
        let service = self.model.needs[need.index()].service.some();
        let service = service.map_or("", |service| self.model.services[service.index()].name.as_str());
        let providers: Vec<NodeId> = self.providers(need);
        format!("{}: {service} from {}", self.model.name(self.node(i)), self.some_names(&providers))
    }

    /// Providers of a need.
    pub fn providers(&self, need: NeedId) -> Vec<NodeId> {
        self.model.links_of(need).iter().map(|link| link.provider).collect()
    }

    /// Some names, and how many more.
    pub fn some_names(&self, nodes: &[NodeId]) -> String {
        let names: Vec<&str> = nodes.iter().take(3).map(|node| self.model.name(*node)).collect();
        match nodes.len().saturating_sub(3) {
            0 => names.join(", "),
            more => format!("{} and {more} more", names.join(", ")),
        }
    }

    /// Sector and region of an item.
    pub fn place(&self, i: usize) -> String {
        let fixed = &self.model.nodes[self.node(i).index()];
        let sector = fixed.sector.some().map(|sector| self.model.sectors[sector.index()].name.as_str());
        let region = fixed.region.some().map(|region| self.model.regions[region.index()].name.as_str());
        [sector, region].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// Items from the highest mean down, those that matter.
    pub fn order(&self, standings: &[Standing]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..standings.len()).filter(|i| standings[*i].mean > 0.0).collect();
        order.sort_by(|a, b| standings[*b].mean.total_cmp(&standings[*a].mean).then(a.cmp(b)));
        order
    }

    /// `3d from the start`, `12h from 6h on`.
    pub fn outage(&self) -> String {
        let Outage { at, lasts } = self.ranking.outage;
        let lasts = lasts.unwrap_or(self.model.meta.horizon.saturating_sub(at));
        let from =
            if at == 0 { "the start".to_owned() } else { format!("{} on", format_duration(at.into())) };
        format!("{} from {from}", format_duration(lasts.into()))
    }

    /// `(7.2, (6.1 to 8.3))` of each, and the unit with what they are divided by, so that they can be read.
    pub fn scaled(&self, standings: &[Standing]) -> Scaled {
        let (scale, word) = match standings.iter().map(|standing| standing.mean).fold(0.0, f64::max) {
            most if most >= 1e7 => (1e6, "million "),
            most if most >= 1e4 => (1e3, "thousand "),
            _ => (1.0, ""),
        };
        Scaled { scale, unit: format!("{word}{}", self.metric.unit) }
    }

    /// Rank correlations of loss when out with degree and betweenness, then of loss spared.
    pub fn agreement(&self) -> [(&'static str, &'static str, Option<f64>); 4] {
        let of = |standings: &[Standing], drawn: &[f64]| {
            let means: Vec<f64> = standings.iter().map(|standing| standing.mean).collect();
            let drawn: Vec<f64> = (0..means.len()).map(|i| drawn[self.node(i).index()]).collect();
            spearman(&means, &drawn)
        };
        let Standings { spared, out, drawing, .. } = &self.standings;
        [
            ("spared", "degree", of(spared, &drawing.degree)),
            ("spared", "betweenness", of(spared, &drawing.betweenness)),
            ("out", "degree", of(out, &drawing.degree)),
            ("out", "betweenness", of(out, &drawing.betweenness)),
        ]
    }

    /// What providers share, as kind and name.
    pub fn shared(&self, shared: Shared) -> (&'static str, String) {
        match shared {
            Shared::Asset(node) => ("asset", self.model.name(node).to_owned()),
            Shared::Place(node) => {
                ("place", format!("within {SAME_SITE_M:.0} m of {}", self.model.name(node)))
            }
            Shared::Platform(platform) => ("platform", self.model.platforms[platform.index()].name.clone()),
            Shared::Mark(row) => {
                let mark = &self.model.marks[row as usize];
                (mark.kind, mark.name.clone())
            }
            Shared::CommonCause(row) => ("common cause", self.model.common_causes[row as usize].id.clone()),
        }
    }

    /// Names of assets, joined.
    pub fn names(&self, nodes: &[NodeId]) -> String {
        nodes.iter().map(|node| self.model.name(*node)).collect::<Vec<_>>().join(" + ")
    }

    /// What was run, for head and foot of pages and pictures.
    pub fn study(&self) -> StudyInfo {
        let Outage { at, lasts } = self.ranking.outage;
        let lasts = lasts.unwrap_or(self.model.meta.horizon.saturating_sub(at));
        let failed = match self.found.failed {
            0 => Vec::new(),
            failed => vec![("a run with a change came to no end".to_owned(), failed)],
        };
        StudyInfo {
            seed: self.ranking.seed,
            replications: self.found.as_it_is.len() as u64,
            failed,
            scenario_hash: self.hash.clone(),
            program: format!("linchpin {PROGRAM}"),
            command: format!(
                "linchpin rank scenario.ron --metric {} --at {} --lasts {} --seed {} --replications {}",
                self.metric.id,
                format_duration(at.into()).replace(' ', ""),
                format_duration(lasts.into()).replace(' ', ""),
                self.ranking.seed,
                self.ranking.replications
            ),
            redacted: self.redacted,
            ..StudyInfo::of(self.model)
        }
    }

    /// For pictures.
    pub fn pictures(&self) -> Criticality {
        let rows = |standings: &[Standing]| -> Vec<CriticalityRow> {
            let row = |(i, s): (usize, &Standing)| CriticalityRow {
                name: self.name(i),
                place: self.place(i),
                mean: s.mean,
                interval: s.simultaneous,
                ranks: s.ranks,
                in_top: s.top,
            };
            standings.iter().enumerate().map(row).collect()
        };
        Criticality {
            study: self.study(),
            unit: self.metric.unit.to_owned(),
            percent: 100.0 * CONFIDENCE,
            top: self.top,
            outage: self.outage(),
            spared: rows(&self.standings.spared),
            out: rows(&self.standings.out),
        }
    }
}
