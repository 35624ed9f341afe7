//! Findings of studies of a few replications.

use super::*;
use crate::findings::Verdict;
use crate::metrics::tests::model;
use crate::paired::Paired;
use crate::paired::tests::record;
use crate::steps::LevelSteps;
use linchpin_model::{Affected, NeedSpec, Record, Requirement, RootLoss, SimTime};

const HOUR_MS: u64 = 3600 * 1_000_000;

fn run(lost_h: u64, size: u32) -> Record {
    let mut run =
        record(&[1_000_000; 7], &[(0, 1, 1_000_000 - 250_000 * u64::from(size)), (3600, 1, 1_000_000)]);
    run.affected = vec![Affected { node: NodeId(1), lost: lost_h * HOUR_MS, first_failed: SimTime(0) }];
    run.roots = vec![RootLoss { node: NodeId(2), lost: lost_h * HOUR_MS }];
    run.induced = vec![lost_h * HOUR_MS, 2 * lost_h * HOUR_MS];
    (run.failed, run.direct, run.events) = (size, 1, 10);
    run
}

fn study(model: &Model, runs: &[Record]) -> Findings {
    let catalogue = Catalogue::new(model);
    let requirements = Requirements::new(model);
    let mut sums = BlockAccumulator::new(model);
    let mut columns = vec![Vec::new(); catalogue.len()];
    let (mut paired, mut held) = (Paired::default(), vec![false; requirements.len()]);
    let mut out = vec![0.0; catalogue.len()];
    for run in runs {
        paired.load(model.meta.horizon, None, run);
        catalogue.evaluate(&paired, None, run, &mut out);
        requirements.evaluate(model, &paired, &mut held);
        sums.add(None, run, &held);
        let mut steps = LevelSteps::new(model.groups.len());
        steps.add(0, &paired);
        sums.add_levels(&steps);
        columns.iter_mut().zip(&out).for_each(|(column, value)| column.push(*value));
    }
    let parts = Parts { model, catalogue: &catalogue, requirements: &requirements, sums: &sums };
    let Ok(findings) = build(parts, StudyInfo::of(model), &mut columns);
    findings
}

#[test]
fn a_small_study() {
    let mut model = model();
    model.requirements.push(Requirement {
        id: "water".into(),
        name: "Water".into(),
        groups: vec![linchpin_model::GroupId(1)],
        at_least: 0.75,
        from: 0,
        lasts: 3600,
        tolerate: 0,
        probability: 0.9,
    });
    let findings = study(&model, &[run(2, 1), run(4, 2), run(6, 3), run(8, 1)]);
    assert_eq!((findings.study.replications, findings.study.events_mean), (4, 10.0));
    assert_eq!(findings.study.start, "Thu 1 Jan 1970 00:00 +00:00");

    let worst = &findings.most_affected[0];
    assert_eq!((worst.id.as_str(), worst.mean_h, worst.probability), ("works-s", 5.0, 1.0));
    let column: stats::Moments = [2.0, 4.0, 6.0, 8.0].into_iter().collect();
    assert!((worst.ci95[1] - column.ci95().unwrap()[1]).abs() < 1e-9);
    assert_eq!(findings.most_harmful[0].id, "grid");
    assert_eq!(
        (findings.attribution.induced.clone(), findings.attribution.direct.clone()),
        (vec![vec![5.0]], vec![10.0])
    );

    assert_eq!(findings.cascade_sizes.edges, [0.0, 1.0, 2.0, 3.0, 4.0]);
    assert_eq!(findings.cascade_sizes.counts, [0, 2, 1, 1]);

    // Levels at the start: 0.75, 0.5, 0.25, 0.75.
    let band = &findings.bands[1];
    assert_eq!((band.mean[0], band.mean[1]), (0.5625, 1.0));
    let requirement = &findings.requirements[0];
    assert_eq!((requirement.probability, requirement.verdict), (0.5, Verdict::Undecided));

    let json = serde_json::to_string(&findings).unwrap();
    let back: Findings = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (back.metrics.len(), back.limits, back.cascade_sizes.counts),
        (findings.metrics.len(), findings.limits, vec![0, 2, 1, 1])
    );
}

#[test]
fn histograms_have_round_bins() {
    for (largest, bins, width) in [
        (0.0, 1, 1.0),
        (29.0, 30, 1.0),
        (30.0, 16, 2.0),
        (100.0, 21, 5.0),
        (299.0, 30, 10.0),
        (5000.0, 26, 200.0),
    ] {
        let histogram = cascade_histogram(&[0.0, largest, largest]);
        assert_eq!((histogram.counts.len(), histogram.edges[1]), (bins, width), "{largest}");
        assert_eq!(histogram.counts.iter().sum::<u64>(), 3);
        assert!(*histogram.edges.last().unwrap() > largest);
    }
    assert_eq!(cascade_histogram(&[]).counts.len(), 0);
}

#[test]
fn the_picture_shows_what_depends_on_what() {
    let mut builder = linchpin_model::ModelBuilder::new(linchpin_model::Meta::default());
    let sector = builder.sector("energy", "Energy");
    let service = builder.service("electricity", "electricity");
    let [a, b, crew] = ["a", "b", "crew"].map(|id| builder.node(id, id, sector, RegionId::NONE));
    builder.node_mut(crew).kind = NodeKind::Team;
    builder.place(a, linchpin_model::Position { lat: 1.0, lon: 2.0 });
    builder.need(NeedSpec::any(b, "n", service, &[a]));
    builder.need(NeedSpec::any(b, "again", service, &[a]));
    builder.need(NeedSpec::any(crew, "n", service, &[a]));
    let model = builder.finish();
    let picture = picture(&model, &BlockAccumulator::new(&model));
    assert_eq!((picture.nodes.len(), picture.links, picture.positioned), (2, vec![(0, 1)], true));
    assert_eq!((picture.nodes[0].position, picture.nodes[1].position), (Some((1.0, 2.0)), None));
}

#[test]
fn limits_fit_the_study() {
    let text = |findings: &Findings| findings.limits.join("\n");
    let plain = study(&model(), &[run(2, 1)]);
    assert!(text(&plain).contains("Monte Carlo error only"));
    assert!(!text(&plain).contains("conditional on the attack"), "no threat, no attack");
    assert!(!text(&plain).contains("not reached"));
    let lasting = record(&[1_000_000; 7], &[(10, 1, 0)]);
    assert!(text(&study(&model(), &[lasting])).contains("not reached"));
}
