//! A comparison as data for pictures and the page.

use super::show::Told;
use crate::results::PROGRAM;
use linchpin_analysis::compare::exceedance;
use linchpin_analysis::findings::{AssumptionRow, StudyInfo};
use linchpin_ensemble::ALL_SERVICES;
use linchpin_report::comparison::{Answer, Choice, Compliance, ExceedanceCurve, OptionRow};
use linchpin_report::{Comparison, ComparisonRow};
use linchpin_scenario::options::OptionSpec;

/// Curves in one picture.
const CURVES: usize = 6;
/// Points of a curve.
const POINTS: usize = 400;

impl Told<'_> {
    /// For pictures and the page.
    pub fn pictures(&self) -> Comparison {
        let rows = self.found.columns.first().map_or(0, Vec::len);
        Comparison {
            study: self.study(rows),
            metric: self.names.metric.name.clone(),
            unit: self.names.metric.unit.to_owned(),
            money: self.options.budget.as_ref().map_or(String::new(), |budget| budget.unit.clone()),
            budget: self.budget,
            percent: 100.0 * self.confidence,
            options: self.options.list.iter().map(|option| self.option(option)).collect(),
            rows: (0..self.portfolios.len()).map(|i| self.row(i, rows)).collect(),
            choice: self.choice(rows),
            fresh: self.verdict.fresh.as_ref().map(|d| (d.mean, d.interval)),
            as_good: self.verdict.as_good,
            variance_ratio: self.verdict.variance_ratio,
            requirements: self.requirements_told(),
            curves: self.curves(rows),
            uncertain: self.names.count("parameter") as u64,
            assumptions: AssumptionRow::all(&self.names.model),
            limits: self.limits(),
            worlds: self.beyond.report_assumptions(&self.words()),
            threats: self.beyond.report_threats(&self.words()),
        }
    }

    fn study(&self, rows: usize) -> StudyInfo {
        StudyInfo {
            seed: self.seed,
            replications: rows as u64,
            failed: match self.found.failed {
                0 => Vec::new(),
                failed => vec![("left out of all portfolios".to_owned(), failed)],
            },
            scenario_hash: self.hash.clone(),
            program: format!("linchpin {PROGRAM}"),
            command: self.command.clone(),
            redacted: self.names.redacted,
            ..StudyInfo::of(&self.names.model)
        }
    }

    fn option(&self, option: &OptionSpec) -> OptionRow {
        let label = self.names.label("option", &option.id.value);
        let shown = |ids: &[linchpin_scenario::spec::Id]| -> String {
            let ids: Vec<String> = ids.iter().map(|id| self.names.label("option", &id.value).id).collect();
            ids.join(", ")
        };
        let mut ties = Vec::new();
        if !option.requires.is_empty() {
            ties.push(format!("only with {}", shown(&option.requires)));
        }
        if !option.excludes.is_empty() {
            ties.push(format!("not with {}", shown(&option.excludes)));
        }
        OptionRow {
            id: label.id,
            name: label.name,
            cost: self.options.cost(&[option]),
            ties: ties.join("; "),
        }
    }

    fn row(&self, i: usize, rows: usize) -> ComparisonRow {
        let portfolio = &self.portfolios[i];
        let place = |option: &&OptionSpec| self.options.list.iter().position(|other| other.id == option.id);
        let runs = self.found.columns[i].len();
        ComparisonRow {
            name: self.names.portfolio(portfolio),
            options: portfolio.options.iter().filter_map(place).collect(),
            cost: portfolio.cost,
            loss: self.verdict.means[i],
            saved: self.verdict.saved[i].as_ref().map(|d| (d.mean, d.simultaneous)),
            single: portfolio.options.len() == 1,
            front: self.verdict.front[i],
            winner: Some(i) == self.verdict.winner,
            runs: runs as u64,
            best: (runs == rows && portfolio.cost <= self.budget).then(|| self.verdict.best[i]),
        }
    }

    fn choice(&self, rows: usize) -> Option<Choice> {
        let selection = self.found.selection.as_ref()?;
        Some(Choice {
            decided: selection.decided,
            runs: if selection.decided { selection.rows } else { rows } as u64,
            enough: selection.enough as u64,
            indifference: self.found.indifference,
            left_out: self.left_out as u64,
            search: self.searched.sentence(100.0 * self.confidence),
        })
    }

    fn requirements_told(&self) -> Vec<Compliance> {
        let told = self.told_of();
        let requirement = |j: usize| {
            let (label, group) = &self.names.asked[j];
            let answer = |i: usize| {
                let c = self.verdict.compliance[i].get(j)?;
                let verdict = c.verdict(self.asked(j));
                Some((i, Answer { share: c.share, ci95: c.interval, verdict }))
            };
            Compliance {
                id: label.id.clone(),
                name: label.name.clone(),
                group: group.clone(),
                asked: self.asked(j),
                answers: told.iter().copied().filter_map(answer).collect(),
            }
        };
        (0..self.names.asked.len()).filter(|j| self.is_whole(*j)).map(requirement).collect()
    }

    /// As it is, the best, the cheapest as good, and the single options that save most; all of all runs.
    fn curves(&self, rows: usize) -> Vec<ExceedanceCurve> {
        let mut places = vec![0];
        places.extend(self.verdict.winner);
        places.extend(self.verdict.as_good);
        places.extend(self.order().into_iter().filter(|i| self.portfolios[*i].options.len() == 1));
        let mut curves: Vec<ExceedanceCurve> = Vec::new();
        for row in places {
            let column = &self.found.columns[row];
            if column.len() == rows && curves.iter().all(|curve| curve.row != row) && curves.len() < CURVES {
                curves.push(ExceedanceCurve { row, points: exceedance(column, POINTS) });
            }
        }
        curves
    }

    /// What the reader must know, most important first.
    fn limits(&self) -> Vec<String> {
        let mut limits = Vec::new();
        if self.names.model.events.iter().any(|event| event.threat) {
            limits.push(
                "Every result is conditional on the attack as the scenario has it. How likely it is nobody says here, so a saving is \
                 no expected yearly saving, and must not be set against a yearly cost.",
            );
        }
        limits.push(
            "Intervals, and the probability of being the best by chance, speak of the number of runs only. They do not say whether \
             needs, reserves, repair times, or the effects of options, are in truth as the scenario says.",
        );
        limits.push("Costs are as the scenario writes them, in present value where the budget has a discount rate; they have no interval.");
        limits.push(
            "The choice is made among the portfolios compared, by the mean of one metric. What other metrics, fairness between regions or \
             the law would say is left to the reader.",
        );
        if self.names.metric.id == ALL_SERVICES {
            limits.push(
                "The metric adds the hours without each service: who lacks two services at once counts twice. `--metric` takes one \
                 service alone.",
            );
        }
        if !self.names.asked.is_empty() {
            limits.push("A requirement is met in this model and with these values, not in the world.");
        }
        if self.found.failed > 0 {
            limits.push(
                "Some runs could not be finished in some portfolio and are left out of all; if they were worse than the others, \
                 losses are understated.",
            );
        }
        if self.names.redacted {
            limits.push(
                "Names of assets, regions, options and requirements are pseudonyms; titles and the sources of values are left out. \
                 Figures are not changed: who knows the network well may recognise it by them.",
            );
        }
        limits.into_iter().map(str::to_owned).collect()
    }
}
