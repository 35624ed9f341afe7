//! Block files: the results of a run of consecutive replications, as a Parquet table that anybody can read.
//!
//! The rows are those of `docs/study-format.md`, sorted by series, then replication. Series are all metrics, then for each
//! requirement and group whether it held, as 1 or 0. A page of values is one series, and all pages of a block are equally
//! long, so a series can be read alone. Values of failed replications are null; which failed and why stands in the metadata.
//! The sums that resuming needs are attached behind the last page, where readers of Parquet do not look.

use crate::identity::{Digest32, Identity};
use crate::labels::{Labels, RESULTS};
use crate::seal::{Part, Sealed, seal};
use linchpin_parquet::{Writer, number_page};
use std::ops::Range;

/// A replication that could not be finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// Its number.
    pub replication: u32,
    /// Why.
    pub reason: String,
}

/// What a block file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the study was computed from.
    pub identity: Identity,
    /// Number of the block.
    pub index: u32,
    /// First replication.
    pub first: u32,
    /// Replications.
    pub rows: u32,
    /// Columns.
    pub columns: u32,
    /// Answers a replication.
    pub answers: u32,
    /// Where the values are in the file: pages of equal length, one for each column and then each answer.
    values: Range<u64>,
}

impl Header {
    fn of(sealed: &Sealed) -> Result<Self, String> {
        let Part { index, first, rows } = sealed.part;
        let (columns, answers) = (sealed.number("metrics")?, sealed.number("requirements")?);
        let pages = sealed.table.pages("value")?.bytes;
        let values = pages.start as u64..pages.end as u64;
        let header = Self { identity: sealed.identity.clone(), index, first, rows, columns, answers, values };
        let series = u64::from(columns) + u64::from(answers);
        if series * u64::from(rows) != sealed.table.rows() as u64
            || series > 0 && !(header.values.end - header.values.start).is_multiple_of(series)
        {
            return Err("its table is not as long as it should be".to_owned());
        }
        Ok(header)
    }

    /// Where the pages of these columns are in the file.
    pub(crate) fn place_of(&self, columns: Range<usize>) -> Range<u64> {
        let series = u64::from(self.columns) + u64::from(self.answers);
        let page = (self.values.end - self.values.start) / series.max(1);
        let at = |column: usize| self.values.start + page * column as u64;
        at(columns.start)..at(columns.end)
    }
}

/// The results of one block.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Number of the block.
    pub index: u32,
    /// First replication.
    pub first: u32,
    /// Replications.
    pub rows: u32,
    /// Answers a replication.
    pub answers: u32,
    /// Numbers, column after column.
    pub columns: Vec<f64>,
    /// Bits, answer after answer, each filled up to a whole byte.
    pub bits: Vec<u8>,
    /// Replications that could not be finished, ascending.
    pub failed: Vec<Failed>,
}

impl Block {
    /// A block with nothing in it yet.
    pub fn new(index: u32, first: u32, rows: u32, columns: usize, answers: usize) -> Self {
        Self::with_buffer(index, first, rows, columns, answers, Vec::new())
    }

    /// The same in the buffer of the columns of another block, whose numbers stand there until they are written over.
    pub(crate) fn with_buffer(
        index: u32,
        first: u32,
        rows: u32,
        columns: usize,
        answers: usize,
        mut buffer: Vec<f64>,
    ) -> Self {
        buffer.resize(columns * rows as usize, f64::NAN);
        Self {
            index,
            first,
            rows,
            answers: answers as u32,
            columns: buffer,
            bits: vec![0; answers * (rows as usize).div_ceil(8)],
            failed: Vec::new(),
        }
    }

    /// Writes the numbers and answers of one replication, `row` counted within the block.
    pub fn set_row(&mut self, row: usize, numbers: &[f64], answers: &[bool]) {
        self.set_rows(row, 1, &mut numbers.to_vec(), answers);
    }

