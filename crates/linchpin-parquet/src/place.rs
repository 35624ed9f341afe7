//! Where a value of the metadata stands in a file: the library does not say.

use std::ops::Range;

/// The value behind its key, from `from` on: between the two stands nothing but the length of the value.
pub(crate) fn place_after(bytes: &[u8], from: usize, key: &str, value: &str) -> Option<Range<usize>> {
    let footer = bytes.get(from..)?;
    // A byte for the kind, one to five for the length.
    let gaps = 2..=6;
    for at in 0..footer.len().saturating_sub(key.len()) {
        if !footer[at..].starts_with(key.as_bytes()) {
            continue;
        }
        let after = at + key.len();
        let found = gaps
            .clone()
            .find(|gap| footer.get(after + gap..).is_some_and(|rest| rest.starts_with(value.as_bytes())));
        if let Some(gap) = found {
            let begin = from + after + gap;
            return Some(begin..begin + value.len());
        }
    }
    None
}
