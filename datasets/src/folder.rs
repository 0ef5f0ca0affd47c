//! A folder as a dataset: of which kind it is, and which part of it is asked for.

use std::path::{Path, PathBuf};

use crate::classes::{Classes, Labelling};
use crate::idx::Layout;
use crate::idx_folder::IdxFiles;
use crate::{Dataset, DatasetError, Fault, Format, Reading, Split, Warning, pictures};

impl Dataset {
    /// The dataset in a folder as it is: [`open_as`](Self::open_as) without any change.
    ///
    /// ```
    /// use std::path::Path;
    ///
    /// use pixel_debate_datasets::{Dataset, Split};
    ///
    /// let missing = Dataset::open(Path::new("no/such/folder"), Split::Test).unwrap_err();
    /// assert!(missing.to_string().starts_with("no/such/folder: "), "{missing}");
    /// ```
    ///
    /// # Errors
    ///
    /// As [`open_as`](Self::open_as).
    pub fn open(dir: &Path, split: Split) -> Result<Self, DatasetError> {
        Self::open_as(dir, split, Reading::default())
    }

    /// The dataset in a folder, which holds one of these:
    ///
    /// - the files of MNIST, `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and the same with
    ///   `t10k`, each either gzipped, with `.gz` behind its name, or not. Fashion-MNIST comes as such a
    ///   folder. A file `labels.toml` names the labels, as `cat = 0`; without it they are 0 to 9, or to the
    ///   greatest that there is;
    /// - the files of one part of EMNIST by their own names, `emnist-letters-train-images-idx3-ubyte` and so
    ///   on. Columns and rows are exchanged there, which is undone, and letters are labelled from 1, and from 0
    ///   here;
    /// - one subfolder of pictures a class, as [`Dataset::from_pictures`] reads them. Such a folder
    ///   has no parts: training and test set are the same;
    /// - two subfolders `train` and `test` and no other, each with one subfolder a class. A class has
    ///   the same label in both, be it in one of them alone.
    ///
    /// The dataset is called after the folder and, where there are parts, the part, and after what
    /// `reading` changes: `fashion-mnist-test+inverted`.
    ///
    /// ```
    /// use std::fs;
    ///
    /// use pixel_debate_datasets::{Dataset, Reading, Split};
    ///
    /// // MNIST's files, with one black image of one pixel in them.
    /// let dir = tempfile::tempdir()?;
    /// let folder = dir.path().join("dots");
    /// fs::create_dir(&folder)?;
    /// let images = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0];
    /// fs::write(folder.join("t10k-images-idx3-ubyte"), images)?;
    /// fs::write(folder.join("t10k-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, 1, 3])?;
    /// let reading = Reading { invert: true, ..Reading::default() };
    /// let dataset = Dataset::open_as(&folder, Split::Test, reading)?;
    /// assert_eq!(dataset.name(), "dots-test+inverted");
    /// assert_eq!((dataset.image(0), dataset.label(0)), (&[255][..], 3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DatasetError`] if the folder holds none of these, or a file of it cannot be read: it is named, with what is
    /// wrong and what is allowed.
    pub fn open_as(dir: &Path, split: Split, reading: Reading) -> Result<Self, DatasetError> {
        let part = split.name();
        let name = name(dir)?;
        if let Some(files) = IdxFiles::of(dir)? {
            let [images, labels] = files.pair(dir, split);
            let name = format!("{name}-{part}");
            let format = files.format();
            let layout =
                Layout { transposed: format == Format::Emnist, first_label: files.first_label() };
            let classes = files.classes(dir)?;
            let mut dataset = Self::idx(&name, (&images, &labels), classes, layout, reading)?;
            let warnings = beside_idx(dir, &[images, labels])?;
            dataset.take(format, Labelling::Stated, reading, warnings);
            return Ok(dataset);
        }
        let folders = pictures::class_folders(dir)?;
        if folders.is_empty() {
            return Err(Fault::NoDataset.of(dir.display()));
        }
        if folders.iter().map(|(name, _)| name.as_str()).eq(["test", "train"]) {
            let parts: Vec<PathBuf> = folders.into_iter().map(|(_, folder)| folder).collect();
            let classes = Classes::of(dir, &pictures::class_names(&parts)?)?;
            return Self::of_classes(&format!("{name}-{part}"), &dir.join(part), classes, reading);
        }
        Self::from_pictures(&name, dir, reading)
    }
}

