//! What must hold of every replication of every model, on random small ones.
//!
//! The towns come from keyed draws with a fixed seed, small ones first, so a case that fails is the same case
//! everywhere: build it with `Town::random(case, features)`.

mod flows;
mod maker;
mod oracle;
mod planner;
mod ranking;
mod response;
mod story;
mod town;
mod village;
mod what_if;

use linchpin_model::*;
use linchpin_sim::{RunOptions, Simulation};
use std::sync::Arc;
use story::Story;
use town::{Dice, Features, HORIZON_H, Order, Town};

const TRACED: RunOptions = RunOptions { threat: true, trace: true };

fn draws(replication: u32) -> Draws {
    Seeds::new(7).replication(replication)
}

/// The record of one replication in a fresh world.
fn fresh(model: &Arc<Model>, replication: u32, options: RunOptions) -> Record {
    let mut record = Record::default();
    Simulation::new(model.clone()).run(replication, draws(replication), options, &mut record);
    record
}

/// Fails with the place where two things first differ.
fn assert_same<T: PartialEq + std::fmt::Debug>(got: &T, expected: &T, which: &str) {
    if got == expected {
        return;
    }
    let [got, expected] = [got, expected].map(|thing| format!("{thing:#?}"));
    let same = got.lines().zip(expected.lines()).take_while(|(a, b)| a == b).count();
    let around =
        |text: &str| text.lines().skip(same.saturating_sub(12)).take(24).collect::<Vec<_>>().join("\n");
    panic!("{which}, got:\n{}\nexpected:\n{}", around(&got), around(&expected));
}

fn lost_of(record: &Record, node: NodeId) -> u64 {
    record.affected.iter().find(|affected| affected.node == node).map_or(0, |affected| affected.lost)
}

/// A world that has run other replications, with other options, and been broken off, is as good as new; so is
/// a fork of it, and so is a world in another thread.
#[test]
fn a_reused_world_equals_a_fresh_one() {
    for case in 0..150 {
        let model = Town::random(case, Features::ALL).model();
        let mut used = Simulation::new(model.clone());
        let mut record = Record::default();
        used.run(5, draws(5), RunOptions { threat: false, trace: false }, &mut record);
        used.run(3, draws(3), TRACED, &mut record);
        used.begin(4, draws(4), RunOptions::default());
        used.run_until(50 * 3600);
        let mut fork = used.fork();
        let expected = fresh(&model, 3, TRACED);
        assert_eq!(expected.failure, None, "town {case}");
        for world in [&mut used, &mut fork] {
            world.run(3, draws(3), TRACED, &mut record);
            assert_same(&record, &expected, &format!("town {case}"));
        }
        let elsewhere = std::thread::spawn(move || {
            let mut record = Record::default();
            fork.run(3, draws(3), TRACED, &mut record);
            record
        });
        assert_eq!(elsewhere.join().unwrap(), expected, "town {case}");
    }
}

/// The trace only tells; the rest of the record is the same without, although an untraced run takes short ways. The last two
/// towns are the rarest of 40,000: a cause that passes on while others rise, a failure that is cut off as well.
#[test]
fn tracing_changes_nothing() {
    for case in (0..1000).chain([3716, 20_238]) {
        let model = Town::random(case, Features::ALL).model();
        let mut traced = fresh(&model, 1, TRACED);
        traced.trace.clear();
        assert_eq!(traced, fresh(&model, 1, RunOptions::default()), "town {case}");
    }
}

/// A replication in pieces is the same replication.
#[test]
fn pieces_equal_the_whole() {
    for case in 0..150 {
        let model = Town::random(case, Features::ALL).model();
        let whole = fresh(&model, 2, TRACED);
        let mut simulation = Simulation::new(model);
        let mut dice = Dice::new(case);
        simulation.begin(2, draws(2), TRACED);
        let mut time = 0;
        while time < HORIZON_H * 3600 {
            time += 1 + dice.below(40 * 3600) as u32;
            simulation.run_until(time);
        }
        let mut record = Record::default();
        simulation.finish(&mut record);
        assert_same(&record, &whole, &format!("town {case}"));
    }
}

