//! A look at what has come: all is read that the system has received of a client till now.

use std::future::pending;
use std::time::Duration;

use tokio::sync::mpsc::Sender;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use super::unread::Unread;

/// It is read until nothing comes for so long: the system tells of many connections one after the other.
const SETTLE: Duration = Duration::from_millis(20);

/// The longest that this may last with a client that says more and more.
const LONGEST: Duration = Duration::from_secs(1);

/// Somebody waits until all is read.
pub(super) struct Look {
    asked: Vec<oneshot::Sender<()>>,
    /// When it ends if nothing comes.
    quiet: Instant,
    /// When it ends if more and more comes.
    last: Instant,
}

impl Look {
    pub(super) fn begin(asked: Vec<oneshot::Sender<()>>) -> Self {
        let now = Instant::now();
        Self { asked, quiet: now + SETTLE, last: now + LONGEST }
    }

    /// More wait for the same.
    pub(super) fn join(&mut self, asked: Vec<oneshot::Sender<()>>) {
        self.asked.extend(asked);
        self.go_on();
    }

    /// Something has come: there may be more.
    pub(super) fn go_on(&mut self) {
        self.quiet = (Instant::now() + SETTLE).min(self.last);
    }

    /// Whether it has lasted long enough, whatever comes.
    pub(super) fn is_over(&self) -> bool {
        Instant::now() >= self.last
    }

    /// Waits until it is quiet; for ever where there is no look.
    pub(super) async fn quiet(look: Option<&Self>) {
        match look {
            Some(look) => sleep_until(look.quiet).await,
            None => pending().await,
        }
    }

    /// Has those who wait answered when what was read before has been carried out. Where there is no
    /// room for that yet, it goes on.
    pub(super) fn end(mut self, unread: &Sender<Unread>) -> Option<Self> {
        while let Some(asked) = self.asked.pop() {
            if let Err(full) = unread.try_send(Unread::Look(asked)) {
                if let Unread::Look(asked) = full.into_inner() {
                    self.asked.push(asked);
                }
                self.quiet = Instant::now() + SETTLE;
                return Some(self);
            }
        }
        None
    }
}
