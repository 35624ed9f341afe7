//! Other people's files into a scenario.

use crate::assemble::assemble;
use crate::input::Input;
use crate::options::Options;
use crate::problems::Problems;
use crate::raw::Raw;
use crate::read::{csv, geojson, graphml};
use crate::report::{Report, counted};
use crate::write::{OutFile, files};
use linchpin_scenario::diagnostic::{Diagnostic, Diagnostics};
use linchpin_scenario::reader::MAX_BYTES;
use linchpin_scenario::source::{SourceId, Sources};

/// What came of an import.
#[derive(Debug)]
pub struct Outcome {
    /// The files that were read.
    pub sources: Sources,
    /// What is wrong with them.
    pub diagnostics: Diagnostics,
    /// The scenario; none where something is wrong.
    pub imported: Option<Imported>,
}

/// A scenario to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// Its files, `scenario.ron` first.
    pub files: Vec<OutFile>,
    /// What was read, guessed and left out.
    pub report: Report,
}

/// Imports tables: of nodes and edges, or of one of the two.
pub fn import_csv(
    input: Input,
    nodes: Option<SourceId>,
    edges: Option<SourceId>,
    options: &Options,
) -> Outcome {
    import(input, options, |sources, problems| {
        let mut raw = Raw { nodes_from_edges: nodes.is_none(), ..Raw::default() };
        if nodes.is_none() && edges.is_none() {
            problems.fatal(Diagnostic::unplaced("there is neither a table of nodes nor one of edges"));
        }
        for (id, is_nodes) in [(nodes, true), (edges, false)] {
            let Some(id) = id else { continue };
            let Some(csv) = csv::read(sources, id, problems) else { continue };
            let rows = counted(csv.table.records.len(), "row", "rows");
            raw.read.push(format!("{rows} of {}", sources.name(id)));
            if csv.delimiter != ',' {
                raw.decimal_comma = true;
                let name = match csv.delimiter {
                    '\t' => "tabs",
                    ';' => "semicolons",
                    _ => "bars",
                };
                raw.guessed.push(format!(
                    "{}: values are set apart by {name}, decimals by a point or a comma",
                    sources.name(id)
                ));
            }
            if is_nodes {
                raw.nodes = csv.table;
            } else {
                raw.edges = csv.table;
            }
        }
        raw
    })
}

/// Imports maps, one or several that belong together.
pub fn import_geojson(input: Input, maps: &[SourceId], options: &Options) -> Outcome {
    import(input, options, |sources, problems| {
        let (mut raw, mut counts) =
            (Raw { has_geometry: true, ..Raw::default() }, geojson::Counts::default());
        for id in maps {
            geojson::read(sources, *id, &mut raw, &mut counts, problems);
        }
        counts.tell(&mut raw);
        raw
    })
}

/// Imports a graph.
pub fn import_graphml(input: Input, graph: SourceId, options: &Options) -> Outcome {
    import(input, options, |sources, problems| {
        let mut raw = graphml::read(sources, graph, problems);
        let parts = [(raw.nodes.records.len(), "node", "nodes"), (raw.edges.records.len(), "edge", "edges")];
        raw.read.extend(parts.map(|(count, one, many)| counted(count, one, many)));
        raw
    })
}

fn import(input: Input, options: &Options, read: impl FnOnce(&Sources, &mut Problems) -> Raw) -> Outcome {
    let Input { sources, mut diagnostics } = input;
    let mut problems = Problems::new(options.skip_broken);
    let raw = read(&sources, &mut problems);
    // What a broken file does say would only be misunderstood.
    let whole = problems.is_fine() || !raw.nodes.records.is_empty();
    let made = if whole && diagnostics.is_empty() { assemble(raw, options, &mut problems) } else { None };
    let imported = made.filter(|_| problems.is_fine()).map(|(draft, report)| {
        let files = files(&draft, options.required, &report);
        Imported { files, report }
    });
    let imported = imported.filter(|imported| {
        let long =
            imported.files.iter().find(|file| file.name.ends_with(".ron") && file.text.len() > MAX_BYTES);
        if let Some(file) = long {
            let title =
                format!("{} would be longer than the {} MiB of the language", file.name, MAX_BYTES >> 20);
            problems.fatal(
                Diagnostic::unplaced(title).help("a network of so many links cannot be written; split it"),
            );
        }
        long.is_none()
    });
    diagnostics.extend(problems.into_diagnostics());
    diagnostics.sort();
    Outcome { sources, diagnostics, imported }
}

#[cfg(test)]
mod mutations;
#[cfg(test)]
pub(crate) mod tests;
