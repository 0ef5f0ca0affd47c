//! This test program once more, as another process that does one thing.
//!
//! What it does is a test that is ignored unless it is asked for, and that finds where its store is
//! in its environment.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

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
        let program = env::current_exe().unwrap();
        let mut child = Command::new(program)
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
