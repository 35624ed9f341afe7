//! Loss of each service by region over time: a strip for each region, the darker the more people are without.

use linchpin_analysis::findings::{Band, Findings};

use super::Plot;
use crate::axis::{Scale, TimeAxis};
use crate::canvas::{Area, Canvas, Stroke, Text};
use crate::palette::{AXIS, GRID, INK, scale};
use crate::sheet::sheet;
use crate::text::fit;
use crate::{format, names};

/// At most so many strips; services that lose least are left out first.
const MAX_STRIPS: usize = 120;
const NAME: Text = Text::new(12.5).bold();
const LABEL: Text = Text::new(11.0);
const SMALL: Text = Text::new(11.0).muted();
const KEY_HEIGHT: f64 = 34.0;
const GAP: f64 = 22.0;
const HEAD: f64 = 20.0;
const ROW: f64 = 14.0;
/// Room below the strips of a panel for the time axis.
const FOOT: f64 = 24.0;
const AXIS_TITLE: f64 = 18.0;
/// Room for names of regions, and for the worst value.
const LEFT: f64 = 86.0;
const RIGHT: f64 = 46.0;
/// Shades that are told apart.
const SHADES: f64 = 20.0;

/// One service and its regions, in the order of the findings.
struct Panel<'a> {
    name: &'a str,
    strips: Vec<Strip<'a>>,
}

struct Strip<'a> {
    region: &'a str,
    band: &'a Band,
    /// Hour and share of people without when that is most.
    worst: (f64, f64),
}

impl Panel<'_> {
    fn worst(&self) -> f64 {
        self.strips.iter().map(|strip| strip.worst.1).fold(0.0, f64::max)
    }

    fn height(&self) -> f64 {
        HEAD + ROW * self.strips.len() as f64 + FOOT
    }
}

/// Mean share of people without each service, by region and hour.
pub(super) fn plot(findings: &Findings) -> Option<Plot> {
    let all = panels(findings);
    let shown = shown(&all);
    let worst = shown.iter().flat_map(|panel| panel.strips.iter().map(move |strip| (panel, strip)));
    let (panel, strip) = worst.reduce(|a, b| if b.1.worst.1 > a.1.worst.1 { b } else { a })?;
    let title = format!(
        "Hardest hit: {} in {}, {} without after {} in the mean",
        fit(panel.name, 17.0, true, 240.0),
        fit(strip.region, 17.0, true, 160.0),
        format::percent(strip.worst.1),
        format::hours(strip.worst.0)
    );
    let subtitle = format!(
        "Share of the people of each region who are without a service, mean of all runs, {}. At the right: the worst hour.",
        TimeAxis::new(findings.study.horizon_h).title(&findings.study)
    );
    let top = top(strip.worst.1);
    let columns = columns(&shown);
    let body = KEY_HEIGHT + columns.iter().map(|column| height(column)).fold(0.0, f64::max) + AXIS_TITLE;
    let alt = format!("{title}. Strips for {} services by region.", shown.len());
    let svg = sheet(&findings.study, [&title, &subtitle, &alt], body, |canvas, area| {
        key(canvas, area, top);
        let width = (area.width() - GAP * (columns.len() as f64 - 1.0)) / columns.len() as f64;
        for (i, column) in columns.iter().enumerate() {
            let x0 = area.x0 + i as f64 * (width + GAP);
            let mut y0 = area.y0 + KEY_HEIGHT;
            for panel in column {
                let cell = Area { x0, y0, x1: x0 + width, y1: y0 + panel.height() };
                draw(canvas, cell, panel, findings.study.horizon_h, top);
                y0 = cell.y1;
            }
        }
        let axis = TimeAxis::new(findings.study.horizon_h).short_title();
        canvas.text(((area.x0 + area.x1) / 2.0, area.y1 - 4.0), &axis, SMALL.centre());
    });
    let left_out = match all.len() - shown.len() {
        0 => String::new(),
        n => format!(" {n} services that lose less are not shown."),
    };
    let caption = format!(
        "Each strip is one region; the darker, the more of its people are without the service at that hour, as a mean over all \
         runs and beside the same runs without the threat. Strips that darken later show where loss arrives late, strips that \
         stay dark where it lasts.{left_out}"
    );
    let handling = findings.study.handling();
    Some(Plot { id: "levels-regions".to_owned(), title, caption, alt, svg, handling })
}