/// From a snapshot a replication goes on as it went, in this world or another, as often as one likes, also
/// after that world has done something else.
#[test]
fn a_snapshot_goes_on_as_it_went() {
    for case in 0..150 {
        let model = Town::random(case, Features::ALL).model();
        let whole = fresh(&model, 2, TRACED);
        let mut simulation = Simulation::new(model);
        let mut other = simulation.fork();
        let mut record = Record::default();
        let mut snapshots = Vec::new();
        simulation.begin(2, draws(2), TRACED);
        for hour in [0, 1, 20, 21, 70, 150] {
            simulation.run_until(hour * 3600);
            snapshots.push(simulation.snapshot());
        }
        for snapshot in snapshots.iter().rev().chain(&snapshots) {
            for world in [&mut simulation, &mut other] {
                world.restore(snapshot);
                world.run_until(HORIZON_H * 3600);
                world.finish(&mut record);
                assert_same(&record, &whole, &format!("town {case}"));
            }
            other.run(9, draws(9), RunOptions::default(), &mut record);
        }
    }
}

/// Stopping at a time means having told nothing of what comes later.
#[test]
fn running_until_a_time_stops_there() {
    for case in 0..150 {
        let model = Town::random(case, Features::ALL).model();
        let whole = fresh(&model, 2, TRACED);
        let mut simulation = Simulation::new(model);
        let mut record = Record::default();
        for hour in [3, 30, 100] {
            let until = SimTime(hour * 3600);
            simulation.begin(2, draws(2), TRACED);
            simulation.run_until(until.0);
            simulation.finish(&mut record);
            let told = |record: &Record| {
                let of_the_past = |entry: &&TraceEntry| entry.what != Happening::LockedOut;
                record.trace.iter().filter(of_the_past).copied().collect::<Vec<_>>()
            };
            let past: Vec<_> = told(&whole).into_iter().filter(|entry| entry.time < until).collect();
            assert_same(&told(&record), &past, &format!("town {case}, {hour} h"));
        }
    }
}

/// Another asset and another event change no draw and no outcome of the others.
#[test]
fn a_stranger_changes_nothing() {
    for case in 0..300 {
        let town = Town::random(case, Features::ALL);
        let (alone, joined) = (town.model(), town.with_stranger());
        let mut first = Order::plain(&joined);
        let stranger = first.nodes.pop().unwrap();
        first.nodes.insert(0, stranger);
        let expected = Story::of(&alone, &fresh(&alone, 0, TRACED)).without("stranger", "strange");
        for order in [Order::plain(&joined), first] {
            let model = joined.model_in(&order);
            let told = Story::of(&model, &fresh(&model, 0, TRACED)).without("stranger", "strange");
            assert_same(&told, &expected, &format!("town {case}"));
        }
    }
}

/// The order of the lists of a scenario has no meaning: assets, needs, providers, events. Only ties between
/// causes, between waiting jobs, largest components and joint failures in one second are settled by it.
#[test]
fn the_order_of_lists_changes_no_level() {
    for case in 0..300 {
        let town = Town::random(case, Features::SYMMETRIC);
        let model = town.model();
        let expected = Story::of(&model, &fresh(&model, 0, TRACED)).levels_only();
        let mut dice = Dice::new(case);
        for _ in 0..3 {
            let model = town.model_in(&Order::shuffled(&town, &mut dice));
            let told = Story::of(&model, &fresh(&model, 0, TRACED)).levels_only();
            assert_same(&told, &expected, &format!("town {case}"));
        }
    }
}

/// The order in which needs of different assets are given changes nothing at all.
#[test]
fn the_order_of_needs_of_different_assets_changes_nothing() {
    for case in 0..150 {
        let town = Town::random(case, Features::ALL);
        let mut order = Order::plain(&town);
        order.needs.sort_by_key(|i| {
            let owner = town.needs[*i].owner.index();
            (owner.wrapping_mul(0x9e37_79b9) % 97, *i)
        });
        assert_eq!(fresh(&town.model_in(&order), 0, TRACED), fresh(&town.model(), 0, TRACED), "town {case}");
    }
}

