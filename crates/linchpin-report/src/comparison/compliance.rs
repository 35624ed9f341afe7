//! Requirements by portfolio: met, not met, undecided.

use linchpin_analysis::findings::Verdict;

use super::draw::{LINE, name, name_lines, picture, rows};
use super::{Comparison, Compliance};
use crate::axis::Scale;
use crate::canvas::{Area, Canvas, Stroke, Text};
use crate::format;
use crate::palette::{BLUE, GRID, INK, PAPER, VERMILION};
use crate::plot::Plot;
use crate::sheet::sheet;
use crate::text::wrap;

const LEFT: f64 = 250.0;
const FOOT: f64 = 30.0;
const HEAD_LINE: f64 = 13.0;
const HEAD_TEXT: Text = Text::new(11.0);
const SMALL: Text = Text::new(10.5).muted();
const MAX_COLUMNS: usize = 3;
const MAX_ROWS: usize = 24;

/// The picture; none without requirements.
pub(super) fn plot(c: &Comparison) -> Option<Plot> {
    let columns: Vec<&Compliance> =
        c.requirements.iter().filter(|asked| !asked.answers.is_empty()).take(MAX_COLUMNS).collect();
    let first = columns.first()?;
    let places: Vec<usize> = first
        .answers
        .iter()
        .map(|(place, _)| *place)
        .filter(|place| *place < c.rows.len())
        .take(MAX_ROWS)
        .collect();
    let title = title(c);
    let subtitle = "Share of runs in which each requirement holds (dot), its exact 95 % interval (line) and what is asked (upright \
                    line). Met where the whole interval lies at or right of it, not met where it lies left of it, else undecided.";
    let alt = format!("{title}. {} portfolios, {} requirements.", places.len(), columns.len());
    let width = (800.0 - 32.0 - LEFT) / columns.len() as f64;
    let heads: Vec<Vec<String>> = columns
        .iter()
        .map(|asked| {
            let words = format!("{} ({}), asked {}", asked.name, asked.group, format::percent(asked.asked));
            wrap(&words, HEAD_TEXT.size, false, width - 24.0, 4)
        })
        .collect();
    let head = 12.0 + HEAD_LINE * heads.iter().map(Vec::len).max().unwrap_or(1) as f64;
    let names: Vec<Vec<String>> =
        places.iter().map(|p| name_lines(&c.rows[*p].name, c.rows[*p].winner, LEFT - 12.0)).collect();
    let heights: Vec<f64> = names.iter().map(|lines| 10.0 + LINE * lines.len() as f64).collect();
    let body = head + heights.iter().sum::<f64>() + FOOT;
    let svg = sheet(&c.study, [&title, subtitle, &alt], body, |canvas, area| {
        let middles = rows(canvas, Area { y0: area.y0 + head, ..area }, &heights);
        for ((place, lines), y) in places.iter().zip(&names).zip(&middles) {
            name(canvas, lines, (area.x0 + 4.0, *y), c.rows[*place].winner);
        }
        for (i, (asked, lines)) in columns.iter().zip(&heads).enumerate() {
            let x0 = area.x0 + LEFT + width * i as f64;
            for (j, line) in lines.iter().enumerate() {
                let y = area.y0 + head - 8.0 - HEAD_LINE * (lines.len() - 1 - j) as f64;
                canvas.text((x0 + 12.0, y), line, HEAD_TEXT);
            }
            let inner = Area { x0: x0 + 12.0, y0: area.y0 + head, x1: x0 + width - 82.0, y1: area.y1 - FOOT };
            column(canvas, asked, &places, &middles, inner);
        }
    });
    let left_out = c.requirements.len().saturating_sub(columns.len());
    let mut caption = "Met means met in this model and with these values, not in the world.".to_owned();
    if left_out > 0 {
        caption.push_str(&format!(" {left_out} more requirements are in the table and in compliance.csv."));
    }
    Some(picture(c, "compare-requirements", [title, caption, alt], svg))
}

/// What the best meets.
fn title(c: &Comparison) -> String {
    let place = c.rows.iter().position(|row| row.winner).unwrap_or(0);
    let of = |place: usize| -> Vec<Verdict> {
        let answer =
            |asked: &Compliance| asked.answers.iter().find(|(p, _)| *p == place).map(|(_, a)| a.verdict);
        c.requirements.iter().filter_map(answer).collect()
    };
    let met = |verdicts: &[Verdict]| verdicts.iter().filter(|verdict| **verdict == Verdict::Met).count();
    let (best, before) = (of(place), of(0));
    let subject = if place == 0 { "As it is," } else { "With the best portfolio" };
    let are = if best.len() == 1 { "requirement is" } else { "requirements are" };
    let mut title = format!("{subject} {} of {} {are} met in this model", met(&best), best.len());
    if place > 0 {
        title.push_str(&format!("; as it is, {}", met(&before)));
    }
    title
}

/// One requirement. The axis begins where there is something to see.
fn column(canvas: &mut Canvas<'_>, asked: &Compliance, places: &[usize], middles: &[f64], inner: Area) {
    let lows = asked.answers.iter().map(|(_, answer)| answer.ci95[0]);
    let least = lows.filter(|low| low.is_finite()).fold(asked.asked, f64::min);
    let from = [0.9, 0.8, 0.5].into_iter().find(|from| least >= *from).unwrap_or(0.0);
    let x = Scale::new((from, 1.0), (inner.x0, inner.x1));
    for tick in [from, 0.5 * (1.0 + from), 1.0] {
        canvas.line(&[(x.at(tick), inner.y0), (x.at(tick), inner.y1)], Stroke::new(GRID, 1.0));
    }
    canvas.text((inner.x0, inner.y1 + 14.0), &format::percent(from), SMALL);
    canvas.text((inner.x1, inner.y1 + 14.0), &format::percent(1.0), SMALL.right());
    let line = x.at(asked.asked);
    canvas.line(&[(line, inner.y0), (line, inner.y1)], Stroke::new(INK, 1.6));
    for (place, y) in places.iter().zip(middles) {
        let Some((_, answer)) = asked.answers.iter().find(|(other, _)| other == place) else { continue };
        let [low, high] = answer.ci95.map(|bound| x.at(bound));
        let (color, word) = match answer.verdict {
            Verdict::Met => (BLUE, "✓ met"),
            Verdict::NotMet => (VERMILION, "✗ not met"),
            Verdict::Undecided => (INK, "? undecided"),
        };
        canvas.line(&[(low, *y), (high, *y)], Stroke::new(color, 2.0));
        canvas.disc((x.at(answer.share), *y), 3.6, color, Stroke::new(PAPER, 0.8));
        canvas.text((inner.x1 + 8.0, y + 4.0), word, HEAD_TEXT.color(color));
    }
}
