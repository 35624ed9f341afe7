//! The tables of a hindcast, in Markdown.

use super::{Comparison, Log, Recorded, Row, Unit};

/// Predictions beside what was recorded.
pub fn comparison(comparison: &Comparison) -> String {
    let head = "| quantity | median | 80 % interval | 90 % interval | recorded | confidence | in 80 % | in 90 % |\n\
                | --- | ---: | ---: | ---: | ---: | :---: | :---: | :---: |\n";
    let rows = comparison.recorded().filter_map(|row| {
        let entry = row.recorded.as_ref()?;
        let hit = |share| if row.hit(share) == Some(true) { "hit" } else { "**miss**" };
        let (recorded, confidence) = (recorded(row, &entry.value), &entry.confidence);
        let predicted = predicted(comparison, row);
        Some(format!("{predicted} {recorded} | {confidence} | {} | {} |\n", hit(0.8), hit(0.9)))
    });
    head.to_owned() + &rows.collect::<String>()
}

/// Predictions of which nothing was recorded.
pub fn without_record(comparison: &Comparison) -> String {
    let head = "| quantity | median | 80 % interval | 90 % interval |\n| --- | ---: | ---: | ---: |\n";
    let rows = comparison.rows.iter().filter(|row| row.recorded.is_none());
    head.to_owned() + &rows.map(|row| predicted(comparison, row) + "\n").collect::<String>()
}

/// Scores, quantity by quantity, and their means by unit.
pub fn scores(comparison: &Comparison) -> String {
    let head = "| quantity | CRPS of | model | lognormal baseline | as the driver |\n\
                | --- | --- | ---: | ---: | ---: |\n";
    let rows = comparison.rows.iter().filter_map(|row| {
        let scores = row.scores?;
        let unit = row.quantity.measure.unit();
        let cells = [Some(scores.model), scores.baseline, scores.driver].map(|score| cell(score, unit));
        let bound = row.recorded.as_ref().is_some_and(|entry| entry.value.is_bound());
        let what = format!("{}{}", unit_name(unit), if bound { ", bound" } else { "" });
        Some(format!("| {} | {what} | {} |\n", row.quantity.what, cells.join(" | ")))
    });
    let means = [Unit::Share, Unit::Hours].into_iter().filter_map(|unit| {
        let (count, means) = comparison.mean_scores(unit)?;
        let cells = means.map(|mean| format!("**{}**", cell(Some(mean), unit)));
        Some(format!(
            "| **mean of {count} with all three** | {} | {} |\n",
            unit_name(unit),
            cells.join(" | ")
        ))
    });
    head.to_owned() + &rows.chain(means).collect::<String>()
}

/// What was recorded and is not predicted: curves and single values.
pub fn not_predicted(log: &Log) -> String {
    let head = "| recorded | value | confidence | why it is not predicted |\n| --- | --- | :---: | --- |\n";
    let curves = log.curves.iter().map(|curve| {
        let points = curve.points.iter().filter(|point| point.hours > 0.0);
        let points: Vec<String> = points
            .map(|point| format!("{} % at {} h", trimmed(100.0 * point.restored), trimmed(point.hours)))
            .collect();
        format!(
            "| {} ({}) | {} | {} | {} |\n",
            curve.series,
            curve.quality,
            points.join(", "),
            curve.confidence,
            curve.used_for
        )
    });
    let values = log
        .not_predicted
        .iter()
        .map(|row| format!("| {} | {} | {} | {} |\n", row.what, row.value, row.confidence, row.why));
    head.to_owned() + &curves.chain(values).collect::<String>()
}

/// Head of the table by event; [`event_row`] makes its rows.
pub const EVENT_HEAD: &str = "| event | given | quantities (bounds) | in 80 % | in 90 % | without bounds | CRPS of shares: model, baseline, driver | of hours |\n\
     | --- | --- | ---: | ---: | ---: | --- | --- | --- |\n";

/// The row of an event in the table of all hindcasts.
pub fn event_row(comparison: &Comparison) -> String {
    let bounds = comparison
        .recorded()
        .filter(|row| row.recorded.as_ref().is_some_and(|entry| entry.value.is_bound()))
        .count();
    let of = |share, bounds| {
        let (hits, all) = comparison.coverage(share, bounds);
        format!("{hits} of {all}")
    };
    let means = [Unit::Share, Unit::Hours].map(|unit| {
        comparison.mean_scores(unit).map_or("none".to_owned(), |(count, means)| {
            format!("{} ({count})", means.map(|mean| cell(Some(mean), unit)).join(", "))
        })
    });
    format!(
        "| {} | {} | {} ({bounds}) | {} | {} | {}; {} | {} | {} |\n",
        comparison.event,
        comparison.conditional_on,
        comparison.recorded().count(),
        of(0.8, true),
        of(0.9, true),
        of(0.8, false),
        of(0.9, false),
        means[0],
        means[1],
    )
}

fn predicted(comparison: &Comparison, row: &Row) -> String {
    let unit = row.quantity.measure.unit();
    let latest = row.quantity.horizon_h(comparison.horizon_h);
    let one = |value| amount(value, unit, latest);
    let both = |share| {
        let [low, high] = row.interval(share).map(one);
        if low == high { low } else { format!("{low} to {high}") }
    };
    format!("| {} | {} | {} | {} |", row.quantity.what, one(row.quantile(0.5)), both(0.8), both(0.9))
}

/// A bound says how probable the model held it: to meet a bound is easy.
fn recorded(row: &Row, recorded: &Recorded) -> String {
    let one = |value| amount(value, row.quantity.measure.unit(), f64::INFINITY);
    let probability = || format!(" (probability {:.2})", recorded.probability(&row.predicted));
    match *recorded {
        Recorded::Value(value) => one(value),
        Recorded::AtLeast(low) => format!("at least {}{}", one(low), probability()),
        Recorded::AtMost(high) => format!("at most {}{}", one(high), probability()),
        Recorded::Between(low, high) => format!("{} to {}{}", one(low), one(high), probability()),
    }
}

fn amount(value: f64, unit: Unit, horizon_h: f64) -> String {
    match unit {
        Unit::Share => format!("{:.0} %", 100.0 * value),
        Unit::Hours if value >= horizon_h => format!("over {horizon_h:.0} h"),
        Unit::Hours => format!("{value:.1} h"),
    }
}

fn cell(score: Option<f64>, unit: Unit) -> String {
    // The fair form may fall a hair below 0, which is not to be shown as -0.
    match (score.map(|score| score.max(0.0)), unit) {
        (None, _) => "none".to_owned(),
        (Some(score), Unit::Share) => format!("{score:.3}"),
        (Some(score), Unit::Hours) => format!("{score:.2}"),
    }
}

fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Share => "share",
        Unit::Hours => "hours",
    }
}

/// Up to two decimals, and none that say nothing.
fn trimmed(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
