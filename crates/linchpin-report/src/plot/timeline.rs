//! One replication told in swim lanes: a lane for each sector, a marker for each thing that happened.

use linchpin_analysis::findings::{Findings, Timeline, TimelineEntry};

use super::Plot;
use crate::axis::{Scale, TimeAxis, date};
use crate::canvas::{Area, Canvas, Point, Stroke, Text};
use crate::palette::{AXIS, BLUE, GREEN, GRID, INK, MUTED, PAPER, STRIPE, VERMILION};
use crate::sheet::sheet;
use crate::text::{fit, wrap};
use crate::{format, names};

const LABEL: Text = Text::new(10.8);
const SMALL: Text = Text::new(11.0).muted();
const LANE: Text = Text::new(11.5).bold();
/// Room for the names of lanes.
const LEFT: f64 = 124.0;
const KEY_HEIGHT: f64 = 26.0;
const FOOT: f64 = 46.0;
/// Height of one line of markers and labels.
const LINE: f64 = 15.0;
const LANE_GAP: f64 = 7.0;
/// What does not fit on so many lines of a lane has a marker but no label.
const MAX_LINES: usize = 18;
const MAX_LABEL: f64 = 460.0;
/// Labels shorter than this say nothing.
const MIN_LABEL: f64 = 70.0;
const MARKER: f64 = 4.6;
const MAX_ENTRIES: usize = 120;

/// The timelines, each in a picture of its own.
pub(super) fn plots(findings: &Findings) -> Vec<Plot> {
    let drawn = findings.timelines.iter().enumerate().filter(|(_, t)| !t.entries.is_empty());
    drawn.map(|(i, timeline)| plot(findings, timeline, i)).collect()
}

fn plot(findings: &Findings, timeline: &Timeline, number: usize) -> Plot {
    let last = timeline.entries.iter().map(|e| e.hours).filter(|h| h.is_finite()).fold(0.0, f64::max);
    let time = TimeAxis::new((last * 1.12).clamp(1.0, findings.study.horizon_h.max(1.0)));
    let id = super::timeline_id(timeline, number);
    let title = title(timeline);
    let subtitle = format!(
        "Run {} is the one nearest to the {}. What happens when, in the order in which sectors are hit.",
        format::count(u64::from(timeline.replication)),
        if timeline.label == "bad" { "95 % quantile: one run in twenty is worse" } else { "median" },
    );
    let x = Scale::new(
        (0.0, time.length_h),
        (crate::sheet::MARGIN + LEFT, crate::canvas::WIDTH - crate::sheet::MARGIN - 6.0),
    );
    let lanes = lanes(findings, timeline, x);
    let body = KEY_HEIGHT + lanes.iter().map(Lane::height).sum::<f64>() + FOOT;
    let alt = format!("{title}. {} entries in {} lanes by sector.", timeline.entries.len(), lanes.len());
    let svg = sheet(&findings.study, [&title, &subtitle, &alt], body, |canvas, area| {
        key(canvas, area);
        let plot = Area { y0: area.y0 + KEY_HEIGHT, y1: area.y1 - FOOT, ..area };
        let mut y = plot.y0;
        for (i, lane) in lanes.iter().enumerate() {
            let cell = Area { y0: y, y1: y + lane.height(), ..plot };
            lane.ground(canvas, cell, i % 2 == 0);
            y = cell.y1;
        }
        axis(canvas, findings, plot, &time, x);
        let mut y = plot.y0;
        for lane in &lanes {
            lane.draw(canvas, y + LANE_GAP / 2.0);
            y += lane.height();
        }
    });
    let caption = format!(
        "Read from left to right, and from above to below how the loss spreads from sector to sector. The table below gives \
         each moment in full.{}",
        match timeline.entries.len().saturating_sub(MAX_ENTRIES) {
            0 => String::new(),
            n => format!(" The last {n} entries are in the table only."),
        }
    );
    Plot { id, title, caption, alt, svg, handling: findings.study.handling() }
}

