//! Whatever debates and judgments are told to do at once, in whatever order, with restarts and removals
//! between: a store answers as a few maps in memory would.

use std::collections::BTreeMap;

use futures_util::future::{BoxFuture, FutureExt, join_all};
use pixel_debate_store::{
    Finish, JudgmentFinish, Name, NewDebate, NewJudgment, Prune, Pruned, Store, StoreError,
    StoredEvent, StoredJudgment,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::places::NewPlace;

/// Something that is asked of a store; what comes with a number is one of few.
#[derive(Clone, Debug)]
enum Step {
    Debate(u8),
    Judge { judgment: u8, debate: u8, judge: Option<u8> },
    Append { of: Name, seq: u64, event: u8, ends: bool },
    Remove(u8),
}

/// Steps that come at once, and what happens then.
#[derive(Clone, Debug)]
struct Turn {
    steps: Vec<Step>,
    then: Then,
}

#[derive(Clone, Copy, Debug)]
enum Then {
    Nothing,
    Restart,
    /// What is older than so many turns is removed.
    Prune {
        turns: u64,
        unfinished: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let name = prop_oneof![
        1 => (0..4_u8).prop_map(|id| Name::Debate(id.to_string())),
        3 => (0..6_u8).prop_map(|id| Name::Judgment(id.to_string())),
    ];
    let append =
        (name, 0..6_u64, prop_oneof![9 => Just(0), 1 => Just(1_u8)], prop::bool::weighted(0.2));
    let judge = (0..6_u8, 0..4_u8, prop_oneof![9 => Just(0), 1 => Just(1_u8)]);
    prop_oneof![
        2 => (0..4_u8).prop_map(Step::Debate),
        // Now and then another one of the same name.
        3 => judge.prop_map(|(judgment, debate, other)| {
            let debate = if other == 1 { debate } else { judgment % 4 };
            Step::Judge { judgment, debate, judge: (judgment > 1).then_some(judgment % 2) }
        }),
        1 => (0..6_u8).prop_map(Step::Remove),
        9 => append.prop_map(|(of, seq, event, ends)| Step::Append { of, seq, event, ends }),
    ]
}

fn turn() -> impl Strategy<Value = Turn> {
    let then = prop_oneof![
        4 => Just(Then::Nothing),
        1 => Just(Then::Restart),
        2 => (0..4_u64, any::<bool>()).prop_map(|(turns, unfinished)| Then::Prune { turns, unfinished }),
    ];
    (vec(step(), 1..20), then).prop_map(|(steps, then)| Turn { steps, then })
}

#[derive(Debug)]
struct Debate {
    created_ms: u64,
    events: Vec<u8>,
    ended_ms: Option<u64>,
}

#[derive(Debug)]
struct Judgment {
    place: u64,
    new: NewJudgment,
    events: Vec<u8>,
    finish: Option<JudgmentFinish>,
}

/// What a store should hold.
#[derive(Debug, Default)]
struct Model {
    debates: BTreeMap<String, Debate>,
    judgments: BTreeMap<String, Judgment>,
    places: u64,
}

fn debate(id: u8, now: u64) -> NewDebate {
    NewDebate { id: id.to_string(), created_ms: now, ..NewDebate::default() }
}

fn judgment(judgment: u8, debate: u8, judge: Option<u8>, now: u64) -> NewJudgment {
    NewJudgment {
        id: judgment.to_string(),
        debate: debate.to_string(),
        judge: judge.map(|judge| judge.to_string()),
        created_ms: now,
        ..NewJudgment::default()
    }
}

impl Model {
    /// What is answered to a step, at that time: of a removal, whether there was something.
    fn answer(&mut self, step: &Step, now: u64) -> Result<bool, StoreError> {
        match step {
            Step::Remove(id) => Ok(self.judgments.remove(&id.to_string()).is_some()),
            step => self.take(step, now).map(|()| true),
        }
    }

    fn take(&mut self, step: &Step, now: u64) -> Result<(), StoreError> {
        match step {
            Step::Remove(_) => Ok(()),
            Step::Debate(id) => {
                if let Some(there) = self.debates.get(&id.to_string()) {
                    let exists = StoreError::Exists(Name::Debate(id.to_string()));
                    return if there.created_ms == now { Ok(()) } else { Err(exists) };
                }
                self.places += 1;
                let new = Debate { created_ms: now, events: Vec::new(), ended_ms: None };
                self.debates.insert(id.to_string(), new);
                Ok(())
            }
            &Step::Judge { judgment: id, debate, judge } => {
                let new = judgment(id, debate, judge, now);
                if let Some(there) = self.judgments.get(&new.id) {
                    let exists = StoreError::Exists(Name::Judgment(new.id.clone()));
                    return if there.new == new { Ok(()) } else { Err(exists) };
                }
                if !self.debates.contains_key(&new.debate) {
                    return Err(StoreError::Unknown(Name::Debate(new.debate)));
                }
                self.places += 1;
                let (place, events) = (self.places, Vec::new());
                let id = new.id.clone();
                self.judgments.insert(id, Judgment { place, new, events, finish: None });
                Ok(())
            }
            Step::Append { of, seq, event, ends } => {
                let found = match of {
                    Name::Debate(id) => {
                        self.debates.get_mut(id).map(|it| (it.ended_ms.is_some(), &mut it.events))
                    }
                    Name::Judgment(id) => {
                        self.judgments.get_mut(id).map(|it| (it.finish.is_some(), &mut it.events))
                    }
                };
                let Some((ended, events)) = found else {
                    return Err(StoreError::Unknown(of.clone()));
                };
                let expected = events.len() as u64 + 1;
                if (1..expected).contains(seq) {
                    let same = events[*seq as usize - 1] == *event;
                    let conflict = StoreError::Conflict { of: of.clone(), seq: *seq };
                    return if same { Ok(()) } else { Err(conflict) };
                }
                if ended {
                    return Err(StoreError::Ended(of.clone()));
                }
                if *seq != expected {
                    return Err(StoreError::Gap { of: of.clone(), seq: *seq, expected });
                }
                events.push(*event);
                match of {
                    Name::Debate(id) if *ends => {
                        self.debates.get_mut(id).unwrap().ended_ms = Some(now);
                    }
                    Name::Judgment(id) if *ends => {
                        let finish = JudgmentFinish { result: id.clone().into(), ended_ms: now };
                        self.judgments.get_mut(id).unwrap().finish = Some(finish);
                    }
                    _ => {}
                }
                Ok(())
            }
        }
    }

    /// Which debates go, with how many judgments.
    fn prune(&mut self, what: Prune) -> (u64, u64) {
        let judgments = &self.judgments;
        let old = |(id, debate): &(&String, &Debate)| {
            let of_it = || judgments.values().filter(|judgment| judgment.new.debate == **id);
            let goes_on = debate.ended_ms.is_none() || of_it().any(|it| it.finish.is_none());
            let times = of_it().map(|judgment| {
                judgment.finish.as_ref().map_or(judgment.new.created_ms, |finish| finish.ended_ms)
            });
            let latest = times.max().unwrap_or(0);
            (what.unfinished || !goes_on)
                && latest.max(debate.ended_ms.unwrap_or(debate.created_ms)) < what.before_ms
        };
        let old: Vec<String> = self.debates.iter().filter(old).map(|(id, _)| id.clone()).collect();
        self.debates.retain(|id, _| !old.contains(id));
        let before = self.judgments.len();
        self.judgments.retain(|_, judgment| !old.contains(&judgment.new.debate));
        (old.len() as u64, (before - self.judgments.len()) as u64)
    }

    /// Holds all that the store says of judgments against it.
    async fn compare(&self, store: &Store) {
        let stored = |it: &Judgment| StoredJudgment {
            place: it.place,
            judgment: it.new.clone(),
            last_seq: it.events.len() as u64,
            finish: it.finish.clone(),
        };
        let mut all: Vec<_> = self.judgments.values().map(stored).collect();
        all.sort_by_key(|stored| stored.place);
        let such = |is: &dyn Fn(&StoredJudgment) -> bool| -> Vec<_> {
            all.iter().filter(|stored| is(stored)).cloned().collect()
        };
        assert_eq!(store.judgments(0, 99).await.unwrap().items, all);
        let going = store.unfinished_judgments(0, 99).await.unwrap().items;
        assert_eq!(going, such(&|stored| !stored.ended()));
        for id in 0..6 {
            let id = id.to_string();
            let known = self.judgments.get(&id);
            assert_eq!(store.judgment(&id).await.unwrap(), known.map(stored));
            let events = known.map(|known| events(&known.events)).unwrap_or_default();
            assert_eq!(store.judgment_events(&id, 0).await.unwrap(), events);
        }
        for id in 0..4 {
            let id = id.to_string();
            let known = self.debates.get(&id);
            let found = store.debate(&id).await.unwrap();
            assert_eq!(found.map(|found| found.ended_ms), known.map(|known| known.ended_ms));
            let events = known.map(|known| events(&known.events)).unwrap_or_default();
            assert_eq!(store.events(&id, 0).await.unwrap(), events);
            let of_it = store.judgments_of(&id, 0, 99).await.unwrap().items;
            assert_eq!(of_it, such(&|stored| stored.judgment.debate == id));
        }
        for judge in 0..2 {
            let judge = judge.to_string();
            let mut by = such(&|stored| stored.judgment.judge.as_ref() == Some(&judge));
            by.reverse();
            assert_eq!(store.judgments_by(&judge, None, 99).await.unwrap().items, by);
        }
        assert_eq!(store.faults().await.unwrap(), [""; 0]);
    }
}

fn events(bytes: &[u8]) -> Vec<StoredEvent> {
    (1..).zip(bytes).map(|(seq, &event)| StoredEvent { seq, event: vec![event].into() }).collect()
}

/// Carries out a step.
fn ask<'a>(store: &'a Store, step: &Step, now: u64) -> BoxFuture<'a, Result<bool, StoreError>> {
    let written = |written: Result<(), StoreError>| written.map(|()| true);
    match step.clone() {
        Step::Remove(id) => async move { store.remove_judgment(&id.to_string()).await }.boxed(),
        Step::Debate(id) => store.create(debate(id, now)).map(written).boxed(),
        Step::Judge { judgment: id, debate, judge } => {
            store.create_judgment(judgment(id, debate, judge, now)).map(written).boxed()
        }
        Step::Append { of: Name::Debate(id), seq, event, ends } => async move {
            let finish = ends.then(|| Finish { ended_ms: now, ..Finish::default() });
            store.append(&id, seq, vec![event], finish).await
        }
        .map(written)
        .boxed(),
        Step::Append { of: Name::Judgment(id), seq, event, ends } => async move {
            let finish = JudgmentFinish { result: id.clone().into(), ended_ms: now };
            store.append_judgment(&id, seq, vec![event], ends.then_some(finish)).await
        }
        .map(written)
        .boxed(),
    }
}

