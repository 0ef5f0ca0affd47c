//! Seats and the tokens that open them.

use pixel_debate_game::{Pixel, Seat};
use pixel_debate_protocol::{
    ClientMessage, CloseReason, Created, RefusalCode, Request, Setup, Token, Visibility,
};

use crate::client::Client;
use crate::scene::{Scene, for_a_judge, outside, setup};

#[tokio::test]
async fn a_token_opens_its_seat_and_nothing_else() {
    let scene = Scene::open().await;
    let mut creator = Client::connect(scene.address).await;
    let private = Setup { visibility: Visibility::Private, ..outside() };
    let Created { debate, tokens, .. } = creator.create(private).await;
    let Created { debate: other, .. } = creator.create(outside()).await;
    let honest = tokens.honest.unwrap();
    for (token, seat) in
        [(&honest, "first"), (&tokens.liar.unwrap(), "second"), (&tokens.judge.unwrap(), "judge")]
    {
        let mut client = Client::connect(scene.address).await;
        client.take(&debate, token).await;
        assert_eq!(client.snapshot().await.view.seat.to_string(), seat);
        if seat == "judge" {
            client.turn().await;
        }
        client.take(&other, token).await;
        assert_eq!(client.refusal().await.code, RefusalCode::WrongToken);
    }
    let mut client = Client::connect(scene.address).await;
    let spectator = tokens.spectator.unwrap();
    for wrong in [&spectator, &Token("guess".into()), &Token(String::new())] {
        client.take(&debate, wrong).await;
        let refusal = client.refusal().await;
        assert_eq!((refusal.code, refusal.debate), (RefusalCode::WrongToken, Some(debate.clone())));
    }
    for wrong in [None, Some(honest.clone()), Some(Token("guess".into()))] {
        let debate = Some(debate.clone());
        client.say(ClientMessage::Watch { debate, token: wrong, opinions: false }).await;
        assert_eq!(client.refusal().await.code, RefusalCode::WrongToken);
    }
    for wrong in [None, Some(&Token("guess".into()))] {
        client.resume(&debate, wrong, 0).await;
        assert_eq!(client.refusal().await.code, RefusalCode::WrongToken);
    }
    let watch =
        ClientMessage::Watch { debate: Some(debate), token: Some(spectator), opinions: false };
    client.say(watch).await;
    assert_eq!(client.snapshot().await.view.seat, Seat::Spectator);
    scene.stop().await;
}

#[tokio::test]
async fn a_second_connection_with_the_token_takes_over_and_the_first_is_told() {
    let scene = Scene::open().await;
    let mut seated = scene.seated(outside()).await;
    let (debate, token) = (seated.debate.clone(), seated.tokens[0].clone());
    let mut elsewhere = Client::connect(scene.address).await;
    elsewhere.take(&debate, &token).await;
    elsewhere.snapshot().await;
    assert_eq!(seated.first.dismissed().await, CloseReason::SeatTaken);
    seated.first.reveal(&debate, 1, Pixel::new(0, 0)).await;
    assert_eq!(seated.first.refusal().await.code, RefusalCode::NotSeated);
    elsewhere.reveal(&debate, 1, Pixel::new(0, 0)).await;
    assert_eq!(elsewhere.event().await.seq, 1);
    assert_eq!(seated.judge.event().await.seq, 1);
    // Taking it again from the connection that has it changes nothing.
    elsewhere.take(&debate, &token).await;
    assert_eq!(elsewhere.snapshot().await.seq, 1);
    scene.stop().await;
}

#[tokio::test]
async fn a_debate_begins_when_every_outside_seat_is_taken() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let Created { debate, tokens, .. } = client.create(outside()).await;
    client.take(&debate, &tokens.honest.unwrap()).await;
    assert_eq!(client.snapshot().await.turn, None);
    client.reveal(&debate, 1, Pixel::new(0, 0)).await;
    assert_eq!(client.refusal().await.code, RefusalCode::NotBegun);
    let mut liar = Client::connect(scene.address).await;
    liar.take(&debate, &tokens.liar.unwrap()).await;
    assert_eq!(liar.snapshot().await.turn, None);
    // A seat that was taken once counts as taken.
    drop(liar);
    let mut judge = Client::connect(scene.address).await;
    judge.take(&debate, &tokens.judge.unwrap()).await;
    judge.snapshot().await;
    assert_eq!(judge.turn().await.seq, 1);
    assert_eq!(client.turn().await.seq, 1);
    scene.stop().await;
}

