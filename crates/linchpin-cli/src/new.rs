//! `linchpin new`: a small, commented scenario to begin with.

use crate::console::Console;
use crate::exit::{Exit, Failure};
use clap::Args;
use linchpin_ensemble::{create_folder, write_atomically};
use std::path::{Path, PathBuf};

/// Arguments of `new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// Folder to be made; its last part becomes the title
    pub name: PathBuf,
}

/// Runs the command.
pub fn new(args: &NewArgs, console: &Console) -> Result<Exit, Failure> {
    let folder = &args.name;
    demand_free(folder)?;
    create_folder(folder)?;
    let text = linchpin_exchange::starter::scenario(&title(folder));
    write_atomically(&folder.join("scenario.ron"), text.as_bytes())?;
    let shown = shell(folder);
    console.data(&format!(
        "{} is a scenario to begin with; open it and change what you like\nnext: linchpin run {shown}\n",
        folder.join("scenario.ron").display()
    ))?;
    Ok(Exit::Done)
}

/// Makes sure that nothing is there that could be overwritten.
///
/// # Errors
/// Invalid usage.
pub fn demand_free(folder: &Path) -> Result<(), Failure> {
    let is_empty = || std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    if folder.exists() && !is_empty() {
        let message = format!("{} is there already, and nothing in it is overwritten", folder.display());
        return Err(Failure::invalid(message).hint("take another name, or remove it first"));
    }
    Ok(())
}

/// The title of a scenario in this folder: its name without dashes.
pub fn title(folder: &Path) -> String {
    let name = folder.file_name().map(|name| name.to_string_lossy().replace(['-', '_'], " "));
    let name = name.unwrap_or_default();
    let mut letters = name.trim().chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "New scenario".to_owned(),
    }
}

/// A path as it can be pasted into a shell.
pub fn shell(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '\\' | ':');
    if !text.is_empty() && text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_have_titles_and_can_be_pasted() {
        for (path, expected_title, expected_shell) in [
            ("my-town", "My town", "my-town"),
            ("a/b_c", "B c", "a/b_c"),
            ("..", "New scenario", ".."),
            ("it's here", "It's here", "'it'\\''s here'"),
            ("Ústí", "Ústí", "Ústí"),
        ] {
            assert_eq!(
                (title(Path::new(path)).as_str(), shell(Path::new(path)).as_str()),
                (expected_title, expected_shell)
            );
        }
    }
}
