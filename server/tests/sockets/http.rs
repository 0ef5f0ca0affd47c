//! Debates over HTTP.

use pixel_debate_game::Transcript;
use pixel_debate_protocol::{
    Analysis, ClientMessage, CloseReason, Created, DebateList, Phase, Refusal, RefusalCode, Setup,
    Snapshot,
};
use pixel_debate_server::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::Client;
use crate::home::on_both_stores;
use crate::scene::{ADMINISTRATOR, Scene, outside, setup};

/// The answer to a request, head and body.
pub(crate) async fn ask(scene: &Scene, what: &str, headers: &str, body: &str) -> (String, String) {
    let (head, body) = bytes(scene, what, headers, body).await;
    (head, String::from_utf8(body).unwrap())
}

/// The same where the body is no text.
pub(crate) async fn bytes(
    scene: &Scene,
    what: &str,
    headers: &str,
    body: &str,
) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(scene.address).await.unwrap();
    let request = format!(
        "{what} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        scene.address,
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let body = answer.split_off(end + 4);
    answer.truncate(end);
    (String::from_utf8(answer).unwrap(), body)
}

pub(crate) async fn get(scene: &Scene, path: &str, headers: &str) -> (String, String) {
    ask(scene, &format!("GET {path}"), headers, "").await
}

fn administrator() -> String {
    format!("Authorization: Bearer {ADMINISTRATOR}\r\n")
}

async fn create(scene: &Scene, setup: &Setup) -> Created {
    let body = serde_json::to_string(setup).unwrap();
    let (head, body) = ask(scene, "POST /api/debates", "", &body).await;
    assert!(head.starts_with("HTTP/1.1 201"), "{head} {body}");
    let created: Created = serde_json::from_str(&body).unwrap();
    assert!(head.contains(&format!("location: /api/debates/{}", created.debate)), "{head}");
    created
}

pub(crate) async fn refused(
    scene: &Scene,
    what: &str,
    headers: &str,
    body: &str,
) -> (u16, Refusal) {
    let (head, body) = ask(scene, what, headers, body).await;
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {head} {body}")))
}

#[tokio::test]
async fn a_debate_is_set_up_read_and_kept() {
    let scene = Scene::open().await;
    let debate = create(&scene, &setup()).await.debate;
    let mut client = Client::connect(scene.address).await;
    client.outcome(&debate).await;
    let (head, body) = get(&scene, &format!("/api/debates/{debate}"), "").await;
    assert!(head.contains("content-type: application/json") && head.contains("no-store"), "{head}");
    let snapshot: Snapshot = serde_json::from_str(&body).unwrap();
    assert_eq!((snapshot.seq, snapshot.view.truth.unwrap().label), (5, 0));
    let (_, body) = get(&scene, &format!("/api/debates/{debate}/transcript"), "").await;
    let transcript: Transcript = body.parse().unwrap();
    assert_eq!(transcript.replay().unwrap().outcome(), snapshot.view.outcome);
    let list = list(&scene, "", "").await;
    assert_eq!((list.debates.len(), list.debates[0].phase), (1, Phase::Over));
    scene.stop().await;
}

async fn list(scene: &Scene, query: &str, key: &str) -> DebateList {
    let (head, body) = get(scene, &format!("/api/debates{query}"), key).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head} {body}");
    serde_json::from_str(&body).unwrap()
}

/// The names in a list, from its first page to its last.
async fn listed(scene: &Scene, limit: usize, key: &str) -> Vec<String> {
    let (mut names, mut query) = (Vec::new(), format!("?limit={limit}"));
    loop {
        let DebateList { debates, next, damaged } = list(scene, &query, key).await;
        assert_eq!(damaged, 0);
        assert!(debates.len() <= limit);
        names.extend(debates.into_iter().map(|summary| summary.debate.0));
        let Some(next) = next else { return names };
        query = format!("?limit={limit}&before={next}");
    }
}

