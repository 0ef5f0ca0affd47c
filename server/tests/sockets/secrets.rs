//! The judge and the spectators learn nothing of the image, the label and the roles before the
//! outcome: over images with equal evidence they are sent the same bytes.

use pixel_debate_game::{Pixel, Role};
use pixel_debate_protocol::{ClientMessage, Player, Request, Setup, Token};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::client::Client;
use crate::http::{bytes, get};
use crate::scene::{IMAGES, Scene, Seated, built_in, for_a_judge, outside, setup};

/// Debates that differ in everything that is hidden and in nothing that may be seen: who sits
/// first claims class 0, who sits second class 1, and both reveal the first row. In the first the
/// one who sits first is honest; in the others the liar.
fn alike(setup: &Setup) -> [Setup; 3] {
    let first = |image, lie, first| {
        let lie = setup.precommit.then_some(lie);
        Setup { image: Some(image), lie, first: Some(first), ..setup.clone() }
    };
    [first(0, 1, Role::Honest), first(1, 0, Role::Liar), first(2, 0, Role::Liar)]
}

/// The text with the names and keys taken out that differ from debate to debate.
fn unnamed(text: &str, seated: &Seated) -> String {
    let named = text.replace(&seated.debate.0, "DEBATE");
    seated.tokens.iter().fold(named, |text, Token(token)| text.replace(token, "TOKEN"))
}

/// What a spectator or a judge can be told over HTTP, without the date.
async fn over_http(scene: &Scene, seated: &Seated) -> Vec<String> {
    let mut answers = Vec::new();
    let debate = &seated.debate;
    let judge = format!("Authorization: Bearer {}\r\n", seated.tokens[2].0);
    for path in [
        format!("/api/debates/{debate}"),
        format!("/api/debates/{debate}/transcript"),
        "/api/debates?limit=1".into(),
    ] {
        for key in ["", judge.as_str()] {
            let (head, body) = get(scene, &path, key).await;
            answers
                .extend(head.lines().filter(|line| !line.starts_with("date:")).map(String::from));
            answers.push(unnamed(&body, seated));
        }
    }
    answers.extend(drawn(scene, seated, &["png", "svg"]).await);
    answers
}

/// The debate's pictures, heads and bodies, in text with a letter for each byte.
async fn drawn(scene: &Scene, seated: &Seated, kinds: &[&str]) -> Vec<String> {
    let mut answers = Vec::new();
    for kind in kinds {
        let picture = format!("GET /api/debates/{}/picture.{kind}", seated.debate);
        let (head, body) = bytes(scene, &picture, "", "").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        answers.extend(head.lines().filter(|line| !line.starts_with("date:")).map(String::from));
        answers.push(body.into_iter().map(char::from).collect());
    }
    answers
}

/// A random order of revealing the first row, with attempts that are refused in between.
struct Script {
    pixels: Vec<u8>,
    precommit: bool,
    refused: Vec<bool>,
    resumes: Vec<bool>,
    verdict: u8,
}

impl Script {
    fn new(random: &mut StdRng) -> Self {
        let mut pixels: Vec<u8> = (0..4).collect();
        for place in (1..4).rev() {
            pixels.swap(place, random.random_range(0..=place));
        }
        let mut coins = || (0..4).map(|_| random.random()).collect();
        let (refused, resumes) = (coins(), coins());
        let (precommit, verdict) = (random.random(), random.random_range(0..2));
        Self { pixels, precommit, refused, resumes, verdict }
    }
}

