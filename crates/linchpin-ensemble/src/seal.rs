//! What every table of a study carries in its metadata: what it was computed from, which replications it is of, and a
//! digest of the whole file.
//!
//! # Another table beside the results
//!
//! Whatever else is to be kept of each replication goes into a file of its own beside each block, such as
//! `runs/outages-00012.parquet`: write the columns with a [`Writer`], [`seal`] it with the block's [`Part`], and write it with
//! [`write_atomically`](crate::write_atomically) before the block. A block that is there then vouches for the
//! file beside it. [`Sealed::parse`] reads such a file back, and checks digest and metadata.

use crate::identity::{Digest32, Identity, hex, unhex};
use linchpin_parquet::{Table, Writer};
use sha2::{Digest, Sha256};
use std::ops::Range;

/// Version of the layout of the files in `runs`.
pub const LAYOUT: u32 = 2;

/// Stands in the place of a digest while it is taken.
const NO_DIGEST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Which replications a file is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Number of the block.
    pub index: u32,
    /// First replication.
    pub first: u32,
    /// Replications.
    pub rows: u32,
}

/// Finishes a table: all of its bytes, and the digest within them. `more` is further metadata, its keys without the
/// `linchpin.` in front.
pub fn seal(writer: Writer, identity: &Identity, part: Part, more: &[(&str, &str)]) -> (Vec<u8>, Digest32) {
    let Part { index, first, rows } = part;
    let numbers = [u64::from(LAYOUT), identity.seed, index.into(), first.into(), rows.into()];
    let numbers = numbers.map(|number| number.to_string());
    let [layout, seed, index, first, rows] = numbers.each_ref().map(String::as_str);
    let (scenario, catalogue) = (hex(&identity.scenario), hex(&identity.catalogue));
    let own = [
        ("layout", layout),
        ("program", &identity.program),
        ("scenario", &scenario),
        ("catalogue", &catalogue),
        ("seed", seed),
        ("block", index),
        ("first", first),
        ("replications", rows),
    ];
    let keys: Vec<(String, &str)> = own
        .iter()
        .chain(more)
        .chain(&[("sha256", NO_DIGEST)])
        .map(|(key, value)| (format!("linchpin.{key}"), *value))
        .collect();
    let pairs: Vec<(&str, &str)> = keys.iter().map(|(key, value)| (key.as_str(), *value)).collect();
    let mut written = writer.finish(&pairs);
    let digest: Digest32 = Sha256::digest(&written.bytes).into();
    if let Some(place) = written.values.pop() {
        written.bytes[place].copy_from_slice(hex(&digest).as_bytes());
    }
    (written.bytes, digest)
}

/// A sealed table that was read.
#[derive(Clone, Debug)]
pub struct Sealed<'a> {
    /// Its columns.
    pub table: Table<'a>,
    /// What it was computed from.
    pub identity: Identity,
    /// Which replications it is of.
    pub part: Part,
    /// Its digest, as it says.
    pub digest: Digest32,
}

