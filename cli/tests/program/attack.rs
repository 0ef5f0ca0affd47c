//! `pixel-debate judge attack` and `judge suite`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{failure, output, program};

const ATTACK: &str =
    "judge attack judge-4 --pixels 1 2 --images 8 --smallest 1 --answers 1 --beam 1 --seed 5";

fn images(folder: &Path) -> BTreeMap<String, Value> {
    let Ok(files) = fs::read_dir(folder.join("images")) else { return BTreeMap::new() };
    let files = files.map(|file| file.unwrap().path());
    let whole = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let read = |path: std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut value: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        // Times are the machine's.
        value["seconds"] = 0.into();
        for revealed in value["revealed"].as_array_mut().unwrap() {
            revealed["seconds"] = 0.into();
        }
        (name, value)
    };
    whole.map(read).collect()
}

#[test]
fn an_attack_that_is_killed_goes_on_and_comes_to_the_same() {
    let folders = tempfile::tempdir().unwrap();
    let [whole, killed] = ["whole", "killed"].map(|name| folders.path().join(name));
    let summary = output(&format!("{ATTACK} --threads 1 --out {}", whole.display()), "");
    for words in [
        "judge-4 attacked on 8 images of mnist-test",
        "2 pixels, by the best consultant",
        "95 % intervals",
        "72 of 72 lies",
    ] {
        assert!(summary.contains(words), "{words:?} is not in {summary}");
    }
    let mut kills = 0;
    for enough in [1, 3] {
        let arguments = format!("{ATTACK} --threads 1 --out {}", killed.display());
        let mut child =
            program(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let start = Instant::now();
        while images(&killed).len() < enough && start.elapsed() < Duration::from_mins(5) {
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += usize::from(images(&killed).len() < 8);
    }
    assert!(kills > 0, "the attack was too short to be killed");
    assert_eq!(output(&format!("{ATTACK} --threads 2 --out {}", killed.display()), ""), summary);
    assert_eq!(images(&killed), images(&whole));
    let json = |folder: &Path| fs::read_to_string(folder.join("summary.json")).unwrap();
    assert_eq!(json(&killed), json(&whole));
    // The judge is another's, and so is the folder.
    let other = ATTACK.replace("judge-4", "judge-6");
    let (code, line) = failure(&format!("{other} --out {}", whole.display()), "");
    assert_eq!(code, 1);
    assert!(line.contains("is not of these attacks: its judge is"), "{line}");
}

#[test]
fn what_cannot_be_attacked_is_refused_with_what_can() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, code, words) in [
        ("judge-7", 1, "judge-7"),
        ("judge-4 --pixels 0", 2, "0"),
        ("judge-4 --pixels 4 2", 1, "pixels is [4, 2]: it must be"),
        ("judge-4 --images 0", 1, "images is 0: it must be 1 to"),
        ("judge-4 --images 5 --all", 2, "--all"),
        ("judge-4 --answers 3", 2, "3"),
    ] {
        let out = folder.path().join("out");
        let (found, line) =
            failure(&format!("judge attack {arguments} --out {}", out.display()), "");
        assert_eq!(found, code, "{arguments}: {line}");
        assert!(line.contains(words), "{arguments}: {line}");
        assert!(!out.exists(), "{arguments}: nothing is written");
    }
}

#[test]
fn a_suite_names_what_a_judge_gets_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("suite.json");
    let made = output(
        &format!("judge suite make judge-4 --pixels 2 --images 4 --out {}", file.display()),
        "",
    );
    assert!(made.contains(" positions: ") && made.contains(" deceptions"), "{made}");
    let run = |judge: &str| {
        program(&format!("judge suite run {judge} {}", file.display())).output().unwrap()
    };
    let own = run("judge-4");
    let (told, error) =
        (String::from_utf8(own.stdout).unwrap(), String::from_utf8(own.stderr).unwrap());
    assert_eq!(own.status.code(), Some(1), "it is deceived by what deceives it");
    let named = told.lines().filter(|line| line.ends_with("(as the suite's judge)")).count();
    assert!(named > 0 && named + 1 == told.lines().count(), "{told}");
    assert!(error.contains(&format!("the judge is wrong in {named} of ")), "{error}");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("\"version\"", "\"versoin\"", 1)).unwrap();
    let (code, line) = failure(&format!("judge suite run judge-4 {}", file.display()), "");
    assert!(code == 1 && line.contains("versoin"), "{line}");
}
