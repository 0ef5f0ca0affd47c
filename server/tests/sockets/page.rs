//! The page over HTTP.

use std::io::Read;

use crate::http::{bytes, get};
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
async fn text_is_compressed_for_who_takes_it() {
    let scene = Scene::open().await;
    let (_, whole) = bytes(&scene, "GET /assets/index.js", "", "").await;
    for (accepts, taken) in [
        ("gzip, deflate, br", true),
        ("br;q=1.0, GZIP;q=0.5", true),
        ("*", true),
        ("deflate", false),
        ("gzip;q=0, *", false),
        ("", false),
    ] {
        let accepts = format!("Accept-Encoding: {accepts}\r\n");
        let (head, body) = bytes(&scene, "GET /assets/index.js", &accepts, "").await;
        assert!(head.contains("vary: accept-encoding"), "{head}");
        assert_eq!(head.contains("content-encoding: gzip"), taken, "{accepts}");
        let mut read = Vec::new();
        if taken {
            assert!(body.len() < whole.len() / 2);
            flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut read).unwrap();
        } else {
            read = body;
        }
        assert_eq!(read, whole);
        // The two are told apart, and each is kept by who has it.
        let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
        assert_eq!(tag.contains("gzip"), taken);
        let kept = format!("{accepts}If-None-Match: {tag}\r\n");
        let (head, body) = bytes(&scene, "GET /assets/index.js", &kept, "").await;
        assert!(head.starts_with("HTTP/1.1 304") && body.is_empty(), "{head}");
    }
    let font = "GET /assets/instrument-serif-latin-400-normal.woff2";
    let (head, _) = bytes(&scene, font, "Accept-Encoding: gzip\r\n", "").await;
    assert!(head.starts_with("HTTP/1.1 200") && !head.contains("content-encoding"), "{head}");
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
