//! From raw records to a draft of a scenario: what means what, who is who, and who needs whom.

mod edges;
mod nodes;
mod values;

use crate::draft::Draft;
use crate::fields::{self, Field, Mapping, Of};
use crate::options::Options;
use crate::problems::Problems;
use crate::raw::{Raw, Record};
use crate::report::Report;
use edges::Edges;
use linchpin_scenario::diagnostic::Diagnostic;
use nodes::Nodes;
use std::collections::BTreeMap;

/// Makes a draft of what was read; none where something is wrong, which is reported.
pub(crate) fn assemble(mut raw: Raw, options: &Options, problems: &mut Problems) -> Option<(Draft, Report)> {
    fields::check_map(&options.map, &raw.nodes, &raw.edges, problems);
    let mut edge_mapping = fields::mapping(&raw.edges, Of::Edges, &options.map);
    if raw.nodes_from_edges {
        name_ends(&mut raw, &edge_mapping, problems)?;
    }
    let node_mapping = fields::mapping(&raw.nodes, Of::Nodes, &options.map);
    let mut report = Report { read: std::mem::take(&mut raw.read), ..Report::default() };
    report.guessed.append(&mut raw.guessed);
    report.left_out.append(&mut raw.left_out);
    let mut draft = Draft {
        title: if options.title.trim().is_empty() { Options::default().title } else { options.title.clone() },
        marking: options.marking.clone().or_else(|| raw.marking.clone()),
        exercise: raw.exercise,
        ..Draft::default()
    };
    let nodes = Nodes::new(&raw, node_mapping, options, problems).finish(&mut draft, &mut report, problems);
    if draft.assets.is_empty() {
        if problems.is_fine() {
            let help = "assets are rows, nodes, points or areas";
            problems.fatal(Diagnostic::unplaced("there is nothing that could become an asset").help(help));
        }
        return None;
    }
    edges::forget_other_types(&raw.edges, &mut edge_mapping);
    Edges::new(&raw, &edge_mapping, options, &nodes).finish(&mut draft, &mut report, problems);
    if !problems.is_fine() {
        return None;
    }
    finish(&draft, options, &mut report, problems);
    Some((draft, report))
}

/// Where a table of edges stands alone, whatever its edges name is an asset.
fn name_ends(raw: &mut Raw, mapping: &Mapping, problems: &mut Problems) -> Option<()> {
    let ends = edges::ends(mapping);
    let Some(ends) = ends else {
        problems.fatal(edges::no_ends(&raw.edges));
        return None;
    };
    let mut seen: BTreeMap<Box<str>, ()> = BTreeMap::new();
    let column = raw.nodes.column(crate::raw::OWN_ID);
    for record in &raw.edges.records {
        for cell in ends.columns.iter().filter_map(|column| record.cell(*column)) {
            if seen.insert(cell.text.clone(), ()).is_none() {
                let cells = vec![crate::raw::Cell { column, ..cell.clone() }];
                raw.nodes.push(Record { span: cell.span, cells, places: Vec::new() });
            }
        }
    }
    raw.guessed.push("the assets are those that the edges name: there is no table of nodes".into());
    Some(())
}

fn finish(draft: &Draft, options: &Options, report: &mut Report, problems: &Problems) {
    report.title.clone_from(&draft.title);
    report.assets = draft.assets.len();
    report.needs = draft.needs.len();
    report.supplies = draft.needs.iter().map(|need| need.providers.len()).sum();
    report.networks = draft.networks.len();
    report.links = draft.networks.iter().map(|network| network.links.len()).sum();
    report.left_out.extend(problems.skipped());
    if draft.marking.is_none() {
        report.guessed.push("the marking is TLP:CLEAR: nothing says otherwise (--marking does)".into());
    }
    if draft.needs.iter().any(|need| need.providers.len() > 1) && options.required == crate::Required::Any {
        report
            .guessed
            .push("one of several providers of a service is enough (--required all says otherwise)".into());
    }
    report.guessed.push(
        "repair takes 24 h in the median, and 72 h or less in 95 % of cases, for every class: a placeholder to be replaced in \
         classes.ron"
            .into(),
    );
    report.guessed.push(
        "the event takes out one asset, drawn at random, an hour after the start; calendar and horizon (a week) are \
         placeholders too: see scenario.ron"
            .into(),
    );
}

/// Reports the columns that hold nothing the language knows.
fn tell_left(table: &crate::raw::Table, mapping: &Mapping, what: &str, report: &mut Report) {
    for column in mapping.left() {
        let name = &table.names()[*column as usize];
        let example = table.records.iter().find_map(|record| record.cell(*column));
        let Some(example) = example else { continue };
        report.left_out.push(format!(
            "{what} column `{}` ({} values, such as `{}`){}",
            crate::report::visible(name),
            table.filled(*column),
            crate::report::visible(&crate::read::shortened(&example.text)),
            hint(name),
        ));
    }
}

/// What could be made of a column by its name.
fn hint(name: &str) -> &'static str {
    match crate::words::squeezed(name).as_str() {
        "x" | "xcoord" | "xcoordinate" => {
            "; if it is the longitude in degrees, --map says so: --map COLUMN=lon"
        }
        "y" | "ycoord" | "ycoordinate" => {
            "; if it is the latitude in degrees, --map says so: --map COLUMN=lat"
        }
        "weight" => "; edges have no weight in the language, providers have a capacity",
        _ => "",
    }
}

/// Reports what was guessed about columns.
fn tell_guesses(mapping: &Mapping, what: &str, report: &mut Report) {
    report.guessed.extend(mapping.guesses(what));
}

/// The text of a field in a record: of several columns the first that says something.
fn text<'r>(record: &'r Record, mapping: &Mapping, field: Field) -> Option<&'r crate::raw::Cell> {
    mapping.of(field).iter().find_map(|column| record.cell(*column))
}
