//! The paths of an attack: steps in layers, with how often each is reached, succeeds and is stopped.

use linchpin_analysis::findings::Findings;
use linchpin_analysis::findings::contest::{CampaignResult, StepResult};

use super::super::Plot;
use super::{picture, unit};
use crate::canvas::{Area, Canvas, Point, Stroke, Text};
use crate::format::percent;
use crate::palette::{AXIS, BAND_NARROW, BAND_WIDE, BLUE, INK, MUTED, PAPER, VERMILION};
use crate::sheet::sheet;
use crate::text::{fit, wrap};

/// Boxes beside each other at most: more could not be read.
const ACROSS: usize = 4;
/// More boxes do not fit a page.
const MAX_STEPS: usize = 28;
const BOX: f64 = 84.0;
const GAP: f64 = 44.0;
const SIDE: f64 = 14.0;
const WIDEST: f64 = 240.0;
const NAME: Text = Text::new(12.0).bold();
const SMALL: Text = Text::new(10.5);
/// Room that the label of an arrow takes.
const ARROW_LABEL: f64 = 42.0;
/// How far a way round other boxes stays away from them, and from the next such way.
const LANE: f64 = 8.0;

pub(super) fn plot(findings: &Findings, campaign: &CampaignResult, place: usize) -> Option<Plot> {
    let steps = &campaign.steps[..campaign.steps.len().min(MAX_STEPS)];
    steps.first()?;
    let rows = rows(campaign, steps.len());
    let name = fit(&campaign.name, 17.0, true, 380.0);
    let title = format!("{name}: the goal is reached in {} of runs", percent(campaign.reached.of));
    let subtitle = "Steps from the first to the goal (thick outline). Light: tried; dark: succeeds; numbers at arrows: share \
                    of all runs in which one step leads on to the next.";
    let said: Vec<String> = steps
        .iter()
        .map(|s| format!("{}: tried {}, succeeds {}", s.name, percent(s.tried.of), percent(s.succeeded.of)))
        .collect();
    let alt = format!("{title}. {}.", said.join("; "));
    let body = BOX * rows.len() as f64 + GAP * rows.len().saturating_sub(1) as f64 + 22.0;
    let svg = sheet(&findings.study, [&title, subtitle, &alt], body, |canvas, area| {
        let places = lay(&rows, area, steps.len());
        arrows(canvas, campaign, &places, area);
        for (step, at) in steps.iter().zip(&places) {
            draw(canvas, step, *at);
        }
    });
    let caption = format!(
        "All shares are of all runs, on the condition that the attack is made as the scenario has it. “Stopped” means noticed and \
         stopped before it was done.{}",
        match campaign.steps.len() - steps.len() {
            0 => String::new(),
            n => format!(" {n} more steps are in the table."),
        }
    );
    Some(picture(findings, format!("campaign-{}-path", place + 1), [title, caption, alt], svg))
}

/// Places of steps by row from above to below: the longest way from a first step decides, and a row holds at most
/// [`ACROSS`]. Within a row those come first whose predecessors stand further left.
fn rows(campaign: &CampaignResult, steps: usize) -> Vec<Vec<usize>> {
    let arrows: Vec<(usize, usize)> = campaign
        .arrows
        .iter()
        .map(|arrow| (arrow.from as usize, arrow.to as usize))
        .filter(|(from, to)| *from < steps && *to < steps)
        .collect();
    let mut layer = vec![0_usize; steps];
    // A chain has at most so many links; circles, which can not be, end here too.
    for _ in 0..steps {
        for (from, to) in &arrows {
            layer[*to] = layer[*to].max((layer[*from] + 1).min(steps));
        }
    }
    let mut rows: Vec<Vec<usize>> = Vec::new();
    let mut position = vec![0.0; steps];
    for depth in 0..=layer.iter().copied().max().unwrap_or(0) {
        let mut own: Vec<usize> = (0..steps).filter(|step| layer[*step] == depth).collect();
        let centre = |step: usize| {
            let before: Vec<f64> =
                arrows.iter().filter(|(_, to)| *to == step).map(|(from, _)| position[*from]).collect();
            if before.is_empty() { 0.5 } else { before.iter().sum::<f64>() / before.len() as f64 }
        };
        let centres: Vec<f64> = (0..steps).map(centre).collect();
        own.sort_by(|a, b| centres[*a].total_cmp(&centres[*b]).then(a.cmp(b)));
        for row in own.chunks(ACROSS) {
            for (i, step) in row.iter().enumerate() {
                position[*step] = (i as f64 + 0.5) / row.len() as f64;
            }
            rows.push(row.to_vec());
        }
    }
    rows
}

