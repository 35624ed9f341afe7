//! Parts of a study, computed by several processes or machines, put together.

use crate::StudyError;
use crate::details::{BESIDE, beside_block};
use crate::digest::Totals;
use crate::files::{create_folder, write_atomically};
use crate::identity::{Identity, sha256};
use crate::manifest::{Course, Manifest, close};
use crate::run::Stopped;
use crate::store::{BlockFile, Inventory, Study, block_path, runs_folder};
use crate::work::Job;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Parts put together.
#[derive(Clone, Debug)]
pub struct Merged {
    /// What all of them were computed from.
    pub identity: Identity,
    /// Numbers of the blocks that are in none of them.
    pub missing: Vec<u32>,
    /// What was found and left out, one sentence each.
    pub notes: Vec<String>,
    course: Course,
}

/// A folder to be merged.
struct Source {
    folder: PathBuf,
    inventory: Inventory,
    manifest: Manifest,
}

impl Source {
    fn read(folder: &Path) -> Result<Self, StudyError> {
        let inventory = Inventory::read(folder)?;
        let manifest = Manifest::read(folder).ok_or_else(|| StudyError::NoStudy(folder.to_owned()))?;
        if let Some(until) = &manifest.until {
            return Err(StudyError::Unmergeable(format!(
                "{} stops by a rule (--until {until}), so nobody knows which blocks it is to have",
                folder.display()
            )));
        }
        Ok(Self { folder: folder.to_owned(), inventory, manifest })
    }
}

/// Copies the blocks of `sources`, in any order, and the scenario into `out`, which may be new or hold some of them already.
///
/// # Errors
/// [`StudyError::Mismatch`] or [`StudyError::Unmergeable`] where they are no parts of one study,
/// [`StudyError::NoStudy`] where one is none, [`StudyError::Io`]. The sources are never changed.
pub fn merge(out: &Path, sources: &[PathBuf]) -> Result<Merged, StudyError> {
    let mut all = Vec::new();
    if runs_folder(out).is_dir() {
        all.push(Source::read(out)?);
    }
    for folder in sources {
        all.push(Source::read(folder)?);
    }
    let first = all.iter().find_map(|source| source.inventory.blocks.first_key_value());
    let identity = match (first, sources.first()) {
        (Some((_, block)), _) => block.header.identity.clone(),
        (None, Some(folder)) => return Err(StudyError::NoStudy(folder.clone())),
        (None, None) => return Err(StudyError::NoStudy(out.to_owned())),
    };
    let course = common_course(&all)?;
    let blocks = common_blocks(&all, &identity, &course)?;
    create_folder(&runs_folder(out))?;
    copy_tables(&all, &identity, out)?;
    write_atomically(&out.join("scenario.ron"), &scenario(&all, &identity)?)?;
    Manifest::running(&identity, &course, &Study::default()).write(out)?;
    for (index, block) in &blocks {
        copy(block, &block_path(out, *index))?;
    }
    let missing = course.blocks().filter(|index| !blocks.contains_key(index)).collect();
    let notes = all.iter().flat_map(notes).collect();
    Ok(Merged { identity, missing, notes, course })
}

impl Merged {
    /// Goes through all blocks, and says in the manifest that the study is complete.
    ///
    /// # Errors
    /// [`StudyError::NoStudy`] where blocks are missing, [`StudyError::Io`] or [`StudyError::Damaged`].
    pub fn complete<J: Job>(&self, job: &J, out: &Path) -> Result<(Study, Totals<J::Sums>), StudyError> {
        let (study, _) = Study::open(out, &self.identity)?;
        let totals = study.totals(job, &self.identity)?;
        close(out, &self.identity, &self.course, &study, &totals, Stopped::Replications, None)?;
        Ok((study, totals))
    }

    /// Replications that the whole study is to have.
    pub fn planned(&self) -> u32 {
        self.course.planned
    }
}

