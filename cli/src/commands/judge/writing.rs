//! A judge on the disk.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use atomic_write_file::AtomicWriteFile;
use pixel_debate_judge::Weights;

use crate::failure::Failure;

/// Writes a judge in the smallest format in which no digit is lost.
pub(super) fn write(weights: &Weights, out: &Path) -> Result<(), Failure> {
    let bytes = weights.to_bytes(weights.exact_precision()).map_err(io::Error::other);
    bytes
        .and_then(|bytes| write_whole(out, &bytes))
        .map_err(|source| Failure::Write { path: out.to_owned(), source })
}

/// Writes a file such that after any interruption it is whole or what it was before: there is never
/// half a judge. What it returns from is on the disk. Where a link leads to a file, that is written; what is no file, a
/// device or a pipe for example, is not replaced by one, nor is a file that may not be written.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = match fs::canonicalize(path) {
        Ok(target) => target,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    if let Ok(there) = target.symlink_metadata() {
        if !there.is_file() {
            return Err(io::Error::other(
                "it is no file: name a new one, or a file to be written over",
            ));
        }
        if there.permissions().readonly() {
            return Err(io::Error::other("the file that is there may not be written"));
        }
    }
    let mut file = AtomicWriteFile::open(&target)?;
    file.write_all(bytes)?;
    file.commit()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn what_is_no_file_stays_and_links_lead_on() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        write_whole(&at("new"), b"1").unwrap();
        symlink(at("new"), at("link")).unwrap();
        write_whole(&at("link"), b"2").unwrap();
        assert_eq!(fs::read(at("new")).unwrap(), b"2");
        assert!(at("link").is_symlink());
        let refusal = |path: &Path| write_whole(path, b"3").unwrap_err().to_string();
        assert!(refusal(Path::new("/dev/null")).starts_with("it is no file"));
        assert!(refusal(folder.path()).starts_with("it is no file"));
        symlink("/dev/null", at("nothing")).unwrap();
        assert!(refusal(&at("nothing")).starts_with("it is no file"));
        fs::set_permissions(at("new"), fs::Permissions::from_mode(0o444)).unwrap();
        assert!(refusal(&at("link")).starts_with("the file that is there may not"));
        assert_eq!(fs::read(at("new")).unwrap(), b"2");
    }
}
