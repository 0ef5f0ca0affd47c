//! Why a dataset could not be read.

use std::fmt::Display;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::dataset::MAX_SIDE;

/// Why a dataset could not be read: which file, and what is wrong with it.
///
/// ```
/// use pixel_debate_datasets::{Dataset, DatasetError, Fault};
///
/// let (pixels, classes) = (vec![0; 300], vec!["a".into()]);
/// let error = Dataset::new("huge", (1, 300), pixels, vec![0], classes).unwrap_err();
/// assert!(error.to_string().starts_with("huge: "));
/// let DatasetError::Fault { fault, .. } = error else { panic!("{error}") };
/// assert!(matches!(fault, Fault::Sides { width: 1, height: 300 }));
/// ```
#[derive(Debug, Error)]
pub enum DatasetError {
    /// The operating system could not read a file or folder.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file or folder is not what it should be.
    #[error("{file}: {fault}")]
    Fault {
        /// The file or folder, or the name of what is in memory.
        file: String,
        /// What is wrong with it.
        fault: Fault,
    },
    /// A picture cannot be decoded.
    #[error(
        "{}: not a picture that can be read (PNG, JPEG, GIF, BMP, PNM and WebP can): {source}",
        path.display()
    )]
    Picture {
        /// The picture.
        path: PathBuf,
        /// What the decoder said.
        source: image::ImageError,
    },
}

