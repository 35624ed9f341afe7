//! What makes two studies the same study.

use sha2::{Digest, Sha256};

/// A SHA-256 digest.
pub type Digest32 = [u8; 32];

/// What a study was computed from. Blocks of equal identity are interchangeable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// SHA-256 of the frozen scenario.
    pub scenario: Digest32,
    /// SHA-256 of the names of all columns, and how many answers there are.
    pub catalogue: Digest32,
    /// Seed.
    pub seed: u64,
    /// Version of the program.
    pub program: String,
}

impl Identity {
    /// The identity of a study of a frozen scenario.
    pub fn new(frozen: &str, columns: &[String], answers: usize, seed: u64, program: &str) -> Self {
        let mut hasher = Sha256::new();
        for column in columns {
            hasher.update(column.as_bytes());
            hasher.update(b"\n");
        }
        hasher.update((answers as u64).to_le_bytes());
        Self {
            scenario: sha256(frozen.as_bytes()),
            catalogue: hasher.finalize().into(),
            seed,
            program: program.to_owned(),
        }
    }

    /// What differs, in words; empty where nothing does.
    pub fn differences(&self, found: &Self) -> Vec<String> {
        let mut list = Vec::new();
        if self.scenario != found.scenario {
            let (ours, theirs) = (short(&self.scenario), short(&found.scenario));
            list.push(format!("it is of another scenario (hash {theirs}, not {ours})"));
        }
        if self.seed != found.seed {
            list.push(format!("its seed is {}, not {}", found.seed, self.seed));
        }
        if self.program != found.program {
            list.push(format!("it was computed by version {}, not {}", found.program, self.program));
        }
        if self.catalogue != found.catalogue && list.is_empty() {
            list.push("its metrics are others".to_owned());
        }
        list
    }
}

/// SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> Digest32 {
    Sha256::digest(bytes).into()
}

/// A digest as hexadecimal text.
pub fn hex(digest: &Digest32) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A digest from its hexadecimal text, as [`hex`] writes it; none where it is not one.
pub fn unhex(text: &str) -> Option<Digest32> {
    let mut digest = [0; 32];
    if text.len() != 2 * digest.len() || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (i, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(digest)
}

/// The first eight hexadecimal digits: enough for people to tell two digests apart.
pub fn short(digest: &Digest32) -> String {
    hex(digest)[..8].to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Identity, hex, sha256, unhex};

    /// FIPS 180-2, appendix B.1.
    #[test]
    fn known_digest() {
        assert_eq!(hex(&sha256(b"abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn digests_are_read_as_they_were_written() {
        let digest = sha256(b"abc");
        assert_eq!(unhex(&hex(&digest)), Some(digest));
        for text in ["", "ab", &"g".repeat(64), &"\u{e9}".repeat(32), &"0".repeat(66), &"A".repeat(64)] {
            assert_eq!(unhex(text), None, "{text}");
        }
    }

    #[test]
    fn every_part_of_an_identity_counts() {
        let columns = ["a".to_owned(), "b".to_owned()];
        let base = Identity::new("text", &columns, 1, 7, "0.1.0");
        assert!(base.differences(&base.clone()).is_empty());
        for (other, word) in [
            (Identity::new("texts", &columns, 1, 7, "0.1.0"), "scenario"),
            (Identity::new("text", &columns[..1], 1, 7, "0.1.0"), "metrics"),
            (Identity::new("text", &["ab".to_owned()], 1, 7, "0.1.0"), "metrics"),
            (Identity::new("text", &columns, 2, 7, "0.1.0"), "metrics"),
            (Identity::new("text", &columns, 1, 8, "0.1.0"), "seed is 8, not 7"),
            (Identity::new("text", &columns, 1, 7, "0.2.0"), "version 0.2.0, not 0.1.0"),
        ] {
            let differences = base.differences(&other);
            assert!(differences.len() == 1 && differences[0].contains(word), "{differences:?}");
        }
    }
}
