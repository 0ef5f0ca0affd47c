//! Small frozen studies, and participants who are right as often as they were made to be.

// Each test takes what it needs of it.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;

use pixel_debate_study::Draft;
use pixel_debate_study::file::{Belief as Asked, Study};
use pixel_debate_study::frozen::{Frozen, Planned};
use pixel_debate_study::items::{Item, Unobserved};
use pixel_debate_study::results::{
    Agreed, Belief, End, Given, How, Judgment, Participant, Results, State,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A debate that is over at once, and nobody who argues; two tiers.
pub(crate) const STUDY: &str = r#"
name = "simulated"
title = "Simulated people"
seed = 5577006791947779410
judge = "judge-4"

[[conditions]]
name = "debate"
kind = "debate"
pixels = 2
honest = "greedy"

[[conditions]]
name = "alone"
kind = "alone"
pixels = 2

[images]
examine = 400

[[tiers]]
name = "clear"
number = 6
winner = "honest"

[[tiers]]
name = "lost"
number = 6
winner = "liar"

[assignment]
participants = 40
items = 12
practice = 1
checks = 2
repeats = 0.1667
flips = 0.1667
apart = 1

[asks]
belief = "each"
confidence = true
explanation = "optional"

[[before]]
name = "adult"
kind = "choice"
options = ["yes", "no"]

[[after]]
name = "trust"
kind = "scale"
from = 1
to = 7

[[after]]
name = "remarks"
kind = "text"
required = false

[consent]
version = "1"

[bonus]
most = 200
currency = "EUR"

[recruits]
parameters = ["PROLIFIC_PID"]

[languages]
en = "english.toml"
"#;

pub(crate) const TEXTS: &str = r#"
title = "Digits"
consent = "You agree."
instructions = "Look."
practice = "For practice."
thanks = "Thank you."
[conditions]
debate = "Two programs argue."
alone = "The pixels are chosen by chance."
[questions.adult]
text = "Are you of age?"
options = { yes = "yes", no = "no" }
[questions.trust]
text = "Did you trust them?"
[questions.remarks]
text = "Remarks?"
"#;

/// A study, frozen. What its texts must have is what its file has: the lines of others are left out.
pub(crate) fn frozen(study: &str, texts: &str) -> Frozen {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("study.toml"), study).unwrap();
    fs::write(folder.path().join("english.toml"), texts).unwrap();
    let draft = Draft::open(&folder.path().join("study.toml")).unwrap();
    let items = draft.items(None, 2, &Unobserved).unwrap();
    // Whoever can guess these salts learns of no study.
    let mut rng = rand::rng();
    Frozen::new(&draft, items, "0.1.0", &mut rng).unwrap()
}

/// The study above.
pub(crate) static FROZEN: LazyLock<Frozen> = LazyLock::new(|| changed(&[]));

/// The study above, with that much of it changed.
pub(crate) fn changed(change: &[(&str, &str)]) -> Frozen {
    let mut study = STUDY.to_owned();
    for (from, to) in change {
        assert!(study.contains(from), "{from}");
        study = study.replace(from, to);
    }
    frozen(&study, TEXTS)
}

/// How good a participant is at an item: how probable it is that they are right, and how sure they say that they are.
pub(crate) type Skill = fn(&mut ChaCha8Rng, &Item) -> [f64; 2];

/// Right with a probability that changes from item to item, and says just that: from ½ to 1 in the debate, which is right
/// three times of four, and from ½ to 0.7 alone.
pub(crate) fn calibrated(rng: &mut ChaCha8Rng, item: &Item) -> [f64; 2] {
    let width = if item.condition.as_deref() == Some("debate") { 0.5 } else { 0.2 };
    let sure = 0.5 + width * rng.random::<f64>();
    [sure, sure]
}

/// Right two times of three, and sure.
pub(crate) fn overconfident(_: &mut ChaCha8Rng, _: &Item) -> [f64; 2] {
    [2.0 / 3.0, 0.95]
}

