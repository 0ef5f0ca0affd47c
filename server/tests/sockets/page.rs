//! The page over HTTP.

use crate::http::get;
use crate::scene::Scene;

#[tokio::test]
async fn the_page_comes_with_its_files_and_a_strict_policy() {
    let scene = Scene::open().await;
    let (head, body) = get(&scene, "/", "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains("content-type: text/html"), "{head}");
    assert!(head.contains("content-security-policy: default-src 'none'; script-src 'self';"));
    assert!(head.contains("x-content-type-options: nosniff"));
    assert!(body.contains("<title>Pixel Debate</title>"));
    for (path, kind) in [
        ("/assets/index.js", "text/javascript"),
        ("/assets/index.css", "text/css"),
        ("/icon.svg", "image/svg+xml"),
    ] {
        assert!(body.contains(path), "{path}");
        let (head, _) = get(&scene, path, "").await;
        assert!(head.starts_with("HTTP/1.1 200") && head.contains(kind), "{head}");
        assert!(head.contains("content-security-policy"));
    }
    scene.stop().await;
}

#[tokio::test]
async fn a_browser_keeps_what_has_not_changed() {
    let scene = Scene::open().await;
    let (head, _) = get(&scene, "/assets/index.js", "").await;
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    let (head, body) = get(&scene, "/assets/index.js", &format!("If-None-Match: {tag}\r\n")).await;
    assert!(head.starts_with("HTTP/1.1 304") && body.is_empty());
    let (head, body) = get(&scene, "/assets/index.js", "If-None-Match: \"other\"\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200") && !body.is_empty());
    scene.stop().await;
}

#[tokio::test]
async fn there_is_nothing_else() {
    let scene = Scene::open().await;
    for path in ["/nothing", "/../Cargo.toml", "/assets", "/assets/", "/%2e%2e/Cargo.toml"] {
        let (head, _) = get(&scene, path, "").await;
        assert!(head.starts_with("HTTP/1.1 404"), "{path}: {head}");
    }
    let (head, _) = get(&scene, "/socket", "").await;
    assert!(head.starts_with("HTTP/1.1 400") || head.starts_with("HTTP/1.1 426"), "{head}");
    scene.stop().await;
}
