//! Problems found in a scenario, each with its place, what is wrong, and what would be right.

mod excerpt;
mod render;

pub use render::{Located, SHOWN, locate, render, render_all};

use crate::source::Span;

/// How bad a problem is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// The scenario can be run; the result may not be what was meant.
    Warning,
    /// The scenario cannot be run.
    Error,
}

/// One problem.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Where; none where a file could not be read at all.
    pub span: Option<Span>,
    /// What is wrong, in one sentence without a full stop.
    pub title: String,
    /// A few words at the marked place; may be empty.
    pub label: String,
    /// Other places that matter, such as the first use of a duplicate id.
    pub related: Vec<(Span, String)>,
    /// What would be right.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error without a place, such as a file that cannot be read.
    pub fn unplaced(title: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            span: None,
            title: title.into(),
            label: String::new(),
            related: Vec::new(),
            help: Vec::new(),
        }
    }

    /// An error at a place.
    pub fn error(span: Span, title: impl Into<String>) -> Self {
        Self { span: Some(span), ..Self::unplaced(title) }
    }

    /// A warning at a place.
    pub fn warning(span: Span, title: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(span, title) }
    }

    /// With a few words at the marked place.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// With advice.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// With another place that matters.
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push((span, text.into()));
        self
    }
}

/// Problems, collected as they are found.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds a problem.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// All problems in the order of finding.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, Diagnostic> {
        self.list.iter_mut()
    }

    /// Keeps those for which `keep` holds.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.list.retain(keep);
    }

    /// Number of errors.
    pub fn errors(&self) -> usize {
        self.list.iter().filter(|d| d.severity == Severity::Error).count()
    }

    /// Number of warnings.
    pub fn warnings(&self) -> usize {
        self.list.len() - self.errors()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds problems found elsewhere.
    pub fn extend(&mut self, other: Self) {
        self.list.extend(other.list);
    }

    /// Puts problems into the order of files and places; of those found more than once, one is kept.
    pub fn sort(&mut self) {
        self.list.sort_by_key(|d| d.span.map(|span| (span.source, span.start, span.end)));
        self.list.dedup();
    }

    /// `3 errors, 1 warning`.
    pub fn summary(&self) -> String {
        let count = |number: usize, noun: &str| match number {
            1 => format!("1 {noun}"),
            _ => format!("{number} {noun}s"),
        };
        match (self.errors(), self.warnings()) {
            (0, 0) => "no problems".into(),
            (0, warnings) => count(warnings, "warning"),
            (errors, 0) => count(errors, "error"),
            (errors, warnings) => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
        }
    }
}
