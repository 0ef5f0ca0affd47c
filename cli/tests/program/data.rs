//! `pixel-debate data check`, and what the commands make of datasets and judges' files.

use std::fs;
use std::path::Path;

use image::{GrayImage, ImageBuffer, Luma, imageops};
use pixel_debate_datasets::mnist;
use pixel_debate_judge::{Judge, Precision, Provenance, Weights};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{failure, output, run};

/// A folder of MNIST's first test images as PNG, each in the folder that `class` gives its label, if it
/// gives one.
fn digits(class: impl Fn(u8) -> Option<&'static str>) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for index in 0..40 {
        let test = mnist::test();
        let Some(class) = class(test.label(index)) else { continue };
        fs::create_dir_all(dir.path().join(class)).unwrap();
        let picture = GrayImage::from_raw(28, 28, test.image(index).to_vec()).unwrap();
        picture.save(dir.path().join(class).join(format!("{index:03}.png"))).unwrap();
    }
    dir
}

const NAMES: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

fn check(dir: &Path, options: &str) -> Value {
    let output = run(&format!("data check --json {options} {}", dir.display()), "");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_folder_without_some_digits_keeps_the_labels_of_the_others() {
    let dir = digits(|label| Some(NAMES[usize::from(label)]).filter(|_| ![0, 8].contains(&label)));
    let report = check(dir.path(), "");
    assert_eq!((&report["format"], &report["labels_stated"]), (&json!("pictures"), &json!(true)));
    let classes = report["classes"].as_array().unwrap();
    assert_eq!(classes.len(), 10);
    for class in [0, 8] {
        assert_eq!(classes[class]["images"], 0);
    }
    assert_eq!(classes[9]["name"], "9");
    assert!(classes[9]["images"].as_u64().unwrap() > 0);
    assert_eq!((&report["warnings"], &report["refused"]), (&json!([]), &Value::Null));
    // The last image is of the folder `9`, and so a 9.
    let last = report["images"].as_u64().unwrap() - 1;
    let data = format!("--data {}", dir.path().display());
    let shown =
        output(&format!("play --image {last} --lie 8 --honest random --liar random {data}"), "");
    assert!(shown.starts_with(&format!("Image {last} of ")) && shown.contains(": a 9."), "{shown}");
}

#[test]
fn other_classes_are_not_a_judge_of_digits_unless_a_map_says_so() {
    let dir = digits(|label| ["10", "1", "2"].get(usize::from(label)).copied());
    let report = check(dir.path(), "");
    let names: Vec<&Value> =
        report["classes"].as_array().unwrap().iter().map(|class| &class["name"]).collect();
    assert_eq!(names, ["1", "2", "10"]);
    assert_eq!(report["labels_stated"], false);
    // It can be debated before a judge of its own, and not before these.
    let warnings = report["warnings"].as_array().unwrap();
    let wanted = "the judges that come with the program do not know its labels: dataset ";
    assert!(warnings.len() == 1 && warnings[0].as_str().unwrap().starts_with(wanted), "{report}");
    assert_eq!(report["refused"], Value::Null);
    let data = format!("--data {}", dir.path().display());
    for command in [
        "play --image 0 --lie 1 --honest random --liar random",
        "solve --image 0 --lie 1 --pixels 4",
        "judge accuracy --pixels 4",
        "judge logits",
        "tournament random greedy --pixels 4 --images 1",
    ] {
        let (code, error) = failure(&format!("{command} {data}"), "");
        let wanted =
            " has the classes 1, 2, 10, and the labels of the judge are 0, 1, 2, 3, 4, 5, 6, 7";
        assert!(code == 1 && error.contains(wanted), "{command}: {error}");
    }
    fs::write(dir.path().join("labels.toml"), "1 = 1\n2 = 2\n10 = 0\n").unwrap();
    let mapped = check(dir.path(), "");
    assert_eq!((&mapped["labels_stated"], &mapped["warnings"]), (&json!(true), &json!([])));
    let shown = output(&format!("play --image 0 --lie 2 --honest random --liar random {data}"), "");
    assert!(shown.contains(": a 0 (10)."), "{shown}");
    // Three folders, and yet any of the ten labels may be claimed.
    let shown = output(&format!("play --image 0 --lie 9 --honest random --liar random {data}"), "");
    assert!(shown.contains(": a 0 (10)."), "{shown}");
}

#[test]
fn bytes_in_sixteen_bits_are_refused_by_their_file() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("7")).unwrap();
    let values = mnist::test().image(0).iter().map(|value| u16::from(*value)).collect();
    let picture = ImageBuffer::<Luma<u16>, Vec<u16>>::from_raw(28, 28, values).unwrap();
    picture.save(dir.path().join("7/x.png")).unwrap();
    let (code, error) = failure(&format!("data check {}", dir.path().display()), "");
    assert!(code == 1 && error.contains("7/x.png: 16 bits a value, and none above 255"), "{error}");
}

