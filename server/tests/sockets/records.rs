//! A judge's record: what whoever has the key is told of debates that have an outcome, and nothing of others.

use std::time::Duration;

use pixel_debate_game::{PanelRule, Role};
use pixel_debate_protocol::{
    ClientMessage, Created, DebateId, JudgeKey, JudgeRecord, Panel, RefusalCode, Request,
    ServerMessage, Setup, Token, Visibility,
};
use pixel_debate_server::Limits;
use pixel_debate_store::Store;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;

use crate::client::Client;
use crate::home::on_both_stores;
use crate::http::{ask, get, refused};
use crate::scene::{ADMINISTRATOR, Scene, for_a_judge, outside};

/// A key of that letter.
fn key(letter: &str) -> JudgeKey {
    JudgeKey::new(letter.repeat(JudgeKey::LENGTH)).unwrap()
}

fn bearer(key: &JudgeKey) -> String {
    format!("Authorization: Bearer {}\r\n", key.as_str())
}

/// What the server answers to whoever has that key.
async fn told(scene: &Scene, key: &JudgeKey, query: &str) -> String {
    let (head, body) = get(scene, &format!("/api/judge{query}"), &bearer(key)).await;
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("no-store"), "{head} {body}");
    body
}

async fn record(scene: &Scene, key: &JudgeKey) -> JudgeRecord {
    serde_json::from_str(&told(scene, key, "").await).unwrap()
}

async fn take(judge: &mut Client, debate: &DebateId, token: &Token, key: Option<&JudgeKey>) {
    let (debate, token, judge_key) = (debate.clone(), token.clone(), key.cloned());
    judge.say(ClientMessage::Take { debate, token, opinions: false, judge_key }).await;
}

/// A new debate, and its judge in the seat that it has taken with that key.
async fn seated(scene: &Scene, setup: Setup, key: &JudgeKey) -> (Client, Created) {
    let mut judge = Client::connect(scene.address).await;
    let created = judge.create(setup).await;
    take(&mut judge, &created.debate, created.tokens.judge.as_ref().unwrap(), Some(key)).await;
    assert_eq!(judge.snapshot().await.on_record, Some(true));
    (judge, created)
}

/// Judges a new debate so.
async fn judged(scene: &Scene, key: &JudgeKey, label: u8, probability: Option<f32>) -> DebateId {
    let (mut judge, Created { debate, .. }) = seated(scene, for_a_judge(), key).await;
    judge.turn().await;
    for _ in 1..=4 {
        judge.event().await;
    }
    say_verdict(&mut judge, &debate, label, probability).await;
    assert!(judge.event().await.ending.is_some());
    debate
}

async fn say_verdict(judge: &mut Client, debate: &DebateId, label: u8, probability: Option<f32>) {
    let (debate, label) = (debate.clone(), Some(label));
    let (explanation, logits) = (None, None);
    judge.say(ClientMessage::Verdict { debate, label, probability, explanation, logits }).await;
}

