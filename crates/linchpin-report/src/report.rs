//! The report: one self-contained HTML page that reads like a briefing and prints on A4.

mod contest;
mod view;

use linchpin_analysis::findings::Findings;

use crate::{Plot, Result, page};

/// The report of `findings` with `plots` as drawn by [`plots`](crate::plots), as one HTML file: styles, fonts and
/// pictures within, no scripts, nothing fetched.
///
/// # Errors
/// [`Error::Template`](crate::Error::Template) where the template does not fit: an error in this program, whatever the
/// findings are.
pub fn report_html(findings: &Findings, plots: &[Plot]) -> Result<String> {
    page::render("report.html", view::View::new(findings, plots))
}