/// When all begins.
pub(crate) const BEGIN: u64 = 1_767_225_600_000;

pub(crate) fn simulate(frozen: &Frozen, skill: Skill, seed: u64) -> Results {
    let study = &frozen.plan().study;
    let sequences = frozen.sequences();
    let items: Vec<&Item> = frozen.items().collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let person = |slot: u32| {
        let joined = BEGIN + u64::from(slot) * 60_000;
        let mut clock = joined + 20_000;
        let judgments: Vec<Judgment> = (1..)
            .zip(sequences.slot(slot).unwrap())
            .map(|(position, planned)| {
                let item = items[planned.item];
                judge(&mut rng, study, item, (position, planned), skill, &mut clock)
            })
            .collect();
        Participant {
            parameters: BTreeMap::from([("PROLIFIC_PID".to_owned(), format!("5f{slot:04}"))]),
            language: "en".to_owned(),
            slot: Some(slot),
            consent: Some(Agreed { version: "1".to_owned(), at: joined + 5000 }),
            ended: Some(clock),
            answers: answers(study, slot),
            bonus: study.bonus.as_ref().map(|bonus| bonus.most as u32 - slot % 7),
            judgments,
            ..Participant::new(format!("p{:04}", slot + 1), State::Finished, joined)
        }
    };
    Results {
        participants: (0..sequences.allocation().slots()).map(person).collect(),
        ..Results::default()
    }
}

fn answers(study: &Study, slot: u32) -> BTreeMap<String, Given> {
    let mut answers = BTreeMap::new();
    for question in study.questions() {
        let given = match &*question.name {
            "adult" => Given::Text("yes".to_owned()),
            "trust" => Given::Number(1 + slot % 7),
            _ if slot.is_multiple_of(2) => {
                Given::Text("=SUM(1, 2)\nnothing, \"really\"".to_owned())
            }
            _ => continue,
        };
        answers.insert(question.name.clone(), given);
    }
    answers
}

fn judge(
    rng: &mut ChaCha8Rng,
    study: &Study,
    item: &Item,
    (position, planned): (u32, Planned),
    skill: Skill,
    clock: &mut u64,
) -> Judgment {
    let started = *clock;
    let reveals: Vec<u64> = (0..item.reveals() as u64).map(|at| started + 1500 * at).collect();
    let last = reveals.last().copied().unwrap_or(started);
    let [right, sure] = skill(rng, item);
    let wrong = item.claims.liar.unwrap_or((item.label + 1) % 10);
    let label = if rng.random::<f64>() < right { item.label } else { wrong };
    let believed = sure as f32;
    let mut beliefs = Vec::new();
    let has_beliefs = item.claims.liar.is_some() && study.asks.belief != Asked::Never;
    let from = if study.asks.belief == Asked::End { item.reveals() as u32 } else { 0 };
    for after in from..=item.reveals() as u32 {
        if has_beliefs {
            let share = f64::from(after) / item.reveals() as f64;
            let probability = (0.5 + share * (f64::from(believed) - 0.5)) as f32;
            beliefs.push(Belief {
                after,
                label,
                probability,
                at: started + 1500 * u64::from(after) + 700,
            });
        }
    }
    *clock = last + 2000 + rng.random_range(0..8000);
    let how = match rng.random_range(0..50) {
        0 => How::GaveUp,
        1 => How::TimedOut,
        _ => How::Verdict {
            label,
            confidence: study.asks.confidence.then_some(believed),
            explanation: (position.is_multiple_of(3))
                .then(|| "-it has a \"hook\", äh\r\nno".to_owned()),
        },
    };
    let left = item.claims.liar.map(|lie| if planned.answers_swapped { lie } else { item.label });
    Judgment {
        position,
        kind: planned.kind,
        item: planned.item as u32,
        left,
        started,
        reveals,
        beliefs,
        end: Some(End { at: *clock, how }),
    }
}
