//! Person-hours without service, by service and region.

use linchpin_analysis::findings::{Findings, MetricSummary};

use super::Plot;
use crate::axis::{Scale, labels, ticks};
use crate::canvas::{Area, Canvas, Stroke, Text};
use crate::palette::{AXIS, GRID, INK, Rgb};
use crate::sheet::sheet;
use crate::text::fit;
use crate::{format, names};

/// At most so many services, and regions of each; the rest is said in the caption.
const MAX_SERVICES: usize = 12;
const MAX_REGIONS: usize = 5;
const LABEL: Text = Text::new(11.5);
const HEADING: Text = Text::new(12.5).bold();
const TICK: Text = Text::new(11.0).muted();
const BAR: f64 = 13.0;
const ROW: f64 = 18.0;
const GAP: f64 = 8.0;
/// Room for names at the left.
const LEFT: f64 = 132.0;
/// Room for two columns of numbers at the right.
const RIGHT: f64 = 226.0;
/// Width of the column of ranges.
const RANGE: f64 = 132.0;
/// Room for the names of these columns.
const HEAD: f64 = 18.0;
const FOOT: f64 = 40.0;
/// One lightness for each region in turn.
const BARS: [Rgb; 2] = [(0x5b, 0x9b, 0xc9), (0xb5, 0xd5, 0xea)];

/// One service: its total and the parts by region.
struct Block<'a> {
    total: &'a MetricSummary,
    parts: Vec<&'a MetricSummary>,
}

/// Person-hours by service and region, the worst service first.
pub(super) fn plot(findings: &Findings) -> Option<Plot> {
    let all = blocks(findings);
    let blocks = &all[..all.len().min(MAX_SERVICES)];
    let worst = blocks.first()?;
    let title = title(findings, worst)?;
    let subtitle = "Person-hours without each service: mean of all runs (bar) and the range of nine in ten runs (line). One \
                    person-hour is one person without a service for one hour.";
    let top = blocks.iter().flat_map(rows).map(reach).fold(0.0, f64::max);
    let ticks = ticks(top, 5);
    let body = HEAD + blocks.iter().map(height).sum::<f64>() + FOOT;
    let alt = format!("{title}. Bars for {} services by region.", blocks.len());
    let svg = sheet(&findings.study, [&title, subtitle, &alt], body, |canvas, area| {
        let plot = Area { x0: area.x0 + LEFT, y0: area.y0 + HEAD, x1: area.x1 - RIGHT, y1: area.y1 - FOOT };
        let x = Scale::new((0.0, ticks.last().copied().unwrap_or(1.0)), (plot.x0, plot.x1));
        axis(canvas, plot, &ticks, x);
        canvas.text((area.x1 - RANGE, area.y0 + 12.0), "mean", TICK.right());
        canvas.text((area.x1, area.y0 + 12.0), "nine in ten runs", TICK.right());
        let mut y = plot.y0;
        for block in blocks {
            draw_block(canvas, findings, block, Area { y0: y, ..area }, x);
            y += height(block);
        }
    });
    let caption = format!(
        "Each bar is the mean over all runs, the thin line reaches from the 5 % to the 95 % quantile. People are counted \
         where they are served, for each service of its own, so services can not be added up.{}",
        left_out(&all)
    );
    Some(Plot { id: "person-hours".to_owned(), title, caption, alt, svg })
}

/// Services with a mean, the largest first; the order of the findings where they are equal.
fn blocks(findings: &Findings) -> Vec<Block<'_>> {
    let of_kind = || findings.metrics.iter().filter(|m| m.kind == "person_hours" && names::mean(m).is_some());
    let mut blocks: Vec<Block<'_>> = of_kind()
        .filter_map(|total| {
            let (service, None) = names::service_of(&total.group)? else { return None };
            let is_part = |m: &&MetricSummary| {
                names::service_of(&m.group).is_some_and(|s| s.0 == service && s.1.is_some())
            };
            let mut parts: Vec<_> = of_kind().filter(is_part).collect();
            parts.sort_by(|a, b| b.mean.unwrap_or(0.0).total_cmp(&a.mean.unwrap_or(0.0)));
            Some(Block { total, parts })
        })
        .collect();
    blocks.sort_by(|a, b| b.total.mean.unwrap_or(0.0).total_cmp(&a.total.mean.unwrap_or(0.0)));
    blocks
}

/// What gets a bar: the regions, or the service itself where it has one region only.
fn rows<'a>(block: &'a Block<'a>) -> Vec<&'a MetricSummary> {
    if block.parts.len() < 2 {
        vec![block.total]
    } else {
        block.parts.iter().copied().take(MAX_REGIONS).collect()
    }
}

fn height(block: &Block<'_>) -> f64 {
    ROW * (rows(block).len() + 1) as f64 + GAP
}

