//! Whoever asks a study's server.

use std::net::SocketAddr;

use pixel_debate_protocol::study::{Answer, Asked, ItemScreen, Reply, Screen, Sheet, StudyJoined};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer: its status, its head and its body.
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answered {
    pub(crate) fn read<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(crate) fn value(&self) -> Value {
        self.read()
    }
}

/// Asks something, on a connection of its own.
pub(crate) async fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: &str,
) -> Answered {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let token = token.map_or(String::new(), |token| format!("authorization: Bearer {token}\r\n"));
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\n{token}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answered { status, head: head.to_owned(), body: body.to_owned() }
}

pub(crate) fn link(person: &str, visit: &str) -> String {
    json!({ "parameters": { "PID": person, "SESSION": visit } }).to_string()
}

pub(crate) async fn join(address: SocketAddr, person: &str) -> StudyJoined {
    let answered = ask(address, "POST", "/api/study/participants", None, &link(person, "1")).await;
    assert_eq!(answered.status, 201, "{}", answered.body);
    answered.read()
}

pub(crate) async fn sheet(address: SocketAddr, token: &str) -> Sheet {
    let answered = ask(address, "GET", "/api/study/me", Some(token), "").await;
    assert_eq!(answered.status, 200, "{}", answered.body);
    answered.read()
}

pub(crate) async fn say(address: SocketAddr, token: &str, step: u32, answer: Answer) -> Answered {
    let reply = serde_json::to_string(&Reply { step, answer }).unwrap();
    ask(address, "POST", "/api/study/me", Some(token), &reply).await
}

/// What somebody says who holds what is shown first for right.
pub(crate) fn usual(screen: &Screen) -> Answer {
    match screen {
        Screen::Consent { version, .. } => Answer::Agree { version: version.clone() },
        Screen::Item(ItemScreen { asks, answers, .. }) => match asks {
            Asked::Belief {} => Answer::Belief { label: answers[0].0, probability: 0.75 },
            Asked::Verdict { .. } => {
                Answer::Verdict { label: answers[0].0, confidence: None, explanation: None }
            }
            Asked::Next {} | Asked::Wait {} => Answer::Next {},
        },
        _ => Answer::Continue {},
    }
}

/// Goes on to the end, or until `stop` says so.
pub(crate) async fn go_on(
    address: SocketAddr,
    token: &str,
    mut stop: impl FnMut(&Sheet) -> bool,
) -> Sheet {
    loop {
        let sheet = sheet(address, token).await;
        if stop(&sheet) || matches!(sheet.screen, Screen::Stopped(_)) {
            return sheet;
        }
        if matches!(&sheet.screen, Screen::Item(item) if item.asks == (Asked::Wait {})) {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            continue;
        }
        let answered = say(address, token, sheet.step, usual(&sheet.screen)).await;
        assert_eq!(answered.status, 200, "{}", answered.body);
    }
}
