//! `linchpin rank`: which assets matter most, and how sure that is.

mod cuts;
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
use crate::number::{count, wall_time};
use crate::progress::Line;
use crate::redact::{Redact, pseudonymous};
use crate::results::PROGRAM;
use crate::study::REDACTED;
use crate::suggest::nearest;
use crate::work::{Work, open, parse_lasting, runnable};
use clap::Args;
use linchpin_analysis::Catalogue;
use linchpin_analysis::cuts::Structure;
use linchpin_analysis::illusion::illusions;
use linchpin_ensemble::{
    ALL_SERVICES, Item, Outage, Ranked, Ranking, create_folder, hex, runs_folder, sha256, write_atomically,
};
use linchpin_model::{Model, NeedId, NodeId, NodeKind, Role, ServiceId};
use linchpin_scenario::decode::duration_text;
use std::path::{Path, PathBuf};
use told::Told;

const EXAMPLES: &str = "\
Examples:
  linchpin rank scenarios/energy-grid-attack/scenario.ron -n 1000
  linchpin rank scenario.ron --metric person_hours/water --at 6h --lasts 24h
  linchpin rank scenario.ron --service water --cut-sets

docs/ranking.md says what the figures mean.";

/// Arguments of `rank`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct RankArgs {
    /// Scenario file, or a folder with a scenario.ron
    pub file: PathBuf,
    /// Metric that losses are measured by; `person_hours` sums those without each service
    #[arg(long, value_name = "ID", default_value = ALL_SERVICES)]
    pub metric: String,
    /// When whatever is taken out goes out
    #[arg(long, value_name = "TIME", default_value = "0h", value_parser = duration_text)]
    pub at: u32,
    /// How long it is out; at most to the end
    #[arg(long, value_name = "TIME", default_value = "72h", value_parser = parse_lasting)]
    pub lasts: u32,
    /// How many to list, and how many places are the top
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub top: u32,
    /// Rank needs too: out while nothing arrives, never failing while wholly supplied
    #[arg(long)]
    pub needs: bool,
    /// Minimal cut sets of this service: assets that have to be out together for its delivery points to fail
    #[arg(long, value_name = "ID", requires = "cut_sets")]
    pub service: Option<String>,
    /// List minimal cut sets of up to three assets
    #[arg(long, requires = "service")]
    pub cut_sets: bool,
    /// Cut sets of this delivery point only
    #[arg(long, value_name = "ASSET", requires = "cut_sets")]
    pub point: Option<String>,
    /// Run everything, even what cannot differ. Changes no result
    #[arg(long)]
    pub brute_force: bool,
    /// Replications [default: the scenario's, at most 1,000]
    #[arg(long, short = 'n', value_name = "N", value_parser = clap::value_parser!(u32).range(2..=1_000_000_000))]
    pub replications: Option<u32>,
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

/// Replications where nobody says: each of them is some hundred runs.
const REPLICATIONS: u32 = 1000;

/// Runs the command.
pub fn rank(args: &RankArgs, console: &Console) -> Result<Exit, Failure> {
    let interrupt = Interrupt::listen();
    let key = args.redact.key()?;
    let file = scenario_file(&args.file);
    let loaded = open(&file, console);
    let (model, frozen) = runnable(&loaded, &file)?;
    let metric = metric(&args.metric, &Catalogue::new(model))?;
    let asked = asked(args, model)?;
    let folder = args.work.folder(&file, "rank");
    let _lock = settle(&folder, &runs_folder(&folder), &[], args.work.replace)?;
    write_atomically(&folder.join("scenario.ron"), frozen.as_bytes())?;
    let (items, assets) = items(model, args.needs);
    let seed = args.work.seed(model);
    let ranking = Ranking {
        model,
        items: &items,
        metric: &args.metric,
        outage: outage(args, model),
        replications: args.replications.unwrap_or_else(|| model.meta.replications.clamp(2, REPLICATIONS)),
        seed,
        frozen,
        program: PROGRAM,
        threads: args.work.threads,
        brute_force: args.brute_force,
    };
    let line = Line::new(console, &metric);
    let result =
        interrupt.during(|stop| linchpin_ensemble::rank(&ranking, &folder, stop, &mut |now| line.show(now)));
    line.clear();
    let Some(found) = result? else {
        return Err(Failure {
            exit: Exit::Interrupted,
            message: format!("finished blocks are safe in {}", folder.display()),
            hints: vec!["the same command goes on".to_owned()],
        });
    };
    let structure = Structure::new(model);
    let cuts = asked.map(|(service, point)| cuts::of(&structure, service, point, seed));
    let illusions = illusions(&structure);
    let told_model = key.map(|key| pseudonymous(model, &key, console));
    let redacted = told_model.is_some();
    let told = Told {
        model: told_model.as_ref().unwrap_or(model),
        hash: hex(&sha256(frozen.as_bytes())),
        redacted,
        ranking: &ranking,
        metric: &metric,
        top: args.top as usize,
        found: &found,
        assets,
        standings: told::Standings::of(model, &ranking, &found, assets, args.top as usize)?,
        illusions: &illusions,
        cuts: cuts.as_ref(),
    };
    let shown = if redacted { folder.join(REDACTED) } else { folder };
    let json = write(&told, &shown)?;
    console.data(&if args.talk.json {
        json
    } else {
        format!("{}\n{}\n", words::text(&told), saving(&found))
    })?;
    console.note(&format!("{} holds rank.json, rank.csv, plots and report.html", shown.display()));
    Ok(Exit::Done)
}

