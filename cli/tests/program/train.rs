//! `pixel-debate judge train`, on a dataset so small that it takes seconds.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

use pixel_debate_datasets::mnist;
use pixel_debate_judge::{Judge, Trainable, Weights};

use crate::{output, program};

const TRAIN: usize = 300;
const TEST: usize = 40;

/// MNIST's four files with the first of the test images.
fn dataset(dir: &Path) {
    for (part, len) in [("train", TRAIN), ("t10k", TEST)] {
        let header = |kind: u8, sizes: &[usize]| {
            let sizes = sizes.iter().flat_map(|size| (*size as u32).to_be_bytes());
            [0, 0, 8, kind].into_iter().chain(sizes).collect::<Vec<u8>>()
        };
        let images = (0..len).flat_map(|index| mnist::test().image(index)).copied();
        let images = header(3, &[len, 28, 28]).into_iter().chain(images).collect::<Vec<_>>();
        let labels = (0..len).map(|index| mnist::test().label(index));
        let labels = header(1, &[len]).into_iter().chain(labels).collect::<Vec<_>>();
        fs::write(dir.join(format!("{part}-images-idx3-ubyte")), images).unwrap();
        fs::write(dir.join(format!("{part}-labels-idx1-ubyte")), labels).unwrap();
    }
}

