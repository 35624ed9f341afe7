//! Reading a scenario, with everything that is wrong with it shown.

use crate::console::Console;
use crate::exit::Failure;
use linchpin_ensemble::{hex, sha256};
use linchpin_model::Model;
use linchpin_scenario::Loaded;
use linchpin_scenario::diagnostic::{Diagnostics, Severity, render, render_all};
use linchpin_scenario::source::Sources;
use std::path::{Path, PathBuf};

/// A scenario that can be run.
#[derive(Debug)]
pub struct Scenario {
    /// The model, its `meta.hash` filled in.
    pub model: Model,
    /// The scenario as one text, includes resolved.
    pub frozen: String,
    /// The tables that it names: where each belongs beside it, and its text.
    pub tables: Vec<(String, String)>,
    /// The file it was read from.
    pub file: PathBuf,
}

/// The scenario file a user means: a folder stands for the `scenario.ron` in it.
pub fn scenario_file(path: &Path) -> PathBuf {
    if path.is_dir() { path.join("scenario.ron") } else { path.to_owned() }
}

/// Reads a scenario and shows its problems.
///
/// # Errors
/// Invalid input; the problems have been shown then.
pub fn load(path: &Path, console: &Console) -> Result<Scenario, Failure> {
    let file = scenario_file(path);
    let loaded = linchpin_scenario::load_model(&file);
    show(&loaded.sources, &loaded.diagnostics, console);
    accept(loaded, file)
}

/// Shows problems; warnings only unless the user wants quiet.
pub fn show(sources: &Sources, diagnostics: &Diagnostics, console: &Console) {
    let text = if console.quiet {
        let errors = diagnostics.iter().filter(|problem| problem.severity == Severity::Error);
        errors.map(|problem| render(sources, problem, console.colour())).collect::<Vec<_>>().join("\n\n")
    } else {
        render_all(sources, diagnostics, console.colour())
    };
    if !text.is_empty() {
        console.plain(text.trim_end());
    }
}

/// The scenario, if it can be run.
fn accept(mut loaded: Loaded, file: PathBuf) -> Result<Scenario, Failure> {
    let tables = loaded.take_tables();
    let (Some(mut model), Some(frozen)) = (loaded.model, loaded.frozen) else {
        let message = format!("{} cannot be run", file.display());
        return Err(Failure::invalid(message));
    };
    model.meta.hash = hex(&sha256(frozen.as_bytes()));
    Ok(Scenario { model, frozen, tables, file })
}
