use super::*;
use crate::{Manifest, Study, write_csv};
use std::fs;
use std::sync::atomic::AtomicU32;

/// A job without a model: two columns made of the replication number by a hash, one answer.
#[derive(Default)]
struct Toy {
    /// Replications that panic, and that fail in an orderly way.
    panics: Vec<u32>,
    fails: Vec<u32>,
    /// Sets `stop` when this replication is reached.
    stops_at: Option<u32>,
    stop: AtomicBool,
    ran: AtomicU32,
}

fn series(id: &str) -> Series {
    Series { id: id.to_owned(), group: "all".to_owned(), unit: "1".to_owned() }
}

/// Sum of the first column, and how many replications were added.
#[derive(Clone, Debug, Default, PartialEq)]
struct ToySums([u64; 2]);

struct ToyWorker<'a>(&'a Toy);

fn number(replication: u32) -> u64 {
    u64::from(replication).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54
}

impl Sums for ToySums {
    fn merge(&mut self, other: &Self) {
        self.0 = [self.0[0] + other.0[0], self.0[1] + other.0[1]];
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|sum| sum.to_le_bytes()).collect()
    }

    fn merge_bytes(&mut self, bytes: &[u8]) -> bool {
        let (words, rest) = bytes.as_chunks();
        let words: Vec<u64> = words.iter().map(|word| u64::from_le_bytes(*word)).collect();
        if words.len() != 2 || !rest.is_empty() {
            return false;
        }
        self.merge(&Self([words[0], words[1]]));
        true
    }
}

impl<'a> Job for &'a Toy {
    type Sums = ToySums;
    type Worker = ToyWorker<'a>;

    fn columns(&self) -> Vec<Series> {
        ["number", "reached"].map(series).into()
    }

    fn answers(&self) -> Vec<Series> {
        vec![series("requirement/even")]
    }

    fn headline(&self) -> Option<usize> {
        Some(0)
    }

    fn worker(&self) -> ToyWorker<'a> {
        ToyWorker(self)
    }

    fn sums(&self) -> ToySums {
        ToySums::default()
    }
}

impl Worker for ToyWorker<'_> {
    type Sums = ToySums;

    fn run(
        &mut self,
        replication: u32,
        sums: &mut ToySums,
        row: &mut [f64],
        answers: &mut [bool],
    ) -> Result<(), String> {
        self.0.ran.fetch_add(1, Ordering::Relaxed);
        if self.0.stops_at == Some(replication) {
            self.0.stop.store(true, Ordering::Relaxed);
        }
        if self.0.fails.contains(&replication) {
            return Err("too many passes".to_owned());
        }
        assert!(!self.0.panics.contains(&replication), "it blew up");
        let number = number(replication);
        sums.merge(&ToySums([number, 1]));
        row.copy_from_slice(&[number as f64, if number < 900 { 1.0 } else { f64::INFINITY }]);
        answers[0] = number.is_multiple_of(2);
        Ok(())
    }
}

fn identity(seed: u64) -> Identity {
    Identity::new("toy", &["number".to_owned(), "reached".to_owned()], 1, seed, "0.1.0")
}

fn plan(replications: u32, threads: usize) -> Plan {
    Plan { replications, until: None, block_size: 100, threads }
}

/// Runs into a folder, going on from what is there.
fn go(toy: &Toy, folder: &Path, plan: &Plan) -> Result<Outcome<ToySums>, StudyError> {
    let inventory = Inventory::read(folder)?;
    run(&toy, folder, &identity(1), plan, inventory, &toy.stop, &mut |_| ())
}

fn fresh(toy: &Toy, plan: &Plan) -> Outcome<ToySums> {
    go(toy, tempfile::tempdir().unwrap().path(), plan).unwrap()
}

#[test]
fn threads_and_block_sizes_change_nothing() {
    let toy = Toy { fails: vec![7, 350], ..Toy::default() };
    let expected = fresh(&toy, &plan(1050, 1)).totals;
    let finished = (0..1050).filter(|r| !toy.fails.contains(r));
    assert_eq!(expected.sums, ToySums([finished.map(number).sum(), 1048]));
    assert_eq!(expected.failed, [("too many passes".to_owned(), 2)]);
    for (threads, block_size) in [(2, 100), (3, 33), (8, 100), (8, 51), (2, 5000), (1, 1050)] {
        let outcome = fresh(&toy, &Plan { block_size, ..plan(1050, threads) });
        assert_eq!(outcome.totals.hash, expected.hash, "{threads} threads, blocks of {block_size}");
        assert_eq!(outcome.totals.sums, expected.sums);
        assert_eq!((outcome.stopped, outcome.timings.computed), (Stopped::Replications, 1050));
    }
}

