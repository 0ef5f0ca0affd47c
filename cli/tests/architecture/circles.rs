//! That inside a crate, too, imports run one way: no file imports what imports it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A file's modules, from the crate's root.
type File = Vec<String>;

/// The files of a crate, with what they say outside their tests.
fn read(folder: &Path, module: &[String], files: &mut BTreeMap<File, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut below = module.to_vec();
        if path.is_dir() {
            below.push(name);
            read(&path, &below, files);
        } else if path.extension().is_some_and(|end| end == "rs") && !name.ends_with("tests") {
            if module.iter().any(|module| module == "tests") {
                continue;
            }
            if !(module.is_empty() && (name == "lib" || name == "main")) {
                below.push(name);
            }
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let lines = code.lines().map(|line| line.split("//").next().unwrap_or_default());
            files.insert(below, lines.collect::<Vec<_>>().join("\n"));
        }
    }
}

/// The paths that a `use` brings in, its braces multiplied out.
fn paths(tree: &str) -> Vec<Vec<String>> {
    let words = |path: &str| -> Vec<String> {
        let path = path.split(" as ").next().unwrap_or_default();
        path.split("::")
            .map(|word| word.trim().to_owned())
            .filter(|word| !word.is_empty())
            .collect()
    };
    let Some((stem, branches)) = tree.split_once('{') else { return vec![words(tree)] };
    let branches = branches.trim_end().strip_suffix('}').unwrap_or(branches);
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for letter in branches.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if letter == ',' && depth == 0 {
            parts.push(String::new());
        } else {
            parts.last_mut().unwrap().push(letter);
        }
    }
    let parts = parts.iter().filter(|part| !part.trim().is_empty()).flat_map(|part| paths(part));
    parts.map(|path| words(stem).into_iter().chain(path).collect()).collect()
}

/// The file that a path in `file` leads to.
fn target(file: &[String], path: &[String], files: &BTreeMap<File, String>) -> Option<File> {
    let mut path = path.iter();
    let mut full = match path.next()?.as_str() {
        "crate" => Vec::new(),
        "self" => file.to_vec(),
        "super" => file[..file.len().checked_sub(1)?].to_vec(),
        _ => return None,
    };
    for word in path {
        match word.as_str() {
            "super" => drop(full.pop()),
            "self" => {}
            word => full.push(word.to_owned()),
        }
    }
    while !files.contains_key(&full) {
        full.pop()?;
    }
    (full != file).then_some(full)
}

/// What a file imports from its own crate.
fn imports(file: &File, code: &str, files: &BTreeMap<File, String>) -> BTreeSet<File> {
    // What only the documentation names is no import.
    let code = code.replace("#[cfg(doc)]\nuse ", "use std::");
    let mut found = BTreeSet::new();
    let mut rest = String::new();
    for (number, part) in code.split("use ").enumerate() {
        let (tree, after) = part.split_once(';').unwrap_or(("", part));
        if number > 0 {
            found.extend(paths(tree).iter().filter_map(|path| target(file, path, files)));
        }
        rest.push_str(if number > 0 { after } else { part });
    }
    let is_path = |letter: char| letter.is_alphanumeric() || "_:".contains(letter);
    for word in rest.split(|letter| !is_path(letter)).filter(|word| word.contains("::")) {
        found.extend(paths(word).iter().filter_map(|path| target(file, path, files)));
    }
    found
}

#[test]
fn no_file_imports_what_imports_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let manifest: toml::Table =
        fs::read_to_string(root.join("Cargo.toml")).unwrap().parse().unwrap();
    let mut arrows = 0;
    for member in manifest["workspace"]["members"].as_array().unwrap() {
        let member = member.as_str().unwrap();
        let mut files = BTreeMap::new();
        read(&root.join(member).join("src"), &[], &mut files);
        let mut left: BTreeMap<&File, BTreeSet<File>> =
            files.iter().map(|(file, code)| (file, imports(file, code, &files))).collect();
        arrows += left.values().map(BTreeSet::len).sum::<usize>();
        // Who imports nothing that is left is in no circle.
        loop {
            let still: BTreeSet<File> = left.keys().map(|file| (*file).clone()).collect();
            let before = left.len();
            left.retain(|_, imported| imported.iter().any(|file| still.contains(file)));
            if left.len() == before {
                break;
            }
        }
        assert!(left.is_empty(), "{member}: {left:#?}");
    }
    assert!(arrows > 300, "{arrows}");
}

#[test]
fn imports_are_read_with_their_braces_and_parents() {
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let files = [&[][..], &["a"], &["a", "b"], &["c"]];
    let files: BTreeMap<File, String> =
        files.into_iter().map(|file| (names(file), String::new())).collect();
    let code = "use std::fs;\npub(crate) use super::super::c::{self, X as Y};\nuse crate::{a::{Z, W}};\n\
                let x = crate::c::new();";
    let found = imports(&names(&["a", "b"]), code, &files);
    assert_eq!(found, BTreeSet::from([names(&["a"]), names(&["c"])]));
    let found = imports(&names(&["a"]), "use self::b::{X};\nfn f() { super::g() }", &files);
    assert_eq!(found, BTreeSet::from([names(&["a", "b"]), names(&[])]));
}
