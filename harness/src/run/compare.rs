//! Two folders of results held against each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::RunError;
use super::folder::{MANIFEST, SAMPLE_TABLE, TABLE, manifest_of, read};
use crate::manifest::Manifest;
use crate::parquet;
use crate::rows::Row;

/// What two folders of results have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Images of which both have debates.
    pub images: usize,
    /// Debates over them that are the same in both.
    pub debates: usize,
    /// Files that are the same in both, byte for byte: the summary and the plots, where the images of
    /// both are the same.
    pub files: usize,
    /// What differs, each in a sentence.
    pub differences: Vec<String>,
}

/// Holds the results in two folders against each other: the debates over images that both have, in
/// the whole table or the sample, and where both are of the same images the summary and plots too.
pub fn compare(one: &Path, other: &Path) -> Result<Agreement, RunError> {
    let manifests = [known_manifest(one)?, known_manifest(other)?];
    let mut agreement =
        Agreement { images: 0, debates: 0, files: 0, differences: differing(&manifests) };
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
    if manifests[0].hash() == manifests[1].hash() {
        for name in files(&manifests[0]) {
            let contents = |folder: &Path| {
                let path = folder.join(&name);
                std::fs::read(&path).map_err(|source| RunError::io(path, source))
            };
            if contents(one)? == contents(other)? {
                agreement.files += 1;
            } else {
                agreement.differences.push(format!("{} differs", name.display()));
            }
        }
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

/// The rows of each cell by image, from the whole table if it is there, otherwise from the sample.
fn rows(folder: &Path, manifest: &Manifest) -> Result<Vec<BTreeMap<u32, Vec<Row>>>, RunError> {
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
    let by_image = |rows: Vec<Row>| {
        let mut images: BTreeMap<u32, Vec<Row>> = BTreeMap::new();
        for row in rows {
            images.entry(row.image).or_default().push(row);
        }
        images
    };
    Ok(table.rows.into_iter().map(by_image).collect())
}

/// The files that hold what came out.
fn files(manifest: &Manifest) -> Vec<PathBuf> {
    let plots = manifest.plots.iter().map(|plot| &*plot.name).chain(["rates"]);
    let plots = plots.map(|name| Path::new("plots").join(name).with_added_extension("svg"));
    [PathBuf::from("summary.json")].into_iter().chain(plots).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Observer, Plan};

    struct Nobody;

    impl Observer for Nobody {
        fn done(&self, _: usize, _: &[Row], _: bool) {}
    }

    fn run(images: &str, judge: &str, folder: &Path) {
        let file = format!(
            "title = \"Small\"\n[images]\ndataset = \"mnist\"\nlist = {images}\n[[grid]]\nname = \
             \"alone\"\nprotocol = \"judge_alone\"\npixels = 4\njudge = \"{judge}\"\n"
        );
        let plan = Plan::new(&file, Path::new("."), None).unwrap();
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
        let counts = (agreement.images, agreement.debates, agreement.files);
        assert_eq!((counts, &agreement.differences[..]), ((3, 3, 2), &[][..]));
        let agreement = compare(whole, less).unwrap();
        assert_eq!((agreement.images, agreement.debates, agreement.files), (1, 1, 0));
        assert!(agreement.differences.is_empty());
        let agreement = compare(whole, other).unwrap();
        assert_eq!(agreement.differences, ["their cells differ"]);

        let altered = std::fs::read_to_string(again.join("summary.json")).unwrap() + " ";
        std::fs::write(again.join("summary.json"), altered).unwrap();
        assert_eq!(compare(whole, again).unwrap().differences, ["summary.json differs"]);
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
}