/// Services with several regions of which something is lost.
fn panels(findings: &Findings) -> Vec<Panel<'_>> {
    let services = findings.bands.iter().filter(|band| band.kind == "service");
    services
        .filter_map(|service| {
            let (id, None) = names::service_of(&service.group)? else { return None };
            let of_service = |band: &&Band| {
                band.kind == "service_region"
                    && names::service_of(&band.group)
                        .is_some_and(|(own, region)| own == id && region.is_some())
            };
            let strips: Vec<Strip<'_>> = findings
                .bands
                .iter()
                .filter(of_service)
                .filter(|band| band.hours.len() > 1 && band.mean.len() == band.hours.len())
                .map(|band| Strip { region: names::region(findings, &band.group), band, worst: worst(band) })
                .collect();
            let panel = Panel { name: names::group(findings, &service.group), strips };
            (panel.strips.len() > 1 && panel.worst() >= 0.0005).then_some(panel)
        })
        .collect()
}

fn without(level: f64) -> f64 {
    if level.is_finite() { (1.0 - level).clamp(0.0, 1.0) } else { 0.0 }
}

fn worst(band: &Band) -> (f64, f64) {
    let points = band.hours.iter().copied().zip(band.mean.iter().map(|level| without(*level)));
    points.fold((0.0, 0.0), |best, point| if point.1 > best.1 { point } else { best })
}

/// As many of the worst as there is room for, in the order of the findings.
fn shown<'a>(all: &'a [Panel<'a>]) -> Vec<&'a Panel<'a>> {
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by(|a, b| all[*b].worst().total_cmp(&all[*a].worst()).then(a.cmp(b)));
    let mut strips = 0;
    order.retain(|i| {
        strips += all[*i].strips.len();
        strips <= MAX_STRIPS
    });
    order.sort_unstable();
    order.into_iter().map(|i| &all[i]).collect()
}

/// Two columns of about equal height, read downwards; one where there is one panel.
fn columns<'a>(panels: &[&'a Panel<'a>]) -> Vec<Vec<&'a Panel<'a>>> {
    let whole = height(panels);
    let mut columns = vec![Vec::new()];
    for panel in panels {
        let full = columns.len() == 1 && !columns[0].is_empty() && 2.0 * height(&columns[0]) >= whole;
        if full {
            columns.push(Vec::new());
        }
        if let Some(last) = columns.last_mut() {
            last.push(*panel);
        }
    }
    columns
}

fn height(panels: &[&Panel<'_>]) -> f64 {
    panels.iter().map(|panel| panel.height()).sum()
}

/// A round share for the darkest shade, so that small losses are told apart where there are no large ones.
fn top(worst: f64) -> f64 {
    [0.01, 0.02, 0.04, 0.1, 0.2, 0.4, 0.6].into_iter().find(|top| worst <= *top).unwrap_or(1.0)
}

/// What the shades mean.
fn key(canvas: &mut Canvas<'_>, area: Area, top: f64) {
    let words = "share of people without:";
    canvas.text((area.x0, area.y0 + 12.0), words, SMALL);
    let mut x = area.x0 + SMALL.width(words) + 12.0;
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let box_area = Area { x0: x, y0: area.y0 + 2.0, x1: x + 26.0, y1: area.y0 + 14.0 };
        canvas.rect(box_area, scale(share), 1.0);
        canvas.outline(box_area, Stroke::new(AXIS, 0.75));
        let label = format::percent(share * top);
        canvas.text((x + 31.0, area.y0 + 12.0), &label, SMALL);
        x += 31.0 + SMALL.width(&label) + 16.0;
    }
}

