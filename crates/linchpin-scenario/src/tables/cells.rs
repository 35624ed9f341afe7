//! Cells of a CSV file and where they stand.

use crate::source::{SourceId, Span};
use csv_core::{ReadFieldResult, ReaderBuilder};
use std::borrow::Cow;

/// Set in [`Cell::end`] where the content has doubled quotes: files are much shorter than this.
const ESCAPED: u32 = 1 << 31;

/// The content of a cell, without the quotes and spaces around it, as a place in its file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    start: u32,
    end: u32,
}

impl Cell {
    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end & !ESCAPED
    }

    pub(crate) fn span(self, source: SourceId) -> Span {
        Span { source, start: self.start, end: self.end & !ESCAPED }
    }

    /// What stands in the file.
    pub(crate) fn raw(self, text: &str) -> &str {
        &text[self.start as usize..(self.end & !ESCAPED) as usize]
    }

    /// What is meant: doubled quotes are single ones.
    pub(crate) fn text(self, text: &str) -> Cow<'_, str> {
        match self.end & ESCAPED {
            0 => Cow::Borrowed(self.raw(text)),
            _ => Cow::Owned(self.raw(text).replace("\"\"", "\"")),
        }
    }

    /// The parts of a list and their places: spaces, `;`, `|` or `,` stand between them.
    pub(crate) fn items(self, text: &str, source: SourceId) -> impl Iterator<Item = (&str, Span)> {
        let between = |c: char| c.is_whitespace() || matches!(c, ';' | '|' | ',');
        let mut at = self.start;
        let parts = self.raw(text).split_inclusive(between).map(move |part| {
            let start = at;
            at += part.len() as u32;
            let item = part.trim_end_matches(between);
            (item, Span { source, start, end: start + item.len() as u32 })
        });
        parts.filter(|(item, _)| !item.is_empty())
    }
}

/// What is wrong with the quotes of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The quote at this byte is never closed.
    Unclosed(u32),
    /// From this byte on something follows the closing quote.
    AfterQuote(u32),
}

/// The records of a file, one after the other.
pub(super) struct Records<'t> {
    text: &'t str,
    at: usize,
    reader: csv_core::Reader,
    /// Takes contents that nobody reads: places tell everything.
    scratch: [u8; 1024],
}

impl<'t> Records<'t> {
    /// From byte `start` of a text on.
    pub(super) fn new(text: &'t str, start: usize, delimiter: u8) -> Self {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Self { text, at: start, reader, scratch: [0; 1024] }
    }

    /// Reads a record into `row`; the byte at which it begins, none at the end. Empty lines are no records.
    pub(super) fn next(&mut self, row: &mut Vec<Cell>, faults: &mut Vec<Fault>) -> Option<u32> {
        row.clear();
        let bytes = self.text.as_bytes();
        let first =
            bytes[self.at..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count() + self.at;
        let mut start = first;
        loop {
            let (result, read, _) = self.reader.read_field(&bytes[self.at..], &mut self.scratch);
            self.at += read;
            match result {
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
                ReadFieldResult::End => return None,
                ReadFieldResult::Field { record_end } => {
                    let end = without_terminator(bytes, start, self.at, record_end);
                    row.push(cell(self.text, start, end, faults));
                    if record_end {
                        return Some(first as u32);
                    }
                    start = self.at;
                }
            }
        }
    }
}

/// The end of a field that was read up to `end`, its delimiter or line break included.
fn without_terminator(bytes: &[u8], start: usize, end: usize, record_end: bool) -> usize {
    let field = &bytes[start.min(end)..end];
    let terminator = match field {
        [.., b'\r', b'\n'] if record_end => 2,
        [.., b'\r' | b'\n'] if record_end => 1,
        [.., _] if !record_end => 1,
        _ => 0,
    };
    end - terminator
}

fn cell(text: &str, start: usize, end: usize, faults: &mut Vec<Fault>) -> Cell {
    let field = &text[start.min(end)..end];
    let Some(inner) = field.strip_prefix('"') else { return trimmed(text, start, end, 0) };
    let mut escaped = 0;
    let mut from = 0;
    while let Some(quote) = inner[from..].find('"').map(|at| from + at) {
        if inner[quote + 1..].starts_with('"') {
            escaped = ESCAPED;
            from = quote + 2;
            continue;
        }
        let rest = &inner[quote + 1..];
        if !rest.trim().is_empty() {
            let space = rest.len() - rest.trim_start().len();
            faults.push(Fault::AfterQuote((start + 1 + quote + 1 + space) as u32));
        }
        return trimmed(text, start + 1, start + 1 + quote, escaped);
    }
    faults.push(Fault::Unclosed(start as u32));
    trimmed(text, start + 1, end, escaped)
}

fn trimmed(text: &str, start: usize, end: usize, escaped: u32) -> Cell {
    let field = &text[start.min(end)..end];
    let before = field.len() - field.trim_start().len();
    let content = field.trim();
    let start = start + before;
    Cell { start: start as u32, end: (start + content.len()) as u32 | escaped }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All records as their contents, and the faults.
    fn records(text: &str) -> (Vec<Vec<String>>, Vec<Fault>, Vec<u32>) {
        let mut reader = Records::new(text, 0, b',');
        let (mut all, mut faults, mut starts, mut row) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        while let Some(start) = reader.next(&mut row, &mut faults) {
            starts.push(start);
            all.push(row.iter().map(|cell| cell.text(text).into_owned()).collect());
        }
        (all, faults, starts)
    }

    #[test]
    fn records_are_split() {
        for (text, expected, starts) in [
            ("", vec![], vec![]),
            ("\n\r\n", vec![], vec![]),
            ("a,b\nc,d\n", vec![vec!["a", "b"], vec!["c", "d"]], vec![0, 4]),
            ("a,b\r\nc,d", vec![vec!["a", "b"], vec!["c", "d"]], vec![0, 5]),
            ("a\rb\r\n\r\nc", vec![vec!["a"], vec!["b"], vec!["c"]], vec![0, 2, 7]),
            (",\n", vec![vec!["", ""]], vec![0]),
            ("a,", vec![vec!["a", ""]], vec![0]),
            (" a , \"b \"\t,c", vec![vec!["a", "\"b \"", "c"]], vec![0]),
            ("\"a,\nb\" ,\"\"\"c\"\"\"\nd", vec![vec!["a,\nb", "\"c\""], vec!["d"]], vec![0, 16]),
            ("\"\"\n\"\"", vec![vec![""], vec![""]], vec![0, 3]),
            ("5\" pipe,ä\u{a0}\n", vec![vec!["5\" pipe", "ä"]], vec![0]),
        ] {
            let (found, faults, at) = records(text);
            assert_eq!((found, faults, at), (to_owned(&expected), vec![], starts), "{text:?}");
        }
    }

    fn to_owned(rows: &[Vec<&str>]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn faulty_quotes_are_placed() {
        for (text, expected) in [
            ("a,\"b\nc", vec![Fault::Unclosed(2)]),
            ("\"a\" b,c\n", vec![Fault::AfterQuote(4)]),
            ("\"a\"b\",\"", vec![Fault::AfterQuote(3), Fault::Unclosed(6)]),
            ("\"a\"\"", vec![Fault::Unclosed(0)]),
        ] {
            assert_eq!(records(text).1, expected, "{text:?}");
        }
    }

    #[test]
    fn long_fields_are_one_field() {
        let long = "x".repeat(5_000);
        let (found, faults, _) = records(&format!("{long},\"{long}\"\n"));
        assert_eq!((found, faults), (vec![vec![long.clone(), long]], vec![]));
    }
}
