//! One shard in a worker's hands, from the queue to the report.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::AckKind;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use pixel_debate_agents::solver::JudgeMark;
use pixel_debate_harness::Row;
use tokio::sync::{OwnedSemaphorePermit, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::{Assignment, Hands, Joined, Say, Worker};
use crate::assets;
use crate::error::chain;
use crate::wire::{First, Outcome, ShardReport, Task};

/// A shard that a worker has been given.
pub(super) struct Held {
    worker: Worker,
    run: Arc<Joined>,
    context: jetstream::Context,
    stopped: watch::Receiver<bool>,
    say: Say,
    message: Arc<jetstream::Message>,
}

/// How the work on a shard ended.
enum Ended {
    /// With its rows, or an error.
    Worked(Result<Vec<Row>, String>),
    /// The worker is to end.
    Stopped,
    /// Not within its time.
    Overdue,
}

impl Held {
    pub(super) fn new(
        worker: &Worker,
        hands: &Hands,
        run: &Arc<Joined>,
        message: jetstream::Message,
    ) -> Self {
        Self {
            worker: worker.clone(),
            run: Arc::clone(run),
            context: hands.context.clone(),
            stopped: hands.stopped.clone(),
            say: Arc::clone(&hands.say),
            message: Arc::new(message),
        }
    }

    /// Does the shard and reports, or gives it back.
    pub(super) async fn carry_out(mut self, slot: OwnedSemaphorePermit) {
        let shard = self.message.subject.rsplit('.').next().unwrap_or_default().to_owned();
        let Ok((delivery, sequence)) =
            self.message.info().map(|info| (info.delivered, info.stream_sequence))
        else {
            return;
        };
        let _lease = self.hold();
        if delivery > 1 {
            self.worker.counts.redelivered.inc();
        }
        let task: Task = match serde_json::from_slice(&self.message.payload) {
            Ok(task) => task,
            Err(error) => {
                let fault = format!("the task cannot be read: {error}");
                return self.fail(&shard, delivery, sequence, None, fault).await;
            }
        };
        let name = &self.worker.options.name;
        if task.first.as_ref().is_some_and(|first| first.worker == *name) {
            // Another is to do it, to compare: it is left to others for a while.
            self.run.rest();
            return self.give_back(None).await;
        }
        let began = Instant::now();
        let limit = Duration::try_from_secs_f64(task.limit).unwrap_or(Duration::MAX);
        match self.work(&shard, &task, limit, slot).await {
            Ended::Stopped => {
                self.worker.counts.given_back.inc();
                self.give_back(None).await;
            }
            Ended::Overdue => {
                let fault = format!("it did not end within {limit:.0?}");
                self.fail(&shard, delivery, sequence, task.first, fault).await;
            }
            Ended::Worked(Err(fault)) => {
                self.fail(&shard, delivery, sequence, task.first, fault).await;
            }
            Ended::Worked(Ok(rows)) => {
                let classes = self.run.dataset.classes().len();
                let estimate = task.job.seconds(classes);
                self.worker.counts.has_done(rows.len(), estimate, began.elapsed());
                let outcome = Outcome::Done(task.job.to_bytes(&rows));
                let id = format!("{shard}.{sequence}");
                let report = self.report(delivery, task.first, outcome);
                if self.hand_in(&shard, &id, report).await {
                    // Where this is lost the shard is done twice, and counts once.
                    let _ = self.message.double_ack().await;
                }
            }
        }
    }

    /// Keeps the server from giving the shard to somebody else, as long as it is kept.
    fn hold(&self) -> Lease {
        let message = Arc::clone(&self.message);
        let each = Duration::try_from_secs_f64(self.run.lease / 3.0).unwrap_or(Duration::MAX);
        Lease(tokio::spawn(async move {
            loop {
                tokio::time::sleep(each).await;
                // While the connection is down the shard may be lost to another.
                let _ = message.ack_with(AckKind::Progress).await;
            }
        }))
    }

    /// Has the debates done on a thread of their own, which keeps the slot for itself until it ends.
    async fn work(
        &mut self,
        shard: &str,
        task: &Task,
        limit: Duration,
        slot: OwnedSemaphorePermit,
    ) -> Ended {
        let leave = Arc::new(AtomicBool::new(false));
        let (done, mut doing) = oneshot::channel();
        let busy = Busy::new(&self.worker);
        let thread = {
            let (worker, run, task, shard) =
                (self.worker.clone(), Arc::clone(&self.run), task.clone(), shard.to_owned());
            let leave = Arc::clone(&leave);
            move || {
                let rows = debates(&worker, &run, &task, &shard, &leave);
                drop((busy, slot));
                // Nobody waits any more where the time was over.
                let _ = done.send(rows);
            }
        };
        if let Err(error) = std::thread::Builder::new().name("shard".to_owned()).spawn(thread) {
            return Ended::Worked(Err(format!("no thread can be started: {error}")));
        }
        let worked = tokio::select! {
            worked = &mut doing => worked.unwrap_or_else(|_| Err("its thread has ended".to_owned())),
            _ = self.stopped.wait_for(|stopped| *stopped) => {
                leave.store(true, Ordering::Relaxed);
                return Ended::Stopped;
            }
            () = tokio::time::sleep(limit) => {
                leave.store(true, Ordering::Relaxed);
                let counts = Arc::clone(&self.worker.counts);
                tokio::spawn(async move {
                    counts.hangs(true);
                    let _ = doing.await;
                    counts.hangs(false);
                });
                return Ended::Overdue;
            }
        };
        Ended::Worked(worked)
    }

    fn report(&self, delivery: i64, first: Option<First>, outcome: Outcome) -> ShardReport {
        ShardReport { worker: self.worker.options.name.clone(), delivery, first, outcome }
    }

    /// Reports a failure, and leaves the shard to others, if it is to be tried again.
    async fn fail(
        &mut self,
        shard: &str,
        delivery: i64,
        sequence: u64,
        first: Option<First>,
        fault: String,
    ) {
        self.worker.counts.has_failed();
        (self.say)(format!("shard {shard}: {fault}"));
        // Of what is done to compare there is a result already.
        let last = delivery >= self.run.tries || first.is_some();
        let report = self.report(delivery, first, Outcome::Failed(fault));
        let id = format!("{shard}.{sequence}.{delivery}");
        if self.hand_in(shard, &id, report).await && last {
            let _ = self.message.double_ack_with(AckKind::Term).await;
        } else {
            self.give_back(Some(RETRY)).await;
        }
    }

    async fn give_back(&self, delay: Option<Duration>) {
        // Where that is lost, others have the shard when the lease ends.
        let _ = self.message.ack_with(AckKind::Nak(delay)).await;
    }

    /// Publishes a report, as often as it takes; whether it is kept.
    async fn hand_in(&mut self, shard: &str, id: &str, mut report: ShardReport) -> bool {
        let mut said = false;
        let mut gone_since = None;
        let mut pause = Duration::from_millis(100);
        loop {
            let fault = match self.publish(shard, id, &mut report).await {
                Ok(()) => return true,
                Err(Unheard::Gone(fault)) => {
                    let since = gone_since.get_or_insert_with(Instant::now);
                    if since.elapsed() > GONE {
                        return false;
                    }
                    fault
                }
                Err(Unheard::Refused(fault)) => {
                    gone_since = None;
                    fault
                }
            };
            if !std::mem::replace(&mut said, true) {
                (self.say)(format!("a result waits to be handed in: {fault}"));
            }
            let stopped = tokio::time::timeout(pause, self.stopped.wait_for(|stopped| *stopped));
            if stopped.await.is_ok() {
                self.give_back(None).await;
                return false;
            }
            pause = (2 * pause).min(Duration::from_secs(5));
        }
    }

    async fn publish(
        &self,
        shard: &str,
        id: &str,
        report: &mut ShardReport,
    ) -> Result<(), Unheard> {
        let most = self.context.client().max_payload();
        let mut payload = report.to_bytes();
        if payload.len() > most.saturating_sub(HEADERS)
            && let Outcome::Done(bytes) = &report.outcome
        {
            let name = format!("{shard}-{:08x}", rand::random::<u32>());
            let kept = assets::keep(&self.run.store, most, &name, bytes).await;
            kept.map_err(Unheard::Refused)?;
            report.outcome = Outcome::Stored(name);
            payload = report.to_bytes();
        }
        let publish = PublishMessage::build().payload(payload.into()).message_id(id);
        let kept =
            async { self.context.send_publish(self.run.names.result(shard), publish).await?.await };
        kept.await.map(drop).map_err(|error| match error.kind() {
            PublishErrorKind::StreamNotFound => Unheard::Gone(chain(&error)),
            _ => Unheard::Refused(chain(&error)),
        })
    }
}

/// Does the debates of a task.
fn debates(
    worker: &Worker,
    run: &Joined,
    task: &Task,
    shard: &str,
    leave: &AtomicBool,
) -> Result<Vec<Row>, String> {
    let job = &task.job;
    if job.key() != shard {
        return Err("the task is not that of this shard".to_owned());
    }
    let found = |mark: &JudgeMark| {
        let hash = &mark.hash;
        run.judge(hash).ok_or_else(|| format!("the run has no judge with hash {hash}"))
    };
    let judge = found(&job.play.judge)?;
    let asked = job.play.debaters_ask.as_ref().map(found).transpose()?;
    let assignment = Assignment { job, dataset: &run.dataset, judge, asked };
    let rows = worker.do_debates(assignment, &|| !leave.load(Ordering::Relaxed))?;
    rows.ok_or_else(|| "it was left before it was done".to_owned())
}

/// Why a report is not kept.
enum Unheard {
    /// There is nobody to keep it.
    Gone(String),
    Refused(String),
}

/// A shard that is held on to.
struct Lease(JoinHandle<()>);

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A thread at work.
struct Busy(Worker);

impl Busy {
    fn new(worker: &Worker) -> Self {
        worker.counts.busy.fetch_add(1, Ordering::Relaxed);
        Self(worker.clone())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.counts.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

/// When a shard that failed is given to somebody.
const RETRY: Duration = Duration::from_millis(200);
/// For how long a run's results must be gone to be over.
const GONE: Duration = Duration::from_secs(30);
/// Bytes of a message beside its content, at most.
const HEADERS: usize = 4096;
