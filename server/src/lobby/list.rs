//! The list of debates: those at hand as they stand, those that are over from the store.

use pixel_debate_protocol::{DebateId, DebateList, Refusal, Summary};
use tracing::error;

use super::{Lobby, unavailable};
use crate::results::DebateResult;
use crate::store::{Damaged, StoreError, StoredDebate};

/// How many debates are read from the store at once.
const PAGE: u32 = 64;

/// How many such pages are read for one list at most: where most debates are private, a list for
/// everybody has fewer than it could, and says where the next one begins.
const PAGES: usize = 8;

/// What is stored of a debate does not fit together.
struct Unreadable;

impl Lobby {
    /// Up to `most` debates, the newest first, of those that were created before the one at the
    /// place `before`: the public ones, or all. Those that ended without an outcome are left out.
    pub(crate) async fn list(
        &self,
        before: Option<u64>,
        most: usize,
        all: bool,
    ) -> Result<DebateList, Refusal> {
        let mut list = DebateList { debates: Vec::new(), next: before, damaged: 0 };
        for _ in 0..PAGES {
            let page = self.house.store.recent(list.next, PAGE).await;
            let page = page.map_err(|error| unavailable(&error))?;
            for stored in &page.items {
                list.next = Some(stored.place);
                let summary = self.summary(stored).await.map_err(|error| unavailable(&error))?;
                match summary {
                    Ok(summary) => {
                        list.debates.extend(summary.filter(|summary| all || !summary.private));
                    }
                    Err(Unreadable) => list.damaged += 1,
                }
                if list.debates.len() == most {
                    let passed = |damaged: &&Damaged| damaged.number > stored.place;
                    list.damaged += page.damaged.iter().filter(passed).count() as u32;
                    return Ok(list);
                }
            }
            list.damaged += page.damaged.len() as u32;
            list.next = page.next;
            if list.next.is_none() {
                break;
            }
        }
        Ok(list)
    }

    /// What a list says of a debate; nothing where it had no outcome.
    async fn summary(
        &self,
        stored: &StoredDebate,
    ) -> Result<Result<Option<Summary>, Unreadable>, StoreError> {
        let id = DebateId(stored.debate.id.clone());
        let at_hand = self.tables().by_id.get(&id).map(|entry| entry.table.summary());
        if at_hand.is_some() || !stored.ended {
            return Ok(Ok(at_hand));
        }
        let result = match &stored.result {
            Some(bytes) => DebateResult::read(bytes),
            None => self.replayed(stored).await?,
        };
        Ok(result
            .inspect_err(|reason| error!(debate = %id, reason, "a stored debate is damaged"))
            .map(|result| result.summary(id))
            .map_err(|_| Unreadable))
    }
}
