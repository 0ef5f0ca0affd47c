//! `pixel-debate study rehearse`: simulated participants in a frozen study, short forms of the long runs.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::{failure, output, program};

const STUDIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../studies");

/// What a frozen folder has.
const FILES: [&str; 6] = [
    "plan.json",
    "plan.sha256",
    "secret.json",
    "study.toml",
    "texts/english.toml",
    "texts/german.toml",
];

/// The study of a hall full of people, with forty of them, frozen once for all tests and copied to a folder.
fn forty(folder: &Path) -> PathBuf {
    static FROZEN: LazyLock<PathBuf> = LazyLock::new(|| {
        // A folder of the build: nobody would remove a temporary one.
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hall-of-forty");
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(folder.join("texts")).unwrap();
        let text = fs::read_to_string(format!("{STUDIES}/hall.toml")).unwrap();
        assert!(text.contains("participants = 300"));
        for name in ["texts/english.toml", "texts/german.toml"] {
            fs::copy(format!("{STUDIES}/{name}"), folder.join(name)).unwrap();
        }
        let (file, out) = (folder.join("hall.toml"), folder.join("frozen"));
        fs::write(&file, text.replace("participants = 300", "participants = 40")).unwrap();
        output(&format!("study freeze {} --out {}", file.display(), out.display()), "");
        out
    });
    let (from, to) = (&*FROZEN, folder.join("frozen"));
    fs::create_dir_all(to.join("texts")).unwrap();
    for name in FILES {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
    to
}

/// The report of a rehearsal in which nothing may have gone wrong.
fn report(frozen: &Path, options: &str) -> Value {
    let said = output(&format!("study rehearse {} --json {options}", frozen.display()), "");
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["errors"], json!({}), "{report:#}");
    report
}

/// The short form of the fifty kills in docs/reliability.md.
#[test]
fn nothing_is_lost_or_doubled_when_the_server_is_killed_and_people_come_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let frozen = forty(folder.path());
    let report = report(
        &frozen,
        "--pause-ms 20 --drop-outs 0.2 --returns 0.3 --careless 0.1 --screened-out 0.1 --kills 5",
    );
    assert_eq!(report["kills"], 5);
    let count = |ending: &str| report["participants"][ending].as_u64().unwrap_or(0);
    assert_eq!(count("finished"), 40);
    // By chance, but nearly surely of so many: otherwise it would not have been tried.
    for ending in ["excluded", "screened_out", "left"] {
        assert!(count(ending) > 0, "{report:#}");
    }
    assert!(report["returns"].as_u64() > Some(0) && report["twice"] == report["returns"]);
    assert!(report["resent"].as_u64() > Some(0) && report["broken"].as_u64() > Some(0));
    // Nothing else is refused.
    let refusals = report["refusals"].as_object().unwrap();
    assert!(refusals.keys().all(|code| code == "stale"), "{report:#}");
    let kept = &report["kept"];
    assert_eq!(kept["complete"], true);
    assert_eq!(kept["replies"], report["replies"]);
    let came: u64 =
        report["participants"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert_eq!(kept["participants"], came);
    assert_eq!(
        [&kept["cells"], &kept["planned"], &kept["least"], &kept["most"]],
        [30, 8, 8, 8].map(|count| json!(count)).each_ref()
    );
}

#[test]
fn a_study_that_not_all_come_to_is_filled_as_far_as_they_do() {
    let folder = tempfile::tempdir().unwrap();
    let frozen = forty(folder.path());
    let store = folder.path().join("rehearsed.db");
    let options = format!("--pause-ms 0 --participants 7 --at-once 3 --store {}", store.display());
    let report = report(&frozen, &options);
    assert_eq!(report["participants"], json!({"finished": 7}));
    assert_eq!((&report["at_once"], &report["kept"]["complete"]), (&json!(3), &json!(false)));
    assert!(report["beliefs"]["count"].as_u64() > Some(0) && report["broken"] == 0, "{report:#}");
    // What was rehearsed is never among what people said.
    let again = format!("study rehearse {} --store {}", frozen.display(), store.display());
    let (code, line) = failure(&again, "");
    assert!(code == 1 && line.contains("it is there already"), "{line}");
}

