//! Texts by number: a hash table whose order never matters.

use linchpin_model::Key;

/// Where rows with a given hash are. The texts themselves stay with whoever asks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slots {
    /// Upper half of the hash and row; a power of two of them, or none.
    slots: Vec<(u32, u32)>,
    used: usize,
}

const FREE: u32 = u32::MAX;

pub(crate) fn hash(text: &str) -> u64 {
    Key::of(text).0
}

impl Slots {
    /// With room for so many rows.
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self { slots: vec![(0, FREE); (rows * 2).next_power_of_two().max(16)], used: 0 }
    }

    /// The row with this hash that is the `same`.
    pub(crate) fn find(&self, hash: u64, same: impl Fn(u32) -> bool) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let mask = self.slots.len() - 1;
        let (mark, mut at) = ((hash >> 32) as u32, hash as usize & mask);
        loop {
            let (other, row) = self.slots[at];
            if row == FREE {
                return None;
            }
            if other == mark && same(row) {
                return Some(row);
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a row; `hash_of` gives the hashes of those that are there.
    pub(crate) fn insert(&mut self, hash: u64, row: u32, hash_of: impl Fn(u32) -> u64) {
        if (self.used + 1) * 2 > self.slots.len() {
            let wider = Self::with_capacity(self.slots.len().max(8));
            let narrow = std::mem::replace(self, wider);
            for (_, row) in narrow.slots.into_iter().filter(|(_, row)| *row != FREE) {
                self.put(hash_of(row), row);
            }
        }
        self.put(hash, row);
    }

    fn put(&mut self, hash: u64, row: u32) {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at].1 != FREE {
            at = (at + 1) & mask;
        }
        self.slots[at] = ((hash >> 32) as u32, row);
        self.used += 1;
    }
}

/// Different texts, numbered as they came.
#[derive(Debug, Default)]
pub(crate) struct Words {
    slots: Slots,
    text: String,
    ends: Vec<u32>,
}

impl Words {
    /// The number of a text, and whether it is new.
    pub(crate) fn add(&mut self, word: &str) -> (u32, bool) {
        let Self { slots, text, ends } = self;
        let at = |row: u32| {
            let row = row as usize;
            let start = row.checked_sub(1).map_or(0, |before| ends[before]);
            &text[start as usize..ends[row] as usize]
        };
        let hash_of_word = hash(word);
        if let Some(row) = slots.find(hash_of_word, |row| at(row) == word) {
            return (row, false);
        }
        let row = ends.len() as u32;
        slots.insert(hash_of_word, row, |row| hash(at(row)));
        text.push_str(word);
        ends.push(text.len() as u32);
        (row, true)
    }

    /// A text by its number; empty where there is none.
    pub(crate) fn get(&self, row: u32) -> &str {
        let row = row as usize;
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.ends.get(row).map_or("", |end| &self.text[start as usize..*end as usize])
    }

    /// All texts by number.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.ends.len()).map(|row| self.get(row as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_numbers() {
        let mut words = Words::default();
        let text = |i: u32| format!("word {}", i % 1_000);
        for i in 0..3_000 {
            assert_eq!(words.add(&text(i)), (i % 1_000, i < 1_000), "{i}");
        }
        assert_eq!(words.add(""), (1_000, true));
        let all: Vec<String> = words.iter().map(str::to_owned).collect();
        assert_eq!((all.len(), all[999].as_str(), all[1_000].as_str()), (1_001, "word 999", ""));
    }
}
