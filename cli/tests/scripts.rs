//! What `scripts/test` and `scripts/repeat` promise, with stand-ins for the commands that they call.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// What the stand-ins say of the workspace.
const METADATA: &str = r#"{"packages": [{"targets": [
    {"name": "cluster", "kind": ["test"]}, {"name": "program", "kind": ["test"]},
    {"name": "sockets", "kind": ["test"]}, {"name": "solver", "kind": ["test"]}]}]}"#;

/// Writes a program for bash.
fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, format!("#!/usr/bin/env bash\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A repository with the scripts, and of all else stand-ins, which note what they were called with.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for script in ["test", "repeat", "suites", "lanes"] {
        let text = fs::read_to_string(ours.join("scripts").join(script)).unwrap();
        write(root, &format!("scripts/{script}"), &text);
    }
    let note = "echo \"${0##*/} $*\" >>\"$NOTES\"";
    let cargo = format!("[ \"$1\" != metadata ] || {{ echo '{METADATA}'; exit; }}\n{note}");
    write(root, "stand-ins/cargo", &cargo);
    for name in ["npm", "git", "nats-server", "chromium", "pg_ctlcluster", "apt-get", "sudo"] {
        write(root, &format!("stand-ins/{name}"), if name == "npm" { note } else { "" });
    }
    for name in
        ["scripts/autobahn", "scripts/results", "protocol/validators/check", "examples/test"]
    {
        write(root, name, note);
    }
    write(root, "python/check", note);
    for name in [
        "target/python/clean/bin/python",
        "target/readers/bin/python",
        "target/release/pixel-debate",
    ] {
        write(root, name, note);
    }
    fs::create_dir_all(root.join("judge-ui")).unwrap();
    for name in ["harness/tests/readers.txt", "target/readers/installed.txt"] {
        fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        fs::write(root.join(name), "polars\n").unwrap();
    }
    folder
}

fn script(root: &Path, name: &str, arguments: &[&str]) -> Command {
    let path = std::env::var("PATH").unwrap();
    let mut command = Command::new(root.join("scripts").join(name));
    command
        .args(arguments)
        .env("PATH", format!("{}:{path}", root.join("stand-ins").display()))
        .env("NOTES", root.join("notes.txt"))
        .stdin(Stdio::null());
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&*output.stdout, &output.stderr].concat()).into_owned()
}

/// The processes that do nothing but compute, of that repository.
fn busy(root: &Path) -> usize {
    let here = |process: &fs::DirEntry| {
        let at = |name| process.path().join(name);
        fs::read_link(at("cwd")).is_ok_and(|cwd| cwd == root)
            && fs::read(at("cmdline")).is_ok_and(|line| line.ends_with(b"while :; do :; done\0"))
    };
    fs::read_dir("/proc").unwrap().filter_map(Result::ok).filter(here).count()
}

/// Waits for what takes a moment, on a busy machine more.
#[track_caller]
fn wait_until(holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn every_suite_is_repeated_twenty_times() {
    let folder = repository();
    let output = script(folder.path(), "repeat", &[]).output().unwrap();
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    for suite in ["units", "cluster", "program", "sockets", "computing", "page", "Python"] {
        assert!(said.contains(&format!("{suite}: 20 of 20 passed\n")), "{said}");
    }
    let notes = fs::read_to_string(folder.path().join("notes.txt")).unwrap();
    for call in
        ["--lib --bins", "--test=sockets --", "--test=solver", "npm run e2e", "python -m pytest"]
    {
        assert_eq!(notes.lines().filter(|line| line.contains(call)).count(), 20, "{call}: {notes}");
    }
}

#[test]
fn it_is_beside_eight_that_compute_which_end_with_it() {
    let folder = repository();
    let root = folder.path().canonicalize().unwrap();
    write(&root, "stand-ins/cargo", "touch begun; sleep 1000");
    let mut child = script(&root, "repeat", &["1", "sockets"]).spawn().unwrap();
    wait_until(|| root.join("begun").exists() && busy(&root) == 8);
    let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(kill.success() && !child.wait().unwrap().success());
    wait_until(|| busy(&root) == 0);
}

#[test]
fn what_fails_once_is_told_and_its_words_are_kept() {
    let folder = repository();
    let fails = "if [[ $* == *--test=sockets* ]]; then\n\
                 echo x >>count\n\
                 [ \"$(wc -l <count)\" != 2 ] || { echo 'it has failed'; exit 101; }\n\
                 fi";
    write(folder.path(), "stand-ins/cargo", fails);
    let output = script(folder.path(), "repeat", &["3", "sockets", "units"]).output().unwrap();
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("sockets: 2 of 3 passed") && said.contains("units: 3 of 3 passed"),
        "{said}"
    );
    assert!(said.contains("sockets 2 failed: target/repeat/sockets.2.txt"), "{said}");
    let kept = fs::read_to_string(folder.path().join("target/repeat/sockets.2.txt")).unwrap();
    assert_eq!(kept, "it has failed\n");
}

#[test]
fn what_cannot_be_repeated_is_refused() {
    let folder = repository();
    for (arguments, wanted) in [
        (&["0"][..], "error: 0 rounds: it must be a number from 1 to 9999"),
        (&["many"], "error: many rounds"),
        (&["2", "socket"], "error: there is no suite socket: there are units cluster"),
    ] {
        let output = script(folder.path(), "repeat", arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).starts_with(wanted), "{}", said(&output));
    }
    assert!(!folder.path().join("notes.txt").exists());
}

#[test]
fn all_is_tested_and_what_fails_beside_others_fails_the_whole() {
    let folder = repository();
    let output = script(folder.path(), "test", &[]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("all passed, in "), "{}", said(&output));
    let notes = fs::read_to_string(folder.path().join("notes.txt")).unwrap();
    for call in [
        "cargo fmt --all --check",
        "cargo clippy ",
        "cargo doc ",
        "--test=cluster --test=program --test=sockets",
        "--lib --bins --test=solver",
        " --doc",
        "autobahn ",
        "cargo build --release --locked",
        "npm run unit",
        "npm run e2e",
        "check install",
        "results --short",
    ] {
        assert!(notes.contains(call), "{call}: {notes}");
    }
    for (name, text) in [
        ("python/check", "[ \"${1:-}\" = install ] || { echo 'it has failed'; exit 3; }"),
        ("python/check", "[ \"${1:-}\" != install ] || { echo 'it has failed'; exit 3; }"),
        ("stand-ins/npm", "[[ $* != *e2e* ]] || { echo 'it has failed'; exit 3; }"),
        ("scripts/results", "echo 'it has failed'; exit 3"),
    ] {
        let folder = repository();
        write(folder.path(), name, text);
        let output = script(folder.path(), "test", &[]).output().unwrap();
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains("it has failed") && said.contains("error: this has failed: "),
            "{said}"
        );
        assert!(!said.contains("all passed"), "{said}");
    }
}
