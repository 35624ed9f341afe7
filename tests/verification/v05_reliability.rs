//! V05, without crews: availability, k-of-n, two-terminal reliability, time to failure, common causes.

use super::lab::{Bench, Lab, at, course, first_failed_h, integral};
use super::ledger::{CRITICAL, Ledger, Mean, argument, by_number, item, number, numbers, share_tolerance};
use linchpin_model::*;
use serde_json::Value;

const FIXTURE: &str = include_str!("fixtures/V05_reliability_basics.json");

/// Independent assets, or copies of a system, in one model.
const COPIES: usize = 100;

fn expected() -> Value {
    item(FIXTURE)["expected"].clone()
}

/// Assets that fail with this rate an hour, up at first, each repaired without crews.
fn alternating(hours: f64, rate: f64, repair: impl Fn(&mut Lab) -> DistId) -> Bench {
    let mut lab = Lab::new(hours);
    let assets = lab.assets("asset", COPIES);
    let time_to_failure = lab.exponential(1.0 / rate);
    let repair = repair(&mut lab);
    lab.fails(&assets, time_to_failure);
    lab.repaired(&assets, repair, SkillId::NONE);
    lab.watch("all", &assets);
    lab.finish()
}

/// Availability at the moments of a table. `slack` is the tolerance of the table's own values.
fn check_availability(ledger: &mut Ledger, what: &str, bench: &Bench, tables: &[(&Value, f64)]) {
    let runs = 1000;
    let moments: Vec<f64> = by_number(tables[0].0).into_iter().map(|(hours, _)| hours).collect();
    let mut up = vec![0.0; moments.len()];
    bench.run(runs, |record| {
        let course = course(record, bench.group("all"), bench.horizon_h());
        for (sum, hours) in up.iter_mut().zip(&moments) {
            *sum += at(&course, *hours);
        }
    });
    let trials = u64::from(runs) * COPIES as u64;
    for (table, slack) in tables {
        let rows: Vec<_> = by_number(table)
            .into_iter()
            .zip(&up)
            .map(|((hours, expected), up)| {
                // 0.9999999999999999 is what the item's arithmetic made of 1.
                let tolerance = share_tolerance(expected.min(1.0), trials) + slack;
                (format!("t={hours} h"), expected, up / trials as f64, tolerance.max(1e-10))
            })
            .collect();
        ledger.check_all(what, &rows);
    }
}

#[test]
fn two_states_over_time() {
    let mut ledger = Ledger::new("V05");
    for (key, table) in expected()["two_state_A(t)"].as_object().unwrap() {
        let plain = key.replace("/h", "");
        let (rate, mu) = (argument(&plain, "lambda"), argument(&plain, "mu"));
        let bench = alternating(1001.0, rate, |lab| lab.exponential(1.0 / mu));
        check_availability(&mut ledger, &format!("availability, {key}"), &bench, &[(table, 0.0)]);
    }
    ledger.close();
}

#[test]
fn availability_with_general_repair() {
    let expected = expected();
    let tables = &expected["transient_general_repair lam=0.02/h mean repair 10h"];
    // Mean and standard deviation 10 h: sigma^2 = ln 2, median 10 / sqrt 2.
    let (sigma, median) = (libm::sqrt(libm::log(2.0)), 10.0 / libm::sqrt(2.0));
    let mut ledger = Ledger::new("V05");
    // The item gives these tables to 2e-5 (trapezoid), the one by matrix exponential to 1e-10.
    for (name, table) in tables.as_object().unwrap() {
        let repair = |lab: &mut Lab| match name.as_str() {
            "exp mean10" => lab.exponential(10.0),
            "erlang3 mean10" => lab.gamma(3.0, 10.0),
            "lognormal mean10 sd10" => lab.lognormal(median, sigma),
            other => panic!("V05 has a repair this test does not know: {other}"),
        };
        let bench = alternating(201.0, 0.02, repair);
        let mut both = vec![(table, 2e-5)];
        if name == "erlang3 mean10" {
            both.push((&expected["transient_erlang3_ctmc"], 0.0));
        }
        check_availability(&mut ledger, &format!("availability, repair {name}"), &bench, &both);
    }
    ledger.close();
}

