//! Pictures of a comparison of options.

use linchpin_analysis::findings::StudyInfo;

use crate::axis::{Scale, labels, ticks};
use crate::canvas::{Area, Canvas, Stroke, Text};
use crate::format;
use crate::palette::{AXIS, BLUE, GREEN, GRID, INK, MUTED, PAPER, STRIPE};
use crate::plot::Plot;
use crate::sheet::sheet;
use crate::text::fit;

/// Options beside each other.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What was run, for head and foot of pictures.
    pub study: StudyInfo,
    /// What is lost, in words, such as `person-hours`.
    pub unit: String,
    /// Unit of money; may be empty.
    pub money: String,
    /// Infinite where there is none.
    pub budget: f64,
    /// Confidence of intervals in percent.
    pub percent: f64,
    /// The scenario as it is first, then portfolios in any order.
    pub rows: Vec<ComparisonRow>,
}

/// A portfolio of options.
#[derive(Clone, Debug)]
pub struct ComparisonRow {
    /// Its options, or `as it is`.
    pub name: String,
    /// Present value.
    pub cost: f64,
    /// Mean loss with it.
    pub loss: f64,
    /// What it saves, and the interval that holds for all comparisons together; none for the scenario as it is.
    pub saved: Option<(f64, [f64; 2])>,
    /// True for single options.
    pub single: bool,
    /// No other one is cheaper and loses less.
    pub front: bool,
    /// The best within the budget.
    pub winner: bool,
}

const ROW: f64 = 24.0;
const HEAD: f64 = 20.0;
const FOOT: f64 = 42.0;
const LEFT: f64 = 290.0;
const RIGHT: f64 = 70.0;
const MAX_ROWS: usize = 24;
const NAME: Text = Text::new(12.0);
const SMALL: Text = Text::new(11.0).muted();

/// All pictures of a comparison.
pub fn comparison_plots(comparison: &Comparison) -> Vec<Plot> {
    [forest(comparison), front(comparison)].into_iter().flatten().collect()
}

fn plot(c: &Comparison, id: &str, title: String, caption: &str, alt: String, svg: String) -> Plot {
    let handling = c.study.handling();
    Plot { id: id.to_owned(), title, caption: caption.to_owned(), alt, svg, handling }
}

/// What each portfolio saves, with intervals, the most first.
fn forest(c: &Comparison) -> Option<Plot> {
    let worth = |row: &&ComparisonRow| row.saved.is_some() && (row.single || row.winner || row.front);
    let mut rows: Vec<&ComparisonRow> = c.rows.iter().filter(worth).collect();
    let saved = |row: &ComparisonRow| row.saved.unwrap_or((0.0, [0.0; 2]));
    rows.sort_by(|a, b| saved(b).0.total_cmp(&saved(a).0));
    rows.truncate(MAX_ROWS);
    let best = rows.first()?;
    let title = format!("What options save: most with {}", fit(&best.name, 17.0, true, 420.0));
    let subtitle = format!(
        "{} saved against the scenario as it is, on the same draws: mean (dot) and interval (line) that holds at {} % for all rows together.",
        capital(&c.unit),
        format::number(c.percent)
    );
    let alt = format!("{title}. {} rows with intervals.", rows.len());
    let most = rows.iter().map(|row| saved(row).1[1].max(saved(row).0)).fold(0.0, f64::max);
    let least = rows.iter().map(|row| saved(row).1[0].min(saved(row).0)).fold(0.0, f64::min);
    let right = ticks(most, 5);
    let step = right.get(1).copied().unwrap_or(1.0);
    let below = (-least / step).ceil().clamp(0.0, 20.0) as usize;
    let marks: Vec<f64> =
        (1..=below).rev().map(|i| -(i as f64) * step).chain(right.iter().copied()).collect();
    let body = HEAD + ROW * rows.len() as f64 + FOOT;
    let svg = sheet(&c.study, [&title, &subtitle, &alt], body, |canvas, area| {
        let inner = Area { x0: area.x0 + LEFT, y0: area.y0 + HEAD, x1: area.x1 - RIGHT, y1: area.y1 - FOOT };
        let ends = (marks.first().copied().unwrap_or(0.0), marks.last().copied().unwrap_or(1.0));
        let x = Scale::new(ends, (inner.x0, inner.x1));
        canvas.text((area.x1, area.y0 + 12.0), &cost_title(c), SMALL.right());
        for i in (0..rows.len()).step_by(2) {
            let y0 = inner.y0 + ROW * i as f64;
            canvas.rect(Area { x0: area.x0, y0, x1: area.x1, y1: y0 + ROW }, STRIPE, 1.0);
        }
        axis(canvas, inner, &marks, x, &format!("{} saved", c.unit));
        canvas.line(&[(x.at(0.0), inner.y0), (x.at(0.0), inner.y1)], Stroke::new(INK, 1.4));
        for (i, row) in rows.iter().enumerate() {
            let y = inner.y0 + ROW * (i as f64 + 0.5);
            let style = if row.winner { NAME.bold() } else { NAME };
            canvas.text((area.x0 + 4.0, y + 4.0), &fit(&row.name, NAME.size, row.winner, LEFT - 12.0), style);
            let (mean, interval) = saved(row);
            let [low, high] = interval.map(|bound| x.at(bound));
            let stroke = Stroke::new(INK, 1.6);
            canvas.line(&[(low, y), (high, y)], stroke);
            for end in [low, high] {
                canvas.line(&[(end, y - 4.0), (end, y + 4.0)], stroke);
            }
            let fill = if row.winner { GREEN } else { BLUE };
            canvas.disc((x.at(mean), y), 4.0, fill, Stroke::new(PAPER, 1.0));
            canvas.text((area.x1, y + 4.0), &format::number(row.cost), NAME.right());
        }
    });
    let caption = "An interval that leaves zero out is a saving that chance does not explain, whichever rows one looks at.";
    Some(plot(c, "compare-saved", title, caption, alt, svg))
}

