//! How debaters and judges have done: counted once from the results that the store has, and from
//! then on from those that have come since.
//!
//! One of those who ask counts what is new, at most five times a second. All others are told what was
//! counted last, and wait for nothing.

use std::sync::Arc;
use std::time::Duration;

use pixel_debate_protocol::{DebateId, OtherJudges, Refusal, Standings};
use pixel_debate_store::{StoreError, StoredResult};
use tokio::time::Instant;
use tracing::error;

use super::Lobby;
use super::board::names::Names;
use super::board::{Board, Verdicts, add_verdicts, scores};
use super::refusals::unavailable;
use crate::results::DebateResult;
use crate::stored::Unreadable;

/// How many results are read from the store at once.
const PAGE: u32 = 512;

/// How many such pages are read at most for a comparison of judges. Stores of earlier versions have results
/// among them that are not counted.
const PAGES: usize = 16;

/// How long what was counted is told before somebody looks for more.
const FRESH: Duration = Duration::from_millis(200);

impl Lobby {
    /// How debaters and judges have done in the public debates, as it was a fifth of a second ago or later.
    pub(crate) async fn standings(&self) -> Result<Arc<Standings>, Refusal> {
        let Board { count, .. } = &self.board;
        let told = self.board.told().clone();
        let mut count = match (count.try_lock(), told) {
            (_, Some((at, told))) if at.elapsed() < FRESH => return Ok(told),
            (Err(_), Some((_, told))) => return Ok(told),
            (Ok(count), _) => count,
            // The first count may take a while.
            (Err(_), None) => count.lock().await,
        };
        let began = Instant::now();
        loop {
            let page = self.services.store.results(count.last, PAGE).await;
            let page = page.map_err(|error| unavailable(&error))?;
            for stored in &page.items {
                let result = self.result(stored).await.map_err(|error| unavailable(&error))?;
                count.pass(&page.damaged, stored.number);
                match result {
                    Some(result) if result.counts() && !self.has_data_of(&result) => {
                        count.other_data += 1;
                    }
                    Some(result) if result.counts() => count.add(&result),
                    Some(result) => count.cut_short += u32::from(result.is_left_out()),
                    None => count.damaged += 1,
                }
            }
            let last = page.damaged.last().map_or(0, |damaged| damaged.number);
            count.pass(&page.damaged, last.max(page.next.unwrap_or(0)));
            if page.next.is_none() {
                let mut standings = count.standings();
                let missing = self.services.store.lost().results;
                let missing = u32::try_from(missing).unwrap_or(u32::MAX);
                standings.damaged = standings.damaged.saturating_add(missing);
                let standings = Arc::new(standings);
                *self.board.told() = Some((began, Arc::clone(&standings)));
                return Ok(standings);
            }
        }
    }

    /// Whether a debate was over the server's own data.
    fn has_data_of(&self, result: &DebateResult) -> bool {
        let (hash, name) = result.data();
        self.services.stages.has(hash, name)
    }

    /// How others judged what a debate with that name and on that topic asked.
    pub(crate) async fn other_judges(
        &self,
        debate: &DebateId,
        topic: &str,
    ) -> Result<OtherJudges, Refusal> {
        let mut others = OtherJudges::default();
        let mut judges = Names::<Verdicts>::new(OtherJudges::MOST);
        let mut before = None;
        for _ in 0..PAGES {
            let page = self.services.store.results_on(topic, before, PAGE).await;
            let page = page.map_err(|error| unavailable(&error))?;
            // Its own result is among them.
            for stored in page.items.iter().filter(|stored| stored.debate != debate.0) {
                let result = self.result(stored).await.map_err(|error| unavailable(&error))?;
                if others.debates as usize == OtherJudges::MOST {
                    break;
                }
                if let Some(result) = result.filter(DebateResult::counts_for_its_judge) {
                    others.debates += 1;
                    add_verdicts(&mut judges, &result, stored.number);
                }
            }
            before = page.next;
            if before.is_none() || others.debates as usize == OtherJudges::MOST {
                break;
            }
        }
        others.judges = scores(&judges, OtherJudges::MOST);
        Ok(others)
    }

    /// What came of a debate; nothing where that cannot be read.
    async fn result(&self, stored: &StoredResult) -> Result<Option<DebateResult>, StoreError> {
        match self.read_result(stored).await {
            Ok(result) => Ok(Some(result)),
            Err(Unreadable::Damaged(reason)) => {
                error!(debate = stored.debate, reason, "a result is damaged");
                Ok(None)
            }
            Err(Unreadable::Store(error)) => Err(error),
        }
    }

    async fn read_result(&self, stored: &StoredResult) -> Result<DebateResult, Unreadable> {
        if let Some(bytes) = &stored.result {
            return Ok(DebateResult::read(bytes)?);
        }
        match self.services.store.debate(&stored.debate).await? {
            Some(debate) => self.replayed(&debate).await,
            None => Err(Unreadable::Damaged("it is not there".into())),
        }
    }
}
