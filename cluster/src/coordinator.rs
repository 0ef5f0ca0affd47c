//! The coordinator: puts a run's shards on the queue, and keeps what the workers hand in.
//!
//! | | |
//! |---|---|
//! | [`server`] | what the run has on the NATS server |
//! | [`ledger`] | how far each shard is |
//! | [`intake`] | what comes in, into the folder |
//! | [`audit`] | shards done twice, and who computes wrongly |
//! | [`announcer`] | the announcement of the run, and who answers it |
//!
//! All that has to outlive it is in the folder and on the server: killed and started again, it goes
//! on.

mod announcer;
mod audit;
mod intake;
mod ledger;
mod server;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use pixel_debate_harness::{Failed, RunPlan, Undone};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::time::Instant;

use crate::wire::{Announcement, First, Head, Task};
use crate::{Access, ClusterError, assets};
use announcer::Announcer;
use audit::Audit;
use ledger::{Ledger, ShardState};
use server::{Published, Server};

/// How a run is to be spread.
#[derive(Debug, Clone)]
pub struct CoordinatorOptions {
    /// The share of the shards that is done by two workers and compared, 0 to 1.
    pub audit: f64,
    /// On how many servers of a NATS cluster everything is kept, 1 to 5.
    pub replicas: usize,
    /// The most shards on the queue at once.
    pub queue: u32,
    /// How often a shard is tried before it is given up, once at least.
    pub tries: u16,
    /// The longest that a shard may take; 20 times the estimate, and ten minutes at least, if not
    /// said.
    pub limit: Option<Duration>,
    /// How long nothing may be heard of the worker of a shard before another has it.
    pub lease: Duration,
}

impl Default for CoordinatorOptions {
    fn default() -> Self {
        let lease = Duration::from_secs(30);
        Self { audit: 0.0, replicas: 1, queue: 10_000, tries: 5, limit: None, lease }
    }
}

/// How a run stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing {
    /// Workers that take part.
    pub workers: usize,
    /// Their threads.
    pub threads: usize,
    /// Threads at a shard, of this run or another.
    pub busy: usize,
    /// Shards that are not done.
    pub open: usize,
    /// Those of them for which the queue has had no room yet.
    pub waiting: usize,
    /// Whether the queue is full.
    pub full: bool,
    /// Shards handed in since this coordinator started.
    pub done: u64,
    /// Deliveries of shards that somebody had had before.
    pub redeliveries: u64,
    /// Shards that were compared.
    pub compared: u64,
    /// Shards given up.
    pub failed: usize,
}

/// Who looks on.
pub trait Progress: Send + Sync {
    /// How it stands: whenever something was handed in, and once a second at least.
    fn standing(&self, standing: &Standing);
    /// Something that a person should know.
    fn say(&self, what: &str);
}

/// Has all missing shards done by workers, and tells of those that could not be. Ends when there is
/// nothing left to do, and takes away what the run has had on the server.
///
/// # Errors
///
/// [`ClusterError`] if no server answers, the cluster refuses what a run needs, or the run's folder cannot be
/// written. What was done is kept, and the same command goes on.
pub async fn coordinate(
    access: &Access,
    plan: &RunPlan,
    undone: &Undone<'_>,
    options: &CoordinatorOptions,
    progress: Arc<dyn Progress>,
) -> Result<Vec<Failed>, ClusterError> {
    let run = undone.id()?;
    let client = {
        let progress = Arc::clone(&progress);
        access.connect("pixel-debate run", move |said| progress.say(&said)).await?
    };
    let mut server = Server::open(client.clone(), &run, options).await?;
    assets::offer(server.store(), client.max_payload(), plan).await?;
    let announcement = announcement(plan, run, options);
    let announcer = Announcer::start(&client, announcement, Arc::clone(&progress)).await?;
    let mut coordinator = Coordinator {
        plan,
        undone,
        options,
        progress: &*progress,
        ledger: Ledger::of(undone.keys()),
        audit: Audit::of(options.audit),
        standing: Standing::default(),
        sent_away: HashSet::new(),
        quiet_since: Instant::now(),
        stalled: false,
    };
    let failed = coordinator.run(&mut server, &announcer).await?;
    announcer.end().await;
    if let Err(error) = server.clear().await {
        progress.say(&format!("the run's streams are left on the NATS server: {error}"));
    }
    Ok(failed)
}

fn announcement(plan: &RunPlan, run: String, options: &CoordinatorOptions) -> Announcement {
    let manifest = plan.manifest();
    let mut seen = HashSet::new();
    let judges = manifest
        .cells
        .iter()
        .flat_map(|cell| [&cell.play.judge].into_iter().chain(&cell.play.debaters_ask));
    Announcement {
        head: Head { run, version: manifest.program.version.clone(), over: false },
        title: manifest.title.clone(),
        behaviour: manifest.behaviour,
        instructions: manifest.instructions.clone(),
        dataset: manifest.dataset.clone(),
        judges: judges.filter(|judge| seen.insert(&judge.hash)).cloned().collect(),
        lease: options.lease.as_secs_f64(),
        tries: options.tries.into(),
        refused: std::collections::BTreeMap::new(),
    }
}

