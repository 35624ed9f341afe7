//! Tables as spreadsheets and databases write them: a header, then a record a row.

use super::{LONGEST_TEXT, beginning, shortened};
use crate::problems::Problems;
use crate::raw::{Cell, Record, Table};
use csv::{ReaderBuilder, StringRecord};
use linchpin_scenario::diagnostic::Diagnostic;
use linchpin_scenario::source::{SourceId, Sources, Span};

/// Most columns of a table.
const MAX_COLUMNS: usize = 2_000;

/// What a table turned out to be.
#[derive(Debug, PartialEq)]
pub(crate) struct Csv {
    /// Its rows.
    pub(crate) table: Table,
    /// What its values are set apart by.
    pub(crate) delimiter: char,
}

/// Reads a table; none where it has no usable header.
pub(crate) fn read(sources: &Sources, id: SourceId, problems: &mut Problems) -> Option<Csv> {
    let text = sources.text(id);
    let delimiter = delimiter(text);
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter as u8)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut table = Table::default();
    let mut header: Option<Vec<Option<u32>>> = None;
    let mut row = StringRecord::new();
    loop {
        match reader.read_record(&mut row) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                problems.fatal(Diagnostic::unplaced(format!("{}: {error}", sources.name(id))));
                return None;
            }
        }
        let start = row.position().map_or(0, |position| position.byte() as usize);
        let spans = fields(sources, id, start, row.len(), delimiter);
        match &header {
            None => header = Some(columns(&row, &spans, &mut table, problems)?),
            Some(columns) => add(&row, &spans, columns, &mut table, problems),
        }
    }
    if header.is_none() {
        let title = format!("{} is empty", sources.name(id));
        problems.fatal(Diagnostic::unplaced(title).help("the first row names the columns"));
        return None;
    }
    Some(Csv { table, delimiter })
}

/// The sign that stands most often in the first line, outside of quotation marks; a comma where none does.
fn delimiter(text: &str) -> char {
    let mut counts = [(',', 0_usize), (';', 0), ('\t', 0), ('|', 0)];
    let mut quoted = false;
    for c in text.trim_start().chars().take(LONGEST_TEXT) {
        match c {
            '"' => quoted = !quoted,
            '\n' if !quoted => break,
            _ if !quoted => {
                if let Some(count) = counts.iter_mut().find(|count| count.0 == c) {
                    count.1 += 1;
                }
            }
            _ => {}
        }
    }
    // Of equally frequent ones the first.
    counts.iter().rev().max_by_key(|count| count.1).map_or(',', |count| count.0)
}

/// Columns of the header; `None` for one without a name.
fn columns(
    row: &StringRecord,
    spans: &[Span],
    table: &mut Table,
    problems: &mut Problems,
) -> Option<Vec<Option<u32>>> {
    if row.len() > MAX_COLUMNS {
        let title = format!("the table has {} columns; at most {MAX_COLUMNS} are read", row.len());
        problems.fatal(Diagnostic::error(spans[0], title));
        return None;
    }
    let mut columns = Vec::with_capacity(row.len());
    let mut twice = false;
    for (name, span) in row.iter().map(str::trim).zip(spans) {
        if table.find(name).is_some() {
            let title = format!("there are two columns `{}`", shortened(name));
            problems.fatal(Diagnostic::error(*span, title).help("give one of them another name"));
            twice = true;
        }
        columns.push((!name.is_empty()).then(|| table.column(name)));
    }
    (!twice).then_some(columns)
}

fn add(
    row: &StringRecord,
    spans: &[Span],
    columns: &[Option<u32>],
    table: &mut Table,
    problems: &mut Problems,
) {
    let Some(whole) = spans.first().zip(spans.last()).map(|(first, last)| first.to(*last)) else { return };
    if row.iter().all(|text| text.trim().is_empty()) {
        return;
    }
    if row.len() != columns.len() {
        let title = format!("this row has {} values, the header has {}", row.len(), columns.len());
        let help = "values that hold the separator or a line break stand in quotation marks";
        problems.broken("row", Diagnostic::error(whole, title).help(help));
        return;
    }
    let mut cells = Vec::with_capacity(row.len());
    for ((text, span), column) in row.iter().zip(spans).zip(columns) {
        let text = text.trim();
        if text.len() > LONGEST_TEXT {
            let title = format!("this value has more than {LONGEST_TEXT} bytes");
            problems.broken("row", Diagnostic::error(*span, title).help("is a quotation mark never closed?"));
            return;
        }
        if let (Some(column), false) = (column, text.is_empty()) {
            cells.push(Cell { column: *column, text: text.into(), span: *span });
        }
    }
    table.push(Record { span: whole, cells, places: Vec::new() });
}

