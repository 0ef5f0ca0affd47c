//! What is asked again, or after the server was away.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use pixel_debate_protocol::study::{Screen, Sheet, Standing, Stopped, StudyJoined, StudyOffer};
use pixel_debate_server::{Limits, conducted};
use pixel_debate_store::Store;
use pixel_debate_study::frozen::Frozen;
use serde_json::json;

use crate::client::{Answered, ask, go_on, join, link, sheet};
use crate::scene::{RESEARCHER, Scene};

const FREE: [(&str, &str); 1] = [("parameters = [\"PID\", \"SESSION\"]\n", "")];

async fn order(scene: &Scene, order: serde_json::Value) -> Answered {
    let order = order.to_string();
    ask(scene.address(), "POST", "/api/study/orders", Some(RESEARCHER), &order).await
}

async fn standing(scene: &Scene) -> Standing {
    ask(scene.address(), "GET", "/api/study/standing", Some(RESEARCHER), "").await.read()
}

#[tokio::test]
async fn who_joins_twice_by_one_key_is_one_participant() {
    let scene = Scene::with(&FREE, Limits::default()).await;
    let by = |key: &str| json!({ "parameters": {}, "key": key }).to_string();
    let one = by("0123456789abcdef0123456789abcdef");
    let tries = (0..8).map(|_| ask(scene.address(), "POST", "/api/study/participants", None, &one));
    let joined = futures_util::future::join_all(tries).await;
    let tokens = joined.iter().map(|answered| answered.read::<StudyJoined>().token);
    let tokens: BTreeSet<String> = tokens.collect();
    assert_eq!((tokens.len(), standing(&scene).await.members.len()), (1, 1));
    let other = by("another-key-of-somebody");
    let other = ask(scene.address(), "POST", "/api/study/participants", None, &other).await;
    assert_eq!((other.status, standing(&scene).await.members.len()), (201, 2));
    let wrong = ask(scene.address(), "POST", "/api/study/participants", None, &by("x")).await;
    assert!(wrong.status == 409 && wrong.body.contains("16 to 64 letters"), "{}", wrong.body);
}

#[tokio::test]
async fn one_address_begins_so_often_a_day_and_whoever_comes_back_does_not_count() {
    let limits = Limits { participants_a_day: 2, ..Limits::default() };
    let scene = Scene::with(&[], limits).await;
    let ann = join(scene.address(), "ann").await;
    join(scene.address(), "ben").await;
    for _ in 0..3 {
        assert_eq!(join(scene.address(), "ann").await.token, ann.token);
    }
    let body = link("eve", "1");
    let refused = ask(scene.address(), "POST", "/api/study/participants", None, &body).await;
    assert_eq!((refused.status, refused.value()["code"].as_str()), (429, Some("too_fast")));
    assert!(refused.body.contains("2 new participants a day"), "{}", refused.body);
    assert_eq!(standing(&scene).await.members.len(), 2);
}

#[tokio::test]
async fn an_order_with_an_id_is_carried_out_once_over_restarts_too() {
    let mut scene = Scene::new().await;
    let pause = || json!({ "type": "pause", "id": "first" });
    let peek = || json!({ "type": "peek", "id": "second" });
    for restarts in 0..2 {
        for _ in 0..3 {
            let told: Standing = order(&scene, pause()).await.read();
            assert_eq!(told.carried_out.as_deref(), Some("first"), "{restarts}");
            let told: Standing = order(&scene, peek()).await.read();
            assert!(told.peeked.is_some() && told.peeks.len() == 1);
        }
        scene.stop().await;
        scene.start().await;
    }
    let other = order(&scene, json!({ "type": "resume", "id": "first" })).await;
    assert!(
        other.status == 409 && other.body.contains("another order has the id"),
        "{}",
        other.body
    );
    let wrong = order(&scene, json!({ "type": "resume", "id": "a b" })).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.value()["message"].as_str().unwrap().contains("\"id\""), "{}", wrong.body);
    assert_eq!(order(&scene, json!({ "type": "resume" })).await.status, 200);
    assert_eq!(standing(&scene).await.carried_out, None);
}

#[tokio::test]
async fn a_restart_takes_no_time_from_an_item() {
    let changes = [("[consent]", "[times]\nlimit = 60\n[consent]"), ("live = true\n", "")];
    let mut scene = Scene::with(&changes, Limits::default()).await;
    let ann = join(scene.address(), "ann").await;
    let begun =
        |sheet: &Sheet| matches!(&sheet.screen, Screen::Item(item) if item.shown.len() == 2);
    let left = |sheet: &Sheet| match &sheet.screen {
        Screen::Item(item) => item.left_ms.unwrap(),
        other => panic!("{other:?}"),
    };
    let before = go_on(scene.address(), &ann.token, begun).await;
    scene.stop().await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    scene.start().await;
    let after = sheet(scene.address(), &ann.token).await;
    let lost = left(&before).saturating_sub(left(&after));
    assert!(lost < 3000, "{lost} ms");
}

#[tokio::test]
async fn who_finds_the_study_ended_is_told_the_code_for_that() {
    let coded = [("completion_code", "closed_code = \"ENDED-1\"\ncompletion_code")];
    let mut scene = Scene::with(&coded, Limits::default()).await;
    let offer = |scene: &Scene| {
        let address = scene.address();
        async move { ask(address, "GET", "/api/study", None, "").await.read::<StudyOffer>() }
    };
    assert_eq!(offer(&scene).await.code, None);
    join(scene.address(), "ann").await;
    order(&scene, json!({ "type": "close", "reason": "enough" })).await;
    assert_eq!(offer(&scene).await.code.as_deref(), Some("ENDED-1"));
    // What whoever reads the store is told, as long as it is kept.
    scene.stop().await;
    let frozen = Arc::new(Frozen::read(&scene.frozen()).unwrap());
    let conduct = conducted(frozen, &scene.store()).await.unwrap();
    assert_eq!((conduct.left_out(), conduct.members().len()), (0, 1));
}

#[tokio::test]
async fn what_is_kept_no_longer_is_removed_before_anybody_is_served() {
    let mut scene = Scene::new().await;
    let ann = join(scene.address(), "a-name-that-is-kept-a-day").await;
    scene.stop().await;
    // It ended long ago.
    let frozen = Arc::new(Frozen::read(&scene.frozen()).unwrap());
    let closed = json!({ "at_ms": 1000, "event": { "type": "closed", "reason": "enough" } });
    let store = Store::open(&scene.store()).await.unwrap();
    store.append(frozen.hash(), 2, closed.to_string(), None).await.unwrap();
    store.close().await.unwrap();
    // Whoever reads the store is told nothing of it, and of how many.
    let conduct = conducted(Arc::clone(&frozen), &scene.store()).await.unwrap();
    assert_eq!(conduct.left_out(), 1);
    assert!(conduct.members()[0].session().is_none());
    scene.start().await;
    assert!(standing(&scene).await.members[0].erased);
    let shown = sheet(scene.address(), &ann.token).await;
    assert_eq!(shown.screen, Screen::Stopped(Stopped::Left {}));
    scene.stop().await;
    let bytes = std::fs::read(scene.folder.path().join("study.db")).unwrap();
    let name = b"a-name-that-is-kept-a-day";
    assert!(!bytes.windows(name.len()).any(|window| window == name), "it is in the file");
    let conduct = conducted(frozen, &scene.store()).await.unwrap();
    assert_eq!(conduct.left_out(), 0, "it is gone");
}
