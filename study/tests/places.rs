//! Slots as they are handed out, come back and are finished: random histories, held to a plain record of them.

use std::collections::{BTreeMap, BTreeSet};

use pixel_debate_study::allocation::{
    Allocation, Left, Place, PlaceError, Places, Request, Returns, Standing,
};
use proptest::prelude::*;
use proptest::sample::Index;

#[derive(Debug, Clone)]
enum Step {
    Join,
    Leave(Index, Left),
    Resume(Index),
    Finish(Index),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let left = prop_oneof![
        3 => Just(Left::DroppedOut),
        1 => Just(Left::Excluded),
        1 => Just(Left::ScreenedOut),
    ];
    let step = prop_oneof![
        4 => Just(Step::Join),
        2 => (any::<Index>(), left).prop_map(|(who, left)| Step::Leave(who, left)),
        1 => any::<Index>().prop_map(Step::Resume),
        2 => any::<Index>().prop_map(Step::Finish),
    ];
    prop::collection::vec(step, 0..300)
}

fn returns() -> impl Strategy<Value = Returns> {
    any::<[bool; 3]>().prop_map(|[dropped_out, excluded, screened_out]| Returns {
        dropped_out,
        excluded,
        screened_out,
    })
}

/// What is known of somebody who once had a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Was {
    Holding,
    Finished,
    Left(Left),
}

/// All who ever came, in their order.
#[derive(Default)]
struct Record(Vec<(Place, Was)>);

impl Record {
    fn latest(&self, place: Place) -> bool {
        self.0.iter().all(|(other, _)| other.slot != place.slot || other.turn <= place.turn)
    }

    /// Does a step and holds the answer to the record.
    fn step(&mut self, step: &Step, places: &mut Places, returns: Returns) {
        let who = match step {
            Step::Join => {
                let given = places.join();
                if let Some(place) = given {
                    let seen = self.0.iter().all(|(other, _)| *other != place);
                    assert!(seen, "{place:?} twice");
                    let held = |(other, was): &&(Place, Was)| {
                        other.slot == place.slot
                            && *was != Was::Left(Left::DroppedOut)
                            && !matches!(was, Was::Left(_))
                    };
                    assert_eq!(self.0.iter().find(held), None, "{place:?} is somebody's");
                    self.0.push((place, Was::Holding));
                }
                return;
            }
            Step::Leave(who, _) | Step::Resume(who) | Step::Finish(who) if !self.0.is_empty() => {
                who.index(self.0.len())
            }
            _ => return,
        };
        let (place, was) = self.0[who];
        let latest = self.latest(place);
        let (answer, expected, now) = match step {
            Step::Leave(_, left) => {
                let may = was == Was::Holding || (was == Was::Finished && *left == Left::Excluded);
                (places.leave(place, *left), may && latest, Was::Left(*left))
            }
            Step::Resume(_) => {
                let may = was == Was::Left(Left::DroppedOut) && returns.dropped_out;
                (places.resume(place), may && latest, Was::Holding)
            }
            Step::Finish(_) => (places.finish(place), was == Was::Holding && latest, Was::Finished),
            Step::Join => return,
        };
        assert_eq!(answer.is_ok(), expected, "{step:?} of {place:?}, who was {was:?}: {answer:?}");
        if answer.is_ok() {
            self.0[who].1 = now;
        } else if !latest {
            assert_eq!(answer, Err(PlaceError::GivenAgain(place)));
        }
    }

    fn slots(&self, with: Was) -> Vec<u32> {
        self.0.iter().filter(|(_, was)| *was == with).map(|(place, _)| place.slot).collect()
    }

    /// No slot has two who hold it or have finished it, and the places say the same.
    fn check(&self, places: &Places, slots: u32) {
        let (held, finished) = (self.slots(Was::Holding), self.slots(Was::Finished));
        let distinct: BTreeSet<u32> = held.iter().chain(&finished).copied().collect();
        assert_eq!(distinct.len(), held.len() + finished.len(), "a slot is two people's");
        assert!(distinct.iter().all(|slot| *slot < slots));
        let standing = places.standing();
        assert_eq!((standing.held, standing.finished), (held.len() as u32, finished.len() as u32));
        assert_eq!(standing.free + standing.held + standing.finished + standing.lost, slots);
        assert_eq!(places.finished().collect::<BTreeSet<_>>(), finished.into_iter().collect());
        for (place, was) in &self.0 {
            assert_eq!(places.is_held(*place), *was == Was::Holding);
        }
    }
}

