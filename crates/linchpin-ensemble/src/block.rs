//! Block files: the results of a run of consecutive replications, in one piece.
//!
//! The layout is little-endian and described in `docs/study-format.md`:
//!
//! | bytes | content |
//! | --- | --- |
//! | 0..8 | magic `LINCHPB` and a zero byte |
//! | 8..12 | version of the layout, [`BLOCK_VERSION`] |
//! | 12..16 | number of the block |
//! | 16..20 | first replication |
//! | 20..24 | replications, `n` |
//! | 24..28 | columns, `c` |
//! | 28..32 | answers a replication, `q` |
//! | 32..40 | seed |
//! | 40..72 | SHA-256 of the frozen scenario |
//! | 72..104 | SHA-256 of the catalogue of metrics |
//! | 104..136 | version of the program, UTF-8, filled up with zero bytes |
//! | 136..144 | bytes of the list of failed replications |
//! | 144..152 | bytes of the sums |
//! | then | `c` columns of `n` numbers (f64); infinite where not reached, NaN where failed |
//! | then | `q` rows of `n` bits, lowest bit first, each row filled up to a whole byte |
//! | then | failed replications: count (u32), then number (u32), bytes of the reason (u32), reason (UTF-8) |
//! | then | sums |
//! | last 32 | SHA-256 of everything before |

use crate::identity::{Digest32, Identity, sha256};

/// Version of the layout of block files.
pub const BLOCK_VERSION: u32 = 1;

/// Bytes before the columns.
pub const HEADER_BYTES: usize = 152;

const MAGIC: &[u8; 8] = b"LINCHPB\0";
const PROGRAM_BYTES: usize = 32;
const TRAILER_BYTES: usize = 32;

/// A replication that could not be finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// Its number.
    pub replication: u32,
    /// Why.
    pub reason: String,
}

/// What stands at the front of a block file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the study was computed from.
    pub identity: Identity,
    /// Number of the block.
    pub index: u32,
    /// First replication.
    pub first: u32,
    /// Replications.
    pub rows: u32,
    /// Columns.
    pub columns: u32,
    /// Answers a replication.
    pub answers: u32,
    failed_bytes: u64,
    sums_bytes: u64,
}

impl Header {
    /// Bytes of one row of answers.
    fn answer_bytes(&self) -> usize {
        (self.rows as usize).div_ceil(8)
    }

    /// Where column `column` begins.
    pub fn column_at(&self, column: usize) -> u64 {
        HEADER_BYTES as u64 + column as u64 * u64::from(self.rows) * 8
    }

    /// Length of the whole file; `None` where the header speaks of more than there can be.
    fn file_bytes(&self) -> Option<u64> {
        let columns = u64::from(self.columns).checked_mul(u64::from(self.rows))?.checked_mul(8)?;
        let answers = u64::from(self.answers).checked_mul(self.answer_bytes() as u64)?;
        [columns, answers, self.failed_bytes, self.sums_bytes]
            .into_iter()
            .try_fold((HEADER_BYTES + TRAILER_BYTES) as u64, u64::checked_add)
    }

    /// Reads a header.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        let mut reader = Reader(bytes);
        if reader.take(8)? != MAGIC {
            return Err("it is not a block file".to_owned());
        }
        let version = reader.u32()?;
        if version != BLOCK_VERSION {
            return Err(format!("its layout is version {version}, not {BLOCK_VERSION}"));
        }
        let (index, first, rows) = (reader.u32()?, reader.u32()?, reader.u32()?);
        let (columns, answers, seed) = (reader.u32()?, reader.u32()?, reader.u64()?);
        let (scenario, catalogue) = (reader.digest()?, reader.digest()?);
        let program = reader.take(PROGRAM_BYTES)?;
        let end = program.iter().position(|byte| *byte == 0).unwrap_or(PROGRAM_BYTES);
        let program = String::from_utf8_lossy(&program[..end]).into_owned();
        let identity = Identity { scenario, catalogue, seed, program };
        let (failed_bytes, sums_bytes) = (reader.u64()?, reader.u64()?);
        Ok(Self { identity, index, first, rows, columns, answers, failed_bytes, sums_bytes })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(MAGIC);
        for number in [BLOCK_VERSION, self.index, self.first, self.rows, self.columns, self.answers] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&self.identity.seed.to_le_bytes());
        out.extend_from_slice(&self.identity.scenario);
        out.extend_from_slice(&self.identity.catalogue);
        let mut program = [0; PROGRAM_BYTES];
        let text = self.identity.program.as_bytes();
        let length = text.len().min(PROGRAM_BYTES);
        program[..length].copy_from_slice(&text[..length]);
        out.extend_from_slice(&program);
        out.extend_from_slice(&self.failed_bytes.to_le_bytes());
        out.extend_from_slice(&self.sums_bytes.to_le_bytes());
    }
}

