//! Steps of a campaign over time: by when had each been tried, succeeded, been noticed, been stopped.

use linchpin_analysis::findings::Findings;
use linchpin_analysis::findings::contest::{CampaignResult, StepResult};

use super::super::Plot;
use super::super::levels::{simplified, trace};
use super::{LABEL, Sample, key, picture, time_ticks};
use crate::axis::{Scale, TimeAxis};
use crate::canvas::{Area, Canvas, Point, Stroke, Text};
use crate::format::percent;
use crate::palette::{BAND_NARROW, BAND_WIDE, BLUE, GRID, INK, VERMILION};
use crate::sheet::sheet;
use crate::text::fit;

/// More can not be compared on one page.
const MAX_ROWS: usize = 16;
const ROW: f64 = 46.0;
const KEY: f64 = 26.0;
const FOOT: f64 = 40.0;
const LEFT: f64 = 236.0;
const RIGHT: f64 = 132.0;
const NAME: Text = Text::new(12.0);

pub(super) fn plot(findings: &Findings, campaign: &CampaignResult, place: usize) -> Option<Plot> {
    let steps: Vec<&StepResult> = campaign.steps.iter().filter(|step| step.courses[0].len() > 1).collect();
    let rows = &steps[..steps.len().min(MAX_ROWS)];
    rows.first()?;
    let title = title(campaign, rows);
    let time = TimeAxis::new(findings.study.horizon_h);
    let subtitle = format!(
        "Share of all runs in which each step had been tried, had succeeded, been noticed or been stopped, {}.",
        time.title(&findings.study)
    );
    let alt = format!("{title}. {} steps, each with its shares over time.", rows.len());
    let body = KEY + ROW * rows.len() as f64 + FOOT;
    let svg = sheet(&findings.study, [&title, &subtitle, &alt], body, |canvas, area| {
        let items = [
            (Sample::Fill(BAND_WIDE), "tried"),
            (Sample::Fill(BAND_NARROW), "succeeded"),
            (Sample::Line(Stroke::new(VERMILION, 2.2)), "noticed"),
            (Sample::Line(Stroke::new(INK, 1.0)), "noticed and stopped"),
        ];
        key(canvas, (area.x0 + LEFT, area.y0 + 6.0), &items);
        let plot = Area { x0: area.x0 + LEFT, y0: area.y0 + KEY, x1: area.x1 - RIGHT, y1: area.y1 - FOOT };
        let x = Scale::new((0.0, findings.study.horizon_h), (plot.x0, plot.x1));
        for (i, step) in rows.iter().enumerate() {
            let y0 = plot.y0 + ROW * i as f64;
            row(canvas, Area { y0, y1: y0 + ROW, ..area }, (plot.x0, plot.x1), (&campaign.hours, x), step);
        }
        time_ticks(canvas, plot, time, x, 7);
        canvas.text(((plot.x0 + plot.x1) / 2.0, plot.y1 + 32.0), &time.short_title(), LABEL.centre());
    });
    let more = match steps.len() - rows.len() {
        0 => String::new(),
        n => format!(" {n} more steps are in the table."),
    };
    let caption = format!(
        "Each strip reaches from 0 to 100\u{a0}% of the runs. Where the dark area stays below the light one, tries fail; \
         where the vermilion line rises before the dark area, the step is noticed in time.{more}"
    );
    Some(picture(findings, format!("campaign-{}-steps", place + 1), [title, caption, alt], svg))
}

fn title(campaign: &CampaignResult, rows: &[&StepResult]) -> String {
    let name = fit(&campaign.name, 17.0, true, 330.0);
    let most = rows.iter().filter(|s| s.stops > 0.0).max_by(|a, b| a.stops.total_cmp(&b.stops));
    match most {
        Some(step) => {
            let step_name = fit(&step.name, 17.0, true, 300.0);
            format!("{name}: stopped most often at “{step_name}” ({} of runs)", percent(step.stops))
        }
        None => format!("{name}: reaches its goal in {} of runs", percent(campaign.reached.of)),
    }
}

fn row(
    canvas: &mut Canvas<'_>,
    row: Area,
    (x0, x1): (f64, f64),
    (hours, x): (&[f64], Scale),
    step: &StepResult,
) {
    let strip = Area { x0, y0: row.y0 + 7.0, x1, y1: row.y1 - 3.0 };
    let y = Scale::new((0.0, 1.0), (strip.y1, strip.y0));
    let room = LEFT - 14.0;
    canvas.text((row.x0, row.y0 + 22.0), &fit(&step.name, NAME.size, false, room), NAME);
    let technique = [step.technique.as_str(), step.technique_name.as_str()];
    let technique = technique.into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" ");
    canvas.text((row.x0, row.y0 + 36.0), &fit(&technique, 10.5, false, room), Text::new(10.5).muted());
    canvas.line(&[(x0, strip.y0), (x1, strip.y0)], Stroke::new(GRID, 1.0));
    let [tried, succeeded, noticed, blocked] = &step.courses;
    for (course, color) in [(tried, BAND_WIDE), (succeeded, BAND_NARROW)] {
        let line = simplified(trace(hours, course, (x, y)));
        if let (Some(first), Some(last)) = (line.first().copied(), line.last().copied()) {
            let mut outline: Vec<Point> = line;
            outline.extend([(last.0, strip.y1), (first.0, strip.y1)]);
            canvas.polygon(&outline, color, 1.0);
        }
    }
    canvas.line(&simplified(trace(hours, blocked, (x, y))), Stroke::new(INK, 1.0));
    canvas.line(&simplified(trace(hours, noticed, (x, y))), Stroke::new(VERMILION, 2.0));
    canvas.line(&[(x0, strip.y1), (x1, strip.y1)], Stroke::new(GRID, 1.0));
    let at = x1 + 8.0;
    let of = |share: f64, word: &str| format!("{} {word}", percent(share));
    canvas.text((at, row.y0 + 22.0), &of(step.succeeded.of, "succeed"), Text::new(11.0).bold().color(BLUE));
    canvas.text((at, row.y0 + 36.0), &of(step.noticed.of, "noticed"), Text::new(11.0).color(VERMILION));
}
