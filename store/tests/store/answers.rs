//! All that a store answers, before and after it was damaged.

use std::collections::BTreeMap;

use pixel_debate_store::{
    Finish, NewDebate, Page, Store, StoreError, StoredDebate, StoredEvent, StoredResult,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::places::NewPlace;

/// How many debates [`fill`] puts there, of which the last few go on.
pub(crate) const DEBATES: u64 = 60;
pub(crate) const ENDED: u64 = 50;

/// How many events each has.
pub(crate) const EVENTS: u64 = 8;

/// All that a store can be asked for.
#[derive(Debug)]
pub(crate) struct Answers {
    pub(crate) debates: BTreeMap<String, Result<Option<StoredDebate>, StoreError>>,
    events: BTreeMap<String, Result<Vec<StoredEvent>, StoreError>>,
    unfinished: Result<Page<StoredDebate>, StoreError>,
    pub(crate) recent: Vec<Result<Page<StoredDebate>, StoreError>>,
    results: Vec<Result<Page<StoredResult>, StoreError>>,
    on_topics: Vec<Result<Page<StoredResult>, StoreError>>,
}

impl Answers {
    /// Whether one of them says that something is damaged.
    pub(crate) fn tell_of_damage(&self) -> bool {
        let lists = |page: &Result<Page<StoredDebate>, _>| {
            page.as_ref().map_or(true, |page| !page.damaged.is_empty())
        };
        self.debates.values().any(Result::is_err)
            || self.events.values().any(Result::is_err)
            || self.recent.iter().any(lists)
    }
}

fn name(number: u64) -> String {
    format!("debate-{number:09}")
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
    let unfinished = store.unfinished(0, 100).await;
    Answers { debates, events, unfinished, recent, results, on_topics }
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

/// The answers that are wrong in silence.
pub(crate) fn lies(was: &Answers, is: &Answers) -> Vec<String> {
    let mut lies = Vec::new();
    for (name, answer) in &is.debates {
        if answer.is_ok() && *answer != was.debates[name] {
            lies.push(format!("debate {name}"));
        }
    }
    for (name, answer) in &is.events {
        if answer.is_ok() && *answer != was.events[name] {
            lies.push(format!("events of {name}"));
        }
    }
    let one = |page: &Result<Page<StoredDebate>, StoreError>| vec![page.clone()];
    for (what, honest) in [
        ("unfinished", pages_are_honest(&one(&was.unfinished), &one(&is.unfinished), true)),
        ("recent", pages_are_honest(&was.recent, &is.recent, true)),
        ("results", pages_are_honest(&was.results, &is.results, true)),
        ("topics", pages_are_honest(&was.on_topics, &is.on_topics, false)),
    ] {
        if !honest {
            lies.push(what.into());
        }
    }
    lies
}
