//! The engine against an interpreter of model.md, section 3, that goes second by second through every rule
//! and is written for plainness alone: no agenda, no work lists, nothing kept that can be looked up.

use super::town::Dice;
use super::*;

const ONE: u32 = Level::SCALE;
const HORIZON: u32 = 120;

#[derive(Debug)]
struct Asset {
    initial: u32,
    product: bool,
    restart: Option<u32>,
}

#[derive(Debug)]
struct From {
    provider: usize,
    weight: u32,
    delay: u32,
}

#[derive(Debug)]
struct Store {
    capacity: u32,
    recharge: Option<u32>,
    cover: u32,
}

#[derive(Debug)]
struct Need {
    owner: usize,
    from: Vec<From>,
    required: u32,
    criticality: u32,
    role: Role,
    black_start: u32,
    stores: Vec<Store>,
}

/// Held at `level` from `at` to `until`.
#[derive(Debug)]
struct Hold {
    asset: usize,
    at: u32,
    until: u32,
    level: u32,
}

#[derive(Debug)]
struct Mesh {
    members: Vec<usize>,
    links: Vec<(usize, usize)>,
    sources: Vec<usize>,
}

#[derive(Debug)]
struct Village {
    assets: Vec<Asset>,
    needs: Vec<Need>,
    holds: Vec<Hold>,
    mesh: Option<Mesh>,
}

impl Village {
    fn random(case: u32) -> Self {
        let mut dice = Dice::new(1_000_000 + case);
        let n = 2 + case as usize / 40 % 6;
        let share = |dice: &mut Dice| dice.below(11) as u32 * 100_000;
        let mut assets: Vec<Asset> = (0..n)
            .map(|_| Asset {
                initial: if dice.chance(0.1) { share(&mut dice) } else { ONE },
                product: dice.chance(0.2),
                restart: dice.chance(0.5).then(|| 1 + dice.below(9) as u32),
            })
            .collect();
        let mut needs = Vec::new();
        for owner in 0..n {
            for _ in 0..dice.below(4) {
                let count = 1 + dice.below(3);
                let mut from = Vec::new();
                for provider in dice.choose(count, n).into_iter().filter(|provider| *provider != owner) {
                    let delay = if dice.chance(0.2) { 1 + dice.below(8) as u32 } else { 0 };
                    from.push(From { provider, weight: 1 + dice.below(3) as u32, delay });
                }
                if from.is_empty() {
                    continue;
                }
                let total: u32 = from.iter().map(|from| from.weight).sum();
                let mut stores = Vec::new();
                if dice.chance(0.5) {
                    for _ in 0..1 + dice.below(2) {
                        let recharge = dice.chance(0.5).then(|| dice.below(20) as u32);
                        let cover = if dice.chance(0.3) { share(&mut dice) } else { ONE };
                        stores.push(Store { capacity: 1 + dice.below(15) as u32, recharge, cover });
                    }
                }
                needs.push(Need {
                    owner,
                    required: 1 + dice.below(total as usize) as u32,
                    from,
                    criticality: if dice.chance(0.7) { ONE } else { share(&mut dice) },
                    role: [Role::Both, Role::Both, Role::Run, Role::Start][dice.below(4)],
                    black_start: if dice.chance(0.15) { 1 + dice.below(10) as u32 } else { 0 },
                    stores,
                });
            }
        }
        // A start takes a second at least, so that one look at each second is enough.
        for need in needs.iter().filter(|need: &&Need| need.role == Role::Start || need.black_start > 0) {
            assets[need.owner].restart.get_or_insert(1);
        }
        let holds = (0..1 + dice.below(2 * n))
            .map(|_| {
                let at = 1 + dice.below(80) as u32;
                let level = if dice.chance(0.6) { 0 } else { share(&mut dice) };
                Hold { asset: dice.below(n), at, until: at + 1 + dice.below(40) as u32, level }
            })
            .collect();
        let mesh = dice.chance(0.3).then(|| {
            let size = 2 + dice.below(n - 1);
            let mut members = dice.choose(size, n);
            members.sort_unstable();
            let links =
                (0..size + dice.below(size)).map(|_| dice.choose(2, size)).map(|l| (l[0], l[1])).collect();
            Mesh { members, links, sources: dice.choose(1, size) }
        });
        Self { assets, needs, holds, mesh }
    }

