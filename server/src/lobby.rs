//! All debates of a server, by name.

mod asking;
mod board;
mod judges;
pub(crate) mod list;
mod readiness;
mod ready;
mod refusals;
mod standings;

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pixel_debate_game::{Debate, Rules};
use pixel_debate_protocol::{
    Bounds, CloseReason, Created, DebateId, Offer, Player, Refusal, RefusalCode, Setup, Tokens,
    Visibility,
};
use pixel_debate_store::{Damaged, NewDebate, StoreError, StoredDebate, StoredJudgment};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use tracing::{debug, error, info, warn};

use self::readiness::Readiness;
pub(crate) use self::refusals::unknown;
use self::refusals::{damaged, store_unavailable, unavailable};
use crate::arrange::arrange;
use crate::audience::class;
use crate::credits::{Charge, Spend};
use crate::judgment;
use crate::limits::Limits;
use crate::owner::Owner;
use crate::record::{Entry as Happened, Restored, now_ms, opening};
use crate::register::former;
use crate::results::{DebateResult, finish};
use crate::rooms::{Leaver, Room, Rooms, Use};
use crate::services::Services;
use crate::stored::Unreadable;
use crate::table::task::Task;
use crate::table::{Key, Request, TableHandle};
use crate::terms::Terms;
use crate::tokens::{Locks, new_debate_id};
use crate::visitors::{Permit, Visitors};

/// How many debates are read from the store at once.
const PAGE: u32 = 256;

/// How long a debate's name is.
const NAME_LENGTH: usize = 16;

/// How long is waited before a debate that could not be ended is to be ended again.
const BREATH: Duration = Duration::from_millis(100);

/// Sets up debates and finds them again.
pub(crate) struct Lobby {
    services: Arc<Services>,
    visitors: Visitors,
    rooms: Rooms,
    readiness: Readiness,
    tables: Mutex<Tables>,
    /// The debate that visitors are shown.
    shown: tokio::sync::Mutex<Option<DebateId>>,
    /// How debaters and judges have done.
    board: board::Board,
    tasks: TaskTracker,
}

/// What a debate that is set up has been given, and gives back if it is not stored.
struct Held {
    room: Room,
    /// Among those of its creator; none of what the server sets up itself.
    permit: Option<Permit>,
    charge: Option<Charge>,
}

#[derive(Default)]
struct Tables {
    by_id: HashMap<DebateId, Entry>,
    next_age: u64,
}

struct Entry {
    age: u64,
    table: TableHandle,
    /// Debates that come back when the server starts have none, for they were there before.
    room: Option<Room>,
}

impl Lobby {
    pub(crate) fn new(services: Arc<Services>, visitors: Visitors, tasks: TaskTracker) -> Self {
        let rooms = Rooms::new(services.limits.debates);
        Self {
            services,
            visitors,
            rooms,
            readiness: Readiness::default(),
            tables: Mutex::default(),
            shown: tokio::sync::Mutex::default(),
            board: board::Board::default(),
            tasks,
        }
    }

    pub(crate) fn services(&self) -> &Arc<Services> {
        &self.services
    }

    pub(crate) fn offer(&self) -> &Offer {
        &self.services.offer
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.services.limits
    }

    pub(crate) fn bounds(&self) -> Bounds {
        self.services.limits.bounds()
    }

    /// Brings back from the store every debate that has not ended, and says how many.
    pub(crate) async fn recover(self: &Arc<Self>) -> Result<usize, StoreError> {
        let (mut after, mut recovered) = (0, 0);
        // Those that go on at a server that has their data.
        let mut left = HashSet::new();
        loop {
            let page = self.services.store.unfinished(after, PAGE).await?;
            for Damaged { number, detail } in &page.damaged {
                let name = self.services.store.name_of(*number).await?;
                error!(place = number, debate = name, detail, "a stored debate is damaged");
            }
            for stored in &page.items {
                match self.restore(stored).await {
                    Ok(restored) if !self.can_go_on(&restored) => {
                        left.insert(restored.id);
                    }
                    Ok(restored) => {
                        let forsaken = self.is_forsaken(&restored);
                        let table = self.seat(restored, None, None);
                        if forsaken {
                            self.tasks.spawn(async move { withdraw(&table).await });
                        } else {
                            recovered += 1;
                        }
                    }
                    Err(Unreadable::Damaged(reason)) => {
                        error!(debate = stored.debate.id, reason, "a stored debate is damaged");
                    }
                    Err(Unreadable::Store(error)) => return Err(error),
                }
            }
            let Some(next) = page.next else { break };
            after = next;
        }
        if !left.is_empty() {
            warn!(
                debates = left.len(),
                "debates wait in the store for a server that has their data and classifiers"
            );
        }
        self.leave_unanswered(&left).await?;
        Ok(recovered)
    }

