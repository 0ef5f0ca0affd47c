//! Programs as judges and debaters of experiments: the examples, and what comes of programs that fail.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pixel_debate_harness::{Failed, Observer, Row, RunPlan};
use tempfile::TempDir;

struct Nobody;

impl Observer for Nobody {
    fn done(&self, _: usize, _: &[Row], _: bool) {}
}

fn has_python() -> bool {
    let found = Command::new("python3").arg("--version").output().is_ok();
    if !found {
        eprintln!("SKIPPED: there is no python3");
    }
    found
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/programs")
}

/// A folder with a judge for the shell that says first that it is of this version.
fn judge(version: &str, text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let hello = format!(
        "{{\"protocol\": 1, \"name\": \"mine\", \"version\": \"{version}\", \"labels\": 10}}"
    );
    let script = format!("echo '{hello}'\nread -r hello\n{text}");
    fs::write(folder.path().join("judge.sh"), script).unwrap();
    folder
}

/// An experiment of three images before that judge, and of one grid before ours.
fn experiment(judge: &str) -> String {
    format!(
        r#"
title = "Mine"
[images]
dataset = "mnist"
list = [3, 5, 17]
[[grid]]
name = "mine"
protocol = "judge_alone"
pixels = 4
judge = {judge}
[[grid]]
name = "ours"
protocol = "judge_alone"
pixels = 4
"#
    )
}

const COMMAND: &str = r#"{ command = ["sh", "judge.sh"], seconds = 2 }"#;

#[test]
fn the_examples_play_and_the_same_judge_answers_the_same_in_either_way() {
    if !has_python() {
        return;
    }
    let text = fs::read_to_string(examples().join("experiment.toml")).unwrap();
    let plan = RunPlan::new(&text, &examples(), Some(2)).unwrap();
    let judges = &plan.manifest().judges;
    let named: Vec<(&str, &str)> =
        judges.iter().map(|judge| (&*judge.name, &*judge.hash)).collect();
    assert_eq!(named[..2], [("brightest", "version 1"), ("brightest-raw", "version 1")]);
    assert_eq!(judges[0].provenance["command"], "python3 judge.py");
    assert_eq!(judges[0].provenance["answers"], "logits");
    let honest = plan.manifest().cells[2].play.honest.as_ref().map(ToString::to_string);
    assert_eq!(honest.as_deref(), Some("shining@1"));
    let folder = tempfile::tempdir().unwrap();
    let finished = plan.run(folder.path(), 2, &Nobody).unwrap();
    assert_eq!(finished.failed, []);
    let [told, raw, shining, greedy] = &finished.rows[..] else { panic!("four cells") };
    assert_eq!((told.len(), shining.len(), greedy.len()), (4, 4, 4));
    let evidence =
        |rows: &[Row]| -> Vec<_> { rows.iter().map(|row| row.evidence.clone()).collect() };
    assert_eq!(evidence(told), evidence(raw));
    for (told, raw) in told.iter().zip(raw) {
        let (told, raw) = (told.logits.as_ref().unwrap(), raw.logits.as_ref().unwrap());
        assert!(told.iter().zip(raw).all(|(told, raw)| (told - raw).abs() < 1e-5));
        assert!(told[1] > 0.0 && told[0] == 0.0);
    }
    // The debater reveals the brightest there is.
    for row in shining {
        let image = plan.dataset().to_image(row.image as usize);
        let value = |pixel| image.value(pixel).unwrap_or(0);
        let most = image.pixels().iter().max().unwrap();
        assert!(row.evidence.iter().any(|pixel| value(*pixel) == *most), "{row:?}");
    }
    // The same again finds all of it done.
    let plan = RunPlan::new(&text, &examples(), Some(2)).unwrap();
    assert!(plan.run(folder.path(), 1, &Nobody).unwrap().was_finished);
}

