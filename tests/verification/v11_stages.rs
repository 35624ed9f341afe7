//! V11: stages of an attack, the race against detection, attack trees.

use super::lab::{Bench, Lab};
use super::ledger::{CRITICAL, Ledger, Mean, by_number, item, number, numbers, share_tolerance};
use crate::plots::{Move, campaign, step};
use linchpin_model::*;
use serde_json::Value;

const FIXTURE: &str = include_str!("fixtures/V11_attack_stage_races.json");
const RUNS: u32 = 100_000;

/// A campaign that begins at once, and the steps it has to get done.
fn plot(mut lab: Lab, moves: &[Move], goals: &[&str]) -> Bench {
    let model = lab.b.parts();
    let id = campaign(model, "plot", ActorId::NONE, DistId::NONE, moves);
    let position = |goal: &&str| moves.iter().position(|made| made.step.id == *goal).unwrap();
    model.campaigns[id.index()].goals = goals.iter().map(|goal| StepId::new(position(goal))).collect();
    lab.finish()
}

/// Steps one after the other, each of an exponential duration; noticed and stopped at `detection` where above 0.
fn stages(rates: &[f64], detection: f64) -> Bench {
    let mut lab = Lab::new(1_000.0);
    let names: Vec<String> = (0..rates.len()).map(|i| format!("stage-{i}")).collect();
    let moves: Vec<Move> = rates
        .iter()
        .enumerate()
        .map(|(i, rate)| {
            let takes = lab.exponential(1.0 / rate);
            // Exponential times have no memory: begun anew with each stage, the time to detection is one race.
            let noticed = if detection > 0.0 { lab.exponential(1.0 / detection) } else { DistId::NONE };
            let made = step(&names[i]).takes(takes).noticed(noticed, 1.0);
            if i == 0 { made } else { made.after(&[&names[i - 1]]) }
        })
        .collect();
    plot(lab, &moves, &[])
}

/// Hours at which the goal was reached, of those replications in which it was.
fn reached(bench: &Bench, mut see: impl FnMut(f64)) {
    bench.run(RUNS, |record| {
        let at = record.campaigns[0].reached;
        if at != SimTime::NEVER {
            see(at.hours());
        }
    });
}

fn check_cdf(ledger: &mut Ledger, what: &str, bench: &Bench, expected: &Value) {
    let expected = by_number(expected);
    let mut hits = vec![0_u64; expected.len()];
    reached(bench, |hours| {
        for (hits, (at, _)) in hits.iter_mut().zip(&expected) {
            *hits += u64::from(hours <= *at);
        }
    });
    let rows: Vec<_> = hits
        .iter()
        .zip(&expected)
        .map(|(hits, (at, p))| {
            let got = *hits as f64 / f64::from(RUNS);
            (format!("P(T <= {at} h)"), *p, got, share_tolerance(*p, u64::from(RUNS)))
        })
        .collect();
    ledger.check_all(what, &rows);
}

#[test]
fn stage_times() {
    let item = item(FIXTURE);
    let expected = &item["expected"];
    let mut ledger = Ledger::new("V11");
    let rates = numbers(&item["inputs"]["rates_per_h"]);
    let bench = stages(&rates, 0.0);
    let cdf = "three-stage hypoexponential rates .5,.25,.1/h: CDF";
    check_cdf(&mut ledger, "hypoexponential", &bench, &expected[cdf]);
    let (mut mean, mut squares) = (Mean::default(), Mean::default());
    reached(&bench, |hours| {
        mean.add(hours);
        let off = hours - number(&expected["mean"]);
        squares.add(off * off);
    });
    ledger.check_mean("hypoexponential, mean h", number(&expected["mean"]), &mean, CRITICAL);
    ledger.check_mean("hypoexponential, variance h2", number(&expected["var"]), &squares, CRITICAL);
    check_cdf(&mut ledger, "Erlang, 3 stages", &stages(&[0.2; 3], 0.0), &expected["erlang k=3 rate .2"]);
    ledger.close();
}

#[test]
fn stages_against_detection() {
    let item = item(FIXTURE);
    let expected = &item["expected"];
    let mut ledger = Ledger::new("V11");
    let rates = numbers(&item["inputs"]["rates_per_h"]);
    for (delta, p) in by_number(&expected["P(all stages before exp detection delta)=prod l/(l+delta)"]) {
        let mut times = Mean::default();
        let mut hits = 0;
        reached(&stages(&rates, delta), |hours| {
            hits += 1;
            times.add(hours);
        });
        ledger.check_share(&format!("P(done before detection at {delta}/h)"), p, hits, u64::from(RUNS));
        if delta == 0.05 {
            let mean = &expected["mean time to success given success before detection delta=.05"];
            ledger.check_mean(
                "mean h, where done before detection at 0.05/h",
                number(mean),
                &times,
                CRITICAL,
            );
        }
    }
    ledger.close();
}

