//! Files that were broken at random, by bytes and by words, with fixed seeds: no importer ever panics, and whatever is
//! imported is a scenario without errors.

use super::tests::load;
use super::{import_csv, import_geojson, import_graphml};
use crate::fields::Field;
use crate::input::Input;
use crate::stix::import_stix;
use crate::stix::tests::FLOW;
use crate::{EdgesMean, Options, Required};
use linchpin_scenario::diagnostic::{Severity, render_all};

const NODES: &str = "id,type,sector,region,lat,lon,capacity,people,supplies,tags,owner\n\
    s1,substation,energy,North,50.1,14.4,100,,electricity;heat,grid,A\n\
    w1,\"water, works\",,North,50.2,14.5,,1200,,,\n\
    h1,hospital,health,South,49.9,14.3,0,900,,\"a b\",B\n";
const EDGES: &str = "source,target,type,service,criticality,autonomy_h,delay_h\n\
    s1,w1,Directed,electricity,1,6,\nw1,h1,Directed,water,0.4,,0.5\nh1,s1,Undirected,,,,\ns1,h1,Directed,electricity,1,2d,\n";
const MAP: &str = r#"{"type":"FeatureCollection","name":"m","features":[
{"type":"Feature","id":"a","geometry":{"type":"Point","coordinates":[14.4,50.1]},"properties":{"power":"substation","name":"A","tags":["x","y"]}},
{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[14.5,50.1],[14.51,50.1],[14.51,50.11],[14.5,50.1]]]},"properties":{"amenity":"hospital","people":500}},
{"type":"Feature","geometry":{"type":"LineString","coordinates":[[14.4,50.1],[14.505,50.103]]},"properties":{"linchpin":"need","provider":"a","consumer":"A"}},
{"type":"Feature","geometry":null,"properties":{"name":"A","lat":1}}]}"#;
const GRAPH: &str = r#"<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d0" for="node" attr.name="class"><default>pump</default></key><key id="d1" for="edge" attr.name="service"/>
<graph edgedefault="directed"><node id="a"><data key="d0">substation</data></node><node id="b"><graph><node id="c"/></graph></node>
<edge source="a" target="b"><data key="d1">water</data></edge><edge source="b" target="a"/><edge source="c" target="b" directed="false"/></graph></graphml>"#;

/// What readers stumble over.
#[rustfmt::skip]
const WORDS: [&str; 40] = [
    "NaN", "inf", "-1", "1e999", "1e308", "0.0000001", "\"", "\"\"", ",", ";", "\n", "\r\n", "\t", "\0",
    "\u{202e}", "🏥", "ř", "null", "true", "[]", "{}", "[[", "]", "}", "<", ">", "&amp;", "&#0;", "</node>",
    "<node id=\"x\"/>", "id", "a", "s1", "=1+1", "90", "181", "yes", " ", "-", ".",
];

/// What leaves the form of a file as it is, and its sense not.
#[rustfmt::skip]
const TAME: [&str; 16] = [
    "0", "1", "2", "-1", "0.5", "14.4", "90", "1e5", "a", "b", "c", "s1", "A", "false", "null",
    "Undirected",
];

/// Sebastiano Vigna's SplitMix64.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

