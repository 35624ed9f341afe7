//! `replications.csv`: one row a replication, every metric, for spreadsheets and statistics programs.

use crate::StudyError;
use crate::block::Block;
use crate::labels::Series;
use crate::store::{Study, read_numbers};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

/// Writes all numbers of a study, block by block. Empty where a value was not reached or the replication
/// failed; numbers read back to the same bits. Every row ends with the marking: it stays with what is taken out.
///
/// # Errors
/// [`StudyError::Io`] or [`StudyError::Damaged`].
pub fn write_csv(study: &Study, columns: &[Series], path: &Path, marking: &str) -> Result<(), StudyError> {
    let temporary = path.with_extension("csv.partial");
    let written = write_rows(study, columns, &temporary, marking);
    if written.is_err() {
        // A half-written file is of no use to anybody; if it cannot be removed either, so be it.
        let _ = fs::remove_file(&temporary);
        return written;
    }
    fs::rename(&temporary, path).map_err(StudyError::io("write", path))
}

fn write_rows(study: &Study, columns: &[Series], path: &Path, marking: &str) -> Result<(), StudyError> {
    let failing = || StudyError::io("write", path);
    let mut out = File::create(path).map_err(failing())?;
    let mut text = b"replication,failed".to_vec();
    for column in columns {
        text.push(b',');
        push_quoted(&mut text, &column.id);
    }
    text.extend_from_slice(b",marking\n");
    let mut end = vec![b','];
    push_quoted(&mut end, marking);
    end.push(b'\n');
    for file in study.blocks() {
        let block = read_numbers(file)?;
        for row in 0..block.rows as usize {
            push_row(&mut text, &block, row, columns.len(), &end);
        }
        out.write_all(&text).map_err(failing())?;
        text.clear();
    }
    out.write_all(&text).map_err(failing())
}

fn push_row(text: &mut Vec<u8>, block: &Block, row: usize, columns: usize, end: &[u8]) {
    push_whole(text, u64::from(block.first) + row as u64);
    text.push(b',');
    if let Some(reason) = block.failure(row) {
        push_quoted(text, reason);
    }
    for column in 0..columns {
        text.push(b',');
        push_number(text, block.column(column)[row]);
    }
    text.extend_from_slice(end);
}

/// The shortest text that reads back to the same bits; nothing where a value was not reached.
///
/// A study has millions of numbers, most of them whole: the two quick ways matter.
fn push_number(text: &mut Vec<u8>, number: f64) {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if !number.is_finite() {
        return;
    }
    if number == number.trunc() && (0.0..EXACT).contains(&number) {
        push_whole(text, number as u64);
    } else {
        // Writing to memory cannot fail.
        let _ = serde_json::to_writer(text, &number);
    }
}

fn push_whole(text: &mut Vec<u8>, mut number: u64) {
    let at = text.len();
    while number >= 10 {
        text.push(b'0' + (number % 10) as u8);
        number /= 10;
    }
    text.push(b'0' + number as u8);
    text[at..].reverse();
}

/// A field of text, quoted where it has to be (RFC 4180).
fn push_quoted(text: &mut Vec<u8>, field: &str) {
    if field.contains([',', '"', '\n', '\r']) {
        text.push(b'"');
        text.extend_from_slice(field.replace('"', "\"\"").as_bytes());
        text.push(b'"');
    } else {
        text.extend_from_slice(field.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::{push_number, push_quoted, push_row};
    use crate::block::{Block, Failed};

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut text = Vec::new();
        write(&mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn fields_are_quoted_where_they_have_to_be() {
        for (field, quoted) in [("plain", "plain"), ("a,b", "\"a,b\""), ("say \"a\"", "\"say \"\"a\"\"\"")] {
            assert_eq!(text(|text| push_quoted(text, field)), quoted);
        }
    }

    #[test]
    fn numbers_read_back_to_the_same_bits() {
        for number in [0.0, 1.0, 10.0, 907.0, 0.1 + 0.2, -1.5, -3.0, 1e300, 5e-324, 9_007_199_254_740_993.0] {
            let written = text(|text| push_number(text, number));
            assert_eq!(written.parse::<f64>().unwrap().to_bits(), number.to_bits(), "{written}");
        }
        assert_eq!(text(|text| push_number(text, 1200.0)), "1200");
        for missing in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(text(|text| push_number(text, missing)), "");
        }
    }

    #[test]
    fn what_is_missing_is_empty() {
        let mut block = Block::new(0, 20, 2, 3, 0);
        block.set_row(0, &[0.5, f64::INFINITY, 0.0], &[]);
        block.failed.push(Failed { replication: 21, reason: "a, b".to_owned() });
        let rows = text(|text| (0..2).for_each(|row| push_row(text, &block, row, 3, b",M\n")));
        assert_eq!(rows, "20,,0.5,,0,M\n21,\"a, b\",,,,M\n");
    }
}
