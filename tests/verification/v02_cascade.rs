//! V02: overload sharing is the CASCADE model of Dobson, Carreras and Newman (2005).

use super::lab::Lab;
use super::ledger::{Ledger, Mean, argument, item, number, numbers, share_tolerance};
use linchpin_model::*;

const FIXTURE: &str = include_str!("fixtures/V02_cascade_quasibinomial.json");

/// n components with uniform loads; at one moment every load grows by d; a failure adds p to all others.
/// Returns how often each number of components had failed at the end.
fn failed_components(n: usize, d: f64, p: f64, runs: u32) -> Vec<u64> {
    let units = |load: f64| (load * Sharing::SCALE).round() as i64;
    let mut lab = Lab::new(10.0);
    let members = lab.assets("component", n);
    let load = lab.b.dist(Distribution::Uniform { min: 0.0, max: 1.0 });
    lab.b.parts().sharings.push(Sharing {
        id: "group".into(),
        members,
        rule: SharingRule::PerFailure(units(p)),
        load: vec![load],
        trip_at: units(1.0),
        reset: DistId::NONE,
    });
    lab.event(1.0, Targets::None, 1.0, Effect::Demand { sharing: SharingId(0), add: units(d) });
    let mut counts = vec![0; n + 1];
    lab.finish().run(runs, |record| counts[record.failed as usize] += 1);
    counts
}

fn case(key: &str) -> (usize, f64, f64) {
    (argument(key, "n") as usize, argument(key, "d"), argument(key, "p"))
}

/// Every value of every distribution in the item, tolerance of the item: `4 sqrt(P (1 - P) / M)`.
#[test]
fn distribution_of_failed_components() {
    let runs = 100_000;
    let item = item(FIXTURE);
    let cases = item["expected"]["pmf r=0..n"].as_object().unwrap();
    assert!(cases.len() >= item["inputs"]["cases"].as_array().unwrap().len());
    let mut ledger = Ledger::new("V02");
    for (key, pmf) in cases {
        let (n, d, p) = case(key);
        let counts = failed_components(n, d, p, runs);
        let rows: Vec<_> = numbers(pmf)
            .into_iter()
            .zip(&counts)
            .enumerate()
            .map(|(r, (expected, count))| {
                let got = *count as f64 / f64::from(runs);
                (format!("P(S={r})"), expected, got, share_tolerance(expected, runs.into()))
            })
            .collect();
        assert_eq!(rows.len(), n + 1);
        ledger.check_all(&format!("pmf, {key}"), &rows);
    }
    ledger.close();
}

/// Mean and probabilities of large groups, around and beyond the critical point.
#[test]
fn large_groups() {
    let item = item(FIXTURE);
    let mut ledger = Ledger::new("V02");
    for (key, summary) in item["expected"]["larger_n_summary"].as_object().unwrap() {
        let (n, d, p) = case(key);
        let runs = if n > 100 { 10_000 } else { 50_000 };
        let counts = failed_components(n, d, p, runs);
        let at_least = |r: usize| counts[r..].iter().sum::<u64>();
        let mut mean = Mean::default();
        for (r, count) in counts.iter().enumerate() {
            for _ in 0..*count {
                mean.add(r as f64);
            }
        }
        ledger.check_mean(&format!("mean, {key}"), number(&summary["mean"]), &mean, super::ledger::CRITICAL);
        let mut rows = Vec::new();
        for (name, expected) in summary.as_object().unwrap() {
            let hits = match name.as_str() {
                "lambda=np" | "theta=nd" | "mean" => continue,
                "P_all" => counts[n],
                "P(S>=10)" => at_least(10),
                "P(S>=50)" => at_least(50),
                single => counts[single[1..].parse::<usize>().unwrap()],
            };
            let (expected, got) = (number(expected), hits as f64 / f64::from(runs));
            rows.push((name.clone(), expected, got, share_tolerance(expected, runs.into())));
        }
        ledger.check_all(&format!("probabilities, {key}"), &rows);
    }
    ledger.close();
}
