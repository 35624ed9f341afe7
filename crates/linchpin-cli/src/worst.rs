//! `linchpin worst`: the worst that so many targets, or an actor's campaigns, can do, and what to protect against it.

mod candidates;
mod json;
mod page;
mod told;
mod words;

use crate::args::Talk;
use crate::compare::metric;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::folder::settle;
use crate::interrupt::Interrupt;
use crate::load::scenario_file;
use crate::number::count;
use crate::redact::{Redact, pseudonymous};
use crate::results::PROGRAM;
use crate::study::REDACTED;
use crate::work::{Work, open, parse_lasting, runnable};
use clap::Args;
use linchpin_analysis::{Catalogue, Metric};
use linchpin_ensemble::{
    ALL_SERVICES, Against, Halt, Scheme, Searching, WorstFound, WorstPlan, create_folder, hex, sha256,
    worst as look, write_atomically,
};
use linchpin_model::{Model, NodeId, Strike};
use linchpin_scenario::decode::duration_text;
use std::path::{Path, PathBuf};
use told::Told;

const EXAMPLES: &str = "\
Examples:
  linchpin worst scenarios/energy-grid-attack/scenario.ron --budget 3
  linchpin worst scenario.ron --budget 5 --protect 2 --sector energy --lasts 24h --tail
  linchpin worst scenario.ron --actor grey-heron --effort 40

docs/worst-case.md says what is looked for, how, and what is promised.";

/// Arguments of `worst`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct WorstArgs {
    /// Scenario file, or a folder with a scenario.ron
    pub file: PathBuf,
    /// How many assets are attacked at most [default: 3]
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=32), conflicts_with = "actor")]
    pub budget: Option<u32>,
    /// How many assets can be protected [default: as many as are attacked]
    #[arg(long, value_name = "P", value_parser = clap::value_parser!(u32).range(0..=16))]
    pub protect: Option<u32>,
    /// Attack only assets of these classes
    #[arg(long, value_name = "IDS", value_delimiter = ',', conflicts_with = "actor")]
    pub class: Vec<String>,
    /// Attack only assets of these sectors
    #[arg(long, value_name = "IDS", value_delimiter = ',', conflicts_with = "actor")]
    pub sector: Vec<String>,
    /// Attack only assets in these regions
    #[arg(long, value_name = "IDS", value_delimiter = ',', conflicts_with = "actor")]
    pub region: Vec<String>,
    /// Attack only assets with one of these tags
    #[arg(long, value_name = "IDS", value_delimiter = ',', conflicts_with = "actor")]
    pub tag: Vec<String>,
    /// When the targets go down
    #[arg(long, value_name = "TIME", default_value = "0h", value_parser = duration_text, conflicts_with = "actor")]
    pub at: u32,
    /// How long they are down [default: 72h]
    #[arg(long, value_name = "TIME", value_parser = parse_lasting, conflicts_with_all = ["actor", "damage"])]
    pub lasts: Option<u32>,
    /// They are damaged, and repaired as the scenario has it, rather than down for a fixed time
    #[arg(long, conflicts_with = "actor")]
    pub damage: bool,
    /// Rather than targets: which steps of this actor's campaigns, and whom they strike, within its effort
    #[arg(long, value_name = "ID")]
    pub actor: Option<String>,
    /// Effort the actor has [default: the scenario's]
    #[arg(long, value_name = "E", requires = "actor", value_parser = parse_effort)]
    pub effort: Option<f64>,
    /// Metric that is lost; `person_hours` sums those without each service
    #[arg(long, value_name = "ID", default_value = ALL_SERVICES)]
    pub metric: String,
    /// The mean of the worst 5 % of replications rather than of all
    #[arg(long)]
    pub tail: bool,
    /// Replications of each attack that is reported
    #[arg(long, short = 'n', value_name = "N", default_value = "200", value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    pub replications: u32,
    /// Try all sets of targets where that takes at most so many replications
    #[arg(long, value_name = "N", default_value = "200000")]
    pub exact: u64,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub work: Work,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub redact: Redact,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub talk: Talk,
}

fn parse_effort(text: &str) -> Result<f64, String> {
    let effort = text.replace('_', "").parse::<f64>().ok();
    let effort = effort.filter(|effort| effort.is_finite() && *effort > 0.0);
    effort.ok_or_else(|| "a number above 0".to_owned())
}

const TARGETS: u32 = 3;
const LASTS_S: u32 = 72 * 3600;

/// What is asked, looked up in the model.
pub struct Asked {
    /// Whom it may concern; of an actor: nobody.
    pub candidates: Vec<NodeId>,
    /// The actor's choices and its effort.
    pub scheme: Option<(Scheme, f64)>,
    /// How many targets.
    pub most: usize,
    /// How many protections.
    pub protections: usize,
    /// What is done to targets.
    pub strike: Strike,
}

