//! V01b: two partly interdependent Erdos-Renyi networks (Parshani et al., 2010; Gao et al., 2012).
//!
//! As V01a, but only a share `q` of the nodes of each network, drawn for each network by itself, needs its partner
//! in the other. A random share `1 - p` of the first network is closed, or of both.

use super::dice::Dice;
use super::lab::{Lab, at, course};
use super::ledger::{CRITICAL, Ledger, Mean, item, number, numbers};
use linchpin_model::*;

const FIXTURE: &str = include_str!("fixtures/V01b_parshani_partial_coupling.json");

/// Tolerance of the item for N = 100,000, or [`CRITICAL`] standard errors where these are more: near the critical point
/// one pair of networks says little. Values nearer than V01a's `|p - p_c| k > 0.3` are not compared.
const TOLERANCE: f64 = 0.006;
const AWAY: f64 = 0.3;
/// Pairs of networks, twice the item's N together, and the nodes of each network.
const PAIRS: u32 = 8;
const NODES: usize = 25_000;
const K: f64 = 4.0;

/// Where the first network falls apart for q = 0, 0.2, ... 1. The item has no such table: these solve its equations (by
/// bisection, elsewhere) and serve only to leave out values that are too near.
const CRITICAL_FIRST: [f64; 6] = [0.25, 0.2525, 0.2629, 0.3184, 0.4900, 0.6139];
const CRITICAL_BOTH: [f64; 6] = [0.25, 0.3125, 0.4167, 0.5875, 0.7075, 0.7835];

/// Who loses a share of its nodes.
#[derive(Clone, Copy, PartialEq)]
enum Attack {
    First,
    Both,
}

/// Shares of both networks in their largest components, for every share that is left (descending).
fn components(q: f64, attack: Attack, shares: &[f64]) -> Vec<[Mean; 2]> {
    let mut means: Vec<[Mean; 2]> = shares.iter().map(|_| Default::default()).collect();
    for pair in 0..PAIRS {
        let case = 100_000 + pair * 1_000 + (q * 10.0) as u32 * 10 + u32::from(attack == Attack::Both);
        for (means, sizes) in
            means.iter_mut().zip(components_of_a_pair(&mut Dice::new(case), q, attack, shares))
        {
            means.iter_mut().zip(sizes).for_each(|(mean, size)| mean.add(size));
        }
    }
    means
}

/// The same of one pair: hour by hour more is closed.
fn components_of_a_pair(dice: &mut Dice, q: f64, attack: Attack, shares: &[f64]) -> Vec<[f64; 2]> {
    let mut lab = Lab::new(shares.len() as f64 + 1.0);
    let nodes = ["a", "b"].map(|stem| lab.assets(stem, NODES));
    for (network, members) in nodes.iter().enumerate() {
        lab.b.parts().networks.push(Network {
            id: format!("network-{network}"),
            rule: NetworkRule::LargestComponent,
            members: members.clone(),
            links: dice.links(NODES, K),
        });
        lab.watch(&format!("network-{network}"), members);
        let places = dice.shuffled((0..NODES).collect());
        for place in &places[..(q * NODES as f64).round() as usize] {
            let partner = nodes[1 - network][*place];
            lab.b.need(NeedSpec::any(members[*place], "partner", lab.service, &[partner]));
        }
    }
    let attacked = if attack == Attack::Both { &nodes[..] } else { &nodes[..1] };
    for members in attacked {
        let order = dice.shuffled(members.clone());
        let mut left = NODES;
        for (hour, share) in shares.iter().enumerate() {
            let keep = (share * NODES as f64).round() as usize;
            let gone = Targets::All(order[keep..left].to_vec());
            lab.event(hour as f64, gone, 1.0, Effect::Closure { lasts: DistId::NONE });
            left = keep;
        }
    }
    let bench = lab.finish();
    let mut sizes = Vec::new();
    bench.run(1, |record| {
        let courses = ["network-0", "network-1"].map(|id| course(record, bench.group(id), bench.horizon_h()));
        let size = |hour: usize| [0, 1].map(|network| at(&courses[network], hour as f64) / NODES as f64);
        sizes = (0..shares.len()).map(size).collect();
    });
    sizes
}

/// One line of a table of the item: for every p one value, or one a network.
fn check_row(ledger: &mut Ledger, q: f64, attack: Attack, critical: f64, row: &serde_json::Value) {
    let mut table: Vec<(f64, Vec<f64>)> = Vec::new();
    for (p, values) in row.as_object().unwrap() {
        let values = if values.is_array() { numbers(values) } else { vec![number(values); 2] };
        table.push((p.parse().unwrap(), values));
    }
    table.sort_by(|a, b| b.0.total_cmp(&a.0));
    let shares: Vec<f64> = table.iter().map(|(p, _)| *p).collect();
    let mut rows = Vec::new();
    for ((p, expected), got) in table.iter().zip(components(q, attack, &shares)) {
        if (p - critical).abs() * K > AWAY {
            for (network, expected) in expected.iter().enumerate() {
                let (name, got) = (["A", "B"][network], &got[network]);
                let tolerance = TOLERANCE.max(CRITICAL * got.standard_error());
                rows.push((format!("P_{name} at p={p}"), *expected, got.mean(), tolerance));
            }
        }
    }
    // Both sides of a jump, or a curve.
    assert!(rows.len() >= 4);
    let what = if attack == Attack::Both { "both" } else { "A" };
    ledger.check_all(&format!("components, {what} attacked, k={K}, q={q}"), &rows);
}

fn check(table: &str, attack: Attack, critical: [f64; 6], shares: &[&str]) {
    let item = item(FIXTURE);
    let mut ledger = Ledger::new("V01b");
    for q in shares {
        let share: f64 = q.parse().unwrap();
        let place = (share * 5.0).round() as usize;
        check_row(&mut ledger, share, attack, critical[place], &item["expected"][table][q]);
    }
    ledger.close();
}

const FIRST: &str = "P_A,P_B attack A only, qA=qB=q,k=4";
const BOTH: &str = "P both attacked k=4";

#[test]
fn first_attacked_weakly_coupled() {
    check(FIRST, Attack::First, CRITICAL_FIRST, &["0.0", "0.2", "0.4"]);
}

#[test]
fn first_attacked_strongly_coupled() {
    check(FIRST, Attack::First, CRITICAL_FIRST, &["0.6", "0.8", "1.0"]);
}

#[test]
fn both_attacked_weakly_coupled() {
    check(BOTH, Attack::Both, CRITICAL_BOTH, &["0.2", "0.4"]);
}

#[test]
fn both_attacked_strongly_coupled() {
    check(BOTH, Attack::Both, CRITICAL_BOTH, &["0.6", "0.8", "1.0"]);
}
