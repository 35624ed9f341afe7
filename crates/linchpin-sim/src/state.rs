//! What changes during a replication: two hot components a node, and resources for the rest.

use crate::agenda::Agenda;
use crate::beginning::Commons;
use crate::campaign::Campaigns;
use crate::cyber::Cyber;
use crate::observation::Views;
use crate::plan::{Hazard, Plan, Special};
use crate::plans::Plans;
pub(crate) use crate::rows::{Row, Rows, Touched};
use crate::warning::Notices;
use bevy_ecs::prelude::{Component, Resource};
use linchpin_model::{Draws, Level, NeedId, NodeId, Record, Sharing};
use std::sync::Arc;

/// Declares a struct whose `clone_from` goes field by field, so that restoring a state reuses its buffers.
macro_rules! in_place {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$fmeta:meta])* $fvis:vis $field:ident: $ty:ty,)* }) => {
        $(#[$meta])*
        $vis struct $name { $($(#[$fmeta])* $fvis $field: $ty,)* }

        impl Clone for $name {
            fn clone(&self) -> Self {
                Self { $($field: self.$field.clone(),)* }
            }

            #[inline]
            fn clone_from(&mut self, source: &Self) {
                $(self.$field.clone_from(&source.$field);)*
            }
        }
    };
}
pub(crate) use in_place;

mod jobs;
mod threats;

pub(crate) use jobs::{Job, JobState, Response, Work};
pub(crate) use threats::{ActiveEffect, Control, Threats};

/// Level one, in millionths.
pub(crate) const ONE: u32 = Level::SCALE;
/// "Not scheduled".
pub(crate) const NEVER: u32 = u32::MAX;

/// Bits of [`Status::flags`].
pub(crate) mod flag {
    /// In the work list.
    pub(crate) const QUEUED: u32 = 1;
    /// In the list of what changed at this instant.
    pub(crate) const CHANGED: u32 = 1 << 1;
    /// Out of service: has been at 0 and has not restarted.
    pub(crate) const OUT: u32 = 1 << 2;
    /// Below `failed_below`.
    pub(crate) const FAILED: u32 = 1 << 3;
    /// Was once below `failed_below`.
    pub(crate) const EVER_FAILED: u32 = 1 << 4;
    /// Was once below full level.
    pub(crate) const FELL: u32 = 1 << 5;
    /// In the list of those that wait for the second pass.
    pub(crate) const RISING: u32 = 1 << 6;
    /// In the list of those whose start has to be looked at.
    pub(crate) const START_CHECK: u32 = 1 << 7;
    /// Remote control is lost.
    pub(crate) const UNCONTROLLED: u32 = 1 << 8;
    /// Damaged.
    pub(crate) const DAMAGED: u32 = 1 << 9;
    /// Not as in the beginning.
    pub(crate) const TOUCHED: u32 = 1 << 10;

    /// Needs a restart after it was at 0 (fixed).
    pub(crate) const RESTARTS: u32 = 1 << 16;
    /// The response waits for its level (fixed).
    pub(crate) const WATCHED: u32 = 1 << 17;
    /// Terms multiply (fixed).
    pub(crate) const PRODUCT: u32 = 1 << 18;
    /// Member of a network (fixed).
    pub(crate) const MESHED: u32 = 1 << 19;
    /// Member of a sharing group (fixed).
    pub(crate) const SHARES: u32 = 1 << 20;
    /// An asset or pool, whose loss counts (fixed).
    pub(crate) const COUNTED: u32 = 1 << 21;
    /// Supplies over delayed links (fixed).
    pub(crate) const DELAYED: u32 = 1 << 22;
    /// Nothing can hold it down itself (fixed).
    pub(crate) const INVULNERABLE: u32 = 1 << 23;
    /// Its fall may raise another node at the same instant, or its rise lower one (fixed).
    pub(crate) const CAN_TURN: u32 = 1 << 24;
    /// Plans look at whether it has failed (fixed).
    pub(crate) const OBSERVED: u32 = 1 << 25;
    /// Events have no direct effect on it (a what-if).
    pub(crate) const SHIELDED: u32 = 1 << 26;
    /// How it stands in the beginning has to be looked up: not at full level (fixed), or part of a what-if.
    pub(crate) const UNLIKE: u32 = 1 << 27;
    /// All that is fixed, but for what-ifs.
    pub(crate) const FIXED: u32 = u32::MAX << 16;
}

/// A node: how it stands, and what every change of it needs to know. One cache line.
#[derive(Component, Clone, Copy, PartialEq, Debug)]
#[repr(C, align(64))]
pub(crate) struct Node {
    /// Present level.
    pub(crate) level: u32,
    /// Lowest ceiling.
    pub(crate) own: u32,
    /// Lowest term of its needs.
    pub(crate) low: u32,
    /// Since when level and cause are what they are.
    pub(crate) since: u32,
    /// See [`flag`].
    pub(crate) flags: u32,
    /// Fixed, as all from `need` on.
    pub(crate) failed_below: u32,
    pub(crate) blame: Blame,
    /// First of its needs.
    pub(crate) need: u32,
    /// First of its consumers in `Plan::out`, those over delayed links apart; `u32::MAX`: none.
    pub(crate) out: u32,
    /// See [`HotMembership::of`](crate::plan::HotMembership::of).
    pub(crate) membership: u32,
    /// `u16::MAX`: so many or more.
    pub(crate) needs: u16,
    pub(crate) sector: u16,
}

/// A need: its supply, what it allows its owner, and what is fixed about it. Half a cache line.
#[derive(Clone, Copy, PartialEq, Debug)]
#[repr(C, align(32))]
pub(crate) struct HotNeed {
    /// Sum of weight times level of the providers.
    pub(crate) supply: u64,
    /// Sum from which on it is met.
    pub(crate) full: u64,
    /// What it allows its owner.
    pub(crate) term: u32,
    pub(crate) owner: u32,
    pub(crate) criticality: u32,
    /// Index into [`Plan::specials`] plus one; 0: a plain need for running and starting. With
    /// [`HotNeed::TOUCHED`] where it is not as in the beginning, and what it is told of the special without looking.
    special: u32,
}

impl HotNeed {
    const TOUCHED: u32 = 1 << 31;
    const SIMPLE: u32 = 1 << 30;
    const REFILLS: u32 = 1 << 29;
    const BOOKED: u32 = 1 << 28;
    const IDLE: u32 = 1 << 27;
    const LATE: u32 = 1 << 26;
    const SPECIAL: u32 = Self::LATE - 1;

    /// Index into [`Plan::specials`] plus one; 0: a plain need for running and starting.
    #[inline(always)]
    pub(crate) fn special(&self) -> u32 {
        self.special & Self::SPECIAL
    }

    /// Whether the special is [`simple`](crate::plan::Special::simple).
    #[inline(always)]
    pub(crate) fn is_simple(&self) -> bool {
        self.special & Self::SIMPLE != 0
    }

    /// Whether the special refills stages of another.
    #[inline(always)]
    pub(crate) fn refills(&self) -> bool {
        self.special & Self::REFILLS != 0
    }

    /// Whether there is something to be booked about its special at the end of an instant in which its supply changed.
    #[inline(always)]
    pub(crate) fn is_booked(&self) -> bool {
        self.special & Self::BOOKED != 0
    }

    /// Whether it takes nothing away from its owner while that runs, whatever its supply.
    #[inline(always)]
    pub(crate) fn is_idle(&self) -> bool {
        self.special & Self::IDLE != 0
    }

    /// Whether any of its links is delayed.
    #[inline(always)]
    pub(crate) fn is_late(&self) -> bool {
        self.special & Self::LATE != 0
    }

    /// True the first time since the beginning.
    #[inline(always)]
    pub(crate) fn touch(&mut self) -> bool {
        let first = self.special & Self::TOUCHED == 0;
        self.special |= Self::TOUCHED;
        first
    }

    /// Whether all is the same, touched or not.
    pub(crate) fn stands_as(&self, other: &Self) -> bool {
        Self { special: self.special(), ..*self } == Self { special: other.special(), ..*other }
    }

    /// `min(1, supply / required)`, in millionths.
    #[inline(always)]
    pub(crate) fn share(&self) -> u32 {
        if self.supply >= self.full {
            ONE
        } else if self.full == u64::from(ONE) {
            self.supply as u32
        } else {
            let units = self.full / u64::from(ONE);
            // Demand that surges may be no whole number of units.
            if units * u64::from(ONE) == self.full {
                (self.supply / units) as u32
            } else {
                (u128::from(self.supply) * u128::from(ONE) / u128::from(self.full)) as u32
            }
        }
    }
}

/// Why a node is below full level.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Blame {
    /// Lost service until `since`, in millionths times seconds.
    pub(crate) lost: u64,
    /// Packed: see [`Blame::NO_CAUSE`], [`Blame::CEILING`]; else a link id.
    pub(crate) cause: u32,
    /// Where it began.
    pub(crate) root: u32,
    /// When it last fell.
    pub(crate) fell: u32,
    /// 0 where a ceiling did it, else one more than the provider's.
    pub(crate) generation: u16,
    /// Sector of the provider; `u16::MAX` where it began at the node itself.
    pub(crate) sector: u16,
}

impl Blame {
    /// Nothing: full level.
    pub(crate) const NO_CAUSE: u32 = u32::MAX;
    /// Added to the number of the ceiling's kind.
    pub(crate) const CEILING: u32 = 1 << 31;

    pub(crate) const CLEAR: Self = Self {
        lost: 0,
        cause: Self::NO_CAUSE,
        root: NodeId::NONE.0,
        fell: 0,
        generation: 0,
        sector: u16::MAX,
    };
}

/// The tables all worlds of one model share.
#[derive(Resource, Clone)]
pub(crate) struct Shared(pub(crate) Arc<Plan>);

/// Where the replication stands.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    pub(crate) now: u32,
    pub(crate) draws: Draws,
    pub(crate) threat: bool,
    pub(crate) trace: bool,
    /// Whether failures and recoveries are noted.
    pub(crate) switches: bool,
    /// Passes in the present second.
    pub(crate) passes: u32,
    pub(crate) events: u64,
    pub(crate) done: bool,
    /// The driver asks for nothing from this time on.
    pub(crate) limit: u32,
}

/// A change at this instant: what to go back to if it comes to nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) node: u32,
    pub(crate) level: u32,
    pub(crate) blame: Blame,
}