struct Coordinator<'a> {
    plan: &'a RunPlan,
    undone: &'a Undone<'a>,
    options: &'a CoordinatorOptions,
    progress: &'a dyn Progress,
    ledger: Ledger<'a>,
    audit: Audit,
    standing: Standing,
    /// Workers that compute wrongly.
    sent_away: HashSet<String>,
    /// Since when nothing has been handed in.
    quiet_since: Instant,
    /// The last look at the server found nobody at work and shards open.
    stalled: bool,
}

impl Coordinator<'_> {
    async fn run(
        &mut self,
        server: &mut Server,
        announcer: &Announcer,
    ) -> Result<Vec<Failed>, ClusterError> {
        let mut looked = Instant::now();
        loop {
            self.publish(server).await;
            let received = server.receive().await;
            if received.is_empty() {
                server.mend(self.progress).await;
            } else {
                self.quiet_since = Instant::now();
                self.take(&received, announcer)?;
                server.taken(&received).await;
            }
            self.tell(announcer);
            let quiet = self.quiet_since.elapsed() > QUIET;
            if quiet && looked.elapsed() > QUIET {
                looked = Instant::now();
                self.look(server).await;
            }
            let nothing_left = self.ledger.open() == 0 && self.audit.waiting.is_empty();
            if nothing_left && self.all_compared(server).await {
                return Ok(self.ledger.failed(self.undone));
            }
        }
    }

    /// Puts on the queue what there is room for.
    async fn publish(&mut self, server: &Server) {
        let mut tasks = Vec::new();
        for key in self.ledger.next(AT_ONCE) {
            tasks.extend(self.task(&key, None).map(|task| (key, task)));
        }
        let agains: Vec<(String, First)> = self.audit.waiting.drain(..).collect();
        let mut second = Vec::new();
        for (key, first) in agains {
            second.extend(self.task(&key, Some(first)).map(|task| (key, task)));
        }
        if tasks.is_empty() && second.is_empty() {
            self.standing.full = false;
            return;
        }
        let mut full = false;
        let published = server.publish(&tasks).await;
        for ((key, _), published) in tasks.iter().zip(published) {
            match published {
                Published::Queued => self.ledger.set(key, ShardState::Queued),
                Published::Full => {
                    full = true;
                    self.ledger.reopen(key);
                }
                Published::Failed => self.ledger.reopen(key),
            }
        }
        let published = server.publish(&second).await;
        for ((key, task), published) in second.into_iter().zip(published) {
            if !matches!(published, Published::Queued)
                && let Some(first) = task.first
            {
                self.audit.waiting.push((key, first));
            }
        }
        if full && !self.standing.full {
            self.progress.say(&format!(
                "the queue is full: {} shards wait until there is room",
                self.ledger.waiting()
            ));
        }
        self.standing.full = full;
    }

    fn task(&self, key: &str, first: Option<First>) -> Option<Task> {
        let job = self.undone.job(key)?;
        let limit = self.options.limit.unwrap_or_else(|| {
            let estimate = job.seconds(self.plan.dataset().classes().len());
            Duration::from_secs_f64((20.0 * estimate).max(600.0))
        });
        Some(Task { job, limit: limit.as_secs_f64(), first })
    }

    /// Looks whether anything still moves. What nobody has in hand and is not on the queue was lost
    /// with a server; what is on it all the same has been tried as often as may be.
    async fn look(&mut self, server: &Server) {
        let still = self.ledger.open() > 0 && self.ledger.waiting() == 0 && server.is_still().await;
        if !still || !std::mem::replace(&mut self.stalled, still) {
            self.stalled = still;
            return;
        }
        self.stalled = false;
        for shard in self.ledger.queued() {
            match server.is_queued(&shard).await {
                Ok(true) => {
                    let fault = format!(
                        "given to a worker {} times, and nothing was heard: whoever had it was \
                         killed or cut off",
                        self.options.tries
                    );
                    self.ledger.error(&shard, "the coordinator", &fault);
                    self.give_up(&shard);
                    server.forget(&shard).await;
                }
                Ok(false) => self.ledger.reopen(&shard),
                Err(_) => return,
            }
        }
    }

    /// Whether no shard is left that a second worker is to do.
    async fn all_compared(&mut self, server: &Server) -> bool {
        match server.to_compare().await {
            Some(0) => true,
            Some(left) => {
                if self.audit.may_remind() {
                    self.progress.say(&format!(
                        "{left} shards wait for a second worker to compare them with"
                    ));
                }
                false
            }
            None => false,
        }
    }

    fn tell(&mut self, announcer: &Announcer) {
        let (workers, threads, busy) = announcer.present();
        let (open, waiting) = (self.ledger.open(), self.ledger.waiting());
        self.standing = Standing { workers, threads, busy, open, waiting, ..self.standing };
        self.progress.standing(&self.standing);
    }
}

/// Does what takes long. Where the runtime has other threads they take over meanwhile; where it has
/// one, all else waits.
fn at_length<T>(work: impl FnOnce() -> T) -> T {
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::MultiThread => tokio::task::block_in_place(work),
        _ => work(),
    }
}

/// Shards published at once.
const AT_ONCE: usize = 512;
/// For how long nothing must come in before the server is looked at.
const QUIET: Duration = Duration::from_secs(2);
