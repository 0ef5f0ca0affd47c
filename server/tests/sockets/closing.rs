//! However a connection ends, it ends with the closing handshake, and what was asked before it is
//! answered.

use std::io::Cursor;
use std::time::{Duration, Instant};

use pixel_debate_game::Pixel;
use pixel_debate_protocol::{
    ClientMessage, CloseReason, Created, DebateId, PATH, RefusalCode, Request, ServerMessage,
};
use pixel_debate_server::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocket};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::client::Client;
use crate::scene::{Scene, outside, setup};

/// What a server has said to a client that writes bytes, from the greeting on.
struct Said {
    messages: Vec<ServerMessage>,
    close: Option<CloseFrame>,
}

/// Opens a websocket by hand, writes all bytes at once, and reads to the end. A connection that is
/// reset is an error.
async fn say(scene: &Scene, bytes: &[u8]) -> Said {
    let mut stream = TcpStream::connect(scene.address).await.unwrap();
    let request = format!(
        "GET {PATH} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        scene.address
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await.unwrap());
    }
    let (mut reading, mut writing) = stream.split();
    let mut heard = Vec::new();
    let (written, read) = tokio::join!(writing.write_all(bytes), reading.read_to_end(&mut heard));
    written.unwrap();
    read.expect("the connection is not reset");
    let stream = Cursor::new(Vec::new());
    let mut socket = WebSocket::from_partially_read(stream, heard, Role::Client, None);
    let mut said = Said { messages: Vec::new(), close: None };
    loop {
        match socket.read() {
            Ok(Message::Text(text)) => said.messages.push(serde_json::from_str(&text).unwrap()),
            Ok(Message::Close(close)) => {
                said.close = close;
                return said;
            }
            Ok(_) => {}
            Err(Error::Protocol(_)) => return said,
            Err(error) => panic!("{error}"),
        }
    }
}

/// A frame as a client writes it.
fn masked(mut frame: Frame) -> Vec<u8> {
    frame.header_mut().mask = Some([1, 2, 3, 4]);
    let mut bytes = Vec::new();
    frame.format(&mut bytes).unwrap();
    bytes
}

fn text(text: impl Into<Vec<u8>>) -> Vec<u8> {
    masked(Frame::message(text.into(), OpCode::Data(Data::Text), true))
}

fn request(id: u32, message: ClientMessage) -> Vec<u8> {
    text(serde_json::to_string(&Request { id: Some(id), message }).unwrap())
}

fn close() -> Vec<u8> {
    let reason = "that is all".into();
    masked(Frame::close(Some(CloseFrame { code: CloseCode::Normal, reason })))
}

/// The number of the request that a message answers.
fn answered(message: &ServerMessage) -> Option<u32> {
    match message {
        ServerMessage::Created(Created { id, .. }) => *id,
        ServerMessage::Snapshot(snapshot) => snapshot.id,
        ServerMessage::Resumed(resumed) => resumed.id,
        ServerMessage::Accepted(accepted) => accepted.id,
        ServerMessage::Error(refusal) => refusal.id,
        _ => None,
    }
}

/// Requests that are answered by the connection itself, by a debate, and by the store.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_is_asked_before_a_close_frame_is_answered() {
    let scene = Scene::with(Limits { debates_per_address: 1000, ..Limits::default() }).await;
    let debate = Client::connect(scene.address).await.create(outside()).await.debate;
    let watch = |debate: &DebateId| ClientMessage::Watch {
        debate: Some(debate.clone()),
        token: None,
        opinions: false,
    };
    let resume =
        ClientMessage::Resume { debate: debate.clone(), token: None, seq: 0, opinions: false };
    let bytes = [
        request(1, watch(&debate)),
        request(2, ClientMessage::Create(outside())),
        request(3, watch(&DebateId("AAAAAAAAAAAAAAAA".into()))),
        request(4, resume),
        request(5, ClientMessage::Leave { debate: debate.clone() }),
        close(),
    ]
    .concat();
    for _ in 0..50 {
        let all = tokio::join!(
            say(&scene, &bytes),
            say(&scene, &bytes),
            say(&scene, &bytes),
            say(&scene, &bytes)
        );
        for said in [all.0, all.1, all.2, all.3] {
            let mut answers: Vec<u32> = said.messages.iter().filter_map(answered).collect();
            answers.sort_unstable();
            assert_eq!(answers, [1, 2, 3, 4, 5], "{:?}", said.messages);
            assert_eq!(said.close.expect("a close frame").code, CloseCode::Normal);
        }
    }
    scene.stop().await;
}

#[tokio::test]
async fn a_move_before_a_close_frame_is_made_and_told() {
    let scene = Scene::open().await;
    let mut seated = scene.seated(outside()).await;
    let debate = seated.debate.clone();
    seated.first.reveal(&debate, 1, Pixel::new(0, 0)).await;
    seated.first.frame(Message::Close(None)).await.unwrap();
    assert_eq!(seated.first.event().await.seq, 1);
    seated.first.closed_without_reason().await;
    assert_eq!(seated.judge.event().await.seq, 1);
    scene.stop().await;
}