proptest! {
    #[test]
    fn no_slot_is_ever_two_peoples(slots in 0_u32..12, returns in returns(), steps in steps()) {
        let mut places = Places::new(slots, returns);
        let mut record = Record::default();
        for step in &steps {
            record.step(step, &mut places, returns);
            record.check(&places, slots);
        }
        // By the rule alone a slot is lost.
        let latest: BTreeMap<u32, Was> = record.0.iter().filter(|(place, _)| record.latest(*place)).map(|(place, was)| (place.slot, *was)).collect();
        let lost = latest.values().filter(|was| matches!(was, Was::Left(left) if !returns.of(*left))).count();
        prop_assert_eq!(places.standing().lost as usize, lost);
        // The same history leads to the same places.
        let mut again = Places::new(slots, returns);
        let mut other = Record::default();
        for step in &steps {
            other.step(step, &mut again, returns);
        }
        prop_assert_eq!(again, places);
    }

    /// However many give up in between: once all who then come go on to the end, each cell has been judged as
    /// often as planned, and nobody else is let in.
    #[test]
    fn at_the_end_every_cell_is_judged_as_often(steps in steps(), seed: u64) {
        let request = Request {
            participants: 12,
            tiers: vec![4, 2],
            conditions: 2,
            one_sided: Vec::new(),
            each: 3,
            practice: 0,
            checks: 0,
            repeats: 0,
            flipped: 0,
            apart: 0,
            balance_sides: true,
            balance_answers: true,
            seed,
        };
        let allocation = Allocation::of(&request).expect("36 items in 12 cells");
        let mut places = Places::new(allocation.slots(), Returns::default());
        let mut record = Record::default();
        for step in &steps {
            record.step(step, &mut places, Returns::default());
        }
        while let Some(place) = places.join() {
            record.0.push((place, Was::Holding));
        }
        for (place, was) in &mut record.0 {
            if *was == Was::Holding {
                places.finish(*place).expect("it is held");
                *was = Was::Finished;
            }
        }
        record.check(&places, 12);
        prop_assert!(places.is_complete() && places.join().is_none());
        prop_assert_eq!(places.standing(), Standing { finished: 12, ..Standing::default() });
        // Counted from who finished what, not from what the places say.
        let cells = allocation.cells(record.slots(Was::Finished));
        prop_assert!(cells.iter().all(|count| *count == 3), "{cells:?}");
    }
}

#[test]
fn whoever_was_never_there_is_unknown() {
    let mut places = Places::new(2, Returns::default());
    let place = places.join().unwrap();
    for stranger in
        [Place { slot: 1, turn: 0 }, Place { slot: 0, turn: 1 }, Place { slot: 2, turn: 0 }]
    {
        assert_eq!(places.finish(stranger), Err(PlaceError::Unknown(stranger)));
        assert_eq!(places.resume(stranger), Err(PlaceError::Unknown(stranger)));
    }
    assert_eq!(places.resume(place), Err(PlaceError::Held(place)));
}

#[test]
fn who_dropped_out_finds_the_place_kept_while_there_are_others() {
    let mut places = Places::new(3, Returns::default());
    let (first, second) = (places.join().unwrap(), places.join().unwrap());
    places.leave(first, Left::DroppedOut).unwrap();
    places.leave(second, Left::DroppedOut).unwrap();
    assert_eq!(places.join(), Some(Place { slot: 2, turn: 0 }));
    places.resume(second).unwrap();
    assert_eq!(places.join(), Some(Place { slot: 0, turn: 1 }));
    assert_eq!(places.resume(first), Err(PlaceError::GivenAgain(first)));
    assert_eq!(places.join(), None);
}
