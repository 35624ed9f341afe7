//! The report: one self-contained HTML page that reads like a briefing and prints on A4.

mod assumptions;
mod contest;
mod view;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use linchpin_analysis::findings::Findings;
use minijinja::value::Serde;
use minijinja::{Environment, Value};

use crate::{Plot, Result};

/// The page. Its name ends in `.html`, so everything in it is escaped unless marked safe.
const TEMPLATE_NAME: &str = "report.html";
const TEMPLATE: &str = include_str!("../assets/report.html.j2");
const STYLE: &str = include_str!("../assets/report.css");
const REGULAR: &[u8] = include_bytes!("../assets/fonts/DejaVuSansCondensed.woff2");
const BOLD: &[u8] = include_bytes!("../assets/fonts/DejaVuSansCondensed-Bold.woff2");
/// Namespace of stand-alone pictures; pictures in HTML need none.
const NAMESPACE: &str = " xmlns=\"http://www.w3.org/2000/svg\"";

/// The report of `findings` with `plots` as drawn by [`plots`](crate::plots), as one HTML file: styles, fonts and
/// pictures within, no scripts, nothing fetched.
///
/// # Errors
/// [`Error::Template`](crate::Error::Template) where the template does not fit: an error in this program, whatever the
/// findings are.
pub fn report_html(findings: &Findings, plots: &[Plot]) -> Result<String> {
    let mut environment = Environment::new();
    environment.add_template(TEMPLATE_NAME, TEMPLATE)?;
    let view = view::View::new(findings, plots, style());
    Ok(environment.get_template(TEMPLATE_NAME)?.render(Value::from(Serde(view)))?)
}

/// The style sheet with both fonts in it.
fn style() -> String {
    STYLE.replace("{{regular}}", &STANDARD.encode(REGULAR)).replace("{{bold}}", &STANDARD.encode(BOLD))
}

/// A picture as it stands in HTML.
fn inline(svg: &str) -> String {
    svg.replacen(NAMESPACE, "", 1)
}