#[test]
fn integrals_of_two_states() {
    let expected = &expected()["two_state_integrals"];
    let bench = alternating(1001.0, 0.01, |lab| lab.exponential(20.0));
    let down = by_number(&expected["mean interval unavailability [0,T], lam=.01,mu=.05"]);
    let failures = by_number(&expected["expected number of failures in [0,T] starting up"]);
    let mut means: Vec<(Mean, Mean)> = down.iter().map(|_| Default::default()).collect();
    bench.trace(300, |record| {
        let course = course(record, bench.group("all"), bench.horizon_h());
        for ((until, _), (share, count)) in down.iter().zip(&mut means) {
            let hours = integral(&course, 0.0, *until, |up| COPIES as f64 - up);
            share.add(hours / COPIES as f64 / until);
            let failed = |e: &&TraceEntry| e.what == Happening::FailedAtRandom && e.time.hours() <= *until;
            count.add(record.trace.iter().filter(failed).count() as f64 / COPIES as f64);
        }
    });
    let mut ledger = Ledger::new("V05");
    for (((until, share), (_, count)), got) in down.iter().zip(&failures).zip(&means) {
        ledger.check_mean(&format!("unavailability, mean over {until} h"), *share, &got.0, CRITICAL);
        ledger.check_mean(&format!("failures in {until} h"), *count, &got.1, CRITICAL);
    }
    ledger.close();
}

/// How many of the systems, one for each of `COPIES` and run, do not work at the start, and of how many.
fn failing(lab: Lab, systems: &[NodeId]) -> (u64, u64) {
    let runs = 1000;
    let mut failing = 0;
    lab.finish().run(runs, |record| {
        failing += systems.iter().filter(|system| first_failed_h(record, **system).is_some()).count() as u64;
    });
    (failing, u64::from(runs) * systems.len() as u64)
}

/// The probability that such a system works.
fn check_working(ledger: &mut Ledger, what: &str, expected: &Value, lab: Lab, systems: &[NodeId]) {
    let (failing, trials) = failing(lab, systems);
    ledger.check_share(what, number(expected), trials - failing, trials);
}

#[test]
fn k_of_n() {
    let mut ledger = Ledger::new("V05");
    for (key, expected) in expected()["k_of_n"].as_object().unwrap() {
        let (groups, _) = key.split_once(',').unwrap();
        let (k, n) = groups.split_once("-of-").unwrap();
        let (k, n): (usize, usize) = (k.parse().unwrap(), n.parse().unwrap());
        let mut lab = Lab::new(1.0);
        let systems = lab.assets("system", COPIES);
        for (copy, system) in systems.iter().enumerate() {
            let parts = lab.assets(&format!("part-{copy}"), n);
            lab.works_with(*system, k, &parts);
            lab.down_with_probability(1.0 - argument(key, "p"), &parts);
        }
        check_working(&mut ledger, &format!("k of n, {key}"), expected, lab, &systems);
    }
    ledger.close();
}

/// A graph whose links fail: links are members of the mesh too.
fn two_terminal(edges: &Value, terminal: usize, up: &[f64]) -> (Lab, Vec<NodeId>) {
    let edges: Vec<(usize, usize)> = edges
        .as_array()
        .unwrap()
        .iter()
        .map(numbers)
        .map(|edge| (edge[0] as usize, edge[1] as usize))
        .collect();
    let vertices = 1 + edges.iter().map(|(a, b)| *a.max(b)).max().unwrap();
    let mut lab = Lab::new(1.0);
    let mut terminals = Vec::new();
    for copy in 0..COPIES {
        let mut members = lab.assets(&format!("vertex-{copy}"), vertices);
        terminals.push(members[terminal]);
        let lines = lab.assets(&format!("line-{copy}"), edges.len());
        let mut links = Vec::new();
        for (i, (a, b)) in edges.iter().enumerate() {
            links.extend([(*a as u32, (vertices + i) as u32), ((vertices + i) as u32, *b as u32)]);
            lab.down_with_probability(1.0 - up[i % up.len()], &lines[i..=i]);
        }
        let rule = NetworkRule::SourceReachable { sources: vec![members[0]] };
        members.extend(lines);
        lab.b.parts().networks.push(Network { id: format!("graph-{copy}"), rule, members, links });
    }
    (lab, terminals)
}

