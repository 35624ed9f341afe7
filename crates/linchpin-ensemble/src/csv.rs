//! `replications.csv`: one row a replication, every metric, for spreadsheets and statistics programs.

use crate::StudyError;
use crate::block::Block;
use crate::store::{Study, read_block};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

/// Writes all numbers of a study, block by block. Empty where a value was not reached or the replication
/// failed; numbers read back to the same bits.
///
/// # Errors
/// [`StudyError::Io`] or [`StudyError::Damaged`].
pub fn write_csv(study: &Study, columns: &[String], path: &Path) -> Result<(), StudyError> {
    let temporary = path.with_extension("csv.partial");
    let written = write_rows(study, columns, &temporary);
    if written.is_err() {
        // A half-written file is of no use to anybody; if it cannot be removed either, so be it.
        let _ = fs::remove_file(&temporary);
        return written;
    }
    fs::rename(&temporary, path).map_err(StudyError::io("write", path))
}

fn write_rows(study: &Study, columns: &[String], path: &Path) -> Result<(), StudyError> {
    let failing = || StudyError::io("write", path);
    let mut out = BufWriter::new(File::create(path).map_err(failing())?);
    let mut text = String::from("replication,failed");
    for column in columns {
        text.push(',');
        push_quoted(&mut text, column);
    }
    text.push('\n');
    out.write_all(text.as_bytes()).map_err(failing())?;
    for file in study.blocks() {
        let block = read_block(file)?.block;
        text.clear();
        for row in 0..block.rows as usize {
            push_row(&mut text, &block, row, columns.len());
        }
        out.write_all(text.as_bytes()).map_err(failing())?;
    }
    out.flush().map_err(failing())
}

fn push_row(text: &mut String, block: &Block, row: usize, columns: usize) {
    // Writing to a string cannot fail.
    let _ = write!(text, "{},", block.first + row as u32);
    if let Some(reason) = block.failure(row) {
        push_quoted(text, reason);
    }
    for column in 0..columns {
        text.push(',');
        let number = block.column(column)[row];
        if number == 0.0 {
            text.push('0');
        } else if number.is_finite() {
            let _ = write!(text, "{number}");
        }
    }
    text.push('\n');
}

/// A field of text, quoted where it has to be (RFC 4180).
fn push_quoted(text: &mut String, field: &str) {
    if field.contains([',', '"', '\n', '\r']) {
        text.push('"');
        text.push_str(&field.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(field);
    }
}

#[cfg(test)]
mod tests {
    use super::{push_quoted, push_row};
    use crate::block::{Block, Failed};

    #[test]
    fn fields_are_quoted_where_they_have_to_be() {
        for (field, quoted) in [("plain", "plain"), ("a,b", "\"a,b\""), ("say \"a\"", "\"say \"\"a\"\"\"")] {
            let mut text = String::new();
            push_quoted(&mut text, field);
            assert_eq!(text, quoted);
        }
    }

    #[test]
    fn numbers_read_back_and_what_is_missing_is_empty() {
        let mut block = Block::new(0, 0, 2, 4, 0);
        block.set_row(0, &[0.1 + 0.2, 1e300, f64::NAN, 0.0], &[]);
        block.failed.push(Failed { replication: 1, reason: "a, b".to_owned() });
        let mut text = String::new();
        (0..2).for_each(|row| push_row(&mut text, &block, row, 4));
        let fields: Vec<&str> = text.lines().next().unwrap().split(',').collect();
        assert_eq!(fields[2].parse::<f64>().unwrap(), 0.1 + 0.2);
        assert_eq!(fields[3].parse::<f64>().unwrap(), 1e300);
        assert_eq!(&fields[4..], ["", "0"]);
        assert_eq!(text.lines().nth(1).unwrap(), "1,\"a, b\",,,,");
    }
}
