//! What a study's server hands out to its researcher, and that they looked.

use std::sync::Arc;

use pixel_debate_protocol::study::Standing;
use pixel_debate_server::conducted;
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::results::{Handed, Look, Peek, State};
use serde_json::json;

use crate::client::{Answered, ask, go_on, join, say, usual};
use crate::scene::{RESEARCHER, Scene};

/// An answer in parts, put together.
fn whole(answered: &Answered) -> String {
    assert_eq!(answered.status, 200, "{}", answered.body);
    assert!(
        answered.head.to_lowercase().contains("transfer-encoding: chunked"),
        "{}",
        answered.head
    );
    assert!(answered.head.to_lowercase().contains("cache-control: no-store"), "{}", answered.head);
    let (mut rest, mut text) = (answered.body.as_str(), String::new());
    loop {
        let (length, after) = rest.split_once("\r\n").unwrap();
        let length = usize::from_str_radix(length, 16).unwrap();
        if length == 0 {
            return text;
        }
        text.push_str(&after[..length]);
        rest = after[length..].strip_prefix("\r\n").unwrap();
    }
}

async fn handed(scene: &Scene, body: &str) -> Handed {
    let answered = ask(scene.address(), "POST", "/api/study/export", Some(RESEARCHER), body).await;
    serde_json::from_str(&whole(&answered)).unwrap()
}

const RESULTS: &str = r#"{"type":"results","identify":false}"#;
const NAMED: &str = r#"{"type":"results","identify":true}"#;
const PAYMENTS: &str = r#"{"type":"payments"}"#;

#[tokio::test]
async fn what_is_handed_out_is_what_is_in_the_store_and_that_somebody_looked_is_there_for_ever() {
    let mut scene = Scene::new().await;
    let ann = join(scene.address(), "ann").await;
    go_on(scene.address(), &ann.token, |_| false).await;
    let ben = join(scene.address(), "ben").await;
    go_on(scene.address(), &ben.token, |sheet| sheet.progress.done == 1).await;

    let plain = handed(&scene, RESULTS).await;
    let named = handed(&scene, NAMED).await;
    let paid = handed(&scene, PAYMENTS).await;
    let looks =
        |handed: &Handed| handed.results.peeks.iter().map(|peek| peek.what).collect::<Vec<_>>();
    assert_eq!((plain.what, looks(&plain)), (Look::Results, vec![Look::Results]));
    assert_eq!(looks(&paid), [Look::Results, Look::Results, Look::Payments]);
    assert_eq!((plain.identified, named.identified, paid.identified), (false, true, true));
    let text = serde_json::to_string(&plain).unwrap();
    assert!(!text.contains("ann") && !text.contains("DONE-4711"), "{text}");
    let [first, second] = &named.results.participants[..] else { panic!("{named:?}") };
    assert_eq!((first.state, first.parameters["PID"].as_str()), (State::Finished, "ann"));
    assert_eq!((first.code.as_deref(), first.judgments.len()), (Some("DONE-4711"), 4));
    assert_eq!((second.state, second.code.as_deref()), (State::Active, None));
    assert!(paid.results.participants.iter().all(|one| one.judgments.is_empty()));
    assert_eq!(paid.results.participants[0].code.as_deref(), Some("DONE-4711"));

    // The page tells of looks at who was right.
    let standing: Standing =
        ask(scene.address(), "GET", "/api/study/standing", Some(RESEARCHER), "").await.read();
    assert_eq!(standing.peeks.len(), 2);

    // It changes nothing for whoever is at it.
    let shown = crate::client::sheet(scene.address(), &ben.token).await;
    let said = say(scene.address(), &ben.token, shown.step, usual(&shown.screen)).await;
    assert_eq!(said.status, 200, "{}", said.body);

    scene.stop().await;
    let frozen = Arc::new(Frozen::read(&scene.frozen()).unwrap());
    assert_eq!(named.study, frozen.hash());
    let kept = conducted(frozen, &scene.store()).await.unwrap().results();
    assert_eq!(kept.peeks.iter().map(|peek| peek.what).collect::<Vec<_>>(), looks(&paid));
    assert_eq!(kept.participants[0], named.results.participants[0]);
}

#[tokio::test]
async fn after_the_end_nobody_looks_beforehand() {
    let scene = Scene::new().await;
    let early = handed(&scene, RESULTS).await;
    let close = json!({ "type": "close", "reason": "nobody comes" }).to_string();
    let ordered = ask(scene.address(), "POST", "/api/study/orders", Some(RESEARCHER), &close).await;
    assert_eq!(ordered.status, 200, "{}", ordered.body);
    let peek = json!({ "type": "peek" }).to_string();
    let peeked = ask(scene.address(), "POST", "/api/study/orders", Some(RESEARCHER), &peek).await;
    assert_eq!(peeked.status, 200, "{}", peeked.body);
    for body in [RESULTS, NAMED, PAYMENTS] {
        let peeks: Vec<Peek> = handed(&scene, body).await.results.peeks;
        assert_eq!(peeks, early.results.peeks);
    }
}

#[tokio::test]
async fn nobody_else_is_handed_anything_out_and_what_is_refused_is_no_look() {
    let scene = Scene::new().await;
    let ann = join(scene.address(), "ann").await;
    for token in [None, Some(""), Some(ann.token.as_str())] {
        let answered = ask(scene.address(), "POST", "/api/study/export", token, RESULTS).await;
        assert_eq!(answered.status, 403, "{token:?}");
    }
    for (body, wrong) in [
        ("", "no JSON"),
        (r#"{"type":"all"}"#, "all"),
        (r#"{"type":"results"}"#, "\"identify\" is missing"),
        (r#"{"type":"results","identify":1}"#, "\"identify\" is 1"),
        (r#"{"type":"payments","identify":true}"#, "\"identify\""),
    ] {
        let answered =
            ask(scene.address(), "POST", "/api/study/export", Some(RESEARCHER), body).await;
        let message = answered.value()["message"].as_str().unwrap().to_owned();
        assert!(answered.status == 400 && message.contains(wrong), "{body}: {message}");
    }
    let got = ask(scene.address(), "GET", "/api/study/export", Some(RESEARCHER), "").await;
    assert_eq!(got.status, 405);
    let peeks = handed(&scene, RESULTS).await.results.peeks;
    assert_eq!(peeks.len(), 1);
}