/// Cost beside loss, and what no other portfolio beats.
fn front(c: &Comparison) -> Option<Plot> {
    let mut best: Vec<&ComparisonRow> = c.rows.iter().filter(|row| row.front).collect();
    best.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(b.loss.total_cmp(&a.loss)));
    let costs = ticks(c.rows.iter().map(|row| row.cost).fold(0.0, f64::max), 6);
    let losses = ticks(c.rows.iter().map(|row| row.loss).fold(0.0, f64::max), 5);
    let first = c.rows.first()?;
    if c.rows.len() < 3 || first.loss <= 0.0 {
        return None;
    }
    let title = format!("Cost and loss: {} of {} portfolios are worth a thought", best.len(), c.rows.len());
    let subtitle =
        "Every dot is a portfolio. No other one is both cheaper and better than those on the line.";
    let alt = format!("{title}. Scatter of cost against mean loss with the front of the undominated.");
    let svg = sheet(&c.study, [&title, subtitle, &alt], 380.0, |canvas, area| {
        let inner = Area { x0: area.x0 + 62.0, y0: area.y0 + 12.0, x1: area.x1 - 20.0, y1: area.y1 - FOOT };
        let x = Scale::new((0.0, costs.last().copied().unwrap_or(1.0)), (inner.x0, inner.x1));
        let y = Scale::new((0.0, losses.last().copied().unwrap_or(1.0)), (inner.y1, inner.y0));
        let (names, magnitude) = labels(&losses);
        for (tick, name) in losses.iter().zip(names) {
            canvas.line(&[(inner.x0, y.at(*tick)), (inner.x1, y.at(*tick))], Stroke::new(GRID, 1.0));
            canvas.text((inner.x0 - 6.0, y.at(*tick) + 4.0), &name, SMALL.right());
        }
        let name = format!("{magnitude}{} lost", c.unit);
        canvas.text((area.x0 + 10.0, inner.y1 - 4.0), &name, SMALL.upward());
        axis(canvas, inner, &costs, x, &cost_title(c));
        if c.budget.is_finite() && c.budget <= costs.last().copied().unwrap_or(0.0) {
            let at = x.at(c.budget);
            canvas.dashed((at, inner.y0), (at, inner.y1), 4.0, Stroke::new(MUTED, 1.2));
            canvas.text((at - 4.0, inner.y0 + 10.0), "budget", SMALL.right());
        }
        let mut steps = Vec::new();
        for row in &best {
            if let Some((_, last)) = steps.last().copied() {
                steps.push((x.at(row.cost), last));
            }
            steps.push((x.at(row.cost), y.at(row.loss)));
        }
        canvas.line(&steps, Stroke::new(BLUE, 1.6));
        for row in c.rows.iter().filter(|row| !row.front) {
            canvas.disc((x.at(row.cost), y.at(row.loss)), 3.0, AXIS, Stroke::new(PAPER, 0.8));
        }
        for row in &best {
            let fill = if row.winner { GREEN } else { BLUE };
            canvas.disc((x.at(row.cost), y.at(row.loss)), 5.0, fill, Stroke::new(PAPER, 1.0));
        }
        label(canvas, inner, &best, x, y);
    });
    let caption = "Where the line is flat, more money buys little; the step down is where it counts.";
    Some(plot(c, "compare-front", title, caption, alt, svg))
}

