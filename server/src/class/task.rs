//! The task of a class: it carries inputs in and effects out.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use pixel_debate_protocol::{ClassCode, CloseReason, DebateId, Refusal};
use pixel_debate_store::{JudgmentFinish, StoreError};
use rand::seq::IndexedRandom;
use tokio::sync::mpsc::Receiver;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::Class;
use super::effect::{Attended, ClassRequest, Effect, Input, Now, Order, Said, Unwritten};
use crate::audience::{Tally, stream};
use crate::lobby::{Lobby, withdraw};
use crate::outbox::Reached;
use crate::record::now_ms;
use crate::table::Request as TableRequest;
use crate::tokens::{Lock, Locks};

/// How long the store is given for one event.
const WRITING: Duration = Duration::from_secs(5);

/// How long is waited before the store is tried again, at first and at most.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// What happens beside the class, of each kind one thing at a time.
type Work = BoxFuture<'static, Input>;

/// A class with all that it sets going.
pub(super) struct Task {
    class: Class,
    lobby: Arc<Lobby>,
    said: Receiver<Said>,
    tally: watch::Receiver<Option<Arc<Tally>>>,
    writing: Option<Work>,
    setting_up: Option<Work>,
    finding: Option<Work>,
}

impl Task {
    pub(super) fn new(class: Class, lobby: Arc<Lobby>, said: Receiver<Said>) -> Self {
        let tally = class.audience.listen();
        Self { class, lobby, said, tally, writing: None, setting_up: None, finding: None }
    }

    /// Serves who attends until the class ends.
    pub(super) async fn run(mut self) {
        let stop = self.lobby.services().stop.clone();
        let mut stopped = pin!(stop.cancelled());
        let mut timer = pin!(sleep_until(Instant::now()));
        let mut ended = self.hear(Input::Begin);
        while ended.is_none() {
            let deadline = self.class.deadline();
            if deadline != timer.deadline() {
                timer.as_mut().reset(deadline);
            }
            let open = self.class.takes_requests();
            let Self { said, tally, writing, setting_up, finding, .. } = &mut self;
            let input = tokio::select! {
                biased;
                () = &mut stopped => Input::Stop,
                written = under_way(writing) => written,
                set_up = under_way(setting_up) => set_up,
                found = under_way(finding) => found,
                () = &mut timer => Input::Late,
                said = said.recv(), if open => match said {
                    Some(Said::Request(request)) => Input::Request(request),
                    Some(Said::Gone(client)) => Input::Gone(client),
                    Some(Said::Left(ticket)) => Input::Left(ticket),
                    None => Input::Stop,
                },
                Ok(()) = tally.changed() => match tally.borrow_and_update().clone() {
                    Some(tally) => Input::Tally(tally),
                    None => continue,
                },
            };
            ended = self.hear(input);
        }
        self.said.close();
        while let Ok(said) = self.said.try_recv() {
            if let Said::Request(ClassRequest { asked, .. }) = said {
                let refusal = if ended == Some(CloseReason::Restarting) {
                    super::store_unavailable()
                } else {
                    Refusal::from(&self.class.code)
                };
                self.class.refuse(&asked, refusal);
            }
        }
        for effect in std::mem::take(&mut self.class.effects) {
            self.carry_out(effect);
        }
        if let (Some(setting_up), Some(reason)) = (self.setting_up, ended)
            && reason != CloseReason::Restarting
        {
            // The debate would be nobody's.
            tokio::spawn(async move {
                if let Input::SetUp(Ok((debate, _))) = setting_up.await {
                    cancel(&self.lobby, &debate).await;
                }
            });
        }
    }

