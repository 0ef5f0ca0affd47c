//! The server stops and starts again: debates go on where they were.

use std::time::Duration;

use pixel_debate_game::Pixel;
use pixel_debate_protocol::{CloseReason, DebateRecord, RefusalCode, Setup, Told};
use pixel_debate_server::Limits;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::client::Client;
use crate::home::on_both_stores;
use crate::http::get;
use crate::scene::{Scene, for_a_judge, outside, setup};

#[tokio::test]
async fn clients_are_told_that_the_server_stops() {
    let scene = Scene::open().await;
    let mut seated = scene.seated(outside()).await;
    let address = scene.address;
    let stopping = tokio::spawn(scene.stop());
    for client in seated.all() {
        assert_eq!(client.dismissed().await, CloseReason::Restarting);
        assert_eq!(client.closed().await.0, CloseCode::Away);
    }
    tokio::time::timeout(Duration::from_secs(5), stopping).await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

on_both_stores!(debates_go_on_at_every_point, |home| {
    let mut scene = Scene::at(home, Limits::default()).await;
    for point in 0..=4 {
        let mut seated = scene.seated(outside()).await;
        seated.play(1, point).await;
        scene = scene.restart().await;
        let mut fresh = Vec::new();
        for token in &seated.tokens {
            let mut client = Client::connect(scene.address).await;
            client.resume(&seated.debate, Some(token), point).await;
            let seq =
                if point == 0 { client.snapshot().await.seq } else { client.resumed().await.seq };
            assert_eq!(seq, point);
            fresh.push(client);
        }
        let Ok([first, second, judge]) = <[Client; 3]>::try_from(fresh) else { unreachable!() };
        (seated.first, seated.second, seated.judge) = (first, second, judge);
        if point == 0 {
            // Whether it had begun nobody can have seen by an event: it begins anew.
            for client in seated.all() {
                assert_eq!(client.turn().await.seq, 1);
            }
        }
        seated.play(point + 1, 4).await;
        let debate = seated.debate.clone();
        seated.judge.verdict(&debate, 0).await;
        let told = seated.first.event().await;
        assert_eq!((told.seq, told.ending.is_some()), (5, true));
    }
    scene.stop().await;
});

on_both_stores!(built_in_players_go_on_by_themselves, |home| {
    let scene = Scene::at(home, Limits::default()).await;
    let mut client = Client::connect(scene.address).await;
    let debate = client.create(Setup { pace_ms: 300, ..setup() }).await.debate;
    client.watch(&debate).await;
    client.snapshot().await;
    client.event().await;
    let scene = scene.restart().await;
    let mut client = Client::connect(scene.address).await;
    let events = client.outcome(&debate).await;
    assert_eq!(events.len(), 5);
    scene.stop().await;
});

on_both_stores!(what_is_over_is_remembered_and_who_left_is_awaited, |home| {
    let scene = Scene::at(home, Limits::default()).await;
    let mut client = Client::connect(scene.address).await;
    let over = client.create(setup()).await.debate;
    let told = client.outcome(&over).await;
    let told: Vec<_> = told.into_iter().map(|told| Told { turn: None, ..told }).collect();
    let created = client.create(for_a_judge()).await;
    let scene = scene.restart().await;
    let mut client = Client::connect(scene.address).await;
    assert_eq!(client.outcome(&over).await, told);
    let (head, body) = get(&scene, &format!("/api/debates/{over}/transcript"), "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let record: DebateRecord = serde_json::from_str(&body).unwrap();
    assert_eq!(record.transcript.replay().unwrap().events().count(), 5);
    client.reveal(&over, 6, Pixel::new(0, 0)).await;
    assert_eq!(client.refusal().await.code, RefusalCode::NotSeated);
    client.take(&created.debate, &created.tokens.judge.unwrap()).await;
    assert_eq!(client.snapshot().await.seq, 0);
    assert_eq!(client.turn().await.seq, 1);
    scene.stop().await;
});
