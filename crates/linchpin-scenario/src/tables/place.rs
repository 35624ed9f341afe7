//! Says in which row and column of a table a problem lies.

use super::cells::Records;
use super::{TableFile, columns};
use crate::diagnostic::Diagnostics;
use crate::source::{Sources, Span};
use std::collections::BTreeMap;

/// Adds row and column to the problems that lie in tables.
pub(crate) fn annotate(files: &[TableFile], sources: &Sources, out: &mut Diagnostics) {
    for file in files {
        let inside = |span: Option<Span>| span.filter(|span| span.source == file.source);
        let wanted: BTreeMap<u32, Span> =
            out.iter().filter_map(|problem| inside(problem.span)).map(|span| (span.start, span)).collect();
        let Some((_, last)) = wanted.last_key_value() else { continue };
        let places = places(sources.text(file.source), last.start, &wanted);
        for problem in out.iter_mut() {
            let Some(span) = inside(problem.span) else { continue };
            let Some((row, column)) = places.get(&span.start) else { continue };
            // The number of the line says as much where no cell goes over several.
            let row = (sources.line_column(span).0 != *row).then(|| format!("row {row}"));
            let column = column
                .as_ref()
                .filter(|_| !is_whole_row(sources, span))
                .map(|name| format!("column `{name}`"));
            let place = [row, column].into_iter().flatten().collect::<Vec<_>>().join(", ");
            if place.is_empty() {
                continue;
            }
            problem.label = match problem.label.as_str() {
                "" => place,
                label => format!("{label} ({place})"),
            };
        }
    }
}

/// True for a place that takes in more than one cell.
fn is_whole_row(sources: &Sources, span: Span) -> bool {
    let text = sources.text(span.source);
    let line = text[span.start as usize..].lines().next().unwrap_or_default();
    let from_start = span.start == 0 || text[..span.start as usize].ends_with(['\n', '\r']);
    from_start && (span.end - span.start) as usize >= line.trim_end().len() && line.contains([',', ';', '\t'])
}

/// By first byte: the row (the header is row 1) and the name of the column.
fn places(text: &str, last: u32, wanted: &BTreeMap<u32, Span>) -> BTreeMap<u32, (usize, Option<String>)> {
    let mut places = BTreeMap::new();
    let bom = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut records = Records::new(text, bom, columns::delimiter(&text[bom..]));
    let (mut row, mut faults) = (Vec::new(), Vec::new());
    if records.next(&mut row, &mut faults).is_none() {
        return places;
    }
    let names: Vec<String> = row.iter().map(|cell| cell.text(text).into_owned()).collect();
    let mut number = 1;
    while let Some(start) = records.next(&mut row, &mut faults).filter(|start| *start <= last) {
        number += 1;
        let source = match wanted.first_key_value() {
            Some((_, span)) => span.source,
            None => break,
        };
        let end = row.iter().map(|cell| cell.span(source).end).max().unwrap_or(start);
        for (at, span) in wanted.range(start..=end) {
            let column = row.iter().position(|cell| {
                let place = cell.span(source);
                place.start <= span.start && span.start <= place.end && !cell.is_empty()
            });
            places.insert(*at, (number, column.and_then(|column| names.get(column).cloned())));
        }
    }
    places
}
