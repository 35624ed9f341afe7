//! A scenario file with everything it includes, as one value.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use crate::decode::{self, Fields};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::reader::{self, MAX_BYTES};
use crate::source::{SourceId, Sources, Span};
use crate::tables::{MAX_TABLE_BYTES, TableFile, TableKind};
use crate::value::{Field, Name, Value, ValueKind};
use sha2::{Digest, Sha256};

/// Most files that one scenario may consist of.
pub const MAX_FILES: usize = 256;

/// Most tables that one scenario may have.
pub const MAX_TABLES: usize = 256;

/// A scenario with everything it includes.
#[derive(Clone, Debug)]
pub struct Files {
    /// The texts of all files, those of tables included.
    pub sources: Sources,
    /// The scenario; none if a file is missing or cannot be read. Each of its parts knows its own file and place.
    pub value: Option<Value>,
    /// Its tables, not yet looked into.
    pub tables: Vec<TableFile>,
    /// What is wrong so far.
    pub diagnostics: Diagnostics,
}

/// Reads a scenario with its includes from the disk: lists are joined (the including file's entries first),
/// every other field may stand in one file only.
pub fn load(path: &Path) -> Files {
    read_all(path, &mut read_file)
}

/// The same from files that `read` provides. Paths are `path` and what its includes name, relative to the
/// file that includes them, without `.` and, as far as possible, `..`.
pub fn load_with(path: &Path, read: &mut dyn FnMut(&Path) -> io::Result<Vec<u8>>) -> Files {
    read_all(path, &mut |path, _| read(path))
}

/// Reads a file, or so much of it that it is longer than the limit.
type Read<'r> = &'r mut dyn FnMut(&Path, usize) -> io::Result<Vec<u8>>;

fn read_all(path: &Path, read: Read) -> Files {
    let mut loader = Loader {
        read,
        sources: Sources::default(),
        out: Diagnostics::default(),
        visited: BTreeSet::new(),
        chain: Vec::new(),
        fields: Vec::new(),
        places: BTreeMap::new(),
        tables: Tables::default(),
        complete: true,
    };
    let place = loader.file(&tidy(path), None);
    let Loader { sources, out: mut diagnostics, mut fields, tables, complete, .. } = loader;
    diagnostics.sort();
    fields.extend(tables.field());
    let value = place.filter(|_| complete).map(|span| Value { span, kind: ValueKind::Struct(None, fields) });
    Files { sources, value, tables: tables.files, diagnostics }
}

fn read_file(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let file = std::fs::File::open(path)?;
    let length = file.metadata().map_or(0, |data| data.len());
    let mut bytes = Vec::with_capacity(length.min(limit as u64) as usize + 1);
    // One byte more than allowed tells that it is too long, however long it is.
    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A path without `.`, and without `..` where it takes back a name.
fn tidy(path: &Path) -> PathBuf {
    let mut tidied = PathBuf::new();
    for part in path.components() {
        let takes_back = matches!(tidied.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::CurDir => {}
            Component::ParentDir if takes_back => {
                tidied.pop();
            }
            _ => tidied.push(part),
        }
    }
    tidied
}

struct Loader<'r> {
    read: Read<'r>,
    sources: Sources,
    out: Diagnostics,
    /// Files that were read or tried.
    visited: BTreeSet<PathBuf>,
    /// Files that are being read: the main file, what it includes, what that includes.
    chain: Vec<PathBuf>,
    /// The top-level fields of all files.
    fields: Vec<Field>,
    /// Where in `fields` a name stands.
    places: BTreeMap<String, usize>,
    tables: Tables,
    /// Whether every file could be read.
    complete: bool,
}

