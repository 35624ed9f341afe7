//! What can go wrong with a study on disk.

use std::{io, path::PathBuf};

/// Why a study could not be run, resumed or read. None of these harms blocks that are on disk already.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// The system refused; nothing was lost, and the run can be resumed once the cause is gone.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was tried, such as `write`.
        doing: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder holds another study. Use another folder.
    #[error("{} holds another study: {}", folder.display(), differences.join("; "))]
    Mismatch {
        /// The folder.
        folder: PathBuf,
        /// What differs, one sentence each.
        differences: Vec<String>,
    },
    /// There is no study in the folder.
    #[error("{} holds no study", .0.display())]
    NoStudy(PathBuf),
    /// A block file that was valid when the study was opened is so no longer. Resume recomputes it.
    #[error("block file {} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Fewer replications were asked for than the folder holds.
    #[error("{} already holds {held} replications, more than the {asked} asked for", folder.display())]
    MoreThanAsked {
        /// The folder.
        folder: PathBuf,
        /// Replications in the folder.
        held: u64,
        /// Replications asked for.
        asked: u32,
    },
    /// Another process works in the folder.
    #[error("another linchpin is working in {}", .0.display())]
    Busy(PathBuf),
    /// Studies that are no parts of one.
    #[error("cannot merge: {0}")]
    Unmergeable(String),
    /// The system gave no threads.
    #[error("cannot start the worker threads: {0}")]
    Threads(String),
}

impl StudyError {
    /// An error of the system while doing something with a file.
    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }
}
