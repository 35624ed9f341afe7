//! Shows what a study found: plots, the report, tables for programs.
//!
//! The one input is [`Findings`]; whoever shows them computes nothing new. Everything comes back as text or bytes: this
//! crate opens no file and reads no clock, so equal findings give equal bytes.
//!
//! - [`plots`] draws every picture as SVG, [`rasterise_all`] makes PNGs of them;
//! - [`report_html`] writes the briefing as one self-contained page that prints on A4; [`page_html`](page::page_html) writes others like it;
//! - [`summary_json`] and [`summary_csv`] are for programs.
//!
//! A picture is left out where the findings hold nothing to draw; no findings, however odd, make drawing fail.

mod axis;
mod briefing;
mod canvas;
pub mod comparison;
pub mod criticality;
mod format;
mod names;
pub mod page;
mod palette;
mod plot;
mod raster;
mod report;
mod sheet;
mod summary;
#[cfg(test)]
mod tests;
mod text;
mod worst;

pub use comparison::{Comparison, ComparisonRow, comparison_page, comparison_plots};
pub use criticality::{Criticality, CriticalityRow, criticality_plots};
pub use linchpin_analysis::findings::Findings;
pub use plot::{Plot, plots};
pub use raster::{rasterise, rasterise_all};
pub use report::report_html;
pub use summary::{summary_csv, summary_json};
pub use worst::{Worst, worst_plots};

/// Why something could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is no SVG picture.
    #[error("not an SVG picture: {0}")]
    Svg(String),
    /// The picture can not be made into pixels.
    #[error("the picture can not be drawn: {0}")]
    Picture(String),
    /// The report's template does not fit its content: an error in this program.
    #[error("the report can not be written: {0}")]
    Template(#[from] minijinja::Error),
}

/// What may fail here.
pub type Result<T> = std::result::Result<T, Error>;
