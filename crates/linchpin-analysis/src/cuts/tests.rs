use super::{Levels, Structure, cut_sets};
use linchpin_model::*;

/// Assets by id, each supplying what is called `flow`.
fn assets(b: &mut ModelBuilder, ids: &[&str]) -> Vec<NodeId> {
    let sector = b.sector("energy", "Energy");
    ids.iter().map(|id| b.node(id, "", sector, RegionId::NONE)).collect()
}

fn builder() -> (ModelBuilder, ServiceId) {
    let mut b = ModelBuilder::new(Meta { horizon: 3600, ..Meta::default() });
    let flow = b.service("flow", "Flow");
    (b, flow)
}

fn named(model: &Model, sets: &[Vec<NodeId>]) -> Vec<String> {
    let text = |set: &Vec<NodeId>| set.iter().map(|node| model.id(*node)).collect::<Vec<_>>().join(" ");
    sets.iter().map(text).collect()
}

/// The pressure tank of the Fault Tree Handbook (NUREG-0492, 1981): the tank ruptures when the tank itself or relay K2
/// fails, or the pressure switch S together with one of S1, K1, R. Published minimal cut sets: {T}, {K2}, {S, S1},
/// {S, K1}, {S, R}.
#[test]
fn pressure_tank() {
    let (mut b, flow) = builder();
    let n = assets(&mut b, &["T", "K2", "S", "S1", "K1", "R", "timer", "safe"]);
    for (need, node) in ["reset", "relay", "contacts"].into_iter().zip(&n[3..6]) {
        b.need(NeedSpec::any(n[6], need, flow, &[*node]));
    }
    b.need(NeedSpec::any(n[7], "tank", flow, &[n[0]]));
    b.need(NeedSpec::any(n[7], "contact", flow, &[n[1]]));
    b.need(NeedSpec::any(n[7], "stop", flow, &[n[2], n[6]]));
    let model = b.finish();
    let found = cut_sets(&Structure::new(&model), &[n[7]], 3, 100);
    // The timer circuit is a gate in the handbook, an asset of its own here.
    assert_eq!(named(&model, &found.sets), ["T", "K2", "S S1", "S K1", "S R", "S timer"]);
    assert!(found.complete && !found.fails_anyway);
}

/// Two of three, weights (a big one and two small ones that make up for it), and a need that costs less than what
/// counts as failed.
#[test]
fn shares_of_needs() {
    let (mut b, flow) = builder();
    let n = assets(&mut b, &["a", "b", "c", "office", "voter", "scales", "lamp"]);
    b.need(NeedSpec { required: 2.0, ..NeedSpec::any(n[4], "votes", flow, &n[..3]) });
    let weights = [2.0, 1.0, 1.0];
    let providers =
        n.iter().zip(weights).map(|(node, weight)| Provider { node: *node, weight, delay: DistId::NONE });
    b.need(NeedSpec {
        required: 2.0,
        providers: providers.collect(),
        ..NeedSpec::any(n[5], "load", flow, &[])
    });
    b.need(NeedSpec { criticality: 0.3, ..NeedSpec::any(n[6], "office", flow, &[n[3]]) });
    b.need(NeedSpec { criticality: 0.6, ..NeedSpec::any(n[6], "light", flow, &[n[0]]) });
    for node in &n[4..] {
        b.node_mut(*node).failed_below = Level::from_share(0.5);
    }
    let model = b.finish();
    let structure = Structure::new(&model);
    let of = |node: NodeId| named(&model, &cut_sets(&structure, &[node], 3, 100).sets);
    // Below half: of three equals no more than none may be left; a big one or both small ones are half.
    assert_eq!(of(n[4]), ["a b c"]);
    assert_eq!(of(n[5]), ["a b c"]);
    assert_eq!(of(n[6]), ["a"]);
    let mut strict = model.clone();
    for node in &n[4..] {
        strict.nodes[node.index()].failed_below = Level::ONE;
    }
    let structure = Structure::new(&strict);
    let of = |node: NodeId| named(&strict, &cut_sets(&structure, &[node], 3, 100).sets);
    assert_eq!(of(n[4]), ["a b", "a c", "b c"]);
    assert_eq!(of(n[5]), ["a b", "a c"]);
    assert_eq!(of(n[6]), ["a", "office"]);
}

#[test]
fn several_points_limits_and_what_fails_anyway() {
    let (mut b, flow) = builder();
    let n = assets(&mut b, &["a", "b", "x", "y", "dark"]);
    b.need(NeedSpec::any(n[2], "from", flow, &[n[0]]));
    b.need(NeedSpec::any(n[3], "from", flow, &[n[1]]));
    b.node_mut(n[4]).initial = Level::ZERO;
    let model = b.finish();
    let structure = Structure::new(&model);
    assert_eq!(named(&model, &cut_sets(&structure, &[n[2], n[3]], 3, 9).sets), ["a b"]);
    assert_eq!(cut_sets(&structure, &[n[2], n[3]], 1, 9).sets, [[]; 0]);
    assert!(cut_sets(&structure, &[n[4]], 3, 9).fails_anyway);
    assert!(cut_sets(&structure, &[], 3, 9).complete);
    assert!(!cut_sets(&structure, &[n[2]], 3, 1).complete);
}

