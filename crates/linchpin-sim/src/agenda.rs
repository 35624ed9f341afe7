//! What is to come: one lazy calendar queue of packed keys a subsystem.

use crate::cyber::Queue;
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
    /// The time of an order has come: see `plans.rs`.
    Order,
    /// A campaign begins, or a step of one begins, ends or is noticed.
    Campaign,
}

/// By the four bits that a key has for it; the last ones are never met.
const KINDS: [Kind; 16] = [
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
    Kind::Order,
    Kind::Campaign,
    Kind::Campaign,
    Kind::Campaign,
    Kind::Campaign,
];

/// Ids have 28 bits: 268 million of a kind.
const ID_BITS: u32 = 28;
const NIL: u32 = u32::MAX;
/// Entries that a bucket holds itself: as many as fit a cache line.
const ROOM: usize = 7;
/// As many as most buckets hold.
const FEW: usize = 4;

#[inline]
pub(crate) fn unpack(key: u64) -> (Kind, u32) {
    (KINDS[(key >> ID_BITS) as usize & 15], key as u32 & ((1 << ID_BITS) - 1))
}

/// Entries of an interval of time, in the order of arrival.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Bucket {
    keys: [u64; ROOM],
    held: u32,
    /// First of those for which there was no room.
    more: u32,
}

const EMPTY: Bucket = Bucket { keys: [0; ROOM], held: 0, more: NIL };

/// A queue of (time, kind, id) in buckets of equal width over the horizon.
///
/// A bucket is sorted only when its time comes. Entries at or after the horizon are dropped. Nothing is ever
/// removed: an entry that no longer holds is recognised by its owner when it comes up, and costs only that.
#[derive(Debug)]
pub(crate) struct Calendar {
    buckets: Vec<Bucket>,
    /// A bit for each bucket that holds entries.
    occupied: Vec<u64>,
    /// Key and next of the entries for which their buckets had no room.
    overflow: Vec<(u64, u32)>,
    /// First free entry of these.
    free: u32,
    /// Entries of the bucket whose time it is, latest first.
    current: Vec<u64>,
    /// Entries in the buckets.
    waiting: u32,
    /// Number of buckets that have been opened.
    opened: u32,
    /// Number of buckets that have been looked at before their time.
    seen: u32,
    shift: u32,
    horizon: u32,
}

impl Clone for Calendar {
    fn clone(&self) -> Self {
        Self {
            buckets: self.buckets.clone(),
            occupied: self.occupied.clone(),
            overflow: self.overflow.clone(),
            current: self.current.clone(),
            ..*self
        }
    }

    /// Empties and fills only the buckets that hold anything on either side.
    fn clone_from(&mut self, source: &Self) {
        for (word, (here, there)) in self.occupied.iter_mut().zip(&source.occupied).enumerate() {
            let mut bits = *here | *there;
            *here = *there;
            while bits != 0 {
                let bucket = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                self.buckets[bucket] = source.buckets[bucket];
            }
        }
        self.overflow.clone_from(&source.overflow);
        self.current.clone_from(&source.current);
        (self.free, self.waiting, self.opened) = (source.free, source.waiting, source.opened);
        (self.seen, self.shift, self.horizon) = (source.seen, source.shift, source.horizon);
    }
}

