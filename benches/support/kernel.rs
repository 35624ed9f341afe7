//! The yardstick: the measured work written by hand for that work alone.
//!
//! No ECS, no subsystems, no trace: one array and one loop. It knows assets with at most one any-of need of
//! weight 1, a battery of one stage that always starts, one distribution of restart times, random failures,
//! and repairs of one stage without crews. Levels are held in millionths as in the engine, draws are the same
//! keyed draws, and the record is the engine's, field by field: `tests/kernel.rs` holds that.
//!
//! What it does because it knows the work: everything about an asset lies in two cache lines, fixed and
//! changing together; after a replication only the assets that were touched are put back; draws that reach past
//! the horizon for certain need no logarithm; and where the assets do not fit the caches, it reads what the
//! next events will need before it handles the first of them.

use super::asset::*;
use super::calendar::{Calendar, Kind};
use super::draws::{Duration, Failing};
use linchpin_model::{
    Affected, DistId, Distribution, Draws, GroupId, Layer, Model, NeedId, NodeId, Purpose, Record, RootLoss,
    Seeds, SimTime, Step,
};

/// From so many assets on it pays to read ahead.
const FAR: usize = 50_000;

/// An asset about to change.
#[derive(Clone, Copy)]
struct Move {
    asset: u32,
    from: u32,
    level: u32,
    blame: Blame,
}

/// What an asset was before the instant.
#[derive(Clone, Copy)]
struct Change {
    asset: u32,
    level: u32,
    blame: Blame,
}

/// One model, run over and over.
pub struct Kernel {
    horizon: u32,
    sectors: usize,
    failed_below: u32,
    damaged: u32,
    /// Providers of each link.
    links: Vec<u32>,
    consumers: Vec<u32>,
    failing: Failing,
    initial: Vec<u64>,
    time_to_failure: Duration,
    repair: Duration,
    restart: Duration,
    capacity: Duration,

    now: u32,
    draws: Draws,
    calendar: Calendar,
    assets: Vec<Asset>,
    /// A bit for each touched asset, and for each that is below full level.
    touched: Vec<u64>,
    down: Vec<u64>,
    sums: Vec<u64>,
    dirty_groups: u64,
    record: Record,

    /// One event makes the instant: all levels go one way, and nothing comes to nothing.
    alone: bool,
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
        assert!(model.sectors.len() < 255 && model.groups.len() <= 64);
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
        let owner = |need: NeedId| model.needs[need.index()].owner.0;
        Self {
            horizon,
            sectors: model.sectors.len(),
            failed_below: model.nodes[0].failed_below.0,
            damaged: state.level.0,
            links: model.links.iter().map(|link| link.provider.0).collect(),
            consumers: model.supplies.iter().map(|supply| owner(supply.need)).collect(),
            failing: Failing::new(model),
            initial: model.groups.iter().map(|group| group.total_weight * FULL).collect(),
            time_to_failure: only(vec![model.failures[0].time_to_failure]),
            repair: only(vec![state.repair]),
            restart: only(model.nodes.iter().map(|node| node.restart).collect()),
            capacity: only(model.stages.iter().map(|stage| stage.capacity).collect()),
            now: 0,
            draws: Seeds::new(0).replication(0),
            calendar: Calendar::new(horizon, n / 4, if n < FAR { 3 } else { 8 }),
            assets: (0..n).map(|i| Asset::new(model, NodeId::new(i))).collect(),
            touched: vec![0; n.div_ceil(64)],
            down: vec![0; n.div_ceil(64)],
            sums: Vec::new(),
            dirty_groups: 0,
            record: Record::default(),
            alone: true,
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
        self.draws = draws;
        self.sums.clone_from(&self.initial);
        record.clear(replication);
        record.initial.extend_from_slice(&self.initial);
        record.induced.resize((self.sectors + 1) * self.sectors, 0);
        std::mem::swap(&mut self.record, record);
        self.calendar.clear();
        self.failing.draw(&draws, &self.time_to_failure, |asset, due| {
            self.calendar.push(due, Kind::Fail, asset);
        });
        while self.calendar.open() {
            if self.assets.len() >= FAR {
                self.read_ahead();
            }
            self.alone = true;
            while let Some((time, kind, asset)) = self.calendar.pop() {
                self.now = time;
                self.record.events += 1;
                self.handle(kind, asset);
                if self.calendar.next_time() == Some(time) {
                    self.alone = false;
                    continue;
                }
                if !self.round.is_empty() {
                    self.fall();
                    if !self.rising.is_empty() {
                        self.rise();
                    }
                    self.commit();
                }
                self.alone = true;
            }
        }
        self.close();
        std::mem::swap(&mut self.record, record);
    }

