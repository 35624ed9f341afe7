//! The assets that lose most and those from which most loss begins.

use linchpin_analysis::findings::{AssetLoss, Findings};

use super::Plot;
use crate::axis::{Scale, labels, ticks};
use crate::canvas::{Area, Canvas, Stroke, Text};
use crate::format;
use crate::palette::{AXIS, BLUE, GRID, INK, PAPER, STRIPE};
use crate::sheet::sheet;
use crate::text::fit;

const MAX_ROWS: usize = 15;
const ROW: f64 = 26.0;
const HEAD: f64 = 20.0;
const FOOT: f64 = 40.0;
const NAME: Text = Text::new(12.0);
const SMALL: Text = Text::new(11.0).muted();
/// Room for names at the left and for the two columns of numbers at the right.
const LEFT: f64 = 250.0;
const RIGHT: f64 = 150.0;

/// Assets that lost most.
pub(super) fn affected(findings: &Findings) -> Option<Plot> {
    let words = Words {
        id: "most-affected",
        title: "Hardest hit",
        subtitle: "Hours at full level that each asset loses in a run: mean (dot) and its 95 % confidence interval (line).",
        axis: "hours lost in a run",
        share: "fails in",
        caption: "These assets are hit hardest, whatever brought them down: backup supplies and repair priority help here.",
    };
    draw(findings, &findings.most_affected, &words)
}

/// Assets from which most loss began.
pub(super) fn harmful(findings: &Findings) -> Option<Plot> {
    let words = Words {
        id: "most-harmful",
        title: "Most loss begins at",
        subtitle: "Asset-hours lost anywhere in a run that began at each asset: mean (dot) and its 95 % confidence interval \
                   (line).",
        axis: "asset-hours lost in a run, begun here",
        share: "begins in",
        caption: "Loss is counted where the chain began: protecting or doubling these assets spares the others behind them.",
    };
    draw(findings, &findings.most_harmful, &words)
}

struct Words {
    id: &'static str,
    title: &'static str,
    subtitle: &'static str,
    axis: &'static str,
    share: &'static str,
    caption: &'static str,
}

fn draw(findings: &Findings, all: &[AssetLoss], words: &Words) -> Option<Plot> {
    let rows = &all[..all.len().min(MAX_ROWS)];
    let first = rows.first()?;
    let title = format!(
        "{}: {} ({} in the mean run)",
        words.title,
        fit(&first.name, 17.0, true, 330.0),
        if words.id == "most-affected" {
            format!("{} lost", format::hours(first.mean_h))
        } else {
            format::quantity(first.mean_h, "asset-hours")
        }
    );
    let ticks = ticks(rows.iter().map(|r| r.ci95[1].max(r.mean_h)).fold(0.0, f64::max), 5);
    let alt = format!("{title}. Ranking of {} assets with intervals.", rows.len());
    let body = HEAD + ROW * rows.len() as f64 + FOOT;
    let svg = sheet(&findings.study, [&title, words.subtitle, &alt], body, |canvas, area| {
        let plot = Area { x0: area.x0 + LEFT, y0: area.y0 + HEAD, x1: area.x1 - RIGHT, y1: area.y1 - FOOT };
        let x = Scale::new((0.0, ticks.last().copied().unwrap_or(1.0)), (plot.x0, plot.x1));
        canvas.text((area.x1 - 62.0, area.y0 + 12.0), "mean", SMALL.right());
        canvas.text((area.x1, area.y0 + 12.0), words.share, SMALL.right());
        for i in (0..rows.len()).step_by(2) {
            let y0 = plot.y0 + ROW * i as f64;
            canvas.rect(Area { x0: area.x0, y0, x1: area.x1, y1: y0 + ROW }, STRIPE, 1.0);
        }
        axis(canvas, plot, &ticks, x, words.axis);
        for (i, row) in rows.iter().enumerate() {
            draw_row(canvas, area, plot.y0 + ROW * (i as f64 + 0.5), row, x);
        }
    });
    Some(Plot {
        id: words.id.to_owned(),
        title,
        caption: words.caption.to_owned(),
        alt,
        svg,
        handling: findings.study.handling(),
    })
}

fn axis(canvas: &mut Canvas<'_>, plot: Area, ticks: &[f64], x: Scale, name: &str) {
    let (labels, magnitude) = labels(ticks);
    for (tick, label) in ticks.iter().zip(labels) {
        canvas.line(&[(x.at(*tick), plot.y0), (x.at(*tick), plot.y1)], Stroke::new(GRID, 1.0));
        canvas.text((x.at(*tick), plot.y1 + 14.0), &label, SMALL.centre());
    }
    canvas.line(&[(plot.x0, plot.y1), (plot.x1, plot.y1)], Stroke::new(AXIS, 1.0));
    canvas.text(((plot.x0 + plot.x1) / 2.0, plot.y1 + 32.0), &format!("{magnitude}{name}"), SMALL.centre());
}

fn draw_row(canvas: &mut Canvas<'_>, area: Area, y: f64, row: &AssetLoss, x: Scale) {
    let room = LEFT - 14.0;
    canvas.text((area.x0 + 4.0, y - 0.5), &fit(&row.name, NAME.size, false, room), NAME);
    let place = match (row.sector.is_empty(), row.region.is_empty()) {
        (false, false) => format!("{}, {}", row.sector, row.region),
        (true, _) => row.region.clone(),
        (_, true) => row.sector.clone(),
    };
    canvas.text((area.x0 + 4.0, y + 10.5), &fit(&place, 10.5, false, room), Text::new(10.5).muted());
    let [low, high] = row.ci95.map(|v| x.at(v));
    let stroke = Stroke::new(INK, 1.6);
    canvas.line(&[(low, y), (high, y)], stroke);
    for end in [low, high] {
        canvas.line(&[(end, y - 4.0), (end, y + 4.0)], stroke);
    }
    canvas.disc((x.at(row.mean_h), y), 4.0, BLUE, Stroke::new(PAPER, 1.0));
    canvas.text((area.x1 - 62.0, y + 4.0), &format::number(row.mean_h), NAME.bold().right());
    canvas.text((area.x1, y + 4.0), &format::percent(row.probability), SMALL.right());
}
