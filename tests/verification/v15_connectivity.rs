//! V15: connectivity losses of a small supply network.
//!
//! Lines can fail, so they are assets too, between the two they join. Which source reaches whom is the network rule's
//! to say; how far it is, a wave tells that goes from a node to its neighbours with a second of delay a step.

use super::lab::{Lab, at, course};
use super::ledger::{Ledger, item, numbers};
use linchpin_analysis::graph::Graph;
use linchpin_analysis::graph::connectivity::{Connections, Losses};
use linchpin_analysis::graph::paths::UNREACHED;
use linchpin_model::*;

const FIXTURE: &str = include_str!("fixtures/V15_connectivity_losses.json");

/// The network as the item describes it in words; A is 0.
const NODES: u32 = 7;
const LINES: [(u32, u32); 7] = [(3, 4), (5, 6), (0, 1), (1, 2), (4, 5), (2, 3), (2, 4)];
const SOURCES: [u32; 3] = [2, 3, 5];
const DEMANDS: [u32; 3] = [0, 4, 6];

/// Nodes and lines that failed.
type Damage = (&'static [u32], &'static [(u32, u32)]);

/// Before, and the two events: node D fails; and the lines B-C and E-F.
const STATES: [Damage; 3] = [(&[], &[]), (&[3], &[]), (&[3], &[(1, 2), (4, 5)])];

/// Tolerance of the item; its values have nine digits.
const TOLERANCE: f64 = 1e-8;

/// Nodes and lines as assets.
struct Copy {
    nodes: Vec<NodeId>,
    lines: Vec<NodeId>,
}

impl Copy {
    fn new(lab: &mut Lab, stem: &str) -> Self {
        Self {
            nodes: lab.assets(&format!("{stem}-node"), NODES as usize),
            lines: lab.assets(&format!("{stem}-line"), LINES.len()),
        }
    }

    fn all(&self) -> Vec<NodeId> {
        [self.nodes.as_slice(), &self.lines].concat()
    }

    /// What fails in a state.
    fn failed(&self, state: usize) -> Vec<NodeId> {
        let (nodes, lines) = STATES[state];
        let line = |line: &(u32, u32)| self.lines[LINES.iter().position(|known| known == line).unwrap()];
        nodes.iter().map(|node| self.nodes[*node as usize]).chain(lines.iter().map(line)).collect()
    }

    /// Each node and line with its neighbours.
    fn neighbours(&self) -> Vec<(NodeId, Vec<NodeId>)> {
        let ends = |(a, b): (u32, u32)| vec![self.nodes[a as usize], self.nodes[b as usize]];
        let mut list: Vec<_> = self.lines.iter().zip(LINES).map(|(line, at)| (*line, ends(at))).collect();
        for (place, node) in self.nodes.iter().enumerate() {
            let here = |at: &(u32, u32)| at.0 as usize == place || at.1 as usize == place;
            let lines = self.lines.iter().zip(LINES).filter(|(_, at)| here(at)).map(|(line, _)| *line);
            list.push((*node, lines.collect()));
        }
        list
    }
}

/// For each state the number of sources that each demand reaches: one copy of the network a source, and the states
/// one after the other, an hour of repair between them.
fn sources_reached() -> Vec<Vec<u32>> {
    let mut lab = Lab::new(10.0);
    let copies = SOURCES.map(|source| Copy::new(&mut lab, &format!("from-{source}")));
    for (copy, source) in copies.iter().zip(SOURCES) {
        // Members are nodes, then lines.
        let ends = |(line, (a, b)): (u32, (u32, u32))| [(a, NODES + line), (NODES + line, b)];
        lab.b.parts().networks.push(Network {
            id: format!("from-{source}"),
            rule: NetworkRule::SourceReachable { sources: vec![copy.nodes[source as usize]] },
            members: copy.all(),
            links: (0..).zip(LINES).flat_map(ends).collect(),
        });
    }
    for demand in DEMANDS {
        let seen: Vec<NodeId> = copies.iter().map(|copy| copy.nodes[demand as usize]).collect();
        lab.watch(&format!("sources-{demand}"), &seen);
    }
    let hour = lab.hours(1.0);
    for state in 1..STATES.len() {
        let failed = copies.iter().flat_map(|copy| copy.failed(state)).collect();
        lab.event(state as f64 * 2.0, Targets::All(failed), 1.0, Effect::Closure { lasts: hour });
    }
    let bench = lab.finish();
    let mut reached = Vec::new();
    bench.run(1, |record| {
        let count = |state: usize, demand: u32| {
            let course = course(record, bench.group(&format!("sources-{demand}")), bench.horizon_h());
            at(&course, state as f64 * 2.0 + 0.5) as u32
        };
        reached =
            (0..STATES.len()).map(|state| DEMANDS.map(|demand| count(state, demand)).to_vec()).collect();
    });
    reached
}

