//! V13: metrics of three graphs and maximum flows, as networkx gives them.

use super::ledger::{Ledger, item, number};
use linchpin_analysis::graph::{
    Graph, betweenness, centrality, clustering, flow, paths, spectrum, structure,
};
use serde_json::Value;

const FIXTURE: &str = include_str!("fixtures/V13_graph_metrics.json");
const GRAPHS: [(&str, &str); 3] = [
    ("karate34", include_str!("fixtures/V13_karate34.csv")),
    ("39_epri", include_str!("fixtures/V13_39_epri_branch.csv")),
    ("118_ieee", include_str!("fixtures/V13_118_ieee_branch.csv")),
];

/// Tolerance of the item.
const TOLERANCE: f64 = 1e-7;

/// A graph whose nodes are numbers of a file.
struct Numbered {
    /// The number of each node, ascending.
    numbers: Vec<u32>,
    graph: Graph,
    lines: Vec<flow::Line>,
}

impl Numbered {
    /// From lines `from,to` or `from,to,capacity` below a heading.
    fn read(text: &str) -> Self {
        let rows: Vec<Vec<u32>> = text
            .lines()
            .skip(1)
            .map(|line| line.split(',').map(|field| field.parse().unwrap()).collect())
            .collect();
        let mut numbers: Vec<u32> = rows.iter().flat_map(|row| [row[0], row[1]]).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let line = |row: &Vec<u32>| flow::Line {
            from: place(&numbers, row[0]),
            to: place(&numbers, row[1]),
            capacity: row.get(2).copied().unwrap_or(1).into(),
            both_ways: true,
        };
        let lines: Vec<flow::Line> = rows.iter().map(line).collect();
        let graph = Graph::undirected(numbers.len(), lines.iter().map(|line| (line.from, line.to)));
        Self { numbers, graph, lines }
    }

    fn node(&self, number: u32) -> u32 {
        place(&self.numbers, number)
    }

    fn number(&self, node: u32) -> u32 {
        self.numbers[node as usize]
    }
}

fn place(numbers: &[u32], number: u32) -> u32 {
    numbers.binary_search(&number).unwrap() as u32
}

/// The one number that a key of the item asks for.
fn scalar(graph: &Graph, key: &str) -> Option<f64> {
    let paths = || paths::path_metrics(graph);
    let clustering = || clustering::clustering(graph);
    Some(match key {
        "n" => graph.nodes() as f64,
        "m" => graph.links() as f64,
        "density" => graph.density(),
        "diameter" => paths().diameter?.into(),
        "avg_shortest_path" => paths().average_distance?,
        "global_efficiency" => paths().efficiency,
        "transitivity" => clustering().transitivity,
        "avg_clustering" => clustering().average,
        "assortativity" => clustering::assortativity(graph)?,
        "algebraic_connectivity" => spectrum::algebraic_connectivity(graph)?,
        "spectral_radius_A" => centrality::leading_eigenvector(graph)?.value,
        "kirchhoff_index (effective resistance)" => spectrum::kirchhoff_index(graph)?,
        "max_core" => structure::core_numbers(graph).into_iter().max()?.into(),
        _ => return None,
    })
}

/// The value of every node that a ranking of the item is about.
fn ranked(graph: &Graph, key: &str) -> Option<Vec<f64>> {
    Some(match key {
        "betweenness_norm_top5" => {
            let pairs = betweenness::pairs_of_others(graph);
            betweenness::betweenness(graph).into_iter().map(|sum| sum / pairs).collect()
        }
        "closeness_top3" => paths::path_metrics(graph).closeness,
        "pagerank_.85_top5" => centrality::pagerank(graph, 0.85)?,
        "eigenvector_top3" => centrality::leading_eigenvector(graph)?.vector,
        _ => return None,
    })
}

/// The nodes or links that a key of the item lists.
fn listed(numbered: &Numbered, key: &str) -> Option<Value> {
    let found = structure::cut_points(&numbered.graph);
    let name = |node: &u32| numbered.number(*node);
    let links = found.bridges.iter().map(|(a, b)| [name(a), name(b)]).collect::<Vec<_>>();
    match key {
        "articulation_points" => Some(found.articulation_points.iter().map(name).collect::<Vec<_>>().into()),
        "bridges" => Some(links.iter().map(|link| link.to_vec()).collect::<Vec<_>>().into()),
        _ => None,
    }
}

/// Each place of a ranking: the value of the node named, and that no further node has a larger one.
fn check_ranking(
    rows: &mut Vec<(String, f64, f64, f64)>,
    numbered: &Numbered,
    list: &Value,
    values: &[f64],
    key: &str,
) {
    let mut best = values.to_vec();
    best.sort_by(|a, b| b.total_cmp(a));
    for (place, entry) in list.as_array().unwrap().iter().enumerate() {
        let (expected, bus) = (number(&entry[0]), number(&entry[1]) as u32);
        let got = values[numbered.node(bus) as usize];
        rows.push((format!("{key}, node {bus}"), expected, got, TOLERANCE));
        rows.push((format!("{key}, place {}", place + 1), expected, best[place], TOLERANCE));
    }
}

#[test]
fn metrics_of_three_graphs() {
    let item = item(FIXTURE);
    let mut ledger = Ledger::new("V13");
    for (name, text) in GRAPHS {
        let numbered = Numbered::read(text);
        let mut rows = Vec::new();
        for (key, expected) in item["expected"]["metrics"][name].as_object().unwrap() {
            if let Some(got) = scalar(&numbered.graph, key) {
                rows.push((key.clone(), number(expected), got, TOLERANCE));
            } else if let Some(values) = ranked(&numbered.graph, key) {
                check_ranking(&mut rows, &numbered, expected, &values, key);
            } else {
                let got = listed(&numbered, key).unwrap_or_else(|| panic!("V13 asks for an unknown {key}"));
                ledger.check_same(&format!("{key}, {name}"), expected, &got);
            }
        }
        ledger.check_all(name, &rows);
    }
    ledger.close();
}

#[test]
fn maximum_flows() {
    let item = item(FIXTURE);
    let mut ledger = Ledger::new("V13");
    for (key, expected) in item["expected"]["max_flow"].as_object().unwrap() {
        // Such as `39_epri 38->4`.
        let (name, ends) = key.split_once(' ').unwrap();
        let (source, sink) = ends.split_once("->").unwrap();
        let text = GRAPHS.iter().find(|(known, _)| *known == name).unwrap().1;
        let numbered = Numbered::read(text);
        let end = |text: &str| numbered.node(text.parse().unwrap());
        let found = flow::max_flow(numbered.graph.nodes(), &numbered.lines, end(source), end(sink));
        ledger.check(&format!("maximum flow, {key}"), number(&expected["max_flow"]), found.value as f64, 0.0);
        let size = found.source_side.iter().filter(|side| **side).count() as f64;
        let expected = number(&expected["min_cut_source_side_size"]);
        ledger.check(&format!("nodes on the source's side, {key}"), expected, size, 0.0);
    }
    ledger.close();
}
