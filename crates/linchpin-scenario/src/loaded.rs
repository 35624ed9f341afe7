//! The whole way from files to a model.

use crate::checks::check;
use crate::diagnostic::Diagnostics;
use crate::load::Files;
use crate::options::{self, Options};
use crate::problems::Problems;
use crate::source::Sources;
use crate::spec::Scenario;
use crate::tables::{self, TableFile};
use crate::value::Value;
use crate::{load, resolve, write};
use linchpin_model::Model;
use std::io;
use std::path::Path;

/// A scenario after reading, checking and resolving.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The files that were read.
    pub sources: Sources,
    /// All problems, in the order of files and places.
    pub diagnostics: Diagnostics,
    /// The model; none where there is an error. Its `meta.hash` is empty.
    pub model: Option<Model>,
    /// The scenario with its includes as one text; none where the files could not be read.
    pub frozen: Option<String>,
    /// The tables that the frozen scenario names; their bytes are the texts of their sources.
    pub tables: Vec<TableFile>,
    /// What might be done; none where the scenario has no `options`.
    pub options: Option<Options>,
}

impl Loaded {
    /// Checks the scenario with each of its options too, and adds what is wrong with them. Costs as much again for each.
    pub fn check_options(&mut self) {
        if let Some(options) = self.options.take() {
            options::check(&options, self);
            self.options = Some(options);
            if self.diagnostics.errors() > 0 {
                self.model = None;
            }
        }
    }

    /// Takes out the tables that the frozen scenario names, each with the path beside it where it belongs. Afterwards
    /// problems can no longer be shown.
    pub fn take_tables(&mut self) -> Vec<(String, String)> {
        let tables = std::mem::take(&mut self.tables);
        tables.into_iter().map(|table| (table.frozen, self.sources.take_text(table.source))).collect()
    }
}

/// Reads a scenario with its includes from the disk, checks it and resolves it.
pub fn load_model(path: &Path) -> Loaded {
    finish(load::load(path))
}

/// The same from files that `read` provides, as in [`load::load_with`].
pub fn load_model_with(path: &Path, read: &mut dyn FnMut(&Path) -> io::Result<Vec<u8>>) -> Loaded {
    finish(load::load_with(path, read))
}

/// The same for a scenario in one text that includes nothing. `name` is shown as the name of the file.
pub fn check_text(name: &str, text: &str) -> Loaded {
    load_model_with(Path::new(name), &mut |path| {
        if path == Path::new(name) {
            Ok(text.as_bytes().to_vec())
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    })
}

/// The same for a scenario in one text and tables that it names, such as `("assets.csv", b"id,region\n")`. Nothing is
/// read from the disk.
pub fn check_tables(text: &str, tables: &[(&str, &[u8])]) -> Loaded {
    let name = Path::new("scenario.ron");
    load_model_with(name, &mut |path| {
        if path == name {
            return Ok(text.as_bytes().to_vec());
        }
        let table = tables.iter().find(|(name, _)| Path::new(name) == path);
        table.map(|(_, bytes)| bytes.to_vec()).ok_or_else(|| io::ErrorKind::NotFound.into())
    })
}

fn finish(files: Files) -> Loaded {
    let Files { sources, mut value, tables, mut diagnostics } = files;
    let frozen = value.as_ref().map(write::to_ron);
    let options = value.as_mut().and_then(|value| options::take(value, &mut diagnostics));
    let model = value.and_then(|value| model(value, &sources, &tables, &mut diagnostics));
    tables::annotate(&tables, &sources, &mut diagnostics);
    diagnostics.sort();
    let model = model.filter(|_| diagnostics.errors() == 0);
    Loaded { sources, diagnostics, model, frozen, tables, options }
}

pub(crate) fn model(
    value: Value,
    sources: &Sources,
    files: &[TableFile],
    diagnostics: &mut Diagnostics,
) -> Option<Model> {
    let mut spec = Scenario::read(&value, diagnostics)?;
    let mut assumptions = resolve::assumptions(&value);
    // Of a large scenario this is what takes most room.
    drop(value);
    let mut tables = tables::read(files, sources, diagnostics);
    assumptions.append(&mut tables.assumptions);
    spec.pools.append(&mut tables.pools);
    let mut problems = Problems::new();
    let assets = resolve::Assets::new(&spec, &tables);
    let resolved = resolve::resolve(&spec, &tables, &assets, &mut problems);
    if let Some(resolved) = &resolved {
        check(&spec, &assets, resolved, &mut problems);
    }
    problems.into_diagnostics(diagnostics);
    let mut model = resolved?.model;
    model.assumptions = assumptions;
    Some(model)
}
