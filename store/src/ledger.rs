//! What a group of writes means for a store: which are new, which repeat what is stored, and which
//! are refused.
//!
//! The ledger remembers the last number of each debate and judgment that goes on, so that an event
//! costs the database one insertion and no question. It may: a store belongs to one process, and one
//! writer in it. After a failure, when it is open what the database holds, the ledger forgets
//! everything, and learns it again from the database.

use std::collections::HashMap;

use bytes::Bytes;

use crate::error::StoreError;
use crate::name::{Kind, Name, NameRef};
use crate::records::{Finish, NewDebate, NewJudgment};

/// A write.
#[derive(Debug)]
pub(crate) enum Write {
    Create(NewDebate),
    Judge(NewJudgment),
    Append { of: Name, seq: u64, event: Bytes, finish: Option<Finish> },
    Check,
}

impl Write {
    /// The names that it is about.
    fn names(&self) -> impl Iterator<Item = NameRef<'_>> {
        let debate = |id| NameRef { kind: Kind::Debate, id };
        let (first, second) = match self {
            Self::Create(new) => (Some(debate(new.id.as_str())), None),
            Self::Judge(new) => {
                let judgment = NameRef { kind: Kind::Judgment, id: &new.id };
                (Some(judgment), Some(debate(new.debate.as_str())))
            }
            Self::Append { of, .. } => (Some(of.parts()), None),
            Self::Check => (None, None),
        };
        first.into_iter().chain(second)
    }
}

/// What the ledger remembers of a debate or judgment.
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
    pub(crate) judgments: Vec<Placed<'a>>,
    pub(crate) events: Vec<NewEvent<'a>>,
    pub(crate) ends: Vec<End<'a>>,
    /// What should be in the store once the above is.
    pub(crate) repeats: Vec<Repeat<'a>>,
    pub(crate) check: bool,
    /// The writes that are refused, by their index in the group.
    pub(crate) refusals: Vec<(usize, StoreError)>,
}

/// A new judgment, its place, and that of its debate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placed<'a> {
    pub(crate) place: u64,
    pub(crate) debate: u64,
    pub(crate) judgment: &'a NewJudgment,
}

/// An event to be stored, of the debate or judgment at that place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NewEvent<'a> {
    pub(crate) place: u64,
    pub(crate) seq: u64,
    pub(crate) event: &'a Bytes,
}

/// A debate or judgment that ends, and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End<'a> {
    pub(crate) place: u64,
    pub(crate) name: NameRef<'a>,
    pub(crate) finish: &'a Finish,
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
    Judgment(&'a NewJudgment),
    Event { of: NameRef<'a>, seq: u64, event: &'a Bytes },
}

impl Group<'_> {
    /// Whether the database has nothing to do.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { debates, judgments, events, ends, repeats, check, refusals: _ } = self;
        debates.is_empty()
            && judgments.is_empty()
            && events.is_empty()
            && ends.is_empty()
            && repeats.is_empty()
            && !check
    }

    /// The debates or the judgments that end.
    pub(crate) fn ends_of(&self, kind: Kind) -> Vec<End<'_>> {
        self.ends.iter().copied().filter(|end| end.name.kind == kind).collect()
    }
}

impl Repeated<'_> {
    /// What is said where the store holds something else.
    pub(crate) fn refusal(&self) -> StoreError {
        match *self {
            Self::Debate(debate) => StoreError::Exists(Name::Debate(debate.id.clone())),
            Self::Judgment(judgment) => StoreError::Exists(Name::Judgment(judgment.id.clone())),
            Self::Event { of, seq, .. } => StoreError::Conflict { of: of.owned(), seq },
        }
    }
}

/// What a store holds of a name, or that it is damaged.
type Found = Result<Option<Known>, StoreError>;

/// What is remembered of the store.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// By name. Names that nothing has, or what is damaged, are remembered for one group.
    debates: HashMap<String, Found>,
    judgments: HashMap<String, Found>,
    last_place: Option<u64>,
}

impl Ledger {
    /// How many debates and judgments are remembered at most. It is more than a server holds at once.
    const MOST: usize = 1 << 17;

