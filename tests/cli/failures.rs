//! Disks that are full or read-only, files that are cut off, studies of another version: a clear message each, and
//! nothing finished is lost.

use super::{expect, json, linchpin, small, stderr, stdout, study_hash};
use linchpin::ensemble::{Inventory, ModelJob, Plan};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A study in one piece to compare with.
fn whole(folder: &Path) -> String {
    expect(0, linchpin(folder, &["run", "small.ron", "--quiet", "--block-size", "10", "--out", "whole"]));
    study_hash(&folder.join("whole"))
}

#[test]
fn a_truncated_block_is_left_out_with_a_note_and_computed_again() {
    let folder = small();
    let hash = whole(folder.path());
    let path = folder.path().join("whole/runs/block-00003.parquet");
    let bytes = fs::read(&path).unwrap();
    for length in [0, 3, 4, bytes.len() / 3, bytes.len() - 1] {
        fs::write(&path, &bytes[..length]).unwrap();
        // Those before it are shown, those after it are kept.
        let shown = expect(0, linchpin(folder.path(), &["report", "whole", "--json"]));
        assert_eq!(json(&shown)["study"]["replications"], 30);
        assert!(stderr(&shown).contains("block-00003.parquet is left out"), "{}", stderr(&shown));
        let output = expect(0, linchpin(folder.path(), &["run", "whole", "--missing"]));
        assert!(stdout(&output).contains(": 10 computed"), "{}", stdout(&output));
        assert_eq!(
            (study_hash(&folder.path().join("whole")), fs::read(&path).unwrap()),
            (hash.clone(), bytes.clone())
        );
    }
    fs::write(folder.path().join("whole/runs/block-00000.parquet"), b"PAR1").unwrap();
    let output = expect(2, linchpin(folder.path(), &["report", "whole"]));
    assert!(stderr(&output).contains("whole holds no study"), "{}", stderr(&output));
}

/// What another version has computed is neither mixed with ours nor thrown away.
#[test]
fn a_study_of_another_version_is_refused() {
    let folder = small();
    whole(folder.path());
    let loaded = linchpin::scenario::load_model(&folder.path().join("small.ron"));
    let job = ModelJob::new(Arc::new(loaded.model.unwrap()), 7);
    let frozen = loaded.frozen.unwrap();
    let identity = job.identity(&frozen, 7, "0.0.9");
    let plan = Plan { replications: 200, until: None, block_size: 10, threads: 2 };
    let old = folder.path().join("old");
    let stop = AtomicBool::new(false);
    linchpin::ensemble::run(&job, &old, &identity, &plan, Inventory::default(), &stop, &mut |_| ()).unwrap();
    fs::write(old.join("scenario.ron"), &frozen).unwrap();
    fs::remove_file(old.join("runs/block-00007.parquet")).unwrap();
    let before = fs::read(old.join("runs/block-00008.parquet")).unwrap();
    let message = format!("it was computed by version 0.0.9, not {}", env!("CARGO_PKG_VERSION"));
    for args in [
        &["run", "small.ron", "--resume", "--out", "old"][..],
        &["run", "old", "--missing"],
        &["run", "small.ron", "--out", "old"],
        &["report", "old"],
    ] {
        let output = expect(2, linchpin(folder.path(), args));
        assert!(stderr(&output).contains(&message), "{args:?}: {}", stderr(&output));
    }
    // Blocks of two versions, in either order.
    for (args, word) in [
        (["merge", "merged", "old", "whole"], "0.1.0, not 0.0.9"),
        (["merge", "merged", "whole", "old"], "0.0.9, not 0.1.0"),
    ] {
        let word = word.replace("0.1.0", env!("CARGO_PKG_VERSION"));
        let output = expect(2, linchpin(folder.path(), &args));
        assert!(stderr(&output).contains(&word), "{args:?}: {}", stderr(&output));
    }
    let told = expect(5, linchpin(folder.path(), &["status", "old"]));
    assert!(stdout(&told).contains("version     0.0.9"), "{}", stdout(&told));
    assert_eq!(fs::read(old.join("runs/block-00008.parquet")).unwrap(), before);
}

/// Disks that are full or cannot be written to. Mounts are made in a namespace of their own, where nobody else sees them and which
/// takes them along when it ends; where the system permits none, limits and permissions do instead.
#[cfg(target_os = "linux")]
mod disks {
    use super::*;
    use std::process::{Command, Output, Stdio};

