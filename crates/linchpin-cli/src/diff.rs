//! `linchpin diff`: what changed between two studies, in what went in and in what came out.

mod inputs;
mod results;

use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::number::{count, number, percent_with_interval, with_interval};
use crate::results::PROGRAM;
use clap::Args;
use inputs::{Difference, differences};
use linchpin_analysis::Catalogue;
use linchpin_analysis::findings::{RequirementResult, Verdict, handling};
use linchpin_ensemble::{Identity, ModelJob, Study, StudyError, hex, identity_of};
use linchpin_model::Model;
use linchpin_scenario::value::Value;
use results::{Change, Pairing};
use serde::Serialize;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Changes that are shown as text; `--json` has them all.
const LISTED: usize = 25;

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Study folder: before
    #[arg(value_name = "STUDY")]
    pub before: PathBuf,
    /// Study folder: after
    #[arg(value_name = "STUDY")]
    pub after: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub talk: crate::args::Talk,
}

/// One of the two studies.
struct Side {
    folder: PathBuf,
    value: Value,
    job: ModelJob,
    identity: Identity,
    study: Study,
    requirements: Vec<RequirementResult>,
    hash: String,
}

impl Side {
    fn open(folder: &Path, console: &Console) -> Result<Self, Failure> {
        let path = folder.join("scenario.ron");
        if !path.is_file() {
            return Err(StudyError::NoStudy(folder.to_owned()).into());
        }
        let value = linchpin_scenario::load::load(&path).value;
        let value = value.ok_or_else(|| Failure::invalid(format!("{} cannot be read", path.display())))?;
        let identity = identity_of(folder)?;
        let job = ModelJob::new(Arc::new(crate::load::load(&path, console)?.model), identity.seed);
        let (study, notes) = Study::open(folder, &identity)?;
        for note in notes {
            console.warn(&format!("{}: {note}", folder.display()));
        }
        let ids: Vec<String> = job.catalogue().metrics().iter().map(|metric| metric.id.clone()).collect();
        let expected = Identity::new("", &ids, job.requirements().len(), identity.seed, PROGRAM);
        if expected.catalogue != identity.catalogue {
            let message = format!(
                "{} was computed by linchpin {}, whose metrics are not those of {PROGRAM}",
                folder.display(),
                identity.program
            );
            return Err(Failure::invalid(message).hint("run the study again with this version"));
        }
        let totals = study.totals(&job, &identity)?;
        let requirements = job.requirements().results(job.model(), totals.sums.accumulator());
        let hash = hex(&totals.hash);
        Ok(Self { folder: folder.to_owned(), value, job, identity, study, requirements, hash })
    }

    fn model(&self) -> &Model {
        self.job.model()
    }

    fn catalogue(&self) -> &Catalogue {
        self.job.catalogue()
    }
}

/// What `diff --json` prints.
#[derive(Serialize)]
struct DiffJson<'a> {
    version: u32,
    before: SideJson<'a>,
    after: SideJson<'a>,
    /// What went in.
    inputs: Vec<Difference>,
    pairing: Pairing,
    /// Replications compared with each other; none where unpaired.
    pairs: Option<u64>,
    /// Metrics that both have, the most relevant first.
    metrics: Vec<Change>,
    /// Metrics that only one of them has.
    only_before: Vec<String>,
    only_after: Vec<String>,
    requirements: Vec<RequirementJson>,
}

#[derive(Serialize)]
struct SideJson<'a> {
    folder: String,
    name: &'a str,
    marking: &'a str,
    exercise: bool,
    scenario_hash: String,
    study_hash: &'a str,
    program: &'a str,
    seed: u64,
    replications: u64,
    failed: u64,
}

#[derive(Serialize)]
struct RequirementJson {
    id: String,
    group: String,
    name: String,
    before: Option<Held>,
    after: Option<Held>,
}

#[derive(Clone, Serialize)]
struct Held {
    asked: f64,
    probability: f64,
    ci95: [f64; 2],
    verdict: Verdict,
}

impl Held {
    fn of(result: &RequirementResult) -> Self {
        let RequirementResult { asked, probability, ci95, verdict, .. } = *result;
        Self { asked, probability, ci95, verdict }
    }

    fn text(&self) -> String {
        let verdict = match self.verdict {
            Verdict::Met => "met",
            Verdict::NotMet => "not met",
            Verdict::Undecided => "undecided",
        };
        format!("{verdict}, {}", percent_with_interval(self.probability, self.ci95))
    }
}

