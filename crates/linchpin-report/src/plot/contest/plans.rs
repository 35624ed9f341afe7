//! Which plans are carried out, and when.

use linchpin_analysis::findings::Findings;
use linchpin_analysis::findings::contest::{Contest, PlanResult};

use super::super::Plot;
use super::picture;
use super::ranges::{FOOT, HEAD, ROW, Row, draw};
use crate::axis::TimeAxis;
use crate::format::{hours, number, percent};
use crate::sheet::sheet;
use crate::text::fit;

const MAX_ROWS: usize = 20;

pub(super) fn plot(findings: &Findings, contest: &Contest) -> Option<Plot> {
    let mut plans: Vec<&PlanResult> = contest.plans.iter().filter(|plan| plan.on).collect();
    plans.first()?;
    // In the order in which they come into force; those that never do at the end.
    let median = |plan: &PlanResult| within(plan, 0.5).unwrap_or(f64::INFINITY);
    plans.sort_by(|a, b| median(a).total_cmp(&median(b)));
    plans.truncate(MAX_ROWS);
    let most = plans.iter().max_by(|a, b| a.used.of.total_cmp(&b.used.of))?;
    let title = match within(most, 0.5) {
        Some(at) if most.used.of > 0.0 => format!(
            "“{}” is carried out in {} of the runs, typically after {}",
            fit(&most.name, 17.0, true, 300.0),
            percent(most.used.of),
            hours(at)
        ),
        _ => "No plan is ever carried out".to_owned(),
    };
    let time = TimeAxis::new(findings.study.horizon_h);
    let subtitle = format!(
        "First time in force, of the runs in which it was carried out: median (dot), half of them (thick), nine in ten (thin); {}.",
        time.title(&findings.study)
    );
    let alt = format!("{title}. {} plans with the times at which they come into force.", plans.len());
    let rows: Vec<Row> = plans.iter().map(|plan| row(plan)).collect();
    let body = HEAD + ROW * rows.len() as f64 + FOOT;
    let svg = sheet(&findings.study, [&title, &subtitle, &alt], body, |canvas, area| {
        let axis = (&time.ticks(7)[..], findings.study.horizon_h, &*time.short_title());
        draw(canvas, area, &rows, axis, ["used in", "median after"]);
    });
    let caption = "A plan that is carried out in few runs is either not needed or not seen to be needed; one that comes late can only help \
                   with what is left to lose."
        .to_owned();
    Some(picture(findings, "plans".to_owned(), [title, caption, alt], svg))
}

/// Hours within which this share *of the runs that used it* had it in force.
fn within(plan: &PlanResult, share: f64) -> Option<f64> {
    let last = plan.time.within_h.len().checked_sub(1)?;
    plan.time.within_h.get((last as f64 * share).round() as usize).copied()
}

fn row(plan: &PlanResult) -> Row {
    let alarms = plan.false_alarms.filter(|mean| mean.of > 0.0);
    Row {
        name: plan.name.clone(),
        below: alarms.map_or_else(String::new, |mean| format!("{} false alarms a run", number(mean.of))),
        quantiles: [0.05, 0.25, 0.5, 0.75, 0.95].map(|share| within(plan, share)),
        columns: [percent(plan.used.of), within(plan, 0.5).map_or_else(|| "–".to_owned(), hours)],
    }
}
