//! Levels over time with percentile bands: small multiples, one panel for each service or sector.

use linchpin_analysis::findings::{Band, Findings};

use super::Plot;
use crate::axis::{Scale, TimeAxis};
use crate::canvas::{Area, Canvas, Point, Stroke, Text};
use crate::format;
use crate::palette::{AXIS, BAND_NARROW, BAND_WIDE, BLUE, GRID, INK};
use crate::sheet::sheet;
use crate::text::fit;

/// At most so many panels: more can not be compared on one page.
const MAX_PANELS: usize = 18;
const NAME: Text = Text::new(12.5).bold();
const LABEL: Text = Text::new(11.0).muted();
const KEY_HEIGHT: f64 = 24.0;
const PANEL_GAP: f64 = 18.0;
/// Room for the labels of the vertical axis.
const LEFT: f64 = 40.0;
/// Room for a panel's name and its low.
const PANEL_HEAD: f64 = 34.0;
/// Room for the labels of the time axis.
const PANEL_FOOT: f64 = 20.0;
/// Room for the title of the time axis.
const AXIS_TITLE: f64 = 18.0;

/// Levels of services over time.
pub(super) fn services(findings: &Findings) -> Option<Plot> {
    draw(findings, "service", ["levels-services", "service", "people served"])
}

/// Levels of sectors over time.
pub(super) fn sectors(findings: &Findings) -> Option<Plot> {
    draw(findings, "sector", ["levels-sectors", "sector", "assets working"])
}

fn draw(findings: &Findings, kind: &str, [id, noun, measure]: [&str; 3]) -> Option<Plot> {
    let all: Vec<&Band> = findings
        .bands
        .iter()
        .filter(|b| b.kind == kind && b.hours.len() > 1 && !median(b).is_empty())
        .collect();
    let bands = shown(&all);
    let worst = bands.iter().min_by(|a, b| low(a).1.total_cmp(&low(b).1))?;
    let title = title(worst, noun);
    let subtitle = format!(
        "Level of each {noun} ({measure}, as a share of the same run without the threat), {}.",
        TimeAxis::new(findings.study.horizon_h).title(&findings.study)
    );
    let columns = if bands.len() <= 1 {
        1
    } else if bands.len() <= 8 {
        2
    } else {
        3
    };
    let rows = bands.len().div_ceil(columns);
    let panel_height = if rows <= 2 { 170.0 } else { 128.0 };
    let body = KEY_HEIGHT + rows as f64 * panel_height + AXIS_TITLE;
    let alt =
        format!("{title}. {} panels with the median, the middle half and nine in ten runs.", bands.len());
    let svg = sheet(&findings.study, [&title, &subtitle, &alt], body, |canvas, area| {
        key(canvas, area);
        let width = (area.width() - PANEL_GAP * (columns - 1) as f64) / columns as f64;
        for (i, band) in bands.iter().enumerate() {
            let (column, row) = (i % columns, i / columns);
            let x0 = area.x0 + column as f64 * (width + PANEL_GAP);
            let y0 = area.y0 + KEY_HEIGHT + row as f64 * panel_height;
            let cell = Area { x0, y0, x1: x0 + width, y1: y0 + panel_height };
            panel(canvas, cell, band, findings.study.horizon_h);
        }
        let axis = TimeAxis::new(findings.study.horizon_h).short_title();
        canvas.text(((area.x0 + area.x1) / 2.0, area.y1 - 4.0), &axis, LABEL.centre());
    });
    let left_out = match all.len() - bands.len() {
        0 => String::new(),
        n => format!(" {n} that fall less are not shown."),
    };
    let caption = format!(
        "At every hour half of the runs lie above the line and half below; the dark band holds the middle half of the \
         runs, the light band nine in ten. The dot marks the lowest median; the wider the bands, the less certain the \
         {noun}.{left_out}"
    );
    Some(Plot { id: id.to_owned(), title, caption, alt, svg, handling: findings.study.handling() })
}

/// All, or where there are too many those that fall deepest, in the order of the findings.
fn shown<'a>(all: &[&'a Band]) -> Vec<&'a Band> {
    let mut deepest: Vec<usize> = (0..all.len()).collect();
    deepest.sort_by(|a, b| low(all[*a]).1.total_cmp(&low(all[*b]).1));
    deepest.truncate(MAX_PANELS);
    deepest.sort_unstable();
    deepest.into_iter().map(|i| all[i]).collect()
}

fn median(band: &Band) -> &[f64] {
    &band.percentiles[2]
}

/// Hour and level of the lowest point of the median.
fn low(band: &Band) -> (f64, f64) {
    let points = band.hours.iter().copied().zip(median(band).iter().copied());
    points.fold((0.0, f64::INFINITY), |best, p| if p.1 < best.1 { p } else { best })
}

fn title(worst: &Band, noun: &str) -> String {
    let (hour, level) = low(worst);
    let name = crate::text::fit(&worst.name, 17.0, true, 300.0);
    if level >= 0.9995 {
        return format!("Every {noun} holds in at least half of the runs");
    }
    format!("Deepest fall: {name}, to a median of {} after {}", format::percent(level), format::hours(hour))
}

