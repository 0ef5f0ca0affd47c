//! A handle to a store, whichever kind it is.

mod judgments;

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::error::StoreError;
use crate::fault::{Fault, Read};
use crate::name::{Name, NameRef};
use crate::page::{Faults, Lost, Page, Prune, Pruned};
use crate::place::Place;
use crate::records::{Finish, NewDebate, StoredDebate, StoredEvent, StoredResult};
use crate::writer::{Answer, Order, Write};
use crate::{postgres, sqlite};

/// A handle to the store. Clones are cheap and share everything.
///
/// After an error that [is temporary](StoreError::is_temporary), a write may be tried again as it
/// is, even where the error leaves open whether it was carried out: the same write again succeeds
/// and changes nothing.
#[derive(Clone, Debug)]
pub struct Store {
    /// None where it was opened to be read only.
    writes: Option<mpsc::Sender<Order>>,
    reader: Reader,
    /// What is known to be wrong with the store as a whole.
    fault: Arc<OnceLock<StoreError>>,
    /// What was found to be lost.
    lost: Arc<OnceLock<Lost>>,
}

#[derive(Clone, Debug)]
enum Reader {
    Sqlite(sqlite::SqliteReader),
    Postgres(postgres::PostgresReader),
}

impl Store {
    /// How many writes wait at most; with more, who wants to write waits.
    const WAITING: usize = 4096;

    /// Opens the store at that place, which is made where there is none, and takes it for this
    /// process alone. Must be called within a tokio runtime, which a PostgreSQL store needs as long
    /// as it is open.
    ///
    /// # Errors
    ///
    /// [`Busy`](StoreError::Busy) if another process has it, [`Open`](StoreError::Open) or
    /// [`Unreachable`](StoreError::Unreachable) if it cannot be reached, [`TooNew`](StoreError::TooNew) if a
    /// later program has written it, [`Corrupt`](StoreError::Corrupt) if it is damaged or of another program,
    /// and what a database refuses.
    pub async fn open(place: &Place) -> Result<Self, StoreError> {
        let (writes, orders) = mpsc::channel(Self::WAITING);
        let reader = match place {
            Place::File(file) => Reader::Sqlite(sqlite::open(file.clone(), orders).await?),
            Place::Database(database) => Reader::Postgres(postgres::open(database, orders).await?),
        };
        Ok(Self { writes: Some(writes), reader, fault: Arc::default(), lost: Arc::default() })
    }

    /// Opens the store at that place to be read as it is: nothing is written to it, and whoever may read it
    /// can. Others may read it as well meanwhile, and nobody can open it to write. Every write is
    /// [refused](StoreError::Refused).
    ///
    /// A SQLite file whose last writes are still in a log beside it, of a server that was killed say, needs a
    /// folder that may be written to.
    ///
    /// # Errors
    ///
    /// [`NoStore`](StoreError::NoStore) if none is there, [`TooOld`](StoreError::TooOld) if an earlier program
    /// has written it. Else as [`open`](Self::open).
    pub async fn open_to_read(place: &Place) -> Result<Self, StoreError> {
        let reader = match place {
            Place::File(file) => Reader::Sqlite(sqlite::read(file.clone()).await?),
            Place::Database(database) => Reader::Postgres(postgres::read(database).await?),
        };
        Ok(Self { writes: None, reader, fault: Arc::default(), lost: Arc::default() })
    }

    /// Stores a new debate. Returns when it is on the disk.
    ///
    /// # Errors
    ///
    /// [`Exists`](StoreError::Exists) if another debate has the name,
    /// [`Damaged`](StoreError::Damaged) if that one is damaged. Else as [`check`](Self::check).
    pub async fn create(&self, debate: NewDebate) -> Result<(), StoreError> {
        self.write(Write::Create(debate)).await
    }

    /// Stores the next event of a debate, with the number `seq`; with a finish it is the last.
    /// Returns when it is on the disk.
    ///
    /// An event that the debate has already, with the same bytes, is a success.
    ///
    /// # Errors
    ///
    /// [`Unknown`](StoreError::Unknown), [`Gap`](StoreError::Gap) if the number is not the next,
    /// [`Conflict`](StoreError::Conflict) if another event has it, [`Ended`](StoreError::Ended) after the last
    /// one, [`Damaged`](StoreError::Damaged). Else as [`check`](Self::check).
    pub async fn append(
        &self,
        debate: &str,
        seq: u64,
        event: impl Into<Bytes>,
        finish: Option<Finish>,
    ) -> Result<(), StoreError> {
        let (of, event) = (Name::Debate(debate.into()), event.into());
        self.write(Write::Append { of, seq, event, finish }).await
    }

