//! Room for debates: so many at once, of which those that are over make way for new ones, and so do
//! those that nobody came to in the usual time.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pixel_debate_protocol::DebateId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::visitors::Permit;

/// The part of the rooms that is kept for addresses without a debate that goes on, as a divisor; as
/// many more are for reading what is over.
const KEPT: usize = 8;

/// How many debates that visitors are shown have a room of their own, for there may be no other one:
/// the one that goes on, and those before it that are still remembered.
const SHOWN: usize = 8;

/// The fewest debates from the store that may be read at once.
const READ: usize = 64;

/// The rooms of all debates.
#[derive(Debug)]
pub(crate) struct Rooms {
    all: usize,
    debates: Wing,
    shown: Wing,
    read: Wing,
}

/// What a room is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// A debate that somebody sets up.
    Debate,
    /// A debate that visitors are shown.
    Shown,
    /// A debate from the store, which is over. All of these make way: so there is always room.
    Read,
}

/// Rooms of one use.
#[derive(Debug)]
struct Wing {
    free: Arc<Semaphore>,
    leaving: Arc<Leaving>,
}

/// A room, until this is dropped.
#[derive(Debug)]
pub(crate) struct Room {
    #[expect(dead_code, reason = "given back when it is dropped")]
    permit: OwnedSemaphorePermit,
    leaving: Arc<Leaving>,
}

/// Who makes way where there is no room.
#[derive(Debug, Default)]
pub(crate) struct Leaving(Mutex<Leavers>);

#[derive(Debug, Default)]
struct Leavers {
    /// The debates that are over and still have a room, by their age.
    over: BTreeMap<u64, DebateId>,
    /// Those that have not begun, by the time from which on they make way.
    awaited: BTreeMap<(Instant, u64), DebateId>,
}

/// Who makes way now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Leaver {
    /// A debate that is over.
    Over(u64, DebateId),
    /// A debate that nobody came to in the usual time.
    Awaited(u64, DebateId),
}

/// What a debate holds until it has an outcome or is no more: the place among those of its creator.
/// When this is dropped, the lobby knows that the debate may be let go.
#[derive(Debug)]
pub(crate) struct GoingOn {
    permit: Option<Permit>,
    /// Who makes way beside it; none where its room would be of no use to others.
    leaving: Option<Arc<Leaving>>,
    /// Until it begins, from when on it makes way.
    until: Option<Instant>,
    age: u64,
    debate: DebateId,
}

impl GoingOn {
    /// Whoever has set the debate up; nobody of what the server has set up itself, and of what was
    /// there when it started.
    pub(crate) fn creator(&self) -> Option<IpAddr> {
        self.permit.as_ref().and_then(Permit::whose)
    }

    /// The debate has lost its room, and makes no more way.
    pub(crate) fn vacate(&mut self) {
        self.begin();
        self.leaving = None;
    }

    /// The debate has begun, and makes way no more before it is over.
    pub(crate) fn begin(&mut self) {
        if let (Some(leaving), Some(until)) = (&self.leaving, self.until.take()) {
            leaving.now().awaited.remove(&(until, self.age));
        }
    }
}

impl Rooms {
    pub(crate) fn new(all: usize) -> Self {
        let (debates, shown) = (Wing::new(all), Wing::new(SHOWN));
        Self { all, debates, shown, read: Wing::new((all / KEPT).max(READ)) }
    }

    /// A room for that which nobody has, if there is one.
    pub(crate) fn take(&self, what: Use) -> Option<Room> {
        let Wing { free, leaving } = self.of(what);
        let permit = Arc::clone(free).try_acquire_owned().ok()?;
        Some(Room { permit, leaving: Arc::clone(leaving) })
    }

    /// How many debates could begin now.
    pub(crate) fn left(&self) -> usize {
        let Wing { free, leaving } = &self.debates;
        let leavers = leaving.now();
        let late = leavers.awaited.range(..=(Instant::now(), u64::MAX)).count();
        free.available_permits() + leavers.over.len() + late
    }

    /// How many debates that go on one address may have now. Where few rooms are left it is one: so
    /// that a few addresses cannot take them all from the next.
    pub(crate) fn share(&self) -> usize {
        if self.left() > self.all / KEPT { usize::MAX } else { 1 }
    }

    /// What a debate holds until it has an outcome, in that room if it has one. It makes way if it has
    /// not begun after `patience`.
    pub(crate) fn going_on(
        room: Option<&Room>,
        permit: Option<Permit>,
        patience: Duration,
        age: u64,
        debate: &DebateId,
    ) -> GoingOn {
        let (leaving, debate) = (room.map(|room| Arc::clone(&room.leaving)), debate.clone());
        let until = Instant::now() + patience;
        if let Some(leaving) = &leaving {
            leaving.now().awaited.insert((until, age), debate.clone());
        }
        GoingOn { permit, leaving, until: Some(until), age, debate }
    }

