//! Whose record a judgment is on.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pixel_debate_protocol::JudgeKey;
use sha2::{Digest, Sha256};

/// What the server keeps of the key to a judge's record: its hash, by which judgments are found, and from which nobody
/// finds the key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Owner(String);

impl Owner {
    /// Whoever has that key.
    pub(crate) fn of(key: &JudgeKey) -> Self {
        Self(URL_SAFE_NO_PAD.encode(Sha256::digest(key.as_str())))
    }

    /// Whoever the store says it is.
    pub(crate) const fn stored(judge: String) -> Self {
        Self(judge)
    }

    /// As the store has it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Owner {
    /// Keeps even the hash out of logs: it says which judgments are one person's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Owner(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_key_the_hash_alone_is_kept() {
        let key = JudgeKey::new("k".repeat(JudgeKey::LENGTH)).unwrap();
        let owner = Owner::of(&key);
        assert_eq!(owner.as_str().len(), 43);
        assert_eq!(owner, Owner::stored(owner.as_str().into()));
        assert_ne!(owner.as_str(), key.as_str());
        assert_eq!(format!("{owner:?} {key:?}"), "Owner(..) JudgeKey(..)");
    }
}
