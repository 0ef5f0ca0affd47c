//! `pixel-debate study`: what a study's file comes to, and its frozen folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::{failure, output, program, run};

const STUDIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../studies");

/// The example in a folder of its own, with that much of it changed.
fn example(folder: &Path, change: &[(&str, &str)]) -> PathBuf {
    let mut text = fs::read_to_string(format!("{STUDIES}/example.toml")).unwrap();
    for (from, to) in change {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    fs::create_dir_all(folder.join("texts")).unwrap();
    for name in ["texts/english.toml", "texts/german.toml"] {
        fs::copy(format!("{STUDIES}/{name}"), folder.join(name)).unwrap();
    }
    let file = folder.join("example.toml");
    fs::write(&file, text).unwrap();
    file
}

/// Few images, and debaters that are done at once.
const SHORT: &[(&str, &str)] = &[
    ("mcts:1000", "greedy"),
    ("number = 6", "number = 2"),
    ("margin = [4, 1000]", "margin = [0, 1000]"),
    ("margin = [0, 1.5]", "margin = [0, 1000]"),
    ("items = 9", "items = 3"),
    ("repeats = 0.1111", "repeats = 0.3333"),
    ("flips = 0.1111", "flips = 0"),
    ("apart = 3", "apart = 1"),
];

#[test]
fn the_example_is_frozen_in_short_form_and_checked_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = example(folder.path(), SHORT);
    let said = output(&format!("study check {}", file.display()), "");
    for wanted in [
        "example: Debate, adviser or nobody\n",
        "\n  debate       debate of 4 pixels: greedy, either begins, played beforehand; a random lie\n",
        "\n  alone        judge alone of 4 pixels: random pixels; a random lie\n",
        "\n  12 of 4 images in 3 conditions, 10 judgments each: 40 participants with 3 items\n",
        "\nallocation\n  every cell 10 times; of every participant 1 item in each condition\n",
        "\npower, by 1000 simulated studies\n",
        "\n  of two conditions, 40 judgments in each: 2 items of 40 participants in both\n",
        "tiers, proven for the game of \"debate\"; ",
        "\n  clear        2 of 2 images; ",
        "\n  close        2 of 2 images; ",
        " 4 games: honest wins ",
        "a bonus of 0.00 to 2.00 GBP: 80.00 GBP in all at most\n",
    ] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    let frozen = output(&format!("study freeze {}", file.display()), "");
    let out = folder.path().join("example-frozen");
    // Of each image two debates, two advisers, and random pixels; and three for practice, and two checks.
    assert!(
        frozen.starts_with(&format!("{}: {} items\n", out.display(), 4 * 5 + 3 + 2)),
        "{frozen}"
    );
    let hash = frozen.lines().nth(1).unwrap();
    let beside = fs::read_to_string(out.join("plan.sha256")).unwrap();
    assert_eq!(beside, format!("{hash}  plan.json\n"));
    let mut names: Vec<_> =
        fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["plan.json", "plan.sha256", "secret.json", "study.toml", "texts"]);
    let checked = output(&format!("study check {}", out.display()), "");
    let wanted = [
        "\n  the images and labels of all 25 items are those of mnist-test\n",
        // Of debates, advisers and random pixels, attention checks among them.
        "\n  of 25 items the judge says again what it said\n",
    ];
    assert!(wanted.iter().all(|wanted| checked.contains(wanted)), "{checked}");
    assert!(checked.ends_with(&format!("{hash}\n")), "{checked}");
    let (code, error) = failure(&format!("study freeze {}", file.display()), "");
    assert!(
        code == 1
            && error.ends_with("plan.json is there already: a frozen study is not written over"),
        "{error}"
    );
    // One altered letter of what participants agree to.
    let texts = out.join("texts/german.toml");
    let text = fs::read_to_string(&texts).unwrap();
    fs::write(&texts, text.replace("einverstanden", "Einverstanden")).unwrap();
    let (code, error) = failure(&format!("study check {}", out.display()), "");
    assert!(
        code == 1 && error.contains("texts/german.toml: it is not the file that was frozen"),
        "{error}"
    );
}

