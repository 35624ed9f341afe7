//! How probable large losses are, with several portfolios in one picture.

use super::draw::{Key, NUMBER, SMALL, axis, picture};
use super::{Comparison, ComparisonRow, ExceedanceCurve};
use crate::axis::{Scale, ticks};
use crate::canvas::{Area, Canvas, Point, Stroke, Text};
use crate::format;
use crate::palette::{AXIS, BLUE, GREEN, GRID, INK, MUTED, Rgb, VERMILION};
use crate::plot::Plot;
use crate::sheet::sheet;

const CHART: f64 = 340.0;
const FOOT: f64 = 44.0;
const MAX_CURVES: usize = 7;
/// Shares that may be marked on the axis.
const SHARES: [f64; 10] = [1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
/// Colour, width and length of dashes (0: none): curves differ in all, so that grey prints tell them apart too.
const LOOKS: [(Rgb, f64, f64); MAX_CURVES] = [
    (INK, 2.2, 0.0),
    (GREEN, 3.2, 0.0),
    (BLUE, 2.2, 5.0),
    (VERMILION, 1.8, 0.0),
    (MUTED, 1.8, 3.0),
    (BLUE, 1.4, 0.0),
    (VERMILION, 1.6, 7.0),
];

/// A curve with the portfolio it is of.
type Told<'a> = (&'a ComparisonRow, &'a ExceedanceCurve);

/// The picture; none without curves.
pub(super) fn plot(c: &Comparison) -> Option<Plot> {
    let curves: Vec<Told<'_>> = c
        .curves
        .iter()
        .filter_map(|curve| Some((c.rows.get(curve.row)?, curve)))
        .filter(|(_, curve)| curve.points.iter().filter(|[loss, _]| loss.is_finite()).count() > 1)
        .take(MAX_CURVES)
        .collect();
    curves.first()?;
    let title = title(&curves, &c.unit);
    let subtitle = format!(
        "Share of runs that lose more than so many {}, on a logarithmic axis, so that rare, large losses can be seen.",
        c.unit
    );
    let alt = format!("{title}. Exceedance curves of {} portfolios.", curves.len());
    let told = |curve: &ExceedanceCurve| {
        [0.5, 0.05].map(|share| beyond(curve, share).map_or_else(|| "–".to_owned(), format::number))
    };
    let mut key = Key::new(["median loss".to_owned(), "exceeded in 1 of 20".to_owned()]);
    curves.iter().for_each(|(row, curve)| key.push(&row.name, row.winner, told(curve)));
    let body = CHART + FOOT + key.height();
    let svg = sheet(&c.study, [&title, &subtitle, &alt], body, |canvas, area| {
        let inner = Area { x0: area.x0 + 62.0, y0: area.y0 + 12.0, x1: area.x1 - 20.0, y1: area.y0 + CHART };
        chart(canvas, c, &curves, inner);
        key.draw(canvas, Area { y0: area.y0 + CHART + FOOT, ..area });
    });
    let caption = "A curve further left and below is better everywhere; where curves cross, one portfolio helps in ordinary runs and \
                   the other in bad ones. The lower right end rests on few runs.";
    Some(picture(c, "compare-exceedance", [title, caption.to_owned(), alt], svg))
}

/// What the best does to one run in twenty.
fn title(curves: &[Told<'_>], unit: &str) -> String {
    let bad = |(_, curve): &Told<'_>| beyond(curve, 0.05);
    let base = curves.first().and_then(bad);
    let best = curves.iter().find(|(row, _)| row.winner).and_then(bad);
    match base.zip(best) {
        Some((base, best)) if base > 0.0 && best < base => format!(
            "One run in twenty loses more than {}; with the best portfolio more than {}",
            format::quantity(base, unit),
            format::number(best)
        ),
        _ => "How probable large losses are".to_owned(),
    }
}

/// The loss that no more than a share of the runs exceeds.
fn beyond(curve: &ExceedanceCurve, share: f64) -> Option<f64> {
    curve.points.iter().find(|[_, more]| *more <= share).map(|[loss, _]| *loss)
}

fn chart(canvas: &mut Canvas<'_>, c: &Comparison, curves: &[Told<'_>], inner: Area) {
    let points = || curves.iter().flat_map(|(_, curve)| &curve.points);
    let least = points().map(|[_, more]| *more).filter(|more| *more > 0.0).fold(1.0, f64::min).max(1e-3);
    let lowest = SHARES.into_iter().find(|share| *share <= least * (1.0 + 1e-9)).unwrap_or(1e-3);
    let shown = |[loss, more]: &&[f64; 2]| loss.is_finite() && *more >= lowest * (1.0 - 1e-9);
    let losses = ticks(points().filter(shown).map(|[loss, _]| *loss).fold(0.0, f64::max), 6);
    let x = Scale::new((0.0, losses.last().copied().unwrap_or(1.0)), (inner.x0, inner.x1));
    let y = Scale::new((libm::log10(lowest), 0.0), (inner.y1, inner.y0));
    let height = |share: f64| y.at(libm::log10(share.max(lowest)));
    let mut last = f64::NEG_INFINITY;
    for share in SHARES.into_iter().filter(|share| *share >= lowest) {
        let at = height(share);
        canvas.line(&[(inner.x0, at), (inner.x1, at)], Stroke::new(GRID, 1.0));
        if at - last >= 13.0 {
            canvas.text((inner.x0 - 6.0, at + 4.0), &format::percent(share), SMALL.right());
            last = at;
        }
    }
    canvas.line(&[(inner.x0, inner.y0), (inner.x0, inner.y1)], Stroke::new(AXIS, 1.0));
    canvas.text((inner.x0 - 48.0, inner.y1 - 4.0), "share of runs that lose more", SMALL.upward());
    axis(canvas, inner, &losses, x, &format!("{} lost", c.unit));
    let mut taken = Vec::new();
    let paths: Vec<Vec<Point>> = curves
        .iter()
        .map(|(_, curve)| {
            curve.points.iter().filter(shown).map(|[loss, more]| (x.at(*loss), height(*more))).collect()
        })
        .collect();
    for (path, (color, width, dash)) in paths.iter().zip(LOOKS) {
        trace(canvas, path, Stroke::new(color, width), dash);
    }
    for (i, path) in paths.iter().enumerate() {
        number(canvas, inner, path, i, &mut taken);
    }
}

/// A line through points, in dashes where it has any.
fn trace(canvas: &mut Canvas<'_>, path: &[Point], stroke: Stroke, dash: f64) {
    if dash <= 0.0 {
        canvas.line(path, stroke);
        return;
    }
    // Dashes go on from piece to piece: pieces are shorter than a dash.
    let mut piece: Vec<Point> = Vec::new();
    let mut run = 0.0;
    for pair in path.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let length = libm::hypot(to.0 - from.0, to.1 - from.1);
        let steps = (length / (0.25 * dash)).ceil().clamp(1.0, 4000.0) as usize;
        for step in 0..steps {
            let at = |i: usize| {
                let t = i as f64 / steps as f64;
                (from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t)
            };
            if run % (2.0 * dash) < dash {
                if piece.is_empty() {
                    piece.push(at(step));
                }
                piece.push(at(step + 1));
            } else if !piece.is_empty() {
                canvas.line(&piece, stroke);
                piece.clear();
            }
            run += length / steps as f64;
        }
    }
    if piece.len() > 1 {
        canvas.line(&piece, stroke);
    }
}

/// The number of a curve on the curve itself, where there is room: each at another height if they lie close.
fn number(canvas: &mut Canvas<'_>, inner: Area, path: &[Point], i: usize, taken: &mut Vec<Area>) {
    let text = (i + 1).to_string();
    let style: Text = NUMBER.centre();
    let span = inner.y1 - inner.y0;
    for turn in 0..16 {
        let share = 0.55 + 0.05 * f64::from((turn + i as i32 * 3) % 9) * if turn < 9 { 1.0 } else { -1.0 };
        let level = inner.y0 + span * share;
        let Some((px, py)) = path.iter().copied().find(|(_, y)| *y >= level) else { continue };
        let area = style.bounds((px, py + 4.0), &text);
        let area = Area { x0: area.x0 - 3.0, y0: area.y0 - 2.0, x1: area.x1 + 3.0, y1: area.y1 + 1.0 };
        if inner.holds(&area) && !taken.iter().any(|other| other.meets(&area)) {
            taken.push(area);
            canvas.plated((px, py + 4.0), &text, style);
            return;
        }
    }
}
