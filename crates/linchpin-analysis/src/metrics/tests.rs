//! Metrics of records made by hand, and against brute force second by second.

use super::*;
use crate::paired::tests::record;
use linchpin_model::{Affected, Meta, ModelBuilder, NodeId, Region, RegionId};
use proptest::prelude::*;

/// Two regions with water for 1,000 and 500 people, electricity for 1,000, one declared group; 100 hours.
pub(crate) fn model() -> Model {
    let meta = Meta { horizon: 360_000, grid: 3600, ..Meta::default() };
    let mut builder = ModelBuilder::new(meta);
    let sector = builder.sector("drinking-water", "Drinking water");
    let water = builder.service("water", "water");
    let power = builder.service("electricity", "electricity");
    let mut region = |id: &str| {
        builder.region(Region {
            id: id.into(),
            name: id.to_uppercase(),
            population: 1000.0,
            parent: None,
            position: None,
        })
    };
    let (north, south) = (region("north"), region("south"));
    let works: Vec<NodeId> = [("works-n", north), ("works-s", south), ("grid", north)]
        .map(|(id, region): (&str, RegionId)| builder.node(id, id, sector, region))
        .to_vec();
    builder.serves(works[0], water, north, 1000.0);
    builder.serves(works[1], water, south, 500.0);
    builder.serves(works[2], power, north, 1000.0);
    builder.group("both", "Both works", vec![(works[0], 1.0), (works[1], 1.0)]);
    builder.finish()
}

/// Sums of all groups at full level.
fn full(model: &Model) -> Vec<u64> {
    model.groups.iter().map(|group| group.total_weight * 1_000_000).collect()
}

pub(crate) fn evaluate(model: &Model, base: Option<&Record>, run: &Record) -> (Catalogue, Vec<f64>) {
    let catalogue = Catalogue::new(model);
    let mut paired = Paired::default();
    paired.load(model.meta.horizon, base, run);
    let mut out = vec![f64::NAN; catalogue.len()];
    catalogue.evaluate(&paired, base, run, &mut out);
    (catalogue, out)
}

pub(crate) fn check(got: &(Catalogue, Vec<f64>), expected: &[(&str, f64)]) {
    for (id, value) in expected {
        let got = got.1[got.0.find(id).unwrap_or_else(|| panic!("no metric {id}"))];
        let same = got == *value || (got - value).abs() <= 1e-9 * value.abs().max(1.0);
        assert!(same, "{id}: {got} against {value}");
    }
}

#[test]
fn person_hours_and_restoration() {
    let model = model();
    let water = model.find_group("service:water").unwrap().0;
    let north = model.find_group("service:water/north").unwrap().0;
    // North loses 60 % of its 1,000 people from hour 10 to 30, then 20 % until hour 40.
    let run = record(
        &full(&model),
        &[
            (36_000, water, 900_000_000),
            (36_000, north, 400_000_000),
            (108_000, water, 1_300_000_000),
            (108_000, north, 800_000_000),
            (144_000, water, 1_500_000_000),
            (144_000, north, 1_000_000_000),
        ],
    );
    let got = evaluate(&model, None, &run);
    check(
        &got,
        &[
            ("person_hours/water", 14_000.0),
            ("person_hours/water/north", 14_000.0),
            ("person_hours/water/south", 0.0),
            ("people_peak/water", 600.0),
            ("longest_loss/water/north", 30.0),
            ("lost_service/service:water/north", 20.0 * 0.6 + 10.0 * 0.2),
            ("lost_service/service:water", 14_000.0 / 1500.0),
            ("robustness/service:water/north", 0.4),
            ("robustness/service:electricity", 1.0),
            ("restore_50/service:water/north", 20.0),
            ("restore_90/service:water/north", 30.0),
            ("restore_99/service:water/south", 0.0),
            ("trapezoid_lambda/service:water", 0.4),
            ("trapezoid_e/service:water", 20.0),
            ("trapezoid_phi/service:water", -0.4 * 3600.0),
            ("trapezoid_pi/service:water", 0.04),
            ("trapezoid_a/service:water", 30.0 - 14_000.0 / 1500.0),
        ],
    );
    assert!(got.0.find("trapezoid_e/service:water/north").is_none());
}

#[test]
fn not_restored_by_the_horizon_is_infinite() {
    let model = model();
    let both = model.find_group("both").unwrap().0;
    let run = record(&full(&model), &[(36_000, both, 1_000_000), (72_000, both, 1_900_000)]);
    check(
        &evaluate(&model, None, &run),
        &[
            ("restore_50/both", 0.0),
            ("restore_90/both", 10.0),
            ("restore_95/both", 10.0),
            ("restore_99/both", f64::INFINITY),
            ("trapezoid_pi/both", f64::NEG_INFINITY),
            ("trapezoid_a/both", f64::INFINITY),
        ],
    );
}

#[test]
fn loss_is_what_the_threat_adds() {
    let model = model();
    let power = model.find_group("service:electricity").unwrap().0;
    // Without the threat the grid is down from hour 5 to 15 anyway.
    let base = record(&full(&model), &[(18_000, power, 0), (54_000, power, 1_000_000_000)]);
    let run = record(&full(&model), &[(18_000, power, 0), (72_000, power, 1_000_000_000)]);
    check(
        &evaluate(&model, Some(&base), &run),
        &[
            ("person_hours/electricity", 5000.0),
            ("longest_loss/electricity", 5.0),
            ("restore_99/service:electricity", 5.0),
        ],
    );
}

