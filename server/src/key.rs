//! Names of debates and keys to seats: made here, and the keys checked here.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pixel_debate_protocol::v1::{DebateId, Token};
use sha2::{Digest, Sha256};

/// A new name for a debate: 96 random bits, which say nothing about it and meet no other.
pub(crate) fn new_debate_id() -> DebateId {
    DebateId(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 12]>()))
}

/// What the server keeps of a token: enough to know it again, not enough to give it away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lock([u8; 32]);

impl Lock {
    /// A new token of 256 random bits, and its lock.
    pub(crate) fn new() -> (Token, Self) {
        let token = Token(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()));
        let lock = Self::of(&token);
        (token, lock)
    }

    /// Whether the token opens the lock. How long the answer takes tells nothing about the right
    /// token, since what is compared are hashes.
    pub(crate) fn opens_with(&self, token: &Token) -> bool {
        *self == Self::of(token)
    }

    fn of(token: &Token) -> Self {
        Self(Sha256::digest(token.0.as_bytes()).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_its_own_lock_only() {
        let (token, lock) = Lock::new();
        let (other, _) = Lock::new();
        assert!(lock.opens_with(&token));
        assert!(!lock.opens_with(&other));
        assert!(!lock.opens_with(&Token(String::new())));
        assert_eq!(token.0.len(), 43);
    }

    #[test]
    fn names_differ() {
        assert_ne!(new_debate_id(), new_debate_id());
    }
}
