//! The command line as typed.

use crate::compare::CompareArgs;
use crate::diff::DiffArgs;
use crate::export::ExportArgs;
use crate::find::FindArgs;
use crate::import::ImportArgs;
use crate::new::NewArgs;
use crate::rank::RankArgs;
use crate::redact::Redact;
use crate::worst::WorstArgs;
use clap::{Args, Parser, Subcommand};
use linchpin_ensemble::Shard;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  linchpin new my-town
  linchpin import csv --nodes assets.csv --edges needs.csv --out my-network
  linchpin export geojson my-network --out my-network.geojson
  linchpin check scenarios/energy-grid-attack/scenario.ron
  linchpin run scenarios/energy-grid-attack/scenario.ron --replications 10000
  linchpin compare scenarios/energy-grid-attack/scenario.ron --budget 20
  linchpin rank scenarios/energy-grid-attack/scenario.ron -n 1000
  linchpin worst scenarios/energy-grid-attack/scenario.ron --budget 3
  linchpin status studies/energy-grid-attack
  linchpin merge studies/whole studies/part-1 studies/part-2
  linchpin report studies/energy-grid-attack
  linchpin find studies/energy-grid-attack --where 'mobile < 0.5 before 24h'
  linchpin diff studies/before studies/after
  linchpin replay scenarios/energy-grid-attack/scenario.ron --seed 1 --replication 17
  linchpin explain scenarios/energy-grid-attack/scenario.ron --seed 1 --replication 17 --asset ID
  linchpin completions bash > linchpin.bash

Exit codes: 0 done, 1 internal error, 2 invalid input or usage, 3 a requirement is not met and
4 undecided (both with --require), 5 blocks of a study are missing, 130 interrupted.";

/// Simulates how attacks on critical infrastructure cascade, for how long, and what would have helped.
#[derive(Debug, Parser)]
#[command(name = "linchpin", version, after_help = EXAMPLES, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a small, commented scenario to begin with
    New(NewArgs),
    /// Make a scenario of other people's files: tables, maps, graphs
    Import(ImportArgs),
    /// Write a scenario or a study for other programs
    Export(ExportArgs),
    /// Say everything that is wrong with a scenario, at its place
    Check(CheckArgs),
    /// Simulate a scenario many times and write figures, plots and a report
    Run(RunArgs),
    /// Say which options help most, for what money, and how sure that is
    Compare(CompareArgs),
    /// Say which assets matter most, and how sure that is
    Rank(RankArgs),
    /// Say what to protect against the worst attack on so many assets
    Worst(WorstArgs),
    /// Say what of a study is done and what is missing
    Status(StatusArgs),
    /// Put parts of a study together that were run with --shard
    Merge(MergeArgs),
    /// Write summary, plots and report of a study folder again
    Report(ReportArgs),
    /// List the replications of a study in which something happens
    Find(FindArgs),
    /// Say what changed between two studies
    Diff(DiffArgs),
    /// Tell one replication as a timeline
    Replay(ReplayArgs),
    /// Say why an asset failed in one replication, and what would have kept it up
    Explain(ExplainArgs),
    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

/// How to talk.
#[derive(Clone, Copy, Debug, Args)]
pub struct Talk {
    /// Print results as JSON
    #[arg(long)]
    pub json: bool,
    /// No progress line, notes or warnings
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Scenario file, or a folder with a scenario.ron
    pub file: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub talk: Talk,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Scenario file, or a folder with a scenario.ron
    pub file: PathBuf,
    /// Replications; with --until at most so many [default: the scenario's]
    #[arg(long, short = 'n', value_name = "N", value_parser = parse_count)]
    pub replications: Option<u32>,
    /// Stop once the 95 % interval of METRIC's mean is within ±REL of it, such as person_hours/water=0.02;
    /// METRIC `headline` is the one in the progress line
    #[arg(long, value_name = "METRIC=REL", value_parser = parse_until)]
    pub until: Option<Until>,
    /// Seed of all draws [default: the scenario's]
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Worker threads; 0: one for each processor. Changes no result
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
    /// Folder of the study [default: studies/NAME, after the scenario's folder]
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Go on with the study in the folder
    #[arg(long, conflicts_with = "replace")]
    pub resume: bool,
    /// Throw the study in the folder away first
    #[arg(long)]
    pub replace: bool,
    /// Compute what the study in the folder lacks, as it was begun; FILE may be the study itself
    #[arg(long, conflicts_with_all = ["replace", "replications", "seed", "until", "block_size", "shard"])]
    pub missing: bool,
    /// Compute only part I of N, counted from 1, for `linchpin merge`
    #[arg(long, value_name = "I/N", conflicts_with = "require")]
    pub shard: Option<Shard>,
    /// Exit with 3 where a requirement is not met, 4 where one is undecided
    #[arg(long)]
    pub require: bool,
    /// Also write every number of every replication as replications.csv
    #[arg(long, conflicts_with = "shard")]
    pub csv: bool,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub redact: Redact,
    /// Replications in one block file. Changes no result
    #[arg(long, value_name = "N", default_value = "500", value_parser = parse_count)]
    pub block_size: u32,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub talk: Talk,
}