#[test]
fn two_terminal_reliability() {
    let expected = expected();
    let (bridge, ladder) = (&expected["edges"]["bridge s=0,t=3"], &expected["edges"]["ladder8 s=0,t=5"]);
    let mut ledger = Ledger::new("V05");
    for (key, value) in expected["two_terminal"].as_object().unwrap() {
        let (lab, terminals) = match key.as_str() {
            "bridge p=0.9 all" | "bridge formula 2p^2+2p^3-5p^4+2p^5 at .9" => {
                two_terminal(bridge, 3, &[0.9])
            }
            "bridge p=[.9,.8,.7,.95,.85]" => two_terminal(bridge, 3, &[0.9, 0.8, 0.7, 0.95, 0.85]),
            "ladder8 p=0.9 s=0 t=5" => two_terminal(ladder, 5, &[0.9]),
            "ladder8 p=0.95" => two_terminal(ladder, 5, &[0.95]),
            other => panic!("V05 has a graph this test does not know: {other}"),
        };
        check_working(&mut ledger, &format!("two-terminal, {key}"), value, lab, &terminals);
    }
    ledger.close();
}

/// Mean time until systems first fail. `make` adds what one system consists of.
fn time_to_failure(hours: f64, runs: u32, make: impl Fn(&mut Lab, NodeId, usize)) -> Mean {
    let mut lab = Lab::new(hours);
    let systems = lab.assets("system", COPIES);
    for (copy, system) in systems.iter().enumerate() {
        make(&mut lab, *system, copy);
    }
    let mut mean = Mean::default();
    lab.finish().run(runs, |record| {
        for system in &systems {
            mean.add(first_failed_h(record, *system).expect("the horizon is long enough"));
        }
    });
    mean
}

#[test]
fn mean_time_to_failure() {
    let parts = |lab: &mut Lab, copy: usize, n: usize| {
        let parts = lab.assets(&format!("part-{copy}"), n);
        let time = lab.exponential(100.0);
        lab.fails(&parts, time);
        parts
    };
    let k_of_n = |k: usize, n: usize| {
        move |lab: &mut Lab, system: NodeId, copy: usize| {
            let parts = parts(lab, copy, n);
            lab.works_with(system, k, &parts);
        }
    };
    let repaired = |lab: &mut Lab, system: NodeId, copy: usize| {
        let parts = parts(lab, copy, 2);
        let repair = lab.exponential(10.0);
        lab.repaired(&parts, repair, SkillId::NONE);
        lab.works_with(system, 1, &parts);
    };
    // A standby that runs until it fails is an autonomy that never runs dry.
    let standby = |lab: &mut Lab, system: NodeId, copy: usize| {
        let first = parts(lab, copy, 1);
        let (endless, time) = (lab.hours(1e6), lab.exponential(100.0));
        let mut need = NeedSpec::any(system, "first", lab.service, &first);
        need = need.buffered("standby", endless, DistId::NONE);
        need.autonomy[0].stage.failure = time;
        lab.b.need(need);
    };
    let mut ledger = Ledger::new("V05");
    for (key, expected) in expected()["MTTF"].as_object().unwrap() {
        let mean = match key.as_str() {
            "2 parallel exp lam=.01 no repair" => time_to_failure(5_000.0, 500, k_of_n(1, 2)),
            "2-of-3" => time_to_failure(5_000.0, 500, k_of_n(2, 3)),
            "2 cold standby" => time_to_failure(5_000.0, 500, standby),
            "2 parallel with repair mu=.1 MTTF" => time_to_failure(15_000.0, 50, repaired),
            other => panic!("V05 has a system this test does not know: {other}"),
        };
        ledger.check_mean(&format!("MTTF in h, {key}"), number(expected), &mean, CRITICAL);
    }
    ledger.close();
}

