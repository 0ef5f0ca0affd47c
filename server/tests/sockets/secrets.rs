//! The judge and the spectators learn nothing of the image, the label and the roles before the
//! outcome: over images with equal evidence they are sent the same bytes.

use pixel_debate_game::Role;
use pixel_debate_protocol::v1::{DebateId, JudgeKind, ServerMessage, Setup, Token};

use crate::client::Client;
use crate::scene::{IMAGES, Scene, setup};

/// Three debates that differ in everything that is hidden and in nothing that may be seen: who
/// sits first claims class 0, who sits second class 1, and both reveal the first row. In the first
/// the one who sits first is honest; in the others the liar.
fn alike() -> [Setup; 3] {
    let honest_first = Setup { image: Some(0), lie: Some(1), first: Some(Role::Honest), ..setup() };
    let liar_first = Setup { image: Some(1), lie: Some(0), first: Some(Role::Liar), ..setup() };
    let same_pixels = Setup { image: Some(2), ..liar_first.clone() };
    [honest_first, liar_first, same_pixels]
}

/// What a client heard, with the names and keys taken out that differ from debate to debate.
fn heard(client: &Client, debate: &DebateId, token: Option<&Token>) -> Vec<String> {
    let unnamed = |frame: &String| {
        let frame = frame.replace(&debate.0, "DEBATE");
        token.map_or(frame.clone(), |token| frame.replace(&token.0, "TOKEN"))
    };
    client.heard.iter().map(unnamed).collect()
}

/// Plays a debate with a person as judge until the verdict is due, and returns what the judge and
/// a spectator have heard till then.
async fn before_a_verdict(scene: &Scene, setup: Setup) -> [Vec<String>; 2] {
    let mut judge = Client::connect(scene.address).await;
    let mut spectator = Client::connect(scene.address).await;
    let (debate, token) = judge.create(Setup { judge: JudgeKind::Person, ..setup }).await;
    let token = token.unwrap();
    spectator.watch(&debate).await;
    spectator.state().await;
    judge.take(&debate, &token).await;
    judge.evidence().await;
    spectator.evidence().await;
    // Refusals must not tell either.
    judge.verdict(&debate, 9).await;
    judge.refusal().await;
    spectator.verdict(&debate, 0).await;
    spectator.refusal().await;
    [heard(&judge, &debate, Some(&token)), heard(&spectator, &debate, Some(&token))]
}

#[tokio::test]
async fn judges_and_spectators_hear_the_same_over_images_with_equal_evidence() {
    let scene = Scene::open().await;
    for precommit in [true, false] {
        let mut all = Vec::new();
        for setup in alike() {
            let lie = setup.lie.filter(|_| precommit);
            all.push(before_a_verdict(&scene, Setup { precommit, lie, ..setup }).await);
        }
        let [first, rest @ ..] = &all[..] else { panic!("no debates") };
        assert!(first.iter().all(|frames| frames.len() >= 6), "{first:?}");
        for other in rest {
            assert_eq!(first, other);
        }
        // The frames do carry what may be seen: this comparison is not of nothing.
        assert!(first[0].iter().any(|frame| frame.contains(r#""value":40"#)));
    }
    scene.stop().await;
}

#[tokio::test]
async fn spectators_of_a_classifier_hear_the_same_until_the_outcome() {
    let scene = Scene::open().await;
    let mut all = Vec::new();
    for setup in alike() {
        let mut client = Client::connect(scene.address).await;
        let (debate, _) = client.create(setup).await;
        client.watch(&debate).await;
        client.evidence().await;
        let before = heard(&client, &debate, None);
        assert_eq!(before.len(), 6, "created, the beginning and four reveals");
        let truth = client.outcome().await.view.truth.unwrap();
        all.push((before, truth));
    }
    let [(before, truth), rest @ ..] = &all[..] else { panic!("no debates") };
    for (other_before, other_truth) in rest {
        assert_eq!(before, other_before);
        assert_ne!(truth, other_truth, "after the outcome everything is told");
    }
    scene.stop().await;
}

#[tokio::test]
async fn nothing_hidden_has_a_name_in_what_is_sent_before_the_outcome() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let (debate, token) = client.create(Setup { judge: JudgeKind::Person, ..setup() }).await;
    client.take(&debate, &token.unwrap()).await;
    let state = client.evidence().await;
    assert_eq!((state.view.image, state.view.truth, state.background), (None, None, None));
    assert_eq!((state.view.role, state.view.rules.first), (None, None));
    let unrevealed = IMAGES.image(0).iter().filter(|value| **value > 50);
    for value in unrevealed {
        assert!(client.heard.iter().all(|frame| !frame.contains(&format!("\"value\":{value}"))));
    }
    for word in ["honest", "liar", "index", "scene", "row"] {
        assert!(client.heard.iter().all(|frame| !frame.contains(word)), "{word}");
    }
    client.verdict(&debate, 0).await;
    let state = client.outcome().await;
    assert!(
        matches!(ServerMessage::State(state), ServerMessage::State(s) if s.view.truth.is_some())
    );
    scene.stop().await;
}