    /// Whether the server has what a debate needs that has not ended.
    fn can_go_on(&self, Restored { debate, terms, .. }: &Restored) -> bool {
        self.services.stages.check(terms, debate.rules().pixels).is_ok()
    }

    /// Whether a debate was set up for a class that does not know of it, since the server was killed meanwhile, or that
    /// has ended: nobody goes on with it.
    fn is_forsaken(&self, restored: &Restored) -> bool {
        let Some(code) = &restored.terms.locks.class else { return false };
        self.services.audiences.of(code).is_none_or(|audience| !audience.has(&restored.id))
    }

    /// Ends the judgments that were begun of debates that have ended since: the server was killed before it could
    /// say so. Those of the debates that are `left` for another server stay as they are.
    async fn leave_unanswered(&self, left: &HashSet<DebateId>) -> Result<(), StoreError> {
        let store = &self.services.store;
        let mut after = 0;
        loop {
            let page = store.unfinished_judgments(after, PAGE).await?;
            for Damaged { number, detail } in &page.damaged {
                error!(place = number, detail, "a stored judgment is damaged");
            }
            // What is kept of classes ends otherwise.
            let of_judges = |stored: &&StoredJudgment| class(&stored.judgment.id).is_none();
            for stored in page.items.iter().filter(of_judges) {
                let id = DebateId(stored.judgment.debate.clone());
                if left.contains(&id) || self.tables().by_id.contains_key(&id) {
                    continue;
                }
                match judgment::leave_unanswered(store, stored, now_ms()).await {
                    Ok(()) => {}
                    Err(Unreadable::Damaged(reason)) => {
                        error!(judgment = stored.judgment.id, reason, "a judgment is damaged");
                    }
                    Err(Unreadable::Store(error)) => return Err(error),
                }
            }
            let Some(next) = page.next else { return Ok(()) };
            after = next;
        }
    }

    /// Sets up a debate for a client at that address.
    pub(crate) async fn create(
        self: &Arc<Self>,
        setup: &Setup,
        address: IpAddr,
    ) -> Result<Created, Refusal> {
        self.services.credits.spend(Spend::Create, address)?;
        let arranged = match &setup.recorded {
            None => self.arrange(setup)?,
            Some(recorded) => self.arrange_again(setup, recorded).await?,
        };
        let held = self.hold(address).await?;
        self.set_up(arranged, held).await
    }

    /// Sets up a debate for a class whose presenter is at that address, with locks of its own; and says its name.
    pub(crate) async fn create_with(
        self: &Arc<Self>,
        setup: &Setup,
        address: IpAddr,
        locks: impl FnOnce(&Rules) -> Locks,
    ) -> Result<DebateId, Refusal> {
        self.services.credits.spend(Spend::Create, address)?;
        let (debate, mut terms, tokens) = self.arrange(setup)?;
        terms.locks = locks(debate.rules());
        let held = self.hold(address).await?;
        Ok(self.set_up((debate, terms, tokens), held).await?.debate)
    }

