//! Drawing in plot units on plotters' SVG backend.
//!
//! The backend knows whole numbers only, so a unit is divided by [`SUB`]: lines stay smooth. It lays out text without a
//! font, so text is placed by its baseline here and measured by [`text`](crate::text).

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::palette::{INK, MUTED, PAPER, Rgb};
use crate::text::{self, FAMILY};

/// Width of every plot in units. Reports show it at about 17 cm, so that a text of size 11 prints at 7 points.
pub(crate) const WIDTH: f64 = 800.0;
/// Steps of the backend's grid in one unit.
const SUB: f64 = 4.0;
/// What the backend divides font sizes by.
const BACKEND_FONT_SCALE: f64 = 1.24;
/// Where the backend puts the baseline below the top anchor, in em.
const BACKEND_BASELINE_EM: f64 = 0.76;

/// Width of running text as it is set, of the width that is measured without kerning: about this much.
const KERNED: f64 = 0.99;

/// A point in units, from the upper left corner.
pub(crate) type Point = (f64, f64);

/// An upright rectangle in units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub(crate) x0: f64,
    pub(crate) y0: f64,
    pub(crate) x1: f64,
    pub(crate) y1: f64,
}

impl Area {
    pub(crate) fn width(&self) -> f64 {
        self.x1 - self.x0
    }

    /// Whether two areas share a point inside both.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.x0 < other.x1 && other.x0 < self.x1 && self.y0 < other.y1 && other.y0 < self.y1
    }

    /// Whether `other` lies wholly within.
    pub(crate) fn holds(&self, other: &Self) -> bool {
        self.x0 <= other.x0 && other.x1 <= self.x1 && self.y0 <= other.y0 && other.y1 <= self.y1
    }
}

/// Which end of the text its point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Centre,
    Right,
}

/// How text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    pub(crate) size: f64,
    pub(crate) bold: bool,
    pub(crate) color: Rgb,
    pub(crate) align: Align,
    /// Read from below to above.
    pub(crate) upward: bool,
}

impl Text {
    /// Dark text of a size, starting at its point.
    pub(crate) const fn new(size: f64) -> Self {
        Self { size, bold: false, color: INK, align: Align::Left, upward: false }
    }

    pub(crate) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(crate) const fn muted(self) -> Self {
        Self { color: MUTED, ..self }
    }

    pub(crate) const fn color(self, color: Rgb) -> Self {
        Self { color, ..self }
    }

    pub(crate) const fn right(self) -> Self {
        Self { align: Align::Right, ..self }
    }

    pub(crate) const fn centre(self) -> Self {
        Self { align: Align::Centre, ..self }
    }

    pub(crate) const fn upward(self) -> Self {
        Self { upward: true, ..self }
    }

    pub(crate) fn width(&self, text: &str) -> f64 {
        text::width(text, self.size, self.bold)
    }

    /// The box that level text takes when its baseline begins, is centred or ends at a point.
    pub(crate) fn bounds(&self, (x, baseline): Point, text: &str) -> Area {
        let width = self.width(text);
        let x0 = match self.align {
            Align::Left => x,
            Align::Centre => x - width / 2.0,
            Align::Right => x - width,
        };
        Area { x0, y0: baseline - 0.78 * self.size, x1: x0 + width, y1: baseline + 0.24 * self.size }
    }
}

/// A stroke: colour, opacity and width in units.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stroke {
    pub(crate) color: Rgb,
    pub(crate) alpha: f64,
    pub(crate) width: f64,
}

impl Stroke {
    pub(crate) const fn new(color: Rgb, width: f64) -> Self {
        Self { color, alpha: 1.0, width }
    }

    pub(crate) const fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }
}

/// A picture being drawn.
pub(crate) struct Canvas<'a> {
    backend: SVGBackend<'a>,
    /// Widths of all texts in units, in order.
    widths: Vec<f64>,
}

