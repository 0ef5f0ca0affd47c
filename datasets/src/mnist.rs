//! MNIST: the test set compiled into the program, the training set read from files.

use std::{path::Path, sync::LazyLock};

use crate::idx_folder::IdxFiles;
use crate::{Dataset, DatasetError, Format, Labelling, Reading, Split, classes, idx};

static TEST: LazyLock<Dataset> = LazyLock::new(|| {
    let images = include_bytes!("../data/mnist/t10k-images-idx3-ubyte.gz");
    let labels = include_bytes!("../data/mnist/t10k-labels-idx1-ubyte.gz");
    from_bytes(images, labels).expect("the files compiled in are sound, a test reads them")
});

/// The 10,000 test images, from the program itself.
///
/// ```
/// let test = pixel_debate_datasets::mnist::test();
/// assert_eq!((test.name(), test.len()), ("mnist-test", 10_000));
/// assert!(test.warnings().is_empty());
/// ```
pub fn test() -> &'static Dataset {
    &TEST
}

/// The 60,000 training images, from the original files (gzipped or not) in the folder `dir`.
///
/// ```
/// use std::path::Path;
///
/// use pixel_debate_datasets::mnist;
///
/// let missing = mnist::train(Path::new("no/such/folder")).unwrap_err().to_string();
/// assert!(missing.contains("train-images-idx3-ubyte"), "{missing}");
/// ```
///
/// # Errors
///
/// [`DatasetError`] if the files are not there or not MNIST's.
pub fn train(dir: &Path) -> Result<Dataset, DatasetError> {
    let [images, labels] = IdxFiles::Mnist.pair(dir, Split::Train);
    let mut dataset = Dataset::from_idx("mnist-train", &images, &labels, classes::ten_digits())?;
    dataset.take(Format::Idx, Labelling::Stated, Reading::default(), Vec::new());
    Ok(dataset)
}

fn from_bytes(images: &[u8], labels: &[u8]) -> Result<Dataset, DatasetError> {
    let images = idx::images("t10k-images", images)?;
    let labels = idx::labels("t10k-labels", labels)?;
    let sides = (images.width, images.height);
    let mut dataset =
        Dataset::new("mnist-test", sides, images.pixels, labels, classes::ten_digits())?;
    dataset.take(Format::Idx, Labelling::Stated, Reading::default(), Vec::new());
    Ok(dataset)
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::path::PathBuf;

    use flate2::read::GzDecoder;
    use md5::{Digest, Md5};

    use super::*;
    use crate::Split;

    fn dir() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("data/mnist")
    }

    #[test]
    fn both_sets_are_whole() {
        let train = train(&dir()).unwrap();
        assert_eq!((train.len(), train.width(), train.height()), (60_000, 28, 28));
        assert_eq!(train.label(0), 5);
        assert_eq!(test().len(), 10_000);
    }

    #[test]
    fn the_folder_opens_as_the_same_sets() {
        assert_eq!(Dataset::open(&dir(), Split::Test).unwrap(), *test());
        assert_eq!(Dataset::open(&dir(), Split::Train).unwrap(), train(&dir()).unwrap());
    }

    #[test]
    fn the_files_are_the_original_bytes() {
        for (file, md5) in [
            ("train-images-idx3-ubyte.gz", "6bbc9ace898e44ae57da46a324031adb"),
            ("train-labels-idx1-ubyte.gz", "a25bea736e30d166cdddb491f175f624"),
            ("t10k-images-idx3-ubyte.gz", "2646ac647ad5339dbf082846283269ea"),
            ("t10k-labels-idx1-ubyte.gz", "27ae3e4e09519cfbb04c329615203637"),
        ] {
            let packed = std::fs::read(dir().join(file)).unwrap();
            let mut unpacked = Vec::new();
            GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
            let digest = u128::from_be_bytes(Md5::digest(&unpacked).into());
            assert_eq!(format!("{digest:032x}"), md5, "{file}");
        }
    }
}
