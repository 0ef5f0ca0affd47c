//! `pixel-debate serve`: who is the administrator, and to whom the server listens.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::program;

const TOKEN: &str = "the-administrators-token";

/// The command with those arguments, its store in a folder, and no administrator in its environment.
pub(crate) fn serve(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = program("serve --store");
    command
        .arg(folder.join("debates.db"))
        .args(arguments)
        .env_remove("PIXEL_DEBATE_ADMIN_TOKEN")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// What the program says when it does not serve.
fn refusal(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    String::from_utf8(output.stderr).unwrap()
}

/// A server that runs until it is dropped.
pub(crate) struct Running {
    child: Child,
    address: String,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("Pixel Debate is at http://");
        let address = address.unwrap_or_else(|| panic!("{line:?}")).to_owned();
        Self { child, address }
    }

    /// The status and the body of the answer to a request with that token, or without one.
    pub(crate) fn ask(&self, request: &str, token: &str, body: &str) -> (String, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let key = if token.is_empty() {
            String::new()
        } else {
            format!("Authorization: Bearer {token}\r\n")
        };
        write!(
            stream,
            "{request} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n\
             {key}\r\n{body}",
            self.address,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().into(), serde_json::from_str(body).unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_file_without_a_token_is_refused_with_what_a_token_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let refused = || {
        let name = file.to_str().unwrap();
        let said = refusal(serve(folder.path(), &["--admin-token-file", name]));
        assert!(said.starts_with(&format!("error: {name}")), "{said}");
        said
    };
    let missing = refused();
    assert!(missing.contains("cannot be read: No such file or directory"), "{missing}");
    for text in ["", "\n", "too-short\n", "two words are no token\n"] {
        fs::write(&file, text).unwrap();
        let said = refused();
        assert!(said.contains("at least 16 characters and no spaces"), "{text:?}: {said}");
        assert!(text.trim().is_empty() || !said.contains(text.trim()), "a secret in an error");
    }
    fs::write(&file, [0xff; 20]).unwrap();
    let binary = refused();
    assert!(binary.contains("cannot be read: stream did not contain valid UTF-8"), "{binary}");
    assert!(!folder.path().join("debates.db").exists(), "nothing was begun");
}

#[test]
fn the_token_in_the_file_or_the_environment_is_the_administrators() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let listen = ["--listen", "127.0.0.1:0"];
    // An editor ends the file with a new line, which is no part of the token. The file goes before
    // the environment.
    fs::write(&file, format!("{TOKEN}\n")).unwrap();
    let mut by_file = serve(folder.path(), &listen);
    by_file.arg("--admin-token-file").arg(&file);
    by_file.env("PIXEL_DEBATE_ADMIN_TOKEN", "another-token-of-16-and-more");
    let mut by_environment = serve(folder.path(), &listen);
    by_environment.env("PIXEL_DEBATE_ADMIN_TOKEN", TOKEN);
    for (number, command) in [by_file, by_environment].into_iter().enumerate() {
        let server = Running::start(command);
        let private =
            r#"{"visibility":"private","honest":"outside","liar":"outside","judge":"outside"}"#;
        let (status, created) = server.ask("POST /api/debates", "anything", private);
        assert_eq!(status, "201", "{created}");
        let (status, answer) = server.ask("GET /api/debates", TOKEN, "");
        assert_eq!(status, "200");
        assert_eq!(answer["debates"].as_array().unwrap().len(), number + 1, "{answer}");
        for wrong in ["another-token-of-16-and-more", "the-administrators-toke"] {
            let (status, refusal) = server.ask("GET /api/debates", wrong, "");
            assert_eq!((status.as_str(), &refusal["code"]), ("401", &"wrong_token".into()));
        }
    }
}

#[test]
fn beyond_this_machine_it_listens_only_with_an_administrator() {
    let folder = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8080"] {
        let said = refusal(serve(folder.path(), &["--listen", address]));
        let wanted =
            format!("error: {address} is open to other machines: for that the server needs");
        assert!(said.starts_with(&wanted) && said.contains("--admin-token-file"), "{said}");
    }
    let named = serve(folder.path(), &["--listen", "localhost:8080"]).output().unwrap();
    let said = String::from_utf8(named.stderr).unwrap();
    assert!(said.contains("an IP address and a port, as 127.0.0.1:8080"), "{said}");
    // An environment without a sound token is none.
    let mut command = serve(folder.path(), &["--listen", "0.0.0.0:0"]);
    command.env("PIXEL_DEBATE_ADMIN_TOKEN", "");
    let said = refusal(command);
    assert!(said.contains("PIXEL_DEBATE_ADMIN_TOKEN: an administrator's token has"), "{said}");
    assert!(!folder.path().join("debates.db").exists(), "nothing was begun");
}

/// Ctrl-C, a request to terminate, and the end of the terminal.
#[cfg(unix)]
#[test]
fn every_signal_to_stop_is_heard_and_a_hangup_that_is_ignored_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let tell = |server: &Running, signal: &str| {
        let id = server.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    };
    for signal in ["-INT", "-TERM", "-HUP"] {
        let mut server = Running::start(serve(folder.path(), &["--listen", "127.0.0.1:0"]));
        tell(&server, signal);
        let status = server.child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{signal}: it does not stop by itself: {status}");
    }
    let own = serve(folder.path(), &["--listen", "127.0.0.1:0"]);
    let mut command = Command::new("nohup");
    let arguments =
        own.get_args().skip_while(|argument| argument.to_string_lossy().starts_with("--"));
    command.args(arguments).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = Running::start(command);
    tell(&server, "-HUP");
    // It answers still, until it is told to terminate.
    let (status, _) = server.ask("GET /api/nothing", "", "");
    assert_eq!(status, "404");
    tell(&server, "-TERM");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_server_outlives_the_reader_of_its_output() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["serve", "class"] {
        let mut command = program(&format!("{command} --listen 127.0.0.1:0 --store"));
        let store = folder.path().join("store.db");
        let command = command.arg(store).env("RUST_LOG", "info").env("NO_COLOR", "1");
        let (reader, output) = std::io::pipe().unwrap();
        drop(reader);
        let mut child = command.stdout(output).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let listening = log.find_map(|line| Some(line.split_once("address=")?.1.to_owned()));
        let address = listening.unwrap_or_else(|| panic!("it ended: {:?}", child.wait()));
        let running = Running { child, address };
        assert_eq!(running.ask("GET /api/debates", "", "").0, "200");
    }
}
