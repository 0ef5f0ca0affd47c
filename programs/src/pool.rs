//! The processes of a program: as many as ask it at once.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::error::{Fault, ProgramError};
use crate::hello::{Hello, Part};
use crate::process::Process;
use crate::spec::ProgramSpec;
use crate::words::last_line;

/// The most notes that are kept.
const MOST_NOTES: usize = 64;

/// What is to be known of a process that has ended: for a run's log.
///
/// ```
/// use pixel_debate_programs::Note;
///
/// let note = Note { program: "sh judge.sh".into(), what: "the run is over".into(), stderr: "ready\n".into(), stderr_bytes: 6 };
/// assert_eq!(note.stderr.len() as u64, note.stderr_bytes, "all that it has written");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The command.
    pub program: String,
    /// Why it was ended.
    pub what: String,
    /// The end of what it had written to standard error, 4096 bytes at most.
    pub stderr: String,
    /// How many bytes it had written there in all.
    pub stderr_bytes: u64,
}

/// A program that is asked by any number of threads, each of which has a process of its own.
pub(crate) struct Pool {
    spec: ProgramSpec,
    part: Part,
    /// What the first process has said, and every other has to say.
    pub(crate) hello: Hello,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    idle: Vec<Process>,
    /// How many processes have failed.
    failed: u32,
    notes: Vec<Note>,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("spec", &self.spec)
            .field("hello", &self.hello)
            .finish_non_exhaustive()
    }
}

impl Pool {
    /// Starts the first process, and hears what it is.
    pub(crate) fn start(spec: ProgramSpec, part: Part) -> Result<Self, ProgramError> {
        let (process, hello) = begun(&spec, part).map_err(|(fault, last_words)| ProgramError {
            program: spec.to_string(),
            fault,
            last_words,
        })?;
        let state = Mutex::new(State { idle: vec![process], ..State::default() });
        let pool = Self { spec, part, hello, state };
        if let Some(version) =
            pool.spec.version.as_ref().filter(|asked| **asked != pool.hello.version)
        {
            let before = format!("version {version} is asked for");
            return Err(pool.error(Fault::Another { now: pool.hello.in_words(), before }, None));
        }
        Ok(pool)
    }

    pub(crate) fn spec(&self) -> &ProgramSpec {
        &self.spec
    }

    /// Has a process do something. One that fails is ended.
    pub(crate) fn with<T>(
        &self,
        question: impl FnOnce(&mut Process) -> Result<T, Fault>,
    ) -> Result<T, ProgramError> {
        let mut process = self.process()?;
        match question(&mut process) {
            Ok(answer) => {
                self.state().idle.push(process);
                Ok(answer)
            }
            Err(fault) if fault.is_declined() => {
                self.state().idle.push(process);
                Err(self.error(fault, None))
            }
            Err(fault) => {
                let last_words = self.ended(process, &fault.to_string(), true);
                Err(self.error(fault, last_words))
            }
        }
    }

    /// What is to be known of the processes that have ended since this was last asked, those that wait for questions
    /// included: they are ended.
    pub(crate) fn close(&self) -> Vec<Note> {
        let idle = std::mem::take(&mut self.state().idle);
        for process in idle {
            self.ended(process, "nobody asks it any more", false);
        }
        std::mem::take(&mut self.state().notes)
    }

    fn process(&self) -> Result<Process, ProgramError> {
        loop {
            let idle = self.state().idle.pop();
            match idle {
                Some(mut process) => {
                    if !process.has_ended() {
                        return Ok(process);
                    }
                    self.ended(process, "it has ended by itself", true);
                }
                None => break,
            }
        }
        let times = self.state().failed;
        if times > self.spec.restarts {
            return Err(self.error(Fault::GivenUp { times }, None));
        }
        let (process, hello) = begun(&self.spec, self.part).map_err(|(fault, last_words)| {
            self.state().failed += 1;
            self.error(fault, last_words)
        })?;
        if hello == self.hello {
            return Ok(process);
        }
        let fault = Fault::Another {
            now: hello.in_words(),
            before: format!("was {}", self.hello.in_words()),
        };
        self.ended(process, &fault.to_string(), true);
        Err(self.error(fault, None))
    }

    /// Ends a process, and gives its last words.
    fn ended(&self, mut process: Process, what: &str, has_failed: bool) -> Option<String> {
        if has_failed {
            process.kill();
        }
        let (said, stderr_bytes) = process.end();
        let mut state = self.state();
        state.failed += u32::from(has_failed);
        if state.notes.len() < MOST_NOTES && (has_failed || stderr_bytes > 0) {
            let (program, what) = (self.spec.to_string(), what.to_owned());
            let stderr = String::from_utf8_lossy(&said).into_owned();
            state.notes.push(Note { program, what, stderr, stderr_bytes });
        }
        last_line(&said)
    }

    fn error(&self, fault: Fault, last_words: Option<String>) -> ProgramError {
        ProgramError { program: self.spec.to_string(), fault, last_words }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // Nothing in it is ever half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A new process, and what it says of itself; or what is wrong with it, and its last words.
fn begun(spec: &ProgramSpec, part: Part) -> Result<(Process, Hello), (Fault, Option<String>)> {
    let mut process =
        Process::start(&spec.command, &spec.folder, spec.limit).map_err(|fault| (fault, None))?;
    let said = process.tell(Hello::ask(part)).and_then(|deadline| {
        let line = process.line(Hello::MOST_BYTES, deadline)?;
        Hello::read(&line, part)
    });
    match said {
        Ok(hello) => Ok((process, hello)),
        Err(fault) => {
            process.kill();
            Err((fault, last_line(&process.end().0)))
        }
    }
}