/// The results of one block.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Number of the block.
    pub index: u32,
    /// First replication.
    pub first: u32,
    /// Replications.
    pub rows: u32,
    /// Answers a replication.
    pub answers: u32,
    /// Numbers, column after column.
    pub columns: Vec<f64>,
    /// Bits, answer after answer, each filled up to a whole byte.
    pub bits: Vec<u8>,
    /// Replications that could not be finished, ascending.
    pub failed: Vec<Failed>,
}

impl Block {
    /// A block with nothing in it yet.
    pub fn new(index: u32, first: u32, rows: u32, columns: usize, answers: usize) -> Self {
        Self {
            index,
            first,
            rows,
            answers: answers as u32,
            columns: vec![f64::NAN; columns * rows as usize],
            bits: vec![0; answers * (rows as usize).div_ceil(8)],
            failed: Vec::new(),
        }
    }

    /// Writes the numbers and answers of one replication, `row` counted within the block.
    pub fn set_row(&mut self, row: usize, numbers: &[f64], answers: &[bool]) {
        let rows = self.rows as usize;
        for (column, number) in numbers.iter().enumerate() {
            self.columns[column * rows + row] = canonical(*number);
        }
        for (answer, held) in answers.iter().enumerate() {
            self.bits[answer * rows.div_ceil(8) + row / 8] |= u8::from(*held) << (row % 8);
        }
    }

    /// One answer of one replication, `row` counted within the block.
    pub fn answer(&self, answer: usize, row: usize) -> bool {
        self.bits[answer * (self.rows as usize).div_ceil(8) + row / 8] >> (row % 8) & 1 == 1
    }

    /// One column.
    pub fn column(&self, column: usize) -> &[f64] {
        let rows = self.rows as usize;
        &self.columns[column * rows..(column + 1) * rows]
    }

    /// Why replication `row` of this block could not be finished, if so.
    pub fn failure(&self, row: usize) -> Option<&str> {
        let replication = self.first + row as u32;
        let at = self.failed.binary_search_by_key(&replication, |failed| failed.replication).ok()?;
        Some(&self.failed[at].reason)
    }

    /// The whole file, what stands at its front, and the digest that stands at its end.
    pub fn encode(&self, identity: &Identity, sums: &[u8]) -> Encoded {
        let failed = encode_failed(&self.failed);
        let header = Header {
            identity: identity.clone(),
            index: self.index,
            first: self.first,
            rows: self.rows,
            columns: (self.columns.len() / self.rows.max(1) as usize) as u32,
            answers: self.answers,
            failed_bytes: failed.len() as u64,
            sums_bytes: sums.len() as u64,
        };
        let mut out = Vec::with_capacity(header.file_bytes().unwrap_or(0) as usize);
        header.encode(&mut out);
        for number in &self.columns {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&self.bits);
        out.extend_from_slice(&failed);
        out.extend_from_slice(sums);
        let digest = sha256(&out);
        out.extend_from_slice(&digest);
        Encoded { bytes: out, header, digest }
    }

    /// Reads a whole file and makes sure that not one bit of it has changed.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn decode(bytes: &[u8]) -> Result<Decoded, String> {
        let (decoded, content) = Self::decode_unchecked(bytes)?;
        if sha256(content) != decoded.digest {
            return Err("its checksum is wrong".to_owned());
        }
        Ok(decoded)
    }

    /// The same without looking at the checksum; also gives what the checksum is over.
    pub(crate) fn decode_unchecked(bytes: &[u8]) -> Result<(Decoded, &[u8]), String> {
        let header = Header::decode(bytes)?;
        if header.file_bytes() != Some(bytes.len() as u64) {
            return Err("it is cut off or too long".to_owned());
        }
        let (content, trailer) = bytes.split_at(bytes.len() - TRAILER_BYTES);
        let digest = Reader(trailer).digest()?;
        let mut reader = Reader(&content[HEADER_BYTES..]);
        let numbers = header.columns as usize * header.rows as usize;
        let columns = decode_numbers(reader.take(numbers * 8)?);
        let bits = reader.take(header.answers as usize * header.answer_bytes())?.to_vec();
        let failed = decode_failed(reader.take(header.failed_bytes as usize)?)?;
        let sums = reader.0.to_vec();
        let (index, first, rows, answers) = (header.index, header.first, header.rows, header.answers);
        let block = Self { index, first, rows, answers, columns, bits, failed };
        Ok((Decoded { header, block, sums, digest }, content))
    }
}

