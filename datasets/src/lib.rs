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
//! Files are not trusted: nothing is allocated or unpacked on the word of a header alone, and every
//! error names the file and its fault.

mod dataset;
mod error;
mod folder;
pub mod idx;
pub mod mnist;
mod pictures;

pub use dataset::Dataset;
pub use error::{DatasetError, Fault};
pub use folder::Split;