    /// The debate with that name, if there is one. Where it is known that the store is damaged as a
    /// whole, that there is none is not said.
    ///
    /// # Errors
    ///
    /// [`Damaged`](StoreError::Damaged) if it is not what was written. Else as [`size`](Self::size), and
    /// [`Corrupt`](StoreError::Corrupt) as said.
    pub async fn debate(&self, id: &str) -> Result<Option<StoredDebate>, StoreError> {
        let read = match &self.reader {
            Reader::Sqlite(reader) => reader.debate(id.into()).await,
            Reader::Postgres(reader) => reader.debate(id).await,
        };
        self.perhaps(read.map_err(|fault| fault.of(Name::Debate(id.into())))?)
    }

    /// The events of a debate with numbers above `after`, in order. None if there is no such
    /// debate.
    ///
    /// # Errors
    ///
    /// [`Damaged`](StoreError::Damaged) if one of them is missing or is not what was written. Else as
    /// [`size`](Self::size).
    pub async fn events(&self, debate: &str, after: u64) -> Result<Vec<StoredEvent>, StoreError> {
        self.events_of(Name::Debate(debate.into()), after).await
    }

    /// Up to `limit` debates that have not ended and whose place is above `after`, the oldest first:
    /// to read them all, begin with 0 and go on after each page's `next`.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](StoreError::Corrupt) where the list cannot be read at all; single damaged rows are among
    /// the page's `damaged`. Else as [`size`](Self::size).
    pub async fn unfinished(
        &self,
        after: u64,
        limit: u32,
    ) -> Result<Page<StoredDebate>, StoreError> {
        self.whole(match &self.reader {
            Reader::Sqlite(reader) => reader.unfinished(after, limit).await,
            Reader::Postgres(reader) => reader.unfinished(after, limit).await,
        })
    }

