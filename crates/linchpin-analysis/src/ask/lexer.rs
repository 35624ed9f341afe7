//! Words, numbers and signs of a condition.

use super::{Comparison, Problem};
use std::ops::Range;

/// A word, number or sign.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A name or keyword.
    Word(String),
    /// A name in quotes: never a keyword.
    Quoted(String),
    /// A number; percent are shares already.
    Number(f64),
    /// Seconds.
    Duration(f64),
    /// How numbers compare.
    Sign(Comparison),
    Open,
    Close,
}

/// A word, number or sign, and the characters it stands at.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: Range<usize>,
}

/// Units of time and their seconds, longest names first.
const UNITS: [(&str, f64); 5] = [("min", 60.0), ("d", 86_400.0), ("h", 3600.0), ("m", 60.0), ("s", 1.0)];

/// All of a text.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        if c.is_whitespace() {
            at += 1;
            continue;
        }
        let (kind, end) = token(&chars, at)?;
        found.push(Token { kind, at: at..end });
        at = end;
    }
    Ok(found)
}

fn token(chars: &[char], at: usize) -> Result<(Kind, usize), Problem> {
    let next = chars.get(at + 1).copied();
    match (chars[at], next) {
        ('(', _) => Ok((Kind::Open, at + 1)),
        (')', _) => Ok((Kind::Close, at + 1)),
        ('<', Some('=')) => Ok((Kind::Sign(Comparison::AtMost), at + 2)),
        ('>', Some('=')) => Ok((Kind::Sign(Comparison::AtLeast), at + 2)),
        ('=', Some('=')) => Ok((Kind::Sign(Comparison::Equal), at + 2)),
        ('!', Some('=')) => Ok((Kind::Sign(Comparison::Other), at + 2)),
        ('<', _) => Ok((Kind::Sign(Comparison::Below), at + 1)),
        ('>', _) => Ok((Kind::Sign(Comparison::Above), at + 1)),
        ('=', _) => Ok((Kind::Sign(Comparison::Equal), at + 1)),
        ('≤', _) => Ok((Kind::Sign(Comparison::AtMost), at + 1)),
        ('≥', _) => Ok((Kind::Sign(Comparison::AtLeast), at + 1)),
        (quote @ ('"' | '\''), _) => quoted(chars, at, quote),
        (c, _) if is_word(c) => Ok(word(chars, at)),
        (c, _) => Err(Problem {
            at: at..at + 1,
            title: format!("`{c}` has no meaning here"),
            help: "names that hold such characters are written in quotes".to_owned(),
        }),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | ':' | '.' | '+')
}

fn quoted(chars: &[char], at: usize, quote: char) -> Result<(Kind, usize), Problem> {
    let rest = &chars[at + 1..];
    let Some(length) = rest.iter().position(|c| *c == quote) else {
        let title = "this quote is not closed".to_owned();
        return Err(Problem { at: at..chars.len(), title, help: format!("add {quote} where the name ends") });
    };
    Ok((Kind::Quoted(rest[..length].iter().collect()), at + length + 2))
}

/// A number, a duration, or else a word.
fn word(chars: &[char], at: usize) -> (Kind, usize) {
    let length = chars[at..].iter().take_while(|c| is_word(**c)).count();
    let (text, end) = (chars[at..at + length].iter().collect::<String>(), at + length);
    let plain = text.replace('_', "");
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+')) {
        return (Kind::Word(text), end);
    }
    if let Ok(number) = plain.parse::<f64>() {
        return match chars.get(end) {
            Some('%') => (Kind::Number(number / 100.0), end + 1),
            _ => (Kind::Number(number), end),
        };
    }
    match duration(&plain) {
        Some(seconds) => (Kind::Duration(seconds), end),
        None => (Kind::Word(text), end),
    }
}

/// `36h`, `1d12h`, `90min`, `2.5h`.
fn duration(text: &str) -> Option<f64> {
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let (unit, factor) = UNITS.into_iter().find(|(unit, _)| rest[digits..].starts_with(unit))?;
        seconds += number * factor;
        rest = &rest[digits + unit.len()..];
    }
    Some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_numbers_and_durations_are_told_apart() {
        let check = |text: &str, expected: Kind| {
            let read: Vec<Kind> = tokens(text).unwrap().into_iter().map(|token| token.kind).collect();
            assert_eq!(read, [expected], "{text}");
        };
        for word in
            ["hospital-3", "telecom.north", "person_hours/water/n", "sector:energy", "110kv-2", "ä", "h2"]
        {
            check(word, Kind::Word(word.to_owned()));
        }
        for (text, number) in
            [("0.5", 0.5), ("1e6", 1e6), ("1_000", 1000.0), ("-3", -3.0), (".5", 0.5), ("50%", 0.5)]
        {
            check(text, Kind::Number(number));
        }
        for (text, seconds) in [
            ("2h", 7200.0),
            ("1d12h", 129_600.0),
            ("90min", 5400.0),
            ("2.5h", 9000.0),
            ("5m", 300.0),
            ("7s", 7.0),
        ] {
            check(text, Kind::Duration(seconds));
        }
        check("\"two words\"", Kind::Quoted("two words".to_owned()));
        check("'and'", Kind::Quoted("and".to_owned()));
    }

    #[test]
    fn places_are_counted_in_characters() {
        let read = tokens("é <= (2h)").unwrap();
        let places: Vec<Range<usize>> = read.into_iter().map(|token| token.at).collect();
        assert_eq!(places, [0..1, 2..4, 5..6, 6..8, 8..9]);
        assert_eq!(tokens("a & b").unwrap_err().at, 2..3);
        assert_eq!(tokens("a \"b").unwrap_err().at, 2..4);
    }
}
