//! `pixel-debate run`: whatever happens to a run, it goes on, and ends with the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;

use crate::{failure, output, program};

/// Of each protocol something, solved and played; many shards.
const FILE: &str = r#"
title = "Small"

[images]
dataset = "mnist"
random = 6
seed = 3

[[grid]]
name = "alone"
protocol = "judge_alone"
pixels = [4, 6]

[[grid]]
name = "exact"
protocol = "debate"
pixels = 4
lies = [1, 8]
honest = "exact"
liar = "exact"

[[grid]]
name = "search"
protocol = ["debate", "consultancy"]
pixels = 4
lies = "random"
honest = ["mcts:60", "mcts:10"]
liar = "same"
seeds = 2
seeds_by = ["mean_logit", "majority"]
replicates = 2

[[grid]]
name = "blamed"
images = 4
protocol = "debate"
pixels = 4
precommit = [true, false]
lies = "random"
honest = "random"
liar = "greedy"
blame = true

[[compare]]
a = "exact"
b = "search"
primary = true

[[plot]]
name = "confusion"
kind = "confusion"

[[plot]]
name = "games"
kind = "games"
grids = ["search"]

[[plot]]
name = "blame"
kind = "blame"
grids = ["blamed"]
"#;

/// A folder with the experiment's file.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self(TempDir::new().unwrap());
        fs::write(place.file(), FILE).unwrap();
        place
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("small.toml")
    }

    pub(crate) fn out(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn arguments(&self, out: &str, more: &str) -> String {
        format!("run {} --out {} {more}", self.file().display(), self.out(out).display())
    }

    pub(crate) fn run(&self, out: &str, more: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        output(&self.arguments(out, more), "");
        contents(&self.out(out))
    }
}

/// All files of a folder but the log.
pub(crate) fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut files, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().unwrap() != "log.jsonl" {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

pub(crate) fn shards(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder.join("shards")) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    // Of a run that is spread over machines there is its name as well.
    paths.filter(|path| path.extension().is_none() && !path.ends_with("run")).collect()
}

#[track_caller]
pub(crate) fn assert_same(one: &BTreeMap<PathBuf, Vec<u8>>, other: &BTreeMap<PathBuf, Vec<u8>>) {
    assert!(one.keys().eq(other.keys()), "{:?} and {:?}", one.keys(), other.keys());
    for (name, bytes) in one {
        assert!(other[name] == *bytes, "{} differs", name.display());
    }
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_with_the_same_bytes() {
    let place = Place::new();
    let undisturbed = place.run("whole", "--threads 1");
    for name in ["manifest.json", "debates.parquet", "summary.json", "report.html"] {
        assert!(undisturbed.contains_key(Path::new(name)), "{name} is missing");
    }
    for plot in ["rates", "confusion", "games", "blame"] {
        for ending in ["png", "svg"] {
            assert!(undisturbed.contains_key(&Path::new("plots").join(format!("{plot}.{ending}"))));
        }
    }
    assert!(!place.out("whole").join("shards").exists());

    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut killed = 0;
    for attempt in 0.. {
        assert!(attempt < 200, "the run does not get on");
        let threads = rng.random_range(1..=4);
        let arguments = place.arguments("killed", &format!("--threads {threads}"));
        let mut child = program(&arguments).stdout(std::process::Stdio::null()).spawn().unwrap();
        // Longer and longer, for what was begun is lost, and the machine may be slow.
        std::thread::sleep(Duration::from_millis(rng.random_range(20..300 + 150 * attempt)));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success());
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        killed += 1;
    }
    assert!(killed > 1, "the run was too short to be killed");
    assert_same(&contents(&place.out("killed")), &undisturbed);

    // What is finished stays as it is, and more threads change nothing.
    assert_same(&place.run("killed", "--threads 2"), &undisturbed);
    assert_same(&place.run("four", "--threads 4"), &undisturbed);
}