#[tokio::test]
async fn players_do_what_is_theirs_and_when_it_is_time() {
    let scene = Scene::open().await;
    let mut seated = scene.seated(outside()).await;
    let debate = seated.debate.clone();
    let pixel = Pixel::new(0, 0);
    let refused = async |client: &mut Client, wanted: RefusalCode| {
        assert_eq!(client.refusal().await.code, wanted);
    };
    seated.second.reveal(&debate, 1, pixel).await;
    refused(&mut seated.second, RefusalCode::Illegal).await;
    seated.judge.reveal(&debate, 1, pixel).await;
    refused(&mut seated.judge, RefusalCode::NotSeated).await;
    seated.judge.verdict(&debate, 0).await;
    refused(&mut seated.judge, RefusalCode::Illegal).await;
    seated.first.verdict(&debate, 0).await;
    refused(&mut seated.first, RefusalCode::NotSeated).await;
    for (seq, pixel, code) in [
        (2, pixel, RefusalCode::Illegal),
        (0, pixel, RefusalCode::Stale),
        (1, Pixel::new(0, 1), RefusalCode::Illegal),
        (1, Pixel::new(4, 0), RefusalCode::Illegal),
    ] {
        seated.first.reveal(&debate, seq, pixel).await;
        refused(&mut seated.first, code).await;
    }
    seated.play(1, 1).await;
    seated.first.reveal(&debate, 1, pixel).await;
    refused(&mut seated.first, RefusalCode::Stale).await;
    seated.play(2, 4).await;
    seated.judge.verdict(&debate, 2).await;
    refused(&mut seated.judge, RefusalCode::Illegal).await;
    for (label, explanation, logits) in [
        (None, None, None),
        (None, Some("a hunch"), None),
        (None, Some("a hunch"), Some(vec![0.0; 3])),
        (Some(0), None, Some(vec![0.0; 3])),
    ] {
        let (debate, explanation) = (debate.clone(), explanation.map(String::from));
        let probability = None;
        let verdict = ClientMessage::Verdict { debate, label, probability, explanation, logits };
        seated.judge.say(verdict).await;
        refused(&mut seated.judge, RefusalCode::Malformed).await;
    }
    seated.judge.verdict(&debate, 0).await;
    seated.judge.event().await;
    seated.judge.verdict(&debate, 1).await;
    refused(&mut seated.judge, RefusalCode::Illegal).await;
    scene.stop().await;
}

#[tokio::test]
async fn answers_have_the_id_of_their_request() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let say = |id, message| Request { id: Some(id), message };
    client.say(say(1, ClientMessage::Create(setup()))).await;
    let pixel_debate_protocol::ServerMessage::Created(created) = client.hear().await else {
        panic!("not created")
    };
    assert_eq!(created.id, Some(1));
    let debate = created.debate;
    let watch = |debate: &pixel_debate_protocol::DebateId| ClientMessage::Watch {
        debate: Some(debate.clone()),
        token: None,
        opinions: false,
    };
    client.outcome(&debate).await;
    client.say(say(2, watch(&debate))).await;
    assert_eq!(client.snapshot().await.id, Some(2));
    client.say(say(3, ClientMessage::Leave { debate: debate.clone() })).await;
    let accepted = client.accepted().await;
    assert_eq!((accepted.id, accepted.seq), (Some(3), None));
    client.say(say(4, ClientMessage::Leave { debate })).await;
    let refusal = client.refusal().await;
    assert_eq!((refusal.id, refusal.code), (Some(4), RefusalCode::NotSeated));
    client.say(say(5, ClientMessage::Create(Setup { pixels: 0, ..setup() }))).await;
    assert_eq!(client.refusal().await.id, Some(5));
    scene.stop().await;
}

#[tokio::test]
async fn a_classifier_leaves_its_seat_to_nobody() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let Created { debate, .. } = client.create(setup()).await;
    client.take(&debate, &Token(String::new())).await;
    assert_eq!(client.refusal().await.code, RefusalCode::WrongToken);
    scene.stop().await;
}

#[tokio::test]
async fn a_judge_who_is_lost_comes_back_with_the_token() {
    let scene = Scene::open().await;
    let mut judge = Client::connect(scene.address).await;
    let Created { debate, tokens, .. } = judge.create(for_a_judge()).await;
    let token = tokens.judge.unwrap();
    judge.take(&debate, &token).await;
    judge.snapshot().await;
    drop(judge);
    let mut again = Client::connect(scene.address).await;
    again.resume(&debate, Some(&token), 0).await;
    let snapshot = again.snapshot().await;
    assert_eq!(snapshot.view.seat, Seat::Judge);
    for seq in snapshot.seq + 1..=4 {
        assert_eq!(again.event().await.seq, seq);
    }
    again.verdict(&debate, 0).await;
    assert!(again.event().await.ending.is_some());
    scene.stop().await;
}
