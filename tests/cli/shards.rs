//! Studies in parts: the same bytes as in one piece, whatever the threads, the parts, their order, and what was lost on the way.

use super::{command, expect, fixture, json, linchpin, small, stderr, stdout, study_hash};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// 200 replications in 20 blocks.
const RUN: [&str; 6] = ["run", "small.ron", "--block-size", "10", "--quiet", "--out"];

fn run(folder: &Path, out: &str, args: &[&str]) -> std::process::Output {
    linchpin(folder, &[&RUN[..], &[out], args].concat())
}

/// Every file of a study by its path in it. Timings, the only thing that may differ, are taken out of the manifest.
fn bytes(study: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![study.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(study).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    let manifest = found.get_mut(Path::new("manifest.json")).expect("there is a manifest");
    let mut value: serde_json::Value = serde_json::from_slice(manifest).unwrap();
    value.as_object_mut().unwrap().remove("timings").expect("a manifest has timings");
    *manifest = value.to_string().into_bytes();
    found
}

#[track_caller]
fn assert_same(one: &Path, other: &Path) {
    let (one, other) = (bytes(one), bytes(other));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (path, bytes) in &one {
        assert!(other[path] == *bytes, "{} differs", path.display());
    }
    assert!(one.len() > 15, "a study has blocks, figures and pictures");
}

/// A folder with the scenario, the study in one piece as `whole`, and in seven parts as `part-1` to `part-7`.
fn in_parts() -> tempfile::TempDir {
    let folder = small();
    expect(0, run(folder.path(), "whole", &["--threads", "1"]));
    for part in 1..=7 {
        let (shard, threads) = (format!("{part}/7"), ["1", "2", "8"][part % 3]);
        let args = ["--shard", &shard, "--threads", threads];
        let output = expect(0, run(folder.path(), &format!("part-{part}"), &args));
        assert!(stdout(&output).contains("replications are done"), "{}", stdout(&output));
        assert!(!folder.path().join(format!("part-{part}/summary.json")).exists());
    }
    folder
}

fn merge(folder: &Path, out: &str, parts: &[usize]) -> std::process::Output {
    let parts: Vec<String> = parts.iter().map(|part| format!("part-{part}")).collect();
    let args: Vec<&str> = ["merge", out].into_iter().chain(parts.iter().map(String::as_str)).collect();
    linchpin(folder, &args)
}

#[test]
fn threads_change_no_byte_of_a_study() {
    let folder = small();
    for threads in ["1", "2", "8"] {
        expect(0, run(folder.path(), threads, &["--threads", threads]));
        assert_same(&folder.path().join("1"), &folder.path().join(threads));
    }
}

#[test]
fn parts_in_any_order_are_the_whole() {
    let folder = in_parts();
    let whole = folder.path().join("whole");
    for (out, order) in
        [("up", [1, 2, 3, 4, 5, 6, 7]), ("down", [7, 6, 5, 4, 3, 2, 1]), ("mixed", [4, 7, 1, 6, 2, 5, 3])]
    {
        let output = expect(0, merge(folder.path(), out, &order));
        assert!(stdout(&output).contains(&study_hash(&whole)), "{}", stdout(&output));
        assert_same(&whole, &folder.path().join(out));
    }
    // The same again changes nothing, and a part that is there twice does no harm.
    expect(0, merge(folder.path(), "up", &[3, 3]));
    assert_same(&whole, &folder.path().join("up"));
}

#[test]
fn what_is_missing_is_said_and_filled() {
    let folder = in_parts();
    let whole = folder.path().join("whole");
    let status =
        |study: &str, code| json(&expect(code, linchpin(folder.path(), &["status", study, "--json"])));
    assert_eq!(status("whole", 0)["missing"], serde_json::json!([]));
    // Part 3 of 7 of 20 blocks: 5 to 7.
    let part = status("part-3", 0);
    assert_eq!((&part["shard"]["number"], &part["shard"]["of"]), (&3.into(), &7.into()));
    assert_eq!((&part["done"], &part["wanted"], &part["planned"]), (&30.into(), &30.into(), &200.into()));

    let output = expect(5, merge(folder.path(), "merged", &[7, 1, 2, 4, 6, 5]));
    assert!(stdout(&output).contains("170 of 200 replications are done (17 of 20 blocks)"));
    assert!(stdout(&output).contains("missing     replications 50 to 79"), "{}", stdout(&output));
    assert!(stderr(&output).contains("linchpin run merged --missing"), "{}", stderr(&output));
    let merged = status("merged", 5);
    let gap = serde_json::json!({"first_block": 5, "last_block": 7, "first": 50, "replications": 30});
    assert_eq!(merged["missing"], serde_json::json!([gap]));
    assert_eq!((&merged["complete"], &merged["done"]), (&false.into(), &170.into()));

    // The study itself says what is to be done, where it lies.
    let output = expect(0, linchpin(folder.path(), &["run", "merged", "--missing"]));
    assert!(stdout(&output).contains("30 computed"), "{}", stdout(&output));
    assert_same(&whole, &folder.path().join("merged"));

    // A block of a finished study that was deleted, and one that was cut off.
    let merged = folder.path().join("merged");
    fs::remove_file(merged.join("runs/block-00011.parquet")).unwrap();
    let cut = fs::read(merged.join("runs/block-00019.parquet")).unwrap();
    fs::write(merged.join("runs/block-00019.parquet"), &cut[..cut.len() / 2]).unwrap();
    let told = stdout(&expect(5, linchpin(folder.path(), &["status", "merged"])));
    for part in [
        "180 of 200",
        "replications 110 to 119",
        "replications 190 to 199",
        "block-00019.parquet is left out",
    ] {
        assert!(told.contains(part), "{part} is missing in\n{told}");
    }
    expect(0, linchpin(folder.path(), &["run", "small.ron", "--missing", "--out", "merged"]));
    assert_same(&whole, &merged);
    // Nothing is missing: nothing is computed.
    let output = expect(0, linchpin(folder.path(), &["run", "merged", "--missing"]));
    assert!(stdout(&output).contains("0 computed"), "{}", stdout(&output));

    // A part fills itself as a part.
    fs::remove_file(folder.path().join("part-3/runs/block-00006.parquet")).unwrap();
    assert_eq!(status("part-3", 5)["done"], 20);
    expect(0, linchpin(folder.path(), &["run", "part-3", "--missing"]));
    assert_eq!(status("part-3", 0)["done"], 30);
    // And a part can be made whole.
    expect(0, run(folder.path(), "part-3", &["--resume"]));
    assert_same(&whole, &folder.path().join("part-3"));
}

#[test]
fn more_parts_than_blocks_leave_some_empty() {
    let folder = small();
    expect(0, run(folder.path(), "whole", &["--replications", "25"]));
    let parts: Vec<String> = (1..=5).map(|part| format!("part-{part}")).collect();
    for (part, out) in (1..=5).zip(&parts) {
        expect(0, run(folder.path(), out, &["--replications", "25", "--shard", &format!("{part}/5")]));
    }
    let mut args = vec!["merge", "merged"];
    args.extend(parts.iter().map(String::as_str));
    expect(0, linchpin(folder.path(), &args));
    assert_same(&folder.path().join("whole"), &folder.path().join("merged"));
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let folder = in_parts();
    let scenario = fixture("small.ron").replace("40h", "41h");
    fs::write(folder.path().join("other.ron"), scenario).unwrap();
    let part =
        |out: &str, args: &[&str]| expect(0, run(folder.path(), out, &[&["--shard", "2/7"], args].concat()));
    part("seed", &["--seed", "8"]);
    part("longer", &["--replications", "300"]);
    let other = ["run", "other.ron", "--block-size", "10", "--shard", "2/7", "--quiet", "--out", "scenario"];
    expect(0, linchpin(folder.path(), &other));
    let blocks = ["run", "small.ron", "--block-size", "20", "--shard", "2/7", "--quiet", "--out", "blocks"];
    expect(0, linchpin(folder.path(), &blocks));
    let until =
        ["run", "small.ron", "--until", "headline=0.9", "--block-size", "10", "--quiet", "--out", "until"];
    expect(0, linchpin(folder.path(), &until));
    for (study, word) in [
        ("seed", "its seed is 8, not 7"),
        ("scenario", "it is of another scenario"),
        ("longer", "part of a study of 200 replications, longer of one of 300"),
        ("blocks", "10 replications in a block, blocks 20"),
        ("until", "stops by a rule"),
        ("nowhere", "nowhere holds no study"),
    ] {
        let output = expect(2, linchpin(folder.path(), &["merge", "merged", "part-1", study]));
        assert!(stderr(&output).contains(word), "{study}: {}", stderr(&output));
        assert!(!folder.path().join("merged/runs").exists(), "{study}");
    }
    let before = bytes(&folder.path().join("whole"));
    for (args, word) in [
        (&["run", "small.ron", "--shard", "2/7", "--until", "headline=0.1"][..], "do not go together"),
        (&["run", "small.ron", "--shard", "8/7"], "3/16"),
        (
            &["run", "small.ron", "--block-size", "10", "--shard", "2/7", "--out", "whole"],
            "holds the whole study",
        ),
        (
            &["run", "small.ron", "--shard", "2/7", "--out", "part-3", "--resume"],
            "holds part 3 of 7 of the study",
        ),
        (&["run", "small.ron", "--out", "part-3"], "holds part 3 of 7 of the study, not the whole"),
        (&["run", "small.ron", "--missing", "--out", "nowhere"], "nowhere holds no study"),
        (&["run", "small.ron", "--missing", "--out", "until"], "stops by a rule"),
        (&["run", "other.ron", "--missing", "--out", "whole"], "another scenario"),
        (&["run", "part-3", "--missing", "--seed", "3"], "--seed"),
        (&["report", "part-1"], "holds part 1 of 7"),
        (&["status", "."], "holds no study"),
        (&["merge", ".", "part-1"], "no study"),
        (&["merge", "merged"], "STUDY"),
    ] {
        let output = expect(2, linchpin(folder.path(), args));
        assert!(stderr(&output).contains(word), "{args:?}: {}", stderr(&output));
    }
    assert!(bytes(&folder.path().join("whole")) == before, "nothing was touched");
}

/// Two folders with the same block and different content: one of them was tampered with, digest and all.
#[test]
fn blocks_that_contradict_each_other_are_refused() {
    let folder = small();
    let short =
        |seed: &str, out: &str| expect(0, run(folder.path(), out, &["--shard", "1/7", "--seed", seed]));
    short("7", "one");
    short("8", "two");
    // The numbers of another seed under this seed's name: the digest has to be taken anew.
    let path = folder.path().join("two/runs/block-00000.parquet");
    let mut bytes = fs::read(&path).unwrap();
    let key = b"linchpin.seed\x18\x018";
    let at =
        bytes.windows(key.len()).position(|window| window == key).expect("the seed stands in the metadata");
    bytes[at + key.len() - 1] = b'7';
    let key = b"linchpin.sha256\x18\x40";
    let at =
        bytes.windows(key.len()).position(|window| window == key).expect("so does the digest") + key.len();
    bytes[at..at + 64].fill(b'0');
    let digest = linchpin::ensemble::hex(&linchpin::ensemble::sha256(&bytes));
    bytes[at..at + 64].copy_from_slice(digest.as_bytes());
    fs::write(&path, bytes).unwrap();
    let manifest = folder.path().join("two/manifest.json");
    let text = fs::read_to_string(&manifest).unwrap().replace("\"seed\": 8", "\"seed\": 7");
    fs::write(manifest, text).unwrap();
    for block in [1, 2] {
        let _ = fs::remove_file(folder.path().join(format!("two/runs/block-0000{block}.parquet")));
    }
    let output = expect(2, linchpin(folder.path(), &["merge", "merged", "one", "two"]));
    assert!(stderr(&output).contains("should be the same and are not"), "{}", stderr(&output));
}

/// A second process is sent away while the first works, and let in once the first is killed.
#[test]
fn one_process_at_a_time_works_in_a_folder() {
    let folder = small();
    let args = ["run", "small.ron", "-n", "20_000_000", "--block-size", "50", "--out", "study"];
    let mut first =
        command(folder.path(), &args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let study = folder.path().join("study");
    while super::blocks(&study) < 2 {
        assert!(first.try_wait().unwrap().is_none(), "it has work for long");
        std::thread::yield_now();
    }
    for args in [&[&args[..], &["--resume"]].concat()[..], &["report", "study"], &["merge", "study", "study"]]
    {
        let output = expect(2, linchpin(folder.path(), args));
        assert!(stderr(&output).contains("another linchpin is working in study"), "{}", stderr(&output));
    }
    let told = expect(5, linchpin(folder.path(), &["status", "study"]));
    assert!(stdout(&told).contains("another linchpin is working on it"), "{}", stdout(&told));
    first.kill().unwrap();
    first.wait().unwrap();
    let told = json(&expect(5, linchpin(folder.path(), &["status", "study", "--json"])));
    assert_eq!(told["working"], false);
    expect(0, linchpin(folder.path(), &["report", "study", "--quiet"]));
}