on_both_stores!(debates_are_listed_by_pages_also_those_that_only_the_store_has, |home| {
    let scene = Scene::at(home, Limits::default()).await;
    let mut client = Client::connect(scene.address).await;
    let (mut public, mut all) = (Vec::new(), Vec::new());
    for number in 0..70 {
        // A third is private; the last two go on.
        let private = number % 3 == 0;
        let what = if number < 68 { setup() } else { outside() };
        let created = client.create(Setup { private, ..what }).await;
        let debate = created.debate;
        if number < 68 {
            client.resume(&debate, created.tokens.spectator.as_ref(), 0).await;
            client.resumed().await;
            client.events().await;
            client.say(ClientMessage::Leave { debate: debate.clone() }).await;
        }
        all.insert(0, debate.0.clone());
        if !private {
            public.insert(0, debate.0);
        }
    }
    // What the administrator has ended has no outcome, and is not there to be read.
    let ended = create(&scene, &outside()).await.debate;
    let key = administrator();
    ask(&scene, &format!("DELETE /api/debates/{ended}"), &key, "").await;
    assert_eq!(listed(&scene, 100, "").await, public);
    let before: Vec<_> = list(&scene, "", &key).await.debates;

    let scene = scene.restart().await;
    for limit in [1, 7, 100] {
        assert_eq!(listed(&scene, limit, "").await, public);
        assert_eq!(listed(&scene, limit, &key).await, all);
    }
    assert_eq!(list(&scene, "", &key).await.debates, before);
    assert_eq!(list(&scene, "?before=0", "").await.debates, []);
    // And they can be read.
    for (resource, kind) in [("transcript", "application/json"), ("picture.svg", "image/svg+xml")] {
        let path = format!("/api/debates/{}/{resource}", public.last().unwrap());
        let (head, _) = get(&scene, &path, "").await;
        assert!(head.starts_with("HTTP/1.1 200") && head.contains(kind), "{head}");
    }
    scene.stop().await;
});

#[tokio::test]
async fn what_is_private_is_seen_with_a_token_and_by_the_administrator() {
    let scene = Scene::open().await;
    let Created { debate, tokens, .. } =
        create(&scene, &Setup { private: true, ..outside() }).await;
    let path = format!("/api/debates/{debate}");
    let (status, refusal) = refused(&scene, &format!("GET {path}"), "", "").await;
    assert_eq!((status, refusal.code), (403, RefusalCode::WrongToken));
    let judge = format!("Authorization: Bearer {}\r\n", tokens.judge.unwrap().0);
    let (status, _) = refused(&scene, &format!("GET {path}"), &judge, "").await;
    assert_eq!(status, 403, "a token opens its seat and nothing else");
    let spectator = format!("Authorization: Bearer {}\r\n", tokens.spectator.unwrap().0);
    for key in [&spectator, &administrator()] {
        let (head, body) = get(&scene, &path, key).await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let view = serde_json::from_str::<Snapshot>(&body).unwrap().view;
        assert!(view.image.is_none() && view.truth.is_none());
    }
    for (key, number) in [(String::new(), 0), (administrator(), 1)] {
        assert_eq!(list(&scene, "?limit=5", &key).await.debates.len(), number);
    }
    let (status, _) = refused(&scene, "GET /api/debates", &spectator, "").await;
    assert_eq!(status, 401);
    scene.stop().await;
}

on_both_stores!(the_administrator_ends_debates_and_nobody_else, |home| {
    let scene = Scene::at(home, Limits::default()).await;
    let mut seated = scene.seated(outside()).await;
    let path = format!("DELETE /api/debates/{}", seated.debate);
    let judge = format!("Authorization: Bearer {}\r\n", seated.tokens[2].0);
    for key in ["", judge.as_str(), "Authorization: Bearer guess\r\n"] {
        let (status, refusal) = refused(&scene, &path, key, "").await;
        assert_eq!((status, refusal.code), (401, RefusalCode::WrongToken));
    }
    let (head, _) = ask(&scene, &path, &administrator(), "").await;
    assert!(head.starts_with("HTTP/1.1 204"), "{head}");
    for client in seated.all() {
        assert_eq!(client.dismissed().await, CloseReason::Ended);
    }
    let (status, _) = refused(&scene, &path, &administrator(), "").await;
    assert_eq!(status, 404);
    // It stays so.
    let debate = seated.debate.clone();
    let scene = scene.restart().await;
    let (status, _) = refused(&scene, &format!("GET /api/debates/{debate}"), "", "").await;
    assert_eq!(status, 404);
    scene.stop().await;
});

