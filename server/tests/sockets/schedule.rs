//! Built-in debaters move at times that were known before the debate began, and wait for their share of
//! the threads before it does.

use pixel_debate_game::Role;
use pixel_debate_protocol::{Setup, Visibility};
use pixel_debate_server::Limits;
use tokio::time::Instant;

use crate::client::Client;
use crate::http::get;
use crate::scene::{Scene, TELLTALE, built_in, for_a_judge, setup};
use crate::standings::standings;

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

/// Nothing that a stopped search has played stands for the agent: it is told, and not counted.
#[tokio::test]
async fn a_search_that_was_cut_short_is_told_and_not_counted() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let both = |name| Setup { honest: built_in(name), liar: built_in(name), ..setup() };
    // A private one is in no number.
    let private = Setup { visibility: Visibility::Private, ..both("telltale") };
    let private = client.create(private).await;
    client.outcome_by(&private.debate, private.tokens.spectator.as_ref()).await;
    for (name, cut_short) in [("telltale", true), ("row", false)] {
        let debate = client.create(both(name)).await.debate;
        client.outcome(&debate).await;
        let (_, record) = get(&scene, &format!("/api/debates/{debate}/transcript"), "").await;
        let record: serde_json::Value = serde_json::from_str(&record).unwrap();
        // The honest debater reveals the first and the third pixel.
        let told: Vec<bool> =
            record["times"].as_array().unwrap().iter().map(is_cut_short).collect();
        // On a machine that is busy enough others may be as well.
        assert_eq!((told[0], told[2]), (cut_short, cut_short), "{told:?}");
        assert!(cut_short || !told.contains(&true), "{told:?}");
    }
    let told = standings(&scene, 1).await;
    assert_eq!((told.debates, told.cut_short), (1, 1), "{told:?}");
    assert!(told.debaters.iter().all(|debater| debater.player != "telltale"), "{told:?}");
    scene.stop().await;
}

/// A search that is not stopped in time, or not begun, holds nothing up: that would tell how long it took.
#[tokio::test]
async fn a_move_is_told_at_its_time_whether_there_is_an_answer_or_not() {
    let scene = Scene::with(Limits { threads: 2, ..Limits::default() }).await;
    let mut client = Client::connect(scene.address).await;
    let agent = || built_in("deaf");
    let began = Instant::now();
    let debate = client.create(Setup { honest: agent(), liar: agent(), ..setup() }).await.debate;
    client.outcome(&debate).await;
    // Four searches of five seconds on two threads would be ten.
    assert!(began.elapsed() < std::time::Duration::from_secs(8), "{:?}", began.elapsed());
    let (_, record) = get(&scene, &format!("/api/debates/{debate}/transcript"), "").await;
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    let times = record["times"].as_array().unwrap();
    assert_eq!(times.iter().filter(|time| is_cut_short(time)).count(), 4);
    scene.stop().await;
}

fn is_cut_short(time: &serde_json::Value) -> bool {
    time["cut_short"] == true
}
