//! Colours that colour-blind readers can tell apart and that differ in lightness, so that grey prints keep them apart.

/// Red, green, blue.
pub(crate) type Rgb = (u8, u8, u8);

/// Text and outlines.
pub(crate) const INK: Rgb = (0x1f, 0x29, 0x33);
/// Secondary text.
pub(crate) const MUTED: Rgb = (0x52, 0x5f, 0x6b);
/// Axis lines.
pub(crate) const AXIS: Rgb = (0x8a, 0x94, 0x9e);
/// Grid lines.
pub(crate) const GRID: Rgb = (0xe1, 0xe6, 0xea);
/// Tint behind every other row.
pub(crate) const STRIPE: Rgb = (0xf5, 0xf7, 0xf9);
/// Paper.
pub(crate) const PAPER: Rgb = (0xff, 0xff, 0xff);
/// Main colour of lines (the blue of Okabe and Ito, darkened to print).
pub(crate) const BLUE: Rgb = (0x00, 0x5a, 0x92);
/// What is bad or fails (the vermilion of Okabe and Ito).
pub(crate) const VERMILION: Rgb = (0xc8, 0x4b, 0x00);
/// What comes back (the bluish green of Okabe and Ito, darkened).
pub(crate) const GREEN: Rgb = (0x00, 0x7a, 0x59);
/// Middle 90 % of the runs.
pub(crate) const BAND_WIDE: Rgb = (0xca, 0xdf, 0xef);
/// Middle half of the runs.
pub(crate) const BAND_NARROW: Rgb = (0x8f, 0xbc, 0xdc);

/// Stops of the sequential scale from little to much: lightness falls evenly, hue moves from sand to dark blue.
const SCALE: [Rgb; 6] = [
    (0xfb, 0xf6, 0xe9),
    (0xd5, 0xe5, 0xce),
    (0x97, 0xc8, 0xc0),
    (0x4f, 0x9f, 0xb5),
    (0x26, 0x6c, 0x99),
    (0x12, 0x32, 0x6b),
];

/// Colour for a share of the maximum, 0 to 1.
pub(crate) fn scale(share: f64) -> Rgb {
    let at = share.clamp(0.0, 1.0) * (SCALE.len() - 1) as f64;
    let i = (at as usize).min(SCALE.len() - 2);
    let t = at - i as f64;
    let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round() as u8;
    let (a, b) = (SCALE[i], SCALE[i + 1]);
    (mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

/// Black or white, whichever reads better on `ground`.
pub(crate) fn text_on(ground: Rgb) -> Rgb {
    if lightness(ground) > 0.55 { INK } else { PAPER }
}

/// Lightness as a grey print shows it, 0 to 1 (Rec. 601 luma).
pub(crate) fn lightness((r, g, b): Rgb) -> f64 {
    (0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b)) / 255.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_darkens_evenly() {
        let greys: Vec<f64> = (0..=20).map(|i| lightness(scale(f64::from(i) / 20.0))).collect();
        for pair in greys.windows(2) {
            let step = pair[0] - pair[1];
            assert!((0.015..0.07).contains(&step), "steps of lightness: {greys:?}");
        }
    }

    #[test]
    fn text_can_be_read_on_every_colour_of_the_scale() {
        for i in 0..=100 {
            let ground = scale(f64::from(i) / 100.0);
            let contrast = (lightness(text_on(ground)) - lightness(ground)).abs();
            assert!(contrast > 0.35, "at {i} %: {contrast}");
        }
    }

    #[test]
    fn neighbours_differ_in_grey() {
        let check = |a, b| assert!((lightness(a) - lightness(b)).abs() > 0.12);
        check(BAND_WIDE, BAND_NARROW);
        check(BAND_NARROW, BLUE);
        check(BAND_WIDE, PAPER);
    }
}