/// How a need with autonomy, black start or a curve stands, and what is fixed about it as long as all is simple. One
/// cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct SpecialState {
    /// Of the first stage.
    pub(crate) charge: Charge,
    /// Supply since `since`.
    pub(crate) supply: u32,
    pub(crate) since: u32,
    /// When the shortage began.
    pub(crate) onset: u32,
    /// When the stage is spent, ready or broken.
    pub(crate) due: u32,
    /// The earliest entry on the agenda that is not past.
    pub(crate) queued: u32,
    /// When the running stage breaks.
    pub(crate) breaks: u32,
    /// Share of the drain that resupply makes good.
    pub(crate) refill: u32,
    /// Until when it may go without the need; 0: available, `NEVER`: used up.
    pub(crate) black_start: u32,
    pub(crate) outages: u16,
    pub(crate) stage: u8,
    pub(crate) mode: Mode,
    pub(crate) dirty: bool,
    /// Not as in the beginning.
    pub(crate) touched: bool,

    // Fixed: see [`Special`].
    pub(crate) simple: bool,
    pub(crate) need: u32,
    pub(crate) first_stage: u32,
}

/// What the autonomy of a need is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Mode {
    /// The need is met; stages recharge.
    Idle,
    /// The need went unmet at this instant; the stage would run.
    Armed,
    /// The stage is not ready yet.
    Waiting,
    /// The stage runs.
    Running,
    /// All stages are spent.
    Spent,
}

