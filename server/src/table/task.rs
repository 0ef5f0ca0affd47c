//! The task of a table: it carries inputs in and effects out.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use pixel_debate_game::LegalPixels;
use pixel_debate_protocol::{CloseReason, Summary};
use tokio::sync::mpsc::{self, Receiver};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::effect::{Counted, Effect, Input, Now};
use super::handle::{Request, TableHandle};
use super::work::{self, Work};
use super::{Means, Table};
use crate::audience::Audience;
use crate::outbox::Reached;
use crate::record::{Restored, now_ms};
use crate::rooms::GoingOn;
use crate::searches::Admission;
use crate::services::Services;
use crate::shares::Creator;

/// How long the store is waited for when a table is let go of.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// How many requests wait for a table.
const REQUESTS: usize = 32;

/// A table with all that it sets going.
pub(crate) struct Task {
    table: Table,
    services: Arc<Services>,
    creator: Creator,
    audience: Option<Arc<Audience>>,
    /// Until the outcome.
    going_on: Option<GoingOn>,
    requests: Receiver<Request>,
    summary: watch::Sender<Summary>,
    share: Option<Admission>,
    waiting: Option<BoxFuture<'static, Admission>>,
    /// Thinking, judging or writing.
    work: Option<Work>,
    /// Writing what judges have said.
    judgments: FuturesUnordered<Work>,
    opinion: Option<Work>,
    look: Option<Work>,
}

impl Task {
    /// The task of a debate, new or from the store, and the way to its table.
    pub(crate) fn new(
        restored: Restored,
        services: Arc<Services>,
        going_on: GoingOn,
    ) -> (Self, TableHandle) {
        let debate = &restored.debate;
        let rules = debate.rules();
        let class = restored.terms.locks.class.as_ref();
        let former = restored.audience.clone();
        let audience = class.and_then(|class| services.audiences.of(class)).or(former);
        let means = Means {
            limits: &services.limits,
            audience: audience.clone(),
            allotment: &|name, to_come| services.roster.allotment(name, to_come),
            classifies: rules.legal == LegalPixels::Nonzero
                && services.stages.has_classifier_of(&restored.terms, rules.pixels),
            other_names: services.stages.other_names(&restored.terms, debate.classes()),
        };
        let creator = going_on.creator();
        let going_on = debate.outcome().is_none().then_some(going_on);
        let table = Table::new(restored, means, now());
        services.metrics.debate(None, Some(table.summary().phase));
        let (sender, requests) = mpsc::channel(REQUESTS);
        let (summary, seen) = watch::channel(table.summary().clone());
        let task = Self {
            table,
            services,
            creator,
            audience,
            going_on,
            requests,
            summary,
            share: None,
            waiting: None,
            work: None,
            judgments: FuturesUnordered::new(),
            opinion: None,
            look: None,
        };
        (task, TableHandle::new(sender, seen))
    }

    /// Plays the debate and serves its followers until it is let go.
    pub(crate) async fn run(mut self) {
        let services = Arc::clone(&self.services);
        let mut stopped = pin!(services.stop.cancelled());
        let mut timer = pin!(sleep_until(Instant::now()));
        let mut ended = self.hear(Input::Begin);
        while ended.is_none() {
            let deadline = self.table.deadline();
            if let Some(deadline) = deadline.filter(|deadline| *deadline != timer.deadline()) {
                timer.as_mut().reset(deadline);
            }
            let open = self.table.takes_requests();
            let Self { requests, work, judgments, opinion, waiting, look, share, .. } = &mut self;
            let input = tokio::select! {
                biased;
                () = &mut stopped => Input::Stop,
                done = under_way(work) => done,
                Some(written) = judgments.next(), if !judgments.is_empty() => written,
                admission = under_way(waiting) => {
                    *share = Some(admission);
                    Input::Share
                }
                () = &mut timer, if deadline.is_some() => Input::Late,
                request = requests.recv(), if open => {
                    request.map_or(Input::Forsaken, Input::Request)
                }
                // After the requests, for what was read before is among them.
                looked = under_way(look) => looked,
                opinion = under_way(opinion) => opinion,
            };
            ended = self.hear(input);
        }
        services.metrics.debate(Some(self.summary.borrow().phase), None);
        self.requests.close();
        if ended != Some(CloseReason::Restarting) {
            // What judges have said, and that they say no more.
            let words = async {
                while let Some(written) = self.judgments.next().await {
                    for effect in self.table.step(now(), written).0 {
                        match effect {
                            Effect::AppendJudgment(write) => {
                                self.judgments.push(work::write_judgment(&services, *write));
                            }
                            // It counts what its debate has come to once all votes are in the store.
                            Effect::TellClass(tally) => {
                                self.audience.iter().for_each(|all| all.tell(Arc::clone(&tally)));
                            }
                            _ => {}
                        }
                    }
                }
            };
            let _ = timeout(LAST_WORDS, words).await;
        }
        while let (Ok(request), Some(reason)) = (self.requests.try_recv(), ended) {
            for effect in self.table.turn_away(request, reason) {
                self.carry_out(effect);
            }
        }
    }

