//! What each portfolio saves, with intervals, the most first.

use super::draw::{LINE, NAME, SMALL, axis, capital, cost_title, mark, name, name_lines, picture, rows};
use super::{Comparison, ComparisonRow};
use crate::axis::{Scale, ticks};
use crate::canvas::{Area, Canvas, Stroke};
use crate::format;
use crate::palette::{INK, PAPER};
use crate::plot::Plot;
use crate::sheet::sheet;
use crate::text::fit;

const HEAD: f64 = 20.0;
const FOOT: f64 = 42.0;
const LEFT: f64 = 280.0;
const MAX_ROWS: usize = 24;

/// A line of the picture.
struct Line<'a> {
    row: &'a ComparisonRow,
    names: Vec<String>,
    saved: (f64, [f64; 2]),
    /// True for what the best saves on draws that took no part in choosing.
    fresh: bool,
}

/// The picture; none where nothing is compared.
pub(super) fn plot(c: &Comparison) -> Option<Plot> {
    let lines = lines(c);
    let best = lines.first()?;
    let sure = lines.iter().filter(|line| !line.fresh && line.saved.1[0] > 0.0).count();
    let of = lines.iter().filter(|line| !line.fresh).count();
    let title = match sure {
        0 => format!("Of the {of} portfolios shown none saves more than chance explains"),
        _ => format!("{} saves most; {sure} of {of} shown save more than chance explains", best.row.name),
    };
    let subtitle = format!(
        "{} saved against the scenario as it is, on the same draws: mean (mark) and the interval (line) that holds at {} % \
         for all rows together. Diamond: the best within the budget; hollow: the same on fresh draws, its interval alone.",
        capital(&c.unit),
        format::number(c.percent)
    );
    let alt = format!("{title}. {} rows with intervals, the most saved first.", lines.len());
    let (marks, ends) = marks(&lines);
    let heights: Vec<f64> = lines.iter().map(|line| 10.0 + LINE * line.names.len() as f64).collect();
    let body = HEAD + heights.iter().sum::<f64>() + FOOT;
    let svg = sheet(&c.study, [&title, &subtitle, &alt], body, |canvas, area| {
        let cost = fit(&cost_title(c), SMALL.size, false, 140.0);
        let runs_x = area.x1 - SMALL.width(&cost).max(44.0) - 14.0;
        let inner = Area { x0: area.x0 + LEFT, y0: area.y0 + HEAD, x1: runs_x - 50.0, y1: area.y1 - FOOT };
        let x = Scale::new(ends, (inner.x0, inner.x1));
        canvas.text((area.x1, area.y0 + 12.0), &cost, SMALL.right());
        canvas.text((runs_x, area.y0 + 12.0), "runs", SMALL.right());
        let middles = rows(canvas, Area { y0: inner.y0, ..area }, &heights);
        axis(canvas, inner, &marks, x, &format!("{} saved", c.unit));
        canvas.line(&[(x.at(0.0), inner.y0), (x.at(0.0), inner.y1)], Stroke::new(INK, 1.4));
        for (line, y) in lines.iter().zip(middles) {
            draw(canvas, [area.x0, runs_x, area.x1], line, x, y);
        }
    });
    let caption = "An interval that leaves zero out is a saving that chance does not explain, whichever rows one looks at. \
                   Intervals are wide where a portfolio was clearly worse after few runs and rested.";
    Some(picture(c, "compare-saved", [title, caption.to_owned(), alt], svg))
}

/// A line with its name, runs and cost at these places.
fn draw(canvas: &mut Canvas<'_>, [name_x, runs_x, cost_x]: [f64; 3], line: &Line<'_>, x: Scale, y: f64) {
    name(canvas, &line.names, (name_x + 4.0, y), line.row.winner && !line.fresh);
    let (mean, interval) = line.saved;
    let [low, high] = interval.map(|bound| x.at(bound));
    let stroke = Stroke::new(INK, 1.6);
    canvas.line(&[(low, y), (high, y)], stroke);
    for end in [low, high] {
        canvas.line(&[(end, y - 4.0), (end, y + 4.0)], stroke);
    }
    if line.fresh {
        canvas.disc((x.at(mean), y), 4.5, PAPER, Stroke::new(INK, 1.4));
        return;
    }
    mark(canvas, (x.at(mean), y), line.row.winner, 4.0);
    canvas.text((cost_x, y + 4.0), &format::number(line.row.cost), NAME.right());
    canvas.text((runs_x, y + 4.0), &format::count(line.row.runs), SMALL.right());
}

/// Single options, the best, those as good, and what no other beats.
fn lines(c: &Comparison) -> Vec<Line<'_>> {
    let worth = |(place, row): &(usize, &ComparisonRow)| {
        row.single || row.winner || row.front || c.as_good == Some(*place)
    };
    let line = |row| {
        let &ComparisonRow { saved, winner, .. } = row;
        let names = name_lines(&row.name, winner, LEFT - 14.0);
        saved.map(|saved| Line { row, names, saved, fresh: false })
    };
    let mut lines: Vec<Line<'_>> =
        c.rows.iter().enumerate().filter(worth).filter_map(|(_, row)| line(row)).collect();
    lines.sort_by(|a, b| b.saved.0.total_cmp(&a.saved.0));
    lines.truncate(MAX_ROWS);
    let winner = lines.iter().position(|line| line.row.winner);
    if let Some((place, saved)) = winner.zip(c.fresh) {
        let names = vec!["    the same on fresh draws".to_owned()];
        lines.insert(place + 1, Line { row: lines[place].row, names, saved, fresh: true });
    }
    lines
}

/// Ticks, and the ends of an axis that holds all intervals and zero.
fn marks(lines: &[Line<'_>]) -> (Vec<f64>, (f64, f64)) {
    let most = lines.iter().map(|line| line.saved.1[1].max(line.saved.0)).fold(0.0, f64::max);
    let least = lines.iter().map(|line| line.saved.1[0].min(line.saved.0)).fold(0.0, f64::min);
    let right = ticks(most, 5);
    let step = right.get(1).copied().unwrap_or(1.0);
    let last = right.last().copied().unwrap_or(1.0);
    // A whole step to the left of zero for a hair below it would waste the width.
    if -least < 0.5 * step {
        return (right, (least - 0.05 * step, last));
    }
    let below = (-least / step).ceil().clamp(0.0, 20.0) as usize;
    let all: Vec<f64> = (1..=below).rev().map(|i| -(i as f64) * step).chain(right).collect();
    let first = all.first().copied().unwrap_or(0.0);
    (all, (first, last))
}
