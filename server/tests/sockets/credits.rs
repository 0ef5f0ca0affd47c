//! How much one address may ask for, also behind proxies.

use std::time::Duration;

use pixel_debate_protocol::{ClientMessage, RefusalCode, Setup};
use pixel_debate_server::{Limits, ServerConfig};
use tokio::net::TcpStream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use crate::client::Client;
use crate::home::Home;
use crate::http::{ask, get, refused};
use crate::scene::{Scene, outside, setup};

/// Whose request it is, as a proxy says it.
pub(crate) fn from(address: &str) -> String {
    format!("X-Forwarded-For: {address}\r\n")
}

pub(crate) async fn behind_a_proxy(limits: Limits) -> Scene {
    let trusting = |config: &mut ServerConfig| config.proxies = 1;
    Scene::configured(Home::file(), limits, trusting).await
}

/// Whether a request is refused as one too many, with the time after which the next may come.
async fn is_too_fast(scene: &Scene, what: &str, headers: &str) -> bool {
    let (head, body) = ask(scene, what, headers, "").await;
    if !head.starts_with("HTTP/1.1 429") {
        return false;
    }
    let refusal: pixel_debate_protocol::Refusal = serde_json::from_str(&body).unwrap();
    assert_eq!(refusal.code, RefusalCode::TooFast);
    let seconds = refusal.retry_s.expect("it is not said when the next try may succeed");
    assert!(head.contains(&format!("retry-after: {seconds}")), "{head}");
    true
}

