//! The debates of every kind of agent, by every order and protocol, for each set of processor
//! instructions, against the digests that belong to this behaviour.
//!
//! One test in a program of its own, for the choice of instructions is the whole process's. Where it
//! fails after a change that is meant, raise `BEHAVIOUR` in `game/src/behaviour.rs`, run it once more
//! with `NEW_BEHAVIOUR=1`, which writes the new digests, and make `experiments/results` anew.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use pixel_debate_game::{BEHAVIOUR, Role};
use pixel_debate_harness::{Observer, Row, RunPlan};
use pixel_debate_judge::kernels::Instructions;
use sha2::{Digest, Sha256};

const FILE: &str = r#"
title = "Behaviour"
[images]
dataset = "mnist"
list = [17, 3]

[[grid]]
name = "alone"
protocol = "judge_alone"
pixels = [4, 6]
legal = ["nonzero", "any"]
replicates = 2

[[grid]]
name = "agents"
images = 1
protocol = "debate"
pixels = 4
lies = "random"
honest = ["random", "greedy", "mcts:300", "mcts:300:margin"]
liar = "same"

[[grid]]
name = "graphs"
images = 1
protocol = "debate"
pixels = 6
lies = "random"
first = "liar"
honest = ["mcts:1000", "mcts:1000:graph"]
liar = "same"

[[grid]]
name = "margin graphs"
images = 1
protocol = "debate"
pixels = 6
lies = "random"
first = "honest"
honest = ["mcts:1000:margin", "mcts:1000:margin:graph"]
liar = "same"

[[grid]]
name = "free"
images = 1
protocol = "debate"
pixels = 6
precommit = false
first = "liar"
seed = 3
seeds = 2
honest = ["greedy", "mcts:10"]
liar = "random"

[[grid]]
name = "orders"
images = 1
protocol = ["debate", "consultancy"]
pixels = [3, 5]
judge = "judge-6"
lies = [1, 8]
honest = "mcts:10"
liar = "random"

[[grid]]
name = "blocks"
images = 1
protocol = "debate"
order = "blocks"
pixels = 2
judge = "judge-4"
lies = "random"
legal = "any"
seed = 9
honest = "mcts:10:graph"
liar = "greedy"

[[grid]]
name = "exact"
images = 1
protocol = "debate"
pixels = 4
lies = [8]
honest = "exact"
liar = ["random", "exact"]

[[grid]]
name = "blamed"
images = 1
protocol = "debate"
pixels = 4
lies = [8]
first = "liar"
honest = "random"
liar = "greedy"
blame = true
"#;

struct Nobody;

impl Observer for Nobody {
    fn done(&self, _: usize, _: &[Row], _: bool) {}
}

/// All that a debate is, whatever a row is called in the program.
fn digest(rows: &[Row]) -> String {
    let mut hash = Sha256::new();
    for row in rows {
        hash.update([row.label, row.lie.unwrap_or(255), u8::from(row.winner == Role::Liar)]);
        hash.update(row.seed.unwrap_or(u64::MAX).to_le_bytes());
        hash.update([row.first.map_or(2, |role| u8::from(role == Role::Liar))]);
        hash.update([row.evidence.len() as u8]);
        hash.update(row.evidence.iter().flat_map(|at| [at.x, at.y]).collect::<Vec<u8>>());
        for logit in row.logits.iter().flatten() {
            hash.update(logit.to_bits().to_le_bytes());
        }
        hash.update(format!("{:?}", row.blame));
    }
    hash.finalize().iter().take(8).fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

/// By cell and instructions.
type Digests = BTreeMap<String, String>;

fn played() -> Digests {
    let mut digests = Digests::new();
    for instructions in Instructions::available() {
        instructions.limit();
        let plan = RunPlan::new(FILE, Path::new(""), None).unwrap();
        assert_eq!(plan.manifest().instructions, instructions.to_string());
        let folder = tempfile::tempdir().unwrap();
        let finished = plan.run(folder.path(), 2, &Nobody).unwrap();
        for (cell, rows) in plan.manifest().cells.iter().zip(&finished.rows) {
            assert!(!rows.is_empty());
            let order = cell.play.order.map_or(String::new(), |order| format!(" {order:?}"));
            digests.insert(format!("{instructions} {cell}{order}"), digest(rows));
        }
    }
    digests
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/behaviour.txt")
}

#[test]
fn debates_are_those_of_this_behaviour() {
    let text = fs::read_to_string(file()).unwrap_or_default();
    let mut lines = text.lines();
    let known = lines.next().and_then(|line| line.strip_prefix("behaviour ")?.parse::<u32>().ok());
    let played = played();
    // One search that is played in the place of another is seen.
    for (name, digest) in played.iter().filter(|(name, _)| name.contains("graphs: ")) {
        let tree = name.replace(":graph", "");
        assert!(*name == tree || *digest != played[&tree], "{name}");
    }
    if std::env::var_os("NEW_BEHAVIOUR").is_some() {
        assert!(
            known.is_none_or(|known| known < BEHAVIOUR),
            "behaviour {BEHAVIOUR} has its digests: raise BEHAVIOUR in game/src/behaviour.rs first"
        );
        let lines = played.iter().map(|(name, digest)| format!("{digest} {name}\n"));
        let text = format!("behaviour {BEHAVIOUR}\n{}", lines.collect::<String>());
        fs::write(file(), text).unwrap();
        return;
    }
    assert_eq!(known, Some(BEHAVIOUR), "tests/behaviour.txt is of another behaviour");
    let kept: Digests = lines
        .filter_map(|line| line.split_once(' '))
        .map(|(digest, name)| (name.to_owned(), digest.to_owned()))
        .collect();
    let changed: Vec<&String> = played
        .iter()
        .filter(|(name, digest)| kept.get(*name) != Some(digest))
        .map(|(name, _)| name)
        .collect();
    assert!(
        changed.is_empty(),
        "{} of {} digests are others than those of behaviour {BEHAVIOUR}. If that is meant, raise \
         BEHAVIOUR in game/src/behaviour.rs, run this test with NEW_BEHAVIOUR=1, and make \
         experiments/results anew: {changed:#?}",
        changed.len(),
        played.len()
    );
    let here =
        |name: &&String| Instructions::available().any(|one| name.starts_with(&format!("{one} ")));
    let missing: Vec<&String> =
        kept.keys().filter(here).filter(|name| !played.contains_key(*name)).collect();
    assert!(missing.is_empty(), "these are no longer played: {missing:#?}");
}
