//! The IDX format of the original MNIST files, plain or gzipped.
//!
//! An IDX file of bytes is a magic number (`0x0803` for images, `0x0801` for labels), the size of
//! each dimension as a big-endian `u32`, then the bytes themselves
//! (<http://yann.lecun.com/exdb/mnist/>). Nothing is allocated on the word of a header alone: what
//! it promises is first checked against the length of the file, and no more is unpacked than it
//! promises.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use flate2::bufread::GzDecoder;

use crate::dataset::check_sides;
use crate::{Dataset, DatasetError, Fault, Reading};

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The largest factor by which deflate can shrink anything; a gzipped file that promises more than
/// this is layout.
const DEFLATE_MAX_RATIO: u64 = 1032;

/// Images as an IDX file has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdxImages {
    /// Rows of an image.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
    /// The images one after another, row by row.
    pub pixels: Vec<u8>,
}

/// Reads the bytes of an IDX file of images (three dimensions); `file` names it in errors.
///
/// ```
/// use pixel_debate_datasets::idx;
///
/// // One image of two rows and three columns.
/// let mut bytes = vec![0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
/// bytes.extend([1, 2, 3, 4, 5, 6]);
/// let images = idx::images("made", &bytes)?;
/// assert_eq!((images.width, images.height, images.pixels[3]), (3, 2, 4));
/// bytes.pop();
/// let short = idx::images("made", &bytes).unwrap_err();
/// assert_eq!(
///     short.to_string(),
///     "made: the IDX header promises [1, 2, 3] bytes: the file can hold 5 at most"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`DatasetError`] if the bytes are no such file, fewer or more than its head says, or a side is 0 or over 255.
pub fn images(file: &str, bytes: &[u8]) -> Result<IdxImages, DatasetError> {
    let contents: Contents<3> = read(bytes, bytes.len() as u64).map_err(|fault| fault.of(file))?;
    Ok(contents.into())
}

/// Reads the bytes of an IDX file of labels (one dimension); `file` names it in errors.
///
/// ```
/// use pixel_debate_datasets::idx;
///
/// assert_eq!(idx::labels("made", &[0, 0, 8, 1, 0, 0, 0, 2, 7, 3])?, [7, 3]);
/// // The magic number of images.
/// assert!(idx::labels("made", &[0, 0, 8, 3, 0, 0, 0, 2, 7, 3]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`DatasetError`] if the bytes are no such file, or fewer or more than its head says.
pub fn labels(file: &str, bytes: &[u8]) -> Result<Vec<u8>, DatasetError> {
    let contents: Contents<1> = read(bytes, bytes.len() as u64).map_err(|fault| fault.of(file))?;
    Ok(contents.data)
}

impl Dataset {
    /// The dataset of an IDX file of images and one of their labels, each gzipped or not.
    ///
    /// There must be an image, and every label must be an index into `classes`.
    ///
    /// ```
    /// use std::fs;
    ///
    /// use pixel_debate_datasets::Dataset;
    ///
    /// let dir = tempfile::tempdir()?;
    /// let (images, labels) = (dir.path().join("images"), dir.path().join("labels"));
    /// fs::write(&images, [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 90, 200])?;
    /// fs::write(&labels, [0, 0, 8, 1, 0, 0, 0, 1, 1])?;
    /// let classes = vec!["cat".into(), "dog".into()];
    /// let dataset = Dataset::from_idx("pets", &images, &labels, classes)?;
    /// assert_eq!((dataset.image(0), dataset.label(0)), (&[90, 200][..], 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DatasetError`] if a file cannot be read or is no IDX file, there are not as many labels as images, or a
    /// label names no class.
    pub fn from_idx(
        name: impl Into<String>,
        images: &Path,
        labels: &Path,
        classes: Vec<String>,
    ) -> Result<Self, DatasetError> {
        Self::idx(&name.into(), (images, labels), classes, Layout::default(), Reading::default())
    }

    /// The same with its images changed.
    pub(crate) fn idx(
        name: &str,
        files: (&Path, &Path),
        classes: Vec<String>,
        layout: Layout,
        reading: Reading,
    ) -> Result<Self, DatasetError> {
        let (images, labels) = files;
        let mut pictures: IdxImages = read_file::<3>(images)?.into();
        let mut answers = labels_of(labels)?;
        if layout.transposed {
            pictures.transpose();
        }
        let first = layout.first_label;
        let below =
            |label: &u8| label.checked_sub(first).is_none_or(|at| usize::from(at) >= classes.len());
        if let Some(index) = answers.iter().position(below) {
            let (label, classes) = (answers[index], classes.len());
            return Err(Fault::Label { label, index, classes, first }.of(labels.display()));
        }
        for label in &mut answers {
            *label -= first;
        }
        let sides = (pictures.width, pictures.height);
        check_sides(sides).map_err(|fault| fault.of(images.display()))?;
        if pictures.pixels.is_empty() && answers.is_empty() {
            return Err(Fault::Empty.of(images.display()));
        }
        let (pixels, sides) = reading.of_all(pictures.pixels, sides);
        Self::assemble(reading.name(name), sides, pixels, answers, classes).map_err(|fault| {
            match fault {
                Fault::Count { .. } => fault.of(labels.display()),
                _ => fault.of(images.display()),
            }
        })
    }
}

