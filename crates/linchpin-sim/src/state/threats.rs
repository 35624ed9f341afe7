//! Mutable state of what events do.

use super::Rows;

/// A timed effect on a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ActiveEffect {
    pub(crate) node: u32,
    pub(crate) event: u32,
    pub(crate) effect: u16,
    /// Next step of a forcing.
    pub(crate) step: u16,
    pub(crate) level: u32,
    /// The kind of ceiling, or what else it acts on: [`ActiveEffect::CONTROL`] and others.
    pub(crate) slot: u8,
    pub(crate) ended: bool,
    /// When the event took place.
    pub(crate) began: u32,
    /// Next effect on the same node.
    pub(crate) next: u32,
}

impl ActiveEffect {
    pub(crate) const CONTROL: u8 = u8::MAX;
    /// May go above its initial level.
    pub(crate) const STANDBY: u8 = u8::MAX - 1;
    /// Times to detection are multiplied.
    pub(crate) const VIGILANCE: u8 = u8::MAX - 2;
    /// More crews.
    pub(crate) const CREWS: u8 = u8::MAX - 3;
    /// Work goes faster.
    pub(crate) const SPEED: u8 = u8::MAX - 4;
    /// The demand on a pool is multiplied.
    pub(crate) const SURGE: u8 = u8::MAX - 5;
    /// So many people need care of a pool.
    pub(crate) const CARE: u8 = u8::MAX - 6;
}

/// Nodes without remote control.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Control {
    /// How many.
    pub(crate) lost: u32,
    /// Since when.
    pub(crate) since: u32,
}

in_place! {
    /// Mutable state of the scripted events.
    #[derive(Debug)]
    pub(crate) struct Threats {
        pub(crate) effects: Vec<ActiveEffect>,
        /// First effect on each node; empty where the scenario has no timed effects.
        pub(crate) heads: Vec<u32>,
        pub(crate) race: Vec<(u64, u32)>,
        pub(crate) times: Vec<u32>,
        /// Which use of a plan is being carried out; 0 for everything else. Effects draw anew with each.
        pub(crate) turn: u32,
        /// The event that first held each node down; empty without events.
        pub(crate) strikers: Rows<u32>,
        pub(crate) control: Control,
        /// Whom the event of a what-if strikes, ascending.
        pub(crate) struck: Vec<u32>,
        /// Needs that it leaves without supply.
        pub(crate) cut: Vec<u32>,
        /// When these are supplied again.
        pub(crate) cut_until: u32,
    }
}
