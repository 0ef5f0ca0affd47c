//! How much the file holds, and which numbers have been given.

use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::errors::Fault;
use crate::seal;

/// How much the file holds, and which numbers have been given. The events that are kept are the rows
/// from the first to the last, without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) debates: i64,
    pub(super) results: i64,
    pub(super) last_place: i64,
    pub(super) last_result: i64,
    pub(super) first_event: i64,
    pub(super) last_event: i64,
    pub(super) judgments: i64,
    pub(super) ended_judgments: i64,
}

impl Totals {
    pub(super) fn read(connection: &Connection) -> Result<Self, Fault> {
        let [
            debates,
            results,
            last_place,
            last_result,
            first_event,
            last_event,
            judgments,
            ended_judgments,
        ] = numbers(
            connection,
            "SELECT debates, results, last_place, last_result, first_event, last_event, judgments,
                 ended_judgments, seal FROM totals",
        )?;
        Ok(Self {
            debates,
            results,
            last_place,
            last_result,
            first_event,
            last_event,
            judgments,
            ended_judgments,
        })
    }

    /// Seals the totals of a file that has kept no judgments so far.
    pub(super) fn begin_judgments(connection: &Connection) -> Result<(), Fault> {
        let [debates, results, last_place, last_result, first_event, last_event] = numbers(
            connection,
            "SELECT debates, results, last_place, last_result, first_event, last_event, seal
                 FROM totals",
        )?;
        let totals = Self {
            debates,
            results,
            last_place,
            last_result,
            first_event,
            last_event,
            judgments: 0,
            ended_judgments: 0,
        };
        Ok(totals.write(connection)?)
    }

    pub(super) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        let Self {
            debates,
            results,
            last_place,
            last_result,
            first_event,
            last_event,
            judgments,
            ended_judgments,
        } = *self;
        let numbers = [
            debates,
            results,
            last_place,
            last_result,
            first_event,
            last_event,
            judgments,
            ended_judgments,
        ];
        let seal = seal::of_numbers(&numbers);
        let mut statement = connection.prepare_cached(
            "UPDATE totals SET debates = ?1, results = ?2, last_place = ?3, last_result = ?4,
                 first_event = ?5, last_event = ?6, judgments = ?7, ended_judgments = ?8, seal = ?9",
        )?;
        statement.execute(params_from_iter(numbers.into_iter().chain([seal])))?;
        Ok(())
    }
}

/// The numbers in the only row of the totals, of which the last column is the seal.
fn numbers<const N: usize>(connection: &Connection, sql: &str) -> Result<[i64; N], Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row([], |row| {
        let mut numbers = [0; N];
        for (column, number) in numbers.iter_mut().enumerate() {
            *number = row.get(column)?;
        }
        Ok((numbers, row.get::<_, i64>(N)?))
    });
    let Some((numbers, sealed)) = found.optional()? else {
        return Err(Fault::Damaged("the totals are missing".into()));
    };
    if seal::of_numbers(&numbers) == sealed {
        Ok(numbers)
    } else {
        Err(Fault::Damaged("the totals have been altered".into()))
    }
}
