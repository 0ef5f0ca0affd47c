//! Slots as they are handed out, come back and are finished.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

/// Why a participant has left without finishing, or shall not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// Gave up, or was not heard of for too long.
    DroppedOut,
    /// Was excluded, by a rule stated beforehand or by the researcher; after finishing, too.
    Excluded,
    /// Was found not to belong to those who are asked.
    ScreenedOut,
}

/// Of whom the slots are given again.
///
/// ```
/// use pixel_debate_study::allocation::{Left, Returns};
///
/// assert!(Returns::default().of(Left::Excluded));
/// assert!(!Returns { excluded: false, ..Returns::default() }.of(Left::Excluded));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Returns {
    /// Of those who dropped out.
    pub dropped_out: bool,
    /// Of those excluded.
    pub excluded: bool,
    /// Of those screened out.
    pub screened_out: bool,
}

impl Default for Returns {
    /// Of all: what alone keeps the allocation balanced to the last cell.
    fn default() -> Self {
        Self { dropped_out: true, excluded: true, screened_out: true }
    }
}

impl Returns {
    /// Whether the slot of one who left so is given again.
    pub fn of(&self, left: Left) -> bool {
        match left {
            Left::DroppedOut => self.dropped_out,
            Left::Excluded => self.excluded,
            Left::ScreenedOut => self.screened_out,
        }
    }
}

/// A slot as one participant has it. Whoever has the same slot later has another turn: what is asked in the name of
/// an earlier one is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The slot, from 0.
    pub slot: u32,
    /// How often it had been handed out before.
    pub turn: u32,
}

/// Why a place cannot be left, finished or taken up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// There is no such slot, or it was never handed out for that turn.
    #[error("slot {} was never handed out for turn {}", .0.slot, .0.turn)]
    Unknown(Place),
    /// Somebody else has it, or had it, since.
    #[error("slot {} was given to somebody else after turn {}", .0.slot, .0.turn)]
    GivenAgain(Place),
    /// It has been left.
    #[error("slot {} has been left in turn {}", .0.slot, .0.turn)]
    Left(Place),
    /// It has been finished.
    #[error("slot {} has been finished in turn {}", .0.slot, .0.turn)]
    Finished(Place),
    /// It is held: there is nothing to take up again.
    #[error("slot {} is held in turn {}", .0.slot, .0.turn)]
    Held(Place),
}

/// What has become of a slot in its latest turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Untouched,
    Held,
    Finished,
    Left(Left),
}

/// How many slots are how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Standing {
    /// Can be handed out: untouched, or left and to be given again.
    pub free: u32,
    /// Somebody has them.
    pub held: u32,
    /// Finished.
    pub finished: u32,
    /// Left, and not to be given again.
    pub lost: u32,
}

/// The slots of an allocation as they are handed out, come back and are finished: a machine without clock and
/// chance, so that the same history leads to the same places.
///
/// Nobody has a slot that somebody else has, and no slot counts as finished twice. A slot is given again whole: what
/// its last holder has judged does not count, and the next begins anew. So once all are finished every cell has as
/// many judgments as planned.
///
/// Untouched slots go first, in their order, and then those that came back, the longest returned first: whoever
/// dropped out may come again, and finds the place kept as long as there are others.
///
/// ```
/// use pixel_debate_study::allocation::{Left, Places, Returns};
///
/// let mut places = Places::new(2, Returns::default());
/// let (one, two) = (places.join().expect("two"), places.join().expect("one"));
/// assert_eq!(places.join(), None);
/// places.leave(one, Left::DroppedOut)?;
/// // Somebody else goes on with the slot from its beginning, and the first comes too late.
/// let other = places.join().expect("one came back");
/// assert_eq!((other.slot, other.turn), (one.slot, 1));
/// assert!(places.resume(one).is_err());
/// places.finish(two)?;
/// places.finish(other)?;
/// assert!(places.is_complete());
/// # Ok::<(), pixel_debate_study::allocation::PlaceError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    returns: Returns,
    /// The latest turn of each slot and what has become of it.
    slots: Vec<(u32, State)>,
    /// The slots before this one have been handed out.
    untouched: u32,
    /// Those to be given again, in the order in which they came back.
    returned: VecDeque<u32>,
    finished: BTreeSet<u32>,
    held: u32,
}

impl Places {
    /// So many slots, which nobody has.
    pub fn new(slots: u32, returns: Returns) -> Self {
        Self {
            returns,
            slots: vec![(0, State::Untouched); slots as usize],
            untouched: 0,
            returned: VecDeque::new(),
            finished: BTreeSet::new(),
            held: 0,
        }
    }

