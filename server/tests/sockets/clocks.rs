//! Every debate ends in bounded time, whatever its players do or leave undone.

use std::time::Duration;

use pixel_debate_game::{OutcomeReason, Pixel, Role};
use pixel_debate_protocol::{ClientMessage, Clock, CloseReason, Created, Request, Setup, Told};
use pixel_debate_server::Limits;
use tokio::time::{Instant, sleep};

use crate::client::Client;
use crate::http::get;
use crate::scene::{Scene, for_a_judge, outside};

fn quick(move_ms: u32, bank_ms: u32) -> Setup {
    Setup { clock: Clock { move_ms, bank_ms }, ..outside() }
}

#[tokio::test]
async fn who_runs_out_of_time_and_bank_forfeits() {
    let scene = Scene::open().await;
    let mut seated = scene.seated(quick(1000, 5000)).await;
    let debate = seated.debate.clone();
    sleep(Duration::from_secs(4)).await;
    // The first has used a part of its bank, and knows it.
    seated.first.reveal(&debate, 1, Pixel::new(0, 0)).await;
    for client in seated.all() {
        client.event().await;
    }
    seated.play(2, 2).await;
    seated.first.resume(&debate, Some(&seated.tokens[0].clone()), 2).await;
    let left = seated.first.resumed().await.turn.unwrap().left.unwrap();
    assert!(left.bank_ms < 2100, "{left:?}");
    let began = Instant::now();
    let ending = seated.judge.event().await.ending.unwrap();
    // Three seconds, and not the six of a whole bank.
    assert!(began.elapsed() < Duration::from_millis(5500), "{:?}", began.elapsed());
    assert_eq!((ending.outcome.winner, ending.outcome.reason), (Role::Liar, OutcomeReason::Time));
    scene.stop().await;
}