#[test]
fn a_panic_is_a_failed_replication() {
    let toy = Toy { panics: vec![0, 40, 41, 199], ..Toy::default() };
    let folder = tempfile::tempdir().unwrap();
    let outcome = go(&toy, folder.path(), &plan(200, 2)).unwrap();
    assert_eq!(outcome.totals.failed, [("internal error: it blew up".to_owned(), 4)]);
    assert_eq!(outcome.totals.sums.0[1], 196);
    let (study, _) = Study::open(folder.path(), &identity(1)).unwrap();
    let finished: Vec<u32> = study.finished().collect();
    assert_eq!(finished.len(), 196);
    let numbers: Vec<f64> = finished.iter().map(|r| number(*r) as f64).collect();
    assert_eq!(study.columns().get(0).unwrap(), numbers);
}

#[test]
fn what_was_written_is_read_back() {
    let toy = Toy { fails: vec![3], ..Toy::default() };
    let folder = tempfile::tempdir().unwrap();
    let outcome = go(&toy, folder.path(), &plan(250, 2)).unwrap();
    let (study, notes) = Study::open(folder.path(), &identity(1)).unwrap();
    assert!(notes.is_empty());
    assert_eq!(study.failed(), outcome.study.failed());
    assert_eq!(outcome.study.columns().get(0).unwrap(), study.columns().get(0).unwrap());
    let totals = study.totals(&&toy, &identity(1)).unwrap();
    assert_eq!((totals.hash, &totals.sums), (outcome.totals.hash, &outcome.totals.sums));
    let finished: Vec<u32> = (0..250).filter(|r| *r != 3).collect();
    let mut columns = study.columns();
    // Answers come back as they were given.
    let block = Block::decode(&fs::read(crate::block_path(folder.path(), 2)).unwrap()).unwrap().block;
    for row in 0..50 {
        assert_eq!(block.answer(0, row), number(200 + row as u32).is_multiple_of(2));
    }
    // Backwards, so that the batches have to be read again.
    let reached: Vec<bool> = columns.get(1).unwrap().iter().map(|x| x.is_finite()).collect();
    assert_eq!(reached, finished.iter().map(|r| number(*r) < 900).collect::<Vec<_>>());
    assert_eq!(columns.get(0).unwrap()[5], number(6) as f64);
    let path = folder.path().join("replications.csv");
    write_csv(&study, &(&toy).columns(), &path, "TLP:CLEAR").unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 251);
    assert_eq!(text.lines().nth(4).unwrap(), "3,too many passes,,,TLP:CLEAR");
    let manifest = Manifest::read(folder.path()).unwrap();
    assert_eq!(manifest.study_hash, Some(crate::hex(&totals.hash)));
    assert_eq!((manifest.blocks.len(), manifest.replications), (3, 250));
}

#[test]
fn interrupted_and_resumed_is_the_same_study() {
    let expected = fresh(&Toy::default(), &plan(1050, 2)).totals.hash;
    let folder = tempfile::tempdir().unwrap();
    for stops_at in [10, 140, 777] {
        // The threads of an earlier turn may have gone beyond this replication already.
        let done =
            Inventory::read(folder.path()).is_ok_and(|held| held.blocks.contains_key(&(stops_at / 100)));
        if done {
            continue;
        }
        let toy = Toy { stops_at: Some(stops_at), ..Toy::default() };
        let outcome = go(&toy, folder.path(), &plan(1050, 3)).unwrap();
        assert_eq!(outcome.stopped, Stopped::Interrupted);
        assert!(outcome.totals.replications <= u64::from(stops_at));
    }
    let held = Inventory::read(folder.path()).unwrap().replications();
    assert!(held > 0);
    let toy = Toy::default();
    let outcome = go(&toy, folder.path(), &plan(1050, 2)).unwrap();
    assert_eq!(outcome.totals.hash, expected);
    assert_eq!(outcome.timings.computed + held, 1050);
}

