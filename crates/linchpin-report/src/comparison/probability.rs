//! How probable it is that each portfolio is the best: by chance in the runs alone, and over what is not known.

use super::draw::{LINE, SMALL, name, name_lines, picture, rows};
use super::{Comparison, InWorlds};
use crate::axis::Scale;
use crate::canvas::{Area, Canvas, Stroke, Text};
use crate::format;
use crate::palette::{AXIS, BAND_NARROW, BLUE, GRID, INK};
use crate::plot::Plot;
use crate::sheet::sheet;

const HEAD: f64 = 8.0;
const FOOT: f64 = 42.0;
const LEFT: f64 = 290.0;
/// Room for a percentage behind a whole bar.
const RIGHT: f64 = 60.0;
const BAR: f64 = 11.0;
const MAX_ROWS: usize = 12;
/// Less than this is not drawn while others are.
const WORTH: f64 = 0.005;
const PERCENT: Text = Text::new(11.0);

struct Line<'a> {
    names: Vec<String>,
    winner: bool,
    chance: Option<f64>,
    worlds: Option<&'a InWorlds>,
}

/// The picture; none where one portfolio is best beyond doubt and nothing is declared uncertain.
pub(super) fn plot(c: &Comparison) -> Option<Plot> {
    let lines = lines(c);
    if lines.is_empty() || c.worlds.is_none() && lines.len() < 2 {
        return None;
    }
    let chosen = lines.iter().find(|line| line.winner);
    let title = match (chosen.and_then(|line| line.worlds), chosen.and_then(|line| line.chance)) {
        (Some(over), _) => {
            format!(
                "Over what is not known, the best of the runs is the best with probability {}",
                format::percent(over.best)
            )
        }
        (None, Some(chance)) => {
            format!(
                "As far as chance in the runs goes, the best is the best with probability {}",
                format::percent(chance)
            )
        }
        (None, None) => "How probable it is that each is the best".to_owned(),
    };
    let subtitle = match &c.worlds {
        Some(worlds) => format!(
            "Dark bar: chance in the runs alone, all values as assumed. Light bar: over {} sets of values of what is not known \
             (line: 95 % interval).",
            format::count(worlds.samples)
        ),
        None => {
            "Chance in the runs alone, with all values as assumed: bootstrap samples of the runs.".to_owned()
        }
    };
    let alt = format!("{title}. Bars for {} portfolios.", lines.len());
    let bars = if c.worlds.is_some() { 2.0 } else { 1.0 };
    let heights: Vec<f64> = lines
        .iter()
        .map(|line| (10.0 + LINE * line.names.len() as f64).max(10.0 + (BAR + 3.0) * bars))
        .collect();
    let body = HEAD + heights.iter().sum::<f64>() + FOOT;
    let svg = sheet(&c.study, [&title, &subtitle, &alt], body, |canvas, area| {
        let inner = Area { x0: area.x0 + LEFT, y0: area.y0 + HEAD, x1: area.x1 - RIGHT, y1: area.y1 - FOOT };
        let x = Scale::new((0.0, 1.0), (inner.x0, inner.x1));
        let middles = rows(canvas, Area { y0: inner.y0, ..area }, &heights);
        axis(canvas, inner, x);
        for (line, y) in lines.iter().zip(middles) {
            name(canvas, &line.names, (area.x0 + 4.0, y), line.winner);
            draw(canvas, line, x, y, bars);
        }
    });
    let caption = match c.worlds {
        Some(_) => {
            "Where the light bar is much shorter than the dark one, more runs will not make the choice surer: better \
                    knowledge of the assumptions will."
        }
        None => "This says nothing about whether the assumptions are right.",
    };
    Some(picture(c, "compare-best", [title, caption.to_owned(), alt], svg))
}

/// Portfolios that may be the best, the most probable first.
fn lines(c: &Comparison) -> Vec<Line<'_>> {
    let mut all: Vec<(f64, Line<'_>)> = Vec::new();
    for (place, row) in c.rows.iter().enumerate() {
        let worlds = c.worlds.as_ref().and_then(|w| w.candidates.iter().find(|one| one.row == place));
        let most = row.best.unwrap_or(0.0).max(worlds.map_or(0.0, |one| one.best));
        if most >= WORTH || row.winner && (row.best.is_some() || worlds.is_some()) {
            let names = name_lines(&row.name, row.winner, LEFT - 14.0);
            let rank = worlds.map_or(row.best.unwrap_or(0.0), |one| one.best);
            all.push((rank, Line { names, winner: row.winner, chance: row.best, worlds }));
        }
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    all.truncate(MAX_ROWS);
    all.into_iter().map(|(_, line)| line).collect()
}

fn draw(canvas: &mut Canvas<'_>, line: &Line<'_>, x: Scale, y: f64, bars: f64) {
    let top = y - 0.5 * (BAR + 3.0) * bars + 1.5;
    let shares = [(line.chance, BLUE), (line.worlds.map(|over| over.best), BAND_NARROW)];
    for (i, (share, fill)) in shares.into_iter().enumerate().take(bars as usize) {
        let Some(share) = share.filter(|share| share.is_finite()) else { continue };
        let y0 = top + (BAR + 3.0) * i as f64;
        let bar = Area { x0: x.at(0.0), y0, x1: x.at(share), y1: y0 + BAR };
        canvas.rect(bar, fill, 1.0);
        let mut end = bar.x1;
        if let Some(over) = line.worlds.filter(|_| i == 1) {
            canvas.outline(bar, Stroke::new(INK, 0.8));
            let [low, high] = over.interval.map(|bound| x.at(bound));
            let middle = y0 + 0.5 * BAR;
            canvas.line(&[(low, middle), (high, middle)], Stroke::new(INK, 1.4));
            for at in [low, high] {
                canvas.line(&[(at, middle - 3.5), (at, middle + 3.5)], Stroke::new(INK, 1.4));
            }
            end = end.max(high);
        }
        canvas.text((end + 6.0, y0 + BAR - 1.5), &format::percent(share), PERCENT);
    }
}

fn axis(canvas: &mut Canvas<'_>, inner: Area, x: Scale) {
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        canvas.line(&[(x.at(tick), inner.y0), (x.at(tick), inner.y1)], Stroke::new(GRID, 1.0));
        canvas.text((x.at(tick), inner.y1 + 14.0), &format::percent(tick), SMALL.centre());
    }
    canvas.line(&[(inner.x0, inner.y1), (inner.x1, inner.y1)], Stroke::new(AXIS, 1.0));
    canvas.text(
        ((inner.x0 + inner.x1) / 2.0, inner.y1 + 33.0),
        "probability of being the best",
        SMALL.centre(),
    );
}
