//! What was found when somebody last asked whether a debate can be set up, for those who ask soon after.

use std::future::Future;
use std::time::Duration;

use pixel_debate_protocol::Refusal;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long what was found is believed. Each look costs the store a write.
const FRESH: Duration = Duration::from_secs(1);

/// What was found last, and when. Who comes while somebody looks waits for that.
#[derive(Debug, Default)]
pub(super) struct Readiness {
    pub(super) ready: Found,
    /// Whether the store may grow.
    pub(super) store: Found,
}

pub(super) type Found = Mutex<Option<(Instant, Result<(), Refusal>)>>;

/// What was found, or else what is found now.
pub(super) async fn fresh(
    found: &Found,
    look: impl Future<Output = Result<(), Refusal>>,
) -> Result<(), Refusal> {
    let mut found = found.lock().await;
    if let Some((at, said)) = &*found
        && at.elapsed() < FRESH
    {
        return said.clone();
    }
    let said = look.await;
    *found = Some((Instant::now(), said.clone()));
    said
}
