//! Runs and packed bits, mixed: how Parquet keeps dictionary indices and which values are null.
//!
//! A run is `length << 1`, then the value in whole bytes. Packed bits are `groups << 1 | 1`, then groups of eight values,
//! lowest bits first.

use crate::thrift::{Reader, push_varint};

/// Values in a group of packed bits.
const GROUP: usize = 8;

/// Bits that hold every number up to `largest`.
pub fn width_of(largest: u32) -> u32 {
    u32::BITS - largest.leading_zeros()
}

/// Appends values of `width` bits each, lowest bits first, filled up to a whole byte.
pub fn push_packed(out: &mut Vec<u8>, values: &[u32], width: u32) {
    let (mut waiting, mut bits) = (0_u64, 0);
    for value in values {
        waiting |= u64::from(*value) << bits;
        bits += width;
        while bits >= 8 {
            out.push(waiting as u8);
            waiting >>= 8;
            bits -= 8;
        }
    }
    if bits > 0 {
        out.push(waiting as u8);
    }
}

/// Reads `count` values of `width` bits, at most 32, into `out`.
pub fn take_packed(
    reader: &mut Reader,
    count: usize,
    width: u32,
    mut out: impl FnMut(u32),
) -> Result<(), String> {
    let bytes = reader.take((count * width as usize).div_ceil(8))?;
    let mask = (1_u64 << width) - 1;
    let (mut waiting, mut bits, mut next) = (0_u64, 0, bytes.iter());
    for _ in 0..count {
        while bits < width {
            waiting |= u64::from(*next.next().unwrap_or(&0)) << bits;
            bits += 8;
        }
        out((waiting & mask) as u32);
        waiting >>= width;
        bits -= width;
    }
    Ok(())
}

/// Appends runs of equal values, each the value and how many; `width` bits hold every value.
pub fn push_runs(out: &mut Vec<u8>, runs: impl IntoIterator<Item = (u32, u32)>, width: u32) {
    let mut encoder = Encoder { out, width, waiting: Vec::new() };
    let mut current = (0, 0);
    for (value, length) in runs {
        if value == current.0 {
            current.1 += length;
        } else {
            encoder.push(current);
            current = (value, length);
        }
    }
    encoder.push(current);
    encoder.flush();
}

struct Encoder<'a> {
    out: &'a mut Vec<u8>,
    width: u32,
    /// Values that will be packed.
    waiting: Vec<u32>,
}

impl Encoder<'_> {
    fn push(&mut self, (value, length): (u32, u32)) {
        let length = length as usize;
        // A group of packed bits that is begun has to be filled before a run can follow.
        let fill = (self.waiting.len().next_multiple_of(GROUP) - self.waiting.len()).min(length);
        self.waiting.extend(std::iter::repeat_n(value, fill));
        let rest = length - fill;
        if rest < GROUP {
            self.waiting.extend(std::iter::repeat_n(value, rest));
        } else {
            self.flush();
            push_varint(self.out, (rest as u64) << 1);
            self.out.extend_from_slice(&value.to_le_bytes()[..self.width.div_ceil(8) as usize]);
        }
    }

    fn flush(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let groups = self.waiting.len().div_ceil(GROUP);
        self.waiting.resize(groups * GROUP, 0);
        push_varint(self.out, (groups as u64) << 1 | 1);
        push_packed(self.out, &self.waiting, self.width);
        self.waiting.clear();
    }
}

/// Reads `count` values of `width` bits.
pub fn take_runs(reader: &mut Reader, count: usize, width: u32) -> Result<Vec<u32>, String> {
    if width > u32::BITS {
        return Err("its indices are too wide".to_owned());
    }
    let mut values = Vec::new();
    while values.len() < count {
        let head = reader.varint()?;
        let left = count - values.len();
        let length = usize::try_from(head >> 1).unwrap_or(usize::MAX);
        if head & 1 == 0 {
            let mut bytes = [0; 4];
            let own = width.div_ceil(8) as usize;
            bytes[..own].copy_from_slice(reader.take(own)?);
            if length == 0 {
                return Err("a run in it is empty".to_owned());
            }
            values.extend(std::iter::repeat_n(u32::from_le_bytes(bytes), length.min(left)));
        } else {
            let packed = length.saturating_mul(GROUP);
            if length == 0 || packed.saturating_mul(width as usize) / 8 > reader.0.len() {
                return Err("it is cut off".to_owned());
            }
            take_packed(reader, packed, width, |value| {
                if values.len() < count {
                    values.push(value);
                }
            })?;
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths() {
        for (largest, width) in [(0, 0), (1, 1), (2, 2), (255, 8), (256, 9), (u32::MAX, 32)] {
            assert_eq!(width_of(largest), width);
        }
    }

    /// The example of the format's description: 0 to 7 in three bits each.
    #[test]
    fn bits_are_packed_as_the_format_has_it() {
        let mut bytes = Vec::new();
        push_packed(&mut bytes, &[0, 1, 2, 3, 4, 5, 6, 7], 3);
        assert_eq!(bytes, [0b1000_1000, 0b1100_0110, 0b1111_1010]);
    }

    #[test]
    fn a_run_is_two_numbers() {
        let mut bytes = Vec::new();
        push_runs(&mut bytes, [(4, 60), (4, 40)], 9);
        assert_eq!(bytes, [200, 1, 4, 0]);
    }

    #[test]
    fn any_mixture_is_read_as_it_was_written() {
        let lists: [&[(u32, u32)]; 7] = [
            &[],
            &[(0, 3)],
            &[(5, 1), (6, 1), (7, 1)],
            &[(1, 500), (2, 500), (3, 500)],
            &[(1, 3), (2, 20), (3, 1), (4, 1), (5, 7), (6, 8), (7, 9)],
            &[(0, 1), (1, 7), (0, 8), (1, 100), (0, 4)],
            &[(u32::MAX, 9), (0, 1), (u32::MAX, 1)],
        ];
        for runs in lists {
            let values: Vec<u32> =
                runs.iter().flat_map(|(value, length)| vec![*value; *length as usize]).collect();
            let width = width_of(values.iter().copied().max().unwrap_or(0));
            let mut bytes = Vec::new();
            push_runs(&mut bytes, runs.iter().copied(), width);
            let mut reader = Reader(&bytes);
            assert_eq!(take_runs(&mut reader, values.len(), width).unwrap(), values);
            assert!(reader.0.is_empty(), "{runs:?}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for bytes in [&[][..], &[0], &[1], &[0xff, 0xff, 0xff, 0xff, 0x7f, 1], &[4]] {
            assert!(take_runs(&mut Reader(bytes), 10, 8).is_err(), "{bytes:?}");
        }
        assert!(take_runs(&mut Reader(&[20, 1, 1, 1, 1, 1]), 10, 33).is_err());
    }
}