#[test]
fn a_damaged_shard_is_named_and_the_rest_is_kept() {
    let place = Place::new();
    let whole = place.run("whole", "--images 4 --threads 2");
    let out = place.out("hurt");
    let mut child = program(&place.arguments("hurt", "--images 4 --threads 1")).spawn().unwrap();
    while shards(&out).len() < 4 {
        assert!(child.try_wait().unwrap().is_none(), "the run was over too soon");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = shards(&out);
    let hurt = &kept[1];
    let mut bytes = fs::read(hurt).unwrap();
    let last = bytes.len() - 1;
    for (at, fault) in
        [(last, "its checksum is not that"), (3, "it is no shard"), (20, "another run")]
    {
        bytes[at] ^= 4;
        fs::write(hurt, &bytes).unwrap();
        let (code, error) = failure(&place.arguments("hurt", "--images 4"), "");
        assert_eq!(code, 1);
        assert!(error.contains(&hurt.display().to_string()) && error.contains(fault), "{error}");
        assert!(
            error.contains("Delete this file") && error.contains("all else is kept"),
            "{error}"
        );
        bytes[at] ^= 4;
    }
    fs::write(hurt, &bytes[..30]).unwrap();
    assert!(failure(&place.arguments("hurt", "--images 4"), "").1.contains("cut short"));
    assert_eq!(shards(&out).len(), kept.len());
    fs::remove_file(hurt).unwrap();
    assert_same(&place.run("hurt", "--images 4"), &whole);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_clear_error_and_what_was_done_is_kept() {
    let place = Place::new();
    let whole = place.run("whole", "--images 3");
    let out = place.out("full");
    fs::create_dir(&out).unwrap();
    // What is written under this name before it is renamed finds a disk without space.
    let part = out.join("debates.parquet.part");
    std::os::unix::fs::symlink("/dev/full", &part).unwrap();
    let (code, error) = failure(&place.arguments("full", "--images 3"), "");
    assert_eq!(code, 1);
    assert!(error.contains("the disk is full: ") && error.contains("debates.parquet"), "{error}");
    assert!(error.contains("free some space, and the same command goes on"), "{error}");
    assert!(!shards(&out).is_empty());
    // The debates are not played again: what is kept is not written anew.
    let written = |path: &PathBuf| fs::metadata(path).unwrap().modified().unwrap();
    let kept: Vec<_> = shards(&out).iter().map(written).collect();
    std::os::unix::fs::symlink("/dev/full", &part).unwrap();
    assert!(failure(&place.arguments("full", "--images 3"), "").1.contains("the disk is full"));
    assert_eq!(shards(&out).iter().map(written).collect::<Vec<_>>(), kept);
    assert_same(&place.run("full", "--images 3"), &whole);
}

#[test]
fn a_folder_belongs_to_one_run_which_may_grow() {
    let place = Place::new();
    place.run("out", "--images 2");
    let (_, error) = failure(&place.arguments("out", "--images 1"), "");
    assert!(error.contains("it is finished with 2 images: ask for no fewer"), "{error}");
    let grown = place.run("out", "--images 3");
    assert_same(&grown, &place.run("at-once", "--images 3"));
    let other = FILE.replace("seed = 3", "seed = 4");
    fs::write(place.file(), other).unwrap();
    let (_, error) = failure(&place.arguments("out", "--images 3"), "");
    assert!(error.contains("holds another run: "), "{error}");
    fs::create_dir(place.out("mine")).unwrap();
    fs::write(place.out("mine").join("thesis.txt"), "").unwrap();
    let (_, error) = failure(&place.arguments("mine", ""), "");
    assert!(error.contains("it has files but no manifest"), "{error}");

    // A run of more images that was stopped, finished with fewer: no difference to one of fewer.
    let mut child = program(&place.arguments("grown", "")).spawn().unwrap();
    while shards(&place.out("grown")).len() < 3 {
        assert!(child.try_wait().unwrap().is_none(), "the run was over too soon");
        std::thread::sleep(Duration::from_millis(2));
    }
    // Two at once are refused.
    let (_, error) = failure(&place.arguments("grown", ""), "");
    assert!(error.contains("another process is working on this run"), "{error}");
    child.kill().unwrap();
    child.wait().unwrap();
    let small = place.run("small", "--images 2");
    let mut cut = place.run("grown", "--images 2");
    cut.retain(|name, _| !name.starts_with("shards"));
    assert_same(&cut, &small);
}

#[test]
fn wrong_files_are_refused_before_anything_runs() {
    let place = Place::new();
    fs::write(place.file(), FILE.replace("pixels = 4", "pixels = 7")).unwrap();
    let (code, error) = failure(&place.arguments("out", ""), "");
    assert_eq!(code, 1);
    let wanted = format!("error: {}: line 14: no judge for 7 pixels", place.file().display());
    assert!(error.starts_with(&wanted), "{error}");
    assert!(!place.out("out").exists());
    let (_, error) = failure("run nowhere.toml --out x", "");
    assert_eq!(error, "error: nowhere.toml cannot be read: No such file or directory (os error 2)");
}

#[test]
fn what_was_compared_is_told_with_the_rules_of_both_sides() {
    let place = Place::new();
    let shown = output(&place.arguments("out", "--images 2"), "");
    let (_, compared) = shown.split_once("\nCompared on the same images").unwrap();
    // Four cells, two rules and two orders; one test is what the run was made for.
    let kinds: Vec<&str> = compared
        .lines()
        .filter(|line| line.ends_with(" first") && line.starts_with("  "))
        .collect();
    assert_eq!(kinds.len(), 16, "{compared}");
    assert_eq!(kinds[0], "  primary, honest first");
    assert!(kinds[1..].iter().all(|kind| kind.starts_with("  secondary, ")), "{compared}");
    let report = fs::read_to_string(place.out("out").join("report.html")).unwrap();
    assert_eq!(report.matches("<strong>primary</strong>").count(), 1);
    for text in [compared, &report] {
        for (side, rules) in
            [("exact: ", "majority"), ("search: ", "mean_logit"), ("search: ", "majority")]
        {
            let rules = format!(", seeds by {rules}, lies by any");
            let line = |line: &str| line.contains(side) && line.contains(&rules);
            assert!(text.lines().any(line), "{side}{rules}: {text}");
        }
    }
    assert!(compared.contains("    2 pairs: ") && compared.contains(" %, p "), "{compared}");
}

#[test]
fn folders_that_cannot_be_compared_are_told_in_a_sentence() {
    let place = Place::new();
    place.run("one", "--images 1");
    fs::write(place.file(), FILE.replace("lies = [1, 8]", "lies = [2, 8]")).unwrap();
    place.run("other", "--images 1");
    let [one, other] = ["one", "other"].map(|name| place.out(name).display().to_string());
    let told = program(&format!("compare {one} {other}")).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&told.stdout), "their cells differ\n");
    assert_eq!(told.status.code(), Some(1));
    let (_, error) = failure(&format!("compare {one} {one}/nowhere"), "");
    assert_eq!(error, format!("error: {one}/nowhere holds no results: there is no such folder"));
}

#[test]
fn a_dry_run_says_how_much_it_would_be() {
    let place = Place::new();
    let text = output(&format!("run {} --dry-run --threads 2", place.file().display()), "");
    assert!(text.contains("        6 debates, about "), "{text}");
    assert!(text.contains("alone: judge alone, 4 pixels, no precommit, judge-4"), "{text}");
    assert!(text.lines().last().unwrap().contains(" debates in all, about "), "{text}");
    assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 1);
}