#[test]
fn black_images_are_warned_of_and_nothing_but_such_is_refused() {
    let dir = digits(|label| Some(NAMES[usize::from(label)]));
    let black = GrayImage::new(28, 28);
    black.save(dir.path().join("4/a.png")).unwrap();
    black.save(dir.path().join("7/b.png")).unwrap();
    // The first of the two comes after all pictures of lower labels, and after its own class's.
    let before = (0..40).filter(|index| mnist::test().label(*index) <= 4).count();
    let command = format!("data check {}", dir.path().display());
    let checked = run(&command, "");
    let error = String::from_utf8(checked.stderr).unwrap();
    let wanted = format!(
        "warning: 2 of 42 images are black all over, the first of which is number {before}: "
    );
    assert!(error.starts_with(&wanted) && error.lines().count() == 1, "{wanted}: {error}");
    assert_eq!(checked.status.code(), Some(0));

    let dir = tempfile::tempdir().unwrap();
    let refused = |wanted: &str| {
        let checked = run(&format!("data check {}", dir.path().display()), "");
        let error = String::from_utf8(checked.stderr).unwrap();
        assert!(checked.status.code() == Some(1) && error.contains(wanted), "{error}");
        let report = check(dir.path(), "");
        assert!(report["refused"].as_str().unwrap().contains(wanted), "{report}");
        report
    };
    fs::create_dir(dir.path().join("7")).unwrap();
    black.save(dir.path().join("7/a.png")).unwrap();
    let report = refused(" has 1 image, black all over: there is nothing to reveal");
    assert!(report["warnings"].to_string().contains("1 of 1 images are black all over"));
    fs::rename(dir.path().join("7"), dir.path().join("cat")).unwrap();
    let picture = GrayImage::from_raw(28, 28, mnist::test().image(0).to_vec()).unwrap();
    picture.save(dir.path().join("cat/b.png")).unwrap();
    refused(" has one class alone: there is no lie to tell");
}

#[test]
fn more_classes_than_the_judge_knows_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    for class in "abcdefghijk".chars().map(String::from) {
        fs::create_dir(dir.path().join(&class)).unwrap();
        let picture = GrayImage::from_raw(28, 28, mnist::test().image(0).to_vec()).unwrap();
        picture.save(dir.path().join(class).join("x.png")).unwrap();
    }
    let wanted = "has 11 classes: the judge tells 10 labels apart";
    let (code, error) =
        failure(&format!("judge accuracy --pixels 4 --data {}", dir.path().display()), "");
    assert!(code == 1 && error.contains(wanted), "{error}");
    // Others may know as many.
    let report = check(dir.path(), "");
    assert!(report["refused"].is_null() && report["warnings"].to_string().contains(wanted));
}

#[test]
fn black_on_white_is_warned_of_and_inverted_if_asked() {
    let dir = tempfile::tempdir().unwrap();
    let test = mnist::test();
    let mut images = vec![0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 28, 0, 0, 0, 28];
    images.extend((0..20).flat_map(|index| test.image(index)).map(|value| 255 - value));
    let mut labels = vec![0, 0, 8, 1, 0, 0, 0, 20];
    labels.extend((0..20).map(|index| test.label(index)));
    fs::write(dir.path().join("t10k-images-idx3-ubyte"), images).unwrap();
    fs::write(dir.path().join("t10k-labels-idx1-ubyte"), labels).unwrap();
    let report = check(dir.path(), "");
    assert_eq!(report["format"], "idx");
    assert!(report["legal"]["median"].as_u64().unwrap() > 700);
    let warnings = report["warnings"].to_string();
    assert!(
        warnings.contains("needs `invert`") && warnings.contains("may be revealed"),
        "{warnings}"
    );
    // Whatever uses the folder says so.
    let command = format!("judge accuracy --data {}", dir.path().display());
    let error = String::from_utf8(run(&command, "").stderr).unwrap();
    assert!(error.starts_with("warning: 20 of 20 images are bright at their edges"), "{error}");
    let inverted = check(dir.path(), "--invert");
    assert_eq!((&inverted["warnings"], &inverted["inverted"]), (&json!([]), &json!(true)));
    assert!(inverted["name"].as_str().unwrap().ends_with("-test+inverted"));
    let error = String::from_utf8(run(&format!("{command} --invert"), "").stderr).unwrap();
    assert_eq!(error, "");
}

