//! The study folder: which blocks are there, whether they are whole, and their columns read back.

use crate::StudyError;
use crate::block::{Block, Decoded, Failed, Header, decode_pages};
use crate::digest::{Intake, Totals};
use crate::identity::{Digest32, Identity};
use crate::work::{Job, Sums};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Bytes of columns held in memory at once while reading back.
const COLUMN_BUDGET: usize = 8 << 20;

/// The folder of block files within a study folder.
pub fn runs_folder(study: &Path) -> PathBuf {
    study.join("runs")
}

/// The file of a block.
pub fn block_path(study: &Path, index: u32) -> PathBuf {
    runs_folder(study).join(format!("block-{index:05}.parquet"))
}

/// True for the names that blocks have: other tables may lie beside them.
pub(crate) fn is_block(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("block-") && name.ends_with(".parquet")
}

/// A block file that is whole.
#[derive(Clone, Debug)]
pub struct BlockFile {
    /// Where it is.
    pub path: PathBuf,
    /// What it says of itself.
    pub header: Header,
    /// The digest in its metadata.
    pub digest: Digest32,
    /// Replications that could not be finished, ascending.
    pub failed: Vec<Failed>,
}

/// What a folder holds.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// Whole blocks by number.
    pub blocks: BTreeMap<u32, BlockFile>,
    /// What was found and left out, one sentence each.
    pub notes: Vec<String>,
}

impl Inventory {
    /// Reads every block file of a study folder to its end. A folder that does not exist holds nothing.
    ///
    /// # Errors
    /// [`StudyError::Io`] where a file that is there cannot be read. Damaged files are no error but a note.
    pub fn read(study: &Path) -> Result<Self, StudyError> {
        let mut inventory = Self::default();
        let folder = runs_folder(study);
        if !folder.exists() {
            return Ok(inventory);
        }
        let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
            .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
            .map_err(StudyError::io("read folder", &folder))?;
        paths.retain(|path| is_block(path));
        paths.sort();
        for path in paths {
            let bytes = fs::read(&path).map_err(StudyError::io("read", &path))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            match Block::decode(&bytes) {
                Ok(decoded) if block_path(study, decoded.header.index) == path => {
                    let Decoded { header, digest, block, .. } = decoded;
                    let failed = block.failed;
                    inventory.blocks.insert(header.index, BlockFile { path, header, digest, failed });
                }
                Ok(_) => {
                    inventory.notes.push(format!("{name} is left out: its name does not fit its content"))
                }
                Err(reason) => inventory.notes.push(format!("{name} is left out: {reason}")),
            }
        }
        Ok(inventory)
    }

    /// True where there is no whole block.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Makes sure that all blocks belong to the study with this identity.
    ///
    /// # Errors
    /// [`StudyError::Mismatch`] with what differs.
    pub fn demand(&self, study: &Path, identity: &Identity) -> Result<(), StudyError> {
        for block in self.blocks.values() {
            let differences = identity.differences(&block.header.identity);
            if !differences.is_empty() {
                return Err(StudyError::Mismatch { folder: study.to_owned(), differences });
            }
        }
        Ok(())
    }

    /// The number of replications a full block of this study has, or `asked` where the blocks do not tell: a first
    /// block alone may be the end of a short study.
    pub fn block_size(&self, asked: u32) -> u32 {
        let size = match self.blocks.last_key_value() {
            Some((index, block)) if *index > 0 => block.header.first / index,
            Some((_, block)) => block.header.rows.max(asked),
            None => asked,
        };
        size.max(1)
    }

    /// Keeps the blocks that a study with blocks of `size` up to `replications` would write, and notes the others.
    pub fn keep_fitting(&mut self, size: u32, replications: u32) {
        let (mut kept, notes) = (BTreeMap::new(), &mut self.notes);
        for (index, block) in std::mem::take(&mut self.blocks) {
            let expected = extent(index, size, replications);
            if expected == Some((block.header.first, block.header.rows)) {
                kept.insert(index, block);
            } else {
                notes.push(format!("block {index} is computed again: it is not as long as the others"));
            }
        }
        self.blocks = kept;
    }

