//! The items of a study are the same on every machine: in a process of its own, whose judge computes with the
//! instructions that every processor has, as the program has it do.

use std::fs;

use pixel_debate_judge::kernels::Instructions;
use pixel_debate_study::Draft;
use pixel_debate_study::items::Unobserved;
use sha2::{Digest, Sha256};

const STUDY: &str = r#"
name = "tested"
title = "Tested"
seed = 77

[[conditions]]
name = "debate"
kind = "debate"
pixels = 4
honest = "mcts:50"

[[conditions]]
name = "open"
kind = "consultancy"
side = "open"
pixels = 4
honest = "greedy"
liar = "greedy"

[[tiers]]
name = "honest"
number = 2
winner = "honest"

[assignment]
participants = 4
items = 2
checks = 1

[consent]
version = "1"

[languages]
en = "english.toml"
"#;

const TEXTS: &str = r#"
title = "Digits"
consent = "You agree."
instructions = "Look."
thanks = "Thank you."
[conditions]
debate = "a"
open = "b"
"#;

/// What agents reveal that ask the judge is in it, and what is proven. Where it is another on one machine alone,
/// that machine computes otherwise; where on all, items made before cannot be made again.
#[test]
fn items_are_the_same_on_every_machine() {
    Instructions::Portable.limit();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("english.toml"), TEXTS).unwrap();
    fs::write(folder.path().join("tested.toml"), STUDY).unwrap();
    let draft = Draft::open(&folder.path().join("tested.toml")).unwrap();
    let items = draft.items(None, 2, &Unobserved).unwrap();
    let digest = Sha256::digest(serde_json::to_vec(&items).unwrap());
    assert_eq!(digest[..8], [38, 203, 5, 77, 66, 31, 58, 255]);
}
