//! Items through the public interface.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};

use pixel_debate_agents::Clock;
use pixel_debate_game::{Role, Verdict, honest_margin};
use pixel_debate_study::Draft;
use pixel_debate_study::file::Condition;
use pixel_debate_study::items::{
    Glimpse, Item, ItemsError, Observer, Part, Shown, Stage, Unobserved,
};

const STUDY: &str = r#"
name = "tested"
title = "Tested"
seed = 77

[[conditions]]
name = "debate"
kind = "debate"
pixels = 4
lies = 9
honest = "greedy"

[[conditions]]
name = "open"
kind = "consultancy"
side = "open"
pixels = 4
honest = "greedy"
liar = "greedy"

[[conditions]]
name = "both"
kind = "consultancy"
side = "balanced"
pixels = 4
honest = "random"

[[conditions]]
name = "alone"
kind = "alone"
precommit = false
pixels = 6

# Of all lies the one that wins most often.
[images]
classes = [4]

[[tiers]]
name = "honest"
number = 2
winner = "honest"

[[tiers]]
name = "liar"
number = 1
winner = "liar"

[assignment]
participants = 12
items = 2
practice = 3
checks = 2

[consent]
version = "1"

[languages]
en = "english.toml"
"#;

const TEXTS: &str = r#"
title = "Digits"
consent = "You agree."
instructions = "Look."
practice = "For practice."
thanks = "Thank you."
[conditions]
debate = "a"
open = "b"
both = "c"
alone = "d"
"#;

fn draft(study: &str) -> Draft {
    draft_with(study, TEXTS)
}

/// The items of [`STUDY`], made once.
static ITEMS: LazyLock<Vec<Item>> =
    LazyLock::new(|| draft(STUDY).items(None, 2, &Unobserved).unwrap());

/// The study with so many images, of which nothing is proven, and numbers that fit.
fn unproven(images: u64, participants: u64, items: u64) -> String {
    let (begin, end) = (STUDY.find("# Of all lies").unwrap(), STUDY.find("[assignment]").unwrap());
    let study = STUDY.replace(&STUDY[begin..end], &format!("[images]\nnumber = {images}\n"));
    let study = study.replace("participants = 12", &format!("participants = {participants}"));
    study.replace("\nitems = 2", &format!("\nitems = {items}")).replace("lies = 9\n", "")
}

fn draft_with(study: &str, texts: &str) -> Draft {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("english.toml"), texts).unwrap();
    fs::write(folder.path().join("tested.toml"), study).unwrap();
    Draft::open(&folder.path().join("tested.toml")).unwrap()
}

fn condition<'a>(draft: &'a Draft, item: &Item) -> Option<&'a Condition> {
    let name = item.condition.as_ref()?;
    draft.study().conditions.iter().find(|condition| condition.name == *name)
}

#[test]
fn items_are_what_the_file_says_whatever_number_of_threads_makes_them() {
    let draft = draft(STUDY);
    let items = draft.items(None, 1, &Unobserved).unwrap();
    assert!(items == *ITEMS);
    // Of three images two debates, one open adviser, two advisers and random pixels each.
    let count = |part| items.iter().filter(|item| item.part == part).count();
    assert_eq!((count(Part::Main), count(Part::Practice), count(Part::Check)), (18, 3, 2));
    // No image is in two parts, and none has two lies by chance.
    let mut images = BTreeMap::<u32, BTreeSet<Part>>::new();
    let mut lies = BTreeMap::<u32, BTreeSet<u8>>::new();
    for item in &items {
        images.entry(item.source.index).or_default().insert(item.part);
        if ["open", "both"].contains(&item.condition.as_deref().unwrap_or_default()) {
            lies.entry(item.source.index).or_default().extend(item.claims.liar);
        }
        assert_eq!(draft.dataset().label(item.source.index as usize), item.label);
        assert_eq!(draft.dataset().to_image(item.source.index as usize), item.image);
    }
    assert_eq!(images.len(), 3 + 3 + 2);
    assert!(images.values().all(|parts| parts.len() == 1));
    assert!(lies.values().all(|lies| lies.len() == 1), "{lies:?}");
    for item in &items {
        let condition = condition(&draft, item).unwrap();
        // An attention check looks like any other item, and then shows all the rest.
        let rest = if item.part == Part::Check { 100 - item.reveals() } else { 0 };
        let new = |glimpse: &Glimpse| {
            item.image.value(glimpse.pixel) == Some(glimpse.value)
                && !item.revealed().contains(&glimpse.pixel)
        };
        assert!(item.rest.len() == rest && item.rest.iter().all(new));
        assert_eq!(item.reveals(), usize::from(condition.pixels));
        assert_eq!(item.claims.liar.is_some(), condition.precommit);
        match &item.shown {
            Shown::Recorded { rules, .. } => {
                assert_eq!(*rules, condition.rules(item.first.unwrap()));
                let debate = item.transcript().unwrap().replay().unwrap();
                assert!(debate.outcome().is_some());
            }
            Shown::Random { pixels, logits } => {
                assert_eq!((item.first, logits.len()), (None, 10));
                assert!(
                    pixels
                        .iter()
                        .all(|glimpse| item.image.value(glimpse.pixel) == Some(glimpse.value))
                );
            }
            Shown::Live { .. } => panic!("nothing is live"),
        }
    }
}

