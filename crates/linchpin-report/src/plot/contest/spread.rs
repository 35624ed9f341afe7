//! How a malware goes through systems: infected, impaired and immune assets over time.

use linchpin_analysis::findings::contest::MalwareResult;
use linchpin_analysis::findings::{Band, Findings};

use super::super::Plot;
use super::super::levels::{key, ribbon, simplified, trace};
use super::{LABEL, picture, time_ticks};
use crate::axis::{Scale, TimeAxis, labels, ticks};
use crate::canvas::{Area, Canvas, Stroke, Text};
use crate::format::{hours, number};
use crate::palette::{BAND_NARROW, BAND_WIDE, BLUE, GRID};
use crate::sheet::sheet;
use crate::text::fit;

const KEY: f64 = 24.0;
const PANEL: f64 = 138.0;
const PANEL_HEAD: f64 = 22.0;
const PANEL_FOOT: f64 = 22.0;
const AXIS_TITLE: f64 = 18.0;
const LEFT: f64 = 52.0;
const NAME: Text = Text::new(12.5).bold();

pub(super) fn plot(findings: &Findings, malware: &MalwareResult, place: usize) -> Option<Plot> {
    let drawn = |band: &&Band| band.hours.len() > 1 && top(band) > 0.0;
    let bands: Vec<&Band> = malware.bands.iter().filter(drawn).collect();
    bands.first()?;
    let title = title(malware);
    let time = TimeAxis::new(findings.study.horizon_h);
    let subtitle = format!("Assets in each state, {}.", time.title(&findings.study));
    let alt =
        format!("{title}. {} panels with the median, the middle half and nine in ten runs.", bands.len());
    let body = KEY + PANEL * bands.len() as f64 + AXIS_TITLE;
    let svg = sheet(&findings.study, [&title, &subtitle, &alt], body, |canvas, area| {
        key(canvas, area);
        for (i, band) in bands.iter().enumerate() {
            let y0 = area.y0 + KEY + PANEL * i as f64;
            panel(canvas, Area { y0, y1: y0 + PANEL, ..area }, band, time);
        }
        canvas.text(((area.x0 + area.x1) / 2.0, area.y1 - 4.0), &time.short_title(), LABEL.centre());
    });
    let caption = "At every hour half of the runs lie above the line and half below; the dark band holds the middle half of the \
                   runs, the light band nine in ten. Impaired includes what is being recovered."
        .to_owned();
    Some(picture(findings, format!("malware-{}-spread", place + 1), [title, caption, alt], svg))
}

fn title(malware: &MalwareResult) -> String {
    let name = fit(&malware.name, 17.0, true, 330.0);
    let peak = malware.peak[2].map_or_else(|| "–".to_owned(), number);
    let noun = if malware.peak[2] == Some(1.0) { "asset" } else { "assets" };
    let infected = format!("{name}: at most {peak} {noun} infected or impaired at once in the median run");
    match malware.containment.quantiles[2] {
        Some(contained) if contained > 0.0 => format!("{infected}, all clean after {}", hours(contained)),
        _ => infected,
    }
}

fn top(band: &Band) -> f64 {
    band.percentiles[4].iter().chain(&band.mean).copied().filter(|v| v.is_finite()).fold(0.0, f64::max)
}

fn panel(canvas: &mut Canvas<'_>, cell: Area, band: &Band, time: TimeAxis) {
    let plot =
        Area { x0: cell.x0 + LEFT, y0: cell.y0 + PANEL_HEAD, x1: cell.x1 - 8.0, y1: cell.y1 - PANEL_FOOT };
    let mut ticks = ticks(top(band), 3);
    // There is no half an asset.
    ticks.retain(|tick| tick.fract() == 0.0);
    let x = Scale::new((0.0, time.length_h), (plot.x0, plot.x1));
    let y = Scale::new((0.0, ticks.last().copied().unwrap_or(1.0)), (plot.y1, plot.y0));
    let (names, magnitude) = labels(&ticks);
    let unit = format!("{}{}assets", band.name.clone() + ", ", magnitude);
    canvas.text((plot.x0, cell.y0 + 14.0), &fit(&unit, NAME.size, true, plot.width()), NAME);
    for (tick, name) in ticks.iter().zip(names) {
        canvas.line(&[(plot.x0, y.at(*tick)), (plot.x1, y.at(*tick))], Stroke::new(GRID, 1.0));
        canvas.text((plot.x0 - 5.0, y.at(*tick) + 4.0), &name, LABEL.right());
    }
    let [p05, p25, p50, p75, p95] = &band.percentiles;
    ribbon(canvas, &band.hours, [p05, p95], (x, y), BAND_WIDE);
    ribbon(canvas, &band.hours, [p25, p75], (x, y), BAND_NARROW);
    canvas.line(&simplified(trace(&band.hours, p50, (x, y))), Stroke::new(BLUE, 2.0));
    time_ticks(canvas, plot, time, x, 8);
}
