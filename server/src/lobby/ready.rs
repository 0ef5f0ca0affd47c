//! Whether a debate can be set up now.

use std::time::Duration;

use pixel_debate_protocol::{Refusal, RefusalCode};
use tokio::time::timeout;
use tracing::warn;

use super::Lobby;
use super::readiness::fresh;
use super::refusals::unavailable;

/// How long the store may take to show that it can write.
const PATIENCE: Duration = Duration::from_secs(2);

impl Lobby {
    /// Whether a debate can be set up, go on and be shown; if not, why. It may be asked as often as
    /// one likes: the store is looked at once a second.
    pub(crate) async fn ready(&self) -> Result<(), Refusal> {
        fresh(&self.readiness.ready, self.look()).await
    }

    /// Whether the store may grow by a new debate.
    pub(super) async fn store_has_room(&self) -> Result<(), Refusal> {
        fresh(&self.readiness.store, self.measure()).await
    }

    async fn measure(&self) -> Result<(), Refusal> {
        let most = self.services.limits.store_bytes;
        match timeout(PATIENCE, Box::pin(self.services.store.size())).await {
            Ok(Ok(size)) if size >= most => {
                warn!(size, most, "the store is as large as it may be");
                Err(Refusal::new(
                    RefusalCode::Busy,
                    format!("the store has the {most} bytes that it may have"),
                    "another try when whoever looks after the server has made room in it",
                ))
            }
            // Where the store cannot be asked, the write says what is wrong.
            _ => Ok(()),
        }
    }

    async fn look(&self) -> Result<(), Refusal> {
        let no = |message: &str| {
            Err(Refusal::new(RefusalCode::Unavailable, message, "another try later"))
        };
        if self.services.stop.is_cancelled() {
            return no("the server stops");
        }
        if self.rooms.left() == 0 {
            return Err(self.full());
        }
        self.store_has_room().await?;
        match timeout(PATIENCE, self.services.store.check()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(unavailable(&error)),
            Err(_) => {
                warn!("the store does not answer");
                let message = "the store does not answer";
                Err(Refusal::new(RefusalCode::StoreUnavailable, message, "another try later"))
            }
        }
    }
}