/// Leaves of an attack tree succeed with given probabilities or take exponential times; gates are steps that
/// follow all or any of their inputs at once.
#[test]
fn attack_trees() {
    let item = item(FIXTURE);
    let expected = &item["expected"];
    let mut ledger = Ledger::new("V11");

    for (gate, key) in
        [("OR", "attack tree OR of two exp (.1,.3): mean"), ("AND", "AND of two exp (.1,.3): mean")]
    {
        let mut lab = Lab::new(1_000.0);
        let [slow, fast] = [0.1, 0.3].map(|rate| lab.exponential(1.0 / rate));
        let goal =
            if gate == "OR" { step("goal").after_any(&["a", "b"]) } else { step("goal").after(&["a", "b"]) };
        let bench = plot(lab, &[step("a").takes(slow), step("b").takes(fast), goal], &["goal"]);
        let mut mean = Mean::default();
        reached(&bench, |hours| mean.add(hours));
        ledger.check_mean(&format!("{gate} of two stages, mean h"), number(&expected[key]), &mean, CRITICAL);
    }

    let leaf = |id: &str, p: f64| step(id).succeeds(Success::Given(p));
    let tree = [
        leaf("a", 0.6),
        leaf("b", 0.5),
        leaf("c", 0.8),
        leaf("d", 0.2),
        leaf("e", 0.9),
        leaf("f", 0.05),
        step("left").after(&["a", "b"]),
        step("middle").after(&["c", "d", "e"]),
        step("goal").after_any(&["left", "middle", "f"]),
    ];
    let shared = [
        leaf("a", 0.5),
        leaf("b", 0.4),
        leaf("c", 0.3),
        step("left").after(&["a", "b"]),
        step("right").after(&["a", "c"]),
        step("goal").after_any(&["left", "right"]),
    ];
    let exact = &expected["noisy-OR attack graph shared node (do NOT treat as independent)"]["exact"];
    for (what, moves, p) in [
        ("probability tree", &tree[..], &expected["attack tree prob: OR(AND(.6,.5),AND(.8,.2,.9),.05)"]),
        ("two ways with a step in common", &shared[..], exact),
    ] {
        let mut hits = 0;
        reached(&plot(Lab::new(1.0), moves, &["goal"]), |_| hits += 1);
        ledger.check_share(what, number(p), hits, u64::from(RUNS));
    }
    ledger.close();
}

/// Losses of a year: steps that follow each other after exponential times are a Poisson process, and what each
/// takes is lognormal.
#[test]
fn frequency_and_severity() {
    let item = item(FIXTURE);
    let expected = &item["expected"];
    let mut ledger = Ledger::new("V11");
    let (rate, year_h) = (2.0, 8_760.0);
    let mut lab = Lab::new(year_h);
    let target = lab.asset("target");
    let between = lab.exponential(year_h / rate);
    let records = lab.b.dist(Distribution::Lognormal { mu: 10.0, sigma: 1.0 });
    // More than twenty in a year are left out: a probability of 2e-15.
    let names: Vec<String> = (0..20).map(|i| format!("loss-{i}")).collect();
    let moves: Vec<Move> = (0..20)
        .map(|i| {
            let made = step(&names[i]).takes(between).at(&[target], vec![Effect::Exfiltrate { records }]);
            if i == 0 { made } else { made.after(&[&names[i - 1]]) }
        })
        .collect();
    let bench = plot(lab, &moves, &[]);
    let fair = &expected["FAIR-type: Poisson freq 2/yr x lognormal(mu=10,s=1) annual loss mean, var"];
    let mean = number(&fair["mean"]);
    let (mut losses, mut squares, mut none) = (Mean::default(), Mean::default(), 0);
    bench.run(RUNS, |record| {
        let loss = record.exfiltrated as f64;
        losses.add(loss);
        squares.add((loss - mean) * (loss - mean));
        none += u64::from(record.tries[0].outcome == Outcome::Open);
    });
    ledger.check_mean("loss of a year, mean", mean, &losses, CRITICAL);
    ledger.check_mean("loss of a year, variance", number(&fair["var"]), &squares, CRITICAL);
    ledger.check_share(
        "P(no loss in a year)",
        number(&expected["P(no event in year) Poisson 2"]),
        none,
        u64::from(RUNS),
    );
    ledger.close();
}
