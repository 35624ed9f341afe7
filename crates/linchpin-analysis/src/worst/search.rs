//! The attacker: the costliest set within the budget.

use super::ground::{advance, joined, without};
use super::layers::{Block, by_loss};
use super::{Ground, Level, Oracle, Set};
use std::collections::BTreeMap;

/// Starts improved by swaps.
const STARTS: usize = 4;
/// Swaps looked at in each round, those first that cost most in the sketch; half as many by what items cost alone.
const SWAPS: usize = 32;
/// Rounds of swaps.
const ROUNDS: usize = 12;
/// Sets evaluated in full.
const FINALISTS: usize = 6;
/// Items looked at together by the lazy greedy start.
const LAZY: usize = 16;
/// Items the lazy greedy start looks at, those first that cost most alone in the sketch.
const GREEDY: usize = 1000;
/// Sets asked for at a time where all are enumerated.
const BATCH: usize = 2048;
/// By so much a set has to cost more to be taken for costlier.
const BETTER: f64 = 1.0 + 1e-9;

/// A set and what it costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Attack {
    /// What is done.
    pub set: Set,
    /// What it costs, in full.
    pub loss: f64,
    /// True where all sets of as many were evaluated.
    pub exact: bool,
}

/// A search for the costliest sets, which remembers what it has asked.
pub struct Search<'a, O: Oracle> {
    ground: &'a Ground,
    oracle: &'a mut O,
    known: [BTreeMap<Set, f64>; 3],
    blocks: Option<Vec<Block>>,
    asked: [u64; 3],
}

impl<'a, O: Oracle> Search<'a, O> {
    /// Of this ground.
    pub fn new(ground: &'a Ground, oracle: &'a mut O) -> Self {
        Self { ground, oracle, known: Default::default(), blocks: None, asked: [0; 3] }
    }

