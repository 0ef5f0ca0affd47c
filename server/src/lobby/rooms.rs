//! Room for debates: so many at once, of which those that are over make way for new ones.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pixel_debate_protocol::DebateId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::visitors::Place;

/// The part of the rooms that is kept for addresses without a debate that goes on, as a divisor.
const KEPT: usize = 8;

/// How many debates that visitors are shown have a room of their own, for there may be no other one:
/// the one that goes on, and those before it that are still remembered.
const SHOWN: usize = 8;

/// The rooms of all debates.
#[derive(Debug)]
pub(super) struct Rooms {
    all: usize,
    free: Arc<Semaphore>,
    shown: Arc<Semaphore>,
    over: Arc<Over>,
}

/// A room, until this is dropped.
#[derive(Debug)]
pub(super) struct Room(
    #[expect(dead_code, reason = "given back when it is dropped")] OwnedSemaphorePermit,
);

/// The debates that are over and still have a room, by their age.
#[derive(Debug, Default)]
struct Over(Mutex<BTreeMap<u64, DebateId>>);

/// What a debate holds until it has an outcome or is no more: the place among those of its creator.
/// When this is dropped, the lobby knows that the debate may be let go.
#[derive(Debug)]
pub(crate) struct GoingOn {
    place: Option<Place>,
    over: Arc<Over>,
    age: u64,
    debate: DebateId,
}

impl GoingOn {
    /// The address that has set the debate up; none of what the server has set up itself, and of what was
    /// there when it started.
    pub(crate) fn creator(&self) -> Option<IpAddr> {
        self.place.as_ref().and_then(Place::address)
    }
}

impl Rooms {
    pub(super) fn new(all: usize) -> Self {
        let rooms = |number: usize| Arc::new(Semaphore::new(number.min(Semaphore::MAX_PERMITS)));
        Self { all, free: rooms(all), shown: rooms(SHOWN), over: Arc::default() }
    }

    /// A room that nobody has, if there is one.
    pub(super) fn take(&self) -> Option<Room> {
        Arc::clone(&self.free).try_acquire_owned().ok().map(Room)
    }

    /// A room for a debate that visitors are shown, if one of those is free.
    pub(super) fn take_shown(&self) -> Option<Room> {
        Arc::clone(&self.shown).try_acquire_owned().ok().map(Room)
    }

    /// How many debates could begin now.
    pub(super) fn left(&self) -> usize {
        self.free.available_permits() + self.over.debates().len()
    }

    /// How many debates that go on one address may have now. Where few rooms are left it is one: so
    /// that a few addresses cannot take them all from the next.
    pub(super) fn share(&self) -> usize {
        if self.left() > self.all / KEPT { usize::MAX } else { 1 }
    }

    /// What a debate holds until it has an outcome.
    pub(super) fn going_on(&self, place: Option<Place>, age: u64, debate: &DebateId) -> GoingOn {
        let (over, debate) = (Arc::clone(&self.over), debate.clone());
        GoingOn { place, over, age, debate }
    }

    /// The oldest debate that is over. It is not named again.
    pub(super) fn oldest_over(&self) -> Option<(u64, DebateId)> {
        self.over.debates().pop_first()
    }

    /// A debate has been let go.
    pub(super) fn forget(&self, age: u64) {
        self.over.debates().remove(&age);
    }
}

impl Over {
    fn debates(&self) -> MutexGuard<'_, BTreeMap<u64, DebateId>> {
        // Nothing panics under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for GoingOn {
    fn drop(&mut self) {
        self.over.debates().insert(self.age, self.debate.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_that_is_over_makes_way_first() {
        let rooms = Rooms::new(2);
        let debate = |name: &str| DebateId(name.into());
        let [one, two] = ["one", "two"].map(debate);
        let [first, second] = [(7, &one), (9, &two)].map(|(age, id)| rooms.going_on(None, age, id));
        assert_eq!(rooms.oldest_over(), None);
        drop((second, first));
        assert_eq!(rooms.left(), 4);
        assert_eq!(rooms.oldest_over(), Some((7, one)));
        rooms.forget(9);
        assert_eq!(rooms.oldest_over(), None);
    }

    #[test]
    fn many_addresses_leave_room_for_the_next() {
        let rooms = Rooms::new(10_000);
        let (mut taken, mut addresses) = (Vec::new(), 0);
        // Each takes all that it may.
        while addresses < 1000 {
            let mut own = 0;
            while own < 256.min(rooms.share()) && rooms.left() > 0 {
                taken.extend(rooms.take());
                own += 1;
            }
            assert!(own > 0, "address {addresses} found no room");
            addresses += 1;
        }
        assert!(rooms.left() > 0);
    }

    #[test]
    fn a_small_server_keeps_no_room_from_its_only_client() {
        let rooms = Rooms::new(3);
        let _taken = [rooms.take().unwrap(), rooms.take().unwrap()];
        assert_eq!((rooms.left(), rooms.share()), (1, usize::MAX));
    }

    #[test]
    fn what_visitors_are_shown_has_a_room_of_its_own() {
        let rooms = Rooms::new(1);
        let _taken = rooms.take().unwrap();
        assert!(rooms.take().is_none());
        assert!(rooms.take_shown().is_some());
    }
}
