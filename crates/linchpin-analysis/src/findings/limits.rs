//! What the reader must know before relying on the numbers.

use super::{MetricSummary, StudyInfo};
use crate::metrics::adversary::is_contested;
use linchpin_model::{Model, Priority};

/// The limits of a study, most important first.
pub(super) fn limits(
    model: &Model,
    study: &StudyInfo,
    metrics: &[MetricSummary],
    pictured: usize,
) -> Vec<String> {
    let mut list = Vec::new();
    if model.events.iter().any(|event| event.threat) {
        list.push(
            "Every result is conditional on the attack as it is written in the scenario. No probability of an attack \
             is assumed or implied, and no return period can be read from these numbers."
                .to_owned(),
        );
    }
    list.push(format!(
        "Intervals show Monte Carlo error only: how far a value could move if more than {} replications were run. They \
         do not show model error: whether needs, reserves, repair times and crews are in truth as the scenario says. \
         More replications narrow the intervals; they do not make the model truer.",
        thousands(study.replications)
    ));
    if !model.requirements.is_empty() {
        list.push(
            "A requirement is met in this model and with these values, not in the world. Undecided means that this \
             number of replications can not tell."
                .to_owned(),
        );
    }
    if study.redacted {
        list.push(
            "Names of assets, regions, events and groups are pseudonyms; positions, titles and the sources of values are \
             left out. Figures are not changed: who knows the network well may recognise it by them."
                .to_owned(),
        );
    }
    list.push(match model.assumptions.len() {
        _ if study.redacted => "What is assumed, and from which sources, stands in the study that this was made from.".to_owned(),
        0 => "No value of this scenario carries a source: all are the author's judgement.".to_owned(),
        n => format!(
            "{n} values carry a source or a confidence and are listed under the assumptions; all others are the \
             author's judgement."
        ),
    });
    list.push(unmodelled(model));
    list.push(
        "Loss is measured at delivery points and in proportion: at 40 % of its level a delivery point leaves 60 % of \
         its people without. People without several services count once for each, so person-hours of different \
         services must not be added."
            .to_owned(),
    );
    list.push(
        "Where causes overlap, loss is booked to the one that binds, and of several to the first. What would have \
         helped can only be known by running the same replications again with the change."
            .to_owned(),
    );
    if metrics.iter().any(|metric| metric.not_reached > 0.0) {
        list.push(format!(
            "The study ends after {}. What was not restored by then is counted as not reached, with its share; it \
             has no mean, and quantiles that fall among it are left empty. Losses still going on count up to the end \
             only.",
            long_duration(model.meta.horizon)
        ));
    }
    let failed: u64 = study.failed.iter().map(|(_, count)| count).sum();
    if failed > 0 {
        list.push(format!(
            "{} replications could not be finished and are in no result; if they were worse than the others, the \
             results are too good.",
            thousands(failed)
        ));
    }
    if study.assets as usize > pictured {
        list.push(format!(
            "The picture of the network shows the {} nodes that lost most.",
            thousands(pictured as u64)
        ));
    }
    list.push(
        "Lists of assets by loss show where protection helps most. Handle them as the marking says."
            .to_owned(),
    );
    list
}

/// `14 days`, `36 hours`: one unit in full where it is a whole number of them.
fn long_duration(seconds: u32) -> String {
    let unit = [(86_400, "day"), (3600, "hour"), (60, "minute")]
        .into_iter()
        .find(|(unit, _)| seconds.is_multiple_of(*unit));
    match unit.map(|(unit, name)| (seconds / unit, name)) {
        Some((1, name)) => format!("1 {name}"),
        Some((count, name)) if count > 0 => format!("{count} {name}s"),
        _ => linchpin_model::time::format_duration(seconds.into()),
    }
}

fn unmodelled(model: &Model) -> String {
    let behaviour = if is_contested(model) {
        "people do not change their behaviour in the course of events, and attackers and responders do what their campaigns \
         and plans say and nothing else."
    } else {
        "nor do people or attackers change their behaviour in the course of events."
    };
    let mut text = format!(
        "Services spread along the dependencies given in the scenario. Power flow, voltage, water pressure, traffic and \
         prices are not computed; {behaviour}"
    );
    if model.common_causes.is_empty() && model.classes.iter().all(|class| class.correlation == 0.0) {
        text.push_str(
            " Drawn values of different assets are independent: the scenario gives no common cause.",
        );
    }
    if !model.teams.is_empty() && matches!(model.priority, Priority::Fifo) {
        text.push_str(" Crews take jobs in the order in which they arise.");
    }
    text
}

/// A whole number with commas between thousands.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{long_duration, thousands};

    #[test]
    fn durations_are_written_in_full() {
        for (seconds, text) in [
            (14 * 86_400, "14 days"),
            (86_400, "1 day"),
            (36 * 3600, "36 hours"),
            (5400, "90 minutes"),
            (90, "1min 30s"),
        ] {
            assert_eq!(long_duration(seconds), text);
        }
    }

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(number), text);
        }
    }
}
