//! What was found beyond the scenario as written, in words, as a table, for programs and for the report.

use super::super::names::{Label, Names};
use super::{Assumed, Beyond, Threatened};
use crate::number::{count, number};
use linchpin_analysis::compare::Criterion;
use linchpin_analysis::design::Design;
use linchpin_analysis::stats::quantile;
use linchpin_ensemble::{Flip, Side};
use linchpin_report::comparison::{
    FlipRow, InWorlds, OverAssumptions, OverThreats, ParameterRow, UnderThreats,
};
use linchpin_scenario::{AS_WRITTEN, Dimension, UncertainParameter};
use serde::Serialize;
use std::fmt::Write;

/// Words for what is spoken of.
pub struct Words<'a> {
    /// Ids of portfolios, by place.
    pub ids: Vec<String>,
    /// Names of portfolios, by place.
    pub portfolios: Vec<String>,
    /// What everything else is called.
    pub names: &'a Names,
    /// The uncertain parameters.
    pub parameters: &'a [UncertainParameter],
    /// The best within the budget.
    pub winner: usize,
    /// What figures are divided by, so that they can be read, and the word for it.
    pub scale: (f64, &'static str),
}

impl Words<'_> {
    /// Id and name of a parameter.
    fn parameter(&self, place: usize) -> Label {
        self.names.label("parameter", &self.parameters[place].id.value)
    }

    /// Id and name of a threat.
    fn threat(&self, id: &str) -> Label {
        match id {
            AS_WRITTEN => Label { id: id.to_owned(), name: "As written".to_owned() },
            _ => self.names.label("threat", id),
        }
    }

    /// Unit of the metric.
    fn unit(&self) -> &str {
        self.names.metric.unit
    }

    /// What a problem is, which may name things of the scenario.
    fn reason<'r>(&self, reason: &'r str) -> &'r str {
        if self.names.redacted { "it is not valid" } else { reason }
    }
}

#[derive(Serialize)]
pub struct BeyondJson {
    /// `null` where nothing is uncertain, or it was not asked for.
    assumptions: Option<AssumptionsJson>,
    /// `null` as `assumptions`.
    flips: Option<FlipsJson>,
    /// `null` where there are no other threats, or they were not asked for.
    threats: Option<ThreatsJson>,
}

#[derive(Serialize)]
struct AssumptionsJson {
    design: &'static str,
    samples: usize,
    failed: usize,
    inner: u32,
    parameters: Vec<ParameterJson>,
    portfolios: Vec<InWorldsJson>,
}

#[derive(Serialize)]
struct ParameterJson {
    id: String,
    /// Durations are in seconds.
    duration: bool,
    central: f64,
    q05: f64,
    q95: f64,
    influence: Option<f64>,
}

#[derive(Serialize)]
struct InWorldsJson {
    id: String,
    probability_best: f64,
    ci95: [f64; 2],
    mean: f64,
    regret: f64,
    shortfall: Option<f64>,
}

#[derive(Serialize)]
struct FlipsJson {
    found: Vec<FlipJson>,
    steady: Vec<String>,
    level: Vec<String>,
    more: usize,
    failed: usize,
}

#[derive(Serialize)]
struct FlipJson {
    parameter: String,
    rival: String,
    value: f64,
    ci95: Option<[f64; 2]>,
    above: bool,
    beyond: f64,
    verified: bool,
    near: SideJson,
    far: SideJson,
}

#[derive(Serialize)]
struct SideJson {
    value: f64,
    difference: f64,
    ci95: [f64; 2],
}

#[derive(Serialize)]
struct ThreatsJson {
    threats: Vec<String>,
    failed: Vec<String>,
    replications: u32,
    tolerable: String,
    best: Vec<BestJson>,
    portfolios: Vec<UnderThreatsJson>,
}

#[derive(Serialize)]
struct BestJson {
    criterion: &'static str,
    id: String,
    sure: Option<f64>,
}

#[derive(Serialize)]
struct UnderThreatsJson {
    id: String,
    means: Vec<f64>,
    shortfalls: Vec<Option<f64>>,
    mean_regret: f64,
    worst_regret: f64,
    worst_regret_ci95: [f64; 2],
    tolerable: Option<f64>,
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    match percent {
        p if p > 0.0 && p < 1.0 => "under 1 %".to_owned(),
        p if p > 99.0 && p < 100.0 => "over 99 %".to_owned(),
        p => format!("{p:.0} %"),
    }
}

