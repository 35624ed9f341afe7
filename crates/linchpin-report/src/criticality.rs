//! Pictures of a ranking of assets.

use linchpin_analysis::findings::StudyInfo;

use crate::axis::{Scale, labels, ticks};
use crate::canvas::{Area, Canvas, Stroke, Text};
use crate::format;
use crate::palette::{AXIS, BLUE, GREEN, GRID, INK, PAPER, STRIPE};
use crate::plot::Plot;
use crate::sheet::sheet;
use crate::text::fit;

/// Assets and needs by what they matter.
#[derive(Clone, Debug, Default)]
pub struct Criticality {
    /// What was run, for head and foot of pictures.
    pub study: StudyInfo,
    /// What is lost, in words, such as `person-hours`.
    pub unit: String,
    /// Confidence of intervals in percent.
    pub percent: f64,
    /// How many places are the top.
    pub top: usize,
    /// For how long what is taken out is out, in words, such as `3d from the start`.
    pub outage: String,
    /// Loss spared with each alone never failing; in any order.
    pub spared: Vec<CriticalityRow>,
    /// Loss with each alone out; in any order.
    pub out: Vec<CriticalityRow>,
}

/// How one stands.
#[derive(Clone, Debug, Default)]
pub struct CriticalityRow {
    /// Its name.
    pub name: String,
    /// Sector and region, in small print; may be empty.
    pub place: String,
    /// Mean.
    pub mean: f64,
    /// Interval that holds for all together.
    pub interval: [f64; 2],
    /// Lowest and highest rank that chance leaves it.
    pub ranks: [u32; 2],
    /// Probability that it is among the top.
    pub in_top: f64,
}

const ROW: f64 = 28.0;
const HEAD: f64 = 20.0;
const FOOT: f64 = 42.0;
const LEFT: f64 = 270.0;
const RIGHT: f64 = 150.0;
const MAX_ROWS: usize = 20;
const NAME: Text = Text::new(12.0);
const SMALL: Text = Text::new(11.0).muted();

/// All pictures of a ranking, protections first.
pub fn criticality_plots(c: &Criticality) -> Vec<Plot> {
    [spared(c), out(c)].into_iter().flatten().collect()
}

fn spared(c: &Criticality) -> Option<Plot> {
    let words = Words {
        id: "rank-spared",
        title: "Worth most to protect",
        subtitle: format!("{} spared in a run if each alone never failed", capital(&c.unit)),
        axis: format!("{} spared in a run", c.unit),
        caption: "What protecting one alone can save at the most: autonomy, spares, guards and second ways all help towards it.",
        green: true,
    };
    draw(c, &c.spared, &words)
}

fn out(c: &Criticality) -> Option<Plot> {
    let words = Words {
        id: "rank-out",
        title: "Missed most",
        subtitle: format!(
            "{} lost in a run without the threat if each alone is out for {}",
            capital(&c.unit),
            c.outage
        ),
        axis: format!("{} lost in a run", c.unit),
        caption: "What an outage of one alone costs, whatever brings it about: where a second way or a reserve is missing.",
        green: false,
    };
    draw(c, &c.out, &words)
}

struct Words {
    id: &'static str,
    title: &'static str,
    subtitle: String,
    axis: String,
    caption: &'static str,
    green: bool,
}

fn draw(c: &Criticality, all: &[CriticalityRow], words: &Words) -> Option<Plot> {
    let mut rows: Vec<&CriticalityRow> = all.iter().filter(|row| row.mean > 0.0).collect();
    rows.sort_by(|a, b| b.mean.total_cmp(&a.mean));
    let (shown, matter) = (rows.len().min(MAX_ROWS), rows.len());
    rows.truncate(MAX_ROWS);
    let first = rows.first()?;
    let title = format!("{}: {}", words.title, fit(&first.name, 17.0, true, 480.0));
    let subtitle = format!(
        "{}: mean (dot) and the interval (line) that holds at {} % for all {} together. {shown} of {matter} that matter at all.",
        words.subtitle,
        format::number(c.percent),
        all.len()
    );
    let alt = format!("{title}. Ranking of {shown} with intervals.");
    let most = rows.iter().map(|row| row.interval[1].max(row.mean)).fold(0.0, f64::max);
    let least = rows.iter().map(|row| row.interval[0]).fold(0.0, f64::min);
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
        canvas.text((area.x1 - 80.0, area.y0 + 12.0), "rank", SMALL.right());
        canvas.text((area.x1, area.y0 + 12.0), &format!("P top {}", c.top), SMALL.right());
        for i in (0..rows.len()).step_by(2) {
            let y0 = inner.y0 + ROW * i as f64;
            canvas.rect(Area { x0: area.x0, y0, x1: area.x1, y1: y0 + ROW }, STRIPE, 1.0);
        }
        axis(canvas, inner, &marks, x, &words.axis);
        canvas.line(&[(x.at(0.0), inner.y0), (x.at(0.0), inner.y1)], Stroke::new(INK, 1.4));
        for (i, row) in rows.iter().enumerate() {
            draw_row(canvas, area, inner.y0 + ROW * (i as f64 + 0.5), row, x, words.green);
        }
    });
    let handling = c.study.handling();
    Some(Plot { id: words.id.to_owned(), title, caption: words.caption.to_owned(), alt, svg, handling })
}

