//! The kernel's queue: a lazy calendar of packed keys.

/// What an entry is about. At one instant, entries come in this order.
#[derive(Clone, Copy)]
pub enum Kind {
    /// An asset fails.
    Fail,
    /// An asset is repaired.
    Repaired,
    /// A battery is spent.
    Battery,
    /// A restart is complete.
    Restart,
}

const KINDS: [Kind; 4] = [Kind::Fail, Kind::Repaired, Kind::Battery, Kind::Restart];
const ID_BITS: u32 = 28;
const NIL: u32 = u32::MAX;

/// Entries in buckets of equal width; a bucket is put in order only when its time comes.
pub struct Calendar {
    heads: Vec<u32>,
    /// A bit for each bucket that holds entries.
    occupied: Vec<u64>,
    /// Key and next entry.
    entries: Vec<(u64, u32)>,
    free: u32,
    /// The bucket whose time it is, latest first.
    current: Vec<u64>,
    cursor: u32,
    shift: u32,
    horizon: u32,
}

impl Calendar {
    /// A queue up to `horizon` for about `expected` entries in all.
    pub fn new(horizon: u32, expected: usize) -> Self {
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
    pub fn push(&mut self, time: u32, kind: Kind, id: u32) {
        if time >= self.horizon {
            return;
        }
        let key = u64::from(time) << 32 | (kind as u64) << ID_BITS | u64::from(id);
        let bucket = time >> self.shift;
        if bucket <= self.cursor {
            let at = self.current.iter().rposition(|other| *other > key).map_or(0, |at| at + 1);
            self.current.insert(at, key);
            return;
        }
        let head = &mut self.heads[bucket as usize];
        let entry = (key, *head);
        if self.free == NIL {
            *head = self.entries.len() as u32;
            self.entries.push(entry);
        } else {
            *head = self.free;
            let slot = &mut self.entries[self.free as usize];
            self.free = slot.1;
            *slot = entry;
        }
        self.occupied[bucket as usize / 64] |= 1 << (bucket % 64);
    }

    /// Time of the earliest entry. Where there is none the queue is as new.
    #[inline]
    pub fn next_time(&mut self) -> Option<u32> {
        if self.current.is_empty() && !self.open_next_bucket() {
            self.cursor = 0;
            self.entries.clear();
            self.free = NIL;
            return None;
        }
        self.current.last().map(|key| (key >> 32) as u32)
    }

    /// Takes the earliest entry if it is due at `time` and in the bucket that is open.
    #[inline]
    pub fn pop_at(&mut self, time: u32) -> Option<(Kind, u32)> {
        let key = self.current.pop_if(|key| (*key >> 32) as u32 == time)?;
        Some((KINDS[(key >> ID_BITS) as usize & 3], key as u32 & ((1 << ID_BITS) - 1)))
    }

    fn open_next_bucket(&mut self) -> bool {
        let from = self.cursor as usize + 1;
        let mut word = from / 64;
        let Some(first) = self.occupied.get(word) else { return false };
        let mut bits = first & (u64::MAX << (from % 64));
        while bits == 0 {
            word += 1;
            match self.occupied.get(word) {
                Some(next) => bits = *next,
                None => return false,
            }
        }
        let bucket = word * 64 + bits.trailing_zeros() as usize;
        self.occupied[word] &= !(1 << (bucket % 64));
        self.cursor = bucket as u32;
        let mut at = std::mem::replace(&mut self.heads[bucket], NIL);
        while at != NIL {
            let entry = &mut self.entries[at as usize];
            self.current.push(entry.0);
            let next = std::mem::replace(&mut entry.1, self.free);
            self.free = at;
            at = next;
        }
        if self.current.len() > 1 {
            self.current.sort_unstable_by(|a, b| b.cmp(a));
        }
        true
    }
}
