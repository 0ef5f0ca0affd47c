//! What a store is asked about judgments.

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{Reader, Store};
use crate::error::StoreError;
use crate::name::Name;
use crate::page::Page;
use crate::records::{Finish, JudgmentFinish, NewJudgment, StoredEvent, StoredJudgment};
use crate::writer::{Order, Write};

/// A debate has any number of judgments, at the same time and whether it has ended or not; they go
/// when it does.
///
/// ```
/// use pixel_debate_store::{JudgmentFinish, NewDebate, NewJudgment, Place, Store, StoreError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), StoreError> {
/// # let folder = tempfile::tempdir().unwrap();
/// # let store = Store::open(&Place::File(folder.path().join("pixel-debate.db"))).await?;
/// store.create(NewDebate { id: "q7".into(), ..NewDebate::default() }).await?;
/// for judge in ["ann", "ben"] {
///     let (id, debate) = (format!("q7-{judge}"), "q7".into());
///     let judge = Some(judge.into());
///     store.create_judgment(NewJudgment { id, debate, judge, ..NewJudgment::default() }).await?;
/// }
/// store.append_judgment("q7-ann", 1, "a belief", None).await?;
/// let finish = JudgmentFinish { result: "a verdict".into(), ended_ms: 1_800_000_000_000 };
/// store.append_judgment("q7-ann", 2, "the last", Some(finish)).await?;
///
/// let of_all = store.judgments_of("q7", 0, 10).await?.items;
/// assert!(of_all[0].ended() && !of_all[1].ended());
/// assert_eq!(store.judgments_by("ann", None, 10).await?.items, of_all[..1]);
/// assert_eq!(store.judgment_events("q7-ann", 1).await?[0].event, "the last");
/// # store.close().await
/// # }
/// ```
impl Store {
    /// Stores a new judgment of a debate. Returns when it is on the disk. The same again is a success.
    ///
    /// # Errors
    ///
    /// [`Unknown`](StoreError::Unknown) if there is no such debate, [`Damaged`](StoreError::Damaged) if
    /// that or the judgment of that name is damaged, [`Exists`](StoreError::Exists) if another judgment
    /// has the name. Else as [`check`](Self::check).
    pub async fn create_judgment(&self, judgment: NewJudgment) -> Result<(), StoreError> {
        self.write(Write::Judge(judgment)).await
    }

    /// Stores the next event of a judgment, with the number `seq`; with a finish it is the last.
    /// Returns when it is on the disk. Judgments of one debate wait neither for it nor for each other.
    ///
    /// An event that the judgment has already, with the same bytes, is a success.
    ///
    /// # Errors
    ///
    /// As [`append`](Self::append), of the judgment.
    pub async fn append_judgment(
        &self,
        id: &str,
        seq: u64,
        event: impl Into<Bytes>,
        finish: Option<JudgmentFinish>,
    ) -> Result<(), StoreError> {
        let (of, event) = (Name::Judgment(id.into()), event.into());
        self.write(Write::Append { of, seq, event, finish: finish.map(Finish::from) }).await
    }