#[test]
fn tiers_have_what_is_proven_of_their_images() {
    let draft = draft(STUDY);
    let chosen = draft.choose(None, 2, &Unobserved).unwrap();
    assert!(chosen.tiers.iter().all(|tier| tier.found == tier.wanted && tier.fits >= tier.found));
    assert!(chosen.examined >= 3);
    let main = ITEMS.iter().filter(|item| item.part == Part::Main);
    for item in main {
        let (tier, proof) = (item.tier.as_deref().unwrap(), item.proof.as_ref().unwrap());
        let winner = if tier == "honest" { Role::Honest } else { Role::Liar };
        assert_eq!(proof.games.len(), 2, "either side may begin");
        for game in &proof.games {
            assert_eq!((game.winner, game.variation.len()), (winner, 4));
            // A tie is the liar's.
            assert!(game.margin > 0.0 || winner == Role::Liar && game.margin == 0.0);
            assert!(game.plan.is_none_or(|plan| plan <= 2), "it has no more turns");
        }
    }
}

#[test]
fn an_open_adviser_argues_for_what_the_judge_ends_up_favouring() {
    let study = unproven(4, 16, 1);
    let margin = |item: &Item| {
        let transcript = item.transcript().unwrap();
        let debate = transcript.replay().unwrap();
        let Some(Verdict::Logits { logits }) = debate.verdict() else { panic!("no logits") };
        let honest = honest_margin(logits, &item.claims);
        if item.first == Some(Role::Honest) { honest } else { -honest }
    };
    let open = draft(&study).items(None, 2, &Unobserved).unwrap();
    let is = |item: &&Item, name: &str| {
        item.part == Part::Main && item.condition.as_deref() == Some(name)
    };
    let both = draft(&study.replace("side = \"open\"", "side = \"balanced\""));
    let both = both.items(None, 2, &Unobserved).unwrap();
    let mut chosen = 0;
    for item in open.iter().filter(|item| is(item, "open")) {
        let same = both.iter().filter(|other| is(other, "open") && other.source == item.source);
        let margins: Vec<f32> = same.map(margin).collect();
        assert_eq!(margins.len(), 2);
        assert_eq!(margin(item), margins[0].max(margins[1]));
        chosen += 1;
    }
    assert_eq!(chosen, 4);
}