async fn play(place: NewPlace, turns: &[Turn]) {
    let (mut store, mut model) = (place.open().await, Model::default());
    for (now, turn) in (10..).zip(turns) {
        // They wait together, in this order.
        let answers = join_all(turn.steps.iter().map(|step| ask(&store, step, now))).await;
        for (step, answer) in turn.steps.iter().zip(answers) {
            assert_eq!(answer, model.answer(step, now), "{step:?}");
        }
        match turn.then {
            Then::Nothing => {}
            Then::Restart => {
                store.close().await.unwrap();
                store = place.open().await;
            }
            Then::Prune { turns, unfinished } => {
                // A database keeps the newest, so that its place is given once: one that is young.
                let keeps = format!("keeps {now}");
                let new = NewDebate { id: keeps, created_ms: u64::MAX >> 1, ..<_>::default() };
                store.create(new).await.unwrap();
                model.places += 1;
                let what = Prune { before_ms: now - turns, unfinished, most: 3 };
                let mut all = Pruned::default();
                loop {
                    let step = store.prune(what).await.unwrap();
                    if step == Pruned::default() {
                        break;
                    }
                    all += step;
                }
                assert_eq!((all.debates, all.judgments), model.prune(what));
            }
        }
        model.compare(&store).await;
    }
    store.close().await.unwrap();
}

fn hold(cases: u32, place: impl AsyncFn() -> Option<NewPlace>) {
    let mut runner =
        TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let held = runner.run(&vec(turn(), 1..12), |turns| {
        runtime.block_on(async {
            if let Some(place) = place().await {
                play(place, &turns).await;
            }
        });
        Ok(())
    });
    held.unwrap();
}

#[test]
fn a_file_answers_as_its_model() {
    hold(48, async || Some(NewPlace::file()));
}

#[test]
fn a_database_answers_as_its_model() {
    // The server stays for all cases.
    let server = crate::database::Postgres::shared();
    hold(12, NewPlace::database);
    drop(server);
}
