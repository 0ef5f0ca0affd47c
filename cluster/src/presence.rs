//! Who is there, and how fast.

use std::time::Duration;

use futures_util::StreamExt;
use serde::{Deserialize, Serialize};

use crate::error::chain;
use crate::{Access, ClusterError, wire};

/// What a worker says of itself when it is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Presence {
    /// Its name.
    pub worker: String,
    /// The version of its program.
    pub version: String,
    /// The processor's instructions with which its judge computes.
    pub instructions: String,
    /// How many shards it does at once.
    pub threads: usize,
    /// How many of its threads are at a shard.
    pub busy: usize,
    /// Seconds since it started.
    pub up: f64,
    /// Shards that it has done.
    pub done: u64,
    /// Shards that it has tried in vain.
    pub failed: u64,
    /// Shards that it has done in the last minute.
    pub last_minute: u64,
    /// Seconds of work that it does in a second on one thread, by the estimates that say how large a
    /// shard is: 1 is one core of a server with AVX-512. None before the first shard is done.
    pub speed: Option<f64>,
    /// Runs that it takes no part in.
    pub refusals: Vec<RefusedRun>,
}

/// A run that a worker takes no part in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRun {
    /// The run.
    pub run: String,
    /// Why.
    pub reason: String,
}

/// Asks all workers who they are, and waits so long for their answers. They come by name.
///
/// # Errors
///
/// [`ClusterError`] if no server answers or lets the client in.
pub async fn present_workers(
    access: &Access,
    wait: Duration,
) -> Result<Vec<Presence>, ClusterError> {
    let client = access.connect("pixel-debate workers", |_| {}).await?;
    let failed = |error: &dyn std::error::Error| ClusterError::JetStream {
        what: "the workers cannot be asked".to_owned(),
        fault: chain(error),
    };
    let inbox = client.new_inbox();
    let mut answers = client.subscribe(inbox.clone()).await.map_err(|error| failed(&error))?;
    let asked = client.publish_with_reply(wire::WORKERS, inbox, bytes::Bytes::new()).await;
    asked.map_err(|error| failed(&error))?;
    client.flush().await.map_err(|error| failed(&error))?;
    let mut workers: Vec<Presence> = Vec::new();
    let end = tokio::time::Instant::now() + wait;
    // Where nobody listens, the server says so at once, by a message without content.
    while let Ok(Some(answer)) = tokio::time::timeout_at(end, answers.next()).await {
        match serde_json::from_slice(&answer.payload) {
            Ok(presence) => workers.push(presence),
            Err(_) if answer.status == Some(async_nats::StatusCode::NO_RESPONDERS) => break,
            // A worker of another version may say other things of itself.
            Err(_) => {}
        }
    }
    workers.sort_by(|one, other| one.worker.cmp(&other.worker));
    Ok(workers)
}
