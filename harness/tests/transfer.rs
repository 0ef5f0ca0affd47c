//! Debaters who search before one judge while another decides.

use std::path::Path;
use std::sync::Arc;

use pixel_debate_harness::{Observer, Row, RunPlan};
use pixel_debate_judge::Judge;

struct Nobody;

impl Observer for Nobody {
    fn done(&self, _: usize, _: &[Row], _: bool) {}
}

/// A file of one grid with these lines more.
fn file(lines: &str) -> String {
    format!(
        "title = \"Transfer\"\n[images]\ndataset = \"mnist\"\nrandom = 4\n[[grid]]\nname = \"all\"\npixels = 4\n\
         lies = \"random\"\n{lines}"
    )
}

fn plan(lines: &str) -> RunPlan {
    RunPlan::new(&file(lines), Path::new(""), None).unwrap()
}

fn rows(plan: &RunPlan) -> Vec<Vec<Row>> {
    let folder = tempfile::tempdir().unwrap();
    let first = plan.run(folder.path(), 2, &Nobody).unwrap();
    // What is there is held against the judge that decides, and found to be sound.
    assert!(plan.run(folder.path(), 1, &Nobody).unwrap().was_finished);
    first.rows
}

const AGENTS: &str =
    "protocol = [\"debate\", \"consultancy\"]\nhonest = \"greedy\"\nliar = \"mcts:20\"\n";

#[test]
fn debaters_reveal_as_before_one_judge_and_another_decides() {
    let before = rows(&plan(&format!("{AGENTS}judge = \"judge-6\"")));
    let crossed = plan(&format!("{AGENTS}judge = \"judge-4\"\ndebaters_ask = \"judge-6\""));
    let names: Vec<String> =
        crossed.manifest().judges.iter().map(|judge| judge.name.clone()).collect();
    assert_eq!(names, ["judge-4", "judge-6"]);
    assert!(crossed.manifest().cells[0].to_string().ends_with(", judge-4, debaters ask judge-6"));
    let crossed_rows = rows(&crossed);
    let judge = Judge::shipped(4).unwrap();
    for (cell, (one, other)) in before.iter().zip(&crossed_rows).enumerate() {
        for (one, other) in one.iter().zip(other) {
            assert_eq!(one.evidence, other.evidence, "cell {cell}, image {}", one.image);
            let image = Arc::new(crossed.dataset().to_image(other.image as usize));
            let said = judge.evaluator(image).unwrap().evaluate(&[other
                .evidence
                .iter()
                .copied()
                .collect()]);
            assert_eq!(
                other.logits.as_deref(),
                Some(&said[0]),
                "who decides is asked of what was revealed"
            );
        }
    }
    assert_ne!(before, crossed_rows);
}

#[test]
fn who_asks_the_judge_itself_debates_as_ever() {
    let before = plan(AGENTS);
    let same = plan(&format!("{AGENTS}debaters_ask = \"shipped\""));
    assert_eq!(before.manifest().cells, same.manifest().cells);
    let written = serde_json::to_string(before.manifest()).unwrap();
    assert!(!written.contains("debaters_ask"), "runs that were begun before are gone on with");
    // Each with each.
    let all = plan(&format!(
        "{AGENTS}judge = [\"judge-4\", \"judge-6\"]\ndebaters_ask = [\"judge-4\", \"judge-6\"]"
    ));
    assert_eq!(all.manifest().cells.len(), 2 * 4);
}

#[test]
fn optimal_play_before_another_judge_is_played_and_not_proven() {
    let exact = "protocol = \"debate\"\nhonest = \"exact\"\nliar = \"exact\"\nfirst = \"liar\"\n";
    assert!(plan(exact).manifest().cells[0].play.solved);
    let crossed = plan(&format!("{exact}judge = \"judge-4\"\ndebaters_ask = \"judge-6\""));
    assert!(!crossed.manifest().cells[0].play.solved);
    assert!(rows(&crossed)[0].iter().all(|row| row.logits.is_some()));
}

#[test]
fn judges_that_cannot_be_asked_are_refused() {
    for (lines, expected) in [
        (
            "protocol = \"judge_alone\"\nprecommit = true\ndebaters_ask = \"judge-6\"",
            "line 11: `debaters_ask` needs debaters",
        ),
        (
            "protocol = \"debate\"\nhonest = \"greedy\"\nliar = \"greedy\"\nblame = true\ndebaters_ask = \"judge-6\"",
            "line 12: `blame` and `debaters_ask`",
        ),
        (
            "protocol = \"debate\"\nhonest = \"greedy\"\nliar = \"greedy\"\ndebaters_ask = \"judge-9\"",
            "line 12: ",
        ),
        (
            "protocol = \"debate\"\nhonest = \"greedy\"\nliar = \"greedy\"\ndebaters_ask = 6",
            "line 12: `debaters_ask` is 6: it must be",
        ),
    ] {
        let refusal = RunPlan::new(&file(lines), Path::new(""), None).unwrap_err().to_string();
        assert!(refusal.starts_with(expected), "{lines}: {refusal}");
    }
}