/// Draws a picture of a height in units. `alt` is what a screen reader says.
pub(crate) fn paint(height: f64, alt: &str, draw: impl FnOnce(&mut Canvas<'_>)) -> String {
    let mut svg = String::new();
    let size = ((WIDTH * SUB) as u32, (height * SUB) as u32);
    let mut canvas = Canvas { backend: SVGBackend::with_string(&mut svg, size), widths: Vec::new() };
    canvas.rect(Area { x0: 0.0, y0: 0.0, x1: WIDTH, y1: height }, PAPER, 1.0);
    draw(&mut canvas);
    settled(canvas.backend.present());
    let widths = std::mem::take(&mut canvas.widths);
    drop(canvas);
    with_root(&svg, size, alt, &widths)
}

/// Replaces the root element: natural size in units, and a description.
fn with_root(svg: &str, (width, height): (u32, u32), alt: &str, widths: &[f64]) -> String {
    let (_, body) = svg.split_once('\n').unwrap_or(("", svg));
    let alt = escape(&text::clean(alt));
    let (shown_width, shown_height) = (f64::from(width) / SUB, f64::from(height) / SUB);
    let body = joined(body, widths);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{alt}\" width=\"{shown_width}\" \
         height=\"{shown_height}\" viewBox=\"0 0 {width} {height}\">\n{body}"
    )
}

/// The backend's elements, one on each line, without what they do not need. Opacity of an element needs a layer of its
/// own, which is slow to draw a thousand times; that of a stroke or a fill looks the same here and needs none.
///
/// Each text says how wide it is. Fonts are not embedded: most programs that open pictures ignore embedded ones, and they
/// would make up nearly all of a file. In whatever font a text is shown, it then takes the room that was measured for it.
fn joined(body: &str, widths: &[f64]) -> String {
    let mut widths = widths.iter();
    let mut out = String::with_capacity(body.len());
    let mut in_text = false;
    for line in body.lines() {
        let line = line.replacen(" opacity=\"1\"", "", 1);
        let kind = if line.starts_with("<polyline") { " stroke-opacity" } else { " fill-opacity" };
        let mut line = line.replacen(" opacity", kind, if in_text { 0 } else { 1 });
        if !in_text && line.starts_with("<text") {
            let width = widths.next().copied().unwrap_or(0.0) * KERNED * SUB;
            line.insert_str(5, &format!(" textLength=\"{width:.0}\" lengthAdjust=\"spacingAndGlyphs\""));
        }
        out.push_str(&line);
        in_text = (in_text || line.starts_with("<text")) && line != "</text>";
        if !in_text {
            out.push('\n');
        }
    }
    out
}

/// Text for an attribute in XML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Drawing into a string can not fail; the backend's signature has to allow for files.
fn settled<E>(result: Result<(), E>) {
    debug_assert!(result.is_ok());
}

fn grid((x, y): Point) -> (i32, i32) {
    // Saturates: no input, however odd, can make this overflow.
    ((x * SUB).round() as i32, (y * SUB).round() as i32)
}

fn shape(color: Rgb, alpha: f64, width: f64) -> ShapeStyle {
    ShapeStyle {
        color: RGBAColor(color.0, color.1, color.2, alpha),
        filled: true,
        stroke_width: (width * SUB).round().max(1.0) as u32,
    }
}

