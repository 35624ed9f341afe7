//! The calendar of the cyber subsystem.
//!
//! As the calendars of [`crate::agenda`], but made for millions of entries of which many fall into the same
//! second: buckets hold chains of cache lines, and what comes into the bucket that is open goes to a heap.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

const NIL: u32 = u32::MAX;
const ROOM: usize = 7;
/// Most buckets.
const BUCKETS: u32 = 1 << 20;

/// Up to seven keys of a bucket.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Block {
    keys: [u64; ROOM],
    held: u32,
    next: u32,
}

/// A queue of (time, id), earliest first, ties by id. Entries at or after the horizon are dropped.
#[derive(Debug)]
pub(crate) struct Queue {
    /// Newest block of each bucket.
    heads: Vec<u32>,
    /// A bit for each bucket that holds entries.
    occupied: Vec<u64>,
    blocks: Vec<Block>,
    /// First free block.
    free: u32,
    /// Entries of the bucket whose time it is, latest first.
    current: Vec<u64>,
    /// Entries that came into it since it was opened.
    late: BinaryHeap<Reverse<u64>>,
    /// Entries in all.
    held: usize,
    /// Number of buckets that have been opened.
    opened: u32,
    shift: u32,
    horizon: u32,
}

impl Clone for Queue {
    fn clone(&self) -> Self {
        Self {
            heads: self.heads.clone(),
            occupied: self.occupied.clone(),
            blocks: self.blocks.clone(),
            current: self.current.clone(),
            late: self.late.clone(),
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
                self.heads[bucket] = source.heads[bucket];
            }
        }
        self.blocks.clone_from(&source.blocks);
        self.current.clone_from(&source.current);
        self.late.clone_from(&source.late);
        (self.free, self.held, self.opened) = (source.free, source.held, source.opened);
        (self.shift, self.horizon) = (source.shift, source.horizon);
    }
}

impl Queue {
    /// A queue up to `horizon`, in buckets as fine as `expected` entries deserve; 0: it drops everything.
    pub(crate) fn new(horizon: u32, expected: usize) -> Self {
        let horizon = if expected == 0 { 0 } else { horizon };
        let wanted = expected.clamp(64, BUCKETS as usize) as u32;
        let shift = (0..32).find(|shift| (horizon >> shift) < wanted).unwrap_or(31);
        let buckets = if expected == 0 { 0 } else { (horizon >> shift) as usize + 1 };
        Self {
            heads: vec![NIL; buckets],
            occupied: vec![0; buckets.div_ceil(64)],
            blocks: Vec::new(),
            free: NIL,
            current: Vec::new(),
            late: BinaryHeap::new(),
            held: 0,
            opened: 0,
            shift,
            horizon,
        }
    }

    /// Adds an entry; one at or after the horizon is dropped.
    #[inline]
    pub(crate) fn push(&mut self, time: u32, id: u32) {
        if time >= self.horizon {
            return;
        }
        let key = u64::from(time) << 32 | u64::from(id);
        let at = time >> self.shift;
        self.held += 1;
        if at < self.opened {
            self.late.push(Reverse(key));
            return;
        }
        let head = self.heads[at as usize];
        if let Some(block) = self.blocks.get_mut(head as usize)
            && (block.held as usize) < ROOM
        {
            block.keys[block.held as usize] = key;
            block.held += 1;
            return;
        }
        self.occupied[at as usize / 64] |= 1 << (at % 64);
        self.heads[at as usize] = self.new_block(key, head);
    }

    fn new_block(&mut self, key: u64, next: u32) -> u32 {
        let mut block = Block { keys: [0; ROOM], held: 1, next };
        block.keys[0] = key;
        let at = self.free;
        if let Some(slot) = self.blocks.get_mut(at as usize) {
            self.free = slot.next;
            *slot = block;
            return at;
        }
        self.blocks.push(block);
        self.blocks.len() as u32 - 1
    }