    /// A debate that has ended before it began: by which the store keeps what belongs to no other.
    pub(crate) async fn cancelled(&self, address: IpAddr) -> Result<DebateId, Refusal> {
        self.services.credits.spend(Spend::Create, address)?;
        let charge = self.services.credits.charge(address)?;
        self.store_has_room().await?;
        let setup = Setup { visibility: Visibility::Private, ..self.offered() };
        let (debate, terms, _) = self.arrange(&setup)?;
        let id = new_debate_id().map_err(|error| {
            Refusal::new(RefusalCode::Unavailable, error.to_string(), "another try later")
        })?;
        let (reason, at_ms) = (CloseReason::Cancelled, now_ms());
        let entry = Happened::Abandoned { reason, at_ms }.to_bytes();
        let finish = finish(&debate, &terms, Vec::new(), at_ms, false);
        let store = &self.services.store;
        let storing = async {
            store.create(opening(&id, &debate, &terms)).await?;
            store.append(&id.0, 1, entry, Some(finish)).await
        };
        let stored = timeout(self.services.limits.store_wait, storing).await;
        stored.map_err(|_| store_unavailable())?.map_err(|error| unavailable(&error))?;
        charge.keep();
        Ok(id)
    }

    /// What a debate that goes on takes up, of what somebody at that address may.
    async fn hold(&self, address: IpAddr) -> Result<Held, Refusal> {
        let share = self.rooms.share();
        let permit = self.visitors.set_up(address, share).map_err(|network| {
            let most = self.services.limits.debates_per_address;
            let message = if share < most {
                format!("few rooms are left, and all that one {network} may have then are taken")
            } else {
                let most = most.saturating_mul(network.times as usize);
                format!("all {most} debates that may be set up from one {network} go on")
            };
            Refusal::new(RefusalCode::Busy, message, "another try when one of them has ended")
        })?;
        self.store_has_room().await?;
        Ok(Held {
            room: self.room(Use::Debate)?,
            permit: Some(permit),
            charge: Some(self.services.credits.charge(address)?),
        })
    }

    /// Draws what the setup leaves open, and checks all of it.
    fn arrange(&self, setup: &Setup) -> Result<(Debate, Terms, Tokens), Refusal> {
        let services = &self.services;
        arrange(setup, &services.offer, services.dataset, &*services.roster, &services.stages)
    }

    async fn set_up(
        self: &Arc<Self>,
        (debate, terms, tokens): (Debate, Terms, Tokens),
        held: Held,
    ) -> Result<Created, Refusal> {
        let services = &self.services;
        let id = new_debate_id().map_err(|error| {
            Refusal::new(RefusalCode::Unavailable, error.to_string(), "another try later")
        })?;
        let (pixels, judge) = (terms.setup.pixels, terms.setup.judge.clone());
        let opening = opening(&id, &debate, &terms);
        let restored = Restored::begun(id.clone(), debate, terms);
        let (done, stored) = oneshot::channel();
        self.tasks.spawn(Arc::clone(self).keep(opening, restored, held, done));
        let Ok(Ok(stored)) = timeout(services.limits.store_wait, stored).await else {
            warn!(debate = %id, "the store takes too long");
            return Err(store_unavailable());
        };
        stored.map_err(|error| unavailable(&error))?;
        info!(debate = %id, pixels, judge = %kind(&judge), "set up");
        Ok(Created { id: None, debate: id, tokens })
    }

    /// Has the store take a new debate, and gives it a table. Where nobody waits for it any more when
    /// the store has taken it, nobody knows it: it is ended at once, and gives its permit back.
    async fn keep(
        self: Arc<Self>,
        opening: NewDebate,
        restored: Restored,
        held: Held,
        done: oneshot::Sender<Result<(), StoreError>>,
    ) {
        let began = tokio::time::Instant::now();
        let stored = self.services.store.create(opening).await;
        self.services.metrics.stored(began.elapsed(), stored.is_ok());
        let Held { room, permit, charge } = held;
        let table = stored.is_ok().then(|| {
            if let Some(charge) = charge {
                charge.keep();
            }
            self.seat(restored, Some(room), permit)
        });
        if let (Err(_), Some(table)) = (done.send(stored), table) {
            withdraw(&table).await;
        }
    }

