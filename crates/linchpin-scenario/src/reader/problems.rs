//! What is wrong with a text, with an end to it.

use crate::diagnostic::Diagnostic;

/// After so many syntax errors in one file the rest is more likely to be noise than news.
const SYNTAX_ERRORS: usize = 20;

/// Faults that do not hinder reading are reported up to this number.
const FAULTS: usize = 1_000;

#[derive(Debug, Default)]
pub(super) struct Problems {
    pub(super) list: Vec<Diagnostic>,
    syntax: usize,
    faults: usize,
    stopped: bool,
    /// Index of the problem that reaches to the end of the text.
    end: Option<usize>,
}

impl Problems {
    /// The text cannot be read as it stands: there will be no value.
    pub(super) fn syntax(&mut self, problem: Diagnostic) {
        if self.given_up() {
            return;
        }
        self.syntax += 1;
        let last = self.syntax == SYNTAX_ERRORS;
        self.list.push(if last {
            problem.help("reading stops after so many syntax errors")
        } else {
            problem
        });
    }

    /// The text can be read, but what it says cannot be right.
    pub(super) fn fault(&mut self, problem: Diagnostic) {
        self.faults += 1;
        if self.faults <= FAULTS {
            self.list.push(problem);
        }
    }

    /// The last problem reaches to the end of the text, so that what is missing there is no news.
    pub(super) fn cut_short(&mut self) {
        self.end = self.list.len().checked_sub(1);
    }

    pub(super) fn is_cut_short(&self) -> bool {
        self.end.is_some()
    }

    /// Takes back the problem that reaches to the end, because its cause was found.
    pub(super) fn withdraw_end(&mut self) {
        if let Some(index) = self.end.filter(|_| !self.given_up()) {
            self.list.remove(index);
        }
    }

    /// Whatever follows would be noise.
    pub(super) fn give_up(&mut self) {
        self.stopped = true;
    }

    pub(super) fn given_up(&self) -> bool {
        self.stopped || self.syntax >= SYNTAX_ERRORS
    }

    pub(super) fn unreadable(&self) -> bool {
        self.syntax > 0
    }
}
