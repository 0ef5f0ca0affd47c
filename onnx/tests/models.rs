//! Files of PyTorch, Keras and scikit-learn say here what they say in ONNX Runtime, and files that are no judges are
//! refused with the reason. `models/make.py` has made all of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pixel_debate_datasets::mnist;
use pixel_debate_game::{Image, Pixel};
use pixel_debate_judge::{Logits, PixelSet, failing};
use pixel_debate_onnx::{OnnxError, OnnxJudge};
use pixel_debate_play::Judging;
use serde::Deserialize;

fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/models")
}

#[derive(Deserialize)]
struct Expected {
    sets: Vec<Vec<[u8; 3]>>,
    scores: BTreeMap<String, Vec<Vec<f32>>>,
}

fn expected() -> Expected {
    serde_json::from_str(&fs::read_to_string(models().join("expected.json")).unwrap()).unwrap()
}

/// What a judge says of a set, alone or with others: each set is of an image of its own.
fn said(judge: &OnnxJudge, pixels: &[[u8; 3]], others: usize) -> Vec<f32> {
    let mut values = vec![0; 784];
    for [x, y, value] in pixels {
        values[usize::from(*y) * 28 + usize::from(*x)] = *value;
    }
    let image = Arc::new(Image::new(28, 28, values).unwrap());
    let set: PixelSet = pixels.iter().map(|[x, y, _]| Pixel::new(*x, *y)).collect();
    let mut sets = vec![PixelSet::default(); others];
    sets.push(set);
    let logits: Logits = judge.asked_about(&image, 10).unwrap().evaluate(&sets);
    assert!(failing::take().is_none());
    logits[others].to_vec()
}

#[test]
fn every_exporters_file_says_what_onnx_runtime_says_of_it() {
    let Expected { sets, scores } = expected();
    let inputs = [
        ("keras.onnx", "n × 28 × 28 × 2, mask and value"),
        ("sklearn-logistic.onnx", "n × 784, value, 0 where hidden"),
        ("sklearn-mlp.onnx", "n × 784, value, 0 where hidden"),
        ("torch-dynamo.onnx", "n × 2 × 28 × 28, mask and value"),
        ("torch-one-plane.onnx", "n × 1 × 28 × 28, value, -1 where hidden"),
        ("torch-script.onnx", "n × 2 × 28 × 28, mask and value"),
    ];
    assert_eq!(scores.keys().collect::<Vec<_>>(), inputs.map(|(name, _)| name));
    for ((name, rows), (_, input)) in scores.iter().zip(inputs) {
        let judge =
            OnnxJudge::read(&models().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((judge.input(), judge.labels()), (input.to_owned(), rows[0].len()), "{name}");
        assert_eq!(judge.name(), name.trim_end_matches(".onnx"));
        for (pixels, row) in sets.iter().zip(rows) {
            for others in [0, 1, 7, 100] {
                for (ours, theirs) in said(&judge, pixels, others).into_iter().zip(row) {
                    // Of probabilities the judge gives the logarithms.
                    let ours = if name == "sklearn-mlp.onnx" { ours.exp() } else { ours };
                    assert!((ours - theirs).abs() < 1e-4, "{name}: {ours} {theirs}");
                }
            }
        }
    }
}

#[test]
fn a_file_is_known_by_its_bytes_and_judges_what_has_no_more_classes() {
    let path = models().join("torch-one-plane.onnx");
    let judge = OnnxJudge::read(&path).unwrap();
    assert_eq!(judge.hash().len(), 64);
    assert_eq!(judge.provenance().0["pixels"], "6");
    assert!(judge.check(mnist::test()).is_ok());
    assert_eq!(judge.classes(mnist::test()), 47);
    let other = OnnxJudge::read(&models().join("sklearn-logistic.onnx")).unwrap();
    assert_ne!(other.hash(), judge.hash());
    let refusal = other.check(mnist::test()).unwrap_err().to_string();
    assert_eq!(refusal, "dataset mnist-test has 10 classes: the judge tells 3 labels apart");
}

#[test]
fn files_that_are_no_judges_are_refused_with_the_reason() {
    let reasons = [
        ("answers", "`answers` = \"loud\": it must be \"logits\" or \"probabilities\""),
        ("external", "its numbers are in another file, \"../secret\""),
        ("hidden", "`hidden` = \"dark\": it must be a number"),
        ("huge", "has 1099511627776 numbers"),
        ("hugest", "has 411041792 numbers"),
        ("infinite", "its answer for label 0 is inf: it must be a number from -1e38 to 1e38"),
        ("input-batch", "wants 1000000 sets at once, and 4096 are the most"),
        ("input-rank", "its input \"pixels\" is n × n: it must have one input of 32-bit floats"),
        ("input-size", "its input \"pixels\" is n × 783"),
        ("input-type", "its input \"whole\" is of type int64"),
        ("labels-type", "of its outputs (label) 0 are of floats"),
        ("labels", "n × labels, of 2 to 255 labels"),
        ("nan", "its answer for label 0 is NaN"),
        ("no-such-input", "\"nothing\""),
        ("no-such-output", "\"nothing\""),
        ("one-label", "of 2 to 255 labels"),
        ("output-rank", "n × labels"),
        (
            "probability",
            "its answer for label 0 is -1: its metadata say that it answers probabilities",
        ),
        ("random", "it has the operator RandomNormalLike: its answers are drawn at random"),
        ("two-inputs", "it has 2 inputs (pixels, more)"),
        ("two-outputs", "of its outputs (scores, mean) 2 are of floats"),
        ("unknown", "it has operators that are not known here: Conjure"),
    ];
    let files = fs::read_dir(models().join("refused")).unwrap();
    let mut names: Vec<String> =
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, reasons.map(|(name, _)| format!("{name}.onnx")));
    for (name, why) in reasons {
        let refusal = OnnxJudge::read(&models().join(format!("refused/{name}.onnx"))).unwrap_err();
        assert!(refusal.to_string().contains(why), "{name}: {refusal}");
    }
}

