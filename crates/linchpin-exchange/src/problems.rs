//! Problems by kind: the first of a kind are told, the rest counted; or broken records are left out, if the user wants.

use linchpin_scenario::diagnostic::{Diagnostic, Diagnostics, Severity};
use std::collections::BTreeMap;

/// Problems of one kind that are told. Whoever has more of them mends the cause and looks again.
const TOLD: usize = 20;

/// Collects problems.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    list: Vec<Diagnostic>,
    kinds: BTreeMap<&'static str, Kind>,
    skip_broken: bool,
}

#[derive(Debug, Default)]
struct Kind {
    count: usize,
    last: usize,
    first_title: String,
}

impl Problems {
    pub(crate) fn new(skip_broken: bool) -> Self {
        Self { skip_broken, ..Self::default() }
    }

    /// What no option can help: the file as a whole cannot be read.
    pub(crate) fn fatal(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// A record, or a value in it, that cannot be used.
    pub(crate) fn broken(&mut self, kind: &'static str, diagnostic: Diagnostic) {
        let known = self.kinds.entry(kind).or_default();
        known.count += 1;
        if known.count == 1 {
            known.first_title.clone_from(&diagnostic.title);
        }
        if !self.skip_broken && known.count <= TOLD {
            known.last = self.list.len();
            self.list.push(diagnostic);
        }
    }

    /// True where nothing stands in the way.
    pub(crate) fn is_fine(&self) -> bool {
        !self.list.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// What was left out instead of being refused, in sentences.
    pub(crate) fn skipped(&self) -> Vec<String> {
        if !self.skip_broken {
            return Vec::new();
        }
        let told = |(kind, known): (&&str, &Kind)| match known.count {
            1 => format!("1 broken {kind}: {}", known.first_title),
            count => format!("{count} broken {kind}s, the first: {}", known.first_title),
        };
        self.kinds.iter().map(told).collect()
    }

    /// All that is told.
    pub(crate) fn into_diagnostics(mut self) -> Diagnostics {
        if !self.skip_broken {
            for kind in self.kinds.values().filter(|kind| kind.count > TOLD) {
                let more = format!("and {} more like this, not shown", kind.count - TOLD);
                self.list[kind.last].help.push(more);
            }
            if let Some(kind) = self.kinds.values().max_by_key(|kind| kind.last) {
                let help = &mut self.list[kind.last].help;
                help.push("--skip-broken leaves out what is broken and reports it".to_owned());
            }
        }
        let mut all = Diagnostics::default();
        self.list.into_iter().for_each(|problem| all.push(problem));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_told_some_times_and_then_counted() {
        let mut problems = Problems::new(false);
        (0..TOLD + 5).for_each(|i| problems.broken("row", Diagnostic::unplaced(format!("row {i}"))));
        assert!(!problems.is_fine());
        let all = problems.into_diagnostics();
        assert_eq!(all.errors(), TOLD);
        assert!(all.iter().any(|problem| problem.help.iter().any(|help| help.contains("and 5 more"))));
    }

    #[test]
    fn broken_records_can_be_left_out() {
        let mut problems = Problems::new(true);
        problems.broken("row", Diagnostic::unplaced("too short"));
        problems.broken("row", Diagnostic::unplaced("too long"));
        assert!(problems.is_fine());
        assert_eq!(problems.skipped(), ["2 broken rows, the first: too short"]);
        problems.fatal(Diagnostic::unplaced("no XML"));
        assert!(!problems.is_fine());
    }
}
