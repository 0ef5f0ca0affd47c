//! Debates as they go right.

use std::time::Duration;

use pixel_debate_game::{Event, OutcomeReason, Pixel, Role, Seat, Sight, Verdict, View};
use pixel_debate_protocol::{
    ClientMessage, CloseReason, Created, DebateRecord, Player, RefusalCode, Request, ServerMessage,
    Setup, Tokens,
};
use pixel_debate_server::Limits;

use crate::client::Client;
use crate::home::on_both_stores;
use crate::http::get;
use crate::scene::{Scene, built_in, for_a_judge, outside, setup};

on_both_stores!(a_spectator_follows_a_debate_from_the_claims_to_the_truth, |home| {
    let scene = Scene::at(home, Limits::default()).await;
    let mut client = Client::connect(scene.address).await;
    let Created { debate, tokens, .. } = client.create(Setup { pace_ms: 60, ..setup() }).await;
    let Tokens { honest, liar, judge, spectator, .. } = tokens;
    assert_eq!([honest, liar, judge, spectator], [None, None, None, None]);
    client.watch(&debate).await;
    let snapshot = client.snapshot().await;
    assert_eq!((snapshot.seq, snapshot.view.seat), (0, Seat::Spectator));
    assert_eq!((snapshot.view.claims.first, snapshot.view.claims.second), (Some(0), Some(1)));
    assert_eq!(snapshot.turn.unwrap().seat, Seat::Debater(pixel_debate_game::Debater::First));
    let mut view = snapshot.view;
    let events = client.events().await;
    for (seq, told) in (1..).zip(&events) {
        assert_eq!((&told.debate, told.seq), (&debate, seq));
        view.follow(&told.view_event());
        assert_eq!(view.evidence.len(), seq.min(4) as usize);
        assert_eq!(told.turn.is_some(), seq < 5);
    }
    assert_eq!(events.len(), 5);
    // The whole row is 100 of 255: less than the half that class 0 is believed.
    let ending = events[4].ending.clone().unwrap();
    assert_eq!((ending.outcome.winner, ending.truth.label), (Role::Honest, 0));
    let background = ending.background;
    assert_eq!((background.source.dataset.as_str(), background.source.index), ("scene", 0));
    assert_eq!(background.players.honest.as_deref(), Some("row"));
    assert_eq!(background.players.judge.as_deref(), Some("classifier:4"));
    // Who followed the events knows what a snapshot tells.
    client.watch(&debate).await;
    let snapshot = client.snapshot().await;
    assert_eq!((snapshot.view, snapshot.seq, snapshot.turn), (view, 5, None));
    assert_eq!(snapshot.background, Some(background));
    scene.stop().await;
});

on_both_stores!(outside_players_play_a_whole_debate, |home| {
    let scene = Scene::at(home, Limits::default()).await;
    let mut seated = scene.seated(outside()).await;
    seated.play(1, 4).await;
    let debate = seated.debate.clone();
    let verdict = ClientMessage::Verdict {
        debate: debate.clone(),
        label: None,
        probability: None,
        explanation: None,
        logits: Some(vec![0.0, 1.0, 0.5]),
    };
    seated.judge.say(Request { id: Some(9), message: verdict }).await;
    for client in seated.all() {
        let told = client.event().await;
        let ending = told.ending.unwrap();
        assert_eq!((told.seq, ending.outcome.winner), (5, Role::Liar));
        assert_eq!(ending.background.players.judge.as_deref(), Some("outside"));
    }
    let accepted = seated.judge.accepted().await;
    assert_eq!((accepted.id, accepted.seq), (Some(9), Some(5)));
    assert!(accepted.took_ms.is_some());
    scene.stop().await;
});

#[tokio::test]
async fn a_debater_is_told_its_role_the_image_and_its_time() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let named = Player::Outside { name: Some("Ada".into()) };
    let setup = Setup { liar: named, first: Some(Role::Liar), ..setup() };
    let Created { debate, tokens, .. } = client.create(setup.clone()).await;
    assert_eq!((&tokens.honest, &tokens.judge), (&None, &None));
    client.take(&debate, &tokens.liar.unwrap()).await;
    let View { seat, role, image, .. } = client.snapshot().await.view;
    assert_eq!((seat.to_string(), role), ("first".into(), Some(Role::Liar)));
    assert!(image.is_some());
    let left = client.turn().await.left.unwrap();
    assert!(left.move_ms > 0 && left.move_ms <= setup.clock.move_ms);
    assert_eq!(left.bank_ms, setup.clock.bank_ms);
    client.reveal(&debate, 1, Pixel::new(0, 0)).await;
    assert_eq!(client.event().await.turn.unwrap().left, None, "nobody's of a built-in player");
    let event = client.event().await;
    assert!(matches!(event.event, Event::Reveal { value: 20, .. }));
    client.say(ClientMessage::Resign { debate }).await;
    let ending = client.event().await.ending.unwrap();
    assert_eq!(
        (ending.outcome.winner, ending.outcome.reason),
        (Role::Honest, OutcomeReason::Resignation)
    );
    assert_eq!(ending.background.players.liar.as_deref(), Some("outside:Ada"));
    scene.stop().await;
}