    /// Removes the judgment of that name with all its events, whether it has ended or not, and says whether there
    /// was one. Returns when that is on the disk. Whatever is appended to it afterwards is
    /// [`Unknown`](StoreError::Unknown); its debate and all other judgments stay as they are, and the debate's age
    /// counts as if it had never been.
    ///
    /// In a SQLite file its rows are overwritten; where SQLite had moved one earlier, a copy may be left in free room
    /// until [`compact`](Self::compact). A PostgreSQL server overwrites in its own time.
    ///
    /// ```
    /// use pixel_debate_store::{NewDebate, NewJudgment, Place, Store, StoreError};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), StoreError> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let store = Store::open(&Place::File(folder.path().join("pixel-debate.db"))).await?;
    /// store.create(NewDebate { id: "q7".into(), ..NewDebate::default() }).await?;
    /// let ann = NewJudgment { id: "ann".into(), debate: "q7".into(), ..NewJudgment::default() };
    /// store.create_judgment(ann).await?;
    /// store.append_judgment("ann", 1, "a belief", None).await?;
    ///
    /// assert!(store.remove_judgment("ann").await?);
    /// assert_eq!(store.judgment("ann").await?, None);
    /// assert!(!store.remove_judgment("ann").await?);
    /// # store.close().await
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Damaged`](StoreError::Damaged) if it is damaged, so that it is not known what of it is where: then nothing is
    /// removed, and it goes with its debate. Else as [`check`](Self::check); where that leaves open whether it was
    /// removed, the same again makes sure.
    pub async fn remove_judgment(&self, id: &str) -> Result<bool, StoreError> {
        let (answer, answered) = oneshot::channel();
        let sent = self.writer()?.send(Order::Remove(id.into(), answer)).await;
        sent.map_err(|_| StoreError::Closed)?;
        answered.await.unwrap_or(Err(StoreError::Closed))
    }

    /// The judgment with that name, if there is one. Where it is known that the store is damaged as a
    /// whole, that there is none is not said.
    ///
    /// # Errors
    ///
    /// As [`debate`](Self::debate), of the judgment.
    pub async fn judgment(&self, id: &str) -> Result<Option<StoredJudgment>, StoreError> {
        let read = match &self.reader {
            Reader::Sqlite(reader) => reader.judgment(id.into()).await,
            Reader::Postgres(reader) => reader.judgment(id).await,
        };
        self.perhaps(read.map_err(|fault| fault.of(Name::Judgment(id.into())))?)
    }

    /// The events of a judgment with numbers above `after`, in order. None if there is no such
    /// judgment.
    ///
    /// # Errors
    ///
    /// As [`events`](Self::events), of the judgment.
    pub async fn judgment_events(
        &self,
        id: &str,
        after: u64,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.events_of(Name::Judgment(id.into()), after).await
    }

    /// Up to `limit` judgments whose place is above `after`, the oldest first: to read all that the store
    /// has, begin with 0 and go on after each page's `next`.
    ///
    /// # Errors
    ///
    /// As [`recent`](Self::recent).
    pub async fn judgments(
        &self,
        after: u64,
        limit: u32,
    ) -> Result<Page<StoredJudgment>, StoreError> {
        self.whole(match &self.reader {
            Reader::Sqlite(reader) => reader.judgments(after, limit).await,
            Reader::Postgres(reader) => reader.judgments(after, limit).await,
        })
    }

    /// Likewise those that have not ended. Who opens a file reads all events since the oldest began of what
    /// goes on: a server should end what nobody will go on with.
    ///
    /// # Errors
    ///
    /// As [`recent`](Self::recent).
    pub async fn unfinished_judgments(
        &self,
        after: u64,
        limit: u32,
    ) -> Result<Page<StoredJudgment>, StoreError> {
        self.whole(match &self.reader {
            Reader::Sqlite(reader) => reader.unfinished_judgments(after, limit).await,
            Reader::Postgres(reader) => reader.unfinished_judgments(after, limit).await,
        })
    }

    /// Likewise those of one debate; none if there is no such debate.
    ///
    /// # Errors
    ///
    /// As [`recent`](Self::recent). Where the list itself is damaged, that is among the page's `damaged`
    /// with the number 0.
    pub async fn judgments_of(
        &self,
        debate: &str,
        after: u64,
        limit: u32,
    ) -> Result<Page<StoredJudgment>, StoreError> {
        self.whole(match &self.reader {
            Reader::Sqlite(reader) => reader.judgments_of(debate.into(), after, limit).await,
            Reader::Postgres(reader) => reader.judgments_of(debate, after, limit).await,
        })
    }

    /// Up to `limit` judgments of one judge, the newest first; those whose place is below `before`, if
    /// it is given.
    ///
    /// # Errors
    ///
    /// As [`judgments_of`](Self::judgments_of).
    pub async fn judgments_by(
        &self,
        judge: &str,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Page<StoredJudgment>, StoreError> {
        self.whole(match &self.reader {
            Reader::Sqlite(reader) => reader.judgments_by(judge.into(), before, limit).await,
            Reader::Postgres(reader) => reader.judgments_by(judge, before, limit).await,
        })
    }
}
