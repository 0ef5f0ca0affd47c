//! Debates as they go right.

use std::time::Duration;

use pixel_debate_game::{OutcomeReason, Role, Seat, Verdict};
use pixel_debate_protocol::v1::{
    ClientMessage, CloseReason, JudgeKind, RefusalCode, ServerMessage, Setup, Token,
};
use pixel_debate_server::Limits;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::client::Client;
use crate::scene::{Scene, for_a_person, setup};

#[tokio::test]
async fn a_spectator_sees_a_debate_from_the_claims_to_the_truth() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let (debate, token) = client.create(Setup { pace_ms: 60, ..setup() }).await;
    assert_eq!(token, None);
    client.watch(&debate).await;
    for seq in 0..=5 {
        let state = client.state().await;
        let revealed = seq.min(4) as usize;
        assert_eq!((state.debate.clone(), state.seq), (debate.clone(), seq));
        assert_eq!(state.view.seat, Seat::Spectator);
        assert_eq!((state.view.claims.first, state.view.claims.second), (Some(0), Some(1)));
        assert_eq!((state.view.evidence.len(), state.logits.len()), (revealed, revealed));
        let over = seq == 5;
        assert_eq!((state.view.truth.is_some(), state.background.is_some()), (over, over));
        if over {
            // The whole row is 100 of 255: less than the half that class 0 is believed.
            assert_eq!(state.view.outcome.unwrap().winner, Role::Honest);
            assert_eq!(state.view.truth.unwrap().label, 0);
            let background = state.background.unwrap();
            assert_eq!((background.source.dataset.as_str(), background.source.index), ("scene", 0));
            assert_eq!(background.players.honest.as_deref(), Some("row"));
            assert_eq!(background.players.judge.as_deref(), Some("classifier:4"));
        }
    }
    scene.stop().await;
}

#[tokio::test]
async fn a_setup_draws_what_it_leaves_open() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let mut images = [0; 5];
    let mut firsts = [0; 2];
    for _ in 0..60 {
        let (honest, liar) = ("random".into(), "random".into());
        let open = Setup { image: None, first: None, lie: Some(1), honest, liar, ..setup() };
        let (debate, _) = client.create(open).await;
        client.watch(&debate).await;
        let state = client.outcome().await;
        client.say(&ClientMessage::Leave { debate }).await;
        images[state.background.unwrap().source.index as usize] += 1;
        firsts[usize::from(state.view.truth.unwrap().first == Role::Honest)] += 1;
    }
    // Those of class 1 cannot be passed off as class 1, and the last has too few pixels.
    assert!(images[0] > 0 && images[3] > 0, "{images:?}");
    assert_eq!((images[1], images[2], images[4]), (0, 0, 0));
    assert!(firsts[0] > 0 && firsts[1] > 0, "{firsts:?}");
    scene.stop().await;
}

#[tokio::test]
async fn a_person_judges() {
    let scene = Scene::open().await;
    let mut judge = Client::connect(scene.address).await;
    let (debate, token) = judge.create(for_a_person()).await;
    let mut spectator = Client::connect(scene.address).await;
    spectator.watch(&debate).await;
    assert_eq!(spectator.state().await.seq, 0);
    // Nothing happens before the judge has come.
    assert!(timeout(Duration::from_millis(150), spectator.hear()).await.is_err());

    judge.take(&debate, &token.unwrap()).await;
    let state = judge.evidence().await;
    assert_eq!((state.view.seat, state.seq), (Seat::Judge, 4));
    assert!(state.logits.is_empty(), "the classifier's opinion is kept from a person who judges");
    assert_eq!(spectator.evidence().await.logits.len(), 4);

    judge.verdict(&debate, 1).await;
    for state in [judge.outcome().await, spectator.outcome().await] {
        let verdict = Verdict::Label { label: 1, probability: None };
        assert_eq!((state.seq, state.view.verdict), (5, Some(verdict)));
        assert_eq!(state.view.outcome.unwrap().winner, Role::Liar);
        assert_eq!(state.logits.len(), 4);
        assert_eq!(state.background.unwrap().players.judge.as_deref(), Some("person"));
    }
    scene.stop().await;
}

