//! A comparison for programs: `compare.json`, `compare.csv`, `compliance.csv`.

use super::require::word;
use super::show::Told;
use super::worlds::BeyondJson;
use crate::exit::Exit;
use linchpin_analysis::compare::Difference;
use linchpin_analysis::findings::handling;
use serde::Serialize;
use std::fmt::Write;

#[derive(Serialize)]
pub struct CompareJson {
    version: u32,
    scenario: String,
    scenario_hash: String,
    marking: String,
    exercise: bool,
    seed: u64,
    metric: String,
    unit: String,
    confidence: f64,
    indifference: Option<f64>,
    /// `null` where there is none.
    budget: Option<f64>,
    money: String,
    replications: usize,
    failed: u64,
    /// `null` where nothing could be chosen.
    best: Option<String>,
    /// The cheapest that is as good but for the indifference; `null` where it is the best itself.
    as_good: Option<String>,
    /// Whether the best is known at the confidence asked for.
    decided: bool,
    /// Replications after which it was.
    decided_after: Option<usize>,
    median_variance_ratio: Option<f64>,
    fresh: Option<DifferenceJson>,
    /// What was required; `null` without `--require`.
    required: Option<RequiredJson>,
    portfolios: Vec<PortfolioJson>,
    #[serde(flatten)]
    beyond: BeyondJson,
}

#[derive(Serialize)]
struct RequiredJson {
    /// `null` where nothing could be chosen.
    portfolio: Option<String>,
    /// The worst of its verdicts.
    verdict: &'static str,
}

#[derive(Serialize)]
struct PortfolioJson {
    id: String,
    options: Vec<String>,
    cost: f64,
    affordable: bool,
    replications: usize,
    mean: f64,
    saved: Option<DifferenceJson>,
    probability_best: f64,
    pareto: bool,
    out_after: Option<usize>,
    requirements: Vec<RequirementJson>,
}

#[derive(Serialize)]
struct DifferenceJson {
    mean: f64,
    interval: [f64; 2],
    simultaneous: [f64; 2],
    /// `null` where the difference never varies.
    variance_ratio: Option<f64>,
}

#[derive(Serialize)]
struct RequirementJson {
    id: String,
    group: String,
    share: f64,
    ci95: [f64; 2],
    asked: f64,
    verdict: &'static str,
}

impl From<&Difference> for DifferenceJson {
    fn from(d: &Difference) -> Self {
        Self {
            mean: d.mean,
            interval: d.interval,
            simultaneous: d.simultaneous,
            variance_ratio: d.variance_ratio.is_finite().then_some(d.variance_ratio),
        }
    }
}