fn draw_row(canvas: &mut Canvas<'_>, area: Area, y: f64, row: &CriticalityRow, x: Scale, green: bool) {
    let room = LEFT - 14.0;
    let lift = if row.place.is_empty() { 4.0 } else { -1.0 };
    canvas.text((area.x0 + 4.0, y + lift), &fit(&row.name, NAME.size, false, room), NAME);
    canvas.text((area.x0 + 4.0, y + 10.5), &fit(&row.place, 10.5, false, room), Text::new(10.5).muted());
    let [low, high] = row.interval.map(|bound| x.at(bound));
    let stroke = Stroke::new(INK, 1.6);
    canvas.line(&[(low, y), (high, y)], stroke);
    for end in [low, high] {
        canvas.line(&[(end, y - 4.0), (end, y + 4.0)], stroke);
    }
    let fill = if green { GREEN } else { BLUE };
    canvas.disc((x.at(row.mean), y), 4.0, fill, Stroke::new(PAPER, 1.0));
    let ranks = match row.ranks {
        [low, high] if low == high => low.to_string(),
        [low, high] => format!("{low} to {high}"),
    };
    canvas.text((area.x1 - 80.0, y + 4.0), &ranks, NAME.right());
    canvas.text((area.x1, y + 4.0), &format::percent(row.in_top), NAME.right());
}

fn axis(canvas: &mut Canvas<'_>, inner: Area, ticks: &[f64], x: Scale, name: &str) {
    let (names, magnitude) = labels(ticks);
    for (tick, text) in ticks.iter().zip(names) {
        canvas.line(&[(x.at(*tick), inner.y0), (x.at(*tick), inner.y1)], Stroke::new(GRID, 1.0));
        canvas.text((x.at(*tick), inner.y1 + 14.0), &text, SMALL.centre());
    }
    canvas.line(&[(inner.x0, inner.y1), (inner.x1, inner.y1)], Stroke::new(AXIS, 1.0));
    let title = format!("{magnitude}{name}");
    canvas.text(((inner.x0 + inner.x1) / 2.0, inner.y1 + 33.0), &title, SMALL.centre());
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, mean: f64, half: f64) -> CriticalityRow {
        CriticalityRow {
            name: name.into(),
            place: "Energy, North".into(),
            mean,
            interval: [mean - half, mean + half],
            ranks: [1, 2],
            in_top: 0.9,
        }
    }

    fn criticality(rows: &[CriticalityRow]) -> Criticality {
        Criticality {
            study: StudyInfo { name: "A & B".into(), marking: "TLP:GREEN".into(), ..StudyInfo::default() },
            unit: "person-hours".into(),
            percent: 95.0,
            top: 10,
            outage: "3d from the start".into(),
            spared: rows.to_vec(),
            out: rows.to_vec(),
        }
    }

    #[test]
    fn pictures_lead_with_protection_and_name_what_matters() {
        let plots = criticality_plots(&criticality(&[
            row("lamp", 0.0, 0.0),
            row("mill", 2.0, 3.0),
            row("dam", 9.0, 1.0),
        ]));
        let ids: Vec<&str> = plots.iter().map(|plot| plot.id.as_str()).collect();
        assert_eq!(ids, ["rank-spared", "rank-out"]);
        for plot in &plots {
            let xml = roxmltree::Document::parse(&plot.svg).unwrap();
            let texts: Vec<&str> = xml.descendants().filter_map(|node| node.text()).collect();
            let place = |name: &str| texts.iter().position(|text| *text == name);
            assert!(place("dam").unwrap() < place("mill").unwrap() && place("lamp").is_none(), "{texts:?}");
            assert!(
                plot.title.ends_with("dam") && plot.svg.contains("TLP:GREEN") && texts.contains(&"1 to 2")
            );
        }
    }

    #[test]
    fn odd_rankings_draw_nothing_or_something() {
        assert!(criticality_plots(&criticality(&[])).is_empty());
        assert!(criticality_plots(&criticality(&[row("x", 0.0, 1.0)])).is_empty());
        let odd = [row("a", 1e300, f64::NAN), row("b", 1.0, f64::INFINITY), row("c", f64::NAN, 1.0)];
        for plot in criticality_plots(&criticality(&odd)) {
            assert!(!plot.svg.contains("NaN") && !plot.svg.contains("inf\""), "{}", plot.svg);
        }
    }
}
