//! Reading a table that [`Writer`](crate::Writer) has written.

use crate::format::{Column, Kind, MAGIC, schema};
use crate::pages::{Shape, all_pages, decode, first_page, guarded};
use crate::place::place_after;
use crate::write::ATTACHED;
use parquet::basic::Compression;
use parquet::data_type::{ByteArrayType, DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, KeyValue, ParquetMetaDataReader};
use parquet::schema::types::ColumnDescPtr;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

/// Bytes of the footer's length and the magic at the end.
const TAIL: usize = 8;

/// Most values of a page that is read alone.
const PAGE_VALUES: usize = 1 << 26;

/// A table in memory, its footer read.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    bytes: &'a [u8],
    rows: usize,
    columns: Vec<Chunk>,
    metadata: Vec<Entry<'a>>,
}

#[derive(Clone, Debug)]
struct Chunk {
    shape: Shape,
    /// The dictionary, where there is one, and all pages.
    bytes: Range<usize>,
    pages: usize,
}

/// A pair of the metadata.
#[derive(Clone, Debug)]
struct Entry<'a> {
    key: String,
    value: &'a str,
    place: Range<usize>,
}

/// A column of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// Different values, in the order in which rows first have them.
    pub dictionary: Vec<String>,
    /// For each row the place of its value in the dictionary, within its length.
    pub indices: Vec<u32>,
}

/// Where the pages of a column are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pages {
    /// In the file, from the first data page to the end of the last.
    pub bytes: Range<usize>,
}

