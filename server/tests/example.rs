//! The worked example of the protocol's page is what the server says.
//!
//! The page's JSON blocks are played in order, each as the line above it says. What the server says
//! is compared with the page: all but names of debates and tokens, which are learned where they are
//! first told, and times.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use pixel_debate_datasets::Dataset;
use pixel_debate_protocol::PATH;
use pixel_debate_server::{BuiltIn, Server, ServerConfig};
use pixel_debate_store::Place;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// The image of the page.
static IMAGES: LazyLock<Dataset> = LazyLock::new(|| {
    let seven = vec![0, 200, 255, 180, 0, 0, 90, 220, 0, 0, 240, 0, 0, 130, 0, 0];
    let classes = (0..10).map(|digit| digit.to_string()).collect();
    Dataset::new("small-digits", (4, 4), seven, vec![7], classes).unwrap()
});

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_mins(1);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A step of the example: a line of the form `**NAME verb**`, and the JSON below it, if any.
struct Step {
    line: String,
    json: Value,
}

/// The steps of the page's last section.
fn steps() -> Vec<Step> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, example) = page.split_once("\n## A whole debate, message by message\n").unwrap();
    let mut steps: Vec<Step> = Vec::new();
    let mut lines = example.lines();
    while let Some(line) = lines.next() {
        if let Some(line) = line.strip_prefix("**").and_then(|line| line.strip_suffix("**")) {
            steps.push(Step { line: line.into(), json: Value::Null });
        } else if line == "```json" {
            let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            steps.last_mut().unwrap().json = serde_json::from_str(&block.join("\n")).unwrap();
        }
    }
    steps
}

/// What the page's names of debates and tokens stand for.
#[derive(Default)]
struct Names(HashMap<String, String>);

impl Names {
    /// The text with the server's names for the page's.
    fn real(&self, text: &str) -> String {
        let name = |text: String, (page, real): (&String, &String)| text.replace(page, real);
        self.0.iter().fold(text.to_owned(), name)
    }

    /// Compares what the server said with the page. `at` is the place in the message.
    fn compare(&mut self, page: &Value, said: &Value, at: &str) {
        let field = at.rsplit('.').next().unwrap_or_default();
        let measured = ["took_ms", "latency_ms", "at_ms", "created_ms"].contains(&field);
        let is_time = at.contains(".left.") || measured;
        match (page, said) {
            (Value::Object(page), Value::Object(said)) => {
                let fields = |object: &serde_json::Map<String, Value>| {
                    let mut names: Vec<_> = object.keys().cloned().collect();
                    names.sort();
                    names
                };
                assert_eq!(fields(page), fields(said), "the fields of {at}");
                for (name, value) in page {
                    self.compare(value, &said[name], &format!("{at}.{name}"));
                }
            }
            (Value::Array(page), Value::Array(said)) => {
                assert_eq!(page.len(), said.len(), "the length of {at}");
                for (number, (page, said)) in page.iter().zip(said).enumerate() {
                    self.compare(page, said, &format!("{at}.{number}"));
                }
            }
            (Value::String(page), Value::String(said))
                if field == "debate" || at.contains(".tokens.") =>
            {
                let known = self.0.entry(page.clone()).or_insert_with(|| said.clone());
                assert_eq!(known, said, "{at}");
                assert_eq!(page.len(), said.len(), "the length of {at}");
            }
            // The way there and back may not have been measured yet.
            (Value::Number(_), Value::Null) if field == "latency_ms" => {}
            (Value::Number(page), Value::Number(said)) if is_time => {
                // The time that is left has just begun to run.
                assert!(measured || said.as_u64() <= page.as_u64());
            }
            (Value::String(page), Value::String(said)) if field == "server" => {
                let program = |text: &str| text.split(' ').next().unwrap().to_owned();
                assert_eq!(program(page), program(said));
            }
            _ => assert_eq!(page, said, "{at}"),
        }
    }
}

/// Asks over HTTP: the status, and the body if there is one.
async fn ask(address: SocketAddr, what: &str, body: &str) -> (String, Value) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let request = format!(
        "{what} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().to_owned();
    (status, serde_json::from_str(body).unwrap())
}

async fn hear(socket: &mut Socket) -> Value {
    loop {
        let frame = timeout(PATIENCE, socket.next()).await.expect("the server is silent");
        if let Message::Text(text) = frame.expect("the server has hung up").unwrap() {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

#[tokio::test]
async fn the_worked_example_is_what_the_server_says() {
    let folder = tempfile::tempdir().unwrap();
    let config = ServerConfig {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        store: Place::File(folder.path().join("debates.db")),
        ..ServerConfig::new(&IMAGES, Arc::new(BuiltIn::shipped()))
    };
    let server = Server::bind(config).await.unwrap();
    let address = server.address();
    let running = tokio::spawn(server.run(std::future::pending()));

    let mut names = Names::default();
    let mut sockets: HashMap<String, Socket> = HashMap::new();
    let mut answer = None;
    let (mut said, mut heard) = (0, 0);
    for Step { line, json } in steps() {
        let (who, what) = line.split_once(' ').unwrap_or((&line, "answer"));
        if ["says", "hears", "connects"].contains(&what)
            && (what == "connects" || !sockets.contains_key(who))
        {
            let url = format!("ws://{address}{PATH}");
            let (mut socket, _) = connect_async(url).await.unwrap();
            // Where the page shows the greeting, it is compared with the page.
            if json["type"] != "hello" {
                assert_eq!(hear(&mut socket).await["type"], "hello");
            }
            sockets.insert(who.into(), socket);
        }
        match what {
            "says" => {
                let text = names.real(&json.to_string());
                sockets.get_mut(who).unwrap().send(Message::text(text)).await.unwrap();
                said += 1;
            }
            "hears" => {
                let message = hear(sockets.get_mut(who).unwrap()).await;
                names.compare(&json, &message, &format!("{who}: {}", json["type"]));
                heard += 1;
            }
            "connects" => {}
            "answer" => {
                let (status, body) = answer.take().expect("an answer to nothing");
                assert_eq!(status, who);
                names.compare(&json, &body, "the answer");
            }
            path => {
                let body = if json.is_null() { String::new() } else { json.to_string() };
                answer = Some(ask(address, &format!("{who} {}", names.real(path)), &body).await);
            }
        }
    }
    // The page is about a whole debate.
    assert!(said >= 10 && heard >= 15);
    running.abort();
}
