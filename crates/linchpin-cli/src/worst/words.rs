//! The result for a terminal: protections first.

use super::told::Told;
use crate::number::{count, number};
use linchpin_analysis::findings::handling;
use linchpin_ensemble::Weighed;
use linchpin_model::NodeId;
use std::fmt::Write;

/// Everything on a screen.
pub fn text(told: &Told<'_>) -> String {
    let meta = &told.model.meta;
    let mut out = format!("{}\n{}\n\n", handling(meta.exercise, &meta.marking), meta.name);
    // Writing to a string cannot fail.
    for sentence in answer(told) {
        let _ = writeln!(out, "{sentence}");
    }
    let _ = writeln!(out, "\n{}", told.certainty());
    let _ = writeln!(out, "{}", told.protection_certainty());
    if told.asked.scheme.is_some() {
        push_steps(&mut out, told);
    } else {
        push_numbers(&mut out, told);
    }
    let _ = writeln!(out, "\n{}", effort(told));
    out
}

/// The answer in some sentences: what to protect comes first.
pub fn answer(told: &Told<'_>) -> Vec<String> {
    let Some(attack) = told.attack().filter(|attack| told.cost(attack).loss > 0.0) else {
        return vec!["No attack that was found costs anything.".to_owned()];
    };
    let before = told.cost(attack);
    let protected = told.protected();
    let mut sentences = Vec::new();
    if !protected.is_empty() {
        let left = told.left().map_or(0.0, |left| told.cost(left).loss);
        let share = told.saved().map_or(0.0, |saved| 100.0 * saved.max(0.0));
        sentences.push(format!(
            "Protect {}: {}.\nThe worst attack then costs {} rather than {} ({} % less).",
            match protected.len() {
                1 => "this one".to_owned(),
                many => format!("these {many}"),
            },
            told.names(&protected),
            told.amount(left),
            told.amount(before.loss),
            number(share)
        ));
    } else if told.asked.protections > 0 {
        sentences.push("No protection that was found makes the worst attack cost less.".to_owned());
    }
    let (loss, interval) = told.with_interval(&before);
    let what = match told.asked.scheme {
        Some(_) => "campaign".to_owned(),
        None => format!("attack on {}", targets(attack)),
    };
    let (_, word) = told.scale();
    let interval = if interval.is_empty() { interval } else { format!(" {interval}") };
    sentences.push(format!(
        "The worst {what} ({}) costs {loss} {word}{}{interval}; on fresh draws {}.",
        told.deed(),
        told.metric.unit,
        told.amount(told.fresh(attack).loss)
    ));
    sentences
}

fn targets(attack: &Weighed) -> String {
    match attack.set.len() {
        1 => "one target".to_owned(),
        many => format!("{many} targets"),
    }
}

/// How it was looked for.
pub fn effort(told: &Told<'_>) -> String {
    let searched = told.found.searched;
    format!(
        "{} sets looked at without chance, {} evaluated with few replications and {} with {}.",
        count(searched.sketched),
        count(searched.screened),
        count(searched.evaluated),
        count(told.args.replications.into())
    )
}

fn push_numbers(out: &mut String, told: &Told<'_>) {
    let (_, word) = told.scale();
    let _ = writeln!(
        out,
        "\nLoss in {word}{} ({} over replications; 95 % intervals) of the worst attack by number of targets,\n{} of {} assets, {}:\n",
        told.metric.unit,
        told.statistic(),
        told.asked.most,
        count(told.asked.candidates.len() as u64),
        told.deed()
    );
    let _ = writeln!(out, "{:>7}  {:>9}  {:<20}  {:>9}  worst targets", "targets", "loss", "", "protected");
    for (i, attack) in told.found.attacks.iter().enumerate() {
        let (loss, interval) = told.with_interval(&told.cost(attack));
        let left = told.found.left.get(i).map(|left| told.scaled(told.cost(left).loss));
        let _ = writeln!(
            out,
            "{:>7}  {:>9}  {:<20}  {:>9}  {}",
            i + 1,
            loss,
            interval,
            left.unwrap_or_default(),
            told.names(&told.targets(attack))
        );
    }
    if let Some(left) = told.left() {
        let _ = writeln!(out, "\nWith the protections the worst is: {}", told.names(&told.targets(left)));
    }
}

fn push_steps(out: &mut String, told: &Told<'_>) {
    for (heading, attack) in [("The worst campaign", told.attack()), ("With the protections", told.left())] {
        let Some(attack) = attack else { continue };
        let _ = writeln!(out, "\n{heading}, {}:", told.amount(told.cost(attack).loss));
        for (step, nodes) in told.steps(attack) {
            let _ = writeln!(out, "  {}", step_line(told, step, &nodes));
        }
    }
}

/// A step and whom it strikes.
pub fn step_line(told: &Told<'_>, step: usize, nodes: &[NodeId]) -> String {
    let step = &told.model.steps[step];
    let effort = if step.effort > 0.0 { format!(", effort {}", number(step.effort)) } else { String::new() };
    match nodes {
        [] => format!("{}{effort}", step.name),
        nodes => format!("{}: {}{effort}", step.name, told.names(nodes)),
    }
}
