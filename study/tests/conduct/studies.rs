//! Small frozen studies.

use std::sync::Arc;

use pixel_debate_study::Draft;
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::items::{Item, Unobserved};

pub(crate) const STUDY: &str = r#"
name = "tested"
title = "Tested"
seed = 5577006791947779410

[[conditions]]
name = "debate"
kind = "debate"
pixels = 4
honest = "greedy"
liar = "random"

[[conditions]]
name = "alone"
kind = "alone"
pixels = 4

[images]
number = 6

[assignment]
participants = 6
items = 6
practice = 1
checks = 1
repeats = 0.1667
flips = 0.1667
apart = 1
idle_minutes = 10

[asks]
explanation = "optional"
feedback = "end"

[times]
limit = 60
warning = 10

[[before]]
name = "adult"
kind = "choice"
options = ["yes", "no"]
screen_out = ["no"]

[[after]]
name = "trust"
kind = "scale"
to = 7

[[after]]
name = "remarks"
kind = "text"
longest = 20
required = false

[consent]
version = "2"

[bonus]
most = 200
currency = "GBP"

[recruits]
parameters = ["PID", "SESSION"]
completion_code = "DONE-4711"
screen_out_code = "OUT-0815"
excluded_code = "NOT-ATTENDED"
closed_code = "NO-PLACE"

[languages]
en = "english.toml"
"#;

pub(crate) const TEXTS: &str = r#"
title = "Digits"
consent = "You agree."
instructions = "Look."
practice = "First you practise."
thanks = "Thank you."
screened_out = "Adults alone."
[conditions]
debate = "Two programs."
alone = "By chance."
[questions.adult]
text = "Are you 18?"
options = { yes = "Yes", no = "No" }
[questions.trust]
text = "How far?"
[questions.remarks]
text = "Anything?"
"#;

/// The study above with something replaced, frozen.
pub(crate) fn frozen(changes: &[(&str, &str)]) -> Arc<Frozen> {
    with_items(changes, |_| {})
}

/// Likewise, and with other items, as nobody's file would make them.
pub(crate) fn with_items(
    changes: &[(&str, &str)],
    alter: impl FnOnce(&mut Vec<Item>),
) -> Arc<Frozen> {
    let (mut study, mut texts) = (STUDY.to_owned(), TEXTS.to_owned());
    for (from, to) in changes {
        assert!(study.contains(from) || texts.contains(from), "{from}");
        study = study.replace(from, to);
        texts = texts.replace(from, to);
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("study.toml"), study).unwrap();
    std::fs::write(folder.path().join("english.toml"), texts).unwrap();
    let draft = Draft::open(&folder.path().join("study.toml")).unwrap();
    let mut items = draft.items(None, 1, &Unobserved).unwrap();
    alter(&mut items);
    Arc::new(Frozen::new(&draft, items, "0.1.0", &mut rand::rng()).unwrap())
}
