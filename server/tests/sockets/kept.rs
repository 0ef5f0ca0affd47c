//! Pictures and analyses of debates that are over: worked out once, and then known.

use pixel_debate_protocol::{Setup, Visibility};

use crate::client::Client;
use crate::http::{bytes, get};
use crate::scene::{Scene, outside, setup};

/// A field of an answer's head.
fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[tokio::test]
async fn what_never_changes_again_is_known_by_its_tag() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let debate = client.create(setup()).await.debate;
    client.outcome(&debate).await;
    for resource in ["picture.png", "picture.svg", "picture.gif", "analysis", "analysis?revealed=2"]
    {
        let what = format!("GET /api/debates/{debate}/{resource}");
        let (head, body) = bytes(&scene, &what, "", "").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert_eq!(field(&head, "cache-control"), Some("public, max-age=3600"));
        let tag = field(&head, "etag").unwrap().to_owned();
        let (head, again) = bytes(&scene, &what, "", "").await;
        assert_eq!((field(&head, "etag"), &again), (Some(&*tag), &body), "{resource}");
        let known = format!("If-None-Match: {tag}\r\n");
        let (head, nothing) = bytes(&scene, &what, &known, "").await;
        assert!(head.starts_with("HTTP/1.1 304") && nothing.is_empty(), "{head}");
        let other = "If-None-Match: \"another\"\r\n";
        let (head, again) = bytes(&scene, &what, other, "").await;
        assert!(head.starts_with("HTTP/1.1 200") && again == body, "{head}");
    }
    scene.stop().await;
}

#[tokio::test]
async fn what_goes_on_is_kept_by_nobody() {
    let scene = Scene::open().await;
    let mut seated = scene.seated(outside()).await;
    let path = format!("/api/debates/{}/picture.svg", seated.debate);
    let (head, before) = get(&scene, &path, "").await;
    assert_eq!((field(&head, "cache-control"), field(&head, "etag")), (Some("no-store"), None));
    seated.play(1, 2).await;
    let (_, after) = get(&scene, &path, "").await;
    assert_ne!(before, after);
    scene.stop().await;
}

#[tokio::test]
async fn what_is_private_is_for_its_reader_alone() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let created = client.create(Setup { visibility: Visibility::Private, ..setup() }).await;
    let token = created.tokens.spectator.unwrap();
    client.outcome_by(&created.debate, Some(&token)).await;
    let path = format!("/api/debates/{}/picture.svg", created.debate);
    let key = format!("Authorization: Bearer {}\r\n", token.0);
    let (head, _) = get(&scene, &path, &key).await;
    assert_eq!(field(&head, "cache-control"), Some("private, max-age=3600"));
    // That it is kept opens it to nobody.
    let tag = format!("If-None-Match: {}\r\n", field(&head, "etag").unwrap());
    for headers in ["", &tag] {
        let (head, _) = get(&scene, &path, headers).await;
        assert!(head.starts_with("HTTP/1.1 403"), "{head}");
    }
    scene.stop().await;
}
