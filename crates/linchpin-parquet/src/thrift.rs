//! Thrift's compact protocol, in which Parquet keeps its footers and page headers.
//!
//! Written field by field in ascending order of ids; read as a tree of [`Value`]s.

/// Codes of types within structures and lists.
mod code {
    pub const TRUE: u8 = 1;
    pub const FALSE: u8 = 2;
    pub const BYTE: u8 = 3;
    pub const I16: u8 = 4;
    pub const I32: u8 = 5;
    pub const I64: u8 = 6;
    pub const DOUBLE: u8 = 7;
    pub const BINARY: u8 = 8;
    pub const LIST: u8 = 9;
    pub const SET: u8 = 10;
    pub const STRUCT: u8 = 12;
}

/// Structures within structures that are followed; Parquet has fewer than ten.
const DEPTH: usize = 16;

/// Appends a number in groups of seven bits, lowest first.
pub fn push_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Small numbers of either sign as small numbers.
pub fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

/// Appends a structure with the fields that `fill` writes.
pub fn push_struct(out: &mut Vec<u8>, fill: impl FnOnce(&mut Fields)) {
    fill(&mut Fields { out, last: 0 });
    out.push(0);
}

/// The fields of a structure that is being written; ids have to ascend.
pub struct Fields<'a> {
    out: &'a mut Vec<u8>,
    last: u8,
}

impl Fields<'_> {
    fn head(&mut self, id: u8, code: u8) {
        debug_assert!(id > self.last && id - self.last < 16, "ids ascend in small steps");
        self.out.push((id - self.last) << 4 | code);
        self.last = id;
    }

    pub fn bool(&mut self, id: u8, value: bool) {
        self.head(id, if value { code::TRUE } else { code::FALSE });
    }

    pub fn byte(&mut self, id: u8, value: u8) {
        self.head(id, code::BYTE);
        self.out.push(value);
    }

    pub fn i16(&mut self, id: u8, value: i16) {
        self.head(id, code::I16);
        push_varint(self.out, zigzag(value.into()));
    }

    pub fn i32(&mut self, id: u8, value: i32) {
        self.head(id, code::I32);
        push_varint(self.out, zigzag(value.into()));
    }

    pub fn i64(&mut self, id: u8, value: i64) {
        self.head(id, code::I64);
        push_varint(self.out, zigzag(value));
    }

    pub fn binary(&mut self, id: u8, value: &[u8]) {
        self.head(id, code::BINARY);
        push_varint(self.out, value.len() as u64);
        self.out.extend_from_slice(value);
    }

    pub fn structure(&mut self, id: u8, fill: impl FnOnce(&mut Fields)) {
        self.head(id, code::STRUCT);
        push_struct(self.out, fill);
    }

    pub fn structures<T>(
        &mut self,
        id: u8,
        items: impl ExactSizeIterator<Item = T>,
        mut fill: impl FnMut(&mut Fields, T),
    ) {
        self.list_head(id, code::STRUCT, items.len());
        for item in items {
            push_struct(self.out, |fields| fill(fields, item));
        }
    }

    pub fn i32s(&mut self, id: u8, items: &[i32]) {
        self.list_head(id, code::I32, items.len());
        items.iter().for_each(|item| push_varint(self.out, zigzag((*item).into())));
    }

    pub fn binaries(&mut self, id: u8, items: &[&[u8]]) {
        self.list_head(id, code::BINARY, items.len());
        for item in items {
            push_varint(self.out, item.len() as u64);
            self.out.extend_from_slice(item);
        }
    }

    /// Bytes written so far to the whole that this structure is part of.
    pub fn position(&self) -> usize {
        self.out.len()
    }

    fn list_head(&mut self, id: u8, item: u8, count: usize) {
        self.head(id, code::LIST);
        if count < 15 {
            self.out.push((count as u8) << 4 | item);
        } else {
            self.out.push(0xf0 | item);
            push_varint(self.out, count as u64);
        }
    }
}

