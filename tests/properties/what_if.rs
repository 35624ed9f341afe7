//! What-ifs of a replication against the same thing said in the model.

use super::town::{Dice, Features, HORIZON_H, Town};
use super::{TRACED, assert_same, draws, fresh};
use linchpin_model::*;
use linchpin_sim::{RunOptions, Simulation, WhatIf};
use std::sync::Arc;

const HOUR: u32 = 3600;

fn some_assets(model: &Model, dice: &mut Dice) -> Vec<NodeId> {
    let counted = |node: &NodeId| matches!(model.nodes[node.index()].kind, NodeKind::Asset | NodeKind::Pool);
    let all: Vec<NodeId> = model.node_ids().filter(counted).collect();
    let count = 1 + dice.below(3.min(all.len()));
    dice.choose(count, all.len()).into_iter().map(|i| all[i]).collect()
}

/// What is the same although nothing is told of how it came about at these nodes.
fn told(mut record: Record, but: &[NodeId]) -> Record {
    record.events = 0;
    record.trace.retain(|entry| !but.contains(&entry.node));
    record
}

fn supposed(simulation: &mut Simulation, what_if: &WhatIf, options: RunOptions) -> Record {
    let mut record = Record::default();
    simulation.set_what_if(what_if);
    simulation.run(0, draws(0), options, &mut record);
    record
}

#[test]
fn a_strike_equals_a_scripted_event() {
    let mut lost_more = 0;
    for case in 0..200 {
        let town = Town::random(case, Features::ALL).model();
        let mut dice = Dice::new(case);
        for strike in
            [Strike::Closure { lasts: Some(20 * HOUR) }, Strike::Closure { lasts: None }, Strike::Damage]
        {
            let (mut model, by) = town.with_strike(strike);
            let mut struck = some_assets(&model, &mut dice);
            let at = dice.below(60) as u32 * HOUR;
            let what_if = WhatIf { struck: struck.clone(), at, by, ..WhatIf::default() };
            let mut world = Simulation::new(Arc::new(model.clone()));
            let nothing = supposed(&mut world, &WhatIf::default(), TRACED);
            assert_eq!(
                nothing.affected,
                fresh(&town, 0, TRACED).affected,
                "town {case}: no strike, no change"
            );
            let got = supposed(&mut world, &what_if, TRACED);

            struck.sort_unstable();
            model.dists.push(Distribution::Fixed(f64::from(at)));
            let event = &mut model.events[by.index()];
            event.at = DistId::new(model.dists.len() - 1);
            event.targets = Targets::All(struck);
            event.occasion = Occasion::Script;
            let expected = fresh(&Arc::new(model), 0, TRACED);
            assert_same(&got, &expected, &format!("town {case}, {strike:?}"));
            lost_more += u32::from(got.affected != nothing.affected);
        }
    }
    assert!(lost_more > 400, "{lost_more} of 600 strikes mattered");
}

#[test]
fn held_up_equals_invulnerable_and_without_needs() {
    let mut helped = 0;
    for case in 0..300 {
        let (model, by) =
            Town::random(case, Features::ALL).model().with_strike(Strike::Closure { lasts: Some(30 * HOUR) });
        let model = Arc::new(model);
        let mut dice = Dice::new(case);
        let (held, struck) = (some_assets(&model, &mut dice), some_assets(&model, &mut dice));
        let mut changes = Vec::new();
        for node in &held {
            changes.push(Intervention::Invulnerable(*node));
            changes.extend(model.needs_of(*node).map(Intervention::WithoutNeed));
        }
        let mut world = Simulation::new(model.clone());
        let mut other = Simulation::new(Arc::new(model.with(&changes)));
        let strike = WhatIf { struck, at: 5 * HOUR, by, ..WhatIf::default() };
        let what_if = WhatIf { held_up: held.clone(), ..strike.clone() };
        let before = supposed(&mut world, &strike, TRACED);
        let got = supposed(&mut world, &what_if, TRACED);
        let expected = supposed(&mut other, &strike, TRACED);
        helped += u32::from(before.affected != got.affected);
        for node in &held {
            let full = model.nodes[node.index()].initial == Level::ONE;
            assert!(!full || got.affected.iter().all(|affected| affected.node != *node), "town {case}");
        }
        assert_same(&told(got, &held), &told(expected, &held), &format!("town {case}"));
    }
    assert!(helped > 150, "{helped} of 300 changed anything");
}