    /// Replications from the first one on without a gap.
    pub fn prefix(&self) -> u64 {
        let whole = self.blocks.iter().enumerate().take_while(|(i, (index, _))| *i == **index as usize);
        whole.map(|(_, (_, block))| u64::from(block.header.rows)).sum()
    }

    /// Replications in all blocks.
    pub fn replications(&self) -> u64 {
        self.blocks.values().map(|block| u64::from(block.header.rows)).sum()
    }
}

/// First replication and number of replications of a block; none where the study ends before it.
pub fn extent(index: u32, size: u32, replications: u32) -> Option<(u32, u32)> {
    let first = index.checked_mul(size)?;
    let rows = replications.checked_sub(first)?.min(size);
    (rows > 0).then_some((first, rows))
}

/// Reads a block that is known to be whole.
///
/// # Errors
/// [`StudyError::Io`], or [`StudyError::Damaged`] where it has changed since.
pub fn read_block(file: &BlockFile) -> Result<Decoded, StudyError> {
    let bytes = fs::read(&file.path).map_err(StudyError::io("read", &file.path))?;
    let damaged = |reason| StudyError::Damaged { path: file.path.clone(), reason };
    let decoded = Block::decode(&bytes).map_err(damaged)?;
    if decoded.digest != file.digest {
        return Err(damaged("it has been replaced while it was in use".to_owned()));
    }
    Ok(decoded)
}

/// Reads the numbers of a block that was found whole when the study was opened, without going through its checksum again.
pub(crate) fn read_numbers(file: &BlockFile) -> Result<Block, StudyError> {
    let bytes = fs::read(&file.path).map_err(StudyError::io("read", &file.path))?;
    let damaged = |reason: String| StudyError::Damaged { path: file.path.clone(), reason };
    let decoded = Block::decode_unchecked(&bytes).map_err(damaged)?;
    if decoded.digest != file.digest {
        return Err(damaged("it has been replaced while it was in use".to_owned()));
    }
    Ok(decoded.block)
}

/// A study on disk whose blocks are all of one identity and follow each other without a gap.
#[derive(Clone, Debug, Default)]
pub struct Study {
    blocks: Vec<BlockFile>,
    failed: Vec<Failed>,
    replications: usize,
}

impl Study {
    /// Opens the complete prefix of a study for reading. Also gives notes on what was left out.
    ///
    /// # Errors
    /// [`StudyError::NoStudy`] where there is no whole first block, [`StudyError::Mismatch`] where it is another study.
    pub fn open(folder: &Path, identity: &Identity) -> Result<(Self, Vec<String>), StudyError> {
        let inventory = Inventory::read(folder)?;
        inventory.demand(folder, identity)?;
        let mut study = Self::default();
        let prefix = inventory.blocks.into_iter().zip(0..).take_while(|((index, _), place)| index == place);
        prefix.for_each(|((_, block), _)| study.push(block));
        if study.blocks.is_empty() {
            return Err(StudyError::NoStudy(folder.to_owned()));
        }
        Ok((study, inventory.notes))
    }

    /// Adds the next block.
    pub(crate) fn push(&mut self, block: BlockFile) {
        self.replications += block.header.rows as usize;
        self.failed.extend_from_slice(&block.failed);
        self.blocks.push(block);
    }

    /// Its blocks in order.
    pub fn blocks(&self) -> &[BlockFile] {
        &self.blocks
    }

    /// Replications, failed ones included.
    pub fn replications(&self) -> usize {
        self.replications
    }

    /// Replications that could not be finished, ascending.
    pub fn failed(&self) -> &[Failed] {
        &self.failed
    }