impl Loader<'_> {
    /// Reads a file and what it includes; the place of its value. `from` is where it is included.
    fn file(&mut self, path: &Path, from: Option<Span>) -> Option<Span> {
        self.visited.insert(path.to_owned());
        let top = self.text(path, from, MAX_BYTES).and_then(|id| self.top(id));
        let Some((span, fields)) = top else {
            self.complete = false;
            return None;
        };
        self.chain.push(path.to_owned());
        let mut includes = None;
        for field in fields {
            match field.name.text.as_str() {
                "include" => includes = Some(field.value),
                "tables" => self.tables(&field.value, path),
                "language" if from.is_some() => self.language_elsewhere(&field),
                _ => self.merge(field),
            }
        }
        if let Some(includes) = includes {
            self.includes(&includes, path);
        }
        self.chain.pop();
        Some(span)
    }

    fn text(&mut self, path: &Path, from: Option<Span>, limit: usize) -> Option<SourceId> {
        let name = shown(path);
        let bytes = match (self.read)(path, limit) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.unreadable(&name, &error, from);
                return None;
            }
        };
        if bytes.len() > limit {
            let problem = at(from, format!("{name} is longer than {} MiB", limit >> 20));
            self.out.push(if limit == MAX_BYTES {
                problem.help("split it and use `include`, or put assets and needs into tables")
            } else {
                problem
            });
            return None;
        }
        match String::from_utf8(bytes) {
            Ok(text) => Some(self.sources.add(name, text)),
            Err(error) => {
                self.not_utf8(&name, error.as_bytes(), error.utf8_error().valid_up_to());
                None
            }
        }
    }

    fn unreadable(&mut self, name: &str, error: &io::Error, from: Option<Span>) {
        let problem = match error.kind() {
            io::ErrorKind::NotFound => {
                let problem = at(from, format!("there is no file {name}"));
                if from.is_some() {
                    problem.help("paths are relative to the file that includes")
                } else {
                    problem
                }
            }
            io::ErrorKind::IsADirectory => {
                at(from, format!("{name} is a directory")).help("name a file, such as scenario.ron in it")
            }
            _ => at(from, format!("{name} cannot be read: {error}")),
        };
        self.out.push(problem);
    }

    fn not_utf8(&mut self, name: &str, bytes: &[u8], offset: usize) {
        let byte = bytes.get(offset).copied().unwrap_or_default();
        // Everything before the first wrong byte stays as it is, so that line and column are right.
        let id = self.sources.add(name, String::from_utf8_lossy(bytes));
        let width = char::REPLACEMENT_CHARACTER.len_utf8();
        let span = Span { source: id, start: offset as u32, end: (offset + width) as u32 };
        let title = format!("the file is not UTF-8: byte 0x{byte:02X} at offset {offset}");
        let wide = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
        let help = if wide { "it looks like UTF-16; save it as UTF-8" } else { "save the file as UTF-8" };
        self.out.push(Diagnostic::error(span, title).help(help));
    }

    fn top(&mut self, id: SourceId) -> Option<(Span, Vec<Field>)> {
        let value = reader::parse(&self.sources, id, &mut self.out)?;
        match value.kind {
            ValueKind::Struct(None, fields) => Some((value.span, fields)),
            ValueKind::Tuple(None, ref items) if items.is_empty() => Some((value.span, Vec::new())),
            _ => {
                let expected = "the named fields of a scenario in round brackets";
                self.out.push(decode::mismatch(&value, expected).help("write `( name: \"...\", ... )`"));
                None
            }
        }
    }

    fn includes(&mut self, list: &Value, path: &Path) {
        let files = decode::list_of(decode::spanned(decode::text))(list, &mut self.out).unwrap_or_default();
        let mut named: BTreeMap<PathBuf, Span> = BTreeMap::new();
        for file in files {
            let target = tidy(&path.parent().unwrap_or(Path::new("")).join(&file.value));
            if let Some(first) = named.insert(target.clone(), file.span) {
                let problem = Diagnostic::warning(file.span, format!("{} is included twice", shown(&target)));
                self.out
                    .push(problem.related(first, "first included here").help("it is read once; remove one"));
            } else if let Some(start) = self.chain.iter().position(|open| *open == target) {
                self.cycle(start, &target, file.span);
            } else if self.visited.len() >= MAX_FILES && !self.visited.contains(&target) {
                self.too_many(file.span);
                return;
            } else if !self.visited.contains(&target) {
                self.file(&target, Some(file.span));
            }
        }
    }

    /// Reads the tables that a file names.
    fn tables(&mut self, list: &Value, path: &Path) {
        for table in decode::list_of(named_table)(list, &mut self.out).unwrap_or_default() {
            let target = tidy(&path.parent().unwrap_or(Path::new("")).join(&table.file.value));
            if let Some(first) = self.tables.named.insert((table.kind.word(), target.clone()), table.span) {
                let title = format!("the table {} is named twice", shown(&target));
                let problem = Diagnostic::error(table.span, title).related(first, "first named here");
                self.out.push(problem.help("take one of them out"));
            } else if self.tables.files.len() >= MAX_TABLES {
                let title = format!("a scenario has at most {MAX_TABLES} tables");
                self.out.push(Diagnostic::error(table.span, title).help("join tables of one kind"));
                self.complete = false;
                return;
            } else if let Some(source) = self.text(&target, Some(table.file.span), self.tables.room()) {
                self.add_table(&table, &target, source);
            } else {
                self.complete = false;
            }
        }
    }

    fn add_table(&mut self, table: &NamedTable, path: &Path, source: SourceId) {
        let text = self.sources.text(source);
        let hash = hex(&Sha256::digest(text.as_bytes()));
        self.tables.bytes += text.len();
        if let Some(expected) = table.sha256.as_ref().filter(|expected| expected.value != hash) {
            let title = format!("{} is not the table that this scenario was frozen with", shown(path));
            self.out.push(
                Diagnostic::error(expected.span, title)
                    .label("its SHA-256 is another")
                    .help("put the original table back, or leave `sha256` out to use this one"),
            );
        }
        let frozen = self.tables.free_name(path);
        self.tables.spans.push(table.span);
        self.tables.files.push(TableFile { kind: table.kind, source, frozen, sha256: hash });
    }

    fn cycle(&mut self, start: usize, target: &Path, place: Span) {
        let steps: Vec<String> =
            self.chain[start..].iter().map(PathBuf::as_path).chain([target]).map(shown).collect();
        let title = format!("includes go round in a circle: {}", steps.join(" -> "));
        self.out.push(Diagnostic::error(place, title).help("remove one of these includes"));
    }

    fn too_many(&mut self, place: Span) {
        let title = format!("a scenario consists of at most {MAX_FILES} files");
        // Said once; every further include would only repeat it.
        if self.complete || !self.out.iter().any(|known| known.title == title) {
            self.out.push(Diagnostic::error(place, title));
        }
        self.complete = false;
    }

    fn language_elsewhere(&mut self, field: &Field) {
        let title = "`language` belongs into the main file only";
        self.out.push(Diagnostic::error(field.name.span, title).help("remove it from this included file"));
    }

    /// Adds a top-level field: lists are joined, anything else must be new.
    fn merge(&mut self, field: Field) {
        let place = *self.places.entry(field.name.text.clone()).or_insert(self.fields.len());
        let Some(first) = self.fields.get_mut(place) else {
            self.fields.push(field);
            return;
        };
        let (here, there) = (field.name.span, first.name.span);
        match (&mut first.value.kind, field.value.kind) {
            (ValueKind::List(items), ValueKind::List(more)) => items.extend(more),
            (first, second) => {
                let lists = matches!(first, ValueKind::List(_)) || matches!(second, ValueKind::List(_));
                let title = format!("`{}` is given in two files", field.name.text);
                let help = if lists { "write a list in both files" } else { "keep one of the two" };
                self.out.push(Diagnostic::error(here, title).related(there, "first given here").help(help));
            }
        }
    }
}