on_both_stores!(a_judge_has_its_record_on_any_device_from_the_seat_on, |home| {
    let mut scene = Scene::at(home, Limits::default()).await;
    let [ann, ben] = [key("a"), key("b")];
    let empty = record(&scene, &ann).await;
    assert_eq!(empty.totals.map(|totals| totals.judgments), Some(0));
    let first = judged(&scene, &ann, 0, Some(0.75)).await;
    let bens = judged(&scene, &ben, 1, None).await;
    // Before anything is said the judgment is on the record already: the server may go, and who comes back needs no
    // key.
    let (_, created) = seated(&scene, for_a_judge(), &ann).await;
    let second = created.debate;
    scene = scene.restart().await;
    let mut judge = Client::connect(scene.address).await;
    judge.resume(&second, created.tokens.judge.as_ref(), 0).await;
    let shown = judge.snapshot().await;
    for _ in shown.seq..4 {
        while !matches!(judge.hear().await, ServerMessage::Event(_)) {}
    }
    let belief = ClientMessage::Belief { debate: second.clone(), after: 0, probability: 0.25 };
    judge.say(belief).await;
    say_verdict(&mut judge, &second, 1, Some(0.75)).await;
    while !matches!(
        judge.hear().await,
        ServerMessage::Event(told) if told.ending.is_some()
    ) {}
    let of_ann = record(&scene, &ann).await;
    let [newest, oldest] = &of_ann.judgments[..] else { panic!("{of_ann:?}") };
    assert_eq!((&newest.debate, &oldest.debate), (&second, &first));
    assert_eq!((newest.right, oldest.right), (Some(false), Some(true)));
    assert_eq!((newest.given, oldest.given), (Some(0.25), Some(0.75)));
    assert_eq!(newest.beliefs, [Some(0.25)]);
    assert_eq!(
        (newest.claims.honest, newest.claims.liar, newest.first),
        (0, Some(1), Role::Honest)
    );
    assert_eq!((newest.pixels, newest.among, newest.recorded), (4, 2, false));
    assert_eq!(newest.visibility, Visibility::Public);
    assert!(newest.verdict.is_some() && newest.took_ms.is_some());
    assert_eq!((of_ann.next, of_ann.damaged), (None, 0));
    let totals = of_ann.totals.clone().unwrap();
    assert_eq!((totals.judgments, totals.verdicts, totals.right, totals.scored), (2, 2, 1, 2));
    assert_eq!((totals.brier, totals.more), (Some(0.625), false));
    // Twice 0.75 for what was believed, once of the truth.
    assert_eq!(totals.score, Some(f64::midpoint(1.5_f64.log2(), -1.0)));
    let curve = totals.calibration.iter().map(|bin| (bin.sure, bin.of, bin.right.rate));
    assert_eq!(curve.collect::<Vec<_>>(), [(0.75, 2, 0.5)]);
    assert_eq!(totals.accuracy.map(|accuracy| accuracy.rate), Some(0.5));
    assert_eq!(record(&scene, &ben).await.judgments.first().map(|one| &one.debate), Some(&bens));
    // Part by part it is the same.
    let part: JudgeRecord = serde_json::from_str(&told(&scene, &ann, "?limit=1").await).unwrap();
    assert_eq!((&part.judgments[..], part.totals), (&of_ann.judgments[..1], of_ann.totals));
    let query = format!("?limit=1&before={}", part.next.unwrap());
    let part: JudgeRecord = serde_json::from_str(&told(&scene, &ann, &query).await).unwrap();
    assert_eq!((&part.judgments[..], part.totals), (&of_ann.judgments[1..], None));
    // Of the key the store has the hash alone.
    let (home, _) = scene.stopped().await;
    let store = Store::open(&home.place()).await.unwrap();
    let all = store.judgments(0, 99).await.unwrap().items;
    assert_eq!(all.len(), 3);
    for stored in all {
        assert_eq!(stored.judgment.judge.as_deref().map(str::len), Some(43));
        assert!(!format!("{stored:?}").contains(ann.as_str()));
    }
    store.close().await.unwrap();
});