/// Runs the command.
pub fn diff(args: &DiffArgs, console: &Console) -> Result<Exit, Failure> {
    let before = Side::open(&args.before, console)?;
    let after = Side::open(&args.after, console)?;
    let compared = Compared::of(&before, &after)?;
    let text = if args.talk.json { crate::json(&compared.json())? } else { compared.text() };
    console.data(&text)?;
    Ok(Exit::Done)
}

struct Compared<'a> {
    before: &'a Side,
    after: &'a Side,
    inputs: Vec<Difference>,
    pairing: Pairing,
    pairs: Option<u64>,
    metrics: Vec<Change>,
}

impl<'a> Compared<'a> {
    fn of(before: &'a Side, after: &'a Side) -> Result<Self, Failure> {
        let inputs = differences(&before.value, &after.value);
        // Places in both columns of the replications that both have finished.
        let pairs =
            (before.identity.seed == after.identity.seed).then(|| common(&before.study, &after.study));
        let pairs = pairs.filter(|pairs| pairs.len() > 1);
        let pairing = if pairs.is_some() { Pairing::Paired } else { Pairing::Unpaired };
        let (mut one, mut other) = (before.study.columns(), after.study.columns());
        let mut metrics = Vec::new();
        for (place, metric) in before.catalogue().metrics().iter().enumerate() {
            let Some(second) = after.catalogue().find(&metric.id) else { continue };
            let (old, new) = (one.get(place)?, other.get(second)?);
            let change = match &pairs {
                Some(pairs) => {
                    let [old, new] = [
                        pairs.iter().map(|(place, _)| old[*place]).collect::<Vec<_>>(),
                        pairs.iter().map(|(_, place)| new[*place]).collect(),
                    ];
                    Change::of(pairing, &old, &new)
                }
                None => Change::of(pairing, old, new),
            };
            let (id, name, unit) = (metric.id.clone(), metric.name.clone(), metric.unit.to_owned());
            metrics.push(Change { id, name, unit, ..change });
        }
        metrics.sort_by(|a, b| {
            let (a, b) = (a.relevance(), b.relevance());
            b.0.cmp(&a.0).then(b.1.total_cmp(&a.1))
        });
        let pairs = pairs.map(|pairs| pairs.len() as u64);
        Ok(Self { before, after, inputs, pairing, pairs, metrics })
    }

    fn requirements(&self) -> Vec<RequirementJson> {
        let key = |result: &RequirementResult| (result.id.clone(), result.group.clone());
        let find = |side: &Side, wanted: &(String, String)| {
            side.requirements.iter().find(|result| key(result) == *wanted).map(Held::of)
        };
        let news = self.after.requirements.iter().filter(|result| find(self.before, &key(result)).is_none());
        let all = self.before.requirements.iter().chain(news);
        all.map(|result| RequirementJson {
            id: result.id.clone(),
            group: result.group.clone(),
            name: result.name.clone(),
            before: find(self.before, &key(result)),
            after: find(self.after, &key(result)),
        })
        .collect()
    }

    /// Ids that only one of the two has.
    fn only(one: &Side, other: &Side) -> Vec<String> {
        let metrics = one.catalogue().metrics().iter();
        metrics.filter(|m| other.catalogue().find(&m.id).is_none()).map(|m| m.id.clone()).collect()
    }

