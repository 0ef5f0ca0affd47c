//! The runs that are announced, and which of them a worker may work on.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::jetstream::consumer::{PullConsumer, pull};
use async_nats::jetstream::object_store::ObjectStore;
use async_nats::{Client, Message, jetstream};
use futures_util::StreamExt;
use pixel_debate_datasets::Dataset;
use pixel_debate_game::BEHAVIOUR;
use pixel_debate_judge::Judge;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::counts::Counts;
use super::{Say, WorkerOptions};
use crate::wire::{self, Announcement, Head, Names};
use crate::{ClusterError, assets};

/// A run that a worker works on.
pub(super) struct Joined {
    pub(super) names: Names,
    pub(super) lease: f64,
    pub(super) tries: i64,
    pub(super) store: ObjectStore,
    pub(super) dataset: Cow<'static, Dataset>,
    judges: HashMap<String, Judge>,
    work: PullConsumer,
    again: PullConsumer,
    /// Until when shards that are done again are left to others.
    rests: Mutex<Option<Instant>>,
}

impl Joined {
    /// Where its shards come from.
    pub(super) fn consumers(&self) -> impl Iterator<Item = &PullConsumer> {
        let rests = *self.rests.lock().unwrap_or_else(PoisonError::into_inner);
        let again = rests.is_none_or(|until| until <= Instant::now()).then_some(&self.again);
        [&self.work].into_iter().chain(again)
    }

    /// Leaves shards that are done again to others for a while. How long is drawn, so that no two
    /// workers keep taking them in turn.
    pub(super) fn rest(&self) {
        let until = Instant::now() + REST.mul_f64(rand::random_range(1.0..3.0));
        *self.rests.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
    }

    pub(super) fn judge(&self, hash: &str) -> Option<&Judge> {
        self.judges.get(hash)
    }
}

/// What a worker has made of an announced run.
enum Known {
    Joined(Arc<Joined>),
    Refused(Instant),
    /// Its judges and images are on the way.
    Joining,
}

/// All runs that are announced.
pub(super) struct Runs {
    known: Arc<Mutex<HashMap<String, Known>>>,
    /// Told of each run that is joined.
    more: Arc<Notify>,
    listening: Vec<JoinHandle<()>>,
}

impl Drop for Runs {
    fn drop(&mut self) {
        self.listening.iter().for_each(JoinHandle::abort);
    }
}

/// What listens to announcements.
#[derive(Clone)]
struct Listener {
    client: Client,
    context: jetstream::Context,
    options: WorkerOptions,
    counts: Arc<Counts>,
    say: Say,
    known: Arc<Mutex<HashMap<String, Known>>>,
    more: Arc<Notify>,
}

impl Runs {
    /// Listens to announcements, and answers whoever asks.
    pub(super) async fn listen(
        client: &Client,
        context: &jetstream::Context,
        options: &WorkerOptions,
        counts: &Arc<Counts>,
        say: &Say,
    ) -> Result<Self, ClusterError> {
        let (known, more) = (Arc::default(), Arc::default());
        let listener = Listener {
            client: client.clone(),
            context: context.clone(),
            options: options.clone(),
            counts: Arc::clone(counts),
            say: Arc::clone(say),
            known: Arc::clone(&known),
            more: Arc::clone(&more),
        };
        let mut listening = Vec::new();
        for subject in [wire::RUNS, wire::WORKERS] {
            let heard = client.subscribe(subject).await;
            let mut heard = heard.map_err(|error| {
                ClusterError::jetstream(format!("{subject} cannot be listened to"), error)
            })?;
            let listener = listener.clone();
            listening.push(tokio::spawn(async move {
                while let Some(message) = heard.next().await {
                    listener.answer(&message).await;
                    if subject == wire::RUNS {
                        listener.hear(&message);
                    }
                }
            }));
        }
        Ok(Self { known, more, listening })
    }

    /// The runs to work on, in no order.
    pub(super) fn joined(&self) -> Vec<Arc<Joined>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let joined = |known: &Known| match known {
            Known::Joined(run) => Some(Arc::clone(run)),
            Known::Refused(_) | Known::Joining => None,
        };
        known.values().filter_map(joined).collect()
    }

    /// Waits for one more run to work on, so long at most.
    pub(super) async fn another(&self, wait: Duration) {
        let _ = tokio::time::timeout(wait, self.more.notified()).await;
    }
}

impl Listener {
    /// Says who this is, if that is asked.
    async fn answer(&self, message: &Message) {
        let Some(reply) = message.reply.clone() else { return };
        let presence = serde_json::to_vec(&self.counts.presence()).unwrap_or_default();
        // Who asks, asks again.
        let _ = self.client.publish(reply, presence.into()).await;
    }

