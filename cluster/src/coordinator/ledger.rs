//! How far each shard is.

use std::collections::{BTreeSet, HashMap, VecDeque};

use pixel_debate_harness::{Failed, Undone};

/// How far a shard is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
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
    states: HashMap<&'a str, State>,
    /// Those that wait, in order.
    waiting: VecDeque<&'a str>,
    open: usize,
    errors: HashMap<String, Vec<(String, String)>>,
}

impl<'a> Ledger<'a> {
    pub(super) fn of(undone: &Undone<'a>) -> Self {
        let waiting: VecDeque<&str> = undone.keys().collect();
        let states = waiting.iter().map(|key| (*key, State::Waiting)).collect();
        Self { states, open: waiting.len(), waiting, errors: HashMap::new() }
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
        matches!(self.states.get(key), Some(State::Waiting | State::Queued))
    }

    /// Takes the next that are to be queued.
    pub(super) fn next(&mut self, most: usize) -> Vec<String> {
        let mut next = Vec::new();
        while next.len() < most
            && let Some(key) = self.waiting.pop_front()
        {
            // Some are done without having been queued: by a worker that an earlier coordinator had.
            if self.states.get(key) == Some(&State::Waiting) {
                next.push(key.to_owned());
            }
        }
        next
    }

    /// A shard is to be done after all, or again.
    pub(super) fn reopen(&mut self, key: &str) {
        if self.states.get(key) != Some(&State::Waiting) || !self.waiting.contains(&key) {
            self.put_back(key);
        }
    }

    /// One that was taken by [`next`](Self::next) could not be queued.
    pub(super) fn put_back(&mut self, key: &str) {
        self.set(key, State::Waiting);
        if let Some((key, _)) = self.states.get_key_value(key) {
            self.waiting.push_front(key);
        }
    }

    pub(super) fn set(&mut self, key: &str, state: State) {
        let Some(known) = self.states.get_mut(key) else { return };
        let is_open = |state: &State| matches!(state, State::Waiting | State::Queued);
        self.open += usize::from(is_open(&state));
        self.open -= usize::from(is_open(known));
        *known = state;
    }

    /// Those that are on the queue or in a worker's hands.
    pub(super) fn queued(&self) -> Vec<String> {
        let queued = self.states.iter().filter(|(_, state)| **state == State::Queued);
        queued.map(|(key, _)| (*key).to_owned()).collect()
    }

    /// Who did a shard, and the hash of its bytes, if this coordinator took it.
    pub(super) fn done_by(&self, key: &str) -> Option<(String, [u8; 32])> {
        match self.states.get(key) {
            Some(State::Done { by, digest }) => Some((by.clone(), *digest)),
            _ => None,
        }
    }

    /// All that a worker has done is to be done again; how much that is.
    pub(super) fn distrust(&mut self, worker: &str) -> usize {
        let by_it = |state: &State| matches!(state, State::Done { by, .. } if by == worker);
        let keys: Vec<&str> =
            self.states.iter().filter(|(_, state)| by_it(state)).map(|(key, _)| *key).collect();
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
        let failed = undone.keys().filter(|key| self.states.get(key) == Some(&State::Failed));
        failed.filter_map(|key| undone.failed(key, self.errors(key))).collect()
    }
}