/// Plays a debate by the script until the verdict is due, and returns every byte that the judge,
/// a spectator and readers over HTTP have got till then, and at last what the outcome tells.
async fn play(scene: &Scene, setup: Setup, script: &Script) -> (Vec<String>, String) {
    let mut seated = scene.seated(setup).await;
    let debate = seated.debate.clone();
    let mut spectator = Client::connect(scene.address).await;
    // The greeting came before any debate did; from here on everything is compared.
    let watch = ClientMessage::Watch { debate: Some(debate.clone()), token: None, opinions: true };
    spectator.say(Request { id: Some(1), message: watch }).await;
    spectator.snapshot().await;
    let mut told = over_http(scene, &seated).await;
    for (seq, &pixel) in (1u32..).zip(&script.pixels) {
        let place = seq as usize - 1;
        if script.refused[place] {
            seated.judge.verdict(&debate, 0).await;
            seated.judge.refusal().await;
            seated.judge.reveal(&debate, seq, Pixel::new(1, 3)).await;
            seated.judge.refusal().await;
            spectator.reveal(&debate, seq, Pixel::new(1, 1)).await;
            spectator.refusal().await;
            spectator.take(&debate, &Token("guess".into())).await;
            spectator.refusal().await;
        }
        let debater = if seq % 2 == 1 { &mut seated.first } else { &mut seated.second };
        debater.reveal(&debate, seq, Pixel::new(pixel, 0)).await;
        for client in seated.all() {
            client.event().await;
        }
        spectator.event().await;
        assert!(matches!(
            spectator.hear().await,
            pixel_debate_protocol::ServerMessage::Opinion { .. }
        ));
        if script.resumes[place] {
            spectator.resume(&debate, None, 0).await;
            spectator.resumed().await;
            for _ in 0..seq {
                spectator.event().await;
            }
            // With the resumption it wants no more opinions: it asks again.
            let message =
                ClientMessage::Watch { debate: Some(debate.clone()), token: None, opinions: true };
            spectator.say(Request { id: None, message }).await;
            spectator.snapshot().await;
            for _ in 0..seq {
                spectator.hear().await;
            }
        }
        told.extend(over_http(scene, &seated).await);
    }
    // It has a frame for each reveal, and takes long to draw.
    told.extend(drawn(scene, &seated, &["gif"]).await);
    seated.judge.verdict(&debate, 2).await;
    if script.precommit {
        seated.judge.refusal().await;
    } else {
        seated.judge.event().await;
    }
    if script.precommit {
        // The time left to the judge is measured, and so differs by chance.
        for client in [&seated.judge, &spectator] {
            told.extend(client.heard.iter().map(|frame| unnamed(frame, &seated)));
        }
        seated.judge.verdict(&debate, script.verdict).await;
        seated.judge.event().await;
    } else {
        let heard = &seated.judge.heard[..seated.judge.heard.len() - 1];
        told.extend(heard.iter().map(|frame| unnamed(frame, &seated)));
        told.extend(spectator.heard.iter().map(|frame| unnamed(frame, &seated)));
    }
    let (_, body) = get(scene, &format!("/api/debates/{debate}/transcript"), "").await;
    (told.into_iter().map(|text| without_numbers(&text)).collect(), body)
}

/// The text without the milliseconds that were left to the judge, and without the number of a list's
/// next page, which counts the debates of the server.
fn without_numbers(text: &str) -> String {
    [r#""move_ms":"#, r#""next":"#].iter().fold(text.to_owned(), |text, field| {
        let Some((before, after)) = text.split_once(field) else { return text };
        format!(
            "{before}{field}N{}",
            after.trim_start_matches(|letter: char| letter.is_ascii_digit())
        )
    })
}