#[test]
fn damaged_missing_and_short_blocks_are_computed_again() {
    let toy = Toy::default();
    let expected = fresh(&toy, &plan(1050, 1)).totals.hash;
    let folder = tempfile::tempdir().unwrap();
    // The last block of a shorter study is too short for a longer one.
    go(&toy, folder.path(), &plan(850, 2)).unwrap();
    let path = |index| crate::block_path(folder.path(), index);
    let mut bytes = fs::read(path(2)).unwrap();
    bytes[300] ^= 1;
    fs::write(path(2), bytes).unwrap();
    let bytes = fs::read(path(4)).unwrap();
    fs::write(path(4), &bytes[..bytes.len() - 100]).unwrap();
    fs::remove_file(path(5)).unwrap();
    fs::write(runs_folder(folder.path()).join("block-00009.parquet.partial"), b"half").unwrap();
    let again = Toy::default();
    let outcome = go(&again, folder.path(), &plan(1050, 2)).unwrap();
    assert_eq!(outcome.totals.hash, expected);
    assert_eq!(again.ran.load(Ordering::Relaxed), 100 * 3 + 250);
    assert_eq!(outcome.notes.len(), 3, "{:?}", outcome.notes);
}

#[test]
fn another_study_is_refused() {
    let toy = Toy::default();
    let folder = tempfile::tempdir().unwrap();
    go(&toy, folder.path(), &plan(300, 1)).unwrap();
    let inventory = Inventory::read(folder.path()).unwrap();
    let refused = |identity: &Identity, replications| {
        let inventory = inventory.clone();
        let result =
            run(&&toy, folder.path(), identity, &plan(replications, 1), inventory, &toy.stop, &mut |_| ());
        result.unwrap_err()
    };
    assert!(matches!(refused(&identity(2), 300), StudyError::Mismatch { .. }));
    assert!(matches!(refused(&identity(1), 299), StudyError::MoreThanAsked { held: 300, asked: 299, .. }));
    assert!(matches!(Study::open(folder.path(), &identity(2)), Err(StudyError::Mismatch { .. })));
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(Study::open(empty.path(), &identity(1)), Err(StudyError::NoStudy(_))));
}

/// The rule looks at complete prefixes only, so the study ends at the same block on any number of threads.
#[test]
fn precision_stops_at_the_same_block() {
    let until = Some(Precision { column: 0, relative: 0.03 });
    let mut ends = Vec::new();
    for threads in [1, 2, 8] {
        let folder = tempfile::tempdir().unwrap();
        let outcome = go(&Toy::default(), folder.path(), &Plan { until, ..plan(100_000, threads) }).unwrap();
        let Stopped::Precision(relative) = outcome.stopped else { panic!("{:?}", outcome.stopped) };
        assert!(relative <= 0.03);
        // sd / mean of a uniform number is 1 / sqrt(3): n is about (1.96 / sqrt(3) / 0.03)^2 = 1423.
        assert!((1300..=1600).contains(&outcome.totals.replications), "{}", outcome.totals.replications);
        assert_eq!(
            Inventory::read(folder.path()).unwrap().replications(),
            outcome.totals.replications,
            "no block beyond the end is left behind"
        );
        ends.push(outcome.totals.hash);
    }
    assert!(ends.iter().all(|hash| *hash == ends[0]));
    // A column that is not always reached has no mean, and never becomes precise.
    let until = Some(Precision { column: 1, relative: 0.5 });
    let outcome = fresh(&Toy::default(), &Plan { until, ..plan(500, 2) });
    assert_eq!(outcome.stopped, Stopped::Replications);
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("in-the-way");
    fs::write(&file, b"").unwrap();
    let error = go(&Toy::default(), &file.join("study"), &plan(100, 2)).unwrap_err();
    assert!(matches!(error, StudyError::Io { .. }));
    assert!(error.to_string().contains("in-the-way"), "{error}");
    // A folder in place of a block file: the collector fails while workers are busy.
    let study = folder.path().join("study");
    fs::create_dir_all(crate::block_path(&study, 1).join("x")).unwrap();
    let inventory = Inventory::default();
    let toy = Toy::default();
    let result = run(&&toy, &study, &identity(1), &plan(5000, 2), inventory, &toy.stop, &mut |_| ());
    assert!(matches!(result.unwrap_err(), StudyError::Io { .. }));
}

#[test]
fn few_replications_are_spread_over_all_workers() {
    let identity = identity(1);
    let (toy, stop) = (Toy::default(), AtomicBool::new(false));
    for (replications, size, threads, chunk) in
        [(8, 500, 2, 1), (100, 500, 2, 13), (10_000, 500, 2, 32), (10_000, 20, 2, 20)]
    {
        let missing = vec![Span { index: 0, first: 0, rows: replications }];
        assert_eq!(Board::new(&&toy, &identity, missing, size, threads, &stop).chunk, chunk);
    }
}
