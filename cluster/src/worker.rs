//! A worker: takes shards, holds on to them while it works, and hands in what came out.
//!
//! | | |
//! |---|---|
//! | [`runs`] | the runs that are announced, and which of them it may work on |
//! | [`shard`] | one shard, from the queue to the report |
//! | [`counts`] | what it has done, for whoever asks |
//! | [`metrics`] | the same for Prometheus |

mod counts;
mod metrics;
mod runs;
mod shard;

use std::future::Future;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::{Client, jetstream};
use futures_util::StreamExt;
use pixel_debate_datasets::Dataset;
use pixel_debate_harness::{Job, Row};
use pixel_debate_judge::Judge;
use pixel_debate_judge::kernels::Instructions;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use crate::{Access, ClusterError};
use counts::Counts;
use runs::{Joined, Runs};
use shard::Held;

/// What a worker is to be.
#[derive(Debug, Clone)]
pub struct WorkerOptions {
    /// Its name; no two have the same.
    pub name: String,
    /// How many shards it does at once, one at least.
    pub threads: usize,
    /// It ends when for so long there has been nothing to do.
    pub idle: Option<Duration>,
    /// Where Prometheus is told what it does.
    pub metrics: Option<SocketAddr>,
    /// The version of the program that it says that it is.
    pub version: String,
}

