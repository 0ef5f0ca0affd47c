//! The programs that an experiment names as judges and debaters.

use std::path::Path;
use std::time::Duration;

use pixel_debate_fields::{Count, Given, Value};
use pixel_debate_programs::ProgramSpec;

use super::ExperimentError;
use super::fields::{Field, Fields};
use crate::Custom;

/// A program as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramFields {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// The most sets that it is asked about at once, if that is said.
    pub batch: Option<usize>,
    /// How many seconds it may take to answer, if that is said.
    pub seconds: Option<u64>,
    /// How often a process that has failed is replaced, if that is said.
    pub restarts: Option<u32>,
    /// The version that it must have.
    pub version: Option<String>,
}

/// The most seconds for an answer: a day.
const MOST_SECONDS: u64 = 86_400;
/// The most restarts.
const MOST_RESTARTS: u64 = 1000;

/// A program and its arguments.
struct Words(Vec<String>);

impl ProgramFields {
    /// The fields that only a program has, beside `command`.
    pub(super) const OTHERS: [&str; 4] = ["batch", "seconds", "restarts", "version"];

    /// Reads the fields of a table that has a `command`.
    pub(super) fn read(fields: &Fields<'_, '_>) -> Result<Option<Self>, ExperimentError> {
        let command: Option<toml::Spanned<Words>> = fields.optional("command")?;
        let batch: Option<toml::Spanned<Count<1, { ProgramSpec::MOST_BATCH as u64 }>>> =
            fields.optional("batch")?;
        let seconds: Option<toml::Spanned<Count<1, MOST_SECONDS>>> = fields.optional("seconds")?;
        let restarts: Option<toml::Spanned<Count<0, MOST_RESTARTS>>> =
            fields.optional("restarts")?;
        let version: Option<toml::Spanned<String>> = fields.optional("version")?;
        let Some(command) = command else {
            let mut given = Self::OTHERS.into_iter();
            return match given.find(|name| fields.names().any(|has| has == *name)) {
                Some(name) => Err(fields
                    .refuse(name, format!("`{name}` is a program's, and there is no `command`"))),
                None => Ok(None),
            };
        };
        Ok(Some(Self {
            command: command.into_inner().0,
            batch: batch.map(|batch| batch.into_inner().get() as usize),
            seconds: seconds.map(|seconds| seconds.into_inner().get()),
            restarts: restarts.map(|restarts| restarts.into_inner().get() as u32),
            version: version.map(toml::Spanned::into_inner),
        }))
    }

    /// How it is started from that folder.
    pub(crate) fn spec(&self, folder: &Path) -> ProgramSpec {
        let Self { command, batch, seconds, restarts, version } = self.clone();
        let usual = ProgramSpec::new(command, folder);
        ProgramSpec {
            batch: batch.unwrap_or(usual.batch),
            limit: seconds.map_or(usual.limit, Duration::from_secs),
            restarts: restarts.unwrap_or(usual.restarts),
            version,
            ..usual
        }
    }
}

impl Value<Custom> for Words {
    fn allowed() -> String {
        "a list of texts, the program and its arguments, as [\"python3\", \"judge.py\"]".to_owned()
    }

    fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError> {
        let words = value.get_ref().as_array().and_then(|values| {
            let words = values.iter().map(|word| word.get_ref().as_str().map(str::to_owned));
            words.collect::<Option<Vec<String>>>()
        });
        // The operating system has no word for such a text.
        let words = words.filter(|words| {
            words.first().is_some_and(|program| !program.is_empty())
                && !words.iter().any(|word| word.contains('\0'))
        });
        words.map(Self).ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}
