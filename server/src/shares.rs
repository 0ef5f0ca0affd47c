//! Who may have searches made: a debate that needs them waits until there is a share of the threads
//! for it, and then keeps its times.
//!
//! What a debate asks for follows from its rules and agents alone, and so does the order in which
//! shares are given, beside the time at which each was asked for. Creators are served in turn, by one
//! debate each. Of one creator's debates those with short searches come before those with long ones;
//! but one that has waited [`PATIENCE`] times as long as its search may take is passed by no newcomer,
//! so that all are served some day.

mod queue;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

#[cfg(doc)]
use self::queue::PATIENCE;
use self::queue::{Queue, Ticket, WHOLE};

/// The shares of one lane's threads.
#[derive(Clone, Debug)]
pub(crate) struct Shares(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    queue: Queue<Creator>,
    waiting: HashMap<Ticket, oneshot::Sender<Share>>,
    began: Instant,
}

/// Who has set a debate up: an address, or the server itself.
pub(crate) type Creator = Option<IpAddr>;

/// A share of the threads, given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    shares: Shares,
    size: u64,
}

/// Somebody who waits, and waits no more when this is dropped.
struct Waiting<'a> {
    shares: &'a Shares,
    ticket: Ticket,
}

impl Shares {
    /// The shares of so many threads.
    pub(crate) fn new(threads: usize) -> Self {
        let queue = Queue::new(WHOLE.saturating_mul(threads as u64));
        let state = State { queue, waiting: HashMap::new(), began: Instant::now() };
        Self(Arc::new(Mutex::new(state)))
    }

    /// Waits for the share of a thread that `work` in every `period` is.
    pub(crate) async fn share(&self, creator: Creator, work: Duration, period: Duration) -> Share {
        let size = WHOLE as f64 * work.as_secs_f64() / period.as_secs_f64().max(1e-9);
        let (sender, given) = oneshot::channel();
        let ticket = {
            let mut state = self.state();
            let now = state.began.elapsed();
            let ticket = state.queue.ask(creator, size as u64, now, period);
            state.waiting.insert(ticket, sender);
            ticket
        };
        let waiting = Waiting { shares: self, ticket };
        self.give();
        let share = given.await;
        drop(waiting);
        // The sender is dropped by nobody before it has sent.
        share.unwrap_or_else(|_| Share { shares: self.clone(), size: 0 })
    }

    /// Gives what there is to those who are next.
    fn give(&self) {
        let mut state = self.state();
        let mut given = Vec::new();
        while let Some((ticket, size)) = state.queue.next() {
            let share = Share { shares: self.clone(), size };
            given.push((state.waiting.remove(&ticket), share));
        }
        drop(state);
        for (sender, share) in given {
            if let Some(sender) = sender {
                // Who has gone meanwhile gives it back at once.
                let _ = sender.send(share);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.shares.state().queue.give_back(self.size);
        self.shares.give();
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.shares.state();
        state.waiting.remove(&self.ticket);
        state.queue.withdraw(self.ticket);
        drop(state);
        self.shares.give();
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::pin::pin;

    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_share_is_waited_for_and_given_on() {
        let shares = Shares::new(1);
        let creator = Some(IpAddr::from(Ipv4Addr::LOCALHOST));
        let second = Duration::from_secs(1);
        let ask = || shares.share(creator, second, second);
        let first = ask().now_or_never().expect("there is room");
        let (mut given_up, mut waiting) = (Box::pin(ask()), pin!(ask()));
        assert!(given_up.as_mut().now_or_never().is_none());
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(given_up);
        drop(first);
        let second = waiting.now_or_never().expect("the first has gone");
        assert!(ask().now_or_never().is_none());
        drop(second);
        assert!(ask().now_or_never().is_some());
    }
}