    /// The place that [`join`](Self::join) hands out next, if one is free.
    pub fn next(&self) -> Option<Place> {
        if (self.untouched as usize) < self.slots.len() {
            return Some(Place { slot: self.untouched, turn: 0 });
        }
        let slot = *self.returned.front()?;
        Some(Place { slot, turn: self.slots[slot as usize].0 + 1 })
    }

    /// Hands out the next slot, if one is free.
    pub fn join(&mut self) -> Option<Place> {
        let slot = if (self.untouched as usize) < self.slots.len() {
            self.untouched += 1;
            self.untouched - 1
        } else {
            let slot = self.returned.pop_front()?;
            self.slots[slot as usize].0 += 1;
            slot
        };
        let (turn, state) = &mut self.slots[slot as usize];
        *state = State::Held;
        self.held += 1;
        Some(Place { slot, turn: *turn })
    }

    /// Takes a place back. Whoever holds it leaves it for any reason; one who has finished can still be excluded.
    /// Whether the slot is given again is for the [`Returns`] to say.
    ///
    /// # Errors
    ///
    /// If the place is not held, and not finished by somebody who is to be excluded.
    pub fn leave(&mut self, place: Place, left: Left) -> Result<(), PlaceError> {
        match self.state(place)? {
            State::Held => self.held -= 1,
            State::Finished if left == Left::Excluded => {
                self.finished.remove(&place.slot);
            }
            state => return Err(refused(place, state)),
        }
        self.slots[place.slot as usize].1 = State::Left(left);
        // A slot that was handed out more often than can be counted is not handed out again.
        if self.returns.of(left) && place.turn < u32::MAX {
            self.returned.push_back(place.slot);
        }
        Ok(())
    }

    /// Gives a place back to one who dropped out, if nobody else has been given it.
    ///
    /// # Errors
    ///
    /// If the place is not that of one who dropped out, or it was given to somebody else, or is never given again.
    pub fn resume(&mut self, place: Place) -> Result<(), PlaceError> {
        let state = self.state(place)?;
        let waiting = self.returned.iter().position(|slot| *slot == place.slot);
        match (state, waiting) {
            (State::Left(Left::DroppedOut), Some(at)) => {
                self.returned.remove(at);
                self.slots[place.slot as usize].1 = State::Held;
                self.held += 1;
                Ok(())
            }
            (state, _) => Err(refused(place, state)),
        }
    }

    /// Notes that a holder has judged all that the slot has.
    ///
    /// # Errors
    ///
    /// If the place is not held.
    pub fn finish(&mut self, place: Place) -> Result<(), PlaceError> {
        match self.state(place)? {
            State::Held => {
                self.held -= 1;
                self.finished.insert(place.slot);
                self.slots[place.slot as usize].1 = State::Finished;
                Ok(())
            }
            state => Err(refused(place, state)),
        }
    }

    /// Whether somebody has this place, in this turn.
    pub fn is_held(&self, place: Place) -> bool {
        self.state(place) == Ok(State::Held)
    }

    /// Whether all slots are finished.
    pub fn is_complete(&self) -> bool {
        self.finished.len() == self.slots.len()
    }

    /// The slots that are finished, in their order.
    pub fn finished(&self) -> impl Iterator<Item = u32> {
        self.finished.iter().copied()
    }

    /// How many slots are how.
    pub fn standing(&self) -> Standing {
        let slots = self.slots.len() as u32;
        let free = slots - self.untouched + self.returned.len() as u32;
        let (held, finished) = (self.held, self.finished.len() as u32);
        Standing { free, held, finished, lost: slots - free - held - finished }
    }

    /// What has become of a place whose turn is the slot's latest.
    fn state(&self, place: Place) -> Result<State, PlaceError> {
        match self.slots.get(place.slot as usize) {
            Some((turn, _)) if place.turn < *turn => Err(PlaceError::GivenAgain(place)),
            Some((turn, state)) if place.turn == *turn && *state != State::Untouched => Ok(*state),
            _ => Err(PlaceError::Unknown(place)),
        }
    }
}

/// Why nothing can be done with a place that is so.
fn refused(place: Place, state: State) -> PlaceError {
    match state {
        State::Untouched => PlaceError::Unknown(place),
        State::Held => PlaceError::Held(place),
        State::Finished => PlaceError::Finished(place),
        State::Left(_) => PlaceError::Left(place),
    }
}