impl<'a> Table<'a> {
    /// Reads the footer of a whole file.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, String> {
        let cut = "it is cut off";
        if !bytes.starts_with(MAGIC) {
            return Err("it is not a Parquet file".to_owned());
        }
        if bytes.len() < MAGIC.len() + TAIL {
            return Err(cut.to_owned());
        }
        Self::parse_end(bytes, 0)
    }

    /// Reads the footer of a file of whose beginning `missing` bytes are not there.
    fn parse_end(bytes: &'a [u8], missing: usize) -> Result<Self, String> {
        let cut = "it is cut off";
        if bytes.len() < TAIL || !bytes.ends_with(MAGIC) {
            return Err(cut.to_owned());
        }
        let (before, tail) = bytes.split_at(bytes.len() - TAIL);
        let length = tail.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes)) as usize;
        let begin = before.len().checked_sub(length).ok_or(cut)?;
        let footer = guarded(|| ParquetMetaDataReader::decode_metadata(&before[begin..])).map_err(broken)?;
        let file = footer.file_metadata();
        let rows = usize::try_from(file.num_rows()).map_err(|_| damaged())?;
        let metadata = entries(bytes, begin, file.key_value_metadata().map_or(&[], Vec::as_slice));
        let mut table = Self { bytes, rows, columns: Vec::new(), metadata };
        let declared = file.schema_descr().columns();
        match footer.row_groups() {
            [] if rows == 0 => {
                let empty = |column| Ok(Chunk { shape: Shape::of(column)?, bytes: 0..0, pages: 0 });
                table.columns = declared.iter().map(empty).collect::<Result<_, String>>()?;
            }
            [group] => {
                let chunks = group.columns().iter().map(|own| chunk(own, missing + begin));
                table.columns = chunks.collect::<Result<_, _>>()?;
            }
            _ => return Err("it has more than one row group".to_owned()),
        }
        Ok(table)
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// A value of the metadata.
    pub fn metadata(&self, key: &str) -> Option<&'a str> {
        self.entry(key).map(|entry| entry.value)
    }

    /// Where a value of the metadata stands in the file.
    pub fn place_of(&self, key: &str) -> Option<Range<usize>> {
        self.entry(key).map(|entry| entry.place.clone())
    }

    fn entry(&self, key: &str) -> Option<&Entry<'a>> {
        self.metadata.iter().find(|entry| entry.key == key)
    }

    /// The bytes [attached](crate::Writer::attach); none where there are none.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn attached(&self) -> Result<&'a [u8], String> {
        let Some(place) = self.metadata(ATTACHED) else { return Ok(&[]) };
        let parsed = place.split_once(' ').and_then(|(begin, length)| {
            let begin: usize = begin.parse().ok()?;
            self.bytes.get(begin..begin.checked_add(length.parse().ok()?)?)
        });
        parsed.ok_or_else(|| "it is cut off".to_owned())
    }

    /// Where the pages of a column are.
    ///
    /// # Errors
    /// Where there is no such column.
    pub fn pages(&self, column: &str) -> Result<Pages, String> {
        let chunk = self.column(column)?;
        Ok(Pages { bytes: chunk.pages..chunk.bytes.end })
    }

    /// A column of text.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn text(&self, column: &str) -> Result<Texts, String> {
        let chunk = self.demand(column, Kind::Text)?;
        let mut words = Vec::new();
        let pages = all_pages(&chunk.shape, &self.bytes[chunk.bytes.clone()], self.rows).map_err(broken)?;
        decode::<ByteArrayType>(&chunk.shape, pages, &mut words).map_err(broken)?;
        self.of_length(column, words.len())?;
        let mut known = BTreeMap::new();
        let mut texts = Texts { dictionary: Vec::new(), indices: Vec::with_capacity(words.len()) };
        for run in words.chunk_by(|a, b| a.data() == b.data()) {
            let word = run[0].data();
            let place = match known.get(word) {
                Some(place) => *place,
                None => {
                    let text = str::from_utf8(word).map_err(|_| "a text in it is no UTF-8".to_owned())?;
                    texts.dictionary.push(text.to_owned());
                    *known.entry(word).or_insert(texts.dictionary.len() as u32 - 1)
                }
            };
            texts.indices.extend(run.iter().map(|_| place));
        }
        Ok(texts)
    }

    /// A column of whole numbers without nulls.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn whole(&self, column: &str) -> Result<Vec<u32>, String> {
        let values = self.optional_whole(column)?.into_iter();
        values.map(|value| value.ok_or_else(|| format!("its column {column} has nulls"))).collect()
    }

    /// A column of whole numbers or nulls.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn optional_whole(&self, column: &str) -> Result<Vec<Option<u32>>, String> {
        let chunk = self.demand(column, Kind::Whole)?;
        let mut numbers = Vec::new();
        let pages = all_pages(&chunk.shape, &self.bytes[chunk.bytes.clone()], self.rows).map_err(broken)?;
        let levels = decode::<Int32Type>(&chunk.shape, pages, &mut numbers).map_err(broken)?;
        let mut numbers = numbers.into_iter().map(i32::cast_unsigned);
        let all: Vec<_> = if chunk.shape.optional {
            levels.iter().map(|level| if *level == 1 { numbers.next() } else { None }).collect()
        } else {
            numbers.map(Some).collect()
        };
        self.of_length(column, all.len())?;
        Ok(all)
    }

    /// A column of numbers, NaN where null.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn optional_numbers(&self, column: &str) -> Result<Vec<f64>, String> {
        let chunk = self.demand(column, Kind::Number)?;
        let mut bytes = &self.bytes[chunk.bytes.clone()];
        let mut all = Vec::new();
        while !bytes.is_empty() {
            let used = take_numbers(&chunk.shape, bytes, self.rows, &mut all)?;
            bytes = &bytes[used..];
        }
        self.of_length(column, all.len())?;
        Ok(all)
    }

    fn column(&self, name: &str) -> Result<&Chunk, String> {
        let found = self.columns.iter().find(|chunk| chunk.shape.column.name() == name);
        found.ok_or_else(|| format!("it has no column {name}"))
    }

    fn demand(&self, name: &str, kind: Kind) -> Result<&Chunk, String> {
        let chunk = self.column(name)?;
        if chunk.shape.kind == kind {
            Ok(chunk)
        } else {
            Err(format!("its column {name} is of another type"))
        }
    }

    fn of_length(&self, column: &str, rows: usize) -> Result<(), String> {
        if rows == self.rows {
            Ok(())
        } else {
            Err(format!("its column {column} has another length than the table"))
        }
    }
}

/// One page of a column of whole numbers without nulls, from its bytes alone: see
/// [`Writer::page_ends`](crate::Writer::page_ends).
///
/// # Errors
/// What is wrong, in words.
pub fn whole_page(bytes: &[u8]) -> Result<Vec<u32>, String> {
    let shape = WHOLE.as_ref()?;
    let (page, _) = first_page(shape, bytes, PAGE_VALUES).map_err(broken)?;
    let mut numbers = Vec::new();
    decode::<Int32Type>(shape, [page].into(), &mut numbers).map_err(broken)?;
    Ok(numbers.into_iter().map(i32::cast_unsigned).collect())
}