    /// A shell in which file systems may be mounted, if there can be one.
    fn mounting_shell(folder: &Path) -> Option<Command> {
        let shell = |options: &[&str]| {
            let mut command = Command::new("unshare");
            command.args(options).args(["sh", "-ec"]).current_dir(folder).stdin(Stdio::null());
            command.env("LINCHPIN", env!("CARGO_BIN_EXE_linchpin"));
            command
        };
        [&["--mount"][..], &["--mount", "--map-root-user"]].into_iter().find_map(|options| {
            let tried =
                shell(options).arg("mount -t tmpfs -o size=64k none .").stderr(Stdio::null()).status();
            tried.is_ok_and(|status| status.success()).then(|| shell(options))
        })
    }

    fn shell(folder: &Path, script: &str) -> Output {
        let mut command = Command::new("sh");
        command.args(["-ec", script]).current_dir(folder).stdin(Stdio::null());
        command.env("LINCHPIN", env!("CARGO_BIN_EXE_linchpin")).output().expect("there is a shell")
    }

    #[test]
    fn on_a_full_disk_finished_blocks_are_safe() {
        let folder = small();
        let hash = whole(folder.path());
        fs::create_dir(folder.path().join("disk")).unwrap();
        let run = "\"$LINCHPIN\" run small.ron --block-size 10 --out disk/study";
        let (output, file, reason) = match mounting_shell(folder.path()) {
            Some(mut shell) => {
                let script = format!(
                    "mount -t tmpfs -o size=256k none disk; code=0; {run} || code=$?; cp -r disk kept; exit $code"
                );
                (shell.arg(script).output().unwrap(), "runs/", "No space left on device")
            }
            // Blocks are smaller than 40 KiB, the summary is larger.
            None => {
                let limit = "trap '' XFSZ; ulimit -f 80; code=0";
                let script = format!("{limit}; {run} || code=$?; cp -r disk kept; exit $code");
                (shell(folder.path(), &script), "summary.json", "File too large")
            }
        };
        let told = stderr(&expect(1, output));
        assert!(told.contains(&format!("cannot write disk/study/{file}")) && told.contains(reason), "{told}");
        let kept = folder.path().join("kept/study");
        let blocks = super::super::blocks(&kept);
        assert!(blocks > 2, "{blocks} blocks");
        assert!(!fs::read_dir(kept.join("runs")).unwrap().any(|entry| {
            entry.unwrap().path().extension().is_some_and(|extension| extension == "partial")
        }));
        if blocks < 20 {
            assert!(told.contains("finished blocks are safe") && told.contains("--resume"), "{told}");
        }
        // With room again it goes on from there.
        let resumed = expect(0, linchpin(folder.path(), &["run", "kept/study", "--missing"]));
        assert!(
            stdout(&resumed).contains(&format!(" {} computed", 200 - 10 * blocks)),
            "{}",
            stdout(&resumed)
        );
        assert_eq!(study_hash(&kept), hash);
    }

    #[test]
    fn a_read_only_folder_is_named_and_stays_as_it_is() {
        let folder = small();
        let hash = whole(folder.path());
        let manifest = fs::read(folder.path().join("whole/manifest.json")).unwrap();
        for (command, code) in [
            ("run small.ron --block-size 10 --resume -n 300 --out whole", 1),
            ("run small.ron --block-size 10 --replace --out whole", 1),
            ("run whole --missing", 1),
            ("report whole", 1),
            ("merge whole whole", 1),
            ("run small.ron --out whole/new", 1),
            ("status whole", 0),
        ] {
            let run = format!("\"$LINCHPIN\" {command}");
            let output = match mounting_shell(folder.path()) {
                Some(mut shell) => {
                    let mount = "mount --bind whole whole; mount -o remount,ro,bind whole";
                    shell.arg(format!("{mount}; {run}")).output().unwrap()
                }
                // Permissions bind everybody but root, who may mount.
                None => shell(
                    folder.path(),
                    &format!("chmod -w whole; code=0; {run} || code=$?; chmod +w whole; exit $code"),
                ),
            };
            let told = stderr(&expect(code, output));
            let refused = told.contains("Read-only file system") || told.contains("Permission denied");
            assert_eq!(refused && told.contains("cannot"), code == 1, "{command}: {told}");
            assert_eq!(told.contains(" whole/"), code == 1, "{command}: {told}");
        }
        assert_eq!(study_hash(&folder.path().join("whole")), hash);
        assert!(fs::read(folder.path().join("whole/manifest.json")).unwrap() == manifest);
        assert!(folder.path().join("whole/report.html").exists());
    }
}
