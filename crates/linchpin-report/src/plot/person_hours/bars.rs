//! A bar for each region of each service.

use linchpin_analysis::findings::{Findings, MetricSummary};

use super::{BAR, Block, FOOT, HEAD, LABEL, ROW, TICK, axis, reach, whisker};
use crate::axis::{Scale, ticks};
use crate::canvas::{Area, Canvas, Stroke, Text};
use crate::palette::{AXIS, Rgb};
use crate::text::fit;
use crate::{format, names};

const HEADING: Text = Text::new(12.5).bold();
const GAP: f64 = 8.0;
/// Room for names at the left.
const LEFT: f64 = 132.0;
/// Room for two columns of numbers at the right.
const RIGHT: f64 = 246.0;
/// Width of the column of ranges.
const RANGE: f64 = 152.0;
/// One lightness for each region in turn.
const BARS: [Rgb; 2] = [(0x5b, 0x9b, 0xc9), (0xb5, 0xd5, 0xea)];

/// Height of all bars.
pub(super) fn height(blocks: &[Block<'_>]) -> f64 {
    HEAD + blocks.iter().map(block_height).sum::<f64>() + FOOT
}

/// Services one below the other, each with its regions.
pub(super) fn draw(canvas: &mut Canvas<'_>, findings: &Findings, area: Area, blocks: &[Block<'_>]) {
    let ticks = ticks(blocks.iter().flat_map(rows).map(reach).fold(0.0, f64::max), 5);
    let plot = Area { x0: area.x0 + LEFT, y0: area.y0 + HEAD, x1: area.x1 - RIGHT, y1: area.y1 - FOOT };
    let x = Scale::new((0.0, ticks.last().copied().unwrap_or(1.0)), (plot.x0, plot.x1));
    axis(canvas, plot, &ticks, x);
    canvas.text((area.x1 - RANGE, area.y0 + 12.0), "mean", TICK.right());
    canvas.text((area.x1, area.y0 + 12.0), "nine in ten runs", TICK.right());
    let mut y = plot.y0;
    for block in blocks {
        draw_block(canvas, findings, block, Area { y0: y, ..area }, x);
        y += block_height(block);
    }
}

/// What gets a bar: the regions, or the service itself where it has one region only.
fn rows<'a>(block: &'a Block<'a>) -> Vec<&'a MetricSummary> {
    if block.parts.len() < 2 { vec![block.total] } else { block.parts.clone() }
}

fn block_height(block: &Block<'_>) -> f64 {
    ROW * (rows(block).len() + 1) as f64 + GAP
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
