//! Reading a table that [`Writer`](crate::Writer) has written.

use crate::delta::take_delta;
use crate::format::{Kind, MAGIC, encoding, page, physical};
use crate::hybrid::take_runs;
use crate::thrift::{Reader, Value};
use crate::write::ATTACHED;
use std::ops::Range;

/// Bytes of the footer's length and the magic at the end.
const TAIL: usize = 8;

/// A table in memory, its footer read.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    bytes: &'a [u8],
    rows: usize,
    columns: Vec<(&'a str, Chunk)>,
    metadata: Vec<(&'a str, &'a str)>,
}

#[derive(Clone, Debug)]
struct Chunk {
    kind: Kind,
    optional: bool,
    /// The dictionary, where there is one, and all pages.
    bytes: Range<usize>,
    pages: usize,
}

/// A column of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts<'a> {
    /// Different values.
    pub dictionary: Vec<&'a str>,
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
        let footer = Reader(&before[begin..]).structure()?;
        let rows = size(footer.int(3))?;
        let metadata = footer.list(5).iter().map(pair).collect::<Result<_, _>>()?;
        let mut table = Self { bytes, rows, columns: Vec::new(), metadata };
        let schema = footer.list(2).iter().skip(1);
        match footer.list(4) {
            [] if rows == 0 => table.columns = schema.map(empty).collect::<Result<_, _>>()?,
            [group] => {
                let chunks = group.list(1).iter();
                table.columns = schema
                    .zip(chunks)
                    .map(|(s, c)| chunk(s, c, missing + begin))
                    .collect::<Result<_, _>>()?;
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
        self.metadata.iter().find(|(own, _)| *own == key).map(|(_, value)| *value)
    }

    /// Where a value of the metadata stands in the file.
    pub fn place_of(&self, key: &str) -> Option<Range<usize>> {
        let value = self.metadata(key)?;
        // Both are parts of the same bytes.
        let begin = value.as_ptr() as usize - self.bytes.as_ptr() as usize;
        Some(begin..begin + value.len())
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
    pub fn text(&self, column: &str) -> Result<Texts<'a>, String> {
        let chunk = self.demand(column, Kind::Text)?;
        let mut texts = Texts { dictionary: Vec::new(), indices: Vec::new() };
        let mut reader = Reader(&self.bytes[chunk.bytes.clone()]);
        while !reader.0.is_empty() {
            let Page { kind, values, mut body, .. } = Page::take(&mut reader)?;
            if kind == page::DICTIONARY {
                texts.dictionary = words(body, values)?;
            } else {
                let width = body.byte()?.into();
                texts.indices.extend(take_runs(&mut body, values, width)?);
            }
        }
        if texts.indices.iter().any(|index| *index as usize >= texts.dictionary.len()) {
            return Err(format!("its column {column} points beyond its dictionary"));
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
        let mut reader = Reader(&self.bytes[chunk.bytes.clone()]);
        let mut all = Vec::new();
        while !reader.0.is_empty() {
            let Page { values, mut body, .. } = Page::take(&mut reader)?;
            if chunk.optional {
                let present = levels(&mut body, values)?;
                let there = present.iter().filter(|level| **level == 1).count();
                let mut numbers = take_delta(&mut body, there)?.into_iter();
                all.extend(present.iter().map(|level| if *level == 1 { numbers.next() } else { None }));
            } else {
                all.extend(take_delta(&mut body, values)?.into_iter().map(Some));
            }
        }
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
            let used = number_page(bytes, &mut all)?;
            bytes = &bytes[used..];
        }
        Ok(all)
    }

    fn column(&self, name: &str) -> Result<&Chunk, String> {
        let found = self.columns.iter().find(|(own, _)| *own == name);
        found.map(|(_, chunk)| chunk).ok_or_else(|| format!("it has no column {name}"))
    }

    fn demand(&self, name: &str, kind: Kind) -> Result<&Chunk, String> {
        let chunk = self.column(name)?;
        if chunk.kind == kind { Ok(chunk) } else { Err(format!("its column {name} is of another type")) }
    }
}

/// One page of a column of whole numbers without nulls, from its bytes alone: see
/// [`Writer::page_ends`](crate::Writer::page_ends).
///
/// # Errors
/// What is wrong, in words.
pub fn whole_page(bytes: &[u8]) -> Result<Vec<u32>, String> {
    let Page { values, mut body, .. } = Page::take(&mut Reader(bytes))?;
    take_delta(&mut body, values)
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
    let mut reader = Reader(bytes);
    let Page { values, mut body, .. } = Page::take(&mut reader)?;
    let present = levels(&mut body, values)?;
    let there = present.iter().filter(|level| **level == 1).count();
    let mut numbers = body.take(8 * there)?.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes));
    if there == values {
        out.extend(numbers);
    } else {
        let nulls = present.iter().map(|level| if *level == 1 { numbers.next() } else { None });
        out.extend(nulls.map(|number| number.unwrap_or(f64::NAN)));
    }
    Ok(bytes.len() - reader.0.len())
}

