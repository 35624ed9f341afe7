//! The result for programs.

use super::told::{Cost, Told};
use linchpin_analysis::findings::handling;
use linchpin_ensemble::Weighed;
use linchpin_model::{NodeId, Strike};
use serde::Serialize;
use std::fmt::Write;

/// `worst.json`.
#[derive(Debug, Serialize)]
pub struct WorstJson {
    version: u32,
    scenario: String,
    scenario_hash: String,
    marking: String,
    exercise: bool,
    redacted: bool,
    seed: u64,
    replications: u32,
    metric: String,
    unit: String,
    statistic: &'static str,
    /// What can be protected so that the worst attack costs least.
    protect: ProtectJson,
    /// By number of targets; of an actor's campaigns the one worst.
    attacks: Vec<AttackJson>,
    /// The same with the protections.
    left: Vec<AttackJson>,
    exact: bool,
    /// Loss where everything is attacked: no attack costs more where more targets never cost less.
    bound: Option<f64>,
    candidates: usize,
    at_s: Option<u32>,
    lasts_s: Option<u32>,
    damage: bool,
    actor: Option<String>,
    effort: Option<f64>,
    sets_sketched: u64,
    sets_screened: u64,
    sets_evaluated: u64,
    failed: u64,
}

#[derive(Debug, Serialize)]
struct ProtectJson {
    asked: usize,
    assets: Vec<String>,
    loss_before: Option<f64>,
    loss_after: Option<f64>,
    closed: bool,
}

#[derive(Debug, Serialize)]
struct AttackJson {
    targets: Vec<String>,
    steps: Vec<StepJson>,
    loss: f64,
    mean: f64,
    ci95: Option<[f64; 2]>,
    es95: f64,
    fresh: f64,
    exact: bool,
}

#[derive(Debug, Serialize)]
struct StepJson {
    step: String,
    targets: Vec<String>,
}

/// For programs.
pub fn json(told: &Told<'_>) -> WorstJson {
    let meta = &told.model.meta;
    let list = |attacks: &[Weighed]| attacks.iter().map(|weighed| attack(told, weighed)).collect();
    let lasts = match told.asked.strike {
        Strike::Closure { lasts } => lasts,
        Strike::Damage => None,
    };
    let targets = told.asked.scheme.is_none();
    let actor =
        told.asked.scheme.as_ref().map(|(scheme, _)| told.model.actors[scheme.actor.index()].id.clone());
    WorstJson {
        version: 1,
        scenario: meta.name.clone(),
        scenario_hash: told.hash.clone(),
        marking: meta.marking.clone(),
        exercise: meta.exercise,
        redacted: told.redacted,
        seed: told.seed,
        replications: told.args.replications,
        metric: told.metric.id.clone(),
        unit: told.metric.unit.to_owned(),
        statistic: if told.args.tail { "es95" } else { "mean" },
        protect: ProtectJson {
            asked: told.asked.protections,
            assets: ids(told, &told.protected()),
            loss_before: told.attack().map(|attack| told.cost(attack).loss),
            loss_after: told.attack().map(|_| told.left().map_or(0.0, |left| told.cost(left).loss)),
            closed: told.found.protection.closed,
        },
        attacks: list(&told.found.attacks),
        left: list(&told.found.left),
        exact: told.is_exact(),
        bound: told.found.everything,
        candidates: told.asked.candidates.len(),
        at_s: targets.then_some(told.args.at),
        lasts_s: lasts,
        damage: targets && told.args.damage,
        actor,
        effort: told.asked.scheme.as_ref().map(|(_, effort)| *effort),
        sets_sketched: told.found.searched.sketched,
        sets_screened: told.found.searched.screened,
        sets_evaluated: told.found.searched.evaluated,
        failed: told.found.failed,
    }
}

fn ids(told: &Told<'_>, nodes: &[NodeId]) -> Vec<String> {
    nodes.iter().map(|node| told.model.id(*node).to_owned()).collect()
}

fn attack(told: &Told<'_>, attack: &Weighed) -> AttackJson {
    let Cost { loss, interval, mean, tail } = told.cost(attack);
    let step = |(step, targets): (usize, Vec<NodeId>)| {
        let step = &told.model.steps[step];
        let campaign = &told.model.campaigns[step.campaign.index()].id;
        StepJson { step: format!("{campaign}/{}", step.id), targets: ids(told, &targets) }
    };
    AttackJson {
        targets: ids(told, &told.targets(attack)),
        steps: told.steps(attack).into_iter().map(step).collect(),
        loss,
        mean,
        ci95: interval,
        es95: tail,
        fresh: told.fresh(attack).loss,
        exact: attack.exact,
    }
}

/// One line an attack. Numbers read back as they are.
pub fn csv(told: &Told<'_>) -> String {
    let mut out = "protected,number,loss,mean,low,high,es95,fresh,exact,targets,marking\n".to_owned();
    let meta = &told.model.meta;
    let marking = quoted(&handling(meta.exercise, &meta.marking));
    for (protected, list) in [(false, &told.found.attacks), (true, &told.found.left)] {
        for weighed in list {
            let Cost { loss, interval, mean, tail } = told.cost(weighed);
            let interval = interval.map_or_else(|| ",".to_owned(), |[low, high]| format!("{low},{high}"));
            // Writing to a string cannot fail.
            let _ = writeln!(
                out,
                "{protected},{},{loss},{mean},{interval},{tail},{},{},{},{marking}",
                weighed.set.len(),
                told.fresh(weighed).loss,
                weighed.exact,
                quoted(&ids(told, &told.targets(weighed)).join("+")),
            );
        }
    }
    out
}

/// As the rules of CSV ask where a text holds a comma, a quote or a line break.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn texts_are_quoted_where_they_have_to_be() {
        for (text, expected) in [("a+b", "a+b"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\"")] {
            assert_eq!(super::quoted(text), expected);
        }
    }
}
