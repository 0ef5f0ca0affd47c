//! What binds to something without telling it.

use std::fmt;

use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::canonical::{CanonicalError, canonical, hex};
use crate::items::Item;

/// 256 random bits, without which ten thousand images would soon be tried. As text it is hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Salt([u8; 32]);

/// A text that is no salt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a salt is 64 small hexadecimal digits")]
pub struct NoSalt;

/// What a commitment is about: one of one kind is none of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Item,
    File,
    Secrets,
    Person,
    Asked,
}

impl Salt {
    /// One that nobody else has, if `rng` cannot be guessed.
    pub fn draw(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }
}

// It is a secret, and no message has to show it.
impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(..)")
    }
}

impl From<Salt> for String {
    fn from(salt: Salt) -> Self {
        hex(&salt.0)
    }
}

impl TryFrom<String> for Salt {
    type Error = NoSalt;

    fn try_from(text: String) -> Result<Self, NoSalt> {
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            let digits = text.get(2 * at..2 * at + 2).ok_or(NoSalt)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| NoSalt)?;
        }
        // One text each: no capital letters, no signs, nothing more.
        if hex(&bytes) == text { Ok(Self(bytes)) } else { Err(NoSalt) }
    }
}

impl Kind {
    pub(super) fn commitment(self, salt: &Salt, bytes: &[u8]) -> String {
        let kind = match self {
            Self::Item => "item",
            Self::File => "file",
            Self::Secrets => "secrets",
            Self::Person => "person",
            Self::Asked => "asked",
        };
        let mut hasher = Sha256::new();
        hasher.update(b"pixel-debate study ");
        hasher.update(kind);
        hasher.update([0]);
        hasher.update(salt.0);
        hasher.update(bytes);
        hex(&hasher.finalize())
    }
}

/// The commitment to an item, in hexadecimal: SHA-256 of `pixel-debate study item`, a zero byte, the salt's 32 bytes and
/// the item's canonical form.
///
/// Whoever is given the item and its salt, once it may be known, compares this with what the plan has.
///
/// # Errors
///
/// [`CanonicalError`] if the item has no canonical form.
pub fn commitment(salt: &Salt, item: &Item) -> Result<String, CanonicalError> {
    Ok(Kind::Item.commitment(salt, &canonical(item)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_salt_has_one_text() {
        let salt = Salt([0xab; 32]);
        let text = String::from(salt);
        assert_eq!(text, "ab".repeat(32));
        assert_eq!(Salt::try_from(text.clone()), Ok(salt));
        for wrong in [
            text.to_uppercase(),
            text[1..].to_owned(),
            format!("{text}0"),
            "+1".repeat(32),
            "é".repeat(32),
        ] {
            assert_eq!(Salt::try_from(wrong), Err(NoSalt));
        }
        assert_eq!(format!("{salt:?}"), "Salt(..)");
    }

    #[test]
    fn kinds_and_salts_make_other_commitments() {
        let [one, other] = [Salt([1; 32]), Salt([2; 32])];
        let first = Kind::File.commitment(&one, b"a");
        assert_ne!(first, Kind::File.commitment(&other, b"a"));
        assert_ne!(first, Kind::Secrets.commitment(&one, b"a"));
        assert_ne!(first, Kind::File.commitment(&one, b"b"));
        // sha256 of "pixel-debate study file\0", 32 bytes 01 and "a", by another program.
        assert_eq!(first, "93558bb830225dc16bcce9c4ab35f202a6f9f823fef848427cb567533e10eef0");
    }
}