#[test]
fn the_cascade_in_numbers() {
    let mut model = model();
    model
        .failures
        .push(linchpin_model::RandomFailure { time_to_failure: linchpin_model::DistId(0), state: 0 });
    let node =
        |node: u32, failed: u32| Affected { node: NodeId(node), lost: 1, first_failed: SimTime(failed) };
    let mut run = record(&full(&model), &[]);
    run.affected = vec![node(0, 5), node(1, 7), node(2, u32::MAX)];
    (run.failed, run.direct, run.generations) = (14, 2, 2);
    (run.repairs, run.waited_s, run.locked_out) = (3, 5400, vec![NodeId(1)]);
    let mut base = record(&full(&model), &[]);
    base.affected = vec![node(1, 9), node(2, 3)];
    check(
        &evaluate(&model, Some(&base), &run),
        &[
            ("cascade_size", 14.0),
            ("cascade_added", 1.0),
            ("cascade_direct", 2.0),
            ("cascade_induced_share", 12.0 / 14.0),
            ("cascade_generations", 2.0),
            // 2 (1 + 2 + 4) = 14
            ("cascade_branching", 2.0),
            ("locked_out", 1.0),
            ("repairs", 3.0),
            ("repair_wait", 1.5),
        ],
    );
}

#[test]
fn branching_ratios() {
    for (size, direct, generations, expected) in [
        (0, 0, 0, 0.0),
        (5, 5, 0, 0.0),
        (6, 4, 1, 0.5),
        (30, 2, 3, 2.0),
        (7, 4, 2, 0.5),
        (40, 4, 9, 1.0),
        (4, 0, 1, 3.0),
    ] {
        let got = branching(size, direct, generations);
        assert!((got - expected).abs() < 1e-9, "{size} {direct} {generations}: {got}");
    }
}

#[test]
fn the_headline_is_the_service_of_most_people() {
    let full_model = model();
    let catalogue = Catalogue::new(&full_model);
    assert_eq!(catalogue.metrics()[catalogue.headline()].id, "person_hours/water");
    let mut without_services = full_model;
    without_services.groups.retain(|group| group.kind == GroupKind::Custom);
    let catalogue = Catalogue::new(&without_services);
    assert_eq!(catalogue.metrics()[catalogue.headline()].id, "lost_service/both");
    without_services.groups.clear();
    let catalogue = Catalogue::new(&without_services);
    assert_eq!(catalogue.metrics()[catalogue.headline()].id, "cascade_size");
}

#[test]
fn ids_are_unique_and_begin_with_their_kind() {
    let catalogue = Catalogue::new(&model());
    let ids: std::collections::BTreeSet<_> = catalogue.metrics().iter().map(|metric| &metric.id).collect();
    assert_eq!(ids.len(), catalogue.len());
    for metric in catalogue.metrics() {
        assert_eq!(metric.id.split('/').next(), Some(metric.kind));
    }
}

proptest! {
    #[test]
    fn evaluate_equals_every_second(
        run in prop::collection::vec((0_u32..260, 0_u64..=10), 0..20),
        base in prop::collection::vec((0_u32..260, 0_u64..=10), 0..6),
    ) {
        let mut model = model();
        model.meta.horizon = 240;
        let group = model.find_group("service:electricity").unwrap();
        let curve = |steps: &[(u32, u64)]| {
            let mut steps = steps.to_vec();
            steps.sort_by_key(|(time, _)| *time);
            let steps: Vec<_> = steps.iter().map(|(t, tenth)| (*t, group.0, tenth * 100_000_000)).collect();
            record(&full(&model), &steps)
        };
        let at = |record: &Record, second: u32| {
            let past = record.steps.iter().rev().find(|step| step.time.0 <= second);
            past.map_or(record.initial[group.index()], |step| step.sum)
        };
        let (run, base) = (curve(&run), curve(&base));
        let got = evaluate(&model, Some(&base), &run);
        let lost: Vec<f64> =
            (0..240).map(|t| at(&base, t).saturating_sub(at(&run, t)) as f64 / 1e6).collect();
        let shares: Vec<f64> = (0..240)
            .map(|t| (at(&run, t) as f64, at(&base, t) as f64))
            .map(|(run, base)| if run >= base { 1.0 } else { run / base })
            .collect();
        check(&got, &[
            ("person_hours/electricity", lost.iter().sum::<f64>() / 3600.0),
            ("people_peak/electricity", lost.iter().copied().fold(0.0, f64::max)),
            ("robustness/service:electricity", shares.iter().copied().fold(1.0, f64::min)),
            ("lost_service/service:electricity", shares.iter().map(|q| 1.0 - q).sum::<f64>() / 3600.0),
        ]);
        for (metric, value) in got.0.metrics().iter().zip(&got.1) {
            prop_assert!(!value.is_nan(), "{}", metric.id);
            if metric.unit == "share" {
                prop_assert!((0.0..=1.0).contains(value), "{}: {value}", metric.id);
            }
        }
    }
}
