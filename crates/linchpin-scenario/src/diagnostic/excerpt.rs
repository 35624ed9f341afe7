//! Which lines of a file to show around places.

use std::ops::Range;

use crate::source::{SourceId, Sources, Span};

/// Longer lines are cut on both sides of the marked place.
const LINE_CHARS: usize = 160;

/// Characters kept before the marked place of a line that is cut.
const BEFORE_CHARS: usize = 50;

/// Places further apart than this are shown as two excerpts.
const APART_LINES: usize = 40;

/// A place that goes over more lines is marked only up to the end of its first.
const MARKED_LINES: usize = 6;

/// A piece of a file with places marked in it.
#[derive(Debug, PartialEq)]
pub(super) struct Excerpt {
    pub(super) source: SourceId,
    pub(super) text: String,
    /// Line (from 1) in the file of the first line of the text.
    pub(super) line: usize,
    /// Line and column of the first mark, where the text itself does not tell because it was cut.
    pub(super) cut_at: Option<(usize, usize)>,
    /// Ranges in the text, with the index of the place they stand for.
    pub(super) marks: Vec<(Range<usize>, usize)>,
}

/// Excerpts that show all places: that of the first place first, neighbours together.
pub(super) fn excerpts(sources: &Sources, places: &[Span]) -> Vec<Excerpt> {
    let mut excerpts: Vec<(Range<usize>, Excerpt)> = Vec::new();
    for (index, place) in places.iter().enumerate() {
        let place = first_lines(sources, *place);
        let lines = sources.line_column(place).0..sources.end_line_column(place).0;
        let near = excerpts.iter_mut().find(|(covered, excerpt)| {
            excerpt.source == place.source
                && excerpt.cut_at.is_none()
                && covered.start <= lines.end + APART_LINES
                && lines.start <= covered.end + APART_LINES
        });
        if let Some((covered, excerpt)) = near {
            let wider = covered.start.min(lines.start)..covered.end.max(lines.end);
            if let Some(text) = short_lines(sources, place.source, &wider) {
                let indices = excerpt.marks.iter().map(|(_, index)| *index).chain([index]);
                let mark = |index: usize| {
                    marked(sources, first_lines(sources, places[index]), wider.start, text.len(), index)
                };
                let marks = indices.map(mark).collect();
                *excerpt = Excerpt { source: place.source, text, line: wider.start, cut_at: None, marks };
                *covered = wider;
                continue;
            }
        }
        excerpts.push(match short_lines(sources, place.source, &lines) {
            Some(text) => {
                let marks = vec![marked(sources, place, lines.start, text.len(), index)];
                (
                    lines.clone(),
                    Excerpt { source: place.source, text, line: lines.start, cut_at: None, marks },
                )
            }
            None => (lines, cut(sources, place, index)),
        });
    }
    excerpts.into_iter().map(|(_, excerpt)| excerpt).collect()
}

/// The place, cut after its first line if it goes over many.
fn first_lines(sources: &Sources, place: Span) -> Span {
    let (first, last) = (sources.line_column(place).0, sources.end_line_column(place).0);
    if last - first < MARKED_LINES {
        return place;
    }
    let end = line_range(sources, place.source, first).end as u32;
    Span { end: end.max(place.start), ..place }
}

/// Bytes of a line without its line break.
fn line_range(sources: &Sources, source: SourceId, line: usize) -> Range<usize> {
    let (start, next) = (sources.line_start(source, line), sources.line_start(source, line + 1));
    let text = &sources.text(source)[start..next];
    start..start + text.trim_end_matches(['\n', '\r']).len()
}

/// The text of lines `first..=last`; none if one of them is too long to be shown whole.
fn short_lines(sources: &Sources, source: SourceId, lines: &Range<usize>) -> Option<String> {
    let short = |line| line_range(sources, source, line).len() <= LINE_CHARS;
    if !(lines.start..=lines.end).all(short) {
        return None;
    }
    let start = sources.line_start(source, lines.start);
    Some(sources.text(source)[start..line_range(sources, source, lines.end).end].to_owned())
}

/// The place in an excerpt of `length` bytes; what is beyond, such as a line break, is marked at its end.
fn marked(
    sources: &Sources,
    place: Span,
    first_line: usize,
    length: usize,
    index: usize,
) -> (Range<usize>, usize) {
    let start = sources.line_start(place.source, first_line);
    let offset = |byte: u32| (byte as usize - start).min(length);
    (offset(place.start)..offset(place.end), index)
}

/// The beginning of a place with a little of the line around it.
fn cut(sources: &Sources, place: Span, index: usize) -> Excerpt {
    let (line, column) = sources.line_column(place);
    let whole = line_range(sources, place.source, line);
    let text = sources.text(place.source);
    let start = (place.start as usize).min(whole.end);
    let from = text[whole.start..start].char_indices().rev().nth(BEFORE_CHARS - 1).map_or(0, |(at, _)| at);
    let from = whole.start + from;
    let length = text[from..whole.end].char_indices().nth(LINE_CHARS).map(|(at, _)| at);
    let to = length.map_or(whole.end, |length| from + length);
    let (before, after) =
        (if from > whole.start { "..." } else { "" }, if to < whole.end { "..." } else { "" });
    let offset = |byte: usize| before.len() + byte.clamp(from, to) - from;
    Excerpt {
        source: place.source,
        text: format!("{before}{}{after}", &text[from..to]),
        line,
        cut_at: Some((line, column)),
        marks: vec![(offset(start)..offset(place.end as usize), index)],
    }
}
