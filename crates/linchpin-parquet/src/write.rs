//! Writing a table.

use crate::footer::footer;
use crate::format::{Column, Kind, MAGIC, properties, schema};
use crate::place::place_after;
use crate::{delta, plain, text};
use parquet::column::page::{CompressedPage, PageWriteSpec, PageWriter};
use parquet::column::writer::{
    ColumnCloseResult, ColumnWriterImpl, get_column_writer, get_typed_column_writer,
};
use parquet::data_type::{DataType, DoubleType, Int32Type};
use parquet::errors::Result;
use parquet::file::metadata::{KeyValue, PageEncodingStats};
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::SchemaDescriptor;
use std::ops::Range;

/// Key of the metadata that says where attached bytes are.
pub(crate) const ATTACHED: &str = "linchpin.attached";

/// A table that is being written into memory.
///
/// # Panics
/// All of its functions panic where columns are not written as declared, or where a page would have 2 GiB or more.
#[derive(Debug)]
pub struct Writer<'a> {
    columns: &'a [Column],
    schema: SchemaDescriptor,
    properties: WriterPropertiesPtr,
    /// What the library is told of the columns so far.
    closed: Vec<ColumnCloseResult>,
    /// The file so far.
    out: Vec<u8>,
    attached: Option<Vec<u8>>,
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

impl<'a> Writer<'a> {
    /// An empty table with these columns.
    pub fn new(columns: &'a [Column]) -> Self {
        Self::with_capacity(columns, 0)
    }

    /// The same, with room for a file of so many bytes.
    pub fn with_capacity(columns: &'a [Column], bytes: usize) -> Self {
        Self::with_buffer(columns, Vec::with_capacity(bytes))
    }

    /// The same in a buffer of which nothing but the room is used.
    pub fn with_buffer(columns: &'a [Column], mut buffer: Vec<u8>) -> Self {
        buffer.clear();
        buffer.extend_from_slice(MAGIC);
        Self {
            columns,
            schema: written(schema(columns)),
            properties: properties(columns),
            closed: Vec::new(),
            out: buffer,
            attached: None,
            page_ends: Vec::new(),
        }
    }

    /// The next column, of text: runs of equal values, each its place in the dictionary and its length.
    pub fn text(&mut self, dictionary: &[impl AsRef<str>], runs: impl IntoIterator<Item = (u32, u32)>) {
        self.expect(Kind::Text, false);
        self.page_ends.clear();
        let column = self.schema.column(self.closed.len());
        let closed = written(text::column(column, &mut self.out, dictionary, runs));
        self.closed.push(closed);
    }

