//! For how long debates are kept: what ended longer ago is removed with its judgments, in small steps, so
//! that no write waits for long. The age of a debate counts from its end, or from the latest time at which
//! a judgment of it was created or ended: what is judged long afterwards is not taken from its judge. While a
//! server runs, a debate of which a judgment goes on stays.
//!
//! ```
//! use std::time::Duration;
//!
//! use pixel_debate_store::{Finish, NewDebate, Place, Store, StoreError, retention};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), StoreError> {
//! # let folder = tempfile::tempdir().unwrap();
//! # let store = Store::open(&Place::File(folder.path().join("pixel-debate.db"))).await?;
//! // Created and ended a while ago.
//! for id in ["old", "older"] {
//!     let debate = NewDebate { id: id.into(), created_ms: 1, ..NewDebate::default() };
//!     store.create(debate).await?;
//!     store.append(id, 1, "the end", Some(Finish::default())).await?;
//! }
//! let day = Duration::from_hours(24);
//! assert_eq!(retention::removable(&store, day).await?, 2);
//! assert_eq!(retention::remove(&store, day).await?.debates, 2);
//! # store.close().await
//! # }
//! ```

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use crate::error::StoreError;
use crate::page::{Prune, Pruned};
use crate::store::Store;

/// How many debates are removed at once: as much as a few moves cost the store.
const STEP: u32 = 64;

/// Beside other work, removing rests so many times as long as it works.
const REST: u32 = 4;

/// How often is looked for debates to remove at most; the shorter they are kept, the more often.
const LOOK: Duration = Duration::from_mins(10);

/// How many debates ended longer than that ago, or were created longer ago and have not ended, and were
/// not judged since.
///
/// # Errors
///
/// As [`Store::size`].
pub async fn removable(store: &Store, keep: Duration) -> Result<u64, StoreError> {
    store.removable(time_ago(keep)).await
}

/// Removes the debates that ended longer than that ago, or were created longer ago and have not ended,
/// and were not judged since: nobody may go on with them.
///
/// # Errors
///
/// As [`Store::prune`]; what was removed before the error stays removed.
pub async fn remove(store: &Store, keep: Duration) -> Result<Pruned, StoreError> {
    let what = Prune { before_ms: time_ago(keep), unfinished: true, most: STEP };
    let mut all = Pruned::default();
    loop {
        let step = store.prune(what).await?;
        if step == Pruned::default() {
            return Ok(all);
        }
        all += step;
    }
}

/// Removes debates that ended longer than that ago beside other work, for as long as the store is open.
/// Those that have not ended stay, and those of which a judgment has not. What goes wrong is said in the log, and tried again.
pub async fn enforce(store: Store, keep: Duration) {
    loop {
        let mut removed = Pruned::default();
        loop {
            let what = Prune { before_ms: time_ago(keep), unfinished: false, most: STEP };
            let begin = Instant::now();
            match store.prune(what).await {
                Ok(step) if step == Pruned::default() => break,
                Ok(step) => removed += step,
                Err(StoreError::Closed) => return,
                Err(error) => {
                    warn!(%error, "debates that ended long ago could not be removed");
                    break;
                }
            }
            sleep(begin.elapsed() * REST).await;
        }
        if removed.debates > 0 {
            let Pruned { debates, judgments, events } = removed;
            info!(debates, judgments, events, "removed from the store");
        }
        sleep(LOOK.min(keep / 10).max(Duration::from_millis(100))).await;
    }
}

/// When that was, in milliseconds since 1970.
fn time_ago(time: Duration) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.saturating_sub(time).as_millis()).unwrap_or(u64::MAX)
}
