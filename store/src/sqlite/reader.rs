//! The reader's side of the file.

mod judgments;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use rusqlite::{Connection, Params, params};
use tokio::sync::{mpsc, oneshot};

use super::debates;
use super::errors::{Fault, failed};
use super::lock::Lock;
use super::migrate::faults;
use super::open::Access;
use super::prune::removable;
use super::rows;
use super::streams;
use super::tails::Tails;
use super::totals::Totals;
use crate::error::StoreError;
use crate::fault::Read;
use crate::name::Kind;
use crate::page::{Damaged, Faults, Lost, Page, bound, last_of_full};
use crate::records::{StoredDebate, StoredEvent, StoredResult};

/// A handle to the reader.
#[derive(Clone, Debug)]
pub(crate) struct SqliteReader {
    questions: mpsc::Sender<Query>,
    file: Arc<Path>,
    access: Access,
}

/// What the reader's thread is asked; it sends the answer itself. None asks it to close.
type Query = Option<Box<dyn FnOnce(&Connection, &Tails) + Send>>;

/// How many questions wait at most; with more, who wants to ask waits.
const WAITING: usize = 256;

/// How many numbers are looked at one by one for a part of a list, where the list cannot be read as
/// one.
const LOOKS: i64 = 4096;

impl SqliteReader {
    /// Starts the reader's thread. It gives the lock back, where it is given one.
    pub(super) fn start(
        connection: Connection,
        tails: Tails,
        file: PathBuf,
        access: Access,
        lock: Option<Lock>,
    ) -> io::Result<Self> {
        let (questions, mut asked) = mpsc::channel::<Query>(WAITING);
        thread::Builder::new().name("store-reader".into()).spawn(move || {
            while let Some(Some(question)) = asked.blocking_recv() {
                question(&connection, &tails);
            }
            // Before anybody learns that the reader is gone.
            drop(connection);
            drop(lock);
        })?;
        Ok(Self { questions, file: file.into(), access })
    }

    pub(crate) async fn debate(&self, id: String) -> Read<Option<StoredDebate>> {
        self.ask(move |connection, tails| {
            let Some(place) = rows::place_of(connection, Kind::Debate, &id)? else {
                return Ok(None);
            };
            let found = debates::debate(connection, tails, place)?;
            by_name(found, |found| found.debate.id == id)
        })
        .await
    }

    /// The events of the debate or judgment of that name.
    pub(crate) async fn events(
        &self,
        kind: Kind,
        id: String,
        after: u64,
    ) -> Read<Vec<StoredEvent>> {
        self.ask(move |connection, tails| {
            let Some(place) = rows::place_of(connection, kind, &id)? else { return Ok(Vec::new()) };
            streams::events(connection, tails, (kind, place), bound(after))
        })
        .await
    }

    pub(crate) async fn unfinished(&self, after: u64, limit: u32) -> Read<Page<StoredDebate>> {
        self.page(move |connection, tails| {
            let places = tails.places(Kind::Debate, bound(after), limit as usize);
            let next = last_of_full(&places, limit);
            let read = |place| (place, debates::debate(connection, tails, place));
            let mut page = Page::of(places.into_iter().map(read), next)?;
            // Some may have ended meanwhile.
            page.items.retain(|stored| !stored.ended);
            Ok(page)
        })
        .await
    }

    pub(crate) async fn recent(&self, before: Option<u64>, limit: u32) -> Read<Page<StoredDebate>> {
        self.page(move |connection, tails| {
            let last = Totals::read(connection)?.last_place;
            let from = before.map_or(i64::MAX, bound).min(last + 1) - 1;
            let sql = "SELECT place FROM debates WHERE place <= ?1 ORDER BY place DESC LIMIT ?2";
            let (places, next) = match numbers(connection, sql, params![from, limit]) {
                Ok(places) => {
                    let next = last_of_full(&places, limit);
                    (places, next)
                }
                Err(Fault::Damaged(_)) => {
                    let to = (from - LOOKS.min(i64::from(limit))).max(0);
                    ((to + 1..=from).rev().collect(), Some(to + 1).filter(|_| to > 0))
                }
                Err(failed) => return Err(failed),
            };
            let read = |place| (place, debates::debate(connection, tails, place));
            Page::of(places.into_iter().map(read), next)
        })
        .await
    }

    pub(crate) async fn results(&self, after: u64, limit: u32) -> Read<Page<StoredResult>> {
        self.page(move |connection, _| {
            let last = Totals::read(connection)?.last_result;
            let sql = "SELECT number FROM results WHERE number >= ?1 ORDER BY number LIMIT ?2";
            let (found, next) = ascending(connection, sql, (bound(after), last), limit)?;
            let sql = format!("{} WHERE number = ?1", rows::RESULT);
            let mut statement = connection.prepare_cached(&sql)?;
            let mut read = |number| {
                let mut rows = statement.query([number])?;
                rows.next()?.map(rows::result).transpose()
            };
            Page::of(found.into_iter().map(|number| (number, read(number))), next)
        })
        .await
    }

