//! Problems by kind: the first of a kind are told, the rest are counted.

use crate::decode;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::source::Span;
use std::collections::BTreeMap;

/// Errors of one kind that are shown. Whoever has more of them mends the first and looks again.
const SHOWN_ERRORS: usize = 50;

/// Warnings of one kind that are shown, so that they do not bury what matters.
const SHOWN_WARNINGS: usize = 5;

/// Ids that may be compared in search of what was meant, over all problems, so that a long list of wrong ids among a
/// hundred thousand right ones is still answered at once.
const COMPARISONS: usize = 500_000;

/// Collects problems, telling repeated ones once.
#[derive(Debug)]
pub(crate) struct Problems {
    told: Vec<Told>,
    kinds: BTreeMap<(&'static str, Severity), Kind>,
    places: BTreeMap<(&'static str, u32, u32), usize>,
    comparisons: usize,
}

#[derive(Debug)]
struct Told {
    diagnostic: Diagnostic,
    /// How often the same was found at the same place again, for another consumer.
    repeats: usize,
}

#[derive(Debug, Default)]
struct Kind {
    shown: usize,
    hidden: usize,
    last: usize,
}

impl Problems {
    pub(crate) fn new() -> Self {
        Self { told: Vec::new(), kinds: BTreeMap::new(), places: BTreeMap::new(), comparisons: COMPARISONS }
    }

    /// Reports an error. Of one kind at one place only the first is told; `make` is called for what is told.
    pub(crate) fn error(&mut self, kind: &'static str, span: Span, make: impl FnOnce(Span) -> Diagnostic) {
        self.report(kind, Severity::Error, SHOWN_ERRORS, span, make);
    }

    /// Reports a warning, likewise.
    pub(crate) fn warn(&mut self, kind: &'static str, span: Span, make: impl FnOnce(Span) -> Diagnostic) {
        self.report(kind, Severity::Warning, SHOWN_WARNINGS, span, make);
    }

    fn report(
        &mut self,
        kind: &'static str,
        severity: Severity,
        limit: usize,
        span: Span,
        make: impl FnOnce(Span) -> Diagnostic,
    ) {
        let place = (kind, span.source.0, span.start);
        if let Some(at) = self.places.get(&place) {
            self.told[*at].repeats += 1;
            return;
        }
        let counts = self.kinds.entry((kind, severity)).or_default();
        if counts.shown == limit {
            counts.hidden += 1;
            return;
        }
        counts.shown += 1;
        counts.last = self.told.len();
        self.places.insert(place, self.told.len());
        self.told.push(Told { diagnostic: make(span), repeats: 0 });
    }

    /// Reports an id that nothing has, with the likeliest one that was meant.
    pub(crate) fn unknown<'c>(
        &mut self,
        what: &'static str,
        span: Span,
        text: &str,
        known: impl ExactSizeIterator<Item = &'c str>,
    ) {
        let mut left = self.comparisons;
        self.error("unknown id", span, |span| {
            let empty = known.len() == 0;
            let near = (known.len() <= left).then(|| {
                left -= known.len();
                decode::nearest(text, known)
            });
            let problem = Diagnostic::error(span, format!("there is no {what} `{text}`"));
            match near.flatten() {
                Some(near) => problem.label(decode::did_you_mean(near)),
                None if empty => problem.label("unknown").help(format!("the scenario has no {what} at all")),
                None => problem.label("unknown"),
            }
        });
        self.comparisons = left;
    }

    /// Hands over what is told.
    pub(crate) fn into_diagnostics(mut self, out: &mut Diagnostics) {
        for told in &mut self.told {
            if told.repeats > 0 {
                told.diagnostic.help.push(format!("the same holds {} more times", told.repeats));
            }
        }
        for kind in self.kinds.values().filter(|kind| kind.hidden > 0) {
            let help = &mut self.told[kind.last].diagnostic.help;
            help.push(format!("and {} more like this, not shown", kind.hidden));
        }
        for told in self.told {
            out.push(told.diagnostic);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    fn at(start: u32) -> Span {
        Span { source: SourceId(0), start, end: start + 1 }
    }

    #[test]
    fn a_kind_is_told_a_few_times_and_then_counted() {
        let mut problems = Problems::new();
        for i in 0..(SHOWN_WARNINGS as u32 + 3) {
            problems.warn("dull", at(i), |span| Diagnostic::warning(span, "dull"));
        }
        problems.error("grave", at(0), |span| Diagnostic::error(span, "grave"));
        problems.error("grave", at(0), |_| unreachable!("told already"));
        let mut out = Diagnostics::default();
        problems.into_diagnostics(&mut out);
        assert_eq!((out.errors(), out.warnings()), (1, SHOWN_WARNINGS));
        let helps: Vec<_> = out.iter().flat_map(|d| &d.help).collect();
        assert_eq!(helps, ["and 3 more like this, not shown", "the same holds 1 more times"]);
    }
}
