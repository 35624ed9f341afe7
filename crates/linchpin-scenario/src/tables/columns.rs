//! Which columns each kind of table has, and the header that names them.

use super::TableKind;
use super::cells::Cell;
use crate::decode;
use crate::diagnostic::Diagnostic;
use crate::problems::Problems;
use crate::source::{SourceId, Span};

/// What stands in the cells of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// A text, an id or a duration.
    Text,
    Number,
    /// A word of the language, such as `Start`.
    Word,
    /// A number or a word.
    NumberOrWord,
    /// Several texts.
    List,
    /// A duration or a distribution.
    Dist,
}

/// Where in the entry a column's value belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// It is a field of the entry itself.
    Entry,
    /// A field of the field of this name.
    Field(&'static str),
    /// A field of the one element of the list of this name.
    List(&'static str),
    /// It is read row by row.
    Row,
    /// What the values of the row are from.
    Origin,
    /// Nothing reads it.
    Nothing,
}

/// A column that a table may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) content: Content,
    pub(super) within: Within,
    /// Its name as a field.
    pub(super) field: &'static str,
    pub(super) required: bool,
}

const fn column(name: &'static str, content: Content, within: Within) -> Column {
    Column { name, content, within, field: name, required: false }
}

const fn row(name: &'static str) -> Column {
    column(name, Content::Text, Within::Row)
}

const fn inner(name: &'static str, content: Content, within: Within, field: &'static str) -> Column {
    Column { field, ..column(name, content, within) }
}

const fn required(column: Column) -> Column {
    Column { required: true, ..column }
}

use Content::{Dist, List, Number, NumberOrWord, Text, Word};
use Within::{Entry, Field};

const FROM: Within = Field("from");
const AUTONOMY: Within = Within::List("autonomy");
const SUPPLIERS: Within = Within::List("suppliers");

const ASSETS: [Column; 28] = [
    required(row("id")),
    row("name"),
    column("class", Text, Entry),
    column("sector", Text, Entry),
    required(column("region", Text, Entry)),
    row("lat"),
    row("lon"),
    column("supplies", List, Entry),
    row("capacity"),
    column("tags", List, Entry),
    row("site"),
    row("vendor"),
    row("operator"),
    row("owner"),
    column("serves", List, Entry),
    row("people"),
    column("failed_below", Number, Entry),
    column("initial", Number, Entry),
    column("combine", Word, Entry),
    column("restart", Dist, Entry),
    column("repair", Dist, Entry),
    column("time_to_failure", Dist, Field("failures")),
    inner("failure_state", Text, Field("failures"), "state"),
    column("manual_restart", Number, Field("control")),
    column("trip_rate", Number, Field("control")),
    column("source", Text, Within::Origin),
    column("confidence", Text, Within::Origin),
    column("notes", Text, Within::Nothing),
];

const NEEDS: [Column; 25] = [
    required(row("asset")),
    required(column("service", Text, Entry)),
    column("id", Text, Entry),
    row("from"),
    inner("from_sector", List, FROM, "sector"),
    inner("from_class", List, FROM, "class"),
    inner("from_region", List, FROM, "region"),
    inner("from_tag", List, FROM, "tag"),
    column("nearest", Number, FROM),
    column("required", NumberOrWord, Entry),
    column("weights", Word, Entry),
    column("criticality", Number, Entry),
    column("role", Word, Entry),
    column("delay", Dist, Entry),
    column("black_start", Text, Entry),
    inner("autonomy", Dist, AUTONOMY, "capacity"),
    inner("autonomy_name", Text, AUTONOMY, "name"),
    column("recharge", Dist, AUTONOMY),
    column("start_probability", Number, AUTONOMY),
    column("start_delay", Dist, AUTONOMY),
    column("coverage", Number, AUTONOMY),
    column("time_to_failure", Dist, AUTONOMY),
    column("source", Text, Within::Origin),
    column("confidence", Text, Within::Origin),
    column("notes", Text, Within::Nothing),
];