    /// Writes the numbers and answers of consecutive replications from `start` on, row after row. Column by column, so that
    /// what is written lies together. Numbers are [`canonical`] then.
    pub(crate) fn set_rows(&mut self, start: usize, count: usize, numbers: &mut [f64], answers: &[bool]) {
        let (rows, width) = (self.rows as usize, numbers.len() / count.max(1));
        // In a loop of its own, which takes several numbers at a time.
        numbers.iter_mut().for_each(|number| *number = canonical(*number));
        for column in 0..width {
            let place = column * rows + start;
            let own = self.columns[place..place + count].iter_mut();
            for (own, row) in own.zip(numbers.chunks_exact(width)) {
                *own = row[column];
            }
        }
        let width = answers.len() / count.max(1);
        for (place, _) in answers.iter().enumerate().filter(|(_, held)| **held) {
            self.set_answer(place % width, start + place / width);
        }
    }

    fn set_answer(&mut self, answer: usize, row: usize) {
        self.bits[answer * (self.rows as usize).div_ceil(8) + row / 8] |= 1 << (row % 8);
    }

    /// One answer of one replication, `row` counted within the block.
    pub fn answer(&self, answer: usize, row: usize) -> bool {
        self.bits[answer * (self.rows as usize).div_ceil(8) + row / 8] >> (row % 8) & 1 == 1
    }

    /// One column.
    pub fn column(&self, column: usize) -> &[f64] {
        let rows = self.rows as usize;
        &self.columns[column * rows..(column + 1) * rows]
    }

    /// Why replication `row` of this block could not be finished, if so.
    pub fn failure(&self, row: usize) -> Option<&str> {
        let replication = self.first + row as u32;
        let at = self.failed.binary_search_by_key(&replication, |failed| failed.replication).ok()?;
        Some(&self.failed[at].reason)
    }

    /// The whole file, what it says of itself, and its digest.
    pub fn encode(&self, identity: &Identity, labels: &Labels, sums: &[u8]) -> Encoded {
        self.encode_into(Vec::new(), identity, labels, sums)
    }

    /// The same in a buffer of which nothing but the room is used.
    pub(crate) fn encode_into(
        &self,
        mut buffer: Vec<u8>,
        identity: &Identity,
        labels: &Labels,
        sums: &[u8],
    ) -> Encoded {
        let (rows, answers) = (self.rows as usize, self.answers as usize);
        let columns = self.columns.len() / rows.max(1);
        let part = Part { index: self.index, first: self.first, rows: self.rows };
        buffer.clear();
        buffer.reserve(self.columns.len() * 9 + 8 * rows * answers + sums.len());
        let mut writer = Writer::with_buffer(&RESULTS, buffer);
        let replications: Vec<u32> = (self.first..self.first + self.rows).collect();
        writer.repeated_whole(&replications, columns + answers);
        for words in [&labels.ids, &labels.groups, &labels.units] {
            writer.text(&words.dictionary, words.runs(self.rows));
        }
        let held = self.held();
        let values = self.columns.chunks(rows.max(1)).chain(held.chunks(rows.max(1)));
        let absent: Vec<usize> =
            self.failed.iter().map(|failed| (failed.replication - self.first) as usize).collect();
        let begin = writer.position() as u64;
        writer.optional_numbers(values, &absent);
        let header = Header {
            identity: identity.clone(),
            index: self.index,
            first: self.first,
            rows: self.rows,
            columns: columns as u32,
            answers: self.answers,
            values: begin..writer.position() as u64,
        };
        writer.attach(sums);
        let (metrics, requirements) = (columns.to_string(), answers.to_string());
        let failed = encode_failed(&self.failed);
        let more = [
            ("marking", &*labels.marking),
            ("metrics", &metrics),
            ("requirements", &requirements),
            ("failed", &failed),
        ];
        let (bytes, digest) = seal(writer, identity, part, &more);
        Encoded { bytes, header, digest }
    }