/// Where the values of the row that begins at or after `start` stand.
fn fields(sources: &Sources, id: SourceId, start: usize, count: usize, delimiter: char) -> Vec<Span> {
    let bytes = sources.text(id).as_bytes();
    let mut at = start;
    // The reader skips empty lines.
    while matches!(bytes.get(at), Some(b'\r' | b'\n')) {
        at += 1;
    }
    let mut spans = Vec::with_capacity(count);
    for _ in 0..count {
        let from = at;
        let mut quoted = false;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => quoted = !quoted,
                b'\r' | b'\n' if !quoted => break,
                byte if !quoted && *byte == delimiter as u8 => break,
                _ => {}
            }
            at += 1;
        }
        spans.push(beginning(sources, id, from, at));
        at += 1;
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> (Option<Csv>, Vec<String>) {
        let mut sources = Sources::default();
        let id = sources.add("a.csv", text);
        let mut problems = Problems::new(false);
        let csv = read(&sources, id, &mut problems);
        let told = problems.into_diagnostics();
        let told = told.iter().map(|problem| {
            let (line, column) = problem.span.map_or((0, 0), |span| sources.line_column(span));
            format!("{line}:{column} {}", problem.title)
        });
        let told = told.collect();
        (csv, told)
    }

    #[test]
    fn rows_become_records() {
        for (text, delimiter) in [
            ("id,name\na,\"x, y\"\n\nb,\n", ','),
            ("id;name\r\na;x, y\r\nb;", ';'),
            ("id\tname\na\t\"x, y\"\nb\t \n", '\t'),
            ("\"id\"|\"name\"\n\"a\"|x, y\n b |\"\"\n", '|'),
        ] {
            let (csv, told) = table(text);
            let csv = csv.expect(text);
            assert_eq!((csv.delimiter, told), (delimiter, vec![]), "{text}");
            let texts: Vec<Vec<(u32, &str)>> = csv
                .table
                .records
                .iter()
                .map(|record| record.cells.iter().map(|cell| (cell.column, &*cell.text)).collect())
                .collect();
            assert_eq!(texts, [vec![(0, "a"), (1, "x, y")], vec![(0, "b")]], "{text}");
        }
    }

    #[test]
    fn values_know_their_places() {
        let mut sources = Sources::default();
        let id = sources.add("a.csv", "id,name\n\n\"ä\"\"b\",\"two\nlines\"\nc,d\n");
        let csv = read(&sources, id, &mut Problems::new(false)).expect("it is a table");
        let places: Vec<(usize, usize)> = csv
            .table
            .records
            .iter()
            .flat_map(|record| &record.cells)
            .map(|cell| sources.line_column(cell.span))
            .collect();
        assert_eq!(places, [(3, 1), (3, 8), (5, 1), (5, 3)]);
    }

    #[test]
    fn broken_tables_are_told_at_their_places() {
        let long = format!("id,b\nx,\"{}\n", "y".repeat(LONGEST_TEXT + 1));
        for (text, expected) in [
            ("", &["0:0 a.csv is empty"][..]),
            ("\n\n", &["0:0 a.csv is empty"]),
            ("id,b,id\n1,2,3\n", &["1:6 there are two columns `id`"]),
            (
                "id,b\n1\n2,3,4\n5,6\n",
                &[
                    "2:1 this row has 1 values, the header has 2",
                    "3:1 this row has 3 values, the header has 2",
                ],
            ),
            (&long, &["2:3 this value has more than 20000 bytes"]),
        ] {
            assert_eq!(table(text).1, expected, "{}", shortened(text));
        }
    }
}
