//! Where lost service began: by actor, campaign, step, malware, event and plan.

use linchpin_analysis::findings::Findings;
use linchpin_analysis::findings::contest::{Contest, LossRow};

use super::super::Plot;
use super::{LABEL, picture};
use crate::axis::{Scale, labels, ticks};
use crate::canvas::{Area, Stroke, Text};
use crate::format::{number, quantity};
use crate::palette::{AXIS, BAND_NARROW, BLUE, GRID, INK};
use crate::sheet::sheet;
use crate::text::fit;

/// Rows of each kind: the largest.
const OF_KIND: usize = 8;
const ROW: f64 = 22.0;
const KIND: f64 = 26.0;
const FOOT: f64 = 40.0;
const LEFT: f64 = 290.0;
const RIGHT: f64 = 70.0;
const KINDS: [(&str, &str); 6] = [
    ("actor", "By actor"),
    ("campaign", "By campaign"),
    ("step", "By step"),
    ("malware", "By malware"),
    ("event", "By scripted event"),
    ("plan", "By plan (a price of the response)"),
];

pub(super) fn plot(findings: &Findings, contest: &Contest) -> Option<Plot> {
    let sections: Vec<(&str, Vec<&LossRow>)> = KINDS
        .into_iter()
        .map(|(kind, name)| {
            (name, contest.losses.iter().filter(|row| row.kind == kind).take(OF_KIND).collect())
        })
        .filter(|(_, rows): &(&str, Vec<&LossRow>)| rows.iter().any(|row| row.loss_h.of > 0.0))
        .collect();
    let rows = || sections.iter().flat_map(|(_, rows)| rows.iter());
    let largest = contest
        .losses
        .iter()
        .filter(|row| matches!(row.kind.as_str(), "step" | "malware" | "event"))
        .max_by(|a, b| a.loss_h.of.total_cmp(&b.loss_h.of))
        .or_else(|| contest.losses.first())?;
    rows().next()?;
    let title = format!(
        "Most loss begins with {}: {} a run",
        fit(&largest.name, 17.0, true, 330.0),
        quantity(largest.loss_h.of, "asset-hours")
    );
    let subtitle = "Lost service by what struck first where it began, with all that it brought down behind it: mean of all runs in asset-hours, \
                    with its 95 % confidence interval. The groups are different views of the same loss and do not add up.";
    let alt = format!("{title}. Bars in {} groups.", sections.len());
    let count = rows().count() as f64;
    let body = KIND * sections.len() as f64 + ROW * count + FOOT;
    let most = rows().map(|row| row.loss_h.ci95.map_or(row.loss_h.of, |ci| ci[1].max(row.loss_h.of)));
    let ticks = ticks(most.fold(0.0, f64::max), 5);
    let svg = sheet(&findings.study, [&title, subtitle, &alt], body, |canvas, area| {
        let plot = Area { x0: area.x0 + LEFT, y0: area.y0, x1: area.x1 - RIGHT, y1: area.y1 - FOOT };
        let x = Scale::new((0.0, ticks.last().copied().unwrap_or(1.0)), (plot.x0, plot.x1));
        let (names, magnitude) = labels(&ticks);
        for (tick, name) in ticks.iter().zip(names) {
            canvas.line(&[(x.at(*tick), plot.y0), (x.at(*tick), plot.y1)], Stroke::new(GRID, 1.0));
            canvas.text((x.at(*tick), plot.y1 + 14.0), &name, LABEL.centre());
        }
        let axis = format!("{magnitude}asset-hours lost in a run");
        canvas.text(((plot.x0 + plot.x1) / 2.0, plot.y1 + 32.0), &axis, LABEL.centre());
        let mut y = plot.y0;
        for (name, rows) in &sections {
            canvas.text((area.x0, y + 18.0), name, Text::new(12.0).bold());
            y += KIND;
            for row in rows {
                let words =
                    if row.of.is_empty() { row.name.clone() } else { format!("{} ({})", row.name, row.of) };
                canvas.text(
                    (area.x0 + 8.0, y + 15.0),
                    &fit(&words, 12.0, false, LEFT - 18.0),
                    Text::new(12.0),
                );
                let bar = Area { x0: plot.x0, y0: y + 4.0, x1: x.at(row.loss_h.of), y1: y + ROW - 4.0 };
                canvas.rect(bar, if row.kind == "step" { BAND_NARROW } else { BLUE }, 1.0);
                if let Some([low, high]) = row.loss_h.ci95 {
                    let middle = y + ROW / 2.0;
                    canvas.line(&[(x.at(low), middle), (x.at(high), middle)], Stroke::new(INK, 1.4));
                }
                canvas.text((area.x1, y + 15.0), &number(row.loss_h.of), Text::new(12.0).bold().right());
                y += ROW;
            }
        }
        canvas.line(&[(plot.x0, plot.y0), (plot.x0, plot.y1)], Stroke::new(AXIS, 1.0));
    });
    let caption = "Where several things strike the same asset, its loss is booked to the first. Loss of malware which only one campaign \
                   brings in counts as that campaign's too."
        .to_owned();
    Some(picture(findings, "loss-origin".to_owned(), [title, caption, alt], svg))
}
