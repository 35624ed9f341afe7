//! What the kernel keeps about an asset.

use linchpin_model::{Cover, Key, Level, Model, NodeId, Role};

/// Level one, in millionths.
pub const ONE: u32 = Level::SCALE;
/// The same, for sums.
pub const FULL: u64 = ONE as u64;
/// "Not scheduled".
pub const NEVER: u32 = u32::MAX;
/// At full level. Other causes are links, by number.
pub const NO_CAUSE: u32 = u32::MAX;
/// The asset's own damage.
pub const DAMAGE: u32 = u32::MAX - 1;

/// In the work list.
pub const QUEUED: u32 = 1;
/// In the list of those that wait for the second pass.
pub const RISING: u32 = 1 << 1;
/// In the list of what changed at this instant.
pub const CHANGED: u32 = 1 << 2;
/// In the list of those whose start has to be looked at.
pub const START_CHECK: u32 = 1 << 3;
/// In the list of batteries whose need changed.
pub const DIRTY: u32 = 1 << 4;
/// Out of service: has been at 0 and has not restarted.
pub const OUT: u32 = 1 << 5;
/// Was once below the level at which it counts as failed.
pub const EVER_FAILED: u32 = 1 << 6;
/// Was once below full level.
pub const FELL: u32 = 1 << 7;
/// Has to be put back for the next replication.
pub const TOUCHED: u32 = 1 << 8;
/// The capacity of its battery has been drawn.
pub const DRAWN: u32 = 1 << 9;
/// Needs a restart after it was at 0 (fixed).
pub const RESTARTS: u32 = 1 << 16;
/// Has a battery (fixed).
pub const BUFFERED: u32 = 1 << 17;
/// From this bit on, the number of its providers (fixed).
const PROVIDERS: u32 = 24;

/// Why an asset is below full level.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Blame {
    pub cause: u32,
    pub root: u32,
    /// When it last fell.
    pub fell: u32,
    pub generation: u16,
    /// Sector of the provider; `u8::MAX` where the loss began at the asset itself.
    pub sector: u8,
}

impl Blame {
    /// Nothing.
    pub const CLEAR: Self = Self { cause: NO_CAUSE, root: NEVER, fell: 0, generation: 0, sector: u8::MAX };
}

/// What the battery is doing.
#[derive(Clone, Copy, PartialEq)]
pub enum Mode {
    /// The need is met: it recharges.
    Idle,
    /// The need went unmet at this instant.
    Armed,
    /// It drains.
    Running,
    /// It is empty.
    Spent,
}

/// Everything about an asset in two cache lines that lie side by side: what every change needs; then what is
/// fixed, and the battery.
#[derive(Clone, Copy)]
#[repr(C, align(128))]
pub struct Asset {
    pub level: u32,
    /// Level its own damage allows.
    pub own: u32,
    /// Sum of its providers' levels; full where it needs nothing.
    pub supply: u32,
    pub flags: u32,
    /// Lost service until `since`, in millionths times seconds.
    pub lost: u64,
    /// Loss of all assets that began at this one.
    pub caused: u64,
    pub blame: Blame,
    pub since: u32,
    pub first_failed: u32,
    /// When it restarts.
    pub restart: u32,
    pub restarts: u16,
    pub failures: u8,
    pub sector: u8,

    pub key: Key,
    pub battery_key: Key,
    pub links: [u32; 2],
    pub consumers: [u32; 2],
    /// Charge in millionths times seconds.
    pub left: u64,
    /// Seconds.
    pub capacity: u32,
    pub battery_since: u32,
    pub battery_due: u32,
    /// When the calendar has it, which is never later than it is due.
    pub battery_queued: u32,
    /// Supply of the need since `battery_since`.
    pub battery_supply: u32,
    pub mode: Mode,
    pub group: u8,
}

impl Asset {
    /// Lays out a node of a model.
    ///
    /// # Panics
    /// Where it is not of the kind that the kernel knows.
    pub fn new(model: &Model, id: NodeId) -> Self {
        let (i, node) = (id.index(), &model.nodes[id.index()]);
        assert!(node.initial == Level::ONE && node.failed_below == model.nodes[0].failed_below);
        let mut links = [0, 0];
        let mut battery_key = None;
        assert!(model.needs_of(id).count() <= 1);
        for need in model.needs_of(id) {
            links = [model.link_start[need.index()], model.link_start[need.index() + 1]];
            for link in model.links_of(need) {
                assert!(link.weight == 1 && link.delay.is_none());
                assert!(link.provider < id, "no circles, so no lock-outs");
            }
            battery_key = check_need(model, &model.needs[need.index()]);
        }
        let flags = if node.restart.is_none() { 0 } else { RESTARTS }
            | if battery_key.is_none() { 0 } else { BUFFERED }
            | (links[1] - links[0]) << PROVIDERS;
        let mut asset = Self {
            level: ONE,
            own: ONE,
            supply: ONE,
            flags: flags | DRAWN,
            lost: 0,
            caused: 0,
            blame: Blame::CLEAR,
            since: 0,
            first_failed: NEVER,
            restart: NEVER,
            restarts: 0,
            failures: 0,
            sector: node.sector.0 as u8,
            key: node.key,
            battery_key: battery_key.unwrap_or(Key(0)),
            links,
            consumers: [model.supply_start[i], model.supply_start[i + 1]],
            left: 0,
            capacity: 0,
            battery_since: 0,
            battery_due: NEVER,
            battery_queued: NEVER,
            battery_supply: ONE,
            mode: Mode::Idle,
            group: model.memberships_of(id)[0].group.0 as u8,
        };
        asset.put_back();
        asset
    }

    /// The level that the need allows.
    #[inline]
    pub fn term(&self) -> u32 {
        let covered = self.flags & BUFFERED != 0 && self.mode != Mode::Spent && self.left > 0;
        if self.supply >= ONE || covered { ONE } else { self.supply }
    }

    /// As before anything happened.
    #[inline]
    pub fn put_back(&mut self) {
        self.level = ONE;
        self.own = ONE;
        self.supply = (self.flags >> PROVIDERS).max(1) * ONE;
        self.lost = 0;
        self.caused = 0;
        self.blame = Blame::CLEAR;
        self.since = 0;
        self.first_failed = NEVER;
        self.restart = NEVER;
        self.restarts = 0;
        self.failures = 0;
        if self.flags & DRAWN != 0 {
            self.left = 0;
            self.battery_since = 0;
            self.battery_due = NEVER;
            self.battery_queued = NEVER;
            self.battery_supply = ONE;
            self.mode = Mode::Idle;
        }
        self.flags &= RESTARTS | BUFFERED | NEVER << PROVIDERS;
    }
}

/// Key of the battery's draws, where the need has one.
fn check_need(model: &Model, need: &linchpin_model::Need) -> Option<Key> {
    assert!(need.required == 1 && need.criticality == Level::ONE && need.role == Role::Both);
    assert!(need.response.is_none() && need.black_start == 0);
    let reserve = &model.reserves[need.reserve.some()?.index()];
    let stage = &model.stages[reserve.first_stage as usize];
    assert!(reserve.stages == 1 && stage.recharge.is_none() && stage.cover == Cover::AtLeast(Level::ONE));
    assert!(stage.start_probability >= 1.0 && stage.start_delay.is_none() && stage.failure.is_none());
    Some(need.key.with(Key::of(&stage.name)))
}
