//! All debates of a server, by name.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pixel_debate_datasets::Dataset;
use pixel_debate_protocol::v1::{DebateId, Offer, Refusal, RefusalCode, Setup, Token};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, info};

use crate::arrange::arrange;
use crate::config::{Limits, ServerConfig};
use crate::key::new_debate_id;
use crate::players::Players;
use crate::pool::Pool;
use crate::table::{Request, Standing, Table, TableHandle};

/// Sets up debates and finds them again.
pub(crate) struct Lobby {
    dataset: &'static Dataset,
    players: Arc<dyn Players>,
    limits: Limits,
    offer: Offer,
    pool: Pool,
    tables: Mutex<Tables>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

#[derive(Default)]
struct Tables {
    by_id: HashMap<DebateId, TableHandle>,
    /// Those of `by_id`, the oldest first, among some that are gone.
    by_age: VecDeque<DebateId>,
    /// The one that visitors are shown.
    shown: Option<DebateId>,
}

impl Lobby {
    pub(crate) fn new(config: &ServerConfig, tasks: TaskTracker, stop: CancellationToken) -> Self {
        let ServerConfig { dataset, players, limits, .. } = config;
        let milliseconds = |time: Duration| u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
        let offer = Offer {
            dataset: dataset.name().into(),
            images: dataset.len() as u32,
            classes: dataset.classes().to_vec(),
            pixels: players.pixels(),
            max_rollouts: players.max_rollouts(),
            max_pace_ms: milliseconds(limits.pace),
            max_message_bytes: limits.message_bytes as u32,
        };
        Self {
            dataset,
            players: Arc::clone(players),
            limits: limits.clone(),
            offer,
            pool: Pool::new(limits.threads),
            tables: Mutex::default(),
            tasks,
            stop,
        }
    }

    pub(crate) fn offer(&self) -> &Offer {
        &self.offer
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Sets up a debate. The token is the judge's, if a person judges.
    pub(crate) fn create(
        self: &Arc<Self>,
        setup: &Setup,
    ) -> Result<(DebateId, Option<Token>), Refusal> {
        self.create_in(&mut self.tables(), setup)
    }

    /// The debate with that name.
    pub(crate) fn find(&self, id: &DebateId) -> Result<TableHandle, Refusal> {
        self.tables().by_id.get(id).cloned().ok_or_else(|| unknown(id))
    }

    /// The debate that visitors are shown: the one under way, or else a new one.
    pub(crate) fn shown(self: &Arc<Self>) -> Result<(DebateId, TableHandle), Refusal> {
        let mut tables = self.tables();
        let id = match &tables.shown {
            Some(id)
                if tables.by_id.get(id).is_some_and(|table| table.standing() != Standing::Over) =>
            {
                id.clone()
            }
            _ => {
                let mut setup = Setup::default();
                setup.pace_ms = setup.pace_ms.min(self.offer.max_pace_ms);
                if !self.offer.pixels.contains(&setup.pixels) {
                    setup.pixels = self.offer.pixels.last().copied().unwrap_or_default();
                }
                let (id, _) = self.create_in(&mut tables, &setup)?;
                tables.shown = Some(id.clone());
                id
            }
        };
        let table = tables.by_id.get(&id).cloned().ok_or_else(|| unknown(&id))?;
        Ok((id, table))
    }

    fn create_in(
        self: &Arc<Self>,
        tables: &mut Tables,
        setup: &Setup,
    ) -> Result<(DebateId, Option<Token>), Refusal> {
        if !tables.have_room(self.limits.debates) {
            return Err(Refusal::new(
                RefusalCode::Busy,
                format!("all {} debates that the server holds are under way", self.limits.debates),
                "another try when one of them has ended",
            ));
        }
        let arrangement = arrange(setup, &self.offer, self.dataset, &*self.players)?;
        let id = new_debate_id();
        let (table, handle, token) = Table::new(
            id.clone(),
            arrangement,
            Arc::clone(&self.players),
            self.pool.clone(),
            self.limits.clone(),
        );
        tables.by_id.insert(id.clone(), handle);
        tables.by_age.push_back(id.clone());
        info!(debate = %id, pixels = setup.pixels, judge = ?setup.judge, "set up");
        self.tasks.spawn({
            let (lobby, id) = (Arc::clone(self), id.clone());
            async move {
                lobby.stop.clone().run_until_cancelled(table.run()).await;
                lobby.tables().by_id.remove(&id);
                debug!(debate = %id, "forgotten");
            }
        });
        Ok((id, token))
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        // Every change under the lock is a single insertion or removal, so that a panic elsewhere
        // under it leaves nothing half done.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    /// Makes room for one more debate, if need be by letting go of the oldest that is over or that
    /// nobody follows.
    fn have_room(&mut self, most: usize) -> bool {
        let Self { by_id, by_age, .. } = self;
        by_age.retain(|id| by_id.contains_key(id));
        if by_id.len() < most {
            return true;
        }
        let spare = |id: &&DebateId| by_id[*id].standing() != Standing::UnderWay;
        let table = by_age.iter().find(spare).and_then(|id| by_id.remove(id));
        if let Some(table) = &table {
            table.mention(Request::LetGo);
        }
        table.is_some()
    }
}

/// The refusal of a name that no debate has.
pub(crate) fn unknown(id: &DebateId) -> Refusal {
    Refusal::new(
        RefusalCode::UnknownDebate,
        "no debate has that name, or it was let go",
        "the name of a debate under way or ended a short time ago",
    )
    .about(id)
}
