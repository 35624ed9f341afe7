//! The engine against an interpreter of model.md, section 3, that goes second by second through every rule
//! and is written for plainness alone: no agenda, no work lists, nothing kept that can be looked up.

use super::village::{Asset, From, HORIZON, Need, ONE, Village};
use super::*;

/// The autonomy of one need.
#[derive(Clone)]
struct Reserve {
    /// Charge left in millionths of a second, by store.
    left: Vec<u64>,
    /// The store in use, or that will be; as many as there are: none is left. None while the need is met.
    runs: Option<usize>,
    /// When the shortage began.
    onset: u32,
    /// When the store in use breaks.
    breaks: Option<u32>,
    /// Since when the need is met.
    met_since: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum BlackStart {
    Available,
    Until(u32),
    Used,
}

/// The state of a village.
struct Interpreter<'a> {
    village: &'a Village,
    now: u32,
    level: Vec<u32>,
    out: Vec<bool>,
    /// When a restart will be complete.
    returns: Vec<Option<u32>>,
    cut_off: Vec<bool>,
    reserves: Vec<Reserve>,
    black_starts: Vec<BlackStart>,
    /// Levels at the end of every second so far.
    past: Vec<Vec<u32>>,
}

impl<'a> Interpreter<'a> {
    fn new(village: &'a Village) -> Self {
        let n = village.assets.len();
        let reserve = |need: &Need| Reserve {
            left: need.stores.iter().map(|store| u64::from(store.capacity) * u64::from(ONE)).collect(),
            runs: None,
            onset: 0,
            breaks: None,
            met_since: 0,
        };
        Self {
            village,
            now: 0,
            level: vec![ONE; n],
            out: vec![false; n],
            returns: vec![None; n],
            cut_off: vec![false; n],
            reserves: village.needs.iter().map(reserve).collect(),
            black_starts: vec![BlackStart::Available; village.needs.len()],
            past: Vec::new(),
        }
    }

    /// Levels at the end of every second.
    fn run(mut self) -> Vec<Vec<u32>> {
        for now in 0..HORIZON {
            self.now = now;
            self.pass_time();
            self.settle();
            self.end_second();
            self.past.push(self.level.clone());
        }
        self.past
    }