    /// Has the class make a step, and another for each client that is not reached then. Returns why it has ended, if it
    /// has.
    fn hear(&mut self, input: Input) -> Option<CloseReason> {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let now = Now { at: Instant::now(), unix_ms: now_ms() };
            let (effects, ended) = self.class.step(now, input);
            for effect in effects {
                inputs.extend(self.carry_out(effect).map(Input::Gone));
            }
            if ended.is_some() {
                return ended;
            }
        }
        None
    }

    /// Does what is to be done. Returns the client that could not be reached, if so.
    fn carry_out(&mut self, effect: Effect) -> Option<u64> {
        let lobby = Arc::clone(&self.lobby);
        match effect {
            Effect::Tell(client, frame) => {
                return (client.post(frame) == Reached::No).then(|| client.client());
            }
            Effect::Append { seq, entry, ends_ms, attempt } => {
                let writing = write(lobby, stream(&self.class.code), seq, entry, ends_ms, attempt);
                self.writing = Some(writing.map(Input::Written).boxed());
            }
            Effect::SetUp(order) => {
                let (code, presenter) = (self.class.code.clone(), self.class.presenter.clone());
                let places = order.candidates.iter().map(|(place, _)| *place);
                let locks = places.map(|place| (place, self.class.audience.lock(place))).collect();
                let setting_up = set_up(lobby, *order, code, presenter, locks);
                self.setting_up = Some(setting_up.map(Input::SetUp).boxed());
            }
            Effect::Find(debate) => {
                self.finding = Some(find(lobby, debate).boxed());
            }
            Effect::Cancel(debate) => {
                tokio::spawn(async move { cancel(&lobby, &debate).await });
            }
            Effect::TurnOut(debate, place) => {
                tokio::spawn(async move {
                    if let Ok(table) = lobby.find(&debate).await {
                        table.ask(TableRequest::SentAway { place }).await;
                    }
                });
            }
            Effect::Leave(Attended { class, ticket }) => {
                tokio::spawn(async move { class.left(ticket).await });
            }
        }
        None
    }
}

/// Waits for what is under way, which then is so no more; for ever where nothing is.
async fn under_way(work: &mut Option<Work>) -> Input {
    let done = match work {
        Some(work) => work.await,
        None => pending().await,
    };
    *work = None;
    done
}

/// Sets a debate up, between two who are drawn of the candidates if there are any.
async fn set_up(
    lobby: Arc<Lobby>,
    mut order: Order,
    code: ClassCode,
    presenter: Lock,
    locks: Vec<(u16, Option<Lock>)>,
) -> Result<(DebateId, [Option<u16>; 2]), Refusal> {
    let drawn: Vec<_> = order.candidates.sample(&mut rand::rng(), 2).cloned().collect();
    let pair = <[_; 2]>::try_from(drawn).ok();
    if let Some(pair) = &pair {
        order.seat(pair);
    }
    let of = |role: usize| pair.as_ref().map(|pair| pair[role].0);
    let mut places = [None; 2];
    let debate = lobby
        .create_with(&order.setup, order.address, |rules| {
            // By the debaters' seats.
            let honest = rules.seat_of(pixel_debate_game::Role::Honest);
            places = match honest {
                pixel_debate_game::Debater::First => [of(0), of(1)],
                pixel_debate_game::Debater::Second => [of(1), of(0)],
            };
            let lock = |place: Option<u16>| {
                let (_, lock) = locks.iter().find(|(other, _)| Some(*other) == place)?;
                lock.clone()
            };
            Locks::of_class(code, presenter, places.map(lock))
        })
        .await?;
    Ok((debate, places))
}

/// Ends a debate.
async fn cancel(lobby: &Arc<Lobby>, debate: &DebateId) {
    if let Ok(table) = lobby.find(debate).await {
        withdraw(&table).await;
    }
}

/// Has a debate at hand, which then says how it stands.
async fn find(lobby: Arc<Lobby>, debate: DebateId) -> Input {
    loop {
        match lobby.find(&debate).await {
            // It says so itself: this is for those that do not.
            Ok(_) => return pending().await,
            Err(refusal)
                if refusal.code == pixel_debate_protocol::RefusalCode::StoreUnavailable =>
            {
                sleep(LONGEST_WAIT).await;
            }
            Err(_) => return Input::NotFound(debate),
        }
    }
}

/// Writes an event to the store, the last one where it says when the class ends; from the second attempt on after a
/// while.
async fn write(
    lobby: Arc<Lobby>,
    name: String,
    seq: u64,
    entry: Bytes,
    ends_ms: Option<u64>,
    attempt: u32,
) -> Result<(), Unwritten> {
    if attempt > 0 {
        sleep((FIRST_WAIT * 2u32.saturating_pow(attempt - 1)).min(LONGEST_WAIT)).await;
    }
    let services = lobby.services();
    let finish = ends_ms.map(|ended_ms| JudgmentFinish { result: Bytes::new(), ended_ms });
    let began = Instant::now();
    let written =
        match timeout(WRITING, services.store.append_judgment(&name, seq, entry, finish)).await {
            Ok(written) => written.map_err(|error: StoreError| {
                if error.is_temporary() {
                    Unwritten::Now(error.to_string())
                } else if services.stop.is_cancelled() {
                    Unwritten::Stopping
                } else {
                    Unwritten::Never(error)
                }
            }),
            Err(_) => Err(Unwritten::Now("the store does not answer".into())),
        };
    services.metrics.stored(began.elapsed(), written.is_ok());
    written
}
