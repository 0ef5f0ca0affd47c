//! A file of which one page or a few bytes are not what was written. Whatever is damaged, every answer
//! is what it was, or an error, or counted among what is damaged; or the check of the whole file says
//! that it is damaged.

use std::collections::BTreeMap;
use std::fs;

use pixel_debate_store::{
    Finish, NewDebate, Page, Store, StoreError, StoredDebate, StoredEvent, StoredResult,
};
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};

use crate::places::NewPlace;

/// How many debates, of which the last few go on.
const DEBATES: u64 = 60;
const ENDED: u64 = 50;

const PAGE: usize = 4096;

/// How many damages are tried.
const TRIALS: u64 = 60;

/// All that a store can be asked for.
#[derive(Debug)]
struct Answers {
    debates: BTreeMap<String, Result<Option<StoredDebate>, StoreError>>,
    events: BTreeMap<String, Result<Vec<StoredEvent>, StoreError>>,
    unfinished: Result<Page<StoredDebate>, StoreError>,
    recent: Vec<Result<Page<StoredDebate>, StoreError>>,
    results: Vec<Result<Page<StoredResult>, StoreError>>,
    on_topics: Vec<Result<Page<StoredResult>, StoreError>>,
}

fn name(number: u64) -> String {
    format!("debate-{number:09}")
}

/// A store as large as a server's after some debates: the events of many debates lie among each other.
async fn fill(place: &NewPlace) {
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
    for seq in 1..=8 {
        for number in 0..DEBATES {
            let finish = (seq == 8 && number < ENDED).then(|| Finish {
                topic: (number % 2 == 0).then(|| format!("topic {}", number % 5)),
                result: bytes(120).into(),
                ended_ms: 1_800_000_100_000 + number,
            });
            store.append(&name(number), seq, bytes(170), finish).await.unwrap();
        }
    }
    store.close().await.unwrap();
}

async fn answers(store: &Store) -> Answers {
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
fn lies(was: &Answers, is: &Answers) -> Vec<String> {
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

/// Damages one page, and says how.
fn damage(bytes: &mut [u8], random: &mut StdRng) -> String {
    let pages = bytes.len() / PAGE;
    let page = random.random_range(0..pages);
    let (kind, at) = (random.random_range(0..5), random.random_range(0..PAGE));
    let one = &mut bytes[page * PAGE..][..PAGE];
    match kind {
        0 => random.fill_bytes(one),
        1 => one.fill(0),
        2 => one[at] ^= 1 << random.random_range(0..8),
        3 => {
            let end = (at + 16).min(PAGE);
            random.fill_bytes(&mut one[at..end]);
        }
        _ => {
            let other = random.random_range(0..pages);
            let copy = bytes[other * PAGE..][..PAGE].to_vec();
            bytes[page * PAGE..][..PAGE].copy_from_slice(&copy);
        }
    }
    format!("page {page} of {pages}, kind {kind}, at {at}")
}

#[tokio::test]
async fn no_damage_is_told_as_the_truth() {
    let whole = NewPlace::file();
    fill(&whole).await;
    let pristine = fs::read(&whole.text).unwrap();
    let was = {
        let store = whole.open().await;
        assert_eq!(store.faults().await.unwrap(), [""; 0]);
        answers(&store).await
    };
    assert!(lies(&was, &was).is_empty());
    let (mut refused, mut told, mut checked, mut harmless) = (0, 0, 0, 0);
    for seed in 0..TRIALS {
        let mut random = StdRng::seed_from_u64(seed);
        let place = NewPlace::file();
        let mut bytes = pristine.clone();
        let how = damage(&mut bytes, &mut random);
        fs::write(&place.text, &bytes).unwrap();
        let Ok(store) = place.try_open().await else {
            refused += 1;
            continue;
        };
        let is = answers(&store).await;
        let lies = lies(&was, &is);
        let faults = store.faults().await.unwrap();
        let some = is.debates.values().any(Result::is_err)
            || is
                .recent
                .iter()
                .any(|page| page.as_ref().map_or(true, |page| !page.damaged.is_empty()));
        assert!(lies.is_empty() || !faults.is_empty(), "trial {seed}, {how}: {lies:?} in silence");
        match (some, faults.is_empty()) {
            (true, _) => told += 1,
            (false, false) => checked += 1,
            (false, true) => harmless += 1,
        }
        if !faults.is_empty() {
            // From then on a name that is not found is not said to be that of no debate.
            let none = store.debate("debate-nobody-had").await;
            assert!(matches!(none, Err(StoreError::Corrupt { .. })), "{how}: {none:?}");
        }
        // One page does not make all of a list unreadable.
        for page in &is.recent {
            assert!(page.is_ok() || !faults.is_empty(), "trial {seed}, {how}: {page:?}");
        }
    }
    println!(
        "{refused} refused, {told} told, {checked} found by the check, {harmless} without effect"
    );
    assert_eq!(refused + told + checked + harmless, TRIALS);
    assert!(told > TRIALS / 4, "{told} of {TRIALS} damages were told by the debate");
}