    fn needs_of(&self, asset: usize) -> impl Iterator<Item = usize> + use<'a> {
        let needs = &self.village.needs;
        (0..needs.len()).filter(move |need| needs[*need].owner == asset)
    }

    /// `min(1, sum(w f) / required)` in millionths.
    fn supply(&self, need: usize) -> u32 {
        let need = &self.village.needs[need];
        let arrives = |from: &From| match from.delay {
            0 => self.level[from.provider],
            delay => match self.now.checked_sub(delay) {
                None => ONE,
                Some(then) => self.past[then as usize][from.provider],
            },
        };
        let sum: u64 = need.from.iter().map(|from| u64::from(from.weight) * u64::from(arrives(from))).sum();
        (sum / u64::from(need.required)).min(u64::from(ONE)) as u32
    }

    /// The store that covers a need that is unmet now.
    fn store(&self, need: usize) -> Option<usize> {
        let (stores, reserve) = (&self.village.needs[need].stores, &self.reserves[need]);
        let (store, onset) = match reserve.runs {
            Some(runs) => (runs, reserve.onset),
            None => ((0..stores.len()).find(|k| self.charge_now(need, *k) > 0)?, self.now),
        };
        (store < stores.len() && onset + stores[store].start <= self.now).then_some(store)
    }

    /// Charge of a store of a need that has been met up to now.
    fn charge_now(&self, need: usize, store: usize) -> u64 {
        let (reserve, store_of) = (&self.reserves[need], &self.village.needs[need].stores[store]);
        let full = u64::from(store_of.capacity) * u64::from(ONE);
        let (idle, recharge) = (
            u64::from(self.now - reserve.met_since),
            u64::from(store_of.recharge.unwrap_or(store_of.capacity)),
        );
        let gained = if idle >= recharge { full } else { full * idle / recharge };
        (reserve.left[store] + gained).min(full)
    }

    /// Supply with autonomy and black start.
    fn covered(&self, need: usize) -> u32 {
        let supply = self.supply(need);
        if supply == ONE || matches!(self.black_starts[need], BlackStart::Until(_)) {
            return ONE;
        }
        self.store(need).map_or(supply, |store| supply.max(self.village.needs[need].stores[store].cover))
    }

    fn term(&self, need: usize) -> u32 {
        let fixed = &self.village.needs[need];
        if fixed.role == Role::Start {
            return ONE;
        }
        let missing = u64::from(fixed.criticality) * u64::from(ONE - self.covered(need)) / u64::from(ONE);
        ONE - missing as u32
    }

    /// Closure and degradation, not the network.
    fn own(&self, asset: usize) -> u32 {
        let Asset { initial, product, .. } = self.village.assets[asset];
        let active =
            self.village.holds.iter().filter(|h| h.asset == asset && (h.at..h.until).contains(&self.now));
        // Of several of one kind the strongest rules.
        let (closed, degraded): (Vec<_>, Vec<_>) =
            active.map(|hold| hold.level).partition(|level| *level == 0);
        let degraded = degraded.into_iter().fold(ONE, u32::min);
        if !closed.is_empty() {
            0
        } else if product {
            (u64::from(initial) * u64::from(degraded) / u64::from(ONE)) as u32
        } else {
            initial.min(degraded)
        }
    }

    fn target(&self, asset: usize) -> u32 {
        if self.out[asset] || self.cut_off[asset] {
            return 0;
        }
        let terms = self.needs_of(asset).map(|need| self.term(need));
        if self.village.assets[asset].product {
            terms.fold(self.own(asset), |level, term| {
                (u64::from(level) * u64::from(term) / u64::from(ONE)) as u32
            })
        } else {
            terms.fold(self.own(asset), u32::min)
        }
    }

    /// What comes due before levels are looked at: stores run dry, black starts end, restarts are complete.
    fn pass_time(&mut self) {
        for need in 0..self.village.needs.len() {
            self.pass_time_of_need(need);
        }
        for state in &mut self.black_starts {
            if *state == BlackStart::Until(self.now) {
                *state = BlackStart::Used;
            }
        }
        for asset in 0..self.level.len() {
            if self.returns[asset] == Some(self.now) {
                self.returns[asset] = None;
                self.out[asset] = false;
                for need in self.needs_of(asset) {
                    let lasts = self.village.needs[need].black_start;
                    if lasts > 0 && self.black_starts[need] == BlackStart::Available && !self.suffices(need) {
                        self.black_starts[need] = BlackStart::Until(self.now + lasts);
                    }
                }
            }
        }
    }

    /// A store that is empty or broken is followed by the next one with a charge.
    fn pass_time_of_need(&mut self, need: usize) {
        let reserve = &self.reserves[need];
        let stores = self.village.needs[need].stores.len();
        let Some(runs) = reserve.runs.filter(|runs| *runs < stores) else { return };
        if reserve.left[runs] == 0 || reserve.breaks == Some(self.now) {
            let next = (runs + 1..stores).find(|k| reserve.left[*k] > 0);
            self.take_over(need, next.unwrap_or(stores));
        }
    }

    fn take_over(&mut self, need: usize, store: usize) {
        let reserve = &mut self.reserves[need];
        reserve.runs = Some(store);
        reserve.breaks = self.village.needs[need].stores.get(store).and_then(|store| {
            let begins = self.now.max(reserve.onset + store.start);
            Some(begins + store.breaks?)
        });
    }

    /// The rule of an instant: down to the greatest fixed point below the present, then up to the least above
    /// that.
    fn settle(&mut self) {
        loop {
            loop {
                while self.sweep(|target, level| target < level) {}
                let reached = self.reached();
                if !self.cut(&reached, true) {
                    break;
                }
            }
            loop {
                while self.sweep(|target, level| target > level) {}
                let reached = self.reached();
                if !self.cut(&reached, false) {
                    break;
                }
            }
            // Where what came back makes another component the largest.
            if self.reached().iter().zip(&self.cut_off).all(|(reached, cut_off)| *reached != *cut_off) {
                break;
            }
        }
    }

    /// Moves every level to its target where `moves` says so. True where any moved.
    fn sweep(&mut self, moves: impl Fn(u32, u32) -> bool) -> bool {
        let mut any = false;
        for asset in 0..self.level.len() {
            let target = self.target(asset);
            if moves(target, self.level[asset]) {
                self.level[asset] = target;
                any = true;
            }
        }
        any
    }

    /// True while everything but the network leaves an asset above 0.
    fn conducts(&self, asset: usize) -> bool {
        !self.out[asset]
            && (self.level[asset] > 0
                || (self.own(asset) > 0 && self.needs_of(asset).all(|need| self.term(need) > 0)))
    }

    /// Assets that are not cut off.
    fn reached(&self) -> Vec<bool> {
        let mut reached = vec![true; self.level.len()];
        let Some(mesh) = &self.village.mesh else { return reached };
        let from = |starts: &[usize]| self.spread(starts.iter().map(|start| mesh.members[*start]).collect());
        let found = if mesh.sources.is_empty() {
            let conducting = (0..mesh.members.len()).filter(|i| self.conducts(mesh.members[*i]));
            let size = |found: &Vec<usize>| found.iter().filter(|member| self.conducts(**member)).count();
            // Of several as large, the one with the lowest id: the first.
            let components = conducting.map(|start| from(&[start])).map(|found| (size(&found), found));
            let largest = components.reduce(|best, other| if other.0 > best.0 { other } else { best });
            // Where nobody works, nobody is cut off.
            largest.map_or(mesh.members.clone(), |(_, found)| found)
        } else {
            from(&mesh.sources)
        };
        mesh.members.iter().for_each(|member| reached[*member] = found.contains(member));
        reached
    }

    /// These and whom conducting members join to them; the last of a path need not conduct.
    fn spread(&self, mut found: Vec<usize>) -> Vec<usize> {
        let Some(mesh) = &self.village.mesh else { return found };
        let pair = |(a, b): &(usize, usize)| [(*a, *b), (*b, *a)];
        for _ in &mesh.members {
            for (from, to) in mesh.links.iter().flat_map(pair) {
                let (from, to) = (mesh.members[from], mesh.members[to]);
                if found.contains(&from) && self.conducts(from) && !found.contains(&to) {
                    found.push(to);
                }
            }
        }
        found
    }

    /// Cuts off who is not reached (or joins again who is). True where that changed anything.
    fn cut(&mut self, reached: &[bool], off: bool) -> bool {
        let mut any = false;
        for (cut_off, reached) in self.cut_off.iter_mut().zip(reached) {
            if *cut_off != off && *reached != off {
                *cut_off = off;
                any = true;
            }
        }
        any
    }

    /// What is so at the end of the second becomes final.
    fn end_second(&mut self) {
        for asset in 0..self.level.len() {
            let needs_a_start = self.village.assets[asset].restart.is_some()
                || self.needs_of(asset).any(|need| {
                    self.village.needs[need].role == Role::Start || self.village.needs[need].black_start > 0
                });
            if needs_a_start && self.level[asset] == 0 {
                self.out[asset] = true;
            }
        }
        for need in 0..self.village.needs.len() {
            self.end_second_of_need(need);
        }
        for asset in 0..self.level.len() {
            if !self.out[asset] {
                continue;
            }
            if !self.can_start(asset) {
                self.returns[asset] = None;
            } else if self.returns[asset].is_none() {
                self.returns[asset] = Some(self.now + self.village.assets[asset].restart.unwrap_or(0));
            }
        }
    }

    fn end_second_of_need(&mut self, need: usize) {
        let supply = self.supply(need);
        let stores = self.village.needs[need].stores.len();
        if supply == ONE {
            self.black_starts[need] = BlackStart::Available;
            if self.reserves[need].runs.take().is_some() {
                self.reserves[need].met_since = self.now;
            }
            return;
        }
        if self.reserves[need].runs.is_none() {
            let left: Vec<u64> = (0..stores).map(|store| self.charge_now(need, store)).collect();
            let first = left.iter().position(|left| *left > 0).unwrap_or(stores);
            (self.reserves[need].left, self.reserves[need].onset) = (left, self.now);
            self.take_over(need, first);
        }
        // Drained until the next second.
        if let Some(store) = self.store(need) {
            let refilled = self.village.needs[need].stores[store].refill.map_or(0, |i| self.level[i]);
            let drained = u64::from(ONE - supply) * u64::from(ONE - refilled) / u64::from(ONE);
            let left = &mut self.reserves[need].left[store];
            *left = left.saturating_sub(drained);
        }
    }

    /// True where what there is of a need leaves its owner above 0.
    fn suffices(&self, need: usize) -> bool {
        self.covered(need) > 0 && self.term(need) > 0
    }

    /// Every ceiling above 0, and every need met so far that it leaves the owner above 0, or one that can be
    /// gone without.
    fn can_start(&self, asset: usize) -> bool {
        let met = |need: usize| {
            let fixed = &self.village.needs[need];
            fixed.criticality == 0
                || self.suffices(need)
                || (fixed.black_start > 0 && self.black_starts[need] == BlackStart::Available)
        };
        // The terms of a product may all be above 0 and the product not.
        let product = self
            .needs_of(asset)
            .map(|need| self.term(need))
            .filter(|term| *term > 0)
            .fold(self.own(asset), |level, term| {
                (u64::from(level) * u64::from(term) / u64::from(ONE)) as u32
            });
        self.own(asset) > 0
            && !self.cut_off[asset]
            && (product > 0 || !self.village.assets[asset].product)
            && self.needs_of(asset).all(met)
    }
}

/// Levels at the end of every second of a traced record.
fn levels(model: &Model, record: &Record) -> Vec<Vec<u32>> {
    let mut level = vec![ONE; model.nodes.len()];
    let mut trace = record.trace.iter().peekable();
    (0..HORIZON)
        .map(|now| {
            while let Some(entry) = trace.next_if(|entry| entry.time.0 <= now) {
                if let Happening::Fell { to, .. } | Happening::Rose { to, .. } = entry.what {
                    level[entry.node.index()] = to.0;
                }
            }
            level.clone()
        })
        .collect()
}

#[test]
fn the_engine_does_what_the_rules_say() {
    let mut moved = 0;
    for case in 0..4000 {
        let village = Village::random(case);
        let model = village.model();
        let record = fresh(&model, 0, TRACED);
        assert_eq!(record.failure, None, "village {case}");
        let (got, expected) = (levels(&model, &record), Interpreter::new(&village).run());
        for (second, (got, expected)) in got.iter().zip(&expected).enumerate() {
            assert_eq!(got, expected, "second {second} of village {case}: {village:?}");
        }
        moved += expected.windows(2).filter(|pair| pair[0] != pair[1]).count();
    }
    // The rules must have been put to the test.
    assert!(moved > 10_000, "{moved}");
}
