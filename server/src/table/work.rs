//! What a table's task sets going and hears of later: thinking, and writing.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use pixel_debate_game::{Debater, Pixel, View};
use pixel_debate_protocol::DebateId;
use pixel_debate_store::{Finish, StoreError};
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};

use super::effect::{Input, JudgmentWrite, SaidWrite, Unwritten};
use crate::outbox::Outbox;
use crate::roster;
use crate::searches::{Chosen, SearchRequest};
use crate::services::Services;

/// Something under way, and what has come of it.
pub(super) type Work = BoxFuture<'static, Input>;

/// How long a write may take before clients are told that the store is not available.
const WRITING: Duration = Duration::from_secs(5);

/// How long is waited before a write is tried again, at first and at most.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// How long is waited until a connection is read.
const LOOK: Duration = Duration::from_secs(2);

/// Asks a built-in debater, and has its answer when the move is to be told.
///
/// Where the machine is so busy that there is none by then, although the search should have been stopped
/// before, any legal pixel is revealed: that a move was late would tell how long its search took.
/// `long` says in which lane it has its share.
pub(super) fn choose(services: &Arc<Services>, question: SearchRequest, long: bool) -> Work {
    let services = Arc::clone(services);
    async move {
        services.metrics.searches.inc();
        let SearchRequest { by, times, .. } = question;
        let told = times.told.into();
        let instead = question.any();
        let answer = if times.allotment.is_zero() {
            services.searches.choose(question, long).await
        } else {
            sleep_until(times.begun.into()).await;
            timeout_at(told, services.searches.choose(question, long)).await.unwrap_or(instead)
        };
        sleep_until(told).await;
        answer.map_or_else(Input::Failed, |chosen| Input::Chosen { by, chosen })
    }
    .boxed()
}

/// Has a recorded reveal at its time.
pub(super) fn replay(by: Debater, pixel: Pixel, told: Instant) -> Work {
    let chosen = Chosen { pixel, cut_short: false };
    sleep_until(told).map(move |()| Input::Chosen { by, chosen }).boxed()
}

/// What the classifier says with that view, worked out on the threads for that.
async fn logits(services: Arc<Services>, view: View) -> Result<Vec<f32>, String> {
    services.metrics.evaluations.inc();
    let roster = Arc::clone(&services.roster);
    let thought = services.judging.run(move || roster::logits(&*roster, view.rules.pixels, &view));
    thought.await.map_err(|panic| panic.to_string())?.map_err(|error| error.to_string())
}

/// Asks the classifier for its verdict, and has it when it is to be told.
pub(super) fn judge(services: &Arc<Services>, view: View, told: Instant) -> Work {
    let thought = logits(Arc::clone(services), view);
    async move {
        let thought = thought.await;
        sleep_until(told).await;
        thought.map_or_else(Input::Failed, |logits| Input::Judged { logits })
    }
    .boxed()
}

/// Asks the classifier for its opinion.
pub(super) fn opine(services: &Arc<Services>, view: View) -> Work {
    logits(Arc::clone(services), view).map(Input::Opinion).boxed()
}

/// Has read what clients have sent till now.
pub(super) fn look(clients: &[Outbox]) -> Work {
    let looked = join_all(clients.iter().map(Outbox::look));
    async move {
        let _ = timeout(LOOK, looked).await;
        Input::Looked
    }
    .boxed()
}

/// Waits for those whose connection is not known.
pub(super) fn wait(time: Duration) -> Work {
    sleep(time).map(|()| Input::Looked).boxed()
}

/// Writes an event to the store; from the second attempt on after a while.
pub(super) fn write(
    services: &Arc<Services>,
    debate: &DebateId,
    seq: u32,
    entry: Bytes,
    finish: Option<Finish>,
    attempt: u32,
) -> Work {
    let (to, debate) = (Arc::clone(services), debate.clone());
    let writing = async move { to.store.append(&debate.0, seq.into(), entry, finish).await };
    written(Arc::clone(services), attempt, true, writing).map(Input::Written).boxed()
}

/// Writes something of a judgment to the store; from the second attempt on after a while.
pub(super) fn write_judgment(services: &Arc<Services>, write: JudgmentWrite) -> Work {
    let JudgmentWrite { judge, opening, said, attempt, measured } = write;
    let to = Arc::clone(services);
    let writing = async move {
        if let Some(opening) = opening {
            to.store.create_judgment(opening).await?;
        }
        let Some(SaidWrite { name, seq, entry, finish }) = said else { return Ok(()) };
        to.store.append_judgment(&name, seq.into(), entry, finish).await
    };
    let written = written(Arc::clone(services), attempt, measured, writing);
    written.map(move |written| Input::JudgmentWritten { judge, written }).boxed()
}

/// What comes of a write, which is begun after a while from the second attempt on. Where it is not measured, only a
/// failure is counted.
async fn written(
    services: Arc<Services>,
    attempt: u32,
    measured: bool,
    writing: impl Future<Output = Result<(), StoreError>> + Send,
) -> Result<(), Unwritten> {
    if attempt > 0 {
        let wait = FIRST_WAIT * 2u32.saturating_pow(attempt - 1);
        sleep(wait.min(LONGEST_WAIT)).await;
    }
    let began = Instant::now();
    let written = match timeout(WRITING, writing).await {
        Ok(written) => written.map_err(|error| {
            let stopping = services.stop.is_cancelled() && !error.is_temporary();
            if stopping { Unwritten::Stopping(error) } else { Unwritten::Refused(error) }
        }),
        Err(_) => Err(Unwritten::NotInTime),
    };
    if measured || written.is_err() {
        services.metrics.stored(began.elapsed(), written.is_ok());
    }
    written
}
