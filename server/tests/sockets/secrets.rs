//! The judge and the spectators learn nothing of the image, the label and the roles before the
//! outcome: over images with equal evidence they are sent the same bytes.

use pixel_debate_game::{Pixel, Role};
use pixel_debate_protocol::{
    ClientMessage, Created, DebateId, DebateRecord, Player, ServerMessage, Setup, Standings, Token,
    Visibility,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::client::Client;
use crate::http::{bearer, bytes, get};
use crate::scene::{IMAGES, Scene, Seated, built_in, for_a_judge, outside, setup};
use crate::standings::standings;

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
    let tokens = seated.tokens.iter().chain([&seated.creator]).chain(&seated.spectator);
    tokens.fold(named, |text, Token(token)| text.replace(token, "TOKEN"))
}

/// Everything that anybody can be told of the debate over HTTP, whatever key it holds, without the
/// date.
async fn over_http(scene: &Scene, seated: &Seated) -> Vec<String> {
    let mut answers = Vec::new();
    let debate = &seated.debate;
    let tokens = seated.tokens.iter().chain([&seated.creator]).chain(&seated.spectator);
    let keys: Vec<_> = tokens.map(bearer).chain([String::new()]).collect();
    for key in &keys {
        for resource in ["", "/transcript", "/analysis", "/analysis?revealed=0", "/judges"] {
            let (head, body) = get(scene, &format!("/api/debates/{debate}{resource}"), key).await;
            answers.extend(dateless(&head));
            answers.push(unnamed(&body, seated));
        }
    }
    for query in ["limit=2", "phase=over", "player=outside", "image=0", "image=1", "image=2"] {
        // Those before this one differ, and are not what is compared.
        let path = format!("/api/debates?{query}&since={}", seated.created_ms);
        let (head, body) = get(scene, &path, "").await;
        answers.extend(dateless(&head));
        answers.push(unnamed(&body, seated));
    }
    for kind in ["png", "svg"] {
        answers.extend(drawn(scene, seated, kind).await);
    }
    answers
}

/// The lines of a head that do not say when.
fn dateless(head: &str) -> Vec<String> {
    head.lines().filter(|line| !line.starts_with("date:")).map(String::from).collect()
}