/// Charge of an autonomy stage in millionths times seconds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Charge {
    pub(crate) capacity: u64,
    pub(crate) left: u64,
}

impl Charge {
    /// Its capacity is drawn on first use.
    pub(crate) const NOT_DRAWN: Self = Self { capacity: u64::MAX, left: u64::MAX };

    /// Full with what lasts so many seconds.
    pub(crate) fn full(seconds: u32) -> Self {
        let capacity = u64::from(seconds) * u64::from(ONE);
        Self { capacity, left: capacity }
    }

    /// After so many seconds of recharging at the rate at which it drains without any supply.
    pub(crate) fn after(self, seconds: u32) -> Self {
        Self { left: (self.left + u64::from(seconds) * u64::from(ONE)).min(self.capacity), ..self }
    }
}

/// Restart of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Restart {
    pub(crate) due: u32,
    pub(crate) count: u32,
}

/// A level on its way over a delayed link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parcel {
    pub(crate) level: u32,
    /// Where what its provider suffered began, and how many steps ago.
    pub(crate) root: u32,
    pub(crate) generation: u16,
    pub(crate) time: u32,
    pub(crate) next: u32,
}

/// A delayed link: its delay (`NEVER`: not drawn yet), what it delivers, and what is on the way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delay {
    pub(crate) delay: u32,
    pub(crate) delivered: u32,
    /// Root and generation of what was delivered.
    pub(crate) root: u32,
    pub(crate) generation: u16,
    pub(crate) first: u32,
    pub(crate) last: u32,
}