fn design(design: Design) -> &'static str {
    match design {
        Design::Plain => "independent",
        Design::Lhs => "a Latin hypercube",
        Design::Sobol => "scrambled Sobol points",
    }
}

/// Most lines of one kind in the text.
const LINES: usize = 5;

impl Beyond {
    /// Sections of the text, each after an empty line.
    pub fn text(&self, words: &Words<'_>) -> String {
        let mut out = String::new();
        if let Some(assumed) = &self.assumed {
            self.push_assumed(&mut out, assumed, words);
            self.push_flips(&mut out, assumed, words);
        }
        if let Some(threatened) = &self.threatened {
            self.push_threats(&mut out, threatened, words);
        }
        out
    }

    fn name<'n>(&self, words: &'n Words<'_>, candidate: usize) -> &'n str {
        self.shortlist.get(candidate).and_then(|i| words.portfolios.get(*i)).map_or("", String::as_str)
    }

    fn id(&self, words: &Words<'_>, candidate: usize) -> String {
        self.shortlist.get(candidate).and_then(|i| words.ids.get(*i)).cloned().unwrap_or_default()
    }

    /// Place of the winner in the shortlist.
    fn winner(&self, words: &Words<'_>) -> usize {
        self.shortlist.iter().position(|i| *i == words.winner).unwrap_or(0)
    }

    /// Candidates by probability of being best, the most probable first.
    fn by_probability(assumed: &Assumed) -> Vec<usize> {
        let over = &assumed.over;
        let mut order: Vec<usize> = (0..over.best.len()).collect();
        order.sort_by(|a, b| {
            over.best[*b].total_cmp(&over.best[*a]).then(over.means[*a].total_cmp(&over.means[*b]))
        });
        order
    }

