//! One replication told: from a trace to sentences that a trainer can read aloud.
//!
//! [`tell`] puts every entry of a trace into words and adds when each service was at its worst and back.
//! Asked for a number of lines it draws together what happened to many assets of one kind, for one reason and
//! within two hours, and keeps the lines that concern most people and dependants, with room for every kind of line.

mod decisions;
mod select;
mod words;

use crate::calendar::Local;
use crate::curve::{LEVELS, Piece, Shape};
use crate::findings::limits::thousands;
use crate::findings::{Timeline, TimelineEntry};
use crate::metrics::{Catalogue, Metric};
use crate::paired::Paired;
use crate::stats;
use linchpin_model::{Event, GroupKind, Level, Model, NodeId, Record};
use words::Words;
pub(crate) use words::percent;

/// How to tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TellOptions {
    /// `typical`, `bad`, or whatever the caller wants to call it.
    pub label: String,
    /// Value of the headline metric, see [`headline`].
    pub headline: String,
    /// At most this many lines; `None` for everything that happened, one line each.
    pub at_most: Option<usize>,
}

/// Lines that a report shows.
pub const REPORT_LINES: usize = 40;

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Event,
    Failure,
    Recovery,
    Repair,
    Autonomy,
    Other,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] =
        [Self::Event, Self::Failure, Self::Recovery, Self::Repair, Self::Autonomy, Self::Other];

    fn text(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Failure => "failure",
            Self::Recovery => "recovery",
            Self::Repair => "repair",
            Self::Autonomy => "autonomy",
            Self::Other => "other",
        }
    }
}

/// One line before it is chosen.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) time: u32,
    pub(crate) kind: Kind,
    /// Whom it is about; none for events and services.
    pub(crate) node: NodeId,
    pub(crate) text: String,
    /// Why, in a form that many assets can share: `no electricity`. Lines without are never drawn together.
    pub(crate) shared: Option<String>,
    /// How much it matters: share of all people served, plus a little for every dependant.
    pub(crate) weight: f64,
}

/// Tells a replication from a record with a trace. Curves are taken relative to their start.
pub fn tell(model: &Model, record: &Record, options: &TellOptions) -> Timeline {
    let mut paired = Paired::default();
    paired.load(model.meta.horizon, None, record);
    let mut lines = Words::new(model, record, &paired).lines(record);
    lines.extend(milestones(model, &paired));
    lines.sort_by_key(|line| line.time);
    if let Some(at_most) = options.at_most {
        lines = select::select(model, lines, at_most);
    }
    Timeline {
        label: options.label.clone(),
        replication: record.replication,
        headline: options.headline.clone(),
        entries: lines.into_iter().map(|line| entry(model, line)).collect(),
    }
}

fn entry(model: &Model, line: Line) -> TimelineEntry {
    let node = line.node.some().map(|node| &model.nodes[node.index()]);
    let sector = node.and_then(|node| node.sector.some());
    let region = node.and_then(|node| node.region.some());
    TimelineEntry {
        hours: f64::from(line.time) / 3600.0,
        clock: clock(model, line.time),
        kind: line.kind.text().to_owned(),
        sector: sector.map_or_else(String::new, |sector| model.sectors[sector.index()].id.clone()),
        region: region.map_or_else(String::new, |region| model.regions[region.index()].name.clone()),
        text: line.text,
    }
}

/// Local calendar text of a simulated time.
pub(crate) fn clock(model: &Model, time: u32) -> String {
    let meta = &model.meta;
    Local::at(meta.start_unix_s.saturating_add(time.into()), meta.utc_offset_s).clock()
}

/// For each service: when most people were without, and when 95 % were back for good.
fn milestones(model: &Model, paired: &Paired) -> Vec<Line> {
    const BACK: usize = 2;
    let mut lines = Vec::new();
    let services = model.groups.iter().enumerate().take(paired.groups());
    for (i, group) in services.filter(|(_, group)| matches!(group.kind, GroupKind::Service(_))) {
        let pieces =
            paired.segments(i).map(|s| Piece::constant(f64::from(s.from), f64::from(s.to), s.share()));
        let shape = Shape::of(pieces);
        let Some(worst) = paired.segments(i).max_by_key(|s| (s.lost(), std::cmp::Reverse(s.from))) else {
            continue;
        };
        let without = worst.lost() as f64 / f64::from(Level::SCALE) * group.unit;
        if without < 0.5 {
            continue;
        }
        let people = thousands(without.round() as u64);
        let mut add = |time, kind, text: String, weight| {
            lines.push(Line { time, kind, node: NodeId::NONE, text, shared: None, weight });
        };
        let name = capital(&group.name);
        add(
            worst.from,
            Kind::Other,
            format!(
                "{name}: {people} people are without, more than at any other time ({}).",
                lost(shape.min)
            ),
            1.0 + without / people_served(model),
        );
        let back = shape.restored(BACK);
        if back == 0.0 {
            continue;
        }
        let percent = (LEVELS[BACK] * 100.0).round();
        if back.is_finite() {
            let text = format!("{name}: {percent} % are supplied again, and it stays so.");
            add((shape.onset + back) as u32, Kind::Recovery, text, 1.0);
        } else {
            let text = format!("{name}: still below {percent} % at the end of the time simulated.");
            add(model.meta.horizon, Kind::Other, text, 2.0);
        }
    }
    lines
}

fn lost(min: f64) -> String {
    format!("{} % of those served", words::percent(1.0 - min))
}

/// People served by the service that serves most, at least 1.
pub(crate) fn people_served(model: &Model) -> f64 {
    let services = model.groups.iter().filter(|group| matches!(group.kind, GroupKind::Service(_)));
    services.map(|group| group.total_weight as f64 * group.unit).fold(1.0, f64::max)
}

/// The same text with a capital letter at its beginning.
pub(crate) fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// Name of an event for people; its id where it has none.
pub(crate) fn event_name(event: &Event) -> &str {
    if event.name.is_empty() { &event.id } else { &event.name }
}

/// A value with its unit and what it is of: `41,200 person-hours without Water`, `3.4 h (Lost service: Water)`.
pub fn headline(metric: &Metric, value: f64) -> String {
    let number = match value {
        _ if !value.is_finite() => return "not reached by the horizon".to_owned(),
        _ if value.abs() >= 100.0 => {
            format!("{}{}", if value < 0.0 { "-" } else { "" }, thousands(value.abs().round() as u64))
        }
        _ => format!("{}", (value * 100.0).round() / 100.0),
    };
    let of = match metric.name.split_once(" without ") {
        Some((_, what)) => format!(" without {what}"),
        None if metric.name.is_empty() => String::new(),
        None => format!(" ({})", metric.name),
    };
    format!("{number} {}{of}", metric.unit)
}

/// Positions in the headline column of a typical replication (nearest to the median) and of a bad one (nearest to
/// the 95 % quantile); the first of equals. `None` without replications.
pub fn choose_timelines(headline: &[f64]) -> Option<[usize; 2]> {
    let mut order: Vec<usize> = (0..headline.len()).collect();
    order.sort_by(|a, b| headline[*a].total_cmp(&headline[*b]).then(a.cmp(b)));
    let at = |p| {
        let value = headline[order[stats::rank(order.len(), p)?]];
        headline.iter().position(|other| other.total_cmp(&value).is_eq())
    };
    Some([at(0.5)?, at(0.95)?])
}

impl Catalogue {
    /// The headline metric and a value of it, in words.
    pub fn headline_text(&self, value: f64) -> String {
        headline(&self.metrics()[self.headline()], value)
    }
}

#[cfg(test)]
mod tests;