    /// Reads what the events of the open bucket will need, so that the misses overlap: one after the other they
    /// would be most of the time.
    fn read_ahead(&mut self) {
        let mut read = 0;
        for asset in self.calendar.coming() {
            let asset = &self.assets[asset as usize];
            read ^= asset.flags ^ asset.consumers[0];
        }
        for asset in self.calendar.coming() {
            let [first, last] = self.assets[asset as usize].consumers;
            for consumer in &self.consumers[first as usize..last as usize] {
                let asset = &self.assets[*consumer as usize];
                read ^= asset.flags ^ asset.consumers[0];
            }
        }
        std::hint::black_box(read);
    }

    #[inline]
    fn handle(&mut self, kind: Kind, id: u32) {
        let (now, asset) = (self.now, &mut self.assets[id as usize]);
        match kind {
            Kind::Fail => {
                asset.own = self.damaged;
                let count = u32::from(asset.failures);
                asset.failures += 1;
                let u = self.draws.uniform(Layer::Response, asset.key, Purpose::RepairStage, count);
                self.calendar.push(now.saturating_add(self.repair.at(u)), Kind::Repaired, id);
            }
            Kind::Repaired => {
                asset.own = ONE;
                self.record.repairs += 1;
                let count = u32::from(asset.failures);
                let u = self.draws.uniform(Layer::Threat, asset.key, Purpose::TimeToFailure, count);
                self.calendar.push(now.saturating_add(self.time_to_failure.at(u)), Kind::Fail, id);
            }
            Kind::Battery => {
                if asset.battery_queued == now {
                    asset.battery_queued = NEVER;
                }
                if asset.battery_due != now {
                    // It turned out to last longer.
                    self.queue_battery(id);
                    return;
                }
                asset.left = 0;
                asset.battery_since = now;
                asset.battery_due = NEVER;
                asset.mode = Mode::Spent;
                if asset.flags & OUT == 0 && asset.supply >= asset.level {
                    return;
                }
            }
            Kind::Restart => {
                if asset.restart != now {
                    return;
                }
                asset.restart = NEVER;
                asset.restarts += 1;
                asset.flags &= !OUT;
                self.list_start_check(id);
            }
        }
        self.list(id);
    }

    #[inline]
    fn list(&mut self, id: u32) {
        let flags = &mut self.assets[id as usize].flags;
        if *flags & TOUCHED == 0 {
            self.touched[id as usize / 64] |= 1 << (id % 64);
        }
        if *flags & QUEUED == 0 {
            self.round.push(id);
        }
        *flags |= TOUCHED | QUEUED;
    }

    fn fall(&mut self) {
        while let [first, others @ ..] = &self.round[..] {
            if others.is_empty() {
                let id = *first;
                self.round.clear();
                if let Some(step) = self.falling(id) {
                    self.apply(step);
                    self.pass_on(step);
                }
                continue;
            }
            for k in 0..self.round.len() {
                if let Some(step) = self.falling(self.round[k]) {
                    self.moves.push(step);
                }
            }
            self.round.clear();
            self.apply_moves();
        }
    }

    /// What an asset falls to; one that does not fall is listed for the second pass, or its cause looked at.
    #[inline]
    fn falling(&mut self, id: u32) -> Option<Move> {
        let level = self.target(id)?;
        let from = self.assets[id as usize].level;
        if level < from {
            let blame = self.blame(id, self.binding(id, level), self.now);
            return Some(Move { asset: id, from, level, blame });
        }
        if level > from {
            self.list_rising(id);
            return None;
        }
        self.another_cause(id)
    }

    fn rise(&mut self) {
        while let [first, others @ ..] = &self.rising[..] {
            if others.is_empty() {
                let id = *first;
                self.rising.clear();
                if let Some(step) = self.rises(id) {
                    self.apply(step);
                    self.pass_on(step);
                }
            } else {
                for k in 0..self.rising.len() {
                    if let Some(step) = self.rises(self.rising[k]) {
                        self.moves.push(step);
                    }
                }
                self.rising.clear();
                self.apply_moves();
            }
            while let Some(id) = self.round.pop() {
                self.assets[id as usize].flags &= !QUEUED;
                self.list_rising(id);
            }
        }
    }

