//! Which replications of a study satisfy a condition, from what is kept of each: nothing is simulated again, and of large
//! tables only the pages asked for are read.

use crate::StudyError;
use crate::block::decode_pages;
use crate::details::{BESIDE, PAGES, beside_path};
use crate::identity::{Identity, unhex};
use crate::store::{is_block, runs_folder};
use linchpin_analysis::ask::{Condition, Fact, Subject};
use linchpin_model::{GroupId, Model};
use linchpin_parquet::{Footer, Table, whole_page};
use rayon::prelude::*;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Bytes at the end of a file that hold its footer, but for odd cases.
const END_BYTES: u64 = 32 << 10;

/// What a condition comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Replications looked at: all that are on disk and were finished.
    pub replications: u64,
    /// Numbers of those that satisfy the condition, ascending.
    pub matching: Vec<u32>,
    /// A column of these: see [`ask`].
    pub values: Vec<f64>,
}

/// What the blocks of a study folder were computed from, as the first of them says; the others are not looked at.
///
/// # Errors
/// [`StudyError::NoStudy`] without blocks, [`StudyError::Io`], [`StudyError::Damaged`].
pub fn identity_of(folder: &Path) -> Result<Identity, StudyError> {
    let paths = block_paths(folder)?;
    let first = paths.first().ok_or_else(|| StudyError::NoStudy(folder.to_owned()))?;
    Kept::open(first).map(|block| block.identity)
}

/// Asks all blocks of a study folder. The condition must have been read for the model of this identity, and `column` is a
/// place in its catalogue, whose values are wanted for the replications that match.
///
/// # Errors
/// [`StudyError::NoStudy`] without blocks, [`StudyError::Mismatch`] where they are of another identity,
/// [`StudyError::Io`], [`StudyError::Damaged`] where a file does not hold what it should.
pub fn ask(
    folder: &Path,
    identity: &Identity,
    model: &Model,
    condition: &Condition,
    column: usize,
) -> Result<Answer, StudyError> {
    let paths = block_paths(folder)?;
    let answers: Result<Vec<Answer>, StudyError> = paths
        .par_iter()
        .map(|path| {
            let block = Kept::open(path)?;
            let differences = identity.differences(&block.identity);
            if !differences.is_empty() {
                return Err(StudyError::Mismatch { folder: folder.to_owned(), differences });
            }
            ask_block(folder, &block, model, condition, column)
        })
        .collect();
    let mut whole = Answer::default();
    for mut answer in answers? {
        whole.replications += answer.replications;
        whole.matching.append(&mut answer.matching);
        whole.values.append(&mut answer.values);
    }
    Ok(whole)
}

/// Blocks in order; at least one.
fn block_paths(folder: &Path) -> Result<Vec<PathBuf>, StudyError> {
    let runs = runs_folder(folder);
    if !runs.is_dir() {
        return Err(StudyError::NoStudy(folder.to_owned()));
    }
    let mut paths: Vec<PathBuf> = fs::read_dir(&runs)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(StudyError::io("read folder", &runs))?;
    paths.retain(|path| is_block(path));
    paths.sort();
    if paths.is_empty() {
        return Err(StudyError::NoStudy(folder.to_owned()));
    }
    Ok(paths)
}

fn ask_block(
    folder: &Path,
    block: &Kept,
    model: &Model,
    condition: &Condition,
    column: usize,
) -> Result<Answer, StudyError> {
    let outages = Outages::open(folder, block, condition)?;
    let levels = Levels::open(folder, block, condition)?;
    let column = block.numbers(column)?;
    let facts: Vec<Vec<bool>> = condition
        .facts()
        .iter()
        .map(|fact| match fact.subject() {
            Subject::Asset(node) => {
                outages.as_ref().map_or(Ok(Vec::new()), |table| table.holds(fact, model.id(node), block))
            }
            Subject::Group(group) => {
                levels.as_ref().map_or(Ok(Vec::new()), |table| table.holds(fact, group, block))
            }
            Subject::Metric(metric) => block
                .numbers(metric)
                .map(|column| column.iter().map(|value| fact.holds_for_number(*value)).collect()),
        })
        .collect::<Result<_, _>>()?;
    let mut answer = Answer::default();
    for row in 0..block.rows {
        let replication = block.first + row;
        if block.failed.binary_search(&replication).is_ok() {
            continue;
        }
        answer.replications += 1;
        if condition.holds(|fact| facts[fact].get(row as usize).is_some_and(|holds| *holds)) {
            answer.matching.push(replication);
            answer.values.push(column[row as usize]);
        }
    }
    Ok(answer)
}

