//! Integers as bytes: seven bits a byte, lowest first, the eighth says that more follow.

/// Appends a number.
pub(crate) fn put(out: &mut Vec<u8>, mut value: u128) {
    while value > u128::from(u64::MAX) {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    // Nearly all numbers are small, and half as wide ones are shifted at once.
    let mut value = value as u64;
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a number that may be negative: small ones of either sign stay short.
pub(crate) fn put_signed(out: &mut Vec<u8>, value: i128) {
    put(out, ((value << 1) ^ (value >> 127)) as u128);
}

/// Reads what was put, front to back. `None` where the bytes end or say nothing sensible.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl Reader<'_> {
    /// The next byte.
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// The next number.
    pub(crate) fn number(&mut self) -> Option<u128> {
        let mut value = 0_u128;
        for shift in (0..).step_by(7) {
            let byte = self.byte()?;
            let bits = u128::from(byte & 0x7f);
            if shift > 121 && (shift > 126 || bits > 3) {
                return None;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                // One way to write a number, so that equal values have equal bytes.
                return (byte != 0 || shift == 0).then_some(value);
            }
        }
        None
    }

    /// The next number, if it fits.
    pub(crate) fn small<T: TryFrom<u128>>(&mut self) -> Option<T> {
        T::try_from(self.number()?).ok()
    }

    /// The next number that may be negative.
    pub(crate) fn signed(&mut self) -> Option<i128> {
        let zigzag = self.number()?;
        Some((zigzag >> 1) as i128 ^ -((zigzag & 1) as i128))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back(value in any::<u128>(), signed in any::<i128>(), small in 0_u128..300) {
            let mut bytes = Vec::new();
            put(&mut bytes, value);
            put_signed(&mut bytes, signed);
            put(&mut bytes, small);
            let mut reader = Reader(&bytes);
            prop_assert_eq!(reader.number(), Some(value));
            prop_assert_eq!(reader.signed(), Some(signed));
            prop_assert_eq!(reader.number(), Some(small));
            prop_assert_eq!(reader.number(), None);
        }

        #[test]
        fn what_can_be_read_is_written_the_same(bytes in prop::collection::vec(any::<u8>(), 0..24)) {
            let mut reader = Reader(&bytes);
            if let Some(value) = reader.number() {
                let mut again = Vec::new();
                put(&mut again, value);
                prop_assert_eq!(&bytes[..bytes.len() - reader.0.len()], &again[..]);
            }
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for bytes in [&[][..], &[0x80], &[0x80, 0], &[0xff; 19], &[0xff; 400]] {
            assert_eq!(Reader(bytes).number(), None, "{bytes:?}");
        }
        assert_eq!(Reader(&[0x80, 2]).small::<u8>(), None);
    }
}
