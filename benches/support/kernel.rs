//! The yardstick: the measured work written by hand for that work alone.
//!
//! No ECS, no subsystems, no trace: flat arrays and one loop. It knows assets with at most one any-of need of
//! weight 1, a battery of one stage that always starts, one distribution of restart times, random failures,
//! and repairs of one stage without crews. Levels are held in millionths as in the engine, draws are the same
//! keyed draws, and the record is the engine's, field by field: `tests/kernel.rs` holds that.
//!
//! Two things it does better than a general engine can: after a replication it puts back only the assets that
//! were touched, and it books groups by one membership an asset.

use super::calendar::{Calendar, Kind};
use linchpin_model::time::whole_seconds;
use linchpin_model::{
    Affected, Cover, DistId, Distribution, Draws, GroupId, Key, Layer, Level, Model, NeedId, Node, NodeId,
    Purpose, Record, Role, RootLoss, Seeds, SimTime, Step,
};

const ONE: u32 = Level::SCALE;
const FULL: u64 = ONE as u64;
const NEVER: u32 = u32::MAX;
/// No cause: at full level. Other causes are links, by number.
const NO_CAUSE: u32 = u32::MAX;
/// The asset's own damage.
const DAMAGE: u32 = u32::MAX - 1;
const NO_SECTOR: u16 = u16::MAX;

const QUEUED: u32 = 1;
const RISING: u32 = 1 << 1;
const CHANGED: u32 = 1 << 2;
const START_CHECK: u32 = 1 << 3;
const OUT: u32 = 1 << 4;
const EVER_FAILED: u32 = 1 << 6;
const FELL: u32 = 1 << 7;
/// Has to be put back for the next replication.
const TOUCHED: u32 = 1 << 8;
/// Needs a restart after it was at 0 (fixed).
const RESTARTS: u32 = 1 << 16;

/// What is fixed about an asset.
#[derive(Clone, Copy)]
#[repr(align(32))]
struct Row {
    key: Key,
    links: [u32; 2],
    consumers: [u32; 2],
    /// Row of its battery, or `u32::MAX`.
    battery: u32,
    sector: u16,
    group: u8,
    restarts: bool,
}

/// What changes about an asset: one cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Asset {
    level: u32,
    /// Level its own damage allows.
    own: u32,
    /// Sum of its providers' levels; full where it needs nothing.
    supply: u32,
    flags: u32,
    /// Lost service until `since`.
    lost: u64,
    /// Loss of all assets that began at this one.
    caused: u64,
    since: u32,
    cause: u32,
    root: u32,
    fell: u32,
    generation: u16,
    sector: u16,
    first_failed: u32,
    /// When it restarts, and how often it has drawn.
    restart: u32,
    restarts: u16,
    failures: u16,
}

