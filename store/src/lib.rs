//! A store of what happened in every debate, and of what judges made of it, so that what a client was
//! told survives a crash.
//!
//! It knows nothing of the game. A debate is a name, a few records that the server needs to go on
//! with it, and events: bytes, numbered from 1 without gaps. A judgment is the same again, and of a
//! debate: what one judge makes of it, then or long afterwards. A debate has any number of judgments.
//! [`Store::append`] and [`Store::append_judgment`] return when the event is on the disk, not before;
//! the server tells nobody of an event earlier.
//!
//! | module | what |
//! |---|---|
//! | `store` | [`Store`], the handle that all who write and read share |
//! | `place` | [`Place`], where a store is: a SQLite file or a PostgreSQL database |
//! | `records` | what is kept: debates, judgments, events, results |
//! | `name` | [`Name`], by which it is found |
//! | `page` | lists in parts, what is damaged or lost, and what is removed |
//! | `error` | [`StoreError`] |
//! | `fault` | why something could not be read: for a debate or the store, its callers say |
//! | `ledger` | what a write means: new, a repetition, or refused; decided here for both databases |
//! | `writer` | the one that writes: it commits all writes that wait as one group, and then answers them all |
//! | `seal` | the checksum over each row |
//! | [`retention`] | for how long debates are kept |
//! | `sqlite`, `postgres` | the two databases, which behave the same |
//!
//! Every row is held against its checksum whenever it is read. What was altered behind the
//! program's back is said to be damaged, debate by debate and judgment by judgment, and never taken for
//! what was written.
//!
//! ```
//! use pixel_debate_store::{Finish, NewDebate, Place, Store};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), pixel_debate_store::StoreError> {
//! # let folder = tempfile::tempdir().unwrap();
//! # let file = folder.path().join("pixel-debate.db");
//! let store = Store::open(&Place::File(file)).await?;
//! let debate = NewDebate { id: "q7".into(), setup: "{}".into(), ..NewDebate::default() };
//! store.create(debate).await?;
//! store.append("q7", 1, "an event", None).await?;
//! let finish = Finish { topic: None, result: "who won".into(), ended_ms: 1_800_000_000_000 };
//! store.append("q7", 2, "the last", Some(finish)).await?;
//! assert_eq!(store.events("q7", 1).await?[0].event, "the last");
//! store.close().await
//! # }
//! ```

mod error;
mod fault;
mod ledger;
mod name;
mod page;
mod place;
mod postgres;
mod records;
pub mod retention;
mod seal;
mod sqlite;
mod store;
mod writer;

pub use self::error::StoreError;
pub use self::name::Name;
pub use self::page::{Damaged, Lost, Page, Prune, Pruned};
pub use self::place::{Place, PlaceError};
pub use self::postgres::{Database, DatabaseError};
pub use self::records::{
    Finish, JudgmentFinish, NewDebate, NewJudgment, StoredDebate, StoredEvent, StoredJudgment,
    StoredResult,
};
pub use self::store::Store;