/// The debate's picture of a kind, head and body, with a letter for each byte.
async fn drawn(scene: &Scene, seated: &Seated, kind: &str) -> Vec<String> {
    let picture = format!("GET /api/debates/{}/picture.{kind}", seated.debate);
    let key = seated.spectator.as_ref().map(bearer).unwrap_or_default();
    let (head, body) = bytes(scene, &picture, &key, "").await;
    let mut answers = dateless(&head);
    answers.push(unnamed(&body.into_iter().map(char::from).collect::<String>(), seated));
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

/// A second connection that would tell the judge whatever it is told: it wants opinions, beliefs and
/// the image, and tries every way to them. Where nobody may watch it is refused each time.
struct Colluder {
    client: Client,
    token: Option<Token>,
    watches: bool,
}

impl Colluder {
    async fn come(scene: &Scene, seated: &Seated, visibility: Visibility) -> Self {
        let client = Client::connect(scene.address).await;
        let watches = visibility != Visibility::Unlisted;
        let mut colluder = Self { client, token: seated.spectator.clone(), watches };
        colluder.watch(seated).await;
        colluder
    }

    /// Asks for the debate as a spectator.
    async fn watch(&mut self, seated: &Seated) {
        let (debate, token) = (Some(seated.debate.clone()), self.token.clone());
        self.client.say(ClientMessage::Watch { debate, token, opinions: true }).await;
        self.hear().await;
    }

    /// Hears what a spectator is told next, or that it may be none.
    async fn hear(&mut self) {
        match self.client.hear().await {
            ServerMessage::Error(refusal) => assert!(!self.watches, "{refusal}"),
            _ => assert!(self.watches),
        }
    }

    /// Tries what is not its own, and to be told again.
    async fn pry(&mut self, seated: &Seated, seq: u32, resumes: bool) {
        let debate = &seated.debate;
        self.client.reveal(debate, seq, Pixel::new(1, 1)).await;
        self.client.refusal().await;
        for token in [Token("guess".into()), seated.creator.clone()] {
            self.client.take(debate, &token).await;
            self.client.refusal().await;
        }
        if resumes {
            let (debate, token) = (debate.clone(), self.token.clone());
            let since = seq - 1;
            let resume = ClientMessage::Resume { debate, token, seq: since, opinions: true };
            self.client.say(resume).await;
            self.hear().await;
            self.watch(seated).await;
        }
    }
}

/// Plays a debate by the script until the verdict is due, and returns every byte that the judge,
/// a spectator and readers over HTTP have got till then, and at last what the outcome tells.
///
/// Before it so many debates were counted in the standings.
async fn play(scene: &Scene, setup: Setup, script: &Script, counted: u32) -> (Vec<String>, String) {
    let visibility = setup.visibility;
    let before = standings(scene, counted).await;
    let mut seated = scene.seated(setup).await;
    let debate = seated.debate.clone();
    // The debaters, too, are not told what the judge must not know.
    for (client, token) in [(&mut seated.first, 0), (&mut seated.second, 1)] {
        let (debate, token) = (debate.clone(), seated.tokens[token].clone());
        client.say(ClientMessage::Take { debate, token, opinions: true, judge_key: None }).await;
        client.snapshot().await;
    }
    // The greeting came before any debate did; from here on everything is compared.
    let mut spectator = Colluder::come(scene, &seated, visibility).await;
    let mut told = over_http(scene, &seated).await;
    for (seq, &pixel) in (1u32..).zip(&script.pixels) {
        let place = seq as usize - 1;
        if script.precommit {
            let (debate, after, probability) = (debate.clone(), seq - 1, 0.125);
            seated.judge.say(ClientMessage::Belief { debate, after, probability }).await;
        }
        if script.refused[place] {
            seated.judge.verdict(&debate, 0).await;
            seated.judge.refusal().await;
            seated.judge.reveal(&debate, seq, Pixel::new(1, 3)).await;
            seated.judge.refusal().await;
            spectator.pry(&seated, seq, script.resumes[place]).await;
        }
        let debater = if seq % 2 == 1 { &mut seated.first } else { &mut seated.second };
        debater.reveal(&debate, seq, Pixel::new(pixel, 0)).await;
        for client in seated.all() {
            client.event().await;
        }
        if spectator.watches {
            spectator.client.event().await;
        }
        if place.is_multiple_of(2) {
            told.extend(over_http(scene, &seated).await);
        }
    }
    told.extend(over_http(scene, &seated).await);
    // It has a frame for each reveal, and takes long to draw.
    told.extend(drawn(scene, &seated, "gif").await);
    let (_, after) = get(scene, "/api/standings", "").await;
    let after: Standings = serde_json::from_str(&after).unwrap();
    assert_eq!(before, after, "of a debate under way nothing is counted");
    if script.precommit {
        seated.judge.verdict(&debate, 2).await;
        seated.judge.refusal().await;
    }
    // Whatever was still to be told to the debaters and to who watches has been when this is answered.
    let nothing = || ClientMessage::Leave { debate: DebateId("nowhere".into()) };
    for client in [&mut seated.first, &mut seated.second, &mut spectator.client] {
        client.say(nothing()).await;
        client.refusal().await;
        for kind in ["opinion", "judgments"] {
            let kind = format!("\"type\":\"{kind}\"");
            assert!(client.heard.iter().all(|frame| !frame.contains(&kind)), "{kind}");
        }
    }
    for client in [&seated.judge, &spectator.client] {
        told.extend(client.heard.iter().map(|frame| unnamed(frame, &seated)));
    }
    let label = if script.precommit { 1 } else { script.verdict };
    seated.judge.verdict(&debate, label).await;
    seated.judge.event().await;
    let key = seated.spectator.as_ref().map(bearer).unwrap_or_default();
    let (_, body) = get(scene, &format!("/api/debates/{debate}/transcript"), &key).await;
    let record: DebateRecord = serde_json::from_str(&body).unwrap();
    let truth = record.transcript.to_string();
    (told.into_iter().map(|text| without_numbers(&text)).collect(), truth)
}

/// The text without the milliseconds that were left to the judge, without when a debate was set up,
/// and without the number of a list's next page, which counts the debates of the server.
fn without_numbers(text: &str) -> String {
    [r#""move_ms":"#, r#""next":"#, r#""created_ms":"#].iter().fold(
        text.to_owned(),
        |text, field| {
            let Some((before, after)) = text.split_once(field) else { return text };
            format!(
                "{before}{field}N{}",
                after.trim_start_matches(|letter: char| letter.is_ascii_digit())
            )
        },
    )
}

#[tokio::test]
async fn judges_spectators_and_readers_are_sent_the_same_over_images_with_equal_evidence() {
    let mut random = StdRng::seed_from_u64(1805);
    for visibility in [Visibility::Public, Visibility::Unlisted, Visibility::Private] {
        let scene = Scene::open().await;
        let mut counted = 0;
        for round in 0..4 {
            // With precommit and without, in turn.
            let script = Script { precommit: round % 2 == 0, ..Script::new(&mut random) };
            let setup = Setup { precommit: script.precommit, visibility, ..outside() };
            let mut all = Vec::new();
            for setup in alike(&setup) {
                all.push(play(&scene, setup, &script, counted).await);
                counted += u32::from(visibility != Visibility::Private);
            }
            let [(first, truth), rest @ ..] = &all[..] else { panic!("no debates") };
            for (other, other_truth) in rest {
                for (first, other) in first.iter().zip(other) {
                    assert_eq!(first, other, "{visibility:?} {round}");
                }
                assert_eq!(first.len(), other.len(), "{visibility:?} {round}");
                assert_ne!(truth, other_truth, "after the outcome everything is told");
            }
            // What is compared does carry what may be seen.
            assert!(first.iter().any(|text| text.contains(r#""value":40"#)));
        }
        scene.stop().await;
    }
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
            let tokens = tokens.into_iter().flatten().chain([&created.tokens.creator]);
            tokens.fold(frame, |frame, Token(t)| frame.replace(t, "TOKEN"))
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
        let Created { debate, tokens, .. } = client.create(setup).await;
        let events = client.outcome(&debate).await;
        // Those before it came are known without the turn, so only the content counts.
        let before: Vec<_> = events[..4].iter().map(|told| told.event.clone()).collect();
        let heard = client.heard.iter().take(2).filter(|frame| frame.contains("created"));
        let unnamed =
            |frame: &String| frame.replace(&debate.0, "DEBATE").replace(&tokens.creator.0, "TOKEN");
        let heard: Vec<_> = heard.map(unnamed).collect();
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