    fn model(&self) -> Arc<Model> {
        let mut b = ModelBuilder::new(Meta { horizon: HORIZON, pass_limit: 200, ..Meta::default() });
        let sector = b.sector("energy", "Energy");
        let service = b.service("supply", "Supply");
        let seconds = |b: &mut ModelBuilder, seconds: u32| b.dist(Distribution::Fixed(f64::from(seconds)));
        let nodes: Vec<NodeId> =
            (0..self.assets.len()).map(|i| b.node(&format!("a{i}"), "", sector, RegionId::NONE)).collect();
        for (node, asset) in nodes.iter().zip(&self.assets) {
            let restart = asset.restart.map_or(DistId::NONE, |restart| seconds(&mut b, restart));
            let slot = b.node_mut(*node);
            (slot.initial, slot.restart) = (Level(asset.initial), restart);
            slot.combine = if asset.product { Combine::Product } else { Combine::Min };
        }
        for (i, need) in self.needs.iter().enumerate() {
            let mut spec = NeedSpec::any(nodes[need.owner], &format!("need-{i}"), service, &[]);
            for from in &need.from {
                let delay = if from.delay > 0 { seconds(&mut b, from.delay) } else { DistId::NONE };
                spec.providers.push(Provider {
                    node: nodes[from.provider],
                    weight: f64::from(from.weight),
                    delay,
                });
            }
            spec.required = f64::from(need.required);
            spec.criticality = Level(need.criticality).share();
            (spec.role, spec.black_start) = (need.role, need.black_start);
            for (k, store) in need.stores.iter().enumerate() {
                let capacity = seconds(&mut b, store.capacity);
                let recharge = store.recharge.map_or(DistId::NONE, |recharge| seconds(&mut b, recharge));
                spec = spec.buffered(&format!("store-{k}"), capacity, recharge);
                spec.autonomy[k].stage.cover = Cover::AtLeast(Level(store.cover));
            }
            b.need(spec);
        }
        for (i, hold) in self.holds.iter().enumerate() {
            let (at, lasts) = (seconds(&mut b, hold.at), seconds(&mut b, hold.until - hold.at));
            let id = format!("hold-{i}");
            let to = Level(hold.level);
            let effect =
                if hold.level == 0 { Effect::Closure { lasts } } else { Effect::Degrade { to, lasts } };
            b.parts().events.push(Event {
                name: id.clone(),
                key: Key::of(&id),
                id,
                after: None,
                at,
                targets: Targets::All(vec![nodes[hold.asset]]),
                probability: 1.0,
                hit_probability: 1.0,
                severity: DistId::NONE,
                effects: vec![effect],
                threat: true,
            });
        }
        if let Some(mesh) = &self.mesh {
            let members: Vec<NodeId> = mesh.members.iter().map(|i| nodes[*i]).collect();
            b.parts().networks.push(Network {
                id: "mesh".into(),
                rule: NetworkRule::SourceReachable {
                    sources: mesh.sources.iter().map(|i| members[*i]).collect(),
                },
                links: mesh.links.iter().map(|(a, b)| (*a as u32, *b as u32)).collect(),
                members,
            });
        }
        Arc::new(b.finish())
    }
}

/// The autonomy of one need.
#[derive(Clone)]
struct Reserve {
    /// Charge left in millionths of a second, by store.
    left: Vec<u64>,
    /// The store in use; as many as there are: none is left. None while the need is met.
    runs: Option<usize>,
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
        let stores = &self.village.needs[need].stores;
        let first = match self.reserves[need].runs {
            Some(runs) => runs,
            None => (0..stores.len()).find(|k| self.charge_now(need, *k) > 0)?,
        };
        (first < stores.len()).then_some(first)
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
            let Some(runs) = self.reserves[need].runs else { continue };
            let stores = self.village.needs[need].stores.len();
            if runs < stores && self.reserves[need].left[runs] == 0 {
                let left = &self.reserves[need].left;
                self.reserves[need].runs = Some((runs + 1..stores).find(|k| left[*k] > 0).unwrap_or(stores));
            }
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

    /// The rule of an instant: down to the greatest fixed point below the present, then up to the least above
    /// that.
    fn settle(&mut self) {
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

    /// Assets that a path of conducting members joins to a conducting source, or that are next to one of
    /// those.
    fn reached(&self) -> Vec<bool> {
        let mut reached = vec![true; self.level.len()];
        let Some(mesh) = &self.village.mesh else { return reached };
        mesh.members.iter().for_each(|member| reached[*member] = false);
        mesh.sources.iter().for_each(|source| reached[mesh.members[*source]] = true);
        for _ in &mesh.members {
            for (a, b) in &mesh.links {
                for (from, to) in [(mesh.members[*a], mesh.members[*b]), (mesh.members[*b], mesh.members[*a])]
                {
                    if reached[from] && self.conducts(from) {
                        reached[to] = true;
                    }
                }
            }
        }
        reached
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
            self.reserves[need].runs = Some(left.iter().position(|left| *left > 0).unwrap_or(stores));
            self.reserves[need].left = left;
        }
        // Drained until the next second.
        let reserve = &mut self.reserves[need];
        if let Some(left) = reserve.runs.and_then(|runs| reserve.left.get_mut(runs)) {
            *left = left.saturating_sub(u64::from(ONE - supply));
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
    for case in 0..2000 {
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
