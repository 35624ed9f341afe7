//! The worst that can be done, by number of targets, before and after the protections: as a picture.

use linchpin_analysis::findings::StudyInfo;

use crate::axis::{Scale, labels, ticks};
use crate::canvas::{Area, Canvas, Point, Stroke, Text};
use crate::format;
use crate::palette::{AXIS, BLUE, GRID, INK, PAPER, Rgb, VERMILION};
use crate::plot::Plot;
use crate::sheet::sheet;

const SMALL: Text = Text::new(11.0).muted();
const NAME: Text = Text::new(12.0).bold();
const CHART: f64 = 300.0;
const FOOT: f64 = 44.0;

/// What the worst attacks cost. Plain data and final.
#[derive(Clone, Debug, Default)]
pub struct Worst {
    /// What was run.
    pub study: StudyInfo,
    /// What is lost, such as `person-hours`.
    pub unit: String,
    /// How a loss is summed up over replications: `mean`, `mean of the worst 5 %`.
    pub statistic: String,
    /// Loss of the worst attack found on 1, 2, 3... targets.
    pub before: Vec<f64>,
    /// The same with the protections.
    pub after: Vec<f64>,
    /// How many assets are protected.
    pub protected: usize,
}

/// All pictures; none where there is nothing to draw.
pub fn worst_plots(worst: &Worst) -> Vec<Plot> {
    plot(worst).into_iter().collect()
}

fn plot(worst: &Worst) -> Option<Plot> {
    let most = worst.before.iter().copied().filter(|loss| loss.is_finite()).fold(0.0, f64::max);
    let last = worst.before.last().copied()?;
    if most <= 0.0 || last.is_nan() {
        return None;
    }
    let targets = worst.before.len();
    let saved = worst.after.last().map(|left| 1.0 - left / last).filter(|saved| saved.is_finite());
    let title = match (saved, worst.protected) {
        (Some(saved), protected) if protected > 0 => format!(
            "Protecting {protected} {} takes {} off the worst attack on {targets}",
            if protected == 1 { "asset" } else { "assets" },
            format::percent(saved.clamp(0.0, 1.0))
        ),
        _ => format!("What the worst attack on up to {targets} targets costs"),
    };
    let subtitle = format!(
        "Loss of the worst attack found by number of targets ({} over replications), as it is and with the protections.",
        worst.statistic
    );
    let alt = format!("{title}. Two lines of loss against number of targets.");
    let svg = sheet(&worst.study, [&title, &subtitle, &alt], CHART + FOOT, |canvas, area| {
        chart(canvas, worst, area);
    });
    let caption = "The attacker knows what is protected and strikes the worst of what is left. Where a line bends upward, \
                   targets stand in for each other: each alone costs little, together much.";
    Some(Plot {
        id: "worst-by-number".to_owned(),
        title,
        caption: caption.to_owned(),
        alt,
        svg,
        handling: worst.study.handling(),
    })
}