/// A file of which parts are read.
struct Pieces {
    path: PathBuf,
    file: File,
    length: u64,
}

impl Pieces {
    fn open(path: &Path) -> Result<Self, StudyError> {
        let opened = File::open(path).and_then(|file| file.metadata().map(|meta| (meta.len(), file)));
        let (length, file) = opened.map_err(StudyError::io("read", path))?;
        Ok(Self { path: path.to_owned(), file, length })
    }

    fn read(&self, place: Range<u64>) -> Result<Vec<u8>, StudyError> {
        if place.start > place.end || place.end > self.length {
            return Err(self.damaged("it is cut off".to_owned()));
        }
        let mut bytes = vec![0; (place.end - place.start) as usize];
        let mut file = &self.file;
        file.seek(SeekFrom::Start(place.start))
            .and_then(|_| file.read_exact(&mut bytes))
            .map_err(StudyError::io("read", &self.path))?;
        Ok(bytes)
    }

    fn damaged(&self, reason: String) -> StudyError {
        StudyError::Damaged { path: self.path.clone(), reason }
    }

    /// Gives the footer to `read`.
    fn footer<T>(&self, read: impl Fn(&Footer<'_>) -> Result<T, String>) -> Result<T, StudyError> {
        let mut begin = self.length.saturating_sub(END_BYTES);
        loop {
            let end = self.read(begin..self.length)?;
            match Footer::parse(&end, self.length as usize).map_err(|reason| self.damaged(reason))? {
                Some(footer) => return read(&footer).map_err(|reason| self.damaged(reason)),
                None if begin > 0 => begin = 0,
                None => return Err(self.damaged("it is cut off".to_owned())),
            }
        }
    }
}

fn text<'f>(footer: &Footer<'f>, key: &str) -> Result<&'f str, String> {
    let text = footer.metadata(&format!("linchpin.{key}"));
    text.ok_or_else(|| format!("its metadata says nothing about linchpin.{key}"))
}

fn number<T: std::str::FromStr>(footer: &Footer<'_>, key: &str) -> Result<T, String> {
    let text = text(footer, key)?;
    text.parse().map_err(|_| format!("its metadata has `{text}` for linchpin.{key}"))
}

fn identity(footer: &Footer<'_>) -> Result<Identity, String> {
    let digest = |key: &str| {
        let text = text(footer, key)?;
        unhex(text).ok_or_else(|| format!("its metadata has `{text}` for linchpin.{key}"))
    };
    Ok(Identity {
        scenario: digest("scenario")?,
        catalogue: digest("catalogue")?,
        seed: number(footer, "seed")?,
        program: text(footer, "program")?.to_owned(),
    })
}

/// A block, of which columns can be read.
struct Kept {
    pieces: Pieces,
    identity: Identity,
    index: u32,
    first: u32,
    rows: u32,
    /// Numbers of replications that were not finished, ascending.
    failed: Vec<u32>,
    /// Metrics and answers: pages of equal length.
    series: u64,
    values: Range<u64>,
}