/// Whoever changes the example keeps it sound: everything but its debates is read and held together.
#[test]
fn the_example_names_three_conditions_two_tiers_and_forty_participants() {
    let study = fs::read_to_string(format!("{STUDIES}/example.toml")).unwrap();
    let count = |what: &str| study.matches(what).count();
    assert_eq!(
        (count("[[conditions]]"), count("[[tiers]]"), count("participants = 40")),
        (3, 2, 1)
    );
    let folder = tempfile::tempdir().unwrap();
    let file = example(folder.path(), &[("examine = 300", "examine = 1")]);
    let said = run(&format!("study check {}", file.display()), "");
    let (told, error) =
        (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(told.contains("  36 of 12 images in 3 conditions, 10 judgments each"), "{told}{error}");
    assert!(
        error.contains("warning: tier \"clear\" has ") && error.contains("tiers cannot be filled"),
        "{error}"
    );
    // The page shows what the program says.
    let page = fs::read_to_string(format!("{STUDIES}/../docs/studies.md")).unwrap();
    let (_, shown) = page.split_once("```text\n").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    assert!(shown.starts_with("allocation\n") && told.contains(shown), "{told}");
    // But for the tiers, and a seed that anybody has, there is nothing to be warned of.
    assert!(error.contains("warning: the seed is that of an example"), "{error}");
    assert_eq!(error.matches("warning: ").count(), 3, "{error}");
}

#[test]
fn what_the_power_depends_on_can_be_said_and_has_ranges() {
    let folder = tempfile::tempdir().unwrap();
    let file = example(folder.path(), &[("examine = 300", "examine = 1")]);
    let check = |options: &str| {
        let said = run(&format!("study check {} {options}", file.display()), "");
        let told = String::from_utf8(said.stdout).unwrap();
        (told, String::from_utf8(said.stderr).unwrap())
    };
    let (told, error) = check("--base-rate 0.6 --participant-sd 0 --item-sd 0.25");
    let assumed =
        "\n  assumed: 60.0 % right in the one; participants differ by 0, images by 0.25 (";
    assert!(told.contains(assumed) && told.contains(" points, from 60.0 % to "), "{told}{error}");
    let (told, error) = check("--base-rate 0.99");
    assert!(
        told.contains("\n  no difference from 99.0 % up is found in 80 % of them\n"),
        "{told}{error}"
    );
    for (options, wanted) in [
        ("--base-rate 1", "'1' for '--base-rate <RATE>': it must be a number from 0.001 to 0.999"),
        ("--item-sd 5.1", "'5.1' for '--item-sd <SD>': it must be a number from 0 to 5"),
        ("--participant-sd much", "it must be a number from 0 to 5"),
    ] {
        let (told, error) = check(options);
        assert!(told.is_empty() && error.contains(wanted), "{error}");
    }
    // One condition has none to differ from.
    let text = fs::read_to_string(&file).unwrap();
    let start = text.find("# One program argues").unwrap();
    let end = text.find("[images]").unwrap();
    fs::write(&file, text.replace(&text[start..end], "")).unwrap();
    for name in ["english", "german"] {
        let path = folder.path().join(format!("texts/{name}.toml"));
        let texts = fs::read_to_string(&path).unwrap();
        let lines = texts
            .lines()
            .filter(|line| !["adviser = ", "alone = "].iter().any(|start| line.starts_with(start)));
        fs::write(&path, lines.collect::<Vec<_>>().join("\n")).unwrap();
    }
    let (told, error) = check("");
    assert!(told.contains("\npower\n  none: a difference needs two conditions"), "{told}{error}");
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = example(folder.path(), &[("participants = 40", "participants = 41")]);
    let (code, error) = failure(&format!("study check {}", file.display()), "");
    let wanted = "`participants` is 41: 41 participants with 9 items each are 369 judgments, which 36 cells (12 images \
                  in 3 conditions) cannot share evenly; with 9 items it must be a multiple of 4: 40 or 44";
    assert!(
        code == 1 && error.contains("example.toml: line ") && error.ends_with(wanted),
        "{error}"
    );
    for (from, to, wanted) in [
        ("seed = 6129484611666145821", "seed = 5", "warning: the seed is a small number"),
        (
            "pixels = 4\nhonest",
            "pixels = 5\nhonest",
            "and no judge for 5 pixels comes with the program",
        ),
        (
            "en = \"texts/english.toml\"",
            "en = \"texts/nowhere.toml\"",
            "nowhere.toml cannot be read",
        ),
        ("name = \"alone\"\nkind", "name = \"nobody\"\nkind", "texts/german.toml: line "),
    ] {
        let file = example(folder.path(), &[("examine = 300", "examine = 1"), (from, to)]);
        let said = run(&format!("study check {}", file.display()), "");
        let error = String::from_utf8_lossy(&said.stderr);
        assert!(said.status.code() == Some(1) && error.contains(wanted), "{to}: {error}");
    }
    let (code, error) = failure("study check nowhere.toml", "");
    assert!(code == 1 && error.contains("nowhere.toml cannot be read"), "{error}");
    let (code, _) = failure("study", "");
    assert_eq!(code, 2);
}

#[cfg(unix)]
#[test]
fn an_interrupt_stops_the_freezing_and_the_same_command_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut change = SHORT.to_vec();
    change[0] = ("mcts:1000", "mcts:20000");
    let file = example(folder.path(), &change);
    let out = folder.path().join("out");
    let arguments = format!("study freeze {} --out {} --threads 1", file.display(), out.display());
    let mut command = program(&arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begin = Instant::now();
    let done = || fs::read_dir(out.join("work")).map_or(0, Iterator::count);
    while done() == 0 {
        if begin.elapsed() > Duration::from_mins(5) {
            child.kill().unwrap();
            panic!("nothing is done");
        }
        sleep(Duration::from_millis(20));
    }
    let told = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(told.unwrap().success());
    let ended = child.wait_with_output().unwrap();
    let error = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{error}");
    assert!(error.contains("holds what is done: the same command goes on from there"), "{error}");
    assert!(!out.join("plan.json").exists() && done() > 0);
    // With fewer rollouts the rest is done sooner, and what was proven is taken from there.
    example(folder.path(), SHORT);
    assert!(output(&arguments, "").contains(": 25 items\n"));
}
