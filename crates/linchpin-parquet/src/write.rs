//! Writing a table.

use crate::delta::push_delta;
use crate::format::{Column, Kind, MAGIC, encoding, page};
use crate::hybrid::{push_runs, width_of};
use crate::thrift::{Fields, push_struct};
use std::ops::Range;

/// Key of the metadata that says where attached bytes are.
pub(crate) const ATTACHED: &str = "linchpin.attached";

/// Who wrote a file. The program's version is no part of it: it would change the bytes of equal tables.
const CREATED_BY: &[u8] = b"linchpin";

/// A table that is being written into memory.
#[derive(Debug)]
pub struct Writer<'a> {
    columns: &'a [Column],
    out: Vec<u8>,
    chunks: Vec<Chunk>,
    attached: Option<Range<usize>>,
    page_ends: Vec<usize>,
}

/// A finished file.
#[derive(Clone, Debug)]
pub struct Written {
    /// All of it.
    pub bytes: Vec<u8>,
    /// Where the values of the metadata stand in it, in their order.
    pub values: Vec<Range<usize>>,
}

/// A column as it was written.
#[derive(Debug, Default)]
struct Chunk {
    begin: usize,
    /// First data page, after the dictionary where there is one.
    data: usize,
    end: usize,
    values: usize,
    nulls: usize,
    /// Least and greatest of whole numbers.
    range: Option<(u32, u32)>,
}

impl<'a> Writer<'a> {
    /// An empty table with these columns.
    pub fn new(columns: &'a [Column]) -> Self {
        Self::with_capacity(columns, 0)
    }

    /// The same, with room for a file of so many bytes.
    pub fn with_capacity(columns: &'a [Column], bytes: usize) -> Self {
        let mut out = Vec::with_capacity(bytes);
        out.extend_from_slice(MAGIC);
        Self { columns, out, chunks: Vec::new(), attached: None, page_ends: Vec::new() }
    }

    /// The next column, of text: runs of equal values, each its place in the dictionary and its length.
    pub fn text(&mut self, dictionary: &[impl AsRef<str>], runs: impl IntoIterator<Item = (u32, u32)>) {
        let mut chunk = self.begin(Kind::Text, false);
        let mut body = Vec::new();
        for word in dictionary {
            let word = word.as_ref().as_bytes();
            body.extend_from_slice(&(word.len() as u32).to_le_bytes());
            body.extend_from_slice(word);
        }
        push_struct(&mut self.out, |header| {
            page_sizes(header, page::DICTIONARY, body.len());
            header.structure(7, |own| {
                own.i32(1, dictionary.len() as i32);
                own.i32(2, encoding::PLAIN);
            });
        });
        self.out.extend_from_slice(&body);
        chunk.data = self.out.len();
        let runs = runs.into_iter().inspect(|(_, length)| chunk.values += *length as usize);
        // Some readers know no indices of zero bits.
        let width = width_of(dictionary.len().saturating_sub(1) as u32).max(1);
        body.clear();
        body.push(width as u8);
        push_runs(&mut body, runs, width);
        push_data_header(&mut self.out, body.len(), chunk.values, Kind::Text);
        self.out.extend_from_slice(&body);
        self.end(chunk);
    }

