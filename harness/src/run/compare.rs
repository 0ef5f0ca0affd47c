//! Two folders of results held against each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::RunError;
use super::folder::{MANIFEST, SAMPLE_TABLE, TABLE, read};
use super::same::manifest_of;
use crate::manifest::Manifest;
use crate::parquet::{self, Reveals};
use crate::rows::Row;

/// What two folders of results have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Images of which both have debates.
    pub images: usize,
    /// Debates over them that are the same in both.
    pub debates: usize,
    /// Files that are the same in both: the summary in what came of the debates, and the plots byte for
    /// byte.
    pub files: usize,
    /// Of so many files that were compared: none, unless both are of the same images and cells.
    pub of_files: usize,
    /// What differs, each in a sentence.
    pub differences: Vec<String>,
}

/// Holds the results in two folders against each other: the debates over images that both have, in
/// the whole table or the sample, and where both are of the same images and cells the plots too, and what
/// the summary says that comes of the debates.
///
/// # Errors
///
/// [`RunError`] if one of them holds no results that can be read.
pub fn compare(one: &Path, other: &Path) -> Result<Agreement, RunError> {
    let manifests = [known_manifest(one)?, known_manifest(other)?];
    let differences = differing(&manifests);
    let mut agreement = Agreement { images: 0, debates: 0, files: 0, of_files: 0, differences };
    if !agreement.differences.is_empty() {
        return Ok(agreement);
    }
    let [first, second] = [rows(one, &manifests[0])?, rows(other, &manifests[1])?];
    let mut images = BTreeSet::new();
    for (number, cell) in manifests[0].cells.iter().enumerate() {
        for (image, rows) in &first[number] {
            let Some(others) = second[number].get(image) else { continue };
            images.insert(image);
            if rows == others {
                agreement.debates += rows.len();
            } else {
                agreement
                    .differences
                    .push(format!("the debates over image {image} differ: {cell}"));
            }
        }
    }
    agreement.images = images.len();
    if agreement.debates == 0 && agreement.differences.is_empty() {
        agreement.differences.push("there is no image of which both have debates".to_owned());
    }
    if manifests[0].images == manifests[1].images && manifests[0].cells == manifests[1].cells {
        compare_files([one, other], &manifests, &mut agreement)?;
    }
    Ok(agreement)
}

/// The manifest in a folder of results.
fn known_manifest(folder: &Path) -> Result<Manifest, RunError> {
    let path = folder.join(MANIFEST);
    let none = |fault| RunError::NoResults { path: folder.to_owned(), fault };
    match read(&path)? {
        Some(bytes) => manifest_of(&bytes).map_err(|fault| RunError::damaged(path, fault)),
        None if folder.exists() => Err(none("it has no manifest.json")),
        None => Err(none("there is no such folder")),
    }
}

/// Holds summary and plots of two runs over the same images and cells against each other.
fn compare_files(
    folders: [&Path; 2],
    manifests: &[Manifest; 2],
    agreement: &mut Agreement,
) -> Result<(), RunError> {
    agreement.of_files = 1;
    let tests = |manifest: &Manifest| {
        let tests = manifest.comparisons.iter().map(|test| [test.a.clone(), test.b.clone()]);
        tests.collect::<Vec<_>>()
    };
    let same_tests = tests(&manifests[0]) == tests(&manifests[1]);
    let [one, other] = folders.map(|folder| came_of_debates(folder, same_tests));
    let (mut one, mut other) = (one?, other?);
    keep_what_both_say(&mut one, &mut other);
    if one == other {
        agreement.files += 1;
    } else {
        agreement.differences.push("summary.json differs in what came of the debates".to_owned());
    }
    for name in plots(manifests) {
        let read = |folder: &Path| {
            let path = folder.join(&name);
            std::fs::read(&path).map_err(|source| RunError::io(path, source))
        };
        agreement.of_files += 1;
        if read(folders[0])? == read(folders[1])? {
            agreement.files += 1;
        } else {
            agreement.differences.push(format!("{} differs", name.display()));
        }
    }
    Ok(())
}

/// Leaves out what a cell says in one of two summaries alone: it was written by a version that did not count it yet.
fn keep_what_both_say(one: &mut Value, other: &mut Value) {
    let cells = [one, other].map(|summary| summary.get_mut("cells").and_then(Value::as_array_mut));
    let [Some(ours), Some(theirs)] = cells else { return };
    for (our, their) in ours.iter_mut().zip(theirs) {
        if let (Some(our), Some(their)) = (our.as_object_mut(), their.as_object_mut()) {
            our.retain(|name, _| name != AGENTS || their.contains_key(name));
            their.retain(|name, _| name != AGENTS || our.contains_key(name));
        }
    }
}

