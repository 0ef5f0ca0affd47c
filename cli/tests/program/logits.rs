//! `pixel-debate judge logits`.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::{failure, output, program};

fn logits(line: &str) -> Vec<f64> {
    let answer: Value = serde_json::from_str(line).unwrap();
    answer["logits"].as_array().unwrap().iter().map(|logit| logit.as_f64().unwrap()).collect()
}

/// `shared/reference` beside the repository holds a judge that was trained with `PyTorch`, and what
/// `PyTorch` says that its logits are.
#[test]
fn a_judge_trained_elsewhere_gives_the_same_logits_here() {
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/reference");
    let Ok(lines) = std::fs::read_to_string(reference.join("logits-6.jsonl")) else {
        eprintln!("SKIPPED: there is no {}", reference.display());
        return;
    };
    let questions: Vec<&str> = lines.lines().take(300).collect();
    let judge = reference.join("judge-6.safetensors");
    let answers =
        output(&format!("judge logits --judge {}", judge.display()), &questions.join("\n"));
    assert_eq!(answers.lines().count(), questions.len());
    for (question, answer) in questions.iter().zip(answers.lines()) {
        let (theirs, ours) = (logits(question), logits(answer));
        assert_eq!(ours.len(), 10);
        for (theirs, ours) in theirs.iter().zip(ours) {
            assert!((theirs - ours).abs() < 1e-3, "{question}: {answer}");
        }
    }
}

#[test]
fn a_question_is_answered_before_the_next_is_asked() {
    let mut child =
        program("judge logits").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut first = None;
    for pixels in ["[]", "[[14, 8]]", "[[14, 8], [11, 25]]"] {
        writeln!(stdin, r#"{{"image": 17, "pixels": {pixels}}}"#).unwrap();
        let answer = logits(&answers.next().unwrap().unwrap());
        assert_eq!(answer.len(), 10);
        assert_ne!(first.replace(answer.clone()), Some(answer));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_bad_line_is_named() {
    for (line, wanted) in [
        ("", r#"not an object {"image": 17, "pixels": [[x, y], ...]}: EOF while parsing a value"#),
        (
            r#"{"image": 17}"#,
            "not an object {\"image\": 17, \"pixels\": [[x, y], ...]}: missing field",
        ),
        (r#"{"image": 17, "pixels": [[1, 256]]}"#, "not an object {\"image\""),
        (r#"{"image": 10000, "pixels": []}"#, "no image 10000: mnist-test has images 0 to 9999"),
        (
            r#"{"image": 17, "pixels": [[28, 0]]}"#,
            "pixel (28, 0) is outside the image: a column is",
        ),
        (r#"{"image": 17, "pixels": [[1, 0], [1, 0]]}"#, "pixel (1, 0) is there twice: a pixel is"),
    ] {
        let good = r#"{"image": 17, "pixels": [[14, 8]]}"#;
        let (code, error) = failure("judge logits", &format!("{good}\n{line}\n{good}\n"));
        assert_eq!(code, 1);
        assert!(error.starts_with(&format!("error: line 2 of the input: {wanted}")), "{error}");
    }
}