/// Everybody an event draws from is struck, so that the shielded can be taken off the lists.
fn without_draws(model: &mut Model) {
    for event in &mut model.events {
        if let Targets::Draw { from, .. } = &event.targets {
            event.targets = Targets::All(from.clone());
        }
    }
}

fn take_off(model: &mut Model, nodes: &[NodeId]) {
    let plan = |event: &Event| matches!(event.occasion, Occasion::Plan(_));
    for event in model.events.iter_mut().filter(|event| !plan(event)) {
        match &mut event.targets {
            Targets::All(targets) | Targets::Draw { from: targets, .. } => {
                targets.retain(|node| !nodes.contains(node));
            }
            Targets::Footprint { nodes: targets, .. } => targets.retain(|(node, _)| !nodes.contains(node)),
            Targets::None => {}
        }
    }
}

#[test]
fn shielded_equals_not_on_the_list() {
    let mut helped = 0;
    for case in 0..300 {
        let (mut model, by) =
            Town::random(case, Features::ALL).model().with_strike(Strike::Closure { lasts: None });
        without_draws(&mut model);
        let mut dice = Dice::new(case);
        let (shielded, struck) = (some_assets(&model, &mut dice), some_assets(&model, &mut dice));
        let mut world = Simulation::new(Arc::new(model.clone()));
        let strike = WhatIf { struck: struck.clone(), at: 5 * HOUR, by, ..WhatIf::default() };
        let before = supposed(&mut world, &strike, TRACED);
        let what_if = WhatIf { shielded: shielded.clone(), ..strike };
        let got = supposed(&mut world, &what_if, TRACED);
        helped += u32::from(before.affected != got.affected);

        take_off(&mut model, &shielded);
        let left: Vec<NodeId> = struck.into_iter().filter(|node| !shielded.contains(node)).collect();
        // The event takes place whether or not anybody is left for it.
        let strike = WhatIf { struck: left, shielded: vec![], ..what_if };
        let nobody = strike.struck.is_empty();
        let expected = supposed(&mut Simulation::new(Arc::new(model)), &strike, TRACED);
        let (mut got, mut expected) = (told(got, &[]), told(expected, &[]));
        if nobody {
            for record in [&mut got, &mut expected] {
                record.event_times.clear();
                record.trace.retain(|entry| entry.what != Happening::Event(by));
            }
        }
        assert_same(&got, &expected, &format!("town {case}"));
    }
    assert!(helped > 100, "{helped} of 300 changed anything");
}

/// A world that has supposed something else before, a fork of it, and one that goes on from a snapshot of it.
#[test]
fn a_reused_world_supposes_as_a_fresh_one() {
    for case in 0..150 {
        let (model, by) =
            Town::random(case, Features::ALL).model().with_strike(Strike::Closure { lasts: Some(9 * HOUR) });
        let model = Arc::new(model);
        let mut dice = Dice::new(case);
        let mut some = || some_assets(&model, &mut dice);
        let first = WhatIf {
            struck: some(),
            at: 30 * HOUR,
            by,
            shielded: some(),
            held_up: some(),
            ..WhatIf::default()
        };
        let second = WhatIf {
            struck: some(),
            at: 2 * HOUR,
            by,
            shielded: some(),
            held_up: some(),
            ..WhatIf::default()
        };
        let expected = supposed(&mut Simulation::new(model.clone()), &second, TRACED);
        let plain = fresh(&model, 0, TRACED);

        let mut world = Simulation::new(model.clone());
        supposed(&mut world, &first, RunOptions { threat: false, trace: false });
        world.begin(0, draws(0), TRACED);
        world.run_until(31 * HOUR);
        assert_same(&supposed(&mut world, &second, TRACED), &expected, &format!("town {case}"));

        let (mut fork, mut record) = (world.fork(), Record::default());
        world.set_what_if(&WhatIf::default());
        world.run(0, draws(0), TRACED, &mut record);
        assert_same(&record, &plain, &format!("town {case}, nothing supposed"));

        for hour in [1, 3, 60] {
            fork.begin(0, draws(0), TRACED);
            fork.run_until(hour * HOUR);
            let snapshot = fork.snapshot();
            world.restore(&snapshot);
            world.run_until(HORIZON_H * HOUR);
            world.finish(&mut record);
            assert_same(&record, &expected, &format!("town {case}, from {hour} h on"));
        }
    }
}
