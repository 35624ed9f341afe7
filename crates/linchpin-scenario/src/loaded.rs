//! The whole way from files to a model.

use crate::checks::check;
use crate::diagnostic::Diagnostics;
use crate::load::Files;
use crate::options::{self, Options, ThreatSpec};
use crate::problems::Problems;
use crate::source::{SourceId, Sources, Span};
use crate::spec::Scenario;
use crate::tables::{self, TableFile};
use crate::uncertain::{self, Declared, Found, Uncertain};
use crate::value::{Value, ValueKind};
use crate::{load, resolve, write};
use linchpin_model::{Assumption, Model};
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
    /// What is not known; none where the scenario declares nothing `uncertain`.
    pub uncertain: Option<Uncertain>,
    /// Other threats than the one as written.
    pub threats: Vec<ThreatSpec>,
    /// The scenario without these, for variants; none where there are none.
    pub(crate) base: Option<Value>,
    /// Uses of uncertain parameters of which is said already what is wrong.
    pub(crate) told: Vec<Span>,
}

impl Loaded {
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
    let Files { sources, value, tables, mut diagnostics } = files;
    let frozen = value.as_ref().map(write::to_ron);
    let layers = value.map(|value| Layers::new(value, &sources, &tables, &mut diagnostics));
    let Layers { value, base, options, threats, found, assumptions } = layers.unwrap_or_default();
    let model = value.and_then(|value| model(value, assumptions, &sources, &tables, &mut diagnostics));
    tables::annotate(&tables, &sources, &mut diagnostics);
    found.add_to(&mut diagnostics);
    diagnostics.sort();
    let model = model.filter(|_| diagnostics.errors() == 0);
    let Found { uncertain, told, .. } = found;
    Loaded { sources, diagnostics, model, frozen, tables, options, uncertain, threats, base, told }
}

/// A scenario with what lies over it taken off.
#[derive(Default)]
struct Layers {
    /// With the central value of everything that is uncertain.
    value: Option<Value>,
    /// Before values were put in; only where there is something that can be chosen.
    base: Option<Value>,
    options: Option<Options>,
    threats: Vec<ThreatSpec>,
    found: Found,
    assumptions: Vec<Assumption>,
}

impl Layers {
    fn new(mut value: Value, sources: &Sources, tables: &[TableFile], out: &mut Diagnostics) -> Self {
        let mut layers = Self::default();
        let ValueKind::Struct(None, fields) = &mut value.kind else {
            layers.value = Some(value);
            return layers;
        };
        let declared = Declared::take(fields, || mentioned(sources, tables));
        layers.options = options::take(fields, out);
        layers.threats = options::take_threats(fields, out);
        let list = layers.options.as_ref().map(|options| options.list.as_slice()).unwrap_or_default();
        layers.found = declared.map(|found| found.find(fields, list, &layers.threats)).unwrap_or_default();
        let uncertain = layers.found.uncertain.as_ref();
        if uncertain.is_some() || layers.options.is_some() || !layers.threats.is_empty() {
            layers.base = Some(value.clone());
        }
        match uncertain {
            Some(uncertain) => {
                let mut told = value.clone();
                uncertain::in_place(&mut told, &uncertain.list);
                layers.assumptions = uncertain.assumptions();
                layers.assumptions.append(&mut resolve::assumptions(&told));
                uncertain::substitute(&mut value, &uncertain.list, None);
            }
            None => layers.assumptions = resolve::assumptions(&value),
        }
        layers.value = Some(value);
        layers
    }
}

/// Whether any file may use an uncertain parameter: most use none, and then nobody looks for them value by value.
fn mentioned(sources: &Sources, tables: &[TableFile]) -> bool {
    let of_tables = |id: SourceId| tables.iter().any(|table| table.source == id);
    let files = (0..sources.len()).map(|at| SourceId(at as u32)).filter(|id| !of_tables(*id));
    files.into_iter().any(|id| sources.text(id).contains(uncertain::WORD))
}

/// The model, with these assumptions and those of tables.
pub(crate) fn model(
    value: Value,
    mut assumptions: Vec<Assumption>,
    sources: &Sources,
    files: &[TableFile],
    diagnostics: &mut Diagnostics,
) -> Option<Model> {
    let mut spec = Scenario::read(&value, diagnostics)?;
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