#[tokio::test]
async fn what_cannot_be_done_is_refused_as_on_the_websocket() {
    let scene = Scene::open().await;
    let debate = create(&scene, &outside()).await.debate;
    let long = format!("{{\"honest\":\"{}\"}}", "x".repeat(20_000));
    let origin = "Origin: http://elsewhere.example\r\n";
    for (what, headers, body, status, code) in [
        ("POST /api/debates", "", "{", 400, RefusalCode::Malformed),
        ("POST /api/debates", "", r#"{"pixel":4}"#, 400, RefusalCode::Malformed),
        ("POST /api/debates", "", r#"{"pixels":6}"#, 422, RefusalCode::Setup),
        ("POST /api/debates", "", long.as_str(), 413, RefusalCode::TooLarge),
        ("POST /api/debates", origin, "{}", 403, RefusalCode::WrongToken),
        ("PUT /api/debates", "", "", 405, RefusalCode::Method),
        ("GET /api/debates?limit=0", "", "", 400, RefusalCode::Malformed),
        ("GET /api/debates?limit=101", "", "", 400, RefusalCode::Malformed),
        ("GET /api/debates?before=-1", "", "", 400, RefusalCode::Malformed),
        ("GET /api/debates?after=1", "", "", 400, RefusalCode::Malformed),
        ("GET /api/nothing", "", "", 404, RefusalCode::NotFound),
        ("GET /api/debates/nowhere", "", "", 404, RefusalCode::UnknownDebate),
        ("GET /api/debates/%2e%2e%2f", "", "", 404, RefusalCode::UnknownDebate),
        ("GET /api/debates/AAAAAAAAAAAAAAAA", "", "", 404, RefusalCode::UnknownDebate),
        ("GET /api/debates", "Authorization: Basic eDp5\r\n", "", 403, RefusalCode::WrongToken),
    ] {
        let (got, refusal) = refused(&scene, what, headers, body).await;
        assert_eq!((got, refusal.code), (status, code), "{what} {body}");
        assert!(!refusal.message.is_empty() && !refusal.expected.is_empty());
    }
    let transcript = format!("GET /api/debates/{debate}/transcript");
    let (status, refusal) = refused(&scene, &transcript, "", "").await;
    assert_eq!((status, refusal.code), (409, RefusalCode::NoOutcome));
    scene.stop().await;
}

#[tokio::test]
async fn one_address_sets_up_so_many_debates_and_no_more() {
    let scene = Scene::with(Limits { debates_per_address: 1, ..Limits::default() }).await;
    create(&scene, &outside()).await;
    let (status, refusal) = refused(&scene, "POST /api/debates", "", "").await;
    assert_eq!((status, refusal.code), (503, RefusalCode::Busy));
    scene.stop().await;
}

#[tokio::test]
async fn health_and_metrics_are_told() {
    let scene = Scene::open().await;
    let mut seated = scene.seated(outside()).await;
    seated.play(1, 2).await;
    for (path, wanted) in [("/healthz", "alive\n"), ("/readyz", "ready\n")] {
        let (head, body) = get(&scene, path, "").await;
        assert!(head.starts_with("HTTP/1.1 200") && body == wanted, "{head} {body}");
    }
    let (_, metrics) = get(&scene, "/metrics", "").await;
    for line in [
        "pixel_debate_connections 3",
        "pixel_debate_events_total 2",
        "pixel_debate_move_seconds_count 2",
        "pixel_debate_store_write_seconds_count 3",
        "pixel_debate_debates{phase=\"revealing\"} 1",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}\n{metrics}");
    }
    scene.stop().await;
}

#[tokio::test]
async fn who_is_slow_to_ask_is_left() {
    let limits = Limits { handshake: std::time::Duration::from_millis(200), ..Limits::default() };
    let scene = Scene::with(limits).await;
    let head = "POST /api/debates HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{";
    for half in ["", "GET / HTTP/1.1\r\nHost: loc", head] {
        let mut stream = TcpStream::connect(scene.address).await.unwrap();
        stream.write_all(half.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        tokio::time::timeout(std::time::Duration::from_secs(5), read)
            .await
            .expect("the server waits for it")
            .unwrap();
    }
    scene.stop().await;
}

#[tokio::test]
async fn a_position_is_analysed_once_there_is_an_outcome() {
    let scene = Scene::open().await;
    let mut seated = scene.seated(outside()).await;
    let debate = seated.debate.clone();
    let path = |query: &str| format!("/api/debates/{debate}/analysis{query}");
    let (status, refusal) = refused(&scene, &format!("GET {}", path("")), "", "").await;
    assert_eq!((status, refusal.code), (409, RefusalCode::NoOutcome));
    seated.play(1, 4).await;
    seated.judge.verdict(&debate, 1).await;
    assert!(seated.judge.event().await.ending.is_some());

    let mut legal = None;
    for revealed in 0..=4 {
        let (head, body) = get(&scene, &path(&format!("?revealed={revealed}")), "").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head} {body}");
        let analysis: Analysis = serde_json::from_str(&body).unwrap();
        assert_eq!(analysis.revealed, revealed);
        assert_eq!(analysis.by.is_none(), revealed == 4);
        let prospects = analysis.prospects.len();
        if let Some(before) = legal.replace(prospects) {
            assert_eq!(prospects, if revealed == 4 { 0 } else { before - 1 });
        }
        if revealed == 4 {
            let (_, all) = get(&scene, &path(""), "").await;
            assert_eq!(all, body);
        }
    }
    for (query, wrong) in [
        ("?revealed=5", "no position after 5 reveals"),
        ("?revealed=-1", "invalid digit"),
        ("?reveals=1", "unknown field"),
    ] {
        let (status, refusal) = refused(&scene, &format!("GET {}", path(query)), "", "").await;
        assert_eq!((status, refusal.code), (400, RefusalCode::Malformed));
        assert!(refusal.message.contains(wrong), "{refusal}");
        assert_eq!(refusal.expected, "revealed: 0 to 4");
    }
    scene.stop().await;
}
