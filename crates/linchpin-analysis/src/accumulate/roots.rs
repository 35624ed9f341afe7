//! Sums of the nodes where loss began: of few of many nodes, and some of them in every replication.

use super::NodeSums;
use linchpin_model::NodeId;

/// No place.
const NONE: u32 = u32::MAX;

/// Sums by the node where loss began.
#[derive(Clone, Debug)]
pub struct RootSums {
    /// By node its place in the list.
    places: Vec<u32>,
    /// In the order in which they came.
    list: Vec<(NodeId, NodeSums)>,
}

impl RootSums {
    pub(super) fn new(nodes: usize) -> Self {
        Self { places: vec![NONE; nodes], list: Vec::new() }
    }

    pub(super) fn clear(&mut self) {
        for (node, _) in self.list.drain(..) {
            self.places[node.index()] = NONE;
        }
    }

    /// The sums of a node, all 0 at first.
    #[inline]
    pub(super) fn of(&mut self, node: NodeId) -> &mut NodeSums {
        let place = &mut self.places[node.index()];
        if *place == NONE {
            *place = self.list.len() as u32;
            self.list.push((node, NodeSums::default()));
        }
        &mut self.list[*place as usize].1
    }

    pub(super) fn merge(&mut self, other: &Self) {
        other.list.iter().for_each(|(node, sums)| self.of(*node).merge(sums));
    }

    /// The sums of a node, where loss ever began there.
    pub fn get(&self, node: NodeId) -> Option<&NodeSums> {
        let place = *self.places.get(node.index())?;
        self.list.get(place as usize).map(|(_, sums)| sums)
    }

    /// All of them, ascending by node.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &NodeSums)> {
        let mut sorted: Vec<_> = self.list.iter().map(|(node, sums)| (*node, sums)).collect();
        sorted.sort_unstable_by_key(|(node, _)| *node);
        sorted.into_iter()
    }
}

/// Equal where they hold the same, in whatever order it came.
impl PartialEq for RootSums {
    fn eq(&self, other: &Self) -> bool {
        self.places.len() == other.places.len() && self.iter().eq(other.iter())
    }
}