#[tokio::test]
async fn a_setup_draws_what_it_leaves_open() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let mut images = [0; 5];
    let mut firsts = [0; 2];
    for _ in 0..60 {
        let (honest, liar) = (built_in("random"), built_in("random"));
        let open = Setup { image: None, first: None, lie: Some(1), honest, liar, ..setup() };
        let debate = client.create(open).await.debate;
        let events = client.outcome(&debate).await;
        client.say(ClientMessage::Leave { debate }).await;
        let ending = events.last().unwrap().ending.clone().unwrap();
        images[ending.background.source.index as usize] += 1;
        firsts[usize::from(ending.truth.first == Role::Honest)] += 1;
    }
    // Those of class 1 cannot be passed off as class 1, and the last has too few pixels.
    assert!(images[0] > 0 && images[3] > 0, "{images:?}");
    assert_eq!((images[1], images[2], images[4]), (0, 0, 0));
    assert!(firsts[0] > 0 && firsts[1] > 0, "{firsts:?}");
    scene.stop().await;
}

#[tokio::test]
async fn opinions_are_told_to_who_asks_and_to_the_judge_with_the_outcome() {
    let scene = Scene::open().await;
    let mut judge = Client::connect(scene.address).await;
    let open = Setup { judge_may_be_influenced: true, ..for_a_judge() };
    let Created { debate, tokens, .. } = judge.create(open).await;
    let mut spectator = Client::connect(scene.address).await;
    let watch = |opinions| {
        let debate = Some(debate.clone());
        ClientMessage::Watch { debate, token: None, opinions }
    };
    spectator.say(watch(true)).await;
    assert_eq!(spectator.snapshot().await.seq, 0);
    let token = tokens.judge.unwrap();
    judge
        .say(ClientMessage::Take { debate: debate.clone(), token, opinions: true, judge_key: None })
        .await;
    judge.snapshot().await;
    judge.turn().await;
    for seq in 1..=4 {
        assert_eq!(judge.event().await.seq, seq, "an outside judge judges without them");
    }
    let mut opinions = 0;
    for _ in 0..9 {
        if let ServerMessage::Opinion { seq, logits, .. } = spectator.hear().await {
            opinions += 1;
            assert_eq!((seq, logits.len()), (opinions, 3));
        }
    }
    assert_eq!(opinions, 4, "one for each reveal, beside a turn and four events");
    judge.verdict(&debate, 1).await;
    assert_eq!(judge.event().await.seq, 5);
    for opinion in 1..=4 {
        assert!(matches!(judge.hear().await, ServerMessage::Opinion { seq, .. } if seq == opinion));
    }
    // Who comes late is told all of them.
    spectator.event().await;
    spectator.say(watch(true)).await;
    spectator.snapshot().await;
    for opinion in 1..=4 {
        let heard = spectator.hear().await;
        assert!(matches!(heard, ServerMessage::Opinion { seq, .. } if seq == opinion));
    }
    scene.stop().await;
}

#[tokio::test]
async fn spectators_may_be_given_the_debaters_view() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let open = Setup { spectators_see: Sight::Image, ..for_a_judge() };
    client.say(ClientMessage::Create(open.clone())).await;
    let refusal = client.refusal().await;
    assert_eq!(refusal.code, RefusalCode::Setup);
    assert!(refusal.expected.contains("judge_may_be_influenced: true"), "{refusal}");
    // Where nobody judges who could be told, it is nobody's concern.
    let debate = client.create(Setup { spectators_see: Sight::Image, ..setup() }).await.debate;
    client.watch(&debate).await;
    assert!(client.snapshot().await.view.image.is_some());
    client.say(ClientMessage::Leave { debate }).await;

    let mut client = Client::connect(scene.address).await;
    let open = Setup { judge_may_be_influenced: true, ..open };
    let Created { debate, tokens, .. } = client.create(open).await;
    client.watch(&debate).await;
    let snapshot = client.snapshot().await;
    assert!(snapshot.judge_may_be_influenced, "everybody is told");
    let view = snapshot.view;
    assert!(view.image.is_some() && view.rules.first == Some(Role::Honest) && view.truth.is_none());
    client.take(&debate, &tokens.judge.unwrap()).await;
    let view = client.snapshot().await.view;
    assert!(view.image.is_none() && view.rules.first.is_none(), "but never the judge");
    scene.stop().await;
}

