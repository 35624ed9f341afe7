//! Numbers: `1_000`, `0xFF`, `7u8`, `.5`, `1e-3`, `-inf`, `2.0f32`.

use super::lexer::Token;

/// Why a text is no number.
#[derive(Debug, PartialEq)]
pub(super) enum Wrong {
    /// A whole number beyond 128 bits, and about which.
    TooLarge(f64),
    /// Title and advice (may be empty).
    Not(String, String),
}

/// The whole numbers that a suffix allows.
const SUFFIXES: [(&str, i128, i128); 10] = [
    ("i8", i8::MIN as i128, i8::MAX as i128),
    ("i16", i16::MIN as i128, i16::MAX as i128),
    ("i32", i32::MIN as i128, i32::MAX as i128),
    ("i64", i64::MIN as i128, i64::MAX as i128),
    ("i128", i128::MIN, i128::MAX),
    ("u8", 0, u8::MAX as i128),
    ("u16", 0, u16::MAX as i128),
    ("u32", 0, u32::MAX as i128),
    ("u64", 0, u64::MAX as i128),
    ("u128", 0, i128::MAX),
];

/// `inf` and `NaN`, with or without suffix.
pub(super) fn special(text: &str) -> Option<f64> {
    match text {
        "inf" | "inff32" | "inff64" => Some(f64::INFINITY),
        "NaN" | "NaNf32" | "NaNf64" => Some(f64::NAN),
        _ => None,
    }
}

/// Reads a whole text that starts with a digit, a sign or a point.
pub(super) fn parse(text: &str) -> Result<Token, Wrong> {
    let (negative, unsigned) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    if let Some(value) = special(unsigned) {
        return Ok(Token::Float(if negative { -value } else { value }));
    }
    if text.contains("..") {
        return not("ranges are not used in scenarios", "write the two ends as two fields");
    }
    if let Some(integer) = integer(unsigned, negative) {
        return integer;
    }
    float(text).map(Token::Float).ok_or_else(|| explain(text, unsigned))
}

/// None if it is not written like a whole number.
fn integer(unsigned: &str, negative: bool) -> Option<Result<Token, Wrong>> {
    let (base, digits) = match unsigned.get(..2) {
        Some("0b") => (2, &unsigned[2..]),
        Some("0o") => (8, &unsigned[2..]),
        Some("0x") => (16, &unsigned[2..]),
        _ => (10, unsigned),
    };
    let (digits, suffix) = digits.split_at(digits.find(['i', 'u']).unwrap_or(digits.len()));
    if digits.is_empty() || digits.starts_with('_') || !digits.chars().all(|c| c == '_' || c.is_digit(base)) {
        return None;
    }
    let (least, most) = match SUFFIXES.iter().find(|(name, ..)| *name == suffix) {
        Some((_, least, most)) => (*least, *most),
        None if suffix.is_empty() => (i128::MIN, i128::MAX),
        None => return None,
    };
    Some(match value(digits, base, negative) {
        None => Err(Wrong::TooLarge(roughly(digits, base, negative))),
        Some(number) if number < least || number > most => {
            not(&format!("this number does not fit `{suffix}`"), "leave the suffix away")
        }
        Some(number) => Ok(Token::Integer(number)),
    })
}

fn value(digits: &str, base: u32, negative: bool) -> Option<i128> {
    digits.chars().filter_map(|c| c.to_digit(base)).try_fold(0_i128, |sum, digit| {
        let shifted = sum.checked_mul(base.into())?;
        if negative { shifted.checked_sub(digit.into()) } else { shifted.checked_add(digit.into()) }
    })
}

fn roughly(digits: &str, base: u32, negative: bool) -> f64 {
    let digits = digits.replace('_', "");
    // Digit by digit would add up rounding errors; for other bases nobody minds.
    let size = match base {
        10 => digits.parse().unwrap_or(f64::INFINITY),
        _ => digits
            .chars()
            .filter_map(|c| c.to_digit(base))
            .fold(0.0, |sum, digit| sum * f64::from(base) + f64::from(digit)),
    };
    if negative { -size } else { size }
}

fn float(text: &str) -> Option<f64> {
    let (digits, single) = match (text.strip_suffix("f32"), text.strip_suffix("f64")) {
        (Some(digits), _) => (digits, true),
        (_, Some(digits)) => (digits, false),
        _ => (text, false),
    };
    let mut plain = String::with_capacity(digits.len());
    let mut underscore_may_follow = false;
    for c in digits.chars() {
        match c {
            '_' if underscore_may_follow => continue,
            '0'..='9' | 'e' | 'E' => underscore_may_follow = true,
            '.' => underscore_may_follow = false,
            '+' | '-' => {}
            _ => return None,
        }
        plain.push(c);
    }
    if single { plain.parse::<f32>().ok().map(f64::from) } else { plain.parse().ok() }
}

fn explain(text: &str, unsigned: &str) -> Wrong {
    let shown = super::lexer::cut(text);
    let title = format!("`{shown}` is not a number");
    let digits = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let unit = &unsigned[digits..];
    let times = ["s", "min", "h", "d", "w"];
    Wrong::Not(
        title,
        match () {
            () if digits > 0 && times.contains(&unit) => format!("times stand in double quotes: \"{shown}\""),
            () if unsigned.len() > 4 && unsigned[digits..].starts_with('-') => {
                format!("dates and other texts stand in double quotes: \"{shown}\"")
            }
            () => String::new(),
        },
    )
}

fn not<T>(title: &str, help: &str) -> Result<T, Wrong> {
    Err(Wrong::Not(title.into(), help.into()))
}

#[cfg(test)]
mod tests {
    use super::super::lexer::Token;
    use super::{Wrong, parse};

    #[test]
    fn whole_numbers() {
        for (text, number) in [
            ("0", 0),
            ("007", 7),
            ("1_000_", 1000),
            ("-0x1F", -31),
            ("+0b1_0", 2),
            ("0o17u8", 15),
            ("-128i8", -128),
            ("170141183460469231731687303715884105727", i128::MAX),
            ("-170141183460469231731687303715884105728", i128::MIN),
        ] {
            assert_eq!(parse(text), Ok(Token::Integer(number)), "{text}");
        }
    }

    #[test]
    fn numbers_with_a_point_or_exponent() {
        for (text, number) in [
            ("1.", 1.0),
            (".5", 0.5),
            ("-.5e1", -5.0),
            ("1e5", 1e5),
            ("1_0.5_0", 10.5),
            ("1e_3", 1e3),
            ("1f32", 1.0),
            ("0.1f32", f64::from(0.1_f32)),
            ("-inf", f64::NEG_INFINITY),
            ("1e999", f64::INFINITY),
        ] {
            assert_eq!(parse(text), Ok(Token::Float(number)), "{text}");
        }
    }

    #[test]
    fn what_is_no_number() {
        for (text, title) in [
            ("-", "`-` is not a number"),
            ("1.5.2", "`1.5.2` is not a number"),
            ("1._5", "is not a number"),
            ("0x", "is not a number"),
            ("0x_1", "is not a number"),
            ("0b12", "is not a number"),
            ("300u8", "does not fit `u8`"),
            ("1u7", "is not a number"),
            ("0..5", "ranges"),
            ("36h", "is not a number"),
        ] {
            match parse(text) {
                Err(Wrong::Not(got, _)) => assert!(got.contains(title), "{text}: {got}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        assert_eq!(parse("170141183460469231731687303715884105728"), Err(Wrong::TooLarge(2_f64.powi(127))));
    }
}
