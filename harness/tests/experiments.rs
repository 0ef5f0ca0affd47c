//! Experiment files: those of the repository can be planned, wrong ones are refused with line and
//! reason.

use std::fs;
use std::path::Path;

use pixel_debate_harness::RunPlan;
use pixel_debate_harness::experiment::Missing;
use pixel_debate_judge::{Judge, Precision};

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

[[grid]]
name = "alone"
protocol = "judge_alone"
pixels = 4

[[compare]]
a = "search"
b = "greedy"

[[plot]]
name = "games"
kind = "games"

[[grid]]
name = "greedy"
protocol = "debate"
pixels = [4, 6]
honest = "greedy"
liar = "same"
"#;

fn refusal(text: &str) -> String {
    RunPlan::new(text, Path::new(""), None).unwrap_err().to_string()
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
        let plan = RunPlan::new(&text, &folder, Some(2));
        let plan = plan.unwrap_or_else(|refusal| panic!("{}: {refusal}", path.display()));
        assert!(!plan.manifest().cells.is_empty());
        planned += 1;
    }
    assert_eq!(planned, 17);
}

#[test]
fn grids_are_multiplied_out() {
    let text = FILE
        .replacen("pixels = 4", "pixels = [4, 6]\nprecommit = [true, false]", 1)
        .replace("\"mcts:5\"", "[\"mcts:5\", \"greedy\", \"exact\"]");
    let plan = RunPlan::new(&text, Path::new(""), None).unwrap();
    let cells = &plan.manifest().cells;
    assert_eq!(cells.len(), 2 * 2 * 3 + 1 + 2);
    for cell in &cells[..12] {
        assert_eq!(cell.play.honest, cell.play.liar);
        assert_eq!(cell.play.solved, cell.play.honest == Some("exact".parse().unwrap()));
        assert_eq!(cell.play.lies.is_some(), cell.play.precommit);
    }
    let debates: Vec<usize> = plan.estimates().iter().map(|(_, debates, _)| *debates).collect();
    assert_eq!(debates, [54, 54, 54, 6, 6, 6, 54, 54, 54, 6, 6, 6, 3, 54, 54]);
}

