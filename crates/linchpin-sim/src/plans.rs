//! What is done when something is observed, and everything that somebody has set in motion until then.

#![allow(dead_code, reason = "campaigns and malware call it")]

use crate::agenda::Kind;
use crate::engine::Engine;
use crate::state::in_place;
use crate::warning::Attack;
use linchpin_model::{CampaignId, DistId, Key, Layer, Purpose};

/// Something that will be done at its time.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Order {
    /// A warning gets to everybody who takes part.
    Warn { warning: u32, attack: Attack },
    /// A campaign is ascribed to somebody.
    Ascribe(CampaignId),
}

in_place! {
    /// How the plans stand.
    #[derive(Debug)]
    pub(crate) struct Plans {
        /// All orders of the replication, in the order in which they were given.
        pub(crate) orders: Vec<Order>,
    }
}

impl Plans {
    pub(crate) fn new() -> Self {
        Self { orders: Vec::new() }
    }
}

impl Engine<'_> {
    /// Has something done so many seconds from now.
    pub(crate) fn order(&mut self, delay: u32, order: Order) {
        let row = self.plans.orders.len() as u32;
        self.plans.orders.push(order);
        self.agenda.condition.push(self.now.saturating_add(delay), Kind::Order, row);
    }

    /// The time of an order has come.
    pub(crate) fn order_due(&mut self, row: u32) {
        match self.plans.orders[row as usize] {
            Order::Warn { warning, attack } => self.warn(warning, attack),
            Order::Ascribe(campaign) => self.ascribe(campaign),
        }
    }

    /// A drawn time in seconds; 0 where there is none to be drawn.
    pub(crate) fn draw_wait(&self, key: Key, purpose: Purpose, count: u32, dist: DistId) -> u32 {
        dist.some().map_or(0, |dist| self.draw(Layer::Response, key, purpose, count, dist))
    }
}
