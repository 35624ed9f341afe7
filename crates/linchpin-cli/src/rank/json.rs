//! A ranking for programs.

use super::cuts::{MOST, ServiceCuts, Set};
use super::told::{CONFIDENCE, Told};
use linchpin_analysis::rank::Standing;
use linchpin_ensemble::{Item, Verdict};
use linchpin_model::{NeedId, NodeId};
use serde::Serialize;
use std::fmt::Write;

#[derive(Serialize)]
pub struct RankJson {
    version: u32,
    scenario: String,
    scenario_hash: String,
    marking: String,
    exercise: bool,
    redacted: bool,
    seed: u64,
    metric: String,
    unit: String,
    confidence: f64,
    top: usize,
    at_s: u32,
    /// `null`: to the end.
    lasts_s: Option<u32>,
    replications: usize,
    failed: u64,
    loss: MeanJson,
    assets: Vec<AssetJson>,
    /// `null` where they were not asked for.
    needs: Option<Vec<RankedNeedJson>>,
    agreement: Vec<AgreementJson>,
    illusions: Vec<IllusionJson>,
    /// `null` where they were not asked for.
    cut_sets: Option<CutsJson>,
}

#[derive(Serialize)]
struct MeanJson {
    mean: f64,
    interval: [f64; 2],
}

#[derive(Serialize)]
struct AssetJson {
    id: String,
    name: String,
    sector: Option<String>,
    region: Option<String>,
    spared: StandingJson,
    out: StandingJson,
    degree: f64,
    betweenness: f64,
}

#[derive(Serialize)]
struct RankedNeedJson {
    of: String,
    service: Option<String>,
    providers: Vec<String>,
    spared: StandingJson,
    out: StandingJson,
}

#[derive(Serialize)]
struct StandingJson {
    mean: f64,
    interval: [f64; 2],
    simultaneous: [f64; 2],
    rank: u32,
    ranks: [u32; 2],
    probability_top: f64,
}

#[derive(Serialize)]
struct AgreementJson {
    of: &'static str,
    with: &'static str,
    /// `null` where one of them does not vary.
    spearman: Option<f64>,
}

#[derive(Serialize)]
struct IllusionJson {
    kind: &'static str,
    shared: String,
    people: f64,
    needs: Vec<NeedJson>,
    providers: Vec<String>,
}

#[derive(Serialize)]
struct NeedJson {
    of: String,
    service: Option<String>,
}

#[derive(Serialize)]
struct CutsJson {
    service: String,
    most: usize,
    coherent: bool,
    points: Vec<PointJson>,
    sets: Vec<SetJson>,
}

#[derive(Serialize)]
struct PointJson {
    id: String,
    people: f64,
    sets: usize,
    complete: bool,
    fails_anyway: bool,
}

#[derive(Serialize)]
struct SetJson {
    assets: Vec<String>,
    people: f64,
    points: Vec<VerdictJson>,
}

#[derive(Serialize)]
struct VerdictJson {
    id: String,
    verdict: &'static str,
    /// When it failed, in seconds; `null` where it did not.
    after_s: Option<u32>,
    /// What bridges it, or with what it fails already.
    because: Vec<String>,
}

impl From<&Standing> for StandingJson {
    fn from(s: &Standing) -> Self {
        Self {
            mean: s.mean,
            interval: s.interval,
            simultaneous: s.simultaneous,
            rank: s.rank,
            ranks: s.ranks,
            probability_top: s.top,
        }
    }
}

/// Everything.
pub fn json(told: &Told<'_>) -> RankJson {
    let meta = &told.model.meta;
    let loss = &told.standings.loss;
    RankJson {
        version: 1,
        scenario: meta.name.clone(),
        scenario_hash: told.hash.clone(),
        marking: meta.marking.clone(),
        exercise: meta.exercise,
        redacted: told.redacted,
        seed: told.ranking.seed,
        metric: told.metric.id.clone(),
        unit: told.metric.unit.to_owned(),
        confidence: CONFIDENCE,
        top: told.top,
        at_s: told.ranking.outage.at,
        lasts_s: told.ranking.outage.lasts,
        replications: told.found.as_it_is.len(),
        failed: told.found.failed,
        loss: MeanJson { mean: loss.mean, interval: loss.interval },
        assets: (0..told.assets).map(|i| asset(told, i)).collect(),
        needs: needs(told),
        agreement: told
            .agreement()
            .map(|(of, with, spearman)| AgreementJson { of, with, spearman })
            .into_iter()
            .collect(),
        illusions: told.illusions.iter().map(|illusion| one_illusion(told, illusion)).collect(),
        cut_sets: told.cuts.map(|cuts| cuts_json(told, cuts)),
    }
}

fn asset(told: &Told<'_>, i: usize) -> AssetJson {
    let node = told.node(i);
    let fixed = &told.model.nodes[node.index()];
    AssetJson {
        id: told.model.id(node).to_owned(),
        name: told.name(i),
        sector: fixed.sector.some().map(|sector| told.model.sectors[sector.index()].id.clone()),
        region: fixed.region.some().map(|region| told.model.regions[region.index()].id.clone()),
        spared: (&told.standings.spared[i]).into(),
        out: (&told.standings.out[i]).into(),
        degree: told.standings.drawing.degree[node.index()],
        betweenness: told.standings.drawing.betweenness[node.index()],
    }
}

