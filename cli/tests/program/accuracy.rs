//! `pixel-debate judge accuracy`.

use std::path::Path;

use serde_json::Value;

use crate::{output, program};

/// A folder of pictures: a few of MNIST's test images, by class.
fn pictures(dir: &Path) {
    let test = pixel_debate_datasets::mnist::test();
    for class in 0..10 {
        std::fs::create_dir(dir.join(class.to_string())).unwrap();
    }
    for index in 0..60 {
        let picture = image::GrayImage::from_raw(28, 28, test.image(index).to_vec()).unwrap();
        let class = test.label(index).to_string();
        picture.save(dir.join(class).join(format!("{index}.png"))).unwrap();
    }
}

#[test]
fn accuracy_is_stated_with_its_interval() {
    let dir = tempfile::tempdir().unwrap();
    pictures(dir.path());
    let arguments = format!("judge accuracy --pixels 6 --seed 1 --data {}", dir.path().display());
    let json: Value = serde_json::from_str(&output(&format!("{arguments} --json"), "")).unwrap();
    assert_eq!(
        (&json["images"], &json["pixels"], &json["judge"]),
        (&60.into(), &6.into(), &"judge-6".into())
    );
    let accuracy = json["accuracy"].as_f64().unwrap();
    assert!((accuracy - json["correct"].as_f64().unwrap() / 60.0).abs() < 1e-9);
    // The judge is far better than chance, and random pixels are not enough to be perfect.
    assert!(accuracy > 0.3 && accuracy < 0.95, "{json}");
    assert!(json["interval"][0].as_f64().unwrap() < accuracy);
    assert!(json["interval"][1].as_f64().unwrap() > accuracy);
    let line = output(&arguments, "");
    assert!(line.contains(&format!(": {:.2} % (95 % interval ", 100.0 * accuracy)), "{line}");
    assert!(line.ends_with(", n = 60)\n"), "{line}");
}

#[test]
fn a_dataset_of_another_size_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("t10k-images-idx3-ubyte"),
        b"\0\0\x08\x03\0\0\0\x01\0\0\0\x01\0\0\0\x02\x05\x05",
    )
    .unwrap();
    std::fs::write(dir.path().join("t10k-labels-idx1-ubyte"), b"\0\0\x08\x01\0\0\0\x01\x09")
        .unwrap();
    for command in ["judge accuracy", "judge logits", "play --image 0", "tournament greedy random"]
    {
        let output = program(command).arg("--data").arg(dir.path()).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains("judges read images of 28×28 pixels"), "{command}: {error}");
        assert_eq!(output.status.code(), Some(1));
    }
}
