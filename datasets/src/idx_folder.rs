//! A folder of IDX files: whose they are, which part is in which, and what their labels are called.

use std::fs;
use std::path::{Path, PathBuf};

use crate::classes::{numbered, stated};
use crate::{DatasetError, Fault, Format, Split, idx};

/// The parts of EMNIST with their classes by label, each called by a character; of the letters the small ones are the
/// capital ones, and of 47 classes those small ones are that look otherwise (Cohen et al. 2017, section II).
const EMNIST: [(&str, &str); 6] = [
    ("balanced", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"),
    ("bymerge", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"),
    ("byclass", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
    ("letters", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("digits", "0123456789"),
    ("mnist", "0123456789"),
];

/// What there is of EMNIST whose labels begin with 1.
const FROM_ONE: &str = "letters";

/// The fewest classes of files that do not say how many there are: MNIST's.
const FEWEST: usize = 10;

/// The IDX files of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdxFiles {
    /// Called as MNIST's.
    Mnist,
    /// Called as those of that part of EMNIST.
    Emnist(&'static str),
}

impl IdxFiles {
    /// Whose files there are in a folder; `None` if there are none.
    pub(crate) fn of(dir: &Path) -> Result<Option<Self>, DatasetError> {
        let emnist = EMNIST.map(|(part, _)| Self::Emnist(part));
        let there = |files: &Self| {
            let pairs = [Split::Train, Split::Test].map(|split| files.pair(dir, split));
            pairs.as_flattened().iter().any(|file| file.exists())
        };
        let mut found = [Self::Mnist].into_iter().chain(emnist).filter(there);
        let (first, second) = (found.next(), found.next());
        if let (Some(first), Some(second)) = (first, second) {
            let [first, second] = [first, second].map(Self::prefix);
            return Err(Fault::SeveralIdx { first, second }.of(dir.display()));
        }
        Ok(first)
    }

    /// What the names of the training files begin with.
    fn prefix(self) -> String {
        match self {
            Self::Mnist => "train".to_owned(),
            Self::Emnist(part) => format!("emnist-{part}-train"),
        }
    }

    /// The files of images and of labels; the gzipped one of each, if it is there.
    pub(crate) fn pair(self, dir: &Path, split: Split) -> [PathBuf; 2] {
        let prefix = match (self, split) {
            (_, Split::Train) => self.prefix(),
            (Self::Mnist, Split::Test) => "t10k".to_owned(),
            (Self::Emnist(part), Split::Test) => format!("emnist-{part}-test"),
        };
        ["images-idx3", "labels-idx1"].map(|kind| {
            let plain = dir.join(format!("{prefix}-{kind}-ubyte"));
            let gzipped = plain.with_added_extension("gz");
            if gzipped.exists() { gzipped } else { plain }
        })
    }

    pub(crate) fn format(self) -> Format {
        match self {
            Self::Mnist => Format::Idx,
            Self::Emnist(_) => Format::Emnist,
        }
    }

    /// The label that the files call the first.
    pub(crate) fn first_label(self) -> u8 {
        u8::from(self == Self::Emnist(FROM_ONE))
    }

    /// What the classes are called, by label: as the folder's map says, or as EMNIST's are, or by their numbers, of
    /// which there are as many as both parts have labels, and ten at least.
    pub(crate) fn classes(self, dir: &Path) -> Result<Vec<String>, DatasetError> {
        if let Some(names) = stated(dir)? {
            return Ok(names);
        }
        if let Self::Emnist(part) = self
            && let Some((_, classes)) = EMNIST.iter().find(|(name, _)| *name == part)
        {
            return Ok(classes.chars().map(String::from).collect());
        }
        let mut count = FEWEST;
        for split in [Split::Train, Split::Test] {
            let [_, labels] = self.pair(dir, split);
            if fs::exists(&labels).unwrap_or_default() {
                let greatest = idx::labels_of(&labels)?.into_iter().max().unwrap_or_default();
                count = count.max(usize::from(greatest) + 1);
            }
        }
        Ok(numbered(count.min(u8::MAX.into())))
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::{Dataset, Labelling};

    /// A folder with pairs of files of one image each, of two columns and three rows, by what their names begin with.
    fn folder(files: &[(&str, u8)]) -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (prefix, label) in files {
            let image = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6];
            fs::write(dir.path().join(format!("{prefix}-images-idx3-ubyte")), image).unwrap();
            let labels = [0, 0, 8, 1, 0, 0, 0, 1, *label];
            fs::write(dir.path().join(format!("{prefix}-labels-idx1-ubyte")), labels).unwrap();
        }
        dir
    }

    fn refusal(dir: &TempDir) -> String {
        Dataset::open(dir.path(), Split::Test).unwrap_err().to_string()
    }

    #[test]
    fn emnist_is_turned_and_its_letters_begin_with_a() {
        let dir = folder(&[("emnist-letters-train", 26), ("emnist-letters-test", 1)]);
        for (split, label) in [(Split::Train, 25), (Split::Test, 0)] {
            let letters = Dataset::open(dir.path(), split).unwrap();
            assert_eq!((letters.classes().len(), letters.label(0)), (26, label));
            assert_eq!(letters.classes().concat(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
            // Columns were rows.
            assert_eq!((letters.width(), letters.height()), (3, 2));
            assert_eq!(letters.image(0), [1, 3, 5, 2, 4, 6]);
            assert_eq!(letters.survey().format, Format::Emnist);
        }
        let dir = folder(&[("emnist-balanced-test", 46)]);
        let balanced = Dataset::open(dir.path(), Split::Test).unwrap();
        assert_eq!((balanced.classes().len(), &*balanced.classes()[46]), (47, "t"));
        let refused = refusal(&folder(&[("emnist-letters-test", 0)]));
        assert!(
            refused.ends_with("label 0 of image 0 is out of range: there are 26 classes, from 1"),
            "{refused}"
        );
        let refused = refusal(&folder(&[("emnist-digits-test", 10)]));
        assert!(
            refused.ends_with("label 10 of image 0 is out of range: there are 10 classes, from 0"),
            "{refused}"
        );
    }

    #[test]
    fn the_names_of_all_parts_have_their_labels() {
        assert!(EMNIST.iter().all(|(part, classes)| {
            let wanted = match *part {
                "balanced" | "bymerge" => 47,
                "byclass" => 62,
                "letters" => 26,
                _ => 10,
            };
            classes.chars().count() == wanted
        }));
    }

    #[test]
    fn there_are_as_many_classes_as_both_parts_have_labels_and_ten_at_least() {
        for (train, test, classes) in [(3, 4, 10), (3, 10, 11), (48, 3, 49), (254, 0, 255)] {
            let dir = folder(&[("train", train), ("t10k", test)]);
            let dataset = Dataset::open(dir.path(), Split::Test).unwrap();
            assert_eq!((dataset.classes().len(), dataset.label(0)), (classes, test));
            assert_eq!(dataset.classes()[3], "3");
            assert_eq!(dataset.labelling(), Labelling::Stated);
        }
        let refused = refusal(&folder(&[("t10k", 255)]));
        assert!(
            refused
                .ends_with("label 255 of image 0 is out of range: there are 255 classes, from 0"),
            "{refused}"
        );
    }

    #[test]
    fn a_map_names_the_labels_and_says_how_many_there_are() {
        let dir = folder(&[("t10k", 1)]);
        let map = dir.path().join("labels.toml");
        fs::write(&map, "dog = 1\ncat = 0\n").unwrap();
        let dataset = Dataset::open(dir.path(), Split::Test).unwrap();
        assert_eq!(
            (dataset.classes(), dataset.label(0)),
            (&["cat".to_owned(), "dog".to_owned()][..], 1)
        );
        fs::write(&map, "cat = 0\ndog = 0\n").unwrap();
        let refused = refusal(&dir);
        assert!(refused.ends_with("\"cat\" and \"dog\" would both have the label 0"), "{refused}");
        fs::write(&map, "cat = 0\n").unwrap();
        let refused = refusal(&dir);
        assert!(
            refused.ends_with("label 1 of image 0 is out of range: there are 1 classes, from 0"),
            "{refused}"
        );
        fs::write(&map, "cat = 0\ndog = 2\n").unwrap();
        let refused = refusal(&dir);
        assert!(
            refused.ends_with("it names no label 1: labels are 0 to 2 without a gap"),
            "{refused}"
        );
    }

    #[test]
    fn files_of_two_kinds_are_refused() {
        let refused = refusal(&folder(&[("emnist-letters-test", 1), ("emnist-digits-test", 1)]));
        assert!(
            refused.ends_with(
                "IDX files of two kinds, emnist-letters-train and emnist-digits-train: a folder holds one"
            ),
            "{refused}"
        );
    }
}