fn chart(canvas: &mut Canvas<'_>, worst: &Worst, area: Area) {
    let all = worst.before.iter().chain(&worst.after).copied().filter(|loss| loss.is_finite());
    let losses = ticks(all.fold(0.0, f64::max), 5);
    let inner = Area { x0: area.x0 + 62.0, y0: area.y0 + 14.0, x1: area.x1 - 110.0, y1: area.y1 - FOOT };
    let targets = worst.before.len().max(worst.after.len());
    let x = Scale::new((0.0, targets as f64), (inner.x0, inner.x1));
    let y = Scale::new((0.0, losses.last().copied().unwrap_or(1.0)), (inner.y1, inner.y0));
    let (names, magnitude) = labels(&losses);
    for (tick, name) in losses.iter().zip(names) {
        canvas.line(&[(inner.x0, y.at(*tick)), (inner.x1, y.at(*tick))], Stroke::new(GRID, 1.0));
        canvas.text((inner.x0 - 6.0, y.at(*tick) + 4.0), &name, SMALL.right());
    }
    canvas.text((area.x0 + 10.0, inner.y1 - 4.0), &format!("{magnitude}{} lost", worst.unit), SMALL.upward());
    canvas.line(&[(inner.x0, inner.y1), (inner.x1, inner.y1)], Stroke::new(AXIS, 1.0));
    let every = targets.div_ceil(12).max(1);
    for number in (0..=targets).step_by(every) {
        canvas.text((x.at(number as f64), inner.y1 + 15.0), &number.to_string(), SMALL.centre());
    }
    canvas.text(((inner.x0 + inner.x1) / 2.0, inner.y1 + 34.0), "targets", SMALL.centre());
    let points = |losses: &[f64]| -> Vec<Point> {
        let of = |(i, loss): (usize, &f64)| (x.at(i as f64 + 1.0), y.at(*loss));
        let finite = losses.iter().enumerate().filter(|(_, loss)| loss.is_finite());
        std::iter::once((x.at(0.0), y.at(0.0))).chain(finite.map(of)).collect()
    };
    let (before, after) = (points(&worst.before), points(&worst.after));
    let ends = [before.last().copied(), after.last().copied()];
    curve(canvas, &before, VERMILION, false);
    // Told apart in grey print too: a hollow mark.
    curve(canvas, &after, BLUE, true);
    let near = matches!(ends, [Some(a), Some(b)] if (a.1 - b.1).abs() < 16.0);
    if let Some((px, py)) = ends[0] {
        let at = if near { py - 6.0 } else { py + 4.0 };
        canvas.text((px + 10.0, at), "as it is", NAME.color(VERMILION));
    }
    if worst.after.is_empty() {
        return;
    }
    if let Some((px, py)) = ends[1] {
        let at = if near { py + 14.0 } else { py + 4.0 };
        canvas.text((px + 10.0, at), "protected", NAME.color(BLUE));
    }
}

fn curve(canvas: &mut Canvas<'_>, points: &[Point], color: Rgb, hollow: bool) {
    if points.len() < 2 {
        return;
    }
    canvas.line(points, Stroke::new(color, 2.0));
    for point in &points[1..] {
        if hollow {
            canvas.disc(*point, 4.5, PAPER, Stroke::new(color, 2.0));
        } else {
            canvas.disc(*point, 4.5, color, Stroke::new(INK, 0.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use roxmltree::Document;

    fn worst() -> Worst {
        Worst {
            study: StudyInfo { name: "A & B".into(), marking: "TLP:RED".into(), ..StudyInfo::default() },
            unit: "person-hours".into(),
            statistic: "mean".into(),
            before: vec![10.0, 40.0, 100.0],
            after: vec![10.0, 15.0, 25.0],
            protected: 2,
        }
    }

    #[test]
    fn the_title_says_what_protecting_saves_and_the_marking_is_there() {
        let [plot] = &worst_plots(&worst())[..] else { panic!("one picture") };
        assert_eq!(plot.title, "Protecting 2 assets takes 75\u{a0}% off the worst attack on 3");
        assert_eq!(plot.handling, "TLP:RED");
        let document = Document::parse(&plot.svg).unwrap();
        let texts: Vec<&str> = document.descendants().filter_map(|node| node.text()).collect();
        for text in ["TLP:RED", "as it is", "protected", "targets"] {
            assert!(texts.iter().any(|other| other.contains(text)), "{text}");
        }
    }

    #[test]
    fn odd_numbers_draw_nothing_or_something_whole() {
        for (before, after, pictures) in [
            (vec![], vec![], 0),
            (vec![0.0, 0.0], vec![0.0, 0.0], 0),
            (vec![f64::NAN], vec![], 0),
            (vec![5.0], vec![], 1),
            (vec![5.0, 5.0], vec![f64::NAN, 5.0], 1),
            (vec![1.0; 40], vec![0.0; 40], 1),
        ] {
            let plots = worst_plots(&Worst { before, after, ..worst() });
            assert_eq!(plots.len(), pictures);
            for plot in plots {
                assert!(Document::parse(&plot.svg).is_ok() && !plot.svg.contains("NaN"));
            }
        }
    }
}