/// A run under way, and what it says.
struct Training {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Training {
    fn start(arguments: &str) -> Self {
        let mut child = program(arguments).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Reads on until a line that begins so.
    fn wait_for(&mut self, start: &str) {
        for line in self.lines.by_ref().map(Result::unwrap) {
            if line.starts_with(start) {
                return;
            }
        }
        panic!("the program ended without saying {start:?}");
    }

    /// Reads to the end: the last batch that was reported, if any, and the last line.
    fn last_batch(&mut self) -> (u64, String) {
        let (mut batch, mut last) = (0, String::new());
        for line in self.lines.by_ref().map(Result::unwrap) {
            if let Some((number, _)) = line.split_once('/') {
                batch = number.parse().unwrap_or(batch);
            }
            last = line;
        }
        (batch, last)
    }
}

#[test]
fn a_run_that_was_stopped_and_killed_trains_the_same_judge() {
    let dir = tempfile::tempdir().unwrap();
    dataset(dir.path());
    let path = |name: &str| dir.path().join(name);
    let (stopped, whole) = (path("stopped.safetensors"), path("whole.safetensors"));
    let train = |out: &PathBuf, batches: u64| {
        format!(
            "judge train --pixels 4 --seed 7 --checkpoint-every 1 --batches {batches} --out {} \
             --data {}",
            out.display(),
            dir.path().display()
        )
    };

    // Asked to stop, it says where it is.
    let mut run = Training::start(&train(&stopped, 1_000_000));
    run.wait_for("2/1000000 batches, ");
    let id = run.child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let (_, last) = run.last_batch();
    assert_eq!(run.child.wait().unwrap().code(), Some(1));
    let batches = last.strip_prefix("error: stopped after ").unwrap_or_else(|| panic!("{last}"));
    let batches: u64 = batches.split_once(' ').unwrap().0.parse().unwrap();
    assert!(batches >= 2 && last.ends_with("the same command goes on from there"), "{last}");
    assert!(!stopped.exists());

    // The end of its terminal is no other thing.
    let mut run = Training::start(&train(&stopped, 1_000_000));
    run.wait_for(&format!("{}/1000000 batches, ", batches + 1));
    let id = run.child.id().to_string();
    assert!(Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
    let (_, last) = run.last_batch();
    assert_eq!(run.child.wait().unwrap().code(), Some(1));
    let batches = last.strip_prefix("error: stopped after ").unwrap_or_else(|| panic!("{last}"));
    let batches: u64 = batches.split_once(' ').unwrap().0.parse().unwrap();

    // Killed, it has lost nothing but the batch that it was at.
    let mut run = Training::start(&train(&stopped, 1_000_000));
    run.wait_for(&format!("going on after {batches} of 1000000 batches"));
    run.wait_for(&format!("{}/1000000 batches, ", batches + 1));
    run.child.kill().unwrap();
    run.child.wait().unwrap();
    let batches = run.last_batch().0.max(batches + 1) + 2;
    let line = output(&train(&stopped, batches), "");
    assert!(line.contains(&format!("n = {TEST}")), "{line}");
    assert!(!stopped.with_added_extension("checkpoint").exists());

    output(&train(&whole, batches), "");
    let judge = Weights::read(&whole).unwrap();
    assert_eq!(Weights::read(&stopped).unwrap(), judge);
    assert_eq!(fs::read(&whole).unwrap().len(), fs::read(&stopped).unwrap().len());
    let provenance = &judge.provenance.0;
    assert_eq!(provenance["pixels"], "4");
    assert_eq!(provenance["seed"], "7");
    assert_eq!(provenance["batches"], batches.to_string());
    assert_eq!(provenance["program"], "pixel-debate 0.1.0");
    assert_eq!(provenance["data"].len(), 64);
    assert!(line.contains(provenance["accuracy"].split(" on ").next().unwrap()), "{line}");
}

#[test]
fn a_run_that_is_complete_is_measured_and_written_at_once() {
    let dir = tempfile::tempdir().unwrap();
    dataset(dir.path());
    let out = dir.path().join("judge.safetensors");
    let arguments = format!(
        "judge train --pixels 4 --checkpoint-every 1 --data {} --out {}",
        dir.path().display(),
        out.display()
    );
    let mut run = Training::start(&format!("{arguments} --batches 1000000"));
    run.wait_for("2/1000000 batches, ");
    run.child.kill().unwrap();
    run.child.wait().unwrap();
    output(&format!("{arguments} --batches 1"), "");
    let provenance = Weights::read(&out).unwrap().provenance;
    assert!(provenance.0["batches"].parse::<u64>().unwrap() >= 2);
}

#[test]
fn what_would_fail_at_the_end_fails_at_the_beginning() {
    let dir = tempfile::tempdir().unwrap();
    dataset(dir.path());
    let data = dir.path().display();
    let (code, line) =
        crate::failure(&format!("judge train --out {data}/no/where --data {data}"), "");
    assert_eq!(code, 1);
    assert!(line.contains("checkpoint"), "{line}");
    fs::remove_file(dir.path().join("t10k-images-idx3-ubyte")).unwrap();
    let (code, line) = crate::failure(&format!("judge train --out {data}/judge --data {data}"), "");
    assert_eq!(code, 1);
    assert!(line.contains("t10k-images-idx3-ubyte"), "{line}");
}

/// A judge that cannot be written costs no checkpoint, and a checkpoint goes when the judge is there.
#[test]
fn a_checkpoint_is_kept_until_the_judge_is_on_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    dataset(dir.path());
    let (data, out) = (dir.path().display(), dir.path().join("judge"));
    let arguments =
        format!("judge train --pixels 4 --batches 1 --data {data} --out {}", out.display());
    // What stands in the judge's place cannot be replaced by a file.
    fs::create_dir_all(out.join("inhabited")).unwrap();
    let (code, line) = crate::failure(&arguments, "");
    assert_eq!(code, 1);
    assert!(line.contains("judge"), "{line}");
    let checkpoint = out.with_added_extension("checkpoint");
    assert!(checkpoint.exists());
    fs::remove_dir_all(&out).unwrap();
    output(&arguments, "");
    assert!(out.is_file() && !checkpoint.exists());
}

#[test]
fn a_judge_is_trained_on_what_players_reveal_and_its_file_says_so() {
    let dir = tempfile::tempdir().unwrap();
    dataset(dir.path());
    let (data, out) = (dir.path().display(), dir.path().join("judge.safetensors"));
    let common =
        format!("judge train --pixels 4 --batches 3 --data {data} --out {}", out.display());
    output(
        &format!(
            "{common} --masks provers --from judge-4 --round-batches 2 --round-images 9 --tries 2 \
             --lies 1 --random-percent 40 --lengths every"
        ),
        "",
    );
    let judge = Weights::read(&out).unwrap();
    let from = Judge::shipped(4).unwrap().hash();
    for (key, said) in [
        ("masks", "provers"),
        ("from", &from),
        ("round_batches", "2"),
        ("round_images", "9"),
        ("tries", "2"),
        ("lies", "1"),
        ("random_percent", "40"),
        ("lengths", "every"),
        ("pixels", "4"),
        ("batches", "3"),
    ] {
        assert_eq!(judge.provenance.0[key], said, "{key}");
    }
    assert_ne!(judge.model.hash(), from);

    output(&format!("{common} --kind small"), "");
    assert_eq!(Trainable::of(&Weights::read(&out).unwrap().model), Some(Trainable::Small));
    let (code, line) = crate::failure(&format!("{common} --kind small --from judge-4"), "");
    assert_eq!(code, 1);
    assert!(line.contains("cannot begin with one of kind paper"), "{line}");
    let options = "--masks random --tries 2";
    let (code, line) = crate::failure(&format!("{common} {options}"), "");
    assert_eq!(code, 1);
    assert!(line.contains("--tries is for players"), "{line}");
    let (code, line) = crate::failure(&format!("{common} --from nowhere"), "");
    assert_eq!(code, 1);
    assert!(line.contains("nowhere"), "{line}");
    for options in
        ["--kind huge", "--masks monks", "--random-percent 100", "--tries 0", "--lies 10"]
    {
        let (code, line) = crate::failure(&format!("{common} {options}"), "");
        assert_eq!(code, 2, "{options}: {line}");
    }
}
