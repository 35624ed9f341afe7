//! Parts of a study for several machines.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// Part `number` of `of`, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Shard {
    /// Which part, from 1 to `of`.
    pub number: u32,
    /// How many parts there are.
    pub of: u32,
}

impl Shard {
    /// The blocks of this part: consecutive ones, as many as any other part has or one more. Every block of `blocks` belongs to
    /// exactly one part; where there are fewer blocks than parts, some parts have none.
    pub fn blocks(self, blocks: u32) -> Range<u32> {
        let cut = |parts: u32| (u64::from(blocks) * u64::from(parts) / u64::from(self.of.max(1))) as u32;
        cut(self.number.saturating_sub(1))..cut(self.number)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.number, self.of)
    }
}

/// From `3/16`.
impl FromStr for Shard {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXAMPLE: &str = "I/N with I from 1 to N, such as 3/16 for the third of sixteen parts";
        let (number, of) = text.split_once('/').ok_or(EXAMPLE)?;
        let (number, of) = (number.trim().parse().ok(), of.trim().parse().ok());
        match number.zip(of) {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Self { number, of }),
            _ => Err(EXAMPLE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Shard;

    #[test]
    fn every_block_belongs_to_one_part() {
        for (blocks, of) in [(20, 7), (20, 1), (3, 16), (0, 2), (16, 16), (u32::MAX, 5)] {
            let parts: Vec<_> = (1..=of).map(|number| Shard { number, of }.blocks(blocks)).collect();
            assert!(parts.windows(2).all(|pair| pair[0].end == pair[1].start), "{blocks} {of}");
            assert_eq!((parts[0].start, parts[parts.len() - 1].end), (0, blocks));
            let lengths = parts.iter().map(|part| part.end - part.start);
            assert!(lengths.clone().max().unwrap() - lengths.min().unwrap() <= 1, "{blocks} {of}");
        }
    }

    #[test]
    fn parts_are_read() {
        for (text, expected) in [
            ("1/1", Some((1, 1))),
            ("3/16", Some((3, 16))),
            (" 3 / 16 ", Some((3, 16))),
            ("0/16", None),
            ("17/16", None),
            ("1/0", None),
            ("3", None),
            ("3/", None),
            ("-1/4", None),
        ] {
            let read = text.parse::<Shard>().ok().map(|shard| (shard.number, shard.of));
            assert_eq!(read, expected, "{text}");
        }
    }
}
