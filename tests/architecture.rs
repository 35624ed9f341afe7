//! The map of the house, held by reading the manifests and sources: who may know whom.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each crate, the crates of ours it may know, and what else it alone may know.
const LAYERS: [(&str, &[&str], &[&str]); 10] = [
    ("linchpin-model", &[], &[]),
    ("linchpin-scenario", &["linchpin-model"], &["annotate-snippets"]),
    ("linchpin-sim", &["linchpin-model"], &["bevy_ecs"]),
    ("linchpin-analysis", &["linchpin-model"], &[]),
    ("linchpin-parquet", &[], &["parquet"]),
    (
        "linchpin-ensemble",
        &["linchpin-model", "linchpin-sim", "linchpin-analysis", "linchpin-parquet"],
        &["rayon"],
    ),
    ("linchpin-report", &["linchpin-model", "linchpin-analysis"], &["plotters", "resvg", "minijinja"]),
    ("linchpin-exchange", &["linchpin-model", "linchpin-scenario", "linchpin-analysis"], &["csv"]),
    (
        "linchpin-cli",
        &[
            "linchpin-model",
            "linchpin-scenario",
            "linchpin-sim",
            "linchpin-analysis",
            "linchpin-ensemble",
            "linchpin-report",
            "linchpin-exchange",
        ],
        &["clap", "indicatif", "ctrlc"],
    ),
    // The facade.
    (
        "linchpin",
        &[
            "linchpin-model",
            "linchpin-scenario",
            "linchpin-sim",
            "linchpin-analysis",
            "linchpin-ensemble",
            "linchpin-report",
            "linchpin-cli",
        ],
        &[],
    ),
];

/// Crates whose results must not depend on files, threads or the clock.
const PURE: [&str; 4] = ["linchpin-model", "linchpin-sim", "linchpin-analysis", "linchpin-parquet"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn folder(name: &str) -> PathBuf {
    if name == "linchpin" { root() } else { root().join("crates").join(name) }
}

/// A line of a manifest that declares a dependency: section, name, what it says.
struct Dependency {
    section: String,
    name: String,
    text: String,
}

/// Dependencies of a manifest, of all sections but the workspace's.
fn dependencies(manifest: &str) -> Vec<Dependency> {
    let mut found = Vec::new();
    let mut section = String::new();
    for line in manifest.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_matches(['[', ']']).to_owned();
            // `[dependencies.name]`, also below `[target.'cfg(...)']`.
            if let Some((before, name)) = section.rsplit_once("dependencies.") {
                let (section, name) = (format!("{before}dependencies"), name.trim_matches('"').to_owned());
                found.push(Dependency { section, name, text: line.to_owned() });
            }
            continue;
        }
        let listed = section.ends_with("dependencies") && section != "workspace.dependencies";
        let Some((name, _)) = line.split_once('=').filter(|_| listed && !line.starts_with('#')) else {
            continue;
        };
        let name = name.trim().split('.').next().unwrap_or_default().trim_matches('"').to_owned();
        found.push(Dependency { section: section.clone(), name, text: line.to_owned() });
    }
    found
}

fn manifest(name: &str) -> Vec<Dependency> {
    dependencies(&fs::read_to_string(folder(name).join("Cargo.toml")).unwrap())
}

/// Rust files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Lines of code of a crate that contain one of `words`, with their place.
fn mentions(name: &str, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for path in sources(&folder(name).join("src")) {
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if words.iter().any(|word| code.contains(word)) {
                found.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    found
}

#[test]
fn manifests_are_read_as_cargo_reads_them() {
    let text = "[package]\nname = \"x\"\n[dependencies]\na.workspace = true\nb = { version = \"1\" }\n# c = \"1\"\n\
        [target.'cfg(unix)'.dependencies]\nd = \"1\"\n[dev-dependencies.e]\nversion = \"1\"\n\
        [workspace.dependencies]\nf = \"1\"\n[features]\ng = []\n";
    let names: Vec<_> = dependencies(text).into_iter().map(|found| (found.section, found.name)).collect();
    let expected = [
        ("dependencies", "a"),
        ("dependencies", "b"),
        ("target.'cfg(unix)'.dependencies", "d"),
        ("dev-dependencies", "e"),
    ];
    let names: Vec<_> = names.iter().map(|(section, name)| (section.as_str(), name.as_str())).collect();
    assert_eq!(names, expected);
}

#[test]
fn every_crate_has_its_place() {
    let mut on_disk: BTreeSet<String> = fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    on_disk.insert("linchpin".to_owned());
    let listed: BTreeSet<String> = LAYERS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(on_disk, listed);
}

#[test]
fn crates_know_only_what_lies_below_them() {
    for (name, may_know, _) in LAYERS {
        for found in manifest(name).iter().filter(|found| found.name.starts_with("linchpin")) {
            assert!(may_know.contains(&found.name.as_str()), "{name} must not know {}", found.name);
        }
    }
}

/// bevy_ecs in the engine only, threads in the ensemble only, plots in the report only, the terminal in the
/// program only.
#[test]
fn what_one_crate_alone_may_know_no_other_does() {
    let owner: BTreeMap<&str, &str> =
        LAYERS.iter().flat_map(|(name, _, own)| own.iter().map(move |library| (*library, *name))).collect();
    let mut used = BTreeSet::new();
    for (name, ..) in LAYERS {
        for found in manifest(name) {
            if let Some((library, owner)) = owner.get_key_value(found.name.as_str()) {
                assert_eq!(*owner, name, "{library} belongs to {owner}");
                used.insert(*library);
            }
        }
    }
    assert_eq!(used, owner.into_keys().collect());
}

#[test]
fn the_model_and_the_engine_know_no_file_format() {
    for name in ["linchpin-model", "linchpin-sim"] {
        for found in manifest(name).iter().filter(|found| !found.section.starts_with("dev-")) {
            let format = ["serde", "ron", "json", "toml"].iter().any(|format| found.name.contains(format));
            assert!(!format, "{name} must not know {}", found.name);
        }
    }
}

#[test]
fn pure_crates_touch_no_file_thread_or_clock() {
    for name in PURE {
        let words =
            ["std::fs", "std::net", "std::thread", "std::env", "std::time", "Instant::now", "SystemTime"];
        assert_eq!(mentions(name, &words), [""; 0], "{name}");
    }
}

#[test]
fn only_the_program_prints() {
    for (name, ..) in LAYERS.iter().filter(|(name, ..)| *name != "linchpin-cli") {
        let words = ["println!", "print!", "dbg!", "stdout()", "stderr()"];
        assert_eq!(mentions(name, &words), [""; 0], "{name}");
    }
}

#[test]
fn the_binary_has_three_lines() {
    let text = fs::read_to_string(root().join("src/main.rs")).unwrap();
    let code = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("//"));
    assert!(code.count() <= 3);
}

/// Versions and features stand in one place.
#[test]
fn versions_are_those_of_the_workspace() {
    for (name, ..) in LAYERS {
        for found in manifest(name) {
            assert!(found.text.contains("workspace = true"), "{name}: {}", found.text);
        }
    }
}

/// Files stay small enough to be read; "hardly ever above 700 lines".
#[test]
fn files_stay_small() {
    let mut long = Vec::new();
    for (name, ..) in LAYERS {
        for path in sources(&folder(name).join("src")) {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            if lines > 700 {
                long.push(format!("{} has {lines} lines", path.display()));
            }
        }
    }
    assert!(long.len() <= 2, "{long:#?}");
}