fn title(timeline: &Timeline) -> String {
    let kind = match timeline.label.as_str() {
        "typical" => "A typical run".to_owned(),
        "bad" => "A bad run".to_owned(),
        other => format!("Run \"{}\"", fit(other, 17.0, true, 200.0)),
    };
    match timeline.headline.as_str() {
        "" => kind,
        headline => format!("{kind}: {}", fit(&rounded(headline), 17.0, true, 560.0)),
    }
}

/// A text that begins with a number, with that number to three digits.
pub(crate) fn rounded(text: &str) -> String {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.').unwrap_or(text.len());
    match text[..end].replace(',', "").parse::<f64>() {
        Ok(number) => format!("{}{}", format::number(number), &text[end..]),
        Err(_) => text.to_owned(),
    }
}

/// An entry at its place: which line of the lane, the label cut to fit, and on which side it stands.
struct Placed<'a> {
    entry: &'a TimelineEntry,
    x: f64,
    line: usize,
    label: String,
    leftward: bool,
}

struct Lane<'a> {
    /// The name on one or two lines.
    names: Vec<String>,
    placed: Vec<Placed<'a>>,
    lines: usize,
}

/// Lanes in the order of their first entry: events, sectors, then what is told of services as a whole.
fn lanes<'a>(findings: &Findings, timeline: &'a Timeline, x: Scale) -> Vec<Lane<'a>> {
    let entries = || timeline.entries.iter().take(MAX_ENTRIES).filter(|e| e.hours.is_finite());
    let mut order: Vec<(u8, &str)> = Vec::new();
    for lane in entries().map(lane_of) {
        if !order.contains(&lane) {
            order.push(lane);
        }
    }
    order.sort_by_key(|(rank, _)| *rank);
    let name = |(rank, sector): (u8, &str)| match rank {
        0 => "Events".to_owned(),
        1 => names::group(findings, &format!("sector:{sector}")).to_owned(),
        _ => "Services".to_owned(),
    };
    order.into_iter().map(|lane| Lane::new(name(lane), entries().filter(|e| lane_of(e) == lane), x)).collect()
}

/// Rank and sector of the lane that an entry belongs to.
fn lane_of(entry: &TimelineEntry) -> (u8, &str) {
    match (entry.sector.as_str(), entry.kind.as_str()) {
        ("", "event") => (0, ""),
        ("", _) => (2, ""),
        (sector, _) => (1, sector),
    }
}

impl<'a> Lane<'a> {
    fn new(name: String, entries: impl Iterator<Item = &'a TimelineEntry>, x: Scale) -> Self {
        let right = crate::canvas::WIDTH - crate::sheet::MARGIN;
        let left = crate::sheet::MARGIN + LEFT;
        // Taken stretches of each line.
        let mut taken: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut placed = Vec::new();
        for entry in entries {
            let at = x.at(entry.hours);
            let label = fit(&entry.text, LABEL.size, false, MAX_LABEL);
            let width = LABEL.width(&label) + MARKER + 8.0;
            let leftward = at + width > right && at - width > left;
            let room = if leftward { at - left } else { right - at };
            let label = fit(&label, LABEL.size, false, room - MARKER - 6.0);
            let width = LABEL.width(&label) + MARKER + 8.0;
            let (from, to) =
                if leftward { (at - width, at + MARKER + 2.0) } else { (at - MARKER - 2.0, at + width) };
            let free =
                |line: &Vec<(f64, f64)>, from: f64, to: f64| line.iter().all(|(a, b)| to <= *a || *b <= from);
            let line = taken.iter().position(|line| free(line, from, to));
            let (line, label, stretch) = match line {
                Some(line) => (line, label, (from, to)),
                None if taken.len() < MAX_LINES => {
                    taken.push(Vec::new());
                    (taken.len() - 1, label, (from, to))
                }
                None => {
                    let bare = (at - MARKER, at + MARKER);
                    let line = taken.iter().position(|line| free(line, bare.0, bare.1)).unwrap_or(0);
                    (line, String::new(), bare)
                }
            };
            taken[line].push(stretch);
            let label =
                if LABEL.width(&label) < MIN_LABEL && label.ends_with('…') { String::new() } else { label };
            placed.push(Placed { entry, x: at, line, label, leftward });
        }
        let names = wrap(&name, LANE.size, true, LEFT - 12.0, 2);
        Self { lines: taken.len().max(names.len()).max(1), names, placed }
    }