#[tokio::test]
async fn without_precommit_the_judge_chooses_among_all_labels() {
    let scene = Scene::open().await;
    let mut judge = Client::connect(scene.address).await;
    let open = Setup { precommit: false, lie: None, ..for_a_judge() };
    let Created { debate, tokens, .. } = judge.create(open).await;
    judge.take(&debate, &tokens.judge.unwrap()).await;
    let claims = judge.snapshot().await.view.claims;
    assert_eq!((claims.first, claims.second), (None, None));
    judge.turn().await;
    for seq in 1..=4 {
        assert_eq!(judge.event().await.seq, seq);
    }
    judge.verdict(&debate, 2).await;
    let told = judge.event().await;
    let verdict = Verdict::label(2);
    assert!(matches!(told.event, Event::Verdict { verdict: given, .. } if given == verdict));
    assert_eq!(told.ending.unwrap().outcome.winner, Role::Liar);
    scene.stop().await;
}

on_both_stores!(everybody_is_told_why_the_judge_decided_so, |home| {
    let scene = Scene::at(home, Limits::default()).await;
    let mut seated = scene.seated(outside()).await;
    seated.play(1, 4).await;
    let debate = seated.debate.clone();
    let say = |explanation: String| ClientMessage::Verdict {
        debate: debate.clone(),
        label: Some(0),
        probability: None,
        explanation: Some(explanation),
        logits: None,
    };
    // As long as it may be and in letters of several bytes, it fits into a message.
    let explanation = "\u{4e00}".repeat(Verdict::MAX_EXPLANATION);
    seated.judge.say(say(format!("{explanation}!"))).await;
    let refusal = seated.judge.refusal().await;
    assert_eq!(refusal.code, RefusalCode::Illegal);
    assert!(refusal.message.contains("2001 characters: it may have up to 2000"), "{refusal}");
    seated.judge.say(say(explanation.clone())).await;
    let wanted = Verdict::Label { label: 0, probability: None, explanation: Some(explanation) };
    for client in seated.all() {
        let event = client.event().await.event;
        assert!(matches!(event, Event::Verdict { verdict, .. } if verdict == wanted));
    }
    // It stays with the debate: for spectators, in the transcript, and after a restart.
    let scene = scene.restart().await;
    let mut spectator = Client::connect(scene.address).await;
    spectator.watch(&debate).await;
    assert_eq!(spectator.snapshot().await.view.verdict.as_ref(), Some(&wanted));
    let (_, body) = get(&scene, &format!("/api/debates/{debate}/transcript"), "").await;
    let record: DebateRecord = serde_json::from_str(&body).unwrap();
    assert_eq!(record.transcript.replay().unwrap().verdict(), Some(&wanted));
    scene.stop().await;
});

#[tokio::test]
async fn outside_players_need_no_classifier() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let (honest, liar) = (built_in("random"), built_in("random"));
    let legal = pixel_debate_game::LegalPixels::Any;
    let any =
        Setup { pixels: 3, legal, honest, liar, image: Some(4), lie: Some(0), ..for_a_judge() };
    let Created { debate, tokens, .. } = client.create(any).await;
    client.take(&debate, &tokens.judge.unwrap()).await;
    client.snapshot().await;
    client.turn().await;
    for seq in 1..=3 {
        assert_eq!(client.event().await.seq, seq);
    }
    scene.stop().await;
}

#[tokio::test]
async fn visitors_are_shown_the_same_debate_until_it_is_over() {
    let scene = Scene::with(Limits { pace: Duration::from_millis(80), ..Limits::default() }).await;
    let watch = || ClientMessage::Watch { debate: None, token: None, opinions: false };
    let mut one = Client::connect(scene.address).await;
    one.say(watch()).await;
    let shown = one.snapshot().await.debate;
    let mut two = Client::connect(scene.address).await;
    two.say(watch()).await;
    assert_eq!(two.snapshot().await.debate, shown);
    two.events().await;
    two.say(watch()).await;
    let another = two.snapshot().await;
    assert_ne!(another.debate, shown);
    assert!(another.view.outcome.is_none());
    scene.stop().await;
}

#[tokio::test]
async fn an_agent_that_breaks_the_rules_forfeits() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let debate = client.create(Setup { liar: built_in("zero"), ..setup() }).await.debate;
    let ending = client.outcome(&debate).await.pop().unwrap().ending.unwrap();
    let outcome = ending.outcome;
    assert_eq!((outcome.winner, outcome.reason), (Role::Honest, OutcomeReason::IllegalMove));
    scene.stop().await;
}

#[tokio::test]
async fn an_agent_that_fails_ends_its_debate_and_no_other() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let failing = Setup { liar: built_in("fail"), pace_ms: 60, ..setup() };
    let debate = client.create(failing).await.debate;
    client.watch(&debate).await;
    client.snapshot().await;
    assert_eq!(client.event().await.seq, 1);
    assert_eq!(client.dismissed().await, CloseReason::Fault);
    let debate = client.create(setup()).await.debate;
    client.outcome(&debate).await;
    scene.stop().await;
}
