//! `linchpin import`: a scenario of other people's files, with a report of what was read, guessed and left out.

use crate::args::Talk;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::load::show;
use crate::new::{demand_free, shell, title};
use clap::{Args, Subcommand, ValueEnum};
use linchpin_ensemble::{create_folder, write_atomically};
use linchpin_exchange::fields::Field;
use linchpin_exchange::import::{Imported, Outcome, import_csv, import_geojson, import_graphml};
use linchpin_exchange::input::Input;
use linchpin_exchange::stix::import_stix;
use linchpin_exchange::{EdgesMean, Options, Required};
use linchpin_scenario::source::SourceId;
use serde::Serialize;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  linchpin import csv --nodes assets.csv --edges needs.csv --out my-network
  linchpin import geojson substations.geojson lines.geojson --id ref --out my-network
  linchpin import graphml grid.graphml --edges-mean links --sources generator --out my-grid
  linchpin import stix flow.json --out my-campaign

docs/importing.md lists the fields and says what is guessed.";

/// Arguments of `import`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ImportArgs {
    /// Which format.
    #[command(subcommand)]
    pub format: Format,
}

/// Which format.
#[derive(Debug, Subcommand)]
pub enum Format {
    /// Tables of nodes and edges
    Csv(CsvArgs),
    /// Maps: points and areas as assets, lines as links
    Geojson(GeojsonArgs),
    /// A graph, as networkx, Gephi and yEd write it
    Graphml(GraphmlArgs),
    /// Threat intelligence: a STIX 2.1 bundle or an Attack Flow, as the skeleton of a campaign
    Stix(StixArgs),
}

/// Arguments of `import csv`.
#[derive(Debug, Args)]
pub struct CsvArgs {
    /// Table with an asset a row
    #[arg(long, value_name = "FILE", required_unless_present = "edges")]
    pub nodes: Option<PathBuf>,
    /// Table with an edge a row; alone, it names the assets too
    #[arg(long, value_name = "FILE")]
    pub edges: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub common: Common,
}

/// Arguments of `import geojson`.
#[derive(Debug, Args)]
pub struct GeojsonArgs {
    /// GeoJSON files that belong together
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// How far from the end of a line its asset may be, in kilometres
    #[arg(long, value_name = "KM", default_value = "1", value_parser = parse_km)]
    pub snap_km: f64,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub common: Common,
}

/// Arguments of `import graphml`.
#[derive(Debug, Args)]
pub struct GraphmlArgs {
    /// GraphML file
    pub file: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub common: Common,
}

/// Arguments of `import stix`.
#[derive(Debug, Args)]
pub struct StixArgs {
    /// Bundle of STIX 2.1, such as an export of Attack Flow Builder
    pub file: PathBuf,
    /// Folder of the campaign; made new
    #[arg(long, short, value_name = "DIR")]
    pub out: PathBuf,
    /// Title of the scenario that includes it [default: after the folder]
    #[arg(long, value_name = "TITLE")]
    pub name: Option<String>,
    /// Handling marking [default: TLP:CLEAR]
    #[arg(long, value_name = "TEXT")]
    pub marking: Option<String>,
    /// Leave broken objects out and report them, instead of refusing the file
    #[arg(long)]
    pub skip_broken: bool,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub talk: Talk,
}

/// What edges say.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Meaning {
    /// The first end supplies the second
    Supplies,
    /// The first end needs the second
    Needs,
    /// The ends are connected, neither first
    Links,
}

/// How many providers.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Providers {
    /// One of several is enough
    Any,
    /// All are needed
    All,
}