    /// The next column, of whole numbers, page by page.
    pub fn whole<'p>(&mut self, pages: impl IntoIterator<Item = &'p [u32]>) {
        let mut chunk = self.begin(Kind::Whole, false);
        let mut body = Vec::new();
        for numbers in pages {
            body.clear();
            push_delta(&mut body, numbers);
            self.whole_page(&mut chunk, &body, numbers.len(), numbers.iter().copied());
        }
        self.end(chunk);
    }

    /// The next column, of whole numbers: one page so many times over, packed once.
    pub fn repeated_whole(&mut self, numbers: &[u32], times: usize) {
        let mut chunk = self.begin(Kind::Whole, false);
        let mut body = Vec::new();
        push_delta(&mut body, numbers);
        if times > 0 {
            self.whole_page(&mut chunk, &body, numbers.len(), numbers.iter().copied());
        }
        let page = chunk.begin..self.out.len();
        for _ in 1..times {
            self.out.extend_from_within(page.clone());
        }
        chunk.values = numbers.len() * times;
        self.end(chunk);
    }

    /// The next column, of whole numbers or nulls, page by page.
    pub fn optional_whole<'p>(&mut self, pages: impl IntoIterator<Item = &'p [Option<u32>]>) {
        let mut chunk = self.begin(Kind::Whole, true);
        let mut body = Vec::new();
        for values in pages {
            let numbers: Vec<u32> = values.iter().flatten().copied().collect();
            body.clear();
            push_levels(&mut body, values.iter().map(|value| (u32::from(value.is_some()), 1)));
            push_delta(&mut body, &numbers);
            chunk.nulls += values.len() - numbers.len();
            self.whole_page(&mut chunk, &body, values.len(), numbers.into_iter());
        }
        self.end(chunk);
    }

    fn whole_page(
        &mut self,
        chunk: &mut Chunk,
        body: &[u8],
        values: usize,
        numbers: impl Iterator<Item = u32>,
    ) {
        for number in numbers {
            let (least, greatest) = chunk.range.unwrap_or((number, number));
            chunk.range = Some((least.min(number), greatest.max(number)));
        }
        chunk.values += values;
        push_data_header(&mut self.out, body.len(), values, Kind::Whole);
        self.out.extend_from_slice(body);
        self.page_ends.push(self.out.len());
    }

    /// Where the pages of the column of whole numbers that was written last end in the file: whoever keeps this can read
    /// one page alone, with [`whole_page`](crate::whole_page).
    pub fn page_ends(&self) -> &[usize] {
        &self.page_ends
    }

    /// The next column, of numbers or nulls, page by page. In every page the values at the places `absent`
    /// (ascending) are null, whatever number stands there. Pages of equal length have equal numbers of bytes.
    pub fn optional_numbers<'p>(&mut self, pages: impl IntoIterator<Item = &'p [f64]>, absent: &[usize]) {
        let mut chunk = self.begin(Kind::Number, true);
        let mut levels = Vec::new();
        for numbers in pages {
            let mut absent = absent.iter().copied().filter(|place| *place < numbers.len()).peekable();
            let nulls = absent.clone().count();
            levels.clear();
            push_levels(&mut levels, present_runs(numbers.len(), absent.clone()));
            let size = levels.len() + 8 * (numbers.len() - nulls);
            push_data_header(&mut self.out, size, numbers.len(), Kind::Number);
            self.out.extend_from_slice(&levels);
            if nulls == 0 {
                push_numbers(&mut self.out, numbers);
            } else {
                let there =
                    numbers.iter().enumerate().filter(|(place, _)| absent.next_if_eq(place).is_none());
                there.for_each(|(_, number)| self.out.extend_from_slice(&number.to_le_bytes()));
            }
            chunk.values += numbers.len();
            chunk.nulls += nulls;
        }
        self.end(chunk);
    }

    /// Bytes written so far: where the next column begins.
    pub fn position(&self) -> usize {
        self.out.len()
    }

    /// Bytes that belong to the file and to no column; the last ones attached count.
    pub fn attach(&mut self, bytes: &[u8]) {
        let begin = self.out.len();
        self.out.extend_from_slice(bytes);
        self.attached = Some(begin..self.out.len());
    }

    /// The whole file, with metadata for people and programs.
    ///
    /// All columns must have been written, and be of equal length.
    pub fn finish(mut self, metadata: &[(&str, &str)]) -> Written {
        debug_assert_eq!(self.chunks.len(), self.columns.len(), "a column is missing");
        let rows = self.chunks.first().map_or(0, |chunk| chunk.values);
        debug_assert!(self.chunks.iter().all(|chunk| chunk.values == rows), "columns differ in length");
        let place = self.attached.take().map(|place| format!("{} {}", place.start, place.len()));
        let mut values = Vec::new();
        let Self { columns, mut out, chunks, .. } = self;
        let begin = out.len();
        push_struct(&mut out, |footer| {
            footer.i32(1, 2);
            push_schema(footer, columns);
            footer.i64(3, rows as i64);
            footer.structures(4, [()][..usize::from(rows > 0)].iter(), |group, ()| {
                push_group(group, columns, &chunks, rows);
            });
            let attached = place.as_deref().map(|place| (ATTACHED, place));
            let pairs: Vec<_> = attached.into_iter().chain(metadata.iter().copied()).collect();
            let skipped = pairs.len() - metadata.len();
            footer.structures(5, pairs.iter(), |pair, (key, value)| {
                pair.binary(1, key.as_bytes());
                pair.binary(2, value.as_bytes());
                values.push(pair.position() - value.len()..pair.position());
            });
            values.drain(..skipped);
            footer.binary(6, CREATED_BY);
            // Whole numbers are compared as such, not as if they had signs.
            footer.structures(7, columns.iter(), |order, _| order.structure(1, |_| ()));
        });
        let length = (out.len() - begin) as u32;
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(MAGIC);
        Written { bytes: out, values }
    }

    fn begin(&mut self, kind: Kind, optional: bool) -> Chunk {
        self.page_ends.clear();
        let expected = self.columns.get(self.chunks.len()).map(|column| (column.kind, column.optional));
        debug_assert_eq!(expected, Some((kind, optional)), "columns are written in the order declared");
        Chunk { begin: self.out.len(), data: self.out.len(), ..Chunk::default() }
    }

    fn end(&mut self, mut chunk: Chunk) {
        chunk.end = self.out.len();
        self.chunks.push(chunk);
    }
}

