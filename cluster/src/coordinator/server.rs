//! What a run has on the NATS server: a queue, the results, and an object store.

use std::error::Error as _;
use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream;
use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::object_store::{self, ObjectStore};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use futures_util::StreamExt;
use futures_util::future::join_all;
use tokio::time::Instant;

use super::{CoordinatorOptions, Progress};
use crate::error::chain;
use crate::wire::{self, Names, Outcome, ShardReport, Task};
use crate::{ClusterError, assets};

/// A run's place on the server.
pub(super) struct Server {
    context: jetstream::Context,
    names: Names,
    options: CoordinatorOptions,
    store: ObjectStore,
    results: PullConsumer,
    /// Since when the results cannot be had, if that is so.
    broken: Option<Instant>,
}

/// What became of a task that was to be put on the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Published {
    /// It is there, or was before.
    Queued,
    /// There is no room.
    Full,
    /// The server did not take it, for now.
    Failed,
}

impl Published {
    /// What a refusal means, by the number that the server gives it.
    fn of(error: &PublishError) -> Self {
        let refusal = error.source().and_then(|source| source.downcast_ref::<jetstream::Error>());
        match refusal.map(jetstream::Error::error_code) {
            Some(
                ErrorCode::STREAM_WRONG_LAST_SEQUENCE
                | ErrorCode::STREAM_WRONG_LAST_SEQUENCE_CONSTANT,
            ) => Self::Queued,
            // The stream takes no more messages or bytes, or the server none of any stream.
            Some(
                ErrorCode::STREAM_STORE_FAILED
                | ErrorCode::INSUFFICIENT_RESOURCES
                | ErrorCode::ACCOUNT_RESOURCES_EXCEEDED
                | ErrorCode::STORAGE_RESOURCES_EXCEEDED
                | ErrorCode::MEMORY_RESOURCES_EXCEEDED,
            ) => Self::Full,
            _ => Self::Failed,
        }
    }
}

/// A report as it came.
pub(super) struct Received {
    pub(super) shard: String,
    /// None where it cannot be read.
    pub(super) report: Option<ShardReport>,
    message: jetstream::Message,
}

impl Server {
    /// Makes it, or finds it as an earlier coordinator left it.
    pub(super) async fn open(
        client: Client,
        run: &str,
        options: &CoordinatorOptions,
    ) -> Result<Self, ClusterError> {
        let context = jetstream::new(client);
        let names = Names::of(run);
        let (queue, results) = streams(&names, options);
        for stream in [queue, results] {
            let made = context.create_or_update_stream(stream).await;
            made.map_err(|error| {
                ClusterError::jetstream(
                    "the run's streams cannot be made on the NATS server",
                    error,
                )
            })?;
        }
        let store = match context.get_object_store(names.bucket()).await {
            Ok(store) => store,
            Err(_) => context
                .create_object_store(object_store::Config {
                    bucket: names.bucket(),
                    description: Some("judges, images and large results of a run".to_owned()),
                    num_replicas: options.replicas,
                    ..Default::default()
                })
                .await
                .map_err(|error| {
                    ClusterError::jetstream("the run's object store cannot be made", error)
                })?,
        };
        let consumer = async |stream: String, config: pull::Config| -> Result<_, ClusterError> {
            let made = context.create_consumer_on_stream(config, stream).await;
            made.map_err(|error| {
                ClusterError::jetstream("the run's consumers cannot be made", error)
            })
        };
        let tries = i64::from(options.tries.max(1));
        let lease = options.lease;
        let work = consumer(names.queue(), taking(wire::WORK, names.work("*"), tries, lease));
        // A worker that is not to do it has to hand it on, however often.
        let again = consumer(names.queue(), taking(wire::AGAIN, names.again("*"), -1, lease));
        let results =
            consumer(names.results(), taking(wire::COORDINATOR, String::new(), -1, TAKING));
        work.await?;
        again.await?;
        let results = results.await?;
        let options = options.clone();
        Ok(Self { context, names, options, store, results, broken: None })
    }

    pub(super) fn store(&self) -> &ObjectStore {
        &self.store
    }

    /// Puts tasks on the queue, all at once.
    pub(super) async fn publish(&self, tasks: &[(String, Task)]) -> Vec<Published> {
        join_all(tasks.iter().map(|(shard, task)| self.publish_one(shard, task))).await
    }

