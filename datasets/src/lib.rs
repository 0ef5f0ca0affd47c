//! Images with labels: MNIST inside, any IDX pair, any folder of pictures.
//!
//! ```
//! let test = pixel_debate_datasets::mnist::test();
//! assert_eq!(test.len(), 10_000);
//! assert_eq!((test.width(), test.height(), test.label(0)), (28, 28, 7));
//! ```
//!
//! Any other dataset is opened from its folder:
//!
//! ```no_run
//! use std::path::Path;
//!
//! use pixel_debate_datasets::{Dataset, Split};
//!
//! let fashion = Path::new("/usr/share/datasets/fashion-mnist");
//! let dataset = Dataset::open(fashion, Split::Test)?;
//! println!("{}: {} images of {} classes", dataset.name(), dataset.len(), dataset.classes().len());
//! # Ok::<(), pixel_debate_datasets::DatasetError>(())
//! ```
//!
//! What a folder was taken for is in its [`Survey`], and what is odd about it in
//! [`Dataset::warnings`], which whoever named the folder should be shown. Its images are as they are
//! in the files, unless a [`Reading`] says otherwise.
//!
//! Files are not trusted: nothing is allocated or unpacked on the word of a header alone, and every
//! error names the file and its fault.

mod classes;
mod dataset;
mod error;
mod folder;
pub mod idx;
mod idx_folder;
pub mod mnist;
mod picture;
mod pictures;
mod reading;
mod split;
mod survey;

pub use classes::Labelling;
pub use dataset::{Dataset, Format};
pub use error::{DatasetError, Fault};
pub use reading::{RESIZED, Reading};
pub use split::Split;
pub use survey::{Class, Count, Spread, Survey, Warning};
