//! How much the file holds, and which numbers have been given.

use rusqlite::{Connection, OptionalExtension, params};

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
}

impl Totals {
    pub(super) fn read(connection: &Connection) -> Result<Self, Fault> {
        let mut statement = connection.prepare_cached(
            "SELECT debates, results, last_place, last_result, first_event, last_event, seal
             FROM totals",
        )?;
        let found = statement.query_row([], |row| {
            let mut numbers = [0; 6];
            for (column, number) in numbers.iter_mut().enumerate() {
                *number = row.get(column)?;
            }
            Ok((numbers, row.get::<_, i64>(6)?))
        });
        let Some((numbers, sealed)) = found.optional()? else {
            return Err(Fault::Damaged("the totals are missing".into()));
        };
        if seal::of_numbers(&numbers) != sealed {
            return Err(Fault::Damaged("the totals have been altered".into()));
        }
        let [debates, results, last_place, last_result, first_event, last_event] = numbers;
        Ok(Self { debates, results, last_place, last_result, first_event, last_event })
    }

    pub(super) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        let numbers = self.numbers();
        let [debates, results, last_place, last_result, first_event, last_event] = numbers;
        let seal = seal::of_numbers(&numbers);
        let mut statement = connection.prepare_cached(
            "UPDATE totals SET debates = ?1, results = ?2, last_place = ?3, last_result = ?4,
                 first_event = ?5, last_event = ?6, seal = ?7",
        )?;
        statement.execute(params![
            debates,
            results,
            last_place,
            last_result,
            first_event,
            last_event,
            seal
        ])?;
        Ok(())
    }

    fn numbers(&self) -> [i64; 6] {
        let Self { debates, results, last_place, last_result, first_event, last_event } = *self;
        [debates, results, last_place, last_result, first_event, last_event]
    }
}