    /// What an asset rises to.
    #[inline]
    fn rises(&mut self, id: u32) -> Option<Move> {
        self.assets[id as usize].flags &= !RISING;
        let level = self.target(id)?;
        let Asset { level: from, blame: present, .. } = self.assets[id as usize];
        if level == from {
            return self.another_cause(id);
        }
        let mut blame = Blame { fell: present.fell, ..Blame::CLEAR };
        if level < ONE {
            let cause = self.binding(id, level);
            blame = if cause == present.cause { present } else { self.blame(id, cause, present.fell) };
        }
        Some(Move { asset: id, from, level, blame })
    }

    #[inline]
    fn list_rising(&mut self, id: u32) {
        let flags = &mut self.assets[id as usize].flags;
        if *flags & RISING == 0 {
            *flags |= RISING;
            self.rising.push(id);
        }
    }

    /// The level that damage and need allow; none while out of service.
    #[inline]
    fn target(&mut self, id: u32) -> Option<u32> {
        let asset = &mut self.assets[id as usize];
        asset.flags &= !QUEUED;
        if asset.flags & OUT != 0 {
            self.list_start_check(id);
            return None;
        }
        Some(asset.own.min(asset.term()))
    }

    /// What has recharged while the need was met; the capacity is drawn on first use.
    fn recharge(&mut self, id: u32) {
        let asset = &mut self.assets[id as usize];
        let idle = self.now - std::mem::replace(&mut asset.battery_since, self.now);
        if asset.flags & DRAWN == 0 {
            asset.flags |= DRAWN;
            let u = self.draws.uniform(Layer::Parameters, asset.battery_key, Purpose::Capacity, 0);
            asset.capacity = self.capacity.at(u);
            asset.left = u64::from(asset.capacity) * FULL;
        } else {
            asset.left = (asset.left + u64::from(idle) * FULL).min(u64::from(asset.capacity) * FULL);
        }
    }

    /// The term that holds an asset at `level`: the present cause while it binds, else damage, else the need.
    #[inline]
    fn binding(&self, id: u32, level: u32) -> u32 {
        let asset = &self.assets[id as usize];
        if asset.own > level || (asset.blame.cause < DAMAGE && asset.term() == level) {
            self.fallen_provider(id)
        } else {
            DAMAGE
        }
    }

    /// Of the links to providers below full level, that to the one that fell last (ties: the first).
    fn fallen_provider(&self, id: u32) -> u32 {
        let [from, to] = self.assets[id as usize].links;
        let mut best = (from, 0, false);
        for (link, provider) in (from..).zip(&self.links[from as usize..to as usize]) {
            let Asset { level, blame: Blame { fell, .. }, .. } = self.assets[*provider as usize];
            if (level < ONE, fell) > (best.2, best.1) {
                best = (link, fell, level < ONE);
            }
        }
        best.0
    }

    /// What a cause means: root and generation are the provider's at this moment. `fell` is the caller's.
    #[inline]
    fn blame(&self, id: u32, cause: u32, fell: u32) -> Blame {
        if cause == DAMAGE {
            return Blame { cause, root: id, fell, ..Blame::CLEAR };
        }
        let Asset { blame, sector, .. } = &self.assets[self.links[cause as usize] as usize];
        let (root, generation) =
            if blame.cause == NO_CAUSE { (id, 0) } else { (blame.root, blame.generation.saturating_add(1)) };
        Blame { cause, root, fell, generation, sector: *sector }
    }

    /// An asset whose level stays may be held down by something else from now on.
    #[inline]
    fn another_cause(&self, id: u32) -> Option<Move> {
        let Asset { level, blame: Blame { cause: present, fell, .. }, .. } = self.assets[id as usize];
        if level == ONE {
            return None;
        }
        let cause = self.binding(id, level);
        (cause != present && (cause == DAMAGE || present == DAMAGE)).then(|| Move {
            asset: id,
            from: level,
            level,
            blame: self.blame(id, cause, fell),
        })
    }

    fn apply_moves(&mut self) {
        for k in 0..self.moves.len() {
            self.apply(self.moves[k]);
        }
        for k in 0..self.moves.len() {
            self.pass_on(self.moves[k]);
        }
        self.moves.clear();
    }

