//! All that a store answers, before and after it was damaged.

use std::collections::BTreeMap;

use pixel_debate_store::{
    Finish, JudgmentFinish, NewDebate, NewJudgment, Page, Store, StoreError, StoredDebate,
    StoredEvent, StoredJudgment, StoredResult,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::places::NewPlace;

/// How many debates [`fill`] puts there, of which the last few go on.
pub(crate) const DEBATES: u64 = 60;
pub(crate) const ENDED: u64 = 50;

/// How many events each has.
pub(crate) const EVENTS: u64 = 8;

/// How many judgments there are, each of another debate, of which the last few go on.
pub(crate) const JUDGMENTS: u64 = 40;
const ENDED_JUDGMENTS: u64 = 30;

/// How many events each of them has.
const BELIEFS: u64 = 3;

/// How many judges there are.
const JUDGES: u64 = 7;

type Pages<T> = Vec<Result<Page<T>, StoreError>>;

/// All that a store can be asked for.
#[derive(Debug)]
pub(crate) struct Answers {
    pub(crate) debates: BTreeMap<String, Result<Option<StoredDebate>, StoreError>>,
    events: BTreeMap<String, Result<Vec<StoredEvent>, StoreError>>,
    unfinished: Result<Page<StoredDebate>, StoreError>,
    pub(crate) recent: Pages<StoredDebate>,
    results: Pages<StoredResult>,
    on_topics: Pages<StoredResult>,
    judgments: BTreeMap<String, Result<Option<StoredJudgment>, StoreError>>,
    beliefs: BTreeMap<String, Result<Vec<StoredEvent>, StoreError>>,
    unfinished_judgments: Pages<StoredJudgment>,
    all_judgments: Pages<StoredJudgment>,
    of_debates: Pages<StoredJudgment>,
    by_judges: Pages<StoredJudgment>,
}

impl Answers {
    /// Whether one of them says that something is damaged.
    pub(crate) fn tell_of_damage(&self) -> bool {
        let lists = |page: &Result<Page<StoredDebate>, _>| {
            page.as_ref().map_or(true, |page| !page.damaged.is_empty())
        };
        self.debates.values().any(Result::is_err)
            || self.events.values().any(Result::is_err)
            || self.judgments.values().any(Result::is_err)
            || self.beliefs.values().any(Result::is_err)
            || self.recent.iter().any(lists)
    }
}

fn name(number: u64) -> String {
    format!("debate-{number:09}")
}

fn judgment(number: u64) -> String {
    format!("judgment-{number:09}")
}

fn judge(number: u64) -> String {
    format!("judge {}", number % JUDGES)
}

/// A store as large as a server's after some debates: the events of many debates lie among each other.
pub(crate) async fn fill(place: &NewPlace) {
    let store = place.open().await;
    let mut random = StdRng::seed_from_u64(16);
    let mut bytes = |length| {
        let mut bytes = vec![0; length];
        random.fill_bytes(&mut bytes);
        bytes
    };
    for number in 0..DEBATES {
        let debate = NewDebate {
            id: name(number),
            created_ms: 1_800_000_000_000 + number,
            setup: bytes(150).into(),
            secret: bytes(3_300).into(),
            seats: bytes(90).into(),
        };
        store.create(debate).await.unwrap();
    }
    for seq in 1..=EVENTS {
        for number in 0..DEBATES {
            let finish = (seq == EVENTS && number < ENDED).then(|| Finish {
                topic: (number % 2 == 0).then(|| format!("topic {}", number % 5)),
                result: bytes(120).into(),
                ended_ms: 1_800_000_100_000 + number,
            });
            store.append(&name(number), seq, bytes(170), finish).await.unwrap();
        }
        if seq == 1 {
            for number in 0..JUDGMENTS {
                let new = NewJudgment {
                    id: judgment(number),
                    debate: name(number),
                    judge: (number % 8 < 7).then(|| judge(number)),
                    created_ms: 1_800_000_050_000 + number,
                    setup: bytes(120).into(),
                    secret: bytes(300).into(),
                };
                store.create_judgment(new).await.unwrap();
            }
        }
        for number in (0..JUDGMENTS).filter(|_| (3..3 + BELIEFS).contains(&seq)) {
            let seq = seq - 2;
            let finish = (seq == BELIEFS && number < ENDED_JUDGMENTS).then(|| JudgmentFinish {
                result: bytes(90).into(),
                ended_ms: 1_800_000_200_000 + number,
            });
            store.append_judgment(&judgment(number), seq, bytes(110), finish).await.unwrap();
        }
    }
    store.close().await.unwrap();
}

pub(crate) async fn answers(store: &Store) -> Answers {
    let (mut debates, mut events) = (BTreeMap::new(), BTreeMap::new());
    for number in 0..=DEBATES {
        debates.insert(name(number), store.debate(&name(number)).await);
        events.insert(name(number), store.events(&name(number), 0).await);
    }
    let (mut recent, mut before) = (Vec::new(), None);
    loop {
        recent.push(store.recent(before, 16).await);
        let Some(Ok(Page { next: Some(next), .. })) = recent.last() else { break };
        before = Some(*next);
    }
    let (mut results, mut after) = (Vec::new(), 0);
    loop {
        results.push(store.results(after, 16).await);
        let Some(Ok(Page { next: Some(next), .. })) = results.last() else { break };
        after = *next;
    }
    let mut on_topics = Vec::new();
    for topic in 0..5 {
        on_topics.push(store.results_on(&format!("topic {topic}"), None, 100).await);
    }
    let (mut judgments, mut beliefs) = (BTreeMap::new(), BTreeMap::new());
    for number in 0..=JUDGMENTS {
        judgments.insert(judgment(number), store.judgment(&judgment(number)).await);
        beliefs.insert(judgment(number), store.judgment_events(&judgment(number), 0).await);
    }
    let (mut all_judgments, mut after) = (Vec::new(), 0);
    loop {
        all_judgments.push(store.judgments(after, 16).await);
        let Some(Ok(Page { next: Some(next), .. })) = all_judgments.last() else { break };
        after = *next;
    }
    let (mut of_debates, mut by_judges) = (Vec::new(), Vec::new());
    for number in 0..DEBATES {
        of_debates.push(store.judgments_of(&name(number), 0, 100).await);
    }
    for number in 0..JUDGES {
        by_judges.push(store.judgments_by(&judge(number), None, 100).await);
    }
    let unfinished = store.unfinished(0, 100).await;
    let unfinished_judgments = vec![store.unfinished_judgments(0, 100).await];
    Answers {
        debates,
        events,
        unfinished,
        recent,
        results,
        on_topics,
        judgments,
        beliefs,
        unfinished_judgments,
        all_judgments,
        of_debates,
        by_judges,
    }
}

/// Whether pages have what they had, or say of what is missing that it is damaged.
fn pages_are_honest<T: PartialEq>(
    was: &[Result<Page<T>, StoreError>],
    is: &[Result<Page<T>, StoreError>],
    counted: bool,
) -> bool {
    if is.iter().any(Result::is_err) {
        return true;
    }
    let items = |pages: &[Result<Page<T>, StoreError>]| -> usize {
        pages.iter().flatten().map(|page| page.items.len()).sum()
    };
    let damaged: usize = is.iter().flatten().map(|page| page.damaged.len()).sum();
    let all: Vec<&T> = was.iter().flatten().flat_map(|page| &page.items).collect();
    let known = is.iter().flatten().flat_map(|page| &page.items).all(|item| all.contains(&item));
    let missing = items(was).saturating_sub(items(is));
    known && if counted { missing <= damaged } else { missing == 0 || damaged > 0 }
}

/// The names of which something else is told than was.
fn others<T: PartialEq>(
    was: &BTreeMap<String, Result<T, StoreError>>,
    is: &BTreeMap<String, Result<T, StoreError>>,
) -> Vec<String> {
    let other =
        |(name, answer): &(&String, &Result<T, _>)| answer.is_ok() && **answer != was[*name];
    is.iter().filter(other).map(|(name, _)| name.clone()).collect()
}

/// The answers that are wrong in silence.
pub(crate) fn lies(was: &Answers, is: &Answers) -> Vec<String> {
    let mut lies = Vec::new();
    lies.extend(others(&was.debates, &is.debates));
    lies.extend(others(&was.events, &is.events));
    lies.extend(others(&was.judgments, &is.judgments));
    lies.extend(others(&was.beliefs, &is.beliefs));
    let one = |page: &Result<Page<StoredDebate>, StoreError>| vec![page.clone()];
    for (what, honest) in [
        ("unfinished", pages_are_honest(&one(&was.unfinished), &one(&is.unfinished), true)),
        ("recent", pages_are_honest(&was.recent, &is.recent, true)),
        ("results", pages_are_honest(&was.results, &is.results, true)),
        ("topics", pages_are_honest(&was.on_topics, &is.on_topics, false)),
        ("judgments", pages_are_honest(&was.all_judgments, &is.all_judgments, true)),
        (
            "unfinished judgments",
            pages_are_honest(&was.unfinished_judgments, &is.unfinished_judgments, true),
        ),
        ("judgments of debates", pages_are_honest(&was.of_debates, &is.of_debates, false)),
        ("judgments by judges", pages_are_honest(&was.by_judges, &is.by_judges, false)),
    ] {
        if !honest {
            lies.push(what.into());
        }
    }
    lies
}