impl Kept {
    fn open(path: &Path) -> Result<Self, StudyError> {
        let pieces = Pieces::open(path)?;
        let (identity, numbers, failed, values) = pieces.footer(|footer| {
            let keys = ["block", "first", "replications", "metrics", "requirements"];
            let mut numbers = [0; 5];
            for (own, key) in numbers.iter_mut().zip(keys) {
                *own = number(footer, key)?;
            }
            let failed = footer.metadata("linchpin.failed").unwrap_or("[]");
            let failed: Vec<(u32, String)> = serde_json::from_str(failed)
                .map_err(|_| "its list of failed replications cannot be read".to_owned())?;
            let values = footer.pages("value")?.bytes;
            Ok((identity(footer)?, numbers, failed, values.start as u64..values.end as u64))
        })?;
        let [index, first, rows, metrics, requirements] = numbers;
        let series = u64::from(metrics) + u64::from(requirements);
        let failed = failed.into_iter().map(|(replication, _)| replication).collect();
        Ok(Self { pieces, identity, index, first, rows, failed, series, values })
    }

    /// One column.
    fn numbers(&self, column: usize) -> Result<Vec<f64>, StudyError> {
        let page = (self.values.end - self.values.start) / self.series.max(1);
        let begin = self.values.start + page * column as u64;
        let bytes = self.pieces.read(begin..begin + page)?;
        decode_pages(&bytes, self.rows as usize).map_err(|reason| self.pieces.damaged(reason))
    }

    /// For each replication of the block the rows about it, given the column of replications, which ascends.
    fn rows_by_replication<'c>(&self, column: &'c [u32]) -> impl Iterator<Item = Range<usize>> + use<'c> {
        let mut at = 0;
        (self.first..self.first + self.rows).map(move |replication| {
            let begin = at;
            at += column[at..].iter().take_while(|own| **own <= replication).count();
            begin..at
        })
    }

    /// The file beside it.
    fn beside(&self, folder: &Path, name: &str) -> Result<Pieces, StudyError> {
        let path = beside_path(folder, name, self.index);
        if !path.exists() {
            let block = self.pieces.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let reason =
                format!("it is missing; without {block} `linchpin run ... --resume` writes both again");
            return Err(StudyError::Damaged { path, reason });
        }
        Pieces::open(&path)
    }
}

/// The table of outages of a block.
struct Outages {
    assets: Vec<String>,
    /// Rows of asset `i` are `ends[i - 1]..ends[i]`.
    ends: Vec<usize>,
    replications: Vec<u32>,
    from: Vec<u32>,
    to: Vec<Option<u32>>,
}

impl Outages {
    /// The table, where the condition asks of assets.
    fn open(folder: &Path, block: &Kept, condition: &Condition) -> Result<Option<Self>, StudyError> {
        if !condition.facts().iter().any(|fact| matches!(fact.subject(), Subject::Asset(_))) {
            return Ok(None);
        }
        let pieces = block.beside(folder, BESIDE[0])?;
        let bytes = pieces.read(0..pieces.length)?;
        Self::read(&bytes).map(Some).map_err(|reason| pieces.damaged(reason))
    }

    fn read(bytes: &[u8]) -> Result<Self, String> {
        let table = Table::parse(bytes)?;
        let assets = table.text("asset")?;
        let places = 0..assets.dictionary.len() as u32;
        let ends = places.map(|place| assets.indices.partition_point(|index| *index <= place)).collect();
        let outages = Self {
            assets: assets.dictionary.iter().map(|asset| (*asset).to_owned()).collect(),
            ends,
            replications: table.whole("replication")?,
            from: table.whole("from_s")?,
            to: table.optional_whole("to_s")?,
        };
        let rows = table.rows();
        let lengths =
            [assets.indices.len(), outages.replications.len(), outages.from.len(), outages.to.len()];
        if lengths.iter().any(|length| *length != rows) {
            Err("its columns differ in length".to_owned())
        } else {
            Ok(outages)
        }
    }

