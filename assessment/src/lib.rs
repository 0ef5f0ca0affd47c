//! How good judges are: alone with random pixels, before consultants, and before debates, several side by side on the same
//! images. [`Settings`] say what is asked, [`assess`] carries it out in a folder and writes the report.
//!
//! | in the folder | what |
//! |---|---|
//! | `report.html`, `plots/` | the report to look at |
//! | `report.json` | its numbers: [`Report`] |
//! | `alone.parquet` | what each judge said of each image through 0 to 60 random pixels |
//! | `debates/` | the debates and consultancies: a run's folder, with which the same call goes on |
//!
//! ```
//! use pixel_debate_assessment::{Settings, assess};
//! use pixel_debate_harness::{Observer, Row};
//!
//! struct Quiet;
//!
//! impl Observer for Quiet {
//!     fn done(&self, _cell: usize, _rows: &[Row], _before: bool) {}
//! }
//!
//! let settings = Settings { images: 6, rollouts: 10, optimal: 0, ..Settings::of(["judge-6", "judge-4"]) };
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let report = assess(&settings, &settings.plan()?, folder, 1, &Quiet)?;
//! assert_eq!((report.judges.len(), report.judges[0].accuracy.len()), (2, 61));
//! assert!(folder.join("report.html").exists());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod alone;
mod assess;
mod calibration;
mod charts;
mod error;
mod page;
mod report;
mod settings;
mod table;

pub use alone::{Alone, MOST_PIXELS, Said};
pub use assess::assess;
pub use calibration::{Calibration, Probabilities};
pub use error::AssessmentError;
pub use report::{AtPixels, Compared, JudgeReport, Report};
pub use settings::Settings;
