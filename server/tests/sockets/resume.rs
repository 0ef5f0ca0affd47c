//! After a loss of the connection, clients are told what they missed, in order and once.

use pixel_debate_game::{Pixel, Seat};
use pixel_debate_protocol::{Told, Turn};
use pixel_debate_server::Limits;

use crate::client::Client;
use crate::home::on_both_stores;
use crate::scene::{Scene, outside};

/// An event as it is told again.
fn again(told: &Told) -> Told {
    Told { turn: None, ..told.clone() }
}

on_both_stores!(every_seat_resumes_at_every_point_of_a_debate, |home| {
    let scene = Scene::at(home, Limits::default()).await;
    let mut seated = scene.seated(outside()).await;
    let debate = seated.debate.clone();
    let mut witness = Client::connect(scene.address).await;
    witness.watch(&debate).await;
    witness.snapshot().await;
    let mut events: Vec<Told> = Vec::new();
    for seq in 0..=5u32 {
        for (token, seat) in
            [(Some(0), "first"), (Some(1), "second"), (Some(2), "judge"), (None, "spectator")]
        {
            let token = token.map(|token: usize| seated.tokens[token].clone());
            // Who knows no event is told how things stand: a debater may have missed its image.
            let mut client = Client::connect(scene.address).await;
            client.resume(&debate, token.as_ref(), 0).await;
            let snapshot = client.snapshot().await;
            assert_eq!((snapshot.seq, snapshot.view.seat.to_string()), (seq, seat.into()));
            assert_eq!(snapshot.view.image.is_some(), ["first", "second"].contains(&seat));
            assert_eq!(snapshot.view.evidence.len() as u32, seq.min(4));
            for known in 1..=seq {
                let mut client = Client::connect(scene.address).await;
                client.resume(&debate, token.as_ref(), known).await;
                let resumed = client.resumed().await;
                assert_eq!((resumed.seq, resumed.seat.to_string()), (seq, seat.into()));
                assert_eq!(resumed.turn.map(|turn: Turn| turn.seq), (seq < 5).then_some(seq + 1));
                for told in &events[known as usize..] {
                    assert_eq!(client.event().await, again(told));
                }
                // Nothing else waits: what comes next is the answer to this.
                client.reveal(&debate, 0, Pixel::new(0, 0)).await;
                client.refusal().await;
                // Out of the future there is nothing to tell but how things stand.
                client.resume(&debate, token.as_ref(), seq + 1).await;
                assert_eq!(client.snapshot().await.seq, seq);
            }
        }
        // The seats are taken again for the next move.
        let tokens = seated.tokens.clone();
        let mut fresh = Vec::new();
        for token in &tokens {
            let mut client = Client::connect(scene.address).await;
            client.resume(&debate, Some(token), seq).await;
            if seq == 0 {
                client.snapshot().await;
            } else {
                client.resumed().await;
            }
            fresh.push(client);
        }
        let Ok([first, second, judge]) = <[Client; 3]>::try_from(fresh) else { unreachable!() };
        (seated.first, seated.second, seated.judge) = (first, second, judge);
        match seq {
            0..=3 => seated.play(seq + 1, seq + 1).await,
            4 => {
                seated.judge.verdict(&debate, 0).await;
                for client in seated.all() {
                    client.event().await;
                }
            }
            _ => break,
        }
        events.push(witness.event().await);
    }
    assert!(events[4].ending.is_some());
    scene.stop().await;
});

on_both_stores!(a_gap_that_the_outbox_cannot_hold_gets_a_snapshot, |home| {
    let scene = Scene::at(
        home,
        Limits { outbox: 18, seats: 18, messages_at_once: 18, ..Limits::default() },
    )
    .await;
    let mut seated = scene.seated(outside()).await;
    seated.play(1, 4).await;
    let debate = seated.debate.clone();
    let mut client = Client::connect(scene.address).await;
    client.resume(&debate, None, 0).await;
    let snapshot = client.snapshot().await;
    assert_eq!((snapshot.seq, snapshot.view.seat), (4, Seat::Spectator));
    client.resume(&debate, None, 3).await;
    assert_eq!(client.resumed().await.seq, 4);
    assert_eq!(client.event().await.seq, 4);
    scene.stop().await;
});

on_both_stores!(a_move_that_is_sent_again_after_a_loss_is_made_once, |home| {
    let scene = Scene::at(home, Limits::default()).await;
    let mut seated = scene.seated(outside()).await;
    let (debate, token) = (seated.debate.clone(), seated.tokens[0].clone());
    seated.first.reveal(&debate, 1, Pixel::new(0, 0)).await;
    drop(seated.first);
    let mut again = Client::connect(scene.address).await;
    again.resume(&debate, Some(&token), 0).await;
    again.reveal(&debate, 1, Pixel::new(0, 0)).await;
    // Whether the first one was made before the resumption or after it, it was made.
    let mut events = 0;
    for _ in 0..2 {
        match again.hear().await {
            pixel_debate_protocol::ServerMessage::Event(told) => {
                events += 1;
                assert_eq!(told.seq, 1);
            }
            pixel_debate_protocol::ServerMessage::Error(refusal) => {
                assert_eq!(refusal.code, pixel_debate_protocol::RefusalCode::Stale);
            }
            pixel_debate_protocol::ServerMessage::Snapshot(snapshot) => events += snapshot.seq,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(events, 1);
    scene.stop().await;
});
