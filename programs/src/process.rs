//! One process: what is written to it and read from it, each within a time and a number of bytes.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

use crate::error::Fault;

/// Bytes that are read at once.
const CHUNK: usize = 1 << 16;
/// Pieces that wait to be looked at: a program that writes what nobody asked for waits, too.
const WAITING: usize = 16;
/// Bytes that are kept of what was last written to standard error.
const TAIL: usize = 4096;
/// How long a process has to end by itself once its standard input is closed.
const GRACE: Duration = Duration::from_millis(500);
/// How often it is looked whether a process has ended.
const APART: Duration = Duration::from_millis(5);

/// A process that is asked by its standard input. It is ended with this, and all that it has started.
pub(crate) struct Process {
    group: Group,
    questions: Option<SyncSender<Vec<u8>>>,
    pieces: Receiver<Vec<u8>>,
    /// What has been read and not looked at.
    ahead: Vec<u8>,
    said: Arc<Mutex<Tail>>,
    /// Closed at the end of standard error.
    silence: Receiver<()>,
    limit: Duration,
    /// How many questions it was asked.
    pub(crate) asked: u64,
}

/// The end of what was written to standard error.
#[derive(Debug, Default)]
struct Tail {
    bytes: Vec<u8>,
    all: u64,
}

/// A process and all that it has started.
struct Group {
    child: Child,
    /// Waits for the end of this program, and then kills the group.
    #[cfg(unix)]
    guard: Child,
}

impl Process {
    pub(crate) fn start(command: &[String], folder: &Path, limit: Duration) -> Result<Self, Fault> {
        let mut group = Group::start(command, folder)?;
        let pipes =
            (group.child.stdin.take(), group.child.stdout.take(), group.child.stderr.take());
        let (Some(mut stdin), Some(stdout), Some(stderr)) = pipes else {
            unreachable!("all three were asked for");
        };
        // Two, for a program may answer a greeting before the thread that writes it has begun to.
        let (questions, asked) = sync_channel::<Vec<u8>>(2);
        let (piece, pieces) = sync_channel(WAITING);
        let (ended, silence) = sync_channel(0);
        let said = Arc::new(Mutex::new(Tail::default()));
        let heard = Arc::clone(&said);
        // They end when the pipes do, and so with the process.
        let thread = || Builder::new().name("program".to_owned()).stack_size(1 << 18);
        thread().spawn(move || {
            for question in asked {
                // Who does not read has ended, or will not answer.
                if stdin.write_all(&question).and_then(|()| stdin.flush()).is_err() {
                    break;
                }
            }
        })?;
        thread().spawn(move || {
            each_piece(stdout, |bytes| piece.send(bytes.to_vec()).is_ok());
        })?;
        thread().spawn(move || {
            each_piece(stderr, |bytes| {
                heard.lock().unwrap_or_else(PoisonError::into_inner).add(bytes);
                true
            });
            drop(ended);
        })?;
        Ok(Self {
            group,
            questions: Some(questions),
            pieces,
            ahead: Vec::new(),
            said,
            silence,
            limit,
            asked: 0,
        })
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.group.child.try_wait(), Ok(None))
    }

    /// Writes a question, of which the answer is to be there after the limit, and nothing before it.
    pub(crate) fn ask(&mut self, question: Vec<u8>) -> Result<Instant, Fault> {
        if !self.ahead.is_empty() || self.pieces.try_recv().is_ok() {
            return Err(Fault::Ahead);
        }
        self.tell(question)
    }

    /// Writes something, to which there is to be an answer after the limit.
    pub(crate) fn tell(&mut self, question: Vec<u8>) -> Result<Instant, Fault> {
        let Some(questions) = &self.questions else { return Err(Fault::Deaf) };
        match questions.try_send(question) {
            // Where its standard input is closed, its standard output says more.
            Ok(()) | Err(TrySendError::Disconnected(_)) => Ok(Instant::now() + self.limit),
            Err(TrySendError::Full(_)) => Err(Fault::Deaf),
        }
    }

    /// The next line, without its end, if it has no more than so many bytes.
    pub(crate) fn line(&mut self, most: usize, deadline: Instant) -> Result<Vec<u8>, Fault> {
        let mut searched = 0;
        loop {
            let found = self.ahead[searched..].iter().position(|byte| *byte == b'\n');
            let end = found.map(|found| searched + found);
            if end.unwrap_or(self.ahead.len()) > most {
                return Err(Fault::LongLine { most });
            }
            if let Some(end) = end {
                let rest = self.ahead.split_off(end + 1);
                let mut line = std::mem::replace(&mut self.ahead, rest);
                line.pop();
                return Ok(line);
            }
            searched = self.ahead.len();
            self.more(deadline)?;
        }
    }

    /// The next so many bytes.
    pub(crate) fn bytes(&mut self, count: usize, deadline: Instant) -> Result<Vec<u8>, Fault> {
        while self.ahead.len() < count {
            self.more(deadline)?;
        }
        let rest = self.ahead.split_off(count);
        Ok(std::mem::replace(&mut self.ahead, rest))
    }

    fn more(&mut self, deadline: Instant) -> Result<(), Fault> {
        let time = deadline.saturating_duration_since(Instant::now());
        match self.pieces.recv_timeout(time) {
            Ok(piece) => {
                self.ahead.extend(piece);
                Ok(())
            }
            Err(RecvTimeoutError::Timeout) => {
                Err(Fault::Silent { seconds: self.limit.as_secs_f64() })
            }
            Err(RecvTimeoutError::Disconnected) => Err(self.gone()),
        }
    }

    /// Why nothing more comes.
    fn gone(&mut self) -> Fault {
        match self.group.ended_within(GRACE) {
            Some(how) => Fault::Ended(how),
            None => Fault::Closed,
        }
    }

    /// Ends it, and gives the end of what it has written to standard error, and how much that was in all.
    pub(crate) fn end(mut self) -> (Vec<u8>, u64) {
        self.close();
        // What was in the pipe is read soon; what somebody else still holds open is not waited for.
        let _ = self.silence.recv_timeout(GRACE);
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        (said.bytes.clone(), said.all)
    }

    fn close(&mut self) {
        if self.questions.take().is_some() {
            self.group.ended_within(GRACE);
            self.group.kill();
        }
    }

    /// Ends it at once.
    pub(crate) fn kill(&mut self) {
        self.questions = None;
        self.group.kill();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.close();
    }
}