    /// The debate with that name, at hand or from the store.
    pub(crate) async fn find(self: &Arc<Self>, id: &DebateId) -> Result<TableHandle, Refusal> {
        if let Some(entry) = self.tables().by_id.get(id) {
            return Ok(entry.table.clone());
        }
        let is_name = |letter: u8| letter.is_ascii_alphanumeric() || b"-_".contains(&letter);
        if id.0.len() != NAME_LENGTH || !id.0.bytes().all(is_name) {
            return Err(unknown(id));
        }
        let refuse = |unreadable| match unreadable {
            Unreadable::Damaged(reason) => damaged(id, &reason),
            Unreadable::Store(error) => unavailable(&error).about(id),
        };
        let stored = self.services.store.debate(&id.0).await;
        let stored = stored.map_err(|error| refuse(error.into()))?.ok_or_else(|| unknown(id))?;
        let restored = self.restore(&stored).await.map_err(refuse)?;
        if restored.abandoned.is_some() {
            return Err(unknown(id));
        }
        if restored.debate.outcome().is_none() {
            let pixels = restored.debate.rules().pixels;
            let checked = self.services.stages.check(&restored.terms, pixels);
            checked.map_err(|refusal| refusal.about(id))?;
        }
        // What is over is read also where all other rooms are taken.
        let over = restored.debate.outcome().is_some();
        let room = self.room(if over { Use::Read } else { Use::Debate })?;
        Ok(self.seat(restored, Some(room), None))
    }

    /// The debate that visitors are shown: the one under way, or else a new one.
    pub(crate) async fn shown(self: &Arc<Self>) -> Result<(DebateId, TableHandle), Refusal> {
        let mut shown = self.shown.lock().await;
        if let Some(id) = &*shown
            && let Some(entry) = self.tables().by_id.get(id)
            && !entry.table.is_over()
        {
            return Ok((id.clone(), entry.table.clone()));
        }
        let setup = self.offered();
        // Visitors are shown a debate also where all other rooms are taken.
        let room = self.room(Use::Shown).or_else(|_| self.room(Use::Debate))?;
        let held = Held { room, permit: None, charge: None };
        let id = self.set_up(self.arrange(&setup)?, held).await?.debate;
        *shown = Some(id.clone());
        drop(shown);
        let table = self.find(&id).await?;
        Ok((id, table))
    }

    /// The usual setup, as far as the server offers it.
    fn offered(&self) -> Setup {
        let mut setup = Setup::default();
        setup.pace_ms = setup.pace_ms.min(self.services.offer.max_pace_ms);
        if !self.services.offer.pixels.contains(&setup.pixels) {
            setup.pixels = self.services.offer.pixels.last().copied().unwrap_or_default();
        }
        setup
    }

    async fn restore(&self, stored: &StoredDebate) -> Result<Restored, Unreadable> {
        let store = &self.services.store;
        let events = store.events(&stored.debate.id, 0).await?;
        let mut restored = Restored::new(stored, &events)?;
        let pixels = restored.debate.rules().pixels;
        restored.terms.stage = self.services.stages.shared(restored.terms.stage, pixels);
        let mut judgments = u16::from(restored.terms.locks.outside_judges());
        if let Some(code) = &restored.terms.locks.class {
            judgments = self.begun_judgments(&restored.id).await?;
            if self.services.audiences.of(code).is_none() {
                restored.audience = former(store, code).await?.map(Arc::new);
            }
        }
        for judge in 0..judgments {
            let name = judgment::name(&restored.id, judge);
            let owner = store.judgment(&name).await?.and_then(|stored| stored.judgment.judge);
            let events = store.judgment_events(&name, 0).await?;
            restored.judge(owner.map(Owner::stored), &events)?;
        }
        Ok(restored)
    }

    /// One more than the highest number of a judgment of a debate that an audience has begun.
    async fn begun_judgments(&self, id: &DebateId) -> Result<u16, Unreadable> {
        let (mut after, mut begun) = (0, 0);
        loop {
            let page = self.services.store.judgments_of(&id.0, after, PAGE).await?;
            if let Some(Damaged { number, detail }) = page.damaged.first() {
                return Err(format!("the judgment at place {number}: {detail}").into());
            }
            let numbers = page.items.iter().filter_map(|one| judgment::number(&one.judgment.id));
            begun = numbers.map(|number| number.saturating_add(1)).fold(begun, u16::max);
            let Some(next) = page.next else { return Ok(begun) };
            after = next;
        }
    }