/// What lies beside a pair of IDX files and is not read.
fn beside_idx(dir: &Path, files: &[PathBuf]) -> Result<Vec<Warning>, DatasetError> {
    let mut warnings = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some()) {
        let plain = file.with_extension("");
        if plain.exists() {
            warnings.push(Warning::Twice { file: plain.display().to_string() });
        }
    }
    if let Some((first, _)) = pictures::class_folders(dir)?.into_iter().next() {
        warnings.push(Warning::FoldersBeside { first });
    }
    Ok(warnings)
}

/// The last part of a folder's full path.
fn name(dir: &Path) -> Result<String, DatasetError> {
    let path =
        dir.canonicalize().map_err(|source| DatasetError::Io { path: dir.into(), source })?;
    Ok(path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use image::GrayImage;
    use tempfile::TempDir;

    use super::*;

    /// A folder `data` with these files in it: pictures of one pixel, or IDX files of one.
    fn folder(files: &[&str]) -> (TempDir, PathBuf) {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("data");
        fs::create_dir(&dir).unwrap();
        for file in files {
            let path = dir.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            if path.extension().is_some_and(|ending| ending == "png") {
                GrayImage::new(1, 1).save(path).unwrap();
            } else if file.contains("images") {
                fs::write(path, b"\0\0\x08\x03\0\0\0\x01\0\0\0\x01\0\0\0\x01\x05").unwrap();
            } else {
                fs::write(path, b"\0\0\x08\x01\0\0\0\x01\x09").unwrap();
            }
        }
        (parent, dir)
    }

    #[test]
    fn a_folder_of_idx_files_has_two_parts() {
        let (_parent, dir) = folder(&[
            "train-images-idx3-ubyte",
            "train-labels-idx1-ubyte",
            "t10k-images-idx3-ubyte",
        ]);
        let train = Dataset::open(&dir, Split::Train).unwrap();
        assert_eq!((train.name(), train.len(), train.label(0)), ("data-train", 1, 9));
        let refusal = Dataset::open(&dir, Split::Test).unwrap_err().to_string();
        let missing = dir.join("t10k-labels-idx1-ubyte").display().to_string();
        assert!(refusal.starts_with(&missing), "{refusal}");
    }

    #[test]
    fn a_folder_of_pictures_has_parts_where_it_says_so() {
        let (_parent, dir) = folder(&["cat/1.png", "dog/1.png"]);
        for split in [Split::Train, Split::Test] {
            let pets = Dataset::open(&dir, split).unwrap();
            assert_eq!((pets.name(), pets.classes().len()), ("data", 2));
            assert_eq!((pets.width(), pets.height()), (1, 1));
            let resize = Reading { resize: true, ..Reading::default() };
            let pets = Dataset::open_as(&dir, split, resize).unwrap();
            assert_eq!((pets.name(), pets.width(), pets.height()), ("data+resized", 28, 28));
        }
        let (_parent, dir) = folder(&["train/cat/1.png", "train/dog/1.png", "test/dog/1.png"]);
        for (split, name, labels) in
            [(Split::Train, "data-train", &[0, 1][..]), (Split::Test, "data-test", &[1])]
        {
            let pets = Dataset::open(&dir, split).unwrap();
            // A dog is a dog in both, though one of them has no cat.
            assert_eq!((pets.name(), pets.classes()), (name, &["cat".into(), "dog".into()][..]));
            let found: Vec<u8> = (0..pets.len()).map(|image| pets.label(image)).collect();
            assert_eq!(found, labels);
        }
    }

    #[test]
    fn what_lies_beside_idx_files_is_told() {
        let (_parent, dir) = folder(&[
            "t10k-images-idx3-ubyte",
            "t10k-labels-idx1-ubyte",
            "t10k-labels-idx1-ubyte.gz",
            "8/1.png",
        ]);
        let labels = dir.join("t10k-labels-idx1-ubyte");
        std::fs::copy(&labels, labels.with_added_extension("gz")).unwrap();
        let warnings = Dataset::open(&dir, Split::Test).unwrap().warnings().to_vec();
        assert!(warnings.contains(&Warning::Twice { file: labels.display().to_string() }));
        assert!(warnings.contains(&Warning::FoldersBeside { first: "8".into() }));
    }

    #[test]
    fn a_folder_of_anything_else_is_refused() {
        let (_parent, dir) = folder(&["LABELS", ".git/1.png"]);
        let refusal = Dataset::open(&dir, Split::Test).unwrap_err().to_string();
        assert!(refusal.contains("neither the files of MNIST"), "{refusal}");
        let missing = Dataset::open(&dir.join("missing"), Split::Test).unwrap_err();
        assert!(matches!(missing, DatasetError::Io { .. }), "{missing}");
    }
}
