//! What came of a study: its tables with what each column is, and its report.
//!
//! ```
//! use pixel_debate_results::{ExportOptions, export, report};
//! use pixel_debate_study::results::{Participant, Results, State};
//! # use pixel_debate_study::{Draft, frozen::Frozen, items::Unobserved};
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! # let study = "name = \"alone\"\ntitle = \"Alone\"\nseed = 7\n[[conditions]]\nname = \"alone\"\nkind = \"alone\"\n\
//! #     pixels = 4\n[images]\nnumber = 2\n[assignment]\nparticipants = 2\nitems = 2\n[consent]\nversion = \"1\"\n\
//! #     [languages]\nen = \"english.toml\"\n";
//! # let texts = "title = \"Digits\"\nconsent = \"You agree.\"\ninstructions = \"Look.\"\nthanks = \"Thanks.\"\n\
//! #     [conditions]\nalone = \"By chance.\"\n";
//! # std::fs::write(folder.join("alone.toml"), study)?;
//! # std::fs::write(folder.join("english.toml"), texts)?;
//! # let draft = Draft::open(&folder.join("alone.toml"))?;
//! # let items = draft.items(None, 1, &Unobserved)?;
//! # let frozen = Frozen::new(&draft, items, "0.1.0", &mut rand::rng())?;
//!
//! // Of a frozen study somebody has come, and has left.
//! let left = Participant::new("p0001", State::DroppedOut, 1_767_225_600_000);
//! let results = Results { participants: vec![left], ..Results::default() };
//! export(&frozen, &results, ExportOptions::default(), &folder.join("export"))?;
//! let participants = std::fs::read_to_string(folder.join("export/participants.csv"))?;
//! assert!(participants.contains(",p0001,FALSE,dropped_out,"));
//!
//! let report = report(&frozen, &results, &folder.join("report"))?;
//! assert_eq!((report.flow.joined, report.flow.counted), (1, 0));
//! assert!(folder.join("report/report.html").exists());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod columns;
mod dictionary;
mod error;
mod estimate;
mod export;
mod facts;
mod figures;
mod folder;
mod model;
mod money;
mod outcome;
mod page;
mod payments;
mod report;
mod table;
mod unfit;
mod written;

pub use error::ExportError;
pub use estimate::Estimate;
pub use export::{ExportOptions, export};
pub use folder::{FolderError, check_absent};
pub use outcome::Outcome;
pub use payments::{Earlier, Settled, payments};
pub use report::{
    Again, Beside, Bin, Cells, Compared, Course, Excluded, Flow, Group, Looked, Measure, Planned,
    Proper, Report, Seconds, Step,
};
pub use unfit::{Fault, Unfit};
pub use written::report;
