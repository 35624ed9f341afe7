//! The formats that are read, each a module that turns text into raw records.

pub(crate) mod csv;
pub(crate) mod geojson;
pub(crate) mod geometry;
pub(crate) mod graphml;
pub(crate) mod json;

use linchpin_scenario::source::{SourceId, Sources, Span};

/// Longest text that one value may have; longer ones come from a quotation mark that is never closed.
pub(crate) const LONGEST_TEXT: usize = 20_000;

/// Bytes of a long part of a file that are marked.
const MARKED: usize = 60;

/// The beginning of a part of a file, short enough to be shown on one line.
pub(crate) fn beginning(sources: &Sources, id: SourceId, start: usize, end: usize) -> Span {
    let text = sources.text(id);
    let start = text.floor_char_boundary(start);
    // No further than is marked: parts that hold one another must not be searched again and again.
    let end = text.ceil_char_boundary(end.min(start + MARKED)).max(start);
    let end = text[start..end].find(['\r', '\n']).map_or(end, |length| start + length);
    Span { source: id, start: start as u32, end: end as u32 }
}

/// A text cut to a length that a message can hold.
pub(crate) fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    text.chars().take(SHOWN).chain(['…']).collect()
}
