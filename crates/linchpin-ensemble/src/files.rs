//! Writing so that a file is either whole or not there.

use crate::StudyError;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

/// Writes a file so that after a crash or a power cut it is either the old one or the new one: temporary file in
/// the same folder, flushed to the disk, renamed, folder flushed.
///
/// # Errors
/// [`StudyError::Io`] with the path, on a full or read-only disk for instance.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), StudyError> {
    write_whole(path, bytes)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// The same without flushing the folder: after a power cut the file may not be there, but it is whole if it is.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StudyError> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".partial");
    let temporary = Path::new(&temporary);
    let written = File::create(temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    if let Err(source) = written {
        // A half-written file is of no use to anybody; if it cannot be removed either, so be it.
        let _ = fs::remove_file(temporary);
        return Err(StudyError::io("write", path)(source));
    }
    fs::rename(temporary, path).map_err(StudyError::io("write", path))
}

/// Makes renames in a folder last.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> Result<(), StudyError> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder).and_then(|file| file.sync_all()).map_err(StudyError::io("write", folder))
}

/// Other systems do not open folders as files; their file systems journal renames.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_: &Path) -> Result<(), StudyError> {
    Ok(())
}

/// Creates a folder and those above it.
///
/// # Errors
/// [`StudyError::Io`] with the path.
pub fn create_folder(path: &Path) -> Result<(), StudyError> {
    fs::create_dir_all(path).map_err(StudyError::io("create folder", path))
}

#[cfg(test)]
mod tests {
    use super::write_atomically;
    use crate::StudyError;
    use std::fs;

    #[test]
    fn a_file_is_replaced_and_nothing_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        for text in ["one", "two, which is longer"] {
            write_atomically(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn failing_names_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("a.txt");
        let error = write_atomically(&path, b"x").unwrap_err();
        assert!(matches!(error, StudyError::Io { .. }));
        assert!(error.to_string().contains("a.txt"), "{error}");
    }
}
