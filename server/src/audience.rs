//! Those who follow the debates of a class and vote in them: who they are, and what a debate tells their class.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};

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
    places: RwLock<Vec<Place>>,
    /// The latest debate of the class.
    debate: Mutex<Option<DebateId>>,
    tally: watch::Sender<Option<Arc<Tally>>>,
}

/// A place in a class.
#[derive(Debug)]
struct Place {
    lock: Lock,
    /// Whether whoever had it was sent away: then nobody has it any more.
    away: bool,
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
        let (places, debate) = (RwLock::default(), Mutex::default());
        Self { places, debate, tally: watch::Sender::new(None) }
    }

    /// Gives a place to whoever holds the token to that lock.
    pub(crate) fn admit(&self, lock: Lock) {
        self.writing().push(Place { lock, away: false });
    }

    /// Has that place open to nobody any more.
    pub(crate) fn send_away(&self, place: u16) {
        if let Some(place) = self.writing().get_mut(usize::from(place)) {
            place.away = true;
        }
    }

    /// The place that the token opens.
    pub(crate) fn place(&self, token: &Token) -> Option<u16> {
        self.find(token).filter(|(_, away)| !away).map(|(place, _)| place)
    }

    /// Whether the token is that of somebody who was sent away.
    pub(crate) fn was_sent_away(&self, token: &Token) -> bool {
        self.find(token).is_some_and(|(_, away)| away)
    }

    /// The place whose lock the token opens, and whether whoever had it was sent away. The token is compared with every
    /// lock, so that the time it takes does not tell with which it agrees.
    fn find(&self, token: &Token) -> Option<(u16, bool)> {
        let key = Lock::of(&token.0);
        let places = self.places.read().unwrap_or_else(PoisonError::into_inner);
        (0..=u16::MAX).zip(places.iter()).fold(None, |found, (number, place)| {
            if place.lock.compare(&key).into() { Some((number, place.away)) } else { found }
        })
    }

    /// The lock of that place.
    pub(crate) fn lock(&self, place: u16) -> Option<Lock> {
        let places = self.places.read().unwrap_or_else(PoisonError::into_inner);
        places.get(usize::from(place)).map(|place| place.lock.clone())
    }

    fn writing(&self) -> RwLockWriteGuard<'_, Vec<Place>> {
        self.places.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The class has that debate now.
    pub(crate) fn debates(&self, debate: &DebateId) {
        *self.debate() = Some(debate.clone());
    }

    /// Whether that is the latest debate of the class.
    pub(crate) fn has(&self, debate: &DebateId) -> bool {
        self.debate().as_ref() == Some(debate)
    }

    fn debate(&self) -> MutexGuard<'_, Option<DebateId>> {
        self.debate.lock().unwrap_or_else(PoisonError::into_inner)
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
        let stranger = Lock::new().unwrap().0;
        assert_eq!(audience.place(&stranger), None);
        audience.send_away(299);
        let (gone, last) = (&tokens[299].0, &tokens[298].0);
        assert_eq!((audience.place(gone), audience.place(last)), (None, Some(298)));
        let away = [gone, last, &stranger].map(|token| audience.was_sent_away(token));
        assert_eq!(away, [true, false, false]);
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
