//! Writes a made-up network of any size as a scenario with tables:
//!
//! ```text
//! cargo run --release --example big_network -- 1000000 big
//! linchpin check big
//! ```

#[path = "../tests/network.rs"]
#[allow(dead_code)]
mod network;

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(count), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: big_network ASSETS FOLDER".into());
    };
    let (count, folder): (usize, _) = (count.parse()?, Path::new(&folder));
    fs::create_dir_all(folder)?;
    fs::write(folder.join("scenario.ron"), network::scenario(count, network::TABLES))?;
    let assets = write(&folder.join("assets.csv"), network::asset_rows(count))?;
    let needs = write(&folder.join("needs.csv"), network::need_rows(count))?;
    println!("{}: {assets} assets, {needs} needs", folder.display());
    Ok(())
}

/// Writes lines to a file; how many, without the header.
fn write(path: &Path, lines: impl Iterator<Item = String>) -> Result<usize, Box<dyn Error>> {
    let mut file = BufWriter::new(File::create(path)?);
    let mut rows = 0;
    for line in lines {
        writeln!(file, "{line}")?;
        rows += 1;
    }
    file.flush()?;
    Ok(rows - 1)
}
