//! What is to come: one lazy calendar queue of packed keys a subsystem.

use crate::state::in_place;

/// What an entry of a queue is about. At one instant, entries are handled in this order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Kind {
    /// A node fails at random.
    Fail,
    /// The unattended repair of a node is done.
    Repaired,
    /// A change of level arrives over a delayed link.
    Arrival,
    /// A stage of a reserve is spent, ready or broken.
    Reserve,
    /// A black start may no longer go without its need.
    BlackStartEnd,
    /// A restart is complete.
    Restart,
    /// A tripped member of a sharing group may carry again.
    Reset,
    /// A scripted event.
    Event,
    /// A timed effect ends or a forcing takes its next step.
    Effect,
    /// A stage of a repair job is done.
    Job,
    /// A spare part is back in stock.
    Spare,
}

const KINDS: [Kind; 11] = [
    Kind::Fail,
    Kind::Repaired,
    Kind::Arrival,
    Kind::Reserve,
    Kind::BlackStartEnd,
    Kind::Restart,
    Kind::Reset,
    Kind::Event,
    Kind::Effect,
    Kind::Job,
    Kind::Spare,
];

/// Ids have 28 bits: 268 million of a kind.
const ID_BITS: u32 = 28;
const NIL: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Entry {
    key: u64,
    next: u32,
}

in_place! {
    /// A queue of (time, kind, id) in buckets of equal width over the horizon.
    ///
    /// A bucket is a list in the order of arrival and is sorted only when its time comes. Entries at or after
    /// the horizon are dropped. Nothing is ever removed: an entry that no longer holds is recognised by its
    /// owner when it comes up, and costs only that.
    #[derive(Debug)]
    pub(crate) struct Calendar {
        /// First entry of each bucket.
        heads: Vec<u32>,
        /// A bit for each bucket that holds entries.
        occupied: Vec<u64>,
        entries: Vec<Entry>,
        /// First free entry.
        free: u32,
        /// Entries of the bucket whose time it is, latest first.
        current: Vec<u64>,
        cursor: u32,
        shift: u32,
        horizon: u32,
    }
}

impl Calendar {
    /// A queue up to `horizon` for about `expected` entries.
    pub(crate) fn new(horizon: u32, expected: usize) -> Self {
        let buckets = expected.next_power_of_two().clamp(16, 1 << 18) as u32;
        let shift = (0..32).find(|shift| (horizon >> shift) < buckets).unwrap_or(31);
        let used = (horizon >> shift) as usize + 1;
        Self {
            heads: vec![NIL; used],
            occupied: vec![0; used.div_ceil(64)],
            entries: Vec::new(),
            free: NIL,
            current: Vec::new(),
            cursor: 0,
            shift,
            horizon,
        }
    }

    /// Adds an entry; one at or after the horizon is dropped.
    #[inline]
    pub(crate) fn push(&mut self, time: u32, kind: Kind, id: u32) {
        if time >= self.horizon {
            return;
        }
        let key = u64::from(time) << 32 | u64::from(kind as u8) << ID_BITS | u64::from(id);
        let bucket = time >> self.shift;
        if bucket <= self.cursor {
            let at = self.current.partition_point(|other| *other > key);
            self.current.insert(at, key);
            return;
        }
        let head = &mut self.heads[bucket as usize];
        let entry = Entry { key, next: *head };
        if self.free == NIL {
            *head = self.entries.len() as u32;
            self.entries.push(entry);
        } else {
            let slot = &mut self.entries[self.free as usize];
            *head = self.free;
            self.free = slot.next;
            *slot = entry;
        }
        self.occupied[bucket as usize / 64] |= 1 << (bucket % 64);
    }

    /// Time of the earliest entry; `u32::MAX` where there is none.
    #[inline]
    pub(crate) fn next_time(&mut self) -> u32 {
        if self.current.is_empty() {
            self.open_next_bucket();
        }
        self.current.last().map_or(u32::MAX, |key| (key >> 32) as u32)
    }

    /// Takes the earliest entry if it is due at `time`.
    #[inline]
    pub(crate) fn pop_at(&mut self, time: u32) -> Option<(Kind, u32)> {
        if self.next_time() != time {
            return None;
        }
        let key = self.current.pop()?;
        Some((KINDS[(key >> ID_BITS) as usize & 15], key as u32 & ((1 << ID_BITS) - 1)))
    }

    fn open_next_bucket(&mut self) {
        let from = self.cursor as usize + 1;
        let mut word = from / 64;
        let Some(first) = self.occupied.get(word) else { return };
        let mut bits = first & (u64::MAX << (from % 64));
        while bits == 0 {
            word += 1;
            match self.occupied.get(word) {
                Some(next) => bits = *next,
                None => return,
            }
        }
        let bucket = word * 64 + bits.trailing_zeros() as usize;
        self.occupied[word] &= !(1 << (bucket % 64));
        self.cursor = bucket as u32;
        let mut at = std::mem::replace(&mut self.heads[bucket], NIL);
        while at != NIL {
            let entry = &mut self.entries[at as usize];
            self.current.push(entry.key);
            let next = std::mem::replace(&mut entry.next, self.free);
            self.free = at;
            at = next;
        }
        self.current.sort_unstable_by(|a, b| b.cmp(a));
    }
}

in_place! {
    /// The queues of all subsystems and what has to be done now.
    #[derive(Debug)]
    pub(crate) struct Agenda {
        /// Scripted events and timed effects.
        pub(crate) threat: Calendar,
        /// Repair jobs and spares.
        pub(crate) condition: Calendar,
        /// Levels, reserves, restarts, random failures, unattended repairs.
        pub(crate) cascade: Calendar,
        /// True where the response has to look at its jobs at the present time.
        pub(crate) wake_response: bool,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the plainest queue there is, with entries pushed while others are taken.
    #[test]
    fn entries_come_in_order_whatever_the_bucket_width() {
        for (horizon, expected) in [(1000, 1), (1000, 5000), (1_209_600, 100), (1, 1), (u32::MAX - 1, 10)] {
            let empty = Calendar::new(horizon, expected);
            let mut queue = empty.clone();
            for round in 0..3 {
                let mut plain = std::collections::BTreeSet::new();
                let mut state = 12345_u32 + round;
                let mut random = |below: u32| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    ((u64::from(state) * u64::from(below)) >> 32) as u32
                };
                for id in 0..200 {
                    let time = random(horizon);
                    queue.push(time, Kind::Restart, id);
                    plain.insert((time, Kind::Restart as u8, id));
                }
                let mut id = 200;
                loop {
                    let now = queue.next_time();
                    assert_eq!(now, plain.first().map_or(u32::MAX, |(time, ..)| *time));
                    if now == u32::MAX || (round == 1 && id > 250) {
                        break;
                    }
                    while let Some((kind, got)) = queue.pop_at(now) {
                        assert_eq!(plain.pop_first(), Some((now, kind as u8, got)));
                    }
                    if id < 300 {
                        let time = now + random(horizon - now);
                        queue.push(time, Kind::Fail, id);
                        plain.insert((time, Kind::Fail as u8, id));
                        id += 1;
                    }
                    queue.push(horizon, Kind::Fail, 9); // at the horizon: dropped
                }
                queue.clone_from(&empty);
                assert_eq!(queue.next_time(), u32::MAX);
            }
        }
    }
}
