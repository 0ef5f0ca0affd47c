//! A frozen study as a folder.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::commitment::Kind;
use super::error::{FrozenError, Misfit};
use super::numbers::Numbers;
use super::{Frozen, Plan, Secret, fit};
use crate::canonical::{canonical, hash};
use crate::draft::Words;
use crate::file::{Secrets, Study};
use crate::files::{self, Readers};

const PLAN: &str = "plan.json";
const HASH: &str = "plan.sha256";
const SECRET: &str = "secret.json";
const STUDY: &str = "study.toml";
/// The longest plan and the longest secrets, in bytes.
const MOST_PLAN: usize = 1 << 26;
const MOST_SECRET: usize = 1 << 30;

impl Frozen {
    /// Whether there is a frozen study in that folder, sound or not.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(PLAN).exists() || folder.join(HASH).exists()
    }

    /// Writes the folder. What tells the answers is for its owner alone to read, where the machine knows owners.
    ///
    /// # Errors
    ///
    /// [`FrozenError`] if there is a frozen study already, or it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), FrozenError> {
        if Self::is_in(folder) {
            return Err(FrozenError::Exists { path: folder.join(PLAN) });
        }
        let put = |name: &str, bytes: &[u8], readers| {
            let path = folder.join(name);
            let written = path
                .parent()
                .map_or(Ok(()), fs::create_dir_all)
                .and_then(|()| files::write(&path, bytes, readers));
            written.map_err(|source| FrozenError::Write { path, source })
        };
        for (path, text) in &self.words.files {
            put(path, text.as_bytes(), Readers::Usual)?;
        }
        // It has the seed in it.
        put(STUDY, self.words.file.as_bytes(), Readers::Owner)?;
        put(SECRET, &form(folder, SECRET, &self.secret)?, Readers::Owner)?;
        put(PLAN, &form(folder, PLAN, &self.plan)?, Readers::Usual)?;
        // The last, so that who finds it finds all.
        put(HASH, self.hash_file().as_bytes(), Readers::Usual)
    }

    fn hash_file(&self) -> String {
        format!("{}  {PLAN}\n", self.hash)
    }

    /// Reads a frozen folder, and holds everything in it against everything else.
    ///
    /// # Errors
    ///
    /// [`FrozenError`] with the file and place that do not fit the rest, be it by a byte.
    pub fn read(folder: &Path) -> Result<Self, FrozenError> {
        let (bytes, plan): (_, Plan) = json(&folder.join(PLAN), MOST_PLAN)?;
        known(folder, PLAN, plan.format)?;
        let hash = hash(&bytes);
        let misfit =
            |name: &str, misfit| Err(FrozenError::Misfit { path: folder.join(name), misfit });
        let (study, words) = Words::read(&folder.join(STUDY))?;
        let (_, secret): (_, Secret) = json(&folder.join(SECRET), MOST_SECRET)?;
        known(folder, SECRET, secret.format)?;
        let frozen = Self { plan, hash, secret, words, numbers: Numbers::default() };
        let written = read(&folder.join(HASH), 200)?;
        if written != frozen.hash_file().as_bytes() {
            return misfit(HASH, Misfit::Hash { hash: frozen.hash });
        }
        let Self { plan, secret, words, .. } = &frozen;
        if Kind::File.commitment(&secret.file_salt, words.file.as_bytes()) != plan.file {
            return misfit(STUDY, Misfit::File);
        }
        for (path, text) in &words.files {
            if plan.files.get(path) != Some(&crate::canonical::hash(text.as_bytes())) {
                return misfit(path, Misfit::Texts);
            }
        }
        let secrets = form(folder, SECRET, &secret.secrets)?;
        if secret.secrets != study.secrets
            || Kind::Secrets.commitment(&secret.secrets_salt, &secrets) != plan.secrets
        {
            return misfit(SECRET, Misfit::Secrets);
        }
        let study = Study { secrets: Secrets::default(), ..study };
        for (field, is_so) in [
            ("study", plan.study == study),
            ("texts", plan.texts == words.texts),
            ("files", plan.files.keys().eq(words.files.keys())),
        ] {
            if !is_so {
                return misfit(PLAN, Misfit::Plan { field });
            }
        }
        let sorted = |list: &super::SaltedList| list.hashes.is_sorted_by(|one, next| one < next);
        let asked = secret.asked.as_ref();
        let committed = asked.map(super::SaltedList::commitment).transpose();
        let committed = committed
            .map_err(|source| FrozenError::Canonical { path: folder.join(SECRET), source })?;
        if committed != plan.asked
            || committed.is_some() != plan.study.recruits.only.is_some()
            || !asked.is_none_or(sorted)
        {
            return misfit(SECRET, Misfit::Asked);
        }
        let (items, commitments) = (secret.items.len(), plan.items.len());
        if items != commitments {
            return misfit(SECRET, Misfit::Count { items, commitments });
        }
        for (number, (salted, committed)) in secret.items.iter().zip(&plan.items).enumerate() {
            let commitment = salted
                .commitment()
                .map_err(|source| FrozenError::Canonical { path: folder.join(SECRET), source })?;
            if commitment != *committed {
                return misfit(SECRET, Misfit::Item { number });
            }
        }
        let items: Vec<_> = frozen.items().collect();
        match fit::check(&study, &plan.dataset.name, &items) {
            Ok(numbers) => Ok(Self { numbers, ..frozen }),
            Err(wrong) => misfit(SECRET, wrong),
        }
    }
}

fn known(folder: &Path, name: &str, format: u32) -> Result<(), FrozenError> {
    if format == Plan::FORMAT {
        return Ok(());
    }
    Err(FrozenError::Format { path: folder.join(name), format })
}

fn form<T: Serialize>(folder: &Path, name: &str, value: &T) -> Result<Vec<u8>, FrozenError> {
    canonical(value).map_err(|source| FrozenError::Canonical { path: folder.join(name), source })
}

fn read(path: &Path, most: usize) -> Result<Vec<u8>, FrozenError> {
    let failed = |source| FrozenError::Read { path: path.to_owned(), source };
    let bytes = files::read(path, most).map_err(failed)?;
    if bytes.len() > most {
        return Err(FrozenError::Long { path: path.to_owned(), most });
    }
    Ok(bytes)
}

/// A value with the bytes that it is read from, which are its canonical form.
fn json<T: Serialize + DeserializeOwned>(
    path: &Path,
    most: usize,
) -> Result<(Vec<u8>, T), FrozenError> {
    let path: PathBuf = path.to_owned();
    let bytes = read(&path, most)?;
    let value: T = match serde_json::from_slice(&bytes) {
        Ok(value) => value,
        Err(source) => return Err(FrozenError::Json { path, source }),
    };
    match canonical(&value) {
        Ok(form) if form == bytes => Ok((bytes, value)),
        Ok(_) => Err(FrozenError::Form { path }),
        Err(source) => Err(FrozenError::Canonical { path, source }),
    }
}