/// What the end of a file says of it: enough to read single pages of a large file.
#[derive(Clone, Debug)]
pub struct Footer<'a>(Table<'a>);

impl<'a> Footer<'a> {
    /// Reads the footer from the last bytes of a file that is `length` bytes long; none where more of them are needed.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(end: &'a [u8], length: usize) -> Result<Option<Self>, String> {
        let Some(before) = length.checked_sub(end.len()) else { return Err("it is cut off".to_owned()) };
        match end.last_chunk::<TAIL>().and_then(|tail| tail.first_chunk()) {
            Some(size) if u32::from_le_bytes(*size) as usize + TAIL <= end.len() => {
                Table::parse_end(end, before).map(|table| Some(Self(table)))
            }
            _ => Ok(None),
        }
    }

    /// A value of the metadata.
    pub fn metadata(&self, key: &str) -> Option<&'a str> {
        self.0.metadata(key)
    }

    /// Where the pages of a column are.
    ///
    /// # Errors
    /// Where there is no such column.
    pub fn pages(&self, column: &str) -> Result<Pages, String> {
        self.0.pages(column)
    }
}

/// Reads the page of optional numbers at the front of `bytes` into `out`, NaN where null; gives the bytes of the page.
///
/// # Errors
/// What is wrong, in words.
pub fn number_page(bytes: &[u8], out: &mut Vec<f64>) -> Result<usize, String> {
    take_numbers(NUMBER.as_ref()?, bytes, PAGE_VALUES, out)
}

fn take_numbers(shape: &Shape, bytes: &[u8], most: usize, out: &mut Vec<f64>) -> Result<usize, String> {
    let (page, used) = first_page(shape, bytes, most).map_err(broken)?;
    let mut numbers = Vec::new();
    let levels = decode::<DoubleType>(shape, [page].into(), &mut numbers).map_err(broken)?;
    if !shape.optional || levels.len() == numbers.len() {
        out.extend_from_slice(&numbers);
    } else {
        let mut numbers = numbers.into_iter();
        let nulls = levels.iter().map(|level| if *level == 1 { numbers.next() } else { None });
        out.extend(nulls.map(|number| number.unwrap_or(f64::NAN)));
    }
    Ok(used)
}

/// What pages are of that are read alone.
static WHOLE: LazyLock<Result<Shape, String>> = LazyLock::new(|| alone(Kind::Whole, false));
static NUMBER: LazyLock<Result<Shape, String>> = LazyLock::new(|| alone(Kind::Number, true));

fn alone(kind: Kind, optional: bool) -> Result<Shape, String> {
    let schema = schema(&[Column { name: "alone", kind, optional }]).map_err(broken)?;
    Ok(Shape { kind, optional, column: schema.column(0) })
}

impl Shape {
    fn of(column: &ColumnDescPtr) -> Result<Self, String> {
        let kind = Kind::of(column).ok_or("it has columns of a type that is not known here")?;
        Ok(Self { kind, optional: column.max_def_level() == 1, column: column.clone() })
    }
}

fn chunk(own: &ColumnChunkMetaData, end: usize) -> Result<Chunk, String> {
    let shape = Shape::of(&own.column_descr_ptr())?;
    if own.compression() != Compression::UNCOMPRESSED {
        return Err("it is packed in a way that is not known here".to_owned());
    }
    let size = |number: i64| usize::try_from(number).map_err(|_| damaged());
    let pages = size(own.data_page_offset())?;
    let begin = own.dictionary_page_offset().map_or(Ok(pages), size)?;
    let after =
        begin.checked_add(size(own.compressed_size())?).filter(|after| *after <= end && pages <= *after);
    let after = after.filter(|_| begin <= pages).ok_or("it is cut off")?;
    Ok(Chunk { shape, bytes: begin..after, pages })
}

