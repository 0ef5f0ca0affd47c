//! Looking after a store: whether it holds what was written, and how much it holds.

use std::collections::BTreeMap;
use std::time::Duration;

use pixel_debate_store::{Store, StoreError, StoredDebate, StoredJudgment};
use serde::Serialize;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::record::Restored;
use crate::results::DebateResult;
use crate::stored::Unreadable;

/// How many debates or judgments are read from the store at once.
const PAGE: u32 = 64;

/// A server that checks its store rests so many times as long as it works.
const REST: u32 = 4;

/// How long a server checks its store at most.
const LONGEST: Duration = Duration::from_mins(15);

/// The largest store, in bytes, of which a server has the structure checked: that is done at one go.
const STRUCTURE: u64 = 1 << 30;

/// The most damaged debates that a server names in its log for each part that it checks, and judgments.
const NAMED: usize = 100;

/// What a store was found to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// How many debates were read, damaged ones included.
    pub debates: u64,
    /// How many events they have.
    pub events: u64,
    /// How many judgments were read, damaged ones included.
    pub judgments: u64,
    /// How many events those have.
    pub judgment_events: u64,
    /// Whether all were read.
    pub complete: bool,
    /// What is wrong with the store as a whole.
    pub faults: Vec<String>,
    /// The debates that are damaged.
    pub damaged: Vec<DamagedDebate>,
    /// The judgments that are damaged.
    pub damaged_judgments: Vec<DamagedJudgment>,
}

/// A debate of which the store has something else than was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DamagedDebate {
    /// Its name, as far as that can be found.
    pub debate: Option<String>,
    /// Its number among the debates and judgments of the store.
    pub place: u64,
    /// What is wrong.
    pub fault: String,
}

/// A judgment of which the store has something else than was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DamagedJudgment {
    /// Its name, as far as that can be found.
    pub judgment: Option<String>,
    /// Its number among the debates and judgments of the store.
    pub place: u64,
    /// What is wrong.
    pub fault: String,
}

impl Checked {
    /// Whether the store is as it was written, as far as was read.
    pub fn is_whole(&self) -> bool {
        self.faults.is_empty() && self.damaged.is_empty() && self.damaged_judgments.is_empty()
    }
}

/// What of a store is to be checked next.
#[derive(Clone, Copy, Debug)]
enum Next {
    /// The debates before that place, or the newest.
    Debates(Option<u64>),
    /// The judgments after that place.
    Judgments(u64),
}

/// How much a store holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// The room that it takes up, in bytes.
    pub bytes: u64,
    /// Debates, by how far they have come.
    pub debates: States,
    /// How many events they have.
    pub events: u64,
    /// Judgments, by how far they have come.
    pub judgments: Judgments,
    /// How many events those have.
    pub judgment_events: u64,
    /// The day on which the oldest of them was created, as `2026-01-31`.
    pub oldest: Option<String>,
    /// And the newest.
    pub newest: Option<String>,
    /// How many were created each day.
    pub days: BTreeMap<String, u64>,
}

/// Debates, by how far they have come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct States {
    /// All of them.
    pub all: u64,
    /// That have not ended.
    pub unfinished: u64,
    /// That ended with an outcome.
    pub decided: u64,
    /// That ended without one.
    pub abandoned: u64,
    /// That cannot be read.
    pub damaged: u64,
}

/// Judgments, by how far they have come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Judgments {
    /// All of them.
    pub all: u64,
    /// That have not ended.
    pub unfinished: u64,
    /// That have ended.
    pub ended: u64,
    /// That cannot be read.
    pub damaged: u64,
}

/// Reads all that a store holds, and says what is damaged.
///
/// # Errors
///
/// [`StoreError`] if the store as a whole cannot be read. What is damaged in it is no error.
pub async fn check(store: &Store) -> Result<Checked, StoreError> {
    let mut checked = Checked { faults: store.faults().await?, ..Checked::default() };
    let mut next = Some(Next::Debates(None));
    while let Some(part) = next {
        next = check_page(store, &mut checked, part).await?;
    }
    checked.complete = true;
    Ok(checked)
}

/// Checks what is next as far as one page goes, and says where another begins.
async fn check_page(
    store: &Store,
    checked: &mut Checked,
    next: Next,
) -> Result<Option<Next>, StoreError> {
    match next {
        Next::Debates(before) => {
            let before = check_debates(store, checked, before).await?;
            Ok(Some(before.map_or(Next::Judgments(0), |before| Next::Debates(Some(before)))))
        }
        Next::Judgments(after) => {
            Ok(check_judgments(store, checked, after).await?.map(Next::Judgments))
        }
    }
}

/// Checks the judgments after that place, as far as one page goes, and says where the next begins.
async fn check_judgments(
    store: &Store,
    checked: &mut Checked,
    after: u64,
) -> Result<Option<u64>, StoreError> {
    let page = store.judgments(after, PAGE).await?;
    checked.judgments += (page.items.len() + page.damaged.len()) as u64;
    for stored in &page.items {
        match has_its_events(store, stored).await {
            Ok(()) => checked.judgment_events += stored.last_seq,
            Err(Unreadable::Store(error)) => return Err(error),
            Err(Unreadable::Damaged(fault)) => {
                let judgment = Some(stored.judgment.id.clone());
                let damaged = DamagedJudgment { judgment, place: stored.place, fault };
                checked.damaged_judgments.push(damaged);
            }
        }
    }
    for damaged in page.damaged {
        let judgment = store.name_of(damaged.number).await?;
        let (place, fault) = (damaged.number, damaged.detail);
        checked.damaged_judgments.push(DamagedJudgment { judgment, place, fault });
    }
    Ok(page.next)
}