    async fn publish_one(&self, shard: &str, task: &Task) -> Published {
        let subject = match &task.first {
            None => self.names.work(shard),
            Some(_) => self.names.again(shard),
        };
        let payload = serde_json::to_vec(task).expect("a task is plain data");
        // A shard has a subject of its own, on which nothing must stand: it cannot be queued twice.
        let publish = PublishMessage::build().payload(payload.into());
        let publish = publish.expected_last_subject_sequence(0);
        let published = async { self.context.send_publish(subject, publish).await?.await };
        let Err(error) = published.await else { return Published::Queued };
        let published = Published::of(&error);
        if published == Published::Failed && error.kind() != PublishErrorKind::StreamNotFound {
            // What cannot be published at once is tried again, but not as fast as can be.
            tokio::time::sleep(SOON).await;
        }
        published
    }

    /// The reports that have come, some time after the first at the latest. Large results are fetched.
    pub(super) async fn receive(&mut self) -> Vec<Received> {
        let mut messages = Vec::new();
        for wait in [None, Some(WAITING)] {
            let asked = match wait {
                None => self.results.fetch().max_messages(AT_ONCE).messages().await,
                Some(wait) => self.results.batch().max_messages(1).expires(wait).messages().await,
            };
            let Ok(mut batch) = asked else {
                self.broken.get_or_insert_with(Instant::now);
                tokio::time::sleep(SOON).await;
                continue;
            };
            let end = Instant::now() + wait.unwrap_or_default() + ANSWER;
            loop {
                match tokio::time::timeout_at(end, batch.next()).await {
                    Ok(Some(Ok(message))) => {
                        self.broken = None;
                        messages.push(message);
                    }
                    Ok(None) => {
                        // That nothing came in time may be the client's own word.
                        if wait.is_none() {
                            self.broken = None;
                        }
                        break;
                    }
                    Ok(Some(Err(_))) | Err(_) => {
                        self.broken.get_or_insert_with(Instant::now);
                        tokio::time::sleep(SOON).await;
                        break;
                    }
                }
            }
            if !messages.is_empty() {
                break;
            }
        }
        join_all(messages.into_iter().map(|message| self.read(message))).await
    }

    async fn read(&self, message: jetstream::Message) -> Received {
        let shard = message.subject.rsplit('.').next().unwrap_or_default().to_owned();
        let report = postcard::from_bytes::<ShardReport>(&message.payload).ok();
        let report = match report {
            Some(ShardReport { outcome: Outcome::Stored(name), worker, delivery, first }) => {
                let outcome = match assets::get(&self.store, &name).await {
                    Ok(bytes) => Outcome::Done(bytes),
                    Err(fault) => Outcome::Failed(format!("its result is not to be had: {fault}")),
                };
                Some(ShardReport { worker, delivery, first, outcome })
            }
            report => report,
        };
        Received { shard, report, message }
    }

    /// These reports need not be kept any longer.
    pub(super) async fn taken(&self, received: &[Received]) {
        // One that is not heard of comes again, and counts once.
        let acks = received.iter().map(|received| received.message.ack());
        join_all(acks).await;
    }

    /// Makes anew what a server has lost, when nothing has come from it for a while.
    pub(super) async fn mend(&mut self, progress: &dyn Progress) {
        if self.broken.is_none_or(|since| since.elapsed() < MENDING) {
            return;
        }
        self.broken = Some(Instant::now());
        let run = self.names.run().to_owned();
        match Self::open(self.context.client(), &run, &self.options).await {
            Ok(opened) => *self = opened,
            Err(error) => progress.say(&format!("waits for the NATS server: {error}")),
        }
    }

    /// Whether nothing is on its way: no shard to be given to a worker or in its hands, and no result.
    pub(super) async fn is_still(&self) -> bool {
        let mut still = true;
        for (name, stream) in
            [(wire::WORK, self.names.queue()), (wire::COORDINATOR, self.names.results())]
        {
            still &= self.left(name, stream).await == Some(0);
        }
        still
    }

    /// How many shards are left for a second worker, if the server says.
    pub(super) async fn to_compare(&self) -> Option<u64> {
        let left = self.left(wire::AGAIN, self.names.queue()).await?;
        // A result may be on its way.
        Some(left + self.left(wire::COORDINATOR, self.names.results()).await?)
    }

    async fn left(&self, consumer: &str, stream: String) -> Option<u64> {
        let found: Result<PullConsumer, _> =
            self.context.get_consumer_from_stream(consumer, stream).await;
        let found = found.ok()?;
        let info = found.cached_info();
        Some(info.num_pending + info.num_ack_pending as u64)
    }

