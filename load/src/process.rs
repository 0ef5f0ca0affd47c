//! The server, or the relay, as a process that the tool starts, kills and starts again.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::error::LoadError;

/// How long a program may take until it listens.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running program. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    program: PathBuf,
    arguments: Vec<String>,
    listen: String,
    child: Child,
    address: SocketAddr,
}

impl Process {
    /// Starts the program at a free port, and waits until it listens.
    pub(crate) async fn start(
        program: PathBuf,
        arguments: Vec<String>,
        listen: String,
    ) -> Result<Self, LoadError> {
        let (child, address) = start(&program, &arguments, &listen, "127.0.0.1:0").await?;
        Ok(Self { program, arguments, listen, child, address })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Kills it as `kill -9` does, and starts it again at the same address.
    pub(crate) async fn kill_and_start(&mut self) -> Result<(), LoadError> {
        let Self { program, arguments, listen, child, address } = self;
        let failed = |source| LoadError::Start { program: program.clone(), source };
        child.kill().await.map_err(failed)?;
        let (again, _) = start(program, arguments, listen, &address.to_string()).await?;
        *child = again;
        Ok(())
    }

    /// Ends it.
    pub(crate) async fn stop(mut self) {
        let _ = self.child.kill().await;
    }

    /// Its memory in bytes, where the system says.
    pub(crate) fn memory(&self) -> Option<u64> {
        self.status("VmRSS:")
    }

    /// The most memory that it has had, in bytes.
    pub(crate) fn most_memory(&self) -> Option<u64> {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kibibytes * 1024)
    }
}

async fn start(
    program: &PathBuf,
    arguments: &[String],
    listen: &str,
    address: &str,
) -> Result<(Child, SocketAddr), LoadError> {
    let failed = |source| LoadError::Start { program: program.clone(), source };
    let mut child = Command::new(program)
        .args(arguments)
        .args([listen, address])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let mut lines = child.stdout.take().map(BufReader::new).map(AsyncBufReadExt::lines);
    let address = async {
        while let Some(line) = lines.as_mut()?.next_line().await.ok()? {
            // The first line that has a URL says where it listens.
            let url = line.split_whitespace().find_map(|word| word.strip_prefix("http://"));
            if let Some(address) = url.and_then(|url| url.trim_end_matches('/').parse().ok()) {
                return Some(address);
            }
        }
        None
    };
    let address = timeout(PATIENCE, address).await.ok().flatten();
    let silent = || failed(io::Error::other("it does not say where it listens"));
    let address = address.ok_or_else(silent)?;
    // What it still prints is read, so that it is never held up by a full pipe.
    tokio::spawn(async move {
        while let Some(lines) = &mut lines
            && let Ok(Some(_)) = lines.next_line().await
        {}
    });
    Ok((child, address))
}
