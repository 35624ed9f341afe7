//! Columns, and the numbers by which the format calls things.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text of few different values.
    Text,
    /// A whole number from 0 to 4,294,967,295.
    Whole,
    /// A number (f64).
    Number,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// True where values may be null.
    pub optional: bool,
}

/// First and last bytes of a file.
pub const MAGIC: &[u8; 4] = b"PAR1";

/// Physical types.
pub mod physical {
    pub const INT32: i32 = 1;
    pub const DOUBLE: i32 = 5;
    pub const BYTE_ARRAY: i32 = 6;
}

/// Encodings.
pub mod encoding {
    pub const PLAIN: i32 = 0;
    pub const RLE: i32 = 3;
    pub const DELTA_BINARY_PACKED: i32 = 5;
    pub const RLE_DICTIONARY: i32 = 8;
}

/// Kinds of pages.
pub mod page {
    pub const DATA: i32 = 0;
    pub const DICTIONARY: i32 = 2;
}

impl Kind {
    /// The physical type.
    pub fn physical(self) -> i32 {
        match self {
            Self::Text => physical::BYTE_ARRAY,
            Self::Whole => physical::INT32,
            Self::Number => physical::DOUBLE,
        }
    }

    /// Encoding of the values in data pages.
    pub fn encoding(self) -> i32 {
        match self {
            Self::Text => encoding::RLE_DICTIONARY,
            Self::Whole => encoding::DELTA_BINARY_PACKED,
            Self::Number => encoding::PLAIN,
        }
    }
}
