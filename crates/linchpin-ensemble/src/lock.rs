//! One process at a time in a study folder.

use crate::StudyError;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

/// The file that is locked. It stays in the folder, empty; only the lock on it means something.
const NAME: &str = ".lock";

/// Held while a process writes into a study folder. The system releases it when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "closing the file releases the lock")] Option<File>);

impl Lock {
    /// Locks a folder, which has to exist.
    ///
    /// A file system that knows no locks (some network file systems) lets everybody in.
    ///
    /// # Errors
    /// [`StudyError::Busy`] where another process holds the lock, [`StudyError::Io`] where the folder cannot be
    /// written to.
    pub fn take(folder: &Path) -> Result<Self, StudyError> {
        let path = folder.join(NAME);
        let mut options = OpenOptions::new();
        let file = options
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(StudyError::io("write", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(Some(file))),
            Err(TryLockError::WouldBlock) => Err(StudyError::Busy(folder.to_owned())),
            Err(TryLockError::Error(_)) => Ok(Self(None)),
        }
    }

    /// True where another process holds the lock of a folder. Writes nothing.
    pub fn is_taken(folder: &Path) -> bool {
        let Ok(file) = File::open(folder.join(NAME)) else { return false };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }
}

#[cfg(test)]
mod tests {
    use super::Lock;
    use crate::StudyError;

    #[test]
    fn a_folder_is_locked_once() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!Lock::is_taken(folder.path()));
        let lock = Lock::take(folder.path()).unwrap();
        assert!(Lock::is_taken(folder.path()));
        assert!(matches!(Lock::take(folder.path()), Err(StudyError::Busy(_))));
        drop(lock);
        assert!(!Lock::is_taken(folder.path()));
        Lock::take(folder.path()).unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_cannot_be_locked() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Lock::take(&folder.path().join("missing")), Err(StudyError::Io { .. })));
    }
}
