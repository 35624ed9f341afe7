//! What assets have in common by the scenario's word: site, vendor, operator, owner, tags.

use super::assets::Assets;
use super::index::Index;
use super::traits::Merged;
use crate::spec::Traits;
use linchpin_model::{Mark, NodeId};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Marks that at least two assets have, by kind, then name.
pub(super) fn marks(assets: &Assets<'_>, merged: &[Merged<'_>], index: &Index<'_>) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut add = |kind: &'static str, name: &str, members: &[NodeId]| {
        if members.len() > 1 {
            marks.push(Mark { kind, name: name.to_owned(), members: members.to_vec() });
        }
    };
    for (row, kind) in Traits::SHARED.into_iter().enumerate() {
        let mut by_name: BTreeMap<Cow<'_, str>, Vec<NodeId>> = BTreeMap::new();
        for (node, asset) in assets.iter().enumerate() {
            let class = merged[asset.kind].class;
            let of_class = || class.and_then(|(_, class)| class.traits.shared[row].as_deref());
            if let Some(name) = asset.mark(row).or_else(|| of_class().map(Cow::Borrowed)) {
                by_name.entry(name).or_default().push(NodeId::new(node));
            }
        }
        by_name.iter().for_each(|(name, members)| add(kind, name, members));
    }
    for (tag, members) in &index.by_tag {
        add("tag", tag, members);
    }
    marks
}
