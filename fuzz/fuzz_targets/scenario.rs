//! Any bytes as a scenario: reading ends, and ends in errors that can be shown or in a model.
//!
//! The input is one file or several, as [`linchpin_fuzz::split`] tells; the first may include the others.

#![no_main]

use libfuzzer_sys::fuzz_target;
use linchpin_scenario::load_model_with;
use std::io;
use std::path::Path;

const MAIN: &str = "main.ron";

fuzz_target!(|data: &[u8]| {
    let files = linchpin_fuzz::split(MAIN, data);
    let loaded = load_model_with(Path::new(MAIN), &mut |path| {
        let file = files.iter().find(|(name, _)| Path::new(name) == path);
        file.map(|(_, bytes)| bytes.to_vec()).ok_or_else(|| io::ErrorKind::NotFound.into())
    });
    linchpin_fuzz::check(&loaded);
});
