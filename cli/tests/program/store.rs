//! `pixel-debate store`: what it says of a store, and what it removes.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use pixel_debate_store::{Finish, JudgmentFinish, NewDebate, NewJudgment, Place, Store};
use serde_json::Value;

use crate::serve::{Running, serve};
use crate::{failure, output};

const DAY: u64 = 24 * 60 * 60 * 1000;

/// Adds debates to a store that ended so many days ago. What is in them is no debate.
fn add(file: &Path, debates: &[(&str, u64)]) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(&Place::File(file.to_owned())).await.unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
        for &(id, days) in debates {
            let created_ms = now - days * DAY;
            store
                .create(NewDebate { id: id.into(), created_ms, ..NewDebate::default() })
                .await
                .unwrap();
            let finish = Finish { topic: None, result: "{}".into(), ended_ms: created_ms };
            store.append(id, 1, "{}", Some(finish)).await.unwrap();
        }
        store.close().await.unwrap();
    });
}

/// Plays a debate at a server with that store, and returns its name.
fn play(folder: &Path) -> String {
    let server = Running::start(serve(folder, &["--listen", "127.0.0.1:0"]));
    let setup = r#"{"honest": "random", "liar": "random", "pace_ms": 0, "pixels": 4}"#;
    let (status, created) = server.ask("POST /api/debates", "", setup);
    assert_eq!(status, "201", "{created}");
    let name = created["debate"].as_str().unwrap().to_owned();
    let begin = Instant::now();
    loop {
        let (status, said) = server.ask(&format!("GET /api/debates/{name}/transcript"), "", "");
        if status == "200" {
            break;
        }
        // It has no outcome yet.
        assert!(status == "409" && begin.elapsed() < Duration::from_mins(5), "{status} {said}");
        sleep(Duration::from_millis(100));
    }
    // As long as the server runs, the store is its own, and it is said whose.
    let empty = folder.join("empty.db");
    std::fs::write(&empty, "").unwrap();
    let (code, error) = failure(&format!("store check {}", empty.display()), "");
    assert!(code == 1 && error.ends_with("empty.db: it is empty, and no store"), "{error}");
    assert_eq!(std::fs::metadata(&empty).unwrap().len(), 0);
    let held = failure(&format!("store check {}", folder.join("debates.db").display()), "");
    assert_eq!(held.0, 1);
    assert!(held.1.contains("another server has locked it: process "), "{}", held.1);
    name
}

/// What is in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let mut names: Vec<_> = entries.map(|entry| name(entry.unwrap())).collect();
    names.sort();
    names
}

#[test]
fn a_store_is_checked_counted_and_pruned() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("debates.db");
    let path = file.display().to_string();
    add(&file, &[("old-one", 100), ("old-two", 91), ("young", 80)]);
    let name = play(folder.path());
    let (code, error) = failure(&format!("store check {path}"), "");
    assert_eq!((code, error.as_str()), (1, "error: the store is damaged: restore a copy of it"));
    let stats = output(&format!("store stats {path} --json"), "");
    let stats: Value = serde_json::from_str(&stats).unwrap();
    assert_eq!(stats["debates"]["all"], 4);
    assert_eq!(
        (stats["debates"]["decided"].as_u64(), stats["days"].as_object().unwrap().len()),
        (Some(1), 4)
    );
    assert!(stats["bytes"].as_u64().unwrap() > 10_000, "{stats}");

    let keep = |options: &str| output(&format!("store prune {path} --keep 90d {options}"), "");
    assert_eq!(keep("--dry-run"), "2 debates would be removed\n");
    assert!(keep("").starts_with("removed 2 debates with "));
    assert_eq!(keep("--dry-run"), "0 debates would be removed\n");
    assert!(output(&format!("store prune {path} --keep 79d"), "").starts_with("removed 1 debates"));
    let (before, names) = (fs::read(&file).unwrap(), names(folder.path()));
    let said = output(&format!("store check {path}"), "");
    assert!(said.starts_with("1 debates with ") && said.ends_with("0 of them damaged\n"), "{said}");
    let said = output(&format!("store check {path} --json"), "");
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((said["debates"].as_u64(), said["complete"].as_bool()), (Some(1), Some(true)));
    let stats = output(&format!("store stats {path}"), "");
    assert!(stats.contains("debates     1\n") && stats.contains("  decided    1\n"), "{stats}");
    assert_eq!(keep("--dry-run"), "0 debates would be removed\n");
    // All this only reads: nothing in the folder is another now.
    assert!(fs::read(&file).unwrap() == before);
    assert_eq!(self::names(folder.path()), names);

    // One flipped byte of the debate is found, with its name.
    let mut bytes = fs::read(&file).unwrap();
    let begin = bytes.windows(name.len()).rposition(|window| window == name.as_bytes());
    let image = b"\"image\"";
    let image = bytes.windows(image.len()).position(|window| window == image);
    let at = image.or(begin).unwrap() + 20;
    bytes[at] ^= 1;
    fs::write(&file, bytes).unwrap();
    let output = crate::run(&format!("store check {path} --json"), "");
    assert_eq!(output.status.code(), Some(1));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["damaged"][0]["debate"], name.as_str(), "{said}");
}

