//! Columns of plain numbers: pages in which they stand as they are.
//!
//! The library writes such pages too, but copies every number four times on the way. The bytes are the same.

use parquet::basic::{Encoding, EncodingMask, PageType};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::metadata::{ColumnChunkMetaData, PageEncodingStats};
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnDescPtr;

/// From so many on, equal levels are one run; fewer are packed in another way.
pub(crate) const SHORTEST_RUN: usize = 8;

/// Types of fields of the compact protocol of Thrift, in which the headers of pages are written.
const I32: u8 = 5;
const STRUCT: u8 = 12;

/// Bytes of a number.
const NUMBER: usize = 8;

/// Appends a column of pages of numbers that may be null, of which none is: their levels are one run. Also says where in `out` each
/// page ends.
pub(crate) fn column<'p>(
    column: ColumnDescPtr,
    out: &mut Vec<u8>,
    pages: impl IntoIterator<Item = &'p [f64]>,
    ends: &mut Vec<usize>,
) -> Result<ColumnCloseResult> {
    let begin = out.len();
    let mut rows = 0;
    for page in pages.into_iter().filter(|page| !page.is_empty()) {
        rows += page.len() as u64;
        let levels = run_of_ones(page.len());
        let length = NUMBER * page.len();
        put_header(out, Encoding::PLAIN, page.len(), levels.len() + length);
        out.extend_from_slice(&levels);
        let first = out.len();
        out.resize(first + length, 0);
        let (places, _) = out[first..].as_chunks_mut();
        places.iter_mut().zip(page).for_each(|(place, number)| *place = number.to_le_bytes());
        ends.push(out.len());
    }
    let totals = Totals { rows, bytes: out.len() - begin, pages: ends.len() };
    closed(column, Encoding::PLAIN, totals, None)
}

/// What a column comes to.
pub(crate) struct Totals {
    pub rows: u64,
    pub bytes: usize,
    pub pages: usize,
}

/// What the library wants to know of a column whose pages stand in the file already.
pub(crate) fn closed(
    column: ColumnDescPtr,
    encoding: Encoding,
    totals: Totals,
    statistics: Option<Statistics>,
) -> Result<ColumnCloseResult> {
    let Totals { rows, bytes, pages } = totals;
    let stats = PageEncodingStats { page_type: PageType::DATA_PAGE, encoding, count: pages as i32 };
    let mut metadata = ColumnChunkMetaData::builder(column)
        .set_encodings_mask(EncodingMask::new_from_encodings([encoding, Encoding::RLE].iter()))
        .set_page_encoding_stats(if pages == 0 { Vec::new() } else { vec![stats] })
        .set_total_compressed_size(bytes as i64)
        .set_total_uncompressed_size(bytes as i64)
        .set_num_values(rows as i64)
        .set_data_page_offset(0);
    if let Some(statistics) = statistics {
        metadata = metadata.set_statistics(statistics);
    }
    Ok(ColumnCloseResult {
        bytes_written: bytes as u64,
        rows_written: rows,
        metadata: metadata.build()?,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    })
}

/// Levels of so many values that are there, with their length in front.
fn run_of_ones(values: usize) -> Vec<u8> {
    let mut run = vec![0; 4];
    put_number(&mut run, (values as u64) << 1);
    run.push(1);
    let length = run.len() as u32 - 4;
    run[..4].copy_from_slice(&length.to_le_bytes());
    run
}

/// The header of a data page (version 1) with so many values in so many bytes.
pub(crate) fn put_header(out: &mut Vec<u8>, encoding: Encoding, values: usize, bytes: usize) {
    let field = |out: &mut Vec<u8>, value: usize| {
        out.push(1 << 4 | I32);
        put_number(out, (value as u64) << 1);
    };
    // Type of the page, its length as it is, and compressed.
    [0, bytes, bytes].into_iter().for_each(|value| field(out, value));
    // Two fields further: values, encoding of values and of both kinds of levels.
    out.push(2 << 4 | STRUCT);
    let encodings = [encoding, Encoding::RLE, Encoding::RLE].map(|encoding| encoding as usize);
    field(out, values);
    encodings.into_iter().for_each(|encoding| field(out, encoding));
    out.extend_from_slice(&[0, 0]);
}

/// Groups of seven bits, the lowest first.
pub(crate) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use crate::format::{Column, Kind, properties, schema};
    use crate::{Table, Writer};
    use parquet::data_type::DoubleType;
    use parquet::file::writer::SerializedFileWriter;

    const COLUMNS: [Column; 1] = [Column { name: "value", kind: Kind::Number, optional: true }];

    /// The whole file as the library writes it, page by page.
    fn by_the_library(pages: &[usize], numbers: &[f64]) -> Vec<u8> {
        let schema = schema(&COLUMNS).unwrap();
        let mut file =
            SerializedFileWriter::new(Vec::new(), schema.root_schema_ptr(), properties(&COLUMNS)).unwrap();
        let mut group = file.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let mut rest = numbers;
        for length in pages {
            let (page, after) = rest.split_at(*length);
            column.typed::<DoubleType>().write_batch(page, Some(&vec![1; *length]), None).unwrap();
            rest = after;
        }
        column.close().unwrap();
        group.close().unwrap();
        file.into_inner().unwrap()
    }

    fn by_us(pages: &[usize], numbers: &[f64]) -> (Vec<u8>, Vec<usize>) {
        let mut rest = numbers;
        let cut = pages.iter().map(|length| {
            let (page, after) = rest.split_at(*length);
            rest = after;
            page
        });
        let mut writer = Writer::with_buffer(&COLUMNS, vec![7; 100]);
        writer.optional_numbers(cut, &[]);
        let ends = writer.page_ends().to_vec();
        (writer.finish(&[]).bytes, ends)
    }

    /// Down to the last byte of pages and footer: few values, and as many as take one, two and three bytes to count.
    #[test]
    fn the_file_is_the_one_that_the_library_writes() {
        let wild = (0..100_000_u32).map(|i| i.wrapping_mul(2_654_435_761));
        let numbers: Vec<f64> = wild.map(|number| f64::from(number) / 7.0 - 1e8).collect();
        for pages in [
            &[8][..],
            &[9, 8, 10],
            &[1, 2, 7],
            &[63, 64, 65, 127, 128],
            &[500; 20],
            &[8191, 8192, 8193],
            &[70_000, 9],
        ] {
            let rows = pages.iter().sum::<usize>();
            let (bytes, ends) = by_us(pages, &numbers[..rows]);
            assert!(bytes == by_the_library(pages, &numbers[..rows]), "{pages:?}");
            let table = Table::parse(&bytes).unwrap();
            assert_eq!(table.optional_numbers("value").unwrap(), numbers[..rows]);
            assert_eq!(ends.last(), Some(&table.pages("value").unwrap().bytes.end));
        }
    }

    #[test]
    fn a_table_without_rows_has_nothing_but_a_footer() {
        let (bytes, ends) = by_us(&[0], &[]);
        let schema = schema(&COLUMNS).unwrap();
        let file = SerializedFileWriter::new(Vec::new(), schema.root_schema_ptr(), properties(&COLUMNS));
        assert_eq!((bytes, ends), (file.unwrap().into_inner().unwrap(), Vec::new()));
    }
}