/// How far to the right a row needs the axis.
fn reach(metric: &MetricSummary) -> f64 {
    let high = metric.quantiles[4].filter(|q| q.is_finite()).unwrap_or(0.0);
    high.max(names::mean(metric).unwrap_or(0.0))
}

fn title(findings: &Findings, worst: &Block<'_>) -> Option<String> {
    let service = fit(names::group(findings, &worst.total.group), 17.0, true, 260.0);
    let mean = names::mean(worst.total)?;
    if mean <= 0.0 {
        return Some("No one is without service in the mean".to_owned());
    }
    let where_most = worst.parts.first().filter(|_| worst.parts.len() > 1).and_then(|part| {
        let share = names::mean(part)? / mean;
        let region = fit(names::region(findings, &part.group), 17.0, true, 200.0);
        Some(format!(", {} of them in {region}", format::percent(share.min(1.0))))
    });
    Some(format!(
        "Greatest loss: {service}, {} person-hours{}",
        format::number(mean),
        where_most.unwrap_or_default()
    ))
}

fn axis(canvas: &mut Canvas<'_>, plot: Area, ticks: &[f64], x: Scale) {
    let (labels, magnitude) = labels(ticks);
    for (tick, label) in ticks.iter().zip(labels) {
        let at = x.at(*tick);
        canvas.line(&[(at, plot.y0), (at, plot.y1)], Stroke::new(GRID, 1.0));
        canvas.text((at, plot.y1 + 14.0), &label, TICK.centre());
    }
    let middle = (plot.x0 + plot.x1) / 2.0;
    canvas.text((middle, plot.y1 + 32.0), &format!("{magnitude}person-hours"), TICK.centre());
}

fn draw_block(canvas: &mut Canvas<'_>, findings: &Findings, block: &Block<'_>, area: Area, x: Scale) {
    let name = fit(names::group(findings, &block.total.group), HEADING.size, true, 300.0);
    canvas.plated((area.x0, area.y0 + 13.0), &name, HEADING);
    numbers(canvas, block.total, area, area.y0 + 13.0);
    let rows = rows(block);
    let alone = block.parts.len() < 2;
    let (top, bottom) = (area.y0 + ROW, area.y0 + ROW * (rows.len() + 1) as f64);
    for (i, row) in rows.into_iter().enumerate() {
        let middle = top + ROW * (i as f64 + 0.5);
        let label = if alone { "all regions" } else { names::region(findings, &row.group) };
        let bar = BARS[findings.study.regions.iter().position(|r| r == label).unwrap_or(i) % BARS.len()];
        let mean = names::mean(row).unwrap_or(0.0);
        canvas.text(
            (x.at(0.0) - 7.0, middle + 4.0),
            &fit(label, LABEL.size, false, LEFT - 12.0),
            LABEL.right(),
        );
        canvas.rect(
            Area { x0: x.at(0.0), y0: middle - BAR / 2.0, x1: x.at(mean), y1: middle + BAR / 2.0 },
            bar,
            1.0,
        );
        whisker(canvas, row, middle, x);
        if !alone {
            numbers(canvas, row, area, middle + 4.0);
        }
    }
    canvas.line(&[(x.at(0.0), top), (x.at(0.0), bottom)], Stroke::new(AXIS, 1.0));
}

/// Mean and range in their columns.
fn numbers(canvas: &mut Canvas<'_>, metric: &MetricSummary, area: Area, baseline: f64) {
    let mean = names::mean(metric).unwrap_or(0.0);
    canvas.text((area.x1 - RANGE, baseline), &format::number(mean), LABEL.bold().right());
    if let (Some(low), Some(high)) = (metric.quantiles[0], metric.quantiles[4]) {
        let range = fit(&format::range(mean, [low, high], ""), LABEL.size, false, RANGE - 10.0);
        canvas.text((area.x1, baseline), &range, LABEL.right());
    }
}

fn whisker(canvas: &mut Canvas<'_>, row: &MetricSummary, y: f64, x: Scale) {
    let (Some(low), Some(high)) = (row.quantiles[0], row.quantiles[4]) else { return };
    let (from, to) = (x.at(low), x.at(high));
    let stroke = Stroke::new(INK, 1.3);
    canvas.line(&[(from, y), (to, y)], stroke);
    for end in [from, to] {
        canvas.line(&[(end, y - 3.5), (end, y + 3.5)], stroke);
    }
}

fn left_out(all: &[Block<'_>]) -> String {
    let services = all.len().saturating_sub(MAX_SERVICES);
    let regions =
        all.iter().take(MAX_SERVICES).map(|b| b.parts.len()).max().unwrap_or(0).saturating_sub(MAX_REGIONS);
    match (services, regions) {
        (0, 0) => String::new(),
        (s, 0) => format!(" {s} services with less loss are not shown."),
        (0, r) => format!(" For each service, up to {r} regions with less loss are not shown."),
        (s, r) => format!(" {s} services and up to {r} regions of each with less loss are not shown."),
    }
}