    fn height(&self) -> f64 {
        LINE * self.lines as f64 + LANE_GAP
    }

    fn ground(&self, canvas: &mut Canvas<'_>, cell: Area, tinted: bool) {
        if tinted {
            canvas.rect(cell, STRIPE, 1.0);
        }
        for (i, name) in self.names.iter().enumerate() {
            canvas.text((cell.x0 + 4.0, cell.y0 + LANE_GAP / 2.0 + 11.5 + LINE * i as f64), name, LANE);
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, top: f64) {
        for item in &self.placed {
            let y = top + LINE * (item.line as f64 + 0.5);
            marker(canvas, (item.x, y), &item.entry.kind);
            let style = if item.leftward { LABEL.right() } else { LABEL };
            let away = if item.leftward { -MARKER - 3.0 } else { MARKER + 3.0 };
            canvas.text((item.x + away, y + 4.0), &item.label, style);
        }
    }
}

/// Shapes tell the kinds apart without colour: down fails, up comes back.
fn marker(canvas: &mut Canvas<'_>, (x, y): Point, kind: &str) {
    let r = MARKER;
    match kind {
        "event" => canvas.polygon(
            &[(x, y - r - 1.0), (x + r + 1.0, y), (x, y + r + 1.0), (x - r - 1.0, y)],
            INK,
            1.0,
        ),
        "failure" => {
            canvas.polygon(&[(x - r, y - r * 0.8), (x + r, y - r * 0.8), (x, y + r)], VERMILION, 1.0)
        }
        "recovery" => canvas.polygon(&[(x - r, y + r * 0.8), (x + r, y + r * 0.8), (x, y - r)], GREEN, 1.0),
        "repair" => canvas.rect(
            Area { x0: x - r * 0.8, y0: y - r * 0.8, x1: x + r * 0.8, y1: y + r * 0.8 },
            BLUE,
            1.0,
        ),
        "autonomy" => canvas.disc((x, y), r * 0.8, PAPER, Stroke::new(BLUE, 1.8)),
        _ => canvas.disc((x, y), r * 0.5, MUTED, Stroke::new(PAPER, 0.0)),
    }
}

fn key(canvas: &mut Canvas<'_>, area: Area) {
    let kinds = [
        ("event", "event"),
        ("failure", "fails"),
        ("autonomy", "runs on reserves"),
        ("repair", "repair"),
        ("recovery", "is back"),
        ("other", "other"),
    ];
    let mut x = area.x0 + LEFT;
    for (kind, name) in kinds {
        marker(canvas, (x, area.y0 + 8.0), kind);
        canvas.text((x + 10.0, area.y0 + 12.0), name, SMALL);
        x += 10.0 + SMALL.width(name) + 22.0;
    }
}

fn axis(canvas: &mut Canvas<'_>, findings: &Findings, plot: Area, time: &TimeAxis, x: Scale) {
    let mut free_from = f64::NEG_INFINITY;
    for (hours, label) in time.ticks(8) {
        let at = x.at(hours);
        canvas.line(&[(at, plot.y0), (at, plot.y1)], Stroke::new(GRID, 1.0));
        canvas.text((at, plot.y1 + 14.0), &label, SMALL.centre());
        let Some(date) = date(&findings.study, hours) else { continue };
        let bounds = SMALL.centre().bounds((at, plot.y1 + 28.0), &date);
        if bounds.x0 > free_from && bounds.x1 < plot.x1 + 4.0 {
            canvas.text((at, plot.y1 + 28.0), &date, SMALL.centre());
            free_from = bounds.x1 + 8.0;
        }
    }
    canvas.line(&[(x.at(0.0), plot.y1), (plot.x1, plot.y1)], Stroke::new(AXIS, 1.0));
    let title = time.title(&findings.study);
    canvas.text(((x.at(0.0) + plot.x1) / 2.0, plot.y1 + 43.0), &title, SMALL.centre());
}