    pub(crate) async fn results_on(
        &self,
        topic: String,
        before: Option<u64>,
        limit: u32,
    ) -> Read<Page<StoredResult>> {
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
    pub(crate) async fn faults(&self) -> Read<Faults> {
        let (file, access) = (Arc::clone(&self.file), self.access);
        let read = move || -> Result<Faults, Fault> {
            let connection = access.connect(&file)?;
            // All of it as it is at one moment.
            let transaction = connection.unchecked_transaction()?;
            let mut said = faults(&transaction)?;
            let totals = Totals::read(&transaction)?;
            let count = |sql| transaction.query_row(sql, [], |row| row.get::<_, i64>(0));
            let debates = count("SELECT count(*) FROM debates NOT INDEXED")?;
            let results = count("SELECT count(*) FROM results NOT INDEXED")?;
            let judgments = count("SELECT count(*) FROM judgments NOT INDEXED")?;
            let events = count("SELECT count(*) FROM events")?;
            for (what, counted, known) in [
                ("debates", debates, totals.debates),
                ("results", results, totals.results),
                ("judgments", judgments, totals.judgments),
                ("events", events, totals.last_event + 1 - totals.first_event),
            ] {
                if counted != known {
                    said.push(format!("it has {counted} {what} where {known} were written"));
                }
            }
            let lost = |counted, known: i64| u64::try_from(known - counted).unwrap_or(0);
            let lost = Lost {
                debates: lost(debates, totals.debates),
                results: lost(results, totals.results),
                judgments: lost(judgments, totals.judgments),
            };
            Ok(Faults { said, lost })
        };
        let found = tokio::task::spawn_blocking(read).await.map_err(|_| StoreError::Closed)?;
        found.map_err(|fault| self.meaning(fault))
    }

    /// How much room it takes up, in bytes, without that which is free for new rows.
    pub(crate) async fn size(&self) -> Read<u64> {
        let read = |connection: &Connection, _: &Tails| {
            let pages =
                |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
            Ok((pages("page_count")? - pages("freelist_count")?) * pages("page_size")?)
        };
        self.ask(read).await.map(i64::cast_unsigned)
    }

    /// How many debates a removal would find that are not damaged.
    pub(crate) async fn removable(&self, before_ms: u64) -> Read<u64> {
        let read = move |connection: &Connection, _: &Tails| {
            Ok(removable(connection, before_ms)?.cast_unsigned())
        };
        self.ask(read).await
    }

    /// The name of what has that place, where the row itself cannot say it.
    pub(crate) async fn name_of(&self, place: u64) -> Read<Option<String>> {
        let read = move |connection: &Connection, _: &Tails| {
            // The index has both, and is searched from one end to the other.
            for table in Kind::ALL.map(Kind::table) {
                let mut statement = connection.prepare_cached(&format!(
                    "SELECT id FROM {table} INDEXED BY sqlite_autoindex_{table}_1
                     WHERE +place = ?1 AND id >= ''"
                ))?;
                let mut rows = statement.query([bound(place)])?;
                if let Some(row) = rows.next()? {
                    return Ok(Some(row.get(0)?));
                }
            }
            Ok(None)
        };
        self.ask(read).await
    }

    /// Closes the reader's connection, for all who hold a handle.
    pub(crate) async fn close(&self) {
        let _ = self.questions.send(None).await;
        self.questions.closed().await;
    }

    async fn page<T: Send + 'static>(
        &self,
        question: impl Fn(&Connection, &Tails) -> Result<Page<T>, Fault> + Send + 'static,
    ) -> Read<Page<T>> {
        // What one look finds damaged another may not: see `ask`.
        let read = move |connection: &Connection, tails: &Tails| {
            let page = question(connection, tails)?;
            if page.damaged.is_empty() { Ok(page) } else { question(connection, tails) }
        };
        self.ask(read).await
    }

    /// Asks. What seems damaged is looked at once more: between two looks of one question a debate may
    /// have gone on, ended or been removed.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl Fn(&Connection, &Tails) -> Result<T, Fault> + Send + 'static,
    ) -> Read<T> {
        let (answer, answered) = oneshot::channel();
        let question = Box::new(move |connection: &Connection, tails: &Tails| {
            let read = match question(connection, tails) {
                Err(Fault::Damaged(_)) => question(connection, tails),
                read => read,
            };
            let _ = answer.send(read);
        });
        self.questions.send(Some(question)).await.map_err(|_| StoreError::Closed)?;
        let read = answered.await.map_err(|_| StoreError::Closed)?;
        read.map_err(|fault| self.meaning(fault))
    }

    pub(crate) fn place(&self) -> String {
        self.file.display().to_string()
    }

    /// The same fault in words of the store.
    fn meaning(&self, fault: Fault) -> crate::fault::Fault<StoreError> {
        fault.map(|error| failed(&self.place(), &error))
    }
}

fn numbers(connection: &Connection, sql: &str, params: impl Params) -> Result<Vec<i64>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let numbers = statement.query_map(params, |row| row.get(0))?;
    Ok(numbers.collect::<rusqlite::Result<_>>()?)
}

/// What a name has led to, if that has the name.
fn by_name<T>(found: Option<T>, has_it: impl FnOnce(&T) -> bool) -> Result<Option<T>, Fault> {
    match found {
        Some(found) if has_it(&found) => Ok(Some(found)),
        // An index is damaged.
        Some(_) => Err(Fault::Damaged("its name leads to another".into())),
        None => Err(Fault::Damaged("it is not where its name leads".into())),
    }
}

/// The numbers after that one which a query finds, and after which number the next part begins. Where the
/// list cannot be read as one, all numbers up to `last` are looked at one by one.
fn ascending(
    connection: &Connection,
    sql: &str,
    (after, last): (i64, i64),
    limit: u32,
) -> Result<(Vec<i64>, Option<i64>), Fault> {
    let from = after.min(last) + 1;
    match numbers(connection, sql, params![from, limit]) {
        Ok(found) => {
            let next = last_of_full(&found, limit);
            Ok((found, next))
        }
        Err(Fault::Damaged(_)) => {
            let to = (from - 1 + LOOKS.min(i64::from(limit))).min(last);
            Ok(((from..=to).collect(), Some(to).filter(|_| to < last)))
        }
        Err(failed) => Err(failed),
    }
}
