//! V14: damage of substations by ground shaking, and their restoration.

use super::lab::{Bench, Lab, at, course};
use super::ledger::{Ledger, by_number, item, number, numbers, share_tolerance};
use linchpin_model::special::norm_inv;
use linchpin_model::*;
use serde_json::Value;

const FIXTURE: &str = include_str!("fixtures/V14_hazus_fragility_restoration.json");
const FRAGILITY: &str = include_str!("fixtures/hazus_power_fragility.json");
const SUBSTATIONS: usize = 1_000;
const RUNS: u32 = 100;
const STATES: [&str; 4] = ["DS1", "DS2", "DS3", "DS4"];

/// Median and beta of each damage state of a class.
fn fragility(class: &str) -> Vec<(f64, f64)> {
    let table = item(FRAGILITY);
    let found = table["classes"].as_array().unwrap().iter().find(|entry| entry["id"] == class).unwrap();
    let curve = |state: &&str| {
        let curve = &found["states"][*state];
        (number(&curve["median"]), number(&curve["beta"]))
    };
    STATES.iter().map(curve).collect()
}

/// Days to restoration by a normal that is not cut off: whoever would be restored before the damage is at once.
/// The model's own normal is cut off at 0, so this is a table of quantiles.
fn restoration(lab: &mut Lab, days: &[f64]) -> DistId {
    const STEPS: u32 = 50_000;
    let quantile = |i: u32| {
        let u = (f64::from(i) / f64::from(STEPS)).clamp(1e-7, 1.0 - 1e-7);
        (days[0] + days[1] * norm_inv(u)).max(0.0) * 86_400.0
    };
    let values: Vec<f64> = (0..=STEPS).map(quantile).collect();
    lab.b.dist(Distribution::Empirical(values.into()))
}

/// Substations of one class at one peak ground acceleration.
fn shaken(class: &str, acceleration: f64, restoration_days: &Value) -> (Bench, Vec<NodeId>) {
    let mut lab = Lab::new(91.0 * 24.0);
    let nodes = lab.assets("substation", SUBSTATIONS);
    let states = STATES
        .iter()
        .zip(fragility(class))
        .map(|(name, curve)| DamageState {
            name: (*name).to_owned(),
            level: Level::ZERO,
            repair: restoration(&mut lab, &numbers(&restoration_days[*name])),
            fragility: Some(curve),
        })
        .collect();
    let stages = vec![RepairStage {
        name: "restoration".into(),
        duration: DistId::NONE,
        skill: SkillId::NONE,
        crews: 0,
        spare: SpareId::NONE,
    }];
    lab.b.parts().repairs.push(RepairPlan { states, stages });
    for node in &nodes {
        lab.b.node_mut(*node).repair = RepairId::new(0);
    }
    let intensity = lab.b.dist(Distribution::Fixed(acceleration));
    let footprint = Targets::Footprint { intensity, nodes: nodes.iter().map(|node| (*node, 1.0)).collect() };
    lab.event(0.0, footprint, 1.0, Effect::Damage { state: DamageChoice::Fragility });
    lab.watch("substations", &nodes);
    (lab.finish(), nodes)
}

#[test]
fn substations_by_shaking() {
    let item = item(FIXTURE);
    let mut ledger = Ledger::new("V14");
    let trials = SUBSTATIONS as u64 * u64::from(RUNS);
    // A tail of a few cases has no normal distribution: three more are no surprise.
    let tolerance = |p: f64| share_tolerance(p, trials) + 3.0 / trials as f64;
    for (class, by_acceleration) in item["expected"].as_object().unwrap() {
        let (mut exceed, mut working) = (Vec::new(), Vec::new());
        for (acceleration, expected) in by_acceleration.as_object().unwrap() {
            let pga: f64 = acceleration.parse().unwrap();
            let (bench, _) = shaken(class, pga, &item["inputs"]["restoration days"]);
            let group = bench.group("substations");
            let days = by_number(&expected["expected_functionality_at_days"]);
            let (mut damaged, mut up) = ([0_u64; 4], vec![0.0; days.len()]);
            bench.trace(RUNS, |record| {
                for entry in &record.trace {
                    if let Happening::Damaged(state) = entry.what {
                        damaged[..=usize::from(state)].iter_mut().for_each(|count| *count += 1);
                    }
                }
                let course = course(record, group, bench.horizon_h());
                for (up, (day, _)) in up.iter_mut().zip(&days) {
                    *up += at(&course, day * 24.0);
                }
            });
            for (i, p) in numbers(&expected["P_exceed_DS1..4"]).into_iter().enumerate() {
                let got = damaged[i] as f64 / trials as f64;
                exceed.push((format!("{} at {acceleration} g", STATES[i]), p, got, tolerance(p)));
            }
            for (up, (day, p)) in up.iter().zip(days) {
                working.push((
                    format!("{day} d after {acceleration} g"),
                    p,
                    up / trials as f64,
                    tolerance(p),
                ));
            }
        }
        ledger.check_all(&format!("P(damage state or worse), {class}"), &exceed);
        ledger.check_all(&format!("functionality, {class}"), &working);
    }
    ledger.close();
}