    /// The names of that kind in the writes of which nothing is known yet.
    pub(crate) fn unknown<'a>(&self, kind: Kind, writes: &'a [Write]) -> Vec<&'a str> {
        let names = writes.iter().flat_map(Write::names).filter(|name| name.kind == kind);
        let names = names.map(|name| name.id).filter(|id| !self.of(kind).contains_key(*id));
        let mut names: Vec<_> = names.collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Remembers what the store holds of a name.
    pub(crate) fn learn(&mut self, kind: Kind, id: &str, found: Found) {
        self.of_mut(kind).insert(id.into(), found);
    }

    fn of(&self, kind: Kind) -> &HashMap<String, Found> {
        match kind {
            Kind::Debate => &self.debates,
            Kind::Judgment => &self.judgments,
        }
    }

    fn of_mut(&mut self, kind: Kind) -> &mut HashMap<String, Found> {
        match kind {
            Kind::Debate => &mut self.debates,
            Kind::Judgment => &mut self.judgments,
        }
    }

    /// Whether it has to be told the last place that was given.
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
            let planned = match write {
                Write::Create(debate) => self.create(&mut plan, index, debate),
                Write::Judge(judgment) => self.judge(&mut plan, index, judgment),
                Write::Append { of, seq, event, finish } => {
                    self.append(&mut plan, index, of.parts(), (*seq, event, finish.as_ref()))
                }
                Write::Check => {
                    plan.check = true;
                    Ok(())
                }
            };
            if let Err(refusal) = planned {
                plan.refusals.push((index, refusal));
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
        if let Some(Known { place, .. }) = self.find(Kind::Debate, &debate.id)? {
            plan.repeats.push(Repeat { index, place, what: Repeated::Debate(debate) });
        } else {
            let place = self.begin(Kind::Debate, &debate.id);
            plan.debates.push((place, debate));
        }
        Ok(())
    }

    fn judge<'a>(
        &mut self,
        plan: &mut Group<'a>,
        index: usize,
        judgment: &'a NewJudgment,
    ) -> Result<(), StoreError> {
        if let Some(Known { place, .. }) = self.find(Kind::Judgment, &judgment.id)? {
            plan.repeats.push(Repeat { index, place, what: Repeated::Judgment(judgment) });
            return Ok(());
        }
        let unknown = || StoreError::Unknown(Name::Debate(judgment.debate.clone()));
        let debate = self.find(Kind::Debate, &judgment.debate)?.ok_or_else(unknown)?.place;
        let place = self.begin(Kind::Judgment, &judgment.id);
        plan.judgments.push(Placed { place, debate, judgment });
        Ok(())
    }

    fn append<'a>(
        &mut self,
        plan: &mut Group<'a>,
        index: usize,
        of: NameRef<'a>,
        (seq, event, finish): (u64, &'a Bytes, Option<&'a Finish>),
    ) -> Result<(), StoreError> {
        let known = match self.of_mut(of.kind).get_mut(of.id) {
            Some(Ok(Some(known))) => known,
            Some(Err(damaged)) => return Err(damaged.clone()),
            Some(Ok(None)) | None => return Err(StoreError::Unknown(of.owned())),
        };
        let Known { place, last_seq, ended } = *known;
        if (1..=last_seq).contains(&seq) {
            plan.repeats.push(Repeat { index, place, what: Repeated::Event { of, seq, event } });
        } else if ended {
            return Err(StoreError::Ended(of.owned()));
        } else if seq == last_seq + 1 {
            *known = Known { place, last_seq: seq, ended: finish.is_some() };
            plan.events.push(NewEvent { place, seq, event });
            plan.ends.extend(finish.map(|finish| End { place, name: of, finish }));
        } else {
            return Err(StoreError::Gap { of: of.owned(), seq, expected: last_seq + 1 });
        }
        Ok(())
    }

    /// What is known of that name, unless it is damaged.
    fn find(&self, kind: Kind, id: &str) -> Found {
        self.of(kind).get(id).cloned().unwrap_or(Ok(None))
    }

    /// Gives what begins a place.
    fn begin(&mut self, kind: Kind, id: &str) -> u64 {
        let place = self.last_place.unwrap_or(0) + 1;
        self.last_place = Some(place);
        self.learn(kind, id, Ok(Some(Known { place, last_seq: 0, ended: false })));
        place
    }

    /// Forgets what is of no more use, after a group has been committed.
    pub(crate) fn settle(&mut self, writes: &[Write]) {
        for NameRef { kind, id } in writes.iter().flat_map(Write::names) {
            if !matches!(self.of(kind).get(id), Some(Ok(Some(Known { ended: false, .. })))) {
                self.of_mut(kind).remove(id);
            }
        }
        if self.debates.len() + self.judgments.len() > Self::MOST {
            self.debates.clear();
            self.judgments.clear();
        }
    }

    /// Forgets what has that name, which is removed.
    pub(crate) fn release(&mut self, NameRef { kind, id }: NameRef<'_>) {
        self.of_mut(kind).remove(id);
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
        Write::Append { of: Name::Debate("a".into()), seq, event: "event".into(), finish }
    }

    fn create() -> Write {
        Write::Create(NewDebate { id: "a".into(), ..NewDebate::default() })
    }

    fn ledger(known: Option<Known>) -> Ledger {
        let mut ledger = Ledger::default();
        ledger.learn_last_place(7);
        ledger.learn(Kind::Debate, "a", Ok(known));
        ledger
    }

    #[test]
    fn a_debate_may_begin_and_end_within_a_group() {
        let mut ledger = ledger(None);
        let writes = [create(), append(1, false), append(2, true), append(3, false)];
        let plan = ledger.plan(&writes);
        assert_eq!(plan.debates.len(), 1);
        let events: Vec<_> = plan.events.iter().map(|event| (event.place, event.seq)).collect();
        assert_eq!(events, [(8, 1), (8, 2)]);
        let name = NameRef { kind: Kind::Debate, id: "a" };
        assert_eq!(plan.ends, [End { place: 8, name, finish: &Finish::default() }]);
        assert_eq!(plan.refusals, [(3, StoreError::Ended(Name::Debate("a".into())))]);
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
        assert_eq!(ledger.unknown(Kind::Debate, &writes), ["a"]);

        ledger.learn(Kind::Debate, "a", Ok(None));
        let writes = [create(), append(1, false)];
        ledger.plan(&writes);
        ledger.settle(&writes);
        assert_eq!(ledger.unknown(Kind::Debate, &writes), [""; 0]);

        let writes = [append(2, true)];
        ledger.plan(&writes);
        ledger.settle(&writes);
        assert_eq!(ledger.unknown(Kind::Debate, &writes), ["a"]);
    }

    #[test]
    fn what_is_damaged_refuses_its_own_writes_alone() {
        let mut ledger = ledger(None);
        let damaged = StoreError::Damaged { of: Name::Debate("b".into()), detail: "torn".into() };
        ledger.learn(Kind::Debate, "b", Err(damaged.clone()));
        let other = NewDebate { id: "b".into(), ..NewDebate::default() };
        let of = Name::Debate("b".into());
        let event = Write::Append { of, seq: 1, event: "".into(), finish: None };
        let writes = [create(), Write::Create(other), event, append(1, false)];
        let plan = ledger.plan(&writes);
        assert_eq!((plan.debates.len(), plan.events.len()), (1, 1));
        assert_eq!(plan.refusals, [(1, damaged.clone()), (2, damaged)]);
        ledger.settle(&writes);
        assert_eq!(ledger.unknown(Kind::Debate, &writes), ["b"]);
    }

    #[test]
    fn a_judgment_needs_its_debate_and_outlives_its_end() {
        let mut ledger = ledger(Some(Known { place: 3, last_seq: 2, ended: true }));
        let judge = |id: &str, debate: &str| {
            let (id, debate) = (id.into(), debate.into());
            Write::Judge(NewJudgment { id, debate, ..NewJudgment::default() })
        };
        // A judgment may have the name of a debate.
        let of = Name::Judgment("a".into());
        let event = |seq| Write::Append { of: of.clone(), seq, event: "e".into(), finish: None };
        let writes = [judge("a", "a"), event(1), judge("b", "c"), judge("a", "c"), event(3)];
        let plan = ledger.plan(&writes);
        let [Placed { place: 8, debate: 3, .. }] = *plan.judgments else { panic!("{plan:?}") };
        let events: Vec<_> = plan.events.iter().map(|event| (event.place, event.seq)).collect();
        assert_eq!(events, [(8, 1)]);
        // What has the name already is compared with what comes, whatever debate that names.
        assert!(matches!(plan.repeats[..], [Repeat { index: 3, place: 8, .. }]));
        let unknown = StoreError::Unknown(Name::Debate("c".into()));
        let gap = StoreError::Gap { of: of.clone(), seq: 3, expected: 2 };
        assert_eq!(plan.refusals, [(2, unknown), (4, gap)]);
        ledger.settle(&writes);
        assert_eq!(ledger.unknown(Kind::Debate, &writes), ["a", "c"]);
        assert_eq!(ledger.unknown(Kind::Judgment, &writes), ["b"]);
    }
}
