//! Parquet files of the kind that a study's tables need, written and read by the `parquet` crate.
//!
//! A study's tables are written a block at a time while replications run, read by pandas, Polars, DuckDB and whatever
//! else knows Parquet, and read back by Linchpin column by column. The format is the library's business. What is decided
//! here are three kinds of columns and one row group a file, in encodings that every reader has:
//!
//! | kind | Parquet type | pages | encoding |
//! | --- | --- | --- | --- |
//! | text | byte array, string | a dictionary, and one for each 65,536 rows | dictionary indices (`RLE_DICTIONARY`) |
//! | whole number | 32 bits, unsigned | as many as wanted | differences in packed bits (`DELTA_BINARY_PACKED`) |
//! | number | double | as many as wanted | plain: eight bytes each |
//!
//! Columns may have nulls. Nothing is compressed: text and whole numbers in order are almost free already, and results
//! hardly shrink. The same content gives the same bytes on every machine, with one version of the library; another may
//! write other bytes for the same values.
//!
//! # Writing a table
//!
//! Declare the columns, hand them in in that order, each in one go, and finish. Here every outage of some replications:
//!
//! ```
//! use linchpin_parquet::{Column, Kind, Table, Writer};
//!
//! const OUTAGES: [Column; 4] = [
//!     Column { name: "replication", kind: Kind::Whole, optional: false },
//!     Column { name: "asset", kind: Kind::Text, optional: false },
//!     Column { name: "from_s", kind: Kind::Whole, optional: false },
//!     Column { name: "to_s", kind: Kind::Whole, optional: true },
//! ];
//!
//! let mut writer = Writer::new(&OUTAGES);
//! writer.whole([&[0, 0, 1][..]]);
//! // The dictionary, then for each run of equal values its place in the dictionary and its length.
//! writer.text(&["hospital", "substation"], [(1, 1), (0, 1), (1, 1)]);
//! writer.whole([&[3600, 7200, 60][..]]);
//! writer.optional_whole([&[Some(9000), None, Some(120)][..]]);
//! let written = writer.finish(&[("seed", "42")]);
//!
//! let table = Table::parse(&written.bytes)?;
//! assert_eq!(table.metadata("seed"), Some("42"));
//! let assets = table.text("asset")?;
//! assert_eq!(assets.dictionary[assets.indices[2] as usize], "substation");
//! assert_eq!(table.optional_whole("to_s")?, [Some(9000), None, Some(120)]);
//! # Ok::<(), String>(())
//! ```
//!
//! Bytes that are no business of other readers, such as what a program needs to go on, can be [attached](Writer::attach):
//! they lie between the pages and the footer, where Parquet readers do not look, and [`Table::attached`] finds them.
//!
//! # Reading
//!
//! [`Table`] reads what [`Writer`] writes, and tells of anything else that it cannot. It never panics, whatever the bytes:
//! pages are looked at before the library decodes them, and what it panics at all the same becomes an error.
//! It does not know whether bytes have been changed: whoever cares puts a digest into the metadata, for which
//! [`Written::values`] says where it stands.
//!
//! This crate knows neither files nor studies.

mod delta;
mod footer;
mod format;
mod pages;
mod place;
mod plain;
mod read;
mod text;
mod write;

pub use format::{Column, Kind};
pub use read::{Footer, Pages, Table, Texts, number_page, whole_page};
pub use write::{Writer, Written};
