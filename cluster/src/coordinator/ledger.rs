//! How far each shard is.

use std::collections::{BTreeSet, HashMap};

use pixel_debate_harness::{Failed, Undone};

/// How far a shard is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ShardState {
    /// Not on the queue.
    Waiting,
    /// On the queue, or in a worker's hands.
    Queued,
    /// Kept.
    Done {
        /// Who did it.
        by: String,
        /// SHA-256 of its bytes.
        digest: [u8; 32],
    },
    /// Given up.
    Failed,
}

/// The shards that were missing when the folder was opened.
pub(super) struct Ledger<'a> {
    /// Their keys, in the order of the run.
    keys: Vec<&'a str>,
    /// For each its place in this order, and how far it is.
    states: HashMap<&'a str, (usize, ShardState)>,
    /// The places of those that wait: the first of them is the next, however it came to wait.
    waiting: BTreeSet<usize>,
    open: usize,
    errors: HashMap<String, Vec<(String, String)>>,
}

impl<'a> Ledger<'a> {
    pub(super) fn of(keys: impl Iterator<Item = &'a str>) -> Self {
        let keys: Vec<&str> = keys.collect();
        let places = keys.iter().enumerate();
        let states = places.map(|(place, key)| (*key, (place, ShardState::Waiting))).collect();
        let (waiting, open) = ((0..keys.len()).collect(), keys.len());
        Self { keys, states, waiting, open, errors: HashMap::new() }
    }

    /// How many are neither done nor given up.
    pub(super) fn open(&self) -> usize {
        self.open
    }

    /// How many are not on the queue yet.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn is_open(&self, key: &str) -> bool {
        matches!(self.states.get(key), Some((_, ShardState::Waiting | ShardState::Queued)))
    }

    /// Takes the next that are to be queued, in the order of the run.
    pub(super) fn next(&mut self, most: usize) -> Vec<String> {
        let mut next = Vec::new();
        while next.len() < most
            && let Some(place) = self.waiting.pop_first()
        {
            next.push(self.keys[place].to_owned());
        }
        next
    }

    /// A shard is to be done after all, or again, or could not be queued when it had been taken by
    /// [`next`](Self::next).
    pub(super) fn reopen(&mut self, key: &str) {
        self.set(key, ShardState::Waiting);
    }

    pub(super) fn set(&mut self, key: &str, state: ShardState) {
        let Some((place, known)) = self.states.get_mut(key) else { return };
        let is_open =
            |state: &ShardState| matches!(state, ShardState::Waiting | ShardState::Queued);
        self.open += usize::from(is_open(&state));
        self.open -= usize::from(is_open(known));
        if state == ShardState::Waiting {
            self.waiting.insert(*place);
        } else {
            // Some are done without having been queued: by a worker that an earlier coordinator had.
            self.waiting.remove(place);
        }
        *known = state;
    }

    /// Those that are on the queue or in a worker's hands.
    pub(super) fn queued(&self) -> Vec<String> {
        let queued = self.states.iter().filter(|(_, (_, state))| *state == ShardState::Queued);
        queued.map(|(key, _)| (*key).to_owned()).collect()
    }

    /// Who did a shard, and the hash of its bytes, if this coordinator took it.
    pub(super) fn done_by(&self, key: &str) -> Option<(String, [u8; 32])> {
        match self.states.get(key) {
            Some((_, ShardState::Done { by, digest })) => Some((by.clone(), *digest)),
            _ => None,
        }
    }

    /// All that a worker has done is to be done again; how much that is.
    pub(super) fn distrust(&mut self, worker: &str) -> usize {
        let by_it =
            |state: &ShardState| matches!(state, ShardState::Done { by, .. } if by == worker);
        let keys: Vec<&str> = self
            .states
            .iter()
            .filter(|(_, (_, state))| by_it(state))
            .map(|(key, _)| *key)
            .collect();
        for key in &keys {
            self.reopen(key);
        }
        keys.len()
    }

    /// Notes why a try failed; how many have.
    pub(super) fn error(&mut self, key: &str, worker: &str, fault: &str) -> usize {
        let errors = self.errors.entry(key.to_owned()).or_default();
        errors.push((worker.to_owned(), fault.to_owned()));
        errors.len()
    }

    /// Why the tries of a shard failed, each reason once.
    pub(super) fn errors(&self, key: &str) -> String {
        let Some(errors) = self.errors.get(key) else { return String::new() };
        let mut reasons: Vec<(&str, BTreeSet<&str>)> = Vec::new();
        for (worker, fault) in errors {
            match reasons.iter_mut().find(|(reason, _)| reason == fault) {
                Some((_, workers)) => drop(workers.insert(worker)),
                None => reasons.push((fault, BTreeSet::from([&**worker]))),
            }
        }
        let one = |(fault, workers): (&str, BTreeSet<&str>)| {
            format!("{fault} ({})", workers.into_iter().collect::<Vec<_>>().join(", "))
        };
        reasons.into_iter().map(one).collect::<Vec<_>>().join("; ")
    }

    /// The shards that were given up, in the order of the run.
    pub(super) fn failed(&self, undone: &Undone<'_>) -> Vec<Failed> {
        let is_failed =
            |key: &&&str| matches!(self.states.get(**key), Some((_, ShardState::Failed)));
        let failed = self.keys.iter().filter(is_failed);
        failed.filter_map(|key| undone.failed(key, self.errors(key))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 5] = ["e", "a", "c", "b", "d"];

    #[test]
    fn what_could_not_be_queued_keeps_its_order() {
        let mut ledger = Ledger::of(KEYS.into_iter());
        let taken = ledger.next(3);
        assert_eq!(taken, ["e", "a", "c"]);
        ledger.set("a", ShardState::Queued);
        for key in ["e", "c"] {
            ledger.reopen(key);
        }
        assert_eq!((ledger.waiting(), ledger.open()), (4, 5));
        assert_eq!(ledger.next(9), ["e", "c", "b", "d"]);
        assert_eq!(ledger.waiting(), 0);
        // In whatever order they come back.
        for key in ["d", "e", "b", "a", "c"] {
            ledger.reopen(key);
            ledger.reopen(key);
        }
        assert_eq!((ledger.waiting(), ledger.open()), (5, 5));
        assert_eq!(ledger.next(9), KEYS);
    }

    #[test]
    fn what_was_done_meanwhile_is_not_queued() {
        let mut ledger = Ledger::of(KEYS.into_iter());
        let done = |by: &str| ShardState::Done { by: by.to_owned(), digest: [0; 32] };
        ledger.set("a", done("one"));
        ledger.set("d", done("other"));
        ledger.set("e", ShardState::Failed);
        assert_eq!((ledger.waiting(), ledger.open()), (2, 2));
        assert_eq!(ledger.distrust("one"), 1);
        assert_eq!(ledger.next(9), ["a", "c", "b"]);
        assert!(!ledger.is_open("d") && ledger.is_open("a"));
        ledger.set("nobody's", ShardState::Waiting);
        assert_eq!(ledger.waiting(), 0);
    }
}
