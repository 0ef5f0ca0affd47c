//! Experiment files: those of the repository can be planned, wrong ones are refused with line and
//! reason.

use std::fs;
use std::path::Path;

use pixel_debate_harness::Plan;

const FILE: &str = r#"title = "Small"

[images]
dataset = "mnist"
random = 3

[[grid]]
name = "search"
protocol = "debate"
pixels = 4
honest = "mcts:5"
liar = "same"

[[compare]]
a = "search"
b = "search"

[[plot]]
name = "games"
kind = "games"
"#;

fn refusal(text: &str) -> String {
    Plan::new(text, Path::new(""), None).unwrap_err().to_string()
}

#[test]
fn the_repositorys_files_can_be_planned() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../experiments");
    let mut planned = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        match Plan::new(&text, &folder, Some(2)) {
            Ok(plan) => assert!(!plan.manifest().cells.is_empty()),
            // Judges and datasets that are not part of the repository.
            Err(refusal) => {
                let refusal = refusal.to_string();
                assert!(refusal.contains("No such file"), "{}: {refusal}", path.display());
            }
        }
        planned += 1;
    }
    assert!(planned >= 8, "{planned} files");
}

#[test]
fn grids_are_multiplied_out() {
    let text = FILE
        .replace("pixels = 4", "pixels = [4, 6]\nprecommit = [true, false]")
        .replace("\"mcts:5\"", "[\"mcts:5\", \"greedy\", \"exact\"]");
    let plan = Plan::new(&text, Path::new(""), None).unwrap();
    let cells = &plan.manifest().cells;
    assert_eq!(cells.len(), 2 * 2 * 3);
    for cell in cells {
        assert_eq!(cell.play.honest, cell.play.liar);
        assert_eq!(cell.play.solved, cell.play.honest == Some("exact".parse().unwrap()));
        assert_eq!(cell.play.lies.is_some(), cell.play.precommit);
    }
    let debates: Vec<usize> = plan.estimates().iter().map(|(_, debates, _)| *debates).collect();
    assert_eq!(debates, [54, 54, 54, 6, 6, 6, 54, 54, 54, 6, 6, 6]);
}

#[test]
fn wrong_files_are_refused_with_line_and_reason() {
    assert!(Plan::new(FILE, Path::new(""), None).is_ok());
    let mut wrong = Vec::new();
    for (from, to, wanted) in [
        (
            "random = 3",
            "random = 3\nrange = [0, 3]",
            "line 3: the images are chosen by exactly one",
        ),
        ("random = 3", "random = 10001", "line 3: 10001 images: mnist-test has 10000"),
        ("random = 3", "range = [9999, 10001]", "line 3: there is no image 10000: mnist-test has"),
        ("random = 3", "list = [4, 4]", "line 3: the same image twice"),
        ("random = 3", "randum = 3", "line 5: unknown field `randum`"),
        ("random = 3", "random = -3", "line 5: invalid value: integer `-3`"),
        (
            "\"mnist\"",
            "\"nowhere\"",
            "line 3: dataset \"nowhere\" (it must be `mnist` or a folder)",
        ),
        ("title", "titel", "line 1: unknown field `titel`"),
        ("pixels = 4", "pixels = 5", "line 7: no judge for 5 pixels comes with the program"),
        ("pixels = 4", "pixels = [4, 4]", "line 10: a list with the same value twice"),
        ("pixels = 4", "pixels = []", "line 10: an empty list"),
        ("pixels = 4", "pixels = 0", "line 10: 0 pixels: 1 to 128 can be"),
        ("pixels = 4", "pixels = 100\njudge = \"judge-4\"", "line 10: image"),
        (
            "pixels = 4",
            "pixels = 4\njudge = \"none.safetensors\"",
            "line 11: judge none.safetensors: No such file",
        ),
        ("mcts:5", "mcts:0", "line 11: unknown agent \"mcts:0\": it must be `random`"),
        ("honest = \"mcts:5\"\n", "", "line 7: `honest` and `liar` are needed"),
        ("\"debate\"", "\"duel\"", "line 9: unknown variant `duel`"),
        ("\"debate\"", "\"judge_alone\"", "line 11: a judge alone has no debaters"),
        ("liar = \"same\"", "liar = \"same\"\nseeds = 0", "line 13: `seeds` is 1 to 1000"),
        ("liar = \"same\"", "liar = \"same\"\nlies = [10]", "line 13: label 10: 0 to 9 can be"),
        ("liar = \"same\"", "liar = \"same\"\nlies = \"some\"", "line 13: "),
        ("liar = \"same\"", "liar = \"same\"\nfirst = []", "line 13: `first` lists honest, liar"),
        (
            "a = \"search\"",
            "a = \"serch\"",
            "line 14: no grid is called \"serch\": there are search",
        ),
        ("kind = \"games\"", "kind = \"pie\"", "line 20: unknown variant `pie`"),
        ("name = \"games\"", "name = \"a/b\"", "line 18: plot \"a/b\": a name has letters"),
        (
            "[[plot]]",
            "[[grid]]\nname = \"search\"\nprotocol = \"judge_alone\"\npixels = 4\n\n[[plot]]",
            "line 18: a second grid is called \"search\"",
        ),
        ("\"debate\"", "\"consultancy\"\norder = \"blocks\"", "line 10: `order` is a debate's"),
        ("title", "= title", "line 1: "),
    ] {
        let text = FILE.replacen(from, to, 1);
        assert_ne!(text, FILE);
        let refusal = refusal(&text);
        if !refusal.starts_with(wanted) {
            wrong.push(format!("{to}: {refusal}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let exact = FILE.replace("\"mcts:5\"", "\"exact\"");
    let consultant = exact.replace("\"debate\"", "\"consultancy\"");
    assert!(refusal(&consultant).starts_with("line 11: `exact` is no consultant"));
    let mean = exact.replace("liar = \"same\"", "liar = \"same\"\nlies_by = \"mean_logit\"");
    assert!(refusal(&mean).starts_with("line 13: where both sides are `exact`"));
}
