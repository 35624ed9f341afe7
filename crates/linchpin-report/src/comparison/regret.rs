//! Portfolios against several threats: what each loses, and what is lost by not having chosen the best against that threat.

use super::draw::{LINE, NAME, SMALL, name, name_lines, picture};
use super::{Comparison, OverThreats, UnderThreats};
use crate::axis::labels;
use crate::canvas::{Area, Canvas, Stroke, Text};
use crate::format;
use crate::palette::{GRID, INK, scale, text_on};
use crate::plot::Plot;
use crate::sheet::sheet;
use crate::text::wrap;

const LEFT: f64 = 236.0;
/// Mean and worst regret, tolerable.
const RIGHT: f64 = 180.0;
const HEAD_LINE: f64 = 12.5;
const MAX_THREATS: usize = 6;
const MAX_ROWS: usize = 24;
const HEAD_TEXT: Text = Text::new(10.5).muted();

/// The picture; none where there is one threat, or none was compared.
pub(super) fn plot(c: &Comparison) -> Option<Plot> {
    let threats = c.threats.as_ref().filter(|t| t.threats.len() > 1)?;
    let mut order: Vec<&UnderThreats> =
        threats.candidates.iter().filter(|one| c.rows.get(one.row).is_some()).collect();
    order.sort_by(|a, b| a.worst_regret.total_cmp(&b.worst_regret));
    order.truncate(MAX_ROWS);
    let least = order.first()?;
    let shown = threats.threats.len().min(MAX_THREATS);
    let (divisor, word) = magnitude(&order);
    let title = format!(
        "{} is regretted least, whichever of {} threats it is",
        c.rows[least.row].name,
        threats.threats.len()
    );
    let subtitle = format!(
        "{word}{} lost in the mean with each portfolio (row) against each threat (column). The darker, the more is lost than with \
         the best against that threat; the least of a column is framed.",
        c.unit
    );
    let subtitle = super::draw::capital(&subtitle);
    let alt = format!("{title}. Table of {} portfolios and {shown} threats.", order.len());
    let width = (800.0 - 32.0 - LEFT - RIGHT) / shown as f64;
    let heads: Vec<Vec<String>> = threats
        .threats
        .iter()
        .take(shown)
        .map(|name| wrap(name, HEAD_TEXT.size, false, width - 6.0, 4))
        .collect();
    let head = 10.0 + HEAD_LINE * heads.iter().map(Vec::len).max().unwrap_or(1).max(2) as f64;
    let names: Vec<Vec<String>> = order
        .iter()
        .map(|one| name_lines(&c.rows[one.row].name, c.rows[one.row].winner, LEFT - 12.0))
        .collect();
    let heights: Vec<f64> = names.iter().map(|lines| 10.0 + LINE * lines.len() as f64).collect();
    let more = if threats.threats.len() > shown { 20.0 } else { 0.0 };
    let body = head + heights.iter().sum::<f64>() + more + 8.0;
    let svg = sheet(&c.study, [&title, &subtitle, &alt], body, |canvas, area| {
        let grid = Grid { x0: area.x0 + LEFT, width, shown, divisor, right: area.x1 };
        heading(canvas, &grid, &heads, area.y0 + head - 8.0);
        let mut y0 = area.y0 + head;
        for ((one, lines), height) in order.iter().zip(&names).zip(&heights) {
            name(canvas, lines, (area.x0 + 4.0, y0 + 0.5 * height), c.rows[one.row].winner);
            line(canvas, &grid, threats, &order, one, (y0, *height));
            y0 += height;
        }
        if more > 0.0 {
            let text = format!("{} more threats are in compare.json", threats.threats.len() - shown);
            canvas.text((area.x0 + LEFT, y0 + 14.0), &text, SMALL);
        }
    });
    let caption = format!(
        "Mean regret counts all threats alike; the worst looks at the one where the portfolio does worst compared with what could \
         have been chosen. Tolerable: against this share of the threats {}.",
        threats.tolerable
    );
    Some(picture(c, "compare-threats", [title, caption, alt], svg))
}

struct Grid {
    x0: f64,
    width: f64,
    shown: usize,
    divisor: f64,
    right: f64,
}

/// What losses are divided by for the cells, and the word for it.
fn magnitude(order: &[&UnderThreats]) -> (f64, &'static str) {
    let most =
        order.iter().flat_map(|one| &one.losses).copied().filter(|loss| loss.is_finite()).fold(0.0, f64::max);
    let (_, word) = labels(&[most]);
    let divisor = match word {
        "billion " => 1e9,
        "million " => 1e6,
        "thousand " => 1e3,
        _ => 1.0,
    };
    (divisor, word)
}

fn heading(canvas: &mut Canvas<'_>, grid: &Grid, heads: &[Vec<String>], bottom: f64) {
    let mut put = |x: f64, lines: &[String], style: Text| {
        let first = bottom - HEAD_LINE * (lines.len() as f64 - 1.0);
        for (i, line) in lines.iter().enumerate() {
            canvas.text((x, first + HEAD_LINE * i as f64), line, style);
        }
    };
    for (i, lines) in heads.iter().enumerate() {
        put(grid.x0 + grid.width * (i as f64 + 0.5), lines, HEAD_TEXT.centre());
    }
    for (i, words) in [["mean", "regret"], ["worst", "regret"], ["toler-", "able"]].into_iter().enumerate() {
        put(grid.right - 60.0 * (2.0 - i as f64), &words.map(str::to_owned), HEAD_TEXT.right());
    }
}

fn line(
    canvas: &mut Canvas<'_>,
    grid: &Grid,
    threats: &OverThreats,
    order: &[&UnderThreats],
    one: &UnderThreats,
    (y0, height): (f64, f64),
) {
    let baseline = y0 + 0.5 * height + 4.0;
    // Regrets of all cells share a scale.
    let most = order.iter().map(|other| other.worst_regret).filter(|r| r.is_finite()).fold(0.0, f64::max);
    for i in 0..grid.shown {
        let Some(loss) = one.losses.get(i).copied() else { continue };
        let of_threat = threats.candidates.iter().filter_map(|other| other.losses.get(i).copied());
        let best = of_threat.fold(f64::INFINITY, f64::min);
        let share = if most > 0.0 { (loss - best) / most } else { 0.0 };
        let fill = scale(if share.is_finite() { 0.85 * share } else { 0.0 });
        let x0 = grid.x0 + grid.width * i as f64;
        let cell = Area { x0: x0 + 1.0, y0: y0 + 1.0, x1: x0 + grid.width - 1.0, y1: y0 + height - 1.0 };
        canvas.rect(cell, fill, 1.0);
        let mut style = NAME.centre().color(text_on(fill));
        if loss <= best {
            canvas.outline(
                Area { x0: cell.x0 + 1.0, y0: cell.y0 + 1.0, x1: cell.x1 - 1.0, y1: cell.y1 - 1.0 },
                Stroke::new(INK, 1.6),
            );
            style = style.bold();
        }
        canvas.text((x0 + 0.5 * grid.width, baseline), &format::number(loss / grid.divisor), style);
    }
    let figures = [
        format::number(one.mean_regret / grid.divisor),
        format::number(one.worst_regret / grid.divisor),
        format::percent(one.satisfied),
    ];
    for (i, figure) in figures.iter().enumerate() {
        canvas.text((grid.right - 60.0 * (2.0 - i as f64), baseline), figure, NAME.right());
    }
    canvas.line(&[(grid.x0, y0 + height), (grid.right, y0 + height)], Stroke::new(GRID, 0.6));
}