    /// Time of the earliest entry; `u32::MAX` where there is none.
    #[inline(always)]
    pub(crate) fn next_time(&mut self) -> u32 {
        if self.held == 0 { u32::MAX } else { self.earliest() }
    }

    fn earliest(&mut self) -> u32 {
        if self.current.is_empty() && self.late.is_empty() {
            self.open_next_bucket();
        }
        let first = self.current.last().copied().unwrap_or(u64::MAX);
        let late = self.late.peek().map_or(u64::MAX, |key| key.0);
        (first.min(late) >> 32) as u32
    }

    /// Takes the id of the earliest entry, if it is due at `time`.
    #[inline]
    pub(crate) fn pop_at(&mut self, time: u32) -> Option<u32> {
        if self.next_time() != time {
            return None;
        }
        self.held -= 1;
        let late = self.late.peek().map_or(u64::MAX, |key| key.0);
        let key = match self.current.last() {
            Some(first) if *first <= late => self.current.pop(),
            _ => self.late.pop().map(|key| key.0),
        };
        key.map(|key| key as u32)
    }

    fn open_next_bucket(&mut self) {
        let mut word = self.opened as usize / 64;
        let mut bits = self.occupied.get(word).map_or(0, |bits| bits & u64::MAX << (self.opened % 64));
        while bits == 0 {
            word += 1;
            match self.occupied.get(word) {
                Some(next) => bits = *next,
                None => return,
            }
        }
        let at = word * 64 + bits.trailing_zeros() as usize;
        self.occupied[word] &= !(1 << (at % 64));
        self.opened = at as u32 + 1;
        let mut next = std::mem::replace(&mut self.heads[at], NIL);
        while let Some(block) = self.blocks.get_mut(next as usize) {
            self.current.extend_from_slice(&block.keys[..block.held as usize]);
            let after = std::mem::replace(&mut block.next, self.free);
            self.free = std::mem::replace(&mut next, after);
        }
        self.current.sort_unstable_by(|a, b| b.cmp(a));
    }
}

#[cfg(test)]
mod tests {
    use super::Queue;
    use std::collections::BTreeSet;

    /// Against the plainest queue there is, with entries pushed while others are taken, also for the present.
    #[test]
    fn entries_come_in_order_whatever_the_bucket_width() {
        for (horizon, expected) in [(1000, 1), (1000, 5000), (1_209_600, 100), (1, 1), (u32::MAX - 1, 9)] {
            let empty = Queue::new(horizon, expected);
            let mut queue = empty.clone();
            for round in 0..3 {
                let mut plain = BTreeSet::new();
                let mut state = 12345_u32 + round;
                let mut random = |below: u32| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    ((u64::from(state) * u64::from(below)) >> 32) as u32
                };
                for id in 0..500 {
                    let time = random(horizon);
                    queue.push(time, id);
                    plain.insert((time, id));
                }
                let mut id = 500;
                loop {
                    let now = queue.next_time();
                    assert_eq!(now, plain.first().map_or(u32::MAX, |(time, _)| *time));
                    if now == u32::MAX || (round == 1 && id > 600) {
                        break;
                    }
                    while let Some(got) = queue.pop_at(now) {
                        assert_eq!(plain.pop_first(), Some((now, got)));
                        if id < 700 {
                            let time = now + random((horizon - now).min(id % 3 * 40 + 1));
                            queue.push(time, id);
                            plain.insert((time, id));
                            id += 1;
                        }
                    }
                    queue.push(horizon, 9); // at the horizon: dropped
                }
                queue.clone_from(&empty);
                assert_eq!(queue.next_time(), u32::MAX);
            }
        }
    }

    #[test]
    fn a_queue_of_nothing_holds_nothing() {
        let mut queue = Queue::new(1000, 0);
        queue.push(0, 0);
        assert_eq!((queue.next_time(), queue.pop_at(0), queue.heads.len()), (u32::MAX, None, 0));
    }
}
