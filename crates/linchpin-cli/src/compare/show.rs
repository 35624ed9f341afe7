//! A comparison in words, as a table and for programs.

use super::judge::{Compliance, Verdict};
use super::portfolio::Portfolio;
use crate::number::{count, number};
use linchpin_analysis::Metric;
use linchpin_analysis::compare::Difference;
use linchpin_analysis::findings::{StudyInfo, handling};
use linchpin_ensemble::Contested;
use linchpin_model::Model;
use linchpin_report::{Comparison, ComparisonRow};
use linchpin_scenario::options::Options;
use serde::Serialize;
use std::fmt::Write;

/// All there is to tell.
pub struct Told<'a> {
    /// The scenario as it is.
    pub model: &'a Model,
    /// SHA-256 of the frozen scenario.
    pub hash: String,
    /// Seed of all draws.
    pub seed: u64,
    /// What is compared.
    pub metric: &'a Metric,
    /// The options of the scenario.
    pub options: &'a Options,
    /// What was compared; the scenario as it is first.
    pub portfolios: &'a [Portfolio<'a>],
    /// Infinite where there is none.
    pub budget: f64,
    /// Of choice and intervals.
    pub confidence: f64,
    /// Rows.
    pub found: &'a Contested,
    /// What they say.
    pub verdict: &'a Verdict,
}

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
    portfolios: Vec<PortfolioJson>,
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
    /// In words.
    pub fn text(&self) -> String {
        let meta = &self.model.meta;
        let mut out = format!("{}\n{}\n\n", handling(meta.exercise, &meta.marking), meta.name);
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{}", self.answer());
        if let Some(fresh) = &self.verdict.fresh {
            let _ = writeln!(
                out,
                "On fresh draws, which took no part in choosing, it saves {}.",
                self.amount(fresh.mean, fresh.interval)
            );
        }
        if let Some(i) = self.verdict.as_good {
            let other = &self.portfolios[i];
            let _ = writeln!(
                out,
                "As good but for a difference that does not matter, and cheaper: {}, for {}.",
                other.name(),
                self.money(other.cost)
            );
        }
        out.push('\n');
        self.push_table(&mut out);
        if let Some(ratio) = self.verdict.variance_ratio {
            let _ = writeln!(
                out,
                "\nAll rows share their draws: independent runs would need {} times as many replications\n(median over portfolios).",
                number(ratio)
            );
        }
        self.push_compliance(&mut out);
        out
    }

    /// The best in some sentences.
    fn answer(&self) -> String {
        let rows = self.found.columns.first().map_or(0, Vec::len);
        let Some((winner, selection)) = self.verdict.winner.zip(self.found.selection.as_ref()) else {
            return format!(
                "No choice: {} has values that are not finite, or there were too few replications.",
                self.metric.name
            );
        };
        let portfolio = &self.portfolios[winner];
        let percent = 100.0 * self.confidence;
        let (scale, word) = self.scale();
        let zone = format!("{}{word} {}", number(self.found.indifference / scale), self.metric.unit);
        let budget = if self.budget.is_finite() {
            format!(" within {}", self.money(self.budget))
        } else {
            String::new()
        };
        let known = match selection.decided {
            true => format!(
                "Known at {percent} % after {} replications; {zone} more or less are taken not to matter.",
                count(selection.rows as u64)
            ),
            false => format!(
                "Not yet known at {percent} %: {} replications are done, {} are enough in any case\n({zone} more or less are taken not to matter).",
                count(rows as u64),
                count(selection.enough as u64)
            ),
        };
        let mut text =
            format!("Best{budget}: {}, for {}.\n{known}", portfolio.name(), self.money(portfolio.cost));
        if let Some(saved) = &self.verdict.saved[winner] {
            let share = 100.0 * saved.mean / (self.verdict.means[winner] + saved.mean).max(f64::MIN_POSITIVE);
            let _ = write!(
                text,
                "\nIt saves {}, {} % of what is lost as it is.",
                self.amount(saved.mean, saved.simultaneous),
                number(share)
            );
        }
        text
    }

    /// `1.9 million person-hours (1.5 to 2.2)`.
    fn amount(&self, mean: f64, interval: [f64; 2]) -> String {
        let (scale, word) = self.scale();
        let [low, high] = interval.map(|bound| number(bound / scale));
        format!("{}{word} {} ({low} to {high})", number(mean / scale), self.metric.unit)
    }

    /// What figures are divided by, so that they can be read, and the word for it.
    fn scale(&self) -> (f64, &'static str) {
        match self.verdict.means.first().copied().unwrap_or(0.0).abs() {
            loss if loss >= 1e7 => (1e6, " million"),
            loss if loss >= 1e4 => (1e3, " thousand"),
            _ => (1.0, ""),
        }
    }

    fn money(&self, amount: f64) -> String {
        let unit = self.options.budget.as_ref().map_or("", |budget| budget.unit.as_str());
        if unit.is_empty() { number(amount) } else { format!("{} {unit}", number(amount)) }
    }

    /// Portfolios to list, least loss first.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.portfolios.len()).collect();
        order.sort_by(|a, b| self.verdict.means[*a].total_cmp(&self.verdict.means[*b]).then(a.cmp(b)));
        order
    }

    /// Places in the list that are worth a line: the best, single options, the scenario as it is, and what no other beats.
    fn worth_a_line(&self) -> Vec<usize> {
        const MOST: usize = 24;
        let order = self.order();
        let named = |i: &usize| {
            self.portfolios[*i].options.len() <= 1
                || self.verdict.front[*i]
                || Some(*i) == self.verdict.winner
                || Some(*i) == self.verdict.as_good
        };
        let mut shown: Vec<usize> = order.iter().copied().filter(named).collect();
        let rest = order.into_iter().filter(|i| !named(i));
        shown.extend(rest.take(MOST.saturating_sub(shown.len())));
        let place = |i: &usize| self.verdict.means[*i];
        shown.sort_by(|a, b| place(a).total_cmp(&place(b)).then(a.cmp(b)));
        shown
    }

    fn push_table(&self, out: &mut String) {
        let (scale, word) = self.scale();
        let money = self.options.budget.as_ref().map_or("", |budget| budget.unit.as_str());
        let _ = writeln!(
            out,
            "Loss in{word} {}; intervals at {} % for all comparisons together; cost{}.\n* no other portfolio is cheaper and loses less\n",
            self.metric.unit,
            100.0 * self.confidence,
            if money.is_empty() { String::new() } else { format!(" in {money}") }
        );
        let _ = writeln!(
            out,
            "{:>8}  {:>9}  {:>9}  {:<22}  {:>6}  portfolio",
            "cost", "loss", "saved", "", "P best"
        );
        let shown = self.worth_a_line();
        for i in &shown {
            let portfolio = &self.portfolios[*i];
            let (saved, interval) = match &self.verdict.saved[*i] {
                Some(d) => {
                    let [low, high] = d.simultaneous.map(|bound| number(bound / scale));
                    (number(d.mean / scale), format!("({low} to {high})"))
                }
                None => (String::new(), String::new()),
            };
            let star = if self.verdict.front[*i] { " *" } else { "" };
            let beyond = if portfolio.cost > self.budget { " (beyond the budget)" } else { "" };
            let _ = writeln!(
                out,
                "{:>8}  {:>9}  {saved:>9}  {interval:<22}  {:>6}  {}{star}{beyond}",
                number(portfolio.cost),
                number(self.verdict.means[*i] / scale),
                percent(self.verdict.best[*i]),
                portfolio.name()
            );
        }
        if shown.len() < self.portfolios.len() {
            let more = count((self.portfolios.len() - shown.len()) as u64);
            let _ = writeln!(out, "{:>8}  {more} more in compare.csv", "...");
        }
    }

    /// Requirements of a single group, and of several the joint one; compare.json has them all.
    fn push_compliance(&self, out: &mut String) {
        let asked: Vec<usize> = (0..self.found.asked.len()).filter(|j| self.is_whole(*j)).collect();
        if asked.is_empty() {
            return;
        }
        let shown: Vec<usize> = (0..self.portfolios.len())
            .filter(|i| self.portfolios[*i].options.len() <= 1 || Some(*i) == self.verdict.winner)
            .collect();
        for j in asked {
            let (id, group) = &self.found.asked[j];
            let asked = self.asked(id);
            let _ = writeln!(out, "\nRequirement {id} ({group}), asked with probability {}:", percent(asked));
            for i in &shown {
                if let Some(c) = self.verdict.compliance[*i].get(j) {
                    let share = format!(
                        "{} ({} to {})",
                        percent(c.share),
                        percent(c.interval[0]),
                        percent(c.interval[1])
                    );
                    let _ = writeln!(
                        out,
                        "  {:<9}  {share:<22}  {}",
                        verdict(c, asked),
                        self.portfolios[*i].name()
                    );
                }
            }
        }
    }

    /// True where the answer to a requirement is that to all of its groups.
    fn is_whole(&self, j: usize) -> bool {
        let (id, group) = &self.found.asked[j];
        let parts = self.found.asked.iter().filter(|(other, _)| other == id).count();
        parts == 1 || group == "jointly"
    }

    /// Probability a requirement asks for.
    fn asked(&self, id: &str) -> f64 {
        let requirement = self.model.requirements.iter().find(|requirement| requirement.id == id);
        requirement.map_or(1.0, |requirement| requirement.probability)
    }

    /// For pictures.
    pub fn pictures(&self) -> Comparison {
        let meta = &self.model.meta;
        let row = |i: usize| {
            let portfolio = &self.portfolios[i];
            ComparisonRow {
                name: portfolio.name(),
                cost: portfolio.cost,
                loss: self.verdict.means[i],
                saved: self.verdict.saved[i].as_ref().map(|d| (d.mean, d.simultaneous)),
                single: portfolio.options.len() == 1,
                front: self.verdict.front[i],
                winner: Some(i) == self.verdict.winner,
                runs: self.found.columns[i].len() as u64,
                ..ComparisonRow::default()
            }
        };
        Comparison {
            study: StudyInfo {
                name: meta.name.clone(),
                marking: meta.marking.clone(),
                exercise: meta.exercise,
                seed: self.seed,
                replications: self.found.columns.first().map_or(0, Vec::len) as u64,
                ..StudyInfo::default()
            },
            unit: self.metric.unit.to_owned(),
            money: self.options.budget.as_ref().map_or(String::new(), |budget| budget.unit.clone()),
            budget: self.budget,
            percent: 100.0 * self.confidence,
            rows: (0..self.portfolios.len()).map(row).collect(),
            fresh: self.verdict.fresh.as_ref().map(|d| (d.mean, d.interval)),
            as_good: self.verdict.as_good,
            ..Comparison::default()
        }
    }

    /// For programs.
    pub fn json(&self) -> CompareJson {
        let meta = &self.model.meta;
        let selection = self.found.selection.as_ref();
        CompareJson {
            version: 1,
            scenario: meta.name.clone(),
            scenario_hash: self.hash.clone(),
            marking: meta.marking.clone(),
            exercise: meta.exercise,
            seed: self.seed,
            metric: self.metric.id.clone(),
            unit: self.metric.unit.to_owned(),
            confidence: self.confidence,
            indifference: self.found.indifference.is_finite().then_some(self.found.indifference),
            budget: self.budget.is_finite().then_some(self.budget),
            money: self.options.budget.as_ref().map_or(String::new(), |budget| budget.unit.clone()),
            replications: self.found.columns.first().map_or(0, Vec::len),
            failed: self.found.failed,
            best: self.verdict.winner.map(|winner| self.portfolios[winner].id()),
            as_good: self.verdict.as_good.map(|i| self.portfolios[i].id()),
            decided: selection.is_some_and(|selection| selection.decided),
            decided_after: selection.filter(|selection| selection.decided).map(|selection| selection.rows),
            median_variance_ratio: self.verdict.variance_ratio,
            fresh: self.verdict.fresh.as_ref().map(Into::into),
            portfolios: (0..self.portfolios.len()).map(|i| self.portfolio_json(i)).collect(),
        }
    }

    fn portfolio_json(&self, i: usize) -> PortfolioJson {
        let portfolio = &self.portfolios[i];
        let requirements = self.found.asked.iter().zip(&self.verdict.compliance[i]);
        let place = self.found.eligible.iter().position(|other| *other == i);
        let out_after = place.and_then(|place| self.found.selection.as_ref()?.out_after[place]);
        PortfolioJson {
            id: portfolio.id(),
            options: portfolio.options.iter().map(|option| option.id.value.clone()).collect(),
            cost: portfolio.cost,
            affordable: portfolio.cost <= self.budget,
            replications: self.found.columns[i].len(),
            mean: self.verdict.means[i],
            saved: self.verdict.saved[i].as_ref().map(Into::into),
            probability_best: self.verdict.best[i],
            pareto: self.verdict.front[i],
            out_after,
            requirements: requirements
                .map(|((id, group), c)| RequirementJson {
                    id: id.clone(),
                    group: group.clone(),
                    share: c.share,
                    ci95: c.interval,
                    asked: self.asked(id),
                    verdict: verdict(c, self.asked(id)),
                })
                .collect(),
        }
    }

    /// One line a portfolio. Numbers read back as they are.
    pub fn csv(&self) -> String {
        let mut out =
            "portfolio,cost,replications,mean,saved,low,high,simultaneous_low,simultaneous_high,probability_best,pareto\n"
                .to_owned();
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
                "{},{},{},{},{saved},{},{}",
                portfolio.id(),
                portfolio.cost,
                self.found.columns[i].len(),
                self.verdict.means[i],
                self.verdict.best[i],
                self.verdict.front[i]
            );
        }
        out
    }
}

/// Met where the whole interval lies at or above what is asked, not met where it lies below.
fn verdict(compliance: &Compliance, asked: f64) -> &'static str {
    if compliance.interval[0] >= asked {
        "met"
    } else if compliance.interval[1] < asked {
        "not met"
    } else {
        "undecided"
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_are_judged_by_the_whole_interval() {
        for (interval, asked, expected) in [
            ([0.96, 0.99], 0.95, "met"),
            ([0.95, 1.0], 0.95, "met"),
            ([0.90, 0.94], 0.95, "not met"),
            ([0.90, 0.95], 0.95, "undecided"),
            ([0.90, 0.97], 0.95, "undecided"),
        ] {
            assert_eq!(verdict(&Compliance { share: 0.5, interval }, asked), expected, "{interval:?}");
        }
    }
}
