//! Reading one table.

use super::cells::{Cell, Fault, Records};
use super::columns::{self, Column, Header, Within};
use super::rows::{AssetRow, AssetTable, NeedRow, NeedTable, PositionTable};
use super::values::{Fields, number_value};
use super::words::Words;
use super::{Base, TableFile, TableKind, Tables};
use crate::decode;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::problems::Problems;
use crate::source::{SourceId, Sources, Span};
use crate::spec::{self, Asset, Need, Place, Pool};
use crate::value::{Value, ValueKind};
use linchpin_model::Assumption;

/// A longer cell is no value but a quote that was never closed.
const LONGEST_CELL: usize = 20_000;

/// Tables larger than this together are read side by side.
const LARGE: usize = 4 << 20;

/// Reads all tables. Problems come in the order of the tables.
pub(crate) fn read<'t>(files: &[TableFile], sources: &'t Sources, out: &mut Diagnostics) -> Tables<'t> {
    let bytes: usize = files.iter().map(|file| sources.text(file.source).len()).sum();
    let read = |file: &TableFile| Table::read(file.kind, file.source, sources.text(file.source));
    let all: Vec<Table> = if bytes < LARGE || files.len() < 2 {
        files.iter().map(read).collect()
    } else {
        std::thread::scope(|scope| {
            let threads: Vec<_> = files.iter().map(|file| scope.spawn(|| read(file))).collect();
            threads
                .into_iter()
                .zip(files)
                .map(|(thread, file)| thread.join().unwrap_or_else(|_| read(file)))
                .collect()
        })
    };
    let mut tables = Tables::default();
    for (table, file) in all.into_iter().zip(files) {
        table.problems.into_diagnostics(out);
        tables.assumptions.extend(table.origins.assumptions(&file.frozen));
        match table.rows {
            Rows::Assets(rows) => tables.assets.push(rows),
            Rows::Needs(rows) => tables.needs.push(rows),
            Rows::Pools(rows) => tables.pools.extend(rows),
            Rows::Positions(rows) => tables.positions.push(rows),
        }
    }
    tables
}

/// A table that was read.
struct Table<'t> {
    rows: Rows<'t>,
    origins: Origins,
    problems: Problems,
}