impl<'a> Sealed<'a> {
    /// Reads a whole file and makes sure that not one bit of it has changed.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, String> {
        let sealed = Self::parse_unchecked(bytes)?;
        let place = sealed.table.place_of("linchpin.sha256").unwrap_or_default();
        if digest_without(bytes, place) != sealed.digest {
            return Err("its checksum is wrong".to_owned());
        }
        Ok(sealed)
    }

    /// The same without taking the digest.
    pub(crate) fn parse_unchecked(bytes: &'a [u8]) -> Result<Self, String> {
        let table = Table::parse(bytes)?;
        let layout = table.metadata("linchpin.layout").ok_or("it was not written by linchpin")?;
        if layout != LAYOUT.to_string() {
            return Err(format!("its layout is version {layout}, not {LAYOUT}"));
        }
        let mut sealed = Self {
            identity: Identity::default(),
            part: Part { index: 0, first: 0, rows: 0 },
            digest: [0; 32],
            table,
        };
        sealed.identity = Identity {
            scenario: sealed.digest_of("scenario")?,
            catalogue: sealed.digest_of("catalogue")?,
            seed: sealed.number("seed")?,
            program: sealed.text("program")?.to_owned(),
        };
        let [index, first, rows] = ["block", "first", "replications"].map(|key| sealed.number(key));
        sealed.part = Part { index: index?, first: first?, rows: rows? };
        sealed.digest = sealed.digest_of("sha256")?;
        Ok(sealed)
    }

    /// A value of the metadata; its key without the `linchpin.` in front.
    ///
    /// # Errors
    /// That it is missing, in words.
    pub fn text(&self, key: &str) -> Result<&'a str, String> {
        let value = self.table.metadata(&format!("linchpin.{key}"));
        value.ok_or_else(|| format!("its metadata says nothing about linchpin.{key}"))
    }

    /// A whole number of the metadata.
    ///
    /// # Errors
    /// That it is missing or no number, in words.
    pub fn number<T: std::str::FromStr>(&self, key: &str) -> Result<T, String> {
        let text = self.text(key)?;
        text.parse().map_err(|_| format!("its metadata has `{text}` for linchpin.{key}"))
    }

    fn digest_of(&self, key: &str) -> Result<Digest32, String> {
        let text = self.text(key)?;
        unhex(text).ok_or_else(|| format!("its metadata has `{text}` for linchpin.{key}"))
    }
}

/// The digest of bytes with zeros in the place of the digest.
fn digest_without(bytes: &[u8], place: Range<usize>) -> Digest32 {
    let mut hasher = Sha256::new();
    hasher.update(&bytes[..place.start]);
    hasher.update(&NO_DIGEST[..place.len().min(NO_DIGEST.len())]);
    hasher.update(&bytes[place.end..]);
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_parquet::{Column, Kind};

    const COLUMNS: [Column; 1] = [Column { name: "replication", kind: Kind::Whole, optional: false }];

    fn sealed() -> (Vec<u8>, Digest32, Identity) {
        let identity = Identity::new("scenario", &["a".to_owned()], 0, u64::MAX, "0.1.0");
        let mut writer = Writer::new(&COLUMNS);
        writer.whole([&[3, 4, 5][..]]);
        let (bytes, digest) =
            seal(writer, &identity, Part { index: 1, first: 3, rows: 3 }, &[("more", "words")]);
        (bytes, digest, identity)
    }

    #[test]
    fn what_is_sealed_says_what_it_is() {
        let (bytes, digest, identity) = sealed();
        let read = Sealed::parse(&bytes).unwrap();
        assert_eq!((read.identity.clone(), read.digest), (identity, digest));
        assert_eq!(read.part, Part { index: 1, first: 3, rows: 3 });
        assert_eq!(
            (read.text("more"), read.table.whole("replication").unwrap()),
            (Ok("words"), vec![3, 4, 5])
        );
        assert!(read.text("less").is_err() && read.number::<u32>("more").is_err());
    }

    /// As `docs/study-format.md` tells others how to check it.
    #[test]
    fn the_digest_is_over_the_file_with_zeros_in_its_place() {
        let (bytes, digest, _) = sealed();
        let at = bytes.windows(64).position(|window| window == hex(&digest).as_bytes()).unwrap();
        let zeros = [&bytes[..at], &[b'0'; 64], &bytes[at + 64..]].concat();
        assert_eq!(crate::sha256(&zeros), digest);
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_noticed() {
        let (bytes, ..) = sealed();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            assert!(Sealed::parse(&changed).is_err(), "byte {at}");
            assert!(Sealed::parse(&bytes[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_table_of_somebody_else_is_none_of_ours() {
        let mut writer = Writer::new(&COLUMNS);
        writer.whole([&[1][..]]);
        let bytes = writer.finish(&[]).bytes;
        assert_eq!(Sealed::parse(&bytes).unwrap_err(), "it was not written by linchpin");
    }
}