#[test]
fn images_of_other_sizes_are_refused_alike_and_resized_if_asked() {
    let pictures = tempfile::tempdir().unwrap();
    fs::create_dir(pictures.path().join("7")).unwrap();
    let picture = GrayImage::from_raw(28, 28, mnist::test().image(0).to_vec()).unwrap();
    let picture = imageops::resize(&picture, 32, 32, imageops::FilterType::Nearest);
    picture.save(pictures.path().join("7/x.png")).unwrap();
    let idx = tempfile::tempdir().unwrap();
    let header = vec![0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 32, 0, 0, 0, 32];
    fs::write(idx.path().join("t10k-images-idx3-ubyte"), [header, picture.into_raw()].concat())
        .unwrap();
    fs::write(idx.path().join("t10k-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, 1, 7]).unwrap();
    for dir in [pictures.path(), idx.path()] {
        let refusal = "has images of 32×32 pixels: judges read images of 28×28 pixels";
        let (code, error) = failure(&format!("data check --json {}", dir.display()), "");
        assert!(code == 1 && error.contains(refusal), "{error}");
        assert!(check(dir, "")["refused"].as_str().unwrap().contains(refusal));
        let play = format!(
            "play --image 0 --lie 1 --honest random --liar random --data {}",
            dir.display()
        );
        assert!(failure(&play, "").1.contains(refusal));
        assert!(output(&format!("{play} --resize"), "").contains("+resized: a 7."));
        assert_eq!(check(dir, "--resize")["resized"], true);
    }
}

#[test]
fn a_reader_is_shown_what_the_folder_was_taken_for() {
    let dir = digits(|label| Some(NAMES[usize::from(label)]));
    let shown = output(&format!("data check --threshold 40 {}", dir.path().display()), "");
    for wanted in [
        "+from-40: a folder of pictures for each class\n",
        "  images   40 of 28×28 pixels\n",
        "  labels   as the data say\n",
        "        7  7: ",
        "  values   not inverted, not resized, those below 40 are black\n",
        "  legal    ",
        "  hash     ",
    ] {
        assert!(shown.contains(wanted), "{wanted:?} is not in:\n{shown}");
    }
    let (code, error) = failure("data check missing", "");
    assert!(code == 1 && error.starts_with("error: missing: No such file"), "{error}");
    let (code, error) = failure("play --image 0 --invert", "");
    assert!(code == 1 && error.contains("change a dataset that --data DIR names"), "{error}");
}

/// The shipped judge for six pixels, changed, as a file.
fn judge(dir: &TempDir, change: impl FnOnce(&mut Weights)) -> String {
    let mut weights = Judge::shipped(6).unwrap().weights().clone();
    weights.provenance = Provenance::default();
    change(&mut weights);
    let path = dir.path().join("judge.safetensors");
    fs::write(&path, weights.to_bytes(Precision::Single).unwrap()).unwrap();
    path.display().to_string()
}

fn turn(weights: &mut Weights) {
    weights.model = weights.model.turned();
}

#[test]
fn a_judge_of_the_other_order_of_planes_is_warned_of_or_turned() {
    let dir = tempfile::tempdir().unwrap();
    let line = r#"{"image": 17, "pixels": [[14, 8], [4, 9]]}"#;
    let ask = |file: &str| {
        let result = run(&format!("judge logits --judge {file}"), line);
        (String::from_utf8(result.stdout).unwrap(), String::from_utf8(result.stderr).unwrap())
    };
    let (right, warning) = ask(&judge(&dir, |_| {}));
    assert_eq!((&right, &*warning), (&output("judge logits", line), ""));
    let (wrong, warning) = ask(&judge(&dir, turn));
    assert_ne!(wrong, right);
    let wanted = "with its input planes exchanged, which suits it better: if the file has the plane of values \
                  first, its metadata";
    assert!(warning.starts_with("warning: ") && warning.contains(wanted), "{warning}");
    let said = judge(&dir, |weights| {
        turn(weights);
        weights.provenance.0.insert("planes".into(), "value mask".into());
    });
    assert_eq!(ask(&said), (right, String::new()));
    let file =
        judge(&dir, |weights| drop(weights.provenance.0.insert("planes".into(), "both".into())));
    let (_, error) = failure(&format!("judge logits --judge {file}"), line);
    assert!(
        error.contains("its metadata say `planes` = \"both\": it must be `mask value` or"),
        "{error}"
    );
}