#[test]
fn what_is_no_onnx_file_is_refused() {
    let refusal = |bytes: &[u8]| OnnxJudge::from_bytes("it", bytes).unwrap_err();
    assert!(matches!(refusal(b"\x08"), OnnxError::NotOnnx(_)));
    assert_eq!(refusal(b"").to_string(), "it is no ONNX file: it has no graph");
    assert!(refusal(b"{\"format\": \"onnx\"}").to_string().starts_with("it is no ONNX file"));
    let refusal = OnnxJudge::read(Path::new("/nowhere/judge.onnx")).unwrap_err();
    assert!(matches!(refusal, OnnxError::Io(_)));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.onnx");
    fs::File::create(&path).unwrap().set_len(OnnxJudge::MOST_BYTES + 1).unwrap();
    let refusal = OnnxJudge::read(&path).unwrap_err().to_string();
    assert_eq!(refusal, "it has more than 67108864 bytes: a judge's file has 67108864 at most");
}

/// Files with errors in them are judges or are refused: neither a panic nor anything else comes of them.
#[test]
fn damaged_files_do_no_harm() {
    let (mut judges, mut refused) = (0, 0);
    for name in ["torch-script.onnx", "keras.onnx", "sklearn-logistic.onnx"] {
        let sound = fs::read(models().join(name)).unwrap();
        let mut state = 17_u64;
        let mut drawn = |most: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % most
        };
        for number in 0..60 {
            let mut bytes = sound.clone();
            if number % 6 == 0 {
                bytes.truncate(drawn(sound.len()));
            }
            // Where the operators stand more often than where the numbers do.
            for _ in 0..=drawn(3) {
                let within = if number % 2 == 0 { bytes.len().min(1500) } else { bytes.len() };
                if within > 0 {
                    let at = drawn(within);
                    bytes[at] = drawn(256) as u8;
                }
            }
            match OnnxJudge::from_bytes("damaged", &bytes) {
                Ok(_) => judges += 1,
                Err(_) => refused += 1,
            }
        }
    }
    assert!(judges > 10 && refused > 10, "{judges} judges, {refused} refused");
}
