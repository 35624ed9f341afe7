//! The end of a file: what the library writes behind columns that stand in the file already.

use crate::format::MAGIC;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::TypePtr;
use std::io::{self, Read, Write};

/// Appends the footer of a file that ends with its columns, or with what is attached behind them.
pub(crate) fn footer(
    out: &mut Vec<u8>,
    schema: TypePtr,
    properties: WriterPropertiesPtr,
    columns: Vec<ColumnCloseResult>,
    metadata: impl Iterator<Item = KeyValue>,
) -> Result<()> {
    let bytes: u64 = columns.iter().map(|column| column.bytes_written).sum();
    let rows = columns.first().map_or(0, |column| column.rows_written);
    let there = MAGIC.len() as u64 + if rows > 0 { bytes } else { 0 };
    let mut file = SerializedFileWriter::new(Behind { out, there }, schema, properties)?;
    if rows > 0 {
        let mut group = file.next_row_group()?;
        for column in columns {
            group.append_column(&There(column.bytes_written), column)?;
        }
        group.close()?;
    }
    metadata.for_each(|pair| file.append_key_value_metadata(pair));
    file.into_inner().map(drop)
}

/// Takes what comes behind the bytes that are there.
struct Behind<'a> {
    out: &'a mut Vec<u8>,
    /// Bytes still to come that are there.
    there: u64,
}

impl Write for Behind<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let there = usize::try_from(self.there).unwrap_or(usize::MAX).min(bytes.len());
        self.there -= there as u64;
        self.out.extend_from_slice(&bytes[there..]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Stands for the bytes of a column that are there.
struct There(u64);

impl Length for There {
    fn len(&self) -> u64 {
        self.0
    }
}

impl ChunkReader for There {
    type T = io::Take<Anything>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(Anything.take(self.0.saturating_sub(start)))
    }

    fn get_bytes(&self, _: u64, length: usize) -> Result<bytes::Bytes> {
        Ok(vec![0; length].into())
    }
}

/// Any bytes without end: nobody looks at them.
struct Anything;

impl Read for Anything {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }
}
