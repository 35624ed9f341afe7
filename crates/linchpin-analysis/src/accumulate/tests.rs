//! Sums against records made by hand, and the invariants that a study rests on.

use super::*;
use crate::metrics::tests::model;
use crate::paired::Paired;
use crate::paired::tests::record;
use crate::stats;
use linchpin_model::NodeId;
use proptest::prelude::*;

const HOUR_MS: u64 = 3600 * 1_000_000;

fn affected(node: u32, lost: u64, failed: u32) -> Affected {
    Affected { node: NodeId(node), lost, first_failed: SimTime(failed) }
}

fn add(accumulator: &mut BlockAccumulator, model: &Model, base: Option<&Record>, run: &Record) {
    let mut paired = Paired::default();
    paired.load(model.meta.horizon, base, run);
    let requirements = Requirements::new(model);
    let mut held = vec![false; requirements.len()];
    requirements.evaluate(model, &paired, &mut held);
    accumulator.add(base, run, &held);
    let mut steps = LevelSteps::new(model.groups.len());
    steps.add(0, &paired);
    accumulator.add_levels(&steps);
}

#[test]
fn nodes_are_measured_against_the_paired_run() {
    let model = model();
    let mut sums = BlockAccumulator::new(&model);
    let initial = vec![1; model.groups.len()];
    let mut run = record(&initial, &[]);
    run.affected = vec![affected(0, 10 * HOUR_MS, 5), affected(2, 3 * HOUR_MS, 9)];
    run.roots = vec![RootLoss { node: NodeId(0), lost: 13 * HOUR_MS }];
    run.induced = vec![3 * HOUR_MS, 10 * HOUR_MS];
    let mut base = record(&initial, &[]);
    base.affected = vec![affected(1, HOUR_MS, 4), affected(2, HOUR_MS, 4)];
    base.roots = vec![RootLoss { node: NodeId(2), lost: 2 * HOUR_MS }];
    add(&mut sums, &model, Some(&base), &run);
    add(&mut sums, &model, None, &record(&initial, &[]));
    let got: Vec<_> = sums.nodes().iter().map(|node| (node.times, node.mean_h(2).0)).collect();
    assert_eq!(got, [(1, 5.0), (0, -0.5), (0, 1.0)]);
    let roots: Vec<_> =
        sums.roots().iter().map(|(node, root)| (node.0, root.times, root.mean_h(2).0)).collect();
    assert_eq!(roots, [(0, 1, 6.5), (2, 0, -1.0)]);
    assert_eq!(sums.induced(), [3 * i128::from(HOUR_MS), 10 * i128::from(HOUR_MS)]);
    // The interval is that of the column 10 h, 0 h.
    let column: stats::Moments = [10.0, 0.0].into_iter().collect();
    let (got, want) = (sums.nodes()[0].mean_h(2).1, column.ci95().unwrap());
    assert!((got[0] - want[0]).abs() < 1e-9 && (got[1] - want[1]).abs() < 1e-9, "{got:?} {want:?}");
}

#[test]
fn times_fall_on_the_grid_as_by_division() {
    let mut model = model();
    model.meta.horizon = u32::MAX;
    for step in [1, 2, 3, 7, 60, 3600, 7200, 86_400, 65_535, 65_536, (1 << 24) - 1, 1 << 24, u32::MAX - 1] {
        model.meta.grid = step;
        let grid = Grid::of(&model);
        let near = (0..40_u32).flat_map(|i| [i * (u32::MAX / 40), i.saturating_mul(step)]);
        for time in near.flat_map(|t| [t.saturating_sub(1), t, t.saturating_add(1)]) {
            let expected = if time == u32::MAX { grid.points } else { time.div_ceil(step) as usize };
            assert_eq!(grid.first_at(time), expected, "{time} by {step}");
        }
    }
}

#[test]
fn bins_hold_their_level() {
    for (millionths, level) in [(0, 0.0), (1, 0.005), (355_000, 0.355), (999_999, 0.995), (1_000_000, 1.0)] {
        assert!((level_of(bin_of(millionths)) - level).abs() < 1e-12, "{millionths}");
    }
}

#[test]
fn a_level_is_sampled_at_grid_times() {
    let mut model = model();
    (model.meta.grid, model.meta.horizon) = (10, 35);
    let mut sums = BlockAccumulator::new(&model);
    let mut initial = vec![10; model.groups.len()];
    initial[0] = 8;
    // Falls at a grid time, dips between two, and is back just before the last one.
    add(
        &mut sums,
        &model,
        None,
        &record(&initial, &[(10, 0, 0), (11, 0, 2), (14, 0, 8), (19, 0, 4), (30, 0, 8)]),
    );
    let band = sums.band(0);
    assert_eq!(band.mean, [1.0, 0.0, 0.5, 1.0]);
    assert_eq!(band.percentiles[2], [1.0, 0.0, 0.505, 1.0]);
    assert_eq!(sums.grid_hours()[3], 30.0 / 3600.0);
}

