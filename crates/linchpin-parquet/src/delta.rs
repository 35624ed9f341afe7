//! Whole numbers as differences in packed bits (`DELTA_BINARY_PACKED`): numbers in order cost almost nothing.
//!
//! A page has the size of its blocks, how many miniblocks a block has, how many values there are, and the first; then
//! for each block the least difference, the width of each miniblock in bits, and the miniblocks: differences less the
//! least one. Differences wrap around in 32 bits, as the format has it for numbers of that size.

use crate::hybrid::{push_packed, take_packed, width_of};
use crate::thrift::{Reader, push_varint, zigzag};

const BLOCK: usize = 128;
const MINIBLOCKS: usize = 4;
const MINIBLOCK: usize = BLOCK / MINIBLOCKS;

/// Appends one page's numbers.
pub fn push_delta(out: &mut Vec<u8>, numbers: &[u32]) {
    let first = numbers.first().copied().unwrap_or(0);
    for head in [BLOCK as u64, MINIBLOCKS as u64, numbers.len() as u64, zigzag(i64::from(first as i32))] {
        push_varint(out, head);
    }
    let mut differences = [0_u32; BLOCK];
    // Blocks overlap by one number: the last of one is what the first difference of the next is taken to.
    for start in (0..numbers.len().saturating_sub(1)).step_by(BLOCK) {
        let block = &numbers[start..numbers.len().min(start + BLOCK + 1)];
        let count = block.len() - 1;
        for (place, pair) in differences.iter_mut().zip(block.windows(2)) {
            *place = pair[1].wrapping_sub(pair[0]);
        }
        push_block(out, &mut differences, count);
    }
}

fn push_block(out: &mut Vec<u8>, differences: &mut [u32; BLOCK], count: usize) {
    let least = differences[..count].iter().map(|difference| *difference as i32).min().unwrap_or(0);
    differences[..count]
        .iter_mut()
        .for_each(|difference| *difference = difference.wrapping_sub(least as u32));
    differences[count..].fill(0);
    push_varint(out, zigzag(i64::from(least)));
    let width = |miniblock: &[u32]| width_of(miniblock.iter().fold(0, |all, number| all | number));
    out.extend(differences.chunks(MINIBLOCK).map(|miniblock| width(miniblock) as u8));
    for miniblock in differences.chunks(MINIBLOCK).take(count.div_ceil(MINIBLOCK)) {
        push_packed(out, miniblock, width(miniblock));
    }
}

/// Reads one page's numbers, of which there have to be `count`.
pub fn take_delta(reader: &mut Reader, count: usize) -> Result<Vec<u32>, String> {
    let (block, miniblocks) = (reader.varint()?, reader.varint()?);
    if (block, miniblocks) != (BLOCK as u64, MINIBLOCKS as u64) || reader.varint()? != count as u64 {
        return Err("its whole numbers are packed in a way that is not known here".to_owned());
    }
    let mut last = reader.zigzag()? as u32;
    let mut numbers = Vec::new();
    if count > 0 {
        numbers.push(last);
    }
    while numbers.len() < count {
        let least = reader.zigzag()? as u32;
        let widths = reader.take(MINIBLOCKS)?;
        for width in widths {
            if numbers.len() == count {
                break;
            }
            if u32::from(*width) > u32::BITS {
                return Err("its whole numbers are too wide".to_owned());
            }
            take_packed(reader, MINIBLOCK, u32::from(*width), |difference| {
                if numbers.len() < count {
                    last = last.wrapping_add(least).wrapping_add(difference);
                    numbers.push(last);
                }
            })?;
        }
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(numbers: &[u32]) -> Vec<u8> {
        let mut bytes = Vec::new();
        push_delta(&mut bytes, numbers);
        bytes
    }

    /// The two examples of the format's description, with our sizes of blocks.
    #[test]
    fn differences_are_packed_as_the_format_has_it() {
        let head = [0x80, 0x01, 4];
        assert_eq!(packed(&[1, 2, 3, 4, 5]), [&head[..], &[5, 2, 2, 0, 0, 0, 0]].concat());
        let bytes = packed(&[7, 5, 3, 1, 2, 3, 4, 5]);
        // First value 7, least difference -2, differences less that 0, 0, 0, 3, 3, 3, 3 in two bits each.
        let packed_bits = [0b1100_0000, 0b0011_1111, 0, 0, 0, 0, 0, 0];
        assert_eq!(bytes, [&head[..], &[8, 14, 3, 2, 0, 0, 0], &packed_bits].concat());
    }

    #[test]
    fn any_numbers_are_read_as_they_were_written() {
        let lists: [Vec<u32>; 8] = [
            vec![],
            vec![0],
            vec![u32::MAX],
            vec![u32::MAX, 0, u32::MAX, 1 << 31, 0],
            (0..500).collect(),
            (0..129).map(|i| i * i * 40_000).collect(),
            (0..1000_u32).map(|i| i.wrapping_mul(0x9e37_79b9)).collect(),
            (0..700).map(|i| i / 7).collect(),
        ];
        for numbers in lists {
            let bytes = packed(&numbers);
            let mut reader = Reader(&bytes);
            assert_eq!(take_delta(&mut reader, numbers.len()).unwrap(), numbers);
            assert!(reader.0.is_empty(), "{} numbers", numbers.len());
            for cut in 0..bytes.len() {
                assert!(take_delta(&mut Reader(&bytes[..cut]), numbers.len()).is_err(), "cut at {cut}");
            }
        }
        assert!(packed(&(1000..1500).collect::<Vec<_>>()).len() < 30, "numbers in order cost almost nothing");
    }
}