fn needs(told: &Told<'_>) -> Option<Vec<RankedNeedJson>> {
    let needs = told.ranking.items.iter().filter_map(|item| match item {
        Item::Need(need) => Some(*need),
        Item::Asset(_) => None,
    });
    let one = |(i, need): (usize, NeedId)| {
        let row = &told.model.needs[need.index()];
        RankedNeedJson {
            of: told.model.id(row.owner).to_owned(),
            service: row.service.some().map(|service| told.model.services[service.index()].id.clone()),
            providers: ids(told, &told.providers(need)),
            spared: (&told.standings.needs_spared[i]).into(),
            out: (&told.standings.needs_out[i]).into(),
        }
    };
    let list: Vec<RankedNeedJson> = needs.enumerate().map(one).collect();
    (told.assets < told.ranking.items.len()).then_some(list)
}

fn ids(told: &Told<'_>, nodes: &[NodeId]) -> Vec<String> {
    nodes.iter().map(|node| told.model.id(*node).to_owned()).collect()
}

fn one_illusion(told: &Told<'_>, illusion: &linchpin_analysis::illusion::Illusion) -> IllusionJson {
    let (kind, shared) = told.shared(illusion.shared);
    let need = |need: &NeedId| {
        let need = &told.model.needs[need.index()];
        NeedJson {
            of: told.model.id(need.owner).to_owned(),
            service: need.service.some().map(|service| told.model.services[service.index()].id.clone()),
        }
    };
    IllusionJson {
        kind,
        shared,
        people: illusion.people,
        needs: illusion.needs.iter().map(need).collect(),
        providers: ids(told, &illusion.providers),
    }
}

fn cuts_json(told: &Told<'_>, cuts: &ServiceCuts) -> CutsJson {
    let point = |point: &super::cuts::Point| PointJson {
        id: told.model.id(point.node).to_owned(),
        people: point.people,
        sets: point.found.sets.len(),
        complete: point.found.complete,
        fails_anyway: point.found.fails_anyway,
    };
    let set = |set: &Set| SetJson {
        assets: ids(told, &set.assets),
        people: set.people,
        points: set.points.iter().map(|(node, verdict)| verdict_json(told, *node, verdict)).collect(),
    };
    CutsJson {
        service: told.model.services[cuts.service.index()].id.clone(),
        most: MOST,
        coherent: cuts.coherent,
        points: cuts.points.iter().map(point).collect(),
        sets: cuts.sets.iter().map(set).collect(),
    }
}

fn verdict_json(told: &Told<'_>, node: NodeId, verdict: &Verdict) -> VerdictJson {
    let (word, after_s, because) = match verdict {
        Verdict::Confirmed { after } => ("confirmed", Some(*after), Vec::new()),
        Verdict::HoldsOut(needs) => {
            let owners: Vec<NodeId> = needs.iter().map(|need| told.model.needs[need.index()].owner).collect();
            ("holds out", None, ids(told, &owners))
        }
        Verdict::FailsWith(fewer) => ("fails with fewer", None, ids(told, fewer)),
    };
    VerdictJson { id: told.model.id(node).to_owned(), verdict: word, after_s, because }
}

/// One line an asset, those worth most to protect first. Numbers read back as they are.
pub fn csv(told: &Told<'_>) -> String {
    let columns = [
        "mean",
        "low",
        "high",
        "simultaneous_low",
        "simultaneous_high",
        "rank",
        "rank_low",
        "rank_high",
        "top",
    ];
    let mut out = "asset".to_owned();
    for kind in ["spared", "out"] {
        columns.iter().for_each(|column| {
            let _ = write!(out, ",{kind}_{column}");
        });
    }
    out.push_str(",degree,betweenness\n");
    let mut order: Vec<usize> = (0..told.assets).collect();
    let mean = |standings: &[Standing], i: usize| standings[i].mean;
    let (spared, lost) = (&told.standings.spared, &told.standings.out);
    order.sort_by(|a, b| {
        let first = mean(spared, *b).total_cmp(&mean(spared, *a));
        first.then(mean(lost, *b).total_cmp(&mean(lost, *a))).then(a.cmp(b))
    });
    for i in order {
        let node = told.node(i);
        out.push_str(told.model.id(node));
        for s in [&spared[i], &lost[i]] {
            let ([low, high], [all_low, all_high], [first, last]) = (s.interval, s.simultaneous, s.ranks);
            let _ = write!(
                out,
                ",{},{low},{high},{all_low},{all_high},{},{first},{last},{}",
                s.mean, s.rank, s.top
            );
        }
        let drawing = &told.standings.drawing;
        let _ = writeln!(out, ",{},{}", drawing.degree[node.index()], drawing.betweenness[node.index()]);
    }
    out
}
