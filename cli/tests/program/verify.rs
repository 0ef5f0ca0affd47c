//! `pixel-debate verify`.

use pixel_debate_datasets::mnist;
use serde_json::Value;

use crate::solve::SMALL;
use crate::{failure, output, run};

fn line() -> String {
    output(&format!("{SMALL} --lie 7 --json"), "")
}

/// The same line with its certificate changed.
fn changed(line: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut value: Value = serde_json::from_str(line).unwrap();
    change(&mut value["certificate"]);
    value.to_string()
}

/// A folder with one image, every third lit pixel of a 1: no more, so that the dense judge is quick.
/// It is said to be a 4, so that either side wins some games.
fn dataset() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut pixels = mnist::test().image(2827).to_vec();
    let lit = pixels.iter_mut().filter(|value| **value > 0).enumerate();
    lit.filter(|(number, _)| number % 3 != 0).for_each(|(_, value)| *value = 0);
    let images = [&[0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28], &*pixels].concat();
    std::fs::write(dir.path().join("t10k-images-idx3-ubyte"), images).unwrap();
    let labels = [0, 0, 8, 1, 0, 0, 0, 1, 4];
    std::fs::write(dir.path().join("t10k-labels-idx1-ubyte"), labels).unwrap();
    dir
}

#[test]
fn all_games_of_an_image_are_proven() {
    let dir = dataset();
    let arguments = "solve --image 0 --pixels 4 --lie all --first both --json --data";
    let lines = output(&format!("{arguments} {}", dir.path().display()), "");
    let mut expected = Vec::new();
    for lie in (0..10).filter(|lie| *lie != 4) {
        expected.extend(
            ["honest", "liar"].map(|first| format!("4 pixels, 4 against {lie}, {first} first")),
        );
    }
    assert_eq!(lines.lines().count(), 18);
    let verdicts = output("verify", &lines);
    assert_eq!(verdicts.lines().count(), 18);
    let mut winners = [0; 2];
    for ((line, verdict), game) in lines.lines().zip(verdicts.lines()).zip(expected) {
        let line: Value = serde_json::from_str(line).unwrap();
        let winner = line["winner"].as_str().unwrap();
        winners[usize::from(winner == "liar")] += 1;
        let proven = format!(", {game}: the {winner} side wins, by ");
        assert!(verdict.starts_with("image 0 of ") && verdict.contains(&proven), "{verdict}");
    }
    assert!(winners[0] > 0 && winners[1] > 0, "{verdicts}");
}

#[test]
fn a_file_is_read_and_threads_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("certificates.jsonl");
    let free = output(&format!("{SMALL} --json"), "");
    std::fs::write(&file, &free).unwrap();
    let verdict = output(&format!("verify {} --threads 1", file.display()), "");
    assert!(
        verdict.starts_with(
            "image 2827 of mnist-test, 4 pixels, 1 against any other label, honest first: the "
        ),
        "{verdict}"
    );
    assert_eq!(output("verify --threads 2", &free), verdict);
}

#[test]
fn what_does_not_hold_is_told_and_the_rest_is_checked() {
    let good = line();
    let liar = changed(&good, |certificate| certificate["winner"] = "liar".into());
    let later = changed(&good, |certificate| certificate["version"] = 2.into());
    let silent = changed(&good, |certificate| {
        certificate["strategy"] = serde_json::json!({});
    });
    let input = [&*liar, &*later, &*silent, good.trim_end()].join("\n");
    let result = run("verify", &input);
    let verdicts = String::from_utf8(result.stdout).unwrap();
    let verdicts: Vec<&str> = verdicts.lines().collect();
    assert_eq!(verdicts.len(), 4, "{verdicts:?}");
    let flaw = "image 2827 of mnist-test, 4 pixels, 1 against 7, honest first: not proven: ";
    assert!(verdicts[0].starts_with(&format!("{flaw}the liar side does not win by (")));
    let version = "certificate of version 2: this program reads version 1";
    assert_eq!(verdicts[1], format!("{flaw}{version}"));
    let nothing = "the strategy does not say what the honest side reveals after nothing";
    assert_eq!(verdicts[2], format!("{flaw}{nothing}"));
    assert!(verdicts[3].starts_with(
        "image 2827 of mnist-test, 4 pixels, 1 against 7, honest first: the honest side wins, by "
    ));
    let error = String::from_utf8(result.stderr).unwrap();
    assert_eq!(error, "error: 3 of the certificates do not hold\n");
    assert_eq!(result.status.code(), Some(1));

    let (code, error) = failure("verify", &liar);
    assert_eq!((code, &*error), (1, "error: 1 of the certificates does not hold"));
}

#[test]
fn what_is_no_certificate_is_refused_by_its_line() {
    let good = line();
    let judge = changed(&good, |certificate| certificate["judge"]["hash"] = "00".into());
    let pixels = changed(&good, |certificate| certificate["rules"]["pixels"] = 5.into());
    let small = changed(&good, |certificate| {
        certificate["image"] = serde_json::json!({"width": 3, "height": 2, "pixels": "CQkJCQkJ"});
    });
    let more = changed(&good, |certificate| certificate["more"] = 1.into());
    let (code, error) = failure("verify", &format!("{good}no JSON\n"));
    assert!(error.starts_with("error: line 2 of the input: expected "), "{error}");
    assert_eq!(code, 1);
    for (line, wanted) in [
        ("\n", "line 1 of the input: EOF while parsing a value"),
        ("{}", "line 1 of the input: missing field `certificate`"),
        (&*more, "line 1 of the input: unknown field `more`"),
        (
            &*judge,
            "line 1 of the input: the certificate is about another judge, \"judge-4\": name its file",
        ),
        (&*pixels, "no judge for 5 pixels comes with the program: "),
        (&*small, "line 1 of the input: the judge reads images of 28×28 pixels, not of 3×2"),
    ] {
        let (code, error) = failure("verify", line);
        assert!(error.starts_with(&format!("error: {wanted}")), "{line}: {error}");
        assert_eq!(code, 1, "{error}");
    }
}

#[test]
fn nothing_to_check_is_an_error() {
    let (code, error) = failure("verify", "");
    assert_eq!((code, &*error), (1, "error: the input has no certificate"));
    let (code, error) = failure("verify missing.jsonl", "");
    assert!(error.starts_with("error: missing.jsonl cannot be read: No such file"), "{error}");
    assert_eq!(code, 1);
    let (code, error) = failure("verify --judge missing", &line());
    assert!(error.starts_with("error: judge missing: No such file or directory"), "{error}");
    assert_eq!(code, 1);
    let (code, _) = failure("verify --threads 0", "");
    assert_eq!(code, 2);
}
