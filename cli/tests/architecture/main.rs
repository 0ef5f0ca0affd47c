//! The house as docs/architecture.md tells it: which folders there are, and that none knows one above it.

mod circles;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn every_crate_is_told_of_and_knows_those_below_it_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    let rows: Vec<(&str, &str)> = page
        .lines()
        .filter_map(|line| {
            let (folder, rest) = line.strip_prefix("| `")?.split_once("/` | ")?;
            Some((folder, rest.trim_end_matches(" |").rsplit(" | ").next()?))
        })
        .collect();
    let manifest: toml::Table =
        fs::read_to_string(root.join("Cargo.toml")).unwrap().parse().unwrap();
    let members = manifest["workspace"]["members"].as_array().unwrap();
    let members: BTreeSet<&str> = members.iter().filter_map(toml::Value::as_str).collect();
    let told: Vec<&str> =
        rows.iter().map(|(folder, _)| *folder).filter(|name| members.contains(name)).collect();
    assert_eq!(told.iter().copied().collect::<BTreeSet<_>>(), members);
    let (_, drawn) = page.split_once("```text\n").unwrap();
    let (drawn, _) = drawn.split_once("```").unwrap();
    let floors: Vec<Vec<&str>> =
        drawn.lines().map(|floor| floor.split_whitespace().collect()).collect();
    let floor = |name: &str| floors.iter().position(|floor| floor.contains(&name));
    assert_eq!(floors.concat().into_iter().collect::<BTreeSet<_>>(), members);
    for (name, says) in rows.iter().filter(|(name, _)| members.contains(name)) {
        let manifest: toml::Table =
            fs::read_to_string(root.join(name).join("Cargo.toml")).unwrap().parse().unwrap();
        let known = manifest["dependencies"].as_table().into_iter().flat_map(toml::Table::keys);
        let known: BTreeSet<&str> =
            known.filter_map(|name| name.strip_prefix("pixel-debate-")).collect();
        for below in &known {
            assert!(floor(below) > floor(name), "{name} knows {below}, which is no floor below it");
        }
        // What the page says that it knows, where it names it.
        let named: BTreeSet<&str> = says.split('`').skip(1).step_by(2).collect();
        let in_words = ["everything", "all of", "and what it knows"];
        if !in_words.iter().any(|words| says.contains(words)) {
            assert_eq!(named, known, "{name}");
        }
    }
}

/// They are compiled once for both only so.
#[test]
fn what_the_package_for_python_shares_with_the_program_is_compiled_alike() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| -> toml::Table {
        fs::read_to_string(root.join(path)).unwrap().parse().unwrap()
    };
    let release =
        |manifest: &toml::Table| manifest["profile"]["release"].as_table().unwrap().clone();
    let (mut ours, mut theirs) =
        (release(&read("Cargo.toml")), release(&read("python/Cargo.toml")));
    let lock = read("python/Cargo.lock");
    let packages: BTreeSet<&str> = lock["package"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|package| package["name"].as_str())
        .collect();
    let ours_of = ours["package"].as_table_mut().unwrap();
    ours_of.retain(|name, _| packages.contains(name));
    assert!(ours_of.len() > 5);
    assert_eq!(theirs.remove("package"), ours.remove("package"));
    assert_eq!(theirs, ours);
}

#[test]
fn kernels_know_nothing_of_the_engine_that_calls_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../judge/src");
    let files = fs::read_dir(folder.join("kernels")).unwrap().map(|entry| entry.unwrap().path());
    let mut read = 0;
    for path in files.chain([folder.join("kernels.rs"), folder.join("geometry.rs")]) {
        let code = fs::read_to_string(&path).unwrap();
        let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        for above in ["sparse", "dense", "evaluator", "decider", "Evaluator", "Decider"] {
            let line = code.clone().find(|line| line.contains(above));
            assert!(line.is_none(), "{}: {line:?}", path.display());
        }
        read += 1;
    }
    assert!(read > 5);
}

#[test]
fn unsafe_code_stands_where_the_page_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    let (_, told) = page.split_once("**`unsafe` code stands").unwrap();
    let (told, _) = told.split_once("\n\n").unwrap();
    let told: BTreeSet<&str> = told.split('`').skip(1).step_by(2).collect();
    let told: BTreeSet<&str> = told.into_iter().filter(|word| word.contains('/')).collect();
    let mut found = BTreeSet::new();
    let workspace: toml::Table =
        fs::read_to_string(root.join("Cargo.toml")).unwrap().parse().unwrap();
    let members = workspace["workspace"]["members"].as_array().unwrap();
    let members = members.iter().filter_map(toml::Value::as_str).chain(["python"]);
    let mut folders: Vec<_> = members.map(|member| root.join(member).join("src")).collect();
    // The manifests deny it, so that it takes an attribute of this name.
    for manifest in ["Cargo.toml", "python/Cargo.toml"] {
        let manifest = fs::read_to_string(root.join(manifest)).unwrap();
        assert!(manifest.contains("unsafe_code = \"deny\""));
    }
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "rs")
                && ["expect(unsafe_code", "allow(unsafe_code"]
                    .iter()
                    .any(|word| fs::read_to_string(&entry).unwrap().contains(word))
            {
                found.insert(entry.strip_prefix(&root).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    assert_eq!(found.iter().map(String::as_str).collect::<BTreeSet<_>>(), told);
}
