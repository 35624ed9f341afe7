//! `linchpin compare`: which options help most, for what money, and how sure that is.

mod export;
mod judge;
mod names;
mod pictures;
mod portfolio;
mod require;
mod search;
mod show;
mod worlds;

use crate::args::Talk;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::folder::settle;
use crate::interrupt::Interrupt;
use crate::load::{scenario_file, show as show_problems};
use crate::number::count;
use crate::progress::Line;
use crate::redact::{Redact, pseudonymous};
use crate::results::{PROGRAM, shown};
use crate::study::REDACTED;
use crate::suggest::nearest;
use crate::work::{Work, open, runnable};
use clap::Args;
use linchpin_analysis::compare::Selector;
use linchpin_analysis::{Catalogue, Metric};
use linchpin_ensemble::{ALL_SERVICES, Candidate, Contest, contest, hex, sha256, write_atomically};
use linchpin_report::page::page_html;
use linchpin_report::{comparison_page, comparison_plots, rasterise_all};
use linchpin_scenario::Loaded;
use linchpin_scenario::diagnostic::Diagnostics;
use linchpin_scenario::options::{OptionSpec, Options};
use names::Names;
use portfolio::Portfolio;
use search::{Choices, How, search};
use show::Told;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use worlds::{BeyondArgs, Looking};

const EXAMPLES: &str = "\
Examples:
  linchpin compare scenarios/energy-grid-attack/scenario.ron
  linchpin compare scenario.ron --options diesel,crews --budget 12 --metric person_hours/water

docs/comparing.md says what is promised, and under which assumptions.";

/// Arguments of `compare`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct CompareArgs {
    /// Scenario file with options, or a folder with a scenario.ron
    pub file: PathBuf,
    /// Only these options [default: all]
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    pub options: Vec<String>,
    /// Money there is, in present value [default: the scenario's]
    #[arg(long, value_name = "X", value_parser = parse_amount)]
    pub budget: Option<f64>,
    /// Metric that is to be small; `person_hours` sums those without each service
    #[arg(long, value_name = "ID", default_value = ALL_SERVICES)]
    pub metric: String,
    /// How sure to be of the best, and of intervals
    #[arg(long, value_name = "P", default_value = "0.95", value_parser = parse_confidence)]
    pub confidence: f64,
    /// Difference that does not matter, in the metric's unit [default: 1 % of the loss as it is]
    #[arg(long, value_name = "D", value_parser = parse_amount)]
    pub indifference: Option<f64>,
    /// At most so many replications [default: the scenario's]
    #[arg(long, short = 'n', value_name = "N", value_parser = clap::value_parser!(u32).range(64..=1_000_000_000))]
    pub replications: Option<u32>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub work: Work,
    /// Exit with 3 where a requirement is not met with the best portfolio, 4 where one is undecided
    #[arg(long)]
    pub require: bool,
    /// Ask that of this portfolio: option ids joined by `+`, or as-it-is
    #[arg(long, value_name = "PORTFOLIO", requires = "require")]
    pub require_of: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub redact: Redact,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub beyond: BeyondArgs,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub talk: Talk,
}

fn parse_amount(text: &str) -> Result<f64, String> {
    let amount = text.replace('_', "").parse::<f64>().ok();
    amount
        .filter(|amount| amount.is_finite() && *amount >= 0.0)
        .ok_or_else(|| "a number of at least 0".to_owned())
}

fn parse_confidence(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok();
    share.filter(|share| (0.5..1.0).contains(share)).ok_or_else(|| "a number from 0.5 to below 1".to_owned())
}

/// Replications of the first round: variances are estimated from them.
const FIRST: usize = 64;

/// Share of the loss as it is that does not matter where the user does not say.
const INDIFFERENT: f64 = 0.01;

