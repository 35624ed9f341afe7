//! What a search has asked and been told, on disk: the same search goes on where it was killed.
//!
//! A search is a pure function of its question, so it asks the same things in the same order. What it was told is kept in
//! files of some thousand replications' worth; each is whole or not there. A question that is not the one that was kept
//! next means that the search has changed: what follows is thrown away.

use crate::StudyError;
use crate::files::{create_folder, write_atomically};
use crate::identity::{Digest32, sha256};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"LPWORST1";
const DIGEST: usize = 32;

/// A question, by its digest, and the answer.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    question: Digest32,
    answer: Vec<f64>,
}

/// Answers by question, in order.
#[derive(Debug)]
pub(super) struct Journal {
    folder: Option<PathBuf>,
    identity: Digest32,
    /// What is known and not asked for yet, and in which file it stands.
    known: VecDeque<(u32, Entry)>,
    /// Told, but not written.
    pending: Vec<Entry>,
    /// Number of the next file.
    next: u32,
}

impl Journal {
    /// What is kept in a folder of the search with this identity; without a folder nothing is kept.
    pub(super) fn open(folder: Option<&Path>, identity: Digest32) -> Result<Self, StudyError> {
        let mut journal = Self {
            folder: folder.map(Path::to_owned),
            identity,
            known: VecDeque::new(),
            pending: Vec::new(),
            next: 0,
        };
        let Some(folder) = folder else { return Ok(journal) };
        create_folder(folder)?;
        while let Ok(bytes) = std::fs::read(journal.path(folder, journal.next)) {
            let Some(entries) = decode(&bytes, &identity) else { break };
            journal.known.extend(entries.into_iter().map(|entry| (journal.next, entry)));
            journal.next += 1;
        }
        Ok(journal)
    }

    fn path(&self, folder: &Path, number: u32) -> PathBuf {
        folder.join(format!("{number:06}.answers"))
    }

    /// The answer to a question, where it was kept.
    pub(super) fn look_up(&mut self, question: &Digest32) -> Option<Vec<f64>> {
        let (file, entry) = self.known.pop_front()?;
        if entry.question == *question {
            return Some(entry.answer);
        }
        // Another search: what it told from here on is written over, this file's beginning included.
        self.known.clear();
        self.next = file;
        None
    }

    /// Keeps an answer.
    pub(super) fn note(&mut self, question: Digest32, answer: Vec<f64>) {
        self.pending.push(Entry { question, answer });
    }

    /// Writes what has not been written.
    pub(super) fn flush(&mut self) -> Result<(), StudyError> {
        let entries = std::mem::take(&mut self.pending);
        let Some(folder) = self.folder.as_ref().filter(|_| !entries.is_empty()) else { return Ok(()) };
        let path = self.path(folder, self.next);
        write_atomically(&path, &encode(&entries, &self.identity))?;
        self.next += 1;
        Ok(())
    }
}

fn encode(entries: &[Entry], identity: &Digest32) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(identity);
    for entry in entries {
        bytes.extend_from_slice(&entry.question);
        bytes.extend_from_slice(&(entry.answer.len() as u32).to_le_bytes());
        for value in &entry.answer {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
    }
    let digest = sha256(&bytes);
    bytes.extend_from_slice(&digest);
    bytes
}

/// None where the file is not whole, or of another search.
fn decode(bytes: &[u8], identity: &Digest32) -> Option<Vec<Entry>> {
    let (body, digest) = bytes.split_at_checked(bytes.len().checked_sub(DIGEST)?)?;
    if sha256(body) != *digest {
        return None;
    }
    let mut rest = body.strip_prefix(MAGIC)?.strip_prefix(identity)?;
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let (question, after) = rest.split_first_chunk::<DIGEST>()?;
        let (count, after) = after.split_first_chunk::<4>()?;
        let (values, after) = after.split_at_checked(8 * u32::from_le_bytes(*count) as usize)?;
        let (values, _) = values.as_chunks::<8>();
        let answer = values.iter().map(|value| f64::from_le_bytes(*value)).collect();
        entries.push(Entry { question: *question, answer });
        rest = after;
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::Journal;
    use crate::identity::sha256;

    #[test]
    fn what_was_told_is_known_again_up_to_another_question() {
        let folder = tempfile::tempdir().unwrap();
        let [a, b, c] = ["a", "b", "c"].map(|text| sha256(text.as_bytes()));
        let open = |identity: &str| Journal::open(Some(folder.path()), sha256(identity.as_bytes())).unwrap();
        let mut journal = open("one");
        assert_eq!(journal.look_up(&a), None);
        journal.note(a, vec![1.0, f64::NAN]);
        journal.note(b, vec![2.0]);
        journal.flush().unwrap();
        journal.note(c, vec![3.0]);
        journal.flush().unwrap();
        journal.note(a, vec![9.0]); // never written: killed

        let mut again = open("one");
        assert!(again.look_up(&a).unwrap()[1].is_nan());
        assert_eq!(again.look_up(&b), Some(vec![2.0]));
        assert_eq!(again.look_up(&c), Some(vec![3.0]));
        assert_eq!(again.look_up(&a), None);

        let mut other = open("one");
        assert!(other.look_up(&a).is_some());
        assert_eq!(other.look_up(&c), None, "another question");
        assert_eq!(other.look_up(&b), None, "what followed is gone");
        assert_eq!(open("two").look_up(&a), None, "another search");

        // A file that is not whole is as good as none.
        let path = folder.path().join("000001.answers");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[20] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let mut torn = open("one");
        assert!(torn.look_up(&a).is_some() && torn.look_up(&b).is_some());
        assert_eq!(torn.look_up(&c), None);
    }
}