enum Rows<'t> {
    Assets(AssetTable<'t>),
    Needs(NeedTable<'t>),
    Pools(Vec<Pool>),
    Positions(PositionTable<'t>),
}

impl<'t> Table<'t> {
    fn read(kind: TableKind, source: SourceId, text: &'t str) -> Self {
        let mut reader = Reader::new(kind, source, text);
        let rows = match kind {
            TableKind::Assets => Rows::Assets(reader.assets()),
            TableKind::Needs => Rows::Needs(reader.needs()),
            TableKind::Pools => Rows::Pools(reader.pools()),
            TableKind::Positions => Rows::Positions(reader.positions()),
        };
        Self { rows, origins: reader.origins, problems: reader.problems }
    }
}

struct Reader<'t> {
    kind: TableKind,
    source: SourceId,
    text: &'t str,
    records: Records<'t>,
    header: Header,
    /// Positions of the columns that rows may have in common with others.
    common: Vec<usize>,
    /// Positions of `source` and `confidence`.
    origin: [Option<usize>; 2],
    /// The cells of the present row.
    row: Vec<Cell>,
    faults: Vec<Fault>,
    problems: Problems,
    origins: Origins,
    /// Kinds of rows by the text of what they have in common.
    kinds: Words,
    /// By kind: what was reported about its first row, to be counted with the others.
    faulty: Vec<Vec<(&'static str, Severity, Span)>>,
    key: String,
}

/// Stands between cells where several make one text; a table that contains it is refused.
const SEPARATOR: char = '\u{1f}';

const BYTE_ORDER_MARK: &str = "\u{feff}";

impl<'t> Reader<'t> {
    fn new(kind: TableKind, source: SourceId, text: &'t str) -> Self {
        let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        let records = Records::new(text, start, columns::delimiter(&text[start..]));
        let mut reader = Self {
            kind,
            source,
            text,
            records,
            header: Vec::new(),
            common: Vec::new(),
            origin: [None; 2],
            row: Vec::new(),
            faults: Vec::new(),
            problems: Problems::new(),
            origins: Origins::default(),
            kinds: Words::default(),
            faulty: Vec::new(),
            key: String::new(),
        };
        reader.header();
        reader
    }

    fn header(&mut self) {
        if self.records.next(&mut self.row, &mut self.faults).is_none() {
            let span = Span { source: self.source, start: 0, end: 0 };
            let names = columns::of(self.kind).iter().filter(|column| column.required);
            let names: Vec<&str> = names.map(|column| column.name).collect();
            self.problems.error("empty table", span, |span| {
                Diagnostic::error(span, "the table is empty")
                    .help(format!("its first line names its columns, at least {}", names.join(", ")))
            });
            return;
        }
        self.report_faults();
        self.header = columns::header(self.kind, &self.row, self.text, self.source, &mut self.problems);
        let within =
            |column: &Column| matches!(column.within, Within::Entry | Within::Field(_) | Within::List(_));
        let positions = self.header.iter().enumerate();
        self.common = positions.filter(|(_, column)| column.is_some_and(within)).map(|(at, _)| at).collect();
        self.origin = ["source", "confidence"].map(|name| self.column(name));
        if let Some(at) = self.text.find(SEPARATOR) {
            let span = Span { source: self.source, start: at as u32, end: at as u32 + 1 };
            self.problems.error("control character", span, |span| {
                Diagnostic::error(span, "this table contains a control character (U+001F)")
                    .help("take it out")
            });
        }
    }

    /// The next row that says something: where it begins, and whether it has as many cells as the header.
    fn next(&mut self) -> Option<(u32, bool)> {
        loop {
            let start = self.records.next(&mut self.row, &mut self.faults)?;
            let whole = self.row.len() == self.header.len();
            // Where quotes are amiss, the number of cells is too.
            if !self.faults.is_empty() {
                self.report_faults();
            } else if !whole {
                self.ragged(start);
            }
            if self.row.iter().all(|cell| cell.is_empty()) {
                continue;
            }
            if let Some(long) = self.row.iter().find(|cell| cell.raw(self.text).len() > LONGEST_CELL) {
                let span = long.span(self.source);
                self.problems.error("long cell", span, |span| {
                    Diagnostic::error(span, format!("a cell has at most {LONGEST_CELL} bytes"))
                        .help("is a quote before it never closed?")
                });
                continue;
            }
            self.row.resize(self.header.len(), Cell::default());
            return Some((start, whole));
        }
    }

    fn report_faults(&mut self) {
        for fault in std::mem::take(&mut self.faults) {
            let at = |start| Span { source: self.source, start, end: start + 1 };
            match fault {
                Fault::Unclosed(start) => self.problems.error("unclosed quote", at(start), |span| {
                    Diagnostic::error(span, "this quote is never closed")
                        .help("a quote within a quoted cell is written twice")
                }),
                Fault::AfterQuote(start) => {
                    let first = self.text[start as usize..].chars().next().map_or(1, char::len_utf8) as u32;
                    let span = Span { end: start + first, ..at(start) };
                    self.problems.error("after quote", span, |span| {
                        Diagnostic::error(span, "something follows the closing quote of this cell")
                            .help("a quote within a quoted cell is written twice")
                    });
                }
            }
        }
    }

    fn ragged(&mut self, start: u32) {
        let (cells, columns) = (self.row.len(), self.header.len());
        if columns == 0 {
            return;
        }
        let end = self.row.last().map_or(start, |cell| cell.span(self.source).end).max(start);
        let span = Span { source: self.source, start, end };
        self.problems.error("ragged row", span, |span| {
            Diagnostic::error(span, format!("this row has {cells} cells, the header has {columns}"))
                .help("every row has as many cells as the header; a cell that contains the delimiter stands in quotes")
        });
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column.is_some_and(|column| column.name == name))
    }

    fn cell(&self, column: Option<usize>) -> Cell {
        column.map_or(Cell::default(), |at| self.row[at])
    }

    fn row_span(&self, start: u32) -> Span {
        let end = self.row.iter().map(|cell| cell.span(self.source).end).max().unwrap_or(start).max(start);
        Span { source: self.source, start, end }
    }

    /// Which kind of row this is: its number, and whether it is the first of its kind.
    fn kind_of_row(&mut self) -> (u32, bool) {
        self.key.clear();
        for at in &self.common {
            self.key.push_str(self.row[*at].raw(self.text));
            self.key.push(SEPARATOR);
        }
        let (kind, new) = self.kinds.add(&self.key);
        if new {
            self.faulty.push(Vec::new());
        } else {
            for (column, severity, span) in &self.faulty[kind as usize] {
                report(&mut self.problems, column, *severity, *span, |span| Diagnostic::error(span, ""));
            }
        }
        (kind, new)
    }

    fn count_origins(&mut self) {
        let [source, confidence] = self.origin.map(|column| self.cell(column));
        if !source.is_empty() || !confidence.is_empty() {
            self.origins.count(&self.row, &self.header, &source.text(self.text), &confidence.text(self.text));
        }
    }

    /// What a row has in common with others as an entry in RON.
    fn entry(&self, start: u32, fields: Fields) -> Value {
        let mut fields = fields;
        for (cell, column) in self.row.iter().zip(&self.header) {
            if let Some(column) = column {
                fields.add(column, *cell);
            }
        }
        fields.finish(self.row_span(start))
    }

    /// Reads an entry with a reader of RON values and passes on what it reports.
    fn decode<T>(
        &mut self,
        kind: Option<u32>,
        value: &Value,
        read: impl FnOnce(&Value, &mut Diagnostics) -> Option<T>,
    ) -> Option<T> {
        let mut found = Diagnostics::default();
        let read = read(value, &mut found);
        for problem in found.iter() {
            let span = problem.span.unwrap_or(value.span);
            let column = self.column_at(span).map_or("row", |column| column.name);
            if let Some(kind) = kind {
                self.faulty[kind as usize].push((column, problem.severity, span));
            }
            report(&mut self.problems, column, problem.severity, span, |_| {
                with_advice(problem.clone(), self.text)
            });
        }
        read
    }

    /// The column in which a place of the present row lies.
    fn column_at(&self, span: Span) -> Option<&'static Column> {
        let inside = |cell: &Cell| {
            let place = cell.span(self.source);
            !cell.is_empty() && place.start <= span.start && span.end <= place.end
        };
        self.row.iter().position(inside).and_then(|at| self.header.get(at).copied().flatten())
    }

    /// A number of a row; NaN where the cell is empty or wrong.
    fn number(
        &mut self,
        cell: Cell,
        fits: impl FnOnce(f64) -> bool,
        read: impl FnOnce(&Value, &mut Diagnostics) -> Option<f64>,
    ) -> f64 {
        if cell.is_empty() {
            return f64::NAN;
        }
        let text = cell.text(self.text);
        if let Ok(number) = text.parse::<f64>()
            && fits(number)
        {
            return number;
        }
        let value = number_value(&text, cell.span(self.source));
        self.decode(None, &value, read).unwrap_or(f64::NAN)
    }

    fn place(&mut self, lat: Cell, lon: Cell) -> Place {
        let within = |limit: f64| move |number: f64| number.abs() <= limit;
        let one_missing = lat.is_empty() != lon.is_empty();
        if one_missing {
            let (there, missing) = if lat.is_empty() { (lon, "lat") } else { (lat, "lon") };
            self.problems.error("half a position", there.span(self.source), |span| {
                Diagnostic::error(span, format!("a position needs `{missing}` too"))
                    .help("positions are `lat` and `lon` in degrees")
            });
        }
        Place {
            lat: self.number(lat, within(90.0), decode::number_in(-90.0..=90.0)),
            lon: self.number(lon, within(180.0), decode::number_in(-180.0..=180.0)),
        }
    }

    /// Checks an id of a row; an empty one, where it has to be there, is missing.
    fn id(&mut self, cell: Cell, start: u32, column: &'static str) {
        let text = cell.text(self.text);
        // Whoever misses the column has been told once.
        if text.is_empty() {
            if self.column(column).is_some() {
                let span = self.row_span(start);
                let noun = self.kind.noun();
                self.problems.error("no id", span, |span| {
                    Diagnostic::error(span, format!("each row of a table of {noun} needs `{column}`"))
                        .label(format!("`{column}` is empty here"))
                });
            }
            return;
        }
        let plain = text.len() <= 100
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
        if !plain {
            let value = Value { span: cell.span(self.source), kind: ValueKind::String(text.into_owned()) };
            self.decode(None, &value, decode::id);
        }
    }

    fn base(&self) -> Base<'t> {
        Base { text: self.text, source: self.source, starts: Vec::new() }
    }

    fn assets(&mut self) -> AssetTable<'t> {
        let names = ["id", "name", "capacity", "lat", "lon", "people", "serves"];
        let [id, name, capacity, lat, lon, people, serves] = names.map(|name| self.column(name));
        let marks = spec::Traits::SHARED.map(|name| self.column(name));
        let marked = marks.iter().any(Option::is_some);
        let mut table =
            AssetTable { base: self.base(), rows: Vec::new(), marks: Vec::new(), kinds: Vec::new() };
        while let Some((start, whole)) = self.next() {
            self.id(self.cell(id), start, "id");
            let (kind, new) = self.kind_of_row();
            if new {
                let asset = self.asset_kind(kind, start, whole);
                table.kinds.push(asset);
            }
            self.count_origins();
            if !whole {
                // Nobody knows which cell is which; the id may be what others ask for.
                self.row[1..].fill(Cell::default());
            }
            let capacity = self.number(self.cell(capacity), is_weight, spec::weight);
            let place = self.place(self.cell(lat), self.cell(lon));
            let number = self.number(self.cell(people), is_people, spec::people_served);
            self.people(self.cell(serves), self.cell(people));
            let (id, name) = (self.cell(id), self.cell(name));
            table.rows.push(AssetRow { id, name, kind, capacity, place, people: number });
            table.base.starts.push(start);
            if marked {
                table.marks.push(marks.map(|mark| self.cell(mark)));
            }
        }
        table
    }

    fn people(&mut self, serves: Cell, people: Cell) {
        let (there, missing) = match (serves.is_empty(), people.is_empty()) {
            (true, false) => (people, "serves"),
            (false, true) => (serves, "people"),
            _ => return,
        };
        self.problems.error("half a delivery", there.span(self.source), |span| {
            Diagnostic::error(span, format!("a delivery needs `{missing}` too"))
                .help("`serves` lists services, `people` is how many get each of them")
        });
    }

    /// What an asset has in common with others, as if it were one.
    fn asset_kind(&mut self, kind: u32, start: u32, whole: bool) -> Asset {
        let span = self.row_span(start);
        let unread = Asset::unread(span);
        if !whole || self.column("region").is_none() {
            return unread;
        }
        let mut fields = Fields::new(self.text, self.source);
        fields.add_text("id", "row", span);
        let mut value = self.entry(start, fields);
        // In RON each delivery says how many people it reaches; here the row says it.
        let served = take_field(&mut value, "serves");
        let mut asset = self.decode(Some(kind), &value, spec::asset).unwrap_or(unread);
        let id = self.cell(self.column("id"));
        asset.id = spec::Id {
            value: id.raw(self.text).to_owned(),
            span: if id.is_empty() { span } else { id.span(self.source) },
        };
        for service in served.iter().flat_map(list_items) {
            let id = self.decode(Some(kind), service, decode::id);
            asset.serves.extend(id.map(|service| spec::Serves { service, people: 0.0, region: None }));
        }
        asset
    }

    fn needs(&mut self) -> NeedTable<'t> {
        let [owner, from] = ["asset", "from"].map(|name| self.column(name));
        let mut table = NeedTable { base: self.base(), rows: Vec::new(), kinds: Vec::new() };
        // Kinds of which nothing could be read have no needs.
        let mut kinds: Vec<Option<u32>> = Vec::new();
        while let Some((start, whole)) = self.next() {
            if !whole {
                continue;
            }
            self.id(self.cell(owner), start, "asset");
            let (kind, new) = self.kind_of_row();
            if new {
                let need = self.need_kind(kind, start);
                kinds.push(need.is_some().then_some(table.kinds.len() as u32));
                table.kinds.extend(need);
            }
            self.count_origins();
            let Some(kind) = kinds[kind as usize] else { continue };
            let (owner, from) = (self.cell(owner), self.cell(from));
            if !from.is_empty() && table.kinds[kind as usize].from.is_some() {
                self.problems.error("two choices", from.span(self.source), |span| {
                    Diagnostic::error(
                        span,
                        "a need has either `from` or conditions such as `from_class`, not both",
                    )
                    .help("leave one of them empty in this row")
                });
            }
            table.rows.push(NeedRow { owner, from, kind });
            table.base.starts.push(start);
        }
        table
    }

    fn need_kind(&mut self, kind: u32, start: u32) -> Option<Need> {
        self.column("service")?;
        let value = self.entry(start, Fields::new(self.text, self.source));
        self.decode(Some(kind), &value, spec::need)
    }

    fn pools(&mut self) -> Vec<Pool> {
        let mut pools = Vec::new();
        while let Some((start, whole)) = self.next() {
            self.count_origins();
            let complete = columns::of(self.kind)
                .iter()
                .all(|column| !column.required || self.column(column.name).is_some());
            if !whole || !complete {
                continue;
            }
            let value = self.entry(start, Fields::new(self.text, self.source));
            pools.extend(self.decode(None, &value, spec::pool));
        }
        pools
    }

    fn positions(&mut self) -> PositionTable<'t> {
        let [id, lat, lon] = ["id", "lat", "lon"].map(|name| self.column(name));
        let mut table = PositionTable { base: self.base(), rows: Vec::new() };
        while let Some((start, whole)) = self.next() {
            if !whole {
                continue;
            }
            self.id(self.cell(id), start, "id");
            self.count_origins();
            let (lat, lon) = (self.cell(lat), self.cell(lon));
            if lat.is_empty() && lon.is_empty() {
                let span = self.row_span(start);
                self.problems.error("no position", span, |span| {
                    Diagnostic::error(span, "this row has no position")
                        .help("give `lat` and `lon` in degrees")
                });
            }
            let place = self.place(lat, lon);
            table.rows.push((self.cell(id), place));
            table.base.starts.push(start);
        }
        table
    }
}

