//! Tables: assets, needs, pools and positions as CSV.
//!
//! A network of a million assets has few different kinds of rows. What rows have in common with others (everything but
//! ids, names, numbers of their own and lists of providers) is read once for each different combination, by the same
//! readers as RON, so that the same ranges and messages hold; a row itself is a few places in the file.

mod cells;
mod columns;
mod place;
mod read;
mod rows;
mod values;
pub(crate) mod words;

pub(crate) use cells::Cell;
pub(crate) use place::annotate;
pub(crate) use read::read;
pub(crate) use rows::{AssetTable, NeedTable, PositionTable};

use crate::source::{SourceId, Span};
use linchpin_model::Assumption;

/// Longest table in bytes (1 GiB), and of all tables of a scenario together.
pub const MAX_TABLE_BYTES: usize = 1 << 30;

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableKind {
    /// Assets.
    Assets,
    /// Needs of assets.
    Needs,
    /// Pools.
    Pools,
    /// Positions of assets that stand elsewhere.
    Positions,
}

impl TableKind {
    /// The words by which `tables` names the kinds.
    pub const WORDS: [(&str, Self); 4] = [
        ("Assets", Self::Assets),
        ("Needs", Self::Needs),
        ("Pools", Self::Pools),
        ("Positions", Self::Positions),
    ];

    /// The word by which `tables` names it.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Assets => "assets",
            Self::Needs => "needs",
            Self::Pools => "pools",
            Self::Positions => "positions",
        }
    }
}

/// A table of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFile {
    /// What its rows are.
    pub kind: TableKind,
    /// Its text.
    pub source: SourceId,
    /// Its name in a frozen scenario, such as `tables/assets.csv`.
    pub frozen: String,
    /// SHA-256 of its bytes, as hexadecimal text.
    pub sha256: String,
}

/// All tables of a scenario, read.
#[derive(Debug, Default)]
pub(crate) struct Tables<'t> {
    pub(crate) assets: Vec<AssetTable<'t>>,
    pub(crate) needs: Vec<NeedTable<'t>>,
    pub(crate) pools: Vec<crate::spec::Pool>,
    pub(crate) positions: Vec<PositionTable<'t>>,
    /// Values of rows that say where they are from, counted.
    pub(crate) assumptions: Vec<Assumption>,
}

/// What the rows of any table have.
#[derive(Debug)]
pub(crate) struct Base<'t> {
    pub(crate) text: &'t str,
    pub(crate) source: SourceId,
    /// Byte at which each row begins, and where the last ends.
    pub(crate) starts: Vec<u32>,
}

impl Base<'_> {
    /// Place of a row.
    pub(crate) fn row_span(&self, row: usize) -> Span {
        let start = self.starts[row];
        let next = self.starts.get(row + 1).copied().unwrap_or(self.text.len() as u32);
        let line = &self.text[start as usize..next as usize];
        Span { source: self.source, start, end: start + line.trim_end().len() as u32 }
    }
}
