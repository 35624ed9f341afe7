//! The lines that matter: like with like drawn together, then the weightiest of every kind.

use super::words::is_listed;
use super::{Kind, Line};
use crate::findings::build::{region_name, sector_name};
use linchpin_model::time::format_duration;
use linchpin_model::{Class, ClassId, Model, NodeId, RegionId, SectorId};
use std::collections::BTreeMap;

/// Lines further apart are told apart.
const WINDOW_S: u32 = 2 * 3600;

/// Shares of the lines, in percent, by kind in the order of [`Kind::ALL`]: what a kind leaves free goes to the
/// weightiest of the others.
const SHARES: [usize; 6] = [20, 35, 15, 10, 10, 10];

/// At most `at_most` lines, in order of time.
pub(super) fn select(model: &Model, lines: Vec<Line>, at_most: usize) -> Vec<Line> {
    let lines = draw_together(model, lines.into_iter().filter(|line| is_listed(model, line.node)).collect());
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by(|a, b| lines[*b].weight.total_cmp(&lines[*a].weight).then(a.cmp(b)));
    let mut room = SHARES.map(|share| share * at_most / 100);
    let mut chosen = vec![false; lines.len()];
    for i in &order {
        let kind = Kind::ALL.iter().position(|kind| *kind == lines[*i].kind).unwrap_or(0);
        if room[kind] > 0 {
            room[kind] -= 1;
            chosen[*i] = true;
        }
    }
    let mut free = at_most.saturating_sub(chosen.iter().filter(|chosen| **chosen).count());
    for i in order {
        if free > 0 && !chosen[i] {
            free -= 1;
            chosen[i] = true;
        }
    }
    lines.into_iter().zip(chosen).filter_map(|(line, chosen)| chosen.then_some(line)).collect()
}

/// What lines must have in common to be drawn together.
type Likeness = (Kind, ClassId, SectorId, RegionId, String);

struct Bundle {
    first: Line,
    last: u32,
    nodes: Vec<NodeId>,
    weight: f64,
}

fn draw_together(model: &Model, lines: Vec<Line>) -> Vec<Line> {
    let mut bundles: Vec<Bundle> = Vec::new();
    let mut open: BTreeMap<Likeness, usize> = BTreeMap::new();
    for line in lines {
        let likeness = line.node.some().zip(line.shared.clone()).map(|(node, shared)| {
            let node = &model.nodes[node.index()];
            (line.kind, node.class, node.sector, node.region, shared)
        });
        let known = likeness.as_ref().and_then(|likeness| open.get(likeness)).copied();
        match known.filter(|bundle| line.time - bundles[*bundle].first.time <= WINDOW_S) {
            Some(bundle) => bundles[bundle].add(&line),
            None => {
                if let Some(likeness) = likeness {
                    open.insert(likeness, bundles.len());
                }
                bundles.push(Bundle {
                    last: line.time,
                    nodes: vec![line.node],
                    weight: line.weight,
                    first: line,
                });
            }
        }
    }
    bundles.into_iter().map(|bundle| bundle.line(model)).collect()
}

impl Bundle {
    fn add(&mut self, line: &Line) {
        self.last = line.time;
        self.weight += line.weight;
        if !self.nodes.contains(&line.node) {
            self.nodes.push(line.node);
        }
    }

    fn line(self, model: &Model) -> Line {
        let Self { mut first, last, nodes, weight } = self;
        first.weight = weight;
        if nodes.len() > 1 {
            first.text = sentence(model, &first, last, &nodes);
        }
        first
    }
}

/// A class in the plural: `control centres`, `water supplies`. The id does where it has no name.
fn several(class: &Class) -> String {
    let name = if class.name == class.id { class.id.replace(['-', '_'], " ") } else { class.name.clone() };
    let mut letters = name.chars();
    // Names of kinds begin with a small letter within a sentence, abbreviations do not.
    let name = match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain([second]).chain(letters).collect()
        }
        _ => name,
    };
    let vowel_before_y = ["ay", "ey", "oy", "uy"].iter().any(|end| name.ends_with(end));
    match name.strip_suffix('y') {
        Some(stem) if !vowel_before_y => format!("{stem}ies"),
        _ if name.ends_with(['s', 'S']) => name,
        _ if ["x", "ch", "sh"].iter().any(|end| name.ends_with(end)) => format!("{name}es"),
        _ => format!("{name}s"),
    }
}

/// `12 base stations in North fail within 1h 50min: no electricity (first Mast 3, last Mast 7).`
fn sentence(model: &Model, first: &Line, last: u32, nodes: &[NodeId]) -> String {
    let node = &model.nodes[first.node.index()];
    let what = match (node.class.some(), sector_name(model, node.sector)) {
        (Some(class), _) => format!("{} {}", nodes.len(), several(&model.classes[class.index()])),
        (None, "") => format!("{} assets", nodes.len()),
        (None, sector) => format!("{} assets of {sector}", nodes.len()),
    };
    let place = match region_name(model, node.region) {
        "" => String::new(),
        region => format!(" in {region}"),
    };
    let time = match last - first.time {
        0 => String::new(),
        seconds => format!(" within {}", format_duration(seconds.into())),
    };
    let shared = first.shared.as_deref().unwrap_or("");
    let names = match nodes {
        [a, b] => format!("{} and {}", model.name(*a), model.name(*b)),
        [a, b, c] => format!("{}, {} and {}", model.name(*a), model.name(*b), model.name(*c)),
        _ => format!("first {}, last {}", model.name(nodes[0]), model.name(nodes[nodes.len() - 1])),
    };
    let fail = if first.kind == Kind::Failure { " fail" } else { "" };
    format!("{what}{place}{fail}{time}: {shared} ({names}).")
}

#[cfg(test)]
mod tests {
    use super::several;
    use linchpin_model::Class;

    #[test]
    fn classes_are_told_in_the_plural() {
        for (id, name, expected) in [
            ("control-centre", "control-centre", "control centres"),
            ("b", "Base station", "base stations"),
            ("u", "UPS", "UPS"),
            ("s", "Water supply", "water supplies"),
            ("railway", "railway", "railways"),
            ("waterworks", "waterworks", "waterworks"),
            ("switch", "switch", "switches"),
        ] {
            let class = Class { id: id.into(), name: name.into(), correlation: 0.0 };
            assert_eq!(several(&class), expected);
        }
    }
}
