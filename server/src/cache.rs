//! What may be made again is kept up to a bound in bytes; what was used least recently goes first.

use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lru::LruCache;

/// Values by key, which together take no more than so many bytes.
///
/// A value is [taken](Self::take) out to be used, so that it may grow, and then
/// [put back](Self::put) with the size that it has now.
#[derive(Debug)]
pub(crate) struct Cache<K: Eq + Hash, V> {
    most: usize,
    kept: Mutex<Kept<K, V>>,
}

#[derive(Debug)]
struct Kept<K: Eq + Hash, V> {
    bytes: usize,
    /// Each value with its size.
    values: LruCache<K, (usize, V)>,
}

impl<K: Eq + Hash, V> Cache<K, V> {
    /// Keeps up to `most` bytes.
    pub(crate) fn new(most: usize) -> Self {
        let kept = Kept { bytes: 0, values: LruCache::unbounded() };
        Self { most, kept: Mutex::new(kept) }
    }

    /// Takes a value out, if it is there.
    pub(crate) fn take(&self, key: &K) -> Option<V> {
        let mut kept = self.kept();
        let (bytes, value) = kept.values.pop(key)?;
        kept.bytes -= bytes;
        Some(value)
    }

    /// Keeps a value that takes so many bytes, in the place of another with that key. A value that is
    /// larger than all that may be kept is not.
    pub(crate) fn put(&self, key: K, value: V, bytes: usize) {
        // Large values are let go of when the lock is, for that takes its time.
        let mut gone = Vec::new();
        let mut kept = self.kept();
        if let Some(before) = kept.values.pop(&key) {
            kept.bytes -= before.0;
            gone.push(before);
        }
        if bytes > self.most {
            drop(kept);
            return;
        }
        while kept.bytes + bytes > self.most {
            let Some((_, oldest)) = kept.values.pop_lru() else { break };
            kept.bytes -= oldest.0;
            gone.push(oldest);
        }
        kept.bytes += bytes;
        kept.values.put(key, (bytes, value));
        drop(kept);
    }

    /// The bytes that are kept.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.kept().bytes
    }

    fn kept(&self) -> MutexGuard<'_, Kept<K, V>> {
        // Nothing panics under the lock.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_never_holds_more_than_its_bound_and_forgets_the_oldest(
            steps in prop::collection::vec((any::<bool>(), 0..8u8, 0..60usize), 0..200),
        ) {
            let cache = Cache::new(100);
            // What should be there, the oldest first.
            let mut model: Vec<(u8, usize)> = Vec::new();
            for (put, key, bytes) in steps {
                let known = model.iter().position(|(other, _)| *other == key);
                let before = known.map(|place| model.remove(place));
                if put {
                    cache.put(key, bytes, bytes);
                    model.push((key, bytes));
                    while model.iter().map(|(_, bytes)| bytes).sum::<usize>() > 100 {
                        model.remove(0);
                    }
                } else {
                    prop_assert_eq!(cache.take(&key), before.map(|(_, bytes)| bytes));
                }
                prop_assert!(cache.bytes() <= 100);
                prop_assert_eq!(cache.bytes(), model.iter().map(|(_, bytes)| bytes).sum::<usize>());
            }
            for (key, bytes) in model {
                prop_assert_eq!(cache.take(&key), Some(bytes));
            }
            prop_assert_eq!(cache.bytes(), 0);
        }
    }

    #[test]
    fn what_is_larger_than_the_bound_is_not_kept_and_nothing_goes_for_it() {
        let cache = Cache::new(10);
        cache.put(1, (), 10);
        cache.put(2, (), 11);
        assert_eq!((cache.take(&2), cache.take(&1), cache.bytes()), (None, Some(()), 0));
    }
}