/// Arguments of `status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Study folder
    pub study: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub talk: Talk,
}

/// Arguments of `merge`.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// Folder of the whole study; may hold some of it already
    pub out: PathBuf,
    /// Folders of the parts, in any order
    #[arg(required = true, value_name = "STUDY")]
    pub studies: Vec<PathBuf>,
    /// Exit with 3 where a requirement is not met, 4 where one is undecided
    #[arg(long)]
    pub require: bool,
    /// Also write every number of every replication as replications.csv
    #[arg(long)]
    pub csv: bool,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub talk: Talk,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Study folder
    pub study: PathBuf,
    /// Also write every number of every replication as replications.csv
    #[arg(long)]
    pub csv: bool,
    /// Exit with 3 where a requirement is not met, 4 where one is undecided
    #[arg(long)]
    pub require: bool,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub redact: Redact,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub talk: Talk,
}

/// Which replication of which scenario.
#[derive(Debug, Args)]
pub struct OneReplication {
    /// Scenario file, or a folder with a scenario.ron
    pub file: PathBuf,
    /// Seed of all draws [default: the scenario's]
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Which replication, counted from 0
    #[arg(long, short, value_name = "R")]
    pub replication: u32,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub which: OneReplication,
    /// At most so many lines: like is drawn together, what concerns most people is kept [default: everything]
    #[arg(long, value_name = "N")]
    pub lines: Option<usize>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub redact: Redact,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub talk: Talk,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub which: OneReplication,
    /// Asset or pool, by its id
    #[arg(long, value_name = "ID")]
    pub asset: String,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub redact: Redact,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub talk: Talk,
}

/// A precision asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Until {
    /// Id of the metric, or `headline`.
    pub metric: String,
    /// Half-width of the interval relative to the mean, above 0 and below 1.
    pub relative: f64,
}

fn parse_count(text: &str) -> Result<u32, String> {
    match text.replace('_', "").parse() {
        Ok(0) | Err(_) => Err(format!("a whole number from 1 to {}", u32::MAX)),
        Ok(count) => Ok(count),
    }
}

fn parse_until(text: &str) -> Result<Until, String> {
    let example = "METRIC=REL, such as person_hours/water=0.02 or headline=2%";
    let (metric, relative) = text.rsplit_once('=').ok_or(example)?;
    let (number, unit) = match relative.trim().strip_suffix('%') {
        Some(percent) => (percent.trim(), 0.01),
        None => (relative.trim(), 1.0),
    };
    let relative = unit * number.parse::<f64>().map_err(|_| example)?;
    if !(relative > 0.0 && relative < 1.0) {
        return Err("REL has to lie above 0 and below 1".to_owned());
    }
    Ok(Until { metric: metric.trim().to_owned(), relative })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn precision_is_read() {
        for (text, expected) in [
            ("person_hours/water=0.02", Some(("person_hours/water", 0.02))),
            ("headline = 5 %", Some(("headline", 0.05))),
            ("a=b=0.5", Some(("a=b", 0.5))),
            ("headline", None),
            ("headline=", None),
            ("headline=0", None),
            ("headline=1", None),
            ("headline=NaN", None),
            ("headline=-0.1", None),
        ] {
            let read = parse_until(text).ok();
            assert_eq!(
                read.as_ref().map(|until| (until.metric.as_str(), until.relative)),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn counts_are_read() {
        for (text, expected) in [
            ("1", Some(1)),
            ("10_000", Some(10_000)),
            ("4294967295", Some(u32::MAX)),
            ("0", None),
            ("4294967296", None),
            ("-1", None),
            ("1e4", None),
            ("", None),
        ] {
            assert_eq!(parse_count(text).ok(), expected, "{text}");
        }
    }

    /// The first screen shows every job with an example.
    #[test]
    fn help_shows_every_command_with_an_example() {
        let help = Cli::command().render_help().to_string();
        for command in Cli::command().get_subcommands() {
            assert!(help.contains(&format!("linchpin {} ", command.get_name())), "{}", command.get_name());
        }
        assert!(help.lines().count() <= 48, "more than a screen: {}", help.lines().count());
    }
}