#[tokio::test]
async fn a_debater_whose_connection_is_lost_has_the_grace_and_no_more() {
    let limits = Limits { grace: Duration::from_secs(8), ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut seated = scene.seated(quick(1000, 0)).await;
    let (debate, token) = (seated.debate.clone(), seated.tokens[0].clone());
    drop(seated.first);
    sleep(Duration::from_secs(6)).await;
    seated.first = Client::connect(scene.address).await;
    seated.first.resume(&debate, Some(&token), 0).await;
    assert_eq!(seated.first.snapshot().await.turn.unwrap().left.unwrap().move_ms, 0);
    seated.play(1, 2).await;
    // Coming and going gains nothing more.
    let began = Instant::now();
    drop(seated.first);
    let mut again = Client::connect(scene.address).await;
    again.resume(&debate, Some(&token), 2).await;
    again.resumed().await;
    drop(again);
    let ending = seated.judge.event().await.ending.unwrap();
    assert_eq!(ending.outcome.reason, OutcomeReason::Time);
    let waited = began.elapsed();
    // What was used of the grace before is gone.
    let bounds = Duration::from_secs(1)..Duration::from_secs(8);
    assert!(bounds.contains(&waited), "{waited:?}");
    scene.stop().await;
}

#[tokio::test]
async fn seats_that_nobody_takes_end_the_debate() {
    let limits = Limits { seats_time: Duration::from_secs(1), ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut client = Client::connect(scene.address).await;
    let Created { debate, tokens, .. } = client.create(outside()).await;
    let mut judge = Client::connect(scene.address).await;
    judge.take(&debate, &tokens.judge.unwrap()).await;
    judge.snapshot().await;
    client.take(&debate, &tokens.honest.unwrap()).await;
    client.snapshot().await;
    let ending = client.event().await.ending.unwrap();
    assert_eq!(
        (ending.outcome.winner, ending.outcome.reason),
        (Role::Honest, OutcomeReason::Absent)
    );
    // Where nobody could win by it, there is no outcome.
    let debate = client.create(outside()).await.debate;
    client.watch(&debate).await;
    client.snapshot().await;
    assert_eq!(client.dismissed().await, CloseReason::Absent);
    // Nobody has to be there for that.
    let unseen = client.create(outside()).await.debate;
    sleep(Duration::from_secs(3)).await;
    let (head, body) = get(&scene, &format!("/api/debates/{unseen}"), "").await;
    assert!(head.starts_with("HTTP/1.1 404") && body.contains("unknown_debate"), "{head} {body}");
    scene.stop().await;
}

#[tokio::test]
async fn who_sets_a_debate_up_says_how_long_its_seats_are_awaited() {
    let limits = Limits {
        seats_time: Duration::from_secs(2),
        longest_seats_time: Duration::from_mins(1),
        ..Limits::default()
    };
    let scene = Scene::with(limits).await;
    let mut client = Client::connect(scene.address).await;
    assert_eq!(client.hello.offer.max_seats_ms, 60_000);
    let later = client.create(Setup { seats_ms: Some(60_000), ..for_a_judge() }).await;
    let sooner = client.create(Setup { seats_ms: Some(1_000), ..for_a_judge() }).await;
    let usual = client.create(for_a_judge()).await;
    for debate in [&sooner.debate, &usual.debate] {
        client.watch(debate).await;
        client.snapshot().await;
        assert_eq!(client.dismissed().await, CloseReason::Absent);
    }
    client.take(&later.debate, &later.tokens.judge.unwrap()).await;
    assert_eq!(client.snapshot().await.seq, 0);
    assert_eq!(client.turn().await.seq, 1);
    // Of the debate, which goes on by itself, this one hears nothing.
    let mut client = Client::connect(scene.address).await;
    for seats_ms in [Some(0), Some(60_001)] {
        client.say(ClientMessage::Create(Setup { seats_ms, ..for_a_judge() })).await;
        let refusal = client.refusal().await;
        assert_eq!(refusal.expected, "seats_ms: 1 to 60000, or null");
    }
    scene.stop().await;
}

#[tokio::test]
async fn a_judge_who_does_not_answer_ends_the_debate_without_an_outcome() {
    let limits = Limits { verdict: Duration::from_millis(200), ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut judge = Client::connect(scene.address).await;
    let Created { debate, tokens, .. } = judge.create(for_a_judge()).await;
    judge.take(&debate, &tokens.judge.unwrap()).await;
    judge.snapshot().await;
    judge.turn().await;
    for seq in 1..=4 {
        let told = judge.event().await;
        assert_eq!(told.seq, seq);
        let left = told.turn.unwrap().left.map(|left| left.move_ms);
        assert_eq!(left, (seq == 4).then_some(200));
    }
    assert_eq!(judge.dismissed().await, CloseReason::NoVerdict);
    scene.stop().await;
}

#[tokio::test]
async fn a_debate_that_is_over_is_let_go_and_comes_back_from_the_store() {
    let limits = Limits { memory: Duration::from_millis(200), ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut client = Client::connect(scene.address).await;
    let debate = client.create(crate::scene::setup()).await.debate;
    let views = |told: Vec<Told>| told.iter().map(Told::view_event).collect::<Vec<_>>();
    let events = views(client.outcome(&debate).await);
    assert_eq!(client.dismissed().await, CloseReason::Over);
    assert_eq!(views(client.outcome(&debate).await), events);
    scene.stop().await;
}

#[tokio::test]
async fn latency_is_measured_and_told() {
    let limits = Limits { ping: Duration::from_millis(50), ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut seated = scene.seated(outside()).await;
    let debate = seated.debate.clone();
    // The client answers pings while it listens.
    assert!(seated.first.hear_within(Duration::from_millis(200)).await.is_none());
    let pixel = Pixel::new(0, 0);
    let reveal = ClientMessage::Reveal { debate, seq: 1, pixel };
    seated.first.say(Request { id: Some(1), message: reveal }).await;
    seated.first.event().await;
    let accepted = seated.first.accepted().await;
    assert!(accepted.took_ms.unwrap() >= 200);
    assert!(accepted.latency_ms.unwrap() < 200);
    scene.stop().await;
}

/// The whole process stands still: server and clients share the test's only thread.
#[tokio::test]
async fn what_arrived_while_the_server_was_paused_counts() {
    let scene = Scene::open().await;
    for _ in 0..5 {
        let mut seated = scene.seated(quick(300, 0)).await;
        let debate = seated.debate.clone();
        seated.first.reveal(&debate, 1, Pixel::new(0, 0)).await;
        std::thread::sleep(Duration::from_millis(500));
        for client in seated.all() {
            let told = client.event().await;
            assert!(told.ending.is_none(), "{told:?}");
        }
        // Who says nothing in the pause is late all the same.
        std::thread::sleep(Duration::from_millis(500));
        let ending = seated.judge.event().await.ending.unwrap();
        assert_eq!(ending.outcome.reason, OutcomeReason::Time);
    }
    scene.stop().await;
}