/// A page taken off the front.
struct Page<'a> {
    kind: i32,
    values: usize,
    body: Reader<'a>,
}

impl<'a> Page<'a> {
    fn take(reader: &mut Reader<'a>) -> Result<Self, String> {
        let header = reader.structure()?;
        let body = Reader(reader.take(size(header.int(3))?)?);
        let (kind, own) = match header.int(1) {
            Some(0) => (page::DATA, header.field(5)),
            Some(2) => (page::DICTIONARY, header.field(7)),
            _ => return Err("it has pages of a kind that is not known here".to_owned()),
        };
        let values = size(own.and_then(|own| own.int(1)))?;
        Ok(Self { kind, values, body })
    }
}

/// Which values of a page are there: 1, or 0 where null.
fn levels(body: &mut Reader, values: usize) -> Result<Vec<u32>, String> {
    let length = body.take(4)?.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes)) as usize;
    take_runs(&mut Reader(body.take(length)?), values, 1)
}

fn words(mut body: Reader<'_>, count: usize) -> Result<Vec<&str>, String> {
    let mut words = Vec::new();
    for _ in 0..count {
        let length = body.take(4)?.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes)) as usize;
        words.push(text(body.take(length)?)?);
    }
    Ok(words)
}

fn text(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|_| "a text in it is no UTF-8".to_owned())
}

fn size(number: Option<i64>) -> Result<usize, String> {
    number.and_then(|number| usize::try_from(number).ok()).ok_or_else(|| "its footer is damaged".to_owned())
}

fn pair<'a>(value: &Value<'a>) -> Result<(&'a str, &'a str), String> {
    let part = |id| text(value.bytes(id).unwrap_or_default());
    Ok((part(1)?, part(2)?))
}

/// Name, kind and whether it may be null.
fn declared<'a>(element: &Value<'a>) -> Result<(&'a str, Kind, bool), String> {
    let kind = match element.int(1).map(|number| number as i32) {
        Some(physical::BYTE_ARRAY) => Kind::Text,
        Some(physical::INT32) => Kind::Whole,
        Some(physical::DOUBLE) => Kind::Number,
        _ => return Err("it has columns of a type that is not known here".to_owned()),
    };
    Ok((text(element.bytes(4).unwrap_or_default())?, kind, element.int(3) == Some(1)))
}

fn empty<'a>(element: &Value<'a>) -> Result<(&'a str, Chunk), String> {
    let (name, kind, optional) = declared(element)?;
    Ok((name, Chunk { kind, optional, bytes: 0..0, pages: 0 }))
}

fn chunk<'a>(element: &Value<'a>, chunk: &Value<'a>, end: usize) -> Result<(&'a str, Chunk), String> {
    let (name, kind, optional) = declared(element)?;
    let meta = chunk.field(3).ok_or("its footer is damaged")?;
    let known = [encoding::PLAIN, encoding::RLE, kind.encoding()].map(|known| Value::Int(known.into()));
    if meta.int(4) != Some(0) || meta.list(2).iter().any(|used| !known.contains(used)) {
        return Err("it is packed in a way that is not known here".to_owned());
    }
    let pages = size(meta.int(9))?;
    let begin = meta.int(11).map_or(Ok(pages), |begin| size(Some(begin)))?;
    let after = begin.checked_add(size(meta.int(7))?).filter(|after| *after <= end && pages <= *after);
    let after = after.filter(|_| begin <= pages).ok_or("it is cut off")?;
    Ok((name, Chunk { kind, optional, bytes: begin..after, pages }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, Writer};

    const COLUMNS: [Column; 5] = [
        Column { name: "when", kind: Kind::Whole, optional: false },
        Column { name: "who", kind: Kind::Text, optional: false },
        Column { name: "until", kind: Kind::Whole, optional: true },
        Column { name: "value", kind: Kind::Number, optional: true },
        Column { name: "all", kind: Kind::Text, optional: false },
    ];

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
        assert_eq!(who.dictionary, ["a", "b", "\u{e9}"]);
        assert_eq!(who.indices, [&[0; 9][..], &[2], &[1; 10]].concat());
        assert_eq!(table.text("all").unwrap().indices, [0; 20]);
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
        table.optional_whole("until")?;
        table.optional_numbers("value").map(drop)
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
                let _ = read_all(&changed);
            }
        }
    }
}