    /// Has the table make a step, and another for each client that is not reached then. Returns why the
    /// debate is let go of, if it is.
    fn hear(&mut self, input: Input) -> Option<CloseReason> {
        if let (Input::Request(Request::GiveUp), Some(going_on)) = (&input, &mut self.going_on) {
            going_on.vacate();
        }
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let (effects, ended) = self.table.step(now(), input);
            for effect in effects {
                inputs.extend(self.carry_out(effect).map(Input::Lost));
            }
            if ended.is_some() {
                return ended;
            }
        }
        if !self.table.awaits_players()
            && let Some(going_on) = &mut self.going_on
        {
            going_on.begin();
        }
        None
    }

    /// Does what is to be done. Returns the client that could not be reached, if so.
    fn carry_out(&mut self, effect: Effect) -> Option<u64> {
        let Self { table, services, .. } = self;
        let id = &table.summary().debate;
        match effect {
            Effect::Tell(client, frame) => {
                return (client.post(frame) == Reached::No).then(|| client.client());
            }
            Effect::Show(answer, shown) => drop(answer.send(*shown)),
            Effect::Give(answer, given) => drop(answer.send(*given)),
            Effect::Ended(answer, ended) => drop(answer.send(ended)),
            Effect::Append { seq, entry, finish, attempt } => {
                let finish = finish.map(|finish| *finish);
                self.work = Some(work::write(services, id, seq, entry, finish, attempt));
            }
            Effect::AppendJudgment(write) => {
                self.judgments.push(work::write_judgment(services, *write));
            }
            Effect::Think(question) => {
                let long = self.share.as_ref().is_some_and(Admission::is_long);
                self.work = Some(work::choose(services, *question, long));
            }
            Effect::Replay { by, pixel, told } => self.work = Some(work::replay(by, pixel, told)),
            Effect::Judge { view, told } => {
                self.work = Some(work::judge(services, *view, told));
            }
            Effect::Opine(view) => {
                self.opinion = Some(work::opine(services, *view));
            }
            Effect::AskShare { allotment, period } => {
                let (services, creator) = (Arc::clone(services), self.creator);
                let share =
                    async move { services.searches.share(creator, allotment, period).await };
                self.waiting = Some(share.boxed());
            }
            Effect::LeaveShare => (self.share, self.waiting) = (None, None),
            Effect::Look(clients) => self.look = Some(work::look(&clients)),
            Effect::Wait(time) => self.look = Some(work::wait(time)),
            Effect::Forget => services.searches.forget(id),
            // Whoever hears of the end may set up another debate in its place.
            Effect::GoesOnNoMore => self.going_on = None,
            Effect::Stands(summary) => {
                let before = self.summary.send_replace(*summary).phase;
                let phase = table.summary().phase;
                if before != phase {
                    services.metrics.debate(Some(before), Some(phase));
                }
            }
            Effect::TellClass(tally) => {
                if let Some(audience) = &self.audience {
                    audience.tell(tally);
                }
            }
            Effect::Count(Counted::Event) => drop(services.metrics.events.inc()),
            Effect::Count(Counted::Refusal) => drop(services.metrics.refusals.inc()),
            Effect::Count(Counted::Move { read }) => {
                services.metrics.move_seconds.observe(read.elapsed().as_secs_f64());
            }
        }
        None
    }
}

fn now() -> Now {
    Now { at: Instant::now(), unix_ms: now_ms() }
}

/// Waits for what is under way, which then is so no more; for ever where nothing is.
async fn under_way<T>(work: &mut Option<BoxFuture<'static, T>>) -> T {
    let done = match work {
        Some(work) => work.await,
        None => pending().await,
    };
    *work = None;
    done
}
