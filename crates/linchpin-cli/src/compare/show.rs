//! A comparison in words.

use super::judge::Verdict;
use super::names::Names;
use super::portfolio::Portfolio;
use super::require::word;
use super::search::Searched;
use super::worlds::{Beyond, Words};
use crate::number::{count, number};
use linchpin_analysis::findings::handling;
use linchpin_ensemble::Contested;
use linchpin_scenario::UncertainParameter;
use linchpin_scenario::options::Options;
use std::fmt::Write;

/// All there is to tell.
#[derive(Clone)]
pub struct Told<'a> {
    /// What everything is called.
    pub names: &'a Names,
    /// SHA-256 of the frozen scenario.
    pub hash: String,
    /// Seed of all draws.
    pub seed: u64,
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
    /// Portfolios that fit the budget and were not compared.
    pub left_out: usize,
    /// How those that the first race left out were searched.
    pub searched: Searched,
    /// The command that makes it again from the frozen scenario.
    pub command: String,
    /// Whether requirements have to be met.
    pub require: bool,
    /// Place of the portfolio of which that is asked; none: of the best.
    pub require_of: Option<usize>,
    /// Over what is not known, and against other threats.
    pub beyond: &'a Beyond,
    /// What is not known.
    pub parameters: &'a [UncertainParameter],
}

impl Told<'_> {
    /// In words.
    pub fn text(&self) -> String {
        let meta = &self.names.model.meta;
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
        if self.searched.races > 0 {
            push_wrapped(&mut out, &self.searched.sentence(100.0 * self.confidence));
        }
        if let Some(i) = self.verdict.as_good {
            let other = &self.portfolios[i];
            let _ = writeln!(
                out,
                "As good but for a difference that does not matter, and cheaper: {}, for {}.",
                self.names.portfolio(other),
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
        out.push_str(&self.beyond.text(&self.words()));
        self.push_compliance(&mut out);
        self.push_required(&mut out);
        out
    }

    /// Words for what lies beyond the scenario as written.
    pub fn words(&self) -> Words<'_> {
        Words {
            ids: self.portfolios.iter().map(|portfolio| self.names.portfolio_id(portfolio)).collect(),
            portfolios: self.portfolios.iter().map(|portfolio| self.names.portfolio(portfolio)).collect(),
            names: self.names,
            parameters: self.parameters,
            winner: self.verdict.winner.unwrap_or(0),
            scale: self.scale(),
        }
    }

    /// The best in some sentences.
    fn answer(&self) -> String {
        let rows = self.found.columns.first().map_or(0, Vec::len);
        let Some((winner, selection)) = self.verdict.winner.zip(self.found.selection.as_ref()) else {
            return format!(
                "No choice: {} has values that are not finite, or there were too few replications.",
                self.names.metric.name
            );
        };
        let portfolio = &self.portfolios[winner];
        let percent = 100.0 * self.confidence;
        let (scale, word) = self.scale();
        let zone = format!("{}{word} {}", number(self.found.indifference / scale), self.names.metric.unit);
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
        let mut text = format!(
            "Best{budget}: {}, for {}.\n{known}",
            self.names.portfolio(portfolio),
            self.money(portfolio.cost)
        );
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
        format!("{}{word} {} ({low} to {high})", number(mean / scale), self.names.metric.unit)
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
    pub fn order(&self) -> Vec<usize> {
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
            self.names.metric.unit,
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
                self.names.portfolio(portfolio)
            );
        }
        if shown.len() < self.portfolios.len() {
            let more = count((self.portfolios.len() - shown.len()) as u64);
            let _ = writeln!(out, "{:>8}  {more} more in compare.csv", "...");
        }
    }

    /// Portfolios whose requirements are told: the scenario as it is, single options, the best, the cheapest as good, and the one asked for.
    pub fn told_of(&self) -> Vec<usize> {
        let named = |i: &usize| {
            let chosen = [self.verdict.winner, self.verdict.as_good, self.require_of];
            self.portfolios[*i].options.len() <= 1 || chosen.contains(&Some(*i))
        };
        (0..self.portfolios.len()).filter(named).collect()
    }

    /// Requirements of a single group, and of several the joint one; compliance.csv has them all.
    fn push_compliance(&self, out: &mut String) {
        for j in (0..self.names.asked.len()).filter(|j| self.is_whole(*j)) {
            let (label, group) = &self.names.asked[j];
            let asked = self.asked(j);
            let _ = writeln!(
                out,
                "\nRequirement {} ({group}), asked with probability {}:",
                label.id,
                percent(asked)
            );
            for i in self.told_of() {
                let Some(c) = self.verdict.compliance[i].get(j) else { continue };
                let [low, high] = c.interval.map(percent);
                let share = format!("{} ({low} to {high})", percent(c.share));
                let verdict = word(c.verdict(asked));
                let name = self.names.portfolio(&self.portfolios[i]);
                let _ = writeln!(out, "  {verdict:<9}  {share:<22}  {name}");
            }
        }
    }

    /// True where the answer to a requirement is that to all of its groups.
    pub fn is_whole(&self, j: usize) -> bool {
        let (label, group) = &self.names.asked[j];
        let parts = self.names.asked.iter().filter(|(other, _)| other.id == label.id).count();
        parts == 1 || group == "jointly"
    }

    /// Probability that a requirement asks for.
    pub fn asked(&self, j: usize) -> f64 {
        let id = self.names.asked.get(j).map_or("", |(label, _)| label.id.as_str());
        let requirement = self.names.model.requirements.iter().find(|requirement| requirement.id == id);
        requirement.map_or(1.0, |requirement| requirement.probability)
    }
}

/// Text on lines that fit a terminal.
fn push_wrapped(out: &mut String, text: &str) {
    const WIDTH: usize = 100;
    let mut used = 0;
    for word in text.split(' ') {
        let width = word.chars().count();
        if used > 0 {
            let fits = used + 1 + width <= WIDTH;
            out.push(if fits { ' ' } else { '\n' });
            used = if fits { used + 1 } else { 0 };
        }
        out.push_str(word);
        used += width;
    }
    out.push('\n');
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}
