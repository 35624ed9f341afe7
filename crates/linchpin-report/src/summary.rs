//! The findings for programs: `summary.json` and `summary.csv`.

use std::fmt::Write as _;
use std::io::{self, Write};

use linchpin_analysis::findings::{Findings, MetricSummary};
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// Columns of [`summary_csv`].
const COLUMNS: &str =
    "id,name,unit,group,mean,ci_low,ci_high,sd,p05,p25,p50,p75,p95,var95,es95,not_reached,marking";

/// The findings as JSON: fields in the order of [`Findings`], one line for each entry of its lists, numbers that read
/// back to the same value, `null` for what is not a number.
pub fn summary_json(findings: &Findings) -> String {
    let mut bytes = Vec::new();
    let written = findings.serialize(&mut Serializer::with_formatter(&mut bytes, Outline::default()));
    debug_assert!(written.is_ok(), "plain data can always be written to memory");
    bytes.push(b'\n');
    String::from_utf8(bytes).unwrap_or_default()
}

/// A line for each field of the outermost object and each entry of the lists in it; what is deeper stays on its line.
#[derive(Default)]
struct Outline {
    depth: usize,
}

impl Outline {
    fn open<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        writer.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.depth < 2 {
            self.new_line(writer)?;
        }
        writer.write_all(bracket)
    }

    fn item<W: ?Sized + Write>(&self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        if self.depth <= 2 { self.new_line(writer) } else { Ok(()) }
    }

    fn new_line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\n")?;
        writer.write_all(" ".repeat(self.depth).as_bytes())
    }
}

impl Formatter for Outline {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.item(writer, first)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.item(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(if self.depth <= 2 { b": " } else { b":" })
    }
}

/// One row for each metric, as RFC 4180 has it (lines end in CR LF). Numbers read back to the same value; what was not
/// reached or is no number is empty. Text that a spreadsheet would take for a formula begins with an apostrophe. The
/// marking is the last column: it stays with every row that is taken out, and no reader has to know of comments.
pub fn summary_csv(findings: &Findings) -> String {
    let mut csv = String::from(COLUMNS);
    csv.push_str("\r\n");
    let marking = findings.study.handling();
    for metric in &findings.metrics {
        row(&mut csv, metric, &marking);
    }
    csv
}

fn row(csv: &mut String, metric: &MetricSummary, marking: &str) {
    let texts = [&metric.id, &metric.name, &metric.unit, &metric.group];
    for (i, field) in texts.into_iter().enumerate() {
        if i > 0 {
            csv.push(',');
        }
        text(csv, field);
    }
    let [low, high] = metric.ci95.map_or([None, None], |ci| ci.map(Some));
    let spread = [metric.mean, low, high, metric.sd];
    let tail = [metric.var95, metric.es95, Some(metric.not_reached)];
    for value in spread.into_iter().chain(metric.quantiles).chain(tail) {
        csv.push(',');
        number(csv, value);
    }
    csv.push(',');
    text(csv, marking);
    csv.push_str("\r\n");
}

fn number(csv: &mut String, value: Option<f64>) {
    let Some(value) = value.filter(|v| v.is_finite()) else { return };
    // Shortest decimal that reads back the same; exponents where plain digits would run long.
    let plain = value == 0.0 || (1e-5..1e16).contains(&value.abs());
    let written = if plain { write!(csv, "{value}") } else { write!(csv, "{value:e}") };
    debug_assert!(written.is_ok());
}

fn text(csv: &mut String, field: &str) {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let quoted = field.contains([',', '"', '\r', '\n']);
    if quoted {
        csv.push('"');
    }
    if formula {
        csv.push('\'');
    }
    csv.push_str(&field.replace('"', "\"\""));
    if quoted {
        csv.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_and_never_a_formula() {
        let check = |field: &str, expected: &str| {
            let mut csv = String::new();
            text(&mut csv, field);
            assert_eq!(csv, expected);
        };
        check("plain name", "plain name");
        check("a,b", "\"a,b\"");
        check("say \"x\"", "\"say \"\"x\"\"\"");
        check("two\r\nlines", "\"two\r\nlines\"");
        check("=1+1", "'=1+1");
        check("@SUM(A1,B1)", "\"'@SUM(A1,B1)\"");
        check("-2", "'-2");
        check("", "");
    }

    #[test]
    fn numbers_read_back_to_the_same_value() {
        for value in [0.0, 1.0, 0.1, 1.0 / 3.0, 12_345_678.9, 1e300, 5e-324, -2.5e-9, 1e16] {
            let mut csv = String::new();
            number(&mut csv, Some(value));
            assert_eq!(csv.parse::<f64>(), Ok(value), "{csv}");
            assert!(csv.len() < 26, "{csv}");
        }
        for value in [None, Some(f64::NAN), Some(f64::INFINITY)] {
            let mut csv = String::new();
            number(&mut csv, value);
            assert_eq!(csv, "");
        }
    }

    #[test]
    fn json_has_a_line_for_each_entry_and_reads_back() {
        let metric =
            |id: &str| MetricSummary { id: id.into(), mean: Some(1.0 / 3.0), ..MetricSummary::default() };
        let findings = Findings { metrics: vec![metric("a"), metric("b")], ..Findings::default() };
        let json = summary_json(&findings);
        assert!(json.starts_with("{\n \"version\": 0,\n \"study\": {\n  \"name\": \"\",\n"), "{json}");
        assert_eq!(json.lines().filter(|l| l.starts_with("  {\"id\":")).count(), 2, "{json}");
        let back: Findings = serde_json::from_str(&json).unwrap();
        assert_eq!(back.metrics[1].mean, Some(1.0 / 3.0));
        assert_eq!(summary_json(&back), json);
    }
}
