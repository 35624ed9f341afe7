//! The risk register as a matrix: likelihood by impact, as analysts judge them.

use linchpin_analysis::findings::Findings;
use linchpin_analysis::findings::contest::{AssessmentRow, Contest};

use super::super::Plot;
use super::{LABEL, picture};
use crate::canvas::{Area, Canvas, Stroke, Text};
use crate::palette::{PAPER, scale, text_on};
use crate::sheet::sheet;
use crate::text::fit;

/// Judgements that are listed beside the matrix; all are in the table.
const LISTED: usize = 18;
const CELL: f64 = 58.0;
const LEFT: f64 = 92.0;
const FOOT: f64 = 46.0;
/// Words of the scales from 1 to 5.
pub(crate) const WORDS: [&str; 5] = ["very low", "low", "medium", "high", "very high"];

pub(super) fn plot(findings: &Findings, contest: &Contest) -> Option<Plot> {
    let rows: Vec<(&str, &AssessmentRow)> = contest
        .actors
        .iter()
        .flat_map(|actor| actor.assessments.iter().map(move |row| (actor.name.as_str(), row)))
        .collect();
    let worst = rows.iter().max_by_key(|(_, row)| u32::from(row.likelihood) * u32::from(row.impact))?;
    let title = format!(
        "Highest in the register: {} against {}",
        fit(worst.0, 17.0, true, 260.0),
        fit(&worst.1.target, 17.0, true, 260.0)
    );
    let subtitle = "Judgements of analysts as the scenario has them, not results: likelihood from intent, capability and opportunity, \
                    against impact.";
    let said: Vec<String> = rows
        .iter()
        .map(|(actor, row)| {
            format!(
                "{actor} against {}: likelihood {}, impact {}",
                row.target,
                word(row.likelihood),
                word(row.impact)
            )
        })
        .collect();
    let alt = format!("{title}. {}.", said.join("; "));
    let body = 5.0 * CELL + FOOT;
    let svg = sheet(&findings.study, [&title, subtitle, &alt], body, |canvas, area| {
        grid(canvas, area);
        numbers(canvas, area, &rows);
        list(canvas, area, &rows);
    });
    let caption = "Numbers refer to the list. What the simulation says of the same actors stands in the table: consequences given \
                   that they attack, which no likelihood is multiplied with."
        .to_owned();
    Some(picture(findings, "risk-matrix".to_owned(), [title, caption, alt], svg))
}

/// The word for 1 to 5.
pub(crate) fn word(level: u8) -> &'static str {
    WORDS[usize::from(level.clamp(1, 5)) - 1]
}

fn cell(area: Area, likelihood: u8, impact: u8) -> Area {
    let (row, column) = (5.0 - f64::from(likelihood.clamp(1, 5)), f64::from(impact.clamp(1, 5)) - 1.0);
    let (x0, y0) = (area.x0 + LEFT + CELL * column, area.y0 + CELL * row);
    Area { x0, y0, x1: x0 + CELL, y1: y0 + CELL }
}

fn ground(likelihood: u8, impact: u8) -> crate::palette::Rgb {
    scale(f64::from(u32::from(likelihood) * u32::from(impact)) / 25.0 * 0.9)
}

fn grid(canvas: &mut Canvas<'_>, area: Area) {
    for likelihood in 1..=5 {
        for impact in 1..=5 {
            let at = cell(area, likelihood, impact);
            canvas.rect(at, ground(likelihood, impact), 1.0);
            canvas.outline(at, Stroke::new(PAPER, 2.0));
        }
        let at = cell(area, likelihood, 1);
        canvas.text((at.x0 - 6.0, (at.y0 + at.y1) / 2.0 + 4.0), word(likelihood), LABEL.right());
        let at = cell(area, 1, likelihood);
        canvas.text(((at.x0 + at.x1) / 2.0, at.y1 + 15.0), word(likelihood), LABEL.centre());
    }
    let bold = LABEL.bold();
    canvas.text((area.x0 + 12.0, area.y0 + 2.5 * CELL), "likelihood", bold.centre().upward());
    canvas.text((area.x0 + LEFT + 2.5 * CELL, area.y0 + 5.0 * CELL + 34.0), "impact", bold.centre());
}

/// Numbers of judgements in their cells, nine to a cell at most.
fn numbers(canvas: &mut Canvas<'_>, area: Area, rows: &[(&str, &AssessmentRow)]) {
    for likelihood in 1..=5_u8 {
        for impact in 1..=5_u8 {
            let at = cell(area, likelihood, impact);
            let own: Vec<usize> = rows
                .iter()
                .take(LISTED)
                .enumerate()
                .filter(|(_, (_, row))| {
                    (row.likelihood.clamp(1, 5), row.impact.clamp(1, 5)) == (likelihood, impact)
                })
                .map(|(i, _)| i + 1)
                .collect();
            let style = Text::new(12.0).bold().centre().color(text_on(ground(likelihood, impact)));
            let lines = own.len().min(9).div_ceil(3) as f64;
            for (k, number) in own.iter().take(9).enumerate() {
                let in_line = (own.len().min(9) - k / 3 * 3).min(3) as f64;
                let x = (at.x0 + at.x1) / 2.0 + ((k % 3) as f64 - (in_line - 1.0) / 2.0) * 18.0;
                let y = (at.y0 + at.y1) / 2.0 + 4.5 + ((k / 3) as f64 - (lines - 1.0) / 2.0) * 16.0;
                canvas.text((x, y), &number.to_string(), style);
            }
        }
    }
}

fn list(canvas: &mut Canvas<'_>, area: Area, rows: &[(&str, &AssessmentRow)]) {
    let x = area.x0 + LEFT + 5.0 * CELL + 24.0;
    let room = area.x1 - x - 22.0;
    let (mut y, pitch) = (area.y0 + 12.0, if rows.len() > 9 { 15.0 } else { 30.0 });
    for (i, (actor, row)) in rows.iter().take(LISTED).enumerate() {
        canvas.text((x + 16.0, y), &format!("{}", i + 1), Text::new(12.0).bold().right());
        if rows.len() > 9 {
            let words = format!("{actor}: {}", row.target);
            canvas.text((x + 22.0, y), &fit(&words, 11.5, false, room), Text::new(11.5));
        } else {
            canvas.text((x + 22.0, y), &fit(actor, 12.0, false, room), Text::new(12.0));
            let words = format!("against {} ({} confidence)", row.target, row.confidence);
            let words = if row.confidence.is_empty() { format!("against {}", row.target) } else { words };
            canvas.text((x + 22.0, y + 12.5), &fit(&words, 10.5, false, room), Text::new(10.5).muted());
        }
        y += pitch;
    }
    if rows.len() > LISTED {
        let more = format!("{} more are in the table.", rows.len() - LISTED);
        canvas.text((x + 22.0, y), &fit(&more, 10.5, false, room), Text::new(10.5).muted());
    }
}