impl Told<'_> {
    /// For programs.
    pub fn json(&self) -> CompareJson {
        let meta = &self.names.model.meta;
        let selection = self.found.selection.as_ref();
        CompareJson {
            version: 1,
            scenario: meta.name.clone(),
            scenario_hash: self.hash.clone(),
            marking: meta.marking.clone(),
            exercise: meta.exercise,
            seed: self.seed,
            metric: self.names.metric.id.clone(),
            unit: self.names.metric.unit.to_owned(),
            confidence: self.confidence,
            indifference: self.found.indifference.is_finite().then_some(self.found.indifference),
            budget: self.budget.is_finite().then_some(self.budget),
            money: self.options.budget.as_ref().map_or(String::new(), |budget| budget.unit.clone()),
            replications: self.found.columns.first().map_or(0, Vec::len),
            failed: self.found.failed,
            best: self.verdict.winner.map(|winner| self.names.portfolio_id(&self.portfolios[winner])),
            as_good: self.verdict.as_good.map(|i| self.names.portfolio_id(&self.portfolios[i])),
            decided: selection.is_some_and(|selection| selection.decided),
            decided_after: selection.filter(|selection| selection.decided).map(|selection| selection.rows),
            median_variance_ratio: self.verdict.variance_ratio,
            fresh: self.verdict.fresh.as_ref().map(Into::into),
            required: self.require.then(|| self.required_json()),
            portfolios: (0..self.portfolios.len()).map(|i| self.portfolio_json(i)).collect(),
            beyond: self.beyond.json(&self.words()),
        }
    }

    fn portfolio_json(&self, i: usize) -> PortfolioJson {
        let portfolio = &self.portfolios[i];
        let place = self.found.eligible.iter().position(|other| *other == i);
        let out_after = place.and_then(|place| self.found.selection.as_ref()?.out_after[place]);
        PortfolioJson {
            id: self.names.portfolio_id(portfolio),
            options: self.names.option_ids(portfolio),
            cost: portfolio.cost,
            affordable: portfolio.cost <= self.budget,
            replications: self.found.columns[i].len(),
            mean: self.verdict.means[i],
            saved: self.verdict.saved[i].as_ref().map(Into::into),
            probability_best: self.verdict.best[i],
            pareto: self.verdict.front[i],
            out_after,
            requirements: self.requirements(i),
        }
    }

    fn required_json(&self) -> RequiredJson {
        RequiredJson {
            portfolio: self.required().map(|place| self.names.portfolio_id(&self.portfolios[place])),
            verdict: match self.exit() {
                Exit::NotMet => "not met",
                Exit::Undecided => "undecided",
                _ => "met",
            },
        }
    }

    fn requirements(&self, i: usize) -> Vec<RequirementJson> {
        let answers = self.names.asked.iter().zip(&self.verdict.compliance[i]).enumerate();
        answers
            .map(|(j, ((label, group), answer))| RequirementJson {
                id: label.id.clone(),
                group: group.clone(),
                share: answer.share,
                ci95: answer.interval,
                asked: self.asked(j),
                verdict: word(answer.verdict(self.asked(j))),
            })
            .collect()
    }

    /// One line a portfolio. Numbers read back as they are.
    pub fn csv(&self) -> String {
        let mut out =
            "portfolio,cost,replications,mean,saved,low,high,simultaneous_low,simultaneous_high,probability_best,pareto,marking\n"
                .to_owned();
        let marking = self.marking();
        for i in self.order() {
            let portfolio = &self.portfolios[i];
            let saved = self.verdict.saved[i].as_ref().map_or_else(
                || ",,,,".to_owned(),
                |d| {
                    let [low, high] = d.interval;
                    let [all_low, all_high] = d.simultaneous;
                    format!("{},{low},{high},{all_low},{all_high}", d.mean)
                },
            );
            let _ = writeln!(
                out,
                "{},{},{},{},{saved},{},{},{marking}",
                self.names.portfolio_id(portfolio),
                portfolio.cost,
                self.found.columns[i].len(),
                self.verdict.means[i],
                self.verdict.best[i],
                self.verdict.front[i]
            );
        }
        out
    }

    /// One line a portfolio and requirement, and a group where it is asked of several. Numbers read back as they are.
    pub fn compliance_csv(&self) -> String {
        let mut out =
            "portfolio,cost,requirement,group,asked,share,low,high,verdict,replications,marking\n".to_owned();
        let marking = self.marking();
        for i in self.order() {
            let portfolio = &self.portfolios[i];
            let id = self.names.portfolio_id(portfolio);
            for row in self.requirements(i) {
                let (
                    RequirementJson { id: requirement, group, share, ci95: [low, high], asked, verdict },
                    of,
                ) = (row, self.found.answers[i].of);
                let cost = portfolio.cost;
                let _ = writeln!(
                    out,
                    "{id},{cost},{requirement},{group},{asked},{share},{low},{high},{verdict},{of},{marking}"
                );
            }
        }
        out
    }

    /// The marking as a field of a table.
    pub fn marking(&self) -> String {
        let meta = &self.names.model.meta;
        let marking = handling(meta.exercise, &meta.marking);
        if marking.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", marking.replace('"', "\"\""))
        } else {
            marking
        }
    }
}
