//! The store fails for a while: nobody is told what it has not taken, clients hear why, and the
//! debate goes on when it is back.

use std::time::Duration;

use pixel_debate_game::Pixel;
use pixel_debate_protocol::{ClientMessage, RefusalCode, Request};

use crate::client::Client;
use crate::http::{ask, get};
use crate::scene::{Scene, outside};

#[tokio::test]
async fn a_store_that_is_away_holds_up_events_and_loses_none() {
    let scene = Scene::open().await;
    let mut seated = scene.seated(outside()).await;
    seated.play(1, 1).await;
    let debate = seated.debate.clone();

    let lock = scene.lock_store();
    let pixel = Pixel::new(1, 0);
    let reveal = || ClientMessage::Reveal { debate: debate.clone(), seq: 2, pixel };
    seated.second.say(Request { id: Some(5), message: reveal() }).await;
    let refusal = seated.second.refusal().await;
    assert_eq!((refusal.code, refusal.id), (RefusalCode::StoreUnavailable, Some(5)));
    // Others see the debate as the store has it, and nobody moves on.
    let mut spectator = Client::connect(scene.address).await;
    spectator.watch(&debate).await;
    assert_eq!(spectator.snapshot().await.seq, 1);
    seated.second.say(Request { id: Some(6), message: reveal() }).await;
    let refusal = seated.second.refusal().await;
    assert_eq!((refusal.code, refusal.id), (RefusalCode::StoreUnavailable, Some(6)));
    let (head, _) = get(&scene, "/readyz", "").await;
    assert!(head.starts_with("HTTP/1.1 503"), "{head}");
    let (head, body) = ask(&scene, "POST /api/debates", "", r#"{"pixels":4}"#).await;
    assert!(head.starts_with("HTTP/1.1 503") && body.contains("store_unavailable"), "{body}");
    assert!(seated.first.hear_within(Duration::from_millis(100)).await.is_none());

    drop(lock);
    for client in [&mut seated.first, &mut seated.second, &mut seated.judge, &mut spectator] {
        assert_eq!(client.event().await.seq, 2);
    }
    let (head, _) = get(&scene, "/readyz", "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    seated.play(3, 4).await;
    scene.stop().await;
}
