//! How long until campaigns and malware are noticed, get where they want to, and are over: cumulative, with what never came.

use linchpin_analysis::findings::Findings;
use linchpin_analysis::findings::contest::{Contest, Duration};

use super::super::Plot;
use super::{LABEL, picture, time_ticks};
use crate::axis::{Scale, TimeAxis};
use crate::canvas::{Area, Canvas, Point, Stroke, Text};
use crate::format::{hours, percent};
use crate::palette::{AXIS, BLUE, GREEN, GRID, INK, PAPER, VERMILION};
use crate::sheet::sheet;
use crate::text::fit;

/// More can not be compared on one page.
const MAX_PANELS: usize = 8;
const PANEL: f64 = 168.0;
const HEAD: f64 = 24.0;
const FOOT: f64 = 24.0;
const AXIS_TITLE: f64 = 18.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 250.0;
const LEADING: f64 = 27.0;
const NAME: Text = Text::new(12.5).bold();

/// A panel: whose times, since when, and the curves with their words and strokes.
struct Panel<'a> {
    name: &'a str,
    since: &'static str,
    curves: Vec<(&'static str, &'a Duration, Stroke)>,
}

pub(super) fn plot(findings: &Findings, contest: &Contest) -> Option<Plot> {
    let all = panels(contest);
    let panels = &all[..all.len().min(MAX_PANELS)];
    panels.first()?;
    let title = title(contest);
    let longest = panels.iter().flat_map(|p| &p.curves).filter_map(|c| c.1.within_h.last().copied());
    let longest = longest.filter(|h| h.is_finite()).fold(0.0, f64::max);
    // Where nothing is open at the end, the part of the axis in which nothing happens is left out.
    let open = panels.iter().flat_map(|p| &p.curves).any(|c| c.1.not_reached > 0.0);
    let length = if open { findings.study.horizon_h } else { (longest * 1.05).min(findings.study.horizon_h) };
    let time = TimeAxis::new(if length > 0.0 { length } else { findings.study.horizon_h });
    let subtitle = "Share of all runs in which it had come to that, by time since the beginning. A curve that ends in an open circle \
                    never comes to 100 %: in the other runs it does not happen before the study ends, or not at all.";
    let alt = format!("{title}. Cumulative curves for {} campaigns and malware.", panels.len());
    let body = PANEL * panels.len() as f64 + AXIS_TITLE;
    let svg = sheet(&findings.study, [&title, subtitle, &alt], body, |canvas, area| {
        for (i, panel) in panels.iter().enumerate() {
            let y0 = area.y0 + PANEL * i as f64;
            draw(canvas, Area { y0, y1: y0 + PANEL, ..area }, panel, time);
        }
        let axis = format!("{} since the beginning", time.short_title().trim_end_matches(" after the start"));
        let x = (area.x0 + LEFT + area.x1 - RIGHT) / 2.0;
        canvas.text((x, area.y1 - 4.0), &axis, LABEL.centre());
    });
    let more = match all.len() - panels.len() {
        0 => String::new(),
        n => format!(" {n} more are in the tables."),
    };
    let caption = format!(
        "Where “noticed” lies above “reaches its goal”, most runs notice the attack before it has succeeded. Where malware infects \
         nothing, there is nothing to notice, and nothing is infected any more from the beginning.{more}"
    );
    Some(picture(findings, "attack-times".to_owned(), [title, caption, alt], svg))
}

fn panels(contest: &Contest) -> Vec<Panel<'_>> {
    let stroke = Stroke::new;
    let campaigns = contest.campaigns.iter().map(|campaign| {
        let mut curves = vec![
            ("noticed", &campaign.notice_time, stroke(BLUE, 2.0)),
            ("reaches its goal", &campaign.reach_time, stroke(VERMILION, 3.0)),
        ];
        curves.extend(campaign.attribution_time.as_ref().map(|time| ("ascribed", time, stroke(INK, 1.2))));
        Panel { name: &campaign.name, since: "since it began", curves }
    });
    let malware = contest.malware.iter().map(|malware| Panel {
        name: &malware.name,
        since: "since the first infection",
        curves: vec![
            ("impairs systems", &malware.dwell, stroke(VERMILION, 3.0)),
            ("noticed", &malware.detection, stroke(BLUE, 2.0)),
            ("nothing infected any more", &malware.containment, stroke(GREEN, 1.4)),
        ],
    });
    let any = |panel: &Panel<'_>| panel.curves.iter().any(|curve| !curve.1.within_h.is_empty());
    campaigns.chain(malware).filter(any).collect()
}

fn title(contest: &Contest) -> String {
    let first = contest.campaigns.first();
    match first.map(|c| (c, c.notice_time.quantiles[2])) {
        Some((campaign, Some(median))) => format!(
            "{} is noticed within {} in half of the runs",
            fit(&campaign.name, 17.0, true, 330.0),
            hours(median)
        ),
        Some((campaign, None)) => {
            let open = percent(campaign.notice_time.not_reached);
            format!("{} stays unnoticed in {open} of the runs", fit(&campaign.name, 17.0, true, 330.0))
        }
        None => "How long malware stays before it is noticed and gone".to_owned(),
    }
}

