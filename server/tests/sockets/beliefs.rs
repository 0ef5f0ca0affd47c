//! What a judge says that it believes on the way: who is told, and when.

use std::time::Duration;

use pixel_debate_protocol::{
    ClientMessage, CloseReason, DebateId, RefusalCode, Request, ServerMessage, Setup, Token,
    Visibility,
};
use pixel_debate_server::Limits;

use crate::client::Client;
use crate::home::on_both_stores;
use crate::scene::{Scene, Seated, for_a_judge, outside};

fn belief(debate: &DebateId, after: u32, probability: f32) -> ClientMessage {
    ClientMessage::Belief { debate: debate.clone(), after, probability }
}

/// Watches with opinions, from now on.
async fn watch(scene: &Scene, debate: &DebateId, token: Option<Token>) -> Client {
    let mut client = Client::connect(scene.address).await;
    let debate = Some(debate.clone());
    client.say(ClientMessage::Watch { debate, token, opinions: true }).await;
    client.snapshot().await;
    client
}

/// The beliefs that a client is told next, whatever opinions and events it is told before.
async fn told(client: &mut Client) -> Vec<Option<f32>> {
    loop {
        match client.hear().await {
            ServerMessage::Judgments { judges: 1, beliefs: Some(beliefs), .. } => {
                return beliefs.concat();
            }
            ServerMessage::Opinion { .. } | ServerMessage::Event(_) => {}
            other => panic!("no beliefs: {other:?}"),
        }
    }
}

