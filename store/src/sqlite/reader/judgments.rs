//! Judgments as they are read.

use rusqlite::{Connection, params};

use super::super::errors::Fault;
use super::super::judgments::judgment;
use super::super::rows;
use super::super::tails::Tails;
use super::super::totals::Totals;
use super::{SqliteReader, ascending, by_name, numbers};
use crate::fault::Read;
use crate::name::Kind;
use crate::page::{Damaged, Page, bound, last_of_full};
use crate::records::StoredJudgment;

impl SqliteReader {
    pub(crate) async fn judgment(&self, id: String) -> Read<Option<StoredJudgment>> {
        self.ask(move |connection, tails| {
            let Some(place) = rows::place_of(connection, Kind::Judgment, &id)? else {
                return Ok(None);
            };
            by_name(judgment(connection, tails, place)?, |found| found.judgment.id == id)
        })
        .await
    }

    pub(crate) async fn judgments(&self, after: u64, limit: u32) -> Read<Page<StoredJudgment>> {
        self.page(move |connection, tails| {
            let last = Totals::read(connection)?.last_place;
            let sql = "SELECT place FROM judgments WHERE place >= ?1 ORDER BY place LIMIT ?2";
            let (places, next) = ascending(connection, sql, (bound(after), last), limit)?;
            page(connection, tails, places, next)
        })
        .await
    }

    pub(crate) async fn unfinished_judgments(
        &self,
        after: u64,
        limit: u32,
    ) -> Read<Page<StoredJudgment>> {
        self.page(move |connection, tails| {
            let places = tails.places(Kind::Judgment, bound(after), limit as usize);
            let next = last_of_full(&places, limit);
            let mut page = page(connection, tails, places, next)?;
            // Some may have ended meanwhile.
            page.items.retain(|stored| !stored.ended());
            Ok(page)
        })
        .await
    }

    pub(crate) async fn judgments_of(
        &self,
        debate: String,
        after: u64,
        limit: u32,
    ) -> Read<Page<StoredJudgment>> {
        self.page(move |connection, tails| {
            let sql = "SELECT place FROM judgments
                WHERE debate = (SELECT place FROM debates WHERE id = ?1) AND place > ?2
                ORDER BY place LIMIT ?3";
            let places = numbers(connection, sql, params![debate, bound(after), limit]);
            found(connection, tails, places, limit, |judgment| judgment.debate == debate)
        })
        .await
    }

    pub(crate) async fn judgments_by(
        &self,
        judge: String,
        before: Option<u64>,
        limit: u32,
    ) -> Read<Page<StoredJudgment>> {
        self.page(move |connection, tails| {
            let sql = "SELECT place FROM judgments WHERE judge = ?1 AND place < ?2
                ORDER BY place DESC LIMIT ?3";
            let before = before.map_or(i64::MAX, bound);
            let places = numbers(connection, sql, params![judge, before, limit]);
            found(connection, tails, places, limit, |found| found.judge.as_ref() == Some(&judge))
        })
        .await
    }
}

/// The judgments at these places, and after which place the next part begins.
fn page(
    connection: &Connection,
    tails: &Tails,
    places: Vec<i64>,
    next: Option<i64>,
) -> Result<Page<StoredJudgment>, Fault> {
    Page::of(places.into_iter().map(|place| (place, judgment(connection, tails, place))), next)
}

/// The judgments at the places that an index led to, each of which should be such a one.
fn found(
    connection: &Connection,
    tails: &Tails,
    places: Result<Vec<i64>, Fault>,
    limit: u32,
    is_such: impl Fn(&crate::records::NewJudgment) -> bool,
) -> Result<Page<StoredJudgment>, Fault> {
    let places = match places {
        Ok(places) => places,
        // Where they are is not known.
        Err(Fault::Damaged(detail)) => {
            let damaged = vec![Damaged { number: 0, detail }];
            return Ok(Page { items: Vec::new(), damaged, next: None });
        }
        Err(failed) => return Err(failed),
    };
    let next = last_of_full(&places, limit);
    let read = |place| match judgment(connection, tails, place)? {
        Some(found) if !is_such(&found.judgment) => {
            Err(Fault::Damaged("it is listed where it does not belong".into()))
        }
        found => Ok(found),
    };
    Page::of(places.into_iter().map(|place| (place, read(place))), next)
}
