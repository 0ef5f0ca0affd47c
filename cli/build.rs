//! Says to the program which commit it is built from: `PIXEL_DEBATE_COMMIT`, and with
//! `PIXEL_DEBATE_DIRTY` whether the sources differ from it. Built outside of a repository, it knows
//! neither.

use std::path::Path;
use std::process::Command;

/// What no line of the program is made from.
const NO_SOURCES: [&str; 3] = [":!docs", ":!experiments", ":!*.md"];

fn main() {
    let commit = git(&["rev-parse", "HEAD"]);
    let mut status = vec!["status", "--porcelain", "--", "."];
    status.extend(NO_SOURCES);
    let changes = commit.as_ref().and_then(|_| git(&status));
    let dirty = changes.map_or("unknown", |changes| if changes.is_empty() { "no" } else { "yes" });
    println!("cargo::rustc-env=PIXEL_DEBATE_COMMIT={}", commit.as_deref().unwrap_or("unknown"));
    println!("cargo::rustc-env=PIXEL_DEBATE_DIRTY={dirty}");

    // Commits, and whatever else the program is built from.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        watch(&Path::new("..").join(log));
    }
    for place in ["../Cargo.toml", "../Cargo.lock", "build.rs", "src"] {
        watch(Path::new(place));
    }
    for folder in [
        "agents", "cluster", "datasets", "figure", "game", "harness", "judge", "load", "protocol",
        "server", "training",
    ] {
        watch(&Path::new("..").join(folder).join("src"));
    }
    watch(Path::new("../judge-ui/dist"));
}

fn watch(path: &Path) {
    if path.exists() {
        println!("cargo::rerun-if-changed={}", path.display());
    }
}

/// What git says in the repository's root, if it is there and this is a repository.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").current_dir("..").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