/// Runs the command.
pub fn compare(args: &CompareArgs, console: &Console) -> Result<Exit, Failure> {
    // Before minutes are spent on a comparison that could not be shown.
    let redact = args.redact.key()?;
    let interrupt = Interrupt::listen();
    let file = scenario_file(&args.file);
    let loaded = open(&file, console);
    let (model, frozen) = runnable(&loaded, &file)?;
    let options = loaded.options.as_ref().filter(|options| !options.list.is_empty());
    let options = options.ok_or_else(|| {
        Failure::invalid(format!("{} has no options to compare", file.display()))
            .hint("docs/scenario-format.md says how to write `options`")
    })?;
    if args.require && model.requirements.is_empty() {
        return Err(Failure::invalid("--require makes no sense here: the scenario states no requirements"));
    }
    let catalogue = Catalogue::new(model);
    let metric = metric(&args.metric, &catalogue)?;
    let chosen = chosen(options, &args.options)?;
    let threats = worlds::threats(&loaded, &args.beyond.threats)?;
    let budget = args.budget.or(options.budget.as_ref().map(|budget| budget.amount)).unwrap_or(f64::INFINITY);
    let mut listed = portfolio::list(options, &chosen, budget);
    let require_of = args.require_of.as_deref().map(|text| require::portfolio(options, text)).transpose()?;
    let require_of = require_of.map(|portfolio| listed.place_of(portfolio));
    if listed.left_out > 0 {
        let text = format!(
            "{} portfolios fit the budget; {} of them are compared (those of fewest options first), then what differs from the best by one option",
            count((listed.left_out + listed.portfolios.len()) as u64),
            count(listed.portfolios.len() as u64)
        );
        console.note(&text);
    }
    let list = candidates(&loaded, options, &listed.portfolios, console)?;
    let eligible: Vec<bool> = listed.portfolios.iter().map(|portfolio| portfolio.cost <= budget).collect();
    let kept =
        |(i, portfolio): (usize, &Portfolio<'_>)| portfolio.options.len() <= 1 || require_of == Some(i);
    let kept: Vec<bool> = listed.portfolios.iter().enumerate().map(kept).collect();
    let folder = args.work.folder(&file, "compare");
    let _lock = settle(&folder, &folder.join("rounds"), &[folder.join(WORLDS)], args.work.replace)?;
    write_atomically(&folder.join("scenario.ron"), frozen.as_bytes())?;
    let seed = args.work.seed(model);
    let plan = Contest {
        candidates: &list,
        eligible: &eligible,
        kept: &kept,
        metric: &args.metric,
        selector: Selector {
            confidence: args.confidence,
            indifference: args.indifference.unwrap_or(0.0),
            first: FIRST,
        },
        relative_indifference: INDIFFERENT,
        replications: args.replications.unwrap_or(model.meta.replications).max(FIRST as u32),
        at_least: 0,
        seed,
        frozen,
        program: PROGRAM,
        threads: args.work.threads,
    };
    let line = Line::new(console, &metric);
    let result = interrupt.during(|stop| {
        let mut found = contest(&plan, &folder, stop, &mut |now| line.show(now))?;
        let choices = Choices { options, chosen: &chosen, budget };
        let models = |portfolios: &[Portfolio<'_>]| candidates(&loaded, options, portfolios, console);
        let how = How { folder: &folder, stop, models: &models, progress: &mut |now| line.show(now) };
        let searched = search(choices, &plan, &mut listed, &mut found, how)?;
        Ok::<_, Failure>((found, searched))
    });
    line.clear();
    let (found, searched) = result?;
    if found.interrupted {
        return Err(interrupted(&folder));
    }
    let verdict = judge::judge(&found, &listed.portfolios, budget, args.confidence, seed);
    let looking = Looking {
        args: &args.beyond,
        loaded: &loaded,
        model,
        portfolios: &listed.portfolios,
        candidates: &list,
        found: &found,
        means: &verdict.means,
        front: &verdict.front,
        as_good: verdict.as_good,
        budget,
        metric: &args.metric,
        seed,
        frozen,
        threads: args.work.threads,
    };
    let place = folder.join(WORLDS);
    let beyond = interrupt.during(|stop| looking.look(&threats, &place, stop, console, &line));
    line.clear();
    let beyond = beyond?.ok_or_else(|| interrupted(&folder))?;
    let names = Names::of(&loaded, model, &metric);
    let told = Told {
        names: &names,
        hash: hex(&sha256(frozen.as_bytes())),
        seed,
        options,
        portfolios: &listed.portfolios,
        budget,
        confidence: args.confidence,
        found: &found,
        verdict: &verdict,
        left_out: listed.left_out,
        command: command(args, seed, plan.replications, budget),
        searched,
        require: args.require,
        require_of,
        beyond: &beyond,
        parameters: loaded.uncertain.as_ref().map_or(&[], |uncertain| &uncertain.list),
    };
    let mut text = write(&told, &folder, args.talk.json)?;
    let mut place = folder;
    if let Some(key) = &redact {
        let model = pseudonymous(model, key, console);
        let hidden = Names::hidden(&loaded, &names.model, &metric, key, model);
        place = place.join(REDACTED);
        // Options are pseudonyms in the command too, which would not run: what was typed is left out.
        let told = Told { names: &hidden, command: String::new(), ..told.clone() };
        text = write(&told, &place, args.talk.json)?;
    }
    console.data(&text)?;
    console.note(&format!(
        "{} holds report.html, compare.json, compare.csv, compliance.csv and plots",
        place.display()
    ));
    Ok(told.exit())
}

/// Writes everything that is made from a comparison; gives what is to be printed.
fn write(told: &Told<'_>, folder: &Path, as_json: bool) -> Result<String, Failure> {
    let plots = folder.join("plots");
    linchpin_ensemble::create_folder(&plots)?;
    let json = crate::json(&told.json())?;
    write_atomically(&folder.join("compare.json"), json.as_bytes())?;
    write_atomically(&folder.join("compare.csv"), told.csv().as_bytes())?;
    if let Some(csv) = told.beyond.csv(&told.words(), &told.marking()) {
        write_atomically(&folder.join("worlds.csv"), csv.as_bytes())?;
    }
    let compliance = folder.join("compliance.csv");
    if !told.names.asked.is_empty() {
        write_atomically(&compliance, told.compliance_csv().as_bytes())?;
    }
    let comparison = told.pictures();
    let pictures = comparison_plots(&comparison);
    for (plot, png) in pictures.iter().zip(shown(rasterise_all(&pictures))?) {
        write_atomically(&plots.join(format!("{}.svg", plot.id)), plot.svg.as_bytes())?;
        write_atomically(&plots.join(format!("{}.png", plot.id)), &png)?;
    }
    let page = shown(page_html(&comparison_page(&comparison, &pictures)))?;
    write_atomically(&folder.join("report.html"), page.as_bytes())?;
    Ok(if as_json { json } else { told.text() })
}

/// The command that makes a comparison again from the frozen scenario in its folder.
fn command(args: &CompareArgs, seed: u64, replications: u32, budget: f64) -> String {
    let mut command = format!("linchpin compare scenario.ron --seed {seed} --replications {replications}");
    if !args.options.is_empty() {
        command.push_str(&format!(" --options {}", args.options.join(",")));
    }
    if budget.is_finite() {
        command.push_str(&format!(" --budget {budget}"));
    }
    command.push_str(&format!(" --metric {} --confidence {}", args.metric, args.confidence));
    if let Some(indifference) = args.indifference {
        command.push_str(&format!(" --indifference {indifference}"));
    }
    command.push_str(&args.beyond.command());
    if let Some(portfolio) = &args.require_of {
        command.push_str(&format!(" --require --require-of '{portfolio}'"));
    }
    command
}

/// Folder of sets of values and of threats within that of a comparison.
const WORLDS: &str = "worlds";

fn interrupted(folder: &Path) -> Failure {
    Failure {
        exit: Exit::Interrupted,
        message: format!("finished rounds are safe in {}", folder.display()),
        hints: vec!["the same command goes on".to_owned()],
    }
}

/// The metric of this id, with its words.
pub(crate) fn metric(id: &str, catalogue: &Catalogue) -> Result<Metric, Failure> {
    if id == ALL_SERVICES && catalogue.metrics().iter().any(|metric| metric.kind == ALL_SERVICES) {
        return Ok(Metric {
            id: id.to_owned(),
            name: "Person-hours without service, over all services".to_owned(),
            unit: "person-hours",
            group: String::new(),
            kind: "person_hours",
        });
    }
    if let Some(column) = catalogue.find(id) {
        return Ok(catalogue.metrics()[column].clone());
    }
    let failure = Failure::invalid(format!("--metric: there is no metric `{id}`"));
    let ids = catalogue.metrics().iter().map(|metric| metric.id.as_str());
    Err(match nearest(id, ids) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("summary.json of a study lists them all"),
    })
}

/// The options asked for, in the order of the file.
fn chosen<'o>(options: &'o Options, ids: &[String]) -> Result<Vec<&'o OptionSpec>, Failure> {
    for id in ids {
        if options.find(id).is_none() {
            let failure = Failure::invalid(format!("--options: there is no option `{id}`"));
            let known = options.list.iter().map(|option| option.id.value.as_str());
            return Err(match nearest(id, known) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure,
            });
        }
    }
    let asked = |option: &&OptionSpec| ids.is_empty() || ids.contains(&option.id.value);
    Ok(options.list.iter().filter(asked).collect())
}

/// The models of all portfolios.
fn candidates(
    loaded: &Loaded,
    options: &Options,
    portfolios: &[Portfolio<'_>],
    console: &Console,
) -> Result<Vec<Candidate>, Failure> {
    let mut problems = Diagnostics::default();
    let mut list = Vec::new();
    for portfolio in portfolios {
        let variant = options.variant(loaded, &portfolio.options);
        problems.extend(variant.diagnostics);
        if let Some(model) = variant.model {
            list.push(Candidate { id: portfolio.id(), model: Arc::new(model) });
        }
    }
    if list.len() < portfolios.len() {
        problems.sort();
        show_problems(&loaded.sources, &problems, console);
        return Err(Failure::invalid("options that cannot be taken together as written"));
    }
    Ok(list)
}
