//! What of a study nobody may know before it has ended.

use serde::{Deserialize, Serialize};

use super::commitment::{Kind, Salt, commitment};
use crate::canonical::{CanonicalError, canonical};
use crate::file::Secrets;
use crate::items::Item;

/// What the plan commits to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// The version of the folder's format: [`Plan::FORMAT`](super::Plan::FORMAT).
    pub format: u32,
    /// The file's secrets.
    pub secrets: Secrets,
    /// The salt of the commitment to them.
    pub secrets_salt: Salt,
    /// The salt of the commitment to the study's file.
    pub file_salt: Salt,
    /// Who may take part, if not anybody.
    pub asked: Option<SaltedList>,
    /// The items, by their numbers.
    pub items: Vec<SaltedItem>,
}

/// Who may take part: salted hashes, in their order, of values of the first parameter of the link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaltedList {
    /// The salt of all of them, and of the commitment to the list.
    pub salt: Salt,
    /// The hashes, each 64 hexadecimal digits.
    pub hashes: Vec<String>,
}

impl SaltedList {
    /// Of these, with a salt that nobody can guess.
    pub(super) fn new<'a>(salt: Salt, all: impl IntoIterator<Item = &'a String>) -> Self {
        let hash = |one: &String| Kind::Person.commitment(&salt, one.as_bytes());
        let mut hashes: Vec<String> = all.into_iter().map(hash).collect();
        hashes.sort_unstable();
        Self { salt, hashes }
    }

    /// Whether that value is one of them.
    pub fn has(&self, one: &str) -> bool {
        self.hashes.binary_search(&Kind::Person.commitment(&self.salt, one.as_bytes())).is_ok()
    }

    /// The commitment to all of them.
    pub(super) fn commitment(&self) -> Result<String, CanonicalError> {
        Ok(Kind::Asked.commitment(&self.salt, &canonical(&self.hashes)?))
    }
}

/// An item with the salt of the commitment to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaltedItem {
    /// The salt.
    pub salt: Salt,
    /// The item.
    pub item: Item,
}

impl SaltedItem {
    /// The commitment to it.
    ///
    /// # Errors
    ///
    /// [`CanonicalError`] if the item has no canonical form.
    pub fn commitment(&self) -> Result<String, CanonicalError> {
        commitment(&self.salt, &self.item)
    }
}
