//! Built-in debaters move at times that were known before the debate began, and wait for their share of
//! the threads before it does.

use pixel_debate_game::Role;
use pixel_debate_protocol::Setup;
use pixel_debate_server::Limits;
use tokio::time::Instant;

use crate::client::Client;
use crate::scene::{Scene, TELLTALE, built_in, for_a_judge, setup};

fn telltale(first: Role) -> Setup {
    let agent = || built_in("telltale");
    Setup { honest: agent(), liar: agent(), first: Some(first), ..for_a_judge() }
}

/// No move is told before its time, however soon it was found: with a machine that is fast enough all
/// gaps are the same, and with any machine none says that a search was short.
#[tokio::test]
async fn a_search_that_is_done_early_is_told_no_sooner_than_one_that_is_stopped() {
    let scene = Scene::open().await;
    for first in [Role::Honest, Role::Liar] {
        let mut judge = Client::connect(scene.address).await;
        let created = judge.create(telltale(first)).await;
        judge.take(&created.debate, &created.tokens.judge.unwrap()).await;
        judge.snapshot().await;
        judge.turn().await;
        let mut last = Instant::now();
        let mut gaps = Vec::new();
        for _ in 0..4 {
            judge.event().await;
            gaps.push(last.elapsed());
            last = Instant::now();
        }
        // The first gap is measured from when the judge heard of the turn, the others from event to
        // event: what one event lost on its way the next has gained.
        let spent = gaps.iter().sum::<std::time::Duration>();
        assert!(spent >= TELLTALE * 15 / 4, "{gaps:?}");
        for pair in gaps.windows(2) {
            assert!(pair[0] + pair[1] >= TELLTALE * 3 / 2, "{gaps:?}");
        }
    }
    scene.stop().await;
}

/// A long search has a thread of its own: the next debate with one waits, and a short one does not.
#[tokio::test]
async fn debates_wait_for_their_share_and_short_searches_do_not_wait_for_long_ones() {
    let scene = Scene::with(Limits { threads: 1, ..Limits::default() }).await;
    let mut client = Client::connect(scene.address).await;
    let both = |name| Setup { honest: built_in(name), liar: built_in(name), ..setup() };
    let long = [
        client.create(both("ponderous")).await.debate,
        client.create(both("ponderous")).await.debate,
    ];
    let short = client.create(both("telltale")).await.debate;
    client.outcome(&short).await;
    let mut phases = Vec::new();
    for debate in long {
        client.watch(&debate).await;
        let snapshot = client.snapshot().await;
        phases.push((snapshot.seq, snapshot.turn.is_some()));
    }
    assert_eq!(phases[1], (0, false), "it waits: {phases:?}");
    assert!(phases[0].1, "it goes on: {phases:?}");
    scene.stop().await;
}

/// More debates than there are shares for are played one after the other.
#[tokio::test]
async fn no_debate_that_waits_is_forgotten() {
    let scene = Scene::with(Limits { threads: 1, ..Limits::default() }).await;
    let mut client = Client::connect(scene.address).await;
    let mut debates = Vec::new();
    for _ in 0..10 {
        let agent = || built_in("telltale");
        let setup = Setup { honest: agent(), liar: agent(), ..setup() };
        debates.push(client.create(setup).await.debate);
    }
    for debate in debates {
        client.outcome(&debate).await;
    }
    scene.stop().await;
}