impl Default for WorkerOptions {
    /// One thread, a name drawn at random, and this program's version.
    fn default() -> Self {
        Self {
            name: format!("worker-{:08x}", rand::random::<u32>()),
            threads: 1,
            idle: None,
            metrics: None,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// A shard with all that it takes to do it.
#[derive(Debug, Clone, Copy)]
pub struct Assignment<'a> {
    /// The shard.
    pub job: &'a Job,
    /// Its images.
    pub dataset: &'a Dataset,
    /// Its judge.
    pub judge: &'a Judge,
    /// Whom debaters ask, if it is another.
    pub asked: Option<&'a Judge>,
}

/// What does a shard's debates: [`Job::rows`], but in tests and benchmarks. The last argument is asked
/// now and then; when it says no, the shard is to be left, and the answer is `None`.
pub type Doing = Arc<
    dyn Fn(Assignment<'_>, &dyn Fn() -> bool) -> Result<Option<Vec<Row>>, String> + Send + Sync,
>;

/// A worker.
#[derive(Clone)]
pub struct Worker {
    options: Arc<WorkerOptions>,
    doing: Doing,
    counts: Arc<Counts>,
}

impl Worker {
    /// A worker that has not begun.
    pub fn new(options: WorkerOptions) -> Self {
        let doing: Doing = Arc::new(|Assignment { job, dataset, judge, asked }, go_on| {
            job.rows(dataset, judge, asked, go_on).map_err(|error| error.to_string())
        });
        let counts = Arc::new(Counts::of(&options, Instructions::in_use()));
        Self { options: Arc::new(options), doing, counts }
    }

    /// The same worker, which does its shards otherwise.
    #[must_use]
    pub fn doing(self, doing: Doing) -> Self {
        Self { doing, ..self }
    }

    /// Works until `stop` is ready, or for want of work. What it is at is then given back. `say` is
    /// told what somebody who looks on should know.
    ///
    /// # Errors
    ///
    /// [`ClusterError`] if no server answers, or it lets the worker do what it must no more.
    pub async fn run(
        &self,
        access: &Access,
        stop: impl Future<Output = ()>,
        say: impl Fn(String) + Send + Sync + 'static,
    ) -> Result<(), ClusterError> {
        let say: Say = Arc::new(say);
        let mut stop = std::pin::pin!(stop);
        let client = tokio::select! {
            client = self.connect(access, &say) => client?,
            () = &mut stop => return Ok(()),
        };
        let _metrics = match self.options.metrics {
            Some(address) => Some(metrics::serve(address, Arc::clone(&self.counts)).await?),
            None => None,
        };
        let context = jetstream::new(client.clone());
        let runs = Runs::listen(&client, &context, &self.options, &self.counts, &say).await?;
        let (stopping, stopped) = watch::channel(false);
        let slots = Arc::new(Semaphore::new(self.options.threads.max(1)));
        let in_hand = TaskTracker::new();
        let hands = Hands { context, slots, stopped, in_hand: in_hand.clone(), say };
        let ended = tokio::select! {
            ended = self.pull(&hands, &runs) => ended,
            () = &mut stop => Ok(()),
        };
        // All shards in hand are given back before the connection goes.
        let _ = stopping.send(true);
        in_hand.close();
        let _ = tokio::time::timeout(GIVING_BACK, in_hand.wait()).await;
        let _ = client.flush().await;
        ended
    }

    /// Connects, as soon as there is a server.
    async fn connect(&self, access: &Access, say: &Say) -> Result<Client, ClusterError> {
        let begun = Instant::now();
        let mut said = false;
        loop {
            let told = Arc::clone(say);
            let connected = access.connect(&self.options.name, move |said| told(said)).await;
            let error = match connected {
                Err(error @ ClusterError::Unreachable { .. }) => error,
                connected => return connected,
            };
            if self.options.idle.is_some_and(|idle| begun.elapsed() >= idle) {
                return Err(error);
            }
            if !std::mem::replace(&mut said, true) {
                say(format!("waits: {error}"));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Takes shards as long as there are threads without one.
    async fn pull(&self, hands: &Hands, runs: &Runs) -> Result<(), ClusterError> {
        let slots = &hands.slots;
        let mut last_work = Instant::now();
        let mut turn = 0_usize;
        loop {
            let slot = tokio::select! {
                slot = Arc::clone(slots).acquire_owned() => slot,
                // A thread in a shard that does not end never comes back.
                () = self.counts.all_hung() => {
                    return Err(ClusterError::Hung { threads: self.options.threads });
                }
            };
            let Ok(first) = slot else { return Ok(()) };
            let mut free = vec![first];
            while let Ok(more) = Arc::clone(slots).try_acquire_owned() {
                free.push(more);
            }
            // Who fails is in no hurry: others may do better.
            let failures = self.counts.failures_in_a_row.load(Ordering::Relaxed);
            if failures > 0 {
                tokio::time::sleep(PATIENCE.min(IMPATIENCE * 2_u32.pow(failures.min(12)))).await;
            }
            let joined = runs.joined();
            turn = turn.wrapping_add(1);
            let before = free.len();
            for at in 0..joined.len() {
                let run = &joined[(turn + at) % joined.len()];
                self.take(hands, run, &mut free, None).await;
                if free.is_empty() {
                    break;
                }
            }
            if free.len() == before {
                match joined.get(turn % joined.len().max(1)) {
                    Some(run) => {
                        self.take(hands, run, &mut free, Some(LOOK)).await;
                    }
                    None => runs.another(LOOK).await,
                }
            }
            if free.len() < before || slots.available_permits() + free.len() < self.options.threads
            {
                last_work = Instant::now();
            } else if self.options.idle.is_some_and(|idle| last_work.elapsed() >= idle) {
                (hands.say)("there is nothing to do any more".to_owned());
                return Ok(());
            }
        }
    }

    /// Takes shards of a run for the threads that are free: those that are there, or those that come
    /// within that time.
    async fn take(
        &self,
        hands: &Hands,
        run: &Arc<Joined>,
        free: &mut Vec<OwnedSemaphorePermit>,
        wait: Option<Duration>,
    ) {
        for consumer in run.consumers() {
            if free.is_empty() {
                return;
            }
            let asked = match wait {
                None => consumer.fetch().max_messages(free.len()).messages().await,
                Some(wait) => {
                    consumer.batch().max_messages(free.len()).expires(wait).messages().await
                }
            };
            let Ok(mut tasks) = asked else {
                tokio::time::sleep(LOOK / 4).await;
                return;
            };
            // The server answers a question without waiting at once, if it is there.
            let end = Instant::now() + wait.unwrap_or_default() + ANSWER;
            loop {
                match tokio::time::timeout_at(end, tasks.next()).await {
                    Ok(Some(Ok(message))) => {
                        let Some(slot) = free.pop() else { return };
                        let held = Held::new(self, hands, run, message);
                        hands.in_hand.spawn(held.carry_out(slot));
                    }
                    Ok(None) | Err(_) => break,
                    // The stream has gone or moves to another server; a run that is over is told of.
                    Ok(Some(Err(_))) => {
                        tokio::time::sleep(LOOK / 4).await;
                        break;
                    }
                }
            }
            if wait.is_some() {
                return;
            }
        }
    }

    /// Does the debates of a shard. A panic is an error like others.
    fn do_debates(
        &self,
        assignment: Assignment<'_>,
        go_on: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<Row>>, String> {
        let done = AssertUnwindSafe(|| (self.doing)(assignment, go_on));
        std::panic::catch_unwind(done).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<&str>().map(ToString::to_string);
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            Err(format!("the program has panicked: {}", text.unwrap_or_default()))
        })
    }
}

/// What a worker works with while it runs.
struct Hands {
    context: jetstream::Context,
    /// One for each thread.
    slots: Arc<Semaphore>,
    /// Turns true when the worker is to end.
    stopped: watch::Receiver<bool>,
    /// The shards that are not yet reported or given back.
    in_hand: TaskTracker,
    say: Say,
}

/// Tells who looks on.
type Say = Arc<dyn Fn(String) + Send + Sync>;

/// How long a look for work takes, where there is none.
const LOOK: Duration = Duration::from_secs(1);
/// How long the server has to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// How long shards in hand have to be given back.
const GIVING_BACK: Duration = Duration::from_secs(5);
/// How long is waited after a failure; twice as long after each more.
const IMPATIENCE: Duration = Duration::from_millis(50);
/// How long at most.
const PATIENCE: Duration = Duration::from_mins(1);