/// A member of a sharing group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    /// Its own load, fixed-point.
    pub(crate) load: i64,
    /// Tripped until then; 0: not tripped.
    pub(crate) latched: u32,
}

in_place! {
    /// Mutable state of the cascade.
    #[derive(Debug)]
    pub(crate) struct Flow {
        pub(crate) needs: Rows<HotNeed>,
        /// Ceilings, row-major by node, one column an active kind; empty where one kind alone is active (then
        /// `Node::own` says it all).
        pub(crate) ceilings: Vec<u32>,
        pub(crate) specials: Rows<SpecialState>,
        /// Of the stages after the first ones.
        pub(crate) charges: Rows<Charge>,
        pub(crate) restarts: Vec<Restart>,
        pub(crate) commons: Commons,
        pub(crate) delays: Vec<Delay>,
        pub(crate) parcels: Vec<Parcel>,
        pub(crate) free_parcel: u32,
        pub(crate) members: Vec<Member>,
        /// The member of each network and sharing group that fell last, as a trigger for the others.
        pub(crate) network_trigger: Vec<u32>,
        pub(crate) sharing_trigger: Vec<u32>,
        /// Networks and sharing groups that have to be looked at again.
        pub(crate) networks_due: Vec<u32>,
        pub(crate) sharings_due: Vec<u32>,

        /// True where the present instant is one event that moves all levels one way: see
        /// [`flag::CAN_TURN`].
        pub(crate) one_way: bool,

        // Work lists, empty between instants.
        pub(crate) closing: Vec<u32>,
        pub(crate) round: Vec<u32>,
        pub(crate) next: Vec<u32>,
        pub(crate) rising: Vec<u32>,
        pub(crate) moves: Vec<Move>,
        pub(crate) changes: Vec<Change>,
        pub(crate) start_checks: Vec<u32>,
        /// Nodes whose first failure is to be counted when the instant is over.
        pub(crate) first_failures: Vec<u32>,
        pub(crate) dirty_specials: Vec<u32>,
        pub(crate) stack: Vec<u32>,
        pub(crate) reached: Vec<bool>,
        pub(crate) conducts: Vec<bool>,
    }
}

/// A node about to change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    pub(crate) node: u32,
    pub(crate) from: u32,
    pub(crate) level: u32,
    pub(crate) cause: u32,
    pub(crate) root: u32,
    pub(crate) generation: u16,
    pub(crate) sector: u16,
}

/// How a node that can be damaged stands. Half a cache line.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(32))]
pub(crate) struct Damage {
    /// Fixed.
    pub(crate) hazard: Hazard,
    /// When its unattended repair is done.
    pub(crate) repaired: u32,
    /// When it fails at random.
    pub(crate) fails: u32,
    /// Times it was damaged: count of its draws.
    pub(crate) count: u32,
    /// Times it failed at random.
    pub(crate) failures: u32,
}

in_place! {
    /// Mutable state of condition: a row for each node that can be damaged.
    #[derive(Debug)]
    pub(crate) struct Condition {
        pub(crate) damages: Vec<Damage>,
    }
}

/// What is told of a node at the end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tally {
    /// Lost service of all nodes that began at this one; 0 between replications.
    pub(crate) caused: u64,
    /// Valid where [`flag::EVER_FAILED`] is set.
    pub(crate) first_failed: u32,
}

in_place! {
    /// What is being noted down.
    #[derive(Debug)]
    pub(crate) struct Observer {
        pub(crate) record: Record,
        pub(crate) sums: Vec<u64>,
        /// Groups whose sum changed at this instant.
        pub(crate) dirty: Touched,
        pub(crate) tallies: Scratch<Tally>,
        /// Nodes at which anything lost began.
        pub(crate) roots: Touched,
    }
}