#[test]
fn what_cannot_be_rehearsed_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let frozen = forty(folder.path());
    let rehearse = format!("study rehearse {}", frozen.display());
    for (options, wanted) in [
        ("--skill nobody=0.7", "it must be one of debate, adviser, alone"),
        ("--skill debate=1", "\"1\" is no number from 0.01 to 0.99"),
        ("--skill 0.7", "\"0.7\" is not CONDITION=RATE"),
        ("--drop-outs 1", "no number from 0 to 0.9"),
        ("--server 127.0.0.1:1 --kills 1", "cannot be used with"),
    ] {
        let (_, line) = failure(&format!("{rehearse} {options}"), "");
        assert!(line.contains(wanted), "{options}: {line}");
    }
    // The folder's secrets are what they tell the items by.
    fs::remove_file(frozen.join("secret.json")).unwrap();
    let (code, line) = failure(&rehearse, "");
    assert!(code == 1 && line.contains("secret.json cannot be read"), "{line}");
}

/// The short form of what docs/studies.md does with the example: known skill is found again by the report.
#[test]
fn a_report_finds_the_skill_that_participants_were_given() {
    let folder = tempfile::tempdir().unwrap();
    let frozen = forty(folder.path());
    let (store, out) = (folder.path().join("rehearsed.db"), folder.path().join("report"));
    let skills = [("debate", 0.85), ("adviser", 0.7), ("alone", 0.6)];
    let given = skills.map(|(condition, rate)| format!("--skill {condition}={rate}")).join(" ");
    // Whatever the order in which they come, each makes the same of their items.
    report(&frozen, &format!("--pause-ms 0 --store {} {given}", store.display()));
    let options =
        format!("{} --store {} --out {}", frozen.display(), store.display(), out.display());
    output(&format!("study report {options}"), "");
    let said: Value = serde_json::from_slice(&fs::read(out.join("report.json")).unwrap()).unwrap();
    let groups = said["groups"].as_array().unwrap();
    for (condition, rate) in skills {
        let group = groups.iter().find(|group| group["condition"] == condition).unwrap();
        assert_eq!(group["judgments"], 80);
        let at = |end: &str| group["accuracy"][end].as_f64().unwrap();
        assert!(at("low") < rate && rate < at("high"), "{condition}: {:#}", group["accuracy"]);
        // It finds something: a guess is outside, where there is enough to tell.
        assert!(condition == "alone" || at("low") > 0.5, "{condition}: {:#}", group["accuracy"]);
    }
    assert_eq!(said["rehearsal"], true);
    let counted = &said["flow"];
    assert_eq!(counted["participants"], 40, "{counted:#}");
}

#[test]
fn people_are_not_rehearsed_among_and_a_rehearsal_is_not_served_as_the_study() {
    let folder = tempfile::tempdir().unwrap();
    let frozen = forty(folder.path());
    let store = folder.path().join("kept.db");
    let served = |rehearsal: &str| {
        let options = format!("study serve --listen 127.0.0.1:0 --store {}", store.display());
        let mut command = program(&format!("{options} {rehearsal}"));
        let mut child = command.arg(&frozen).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("The study is at http://").map(str::to_owned);
        (child, address)
    };
    let rehearse = |address: &str| {
        let options = "--participants 1 --pause-ms 0";
        format!("study rehearse {} --server http://{address} {options}", frozen.display())
    };
    let (mut child, address) = served("");
    let (code, line) = failure(&rehearse(&address.unwrap()), "");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(code == 1 && line.contains("serves the study itself"), "{line}");
    let serve = format!("study serve {} --store {}", frozen.display(), store.display());
    let (code, line) = failure(&format!("{serve} --rehearsal"), "");
    assert!(code == 1 && line.contains("what people said in the study itself"), "{line}");
    fs::remove_file(&store).unwrap();
    let (mut child, address) = served("--rehearsal");
    output(&rehearse(&address.unwrap()), "");
    child.kill().unwrap();
    child.wait().unwrap();
    let (code, line) = failure(&serve, "");
    assert!(code == 1 && line.contains("the store has a rehearsal"), "{line}");
}
