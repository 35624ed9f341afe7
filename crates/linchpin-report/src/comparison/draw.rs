//! What pictures of a comparison have in common.

use super::Comparison;
use crate::axis::{Scale, labels};
use crate::canvas::{Area, Canvas, Point, Stroke, Text};
use crate::palette::{AXIS, BLUE, GREEN, GRID, PAPER, Rgb, STRIPE};
use crate::plot::Plot;
use crate::text::{fit, wrap};

pub(super) const NAME: Text = Text::new(12.0);
pub(super) const SMALL: Text = Text::new(11.0).muted();
/// Numbers that stand for names in a [`Key`].
pub(super) const NUMBER: Text = Text::new(11.0).bold();
/// Height of a line of a name.
pub(super) const LINE: f64 = 14.0;
/// Lines of a name.
const NAME_LINES: usize = 3;

/// A picture with the marking of the comparison.
pub(super) fn picture(c: &Comparison, id: &str, [title, caption, alt]: [String; 3], svg: String) -> Plot {
    let handling = c.study.handling();
    Plot { id: id.to_owned(), title, caption, alt, svg, handling }
}

/// The lines on which a name stands, so that it is told whole where that is possible at all.
pub(super) fn name_lines(name: &str, bold: bool, width: f64) -> Vec<String> {
    let mut lines = wrap(name, NAME.size, bold, width, NAME_LINES);
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// A name on its lines, about the middle of a row.
pub(super) fn name(canvas: &mut Canvas<'_>, lines: &[String], (x, middle): Point, bold: bool) {
    let style = if bold { NAME.bold() } else { NAME };
    let first = middle + 4.0 - 0.5 * LINE * (lines.len() as f64 - 1.0);
    for (i, line) in lines.iter().enumerate() {
        canvas.text((x, first + LINE * i as f64), line, style);
    }
}

/// Rows of unequal height below each other, every other one tinted; gives the middle of each.
pub(super) fn rows(canvas: &mut Canvas<'_>, area: Area, heights: &[f64]) -> Vec<f64> {
    let mut y0 = area.y0;
    let mut middles = Vec::with_capacity(heights.len());
    for (i, height) in heights.iter().enumerate() {
        if i % 2 == 0 {
            canvas.rect(Area { y0, y1: y0 + height, ..area }, STRIPE, 1.0);
        }
        middles.push(y0 + 0.5 * height);
        y0 += height;
    }
    middles
}

/// A value: a disc, and a larger diamond for the best, so that grey prints tell it too.
pub(super) fn mark(canvas: &mut Canvas<'_>, at: Point, winner: bool, radius: f64) {
    if winner {
        diamond(canvas, at, radius + 2.5, GREEN);
    } else {
        canvas.disc(at, radius, BLUE, Stroke::new(PAPER, 1.0));
    }
}

fn diamond(canvas: &mut Canvas<'_>, (x, y): Point, r: f64, fill: Rgb) {
    for (r, color) in [(r + 1.2, PAPER), (r, fill)] {
        canvas.polygon(&[(x - r, y), (x, y - r), (x + r, y), (x, y + r)], color, 1.0);
    }
}

/// A level axis below an area, with grid lines.
pub(super) fn axis(canvas: &mut Canvas<'_>, inner: Area, ticks: &[f64], x: Scale, name: &str) {
    let (names, magnitude) = labels(ticks);
    for (tick, text) in ticks.iter().zip(names) {
        canvas.line(&[(x.at(*tick), inner.y0), (x.at(*tick), inner.y1)], Stroke::new(GRID, 1.0));
        canvas.text((x.at(*tick), inner.y1 + 14.0), &text, SMALL.centre());
    }
    canvas.line(&[(inner.x0, inner.y1), (inner.x1, inner.y1)], Stroke::new(AXIS, 1.0));
    let title = format!("{magnitude}{name}");
    canvas.text(((inner.x0 + inner.x1) / 2.0, inner.y1 + 33.0), &title, SMALL.centre());
}

/// `cost, million euros`.
pub(super) fn cost_title(c: &Comparison) -> String {
    if c.money.is_empty() { "cost".to_owned() } else { format!("cost, {}", c.money) }
}

/// With a capital letter.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// What numbers in a picture stand for: a table below it.
pub(super) struct Key {
    heads: [String; 2],
    entries: Vec<(Vec<String>, bool, [String; 2])>,
    /// So many are only in the table for programs.
    pub(super) more: usize,
}

const KEY_HEAD: f64 = 24.0;
const KEY_NAME: f64 = 470.0;
const KEY_COLUMN: f64 = 150.0;

impl Key {
    /// A key without entries, with heads of the two columns of figures.
    pub(super) fn new(heads: [String; 2]) -> Self {
        Self {
            heads: heads.map(|head| fit(&head, SMALL.size, false, KEY_COLUMN - 8.0)),
            entries: Vec::new(),
            more: 0,
        }
    }

    /// The next number.
    pub(super) fn push(&mut self, name: &str, bold: bool, figures: [String; 2]) {
        self.entries.push((name_lines(name, bold, KEY_NAME - 60.0), bold, figures));
    }

    fn heights(&self) -> Vec<f64> {
        self.entries.iter().map(|(lines, ..)| 6.0 + LINE * lines.len() as f64).collect()
    }

    /// Room it takes.
    pub(super) fn height(&self) -> f64 {
        KEY_HEAD + self.heights().iter().sum::<f64>() + if self.more > 0 { LINE + 6.0 } else { 0.0 }
    }

    /// Draws it at the top of an area.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Area) {
        let places = [area.x1 - KEY_COLUMN, area.x1];
        for (head, x) in self.heads.iter().zip(places) {
            canvas.text((x, area.y0 + 14.0), head, SMALL.right());
        }
        let heights = self.heights();
        let middles = rows(canvas, Area { y0: area.y0 + KEY_HEAD, ..area }, &heights);
        for (i, ((lines, bold, figures), y)) in self.entries.iter().zip(middles).enumerate() {
            canvas.text((area.x0 + 20.0, y + 4.0), &(i + 1).to_string(), NUMBER.right());
            name(canvas, lines, (area.x0 + 30.0, y), *bold);
            for (figure, x) in figures.iter().zip(places) {
                canvas.text((x, y + 4.0), figure, NAME.right());
            }
        }
        if self.more > 0 {
            let y = area.y0 + KEY_HEAD + heights.iter().sum::<f64>() + 14.0;
            canvas.text((area.x0 + 30.0, y), &format!("{} more are in compare.csv", self.more), NAME);
        }
    }
}
