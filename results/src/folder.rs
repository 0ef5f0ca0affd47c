//! Folders that are there whole, or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Why a folder is not written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is something already.
    #[error("{} is there already: nothing is written over", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// It cannot be written.
    #[error("{} cannot be written: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Says whether a folder may be written there: nothing is written over.
///
/// ```
/// use pixel_debate_results::check_absent;
///
/// let dir = tempfile::tempdir()?;
/// assert!(check_absent(&dir.path().join("export")).is_ok());
/// let refused = check_absent(dir.path()).unwrap_err().to_string();
/// assert!(refused.ends_with(" is there already: nothing is written over"), "{refused}");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// [`FolderError::Exists`] if there is something already.
pub fn check_absent(path: &Path) -> Result<(), FolderError> {
    // What cannot be asked about will say so when it is written.
    if path.symlink_metadata().is_ok() {
        return Err(FolderError::Exists { path: path.to_owned() });
    }
    Ok(())
}

/// Writes a folder of files, for its owner alone to read, where the machine knows owners: into another beside it, which
/// then gets its name.
pub(crate) fn write(path: &Path, files: &[(String, Vec<u8>)]) -> Result<(), FolderError> {
    check_absent(path)?;
    let failed = |path: &Path, source| FolderError::Write { path: path.to_owned(), source };
    let absolute = std::path::absolute(path).map_err(|source| failed(path, source))?;
    let parent = absolute.parent().unwrap_or(&absolute);
    fs::create_dir_all(parent).map_err(|source| failed(parent, source))?;
    let part = part(parent).map_err(|source| failed(path, source))?;
    for (name, bytes) in files {
        let file = part.path().join(name);
        let put = || {
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = File::create(&file)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        put().map_err(|source| failed(&path.join(name), source))?;
    }
    check_absent(path)?;
    fs::rename(part.path(), path).map_err(|source| failed(path, source))?;
    // It is not there any more under the name by which it would be removed.
    let _ = part.keep();
    Ok(())
}

#[cfg(unix)]
fn part(parent: &Path) -> io::Result<TempDir> {
    use std::os::unix::fs::PermissionsExt;

    let owner = fs::Permissions::from_mode(0o700);
    tempfile::Builder::new().prefix(".part-").permissions(owner).tempdir_in(parent)
}

#[cfg(not(unix))]
fn part(parent: &Path) -> io::Result<TempDir> {
    tempfile::Builder::new().prefix(".part-").tempdir_in(parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn what_participants_said_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        write(&out, &[("a.txt".to_owned(), b"a".to_vec())]).unwrap();
        assert_eq!(fs::metadata(out).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_folder_is_whole_and_nothing_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("deep/out");
        let files = [("a.txt".to_owned(), b"a".to_vec()), ("b/c.txt".to_owned(), b"c".to_vec())];
        write(&out, &files).unwrap();
        assert_eq!(fs::read(out.join("b/c.txt")).unwrap(), b"c");
        let error = write(&out, &files).unwrap_err();
        assert!(matches!(error, FolderError::Exists { .. }), "{error}");
        fs::create_dir(folder.path().join("empty")).unwrap();
        assert!(write(&folder.path().join("empty"), &files).is_err());
        // Nothing is left of what was begun.
        assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 1);
        let file = folder.path().join("deep/out/a.txt/below");
        let error = write(&file, &files).unwrap_err();
        assert!(matches!(error, FolderError::Write { .. }), "{error}");
    }
}