fn report(
    problems: &mut Problems,
    kind: &'static str,
    severity: Severity,
    span: Span,
    make: impl FnOnce(Span) -> Diagnostic,
) {
    match severity {
        Severity::Error => problems.error(kind, span, make),
        Severity::Warning => problems.warn(kind, span, make),
    }
}

/// Says what is easily overlooked in a number written elsewhere.
fn with_advice(problem: Diagnostic, text: &str) -> Diagnostic {
    let written = problem.span.map_or("", |span| &text[span.start as usize..span.end as usize]);
    let point = written.replacen(',', ".", 1);
    if written.contains(',') && point.parse::<f64>().is_ok() {
        return problem.help(format!("write decimals with a point: {point}"));
    }
    problem
}

fn is_weight(number: f64) -> bool {
    number == 0.0 || (spec::MIN_WEIGHT..=spec::MAX_WEIGHT).contains(&number)
}

fn is_people(number: f64) -> bool {
    number == 0.0 || (spec::MIN_WEIGHT..=spec::MAX_PEOPLE).contains(&number)
}

fn take_field(value: &mut Value, name: &str) -> Option<Value> {
    let ValueKind::Struct(_, fields) = &mut value.kind else { return None };
    let at = fields.iter().position(|field| field.name.text == name)?;
    Some(fields.remove(at).value)
}

