//! The reader's side of the file.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use rusqlite::{Connection, Params, params};
use tokio::sync::{mpsc, oneshot};

use super::failure;
use super::migrate::faults;
use super::open::read_only;
use super::rows::{self, Fault};
use super::tails::Tails;
use super::totals::Totals;
use crate::error::StoreError;
use crate::page::{Damaged, Faults, Lost, Page, bound};
use crate::records::{StoredDebate, StoredEvent, StoredResult};

/// A handle to the reader.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    questions: mpsc::Sender<Question>,
    file: Arc<Path>,
}

/// What the reader's thread is asked; it sends the answer itself. None asks it to close.
type Question = Option<Box<dyn FnOnce(&Connection, &Tails) + Send>>;

/// How many questions wait at most; with more, who wants to ask waits.
const WAITING: usize = 256;

/// How many numbers are looked at one by one for a part of a list, where the list cannot be read as
/// one.
const LOOKS: i64 = 4096;

impl Reader {
    /// Starts the reader's thread.
    pub(super) fn start(connection: Connection, tails: Tails, file: PathBuf) -> io::Result<Self> {
        let (questions, mut asked) = mpsc::channel::<Question>(WAITING);
        thread::Builder::new().name("store-reader".into()).spawn(move || {
            while let Some(Some(question)) = asked.blocking_recv() {
                question(&connection, &tails);
            }
            // Before anybody learns that the reader is gone.
            drop(connection);
        })?;
        Ok(Self { questions, file: file.into() })
    }

    pub(crate) async fn debate(&self, id: String) -> Result<Option<StoredDebate>, StoreError> {
        let name = id.clone();
        let read = move |connection: &Connection, tails: &Tails| {
            let Some(place) = rows::place_of(connection, &id)? else { return Ok(None) };
            let found = rows::debate(connection, tails, place)?;
            named(found, &id, |found| &found.debate.id)
        };
        self.ask(read).await?.map_err(|fault| self.of(name, fault))
    }

    pub(crate) async fn events(
        &self,
        debate: String,
        after: u64,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let name = debate.clone();
        let read = move |connection: &Connection, tails: &Tails| {
            let Some(place) = rows::place_of(connection, &debate)? else { return Ok(Vec::new()) };
            rows::events(connection, tails, place, bound(after))
        };
        self.ask(read).await?.map_err(|fault| self.of(name, fault))
    }

    pub(crate) async fn unfinished(
        &self,
        after: u64,
        limit: u32,
    ) -> Result<Page<StoredDebate>, StoreError> {
        self.page(move |connection, tails| {
            let places = tails.places(bound(after), limit as usize);
            let next = (places.len() == limit as usize).then(|| places.last().copied()).flatten();
            let mut page = read_each(places, |place| rows::debate(connection, tails, place))?;
            // Some may have ended meanwhile.
            page.items.retain(|stored| !stored.ended);
            page.next = next.map(i64::cast_unsigned);
            Ok(page)
        })
        .await
    }

