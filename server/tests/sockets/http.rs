//! Debates over HTTP.

use pixel_debate_game::JudgmentEvent;
use pixel_debate_protocol::{
    Analysis, ClientMessage, CloseReason, Created, DebateList, DebateRecord, Phase, Refusal,
    RefusalCode, Request, Setup, Snapshot, Token, Visibility,
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
async fn a_path_that_is_no_text_is_refused_as_everything_is() {
    let scene = Scene::open().await;
    let mut paths = vec!["/%ff".into(), "/api/%ff".into(), "/socket/%ff".into()];
    let document = pixel_debate_protocol::openapi();
    for (path, known) in document["paths"].as_object().unwrap() {
        for method in known.as_object().unwrap().keys() {
            paths.push(format!("{} {path}/%ff", method.to_uppercase()));
            // Each of its variables alone, and the whole path.
            for (at, _) in path.match_indices('{') {
                let (before, after) = path.split_at(at);
                let (_, after) = after.split_once('}').unwrap();
                for other in ["AAAAAAAAAAAAAAAA", "%ff"] {
                    let mut path = format!("{before}%ff{after}");
                    while let Some(at) = path.find('{') {
                        let end = path.find('}').unwrap();
                        path.replace_range(at..=end, other);
                    }
                    paths.push(format!("{} {path}", method.to_uppercase()));
                }
            }
        }
    }
    paths.push("/api/debates/AAAAAAAAAAAAAAAA/%ff".into());
    paths.push("/api/debates/AAAAAAAAAAAAAAAA/analysis?revealed=%ff".into());
    paths.push("/api/debates?player=%ff&phase=%ff".into());
    assert!(paths.len() > 30, "{paths:?}");
    for path in paths {
        let what = if path.starts_with('/') { format!("GET {path}") } else { path };
        let (status, refusal) = refused(&scene, &what, "", "").await;
        assert!((400..500).contains(&status), "{what} {status} {refusal}");
    }
    for what in [
        "GET /api/debates/%ff",
        "DELETE /api/debates/%ff",
        "GET /api/debates/%ff/transcript",
        "GET /api/debates/%ff/judges",
        "GET /api/debates/%ff/picture.png",
    ] {
        let (status, refusal) = refused(&scene, what, "", "").await;
        assert_eq!((status, refusal.code), (400, RefusalCode::Malformed), "{what}");
    }
    scene.stop().await;
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
    let record: DebateRecord = serde_json::from_str(&body).unwrap();
    let replayed = record.transcript.replay().unwrap();
    assert_eq!(replayed.outcome(), snapshot.view.outcome);
    assert_eq!((&record.debate, record.times.len()), (&debate, replayed.events().count()));
    assert!(record.times.is_sorted_by_key(|time| time.at_ms));
    assert!(record.times[0].at_ms >= record.created_ms);
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
        let visibility = if private { Visibility::Private } else { Visibility::Public };
        let created = client.create(Setup { visibility, ..what }).await;
        let debate = created.debate;
        if number < 68 {
            client.outcome_by(&debate, created.tokens.spectator.as_ref()).await;
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
        create(&scene, &Setup { visibility: Visibility::Private, ..outside() }).await;
    let path = format!("/api/debates/{debate}");
    let (status, refusal) = refused(&scene, &format!("GET {path}"), "", "").await;
    assert_eq!((status, refusal.code), (403, RefusalCode::WrongToken));
    let judge = format!("Authorization: Bearer {}\r\n", tokens.judge.unwrap().0);
    let (status, _) = refused(&scene, &format!("GET {path}"), &judge, "").await;
    assert_eq!(status, 403, "a token opens its seat and nothing else");
    let spectator = format!("authorization: bearer {}\r\n", tokens.spectator.unwrap().0);
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
    for (key, wanted) in
        [("", 401), (judge.as_str(), 403), ("Authorization: Bearer guess\r\n", 403)]
    {
        let (status, refusal) = refused(&scene, &path, key, "").await;
        assert_eq!((status, refusal.code), (wanted, RefusalCode::WrongToken));
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
    let large = format!("X-Large: {}\r\n", "x".repeat(8192));
    let many = (0..101).map(|field| format!("X-{field}: x\r\n")).collect::<Vec<_>>().concat();
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
        ("GET /api/debates?phase=now", "", "", 400, RefusalCode::Malformed),
        ("GET /socket", "", "", 426, RefusalCode::Upgrade),
        ("POST /socket", "", "", 405, RefusalCode::Method),
        ("POST /api/debates", "", "[]", 400, RefusalCode::Malformed),
        ("POST /api/debates", "", "[17]", 400, RefusalCode::Malformed),
        ("GET /api/nothing", "", "", 404, RefusalCode::NotFound),
        ("GET /api/debates/nowhere", "", "", 404, RefusalCode::UnknownDebate),
        ("GET /api/debates/%2e%2e%2f", "", "", 404, RefusalCode::UnknownDebate),
        ("GET /api/debates/AAAAAAAAAAAAAAAA", "", "", 404, RefusalCode::UnknownDebate),
        ("GET /api/debates", "Authorization: Basic eDp5\r\n", "", 403, RefusalCode::WrongToken),
        ("GET /nothing.html", "", "", 404, RefusalCode::NotFound),
        ("POST /", "", "", 405, RefusalCode::Method),
        ("POST /healthz", "", "", 405, RefusalCode::Method),
        ("PUT /metrics", "", "", 405, RefusalCode::Method),
        ("GET /", &*large, "", 431, RefusalCode::HeadTooLarge),
        ("GET /", &*many, "", 431, RefusalCode::HeadTooLarge),
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
    let another = serde_json::to_string(&outside()).unwrap();
    let (status, refusal) = refused(&scene, "POST /api/debates", "", &another).await;
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

/// A key in the head of a request.
pub(crate) fn bearer(token: &Token) -> String {
    format!("Authorization: Bearer {}\r\n", token.0)
}

on_both_stores!(who_set_a_debate_up_cancels_it_and_has_its_place_back, |home| {
    let limits = Limits { debates_per_address: 2, ..Limits::default() };
    let scene = Scene::at(home, limits).await;
    let mut client = Client::connect(scene.address).await;
    for over_http in [true, false] {
        let mut seated = scene.seated(outside()).await;
        let mut creator = Client::connect(scene.address).await;
        let unbegun = creator.create(outside()).await;
        let another = serde_json::to_string(&outside()).unwrap();
        let (status, refusal) = refused(&scene, "POST /api/debates", "", &another).await;
        assert_eq!((status, refusal.code), (503, RefusalCode::Busy));
        creator.watch(&unbegun.debate).await;
        creator.snapshot().await;
        // No other key ends it, and neither does that of another debate.
        for token in [seated.tokens[2].clone(), Token("guess".into()), seated.creator.clone()] {
            let (debate, path) =
                (unbegun.debate.clone(), format!("DELETE /api/debates/{}", unbegun.debate));
            client
                .say(Request {
                    id: Some(3),
                    message: ClientMessage::Cancel { debate, token: token.clone() },
                })
                .await;
            let refusal = client.refusal().await;
            assert_eq!((refusal.id, refusal.code), (Some(3), RefusalCode::WrongToken));
            assert_eq!(refused(&scene, &path, &bearer(&token), "").await.0, 403);
        }
        if over_http {
            let path = format!("DELETE /api/debates/{}", unbegun.debate);
            let (head, _) = ask(&scene, &path, &bearer(&unbegun.tokens.creator), "").await;
            assert!(head.starts_with("HTTP/1.1 204"), "{head}");
        } else {
            let (debate, token) = (unbegun.debate.clone(), unbegun.tokens.creator.clone());
            client
                .say(Request { id: Some(4), message: ClientMessage::Cancel { debate, token } })
                .await;
            assert_eq!(client.accepted().await.id, Some(4));
        }
        assert_eq!(creator.dismissed().await, CloseReason::Cancelled);
        let (status, _) =
            refused(&scene, &format!("GET /api/debates/{}", unbegun.debate), "", "").await;
        assert_eq!(status, 404);
        // Its place is free, also while another one goes on.
        let another = creator.create(outside()).await;
        for (debate, token) in [
            (another.debate, another.tokens.creator),
            (seated.debate.clone(), seated.creator.clone()),
        ] {
            client
                .say(Request { id: Some(5), message: ClientMessage::Cancel { debate, token } })
                .await;
            assert_eq!(client.accepted().await.id, Some(5));
        }
        for player in seated.all() {
            assert_eq!(player.dismissed().await, CloseReason::Cancelled);
        }
    }
    // What has an outcome keeps it.
    let over = client.create(setup()).await;
    client.outcome(&over.debate).await;
    let path = format!("DELETE /api/debates/{}", over.debate);
    let (status, refusal) = refused(&scene, &path, &bearer(&over.tokens.creator), "").await;
    assert_eq!((status, refusal.code), (409, RefusalCode::Illegal));
    scene.stop().await;
});

#[tokio::test]
async fn a_private_debates_record_opens_to_each_of_its_tokens_after_the_outcome() {
    let scene = Scene::open().await;
    let mut seated = scene.seated(Setup { visibility: Visibility::Private, ..outside() }).await;
    let debate = seated.debate.clone();
    let mut keys: Vec<_> = seated.tokens.to_vec();
    keys.extend([seated.creator.clone(), seated.spectator.clone().unwrap()]);
    let resources = ["", "/transcript", "/picture.svg", "/analysis", "/judges"];
    let path = |resource: &str| format!("GET /api/debates/{debate}{resource}");
    for key in &keys {
        let (status, refusal) = refused(&scene, &path("/transcript"), &bearer(key), "").await;
        assert_eq!((status, refusal.code), (409, RefusalCode::NoOutcome));
    }
    seated.play(1, 4).await;
    let belief = ClientMessage::Belief { debate: debate.clone(), after: 4, probability: 0.75 };
    seated.judge.say(belief).await;
    seated.judge.verdict(&debate, 0).await;
    for client in seated.all() {
        client.event().await;
    }
    for key in &keys {
        for resource in resources {
            let (head, _) = bytes(&scene, &path(resource), &bearer(key), "").await;
            assert!(head.starts_with("HTTP/1.1 200"), "{resource}: {head}");
        }
    }
    for key in [String::new(), bearer(&Token("guess".into()))] {
        for resource in resources {
            let (status, refusal) = refused(&scene, &path(resource), &key, "").await;
            assert_eq!((status, refusal.code), (403, RefusalCode::WrongToken));
        }
    }
    let (_, body) =
        get(&scene, &format!("/api/debates/{debate}/transcript"), &bearer(&keys[0])).await;
    let record: DebateRecord = serde_json::from_str(&body).unwrap();
    let [judgment] = &record.judgments[..] else { panic!("{record:?}") };
    let belief = JudgmentEvent::Belief { after: 4, probability: 0.75 };
    assert_eq!(judgment.events[0].event, belief);
    assert!(judgment.events.iter().all(|said| said.at_ms >= Some(record.created_ms)));
    assert_eq!((record.visibility, record.judge_may_be_influenced), (Visibility::Private, false));
    assert_eq!((record.times.len(), record.clock), (5, outside().clock));
    assert!(record.times.iter().all(|time| time.at_ms >= record.created_ms && !time.cut_short));
    scene.stop().await;
}

on_both_stores!(a_list_says_who_played_on_what_and_when_and_is_narrowed, |home| {
    let scene = Scene::at(home, Limits::default()).await;
    let mut client = Client::connect(scene.address).await;
    let named = |name: &str| format!("outside:{name}").parse().unwrap();
    let one = client.create(setup()).await.debate;
    client.outcome(&one).await;
    let mut seated = scene
        .seated(Setup { liar: named("Lou & Co"), image: Some(3), lie: Some(0), ..outside() })
        .await;
    seated.play(1, 2).await;
    // What is told with the outcome is not told before, and finds nothing.
    let rows = list(&scene, "?phase=revealing", "").await.debates;
    assert_eq!((rows.len(), &rows[0].debate), (1, &seated.debate));
    assert_eq!((&rows[0].players, &rows[0].image, rows[0].ended_ms), (&None, &None, None));
    for query in ["?player=outside:Lou+%26+Co", "?image=3"] {
        assert_eq!(list(&scene, query, "").await.debates, []);
    }
    seated.second.say(ClientMessage::Resign { debate: seated.debate.clone() }).await;
    seated.judge.event().await;

    let scene = scene.restart().await;
    let found = async |query: &str| -> Vec<String> {
        list(&scene, query, "").await.debates.into_iter().map(|row| row.debate.0).collect()
    };
    let two = seated.debate.0.clone();
    let rows = list(&scene, "", "").await.debates;
    let [second, first] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(second.players.as_ref().unwrap().liar.as_deref(), Some("outside:Lou & Co"));
    assert_eq!((first.image.as_ref().unwrap().index, second.image.as_ref().unwrap().index), (0, 3));
    assert!(first.created_ms <= first.ended_ms.unwrap() && first.created_ms <= second.created_ms);
    for (query, wanted) in [
        ("?player=outside:Lou+%26+Co", vec![&two]),
        ("?player=row&image=0", vec![&one.0]),
        ("?player=row&image=3", vec![]),
        ("?image=3&phase=over", vec![&two]),
        ("?phase=waiting", vec![]),
        ("?pixels=4", vec![&two, &one.0]),
        ("?pixels=6", vec![]),
        (&format!("?since={}", first.created_ms), vec![&two, &one.0]),
        (&format!("?until={}", first.created_ms), vec![]),
        (&format!("?since={}", second.created_ms + 1), vec![]),
    ] {
        assert_eq!(found(query).await, wanted.into_iter().cloned().collect::<Vec<_>>(), "{query}");
    }
    scene.stop().await;
});

#[tokio::test]
async fn an_unlisted_debate_is_open_to_whoever_has_its_name_after_the_outcome() {
    let scene = Scene::open().await;
    let mut seated = scene.seated(Setup { visibility: Visibility::Unlisted, ..outside() }).await;
    let debate = seated.debate.clone();
    let mut visitor = Client::connect(scene.address).await;
    seated.play(1, 4).await;
    for resource in ["", "/transcript", "/analysis", "/judges", "/picture.png", "/picture.gif"] {
        let path = format!("GET /api/debates/{debate}{resource}");
        let (status, refusal) = refused(&scene, &path, "", "").await;
        assert_eq!((status, refusal.code), (409, RefusalCode::NoOutcome), "{resource}");
    }
    visitor.watch(&debate).await;
    assert_eq!(visitor.refusal().await.code, RefusalCode::NoOutcome);
    visitor.resume(&debate, None, 2).await;
    assert_eq!(visitor.refusal().await.code, RefusalCode::NoOutcome);
    seated.judge.verdict(&debate, 1).await;
    seated.judge.event().await;
    visitor.watch(&debate).await;
    assert!(visitor.snapshot().await.background.is_some());
    let (head, _) = get(&scene, &format!("/api/debates/{debate}/transcript"), "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(list(&scene, "", "").await.debates, []);
    let rows = list(&scene, "", &administrator()).await.debates;
    assert_eq!((rows.len(), rows[0].visibility), (1, Visibility::Unlisted));
    scene.stop().await;
}