impl Asset {
    fn pristine(row: &Row) -> Self {
        Self {
            level: ONE,
            own: ONE,
            supply: (row.links[1] - row.links[0]).max(1) * ONE,
            flags: if row.restarts { RESTARTS } else { 0 },
            lost: 0,
            caused: 0,
            since: 0,
            cause: NO_CAUSE,
            root: NEVER,
            fell: 0,
            generation: 0,
            sector: NO_SECTOR,
            first_failed: NEVER,
            restart: NEVER,
            restarts: 0,
            failures: 0,
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Idle,
    /// Went unmet at this instant.
    Armed,
    Running,
    Spent,
}

/// Charge in millionths times seconds; capacity 0: not drawn yet.
#[derive(Clone, Copy)]
struct Battery {
    left: u64,
    capacity: u64,
    since: u32,
    due: u32,
    supply: u32,
    mode: Mode,
    dirty: bool,
}

impl Battery {
    const CLEAR: Self =
        Self { left: 0, capacity: 0, since: 0, due: NEVER, supply: ONE, mode: Mode::Idle, dirty: false };
}

/// An asset about to change.
#[derive(Clone, Copy)]
struct Move {
    asset: u32,
    level: u32,
    cause: u32,
    root: u32,
    generation: u16,
    sector: u16,
}

/// What an asset was before the instant.
#[derive(Clone, Copy)]
struct Change {
    asset: u32,
    level: u32,
    cause: u32,
    root: u32,
    fell: u32,
    generation: u16,
    sector: u16,
}

/// A duration: its distribution, and the probability from which on it reaches past the horizon for certain.
struct Duration {
    dist: Distribution,
    beyond: f64,
}

impl Duration {
    fn new(dist: &Distribution, horizon: u32) -> Self {
        // By bisection; the margin is far above the rounding of the quantile.
        let past = f64::from(horizon) * (1.0 + 1e-9) + 2.0;
        let (mut low, mut high) = (0.0, 1.0);
        while high - low > 1e-12 {
            let middle = 0.5 * (low + high);
            *(if dist.quantile(middle) >= past { &mut high } else { &mut low }) = middle;
        }
        Self { dist: dist.clone(), beyond: high }
    }

    #[inline]
    fn at(&self, u: f64) -> u32 {
        if u > self.beyond {
            return NEVER;
        }
        whole_seconds(self.dist.quantile(u))
    }
}

/// One model, run over and over.
pub struct Kernel {
    horizon: u32,
    sectors: usize,
    failed_below: u32,
    damaged: u32,
    rows: Vec<Row>,
    links: Vec<u32>,
    consumers: Vec<u32>,
    battery_keys: Vec<Key>,
    failing: Vec<(Key, u32)>,
    initial: Vec<u64>,
    time_to_failure: Duration,
    repair: Duration,
    restart: Duration,
    capacity: Duration,

    now: u32,
    draws: Draws,
    calendar: Calendar,
    assets: Vec<Asset>,
    batteries: Vec<Battery>,
    /// A bit for each touched asset.
    touched: Vec<u64>,
    sums: Vec<u64>,
    dirty_groups: u64,
    record: Record,

    round: Vec<u32>,
    rising: Vec<u32>,
    moves: Vec<Move>,
    changes: Vec<Change>,
    start_checks: Vec<u32>,
    dirty_batteries: Vec<u32>,
}

impl Kernel {
    /// Lays a model out flat.
    ///
    /// # Panics
    /// Where the model is not of the kind that it knows.
    pub fn new(model: &Model) -> Self {
        let n = model.nodes.len();
        assert!(model.events.is_empty() && model.networks.is_empty() && model.sharings.is_empty());
        assert!(model.memberships.len() == n && model.memberships.iter().all(|m| m.weight == 1));
        let horizon = model.meta.horizon;
        let never = Distribution::Fixed(f64::from(NEVER));
        let only = |found: Vec<DistId>| {
            let mut found: Vec<_> = found.into_iter().filter(|dist| !dist.is_none()).collect();
            found.dedup();
            assert!(found.len() <= 1, "one distribution of each kind");
            Duration::new(found.first().map_or(&never, |dist| model.dist(*dist)), horizon)
        };
        let plan = &model.repairs[0];
        assert!(model.repairs.len() == 1 && plan.stages.len() == 1 && plan.is_unattended());
        assert!(plan.stages[0].duration.is_none() && model.failures.len() == 1);
        let state = &plan.states[usize::from(model.failures[0].state)];

        let mut battery_keys = Vec::new();
        let rows: Vec<Row> = (0..n).map(|i| lay_row(model, i, &mut battery_keys)).collect();
        let owner = |need: NeedId| model.needs[need.index()].owner.0;
        let fails = |(i, node): (usize, &Node)| (!node.failure.is_none()).then_some((node.key, i as u32));
        Self {
            horizon,
            sectors: model.sectors.len(),
            failed_below: model.nodes[0].failed_below.0,
            damaged: state.level.0,
            links: model.links.iter().map(|link| link.provider.0).collect(),
            consumers: model.supplies.iter().map(|supply| owner(supply.need)).collect(),
            failing: model.nodes.iter().enumerate().filter_map(fails).collect(),
            initial: model.groups.iter().map(|group| group.total_weight * FULL).collect(),
            time_to_failure: only(vec![model.failures[0].time_to_failure]),
            repair: only(vec![state.repair]),
            restart: only(model.nodes.iter().map(|node| node.restart).collect()),
            capacity: only(model.stages.iter().map(|stage| stage.capacity).collect()),
            now: 0,
            draws: Seeds::new(0).replication(0),
            calendar: Calendar::new(horizon, n / 4),
            assets: rows.iter().map(Asset::pristine).collect(),
            batteries: vec![Battery::CLEAR; battery_keys.len()],
            rows,
            battery_keys,
            touched: vec![0; n.div_ceil(64)],
            sums: Vec::new(),
            dirty_groups: 0,
            record: Record::default(),
            round: Vec::new(),
            rising: Vec::new(),
            moves: Vec::new(),
            changes: Vec::new(),
            start_checks: Vec::new(),
            dirty_batteries: Vec::new(),
        }
    }

    /// Runs one replication. The buffers of `record` are reused.
    pub fn run(&mut self, replication: u32, draws: Draws, record: &mut Record) {
        self.now = 0;
        self.draws = draws;
        self.sums.clone_from(&self.initial);
        record.clear(replication);
        record.initial.extend_from_slice(&self.initial);
        record.induced.resize((self.sectors + 1) * self.sectors, 0);
        std::mem::swap(&mut self.record, record);
        for &(key, asset) in &self.failing {
            let due = self.time_to_failure.at(draws.uniform(Layer::Threat, key, Purpose::TimeToFailure, 0));
            self.calendar.push(due, Kind::Fail, asset);
        }
        while let Some(time) = self.calendar.next_time() {
            self.now = time;
            while let Some((kind, asset)) = self.calendar.pop_at(time) {
                self.record.events += 1;
                self.handle(kind, asset);
            }
            if !(self.round.is_empty() && self.dirty_batteries.is_empty()) {
                self.fall();
                if !self.rising.is_empty() {
                    self.rise();
                }
                self.commit();
            }
        }
        self.close();
        std::mem::swap(&mut self.record, record);
    }

    #[inline]
    fn handle(&mut self, kind: Kind, asset: u32) {
        let (row, state) = (&self.rows[asset as usize], &mut self.assets[asset as usize]);
        let now = self.now;
        match kind {
            Kind::Fail => {
                state.own = self.damaged;
                let count = u32::from(state.failures);
                state.failures += 1;
                let u = self.draws.uniform(Layer::Response, row.key, Purpose::RepairStage, count);
                self.calendar.push(now.saturating_add(self.repair.at(u)), Kind::Repaired, asset);
            }
            Kind::Repaired => {
                state.own = ONE;
                self.record.repairs += 1;
                let count = u32::from(state.failures);
                let u = self.draws.uniform(Layer::Threat, row.key, Purpose::TimeToFailure, count);
                self.calendar.push(now.saturating_add(self.time_to_failure.at(u)), Kind::Fail, asset);
            }
            Kind::Battery => {
                let battery = &mut self.batteries[row.battery as usize];
                if battery.due != now {
                    return;
                }
                *battery = Battery { left: 0, since: now, due: NEVER, mode: Mode::Spent, ..*battery };
            }
            Kind::Restart => {
                if state.restart != now {
                    return;
                }
                state.restart = NEVER;
                state.restarts += 1;
                state.flags &= !OUT;
            }
        }
        self.list(asset);
    }

    #[inline]
    fn list(&mut self, asset: u32) {
        let flags = &mut self.assets[asset as usize].flags;
        if *flags & TOUCHED == 0 {
            self.touched[asset as usize / 64] |= 1 << (asset % 64);
        }
        if *flags & QUEUED == 0 {
            self.round.push(asset);
        }
        *flags |= TOUCHED | QUEUED;
    }

    fn fall(&mut self) {
        while !self.round.is_empty() {
            for k in 0..self.round.len() {
                let asset = self.round[k];
                let Some(level) = self.target(asset) else { continue };
                let present = self.assets[asset as usize].level;
                if level < present {
                    let (cause, sector) = self.binding(asset, level);
                    let (root, generation) = self.descent(asset, cause);
                    self.moves.push(Move { asset, level, cause, root, generation, sector });
                } else if level > present {
                    self.list_rising(asset);
                } else if level < ONE {
                    self.recheck_cause(asset);
                }
            }
            self.round.clear();
            for k in 0..self.moves.len() {
                let step = self.moves[k];
                let from = self.change(step.asset, step.level);
                let state = &mut self.assets[step.asset as usize];
                (state.cause, state.root, state.fell) = (step.cause, step.root, self.now);
                (state.generation, state.sector) = (step.generation, step.sector);
                self.pass_on(step.asset, from, step.level);
            }
            self.moves.clear();
        }
    }

    fn rise(&mut self) {
        while !self.rising.is_empty() {
            for k in 0..self.rising.len() {
                let asset = self.rising[k];
                self.assets[asset as usize].flags &= !RISING;
                let Some(level) = self.target(asset) else { continue };
                let present = self.assets[asset as usize].level;
                if level > present {
                    let (cause, root, generation, sector) = (NO_CAUSE, NEVER, 0, NO_SECTOR);
                    self.moves.push(Move { asset, level, cause, root, generation, sector });
                } else if present < ONE {
                    self.recheck_cause(asset);
                }
            }
            self.rising.clear();
            for k in 0..self.moves.len() {
                let step = self.moves[k];
                let from = self.change(step.asset, step.level);
                let state = &mut self.assets[step.asset as usize];
                if step.level == ONE {
                    (state.cause, state.root, state.generation, state.sector) =
                        (NO_CAUSE, NEVER, 0, NO_SECTOR);
                } else {
                    let (cause, sector) = self.binding(step.asset, step.level);
                    if cause != self.assets[step.asset as usize].cause {
                        self.set_cause(step.asset, cause, sector);
                    }
                }
                self.pass_on(step.asset, from, step.level);
            }
            self.moves.clear();
            while let Some(asset) = self.round.pop() {
                self.assets[asset as usize].flags &= !QUEUED;
                self.list_rising(asset);
            }
        }
    }

    #[inline]
    fn list_rising(&mut self, asset: u32) {
        let flags = &mut self.assets[asset as usize].flags;
        if *flags & RISING == 0 {
            *flags |= RISING;
            self.rising.push(asset);
        }
    }

    /// The level that damage and need allow; none while out of service.
    #[inline]
    fn target(&mut self, asset: u32) -> Option<u32> {
        let state = &mut self.assets[asset as usize];
        state.flags &= !QUEUED;
        if state.flags & OUT != 0 {
            self.list_start_check(asset);
            return None;
        }
        let own = state.own;
        Some(own.min(self.term(asset)))
    }

    /// The level that the need allows.
    #[inline]
    fn term(&mut self, asset: u32) -> u32 {
        let supply = self.assets[asset as usize].supply;
        if supply >= ONE { ONE } else { self.covered(asset, supply) }
    }

    fn covered(&mut self, asset: u32, supply: u32) -> u32 {
        let row = self.rows[asset as usize].battery;
        if row == NEVER {
            return supply;
        }
        if self.batteries[row as usize].mode == Mode::Idle {
            self.recharge(row);
            self.batteries[row as usize].mode = Mode::Armed;
            self.note_battery(asset, row);
        }
        let battery = &self.batteries[row as usize];
        if battery.mode != Mode::Spent && battery.left > 0 { ONE } else { supply }
    }

    #[inline]
    fn note_battery(&mut self, asset: u32, row: u32) {
        let battery = &mut self.batteries[row as usize];
        if !battery.dirty {
            battery.dirty = true;
            self.dirty_batteries.push(asset);
        }
    }

    /// What has recharged while the need was met; the capacity is drawn on first use.
    fn recharge(&mut self, row: u32) {
        let battery = &mut self.batteries[row as usize];
        let idle = u64::from(self.now - std::mem::replace(&mut battery.since, self.now));
        if battery.capacity == 0 {
            let key = self.battery_keys[row as usize];
            let seconds = self.capacity.at(self.draws.uniform(Layer::Parameters, key, Purpose::Capacity, 0));
            battery.capacity = (u64::from(seconds) * FULL).max(1);
            battery.left = if seconds == 0 { 0 } else { battery.capacity };
        } else if battery.left < battery.capacity {
            battery.left = (battery.left + idle * FULL).min(battery.capacity);
        }
    }

    /// The term that holds an asset at `level`: the present cause while it binds, else damage, else the need.
    fn binding(&mut self, asset: u32, level: u32) -> (u32, u16) {
        let Asset { own, cause, .. } = self.assets[asset as usize];
        if own > level || (cause < DAMAGE && self.term(asset) == level) {
            self.fallen_provider(asset)
        } else {
            (DAMAGE, NO_SECTOR)
        }
    }

    /// Of the providers below full level, the one that fell last (ties: the first).
    fn fallen_provider(&self, asset: u32) -> (u32, u16) {
        let [from, to] = self.rows[asset as usize].links;
        let mut best = (from, 0, false);
        for (link, provider) in (from..).zip(&self.links[from as usize..to as usize]) {
            let Asset { level, fell, .. } = self.assets[*provider as usize];
            if (level < ONE, fell) > (best.2, best.1) {
                best = (link, fell, level < ONE);
            }
        }
        (best.0, self.rows[self.links[best.0 as usize] as usize].sector)
    }

    #[inline]
    fn descent(&self, asset: u32, cause: u32) -> (u32, u16) {
        if cause == DAMAGE {
            return (asset, 0);
        }
        let provider = &self.assets[self.links[cause as usize] as usize];
        if provider.cause == NO_CAUSE {
            (asset, 0)
        } else {
            (provider.root, provider.generation.saturating_add(1))
        }
    }

    fn recheck_cause(&mut self, asset: u32) {
        let Asset { level, cause: present, .. } = self.assets[asset as usize];
        let (cause, sector) = self.binding(asset, level);
        if cause != present && (cause == DAMAGE || present == DAMAGE) {
            self.change(asset, level);
            self.set_cause(asset, cause, sector);
        }
    }

    fn set_cause(&mut self, asset: u32, cause: u32, sector: u16) {
        let (root, generation) = self.descent(asset, cause);
        let state = &mut self.assets[asset as usize];
        (state.cause, state.root, state.generation, state.sector) = (cause, root, generation, sector);
    }

    /// Notes what an asset was before the instant, books its loss so far and gives it another level.
    #[inline]
    fn change(&mut self, asset: u32, to: u32) -> u32 {
        let state = &mut self.assets[asset as usize];
        if state.flags & CHANGED == 0 {
            state.flags |= CHANGED;
            let Asset { level, cause, root, fell, generation, sector, .. } = *state;
            self.changes.push(Change { asset, level, cause, root, fell, generation, sector });
        }
        self.book(asset);
        std::mem::replace(&mut self.assets[asset as usize].level, to)
    }

    /// Books the loss up to now under the present cause.
    #[inline]
    fn book(&mut self, asset: u32) {
        let state = &mut self.assets[asset as usize];
        let elapsed = self.now - std::mem::replace(&mut state.since, self.now);
        let lost = u64::from(ONE - state.level) * u64::from(elapsed);
        if lost > 0 {
            state.lost += lost;
            let (provider, root) = (usize::from(state.sector).min(self.sectors), state.root);
            let sector = usize::from(self.rows[asset as usize].sector);
            self.record.induced[provider * self.sectors + sector] += lost;
            self.assets[root as usize].caused += lost;
        }
    }

    #[inline]
    fn pass_on(&mut self, asset: u32, from: u32, to: u32) {
        let [first, last] = self.rows[asset as usize].consumers;
        for k in first..last {
            let consumer = self.consumers[k as usize];
            let state = &mut self.assets[consumer as usize];
            let before = state.supply;
            let after = before + to - from;
            state.supply = after;
            if before < ONE || after < ONE {
                self.list(consumer);
                let battery = self.rows[consumer as usize].battery;
                if battery != NEVER {
                    self.note_battery(consumer, battery);
                }
            } else if state.flags & TOUCHED == 0 {
                state.flags |= TOUCHED;
                self.touched[consumer as usize / 64] |= 1 << (consumer % 64);
            }
        }
    }

    fn commit(&mut self) {
        for k in 0..self.changes.len() {
            self.finish_change(k);
        }
        self.changes.clear();
        while let Some(asset) = self.dirty_batteries.pop() {
            self.commit_battery(asset);
        }
        while let Some(asset) = self.start_checks.pop() {
            self.check_start(asset);
        }
        while self.dirty_groups != 0 {
            let group = self.dirty_groups.trailing_zeros();
            self.dirty_groups &= self.dirty_groups - 1;
            let (time, sum) = (SimTime(self.now), self.sums[group as usize]);
            self.record.steps.push(Step { time, group: GroupId(group), sum });
        }
    }

    #[inline]
    fn finish_change(&mut self, k: usize) {
        let change = &self.changes[k];
        let asset = change.asset;
        let state = &mut self.assets[asset as usize];
        state.flags &= !CHANGED;
        let (from, to) = (change.level, state.level);
        if from == to {
            if state.fell != change.fell {
                (state.cause, state.root, state.fell) = (change.cause, change.root, change.fell);
                (state.generation, state.sector) = (change.generation, change.sector);
            }
            return;
        }
        if to < from {
            state.flags |= FELL;
            if to < self.failed_below && state.flags & EVER_FAILED == 0 {
                state.flags |= EVER_FAILED;
                state.first_failed = self.now;
                let generation = u32::from(state.generation);
                self.record.failed += 1;
                self.record.direct += u32::from(generation == 0);
                self.record.generations = self.record.generations.max(generation);
            }
            if to == 0 && state.flags & RESTARTS != 0 {
                state.flags |= OUT;
                self.list_start_check(asset);
            }
        }
        let group = usize::from(self.rows[asset as usize].group);
        let sum = &mut self.sums[group];
        *sum = *sum + u64::from(to) - u64::from(from);
        self.dirty_groups |= 1 << group;
    }

    /// Makes final what happened to a battery at this instant.
    fn commit_battery(&mut self, asset: u32) {
        let row = self.rows[asset as usize].battery;
        let supply = self.assets[asset as usize].supply.min(ONE);
        let now = self.now;
        let battery = &mut self.batteries[row as usize];
        battery.dirty = false;
        if battery.mode == Mode::Running {
            let drained = u64::from(ONE - battery.supply) * u64::from(now - battery.since);
            battery.left = battery.left.saturating_sub(drained);
            battery.since = now;
        }
        if supply == ONE {
            if battery.mode != Mode::Idle {
                *battery = Battery { since: now, mode: Mode::Idle, due: NEVER, supply, ..*battery };
            }
            return;
        }
        if battery.mode == Mode::Idle {
            self.recharge(row);
        }
        let battery = &mut self.batteries[row as usize];
        battery.supply = supply;
        if matches!(battery.mode, Mode::Idle | Mode::Armed) {
            battery.since = now;
            battery.mode = if battery.left > 0 { Mode::Running } else { Mode::Spent };
        }
        if battery.mode == Mode::Running {
            let lasts = battery.left.div_ceil(u64::from(ONE - supply));
            let due = u32::try_from(lasts).map_or(NEVER, |lasts| now.saturating_add(lasts));
            if battery.due != due {
                battery.due = due;
                self.calendar.push(due, Kind::Battery, asset);
            }
        }
    }

    #[inline]
    fn list_start_check(&mut self, asset: u32) {
        let flags = &mut self.assets[asset as usize].flags;
        if *flags & START_CHECK == 0 {
            *flags |= START_CHECK;
            self.start_checks.push(asset);
        }
    }

    fn check_start(&mut self, asset: u32) {
        let state = &mut self.assets[asset as usize];
        state.flags &= !START_CHECK;
        if state.flags & OUT == 0 {
            return;
        }
        let able = state.own > 0 && self.term(asset) > 0;
        let state = &mut self.assets[asset as usize];
        if able && state.restart == NEVER {
            let (key, count) = (self.rows[asset as usize].key, u32::from(state.restarts));
            let u = self.draws.uniform(Layer::Response, key, Purpose::Restart, count);
            state.restart = self.now.saturating_add(self.restart.at(u));
            self.calendar.push(state.restart, Kind::Restart, asset);
        } else if !able {
            state.restart = NEVER;
        }
    }

    /// Books what is lost up to the horizon, completes the record and puts back what was touched.
    fn close(&mut self) {
        self.now = self.horizon;
        for word in 0..self.touched.len() {
            let mut bits = self.touched[word];
            while bits != 0 {
                self.book(word as u32 * 64 + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
        for word in 0..self.touched.len() {
            let mut bits = std::mem::take(&mut self.touched[word]);
            while bits != 0 {
                self.put_back(word as u32 * 64 + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
    }

    #[inline]
    fn put_back(&mut self, asset: u32) {
        let row = &self.rows[asset as usize];
        let state = &mut self.assets[asset as usize];
        let node = NodeId(asset);
        if state.flags & FELL != 0 {
            let first_failed = SimTime(state.first_failed);
            self.record.affected.push(Affected { node, lost: state.lost, first_failed });
        }
        if state.caused > 0 {
            self.record.roots.push(RootLoss { node, lost: state.caused });
        }
        *state = Asset::pristine(row);
        if let Some(battery) = self.batteries.get_mut(row.battery as usize) {
            *battery = Battery::CLEAR;
        }
    }
}

/// What is fixed about asset `i`.
fn lay_row(model: &Model, i: usize, battery_keys: &mut Vec<Key>) -> Row {
    let (node, id) = (&model.nodes[i], NodeId::new(i));
    let needs: Vec<NeedId> = model.needs_of(id).collect();
    assert!(
        needs.len() <= 1 && node.initial == Level::ONE && node.failed_below == model.nodes[0].failed_below
    );
    let (mut battery, mut links) = (NEVER, [0, 0]);
    for need in needs {
        links = [model.link_start[need.index()], model.link_start[need.index() + 1]];
        for link in model.links_of(need) {
            assert!(link.weight == 1 && link.delay.is_none());
            assert!(link.provider.index() < i, "no circles, so no lock-outs");
        }
        let need = &model.needs[need.index()];
        assert!(need.required == 1 && need.criticality == Level::ONE && need.role == Role::Both);
        assert!(need.response.is_none() && need.black_start == 0);
        if let Some(reserve) = need.reserve.some() {
            let reserve = &model.reserves[reserve.index()];
            let stage = &model.stages[reserve.first_stage as usize];
            assert!(reserve.stages == 1 && stage.recharge.is_none() && stage.cover == Cover::AtLeast(Level::ONE));
            assert!(stage.start_probability >= 1.0 && stage.start_delay.is_none() && stage.failure.is_none());
            battery = battery_keys.len() as u32;
            battery_keys.push(need.key.with(Key::of(&stage.name)));
        }
    }
    Row {
        key: node.key,
        links,
        consumers: [model.supply_start[i], model.supply_start[i + 1]],
        battery,
        sector: node.sector.0,
        group: model.memberships_of(id)[0].group.0 as u8,
        restarts: !node.restart.is_none(),
    }
}