#[tokio::test]
async fn without_precommit_the_judge_chooses_among_all_labels() {
    let scene = Scene::open().await;
    let mut judge = Client::connect(scene.address).await;
    let open = Setup { precommit: false, lie: None, ..for_a_person() };
    let (debate, token) = judge.create(open).await;
    judge.take(&debate, &token.unwrap()).await;
    let state = judge.evidence().await;
    assert_eq!((state.view.claims.first, state.view.claims.second), (None, None));
    judge.verdict(&debate, 2).await;
    assert_eq!(judge.outcome().await.view.outcome.unwrap().winner, Role::Liar);
    scene.stop().await;
}

#[tokio::test]
async fn a_verdict_comes_from_the_judge_and_once_and_after_the_evidence() {
    let scene = Scene::open().await;
    let mut judge = Client::connect(scene.address).await;
    let (debate, token) = judge.create(Setup { pace_ms: 100, ..for_a_person() }).await;
    let token = token.unwrap();

    judge.verdict(&debate, 0).await;
    assert_eq!(judge.refusal().await.code, RefusalCode::NotSeated);
    judge.take(&debate, &Token("guess".into())).await;
    let refusal = judge.refusal().await;
    assert_eq!((refusal.code, refusal.debate), (RefusalCode::WrongToken, Some(debate.clone())));
    judge.watch(&debate).await;
    judge.state().await;
    judge.verdict(&debate, 0).await;
    assert_eq!(judge.refusal().await.code, RefusalCode::NotSeated);

    judge.take(&debate, &token).await;
    judge.state().await;
    judge.verdict(&debate, 0).await;
    let refusal = judge.refusal().await;
    assert_eq!(refusal.code, RefusalCode::Illegal);
    assert!(refusal.message.contains("of 4 pixels are revealed"), "{refusal}");
    judge.evidence().await;
    judge.verdict(&debate, 2).await;
    let refusal = judge.refusal().await;
    assert_eq!(refusal.code, RefusalCode::Illegal);
    judge.verdict(&debate, 0).await;
    judge.outcome().await;
    judge.verdict(&debate, 1).await;
    assert_eq!(judge.refusal().await.code, RefusalCode::Illegal);
    scene.stop().await;
}

#[tokio::test]
async fn a_classifier_leaves_its_seat_to_nobody() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let (debate, _) = client.create(setup()).await;
    client.take(&debate, &Token(String::new())).await;
    assert_eq!(client.refusal().await.code, RefusalCode::WrongToken);
    scene.stop().await;
}

#[tokio::test]
async fn a_judge_who_is_lost_comes_back_with_the_token() {
    let scene = Scene::open().await;
    let mut judge = Client::connect(scene.address).await;
    let (debate, token) = judge.create(Setup { pace_ms: 30, ..for_a_person() }).await;
    let token = token.unwrap();
    judge.take(&debate, &token).await;
    judge.state().await;
    drop(judge);

    let mut again = Client::connect(scene.address).await;
    again.take(&debate, &token).await;
    again.evidence().await;
    // The seat is one: whoever takes it last has it.
    let mut elsewhere = Client::connect(scene.address).await;
    elsewhere.take(&debate, &token).await;
    elsewhere.evidence().await;
    let gone = ServerMessage::Closed { debate: debate.clone(), reason: CloseReason::SeatTaken };
    assert_eq!(again.hear().await, gone);
    again.verdict(&debate, 0).await;
    assert_eq!(again.refusal().await.code, RefusalCode::NotSeated);
    elsewhere.verdict(&debate, 0).await;
    elsewhere.outcome().await;
    scene.stop().await;
}

