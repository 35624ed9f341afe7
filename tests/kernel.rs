//! The kernel of the benches is a yardstick only if it does the engine's work: the same record, field by field.

#[path = "../benches/support/mod.rs"]
mod support;

use linchpin_model::{Level, Model, Record, Seeds};
use linchpin_sim::{RunOptions, Simulation};
use std::sync::Arc;
use support::kernel::Kernel;
use support::workload::cascade_with_recovery;

/// Both run the same replications, with worlds and buffers reused.
fn check(model: Model, seed: u64, replications: std::ops::Range<u32>) {
    let assets = model.nodes.len();
    let mut kernel = Kernel::new(&model);
    let mut engine = Simulation::new(Arc::new(model));
    let (mut by_kernel, mut by_engine) = (Record::default(), Record::default());
    let (mut events, mut induced) = (0, 0);
    for replication in replications.clone() {
        let draws = Seeds::new(seed).replication(replication);
        kernel.run(replication, draws, &mut by_kernel);
        engine.run(replication, draws, RunOptions::default(), &mut by_engine);
        events += by_engine.events;
        induced += u64::from(by_engine.failed - by_engine.direct);
        for record in [&mut by_kernel, &mut by_engine] {
            // The order of steps within one second means nothing.
            record.steps.sort_by_key(|step| (step.time, step.group));
        }
        let name = format!("{assets} assets, seed {seed}, replication {replication}");
        assert_eq!(by_kernel.events, by_engine.events, "{name}");
        assert_eq!(by_kernel.affected, by_engine.affected, "{name}");
        assert_eq!(by_kernel.roots, by_engine.roots, "{name}");
        assert_eq!(by_kernel.induced, by_engine.induced, "{name}");
        assert_eq!(by_kernel.steps, by_engine.steps, "{name}");
        assert!(by_kernel == by_engine, "{name}: {by_kernel:?} {by_engine:?}");
    }
    // Equal because nothing happened would prove nothing.
    let runs = u64::from(replications.end - replications.start);
    assert!(events > runs * assets as u64 / 8, "{events} events in {runs} runs");
    assert!(induced > runs * assets as u64 / 200, "{induced} induced failures in {runs} runs");
}

#[test]
fn kernel_and_engine_leave_the_same_record() {
    for (assets, replications) in [(100, 400), (300, 200), (1000, 100), (10_000, 10), (200_000, 1)] {
        check(cascade_with_recovery(assets), 1, 0..replications);
    }
}

/// Half of the damage leaves some of the level: batteries drain slowly, assets rise in steps.
#[test]
fn they_agree_on_levels_between_down_and_up() {
    for level in [300_000, 700_000] {
        let mut model = cascade_with_recovery(1000);
        model.repairs[0].states[0].level = Level(level);
        check_partial(model);
    }
}

fn check_partial(model: Model) {
    let mut kernel = Kernel::new(&model);
    let mut engine = Simulation::new(Arc::new(model));
    let (mut by_kernel, mut by_engine) = (Record::default(), Record::default());
    let mut between = 0;
    for replication in 0..100 {
        let draws = Seeds::new(7).replication(replication);
        kernel.run(replication, draws, &mut by_kernel);
        engine.run(replication, draws, RunOptions::default(), &mut by_engine);
        for record in [&mut by_kernel, &mut by_engine] {
            record.steps.sort_by_key(|step| (step.time, step.group));
        }
        between += by_engine.steps.iter().filter(|step| !step.sum.is_multiple_of(1_000_000)).count();
        assert!(by_kernel == by_engine, "replication {replication}: {by_kernel:?} {by_engine:?}");
    }
    assert!(between > 1000);
}

/// A second of 20 minutes: many events fall into one instant and cancel each other.
#[test]
fn they_agree_where_much_happens_at_once() {
    use linchpin_model::Distribution::{Exponential, Uniform};
    let mut model = cascade_with_recovery(1000);
    for dist in &mut model.dists {
        if let Exponential { mean } = dist {
            *dist = Uniform { min: 0.5, max: *mean / 1200.0 };
        }
    }
    model.meta.horizon /= 1200;
    check(model, 3, 0..200);
}
