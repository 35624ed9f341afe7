//! Columns of text: a page with the dictionary, then pages of places in it.
//!
//! The library writes pages, but finds the place of every row's text by hashing it, which cost more than all numbers of a
//! study together. Whoever writes text here knows its runs, so the indices are made of them: one run of the format's hybrid
//! encoding for each.

use bytes::Bytes;
use parquet::basic::{Encoding, EncodingMask, PageType};
use parquet::column::page::{CompressedPage, Page, PageWriteSpec, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::metadata::{ColumnChunkMetaData, PageEncodingStats};
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

/// Rows of a page.
const ROWS: u32 = 1 << 16;

/// Encoding of the dictionary.
const DICTIONARY: Encoding = Encoding::PLAIN;

/// Encoding of the places in it.
const PLACES: Encoding = Encoding::RLE_DICTIONARY;

/// Appends a column of runs of equal text, each its place in the dictionary and its length.
pub(crate) fn column(
    column: ColumnDescPtr,
    out: &mut Vec<u8>,
    dictionary: &[impl AsRef<str>],
    runs: impl IntoIterator<Item = (u32, u32)>,
) -> Result<ColumnCloseResult> {
    let mut tracked = TrackedWrite::new(out);
    let mut pages = SerializedPageWriter::new(&mut tracked);
    let first = pages.write_page(dictionary_page(dictionary))?;
    let mut written = Totals { values: 0, compressed: 0, uncompressed: 0 };
    written.add(&first);
    let mut data = Vec::new();
    for page in Places::new(runs) {
        data.push(pages.write_page(page)?);
    }
    pages.close()?;
    written.values = 0;
    data.iter().for_each(|spec| written.add(spec));
    let stats = |page_type, encoding, count| PageEncodingStats { page_type, encoding, count };
    let metadata = ColumnChunkMetaData::builder(column)
        .set_encodings_mask(EncodingMask::new_from_encodings([Encoding::RLE, DICTIONARY, PLACES].iter()))
        .set_page_encoding_stats(vec![
            stats(PageType::DICTIONARY_PAGE, DICTIONARY, 1),
            stats(PageType::DATA_PAGE, PLACES, data.len() as i32),
        ])
        .set_total_compressed_size(written.compressed)
        .set_total_uncompressed_size(written.uncompressed)
        .set_num_values(written.values)
        .set_dictionary_page_offset(Some(first.offset as i64))
        .set_data_page_offset(
            data.first().map_or(first.offset + first.bytes_written, |spec| spec.offset) as i64
        )
        .build()?;
    Ok(ColumnCloseResult {
        bytes_written: written.compressed as u64,
        rows_written: written.values as u64,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    })
}

struct Totals {
    values: i64,
    compressed: i64,
    uncompressed: i64,
}

impl Totals {
    fn add(&mut self, spec: &PageWriteSpec) {
        self.values += i64::from(spec.num_values);
        self.compressed += spec.compressed_size as i64;
        self.uncompressed += spec.uncompressed_size as i64;
    }
}

fn dictionary_page(words: &[impl AsRef<str>]) -> CompressedPage {
    let mut bytes = Vec::new();
    for word in words {
        let word = word.as_ref();
        bytes.extend_from_slice(&(word.len() as u32).to_le_bytes());
        bytes.extend_from_slice(word.as_bytes());
    }
    let length = bytes.len();
    let (buf, num_values) = (bytes.into(), words.len() as u32);
    CompressedPage::new(
        Page::DictionaryPage { buf, num_values, encoding: DICTIONARY, is_sorted: false },
        length,
    )
}

/// Pages of indices, of equal length whatever the runs.
struct Places<I> {
    runs: I,
    /// What of a run is left.
    left: (u32, u32),
    /// The highest place so far: as wide as it are the indices of a page.
    highest: u32,
}

impl<I: Iterator<Item = (u32, u32)>> Places<I> {
    fn new(runs: impl IntoIterator<IntoIter = I>) -> Self {
        Self { runs: runs.into_iter(), left: (0, 0), highest: 0 }
    }

    /// The next run of at most so many rows; equal neighbours are one.
    fn next_run(&mut self, most: u32) -> Option<(u32, u32)> {
        while self.left.1 < most {
            match self.runs.next() {
                Some((_, 0)) => {}
                Some((place, length)) if place == self.left.0 || self.left.1 == 0 => {
                    self.left = (place, self.left.1 + length);
                }
                Some(other) => return Some(std::mem::replace(&mut self.left, other)),
                None => break,
            }
        }
        let (place, length) = self.left;
        let taken = length.min(most);
        self.left.1 -= taken;
        (taken > 0).then_some((place, taken))
    }
}

impl<I: Iterator<Item = (u32, u32)>> Iterator for Places<I> {
    type Item = CompressedPage;

    fn next(&mut self) -> Option<CompressedPage> {
        let (mut runs, mut rows) = (Vec::new(), 0);
        while rows < ROWS
            && let Some((place, length)) = self.next_run(ROWS - rows)
        {
            rows += length;
            self.highest = self.highest.max(place);
            runs.push((place, length));
        }
        let bits = (u32::BITS - self.highest.leading_zeros()) as u8;
        let mut bytes = vec![bits];
        runs.iter().for_each(|(place, length)| put_run(&mut bytes, *place, *length, bits));
        let length = bytes.len();
        let page = Page::DataPage {
            buf: Bytes::from(bytes),
            num_values: rows,
            encoding: PLACES,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        (rows > 0).then(|| CompressedPage::new(page, length))
    }
}

/// A run in the hybrid encoding of the format: twice its length in groups of seven bits, the lowest first, then the place in
/// as many whole bytes as it takes.
fn put_run(bytes: &mut Vec<u8>, place: u32, length: u32, bits: u8) {
    let mut header = u64::from(length) << 1;
    while header >= 0x80 {
        bytes.push(header as u8 | 0x80);
        header >>= 7;
    }
    bytes.push(header as u8);
    bytes.extend_from_slice(&place.to_le_bytes()[..usize::from(bits.div_ceil(8))]);
}

#[cfg(test)]
mod tests {
    use super::Places;
    use crate::format::{Column, Kind, properties, schema};
    use crate::{Table, Writer};
    use parquet::data_type::{ByteArray, ByteArrayType};
    use parquet::file::writer::SerializedFileWriter;

    const COLUMNS: [Column; 1] = [Column { name: "who", kind: Kind::Text, optional: false }];

    /// The whole file as the library writes it, row by row.
    fn by_the_library(words: &[&str], runs: &[(u32, u32)]) -> Vec<u8> {
        let rows: Vec<ByteArray> = runs
            .iter()
            .flat_map(|(place, length)| vec![ByteArray::from(words[*place as usize]); *length as usize])
            .collect();
        let schema = schema(&COLUMNS).unwrap();
        let mut file =
            SerializedFileWriter::new(Vec::new(), schema.root_schema_ptr(), properties(&COLUMNS)).unwrap();
        let mut group = file.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        for page in rows.chunks(super::ROWS as usize) {
            column.typed::<ByteArrayType>().write_batch(page, None, None).unwrap();
        }
        column.close().unwrap();
        group.close().unwrap();
        file.into_inner().unwrap()
    }

    fn by_us(words: &[&str], runs: &[(u32, u32)]) -> Vec<u8> {
        let mut writer = Writer::new(&COLUMNS);
        writer.text(words, runs.iter().copied());
        writer.finish(&[]).bytes
    }

    /// Down to the last byte of pages and footer, where no run is so short that the library packs its bits.
    #[test]
    fn the_file_is_the_one_that_the_library_writes() {
        let many: Vec<String> = (0..300).map(|i| i.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let every: Vec<(u32, u32)> = (0..300).map(|place| (place, 1000 + place)).collect();
        for (words, runs) in [
            (&["a", "b", "\u{e9}"][..], &[(0, 9), (1, 8), (2, 1000)][..]),
            (&["one"], &[(0, 70_000)]),
            (&["one", "other"], &[(0, 65_536), (1, 65_536)]),
            (&["a", "b"], &[(0, 40_000), (0, 40_000), (1, 9), (0, 200_000)]),
            (&many, &every),
        ] {
            assert!(by_us(words, runs) == by_the_library(words, runs), "{words:?}");
        }
    }

    #[test]
    fn short_runs_are_read_back() {
        let words = ["a", "b", "c", "d", "e"];
        let runs: Vec<(u32, u32)> = (0..40_000).map(|i| ((i * i) % 5, i % 7)).collect();
        for bytes in [by_us(&words, &runs), by_the_library(&words, &runs)] {
            let texts = Table::parse(&bytes).unwrap().text("who").unwrap();
            let read = texts.indices.iter().map(|index| texts.dictionary[*index as usize].as_str());
            let rows = runs.iter().flat_map(|(place, n)| vec![words[*place as usize]; *n as usize]);
            assert!(read.eq(rows));
        }
    }

    #[test]
    fn equal_neighbours_are_one_run_and_no_run_is_longer_than_a_page() {
        let mut places = Places::new([(1, 2), (1, 3), (0, 0), (1, 1), (2, 9), (0, 4)]);
        let taken: Vec<_> = std::iter::from_fn(|| places.next_run(5)).collect();
        assert_eq!(taken, [(1, 5), (1, 1), (2, 5), (2, 4), (0, 4)]);
    }
}