impl Canvas<'_> {
    /// A filled rectangle.
    pub(crate) fn rect(&mut self, area: Area, color: Rgb, alpha: f64) {
        let (from, to) = (grid((area.x0, area.y0)), grid((area.x1, area.y1)));
        settled(self.backend.draw_rect(from, to, &shape(color, alpha, 1.0), true));
    }

    /// The outline of a rectangle.
    pub(crate) fn outline(&mut self, a: Area, stroke: Stroke) {
        self.line(&[(a.x0, a.y0), (a.x1, a.y0), (a.x1, a.y1), (a.x0, a.y1), (a.x0, a.y0)], stroke);
    }

    /// A filled polygon.
    pub(crate) fn polygon(&mut self, points: &[Point], color: Rgb, alpha: f64) {
        settled(self.backend.fill_polygon(points.iter().map(|p| grid(*p)), &shape(color, alpha, 1.0)));
    }

    /// A line through points.
    pub(crate) fn line(&mut self, points: &[Point], stroke: Stroke) {
        let style = shape(stroke.color, stroke.alpha, stroke.width);
        settled(self.backend.draw_path(points.iter().map(|p| grid(*p)), &style));
    }

    /// A straight line in dashes of `dash` units with gaps as long.
    pub(crate) fn dashed(&mut self, from: Point, to: Point, dash: f64, stroke: Stroke) {
        let length = libm::hypot(to.0 - from.0, to.1 - from.1);
        let steps = (length / (2.0 * dash)).ceil().clamp(0.0, 2000.0) as usize;
        let at = |d: f64| {
            let t = (d / length).min(1.0);
            (from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t)
        };
        for i in 0..steps {
            let start = 2.0 * dash * i as f64;
            self.line(&[at(start), at(start + dash)], stroke);
        }
    }

    /// A disc with an outline.
    pub(crate) fn disc(&mut self, centre: Point, radius: f64, fill: Rgb, stroke: Stroke) {
        let r = (radius * SUB).round() as u32;
        settled(self.backend.draw_circle(grid(centre), r, &shape(fill, 1.0, 1.0), true));
        if stroke.width > 0.0 {
            let style = shape(stroke.color, stroke.alpha, stroke.width);
            settled(self.backend.draw_circle(grid(centre), r, &style, false));
        }
    }

    /// Text on one line; the point is on its baseline.
    pub(crate) fn text(&mut self, (x, baseline): Point, text: &str, style: Text) {
        let text = text::clean(text);
        if text.is_empty() {
            return;
        }
        self.widths.push(style.width(&text));
        let rise = BACKEND_BASELINE_EM * style.size;
        let transform = if style.upward { FontTransform::Rotate270 } else { FontTransform::None };
        let h_pos = match style.align {
            Align::Left => HPos::Left,
            Align::Centre => HPos::Center,
            Align::Right => HPos::Right,
        };
        let weight = if style.bold { FontStyle::Bold } else { FontStyle::Normal };
        // The backend turns text about its point and then lowers it along the turned axis.
        let point = if style.upward { (x - rise, baseline) } else { (x, baseline - rise) };
        let color = RGBColor(style.color.0, style.color.1, style.color.2);
        let look = (FAMILY, style.size * SUB * BACKEND_FONT_SCALE, weight)
            .into_text_style(&(WIDTH as u32, WIDTH as u32))
            .color(&color)
            .transform(transform)
            .pos(Pos::new(h_pos, VPos::Top));
        settled(self.backend.draw_text(&text, &look, grid(point)));
    }

    /// Text on a paper-coloured plate, to be read over lines.
    pub(crate) fn plated(&mut self, at: Point, text: &str, style: Text) {
        let b = style.bounds(at, text);
        self.rect(Area { x0: b.x0 - 1.5, y0: b.y0, x1: b.x1 + 1.5, y1: b.y1 }, PAPER, 0.82);
        self.text(at, text, style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_is_xml_with_its_size_in_units() {
        let svg = paint(50.0, "a <b> & c", |c| {
            c.text((1.0, 2.0), "x < y & \"z\"", Text::new(12.0));
            c.line(&[(0.0, 0.0), (1.25, 2.0)], Stroke::new(INK, 1.0));
        });
        let xml = roxmltree::Document::parse(&svg).unwrap();
        let root = xml.root_element();
        assert_eq!((root.attribute("width"), root.attribute("height")), (Some("800"), Some("50")));
        assert_eq!(xml.descendants().find(|n| n.has_tag_name("text")).unwrap().text(), Some("x < y & \"z\""));
        let text = xml.descendants().find(|n| n.has_tag_name("text")).unwrap();
        let width: f64 = text.attribute("textLength").unwrap().parse().unwrap();
        assert!((width - 4.0 * KERNED * Text::new(12.0).width("x < y & \"z\"")).abs() <= 0.5, "{width}");
        assert_eq!(root.attribute("aria-label"), Some("a <b> & c"));
        assert!(svg.contains("points=\"0,0 5,8 \""), "{svg}");
    }

    #[test]
    fn odd_numbers_do_not_stop_drawing() {
        let svg = paint(10.0, "", |c| {
            c.line(&[(f64::NAN, f64::INFINITY), (-1e300, 3.0)], Stroke::new(INK, f64::NAN));
            c.dashed((0.0, 0.0), (0.0, 0.0), 3.0, Stroke::new(INK, 1.0));
            c.text((0.0, 0.0), "\0", Text::new(1.0));
        });
        assert!(roxmltree::Document::parse(&svg).is_ok());
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }

    #[test]
    fn bounds_follow_the_alignment() {
        let style = Text::new(10.0);
        let width = style.width("abc");
        let check = |style: Text, x0: f64| assert!((style.bounds((50.0, 50.0), "abc").x0 - x0).abs() < 1e-9);
        check(style, 50.0);
        check(style.right(), 50.0 - width);
        check(style.centre(), 50.0 - width / 2.0);
    }
}
