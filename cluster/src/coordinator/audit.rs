//! Which shards are done twice, on different workers.

use std::collections::HashSet;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::wire::First;

/// Shards done twice.
pub(super) struct Audit {
    /// Keys below this are.
    below: u64,
    all: bool,
    /// Shards that are to be queued for a second worker, with who did them first.
    pub(super) waiting: Vec<(String, First)>,
    /// Those about which it is known what is right.
    settled: HashSet<String>,
    reminded: Option<Instant>,
}

impl Audit {
    /// An audit of that share of the shards.
    pub(super) fn of(share: f64) -> Self {
        Self {
            below: (share.clamp(0.0, 1.0) * 2_f64.powi(64)) as u64,
            all: share >= 1.0,
            waiting: Vec::new(),
            settled: HashSet::new(),
            reminded: None,
        }
    }

    /// Whether a shard is done twice. That depends on its key alone, which is a hash.
    pub(super) fn chooses(&self, key: &str) -> bool {
        let number = key.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok());
        self.all || number.is_some_and(|number| number < self.below)
    }

    pub(super) fn settle(&mut self, key: &str) {
        self.settled.insert(key.to_owned());
    }

    pub(super) fn is_settled(&self, key: &str) -> bool {
        self.settled.contains(key)
    }

    /// Whether it is time to say what is waited for.
    pub(super) fn may_remind(&mut self) -> bool {
        let now = Instant::now();
        let since = *self.reminded.get_or_insert(now);
        if since.elapsed() >= REMIND {
            self.reminded = Some(now);
        }
        since.elapsed() >= REMIND
    }
}

/// How long is waited in silence.
const REMIND: Duration = Duration::from_secs(10);

pub(super) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_large_a_share_is_chosen() {
        let key = |number: u32| -> String {
            let digest: [u8; 32] = Sha256::digest(number.to_le_bytes()).into();
            let (words, _) = digest.as_chunks::<16>();
            format!("{:032x}", u128::from_be_bytes(words[0]))
        };
        let keys: Vec<String> = (0..10_000).map(key).collect();
        for (share, least, most) in
            [(0.0, 0, 0), (0.02, 150, 250), (0.5, 4800, 5200), (1.0, 10_000, 10_000)]
        {
            let audit = Audit::of(share);
            let chosen = keys.iter().filter(|key| audit.chooses(key)).count();
            assert!((least..=most).contains(&chosen), "{chosen} of {share}");
        }
    }
}
