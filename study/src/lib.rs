//! Studies with people as judges: the plan as a file, its items, its frozen form.
//!
//! A [`Study`](file::Study) is what a file says, a [`Draft`] that with all files that it names. [`Draft::items`] makes
//! what is judged, and [`Frozen`](frozen::Frozen) is the study that nobody changes any more, in a folder.
//!
//! | what | where |
//! |---|---|
//! | the file, field by field | [`file`](mod@file) |
//! | what participants read | [`Texts`] |
//! | what is judged, and what is proven of it | [`items`] |
//! | who judges what, in which order | [`allocation`] |
//! | the public plan and the secret rest | [`frozen`] |
//! | how it is conducted | [`conduct`] |
//! | what came of it, as plain data | [`results`] |
//! | how long it takes, what it can find, and what speaks against it | [`Minutes`], [`Power`], [`Warning`] |
//! | the one form of bytes | [`canonical`] |
//!
//! ```
//! use pixel_debate_study::Draft;
//! use pixel_debate_study::frozen::Frozen;
//! use pixel_debate_study::items::Unobserved;
//!
//! let study = r#"
//! name = "alone"
//! title = "Four random pixels"
//! seed = 5577006791947779410
//! [[conditions]]
//! name = "alone"
//! kind = "alone"
//! pixels = 4
//! [images]
//! number = 4
//! [assignment]
//! participants = 2
//! items = 2
//! [consent]
//! version = "1"
//! [languages]
//! en = "english.toml"
//! "#;
//! let texts = r#"
//! title = "Digits"
//! consent = "You agree."
//! instructions = "Look."
//! thanks = "Thank you."
//! [conditions]
//! alone = "The pixels are chosen by chance."
//! "#;
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! std::fs::write(folder.join("alone.toml"), study)?;
//! std::fs::write(folder.join("english.toml"), texts)?;
//!
//! let draft = Draft::open(&folder.join("alone.toml"))?;
//! let items = draft.items(None, 1, &Unobserved)?;
//! let frozen = Frozen::new(&draft, items, "0.1.0", &mut rand::rng())?;
//! frozen.write(&folder.join("frozen"))?;
//!
//! let read = Frozen::read(&folder.join("frozen"))?;
//! assert_eq!(read.hash(), frozen.hash());
//! assert_eq!((read.plan().items.len(), read.items().len()), (4, 4));
//!
//! // The first participant is shown two of the four.
//! let sequences = read.sequences();
//! let shown = sequences.slot(0).expect("there are two participants");
//! assert_eq!(shown.len(), 2);
//! assert!(shown.iter().all(|shown| read.items().nth(shown.item).is_some()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod allocation;
mod asked;
mod canonical;
pub mod conduct;
mod draft;
pub mod file;
mod files;
pub mod frozen;
pub mod items;
mod minutes;
mod power;
pub mod results;
mod texts;
mod warnings;

pub use canonical::{CanonicalError, canonical};
pub use draft::{Draft, DraftError};
pub use minutes::Minutes;
pub use power::{Assumptions, Power};
pub use texts::{Texts, Wording};
pub use warnings::Warning;