/// All numbers in one go: a study has millions.
fn push_numbers(out: &mut Vec<u8>, numbers: &[f64]) {
    let begin = out.len();
    out.resize(begin + 8 * numbers.len(), 0);
    for (place, number) in out[begin..].as_chunks_mut().0.iter_mut().zip(numbers) {
        *place = number.to_le_bytes();
    }
}

/// Runs of present (1) and absent (0) values.
fn present_runs(values: usize, absent: impl Iterator<Item = usize>) -> impl Iterator<Item = (u32, u32)> {
    let mut next = 0;
    absent.map(Some).chain([None]).flat_map(move |place| {
        let present = place.unwrap_or(values) - next;
        next += present + 1;
        [(1, present as u32), (0, u32::from(place.is_some()))]
    })
}

/// Which values of a page are there.
fn push_levels(out: &mut Vec<u8>, runs: impl IntoIterator<Item = (u32, u32)>) {
    let begin = out.len();
    out.extend_from_slice(&[0; 4]);
    push_runs(out, runs, 1);
    let length = (out.len() - begin - 4) as u32;
    out[begin..begin + 4].copy_from_slice(&length.to_le_bytes());
}

fn page_sizes(header: &mut Fields, kind: i32, bytes: usize) {
    header.i32(1, kind);
    header.i32(2, bytes as i32);
    header.i32(3, bytes as i32);
}

fn push_data_header(out: &mut Vec<u8>, bytes: usize, values: usize, kind: Kind) {
    push_struct(out, |header| {
        page_sizes(header, page::DATA, bytes);
        header.structure(5, |own| {
            own.i32(1, values as i32);
            own.i32(2, kind.encoding());
            own.i32(3, encoding::RLE);
            own.i32(4, encoding::RLE);
        });
    });
}

fn push_schema(footer: &mut Fields, columns: &[Column]) {
    let root = [None].into_iter();
    let elements: Vec<Option<&Column>> = root.chain(columns.iter().map(Some)).collect();
    footer.structures(2, elements.iter(), |element, column| {
        let Some(column) = column else {
            element.binary(4, b"schema");
            element.i32(5, columns.len() as i32);
            return;
        };
        element.i32(1, column.kind.physical());
        element.i32(3, i32::from(column.optional));
        element.binary(4, column.name.as_bytes());
        // The older and the newer way of saying what the bytes mean; readers know one or both.
        match column.kind {
            Kind::Number => (),
            Kind::Text => {
                element.i32(6, 0);
                element.structure(10, |logical| logical.structure(1, |_| ()));
            }
            Kind::Whole => {
                element.i32(6, 13);
                element.structure(10, |logical| {
                    logical.structure(10, |integer| {
                        integer.byte(1, 32);
                        integer.bool(2, false);
                    });
                });
            }
        }
    });
}

fn push_group(group: &mut Fields, columns: &[Column], chunks: &[Chunk], rows: usize) {
    let bytes: usize = chunks.iter().map(|chunk| chunk.end - chunk.begin).sum();
    group.structures(1, columns.iter().zip(chunks), |outer, (column, chunk)| {
        outer.i64(2, 0);
        outer.structure(3, |meta| push_chunk(meta, column, chunk));
    });
    group.i64(2, bytes as i64);
    group.i64(3, rows as i64);
    group.i64(5, chunks.first().map_or(0, |chunk| chunk.begin) as i64);
    group.i64(6, bytes as i64);
    group.i16(7, 0);
}

fn push_chunk(meta: &mut Fields, column: &Column, chunk: &Chunk) {
    meta.i32(1, column.kind.physical());
    match column.kind {
        Kind::Text => meta.i32s(2, &[encoding::PLAIN, encoding::RLE, encoding::RLE_DICTIONARY]),
        other => meta.i32s(2, &[other.encoding(), encoding::RLE]),
    }
    meta.binaries(3, &[column.name.as_bytes()]);
    meta.i32(4, 0);
    meta.i64(5, chunk.values as i64);
    meta.i64(6, (chunk.end - chunk.begin) as i64);
    meta.i64(7, (chunk.end - chunk.begin) as i64);
    meta.i64(9, chunk.data as i64);
    if chunk.data > chunk.begin {
        meta.i64(11, chunk.begin as i64);
    }
    meta.structure(12, |statistics| {
        statistics.i64(3, chunk.nulls as i64);
        if let Some((least, greatest)) = chunk.range {
            statistics.binary(5, &greatest.to_le_bytes());
            statistics.binary(6, &least.to_le_bytes());
        }
    });
}
