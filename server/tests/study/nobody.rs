//! What nobody gets from a study's server.

use pixel_debate_protocol::study::{Asked, Screen, Standing};
use serde_json::json;

use crate::client::{ask, go_on, join, say};
use crate::scene::{RESEARCHER, Scene};

#[tokio::test]
async fn there_is_nothing_of_a_server_of_debates() {
    let scene = Scene::new().await;
    for path in [
        "/api/debates",
        "/api/debates/x",
        "/api/debates/x/analysis",
        "/api/debates/x/transcript",
        "/api/debates/x/picture.png",
        "/api/debates/x/judges",
        "/api/standings",
        "/socket",
        "/metrics",
        "/index.html",
        "/plan.json",
        "/secret.json",
        "/api/study/plan",
        "/assets/../study.html",
    ] {
        let answered = ask(scene.address(), "GET", path, None, "").await;
        assert_eq!(answered.status, 404, "{path}: {}", answered.body);
    }
    for path in ["/", "/researcher", "/icon.svg", "/api/study", "/healthz", "/readyz"] {
        let answered = ask(scene.address(), "GET", path, None, "").await;
        assert_eq!(answered.status, 200, "{path}");
        assert!(!answered.body.contains("DONE-4711"), "{path}");
        assert!(answered.head.contains("nosniff"), "{path}");
    }
}

#[tokio::test]
async fn each_token_opens_its_own_alone() {
    let scene = Scene::new().await;
    let (ann, ben) = (join(scene.address(), "ann").await, join(scene.address(), "ben").await);
    let forged = ann.token.replace("p0001", "p0002");
    for token in [None, Some(""), Some("p0001"), Some(forged.as_str()), Some(RESEARCHER)] {
        let answered = ask(scene.address(), "GET", "/api/study/me", token, "").await;
        assert_eq!(answered.status, 403, "{token:?}");
    }
    for token in [None, Some(""), Some(ann.token.as_str())] {
        let standing = ask(scene.address(), "GET", "/api/study/standing", token, "").await;
        let order =
            ask(scene.address(), "POST", "/api/study/orders", token, r#"{"type":"peek"}"#).await;
        assert_eq!((standing.status, order.status), (403, 403), "{token:?}");
    }
    assert_ne!(ann.token, ben.token);
    let standing: Standing =
        ask(scene.address(), "GET", "/api/study/standing", Some(RESEARCHER), "").await.read();
    assert_eq!((standing.members.len(), standing.peeked, standing.peeks.len()), (2, None, 0));
}

#[tokio::test]
async fn what_others_say_changes_no_byte_of_what_somebody_is_told() {
    let scene = Scene::new().await;
    let ann = join(scene.address(), "ann").await;
    let asks = |sheet: &pixel_debate_protocol::study::Sheet| matches!(&sheet.screen, Screen::Item(item) if item.asks == (Asked::Belief {}));
    go_on(scene.address(), &ann.token, asks).await;
    let told = || ask(scene.address(), "GET", "/api/study/me", Some(&ann.token), "");
    let before = told().await.body;
    let ben = join(scene.address(), "ben").await;
    go_on(scene.address(), &ben.token, |_| false).await;
    let peek =
        ask(scene.address(), "POST", "/api/study/orders", Some(RESEARCHER), r#"{"type":"peek"}"#)
            .await;
    assert_eq!(peek.status, 200);
    assert_eq!(told().await.body, before);
}

#[tokio::test]
async fn what_is_said_is_read_to_the_letter_and_no_further_than_it_may_be_long() {
    let scene = Scene::new().await;
    let ann = join(scene.address(), "ann").await;
    let long = format!(r#"{{"step":0,"type":"agree","version":"{}"}}"#, "x".repeat(100_000));
    for (body, status, wrong) in [
        ("", 400, "no JSON"),
        ("[]", 400, "a list of 0"),
        (r#"{"type":"agree","version":"1"}"#, 400, "\"step\" is missing"),
        (r#"{"step":-1,"type":"agree","version":"1"}"#, 400, "\"step\" is -1"),
        (r#"{"step":0,"type":"agreed","version":"1"}"#, 400, "agreed"),
        (r#"{"step":0,"type":"agree","version":"1","more":1}"#, 400, "\"more\""),
        (r#"{"step":0,"type":"agree","version":"2"}"#, 409, "version \"2\""),
        (r#"{"step":0,"type":"questions","answers":{"a":[]}}"#, 400, "answers.a"),
        (long.as_str(), 413, ""),
    ] {
        let answered = ask(scene.address(), "POST", "/api/study/me", Some(&ann.token), body).await;
        assert_eq!(answered.status, status, "{}", answered.body);
        let message = answered.value()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(wrong), "{message}");
    }
    let many: serde_json::Map<_, _> =
        (0..100).map(|number| (number.to_string(), json!("x"))).collect();
    let body = json!({ "parameters": many }).to_string();
    let answered = ask(scene.address(), "POST", "/api/study/participants", None, &body).await;
    assert_eq!(answered.status, 409, "{}", answered.body);
    let said = say(scene.address(), &ann.token, 0, crate::client::usual(&ann.sheet.screen)).await;
    assert_eq!(said.status, 200, "{}", said.body);
}