/// Whether a client has been told any.
fn knows(client: &Client) -> bool {
    client.heard.iter().any(|frame| frame.contains(r#""type":"judgments""#))
}

on_both_stores!(spectators_of_programs_are_told_at_once_and_whoever_looks_later, |home| {
    let scene = Scene::at(home, Limits::default()).await;
    let mut judge = Client::connect(scene.address).await;
    let open = Setup { judge_may_be_influenced: true, ..for_a_judge() };
    let created = judge.create(open).await;
    let debate = created.debate;
    judge.take(&debate, created.tokens.judge.as_ref().unwrap()).await;
    judge.snapshot().await;
    judge.turn().await;
    for _ in 0..4 {
        judge.event().await;
    }
    let mut spectator = watch(&scene, &debate, None).await;
    let mut plain = Client::connect(scene.address).await;
    plain.watch(&debate).await;
    plain.snapshot().await;

    judge.say(Request { id: Some(5), message: belief(&debate, 0, 0.5) }).await;
    let accepted = judge.accepted().await;
    assert_eq!((accepted.id, accepted.seq), (Some(5), None));
    assert_eq!(told(&mut spectator).await, [Some(0.5)]);
    judge.say(belief(&debate, 3, 0.75)).await;
    let known = [Some(0.5), None, None, Some(0.75)];
    assert_eq!(told(&mut spectator).await, known);
    assert_eq!(told(&mut watch(&scene, &debate, None).await).await, known);

    for (after, probability, code) in [
        (0, 0.5, RefusalCode::Stale),
        (3, 0.25, RefusalCode::Stale),
        (5, 0.5, RefusalCode::Illegal),
        (u32::MAX, 0.5, RefusalCode::Illegal),
        (4, 1.5, RefusalCode::Illegal),
        (4, -0.1, RefusalCode::Illegal),
    ] {
        judge.say(belief(&debate, after, probability)).await;
        assert_eq!(judge.refusal().await.code, code, "{after} {probability}");
    }
    plain.say(belief(&debate, 4, 0.5)).await;
    assert_eq!(plain.refusal().await.code, RefusalCode::NotSeated);

    judge.verdict(&debate, 0).await;
    assert!(judge.event().await.ending.is_some());
    judge.say(belief(&debate, 4, 0.5)).await;
    assert_eq!(judge.refusal().await.code, RefusalCode::Illegal);
    plain.event().await;
    // Who has not asked for opinions is not told.
    assert!(!knows(&plain) && !knows(&judge));

    let scene = scene.restart().await;
    assert_eq!(told(&mut watch(&scene, &debate, None).await).await, known);
    scene.stop().await;
});

/// Three players who have all asked for opinions.
async fn with_opinions(seated: &mut Seated) {
    let (debate, tokens) = (seated.debate.clone(), seated.tokens.clone());
    for (client, token) in seated.all().into_iter().zip(tokens) {
        client
            .say(ClientMessage::Take {
                debate: debate.clone(),
                token,
                opinions: true,
                judge_key: None,
            })
            .await;
        client.snapshot().await;
    }
}

/// Says a belief before the first reveal and one after the last, with the verdict next.
async fn judged(seated: &mut Seated, spectator: &mut Client) {
    let debate = seated.debate.clone();
    seated.judge.say(belief(&debate, 0, 0.5)).await;
    for seq in 1..=4 {
        let debater = if seq % 2 == 1 { &mut seated.first } else { &mut seated.second };
        debater.reveal(&debate, seq, pixel_debate_game::Pixel::new(seq as u8 - 1, 0)).await;
        seated.judge.event().await;
    }
    seated.judge.say(Request { id: Some(1), message: belief(&debate, 4, 0.25) }).await;
    seated.judge.accepted().await;
    // What they were told till then is in what they have heard when this is answered.
    let unknown = ClientMessage::Leave { debate: DebateId("nowhere".into()) };
    for client in [&mut seated.first, &mut seated.second, spectator] {
        client.say(Request { id: Some(2), message: unknown.clone() }).await;
        while !matches!(client.hear().await, ServerMessage::Error(_)) {}
    }
    assert!(!knows(&seated.first) && !knows(&seated.second) && !knows(&seated.judge));
}

/// Takes all seats of such a debate and judges it, while somebody watches who can, and nobody is told
/// the beliefs before the verdict; then all are.
async fn told_after_the_verdict(setup: Setup) {
    let scene = Scene::open().await;
    let unlisted = setup.visibility == Visibility::Unlisted;
    let mut seated = scene.seated(setup).await;
    let debate = seated.debate.clone();
    with_opinions(&mut seated).await;
    let mut spectator = Client::connect(scene.address).await;
    if !unlisted {
        spectator = watch(&scene, &debate, seated.spectator.clone()).await;
    }
    judged(&mut seated, &mut spectator).await;
    assert!(!knows(&spectator), "who watches could tell a debater or the judge");
    seated.judge.verdict(&debate, 1).await;
    let all = [Some(0.5), None, None, None, Some(0.25)];
    for client in seated.all() {
        assert_eq!(told(client).await, all);
    }
    if unlisted {
        spectator = watch(&scene, &debate, None).await;
    }
    assert_eq!(told(&mut spectator).await, all);
    scene.stop().await;
}

#[tokio::test]
async fn nobody_is_told_before_the_verdict() {
    for visibility in [Visibility::Public, Visibility::Unlisted, Visibility::Private] {
        Box::pin(told_after_the_verdict(Setup { visibility, ..outside() })).await;
    }
    // Debaters are to argue without it, also where the judge may be influenced.
    for visibility in [Visibility::Public, Visibility::Private] {
        let open = Setup { visibility, judge_may_be_influenced: true, ..outside() };
        Box::pin(told_after_the_verdict(open)).await;
    }
}

#[tokio::test]
async fn the_server_knows_what_the_judge_has_said() {
    let scene = Scene::open().await;
    let mut seated = scene.seated(outside()).await;
    let debate = seated.debate.clone();
    seated.judge.say(belief(&debate, 0, 0.5)).await;
    seated.play(1, 2).await;
    seated.judge.say(Request { id: Some(1), message: belief(&debate, 2, 0.75) }).await;
    seated.judge.accepted().await;
    let said = vec![Some(0.5), None, Some(0.75)];
    let tokens = seated.tokens.clone();
    for seq in [0, 2] {
        let mut elsewhere = Client::connect(scene.address).await;
        elsewhere.resume(&debate, Some(&tokens[2]), seq).await;
        let beliefs = match seq {
            0 => elsewhere.snapshot().await.beliefs,
            _ => elsewhere.resumed().await.beliefs,
        };
        assert_eq!(beliefs.as_ref(), Some(&said));
        assert_eq!(seated.judge.dismissed().await, CloseReason::SeatTaken, "and the other is told");
        seated.judge = elsewhere;
        // Nobody else is told there.
        seated.first.resume(&debate, Some(&tokens[0]), seq).await;
        let beliefs = match seq {
            0 => seated.first.snapshot().await.beliefs,
            _ => seated.first.resumed().await.beliefs,
        };
        assert_eq!(beliefs, None);
    }
    scene.stop().await;
}

fn verdict(debate: &DebateId, label: u8, explanation: Option<&str>) -> ClientMessage {
    let (debate, explanation) = (debate.clone(), explanation.map(String::from));
    ClientMessage::Verdict {
        debate,
        label: Some(label),
        probability: None,
        explanation,
        logits: None,
    }
}

/// A verdict by logits that is for that label.
fn by_logits(debate: &DebateId, label: u8) -> ClientMessage {
    let logits = Some((0..3).map(|other| f32::from(u8::from(other == label))).collect());
    let (debate, label, probability, explanation) = (debate.clone(), None, None, None);
    ClientMessage::Verdict { debate, label, probability, explanation, logits }
}

#[tokio::test]
async fn a_verdict_against_the_judges_own_belief_says_why() {
    let scene = Scene::open().await;
    // The first debater claims 0, the second 1.
    for (after, probability, label, explanation, accepted) in [
        (4, 0.75, 1, None, false),
        (4, 0.75, 1, Some("the second was last"), true),
        (4, 0.25, 0, None, false),
        (4, 0.75, 0, None, true),
        (4, 0.25, 1, None, true),
        (4, 0.5, 1, None, true),
        // What was believed of less evidence binds nobody.
        (3, 0.75, 1, None, true),
    ] {
        let mut seated = scene.seated(outside()).await;
        seated.play(1, 4).await;
        let debate = seated.debate.clone();
        seated.judge.say(belief(&debate, after, probability)).await;
        // A reason that nobody can read is none.
        seated.judge.say(verdict(&debate, label, Some("\u{200b}\n"))).await;
        let refusal = seated.judge.refusal().await;
        assert_eq!(refusal.code, RefusalCode::Malformed);
        assert!(refusal.message.starts_with("\"explanation\""), "{refusal}");
        seated.judge.say(verdict(&debate, label, explanation)).await;
        if !accepted {
            let refusal = seated.judge.refusal().await;
            assert_eq!(refusal.code, RefusalCode::AgainstBelief);
            assert!(refusal.expected.contains("with an explanation"), "{refusal}");
            // With logits as well; and the debate goes on.
            seated.judge.say(by_logits(&debate, label)).await;
            assert_eq!(seated.judge.refusal().await.code, RefusalCode::AgainstBelief);
            seated.judge.say(verdict(&debate, 2, None)).await;
            assert_eq!(seated.judge.refusal().await.code, RefusalCode::Illegal);
            seated.judge.say(by_logits(&debate, 1 - label)).await;
        }
        assert!(seated.judge.event().await.ending.is_some());
    }
    scene.stop().await;
}

#[tokio::test]
async fn a_debate_that_is_let_go_takes_no_more_beliefs() {
    let limits = Limits { verdict: Duration::from_millis(100), ..Limits::default() };
    let scene = Scene::with(limits).await;
    let mut seated = scene.seated(outside()).await;
    seated.play(1, 4).await;
    let debate = seated.debate.clone();
    assert_eq!(seated.judge.dismissed().await, CloseReason::NoVerdict);
    seated.judge.say(Request { id: Some(8), message: belief(&debate, 4, 0.5) }).await;
    let refusal = seated.judge.refusal().await;
    assert_eq!((refusal.id, refusal.code), (Some(8), RefusalCode::NotSeated));
    scene.stop().await;
}

#[tokio::test]
async fn there_is_nothing_to_believe_in_before_the_beginning_and_without_claims() {
    let scene = Scene::open().await;
    let mut judge = Client::connect(scene.address).await;
    let created = judge.create(outside()).await;
    judge.take(&created.debate, created.tokens.judge.as_ref().unwrap()).await;
    judge.snapshot().await;
    judge.say(belief(&created.debate, 0, 0.5)).await;
    assert_eq!(judge.refusal().await.code, RefusalCode::NotBegun);

    let open = Setup { precommit: false, lie: None, ..outside() };
    let mut seated = scene.seated(open).await;
    let debate = seated.debate.clone();
    seated.judge.say(belief(&debate, 0, 0.5)).await;
    let refusal = seated.judge.refusal().await;
    assert_eq!(refusal.code, RefusalCode::Illegal);
    assert!(refusal.message.contains("without precommit"), "{refusal}");
    scene.stop().await;
}
