//! The store fails for a while: nobody is told what it has not taken, clients hear why, and the
//! debate goes on when it is back.

use std::time::Duration;

use pixel_debate_game::Pixel;
use pixel_debate_protocol::{ClientMessage, RefusalCode, Request};
use pixel_debate_server::Limits;

use crate::client::Client;
use crate::database::{Database, connect};
use crate::home::{Away, Home};
use crate::http::{ask, get};
use crate::scene::{Scene, outside};

#[tokio::test]
async fn a_file_that_is_locked_holds_up_events_and_loses_none() {
    events_are_held_up_and_none_is_lost(Home::file(), Home::take_away).await;
}

#[tokio::test]
async fn a_database_that_is_stopped_holds_up_events_and_loses_none() {
    if let Some(home) = Home::lone_database().await {
        events_are_held_up_and_none_is_lost(home, Home::take_away).await;
    }
}

#[tokio::test]
async fn a_file_that_is_moved_away_holds_up_events_and_loses_none() {
    events_are_held_up_and_none_is_lost(Home::file(), Home::move_away).await;
}

async fn events_are_held_up_and_none_is_lost(home: Home, take_away: fn(&Home) -> Away) {
    let scene = Scene::at(home, Limits::default()).await;
    let mut seated = scene.seated(outside()).await;
    seated.play(1, 1).await;
    let debate = seated.debate.clone();

    let away = take_away(&scene.home);
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

    drop(away);
    for client in [&mut seated.first, &mut seated.second, &mut seated.judge, &mut spectator] {
        assert_eq!(client.event().await.seq, 2);
    }
    // What was found is believed for a second.
    let ready = async || get(&scene, "/readyz", "").await.0.starts_with("HTTP/1.1 200");
    while !ready().await {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    seated.play(3, 4).await;
    scene.stop().await;
}

#[tokio::test]
async fn nobody_notices_that_a_connection_to_the_database_was_lost() {
    let Some(home) = Home::database().await else { return };
    let scene = Scene::at(home, Limits::default()).await;
    let mut seated = scene.seated(outside()).await;
    for seq in 1..=4 {
        let Home::Database(Database { url, .. }) = &scene.home else { unreachable!() };
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        connect(url).await.batch_execute(cut).await.unwrap();
        seated.play(seq, seq).await;
    }
    let debate = seated.debate.clone();
    seated.judge.verdict(&debate, 0).await;
    assert!(seated.first.event().await.ending.is_some());
    let (head, body) = get(&scene, &format!("/api/debates/{debate}/transcript"), "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head} {body}");
    scene.stop().await;
}