/// Names of the portfolios on the front, where there is room.
fn label(canvas: &mut Canvas<'_>, inner: Area, best: &[&ComparisonRow], x: Scale, y: Scale) {
    let mut taken: Vec<Area> = Vec::new();
    let mut order: Vec<&&ComparisonRow> = best.iter().collect();
    order.sort_by_key(|row| !row.winner);
    for row in order {
        let text = fit(&row.name, 11.0, row.winner, 300.0);
        let (px, py) = (x.at(row.cost), y.at(row.loss));
        let base = if row.winner { Text::new(11.0).bold() } else { Text::new(11.0) };
        // Below and to the left of the front there is nothing: whatever lay there would be on it.
        let places = [
            ((px - 8.0, py + 15.0), base.right()),
            ((px + 8.0, py - 6.0), base),
            ((px + 8.0, py + 14.0), base),
            ((px - 8.0, py - 6.0), base.right()),
        ];
        let free = |bounds: &Area| inner.holds(bounds) && taken.iter().all(|other| !other.meets(bounds));
        let place = places.into_iter().find(|(at, style)| free(&style.bounds(*at, &text)));
        if let Some((at, style)) = place {
            taken.push(style.bounds(at, &text));
            canvas.plated(at, &text, style);
        }
    }
}

fn axis(canvas: &mut Canvas<'_>, inner: Area, ticks: &[f64], x: Scale, name: &str) {
    let (names, magnitude) = labels(ticks);
    for (tick, text) in ticks.iter().zip(names) {
        canvas.line(&[(x.at(*tick), inner.y0), (x.at(*tick), inner.y1)], Stroke::new(GRID, 1.0));
        canvas.text((x.at(*tick), inner.y1 + 14.0), &text, SMALL.centre());
    }
    canvas.line(&[(inner.x0, inner.y1), (inner.x1, inner.y1)], Stroke::new(AXIS, 1.0));
    canvas.text(
        ((inner.x0 + inner.x1) / 2.0, inner.y1 + 33.0),
        &format!("{magnitude}{name}"),
        SMALL.centre(),
    );
}

fn cost_title(c: &Comparison) -> String {
    if c.money.is_empty() { "cost".to_owned() } else { format!("cost, {}", c.money) }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comparison(rows: &[(&str, f64, f64, Option<f64>)]) -> Comparison {
        let row = |(i, (name, cost, loss, saved)): (usize, &(&str, f64, f64, Option<f64>))| ComparisonRow {
            name: (*name).to_owned(),
            cost: *cost,
            loss: *loss,
            saved: saved.map(|saved| (saved, [saved - 1.0, saved + 1.0])),
            single: i > 0,
            front: i < 3,
            winner: i == 1,
        };
        Comparison {
            study: StudyInfo { name: "A & B".into(), marking: "TLP:GREEN".into(), ..StudyInfo::default() },
            unit: "person-hours".into(),
            money: "euros".into(),
            budget: 5.0,
            percent: 95.0,
            rows: rows.iter().enumerate().map(row).collect(),
        }
    }

    #[test]
    fn pictures_name_what_they_show() {
        let rows = [
            ("as it is", 0.0, 100.0, None),
            ("diesel", 3.0, 60.0, Some(40.0)),
            ("crews", 9.0, 101.0, Some(-1.0)),
        ];
        let plots = comparison_plots(&comparison(&rows));
        assert_eq!(
            plots.iter().map(|plot| plot.id.as_str()).collect::<Vec<_>>(),
            ["compare-saved", "compare-front"]
        );
        for plot in &plots {
            let xml = roxmltree::Document::parse(&plot.svg).unwrap();
            let texts: Vec<&str> = xml.descendants().filter_map(|node| node.text()).collect();
            assert!(texts.contains(&"diesel") && plot.svg.contains("TLP:GREEN"), "{texts:?}");
        }
    }

    #[test]
    fn odd_comparisons_draw_nothing_or_something() {
        assert!(comparison_plots(&comparison(&[])).is_empty());
        assert!(comparison_plots(&comparison(&[("as it is", 0.0, 0.0, None)])).is_empty());
        let odd = [
            ("x", f64::NAN, f64::INFINITY, None),
            ("y", 1e300, -1.0, Some(f64::NAN)),
            ("z", 0.0, 1.0, Some(0.0)),
        ];
        for plot in comparison_plots(&comparison(&odd)) {
            assert!(!plot.svg.contains("NaN") && !plot.svg.contains("inf\""), "{}", plot.svg);
        }
    }
}