const POOLS: [Column; 15] = [
    required(column("id", Text, Entry)),
    column("name", Text, Entry),
    required(column("service", Text, Entry)),
    column("sector", Text, Entry),
    column("region", Text, Entry),
    required(inner("suppliers", List, SUPPLIERS, "from")),
    column("capacity", Number, SUPPLIERS),
    required(column("demand", Number, Entry)),
    inner("surge_factor", Number, Field("surge"), "factor"),
    inner("surge_lasts", Dist, Field("surge"), "lasts"),
    inner("surge_recharge", Dist, Field("surge"), "recharge"),
    column("failed_below", Number, Entry),
    column("source", Text, Within::Origin),
    column("confidence", Text, Within::Origin),
    column("notes", Text, Within::Nothing),
];

const POSITIONS: [Column; 6] = [
    required(row("id")),
    required(row("lat")),
    required(row("lon")),
    column("source", Text, Within::Origin),
    column("confidence", Text, Within::Origin),
    column("notes", Text, Within::Nothing),
];

/// The columns a kind of table may have.
pub(super) fn of(kind: TableKind) -> &'static [Column] {
    match kind {
        TableKind::Assets => &ASSETS,
        TableKind::Needs => &NEEDS,
        TableKind::Pools => &POOLS,
        TableKind::Positions => &POSITIONS,
    }
}

/// The delimiter of a file: whichever of comma, semicolon and tab its first line has most of.
pub(super) fn delimiter(text: &str) -> u8 {
    let line = text.lines().find(|line| !line.is_empty()).unwrap_or_default();
    let count = |delimiter: u8| line.bytes().filter(|byte| *byte == delimiter).count();
    let mut best = b',';
    for other in [b';', b'\t'] {
        if count(other) > count(best) {
            best = other;
        }
    }
    best
}

/// What the columns of a file are; none where one is not known.
pub(super) type Header = Vec<Option<&'static Column>>;

/// Reads the first record of a file.
pub(super) fn header(
    kind: TableKind,
    cells: &[Cell],
    text: &str,
    source: SourceId,
    problems: &mut Problems,
) -> Header {
    let known = of(kind);
    let mut found: Header = Vec::with_capacity(cells.len());
    for (position, cell) in cells.iter().enumerate() {
        let (name, span) = (cell.text(text), cell.span(source));
        let column = known.iter().find(|column| column.name == name);
        if column.is_none() {
            unknown(kind, &name, span, problems);
        }
        let twice = column.and_then(|column| {
            found.iter().position(|other| other.is_some_and(|other| other.name == column.name))
        });
        if let Some(first) = twice.filter(|first| *first < position) {
            problems.error("duplicate column", span, |span| {
                Diagnostic::error(span, format!("the column `{name}` is there twice"))
                    .related(cells[first].span(source), "first here")
                    .help("keep one of the two")
            });
        }
        found.push(column.filter(|_| twice.is_none()));
    }
    let start = cells.first().map_or(Cell::default(), |cell| *cell).span(source);
    let there = |name: &str| found.iter().flatten().any(|other| other.name == name);
    let missing: Vec<String> = known
        .iter()
        .filter(|column| column.required && !there(column.name))
        .map(|column| format!("`{}`", column.name))
        .collect();
    if !missing.is_empty() {
        problems.error("missing columns", start, |span| {
            let noun = if missing.len() == 1 { "column" } else { "columns" };
            Diagnostic::error(
                span,
                format!("a table of {} needs the {noun} {}", kind.noun(), missing.join(", ")),
            )
            .help("the first line of a table names its columns")
        });
    }
    found
}

fn unknown(kind: TableKind, name: &str, span: Span, problems: &mut Problems) {
    let names = || of(kind).iter().map(|column| column.name);
    problems.error("unknown column", span, |span| {
        if name.is_empty() {
            return Diagnostic::error(span, "a column has no name")
                .help("the first line of a table names its columns; take out empty ones");
        }
        let title = format!("a table of {} has no column `{}`", kind.noun(), decode::shortened(name));
        let problem = Diagnostic::error(span, title);
        match decode::nearest(name, names()) {
            Some(near) => problem.label(decode::did_you_mean(near)),
            None => problem.label("unknown column").help(format!(
                "its columns are {}",
                names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            )),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::delimiter;

    #[test]
    fn the_delimiter_is_seen() {
        for (text, expected) in [
            ("id,lat,lon\n", b','),
            ("\nid;lat;lon\n1,2", b';'),
            ("id\tlat", b'\t'),
            ("id", b','),
            ("", b','),
        ] {
            assert_eq!(delimiter(text), expected, "{text:?}");
        }
    }
}