    /// Answers as numbers, answer after answer.
    fn held(&self) -> Vec<f64> {
        let rows = self.rows as usize;
        let places = (0..self.answers as usize).flat_map(|answer| (0..rows).map(move |row| (answer, row)));
        places.map(|(answer, row)| f64::from(u8::from(self.answer(answer, row)))).collect()
    }

    /// Reads a whole file and makes sure that not one bit of it has changed.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn decode(bytes: &[u8]) -> Result<Decoded, String> {
        Self::take(&Sealed::parse(bytes)?, bytes)
    }

    /// The same without looking at the checksum.
    pub(crate) fn decode_unchecked(bytes: &[u8]) -> Result<Decoded, String> {
        Self::take(&Sealed::parse_unchecked(bytes)?, bytes)
    }

    fn take(sealed: &Sealed, bytes: &[u8]) -> Result<Decoded, String> {
        let header = Header::of(sealed)?;
        let (rows, columns, answers) = (header.rows, header.columns as usize, header.answers as usize);
        let mut block = Self::new(header.index, header.first, rows, 0, answers);
        let place = header.place_of(0..columns);
        block.columns = decode_pages(&bytes[place.start as usize..place.end as usize], rows as usize)?;
        let place = header.place_of(columns..columns + answers);
        let held = decode_pages(&bytes[place.start as usize..place.end as usize], rows as usize)?;
        for (at, _) in held.iter().enumerate().filter(|(_, held)| **held == 1.0) {
            block.set_answer(at / rows as usize, at % rows as usize);
        }
        block.failed = decode_failed(sealed.text("failed")?)?;
        let sums = sealed.table.attached()?.to_vec();
        Ok(Decoded { header, block, sums, digest: sealed.digest })
    }
}

/// A block file that is to be written.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// All of it.
    pub bytes: Vec<u8>,
    /// What it says of itself.
    pub header: Header,
    /// The digest in its metadata.
    pub digest: Digest32,
}

/// A block file that was read.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// What it says of itself.
    pub header: Header,
    /// Its results.
    pub block: Block,
    /// Its sums.
    pub sums: Vec<u8>,
    /// The digest in its metadata.
    pub digest: Digest32,
}

/// Numbers of consecutive pages, each of which has to have `rows` of them.
pub(crate) fn decode_pages(mut bytes: &[u8], rows: usize) -> Result<Vec<f64>, String> {
    let mut numbers = Vec::with_capacity(bytes.len() / 8);
    while !bytes.is_empty() {
        let before = numbers.len();
        let used = number_page(bytes, &mut numbers)?;
        if numbers.len() - before != rows {
            return Err("its pages are not as long as they should be".to_owned());
        }
        bytes = &bytes[used..];
    }
    Ok(numbers)
}

/// One bit pattern for every value: processors make NaN with different signs, and zero has two.
fn canonical(number: f64) -> f64 {
    if number.is_nan() { f64::NAN } else { number + 0.0 }
}

/// As a JSON list of pairs.
fn encode_failed(list: &[Failed]) -> String {
    let pairs: Vec<_> = list.iter().map(|failed| (failed.replication, &failed.reason)).collect();
    // Numbers and texts can always be written.
    serde_json::to_string(&pairs).unwrap_or_default()
}

