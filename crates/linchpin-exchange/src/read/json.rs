//! Texts of JSON whose parts know where they stand.

use super::beginning;
use linchpin_scenario::diagnostic::Diagnostic;
use linchpin_scenario::source::{SourceId, Sources, Span};
use serde_json::value::RawValue;

/// A file of JSON.
pub(crate) struct JsonFile<'a> {
    sources: &'a Sources,
    id: SourceId,
    pub(crate) text: &'a str,
}

impl<'a> JsonFile<'a> {
    pub(crate) fn new(sources: &'a Sources, id: SourceId) -> Self {
        Self { sources, id, text: sources.text(id) }
    }

    /// The beginning of a part of it.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        beginning(self.sources, self.id, start, end)
    }

    /// Where a part of the text stands: raw values are slices of it.
    pub(crate) fn place(&self, part: &RawValue) -> Span {
        let start = (part.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        self.span(start, start + part.get().len())
    }

    /// What is wrong with its syntax, at its place.
    pub(crate) fn syntax(&self, error: &serde_json::Error) -> Diagnostic {
        let start: usize =
            self.text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        let at =
            self.text.floor_char_boundary((start + error.column().saturating_sub(1)).min(self.text.len()));
        let text = error.to_string();
        let what = text.split(" at line ").next().unwrap_or_default();
        let problem = Diagnostic::error(self.span(at, at + 1), format!("this is not JSON: {what}"));
        if error.is_eof() { problem.help("is the file cut off?") } else { problem }
    }
}