    fn holds(&self, fact: &Fact, asset: &str, block: &Kept) -> Result<Vec<bool>, StudyError> {
        let rows = match self.assets.iter().position(|own| own == asset) {
            Some(0) => 0..self.ends[0],
            Some(place) => self.ends[place - 1]..self.ends[place],
            None => 0..0,
        };
        let replications = &self.replications[rows.clone()];
        let spans = |own: Range<usize>| {
            own.map(|row| rows.start + row).map(|row| (self.from[row], self.to[row].unwrap_or(u32::MAX)))
        };
        Ok(block.rows_by_replication(replications).map(|own| fact.holds_for_outages(spans(own))).collect())
    }
}

/// The table of levels of a block, of which the pages of single groups can be read.
struct Levels {
    pieces: Pieces,
    /// Of each group with rows its number, and the places of its pages: replication, time, level.
    groups: Vec<(u32, [Range<u64>; 3])>,
}

impl Levels {
    /// The table, where the condition asks of groups.
    fn open(folder: &Path, block: &Kept, condition: &Condition) -> Result<Option<Self>, StudyError> {
        if !condition.facts().iter().any(|fact| matches!(fact.subject(), Subject::Group(_))) {
            return Ok(None);
        }
        let pieces = block.beside(folder, BESIDE[1])?;
        let groups = pieces.footer(|footer| {
            let text = footer.metadata(&format!("linchpin.{PAGES}")).unwrap_or_default();
            let columns = ["replication", "from_s", "level_millionths"];
            let mut begins = [0; 3];
            for (begin, column) in begins.iter_mut().zip(columns) {
                *begin = footer.pages(column)?.bytes.start as u64;
            }
            places(text, begins).ok_or_else(|| "its metadata does not tell where its pages are".to_owned())
        })?;
        Ok(Some(Self { pieces, groups }))
    }

    fn holds(&self, fact: &Fact, group: GroupId, block: &Kept) -> Result<Vec<bool>, StudyError> {
        let known = self.groups.iter().find(|(own, _)| *own as usize == group.index());
        let Some((_, places)) = known else {
            let never = fact.holds_for_levels([]);
            return Ok(vec![never; block.rows as usize]);
        };
        let mut columns = [Vec::new(), Vec::new(), Vec::new()];
        for (column, place) in columns.iter_mut().zip(places) {
            let bytes = self.pieces.read(place.clone())?;
            *column = whole_page(&bytes).map_err(|reason| self.pieces.damaged(reason))?;
        }
        let [replications, times, levels] = &columns;
        if times.len() != replications.len() || levels.len() != replications.len() {
            return Err(self.pieces.damaged("its columns differ in length".to_owned()));
        }
        let steps = |own: Range<usize>| times[own.clone()].iter().copied().zip(levels[own].iter().copied());
        Ok(block.rows_by_replication(replications).map(|own| fact.holds_for_levels(steps(own))).collect())
    }
}

/// Where pages are, from what the metadata says: group, rows, and the ends of its pages in three columns.
fn places(text: &str, mut begins: [u64; 3]) -> Option<Vec<(u32, [Range<u64>; 3])>> {
    text.split(',')
        .filter(|entry| !entry.is_empty())
        .map(|entry| {
            let mut numbers = entry.split(' ').map(|number| number.parse::<u64>().ok());
            let (group, _rows) = (numbers.next()??, numbers.next()??);
            let mut places = [0..0, 0..0, 0..0];
            for (place, begin) in places.iter_mut().zip(&mut begins) {
                let end = numbers.next()??;
                *place = *begin..end;
                *begin = end;
            }
            Some((u32::try_from(group).ok()?, places))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn pages_lie_where_the_metadata_says() {
        let found = places("0 5 110 220 330,4 2 120 240 360", [100, 200, 300]).unwrap();
        assert_eq!(found[0], (0, [100..110, 200..220, 300..330]));
        assert_eq!(found[1], (4, [110..120, 220..240, 330..360]));
        assert_eq!(places("", [0; 3]), Some(Vec::new()));
        for broken in ["0", "0 1 2 3", "x 1 2 3 4", "0 1 2 3 -4"] {
            assert_eq!(places(broken, [0; 3]), None, "{broken}");
        }
    }
}
