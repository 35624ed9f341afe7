//! Sets put together of blocks, in layers by size.

use super::ground::joined;
use super::search::Search;
use super::{Level, Oracle, Set};

/// Sets kept of each size.
const WIDTH: usize = 24;
/// Single items tried with each set, and as many larger blocks: those of the largest loss first.
const TRIED: usize = 64;
/// Pairs and groups kept as blocks.
const PAIRS: usize = 256;
const GROUPS: usize = 128;
/// Pairs looked at, at most.
const MOST_PAIRS: usize = 600_000;
/// Pairs asked for at a time.
const BATCH: usize = 8192;
/// A pair or group costs more than its parts where it costs more than they do by this share.
const SYNERGY: f64 = 1e-6;

/// Items that are tried together, and what they cost in the sketch.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub set: Set,
    pub loss: f64,
}

/// Largest loss first, and of equal ones the first in order.
pub(super) fn by_loss(a: &(f64, Set), b: &(f64, Set)) -> std::cmp::Ordering {
    b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1))
}

fn keep_largest(blocks: &mut Vec<Block>, most: usize) {
    blocks.sort_by(|a, b| b.loss.total_cmp(&a.loss).then_with(|| a.set.cmp(&b.set)));
    blocks.truncate(most);
}

impl<O: Oracle> Search<'_, O> {
    /// All blocks: every item, the costliest pairs that cost more than their parts, and such groups.
    pub(super) fn find_blocks(&mut self) -> Result<Vec<Block>, O::Error> {
        let n = self.ground().items.len() as u32;
        let singles: Vec<Set> = (0..n).map(|item| vec![item]).collect();
        let alone = self.values(&singles, Level::Sketch)?;
        let mut blocks: Vec<Block> =
            singles.into_iter().zip(&alone).map(|(set, loss)| Block { set, loss: *loss }).collect();
        blocks.extend(self.find_pairs(&alone)?);
        blocks.extend(self.find_groups(&alone)?);
        blocks.retain(|block| self.ground().allows(&block.set));
        let most = blocks.len();
        keep_largest(&mut blocks, most);
        Ok(blocks)
    }

    fn find_pairs(&mut self, alone: &[f64]) -> Result<Vec<Block>, O::Error> {
        let n = self.pairs_among(alone);
        let (mut blocks, mut batch) = (Vec::new(), Vec::with_capacity(BATCH));
        if self.ground().most < 2 {
            return Ok(blocks);
        }
        for (i, a) in n.iter().enumerate() {
            for b in &n[i + 1..] {
                batch.push(vec![*a.min(b), *a.max(b)]);
                if batch.len() == BATCH {
                    self.take_pairs(&mut batch, alone, &mut blocks)?;
                }
            }
        }
        self.take_pairs(&mut batch, alone, &mut blocks)?;
        keep_largest(&mut blocks, PAIRS);
        Ok(blocks)
    }

    /// The items of which all pairs are looked at: all, or where that would be too many those that cost most alone.
    fn pairs_among(&self, alone: &[f64]) -> Vec<u32> {
        let mut items: Vec<u32> = (0..alone.len() as u32).collect();
        let most = (1..).take_while(|n: &usize| n * (n - 1) / 2 <= MOST_PAIRS).last().unwrap_or(0);
        if items.len() > most {
            items.sort_by(|a, b| alone[*b as usize].total_cmp(&alone[*a as usize]).then(a.cmp(b)));
            items.truncate(most);
            items.sort_unstable();
        }
        items
    }

    fn take_pairs(
        &mut self,
        batch: &mut Vec<Set>,
        alone: &[f64],
        blocks: &mut Vec<Block>,
    ) -> Result<(), O::Error> {
        // Not remembered: there are many, and each is asked for once.
        let losses = self.ask(batch, Level::Sketch)?;
        for (set, loss) in batch.drain(..).zip(losses) {
            let parts: f64 = set.iter().map(|item| alone[*item as usize]).sum();
            if loss > parts * (1.0 + SYNERGY) && loss > 0.0 {
                blocks.push(Block { set, loss });
            }
        }
        if blocks.len() > 8 * PAIRS {
            keep_largest(blocks, PAIRS);
        }
        Ok(())
    }

    fn find_groups(&mut self, alone: &[f64]) -> Result<Vec<Block>, O::Error> {
        let most = self.ground().most;
        let mut sets: Vec<Set> =
            self.ground().groups.iter().filter(|set| (3..=most).contains(&set.len())).cloned().collect();
        sets.sort();
        sets.dedup();
        let losses = self.values(&sets, Level::Sketch)?;
        let mut blocks = Vec::new();
        for (set, loss) in sets.into_iter().zip(losses) {
            let parts: f64 = set.iter().map(|item| alone[*item as usize]).sum();
            if loss > parts * (1.0 + SYNERGY) && loss > 0.0 {
                blocks.push(Block { set, loss });
            }
        }
        keep_largest(&mut blocks, GROUPS);
        Ok(blocks)
    }

    /// The costliest sets of each size from 0 to `most` in the sketch, of items that are open.
    pub(super) fn layers(
        &mut self,
        blocks: &[Block],
        open: &[u32],
        most: usize,
    ) -> Result<Vec<Vec<Set>>, O::Error> {
        let is_open = |set: &[u32]| set.iter().all(|item| open.binary_search(item).is_ok());
        let blocks: Vec<&Block> =
            blocks.iter().filter(|block| block.set.len() <= most && is_open(&block.set)).collect();
        let mut layers: Vec<Vec<(f64, Set)>> = vec![Vec::new(); most + 1];
        layers[0].push((0.0, Vec::new()));
        for size in 0..=most {
            let mut layer = std::mem::take(&mut layers[size]);
            layer.sort_by(by_loss);
            layer.dedup_by(|a, b| a.1 == b.1);
            self.thin(&mut layer);
            let mut next: Vec<Set> = Vec::new();
            for (_, set) in &layer {
                let wider = |single: bool| {
                    let fits = move |block: &&&Block| {
                        size + block.set.len() <= most && (block.set.len() == 1) == single
                    };
                    let wider = blocks.iter().filter(fits).filter_map(|block| joined(set, &block.set));
                    // From nothing, every block is a beginning of its own.
                    let tried = if size == 0 { usize::MAX } else { TRIED };
                    wider.filter(|wider| self.ground().allows(wider)).take(tried)
                };
                next.extend(wider(true).chain(wider(false)));
            }
            next.sort();
            next.dedup();
            let losses = self.values(&next, Level::Sketch)?;
            for (set, loss) in next.into_iter().zip(losses) {
                let size = set.len();
                layers[size].push((loss, set));
            }
            layers[size] = layer;
        }
        Ok(layers.into_iter().map(|layer| layer.into_iter().map(|(_, set)| set).collect()).collect())
    }

    /// Keeps the costliest of a layer; where items differ in what they take, half of the places go to those that cost most
    /// for what they take.
    fn thin(&self, layer: &mut Vec<(f64, Set)>) {
        if layer.len() <= WIDTH {
            return;
        }
        if self.ground().is_plain() {
            layer.truncate(WIDTH);
            return;
        }
        let rest = layer.split_off(WIDTH / 2);
        let worth = |(loss, set): &(f64, Set)| loss / self.ground().cost(set).max(f64::MIN_POSITIVE);
        let mut rest: Vec<(f64, (f64, Set))> = rest.into_iter().map(|entry| (worth(&entry), entry)).collect();
        rest.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.1.cmp(&b.1.1)));
        layer.extend(rest.into_iter().take(WIDTH - WIDTH / 2).map(|(_, entry)| entry));
    }
}