#[tokio::test]
async fn a_debate_goes_on_while_somebody_follows_it() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let (debate, _) = client.create(Setup { pace_ms: 40, ..setup() }).await;
    sleep(Duration::from_millis(300)).await;
    client.watch(&debate).await;
    assert_eq!(client.state().await.seq, 0, "nobody followed it so far");
    let mut other = Client::connect(scene.address).await;
    other.watch(&debate).await;
    other.state().await;
    client.say(&ClientMessage::Leave { debate: debate.clone() }).await;
    let seq = other.state().await.seq;
    drop(other);
    sleep(Duration::from_millis(300)).await;
    let mut third = Client::connect(scene.address).await;
    third.watch(&debate).await;
    // The search that was under way has come to its end, and no other was begun.
    let waiting = third.state().await.seq;
    assert!(waiting <= seq + 1, "{waiting} events, of which somebody saw {seq}");
    assert_eq!(third.outcome().await.seq, 5);
    scene.stop().await;
}

#[tokio::test]
async fn visitors_are_shown_the_same_debate_until_it_is_over() {
    let scene = Scene::with(Limits { pace: Duration::from_millis(80), ..Limits::default() }).await;
    let watch = ClientMessage::Watch { debate: None };
    let mut one = Client::connect(scene.address).await;
    one.say(&watch).await;
    let shown = one.state().await.debate;
    let mut two = Client::connect(scene.address).await;
    two.say(&watch).await;
    assert_eq!(two.outcome().await.debate, shown);
    two.say(&watch).await;
    let another = two.state().await;
    assert_ne!(another.debate, shown);
    assert!(another.view.outcome.is_none());
    scene.stop().await;
}

#[tokio::test]
async fn an_agent_that_breaks_the_rules_forfeits() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let (debate, _) = client.create(Setup { liar: "zero".into(), ..setup() }).await;
    client.watch(&debate).await;
    let outcome = client.outcome().await.view.outcome.unwrap();
    assert_eq!((outcome.winner, outcome.reason), (Role::Honest, OutcomeReason::IllegalMove));
    scene.stop().await;
}

#[tokio::test]
async fn an_agent_that_fails_ends_its_debate_and_no_other() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let failing = Setup { liar: "fail".into(), pace_ms: 60, ..setup() };
    let (debate, _) = client.create(failing).await;
    client.watch(&debate).await;
    let reason = loop {
        match client.hear().await {
            ServerMessage::State(_) => {}
            ServerMessage::Closed { reason, .. } => break reason,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(reason, CloseReason::Fault);
    client.watch(&debate).await;
    assert_eq!(client.refusal().await.code, RefusalCode::UnknownDebate);
    let (debate, _) = client.create(setup()).await;
    client.watch(&debate).await;
    client.outcome().await;
    scene.stop().await;
}

#[tokio::test]
async fn a_debate_without_a_verdict_is_let_go() {
    let limits = Limits { verdict: Duration::from_millis(150), ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut client = Client::connect(scene.address).await;
    for came in [false, true] {
        let (debate, token) = client.create(for_a_person()).await;
        let waits = if came {
            client.take(&debate, &token.unwrap()).await;
            client.evidence().await;
            client.hear().await
        } else {
            client.watch(&debate).await;
            client.state().await;
            client.hear().await
        };
        assert_eq!(waits, ServerMessage::Closed { debate, reason: CloseReason::NoVerdict });
    }
    scene.stop().await;
}

#[tokio::test]
async fn a_debate_is_remembered_for_a_time() {
    let limits = Limits { memory: Duration::from_millis(200), ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut client = Client::connect(scene.address).await;
    let (debate, _) = client.create(setup()).await;
    client.watch(&debate).await;
    client.outcome().await;
    let over = ServerMessage::Closed { debate: debate.clone(), reason: CloseReason::Over };
    assert_eq!(client.hear().await, over);
    client.watch(&debate).await;
    assert_eq!(client.refusal().await.code, RefusalCode::UnknownDebate);
    scene.stop().await;
}

#[tokio::test]
async fn a_server_that_stops_takes_leave() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let slow = Setup { pace_ms: 5000, judge: JudgeKind::Classifier, ..setup() };
    let (debate, _) = client.create(slow).await;
    client.watch(&debate).await;
    client.state().await;
    let farewell = tokio::spawn(async move { client.closed().await });
    scene.stop().await;
    assert_eq!(farewell.await.unwrap(), Some((CloseCode::Away, "the server stops".into())));
}