/// Writes what people and programs read; gives the text for programs.
fn write(told: &Told<'_>, folder: &Path) -> Result<String, Failure> {
    let shown = |error: linchpin_report::Error| Failure::internal(error.to_string());
    let json = crate::json(&json::json(told))?;
    create_folder(folder)?;
    write_atomically(&folder.join("rank.json"), json.as_bytes())?;
    write_atomically(&folder.join("rank.csv"), json::csv(told).as_bytes())?;
    let plots = linchpin_report::criticality_plots(&told.pictures());
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

/// What was saved by not running what cannot differ.
fn saving(found: &Ranked) -> String {
    let sums = found.sums;
    let of = if sums.runs < sums.whole {
        format!(
            "{} runs in place of {} by brute force ({:.0} % saved)",
            count(sums.runs),
            count(sums.whole),
            100.0 * (1.0 - sums.runs as f64 / sums.whole.max(1) as f64)
        )
    } else {
        format!("{} runs", count(sums.runs))
    };
    let threads = if found.timings.threads == 1 { "thread" } else { "threads" };
    if found.timings.computed == 0 {
        return format!("{of}, done before.");
    }
    format!("{of}, in {} on {} {threads}.", wall_time(found.timings.whole_s), found.timings.threads)
}

/// Assets, ascending, then needs of assets where they are asked for; and how many assets there are.
fn items(model: &Model, needs: bool) -> (Vec<Item>, usize) {
    let is_asset = |node: NodeId| model.nodes[node.index()].kind == NodeKind::Asset;
    let mut items: Vec<Item> = model.node_ids().filter(|node| is_asset(*node)).map(Item::Asset).collect();
    let assets = items.len();
    if needs {
        let counts = |need: &NeedId| {
            let need = &model.needs[need.index()];
            need.role != Role::Resupply && is_asset(need.owner)
        };
        items.extend((0..model.needs.len()).map(NeedId::new).filter(counts).map(Item::Need));
    }
    (items, assets)
}

/// To the horizon where it would last longer.
fn outage(args: &RankArgs, model: &Model) -> Outage {
    let ends = args.at.saturating_add(args.lasts);
    Outage { at: args.at, lasts: (ends < model.meta.horizon).then_some(args.lasts) }
}

/// The service, and perhaps the delivery point, whose cut sets are asked for.
fn asked(args: &RankArgs, model: &Model) -> Result<Option<(ServiceId, Option<NodeId>)>, Failure> {
    let unknown = |what: &str, id: &str, known: &mut dyn Iterator<Item = &str>| {
        let failure = Failure::invalid(format!("there is no {what} `{id}`"));
        match nearest(id, known) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure,
        }
    };
    if args.at >= model.meta.horizon {
        return Err(Failure::invalid("--at lies beyond the end of the scenario"));
    }
    let Some(id) = &args.service else { return Ok(None) };
    let service = model.services.iter().position(|service| service.id == *id);
    let mut known = model.services.iter().map(|service| service.id.as_str());
    let service = ServiceId::new(service.ok_or_else(|| unknown("service", id, &mut known))?);
    let points: Vec<NodeId> = cuts::points(model, service).into_iter().map(|(node, _)| node).collect();
    if points.is_empty() {
        return Err(Failure::invalid(format!("nobody is served with `{id}`: it has no delivery points")));
    }
    let Some(point) = &args.point else { return Ok(Some((service, None))) };
    let found = points.iter().find(|node| model.id(**node) == point);
    let mut known = points.iter().map(|node| model.id(*node));
    let found = found.ok_or_else(|| unknown("delivery point of the service", point, &mut known))?;
    Ok(Some((service, Some(*found))))
}