/// Runs the command.
pub fn worst(args: &WorstArgs, console: &Console) -> Result<Exit, Failure> {
    let interrupt = Interrupt::listen();
    let key = args.redact.key()?;
    let file = scenario_file(&args.file);
    let loaded = open(&file, console);
    let (model, frozen) = runnable(&loaded, &file)?;
    let metric = metric(&args.metric, &Catalogue::new(model))?;
    let asked = candidates::asked(args, model)?;
    let folder = args.work.folder(&file, "worst");
    let _lock = settle(&folder, &answers(&folder), &[], args.work.replace)?;
    write_atomically(&folder.join("scenario.ron"), frozen.as_bytes())?;
    let seed = args.work.seed(model);
    let question = question(args, &asked, frozen, seed);
    let plan = plan(args, &asked, model, seed, &question);
    let line = Line::new(console);
    let result =
        interrupt.during(|stop| look(&plan, Some(&answers(&folder)), stop, &mut |now| line.show(now)));
    line.clear();
    let found = match result {
        Ok(Some(found)) => found,
        Ok(None) => return Err(Failure::invalid(format!("--metric: there is no metric `{}`", args.metric))),
        Err(Halt::Told) => {
            return Err(Failure {
                exit: Exit::Interrupted,
                message: format!("what was evaluated is safe in {}", folder.display()),
                hints: vec!["the same command goes on".to_owned()],
            });
        }
        Err(Halt::Failed(error)) => return Err(error.into()),
    };
    show(args, (model, &loaded), &asked, &found, (metric, seed), &folder, key, console)
}

fn plan<'a>(
    args: &'a WorstArgs,
    asked: &'a Asked,
    model: &'a Model,
    seed: u64,
    question: &'a str,
) -> WorstPlan<'a> {
    let against = match &asked.scheme {
        Some((scheme, effort)) => Against::Actor { scheme, effort: *effort },
        None => Against::Targets {
            candidates: asked.candidates.clone(),
            most: asked.most,
            strike: asked.strike,
            at: args.at,
        },
    };
    WorstPlan {
        model,
        against,
        protections: asked.protections,
        metric: &args.metric,
        tail: args.tail,
        seed,
        replications: args.replications,
        exact: args.exact,
        question,
        threads: args.work.threads,
    }
}

#[expect(clippy::too_many_arguments, reason = "all that there is to show")]
fn show(
    args: &WorstArgs,
    (model, loaded): (&Model, &linchpin_scenario::Loaded),
    asked: &Asked,
    found: &WorstFound,
    (metric, seed): (Metric, u64),
    folder: &Path,
    key: Option<linchpin_analysis::redact::RedactKey>,
    console: &Console,
) -> Result<Exit, Failure> {
    let told_model = key.map(|key| pseudonymous(model, &key, console));
    let redacted = told_model.is_some();
    let frozen = loaded.frozen.as_deref().unwrap_or_default();
    let told = Told {
        model: told_model.as_ref().unwrap_or(model),
        redacted,
        hash: hex(&sha256(frozen.as_bytes())),
        seed,
        metric,
        args,
        asked,
        found,
    };
    if found.failed > 0 {
        console.warn(&format!("{} replications could not be finished and are left out", count(found.failed)));
    }
    let shown = if redacted { folder.join(REDACTED) } else { folder.to_owned() };
    let json = write(&told, &shown)?;
    console.data(&if args.talk.json { json } else { words::text(&told) })?;
    console.note(&format!("{} holds worst.json, worst.csv, plots and report.html", shown.display()));
    Ok(Exit::Done)
}

/// Writes what people and programs read; gives the text for programs.
fn write(told: &Told<'_>, folder: &Path) -> Result<String, Failure> {
    let shown = |error: linchpin_report::Error| Failure::internal(error.to_string());
    let json = crate::json(&json::json(told))?;
    create_folder(folder)?;
    write_atomically(&folder.join("worst.json"), json.as_bytes())?;
    write_atomically(&folder.join("worst.csv"), json::csv(told).as_bytes())?;
    let plots = linchpin_report::worst_plots(&told.pictures());
    let place = folder.join("plots");
    create_folder(&place)?;
    for (plot, png) in plots.iter().zip(linchpin_report::rasterise_all(&plots).map_err(shown)?) {
        write_atomically(&place.join(format!("{}.svg", plot.id)), plot.svg.as_bytes())?;
        write_atomically(&place.join(format!("{}.png", plot.id)), &png)?;
    }
    let html = linchpin_report::page::page_html(&page::page(told, &plots)).map_err(shown)?;
    write_atomically(&folder.join("report.html"), html.as_bytes())?;
    Ok(json)
}

/// Everything that the result depends on.
fn question(args: &WorstArgs, asked: &Asked, frozen: &str, seed: u64) -> String {
    let Asked { candidates, scheme, most, protections, strike } = asked;
    let scheme = scheme.as_ref().map(|(scheme, effort)| (&scheme.choices, effort));
    format!(
        "{PROGRAM}\n{seed} {} {} {} {} {}\n{candidates:?} {scheme:?} {most} {protections} {strike:?}\n{frozen}",
        args.metric, args.tail, args.replications, args.exact, args.at
    )
}

fn answers(folder: &Path) -> PathBuf {
    folder.join("answers")
}

/// How far the search is.
struct Line(crate::progress::Words);

impl Line {
    fn new(console: &Console) -> Self {
        Self(crate::progress::Words::new(console))
    }

    fn show(&self, now: &Searching) {
        self.0.show(|| {
            format!(
                "{} sets looked at, {} evaluated with few replications, {} with all",
                count(now.sketched),
                count(now.screened),
                count(now.evaluated)
            )
        });
    }

    fn clear(&self) {
        self.0.clear();
    }
}