/// What summaries say of a cell since they count what agents are paid.
const AGENTS: &str = "agents";

/// What a folder's summary says that comes of the debates. The title does not, nor do the planned looks
/// and what is corrected by them; which test is the primary one is said beforehand; and what a test
/// comes to follows from the images that either side won alone. Without `with_tests` there are none: other
/// grids are compared in the other folder.
fn came_of_debates(folder: &Path, with_tests: bool) -> Result<Value, RunError> {
    let path = folder.join("summary.json");
    let bytes = std::fs::read(&path).map_err(|source| RunError::io(&path, source))?;
    let mut summary: Value =
        serde_json::from_slice(&bytes).map_err(|error| RunError::damaged(path, error))?;
    let keep = |value: &mut Value, kept: &[&str]| {
        if let Some(fields) = value.as_object_mut() {
            fields.retain(|name, _| kept.contains(&name.as_str()));
        }
    };
    let tests = if with_tests { "comparisons" } else { "" };
    keep(&mut summary, &["left_out", "cells", tests]);
    let tests = summary.get_mut("comparisons").and_then(Value::as_array_mut);
    for comparison in tests.into_iter().flatten() {
        keep(comparison, &["first", "second", "seeds_by", "lies_by", "order", "images"]);
        if let Some(images) = comparison.get_mut("images") {
            keep(images, &["pairs", "only_first", "only_second"]);
        }
    }
    Ok(summary)
}

/// Why two runs cannot be compared.
fn differing([one, other]: &[Manifest; 2]) -> Vec<String> {
    let mut differences = Vec::new();
    let mut differ = |what: &str, one: &dyn std::fmt::Display, other: &dyn std::fmt::Display| {
        if one.to_string() != other.to_string() {
            differences.push(format!("their {what} differ: {one} and {other}"));
        }
    };
    differ("behaviours", &one.behaviour, &other.behaviour);
    differ("instructions", &one.instructions, &other.instructions);
    differ("images", &one.dataset.hash, &other.dataset.hash);
    if !one.cells.iter().map(|cell| &cell.play).eq(other.cells.iter().map(|cell| &cell.play)) {
        differences.push("their cells differ".to_owned());
    }
    differences
}

/// The rows of a cell by image, with what the table says of their reveals.
type ByImage = BTreeMap<u32, Vec<(Row, Reveals)>>;

/// The rows of each cell by image, from the whole table if it is there, otherwise from the sample.
fn rows(folder: &Path, manifest: &Manifest) -> Result<Vec<ByImage>, RunError> {
    let whole = folder.join(TABLE);
    let path = if whole.exists() { whole } else { folder.join(SAMPLE_TABLE) };
    if !path.exists() {
        let fault = "the run is not finished, and has no debates.parquet yet";
        return Err(RunError::NoResults { path: folder.to_owned(), fault });
    }
    let table = parquet::read(&path, manifest.cells.len())?;
    if table.manifest != manifest.hash() {
        return Err(RunError::damaged(path, "it was not written by the manifest beside it"));
    }
    let by_image = |(rows, reveals): (Vec<Row>, Vec<Reveals>)| {
        let mut images = ByImage::new();
        for (row, reveals) in rows.into_iter().zip(reveals) {
            images.entry(row.image).or_default().push((row, reveals));
        }
        images
    };
    Ok(table.rows.into_iter().zip(table.reveals).map(by_image).collect())
}

