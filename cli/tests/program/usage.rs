//! What is asked for wrongly is refused with what is allowed.

use std::process::Stdio;

use crate::{failure, output, program};

#[test]
fn wrong_values_are_refused_with_the_allowed_ones() {
    for (arguments, code, wanted) in [
        ("play", 2, "error: the following required arguments were not provided:"),
        (
            "play --image 10000",
            1,
            "error: there is no image 10000: mnist-test has images 0 to 9999",
        ),
        (
            "play --image 17 --lie 7",
            1,
            "error: image 17: the lie 7 is the true label: the liar must",
        ),
        ("play --image 17 --lie 10", 1, "error: image 17: the lie 10 is not one of the 10 classes"),
        ("play --image 17 --pixels 5", 1, "error: no judge for 5 pixels comes with the program: "),
        (
            "play --image 17 --pixels 129",
            2,
            "error: invalid value '129' for '--pixels <K>': 129 is",
        ),
        (
            "play --image 17 --first me",
            2,
            "error: invalid value 'me' for '--first <ROLE>': unknown ",
        ),
        (
            "play --image 17 --honest me",
            2,
            "error: invalid value 'me' for '--honest <AGENT>': unkn",
        ),
        (
            "play --image 17 --liar mcts:0",
            2,
            "error: invalid value 'mcts:0' for '--liar <AGENT>': ",
        ),
        ("play --image 17 --judge missing", 1, "error: judge missing: No such file or directory"),
        (
            "play --image 17 --judge Cargo.toml",
            1,
            "error: judge Cargo.toml is not a sound safetens",
        ),
        ("play --image 17 --data missing", 1, "error: missing: No such file or directory"),
        (
            "play --image 17 --data src/display",
            1,
            "error: src/display: neither the files of MNIST (",
        ),
        ("run x.toml --out x --audit 2%", 2, "error: the following required"),
        ("run", 2, "error: the following required arguments were not provided:"),
        ("run x.toml --out x --threads 0", 2, "error: invalid value '0' for '--threads <N>': 0 is"),
        (
            "run x.toml --out x --images 0",
            2,
            "error: invalid value '0' for '--images <N>': 0 is no",
        ),
        ("tournament greedy", 2, "error: 2 values required by '<AGENT> <AGENT>...'; only 1 was"),
        ("judge accuracy --pixels 5", 1, "error: no judge for 5 pixels comes with the program: "),
        ("judge accuracy --seed -1", 2, "error: unexpected argument '-1' found"),
        ("judge", 2, "Train judges, make others of them, measure and attack them, ask "),
        ("argue", 2, "error: unrecognized subcommand 'argue'"),
        (
            "serve --limit nonsense=1",
            1,
            "error: the limits: unknown limit `nonsense`, expected one of",
        ),
    ] {
        let (was, line) = failure(arguments, "");
        assert!(line.starts_with(wanted), "{arguments}: {line}");
        assert_eq!(was, code, "{arguments}: {line}");
    }
}

#[test]
fn every_command_explains_itself() {
    for (command, options) in [
        ("", ["play", "run", "tournament"]),
        ("", ["serve", "solve", "verify"]),
        ("class ", ["--listen <lan|ADDRESS:PORT>", "--store", "--admin-token-file"]),
        ("play ", ["--lie <LABEL>", "--png <FILE>", "[default: mcts:1000]"]),
        ("run ", ["--out <DIR>", "--dry-run", "--threads <N>"]),
        ("run ", ["--nats <URL>", "--audit <SHARE>", "--replicas <N>"]),
        ("worker ", ["--nats <URL>", "--metrics <ADDRESS:PORT>", "--nats-creds <FILE>"]),
        ("workers ", ["--nats <URL>", "--json", "--nats-ca <FILE>"]),
        ("solve ", ["--lie <LABEL|all>", "--first <ROLE|both>", "--time <SECONDS>"]),
        ("verify ", ["[FILE]", "--judge <FILE>", "--threads <N>"]),
        ("judge ", ["calibrate", "ensemble", "train"]),
        ("judge accuracy ", ["--pixels <K>", "--json", "--data <DIR>"]),
        ("judge calibrate ", ["--images <N>", "--part <PART>", "<JUDGE>"]),
        ("judge ensemble ", ["<JUDGE>...", "--out <FILE>", "2 to 16 judges"]),
        ("judge logits ", [r#"{"image": 17, "pixels": [[x, y], ...]}"#, "--judge", "--data"]),
        ("judge train ", ["--out <FILE>", "--checkpoint-every <N>", "datasets/data/mnist"]),
    ] {
        let help = output(&format!("{command}--help"), "");
        for option in options {
            assert!(help.contains(option), "{command}--help does not say {option}");
        }
    }
}

#[test]
fn a_reader_that_has_had_enough_is_no_error() {
    let mut child = program("play --image 17 --honest random --liar random")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
}

#[cfg(not(feature = "cluster"))]
#[test]
fn without_the_feature_a_cluster_says_how_to_get_it() {
    for command in ["worker --nats nats://host", "workers --nats nats://host"] {
        let (code, line) = failure(command, "");
        assert_eq!(code, 1);
        assert!(line.contains("cargo build --release --features cluster"), "{line}");
    }
}

#[cfg(not(feature = "train"))]
#[test]
fn without_the_feature_training_says_how_to_get_it() {
    let (code, line) = failure("judge train --out judge.safetensors", "");
    assert_eq!(code, 1);
    assert!(line.contains("cargo run --release --features train"), "{line}");
}
