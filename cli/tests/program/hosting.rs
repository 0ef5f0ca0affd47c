//! `pixel-debate serve --data --judge`: other images than the program's own, and judges of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use pixel_debate_datasets::mnist;
use pixel_debate_judge::{Judge, Model, Precision, Provenance, Weights};
use serde_json::Value;

use crate::serve::{Running, serve};

/// The numbers of an IDX file.
fn words(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// A folder with two of MNIST's images a class: IDX files that are called so, in which labels begin with `first`.
fn data(at: &Path, [train, test]: [&str; 2], classes: u8, first: u8, size: u32) -> String {
    fs::create_dir_all(at).unwrap();
    let number = 2 * u32::from(classes);
    let mut images = words(&[0x803, number, size, size]);
    for index in 0..number as usize {
        images.extend(mnist::test().image(index).iter().take((size * size) as usize));
    }
    let mut labels = words(&[0x801, number]);
    labels.extend(
        (0..2 * u16::from(classes)).map(|index| first + (index % u16::from(classes)) as u8),
    );
    for part in [train, test] {
        fs::write(at.join(format!("{part}-images-idx3-ubyte")), &images).unwrap();
        fs::write(at.join(format!("{part}-labels-idx1-ubyte")), &labels).unwrap();
    }
    at.to_str().unwrap().to_owned()
}

const MNIST: [&str; 2] = ["train", "t10k"];
const LETTERS: [&str; 2] = ["emnist-letters-train", "emnist-letters-test"];

/// The file of a judge of so many labels, of the shipped one's numbers.
fn judge(folder: &Path, name: &str, labels: usize, said: &[(&str, &str)]) -> String {
    let mut network = Judge::shipped(4).unwrap().network().unwrap().as_ref().clone();
    let rows = network.fc2.weight.clone();
    network.fc2.weight = rows.iter().copied().cycle().take(labels * 1024).collect();
    network.fc2.bias = vec![0.0; labels];
    let said = said.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let model = Model::Convolutions(Arc::new(network));
    let weights = Weights { model, provenance: Provenance(said.collect()) };
    let file: PathBuf = folder.join(format!("{name}.safetensors"));
    fs::write(&file, weights.to_bytes(Precision::Half).unwrap()).unwrap();
    file.to_str().unwrap().to_owned()
}

/// The code with which the program ends that does not serve, and what it says.
fn refused(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = serve(folder, &["--listen", "127.0.0.1:0"]);
    let output = command.args(arguments).output().unwrap();
    assert!(!folder.join("debates.db").exists(), "nothing was begun");
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn letters_are_hosted_with_a_judge_for_several_numbers_of_pixels() {
    let folder = tempfile::tempdir().unwrap();
    let letters = data(&folder.path().join("letters"), LETTERS, 26, 1, 28);
    let file = judge(folder.path(), "letters", 26, &[]);
    let options =
        ["--listen", "127.0.0.1:0", "--data", &letters, "--judge", &format!("4,6={file}")];
    let server = Running::start(serve(folder.path(), &options));
    for pixels in [4, 6] {
        let setup = format!(
            r#"{{"pixels":{pixels},"image":1,"lie":25,"honest":"greedy","liar":"greedy","pace_ms":0}}"#
        );
        let (status, created) = server.ask("POST /api/debates", "", &setup);
        assert_eq!(status, "201", "{created}");
        let path = format!("GET /api/debates/{}/transcript", created["debate"].as_str().unwrap());
        let record: Value = loop {
            match server.ask(&path, "", "") {
                (status, record) if status == "200" => break record,
                _ => sleep(Duration::from_millis(50)),
            }
        };
        let name = format!("classifier:{pixels}:letters");
        assert_eq!(record["transcript"]["players"]["judge"], name.as_str());
        assert_eq!(
            (&record["data"]["classes"][25], &record["transcript"]["label"]),
            (&"Z".into(), &1.into())
        );
        assert_eq!(record["data"]["classifier"].as_str().unwrap().len(), 64);
    }
    for (setup, expected) in [
        (r#"{"lie":26}"#, "lie: 0 to 25, or null for any wrong label"),
        (r#"{"image":52}"#, "image: 0 to 51, or null for any"),
        (r#"{"pixels":5}"#, "pixels: 4 or 6, or judge: \"outside\""),
    ] {
        let (status, refusal) = server.ask("POST /api/debates", "", setup);
        assert_eq!((status.as_str(), refusal["expected"].as_str()), ("422", Some(expected)));
    }
}

#[test]
fn what_cannot_be_hosted_is_refused_with_the_option_and_nothing_is_begun() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let letters = data(&place.join("letters"), LETTERS, 26, 1, 28);
    let small = data(&place.join("small"), MNIST, 10, 0, 14);
    let ten = judge(place, "ten", 10, &[("pixels", "6")]);
    let silent = judge(place, "silent", 26, &[]);
    let many = judge(place, "many", 26, &[("pixels", "4")]);
    let missing = place.join("missing.safetensors");
    let missing = missing.to_str().unwrap();
    let text = place.join("text.safetensors");
    fs::write(&text, "no judge").unwrap();
    let text = text.to_str().unwrap();
    let dim = data(&place.join("dim"), MNIST, 2, 0, 28);
    let mut images = words(&[0x803, 4, 28, 28]);
    images.extend((0..4 * 784).map(|at| if at % 784 < 5 { 200 } else { 0 }));
    fs::write(Path::new(&dim).join("t10k-images-idx3-ubyte"), images).unwrap();
    let (again, short) =
        (format!("4={silent}"), format!("--judge {ten}: dataset letters-test has 26 classes"));
    let taken =
        format!("--judge 4={silent}: a judge for 4 pixels is given already, by --judge {many}");
    for (arguments, code, wrong) in [
        (vec!["--data", "/nowhere"], 1, "/nowhere"),
        (
            vec!["--data", &letters],
            1,
            "the program's own judges do not know the images of letters-test",
        ),
        (
            vec!["--data", &small, "--judge", &ten],
            1,
            "has images of 14×14 pixels: judges read images of 28×28",
        ),
        (vec!["--data", &letters, "--judge", &ten], 1, &*short),
        (
            vec!["--judge", &silent],
            1,
            "the file does not say for how many pixels the judge was trained: say it, as --judge 6=",
        ),
        (vec!["--data", &letters, "--judge", &many, "--judge", &again], 1, &*taken),
        (
            vec!["--data", &dim, "--judge", &ten],
            1,
            "no image of dim-test has more than 5 pixels that are not black: debates of 6 pixels cannot be held",
        ),
        (vec!["--judge", missing], 1, missing),
        (vec!["--judge", text], 1, text),
        (vec!["--judge", "0=x"], 2, "each must be 1 to 128, as 6=FILE or 4,6=FILE"),
        (vec!["--judge", "6="], 2, "it must be a judge's FILE"),
        (vec!["--invert"], 1, "change a dataset that --data DIR names"),
    ] {
        let (ended, said) = refused(place, &arguments);
        assert!(ended == code && said.contains(wrong), "{arguments:?}: {ended} {said}");
    }
}

#[test]
fn the_programs_own_judges_are_not_taken_for_judges_of_clothes() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    // Labels that say nothing are those of digits. What they are not is found out by asking.
    let clothes = data(&place.join("clothes"), MNIST, 10, 0, 28);
    let labels = Path::new(&clothes).join("t10k-labels-idx1-ubyte");
    let number = 250u32;
    let mut images = words(&[0x803, number, 28, 28]);
    let mut wrong = words(&[0x801, number]);
    for index in 0..number as usize {
        images.extend(mnist::test().image(index));
        wrong.push((mnist::test().label(index) + 5) % 10);
    }
    fs::write(Path::new(&clothes).join("t10k-images-idx3-ubyte"), images).unwrap();
    fs::write(labels, wrong).unwrap();
    let (code, said) = refused(place, &["--data", &clothes]);
    assert!(code == 1 && said.contains("of 250 of these images, shown 4 random pixels"), "{said}");
    assert!(said.contains("name judges of these by --judge FILE"), "{said}");
}
