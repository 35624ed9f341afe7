//! Ranking: what is left out cannot differ, answers that are known by hand, cut sets put to the test.

use super::town::{Dice, Features, Town};
use linchpin_analysis::cuts::{Structure, cut_sets};
use linchpin_ensemble::{
    ALL_SERVICES, Item, Job, Outage, RankJob, RankSums, Verdict, Worker, verify_cut_sets,
};
use linchpin_model::*;
use std::path::Path;

const HOUR: u32 = 3600;
const OUTAGE: Outage = Outage { at: 6 * HOUR, lasts: Some(20 * HOUR) };

/// All assets, then all their needs.
fn items(model: &Model) -> Vec<Item> {
    let is_asset = |node: NodeId| model.nodes[node.index()].kind == NodeKind::Asset;
    let assets = model.node_ids().filter(|node| is_asset(*node)).map(Item::Asset);
    let counts = |need: &NeedId| {
        let need = &model.needs[need.index()];
        need.role != Role::Resupply && is_asset(need.owner)
    };
    assets.chain((0..model.needs.len()).map(NeedId::new).filter(counts).map(Item::Need)).collect()
}

/// Rows of replications, and how much was run.
fn rows(
    model: &Model,
    metric: &str,
    outage: Outage,
    replications: u32,
    brute: bool,
) -> (Vec<Vec<f64>>, RankSums) {
    let job = RankJob::new(model, metric, &items(model), outage, 7, brute).expect("there is such a metric");
    let (width, mut worker, mut sums) = (job.columns().len(), job.worker(), job.sums());
    let run = |replication| {
        let mut row = vec![0.0; width];
        worker.run(replication, &mut sums, &mut row, &mut []).expect("it comes to an end");
        row
    };
    let rows = (0..replications).map(run).collect();
    (rows, sums)
}

/// Runs left out change no bit. Returns runs made and runs of brute force.
fn check(model: &Model, metric: &str, outage: Outage, replications: u32, what: &str) -> [u64; 2] {
    let (some, sums) = rows(model, metric, outage, replications, false);
    let (all, whole) = rows(model, metric, outage, replications, true);
    let names = RankJob::new(model, metric, &items(model), outage, 7, true).expect("as above").columns();
    for (replication, (some, all)) in some.iter().zip(&all).enumerate() {
        for ((some, all), name) in some.iter().zip(all).zip(&names) {
            assert_eq!(
                some.to_bits(),
                all.to_bits(),
                "{what}, replication {replication}: {} {some} {all}",
                name.id
            );
        }
    }
    assert_eq!((whole.runs, sums.whole), (whole.whole, whole.whole));
    [sums.runs, whole.runs]
}

#[test]
fn what_is_not_run_cannot_differ() {
    let (mut runs, mut whole) = (0, 0);
    for case in 0..200 {
        let model = Town::random(case, Features::ALL).model();
        let mut dice = Dice::new(case);
        let lasts = dice.chance(0.7).then(|| HOUR * (1 + dice.below(90) as u32));
        let outage = Outage { at: dice.below(60) as u32 * HOUR / 2, lasts };
        let mut metrics = vec!["cascade_size"];
        if rows_of_people(&model) {
            metrics.push(ALL_SERVICES);
        }
        for metric in metrics {
            let [some, all] = check(&model, metric, outage, 2, &format!("town {case}, {metric}"));
            (runs, whole) = (runs + some, whole + all);
        }
    }
    // Towns are full of mischief, but something is left out.
    assert!(runs < whole, "{runs} of {whole}");
}

fn rows_of_people(model: &Model) -> bool {
    RankJob::new(model, ALL_SERVICES, &[], OUTAGE, 7, true).is_some()
}

#[test]
fn what_is_not_run_cannot_differ_in_shipped_scenarios() {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    for (name, metric) in [
        ("energy-grid-attack", ALL_SERVICES),
        ("hybrid-campaign", ALL_SERVICES),
        ("hybrid-campaign", "control_lost"),
        ("public-places", ALL_SERVICES),
        ("pandemic-and-ransomware", ALL_SERVICES),
    ] {
        let loaded = linchpin_scenario::load_model(&scenarios.join(name).join("scenario.ron"));
        let model = loaded.model.expect("shipped scenarios are valid");
        if items(&model).len() > 3000 || RankJob::new(&model, metric, &[], OUTAGE, 7, true).is_none() {
            panic!("{name} is too large for this, or has no {metric}");
        }
        let outage = Outage { at: 0, lasts: Some(72 * HOUR) };
        let [some, all] = check(&model, metric, outage, 2, name);
        println!("{name}, {metric}: {some} of {all} runs");
    }
}

