//! Files that were read, and places in them.

/// A file of [`Sources`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SourceId(pub u32);

/// A range of bytes in one file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// Which file.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// From the start of `self` to the end of `other` (same file).
    pub fn to(self, other: Self) -> Self {
        Self { end: other.end, ..self }
    }
}

/// All files of a scenario, in the order of reading.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<File>,
}

#[derive(Clone, Debug)]
struct File {
    name: String,
    text: String,
    /// Byte at which each line begins.
    lines: Vec<u32>,
}

impl Sources {
    /// Adds a file under the name it is shown with. Places can be named in its first 4 GiB.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let text = text.into();
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at as u32 + 1)).collect();
        self.files.push(File { name: name.into(), text, lines });
        SourceId(self.files.len() as u32 - 1)
    }

    /// Number of files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether nothing was read yet.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Name a file is shown with.
    pub fn name(&self, id: SourceId) -> &str {
        &self.files[id.0 as usize].name
    }

    /// Text of a file.
    pub fn text(&self, id: SourceId) -> &str {
        &self.files[id.0 as usize].text
    }

    /// Takes the text of a file out; places in it mean nothing any more.
    pub(crate) fn take_text(&mut self, id: SourceId) -> String {
        let file = &mut self.files[id.0 as usize];
        file.lines.clear();
        std::mem::take(&mut file.text)
    }

    /// The text a span covers.
    pub fn slice(&self, span: Span) -> &str {
        &self.text(span.source)[span.start as usize..span.end as usize]
    }

    /// Line and column (characters) of the start of a span, both from 1.
    pub fn line_column(&self, span: Span) -> (usize, usize) {
        self.position(span.source, span.start)
    }

    /// Line and column just after the end of a span, both from 1.
    pub fn end_line_column(&self, span: Span) -> (usize, usize) {
        self.position(span.source, span.end)
    }

    fn position(&self, id: SourceId, byte: u32) -> (usize, usize) {
        let line = self.files[id.0 as usize].lines.partition_point(|start| *start <= byte);
        let before = &self.text(id)[self.line_start(id, line)..byte as usize];
        (line, before.chars().count() + 1)
    }

    /// Byte at which a line (from 1) begins; the end of the text after the last line.
    pub(crate) fn line_start(&self, id: SourceId, line: usize) -> usize {
        let file = &self.files[id.0 as usize];
        file.lines.get(line.saturating_sub(1)).map_or(file.text.len(), |start| *start as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::{Sources, Span};

    #[test]
    fn places_count_characters_from_one() {
        let mut sources = Sources::default();
        let source = sources.add("a.ron", "äb\n\nçd");
        for (start, place) in
            [(0, (1, 1)), (2, (1, 2)), (3, (1, 3)), (4, (2, 1)), (5, (3, 1)), (7, (3, 2)), (8, (3, 3))]
        {
            assert_eq!(sources.line_column(Span { source, start, end: 8 }), place, "{start}");
        }
        assert_eq!(sources.end_line_column(Span { source, start: 0, end: 3 }), (1, 3));
    }
}