    /// Whether a shard is on the queue, be it tried for the last time.
    pub(super) async fn is_queued(&self, shard: &str) -> Result<bool, ClusterError> {
        let fault = |error: &dyn std::error::Error| ClusterError::JetStream {
            what: "the queue cannot be looked at".to_owned(),
            fault: chain(error),
        };
        let stream = self.context.get_stream(self.names.queue()).await;
        let stream = stream.map_err(|error| fault(&error))?;
        let subjects = stream.info_with_subjects(self.names.work(shard)).await;
        let mut subjects = subjects.map_err(|error| fault(&error))?;
        Ok(subjects.next().await.is_some())
    }

    /// Takes a shard off the queue.
    pub(super) async fn forget(&self, shard: &str) {
        // What is left there is cleared with the queue.
        if let Ok(stream) = self.context.get_stream(self.names.queue()).await {
            let _ = stream.purge().filter(self.names.work(shard)).await;
        }
    }

    /// Takes everything of the run away.
    pub(super) async fn clear(&self) -> Result<(), ClusterError> {
        let fault = |error| ClusterError::jetstream("a stream cannot be deleted", error);
        for stream in [self.names.queue(), self.names.results()] {
            self.context.delete_stream(stream).await.map_err(fault)?;
        }
        let deleted = self.context.delete_object_store(self.names.bucket()).await;
        deleted
            .map_err(|error| ClusterError::jetstream("the object store cannot be deleted", error))
    }
}

/// The queue and the results. Both refuse what they have no room for: nothing is ever dropped.
fn streams(names: &Names, options: &CoordinatorOptions) -> (Config, Config) {
    let both = Config {
        retention: RetentionPolicy::WorkQueue,
        discard: DiscardPolicy::New,
        storage: StorageType::File,
        num_replicas: options.replicas,
        max_bytes: BYTES,
        duplicate_window: DUPLICATES,
        ..Default::default()
    };
    let queue = Config {
        name: names.queue(),
        description: Some("shards of a run that are to be done".to_owned()),
        subjects: vec![names.work("*"), names.again("*")],
        max_messages: options.queue.max(1).into(),
        max_messages_per_subject: 1,
        discard_new_per_subject: true,
        ..both.clone()
    };
    let results = Config {
        name: names.results(),
        description: Some("what workers report of a run's shards".to_owned()),
        subjects: vec![names.result("*")],
        ..both
    };
    (queue, results)
}

/// A consumer from which everybody takes what nobody else has.
fn taking(name: &str, subject: String, tries: i64, lease: Duration) -> pull::Config {
    pull::Config {
        durable_name: Some(name.to_owned()),
        filter_subject: subject,
        ack_policy: AckPolicy::Explicit,
        ack_wait: lease,
        max_deliver: tries,
        max_ack_pending: MANY,
        max_waiting: MANY,
        ..Default::default()
    }
}

/// Bytes of a stream, at most.
const BYTES: i64 = 256 << 20;
/// For how long a report that is sent twice is known to be the same.
const DUPLICATES: Duration = Duration::from_mins(10);
/// How long a coordinator has to take a report in before it comes again.
const TAKING: Duration = Duration::from_secs(15);
/// More than all threads of all workers.
const MANY: i64 = 1_000_000;
/// Reports taken at once.
const AT_ONCE: usize = 512;
/// How long is waited for a report, if none is there: one that comes ends the wait, and each wait is
/// work for the server that the workers' cores may have to do.
const WAITING: Duration = Duration::from_secs(1);
/// A moment.
const SOON: Duration = Duration::from_millis(300);
/// How long the server has to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// For how long nothing must be had from the server before things are made anew.
const MENDING: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use async_nats::jetstream::Error;

    use super::*;

    /// What the server says of it in words is for people.
    #[test]
    fn refusals_are_told_apart_by_their_numbers() {
        let refused = |code: u32| {
            let error = serde_json::json!({
                "code": 503, "err_code": code, "description": "maximum messages per subject",
            });
            let error: Error = serde_json::from_value(error).unwrap();
            Published::of(&PublishError::with_source(PublishErrorKind::Other, error))
        };
        assert_eq!([10071, 10164].map(refused), [Published::Queued; 2]);
        assert_eq!([10077, 10023, 10002, 10047, 10028].map(refused), [Published::Full; 5]);
        assert_eq!(refused(10054), Published::Failed);
        let none = PublishError::new(PublishErrorKind::TimedOut);
        assert_eq!(Published::of(&none), Published::Failed);
    }
}
