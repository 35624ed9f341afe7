//! What the commands that search, compare and rank have in common: draws, threads, and a folder of their own.

use crate::console::Console;
use crate::exit::Failure;
use crate::folder::default_folder;
use crate::load::show as show_problems;
use clap::Args;
use linchpin_model::Model;
use linchpin_scenario::Loaded;
use linchpin_scenario::decode::duration_text;
use std::path::{Path, PathBuf};

/// Arguments of such commands.
#[derive(Debug, Args)]
pub struct Work {
    /// Seed of all draws [default: the scenario's]
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Worker threads; 0: one for each processor. Changes no result
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
    /// Folder of the results [default: studies/NAME-COMMAND]
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Throw away what is in the folder, rather than go on with it
    #[arg(long)]
    pub replace: bool,
}

impl Work {
    /// The seed asked for, or the scenario's.
    pub fn seed(&self, model: &Model) -> u64 {
        self.seed.unwrap_or(model.meta.seed)
    }

    /// The folder asked for; else the one of the scenario's study with the command's name behind.
    pub fn folder(&self, file: &Path, command: &str) -> PathBuf {
        self.out.clone().unwrap_or_else(|| {
            let study = default_folder(file, None);
            let mut name = study.file_name().unwrap_or_default().to_owned();
            name.push("-");
            name.push(command);
            study.with_file_name(name)
        })
    }
}

/// Reads a scenario and shows what is wrong with it.
pub fn open(file: &Path, console: &Console) -> Loaded {
    let loaded = linchpin_scenario::load_model(file);
    show_problems(&loaded.sources, &loaded.diagnostics, console);
    loaded
}

/// The model of a scenario and its frozen text.
///
/// # Errors
/// Where the scenario cannot be run.
pub fn runnable<'l>(loaded: &'l Loaded, file: &Path) -> Result<(&'l Model, &'l str), Failure> {
    let both = loaded.model.as_ref().zip(loaded.frozen.as_deref());
    both.ok_or_else(|| Failure::invalid(format!("{} cannot be run", file.display())))
}

/// How long an outage lasts.
pub fn parse_lasting(text: &str) -> Result<u32, String> {
    match duration_text(text)? {
        0 => Err("a time above 0".to_owned()),
        lasts => Ok(lasts),
    }
}