/// Whether the events of a judgment are there.
async fn has_its_events(store: &Store, stored: &StoredJudgment) -> Result<(), Unreadable> {
    let events = store.judgment_events(&stored.judgment.id, 0).await?;
    // One that goes on may have gone on, and one that was removed has none.
    let whole = !stored.ended() || events.len() as u64 == stored.last_seq;
    if whole || store.judgment(&stored.judgment.id).await?.is_none() {
        Ok(())
    } else {
        Err(Unreadable::Damaged("events of it are missing".into()))
    }
}

/// Checks the debates before that place, as far as one page goes, and says where the next begins.
async fn check_debates(
    store: &Store,
    checked: &mut Checked,
    before: Option<u64>,
) -> Result<Option<u64>, StoreError> {
    let page = store.recent(before, PAGE).await?;
    checked.debates += (page.items.len() + page.damaged.len()) as u64;
    for stored in &page.items {
        match replays(store, stored).await {
            Ok(()) => checked.events += stored.last_seq,
            Err(Unreadable::Store(error)) => return Err(error),
            Err(Unreadable::Damaged(fault)) => {
                let debate = Some(stored.debate.id.clone());
                checked.damaged.push(DamagedDebate { debate, place: stored.place, fault });
            }
        }
    }
    for damaged in page.damaged {
        let debate = store.name_of(damaged.number).await?;
        let (place, fault) = (damaged.number, damaged.detail);
        checked.damaged.push(DamagedDebate { debate, place, fault });
    }
    Ok(page.next)
}

/// Whether the events of a debate are there, and make that debate.
async fn replays(store: &Store, stored: &StoredDebate) -> Result<(), Unreadable> {
    let events = store.events(&stored.debate.id, 0).await?;
    // One that goes on may have gone on meanwhile.
    if stored.ended && events.len() as u64 != stored.last_seq {
        return Err(Unreadable::Damaged("events of it are missing".into()));
    }
    Restored::new(stored, &events)?;
    Ok(())
}

/// Counts what a store holds.
///
/// # Errors
///
/// As [`check`].
pub async fn stats(store: &Store) -> Result<Stats, StoreError> {
    let mut stats = Stats { bytes: store.size().await?, ..Stats::default() };
    let mut before = None;
    loop {
        let page = store.recent(before, PAGE).await?;
        for stored in &page.items {
            stats.count(stored);
        }
        stats.debates.damaged += page.damaged.len() as u64;
        stats.debates.all += (page.items.len() + page.damaged.len()) as u64;
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    stats.oldest = stats.days.keys().next().cloned();
    stats.newest = stats.days.keys().next_back().cloned();
    let mut after = Some(0);
    while let Some(place) = after {
        let page = store.judgments(place, PAGE).await?;
        for stored in &page.items {
            let Judgments { ended, unfinished, .. } = &mut stats.judgments;
            *(if stored.ended() { ended } else { unfinished }) += 1;
            stats.judgment_events += stored.last_seq;
        }
        stats.judgments.damaged += page.damaged.len() as u64;
        stats.judgments.all += (page.items.len() + page.damaged.len()) as u64;
        after = page.next;
    }
    Ok(stats)
}

impl Stats {
    fn count(&mut self, stored: &StoredDebate) {
        self.events += stored.last_seq;
        let created = std::time::UNIX_EPOCH + Duration::from_millis(stored.debate.created_ms);
        let time = humantime::format_rfc3339(created).to_string();
        let day = time.split('T').next().unwrap_or_default();
        *self.days.entry(day.into()).or_default() += 1;
        let decided = stored.result.as_ref().map(DebateResult::read);
        let state = match (stored.ended, decided) {
            (false, _) => &mut self.debates.unfinished,
            (true, Some(Ok(result))) if result.outcome.is_none() => &mut self.debates.abandoned,
            (true, Some(Err(_))) => &mut self.debates.damaged,
            // Before results were kept, it is not known without replaying.
            (true, _) => &mut self.debates.decided,
        };
        *state += 1;
    }
}

/// Checks the store of a server once, beside its work, and says in the log what is damaged.
pub(crate) async fn watch(store: Store, stop: CancellationToken) {
    let checking = async {
        let began = Instant::now();
        let mut checked = Checked::default();
        if store.size().await? <= STRUCTURE {
            checked.faults = store.faults().await?;
        } else {
            info!("the store is too large to check its structure: see `pixel-debate store check`");
        }
        for fault in &checked.faults {
            error!(
                fault,
                "the store is damaged: restore a copy, or see `pixel-debate store check`"
            );
        }
        let mut next = Some(Next::Debates(None));
        while let Some(part) = next.filter(|_| began.elapsed() < LONGEST) {
            let turn = Instant::now();
            let (known, judgments) = (checked.damaged.len(), checked.damaged_judgments.len());
            next = check_page(&store, &mut checked, part).await?;
            for DamagedDebate { debate, place, fault } in
                checked.damaged[known..].iter().take(NAMED)
            {
                error!(debate, place, fault, "a stored debate is damaged");
            }
            for DamagedJudgment { judgment, place, fault } in
                checked.damaged_judgments[judgments..].iter().take(NAMED)
            {
                error!(judgment, place, fault, "a stored judgment is damaged");
            }
            if next.is_some() {
                sleep(turn.elapsed() * REST).await;
            }
        }
        checked.complete = next.is_none();
        Ok::<_, StoreError>(checked)
    };
    tokio::select! {
        () = stop.cancelled() => {}
        checked = checking => match checked {
            Ok(Checked { debates, judgments, damaged, damaged_judgments, complete, .. }) => {
                let damaged = damaged.len() + damaged_judgments.len();
                info!(debates, judgments, damaged, complete, "the store has been checked");
            }
            Err(StoreError::Closed) => {}
            Err(error) => warn!(%error, "the store could not be checked"),
        },
    }
}
