//! This test program once more, as another process that does one thing.
//!
//! What it does is a test that is ignored unless it is asked for, and that finds where its store is
//! in its environment.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::{env, fs};

/// The environment variable that says where the store is.
const STORE: &str = "PIXEL_DEBATE_TEST_STORE";

/// A running child, which is killed when it is dropped.
pub(crate) struct Running {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Running {
    /// Starts `test` with that store.
    pub(crate) fn start(test: &str, store: &str) -> Self {
        Self::run(Command::new(env::current_exe().unwrap()), test, store)
    }

    /// Likewise, but as somebody to whom permissions apply: for root none do. The folder is one of theirs.
    pub(crate) fn start_as_nobody(test: &str, store: &str, folder: &Path) -> Self {
        const NOBODY: u32 = 65534;
        let program = env::current_exe().unwrap();
        if fs::metadata(folder).unwrap().uid() != 0 {
            return Self::run(Command::new(program), test, store);
        }
        let copy = folder.join("program");
        fs::hard_link(&program, &copy).or_else(|_| fs::copy(&program, &copy).map(drop)).unwrap();
        let mut command = Command::new(copy);
        command.uid(NOBODY).gid(NOBODY).current_dir(folder);
        Self::run(command, test, store)
    }

    fn run(mut program: Command, test: &str, store: &str) -> Self {
        let mut child = program
            .args([test, "--exact", "--ignored", "--nocapture", "--quiet"])
            .env(STORE, store)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next line that says something about a store.
    pub(crate) fn line(&mut self) -> Option<String> {
        self.lines.find_map(|line| line.unwrap().strip_prefix("store: ").map(String::from))
    }

    /// Kills it as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// In the child: where the store is.
pub(crate) fn store() -> String {
    env::var(STORE).expect("only other tests start this one")
}