fn list_items(value: &Value) -> &[Value] {
    match &value.kind {
        ValueKind::List(items) => items,
        _ => &[],
    }
}

/// How many values of which columns are from which source.
#[derive(Default)]
struct Origins {
    words: Words,
    counts: Vec<u64>,
}

impl Origins {
    fn count(&mut self, row: &[Cell], header: &Header, source: &str, confidence: &str) {
        for (cell, column) in row.iter().zip(header) {
            let Some(column) = column.filter(|column| !cell.is_empty() && is_value(column)) else { continue };
            let (word, new) =
                self.words.add(&format!("{}{SEPARATOR}{source}{SEPARATOR}{confidence}", column.name));
            if new {
                self.counts.push(0);
            }
            self.counts[word as usize] += 1;
        }
    }

    fn assumptions(&self, table: &str) -> Vec<Assumption> {
        let file = table.rsplit('/').next().unwrap_or(table);
        let rows = self.words.iter().zip(&self.counts).map(|(word, count)| {
            let mut parts = word.splitn(3, SEPARATOR).map(str::to_owned);
            let mut part = || parts.next().unwrap_or_default();
            Assumption {
                what: format!("{file}: {}", part().replace('_', " ")),
                value: if *count == 1 { "1 row".into() } else { format!("{count} rows") },
                source: part(),
                confidence: part(),
            }
        });
        rows.collect()
    }
}

/// True for columns that say how much of something there is rather than what it is.
fn is_value(column: &Column) -> bool {
    const NOT_VALUES: [&str; 18] = [
        "id",
        "name",
        "asset",
        "class",
        "sector",
        "region",
        "lat",
        "lon",
        "supplies",
        "tags",
        "site",
        "owner",
        "vendor",
        "operator",
        "service",
        "from",
        "serves",
        "suppliers",
    ];
    !matches!(column.within, Within::Origin | Within::Nothing)
        && !NOT_VALUES.contains(&column.name)
        && !column.name.starts_with("from_")
}
