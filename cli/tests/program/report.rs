//! `pixel-debate judge report`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{failure, output};

fn report(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("report.json")).unwrap()).unwrap()
}

#[test]
fn judges_are_reported_side_by_side_and_the_same_command_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("report");
    let command = format!(
        "judge report judge-6 judge-4 --images 12 --rollouts 20 --optimal 2 --pixels 4 --threads 2 --out {}",
        out.display()
    );
    let printed = output(&command, "");
    assert!(
        printed.starts_with("judge-6, 12 images of mnist-test\n  alone, 4 random pixels"),
        "{printed}"
    );
    assert!(
        printed.ends_with("report.html\n") && printed.contains("agent score difference"),
        "{printed}"
    );
    let first = report(&out);
    let judges = first["judges"].as_array().unwrap();
    assert_eq!(
        (judges.len(), &judges[0]["name"], &judges[1]["name"]),
        (2, &"judge-6".into(), &"judge-4".into())
    );
    for judge in judges {
        assert_eq!(judge["accuracy"].as_array().unwrap().len(), 61);
        assert_eq!(judge["accuracy"][60]["of"], 12);
        // Nobody sees anything at first: then every image is taken for the same label.
        let taken: Vec<u64> = (0..10)
            .filter(|taken| {
                judge["at"][0]["confusion"].as_array().unwrap().iter().any(|row| row[taken] != 0)
            })
            .collect::<Vec<usize>>()
            .into_iter()
            .map(|taken| taken as u64)
            .collect();
        assert!(taken.len() > 1, "four pixels tell something");
        let played = judge["played"].as_array().unwrap();
        let solved = |cell: &&Value| cell["cell"]["solved"] == true;
        assert_eq!((played.len(), played.iter().filter(solved).count()), (5, 1));
        for cell in played {
            assert_eq!(
                cell["agents"].is_null(),
                cell["cell"]["solved"] == true,
                "optimal play is no debate"
            );
        }
    }
    let compared = first["compared"].as_array().unwrap();
    assert_eq!(
        (compared.len(), compared.iter().filter(|one| one["primary"] == true).count()),
        (6, 1)
    );
    assert!(compared[0]["p"].is_number() && compared[1]["p"].is_null());
    for file in [
        "report.html",
        "alone.parquet",
        "debates/debates.parquet",
        "plots/accuracy.svg",
        "plots/played.png",
    ] {
        assert!(out.join(file).exists(), "{file}");
    }
    // The same again, whatever was lost of it.
    let table = fs::read(out.join("alone.parquet")).unwrap();
    fs::remove_file(out.join("report.json")).unwrap();
    fs::remove_file(out.join("alone.parquet")).unwrap();
    assert_eq!(output(&command.replace("--threads 2", "--threads 1"), ""), printed);
    assert_eq!((report(&out), fs::read(out.join("alone.parquet")).unwrap()), (first, table));
    // Another report does not write over it.
    let (code, error) = failure(&command.replace("--pixels 4", "--pixels 6"), "");
    assert!(code == 1 && error.contains("another"), "{error}");
    assert_eq!(
        fs::read(out.join("report.json")).unwrap().len(),
        fs::read(out.join("report.json")).unwrap().len()
    );
}

#[test]
fn what_cannot_be_reported_is_refused_before_anything_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("report");
    for (what, expected) in [
        ("judge-6 judge-6", "the judge judge-6 is named twice: name each judge once"),
        ("judge-7", "error: judge judge-7: No such file"),
        ("x{pixels}.safetensors", "name the judge's file as it is called"),
        ("judge-6 --images 10001", "--images: 10001: there are 10000 images"),
        ("judge-6 --pixels 61", "61 is not in 1..=60"),
        ("judge-6 --data nowhere", "nowhere"),
    ] {
        let (_, error) = failure(&format!("judge report {what} --out {}", out.display()), "");
        assert!(error.contains(expected), "{what}: {error}");
        assert!(!out.join("report.html").exists(), "{what}");
    }
    // What somebody else has there stays.
    std::fs::create_dir_all(&out).unwrap();
    std::fs::write(out.join("summary.json"), "mine").unwrap();
    for command in [
        "judge report judge-6 --images 2 --optimal 0",
        "judge attack judge-4 --pixels 2 --images 1",
    ] {
        let (code, error) = failure(&format!("{command} --out {}", out.display()), "");
        assert!(code == 1 && error.contains("summary.json"), "{error}");
    }
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 1);
}