/// Two lines that are both enough, a station both hang on, a clinic with 100 people, a mill that needs any two of three.
/// Out from 6 to 26 h of a day of 48.
#[test]
fn small_cases_by_hand() {
    let mut b = ModelBuilder::new(Meta { horizon: 48 * HOUR, ..Meta::default() });
    let (energy, care) = (b.sector("energy", "Energy"), b.service("care", "Care"));
    let here = b.region(Region {
        id: "here".into(),
        name: "Here".into(),
        population: 200.0,
        parent: None,
        position: None,
    });
    let n: Vec<NodeId> = ["station", "a", "b", "clinic", "x", "y", "z", "mill"]
        .iter()
        .map(|id| b.node(id, "", energy, here))
        .collect();
    b.need(NeedSpec::any(n[1], "from", care, &[n[0]]));
    b.need(NeedSpec::any(n[2], "from", care, &[n[0]]));
    b.need(NeedSpec::any(n[3], "power", care, &[n[1], n[2]]));
    b.need(NeedSpec { required: 2.0, ..NeedSpec::any(n[7], "power", care, &n[4..7]) });
    b.serves(n[3], care, here, 100.0);
    b.serves(n[7], care, here, 60.0);
    // The threat: a from 10 h to 20 h, together with the station from 12 h to 15 h; x and y from 30 h on.
    let mut strike = |id: &str, at: f64, lasts: Option<f64>, targets: Vec<NodeId>| {
        let [at, lasts] = [Some(at), lasts]
            .map(|hours| hours.map_or(DistId::NONE, |h| b.dist(Distribution::Fixed(h * f64::from(HOUR)))));
        b.parts().events.push(Event {
            id: id.into(),
            name: id.into(),
            key: Key::of(id),
            after: None,
            at,
            targets: Targets::All(targets),
            probability: 1.0,
            hit_probability: 1.0,
            severity: DistId::NONE,
            effects: vec![Effect::Closure { lasts }],
            threat: true,
            occasion: Occasion::Script,
        });
    };
    strike("line", 10.0, Some(10.0), vec![n[1]]);
    strike("station", 12.0, Some(3.0), vec![n[0]]);
    strike("mill", 30.0, None, vec![n[4], n[5]]);
    let model = b.finish();
    for brute in [false, true] {
        let (rows, _) = rows(&model, ALL_SERVICES, OUTAGE, 1, brute);
        let row: Vec<i64> = rows[0].iter().map(|value| value.round() as i64).collect();
        // The clinic without power for 3 h, the mill at half from 30 h to 48 h.
        assert_eq!(row[0], 300 + 30 * 18);
        // Alone out for 20 h: the station 100 people, the clinic and the mill themselves; a k of n has one to spare.
        assert_eq!(row[1..9], [2000, 0, 0, 2000, 0, 0, 0, 1200]);
        // Needs: of a, of b, of the clinic, of the mill.
        assert_eq!(row[9..13], [0, 0, 2000, 1200]);
        // Held up: the station spares the clinic's loss and so does a, which lacks nothing then, and b and the clinic alike;
        // x or y the mill's; z is up anyway.
        assert_eq!(row[13..21], [300, 300, 300, 300, 540, 540, 0, 540]);
        // a is closed though its need is met; b is not.
        assert_eq!(row[21..], [0, 300, 300, 540]);
    }
}

/// The engine confirms cut sets of models without time; a battery longer than the horizon holds out, one shorter is
/// only later.
#[test]
fn cut_sets_are_put_to_the_test() {
    for (battery_h, expected) in [(0, Some(0)), (5, Some(5 * HOUR)), (100, None)] {
        let mut b = ModelBuilder::new(Meta { horizon: 48 * HOUR, ..Meta::default() });
        let (energy, power) = (b.sector("energy", "Energy"), b.service("power", "Power"));
        let n: Vec<NodeId> =
            ["a", "b", "clinic"].iter().map(|id| b.node(id, "", energy, RegionId::NONE)).collect();
        let lasts = b.dist(Distribution::Fixed(f64::from(battery_h * HOUR)));
        let need = NeedSpec::any(n[2], "power", power, &n[..2]);
        b.need(if battery_h > 0 { need.buffered("battery", lasts, DistId::NONE) } else { need });
        let model = b.finish();
        let found = cut_sets(&Structure::new(&model), &[n[2]], 3, 10);
        assert_eq!(found.sets, [n[..2].to_vec()]);
        let verdict = match expected {
            Some(after) => Verdict::Confirmed { after },
            None => Verdict::HoldsOut(vec![NeedId(0)]),
        };
        let sets = [(found.sets[0].clone(), vec![n[2]])];
        assert_eq!(verify_cut_sets(&model, &sets, 1), [[verdict]]);
        // A set that is not minimal.
        let verdict = verify_cut_sets(&model, &[(vec![n[2], n[0]], vec![n[2]])], 1);
        assert_eq!(verdict, [[Verdict::FailsWith(vec![n[2]])]]);
    }
}

/// On towns without reserves, chance and shared load the engine and the structure say the same of every set.
#[test]
fn the_engine_confirms_what_the_structure_says() {
    let (mut confirmed, mut points) = (0, 0);
    for case in 0..150 {
        let mut model = (*Town::random(case, Features::MONOTONE).model()).clone();
        still(&mut model);
        let structure = Structure::new(&model);
        for point in model.node_ids().filter(|node| model.nodes[node.index()].kind == NodeKind::Asset) {
            let found = cut_sets(&structure, &[point], 3, 200);
            if found.fails_anyway || !structure.is_coherent() {
                continue;
            }
            points += 1;
            let sets: Vec<_> = found.sets.iter().map(|set| (set.clone(), vec![point])).collect();
            for (set, verdicts) in sets.iter().zip(verify_cut_sets(&model, &sets, 1)) {
                assert_eq!(verdicts, [Verdict::Confirmed { after: 0 }], "town {case}: {set:?}");
                confirmed += 1;
            }
        }
    }
    assert!(confirmed > 300 && points > 300, "{confirmed} {points}");
}

/// The model without anything that takes time or happens by chance.
fn still(model: &mut Model) {
    model.failures.clear();
    model.common_causes.clear();
    model.sharings.clear();
    model.plans.clear();
    for node in &mut model.nodes {
        (node.failure, node.common_cause, node.restart) = (FailureId::NONE, u32::MAX, DistId::NONE);
    }
    for need in &mut model.needs {
        (need.reserve, need.black_start) = (ReserveId::NONE, 0);
    }
    model.reserves.clear();
    model.links.iter_mut().for_each(|link| link.delay = DistId::NONE);
    model.events.retain(|event| event.threat);
}
