//! What a group of writes means for a store: which are new, which repeat what is stored, and which
//! are refused.
//!
//! The ledger remembers the last number of each debate that goes on, so that an event costs the
//! database one insertion and no question. It may: a store belongs to one process, and one writer
//! in it. After a failure, when it is open what the database holds, the ledger forgets everything,
//! and learns it again from the database.

use std::collections::HashMap;

use bytes::Bytes;

use crate::error::StoreError;
use crate::records::{Finish, NewDebate};

/// A write.
#[derive(Debug)]
pub(crate) enum Write {
    Create(NewDebate),
    Append { debate: String, seq: u64, event: Bytes, finish: Option<Finish> },
    Check,
}

/// What the ledger remembers of a debate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) place: u64,
    pub(crate) last_seq: u64,
    pub(crate) ended: bool,
}

/// What a group of writes comes to.
#[derive(Debug, Default)]
pub(crate) struct Group<'a> {
    /// New debates and their places.
    pub(crate) debates: Vec<(u64, &'a NewDebate)>,
    pub(crate) events: Vec<NewEvent<'a>>,
    /// The places and names of the debates that end, and what came of them.
    pub(crate) ends: Vec<(u64, &'a str, &'a Finish)>,
    /// What should be in the store once the above is.
    pub(crate) repeats: Vec<Repeat<'a>>,
    pub(crate) check: bool,
    /// The writes that are refused, by their index in the group.
    pub(crate) refusals: Vec<(usize, StoreError)>,
}

/// An event to be stored, of the debate at that place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NewEvent<'a> {
    pub(crate) debate: u64,
    pub(crate) seq: u64,
    pub(crate) event: &'a Bytes,
}

/// A write that was carried out before, as it seems.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Repeat<'a> {
    /// Its index in the group.
    pub(crate) index: usize,
    pub(crate) place: u64,
    pub(crate) what: Repeated<'a>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Repeated<'a> {
    Debate(&'a NewDebate),
    Event { debate: &'a str, seq: u64, event: &'a Bytes },
}

impl Group<'_> {
    /// Whether the database has nothing to do.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { debates, events, ends, repeats, check, refusals: _ } = self;
        debates.is_empty() && events.is_empty() && ends.is_empty() && repeats.is_empty() && !check
    }
}

impl Repeated<'_> {
    /// What is said where the store holds something else.
    pub(crate) fn refusal(&self) -> StoreError {
        match *self {
            Self::Debate(debate) => StoreError::DebateExists(debate.id.clone()),
            Self::Event { debate, seq, .. } => StoreError::Conflict { debate: debate.into(), seq },
        }
    }
}

/// What is remembered of the store.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// By name. Names that no debate has, or one that is damaged, are remembered for one group.
    known: HashMap<String, Result<Option<Known>, StoreError>>,
    last_place: Option<u64>,
}

impl Ledger {
    /// How many debates are remembered at most. It is more than a server holds at once.
    const MOST: usize = 1 << 17;

