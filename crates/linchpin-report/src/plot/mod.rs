//! The pictures, one module each.

mod cascade;
mod contest;
mod heatmap;
mod levels;
mod network;
mod person_hours;
mod ranking;
mod regions;
mod timeline;

use linchpin_analysis::findings::{Findings, Timeline};

pub(crate) use contest::word;
pub(crate) use timeline::rounded;

/// A picture and what to say about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Stable id, fit for a file name, such as `levels-services`.
    pub id: String,
    /// The finding in one line; it also stands in the picture.
    pub title: String,
    /// What to see in the picture, in a sentence or two.
    pub caption: String,
    /// The picture in words, for who can not see it.
    pub alt: String,
    /// The picture, 800 units wide.
    pub svg: String,
    /// The marking that stands in the picture, such as `EXERCISE TLP:CLEAR`.
    pub handling: String,
}

/// All pictures that the findings have something to draw for, in the order of the report.
pub fn plots(findings: &Findings) -> Vec<Plot> {
    let drawn = [
        person_hours::plot(findings),
        levels::services(findings),
        regions::plot(findings),
        levels::sectors(findings),
        cascade::plot(findings),
        heatmap::plot(findings),
        ranking::affected(findings),
        ranking::harmful(findings),
    ];
    let timelines = timeline::plots(findings);
    let contest = contest::plots(findings);
    drawn.into_iter().flatten().chain(contest).chain(timelines).chain(network::plot(findings)).collect()
}

/// Id of the picture of the timeline at a position.
pub(crate) fn timeline_id(timeline: &Timeline, position: usize) -> String {
    match timeline.label.as_str() {
        "typical" | "bad" => format!("timeline-{}", timeline.label),
        _ => format!("timeline-{}", position + 1),
    }
}
