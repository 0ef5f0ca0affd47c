//! Clients that do wrong: they are told what, and nothing else happens.

use std::time::Duration;

use pixel_debate_protocol::{
    ClientMessage, Clock, CloseReason, DebateId, PATH, RefusalCode, ServerMessage, Setup, Token,
    Visibility,
};
use pixel_debate_server::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::client::Client;
use crate::scene::{Scene, built_in, outside, setup};

#[tokio::test]
async fn bad_messages_are_refused_and_the_connection_goes_on() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let most = client.hello.bounds.message_bytes as usize;
    let long = format!("{{\"type\":\"watch\",\"debate\":\"{}\"}}", "x".repeat(most));
    for (frame, code) in [
        (Message::text("{"), RefusalCode::Malformed),
        (Message::text(r#"{"type":"move"}"#), RefusalCode::Malformed),
        (Message::text("[".repeat(4000)), RefusalCode::Malformed),
        (Message::text(long), RefusalCode::TooLarge),
    ] {
        client.frame(frame).await.unwrap();
        let refusal = client.refusal().await;
        assert_eq!(refusal.code, code);
        assert!(!refusal.message.is_empty() && !refusal.expected.is_empty());
    }
    let debate = client.create(setup()).await.debate;
    client.outcome(&debate).await;
    scene.stop().await;
}

#[tokio::test]
async fn frames_that_cannot_be_read_close_the_connection() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let no_text = Frame::message(vec![0xff; 3], OpCode::Data(Data::Text), true);
    client.frame(Message::Frame(no_text)).await.unwrap();
    assert_eq!(client.closed().await.0, CloseCode::Invalid);
    let mut client = Client::connect(scene.address).await;
    // The server may have hung up before all of this has left.
    let _ = client.frame(Message::text("x".repeat(200_000))).await;
    assert_eq!(client.closed().await.0, CloseCode::Size);
    // Others are not disturbed.
    Client::connect(scene.address).await;
    scene.stop().await;
}

#[tokio::test]
async fn setups_that_cannot_be_played_are_refused_with_what_can() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let refused = [
        (Setup { pixels: 6, ..setup() }, "6 pixels", "pixels: 4"),
        (Setup { image: Some(5), ..setup() }, "no image 5", "0 to 4"),
        (Setup { image: Some(4), ..setup() }, "1 pixels", "another image"),
        (Setup { lie: Some(3), ..setup() }, "lie 3", "0 to 2"),
        (Setup { lie: Some(0), ..setup() }, "true label", "another"),
        (Setup { precommit: false, ..setup() }, "claims no label", "lie: null"),
        (Setup { pace_ms: 10_001, ..setup() }, "10001 ms", "0 to 10000"),
        (Setup { honest: built_in("mcts:9"), ..setup() }, "honest debater", "1 to 100"),
        (Setup { liar: built_in("stockfish"), ..setup() }, "\"stockfish\"", "liar: outside"),
        (Setup { judge: built_in("person"), ..setup() }, "\"person\"", "\"outside\""),
        (Setup { clock: Clock { move_ms: 0, bank_ms: 0 }, ..setup() }, "0 ms", "1 to 3600000"),
        (Setup { pixels: 0, ..outside() }, "0 pixels", "1 to 128"),
    ];
    for (setup, wrong, right) in refused {
        client.say(ClientMessage::Create(setup)).await;
        let refusal = client.refusal().await;
        assert_eq!(refusal.code, RefusalCode::Setup);
        assert!(refusal.message.contains(wrong), "{refusal}");
        assert!(refusal.expected.contains(right), "{refusal}");
    }
    scene.stop().await;
}

#[tokio::test]
async fn a_debate_that_nobody_knows_is_refused_by_name() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    for nowhere in ["nowhere", "AAAAAAAAAAAAAAAA", "a/../../../../b "] {
        let nowhere = DebateId(nowhere.into());
        client.watch(&nowhere).await;
        let refusal = client.refusal().await;
        assert_eq!(refusal.code, RefusalCode::UnknownDebate);
        assert_eq!(refusal.debate, Some(nowhere.clone()));
        client.verdict(&nowhere, 1).await;
        assert_eq!(client.refusal().await.code, RefusalCode::NotSeated);
    }
    scene.stop().await;
}

