//! The list of debates: those at hand as they stand, those that are over from the store.

use pixel_debate_protocol::{DebateId, DebateList, Phase, Refusal, Summary, Visibility};
use pixel_debate_store::{Damaged, StoredDebate};
use tracing::error;

use super::Lobby;
use super::refusals::unavailable;
use crate::results::DebateResult;
use crate::stored::Unreadable;

/// How many debates are read from the store at once.
const PAGE: u32 = 64;

/// How many such pages are read for one list at most: where most debates are not wanted, or not for
/// everybody, a list has fewer than it could, and says where the next one begins.
const PAGES: usize = 8;

/// Which debates are wanted: those that agree with all that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) phase: Option<Phase>,
    pub(crate) pixels: Option<u8>,
    /// The number of the image, which is told with the outcome.
    pub(crate) image: Option<u32>,
    /// The name of somebody who took part, which is told with the outcome.
    pub(crate) player: Option<String>,
    /// Set up at that time or later, in milliseconds since 1970.
    pub(crate) since_ms: Option<u64>,
    /// Set up before that time.
    pub(crate) until_ms: Option<u64>,
}

impl Filter {
    fn takes(&self, summary: &Summary) -> bool {
        let Self { phase, pixels, image, player, since_ms, until_ms } = self;
        let played = |name: &String| {
            summary.players.iter().any(|players| {
                let all = [&players.honest, &players.liar, &players.judge];
                all.into_iter().flatten().any(|player| player == name)
            })
        };
        let shows = |index| summary.image.as_ref().is_some_and(|image| image.index == index);
        phase.is_none_or(|phase| summary.phase == phase)
            && pixels.is_none_or(|pixels| summary.pixels == pixels)
            && image.is_none_or(shows)
            && player.as_ref().is_none_or(played)
            && since_ms.is_none_or(|since| summary.created_ms >= since)
            && until_ms.is_none_or(|until| summary.created_ms < until)
    }
}

impl Lobby {
    /// Up to `most` debates, the newest first, of those that were created before the one at the
    /// place `before`: the public ones, or all, of those that are wanted. Those that ended without an
    /// outcome are left out.
    pub(crate) async fn list(
        &self,
        before: Option<u64>,
        most: usize,
        all: bool,
        wanted: &Filter,
    ) -> Result<DebateList, Refusal> {
        let mut list = DebateList { debates: Vec::new(), next: before, damaged: 0 };
        for _ in 0..PAGES {
            let page = self.services.store.recent(list.next, PAGE).await;
            let page = page.map_err(|error| unavailable(&error))?;
            for stored in &page.items {
                list.next = Some(stored.place);
                match self.summary(stored).await {
                    Ok(summary) => list.debates.extend(summary.filter(|summary| {
                        (all || summary.visibility == Visibility::Public) && wanted.takes(summary)
                    })),
                    Err(Unreadable::Damaged(reason)) => {
                        error!(debate = stored.debate.id, reason, "a stored debate is damaged");
                        list.damaged += 1;
                    }
                    Err(Unreadable::Store(error)) => return Err(unavailable(&error)),
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
                // Where among the others these were is not known.
                let missing = self.services.store.lost().debates;
                let missing = u32::try_from(missing).unwrap_or(u32::MAX);
                list.damaged = list.damaged.saturating_add(missing);
                break;
            }
        }
        Ok(list)
    }

    /// What a list says of a debate; nothing where it had no outcome.
    async fn summary(&self, stored: &StoredDebate) -> Result<Option<Summary>, Unreadable> {
        let id = DebateId(stored.debate.id.clone());
        let at_hand = self.tables().by_id.get(&id).map(|entry| entry.table.summary());
        if at_hand.is_some() || !stored.ended {
            return Ok(at_hand);
        }
        let result = match &stored.result {
            Some(bytes) => DebateResult::read(bytes)?,
            None => self.replayed(stored).await?,
        };
        Ok(result.summary(id, stored.debate.created_ms))
    }
}
