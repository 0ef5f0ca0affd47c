//! The announcement of a run, each second, and who answers it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::{Client, Message};
use futures_util::StreamExt;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::Progress;
use crate::wire::{self, Announcement};
use crate::{ClusterError, Presence};

/// Announces a run as long as it is kept.
pub(super) struct Announcer {
    client: Client,
    shared: Arc<Mutex<Shared>>,
    tasks: Vec<JoinHandle<()>>,
}

struct Shared {
    announcement: Announcement,
    present: HashMap<String, (Presence, Instant)>,
    /// The refusals that were told of.
    told: HashSet<(String, String)>,
}

impl Drop for Announcer {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Announcer {
    pub(super) async fn start(
        client: &Client,
        announcement: Announcement,
        progress: Arc<dyn Progress>,
    ) -> Result<Self, ClusterError> {
        let inbox = client.new_inbox();
        let answers = client.subscribe(inbox.clone()).await;
        let mut answers = answers
            .map_err(|error| ClusterError::jetstream("the workers cannot be heard", error))?;
        let shared = Shared { announcement, present: HashMap::new(), told: HashSet::new() };
        let shared = Arc::new(Mutex::new(shared));
        let hear = {
            let shared = Arc::clone(&shared);
            async move {
                while let Some(message) = answers.next().await {
                    hear(&shared, &message, &*progress);
                }
            }
        };
        let announce = {
            let (client, shared) = (client.clone(), Arc::clone(&shared));
            async move {
                loop {
                    let text = lock(&shared).announcement.to_bytes();
                    // It is said again in a second.
                    let _ = client.publish_with_reply(wire::RUNS, inbox.clone(), text.into()).await;
                    tokio::time::sleep(EACH).await;
                }
            }
        };
        let tasks = vec![tokio::spawn(hear), tokio::spawn(announce)];
        Ok(Self { client: client.clone(), shared, tasks })
    }

    /// Sends a worker away.
    pub(super) fn refuse(&self, worker: &str, reason: String) {
        let mut shared = lock(&self.shared);
        shared.announcement.refused.insert(worker.to_owned(), reason);
        shared.present.remove(worker);
    }

    /// The workers that take part, their threads, and how many of these are busy.
    pub(super) fn present(&self) -> (usize, usize, usize) {
        let mut shared = lock(&self.shared);
        shared.present.retain(|_, (_, heard)| heard.elapsed() < ABSENT);
        let run = &shared.announcement.head.run;
        let takes_part = |presence: &Presence| presence.refusals.iter().all(|one| one.run != *run);
        let present = shared.present.values().map(|(presence, _)| presence);
        present
            .filter(|presence| takes_part(presence))
            .fold((0, 0, 0), |(n, threads, busy), one| {
                (n + 1, threads + one.threads, busy + one.busy)
            })
    }

    /// Announces that the run is over.
    pub(super) async fn end(&self) {
        let over = {
            let mut shared = lock(&self.shared);
            shared.announcement.head.over = true;
            shared.announcement.to_bytes()
        };
        // Who does not hear it finds the queue gone.
        let _ = self.client.publish(wire::RUNS, over.into()).await;
        let _ = self.client.flush().await;
    }
}

fn hear(shared: &Mutex<Shared>, message: &Message, progress: &dyn Progress) {
    // A worker of another version may say other things of itself; it says at least who it is.
    let Ok(presence) = serde_json::from_slice::<Presence>(&message.payload) else { return };
    let mut shared = lock(shared);
    for refusal in &presence.refusals {
        let told = (presence.worker.clone(), refusal.reason.clone());
        if refusal.run == shared.announcement.head.run && shared.told.insert(told) {
            progress.say(&format!("{} takes no part: {}", presence.worker, refusal.reason));
        }
    }
    shared.present.insert(presence.worker.clone(), (presence, Instant::now()));
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How often a run is announced.
const EACH: Duration = Duration::from_secs(1);
/// After how long without an answer a worker is taken to be gone.
const ABSENT: Duration = Duration::from_secs(4);

impl Announcement {
    fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an announcement is plain data")
    }
}
