//! Studies with people as judges: the plan as a file, its items, its frozen form.

pub mod allocation;
mod canonical;
mod draft;
pub mod file;
mod files;
pub mod frozen;
pub mod items;
mod outlook;
mod texts;

pub use canonical::{CanonicalError, canonical};
pub use draft::{Draft, DraftError};
pub use outlook::{Minutes, Warning};
pub use texts::{Texts, Wording};