/// The pictures that both have of the same: that of all rates, and those asked for in the same way.
/// Where titles differ there are none, for each picture has it.
fn plots([one, other]: &[Manifest; 2]) -> Vec<PathBuf> {
    if one.title != other.title {
        return Vec::new();
    }
    let both = one.plots.iter().filter(|plot| other.plots.contains(plot));
    let names = both.map(|plot| &*plot.name).chain(["rates"]);
    names.map(|name| Path::new("plots").join(name).with_added_extension("svg")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Observer, RunPlan};

    struct Nobody;

    impl Observer for Nobody {
        fn done(&self, _: usize, _: &[Row], _: bool) {}
    }

    fn run(images: &str, judge: &str, folder: &Path) {
        run_with(images, judge, "", folder);
    }

    fn run_with(images: &str, judge: &str, more: &str, folder: &Path) {
        let file = format!(
            "title = \"Small\"\n[images]\ndataset = \"mnist\"\nlist = {images}\n[[grid]]\nname = \
             \"alone\"\nprotocol = \"judge_alone\"\npixels = 4\njudge = \"{judge}\"\n{more}"
        );
        let plan = RunPlan::new(&file, Path::new("."), None).unwrap();
        plan.run(folder, 1, &Nobody).unwrap();
    }

    #[test]
    fn a_run_agrees_with_itself_and_with_one_of_fewer_images() {
        let folders: [_; 4] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
        let [whole, again, less, other] = folders.each_ref().map(tempfile::TempDir::path);
        run("[5, 3, 9]", "judge-4", whole);
        run("[5, 3, 9]", "judge-4", again);
        run("[5]", "judge-4", less);
        run("[5, 3, 9]", "judge-6", other);
        // Of what is kept of large runs there is a sample alone.
        std::fs::remove_file(again.join(TABLE)).unwrap();
        let agreement = compare(whole, again).unwrap();
        let counts = |it: &Agreement| (it.images, it.debates, it.files, it.of_files);
        assert_eq!((counts(&agreement), &agreement.differences[..]), ((3, 3, 2, 2), &[][..]));
        let agreement = compare(whole, less).unwrap();
        assert_eq!(counts(&agreement), (1, 1, 0, 0));
        assert!(agreement.differences.is_empty());
        let agreement = compare(whole, other).unwrap();
        assert_eq!(agreement.differences, ["their cells differ"]);

        let altered = std::fs::read_to_string(again.join("summary.json")).unwrap() + " ";
        std::fs::write(again.join("summary.json"), &altered).unwrap();
        // Blanks are nothing that came of the debates; a rate is.
        assert_eq!(compare(whole, again).unwrap().differences, [""; 0]);
        let altered = altered.replacen("\"debates\": 3", "\"debates\": 4", 1);
        std::fs::write(again.join("summary.json"), altered).unwrap();
        let agreement = compare(whole, again).unwrap();
        assert_eq!(agreement.differences, ["summary.json differs in what came of the debates"]);
        assert_eq!((agreement.files, agreement.of_files), (1, 2));
        // What a version before this one did not count is no difference; what it counted otherwise is.
        let summary = std::fs::read_to_string(whole.join("summary.json")).unwrap();
        let write = |agents: &str| {
            let altered = summary.replacen("      \"agents\": null", agents, 1);
            assert_ne!(altered, summary);
            std::fs::write(again.join("summary.json"), altered).unwrap();
            compare(whole, again).unwrap().differences.len()
        };
        assert_eq!(write("      \"earlier\": null"), 1);
        assert_eq!(write("      \"agents\": 1"), 1);
        let gone = summary.replacen(",\n      \"agents\": null", "", 1);
        std::fs::write(again.join("summary.json"), gone).unwrap();
        assert_eq!(compare(whole, again).unwrap().differences, [""; 0]);
        std::fs::copy(less.join(SAMPLE_TABLE), again.join(SAMPLE_TABLE)).unwrap();
        let error = compare(whole, again).unwrap_err().to_string();
        assert!(error.contains("it was not written by the manifest beside it"), "{error}");

        std::fs::remove_file(again.join(SAMPLE_TABLE)).unwrap();
        let missing = again.join("nowhere");
        for (holder, fault) in [
            (again, "the run is not finished, and has no debates.parquet yet"),
            (&*again.join("plots"), "it has no manifest.json"),
            (&missing, "there is no such folder"),
        ] {
            let error = compare(whole, holder).unwrap_err().to_string();
            assert_eq!(error, format!("{} holds no results: {fault}", holder.display()));
        }
    }

    #[test]
    fn other_looks_and_more_plots_leave_all_else_comparable() {
        let folders: [_; 2] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
        let [one, other] = folders.each_ref().map(tempfile::TempDir::path);
        let plot = |name: &str| format!("[[plot]]\nname = \"{name}\"\nkind = \"confusion\"\n");
        run_with("[5, 3]", "judge-4", &plot("both"), one);
        run_with("[5, 3]\nlooks = [1, 2]", "judge-4", &(plot("both") + &plot("more")), other);
        let agreement = compare(one, other).unwrap();
        assert_eq!(agreement.differences, [""; 0]);
        // The summary, the plot that both have, and that of all rates.
        assert_eq!((agreement.debates, agreement.files, agreement.of_files), (2, 3, 3));
        std::fs::write(other.join("plots/both.svg"), "<svg/>").unwrap();
        assert_eq!(compare(one, other).unwrap().differences, ["plots/both.svg differs"]);
    }
}
