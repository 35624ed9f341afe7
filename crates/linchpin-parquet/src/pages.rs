//! Pages of a column, as the library reads them, looked at before it decodes them: it takes for granted what broken bytes
//! need not keep.

use crate::format::Kind;
use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::DataType;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::ColumnDescPtr;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Values decoded at once.
const STEP: usize = 1 << 16;

/// Whole numbers that a byte may stand for: blocks of equal differences take five bytes for 128.
const WHOLE_PER_BYTE: usize = 128;

/// What a column is told of.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub kind: Kind,
    pub optional: bool,
    /// As the library calls it.
    pub column: ColumnDescPtr,
}

/// All pages that lie in these bytes, dictionary and all.
pub(crate) fn all_pages(shape: &Shape, bytes: &[u8], most: usize) -> Result<VecDeque<Page>> {
    let front = Arc::new(Front::new(bytes));
    let mut reader = front.clone().pages(shape)?;
    let mut pages = VecDeque::new();
    let mut left = most;
    while let Some(page) = reader.get_next_page()? {
        check(shape, &page, pages.front(), left)?;
        if page.is_data_page() {
            left -= page.num_values() as usize;
        }
        pages.push_back(page);
    }
    Ok(pages)
}

/// The page at the front of these bytes, and its length.
pub(crate) fn first_page(shape: &Shape, bytes: &[u8], most: usize) -> Result<(Page, usize)> {
    let front = Arc::new(Front::new(bytes));
    let page = front.clone().pages(shape)?.get_next_page()?.ok_or(ParquetError::EOF("no page".to_owned()))?;
    check(shape, &page, None, most)?;
    Ok((page, front.end.load(Ordering::Relaxed)))
}

/// Values of these pages, and where there may be nulls which of them are there (1).
pub(crate) fn decode<T: DataType>(
    shape: &Shape,
    pages: VecDeque<Page>,
    values: &mut Vec<T::T>,
) -> Result<Vec<i16>> {
    guarded(|| decode_all::<T>(shape, pages, values))
}

/// Does what the library may panic at, and makes an error of it: bytes may be broken in more ways than are looked for here.
pub(crate) fn guarded<T>(read: impl FnOnce() -> Result<T>) -> Result<T> {
    // Whatever was half read is thrown away with the error.
    std::panic::catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(ParquetError::General("its bytes make no sense".to_owned())))
}

fn decode_all<T: DataType>(shape: &Shape, pages: VecDeque<Page>, values: &mut Vec<T::T>) -> Result<Vec<i16>> {
    let mut left: usize =
        pages.iter().filter(|page| page.is_data_page()).map(|p| p.num_values() as usize).sum();
    let mut levels = Vec::new();
    let mut reader = ColumnReaderImpl::<T>::new(shape.column.clone(), Box::new(Checked(pages)));
    while left > 0 {
        let definitions = shape.optional.then_some(&mut levels);
        let (read, ..) = reader.read_records(left.min(STEP), definitions, None, values)?;
        if read == 0 {
            return Err(ParquetError::EOF("values are missing".to_owned()));
        }
        left -= read;
    }
    Ok(levels)
}

/// Whether the library may decode a page, of which it expects at most so many values. The dictionary comes first where
/// there is one.
fn check(shape: &Shape, page: &Page, first: Option<&Page>, most: usize) -> Result<()> {
    let bytes = page.buffer().len();
    let fits = match page {
        Page::DictionaryPage { buf, num_values, .. } => {
            shape.kind == Kind::Text && first.is_none() && holds_words(buf, *num_values)
        }
        Page::DataPage { num_values, encoding, def_level_encoding, .. } => {
            let values = *num_values as usize;
            *encoding == shape.kind.encoding()
                && *def_level_encoding == Encoding::RLE
                && (1..=most).contains(&values)
                && match shape.kind {
                    Kind::Text => first.is_some_and(Page::is_dictionary_page) && bytes > 0,
                    Kind::Whole if shape.optional => true,
                    Kind::Whole => values <= 1 + WHOLE_PER_BYTE * bytes,
                    Kind::Number => true,
                }
        }
        Page::DataPageV2 { .. } => false,
    };
    if fits { Ok(()) } else { Err(ParquetError::General("a page is not what it should be".to_owned())) }
}

/// Whether so many words fill these bytes, each with its length in front: the library would read beyond them.
fn holds_words(mut bytes: &[u8], count: u32) -> bool {
    for _ in 0..count {
        let rest = bytes
            .split_first_chunk()
            .and_then(|(length, rest)| rest.get(u32::from_le_bytes(*length) as usize..));
        let Some(rest) = rest else { return false };
        bytes = rest;
    }
    bytes.is_empty()
}

/// Pages that have been looked at.
struct Checked(VecDeque<Page>);

impl Iterator for Checked {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.pop_front().map(Ok)
    }
}

impl PageReader for Checked {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        Ok(self.0.pop_front())
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        Ok(self.0.front().map(|page| PageMetadata {
            num_rows: None,
            num_levels: Some(page.num_values() as usize),
            is_dict: page.is_dictionary_page(),
        }))
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.0.pop_front();
        Ok(())
    }
}

/// Bytes of which the library takes pages off the front.
struct Front<'a> {
    bytes: &'a [u8],
    /// Where what was taken last ends.
    end: AtomicUsize,
}

impl<'a> Front<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, end: AtomicUsize::new(0) }
    }

    fn pages(self: Arc<Self>, shape: &Shape) -> Result<SerializedPageReader<Self>> {
        let chunk = ColumnChunkMetaData::builder(shape.column.clone())
            .set_data_page_offset(0)
            .set_total_compressed_size(self.bytes.len() as i64)
            .build()?;
        SerializedPageReader::new(self, &chunk, 0, None)
    }

    fn rest(&self, start: u64) -> Result<&'a [u8]> {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        self.bytes.get(start..).ok_or_else(|| ParquetError::EOF("a page is cut off".to_owned()))
    }
}

impl Length for Front<'_> {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }
}

impl<'a> ChunkReader for Front<'a> {
    type T = &'a [u8];

    fn get_read(&self, start: u64) -> Result<&'a [u8]> {
        self.rest(start)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let taken = self.rest(start)?.get(..length);
        let taken = taken.ok_or_else(|| ParquetError::EOF("a page is cut off".to_owned()))?;
        self.end.store(start as usize + length, Ordering::Relaxed);
        Ok(Bytes::copy_from_slice(taken))
    }
}
