//! A folder of pictures with one subfolder a class.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use image::imageops::{self, FilterType};
use image::{GrayImage, ImageReader, Luma};

use crate::dataset::check_sides;
use crate::{Dataset, DatasetError, Fault};

impl Dataset {
    /// The pictures in the subfolders of a folder, one subfolder a class.
    ///
    /// Classes are called after their folders and sorted by name, and the pictures of a class by
    /// theirs. A picture becomes grey, on black where it is transparent, and is stretched to
    /// `sides` (width and height, 1 to 255 each). Names that begin with a dot are passed over, and
    /// so are files beside the subfolders; whatever else in a subfolder is not a picture is an
    /// error that names it.
    pub fn from_pictures(
        name: impl Into<String>,
        dir: &Path,
        sides: (usize, usize),
    ) -> Result<Self, DatasetError> {
        let at_dir = |fault: Fault| fault.of(dir.display());
        check_sides(sides).map_err(at_dir)?;
        let folders = class_folders(dir)?;
        if folders.len() > usize::from(u8::MAX) {
            return Err(at_dir(Fault::Classes { classes: folders.len() }));
        }
        let (mut pixels, mut labels, mut classes) = (Vec::new(), Vec::new(), Vec::new());
        for (label, (class, folder)) in (0..).zip(folders) {
            for path in visible(&folder)? {
                let picture = grey(&path)?;
                let (width, height) = (sides.0 as u32, sides.1 as u32);
                let scaled = imageops::resize(&picture, width, height, FilterType::Triangle);
                pixels.extend(scaled.into_raw());
                labels.push(label);
            }
            classes.push(class);
        }
        if labels.is_empty() {
            return Err(at_dir(Fault::Empty));
        }
        Self::assemble(name.into(), sides, pixels, labels, classes).map_err(at_dir)
    }
}

/// The subfolders of a folder with their names, sorted.
pub(crate) fn class_folders(dir: &Path) -> Result<Vec<(String, PathBuf)>, DatasetError> {
    let folders = visible(dir)?.into_iter().filter(|path| path.is_dir());
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(folders.map(|path| (name(&path), path)).collect())
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

/// A picture of its own size, whatever its name says of its format.
fn grey(path: &Path) -> Result<GrayImage, DatasetError> {
    let io = |source| DatasetError::Io { path: path.into(), source };
    if !path.metadata().map_err(io)?.is_file() {
        return Err(Fault::NotAFile.of(path.display()));
    }
    let file = BufReader::new(File::open(path).map_err(io)?);
    let reader = ImageReader::new(file).with_guessed_format().map_err(io)?;
    // `image` itself refuses what would unpack to more than 512 MiB.
    let picture =
        reader.decode().map_err(|source| DatasetError::Picture { path: path.into(), source })?;
    let picture = picture.into_luma_alpha8();
    Ok(GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [grey, opacity] = picture.get_pixel(x, y).0.map(u16::from);
        Luma([(grey * opacity / 255) as u8])
    }))
}

#[cfg(test)]
mod tests {
    use image::{GrayAlphaImage, LumaA, RgbImage};
    use tempfile::TempDir;

    use super::*;

    /// A folder of two classes with a picture each: one in colour, one partly transparent.
    fn pets() -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        for class in ["dog", "cat"] {
            fs::create_dir(dir.path().join(class)).unwrap();
        }
        let white = RgbImage::from_pixel(40, 20, image::Rgb([255; 3]));
        white.save(dir.path().join("dog/b.bmp")).unwrap();
        let ramp = GrayAlphaImage::from_fn(4, 2, |x, y| {
            LumaA([200, if y == 0 { 85 * x as u8 } else { 255 }])
        });
        ramp.save(dir.path().join("cat/a.png")).unwrap();
        dir
    }

    fn refusal(dir: &TempDir) -> String {
        let error = Dataset::from_pictures("pets", dir.path(), (4, 2)).unwrap_err().to_string();
        error.replace(&dir.path().display().to_string(), "PETS")
    }

    #[test]
    fn classes_and_pictures_come_in_order_and_scaled() {
        let pets = Dataset::from_pictures("pets", pets().path(), (4, 2)).unwrap();
        assert_eq!(pets.classes(), ["cat", "dog"]);
        assert_eq!((pets.len(), pets.label(0), pets.label(1)), (2, 0, 1));
        // One of the right size is as it was, transparent pixels darker.
        assert_eq!(pets.image(0), [0, 66, 133, 200, 200, 200, 200, 200]);
        assert_eq!(pets.image(1), [255; 8]);
    }

    #[test]
    fn hidden_files_and_files_beside_the_classes_are_passed_over() {
        let dir = pets();
        for file in ["README", ".DS_Store", "cat/.thumbs"] {
            fs::write(dir.path().join(file), "text").unwrap();
        }
        fs::create_dir(dir.path().join(".git")).unwrap();
        let pets = Dataset::from_pictures("pets", dir.path(), (4, 2)).unwrap();
        assert_eq!((pets.len(), pets.classes().len()), (2, 2));
    }

    #[test]
    fn what_is_not_a_picture_is_named() {
        let dir = pets();
        fs::write(dir.path().join("dog/a.png"), "text").unwrap();
        let refused = refusal(&dir);
        assert!(refused.starts_with("PETS/dog/a.png: not a picture that can be read"), "{refused}");

        let dir = pets();
        let path = dir.path().join("cat/a.png");
        let picture = fs::read(&path).unwrap();
        fs::write(&path, &picture[..picture.len() / 2]).unwrap();
        let refused = refusal(&dir);
        assert!(refused.starts_with("PETS/cat/a.png: not a picture that can be read"), "{refused}");

        let dir = pets();
        fs::create_dir(dir.path().join("dog/more")).unwrap();
        assert_eq!(refusal(&dir), "PETS/dog/more: not a file");
    }

    #[test]
    fn a_picture_that_claims_a_huge_size_is_refused() {
        let dir = pets();
        fs::write(dir.path().join("cat/a.pgm"), "P5 60000 60000 255\n").unwrap();
        let refused = refusal(&dir);
        assert!(refused.starts_with("PETS/cat/a.pgm: "), "{refused}");
        assert!(refused.ends_with("Memory limit exceeded"), "{refused}");
    }

    #[test]
    fn folders_without_pictures_and_wrong_sides_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("cat")).unwrap();
        assert_eq!(refusal(&dir), "PETS: no images");
        let refused = Dataset::from_pictures("pets", pets().path(), (28, 0)).unwrap_err();
        assert!(
            refused.to_string().ends_with("images of 28×0 pixels: both sides must be 1 to 255")
        );
    }

    #[test]
    fn more_classes_than_labels_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        for class in 0..256 {
            fs::create_dir(dir.path().join(class.to_string())).unwrap();
        }
        let refused = "PETS: 256 subfolders, one a class: there may be 255 at most";
        assert_eq!(refusal(&dir), refused);
    }
}
