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
const ID: u64 = (1 << ID_BITS) - 1;
const NIL: u32 = u32::MAX;
/// Entries a bucket holds itself.
const ROOM: usize = 7;
/// Entries most buckets hold.
const FEW: usize = 4;

/// One cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Bucket {
    keys: [u64; ROOM],
    held: u32,
    /// First of the entries for which there was no room.
    more: u32,
}

/// Entries in buckets of equal width; a bucket is put in order only when its time comes.
pub struct Calendar {
    buckets: Vec<Bucket>,
    /// Key and next.
    overflow: Vec<(u64, u32)>,
    /// The open bucket, latest first.
    current: Vec<u64>,
    /// Number of buckets opened.
    opened: u32,
    shift: u32,
    horizon: u32,
}

impl Calendar {
    /// A queue up to `horizon` for about `expected` entries in all, `per_bucket` in each bucket.
    pub fn new(horizon: u32, expected: usize, per_bucket: usize) -> Self {
        let wanted = (expected / per_bucket).clamp(8, 1 << 20) as u32;
        let shift = (0..32).find(|shift| horizon >> shift < wanted).unwrap_or(31);
        let empty = Bucket { keys: [0; ROOM], held: 0, more: NIL };
        Self {
            buckets: vec![empty; (horizon >> shift) as usize + 1],
            overflow: Vec::new(),
            current: Vec::new(),
            opened: 0,
            shift,
            horizon,
        }
    }

    /// Begins anew after all entries have been taken.
    pub fn clear(&mut self) {
        self.opened = 0;
        self.overflow.clear();
    }

    /// Adds an entry; one at or after the horizon is dropped.
    #[inline]
    pub fn push(&mut self, time: u32, kind: Kind, id: u32) {
        if time >= self.horizon {
            return;
        }
        let key = u64::from(time) << 32 | (kind as u64) << ID_BITS | u64::from(id);
        let at = time >> self.shift;
        if at < self.opened {
            let at = self.current.iter().rposition(|other| *other > key).map_or(0, |at| at + 1);
            self.current.insert(at, key);
            return;
        }
        let bucket = &mut self.buckets[at as usize];
        if let Some(slot) = bucket.keys.get_mut(bucket.held as usize) {
            *slot = key;
            bucket.held += 1;
        } else {
            self.overflow.push((key, bucket.more));
            bucket.more = self.overflow.len() as u32 - 1;
        }
    }

    /// Opens the next bucket that holds entries. False where there is none.
    #[inline]
    pub fn open(&mut self) -> bool {
        while let Some(bucket) = self.buckets.get_mut(self.opened as usize) {
            self.opened += 1;
            if bucket.held > 0 {
                let held = std::mem::take(&mut bucket.held) as usize;
                if held <= FEW {
                    self.current.extend_from_slice(&in_order(&bucket.keys, held));
                    self.current.truncate(held);
                    return true;
                }
                self.current.extend_from_slice(&bucket.keys[..held]);
                let mut more = std::mem::replace(&mut bucket.more, NIL);
                while let Some((key, next)) = self.overflow.get(more as usize) {
                    self.current.push(*key);
                    more = *next;
                }
                self.current.sort_unstable_by(|a, b| b.cmp(a));
                return true;
            }
        }
        false
    }

    /// Time of the earliest entry of the open bucket.
    #[inline]
    pub fn next_time(&self) -> Option<u32> {
        self.current.last().map(|key| (key >> 32) as u32)
    }

    /// Takes the earliest entry of the open bucket.
    #[inline]
    pub fn pop(&mut self) -> Option<(u32, Kind, u32)> {
        let key = self.current.pop()?;
        Some(((key >> 32) as u32, KINDS[(key >> ID_BITS) as usize & 3], (key & ID) as u32))
    }

    /// Ids in the open bucket.
    pub fn coming(&self) -> impl Iterator<Item = u32> {
        self.current.iter().map(|key| (key & ID) as u32)
    }
}

/// The first `held` of these keys, latest first, then zeros: without branches, which nobody could foresee.
#[inline]
fn in_order(keys: &[u64; ROOM], held: usize) -> [u64; FEW] {
    let mut few: [u64; FEW] = std::array::from_fn(|i| if i < held { keys[i] } else { 0 });
    for (a, b) in [(0, 1), (2, 3), (0, 2), (1, 3), (1, 2)] {
        (few[a], few[b]) = (few[a].max(few[b]), few[a].min(few[b]));
    }
    few
}
