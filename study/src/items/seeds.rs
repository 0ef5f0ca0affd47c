//! Where chance comes from.

use sha2::{Digest, Sha256};

/// The seed of one of the things that are random in a study: of each another, and whoever knows one knows no other.
pub(crate) fn seed_of(seed: u64, names: &[&str]) -> u64 {
    let mut hasher = Sha256::new();
    hasher.update(b"pixel-debate study seed");
    hasher.update(seed.to_le_bytes());
    for name in names {
        hasher.update((name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
    }
    let digest = hasher.finalize();
    digest[..8].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
