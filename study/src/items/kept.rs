//! Work that is kept when it is done, so that whoever was stopped goes on where that was.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ItemsError;
use crate::canonical::{canonical, hash};
use crate::files::{self, Readers};

/// A folder of finished pieces of work, each in a file that is called after all that it depends on.
#[derive(Debug)]
pub(super) struct Kept {
    folder: Option<PathBuf>,
}

impl Kept {
    /// In that folder, or nowhere.
    pub(super) fn at(folder: Option<&Path>) -> Result<Self, ItemsError> {
        if let Some(path) = folder {
            let failed = |source| ItemsError::Write { path: path.to_owned(), source };
            fs::create_dir_all(path).map_err(failed)?;
        }
        Ok(Self { folder: folder.map(Path::to_owned) })
    }

    /// What was kept under that key, or else what `make` makes now, which is kept.
    pub(super) fn or_make<T: Serialize + DeserializeOwned>(
        &self,
        key: &impl Serialize,
        make: impl FnOnce() -> Result<T, ItemsError>,
    ) -> Result<T, ItemsError> {
        let Some(folder) = &self.folder else { return make() };
        let path = folder.join(hash(&canonical(key)?)).with_extension("json");
        if let Some(found) = fs::read(&path).ok().and_then(|bytes| whole(&bytes)) {
            return Ok(found);
        }
        let done = make()?;
        let bytes = canonical(&done)?;
        let failed = |source| ItemsError::Write { path: path.clone(), source };
        // What is kept tells the answers.
        let whole = [hash(&bytes).as_bytes(), b"\n", &bytes].concat();
        files::write(&path, &whole, Readers::Owner).map_err(failed)?;
        Ok(done)
    }
}

/// What a file holds, if it is whole.
fn whole<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let at = bytes.iter().position(|byte| *byte == b'\n')?;
    let (sum, rest) = (&bytes[..at], &bytes[at + 1..]);
    (sum == hash(rest).as_bytes()).then(|| serde_json::from_slice(rest).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_not_made_again_unless_it_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::at(Some(&folder.path().join("work"))).unwrap();
        let never = || -> Result<Vec<f32>, _> { unreachable!("it is kept") };
        let made = vec![0.1_f32, -3.5];
        assert_eq!(kept.or_make(&("a", 1), || Ok(made.clone())).unwrap(), made);
        assert_eq!(kept.or_make(&("a", 1), never).unwrap(), made);
        assert_eq!(kept.or_make(&("a", 2), || Ok(vec![1.0_f32])).unwrap(), [1.0]);
        let mut files: Vec<_> = fs::read_dir(folder.path().join("work")).unwrap().collect();
        assert_eq!(files.len(), 2);
        for file in files.drain(..) {
            let path = file.unwrap().path();
            let mut bytes = fs::read(&path).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            fs::write(path, bytes).unwrap();
        }
        assert_eq!(kept.or_make(&("a", 1), || Ok(vec![2.0_f32])).unwrap(), [2.0]);
    }
}
