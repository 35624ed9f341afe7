//! What every page has: head, foot, the answer, limits, assumptions, how to make it again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use linchpin_analysis::findings::{AssumptionRow, StudyInfo};
use minijinja::value::Serde;
use minijinja::{Environment, Value};
use serde::Serialize;

use super::assumptions::Assumptions;
use crate::text::clean;
use crate::{Plot, Result, format};

/// Names end in `.html`, so everything is escaped unless marked safe.
const TEMPLATES: [(&str, &str); 4] = [
    ("parts.html", include_str!("../../assets/parts.html.j2")),
    ("shell.html", include_str!("../../assets/shell.html.j2")),
    ("report.html", include_str!("../../assets/report.html.j2")),
    ("page.html", include_str!("../../assets/page.html.j2")),
];
const STYLE: &str = include_str!("../../assets/report.css");
const REGULAR: &[u8] = include_bytes!("../../assets/fonts/DejaVuSansCondensed.woff2");
const BOLD: &[u8] = include_bytes!("../../assets/fonts/DejaVuSansCondensed-Bold.woff2");
/// Namespace of stand-alone pictures; pictures in HTML need none.
const NAMESPACE: &str = " xmlns=\"http://www.w3.org/2000/svg\"";

/// Renders one of the [`TEMPLATES`].
pub(crate) fn render(template: &str, view: impl Serialize) -> Result<String> {
    let mut environment = Environment::new();
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    Ok(environment.get_template(template)?.render(Value::from(Serde(view)))?)
}

/// The style sheet with both fonts in it.
fn style() -> String {
    STYLE.replace("{{regular}}", &STANDARD.encode(REGULAR)).replace("{{bold}}", &STANDARD.encode(BOLD))
}

/// The frame of a page.
#[derive(Serialize)]
pub(crate) struct Frame {
    css: String,
    name: String,
    /// What kind of page it is; empty for the report of a study.
    pub(crate) subject: String,
    question: String,
    marking: String,
    exercise: bool,
    handling: String,
    redacted: bool,
    pub(crate) answer: Vec<String>,
    pub(crate) points: Vec<(String, String)>,
    pub(crate) facts: String,
    assumptions: Assumptions,
    pub(crate) limits: Vec<String>,
    command: String,
    pub(crate) reproduce: Vec<(String, String)>,
}

impl Frame {
    /// The frame of what was found in a study, without the answer.
    pub(crate) fn new(study: &StudyInfo, assumptions: &[AssumptionRow], limits: &[String]) -> Self {
        Self {
            css: style(),
            name: if study.name.is_empty() { "Study".to_owned() } else { clean(&study.name) },
            subject: String::new(),
            question: clean(&study.question),
            marking: clean(&study.marking),
            exercise: study.exercise,
            redacted: study.redacted,
            handling: clean(&study.handling()),
            answer: Vec::new(),
            points: Vec::new(),
            facts: String::new(),
            assumptions: Assumptions::of(assumptions),
            limits: limits.iter().map(|limit| clean(limit)).collect(),
            command: clean(&study.command),
            reproduce: reproduce(study),
        }
    }
}

/// What has to be the same for the same result; what is empty is left out.
fn reproduce(study: &StudyInfo) -> Vec<(String, String)> {
    let stopped = match study.stopped.as_str() {
        "replications" => "all runs asked for were done".to_owned(),
        "interrupted" => "interrupted: fewer runs than asked for".to_owned(),
        other => clean(other),
    };
    let rows = [
        ("Program", clean(&study.program)),
        ("Seed", study.seed.to_string()),
        ("Runs finished", format::count(study.replications)),
        (
            "Events in a run, mean",
            if study.events_mean > 0.0 { format::number(study.events_mean) } else { String::new() },
        ),
        ("Stopped because", stopped),
        ("Scenario, SHA-256", clean(&study.scenario_hash)),
        ("All results, SHA-256", clean(&study.study_hash)),
    ];
    let told = rows.into_iter().filter(|(_, value)| !value.is_empty());
    told.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A picture on a page.
#[derive(Serialize)]
pub(crate) struct Figure {
    svg: String,
    caption: String,
}

impl Figure {
    /// The picture as it stands in HTML.
    pub(crate) fn of(plot: &Plot) -> Self {
        Self { svg: plot.svg.replacen(NAMESPACE, "", 1), caption: clean(&plot.caption) }
    }
}
