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
    Affected, Cover, DistId, Distribution, Draws, GroupId, Key, Layer, Level, Model, NeedId, NodeId, Purpose,
    Record, Role, RootLoss, SimTime, Step,
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
const FAILED: u32 = 1 << 5;
const EVER_FAILED: u32 = 1 << 6;
const FELL: u32 = 1 << 7;
/// Has to be put back for the next replication.
const TOUCHED: u32 = 1 << 8;
/// Needs a restart after it was at 0 (fixed).
const RESTARTS: u32 = 1 << 16;

/// What is fixed about an asset. One more row than assets: the last holds the ends.
#[derive(Clone, Copy)]
struct Row {
    link: u32,
    consumer: u32,
    /// Row of its battery, or `u32::MAX`.
    battery: u32,
    sector: u16,
    group: u8,
    restarts: bool,
}

#[derive(Clone, Copy)]
struct Asset {
    level: u32,
    /// Level its own damage allows.
    own: u32,
    /// Sum of its providers' levels; full where it needs nothing.
    supply: u32,
    flags: u32,
}

#[derive(Clone, Copy)]
struct Blame {
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
}

impl Blame {
    const CLEAR: Self = Self {
        lost: 0,
        caused: 0,
        since: 0,
        cause: NO_CAUSE,
        root: NEVER,
        fell: 0,
        generation: 0,
        sector: NO_SECTOR,
        first_failed: NEVER,
    };
}

/// When an asset restarts, and how often it has drawn.
#[derive(Clone, Copy)]
struct Timers {
    restart: u32,
    restarts: u16,
    failures: u16,
}

impl Timers {
    const CLEAR: Self = Self { restart: NEVER, restarts: 0, failures: 0 };
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
    keys: Vec<Key>,
    links: Vec<u32>,
    consumers: Vec<u32>,
    battery_keys: Vec<Key>,
    failing: Vec<u32>,
    initial: Vec<u64>,
    time_to_failure: Duration,
    repair: Duration,
    restart: Duration,
    capacity: Duration,

