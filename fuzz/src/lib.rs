//! What the fuzz targets share: inputs of several files, and what must hold of whatever was read.

use linchpin_scenario::diagnostic::{locate, render_all};
use linchpin_scenario::{Loaded, check_tables};

const NEXT_FILE: &[u8] = b"\n==> ";

/// The files of an input with their names: a line `==> NAME` begins the next one. The first is called `first`.
pub fn split<'d>(first: &str, data: &'d [u8]) -> Vec<(String, &'d [u8])> {
    let mut files = Vec::new();
    let mut name = first.to_owned();
    let mut rest = data;
    while let Some(at) = rest.windows(NEXT_FILE.len()).position(|window| window == NEXT_FILE) {
        files.push((name, &rest[..at]));
        rest = &rest[at + NEXT_FILE.len()..];
        let line = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        name = String::from_utf8_lossy(&rest[..line]).into_owned();
        rest = rest.get(line + 1..).unwrap_or_default();
    }
    files.push((name, rest));
    files
}

/// Panics if what was read breaks a promise.
pub fn check(loaded: &Loaded) {
    check_told(loaded);
    check_variants(loaded);
    if loaded.model.is_some() {
        check_frozen(loaded);
    }
}

/// There is a model or else an error that says why not, and every problem can be shown.
fn check_told(loaded: &Loaded) {
    let Loaded { sources, diagnostics, model, .. } = loaded;
    assert_eq!(model.is_some(), diagnostics.errors() == 0, "{diagnostics:?}");
    for problem in diagnostics.iter() {
        assert!(!problem.title.is_empty(), "{problem:?}");
        let located = locate(sources, problem);
        assert_eq!(problem.span.is_some(), located.line > 0 && located.column > 0, "{problem:?}");
    }
    let shown = render_all(sources, diagnostics, false);
    assert_eq!(shown.is_empty(), diagnostics.is_empty());
}

/// Every threat, option and uncertain parameter ends in problems or in a model as well.
fn check_variants(loaded: &Loaded) {
    let many = loaded.options.as_ref().map_or(0, |options| options.list.len()) + loaded.threats.len();
    // Each of them costs as much as the scenario itself.
    if many <= 20 && loaded.uncertain.as_ref().is_none_or(|uncertain| uncertain.list.len() <= 10) {
        let mut loaded = loaded.clone();
        loaded.check_variants();
        check_told(&loaded);
    }
}

/// What a study keeps of a scenario is the same scenario.
fn check_frozen(loaded: &Loaded) {
    let frozen = loaded.frozen.as_deref().expect("a model comes from files that could be read");
    let tables = loaded.tables.iter();
    let tables: Vec<(&str, &[u8])> =
        tables.map(|table| (table.frozen.as_str(), loaded.sources.text(table.source).as_bytes())).collect();
    let again = check_tables(frozen, &tables);
    assert_eq!(again.diagnostics.errors(), 0, "{frozen}\n{:?}", again.diagnostics);
    assert_eq!(again.frozen.as_deref(), Some(frozen));
}