impl Tail {
    fn add(&mut self, bytes: &[u8]) {
        self.all += bytes.len() as u64;
        self.bytes.extend_from_slice(bytes);
        let over = self.bytes.len().saturating_sub(TAIL);
        self.bytes.drain(..over);
    }
}

/// Reads to the end, or until nobody wants more.
fn each_piece(mut pipe: impl Read, mut take: impl FnMut(&[u8]) -> bool) {
    let mut buffer = vec![0; CHUNK];
    loop {
        match pipe.read(&mut buffer) {
            Ok(0) => return,
            Ok(read) if !take(&buffer[..read]) => return,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

impl Group {
    fn start(command: &[String], folder: &Path) -> Result<Self, Fault> {
        let [program, arguments @ ..] = command else { return Err(Fault::NoCommand) };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let mut starting = Command::new(found(program, folder)?);
        starting.args(arguments).current_dir(folder);
        starting.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;

            // The guard is the group's first, so that the group is there as long as it is.
            let mut guard = Command::new("/bin/sh");
            guard.args(["-c", "read -r _; kill -KILL 0"]).process_group(0);
            guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
            let mut guard = guard.spawn()?;
            match starting.process_group(guard.id() as i32).spawn() {
                Ok(child) => Ok(Self { child, guard }),
                Err(error) => {
                    // It would end by itself, and would have to be waited for.
                    let _ = guard.kill();
                    let _ = guard.wait();
                    Err(error.into())
                }
            }
        }
        #[cfg(not(unix))]
        Ok(Self { child: starting.spawn()? })
    }

    /// How the process has ended, if it does so within that time.
    fn ended_within(&mut self, time: Duration) -> Option<String> {
        let deadline = Instant::now() + time;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status.to_string()),
                Ok(None) if Instant::now() < deadline => thread::sleep(APART),
                Ok(None) | Err(_) => return None,
            }
        }
    }

    /// Kills all that is left of it.
    fn kill(&mut self) {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};

            // Nobody else can have the number: the guard was not waited for.
            let _ = kill_process_group(Pid::from_child(&self.guard), Signal::KILL);
            let _ = self.guard.wait();
        }
        #[cfg(not(unix))]
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if matches!(self.guard.try_wait(), Ok(None)) {
            self.kill();
        }
        #[cfg(not(unix))]
        if matches!(self.child.try_wait(), Ok(None)) {
            self.kill();
        }
    }
}

/// Where a program is: one that is named without a folder is looked for in `PATH`.
fn found(program: &str, folder: &Path) -> io::Result<PathBuf> {
    if Path::new(program).components().count() > 1 {
        return std::path::absolute(folder.join(program));
    }
    Ok(PathBuf::from(program))
}