    fn push_assumed(&self, out: &mut String, assumed: &Assumed, words: &Words<'_>) {
        let over = &assumed.over;
        let winner = self.winner(words);
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "\nOver what is not known: {} sets of values of {} uncertain parameters ({}), {} replications each{}.",
            count(assumed.values.len() as u64),
            words.parameters.len(),
            design(assumed.design),
            count(u64::from(assumed.rows)),
            match assumed.failed {
                0 => String::new(),
                n => format!(
                    "; {} more could not be run ({})",
                    count(n as u64),
                    words.reason(assumed.reason.as_deref().unwrap_or("no reason given"))
                ),
            }
        );
        let _ = writeln!(
            out,
            "  {} is the best with a probability of {} ({} to {}).",
            self.name(words, winner),
            percent(over.best[winner]),
            percent(over.intervals[winner][0]),
            percent(over.intervals[winner][1])
        );
        let others = Self::by_probability(assumed);
        let others = others.into_iter().filter(|i| *i != winner && over.best[*i] >= 0.005);
        for i in others.take(LINES) {
            let _ = writeln!(
                out,
                "  {} may be it with {} ({} to {}).",
                self.name(words, i),
                percent(over.best[i]),
                percent(over.intervals[i][0]),
                percent(over.intervals[i][1])
            );
        }
        let (scale, word) = words.scale;
        if winner != 0 {
            let mut saved: Vec<f64> = over.losses.iter().map(|row| row[0] - row[winner]).collect();
            saved.sort_unstable_by(f64::total_cmp);
            let [low, high] = [0.05, 0.95].map(|p| number(quantile(&saved, p).unwrap_or(0.0) / scale));
            let _ = writeln!(
                out,
                "  It saves {}{word} {} in the mean over all sets, between {low} and {high} in nine of ten.",
                number((over.means[0] - over.means[winner]) / scale),
                words.unit()
            );
        }
        let _ = writeln!(
            out,
            "  To know the values before choosing would be worth {}{word} {} in the mean, at most.",
            number(over.regret[winner] / scale),
            words.unit()
        );
    }

    fn push_flips(&self, out: &mut String, assumed: &Assumed, words: &Words<'_>) {
        let flips = &assumed.flips;
        out.push_str("\nWhat would change the answer (one assumption at a time, all others as written):\n");
        let (sure, unsure): (Vec<&Flip>, Vec<&Flip>) = flips.found.iter().partition(|flip| flip.verified);
        for flip in sure.iter().take(2 * LINES) {
            let _ = writeln!(out, "  {}.", self.flip_in_words(flip, words));
        }
        if sure.len() > 2 * LINES {
            let _ = writeln!(out, "  {} more are in compare.json.", count((sure.len() - 2 * LINES) as u64));
        }
        if sure.is_empty() {
            out.push_str(
                "  No single assumption, between its 0.5 and 99.5 % quantiles, surely puts another portfolio first.\n",
            );
        }
        if !unsure.is_empty() {
            let mut list: Vec<String> =
                unsure.iter().map(|flip| words.parameter(flip.parameter).name).collect();
            list.sort_unstable();
            list.dedup();
            let _ = writeln!(
                out,
                "  Too close to call on fresh draws: {} possible turns, by {}.",
                count(unsure.len() as u64),
                list.join(", ")
            );
        }
        if !flips.level.is_empty() {
            let list: Vec<&str> = flips.level.iter().map(|i| self.name(words, *i)).collect();
            let _ = writeln!(
                out,
                "  As good as the best as it is, so that nothing needs to change: {}.",
                list.join("; ")
            );
        }
        let strongest = assumed.influence.iter().enumerate().filter_map(|(p, rho)| Some((p, (*rho)?)));
        let mut strongest: Vec<(usize, f64)> = strongest.filter(|(_, rho)| rho.abs() >= 0.2).collect();
        strongest.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
        if let Some(next) = assumed.next.filter(|_| !strongest.is_empty()) {
            let list: Vec<String> = strongest
                .iter()
                .take(LINES)
                .map(|(p, rho)| format!("{} ({rho:+.2})", words.parameter(*p).name))
                .collect();
            let _ = writeln!(
                out,
                "  What matters most between it and {}, by rank correlation: {}.",
                self.name(words, next),
                list.join(", ")
            );
        }
    }

    /// `Pace of repairs above 1.42 (1.3 to 1.5; as written 1): x would be better. Probability 14 %`.
    fn flip_in_words(&self, flip: &Flip, words: &Words<'_>) -> String {
        let parameter = &words.parameters[flip.parameter];
        let interval = match flip.interval {
            Some([low, high]) => format!("{} to {}; ", parameter.words(low), parameter.words(high)),
            None => String::new(),
        };
        format!(
            "{} {} {} ({interval}as written {}): {} would be better. Probability {}",
            words.parameter(flip.parameter).name,
            if flip.above { "above" } else { "below" },
            parameter.words(flip.value),
            parameter.words(parameter.central),
            self.name(words, flip.rival),
            percent(flip.beyond)
        )
    }

    fn push_threats(&self, out: &mut String, threatened: &Threatened, words: &Words<'_>) {
        let over = &threatened.over;
        let (scale, word) = words.scale;
        let titles: Vec<String> = threatened
            .threats
            .iter()
            .map(|id| words.threat(id))
            .map(|label| format!("{} ({})", label.name, label.id))
            .collect();
        let _ = writeln!(
            out,
            "\nAgainst other threats ({} replications each, all threats alike): {}.",
            count(u64::from(threatened.rows)),
            titles.join("; ")
        );
        for (threat, reason) in &threatened.failed {
            let _ = writeln!(out, "  Left out: {}: {}.", words.threat(threat).id, words.reason(reason));
        }
        for (criterion, best, sure) in &over.best {
            let across = &over.candidates[*best];
            let sure = sure.map_or(String::new(), |sure| format!("; {} sure", percent(sure)));
            let amount = |value: f64| format!("{}{word} {}", number(value / scale), words.unit());
            let said = match criterion {
                Criterion::Mean => format!("Least mean loss ({}{sure})", amount(across.mean)),
                Criterion::WorstRegret => {
                    format!("Least to regret at worst ({}{sure})", amount(across.worst_regret))
                }
                Criterion::WorstLoss => {
                    let worst = across.losses.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    format!("Least loss against the worst threat ({}{sure})", amount(worst))
                }
                Criterion::Tolerable => format!(
                    "Tolerable against most threats ({} of {}: {})",
                    (across.tolerable.unwrap_or(0.0) * across.losses.len() as f64).round(),
                    across.losses.len(),
                    threatened.tolerable
                ),
                Criterion::Shortfall => {
                    format!("Least loss in the worst twentieth of runs ({})", amount(across.shortfall))
                }
            };
            let _ = writeln!(out, "  {said}: {}.", self.name(words, *best));
        }
        let winner = &over.candidates[self.winner(words)];
        let [low, high] = winner.worst_regret_interval.map(|bound| number(bound / scale));
        let _ = writeln!(
            out,
            "  The best as written, {}, is at worst {}{word} {} behind the best against a threat ({low} to {high}).",
            self.name(words, self.winner(words)),
            number(winner.worst_regret / scale),
            words.unit()
        );
    }

    /// For programs.
    pub fn json(&self, words: &Words<'_>) -> BeyondJson {
        BeyondJson {
            assumptions: self.assumed.as_ref().map(|assumed| self.assumptions_json(assumed, words)),
            flips: self.assumed.as_ref().map(|assumed| self.flips_json(assumed, words)),
            threats: self.threatened.as_ref().map(|threatened| self.threats_json(threatened, words)),
        }
    }

    fn assumptions_json(&self, assumed: &Assumed, words: &Words<'_>) -> AssumptionsJson {
        let over = &assumed.over;
        let parameter = |(i, (p, influence)): (usize, (&UncertainParameter, &Option<f64>))| ParameterJson {
            id: words.parameter(i).id,
            duration: p.dimension == Dimension::Duration,
            central: p.central,
            q05: p.distribution.quantile(0.05),
            q95: p.distribution.quantile(0.95),
            influence: *influence,
        };
        let portfolio = |i: usize| InWorldsJson {
            id: self.id(words, i),
            probability_best: over.best[i],
            ci95: over.intervals[i],
            mean: over.means[i],
            regret: over.regret[i],
            shortfall: finite(assumed.shortfalls[i]),
        };
        AssumptionsJson {
            design: assumed.design.name(),
            samples: assumed.values.len(),
            failed: assumed.failed,
            inner: assumed.rows,
            parameters: words.parameters.iter().zip(&assumed.influence).enumerate().map(parameter).collect(),
            portfolios: (0..over.best.len()).map(portfolio).collect(),
        }
    }

    fn flips_json(&self, assumed: &Assumed, words: &Words<'_>) -> FlipsJson {
        let side =
            |side: &Side| SideJson { value: side.value, difference: side.difference, ci95: side.interval };
        let flip = |flip: &Flip| FlipJson {
            parameter: words.parameter(flip.parameter).id,
            rival: self.id(words, flip.rival),
            value: flip.value,
            ci95: flip.interval,
            above: flip.above,
            beyond: flip.beyond,
            verified: flip.verified,
            near: side(&flip.sides[0]),
            far: side(&flip.sides[1]),
        };
        let ids = |places: &[usize]| places.iter().map(|i| self.id(words, *i)).collect();
        let flips = &assumed.flips;
        FlipsJson {
            found: flips.found.iter().map(flip).collect(),
            steady: ids(&flips.steady),
            level: ids(&flips.level),
            more: flips.more,
            failed: flips.failed,
        }
    }

    fn threats_json(&self, threatened: &Threatened, words: &Words<'_>) -> ThreatsJson {
        let over = &threatened.over;
        ThreatsJson {
            threats: threatened.threats.iter().map(|id| words.threat(id).id).collect(),
            failed: threatened.failed.iter().map(|(id, _)| words.threat(id).id).collect(),
            replications: threatened.rows,
            tolerable: threatened.tolerable.clone(),
            best: over
                .best
                .iter()
                .map(|(criterion, best, sure)| BestJson {
                    criterion: criterion.name(),
                    id: self.id(words, *best),
                    sure: *sure,
                })
                .collect(),
            portfolios: over
                .candidates
                .iter()
                .enumerate()
                .map(|(i, across)| UnderThreatsJson {
                    id: self.id(words, i),
                    means: across.losses.clone(),
                    shortfalls: across.tails.iter().map(|tail| finite(*tail)).collect(),
                    mean_regret: across.mean_regret,
                    worst_regret: across.worst_regret,
                    worst_regret_ci95: across.worst_regret_interval,
                    tolerable: across.tolerable,
                })
                .collect(),
        }
    }

    /// One line a set and portfolio; none where nothing is uncertain. Numbers read back as they are.
    pub fn csv(&self, words: &Words<'_>, marking: &str) -> Option<String> {
        let assumed = self.assumed.as_ref()?;
        let mut out = "set".to_owned();
        for place in 0..words.parameters.len() {
            let _ = write!(out, ",{}", words.parameter(place).id);
        }
        out.push_str(",portfolio,loss,marking\n");
        for (set, (values, losses)) in assumed.values.iter().zip(&assumed.over.losses).enumerate() {
            let values: String = values.iter().map(|value| format!(",{value}")).collect();
            for (i, loss) in losses.iter().enumerate() {
                let _ = writeln!(out, "{set}{values},{},{loss},{marking}", self.id(words, i));
            }
        }
        Some(out)
    }

    /// Over what is not known, for the report.
    pub fn report_assumptions(&self, words: &Words<'_>) -> Option<OverAssumptions> {
        let assumed = self.assumed.as_ref()?;
        let over = &assumed.over;
        let candidate = |i: usize| InWorlds {
            row: self.shortlist[i],
            best: over.best[i],
            interval: over.intervals[i],
            loss: over.means[i],
            shortfall: finite(assumed.shortfalls[i]),
        };
        let in_unit = |p: &UncertainParameter, value: f64| match p.dimension {
            Dimension::Duration => value / 3600.0,
            Dimension::Number => value,
        };
        let shown = |text: &String| if words.names.redacted { String::new() } else { text.clone() };
        let parameter = |(i, (p, influence)): (usize, (&UncertainParameter, &Option<f64>))| ParameterRow {
            id: words.parameter(i).id,
            name: words.parameter(i).name,
            unit: if p.dimension == Dimension::Duration { "h".to_owned() } else { String::new() },
            central: in_unit(p, p.central),
            range: [0.05, 0.95].map(|u| in_unit(p, p.distribution.quantile(u))),
            source: shown(&p.source),
            confidence: shown(&p.confidence),
            influence: *influence,
        };
        let flip = |flip: &Flip| {
            let parameter = &words.parameters[flip.parameter];
            FlipRow {
                parameter: flip.parameter,
                rival: self.shortlist[flip.rival],
                at: in_unit(parameter, flip.value),
                interval: flip.interval.map(|bounds| bounds.map(|bound| in_unit(parameter, bound))),
                above: flip.above,
                beyond: flip.beyond,
            }
        };
        Some(OverAssumptions {
            samples: assumed.values.len() as u64,
            runs: u64::from(assumed.rows),
            design: design(assumed.design).to_owned(),
            candidates: Self::by_probability(assumed).into_iter().map(candidate).collect(),
            parameters: words.parameters.iter().zip(&assumed.influence).enumerate().map(parameter).collect(),
            flips: assumed.flips.found.iter().filter(|flip| flip.verified).map(flip).collect(),
            steady: assumed.flips.steady.iter().map(|i| self.shortlist[*i]).collect(),
        })
    }

    /// Against other threats, for the report.
    pub fn report_threats(&self, words: &Words<'_>) -> Option<OverThreats> {
        let threatened = self.threatened.as_ref()?;
        let candidate = |(i, across): (usize, &linchpin_analysis::compare::Across)| UnderThreats {
            row: self.shortlist[i],
            losses: across.losses.clone(),
            mean_regret: across.mean_regret,
            worst_regret: across.worst_regret,
            satisfied: across.tolerable.unwrap_or(0.0),
            shortfall: finite(across.shortfall),
        };
        Some(OverThreats {
            threats: threatened.threats.iter().map(|id| words.threat(id).name).collect(),
            tolerable: threatened.tolerable.clone(),
            candidates: threatened.over.candidates.iter().enumerate().map(candidate).collect(),
        })
    }
}
