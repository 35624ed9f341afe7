//! Draws every picture and the report of made-up findings into a folder, to look at.
//!
//! `cargo run --release -p linchpin-report --example gallery -- FOLDER`

#[path = "../tests/sample/mod.rs"]
mod sample;

use std::error::Error;
use std::fs;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "gallery".to_owned()));
    fs::create_dir_all(&folder)?;
    let findings = sample::rich();
    let mut plots = linchpin_report::plots(&findings);
    fs::write(folder.join("report.html"), linchpin_report::report_html(&findings, &plots)?)?;
    fs::write(folder.join("summary.json"), linchpin_report::summary_json(&findings))?;
    fs::write(folder.join("summary.csv"), linchpin_report::summary_csv(&findings))?;
    let ring = linchpin_report::Findings { network: sample::network(false), ..sample::rich() };
    plots.extend(
        linchpin_report::plots(&ring)
            .pop()
            .map(|plot| linchpin_report::Plot { id: "network-ring".into(), ..plot }),
    );
    let pictures = linchpin_report::rasterise_all(&plots)?;
    for (plot, png) in plots.iter().zip(&pictures) {
        fs::write(folder.join(format!("{}.svg", plot.id)), &plot.svg)?;
        fs::write(folder.join(format!("{}.png", plot.id)), png)?;
    }
    Ok(())
}
