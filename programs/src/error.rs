//! What a program does wrong.

use std::{fmt, io, sync::Arc};

/// Which program has failed, and how.
#[derive(Debug, Clone, thiserror::Error)]
pub struct ProgramError {
    /// The command, as it would be typed.
    pub program: String,
    /// What it has done.
    pub fault: Fault,
    /// The last line that it has written to standard error.
    pub last_words: Option<String>,
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the program {}: {}", self.program, self.fault)?;
        match &self.last_words {
            Some(words) => write!(f, "; the last that it wrote to standard error: {words}"),
            None => Ok(()),
        }
    }
}

/// What a program may do wrong.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Fault {
    /// There is nothing to start.
    #[error("`command` is empty: it must be a program and its arguments")]
    NoCommand,
    /// The operating system does not start it.
    #[error("it cannot be started: {0}")]
    NotStarted(Arc<io::Error>),
    /// It has ended.
    #[error("it has ended ({0}) when an answer was due")]
    Ended(String),
    /// It goes on without a standard output.
    #[error("it has closed its standard output, and goes on")]
    Closed,
    /// It takes too long.
    #[error("it has not answered within {seconds} s, and was stopped")]
    Silent {
        /// The limit.
        seconds: f64,
    },
    /// It does not read its standard input.
    #[error("it does not read what it is asked")]
    Deaf,
    /// Its line has no end.
    #[error("it has written a line of more than {most} bytes, and was stopped")]
    LongLine {
        /// The most bytes that an answer may have.
        most: usize,
    },
    /// What it writes is no answer.
    #[error("{0}")]
    NoAnswer(String),
    /// It writes when it is not asked.
    #[error("it has written more than it was asked for")]
    Ahead,
    /// It says itself that it has no answer.
    #[error("it answers that it cannot: {0}")]
    Declined(String),
    /// It is another program than it was.
    #[error("it says that it is {now}, and {before}: results of two versions are not mixed")]
    Another {
        /// What it says now.
        now: String,
        /// What was expected, as a clause.
        before: String,
    },
    /// It has failed too often.
    #[error("it has failed {times} times, and is not started again")]
    GivenUp {
        /// How often.
        times: u32,
    },
}

impl Fault {
    /// Whether the process is as good as before: it has said that it has no answer, in an answer.
    pub(crate) fn is_declined(&self) -> bool {
        matches!(self, Self::Declined(_))
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::NotStarted(Arc::new(error))
    }
}
