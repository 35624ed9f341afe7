//! Columns, and how the library is to write them.

use parquet::basic::{Compression, ConvertedType, Encoding, LogicalType, Repetition, Type as Physical};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr, WriterVersion};
use parquet::schema::types::{ColumnDescPtr, ColumnPath, SchemaDescriptor, Type};
use std::sync::Arc;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text of few different values.
    Text,
    /// A whole number from 0 to 4,294,967,295, written as the difference from the one before.
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
pub(crate) const MAGIC: &[u8; 4] = b"PAR1";

/// Who wrote a file. The program's version is no part of it: it would change the bytes of equal tables.
const CREATED_BY: &str = "linchpin";

/// Values written in one go: never cut by the library, so that pages end where the caller ends them.
const WHOLE_PAGE: usize = u32::MAX as usize;

impl Kind {
    pub(crate) fn physical(self) -> Physical {
        match self {
            Self::Text => Physical::BYTE_ARRAY,
            Self::Whole => Physical::INT32,
            Self::Number => Physical::DOUBLE,
        }
    }

    /// Encoding of the values in data pages.
    pub(crate) fn encoding(self) -> Encoding {
        match self {
            Self::Text => Encoding::RLE_DICTIONARY,
            Self::Whole => Encoding::DELTA_BINARY_PACKED,
            Self::Number => Encoding::PLAIN,
        }
    }

    /// The kind of a column of a file, if it is one of ours.
    pub(crate) fn of(column: &ColumnDescPtr) -> Option<Self> {
        let flat = column.max_rep_level() == 0 && column.max_def_level() <= 1;
        let kinds = [Self::Text, Self::Whole, Self::Number];
        kinds.into_iter().find(|kind| flat && kind.physical() == column.physical_type())
    }

    fn logical(self) -> Option<LogicalType> {
        match self {
            Self::Text => Some(LogicalType::String),
            Self::Whole => Some(LogicalType::integer(32, false)),
            Self::Number => None,
        }
    }

    fn converted(self) -> ConvertedType {
        match self {
            Self::Text => ConvertedType::UTF8,
            Self::Whole => ConvertedType::UINT_32,
            Self::Number => ConvertedType::NONE,
        }
    }
}

impl Column {
    fn declared(&self) -> parquet::errors::Result<Type> {
        Type::primitive_type_builder(self.name, self.kind.physical())
            .with_repetition(if self.optional { Repetition::OPTIONAL } else { Repetition::REQUIRED })
            .with_logical_type(self.kind.logical())
            .with_converted_type(self.kind.converted())
            .build()
    }
}

/// The columns as the library calls them.
pub(crate) fn schema(columns: &[Column]) -> parquet::errors::Result<SchemaDescriptor> {
    let fields = columns.iter().map(|column| column.declared().map(Arc::new)).collect::<Result<_, _>>()?;
    Ok(SchemaDescriptor::new(Arc::new(Type::group_type_builder("schema").with_fields(fields).build()?)))
}

/// How they are written. Whatever the library leaves open is said here, so that its defaults may change without changing
/// files.
pub(crate) fn properties(columns: &[Column]) -> WriterPropertiesPtr {
    let mut properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::UNCOMPRESSED)
        .set_max_row_group_row_count(None)
        .set_offset_index_disabled(true)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_bloom_filter_enabled(false)
        // A page ends after each batch of values, and nowhere else.
        .set_data_page_row_count_limit(1)
        .set_write_batch_size(WHOLE_PAGE)
        .set_data_page_size_limit(usize::MAX)
        .set_dictionary_page_size_limit(usize::MAX);
    for column in columns {
        let path = ColumnPath::from(column.name);
        properties = properties.set_column_dictionary_enabled(path.clone(), column.kind == Kind::Text);
        if column.kind != Kind::Text {
            properties = properties.set_column_encoding(path.clone(), column.kind.encoding());
        }
        // Least and greatest, by which other programs skip files. Of numbers they would cost too much.
        if column.kind == Kind::Whole {
            properties = properties.set_column_statistics_enabled(path, EnabledStatistics::Chunk);
        }
    }
    Arc::new(properties.build())
}
