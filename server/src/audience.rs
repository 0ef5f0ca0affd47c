//! Those who follow the debates of a class and vote in them: who they are, and what a debate tells their class.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use pixel_debate_protocol::{ClassCode, DebateId, Token};
use tokio::sync::watch;

use crate::tokens::Lock;

/// By what all classes are found in the store.
pub(crate) const CLASSES: &str = "class";

/// The name under which the store keeps a class, which no judgment has.
pub(crate) fn stream(code: &ClassCode) -> String {
    format!("{CLASSES}:{code}")
}

/// The class that the store keeps under that name, if it is one's.
pub(crate) fn class(name: &str) -> Option<ClassCode> {
    name.strip_prefix(CLASSES)?.strip_prefix(':')?.parse().ok()
}

/// The members of one class, by the numbers of their places. Its debates know them by it, and tell it how they stand.
#[derive(Debug)]
pub(crate) struct Audience {
    locks: RwLock<Vec<Lock>>,
    tally: watch::Sender<Option<Arc<Tally>>>,
}

/// How a class's debate stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tally {
    pub(crate) debate: DebateId,
    /// How many pixels are revealed.
    pub(crate) revealed: u32,
    /// What each member holds probable after each reveal, by the numbers of their places, as far as it is in the
    /// store.
    pub(crate) votes: Vec<Vec<Option<f32>>>,
    pub(crate) end: Option<End>,
}

/// How a class's debate has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With the truth.
    Outcome {
        /// Whether the first debater's claim is true.
        first_is_right: bool,
        /// Whether all was revealed and judged.
        judged: bool,
    },
    /// Without.
    Abandoned,
}

impl Audience {
    pub(crate) fn new() -> Self {
        Self { locks: RwLock::default(), tally: watch::Sender::new(None) }
    }

    /// Gives a place to whoever holds the token to that lock.
    pub(crate) fn admit(&self, lock: Lock) {
        self.locks.write().unwrap_or_else(PoisonError::into_inner).push(lock);
    }

    /// The place that the token opens. It is compared with every lock, so that the time it takes does not tell with
    /// which it agrees.
    pub(crate) fn place(&self, token: &Token) -> Option<u16> {
        let key = Lock::of(&token.0);
        let locks = self.locks.read().unwrap_or_else(PoisonError::into_inner);
        let places = (0..=u16::MAX).zip(locks.iter());
        places.fold(
            None,
            |found, (place, lock)| {
                if lock.compare(&key).into() { Some(place) } else { found }
            },
        )
    }

    /// The lock of that place.
    pub(crate) fn lock(&self, place: u16) -> Option<Lock> {
        let locks = self.locks.read().unwrap_or_else(PoisonError::into_inner);
        locks.get(usize::from(place)).cloned()
    }

    /// Tells the class how one of its debates stands.
    pub(crate) fn tell(&self, tally: Arc<Tally>) {
        self.tally.send_replace(Some(tally));
    }

    /// Where the class hears of it: always the latest.
    pub(crate) fn listen(&self) -> watch::Receiver<Option<Arc<Tally>>> {
        self.tally.subscribe()
    }
}

/// The audiences of all classes that have not ended.
#[derive(Debug, Default)]
pub(crate) struct Audiences(Mutex<HashMap<ClassCode, Arc<Audience>>>);

impl Audiences {
    /// The members of that class.
    pub(crate) fn of(&self, class: &ClassCode) -> Option<Arc<Audience>> {
        self.all().get(class).cloned()
    }

    pub(crate) fn add(&self, class: ClassCode, audience: Arc<Audience>) {
        self.all().insert(class, audience);
    }

    /// The class has ended. Its debates know its members to their own ends.
    pub(crate) fn remove(&self, class: &ClassCode) {
        self.all().remove(class);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<ClassCode, Arc<Audience>>> {
        // Nothing panics under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_the_place_of_its_own_member() {
        let audience = Audience::new();
        let tokens: Vec<_> = (0..300).map(|_| Lock::new().unwrap()).collect();
        for (_, lock) in &tokens {
            audience.admit(lock.clone());
        }
        for (place, (token, _)) in (0..).zip(&tokens) {
            assert_eq!(audience.place(token), Some(place));
        }
        assert_eq!(audience.place(&Lock::new().unwrap().0), None);
    }

    #[test]
    fn a_class_hears_the_latest() {
        let audience = Audience::new();
        let mut heard = audience.listen();
        let tally = |revealed| {
            let (votes, debate) = (vec![vec![None, Some(0.5)]], DebateId("d".into()));
            Arc::new(Tally { debate, revealed, votes, end: None })
        };
        for revealed in 0..3 {
            audience.tell(tally(revealed));
        }
        assert_eq!(*heard.borrow_and_update(), Some(tally(2)));
        assert!(!heard.has_changed().unwrap());
    }
}