/// Three trains, one of which is enough, of two parts each; parts fail on demand, alone or all three of a
/// kind at once.
fn trains(alone: f64, together: f64) -> (Lab, Vec<NodeId>) {
    let mut lab = Lab::new(1.0);
    let systems = lab.assets("system", COPIES);
    for (copy, system) in systems.iter().enumerate() {
        let trains = lab.assets(&format!("train-{copy}"), 3);
        lab.works_with(*system, 1, &trains);
        for kind in ["pump", "valve"] {
            let parts = lab.assets(&format!("{kind}-{copy}"), 3);
            for (train, part) in trains.iter().zip(&parts) {
                lab.b.need(NeedSpec::any(*train, kind, lab.service, &[*part]));
            }
            lab.down_with_probability(alone, &parts);
            if together > 0.0 {
                lab.down_with_probability(1.0, &parts);
                lab.b.parts().events.last_mut().unwrap().probability = together;
            }
        }
    }
    (lab, systems)
}

/// The beta-factor model: of a part's probability of failure, the share beta is common to its group.
#[test]
fn common_causes() {
    let (q, beta) = (0.1, 0.2);
    let mut ledger = Ledger::new("V05");
    for (key, expected) in expected()["ccf_three_train"].as_object().unwrap() {
        let (lab, systems) = match key.as_str() {
            "abc trains no CCF" => trains(q, 0.0),
            "beta-factor 0.2 each group, Q=.1 (scram 0.04308)" => trains(q * (1.0 - beta), q * beta),
            other => panic!("V05 has a common cause this test does not know: {other}"),
        };
        let (failing, trials) = failing(lab, &systems);
        ledger.check_share(&format!("three trains, {key}"), number(expected), failing, trials);
    }
    ledger.close();
}

/// Beta-factor model over time, by hand: the first of two parts fails after `1 / ((2 - beta) lambda)` = 55.56
/// h, with probability `beta / (2 - beta)` = 1/9 both at once; else the other lasts 100 h more, for it still
/// fails at its own rate.
#[test]
fn joint_failures_over_time() {
    let pair = |lab: &mut Lab, system: NodeId, copy: usize| {
        let parts = lab.assets(&format!("part-{copy}"), 2);
        let time = lab.exponential(100.0);
        lab.fails(&parts, time);
        for part in &parts {
            lab.b.node_mut(*part).common_cause = copy as u32;
        }
        lab.works_with(system, 1, &parts);
        let id = format!("pair-{copy}");
        lab.b.parts().common_causes.push(CommonCause { id, members: parts, beta: 0.2 });
    };
    let mut ledger = Ledger::new("V05");
    let mean = time_to_failure(5_000.0, 500, pair);
    ledger.check_mean("MTTF in h, 2 parallel, beta 0.2, by hand", 1300.0 / 9.0, &mean, CRITICAL);
    ledger.close();
}

/// What the item has is checked: a table that is added to it must not be passed over.
#[test]
fn every_table_is_checked() {
    let expected = expected();
    let mut tables: Vec<&str> = expected.as_object().unwrap().keys().map(String::as_str).collect();
    tables.sort_unstable();
    let checked = [
        "MTTF",
        "batch_repair",
        "ccf_three_train",
        "edges",
        "k_of_n",
        "lognormal_repair",
        "machine_repairman",
        "transient_erlang3_ctmc",
        "transient_general_repair lam=0.02/h mean repair 10h",
        "two_state_A(t)",
        "two_state_integrals",
        "two_terminal",
    ];
    assert_eq!(tables, checked);
}