#[tokio::test]
async fn a_server_full_of_debates_lets_go_of_those_that_are_over() {
    let limits = Limits { debates: 2, ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut client = Client::connect(scene.address).await;
    let over = client.create(setup()).await.debate;
    client.outcome(&over).await;
    client.create(outside()).await;
    client.say(ClientMessage::Create(outside())).await;
    assert_eq!(client.dismissed().await, CloseReason::Over);
    assert!(matches!(client.hear().await, ServerMessage::Created(_)));
    client.say(ClientMessage::Create(outside())).await;
    assert_eq!(client.refusal().await.code, RefusalCode::Busy);
    scene.stop().await;
}

#[tokio::test]
async fn a_connection_follows_so_many_debates_and_no_more() {
    let limits = Limits { seats: 1, ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut client = Client::connect(scene.address).await;
    let one = client.create(outside()).await.debate;
    let two = client.create(outside()).await.debate;
    client.watch(&one).await;
    client.snapshot().await;
    client.watch(&two).await;
    let refusal = client.refusal().await;
    assert_eq!((refusal.code, refusal.debate), (RefusalCode::TooManySeats, Some(two.clone())));
    client.say(ClientMessage::Leave { debate: one }).await;
    client.watch(&two).await;
    assert_eq!(client.snapshot().await.debate, two);
    scene.stop().await;
}

#[tokio::test]
async fn a_debate_that_could_not_be_followed_does_not_count() {
    let limits = Limits { seats: 1, ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut client = Client::connect(scene.address).await;
    let private = client.create(Setup { visibility: Visibility::Private, ..outside() }).await;
    let public = client.create(outside()).await;
    let guess = Token("guess".into());
    for _ in 0..3 {
        client.take(&private.debate, &guess).await;
        assert_eq!(client.refusal().await.code, RefusalCode::WrongToken);
        client.watch(&private.debate).await;
        assert_eq!(client.refusal().await.code, RefusalCode::WrongToken);
        client.resume(&private.debate, Some(&guess), 0).await;
        assert_eq!(client.refusal().await.code, RefusalCode::WrongToken);
    }
    client.watch(&public.debate).await;
    client.snapshot().await;
    // A refused wish for another seat leaves the one that there is, and it counts.
    client.take(&public.debate, &guess).await;
    assert_eq!(client.refusal().await.code, RefusalCode::WrongToken);
    client.watch(&private.debate).await;
    assert_eq!(client.refusal().await.code, RefusalCode::TooManySeats);
    client.take(&public.debate, &public.tokens.judge.clone().unwrap()).await;
    client.snapshot().await;
    client.verdict(&public.debate, 0).await;
    assert_eq!(client.refusal().await.code, RefusalCode::NotBegun);
    // A seat that another connection has taken over counts no more either.
    let mut other = Client::connect(scene.address).await;
    other.take(&public.debate, &public.tokens.judge.unwrap()).await;
    other.snapshot().await;
    assert_eq!(client.dismissed().await, CloseReason::SeatTaken);
    client.take(&private.debate, &private.tokens.judge.unwrap()).await;
    assert_eq!(client.snapshot().await.debate, private.debate);
    scene.stop().await;
}

#[tokio::test]
async fn who_says_too_much_is_refused_and_then_cut_off() {
    let limits = Limits { messages_a_second: 1, messages_at_once: 5, ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut client = Client::connect(scene.address).await;
    let leave = r#"{"type":"leave","debate":"none"}"#;
    for told in 0..10 {
        client.frame(Message::text(leave)).await.unwrap();
        let code = client.refusal().await.code;
        let wanted = if told < 5 { RefusalCode::NotSeated } else { RefusalCode::TooFast };
        assert_eq!(code, wanted, "message {told}");
    }
    client.frame(Message::text(leave)).await.unwrap();
    assert_eq!(client.closed().await.0, CloseCode::Policy);
    scene.stop().await;
}

#[tokio::test]
async fn a_server_full_of_connections_refuses_the_next() {
    let limits = Limits { connections: 1, ..Limits::default() };
    let scene = Scene::with(limits).await;
    let first = Client::connect(scene.address).await;
    let refused = connect_async(format!("ws://{}{PATH}", scene.address)).await.unwrap_err();
    assert!(matches!(refused, Error::Http(response) if response.status() == 503));
    drop(first);
    // The place is free as soon as the server has noticed.
    for _ in 0..100 {
        if connect_async(format!("ws://{}{PATH}", scene.address)).await.is_ok() {
            return scene.stop().await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the place of a client that has gone stays taken");
}

#[tokio::test]
async fn a_page_of_another_site_may_not_connect() {
    let scene = Scene::open().await;
    let connect = async |origin: String| {
        let mut request = format!("ws://{}{PATH}", scene.address).into_client_request().unwrap();
        request.headers_mut().insert("Origin", HeaderValue::try_from(origin).unwrap());
        connect_async(request).await.map(drop)
    };
    assert!(connect(format!("http://{}", scene.address)).await.is_ok());
    for origin in ["http://elsewhere.example", "null", "http://127.0.0.1:1"] {
        let refused = connect(origin.into()).await.unwrap_err();
        assert!(matches!(refused, Error::Http(response) if response.status() == 403), "{origin}");
    }
    scene.stop().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off() {
    let limits = Limits {
        silence: Duration::from_secs(2),
        ping: Duration::from_millis(400),
        messages_a_second: 1_000_000,
        ..Limits::default()
    };
    let scene = Scene::with(limits).await;
    let mut client = Client::connect(scene.address).await;
    let debate = Some(client.create(outside()).await.debate);
    let watch = ClientMessage::Watch { debate, token: None, opinions: false };
    let watch = serde_json::to_string(&pixel_debate_protocol::Request::from(watch)).unwrap();
    // Each of these is answered by a snapshot, until the way back is full.
    let flood = async { while client.frame(Message::text(watch.clone())).await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(30), flood).await.expect("the server waits for it");
    // Others are not disturbed.
    let mut other = Client::connect(scene.address).await;
    let debate = other.create(setup()).await.debate;
    other.outcome(&debate).await;
    scene.stop().await;
}

#[tokio::test]
async fn a_silent_client_is_left() {
    let time = Duration::from_millis;
    let limits = Limits { silence: time(300), ping: time(100), ..Limits::default() };
    let scene = Scene::with(limits).await;
    // A client that opens a websocket by hand and then answers no ping.
    let mut silent = TcpStream::connect(scene.address).await.unwrap();
    let request = format!(
        "GET {PATH} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        scene.address
    );
    silent.write_all(request.as_bytes()).await.unwrap();
    let mut heard = Vec::new();
    tokio::time::timeout(Duration::from_secs(10), silent.read_to_end(&mut heard))
        .await
        .expect("the server holds on to a client that does not answer")
        .unwrap();
    let heard = String::from_utf8_lossy(&heard);
    assert!(heard.contains("silent for too long"), "{heard}");
    scene.stop().await;
}
