//! Which folder a study goes to, and when what is there may be touched.
//!
//! | what is there | `run` | `run --resume` | `run --replace` |
//! | --- | --- | --- | --- |
//! | nothing | starts | starts | starts |
//! | a finished study of the same scenario, seed and version | computes it again | goes on from it | computes it again |
//! | an unfinished one | refuses: it could be resumed | goes on from it | starts over |
//! | another study | refuses | refuses | throws it away |
//! | other files | refuses | refuses | refuses |
//!
//! A part of a study (`--shard`) counts as another study than the whole, except that `--resume` without `--shard` goes on from a
//! part to the whole.

use crate::exit::Failure;
use crate::study::REDACTED;
use linchpin_ensemble::{Identity, Inventory, Lock, Manifest, Shard, StudyError, create_folder, runs_folder};
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
/// called `scenario.ron`, else after the file; `studies/NAME-3-of-16` for a part.
pub fn default_folder(file: &Path, shard: Option<Shard>) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default();
    let full = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let parent = full.parent().and_then(Path::file_name);
    let name = if stem == "scenario" { parent.unwrap_or(stem) } else { stem };
    let mut name = name.to_owned();
    if let Some(Shard { number, of }) = shard {
        name.push(format!("-{number}-of-{of}"));
    }
    Path::new("studies").join(name)
}

/// A study folder that is ours alone, and the blocks to go on from.
pub struct Prepared {
    /// Held while we write.
    pub lock: Lock,
    /// What is there.
    pub inventory: Inventory,
}

/// Makes sure that a study of this identity, or this part of it, may be written into a folder.
///
/// # Errors
/// Invalid usage where something would be lost, with what to do instead.
pub fn prepare(
    folder: &Path,
    identity: &Identity,
    shard: Option<Shard>,
    existing: Existing,
) -> Result<Prepared, Failure> {
    let lock = occupy(folder)?;
    let fresh = Inventory::default();
    if existing == Existing::Replace || !holds_study(folder) {
        clear(folder)?;
        return Ok(Prepared { lock, inventory: fresh });
    }
    let inventory = Inventory::read(folder)?;
    inventory.demand(folder, identity)?;
    demand_part(folder, shard, existing)?;
    if existing == Existing::Resume {
        return Ok(Prepared { lock, inventory });
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
    Ok(Prepared { lock, inventory: fresh })
}

/// Makes a folder if there is none, and locks it.
///
/// # Errors
/// Where it holds files that are no study, where another process works in it, and where it cannot be written to.
pub fn occupy(folder: &Path) -> Result<Lock, Failure> {
    if !is_empty(folder)? && !holds_study(folder) {
        let message = format!("{} holds files that are no study", folder.display());
        return Err(Failure::invalid(message).hint("--out DIR names another folder"));
    }
    create_folder(folder)?;
    Ok(Lock::take(folder)?)
}

/// Makes a folder ours in which a command keeps what it has done in `kept`, and some of it in `also`; with `replace` what is
/// there goes. `kept` is made before anything else is written, and tells the folder of a command from a stranger's:
/// whenever it is killed, the same command goes on.
///
/// # Errors
/// As [`occupy`]; and where something cannot be removed.
pub fn settle(folder: &Path, kept: &Path, also: &[PathBuf], replace: bool) -> Result<Lock, Failure> {
    let lock = if kept.is_dir() { Lock::take(folder)? } else { occupy(folder)? };
    create_folder(kept)?;
    if replace {
        for path in children(kept)?.iter().chain(also) {
            let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
            removed.or_else(|error| if path.exists() { Err(error) } else { Ok(()) }).map_err(|source| {
                Failure::from(StudyError::Io { doing: "remove", path: path.clone(), source })
            })?;
        }
    }
    Ok(lock)
}

/// What lies in a folder.
fn children(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .map_err(|source| StudyError::Io { doing: "read folder", path: folder.to_owned(), source }.into())
}

/// A whole study is never taken for a part, nor one part for another.
fn demand_part(folder: &Path, shard: Option<Shard>, existing: Existing) -> Result<(), Failure> {
    let Some(manifest) = Manifest::read(folder) else { return Ok(()) };
    let whole_from_part = shard.is_none() && existing == Existing::Resume;
    if manifest.shard == shard || whole_from_part {
        return Ok(());
    }
    let name = |shard: Option<Shard>| {
        shard.map_or_else(|| "the whole study".to_owned(), |shard| format!("part {shard} of the study"))
    };
    let message = format!("{} holds {}, not {}", folder.display(), name(manifest.shard), name(shard));
    Err(Failure::invalid(message)
        .hint("--out DIR gives every part a folder of its own")
        .hint("--replace throws away what is there"))
}

/// True where there is nothing, or nothing but what a lock leaves behind.
fn is_empty(folder: &Path) -> Result<bool, Failure> {
    if !folder.exists() {
        return Ok(true);
    }
    let entries = fs::read_dir(folder);
    entries
        .map(|entries| entries.flatten().all(|entry| entry.file_name() == ".lock"))
        .map_err(|source| StudyError::Io { doing: "read folder", path: folder.to_owned(), source }.into())
}

/// True where there is a study or the beginning of one.
pub fn holds_study(folder: &Path) -> bool {
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
    let redacted = folder.join(REDACTED);
    files.extend(
        ["summary.json", "summary.csv", "replications.csv", "report.html"].map(|name| redacted.join(name)),
    );
    for (folder, extensions) in [
        (runs_folder(folder), &["parquet", "partial"][..]),
        (folder.join("plots"), &["svg", "png"]),
        (redacted.join("plots"), &["svg", "png"]),
        (folder.join("tables"), &["csv"]),
    ] {
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
    use linchpin_ensemble::Shard;
    use std::path::Path;

    #[test]
    fn studies_are_named_after_their_scenario() {
        for (file, folder) in [
            ("scenarios/energy-grid-attack/scenario.ron", "studies/energy-grid-attack"),
            ("scenarios/flood.ron", "studies/flood"),
            ("flood.ron", "studies/flood"),
            ("/a/b/scenario.ron", "studies/b"),
        ] {
            assert_eq!(default_folder(Path::new(file), None), Path::new(folder), "{file}");
        }
        let part = default_folder(Path::new("flood.ron"), Some(Shard { number: 3, of: 16 }));
        assert_eq!(part, Path::new("studies/flood-3-of-16"));
    }
}
