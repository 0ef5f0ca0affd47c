//! What came of a study: its tables, with what each column is.
//!
//! ```
//! use pixel_debate_results::{ExportOptions, export};
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
//! assert!(participants.contains(",p0001,false,dropped_out,"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod columns;
mod dictionary;
mod export;
mod facts;
mod folder;
mod table;
mod unfit;

pub use export::{ExportError, ExportOptions, export};
pub use folder::FolderError;
pub use unfit::{Fault, Unfit};