#[tokio::test]
async fn an_address_asks_for_so_much_over_http_and_no_more() {
    // One comes back in a second: a test that takes longer between two requests proves nothing, but
    // does not fail.
    let limits = Limits { reads_a_second: 1, reads_at_once: 5, ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut refused = 0;
    for _ in 0..40 {
        refused += usize::from(is_too_fast(&scene, "GET /api/debates", "").await);
    }
    assert!(refused > 0);
    // Whoever looks after the server is always answered.
    for _ in 0..20 {
        let (head, _) = get(&scene, "/healthz", "").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    }
    // So are the debates of that address, which are at their websockets.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let mut client = Client::connect(scene.address).await;
    let debate = client.create(setup()).await.debate;
    client.outcome(&debate).await;
    scene.stop().await;
}

#[tokio::test]
async fn pictures_and_analyses_cost_more_than_other_answers() {
    let limits = Limits { works_a_minute: 1, works_at_once: 2, ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut client = Client::connect(scene.address).await;
    let debate = client.create(setup()).await.debate;
    client.outcome(&debate).await;
    for (resource, too_fast) in [
        ("picture.svg", false),
        ("analysis", false),
        ("picture.png", true),
        ("analysis", true),
        ("judges", true),
        ("transcript", false),
    ] {
        let what = format!("GET /api/debates/{debate}/{resource}");
        assert_eq!(is_too_fast(&scene, &what, "").await, too_fast, "{resource}");
    }
    scene.stop().await;
}

#[tokio::test]
async fn debates_are_counted_by_the_day_however_they_are_set_up() {
    let limits = Limits { debates_a_day: 2, ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut client = Client::connect(scene.address).await;
    // That they are over makes no difference: the store keeps them.
    let debate = client.create(setup()).await.debate;
    client.outcome(&debate).await;
    let body = serde_json::to_string(&setup()).unwrap();
    for status in [201, 429] {
        let (head, body) = ask(&scene, "POST /api/debates", "", &body).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head} {body}");
    }
    client.say(ClientMessage::Create(setup())).await;
    let refusal = client.refusal().await;
    assert_eq!(refusal.code, RefusalCode::TooFast);
    assert!(refusal.expected.contains("2 new debates a day"), "{refusal}");
    assert!(refusal.retry_s.unwrap() > 10_000);
    scene.stop().await;
}

#[tokio::test]
async fn what_is_refused_costs_nothing_of_the_day() {
    let limits = Limits { debates_a_day: 2, debates_per_address: 1, ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut client = Client::connect(scene.address).await;
    for debate in 0..2 {
        for _ in 0..5 {
            client.say(ClientMessage::Create(Setup { pixels: 6, ..setup() })).await;
            assert_eq!(client.refusal().await.code, RefusalCode::Setup, "{debate}");
        }
        let created = client.create(outside()).await;
        for _ in 0..5 {
            client.say(ClientMessage::Create(outside())).await;
            assert_eq!(client.refusal().await.code, RefusalCode::Busy, "{debate}");
        }
        let creator = format!("Authorization: Bearer {}\r\n", created.tokens.creator.0);
        let end = format!("DELETE /api/debates/{}", created.debate);
        let (head, body) = ask(&scene, &end, &creator, "").await;
        assert!(head.starts_with("HTTP/1.1 204"), "{head} {body}");
    }
    client.say(ClientMessage::Create(outside())).await;
    let refusal = client.refusal().await;
    assert_eq!(refusal.code, RefusalCode::TooFast);
    assert!(refusal.message.contains("has set up all debates that it may"), "{refusal}");
    scene.stop().await;
}

#[tokio::test]
async fn messages_are_counted_by_address_however_many_connections_there_are() {
    let limits = Limits {
        messages_at_once_per_address: 8,
        messages_a_second_per_address: 1,
        ..Limits::default()
    };
    let scene = Scene::with(limits).await;
    let mut refused = Vec::new();
    for _ in 0..12 {
        let mut client = Client::connect(scene.address).await;
        for _ in 0..2 {
            client.watch(&pixel_debate_protocol::DebateId("nowhere".into())).await;
            refused.push(client.refusal().await);
        }
    }
    refused.retain(|refusal| refusal.code == RefusalCode::TooFast);
    assert!(!refused.is_empty());
    for refusal in &refused {
        assert!(refusal.message.contains("this address says too much"), "{refusal}");
        assert!(refusal.retry_s.is_some(), "{refusal}");
    }
    scene.stop().await;
}

#[tokio::test]
async fn behind_a_proxy_each_client_has_what_its_own_address_has() {
    let limits = Limits { debates_per_address: 1, works_at_once: 1, ..Limits::default() };
    let scene = behind_a_proxy(limits).await;
    let setup = serde_json::to_string(&outside()).unwrap();
    for (address, status) in [
        ("1.2.3.4", 201),
        ("1.2.3.4", 503),
        // What the client says of itself is not believed.
        ("6.6.6.6, 1.2.3.4", 503),
        ("5.6.7.8", 201),
        ("2001:db8::1", 201),
        ("2001:db8::2", 503),
        ("not an address", 400),
    ] {
        let (head, body) = ask(&scene, "POST /api/debates", &from(address), &setup).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{address} {head} {body}");
    }
    let (_, refusal) = refused(&scene, "GET /", &from("unknown"), "").await;
    assert_eq!(refusal.code, RefusalCode::Malformed);
    assert!(refusal.message.contains("\"unknown\""), "{refusal}");
    // Probes come past the proxy.
    let (head, _) = get(&scene, "/readyz", "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    scene.stop().await;
}

#[tokio::test]
async fn websockets_behind_a_proxy_are_counted_by_the_clients_address() {
    let limits = Limits { connections_per_address: 1, debates_per_address: 1, ..Limits::default() };
    let scene = behind_a_proxy(limits).await;
    let open = async |address: &str| {
        let url = format!("ws://{}{}", scene.address, pixel_debate_protocol::PATH);
        let mut request = url.into_client_request().unwrap();
        let address = HeaderValue::try_from(address).unwrap();
        request.headers_mut().insert("X-Forwarded-For", address);
        connect_async(request).await.map(|(socket, _)| socket)
    };
    let first = open("1.2.3.4").await.unwrap();
    assert!(open("1.2.3.4").await.is_err());
    let _other = open("5.6.7.8").await.unwrap();
    drop(first);
    // The place is free as soon as the server has noticed.
    for _ in 0..200 {
        if open("1.2.3.4").await.is_ok() {
            return scene.stop().await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the place of a client that has gone stays taken");
}

#[tokio::test]
async fn nobody_is_believed_where_no_proxy_is_trusted() {
    let scene =
        Scene::with(Limits { works_at_once: 1, works_a_minute: 1, ..Limits::default() }).await;
    let what = "GET /api/debates/AAAAAAAAAAAAAAAA/judges";
    assert!(!is_too_fast(&scene, what, &from("1.2.3.4")).await);
    assert!(is_too_fast(&scene, what, &from("5.6.7.8")).await);
    assert!(is_too_fast(&scene, what, &from("junk")).await);
    scene.stop().await;
}

#[tokio::test]
async fn who_does_not_read_its_answers_is_left() {
    let limits = Limits {
        connections: 1,
        reads_at_once: 1_000_000,
        silence: Duration::from_millis(200),
        ping: Duration::from_millis(100),
        ..Limits::default()
    };
    let scene = Scene::with(limits).await;
    let greedy = TcpStream::connect(scene.address).await.unwrap();
    let request = format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", scene.address).repeat(100);
    // It asks and asks until nothing more fits on the way there, and then does nothing.
    while tokio::time::timeout(Duration::from_millis(500), greedy.writable()).await.is_ok() {
        if greedy
            .try_write(request.as_bytes())
            .is_err_and(|error| error.kind() != std::io::ErrorKind::WouldBlock)
        {
            break;
        }
    }
    // Its place, the only one, is somebody else's then.
    for _ in 0..500 {
        let (head, _) = get(&scene, "/healthz", "").await;
        if head.starts_with("HTTP/1.1 200") {
            drop(greedy);
            return scene.stop().await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("who does not read keeps its place");
}