/// Adds a judgment of a debate that was created so many days ago, and ended at once or goes on.
fn judge(file: &Path, id: &str, debate: &str, days: u64, ends: bool) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(&Place::File(file.to_owned())).await.unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
        let created_ms = now - days * DAY;
        let (name, debate) = (id.to_owned(), debate.to_owned());
        let new = NewJudgment { id: name, debate, created_ms, ..NewJudgment::default() };
        store.create_judgment(new).await.unwrap();
        let finish = JudgmentFinish { result: "who won".into(), ended_ms: created_ms };
        store.append_judgment(id, 1, "a belief", None).await.unwrap();
        store.append_judgment(id, 2, "a verdict", ends.then_some(finish)).await.unwrap();
        store.close().await.unwrap();
    });
}

#[test]
fn judgments_are_checked_counted_and_removed_with_their_debates() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("debates.db");
    let path = file.display().to_string();
    add(&file, &[("old", 100), ("judged", 100)]);
    judge(&file, "then", "old", 100, true);
    judge(&file, "then too", "judged", 100, true);
    judge(&file, "afterwards", "judged", 10, true);
    judge(&file, "going on", "judged", 5, false);
    let stats = output(&format!("store stats {path} --json"), "");
    let stats: Value = serde_json::from_str(&stats).unwrap();
    let judgments = serde_json::json!({ "all": 4, "unfinished": 1, "ended": 3, "damaged": 0 });
    assert_eq!((&stats["judgments"], stats["judgment_events"].as_u64()), (&judgments, Some(8)));
    let stats = output(&format!("store stats {path}"), "");
    assert!(stats.contains("judgments   4\n  unfinished 1\n  ended      3\n"), "{stats}");

    // What was judged since is kept, with all its judgments.
    let prune = format!("store prune {path} --keep 90d");
    assert_eq!(output(&format!("{prune} --dry-run"), ""), "1 debates would be removed\n");
    let said = output(&format!("{prune} --json"), "");
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((said["debates"].as_u64(), said["judgments"].as_u64()), (Some(1), Some(1)));
    let check = crate::run(&format!("store check {path} --json"), "");
    let said: Value = serde_json::from_slice(&check.stdout).unwrap();
    assert_eq!((said["judgments"].as_u64(), said["judgment_events"].as_u64()), (Some(3), Some(6)));
    assert_eq!(said["damaged_judgments"], serde_json::json!([]), "{said}");

    // One flipped byte of a judgment is found, with its name.
    let mut bytes = fs::read(&file).unwrap();
    let at = bytes.windows(7).rposition(|window| window == b"who won").unwrap();
    bytes[at] ^= 1;
    fs::write(&file, bytes).unwrap();
    let said = crate::run(&format!("store check {path}"), "");
    assert_eq!(said.status.code(), Some(1));
    let said = String::from_utf8(said.stdout).unwrap();
    let named = ["judgment then too (", "judgment afterwards ("].map(|name| said.contains(name));
    assert!(named[0] != named[1] && said.contains("its result has been altered"), "{said}");
    assert!(said.ends_with("3 judgments with 4 events, 1 of them damaged\n"), "{said}");
}

#[test]
fn a_server_removes_what_ended_longer_ago_than_it_is_told_to_keep() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("debates.db");
    add(&file, &[("old-one", 100), ("old-two", 91), ("young", 80)]);
    let begin = Instant::now();
    loop {
        let arguments = ["--listen", "127.0.0.1:0", "--keep", "90d"];
        let server = Running::start(serve(folder.path(), &arguments));
        sleep(Duration::from_millis(200));
        drop(server);
        let stats = output(&format!("store stats {} --json", file.display()), "");
        let stats: Value = serde_json::from_str(&stats).unwrap();
        if stats["debates"]["all"] == 1 {
            break;
        }
        assert!(begin.elapsed() < Duration::from_mins(5), "{stats}");
    }
}

#[test]
fn what_is_no_store_or_no_time_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere.db");
    let (code, error) = failure(&format!("store stats {}", nowhere.display()), "");
    assert!(code == 1 && error.contains("nowhere.db cannot be read"), "{error}");
    assert!(!nowhere.exists());
    for keep in ["90", "5min", "moons"] {
        let (code, error) = failure(&format!("store prune x.db --keep {keep}"), "");
        assert!(code == 2 && error.contains("--keep"), "{error}");
    }
}