/// Distances between all nodes in a state, in lines. All is closed for an hour; then whoever begins works again, and
/// what has a working neighbour follows after a second: two a line.
fn distances(state: usize) -> Vec<Vec<u32>> {
    let mut lab = Lab::new(2.0);
    let (second, hour) = (lab.hours(1.0 / 3600.0), lab.hours(1.0));
    let copies: Vec<Copy> = (0..NODES).map(|begin| Copy::new(&mut lab, &format!("wave-{begin}"))).collect();
    for (begin, copy) in copies.iter().enumerate() {
        for (owner, neighbours) in copy.neighbours() {
            let mut need = NeedSpec::any(owner, "neighbour", lab.service, &neighbours);
            need.providers.iter_mut().for_each(|provider| provider.delay = second);
            if owner != copy.nodes[begin] {
                lab.b.need(need);
            }
        }
        lab.event(0.0, Targets::All(copy.all()), 1.0, Effect::Closure { lasts: hour });
        lab.event(0.0, Targets::All(copy.failed(state)), 1.0, Effect::Closure { lasts: DistId::NONE });
    }
    let bench = lab.finish();
    let mut table = vec![vec![UNREACHED; NODES as usize]; NODES as usize];
    bench.trace(1, |record| {
        for entry in record.trace.iter().filter(|entry| matches!(entry.what, Happening::Rose { .. })) {
            for (begin, copy) in copies.iter().enumerate() {
                if let Some(node) = copy.nodes.iter().position(|node| *node == entry.node) {
                    let steps = (entry.time.hours() * 3600.0).round() as u32 - 3600;
                    table[begin][node] = table[begin][node].min(steps / 2);
                }
            }
        }
    });
    table
}

/// Compares with what the item gives for each event, and for their mean.
fn check(ledger: &mut Ledger, how: &str, losses: &[Losses]) {
    type Measure = fn(&Losses) -> f64;
    let item = item(FIXTURE);
    let measures: [(&str, Measure); 4] = [
        ("CCL", |losses| losses.complete),
        ("PCL", |losses| losses.partial),
        ("WCL", |losses| losses.weighted),
        ("EFL", |losses| losses.efficiency),
    ];
    for (name, measure) in measures {
        let got: Vec<f64> = losses.iter().map(measure).collect();
        let expected = numbers(&item["expected"][name]);
        assert_eq!(got.len(), expected.len());
        for (event, (expected, got)) in expected.iter().zip(&got).enumerate() {
            ledger.check(&format!("{name}, event {event}, {how}"), *expected, *got, TOLERANCE);
        }
        let mean = got.iter().sum::<f64>() / got.len() as f64;
        let expected = item["expected"]["mean"][name].as_f64().unwrap();
        ledger.check(&format!("{name}, mean, {how}"), expected, mean, TOLERANCE);
    }
}

/// From what the engine records: who is reached, and when.
#[test]
fn losses_by_the_engine() {
    let mut states = Vec::new();
    for (state, reached) in sources_reached().into_iter().enumerate() {
        let connections = Connections::from_distances(&distances(state), &SOURCES, &DEMANDS);
        // The network rule and the wave agree on who is reached.
        assert_eq!(connections.sources, reached, "state {state}");
        states.push(connections);
    }
    let losses: Vec<Losses> = states[1..].iter().map(|after| states[0].losses(after)).collect();
    let mut ledger = Ledger::new("V15");
    check(&mut ledger, "engine", &losses);
    ledger.close();
}

/// From the graph alone.
#[test]
fn losses_by_the_graph() {
    let states = STATES.map(|(nodes, lines)| {
        let stands =
            |line: &(u32, u32)| !lines.contains(line) && !nodes.contains(&line.0) && !nodes.contains(&line.1);
        let graph = Graph::undirected(NODES as usize, LINES.into_iter().filter(stands));
        Connections::of(&graph, &SOURCES, &DEMANDS)
    });
    let losses: Vec<Losses> = states[1..].iter().map(|after| states[0].losses(after)).collect();
    let mut ledger = Ledger::new("V15");
    check(&mut ledger, "graph", &losses);
    ledger.close();
}
