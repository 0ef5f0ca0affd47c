//! `pixel-debate solve`.

use std::time::{Duration, Instant};

use pixel_debate_agents::solver::Certificate;
use pixel_debate_game::{Pixel, Role};
use serde_json::Value;

use crate::{failure, output};

/// The arguments for the image with the fewest pixels, a 1 of 44, so that its games are soon solved
/// and verified.
pub(crate) const SMALL: &str = "solve --image 2827 --pixels 4";

fn lines(arguments: &str) -> Vec<Value> {
    let lines = output(arguments, "");
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn one_lie_and_one_order_are_one_game() {
    let [line] = &lines(&format!("{SMALL} --lie 7 --first liar --json"))[..] else {
        panic!("one line a game")
    };
    let mut keys: Vec<&String> = line.as_object().unwrap().keys().collect();
    keys.sort();
    let expected = [
        "certificate",
        "evaluations",
        "first",
        "image",
        "label",
        "lie",
        "pixels",
        "seconds",
        "variation",
        "winner",
    ];
    assert_eq!(keys, expected);
    assert_eq!((&line["image"], &line["label"]), (&2827.into(), &1.into()));
    assert_eq!((&line["lie"], &line["pixels"]), (&7.into(), &4.into()));
    assert_eq!(line["first"], "liar");
    assert!(line["evaluations"].as_u64().unwrap() > 0);
    assert!(line["seconds"].as_f64().unwrap() > 0.0);

    let certificate: Certificate = serde_json::from_value(line["certificate"].clone()).unwrap();
    assert_eq!(certificate.version, Certificate::VERSION);
    assert_eq!(certificate.judge.name, "judge-4");
    assert_eq!(certificate.rules.first, Role::Liar);
    assert!(certificate.rules.precommit);
    assert_eq!((certificate.claims.honest, certificate.claims.liar), (1, Some(7)));
    let source = certificate.source.as_ref().unwrap();
    assert_eq!((&*source.dataset, source.index), ("mnist-test", 2827));
    assert_eq!(line["winner"], certificate.winner.to_string());

    let variation: Vec<Pixel> = serde_json::from_value(line["variation"].clone()).unwrap();
    assert_eq!(variation.len(), 4);
    for (turn, pixel) in variation.iter().enumerate() {
        assert!(certificate.image.value(*pixel).unwrap() > 0, "{pixel} is black");
        assert!(!variation[..turn].contains(pixel), "{pixel} is revealed twice");
    }
}

#[test]
fn without_a_lie_there_is_no_precommit() {
    let games = lines(&format!("{SMALL} --first both --json"));
    assert_eq!(games.len(), 2);
    for (game, first) in games.iter().zip(["honest", "liar"]) {
        assert_eq!(game["first"], first);
        assert_eq!(game["lie"], Value::Null);
        assert_eq!(game["certificate"]["rules"]["precommit"], false);
        assert_eq!(game["certificate"]["claims"]["liar"], Value::Null);
    }
}

#[test]
fn what_a_reader_is_shown() {
    let shown = output(&format!("{SMALL} --lie 7 --first liar"), "");
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 7, "{shown}");
    assert_eq!(lines[0], "1 against 7, liar first: the honest side wins.");
    let roles: Vec<&str> =
        lines[1..5].iter().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(roles, ["liar", "honest", "liar", "honest"]);
    assert!(lines[5].starts_with("  by "), "{shown}");
    let (sets, _) = lines[6].trim_start().split_once(" sets judged in ").unwrap();
    assert_eq!(sets.contains(','), sets.len() > 3, "{shown}");
    let free = output(SMALL, "");
    assert!(free.starts_with("1 against any other label, honest first: the "), "{free}");
}

#[test]
fn a_game_that_takes_too_long_is_given_up() {
    let start = Instant::now();
    // The image with the most pixels, 311 of them.
    let (code, line) = failure("solve --image 2462 --pixels 6 --time 1", "");
    assert_eq!(line, "error: the time was over before it was known who wins");
    assert_eq!(code, 1);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn wrong_values_are_refused_with_the_allowed_ones() {
    for (arguments, code, wanted) in [
        ("", 2, "error: the following required arguments were not provided:"),
        ("--image 10000", 1, "error: there is no image 10000: mnist-test has images 0 to 9999"),
        ("--image 10000 --lie all", 1, "error: there is no image 10000: mnist-test has images 0"),
        ("--image -1", 2, "error: unexpected argument '-1' found"),
        (
            "--image 17 --lie 7",
            1,
            "error: image 17: the lie 7 is the true label: the liar must claim another",
        ),
        ("--image 17 --lie 10", 1, "error: image 17: the lie 10 is not one of the 10 classes"),
        (
            "--image 17 --lie foo",
            2,
            "error: invalid value 'foo' for '--lie <LABEL|all>': it must be a label, or all",
        ),
        ("--image 17 --lie 256", 2, "error: invalid value '256' for '--lie <LABEL|all>': it must"),
        (
            "--image 17 --first me",
            2,
            "error: invalid value 'me' for '--first <ROLE|both>': it must be honest, liar or both",
        ),
        (
            "--image 17 --time 0",
            2,
            "error: invalid value '0' for '--time <SECONDS>': 0 is not in 1..=31536000",
        ),
        ("--image 17 --pixels 5", 1, "error: no judge for 5 pixels comes with the program: "),
        ("--image 17 --pixels 0", 2, "error: invalid value '0' for '--pixels <K>': 0 is not in 1"),
        ("--image 17 --judge missing", 1, "error: judge missing: No such file or directory"),
        ("--image 17 --data missing", 1, "error: missing: No such file or directory"),
    ] {
        let (was, line) = failure(&format!("solve {arguments}"), "");
        assert!(line.starts_with(wanted), "solve {arguments}: {line}");
        assert_eq!(was, code, "solve {arguments}: {line}");
    }
}
