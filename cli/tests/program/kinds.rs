//! Judges of every kind, through the whole program.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use pixel_debate_datasets::mnist;
use pixel_debate_judge::{
    Judge, Kind, Layer, Linear, Mlp, Model, Network, Provenance, Weights, Widths,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::{failure, output, run};

fn layer(shape: &[usize], rng: &mut ChaCha8Rng) -> Layer {
    let size: usize = shape.iter().product();
    let bound = (6.0 / (size / shape[0]) as f32).sqrt();
    Layer {
        weight: (0..size).map(|_| rng.random_range(-bound..bound)).collect(),
        bias: (0..shape[0]).map(|_| rng.random_range(-0.2..0.2)).collect(),
    }
}

/// Judges of each kind but the paper's, of random numbers, as files.
fn judges(dir: &Path) -> Vec<PathBuf> {
    let rng = &mut ChaCha8Rng::seed_from_u64(1);
    let [fc] = Linear::shapes(10).map(|(_, shape)| layer(&shape, rng));
    let [fc1, fc2] = Mlp::shapes(20, 10).map(|(_, shape)| layer(&shape, rng));
    let widths = Widths { conv1: 4, conv2: 6, hidden: 30 };
    let [conv1, conv2, dense1, dense2] = widths.shapes(10).map(|(_, shape)| layer(&shape, rng));
    let network = Network { conv1, conv2, fc1: dense1, fc2: dense2 };
    let models: [(&str, Model); 3] = [
        ("linear", Linear { fc }.into()),
        ("mlp", Mlp { fc1, fc2 }.into()),
        ("slim", network.into()),
    ];
    let mut files: Vec<PathBuf> = models
        .into_iter()
        .map(|(name, model)| {
            let weights = Weights { model, provenance: Provenance::default() };
            let path = dir.join(format!("{name}.safetensors"));
            std::fs::write(&path, weights.to_bytes(weights.exact_precision()).unwrap()).unwrap();
            path
        })
        .collect();
    let together = dir.join("together.safetensors");
    let members: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let said =
        output(&format!("judge ensemble {} --out {}", members.join(" "), together.display()), "");
    assert!(said.ends_with(": an ensemble of 3 judges that tell 10 labels apart\n"), "{said}");
    files.push(together);
    files
}

fn numbers(answer: &str) -> Vec<f64> {
    let answer: Value = serde_json::from_str(answer).unwrap();
    answer["logits"].as_array().unwrap().iter().map(|logit| logit.as_f64().unwrap()).collect()
}

#[test]
fn every_kind_is_asked_played_and_solved() {
    let dir = tempfile::tempdir().unwrap();
    let mut said = Vec::new();
    for judge in judges(dir.path()) {
        let judge = format!("--judge {}", judge.display());
        let question = r#"{"image": 2827, "pixels": [[14, 8], [13, 14]]}"#;
        said.push(numbers(&output(&format!("judge logits {judge}"), question)));
        let played = output(
            &format!(
                "play --image 2827 --pixels 4 --honest greedy --liar mcts:20 --seed 1 {judge}"
            ),
            "",
        );
        assert!(played.contains("wins"), "{played}");
        let solved = output(&format!("solve --image 2827 --pixels 2 --lie 7 --json {judge}"), "");
        let verdict = output(&format!("verify {judge}"), &solved);
        assert!(verdict.contains(" side wins; "), "{verdict}");
        let (code, error) = failure("verify", &solved);
        assert!(code == 1 && !error.is_empty(), "another judge than the certificate's: {error}");
        let table =
            output(&format!("tournament greedy random --images 2 --pixels 4 --seed 1 {judge}"), "");
        assert!(table.contains("greedy"), "{table}");
    }
    // The ensemble's are the mean of its members'.
    for label in 0..10 {
        let mean = (0..3).map(|member| said[member][label]).sum::<f64>() / 3.0;
        assert!((said[3][label] - mean).abs() < 1e-5, "{said:?}");
    }
}

#[test]
fn an_experiment_takes_every_kind() {
    let dir = tempfile::tempdir().unwrap();
    let mut file =
        "title = \"Kinds\"\n[images]\ndataset = \"mnist\"\nrandom = 2\nseed = 1\n".to_owned();
    for judge in judges(dir.path()) {
        let name = judge.file_stem().unwrap().to_str().unwrap();
        let _ = write!(
            file,
            "[[grid]]\nname = \"{name}\"\nprotocol = [\"judge_alone\", \"debate\"]\npixels = 4\n\
             judge = \"{name}.safetensors\"\nlies = \"random\"\nhonest = \"greedy\"\nliar = \"random\"\n"
        );
    }
    let path = dir.path().join("kinds.toml");
    std::fs::write(&path, file).unwrap();
    let out = dir.path().join("out");
    output(&format!("run {} --out {}", path.display(), out.display()), "");
    let manifest = std::fs::read_to_string(out.join("manifest.json")).unwrap();
    for judge in judges(dir.path()) {
        let hash = Judge::read(&judge).unwrap().hash();
        assert!(manifest.contains(&hash), "{manifest}");
    }
}

#[test]
fn a_calibrated_judge_says_how_it_came_about() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("cool.safetensors");
    // The shipped judge, made four times as sure as it is.
    let sure = Judge::shipped(6).unwrap().weights().with_temperature(0.25).unwrap();
    let file = dir.path().join("sure.safetensors");
    std::fs::write(&file, sure.to_bytes(sure.exact_precision()).unwrap()).unwrap();
    let command = format!("judge calibrate {} --pixels 6 --seed 3 --images 500", file.display());
    let said = output(&format!("{command} --out {}", out.display()), "");
    assert!(
        said.contains(": temperature ") && said.contains("on 500 images of mnist-test"),
        "{said}"
    );
    let calibrated = Weights::read(&out).unwrap();
    assert_eq!(calibrated.model.kind(), Kind::Paper);
    let line = |key: &str| calibrated.provenance.0[key].clone();
    assert_eq!(line("calibration.data"), mnist::test().hash());
    assert_eq!(line("calibration.judge"), sure.model.hash());
    assert_eq!((&*line("calibration.images"), &*line("calibration.seed")), ("500", "3"));
    let score = |when: &str| line(&format!("calibration.log score {when}")).parse::<f64>().unwrap();
    assert!(score("after") < score("before") - 0.1);
    let temperature: f64 = line("temperature").parse().unwrap();
    assert!((0.5..2.0).contains(&temperature), "of all that it was ever given: {temperature}");
    // It is right as often as before.
    let accuracy = |file: &Path| {
        let command = "judge accuracy --pixels 6 --seed 1 --json --judge";
        let answer = output(&format!("{command} {}", file.display()), "");
        serde_json::from_str::<Value>(&answer).unwrap()["correct"].as_u64().unwrap()
    };
    assert!(accuracy(&file).abs_diff(accuracy(&out)) <= 2);
}

#[test]
fn judges_that_do_not_go_together_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let files = judges(dir.path());
    let (linear, together) = (files[0].display(), files[3].display());
    let out = dir.path().join("out.safetensors");
    let refused =
        |judges: &str| failure(&format!("judge ensemble {judges} --out {}", out.display()), "");
    let nested = refused(&format!("{linear} {together}"));
    assert_eq!(
        nested,
        (1, "error: member 1 is an ensemble itself: name its members instead".to_owned())
    );
    let many = vec![linear.to_string(); 17].join(" ");
    assert_eq!(refused(&many), (1, "error: an ensemble has 2 to 16 members, not 17".to_owned()));
    assert_eq!(run(&format!("judge ensemble {linear} --out x"), "").status.code(), Some(2));
    assert!(!out.exists());
}
