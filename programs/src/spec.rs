//! How a program is started.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A program with how it is asked.
///
/// ```
/// use std::time::Duration;
///
/// use pixel_debate_programs::ProgramSpec;
///
/// let command = ["python3", "my judge.py"].map(str::to_owned).to_vec();
/// let spec = ProgramSpec::new(command, "experiments");
/// assert_eq!((spec.batch, spec.limit, spec.restarts), (256, Duration::from_secs(60), 10));
/// assert_eq!(spec.to_string(), "python3 'my judge.py'");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramSpec {
    /// The program and its arguments. A program without a `/` is looked for in `PATH`, any other from the folder.
    pub command: Vec<String>,
    /// Where it is started.
    pub folder: PathBuf,
    /// The most sets that a judge is asked about at once, at least one.
    pub batch: usize,
    /// How long it may take to answer once, and to start.
    pub limit: Duration,
    /// How often a new process takes the place of one that has failed.
    pub restarts: u32,
    /// The version that it must declare, if it is known beforehand.
    pub version: Option<String>,
}

impl ProgramSpec {
    /// The most sets that a judge is asked about at once, unless said.
    pub const BATCH: usize = 256;
    /// The greatest number of sets at once that can be asked for.
    pub const MOST_BATCH: usize = 65_536;
    /// How many seconds a program may take to answer, unless said.
    pub const SECONDS: u64 = 60;
    /// How often failed processes are replaced, unless said.
    pub const RESTARTS: u32 = 10;

    /// That command, started in that folder, with what else is usual.
    pub fn new(command: Vec<String>, folder: impl Into<PathBuf>) -> Self {
        Self {
            command,
            folder: folder.into(),
            batch: Self::BATCH,
            limit: Duration::from_secs(Self::SECONDS),
            restarts: Self::RESTARTS,
            version: None,
        }
    }
}

/// As it would be typed.
impl fmt::Display for ProgramSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, word) in self.command.iter().enumerate() {
            let gap = if number == 0 { "" } else { " " };
            let plain =
                |letter: char| letter.is_ascii_alphanumeric() || "-_./=:@,+{}".contains(letter);
            if !word.is_empty() && word.chars().all(plain) {
                write!(f, "{gap}{word}")?;
            } else {
                write!(f, "{gap}'{}'", word.replace('\'', "'\\''").escape_debug())?;
            }
        }
        Ok(())
    }
}
