use super::tests::town;
use super::worlds::{Models, Seen, Survey, Surveyed, Task, World};
use linchpin_model::Model;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Candidate `i` gives every hospital of a small town `2 i` hours of battery, times the world's value.
pub(super) struct Towns;

impl Models for Towns {
    fn model(&self, world: &World, candidate: usize) -> Result<Arc<Model>, String> {
        let hours = 2.0 * candidate as f64;
        match world {
            World::AsWritten => Ok(town(hours)),
            World::Values(values) if values[0] < 0.0 => Err("batteries cannot last less than nothing".into()),
            World::Values(values) => Ok(town(hours * values[0])),
            World::Threat(_) => Err("there is no other threat".into()),
        }
    }
}

fn tasks() -> Vec<Task> {
    let values = [0.5, 1.0, 1.5, 2.0, -1.0, 3.0].map(|value| World::Values(vec![value]));
    let worlds = [World::AsWritten].into_iter().chain(values);
    worlds.map(|world| Task { world, first: 100, candidates: vec![0, 1, 2] }).collect()
}

fn survey(folder: &Path, base: &Model, threads: usize, stop: &AtomicBool) -> Option<Surveyed> {
    let survey = Survey {
        models: &Towns,
        base,
        tasks: &tasks(),
        rows: 20,
        most_batches: 8,
        metric: "person_hours",
        seed: 5,
        about: "town",
        program: "test",
        threads,
    };
    survey.run(folder, "worlds", stop, &mut |_| {}).expect("the folder can be written")
}

/// All files below a folder, with their bytes, apart from what says how long it took.
fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "parquet") {
                let name = path.strip_prefix(folder).expect("below").display().to_string();
                found.push((name, std::fs::read(&path).expect("a file")));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn threads_and_interruptions_change_no_byte() {
    let base = town(0.0);
    let never = AtomicBool::new(false);
    let runs: Vec<_> = [1, 2, 4]
        .into_iter()
        .map(|threads| {
            let folder = tempfile::tempdir().expect("a folder");
            // The second one is interrupted before anything is done, and goes on.
            if threads == 2 {
                let stopped = AtomicBool::new(true);
                assert_eq!(survey(folder.path(), &base, threads, &stopped), None);
                assert!(stopped.load(Ordering::Relaxed));
            }
            let found = survey(folder.path(), &base, threads, &never).expect("not interrupted");
            let files = bytes(folder.path());
            assert!(!files.is_empty());
            // What is there is read, not run.
            assert_eq!(survey(folder.path(), &base, threads, &never).as_ref(), Some(&found));
            (found, files)
        })
        .collect();
    assert!(runs.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn worlds_hold_what_their_models_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let found = survey(folder.path(), &town(0.0), 1, &AtomicBool::new(false)).expect("not interrupted");
    // 20 replications in at most 8 batches: 7 of 3 each.
    assert_eq!((found.rows, found.tasks.len()), (21, 7));
    assert_eq!(found.failed, [(5, "batteries cannot last less than nothing".to_owned())]);
    let task = |i: usize| found.tasks[i].as_ref().expect("it did not fail");
    assert!(found.tasks[5].is_none() && task(0).len() == 3 && task(0)[0].batches.len() == 7);
    // With the factor 1 the world is as written, and a candidate without batteries is the same in all worlds.
    assert_eq!(task(0), task(2));
    assert!([1, 3, 4, 6].into_iter().all(|i| task(i)[0] == task(0)[0]));
    // The same replications everywhere, so that longer batteries lose less in every batch.
    let worse = |a: &Seen, b: &Seen| a.batches.iter().zip(&b.batches).all(|(a, b)| a >= b);
    assert!(worse(&task(1)[1], &task(2)[1]) && worse(&task(2)[1], &task(4)[1]));
    assert!(task(1)[1].mean() > task(6)[1].mean() && task(1)[1].tail > task(1)[1].mean());
    // Candidate 1 with twice the hours is candidate 2 as written.
    assert_eq!(task(4)[1], task(0)[2]);
}