/// Corners of the stairs of a cumulative curve up to the end of the axis.
fn stairs(time: &Duration, end_h: f64, (x, y): (Scale, Scale)) -> Vec<Point> {
    let mut points = vec![(x.at(0.0), y.at(0.0))];
    let mut share = 0.0;
    for (i, within) in time.within_h.iter().enumerate() {
        points.push((x.at(*within), y.at(share)));
        share = (i + 1) as f64 / 100.0;
        points.push((x.at(*within), y.at(share)));
    }
    points.push((x.at(end_h), y.at(share)));
    points
}

fn draw(canvas: &mut Canvas<'_>, cell: Area, panel: &Panel<'_>, time: TimeAxis) {
    let plot = Area { x0: cell.x0 + LEFT, y0: cell.y0 + HEAD, x1: cell.x1 - RIGHT, y1: cell.y1 - FOOT };
    let x = Scale::new((0.0, time.length_h), (plot.x0, plot.x1));
    let y = Scale::new((0.0, 1.0), (plot.y1, plot.y0));
    let since = format!(" {}", panel.since);
    let room = plot.width() + RIGHT - LABEL.width(&since);
    let name = fit(panel.name, NAME.size, true, room);
    canvas.text((plot.x0, cell.y0 + 14.0), &name, NAME);
    canvas.text((plot.x0 + NAME.width(&name) + 4.0, cell.y0 + 14.0), panel.since, LABEL);
    for share in [0.0, 0.5, 1.0] {
        canvas.line(&[(plot.x0, y.at(share)), (plot.x1, y.at(share))], Stroke::new(GRID, 1.0));
        canvas.text((plot.x0 - 5.0, y.at(share) + 4.0), &percent(share), LABEL.right());
    }
    time_ticks(canvas, plot, time, x, 6);
    let mut ends: Vec<(f64, usize)> = Vec::new();
    for (i, (_, duration, stroke)) in panel.curves.iter().enumerate() {
        let points = stairs(duration, time.length_h, (x, y));
        canvas.line(&points, *stroke);
        let end = points.last().map_or(plot.y1, |p| p.1);
        if duration.not_reached > 0.0 {
            canvas.disc((plot.x1, end), 3.5, PAPER, *stroke);
        }
        ends.push((end, i));
    }
    // Labels stand at the ends of their curves, moved apart where these lie close together.
    ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut free = plot.y0 - 2.0;
    let last = plot.y1 - LEADING * (ends.len() as f64 - 1.0);
    for (k, (end, i)) in ends.iter().enumerate() {
        let at = end.max(free).min(last + LEADING * k as f64);
        let (words, duration, stroke) = &panel.curves[*i];
        label(canvas, (plot.x1, at), (*end, *stroke), words, duration);
        free = at + LEADING;
    }
}

fn label(
    canvas: &mut Canvas<'_>,
    (x, y): Point,
    (end, stroke): (f64, Stroke),
    words: &str,
    duration: &Duration,
) {
    canvas.line(&[(x + 5.0, end), (x + 12.0, y)], Stroke::new(AXIS, 0.8));
    let style = Text::new(11.0).bold().color(stroke.color);
    canvas.text((x + 15.0, y + 3.0), words, style);
    let half = match duration.quantiles[2] {
        Some(median) => format!("half within {}", hours(median)),
        None => "not in half of the runs".to_owned(),
    };
    let rest = match duration.not_reached {
        share if share > 0.0 => format!("{half}; never in {}", percent(share)),
        _ => half,
    };
    canvas.text((x + 15.0, y + 15.5), &fit(&rest, 10.5, false, RIGHT - 17.0), Text::new(10.5).muted());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_came_leaves_the_curve_below_the_top() {
        let (x, y) = (Scale::new((0.0, 10.0), (0.0, 100.0)), Scale::new((0.0, 1.0), (100.0, 0.0)));
        let within_h = [vec![2.0; 25], vec![4.0; 50]].concat();
        let time = Duration { within_h, not_reached: 0.25, ..Duration::default() };
        let points = stairs(&time, 10.0, (x, y));
        assert_eq!((points[0], points[1]), ((0.0, 100.0), (20.0, 100.0)));
        let (last, before) = (points[points.len() - 1], points[points.len() - 2]);
        assert!((last.0 - 100.0).abs() < 1e-9 && (last.1 - 25.0).abs() < 1e-9, "{last:?}");
        assert!((before.0 - 40.0).abs() < 1e-9, "{before:?}");
        assert_eq!(stairs(&Duration::default(), 10.0, (x, y)), [(0.0, 100.0), (100.0, 100.0)]);
    }
}
