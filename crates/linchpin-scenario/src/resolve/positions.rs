//! Positions that stand in a table of their own.

use super::assets::Assets;
use super::index::Index;
use super::names::Names;
use crate::diagnostic::Diagnostic;
use crate::problems::Problems;
use crate::source::Span;
use crate::tables::Tables;
use linchpin_model::NodeId;
use std::collections::BTreeMap;

/// Gives assets the positions of tables. One that has a position already is reported.
pub(super) fn add(
    tables: &Tables,
    assets: &Assets,
    names: &Names,
    index: &mut Index,
    problems: &mut Problems,
) {
    let mut given: BTreeMap<NodeId, Span> = BTreeMap::new();
    for table in &tables.positions {
        for (id, place) in &table.rows {
            let (text, span) = (id.raw(table.base.text), id.span(table.base.source));
            let Some(row) = names.nodes.find_text(text, span, problems) else { continue };
            let node = NodeId::new(row);
            let Some(asset) = assets.get(row) else {
                problems.error("position of a pool", span, |span| {
                    Diagnostic::error(span, format!("`{text}` is a pool, and pools have no position"))
                        .help("a pool stands where its region does")
                });
                continue;
            };
            let first = match given.get(&node) {
                Some(first) => Some(*first),
                None => asset.position().map(|_| asset.id_span()),
            };
            if let Some(first) = first {
                problems.error("two positions", span, |span| {
                    Diagnostic::error(span, format!("`{text}` has two positions"))
                        .related(first, "and one here")
                        .help("take one of them out")
                });
                continue;
            }
            given.insert(node, span);
            index.set_place(node, *place);
        }
    }
}
