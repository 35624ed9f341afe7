//! Rows as they are kept: small, and many of them.

use super::{Base, Cell};
use crate::spec::{Asset, Need, Place};

/// Assets of one table.
#[derive(Debug)]
pub(crate) struct AssetTable<'t> {
    pub(crate) base: Base<'t>,
    pub(crate) rows: Vec<AssetRow>,
    /// Site, vendor, operator and owner of each row; empty where no column names any of them.
    pub(crate) marks: Vec<[Cell; 4]>,
    /// What rows have in common with others, each as an asset without an id.
    pub(crate) kinds: Vec<Asset>,
}

/// What an asset has for itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AssetRow {
    pub(crate) id: Cell,
    pub(crate) name: Cell,
    /// Index into the kinds of its table.
    pub(crate) kind: u32,
    /// NaN: as its class has it.
    pub(crate) capacity: f64,
    /// NaN: none.
    pub(crate) place: Place,
    /// People who get each of the services it serves.
    pub(crate) people: f64,
}

/// Needs of one table.
#[derive(Debug)]
pub(crate) struct NeedTable<'t> {
    pub(crate) base: Base<'t>,
    pub(crate) rows: Vec<NeedRow>,
    /// What rows have in common with others, without providers that are listed.
    pub(crate) kinds: Vec<Need>,
}

/// What a need has for itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NeedRow {
    /// The asset that has it.
    pub(crate) owner: Cell,
    /// Ids of providers; empty: as its kind has it.
    pub(crate) from: Cell,
    /// Index into the kinds of its table.
    pub(crate) kind: u32,
}

/// Positions of one table.
#[derive(Debug)]
pub(crate) struct PositionTable<'t> {
    pub(crate) base: Base<'t>,
    pub(crate) rows: Vec<(Cell, Place)>,
}