prop_compose! {
    fn records()(
        steps in prop::collection::vec((0_u32..400_000, 0_u32..3, 0_u64..=20), 0..30),
        nodes in prop::collection::btree_map(0_u32..3, (0_u64..1 << 40, any::<bool>()), 0..3),
    ) -> Record {
        let mut steps: Vec<_> = steps.into_iter().map(|(t, g, v)| (t, g, v * 50_000)).collect();
        steps.sort_by_key(|step| step.0);
        let mut run = record(&vec![1_000_000; model().groups.len()], &steps);
        run.affected = nodes.iter().map(|(n, (lost, down))| affected(*n, *lost, if *down { 1 } else { u32::MAX })).collect();
        run.roots = nodes.iter().map(|(n, (lost, _))| RootLoss { node: NodeId(*n), lost: *lost }).collect();
        run.induced = nodes.values().map(|(lost, _)| *lost).collect();
        run.events = steps.len() as u64;
        run
    }
}

fn requiring() -> Model {
    let mut model = model();
    model.requirements.push(linchpin_model::Requirement {
        id: "r".into(),
        name: "R".into(),
        groups: vec![linchpin_model::GroupId(0), linchpin_model::GroupId(1)],
        at_least: 0.5,
        from: 0,
        lasts: u32::MAX,
        tolerate: 0,
        probability: 0.5,
    });
    model
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn merging_in_any_order_is_adding(runs in prop::collection::vec((records(), records()), 1..6), cut in 0_usize..6) {
        let model = requiring();
        let of = |runs: &[(Record, Record)]| {
            let mut sums = BlockAccumulator::new(&model);
            runs.iter().for_each(|(base, run)| add(&mut sums, &model, Some(base), run));
            sums
        };
        let (left, right) = runs.split_at(cut.min(runs.len()));
        let (mut one, mut other) = (of(left), of(right));
        let all = of(&runs);
        let (first, second) = (one.clone(), other.clone());
        one.merge(&second);
        other.merge(&first);
        let bytes = |sums: &BlockAccumulator| { let mut out = Vec::new(); sums.write_to(&mut out); out };
        prop_assert_eq!(bytes(&one), bytes(&all));
        prop_assert_eq!(bytes(&other), bytes(&all));
        other.clear();
        prop_assert_eq!(bytes(&other), bytes(&BlockAccumulator::new(&model)));
        runs.iter().for_each(|(base, run)| add(&mut other, &model, Some(base), run));
        prop_assert_eq!(&other, &all);
        prop_assert_eq!(bytes(&other), bytes(&all));
        let back = BlockAccumulator::read_from(&model, &bytes(&all)).unwrap();
        prop_assert_eq!(bytes(&back), bytes(&all));
        prop_assert_eq!(back.band(1), all.band(1));
        prop_assert_eq!(back.nodes(), all.nodes());
    }

    #[test]
    fn bands_are_quantiles_of_samples(runs in prop::collection::vec(records(), 1..12)) {
        let model = model();
        let mut sums = BlockAccumulator::new(&model);
        runs.iter().for_each(|run| add(&mut sums, &model, None, run));
        let band = sums.band(1);
        for (i, mean) in band.mean.iter().enumerate() {
            let time = i as u32 * model.meta.grid;
            // The curve ends at the horizon: a step there no longer counts.
            let at = |run: &Record| {
                let past = run.steps.iter().rev().find(|s| s.group.0 == 1 && s.time.0 <= time && s.time.0 < model.meta.horizon);
                (past.map_or(1_000_000, |step| step.sum) as f64 / 1e6).min(1.0)
            };
            let mut column: Vec<f64> = runs.iter().map(at).collect();
            column.sort_unstable_by(f64::total_cmp);
            prop_assert!((mean - column.iter().sum::<f64>() / column.len() as f64).abs() < 1e-9);
            for (p, values) in stats::QUANTILES.into_iter().zip(&band.percentiles) {
                let exact = stats::value_at_risk(&column, p).unwrap();
                prop_assert!((values[i] - exact).abs() <= 0.0051, "{} {exact}", values[i]);
                prop_assert!((0.0..=1.0).contains(&values[i]));
            }
        }
    }

    #[test]
    fn damaged_bytes_are_an_error_or_a_value(runs in prop::collection::vec(records(), 1..3), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let model = requiring();
        let mut sums = BlockAccumulator::new(&model);
        runs.iter().for_each(|run| add(&mut sums, &model, None, run));
        let mut bytes = Vec::new();
        sums.write_to(&mut bytes);
        let at = at.index(bytes.len());
        if cut {
            bytes.truncate(at);
            prop_assert!(BlockAccumulator::read_from(&model, &bytes).is_err());
        } else {
            bytes[at] = byte;
            if let Ok(read) = BlockAccumulator::read_from(&model, &bytes) {
                let mut again = Vec::new();
                read.write_to(&mut again);
                prop_assert_eq!(again, bytes);
                sums.merge(&read);
                sums.band(0);
            }
        }
    }

    #[test]
    fn noise_is_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(BlockAccumulator::read_from(&model(), &bytes).is_err());
    }
}

#[test]
fn bytes_of_another_model_are_refused() {
    let mut bytes = Vec::new();
    BlockAccumulator::new(&model()).write_to(&mut bytes);
    let got = BlockAccumulator::read_from(&requiring(), &bytes);
    assert_eq!(got.unwrap_err().what, "an accumulator of another model");
}
