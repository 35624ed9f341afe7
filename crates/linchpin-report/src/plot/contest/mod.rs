//! Pictures of attackers, malware and responders.

mod matrix;
mod origin;
mod path;
mod plans;
mod ranges;
mod spread;
mod steps;
mod teams;
mod times;

use linchpin_analysis::findings::Findings;

use super::Plot;
use crate::axis::{Scale, TimeAxis};
use crate::canvas::{Area, Canvas, Stroke, Text};
use crate::palette::{AXIS, Rgb};
pub(crate) use matrix::word;

/// Campaigns and malware that are drawn: more are in the tables.
const DRAWN: usize = 6;
const LABEL: Text = Text::new(11.0).muted();

/// All pictures of attackers, malware and responders that there is something to draw for, in the order of the report.
pub(super) fn plots(findings: &Findings) -> Vec<Plot> {
    let Some(contest) = &findings.contest else { return Vec::new() };
    let mut drawn: Vec<Option<Plot>> = vec![matrix::plot(findings, contest)];
    for (i, campaign) in contest.campaigns.iter().enumerate().take(DRAWN) {
        drawn.push(path::plot(findings, campaign, i));
        drawn.push(steps::plot(findings, campaign, i));
    }
    drawn.push(times::plot(findings, contest));
    for (i, malware) in contest.malware.iter().enumerate().take(DRAWN) {
        drawn.push(spread::plot(findings, malware, i));
    }
    drawn.push(plans::plot(findings, contest));
    drawn.push(teams::plot(findings, contest));
    drawn.push(origin::plot(findings, contest));
    drawn.into_iter().flatten().collect()
}

/// A picture of these findings.
fn picture(findings: &Findings, id: String, [title, caption, alt]: [String; 3], svg: String) -> Plot {
    Plot { id, title, caption, alt, svg, handling: findings.study.handling() }
}

/// Ticks and labels of a time axis below an area.
fn time_ticks(canvas: &mut Canvas<'_>, plot: Area, time: TimeAxis, x: Scale, target: usize) {
    canvas.line(&[(plot.x0, plot.y1), (plot.x1, plot.y1)], Stroke::new(AXIS, 1.0));
    for (hours, label) in time.ticks(target) {
        let at = x.at(hours);
        canvas.line(&[(at, plot.y1), (at, plot.y1 + 3.5)], Stroke::new(AXIS, 1.0));
        canvas.text((at, plot.y1 + 14.5), &label, LABEL.centre());
    }
}

/// What a colour of a key stands for.
enum Sample {
    Fill(Rgb),
    Line(Stroke),
}

/// A key on one line: what fills and lines mean.
fn key(canvas: &mut Canvas<'_>, (mut x, y): (f64, f64), items: &[(Sample, &str)]) {
    for (sample, name) in items {
        match sample {
            Sample::Fill(color) => {
                canvas.rect(Area { x0: x, y0: y - 6.0, x1: x + 22.0, y1: y + 6.0 }, *color, 1.0);
            }
            Sample::Line(stroke) => canvas.line(&[(x, y), (x + 22.0, y)], *stroke),
        }
        canvas.text((x + 28.0, y + 4.0), name, LABEL);
        x += 28.0 + LABEL.width(name) + 20.0;
    }
}

/// A share that can be drawn: within 0 and 1, and 0 where it is no number.
fn unit(share: f64) -> f64 {
    if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
}
