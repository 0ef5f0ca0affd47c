//! Looking after a store: whether it holds what was written, how much it holds, and what may go.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::record::{Restored, now_ms};
use crate::results::DebateResult;
use pixel_debate_store::{Prune, Pruned, Store, StoreError, StoredDebate};

/// How many debates are read from the store at once.
const PAGE: u32 = 64;

/// How many debates are removed at once: as much as a few moves cost the store.
const STEP: u32 = 64;

/// A server that looks after its store rests so many times as long as it works.
const REST: u32 = 4;

/// How long a server checks its store at most.
const LONGEST: Duration = Duration::from_mins(15);

/// How often a server looks for debates to remove at most; the shorter they are kept, the more often.
const LOOK: Duration = Duration::from_mins(10);

/// The largest store, in bytes, of which a server has the structure checked: that is done at one go.
const STRUCTURE: u64 = 1 << 30;

/// The most damaged debates that a server names in its log.
const NAMED: usize = 100;

/// What a store was found to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// How many debates were read, damaged ones included.
    pub debates: u64,
    /// How many events they have.
    pub events: u64,
    /// Whether all were read.
    pub complete: bool,
    /// What is wrong with the store as a whole.
    pub faults: Vec<String>,
    /// The debates that are damaged.
    pub damaged: Vec<DamagedDebate>,
}

/// A debate of which the store has something else than was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DamagedDebate {
    /// Its name, as far as that can be found.
    pub debate: Option<String>,
    /// Its number among the debates of the store.
    pub place: u64,
    /// What is wrong.
    pub fault: String,
}

impl Checked {
    /// Whether the store is as it was written, as far as was read.
    pub fn is_whole(&self) -> bool {
        self.faults.is_empty() && self.damaged.is_empty()
    }
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

/// Reads all that a store holds, and says what is damaged.
pub async fn check(store: &Store) -> Result<Checked, StoreError> {
    let mut checked = Checked { faults: store.faults().await?, ..Checked::default() };
    let mut before = None;
    while !checked.complete {
        before = check_page(store, &mut checked, before).await?;
        checked.complete = before.is_none();
    }
    Ok(checked)
}

/// Checks the debates before that place, as far as one page goes, and says where the next begins.
async fn check_page(
    store: &Store,
    checked: &mut Checked,
    before: Option<u64>,
) -> Result<Option<u64>, StoreError> {
    let page = store.recent(before, PAGE).await?;
    checked.debates += (page.items.len() + page.damaged.len()) as u64;
    for stored in &page.items {
        match replays(store, stored).await? {
            Ok(()) => checked.events += stored.last_seq,
            Err(fault) => {
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
async fn replays(store: &Store, stored: &StoredDebate) -> Result<Result<(), String>, StoreError> {
    let events = match store.events(&stored.debate.id, 0).await {
        Ok(events) => events,
        Err(StoreError::Damaged { detail, .. }) => return Ok(Err(detail)),
        Err(error) => return Err(error),
    };
    // One that goes on may have gone on meanwhile.
    if stored.ended && events.len() as u64 != stored.last_seq {
        return Ok(Err("events of it are missing".into()));
    }
    Ok(Restored::new(stored, &events).map(drop))
}

/// Counts what a store holds.
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
            stats.oldest = stats.days.keys().next().cloned();
            stats.newest = stats.days.keys().next_back().cloned();
            return Ok(stats);
        }
    }
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

/// How many debates ended longer than that ago, or were created longer ago and have not ended.
pub async fn removable(store: &Store, keep: Duration) -> Result<u64, StoreError> {
    let before_ms = time_ago(keep);
    let (mut before, mut found) = (None, 0);
    loop {
        let page = store.recent(before, PAGE).await?;
        found += page.items.iter().filter(|stored| stored.since_ms() < before_ms).count() as u64;
        before = page.next;
        if before.is_none() {
            return Ok(found);
        }
    }
}

/// Removes the debates that ended longer than that ago, or were created longer ago and have not ended:
/// nobody may go on with them.
pub async fn prune(store: &Store, keep: Duration) -> Result<Pruned, StoreError> {
    let what = Prune { before_ms: time_ago(keep), unfinished: true, most: STEP };
    let mut all = Pruned::default();
    loop {
        let step = store.prune(what).await?;
        if step == Pruned::default() {
            return Ok(all);
        }
        all.debates += step.debates;
        all.events += step.events;
    }
}

/// When that was, in milliseconds since 1970.
fn time_ago(time: Duration) -> u64 {
    now_ms().saturating_sub(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
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
        let mut before = None;
        while began.elapsed() < LONGEST {
            let (turn, known) = (Instant::now(), checked.damaged.len());
            before = check_page(&store, &mut checked, before).await?;
            for DamagedDebate { debate, place, fault } in
                checked.damaged[known..].iter().take(NAMED)
            {
                error!(debate, place, fault, "a stored debate is damaged");
            }
            checked.complete = before.is_none();
            if checked.complete {
                break;
            }
            sleep(turn.elapsed() * REST).await;
        }
        Ok::<_, StoreError>(checked)
    };
    tokio::select! {
        () = stop.cancelled() => {}
        checked = checking => match checked {
            Ok(Checked { debates, damaged, complete, .. }) => {
                let damaged = damaged.len();
                info!(debates, damaged, complete, "the store has been checked");
            }
            Err(StoreError::Closed) => {}
            Err(error) => warn!(%error, "the store could not be checked"),
        },
    }
}

/// Removes debates from the store of a server that ended longer than that ago, in small steps, for as
/// long as the server runs.
pub(crate) async fn keep(store: Store, keep: Duration, stop: CancellationToken) {
    let pruning = async {
        loop {
            let mut removed = Pruned::default();
            loop {
                let what = Prune { before_ms: time_ago(keep), unfinished: false, most: STEP };
                let begin = Instant::now();
                match store.prune(what).await {
                    Ok(gone) if gone == Pruned::default() => break,
                    Ok(gone) => {
                        removed.debates += gone.debates;
                        removed.events += gone.events;
                    }
                    Err(StoreError::Closed) => return,
                    Err(error) => {
                        warn!(%error, "debates that ended long ago could not be removed");
                        break;
                    }
                }
                sleep(begin.elapsed() * REST).await;
            }
            if removed.debates > 0 {
                let Pruned { debates, events } = removed;
                info!(debates, events, "removed from the store");
            }
            sleep(LOOK.min(keep / 10).max(Duration::from_millis(100))).await;
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = pruning => {}
    }
}