/// The tables of all files.
#[derive(Default)]
struct Tables {
    files: Vec<TableFile>,
    /// Where each was named.
    spans: Vec<Span>,
    named: BTreeMap<(&'static str, PathBuf), Span>,
    /// Length of all of them.
    bytes: usize,
}

impl Tables {
    /// How long the next one may be.
    fn room(&self) -> usize {
        MAX_TABLE_BYTES - self.bytes.min(MAX_TABLE_BYTES)
    }

    /// A name in the folder of a frozen scenario that no other table has, on any file system.
    fn free_name(&self, path: &Path) -> String {
        let stem = path.file_stem().map_or_else(|| "table".into(), |name| name.to_string_lossy());
        let taken =
            |name: &str| self.files.iter().any(|file| file.frozen.to_lowercase() == name.to_lowercase());
        let mut free = format!("tables/{stem}.csv");
        let mut number = 2;
        while taken(&free) {
            free = format!("tables/{stem}-{number}.csv");
            number += 1;
        }
        free
    }

    /// The field `tables` of the frozen scenario; none where there are no tables.
    fn field(&self) -> Option<Field> {
        let text = |span, text: &str| Value { span, kind: ValueKind::String(text.to_owned()) };
        let name = |span, text: &str| Name { span, text: text.to_owned() };
        let field = |span, called: &str, value| Field { name: name(span, called), value: text(span, value) };
        let tables = self.files.iter().zip(&self.spans).map(|(file, span)| {
            let fields = vec![field(*span, "file", &file.frozen), field(*span, "sha256", &file.sha256)];
            Value { span: *span, kind: ValueKind::Struct(Some(name(*span, file.kind.word())), fields) }
        });
        let span = *self.spans.first()?;
        Some(Field {
            name: name(span, "tables"),
            value: Value { span, kind: ValueKind::List(tables.collect()) },
        })
    }
}

/// A table as a scenario names it.
struct NamedTable {
    kind: TableKind,
    file: decode::Spanned<String>,
    sha256: Option<decode::Spanned<String>>,
    span: Span,
}

fn named_table(value: &Value, out: &mut Diagnostics) -> Option<NamedTable> {
    let words = TableKind::WORDS.map(|(word, _)| word);
    let word = decode::tag(value, "table", &words, out)?;
    let kind = TableKind::WORDS.iter().find(|(other, _)| *other == word)?.1;
    let mut fields = Fields::arguments(value, "table", Some("file"), out)?;
    let span = fields.span();
    let file = fields.required("file", decode::spanned(decode::text));
    let sha256 = fields.optional("sha256", decode::spanned(decode::text));
    fields.finish();
    Some(NamedTable { kind, file: file?, sha256, span })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn at(place: Option<Span>, title: String) -> Diagnostic {
    match place {
        Some(span) => Diagnostic::error(span, title),
        None => Diagnostic::unplaced(title),
    }
}

/// A path as it is shown, with `/` on every system.
fn shown(path: &Path) -> String {
    path.display().to_string().replace(std::path::MAIN_SEPARATOR, "/")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io;
    use std::path::Path;

    use super::{Files, MAX_BYTES, MAX_FILES, load, load_with};
    use crate::write::to_ron;

    /// The merged scenario (empty if there is none) and every problem as `file:line:column title`.
    fn loaded(files: &[(&str, &[u8])]) -> (String, Vec<String>) {
        let files: BTreeMap<&Path, &[u8]> =
            files.iter().map(|(name, text)| (Path::new(name), *text)).collect();
        let Files { sources, value, diagnostics: problems, .. } =
            load_with(Path::new("s/main.ron"), &mut |path| match files.get(path) {
                Some(bytes) => Ok(bytes.to_vec()),
                None if path.extension().is_none() => Err(io::ErrorKind::IsADirectory.into()),
                None => Err(io::ErrorKind::NotFound.into()),
            });
        let told = problems.iter().map(|problem| match problem.span {
            Some(span) => {
                let (line, column) = sources.line_column(span);
                format!("{}:{line}:{column} {}", sources.name(span.source), problem.title)
            }
            None => problem.title.clone(),
        });
        (value.map(|value| to_ron(&value)).unwrap_or_default(), told.collect())
    }

    #[test]
    fn includes_are_joined() {
        let (text, problems) = loaded(&[
            ("s/main.ron", b"(language: 1, include: [\"n/a.ron\", \"./b.ron\"], assets: [1], name: \"x\")"),
            ("s/n/a.ron", b"(assets: [2], include: [\"../b.ron\", \"../../c.ron\"], seed: 3)"),
            ("s/b.ron", b"(assets: [4], teams: [5])"),
            ("c.ron", b"()"),
        ]);
        assert_eq!(problems, [""; 0]);
        assert_eq!(text, "(language: 1, assets: [1, 2, 4], name: \"x\", seed: 3, teams: [5])\n");
    }

    #[test]
    fn what_is_wrong_with_includes_is_told_where_they_stand() {
        let main = |list: &str| format!("(\n  include: [{list}],\n  name: \"x\",\n  teams: [1],\n)");
        for (list, file, problem, readable) in [
            ("\"none.ron\"", &b""[..], "s/main.ron:2:13 there is no file s/none.ron", false),
            ("\"dir\"", b"", "s/main.ron:2:13 s/dir is a directory", false),
            ("\"a.ron\", \"./a.ron\"", b"()", "s/main.ron:2:22 s/a.ron is included twice", true),
            ("3", b"", "s/main.ron:2:13 expected a text in double quotes, found the number 3", true),
            (
                "\"a.ron\"",
                b"(include: [\"main.ron\"])",
                "s/a.ron:1:12 includes go round in a circle: s/main.ron -> s/a.ron -> s/main.ron",
                true,
            ),
            (
                "\"main.ron\"",
                b"",
                "s/main.ron:2:13 includes go round in a circle: s/main.ron -> s/main.ron",
                true,
            ),
            ("\"a.ron\"", b"(name: \"y\")", "s/a.ron:1:2 `name` is given in two files", true),
            ("\"a.ron\"", b"(teams: 2)", "s/a.ron:1:2 `teams` is given in two files", true),
            ("\"a.ron\"", b"(language: 1)", "s/a.ron:1:2 `language` belongs into the main file only", true),
            (
                "\"a.ron\"",
                b"[1]",
                "s/a.ron:1:1 expected the named fields of a scenario in round brackets, found a list",
                false,
            ),
            ("\"a.ron\"", b"(", "s/a.ron:1:1 this `(` is never closed", false),
            (
                "\"a.ron\"",
                b"(\n\xc3\xa4: 'M\xe4rz')",
                "s/a.ron:2:6 the file is not UTF-8: byte 0xE4 at offset 8",
                false,
            ),
            (
                "\"a.ron\"",
                b"\xff\xfe(\0)\0",
                "s/a.ron:1:1 the file is not UTF-8: byte 0xFF at offset 0",
                false,
            ),
        ] {
            let (text, problems) = loaded(&[("s/main.ron", main(list).as_bytes()), ("s/a.ron", file)]);
            assert_eq!(problems, [problem]);
            assert_eq!(!text.is_empty(), readable, "{list}");
        }
        assert_eq!(loaded(&[]).1, ["there is no file s/main.ron"]);
    }

    #[test]
    fn all_files_are_checked_even_if_one_is_wrong() {
        let (_, problems) = loaded(&[
            ("s/main.ron", b"(include: [\"a.ron\", \"b.ron\", \"c.ron\"])"),
            ("s/a.ron", b"(x: )"),
            ("s/c.ron", b"(y: [1 2])"),
        ]);
        assert_eq!(
            problems,
            [
                "s/main.ron:1:21 there is no file s/b.ron",
                "s/a.ron:1:5 expected a value, found `)`",
                "s/c.ron:1:8 expected `,` or `]` after this value, found a number",
            ]
        );
    }

    #[test]
    fn endless_chains_and_huge_files_are_refused() {
        let mut count = 0;
        let Files { value, diagnostics: problems, .. } = load_with(Path::new("0.ron"), &mut |_| {
            count += 1;
            Ok(format!("(include: [\"{count}.ron\", \"{count}.ron\"])").into_bytes())
        });
        assert!(value.is_none());
        assert_eq!(count, MAX_FILES);
        let title = format!("a scenario consists of at most {MAX_FILES} files");
        assert_eq!(problems.iter().filter(|problem| problem.title == title).count(), 1);

        let Files { value, diagnostics: problems, .. } =
            load_with(Path::new("a.ron"), &mut |_| Ok(vec![b' '; MAX_BYTES + 1]));
        assert!(value.is_none());
        assert_eq!(
            problems.iter().map(|p| p.title.as_str()).collect::<Vec<_>>(),
            ["a.ron is longer than 64 MiB"]
        );
    }

    #[test]
    fn the_disk_is_read() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let Files { sources, value, diagnostics: problems, .. } =
            load(&here.join("tests/fixtures/sample.ron"));
        assert!(problems.is_empty() && value.is_some());
        assert_eq!(sources.len(), 1);
        for (path, title) in [("tests", "is a directory"), ("none.ron", "there is no file")] {
            let Files { value, diagnostics: problems, .. } = load(&here.join(path));
            assert!(value.is_none());
            assert!(problems.iter().all(|problem| problem.title.contains(title)) && problems.errors() == 1);
        }
    }
}
