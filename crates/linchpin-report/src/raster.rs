//! From SVG to PNG with the bundled font, so that pictures look the same on every machine.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::text::{BOLD, REGULAR};
use crate::{Error, Result};

/// Pixels for one unit of the SVG: plots 800 units wide become pictures of 1600 pixels.
const SCALE: f32 = 2.0;
/// Longest side of a picture in pixels, so that no input can ask for more memory than there is.
const MAX_SIDE: f32 = 16_000.0;

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    for bytes in [REGULAR, BOLD] {
        fonts.load_font_source(fontdb::Source::Binary(Arc::new(bytes)));
    }
    Arc::new(fonts)
});

/// The bundled fonts, and no others.
#[cfg(test)]
pub(crate) fn fonts() -> Arc<fontdb::Database> {
    FONTS.clone()
}

/// Keyword under which a PNG carries its marking.
const MARKING_KEYWORD: &str = "Marking";

/// PNG of an SVG picture at twice its size, on white. The marking is in the picture already; `handling` repeats it as
/// text (an `iTXt` chunk called `Marking`) for programs that sort files.
///
/// # Errors
/// [`Error::Svg`] where the text is no SVG, [`Error::Picture`] where the picture is empty, too large or can not
/// be encoded.
pub fn rasterise(svg: &str, handling: &str) -> Result<Vec<u8>> {
    let options = Options { fontdb: FONTS.clone(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|e| Error::Svg(e.to_string()))?;
    let (width, height) = (tree.size().width() * SCALE, tree.size().height() * SCALE);
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(Error::Picture(format!("{width} by {height} pixels is too large")));
    }
    let mut pixels = Pixmap::new(width.ceil() as u32, height.ceil() as u32)
        .ok_or_else(|| Error::Picture(format!("{width} by {height} pixels is no picture")))?;
    pixels.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    encode(&pixels, handling).map_err(|e| Error::Picture(e.to_string()))
}

/// PNG without transparency, packed for speed: about a tenth of the time for twice the size of the best packing.
fn encode(pixels: &Pixmap, handling: &str) -> std::result::Result<Vec<u8>, png::EncodingError> {
    let opaque: Vec<u8> = pixels.data().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_filter(png::Filter::Adaptive);
    if !handling.is_empty() {
        encoder.add_itxt_chunk(MARKING_KEYWORD.to_owned(), handling.to_owned())?;
    }
    encoder.write_header()?.write_image_data(&opaque)?;
    Ok(bytes)
}

/// PNGs of many plots, one thread for each core that is free.
///
/// # Errors
/// As [`rasterise`], for the first plot that fails.
pub fn rasterise_all(plots: &[crate::Plot]) -> Result<Vec<Vec<u8>>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(plots.len().max(1));
    let mut pictures: Vec<Option<Result<Vec<u8>>>> = Vec::new();
    pictures.resize_with(plots.len(), || None);
    let next = std::sync::Mutex::new(plots.iter().zip(pictures.iter_mut()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let job = next.lock().ok().and_then(|mut jobs| jobs.next());
                    let Some((plot, picture)) = job else { break };
                    *picture = Some(rasterise(&plot.svg, &plot.handling));
                }
            });
        }
    });
    pictures.into_iter().map(|p| p.unwrap_or_else(|| Err(Error::Picture("not drawn".to_owned())))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_twice_the_size() {
        let png = rasterise("<svg xmlns='http://www.w3.org/2000/svg' width='30' height='20'/>", "").unwrap();
        let size = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        assert_eq!((size(16), size(20)), (60, 40));
    }

    #[test]
    fn a_picture_says_how_it_is_to_be_handled() {
        let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='30' height='20'/>";
        let holds = |png: &[u8], words: &[u8]| png.windows(words.len()).any(|part| part == words);
        assert!(holds(&rasterise(svg, "VS-NfD für Übung").unwrap(), "VS-NfD für Übung".as_bytes()));
        assert!(!holds(&rasterise(svg, "").unwrap(), MARKING_KEYWORD.as_bytes()));
    }

    #[test]
    fn text_is_drawn_with_the_bundled_font() {
        let picture = |text: &str| {
            rasterise(&format!(
                "<svg xmlns='http://www.w3.org/2000/svg' width='90' height='20'><text y='15' font-family=\"{}\" \
                 font-size='12'>{text}</text></svg>",
                crate::text::FAMILY
            ), "")
            .unwrap()
        };
        for text in ["Wasser", "вода", "ύδωρ", "מים", "ماء"] {
            assert_ne!(picture(text), picture(""), "{text} left no mark");
        }
    }

    #[test]
    fn what_is_no_picture_is_an_error() {
        let check = |svg: &str| assert!(rasterise(svg, "").is_err(), "{svg}");
        check("");
        check("<svg");
        check("<svg xmlns='http://www.w3.org/2000/svg' width='1e9' height='2'/>");
    }
}