    /// The debate whose room is wanted first: the oldest that is over, or else the one that has waited
    /// longest in vain. It is not named again.
    pub(crate) fn leaver(&self, what: Use) -> Option<Leaver> {
        let mut leavers = self.of(what).leaving.now();
        if let Some((age, debate)) = leavers.over.pop_first() {
            return Some(Leaver::Over(age, debate));
        }
        let first = leavers.awaited.first_entry()?;
        let ((until, age), debate) = (*first.key(), first.get().clone());
        if until > Instant::now() {
            return None;
        }
        first.remove();
        Some(Leaver::Awaited(age, debate))
    }

    const fn of(&self, what: Use) -> &Wing {
        match what {
            Use::Debate => &self.debates,
            Use::Shown => &self.shown,
            Use::Read => &self.read,
        }
    }
}

impl Wing {
    fn new(rooms: usize) -> Self {
        let free = Arc::new(Semaphore::new(rooms.min(Semaphore::MAX_PERMITS)));
        Self { free, leaving: Arc::default() }
    }
}

impl Room {
    /// Who makes way for others beside the debate that has this room.
    pub(crate) fn leaving(&self) -> Arc<Leaving> {
        Arc::clone(&self.leaving)
    }
}

impl Leaving {
    /// The debate with that age is no more.
    pub(crate) fn forget(&self, age: u64) {
        self.now().over.remove(&age);
    }

    fn now(&self) -> MutexGuard<'_, Leavers> {
        // Nothing panics under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for GoingOn {
    fn drop(&mut self) {
        self.begin();
        if let Some(leaving) = &self.leaving {
            leaving.now().over.insert(self.age, self.debate.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn going_on(room: &Room, patience: Duration, age: u64, name: &str) -> GoingOn {
        Rooms::going_on(Some(room), None, patience, age, &DebateId(name.into()))
    }

    const LONG: Duration = Duration::from_hours(1);

    #[test]
    fn the_oldest_that_is_over_makes_way_first() {
        let rooms = Rooms::new(2);
        let taken = [(); 2].map(|()| rooms.take(Use::Debate).unwrap());
        let first = going_on(&taken[0], LONG, 7, "one");
        let second = going_on(&taken[1], LONG, 9, "two");
        assert_eq!((rooms.leaver(Use::Debate), rooms.left()), (None, 0));
        drop((second, first));
        assert_eq!((rooms.leaver(Use::Read), rooms.left()), (None, 2));
        assert_eq!(rooms.leaver(Use::Debate), Some(Leaver::Over(7, DebateId("one".into()))));
        taken[1].leaving().forget(9);
        assert_eq!((rooms.leaver(Use::Debate), rooms.left()), (None, 0));
    }

    #[test]
    fn what_has_not_begun_in_the_usual_time_makes_way_next() {
        let rooms = Rooms::new(4);
        let room = rooms.take(Use::Debate).unwrap();
        let (late, later) = (Duration::ZERO, Duration::from_millis(100));
        let _patient = going_on(&room, LONG, 1, "patient");
        let mut begun = going_on(&room, late, 2, "begun");
        begun.begin();
        let _late = [(later, 4), (late, 3)].map(|(late, age)| going_on(&room, late, age, "late"));
        std::thread::sleep(Duration::from_millis(200));
        assert_eq!(rooms.left(), 3 + 2);
        drop(going_on(&room, LONG, 5, "over"));
        assert_eq!(rooms.leaver(Use::Debate), Some(Leaver::Over(5, DebateId("over".into()))));
        for age in [3, 4] {
            let late = Leaver::Awaited(age, DebateId("late".into()));
            assert_eq!(rooms.leaver(Use::Debate), Some(late));
        }
        assert_eq!((rooms.leaver(Use::Debate), rooms.left()), (None, 3));
    }

    #[test]
    fn what_has_no_room_makes_none() {
        let rooms = Rooms::new(1);
        drop(Rooms::going_on(None, None, LONG, 1, &DebateId("one".into())));
        assert_eq!((rooms.leaver(Use::Debate), rooms.left()), (None, 1));
    }

    #[test]
    fn many_addresses_leave_room_for_the_next() {
        let rooms = Rooms::new(10_000);
        let (mut taken, mut addresses) = (Vec::new(), 0);
        // Each takes all that it may.
        while addresses < 1000 {
            let mut own = 0;
            while own < 256.min(rooms.share()) && rooms.left() > 0 {
                taken.extend(rooms.take(Use::Debate));
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
        let _taken = [(); 2].map(|()| rooms.take(Use::Debate).unwrap());
        assert_eq!((rooms.left(), rooms.share()), (1, usize::MAX));
    }

    #[test]
    fn what_visitors_are_shown_and_what_is_read_have_rooms_of_their_own() {
        let rooms = Rooms::new(1);
        let _taken = rooms.take(Use::Debate).unwrap();
        assert!(rooms.take(Use::Debate).is_none());
        assert!(rooms.take(Use::Shown).is_some());
        assert!(rooms.take(Use::Read).is_some());
    }
}
