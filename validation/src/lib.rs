//! A judge and a data set: whether they fit each other, how often the judge is right, and what speaks
//! against its file.
//!
//! | what is asked | who answers |
//! |---|---|
//! | can any judge read these images? | [`check_dataset`] |
//! | can this one, by its labels? | [`check_labels`] |
//! | how often is it right about random pixels? | [`correct_on_random_pixels`] |
//! | at which temperature is it as sure as it is right? | [`calibrate`] |
//! | may its file hold sound numbers in a wrong order, or a judge of something else? | [`doubt`] |
//!
//! ```
//! use pixel_debate_datasets::mnist;
//! use pixel_debate_judge::Judge;
//! use pixel_debate_validation::{check_labels, doubt};
//!
//! let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
//! check_labels(judge.weights(), mnist::test())?;
//! assert_eq!(doubt(judge.weights(), 6), None);
//! # Ok::<(), pixel_debate_validation::UnfitDataset>(())
//! ```

mod accuracy;
mod doubts;
mod evidence;
mod fit;
mod temperature;

pub use accuracy::{correct_by_evaluators, correct_on_random_pixels};
pub use doubts::{Doubt, doubt};
pub use fit::{UnfitDataset, check_classes_of, check_dataset, check_labels};
pub use temperature::{Calibration, CalibrationError, calibrate};