/// What is wrong with a file or folder of a dataset.
#[derive(Debug, Error)]
pub enum Fault {
    /// A folder, pipe or device stands where a file should.
    #[error("not a file")]
    NotAFile,
    /// The file ends within its header.
    #[error(
        "the IDX header is cut short: it is a magic number and the sizes of {dimensions} \
         dimensions, 4 bytes each"
    )]
    ShortHeader {
        /// The number of dimensions that the header should have.
        dimensions: usize,
    },
    /// The magic number is another.
    #[error(
        "the IDX magic number is {found:#010x}: it must be {expected:#010x}, for bytes with {} \
         dimensions", expected & 0xff
    )]
    Magic {
        /// The number found.
        found: u32,
        /// The number of this kind of file.
        expected: u32,
    },
    /// The header promises more than a file of this length can hold.
    #[error("the IDX header promises {dimensions:?} bytes: the file can hold {most} at most")]
    Promise {
        /// The size of each dimension.
        dimensions: Vec<u32>,
        /// The most bytes of data that the file's length allows.
        most: u64,
    },
    /// The data end early.
    #[error("truncated: {have} bytes of data, and the IDX header promises {promised}")]
    Truncated {
        /// The bytes promised.
        promised: u64,
        /// The bytes there.
        have: u64,
    },
    /// Something follows the data.
    #[error("more bytes follow the {promised} that the IDX header promises")]
    Trailing {
        /// The bytes promised.
        promised: u64,
    },
    /// Something follows the compressed data.
    #[error("more bytes follow the end of the gzip stream")]
    AfterGzip,
    /// The file cannot be read, or its compression is damaged.
    #[error("the data cannot be read or unpacked: {0}")]
    Unpack(io::Error),
    /// A folder stands where a picture should.
    #[error(
        "a folder within a class: a dataset has one folder of pictures a class, or two folders \
         `train` and `test`, and no other, which have these"
    )]
    FolderInClass,
    /// The file of a picture is longer than any should be.
    #[error("a file of {bytes} bytes: a picture may have {most}")]
    LongFile {
        /// Its length.
        bytes: u64,
        /// The longest that is read.
        most: u64,
    },
    /// A picture has more than one frame.
    #[error("a moving picture: only still ones can be debated")]
    Animation,
    /// A picture is made of four inks.
    #[error("a picture in CMYK, whose inks are no light: save it in grey or RGB")]
    Cmyk,
    /// Values of 8 bits in a picture of 16.
    #[error(
        "16 bits a value, and none above 255: these are values of 8 bits, which would all be black: \
         save it with 8 bits"
    )]
    Depth,
    /// A picture is too large.
    #[error(
        "a picture of {width}×{height} pixels: both sides may be {most} at most{}",
        if *most as usize == MAX_SIDE { ", unless it is resized (`resize`)" } else { "" }
    )]
    LargePicture {
        /// Its columns.
        width: u32,
        /// Its rows.
        height: u32,
        /// The most of either.
        most: u32,
    },
    /// A picture has another size than those before.
    #[error(
        "a picture of {width}×{height} pixels, where those before it have {}×{}: all must have one \
         size, unless they are resized (`resize`)", expected.0, expected.1
    )]
    OtherSize {
        /// Its columns.
        width: u32,
        /// Its rows.
        height: u32,
        /// The columns and rows of those before.
        expected: (u32, u32),
    },
    /// A class's name cannot be shown or told from others.
    #[error(
        "a class cannot be called {name:?}: a name has 1 to 200 characters, neither begins nor ends with \
         a blank, and has no invisible characters"
    )]
    ClassName {
        /// The name.
        name: String,
    },
    /// Two folders have one name but for case, or leading zeros.
    #[error("the folders {first:?} and {second:?} are one class by their names")]
    SameClass {
        /// One folder.
        first: String,
        /// The other.
        second: String,
    },
    /// Two folders would have one label.
    #[error("{first:?} and {second:?} would both have the label {label}")]
    SameLabel {
        /// The label.
        label: u8,
        /// One folder.
        first: String,
        /// The other.
        second: String,
    },
    /// The map of labels cannot be read.
    #[error("not a map of labels, as `cat = 0`: {0}")]
    Map(String),
    /// The map of labels gives a folder what is no label.
    #[error("the label of {name:?} is {value}: a label is a whole number from 0 to 254")]
    MapLabel {
        /// The folder.
        name: String,
        /// What it is given.
        value: String,
    },
    /// The map of labels lacks a folder.
    #[error(
        "it does not say which label the folder {name:?} has: every folder has one, from 0 to 254"
    )]
    Unmapped {
        /// The folder.
        name: String,
    },
    /// The map of labels names what is not there.
    #[error("it names {name:?}, and there is no such folder")]
    NoSuchClass {
        /// The name.
        name: String,
    },
    /// The map of the labels of files leaves one out.
    #[error("it names no label {label}: labels are 0 to {greatest} without a gap")]
    Gap {
        /// The label without a name.
        label: u8,
        /// The greatest that has one.
        greatest: u8,
    },
    /// There are files of more than one dataset.
    #[error("IDX files of two kinds, {first} and {second}: a folder holds one")]
    SeveralIdx {
        /// What the training files' names of one begin with.
        first: String,
        /// And of the other.
        second: String,
    },
    /// The images have no pixels, or are too large.
    #[error("images of {width}×{height} pixels: both sides must be 1 to {MAX_SIDE}")]
    Sides {
        /// The number of columns.
        width: usize,
        /// The number of rows.
        height: usize,
    },
    /// The pixels are no whole number of images.
    #[error("{pixels} pixels are no whole number of images of {width}×{height}")]
    Ragged {
        /// The number of pixels.
        pixels: usize,
        /// The number of columns of an image.
        width: usize,
        /// The number of rows of an image.
        height: usize,
    },
    /// There are more or fewer labels than images.
    #[error("{labels} labels for {images} images: each image has one")]
    Count {
        /// The number of images.
        images: usize,
        /// The number of labels.
        labels: usize,
    },
    /// A label is not a class.
    #[error(
        "label {label} of image {index} is out of range: there are {classes} classes, from {first}"
    )]
    Label {
        /// The label.
        label: u8,
        /// The image's number, from 0.
        index: usize,
        /// The number of classes.
        classes: usize,
        /// The first label: 0, and 1 of some files.
        first: u8,
    },
    /// There is no image.
    #[error("no images")]
    Empty,
    /// There are more classes than labels can tell apart.
    #[error("{classes} subfolders, one a class: there may be {} at most", u8::MAX)]
    Classes {
        /// The number of classes.
        classes: usize,
    },
    /// A folder is no dataset.
    #[error(
        "neither the files of MNIST (train-images-idx3-ubyte, train-labels-idx1-ubyte, \
         t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, gzipped or not), nor a part of EMNIST's \
         (emnist-letters-train-images-idx3-ubyte and so on), nor one subfolder of pictures a class"
    )]
    NoDataset,
}

impl Fault {
    /// This fault of that file or folder.
    pub(crate) fn of(self, file: impl Display) -> DatasetError {
        DatasetError::Fault { file: file.to_string(), fault: self }
    }
}