/// Making an asset invulnerable, or adding autonomy, never increases what any asset loses.
///
/// That is a theorem only for models in which every state is a monotone function of what comes in: levels
/// (for both ways to combine), source-reachable networks, delays, stages that cover everything at once and
/// surely, restart times that do not change. It does not hold where members of a group share load or are cut
/// off from the largest component, where crews are shared, where a repair stands still, where a black start
/// can be wasted early, where a stage starts late or covers only a part (two short gaps in place of one), or
/// where another past means another draw.
#[test]
fn more_is_never_worse() {
    let (mut changed, mut tried) = (0, 0);
    for case in 0..400 {
        let town = Town::random(case, Features::MONOTONE);
        let model = town.model();
        let before = fresh(&model, 0, RunOptions::default());
        assert_eq!(before.failure, None, "town {case}");
        let mut dice = Dice::new(case);
        let mut changes = vec![Intervention::Invulnerable(NodeId::new(dice.below(model.nodes.len())))];
        if !model.needs.is_empty() {
            let need = NeedId::new(dice.below(model.needs.len()));
            if model.needs[need.index()].role != Role::Resupply {
                changes.push(Intervention::AddAutonomy(need, 3600 * (1 + dice.below(10) as u32)));
            }
        }
        for change in changes {
            let after = fresh(&Arc::new(model.with(std::slice::from_ref(&change))), 0, RunOptions::default());
            for node in model.node_ids() {
                let [before, after] = [&before, &after].map(|record| lost_of(record, node));
                assert!(after <= before, "town {case}, {change:?}, {}: {before} to {after}", model.id(node));
            }
            tried += 1;
            changed += u32::from(after.affected != before.affected);
        }
    }
    // The property must have been put to the test.
    assert!(changed * 4 > tried, "{changed} of {tried} changes changed anything");
}

/// A model that flips back and forth is a failed record, not a hang, and the world is good for the next one.
#[test]
fn what_flips_back_and_forth_fails() {
    // Two members of three are connected and need the third: where they are up they cut it off, so they fall,
    // so it is the largest component, so they are supplied.
    let mut b = ModelBuilder::new(Meta { horizon: 36_000, pass_limit: 50, ..Meta::default() });
    let sector = b.sector("energy", "Energy");
    let service = b.service("supply", "Supply");
    let nodes = ["x", "y", "z"].map(|id| b.node(id, id, sector, RegionId::NONE));
    for node in &nodes[..2] {
        b.need(NeedSpec::any(*node, "z", service, &nodes[2..]));
    }
    b.parts().networks.push(Network {
        id: "mesh".into(),
        rule: NetworkRule::LargestComponent,
        members: nodes.to_vec(),
        links: vec![(0, 1), (0, 2)],
    });
    let (at, lasts) = (b.dist(Distribution::Fixed(3600.0)), DistId::NONE);
    let hub = b.node("hub", "hub", sector, RegionId::NONE);
    b.parts().events.push(Event {
        id: "cut".into(),
        name: "cut".into(),
        key: Key::of("cut"),
        after: None,
        at,
        targets: Targets::All(vec![hub]),
        probability: 1.0,
        hit_probability: 1.0,
        severity: DistId::NONE,
        effects: vec![Effect::Closure { lasts }],
        threat: true,
        occasion: Occasion::Script,
    });
    b.parts().networks[0].links = vec![(0, 1)];
    let mut simulation = Simulation::new(Arc::new(b.finish()));
    let mut record = Record::default();
    for replication in 0..2 {
        simulation.run(replication, draws(replication), TRACED, &mut record);
        assert_eq!(record.failure, Some(RunFailure::Passes(SimTime::ZERO)));
    }
}

/// So is one that goes on for ever: more events than allowed.
#[test]
fn too_many_events_fail() {
    let town = Town::random(40, Features::ALL);
    let mut model = (*town.model()).clone();
    let whole = fresh(&Arc::new(model.clone()), 0, RunOptions::default());
    assert!(whole.events > 2);
    model.meta.event_limit = 1;
    let record = fresh(&Arc::new(model), 0, RunOptions::default());
    assert!(matches!(record.failure, Some(RunFailure::Events(_))));
}