    #[inline]
    fn apply(&mut self, Move { asset: id, from, level, mut blame }: Move) {
        if !self.alone {
            self.note_change(id);
        }
        self.book(id);
        let asset = &mut self.assets[id as usize];
        asset.level = level;
        let (word, bit) = (id as usize / 64, 1 << (id % 64));
        if level == ONE {
            self.down[word] &= !bit;
        } else {
            self.down[word] |= bit;
            if level < from
                && asset.blame.fell == self.now
                && asset.blame.cause != NO_CAUSE
                && blame.cause < DAMAGE
            {
                // It falls further: what made it fall first stays the cause.
                blame = asset.blame;
            }
        }
        self.assets[id as usize].blame = blame;
        if self.alone && level != from {
            self.finish(id, from, level);
        }
    }

    /// Notes what an asset was before the instant.
    #[inline]
    fn note_change(&mut self, id: u32) {
        let asset = &mut self.assets[id as usize];
        if asset.flags & CHANGED == 0 {
            asset.flags |= CHANGED;
            self.changes.push(Change { asset: id, level: asset.level, blame: asset.blame });
        }
    }

    /// Books the loss up to now under the present cause.
    #[inline]
    fn book(&mut self, id: u32) {
        let asset = &mut self.assets[id as usize];
        let elapsed = self.now - std::mem::replace(&mut asset.since, self.now);
        let lost = u64::from(ONE - asset.level) * u64::from(elapsed);
        if lost > 0 {
            asset.lost += lost;
            let (provider, root) = (usize::from(asset.blame.sector).min(self.sectors), asset.blame.root);
            self.record.induced[provider * self.sectors + usize::from(asset.sector)] += lost;
            self.assets[root as usize].caused += lost;
        }
    }

    /// Tells the consumers, and lists those who can be moved by it.
    #[inline]
    fn pass_on(&mut self, Move { asset: id, from, level: to, .. }: Move) {
        if from == to {
            return;
        }
        let [first, last] = self.assets[id as usize].consumers;
        for k in first..last {
            let id = self.consumers[k as usize];
            let asset = &mut self.assets[id as usize];
            if asset.flags & TOUCHED == 0 {
                asset.flags |= TOUCHED;
                self.touched[id as usize / 64] |= 1 << (id % 64);
            }
            let before = asset.supply;
            let after = before + to - from;
            if before >= ONE && after >= ONE {
                asset.supply = after;
                continue;
            }
            let old = asset.term();
            asset.supply = after;
            if asset.flags & BUFFERED != 0 {
                self.touch_battery(id);
            }
            let asset = &self.assets[id as usize];
            let new = asset.term();
            let matters = if new < old { new < asset.level } else { new > old && old <= asset.level };
            if matters || asset.flags & OUT != 0 {
                self.list(id);
            }
        }
    }

    /// The supply of a need with a battery changed; where it was met until now, the battery takes over.
    #[inline]
    fn touch_battery(&mut self, id: u32) {
        let asset = &mut self.assets[id as usize];
        if asset.flags & DIRTY == 0 {
            asset.flags |= DIRTY;
            self.dirty_batteries.push(id);
        }
        if asset.mode == Mode::Idle {
            asset.mode = Mode::Armed;
            self.recharge(id);
        }
    }

    fn commit(&mut self) {
        for k in 0..self.changes.len() {
            let change = self.changes[k];
            let asset = &mut self.assets[change.asset as usize];
            asset.flags &= !CHANGED;
            let level = asset.level;
            if level != change.level {
                self.finish(change.asset, change.level, level);
            } else if asset.blame.fell != change.blame.fell {
                // It fell and came back within the instant: it has not failed.
                asset.blame = change.blame;
            }
        }
        self.changes.clear();
        while let Some(id) = self.dirty_batteries.pop() {
            self.commit_battery(id);
        }
        while let Some(id) = self.start_checks.pop() {
            self.check_start(id);
        }
        while self.dirty_groups != 0 {
            let group = self.dirty_groups.trailing_zeros();
            self.dirty_groups &= self.dirty_groups - 1;
            let (time, sum) = (SimTime(self.now), self.sums[group as usize]);
            self.record.steps.push(Step { time, group: GroupId(group), sum });
        }
    }