    fn hear(&self, message: &Message) {
        // What is no announcement is nobody's of this program.
        let Ok(head) = serde_json::from_slice::<Head>(&message.payload) else { return };
        let run = head.run.clone();
        if head.over {
            self.lock().remove(&run);
            self.counts.refuse(&run, None);
            return;
        }
        let announcement = match self.read(&head, &message.payload) {
            Ok(announcement) => announcement,
            Err(reason) => return self.refuse(&run, &reason),
        };
        {
            let mut known = self.lock();
            match known.get(&run) {
                Some(Known::Joined(_) | Known::Joining) => return,
                // What was not to be had may have come.
                Some(Known::Refused(since)) if since.elapsed() < AGAIN => return,
                Some(Known::Refused(_)) | None => {}
            }
            known.insert(run.clone(), Known::Joining);
        }
        let listener = self.clone();
        tokio::spawn(async move {
            match listener.join(&announcement).await {
                Ok(joined) => {
                    (listener.say)(format!("works on {:?}", announcement.title));
                    listener.counts.refuse(&run, None);
                    listener.lock().insert(run, Known::Joined(Arc::new(joined)));
                    listener.more.notify_one();
                }
                Err(Hindrance::Refused(reason)) => listener.refuse(&run, &reason),
                // The server may be between two leaders: the next announcement comes in a second.
                Err(Hindrance::Now) => drop(listener.lock().remove(&run)),
            }
        });
    }

    /// The announcement, or why no part is taken in the run.
    fn read(&self, head: &Head, payload: &[u8]) -> Result<Announcement, String> {
        let ours = &self.options.version;
        if head.version != *ours {
            return Err(format!(
                "this worker is version {ours} of the program, and the run is version {}'s",
                head.version
            ));
        }
        let announcement: Announcement = serde_json::from_slice(payload)
            .map_err(|error| format!("the run's announcement cannot be read: {error}"))?;
        if announcement.behaviour != BEHAVIOUR {
            return Err(format!(
                "this worker's debates are those of behaviour {BEHAVIOUR}, and the run's those of behaviour \
                 {}: build both of them from one commit",
                announcement.behaviour
            ));
        }
        let ours = self.counts.instructions();
        let theirs = &announcement.instructions;
        if theirs != ours {
            return Err(format!(
                "this worker's judge computes with {ours}, and the run's with {theirs}, which rounds \
                 otherwise: start the worker with --instructions {theirs}, or the run with the \
                 widest that all machines have"
            ));
        }
        match announcement.refused.get(&self.options.name) {
            Some(reason) => Err(reason.clone()),
            None => Ok(announcement),
        }
    }

    async fn join(&self, announcement: &Announcement) -> Result<Joined, Hindrance> {
        let names = Names::of(&announcement.head.run);
        let store = self.context.get_object_store(names.bucket()).await;
        let store = store.map_err(|_| Hindrance::Now)?;
        let dataset = assets::dataset(&store, &announcement.dataset).await?;
        let mut judges = HashMap::new();
        for mark in &announcement.judges {
            judges.insert(mark.hash.clone(), assets::judge(&store, mark).await?);
        }
        let consumer = async |name: &str| -> Result<PullConsumer, Hindrance> {
            let queue = names.queue();
            let found: Result<jetstream::consumer::Consumer<pull::Config>, _> =
                self.context.get_consumer_from_stream(name, queue).await;
            found.map_err(|_| Hindrance::Now)
        };
        let (work, again) = (consumer(wire::WORK).await?, consumer(wire::AGAIN).await?);
        let Announcement { lease, tries, .. } = *announcement;
        let rests = Mutex::default();
        Ok(Joined { names, lease, tries, store, dataset, judges, work, again, rests })
    }

    fn refuse(&self, run: &str, reason: &str) {
        self.lock().insert(run.to_owned(), Known::Refused(Instant::now()));
        if self.counts.refuse(run, Some(reason)) {
            (self.say)(format!("takes no part in a run: {reason}"));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// For how long shards that are done again are left to others, at least.
const REST: Duration = Duration::from_secs(1);
/// How long after a refusal it is tried again.
const AGAIN: Duration = Duration::from_secs(10);

/// Why a run is not joined.
enum Hindrance {
    /// It cannot be.
    Refused(String),
    /// Not now.
    Now,
}

impl From<String> for Hindrance {
    fn from(reason: String) -> Self {
        Self::Refused(reason)
    }
}
