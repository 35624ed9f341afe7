//! Whom a node supplies, at once and over delayed links.

use linchpin_model::{DistId, Key, Model};

/// One consumer of a node: the need, and the weight of the link (where delayed: the index of the delay). Those of a node
/// whose links are delayed come last; the need of the last one before them has [`Out::LAST`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Out {
    pub(crate) need: u32,
    pub(crate) weight: u32,
}

impl Out {
    pub(crate) const LAST: u32 = 1 << 31;

    /// The need, and whether another consumer follows.
    #[inline(always)]
    pub(crate) fn need(self) -> (u32, bool) {
        (self.need & !Self::LAST, self.need & Self::LAST == 0)
    }
}

/// A delayed link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DelayedLink {
    pub(crate) link: u32,
    pub(crate) need: u32,
    pub(crate) weight: u32,
    pub(crate) dist: DistId,
    pub(crate) key: Key,
}

pub(super) fn lay_supplies(model: &Model) -> (Vec<Out>, Vec<DelayedLink>) {
    let mut delayed = Vec::new();
    let mut out = Vec::with_capacity(model.supplies.len());
    for node in model.node_ids() {
        let supplies = || model.supplies_of(node).iter().map(|s| (s, &model.links[s.link.index()]));
        let plain = supplies().filter(|(_, link)| link.delay.is_none());
        let before = out.len();
        out.extend(plain.map(|(supply, link)| Out { need: supply.need.0, weight: link.weight }));
        if let Some(last) = out[before..].last_mut() {
            last.need |= Out::LAST;
        }
        for (supply, link) in supplies().filter(|(_, link)| !link.delay.is_none()) {
            out.push(Out { need: supply.need.0, weight: delayed.len() as u32 });
            delayed.push(DelayedLink {
                link: supply.link.0,
                need: supply.need.0,
                weight: link.weight,
                dist: link.delay,
                key: model.needs[supply.need.index()].key.with(model.nodes[link.provider.index()].key),
            });
        }
    }
    (out, delayed)
}

pub(super) fn lay_delay_of(model: &Model, delayed: &[DelayedLink]) -> Vec<u32> {
    if delayed.is_empty() {
        return Vec::new();
    }
    let mut of = vec![u32::MAX; model.links.len()];
    for (row, delayed) in delayed.iter().enumerate() {
        of[delayed.link as usize] = row as u32;
    }
    of
}