/// The box of each step.
fn lay(rows: &[Vec<usize>], area: Area, steps: usize) -> Vec<Area> {
    let mut places = vec![area; steps];
    for (i, row) in rows.iter().enumerate() {
        let n = row.len() as f64;
        let width = ((area.width() - SIDE * (n - 1.0)) / n).min(WIDEST);
        let pitch = area.width() / n;
        let y0 = area.y0 + 12.0 + (BOX + GAP) * i as f64;
        for (k, step) in row.iter().enumerate() {
            let x0 = area.x0 + pitch * (k as f64 + 0.5) - width / 2.0;
            places[*step] = Area { x0, y0, x1: x0 + width, y1: y0 + BOX };
        }
    }
    places
}

/// An arrow on its way to a box.
struct Way {
    taken: f64,
    from: Area,
    /// Where it goes down beside the boxes of the rows between, if there are any.
    lane: Option<f64>,
}

impl Way {
    /// Arrows come in from left to right as they come from left to right.
    fn order(&self) -> f64 {
        self.lane.unwrap_or((self.from.x0 + self.from.x1) / 2.0)
    }

    fn points(&self, head: Point, area: Area) -> Vec<Point> {
        let tail = ((self.from.x0 + self.from.x1) / 2.0, self.from.y1);
        match self.lane {
            None => vec![tail, (head.0, head.1 - 21.0), (head.0, head.1 - 5.0)],
            Some(lane) => {
                let (lane, out, home) = (lane.min(area.x1 + LANE), tail.1 + 9.0, head.1 - 28.0);
                let start = (tail.0 + 10.0, tail.1);
                vec![start, (start.0, out), (lane, out), (lane, home), (head.0, home), (head.0, head.1 - 5.0)]
            }
        }
    }
}

/// Arrows come in at the top of a box side by side; those from further up go round the boxes between.
fn arrows(canvas: &mut Canvas<'_>, campaign: &CampaignResult, places: &[Area], area: Area) {
    let mut lanes = 0.0;
    for (step, to) in places.iter().enumerate() {
        let own = campaign.arrows.iter().filter(|arrow| arrow.to as usize == step);
        let mut ways: Vec<Way> = own
            .filter_map(|arrow| {
                let from = *places.get(arrow.from as usize)?;
                let between = places.iter().filter(|at| at.y0 > from.y0 && at.y1 < to.y1);
                let edge = between.map(|at| at.x1).reduce(f64::max);
                let lane = edge.map(|edge| {
                    lanes += 1.0;
                    edge.max(from.x1) + LANE * lanes
                });
                Some(Way { taken: unit(arrow.taken), from, lane })
            })
            .collect();
        ways.sort_by(|a, b| a.order().total_cmp(&b.order()));
        let pitch = to.width() / (ways.len() as f64 + 1.0);
        for (i, way) in ways.iter().enumerate() {
            let head = (to.x0 + pitch * (i as f64 + 1.0), to.y0 - 1.0);
            let color = if way.taken > 0.0 { INK } else { AXIS };
            let stroke = Stroke::new(color, 0.8 + 3.2 * way.taken).alpha(0.75);
            let points = way.points(head, area);
            if way.taken > 0.0 {
                canvas.line(&points, stroke);
            } else {
                points.windows(2).for_each(|pair| canvas.dashed(pair[0], pair[1], 3.0, stroke));
            }
            canvas.polygon(&[head, (head.0 - 5.0, to.y0 - 9.0), (head.0 + 5.0, to.y0 - 9.0)], color, 1.0);
        }
        if pitch >= ARROW_LABEL {
            for (i, way) in ways.iter().enumerate() {
                let x = to.x0 + pitch * (i as f64 + 1.0);
                canvas.plated((x + 6.0, to.y0 - 11.0), &percent(way.taken), SMALL.color(MUTED));
            }
        }
    }
}

