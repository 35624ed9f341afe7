//! Writing a table.

use crate::format::{Column, Kind, MAGIC, properties, schema};
use crate::place::place_after;
use crate::text;
use bytes::Bytes;
use parquet::column::page::{CompressedPage, PageWriteSpec, PageWriter};
use parquet::column::writer::{
    ColumnCloseResult, ColumnWriterImpl, get_column_writer, get_typed_column_writer,
};
use parquet::data_type::{DataType, DoubleType, Int32Type};
use parquet::errors::Result;
use parquet::file::metadata::{KeyValue, PageEncodingStats};
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::types::SchemaDescriptor;
use std::ops::Range;

/// Key of the metadata that says where attached bytes are.
pub(crate) const ATTACHED: &str = "linchpin.attached";

/// Bytes kept free for the footer.
const FOOTER_BYTES: usize = 16 << 10;

/// A table that is being written into memory.
///
/// # Panics
/// All of its functions panic where columns are not written as declared, or where a page would have 2 GiB or more.
#[derive(Debug)]
pub struct Writer<'a> {
    columns: &'a [Column],
    schema: SchemaDescriptor,
    properties: WriterPropertiesPtr,
    chunks: Vec<Chunk>,
    capacity: usize,
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

/// A column as it was written.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    pub(crate) bytes: Bytes,
    pub(crate) closed: ColumnCloseResult,
}

impl<'a> Writer<'a> {
    /// An empty table with these columns.
    pub fn new(columns: &'a [Column]) -> Self {
        Self::with_capacity(columns, 0)
    }

    /// The same, with room for a file of so many bytes.
    pub fn with_capacity(columns: &'a [Column], bytes: usize) -> Self {
        Self {
            columns,
            schema: written(schema(columns)),
            properties: properties(columns),
            chunks: Vec::new(),
            capacity: bytes,
            attached: None,
            page_ends: Vec::new(),
        }
    }

    /// The next column, of text: runs of equal values, each its place in the dictionary and its length.
    pub fn text(&mut self, dictionary: &[impl AsRef<str>], runs: impl IntoIterator<Item = (u32, u32)>) {
        self.expect(&[Kind::Text], false);
        self.page_ends.clear();
        let column = self.schema.column(self.chunks.len());
        let chunk = written(text::column(column, dictionary, runs));
        self.chunks.push(chunk);
    }

    /// The next column, of whole numbers, page by page.
    pub fn whole<'p>(&mut self, pages: impl IntoIterator<Item = &'p [u32]>) {
        self.column::<Int32Type>(&[Kind::Whole, Kind::Scattered], false, |writer| {
            let mut page = Vec::new();
            for numbers in pages {
                page.clear();
                page.extend(numbers.iter().map(|number| number.cast_signed()));
                writer.write_batch(&page, None, None)?;
            }
            Ok(())
        });
    }

    /// The next column, of whole numbers: one page so many times over, packed once.
    pub fn repeated_whole(&mut self, numbers: &[u32], times: usize) {
        if times == 0 {
            return self.whole([]);
        }
        self.whole([numbers]);
        let Some(Chunk { bytes, closed }) = self.chunks.pop() else { return };
        self.chunks
            .push(Chunk { bytes: bytes.repeat(times).into(), closed: written(repeated(closed, times)) });
        self.page_ends = (1..=times).map(|time| self.position() - bytes.len() * (times - time)).collect();
    }

    /// The next column, of whole numbers or nulls, page by page.
    pub fn optional_whole<'p>(&mut self, pages: impl IntoIterator<Item = &'p [Option<u32>]>) {
        self.column::<Int32Type>(&[Kind::Whole, Kind::Scattered], true, |writer| {
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
        self.column::<DoubleType>(&[Kind::Number], true, |writer| {
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
        MAGIC.len() + self.chunks.iter().map(|chunk| chunk.bytes.len()).sum::<usize>()
    }

    /// Bytes that belong to the file and to no column; the last ones attached count.
    pub fn attach(&mut self, bytes: &[u8]) {
        self.attached = Some(bytes.to_vec());
    }

    /// The whole file, with metadata for people and programs.
    ///
    /// All columns must have been written, and be of equal length.
    pub fn finish(self, metadata: &[(&str, &str)]) -> Written {
        debug_assert_eq!(self.chunks.len(), self.columns.len(), "a column is missing");
        let bytes = written(self.assemble(metadata));
        // Values stand in the footer in their order, each behind its key.
        let mut from = self.position() + self.attached.as_ref().map_or(0, Vec::len);
        let values = metadata.iter().filter_map(|(key, value)| {
            let place = place_after(&bytes, from, key, value)?;
            from = place.end;
            Some(place)
        });
        Written { values: values.collect(), bytes }
    }

    fn assemble(&self, metadata: &[(&str, &str)]) -> Result<Vec<u8>> {
        let attached = self.attached.as_deref();
        let room = (self.position() + attached.map_or(0, <[u8]>::len) + FOOTER_BYTES).max(self.capacity);
        let out = Vec::with_capacity(room);
        let mut file =
            SerializedFileWriter::new(out, self.schema.root_schema_ptr(), self.properties.clone())?;
        if self.chunks.first().is_some_and(|chunk| chunk.closed.rows_written > 0) {
            let mut group = file.next_row_group()?;
            for Chunk { bytes, closed } in &self.chunks {
                group.append_column(bytes, closed.clone())?;
            }
            group.close()?;
        }
        if let Some(attached) = attached {
            let place = format!("{} {}", file.bytes_written(), attached.len());
            file.write_all(attached)?;
            file.append_key_value_metadata(KeyValue::new(ATTACHED.to_owned(), place));
        }
        for (key, value) in metadata {
            file.append_key_value_metadata(KeyValue::new((*key).to_owned(), (*value).to_owned()));
        }
        file.into_inner()
    }

    fn expect(&self, kinds: &[Kind], optional: bool) {
        let expected = self.columns.get(self.chunks.len());
        let fits = |column: &Column| kinds.contains(&column.kind) && column.optional == optional;
        debug_assert!(expected.is_some_and(fits), "columns are written in the order declared");
    }

    fn column<T: DataType>(
        &mut self,
        kinds: &[Kind],
        optional: bool,
        fill: impl FnOnce(&mut ColumnWriterImpl<'_, T>) -> Result<()>,
    ) {
        self.expect(kinds, optional);
        let (chunk, ends) = self.encode(fill);
        let begin = self.position();
        self.page_ends = ends.into_iter().map(|end| begin + end).collect();
        self.chunks.push(chunk);
    }

    /// The next column as the library encodes it, and where its pages end within it.
    fn encode<T: DataType>(
        &self,
        fill: impl FnOnce(&mut ColumnWriterImpl<'_, T>) -> Result<()>,
    ) -> (Chunk, Vec<usize>) {
        let (mut out, mut ends) = (TrackedWrite::new(Vec::new()), Vec::new());
        let pages = Pages { inner: SerializedPageWriter::new(&mut out), ends: &mut ends };
        let column = self.schema.column(self.chunks.len());
        let writer = get_column_writer(column, self.properties.clone(), Box::new(pages));
        let mut writer = get_typed_column_writer::<T>(writer);
        let closed = written(fill(&mut writer).and_then(|()| writer.close()));
        (Chunk { bytes: written(out.into_inner()).into(), closed }, ends)
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