/// How the files differ from MNIST's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Columns are where rows should be.
    pub(crate) transposed: bool,
    /// The label that is called 0 here.
    pub(crate) first_label: u8,
}

impl IdxImages {
    /// Makes columns of rows.
    fn transpose(&mut self) {
        let (width, height) = (self.width, self.height);
        for image in self.pixels.chunks_exact_mut((width * height).max(1)) {
            let columns: Vec<u8> =
                (0..image.len()).map(|at| image[at % height * width + at / height]).collect();
            image.copy_from_slice(&columns);
        }
        (self.width, self.height) = (height, width);
    }
}

/// The labels of a file.
pub(crate) fn labels_of(file: &Path) -> Result<Vec<u8>, DatasetError> {
    Ok(read_file::<1>(file)?.data)
}

/// What an IDX file holds.
struct Contents<const DIMENSIONS: usize> {
    dimensions: [u32; DIMENSIONS],
    data: Vec<u8>,
}

impl From<Contents<3>> for IdxImages {
    fn from(contents: Contents<3>) -> Self {
        let [_count, height, width] = contents.dimensions;
        Self { height: height as usize, width: width as usize, pixels: contents.data }
    }
}

fn read_file<const DIMENSIONS: usize>(path: &Path) -> Result<Contents<DIMENSIONS>, DatasetError> {
    let io = |source| DatasetError::Io { path: path.into(), source };
    // Asked before it is opened: to open a pipe is to wait for its writer.
    let metadata = path.metadata().map_err(io)?;
    if !metadata.is_file() {
        return Err(Fault::NotAFile.of(path.display()));
    }
    let file = BufReader::new(File::open(path).map_err(io)?);
    read(file, metadata.len()).map_err(|fault| fault.of(path.display()))
}

/// Reads an IDX file of `length` bytes, gzipped or not.
fn read<const DIMENSIONS: usize>(
    mut file: impl BufRead,
    length: u64,
) -> Result<Contents<DIMENSIONS>, Fault> {
    if !file.fill_buf().map_err(Fault::Unpack)?.starts_with(&GZIP_MAGIC) {
        return read_unpacked(&mut file, length, length);
    }
    let mut unpacked = GzDecoder::new(file);
    let contents = read_unpacked(&mut unpacked, length, length.saturating_mul(DEFLATE_MAX_RATIO))?;
    let mut rest = unpacked.into_inner();
    if rest.fill_buf().map_err(Fault::Unpack)?.is_empty() {
        Ok(contents)
    } else {
        Err(Fault::AfterGzip)
    }
}

/// Reads the whole of a stream that comes from a file of `length` bytes and yields at most `most`.
fn read_unpacked<const DIMENSIONS: usize>(
    stream: &mut impl Read,
    length: u64,
    most: u64,
) -> Result<Contents<DIMENSIONS>, Fault> {
    let mut word = || {
        let mut word = [0; 4];
        stream.read_exact(&mut word).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => Fault::ShortHeader { dimensions: DIMENSIONS },
            _ => Fault::Unpack(error),
        })?;
        Ok(u32::from_be_bytes(word))
    };
    let expected = 0x0800 + DIMENSIONS as u32;
    let found = word()?;
    if found != expected {
        return Err(Fault::Magic { found, expected });
    }
    let mut dimensions = [0; DIMENSIONS];
    for dimension in &mut dimensions {
        *dimension = word()?;
    }

    let most = most.saturating_sub(4 + 4 * DIMENSIONS as u64);
    let size = dimensions.iter().try_fold(1_u64, |size, &side| size.checked_mul(side.into()));
    let Some(promised) = size.filter(|&size| size <= most) else {
        return Err(Fault::Promise { dimensions: dimensions.into(), most });
    };
    // Room for the file as it lies there; what unpacks to more makes room as it comes.
    let mut data = Vec::with_capacity(promised.min(length) as usize + 1);
    // One byte more than promised, to notice what follows.
    let read = stream.take(promised + 1).read_to_end(&mut data);
    let have = data.len() as u64;
    match read {
        Err(error) if error.kind() != ErrorKind::UnexpectedEof => Err(Fault::Unpack(error)),
        Ok(_) if have > promised => Err(Fault::Trailing { promised }),
        Ok(_) if have == promised => Ok(Contents { dimensions, data }),
        Ok(_) | Err(_) => Err(Fault::Truncated { promised, have }),
    }
}

#[cfg(test)]
mod tests;
