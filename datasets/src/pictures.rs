//! A folder of pictures with one subfolder a class.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use image::ImageFormat;

use crate::classes::{Classes, MAP};
use crate::survey::{Count, Warning};
use crate::{Dataset, DatasetError, Fault, Format, Reading, picture};

impl Dataset {
    /// The pictures in the subfolders of a folder, one subfolder a class.
    ///
    /// A class's label is the number that its folder is called, if all folders are called `0` to
    /// `9`, be there one for each or not; else what the file `labels.toml` in the folder says
    /// (`cat = 0`); else its place among the names, numbers by their values before all others.
    ///
    /// A picture becomes grey, on black where it is transparent, turned as its EXIF data say. All
    /// must have one size, unless `reading` resizes them. Names that begin with a dot are passed
    /// over, and so are files beside the subfolders; whatever else in a subfolder is not a still
    /// picture is an error that names it.
    ///
    /// ```
    /// use std::fs;
    ///
    /// use pixel_debate_datasets::{Dataset, Labelling, Reading};
    ///
    /// // One picture of two pixels for each of two classes, as plain PGM.
    /// let dir = tempfile::tempdir()?;
    /// for (class, values) in [("cat", "0 200"), ("dog", "90 0")] {
    ///     fs::create_dir(dir.path().join(class))?;
    ///     fs::write(dir.path().join(class).join("1.pgm"), format!("P2\n2 1\n255\n{values}\n"))?;
    /// }
    /// let dataset = Dataset::from_pictures("pets", dir.path(), Reading::default())?;
    /// assert_eq!(dataset.classes(), ["cat", "dog"]);
    /// assert_eq!((dataset.image(1), dataset.label(1)), (&[90, 0][..], 1));
    /// assert_eq!(dataset.labelling(), Labelling::ByOrder);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DatasetError`] if there are no classes or no pictures, names or sizes do not fit together, or a file is no
    /// still picture.
    pub fn from_pictures(name: &str, dir: &Path, reading: Reading) -> Result<Self, DatasetError> {
        let folders = class_folders(dir)?;
        let classes = Classes::of(dir, &folders.iter().map(|(name, _)| name.clone()).collect())?;
        Self::of_classes(name, dir, classes, reading)
    }

    /// The pictures of a folder whose classes have labels already, by itself or with its other part.
    pub(crate) fn of_classes(
        name: &str,
        dir: &Path,
        classes: Classes,
        reading: Reading,
    ) -> Result<Self, DatasetError> {
        let Classes { names, labels: label_of, labelling } = classes;
        let (mut pixels, mut labels, mut odd) = (Vec::new(), Vec::new(), Odd::default());
        let mut sides: Option<(u32, u32)> = None;
        let mut folders: Vec<(u8, String, PathBuf)> = Vec::new();
        for (class, folder) in class_folders(dir)? {
            let Some(label) = label_of.get(&class) else { continue };
            folders.push((*label, class, folder));
        }
        folders.sort_unstable();
        for (label, class, folder) in folders {
            let before = labels.len();
            for path in visible(&folder)? {
                let picture = picture::read(&path, reading)?;
                odd.note(&path, &picture, reading);
                let taken = picture.grey.dimensions();
                let expected = *sides.get_or_insert(taken);
                if taken != expected {
                    let (width, height) = taken;
                    return Err(Fault::OtherSize { width, height, expected }.of(path.display()));
                }
                pixels.extend(picture.grey.into_raw());
                labels.push(label);
            }
            if labels.len() == before {
                odd.warnings.push(Warning::EmptyClass { class });
            }
        }
        let at_dir = |fault: Fault| fault.of(dir.display());
        let Some((width, height)) = sides else { return Err(at_dir(Fault::Empty)) };
        let sides = (width as usize, height as usize);
        let mut dataset = Self::assemble(reading.name(name), sides, pixels, labels, names);
        if let Ok(dataset) = &mut dataset {
            odd.passed_over(&beside(dir)?);
            dataset.take(Format::Pictures, labelling, reading, odd.warnings());
        }
        dataset.map_err(at_dir)
    }
}

/// What is odd about the pictures of a folder.
#[derive(Default)]
struct Odd {
    lossy: Count,
    transparent: Count,
    stretched: Count,
    warnings: Vec<Warning>,
}

impl Odd {
    fn note(&mut self, path: &Path, picture: &picture::Picture, reading: Reading) {
        let name = || path.display().to_string();
        if picture.lossy && reading.threshold <= 1 {
            self.lossy.add(name);
        }
        if picture.transparent {
            self.transparent.add(name);
        }
        if reading.resize && picture.sides.0 != picture.sides.1 {
            self.stretched.add(name);
        }
    }

    /// Pictures that lie beside the classes belong to none.
    fn passed_over(&mut self, files: &[PathBuf]) {
        let mut beside = Count::default();
        for file in files.iter().filter(|file| ImageFormat::from_path(file).is_ok()) {
            beside.add(|| file.display().to_string());
        }
        self.warnings.extend(beside.into_warning(|files| Warning::Beside { files }));
    }

    fn warnings(self) -> Vec<Warning> {
        let Self { lossy, transparent, stretched, mut warnings } = self;
        warnings.extend(lossy.into_warning(|pictures| Warning::Lossy { pictures }));
        warnings.extend(transparent.into_warning(|pictures| Warning::Transparent { pictures }));
        warnings.extend(stretched.into_warning(|pictures| Warning::Stretched { pictures }));
        warnings
    }
}

/// The subfolders of a folder with their names, sorted.
pub(crate) fn class_folders(dir: &Path) -> Result<Vec<(String, PathBuf)>, DatasetError> {
    let mut folders = Vec::new();
    for path in visible(dir)? {
        // A link that leads nowhere may have been a class.
        let metadata =
            path.metadata().map_err(|source| DatasetError::Io { path: path.clone(), source })?;
        if metadata.is_dir() {
            let name = path.file_name().unwrap_or_default();
            // What is not Unicode cannot be shown, and is refused as a class's name.
            folders.push((name.to_string_lossy().into_owned(), path));
        }
    }
    Ok(folders)
}

/// The names of the class folders of both parts of a dataset.
pub(crate) fn class_names(dirs: &[PathBuf]) -> Result<BTreeSet<String>, DatasetError> {
    let mut names = BTreeSet::new();
    for dir in dirs {
        names.extend(class_folders(dir)?.into_iter().map(|(name, _)| name));
    }
    Ok(names)
}

/// The files beside the subfolders.
fn beside(dir: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let files = visible(dir)?.into_iter().filter(|path| path.is_file() && !path.ends_with(MAP));
    Ok(files.collect())
}

/// What is in a folder, sorted by name, without what is hidden by a dot.
fn visible(dir: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let list = || -> io::Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                paths.push(entry.path());
            }
        }
        paths.sort_unstable();
        Ok(paths)
    };
    list().map_err(|source| DatasetError::Io { path: dir.into(), source })
}

#[cfg(test)]
mod tests;