/// Each change of the file is refused with these words.
fn each_is_refused(changes: &[(&str, &str, &str)]) {
    let mut wrong = Vec::new();
    for (from, to, wanted) in changes {
        let text = FILE.replacen(from, to, 1);
        assert_ne!(text, FILE);
        let refusal = refusal(&text);
        if !refusal.starts_with(wanted) {
            wrong.push(format!("{to}: {refusal}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn numbers_out_of_range_and_plots_of_nothing_are_refused_by_field() {
    each_is_refused(&[
        ("random = 3", "random = 0", "line 5: `random` is 0: it must be a whole number from 1 to"),
        (
            "random = 3",
            "range = [3, 3]",
            "line 5: `range` is the list [3, 3]: it must be a list [A,",
        ),
        ("random = 3", "range = [-1, 3]", "line 5: `range` is the list [-1, 3]: it must be a list"),
        ("random = 3", "list = []", "line 5: `list` is an empty list: it must name one image"),
        ("random = 3", "list = [10000]", "line 5: `list` names image 10000: mnist-test has images"),
        (
            "pixels = 4",
            "pixels = 785",
            "line 10: `pixels` is 785: it must be a whole number from 1 to",
        ),
        ("pixels = 4", "pixels = [4, 129]", "line 10: `pixels` is 129: it must be a whole number"),
        (
            "liar = \"same\"",
            "liar = \"same\"\nseeds = -1",
            "line 13: `seeds` is -1: it must be a whole",
        ),
        (
            "liar = \"same\"",
            "liar = \"same\"\nreplicates = 1001",
            "line 13: `replicates` is 1001: it must be a whole number from 1 to 1000",
        ),
        (
            "liar = \"same\"",
            "liar = \"same\"\nimages = 0",
            "line 13: `images` is 0: it must be a whole",
        ),
        (
            "liar = \"same\"",
            "liar = \"same\"\nlies = []",
            "line 13: `lies` is an empty list: it must be",
        ),
        (
            "liar = \"same\"",
            "liar = \"same\"\nlies = [300]",
            "line 13: `lies` is 300: it must be a whole",
        ),
        (
            "liar = \"same\"",
            "liar = \"same\"\nlies = [3, 3]",
            "line 13: `lies` has a list with the sa",
        ),
        (
            "kind = \"games\"",
            "kind = \"blame\"",
            "line 23: `kind` is \"blame\", and no grid has `blame = true`: it would be empty",
        ),
        (
            "kind = \"games\"",
            "kind = \"rollouts\"\ngrids = [\"search\", \"alone\"]",
            "line 23: `kind` is \"rollouts\", and grid \"alone\" has no `honest = \"mcts:N\"`",
        ),
        (
            "[[plot]]",
            "[[plot]]\nname = \"Games\"\nkind = \"games\"\n\n[[plot]]",
            "line 27: plots are called \"Games\" and \"games\": names that differ in case alone",
        ),
        (
            "name = \"games\"",
            "name = \"Rates\"",
            "line 23: plots are called \"rates\" and \"Rates\"",
        ),
        (
            "liar = \"same\"",
            "liar = \"same\"\nlies = [255]",
            "line 13: `lies` is 255: it must be a whole number from 0 to 254",
        ),
        (
            "liar = \"same\"",
            "liar = \"same\"\nlies = \"al\"",
            "line 13: `lies` is \"al\": it must be \"all\" or \"random\", or a list of different labels",
        ),
        (
            "liar = \"same\"",
            "liar = \"same\"\nlies = [\"all\"]",
            "line 13: `lies` is \"all\": it must be a whole number from 0 to 254",
        ),
    ]);
}

#[test]
fn comparisons_that_come_to_no_test_are_refused() {
    each_is_refused(&[
        (
            "b = \"greedy\"",
            "b = \"alone\"",
            "line 19: nothing of \"search\" and \"alone\" can be compared: a cell of each must",
        ),
        ("pixels = [4, 6]", "pixels = 6", "line 19: nothing of \"search\" and \"greedy\" can be"),
        (
            "pixels = [4, 6]",
            "pixels = 4\nprecommit = false",
            "line 19: nothing of \"search\" and \"greedy\" can be",
        ),
    ]);
}

#[test]
fn wrong_files_are_refused_with_line_and_reason() {
    assert!(RunPlan::new(FILE, Path::new(""), None).is_ok());
    each_is_refused(&[
        (
            "random = 3",
            "random = 3\nrange = [0, 3]",
            "line 3: the images are chosen by exactly one",
        ),
        (
            "random = 3",
            "random = 10001",
            "line 5: `random` is 10001: it must be a whole number from 1 to 10000",
        ),
        (
            "random = 3",
            "range = [9999, 10001]",
            "line 5: `range` is [9999, 10001]: mnist-test has images 0 to 9999, so",
        ),
        ("random = 3", "list = [4, 4]", "line 5: `list` names the same image twice: 4"),
        ("random = 3", "randum = 3", "line 5: unknown field `randum`"),
        ("random = 3", "random = -3", "line 5: `random` is -3: it must be a whole number from 0"),
        (
            "\"mnist\"",
            "\"nowhere\"",
            "line 3: dataset \"nowhere\" (it must be `mnist` or a folder)",
        ),
        ("title", "titel", "line 1: unknown field `titel`"),
        ("pixels = 4", "pixels = 5", "line 7: no judge for 5 pixels comes with the program"),
        ("pixels = 4", "pixels = [4, 4]", "line 10: `pixels` has a list with the same value twice"),
        ("pixels = 4", "pixels = []", "line 10: `pixels` is an empty list: it must be a whole"),
        (
            "pixels = 4",
            "pixels = 0",
            "line 10: `pixels` is 0: it must be a whole number from 1 to 128",
        ),
        ("pixels = 4", "pixels = 100\njudge = \"judge-4\"", "line 10: image"),
        (
            "pixels = 4",
            "pixels = 4\njudge = \"none.safetensors\"",
            "line 11: judge none.safetensors: No such file",
        ),
        ("mcts:5", "mcts:0", "line 11: `honest` is \"mcts:0\": it must be `random`"),
        ("honest = \"mcts:5\"\n", "", "line 7: `honest` and `liar` are needed"),
        ("\"debate\"", "\"duel\"", "line 9: `protocol` is \"duel\": it must be \"judge_alone\","),
        ("\"debate\"", "\"judge_alone\"", "line 11: a judge alone has no debaters"),
        (
            "liar = \"same\"",
            "liar = \"same\"\nseeds = 0",
            "line 13: `seeds` is 0: it must be a whole number from 1 to 1000",
        ),
        (
            "liar = \"same\"",
            "liar = \"same\"\nfirst = []",
            "line 13: `first` is an empty list: it must be \"honest\" or \"liar\", or a list",
        ),
        (
            "liar = \"same\"",
            "liar = \"same\"\nfirst = \"both\"",
            "line 13: `first` is \"both\": it must be \"honest\" or \"liar\", or a list of different ones",
        ),
        (
            "pixels = 4",
            "pixels = \"few\"",
            "line 10: `pixels` is \"few\": it must be a whole number from 1 to 128, or a list of different",
        ),
        (
            "b = \"greedy\"",
            "b = \"search\"",
            "line 19: grid \"search\" is compared with itself: name two grids",
        ),
        ("random = 3", "random = 3\nlooks = [2, 4]", "line 6: `looks` has 4, and the file has 3"),
        ("random = 3", "random = 3\nlooks = [2, 2]", "line 6: `looks` lists numbers of images"),
        (
            "a = \"search\"",
            "a = \"serch\"",
            "line 19: no grid is called \"serch\": there are search, alone, greedy",
        ),
        (
            "kind = \"games\"",
            "kind = \"pie\"",
            "line 25: `kind` is \"pie\": it must be \"pixels\",",
        ),
        ("name = \"games\"", "name = \"a/b\"", "line 23: plot \"a/b\": a name has letters"),
        (
            "[[plot]]",
            "[[grid]]\nname = \"search\"\nprotocol = \"judge_alone\"\npixels = 4\n\n[[plot]]",
            "line 23: a second grid is called \"search\"",
        ),
        ("\"debate\"", "\"consultancy\"\norder = \"blocks\"", "line 10: `order` is a debate's"),
        ("title", "= title", "line 1: "),
    ]);
    let exact = FILE.replace("\"mcts:5\"", "\"exact\"");
    let consultant = exact.replace("\"debate\"", "\"consultancy\"");
    // Consultants have nobody to play against, so there is a margin to take the mean of.
    let mean = consultant.replace("liar = \"same\"", "liar = \"same\"\nlies_by = \"mean_logit\"");
    let plan = RunPlan::new(&mean, Path::new(""), None).unwrap();
    assert!(plan.manifest().cells.iter().all(|cell| !cell.play.solved));
    let blame = exact.replace("liar = \"same\"", "liar = \"same\"\nblame = true");
    assert!(refusal(&blame).starts_with("line 13: `blame` is true, and both sides are `exact`"));
    let mean = exact.replace("liar = \"same\"", "liar = \"same\"\nlies_by = \"mean_logit\"");
    assert!(refusal(&mean).starts_with("line 13: where both sides are `exact`"));
}

#[test]
fn a_judge_that_is_to_be_made_is_asked_for_by_its_command_and_held_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let shipped =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../judge/weights/judge-6.safetensors");
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasets/data/mnist");
    let text = |batches: u32, seed: u32| {
        let judge = format!(
            "pixels = 6\njudge = {{ file = \"j-{{pixels}}.safetensors\", train = {{ pixels = 6, batches = \
             {batches}, seed = {seed}, data = {:?} }} }}",
            data.display().to_string()
        );
        FILE.replacen("pixels = 4", &judge, 1)
    };
    let plan = |text: &str| RunPlan::new(text, folder.path(), None);
    let refusal = plan(&text(30_000, 1)).unwrap_err().to_string();
    let file = folder.path().join("j-6.safetensors");
    let command = format!(
        "pixel-debate judge train --pixels 6 --batches 30000 --seed 1 --data {} --out {}",
        data.display(),
        file.display()
    );
    assert!(refusal.starts_with("line 11: the judge "), "{refusal}");
    assert!(refusal.ends_with(&command), "{refusal}");
    let missing = RunPlan::missing_judges(&text(30_000, 1), folder.path()).unwrap();
    assert_eq!(missing.iter().map(Missing::command).collect::<Vec<_>>(), [command]);

    fs::copy(shipped, &file).unwrap();
    assert!(RunPlan::missing_judges(&text(30_000, 1), folder.path()).unwrap().is_empty());
    let asked = plan(&text(30_000, 1)).unwrap();
    let origin = &asked.manifest().judges[0];
    assert_eq!((&*origin.name, &*origin.provenance["batches"]), ("j-6", "30000"));
    for (batches, seed, wanted) in [
        (500, 1, "it was trained with batches = 30000, and the experiment asks for 500"),
        (30_000, 2, "it was trained with seed = 1, and the experiment asks for 2"),
    ] {
        let refusal = plan(&text(batches, seed)).unwrap_err().to_string();
        assert!(refusal.contains(wanted), "{refusal}");
    }
    let named = "judge = { file = \"judge-6\", train = { pixels = 6, batches = 1, data = \"x\" } }";
    let named = FILE.replacen("pixels = 4", &format!("pixels = 6\n{named}"), 1);
    let refusal = plan(&named).unwrap_err().to_string();
    assert!(refusal.contains("judge-6 comes with the program: `train` needs a file"), "{refusal}");
}

#[test]
fn the_judges_that_are_not_committed_are_named_with_how_they_are_made() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../experiments/judges/hardened.toml");
    let text = fs::read_to_string(file).unwrap();
    let missing = RunPlan::missing_judges(&text, Path::new("nowhere")).unwrap();
    assert_eq!(missing.len(), 6, "each is made once, for both grids");
    let provers = missing[0].command();
    assert!(provers.contains("--masks provers") && provers.contains("--from judge-6"), "{provers}");
}

#[test]
fn a_judge_can_be_trained_on_what_players_reveal() {
    let folder = tempfile::tempdir().unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasets/data/mnist");
    let text = |more: &str| {
        let judge = format!(
            "pixels = 6\njudge = {{ file = \"j.safetensors\", train = {{ pixels = 6, batches = 9, data = {:?}{more} }} }}",
            data.display().to_string()
        );
        FILE.replacen("pixels = 4", &judge, 1)
    };
    let plan = |more: &str| RunPlan::new(&text(more), folder.path(), None);
    let players = ", masks = \"provers\", from = \"judge-6\", tries = 8, lengths = \"every\"";
    let file = folder.path().join("j.safetensors");
    let command = format!(
        "pixel-debate judge train --pixels 6 --masks provers --random-percent 50 --round-batches 10 \
         --round-images 200 --tries 8 --lies 2 --lengths every --from judge-6 --batches 9 --seed 1 \
         --data {} --out {}",
        data.display(),
        file.display()
    );
    let refusal = plan(players).unwrap_err().to_string();
    assert!(refusal.ends_with(&command), "{refusal}");

    // A file that says that it was trained so, beside the shipped judge's numbers.
    let shipped = Judge::shipped(6).unwrap();
    let hash = shipped.hash();
    let write = |said: &[(&str, &str)]| {
        let mut weights = shipped.weights().clone();
        weights.provenance.0.insert("batches".into(), "9".into());
        for (key, value) in said {
            weights.provenance.0.insert((*key).to_owned(), (*value).to_owned());
        }
        fs::write(&file, weights.to_bytes(Precision::Half).unwrap()).unwrap();
    };
    write(&[]);
    plan("").unwrap();
    let refusal = plan(players).unwrap_err().to_string();
    let wanted = "it was trained with masks = random, and the experiment asks for provers";
    assert!(refusal.contains(wanted), "{refusal}");
    write(&[
        ("masks", "provers"),
        ("random_percent", "50"),
        ("round_batches", "10"),
        ("round_images", "200"),
        ("tries", "8"),
        ("lies", "2"),
        ("lengths", "every"),
        ("from", &hash),
    ]);
    plan(players).unwrap();
    let refusal = plan("").unwrap_err().to_string();
    assert!(refusal.contains("masks = provers, and the experiment asks for random"), "{refusal}");
    let refusal = plan(&players.replace("judge-6", "judge-4")).unwrap_err().to_string();
    assert!(refusal.contains(&format!("from = {hash}")), "{refusal}");

    for (more, wanted) in [
        (", kind = \"small\"", "it is of kind paper, and the experiment asks for small"),
        (", tries = 8", "`tries` is for players"),
        (", masks = \"monks\"", "`masks` is \"monks\": it must be"),
        (", masks = \"provers\", lies = 10", "`lies` is 10: it must be a whole number from 1 to 9"),
        (", masks = \"provers\", from = \"gone\"", "gone"),
    ] {
        let refusal = plan(more).unwrap_err().to_string();
        assert!(refusal.contains(wanted), "{refusal}");
    }
}

#[test]
fn unusable_images_are_refused_or_left_out_by_name() {
    // The image of fewest pixels of the test set has 34, which are too few for 40.
    let thin = 1_000..2_000;
    let few = |image: &usize| {
        let pixels = pixel_debate_datasets::mnist::test().image(*image);
        pixels.iter().filter(|value| **value > 0).count() < 60
    };
    let image = thin.clone().find(few).unwrap();
    let text = FILE
        .replace("random = 3", &format!("list = [0, {image}, 5]"))
        .replace("pixels = 4", "pixels = 60\njudge = \"judge-4\"")
        .replace("pixels = [4, 6]", "pixels = 60\njudge = \"judge-4\"");
    let refused = refusal(&text);
    assert!(refused.starts_with(&format!("line 10: image {image} has ")), "{refused}");
    assert!(refused.contains("pixels that may be revealed, and a debate of 60 needs"), "{refused}");
    assert!(refused.contains("`skip_unusable = true` in [images]"), "{refused}");
    let skipping = text.replace("list = ", "skip_unusable = true\nlist = ");
    let plan = RunPlan::new(&skipping, Path::new(""), None).unwrap();
    assert_eq!(plan.manifest().images, "0 5");
    assert_eq!(plan.manifest().left_out.len(), 1);
    assert_eq!(plan.manifest().left_out[0].image, image);

    // A seven has no lie where the only lie is 7.
    let lie = FILE.replace("random = 3", "list = [0, 1]").replace("liar = ", "lies = [7]\nliar = ");
    let refused = refusal(&lie);
    assert!(
        refused.starts_with(
            "line 12: image 0 is a 7, and that is all that `lies` has: no lie is left"
        ),
        "{refused}"
    );
    let skipping = lie.replace("list = ", "skip_unusable = true\nlist = ");
    let plan = RunPlan::new(&skipping, Path::new(""), None).unwrap();
    assert_eq!((&*plan.manifest().images, plan.manifest().left_out[0].image), ("1", 0));
    let none = skipping.replace("[0, 1]", "[0]");
    assert!(refusal(&none).contains("no image is left that a debate can be about"));
}

/// Words of the libraries that read the file, which mean nothing to who wrote it.
const JARGON: [&str; 9] = [
    "untagged",
    "variant",
    "enum",
    "expected a",
    "invalid type",
    "invalid value",
    "deserial",
    "struct",
    "visitor",
];

#[test]
fn whatever_a_field_is_given_it_is_named_with_what_is_allowed() {
    let whole = FILE
        .replace("random = 3", "random = 3\nseed = 1\nlooks = [2, 3]\nskip_unusable = true")
        .replace(
            "liar = \"same\"",
            "liar = \"same\"\nimages = 2\nprecommit = true\nlies = \"all\"\nfirst = [\"liar\"]\norder = \
             \"blocks\"\nlegal = \"any\"\njudge = \"judge-4\"\nseed = 2\nseeds = 3\nseeds_by = \
             \"majority\"\nlies_by = \"any\"\nreplicates = 1\nblame = false",
        )
        .replace("b = \"alone\"", "b = \"alone\"\nprimary = false")
        .replace("kind = \"games\"", "kind = \"games\"\ngrids = [\"search\"]");
    RunPlan::new(&whole, Path::new(""), None).unwrap();
    let values = [
        "\"al\"",
        "\"\"",
        "-1",
        "300",
        "99999999999999999999",
        "0.5",
        "nan",
        "true",
        "1979-05-27",
        "[]",
        "[1, \"a\"]",
        "[[]]",
        "[true]",
        "{}",
        "{ a = 1 }",
        "{ file = 1 }",
        "{ file = \"x\", train = 1 }",
        "{ file = \"x\", train = { pixels = 6 } }",
    ];
    let mut refused = 0;
    for (number, line) in whole.lines().enumerate() {
        let Some((field, _)) = line.split_once(" = ") else { continue };
        for value in values {
            let mut lines: Vec<String> = whole.lines().map(str::to_owned).collect();
            lines[number] = format!("{field} = {value}");
            // A title may be any text, an image's number may be 300.
            let Err(refusal) = RunPlan::new(&lines.join("\n"), Path::new(""), None) else {
                continue;
            };
            refused += 1;
            let refusal = refusal.to_string();
            for jargon in JARGON {
                assert!(!refusal.contains(jargon), "{field} = {value}: {refusal}");
            }
            assert!(
                refusal.starts_with("line ") || refusal.contains('`'),
                "{field} = {value}: {refusal}"
            );
        }
    }
    assert!(refused > 300, "{refused}");
}