fn draw(canvas: &mut Canvas<'_>, step: &StepResult, at: Area) {
    canvas.rect(at, PAPER, 1.0);
    let outline = if step.goal { Stroke::new(INK, 2.6) } else { Stroke::new(AXIS, 1.0) };
    canvas.outline(at, outline);
    let room = at.width() - 16.0;
    let x = at.x0 + 8.0;
    let lines = wrap(&step.name, NAME.size, true, room, 2);
    let mut y = at.y0 + 3.0;
    for line in &lines {
        y += 13.5;
        canvas.text((x, y), line, NAME);
    }
    let technique = [step.technique.as_str(), step.technique_name.as_str()];
    let technique = technique.into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" ");
    canvas.text((x, y + 13.0), &fit(&technique, SMALL.size, false, room), SMALL.color(MUTED));
    let bar = Area { x0: x, y0: at.y1 - 30.0, x1: at.x1 - 8.0, y1: at.y1 - 22.0 };
    let part = |share: f64| Area { x1: bar.x0 + room * unit(share), ..bar };
    let empty = Stroke::new(AXIS, 0.6);
    canvas.rect(part(step.tried.of), BAND_WIDE, 1.0);
    canvas.rect(part(step.succeeded.of), BLUE, 1.0);
    canvas.outline(bar, empty);
    let told = told(step, room);
    canvas.text((x, at.y1 - 8.0), &told, SMALL);
    if step.blocked.of > 0.0 {
        let end = bar.x0 + room * unit(step.tried.of);
        let from = (end - room * unit(step.blocked.of)).max(bar.x0);
        canvas.line(&[(from, bar.y1 + 1.5), (end, bar.y1 + 1.5)], Stroke::new(VERMILION, 2.0));
    }
    if step.any {
        canvas.line(&[(at.x0, at.y0), (at.x1, at.y0)], Stroke::new(BAND_NARROW, 3.0));
    }
}

/// As much of what happens to a step as there is room for.
fn told(step: &StepResult, room: f64) -> String {
    let tried = format!("tried {}", percent(step.tried.of));
    let succeeds = format!("succeeds {}", percent(step.succeeded.of));
    let stopped = format!("stopped {}", percent(step.blocked.of));
    let long = if step.blocked.of > 0.0 {
        format!("{tried} · {succeeds} · {stopped}")
    } else {
        format!("{tried} · {succeeds}")
    };
    let choices = [long, format!("{tried} · {succeeds}"), succeeds];
    let fitting = choices.iter().find(|words| SMALL.width(words) <= room);
    fitting.cloned().unwrap_or_else(|| fit(&choices[2], SMALL.size, false, room))
}

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_analysis::findings::contest::Arrow;

    fn campaign(arrows: &[(u32, u32)]) -> CampaignResult {
        let arrows = arrows.iter().map(|(from, to)| Arrow { from: *from, to: *to, taken: 0.5 });
        CampaignResult { arrows: arrows.collect(), ..CampaignResult::default() }
    }

    #[test]
    fn steps_stand_below_all_that_they_follow() {
        let check = |arrows: &[(u32, u32)], steps, expected: &[&[usize]]| {
            assert_eq!(rows(&campaign(arrows), steps), expected, "{arrows:?}");
        };
        check(&[], 1, &[&[0]]);
        check(&[(0, 1), (1, 2)], 3, &[&[0], &[1], &[2]]);
        check(&[(0, 1), (0, 2), (1, 3), (2, 3), (0, 3)], 4, &[&[0], &[1, 2], &[3]]);
        check(&[], 6, &[&[0, 1, 2, 3], &[4, 5]]);
        // The second stands under the first of the row above, whatever the order of the ids.
        check(&[(0, 3), (1, 2)], 4, &[&[0, 1], &[3, 2]]);
        // An arrow from a step that is not there is none.
        check(&[(0, 1), (7, 1)], 2, &[&[0], &[1]]);
    }
}
