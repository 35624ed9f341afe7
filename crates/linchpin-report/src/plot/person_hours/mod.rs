//! Person-hours without service, by service and region: bars by region where there are few, else a bar for each service
//! beside a table of its regions.

mod bars;
mod table;

use linchpin_analysis::findings::{Findings, MetricSummary};

use super::Plot;
use crate::axis::{Scale, labels};
use crate::canvas::{Area, Canvas, Stroke, Text};
use crate::palette::{GRID, INK};
use crate::sheet::sheet;
use crate::text::fit;
use crate::{format, names};

/// At most so many services; the rest is said in the caption.
const MAX_SERVICES: usize = 20;
/// Where no more bars than this are needed, each region of each service gets one.
const MAX_BARS: usize = 24;
const LABEL: Text = Text::new(11.5);
const TICK: Text = Text::new(11.0).muted();
const BAR: f64 = 13.0;
const ROW: f64 = 18.0;
/// Room for the names of columns.
const HEAD: f64 = 18.0;
const FOOT: f64 = 40.0;

/// One service: its total and the parts by region.
struct Block<'a> {
    total: &'a MetricSummary,
    parts: Vec<&'a MetricSummary>,
}

/// Person-hours by service and region, the worst service first.
pub(super) fn plot(findings: &Findings) -> Option<Plot> {
    let all = blocks(findings);
    let blocks = &all[..all.len().min(MAX_SERVICES)];
    let title = title(findings, blocks.first()?)?;
    let subtitle = "Person-hours without each service: mean of all runs (bar) and the range of nine in ten runs (line). One \
                    person-hour is one person without a service for one hour.";
    let with_bars = blocks.iter().map(|b| b.parts.len()).sum::<usize>() <= MAX_BARS;
    let body = if with_bars { bars::height(blocks) } else { table::height(findings, blocks) };
    let alt = format!("{title}. Bars for {} services by region.", blocks.len());
    let svg = sheet(&findings.study, [&title, subtitle, &alt], body, |canvas, area| {
        if with_bars {
            bars::draw(canvas, findings, area, blocks);
        } else {
            table::draw(canvas, findings, area, blocks);
        }
    });
    let mut caption = "Each bar is the mean over all runs, the thin line reaches from the 5 % to the 95 % quantile. People are \
                       counted where they are served, for each service of its own, so services can not be added up."
        .to_owned();
    if !with_bars {
        caption.push_str(&table::caption(blocks));
    }
    if all.len() > blocks.len() {
        caption.push_str(&format!(" {} services with less loss are not shown.", all.len() - blocks.len()));
    }
    Some(Plot {
        id: "person-hours".to_owned(),
        title,
        caption,
        alt,
        svg,
        handling: findings.study.handling(),
    })
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

/// How far to the right a row needs the axis.
fn reach(metric: &MetricSummary) -> f64 {
    let high = metric.quantiles[4].filter(|q| q.is_finite()).unwrap_or(0.0);
    high.max(names::mean(metric).unwrap_or(0.0))
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

fn whisker(canvas: &mut Canvas<'_>, row: &MetricSummary, y: f64, x: Scale) {
    let (Some(low), Some(high)) = (row.quantiles[0], row.quantiles[4]) else { return };
    let (from, to) = (x.at(low), x.at(high));
    let stroke = Stroke::new(INK, 1.3);
    canvas.line(&[(from, y), (to, y)], stroke);
    for end in [from, to] {
        canvas.line(&[(end, y - 3.5), (end, y + 3.5)], stroke);
    }
}
