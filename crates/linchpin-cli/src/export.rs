//! `linchpin export`: a scenario or a study for other programs.

use crate::args::Talk;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::load::{scenario_file, show};
use crate::number::count;
use crate::results::PROGRAM;
use clap::{Args, Subcommand};
use linchpin_ensemble::{
    Inventory, Manifest, ModelJob, Study, StudyError, hex, runs_folder, sha256, write_atomically,
};
use linchpin_exchange::export::{Exported, Results, asset_tables, geojson};
use linchpin_model::Model;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const EXAMPLES: &str = "\
Examples:
  linchpin export geojson scenarios/energy-grid-attack --out grid.geojson
  linchpin export geojson studies/energy-grid-attack --out results.geojson

docs/importing.md lists the properties.";

/// Arguments of `export`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ExportArgs {
    /// Which format.
    #[command(subcommand)]
    pub format: Format,
}

/// Which format.
#[derive(Debug, Subcommand)]
pub enum Format {
    /// A map of assets, needs and, of a study, results (RFC 7946)
    Geojson(GeojsonArgs),
}

/// Arguments of `export geojson`.
#[derive(Debug, Args)]
pub struct GeojsonArgs {
    /// Scenario file, folder with a scenario.ron, or study folder
    #[arg(value_name = "FILE_OR_STUDY")]
    pub what: PathBuf,
    /// File to be written [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Overwrite the file if it is there
    #[arg(long, requires = "out")]
    pub replace: bool,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub talk: Talk,
}

/// What `export geojson --json` prints.
#[derive(Serialize)]
struct ExportJson {
    version: u32,
    file: String,
    /// Assets and pools.
    nodes: usize,
    /// Needs, refills and links of networks.
    lines: usize,
    nowhere: usize,
    undrawn: usize,
    left_out: usize,
    /// `null` for a scenario.
    replications: Option<u64>,
}

impl ExportArgs {
    /// Whether the user wants quiet.
    pub fn is_quiet(&self) -> bool {
        let Format::Geojson(args) = &self.format;
        args.talk.quiet
    }
}

/// Runs the command.
pub fn export(args: &ExportArgs, console: &Console) -> Result<Exit, Failure> {
    let Format::Geojson(args) = &args.format;
    if let Some(out) = args.out.as_deref().filter(|out| out.exists() && !args.replace) {
        let message = format!("{} is there already", out.display());
        return Err(Failure::invalid(message).hint("--replace overwrites it"));
    }
    if args.talk.json && args.out.is_none() {
        return Err(Failure::invalid("--json says what was written, so it needs --out FILE"));
    }
    let is_study = runs_folder(&args.what).is_dir();
    let file = scenario_file(&args.what);
    let mut loaded = linchpin_scenario::load_model(&file);
    show(&loaded.sources, &loaded.diagnostics, console);
    let (Some(mut model), Some(mut frozen)) = (loaded.model.take(), loaded.frozen.take()) else {
        return Err(Failure::invalid(format!("{} cannot be exported", file.display())));
    };
    if is_study {
        // Blocks are bound to the frozen text as it is, so it is read as it is.
        frozen = std::fs::read_to_string(&file)
            .map_err(|source| Failure::from(StudyError::Io { doing: "read", path: file, source }))?;
    }
    model.meta.hash = hex(&sha256(frozen.as_bytes()));
    let model = Arc::new(model);
    let results = is_study.then(|| results(&args.what, &model, &frozen, console)).transpose()?;
    let exported = geojson(&model, &frozen, &asset_tables(&loaded), results.as_ref());
    remark(&exported, console);
    let Some(out) = &args.out else {
        console.data(&exported.text)?;
        return Ok(Exit::Done);
    };
    write_atomically(out, exported.text.as_bytes())?;
    tell(args, out, &exported, results.as_ref(), console)?;
    Ok(Exit::Done)
}

/// What every asset of a study came to.
fn results(folder: &Path, model: &Arc<Model>, frozen: &str, console: &Console) -> Result<Results, Failure> {
    let inventory = Inventory::read(folder)?;
    let first = inventory.blocks.first_key_value();
    let seed = first
        .map(|(_, block)| block.header.identity.seed)
        .ok_or_else(|| StudyError::NoStudy(folder.to_owned()))?;
    let job = ModelJob::new(model.clone(), seed);
    let identity = job.identity(frozen, seed, PROGRAM);
    let (study, notes) = Study::open(folder, &identity)?;
    notes.iter().for_each(|note| console.warn(note));
    if let Some(shard) = Manifest::read(folder).and_then(|manifest| manifest.shard) {
        console.warn(&format!("{} holds part {shard} of a study only", folder.display()));
    }
    let totals = study.totals(&job, &identity)?;
    Ok(Results {
        seed,
        study_hash: hex(&totals.hash),
        program: format!("linchpin {PROGRAM}"),
        ..Results::of(model, totals.sums.accumulator())
    })
}

/// What a map cannot show.
fn remark(exported: &Exported, console: &Console) {
    for (number, text) in [
        (exported.nowhere, "assets have no position: they are in the file, with a null geometry"),
        (
            exported.undrawn,
            "lines have an end without a position: they are in the file, with a null geometry",
        ),
        (exported.left_out, "links to teams and to repair work are left out: these are no places on a map"),
    ] {
        if number > 0 {
            console.note(&format!("{} {text}", count(number as u64)));
        }
    }
}

fn tell(
    args: &GeojsonArgs,
    out: &Path,
    exported: &Exported,
    results: Option<&Results>,
    console: &Console,
) -> Result<(), Failure> {
    let Exported { nodes, lines, nowhere, undrawn, left_out, .. } = *exported;
    if args.talk.json {
        let replications = results.map(|results| results.replications);
        let file = out.display().to_string();
        let json = ExportJson { version: 1, file, nodes, lines, nowhere, undrawn, left_out, replications };
        return console.data(&crate::json(&json)?);
    }
    let of = results.map_or(String::new(), |results| {
        format!(", with the results of {} replications", count(results.replications))
    });
    let (nodes, lines) = (count(nodes as u64), count(lines as u64));
    console.data(&format!("{}: {nodes} assets and pools, {lines} lines{of}\n", out.display()))
}