fn notes(source: &Source) -> impl Iterator<Item = String> + '_ {
    source.inventory.notes.iter().map(|note| format!("{}: {note}", source.folder.display()))
}

/// All parts have to be cut from the same whole.
fn common_course(all: &[Source]) -> Result<Course, StudyError> {
    let plan = |source: &Source| (source.manifest.planned, source.manifest.block_size);
    for pair in all.windows(2) {
        let ((one, one_size), (other, other_size)) = (plan(&pair[0]), plan(&pair[1]));
        let (first, second) = (pair[0].folder.display(), pair[1].folder.display());
        if one != other {
            return Err(StudyError::Unmergeable(format!(
                "{first} is part of a study of {one} replications, {second} of one of {other}"
            )));
        }
        if one_size != other_size {
            return Err(StudyError::Unmergeable(format!(
                "{first} has {one_size} replications in a block, {second} {other_size}"
            )));
        }
    }
    let (planned, size) = all.first().map_or((0, 1), plan);
    let marking = all.first().map_or_else(String::new, |source| source.manifest.marking.clone());
    Ok(Course { planned, size, until: None, shard: None, marking })
}

/// Each block once. Where several folders have it, it has to be the same to the last bit.
fn common_blocks<'a>(
    all: &'a [Source],
    identity: &Identity,
    course: &Course,
) -> Result<BTreeMap<u32, &'a BlockFile>, StudyError> {
    let mut blocks: BTreeMap<u32, &BlockFile> = BTreeMap::new();
    for source in all {
        source.inventory.demand(&source.folder, identity)?;
        for (index, block) in &source.inventory.blocks {
            if !course.blocks().contains(index) {
                continue;
            }
            let known = *blocks.entry(*index).or_insert(block);
            if known.digest != block.digest {
                return Err(StudyError::Unmergeable(format!(
                    "{} and {} should be the same and are not",
                    known.path.display(),
                    block.path.display()
                )));
            }
        }
    }
    Ok(blocks)
}

/// The scenario that the blocks were computed from.
fn scenario(all: &[Source], identity: &Identity) -> Result<Vec<u8>, StudyError> {
    let texts = all.iter().filter_map(|source| fs::read(source.folder.join("scenario.ron")).ok());
    texts.into_iter().find(|text| sha256(text) == identity.scenario).ok_or_else(|| {
        StudyError::Unmergeable(
            "no folder has the scenario.ron that the blocks were computed from".to_owned(),
        )
    })
}

/// Copies the tables that the scenario of the blocks names, if it has any.
fn copy_tables(all: &[Source], identity: &Identity, out: &Path) -> Result<(), StudyError> {
    let is_of = |folder: &Path| {
        fs::read(folder.join("scenario.ron")).is_ok_and(|text| sha256(&text) == identity.scenario)
    };
    let folders = all.iter().map(|source| &source.folder).filter(|folder| is_of(folder));
    let Some(entries) =
        folders.map(|folder| folder.join("tables")).find_map(|tables| fs::read_dir(tables).ok())
    else {
        return Ok(());
    };
    let to = out.join("tables");
    create_folder(&to)?;
    for entry in entries.flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from != to {
            write_atomically(&to, &fs::read(&from).map_err(StudyError::io("read", &from))?)?;
        }
    }
    Ok(())
}

fn copy(block: &BlockFile, to: &Path) -> Result<(), StudyError> {
    if block.path == to {
        return Ok(());
    }
    // What lies beside it first: a block vouches for it.
    for name in BESIDE {
        let [from, to] = [&block.path, to].map(|path| beside_block(path, name, block.header.index));
        if from.exists() {
            write_atomically(&to, &fs::read(&from).map_err(StudyError::io("read", &from))?)?;
        }
    }
    let bytes = fs::read(&block.path).map_err(StudyError::io("read", &block.path))?;
    write_atomically(to, &bytes)
}
