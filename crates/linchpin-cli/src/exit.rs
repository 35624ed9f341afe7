//! How the program ends.

use linchpin_ensemble::StudyError;
use std::process::ExitCode;

/// Exit codes; documented in `docs/command-line.md`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// The system refused something, or this program has an error.
    Internal = 1,
    /// Invalid input or usage.
    Invalid = 2,
    /// A requirement is not met (with `--require`).
    NotMet = 3,
    /// No requirement is not met, but one is undecided (with `--require`).
    Undecided = 4,
    /// Blocks of a study are missing.
    Incomplete = 5,
    /// Stopped from outside.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command ends before its time.
#[derive(Debug)]
pub struct Failure {
    /// Exit code.
    pub exit: Exit,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What would help.
    pub hints: Vec<String>,
}

impl Failure {
    /// Invalid input or usage.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self { exit: Exit::Invalid, message: message.into(), hints: Vec::new() }
    }

    /// The system refused something, or this program has an error.
    pub fn internal(message: impl Into<String>) -> Self {
        Self { exit: Exit::Internal, ..Self::invalid(message) }
    }

    /// With advice.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl From<StudyError> for Failure {
    fn from(error: StudyError) -> Self {
        let text = error.to_string();
        match error {
            StudyError::Io { .. } | StudyError::Threads(_) => Self::internal(text),
            StudyError::Damaged { .. } => {
                Self::internal(text).hint("`linchpin run ... --resume` computes damaged blocks again")
            }
            StudyError::Mismatch { .. } => Self::invalid(text)
                .hint("--out DIR gives this study a folder of its own")
                .hint("--replace throws the other study away"),
            StudyError::Busy(_) => {
                Self::invalid(text).hint("wait until it has ended, or give this one a folder of its own")
            }
            StudyError::Unmergeable(_) => Self::invalid(text)
                .hint("parts of one study differ in --shard and --out, and in nothing else"),
            StudyError::NoStudy(_) => Self::invalid(text).hint("`linchpin run FILE` makes a study"),
            StudyError::MoreThanAsked { held, .. } => Self::invalid(text)
                .hint(format!("--replications {held} or more goes on from there"))
                .hint("--replace starts over"),
        }
    }
}