    /// Up to `limit` debates, the newest first; those whose place is below `before`, if it is
    /// given.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](StoreError::Corrupt) where the list cannot be read at all; single damaged rows are among
    /// the page's `damaged`. Else as [`size`](Self::size).
    pub async fn recent(
        &self,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Page<StoredDebate>, StoreError> {
        self.whole(match &self.reader {
            Reader::Sqlite(reader) => reader.recent(before, limit).await,
            Reader::Postgres(reader) => reader.recent(before, limit).await,
        })
    }

    /// Up to `limit` results with numbers above `after`, in the order in which the debates ended: to
    /// read them all, begin with 0 and go on after each page's `next`.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](StoreError::Corrupt) where the list cannot be read at all; single damaged rows are among
    /// the page's `damaged`. Else as [`size`](Self::size).
    pub async fn results(&self, after: u64, limit: u32) -> Result<Page<StoredResult>, StoreError> {
        self.whole(match &self.reader {
            Reader::Sqlite(reader) => reader.results(after, limit).await,
            Reader::Postgres(reader) => reader.results(after, limit).await,
        })
    }

    /// Up to `limit` results of debates on that topic, the latest first; those whose number is below
    /// `before`, if it is given.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](StoreError::Corrupt) where the list cannot be read at all; single damaged rows are among
    /// the page's `damaged`. Else as [`size`](Self::size).
    pub async fn results_on(
        &self,
        topic: &str,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Page<StoredResult>, StoreError> {
        self.whole(match &self.reader {
            Reader::Sqlite(reader) => reader.results_on(topic.into(), before, limit).await,
            Reader::Postgres(reader) => reader.results_on(topic, before, limit).await,
        })
    }

    /// What is wrong with the store as a whole, beside single debates; from then on it is known. It
    /// takes time in proportion to the store's size, and holds nobody up meanwhile.
    ///
    /// # Errors
    ///
    /// As [`size`](Self::size): that something is wrong is no error here.
    pub async fn faults(&self) -> Result<Vec<String>, StoreError> {
        let read = match &self.reader {
            Reader::Sqlite(reader) => reader.faults().await,
            Reader::Postgres(reader) => reader.faults().await,
        };
        let Faults { said: faults, lost } = match read {
            // How many are lost cannot be counted then.
            Err(Fault::Damaged(detail)) => Faults { said: vec![detail], ..Faults::default() },
            read => self.whole(read)?,
        };
        let _ = self.lost.set(lost);
        if let Some(detail) = faults.first() {
            let place = self.place();
            let _ = self.fault.set(StoreError::Corrupt { place, detail: detail.clone() });
        }
        Ok(faults)
    }

    /// What is not there at all, as [`faults`](Self::faults) found it the first time; nothing before, and
    /// nothing in a database, which keeps no totals.
    pub fn lost(&self) -> Lost {
        self.lost.get().copied().unwrap_or_default()
    }

    /// How many debates that are not damaged a removal would find of that age, also those that have not
    /// ended: see [`Prune`].
    ///
    /// # Errors
    ///
    /// As [`size`](Self::size).
    pub(crate) async fn removable(&self, before_ms: u64) -> Result<u64, StoreError> {
        self.whole(match &self.reader {
            Reader::Sqlite(reader) => reader.removable(before_ms).await,
            Reader::Postgres(reader) => reader.removable(before_ms).await,
        })
    }

    /// The name of the debate or judgment at that place, of which the rest may be damaged, if it can be
    /// found.
    ///
    /// # Errors
    ///
    /// As [`size`](Self::size).
    pub async fn name_of(&self, place: u64) -> Result<Option<String>, StoreError> {
        let read = match &self.reader {
            Reader::Sqlite(reader) => reader.name_of(place).await,
            Reader::Postgres(reader) => reader.name_of(place).await,
        };
        match read {
            Err(Fault::Damaged(_)) => Ok(None),
            read => self.whole(read),
        }
    }

    /// Removes debates that ended long ago, with all judgments of them, so many and no more: to remove
    /// all, go on until nothing was removed.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check).
    pub async fn prune(&self, what: Prune) -> Result<Pruned, StoreError> {
        let (answer, answered) = oneshot::channel();
        let sent = self.writer()?.send(Order::Prune(what, answer)).await;
        sent.map_err(|_| StoreError::Closed)?;
        answered.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Gives the room of what has been removed back to the system. No write is taken meanwhile, and
    /// as much room as the store takes up may be needed for that time.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check).
    pub async fn compact(&self) -> Result<(), StoreError> {
        self.order(Order::Compact).await
    }

    /// How much room it takes up, in bytes.
    ///
    /// # Errors
    ///
    /// If the database or its disk fails ([`Busy`](StoreError::Busy), [`Unreachable`](StoreError::Unreachable),
    /// [`Disk`](StoreError::Disk), [`Refused`](StoreError::Refused)), if what is asked for is damaged, and
    /// [`Closed`](StoreError::Closed) once the store is.
    pub async fn size(&self) -> Result<u64, StoreError> {
        self.whole(match &self.reader {
            Reader::Sqlite(reader) => reader.size().await,
            Reader::Postgres(reader) => reader.size().await,
        })
    }

    /// Whether the store can write: a write without consequences goes the way of all writes, up to
    /// the disk.
    ///
    /// # Errors
    ///
    /// What keeps the store from writing: [`Busy`](StoreError::Busy), [`Full`](StoreError::Full),
    /// [`Unreachable`](StoreError::Unreachable), [`Disk`](StoreError::Disk), [`Gone`](StoreError::Gone),
    /// [`Refused`](StoreError::Refused), [`Corrupt`](StoreError::Corrupt), and [`Closed`](StoreError::Closed).
    pub async fn check(&self) -> Result<(), StoreError> {
        self.write(Write::Check).await
    }

    /// Carries out the writes that wait, and closes the store for all who hold a handle to it.
    ///
    /// # Errors
    ///
    /// If the database could not be left in order; what was acknowledged is kept all the same.
    pub async fn close(&self) -> Result<(), StoreError> {
        match &self.reader {
            Reader::Sqlite(reader) => reader.close().await,
            Reader::Postgres(reader) => reader.close().await,
        }
        if self.writes.is_none() {
            return Ok(());
        }
        match self.order(Order::Close).await {
            // It was closed before.
            Err(StoreError::Closed) => Ok(()),
            result => result,
        }
    }

    async fn events_of(&self, name: Name, after: u64) -> Result<Vec<StoredEvent>, StoreError> {
        let NameRef { kind, id } = name.parts();
        let read = match &self.reader {
            Reader::Sqlite(reader) => reader.events(kind, id.into(), after).await,
            Reader::Postgres(reader) => reader.events(kind, id, after).await,
        };
        read.map_err(|fault| fault.of(name))
    }

    /// What was found by its name. That there is none can be said of a whole store alone.
    fn perhaps<T>(&self, found: Option<T>) -> Result<Option<T>, StoreError> {
        match (found, self.fault.get()) {
            (None, Some(fault)) => Err(fault.clone()),
            (found, _) => Ok(found),
        }
    }

    /// What was read of more than one debate or judgment.
    fn whole<T>(&self, read: Read<T>) -> Result<T, StoreError> {
        read.map_err(|fault| fault.of_store(self.place()))
    }

    /// Where it is, in words.
    fn place(&self) -> String {
        match &self.reader {
            Reader::Sqlite(reader) => reader.place(),
            Reader::Postgres(reader) => reader.place(),
        }
    }

    async fn write(&self, write: Write) -> Result<(), StoreError> {
        self.order(|answer| Order::Write(write, answer)).await
    }

    async fn order(&self, order: impl FnOnce(Answer) -> Order) -> Result<(), StoreError> {
        let (answer, answered) = oneshot::channel();
        self.writer()?.send(order(answer)).await.map_err(|_| StoreError::Closed)?;
        answered.await.unwrap_or(Err(StoreError::Closed))
    }

    fn writer(&self) -> Result<&mpsc::Sender<Order>, StoreError> {
        self.writes.as_ref().ok_or_else(|| StoreError::Refused {
            place: self.place(),
            detail: "it was opened to be read only".into(),
        })
    }
}