/// A copy with one to four things wrong.
fn broken(text: &str, draws: &mut Draws) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..1 + draws.below(4) {
        let at = draws.below(bytes.len());
        let end = (at + 1 + draws.below(12)).min(bytes.len());
        match draws.below(16) {
            0 => bytes[at..end].fill(draws.next() as u8),
            1 => drop(bytes.drain(at..end)),
            2 => bytes.truncate(at),
            3 => {
                let part = bytes[at..end].to_vec();
                let to = draws.below(bytes.len());
                bytes.splice(to..to, part.repeat(1 + draws.below(20)));
            }
            4..12 => {
                // Whole words give way to others, so that the rest of the file still makes sense.
                let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'.';
                let start =
                    bytes[..at].iter().rposition(|byte| !is_word(byte)).map_or(0, |before| before + 1);
                let end = bytes[at..]
                    .iter()
                    .position(|byte| !is_word(byte))
                    .map_or(bytes.len(), |after| at + after);
                let word = if draws.below(8) == 0 {
                    WORDS[draws.below(WORDS.len())]
                } else {
                    TAME[draws.below(TAME.len())]
                };
                bytes.splice(start..end.max(start), word.bytes());
            }
            12 => {
                let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
                let (from, to) = (draws.below(lines.len()), draws.below(lines.len()));
                let mut lines = lines.clone();
                lines.swap(from, to);
                bytes = lines.join(&b'\n');
            }
            _ => drop(bytes.splice(at..at, WORDS[draws.below(WORDS.len())].bytes())),
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

fn options(column: &str, draws: &mut Draws) -> Options {
    let pick = |n: usize, draws: &mut Draws| draws.below(n);
    Options {
        edges_mean: [None, Some(EdgesMean::Supplies), Some(EdgesMean::Needs), Some(EdgesMean::Links)]
            [pick(4, draws)],
        required: [Required::Any, Required::All][pick(2, draws)],
        service: [None, Some("a service".to_owned())][pick(2, draws)].clone(),
        sources: [None, Some("substation".to_owned())][pick(2, draws)].clone(),
        snap_km: [1.0, 1e-9, 1e9][pick(3, draws)],
        skip_broken: pick(2, draws) == 1,
        map: [vec![], vec![(column.to_owned(), Field::Tags)]][pick(2, draws)].clone(),
        ..Options::default()
    }
}

/// How many of the broken files were imported all the same.
fn survive(runs: u64, mut import: impl FnMut(Input, &mut Draws) -> super::Outcome) -> usize {
    let mut imported = 0;
    for seed in 0..runs {
        let outcome = import(Input::default(), &mut Draws(seed));
        // Every place can be shown.
        let shown = render_all(&outcome.sources, &outcome.diagnostics, false);
        let Some(scenario) = outcome.imported else {
            assert!(outcome.diagnostics.errors() > 0, "seed {seed}: refused without a reason");
            assert!(!shown.is_empty());
            continue;
        };
        imported += 1;
        let loaded = load(&scenario);
        let errors: Vec<_> = loaded.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "seed {seed}: {errors:#?}\n{:#?}", scenario.files);
        assert!(!scenario.report.text().is_empty());
    }
    imported
}

#[test]
fn broken_tables() {
    let imported = survive(4_000, |mut input, draws| {
        let nodes = input.add_bytes("nodes.csv", broken(NODES, draws));
        let edges = input.add_bytes("edges.csv", broken(EDGES, draws));
        let nodes = nodes.filter(|_| draws.below(8) > 0);
        import_csv(input, nodes, edges, &options("owner", draws))
    });
    assert!(imported > 200, "too few to tell anything: {imported}");
}

#[test]
fn broken_maps() {
    let imported = survive(4_000, |mut input, draws| {
        let maps: Vec<_> = (0..1 + draws.below(4) / 3)
            .filter_map(|_| input.add_bytes("m.geojson", broken(MAP, draws)))
            .collect();
        import_geojson(input, &maps, &options("people", draws))
    });
    assert!(imported > 200, "too few to tell anything: {imported}");
}

#[test]
fn broken_bundles() {
    let imported = survive(4_000, |mut input, draws| match input.add_bytes("b.json", broken(FLOW, draws)) {
        Some(bundle) => import_stix(input, bundle, &options("class", draws)),
        None => import_csv(input, None, None, &Options::default()),
    });
    assert!(imported > 200, "too few to tell anything: {imported}");
}

#[test]
fn broken_graphs() {
    let imported =
        survive(4_000, |mut input, draws| match input.add_bytes("g.graphml", broken(GRAPH, draws)) {
            Some(graph) => import_graphml(input, graph, &options("class", draws)),
            None => import_csv(input, None, None, &Options::default()),
        });
    assert!(imported > 200, "too few to tell anything: {imported}");
}