    pub(crate) async fn recent(
        &self,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Page<StoredDebate>, StoreError> {
        self.page(move |connection, tails| {
            let last = Totals::read(connection)?.last_place;
            let from = before.map_or(i64::MAX, bound).min(last + 1) - 1;
            let sql = "SELECT place FROM debates WHERE place <= ?1 ORDER BY place DESC LIMIT ?2";
            let (places, next) = match numbers(connection, sql, params![from, limit]) {
                Ok(places) => {
                    let next = (places.len() == limit as usize).then(|| places.last().copied());
                    (places, next.flatten())
                }
                Err(Fault::Damaged(_)) => {
                    let to = (from - LOOKS.min(i64::from(limit))).max(0);
                    ((to + 1..=from).rev().collect(), Some(to + 1).filter(|_| to > 0))
                }
                Err(failed) => return Err(failed),
            };
            let mut page = read_each(places, |place| rows::debate(connection, tails, place))?;
            page.next = next.map(i64::cast_unsigned);
            Ok(page)
        })
        .await
    }

    pub(crate) async fn results(
        &self,
        after: u64,
        limit: u32,
    ) -> Result<Page<StoredResult>, StoreError> {
        self.page(move |connection, _| {
            let last = Totals::read(connection)?.last_result;
            let from = bound(after).min(last) + 1;
            let sql = "SELECT number FROM results WHERE number >= ?1 ORDER BY number LIMIT ?2";
            let (found, next) = match numbers(connection, sql, params![from, limit]) {
                Ok(found) => {
                    let next = (found.len() == limit as usize).then(|| found.last().copied());
                    (found, next.flatten())
                }
                Err(Fault::Damaged(_)) => {
                    let to = (from - 1 + LOOKS.min(i64::from(limit))).min(last);
                    ((from..=to).collect(), Some(to).filter(|_| to < last))
                }
                Err(failed) => return Err(failed),
            };
            let sql = format!("{} WHERE number = ?1", rows::RESULT);
            let mut statement = connection.prepare_cached(&sql)?;
            let mut page = read_each(found, |number| {
                let mut rows = statement.query([number])?;
                rows.next()?.map(rows::result).transpose()
            })?;
            page.next = next.map(i64::cast_unsigned);
            Ok(page)
        })
        .await
    }

    pub(crate) async fn results_on(
        &self,
        topic: String,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Page<StoredResult>, StoreError> {
        self.page(move |connection, _| {
            let sql = format!(
                "{} WHERE topic = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3",
                rows::RESULT
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows =
                statement.query(params![topic, before.map_or(i64::MAX, bound), limit])?;
            let mut page = Page { items: Vec::new(), damaged: Vec::new(), next: None };
            loop {
                let read = rows.next().map_err(Fault::from);
                match read.and_then(|row| row.map(rows::result).transpose()) {
                    Ok(Some(result)) => page.items.push(result),
                    Ok(None) => {
                        let last = page.items.last().filter(|_| page.items.len() == limit as usize);
                        page.next = last.map(|last| last.number);
                        return Ok(page);
                    }
                    // What comes after it is not known.
                    Err(Fault::Damaged(detail)) => {
                        page.damaged.push(Damaged { number: 0, detail });
                        return Ok(page);
                    }
                    Err(failed) => return Err(failed),
                }
            }
        })
        .await
    }

    /// What is wrong with the file as a whole, beside single debates. It is read by a connection of
    /// its own, for that takes a while.
    pub(crate) async fn faults(&self) -> Result<Faults, StoreError> {
        let file = Arc::clone(&self.file);
        let read = move || -> Result<Faults, Fault> {
            let connection = read_only(&file)?;
            // All of it as it is at one moment.
            let transaction = connection.unchecked_transaction()?;
            let mut said = faults(&transaction)?;
            let totals = Totals::read(&transaction)?;
            let count = |sql| transaction.query_row(sql, [], |row| row.get::<_, i64>(0));
            let debates = count("SELECT count(*) FROM debates NOT INDEXED")?;
            let results = count("SELECT count(*) FROM results NOT INDEXED")?;
            let events = count("SELECT count(*) FROM events")?;
            for (what, counted, known) in [
                ("debates", debates, totals.debates),
                ("results", results, totals.results),
                ("events", events, totals.last_event + 1 - totals.first_event),
            ] {
                if counted != known {
                    said.push(format!("it has {counted} {what} where {known} were written"));
                }
            }
            let lost = |counted, known: i64| u64::try_from(known - counted).unwrap_or(0);
            let debates = lost(debates, totals.debates);
            Ok(Faults { said, lost: Lost { debates, results: lost(results, totals.results) } })
        };
        let found = tokio::task::spawn_blocking(read).await.map_err(|_| StoreError::Closed)?;
        match found {
            // How many are lost cannot be counted then.
            Err(Fault::Damaged(detail)) => Ok(Faults { said: vec![detail], ..Faults::default() }),
            found => found.map_err(|fault| self.failure(fault)),
        }
    }

    /// How much room it takes up, in bytes, without that which is free for new rows.
    pub(crate) async fn size(&self) -> Result<u64, StoreError> {
        let read = |connection: &Connection, _: &Tails| {
            let pages =
                |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
            Ok((pages("page_count")? - pages("freelist_count")?) * pages("page_size")?)
        };
        let size = self.ask(read).await?.map_err(|fault| self.failure(fault))?;
        Ok(size.cast_unsigned())
    }

    /// The places of debates by their names, where the rows themselves cannot say them.
    pub(crate) async fn name_of(&self, place: u64) -> Result<Option<String>, StoreError> {
        let read = move |connection: &Connection, _: &Tails| {
            // The index has both, and is searched from one end to the other.
            let mut statement = connection.prepare_cached(
                "SELECT id FROM debates INDEXED BY sqlite_autoindex_debates_1
                 WHERE +place = ?1 AND id >= ''",
            )?;
            let mut rows = statement.query([bound(place)])?;
            Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
        };
        match self.ask(read).await? {
            Err(Fault::Damaged(_)) => Ok(None),
            name => name.map_err(|fault| self.failure(fault)),
        }
    }

    /// Closes the reader's connection, for all who hold a handle.
    pub(crate) async fn close(&self) {
        let _ = self.questions.send(None).await;
        self.questions.closed().await;
    }

    async fn page<T: Send + 'static>(
        &self,
        question: impl Fn(&Connection, &Tails) -> Result<Page<T>, Fault> + Send + 'static,
    ) -> Result<Page<T>, StoreError> {
        // What one look finds damaged another may not: see `ask`.
        let read = move |connection: &Connection, tails: &Tails| {
            let page = question(connection, tails)?;
            if page.damaged.is_empty() { Ok(page) } else { question(connection, tails) }
        };
        self.ask(read).await?.map_err(|fault| self.failure(fault))
    }

    /// Asks. What seems damaged is looked at once more: between two looks of one question a debate may
    /// have gone on, ended or been removed.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl Fn(&Connection, &Tails) -> Result<T, Fault> + Send + 'static,
    ) -> Result<Result<T, Fault>, StoreError> {
        let (answer, answered) = oneshot::channel();
        let question = Box::new(move |connection: &Connection, tails: &Tails| {
            let read = match question(connection, tails) {
                Err(Fault::Damaged(_)) => question(connection, tails),
                read => read,
            };
            let _ = answer.send(read);
        });
        self.questions.send(Some(question)).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)
    }

