//! A bar for each service beside a table of its regions.

use linchpin_analysis::findings::Findings;

use super::{BAR, Block, FOOT, LABEL, TICK, axis, reach, whisker};
use crate::axis::{Scale, labels, ticks};
use crate::canvas::{Area, Canvas, Stroke, Text};
use crate::palette::{AXIS, PAPER, Rgb, scale, text_on};
use crate::text::{fit, wrap};
use crate::{format, names};

/// At most so many regions: those with most loss.
const MAX_REGIONS: usize = 9;
const ROW: f64 = 26.0;
/// Room for names at the left.
const LEFT: f64 = 188.0;
/// Room for the mean right of the bars.
const MEAN: f64 = 74.0;
/// Width of the table, and of one of its columns at most.
const TABLE: f64 = 312.0;
const CELL: f64 = 52.0;
const FILL: Rgb = (0x5b, 0x9b, 0xc9);
const HEADER: Text = Text::new(11.0);
/// Height of the header where names of regions stand upright, and where they lie.
const UPWARD: f64 = 84.0;
const LEVEL: f64 = 34.0;

/// Ids and names of the regions in the columns, the one with most loss in any service first.
fn regions<'a>(findings: &'a Findings, blocks: &'a [Block<'a>]) -> Vec<(&'a str, &'a str)> {
    let mut found: Vec<(&str, &str, f64)> = Vec::new();
    for part in blocks.iter().flat_map(|b| &b.parts) {
        let Some((_, Some(id))) = names::service_of(&part.group) else { continue };
        let mean = names::mean(part).unwrap_or(0.0);
        match found.iter_mut().find(|(known, ..)| *known == id) {
            Some((_, _, most)) => *most = most.max(mean),
            None => found.push((id, names::region(findings, &part.group), mean)),
        }
    }
    found.sort_by(|a, b| b.2.total_cmp(&a.2));
    found.truncate(MAX_REGIONS);
    found.into_iter().map(|(id, name, _)| (id, name)).collect()
}

fn cell_width(regions: &[(&str, &str)]) -> f64 {
    (TABLE / regions.len().max(1) as f64).min(CELL)
}

fn lies_flat(regions: &[(&str, &str)]) -> bool {
    regions.iter().all(|(_, name)| HEADER.width(name) <= cell_width(regions) - 2.0)
}

fn head(regions: &[(&str, &str)]) -> f64 {
    if lies_flat(regions) { LEVEL } else { UPWARD }
}