/// A ring with one source: both ways to the far member, or the source.
#[test]
fn networks_are_cut_too() {
    let (mut b, _) = builder();
    let n = assets(&mut b, &["source", "left", "far", "right"]);
    b.parts().networks.push(Network {
        id: "ring".into(),
        rule: NetworkRule::SourceReachable { sources: vec![n[0]] },
        members: n.clone(),
        links: vec![(0, 1), (1, 2), (2, 3), (0, 3)],
    });
    let model = b.finish();
    let found = cut_sets(&Structure::new(&model), &[n[2]], 3, 9);
    assert_eq!(named(&model, &found.sets), ["source", "left right"]);
}

fn mix(seed: u32, i: u32) -> u32 {
    let mut x = seed.wrapping_mul(0x9e37_79b9) ^ i.wrapping_mul(0x85eb_ca6b);
    x = (x ^ (x >> 15)).wrapping_mul(0x2c1b_3c6d);
    x = (x ^ (x >> 12)).wrapping_mul(0x297a_2d39);
    x ^ (x >> 15)
}

/// A small model with everything that makes up structure: weights, k of n, partial criticality, products, curves, pools,
/// circles, a mesh.
fn random(seed: u32) -> (Model, Vec<NodeId>) {
    let mut count = 0;
    let mut next = |below: u32| {
        count += 1;
        mix(seed, count) % below
    };
    let (mut b, flow) = builder();
    let size = 6 + next(5) as usize;
    let ids: Vec<String> = (0..size).map(|i| format!("n{i}")).collect();
    let n = assets(&mut b, &ids.iter().map(String::as_str).collect::<Vec<_>>());
    b.parts().curves.push(Curve(vec![
        (Level::ZERO, Level::ZERO),
        (Level::from_share(0.5), Level::from_share(0.9)),
        (Level::ONE, Level::ONE),
    ]));
    for (i, node) in n.iter().enumerate() {
        let row = b.node_mut(*node);
        row.failed_below = Level::from_share([0.2, 0.5, 0.7, 1.0][next(4) as usize]);
        row.combine = if next(4) == 0 { Combine::Product } else { Combine::Min };
        row.kind = if next(7) == 0 { NodeKind::Pool } else { NodeKind::Asset };
        for need in 0..next(3) {
            // Mostly from earlier ones; now and then in a circle.
            let reach = if next(6) == 0 { size } else { i };
            let providers: Vec<Provider> = (0..if reach == 0 { 0 } else { 1 + next(4) })
                .map(|_| (n[next(reach as u32) as usize], f64::from(1 + next(3))))
                .filter(|(provider, _)| provider != node)
                .map(|(node, weight)| Provider { node, weight, delay: DistId::NONE })
                .collect();
            if providers.is_empty() {
                continue;
            }
            let sum: f64 = providers.iter().map(|provider| provider.weight).sum();
            b.need(NeedSpec {
                required: f64::from(1 + next(sum as u32)),
                criticality: [1.0, 1.0, 0.6, 0.35][next(4) as usize],
                role: [Role::Both, Role::Run, Role::Both, Role::Start][next(4) as usize],
                response: if next(6) == 0 { CurveId(0) } else { CurveId::NONE },
                providers,
                ..NeedSpec::any(*node, &format!("need{need}"), flow, &[])
            });
        }
    }
    if next(3) == 0 {
        let members = n[..4].to_vec();
        b.parts().networks.push(Network {
            id: "mesh".into(),
            rule: NetworkRule::SourceReachable { sources: vec![n[next(4) as usize]] },
            members,
            links: (0..4).map(|_| (next(4), next(4))).filter(|(a, b)| a != b).collect(),
        });
    }
    (b.finish(), n)
}

/// All sets of at most three assets that fail a point, none of whose subsets does: by trying them all.
fn by_trying(structure: &Structure<'_>, point: NodeId, n: &[NodeId]) -> Vec<Vec<NodeId>> {
    let mut levels = Levels::default();
    let mut fails = |set: &[NodeId]| {
        structure.settle(set, &mut levels);
        structure.is_failed(point, &levels)
    };
    let assets: Vec<NodeId> =
        n.iter().copied().filter(|node| structure.is_asset(*node) && *node != point).collect();
    let mut found: Vec<Vec<NodeId>> = Vec::new();
    for size in 1..=3_u32 {
        let mut larger = Vec::new();
        for mask in (0..1_u32 << assets.len()).filter(|mask| mask.count_ones() == size) {
            let set: Vec<NodeId> =
                (0..assets.len()).filter(|i| mask >> i & 1 == 1).map(|i| assets[i]).collect();
            let known = found.iter().any(|cut| cut.iter().all(|node| set.contains(node)));
            if !known && fails(&set) {
                larger.push(set);
            }
        }
        larger.sort();
        found.extend(larger);
    }
    found
}

#[test]
fn the_search_finds_what_trying_finds() {
    let (mut sets, mut triples) = (0, 0);
    for seed in 0..1000 {
        let (model, n) = random(seed);
        let structure = Structure::new(&model);
        assert!(structure.is_coherent());
        for point in &n {
            let found = cut_sets(&structure, &[*point], 3, 10_000);
            if found.fails_anyway {
                continue;
            }
            let tried = by_trying(&structure, *point, &n);
            assert_eq!(named(&model, &found.sets), named(&model, &tried), "{seed} {}", model.id(*point));
            sets += tried.len();
            triples += tried.iter().filter(|set| set.len() == 3).count();
        }
    }
    // That there was something to find.
    assert!(sets > 4000 && triples > 100, "{sets} {triples}");
}