/// What the line and the bands are, drawn once for all panels.
pub(super) fn key(canvas: &mut Canvas<'_>, area: Area) {
    let y = area.y0 + 6.0;
    let mut x = area.x0 + LEFT;
    let items = [
        ("median of all runs", None),
        ("half of the runs (25 to 75 %)", Some(BAND_NARROW)),
        ("nine in ten runs (5 to 95 %)", Some(BAND_WIDE)),
    ];
    for (name, fill) in items {
        match fill {
            Some(color) => canvas.rect(Area { x0: x, y0: y - 6.0, x1: x + 26.0, y1: y + 6.0 }, color, 1.0),
            None => canvas.line(&[(x, y), (x + 26.0, y)], Stroke::new(BLUE, 2.2)),
        }
        canvas.text((x + 32.0, y + 4.0), name, LABEL);
        x += 32.0 + LABEL.width(name) + 24.0;
    }
}

fn panel(canvas: &mut Canvas<'_>, cell: Area, band: &Band, horizon_h: f64) {
    let plot =
        Area { x0: cell.x0 + LEFT, y0: cell.y0 + PANEL_HEAD, x1: cell.x1 - 8.0, y1: cell.y1 - PANEL_FOOT };
    let time = TimeAxis::new(horizon_h);
    let x = Scale::new((0.0, horizon_h), (plot.x0, plot.x1));
    let y = Scale::new((0.0, 1.0), (plot.y1, plot.y0));
    let name = if NAME.width(&band.name) <= plot.width() + 8.0 { NAME } else { Text { size: 11.5, ..NAME } };
    canvas.text((plot.x0, cell.y0 + 12.0), &fit(&band.name, name.size, true, plot.width() + 8.0), name);
    let (hour, level) = low(band);
    let words = match level {
        l if l >= 0.9995 => "median: no loss".to_owned(),
        l => format!("median: down to {} after {}", format::percent(l), format::hours(hour)),
    };
    canvas.text((plot.x0, cell.y0 + 26.0), &fit(&words, LABEL.size, false, plot.width()), LABEL);
    for share in [0.0, 0.5, 1.0] {
        canvas.line(&[(plot.x0, y.at(share)), (plot.x1, y.at(share))], Stroke::new(GRID, 1.0));
        canvas.text((plot.x0 - 5.0, y.at(share) + 4.0), &format::percent(share), LABEL.right());
    }
    let [p05, p25, p50, p75, p95] = &band.percentiles;
    ribbon(canvas, &band.hours, [p05, p95], (x, y), BAND_WIDE);
    ribbon(canvas, &band.hours, [p25, p75], (x, y), BAND_NARROW);
    canvas.line(&simplified(trace(&band.hours, p50, (x, y))), Stroke::new(BLUE, 2.0));
    if level < 0.9995 {
        canvas.disc((x.at(hour), y.at(level)), 3.0, INK, Stroke::new(crate::palette::PAPER, 1.0));
    }
    canvas.line(&[(plot.x0, plot.y1), (plot.x1, plot.y1)], Stroke::new(AXIS, 1.0));
    let target = if plot.width() > 280.0 { 7 } else { 4 };
    for (hours, label) in time.ticks(target) {
        let at = x.at(hours);
        canvas.line(&[(at, plot.y1), (at, plot.y1 + 3.5)], Stroke::new(AXIS, 1.0));
        canvas.text((at, plot.y1 + 14.5), &label, LABEL.centre());
    }
}

pub(super) fn trace(hours: &[f64], levels: &[f64], (x, y): (Scale, Scale)) -> Vec<Point> {
    hours.iter().zip(levels).map(|(h, l)| (x.at(*h), y.at(*l))).collect()
}

/// The area between two percentiles.
pub(super) fn ribbon(
    canvas: &mut Canvas<'_>,
    hours: &[f64],
    [low, high]: [&[f64]; 2],
    scales: (Scale, Scale),
    color: crate::palette::Rgb,
) {
    let mut outline = simplified(trace(hours, low, scales));
    outline.extend(simplified(trace(hours, high, scales)).into_iter().rev());
    canvas.polygon(&outline, color, 1.0);
}

/// Points without those that lie on the straight line between their neighbours: flat stretches cost nothing.
pub(super) fn simplified(points: Vec<Point>) -> Vec<Point> {
    const TOLERANCE: f64 = 0.1;
    let mut kept: Vec<Point> = Vec::with_capacity(points.len());
    for (i, point) in points.iter().enumerate() {
        let straight = kept.last().zip(points.get(i + 1)).is_some_and(|(before, after)| {
            let t = (point.0 - before.0) / (after.0 - before.0).max(1e-9);
            (before.1 + (after.1 - before.1) * t - point.1).abs() < TOLERANCE * (1.0 - t).min(t).max(0.2)
        });
        if !straight {
            kept.push(*point);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_stretches_keep_their_ends_only() {
        let flat: Vec<Point> = (0..50).map(|i| (f64::from(i), 3.0)).collect();
        assert_eq!(simplified(flat), [(0.0, 3.0), (49.0, 3.0)]);
        let step = vec![(0.0, 0.0), (1.0, 0.0), (2.0, 9.0), (3.0, 9.0)];
        assert_eq!(simplified(step.clone()), step);
        assert_eq!(simplified(Vec::new()), []);
    }
}
