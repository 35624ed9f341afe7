//! Columns of whole numbers without nulls: pages of differences in packed bits (`DELTA_BINARY_PACKED`).
//!
//! The library writes such pages too, but widens every number to 64 bits and goes through it six times: that took as long as all
//! other pages of a study together. The bytes are the same.

use crate::plain::{Totals, closed, put_header, put_number};
use parquet::basic::Encoding;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnDescPtr;

/// Differences in a block.
const BLOCK: usize = 128;

/// Differences that are equally wide: a quarter of a block.
const MINI: usize = 32;

/// Appends a column, page by page. Also says where in `out` each page ends.
pub(crate) fn column<P>(
    column: ColumnDescPtr,
    out: &mut Vec<u8>,
    pages: impl IntoIterator<Item = P>,
    ends: &mut Vec<usize>,
) -> Result<ColumnCloseResult>
where
    P: ExactSizeIterator<Item = u32>,
{
    let begin = out.len();
    let (mut rows, mut packed, mut range) = (0, Vec::new(), Range::default());
    for page in pages.into_iter().filter(|page| page.len() > 0) {
        let values = page.len();
        rows += values as u64;
        packed.clear();
        pack(&mut packed, page, &mut range);
        put_header(out, Encoding::DELTA_BINARY_PACKED, values, packed.len());
        out.extend_from_slice(&packed);
        ends.push(out.len());
    }
    let totals = Totals { rows, bytes: out.len() - begin, pages: ends.len() };
    closed(column, Encoding::DELTA_BINARY_PACKED, totals, range.statistics())
}

/// Least and greatest number.
#[derive(Clone, Copy, Debug)]
struct Range(u32, u32);

impl Default for Range {
    fn default() -> Self {
        Self(u32::MAX, 0)
    }
}

impl Range {
    fn take(&mut self, number: u32) {
        *self = Self(self.0.min(number), self.1.max(number));
    }

    fn statistics(self) -> Statistics {
        let bounds = (self.0 <= self.1).then(|| [self.0, self.1].map(u32::cast_signed));
        Statistics::int32(bounds.map(|[least, _]| least), bounds.map(|[_, most]| most), None, Some(0), false)
    }
}

/// What a page holds: how it is divided, how many values there are, the first one, then the differences block by block.
fn pack(out: &mut Vec<u8>, mut numbers: impl ExactSizeIterator<Item = u32>, range: &mut Range) {
    let count = numbers.len();
    let Some(mut before) = numbers.next() else { return };
    range.take(before);
    [BLOCK, BLOCK / MINI, count].into_iter().for_each(|number| put_number(out, number as u64));
    put_signed(out, before.cast_signed());
    let mut block = [0_i32; BLOCK];
    let mut filled = 0;
    for number in numbers {
        range.take(number);
        block[filled] = number.wrapping_sub(before).cast_signed();
        before = number;
        filled += 1;
        if filled == BLOCK {
            pack_block(out, &block);
            filled = 0;
        }
    }
    pack_block(out, &block[..filled]);
}

/// The least difference, how wide the others above it are, quarter by quarter, and their bits. Quarters that nothing falls into are not
/// there; one that is not full is filled up with zeros.
fn pack_block(out: &mut Vec<u8>, block: &[i32]) {
    let Some(least) = block.iter().min() else { return };
    put_signed(out, *least);
    let widths = out.len();
    out.extend_from_slice(&[0; BLOCK / MINI]);
    for (quarter, own) in block.chunks(MINI).enumerate() {
        let mut above = [0_u32; MINI];
        let mut all = 0;
        for (above, difference) in above.iter_mut().zip(own) {
            *above = difference.wrapping_sub(*least).cast_unsigned();
            all |= *above;
        }
        let width = u32::BITS - all.leading_zeros();
        out[widths + quarter] = width as u8;
        pack_bits(out, &above, width);
    }
}

/// The lowest `width` bits of each number, the first number lowest.
fn pack_bits(out: &mut Vec<u8>, numbers: &[u32; MINI], width: u32) {
    let (mut bytes, mut length) = ([0; 4 * MINI], 0);
    let (mut bits, mut filled) = (0_u64, 0);
    for number in numbers {
        bits |= u64::from(*number) << filled;
        filled += width;
        if filled >= u32::BITS {
            bytes[length..length + 4].copy_from_slice(&(bits as u32).to_le_bytes());
            length += 4;
            bits >>= u32::BITS;
            filled -= u32::BITS;
        }
    }
    out.extend_from_slice(&bytes[..length]);
}

/// Small numbers of either sign in few bytes.
fn put_signed(out: &mut Vec<u8>, number: i32) {
    let number = i64::from(number);
    put_number(out, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

#[cfg(test)]
mod tests {
    use crate::format::{Column, Kind, properties, schema};
    use crate::{Table, Writer};
    use parquet::data_type::Int32Type;
    use parquet::file::writer::SerializedFileWriter;

    const COLUMNS: [Column; 1] = [Column { name: "any", kind: Kind::Whole, optional: false }];

    /// The whole file as the library writes it, page by page.
    fn by_the_library(pages: &[&[u32]]) -> Vec<u8> {
        let schema = schema(&COLUMNS).unwrap();
        let mut file =
            SerializedFileWriter::new(Vec::new(), schema.root_schema_ptr(), properties(&COLUMNS)).unwrap();
        let mut group = file.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        for page in pages {
            let page: Vec<i32> = page.iter().map(|number| number.cast_signed()).collect();
            column.typed::<Int32Type>().write_batch(&page, None, None).unwrap();
        }
        column.close().unwrap();
        group.close().unwrap();
        file.into_inner().unwrap()
    }

    /// Down to the last byte of pages and footer: every width, blocks and quarters full and not, differences beyond 32 bits.
    #[test]
    fn the_file_is_the_one_that_the_library_writes() {
        let wild: Vec<u32> = (0..1000_u32).map(|i| i.wrapping_mul(2_654_435_761)).collect();
        let widths: Vec<u32> =
            (0..33 * 32_u32).map(|i| (wild[i as usize % 1000] >> 1) >> (i / 32).min(31)).collect();
        let even: Vec<u32> = (7..700).collect();
        let mut lists: Vec<Vec<&[u32]>> = vec![
            vec![&wild],
            vec![&widths],
            vec![&even, &wild, &[5]],
            vec![&[0, u32::MAX, 0, 1 << 31, u32::MAX]],
            vec![&even[..1], &even[..2], &widths[..1]],
        ];
        lists.extend(
            [1, 2, 32, 33, 34, 65, 128, 129, 130, 257].map(|length| vec![&widths[..length], &wild[..length]]),
        );
        for pages in lists {
            let mut writer = Writer::with_buffer(&COLUMNS, vec![7; 100]);
            writer.whole(pages.iter().copied());
            let ends = writer.page_ends().to_vec();
            let bytes = writer.finish(&[]).bytes;
            let lengths: Vec<usize> = pages.iter().map(|page| page.len()).collect();
            assert!(bytes == by_the_library(&pages), "{lengths:?}");
            let table = Table::parse(&bytes).unwrap();
            assert_eq!(table.whole("any").unwrap(), pages.concat());
            assert_eq!(
                (ends.len(), ends.last()),
                (pages.len(), Some(&table.pages("any").unwrap().bytes.end))
            );
        }
    }
}
