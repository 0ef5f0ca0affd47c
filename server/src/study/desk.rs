//! Where participants and the researcher are served: what they ask is decided by the study's machine, kept in the
//! store, applied, and then told, in this order.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use pixel_debate_agents::Clock;
use pixel_debate_protocol::study::{
    Export, Order, Reply, SentOrder, Sheet, Standing, Status, StudyJoin, StudyJoined, StudyOffer,
};
use pixel_debate_protocol::{Refusal, RefusalCode};
use pixel_debate_study::Draft;
use pixel_debate_study::conduct::{Coming, Conduct, Entry, Event, TIME_IS_OVER, Unfit, log};
use pixel_debate_study::results::{Handed, Look};
use tokio::sync::{Mutex as AsyncMutex, OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;
use tracing::{error, warn};

use super::key::Key;
use super::log::{NotKept, Streams};
use crate::pool::Pool;

/// How long a live debater thinks where the plan sets no time.
const LONGEST_THOUGHT: Duration = Duration::from_mins(1);

/// Where a study is conducted.
pub(super) struct Desk {
    conduct: Mutex<Conduct>,
    streams: Streams,
    key: Key,
    /// The study's own stream: one writes at a time.
    log: AsyncMutex<LogPen>,
    /// The participants' streams: of each, one writes at a time.
    pens: Mutex<HashMap<String, Arc<AsyncMutex<Pen>>>>,
    /// Whose streams are to be removed, and have not been: the store did not take it.
    removals: Mutex<BTreeSet<String>>,
    /// The judges of live debaters, where there are any.
    draft: Option<Arc<Draft>>,
    thinking: Pool,
    tasks: TaskTracker,
    /// Whoever has what has come of the study handed out: one at a time, for it may be large.
    handing: Arc<Semaphore>,
}

/// Who writes to the study's stream.
#[derive(Default)]
struct LogPen {
    /// What may be kept or not, since the store did not say.
    open: Option<log::Entry>,
}

/// Who writes to a participant's stream.
#[derive(Default)]
struct Pen {
    /// What may be kept or not, since the store did not say.
    open: Option<Entry>,
    /// At which of the participant's steps a live debater thinks for them, if one does.
    thinks: Option<u32>,
}

/// The time, in milliseconds since 1970.
pub(super) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl Desk {
    pub(super) fn new(
        conduct: Conduct,
        (streams, key): (Streams, Key),
        removals: Vec<String>,
        draft: Option<Draft>,
        threads: usize,
        tasks: TaskTracker,
    ) -> Self {
        Self {
            conduct: Mutex::new(conduct),
            streams,
            key,
            log: AsyncMutex::default(),
            pens: Mutex::default(),
            removals: Mutex::new(removals.into_iter().collect()),
            draft: draft.map(Arc::new),
            thinking: Pool::new(threads),
            tasks,
            handing: Arc::new(Semaphore::new(1)),
        }
    }

    /// The study as it stands. Nobody waits while holding it.
    pub(super) fn conduct(&self) -> MutexGuard<'_, Conduct> {
        self.conduct.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose token that is, if they take part.
    pub(super) fn opened(&self, token: &str) -> Option<String> {
        let name = self.key.opened(token)?;
        self.conduct().member(name).map(|member| member.name().to_owned())
    }

    /// What anybody may know.
    pub(super) fn offer(&self) -> StudyOffer {
        let conduct = self.conduct();
        let plan = conduct.frozen().plan();
        StudyOffer {
            hash: conduct.frozen().hash().to_owned(),
            status: conduct.status(),
            rehearsal: conduct.rehearsed(),
            titles: plan
                .texts
                .iter()
                .map(|(language, texts)| (language.clone(), texts.title.clone()))
                .collect(),
            language: plan.study.language.clone(),
            parameters: plan.study.recruits.parameters.clone(),
            required: plan.study.recruits.required,
            code: match conduct.status() {
                Status::Full | Status::Closed => {
                    conduct.frozen().secret().secrets.closed_code.clone()
                }
                Status::Open | Status::Paused => None,
            },
        }
    }

    /// Somebody comes.
    ///
    /// `admit` may refuse whoever is new.
    pub(super) async fn join(
        self: &Arc<Self>,
        join: &StudyJoin,
        admit: impl FnOnce() -> Result<(), Refusal>,
    ) -> Result<StudyJoined, Refusal> {
        let known = {
            let conduct = self.conduct();
            let named = &conduct.frozen().plan().study.recruits.parameters;
            self.key.known(named, &join.parameters, join.key.as_deref())
        };
        let mut coming = None;
        self.note(|conduct| match conduct.join(join, known.clone())? {
            Coming::Again(name) => {
                coming = Some((name, None));
                Ok(None)
            }
            Coming::New(event, name, beginning) => {
                admit()?;
                coming = Some((name, Some(beginning)));
                Ok(Some(event))
            }
        })
        .await?;
        let Some((name, beginning)) = coming else { return Err(unavailable()) };
        let pen = self.pen(&name);
        let mut pen = pen.lock().await;
        // A coming of which the beginning could not be kept is begun when the participant comes again.
        let begins = {
            let conduct = self.conduct();
            let member = conduct.member(&name).ok_or_else(unavailable)?;
            member.session().is_none().then(|| member.joined_ms())
        };
        if let Some(joined_ms) = begins {
            let beginning = match beginning {
                Some(beginning) => beginning,
                None => self.conduct().beginning(join)?,
            };
            let person = known.map(|known| known.person);
            self.streams.begin(&name, person, joined_ms, &beginning).await?;
            self.conduct().begin(&name, beginning);
        }
        let sheet = self.refreshed(&mut pen, &name).await?;
        Ok(StudyJoined { token: self.key.token(&name), sheet })
    }

    /// What a participant is shown now.
    pub(super) async fn sheet(self: &Arc<Self>, name: &str) -> Result<Sheet, Refusal> {
        let pen = self.pen(name);
        let mut pen = pen.lock().await;
        self.refreshed(&mut pen, name).await
    }

    /// A participant answers.
    pub(super) async fn reply(
        self: &Arc<Self>,
        name: &str,
        reply: &Reply,
    ) -> Result<Sheet, Refusal> {
        let pen = self.pen(name);
        let mut pen = pen.lock().await;
        // What happens by itself happens before what they say: their time may be over.
        self.refresh(&mut pen, name).await?;
        let entry = self.conduct().answer(name, reply, now_ms())?;
        self.keep(&mut pen, name, entry).await?;
        self.refreshed(&mut pen, name).await
    }

    async fn refreshed(self: &Arc<Self>, pen: &mut Pen, name: &str) -> Result<Sheet, Refusal> {
        self.refresh(pen, name).await?;
        self.conduct().sheet(name, now_ms()).ok_or_else(unavailable)
    }

    /// Carries out what happens to a participant by itself.
    async fn refresh(self: &Arc<Self>, pen: &mut Pen, name: &str) -> Result<(), Refusal> {
        self.finish_open(pen, name).await?;
        if self.conduct().returns(name).is_some() {
            self.note(|conduct| Ok(conduct.returns(name))).await?;
        }
        loop {
            let due = self.conduct().due_of(name, now_ms());
            let Some(entry) = due else { break };
            self.keep(pen, name, entry).await?;
        }
        if self.conduct().settled(name).is_some() {
            self.note(|conduct| Ok(conduct.settled(name))).await?;
        }
        self.think(pen, name);
        Ok(())
    }

    /// Keeps what has happened to a participant, and then takes it down.
    async fn keep(&self, pen: &mut Pen, name: &str, entry: Entry) -> Result<(), Refusal> {
        pen.open = Some(entry);
        self.finish_open(pen, name).await
    }

    async fn finish_open(&self, pen: &mut Pen, name: &str) -> Result<(), Refusal> {
        let Some(entry) = pen.open.clone() else { return Ok(()) };
        let Some((number, ends)) = self.next_of(name, &entry) else {
            pen.open = None;
            return Ok(());
        };
        match self.streams.keep(name, number, &entry, ends).await {
            Ok(()) => {
                pen.open = None;
                self.conduct().take(name, &entry).map_err(|unfit| broken(&unfit))
            }
            Err(not_kept) => {
                if !not_kept.again {
                    pen.open = None;
                }
                Err(not_kept.into())
            }
        }
    }

    /// The number of a participant's next event, and whether it is their last. None, if it does not follow.
    fn next_of(&self, name: &str, entry: &Entry) -> Option<(u32, bool)> {
        let conduct = self.conduct();
        let mut session = conduct.member(name)?.session()?.clone();
        let number = session.steps() + 1;
        session.apply(conduct.frozen(), entry).ok()?;
        Some((number, session.ending().is_some()))
    }

    /// Has a live debater think, if a participant waits for one and none does.
    fn think(self: &Arc<Self>, pen: &mut Pen, name: &str) {
        let Some(draft) = self.draft.clone() else { return };
        let Some(thought) = self.conduct().thought(name) else { return };
        let step = thought.step;
        if pen.thinks == Some(step) {
            return;
        }
        pen.thinks = Some(step);
        let (desk, name) = (Arc::clone(self), name.to_owned());
        self.tasks.spawn(async move {
            let time = thought.seconds.map_or(LONGEST_THOUGHT, Duration::from_secs);
            let work = move || {
                let clock = Clock::until(Instant::now() + time);
                let judge = draft
                    .judge_of(thought.debate.rules().pixels)
                    .ok_or("there is no judge".to_owned())?;
                thought.think(judge, clock).map_err(|error| error.to_string())
            };
            let event = match desk.thinking.run(work).await {
                Ok(Ok(pixel)) => Event::Moved { pixel },
                Ok(Err(reason)) => Event::Stalled { reason },
                Err(error) => Event::Stalled { reason: error.to_string() },
            };
            desk.moved(&name, step, event).await;
        });
    }

    /// A live debater has moved, at that step of a participant. Who has gone on meanwhile, or left, is shown nothing of
    /// it; while the study is interrupted it is thought again later.
    async fn moved(&self, name: &str, step: u32, event: Event) {
        let pen = self.pen(name);
        let mut pen = pen.lock().await;
        if pen.thinks != Some(step) {
            return;
        }
        pen.thinks = None;
        let kept = async {
            self.finish_open(&mut pen, name).await?;
            let waits = self.conduct().thought(name).is_some_and(|thought| thought.step == step);
            if waits {
                self.keep(&mut pen, name, Entry { at_ms: now_ms(), event }).await?;
            }
            Ok::<_, Refusal>(())
        };
        if let Err(refusal) = kept.await {
            warn!(%refusal, "a debater's move was not kept");
        }
    }

    /// The pen of a participant's stream.
    fn pen(&self, name: &str) -> Arc<AsyncMutex<Pen>> {
        let mut pens = self.pens.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(pens.entry(name.to_owned()).or_default())
    }

    /// Decides, keeps and applies something that happens in the study.
    async fn note(
        &self,
        decide: impl FnOnce(&Conduct) -> Result<Option<log::Event>, Refusal>,
    ) -> Result<(), Refusal> {
        self.note_for(None, decide).await
    }

    /// The same, as it follows from an order of that name.
    async fn note_for(
        &self,
        order: Option<&str>,
        decide: impl FnOnce(&Conduct) -> Result<Option<log::Event>, Refusal>,
    ) -> Result<(), Refusal> {
        let mut pen = self.log.lock().await;
        self.finish_open_log(&mut pen).await?;
        let decided = decide(&self.conduct())?;
        let Some(event) = decided else { return Ok(()) };
        pen.open = Some(log::Entry { at_ms: now_ms(), event, order: order.map(str::to_owned) });
        self.finish_open_log(&mut pen).await
    }

    async fn finish_open_log(&self, pen: &mut LogPen) -> Result<(), Refusal> {
        let Some(entry) = pen.open.clone() else { return Ok(()) };
        let number = self.conduct().log().len() as u64 + 1;
        match self.streams.note(number, &entry).await {
            Ok(()) => {
                pen.open = None;
                if let log::Event::Erased { participant, .. } = &entry.event {
                    self.removals().insert(participant.clone());
                }
                self.conduct().apply(&entry).map_err(|unfit| broken(&unfit))
            }
            Err(NotKept { again }) => {
                if !again {
                    pen.open = None;
                }
                Err(NotKept { again }.into())
            }
        }
    }

    /// The researcher orders something, and sees what has become of it. What has a name and was carried out is not
    /// carried out again.
    pub(super) async fn order(&self, sent: &SentOrder) -> Result<Standing, Refusal> {
        let SentOrder { id, order } = sent;
        // Whoever is at it finishes what they are saying before what they said is removed.
        let pen = match order {
            Order::Erase { participant, .. } | Order::Exclude { participant, .. } => {
                self.conduct().member(participant).map(|member| member.name().to_owned())
            }
            _ => None,
        };
        let pen = pen.map(|name| self.pen(&name));
        let _held = match &pen {
            Some(pen) => Some(pen.lock().await),
            None => None,
        };
        self.note_for(id.as_deref(), |conduct| match id {
            Some(id) if conduct.carried_out(id, order)? => Ok(None),
            _ => conduct.order(order).map(Some),
        })
        .await?;
        if let Order::Erase { participant, .. } = order {
            self.remove(participant).await?;
        }
        let standing = self.conduct().standing(matches!(order, Order::Peek {}));
        Ok(Standing { carried_out: id.clone(), ..standing })
    }

    /// What has come of the study so far, as JSON; and what is to be held until it is sent. That somebody looks is kept
    /// before they are told anything, unless the study has ended.
    pub(super) async fn export(
        self: &Arc<Self>,
        export: Export,
    ) -> Result<(Vec<u8>, OwnedSemaphorePermit), Refusal> {
        let Ok(permit) = Arc::clone(&self.handing).try_acquire_owned() else {
            let message = "what has come of the study is being handed out to somebody";
            return Err(Refusal::new(RefusalCode::Busy, message, "another try later").again_in(1));
        };
        let what = match export {
            Export::Results { .. } => Look::Results,
            Export::Payments {} => Look::Payments,
        };
        self.note(|conduct| Ok(conduct.look(what))).await?;
        let desk = Arc::clone(self);
        let write = move || {
            // As it is at one moment, for which participants wait; they do not wait for it to be written down.
            let (results, study, pseudonyms) = {
                let conduct = desk.conduct();
                let pseudonyms = conduct.frozen().plan().study.privacy.pseudonyms;
                (conduct.results(), conduct.frozen().hash().to_owned(), pseudonyms)
            };
            let (identified, results) = match export {
                Export::Payments {} => (true, results.payments()),
                Export::Results { identify } if identify || !pseudonyms => (true, results),
                Export::Results { .. } => (false, results.pseudonymous()),
            };
            serde_json::to_vec(&Handed { study, at: now_ms(), what, identified, results })
        };
        let written = tokio::task::spawn_blocking(write).await.map_err(|_| unavailable())?;
        let bytes = written.map_err(|error| {
            error!(%error, "what has come of the study cannot be written");
            unavailable()
        })?;
        Ok((bytes, permit))
    }

    /// Removes what a participant said from the store, now or when it takes that again.
    async fn remove(&self, participant: &str) -> Result<(), Refusal> {
        self.streams.remove(participant).await?;
        self.removals().remove(participant);
        Ok(())
    }

    fn removals(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.removals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes of everybody what the end of their way means, where the server was stopped before it could.
    async fn settle(&self) {
        let ended: Vec<String> = {
            let conduct = self.conduct();
            let names = conduct.members().iter().map(|member| member.name().to_owned());
            names.filter(|name| conduct.settled(name).is_some()).collect()
        };
        for name in ended {
            if let Err(refusal) = self.note(|conduct| Ok(conduct.settled(&name))).await {
                warn!(%refusal, "an end is not noted yet");
                return;
            }
        }
    }

    /// What is done every few seconds: who was not heard of for too long is given up, and what was kept long enough is
    /// removed.
    pub(super) async fn look_after(&self) {
        self.settle().await;
        let removals = self.removals().clone();
        for participant in removals {
            if let Err(refusal) = self.remove(&participant).await {
                warn!(%refusal, participant, "what this participant said is not removed yet");
            }
        }
        let idle = self.conduct().idle(now_ms());
        for event in idle {
            let log::Event::Left { participant, .. } = &event else { continue };
            let pen = self.pen(participant);
            let _held = pen.lock().await;
            let still = |conduct: &Conduct| {
                Ok(conduct.idle(now_ms()).contains(&event).then(|| event.clone()))
            };
            if let Err(refusal) = self.note(still).await {
                warn!(%refusal, "who is idle is not given up yet");
                return;
            }
        }
        if let Err(refusal) = self.note(|conduct| Ok(conduct.sign(now_ms()))).await {
            warn!(%refusal, "that the server is there is not noted yet");
            return;
        }
        self.remove_over().await;
    }

    /// What is done before anybody is served: the time in which there was no server is nobody's, and what has been kept
    /// long enough is removed.
    pub(super) async fn begin_again(&self) {
        if let Err(refusal) = self.note(|conduct| Ok(conduct.restarted(now_ms()))).await {
            warn!(%refusal, "that there was no server is not noted");
        }
        self.remove_over().await;
    }

    /// Removes what all have said, once it has been kept long enough.
    async fn remove_over(&self) {
        let over = {
            let conduct = self.conduct();
            let over = conduct.is_over(now_ms());
            let kept = conduct.members().iter().filter(|member| member.erased().is_none());
            if over { kept.map(|member| member.name().to_owned()).collect() } else { Vec::new() }
        };
        for participant in over {
            let order = Order::Erase { participant, reason: TIME_IS_OVER.to_owned() };
            if let Err(refusal) = self.order(&SentOrder { id: None, order }).await {
                warn!(%refusal, "what has been kept long enough is not removed yet");
                return;
            }
        }
    }

    /// Whether the store takes what it is given.
    pub(super) async fn ready(&self) -> Result<(), Refusal> {
        let mut pen = self.log.lock().await;
        self.finish_open_log(&mut pen).await
    }
}

fn unavailable() -> Refusal {
    Refusal::new(RefusalCode::Unavailable, "this cannot be done at the moment", "another try")
}

/// What was kept does not follow from what was before: the program has a fault.
fn broken(unfit: &Unfit) -> Refusal {
    error!(%unfit, "what was kept does not fit");
    unavailable()
}