/// What the formats have in common.
#[derive(Debug, Args)]
pub struct Common {
    /// Folder of the scenario; made new
    #[arg(long, short, value_name = "DIR")]
    pub out: PathBuf,
    /// Column or attribute with the ids of assets
    #[arg(long, value_name = "COLUMN")]
    pub id: Option<String>,
    /// Column or attribute with the classes of assets
    #[arg(long, value_name = "COLUMN")]
    pub class: Option<String>,
    /// What a column means, such as `Kraj=region`; FIELD `ignore` leaves it out. Can be given many times
    #[arg(long, value_name = "COLUMN=FIELD", value_parser = parse_map)]
    pub map: Vec<(String, Field)>,
    /// What an edge from A to B says: A supplies B, A needs B, or they are linked [default: guessed]
    #[arg(long, value_name = "MEANING", value_enum)]
    pub edges_mean: Option<Meaning>,
    /// How many of several providers of a service are needed
    #[arg(long, value_enum, default_value = "any")]
    pub required: Providers,
    /// Service of edges that name none [default: that of the provider's sector]
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// Class whose assets feed networks of links [default: the largest connected part works]
    #[arg(long, value_name = "CLASS")]
    pub sources: Option<String>,
    /// Title of the scenario [default: after the folder]
    #[arg(long, value_name = "TITLE")]
    pub name: Option<String>,
    /// Handling marking [default: the file's own, else TLP:CLEAR]
    #[arg(long, value_name = "TEXT")]
    pub marking: Option<String>,
    /// Leave broken records out and report them, instead of refusing the files
    #[arg(long)]
    pub skip_broken: bool,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a comment would replace the help of the arguments")]
    pub talk: Talk,
}

/// What `import --json` prints.
#[derive(Serialize)]
struct ImportJson<'a> {
    version: u32,
    folder: String,
    files: Vec<&'a str>,
    /// Warnings that `check` has on what was written.
    warnings: usize,
    report: &'a linchpin_exchange::Report,
}

impl ImportArgs {
    fn out(&self) -> &Path {
        match &self.format {
            Format::Csv(args) => &args.common.out,
            Format::Geojson(args) => &args.common.out,
            Format::Graphml(args) => &args.common.out,
            Format::Stix(args) => &args.out,
        }
    }

    fn talk(&self) -> &Talk {
        match &self.format {
            Format::Csv(args) => &args.common.talk,
            Format::Geojson(args) => &args.common.talk,
            Format::Graphml(args) => &args.common.talk,
            Format::Stix(args) => &args.talk,
        }
    }

    /// Whether the user wants quiet.
    pub fn is_quiet(&self) -> bool {
        self.talk().quiet
    }
}

/// Runs the command.
pub fn import(args: &ImportArgs, console: &Console) -> Result<Exit, Failure> {
    demand_free(args.out())?;
    let outcome = match &args.format {
        Format::Csv(args) => {
            let mut input = Input::default();
            let nodes = args.nodes.as_deref().map(|path| input.read(path));
            let edges = args.edges.as_deref().map(|path| input.read(path));
            import_csv(input, nodes.flatten(), edges.flatten(), &options(&args.common))
        }
        Format::Geojson(args) => {
            let mut input = Input::default();
            let maps: Vec<_> = args.files.iter().filter_map(|path| input.read(path)).collect();
            import_geojson(input, &maps, &Options { snap_km: args.snap_km, ..options(&args.common) })
        }
        Format::Graphml(args) => {
            one(&args.file, |input, graph| import_graphml(input, graph, &options(&args.common)))
        }
        Format::Stix(args) => one(&args.file, |input, bundle| {
            let options = Options {
                title: args.name.clone().unwrap_or_else(|| title(&args.out)),
                marking: args.marking.clone(),
                skip_broken: args.skip_broken,
                ..Options::default()
            };
            import_stix(input, bundle, &options)
        }),
    };
    show(&outcome.sources, &outcome.diagnostics, console);
    let Some(imported) = outcome.imported else {
        return Err(Failure::invalid("nothing was imported"));
    };
    // A file of half a gigabyte need not be kept while the scenario is checked.
    drop(outcome.sources);
    write(args.out(), &imported)?;
    let warnings = check(args.out(), console)?;
    tell(args, &imported, warnings, console)?;
    Ok(Exit::Done)
}

/// What comes of a single file.
fn one(path: &Path, import: impl FnOnce(Input, SourceId) -> Outcome) -> Outcome {
    let mut input = Input::default();
    match input.read(path) {
        Some(id) => import(input, id),
        None => Outcome { sources: input.sources, diagnostics: input.diagnostics, imported: None },
    }
}

