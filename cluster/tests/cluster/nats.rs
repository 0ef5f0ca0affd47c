//! Real NATS servers for the tests, on loopback, which they start and kill themselves.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A running server. It goes when this is dropped, and with it all that it keeps.
pub(crate) struct Nats {
    folder: TempDir,
    pub(crate) port: u16,
    child: Child,
}

impl Nats {
    /// A server with JetStream, and with that in its configuration beside. None where no server is
    /// installed; where all must be tested, as the environment variable `CI` says, that fails.
    pub(crate) fn start(more: &str) -> Option<Self> {
        Self::start_at(free_port(), more)
    }

    /// The same at that port.
    pub(crate) fn start_at(port: u16, more: &str) -> Option<Self> {
        let program = program()?;
        let folder = TempDir::new().unwrap();
        let config = format!(
            "listen: 127.0.0.1:{port}\njetstream {{ store_dir: \"{}\" }}\n{more}\n",
            folder.path().join("store").display()
        );
        std::fs::write(folder.path().join("nats.conf"), config).unwrap();
        let child = spawn(&program, folder.path());
        let nats = Self { folder, port, child };
        nats.wait();
        Some(nats)
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it says who it is.
    fn wait(&self) {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(30) {
            if let Ok(stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)) {
                stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
                let mut line = String::new();
                if BufReader::new(stream).read_line(&mut line).is_ok() && line.starts_with("INFO") {
                    return;
                }
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let log = std::fs::read_to_string(self.folder.path().join("nats.log"));
        panic!("the NATS server does not start: {}", log.unwrap_or_default());
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(program: &Path, folder: &Path) -> Child {
    Command::new(program)
        .arg("--config")
        .arg(folder.join("nats.conf"))
        .arg("--log")
        .arg(folder.join("nats.log"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The server that the environment variable `NATS_SERVER` names, or the one that is in the path.
fn program() -> Option<PathBuf> {
    let named = std::env::var_os("NATS_SERVER").map(PathBuf::from);
    let program = named.unwrap_or_else(|| PathBuf::from("nats-server"));
    let there = Command::new(&program).arg("--version").stdout(Stdio::null()).status();
    if there.is_ok_and(|status| status.success()) {
        return Some(program);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "no NATS server: {} cannot be run",
        program.display()
    );
    eprintln!("skipped: no NATS server is installed");
    None
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}