/// A block file that is to be written.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// All of it.
    pub bytes: Vec<u8>,
    /// What stands at its front.
    pub header: Header,
    /// The digest at its end.
    pub digest: Digest32,
}

/// A block file that was read.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// What stands at its front.
    pub header: Header,
    /// Its results.
    pub block: Block,
    /// Its sums.
    pub sums: Vec<u8>,
    /// The digest at its end.
    pub digest: Digest32,
}

/// Numbers from their bytes.
pub fn decode_numbers(bytes: &[u8]) -> Vec<f64> {
    bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()
}

/// One bit pattern for every value: processors make NaN with different signs, and zero has two.
fn canonical(number: f64) -> f64 {
    if number.is_nan() { f64::NAN } else { number + 0.0 }
}

fn encode_failed(list: &[Failed]) -> Vec<u8> {
    let mut out = (list.len() as u32).to_le_bytes().to_vec();
    for failed in list {
        out.extend_from_slice(&failed.replication.to_le_bytes());
        out.extend_from_slice(&(failed.reason.len() as u32).to_le_bytes());
        out.extend_from_slice(failed.reason.as_bytes());
    }
    out
}

fn decode_failed(bytes: &[u8]) -> Result<Vec<Failed>, String> {
    let mut reader = Reader(bytes);
    let count = reader.u32()?;
    (0..count)
        .map(|_| {
            let replication = reader.u32()?;
            let length = reader.u32()? as usize;
            let reason = String::from_utf8_lossy(reader.take(length)?).into_owned();
            Ok(Failed { replication, reason })
        })
        .collect()
}

/// Takes bytes off the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or("it is cut off")?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let bytes = self.take(N)?;
        bytes.try_into().map_err(|_| "it is cut off".to_owned())
    }

    fn u32(&mut self) -> Result<u32, String> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, String> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn digest(&mut self) -> Result<Digest32, String> {
        self.array()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity::new("scenario", &["a".to_owned(), "b".to_owned()], 3, 42, "0.1.0")
    }

    fn block() -> Block {
        let mut block = Block::new(2, 20, 10, 2, 3);
        for row in (0..10).filter(|row| *row != 4) {
            block.set_row(row, &[row as f64, -0.0 / (row as f64 - 5.0)], &[row > 5, row == 0, true]);
        }
        block.failed.push(Failed { replication: 24, reason: "too many passes \u{2026}".to_owned() });
        block
    }

    #[test]
    fn what_is_written_is_read() {
        let Encoded { bytes, header, digest } = block().encode(&identity(), b"sums");
        let decoded = Block::decode(&bytes).unwrap();
        assert_eq!((&decoded.header.identity, &decoded.header), (&identity(), &header));
        assert_eq!((decoded.sums.as_slice(), decoded.digest), (b"sums".as_slice(), digest));
        let (read, written) = (&decoded.block, &block());
        assert_eq!(read.failed, written.failed);
        assert_eq!(read.bits, written.bits);
        // NaN is unlike itself, so numbers are compared by their bits.
        let bits = |block: &Block| block.columns.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(read), bits(written));
        for row in 0..10 {
            assert_eq!(read.answer(0, row), row > 5);
            assert_eq!(read.failure(row).is_some(), row == 4);
        }
        assert_eq!(decode_numbers(&bytes[decoded.header.column_at(1) as usize..][..80]).len(), 10);
    }

    #[test]
    fn zero_and_nan_have_one_bit_pattern() {
        for (number, bits) in [(-0.0, 0), (-f64::NAN, f64::NAN.to_bits()), (1.5, 1.5_f64.to_bits())] {
            assert_eq!(canonical(number).to_bits(), bits);
        }
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_noticed() {
        let bytes = block().encode(&identity(), b"sums").bytes;
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            assert!(Block::decode(&changed).is_err(), "byte {at}");
            assert!(Block::decode(&bytes[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_header_that_promises_too_much_is_refused() {
        let mut bytes = block().encode(&identity(), b"sums").bytes;
        bytes[20..32].fill(0xff);
        bytes[136..152].fill(0xff);
        assert!(Block::decode(&bytes).is_err());
    }
}