fn options(common: &Common) -> Options {
    let named = [(&common.id, Field::Id), (&common.class, Field::Class)];
    let named = named.into_iter().filter_map(|(column, field)| Some((column.clone()?, field)));
    Options {
        title: common.name.clone().unwrap_or_else(|| title(&common.out)),
        marking: common.marking.clone(),
        map: named.chain(common.map.iter().cloned()).collect(),
        edges_mean: common.edges_mean.map(|mean| match mean {
            Meaning::Supplies => EdgesMean::Supplies,
            Meaning::Needs => EdgesMean::Needs,
            Meaning::Links => EdgesMean::Links,
        }),
        required: match common.required {
            Providers::Any => Required::Any,
            Providers::All => Required::All,
        },
        service: common.service.clone(),
        sources: common.sources.clone(),
        skip_broken: common.skip_broken,
        ..Options::default()
    }
}

fn write(folder: &Path, imported: &Imported) -> Result<(), Failure> {
    create_folder(folder)?;
    // What includes the others comes last: a folder with a scenario.ron in it is whole.
    for file in imported.files.iter().rev() {
        write_atomically(&folder.join(&file.name), file.text.as_bytes())?;
    }
    Ok(())
}

/// Checks what was written; how many warnings there are.
fn check(folder: &Path, console: &Console) -> Result<usize, Failure> {
    let loaded = linchpin_scenario::load_model(&folder.join("scenario.ron"));
    show(&loaded.sources, &loaded.diagnostics, console);
    if loaded.model.is_none() {
        let message = format!("what was written to {} does not pass the check", folder.display());
        return Err(Failure::internal(message)
            .hint("this is an error in linchpin itself; please report it with the file"));
    }
    Ok(loaded.diagnostics.warnings())
}

fn tell(args: &ImportArgs, imported: &Imported, warnings: usize, console: &Console) -> Result<(), Failure> {
    let out = args.out();
    if args.talk().json {
        let json = ImportJson {
            version: 1,
            folder: out.display().to_string(),
            files: imported.files.iter().map(|file| file.name.as_str()).collect(),
            warnings,
            report: &imported.report,
        };
        return console.data(&crate::json(&json)?);
    }
    let folder = shell(out);
    let mut text = imported.report.text();
    text.push_str(&format!("\n{} holds the scenario, and this text as import-report.txt\n", out.display()));
    if matches!(args.format, Format::Stix(_)) {
        text.push_str(
            "next: give the steps in campaigns.ron targets and effects, and include it in your scenario\n",
        );
        return console.data(&text);
    }
    if warnings > 0 {
        text.push_str(
            "the warnings above are about the network as it was read: look at each before you rely on results\n",
        );
    }
    text.push_str(&format!("next: linchpin run {folder}\n"));
    console.data(&text)
}

fn parse_map(text: &str) -> Result<(String, Field), String> {
    // Columns may have an equals sign in their name, fields have none.
    let (column, field) = text.rsplit_once('=').ok_or("COLUMN=FIELD, such as Kraj=region")?;
    Ok((column.trim().to_owned(), Field::parse(field)?))
}

fn parse_km(text: &str) -> Result<f64, String> {
    let km = text.trim().parse::<f64>().ok().filter(|km| *km > 0.0 && *km <= 1_000.0);
    km.ok_or_else(|| "a distance above 0 and at most 1000 km".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_and_distances_are_read() {
        for (text, expected) in [
            ("Kraj=region", Some(("Kraj", Field::Region))),
            ("a = b=lat", Some(("a = b", Field::Lat))),
            ("x=nonsense", None),
            ("x", None),
        ] {
            let read = parse_map(text).ok();
            assert_eq!(read.as_ref().map(|(column, field)| (column.as_str(), *field)), expected, "{text}");
        }
        for (text, expected) in
            [("0.5", Some(0.5)), ("0", None), ("NaN", None), ("1001", None), ("far", None)]
        {
            assert_eq!(parse_km(text).ok(), expected, "{text}");
        }
    }
}