fn draw(canvas: &mut Canvas<'_>, cell: Area, panel: &Panel<'_>, horizon_h: f64, top: f64) {
    let plot = Area { x0: cell.x0 + LEFT, y0: cell.y0 + HEAD, x1: cell.x1 - RIGHT, y1: cell.y1 - FOOT };
    canvas.text((cell.x0, cell.y0 + 13.0), &fit(panel.name, NAME.size, true, cell.width() - RIGHT), NAME);
    let x = Scale::new((0.0, horizon_h), (plot.x0, plot.x1));
    for (row, strip) in panel.strips.iter().enumerate() {
        let y0 = plot.y0 + ROW * row as f64;
        let baseline = y0 + ROW - 3.5;
        canvas.text(
            (plot.x0 - 6.0, baseline),
            &fit(strip.region, LABEL.size, false, LEFT - 8.0),
            LABEL.right(),
        );
        let lane = Area { x0: plot.x0, y0: y0 + 1.0, x1: plot.x1, y1: y0 + ROW - 1.0 };
        canvas.rect(lane, scale(0.0), 1.0);
        for (from, to, share) in shades(strip.band, top) {
            let part = Area { x0: x.at(from), x1: x.at(to.min(horizon_h)), ..lane };
            canvas.rect(part, scale(share), 1.0);
        }
        canvas.outline(lane, Stroke::new(GRID, 0.75));
        let worst = if strip.worst.1 < 0.0005 { "–".to_owned() } else { format::percent(strip.worst.1) };
        canvas.text((cell.x1, baseline), &worst, LABEL.color(INK).right());
    }
    for (hours, label) in ticks(horizon_h, plot.width()) {
        let at = x.at(hours);
        canvas.line(&[(at, plot.y1), (at, plot.y1 + 3.5)], Stroke::new(AXIS, 1.0));
        canvas.text((at, plot.y1 + 14.5), &label, SMALL.centre());
    }
}

/// As many ticks as have room for their labels.
fn ticks(horizon_h: f64, width: f64) -> Vec<(f64, String)> {
    let time = TimeAxis::new(horizon_h);
    let fits = |ticks: &[(f64, String)]| {
        let widest = ticks.iter().map(|(_, label)| SMALL.width(label)).fold(0.0, f64::max);
        (widest + 8.0) * (ticks.len() as f64 - 1.0) <= width
    };
    [7, 4, 2]
        .into_iter()
        .map(|target| time.ticks(target))
        .find(|ticks| fits(ticks))
        .unwrap_or_else(|| time.ticks(1))
}

/// Hours from and to, and the shade in between, 0 to 1; what is lightest is left out.
fn shades(band: &Band, top: f64) -> Vec<(f64, f64, f64)> {
    let mut runs: Vec<(f64, f64, f64)> = Vec::new();
    for (i, (hour, level)) in band.hours.iter().zip(&band.mean).enumerate() {
        let share = (without(*level) / top * SHADES).round() / SHADES;
        let until = band.hours.get(i + 1).copied().unwrap_or(*hour);
        match runs.last_mut() {
            Some(last) if last.2 == share => last.1 = until,
            _ => runs.push((*hour, until, share)),
        }
    }
    runs.retain(|(from, to, share)| from < to && *share > 0.0);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_of_one_shade_are_one_piece() {
        let band = Band {
            hours: vec![0.0, 2.0, 4.0, 6.0, 8.0],
            mean: vec![1.0, 0.5, 0.501, f64::NAN, 0.0],
            ..Band::default()
        };
        assert_eq!(shades(&band, 1.0), [(2.0, 6.0, 0.5)]);
        assert_eq!((top(0.29), top(0.4), top(0.61), top(0.0001)), (0.4, 0.4, 1.0, 0.01));
        assert_eq!(worst(&band), (8.0, 1.0));
    }
}