in_place! {
    /// All that changes apart from the components.
    #[derive(Debug, Resource)]
    pub(crate) struct State {
        pub(crate) clock: Clock,
        /// Of the nodes.
        pub(crate) touched: Touched,
        pub(crate) agenda: Agenda,
        pub(crate) flow: Flow,
        pub(crate) condition: Condition,
        pub(crate) threats: Threats,
        pub(crate) campaigns: Campaigns,
        pub(crate) cyber: Cyber,
        pub(crate) response: Response,
        pub(crate) notices: Notices,
        pub(crate) views: Views,
        pub(crate) plans: Plans,
        pub(crate) observer: Observer,
    }
}

in_place! {
    /// A replication at some moment: everything needed to go on from there. Reset, snapshot and restore
    /// are this one thing.
    #[derive(Debug)]
    pub(crate) struct Saved {
        pub(crate) nodes: Vec<Node>,
        pub(crate) state: State,
    }
}

/// A table whose entries are only read after they were written in the same replication, so that going back
/// to the start need not clear it. Empty in the pristine state.
#[derive(Debug)]
pub(crate) struct Scratch<T>(pub(crate) Vec<T>);

impl<T: Clone> Clone for Scratch<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }

    fn clone_from(&mut self, source: &Self) {
        if !source.0.is_empty() {
            self.0.clone_from(&source.0);
        }
    }
}

impl Row for Node {
    #[inline(always)]
    fn rest(&mut self) -> bool {
        let fixed = self.flags & flag::FIXED;
        let known = fixed & flag::UNLIKE == 0;
        if known {
            (self.level, self.own, self.low, self.since) = (ONE, ONE, ONE, 0);
            (self.flags, self.blame) = (fixed, Blame::CLEAR);
        }
        known
    }
}

impl Row for SpecialState {
    #[inline(always)]
    fn rest(&mut self) -> bool {
        *self = Self { simple: self.simple, need: self.need, first_stage: self.first_stage, ..Self::IDLE };
        true
    }
}

impl Row for HotNeed {}
impl Row for Charge {}

impl HotNeed {
    fn mark_special(plan: &Plan, need: NeedId) -> u32 {
        let bits = |on: bool, bit: u32| if on { bit } else { 0 };
        let links = plan.model.links_of(need);
        let late = bits(links.iter().any(|link| !link.delay.is_none()), Self::LATE);
        let special = plan.special_of(need);
        let fixed = special.checked_sub(1).map(|row| &plan.specials[row as usize]);
        fixed.map_or(late, |fixed| {
            let refills = fixed.refills != u32::MAX;
            let booked = refills || fixed.stages > 0 || fixed.black_start > 0;
            special
                | late
                | bits(fixed.simple, Self::SIMPLE)
                | bits(refills, Self::REFILLS)
                | bits(booked, Self::BOOKED)
                | bits(!fixed.role.is_for_running(), Self::IDLE)
        })
    }

    /// Need `i` with all providers at full level.
    pub(crate) fn new(plan: &Plan, i: usize) -> Self {
        let (model, need) = (&plan.model, NeedId::new(i));
        let fixed = &model.needs[i];
        Self {
            supply: model.links_of(need).iter().map(|link| u64::from(link.weight) * u64::from(ONE)).sum(),
            full: u64::from(fixed.required.max(1)) * u64::from(ONE),
            term: ONE,
            owner: fixed.owner.0,
            criticality: fixed.criticality.0,
            special: Self::mark_special(plan, need),
        }
    }
}

impl SpecialState {
    /// At rest, with its need met.
    pub(crate) fn new(fixed: &Special) -> Self {
        Self { simple: fixed.simple, need: fixed.need, first_stage: fixed.first_stage, ..Self::IDLE }
    }

    const IDLE: Self = Self {
        charge: Charge::NOT_DRAWN,
        supply: ONE,
        since: 0,
        onset: 0,
        due: NEVER,
        queued: NEVER,
        breaks: NEVER,
        refill: ONE,
        black_start: 0,
        outages: 0,
        stage: 0,
        mode: Mode::Idle,
        dirty: false,
        touched: false,
        simple: false,
        need: 0,
        first_stage: 0,
    };
}

impl Delay {
    pub(crate) const NEW: Self =
        Self { delay: NEVER, delivered: ONE, root: NodeId::NONE.0, generation: 0, first: NEVER, last: NEVER };
}

/// Fixed-point load of a drawn number.
pub(crate) fn load_units(load: f64) -> i64 {
    (load * Sharing::SCALE).round() as i64
}
