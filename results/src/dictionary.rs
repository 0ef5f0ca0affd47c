//! What the columns of the tables are, for people and for programs: made of the tables themselves.

use std::fmt::Write;

use serde::Serialize;

use crate::table::{Column, Described, Kind, Table};

/// The dictionary of an export.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Dictionary {
    /// The frozen plan's hash.
    pub(crate) study: String,
    pub(crate) tables: Vec<DescribedTable>,
}

/// What is said of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct DescribedTable {
    pub(crate) name: &'static str,
    pub(crate) files: Vec<String>,
    pub(crate) row: &'static str,
    pub(crate) rows: usize,
    pub(crate) columns: Vec<Described>,
}

impl DescribedTable {
    pub(crate) fn of<R>(table: &Table<R>, files: Vec<String>, rows: usize) -> Self {
        let columns = table.columns.iter().map(Column::described).collect();
        Self { name: table.name, files, row: table.row, rows, columns }
    }
}

const HEAD: &str = "\
A table is a CSV file (RFC 4180, UTF-8, a line of names) and, but for the deviations, a Parquet file with the same rows and
columns. In CSV a value that is missing is an empty field, `truth` is `TRUE` or `FALSE`, and `time` is ISO 8601 in UTC; in
Parquet it is missing, a boolean, and a timestamp in milliseconds. `free_text` is what somebody wrote: in CSV there stands
an apostrophe before it if it begins with `=`, `+`, `-`, `@`, a tab, a line's end or an apostrophe, so that no spreadsheet
takes it for a formula: whoever wants what was written removes the first apostrophe of a field that begins with one. In
Parquet it is as it was written. Participants of the study may say in it who they are.
";

impl Dictionary {
    /// As Markdown.
    pub(crate) fn markdown(&self) -> String {
        let mut text = format!(
            "# Data dictionary\n\nStudy `{}`. Made by the program that wrote the tables, of the same columns.\n\n{HEAD}",
            self.study
        );
        for table in &self.tables {
            let DescribedTable { name, files, row, rows, columns } = table;
            let files: Vec<String> = files.iter().map(|file| format!("`{file}`")).collect();
            // Writing to text does not fail.
            let _ = write!(
                text,
                "\n## {name}\n\n{}: one row is {row}. {rows} rows.\n\n| column | type | unit | range | missing if | \
                 meaning |\n|---|---|---|---|---|---|\n",
                files.join(", ")
            );
            for column in columns {
                let kind = kind(column.kind);
                let cells = [
                    format!("`{}`", column.name),
                    kind.to_owned(),
                    column.unit.to_owned(),
                    range(column),
                    column.missing.clone().unwrap_or_else(|| "never".to_owned()),
                    column.meaning.clone(),
                ];
                let cells: Vec<String> =
                    cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
                let _ = writeln!(text, "| {} |", cells.join(" | "));
            }
        }
        text
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Truth => "truth",
        Kind::Whole => "whole",
        Kind::Number => "number",
        Kind::Word => "word",
        Kind::FreeText => "free_text",
        Kind::Time => "time",
    }
}

fn range(column: &Described) -> String {
    match (column.least, column.most, &column.values) {
        (_, _, Some(values)) if values.is_empty() => "none".to_owned(),
        (_, _, Some(values)) => {
            values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ")
        }
        (Some(least), Some(most), _) => format!("{least} to {most}"),
        (Some(least), None, _) => format!("from {least}"),
        _ => String::new(),
    }
}