    pub(crate) fn place(&self) -> String {
        self.file.display().to_string()
    }

    fn failure(&self, fault: Fault) -> StoreError {
        failure(&self.place(), fault)
    }

    /// What a fault means that was met in reading one debate.
    fn of(&self, debate: String, fault: Fault) -> StoreError {
        match fault {
            Fault::Damaged(detail) => StoreError::Damaged { debate, detail },
            failed @ Fault::Failed(_) => self.failure(failed),
        }
    }
}

/// What was found under a name, which is that of another where an index is damaged.
fn named<T>(found: Option<T>, id: &str, name: impl Fn(&T) -> &String) -> Result<Option<T>, Fault> {
    match found {
        Some(found) if name(&found) == id => Ok(Some(found)),
        Some(_) => Err(Fault::Damaged("its name leads to another debate".into())),
        None => Err(Fault::Damaged("it is not where its name leads".into())),
    }
}

fn numbers(connection: &Connection, sql: &str, params: impl Params) -> Result<Vec<i64>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let numbers = statement.query_map(params, |row| row.get(0))?;
    Ok(numbers.collect::<rusqlite::Result<_>>()?)
}

/// Reads each of those that are there.
fn read_each<T>(
    numbers: Vec<i64>,
    mut read: impl FnMut(i64) -> Result<Option<T>, Fault>,
) -> Result<Page<T>, Fault> {
    let mut page = Page { items: Vec::new(), damaged: Vec::new(), next: None };
    for number in numbers {
        match read(number) {
            Ok(found) => page.items.extend(found),
            Err(Fault::Damaged(detail)) => {
                page.damaged.push(Damaged { number: number.cast_unsigned(), detail });
            }
            Err(failed) => return Err(failed),
        }
    }
    Ok(page)
}
