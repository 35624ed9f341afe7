//! What files say, before anybody has judged what it means.

use linchpin_scenario::source::Span;
use std::collections::BTreeMap;

/// The column in which readers put an id that the format itself gives: a GraphML node's, a GeoJSON feature's.
pub const OWN_ID: &str = "(id)";
/// The column of an edge's first end, where the format itself gives it.
pub const OWN_SOURCE: &str = "(source)";
/// The column of an edge's second end, likewise.
pub const OWN_TARGET: &str = "(target)";
/// The column that says whether an edge has a direction, likewise.
pub const OWN_DIRECTED: &str = "(directed)";
/// The column of the group a GraphML node lies in.
pub const OWN_GROUP: &str = "(group)";
/// The column of a label drawn beside a GraphML node.
pub const OWN_LABEL: &str = "(label)";

/// Latitude and longitude in degrees, -90 to 90 and -180 to 180.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LatLon {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

/// One text with its column and place.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Index in the table's columns.
    pub column: u32,
    /// Trimmed and not empty.
    pub text: Box<str>,
    /// Where it stands.
    pub span: Span,
}

/// A row, feature or element.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Where it stands.
    pub span: Span,
    /// What it says; each column at most once.
    pub cells: Vec<Cell>,
    /// Where it is: of a node its position, of an edge its two ends; empty where no geometry says.
    pub places: Vec<LatLon>,
}

impl Record {
    /// What stands in a column.
    pub fn cell(&self, column: u32) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.column == column)
    }
}

/// Records with their columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    names: Vec<String>,
    index: BTreeMap<String, u32>,
    /// How many records say something in a column.
    filled: Vec<u64>,
    /// The records in the order of reading.
    pub records: Vec<Record>,
}

impl Table {
    /// The column of this name, new if there was none.
    pub fn column(&mut self, name: &str) -> u32 {
        if let Some(column) = self.index.get(name) {
            return *column;
        }
        let column = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.filled.push(0);
        self.index.insert(name.to_owned(), column);
        column
    }

    /// The column of this name, if there is one.
    pub fn find(&self, name: &str) -> Option<u32> {
        self.index.get(name).copied()
    }

    /// Names of all columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many records say something in this column.
    pub fn filled(&self, column: u32) -> u64 {
        self.filled[column as usize]
    }

    /// Adds a record.
    pub fn push(&mut self, record: Record) {
        for cell in &record.cells {
            self.filled[cell.column as usize] += 1;
        }
        self.records.push(record);
    }
}

/// What files say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Raw {
    /// What may become assets.
    pub nodes: Table,
    /// What may become needs or links.
    pub edges: Table,
    /// True where nodes are known from edges only.
    pub nodes_from_edges: bool,
    /// True where records are features of a map: they need no ids, and lines end where they end.
    pub has_geometry: bool,
    /// True where numbers may have a decimal comma.
    pub decimal_comma: bool,
    /// The file's own title.
    pub title: Option<String>,
    /// The file's own handling marking.
    pub marking: Option<String>,
    /// True where the file carries the word EXERCISE.
    pub exercise: bool,
    /// What was read, in sentences.
    pub read: Vec<String>,
    /// What the reader guessed, in sentences.
    pub guessed: Vec<String>,
    /// What the reader left out, in sentences.
    pub left_out: Vec<String>,
}
