//! What a judge says that it believes on the way: who is told, and when.

use pixel_debate_protocol::{
    ClientMessage, DebateId, RefusalCode, Request, ServerMessage, Setup, Token,
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
            ServerMessage::Beliefs { beliefs, .. } => return beliefs,
            ServerMessage::Opinion { .. } | ServerMessage::Event(_) => {}
            other => panic!("no beliefs: {other:?}"),
        }
    }
}

/// Whether a client has been told any.
fn knows(client: &Client) -> bool {
    client.heard.iter().any(|frame| frame.contains("beliefs"))
}

on_both_stores!(spectators_of_programs_are_told_at_once_and_whoever_looks_later, |home| {
    let scene = Scene::at(home, Limits::default()).await;
    let mut judge = Client::connect(scene.address).await;
    let created = judge.create(for_a_judge()).await;
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
        client.say(ClientMessage::Take { debate: debate.clone(), token, opinions: true }).await;
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
        loop {
            match seated.judge.hear().await {
                ServerMessage::Event(_) => break,
                other => panic!("not an event: {other:?}"),
            }
        }
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

#[tokio::test]
async fn debaters_are_told_after_the_end_and_so_is_who_could_be_one() {
    let scene = Scene::open().await;
    let mut seated = scene.seated(outside()).await;
    let debate = seated.debate.clone();
    with_opinions(&mut seated).await;
    let mut spectator = watch(&scene, &debate, None).await;
    judged(&mut seated, &mut spectator).await;
    assert!(!knows(&spectator), "a debater may watch a public debate");
    seated.judge.verdict(&debate, 0).await;
    let all = [Some(0.5), None, None, None, Some(0.25)];
    for client in seated.all() {
        assert_eq!(told(client).await, all);
    }
    assert_eq!(told(&mut spectator).await, all);
    scene.stop().await;
}

#[tokio::test]
async fn spectators_of_a_private_debate_are_told_at_once() {
    let scene = Scene::open().await;
    let mut seated = Vec::new();
    for _ in 0..3 {
        seated.push(Client::connect(scene.address).await);
    }
    let created = seated[0].create(Setup { private: true, ..outside() }).await;
    let (debate, tokens) = (created.debate, created.tokens);
    let mut spectator = watch(&scene, &debate, tokens.spectator).await;
    // The honest debater sits first.
    let tokens = [tokens.honest, tokens.liar, tokens.judge].map(Option::unwrap);
    for (client, token) in seated.iter_mut().zip(tokens.clone()) {
        client.say(ClientMessage::Take { debate: debate.clone(), token, opinions: true }).await;
        client.snapshot().await;
    }
    for client in seated.iter_mut().chain([&mut spectator]) {
        client.turn().await;
    }
    let [first, second, judge] = <[Client; 3]>::try_from(seated).ok().unwrap();
    let mut seated = Seated { debate, tokens, first, second, judge };
    judged(&mut seated, &mut spectator).await;
    assert!(knows(&spectator));
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