on_both_stores!(a_record_says_nothing_of_what_goes_on_or_has_no_outcome, |home| {
    let scene = Scene::at(home, Limits::default()).await;
    let ann = key("a");
    judged(&scene, &ann, 0, None).await;
    let before = told(&scene, &ann, "").await;
    // One judge of a panel has answered, and is as blind as before.
    let panel = Panel { judges: 2, decides: PanelRule::Majority };
    let setup = Setup { panel: Some(panel), visibility: Visibility::Private, ..for_a_judge() };
    let mut judges = [Client::connect(scene.address).await, Client::connect(scene.address).await];
    let Created { debate, tokens, .. } = judges[0].create(setup).await;
    for (place, (judge, token)) in judges.iter_mut().zip(&tokens.panel).enumerate() {
        take(judge, &debate, token, Some(&ann)).await;
        // Who has two seats of a panel has judged one debate.
        assert_eq!(judge.snapshot().await.on_record, Some(place == 0));
        assert_eq!(told(&scene, &ann, "").await, before);
    }
    for judge in &mut judges {
        judge.turn().await;
        for _ in 1..=4 {
            judge.event().await;
        }
    }
    say_verdict(&mut judges[0], &debate, 1, Some(0.9)).await;
    let belief = ClientMessage::Belief { debate: debate.clone(), after: 4, probability: 0.5 };
    judges[1].say(Request { id: Some(1), message: belief }).await;
    judges[1].accepted().await;
    assert_eq!(told(&scene, &ann, "").await, before);
    // Nor when the debate has ended without the truth.
    let cancel = ClientMessage::Cancel { debate: debate.clone(), token: tokens.creator };
    judges[0].say(cancel).await;
    judges[1].dismissed().await;
    assert_eq!(told(&scene, &ann, "").await, before);
    // What it has left unanswered is closed, and of what was judged something is told.
    let (mut judge, created) = seated(&scene, outside(), &ann).await;
    let mut debater = Client::connect(scene.address).await;
    debater.take(&created.debate, created.tokens.honest.as_ref().unwrap()).await;
    debater.snapshot().await;
    debater.say(ClientMessage::Resign { debate: created.debate.clone() }).await;
    assert!(judge.event().await.ending.is_some());
    let after = loop {
        let after = record(&scene, &ann).await;
        if after.judgments.len() > 1 {
            break after;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let newest = &after.judgments[0];
    assert_eq!((&newest.debate, &newest.verdict, newest.right), (&created.debate, &None, None));
    assert_eq!(after.totals.map(|totals| (totals.judgments, totals.verdicts)), Some((2, 1)));
    let (home, _) = scene.stopped().await;
    let store = Store::open(&home.place()).await.unwrap();
    assert_eq!(store.unfinished_judgments(0, 9).await.unwrap().items, []);
    store.close().await.unwrap();
});

#[tokio::test]
async fn a_judgment_is_on_the_record_of_the_first_key_or_on_none() {
    let scene = Scene::open().await;
    let [ann, ben] = [key("a"), key("b")];
    let (mut judge, created) = seated(&scene, for_a_judge(), &ann).await;
    let (debate, token) = (created.debate, created.tokens.judge.unwrap());
    for (key, on_record) in [(Some(&ben), Some(false)), (Some(&ann), Some(true)), (None, None)] {
        let mut again = Client::connect(scene.address).await;
        take(&mut again, &debate, &token, key).await;
        assert_eq!(again.snapshot().await.on_record, on_record);
        judge = again;
    }
    judge.verdict(&debate, 0).await;
    // The one of another debate has begun to judge without a key.
    let mut judge = Client::connect(scene.address).await;
    let created = judge.create(for_a_judge()).await;
    let (debate, token) = (created.debate, created.tokens.judge.unwrap());
    take(&mut judge, &debate, &token, None).await;
    judge.snapshot().await;
    let belief = ClientMessage::Belief { debate: debate.clone(), after: 0, probability: 0.5 };
    judge.say(Request { id: Some(1), message: belief }).await;
    while !matches!(judge.hear().await, ServerMessage::Accepted(_)) {}
    let mut again = Client::connect(scene.address).await;
    take(&mut again, &debate, &token, Some(&ann)).await;
    assert_eq!(again.snapshot().await.on_record, Some(false));
    scene.stop().await;
}

#[tokio::test]
async fn keys_are_refused_where_they_are_none_or_open_no_judges_seat() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let Created { debate, tokens, .. } = client.create(outside()).await;
    take(&mut client, &debate, tokens.honest.as_ref().unwrap(), Some(&key("a"))).await;
    let refusal = client.refusal().await;
    assert_eq!(refusal.code, RefusalCode::Illegal);
    assert!(refusal.expected.starts_with("judge_key: left out"), "{refusal}");
    let token = tokens.judge.unwrap().0;
    for wrong in ["\"short\"".to_owned(), format!("\"{}!\"", "s".repeat(42)), "7".into()] {
        let take = format!(
            r#"{{"type":"take","debate":"{debate}","token":"{token}","judge_key":{wrong}}}"#
        );
        client.frame(Message::text(take)).await.unwrap();
        let refusal = client.refusal().await;
        assert_eq!(refusal.code, RefusalCode::Malformed);
        assert!(refusal.message.contains("judge_key"), "{refusal}");
        assert!(
            !refusal.message.contains("short") && !refusal.message.contains("sss"),
            "{refusal}"
        );
    }
    for headers in [
        String::new(),
        "Authorization: Bearer short\r\n".into(),
        format!("Authorization: Bearer {ADMINISTRATOR}\r\n"),
    ] {
        let (status, refusal) = refused(&scene, "GET /api/judge", &headers, "").await;
        assert_eq!((status, refusal.code), (401, RefusalCode::WrongToken), "{headers}");
    }
    let (status, refusal) =
        refused(&scene, "GET /api/judge?limit=51", &bearer(&key("a")), "").await;
    assert_eq!((status, &*refusal.expected), (400, "limit: 1 to 50"));
    let (head, _) = ask(&scene, "POST /api/judge", &bearer(&key("a")), "").await;
    assert!(head.starts_with("HTTP/1.1 405"), "{head}");
    scene.stop().await;
}

/// Whoever takes a seat with a key has it when the store has the judgment, and not before.
#[tokio::test]
async fn a_store_that_is_away_gives_no_seat_on_a_record() {
    let scene = Scene::open().await;
    let mut judge = Client::connect(scene.address).await;
    let Created { debate, tokens, .. } = judge.create(outside()).await;
    let token = tokens.judge.unwrap();
    let away = scene.home.take_away();
    for _ in 0..2 {
        take(&mut judge, &debate, &token, Some(&key("a"))).await;
        let refusal = judge.refusal().await;
        assert_eq!(refusal.code, RefusalCode::StoreUnavailable);
    }
    drop(away);
    let on_record = loop {
        take(&mut judge, &debate, &token, Some(&key("a"))).await;
        match judge.hear().await {
            ServerMessage::Snapshot(snapshot) => break snapshot.on_record,
            ServerMessage::Error(refusal) => {
                assert_eq!(refusal.code, RefusalCode::StoreUnavailable);
                sleep(Duration::from_millis(20)).await;
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(on_record, Some(true));
    scene.stop().await;
}
