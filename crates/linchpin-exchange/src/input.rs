//! Files as they come: of any size, in any encoding.

use linchpin_scenario::diagnostic::{Diagnostic, Diagnostics};
use linchpin_scenario::source::{SourceId, Sources, Span};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Longest file that is imported, in bytes.
pub const MAX_BYTES: u64 = 512 << 20;

/// Files that were read, with what was wrong in reading them.
#[derive(Debug, Default)]
pub struct Input {
    /// The files.
    pub sources: Sources,
    /// What was wrong.
    pub diagnostics: Diagnostics,
}

impl Input {
    /// Adds a text under the name it is shown with. A byte order mark at its beginning is taken away.
    pub fn add(&mut self, name: &str, text: &str) -> SourceId {
        self.sources.add(name, text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    /// Adds what a file holds, however little of it is text; none where it cannot be used, which is reported.
    pub fn add_bytes(&mut self, name: &str, bytes: Vec<u8>) -> Option<SourceId> {
        if bytes.len() as u64 > MAX_BYTES {
            let title = format!("{name} is longer than {} MiB", MAX_BYTES >> 20);
            self.diagnostics
                .push(Diagnostic::unplaced(title).help("split it, or leave out what is not needed"));
            return None;
        }
        match String::from_utf8(bytes) {
            Ok(text) => Some(self.add(name, &text)),
            Err(error) => {
                self.not_utf8(name, error.as_bytes(), error.utf8_error().valid_up_to());
                None
            }
        }
    }

    /// Reads a file; none where it cannot be read, which is reported.
    pub fn read(&mut self, path: &Path) -> Option<SourceId> {
        let name = path.display().to_string();
        match read(path) {
            Ok(bytes) => self.add_bytes(&name, bytes),
            Err(error) => {
                let title = match error.kind() {
                    io::ErrorKind::NotFound => format!("there is no file {name}"),
                    io::ErrorKind::IsADirectory => format!("{name} is a folder, not a file"),
                    _ => format!("{name} cannot be read: {error}"),
                };
                self.diagnostics.push(Diagnostic::unplaced(title));
                None
            }
        }
    }

    fn not_utf8(&mut self, name: &str, bytes: &[u8], offset: usize) {
        let byte = bytes.get(offset).copied().unwrap_or_default();
        // Everything before the first wrong byte stays as it is, so that line and column are right.
        let id = self.sources.add(name, String::from_utf8_lossy(bytes));
        let width = char::REPLACEMENT_CHARACTER.len_utf8();
        let span = Span { source: id, start: offset as u32, end: (offset + width) as u32 };
        let wide = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
        let zip = bytes.starts_with(b"PK");
        let help = if zip {
            "it looks like a spreadsheet or an archive; export its tables as CSV"
        } else if wide {
            "it looks like UTF-16; save it as UTF-8"
        } else {
            "save the file as UTF-8; spreadsheets offer `CSV UTF-8`"
        };
        let title = format!("the file is not UTF-8: byte 0x{byte:02X} at offset {offset}");
        self.diagnostics.push(Diagnostic::error(span, title).help(help));
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut bytes = Vec::new();
    // One byte more than allowed tells that it is too long, however long it is.
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::Input;

    #[test]
    fn bytes_that_are_no_text_are_refused_at_their_place() {
        for (bytes, word) in [
            (&b"id,name\n1,Caf\xe9\n"[..], "CSV UTF-8"),
            (b"\xff\xfei\0d\0", "UTF-16"),
            (b"PK\x03\x04\xff\xff", "spreadsheet"),
        ] {
            let mut input = Input::default();
            assert_eq!(input.add_bytes("a.csv", bytes.to_vec()), None);
            let problem = input.diagnostics.iter().next().expect("it is refused");
            assert!(problem.help[0].contains(word), "{problem:?}");
            assert!(problem.span.is_some());
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        let mut input = Input::default();
        let id = input.add_bytes("a.csv", b"\xef\xbb\xbfid\n".to_vec()).expect("it is UTF-8");
        assert_eq!(input.sources.text(id), "id\n");
    }
}
