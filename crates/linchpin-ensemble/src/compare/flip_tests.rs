use super::flip::{FlipSearch, Flips, Unknown};
use super::tests::town;
use super::worlds::{Models, Survey, Task, World};
use linchpin_analysis::compare::Batches;
use linchpin_model::{Distribution, Model};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Hours of battery by candidate: none, 4, the first parameter's (2 as written), 1 and 48. A second parameter does nothing.
struct Batteries;

impl Models for Batteries {
    fn model(&self, world: &World, candidate: usize) -> Result<Arc<Model>, String> {
        let hours = match world {
            World::Values(values) => values[0],
            _ => 2.0,
        };
        Ok(town([0.0, 4.0, hours, 1.0, 48.0][candidate]))
    }
}

fn parameters() -> [Unknown; 3] {
    [
        Unknown { distribution: Distribution::Uniform { min: 0.5, max: 8.0 }, central: 2.0 },
        Unknown { distribution: Distribution::Uniform { min: 0.0, max: 1.0 }, central: 0.5 },
        Unknown { distribution: Distribution::Fixed(3.0), central: 3.0 },
    ]
}

const ROWS: u32 = 32;

fn search(folder: &Path, winner: usize, rivals: &[usize], threads: usize) -> Flips {
    let base = town(0.0);
    let survey = Survey {
        models: &Batteries,
        base: &base,
        tasks: &[],
        rows: ROWS,
        most_batches: 16,
        metric: "person_hours",
        seed: 5,
        about: "town",
        program: "test",
        threads,
    };
    let never = AtomicBool::new(false);
    let block = |b: u32| Task { world: World::AsWritten, first: ROWS * b, candidates: (0..5).collect() };
    let tasks: Vec<Task> = (0..8).map(block).collect();
    let written = Survey { tasks: &tasks, ..survey }.run(folder, "written", &never, &mut |_| {});
    let written = written.expect("a folder").expect("not interrupted");
    let batches = |seen: Option<Vec<super::worlds::Seen>>| -> Batches {
        seen.expect("it did not fail").into_iter().map(|seen| seen.batches).collect()
    };
    let written: Vec<Batches> = written.tasks.into_iter().map(batches).collect();
    let search = FlipSearch {
        survey,
        parameters: &parameters(),
        winner,
        rivals,
        written: &written,
        first: 0,
        fresh: 1 << 20,
    };
    search.run(folder, &never, &mut |_| {}).expect("a folder").expect("not interrupted")
}

/// A battery of as many hours in the mean loses as much as another one of the same spread: the order turns at 4 hours, beyond
/// which the parameter lies with probability 4/7.5.
#[test]
fn the_turn_is_where_it_has_to_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let found = search(folder.path(), 1, &[0, 2, 3, 4], 1);
    assert_eq!(found.found.len(), 1, "{found:?}");
    let flip = &found.found[0];
    assert_eq!((flip.parameter, flip.rival, flip.above, flip.verified), (0, 2, true, true));
    // Half the width of the last bracket: 0.5 / 2^9 of 7.5 hours.
    assert!((flip.value - 4.0).abs() <= 0.5 / 512.0 * 7.5 + 1e-9, "{}", flip.value);
    assert!((flip.beyond - 4.0 / 7.5).abs() < 0.002, "{}", flip.beyond);
    let [low, high] = flip.interval.expect("inside");
    assert!(low <= 4.0 && 4.0 <= high && high - low < 3.0, "{low} {high}");
    let [near, far] = flip.sides;
    assert!(near.value < 4.0 && near.interval[0] > 0.0 && far.value > 4.0 && far.interval[1] < 0.0);
    // What needs no parameter does not turn, and what is better as written has no order to turn.
    assert_eq!((found.steady, found.level, found.more, found.failed), (vec![0, 3], vec![4], 0, 0));
}

/// The same search from the other side: below 1 hour the rival with 1 hour is better, with probability 0.5/7.5; the better
/// batteries are out of reach.
#[test]
fn turns_below_the_central_value() {
    let folder = tempfile::tempdir().expect("a folder");
    let found = search(folder.path(), 2, &[0, 3], 1);
    assert_eq!(found.found.len(), 1, "{found:?}");
    let flip = &found.found[0];
    assert!(flip.rival == 3 && !flip.above && (flip.value - 1.0).abs() < 0.01, "{flip:?}");
    assert!((flip.beyond - 0.5 / 7.5).abs() < 0.002);
    assert_eq!(found.steady, [0]);
}

#[test]
fn threads_change_nothing_and_without_parameters_nothing_turns() {
    let [one, two] = [1, 2].map(|threads| {
        let folder = tempfile::tempdir().expect("a folder");
        let found = search(folder.path(), 1, &[2, 3], threads);
        // What is there is read.
        assert_eq!(search(folder.path(), 1, &[2, 3], threads), found);
        found
    });
    assert_eq!(one, two);
    let folder = tempfile::tempdir().expect("a folder");
    let alone = search(folder.path(), 4, &[1], 1);
    assert_eq!((alone.found.len(), alone.steady), (0, vec![1]));
}
