//! A server with few rooms left.

use std::time::Duration;

use pixel_debate_protocol::{
    ClientMessage, CloseReason, Created, RefusalCode, ServerMessage, Setup,
};
use pixel_debate_server::Limits;

use crate::client::Client;
use crate::credits::{behind_a_proxy, from};
use crate::home::on_both_stores;
use crate::http::{ask, get, refused};
use crate::scene::{Scene, outside, setup};

/// Sets up a debate that nobody takes, from that address; `false` where that is refused.
async fn untaken(scene: &Scene, address: &str) -> bool {
    let setup = serde_json::to_string(&outside()).unwrap();
    let (head, body) = ask(scene, "POST /api/debates", &from(address), &setup).await;
    match head.split(' ').nth(1) {
        Some("201") => true,
        Some("503") => false,
        _ => panic!("{head} {body}"),
    }
}

#[tokio::test]
async fn however_many_debates_nobody_takes_the_next_address_finds_a_room() {
    let limits = Limits { debates: 200, debates_per_address: 50, ..Limits::default() };
    let scene = behind_a_proxy(limits).await;
    // Each address takes all that it can get.
    for address in 0..20 {
        let address = format!("10.0.0.{address}");
        let mut taken = 0;
        while untaken(&scene, &address).await {
            taken += 1;
        }
        assert!(taken > 0, "{address} found no room");
    }
    let (head, _) = get(&scene, "/readyz", "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    scene.stop().await;
}

#[tokio::test]
async fn however_many_networks_somebody_has_the_next_address_finds_a_room() {
    let limits = Limits { debates: 200, debates_per_address: 50, ..Limits::default() };
    let scene = behind_a_proxy(limits).await;
    // A /48 network of IPv6 has 65,536 networks that count as one address each.
    let mut taken = 0;
    for network in 0..60 {
        while untaken(&scene, &format!("2001:db8:7:{network:x}::1")).await {
            taken += 1;
        }
    }
    assert!(taken < 200, "all rooms are taken");
    for address in ["10.0.0.1", "2001:db8:8::1"] {
        assert!(untaken(&scene, address).await, "{address} found no room beside {taken}");
    }
    let (head, _) = get(&scene, "/readyz", "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    scene.stop().await;
}

#[tokio::test]
async fn what_nobody_came_to_in_the_usual_time_makes_way() {
    let limits = Limits { debates: 2, seats_time: Duration::from_secs(4), ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut client = Client::connect(scene.address).await;
    // Its creator would wait for a day.
    let patient = Setup { seats_ms: Some(86_400_000), ..outside() };
    let Created { debate, tokens, .. } = client.create(patient.clone()).await;
    client.take(&debate, tokens.honest.as_ref().unwrap()).await;
    client.snapshot().await;
    let begun = scene.seated(patient.clone()).await;
    client.say(ClientMessage::Create(outside())).await;
    assert_eq!(client.refusal().await.code, RefusalCode::Busy);
    let (status, _) = refused(&scene, "GET /readyz", "", "").await;
    assert_eq!(status, 503);
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (head, _) = get(&scene, "/readyz", "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    client.say(ClientMessage::Create(patient)).await;
    let mut both = [client.hear().await, client.hear().await];
    both.sort_by_key(|message| matches!(message, ServerMessage::Created(_)));
    let [closed, created] = both;
    let absent = ServerMessage::Closed { debate, reason: CloseReason::Absent };
    assert_eq!(closed, absent);
    assert!(matches!(created, ServerMessage::Created(_)), "{created:?}");
    // The one that has begun goes on, and has its room.
    let (head, _) = get(&scene, &format!("/api/debates/{}", begun.debate), "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    client.say(ClientMessage::Create(outside())).await;
    assert_eq!(client.refusal().await.code, RefusalCode::Busy);
    scene.stop().await;
}

#[tokio::test]
async fn what_is_over_is_read_where_all_rooms_are_taken() {
    let limits = Limits { debates: 1, memory: Duration::from_millis(100), ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut client = Client::connect(scene.address).await;
    let over = client.create(setup()).await.debate;
    client.outcome(&over).await;
    assert_eq!(client.dismissed().await, CloseReason::Over);
    // The room is free as soon as the server has let go of it.
    let mut created = None;
    for _ in 0..100 {
        client.say(ClientMessage::Create(outside())).await;
        match client.hear().await {
            ServerMessage::Created(said) => created = Some(said),
            other => assert!(matches!(other, ServerMessage::Error(_)), "{other:?}"),
        }
        if created.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(created.is_some(), "the room is not free");
    for _ in 0..3 {
        for resource in ["", "/transcript", "/judges", "/picture.svg", "/analysis"] {
            let (head, _) = get(&scene, &format!("/api/debates/{over}{resource}"), "").await;
            assert!(head.starts_with("HTTP/1.1 200"), "{resource} {head}");
        }
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    client.watch(&over).await;
    assert!(client.snapshot().await.view.outcome.is_some());
    // That no debate can be set up is true all the same.
    let (status, refusal) = refused(&scene, "GET /readyz", "", "").await;
    assert_eq!((status, refusal.code), (503, RefusalCode::Busy));
    scene.stop().await;
}

#[tokio::test]
async fn visitors_are_shown_a_debate_where_all_rooms_are_taken() {
    let scene = Scene::with(Limits { debates: 1, ..Limits::default() }).await;
    let mut client = Client::connect(scene.address).await;
    let Created { debate, tokens, .. } = client.create(outside()).await;
    let another = serde_json::to_string(&outside()).unwrap();
    let (status, refusal) = refused(&scene, "POST /api/debates", "", &another).await;
    assert_eq!((status, refusal.code), (503, RefusalCode::Busy));
    // That no debate can be set up is said where one asks for it.
    let (status, refusal) = refused(&scene, "GET /readyz", "", "").await;
    assert_eq!((status, refusal.code), (503, RefusalCode::Busy));
    assert!(refusal.message.contains("all 1 debates"), "{refusal}");
    let watch = ClientMessage::Watch { debate: None, token: None, opinions: false };
    client.say(watch).await;
    assert_ne!(client.snapshot().await.debate, debate);
    drop(tokens);
    scene.stop().await;
}

#[tokio::test]
async fn however_often_it_is_asked_whether_it_is_ready_the_store_is_looked_at_once_a_second() {
    let scene = Scene::open().await;
    let began = std::time::Instant::now();
    let asked = (0..100).map(|_| get(&scene, "/readyz", ""));
    for (head, body) in futures_util::future::join_all(asked).await {
        assert!(head.starts_with("HTTP/1.1 200") && body == "ready\n", "{head} {body}");
    }
    let seconds = began.elapsed().as_secs() as i64;
    let crate::home::Home::Folder(folder) = &scene.home else { unreachable!() };
    let file = rusqlite::Connection::open(folder.path().join("debates.db")).unwrap();
    let looks: i64 = file.query_row("SELECT number FROM checks", [], |row| row.get(0)).unwrap();
    assert!((1..=seconds + 2).contains(&looks), "{looks} looks in {seconds} s");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    get(&scene, "/readyz", "").await;
    let more: i64 = file.query_row("SELECT number FROM checks", [], |row| row.get(0)).unwrap();
    assert_eq!(more, looks + 1);
    scene.stop().await;
}

on_both_stores!(a_store_that_is_as_large_as_it_may_be_takes_no_new_debates, |home| {
    // An empty database of PostgreSQL has some megabytes; a file has them after a few hundred debates.
    let scene = Scene::at(
        home,
        Limits {
            store_bytes: 200_000,
            debates_per_address: 10_000,
            creations_at_once: 10_000,
            messages_a_second: 1_000_000,
            ..Limits::default()
        },
    )
    .await;
    let mut client = Client::connect(scene.address).await;
    let mut refusal = None;
    for _ in 0..2000 {
        client.say(ClientMessage::Create(outside())).await;
        match client.hear().await {
            ServerMessage::Created(_) => {}
            ServerMessage::Error(said) => {
                refusal = Some(said);
                break;
            }
            other => panic!("{other:?}"),
        }
        // The store is looked at once a second: all of these take longer.
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let refusal = refusal.expect("the store grows and grows");
    assert_eq!(refusal.code, RefusalCode::Busy);
    assert!(refusal.message.contains("200000 bytes"), "{refusal}");
    let (status, refusal) = refused(&scene, "GET /readyz", "", "").await;
    assert_eq!((status, refusal.code), (503, RefusalCode::Busy));
    scene.stop().await;
});
