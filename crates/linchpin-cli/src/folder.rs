//! Which folder a study goes to, and when what is there may be touched.
//!
//! | what is there | `run` | `run --resume` | `run --replace` |
//! | --- | --- | --- | --- |
//! | nothing | starts | starts | starts |
//! | a finished study of the same scenario, seed and version | computes it again | goes on from it | computes it again |
//! | an unfinished one | refuses: it could be resumed | goes on from it | starts over |
//! | another study | refuses | refuses | throws it away |
//! | other files | refuses | refuses | refuses |

use crate::exit::Failure;
use linchpin_ensemble::{Identity, Inventory, Manifest, StudyError, runs_folder};
use std::fs;
use std::path::{Path, PathBuf};

/// What to do with a study that is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Existing {
    /// Leave it alone unless nothing can be lost.
    Respect,
    /// Go on with it.
    Resume,
    /// Throw it away.
    Replace,
}

/// The folder of a study where the user names none: `studies/NAME`, after the scenario's folder if its file is
/// called `scenario.ron`, else after the file.
pub fn default_folder(file: &Path) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default();
    let full = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let parent = full.parent().and_then(Path::file_name);
    let name = if stem == "scenario" { parent.unwrap_or(stem) } else { stem };
    Path::new("studies").join(name)
}

/// Makes sure that a study of this identity may be written into a folder, and gives the blocks to go on from.
///
/// # Errors
/// Invalid usage where something would be lost, with what to do instead.
pub fn prepare(folder: &Path, identity: &Identity, existing: Existing) -> Result<Inventory, Failure> {
    if is_empty(folder)? {
        return Ok(Inventory::default());
    }
    if !holds_study(folder) {
        let message = format!("{} holds files that are no study", folder.display());
        return Err(Failure::invalid(message).hint("--out DIR names another folder"));
    }
    if existing == Existing::Replace {
        clear(folder)?;
        return Ok(Inventory::default());
    }
    let inventory = Inventory::read(folder)?;
    inventory.demand(folder, identity)?;
    if existing == Existing::Resume {
        return Ok(inventory);
    }
    if !inventory.is_empty() && !is_finished(folder) {
        let message = format!(
            "{} holds an unfinished study of {} replications",
            folder.display(),
            inventory.replications()
        );
        return Err(Failure::invalid(message).hint("--resume goes on with it").hint("--replace starts over"));
    }
    clear(folder)?;
    Ok(Inventory::default())
}

fn is_empty(folder: &Path) -> Result<bool, Failure> {
    if !folder.exists() {
        return Ok(true);
    }
    let entries = fs::read_dir(folder);
    entries
        .map(|mut entries| entries.next().is_none())
        .map_err(|source| StudyError::Io { doing: "read folder", path: folder.to_owned(), source }.into())
}

fn holds_study(folder: &Path) -> bool {
    folder.join("manifest.json").is_file() || runs_folder(folder).is_dir()
}

fn is_finished(folder: &Path) -> bool {
    Manifest::read(folder).is_some_and(|manifest| manifest.is_finished())
}

/// Removes the files that a study consists of, and nothing else.
fn clear(folder: &Path) -> Result<(), Failure> {
    let mut files: Vec<PathBuf> =
        ["manifest.json", "scenario.ron", "summary.json", "summary.csv", "replications.csv", "report.html"]
            .map(|name| folder.join(name))
            .into();
    for (folder, extensions) in
        [(runs_folder(folder), &["lpb", "partial"][..]), (folder.join("plots"), &["svg", "png"])]
    {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let paths = entries.flatten().map(|entry| entry.path());
        files.extend(paths.filter(|path| {
            path.extension().is_some_and(|own| extensions.iter().any(|extension| own == *extension))
        }));
    }
    for path in files.into_iter().filter(|path| path.exists()) {
        fs::remove_file(&path).map_err(|source| StudyError::Io { doing: "remove", path, source })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::default_folder;
    use std::path::Path;

    #[test]
    fn studies_are_named_after_their_scenario() {
        for (file, folder) in [
            ("scenarios/energy-grid-attack/scenario.ron", "studies/energy-grid-attack"),
            ("scenarios/flood.ron", "studies/flood"),
            ("flood.ron", "studies/flood"),
            ("/a/b/scenario.ron", "studies/b"),
        ] {
            assert_eq!(default_folder(Path::new(file)), Path::new(folder), "{file}");
        }
    }
}
