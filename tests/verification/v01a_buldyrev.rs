//! V01a: fully interdependent Erdos-Renyi networks (Buldyrev et al., 2010; Gao et al., 2011).
//!
//! Every node needs its partner in the next network of a ring, and all members of a network but those of its
//! largest component are cut off. A random share `1 - p` of the first network is closed.

use super::dice::Dice;
use super::lab::{Bench, Lab, at, course};
use super::ledger::{Ledger, by_number, item, number, numbers};
use linchpin_model::*;

const FIXTURE: &str = include_str!("fixtures/V01a_buldyrev_full_coupling.json");

/// Tolerance of the item for N = 100,000, and how far from the critical point it holds: `|p - p_c| k > 0.3`.
const TOLERANCE: f64 = 0.006;
const AWAY: f64 = 0.3;
const NODES: usize = 100_000;

/// `networks` random graphs of `n` nodes and mean degree `k`, joined in a ring of one-to-one needs both ways.
/// The share of the first network that is left is `shares[i]` from hour `i` on, or second where there is a
/// delay.
fn removal(networks: usize, n: usize, k: f64, shares: &[f64], delay_s: Option<f64>) -> Bench {
    let mut dice = Dice::new(networks as u32 * 1000 + (k * 10.0) as u32);
    let mut lab = Lab::new(100.0);
    let nodes: Vec<Vec<NodeId>> =
        (0..networks).map(|network| lab.assets(&format!("n{network}"), n)).collect();
    let delay = delay_s.map_or(DistId::NONE, |seconds| lab.b.dist(Distribution::Fixed(seconds)));
    for (network, members) in nodes.iter().enumerate() {
        lab.b.parts().networks.push(Network {
            id: format!("network-{network}"),
            rule: NetworkRule::LargestComponent,
            members: members.clone(),
            links: dice.links(n, k),
        });
        // Both neighbours of the ring; two networks are each other's only one.
        let partners = if networks == 2 { vec![1] } else { vec![1, networks - 1] };
        for partner in partners {
            let other = &nodes[(network + partner) % networks];
            for (i, member) in members.iter().enumerate() {
                let mut need =
                    NeedSpec::any(*member, &format!("partner-{partner}"), lab.service, &[other[i]]);
                need.providers[0].delay = delay;
                lab.b.need(need);
            }
        }
        lab.watch(&format!("network-{network}"), members);
    }
    let order = dice.shuffled(nodes[0].clone());
    let mut left = n;
    for (hour, share) in shares.iter().enumerate() {
        let keep = (share * n as f64).round() as usize;
        let gone = order[keep..left].to_vec();
        left = keep;
        lab.event(hour as f64, Targets::All(gone), 1.0, Effect::Closure { lasts: DistId::NONE });
    }
    lab.finish()
}

/// Share of the first network in the largest mutual component, for every share that is left.
fn mutual_component(networks: usize, n: usize, k: f64, shares: &[f64]) -> Vec<f64> {
    let bench = removal(networks, n, k, shares, None);
    let mut sizes = Vec::new();
    bench.run(1, |record| {
        let course = course(record, bench.group("network-0"), bench.horizon_h());
        sizes = (0..shares.len()).map(|hour| at(&course, hour as f64) / n as f64).collect();
    });
    sizes
}

/// Shares from the largest to the least.
fn descending(mut shares: Vec<f64>) -> Vec<f64> {
    shares.sort_by(|a, b| b.total_cmp(a));
    shares
}

fn check_curve(k: f64) {
    let item = item(FIXTURE);
    let table = by_number(&item["expected"]["P_inf_curve_n2"][format!("{k:.1}")]);
    let critical = number(&item["expected"]["critical"]["2"]["kp_c"]);
    let shares = descending(table.iter().map(|(p, _)| *p).collect());
    let sizes = mutual_component(2, NODES, k, &shares);
    let mut ledger = Ledger::new("V01a");
    let mut rows = Vec::new();
    for (p, expected) in table {
        if (p * k - critical).abs() <= AWAY {
            continue;
        }
        let got = sizes[shares.iter().position(|share| *share == p).unwrap()];
        rows.push((format!("p={p}"), expected, got, TOLERANCE));
    }
    assert!(rows.len() >= 2);
    ledger.check_all(&format!("P_inf, 2 networks, k={k}"), &rows);
    ledger.close();
}

#[test]
fn mutual_component_of_two_networks_k3() {
    check_curve(3.0);
}

#[test]
fn mutual_component_of_two_networks_k4() {
    check_curve(4.0);
}

#[test]
fn mutual_component_of_two_networks_k5() {
    check_curve(5.0);
}

/// The cascade stage by stage: with a second of delay on every need, the first network shows the odd stages
/// at even seconds and the second network the even stages at odd seconds.
#[test]
fn stages_of_the_cascade() {
    let item = item(FIXTURE);
    let key = "cascade_stage_giant_component_k4_n2 (stage t: odd=network A, even=network B)";
    let critical = number(&item["expected"]["critical"]["2"]["kp_c"]);
    let mut ledger = Ledger::new("V01a");
    let mut checked = 0;
    for (p, stages) in item["expected"][key].as_object().unwrap() {
        let p: f64 = p.parse().unwrap();
        if (p * 4.0 - critical).abs() <= AWAY {
            continue;
        }
        let bench = removal(2, NODES, 4.0, &[p], Some(1.0));
        bench.run(1, |record| {
            let courses =
                [0, 1].map(|i| course(record, bench.group(&format!("network-{i}")), bench.horizon_h()));
            let row = |(i, expected): (usize, f64)| {
                let got = at(&courses[i % 2], i as f64 / 3600.0) / NODES as f64;
                (format!("stage {}", i + 1), expected, got, TOLERANCE)
            };
            let rows: Vec<_> = numbers(stages).into_iter().enumerate().map(row).collect();
            ledger.check_all(&format!("giant component by stage, 2 networks, k=4, p={p}"), &rows);
        });
        checked += 1;
    }
    assert!(checked > 0);
    ledger.close();
}

/// The jump: on one side of the critical point nothing is left, on the other at least what the item gives for
/// the critical point itself (the component grows with p).
#[test]
fn abrupt_collapse_of_two_to_five_networks() {
    let item = item(FIXTURE);
    let n = 20_000;
    let mut ledger = Ledger::new("V01a");
    for networks in 2..=5_usize {
        let critical = &item["expected"]["critical"][networks.to_string()];
        let (kp, k_size) = (number(&critical["kp_c"]), number(&critical["kP_inf_at_c"]));
        let k = 5.0;
        let shares = [(kp + AWAY) / k, (kp - AWAY) / k];
        let sizes = mutual_component(networks, n, k, &shares);
        let what = |side: &str| format!("P_inf {side} the critical point, {networks} networks, k={k}");
        ledger.check(&what("below"), 0.0, sizes[1], TOLERANCE);
        ledger.check_at_least(&what("above"), k_size / k, sizes[0]);
    }
    ledger.close();
}