pub(super) fn height(findings: &Findings, blocks: &[Block<'_>]) -> f64 {
    head(&regions(findings, blocks)) + ROW * blocks.len() as f64 + FOOT
}

/// What to see, and what is left out.
pub(super) fn caption(blocks: &[Block<'_>]) -> String {
    let most = blocks.iter().map(|b| b.parts.len()).max().unwrap_or(0);
    let left_out = match most.saturating_sub(MAX_REGIONS) {
        0 => String::new(),
        n => format!(" {n} regions with less loss are not shown."),
    };
    format!(" The table says where: darker is more, a dot is none.{left_out}")
}

pub(super) fn draw(canvas: &mut Canvas<'_>, findings: &Findings, area: Area, blocks: &[Block<'_>]) {
    let regions = regions(findings, blocks);
    let top = area.y0 + head(&regions);
    let ticks = ticks(blocks.iter().map(|b| reach(b.total)).fold(0.0, f64::max), 4);
    let width = cell_width(&regions);
    let table = area.x1 - width * regions.len() as f64;
    let plot = Area { x0: area.x0 + LEFT, y0: top, x1: table - MEAN, y1: area.y1 - FOOT };
    let x = Scale::new((0.0, ticks.last().copied().unwrap_or(1.0)), (plot.x0, plot.x1));
    axis(canvas, plot, &ticks, x);
    let (_, magnitude) = labels(&ticks);
    canvas.text((table - 8.0, top - 7.0), "mean", TICK.right());
    for (column, (_, name)) in regions.iter().enumerate() {
        header(canvas, table + width * (column as f64 + 0.5), top - 7.0, name, lies_flat(&regions));
    }
    canvas.text(
        ((table + area.x1) / 2.0, plot.y1 + 32.0),
        &format!("{magnitude}person-hours by region, mean"),
        TICK.centre(),
    );
    let most = blocks.iter().flat_map(|b| &b.parts).filter_map(|m| names::mean(m)).fold(0.0, f64::max);
    let divisor = divisor(magnitude);
    for (i, block) in blocks.iter().enumerate() {
        let middle = top + ROW * (i as f64 + 0.5);
        service(canvas, findings, block, (area.x0, middle), x);
        let mean = names::mean(block.total).unwrap_or(0.0);
        canvas.text((table - 8.0, middle + 4.0), &format::number(mean / divisor), LABEL.bold().right());
        for (column, (id, _)) in regions.iter().enumerate() {
            let x0 = table + width * column as f64;
            let place = Area { x0, y0: middle - ROW / 2.0, x1: x0 + width, y1: middle + ROW / 2.0 };
            let part =
                block.parts.iter().find(|p| names::service_of(&p.group).is_some_and(|s| s.1 == Some(id)));
            cell(canvas, place, part.and_then(|p| names::mean(p)).unwrap_or(0.0), (most, divisor));
        }
    }
    canvas.line(&[(x.at(0.0), plot.y0), (x.at(0.0), plot.y1)], Stroke::new(AXIS, 1.0));
}

/// The number behind a word such as `million `.
fn divisor(magnitude: &str) -> f64 {
    match magnitude.trim() {
        "billion" => 1e9,
        "million" => 1e6,
        "thousand" => 1e3,
        _ => 1.0,
    }
}

fn header(canvas: &mut Canvas<'_>, middle: f64, bottom: f64, name: &str, level: bool) {
    if level {
        canvas.text((middle, bottom), name, HEADER.centre());
        return;
    }
    let lines = wrap(name, HEADER.size, false, UPWARD - 12.0, 2);
    let first = middle + 4.0 - 6.5 * (lines.len() as f64 - 1.0);
    for (i, line) in lines.iter().enumerate() {
        canvas.text((first + 13.0 * i as f64, bottom), line, HEADER.upward());
    }
}

fn service(
    canvas: &mut Canvas<'_>,
    findings: &Findings,
    block: &Block<'_>,
    (left, middle): (f64, f64),
    x: Scale,
) {
    let name = names::group(findings, &block.total.group);
    let style = LABEL.bold();
    canvas.text((left + LEFT - 8.0, middle + 4.0), &fit(name, style.size, true, LEFT - 10.0), style.right());
    let mean = names::mean(block.total).unwrap_or(0.0);
    let bar = Area { x0: x.at(0.0), y0: middle - BAR / 2.0, x1: x.at(mean), y1: middle + BAR / 2.0 };
    canvas.rect(bar, FILL, 1.0);
    whisker(canvas, block.total, middle, x);
}

fn cell(canvas: &mut Canvas<'_>, place: Area, value: f64, (most, divisor): (f64, f64)) {
    let fill = if value > 0.0 { scale(libm::sqrt(value / most)) } else { PAPER };
    canvas.rect(place, fill, 1.0);
    canvas.outline(place, Stroke::new(PAPER, 1.0));
    let style = HEADER.color(text_on(fill)).centre();
    let words = match value / divisor {
        v if v <= 0.0 => "·".to_owned(),
        v if v < 0.1 => "<0.1".to_owned(),
        v => format::number(v),
    };
    let shown = fit(&words, style.size, false, place.width() - 3.0);
    canvas.text(((place.x0 + place.x1) / 2.0, (place.y0 + place.y1) / 2.0 + 4.0), &shown, style);
}
