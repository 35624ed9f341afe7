//! How wide text is, and how to make it fit: measured in the bundled font, the one that rasterised plots use.

use std::sync::LazyLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

/// Regular weight, for measuring and rasterising.
pub(crate) const REGULAR: &[u8] = include_bytes!("../assets/fonts/DejaVuSansCondensed.ttf");
/// Bold weight, for measuring and rasterising.
pub(crate) const BOLD: &[u8] = include_bytes!("../assets/fonts/DejaVuSansCondensed-Bold.ttf");

/// Family names in order of preference. The others are about as wide as the bundled one, so labels still fit.
pub(crate) const FAMILY: &str = "'DejaVu Sans Condensed', Arial, Helvetica, sans-serif";

/// Characters below this have their width in a table; the font has hardly any above.
const TABLE_LEN: u32 = 0x2720;
/// Width of a character that the font lacks, in em: that of an ideograph.
const MISSING_EM: f64 = 1.0;

static WIDTHS: LazyLock<[Vec<f32>; 2]> = LazyLock::new(|| [table(REGULAR), table(BOLD)]);

/// Advance widths in em of all characters below [`TABLE_LEN`].
fn table(font: &[u8]) -> Vec<f32> {
    let Ok(font) = FontRef::new(font) else { return Vec::new() };
    let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
    let charmap = font.charmap();
    (0..TABLE_LEN)
        .map(|c| charmap.map(c).and_then(|glyph| metrics.advance_width(glyph)).unwrap_or(MISSING_EM as f32))
        .collect()
}

/// Width of `text` at a font size, in the unit of the size. Without kerning: rather too wide than too narrow.
pub(crate) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let widths = &WIDTHS[usize::from(bold)];
    let em: f64 = text.chars().map(|c| widths.get(c as usize).map_or(MISSING_EM, |w| f64::from(*w))).sum();
    em * size
}

/// Text that can stand in XML and on one line: control and bidirectional override characters become spaces or
/// vanish, runs of white space become one space.
pub(crate) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() && c != '\u{a0}' && c != '\u{202f}' {
            if !out.ends_with(' ') && !out.is_empty() {
                out.push(' ');
            }
        } else if !is_unprintable(c) {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn is_unprintable(c: char) -> bool {
    let direction = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    let forbidden = matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{feff}');
    c.is_control() || direction || forbidden
}

/// `text`, or its beginning and an ellipsis if it is wider than `max`.
pub(crate) fn fit(text: &str, size: f64, bold: bool, max: f64) -> String {
    let text = clean(text);
    if width(&text, size, bold) <= max {
        return text;
    }
    let mut out = String::new();
    let room = max - width("…", size, bold);
    let mut used = 0.0;
    for c in text.chars() {
        used += width(c.encode_utf8(&mut [0; 4]), size, bold);
        if used > room {
            break;
        }
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    out.push('…');
    out
}

/// `text` on at most `lines` lines no wider than `max`; what does not fit ends in an ellipsis.
pub(crate) fn wrap(text: &str, size: f64, bold: bool, max: f64, lines: usize) -> Vec<String> {
    let text = clean(text);
    let mut out: Vec<String> = Vec::new();
    let mut words = text.split(' ').filter(|w| !w.is_empty()).peekable();
    let mut line = String::new();
    while let Some(word) = words.peek() {
        let longer = if line.is_empty() { (*word).to_owned() } else { format!("{line} {word}") };
        if width(&longer, size, bold) <= max {
            line = longer;
            words.next();
        } else if out.len() + 1 < lines && !line.is_empty() {
            out.push(std::mem::take(&mut line));
        } else {
            let rest: Vec<&str> = words.by_ref().collect();
            line = fit(&format!("{line} {}", rest.join(" ")), size, bold, max);
        }
    }
    if !line.is_empty() {
        out.push(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_font() {
        // DejaVu Sans Condensed: digits are 1172/2048 em wide, bold ones 1282/2048 (its hmtx table).
        let check = |text: &str, bold, em: f64| {
            assert!((width(text, 2048.0, bold) - em).abs() < 2.0, "{text:?}: {}", width(text, 2048.0, bold));
        };
        check("0", false, 1172.0);
        check("00", false, 2344.0);
        check("0", true, 1282.0);
        check("", false, 0.0);
        check("漢", false, 2048.0);
    }

    #[test]
    fn clean_leaves_one_line_of_legal_text() {
        let check = |dirty: &str, expected: &str| assert_eq!(clean(dirty), expected);
        check("a\tb\r\nc", "a b c");
        check("  a\0\u{1b}b  ", "ab");
        check("a\u{202e}b\u{2066}", "ab");
        check("שלום", "שלום");
        check("\u{feff}", "");
    }

    #[test]
    fn fitted_text_is_never_wider_than_asked() {
        for max in [10.0, 33.0, 80.0, 1000.0] {
            for text in ["Mobile telecom", "x", "WWWWWWWWWWWWWWWWWWWWWWWWWWWWW", "漢字漢字漢字漢字"] {
                let fitted = fit(text, 12.0, true, max);
                assert!(width(&fitted, 12.0, true) <= max.max(width("…", 12.0, true)), "{fitted:?} at {max}");
            }
        }
        assert_eq!(fit("short", 12.0, false, 500.0), "short");
    }

    #[test]
    fn wrapping_keeps_words_and_the_number_of_lines() {
        let check = |text: &str, max, lines, expected: &[&str]| {
            assert_eq!(wrap(text, 10.0, false, max, lines), expected, "{text:?}");
        };
        check("", 50.0, 2, &[]);
        check("one two", 500.0, 2, &["one two"]);
        check("Financial market infrastructure", 60.0, 3, &["Financial", "market", "infrastruct…"]);
        check("a b c", 9.0, 1, &["…"]);
    }
}