#[tokio::test]
async fn judges_spectators_and_readers_are_sent_the_same_over_images_with_equal_evidence() {
    let scene = Scene::open().await;
    let mut random = StdRng::seed_from_u64(1805);
    for round in 0..12 {
        let script = Script::new(&mut random);
        let setup = Setup { precommit: script.precommit, ..outside() };
        let mut all = Vec::new();
        for setup in alike(&setup) {
            all.push(play(&scene, setup, &script).await);
        }
        let [(first, truth), rest @ ..] = &all[..] else { panic!("no debates") };
        for (other, other_truth) in rest {
            assert_eq!(first.len(), other.len(), "round {round}");
            for (first, other) in first.iter().zip(other) {
                assert_eq!(first, other, "round {round}");
            }
            assert_ne!(truth, other_truth, "after the outcome everything is told");
        }
        // What is compared does carry what may be seen.
        assert!(first.iter().any(|text| text.contains(r#""value":40"#)));
        assert!(first.iter().any(|text| text.contains("opinion")));
    }
    scene.stop().await;
}

#[tokio::test]
async fn who_creates_and_judges_a_debate_does_not_learn_from_it_who_sits_where() {
    let scene = Scene::open().await;
    let mut all = Vec::new();
    let one_outside = Setup { honest: Player::outside(), ..for_a_judge() };
    for setup in alike(&one_outside) {
        let mut judge = Client::connect(scene.address).await;
        let created = judge.create(setup).await;
        judge.take(&created.debate, created.tokens.judge.as_ref().unwrap()).await;
        judge.snapshot().await;
        let heard = judge.heard.iter().map(|frame| {
            let frame = frame.replace(&created.debate.0, "DEBATE");
            let tokens = [&created.tokens.honest, &created.tokens.judge];
            tokens.into_iter().flatten().fold(frame, |frame, Token(t)| frame.replace(t, "TOKEN"))
        });
        all.push(heard.collect::<Vec<_>>());
    }
    assert_eq!(all[0], all[1]);
    assert_eq!(all[1], all[2]);
    scene.stop().await;
}

#[tokio::test]
async fn spectators_of_a_classifier_hear_the_same_until_the_outcome() {
    let scene = Scene::open().await;
    let mut all = Vec::new();
    for setup in alike(&Setup { pace_ms: 20, ..setup() }) {
        let mut client = Client::connect(scene.address).await;
        let debate = client.create(setup).await.debate;
        client.resume(&debate, None, 0).await;
        client.resumed().await;
        let events = client.events().await;
        // Those before the resumption are told again without the turn, so only the content counts.
        let before: Vec<_> = events[..4].iter().map(|told| told.event.clone()).collect();
        let heard = client.heard.iter().take(2).filter(|frame| frame.contains("created"));
        let heard: Vec<_> = heard.map(|frame| frame.replace(&debate.0, "DEBATE")).collect();
        all.push((before, heard, events[4].ending.clone().unwrap().truth));
    }
    let [(before, heard, truth), rest @ ..] = &all[..] else { panic!("no debates") };
    for (other_before, other_heard, other_truth) in rest {
        assert_eq!((before, heard), (other_before, other_heard));
        assert_ne!(truth, other_truth);
    }
    scene.stop().await;
}

#[tokio::test]
async fn nothing_hidden_has_a_name_in_what_is_sent_before_the_outcome() {
    let scene = Scene::open().await;
    let mut client = Client::connect(scene.address).await;
    let created = client
        .create(Setup { honest: built_in("random"), liar: built_in("random"), ..for_a_judge() })
        .await;
    client.heard.clear();
    client.take(&created.debate, &created.tokens.judge.unwrap()).await;
    let snapshot = client.snapshot().await;
    let view = &snapshot.view;
    assert_eq!((&view.image, &view.truth, &snapshot.background), (&None, &None, &None));
    assert_eq!((view.role, view.rules.first), (None, None));
    client.turn().await;
    let mut revealed = Vec::new();
    for _ in 0..4 {
        if let pixel_debate_game::Event::Reveal { value, .. } = client.event().await.event {
            revealed.push(value);
        }
    }
    let hidden = IMAGES.image(0).iter().filter(|value| **value > 0 && !revealed.contains(value));
    for value in hidden {
        assert!(client.heard.iter().all(|frame| !frame.contains(&format!("\"value\":{value}}}"))));
    }
    for word in ["honest", "liar", "index", "scene", "row", "random"] {
        assert!(client.heard.iter().all(|frame| !frame.contains(word)), "{word}");
    }
    scene.stop().await;
}