impl Calendar {
    /// A queue up to `horizon` for about `expected` entries.
    pub(crate) fn new(horizon: u32, expected: usize) -> Self {
        let wanted = (expected / 4).clamp(8, 1 << 18) as u32;
        let shift = (0..32).find(|shift| (horizon >> shift) < wanted).unwrap_or(31);
        let buckets = (horizon >> shift) as usize + 1;
        Self {
            buckets: vec![EMPTY; buckets],
            occupied: vec![0; buckets.div_ceil(64)],
            overflow: Vec::new(),
            free: NIL,
            current: Vec::new(),
            waiting: 0,
            opened: 0,
            seen: 0,
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
        let at = time >> self.shift;
        if at < self.opened {
            self.insert(key);
            return;
        }
        self.waiting += 1;
        let bucket = &mut self.buckets[at as usize];
        self.occupied[at as usize / 64] |= 1 << (at % 64);
        if let Some(slot) = bucket.keys.get_mut(bucket.held as usize) {
            *slot = key;
            bucket.held += 1;
        } else {
            self.push_overflow(at, key);
        }
    }

    /// Puts an entry among those whose time it is.
    #[inline(never)]
    fn insert(&mut self, key: u64) {
        let at = self.current.partition_point(|other| *other > key);
        self.current.insert(at, key);
    }

    #[inline(never)]
    fn push_overflow(&mut self, bucket: u32, key: u64) {
        let more = &mut self.buckets[bucket as usize].more;
        let entry = (key, *more);
        if let Some(slot) = self.overflow.get_mut(self.free as usize) {
            *more = std::mem::replace(&mut self.free, slot.1);
            *slot = entry;
        } else {
            *more = self.overflow.len() as u32;
            self.overflow.push(entry);
        }
    }

    /// Time of the earliest entry; `u32::MAX` where there is none.
    #[inline(always)]
    pub(crate) fn next_time(&mut self) -> u32 {
        match self.time_at_hand() {
            Some(time) => time,
            None => self.open_next_bucket(),
        }
    }

    /// Time of the earliest entry, where its bucket is open.
    #[inline(always)]
    pub(crate) fn time_at_hand(&self) -> Option<u32> {
        self.current.last().map(|key| (key >> 32) as u32)
    }

    /// Whether nobody has looked at the open bucket before its time.
    pub(crate) fn is_unseen(&self) -> bool {
        self.opened > self.seen
    }

    /// The entries of the open bucket and the next ones, as many as there is room for: for those who want to know what is
    /// coming. What arrives in these buckets later is left out.
    pub(crate) fn look_ahead<'a>(&mut self, coming: &'a mut [u64]) -> &'a [u64] {
        let mut count = 0;
        let mut note = |keys: &[u64]| {
            for (slot, key) in coming[count..].iter_mut().zip(keys) {
                *slot = *key;
                count += 1;
            }
            count < coming.len()
        };
        let mut more = note(&self.current);
        let first = self.opened as usize / 64;
        let mut mask = u64::MAX << (self.opened % 64);
        self.seen = self.opened;
        for (word, bits) in (first..).zip(self.occupied.get(first..).unwrap_or_default()) {
            let mut bits = bits & std::mem::replace(&mut mask, u64::MAX);
            while bits != 0 && more {
                let at = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let bucket = &self.buckets[at];
                more = note(&bucket.keys[..bucket.held as usize]);
                self.seen = at as u32 + 1;
            }
            if !more {
                break;
            }
        }
        &coming[..count]
    }

    /// Takes the earliest entry if it is due at `time`.
    #[inline]
    pub(crate) fn pop_at(&mut self, time: u32) -> Option<(Kind, u32)> {
        if self.next_time() == time { self.pop() } else { None }
    }

    /// Takes the earliest entry, where [`Self::next_time`] has found one.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<(Kind, u32)> {
        self.current.pop().map(unpack)
    }

    /// Opens the next bucket that holds entries; the time of its first, `u32::MAX` where there is none.
    #[inline(never)]
    pub(crate) fn open_next_bucket(&mut self) -> u32 {
        if self.waiting == 0 {
            return u32::MAX;
        }
        let mut word = self.opened as usize / 64;
        let mut bits = self.occupied.get(word).map_or(0, |bits| bits & u64::MAX << (self.opened % 64));
        while bits == 0 {
            word += 1;
            match self.occupied.get(word) {
                Some(next) => bits = *next,
                None => return u32::MAX,
            }
        }
        let at = word * 64 + bits.trailing_zeros() as usize;
        self.occupied[word] &= !(1 << (at % 64));
        self.opened = at as u32 + 1;
        let bucket = &mut self.buckets[at];
        let held = std::mem::take(&mut bucket.held) as usize;
        if held <= FEW {
            self.current.extend_from_slice(&in_order(&bucket.keys, held));
            self.current.truncate(held);
            self.waiting -= held as u32;
            return self.time_at_hand().unwrap_or(u32::MAX);
        }
        self.current.extend_from_slice(&bucket.keys[..held]);
        let mut more = std::mem::replace(&mut bucket.more, NIL);
        while let Some(entry) = self.overflow.get_mut(more as usize) {
            self.current.push(entry.0);
            let next = std::mem::replace(&mut entry.1, self.free);
            self.free = std::mem::replace(&mut more, next);
        }
        self.waiting -= self.current.len() as u32;
        self.current.sort_unstable_by(|a, b| b.cmp(a));
        self.time_at_hand().unwrap_or(u32::MAX)
    }
}

/// The first `held` of these keys, latest first, then zeros. What comes before what nobody can foresee: a network of
/// comparisons has no branches.
#[inline]
fn in_order(keys: &[u64; ROOM], held: usize) -> [u64; FEW] {
    let mut few: [u64; FEW] = std::array::from_fn(|i| if i < held { keys[i] } else { 0 });
    for (a, b) in [(0, 1), (2, 3), (0, 2), (1, 3), (1, 2)] {
        (few[a], few[b]) = (few[a].max(few[b]), few[a].min(few[b]));
    }
    few
}

in_place! {
    /// The queues of all subsystems and what has to be done now.
    #[derive(Debug)]
    pub(crate) struct Agenda {
        /// Scripted events and timed effects.
        pub(crate) threat: Calendar,
        /// Repair jobs, spares and orders.
        pub(crate) condition: Calendar,
        /// Levels, reserves, restarts, random failures, unattended repairs.
        pub(crate) cascade: Calendar,
        /// Malware.
        pub(crate) cyber: Queue,
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