#[tokio::test]
async fn whoever_sends_what_cannot_be_read_hears_why() {
    let scene = Scene::open().await;
    let data = |data, bytes: Vec<u8>, ends| masked(Frame::message(bytes, OpCode::Data(data), ends));
    let part = vec![b'x'; 30_000];
    let cases = [
        ("a frame of 70 kB", data(Data::Text, vec![b'x'; 70_000], true), CloseCode::Size),
        ("a frame of 1 MB", data(Data::Text, vec![b'x'; 1_000_000], true), CloseCode::Size),
        (
            "a message in fragments",
            [
                data(Data::Text, part.clone(), false),
                data(Data::Continue, part.clone(), false),
                data(Data::Continue, part, true),
            ]
            .concat(),
            CloseCode::Size,
        ),
        ("no UTF-8", data(Data::Text, vec![b'x', 0xff], true), CloseCode::Invalid),
        ("a rest alone", data(Data::Continue, vec![b'x'], true), CloseCode::Protocol),
        ("a frame of no kind", data(Data::Reserved(3), vec![b'x'], true), CloseCode::Protocol),
        ("a frame without a mask", vec![0x81, 1, b'x'], CloseCode::Protocol),
        ("a ping of 126 bytes", masked(Frame::ping(vec![0; 126])), CloseCode::Protocol),
        ("half a close code", vec![0x88, 0x81, 0, 0, 0, 0, 3], CloseCode::Protocol),
    ];
    let asked = request(1, ClientMessage::Create(setup()));
    for (what, bytes, code) in cases {
        // What was asked before is answered, and what follows changes nothing.
        let all = [&asked[..], &bytes, &text("{}"), &text(vec![b'y'; 40_000])].concat();
        let said = say(&scene, &all).await;
        assert_eq!(said.close.map(|close| close.code), Some(code), "{what}");
        assert!(said.messages.iter().any(|message| answered(message) == Some(1)), "{what}");
    }
    scene.stop().await;
}

#[tokio::test]
async fn a_binary_frame_is_refused_and_closes_the_connection() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    client.frame(Message::binary(br#"{"type":"watch"}"#.to_vec())).await.unwrap();
    assert_eq!(client.refusal().await.code, RefusalCode::Binary);
    assert_eq!(client.closed().await.0, CloseCode::Unsupported);
    scene.stop().await;
}

/// While the store is not there, a connection is not held up by what waits for it, and the client is
/// told before long.
#[tokio::test]
async fn a_client_that_waits_for_the_store_is_heard_and_told() {
    let limits = Limits {
        ping: Duration::from_millis(50),
        silence: Duration::from_secs(2),
        store_wait: Duration::from_secs(4),
        debates_per_address: 1,
        ..Limits::default()
    };
    let scene = Scene::with(limits).await;
    let mut client = Client::connect(scene.address).await;
    let away = scene.home.take_away();
    client.say(Request { id: Some(7), message: ClientMessage::Create(outside()) }).await;
    let refusal = client.refusal().await;
    assert_eq!((refusal.code, refusal.id), (RefusalCode::StoreUnavailable, Some(7)));
    assert!(client.pings > 5, "{} pings", client.pings);
    // What the store takes afterwards nobody has been told of: it ends, and takes up no place.
    drop(away);
    let begun = Instant::now();
    loop {
        client.say(ClientMessage::Create(outside())).await;
        match client.hear().await {
            ServerMessage::Created(_) => break,
            ServerMessage::Error(refusal) => assert_eq!(refusal.code, RefusalCode::Busy),
            other => panic!("{other:?}"),
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "its place stays taken");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (_, list) = crate::http::get(&scene, "/api/debates", "").await;
    assert_eq!(list.matches(r#""debate":"#).count(), 1, "{list}");
    scene.stop().await;
}

/// Neither a debate nor a client that hangs keeps a connection from its end.
#[tokio::test]
async fn a_client_that_leaves_while_the_store_is_away_is_let_go() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let away = scene.home.take_away();
    client.say(ClientMessage::Create(outside())).await;
    client.frame(Message::Close(None)).await.unwrap();
    let begun = Instant::now();
    client.closed_without_reason().await;
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    drop(away);
    scene.stop().await;
}

#[tokio::test]
async fn a_client_for_which_there_is_no_place_reads_that() {
    let scene = Scene::with(Limits { connections: 1, ..Limits::default() }).await;
    let _first = Client::connect(scene.address).await;
    for _ in 0..50 {
        // The request has come before the answer: unread it must not reset the connection.
        let mut stream = TcpStream::connect(scene.address).await.unwrap();
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n").await;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("the connection is not reset");
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    }
    scene.stop().await;
}

/// A debate that ends as the server stops is told before the connection is closed, also to a client
/// that goes on sending.
#[tokio::test]
async fn who_sends_while_the_server_stops_hears_it_all() {
    let scene = Scene::open().await;
    let mut seated = scene.seated(outside()).await;
    let stopping = tokio::spawn(scene.stop());
    let leave = r#"{"type":"leave","debate":"none"}"#;
    for client in seated.all() {
        for _ in 0..50 {
            let _ = client.frame(Message::text(leave)).await;
        }
        let (code, _) = client.closed().await;
        assert_eq!(code, CloseCode::Away);
        let restarting = serde_json::to_string(&CloseReason::Restarting).unwrap();
        assert!(client.heard.iter().any(|heard| heard.contains(&restarting)));
    }
    stopping.await.unwrap();
}
