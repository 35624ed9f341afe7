//! Rows with a range each: nine in ten runs as a thin line, half of them as a thick one, the median as a dot.

use crate::axis::Scale;
use crate::canvas::{Area, Canvas, Stroke, Text};
use crate::palette::{AXIS, BAND_NARROW, BLUE, GRID, PAPER, STRIPE};
use crate::text::fit;

pub(super) const ROW: f64 = 30.0;
pub(super) const HEAD: f64 = 20.0;
pub(super) const FOOT: f64 = 40.0;
const LEFT: f64 = 240.0;
const COLUMN: f64 = 74.0;
const NAME: Text = Text::new(12.0);
const SMALL: Text = Text::new(11.0).muted();

/// One row.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) below: String,
    /// 5, 25, 50, 75 and 95 %; without where there is nothing to show.
    pub(super) quantiles: [Option<f64>; 5],
    pub(super) columns: [String; 2],
}

/// Draws rows over an axis with ticks at (value, label), the last of which is its end.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Area,
    rows: &[Row],
    (ticks, end, axis): (&[(f64, String)], f64, &str),
    heads: [&str; 2],
) {
    let plot =
        Area { x0: area.x0 + LEFT, y0: area.y0 + HEAD, x1: area.x1 - 2.0 * COLUMN - 8.0, y1: area.y1 - FOOT };
    let x = Scale::new((0.0, end), (plot.x0, plot.x1));
    for (i, head) in heads.into_iter().enumerate() {
        canvas.text((area.x1 - COLUMN * (1.0 - i as f64), area.y0 + 12.0), head, SMALL.right());
    }
    for i in (0..rows.len()).step_by(2) {
        let y0 = plot.y0 + ROW * i as f64;
        canvas.rect(Area { x0: area.x0, y0, x1: area.x1, y1: y0 + ROW }, STRIPE, 1.0);
    }
    for (value, label) in ticks {
        canvas.line(&[(x.at(*value), plot.y0), (x.at(*value), plot.y1)], Stroke::new(GRID, 1.0));
        canvas.text((x.at(*value), plot.y1 + 14.0), label, SMALL.centre());
    }
    canvas.line(&[(plot.x0, plot.y1), (plot.x1, plot.y1)], Stroke::new(AXIS, 1.0));
    canvas.text(((plot.x0 + plot.x1) / 2.0, plot.y1 + 32.0), axis, SMALL.centre());
    for (i, row) in rows.iter().enumerate() {
        let y = plot.y0 + ROW * (i as f64 + 0.5);
        let room = LEFT - 14.0;
        let (name_y, below_y) = if row.below.is_empty() { (y + 4.0, y) } else { (y - 1.0, y + 11.0) };
        canvas.text((area.x0 + 4.0, name_y), &fit(&row.name, NAME.size, false, room), NAME);
        canvas.text((area.x0 + 4.0, below_y), &fit(&row.below, 10.5, false, room), Text::new(10.5).muted());
        let [p05, p25, p50, p75, p95] = row.quantiles.map(|value| value.map(|value| x.at(value)));
        if let (Some(from), Some(to)) = (p05, p95) {
            canvas.line(&[(from, y), (to, y)], Stroke::new(BLUE, 1.4));
        }
        if let (Some(from), Some(to)) = (p25, p75) {
            canvas.line(&[(from, y), (to, y)], Stroke::new(BAND_NARROW, 8.0));
        }
        if let Some(at) = p50 {
            canvas.disc((at, y), 4.5, BLUE, Stroke::new(PAPER, 1.2));
        }
        for (k, text) in row.columns.iter().enumerate() {
            let style = if k == 0 { NAME.bold().right() } else { SMALL.right() };
            let text = fit(text, style.size, k == 0, COLUMN - 6.0);
            canvas.text((area.x1 - COLUMN * (1.0 - k as f64), y + 4.0), &text, style);
        }
    }
}
