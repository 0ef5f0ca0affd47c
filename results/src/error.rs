//! Why nothing is exported or reported.

use crate::folder::FolderError;
use crate::table::Table;
use crate::unfit::Unfit;

/// Why nothing is exported or reported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The results cannot be those of the study.
    #[error("the results do not fit the study: {0}")]
    Unfit(#[from] Unfit),
    /// The folder cannot be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A table cannot be made.
    #[error("the table {table} cannot be made: {fault}")]
    Table {
        /// Which.
        table: &'static str,
        /// Why.
        fault: String,
    },
    /// A file of bonuses that were paid before is none.
    #[error(
        "line {line} of the earlier bonuses is {found}: it must be a participant and an amount, as 5f01,1.20"
    )]
    Earlier {
        /// Which line, from 1.
        line: usize,
        /// What is there.
        found: String,
    },
    /// No link says who a participant is.
    #[error(
        "the study's links have no parameters ([recruits] of its file names none): nobody can be paid by them"
    )]
    NoLink,
    /// A chart cannot be drawn.
    #[error(transparent)]
    Chart(#[from] pixel_debate_charts::ChartError),
}

/// A table as CSV.
pub(crate) fn csv_of<R>(table: &Table<R>, rows: &[R]) -> Result<Vec<u8>, ExportError> {
    let fault =
        |error: csv::Error| ExportError::Table { table: table.name, fault: error.to_string() };
    table.csv(rows).map_err(fault)
}