    /// What sets are made of.
    pub fn ground(&self) -> &'a Ground {
        self.ground
    }

    /// Sets the oracle was asked for, by [`Level`].
    pub fn asked(&self) -> [u64; 3] {
        self.asked
    }

    /// Sets evaluated in full, costliest first.
    pub fn evaluated(&self) -> Vec<(f64, Set)> {
        let known = &self.known[Level::Full as usize];
        let mut sets: Vec<(f64, Set)> = known.iter().map(|(set, loss)| (*loss, set.clone())).collect();
        sets.sort_by(by_loss);
        sets
    }

    /// Losses from the oracle, not remembered.
    pub(super) fn ask(&mut self, sets: &[Set], level: Level) -> Result<Vec<f64>, O::Error> {
        if sets.is_empty() {
            return Ok(Vec::new());
        }
        self.asked[level as usize] += sets.len() as u64;
        let mut losses = self.oracle.losses(sets, level)?;
        losses.resize(sets.len(), f64::NAN);
        for loss in losses.iter_mut().filter(|loss| loss.is_nan()) {
            *loss = f64::NEG_INFINITY;
        }
        Ok(losses)
    }

    /// Losses of sets; each is asked for once.
    ///
    /// # Errors
    /// Those of the oracle.
    pub fn values(&mut self, sets: &[Set], level: Level) -> Result<Vec<f64>, O::Error> {
        let known = &self.known[level as usize];
        let mut new: Vec<Set> = sets.iter().filter(|set| !known.contains_key(*set)).cloned().collect();
        new.sort();
        new.dedup();
        let losses = self.ask(&new, level)?;
        let known = &mut self.known[level as usize];
        known.extend(new.into_iter().zip(losses));
        Ok(sets.iter().map(|set| known.get(set).copied().unwrap_or(f64::NEG_INFINITY)).collect())
    }

    /// The costliest attack of each number of items up to the most that is allowed, of the items that `protected` (assets,
    /// ascending) leaves open: entry `k` has `k + 1` items. Shorter where there are no such sets.
    ///
    /// # Errors
    /// Those of the oracle.
    pub fn by_size(&mut self, protected: &[u32]) -> Result<Vec<Attack>, O::Error> {
        let open = self.ground.open_items(protected);
        let most = self.ground.most.min(open.len());
        let layers = self.layers_of(&open, most)?;
        let mut found: Vec<Attack> = Vec::new();
        for mut starts in layers.into_iter().skip(1) {
            // One more than the best of one less: without it a curve by size could fall.
            if let Some(before) = found.last().map(|attack| attack.set.clone()) {
                starts.extend(self.one_more(&before, &open)?);
            }
            match self.best_of(starts, &open)? {
                Some(attack) => found.push(attack),
                None => break,
            }
        }
        Ok(found)
    }

    /// The costliest attack of the items that `protected` (assets, ascending) leaves open, of any size that is allowed.
    /// `hints` are further starts. The empty one where nothing is open.
    ///
    /// # Errors
    /// Those of the oracle.
    pub fn answer(&mut self, protected: &[u32], hints: &[Set]) -> Result<Attack, O::Error> {
        let open = self.ground.open_items(protected);
        let most = self.ground.most.min(open.len());
        let layers = self.layers_of(&open, most)?;
        let is_open = |set: &&Set| set.iter().all(|item| open.binary_search(item).is_ok());
        let mut starts: Vec<Set> = hints.iter().filter(is_open).cloned().collect();
        if self.ground.is_plain() {
            starts.extend(layers.into_iter().next_back().into_iter().flatten());
        } else {
            starts.extend(layers.into_iter().flatten());
        }
        let nothing = Attack { set: Vec::new(), loss: 0.0, exact: most == 0 };
        Ok(self.best_of(starts, &open)?.filter(|attack| attack.loss > 0.0).unwrap_or(nothing))
    }

    fn layers_of(&mut self, open: &[u32], most: usize) -> Result<Vec<Vec<Set>>, O::Error> {
        let blocks = match self.blocks.take() {
            Some(blocks) => blocks,
            None => self.find_blocks()?,
        };
        let layers = self.layers(&blocks, open, most);
        self.blocks = Some(blocks);
        layers
    }

    /// All sets of `size` of the items that are open, evaluated in full; the costliest. None where there is no such set.
    ///
    /// # Errors
    /// Those of the oracle.
    pub fn enumerate(&mut self, size: usize) -> Result<Option<Attack>, O::Error> {
        let n = self.ground.items.len();
        if size == 0 || size > n {
            return Ok(None);
        }
        let mut set: Set = (0..size as u32).collect();
        let mut best: Option<(f64, Set)> = None;
        loop {
            let mut batch = Vec::with_capacity(BATCH);
            let mut more = true;
            while more && batch.len() < BATCH {
                if self.ground.allows(&set) {
                    batch.push(set.clone());
                }
                more = advance(&mut set, n as u32);
            }
            let losses = self.values(&batch, Level::Full)?;
            best = losses.into_iter().zip(batch).chain(best).min_by(by_loss);
            if !more {
                break;
            }
        }
        Ok(best.map(|(loss, set)| Attack { set, loss, exact: true }))
    }

    /// The costliest set that comes of these starts and a lazy greedy one.
    fn best_of(&mut self, mut starts: Vec<Set>, open: &[u32]) -> Result<Option<Attack>, O::Error> {
        let size = starts.iter().map(Vec::len).max().unwrap_or(0);
        if size == 0 {
            return Ok(None);
        }
        starts.extend(self.greedy(open, size, false)?);
        if !self.ground.is_plain() {
            starts.extend(self.greedy(open, size, true)?);
        }
        let mut screened = self.ranked(starts, Level::Screen)?;
        let begin: Vec<(f64, Set)> = screened.iter().take(STARTS).cloned().collect();
        for start in begin {
            screened.push(self.improve(start, open, Level::Screen)?);
        }
        screened.sort_by(by_loss);
        screened.dedup();
        let finalists = screened.into_iter().take(FINALISTS).map(|(_, set)| set).collect();
        let best = self.ranked(finalists, Level::Full)?.into_iter().next();
        let Some(best) = best else { return Ok(None) };
        let (loss, set) = self.improve(best, open, Level::Full)?;
        Ok(Some(Attack { set, loss, exact: false }))
    }

    /// Different sets, costliest first.
    fn ranked(&mut self, mut sets: Vec<Set>, level: Level) -> Result<Vec<(f64, Set)>, O::Error> {
        sets.sort();
        sets.dedup();
        let losses = self.values(&sets, level)?;
        let mut ranked: Vec<(f64, Set)> = losses.into_iter().zip(sets).collect();
        ranked.sort_by(by_loss);
        Ok(ranked)
    }

    /// A set with one item more, for the items that promise most in the sketch.
    fn one_more(&mut self, set: &Set, open: &[u32]) -> Result<Vec<Set>, O::Error> {
        let wider = open.iter().filter_map(|item| joined(set, &[*item]));
        let wider: Vec<Set> = wider.filter(|set| self.ground.allows(set)).collect();
        let losses = self.ask(&wider, Level::Sketch)?;
        let mut ranked: Vec<(f64, Set)> = losses.into_iter().zip(wider).collect();
        ranked.sort_by(by_loss);
        Ok(ranked.into_iter().take(STARTS).map(|(_, set)| set).collect())
    }

    /// Takes, over and over, the item that adds most (for what it takes, where `per_cost`), up to `size` of them. Gains
    /// are looked at again only for those whose old gain was large enough; that they do not grow is not certain.
    fn greedy(&mut self, open: &[u32], size: usize, per_cost: bool) -> Result<Option<Set>, O::Error> {
        let mut singles: Vec<Set> = open.iter().map(|item| vec![*item]).collect();
        singles.retain(|single| self.ground.allows(single));
        let sketched = self.values(&singles, Level::Sketch)?;
        let mut order: Vec<(f64, Set)> = sketched.into_iter().zip(singles).collect();
        order.sort_by(by_loss);
        let singles: Vec<Set> = order.into_iter().take(GREEDY).map(|(_, set)| set).collect();
        let losses = self.values(&singles, Level::Screen)?;
        let (mut set, mut loss): (Set, f64) = (Vec::new(), 0.0);
        let mut gains: Vec<(f64, Set)> = losses.into_iter().zip(singles).collect();
        while set.len() < size {
            let Some((wider, new)) = self.greediest(&set, loss, &mut gains, per_cost)? else { break };
            (set, loss) = (wider, new);
        }
        Ok((!set.is_empty()).then_some(set))
    }

    fn greediest(
        &mut self,
        set: &Set,
        loss: f64,
        gains: &mut Vec<(f64, Set)>,
        per_cost: bool,
    ) -> Result<Option<(Set, f64)>, O::Error> {
        let (ground, before) = (self.ground, self.ground.cost(set));
        gains.retain(|(_, item)| joined(set, item).is_some_and(|wider| ground.allows(&wider)));
        let worth = |gain: f64, wider: &Set| match per_cost {
            // What takes nothing more is taken for what it gains.
            true => gain / (ground.cost(wider) - before).max(1e-9 * ground.budget),
            false => gain,
        };
        let mut fresh: BTreeMap<Set, (f64, f64)> = BTreeMap::new();
        loop {
            let hope = |(gain, item): &(f64, Set)| match fresh.get(item) {
                Some((worth, _)) => *worth,
                None => joined(set, item).map_or(f64::NEG_INFINITY, |wider| worth(*gain, &wider)),
            };
            gains.sort_by(|a, b| hope(b).total_cmp(&hope(a)).then_with(|| a.1.cmp(&b.1)));
            let stale = gains.iter().filter(|(_, item)| !fresh.contains_key(item)).take(LAZY);
            let stale: Vec<Set> = stale.map(|(_, item)| item.clone()).collect();
            match gains.first() {
                None => return Ok(None),
                Some((_, item)) => {
                    if let Some((_, wider)) = fresh.get(item) {
                        return Ok(joined(set, item).map(|set| (set, *wider)));
                    }
                }
            }
            let wider: Vec<Set> = stale.iter().filter_map(|item| joined(set, item)).collect();
            let losses = self.values(&wider, Level::Screen)?;
            for ((item, wider), new) in stale.into_iter().zip(wider).zip(losses) {
                let gain = new - loss;
                if let Some(entry) = gains.iter_mut().find(|(_, other)| *other == item) {
                    entry.0 = gain;
                }
                fresh.insert(item, (worth(gain, &wider), new));
            }
        }
    }

    /// Swaps items, or pairs and groups, for others as long as that costs more.
    fn improve(&mut self, start: (f64, Set), open: &[u32], level: Level) -> Result<(f64, Set), O::Error> {
        let (mut loss, mut set) = start;
        for _ in 0..ROUNDS {
            let near = self.near(&set, open, level)?;
            let Some((new, other)) = self.ranked(near, level)?.into_iter().next() else { break };
            if new <= loss * BETTER || new <= 0.0 {
                break;
            }
            (loss, set) = (new, other);
        }
        Ok((loss, set))
    }

    /// Sets that differ by a swap and promise most.
    fn near(&mut self, set: &Set, open: &[u32], level: Level) -> Result<Vec<Set>, O::Error> {
        let mut near: Vec<Set> = Vec::new();
        for place in 0..set.len() {
            let rest = without(set, &[place]);
            near.extend(open.iter().filter_map(|item| joined(&rest, &[*item])));
        }
        if !self.ground.is_plain() {
            near.extend(open.iter().filter_map(|item| joined(set, &[*item])));
        }
        self.swap_blocks(set, open, &mut near);
        near.retain(|other| other != set && self.ground.allows(other));
        near.sort();
        near.dedup();
        let sketched = self.ask(&near, Level::Sketch)?;
        let mut ranked: Vec<(f64, Set)> = sketched.into_iter().zip(near).collect();
        ranked.sort_by(by_loss);
        let swaps = if level == Level::Full { SWAPS / 2 } else { SWAPS };
        let rest = ranked.split_off(swaps.min(ranked.len()));
        let alone = &self.known[Level::Screen as usize];
        let parts = |set: &Set| -> f64 {
            set.iter().map(|item| alone.get(&[*item][..]).copied().unwrap_or(0.0)).sum()
        };
        let mut rest: Vec<(f64, Set)> = rest.into_iter().map(|(_, set)| (parts(&set), set)).collect();
        rest.sort_by(by_loss);
        ranked.extend(rest.into_iter().take(swaps / 2));
        Ok(ranked.into_iter().map(|(_, set)| set).collect())
    }

    /// The set with a pair or group in place of as many others.
    fn swap_blocks(&self, set: &Set, open: &[u32], near: &mut Vec<Set>) {
        let is_open = |block: &&Block| block.set.iter().all(|item| open.binary_search(item).is_ok());
        let larger = |block: &&Block| (2..=set.len()).contains(&block.set.len());
        let blocks = self.blocks.iter().flatten().filter(larger).filter(is_open).take(2 * SWAPS);
        for block in blocks {
            let mut places: Set = (0..block.set.len() as u32).collect();
            loop {
                let out: Vec<usize> = places.iter().map(|place| *place as usize).collect();
                near.extend(joined(&without(set, &out), &block.set));
                if !advance(&mut places, set.len() as u32) {
                    break;
                }
            }
        }
    }
}