    /// The next column, of whole numbers, page by page.
    pub fn whole<'p>(&mut self, pages: impl IntoIterator<Item = &'p [u32]>) {
        self.whole_from(pages.into_iter().map(|page| page.iter().copied()));
    }

    /// The same, from wherever the numbers lie.
    pub fn whole_from<P>(&mut self, pages: impl IntoIterator<Item = P>)
    where
        P: ExactSizeIterator<Item = u32>,
    {
        self.expect(Kind::Whole, false);
        self.page_ends.clear();
        let column = self.schema.column(self.closed.len());
        let closed = written(delta::column(column, &mut self.out, pages, &mut self.page_ends));
        self.closed.push(closed);
    }

    /// The next column, of whole numbers: one page so many times over, packed once.
    pub fn repeated_whole(&mut self, numbers: &[u32], times: usize) {
        if times == 0 {
            return self.whole([]);
        }
        let begin = self.out.len();
        self.whole([numbers]);
        let Some(closed) = self.closed.pop() else { return };
        let length = self.out.len() - begin;
        for _ in 1..times {
            self.out.extend_from_within(begin..begin + length);
        }
        self.closed.push(written(repeated(closed, times)));
        self.page_ends = (1..=times).map(|time| begin + length * time).collect();
    }

    /// The next column, of whole numbers or nulls, page by page.
    pub fn optional_whole<'p>(&mut self, pages: impl IntoIterator<Item = &'p [Option<u32>]>) {
        self.column::<Int32Type>(Kind::Whole, |writer| {
            for values in pages {
                let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
                let page: Vec<i32> = values.iter().flatten().map(|number| number.cast_signed()).collect();
                writer.write_batch(&page, Some(&levels), None)?;
            }
            Ok(())
        });
    }

    /// The next column, of numbers or nulls, page by page. In every page the values at the places `absent`
    /// (ascending) are null, whatever number stands there. Pages of equal length have equal numbers of bytes.
    pub fn optional_numbers<'p>(&mut self, pages: impl IntoIterator<Item = &'p [f64]>, absent: &[usize]) {
        let pages: Vec<&[f64]> = pages.into_iter().collect();
        if absent.is_empty() && pages.iter().all(|page| page.len() >= plain::SHORTEST_RUN) {
            self.expect(Kind::Number, true);
            self.page_ends.clear();
            let column = self.schema.column(self.closed.len());
            let closed = written(plain::column(column, &mut self.out, pages, &mut self.page_ends));
            self.closed.push(closed);
            return;
        }
        self.column::<DoubleType>(Kind::Number, |writer| {
            let (mut levels, mut there) = (Vec::new(), Vec::new());
            for numbers in pages {
                if levels.len() != numbers.len() {
                    levels = vec![1; numbers.len()];
                    for place in absent.iter().filter(|place| **place < numbers.len()) {
                        levels[*place] = 0;
                    }
                }
                if absent.is_empty() {
                    writer.write_batch(numbers, Some(&levels), None)?;
                    continue;
                }
                there.clear();
                there.extend(numbers.iter().zip(&levels).filter(|(_, level)| **level == 1).map(|own| *own.0));
                writer.write_batch(&there, Some(&levels), None)?;
            }
            Ok(())
        });
    }

    /// Where the pages of the column of whole numbers that was written last end in the file: whoever keeps this can read
    /// one page alone, with [`whole_page`](crate::whole_page).
    pub fn page_ends(&self) -> &[usize] {
        &self.page_ends
    }

    /// Bytes of the columns so far: where the next one begins.
    pub fn position(&self) -> usize {
        self.out.len()
    }

    /// Bytes that belong to the file and to no column; the last ones attached count.
    pub fn attach(&mut self, bytes: &[u8]) {
        self.attached = Some(bytes.to_vec());
    }

    /// The whole file, with metadata for people and programs.
    ///
    /// All columns must have been written, and be of equal length.
    pub fn finish(mut self, metadata: &[(&str, &str)]) -> Written {
        debug_assert_eq!(self.closed.len(), self.columns.len(), "a column is missing");
        if self.closed.first().is_none_or(|column| column.rows_written == 0) {
            self.out.truncate(MAGIC.len());
        }
        let place = self.attached.as_ref().map(|attached| {
            let place = format!("{} {}", self.out.len(), attached.len());
            self.out.extend_from_slice(attached);
            KeyValue::new(ATTACHED.to_owned(), place)
        });
        let more = metadata.iter().map(|(key, value)| KeyValue::new((*key).to_owned(), (*value).to_owned()));
        // Values stand in the footer in their order, each behind its key.
        let mut from = self.out.len();
        let root = self.schema.root_schema_ptr();
        written(footer(&mut self.out, root, self.properties, self.closed, place.into_iter().chain(more)));
        let bytes = self.out;
        let values = metadata.iter().filter_map(|(key, value)| {
            let place = place_after(&bytes, from, key, value)?;
            from = place.end;
            Some(place)
        });
        Written { values: values.collect(), bytes }
    }

    fn expect(&self, kind: Kind, optional: bool) {
        let expected = self.columns.get(self.closed.len());
        let fits = |column: &Column| column.kind == kind && column.optional == optional;
        debug_assert!(expected.is_some_and(fits), "columns are written in the order declared");
    }

    /// The next column, which may have nulls, as the library encodes it.
    fn column<T: DataType>(
        &mut self,
        kind: Kind,
        fill: impl FnOnce(&mut ColumnWriterImpl<'_, T>) -> Result<()>,
    ) {
        self.expect(kind, true);
        let begin = self.out.len();
        let (mut out, mut ends) = (TrackedWrite::new(std::mem::take(&mut self.out)), Vec::new());
        let pages = Pages { inner: SerializedPageWriter::new(&mut out), ends: &mut ends };
        let column = self.schema.column(self.closed.len());
        let writer = get_column_writer(column, self.properties.clone(), Box::new(pages));
        let mut writer = get_typed_column_writer::<T>(writer);
        let closed = written(fill(&mut writer).and_then(|()| writer.close()));
        self.out = written(out.into_inner());
        self.page_ends = ends.into_iter().map(|end| begin + end).collect();
        self.closed.push(closed);
    }
}

/// Notes where pages end.
struct Pages<'a> {
    inner: SerializedPageWriter<'a, Vec<u8>>,
    ends: &'a mut Vec<usize>,
}

impl PageWriter for Pages<'_> {
    fn write_page(&mut self, page: CompressedPage) -> Result<PageWriteSpec> {
        let spec = self.inner.write_page(page)?;
        self.ends.push((spec.offset + spec.bytes_written) as usize);
        Ok(spec)
    }

    fn close(&mut self) -> Result<()> {
        self.inner.close()
    }
}

/// What is said of a column whose only page stands there so many times over.
fn repeated(closed: ColumnCloseResult, times: usize) -> Result<ColumnCloseResult> {
    let own = closed.metadata;
    let many = times as i64;
    let pages = own.page_encoding_stats().into_iter().flatten();
    let pages =
        pages.map(|stats| PageEncodingStats { count: stats.count * times as i32, ..stats.clone() }).collect();
    let (values, compressed, uncompressed) =
        (own.num_values(), own.compressed_size(), own.uncompressed_size());
    let metadata = own
        .into_builder()
        .set_num_values(values * many)
        .set_total_compressed_size(compressed * many)
        .set_total_uncompressed_size(uncompressed * many)
        .set_page_encoding_stats(pages)
        .build()?;
    let (bytes_written, rows_written) =
        (closed.bytes_written * times as u64, closed.rows_written * times as u64);
    Ok(ColumnCloseResult { bytes_written, rows_written, metadata, ..closed })
}

/// What the library has written. It writes into memory, which cannot fail, and is told what the columns declare.
fn written<T>(result: Result<T>) -> T {
    match result {
        Ok(written) => written,
        Err(error) => panic!("a table cannot be written: {error}"),
    }
}
