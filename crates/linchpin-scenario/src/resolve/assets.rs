//! All assets alike, whether they stand in RON or in tables.

use crate::source::Span;
use crate::spec::{Asset, Place, Scenario, Serves};
use crate::tables::{AssetTable, Tables};
use std::borrow::Cow;

/// All assets: those of RON, then the rows of the tables. Their kinds likewise: each asset of RON is one by itself, rows
/// of tables share them.
#[derive(Clone, Debug)]
pub(crate) struct Assets<'s> {
    written: &'s [Asset],
    tables: Vec<Part<'s>>,
    len: usize,
    kinds: usize,
}

/// One table, and the numbers of its first asset and kind.
#[derive(Clone, Copy, Debug)]
struct Part<'s> {
    table: &'s AssetTable<'s>,
    first: usize,
    first_kind: usize,
}

/// One asset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AssetRef<'s> {
    /// What it has in common with its kind.
    pub(crate) like: &'s Asset,
    /// Number of its kind.
    pub(crate) kind: usize,
    row: Option<(&'s AssetTable<'s>, usize)>,
}

impl<'s> Assets<'s> {
    pub(crate) fn new(spec: &'s Scenario, tables: &'s Tables<'s>) -> Self {
        let written = spec.assets.as_slice();
        let (mut len, mut kinds) = (written.len(), written.len());
        let mut parts = Vec::new();
        for table in &tables.assets {
            parts.push(Part { table, first: len, first_kind: kinds });
            len += table.rows.len();
            kinds += table.kinds.len();
        }
        Self { written, tables: parts, len, kinds }
    }

    /// Number of assets.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Number of kinds.
    pub(crate) fn kind_count(&self) -> usize {
        self.kinds
    }

    /// What assets of each kind have in common; of a kind of rows, id and place are those of its first.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = &'s Asset> + use<'s> {
        let tables = self.tables.clone();
        self.written.iter().chain(tables.into_iter().flat_map(|part| &part.table.kinds))
    }

    /// An asset by its number.
    pub(crate) fn get(&self, number: usize) -> Option<AssetRef<'s>> {
        if let Some(like) = self.written.get(number) {
            return Some(AssetRef { like, kind: number, row: None });
        }
        let after = self.tables.partition_point(|part| part.first <= number);
        let part = self.tables.get(after.checked_sub(1)?)?;
        part.asset(number - part.first)
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = AssetRef<'s>> + use<'s> {
        let written = self.written.iter().enumerate().map(|(kind, like)| AssetRef { like, kind, row: None });
        let tables = self.tables.clone();
        written.chain(
            tables
                .into_iter()
                .flat_map(|part| (0..part.table.rows.len()).filter_map(move |row| part.asset(row))),
        )
    }
}

impl<'s> Part<'s> {
    fn asset(self, row: usize) -> Option<AssetRef<'s>> {
        let kind = self.table.rows.get(row)?.kind as usize;
        let like = self.table.kinds.get(kind)?;
        Some(AssetRef { like, kind: self.first_kind + kind, row: Some((self.table, row)) })
    }
}

impl<'s> AssetRef<'s> {
    pub(crate) fn id(&self) -> &'s str {
        match self.row {
            None => &self.like.id.value,
            Some((table, row)) => table.rows[row].id.raw(table.base.text),
        }
    }

    pub(crate) fn id_span(&self) -> Span {
        match self.row {
            None => self.like.id.span,
            Some((table, row)) if table.rows[row].id.is_empty() => table.base.row_span(row),
            Some((table, row)) => table.rows[row].id.span(table.base.source),
        }
    }

    /// Place of the whole entry.
    pub(crate) fn span(&self) -> Span {
        match self.row {
            None => self.like.span,
            Some((table, row)) => table.base.row_span(row),
        }
    }

    /// Name for people.
    pub(crate) fn name(&self) -> Cow<'s, str> {
        match self.row {
            None => Cow::Borrowed(&self.like.name),
            Some((table, row)) if table.rows[row].name.is_empty() => Cow::Borrowed(self.id()),
            Some((table, row)) => table.rows[row].name.text(table.base.text),
        }
    }

    pub(crate) fn position(&self) -> Option<Place> {
        match self.row {
            None => self.like.position,
            Some((table, row)) => {
                Some(table.rows[row].place).filter(|place| !(place.lat + place.lon).is_nan())
            }
        }
    }

    /// The capacity it gives itself.
    pub(crate) fn capacity(&self) -> Option<f64> {
        match self.row {
            None => self.like.traits.capacity,
            Some((table, row)) => Some(table.rows[row].capacity).filter(|capacity| !capacity.is_nan()),
        }
    }

    /// What it delivers, and to how many people. Where that could not be read (which has been reported), to somebody.
    pub(crate) fn serves(&self) -> impl Iterator<Item = (&'s Serves, f64)> + use<'s> {
        let people = self.row.map(|(table, row)| table.rows[row].people);
        let people = people.map(|people| if people.is_nan() { 1.0 } else { people });
        self.like.serves.iter().map(move |serves| (serves, people.unwrap_or(serves.people)))
    }

    /// Its site, vendor, operator or owner, if it names one.
    pub(crate) fn mark(&self, kind: usize) -> Option<Cow<'s, str>> {
        match self.row {
            None => self.like.traits.shared[kind].as_deref().map(Cow::Borrowed),
            Some((table, row)) => {
                let mark = table.marks.get(row)?[kind];
                (!mark.is_empty()).then(|| mark.text(table.base.text))
            }
        }
    }
}
