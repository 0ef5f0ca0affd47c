//! What a table sets going and hears of later: a built-in player's choice, and a write.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use pixel_debate_game::{Debate, Debater};
use pixel_debate_protocol::DebateId;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};

use super::opinions::logits;
use crate::house::House;
use crate::searches::{Answer, Question};
use crate::store::{Finish, StoreError};

/// Something under way.
pub(super) type Work = BoxFuture<'static, Done>;

/// What has come of it.
pub(super) enum Done {
    /// A built-in debater has chosen.
    Chosen { by: Debater, answer: Answer },
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

/// Asks a built-in debater, and has its answer when the move is to be told.
///
/// Where the machine is so busy that there is none by then, although the search should have been stopped
/// before, any legal pixel is revealed: that a move was late would tell how long its search took.
pub(super) fn choose(house: &Arc<House>, question: Question) -> Work {
    let house = Arc::clone(house);
    async move {
        house.metrics.searches.inc();
        let Question { by, times, .. } = question;
        let told = times.told.into();
        let instead = question.any();
        let answer = if times.allotment.is_zero() {
            house.searches.choose(question).await
        } else {
            sleep_until(times.begun.into()).await;
            timeout_at(told, house.searches.choose(question)).await.unwrap_or(instead)
        };
        sleep_until(told).await;
        answer.map_or_else(Done::Failed, |answer| Done::Chosen { by, answer })
    }
    .boxed()
}

/// Asks the classifier for its verdict, and has it when it is to be told.
pub(super) fn answer(house: &Arc<House>, debate: &Debate, told: Instant) -> Work {
    let thought = logits(house, debate, debate.evidence().clone());
    async move {
        let thought = thought.await;
        sleep_until(told).await;
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