    fn json(&self) -> DiffJson<'_> {
        DiffJson {
            version: 1,
            before: side_json(self.before),
            after: side_json(self.after),
            inputs: self.inputs.clone(),
            pairing: self.pairing,
            pairs: self.pairs,
            metrics: self.metrics.clone(),
            only_before: Self::only(self.before, self.after),
            only_after: Self::only(self.after, self.before),
            requirements: self.requirements(),
        }
    }

    fn text(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        for (word, side) in [("before", self.before), ("after", self.after)] {
            let meta = &side.model().meta;
            let _ = writeln!(
                out,
                "{word:<7} {}  [{}] {}",
                side.folder.display(),
                handling(meta.exercise, &meta.marking),
                meta.name
            );
        }
        self.push_inputs(&mut out);
        if self.before.hash == self.after.hash {
            out.push_str("\nResults: the same to the last bit\n");
            return out;
        }
        self.push_results(&mut out);
        self.push_requirements(&mut out);
        out
    }

    fn push_inputs(&self, out: &mut String) {
        let (one, other) = (&self.before.identity, &self.after.identity);
        let mut lines = Vec::new();
        if one.program != other.program {
            lines.push(format!("program: {}, was {}", other.program, one.program));
        }
        if one.seed != other.seed {
            lines.push(format!("seed: {}, was {}", other.seed, one.seed));
        }
        let [was, is] = [self.before, self.after].map(|side| side.study.replications() as u64);
        if was != is {
            lines.push(format!("replications: {}, was {}", count(is), count(was)));
        }
        let [was, is] = [self.before, self.after].map(|side| side.study.failed().len() as u64);
        if was != is {
            lines.push(format!("replications left out: {}, was {}", count(is), count(was)));
        }
        lines.extend(self.inputs.iter().map(Difference::text));
        if lines.is_empty() {
            out.push_str("\nInputs: the same\n");
            return;
        }
        let _ = writeln!(out, "\nInputs ({} differences)", lines.len());
        for line in lines.iter().take(2 * LISTED) {
            let _ = writeln!(out, "  {line}");
        }
        push_rest(out, lines.len(), 2 * LISTED);
    }

    fn push_results(&self, out: &mut String) {
        let clear: Vec<&Change> = self.metrics.iter().filter(|change| change.is_clear()).collect();
        let how = match self.pairs {
            Some(pairs) => format!("paired: {} replications with the same draws", count(pairs)),
            None => "unpaired: draws differ, so chance weighs more".to_owned(),
        };
        let _ = writeln!(out, "\nResults, mean difference with its 95 % interval ({how})");
        if clear.is_empty() {
            out.push_str("  no metric differs by more than chance may explain\n");
        }
        for change in clear.iter().take(LISTED) {
            let _ = writeln!(out, "  {}", change_text(change));
        }
        push_rest(out, clear.len(), LISTED);
        let rest = self.metrics.len() - clear.len();
        if rest > 0 && !clear.is_empty() {
            let _ = writeln!(
                out,
                "  {} metrics do not differ by more than chance may explain",
                count(rest as u64)
            );
        }
        for (side, other, word) in [(self.after, self.before, "new"), (self.before, self.after, "gone")] {
            let only = Self::only(side, other);
            if !only.is_empty() {
                let _ = writeln!(out, "  {} metrics are {word}: {}", count(only.len() as u64), few(&only));
            }
        }
    }

    fn push_requirements(&self, out: &mut String) {
        let requirements = self.requirements();
        if requirements.is_empty() {
            return;
        }
        let _ = writeln!(out, "\nRequirements, in this model");
        for requirement in requirements {
            let held = |held: &Option<Held>| held.as_ref().map_or_else(|| "not asked".to_owned(), Held::text);
            let (is, was) = (held(&requirement.after), held(&requirement.before));
            let change = if is == was { format!("{is}, as before") } else { format!("{is}; was {was}") };
            let _ = writeln!(out, "  {} / {}: {change}", requirement.id, requirement.group);
        }
    }
}

fn side_json(side: &Side) -> SideJson<'_> {
    let meta = &side.model().meta;
    SideJson {
        folder: side.folder.display().to_string(),
        name: &meta.name,
        marking: &meta.marking,
        exercise: meta.exercise,
        scenario_hash: hex(&side.identity.scenario),
        study_hash: &side.hash,
        program: &side.identity.program,
        seed: side.identity.seed,
        replications: side.study.replications() as u64,
        failed: side.study.failed().len() as u64,
    }
}

/// Places in the columns of both studies of the replications that both have finished.
fn common(before: &Study, after: &Study) -> Vec<(usize, usize)> {
    let mut others = after.finished().zip(0..).peekable();
    let mut pairs = Vec::new();
    for (place, replication) in before.finished().enumerate() {
        while others.next_if(|(other, _)| *other < replication).is_some() {}
        if let Some((_, other)) = others.next_if(|(other, _)| *other == replication) {
            pairs.push((place, other));
        }
    }
    pairs
}

fn change_text(change: &Change) -> String {
    let Change { name, unit, .. } = change;
    match (change.difference, change.ci95, change.before, change.after) {
        (Some(difference), Some(ci95), Some(before), Some(after)) => {
            let sign = if difference > 0.0 { "+" } else { "" };
            format!(
                "{name}: {sign}{} {unit}; {}, was {}",
                with_interval(difference, ci95),
                number(after),
                number(before)
            )
        }
        _ => {
            let [was, is] = change.not_reached.map(|share| number(100.0 * share));
            format!("{name}: not reached by the horizon in {is} % of replications, was {was} %")
        }
    }
}

fn push_rest(out: &mut String, all: usize, listed: usize) {
    if all > listed {
        let _ = writeln!(out, "  {} more; --json has them all", count((all - listed) as u64));
    }
}

/// The first of a list.
fn few(list: &[String]) -> String {
    const SHOWN: usize = 5;
    let more = if list.len() > SHOWN { ", ..." } else { "" };
    format!("{}{more}", list[..list.len().min(SHOWN)].join(", "))
}
