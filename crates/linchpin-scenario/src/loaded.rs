//! The whole way from files to a model.

use crate::checks::check;
use crate::diagnostic::Diagnostics;
use crate::problems::Problems;
use crate::source::Sources;
use crate::spec::Scenario;
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

fn finish((sources, value, mut diagnostics): (Sources, Option<Value>, Diagnostics)) -> Loaded {
    let frozen = value.as_ref().map(write::to_ron);
    let model = value.and_then(|value| model(value, &sources, &mut diagnostics));
    diagnostics.sort();
    let model = model.filter(|_| diagnostics.errors() == 0);
    Loaded { sources, diagnostics, model, frozen }
}

fn model(value: Value, sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Model> {
    let spec = Scenario::read(&value, diagnostics)?;
    let assumptions = resolve::assumptions(&value, sources);
    // Of a large scenario this is what takes most room.
    drop(value);
    let mut problems = Problems::new();
    let resolved = resolve::resolve(&spec, &mut problems);
    if let Some(resolved) = &resolved {
        check(&spec, resolved, &mut problems);
    }
    problems.into_diagnostics(diagnostics);
    let mut model = resolved?.model;
    model.assumptions = assumptions;
    Some(model)
}
