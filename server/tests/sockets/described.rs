//! What the server serves about itself, and draws.

use pixel_debate_protocol::{asyncapi, openapi};
use serde_json::Value;

use crate::client::Client;
use crate::http::{bytes, get};
use crate::scene::{Scene, outside, setup};

#[tokio::test]
async fn the_protocol_is_described_by_the_server_itself() {
    let scene = Scene::open().await;
    for (path, document) in [("/asyncapi.json", asyncapi()), ("/openapi.json", openapi())] {
        let (head, body) = get(&scene, path, "").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.contains("content-type: application/json"), "{head}");
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), document);
    }
    scene.stop().await;
}

#[tokio::test]
async fn every_resource_that_is_described_is_there() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let debate = client.create(setup()).await.debate;
    client.outcome(&debate).await;
    let document = openapi();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() >= 12);
    let key = format!("Authorization: Bearer {}\r\n", "k".repeat(43));
    for (path, asked) in paths {
        // A judge's record is for whoever has its key.
        let key = if asked["get"]["security"][0]["judge"].is_array() { &*key } else { "" };
        let what = format!("GET {}", path.replace("{id}", &debate.0));
        let (head, _) = bytes(&scene, &what, key, "").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
    }
    scene.stop().await;
}

#[tokio::test]
async fn a_debate_is_drawn_and_nothing_hidden_before_the_outcome() {
    let scene = Scene::open().await;
    let mut seated = scene.seated(outside()).await;
    seated.play(1, 2).await;
    // The same evidence over an image that differs everywhere else, with the roles the same.
    let alike = pixel_debate_protocol::Setup { image: Some(1), lie: Some(0), ..outside() };
    let mut other = scene.seated(alike).await;
    other.play(1, 2).await;
    for (kind, content, begins) in [
        ("png", "image/png", &b"\x89PNG"[..]),
        ("svg", "image/svg+xml", b"<svg"),
        ("gif", "image/gif", b"GIF89a"),
    ] {
        let path = format!("GET /api/debates/{}/picture.{kind}", seated.debate);
        let (head, before) = bytes(&scene, &path, "", "").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.contains(&format!("content-type: {content}")), "{head}");
        assert!(before.starts_with(begins));
        if kind == "svg" {
            let svg = String::from_utf8(before).unwrap();
            assert!(!svg.contains("honest") && !svg.contains("debaters see"));
            let path = format!("GET /api/debates/{}/picture.svg", other.debate);
            let alike = String::from_utf8(bytes(&scene, &path, "", "").await.1).unwrap();
            // The claims are the same two labels, at the other places.
            let unclaimed = |svg: &str| {
                svg.lines().filter(|line| !line.contains("claims")).collect::<Vec<_>>().join("\n")
            };
            assert_eq!(unclaimed(&svg), unclaimed(&alike));
        }
    }
    let path = format!("GET /api/debates/{}/picture.bmp", seated.debate);
    let (head, _) = bytes(&scene, &path, "", "").await;
    assert!(head.starts_with("HTTP/1.1 404"), "{head}");
    scene.stop().await;
}