fn decode_failed(text: &str) -> Result<Vec<Failed>, String> {
    let pairs: Vec<(u32, String)> = serde_json::from_str(text)
        .map_err(|_| "its list of failed replications cannot be read".to_owned())?;
    Ok(pairs.into_iter().map(|(replication, reason)| Failed { replication, reason }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::Series;

    fn identity() -> Identity {
        Identity::new("scenario", &["a".to_owned(), "b".to_owned()], 3, 42, "0.1.0")
    }

    fn labels() -> Labels {
        let series = |id: &str| Series { id: id.to_owned(), group: "all".to_owned(), unit: "h".to_owned() };
        Labels::new(&["a", "b", "r/1", "r/2", "r/3"].map(series))
    }

    fn block() -> Block {
        let mut block = Block::new(2, 20, 10, 2, 3);
        for row in (0..10).filter(|row| *row != 4) {
            block.set_row(row, &[row as f64, -0.0 / (row as f64 - 5.0)], &[row > 5, row == 0, true]);
        }
        block.failed.push(Failed { replication: 24, reason: "too many passes \u{2026}".to_owned() });
        block
    }

    #[test]
    fn what_is_written_is_read() {
        let Encoded { bytes, header, digest } = block().encode(&identity(), &labels(), b"sums");
        let decoded = Block::decode(&bytes).unwrap();
        assert_eq!((&decoded.header.identity, &decoded.header), (&identity(), &header));
        assert_eq!((decoded.sums.as_slice(), decoded.digest), (b"sums".as_slice(), digest));
        let (read, written) = (&decoded.block, &block());
        assert_eq!(read.failed, written.failed);
        assert_eq!(read.bits, written.bits);
        // NaN is unlike itself, so numbers are compared by their bits.
        let bits = |block: &Block| block.columns.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(read), bits(written));
        for row in 0..10 {
            assert_eq!(read.answer(0, row), row > 5);
            assert_eq!(read.failure(row).is_some(), row == 4);
        }
        let place = decoded.header.place_of(1..2);
        let column = decode_pages(&bytes[place.start as usize..place.end as usize], 10).unwrap();
        assert_eq!((column.len(), column[5].to_bits()), (10, f64::NAN.to_bits()));
        assert!(column[6] == 0.0 && column[4].is_nan());
    }

    /// The table as others see it.
    #[test]
    fn rows_are_sorted_by_series_then_replication() {
        let bytes = block().encode(&identity(), &labels(), b"").bytes;
        let table = Sealed::parse(&bytes).unwrap().table;
        assert_eq!(table.whole("replication").unwrap(), (20..30).collect::<Vec<_>>().repeat(5));
        let ids = table.text("metric").unwrap();
        assert_eq!(ids.dictionary, ["a", "b", "r/1", "r/2", "r/3"]);
        assert!(ids.indices.iter().enumerate().all(|(row, index)| *index as usize == row / 10));
        assert_eq!(table.text("unit").unwrap().dictionary, ["h"]);
        let values = table.optional_numbers("value").unwrap();
        assert_eq!((values[9], values[20], values[26]), (9.0, 0.0, 1.0));
        assert!(values[4].is_nan() && values[44].is_nan());
    }

    #[test]
    fn zero_and_nan_have_one_bit_pattern() {
        for (number, bits) in [(-0.0, 0), (-f64::NAN, f64::NAN.to_bits()), (1.5, 1.5_f64.to_bits())] {
            assert_eq!(canonical(number).to_bits(), bits);
        }
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_noticed() {
        let bytes = block().encode(&identity(), &labels(), b"sums").bytes;
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            assert!(Block::decode(&changed).is_err(), "byte {at}");
            assert!(Block::decode(&bytes[..at]).is_err(), "cut at {at}");
            // Where only the digest would notice, nothing may panic either.
            let _ = Block::decode_unchecked(&changed);
        }
    }

    #[test]
    fn a_table_of_another_length_is_refused() {
        for (metrics, requirements, fits) in
            [("2", "1", true), ("1", "1", false), ("9", "0", false), ("0", "0", false)]
        {
            let mut writer = Writer::new(&RESULTS);
            writer.repeated_whole(&[0, 1], 3);
            (0..3).for_each(|_| writer.text(&["x"], [(0, 6)]));
            writer.optional_numbers([&[0.0, 1.0][..]; 3], &[]);
            let more = [("metrics", metrics), ("requirements", requirements), ("failed", "[]")];
            let (bytes, _) = seal(writer, &identity(), Part { index: 0, first: 0, rows: 2 }, &more);
            assert_eq!(Block::decode(&bytes).is_ok(), fits, "{metrics} {requirements}");
        }
    }
}
