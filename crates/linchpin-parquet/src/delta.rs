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
    let (mut rows, mut numbers, mut packed, mut range) = (0, Vec::new(), Vec::new(), None);
    for page in pages {
        numbers.clear();
        numbers.extend(page);
        let Some(own) = Range::of(&numbers) else { continue };
        range = Some(range.map_or(own, |range: Range| range.with(own)));
        rows += numbers.len() as u64;
        packed.clear();
        pack(&mut packed, &numbers);
        put_header(out, Encoding::DELTA_BINARY_PACKED, numbers.len(), packed.len());
        out.extend_from_slice(&packed);
        ends.push(out.len());
    }
    let totals = Totals { rows, bytes: out.len() - begin, pages: ends.len() };
    closed(column, Encoding::DELTA_BINARY_PACKED, totals, range.map(Range::statistics))
}

/// Least and greatest number.
#[derive(Clone, Copy, Debug)]
struct Range(u32, u32);

impl Range {
    fn of(numbers: &[u32]) -> Option<Self> {
        // Folds of numbers, not of references, take several at a time.
        let (least, greatest) =
            (numbers.iter().copied().fold(u32::MAX, u32::min), numbers.iter().copied().fold(0, u32::max));
        (!numbers.is_empty()).then_some(Self(least, greatest))
    }

    fn with(self, other: Self) -> Self {
        Self(self.0.min(other.0), self.1.max(other.1))
    }

    fn statistics(self) -> Statistics {
        let [least, greatest] = [self.0, self.1].map(|number| Some(number.cast_signed()));
        Statistics::int32(least, greatest, None, Some(0), false)
    }
}

/// What a page holds: how it is divided, how many numbers there are, the first one, then the differences block by block.
fn pack(out: &mut Vec<u8>, numbers: &[u32]) {
    let Some((first, rest)) = numbers.split_first() else { return };
    [BLOCK, BLOCK / MINI, numbers.len()].into_iter().for_each(|number| put_number(out, number as u64));
    put_signed(out, first.cast_signed());
    let mut block = [0_i32; BLOCK];
    for (own, before) in rest.chunks(BLOCK).zip(numbers.chunks(BLOCK)) {
        for (difference, (own, before)) in block.iter_mut().zip(own.iter().zip(before)) {
            *difference = own.wrapping_sub(*before).cast_signed();
        }
        pack_block(out, &block[..own.len()]);
    }
}

/// The least difference, how wide the others above it are, quarter by quarter, and their bits. Quarters that nothing falls into are not
/// there; one that is not full is filled up with zeros.
fn pack_block(out: &mut Vec<u8>, block: &[i32]) {
    let least = block.iter().copied().fold(i32::MAX, i32::min);
    put_signed(out, least);
    let widths = out.len();
    out.extend_from_slice(&[0; BLOCK / MINI]);
    for (quarter, own) in block.chunks(MINI).enumerate() {
        let mut above = [0_u32; MINI];
        let mut all = 0;
        for (above, difference) in above.iter_mut().zip(own) {
            *above = difference.wrapping_sub(least).cast_unsigned();
            all |= *above;
        }
        let width = u32::BITS - all.leading_zeros();
        out[widths + quarter] = width as u8;
        PACKERS[width as usize](out, &above);
    }
}

/// Appends the lowest bits of numbers.
type Packer = fn(&mut Vec<u8>, &[u32; MINI]);

/// By how many bits: for every width a loop of its own, of which nothing but moves is left.
#[rustfmt::skip]
const PACKERS: [Packer; 33] = [
    pack_bits::<0>, pack_bits::<1>, pack_bits::<2>, pack_bits::<3>, pack_bits::<4>, pack_bits::<5>, pack_bits::<6>, pack_bits::<7>,
    pack_bits::<8>, pack_bits::<9>, pack_bits::<10>, pack_bits::<11>, pack_bits::<12>, pack_bits::<13>, pack_bits::<14>, pack_bits::<15>,
    pack_bits::<16>, pack_bits::<17>, pack_bits::<18>, pack_bits::<19>, pack_bits::<20>, pack_bits::<21>, pack_bits::<22>, pack_bits::<23>,
    pack_bits::<24>, pack_bits::<25>, pack_bits::<26>, pack_bits::<27>, pack_bits::<28>, pack_bits::<29>, pack_bits::<30>, pack_bits::<31>,
    pack_bits::<32>,
];

/// The lowest `WIDTH` bits of each number, the first number lowest. Eight of them fill whole bytes.
fn pack_bits<const WIDTH: usize>(out: &mut Vec<u8>, numbers: &[u32; MINI]) {
    const WORD: usize = u64::BITS as usize;
    // Eight numbers are written as four words, of which those after them write over what is too much.
    let mut bytes = [0; 4 * MINI + 32];
    for (eight, own) in numbers.as_chunks::<8>().0.iter().enumerate() {
        let mut words = [0_u64; 4];
        for (place, number) in own.iter().enumerate() {
            let (word, shift) = (place * WIDTH / WORD, place * WIDTH % WORD);
            words[word] |= u64::from(*number) << shift;
            if shift + WIDTH > WORD {
                words[word + 1] |= u64::from(*number) >> (WORD - shift);
            }
        }
        let places = bytes[eight * WIDTH..].as_chunks_mut().0;
        places.iter_mut().zip(words).for_each(|(place, word)| *place = word.to_le_bytes());
    }
    out.extend_from_slice(&bytes[..4 * WIDTH]);
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
