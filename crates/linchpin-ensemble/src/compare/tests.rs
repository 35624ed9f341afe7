use super::{Candidate, Contest, Contested, contest};
use linchpin_analysis::compare::{Selector, difference};
use linchpin_model::*;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A substation that is closed for a drawn time feeds three hospitals, each with a battery of so many hours.
pub(super) fn town(hours: f64) -> Arc<Model> {
    let mut b = ModelBuilder::new(Meta { horizon: 7 * 86_400, name: "town".into(), ..Meta::default() });
    let (energy, health) = (b.sector("energy", "Energy"), b.sector("health", "Health"));
    let (power, care) = (b.service("power", "Power"), b.service("care", "Care"));
    let region = b.region(Region {
        id: "town".into(),
        name: "Town".into(),
        population: 3000.0,
        parent: None,
        position: None,
    });
    let substation = b.node("substation", "Substation", energy, region);
    let at = b.dist(Distribution::Fixed(3600.0));
    let lasts = b.dist(Distribution::Uniform { min: 0.0, max: 86_400.0 });
    for i in 0..3 {
        let hospital = b.node(&format!("hospital-{i}"), "Hospital", health, region);
        let battery = b.dist(Distribution::Uniform { min: 0.5 * hours * 3600.0, max: 1.5 * hours * 3600.0 });
        let need = NeedSpec::any(hospital, "power", power, &[substation]);
        b.need(if hours > 0.0 { need.buffered("battery", battery, DistId::NONE) } else { need });
        b.serves(hospital, care, region, 1000.0);
    }
    b.parts().events.push(Event {
        id: "closure".into(),
        name: "Closure".into(),
        key: Key::of("closure"),
        after: None,
        at,
        targets: Targets::All(vec![substation]),
        probability: 1.0,
        hit_probability: 1.0,
        severity: DistId::NONE,
        effects: vec![Effect::Closure { lasts }],
        threat: true,
        occasion: Occasion::Script,
    });
    Arc::new(b.finish())
}

fn compared(folder: &Path, hours: &[f64], replications: u32, threads: usize, indifference: f64) -> Contested {
    let candidates: Vec<Candidate> = hours
        .iter()
        .enumerate()
        .map(|(i, hours)| Candidate {
            id: if i == 0 { String::new() } else { format!("h{hours}") },
            model: town(*hours),
        })
        .collect();
    let all = vec![true; hours.len()];
    let contest_of = Contest {
        candidates: &candidates,
        eligible: &all,
        kept: &[],
        metric: "person_hours",
        selector: Selector { confidence: 0.95, indifference, first: 40 },
        relative_indifference: 0.01,
        replications,
        at_least: 0,
        seed: 5,
        frozen: "town",
        program: "test",
        threads,
    };
    contest(&contest_of, folder, &AtomicBool::new(false), &mut |_| {}).expect("the folder can be written")
}

#[test]
fn the_best_is_found_and_pairing_pays() {
    let folder = tempfile::tempdir().expect("a folder");
    let found = compared(folder.path(), &[0.0, 1.0, 8.0, 2.0], 2000, 1, 500.0);
    let selection = found.selection.as_ref().expect("replications enough");
    assert!(selection.decided && found.eligible[selection.best] == 2 && !found.interrupted);
    assert!(selection.rows < 2000, "clear differences need few replications: {}", selection.rows);
    // Closed for 12 h in the mean, and 1 h of battery saves 1 h of 3,000 people wherever the closure lasts longer.
    let rows = found.columns[0].len().min(found.columns[2].len());
    let gain = difference(&found.columns[0][..rows], &found.columns[2][..rows], 0.95, 3).expect("paired");
    assert!(gain.is_certain() && gain.mean > 0.0);
    assert!(gain.variance_ratio > 2.0, "{}", gain.variance_ratio);
    // The best and the scenario as it is were run again with other draws.
    let fresh: Vec<usize> = found.fresh.iter().map(|(i, _)| *i).collect();
    assert_eq!((fresh[0], fresh[1]), (0, 2));
    assert_ne!(found.fresh[0].1[..10], found.columns[0][..10]);
}

#[test]
fn threads_and_interruptions_change_nothing() {
    let [one, two] = [1, 2].map(|threads| {
        let folder = tempfile::tempdir().expect("a folder");
        let found = compared(folder.path(), &[0.0, 1.0, 1.1], 160, threads, 0.5);
        // Rounds that are there are read, not run: the last one is taken away and comes out the same.
        let _ = std::fs::remove_dir_all(folder.path().join("rounds/01"));
        let again = compared(folder.path(), &[0.0, 1.0, 1.1], 160, threads, 0.5);
        assert_eq!(
            (&found.columns, &found.selection, &found.fresh),
            (&again.columns, &again.selection, &again.fresh)
        );
        found
    });
    assert_eq!((one.columns, one.selection), (two.columns, two.selection));
}

#[test]
fn a_metric_that_is_not_there_and_too_few_replications() {
    let folder = tempfile::tempdir().expect("a folder");
    let few = compared(folder.path(), &[0.0, 1.0], 10, 1, 1.0);
    assert!(few.selection.is_none() && few.columns[0].len() == 10 && few.fresh.is_empty());
    let candidates = [Candidate { id: String::new(), model: town(0.0) }];
    assert!(super::CompareJob::new(&candidates, "no_such_metric", 1, 0).is_none());
}

/// Two contests under one seed, the second with the best of the first: the whole is as if all had run together, as far as rows go.
#[test]
fn a_further_contest_is_taken_in() {
    let [first, second, whole] =
        [&[0.0, 2.0, 1.0][..], &[0.0, 2.0, 8.0], &[0.0, 2.0, 1.0, 8.0]].map(|hours| {
            let folder = tempfile::tempdir().expect("a folder");
            compared(folder.path(), hours, 80, 1, 500.0)
        });
    let mut found = first;
    assert_eq!(found.best(), Some(1));
    found.absorb(second.clone(), &[0, 1, 3]);
    assert_eq!((found.best(), found.eligible.clone()), (Some(3), vec![0, 1, 2, 3]));
    for (own, all) in found.columns.iter().zip(&whole.columns) {
        let rows = own.len().min(all.len());
        assert!(rows >= 40 && own[..rows] == all[..rows]);
    }
    assert_eq!(found.columns.len(), found.answers.len());
    let fresh: Vec<usize> = found.fresh.iter().map(|(i, _)| *i).collect();
    assert_eq!((&fresh[..2], &found.fresh[1].1), (&[0, 3][..], &second.fresh[1].1));
    let out = &found.selection.expect("replications enough").out_after;
    assert!(out[1].is_some() && out[3].is_none(), "{out:?}");
}
