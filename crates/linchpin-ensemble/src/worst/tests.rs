use super::country::country;
use super::{Against, Searching, Weighed, WorstFound, WorstPlan, worst};
use linchpin_model::*;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

fn plan<'a>(model: &'a Model, most: usize, protections: usize, exact: u64) -> WorstPlan<'a> {
    WorstPlan {
        model,
        against: Against::Targets {
            candidates: model.node_ids().collect(),
            most,
            strike: Strike::Closure { lasts: Some(36 * 3600) },
            at: 3600,
        },
        protections,
        metric: "person_hours",
        tail: false,
        seed: 3,
        replications: 2,
        exact,
        question: "country",
        threads: 0,
    }
}

fn look(plan: &WorstPlan<'_>) -> WorstFound {
    worst(plan, None, &AtomicBool::new(false), &mut |_| {}).expect("nothing is written").expect("people")
}

fn mean(weighed: &Weighed) -> f64 {
    weighed.rows.iter().sum::<f64>() / weighed.rows.len() as f64
}

/// What taking the target that adds most, over and over, comes to: one start of many, and not enough.
fn greedy(model: &Model, most: usize) -> f64 {
    let seeds = Seeds::new(3);
    let (model, by) = model.with_strike(Strike::Closure { lasts: Some(36 * 3600) });
    let gauge = linchpin_analysis::gauge::Gauge::new(&model, "person_hours").expect("people");
    let mut simulation = linchpin_sim::Simulation::new(std::sync::Arc::new(model.clone()));
    let (mut reading, mut record) = Default::default();
    let mut loss = |struck: Vec<NodeId>| -> f64 {
        let what_if = linchpin_sim::WhatIf { struck, at: 3600, by, ..Default::default() };
        simulation.set_what_if(&what_if);
        let options = linchpin_sim::RunOptions { threat: false, trace: false };
        let mut one = |replication| {
            simulation.run(replication, seeds.replication(replication), options, &mut record);
            gauge.read(&mut reading, None, &record)
        };
        (one(0) + one(1)) / 2.0
    };
    let (mut set, mut best) = (Vec::new(), 0.0);
    for _ in 0..most {
        let mut next = (f64::NEG_INFINITY, NodeId(0));
        for node in model.node_ids().filter(|node| !set.contains(node)) {
            let with = loss(set.iter().copied().chain([node]).collect());
            if with > next.0 {
                next = (with, node);
            }
        }
        (best, _) = next;
        set.push(next.1);
    }
    best
}

/// Against all 1,770 pairs and 34,220 triples of 60 assets, in 20 countries.
#[test]
fn within_a_hundredth_of_the_exhaustive_optimum() {
    let (mut greedy_failed, mut optimal) = (0, 0);
    for case in 0..20 {
        let model = country(case, 60, false);
        assert_eq!(model.nodes.len(), 60);
        let best = look(&plan(&model, 3, 2, u64::MAX));
        let found = look(&plan(&model, 3, 2, 0));
        assert!(best.attacks.iter().all(|attack| attack.exact));
        assert!(found.attacks.iter().all(|attack| !attack.exact));
        for size in [2, 3] {
            let (optimum, loss) = (mean(&best.attacks[size - 1]), mean(&found.attacks[size - 1]));
            assert!(loss >= 0.99 * optimum, "country {case}, {size} targets: {loss} of {optimum}");
            assert!(loss <= optimum * (1.0 + 1e-12), "country {case}");
            optimal += u32::from(loss >= optimum * (1.0 - 1e-12));
            greedy_failed += u32::from(greedy(&model, size) < 0.99 * optimum);
        }
        let (optimum, left) = (best.protection.left.loss, found.protection.left.loss);
        assert!(best.protection.closed, "country {case}");
        assert!(left <= 1.01 * optimum, "country {case}, protected: {left}, {optimum} are possible");
        assert!(optimum < mean(&best.attacks[2]), "country {case}: protection helps");
        let everything = found.everything.expect("targets");
        assert!(everything >= mean(&best.attacks[2]));
    }
    assert!(optimal >= 36, "the optimum itself in {optimal} of 40");
    assert!(greedy_failed >= 8, "greedy alone fails in {greedy_failed} of 40");
}

#[test]
fn threads_and_interruptions_change_nothing() {
    let model = country(7, 40, true);
    let run = |threads: usize, folder: Option<&Path>, stop_after: u64| {
        let plan = WorstPlan { threads, replications: 40, ..plan(&model, 3, 2, 0) };
        let stop = AtomicBool::new(false);
        let mut heard = |now: &Searching| stop.store(now.evaluated >= stop_after, Ordering::Relaxed);
        worst(&plan, folder, &stop, &mut heard).map(|found| {
            let found = found.expect("people");
            let sets = |list: &[Weighed]| -> Vec<_> {
                list.iter().map(|w| (w.set.clone(), w.rows.clone(), w.fresh.clone())).collect()
            };
            (sets(&found.attacks), sets(&found.left), found.protection, found.searched)
        })
    };
    let expected = run(1, None, u64::MAX).expect("not told to stop");
    assert_eq!(run(2, None, u64::MAX).expect("not told to stop"), expected);
    let folder = tempfile::tempdir().expect("a folder");
    for after in [3, 20] {
        assert!(run(2, Some(folder.path()), after).is_err(), "told to stop");
    }
    assert!(std::fs::read_dir(folder.path()).expect("a folder").count() > 0);
    assert_eq!(run(1, Some(folder.path()), u64::MAX).expect("not told to stop"), expected);
    assert_ne!(expected.0[2].1, expected.0[2].2, "fresh draws are others");
}

#[test]
fn damage_is_repaired_as_the_scenario_has_it_and_tails_are_worse() {
    let model = country(2, 40, false);
    let base = plan(&model, 2, 1, 0);
    let mean_of = |plan: &WorstPlan<'_>| mean(look(plan).attacks.last().expect("targets"));
    let closed = mean_of(&base);
    let Against::Targets { candidates, most, at, .. } = base.against.clone() else { return };
    // Nothing repairs what has no repair plan: damage lasts to the horizon, 6 d rather than 36 h.
    let damaged = Against::Targets { candidates, most, at, strike: Strike::Damage };
    assert!(mean_of(&WorstPlan { against: damaged, ..base.clone() }) > 2.0 * closed);
    let tail_of = |weighed: &Weighed| {
        let mut rows = weighed.rows.clone();
        rows.sort_by(f64::total_cmp);
        // Two of forty are the worst 5 %.
        (rows[38] + rows[39]) / 2.0
    };
    let mut heavier = 0;
    for case in 0..6 {
        let model = country(case, 40, false);
        let [usual, worst] = [false, true].map(|tail| {
            let plan = WorstPlan { tail, replications: 40, ..plan(&model, 2, 1, 0) };
            look(&plan).attacks.pop().expect("targets")
        });
        assert!(tail_of(&worst) >= tail_of(&usual) && mean(&worst) <= mean(&usual), "country {case}");
        heavier += u32::from(tail_of(&worst) > mean(&worst));
    }
    assert!(heavier > 0, "chance plays a part somewhere");
}

#[test]
fn a_metric_that_is_not_there() {
    let model = country(1, 20, false);
    let plan = WorstPlan { metric: "no_such_metric", ..plan(&model, 2, 1, 0) };
    assert!(worst(&plan, None, &AtomicBool::new(false), &mut |_| {}).expect("nothing is written").is_none());
}
