//! Pages of other origins over HTTP.

use pixel_debate_server::{Limits, OriginError, ServeError, Server, ServerConfig};

use crate::home::Home;
use crate::http::ask;
use crate::scene::{Scene, setup};

const PAGE: &str = "Origin: https://debates.example\r\n";

async fn scene() -> Scene {
    let allowing =
        |config: &mut ServerConfig| config.origins = vec!["https://debates.example".into()];
    Scene::configured(Home::file(), Limits::default(), allowing).await
}

#[tokio::test]
async fn an_allowed_page_asks_over_http() {
    let scene = scene().await;
    let preflight = format!(
        "{PAGE}Access-Control-Request-Method: POST\r\n\
         Access-Control-Request-Headers: authorization,content-type\r\n"
    );
    let (head, _) = ask(&scene, "OPTIONS /api/debates", &preflight, "").await;
    for said in [
        "HTTP/1.1 200",
        "access-control-allow-origin: https://debates.example",
        "access-control-allow-methods: GET,POST,DELETE",
        "access-control-allow-headers: authorization,content-type,if-none-match",
        "access-control-max-age: 3600",
    ] {
        assert!(head.contains(said), "{said}\n{head}");
    }
    let body = serde_json::to_string(&setup()).unwrap();
    let (head, _) = ask(&scene, "POST /api/debates", PAGE, &body).await;
    for said in [
        "HTTP/1.1 201",
        "access-control-allow-origin: https://debates.example",
        "access-control-expose-headers: etag,location,retry-after",
    ] {
        assert!(head.contains(said), "{said}\n{head}");
    }
    // A refusal can be read as well.
    let (head, _) = ask(&scene, "POST /api/debates", PAGE, "[").await;
    assert!(head.starts_with("HTTP/1.1 400"), "{head}");
    assert!(head.contains("access-control-allow-origin: https://debates.example"), "{head}");
    scene.stop().await;
}

#[tokio::test]
async fn no_other_page_is_told_that_it_may() {
    for scene in [scene().await, Scene::open().await] {
        let other = "Origin: https://elsewhere.example\r\n";
        let preflight = format!("{other}Access-Control-Request-Method: POST\r\n");
        for (what, headers) in [
            ("OPTIONS /api/debates", &*preflight),
            ("POST /api/debates", other),
            ("GET /api/debates", other),
        ] {
            let (head, _) = ask(&scene, what, headers, "").await;
            assert!(!head.contains("access-control-allow-origin"), "{what}\n{head}");
        }
        scene.stop().await;
    }
}

#[tokio::test]
async fn what_is_no_origin_is_refused_at_the_start() {
    let home = Home::file();
    let config = ServerConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        store: home.place(),
        origins: vec!["debates.example".into()],
        ..ServerConfig::new(&crate::scene::IMAGES, std::sync::Arc::new(crate::scene::Scripted))
    };
    let error = Server::bind(config).await.map(drop).unwrap_err();
    assert!(matches!(&error, ServeError::Origin(OriginError { .. })), "{error}");
    assert!(error.to_string().contains("\"debates.example\" is not an origin"), "{error}");
}
