//! What a table sets going and hears of later: a built-in player's choice, and a write.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use pixel_debate_agents::{Agent, Clock};
use pixel_debate_game::{Debate, Debater, Pixel, Seat};
use pixel_debate_judge::{Evaluator, Indifferent};
use pixel_debate_protocol::DebateId;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::opinions::logits;
use crate::house::House;
use crate::store::{Finish, StoreError};

/// Something under way.
pub(super) type Work = BoxFuture<'static, Done>;

/// What has come of it.
pub(super) enum Done {
    /// A built-in debater has chosen.
    Chosen { by: Debater, agent: Box<dyn Agent>, pixel: Pixel },
    /// The classifier has answered.
    Judged { logits: Vec<f32> },
    /// A built-in player failed.
    Failed(String),
    /// The store has answered, or not in time.
    Written(Result<(), Unwritten>),
}

/// Why an event is not in the store, as far as is known.
#[derive(Debug)]
pub(super) enum Unwritten {
    Refused(StoreError),
    NotInTime,
}

/// How long a write may take before clients are told that the store is not available.
const WRITING: Duration = Duration::from_secs(5);

/// How long is waited before a write is tried again, at first and at most.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// A built-in debater to be asked for a reveal.
pub(super) struct Question {
    pub(super) by: Debater,
    /// The agent, once it has been built.
    pub(super) agent: Option<Box<dyn Agent>>,
    pub(super) name: String,
    pub(super) seed: u64,
    pub(super) debate: Debate,
    pub(super) beats: Beats,
}

/// When the server makes its own moves: at multiples of a time from the beginning of the turn, so
/// that how long a search took, which depends on the image, is not seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beats {
    pub(super) since: Instant,
    pub(super) every: Duration,
}

impl Beats {
    /// Waits for the next beat, and at least for the first.
    async fn next(self) {
        let Self { since, every } = self;
        if every.is_zero() {
            return;
        }
        let passed = since.elapsed().as_nanos().div_ceil(every.as_nanos()).max(1);
        let beats = u32::try_from(passed).unwrap_or(u32::MAX);
        sleep_until(since + every * beats).await;
    }
}

/// Asks a built-in debater, on the pool.
pub(super) fn choose(house: &Arc<House>, question: Question) -> Work {
    let house = Arc::clone(house);
    async move {
        let Question { by, agent, name, seed, debate, beats } = question;
        house.metrics.searches.inc();
        let (players, patience) = (Arc::clone(&house.players), house.limits.thinking);
        let thought = house.pool.run(move || {
            let mut agent = match agent {
                Some(agent) => agent,
                None => players.debater(&name, seed)?,
            };
            let mut judge: Box<dyn Evaluator> = if agent.asks_judge() {
                players.evaluator(debate.rules().pixels, debate.image())?
            } else {
                Box::new(Indifferent)
            };
            let view = debate.view(Seat::Debater(by));
            let clock = Clock::until(std::time::Instant::now() + patience);
            let choice =
                agent.choose(&view, &mut *judge, clock).map_err(|error| error.to_string())?;
            Ok(Done::Chosen { by, agent, pixel: choice.pixel })
        });
        let thought = thought.await.unwrap_or_else(|panic| Err(panic.to_string()));
        beats.next().await;
        thought.unwrap_or_else(Done::Failed)
    }
    .boxed()
}

/// Asks the classifier for its verdict.
pub(super) fn answer(house: &Arc<House>, debate: &Debate, beats: Beats) -> Work {
    let thought = logits(house, debate, debate.evidence().clone());
    async move {
        let thought = thought.await;
        beats.next().await;
        thought.map_or_else(Done::Failed, |logits| Done::Judged { logits })
    }
    .boxed()
}

/// Writes an event to the store; from the second attempt on after a while.
pub(super) fn write(
    house: &Arc<House>,
    debate: &DebateId,
    seq: u32,
    entry: Bytes,
    finish: Option<Finish>,
    attempt: u32,
) -> Work {
    let (house, debate) = (Arc::clone(house), debate.clone());
    async move {
        if attempt > 0 {
            let wait = FIRST_WAIT * 2u32.saturating_pow(attempt - 1);
            sleep(wait.min(LONGEST_WAIT)).await;
        }
        let began = Instant::now();
        let writing = house.store.append(&debate.0, seq.into(), entry, finish);
        let written = match timeout(WRITING, writing).await {
            Ok(written) => written.map_err(Unwritten::Refused),
            Err(_) => Err(Unwritten::NotInTime),
        };
        house.metrics.stored(began.elapsed(), written.is_ok());
        Done::Written(written)
    }
    .boxed()
}

impl Unwritten {
    /// Whether it is worth while to try again.
    pub(super) fn is_temporary(&self) -> bool {
        match self {
            Self::Refused(error) => error.is_temporary(),
            Self::NotInTime => true,
        }
    }
}

impl std::fmt::Display for Unwritten {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::NotInTime => f.write_str("the store does not answer"),
        }
    }
}
