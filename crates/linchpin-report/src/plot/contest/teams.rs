//! How busy teams are.

use linchpin_analysis::findings::Findings;
use linchpin_analysis::findings::contest::{Contest, TeamResult};

use super::super::Plot;
use super::picture;
use super::ranges::{FOOT, HEAD, ROW, Row, draw};
use crate::format::{hours, number, percent};
use crate::names;
use crate::sheet::sheet;
use crate::text::fit;

const MAX_ROWS: usize = 20;

pub(super) fn plot(findings: &Findings, contest: &Contest) -> Option<Plot> {
    let mut teams: Vec<&TeamResult> = contest.teams.iter().collect();
    teams.sort_by(|a, b| b.utilisation_mean.total_cmp(&a.utilisation_mean));
    teams.truncate(MAX_ROWS);
    let busiest = teams.first()?;
    let title = format!(
        "Busiest: {}, at work {} of its time",
        fit(&busiest.name, 17.0, true, 380.0),
        percent(busiest.utilisation_mean)
    );
    let waiting = names::metric(findings, "repair_wait", "cascade").and_then(names::mean);
    let queue = waiting.map_or_else(String::new, |wait| {
        format!(" All jobs together wait {} for crews or spare parts in the mean run.", hours(wait))
    });
    let subtitle = format!(
        "Share of crews' time that they are at work: median (dot), half of the runs (thick), nine in ten (thin).{queue}"
    );
    let alt = format!("{title}. {} teams with the share of their time at work.", teams.len());
    let rows: Vec<Row> = teams
        .iter()
        .map(|team| Row {
            name: team.name.clone(),
            below: if team.crews == 1 { "1 crew".to_owned() } else { format!("{} crews", team.crews) },
            quantiles: team.utilisation,
            columns: [percent(team.utilisation_mean), number(team.jobs.of)],
        })
        .collect();
    let body = HEAD + ROW * rows.len() as f64 + FOOT;
    let svg = sheet(&findings.study, [&title, &subtitle, &alt], body, |canvas, area| {
        let ticks: Vec<(f64, String)> =
            [0.0, 0.25, 0.5, 0.75, 1.0].into_iter().map(|share| (share, percent(share))).collect();
        draw(canvas, area, &rows, (&ticks, 1.0, "share of crews' time at work"), ["mean", "jobs a run"]);
    });
    let caption = "Teams that are hardly ever idle are where more crews would shorten the queue; the queue is what keeps loss going \
                   after the cause is gone."
        .to_owned();
    Some(picture(findings, "teams".to_owned(), [title, caption, alt], svg))
}
