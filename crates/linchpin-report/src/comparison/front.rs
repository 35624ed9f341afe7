//! Cost beside loss, and what no other portfolio beats.

use super::draw::{Key, NUMBER, SMALL, axis, cost_title, mark, picture};
use super::{Comparison, ComparisonRow};
use crate::axis::{Scale, labels, ticks};
use crate::canvas::{Area, Canvas, Point, Stroke, Text};
use crate::format;
use crate::palette::{AXIS, BLUE, GRID, MUTED, PAPER};
use crate::plot::Plot;
use crate::sheet::sheet;

const CHART: f64 = 330.0;
const FOOT: f64 = 44.0;
const MAX_KEY: usize = 16;

/// The picture; none where there is nothing to choose between.
pub(super) fn plot(c: &Comparison) -> Option<Plot> {
    let first = c.rows.first()?;
    if c.rows.len() < 3 || first.loss.is_nan() || first.loss <= 0.0 {
        return None;
    }
    let mut best: Vec<&ComparisonRow> = c.rows.iter().filter(|row| row.front || row.winner).collect();
    best.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(b.loss.total_cmp(&a.loss)));
    let on_front = c.rows.iter().filter(|row| row.front).count();
    let title = format!(
        "No other portfolio beats {on_front} of the {} in both cost and loss",
        format::count(c.rows.len() as u64)
    );
    let subtitle = "Every dot is a portfolio; those on the line are numbered and named below. Diamond: the best within the budget.";
    let alt =
        format!("{title}. Scatter of cost against mean loss, with the line of those that no other beats.");
    let told = |row: &ComparisonRow| [format::number(row.cost), format::number(row.loss)];
    let mut key = Key::new([cost_title(c), format!("{} lost", c.unit)]);
    best.iter().take(MAX_KEY).for_each(|row| key.push(&row.name, row.winner, told(row)));
    key.more = best.len().saturating_sub(MAX_KEY);
    let body = CHART + FOOT + key.height();
    let svg = sheet(&c.study, [&title, subtitle, &alt], body, |canvas, area| {
        chart(canvas, c, &best, Area { y1: area.y0 + CHART + FOOT, ..area });
        let below = Area { y0: area.y0 + CHART + FOOT, ..area };
        key.draw(canvas, below);
    });
    let caption = "Where the line is flat, more money buys little; the step down is where it counts. Losses are means over runs: \
                   neighbours on the line may differ by chance only, which the intervals of the savings tell.";
    Some(picture(c, "compare-front", [title, caption.to_owned(), alt], svg))
}

fn chart(canvas: &mut Canvas<'_>, c: &Comparison, best: &[&ComparisonRow], area: Area) {
    let costs = ticks(c.rows.iter().map(|row| row.cost).fold(0.0, f64::max), 6);
    let losses = ticks(c.rows.iter().map(|row| row.loss).fold(0.0, f64::max), 5);
    let inner = Area { x0: area.x0 + 62.0, y0: area.y0 + 12.0, x1: area.x1 - 20.0, y1: area.y1 - FOOT };
    let x = Scale::new((0.0, costs.last().copied().unwrap_or(1.0)), (inner.x0, inner.x1));
    let y = Scale::new((0.0, losses.last().copied().unwrap_or(1.0)), (inner.y1, inner.y0));
    let (names, magnitude) = labels(&losses);
    for (tick, name) in losses.iter().zip(names) {
        canvas.line(&[(inner.x0, y.at(*tick)), (inner.x1, y.at(*tick))], Stroke::new(GRID, 1.0));
        canvas.text((inner.x0 - 6.0, y.at(*tick) + 4.0), &name, SMALL.right());
    }
    let title = format!("{magnitude}{} lost", c.unit);
    canvas.text((area.x0 + 10.0, inner.y1 - 4.0), &title, SMALL.upward());
    axis(canvas, inner, &costs, x, &cost_title(c));
    let at = |row: &ComparisonRow| (x.at(row.cost), y.at(row.loss));
    let mut steps: Vec<Point> = Vec::new();
    for row in best.iter().filter(|row| row.front) {
        if let Some((_, last)) = steps.last().copied() {
            steps.push((x.at(row.cost), last));
        }
        steps.push(at(row));
    }
    canvas.line(&steps, Stroke::new(BLUE, 1.6));
    let others: Vec<Point> = c.rows.iter().filter(|row| !row.front && !row.winner).map(at).collect();
    for point in &others {
        canvas.disc(*point, 3.0, AXIS, Stroke::new(PAPER, 0.8));
    }
    let mut taken = Vec::new();
    if c.budget.is_finite() && c.budget <= costs.last().copied().unwrap_or(0.0) {
        let at = x.at(c.budget);
        canvas.dashed((at, inner.y0), (at, inner.y1), 4.0, Stroke::new(MUTED, 1.2));
        let place = (at - 4.0, inner.y1 - 8.0);
        canvas.plated(place, "budget", SMALL.right());
        taken.push(SMALL.right().bounds(place, "budget"));
    }
    let points: Vec<Point> = best.iter().map(|row| at(row)).collect();
    for (row, point) in best.iter().zip(&points) {
        mark(canvas, *point, row.winner, 5.0);
    }
    number(canvas, inner, &points, &others, taken);
}

/// Numbers beside the points, where they hide nothing.
fn number(canvas: &mut Canvas<'_>, inner: Area, points: &[Point], others: &[Point], mut taken: Vec<Area>) {
    let boxed = |(x, y): &Point, r: f64| Area { x0: x - r, y0: y - r, x1: x + r, y1: y + r };
    taken.extend(points.iter().map(|point| boxed(point, 6.0)));
    let dots: Vec<Area> = others.iter().map(|point| boxed(point, 3.5)).collect();
    for (i, (px, py)) in points.iter().take(MAX_KEY).enumerate() {
        let text = (i + 1).to_string();
        let places = [
            ((px - 9.0, py + 13.0), NUMBER.right()),
            ((px + 9.0, py - 7.0), NUMBER),
            ((*px, py + 19.0), NUMBER.centre()),
            ((*px, py - 11.0), NUMBER.centre()),
            ((px + 10.0, py + 14.0), NUMBER),
            ((px - 10.0, py - 7.0), NUMBER.right()),
            ((px - 11.0, py + 4.0), NUMBER.right()),
            ((px + 11.0, py + 4.0), NUMBER),
        ];
        let clear = |area: &Area, of: &[Area]| inner.holds(area) && !of.iter().any(|other| other.meets(area));
        let bounds = |(at, style): &(Point, Text)| style.bounds(*at, &text);
        let empty = places.iter().find(|place| clear(&bounds(place), &taken) && clear(&bounds(place), &dots));
        // Over the dots of those that are beaten rather than nowhere.
        let place = empty.or_else(|| places.iter().find(|place| clear(&bounds(place), &taken)));
        if let Some((at, style)) = place {
            taken.push(style.bounds(*at, &text));
            canvas.plated(*at, &text, *style);
        }
    }
}
