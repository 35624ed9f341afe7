//! Keys, and the words made with them.

use super::hmac::hmac_sha256;
use std::collections::BTreeMap;

/// A shorter key could be found by trying.
pub const MIN_KEY_CHARS: usize = 12;

/// Characters of a pseudonym: none that look alike, and no vowels, so that it is never a word.
const ALPHABET: &[u8; 27] = b"23456789bcdfghjkmnpqrstvwxz";
/// Characters in a pseudonym: 387 million of them.
const LENGTH: u32 = 6;

/// The secret that pseudonyms are made with.
#[derive(Clone)]
pub struct RedactKey(String);

/// A key that could be found by trying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTooShort;

impl std::fmt::Display for KeyTooShort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a key has at least {MIN_KEY_CHARS} characters; a shorter one could be found by trying")
    }
}

impl std::error::Error for KeyTooShort {}

impl RedactKey {
    /// A key from a secret text.
    ///
    /// # Errors
    /// [`KeyTooShort`] below [`MIN_KEY_CHARS`] characters.
    pub fn new(secret: &str) -> Result<Self, KeyTooShort> {
        let secret = secret.trim();
        if secret.chars().count() < MIN_KEY_CHARS {
            return Err(KeyTooShort);
        }
        Ok(Self(secret.to_owned()))
    }
}

/// Never shows the secret.
impl std::fmt::Debug for RedactKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RedactKey")
    }
}

/// Words for the things of one scenario, no two alike.
pub(super) struct Pseudonyms<'a> {
    key: &'a RedactKey,
    /// Whose word it is.
    taken: BTreeMap<String, (&'static str, String)>,
}

impl<'a> Pseudonyms<'a> {
    pub(super) fn new(key: &'a RedactKey) -> Self {
        Self { key, taken: BTreeMap::new() }
    }

    /// The word for a thing. The next one of its sequence where another thing has it already, which among a thousand things
    /// happens once in a thousand scenarios.
    pub(super) fn of(&mut self, kind: &'static str, id: &str) -> String {
        let owner = (kind, id.to_owned());
        for turn in 0_u32.. {
            let word = word(self.key, kind, id, turn);
            match self.taken.get(&word) {
                Some(other) if *other != owner => {}
                _ => {
                    self.taken.insert(word.clone(), owner);
                    return word;
                }
            }
        }
        String::new()
    }
}

fn word(key: &RedactKey, kind: &str, id: &str, turn: u32) -> String {
    let message = [kind.as_bytes(), &[0], id.as_bytes(), &[0], &turn.to_le_bytes()].concat();
    let code = hmac_sha256(key.0.as_bytes(), &message);
    let (first, _) = code.split_at(8);
    let mut number = first.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    (0..LENGTH)
        .map(|_| {
            let symbol = ALPHABET[(number % ALPHABET.len() as u64) as usize];
            number /= ALPHABET.len() as u64;
            char::from(symbol)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_keys_are_refused() {
        for (secret, fits) in
            [("", false), ("   short     ", false), ("twelve chars", true), ("äöüäöüäöüäöü", true)]
        {
            assert_eq!(RedactKey::new(secret).is_ok(), fits, "{secret:?}");
        }
    }

    #[test]
    fn words_depend_on_key_kind_and_id_only() {
        let keys =
            ["correct horse battery", "another long secret"].map(|secret| RedactKey::new(secret).unwrap());
        let mut all = Vec::new();
        for key in &keys {
            for kind in ["node", "region"] {
                for id in ["a", "b", "a-b"] {
                    // Whatever was asked before.
                    let mut busy = Pseudonyms::new(key);
                    busy.of("node", "z");
                    let word = busy.of(kind, id);
                    assert_eq!(word, Pseudonyms::new(key).of(kind, id));
                    assert_eq!(word, busy.of(kind, id), "the same word when asked again");
                    all.push(word);
                }
            }
        }
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 12);
    }

    #[test]
    fn no_two_things_share_a_word() {
        let key = RedactKey::new("correct horse battery").unwrap();
        let mut names = Pseudonyms::new(&key);
        let words: std::collections::BTreeSet<String> =
            (0..50_000).map(|i| names.of("node", &format!("asset-{i}"))).collect();
        assert_eq!(words.len(), 50_000);
    }
}