    /// The names in the writes of which nothing is known yet.
    pub(crate) fn unknown<'a>(&self, writes: &'a [Write]) -> Vec<&'a str> {
        let names = writes.iter().filter_map(|write| match write {
            Write::Create(debate) => Some(debate.id.as_str()),
            Write::Append { debate, .. } => Some(debate.as_str()),
            Write::Check => None,
        });
        let mut names: Vec<_> = names.filter(|name| !self.known.contains_key(*name)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Remembers what the store holds of a name.
    pub(crate) fn learn(&mut self, name: &str, known: Result<Option<Known>, StoreError>) {
        self.known.insert(name.into(), known);
    }

    /// Whether it has to be told the last place that a debate has.
    pub(crate) fn wants_last_place(&self) -> bool {
        self.last_place.is_none()
    }

    pub(crate) fn learn_last_place(&mut self, place: u64) {
        self.last_place = Some(place);
    }

    /// Decides what the writes mean, as if they had been carried out one after the other. All their
    /// names must be known, and the last place.
    pub(crate) fn plan<'a>(&mut self, writes: &'a [Write]) -> Group<'a> {
        let mut plan = Group::default();
        for (index, write) in writes.iter().enumerate() {
            match write {
                Write::Create(debate) => {
                    if let Err(refusal) = self.create(&mut plan, index, debate) {
                        plan.refusals.push((index, refusal));
                    }
                }
                Write::Append { debate, seq, event, finish } => {
                    let append = (debate.as_str(), *seq, event, finish.as_ref());
                    if let Err(refusal) = self.append(&mut plan, index, append) {
                        plan.refusals.push((index, refusal));
                    }
                }
                Write::Check => plan.check = true,
            }
        }
        plan
    }

    fn create<'a>(
        &mut self,
        plan: &mut Group<'a>,
        index: usize,
        debate: &'a NewDebate,
    ) -> Result<(), StoreError> {
        match self.known.get(&debate.id) {
            Some(Err(damaged)) => return Err(damaged.clone()),
            Some(&Ok(Some(Known { place, .. }))) => {
                plan.repeats.push(Repeat { index, place, what: Repeated::Debate(debate) });
            }
            Some(Ok(None)) | None => {
                let place = self.last_place.unwrap_or(0) + 1;
                self.last_place = Some(place);
                let known = Known { place, last_seq: 0, ended: false };
                self.known.insert(debate.id.clone(), Ok(Some(known)));
                plan.debates.push((place, debate));
            }
        }
        Ok(())
    }

    fn append<'a>(
        &mut self,
        plan: &mut Group<'a>,
        index: usize,
        (debate, seq, event, finish): (&'a str, u64, &'a Bytes, Option<&'a Finish>),
    ) -> Result<(), StoreError> {
        let known = match self.known.get_mut(debate) {
            Some(Ok(Some(known))) => known,
            Some(Err(damaged)) => return Err(damaged.clone()),
            Some(Ok(None)) | None => return Err(StoreError::UnknownDebate(debate.into())),
        };
        let Known { place, last_seq, ended } = *known;
        if (1..=last_seq).contains(&seq) {
            let what = Repeated::Event { debate, seq, event };
            plan.repeats.push(Repeat { index, place, what });
        } else if ended {
            return Err(StoreError::Ended(debate.into()));
        } else if seq == last_seq + 1 {
            *known = Known { place, last_seq: seq, ended: finish.is_some() };
            plan.events.push(NewEvent { debate: place, seq, event });
            plan.ends.extend(finish.map(|finish| (place, debate, finish)));
        } else {
            return Err(StoreError::Gap { debate: debate.into(), seq, expected: last_seq + 1 });
        }
        Ok(())
    }

    /// Forgets what is of no more use, after a group has been committed.
    pub(crate) fn settle(&mut self, writes: &[Write]) {
        for write in writes {
            let (Write::Create(NewDebate { id: name, .. }) | Write::Append { debate: name, .. }) =
                write
            else {
                continue;
            };
            if !matches!(self.known.get(name), Some(Ok(Some(Known { ended: false, .. })))) {
                self.known.remove(name);
            }
        }
        if self.known.len() > Self::MOST {
            self.known.clear();
        }
    }

    /// Forgets everything.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn append(seq: u64, ends: bool) -> Write {
        let finish = ends.then(Finish::default);
        Write::Append { debate: "a".into(), seq, event: "event".into(), finish }
    }

    fn create() -> Write {
        Write::Create(NewDebate { id: "a".into(), ..NewDebate::default() })
    }

    fn ledger(known: Option<Known>) -> Ledger {
        let mut ledger = Ledger::default();
        ledger.learn_last_place(7);
        ledger.learn("a", Ok(known));
        ledger
    }

    #[test]
    fn a_debate_may_begin_and_end_within_a_group() {
        let mut ledger = ledger(None);
        let writes = [create(), append(1, false), append(2, true), append(3, false)];
        let plan = ledger.plan(&writes);
        assert_eq!(plan.debates.len(), 1);
        let events: Vec<_> = plan.events.iter().map(|event| (event.debate, event.seq)).collect();
        assert_eq!(events, [(8, 1), (8, 2)]);
        assert_eq!(plan.ends, [(8, "a", &Finish::default())]);
        assert_eq!(plan.refusals, [(3, StoreError::Ended("a".into()))]);
    }

    #[test]
    fn what_is_there_is_compared_and_not_written_again() {
        let mut ledger = ledger(Some(Known { place: 3, last_seq: 2, ended: true }));
        let writes = [create(), append(2, true)];
        let plan = ledger.plan(&writes);
        assert!(plan.debates.is_empty() && plan.events.is_empty() && plan.ends.is_empty());
        assert_eq!(plan.repeats.iter().map(|repeat| repeat.index).collect::<Vec<_>>(), [0, 1]);
        assert!(!plan.is_empty());
    }

    #[test]
    fn only_debates_that_go_on_are_remembered() {
        let mut ledger = ledger(None);
        let writes = [append(1, false)];
        assert_eq!(ledger.plan(&writes).refusals.len(), 1);
        ledger.settle(&writes);
        assert_eq!(ledger.unknown(&writes), ["a"]);

        ledger.learn("a", Ok(None));
        let writes = [create(), append(1, false)];
        ledger.plan(&writes);
        ledger.settle(&writes);
        assert_eq!(ledger.unknown(&writes), [""; 0]);

        let writes = [append(2, true)];
        ledger.plan(&writes);
        ledger.settle(&writes);
        assert_eq!(ledger.unknown(&writes), ["a"]);
    }

    #[test]
    fn what_is_damaged_refuses_its_own_writes_alone() {
        let mut ledger = ledger(None);
        let damaged = StoreError::Damaged { debate: "b".into(), detail: "torn".into() };
        ledger.learn("b", Err(damaged.clone()));
        let other = NewDebate { id: "b".into(), ..NewDebate::default() };
        let event = Write::Append { debate: "b".into(), seq: 1, event: "".into(), finish: None };
        let writes = [create(), Write::Create(other), event, append(1, false)];
        let plan = ledger.plan(&writes);
        assert_eq!((plan.debates.len(), plan.events.len()), (1, 1));
        assert_eq!(plan.refusals, [(1, damaged.clone()), (2, damaged)]);
        ledger.settle(&writes);
        assert_eq!(ledger.unknown(&writes), ["b"]);
    }
}
