//! What of a study nobody may know before it has ended.

use serde::{Deserialize, Serialize};

use super::commitment::{Salt, commitment};
use crate::canonical::CanonicalError;
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
    /// The items, by their numbers.
    pub items: Vec<SaltedItem>,
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