    /// Makes final what happened to an asset at this instant.
    #[inline]
    fn finish(&mut self, id: u32, from: u32, to: u32) {
        let asset = &mut self.assets[id as usize];
        let group = asset.group;
        if to < from {
            asset.flags |= FELL;
            if to < self.failed_below && asset.flags & EVER_FAILED == 0 {
                asset.flags |= EVER_FAILED;
                asset.first_failed = self.now;
                let generation = u32::from(asset.blame.generation);
                self.record.failed += 1;
                self.record.direct += u32::from(generation == 0);
                self.record.generations = self.record.generations.max(generation);
            }
            if to == 0 && asset.flags & RESTARTS != 0 {
                asset.flags |= OUT;
                self.list_start_check(id);
            }
        }
        let sum = &mut self.sums[usize::from(group)];
        *sum = *sum + u64::from(to) - u64::from(from);
        self.dirty_groups |= 1 << group;
    }

    /// Makes final what happened to a battery at this instant.
    fn commit_battery(&mut self, id: u32) {
        let (now, asset) = (self.now, &mut self.assets[id as usize]);
        asset.flags &= !DIRTY;
        let supply = asset.supply.min(ONE);
        if asset.mode == Mode::Running {
            let drained = u64::from(ONE - asset.battery_supply) * u64::from(now - asset.battery_since);
            asset.left = asset.left.saturating_sub(drained);
            asset.battery_since = now;
        }
        asset.battery_supply = supply;
        if supply == ONE {
            if asset.mode != Mode::Idle {
                asset.mode = Mode::Idle;
                asset.battery_since = now;
                asset.battery_due = NEVER;
            }
            return;
        }
        if asset.mode == Mode::Armed {
            asset.mode = if asset.left > 0 { Mode::Running } else { Mode::Spent };
        }
        if asset.mode == Mode::Running {
            let lasts = asset.left.div_ceil(u64::from(ONE - supply));
            asset.battery_due = u32::try_from(lasts).map_or(NEVER, |lasts| now.saturating_add(lasts));
            self.queue_battery(id);
        }
    }

    /// Sees to it that the calendar has the battery no later than it is due.
    #[inline]
    fn queue_battery(&mut self, id: u32) {
        let asset = &mut self.assets[id as usize];
        if asset.battery_due < asset.battery_queued {
            asset.battery_queued = asset.battery_due;
            self.calendar.push(asset.battery_due, Kind::Battery, id);
        }
    }

    #[inline]
    fn list_start_check(&mut self, id: u32) {
        let flags = &mut self.assets[id as usize].flags;
        if *flags & START_CHECK == 0 {
            *flags |= START_CHECK;
            self.start_checks.push(id);
        }
    }

    fn check_start(&mut self, id: u32) {
        let asset = &mut self.assets[id as usize];
        asset.flags &= !START_CHECK;
        if asset.flags & OUT == 0 {
            if asset.level > 0 {
                return;
            }
            // Its restart was complete in the very second in which something else failed: it never came back.
            asset.flags |= OUT;
        }
        let able = asset.own > 0 && asset.term() > 0;
        if able && asset.restart == NEVER {
            let count = u32::from(asset.restarts);
            let u = self.draws.uniform(Layer::Response, asset.key, Purpose::Restart, count);
            asset.restart = self.now.saturating_add(self.restart.at(u));
            self.calendar.push(asset.restart, Kind::Restart, id);
        } else if !able {
            asset.restart = NEVER;
        }
    }

    /// Books what is lost up to the horizon, completes the record and puts back what was touched.
    fn close(&mut self) {
        self.now = self.horizon;
        for word in 0..self.down.len() {
            let mut bits = std::mem::take(&mut self.down[word]);
            while bits != 0 {
                self.book(word as u32 * 64 + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
        for (word, touched) in self.touched.iter_mut().enumerate() {
            let mut bits = std::mem::take(touched);
            while bits != 0 {
                let id = word as u32 * 64 + bits.trailing_zeros();
                bits &= bits - 1;
                let (node, asset) = (NodeId(id), &mut self.assets[id as usize]);
                if asset.flags & FELL != 0 {
                    let first_failed = SimTime(asset.first_failed);
                    self.record.affected.push(Affected { node, lost: asset.lost, first_failed });
                }
                if asset.caused > 0 {
                    self.record.roots.push(RootLoss { node, lost: asset.caused });
                }
                asset.put_back();
            }
        }
    }
}