/// The metadata; pairs without a value, which are not ours, are left out.
fn entries<'a>(bytes: &'a [u8], footer: usize, pairs: &[KeyValue]) -> Vec<Entry<'a>> {
    let mut from = footer;
    let found = pairs.iter().filter_map(|KeyValue { key, value }| {
        let place = place_after(bytes, from, key, value.as_ref()?)?;
        from = place.end;
        Some(Entry { key: key.clone(), value: str::from_utf8(&bytes[place.clone()]).ok()?, place })
    });
    found.collect()
}

fn damaged() -> String {
    "its footer is damaged".to_owned()
}

fn broken(error: ParquetError) -> String {
    format!("it cannot be read ({error})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, Writer};

    const COLUMNS: [Column; 6] = [
        Column { name: "when", kind: Kind::Whole, optional: false },
        Column { name: "who", kind: Kind::Text, optional: false },
        Column { name: "until", kind: Kind::Whole, optional: true },
        Column { name: "value", kind: Kind::Number, optional: true },
        Column { name: "all", kind: Kind::Text, optional: false },
        Column { name: "any", kind: Kind::Whole, optional: false },
    ];

    const SCATTERED: [u32; 20] =
        [9, 0, u32::MAX, 7, 7, 1 << 31, 3, 2, 1, 0, 5, 4, 3, 2, 1, 0, 99, 98, 97, 1_000_000_007];

    fn written() -> Vec<u8> {
        let numbers: Vec<f64> = (0..20).map(|i| 0.1 * f64::from(i)).collect();
        let whole: Vec<u32> = (5..25).collect();
        let until: Vec<Option<u32>> = (0..20).map(|i| (i % 3 > 0).then_some(1 << i)).collect();
        let mut writer = Writer::new(&COLUMNS);
        writer.whole([&whole[..10], &whole[10..]]);
        writer.text(&["a", "b", "\u{e9}"], [(0, 9), (2, 1), (1, 10)]);
        writer.optional_whole(until.chunks(10));
        writer.optional_numbers(numbers.chunks(10), &[0, 3, 9]);
        writer.text(&["the same"], [(0, 20)]);
        writer.whole([&SCATTERED[..7], &SCATTERED[7..]]);
        writer.attach(b"beside");
        writer.finish(&[("key", "value"), ("empty", "")]).bytes
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = written();
        let table = Table::parse(&bytes).unwrap();
        assert_eq!((table.rows(), table.attached().unwrap()), (20, &b"beside"[..]));
        assert_eq!(table.whole("when").unwrap(), (5..25).collect::<Vec<_>>());
        let who = table.text("who").unwrap();
        // Words are told in the order in which rows first have them.
        assert_eq!(who.dictionary, ["a", "\u{e9}", "b"]);
        assert_eq!(who.indices, [&[0; 9][..], &[1], &[2; 10]].concat());
        assert_eq!(table.text("all").unwrap().indices, [0; 20]);
        assert_eq!(table.whole("any").unwrap(), SCATTERED);
        let until = table.optional_whole("until").unwrap();
        assert_eq!((until[0], until[1], until[19]), (None, Some(2), Some(1 << 19)));
        let values = table.optional_numbers("value").unwrap();
        for (i, value) in values.iter().enumerate() {
            let null = [0, 3, 9].contains(&(i % 10));
            assert!(if null { value.is_nan() } else { *value == 0.1 * i as f64 }, "{i}");
        }
        assert!(table.whole("until").is_err() && table.whole("who").is_err() && table.text("x").is_err());
        assert_eq!((table.metadata("key"), table.metadata("other")), (Some("value"), None));
    }

    #[test]
    fn one_page_can_be_read_alone() {
        let bytes = written();
        let pages = Table::parse(&bytes).unwrap().pages("value").unwrap().bytes;
        // Equal lengths, equal bytes.
        let half = pages.len() / 2;
        let mut numbers = Vec::new();
        assert_eq!(number_page(&bytes[pages.start + half..], &mut numbers).unwrap(), half);
        assert_eq!((numbers.len(), numbers[1]), (10, 0.1 * 11.0));
    }

    #[test]
    fn a_page_of_whole_numbers_can_be_read_knowing_only_where_it_ends() {
        let numbers: Vec<u32> = (0..1000).map(|i| i * i).collect();
        let mut writer = Writer::new(&COLUMNS[..1]);
        writer.whole([&numbers[..300], &numbers[300..310], &numbers[310..]]);
        let ends = writer.page_ends().to_vec();
        let bytes = writer.finish(&[("key", "value")]).bytes;
        // The last bytes of the file are enough to know where its columns are.
        assert!(Footer::parse(&bytes[bytes.len() - 20..], bytes.len()).unwrap().is_none());
        let end = &bytes[bytes.len() - 600..];
        let footer = Footer::parse(end, bytes.len()).unwrap().unwrap();
        assert_eq!(footer.metadata("key"), Some("value"));
        let pages = footer.pages("when").unwrap().bytes;
        assert_eq!((ends.len(), ends[2]), (3, pages.end));
        assert_eq!(whole_page(&bytes[ends[0]..ends[1]]).unwrap(), numbers[300..310]);
        assert_eq!(whole_page(&bytes[pages.start..ends[0]]).unwrap(), numbers[..300]);
        for cut in 0..ends[1] - ends[0] {
            assert!(whole_page(&bytes[ends[0]..ends[0] + cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn values_of_the_metadata_are_where_they_are_said_to_be() {
        let mut writer = Writer::new(&COLUMNS[..1]);
        writer.whole([&[1][..]]);
        writer.attach(b"something");
        let written = writer.finish(&[("a", "first"), ("b", "second")]);
        assert_eq!(&written.bytes[written.values[1].clone()], b"second");
        let table = Table::parse(&written.bytes).unwrap();
        assert_eq!(table.place_of("a"), Some(written.values[0].clone()));
        assert_eq!(table.place_of("b"), Some(written.values[1].clone()));
    }

    #[test]
    fn a_page_many_times_over_is_many_pages() {
        let page: Vec<u32> = (7..207).collect();
        let files = [0, 1, 3].map(|times| {
            let mut one = Writer::new(&COLUMNS[..1]);
            one.repeated_whole(&page, times);
            let mut other = Writer::new(&COLUMNS[..1]);
            other.whole(vec![&page[..]; times]);
            (one.finish(&[]).bytes, other.finish(&[]).bytes)
        });
        assert!(files.iter().all(|(one, other)| one == other));
    }

    #[test]
    fn text_longer_than_a_page_is_read() {
        let mut writer = Writer::new(&COLUMNS[4..5]);
        writer.text(&["a", "b"], [(0, 70_000), (1, 5), (0, 130_000)]);
        let bytes = writer.finish(&[]).bytes;
        let indices = Table::parse(&bytes).unwrap().text("all").unwrap().indices;
        assert_eq!((indices.len(), indices[69_999], indices[70_004], indices[70_005]), (200_005, 0, 1, 0));
    }

    #[test]
    fn a_table_without_rows_is_one() {
        let mut writer = Writer::new(&COLUMNS[..2]);
        writer.whole([]);
        writer.text(&[""; 0], []);
        let bytes = writer.finish(&[]).bytes;
        let table = Table::parse(&bytes).unwrap();
        assert_eq!((table.rows(), table.whole("when").unwrap()), (0, Vec::new()));
        assert!(table.attached().unwrap().is_empty() && table.text("who").unwrap().dictionary.is_empty());
    }

    fn read_all(bytes: &[u8]) -> Result<(), String> {
        let table = Table::parse(bytes)?;
        table.attached()?;
        table.text("who")?;
        table.whole("when")?;
        table.whole("any")?;
        table.optional_whole("until")?;
        table.optional_numbers("value").map(drop)
    }

    /// As whoever reads single pages does.
    fn read_pages(bytes: &[u8]) -> Result<(), String> {
        let table = Table::parse(bytes)?;
        whole_page(&bytes[table.pages("when")?.bytes])?;
        whole_page(&bytes[table.pages("any")?.bytes])?;
        number_page(&bytes[table.pages("value")?.bytes], &mut Vec::new()).map(drop)
    }

    #[test]
    fn whatever_the_bytes_nothing_panics() {
        let bytes = written();
        read_all(&bytes).unwrap();
        for cut in 0..bytes.len() {
            assert!(read_all(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                // Whether it is noticed is the business of a digest.
                let _ = (read_all(&changed), read_pages(&changed));
            }
        }
    }
}