    /// Numbers of the replications that were finished, ascending.
    pub fn finished(&self) -> impl Iterator<Item = u32> + '_ {
        let mut failed = self.failed.iter().map(|failed| failed.replication).peekable();
        (0..self.replications as u32).filter(move |replication| failed.next_if_eq(replication).is_none())
    }

    /// Goes through all blocks: sums, hash and failures of the whole.
    ///
    /// # Errors
    /// [`StudyError::Io`] or [`StudyError::Damaged`].
    pub fn totals<J: Job>(&self, job: &J, identity: &Identity) -> Result<Totals<J::Sums>, StudyError> {
        let mut intake = Intake::new(identity, job.sums(), []);
        for file in &self.blocks {
            take_file(&mut intake, file)?;
        }
        Ok(intake.finish())
    }

    /// Columns without the failed replications, read as they are asked for.
    pub fn columns(&self) -> Columns<'_> {
        let per_read = (COLUMN_BUDGET / (8 * self.replications.max(1))).max(1);
        Columns { study: self, per_read, first: 0, held: Vec::new() }
    }

    /// `count` columns from `first` on, each without the failed replications.
    fn read_columns(&self, first: usize, count: usize) -> Result<Vec<Vec<f64>>, StudyError> {
        let mut lists = vec![Vec::with_capacity(self.replications); count];
        let mut bytes = Vec::new();
        for file in &self.blocks {
            let rows = file.header.rows as usize;
            let place = file.header.place_of(first..first + count);
            bytes.resize((place.end - place.start) as usize, 0);
            File::open(&file.path)
                .and_then(|mut open| {
                    open.seek(SeekFrom::Start(place.start))?;
                    open.read_exact(&mut bytes)
                })
                .map_err(StudyError::io("read", &file.path))?;
            let damaged = |reason| StudyError::Damaged { path: file.path.clone(), reason };
            let numbers = decode_pages(&bytes, rows).map_err(damaged)?;
            for (list, column) in lists.iter_mut().zip(numbers.chunks_exact(rows)) {
                list.extend_from_slice(column);
            }
        }
        for list in &mut lists {
            self.drop_failed(list);
        }
        Ok(lists)
    }

    fn drop_failed<T>(&self, list: &mut Vec<T>) {
        let mut failed = self.failed.iter().map(|failed| failed.replication as usize).peekable();
        let mut row = 0;
        list.retain(|_| {
            let keep = failed.next_if_eq(&row).is_none();
            row += 1;
            keep
        });
    }
}

/// Takes a block file into the totals.
pub(crate) fn take_file<S: Sums>(intake: &mut Intake<S>, file: &BlockFile) -> Result<(), StudyError> {
    let decoded = read_block(file)?;
    intake.take(&decoded.block);
    if !intake.sums_mut().merge_bytes(&decoded.sums) {
        let reason = "its sums do not fit the scenario".to_owned();
        return Err(StudyError::Damaged { path: file.path.clone(), reason });
    }
    Ok(())
}

/// Columns of a study, read in batches: a few megabytes of memory however many replications there are.
#[derive(Debug)]
pub struct Columns<'a> {
    study: &'a Study,
    per_read: usize,
    first: usize,
    held: Vec<Vec<f64>>,
}

impl Columns<'_> {
    /// One column without the failed replications; infinite where a value was not reached. Ascending order is fastest.
    ///
    /// # Errors
    /// [`StudyError::Io`] or [`StudyError::Damaged`].
    pub fn get(&mut self, column: usize) -> Result<&[f64], StudyError> {
        let held = self.first..self.first + self.held.len();
        if !held.contains(&column) {
            let columns = self.study.blocks.first().map_or(0, |block| block.header.columns as usize);
            self.first = column;
            self.held = self.study.read_columns(column, self.per_read.min(columns.saturating_sub(column)))?;
        }
        Ok(self.held.get(column - self.first).map_or(&[], Vec::as_slice))
    }
}