/// What was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    Bool(bool),
    Int(i64),
    Binary(&'a [u8]),
    List(Vec<Value<'a>>),
    Struct(Vec<(u64, Value<'a>)>),
    /// Something that Parquet's footers have, and that nobody asks for.
    Other,
}

impl<'a> Value<'a> {
    /// A field of a structure.
    pub fn field(&self, id: u64) -> Option<&Value<'a>> {
        match self {
            Self::Struct(fields) => fields.iter().find(|(own, _)| *own == id).map(|(_, value)| value),
            _ => None,
        }
    }

    pub fn int(&self, id: u64) -> Option<i64> {
        match self.field(id) {
            Some(Self::Int(number)) => Some(*number),
            _ => None,
        }
    }

    pub fn bytes(&self, id: u64) -> Option<&'a [u8]> {
        match self.field(id) {
            Some(Self::Binary(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// A list; empty where there is none.
    pub fn list(&self, id: u64) -> &[Value<'a>] {
        match self.field(id) {
            Some(Self::List(items)) => items,
            _ => &[],
        }
    }
}

/// Takes bytes off the front.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or("it is cut off")?;
        self.0 = rest;
        Ok(taken)
    }

    pub fn byte(&mut self) -> Result<u8, String> {
        Ok(self.take(1)?[0])
    }

    pub fn varint(&mut self) -> Result<u64, String> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err("a number in it has too many digits".to_owned())
    }

    pub fn zigzag(&mut self) -> Result<i64, String> {
        let number = self.varint()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    fn length(&mut self) -> Result<usize, String> {
        usize::try_from(self.varint()?).map_err(|_| "it is cut off".to_owned())
    }

    /// A whole structure.
    pub fn structure(&mut self) -> Result<Value<'a>, String> {
        self.fields(DEPTH)
    }

    fn fields(&mut self, depth: usize) -> Result<Value<'a>, String> {
        let depth = depth.checked_sub(1).ok_or("its footer is nested too deep")?;
        let (mut fields, mut last) = (Vec::new(), 0_u64);
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Ok(Value::Struct(fields));
            }
            last = match head >> 4 {
                0 => self.zigzag()? as u64,
                step => last.wrapping_add(step.into()),
            };
            let value = match head & 0xf {
                code::TRUE => Value::Bool(true),
                code::FALSE => Value::Bool(false),
                other => self.value(other, depth)?,
            };
            fields.push((last, value));
        }
    }

    fn value(&mut self, code: u8, depth: usize) -> Result<Value<'a>, String> {
        Ok(match code {
            code::BYTE => Value::Int(self.byte()?.into()),
            // In a list, unlike in a field, a truth takes a byte.
            code::TRUE | code::FALSE => Value::Bool(self.byte()? == code::TRUE),
            code::I16 | code::I32 | code::I64 => Value::Int(self.zigzag()?),
            code::DOUBLE => self.take(8).map(|_| Value::Other)?,
            code::BINARY => {
                let length = self.length()?;
                Value::Binary(self.take(length)?)
            }
            code::LIST | code::SET => self.list(depth)?,
            code::STRUCT => self.fields(depth)?,
            _ => return Err("its footer has a field of an unknown type".to_owned()),
        })
    }

    fn list(&mut self, depth: usize) -> Result<Value<'a>, String> {
        let depth = depth.checked_sub(1).ok_or("its footer is nested too deep")?;
        let head = self.byte()?;
        let count = if head >> 4 == 0xf { self.length()? } else { usize::from(head >> 4) };
        // Every item takes a byte at least.
        if count > self.0.len() {
            return Err("it is cut off".to_owned());
        }
        (0..count).map(|_| self.value(head & 0xf, depth)).collect::<Result<_, _>>().map(Value::List)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values from the description of the protocol: zigzag of 0, -1, 1, -2 is 0, 1, 2, 3; 300 is `ac 02`.
    #[test]
    fn numbers_are_written_as_the_protocol_has_it() {
        for (number, expected) in
            [(0, 0), (-1, 1), (1, 2), (-2, 3), (i64::MAX, u64::MAX - 1), (i64::MIN, u64::MAX)]
        {
            assert_eq!(zigzag(number), expected);
            let mut bytes = Vec::new();
            push_varint(&mut bytes, zigzag(number));
            assert_eq!(Reader(&bytes).zigzag(), Ok(number));
        }
        let mut bytes = Vec::new();
        push_varint(&mut bytes, 300);
        assert_eq!(bytes, [0xac, 0x02]);
        assert!(Reader(&[0xff; 11]).varint().is_err());
    }

    #[test]
    fn structures_are_read_as_they_were_written() {
        let mut bytes = Vec::new();
        push_struct(&mut bytes, |s| {
            s.i32(1, -5);
            s.bool(2, true);
            s.bool(3, false);
            s.byte(4, 32);
            s.i16(5, -300);
            s.i64(9, 1 << 40);
            s.binary(10, b"abc");
            s.structure(11, |inner| inner.binary(4, b""));
            s.i32s(12, &[1, -1]);
            s.binaries(13, &[b"x", b"yz"]);
            s.structures(14, 0..20, |inner, i| inner.i32(1, i));
        });
        let mut reader = Reader(&bytes);
        let value = reader.structure().unwrap();
        assert!(reader.0.is_empty());
        for (id, expected) in [(1, -5), (4, 32), (5, -300), (9, 1 << 40)] {
            assert_eq!(value.int(id), Some(expected));
        }
        assert_eq!((value.field(2), value.field(3)), (Some(&Value::Bool(true)), Some(&Value::Bool(false))));
        assert_eq!(value.bytes(10), Some(&b"abc"[..]));
        assert_eq!(value.field(11).and_then(|inner| inner.bytes(4)), Some(&b""[..]));
        assert_eq!(value.list(12), [Value::Int(1), Value::Int(-1)]);
        assert_eq!(value.list(13), [Value::Binary(b"x"), Value::Binary(b"yz")]);
        assert_eq!(value.list(14).len(), 20);
        assert_eq!(value.list(14)[19].int(1), Some(19));
        assert_eq!((value.int(10), value.bytes(1), value.list(1)), (None, None, &[][..]));
        for cut in 0..bytes.len() {
            assert!(Reader(&bytes[..cut]).structure().is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        assert!(Reader(&[0x1c; 1000]).structure().is_err());
        assert!(Reader(&[0x19; 1000]).structure().is_err());
    }
}
