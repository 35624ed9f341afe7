//! `linchpin find`: the replications of a study in which something happens, for whoever needs such a run.

use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::load::load;
use crate::number::{count, number, percent_with_interval};
use crate::results::PROGRAM;
use clap::Args;
use linchpin_analysis::ask::{Condition, Problem};
use linchpin_analysis::findings::handling;
use linchpin_analysis::intervals::clopper_pearson;
use linchpin_analysis::{Catalogue, Requirements};
use linchpin_ensemble::{Answer, Identity, StudyError, ask, identity_of};
use linchpin_model::Model;
use serde::Serialize;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// Arguments of `find`.
#[derive(Debug, Args)]
pub struct FindArgs {
    /// Study folder
    pub study: PathBuf,
    /// What has to be so, such as "hospital-3 down between 2h and 6h and mobile.north < 0.5"
    #[arg(long = "where", value_name = "CONDITION")]
    pub condition: String,
    /// List at most so many replications; the first ones
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub list: usize,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub talk: crate::args::Talk,
}

/// What `find --json` prints.
#[derive(Serialize)]
struct FindJson<'a> {
    version: u32,
    scenario: &'a str,
    scenario_hash: &'a str,
    marking: &'a str,
    exercise: bool,
    seed: u64,
    condition: &'a str,
    /// Finished replications looked at.
    replications: u64,
    matching: u64,
    share: Option<f64>,
    ci95: [f64; 2],
    /// The metric whose values are given.
    metric: &'a str,
    unit: &'a str,
    /// The match whose value is nearest to the median of all matches.
    typical: Option<u32>,
    found: Vec<FoundJson>,
}

#[derive(Serialize)]
struct FoundJson {
    replication: u32,
    /// `null` where it was not reached by the horizon.
    value: Option<f64>,
}

/// Runs the command.
pub fn find(args: &FindArgs, console: &Console) -> Result<Exit, Failure> {
    let path = args.study.join("scenario.ron");
    if !path.is_file() {
        return Err(StudyError::NoStudy(args.study.clone()).into());
    }
    let frozen = fs::read_to_string(&path)
        .map_err(|source| Failure::from(StudyError::Io { doing: "read", path: path.clone(), source }))?;
    let model = load(&path, console)?.model;
    let catalogue = Catalogue::new(&model);
    let condition = Condition::parse(&args.condition, &model, &catalogue)
        .map_err(|problems| misunderstood(&args.condition, &problems))?;
    let seed = identity_of(&args.study)?.seed;
    let ids: Vec<String> = catalogue.metrics().iter().map(|metric| metric.id.clone()).collect();
    let identity = Identity::new(&frozen, &ids, Requirements::new(&model).len(), seed, PROGRAM);
    let answer = ask(&args.study, &identity, &model, &condition, catalogue.headline())?;
    let found = Found { args, model: &model, catalogue: &catalogue, seed, answer: &answer };
    let text = if args.talk.json { crate::json(&found.json(&identity))? } else { found.text() };
    console.data(&text)?;
    Ok(Exit::Done)
}

/// Everything that is wrong, with the places marked.
fn misunderstood(text: &str, problems: &[Problem]) -> Failure {
    let mut message = "--where is not understood".to_owned();
    for problem in problems {
        let marks = "^".repeat(problem.at.len().max(1));
        let help = if problem.help.is_empty() { String::new() } else { format!("; {}", problem.help) };
        // Tabs and line breaks would shift the marks.
        let line: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
        // Writing to a string cannot fail.
        let _ =
            write!(message, "\n  {line}\n  {}{marks} {}{help}", " ".repeat(problem.at.start), problem.title);
    }
    Failure::invalid(message).hint("docs/command-line.md describes what can be asked")
}

struct Found<'a> {
    args: &'a FindArgs,
    model: &'a Model,
    catalogue: &'a Catalogue,
    seed: u64,
    answer: &'a Answer,
}

impl Found<'_> {
    fn text(&self) -> String {
        let meta = &self.model.meta;
        let (matching, all) = (self.answer.matching.len() as u64, self.answer.replications);
        let mut out = format!("{}\n{}\n\n", handling(meta.exercise, &meta.marking), meta.name);
        // Writing to a string cannot fail.
        let share =
            percent_with_interval(matching as f64 / all.max(1) as f64, clopper_pearson(matching, all));
        let noun = if matching == 1 { "replication" } else { "replications" };
        let _ = writeln!(out, "{} {noun} of {} match: {share}", count(matching), count(all));
        let _ = writeln!(out, "  {}", self.args.condition.trim());
        if matching == 0 {
            return out;
        }
        let metric = &self.catalogue.metrics()[self.catalogue.headline()];
        let _ = writeln!(out, "\n{:>11}  {} ({})", "replication", metric.name, metric.unit);
        let found = self.answer.matching.iter().zip(&self.answer.values);
        for (replication, value) in found.take(self.args.list) {
            let _ = writeln!(out, "{replication:>11}  {}", number(*value));
        }
        if matching > self.args.list as u64 {
            let rest = count(matching - self.args.list as u64);
            let _ = writeln!(out, "{:>11}  {rest} more; --list N shows more of them, --json all", "...");
        }
        if let Some(typical) = self.typical() {
            let file = self.args.study.join("scenario.ron");
            let _ = writeln!(out, "\nThe most typical of them, as a timeline:");
            let _ = writeln!(
                out,
                "  linchpin replay {} --seed {} --replication {typical}",
                shell_word(&file),
                self.seed
            );
        }
        out
    }

    /// The match whose value is nearest to the median of all matches; the first of equals.
    fn typical(&self) -> Option<u32> {
        let values = &self.answer.values;
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]).then(a.cmp(b)));
        let median = values[*order.get(order.len().saturating_sub(1) / 2)?];
        let first = values.iter().position(|value| value.total_cmp(&median).is_eq())?;
        self.answer.matching.get(first).copied()
    }

    fn json<'s>(&'s self, identity: &'s Identity) -> FindJson<'s> {
        let meta = &self.model.meta;
        let (matching, all) = (self.answer.matching.len() as u64, self.answer.replications);
        let metric = &self.catalogue.metrics()[self.catalogue.headline()];
        let found = self.answer.matching.iter().zip(&self.answer.values);
        FindJson {
            version: 1,
            scenario: &meta.name,
            scenario_hash: &meta.hash,
            marking: &meta.marking,
            exercise: meta.exercise,
            seed: identity.seed,
            condition: self.args.condition.trim(),
            replications: all,
            matching,
            share: (all > 0).then(|| matching as f64 / all as f64),
            ci95: clopper_pearson(matching, all),
            metric: &metric.id,
            unit: metric.unit,
            typical: self.typical(),
            found: found
                .map(|(replication, value)| FoundJson {
                    replication: *replication,
                    value: value.is_finite().then_some(*value),
                })
                .collect(),
        }
    }
}

/// A path as it can be typed.
fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = text.chars().all(|c| c.is_alphanumeric() || "-_./\\:~".contains(c));
    if plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_marked() {
        let problem =
            Problem { at: 2..4, title: "this is wrong".to_owned(), help: "that is right".to_owned() };
        let failure = misunderstood("a bc\td", &[problem]);
        assert_eq!(
            failure.message,
            "--where is not understood\n  a bc d\n    ^^ this is wrong; that is right"
        );
    }

    #[test]
    fn paths_can_be_typed() {
        for (path, typed) in [("a/b-1.ron", "a/b-1.ron"), ("my study", "'my study'"), ("it's", "'it'\\''s'")]
        {
            assert_eq!(shell_word(Path::new(path)), typed);
        }
    }
}
