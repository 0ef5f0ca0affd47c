//! The program as a user meets it: run from outside, judged by what it prints and its exit code.

mod accuracy;
mod attack;
mod class;
#[cfg(all(feature = "cluster", unix))]
mod cluster;
mod data;
mod hosting;
mod kinds;
mod load;
mod logits;
mod own_judges;
mod play;
mod rehearse;
mod report;
mod run;
mod serve;
mod solve;
mod store;
mod study;
#[cfg(unix)]
mod study_results;
mod tournament;
#[cfg(all(feature = "train", unix))]
mod train;
mod usage;
mod verify;

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// The program with these arguments, separated by spaces.
fn program(arguments: &str) -> Command {
    // Whoever starts the tests by `nohup` has all that they start ignore a hangup.
    let mut command = Command::new("env");
    command.args(["--default-signal=HUP", env!("CARGO_BIN_EXE_pixel-debate")]);
    command.args(arguments.split_whitespace());
    command
}

/// What the program prints, given that input; it must succeed.
fn output(arguments: &str, input: &str) -> String {
    let Output { status, stdout, stderr } = run(arguments, input);
    let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{arguments}: {stderr}\n{stdout}");
    stdout
}

/// The exit code and the first line of the error of a run that must fail.
fn failure(arguments: &str, input: &str) -> (i32, String) {
    let Output { status, stderr, .. } = run(arguments, input);
    assert!(!status.success(), "{arguments}");
    let stderr = String::from_utf8(stderr).unwrap();
    let line = stderr.lines().next().unwrap_or_default().to_owned();
    (status.code().unwrap(), line)
}

fn run(arguments: &str, input: &str) -> Output {
    let mut child = program(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // From a thread of its own, for the program may fill its output before it has read all. That
    // it stops reading after a bad line is none of the tests' business.
    let writer = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}