    /// What came of a debate that ended before results were kept: it is replayed.
    async fn replayed(&self, stored: &StoredDebate) -> Result<DebateResult, Unreadable> {
        let over = self.restore(stored).await?;
        let ended_ms = over.times.last().map(|time| time.at_ms);
        let cut_short = over.times.iter().any(|time| time.cut_short);
        Ok(DebateResult::of(&over.debate, &over.terms, Vec::new(), ended_ms, cut_short))
    }

    /// Room for one more debate, if need be by letting go of the oldest that is over, or else of the one
    /// that nobody came to in the usual time.
    fn room(&self, what: Use) -> Result<Room, Refusal> {
        loop {
            if let Some(room) = self.rooms.take(what) {
                return Ok(room);
            }
            // Somebody else may take the room that this makes: then there is a next one to let go.
            match self.rooms.leaver(what).ok_or_else(|| self.full())? {
                Leaver::Over(age, id) => {
                    let entry = self.tables().remove(&id, age);
                    if let Some(entry) = entry {
                        entry.table.mention(Request::LetGo);
                    }
                }
                Leaver::Awaited(age, id) => {
                    // It is known until the store has taken its end.
                    let table = self.tables().vacate(&id, age);
                    if let Some(table) = table {
                        self.tasks.spawn(async move { table.ask(Request::GiveUp).await });
                    }
                }
            }
        }
    }

    /// The refusal where there is no room.
    fn full(&self) -> Refusal {
        let most = self.services.limits.debates;
        Refusal::new(
            RefusalCode::Busy,
            format!("all {most} debates that the server holds go on"),
            "another try when one of them has ended",
        )
    }

    /// Gives a debate a table, unless it has one.
    fn seat(
        self: &Arc<Self>,
        restored: Restored,
        room: Option<Room>,
        permit: Option<Permit>,
    ) -> TableHandle {
        let id = restored.id.clone();
        let mut tables = self.tables();
        if let Some(entry) = tables.by_id.get(&id) {
            return entry.table.clone();
        }
        let age = tables.next_age;
        tables.next_age += 1;
        let patience = self.services.limits.seats_time;
        let leaving = room.as_ref().map(Room::leaving);
        let going_on = Rooms::going_on(room.as_ref(), permit, patience, age, &id);
        let (task, handle) = Task::new(restored, Arc::clone(&self.services), going_on);
        let entry = Entry { age, table: handle.clone(), room };
        tables.by_id.insert(id.clone(), entry);
        drop(tables);
        let lobby = Arc::clone(self);
        self.tasks.spawn(async move {
            task.run().await;
            lobby.tables().remove(&id, age);
            if let Some(leaving) = leaving {
                leaving.forget(age);
            }
            debug!(debate = %id, "forgotten");
        });
        handle
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        // Nothing panics under the lock.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    /// Removes a debate, unless another table has been given to it since.
    fn remove(&mut self, id: &DebateId, age: u64) -> Option<Entry> {
        if self.by_id.get(id)?.age == age { self.by_id.remove(id) } else { None }
    }

    /// Takes its room from a debate, which is to give up.
    fn vacate(&mut self, id: &DebateId, age: u64) -> Option<TableHandle> {
        let entry = self.by_id.get_mut(id).filter(|entry| entry.age == age)?;
        entry.room = None;
        Some(entry.table.clone())
    }
}

/// Ends a debate, whatever it is at.
pub(crate) async fn withdraw(table: &TableHandle) {
    loop {
        let (answer, ended) = oneshot::channel();
        // An event that is on its way to the store comes first.
        let end = Request::End { key: Key::Administrator, answer };
        if !table.ask(end).await || !matches!(ended.await, Ok(Err(_))) {
            return;
        }
        sleep(BREATH).await;
    }
}

/// A player without its name, for the log.
fn kind(player: &Player) -> &str {
    match player {
        Player::Outside { .. } => "outside",
        Player::BuiltIn(name) => name,
    }
}