#[test]
fn what_fails_is_one_image_s_debates_alone_and_is_tried_again() {
    let answer = "{\\\"id\\\": $number, \\\"scores\\\": [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]}";
    // Whatever process it is: the second question of all ends it, until it is mended.
    let folder = judge(
        "1",
        &format!(
            "number=0\nwhile read -r line; do\n  number=$((number + 1)); echo >> asked\n  \
             if [ ! -e mended ] && [ $(wc -l < asked) = 2 ]; then echo 'out of luck' >&2; exit 7; fi\n  \
             echo \"{answer}\"\ndone"
        ),
    );
    let text = experiment(COMMAND);
    let out = folder.path().join("out");
    let plan = RunPlan::new(&text, folder.path(), None).unwrap();
    let finished = plan.run(&out, 1, &Nobody).unwrap();
    let [Failed { cell, images, error, .. }] = &finished.failed[..] else {
        panic!("{:?}", finished.failed)
    };
    assert_eq!((&images[..], cell.contains("mine")), (&[5][..], true));
    assert_eq!(
        error,
        "image 5, judge alone: the judge: the program sh judge.sh: it has ended (exit status: 7) when an answer was due; the last \
         that it wrote to standard error: `out of luck`"
    );
    assert_eq!((finished.rows[0].len(), finished.rows[1].len()), (2, 3));
    let log = fs::read_to_string(out.join("log.jsonl")).unwrap();
    assert!(log.contains(r#""program":"sh judge.sh""#) && log.contains("out of luck"), "{log}");
    assert!(log.contains("1 shards failed"), "{log}");
    // The same command tries again, and only what is missing.
    fs::write(folder.path().join("mended"), "").unwrap();
    let plan = RunPlan::new(&text, folder.path(), None).unwrap();
    let finished = plan.run(&out, 2, &Nobody).unwrap();
    assert_eq!((finished.failed.len(), finished.rows[0].len()), (0, 3));
    let asked = fs::read_to_string(folder.path().join("asked")).unwrap();
    assert_eq!(asked.lines().count(), 4);
}

#[test]
fn another_version_does_not_go_on_with_a_folder() {
    let script =
        "read -r line\necho '{\"id\": 1, \"scores\": [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]}'\nexit 0";
    let (one, two) = (judge("1", script), judge("2", script));
    let text = experiment(COMMAND);
    let out = one.path().join("out");
    let run = |folder: &TempDir| {
        let plan = RunPlan::new(&text, folder.path(), Some(1)).unwrap();
        plan.run(&out, 1, &Nobody).map_err(|error| error.to_string())
    };
    assert_eq!(run(&one).unwrap().failed, []);
    let refusal = run(&two).unwrap_err();
    assert!(
        refusal.contains("its judge mine is version 1, and version 2 is asked for"),
        "{refusal}"
    );
}

#[test]
fn what_is_wrong_with_a_program_in_a_file_is_said_with_its_line() {
    let folder = judge("1", "read -r line");
    let text = experiment(COMMAND);
    for (from, to, why) in [
        (
            "\"judge.sh\"], seconds = 2",
            "\"gone.sh\"]",
            "line 10: `judge`: the program sh gone.sh: it has ended",
        ),
        ("\"sh\"", "\"no-such-program\"", "it cannot be started: No such file"),
        ("[\"sh\", \"judge.sh\"]", "[]", "`command` is an empty list: it must be a list of texts"),
        (
            "[\"sh\", \"judge.sh\"]",
            "\"sh judge.sh\"",
            "it must be a list of texts, the program and its arguments",
        ),
        ("seconds = 2", "seconds = 0", "`seconds` is 0: it must be a whole number from 1 to 86400"),
        ("seconds = 2", "batch = 0", "`batch` is 0: it must be a whole number from 1 to 65536"),
        (
            "seconds = 2",
            "version = \"2\"",
            "mine of version 1, with 10 labels, and version 2 is asked for",
        ),
        ("seconds = 2", "second = 2", "unknown field `second`"),
        ("command = [\"sh\", \"judge.sh\"], ", "", "has neither `file` nor `command`"),
        (
            "command = [\"sh\", \"judge.sh\"]",
            "file = \"a\"",
            "`seconds` is a program's, and there is no `command`",
        ),
        ("seconds = 2", "file = \"a\"", "`command` beside `file`: a judge is one or the other"),
        (
            &*format!("judge = {COMMAND}"),
            &*format!("judge = [{COMMAND}, {}]", COMMAND.replace("sh\"]", "sh\", \"-\"]")),
            "both say that they are mine of version 1",
        ),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text, "{from}");
        let refusal = RunPlan::new(&changed, folder.path(), None).unwrap_err().to_string();
        assert!(refusal.contains(why), "{to}: {refusal}");
    }
    // A judge of three labels judges no data set of ten classes.
    let script = fs::read_to_string(folder.path().join("judge.sh")).unwrap();
    fs::write(folder.path().join("judge.sh"), script.replace("\"labels\": 10", "\"labels\": 3"))
        .unwrap();
    let refusal = RunPlan::new(&text, folder.path(), None).unwrap_err().to_string();
    assert!(refusal.contains("has 10 classes: the judge tells 3 labels apart"), "{refusal}");
}