#[test]
fn the_strongest_lie_is_the_one_with_which_the_liar_does_best() {
    let one = unproven(1, 8, 1).replace("practice = 3", "practice = 0");
    let texts = TEXTS.replace("practice = \"For practice.\"", "");
    let items = |lies: &str| {
        let study =
            one.replacen("pixels = 4", &format!("pixels = 4\nfirst = \"liar\"\nlies = {lies}"), 1);
        draft_with(&study, &texts).items(None, 2, &Unobserved).unwrap()
    };
    let lie = |items: &[Item]| {
        let mut debates = items.iter().filter(|item| item.condition.as_deref() == Some("debate"));
        debates.next().unwrap().clone()
    };
    let strongest = lie(&items("\"strongest\""));
    let claimed = strongest.claims.liar.unwrap();
    // Each lie alone, with what is proven of it where it is the only one that may be told.
    let draft = draft_with(&one, &texts);
    let image = draft.dataset().to_image(strongest.source.index as usize);
    let judge = pixel_debate_judge::Judge::shipped(4).unwrap();
    let value = |liar: u8| {
        use pixel_debate_agents::solver::{Game, Solution, solve};

        let rules = pixel_debate_game::Rules::paper(4, true, Role::Liar);
        let image = std::sync::Arc::new(image.clone());
        let debate =
            pixel_debate_game::Debate::new(rules, image.clone(), strongest.label, Some(liar), 10);
        let debate = debate.unwrap();
        let mut evaluator = judge.evaluator(image).unwrap();
        let solution = solve(&Game::of(&debate), &mut *evaluator, Clock::unlimited());
        let Solution::Solved(solved) = solution else { panic!("there is time") };
        solved.winner == Role::Liar
    };
    let winning: Vec<u8> = (0..10).filter(|lie| *lie != strongest.label && value(*lie)).collect();
    assert!(winning.is_empty() || winning.contains(&claimed), "{claimed}: {winning:?}");
}

/// Stops after so many pieces of work.
struct Stopping(usize);

static DONE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);
/// One such test at a time.
static ALONE: Mutex<()> = Mutex::new(());

impl Observer for Stopping {
    fn done(&self, stage: Stage, done: usize, of: usize) {
        assert!(done <= of);
        if stage == Stage::Playing {
            DONE.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn clock(&self) -> Clock {
        MOST.store(self.0, Ordering::Relaxed);
        Clock::unlimited().unless(|| DONE.load(Ordering::Relaxed) >= MOST.load(Ordering::Relaxed))
    }
}

fn files(folder: &Path) -> BTreeSet<String> {
    let files = fs::read_dir(folder).unwrap();
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn what_was_stopped_goes_on_and_becomes_the_same() {
    let _alone = ALONE.lock().unwrap();
    let draft = draft(STUDY);
    let whole = &*ITEMS;
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path().join("work");
    let stopped = draft.items(Some(&work), 1, &Stopping(4)).unwrap_err();
    assert!(matches!(stopped, ItemsError::Stopped), "{stopped}");
    let done = files(&work);
    assert!(done.len() > 4, "proofs and debates");
    assert!(draft.items(Some(&work), 2, &Unobserved).unwrap() == *whole);
    assert!(files(&work).is_superset(&done) && files(&work).len() > done.len());
    // Of another seed nothing is taken from there.
    let other = self::draft(&STUDY.replace("seed = 77", "seed = 78"));
    let before = files(&work).len();
    assert!(other.items(Some(&work), 2, &Unobserved).unwrap() != *whole);
    // All its debates are played, in four conditions of three images and for practice.
    assert!(files(&work).len() >= before + 3 * 4 + 3);
}

#[test]
fn too_few_images_are_said_by_number() {
    let many = STUDY.replace("number = 1", "number = 300");
    let many = many.replace("participants = 12", "participants = 604");
    let many = draft(&many.replace("classes = [4]", "classes = [4]\nexamine = 8"));
    let refused = many.items(None, 2, &Unobserved).unwrap_err().to_string();
    assert!(
        refused.starts_with("tier \"liar\" has ") || refused.starts_with("tier \"honest\" has "),
        "{refused}"
    );
    assert!(refused.contains(" images after 8 were examined ("), "{refused}");
    let all = unproven(9999, 9999, 4);
    let refused = draft(&all).choose(None, 1, &Unobserved).unwrap_err().to_string();
    let wanted = "the study needs 10004 images (9999 to judge, 3 for practice, 2 for attention checks), and \
                  mnist-test has 10000 that it can use: take fewer, or other `classes`";
    assert_eq!(refused, wanted);
}
