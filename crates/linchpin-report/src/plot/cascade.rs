//! How large cascades get.

use linchpin_analysis::findings::{Findings, Histogram};

use super::Plot;
use crate::axis::{Scale, ticks};
use crate::canvas::{Area, Canvas, Stroke, Text};
use crate::palette::{AXIS, GRID, INK, Rgb, VERMILION};
use crate::sheet::sheet;
use crate::{format, names};

const LABEL: Text = Text::new(11.0).muted();
const BAR: Rgb = (0x5b, 0x9b, 0xc9);
const BODY: f64 = 284.0;
/// More bins than this are joined, so that each bar can be seen.
const MAX_BARS: usize = 60;

/// Distribution of the number of assets that failed.
pub(super) fn plot(findings: &Findings) -> Option<Plot> {
    let (edges, shares) = bins(&findings.cascade_sizes)?;
    let size = names::metric(findings, "cascade_size", "cascade");
    let quantile = |i: usize| size.and_then(|m| m.quantiles[i]).filter(|q| q.is_finite());
    let title = match (quantile(2), quantile(4)) {
        (Some(median), Some(high)) => format!(
            "Half of the runs lose more than {} assets, one in twenty more than {}",
            format::number(median.round()),
            format::number(high.round())
        ),
        _ => "How many assets fail in a run".to_owned(),
    };
    let subtitle = "Share of the runs by the number of assets that failed at least once.";
    let alt = format!("{title}. Histogram of {} bars.", shares.len());
    let svg = sheet(&findings.study, [&title, subtitle, &alt], BODY, |canvas, area| {
        let plot = Area { x0: area.x0 + 46.0, y0: area.y0 + 38.0, x1: area.x1 - 8.0, y1: area.y1 - 40.0 };
        let x = Scale::new((edges[0], edges[edges.len() - 1]), (plot.x0, plot.x1));
        bars(canvas, plot, x, (&edges, &shares));
        let marks = [(quantile(4), "exceeded in 1 run of 20", VERMILION), (quantile(2), "median", INK)];
        for (line, (at, name, color)) in marks.into_iter().enumerate() {
            if let Some(at) = at {
                let name = format!("{name}: {}", format::number(at.round()));
                mark(canvas, plot, x.at(at), &name, (color, 14.0 * line as f64));
            }
        }
    });
    let induced = names::metric(findings, "cascade_induced_share", "cascade").and_then(names::mean);
    let passed_on = induced.map(|share| {
        format!(
            " In the mean {} of the failures are brought on by another asset that failed before.",
            format::percent(share)
        )
    });
    let caption = format!(
        "The further right the bars reach, the larger the cascades; a second hump would mean that runs either stay small or \
         go far.{}",
        passed_on.unwrap_or_default()
    );
    Some(Plot {
        id: "cascade-size".to_owned(),
        title,
        caption,
        alt,
        svg,
        handling: findings.study.handling(),
    })
}

/// Edges and shares, with empty bins at the end cut off and narrow ones joined; none where nothing was counted.
fn bins(histogram: &Histogram) -> Option<(Vec<f64>, Vec<f64>)> {
    let n = histogram.counts.len().min(histogram.edges.len().checked_sub(1)?);
    let used = histogram.counts[..n].iter().rposition(|c| *c > 0)? + 1;
    let total: u64 = histogram.counts[..used].iter().sum();
    let join = used.div_ceil(MAX_BARS);
    let shares =
        histogram.counts[..used].chunks(join).map(|c| c.iter().sum::<u64>() as f64 / total as f64).collect();
    let mut edges: Vec<f64> = histogram.edges[..used].iter().step_by(join).copied().collect();
    edges.push(histogram.edges[(edges.len() * join).min(n)]);
    edges.iter().all(|e| e.is_finite()).then_some((edges, shares))
}

fn bars(canvas: &mut Canvas<'_>, plot: Area, x: Scale, (edges, shares): (&[f64], &[f64])) {
    let marks = ticks(shares.iter().copied().fold(0.0, f64::max), 4);
    let y = Scale::new((0.0, marks.last().copied().unwrap_or(1.0)), (plot.y1, plot.y0));
    for mark in &marks {
        canvas.line(&[(plot.x0, y.at(*mark)), (plot.x1, y.at(*mark))], Stroke::new(GRID, 1.0));
        canvas.text((plot.x0 - 6.0, y.at(*mark) + 4.0), &format::percent(*mark), LABEL.right());
    }
    for (i, share) in shares.iter().enumerate() {
        let (x0, x1) = (x.at(edges[i]), x.at(edges[i + 1]));
        let gap = if x1 - x0 > 4.0 { 1.0 } else { 0.0 };
        canvas.rect(Area { x0, y0: y.at(*share), x1: x1 - gap, y1: plot.y1 }, BAR, 1.0);
    }
    canvas.line(&[(plot.x0, plot.y1), (plot.x1, plot.y1)], Stroke::new(AXIS, 1.0));
    let last = edges[edges.len() - 1];
    for tick in ticks(last, 8).into_iter().filter(|t| *t <= last && *t >= edges[0]) {
        canvas.line(&[(x.at(tick), plot.y1), (x.at(tick), plot.y1 + 4.0)], Stroke::new(AXIS, 1.0));
        canvas.text((x.at(tick), plot.y1 + 16.0), &format::number(tick), LABEL.centre());
    }
    canvas.text(((plot.x0 + plot.x1) / 2.0, plot.y1 + 34.0), "assets that failed in the run", LABEL.centre());
}

/// A dashed line with its name above, so many units higher than the lowest name.
fn mark(canvas: &mut Canvas<'_>, plot: Area, x: f64, name: &str, (color, higher): (Rgb, f64)) {
    canvas.dashed((x, plot.y0 - 6.0 - higher), (x, plot.y1), 4.0, Stroke::new(color, 1.4));
    let style = Text::new(11.5).bold().color(color);
    let (at, style) =
        if plot.x1 - x < style.width(name) + 4.0 { (x - 4.0, style.right()) } else { (x + 4.0, style) };
    canvas.text((at, plot.y0 - 9.0 - higher), name, style);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_end_with_the_last_run() {
        let check = |edges: &[f64], counts: &[u64], expected: Option<(&[f64], &[f64])>| {
            let got = bins(&Histogram { edges: edges.to_vec(), counts: counts.to_vec() });
            assert_eq!(got, expected.map(|(e, s)| (e.to_vec(), s.to_vec())));
        };
        check(&[], &[], None);
        check(&[0.0], &[], None);
        check(&[0.0, 1.0], &[0], None);
        check(&[0.0, 1.0, 2.0, 3.0], &[1, 3, 0], Some((&[0.0, 1.0, 2.0], &[0.25, 0.75])));
        check(&[0.0, 5.0], &[2, 9, 9], Some((&[0.0, 5.0], &[1.0])));
        check(&[0.0, f64::NAN], &[2], None);
    }

    #[test]
    fn narrow_bins_are_joined() {
        let edges: Vec<f64> = (0..=130).map(f64::from).collect();
        let (edges, shares) = bins(&Histogram { edges, counts: vec![1; 130] }).unwrap();
        assert_eq!(edges.len(), shares.len() + 1);
        assert_eq!((edges[1], edges[edges.len() - 1]), (3.0, 130.0));
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