    now: u32,
    draws: Draws,
    calendar: Calendar,
    assets: Vec<Asset>,
    blames: Vec<Blame>,
    timers: Vec<Timers>,
    batteries: Vec<Battery>,
    /// A bit for each touched asset.
    touched: Vec<u64>,
    sums: Vec<u64>,
    dirty_groups: u64,
    induced: Vec<u64>,
    events: u64,
    repairs: u32,
    failed: u32,
    direct: u32,
    generations: u32,
    steps: Vec<Step>,

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
        let rows = (0..=n).map(|i| lay_row(model, i, &mut battery_keys)).collect();
        let owner = |need: NeedId| model.needs[need.index()].owner.0;
        let mut kernel = Self {
            horizon,
            sectors: model.sectors.len(),
            failed_below: model.nodes[0].failed_below.0,
            damaged: state.level.0,
            rows,
            keys: model.nodes.iter().map(|node| node.key).collect(),
            links: model.links.iter().map(|link| link.provider.0).collect(),
            consumers: model.supplies.iter().map(|supply| owner(supply.need)).collect(),
            failing: (0..n as u32).filter(|i| !model.nodes[*i as usize].failure.is_none()).collect(),
            initial: model.groups.iter().map(|group| group.total_weight * FULL).collect(),
            time_to_failure: only(vec![model.failures[0].time_to_failure]),
            repair: only(vec![state.repair]),
            restart: only(model.nodes.iter().map(|node| node.restart).collect()),
            capacity: only(model.stages.iter().map(|stage| stage.capacity).collect()),
            now: 0,
            draws: linchpin_model::Seeds::new(0).replication(0),
            calendar: Calendar::new(horizon, n / 4),
            assets: Vec::new(),
            blames: vec![Blame::CLEAR; n],
            timers: vec![Timers::CLEAR; n],
            batteries: vec![Battery::CLEAR; battery_keys.len()],
            battery_keys,
            touched: vec![0; n.div_ceil(64)],
            sums: Vec::new(),
            dirty_groups: 0,
            induced: vec![0; (model.sectors.len() + 1) * model.sectors.len()],
            events: 0,
            repairs: 0,
            failed: 0,
            direct: 0,
            generations: 0,
            steps: Vec::new(),
            round: Vec::new(),
            rising: Vec::new(),
            moves: Vec::new(),
            changes: Vec::new(),
            start_checks: Vec::new(),
            dirty_batteries: Vec::new(),
        };
        kernel.assets = (0..n as u32).map(|i| kernel.pristine(i)).collect();
        kernel
    }

    #[inline]
    fn pristine(&self, asset: u32) -> Asset {
        let (row, next) = (&self.rows[asset as usize], &self.rows[asset as usize + 1]);
        let supply = (next.link - row.link).max(1) * ONE;
        Asset { level: ONE, own: ONE, supply, flags: if row.restarts { RESTARTS } else { 0 } }
    }

    /// Runs one replication. The buffers of `record` are reused.
    pub fn run(&mut self, replication: u32, draws: Draws, record: &mut Record) {
        self.now = 0;
        self.draws = draws;
        (self.events, self.repairs, self.failed, self.direct, self.generations) = (0, 0, 0, 0, 0);
        self.sums.clone_from(&self.initial);
        record.clear(replication);
        std::mem::swap(&mut self.steps, &mut record.steps);
        for k in 0..self.failing.len() {
            self.schedule_failure(self.failing[k]);
        }
        while let Some(time) = self.calendar.next_time() {
            self.now = time;
            while let Some((kind, asset)) = self.calendar.pop_at(time) {
                self.events += 1;
                self.handle(kind, asset);
            }
            if !(self.round.is_empty() && self.dirty_batteries.is_empty()) {
                self.fall();
                self.rise();
                self.commit();
            }
        }
        self.close(record);
    }

    fn handle(&mut self, kind: Kind, asset: u32) {
        let i = asset as usize;
        match kind {
            Kind::Fail => {
                self.assets[i].own = self.damaged;
                self.list(asset);
                let count = u32::from(self.timers[i].failures) - 1;
                let u = self.draws.uniform(Layer::Response, self.keys[i], Purpose::RepairStage, count);
                self.calendar.push(self.now.saturating_add(self.repair.at(u)), Kind::Repaired, asset);
            }
            Kind::Repaired => {
                self.repairs += 1;
                self.assets[i].own = ONE;
                self.list(asset);
                self.schedule_failure(asset);
            }
            Kind::Battery => {
                let battery = &mut self.batteries[self.rows[i].battery as usize];
                if battery.due == self.now {
                    battery.left = 0;
                    battery.since = self.now;
                    battery.due = NEVER;
                    battery.mode = Mode::Spent;
                    self.list(asset);
                }
            }
            Kind::Restart => {
                let timers = &mut self.timers[i];
                if timers.restart == self.now {
                    timers.restart = NEVER;
                    timers.restarts += 1;
                    self.assets[i].flags &= !OUT;
                    self.list(asset);
                }
            }
        }
    }

    #[inline]
    fn schedule_failure(&mut self, asset: u32) {
        let timers = &mut self.timers[asset as usize];
        let (key, count) = (self.keys[asset as usize], u32::from(timers.failures));
        timers.failures += 1;
        let u = self.draws.uniform(Layer::Threat, key, Purpose::TimeToFailure, count);
        self.calendar.push(self.now.saturating_add(self.time_to_failure.at(u)), Kind::Fail, asset);
    }

    #[inline]
    fn list(&mut self, asset: u32) {
        let flags = &mut self.assets[asset as usize].flags;
        if *flags & TOUCHED == 0 {
            *flags |= TOUCHED;
            self.touched[asset as usize / 64] |= 1 << (asset % 64);
        }
        if *flags & QUEUED == 0 {
            *flags |= QUEUED;
            self.round.push(asset);
        }
    }

    fn fall(&mut self) {
        while !self.round.is_empty() {
            for k in 0..self.round.len() {
                let asset = self.round[k];
                let Some(target) = self.target(asset) else { continue };
                let level = self.assets[asset as usize].level;
                if target < level {
                    let (cause, sector) = self.binding(asset, target);
                    let (root, generation) = self.descent(asset, cause);
                    self.moves.push(Move { asset, level: target, cause, root, generation, sector });
                } else if target > level {
                    self.list_rising(asset);
                } else if level < ONE {
                    self.recheck_cause(asset);
                }
            }
            self.round.clear();
            for k in 0..self.moves.len() {
                let step = self.moves[k];
                self.note_change(step.asset);
                self.flush(step.asset);
                let i = step.asset as usize;
                let from = std::mem::replace(&mut self.assets[i].level, step.level);
                let blame = &mut self.blames[i];
                (blame.cause, blame.root, blame.fell) = (step.cause, step.root, self.now);
                (blame.generation, blame.sector) = (step.generation, step.sector);
                self.pass_on(i, from, step.level);
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
                self.note_change(step.asset);
                self.flush(step.asset);
                let i = step.asset as usize;
                let from = std::mem::replace(&mut self.assets[i].level, step.level);
                if step.level == ONE {
                    let blame = &mut self.blames[i];
                    (blame.cause, blame.root) = (NO_CAUSE, NEVER);
                    (blame.generation, blame.sector) = (0, NO_SECTOR);
                } else {
                    let (cause, sector) = self.binding(step.asset, step.level);
                    if cause != self.blames[i].cause {
                        self.set_cause(step.asset, cause, sector);
                    }
                }
                self.pass_on(i, from, step.level);
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
        Some(self.assets[asset as usize].own.min(self.term(asset)))
    }

    /// The level that the need allows.
    #[inline]
    fn term(&mut self, asset: u32) -> u32 {
        let supply = self.assets[asset as usize].supply;
        if supply >= ONE {
            return ONE;
        }
        let battery = self.rows[asset as usize].battery;
        if battery == NEVER {
            return supply;
        }
        if self.batteries[battery as usize].mode == Mode::Idle {
            self.recharge(battery);
            self.batteries[battery as usize].mode = Mode::Armed;
            self.note_battery(asset, battery);
        }
        let battery = &self.batteries[battery as usize];
        if battery.mode != Mode::Spent && battery.left > 0 { ONE } else { supply }
    }

    fn note_battery(&mut self, asset: u32, battery: u32) {
        let battery = &mut self.batteries[battery as usize];
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
            let seconds =
                self.capacity.at(self.draws.uniform(Layer::Parameters, key, Purpose::Capacity, 0));
            battery.capacity = (u64::from(seconds) * FULL).max(1);
            battery.left = if seconds == 0 { 0 } else { battery.capacity };
        } else if battery.left < battery.capacity {
            battery.left = (battery.left + idle * FULL).min(battery.capacity);
        }
    }

    /// The term that holds an asset at `level`: the present cause while it binds, else damage, else the need.
    fn binding(&mut self, asset: u32, level: u32) -> (u32, u16) {
        let present = self.blames[asset as usize].cause;
        let damaged = self.assets[asset as usize].own <= level;
        let needs_first = present < DAMAGE && self.term(asset) == level;
        if damaged && !needs_first { (DAMAGE, NO_SECTOR) } else { self.fallen_provider(asset) }
    }

    /// Of the providers below full level, the one that fell last (ties: the first).
    fn fallen_provider(&self, asset: u32) -> (u32, u16) {
        let (from, to) = (self.rows[asset as usize].link, self.rows[asset as usize + 1].link);
        let mut best = (from, 0, false);
        for link in from..to {
            let provider = self.links[link as usize] as usize;
            let (down, fell) = (self.assets[provider].level < ONE, self.blames[provider].fell);
            if (down, fell) > (best.2, best.1) {
                best = (link, fell, down);
            }
        }
        (best.0, self.rows[self.links[best.0 as usize] as usize].sector)
    }

    fn descent(&self, asset: u32, cause: u32) -> (u32, u16) {
        if cause == DAMAGE {
            return (asset, 0);
        }
        let blame = &self.blames[self.links[cause as usize] as usize];
        if blame.cause == NO_CAUSE { (asset, 0) } else { (blame.root, blame.generation.saturating_add(1)) }
    }

    fn recheck_cause(&mut self, asset: u32) {
        let (cause, sector) = self.binding(asset, self.assets[asset as usize].level);
        let present = self.blames[asset as usize].cause;
        if cause == present || (cause < DAMAGE && present < DAMAGE) {
            return;
        }
        self.note_change(asset);
        self.flush(asset);
        self.set_cause(asset, cause, sector);
    }

    fn set_cause(&mut self, asset: u32, cause: u32, sector: u16) {
        let (root, generation) = self.descent(asset, cause);
        let blame = &mut self.blames[asset as usize];
        (blame.cause, blame.root, blame.generation, blame.sector) = (cause, root, generation, sector);
    }

    #[inline]
    fn note_change(&mut self, asset: u32) {
        let state = &mut self.assets[asset as usize];
        if state.flags & CHANGED == 0 {
            state.flags |= CHANGED;
            let Blame { cause, root, fell, generation, sector, .. } = self.blames[asset as usize];
            self.changes.push(Change { asset, level: state.level, cause, root, fell, generation, sector });
        }
    }

    #[inline]
    fn pass_on(&mut self, i: usize, from: u32, to: u32) {
        for k in self.rows[i].consumer..self.rows[i + 1].consumer {
            let consumer = self.consumers[k as usize];
            let state = &mut self.assets[consumer as usize];
            let before = state.supply;
            let after = before + to - from;
            state.supply = after;
            if before.min(ONE) != after.min(ONE) {
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

    /// Books the loss up to now under the present cause.
    #[inline]
    fn flush(&mut self, asset: u32) {
        let i = asset as usize;
        let blame = &mut self.blames[i];
        let elapsed = self.now - std::mem::replace(&mut blame.since, self.now);
        let level = self.assets[i].level;
        if elapsed == 0 || level == ONE {
            return;
        }
        let lost = u64::from(ONE - level) * u64::from(elapsed);
        blame.lost += lost;
        let provider = usize::from(blame.sector).min(self.sectors);
        let root = blame.root as usize;
        self.induced[provider * self.sectors + usize::from(self.rows[i].sector)] += lost;
        self.blames[root].caused += lost;
    }

    fn commit(&mut self) {
        for k in 0..self.changes.len() {
            self.finish_change(k);
        }
        self.changes.clear();
        while let Some(asset) = self.dirty_batteries.pop() {
            self.commit_battery(asset);
        }
        for k in 0..self.start_checks.len() {
            self.check_start(self.start_checks[k]);
        }
        self.start_checks.clear();
        while self.dirty_groups != 0 {
            let group = self.dirty_groups.trailing_zeros();
            self.dirty_groups &= self.dirty_groups - 1;
            let (time, sum) = (SimTime(self.now), self.sums[group as usize]);
            self.steps.push(Step { time, group: GroupId(group), sum });
        }
    }

    #[inline]
    fn finish_change(&mut self, k: usize) {
        let change = self.changes[k];
        let i = change.asset as usize;
        let state = &mut self.assets[i];
        state.flags &= !CHANGED;
        let (from, to) = (change.level, state.level);
        let blame = &mut self.blames[i];
        if from == to {
            if blame.fell != change.fell {
                (blame.cause, blame.root, blame.fell) = (change.cause, change.root, change.fell);
                (blame.generation, blame.sector) = (change.generation, change.sector);
            }
            return;
        }
        if to < from {
            state.flags |= FELL;
            if to < self.failed_below {
                if state.flags & EVER_FAILED == 0 {
                    blame.first_failed = self.now;
                    let generation = u32::from(blame.generation);
                    self.failed += 1;
                    self.direct += u32::from(generation == 0);
                    self.generations = self.generations.max(generation);
                }
                state.flags |= FAILED | EVER_FAILED;
            }
            if to == 0 && state.flags & RESTARTS != 0 {
                state.flags |= OUT;
                self.list_start_check(change.asset);
            }
        } else if to >= self.failed_below {
            state.flags &= !FAILED;
        }
        let group = usize::from(self.rows[i].group);
        self.sums[group] = self.sums[group] + u64::from(to) - u64::from(from);
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
                *battery =
                    Battery { since: now, mode: Mode::Idle, due: NEVER, supply: ONE, ..*battery };
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
        let i = asset as usize;
        let state = &mut self.assets[i];
        state.flags &= !START_CHECK;
        if state.flags & OUT == 0 {
            return;
        }
        let able = state.own > 0 && self.term(asset) > 0;
        let timers = &mut self.timers[i];
        if able && timers.restart == NEVER {
            let count = u32::from(timers.restarts);
            let u = self.draws.uniform(Layer::Response, self.keys[i], Purpose::Restart, count);
            timers.restart = self.now.saturating_add(self.restart.at(u));
            self.calendar.push(timers.restart, Kind::Restart, asset);
        } else if !able {
            timers.restart = NEVER;
        }
    }

    /// Books what is lost up to the horizon, fills the record and puts back what was touched.
    fn close(&mut self, record: &mut Record) {
        self.now = self.horizon;
        for word in 0..self.touched.len() {
            let mut bits = self.touched[word];
            while bits != 0 {
                self.flush(word as u32 * 64 + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
        for word in 0..self.touched.len() {
            let mut bits = std::mem::take(&mut self.touched[word]);
            while bits != 0 {
                self.put_back(word as u32 * 64 + bits.trailing_zeros(), record);
                bits &= bits - 1;
            }
        }
        for k in 0..self.failing.len() {
            self.timers[self.failing[k] as usize].failures = 0;
        }
        std::mem::swap(&mut self.steps, &mut record.steps);
        record.initial.extend_from_slice(&self.initial);
        record.induced.extend_from_slice(&self.induced);
        self.induced.fill(0);
        record.events = self.events;
        record.repairs = self.repairs;
        record.failed = self.failed;
        record.direct = self.direct;
        record.generations = self.generations;
    }

    fn put_back(&mut self, asset: u32, record: &mut Record) {
        let i = asset as usize;
        let (node, blame) = (NodeId(asset), std::mem::replace(&mut self.blames[i], Blame::CLEAR));
        if self.assets[i].flags & FELL != 0 {
            let first_failed = SimTime(blame.first_failed);
            record.affected.push(Affected { node, lost: blame.lost, first_failed });
        }
        if blame.caused > 0 {
            record.roots.push(RootLoss { node, lost: blame.caused });
        }
        self.assets[i] = self.pristine(asset);
        self.timers[i] = Timers::CLEAR;
        if let Some(battery) = self.batteries.get_mut(self.rows[i].battery as usize) {
            *battery = Battery::CLEAR;
        }
    }
}

/// What is fixed about asset `i`.
fn lay_row(model: &Model, i: usize, battery_keys: &mut Vec<Key>) -> Row {
    let Some(node) = model.nodes.get(i) else {
        let (link, consumer) = (model.links.len() as u32, model.supplies.len() as u32);
        return Row { link, consumer, battery: NEVER, sector: NO_SECTOR, group: 0, restarts: false };
    };
    let needs: Vec<NeedId> = model.needs_of(NodeId::new(i)).collect();
    assert!(needs.len() <= 1 && node.initial == Level::ONE && node.failed_below == model.nodes[0].failed_below);
    let mut battery = NEVER;
    for id in needs {
        let need = &model.needs[id.index()];
        assert!(need.required == 1 && need.criticality == Level::ONE && need.role == Role::Both);
        assert!(need.response.is_none() && need.black_start == 0);
        for link in model.links_of(id) {
            assert!(link.weight == 1 && link.delay.is_none());
            assert!(link.provider.index() < i, "no circles, so no lock-outs");
        }
        if let Some(reserve) = need.reserve.some() {
            let reserve = &model.reserves[reserve.index()];
            let stage = &model.stages[reserve.first_stage as usize];
            assert!(reserve.stages == 1 && stage.recharge.is_none() && stage.cover == Cover::AtLeast(Level::ONE));
            assert!(stage.start_probability >= 1.0 && stage.start_delay.is_none() && stage.failure.is_none());
            battery = battery_keys.len() as u32;
            battery_keys.push(need.key.with(Key::of(&stage.name)));
        }
    }
    let need = model.need_start[i] as usize;
    Row {
        link: model.link_start[need],
        consumer: model.supply_start[i],
        battery,
        sector: node.sector.0,
        group: model.memberships_of(NodeId::new(i))[0].group.0 as u8,
        restarts: !node.restart.is_none(),
    }
}
